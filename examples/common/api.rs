//! Where the data of a script come from: Cloudflare, or made-up data if `--demo` is given.

use std::env;
use std::path::Path;

use clap::Args;
use cloudflare_user::{Client, ClientBuilder};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::failure::{Failure, Result};
use super::logger;
use super::stop::Stop;
use crate::demo::Demo;

/// The end of the help of a script: this text, and the environment variables.
pub(crate) fn help(text: &str) -> String {
    format!(
        "{text}\n\n\
        Environment: CLOUDFLARE_API_TOKEN, or CLOUDFLARE_EMAIL with CLOUDFLARE_API_KEY; and\n\
        CLOUDFLARE_BASE_URL for another server. Without a credential, no data of an account is\n\
        read or written."
    )
}

const VARIABLES: [&str; 4] = [
    "CLOUDFLARE_API_TOKEN",
    "CLOUDFLARE_EMAIL",
    "CLOUDFLARE_API_KEY",
    "CLOUDFLARE_BASE_URL",
];

/// The options of every script that talks to the API.
#[derive(Debug, Args)]
pub(crate) struct ApiOptions {
    /// Use made-up data from a server in this process; refused beside a credential
    #[arg(long)]
    demo: bool,
    /// How often a request is retried after a transient failure
    #[arg(long, value_name = "N", default_value_t = 2)]
    retries: u32,
    /// Log each request on standard error
    #[arg(short, long)]
    verbose: bool,
}

/// A client, and where its data come from.
pub(crate) struct Api {
    pub(crate) client: Client,
    pub(crate) source: Source,
    /// The server stops when this is dropped.
    _demo: Option<Demo>,
}

/// Where data come from, as it is saved in a state file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Source {
    /// Made-up data.
    Demo,
    /// The API at this base URL; `None` is Cloudflare.
    Api { base_url: Option<String> },
}

impl ApiOptions {
    /// Returns a client for the API, or with `--demo` for made-up data.
    ///
    /// A credential that is missing, incomplete or empty is an error, since this is what a script
    /// finds in cron, or after `CLOUDFLARE_API_TOKEN=$(cat missing)`.
    pub(crate) fn connect(&self, stop: &Stop) -> Result<Api> {
        logger::start(self.verbose);
        let set = VARIABLES.into_iter().filter(|name| value(name).is_some());
        let set: Vec<_> = set.collect();
        if !self.demo {
            return self.connect_to_api(&set, stop);
        }
        match set[..] {
            [] => self.connect_to_demo(stop),
            [name, ..] => Err(Failure::invalid(format_args!(
                "--demo is for made-up data, but {name} is set: leave out one of the two"
            ))),
        }
    }

    /// Does the same, but uses made-up data if no variable of the environment is set. Returns
    /// whether it does.
    pub(crate) fn connect_or_demo(&self, stop: &Stop) -> Result<(Api, bool)> {
        let is_any_set = VARIABLES.iter().any(|name| env::var_os(name).is_some());
        if is_any_set || self.demo {
            let api = self.connect(stop)?;
            let is_demo = api.source == Source::Demo;
            return Ok((api, is_demo));
        }
        logger::start(self.verbose);
        Ok((self.connect_to_demo(stop)?, true))
    }

    fn connect_to_api(&self, set: &[&str], stop: &Stop) -> Result<Api> {
        let empty = |name: &&str| env::var_os(name).is_some() && !set.contains(name);
        if let Some(name) = VARIABLES.iter().find(|name| empty(name)) {
            return Err(Failure::invalid(format_args!(
                "{name} is set, but empty: set it, or unset it; --demo shows made-up data"
            )));
        }
        let client = ClientBuilder::from_env()
            .max_retries(self.retries)
            .build()
            .map_err(|error| {
                Failure::invalid(format_args!(
                    "{error}; without CLOUDFLARE_API_TOKEN, --demo shows made-up data"
                ))
            })?;
        Ok(Api {
            client: stop.applied_to(client),
            source: Source::Api {
                base_url: value("CLOUDFLARE_BASE_URL"),
            },
            _demo: None,
        })
    }

    fn connect_to_demo(&self, stop: &Stop) -> Result<Api> {
        let demo = Demo::start();
        let client = Client::builder()
            .api_token("token-of-the-demo")
            .base_url(demo.url())
            .max_retries(self.retries)
            .build()?;
        Ok(Api {
            client: stop.applied_to(client),
            source: Source::Demo,
            _demo: Some(demo),
        })
    }
}

impl Api {
    /// Refuses to write made-up data to a file that exists.
    pub(crate) fn may_write_to(&self, path: &Path) -> Result<()> {
        let exists = fs_err::symlink_metadata(path).is_ok();
        if self.source == Source::Demo && exists {
            return Err(Failure::invalid(format_args!(
                "{} exists, and made-up data are written to new files only",
                path.display()
            )));
        }
        Ok(())
    }
}

impl Source {
    pub(crate) fn describe(&self) -> &'static str {
        match self {
            Self::Demo => "made-up data (--demo)",
            Self::Api { base_url: None } => "Cloudflare",
            // The URL is not shown, because it can contain a secret.
            Self::Api { base_url: Some(_) } => "another CLOUDFLARE_BASE_URL",
        }
    }
}

fn value(name: &str) -> Option<String> {
    let value = env::var_os(name)?.to_string_lossy().into_owned();
    (!value.trim().is_empty()).then_some(value)
}

/// Recognizes the credential of an earlier run without containing it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CredentialHash {
    salt: u128,
    hash: Vec<u8>,
}

impl CredentialHash {
    /// The hash of the environment's credential, with a new salt.
    pub(crate) fn new() -> Self {
        Self::with_salt(fastrand::u128(..))
    }

    fn with_salt(salt: u128) -> Self {
        let mut hash = Sha256::new();
        hash.update(salt.to_le_bytes());
        hash.update(credential());
        Self {
            salt,
            hash: hash.finalize().to_vec(),
        }
    }

    /// Whether the environment has the same credential now.
    pub(crate) fn is_current(&self) -> bool {
        self.hash == Self::with_salt(self.salt).hash
    }
}

fn credential() -> String {
    let [token, email, api_key, _] = VARIABLES.map(|name| value(name).unwrap_or_default());
    match token.trim() {
        "" => format!("{}:{}", email.trim(), api_key.trim()),
        token => token.to_owned(),
    }
}
