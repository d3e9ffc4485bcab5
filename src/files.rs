//! Where files are read from: a folder, or the binary itself.

mod bounds;

pub use bounds::{BoundedReader, FileBound, LIST, TEXT, TooLargeFile};

use bounds::{MOST_FILES, open_regular};
use include_dir::{Dir, include_dir};
use std::{
    collections::BTreeMap,
    fs,
    io::{self, BufRead, BufReader, Read as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use thiserror::Error;

static CONFIGS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/configs");
static ZONES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/zones");

/// How the names of YAML files end.
pub const YAML: [&str; 2] = [".yaml", ".yml"];

/// How people know the standard input.
const INPUT: &str = "(standard input)";

/// No files at all.
static EMPTY: FileSource = FileSource::Together(Vec::new());

/// U+FEFF in UTF-8, which Notepad and Excel write before a text.
const MARK: &str = "\u{feff}";

/// Characters of the private use area that stand for the octets of a text in an unknown encoding.
pub const RAW_OCTETS: u32 = 0x10_ff00;

/// How much of a large file is read at a time.
const PIECE: usize = 1 << 17;

/// A set of files that are read by their paths.
#[derive(Clone, Debug)]
pub enum FileSource {
    /// A folder of the file system.
    Folder(PathBuf),
    /// A folder that was compiled in.
    BuiltIn(&'static Dir<'static>),
    /// One country file, with what lies beside it.
    File(PathBuf),
    /// A country file that came by the standard input.
    Input(Arc<str>),
    /// Several of these together: a path begins with the number of its own.
    Together(Vec<FileSource>),
    /// One of the others, with a note of what is read of it.
    Recorded(Box<FileSource>, ReadLog),
}

/// The paths of all that was read, or could not be: what is missing may come. Clones note together.
#[derive(Clone, Debug, Default)]
pub struct ReadLog(Arc<Mutex<BTreeMap<PathBuf, PathKind>>>);

/// What was looked for behind a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathKind {
    /// A file.
    File,
    /// The names in a folder.
    Folder,
}

/// A file or folder that cannot be read.
#[derive(Debug, Error)]
#[error("cannot read {}: {}", path.display(), self.words())]
pub struct FileError {
    /// Which one.
    pub path: PathBuf,
    /// The system's reason.
    pub why: io::Error,
}

/// The path of a file that another one at `from` names, relative to itself.
#[must_use]
pub fn beside(from: &Path, named: &str) -> PathBuf {
    from.parent().map_or_else(|| PathBuf::from(named), |folder| folder.join(named))
}

impl FileError {
    /// The system's words, without the number that it adds.
    #[must_use]
    pub fn words(&self) -> String {
        let words = self.why.to_string().to_lowercase();
        words.split_once(" (os error").map_or(words.clone(), |(words, _)| words.to_owned())
    }
}

impl ReadLog {
    /// What was noted, each path as it was named.
    #[must_use]
    pub fn paths(&self) -> BTreeMap<PathBuf, PathKind> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, path: PathBuf, kind: PathKind) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path, kind);
    }
}

impl FileSource {
    /// The same files; what is read of them is noted, if it can change.
    #[must_use]
    pub fn recorded(&self, log: &ReadLog) -> Self {
        match self {
            Self::Folder(_) | Self::File(_) | Self::Input(_) => {
                Self::Recorded(Box::new(self.clone()), log.clone())
            }
            Self::Recorded(inner, _) => inner.recorded(log),
            Self::Together(sources) => {
                Self::Together(sources.iter().map(|source| source.recorded(log)).collect())
            }
            Self::BuiltIn(dir) => Self::BuiltIn(dir),
        }
    }

    /// Notes that a path is read, if such notes are taken; the source to read it from follows.
    fn noted(&self, path: &Path, kind: PathKind) -> &Self {
        let Self::Recorded(inner, log) = self else { return self };
        if !inner.is_input(path) {
            log.note(inner.on_disk(path), kind);
        }
        inner
    }

    fn is_input(&self, path: &Path) -> bool {
        matches!(self, Self::Input(_)) && path == Path::new(INPUT)
    }

    /// The compiled-in `configs/`.
    #[must_use]
    pub const fn built_in_configs() -> Self {
        Self::BuiltIn(&CONFIGS)
    }

    /// The compiled-in `zones/`.
    #[must_use]
    pub const fn built_in_zones() -> Self {
        Self::BuiltIn(&ZONES)
    }

    /// The folder on the file system, if it is one.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(path) => Some(path),
            Self::Together(_) => self.main().folder(),
            Self::Recorded(inner, _) => inner.folder(),
            Self::BuiltIn(_) | Self::File(_) | Self::Input(_) => None,
        }
    }

    /// Where the lab file stands: of several sources the first folder has it.
    #[must_use]
    pub fn main(&self) -> &Self {
        let Self::Together(sources) = self else { return self };
        sources.iter().find(|source| source.folder().is_some()).unwrap_or(&EMPTY)
    }

    /// Whether a file is a shipped one that stands beside the user's own.
    #[must_use]
    pub fn is_spare(&self, path: &Path) -> bool {
        self.part(path).is_some_and(|(source, _)| matches!(source, Self::BuiltIn(_)))
    }

    /// The country files, sorted.
    ///
    /// # Errors
    ///
    /// The system's, with the path.
    pub fn countries(&self) -> Result<Vec<PathBuf>, FileError> {
        match self {
            Self::Folder(_) | Self::BuiltIn(_) => self.list(Path::new("countries"), &YAML),
            Self::Recorded(inner, _) if inner.folder().is_some() => {
                self.list(Path::new("countries"), &YAML)
            }
            Self::Recorded(inner, _) => inner.countries(),
            Self::File(path) => Ok(path.file_name().map(PathBuf::from).into_iter().collect()),
            Self::Input(_) => Ok(vec![PathBuf::from(INPUT)]),
            Self::Together(sources) => {
                let mut all = Vec::new();
                for (number, source) in sources.iter().enumerate() {
                    let number = PathBuf::from(number.to_string());
                    all.extend(source.countries()?.iter().map(|path| number.join(path)));
                }
                Ok(all)
            }
        }
    }

    /// The source that a path belongs to, and its path there.
    fn part<'p>(&self, path: &'p Path) -> Option<(&Self, &'p Path)> {
        let Self::Together(sources) = self else { return None };
        let mut parts = path.components();
        let number = parts.next()?.as_os_str().to_str()?.parse::<usize>().ok()?;
        Some((sources.get(number)?, parts.as_path()))
    }

    /// Where a path stands in the file system.
    fn on_disk(&self, path: &Path) -> PathBuf {
        match self {
            Self::Folder(folder) if path.as_os_str().is_empty() => folder.clone(),
            Self::Folder(folder) => folder.join(path),
            Self::File(file) => beside(file, &path.to_string_lossy()),
            // Lists beside the standard input stand where the program runs.
            Self::BuiltIn(_) | Self::Input(_) | Self::Together(_) => path.to_owned(),
            Self::Recorded(inner, _) => inner.on_disk(path),
        }
    }

    /// How people know a file of this source.
    #[must_use]
    pub fn shown(&self, path: &Path) -> PathBuf {
        if let Some((source, path)) = self.part(path) {
            return source.shown(path);
        }
        match self {
            Self::BuiltIn(_) => Path::new("(built in)").join(path),
            _ => self.on_disk(path),
        }
    }

    /// The text of a file, without the mark at its beginning by which editors tell UTF-8 (RFC 3629
    /// section 6).
    ///
    /// # Errors
    ///
    /// The system's, with the path; text that is no UTF-8 is an error of its own.
    pub fn read(&self, path: &Path) -> Result<String, FileError> {
        if let Some((source, path)) = self.part(path) {
            return source.read(path);
        }
        let text = match self.noted(path, PathKind::File) {
            Self::Input(text) if path == Path::new(INPUT) => Ok(text.to_string()),
            Self::Together(_) => Err(io::ErrorKind::NotFound.into()),
            Self::BuiltIn(dir) => {
                let file = dir.get_file(path).and_then(include_dir::File::contents_utf8);
                file.map(str::to_owned).ok_or_else(|| io::ErrorKind::NotFound.into())
            }
            _ => open_regular(&self.on_disk(path), TEXT).and_then(io::read_to_string),
        };
        let unmarked = |text: String| match text.strip_prefix(MARK) {
            Some(unmarked) => unmarked.to_owned(),
            None => text,
        };
        text.map(unmarked).map_err(|why| FileError { path: self.shown(path), why })
    }

    /// The same of a file that is octets rather than text, as zone files are: where it is no UTF-8,
    /// every octet above ASCII is the character [`RAW_OCTETS`] further on.
    ///
    /// # Errors
    ///
    /// The system's, with the path.
    pub fn read_octets(&self, path: &Path) -> Result<String, FileError> {
        let mut octets = Vec::new();
        let read = self.open_bounded(path, TEXT)?.read_to_end(&mut octets);
        read.map_err(|why| FileError { path: self.shown(path), why })?;
        let character = |octet: u8| match octet {
            0..=0x7f => char::from(octet),
            _ => char::from_u32(RAW_OCTETS + u32::from(octet)).expect("it is of the last plane"),
        };
        Ok(String::from_utf8(octets)
            .unwrap_or_else(|error| error.as_bytes().iter().copied().map(character).collect()))
    }

    /// The same of a file that need not be all UTF-8: what is not is shown by a mark.
    ///
    /// # Errors
    ///
    /// The system's, with the path.
    pub fn read_lossy(&self, path: &Path) -> Result<String, FileError> {
        let mut octets = Vec::new();
        let read = self.open_bounded(path, TEXT)?.read_to_end(&mut octets);
        read.map_err(|why| FileError { path: self.shown(path), why })?;
        Ok(String::from_utf8_lossy(&octets).into_owned())
    }

    /// A list, to be read piece by piece, because it may be large; without the mark as well.
    ///
    /// # Errors
    ///
    /// The system's, with the path.
    pub fn open(&self, path: &Path) -> Result<Box<dyn BufRead>, FileError> {
        self.open_bounded(path, LIST)
    }

    fn open_bounded(&self, path: &Path, bound: FileBound) -> Result<Box<dyn BufRead>, FileError> {
        if let Some((source, path)) = self.part(path) {
            return source.open_bounded(path, bound);
        }
        let opened: io::Result<Box<dyn BufRead>> = match self.noted(path, PathKind::File) {
            Self::Together(_) => Err(io::ErrorKind::NotFound.into()),
            Self::BuiltIn(dir) => match dir.get_file(path) {
                Some(file) => Ok(Box::new(file.contents())),
                None => Err(io::ErrorKind::NotFound.into()),
            },
            _ => open_regular(&self.on_disk(path), bound)
                .map(|file| Box::new(BufReader::with_capacity(PIECE, file)) as Box<dyn BufRead>),
        };
        let unmarked = opened.and_then(|mut file| {
            let marked = file.fill_buf()?.starts_with(MARK.as_bytes());
            file.consume(if marked { MARK.len() } else { 0 });
            Ok(file)
        });
        unmarked.map_err(|why| FileError { path: self.shown(path), why })
    }

    /// The files below `folder` whose names end in one of `endings`, sorted. Editors' backups and
    /// hidden files are no files.
    ///
    /// # Errors
    ///
    /// The system's, with the path.
    pub fn list(&self, folder: &Path, endings: &[&str]) -> Result<Vec<PathBuf>, FileError> {
        self.list_at_most(MOST_FILES, folder, endings)
    }

    fn list_at_most(
        &self,
        most: usize,
        folder: &Path,
        endings: &[&str],
    ) -> Result<Vec<PathBuf>, FileError> {
        let fail = |why| FileError { path: self.shown(folder), why };
        let is_one = |path: &PathBuf| {
            let name = path.file_name().map(|name| name.to_string_lossy());
            let ends = |name: &str| endings.iter().any(|ending| name.ends_with(ending));
            name.is_some_and(|name| ends(&name) && !name.starts_with('.'))
        };
        let mut found = match self.noted(folder, PathKind::Folder) {
            Self::BuiltIn(dir) => {
                let inside =
                    if folder.as_os_str().is_empty() { Some(*dir) } else { dir.get_dir(folder) };
                let inside = inside.ok_or_else(|| fail(io::ErrorKind::NotFound.into()))?;
                inside.files().map(|file| file.path().to_owned()).filter(is_one).collect()
            }
            _ => fs::read_dir(self.on_disk(folder))
                .and_then(|entries| {
                    let paths = entries.map(|entry| Ok(folder.join(entry?.file_name())));
                    let ours = paths.filter(|path| path.as_ref().map_or(true, is_one));
                    ours.take(most + 1).collect::<io::Result<Vec<_>>>()
                })
                .map_err(fail)?,
        };
        if found.len() > most {
            let why = format!("a folder holds at most {most} of these files");
            return Err(fail(io::Error::other(why)));
        }
        found.sort();
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::FileSource;
    use std::{fs, io::Read, path::Path};

    #[test]
    fn a_folder_holds_so_many_files_and_others_do_not_count() {
        let folder = std::env::temp_dir().join(format!("splinterdns-many-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for name in ["a.zone", "b.zone", "c.txt", ".d.zone"] {
            fs::write(folder.join(name), "").unwrap();
        }
        let files = FileSource::Folder(folder.clone());
        let list = |most| files.list_at_most(most, Path::new(""), &[".zone"]);
        let (two, one) = (list(2), list(1));
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(two.unwrap(), [Path::new("a.zone"), Path::new("b.zone")]);
        assert!(one.unwrap_err().to_string().ends_with("a folder holds at most 1 of these files"));
    }

    #[test]
    fn a_mark_is_no_text_at_the_beginning_and_is_text_elsewhere() {
        let folder = std::env::temp_dir().join(format!("splinterdns-mark-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("twice"), "\u{feff}\u{feff}a\u{feff}").unwrap();
        fs::write(folder.join("short"), "a").unwrap();
        let files = FileSource::Folder(folder.clone());
        let both = |name: &str| {
            let mut opened = String::new();
            files.open(Path::new(name)).unwrap().read_to_string(&mut opened).unwrap();
            (files.read(Path::new(name)).unwrap(), opened)
        };
        let (twice, short) = (both("twice"), both("short"));
        fs::remove_dir_all(&folder).unwrap();
        let rest = "\u{feff}a\u{feff}".to_owned();
        assert_eq!(twice, (rest.clone(), rest));
        assert_eq!(short, ("a".to_owned(), "a".to_owned()));
    }
}
