//! `check`: every problem of configs, country files, lab files and zones.

use super::{
    check_sources,
    file_options::input,
    outcome::{Failure, Outcome},
    progress::watched,
    style::{complain, say_json},
};
use crate::{
    config::LabSpec,
    diagnostic::{LocatedProblem, Report},
    engine::{Engine, LabSources, LoadError, check_countries, check_zones, load},
    files::{FileError, FileSource, YAML},
};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Check configs and zones; exit 0 when clean, 1 with problems, 2 when something cannot be read
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  splinterdns check my-configs
  splinterdns check --json my-configs/countries/xx.yaml
  splinterdns check --sources")]
pub(super) struct CheckArgs {
    /// Folders like configs/ or zones/, country files, lab files, zone files; - for a country file
    /// by the standard input [default: what is compiled in]
    #[arg(value_name = "DIR|FILE")]
    paths: Vec<PathBuf>,

    /// Tell which rules' sources attest no form, no name or no date, and the share of each grade
    #[arg(long)]
    sources: bool,

    /// Print JSON: a list of problems, each with its file, line, column and message
    #[arg(long)]
    json: bool,
}

/// What was found so far.
struct Found {
    /// Reports, for people.
    text: String,
    /// Problems, for programs; nothing where people read.
    json: Option<Vec<Value>>,
}

pub(super) fn run(args: &CheckArgs) -> Outcome {
    if args.sources {
        return tell_sources(args);
    }
    let mut found = Found { text: String::new(), json: args.json.then(Vec::new) };
    if args.paths.is_empty() {
        check_configs(FileSource::built_in_configs(), None, "(built in)", &mut found)?;
    }
    for path in &args.paths {
        check(path, &mut found)?;
    }
    if let Some(problems) = found.json {
        say_json(&Value::from(problems));
        let clean = found.text.is_empty();
        return if clean { Ok(()) } else { Err(Failure::problem("problems were found")) };
    }
    if found.text.is_empty() {
        Ok(())
    } else {
        Err(Failure::problem(format!("problems were found\n{}", found.text.trim_end())))
    }
}

/// What the sources of a folder's or a file's rules attest.
fn tell_sources(args: &CheckArgs) -> Outcome {
    let configs = match &*args.paths {
        [] => FileSource::built_in_configs(),
        [path] if path.is_file() => FileSource::File(path.clone()),
        [path] => FileSource::Folder(path.clone()),
        _ => return Err(Failure::problem("--sources looks at one folder or file at a time")),
    };
    let sources = LabSources::new(configs, LabSpec::default());
    let (engine, _) = watched(&sources.progress, || load(&sources)).map_err(Failure::from)?;
    if args.json {
        say_json(&check_sources::to_json(&engine));
    } else {
        check_sources::print(&engine);
    }
    Ok(())
}

fn check(path: &Path, found: &mut Found) -> Outcome {
    let shown = path.display().to_string();
    let ends_in = |ending: &str| path.extension().is_some_and(|extension| extension == ending);
    let mut report = Report::default();
    if shown == "-" {
        let files = FileSource::Input(input()?.into());
        check_countries(&files, &files.countries()?, &mut report)?;
        found.take(&report, "(standard input)");
        return Ok(());
    }
    if path.join("countries").is_dir() {
        return check_configs(FileSource::Folder(path.to_owned()), None, &shown, found);
    }
    if is_lab_file(path) {
        let beside = folder(path).join("countries").is_dir();
        let configs = if beside {
            FileSource::Folder(folder(path).to_owned())
        } else {
            FileSource::built_in_configs()
        };
        return check_configs(configs, Some(path.to_owned()), &shown, found);
    }
    if path.is_dir() {
        check_folder(path, &mut report)?;
    } else if ends_in("zone") {
        check_zones(folder(path), &[file_name(path)], &mut report)?;
    } else {
        let files = FileSource::Folder(folder(path).to_owned());
        check_countries(&files, &[file_name(path)], &mut report)?;
    }
    found.take(&report, &shown);
    Ok(())
}

impl Found {
    fn take(&mut self, report: &Report, shown: &str) {
        warn(report);
        if report.is_clean() {
            self.is_clean(
                shown,
                &format!("no problems in {}", plural(report.file_count(), "file")),
            );
        } else {
            self.text.push_str(&format!("{report}\n"));
            if let Some(json) = &mut self.json {
                json.extend(report.located().iter().map(to_json));
                let more = report.left_out();
                let message = format!("{more} more problems were found");
                let of_all = LocatedProblem { path: Path::new(shown), at: None, message: &message };
                json.extend((more > 0).then(|| to_json(&of_all)));
            }
        }
    }

    fn is_clean(&self, shown: &str, what: &str) {
        if self.json.is_none() {
            say!("{shown}: {what}");
        }
    }
}

fn to_json(problem: &LocatedProblem<'_>) -> Value {
    json!({
        "file": problem.path.display().to_string(),
        "line": problem.at.map(|(line, _)| line),
        "column": problem.at.map(|(_, column)| column),
        "message": problem.message,
    })
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
    check_countries(&files, &countries, report)?;
    Ok(())
}

fn check_configs(
    configs: FileSource,
    lab_file: Option<PathBuf>,
    shown: &str,
    found: &mut Found,
) -> Outcome {
    let sources = LabSources { lab_file, ..LabSources::new(configs, LabSpec::default()) };
    match watched(&sources.progress, || load(&sources)) {
        Ok((engine, report)) => {
            warn(&report);
            found.is_clean(shown, &format!("{}; no problems", summary(&engine)));
        }
        Err(LoadError::Problems(report)) => found.take(&report, shown),
        Err(error) => return Err(Failure::from(error)),
    }
    Ok(())
}

/// What is odd goes where problems go, and is none.
fn warn(report: &Report) {
    if let Some(warnings) = report.warnings() {
        complain(format_args!("{warnings}"));
    }
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
    let text = || FileSource::Folder(PathBuf::new()).read(path);
    yaml && (named || text().is_ok_and(|text| text.lines().any(own)))
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
