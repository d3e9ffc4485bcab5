//! The OPT record of a query.
//!
//! A responder MUST ignore options that it does not understand (RFC 6891 section 6.1.2), and we
//! understand none. So what stands in an option makes no query unreadable.

use super::{
    constants::{HEADER_LEN, OPT},
    raw_record::RawRecord,
};
use std::ops::Range;

/// What an OPT record says (RFC 6891 section 6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptRecord {
    /// How many octets the client takes by UDP.
    pub payload: u16,
    /// VERSION.
    pub version: u8,
    /// DO: the client wants DNSSEC records.
    pub dnssec_ok: bool,
    /// Where the record stands in the message.
    start: usize,
    end: usize,
}

impl OptRecord {
    /// What an OPT record says.
    pub(super) fn read(record: &RawRecord<'_>) -> Self {
        let [_, version, flags, _] = record.ttl();
        let (start, end, dnssec_ok) = (record.start, record.end(), flags & 0x80 != 0);
        Self { payload: record.class(), version, dnssec_ok, start, end }
    }

    /// The OPT as nearly all clients send it: the only record, right behind the question. Nothing
    /// else is looked at.
    pub(super) fn alone(octets: &[u8], question_end: usize) -> Option<Self> {
        let counts = &octets[6..HEADER_LEN];
        if *counts != [0, 0, 0, 0, 0, 1] || octets.get(question_end) != Some(&0) {
            return None;
        }
        let record = RawRecord::read(octets, question_end)?;
        (record.rtype() == OPT).then(|| Self::read(&record))
    }

    /// Where the record stands in the message.
    pub(super) const fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// Whole options of an OPT's data, one after the other: OPTION-CODE, OPTION-LENGTH, and as many
/// octets (RFC 6891 section 6.1.2).
#[derive(Clone, Debug)]
pub struct EdnsOptions<'o>(&'o [u8]);

impl<'o> EdnsOptions<'o> {
    /// Those of an OPT record with its owner, which is the root.
    #[must_use]
    pub fn of_record(opt: &'o [u8]) -> Self {
        Self(opt.get(OPT_HEAD..).unwrap_or_default())
    }

    /// Whether all of the data is whole options.
    fn fill(mut self) -> bool {
        while self.next().is_some() {}
        self.0.is_empty()
    }
}

impl<'o> Iterator for EdnsOptions<'o> {
    /// Its code, and all of its octets.
    type Item = (u16, &'o [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let [a, b, high, low, ..] = *self.0 else { return None };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let (option, rest) = self.0.split_at_checked(4 + length)?;
        self.0 = rest;
        Some((u16::from_be_bytes([a, b]), option))
    }
}

/// Octets of an OPT before its options: the root, TYPE, CLASS, TTL and RDLENGTH.
pub const OPT_HEAD: usize = 11;

/// Whether an OPT's owner is the root, as it MUST be, and its data whole options (RFC 6891 section
/// 6.1.2).
pub(super) fn is_sound(record: &RawRecord<'_>) -> bool {
    record.owner.octets == [0] && EdnsOptions(record.data).fill()
}
