//! Other people's list formats, one file each: every entry becomes a [`Pattern`].

mod hosts;
mod plain;

use crate::name::{Pattern, PatternError};
use std::path::Path;
use thiserror::Error;

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One pattern a line, `#` begins a comment.
    Plain,
    /// `/etc/hosts`: an address, then names that are blocked alone.
    Hosts,
}

/// A line that is no entry.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{why}")]
pub struct BadEntry {
    /// Counted from 1.
    pub line: usize,
    /// Where in the line the entry begins, in characters from 1.
    pub column: usize,
    /// What is wrong with it.
    pub why: PatternError,
}

/// The entries of a line, and the reading of one: all that a format is.
type Entries = fn(&str) -> Vec<&str>;
type Reading = fn(&str) -> Result<Pattern, PatternError>;

impl Format {
    /// The format that a file's name tells: `*.hosts` and `hosts` are hosts files, everything else is plain.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        let is_hosts = |part: Option<&std::ffi::OsStr>| part.is_some_and(|text| text == "hosts");
        if is_hosts(path.extension()) || is_hosts(path.file_name()) { Self::Hosts } else { Self::Plain }
    }

    /// Reads a list.
    ///
    /// # Errors
    ///
    /// Every line that is no entry, with its number.
    pub fn read(self, text: &str) -> Result<Vec<Pattern>, Vec<BadEntry>> {
        let (entries, pattern) = match self {
            Self::Plain => (plain::entries as Entries, plain::pattern as Reading),
            Self::Hosts => (hosts::entries as Entries, hosts::pattern as Reading),
        };
        let mut patterns = Vec::new();
        let mut bad = Vec::new();
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            for entry in entries(without_comment(line)) {
                match pattern(entry) {
                    Ok(pattern) => patterns.push(pattern),
                    Err(why) => {
                        let before = line.find(entry).unwrap_or_default();
                        bad.push(BadEntry { line: index + 1, column: line[..before].chars().count() + 1, why });
                    }
                }
            }
        }
        if bad.is_empty() { Ok(patterns) } else { Err(bad) }
    }
}

/// A `#` begins a comment at the start of a line or after white space; inside a regular expression it stands for itself.
fn without_comment(line: &str) -> &str {
    let end = line.match_indices('#').map(|(at, _)| at).find(|&at| line[..at].trim_end().len() < at || at == 0);
    line[..end.unwrap_or(line.len())].trim()
}

#[cfg(test)]
mod tests {
    use super::Format;
    use std::path::Path;

    fn shown(format: Format, text: &str) -> Vec<String> {
        format.read(text).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_plain_list_has_one_pattern_a_line() {
        let text = "\u{feff}# a comment\n\nExample.com\r\n=only.example # alone\n*.ua\n.cbmsport.com\n/a#b/\n";
        assert_eq!(shown(Format::Plain, text), ["example.com", "=only.example", "*.ua", "cbmsport.com", "/a#b/"]);
    }

    #[test]
    fn a_hosts_file_names_names_alone() {
        let text = "127.0.0.1 localhost\n0.0.0.0 Bad.example www.bad.example # two\n::1 ip6-localhost\n";
        assert_eq!(shown(Format::Hosts, text), ["=bad.example", "=www.bad.example"]);
    }

    #[test]
    fn bad_lines_are_all_reported_with_their_numbers() {
        let bad = Format::Plain.read("good.example\n  a..b\n\n*\n").unwrap_err();
        assert_eq!(bad.iter().map(|entry| (entry.line, entry.column)).collect::<Vec<_>>(), [(2, 3), (4, 1)]);
        let bad = Format::Hosts.read("0.0.0.0 good.example *.bad.example\n").unwrap_err();
        assert_eq!((bad.len(), bad[0].column), (1, 22));
    }

    #[test]
    fn the_file_name_tells_the_format() {
        assert_eq!(Format::of(Path::new("lists/act.hosts")), Format::Hosts);
        assert_eq!(Format::of(Path::new("lists/hosts")), Format::Hosts);
        assert_eq!(Format::of(Path::new("lists/act.txt")), Format::Plain);
    }
}
