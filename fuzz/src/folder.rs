//! A folder for what can only be read from files.

use std::{env, fs, path::PathBuf, process};

/// A folder of this process. Nothing runs when a fuzzer ends, so whoever starts it removes the
/// temporary folder that this is in (`fuzz/run` does).
pub struct Folder(PathBuf);

impl Folder {
    /// A new one.
    pub fn new() -> Self {
        let folder = env::temp_dir().join(format!("splinterdns-fuzz-{}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// Where something in it stands.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file, with the folders above it.
    pub fn write(&self, name: &str, octets: &[u8]) -> PathBuf {
        let path = self.path(name);
        if fs::write(&path, octets).is_err() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, octets).unwrap();
        }
        path
    }

    /// Removes a file, if it is there.
    pub fn remove(&self, name: &str) {
        let _ = fs::remove_file(self.path(name));
    }
}

impl Default for Folder {
    fn default() -> Self {
        Self::new()
    }
}
