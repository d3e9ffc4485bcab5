//! Reading everything a lab needs, with all problems of all files in one report.

use super::{Lab, Settings, examples};
use crate::{
    answer::{Zone, Zones},
    config::{
        CountrySpec, LabSpec, Place, Report, Shelf, ShelfError, Trouble, YAML, read_country,
        read_lab,
    },
    name::wire_name,
    policy::{Policy, Unknown, compile},
    progress::Progress,
    query::Bound,
};
use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
};
use thiserror::Error;

/// Where a lab's files stand, and what the command line says beside them.
#[derive(Clone, Debug)]
pub struct Shelves {
    /// A folder like `configs/`: `lab.yaml` (may be missing) and `countries/*.yaml`, or `.yml`.
    pub configs: Shelf,
    /// Another lab file than the one in `configs`.
    pub lab_file: Option<PathBuf>,
    /// A folder of zone files; what the lab file names when missing, and the compiled-in ones when
    /// that names none.
    pub zones: Option<Shelf>,
    /// What the command line says; it wins over the lab file.
    pub flags: LabSpec,
    /// How far a load of this has come.
    pub progress: Progress,
}

/// Why there is no lab.
#[derive(Debug, Error)]
pub enum LoadError {
    /// Something in the files is wrong.
    #[error("{0}")]
    Problems(Box<Report>),
    /// A file or folder cannot be read.
    #[error("cannot read {0}")]
    Unreadable(#[from] ShelfError),
    /// The command line names a country or an operator that is not there.
    #[error(transparent)]
    Unknown(#[from] Unknown),
}

impl Shelves {
    /// Configs as they are, with their own lab file and zones.
    #[must_use]
    pub fn new(configs: Shelf, flags: LabSpec) -> Self {
        Self { configs, lab_file: None, zones: None, flags, progress: Progress::default() }
    }
}

/// Reads a lab, runs every country's examples, and says all that is wrong.
///
/// # Errors
///
/// [`LoadError`] when a file cannot be read or has problems; nothing is half loaded.
pub fn load(shelves: &Shelves) -> Result<(Lab, Report), LoadError> {
    let mut report = Report::default();
    let file = lab_spec(shelves, &mut report)?;
    let zones_shelf = zones_shelf(shelves, &file);
    let zones = match (read_zones(&zones_shelf, &mut report), &file.zones, &shelves.zones) {
        (Ok(zones), ..) => zones,
        // The lab file says where the zones are, so it is wrong.
        (Err(error), Some(named), None) => {
            report.add(named.place, error);
            Zones::default()
        }
        (Err(error), ..) => return Err(LoadError::from(error)),
    };
    let specs = read_countries(&shelves.configs, &mut report)?;
    let mut policy = compile(&specs, &shelves.configs, &shelves.progress, &mut report);
    bind_countries(&mut policy, &file, &mut report);
    bind_flags(&mut policy, &shelves.flags)?;
    let settings =
        Settings::new(file, shelves.flags.clone(), zones_shelf.folder().map(Path::to_owned));
    let lab = finish(policy, zones, settings, &specs, &mut report);
    if report.is_clean() { Ok((lab, report)) } else { Err(LoadError::Problems(Box::new(report))) }
}

/// Checks country files of one folder together, without zones behind their examples. Their problems
/// go into the report.
///
/// # Errors
///
/// A file cannot be read.
pub fn check_countries(
    folder: &Path,
    files: &[PathBuf],
    report: &mut Report,
) -> Result<(), ShelfError> {
    let shelf = Shelf::Folder(folder.to_owned());
    let mut specs = Vec::new();
    for name in files {
        let text = shelf.read(name)?;
        let file = report.open(folder.join(name), text);
        specs.extend(read_country(file, name.clone(), report));
    }
    let policy = compile(&specs, &shelf, &Progress::default(), report);
    let settings = Settings::new(LabSpec::default(), LabSpec::default(), None);
    finish(policy, Zones::default(), settings, &specs, report);
    Ok(())
}

/// Checks zone files of one folder together.
///
/// # Errors
///
/// A file cannot be read.
pub fn check_zones(
    folder: &Path,
    files: &[PathBuf],
    report: &mut Report,
) -> Result<(), ShelfError> {
    let shelf = Shelf::Folder(folder.to_owned());
    let mut reading = ReadingZones::default();
    files.iter().try_for_each(|name| reading.read(&shelf, name, report))
}

/// Examples only tell something about a policy that is otherwise sound.
fn finish(
    policy: Policy,
    zones: Zones,
    settings: Settings,
    specs: &[CountrySpec],
    report: &mut Report,
) -> Lab {
    let lab = Lab::new(policy, zones, settings);
    if report.is_clean() {
        specs.iter().for_each(|spec| examples::run(&lab, spec, report));
    }
    lab
}

/// The lab file that the command line names, else the configs' own, which may be missing.
fn lab_spec(shelves: &Shelves, report: &mut Report) -> Result<LabSpec, ShelfError> {
    if let Some(path) = &shelves.lab_file {
        return read_spec(&Shelf::Folder(PathBuf::new()), path, report);
    }
    for ending in YAML {
        match read_spec(&shelves.configs, Path::new(&format!("lab{ending}")), report) {
            Err(error) if error.why.kind() == io::ErrorKind::NotFound => {}
            read => return read,
        }
    }
    Ok(LabSpec::default())
}

fn read_spec(shelf: &Shelf, path: &Path, report: &mut Report) -> Result<LabSpec, ShelfError> {
    let text = shelf.read(path)?;
    let file = report.open(shelf.shown(path), text);
    Ok(read_lab(file, report).unwrap_or_default())
}

/// The folder that the command line names, else the one that the lab file names (relative to it),
/// else the compiled-in one.
fn zones_shelf(shelves: &Shelves, lab: &LabSpec) -> Shelf {
    if let Some(shelf) = &shelves.zones {
        return shelf.clone();
    }
    let Some(named) = &lab.zones else { return Shelf::built_in_zones() };
    let beside = match &shelves.lab_file {
        Some(path) => path.parent().map(Path::to_owned),
        None => shelves.configs.folder().map(Path::to_owned),
    };
    Shelf::Folder(beside.unwrap_or_default().join(&named.value))
}

fn read_countries(shelf: &Shelf, report: &mut Report) -> Result<Vec<CountrySpec>, ShelfError> {
    let mut specs = Vec::new();
    let paths = shelf.list(Path::new("countries"), &YAML)?;
    if paths.is_empty() {
        let why =
            io::Error::other("this folder holds no country: no file that ends in .yaml or .yml");
        return Err(ShelfError { path: shelf.shown(Path::new("countries")), why });
    }
    for path in paths {
        let file = report.open(shelf.shown(&path), shelf.read(&path)?);
        specs.extend(read_country(file, path, report));
    }
    Ok(specs)
}

fn read_zones(shelf: &Shelf, report: &mut Report) -> Result<Zones, ShelfError> {
    let mut reading = ReadingZones::default();
    for path in shelf.list(Path::new(""), &[".zone"])? {
        reading.read(shelf, &path, report)?;
    }
    Ok(reading.zones)
}

/// Zones, and the file that each was read from.
#[derive(Default)]
struct ReadingZones {
    zones: Zones,
    files: HashMap<String, PathBuf>,
}

impl ReadingZones {
    /// `example.com.zone` holds the zone example.com, unless its `$ORIGIN` says otherwise.
    fn read(&mut self, shelf: &Shelf, path: &Path, report: &mut Report) -> Result<(), ShelfError> {
        let text = shelf.read(path)?;
        let origin = path.file_stem().and_then(|stem| wire_name(&stem.to_string_lossy()).ok());
        let zone = Zone::read(&text, origin.as_ref());
        let file = report.open(shelf.shown(path), text);
        match zone {
            Ok(zone) => {
                let name = zone.origin().to_string();
                if let Some(first) = self.files.insert(name.clone(), shelf.shown(path)) {
                    let first = format!("in {}", first.display());
                    report.add(Place::whole(file), Trouble::Twice { what: "zone", name, first });
                }
                self.zones.insert(zone);
            }
            Err(error) => {
                let place = error.line.map_or(Place::whole(file), |line| Place::at(file, line, 1));
                report.add(place, Trouble::Zone { why: error.why });
            }
        }
        Ok(())
    }
}

/// The countries that the command line names must be there; its default wins over the lab file's.
fn bind_flags(policy: &mut Policy, flags: &LabSpec) -> Result<(), LoadError> {
    for (_, named) in named(flags) {
        policy.find(&named)?;
    }
    if flags.country.is_some() {
        policy.set_default(flags.country.as_ref().map(|at| at.value));
    }
    Ok(())
}

/// The countries and operators that the lab file names must be there.
fn bind_countries(policy: &mut Policy, lab: &LabSpec, report: &mut Report) {
    for (place, named) in named(lab) {
        if let Err(Unknown { what, known: expected, .. }) = policy.find(&named) {
            let found =
                named.operator.filter(|_| what == "operator").unwrap_or(named.country.to_string());
            report.add(place, Trouble::UnknownWord { found, what, expected });
        }
    }
    policy.set_default(lab.country.as_ref().map(|at| at.value));
}

/// Every country, with its operator, that clients are put into.
fn named(lab: &LabSpec) -> impl Iterator<Item = (Place, Bound)> {
    let listeners =
        lab.listen.iter().filter_map(|at| at.value.bound.clone().map(|bound| (at.place, bound)));
    let default = lab.country.iter().map(|at| (at.place, Bound::to(at.value)));
    listeners.chain(default)
}
