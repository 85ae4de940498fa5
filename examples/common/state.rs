//! What a script remembers between runs: a state file, which is saved whole or not at all, and a
//! lock, so that two processes never use it at the same time.
//!
//! The first line of a state file is JSON. A batch of data follows, byte for byte.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use fs_err::{self as fs, File};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::failure::{Failure, Result};
use super::private_file::{self, with_suffix};

const VERSION: u32 = 1;

/// A locked state file. The lock is released when this is dropped, and when the process ends.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    script: &'static str,
    _lock: File,
}

/// The first line of a state file.
#[derive(Serialize, Deserialize)]
struct Header<S> {
    made_by: String,
    version: u32,
    /// The length of the batch that follows.
    batch: usize,
    state: S,
}

/// Enough of the first line to see who made it.
#[derive(Deserialize)]
struct Origin {
    made_by: String,
    version: u32,
}

impl StateFile {
    /// Locks `PATH.lock`. The lock file stays: if it was removed, a process that has just opened it
    /// would lock a file that no other one sees.
    pub(crate) fn lock(path: &Path, script: &'static str) -> Result<Self> {
        let lock = with_suffix(path, ".lock");
        let file = private_file::open_or_create(&lock)?;
        match fs4::FileExt::try_lock(file.file()) {
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                script,
                _lock: file,
            }),
            Err(fs4::TryLockError::WouldBlock) => Err(Failure::new(format_args!(
                "{} is in use by another process",
                path.display()
            ))),
            Err(fs4::TryLockError::Error(error)) => {
                Err(Failure::new(format_args!("{}: {error}", lock.display())))
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the state and the batch, or `None` if there is no state file.
    pub(crate) fn load<S: DeserializeOwned>(&self) -> Result<Option<(S, Vec<u8>)>> {
        let Some(mut file) = private_file::open_existing(&self.path)? else {
            return Ok(None);
        };
        let mut content = Vec::new();
        file.read_to_end(&mut content)?;
        match self.parse(&content) {
            Ok(loaded) => Ok(Some(loaded)),
            Err(reason) => Err(Failure::invalid(format_args!(
                "{} cannot be used: {reason}; restore it from a backup, or move it away to start \
                 anew (see --help)",
                self.path.display()
            ))),
        }
    }

    fn parse<S: DeserializeOwned>(&self, content: &[u8]) -> Result<(S, Vec<u8>), String> {
        if content.is_empty() {
            return Err(String::from("it is empty"));
        }
        let Some(end) = content.iter().position(|byte| *byte == b'\n') else {
            return Err(String::from("it is truncated, or not a state file"));
        };
        let (header, batch) = (&content[..end], &content[end + 1..]);
        let Ok(origin) = serde_json::from_slice::<Origin>(header) else {
            return Err(String::from("it is not a state file"));
        };
        if origin.made_by != self.script {
            return Err(format!("it is of {}", origin.made_by));
        }
        if origin.version != VERSION {
            return Err(format!("it is of version {} of the format", origin.version));
        }
        let header: Header<S> =
            serde_json::from_slice(header).map_err(|error| format!("it is damaged: {error}"))?;
        if header.batch != batch.len() {
            return Err(String::from("it is truncated"));
        }
        Ok((header.state, batch.to_vec()))
    }

    /// Replaces the state file. After a crash it has the old content or the new one.
    pub(crate) fn save<S: Serialize>(&self, state: &S, batch: &[u8]) -> Result<()> {
        let header = Header {
            made_by: self.script.to_owned(),
            version: VERSION,
            batch: batch.len(),
            state,
        };
        let mut content = serde_json::to_vec(&header)?;
        content.push(b'\n');
        content.extend(batch);
        let new = with_suffix(&self.path, ".new");
        self.remove_leftover(&new)?;
        let mut file = private_file::create_new(&new)?;
        let written = file.write_all(&content).and_then(|()| file.sync_all());
        written.inspect_err(|_| _ = fs::remove_file(&new))?;
        Ok(private_file::rename(&new, &self.path)?)
    }

    pub(crate) fn remove(self) -> io::Result<()> {
        fs::remove_file(&self.path)
    }

    /// Removes a new state that a killed process did not complete. Any other file stays.
    fn remove_leftover(&self, new: &Path) -> Result<()> {
        let Some(file) = private_file::open_existing(new)? else {
            return Ok(());
        };
        let start = format!(r#"{{"made_by":"{}","#, self.script);
        let mut found = Vec::new();
        file.take(start.len() as u64).read_to_end(&mut found)?;
        if !start.as_bytes().starts_with(&found) {
            return Err(Failure::new(format_args!(
                "{} is in the way: move it away",
                new.display()
            )));
        }
        Ok(fs::remove_file(new)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state_in(folder: &tempfile::TempDir) -> StateFile {
        StateFile::lock(&folder.path().join("state"), "a_script").unwrap()
    }

    #[test]
    fn loads_what_was_saved_byte_for_byte() {
        let folder = tempfile::tempdir().unwrap();
        let state = state_in(&folder);
        assert!(state.load::<u32>().unwrap().is_none());
        for (number, batch) in [(1, b"a\n\xff\0\n" as &[u8]), (2, b"")] {
            state.save(&number, batch).unwrap();
            assert_eq!(state.load().unwrap(), Some((number, batch.to_vec())));
        }
        assert!(!folder.path().join("state.new").exists());
    }

    #[test]
    fn refuses_a_second_process() {
        let folder = tempfile::tempdir().unwrap();
        let first = state_in(&folder);
        let second = StateFile::lock(&folder.path().join("state"), "a_script");
        let text = second.unwrap_err().text().to_owned();
        assert!(
            text.ends_with("state is in use by another process"),
            "{text}"
        );
        drop(first);
        state_in(&folder);
    }

    #[test]
    fn refuses_a_state_that_it_cannot_use_and_destroys_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let state = state_in(&folder);
        state.save(&5, b"batch\n").unwrap();
        let good = fs::read_to_string(&state.path).unwrap();
        for (content, reason) in [
            ("", "it is empty"),
            (&good[..20], "it is truncated, or not a state file"),
            (&good[..good.len() - 1], "it is truncated"),
            ("hello\n", "it is not a state file"),
            (&good.replace("a_script", "b_script"), "it is of b_script"),
            (
                &good.replace("n\":1", "n\":9"),
                "it is of version 9 of the format",
            ),
            (&good.replace(":5", ":[]"), "it is damaged: "),
        ] {
            fs::write(&state.path, content).unwrap();
            let text = state.load::<u32>().unwrap_err().text().to_owned();
            assert!(
                text.contains(&format!("state cannot be used: {reason}")),
                "{text}"
            );
            assert_eq!(fs::read_to_string(&state.path).unwrap(), content);
        }
    }

    #[test]
    fn removes_a_leftover_of_its_own_and_no_other_file() {
        let folder = tempfile::tempdir().unwrap();
        let state = state_in(&folder);
        let new = folder.path().join("state.new");
        for leftover in [
            "",
            "{\"made",
            "{\"made_by\":\"a_script\",\"version\":1,\"ba",
        ] {
            fs::write(&new, leftover).unwrap();
            state.save(&1, b"").unwrap();
            assert!(!new.exists());
        }
        for precious in ["precious", "{\"made_by\":\"b_script\"}"] {
            fs::write(&new, precious).unwrap();
            assert!(state.save(&2, b"").is_err());
            assert_eq!(fs::read_to_string(&new).unwrap(), precious);
        }
        assert_eq!(state.load::<u32>().unwrap().unwrap().0, 1);
    }
}
