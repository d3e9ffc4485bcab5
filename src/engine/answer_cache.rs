//! Honest answers that were given before, kept encoded.
//!
//! Each worker keeps its own, so that there is nothing to lock. A cached answer is that to the
//! question in lower case; the id, CD and the question of the query are written over it, so that it
//! is octet for octet what would have been found again.

use super::transmission::Origin;
use crate::dns::{
    QueryView,
    constants::{HEADER_LEN, MIN_UDP_PAYLOAD, flags2, flags3},
};
use hashbrown::HashMap;
use std::ops::Range;

/// Answers by their questions.
#[derive(Debug)]
pub(super) struct AnswerCache {
    capacity: usize,
    answers: HashMap<Box<[u8]>, CachedAnswer>,
    /// The key of the last question, kept for its buffer.
    key: Vec<u8>,
}

/// A message, and where it comes from.
type CachedAnswer = (Box<[u8]>, Origin);

impl AnswerCache {
    /// An empty cache with room for this many answers.
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, answers: HashMap::new(), key: Vec::new() }
    }

    /// Writes the answer to a query behind what is in the buffer, if it is known.
    pub(super) fn write(
        &mut self,
        query: QueryView<'_>,
        out: &mut Vec<u8>,
    ) -> Option<(Range<usize>, Origin)> {
        write_key(query, &mut self.key);
        let (answer, origin) = self.answers.get(self.key.as_slice())?;
        let start = out.len();
        out.extend_from_slice(answer);
        patch_header(&mut out[start..], query);
        Some((start..out.len(), *origin))
    }

    /// Keeps the answer to the query for which [`AnswerCache::write`] found none, unless it is too
    /// long for some client (RFC 1035 section 4.2.1), or was cut for this one.
    pub(super) fn insert(&mut self, answer: &[u8], origin: Origin) {
        if answer.len() > MIN_UDP_PAYLOAD || answer[2] & flags2::TC != 0 {
            return;
        }
        if self.answers.len() >= self.capacity {
            self.answers.clear();
        }
        self.answers.insert(self.key.as_slice().into(), (answer.into(), origin));
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.answers.clear();
    }
}

/// Writes what a client wants to find of its query over an answer to the same question.
pub(super) fn patch_header(answer: &mut [u8], query: QueryView<'_>) {
    answer[..2].copy_from_slice(&query.octets[..2]);
    answer[3] = answer[3] & !flags3::CD | query.octets[3] & flags3::CD;
    answer[HEADER_LEN..HEADER_LEN + query.question().len()].copy_from_slice(query.question());
}

/// All of a query on which the honest answer depends: the question in lower case, RD, and what its
/// OPT says.
fn write_key(query: QueryView<'_>, key: &mut Vec<u8>) {
    key.clear();
    key.extend(query.question());
    // Lengths of labels are below 64, and so are no letters.
    key[..query.qname_octets().len()].make_ascii_lowercase();
    let opt = query.opt().map_or(0, |opt| 1 | u8::from(opt.dnssec_ok) << 1);
    key.push(opt << 1 | u8::from(query.recursion_desired()));
}
