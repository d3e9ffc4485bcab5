//! How large a file may be, by what it is read for.

use nix::libc::O_NONBLOCK;
use std::{
    fs,
    io::{self, Read},
    os::unix::fs::{FileTypeExt, OpenOptionsExt},
    path::Path,
};
use thiserror::Error;

/// What a file is read for, and how many octets it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileBound {
    what: &'static str,
    octets: u64,
}

/// A country, a lab file, a zone with all that it includes, or a pool: they are held in memory,
/// where each octet takes up to a hundred. The root zone has two million octets.
pub const TEXT: FileBound =
    FileBound { what: "a country, a lab file, a zone or a pool", octets: 1 << 24 };

/// A list, which is read line by line: ten million names have some 200 million octets.
pub const LIST: FileBound = FileBound { what: "a list", octets: 1 << 30 };

/// Files of one folder, at most: as many as a lab may have zones.
pub(super) const MOST_FILES: usize = 65_536;

/// A file that is larger than that.
#[derive(Debug, Error)]
#[error("{} is too large: {} has at most {} octets", size(*.found), .bound.what, .bound.octets)]
pub struct TooLargeFile {
    /// How many octets it has, where that is known.
    found: Option<u64>,
    bound: FileBound,
}

fn size(octets: Option<u64>) -> String {
    octets.map_or("it".to_owned(), |octets| format!("it has {octets} octets, which"))
}

impl FileBound {
    /// How many octets there may be.
    #[must_use]
    pub const fn octets(self) -> u64 {
        self.octets
    }

    fn error(self, found: Option<u64>) -> io::Error {
        let why = TooLargeFile { found, bound: self };
        io::Error::new(io::ErrorKind::FileTooLarge, why)
    }

    /// A reader that fails where there is more than may be: a file may grow.
    pub fn limit<R: Read>(self, reader: R) -> BoundedReader<R> {
        BoundedReader { reader, left: self.octets, bound: self }
    }
}

/// Reads no more than it may.
#[derive(Debug)]
pub struct BoundedReader<R> {
    reader: R,
    left: u64,
    bound: FileBound,
}

impl<R: Read> Read for BoundedReader<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(room)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| self.bound.error(None))?;
        Ok(read)
    }
}

/// Opens a file, through links. A pipe would keep the reader waiting, and a device may never end.
pub(super) fn open_regular(path: &Path, bound: FileBound) -> io::Result<BoundedReader<fs::File>> {
    let file = fs::File::options().read(true).custom_flags(O_NONBLOCK).open(path)?;
    let about = file.metadata()?;
    let kind = about.file_type();
    if kind.is_file() {
        return match about.len() {
            octets if octets > bound.octets => Err(bound.error(Some(octets))),
            _ => Ok(bound.limit(file)),
        };
    }
    let what = if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a pipe"
    } else {
        "a device or a socket"
    };
    Err(io::Error::other(format!("it is {what}, and no file")))
}

#[cfg(test)]
mod tests {
    use super::{FileBound, TEXT, open_regular};
    use std::{
        fs,
        io::{self, Read},
    };

    #[test]
    fn what_is_too_large_is_refused_before_it_is_read_and_where_it_has_grown() {
        let path = std::env::temp_dir().join(format!("splinterdns-large-{}", std::process::id()));
        let file = fs::File::create(&path).unwrap();
        file.set_len(TEXT.octets() + 1).unwrap();
        let too_large = open_regular(&path, TEXT).unwrap_err();
        file.set_len(TEXT.octets()).unwrap();
        let opened = open_regular(&path, TEXT);
        file.set_len(TEXT.octets() + 1).unwrap();
        let grown = opened.unwrap().read_to_end(&mut Vec::new()).unwrap_err();
        fs::remove_file(&path).unwrap();
        assert_eq!(too_large.kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(
            too_large.to_string(),
            "it has 16777217 octets, which is too large: \
             a country, a lab file, a zone or a pool has at most 16777216 octets"
        );
        assert!(grown.to_string().starts_with("it is too large"), "{grown}");
        let small = FileBound { what: "a test", octets: 3 };
        assert_eq!(io::read_to_string(small.limit(&b"abc"[..])).unwrap(), "abc");
        assert!(io::read_to_string(small.limit(&b"abcd"[..])).is_err());
    }
}
