//! The options that say where files stand, shared by all commands that read a lab.

use super::{outcome::Failure, progress::watched};
use crate::{
    config::LabSpec,
    engine::{Engine, LabSources, LoadError, load},
    files::FileSource,
    policy::UnknownJurisdiction,
};
use std::path::PathBuf;

#[derive(Clone, Debug, clap::Args)]
pub(super) struct FileArgs {
    /// A folder with countries/*.yaml (or .yml) and, if you like, lab.yaml [default: the configs
    /// compiled in]
    #[arg(long, env = "SPLINTERDNS_CONFIGS", value_name = "DIR")]
    configs: Option<PathBuf>,

    /// A lab file [default: lab.yaml in the configs, if there is one]
    #[arg(long, env = "SPLINTERDNS_LAB", value_name = "FILE")]
    lab: Option<PathBuf>,

    /// A folder of zone files [default: the zones compiled in]
    #[arg(long, env = "SPLINTERDNS_ZONES", value_name = "DIR")]
    zones: Option<PathBuf>,
}

impl FileArgs {
    pub(super) fn sources(&self, flags: LabSpec) -> LabSources {
        LabSources {
            lab_file: self.lab.clone(),
            zones: self.zones.clone().map(FileSource::Folder),
            ..LabSources::new(
                self.configs.clone().map_or(FileSource::built_in_configs(), FileSource::Folder),
                flags,
            )
        }
    }

    pub(super) fn load(&self, flags: LabSpec) -> Result<Engine, Failure> {
        let sources = self.sources(flags);
        watched(&sources.progress, || load(&sources))
            .map(|(engine, _)| engine)
            .map_err(Failure::from)
    }
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
