//! Names as rules see them.
//!
//! A [`Name`] is a domain name in presentation form (RFC 1035 section 5.1) with letters folded to
//! lower case and without its last dot, because RFC 4343 makes case meaningless and every rule is
//! written that way. A [`Pattern`] is what a rule matches names with.

mod plain;

pub(super) use plain::fold_plain;

use super::constants::{MAX_LABEL_LEN, MAX_NAME_LEN};
use hickory_proto::{
    rr::Name as WireName,
    serialize::binary::{BinDecodable, BinDecoder},
};
use std::{borrow::Borrow, fmt};
use thiserror::Error;

/// A domain name, folded to lower case, without its last dot; the root is the empty string.
///
/// A dot or backslash inside a label is written `\.` or `\\`, and octets outside printable ASCII as
/// `\DDD`, so that the text is unambiguous.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(String);

/// Why a text is no domain name.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NameError {
    /// UTS 46 refuses the internationalised text.
    #[error("\"{0}\" has no A-label form (UTS 46)")]
    Idna(String),
    /// A label above 63 octets, a name above 255, an empty label, or a broken escape (RFC 1035
    /// section 2.3.4).
    #[error("\"{text}\" is no domain name: {why}")]
    Form {
        /// What was written.
        text: String,
        /// The reason.
        why: String,
    },
}

impl Name {
    /// Reads what a person wrote: any case, with or without the last dot, internationalised or not.
    ///
    /// # Errors
    ///
    /// [`NameError`] when the text has no A-label form or breaks the length limits of RFC 1035.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        Ok(Self::from_wire(&wire_name(text)?))
    }

    /// The folded form of a name that was read from a message or a zone.
    #[must_use]
    pub fn from_wire(name: &WireName) -> Self {
        Self(joined(String::with_capacity(name.len()), name.iter()))
    }

    /// The folded form of a name in wire form without compression, written into the room of this
    /// one.
    #[must_use]
    pub fn refill(self, wire: &[u8]) -> Self {
        match self.plainly(wire) {
            Ok(name) => name,
            Err(Self(room)) => Self(joined(room, wire_labels(wire))),
        }
    }

    /// Nearly every name is as it will be written but for dots and case.
    fn plainly(self, wire: &[u8]) -> Result<Self, Self> {
        let mut octets = self.0.into_bytes();
        octets.clear();
        // All but the first length and the root's.
        let [first, rest @ ..] = wire else { return Err(Self::default()) };
        octets.extend(rest.split_last().map_or(rest, |(_, labels)| labels));
        let (mut dots, mut at) = (0_u8, usize::from(*first));
        while at < octets.len() {
            at += usize::from(std::mem::replace(&mut octets[at], b'.')) + 1;
            dots = dots.wrapping_add(1);
        }
        // Whatever is not plain is a dot that stands between labels, then. Counted in octets, of
        // which the processor takes many at a time: a name has no more than they can count.
        let plain = octets
            .iter()
            .fold(0_u8, |count, octet| count.wrapping_add(u8::from(!is_plain(*octet))))
            == dots;
        octets.make_ascii_lowercase();
        match String::from_utf8(octets) {
            Ok(text) if plain => Ok(Self(text)),
            Ok(room) => Err(Self(room)),
            Err(_) => Err(Self::default()),
        }
    }

    /// What a program makes of a name that keeps its labels in one string with dots between them,
    /// so that a dot inside a label separates like any other.
    #[must_use]
    pub fn flattened(octets: &[u8]) -> Self {
        Self(joined(String::with_capacity(octets.len()), octets.split(|octet| *octet == b'.')))
    }

    /// The text: `www.example.com`, or nothing for the root.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name itself, then the name without its first label, and so on down to the top-level
    /// domain.
    pub fn suffixes(&self) -> impl Iterator<Item = &str> {
        let whole = (!self.0.is_empty()).then_some(self.0.as_str());
        std::iter::successors(whole, |name| parent(name))
    }
}

/// The name above `name`, or nothing above a top-level domain. A dot behind a backslash is part of
/// its label.
fn parent(name: &str) -> Option<&str> {
    let octets = name.as_bytes();
    let mut at = 0;
    while at < octets.len() {
        match octets[at] {
            b'\\' => at += 2,
            b'.' => return Some(&name[at + 1..]),
            _ => at += 1,
        }
    }
    None
}

/// Whether an octet of a label needs no escape.
const fn is_plain(octet: u8) -> bool {
    (octet >= 0x21) & (octet <= 0x7e) & (octet != b'.') & (octet != b'\\')
}

/// The labels of a name in wire form without compression.
fn wire_labels(mut wire: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (length, rest) = wire.split_first().filter(|(length, _)| **length > 0)?;
        let (label, rest) = rest.split_at(usize::from(*length).min(rest.len()));
        wire = rest;
        Some(label)
    })
}

/// Labels with dots between them, folded and escaped, in the room of another text.
fn joined<'l>(mut text: String, labels: impl Iterator<Item = &'l [u8]>) -> String {
    text.clear();
    for (index, label) in labels.enumerate() {
        if index > 0 {
            text.push('.');
        }
        push_label(&mut text, label);
    }
    text
}

fn push_label(text: &mut String, label: &[u8]) {
    for &octet in label {
        match octet.to_ascii_lowercase() {
            special @ (b'.' | b'\\') => {
                text.push('\\');
                text.push(char::from(special));
            }
            plain @ 0x21..=0x7e => text.push(char::from(plain)),
            other => text.push_str(&format!("\\{other:03}")),
        }
    }
}

/// Reads what a person wrote as a name that can stand in a message, its case kept.
///
/// # Errors
///
/// As [`Name::parse`].
pub fn wire_name(text: &str) -> Result<WireName, NameError> {
    let form = |why: &str| NameError::Form { text: text.to_owned(), why: why.to_owned() };
    let labels = labels(&to_ascii(text)?).map_err(form)?;
    if labels.is_empty() {
        return Ok(WireName::root());
    }
    if let Some(long) = labels.iter().find(|label| label.len() > MAX_LABEL_LEN) {
        return Err(form(&format!(
            "a label has {} octets; {MAX_LABEL_LEN} are allowed",
            long.len()
        )));
    }
    let octets = labels.iter().map(|label| label.len() + 1).sum::<usize>() + 1;
    if octets > MAX_NAME_LEN {
        return Err(form(&format!("it has {octets} octets; {MAX_NAME_LEN} are allowed")));
    }
    WireName::from_labels(labels.iter().map(Vec::as_slice)).map_err(|why| form(&why.to_string()))
}

/// Writes a name in wire form, without compression.
pub fn write_wire(name: &WireName, out: &mut Vec<u8>) {
    for label in name.iter() {
        out.push(u8::try_from(label.len()).expect("hickory keeps labels of at most 63 octets"));
        out.extend(label);
    }
    out.push(0);
}

/// Reads a name in wire form without compression; nothing where there is none.
#[must_use]
pub fn read_wire(octets: &[u8]) -> Option<WireName> {
    WireName::read(&mut BinDecoder::new(octets)).ok()
}

/// The labels of a name in presentation form, with RFC 1035's escapes: `\DDD` is decimal there
/// (hickory reads it as octal).
fn labels(text: &str) -> Result<Vec<Vec<u8>>, &'static str> {
    let mut octets =
        text.strip_suffix('.').filter(|rest| !rest.ends_with('\\')).unwrap_or(text).bytes();
    let (mut labels, mut label) = (Vec::new(), Vec::new());
    if octets.len() == 0 {
        return Ok(labels);
    }
    while let Some(octet) = octets.next() {
        match octet {
            b'.' if label.is_empty() => return Err("it has an empty label"),
            b'.' => labels.push(std::mem::take(&mut label)),
            b'\\' => label.push(escaped(&mut octets).ok_or("it has a broken escape")?),
            other => label.push(other),
        }
    }
    if label.is_empty() {
        return Err("it has an empty label");
    }
    labels.push(label);
    Ok(labels)
}

/// The octet behind a backslash: three decimal digits, or the character itself.
fn escaped(octets: &mut impl Iterator<Item = u8>) -> Option<u8> {
    let first = octets.next()?;
    if !first.is_ascii_digit() {
        return Some(first);
    }
    let digits = [first, octets.next()?, octets.next()?];
    std::str::from_utf8(&digits).ok()?.parse().ok()
}

/// Folds an internationalised text to A-labels; ASCII is left as it is (`_dmarc` and the like are
/// no UTS 46 names).
fn to_ascii(text: &str) -> Result<String, NameError> {
    if text.is_ascii() {
        return Ok(text.to_owned());
    }
    idna::domain_to_ascii(text).map_err(|_| NameError::Idna(text.to_owned()))
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "." } else { &self.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::{Name, NameError, WireName, wire_name};
    use proptest::prelude::{Just, Strategy};

    #[test]
    fn case_and_the_last_dot_do_not_matter() {
        assert_eq!(Name::parse("WWW.Example.COM."), Name::parse("www.example.com"));
    }

    #[test]
    fn internationalised_names_become_a_labels() {
        assert_eq!(Name::parse("bücher.example").unwrap().as_str(), "xn--bcher-kva.example");
    }

    #[test]
    fn a_dot_inside_a_label_is_no_label_boundary() {
        let name = Name::parse(r"a\.b.example").unwrap();
        let suffixes: Vec<_> = name.suffixes().collect();
        assert_eq!(suffixes, [r"a\.b.example", "example"]);
    }

    #[test]
    fn the_suffix_walk_ends_at_the_top_level_domain_and_is_empty_for_the_root() {
        let name = Name::parse("a.b.c").unwrap();
        assert_eq!(name.suffixes().collect::<Vec<_>>(), ["a.b.c", "b.c", "c"]);
        assert_eq!(Name::parse(".").unwrap().suffixes().count(), 0);
        assert_eq!(Name::parse(".").unwrap().to_string(), ".");
    }

    #[test]
    fn too_long_and_empty_labels_are_refused() {
        assert!(matches!(Name::parse(&"a".repeat(64)), Err(NameError::Form { .. })));
        assert!(matches!(Name::parse("a..b"), Err(NameError::Form { .. })));
    }

    #[test]
    fn octets_outside_ascii_are_escaped() {
        let name = wire_name(r"\255\000\..example").unwrap();
        assert_eq!(name.iter().next(), Some(&b"\xff\0."[..]));
        assert_eq!(Name::from_wire(&name).as_str(), r"\255\000\..example");
        assert!(
            wire_name(r"\25").is_err() && wire_name(r"\256").is_err() && wire_name("a\\").is_err()
        );
    }

    /// Labels of all lengths, mostly of plain octets: lengths from 33 on are plain octets too, and
    /// 46 is a dot.
    fn labels() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let plain = proptest::sample::select(b"ABCXYZabcxyz0129-_".to_vec());
        let octet = proptest::prop_oneof![200 => plain, 1 => proptest::num::u8::ANY];
        let length =
            proptest::prop_oneof![4 => 1..=10_usize, 2 => 11..=63_usize, 1 => Just(46_usize)];
        let label =
            length.prop_flat_map(move |length| proptest::collection::vec(octet.clone(), length));
        proptest::collection::vec(label, 0..8).prop_map(|mut labels| {
            while labels.iter().map(|label| label.len() + 1).sum::<usize>() > 254 {
                labels.pop();
            }
            labels
        })
    }

    proptest::proptest! {
        #[test]
        fn both_ways_to_fold_a_name_agree(labels in labels()) {
            let sized = |label: &Vec<u8>| [&[label.len() as u8], &label[..]].concat();
            let wire: Vec<u8> = labels.iter().flat_map(sized).chain([0]).collect();
            let name = WireName::from_labels(labels.iter().map(Vec::as_slice)).unwrap();
            let refilled = Name::parse("left.over").unwrap().refill(&wire);
            proptest::prop_assert_eq!(refilled, Name::from_wire(&name));
        }
    }

    #[test]
    fn plain_names_are_folded_too() {
        assert_eq!(Name::default().refill(b"\x03WwW\x07eXample\0").as_str(), "www.example");
        assert_eq!(Name::default().refill(b"\0").as_str(), "");
    }
}
