//! A query as it leaves for a resolver, and what counts as an answer to it.

use crate::dns::{
    constants::{HEADER_LEN, MAX_NAME_LEN, flags2, flags3},
    question_end,
};

/// A query to a resolver.
#[derive(Clone, Debug)]
pub(super) struct SentQuery {
    octets: Vec<u8>,
    /// The question as the asker wrote it, where it leaves with other letters.
    original: Option<Vec<u8>>,
    question_end: usize,
}

/// What a message from the resolver is to a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    /// The answer.
    Answer,
    /// The answer but for the letters' case, which was drawn at random and should have come back.
    OtherLetters,
    /// Something else.
    Foreign,
}

/// The errors that a server may give without having read the question (RFC 1035 section 4.1.1).
const FORMERR: u8 = 1;
const SERVFAIL: u8 = 2;
const NOTIMP: u8 = 4;
const REFUSED: u8 = 5;

impl SentQuery {
    /// A query that was received. Each letter's case of the question is drawn at random where
    /// letters are mixed: one more bit that a forger has to guess (draft-vixie-dnsext-dns0x20-00).
    pub(super) fn new(query: &[u8], mix_letters: bool) -> Self {
        let mut octets = query.to_vec();
        let question_end = question_end(query).expect("only parsed queries are relayed");
        let original = mix_letters.then(|| {
            let original = octets[HEADER_LEN..question_end].to_vec();
            mix(&mut octets[HEADER_LEN..question_end - 4]);
            original
        });
        Self { octets, original, question_end }
    }

    pub(super) fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// Leaves of an answer to it the beginning that has no records.
    pub(super) fn cut(&self, answer: &mut Vec<u8>) {
        answer.truncate(self.question_end);
        answer[2] |= flags2::TC;
        answer[6..HEADER_LEN].fill(0);
    }

    /// Gives it an id.
    pub(super) fn with_id(mut self, id: u16) -> Self {
        self.octets[..2].copy_from_slice(&id.to_be_bytes());
        self
    }

    /// The same id and OPCODE, QR set, and the same question (RFC 5452 section 9.1). Without any
    /// only an error's bare header is taken by its id: it says nothing about any name.
    pub(super) fn compare(&self, answer: &[u8]) -> Match {
        let query = &self.octets;
        if answer.len() < HEADER_LEN
            || answer[..2] != query[..2]
            || answer[2] & flags2::QR == 0
            || (answer[2] ^ query[2]) & flags2::OPCODE != 0
        {
            return Match::Foreign;
        }
        if answer[4..HEADER_LEN] == [0; 8] {
            let rcode = answer[3] & flags3::RCODE;
            let bare = matches!(rcode, FORMERR | SERVFAIL | NOTIMP | REFUSED);
            return if bare { Match::Answer } else { Match::Foreign };
        }
        let asked = &query[HEADER_LEN..self.question_end];
        match answer.get(HEADER_LEN..self.question_end) {
            Some(question) if answer[4..6] != [0, 1] || !question.eq_ignore_ascii_case(asked) => {
                Match::Foreign
            }
            Some(question) if self.original.is_some() && question != asked => Match::OtherLetters,
            Some(_) => Match::Answer,
            None => Match::Foreign,
        }
    }

    /// Makes an answer the asker's own: its question with its letters, because a resolver may fold
    /// them, and whoever mixes their case takes that for a forgery; and nothing behind the header
    /// of an error that says nothing of any question.
    pub(super) fn make_own(&self, answer: &mut Vec<u8>) {
        if answer[4..HEADER_LEN] == [0; 8] {
            answer.truncate(HEADER_LEN);
        } else if answer[4..6] == [0, 1] {
            let asked = &self.octets[HEADER_LEN..self.question_end];
            let original = self.original.as_deref().unwrap_or(asked);
            answer[HEADER_LEN..self.question_end].copy_from_slice(original);
        }
    }
}

/// Draws the case of each letter.
fn mix(name: &mut [u8]) {
    // Octets of length are below 64 and so no letters.
    let coins: [u8; MAX_NAME_LEN.div_ceil(8)] = rand::random();
    for (index, octet) in
        name.iter_mut().enumerate().filter(|(_, octet)| octet.is_ascii_alphabetic())
    {
        let coin = coins[index / 8] >> (index % 8) & 1;
        *octet ^= coin << 5;
    }
}

#[cfg(test)]
mod tests {
    use super::{Match, SentQuery};

    const PLAIN: bool = false;
    const MIXED: bool = true;

    fn message(flags: u8, name: &[u8]) -> Vec<u8> {
        [&[0, 0, flags, 0, 0, 1, 0, 0, 0, 0, 0, 0][..], name, &[0, 0, 1, 0, 1]].concat()
    }

    /// A message with the id that the queries here have.
    fn answer(flags: u8, name: &[u8]) -> Vec<u8> {
        let mut octets = message(flags, name);
        octets[..2].copy_from_slice(&[0x12, 0x34]);
        octets
    }

    fn query(name: &[u8], mix_letters: bool) -> SentQuery {
        SentQuery::new(&message(1, name), mix_letters).with_id(0x1234)
    }

    #[test]
    fn only_the_answer_to_the_very_question_is_taken() {
        let query = query(b"\x01a\x02bc", PLAIN);
        assert_eq!(query.compare(&answer(0x81, b"\x01A\x02bC")), Match::Answer);
        let mut other_id = answer(0x81, b"\x01a\x02bc");
        other_id[0] ^= 1;
        let mut two = answer(0x81, b"\x01a\x02bc");
        two[5] = 2;
        for (octets, what) in [
            (answer(0x81, b"\x01x\x02bc"), "another question"),
            (answer(0x01, b"\x01a\x02bc"), "no response"),
            (answer(0xa1, b"\x01a\x02bc"), "another opcode"),
            (other_id, "another id"),
            (two, "two questions"),
            (answer(0x81, b"\x01a\x02bc")[..17].to_vec(), "cut in the question"),
            (vec![0; 5], "no header"),
        ] {
            assert_eq!(query.compare(&octets), Match::Foreign, "{what}");
        }
    }

    #[test]
    fn the_asker_gets_its_own_letters_back() {
        for mix in [PLAIN, MIXED] {
            let query = query(b"\x01A\x02bC", mix);
            let mut answer = answer(0x81, b"\x01a\x02bc");
            query.make_own(&mut answer);
            assert_eq!(answer[12..18], *b"\x01A\x02bC\0");
            let mut bare = [&answer[..12], b"\x05other\0"].concat();
            bare[5] = 0;
            query.make_own(&mut bare);
            assert_eq!(bare.len(), 12, "a bare header has none, and nothing else");
        }
    }

    #[test]
    fn mixed_letters_must_come_back() {
        let name = b"\x3fabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz-0123456789";
        let queries: Vec<_> = (0..8).map(|_| query(name, MIXED)).collect();
        for query in &queries {
            let sent = &query.octets()[12..76];
            assert!(sent.eq_ignore_ascii_case(name) && sent != name);
            assert_eq!(query.compare(&answer(0x81, sent)), Match::Answer);
            assert_eq!(query.compare(&answer(0x81, name)), Match::OtherLetters);
            assert_eq!(query.compare(&answer(0x81, b"\x01a\x02bc")), Match::Foreign);
        }
        assert!(queries.windows(2).all(|two| two[0].octets() != two[1].octets()));
    }

    #[test]
    fn without_a_question_only_the_bare_header_of_an_error_is_taken() {
        let query = query(b"\x01a\x02bc", PLAIN);
        let header = |rcode: u8, counts: [u8; 4]| {
            let [questions, answers, authority, additional] = counts;
            let mut octets = query.octets()[..2].to_vec();
            octets.extend([0x81, rcode, 0, questions, 0, answers, 0, authority, 0, additional]);
            octets
        };
        for rcode in [1, 2, 4, 5] {
            assert_eq!(query.compare(&header(rcode, [0; 4])), Match::Answer, "{rcode}");
        }
        for rcode in [0, 3, 6] {
            assert_eq!(query.compare(&header(rcode, [0; 4])), Match::Foreign, "{rcode}");
        }
        for counts in [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0]] {
            let record = b"\x05other\0\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x01";
            let octets = [&header(2, counts)[..], record].concat();
            assert_eq!(query.compare(&octets), Match::Foreign, "{counts:?}");
        }
    }
}
