//! The files with names that rules take.

use super::{
    super::{index::arena::PatternArena, rule::NameList},
    Compiling,
};
use crate::{
    config::ListSpec,
    diagnostic::{At, Place},
    files::{FileError, FileSource, beside},
    lists::{self, Format},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
};

/// Where lists and pools stand.
#[derive(Clone, Copy, Debug)]
pub struct RuleFiles<'f> {
    /// The source of the country files, beside which they are.
    pub files: &'f FileSource,
    /// Where optional lists are looked for first.
    pub lists: Option<&'f FileSource>,
}

impl<'a> Compiling<'a> {
    /// Reads a list, and says how many names it has added.
    pub(super) fn list(&mut self, list: &ListSpec, patterns: &mut PatternArena) -> NameList {
        let ListSpec { file, is_optional } = list;
        let own = beside(&self.spec.path, &file.value);
        let RuleFiles { files, .. } = self.files;
        let from = if *is_optional { self.fetched(file, &own) } else { Some((files, own)) };
        let names = from.map_or(0, |(files, path)| self.read_list(file, files, &path, patterns));
        NameList { file: file.value.clone(), names, is_optional: *is_optional }
    }

    /// Where a list is that may be missing, if it is anywhere.
    fn fetched(&self, file: &At<String>, own: &Path) -> Option<(&'a FileSource, PathBuf)> {
        let RuleFiles { files, lists } = self.files;
        let places = [lists.map(|lists| (lists, PathBuf::from(&file.value)))];
        let places = places.into_iter().flatten().chain([(files, own.to_owned())]);
        let is_there = |(files, path): &(&FileSource, PathBuf)| match files.open(path) {
            Ok(_) => true,
            Err(error) => error.why.kind() != io::ErrorKind::NotFound,
        };
        { places }.find(is_there)
    }

    /// Reads a list. Lines of it that are no entries are left out with a warning, because others
    /// write lists; one of another format adds nothing.
    fn read_list(
        &mut self,
        list: &At<String>,
        files: &FileSource,
        path: &Path,
        patterns: &mut PatternArena,
    ) -> usize {
        if patterns.is_full() {
            return 0;
        }
        let begin = patterns.end();
        let mut names = 0;
        let mut reading = self.progress.reading();
        let read = files.open(path).and_then(|file| {
            let read = Format::of(path).read(file, |pattern| {
                patterns.push(pattern);
                names += 1;
                reading.step();
            });
            read.map_err(|why| FileError { path: files.shown(path), why })
        });
        // A list may be large, and only its odd lines are ever shown.
        let read = read.and_then(|read| {
            let shown = read.odd.iter().map(|odd| odd.first.0).collect::<BTreeSet<_>>();
            let lines = if shown.is_empty() {
                BTreeMap::new()
            } else {
                let lines = lists::lines(files.open(path)?, &shown);
                lines.map_err(|why| FileError { path: files.shown(path), why })?
            };
            Ok((read, lines))
        });
        let (read, lines) = match read {
            Ok(read) => read,
            Err(error) => {
                patterns.truncate(begin);
                self.report.add(list.place, error);
                return 0;
            }
        };
        let file = self.report.open_lines(files.shown(path), lines);
        if let Some(foreign) = read.foreign() {
            patterns.truncate(begin);
            let (line, column) = foreign.first;
            self.report.add(Place::at(file, line, column), foreign);
            return 0;
        }
        if patterns.end() == begin {
            self.lacks(list, "list", "entries");
        }
        for odd in read.odd {
            let (line, column) = odd.first;
            self.report.warn(Place::at(file, line, column), odd);
        }
        names
    }
}
