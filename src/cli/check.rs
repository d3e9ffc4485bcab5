//! `check`: every problem of configs, country files, lab files and zones.

use super::{
    outcome::{Failure, Outcome},
    progress::watched,
};
use crate::{
    config::LabSpec,
    diagnostic::Report,
    engine::{Engine, LabSources, LoadError, check_countries, check_zones, load},
    files::{FileError, FileSource, YAML},
};
use std::path::{Path, PathBuf};

/// Check configs and zones; exit 0 when clean, 1 with problems, 2 when something cannot be read
#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
    /// Folders like configs/ or zones/, country files, lab files, zone files [default: what is
    /// compiled in]
    #[arg(value_name = "DIR|FILE")]
    paths: Vec<PathBuf>,
}

pub(super) fn run(args: &CheckArgs) -> Outcome {
    let mut problems = String::new();
    if args.paths.is_empty() {
        check_configs(FileSource::built_in_configs(), None, "(built in)", &mut problems)?;
    }
    for path in &args.paths {
        check(path, &mut problems)?;
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Failure::problem(format!("problems were found\n{}", problems.trim_end())))
    }
}

fn check(path: &Path, problems: &mut String) -> Outcome {
    let shown = path.display().to_string();
    let ends_in = |ending: &str| path.extension().is_some_and(|extension| extension == ending);
    if path.join("countries").is_dir() {
        return check_configs(FileSource::Folder(path.to_owned()), None, &shown, problems);
    }
    if is_lab_file(path) {
        let beside = folder(path).join("countries").is_dir();
        let configs = if beside {
            FileSource::Folder(folder(path).to_owned())
        } else {
            FileSource::built_in_configs()
        };
        return check_configs(configs, Some(path.to_owned()), &shown, problems);
    }
    let mut report = Report::default();
    if path.is_dir() {
        check_folder(path, &mut report)?;
    } else if ends_in("zone") {
        check_zones(folder(path), &[file_name(path)], &mut report)?;
    } else {
        check_countries(folder(path), &[file_name(path)], &mut report)?;
    }
    if report.is_clean() {
        say!("{shown}: no problems in {}", plural(report.file_count(), "file"));
    } else {
        problems.push_str(&format!("{report}\n"));
    }
    Ok(())
}

/// A folder of country files, or of zones.
fn check_folder(folder: &Path, report: &mut Report) -> Outcome {
    let files = FileSource::Folder(folder.to_owned());
    let zones = files.list(Path::new(""), &[".zone"])?;
    let countries = files.list(Path::new(""), &YAML)?;
    if zones.is_empty() && countries.is_empty() {
        return Err(Failure::unreadable(format!(
            "{} holds neither .yaml (.yml) nor .zone files",
            folder.display()
        )));
    }
    check_zones(folder, &zones, report)?;
    check_countries(folder, &countries, report)?;
    Ok(())
}

fn check_configs(
    configs: FileSource,
    lab_file: Option<PathBuf>,
    shown: &str,
    problems: &mut String,
) -> Outcome {
    let sources = LabSources { lab_file, ..LabSources::new(configs, LabSpec::default()) };
    match watched(&sources.progress, || load(&sources)) {
        Ok((engine, _)) => say!("{shown}: {}; no problems", summary(&engine)),
        Err(LoadError::Problems(report)) => problems.push_str(&format!("{report}\n")),
        Err(error) => return Err(Failure::from(error)),
    }
    Ok(())
}

/// "10 countries with 24 operators, 270 rules, 75 zones", or whatever there are.
pub(super) fn summary(engine: &Engine) -> String {
    let countries = engine.policy.countries();
    let operators: usize = countries.iter().map(|country| country.operators.len()).sum();
    let rules: usize = countries.iter().map(|country| country.rules().count()).sum();
    let (countries, operators) =
        (plural(countries.len(), "country"), plural(operators, "operator"));
    format!(
        "{countries} with {operators}, {}, {}",
        plural(rules, "rule"),
        plural(engine.zones.len(), "zone")
    )
}

fn plural(count: usize, noun: &str) -> String {
    match (count, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        _ => format!("{count} {noun}s"),
    }
}

/// `lab.yaml`, or another YAML file that has one of a lab's own keys.
fn is_lab_file(path: &Path) -> bool {
    const OWN: [&str; 6] = ["listen:", "upstream:", "honest-from:", "zones:", "allow:", "seed:"];
    let own = |line: &str| OWN.iter().any(|key| line.starts_with(key));
    let yaml = path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
    let named = path.file_stem().is_some_and(|name| name == "lab");
    yaml && (named || std::fs::read_to_string(path).is_ok_and(|text| text.lines().any(own)))
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

fn file_name(path: &Path) -> PathBuf {
    path.file_name().map_or_else(|| path.to_owned(), PathBuf::from)
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        Self::unreadable(error)
    }
}
