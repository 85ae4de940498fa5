//! A file for a secret, which only its owner can read.

use std::io::{self, Seek, Write};
use std::path::Path;

use cloudflare_user::Error;
use fs_err::{self as fs, File, OpenOptions};

/// Makes a file that does not exist yet and takes the room for a secret, so that a full disk is an
/// error now and not when the only copy of the secret has arrived. If the process is killed
/// meanwhile, the file contains advice.
pub(crate) fn reserve(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    fs_err::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.write(true).create_new(true).open(path)?;
    let advice = "The program was stopped before it received a secret, which may have been created: check the token.";
    // `Error::body` holds at most 64 KiB.
    let room = advice.to_owned() + &" ".repeat(65536 - advice.len());
    let reserved = file
        .write_all(room.as_bytes())
        .and_then(|()| file.sync_all());
    reserved.inspect_err(|_| drop(fs::remove_file(path)))?;
    Ok(file)
}

/// Writes the secret over the reserved room.
pub(crate) fn fill(file: &mut File, secret: &[u8]) -> io::Result<()> {
    file.rewind()?;
    file.write_all(secret)?;
    file.set_len(secret.len() as u64)?;
    file.sync_all()
}

/// Returns what arrived of a successful response to a write, which may hold the only copy of a
/// secret.
pub(crate) fn arrived(error: &Error) -> Option<&[u8]> {
    let is_success = error.status().is_some_and(|status| status < 300);
    error
        .body()
        .filter(|body| error.may_have_been_applied() && is_success && !body.is_empty())
}
