//! A query as injector 3 of the Great Firewall reads it: from the octets, without decoding a
//! message.
//!
//! The facts are from Fan et al., "Wallbleed: A Memory Disclosure Vulnerability in the Great
//! Firewall of China" (NDSS 2025), section III and appendix B, where the parser was worked out by
//! sending it more than a hundred queries. It reads labels into a string of at most 125 characters
//! with dots between them, looks that up, and copies the query's first octets into its reply. So a
//! dot inside a label separates labels, a NUL ends the name, labels may have up to 255 octets, and
//! no count is looked at.
//!
//! The real one also read behind the end of the packet and sent what it found there to the client.
//! This one never does: where the real one would have had to leak, this one is silent.

use super::{
    NaiveParser, Name, Rtype,
    constants::{HEADER_LEN, flags2},
};
use hickory_proto::rr::{DNSClass, RecordType};
use std::ops::Range;

/// A question as a naive parser reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NaiveQuestion {
    /// The QNAME that it looks up.
    pub qname: Name,
    /// The QTYPE that it sees.
    pub qtype: Rtype,
    /// The octets that it copies into its reply as the question.
    pub question: Range<usize>,
}

/// Room for the name: 125 characters and a NUL.
const ROOM: usize = 126;

/// A label, its dot and a NUL.
const DOT_AND_NUL: usize = 2;

impl NaiveQuestion {
    /// Reads octets; nothing where the injector stays silent, whatever its list.
    #[must_use]
    pub fn parse(octets: &[u8], parser: NaiveParser) -> Option<Self> {
        // Too short for a header, or a response.
        if octets.len() < HEADER_LEN || octets[2] & flags2::QR != 0 {
            return None;
        }
        if parser.one_question && octets[4..6] != [0, 1] {
            return None;
        }
        let Flattened { text, end, stop } = flatten(octets, parser.patched)?;
        let number =
            |at| octets.get(at..at + 2).map(|pair: &[u8]| u16::from_be_bytes([pair[0], pair[1]]));
        let (qtype, class) = (number(end)?, number(end + 2)?);
        if parser.patched && class != u16::from(DNSClass::IN) {
            return None;
        }
        // The reply copies up to where the reading stopped and four octets more; beyond the packet
        // it would leak.
        let question = HEADER_LEN..stop + 4;
        octets.get(question.clone())?;
        let name = text.split(|octet| *octet == 0).next().expect("split gives one part at least");
        Some(Self { qname: Name::flattened(name), qtype: Rtype(RecordType::from(qtype)), question })
    }
}

/// A name read into a string.
struct Flattened {
    text: Vec<u8>,
    /// Behind the last length octet that was read: there TYPE and CLASS are looked for.
    end: usize,
    /// Behind the last octet that was read. This is the end of the name as well, but for a label
    /// that did not fit.
    stop: usize,
}

/// Labels with dots between them, until an empty one or until one does not fit.
fn flatten(octets: &[u8], patched: bool) -> Option<Flattened> {
    let mut text: Vec<u8> = Vec::with_capacity(ROOM);
    let mut at = HEADER_LEN;
    loop {
        let length = usize::from(*octets.get(at)?);
        at += 1;
        if length == 0 {
            return Some(Flattened { text, end: at, stop: at });
        }
        let dot = usize::from(!text.is_empty());
        let fits = if patched { length } else { 1 };
        if text.len() + fits + DOT_AND_NUL > ROOM {
            // The patched one still steps over as much of the label as there is room for.
            let room = (ROOM - DOT_AND_NUL).checked_sub(text.len());
            let stepped = if patched { room.map_or(length, |room| length.min(room)) } else { 0 };
            return Some(Flattened { text, end: at, stop: at + stepped });
        }
        let taken = length.min(ROOM - 1 - dot - text.len());
        let label = octets.get(at..at + taken)?;
        if dot > 0 {
            text.push(b'.');
        }
        text.extend(label);
        if taken < length {
            return Some(Flattened { text, end: at, stop: at + taken });
        }
        at += taken;
    }
}

#[cfg(test)]
mod tests {
    use super::{NaiveParser, NaiveQuestion};
    use proptest::prelude::{any, prop_assert, proptest};

    const PATCHED: NaiveParser = NaiveParser { patched: true, one_question: false };
    const EARLIER: NaiveParser = NaiveParser { patched: false, one_question: false };

    /// A header with RD and one question, and these octets behind it.
    fn query(rest: &[u8]) -> Vec<u8> {
        [&b"\x12\x34\x01\x20\0\x01\0\0\0\0\0\0"[..], rest].concat()
    }

    fn name(rest: &[u8], parser: NaiveParser) -> Option<String> {
        NaiveQuestion::parse(&query(rest), parser).map(|found| found.qname.to_string())
    }

    #[test]
    fn a_well_formed_question_reads_as_it_does_to_everybody() {
        let found =
            NaiveQuestion::parse(&query(b"\x03WWW\x03rsf\x03org\0\0\x1c\0\x01\0\0\x29"), PATCHED)
                .unwrap();
        assert_eq!(
            (found.qname.as_str(), found.qtype.to_string()),
            ("www.rsf.org", "AAAA".to_owned())
        );
        assert_eq!(found.question, 12..12 + 17, "what is behind the question does not matter");
    }

    #[test]
    fn a_dot_separates_labels_and_a_nul_ends_the_name() {
        assert_eq!(name(b"\x07rsf.org\0\0\x01\0\x01", PATCHED).unwrap(), "rsf.org");
        assert_eq!(
            name(b"\x03www\x0ersf.org\0ignored\0\0\x01\0\x01", PATCHED),
            None,
            "the length octet counts, not the NUL"
        );
        assert_eq!(
            name(b"\x03www\x0frsf.org\0ignored\0\0\x01\0\x01", PATCHED).unwrap(),
            "www.rsf.org"
        );
        assert_eq!(
            name(b"\x03rsf\x04org.\0\0\x01\0\x01", PATCHED).unwrap(),
            "rsf.org.",
            "a last dot is part of the string"
        );
    }

    #[test]
    fn neither_counts_nor_flags_matter_but_a_response_is_never_read() {
        let question = b"\x03rsf\x03org\0\0\x01\0\x01";
        for header in [b"\0\0\0\0\0\0\0\0\0\0\0\0", b"\0\0\x7f\xff\x01\x02\x03\x04\x05\x06\x07\x08"]
        {
            let octets = [&header[..], question].concat();
            assert_eq!(NaiveQuestion::parse(&octets, PATCHED).unwrap().qname.as_str(), "rsf.org");
            assert_eq!(
                NaiveQuestion::parse(&octets, NaiveParser { one_question: true, ..PATCHED }),
                None
            );
            let mut response = octets;
            response[2] |= 0x80;
            assert_eq!(NaiveQuestion::parse(&response, PATCHED), None);
        }
    }

    #[test]
    fn a_class_other_than_in_is_read_only_before_the_patch() {
        let chaos = b"\x03rsf\x03org\0\0\x01\0\x03";
        assert_eq!(name(chaos, PATCHED), None);
        assert_eq!(name(chaos, EARLIER).unwrap(), "rsf.org");
    }

    /// `16 + 6 * 16 + 13` characters and one more, as in the paper's black-box tests.
    #[test]
    fn the_longest_name_has_125_characters() {
        let long = |first: u8| {
            let mut rest = vec![first];
            rest.extend(vec![b'a'; usize::from(first)]);
            (0..6).for_each(|_| rest.extend(b"\x0faaaaaaaaaaaaaaa"));
            rest.extend(b"\x08facebook\x03com\0\0\x01\0\x01");
            rest
        };
        let longest = name(&long(16), PATCHED).unwrap();
        assert_eq!((longest.len(), longest.ends_with(".facebook.com")), (125, true));
        // The last label does not fit; its octets are taken for TYPE and CLASS, and that class is
        // not IN.
        assert_eq!(name(&long(17), PATCHED), None);
        assert_eq!(name(&long(17), EARLIER).unwrap().len(), 125, "cut short");
        assert!(name(&long(17), EARLIER).unwrap().ends_with(".facebook.co"));
    }

    #[test]
    fn a_label_that_does_not_fit_is_left_out_and_copied() {
        let mut rest = b"\x03www\x0agoogle.com\x6f\0\x1c\0\x01".to_vec();
        assert_eq!(name(&rest, PATCHED), None, "the copy would run past the packet");
        rest.resize(rest.len() + 120, b'x');
        let found = NaiveQuestion::parse(&query(&rest), PATCHED).unwrap();
        assert_eq!(
            (found.qname.as_str(), found.qtype.to_string()),
            ("www.google.com", "AAAA".to_owned())
        );
        assert_eq!(found.question.len(), 16 + 110 + 4);
        rest[15] = 0x6e;
        rest.truncate(16 + 110);
        rest.extend(b"\0\0\x01\0\x01");
        assert_eq!(
            name(&rest, PATCHED).unwrap(),
            "www.google.com.",
            "110 octets fit, and the first of them is a NUL"
        );
    }

    #[test]
    fn octets_behind_the_end_are_never_read() {
        let whole = query(b"\x08facebook\x03com\0\0\x01\0\x01");
        for length in 0..whole.len() {
            assert_eq!(NaiveQuestion::parse(&whole[..length], PATCHED), None, "cut at {length}");
            assert_eq!(NaiveQuestion::parse(&whole[..length], EARLIER), None, "cut at {length}");
        }
        assert_eq!(name(b"\x08facebook\xffcom\0", EARLIER), None);
    }

    proptest! {
        #[test]
        fn no_octets_make_it_panic_or_copy_what_is_not_there(
            octets in proptest::collection::vec(any::<u8>(), 0..400),
            patched in any::<bool>(),
            one_question in any::<bool>(),
        ) {
            let parser = NaiveParser { patched, one_question };
            if let Some(found) = NaiveQuestion::parse(&octets, parser) {
                prop_assert!(octets[2] & 0x80 == 0 && found.question.end <= octets.len());
                prop_assert!(found.question.start == 12 && found.question.len() >= 5);
            }
        }
    }
}
