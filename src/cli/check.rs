//! `check`: every problem of configs, country files, lab files and zones.

use super::{Failure, Outcome, progress::watched};
use crate::{
    config::{LabSpec, Report, Shelf, ShelfError, YAML},
    lab::{self, Lab, LoadError, Shelves},
};
use std::path::{Path, PathBuf};

/// Check configs and zones; exit 0 when clean, 1 with problems, 2 when something cannot be read
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folders like configs/ or zones/, country files, lab files, zone files [default: what is
    /// compiled in]
    #[arg(value_name = "DIR|FILE")]
    paths: Vec<PathBuf>,
}

pub(super) fn run(args: &Args) -> Outcome {
    let mut problems = String::new();
    if args.paths.is_empty() {
        check_configs(Shelf::built_in_configs(), None, "(built in)", &mut problems)?;
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
        return check_configs(Shelf::Folder(path.to_owned()), None, &shown, problems);
    }
    if is_lab_file(path) {
        let beside = folder(path).join("countries").is_dir();
        let configs =
            if beside { Shelf::Folder(folder(path).to_owned()) } else { Shelf::built_in_configs() };
        return check_configs(configs, Some(path.to_owned()), &shown, problems);
    }
    let mut report = Report::default();
    if path.is_dir() {
        check_folder(path, &mut report)?;
    } else if ends_in("zone") {
        lab::check_zones(folder(path), &[file_name(path)], &mut report)?;
    } else {
        lab::check_countries(folder(path), &[file_name(path)], &mut report)?;
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
    let shelf = Shelf::Folder(folder.to_owned());
    let zones = shelf.list(Path::new(""), &[".zone"])?;
    let countries = shelf.list(Path::new(""), &YAML)?;
    if zones.is_empty() && countries.is_empty() {
        return Err(Failure::unreadable(format!(
            "{} holds neither .yaml (.yml) nor .zone files",
            folder.display()
        )));
    }
    lab::check_zones(folder, &zones, report)?;
    lab::check_countries(folder, &countries, report)?;
    Ok(())
}

fn check_configs(
    configs: Shelf,
    lab_file: Option<PathBuf>,
    shown: &str,
    problems: &mut String,
) -> Outcome {
    let shelves = Shelves { lab_file, ..Shelves::new(configs, LabSpec::default()) };
    match watched(&shelves.progress, || lab::load(&shelves)) {
        Ok((lab, _)) => say!("{shown}: {}; no problems", summary(&lab)),
        Err(LoadError::Problems(report)) => problems.push_str(&format!("{report}\n")),
        Err(error) => return Err(Failure::from(error)),
    }
    Ok(())
}

/// "10 countries with 24 operators, 270 rules, 75 zones", or whatever there are.
pub(super) fn summary(lab: &Lab) -> String {
    let countries = lab.policy.countries();
    let operators: usize = countries.iter().map(|country| country.operators.len()).sum();
    let rules: usize = countries.iter().map(crate::policy::Country::rule_count).sum();
    let (countries, operators) =
        (plural(countries.len(), "country"), plural(operators, "operator"));
    format!(
        "{countries} with {operators}, {}, {}",
        plural(rules, "rule"),
        plural(lab.zones.len(), "zone")
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
    let own = ["listen:", "upstream:", "honest-from:", "zones:", "allow:", "seed:"];
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let yaml = path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
    let named = path.file_stem().is_some_and(|name| name == "lab");
    yaml && (named || text.lines().any(|line| own.iter().any(|key| line.starts_with(key))))
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

fn file_name(path: &Path) -> PathBuf {
    PathBuf::from(path.file_name().unwrap_or_default())
}

impl From<ShelfError> for Failure {
    fn from(error: ShelfError) -> Self {
        Self::unreadable(format!("cannot read {error}"))
    }
}
