//! Everything that can be wrong with a config, a list or a zone, with the data that its message
//! needs.

use crate::{
    lists::BadEntry,
    name::{NameError, PatternError},
};
use std::path::PathBuf;
use thiserror::Error;

/// What is wrong at one place.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Trouble {
    /// The text is no YAML.
    #[error("{message}")]
    Syntax {
        /// What is wrong with it.
        message: String,
    },
    /// A file or folder cannot be read.
    #[error("cannot read {}: {why}", path.display())]
    Unreadable {
        /// Which one.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
    /// A key that means nothing here.
    #[error(
        "unknown key {found:?} in {what}; {}{}",
        keys(what, expected),
        suggest(found, expected)
    )]
    UnknownKey {
        /// What was written.
        found: String,
        /// What the map describes.
        what: &'static str,
        /// The keys that may stand here.
        expected: Vec<String>,
    },
    /// The same key twice in one map.
    #[error("the key {key:?} is given twice; the first time on line {first}")]
    DuplicateKey {
        /// The key.
        key: String,
        /// The line of its first occurrence.
        first: usize,
    },
    /// A key that must be there is not.
    #[error("{what} needs the key {key:?}")]
    MissingKey {
        /// The key.
        key: &'static str,
        /// What the map describes.
        what: &'static str,
    },
    /// A value of the wrong form, or out of range.
    #[error("found {found}; expected {expected}")]
    Value {
        /// What was written.
        found: String,
        /// What may be written, with its range.
        expected: String,
    },
    /// A word that stands for nothing that is known here.
    #[error("unknown {what} {found:?}; {}{}", known(what, expected), suggest(found, expected))]
    UnknownWord {
        /// What was written.
        found: String,
        /// Which kind of thing it should name.
        what: &'static str,
        /// What it could name.
        expected: Vec<String>,
    },
    /// A pattern that cannot be read.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// A name that cannot be read.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A line of a list that is no entry.
    #[error("{0}")]
    ListEntry(#[from] BadEntry),
    /// Two things of one name where names must differ.
    #[error("there is another {what} {name:?}; the first is {first}")]
    Twice {
        /// Which kind of thing.
        what: &'static str,
        /// Its name.
        name: String,
        /// Where the first one stands.
        first: String,
    },
    /// Answers that name each other in a circle.
    #[error("this answer is made of itself: {chain}")]
    Circular {
        /// The names, from the first to itself.
        chain: String,
    },
    /// A rule or operator without anything that it could apply to.
    #[error("{what} {name:?} has no {lacks}")]
    Lacks {
        /// Which kind of thing.
        what: &'static str,
        /// Its name.
        name: String,
        /// What is missing.
        lacks: &'static str,
    },
    /// `until` is not after `since`.
    #[error(
        "rule {rule:?} ends on {until}, but begins on {since}; until is the first day on which it no longer holds"
    )]
    Dates {
        /// The rule.
        rule: String,
        /// Its first day.
        since: String,
        /// The first day without it.
        until: String,
    },
    /// Two countries, or two operators of one country, govern the same clients.
    #[error("the network {network} overlaps {other}, which is governed by {owner} ({place})")]
    Overlap {
        /// The network at this place.
        network: String,
        /// The other one.
        other: String,
        /// Who governs the other.
        owner: String,
        /// Where that is said.
        place: String,
    },
    /// An operator's clients are not among its country's.
    #[error(
        "the network {network} of operator {operator:?} is in none of the country's networks: {country}"
    )]
    OutsideCountry {
        /// The network.
        network: String,
        /// The operator.
        operator: String,
        /// The country's networks.
        country: String,
    },
    /// A rule that decides nothing, because those above it always decide first.
    #[error("rule {rule:?} can never match: {above} above it always decides first")]
    Shadowed {
        /// The rule that is idle.
        rule: String,
        /// The rules above, each with its line.
        above: String,
    },
    /// An example says one thing and the policy does another.
    #[error("the example {ask:?} fails: {got}; it expects {expected}")]
    Example {
        /// The question.
        ask: String,
        /// What the policy gives.
        got: String,
        /// What the example says.
        expected: String,
    },
    /// An example that nobody can ask.
    #[error(
        "the example {ask:?} cannot be asked: {owner} has no client that is in none of its operators' networks"
    )]
    NobodyAsks {
        /// The question.
        ask: String,
        /// Whose client should ask.
        owner: String,
    },
    /// More patterns than the index can hold.
    #[error("{why}")]
    TooMany {
        /// The library's words.
        why: String,
    },
    /// A zone file that the library refuses.
    #[error("{why}")]
    Zone {
        /// The reason.
        why: String,
    },
}

impl Trouble {
    /// A word that is no answer. `poison` is one, but not without its records.
    pub(crate) fn unknown_answer(word: &str, expected: Vec<String>) -> Self {
        let options = match word {
            "poison" => "its records with it, such as {poison: {a: 192.0.2.1}}",
            "race" => {
                "its steps with it, such as {race: [{after: 1ms, send: forged}, {after: 50ms, send: honest}]}"
            }
            "delay" => "its options with it, such as {delay: {by: 2s, then: honest}}",
            "sometimes" => {
                "its options with it, such as {sometimes: {chance: 98%, then: drop, else: honest}}"
            }
            _ => return Self::UnknownWord { found: word.to_owned(), what: "answer", expected },
        };
        Self::Value { found: format!("\"{word}\" alone"), expected: options.to_owned() }
    }
}

fn keys(what: &str, expected: &[String]) -> String {
    if expected.is_empty() {
        format!("{what} has none")
    } else {
        format!("expected one of {}", expected.join(", "))
    }
}

fn known(what: &str, expected: &[String]) -> String {
    match expected.len() {
        0 => format!("no {what} is defined"),
        1..=24 => format!("known: {}", expected.join(", ")),
        more => format!("{more} are known"),
    }
}

/// ", did you mean ...?" when a known word is near enough to the one found.
fn suggest(found: &str, candidates: &[String]) -> String {
    let folded = found.to_lowercase();
    let near = |candidate: &&String| {
        strsim::normalized_damerau_levenshtein(&folded, &candidate.to_lowercase()) >= 0.6
    };
    let score = |word: &String| {
        (strsim::normalized_damerau_levenshtein(&folded, &word.to_lowercase()) * 1000.0) as u32
    };
    let best = candidates.iter().filter(near).max_by_key(|word| score(word));
    best.map_or(String::new(), |word| format!("; did you mean {word:?}?"))
}
