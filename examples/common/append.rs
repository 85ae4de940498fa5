//! Appends batches of lines to a file, each exactly once, whatever the process is killed by, and
//! whoever rotates the file.
//!
//! Before a batch is appended, the state file gets the batch itself, the length of the output
//! before it, and the position after it. When the batch is on the disk, the state says so. After a
//! crash, the next run looks for the batch after the saved length, and appends what is missing of
//! it. Nothing is ever truncated, so that a reader that follows the file sees each line once.
//!
//! If the path has another file by then, or a shorter one, lines of the batch can be in a file that
//! was moved away. They are then appended again, and a warning says so.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use fs_err::File;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::failure::{Failure, Result};
use super::file_id::FileId;
use super::state::StateFile;
use super::{print, private_file};

pub(crate) struct Appender<P> {
    output: Output,
    state_file: StateFile,
    saved: Saved<P>,
    /// What is to be appended, or was only in part; empty if all is done.
    batch: Vec<u8>,
}

enum Output {
    Stdout,
    File {
        path: PathBuf,
        open: fn(&Path) -> io::Result<File>,
        file: Option<(File, FileId)>,
    },
}

/// What the state file holds beside the batch.
#[derive(Debug, Serialize, Deserialize)]
struct Saved<P> {
    /// The position after the batch.
    position: P,
    /// `None` before the first batch, and for standard output.
    end: Option<End>,
}

/// The end of the output before the batch, or after it if the batch is done.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct End {
    file: FileId,
    length: u64,
}

impl<P: Serialize + DeserializeOwned> Appender<P> {
    /// Appends to a file that anybody may have made and may rotate. Without a state file, the
    /// position is `start`.
    pub(crate) fn to_file(path: &Path, state_file: StateFile, start: P) -> Result<Self> {
        Self::open(path, open_output, state_file, start)
    }

    /// Appends to a file that only its owner can read.
    pub(crate) fn to_private_file(path: &Path, state_file: StateFile, start: P) -> Result<Self> {
        Self::open(path, private_file::open_or_create, state_file, start)
    }

    fn open(
        path: &Path,
        open: fn(&Path) -> io::Result<File>,
        state_file: StateFile,
        start: P,
    ) -> Result<Self> {
        if is_same(path, state_file.path()) {
            return Err(Failure::invalid(
                "the output and the state are the same file",
            ));
        }
        let output = Output::File {
            path: path.to_owned(),
            open,
            file: None,
        };
        let loaded = state_file.load()?;
        let is_known = loaded.is_some();
        if !is_known && fs_err::metadata(path).is_ok_and(|file| file.len() > 0) {
            return Err(Failure::invalid(format_args!(
                "{} has content, but {} is missing: restore the state, or move the file away",
                path.display(),
                state_file.path().display()
            )));
        }
        Self::new(output, state_file, loaded, start)
    }

    /// Writes to standard output. After a crash, lines can be repeated.
    pub(crate) fn to_stdout(state_file: StateFile, start: P) -> Result<Self> {
        let loaded = state_file.load()?;
        Self::new(Output::Stdout, state_file, loaded, start)
    }

    fn new(
        output: Output,
        state_file: StateFile,
        loaded: Option<(Saved<P>, Vec<u8>)>,
        start: P,
    ) -> Result<Self> {
        let is_first_run = loaded.is_none();
        let (saved, batch) = loaded.unwrap_or((
            Saved {
                position: start,
                end: None,
            },
            Vec::new(),
        ));
        let is_other_kind = matches!(output, Output::Stdout) && !batch.is_empty();
        if is_other_kind {
            return Err(Failure::invalid(format_args!(
                "{} has lines for a file: pass that file as --output",
                state_file.path().display()
            )));
        }
        let appender = Self {
            output,
            state_file,
            saved,
            batch,
        };
        if is_first_run {
            // So that a killed first run does not move the start of the next one.
            appender.save()?;
        }
        Ok(appender)
    }

    /// The position after everything that was appended.
    pub(crate) fn position(&self) -> &P {
        &self.saved.position
    }

    /// Appends a batch of whole lines, and saves the position after it.
    pub(crate) fn append(&mut self, batch: &[u8], position: P) -> Result<()> {
        self.finish()?;
        if let Output::Stdout = self.output {
            let written = print::write_all(batch);
            written.map_err(|error| Failure::new(format_args!("standard output: {error}")))?;
            return self.set_position(position);
        }
        let (mut file, id) = self.current_file()?;
        if !ends_with_line_break(&mut file)? {
            // Someone else's line, which the first line of the batch must not continue.
            file.write_all(b"\n")?;
        }
        let length = file.metadata()?.len();
        let saved = Saved {
            position,
            end: Some(End { file: id, length }),
        };
        self.state_file.save(&saved, batch)?;
        self.saved = saved;
        self.batch = batch.to_vec();
        self.finish()
    }

    /// Saves another position, without appending.
    pub(crate) fn set_position(&mut self, position: P) -> Result<()> {
        self.finish()?;
        self.saved.position = position;
        self.save()
    }

    /// Forgets what was appended, because the output is a new file from here on.
    pub(crate) fn restart(&mut self, position: P) -> Result<()> {
        self.saved = Saved {
            position,
            end: None,
        };
        self.batch.clear();
        self.save()
    }

    /// Completes a batch that an earlier run, or an earlier call that failed, did not complete.
    pub(crate) fn finish(&mut self) -> Result<()> {
        let Some(mut end) = self.saved.end.filter(|_| !self.batch.is_empty()) else {
            return Ok(());
        };
        loop {
            let (mut file, id) = self.current_file()?;
            let length = file.metadata()?.len();
            let is_same_file = id == end.file && length >= end.length;
            let start = if is_same_file { end.length } else { 0 };
            file.seek(SeekFrom::Start(start))?;
            let missing = missing_part(BufReader::new(&mut file), &self.batch)?;
            if !is_same_file && !missing.is_empty() {
                print::report(format_args!(
                    "warning: {} was replaced or truncated while lines were appended: {} lines may \
                     be repeated",
                    file.path().display(),
                    missing.iter().filter(|byte| **byte == b'\n').count()
                ));
            }
            file.write_all(&missing)?;
            file.sync_all()?;
            let length_after = file.metadata()?.len();
            if !is_deleted(&file)? && length_after >= length + missing.len() as u64 {
                let length = length_after;
                self.saved.end = Some(End { file: id, length });
                self.batch.clear();
                return self.save();
            }
            // It was deleted or truncated meanwhile.
            end.length = u64::MAX;
        }
    }

    /// Fails if the output is not the file that the state describes.
    pub(crate) fn require_unchanged_output(&self) -> Result<()> {
        let (Some(end), Output::File { path, .. }) = (self.saved.end, &self.output) else {
            return Ok(());
        };
        let length = fs_err::metadata(path).map_or(0, |file| file.len());
        if FileId::at(path)? == Some(end.file) && length >= end.length {
            return Ok(());
        }
        Err(Failure::invalid(format_args!(
            "{} is missing, or not as {} describes it: restore it, or remove both to start over",
            path.display(),
            self.state_file.path().display()
        )))
    }

    /// The file that the output was when the position was saved.
    pub(crate) fn output_id(&self) -> Option<FileId> {
        self.saved.end.map(|end| end.file)
    }

    /// Closes the output and removes the state.
    pub(crate) fn remove_state(self) -> Result<()> {
        Ok(self.state_file.remove()?)
    }

    fn save(&self) -> Result<()> {
        self.state_file.save(&self.saved, &self.batch)
    }

    /// Returns the file that is at the path now. It is opened again if it was rotated.
    fn current_file(&mut self) -> Result<(File, FileId)> {
        let Output::File { path, open, file } = &mut self.output else {
            return Err(Failure::new("standard output is not a file"));
        };
        if let Some((file, id)) = file
            && FileId::at(path)? == Some(*id)
        {
            return Ok((file.try_clone()?, *id));
        }
        let opened = open(path)?;
        private_file::sync_folder_of(path)?;
        let id = FileId::of_new(&opened)?;
        *file = Some((opened.try_clone()?, id));
        Ok((opened, id))
    }
}

fn open_output(path: &Path) -> io::Result<File> {
    if fs_err::metadata(path).is_ok_and(|existing| !existing.is_file()) {
        return Err(io::Error::other(format!(
            "{} is not a file",
            path.display()
        )));
    }
    File::options()
        .read(true)
        .append(true)
        .create(true)
        .open(path)
}

/// Returns what is missing of a batch in a file that is read from where the batch should start.
///
/// Lines of someone else are skipped. If the last line of the file is the start of the next line of
/// the batch, that line is completed.
fn missing_part(mut file: impl BufRead, batch: &[u8]) -> io::Result<Vec<u8>> {
    let mut expected = batch.split_inclusive(|byte| *byte == b'\n').peekable();
    let mut torn = Vec::new();
    loop {
        let Some(next) = expected.peek() else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        // A longer line is not the expected one. It is read in parts, to save memory.
        file.by_ref()
            .take(next.len() as u64)
            .read_until(b'\n', &mut found)?;
        if found.is_empty() {
            break;
        }
        if found == *next {
            expected.next();
            torn.clear();
        } else if found.ends_with(b"\n") {
            torn.clear();
        } else if found.len() < next.len() {
            torn = found;
        } else {
            let has_end = skip_line(&mut file)?;
            // No line of a batch starts with this.
            torn = if has_end { Vec::new() } else { vec![0] };
        }
    }
    let remaining = expected.collect::<Vec<_>>().concat();
    if remaining.starts_with(&torn) {
        return Ok(remaining[torn.len()..].to_vec());
    }
    // Someone else's line was not completed.
    Ok([b"\n", &*remaining].concat())
}

/// Skips the rest of a line, and returns whether it has an end.
fn skip_line(file: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let buffer = file.fill_buf()?;
        if buffer.is_empty() {
            return Ok(false);
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |end| end + 1);
        file.consume(used);
        if end.is_some() {
            return Ok(true);
        }
    }
}

fn ends_with_line_break(file: &mut File) -> io::Result<bool> {
    let Some(last) = file.metadata()?.len().checked_sub(1) else {
        return Ok(true);
    };
    file.seek(SeekFrom::Start(last))?;
    let mut byte = [0];
    match file.read_exact(&mut byte) {
        // It was truncated meanwhile.
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(true),
        read => read.map(|()| byte == *b"\n"),
    }
}

/// Whether the open file has no name any more.
fn is_deleted(file: &File) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        Ok(file.metadata()?.nlink() == 0)
    }
    #[cfg(not(unix))]
    Ok(FileId::at(file.path())?.is_none())
}

/// Whether two paths name the same file, also through links.
fn is_same(one: &Path, other: &Path) -> bool {
    let full = |path: &Path| {
        let folder = private_file::folder_of(path).canonicalize();
        path.canonicalize()
            .ok()
            .or_else(|| Some(folder.ok()?.join(path.file_name()?)))
    };
    full(one).is_some_and(|path| Some(path) == full(other))
}

#[cfg(test)]
mod tests;
