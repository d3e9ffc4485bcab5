//! The TSIG record of a query (RFC 8945): a signature by a key that both sides know. This server
//! has no keys, and says so in the words of that RFC.

use super::{
    constants::HEADER_LEN,
    raw_record::{RawName, RawRecord},
};

/// What a TSIG record says, but for its signature.
#[derive(Clone, Copy, Debug)]
pub struct TsigRecord<'o> {
    /// The key's name as it is written; nothing where it is a pointer to what a reply does not
    /// repeat.
    pub key: Option<&'o [u8]>,
    /// The algorithm's name.
    pub algorithm: &'o [u8],
    /// Time Signed and Fudge.
    pub time: &'o [u8; TIME],
    /// Original ID.
    pub id: &'o [u8; 2],
}

/// Octets of Time Signed and Fudge.
const TIME: usize = 8;

/// CLASS: ANY (RFC 8945 section 4.2).
const ANY: u16 = 255;

impl<'o> TsigRecord<'o> {
    /// What a record of this type says; nothing unless all fields are there, with nothing behind
    /// them (RFC 8945 section 4.2). The question ends at `question_end`.
    pub(super) fn read(record: &RawRecord<'o>, question_end: usize) -> Option<Self> {
        if record.class() != ANY || record.ttl() != [0; 4] {
            return None;
        }
        // Only the types of RFC 1035 have compressed names in their data (RFC 3597 section 4).
        let algorithm = RawName::read(record.data).filter(|name| !name.is_compressed())?.octets;
        let (time, rest) = record.data[algorithm.len()..].split_first_chunk()?;
        let (id, rest) = behind_sized(rest)?.split_first_chunk()?;
        // An error code stands before what else there is.
        let behind = behind_sized(rest.get(2..)?)?;
        let question = HEADER_LEN..question_end;
        let repeats = record.owner.pointer.is_none_or(|pointer| question.contains(&pointer));
        let key = repeats.then_some(record.owner.octets);
        behind.is_empty().then_some(Self { key, algorithm, time, id })
    }
}

/// What is behind a field that has its length before it.
fn behind_sized(octets: &[u8]) -> Option<&[u8]> {
    let (length, rest) = octets.split_first_chunk()?;
    rest.get(usize::from(u16::from_be_bytes(*length))..)
}

#[cfg(test)]
mod tests {
    use super::TsigRecord;
    use crate::dns::raw_record::RawRecord;

    /// A TSIG of key "k." with these data, behind `a. A`.
    fn read(owner: &[u8], class_and_ttl: &[u8], data: &[u8]) -> Option<bool> {
        let question = b"\0\x07\x01\0\0\x01\0\0\0\0\0\x01\x01a\0\0\x01\0\x01";
        let length = u16::try_from(data.len()).unwrap().to_be_bytes();
        let message = [question, owner, &[0, 250], class_and_ttl, &length, data].concat();
        let record = RawRecord::read(&message, 19).unwrap();
        TsigRecord::read(&record, 19).map(|tsig| {
            assert_eq!((tsig.algorithm, tsig.time, tsig.id), (&b"\x01h\0"[..], &[9; 8], &[0, 7]));
            tsig.key == Some(owner)
        })
    }

    const ANY: &[u8] = &[0, 255, 0, 0, 0, 0];
    const DATA: &[u8] = b"\x01h\0\x09\x09\x09\x09\x09\x09\x09\x09\0\x02mm\0\x07\0\0\0\x01o";

    #[test]
    fn all_fields_are_there_and_nothing_behind_them() {
        assert_eq!(read(b"\x01k\0", ANY, DATA), Some(true));
        for length in 0..DATA.len() {
            assert_eq!(read(b"\x01k\0", ANY, &DATA[..length]), None, "cut at {length}");
        }
        assert_eq!(read(b"\x01k\0", ANY, &[DATA, b"x"].concat()), None);
        let compressed = [b"\xc0\x0c", &DATA[3..]].concat();
        assert_eq!(read(b"\x01k\0", ANY, &compressed), None);
    }

    #[test]
    fn its_class_is_any_and_it_has_no_ttl() {
        assert_eq!(read(b"\x01k\0", &[0, 1, 0, 0, 0, 0], DATA), None);
        assert_eq!(read(b"\x01k\0", &[0, 255, 0, 0, 0, 1], DATA), None);
    }

    #[test]
    fn a_pointer_can_be_repeated_that_leads_into_the_question() {
        assert_eq!(read(b"\x01k\xc0\x0c", ANY, DATA), Some(true));
        assert_eq!(read(b"\x01k\xc0\x0b", ANY, DATA), Some(false), "into the header");
        assert_eq!(read(b"\x01k\xc0\x13", ANY, DATA), Some(false), "to itself");
    }
}
