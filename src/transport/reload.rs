//! Reload on SIGHUP and on changed files: the new lab is built whole, then swapped in; a broken one
//! is reported and the old one stays.

use super::{
    control::ServerControl,
    next_state::{read, release},
    serving::ServingState,
    terminal::Hangups,
    watched_files::WatchedFiles,
};
use crate::{
    engine::LabSources,
    files::{PathKind, ReadLog},
    progress::Progress,
};
use arc_swap::ArcSwap;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};
use tokio::{
    signal::unix::Signal,
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    time::{Instant, timeout},
};

/// Editors and `git` write in several steps; a reload waits until no file has changed for so long.
const QUIET: Duration = Duration::from_millis(200);

/// But not longer than this: a file that changes all the time must not put it off for ever.
const PATIENCE: Duration = Duration::from_secs(2);

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
