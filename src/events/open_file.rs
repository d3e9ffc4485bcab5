//! Files that sinks write.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

/// Who was asked for what is nobody else's business: the owner reads it, and the group.
const MODE: u32 = 0o640;

/// Opens a file to be written, behind what is in it or from its beginning.
pub(super) fn create(path: &Path, behind: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).mode(MODE);
    if behind {
        options.append(true)
    } else {
        options.write(true).truncate(true)
    };
    options.open(path)
}
