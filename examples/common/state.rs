//! The state file of a job that can be killed at any moment: a lock, and a write that is done whole
//! or not at all.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use fs_err::{self as fs, File};

/// Locks `PATH.lock` until the returned file is dropped or the process ends.
///
/// The lock file stays: if it was removed, a process that has just opened it would lock a file that
/// no other one sees.
pub(crate) fn lock(path: &Path) -> io::Result<File> {
    let lock = with_suffix(path, ".lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock)?;
    match fs4::FileExt::try_lock(file.file()) {
        Ok(()) => Ok(file),
        Err(fs4::TryLockError::WouldBlock) => Err(io::Error::other(format!(
            "{} is in use by another process",
            path.display()
        ))),
        Err(fs4::TryLockError::Error(error)) => {
            Err(io::Error::other(format!("{}: {error}", lock.display())))
        }
    }
}

/// Replaces a file. After a kill or a power failure it has the old content or the new one.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let new = with_suffix(path, ".new");
    let mut file = File::create(&new)?;
    file.write_all(content)?;
    file.sync_all()?;
    rename(&new, path)
}

/// Renames a file, and makes the new name durable.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    // Only Unix can open a directory as a file.
    #[cfg(unix)]
    if let Some(directory) = to.parent() {
        let is_here = directory.as_os_str().is_empty();
        File::open(if is_here { Path::new(".") } else { directory })?.sync_all()?;
    }
    Ok(())
}

/// The path with a suffix after its whole name: `logs.jsonl` becomes `logs.jsonl.state`.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}
