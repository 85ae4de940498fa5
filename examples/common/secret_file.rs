//! A new file for a secret, which only its owner can read.
//!
//! It is made before the secret is requested, and says until then that nobody has the secret.

use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};

use cloudflare_user::{Error, ExposeSecret, SecretString};
use fs_err::{self as fs, File};

use super::failure::Failure;
use super::file_id::FileId;
use super::private_file;
use super::stop::Stop;

/// The start of a file whose secret never arrived.
const UNKNOWN: &str = "UNKNOWN: ";

struct SecretFile {
    path: PathBuf,
    file: File,
    id: FileId,
}

/// What an earlier run left at a path.
#[derive(Debug, PartialEq)]
pub(crate) enum Left {
    Nothing,
    Secret,
    /// The request was sent, and no usable response arrived. The file says what to do.
    Unknown,
}

impl SecretFile {
    /// Makes a file that does not exist yet and takes the room for a secret, so that a full disk is
    /// an error now and not when the only copy of the secret has arrived. If the process is killed
    /// meanwhile, the file has this advice.
    fn reserve(path: &Path, advice: &str) -> io::Result<Self> {
        let file = private_file::create_new(path)?;
        let mut reserved = Self {
            path: path.to_owned(),
            id: FileId::of_new(&file)?,
            file,
        };
        // `Error::body` holds at most 64 KiB.
        let mut content = format!("{UNKNOWN}{advice}\n").into_bytes();
        content.resize(content.len().max(64 << 10), b'\n');
        let written = reserved
            .file
            .write_all(&content)
            .and_then(|()| reserved.file.sync_all())
            .and_then(|()| private_file::sync_folder_of(path));
        match written {
            Ok(()) => Ok(reserved),
            Err(error) => {
                reserved.discard();
                Err(error)
            }
        }
    }

    /// Replaces the content by a secret, or by a response that may hold one. Fails if the file is
    /// not at its path any more.
    fn fill(&mut self, content: &[u8]) -> io::Result<()> {
        self.file.rewind()?;
        self.file.write_all(content)?;
        self.file.set_len(content.len() as u64)?;
        self.file.sync_all()?;
        if self.is_at_its_path()? {
            return Ok(());
        }
        Err(io::Error::new(
            ErrorKind::NotFound,
            format!("{} was moved or deleted meanwhile", self.path.display()),
        ))
    }

    /// Replaces the content by what is known of a request whose response did not arrive.
    fn fill_with_advice(&mut self, advice: &str) -> io::Result<()> {
        self.fill(format!("{UNKNOWN}{advice}\n").as_bytes())
    }

    /// Saves the secret, or what arrived in its place.
    fn save<T>(&mut self, response: Result<(SecretString, T), Error>, advice: &str) -> Received<T> {
        let error = match response {
            Ok((secret, created)) => {
                return match self.fill(secret.expose_secret().as_bytes()) {
                    Ok(()) => Received::Saved(created),
                    Err(error) => Received::Unknown {
                        reason: error.to_string(),
                        created: Some(created),
                    },
                };
            }
            Err(error) => error,
        };
        if !error.may_have_been_applied() {
            return Received::Nothing(error.into());
        }
        let filled = match arrived(&error) {
            Some(response) => self.fill(response),
            None => self.fill_with_advice(&format!("{error}. {advice}")),
        };
        Received::Unknown {
            reason: match filled {
                Ok(()) => error.to_string(),
                Err(not_saved) => format!("{error}; {not_saved}"),
            },
            created: None,
        }
    }

    /// Removes the file, because there is no secret for it.
    fn discard(self) {
        if self.is_at_its_path().is_ok_and(|is_there| is_there) {
            _ = fs::remove_file(&self.path);
        }
    }

    fn is_at_its_path(&self) -> io::Result<bool> {
        Ok(FileId::at(&self.path)? == Some(self.id))
    }
}

/// Returns what an earlier run left at a path.
pub(crate) fn left_at(path: &Path) -> io::Result<Left> {
    let Some(file) = private_file::open_existing(path)? else {
        return Ok(Left::Nothing);
    };
    let mut start = Vec::new();
    file.take(UNKNOWN.len() as u64).read_to_end(&mut start)?;
    // A response that could not be decoded is JSON. No secret starts with a brace.
    let is_unknown = start.is_empty() || start == UNKNOWN.as_bytes() || start.starts_with(b"{");
    Ok(if is_unknown {
        Left::Unknown
    } else {
        Left::Secret
    })
}

/// What became of a request for a secret.
pub(crate) enum Received<T> {
    /// The secret is in its file.
    Saved(T),
    /// Nothing was changed, and there is no file.
    Nothing(Failure),
    /// There was a signal before. Nothing was sent, and there is no file.
    Stopped,
    /// The request was or may have been applied, but its secret is not in the file. What arrived is,
    /// or else instructions.
    Unknown { reason: String, created: Option<T> },
}

/// Sends a request for a secret, and saves the secret to a new file. No signal interrupts it.
pub(crate) fn request<T>(
    path: &Path,
    advice: &str,
    stop: &Stop,
    send: impl FnOnce() -> Result<(SecretString, T), Error>,
) -> Received<T> {
    // Before the request, so that nothing is changed if the secret cannot be saved.
    let mut file = match SecretFile::reserve(path, advice) {
        Ok(file) => file,
        Err(error) => return Received::Nothing(error.into()),
    };
    let saved = stop.critical("the response, so that the new secret is not lost", || {
        file.save(send(), advice)
    });
    let outcome = saved.unwrap_or(Received::Stopped);
    if let Received::Nothing(_) | Received::Stopped = outcome {
        file.discard();
    }
    outcome
}

/// Returns what arrived of a successful response to a write, which may hold the only copy of a
/// secret.
fn arrived(error: &Error) -> Option<&[u8]> {
    let is_success = error.status().is_some_and(|status| status < 300);
    error
        .body()
        .filter(|body| error.may_have_been_applied() && is_success && !body.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_was_left_at_each_moment() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        assert_eq!(left_at(&path).unwrap(), Left::Nothing);
        let mut file = SecretFile::reserve(&path, "check the token").unwrap();
        assert_eq!(left_at(&path).unwrap(), Left::Unknown);
        assert!(SecretFile::reserve(&path, "again").is_err());
        file.fill(br#"{"result":"#).unwrap();
        assert_eq!(left_at(&path).unwrap(), Left::Unknown);
        file.fill_with_advice("roll it again").unwrap();
        assert_eq!(left_at(&path).unwrap(), Left::Unknown);
        assert_eq!(fs::read(&path).unwrap(), b"UNKNOWN: roll it again\n");
        file.fill(b"cfut_secret").unwrap();
        assert_eq!(left_at(&path).unwrap(), Left::Secret);
        assert_eq!(fs::read(&path).unwrap(), b"cfut_secret");
        file.discard();
        assert_eq!(left_at(&path).unwrap(), Left::Nothing);
    }

    #[test]
    fn a_file_that_was_moved_is_an_error_and_no_other_file_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let mut file = SecretFile::reserve(&path, "check the token").unwrap();
        fs::rename(&path, folder.path().join("moved")).unwrap();
        assert!(file.fill(b"secret").is_err());
        fs::write(&path, "another secret").unwrap();
        assert!(file.fill(b"secret").is_err());
        file.discard();
        assert_eq!(fs::read(&path).unwrap(), b"another secret");
    }
}
