//! Reload on SIGHUP and on changed files: the new lab is built whole, then swapped in; a broken one
//! is reported and the old one stays.

use super::{
    live::Live,
    priority::{wait_for_the_processor, yield_to_all},
};
use crate::{
    lab::{Lab, LoadError, Shelves, load},
    progress::Progress,
};
use arc_swap::ArcSwap;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};
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

/// How long a reload asks for no more than what others leave: twice as long as ten million names
/// take.
const MODESTY: Duration = Duration::from_secs(5);

type Loaded = Result<Lab, LoadError>;

/// Workers let go of an old lab at once, queries on their way to a resolver after some seconds.
const GRACE: Duration = Duration::from_secs(30);

/// Reloads whenever there is a reason to.
pub(super) async fn watch(shelves: Shelves, live: Arc<ArcSwap<Live>>, mut hangup: Signal) {
    let (changes, mut change) = unbounded_channel();
    let mut paths = watched(&shelves, &live);
    let mut watcher = watch_files(&paths, &changes);
    loop {
        let why = tokio::select! {
            Some(()) = change.recv() => {
                settled(&mut change, &mut hangup).await;
                "a file has changed"
            }
            Some(()) = hangup.recv() => "SIGHUP",
            else => return,
        };
        // A folder may have been replaced by another of its name. It is watched before it is read,
        // so that no change is missed.
        drop(watcher);
        watcher = watch_files(&paths, &changes);
        reload(why, &shelves, &live).await;
        // The lab file may name another one.
        let now = watched(&shelves, &live);
        if now != paths {
            paths = now;
            watcher = watch_files(&paths, &changes);
        }
    }
}

/// Waits until no file changes any more, or somebody asks for the reload.
async fn settled(change: &mut UnboundedReceiver<()>, hangup: &mut Signal) {
    let end = Instant::now() + PATIENCE;
    loop {
        tokio::select! {
            more = timeout(QUIET, change.recv()) => if more.is_err() || Instant::now() >= end { return },
            _ = hangup.recv() => return,
        }
    }
}

async fn reload(why: &'static str, shelves: &Shelves, live: &Arc<ArcSwap<Live>>) {
    match read(shelves).await {
        Some(Ok(lab)) => {
            tracing::info!(
                why,
                countries = lab.policy.countries().len(),
                zones = lab.zones.len(),
                "reloaded"
            );
            if lab.settings.listen != live.load().lab.settings.listen {
                tracing::warn!(
                    "listeners have changed in the lab file; they are taken at the next start"
                );
            }
            let old = live.swap(Arc::new(Live::new(lab)));
            let_go(old);
        }
        Some(Err(error)) => tracing::error!("not reloaded, the old configuration stays:\n{error}"),
        // Whatever it was has been said.
        None => {}
    }
}

/// Reads the lab on a thread that waits for all others: reading files and building an index must
/// not hold up those who answer. Where they leave it no time at all, another thread reads it beside
/// them.
async fn read(shelves: &Shelves) -> Option<Loaded> {
    let mut modest = start(shelves, true)?;
    if let Ok(loaded) = timeout(MODESTY, &mut modest).await {
        // An error means that the thread has panicked, which it has said.
        return loaded.ok();
    }
    tracing::info!("the reload has had no time yet, so it takes some from the answers");
    let mut eager = start(shelves, false)?;
    tokio::select! {
        Ok(loaded) = &mut modest => Some(loaded),
        Ok(loaded) = &mut eager => Some(loaded),
        else => None,
    }
}

fn start(shelves: &Shelves, modest: bool) -> Option<oneshot::Receiver<Loaded>> {
    let shelves = Shelves { progress: Progress::default(), ..shelves.clone() };
    let (done, loaded) = oneshot::channel();
    let started = thread::Builder::new().name("reload".to_owned()).spawn(move || {
        let scheduled = if modest { yield_to_all } else { wait_for_the_processor };
        scheduled();
        // Nobody waits any more when the server stops, or when another thread was faster.
        let _ = done.send(load(&shelves).map(|(lab, _)| lab));
    });
    started
        .map_err(|error| tracing::error!(%error, "not reloaded, the old configuration stays"))
        .ok()?;
    Some(loaded)
}

/// Whoever is the last to hold a lab gives its memory back, which takes a while. That should be
/// nobody who answers queries, nor anybody whom they would have to wait for.
fn let_go(old: Arc<Live>) {
    let started = thread::Builder::new().name("let go".to_owned()).spawn(move || {
        yield_to_all();
        let end = Instant::now() + GRACE;
        while Arc::strong_count(&old) > 1 && Instant::now() < end {
            thread::sleep(QUIET);
        }
        drop(old);
        #[cfg(target_env = "gnu")]
        super::memory::give_back();
    });
    // Without a thread it has gone with what the thread was to do.
    if let Err(error) = started {
        tracing::warn!(%error, "memory is given back late");
    }
}

/// The folders and the file that a lab was read from; the compiled-in ones do not change.
fn watched(shelves: &Shelves, live: &ArcSwap<Live>) -> Vec<PathBuf> {
    let folders =
        [shelves.configs.folder().map(Path::to_owned), live.load().lab.settings.zones.clone()];
    let paths = folders.into_iter().flatten().chain(shelves.lab_file.clone());
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
            tracing::warn!(path = %path.display(), %error, "changes will not be noticed; SIGHUP reloads");
        }
    }
    Some(watcher)
}

/// What editors write for themselves: hidden files and backups.
fn is_scratch(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with('.') || name.ends_with('~')
}
