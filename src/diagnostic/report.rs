//! All problems of all files, each with its place.

use super::place::{Place, Spot};
use std::{
    fmt,
    path::{Path, PathBuf},
};

/// Problems that are shown at a time, at most.
const MOST_SHOWN: usize = 100;

/// Finds line and column, counted from 1, of the node with a number in a text.
pub type Locate = fn(&str, usize) -> (usize, usize);

/// A file that has been read.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// As people know it: relative to where they stand, or inside the binary.
    pub path: PathBuf,
    /// Its text; empty when it could not be read.
    pub text: String,
    /// How nodes of its syntax tree are found; files without nodes have none.
    locate: Option<Locate>,
}

/// One thing that is wrong.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What, in words.
    pub message: String,
}

/// The files of a lab and everything that is wrong with them.
#[derive(Clone, Debug, Default)]
pub struct Report {
    files: Vec<SourceFile>,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

/// What a report warns of, to be shown.
#[derive(Debug)]
pub struct Warnings<'r>(&'r Report);

impl Report {
    /// Takes in a file; problems refer to it by the number that comes back.
    pub fn open(&mut self, path: PathBuf, text: String) -> usize {
        self.files.push(SourceFile { path, text, locate: None });
        self.files.len() - 1
    }

    /// The file of that number.
    #[must_use]
    pub fn file(&self, number: usize) -> &SourceFile {
        &self.files[number]
    }

    /// Says how places of nodes in a file are found.
    pub fn locate_with(&mut self, file: usize, locate: Locate) {
        self.files[file].locate = Some(locate);
    }

    /// How many files have been read.
    #[must_use]
    pub fn file_count(&self) -> usize {
        self.files.len()
    }

    /// Notes a problem.
    pub fn add(&mut self, place: Place, problem: impl fmt::Display) {
        self.problems.push(Problem { place, message: shortened(problem.to_string()) });
    }

    /// Notes what is odd but keeps nothing from working.
    pub fn warn(&mut self, place: Place, warning: impl fmt::Display) {
        self.warnings.push(Problem { place, message: shortened(warning.to_string()) });
    }

    /// What is odd, if anything is.
    #[must_use]
    pub fn warnings(&self) -> Option<Warnings<'_>> {
        (!self.warnings.is_empty()).then_some(Warnings(self))
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }

    /// `line 12` or `configs/countries/ir.yaml:12`, for a message at `from`. A place costs a
    /// reading of its file, so when there are more problems than are shown, the file has to do.
    #[must_use]
    pub fn cross_reference(&self, from: Place, to: Place) -> String {
        if self.problems.len() > MOST_SHOWN {
            let path = self.files[to.file].path.display().to_string();
            return if from.file == to.file { "on another line".to_owned() } else { path };
        }
        let line = self.line_and_column(to).map_or(1, |(line, _)| line);
        if from.file == to.file {
            format!("on line {line}")
        } else {
            format!("{}:{line}", self.files[to.file].path.display())
        }
    }

    /// Line and column of a place, counted from 1; nothing for a file as such.
    #[must_use]
    pub fn line_and_column(&self, place: Place) -> Option<(usize, usize)> {
        match place.spot {
            Spot::Node(number) => {
                let file = &self.files[place.file];
                file.locate.map(|locate| locate(&file.text, number))
            }
            Spot::LineColumn(line, column) => Some((line, column)),
            Spot::Whole => None,
        }
    }

    fn show(
        &self,
        f: &mut fmt::Formatter<'_>,
        at: (usize, Option<(usize, usize)>),
        message: &str,
    ) -> fmt::Result {
        let file = &self.files[at.0];
        let Some((line, column)) = at.1 else {
            return writeln!(f, "{}: {message}", file.path.display());
        };
        writeln!(f, "{}:{line}:{column}: {message}", file.path.display())?;
        let Some(text) = file.text.lines().nth(line - 1) else { return Ok(()) };
        let width = line.to_string().len();
        let (text, mark) = excerpt(text.trim_end(), column - 1);
        writeln!(f, " {line} | {text}")?;
        writeln!(f, " {:width$} | {:mark$}^", "", "")
    }
}

/// As much of a line is shown, and as much of it before what is wrong.
const MOST_OF_A_LINE: usize = 160;
const BEFORE_THE_MARK: usize = 60;

/// The part of a line around a column, and the column in it, both counted in characters.
fn excerpt(line: &str, column: usize) -> (String, usize) {
    // A line may be a whole file.
    let begin =
        if line.len() <= MOST_OF_A_LINE { 0 } else { column.saturating_sub(BEFORE_THE_MARK) };
    let mut characters = line.chars().skip(begin);
    let mut text: String = if begin > 0 { "..." } else { "" }.to_owned();
    let cut = text.len();
    text.extend(characters.by_ref().take(MOST_OF_A_LINE));
    if characters.next().is_some() {
        text.push_str("...");
    }
    let mark = (column - begin).min(text.chars().count() - cut);
    (text, cut + mark)
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
    file: usize,
}

impl Report {
    /// At most so many problems, in the order of the files and in each from its top.
    #[must_use]
    pub fn located(&self, most: usize) -> Vec<LocatedProblem<'_>> {
        // A place costs a reading of its file, so only those shown are found.
        let mut shown: Vec<_> = self.problems.iter().collect();
        shown.sort_by_key(|problem| (problem.place.file, problem.place.spot));
        shown.truncate(most);
        let locate = |problem: &'_ Problem| self.line_and_column(problem.place);
        let located = shown.into_iter().map(|problem| LocatedProblem {
            path: &self.files[problem.place.file].path,
            at: locate(problem),
            message: &problem.message,
            file: problem.place.file,
        });
        let mut located: Vec<_> = located.collect();
        located.sort_by_key(|problem| (problem.file, problem.at));
        // A value behind an anchor is read wherever its alias stands, and so is what is wrong with
        // it.
        located.dedup_by_key(|problem| (problem.file, problem.at, problem.message));
        located
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = self.problems.len().saturating_sub(MOST_SHOWN);
        let located = self.located(MOST_SHOWN);
        for problem in &located {
            self.show(f, (problem.file, problem.at), problem.message)?;
        }
        let mut broken: Vec<_> = located.iter().map(|problem| problem.file).collect();
        broken.dedup();
        if more > 0 {
            writeln!(f, "... and {}", plural(more, "more problem"))?;
        }
        let (problems, files) =
            (plural(located.len() + more, "problem"), plural(self.files.len(), "file"));
        if broken.len() == self.files.len() {
            return write!(f, "{problems} in {files}");
        }
        write!(f, "{problems} in {} of {files}", broken.len())
    }
}

impl fmt::Display for Warnings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(report) = self;
        for Problem { place, message } in report.warnings.iter().take(MOST_SHOWN) {
            report.show(f, (place.file, report.line_and_column(*place)), message)?;
        }
        let more = report.warnings.len().saturating_sub(MOST_SHOWN);
        if more > 0 {
            writeln!(f, "... and {}", plural(more, "more warning"))?;
        }
        write!(f, "{}", plural(report.warnings.len(), "warning"))
    }
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::{MOST_OF_A_LINE, excerpt, shortened};

    #[test]
    fn of_a_long_line_the_part_around_the_mark_is_shown() {
        assert_eq!(excerpt("short", 2), ("short".to_owned(), 2));
        assert_eq!(excerpt("short", 9), ("short".to_owned(), 5));
        let line = format!("{}HERE{}", "a".repeat(5000), "b".repeat(5000));
        let (text, mark) = excerpt(&line, 5000);
        assert!(text.len() < MOST_OF_A_LINE + 10 && text[mark..].starts_with("HERE"), "{text}");
        assert!(text.starts_with("...a") && text.ends_with("b..."), "{text}");
        let (text, mark) = excerpt(&line, 0);
        assert!(text.starts_with('a') && mark == 0);
    }

    #[test]
    fn a_long_message_keeps_its_beginning_and_its_end() {
        let message = shortened(format!("\"{}\" is no name", "\u{e9}".repeat(100_000)));
        assert!(message.starts_with("\"\u{e9}") && message.ends_with("\" is no name"));
        assert!(message.chars().count() < 2000);
    }
}
