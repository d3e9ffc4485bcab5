//! Reading country files.

use crate::{
    config::{CountrySpec, read_country},
    diagnostic::{Place, Report},
    files::{FileError, FileSource},
    model::CountryCode,
};
use std::{
    io, iter,
    num::NonZero,
    panic,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// More threads gain nothing: the largest file alone takes a tenth of the time.
const MOST_THREADS: usize = 4;

/// The countries, and the codes of those that took the place of shipped ones.
pub(super) fn read_countries(
    files: &FileSource,
    report: &mut Report,
) -> Result<(Vec<CountrySpec>, Vec<CountryCode>), FileError> {
    let mut specs = Vec::new();
    let paths = files.countries()?;
    if paths.is_empty() {
        let why =
            io::Error::other("this folder holds no country: no file that ends in .yaml or .yml");
        return Err(FileError { path: files.shown(Path::new("countries")), why });
    }
    for (spec, part) in read_all(files, &paths, report.next_file())? {
        report.append(part);
        specs.extend(spec);
    }
    let (shipped, own): (Vec<_>, Vec<_>) =
        specs.into_iter().partition(|spec: &CountrySpec| files.is_spare(&spec.path));
    let is_replaced =
        |spec: &CountrySpec| own.iter().any(|own| own.country.value == spec.country.value);
    let (gone, kept): (Vec<_>, Vec<_>) = shipped.into_iter().partition(is_replaced);
    let replaced = gone.iter().map(|spec| spec.country.value).collect();
    Ok((own.into_iter().chain(kept).collect(), replaced))
}

/// A country, if its file means anything, and what is wrong with it.
type ReadCountry = (Option<CountrySpec>, Report);

/// Reads files by turns on as many threads as there are cores: most of the time that a start takes
/// goes into YAML. The first file has this number in the report.
fn read_all(
    files: &FileSource,
    paths: &[PathBuf],
    first: usize,
) -> Result<Vec<ReadCountry>, FileError> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
    let next = AtomicUsize::new(0);
    let read = || -> Vec<(usize, Result<ReadCountry, FileError>)> {
        let numbers = iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        let numbers = numbers.take_while(|number| *number < paths.len());
        numbers.map(|number| (number, read_one(files, &paths[number], first + number))).collect()
    };
    let mut all =
        thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(read)).collect();
            let mut all = read();
            all.extend(others.into_iter().flat_map(|other| {
                other.join().unwrap_or_else(|panic| panic::resume_unwind(panic))
            }));
            all
        });
    all.sort_by_key(|(number, _)| *number);
    all.into_iter().map(|(_, read)| read).collect()
}

fn read_one(files: &FileSource, path: &Path, number: usize) -> Result<ReadCountry, FileError> {
    let mut report = Report::beginning_at(number);
    let file = open_text(files, path, &mut report)?;
    let spec = file.and_then(|file| read_country(file, path.to_owned(), &mut report));
    Ok((spec, report))
}

/// Opens a file in the report; one that is no UTF-8 is a problem among others, with its line, and
/// so is one that is too large.
pub(super) fn open_text(
    files: &FileSource,
    path: &Path,
    report: &mut Report,
) -> Result<Option<usize>, FileError> {
    match files.read(path) {
        Ok(text) => Ok(Some(report.open(files.shown(path), text))),
        Err(error) if error.why.kind() == io::ErrorKind::InvalidData => {
            let text = files.read_lossy(path)?;
            let mark = text.find(char::REPLACEMENT_CHARACTER).unwrap_or(0);
            let line = text[..mark].matches('\n').count() + 1;
            let before = text[..mark].rsplit('\n').next().unwrap_or("");
            let column = before.chars().count() + 1;
            let file = report.open(files.shown(path), text);
            report.add(Place::at(file, line, column), "this is no text in UTF-8");
            Ok(None)
        }
        Err(error) if error.why.kind() == io::ErrorKind::FileTooLarge => {
            let file = report.open(files.shown(path), String::new());
            report.add(Place::whole(file), error.why);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
