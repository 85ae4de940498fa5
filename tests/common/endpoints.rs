//! Custom endpoints of several tests.

#![allow(dead_code, unreachable_pub)]

use std::sync::Mutex;

use cloudflare_user::http::Method;
use cloudflare_user::{Endpoint, Error, Result};
use serde::{Deserialize, Serialize};

use super::RecordedRequest;

#[derive(Debug, Deserialize)]
pub struct Zone {
    pub name: String,
}

#[derive(Serialize)]
pub struct PurgeCache {
    #[serde(skip)]
    pub zone_id: String,
    pub files: Vec<String>,
}

impl Endpoint for PurgeCache {
    type Output = Option<u32>;
    const METHOD: Method = Method::POST;
    fn path(&self) -> Vec<&str> {
        vec!["zones", &self.zone_id, "purge_cache"]
    }
    fn validate(&self) -> Result<()> {
        if self.files.is_empty() {
            Err(Error::invalid_request("files", "is empty"))
        } else {
            Ok(())
        }
    }
}

pub fn purge(zone_id: &str, files: &[&str]) -> PurgeCache {
    PurgeCache {
        zone_id: zone_id.to_owned(),
        files: files.iter().map(|file| (*file).to_owned()).collect(),
    }
}

pub fn lines(requests: &Mutex<Vec<RecordedRequest>>) -> Vec<String> {
    requests
        .lock()
        .unwrap()
        .iter()
        .map(RecordedRequest::line)
        .collect()
}
