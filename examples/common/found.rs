//! What an earlier run of a script left that writes a file beside its place and renames it.

use std::path::Path;

use super::failure::{Failure, Result};
use super::file_id::FileId;

/// What an earlier run left.
pub(crate) enum Found {
    Nothing,
    Unfinished,
    /// The part was renamed, and its state is still there.
    Complete,
}

/// Looks for the part that an earlier run has written. `written` identifies it, if there is one.
pub(crate) fn found(
    written: Option<FileId>,
    is_complete: bool,
    part: &Path,
    file: &Path,
) -> Result<Found> {
    if written.is_none() {
        if fs_err::metadata(part).is_ok_and(|part| part.len() > 0) {
            let part = part.display();
            return Err(Failure::invalid(format_args!(
                "{part} is in the way: move it away"
            )));
        }
        return Ok(Found::Nothing);
    }
    let is_renamed = FileId::at(part)?.is_none() && FileId::at(file)? == written;
    Ok(match is_complete && is_renamed {
        true => Found::Complete,
        false => Found::Unfinished,
    })
}
