//! What a state file belongs to. A script continues the same job only.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::api::{CredentialHash, Source};
use super::failure::{Failure, Result};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) source: Source,
    /// `None` if the credential may change, as it does over the years.
    pub(crate) credential: Option<CredentialHash>,
    /// The options that must stay the same, as they were given.
    pub(crate) options: Value,
    /// The output; `None` if the name of the state file says it.
    pub(crate) output: Option<PathBuf>,
}

impl Job {
    /// Refuses to continue a saved job that is another one.
    pub(crate) fn require_same(&self, saved: &Self, state: &Path) -> Result<()> {
        let has_other_credential = match &saved.credential {
            Some(credential) => !credential.is_current(),
            None => false,
        };
        let reason = if self.source != saved.source {
            format!("of {}", saved.source.describe())
        } else if has_other_credential {
            String::from("of another credential")
        } else if self.options != saved.options {
            String::from("of other options")
        } else if self.output != saved.output {
            let output = saved.output.as_deref().unwrap_or(Path::new("another file"));
            format!("of --output {}", output.display())
        } else {
            return Ok(());
        };
        Err(Failure::invalid(format_args!(
            "{} is {reason}: use another state and output, or see --help",
            state.display()
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_is_different() {
        let job = Job {
            source: Source::Demo,
            credential: Some(CredentialHash::new()),
            options: Value::from("a"),
            output: Some(PathBuf::from("out")),
        };
        let state = Path::new("state");
        assert!(job.require_same(&job, state).is_ok());
        let source = Source::Api { base_url: None };
        for (saved, reason) in [
            (
                Job {
                    source,
                    ..job.clone()
                },
                "state is of Cloudflare",
            ),
            (
                Job {
                    options: Value::from("b"),
                    ..job.clone()
                },
                "state is of other options",
            ),
            (
                Job {
                    output: None,
                    ..job.clone()
                },
                "state is of --output another file",
            ),
        ] {
            let refused = job.require_same(&saved, state).unwrap_err();
            assert!(refused.text().starts_with(reason), "{}", refused.text());
        }
    }
}
