//! Honest answers that were given before, kept encoded.
//!
//! Each worker keeps its own, so that there is nothing to lock. A kept answer is that to the
//! question in lower case; the id, CD and the question of the query are written over it, so that it
//! is octet for octet what would have been found again.

use crate::query::Received;
use hashbrown::HashMap;
use std::ops::Range;

/// Answers by their questions.
#[derive(Debug)]
pub(super) struct Known {
    most: usize,
    answers: HashMap<Box<[u8]>, Box<[u8]>>,
    /// The key of the last question, kept for its room.
    key: Vec<u8>,
}

/// Every client takes as much (RFC 1035 section 4.2.1), so an answer of that length is one for all
/// of them.
const SMALL: usize = 512;

/// Some two megabytes; whoever asks for ever new names makes the rest be forgotten.
const MOST: usize = 8192;

/// Octets of a DNS header, a flag in it, and what of it a reply takes from its query.
const HEADER: usize = 12;
const TRUNCATED: u8 = 0x02;
const CHECKING_DISABLED: u8 = 0x10;

impl Default for Known {
    fn default() -> Self {
        Self::of(MOST)
    }
}

impl Known {
    /// None yet, and never more than so many.
    pub(super) fn of(most: usize) -> Self {
        Self { most, answers: HashMap::new(), key: Vec::new() }
    }

    /// Writes the answer to a query behind what is in the buffer, if it is known.
    pub(super) fn write(&mut self, query: Received<'_>, out: &mut Vec<u8>) -> Option<Range<usize>> {
        write_key(query, &mut self.key);
        let answer = self.answers.get(self.key.as_slice())?;
        let start = out.len();
        out.extend_from_slice(answer);
        personalise(&mut out[start..], query);
        Some(start..out.len())
    }

    /// Keeps the answer to the query for which [`Known::write`] found none, unless it is too long
    /// for some client, or was cut for this one.
    pub(super) fn learn(&mut self, answer: &[u8]) {
        if answer.len() > SMALL || answer[2] & TRUNCATED != 0 {
            return;
        }
        if self.answers.len() >= self.most {
            self.answers.clear();
        }
        self.answers.insert(self.key.as_slice().into(), answer.into());
    }

    /// Forgets everything.
    pub(super) fn forget(&mut self) {
        self.answers.clear();
    }
}

/// Writes what a client wants to find of its query over an answer to the same question.
pub(super) fn personalise(answer: &mut [u8], query: Received<'_>) {
    answer[..2].copy_from_slice(&query.octets[..2]);
    answer[3] = answer[3] & !CHECKING_DISABLED | query.octets[3] & CHECKING_DISABLED;
    answer[HEADER..HEADER + query.question().len()].copy_from_slice(query.question());
}

/// All of a query on which the honest answer depends: the question in lower case, RD, and what its
/// OPT says.
fn write_key(query: Received<'_>, key: &mut Vec<u8>) {
    key.clear();
    key.extend(query.question());
    // Lengths of labels are below 64, and so are no letters.
    key[..query.question_name().len()].make_ascii_lowercase();
    let opt = query.opt().map_or(0, |opt| 1 | u8::from(opt.dnssec_ok) << 1);
    key.push(opt << 1 | u8::from(query.recursion_desired()));
}
