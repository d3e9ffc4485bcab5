//! The OPT record of a query, found by walking the records behind its question.
//!
//! Nothing in a record's data is decoded: a responder MUST ignore options that it does not
//! understand (RFC 6891 section 6.1.2), and we understand none. So what stands in an option, or in
//! any other record, makes no query unreadable; and as no pointer is followed, each octet is looked
//! at once, whatever the message says.

use super::constants::{MAX_NAME_LEN, OPT};
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

/// What stands behind a question.
pub(super) struct RecordScan {
    /// The OPT record: the first one, where there are more.
    pub(super) opt: Option<OptRecord>,
    /// Whether all is as it should be: the records that the header counts fit into the message, and
    /// of OPT there is one at most, in its place (RFC 6891 section 6.1.1).
    pub(super) sound: bool,
}

/// TYPE, CLASS, TTL and RDLENGTH (RFC 1035 section 3.2.1).
const FIXED: usize = 10;

impl OptRecord {
    /// Where the record stands in the message.
    pub(super) const fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

impl RecordScan {
    /// Walks as many records as the header counts, from the end of the question on.
    pub(super) fn of(octets: &[u8], question_end: usize) -> Self {
        let mut scan = Self { opt: None, sound: true };
        let [before, additional] = [
            u32::from(big_endian(octets, 6)) + u32::from(big_endian(octets, 8)),
            u32::from(big_endian(octets, 10)),
        ];
        let mut at = question_end;
        for number in 0..before + additional {
            let Some(end) = scan.record(octets, at, number >= before) else {
                scan.sound = false;
                break;
            };
            at = end;
        }
        scan
    }

    /// Reads one record; where it ends, if it ends inside the message.
    fn record(&mut self, octets: &[u8], start: usize, additional: bool) -> Option<usize> {
        let name_end = skip_name(octets, start)?;
        let fixed = octets.get(name_end..name_end + FIXED)?;
        let data = name_end + FIXED;
        let end = data + usize::from(big_endian(fixed, 8));
        let rdata = octets.get(data..end)?;
        if big_endian(fixed, 0) == OPT {
            // Its owner MUST be the root (RFC 6891 section 6.1.2).
            let root = name_end == start + 1;
            self.sound &= additional && root && self.opt.is_none() && options_fit(rdata);
            self.opt.get_or_insert(OptRecord {
                payload: big_endian(fixed, 2),
                version: fixed[5],
                dnssec_ok: fixed[6] & 0x80 != 0,
                start,
                end,
            });
        }
        Some(end)
    }
}

/// The number in two octets.
pub(super) fn big_endian(octets: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([octets[at], octets[at + 1]])
}

/// Whether an OPT's data is whole options: OPTION-CODE, OPTION-LENGTH, and as many octets (RFC 6891
/// section 6.1.2).
fn options_fit(mut rdata: &[u8]) -> bool {
    while let [_, _, high, low, rest @ ..] = rdata {
        match rest.get(usize::from(u16::from_be_bytes([*high, *low]))..) {
            Some(next) => rdata = next,
            None => return false,
        }
    }
    rdata.is_empty()
}

/// The octet after a name that may end in a pointer (RFC 1035 section 4.1.4).
fn skip_name(octets: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    while at - start < MAX_NAME_LEN {
        match *octets.get(at)? {
            0 => return Some(at + 1),
            length if length & 0xc0 == 0 => at += 1 + usize::from(length),
            length if length & 0xc0 == 0xc0 => return Some(at + 2),
            // The other two kinds of labels are not in use (RFC 6891 section 5).
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::RecordScan;

    const OPT: [u8; 11] = [0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0];

    /// Records behind a header with these counts; a question is not needed.
    fn scan(counts: [u8; 3], records: &[&[u8]]) -> RecordScan {
        let [answers, authority, additional] = counts;
        let header = [0, 7, 1, 0, 0, 0, 0, answers, 0, authority, 0, additional];
        RecordScan::of(&[&header[..], &records.concat()].concat(), 12)
    }

    /// An OPT with these data.
    fn opt(rdata: &[u8]) -> Vec<u8> {
        let mut octets = OPT.to_vec();
        octets[10] = u8::try_from(rdata.len()).unwrap();
        octets.extend(rdata);
        octets
    }

    #[test]
    fn options_are_not_decoded() {
        let options: [&[u8]; 7] = [
            // EDNS Client Subnet (RFC 7871) of family 0, of family 7, and with nothing in it.
            &[0, 8, 0, 4, 0, 0, 0, 0],
            &[0, 8, 0, 4, 0, 7, 0, 0],
            &[0, 8, 0, 0],
            // A cookie of one octet (RFC 7873 section 5.2.2 wants eight or more), options that
            // nobody knows, the same twice.
            &[0, 10, 0, 1, 1],
            &[0, 0, 0, 0, 0xff, 0xff, 0, 2, 1, 2],
            &[0, 3, 0, 0, 0, 3, 0, 0],
            &[],
        ];
        for option in options {
            let scan = scan([0, 0, 1], &[&opt(option)]);
            assert!(scan.sound, "{option:?}");
            let found = scan.opt.unwrap();
            assert_eq!((found.payload, found.version, found.dnssec_ok), (1232, 0, false));
            assert_eq!(found.range(), 12..23 + option.len());
        }
    }

    #[test]
    fn options_that_do_not_fill_their_record_are_unsound() {
        let options: [&[u8]; 4] =
            [&[0], &[0, 8, 0], &[0, 8, 0, 1], &[0, 3, 0, 0, 0, 8, 0, 4, 0, 1, 0]];
        for option in options {
            let scan = scan([0, 0, 1], &[&opt(option)]);
            assert!(!scan.sound && scan.opt.is_some(), "{option:?}");
        }
    }

    #[test]
    fn an_opt_stands_once_and_in_the_additional_section_under_the_root() {
        assert!(!scan([0, 0, 2], &[&OPT, &OPT]).sound, "two");
        assert!(!scan([1, 0, 0], &[&OPT]).sound, "an answer");
        assert!(!scan([0, 1, 0], &[&OPT]).sound, "authority");
        assert!(!scan([0, 0, 1], &[b"\x01a", &OPT]).sound, "another owner");
        assert!(!scan([0, 0, 1], &[b"\xc0\x0c", &OPT[1..]]).sound, "a pointer is not the root");
        assert!(scan([0, 0, 0], &[&OPT]).opt.is_none(), "what is not counted is no record");
    }

    #[test]
    fn records_are_walked_whatever_they_hold() {
        // An A record of three octets, behind a pointer that points to itself; then the OPT.
        let odd = b"\x01a\xc0\x0e\0\x01\0\x01\0\0\0\0\0\x03\x01\x02\x03";
        let found = scan([1, 1, 2], &[odd, odd, odd, &OPT]);
        assert!(found.sound && found.opt.is_some());
        assert!(!scan([1, 1, 3], &[odd, odd, odd, &OPT]).sound, "one is missing");
        assert!(!scan([1, 0, 0], &[&odd[..16]]).sound, "one is cut");
        assert!(!scan([1, 0, 0], &[b"\x41", odd]).sound, "a label of no known kind");
        assert!(!scan([1, 0, 0], &[&[1, b'a'].repeat(200), odd]).sound, "a name too long");
    }
}
