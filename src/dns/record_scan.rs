//! What stands behind a query's question: its records are walked to find the OPT and the TSIG.

use super::{
    constants::{OPT, TSIG},
    opt_record::{self, OptRecord},
    raw_record::{RawRecord, big_endian},
    tsig_record::TsigRecord,
};

/// What stands behind a question.
pub(super) struct RecordScan {
    /// The OPT record: the first one, where there are more.
    pub(super) opt: Option<OptRecord>,
    /// Whether all is as it should be: the records that the header counts fit into the message; of
    /// OPT there is one at most, in its place (RFC 6891 section 6.1.1); a TSIG is the last of all
    /// (RFC 8945 section 5.1).
    pub(super) sound: bool,
}

impl RecordScan {
    /// Walks as many records as the header counts, from the end of the question on.
    pub(super) fn of(octets: &[u8], question_end: usize) -> Self {
        let mut scan = Self { opt: None, sound: true };
        let before = u32::from(big_endian(octets, 6)) + u32::from(big_endian(octets, 8));
        let all = before + u32::from(big_endian(octets, 10));
        let mut at = question_end;
        for number in 0..all {
            let Some(record) = RawRecord::read(octets, at) else {
                scan.sound = false;
                break;
            };
            match record.rtype() {
                OPT => {
                    let placed = number >= before && scan.opt.is_none();
                    scan.sound &= placed && opt_record::is_sound(&record);
                    scan.opt.get_or_insert_with(|| OptRecord::read(&record));
                }
                TSIG => {
                    let placed = number >= before && number + 1 == all;
                    scan.sound &= placed && TsigRecord::read(&record, question_end).is_some();
                }
                // Other types may stand wherever they like.
                _ => {}
            }
            at = record.end();
            if !record.is_whole() {
                scan.sound = false;
                break;
            }
        }
        scan
    }
}

/// The TSIG record of a message that is sound: it is the last.
#[cold]
pub(super) fn find_tsig(octets: &[u8], question_end: usize) -> Option<TsigRecord<'_>> {
    let counts = [6, 8, 10].map(|at| u32::from(big_endian(octets, at)));
    let mut at = question_end;
    let mut last = None;
    for _ in 0..counts.iter().sum() {
        let record = RawRecord::read(octets, at)?;
        at = record.end();
        last = Some(record);
    }
    let last = last.filter(|record| record.rtype() == TSIG)?;
    TsigRecord::read(&last, question_end)
}

#[cfg(test)]
mod tests {
    use super::{RecordScan, find_tsig};
    use crate::dns::OptRecord;

    const OPT: &[u8] = &[0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0];

    /// A TSIG of key "k.", algorithm "h.", with an empty signature.
    const TSIG: &[u8] = b"\x01k\0\0\xfa\0\xff\0\0\0\0\0\x13\
                          \x01h\0\0\0\0\0\0\0\0\0\0\0\0\x07\0\0\0\0";

    /// What is found in a scan.
    struct Found {
        opt: Option<OptRecord>,
        signed: bool,
        sound: bool,
    }

    /// Records behind a header with these counts; a question is not needed.
    fn scan(counts: [u8; 3], records: &[&[u8]]) -> Found {
        let [answers, authority, additional] = counts;
        let header = [0, 7, 1, 0, 0, 0, 0, answers, 0, authority, 0, additional];
        let octets = [&header[..], &records.concat()].concat();
        let RecordScan { opt, sound } = RecordScan::of(&octets, 12);
        Found { opt, signed: find_tsig(&octets, 12).is_some(), sound }
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
        assert!(!scan([0, 0, 2], &[OPT, OPT]).sound, "two");
        assert!(!scan([1, 0, 0], &[OPT]).sound, "an answer");
        assert!(!scan([0, 1, 0], &[OPT]).sound, "authority");
        assert!(!scan([0, 0, 1], &[b"\x01a", OPT]).sound, "another owner");
        assert!(!scan([0, 0, 1], &[b"\xc0\x0c", &OPT[1..]]).sound, "a pointer is not the root");
        assert!(scan([0, 0, 0], &[OPT]).opt.is_none(), "what is not counted is no record");
    }

    #[test]
    fn records_are_walked_whatever_they_hold() {
        // An A record of three octets, behind a pointer that points to itself; then the OPT.
        let odd = b"\x01a\xc0\x0e\0\x01\0\x01\0\0\0\0\0\x03\x01\x02\x03";
        let found = scan([1, 1, 2], &[odd, odd, odd, OPT]);
        assert!(found.sound && found.opt.is_some());
        assert!(!scan([1, 1, 3], &[odd, odd, odd, OPT]).sound, "one is missing");
        assert!(!scan([1, 0, 0], &[&odd[..16]]).sound, "one is cut");
        assert!(!scan([1, 0, 0], &[b"\x41", odd]).sound, "a label of no known kind");
        assert!(!scan([1, 0, 0], &[&[1, b'a'].repeat(200), odd]).sound, "a name too long");
    }

    #[test]
    fn an_opt_that_is_cut_is_found_and_unsound() {
        let cut = scan([0, 0, 1], &[&opt(&[0, 3, 0, 0])[..13]]);
        assert!(cut.opt.is_some() && !cut.sound);
        assert!(scan([0, 0, 1], &[&OPT[..10]]).opt.is_none(), "before its data");
    }

    #[test]
    fn a_tsig_stands_once_and_last() {
        let last = scan([0, 0, 2], &[OPT, TSIG]);
        assert!(last.sound && last.signed && last.opt.is_some());
        for (counts, records) in [
            ([0, 0, 2], &[TSIG, OPT][..]),
            ([0, 0, 2], &[TSIG, TSIG]),
            ([1, 0, 0], &[TSIG]),
            ([0, 1, 0], &[TSIG]),
            ([0, 1, 1], &[TSIG, OPT]),
            ([0, 0, 1], &[&TSIG[..TSIG.len() - 1]]),
        ] {
            assert!(!scan(counts, records).sound, "{counts:?} {records:?}");
        }
    }
}
