//! Replaces a file when the new content is complete. Until then the old file is as it was, whatever
//! fails.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use fs_err as fs;
use tempfile::NamedTempFile;

use super::private_file;

/// Replaces the content of a file, or creates it.
///
/// The new content is written to a temporary file beside it, which is private until it is renamed.
/// A file that is replaced keeps its mode and, if the system allows it, its owner. A symbolic link
/// stays, and its target is replaced.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let target = target_of(path)?;
    let mut new = NamedTempFile::with_prefix_in(".new.", private_file::folder_of(&target))
        .map_err(|error| with_path(error, &target))?;
    new.write_all(content)
        .and_then(|()| new.as_file().sync_all())
        .and_then(|()| take_over_attributes(new.as_file(), &target))
        .map_err(|error| with_path(error, &target))?;
    new.persist(&target)
        .map_err(|error| with_path(error.error, &target))?;
    private_file::sync_folder_of(&target)
}

/// Gives a new file the mode and, if the system allows it, the owner of the file that it replaces.
/// If there is none, it gets the mode of any new file.
pub(crate) fn take_over_attributes(new: &std::fs::File, replaced: &Path) -> io::Result<()> {
    match fs::metadata(replaced) {
        Ok(old) => {
            // Before the mode, because a change of the owner can change it.
            #[cfg(unix)]
            keep_owner(new, &old);
            new.set_permissions(old.permissions())
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            #[cfg(unix)]
            new.set_permissions(mode_of_new_files())?;
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// The group is kept even if only the superuser may keep the user.
#[cfg(unix)]
fn keep_owner(new: &std::fs::File, old: &std::fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    if fchown(new, Some(old.uid()), Some(old.gid())).is_err() {
        _ = fchown(new, None, Some(old.gid()));
    }
}

#[cfg(unix)]
fn mode_of_new_files() -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt;

    use rustix::fs::Mode;
    // The mask can only be read by setting it.
    let mask = rustix::process::umask(Mode::from_raw_mode(0o077));
    rustix::process::umask(mask);
    PermissionsExt::from_mode(0o666 & !mask.bits() as u32)
}

/// The path that a symbolic link leads to, or the path itself. The target may be missing.
pub(crate) fn target_of(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..40 {
        if !fs::symlink_metadata(&path).is_ok_and(|file| file.is_symlink()) {
            return Ok(path);
        }
        let target = fs::read_link(&path)?;
        path = private_file::folder_of(&path).join(target);
    }
    Err(io::Error::other(format!(
        "{}: too many symbolic links",
        path.display()
    )))
}

fn with_path(error: io::Error, path: &Path) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_a_file_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("picture");
        for content in ["old", "new"] {
            replace(&path, content.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failure_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a folder");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("file"), "precious").unwrap();
        assert!(replace(&path, b"new").is_err());
        assert_eq!(fs::read(path.join("file")).unwrap(), b"precious");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    #[cfg(unix)]
    fn keeps_the_mode_and_the_owner() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("picture");
        for mode in [0o600, 0o640, 0o664] {
            fs::write(&path, "old").unwrap();
            fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            // Only the superuser may do this.
            let is_superuser = chown(&path, Some(1234), Some(4321)).is_ok();
            replace(&path, b"new").unwrap();
            let new = fs::metadata(&path).unwrap();
            assert_eq!(new.permissions().mode() & 0o777, mode);
            if is_superuser {
                assert_eq!((new.uid(), new.gid()), (1234, 4321));
            }
        }
    }

    #[test]
    #[cfg(unix)]
    fn replaces_the_target_of_a_link() {
        use fs_err::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = ["first", "second"].map(|name| folder.path().join(name));
        fs::create_dir(folder.path().join("elsewhere")).unwrap();
        let target = folder.path().join("elsewhere/target");
        symlink("second", &first).unwrap();
        symlink("elsewhere/target", &second).unwrap();
        for content in ["created", "replaced"] {
            replace(&first, content.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&target).unwrap(), content);
            assert!(fs::symlink_metadata(&first).unwrap().is_symlink());
        }
        symlink("loop", folder.path().join("loop")).unwrap();
        assert!(replace(&folder.path().join("loop"), b"x").is_err());
    }
}
