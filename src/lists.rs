//! Other people's list formats, one file each: every entry becomes a pattern.

mod hosts;
mod look;
mod odd_lines;
mod plain;

pub use look::Look;
pub use odd_lines::{EntryError, ForeignList, ListReading, OddLines};

use crate::dns::{Form, PatternError, PatternRef};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, BufRead, Read},
    path::Path,
};

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One pattern a line, `#` begins a comment.
    Plain,
    /// `/etc/hosts`: an address, then names that are blocked alone.
    Hosts,
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

    /// Reads a list line by line, and hands over every entry. What comes back tells what was left
    /// out.
    ///
    /// # Errors
    ///
    /// The system's.
    pub fn read(
        self,
        mut file: impl BufRead,
        mut entry: impl FnMut(PatternRef<'_>),
    ) -> io::Result<ListReading> {
        let (mut octets, mut text) = (Vec::new(), String::new());
        let mut reading = ListReading::default();
        for number in 1.. {
            octets.clear();
            if file.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut octets)? == 0 {
                break;
            }
            if octets.len() as u64 == LONGEST_LINE && octets.last() != Some(&b'\n') {
                skip_line(&mut file)?;
                reading.odd(number, || 1, EntryError::TooLong, None);
                continue;
            }
            let Some(line) = text_of(&octets) else {
                reading.odd(number, || 1, EntryError::NotText, None);
                continue;
            };
            let bare = without_comment(line);
            self.each_word(bare, |word| match self.pattern(word, &mut text) {
                Ok(form) => {
                    reading.entry();
                    entry(PatternRef { form, text: &text });
                }
                Err(why) => {
                    let look = Look::of(bare).filter(|look| self.may_look(*look));
                    let why = match look {
                        Some(Look::Hosts) => EntryError::Hosts(bare.to_owned()),
                        _ => EntryError::from(why),
                    };
                    reading.odd(number, || column(line, word), why, look);
                }
            });
        }
        Ok(reading)
    }

    /// Whether such a line would be none of this format.
    fn may_look(self, look: Look) -> bool {
        self == Self::Plain || look != Look::Hosts
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

/// The column of a word of a line, counted from 1.
fn column(line: &str, word: &str) -> usize {
    let before = line.find(word).expect("words are parts of the line");
    line[..before].chars().count() + 1
}

/// Some lines of a list, by their numbers, counted from 1: what a report shows of it. What is no
/// text is shown by a mark, and a line is cut where no entry would be longer.
///
/// # Errors
///
/// The system's.
pub fn lines(
    mut file: impl BufRead,
    wanted: &BTreeSet<usize>,
) -> io::Result<BTreeMap<usize, String>> {
    let (mut found, mut octets) = (BTreeMap::new(), Vec::new());
    for number in 1..=wanted.last().copied().unwrap_or(0) {
        octets.clear();
        file.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut octets)?;
        if octets.last() != Some(&b'\n') {
            skip_line(&mut file)?;
        }
        if wanted.contains(&number) {
            let line = String::from_utf8_lossy(&octets);
            found.insert(number, line.trim_end_matches(['\n', '\r']).to_owned());
        }
    }
    Ok(found)
}

/// Octets of a line, at most: no name and no sensible expression is longer.
const LONGEST_LINE: u64 = 16_384;

/// Passes over the rest of a line, which may be all that there is.
fn skip_line(file: &mut impl BufRead) -> io::Result<()> {
    loop {
        let room = file.fill_buf()?;
        let end = room.iter().position(|octet| *octet == b'\n');
        let (length, done) =
            (end.map_or(room.len(), |end| end + 1), end.is_some() || room.is_empty());
        file.consume(length);
        if done {
            return Ok(());
        }
    }
}

/// A line as text. Other octets may stand in its comment, which is then not part of it.
fn text_of(octets: &[u8]) -> Option<&str> {
    match str::from_utf8(octets) {
        Ok(line) => Some(line),
        Err(error) => {
            let before = str::from_utf8(&octets[..error.valid_up_to()]).ok()?;
            comment(before).map(|begin| &before[..begin])
        }
    }
}

/// A `#` begins a comment at the start of a line or after white space; inside a regular expression
/// it stands for itself.
fn comment(line: &str) -> Option<usize> {
    let marks = line.match_indices('#').map(|(at, _)| at);
    marks.into_iter().find(|&at| line[..at].trim_end().len() < at || at == 0)
}

fn without_comment(line: &str) -> &str {
    line[..comment(line).unwrap_or(line.len())].trim()
}

#[cfg(test)]
mod tests {
    use super::{Format, ListReading};
    use std::path::Path;

    fn shown(format: Format, text: &str) -> Vec<String> {
        let mut shown = Vec::new();
        let reading =
            format.read(text.as_bytes(), |pattern| shown.push(pattern.to_string())).unwrap();
        assert_eq!(reading.odd, []);
        shown
    }

    fn read(format: Format, text: &[u8]) -> ListReading {
        format.read(text, |_| ()).unwrap()
    }

    fn places(reading: &ListReading) -> Vec<((usize, usize), usize)> {
        reading.odd.iter().map(|odd| (odd.first, odd.count)).collect()
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
    fn odd_lines_are_counted_by_what_is_wrong_with_them() {
        let text =
            b"good.example\n  a..b\n\n*\nb..c\nd..e/\nlatin.example \xe9\nok.example # \xe9\n";
        let found = read(Format::Plain, text);
        assert_eq!(places(&found), [((2, 3), 2), ((4, 1), 1), ((6, 1), 1), ((7, 1), 1)]);
        assert_eq!((found.odd[0].next.clone(), found.foreign()), (vec![5], None));
        let found = read(Format::Hosts, b"0.0.0.0 good.example *.bad.example\n");
        assert_eq!(places(&found), [((1, 22), 1)]);
        assert!(found.odd[0].to_string().starts_with("\"*.bad"), "{}", found.odd[0]);
    }

    #[test]
    fn a_line_that_is_too_long_is_no_entry_and_the_next_one_is() {
        let long = "x".repeat(16_384);
        let text = format!("a.example\n{long}\nb.example\n{}", "y".repeat(200_000));
        let mut entries = 0;
        let found = Format::Plain.read(text.as_bytes(), |_| entries += 1).unwrap();
        assert_eq!((places(&found), entries), (vec![((2, 1), 2)], 2));
        assert!(found.odd[0].to_string().contains("16,384"), "{}", found.odd[0]);
    }

    #[test]
    fn the_head_of_a_hosts_file_is_its_own() {
        let text = "fe80::1%lo0 localhost\nff00::0 ip6-localnet\nff00::0 ip6-mcastprefix\n\
                    ff02::3 ip6-allhosts\n0.0.0.0 0.0.0.0\n0.0.0.0 ads.example\n";
        assert_eq!(shown(Format::Hosts, text), ["=ads.example"]);
    }

    #[test]
    fn a_list_of_another_format_is_refused_by_its_name() {
        for (text, part) in [
            ("||a.example^\n@@||b.example^\nc.example\n", "looks like an Adblock filter list"),
            ("! Title: ads\n||a.example^$third-party\n", "looks like an Adblock filter list"),
            ("$TTL 60\n@ SOA a. b. 1 2 3 4 5\na.example CNAME .\n", "looks like an RPZ zone"),
            ("address=/a.example/\n", "looks like a dnsmasq configuration"),
            ("local-zone: \"a.example\" always_null\n", "looks like an Unbound configuration"),
            ("0.0.0.0 a.example\n", "looks like a hosts file"),
            ("203.0.113.9\n198.51.100.7\n", "nothing in this list can be read"),
        ] {
            let foreign = read(Format::Plain, text.as_bytes()).foreign();
            let said = foreign.map(|foreign| foreign.to_string());
            assert!(said.as_ref().is_some_and(|said| said.contains(part)), "{text}: {said:?}");
        }
        let one = "a.example\nb.example\n||c.example^\n0.0.0.0\n";
        assert_eq!(read(Format::Plain, one.as_bytes()).foreign(), None);
        assert_eq!(read(Format::Plain, b"# nothing\n").foreign(), None);
    }

    #[test]
    fn the_file_name_tells_the_format() {
        assert_eq!(Format::of(Path::new("lists/act.hosts")), Format::Hosts);
        assert_eq!(Format::of(Path::new("lists/hosts")), Format::Hosts);
        assert_eq!(Format::of(Path::new("lists/act.txt")), Format::Plain);
    }
}
