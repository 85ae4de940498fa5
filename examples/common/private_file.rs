//! Files that only their owner can read, and that are never opened through a link that lies in
//! their place.
//!
//! On Windows, a new file has the permissions of its folder.

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use fs_err::{self as fs, File, OpenOptions};

/// Creates a file. If there is anything at its path, a link included, this is an error.
pub(crate) fn create_new(path: &Path) -> io::Result<File> {
    open(
        OpenOptions::new().read(true).write(true).create_new(true),
        path,
    )
}

/// Opens a file for appending, and creates it if there is none.
pub(crate) fn open_or_create(path: &Path) -> io::Result<File> {
    open(
        OpenOptions::new().read(true).append(true).create(true),
        path,
    )
}

/// Opens a file for reading; `None` if there is none.
pub(crate) fn open_existing(path: &Path) -> io::Result<Option<File>> {
    match open(OpenOptions::new().read(true), path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    // Also checked on Unix, where opening fails anyway, because of its clearer text.
    if fs::symlink_metadata(path).is_ok_and(|file| file.is_symlink()) {
        return Err(io::Error::other(format!(
            "{} is a link, which is not followed: move it away",
            path.display()
        )));
    }
    #[cfg(unix)]
    {
        use fs_err::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
        options.custom_flags(rustix::fs::OFlags::NOFOLLOW.bits() as i32);
    }
    #[cfg(windows)]
    {
        use fs_err::os::windows::fs::OpenOptionsExt;
        const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
        options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT);
    }
    let file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other(format!(
            "{} is not a file",
            path.display()
        )));
    }
    Ok(file)
}

/// Renames a file, and makes its new name durable.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_folder_of(to)
}

/// Makes the creation or the renaming of a file durable.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    // Only Unix can open a folder as a file.
    #[cfg(unix)]
    File::open(folder_of(path))?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// The folder of a file, also if its path is a name only.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The path with a suffix after its whole name: `logs.jsonl` becomes `logs.jsonl.state`.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn creates_a_file_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        assert!(open_existing(&path).unwrap().is_none());
        create_new(&path).unwrap().write_all(b"a").unwrap();
        assert!(create_new(&path).is_err());
        open_or_create(&path).unwrap().write_all(b"b").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"ab");
        assert!(open_existing(folder.path()).is_err(), "a folder is no file");
    }

    #[test]
    #[cfg(unix)]
    fn only_the_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        for (name, open) in [
            ("new", create_new as fn(&Path) -> io::Result<File>),
            ("appended", open_or_create),
        ] {
            let file = open(&folder.path().join(name)).unwrap();
            let mode = file.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn does_not_follow_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let [link, target] = ["link", "target"].map(|name| folder.path().join(name));
        fs_err::os::unix::fs::symlink(&target, &link).unwrap();
        for exists in [false, true] {
            assert!(create_new(&link).is_err());
            assert!(open_or_create(&link).is_err());
            assert!(open_existing(&link).is_err());
            assert_eq!(target.exists(), exists);
            fs::write(&target, "precious").unwrap();
        }
        assert_eq!(fs::read(&target).unwrap(), b"precious");
    }
}
