//! Other people's list formats, one file each: every entry becomes a pattern.

mod hosts;
mod plain;

use crate::dns::{Form, PatternError, PatternRef};
use std::{
    io::{self, BufRead},
    path::Path,
};
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
pub struct EntryError {
    /// Counted from 1.
    pub line: usize,
    /// Where in the line the entry begins, in characters from 1.
    pub column: usize,
    /// What is wrong with it.
    pub why: PatternError,
}

impl Format {
    /// The format that a file's name tells: `*.hosts` and `hosts` are hosts files, everything else
    /// is plain.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        let is_hosts = |part: Option<&std::ffi::OsStr>| part.is_some_and(|text| text == "hosts");
        if is_hosts(path.extension()) || is_hosts(path.file_name()) {
            Self::Hosts
        } else {
            Self::Plain
        }
    }

    /// Reads a list line by line, and hands over every entry. What comes back is what is wrong with
    /// it: all entries that are none.
    ///
    /// # Errors
    ///
    /// The system's, and text that is no UTF-8.
    pub fn read(
        self,
        mut file: impl BufRead,
        mut entry: impl FnMut(PatternRef<'_>),
    ) -> io::Result<Vec<EntryError>> {
        let (mut line, mut text, mut bad) = (String::new(), String::new(), Vec::new());
        for number in 1.. {
            line.clear();
            if file.read_line(&mut line)? == 0 {
                break;
            }
            let line = line.as_str();
            self.each_word(without_comment(line), |word| match self.pattern(word, &mut text) {
                Ok(form) => entry(PatternRef { form, text: &text }),
                Err(why) => {
                    let before = line.find(word).expect("words are parts of the line");
                    bad.push(EntryError {
                        line: number,
                        column: line[..before].chars().count() + 1,
                        why,
                    });
                }
            });
        }
        Ok(bad)
    }

    fn each_word<'l>(self, line: &'l str, each: impl FnMut(&'l str)) {
        match self {
            Self::Plain => plain::words(line).for_each(each),
            Self::Hosts => hosts::words(line).for_each(each),
        }
    }

    fn pattern(self, word: &str, text: &mut String) -> Result<Form, PatternError> {
        match self {
            Self::Plain => plain::pattern(word, text),
            Self::Hosts => hosts::pattern(word, text),
        }
    }
}

/// A `#` begins a comment at the start of a line or after white space; inside a regular expression
/// it stands for itself.
fn without_comment(line: &str) -> &str {
    let end = line
        .match_indices('#')
        .map(|(at, _)| at)
        .find(|&at| line[..at].trim_end().len() < at || at == 0);
    line[..end.unwrap_or(line.len())].trim()
}

#[cfg(test)]
mod tests {
    use super::{EntryError, Format};
    use std::path::Path;

    fn shown(format: Format, text: &str) -> Vec<String> {
        let mut shown = Vec::new();
        assert_eq!(
            format.read(text.as_bytes(), |pattern| shown.push(pattern.to_string())).unwrap(),
            []
        );
        shown
    }

    fn bad(format: Format, text: &str) -> Vec<EntryError> {
        format.read(text.as_bytes(), |_| ()).unwrap()
    }

    #[test]
    fn a_plain_list_has_one_pattern_a_line() {
        let text = "# a comment\n\nExample.com\r\n=only.example # alone\n*.ua\n\
                    .cbmsport.com\n/a#b/\n";
        assert_eq!(
            shown(Format::Plain, text),
            ["example.com", "=only.example", "*.ua", "cbmsport.com", "/a#b/"]
        );
    }

    #[test]
    fn a_hosts_file_names_names_alone() {
        let text =
            "127.0.0.1 localhost\n0.0.0.0 Bad.example www.bad.example # two\n::1 ip6-localhost\n";
        assert_eq!(shown(Format::Hosts, text), ["=bad.example", "=www.bad.example"]);
    }

    #[test]
    fn bad_lines_are_all_reported_with_their_numbers() {
        let found = bad(Format::Plain, "good.example\n  a..b\n\n*\n");
        assert_eq!(
            found.iter().map(|entry| (entry.line, entry.column)).collect::<Vec<_>>(),
            [(2, 3), (4, 1)]
        );
        let found = bad(Format::Hosts, "0.0.0.0 good.example *.bad.example\n");
        assert_eq!((found.len(), found[0].column), (1, 22));
    }

    #[test]
    fn the_file_name_tells_the_format() {
        assert_eq!(Format::of(Path::new("lists/act.hosts")), Format::Hosts);
        assert_eq!(Format::of(Path::new("lists/hosts")), Format::Hosts);
        assert_eq!(Format::of(Path::new("lists/act.txt")), Format::Plain);
    }
}
