//! How much of a zone its file holds, and what of it has no source, which the file says in
//! comments: other name servers load it all the same (RFC 1035 section 5.1).
//!
//! ```text
//! ; splinterdns: complete
//! ; splinterdns: absent nosuch.example.com
//! ; splinterdns: fallback
//! ; splinterdns: stand-in www.example.com A AAAA
//! ```

use super::master_file::ZoneError;
use crate::{
    diagnostic::UnknownWord,
    dns::{Rtype, wire_name},
};
use hickory_proto::rr::{LowerName, Name as WireName, RecordType, RrKey};
use std::collections::{BTreeSet, HashSet};

/// What a zone file says that its zone does not hold, or holds in the place of what nobody has
/// seen. A snapshot of somebody's zone says nothing: it cannot deny a name only because nobody had
/// asked for it.
#[derive(Debug, Default)]
pub(super) struct Extent {
    /// Whether what the file lacks does not exist.
    complete: bool,
    /// Whether an upstream resolver is asked first, where there is one.
    fallback: bool,
    /// Names that do not exist, and nothing below them (RFC 8020 section 2).
    absent: HashSet<LowerName>,
    /// Records that no source has: they keep the lab working.
    stand_ins: BTreeSet<RrKey>,
}

/// What a file holds, to be held against what its comments say.
pub(super) trait Contents {
    /// Whether the name exists.
    fn has_name(&self, name: &LowerName) -> bool;

    /// Whether it has records of the type.
    fn has_records(&self, key: &RrKey) -> bool;
}

/// What such a comment begins with, behind its semicolon.
const MARK: &str = "splinterdns:";

/// The words that may follow.
const WORDS: [&str; 4] = ["complete", "absent", "fallback", "stand-in"];

impl Extent {
    /// Reads the comments of a zone file, each with its line.
    pub(super) fn read(
        comments: &[(usize, String)],
        origin: &LowerName,
        contents: &impl Contents,
    ) -> Result<Self, ZoneError> {
        let mut extent = Self::default();
        for (line, comment) in comments {
            let Some(said) = statement(comment) else { continue };
            extent.take(said, origin, contents).map_err(|why| ZoneError::at(*line, why))?;
        }
        Ok(extent)
    }

    /// One statement.
    fn take(
        &mut self,
        said: &str,
        origin: &LowerName,
        contents: &impl Contents,
    ) -> Result<(), String> {
        let mut words = said.split_whitespace();
        let (word, rest) = (words.next().unwrap_or_default(), words.collect::<Vec<_>>());
        match (word, &rest[..]) {
            ("complete", []) => self.complete = true,
            ("fallback", []) => self.fallback = true,
            ("complete" | "fallback", more) => {
                let more = more.join(" ");
                return Err(format!("nothing may follow {word:?}, found {more:?}"));
            }
            ("absent", []) => return Err("the name that is absent is missing".to_owned()),
            ("absent", [name]) => {
                let name = name_in(origin, name)?;
                if contents.has_name(&name) {
                    return Err(format!("{name} is said to be absent, but this file holds it"));
                }
                self.absent.insert(name);
            }
            ("absent", [_, more, ..]) => {
                return Err(format!("one name is absent by a line, found {more:?} behind it"));
            }
            ("stand-in", [name, types @ ..]) if !types.is_empty() => {
                let name = name_in(origin, name)?;
                for rtype in types {
                    self.stand_ins.insert(stand_in(&name, rtype, contents)?);
                }
            }
            ("stand-in", _) => {
                let why = "a stand-in is a name and the types of its records: www.example.com A";
                return Err(why.to_owned());
            }
            _ => {
                let (found, expected) = (word.to_owned(), WORDS.map(str::to_owned).into());
                return Err(
                    UnknownWord { found, what: "word about the zone", expected }.to_string()
                );
            }
        }
        Ok(())
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

    /// Whether the file says that no source has these records of its.
    pub(super) fn is_stand_in(&self, key: &RrKey) -> bool {
        self.stand_ins.contains(key)
    }
}

/// A name of the zone.
fn name_in(origin: &LowerName, text: &str) -> Result<LowerName, String> {
    let name: WireName = wire_name(text).map_err(|why| why.to_string())?;
    let name = LowerName::from(name);
    if origin.zone_of(&name) {
        Ok(name)
    } else {
        Err(format!("{name} is not in the zone {origin}"))
    }
}

/// Records of the file that stand in.
fn stand_in(name: &LowerName, rtype: &str, contents: &impl Contents) -> Result<RrKey, String> {
    let Rtype(rtype) = rtype.parse().map_err(|why| format!("{why}"))?;
    if rtype == RecordType::ANY {
        return Err("which types stand in is said one by one, not by ANY".to_owned());
    }
    let key = RrKey::new(name.clone(), rtype);
    if contents.has_records(&key) {
        Ok(key)
    } else {
        Err(format!("{name} is said to have a stand-in {rtype} record, but this file has none"))
    }
}

/// What follows the mark in a comment for us.
fn statement(comment: &str) -> Option<&str> {
    let (mark, said) = comment.trim().split_at_checked(MARK.len())?;
    mark.eq_ignore_ascii_case(MARK).then(|| said.trim())
}

#[cfg(test)]
mod tests {
    use super::{Contents, Extent};
    use crate::dns::wire_name;
    use hickory_proto::rr::{LowerName, RecordType, RrKey};

    fn name(text: &str) -> LowerName {
        LowerName::from(wire_name(text).unwrap())
    }

    /// A zone with an address of www.
    struct Www;

    impl Contents for Www {
        fn has_name(&self, held: &LowerName) -> bool {
            *held == name("www.example.com")
        }

        fn has_records(&self, key: &RrKey) -> bool {
            self.has_name(&key.name) && key.record_type == RecordType::A
        }
    }

    fn read(text: &str) -> Result<Extent, (Option<usize>, String)> {
        let comments: Vec<_> = text
            .lines()
            .enumerate()
            .filter_map(|(at, line)| {
                Some((at + 1, line.trim_start().strip_prefix(';')?.to_owned()))
            })
            .collect();
        Extent::read(&comments, &name("example.com"), &Www).map_err(|error| (error.line, error.why))
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
    fn a_stand_in_is_the_records_of_one_name_and_type() {
        let extent = read("; splinterdns: stand-in WWW.example.com a\n").unwrap();
        let is_stand_in = |text, rtype| extent.is_stand_in(&RrKey::new(name(text), rtype));
        assert!(is_stand_in("www.example.com", RecordType::A));
        assert!(!is_stand_in("www.example.com", RecordType::AAAA));
        assert!(!is_stand_in("example.com", RecordType::A));
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
            ("absent a.example.com b.example.com", "one name is absent by a line"),
            ("stand-in", "a name and the types"),
            ("stand-in www.example.com", "a name and the types"),
            ("stand-in www.example.com A AAAA", "a stand-in AAAA record, but this file has none"),
            ("stand-in www.example.com ANY", "not by ANY"),
            ("stand-in www.example.com ADDRESS", "ADDRESS"),
            ("stand-in www.example.org A", "is not in the zone example.com"),
        ] {
            let (line, why) = read(&format!("@ NS ns\n; splinterdns: {said}\n")).unwrap_err();
            assert!(line == Some(2) && why.contains(part), "{said}: {why}");
        }
    }
}
