//! Why a sink cannot be opened.

use std::{fmt::Display, io, path::Path};
use thiserror::Error;

/// A file or a socket that events were to go to cannot be opened.
#[derive(Debug, Error)]
#[error("cannot open the {what} {target}: {why}")]
pub struct SinkError {
    what: &'static str,
    target: String,
    why: io::Error,
}

impl SinkError {
    pub(super) fn new(what: &'static str, target: &Path, why: io::Error) -> Self {
        Self::at(what, target.display(), why)
    }

    pub(super) fn at(what: &'static str, target: impl Display, why: io::Error) -> Self {
        Self { what, target: target.to_string(), why }
    }
}
