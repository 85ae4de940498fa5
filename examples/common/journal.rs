//! Lines that are appended to a file, each once, with the position of their source saved in a state
//! file.
//!
//! The state file holds the position and the length of the file with all lines before it. Lines are
//! written first, then the state. Lines that a killed process wrote without saving are truncated at
//! the next start, and written again.

use std::error::Error;
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use fs_err::{self as fs, File};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::state;

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

pub(crate) struct Journal<P> {
    /// `None` is standard output.
    output: Option<File>,
    state_path: PathBuf,
    state: State<P>,
}

/// What the state file holds.
#[derive(Serialize, Deserialize)]
pub(crate) struct State<P> {
    #[serde(rename = "cursor")]
    position: P,
    /// The length of the output; `None` for standard output.
    pub(crate) length: Option<u64>,
}

impl<P: Serialize + DeserializeOwned> Journal<P> {
    /// Opens the files. The caller holds the lock of the state file. Without a state file, the
    /// position is `start`. With `is_new_output`, the position is kept and the output is a new
    /// file.
    pub(crate) fn open(
        output: Option<&Path>,
        state_path: PathBuf,
        is_new_output: bool,
        start: P,
    ) -> Result<Self> {
        if output.is_some_and(|output| is_same(output, &state_path)) {
            return Err("the output and the state are the same file".into());
        }
        let saved = read_state(&state_path)?;
        let is_new = is_new_output || saved.is_none();
        let mut state = saved.unwrap_or(State {
            position: start,
            length: None,
        });
        let output = match (output, state.length) {
            (Some(_), None) if !is_new => {
                return Err(format!(
                    "{} is of a run that wrote to standard output",
                    state_path.display()
                )
                .into());
            }
            (None, Some(_)) => {
                return Err(format!("{} is of a run with --output", state_path.display()).into());
            }
            (Some(path), length) => {
                let length = length.filter(|_| !is_new);
                state.length = Some(length.unwrap_or(0));
                Some(open_output(path, &state_path, length)?)
            }
            (None, None) => None,
        };
        let journal = Self {
            output,
            state_path,
            state,
        };
        // Before the first request, so that a killed first run does not move the start of the next
        // one.
        journal.save()?;
        Ok(journal)
    }

    pub(crate) fn position(&self) -> &P {
        &self.state.position
    }

    /// Appends lines. They are on the disk before this returns, and stay if
    /// [`commit`](Self::commit) follows.
    pub(crate) fn append(&mut self, lines: &str) -> Result<()> {
        let (Some(file), Some(length)) = (&mut self.output, &mut self.state.length) else {
            let mut stdout = io::stdout().lock();
            let written = stdout
                .write_all(lines.as_bytes())
                .and_then(|()| stdout.flush());
            return written.map_err(|error| format!("standard output: {error}").into());
        };
        if file.seek(SeekFrom::End(0))? != *length {
            return Err(format!("{} was changed by another process", file.path().display()).into());
        }
        file.write_all(lines.as_bytes())?;
        file.sync_all()?;
        *length += lines.len() as u64;
        Ok(())
    }

    /// Saves the position after all lines that were appended.
    pub(crate) fn commit(&mut self, position: P) -> Result<()> {
        self.state.position = position;
        self.save()
    }

    fn save(&self) -> Result<()> {
        Ok(state::replace(
            &self.state_path,
            &serde_json::to_vec(&self.state)?,
        )?)
    }
}

pub(crate) fn read_state<P: DeserializeOwned>(path: &Path) -> Result<Option<State<P>>> {
    match fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        content => {
            let state = serde_json::from_slice(&content?);
            Ok(Some(
                state.map_err(|error| format!("{}: {error}", path.display()))?,
            ))
        }
    }
}

/// Opens the file that had this length when the state was saved, or a new one.
fn open_output(path: &Path, state_path: &Path, length: Option<u64>) -> Result<File> {
    let (name, state) = (path.display(), state_path.display());
    let opened = File::options()
        .write(true)
        .create(length.is_none())
        .truncate(false)
        .open(path);
    let file = match (opened, length) {
        (Err(error), Some(length)) if error.kind() == ErrorKind::NotFound => {
            let advice = "move it back; --help says how to continue without it";
            return Err(format!(
                "{name} is missing, and had {length} bytes when {state} was saved: {advice}"
            )
            .into());
        }
        (opened, _) => opened?,
    };
    let found = file.metadata()?.len();
    match length {
        None if found > 0 => {
            Err(format!("{name} is not empty and does not belong to {state}: move it away").into())
        }
        Some(length) if found < length => {
            let advice = "lines are lost; --help says how to continue without them";
            Err(format!(
                "{name} has {found} bytes, and had {length} when {state} was saved: {advice}"
            )
            .into())
        }
        length => {
            file.set_len(length.unwrap_or(0))?;
            Ok(file)
        }
    }
}

/// Whether two paths name the same file, also through links.
fn is_same(one: &Path, other: &Path) -> bool {
    let full = |path: &Path| {
        let directory = path
            .parent()
            .filter(|directory| !directory.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        path.canonicalize()
            .ok()
            .or_else(|| Some(directory.canonicalize().ok()?.join(path.file_name()?)))
    };
    full(one).is_some_and(|path| Some(path) == full(other))
}
