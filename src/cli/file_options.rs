//! The options that say where files stand, shared by all commands that read a lab.

use super::{outcome::Failure, progress::watched};
use crate::{
    config::LabSpec,
    diagnostic::InvalidValue,
    engine::{Engine, LabSources, LoadError, TrialRule, load},
    files::{FileSource, TEXT},
    model::CountryCode,
    policy::UnknownJurisdiction,
};
use std::{io, path::PathBuf};

#[derive(Clone, Debug, clap::Args)]
pub(super) struct FileArgs {
    /// A folder with countries/*.yaml (or .yml) and, if you like, lab.yaml; or one country file, or
    /// standard input (-). May be given several times [default: the configs compiled in]
    #[arg(long, env = "SPLINTERDNS_CONFIGS", value_name = "DIR|FILE", value_delimiter = ',')]
    configs: Vec<PathBuf>,

    /// Keep the shipped countries beside those of --configs; a country of yours takes the place of
    /// the shipped one with its code
    #[arg(long, requires = "configs")]
    with_shipped: bool,

    /// A rule to try in the country of --country or of a bound listener, before its others:
    /// 'x.com=nxdomain', 'x.com=10.10.34.34', 'x.com={poison: {cname: a.example}}'
    #[arg(long = "rule", value_name = "PATTERN=ANSWER", value_parser = trial)]
    rules: Vec<String>,

    /// A lab file [default: lab.yaml in the configs, if there is one]
    #[arg(long, env = "SPLINTERDNS_LAB", value_name = "FILE")]
    lab: Option<PathBuf>,

    /// A folder of zone files [default: the zones compiled in]
    #[arg(long, env = "SPLINTERDNS_ZONES", value_name = "DIR")]
    zones: Option<PathBuf>,

    /// A folder of lists that you have fetched, for the rules that take one (docs/lists.md)
    /// [default: none]
    #[arg(long, env = "SPLINTERDNS_LISTS", value_name = "DIR")]
    lists: Option<PathBuf>,
}

impl FileArgs {
    /// What a lab is loaded from; rules to try hold in these countries, and in those of `flags`.
    pub(super) fn sources(
        &self,
        flags: LabSpec,
        countries: &[CountryCode],
    ) -> Result<LabSources, Failure> {
        let rules = self.trial_rules(&flags, countries)?;
        Ok(LabSources {
            lab_file: self.lab.clone(),
            zones: self.zones.clone().map(FileSource::Folder),
            lists: self.lists.clone().map(FileSource::Folder),
            rules,
            ..LabSources::new(self.configs()?, flags)
        })
    }

    pub(super) fn load(
        &self,
        flags: LabSpec,
        countries: &[CountryCode],
    ) -> Result<Engine, Failure> {
        let sources = self.sources(flags, countries)?;
        let (engine, _) = watched(&sources.progress, || load(&sources)).map_err(Failure::from)?;
        if !engine.replaced.is_empty() {
            let codes: Vec<_> = engine.replaced.iter().map(ToString::to_string).collect();
            let codes = codes.join(", ");
            super::style::complain(format_args!(
                "note: {codes} of --configs, in the place of the shipped one"
            ));
        }
        Ok(engine)
    }

    fn configs(&self) -> Result<FileSource, Failure> {
        let mut sources = Vec::new();
        for path in &self.configs {
            sources.push(match path.to_str() {
                Some("-") => FileSource::Input(input()?.into()),
                _ if path.is_file() => FileSource::File(path.clone()),
                _ => FileSource::Folder(path.clone()),
            });
        }
        if self.with_shipped || sources.is_empty() {
            sources.push(FileSource::built_in_configs());
        }
        Ok(match &sources[..] {
            [one @ (FileSource::Folder(_) | FileSource::BuiltIn(_))] => one.clone(),
            _ => FileSource::Together(sources),
        })
    }

    fn trial_rules(
        &self,
        flags: &LabSpec,
        countries: &[CountryCode],
    ) -> Result<Vec<TrialRule>, Failure> {
        let bound = flags.listen.iter().filter_map(|at| at.value.binding.as_ref());
        let mut all: Vec<_> = bound.map(|binding| binding.country).collect();
        all.extend(flags.country.as_ref().map(|at| at.value));
        all.extend(countries);
        all.sort();
        all.dedup();
        if all.is_empty() && !self.rules.is_empty() {
            return Err(Failure::problem(
                "--rule holds in a country: add --country CC, or for `serve` a listener that is \
                 bound to one (--listen 127.0.0.1:5300=CC)",
            ));
        }
        let rules = self.rules.iter();
        let rules = rules.flat_map(|written| {
            let written = written.clone();
            all.iter().map(move |country| TrialRule { country: *country, written: written.clone() })
        });
        Ok(rules.collect())
    }
}

/// The text that comes by the standard input.
pub(super) fn input() -> Result<String, Failure> {
    io::read_to_string(TEXT.limit(io::stdin()))
        .map_err(|why| Failure::unreadable(format!("cannot read the standard input: {why}")))
}

/// A pattern and an answer.
fn trial(text: &str) -> Result<String, InvalidValue> {
    let parts = text
        .rsplit_once('=')
        .filter(|(pattern, answer)| !pattern.is_empty() && !answer.trim().is_empty());
    let expected = "a pattern and an answer, such as x.com=nxdomain".to_owned();
    let invalid = || InvalidValue { found: text.to_owned(), what: "rule", expected };
    parts.map(|_| text.to_owned()).ok_or_else(invalid)
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Problems(report) => {
                Self::problem(format!("the configuration has problems\n{report}"))
            }
            LoadError::Unreadable(_) => Self::unreadable(error),
            LoadError::Unknown(unknown) => Self::from(unknown),
        }
    }
}

impl From<UnknownJurisdiction> for Failure {
    fn from(unknown: UnknownJurisdiction) -> Self {
        Self::problem(unknown)
    }
}
