//! Reload on SIGHUP and on changed files: the new lab is built whole, then swapped in; a broken one
//! is reported and the old one stays.

use super::{
    serving::{ResolveError, ServingState},
    terminal::ControllingTerminal,
};
use crate::{
    engine::{LabSources, LoadError, load},
    progress::Progress,
};
use arc_swap::ArcSwap;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};
use thiserror::Error;
use tokio::{
    signal::unix::Signal,
    sync::{
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
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
enum ReloadError {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    #[error("the system gives no thread: {0}")]
    Thread(#[from] io::Error),
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
pub(super) async fn watch(
    sources: LabSources,
    serving: Arc<ArcSwap<ServingState>>,
    mut hangup: Signal,
    terminal: ControllingTerminal,
) {
    let (changes, mut change) = unbounded_channel();
    let mut paths = watched(&sources, &serving);
    let mut watcher = watch_files(&paths, &changes);
    loop {
        let why = tokio::select! {
            Some(()) = change.recv() => settled(&mut change, &mut hangup).await,
            Some(()) = hangup.recv() => Reason::Hangup,
            else => return,
        };
        if why == Reason::Hangup && terminal.has_gone() {
            return;
        }
        // A folder may have been replaced by another of its name. It is watched before it is read,
        // so that no change is missed.
        drop(watcher);
        watcher = watch_files(&paths, &changes);
        reload(why, &sources, &serving).await;
        // The lab file may name another one.
        let now = watched(&sources, &serving);
        if now != paths {
            paths = now;
            watcher = watch_files(&paths, &changes);
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

async fn reload(why: Reason, sources: &LabSources, serving: &Arc<ArcSwap<ServingState>>) {
    let new = match read(sources).await {
        Ok(new) => new,
        Err(error) => {
            return tracing::error!("not reloaded, the old configuration stays:\n{error}");
        }
    };
    let why = match why {
        Reason::Change => "a file has changed",
        Reason::Hangup => "SIGHUP",
    };
    let engine = &new.engine;
    let (countries, zones) = (engine.policy.countries().len(), engine.zones.len());
    tracing::info!(why, countries, zones, "reloaded");
    if engine.settings.listen != serving.load().engine.settings.listen {
        tracing::warn!("listeners have changed in the lab file; they are taken at the next start");
    }
    release(serving.swap(Arc::new(new)));
}

/// Reads the lab on a thread of its own: reading files and building an index takes seconds.
async fn read(sources: &LabSources) -> Result<ServingState, ReloadError> {
    let sources = LabSources { progress: Progress::default(), ..sources.clone() };
    let (done, loaded) = oneshot::channel();
    thread::Builder::new().name("reload".to_owned()).spawn(move || {
        let new = load(&sources)
            .map_err(ReloadError::from)
            .and_then(|(engine, _)| Ok(ServingState::new(engine)?));
        // Nobody waits any more when the server stops.
        let _ = done.send(new);
    })?;
    loaded.await.map_err(|_| ReloadError::Panicked)?
}

/// Drops an old state on a thread of its own. The last holder of a large state spends a while
/// freeing its memory, and no worker should have to do that.
fn release(old: Arc<ServingState>) {
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

/// The folders and the file that a lab was read from; the compiled-in ones do not change.
fn watched(sources: &LabSources, serving: &ArcSwap<ServingState>) -> Vec<PathBuf> {
    let zones = serving.load().engine.settings.zones.clone();
    let paths = sources.configs.roots().into_iter().chain(zones).chain(sources.lab_file.clone());
    // Events carry whole paths, and paths are compared with them.
    paths.map(|path| std::path::absolute(&path).unwrap_or(path)).collect()
}

/// Watches each path and the folder above it: editors put a new file in a file's place, and others
/// a new folder.
fn watch_files(paths: &[PathBuf], changes: &UnboundedSender<()>) -> Option<RecommendedWatcher> {
    let (roots, changes) = (paths.to_vec(), changes.clone());
    let changed = move |event: notify::Result<notify::Event>| {
        let of_ours =
            |path: &PathBuf| roots.iter().any(|root| path.starts_with(root)) && !is_scratch(path);
        if event.is_ok_and(|event| {
            !matches!(event.kind, EventKind::Access(_)) && event.paths.iter().any(of_ours)
        }) {
            // Nobody listens any more when the server stops.
            let _ = changes.send(());
        }
    };
    let mut watcher = notify::recommended_watcher(changed)
        .map_err(
            |error| tracing::warn!(%error, "changed files will not be noticed; SIGHUP reloads"),
        )
        .ok()?;
    for path in paths {
        let above = path.parent().map(|above| watcher.watch(above, RecursiveMode::NonRecursive));
        let itself =
            if path.is_dir() { watcher.watch(path, RecursiveMode::Recursive) } else { Ok(()) };
        for error in above.into_iter().chain([itself]).filter_map(Result::err) {
            let path = path.display();
            tracing::warn!(%path, %error, "changes will not be noticed; SIGHUP reloads");
        }
    }
    Some(watcher)
}

/// What editors write for themselves: hidden files and backups.
fn is_scratch(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| name.starts_with('.') || name.ends_with('~'))
}
