//! Files that sinks write.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt},
    path::Path,
};

/// Who was asked for what is nobody else's business: the owner reads it, and the group.
const MODE: u32 = 0o640;

/// A file of whole records.
#[derive(Debug)]
pub(super) struct RecordFile {
    file: File,
    /// Octets in it.
    length: u64,
    /// Whether it is no pipe and no device.
    is_plain: bool,
}

impl RecordFile {
    /// Opens a file to be written, behind what is in it or from its beginning.
    pub(super) fn open(path: &Path, behind: bool) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        // Who opens a pipe to write alone waits until somebody reads it.
        let is_pipe = fs::metadata(path).is_ok_and(|found| found.file_type().is_fifo());
        options.create(true).read(is_pipe).mode(MODE);
        if behind {
            options.append(true)
        } else {
            options.write(true).truncate(true)
        };
        let file = options.open(path)?;
        let found = file.metadata()?;
        Ok(Self { file, length: found.len(), is_plain: found.is_file() })
    }

    /// Writes some whole records, or none of them.
    pub(super) fn write(&mut self, records: &[u8]) -> io::Result<()> {
        let written = self.file.write_all(records);
        if written.is_ok() {
            self.length += records.len() as u64;
        } else if self.is_plain {
            // A full disk takes a part; what is written later must not stand behind half a record.
            self.file.set_len(self.length)?;
            self.file.seek(SeekFrom::Start(self.length))?;
        }
        written
    }

    /// Octets in it.
    pub(super) const fn length(&self) -> u64 {
        self.length
    }

    /// Whether it is no pipe and no device.
    pub(super) const fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Whether somebody has renamed or removed it, so that another is to be opened.
    pub(super) fn is_elsewhere(&self, path: &Path) -> bool {
        let (Ok(own), Ok(there)) = (self.file.metadata(), fs::metadata(path)) else { return true };
        (own.dev(), own.ino()) != (there.dev(), there.ino())
    }
}
