//! Custom endpoints of several tests.

#![allow(dead_code, unreachable_pub)]

use cloudflare_user::http::Method;
use cloudflare_user::{Endpoint, Error, Result};
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize)]
pub struct Zone {
    pub name: String,
}

/// A write with a path parameter. It refuses an empty list of files.
#[derive(Serialize)]
pub struct PurgeCache {
    #[serde(skip)]
    pub zone_id: String,
    pub files: Vec<String>,
}

impl PurgeCache {
    pub fn new(zone_id: &str, files: &[&str]) -> Self {
        Self {
            zone_id: zone_id.to_owned(),
            files: files.iter().map(|file| (*file).to_owned()).collect(),
        }
    }
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
