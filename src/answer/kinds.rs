//! The table of all kinds of answers, in the order of the documentation.

mod dated;
mod delay;
mod drop;
mod honest;
mod nodata;
mod nxdomain;
mod poison;
mod race;
mod refused;
mod reset;
mod servfail;
mod sometimes;
mod truncate;

pub use race::{LONGEST, MOST_REPLIES};

use super::options::KindEntry;

/// Every kind of answer.
pub static KINDS: &[KindEntry] = &[
    honest::ENTRY,
    nxdomain::ENTRY,
    nodata::ENTRY,
    refused::ENTRY,
    servfail::ENTRY,
    drop::ENTRY,
    truncate::ENTRY,
    reset::ENTRY,
    poison::ENTRY,
    race::ENTRY,
    delay::ENTRY,
    sometimes::ENTRY,
    dated::ENTRY,
];

/// The kind that is written with this word.
#[must_use]
pub fn kind_named(word: &str) -> Option<&'static KindEntry> {
    KINDS.iter().find(|entry| entry.word == word)
}
