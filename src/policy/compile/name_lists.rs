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
    path::Path,
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
    /// Reads a list, from the first place that has it.
    pub(super) fn list(&mut self, list: &ListSpec, patterns: &mut PatternArena) -> NameList {
        let ListSpec { file, is_optional } = list;
        let RuleFiles { files, lists } = self.files;
        let fetched =
            lists.filter(|_| *is_optional).map(|lists| (lists, file.value.clone().into()));
        let own = (files, beside(&self.spec.path, &file.value));
        let read = fetched.into_iter().chain([own]).find_map(|(files, path)| {
            let read = self.read_list(file, files, &path, patterns);
            let is_missing =
                read.as_ref().is_err_and(|error| error.why.kind() == io::ErrorKind::NotFound);
            (!(*is_optional && is_missing)).then_some(read)
        });
        let names = read.transpose().unwrap_or_else(|error| {
            self.report.add(file.place, error);
            None
        });
        NameList { file: file.value.clone(), names: names.unwrap_or(0), is_optional: *is_optional }
    }

    /// Reads a list, and says how many names it has added. Lines of it that are no entries are left
    /// out with a warning, because others write lists; one of another format adds nothing.
    fn read_list(
        &mut self,
        list: &At<String>,
        files: &FileSource,
        path: &Path,
        patterns: &mut PatternArena,
    ) -> Result<usize, FileError> {
        if patterns.is_full() {
            return Ok(0);
        }
        let begin = patterns.end();
        let failed = |why| FileError { path: files.shown(path), why };
        let mut names = 0;
        let mut reading = self.progress.reading();
        let read = Format::of(path).read(files.open(path)?, |pattern| {
            patterns.push(pattern);
            names += 1;
            reading.step();
        });
        // A list may be large, and only its odd lines are ever shown.
        let read = read.map_err(failed).and_then(|read| {
            let shown = read.odd.iter().map(|odd| odd.first.0).collect::<BTreeSet<_>>();
            let lines = if shown.is_empty() {
                BTreeMap::new()
            } else {
                lists::lines(files.open(path)?, &shown).map_err(failed)?
            };
            Ok((read, lines))
        });
        let (read, lines) = read.inspect_err(|_| patterns.truncate(begin))?;
        let file = self.report.open_lines(files.shown(path), lines);
        if let Some(foreign) = read.foreign() {
            patterns.truncate(begin);
            let (line, column) = foreign.first;
            self.report.add(Place::at(file, line, column), foreign);
            return Ok(0);
        }
        if patterns.end() == begin {
            self.lacks(list, "list", "entries");
        }
        for odd in read.odd {
            let (line, column) = odd.first;
            self.report.warn(Place::at(file, line, column), odd);
        }
        Ok(names)
    }
}
