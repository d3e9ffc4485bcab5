//! Which places of the file system tell that something which was read has changed.
//!
//! A path is followed as the system follows it. Each symbolic link on the way may be pointed
//! elsewhere, and what the last one leads to may be written, or another put in its place; so the
//! folder that holds each of these is watched, and the folder above, in which a whole folder may be
//! replaced. What else happens in those folders is nobody's business here.

use crate::files::PathKind;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Component, Path, PathBuf},
};
use tokio::sync::mpsc::UnboundedSender;

/// The places of everything that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct WatchedFiles {
    /// Files, links, and folders: they themselves.
    places: BTreeSet<PathBuf>,
    /// Folders in which every name counts.
    listed: BTreeSet<PathBuf>,
    /// The folders that have to be watched for it, and those where it would be good to.
    folders: BTreeSet<PathBuf>,
    above: BTreeSet<PathBuf>,
}

/// As many links as Linux follows (path_resolution(7)).
const MOST_LINKS: usize = 40;

impl WatchedFiles {
    /// The places behind these paths, as the file system is now.
    pub(super) fn of(paths: &BTreeMap<PathBuf, PathKind>) -> Self {
        let mut watched = Self::default();
        for (path, kind) in paths {
            let trail = trail(path);
            if let (PathKind::Folder, Some(end)) = (kind, trail.last()) {
                watched.listed.insert(end.clone());
            }
            trail.into_iter().for_each(|place| watched.add(place));
        }
        watched.folders.extend(watched.listed.iter().filter(|folder| folder.is_dir()).cloned());
        watched
    }

    fn add(&mut self, place: PathBuf) {
        if let Some(folder) = place.parent() {
            self.folders.insert(folder.to_owned());
            if let Some(above) = folder.parent() {
                self.places.insert(folder.to_owned());
                self.above.insert(above.to_owned());
            }
        }
        self.places.insert(place);
    }

    /// Whether what happens at a path is a change of what was read.
    fn concerns(&self, path: &Path) -> bool {
        let in_list = || path.parent().is_some_and(|folder| self.listed.contains(folder));
        self.places.contains(path) || in_list() && !is_scratch(path)
    }

    /// Watches all folders. What cannot be watched is said, unless it is among `said`.
    pub(super) fn watch(
        &self,
        changes: &UnboundedSender<()>,
        said: &mut BTreeSet<PathBuf>,
    ) -> Option<RecommendedWatcher> {
        let (watched, changes) = (self.clone(), changes.clone());
        let changed = move |event: notify::Result<notify::Event>| {
            let concerns = |event: notify::Event| {
                let concerned = || event.paths.iter().any(|path| watched.concerns(path));
                !matches!(event.kind, EventKind::Access(_)) && (event.need_rescan() || concerned())
            };
            if event.is_ok_and(concerns) {
                // Nobody listens any more when the server stops.
                let _ = changes.send(());
            }
        };
        let mut watcher = match notify::recommended_watcher(changed) {
            Ok(watcher) => watcher,
            Err(error) => {
                if said.insert(PathBuf::new()) {
                    tracing::warn!(%error, "changed files will not be noticed; SIGHUP reloads");
                }
                return None;
            }
        };
        for folder in self.folders.union(&self.above) {
            if let Err(error) = watcher.watch(folder, RecursiveMode::NonRecursive)
                && self.folders.contains(folder)
                && said.insert(folder.clone())
            {
                let folder = folder.display();
                tracing::warn!(
                    %folder, %error,
                    "changes in this folder will not be noticed; SIGHUP reloads"
                );
            }
        }
        Some(watcher)
    }
}

/// What a path leads over: every symbolic link, then its end, or the first place where there is
/// nothing. All are real paths: no link is on the way to one.
fn trail(path: &Path) -> Vec<PathBuf> {
    let mut rest = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (mut at, mut places) = (PathBuf::new(), Vec::new());
    loop {
        let mut components = rest.components();
        let Some(first) = components.next() else { break };
        let mut behind = components.as_path().to_owned();
        match first {
            Component::CurDir => {}
            Component::ParentDir => {
                at.pop();
            }
            Component::RootDir | Component::Prefix(_) => at = PathBuf::from(first.as_os_str()),
            Component::Normal(name) => {
                let next = at.join(name);
                match fs::read_link(&next) {
                    Ok(target) if places.len() < MOST_LINKS => {
                        behind = target.join(behind);
                        places.push(next);
                    }
                    _ => at = next,
                }
                if fs::symlink_metadata(&at).is_err() {
                    break;
                }
            }
        }
        rest = behind;
    }
    places.push(at);
    places
}

/// What editors write for themselves: hidden files and backups.
fn is_scratch(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| name.starts_with('.') || name.ends_with('~'))
}

#[cfg(test)]
mod tests {
    use super::WatchedFiles;
    use crate::files::PathKind;
    use std::{
        collections::BTreeMap,
        fs,
        os::unix::fs::symlink,
        path::{Path, PathBuf},
    };

    /// A folder of a test's own, by its real path.
    fn folder(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("splinterdns-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder.canonicalize().unwrap()
    }

    fn watched(path: &Path, kind: PathKind) -> WatchedFiles {
        WatchedFiles::of(&BTreeMap::from([(path.to_owned(), kind)]))
    }

    #[test]
    fn every_link_on_the_way_counts_and_so_does_its_end() {
        let top = folder("links");
        fs::create_dir_all(top.join("mount/..2026_1")).unwrap();
        fs::write(top.join("mount/..2026_1/list.txt"), "").unwrap();
        // As kubelet writes a ConfigMap.
        symlink("..2026_1", top.join("mount/..data")).unwrap();
        symlink("..data/list.txt", top.join("mount/list.txt")).unwrap();
        symlink(top.join("mount"), top.join("lists")).unwrap();
        let watched = watched(&top.join("x/../lists/list.txt"), PathKind::File);
        // "x" is not there; the system would not find the file either, until it comes.
        assert!(watched.concerns(&top.join("x")) && !watched.concerns(&top.join("lists")));
        let watched = self::watched(&top.join("lists/list.txt"), PathKind::File);
        for place in ["lists", "mount/list.txt", "mount/..data", "mount/..2026_1/list.txt"] {
            assert!(watched.concerns(&top.join(place)), "{place}");
        }
        for place in ["mount/other.txt", "mount/..2026_2", "mount/..2026_1/other", "other"] {
            assert!(!watched.concerns(&top.join(place)), "{place}");
        }
        assert!(watched.folders.contains(&top.join("mount/..2026_1")));
        fs::remove_dir_all(top).unwrap();
    }

    #[test]
    fn every_name_in_a_listed_folder_counts_but_what_editors_write_for_themselves() {
        let top = folder("listed");
        let watched = watched(&top, PathKind::Folder);
        assert!(watched.concerns(&top.join("new.yaml")) && watched.concerns(&top));
        for scratch in [".new.yaml.swp", "new.yaml~", "below/new.yaml"] {
            assert!(!watched.concerns(&top.join(scratch)), "{scratch}");
        }
        fs::remove_dir_all(top).unwrap();
    }

    #[test]
    fn links_in_a_circle_have_an_end() {
        let top = folder("circle");
        symlink("b", top.join("a")).unwrap();
        symlink("a", top.join("b")).unwrap();
        assert!(watched(&top.join("a"), PathKind::File).concerns(&top.join("b")));
        fs::remove_dir_all(top).unwrap();
    }
}
