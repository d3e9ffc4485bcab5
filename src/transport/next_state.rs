//! Reading the state that comes after the present one, and letting go of that.

use super::serving::{ResolveError, ServingState};
use crate::{
    diagnostic::Report,
    engine::{LabSources, LoadError, load},
};
use std::{
    io,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use thiserror::Error;
use tokio::sync::oneshot;

/// How often it is looked whether the workers have let go of an old state.
const PACE: Duration = Duration::from_millis(200);

/// Workers let go of an old state at once, queries on their way to a resolver after some seconds.
const GRACE: Duration = Duration::from_secs(30);

/// Why there is no new state.
#[derive(Debug, Error)]
pub enum ReloadError {
    /// There is no lab.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// An upstream resolver's host has no address.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// The system's.
    #[error("the system gives no thread: {0}")]
    Thread(#[from] io::Error),
    /// A bug.
    #[error("reading it has panicked")]
    Panicked,
}

/// What is odd about the files.
pub(super) fn warn(report: &Report) {
    if let Some(warnings) = report.warnings() {
        tracing::warn!("read, with warnings:\n{warnings}");
    }
}

/// Reads the lab on a thread of its own: reading files and building an index takes seconds.
pub(super) async fn read(
    sources: LabSources,
    before: Arc<ServingState>,
) -> Result<ServingState, ReloadError> {
    let (done, loaded) = oneshot::channel();
    thread::Builder::new().name("reload".to_owned()).spawn(move || {
        let new = load(&sources).map_err(ReloadError::from).and_then(|(engine, report)| {
            warn(&report);
            Ok(ServingState::after(engine, &before)?)
        });
        // Nobody waits any more when the server stops.
        let _ = done.send(new);
    })?;
    loaded.await.map_err(|_| ReloadError::Panicked)?
}

/// Drops an old state on a thread of its own. The last holder of a large state spends a while
/// freeing its memory, and no worker should have to do that.
pub(super) fn release(old: Arc<ServingState>) {
    let started = thread::Builder::new().name("release".to_owned()).spawn(move || {
        let end = Instant::now() + GRACE;
        while Arc::strong_count(&old) > 1 && Instant::now() < end {
            thread::sleep(PACE);
        }
        drop(old);
        #[cfg(target_env = "gnu")]
        crate::sys::trim();
    });
    // Without a thread it has gone with what the thread was to do.
    if let Err(error) = started {
        tracing::warn!(%error, "memory is given back late");
    }
}
