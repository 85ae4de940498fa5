//! Recognizes a file by what its file system calls it, whatever its path.

use std::io;

use fs_err::File;
use serde::{Deserialize, Serialize};

/// Two files that exist at the same time have different values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct FileId {
    /// The device; on Windows, the volume.
    device: u64,
    inode: u128,
}

impl FileId {
    /// The identity of a file that was just opened.
    #[cfg(unix)]
    pub(crate) fn of_new(file: &File) -> io::Result<Self> {
        Ok(Self::of_metadata(&file.metadata()?))
    }

    /// The file that is at this path now, through links; `None` if there is none.
    #[cfg(unix)]
    pub(crate) fn at(path: &std::path::Path) -> io::Result<Option<Self>> {
        match fs_err::metadata(path) {
            Ok(file) => Ok(Some(Self::of_metadata(&file))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    #[cfg(unix)]
    fn of_metadata(file: &std::fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self {
            device: file.dev(),
            inode: file.ino().into(),
        }
    }

    /// The standard library cannot identify an open file on Windows, so its path is looked up.
    #[cfg(windows)]
    pub(crate) fn of_new(file: &File) -> io::Result<Self> {
        Self::at(file.path())?.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }

    #[cfg(windows)]
    pub(crate) fn at(path: &std::path::Path) -> io::Result<Option<Self>> {
        use file_id::FileId as Id;
        let (device, inode) = match file_id::get_file_id(path) {
            Ok(Id::Inode {
                device_id,
                inode_number,
            }) => (device_id, inode_number.into()),
            Ok(Id::LowRes {
                volume_serial_number,
                file_index,
            }) => (volume_serial_number.into(), file_index.into()),
            Ok(Id::HighRes {
                volume_serial_number,
                file_id,
            }) => (volume_serial_number, file_id),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(Self { device, inode }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_with_a_file_that_is_renamed() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
        assert_eq!(FileId::at(&one).unwrap(), None);
        let id = FileId::of_new(&File::create(&one).unwrap()).unwrap();
        fs_err::rename(&one, &other).unwrap();
        assert_eq!(FileId::at(&one).unwrap(), None);
        assert_eq!(FileId::at(&other).unwrap(), Some(id));
        File::create(&one).unwrap();
        assert_ne!(FileId::at(&one).unwrap(), Some(id));
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(serde_json::from_str::<FileId>(&json).unwrap(), id);
    }
}
