//! The options that say where files stand, shared by all commands that read a lab.

use super::{Failure, progress::watched};
use crate::{
    config::{LabSpec, Shelf},
    lab::{Lab, LoadError, Shelves, load},
    policy::Unknown,
};
use std::path::PathBuf;

#[derive(Clone, Debug, clap::Args)]
pub(super) struct FileArgs {
    /// A folder with countries/*.yaml (or .yml) and, if you like, lab.yaml [default: the configs
    /// compiled in]
    #[arg(long, value_name = "DIR")]
    configs: Option<PathBuf>,

    /// A lab file [default: lab.yaml in the configs, if there is one]
    #[arg(long, value_name = "FILE")]
    lab: Option<PathBuf>,

    /// A folder of zone files [default: the zones compiled in]
    #[arg(long, value_name = "DIR")]
    zones: Option<PathBuf>,
}

impl FileArgs {
    pub(super) fn shelves(&self, flags: LabSpec) -> Shelves {
        Shelves {
            lab_file: self.lab.clone(),
            zones: self.zones.clone().map(Shelf::Folder),
            ..Shelves::new(
                self.configs.clone().map_or(Shelf::built_in_configs(), Shelf::Folder),
                flags,
            )
        }
    }

    pub(super) fn load(&self, flags: LabSpec) -> Result<Lab, Failure> {
        let shelves = self.shelves(flags);
        watched(&shelves.progress, || load(&shelves)).map(|(lab, _)| lab).map_err(Failure::from)
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

impl From<Unknown> for Failure {
    fn from(unknown: Unknown) -> Self {
        Self::problem(unknown)
    }
}
