//! All problems of all files, each with its place.

use super::{
    place::Place,
    source_file::{LineFinder, SourceFile, SourceText},
};
use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

/// Problems that people are shown at a time, at most.
const MOST_SHOWN: usize = 100;

/// Problems that are kept, at most, and as many warnings: nobody mends more at a time. Of more only
/// their number is known.
const MOST_KEPT: usize = 10_000;

/// One thing that is wrong.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What, in words.
    pub message: String,
}

/// Problems in the order in which they were found.
#[derive(Clone, Debug, Default)]
struct Problems {
    kept: Vec<Problem>,
    /// How many more there are.
    more: usize,
}

/// The files of a lab and everything that is wrong with them.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The number of the first file: a report may be a part of another one.
    first: usize,
    files: Vec<SourceFile>,
    problems: Problems,
    warnings: Problems,
}

/// What a report warns of, to be shown.
#[derive(Debug)]
pub struct Warnings<'r>(&'r Report);

impl Problems {
    fn add(&mut self, place: Place, problem: &dyn fmt::Display) {
        if self.kept.len() == MOST_KEPT {
            self.more += 1;
        } else {
            self.kept.push(Problem { place, message: shortened(problem.to_string()) });
        }
    }

    fn append(&mut self, later: Self) {
        let room = MOST_KEPT - self.kept.len();
        self.more += later.more + later.kept.len().saturating_sub(room);
        self.kept.extend(later.kept.into_iter().take(room));
    }
}

impl Report {
    /// A part of another report, for files from this number on.
    #[must_use]
    pub fn beginning_at(first: usize) -> Self {
        Self { first, ..Self::default() }
    }

    /// The number of the file that is opened next.
    #[must_use]
    pub fn next_file(&self) -> usize {
        self.first + self.files.len()
    }

    /// Takes in a part that begins where this report ends.
    ///
    /// # Panics
    ///
    /// The part begins elsewhere.
    pub fn append(&mut self, part: Self) {
        assert_eq!(part.first, self.next_file(), "files keep their numbers");
        self.files.extend(part.files);
        self.problems.append(part.problems);
        self.warnings.append(part.warnings);
    }

    fn file(&self, number: usize) -> &SourceFile {
        &self.files[number - self.first]
    }

    /// Takes in a file; problems refer to it by the number that comes back.
    pub fn open(&mut self, path: PathBuf, text: String) -> usize {
        self.take_in(path, SourceText::Whole(text))
    }

    /// The same of a file of which only some lines can be shown, by their numbers, counted from 1.
    pub fn open_lines(&mut self, path: PathBuf, lines: BTreeMap<usize, String>) -> usize {
        self.take_in(path, SourceText::Lines(lines))
    }

    fn take_in(&mut self, path: PathBuf, text: SourceText) -> usize {
        self.files.push(SourceFile { path, text });
        self.first + self.files.len() - 1
    }

    /// The text of a file, where all of it is there.
    #[must_use]
    pub fn text(&self, file: usize) -> &str {
        match &self.file(file).text {
            SourceText::Whole(text) => text,
            SourceText::Lines(_) => "",
        }
    }

    /// How many files have been read.
    #[must_use]
    pub fn file_count(&self) -> usize {
        self.files.len()
    }

    /// Notes a problem.
    pub fn add(&mut self, place: Place, problem: impl fmt::Display) {
        self.problems.add(place, &problem);
    }

    /// Notes what is odd but keeps nothing from working.
    pub fn warn(&mut self, place: Place, warning: impl fmt::Display) {
        self.warnings.add(place, &warning);
    }

    /// What is odd, if anything is.
    #[must_use]
    pub fn warnings(&self) -> Option<Warnings<'_>> {
        (!self.warnings.kept.is_empty()).then_some(Warnings(self))
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.problems.kept.is_empty()
    }

    /// `on line 12` or `configs/countries/ir.yaml:12`, for a message at `from`.
    #[must_use]
    pub fn cross_reference(&self, from: Place, to: Place) -> String {
        let line = to.line_and_column().map_or(1, |(line, _)| line);
        if from.file() == to.file() {
            format!("on line {line}")
        } else {
            format!("{}:{line}", self.file(to.file()).path.display())
        }
    }

    fn show(
        &self,
        f: &mut fmt::Formatter<'_>,
        finder: &mut LineFinder,
        Problem { place, message }: &Problem,
    ) -> fmt::Result {
        let file = self.file(place.file());
        let Some((line, column)) = place.line_and_column() else {
            return writeln!(f, "{}: {message}", file.path.display());
        };
        writeln!(f, "{}:{line}:{column}: {message}", file.path.display())?;
        let Some((text, mark)) = finder.excerpt(&file.text, place.spot) else { return Ok(()) };
        let width = line.to_string().len();
        writeln!(f, " {line} | {text}")?;
        writeln!(f, " {:width$} | {:mark$}^", "", "")
    }
}

/// A message about something long is cut in its middle.
const MOST_OF_A_MESSAGE: usize = 2000;

fn shortened(message: String) -> String {
    if message.len() <= MOST_OF_A_MESSAGE {
        return message;
    }
    let head: String = message.chars().take(MOST_OF_A_MESSAGE / 2).collect();
    let count = message.chars().count();
    let tail: String = message.chars().skip(count - MOST_OF_A_MESSAGE / 4).collect();
    format!("{head}...{tail}")
}

/// A problem with its place, for programs.
#[derive(Clone, Debug)]
pub struct LocatedProblem<'r> {
    /// The file.
    pub path: &'r Path,
    /// Line and column, counted from 1; nothing for a file as such.
    pub at: Option<(usize, usize)>,
    /// What is wrong, in words.
    pub message: &'r str,
}

impl Report {
    /// The problems that were kept, in the order of the files and in each from its top.
    #[must_use]
    pub fn located(&self) -> Vec<LocatedProblem<'_>> {
        self.sorted().into_iter().map(|problem| self.locate(problem)).collect()
    }

    /// What the report warns of, in the order in which it was found.
    #[must_use]
    pub fn located_warnings(&self) -> Vec<LocatedProblem<'_>> {
        self.warnings.kept.iter().map(|warning| self.locate(warning)).collect()
    }

    fn locate<'r>(&'r self, problem: &'r Problem) -> LocatedProblem<'r> {
        LocatedProblem {
            path: &self.file(problem.place.file()).path,
            at: problem.place.line_and_column(),
            message: &problem.message,
        }
    }

    /// How many more were found.
    #[must_use]
    pub const fn left_out(&self) -> usize {
        self.problems.more
    }

    fn sorted(&self) -> Vec<&Problem> {
        let key = |problem: &&Problem| (problem.place.file(), problem.place.line_and_column());
        let mut sorted: Vec<_> = self.problems.kept.iter().collect();
        sorted.sort_by_key(key);
        // A value behind an anchor is read wherever its alias stands, and so is what is wrong with
        // it.
        sorted.dedup_by(|one, other| key(one) == key(other) && one.message == other.message);
        sorted
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sorted, mut finder, mut last) = (self.sorted(), LineFinder::default(), None);
        for problem in sorted.iter().take(MOST_SHOWN) {
            if last.replace(problem.place.file()) != Some(problem.place.file()) {
                finder = LineFinder::default();
            }
            self.show(f, &mut finder, problem)?;
        }
        let count = sorted.len() + self.problems.more;
        if count > MOST_SHOWN {
            writeln!(f, "... and {}", plural(count - MOST_SHOWN, "more problem"))?;
        }
        let mut broken: Vec<_> = sorted.iter().map(|problem| problem.place.file()).collect();
        broken.dedup();
        let (problems, files) = (plural(count, "problem"), plural(self.files.len(), "file"));
        if broken.len() == self.files.len() {
            return write!(f, "{problems} in {files}");
        }
        write!(f, "{problems} in {} of {files}", broken.len())
    }
}

impl fmt::Display for Warnings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(report) = self;
        let Problems { kept, more } = &report.warnings;
        for warning in kept.iter().take(MOST_SHOWN) {
            report.show(f, &mut LineFinder::default(), warning)?;
        }
        let count = kept.len() + more;
        if count > MOST_SHOWN {
            writeln!(f, "... and {}", plural(count - MOST_SHOWN, "more warning"))?;
        }
        write!(f, "{}", plural(count, "warning"))
    }
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::{MOST_KEPT, MOST_SHOWN, Place, Report, shortened};
    use std::path::PathBuf;

    #[test]
    fn a_long_message_keeps_its_beginning_and_its_end() {
        let message = shortened(format!("\"{}\" is no name", "\u{e9}".repeat(100_000)));
        assert!(message.starts_with("\"\u{e9}") && message.ends_with("\" is no name"));
        assert!(message.chars().count() < 2000);
    }

    #[test]
    fn of_too_many_problems_the_number_is_told() {
        let mut report = Report::default();
        let file = report.open(PathBuf::from("xx.yaml"), "x\n".repeat(MOST_KEPT + 7));
        // Backwards, so that it shows that they are sorted; one is there twice.
        for line in (0..MOST_KEPT + 5).rev() {
            report.add(Place::at(file, line.max(1), 1), "wrong");
        }
        let shown = report.to_string();
        assert_eq!(shown.matches(": wrong\n").count(), MOST_SHOWN);
        assert!(shown.starts_with("xx.yaml:5:1: wrong\n 5 | x\n   | ^\n"), "{shown}");
        assert!(shown.ends_with("... and 9905 more problems\n10005 problems in 1 file"), "{shown}");
        assert_eq!((report.located().len(), report.left_out()), (MOST_KEPT, 5));
    }
}
