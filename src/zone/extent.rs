//! How much of a zone its file holds, which the file says in comments: other name servers load it
//! all the same (RFC 1035 section 5.1).
//!
//! ```text
//! ; splinterdns: complete
//! ; splinterdns: absent nosuch.example.com
//! ; splinterdns: fallback
//! ```

use super::master_file::ZoneError;
use crate::{diagnostic::UnknownWord, dns::wire_name};
use hickory_proto::rr::{LowerName, Name as WireName};
use std::collections::HashSet;

/// What a zone file says that its zone does not hold. A snapshot of somebody's zone says nothing:
/// it cannot deny a name only because nobody had asked for it.
#[derive(Debug, Default)]
pub(super) struct Extent {
    /// Whether what the file lacks does not exist.
    complete: bool,
    /// Whether an upstream resolver is asked first, where there is one.
    fallback: bool,
    /// Names that do not exist, and nothing below them (RFC 8020 section 2).
    absent: HashSet<LowerName>,
}

/// What such a comment begins with, behind its semicolon.
const MARK: &str = "splinterdns:";

/// The words that may follow.
const WORDS: [&str; 3] = ["complete", "absent", "fallback"];

impl Extent {
    /// Reads the comments of a zone file, each with its line. `holds` tells which names the zone
    /// has records for.
    pub(super) fn read(
        comments: &[(usize, String)],
        origin: &LowerName,
        holds: impl Fn(&LowerName) -> bool,
    ) -> Result<Self, ZoneError> {
        let mut extent = Self::default();
        for (line, comment) in comments {
            let Some(said) = statement(comment) else { continue };
            let absent = extent.take(said).and_then(|absent| match absent {
                Some(name) if !origin.zone_of(&name) => {
                    Err(format!("{name} is not in the zone {origin}"))
                }
                Some(name) if holds(&name) => {
                    Err(format!("{name} is said to be absent, but this file holds it"))
                }
                other => Ok(other),
            });
            extent.absent.extend(absent.map_err(|why| ZoneError::at(*line, why))?);
        }
        Ok(extent)
    }

    /// One statement; the name that it says to be absent comes back.
    fn take(&mut self, said: &str) -> Result<Option<LowerName>, String> {
        let (word, rest) = said.split_once(char::is_whitespace).unwrap_or((said, ""));
        match (word, rest.trim()) {
            ("complete", "") => {
                self.complete = true;
                Ok(None)
            }
            ("fallback", "") => {
                self.fallback = true;
                Ok(None)
            }
            ("complete" | "fallback", more) => {
                Err(format!("nothing may follow {word:?}, found {more:?}"))
            }
            ("absent", "") => Err("the name that is absent is missing".to_owned()),
            ("absent", name) => {
                let name: WireName = wire_name(name).map_err(|why| why.to_string())?;
                Ok(Some(LowerName::from(name)))
            }
            _ => {
                let (found, expected) = (word.to_owned(), WORDS.map(str::to_owned).into());
                Err(UnknownWord { found, what: "word about the zone", expected }.to_string())
            }
        }
    }

    /// Whether a type that an existing name lacks does not exist.
    pub(super) const fn is_complete(&self) -> bool {
        self.complete
    }

    /// Whether the zone only counts where no upstream resolver answers.
    pub(super) const fn is_fallback(&self) -> bool {
        self.fallback
    }

    /// Whether a name that the zone does not hold does not exist; `path` is the name and those
    /// above it.
    pub(super) fn denies(&self, path: &[LowerName]) -> bool {
        self.complete || self.is_absent(path)
    }

    /// Whether the file says of the name, or of one above it, that it does not exist.
    pub(super) fn is_absent(&self, path: &[LowerName]) -> bool {
        !self.absent.is_empty() && path.iter().any(|name| self.absent.contains(name))
    }
}

/// What follows the mark in a comment for us.
fn statement(comment: &str) -> Option<&str> {
    let (mark, said) = comment.trim().split_at_checked(MARK.len())?;
    mark.eq_ignore_ascii_case(MARK).then(|| said.trim())
}

#[cfg(test)]
mod tests {
    use super::Extent;
    use crate::dns::wire_name;
    use hickory_proto::rr::LowerName;

    fn name(text: &str) -> LowerName {
        LowerName::from(wire_name(text).unwrap())
    }

    fn read(text: &str) -> Result<Extent, (Option<usize>, String)> {
        let holds = |held: &LowerName| *held == name("www.example.com");
        let comments: Vec<_> = text
            .lines()
            .enumerate()
            .filter_map(|(at, line)| {
                Some((at + 1, line.trim_start().strip_prefix(';')?.to_owned()))
            })
            .collect();
        Extent::read(&comments, &name("example.com"), holds)
            .map_err(|error| (error.line, error.why))
    }

    #[test]
    fn a_file_that_says_nothing_denies_nothing() {
        let extent = read("; a snapshot\n@ TXT \"; splinterdns: complete\"\n").unwrap();
        assert!(!extent.is_complete() && !extent.denies(&[name("nosuch.example.com")]));
    }

    #[test]
    fn what_is_absent_is_absent_with_all_below_it_and_nothing_else_is() {
        let extent = read(";splinterdns:  absent  NoSuch.example.com.\n").unwrap();
        assert!(extent.denies(&[name("a.nosuch.example.com"), name("nosuch.example.com")]));
        assert!(!extent.denies(&[name("other.example.com"), name("example.com")]));
        assert!(read("  ; splinterdns: complete\r\n").unwrap().denies(&[name("x.example.com")]));
    }

    #[test]
    fn what_cannot_be_meant_is_reported_with_its_line() {
        for (said, part) in [
            ("compleat", "did you mean \"complete\"?"),
            ("", "unknown word about the zone \"\""),
            ("complete since 2024", "nothing may follow"),
            ("fallback when offline", "nothing may follow"),
            ("absent", "is missing"),
            ("absent a..b", "is no domain name"),
            ("absent example.org", "is not in the zone example.com"),
            ("absent www.example.com", "but this file holds it"),
        ] {
            let (line, why) = read(&format!("@ NS ns\n; splinterdns: {said}\n")).unwrap_err();
            assert!(line == Some(2) && why.contains(part), "{said}: {why}");
        }
    }
}
