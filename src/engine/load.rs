//! Reading everything a lab needs, with all problems of all files in one report.

use super::{
    country_files::{open_text, read_countries},
    examples,
    generation::Engine,
    settings::Settings,
    trial_rules::{TrialRule, try_rules},
};
use crate::{
    config::{CountrySpec, LabSpec, read_country, read_lab},
    diagnostic::{Duplicate, Place, Report, UnknownWord},
    dns::wire_name,
    files::{FileError, FileSource, ReadLog, YAML, beside},
    model::Binding,
    policy::{Policy, RuleFiles, UnknownJurisdiction, compile},
    progress::Progress,
    zone::{Zone, Zones},
};
use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
};
use thiserror::Error;

/// Where a lab's files stand, and what the command line says beside them.
#[derive(Clone, Debug)]
pub struct LabSources {
    /// A folder like `configs/`: `lab.yaml` (may be missing) and `countries/*.yaml`, or `.yml`.
    pub configs: FileSource,
    /// Another lab file than the one in `configs`.
    pub lab_file: Option<PathBuf>,
    /// A folder of zone files; what the lab file names when missing, and the compiled-in ones when
    /// that names none.
    pub zones: Option<FileSource>,
    /// A folder of lists that rules may lack; what the lab file names when missing.
    pub lists: Option<FileSource>,
    /// What the command line says; it wins over the lab file.
    pub flags: LabSpec,
    /// Rules to try, before all others of their countries.
    pub rules: Vec<TrialRule>,
    /// How far a load of this has come.
    pub progress: Progress,
    /// What a load of this has read.
    pub reads: ReadLog,
}

/// Why there is no lab.
#[derive(Debug, Error)]
pub enum LoadError {
    /// Something in the files is wrong.
    #[error("{0}")]
    Problems(Box<Report>),
    /// A file or folder cannot be read.
    #[error(transparent)]
    Unreadable(#[from] FileError),
    /// The command line names a country or an operator that is not there.
    #[error(transparent)]
    Unknown(#[from] UnknownJurisdiction),
}

impl LabSources {
    /// Configs as they are, with their own lab file and zones.
    #[must_use]
    pub fn new(configs: FileSource, flags: LabSpec) -> Self {
        let (rules, progress, reads) = (Vec::new(), Progress::default(), ReadLog::default());
        let (lab_file, zones, lists) = (None, None, None);
        Self { configs, lab_file, zones, lists, flags, rules, progress, reads }
    }
}

/// Reads a lab, runs every country's examples, and says all that is wrong.
///
/// # Errors
///
/// [`LoadError`] when a file cannot be read or has problems; nothing is half loaded.
pub fn load(sources: &LabSources) -> Result<(Engine, Report), LoadError> {
    let mut report = Report::default();
    let configs = sources.configs.recorded(&sources.reads);
    let file = lab_spec(sources, &configs, &mut report)?;
    let zones_source = zones_source(sources, &file).recorded(&sources.reads);
    let zones = match (read_zones(&zones_source, &mut report), &file.zones, &sources.zones) {
        (Ok(zones), ..) => zones,
        // The lab file says where the zones are, so it is wrong.
        (Err(error), Some(named), None) => {
            report.add(named.place, error);
            Zones::default()
        }
        (Err(error), ..) => return Err(LoadError::from(error)),
    };
    let problems = report.located().len();
    let (mut specs, replaced) = read_countries(&configs, &mut report)?;
    try_rules(&mut specs, &sources.rules, &mut report);
    let lists = lists_source(sources, &file, &mut report)?;
    let files = RuleFiles { files: &configs, lists: lists.as_ref() };
    let mut policy = compile(&specs, files, &sources.progress, &mut report);
    // A country whose file is broken is not missing.
    if report.located().len() == problems {
        bind_countries(&mut policy, &file, &mut report);
        bind_flags(&mut policy, &sources.flags)?;
    }
    let settings =
        Settings::new(file, sources.flags.clone(), zones_source.folder().map(Path::to_owned));
    let mut engine = finish(policy, zones, settings, &specs, &mut report);
    engine.replaced = replaced;
    if report.is_clean() {
        Ok((engine, report))
    } else {
        Err(LoadError::Problems(Box::new(report)))
    }
}

/// Checks country files of one source together, without zones behind their examples. Their problems
/// go into the report.
///
/// # Errors
///
/// A file cannot be read.
pub fn check_countries(
    files: &FileSource,
    names: &[PathBuf],
    report: &mut Report,
) -> Result<(), FileError> {
    let mut specs = Vec::new();
    for name in names {
        let Some(file) = open_text(files, name, report)? else { continue };
        specs.extend(read_country(file, name.clone(), report));
    }
    let files = RuleFiles { files, lists: None };
    let policy = compile(&specs, files, &Progress::default(), report);
    let settings = Settings::new(LabSpec::default(), LabSpec::default(), None);
    finish(policy, Zones::default(), settings, &specs, report);
    Ok(())
}

/// Checks zone files of one folder together.
///
/// # Errors
///
/// A file cannot be read.
pub fn check_zones(folder: &Path, names: &[PathBuf], report: &mut Report) -> Result<(), FileError> {
    let files = FileSource::Folder(folder.to_owned());
    let mut reading = ReadingZones::default();
    names.iter().try_for_each(|name| reading.read(&files, name, report))
}

/// Examples only tell something about a policy that is otherwise sound, and about a country as its
/// file has it, without names that a user has fetched.
fn finish(
    policy: Policy,
    zones: Zones,
    settings: Settings,
    specs: &[CountrySpec],
    report: &mut Report,
) -> Engine {
    let engine = Engine::new(policy, zones, settings);
    if report.is_clean() {
        let as_written = specs.iter().filter(|spec| !has_fetched_names(&engine.policy, spec));
        as_written.for_each(|spec| examples::run(&engine, spec, report));
    }
    engine
}

fn has_fetched_names(policy: &Policy, spec: &CountrySpec) -> bool {
    let country = policy.countries().iter().find(|country| country.code == spec.country.value);
    let rules = country.into_iter().flat_map(|country| country.rules());
    { rules }.any(|rule| rule.lists.iter().any(|list| list.is_optional && list.names > 0))
}

/// The lab file that the command line names, else the configs' own, which may be missing.
fn lab_spec(
    sources: &LabSources,
    configs: &FileSource,
    report: &mut Report,
) -> Result<LabSpec, FileError> {
    if let Some(path) = &sources.lab_file {
        let anywhere = FileSource::Folder(PathBuf::new()).recorded(&sources.reads);
        return read_spec(&anywhere, path, report);
    }
    for ending in YAML {
        match read_spec(configs.main(), Path::new(&format!("lab{ending}")), report) {
            Err(error) if error.why.kind() == io::ErrorKind::NotFound => {}
            read => return read,
        }
    }
    Ok(LabSpec::default())
}

fn read_spec(files: &FileSource, path: &Path, report: &mut Report) -> Result<LabSpec, FileError> {
    let Some(file) = open_text(files, path, report)? else { return Ok(LabSpec::default()) };
    // What cannot be read at all has been reported.
    Ok(read_lab(file, report).unwrap_or_default())
}

/// The folder that the command line names, else the one that the lab file names (relative to it),
/// else the compiled-in one.
fn zones_source(sources: &LabSources, lab: &LabSpec) -> FileSource {
    if let Some(files) = &sources.zones {
        return files.clone();
    }
    let Some(named) = &lab.zones else { return FileSource::built_in_zones() };
    beside_lab(sources, &named.value)
}

/// The folder of lists that the command line names, else the one that the lab file names. It must
/// be there, because a rule does not miss what is not.
fn lists_source(
    sources: &LabSources,
    lab: &LabSpec,
    report: &mut Report,
) -> Result<Option<FileSource>, FileError> {
    if let Some(lists) = &sources.lists {
        let lists = lists.recorded(&sources.reads);
        return lists.list(Path::new(""), &[]).map(|_| Some(lists));
    }
    let Some(named) = &lab.lists else { return Ok(None) };
    let lists = beside_lab(sources, &named.value).recorded(&sources.reads);
    if let Err(error) = lists.list(Path::new(""), &[]) {
        report.add(named.place, error);
    }
    Ok(Some(lists))
}

/// A folder that the lab file names.
fn beside_lab(sources: &LabSources, named: &str) -> FileSource {
    let beside = match &sources.lab_file {
        Some(path) => path.parent().map(Path::to_owned),
        None => sources.configs.folder().map(Path::to_owned),
    };
    FileSource::Folder(beside.map_or_else(|| PathBuf::from(named), |folder| folder.join(named)))
}

fn read_zones(files: &FileSource, report: &mut Report) -> Result<Zones, FileError> {
    let mut reading = ReadingZones::default();
    for path in files.list(Path::new(""), &[".zone"])? {
        reading.read(files, &path, report)?;
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
    fn read(
        &mut self,
        files: &FileSource,
        path: &Path,
        report: &mut Report,
    ) -> Result<(), FileError> {
        let text = match files.read_octets(path) {
            Err(error) if error.why.kind() == io::ErrorKind::FileTooLarge => {
                let file = report.open(files.shown(path), String::new());
                report.add(Place::whole(file), error.why);
                return Ok(());
            }
            read => read?,
        };
        let origin = path.file_stem().and_then(|stem| wire_name(&stem.to_string_lossy()).ok());
        let include =
            |named: &str| files.read_octets(&beside(path, named)).map_err(|why| why.to_string());
        let zone = Zone::read(&text, origin.as_ref(), &include);
        // The text is only kept where a line of it is shown.
        let shown = if zone.is_ok() { String::new() } else { text };
        let file = report.open(files.shown(path), shown);
        match zone {
            Ok(zone) => {
                let name = zone.origin().to_string();
                if let Some(first) = self.files.insert(name.clone(), files.shown(path)) {
                    let first = format!("in {}", first.display());
                    report.add(Place::whole(file), Duplicate { what: "zone", name, first });
                }
                self.zones.insert(zone);
            }
            Err(error) => {
                let place = error.line.map_or(Place::whole(file), |line| Place::at(file, line, 1));
                report.add(place, error.why);
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
        if let Err(UnknownJurisdiction { what, known: expected, .. }) = policy.find(&named) {
            let found =
                named.operator.filter(|_| what == "operator").unwrap_or(named.country.to_string());
            report.add(place, UnknownWord { found, what, expected: expected.into() });
        }
    }
    policy.set_default(lab.country.as_ref().map(|at| at.value));
}

/// Every country, with its operator, that clients are put into.
fn named(lab: &LabSpec) -> impl Iterator<Item = (Place, Binding)> {
    let listeners = lab
        .listen
        .iter()
        .filter_map(|at| at.value.binding.clone().map(|binding| (at.place, binding)));
    let default = lab.country.iter().map(|at| (at.place, Binding::to(at.value)));
    listeners.chain(default)
}
