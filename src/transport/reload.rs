//! Reload on SIGHUP and on changed files: the new lab is built whole, then swapped in; a broken one
//! is reported and the old one stays.

use super::{
    control::ServerControl,
    serving::{ResolveError, ServingState},
    terminal::Hangups,
    watched_files::WatchedFiles,
};
use crate::{
    diagnostic::Report,
    engine::{LabSources, LoadError, load},
    files::{PathKind, ReadLog},
    progress::Progress,
};
use arc_swap::ArcSwap;
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::PathBuf,
    sync::Arc,
    thread,
    time::Duration,
};
use thiserror::Error;
use tokio::{
    signal::unix::Signal,
    sync::{
        mpsc::{UnboundedReceiver, unbounded_channel},
        oneshot,
    },
    time::{Instant, timeout},
};

/// Editors and `git` write in several steps; a reload waits until no file has changed for so long.
const QUIET: Duration = Duration::from_millis(200);

/// But not longer than this: a file that changes all the time must not put it off for ever.
const PATIENCE: Duration = Duration::from_secs(2);

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

/// Why a reload begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reason {
    Change,
    Hangup,
}

/// Reloads whenever there is a reason to, until the terminal has gone that the server was started
/// at.
pub(super) async fn watch(control: ServerControl, Hangups { mut signal, terminal }: Hangups) {
    let (changes, mut change) = unbounded_channel();
    let (mut reads, mut said) = (control.sources.load().reads.paths(), BTreeSet::new());
    let mut watched = WatchedFiles::of(&reads);
    let mut watcher = watched.watch(&changes, &mut said);
    loop {
        let why = tokio::select! {
            Some(()) = change.recv() => settled(&mut change, &mut signal).await,
            Some(()) = signal.recv() => Reason::Hangup,
            else => return,
        };
        if why == Reason::Hangup && terminal.has_gone() {
            return;
        }
        if let (Reason::Hangup, Some(events)) = (why, &control.events) {
            events.reopen();
        }
        // A folder may have been replaced by another of its name. It is watched before it is read,
        // so that no change is missed.
        drop(watcher);
        watched = WatchedFiles::of(&reads);
        watcher = watched.watch(&changes, &mut said);
        reads = reload(why, &control).await;
        // Other files may be read now.
        let now = WatchedFiles::of(&reads);
        if now != watched {
            watcher = now.watch(&changes, &mut said);
        }
    }
}

/// Waits until no file changes any more, or somebody asks for the reload.
async fn settled(change: &mut UnboundedReceiver<()>, hangup: &mut Signal) -> Reason {
    let end = Instant::now() + PATIENCE;
    loop {
        tokio::select! {
            more = timeout(QUIET, change.recv()) => {
                if more.is_err() || Instant::now() >= end {
                    return Reason::Change;
                }
            }
            _ = hangup.recv() => return Reason::Hangup,
        }
    }
}

/// Reads the lab, and swaps it in if it is sound. What was read is told in any case: a broken file
/// will be mended.
async fn reload(why: Reason, control: &ServerControl) -> BTreeMap<PathBuf, PathKind> {
    let _turn = control.turn.lock().await;
    let (progress, reads) = (Progress::default(), ReadLog::default());
    let sources = LabSources::clone(&control.sources.load());
    let sources = LabSources { progress, reads: reads.clone(), ..sources };
    let new = read(sources, control.serving.load_full()).await;
    control.events.iter().for_each(|events| events.reloaded(new.is_ok()));
    match new {
        Ok(new) => swap(why, new, &control.serving),
        Err(error) => tracing::error!("not reloaded, the old configuration stays:\n{error}"),
    }
    reads.paths()
}

fn swap(why: Reason, new: ServingState, serving: &ArcSwap<ServingState>) {
    let why = match why {
        Reason::Change => "a file has changed",
        Reason::Hangup => "SIGHUP",
    };
    let engine = &new.engine;
    let (countries, zones) = (engine.policy.countries().len(), engine.zones.len());
    tracing::info!(why, countries, zones, "reloaded");
    let before = serving.load();
    let (now, before) = (&engine.settings, &before.engine.settings);
    if (&now.listen, now.workers) != (&before.listen, before.workers) {
        let what = "listeners or workers have changed in the lab file";
        tracing::warn!("{what}; they are taken at the next start");
    }
    release(serving.swap(Arc::new(new)));
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
            thread::sleep(QUIET);
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
