//! The record with which a server without keys answers a signed query.

use super::writer::sized;
use crate::dns::{
    TsigRecord,
    constants::{TSIG, flags2},
};
use std::ops::Range;

/// The error of a key that is not known (RFC 8945 section 3).
const BADKEY: u16 = 17;

/// CLASS ANY, and a TTL of 0 (RFC 8945 section 4.2).
const ANY: [u8; 6] = [0, 255, 0, 0, 0, 0];

/// Adds it to the message at the end of a buffer: a TSIG that says BADKEY and signs nothing (RFC
/// 8945 sections 5.2.1 and 5.3.2). Where it does not fit, TC tells the client to ask by TCP, which
/// has room for any.
pub fn add_bad_key(
    tsig: &TsigRecord<'_>,
    message: Range<usize>,
    limit: usize,
    out: &mut Vec<u8>,
) -> Range<usize> {
    let Some(key) = tsig.key else { return message };
    out.extend(key);
    out.extend(TSIG.to_be_bytes());
    out.extend(ANY);
    sized(out, |out| {
        out.extend(tsig.algorithm);
        out.extend(tsig.time);
        // No MAC, and no other data.
        out.extend([0, 0]);
        out.extend(tsig.id);
        out.extend(BADKEY.to_be_bytes());
        out.extend([0, 0]);
    });
    if out.len() - message.start > limit {
        out.truncate(message.end);
        out[message.start + 2] |= flags2::TC;
        return message;
    }
    // Beside it there is an OPT at most.
    out[message.start + 11] += 1;
    message.start..out.len()
}
