//! Reload on SIGHUP and on changed files: the new lab is built whole, then swapped in; a broken one is reported and the old
//! one stays.

use super::live::Live;
use crate::lab::{Shelves, load};
use arc_swap::ArcSwap;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{
    signal::unix::Signal,
    sync::mpsc::{UnboundedSender, unbounded_channel},
    time::timeout,
};

/// Editors and `git` write in several steps; a reload waits until no file has changed for so long.
const QUIET: Duration = Duration::from_millis(200);

/// Reloads whenever there is a reason to.
pub(super) async fn watch(shelves: Shelves, live: Arc<ArcSwap<Live>>, mut hangup: Signal) {
    let (reasons, mut reason) = unbounded_channel();
    let _watcher = watch_files(folders(&shelves, &live), reasons);
    loop {
        let why = tokio::select! {
            Some(why) = reason.recv() => why,
            Some(()) = hangup.recv() => "SIGHUP",
            else => return,
        };
        while timeout(QUIET, reason.recv()).await.is_ok_and(|more| more.is_some()) {}
        let shelves = shelves.clone();
        // Reading files and building an index would hold up a worker that could answer queries.
        let loaded = tokio::task::spawn_blocking(move || load(&shelves)).await;
        match loaded {
            Ok(Ok((lab, _))) => {
                tracing::info!(why, countries = lab.policy.countries().len(), zones = lab.zones.len(), "reloaded");
                if lab.settings.listen != live.load().lab.settings.listen {
                    tracing::warn!("listeners have changed in the lab file; they are taken at the next start");
                }
                live.store(Arc::new(Live::new(lab)));
            }
            Ok(Err(error)) => tracing::error!("not reloaded, the old configuration stays:\n{error}"),
            Err(error) => tracing::error!(%error, "not reloaded, the old configuration stays"),
        }
    }
}

/// The folders that a lab was read from; the compiled-in ones do not change. A lone file is watched by its folder, because
/// editors put a new file in its place.
fn folders(shelves: &Shelves, live: &ArcSwap<Live>) -> Vec<(PathBuf, RecursiveMode)> {
    let recursive = [shelves.configs.folder().map(Path::to_owned), live.load().lab.settings.zones.clone()];
    let beside = shelves.lab_file.as_ref().map(|file| file.parent().unwrap_or(Path::new("")).join("."));
    let recursive = recursive.into_iter().flatten().map(|folder| (folder, RecursiveMode::Recursive));
    recursive.chain(beside.map(|folder| (folder, RecursiveMode::NonRecursive))).collect()
}

fn watch_files(folders: Vec<(PathBuf, RecursiveMode)>, reasons: UnboundedSender<&'static str>) -> Option<RecommendedWatcher> {
    let changed = move |event: notify::Result<notify::Event>| {
        let reading = |kind| matches!(kind, EventKind::Access(_));
        if event.is_ok_and(|event| !reading(event.kind)) {
            // Nobody listens any more when the server stops.
            let _ = reasons.send("a file has changed");
        }
    };
    let mut watcher = notify::recommended_watcher(changed)
        .map_err(|error| tracing::warn!(%error, "changed files will not be noticed; SIGHUP reloads"))
        .ok()?;
    for (folder, mode) in folders {
        if let Err(error) = watcher.watch(&folder, mode) {
            tracing::warn!(folder = %folder.display(), %error, "changes will not be noticed; SIGHUP reloads");
        }
    }
    Some(watcher)
}
