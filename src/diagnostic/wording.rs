//! Complaints that several modules make, with "did you mean" where a known word is near.

use std::sync::Arc;
use thiserror::Error;

/// A word that names nothing that is known here.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("unknown {what} {found:?}; {}{}", self.known(), suggestion(found, expected))]
pub struct UnknownWord {
    /// What was written.
    pub found: String,
    /// Which kind of thing it should name.
    pub what: &'static str,
    /// What it could name. Where many words name nothing, all of these share one list.
    pub expected: Arc<[String]>,
}

/// A text that cannot be read as a value, with what could have been written.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{found:?} is no {what}; expected {expected}")]
pub struct InvalidValue {
    /// What was written.
    pub found: String,
    /// What it should have been.
    pub what: &'static str,
    /// What could have been written.
    pub expected: String,
}

/// Two things of one name where names must differ.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("there is another {what} {name:?}; the first is {first}")]
pub struct Duplicate {
    /// Which kind of thing.
    pub what: &'static str,
    /// Its name.
    pub name: String,
    /// Where the first one stands.
    pub first: String,
}

/// A value of the wrong form, or out of range.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("found {found}; expected {expected}")]
pub struct Mismatch {
    /// What was written.
    pub found: String,
    /// What may be written, with its range.
    pub expected: String,
}

/// A thing without any of what it is good for.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{what} {name:?} has no {lacks}")]
pub struct Lacking {
    what: &'static str,
    name: String,
    lacks: &'static str,
}

impl Lacking {
    /// `what` is the kind of thing, `lacks` what is missing.
    #[must_use]
    pub fn new(what: &'static str, name: &str, lacks: &'static str) -> Self {
        Self { what, name: name.to_owned(), lacks }
    }
}

/// As many known words as are listed; of more only their number is told.
const MOST_LISTED: usize = 24;

/// As many known words are compared with an unknown one, so that the report of a file with many of
/// both takes no longer than to read it.
const MOST_COMPARED: usize = 256;

/// Letters of the longest word that is compared; a comparison takes as long as both words together
/// have letters, squared.
const LONGEST_COMPARED: usize = 64;

/// From which similarity on a known word is suggested (normalised Damerau-Levenshtein distance).
const NEAR: f64 = 0.6;

impl UnknownWord {
    fn known(&self) -> String {
        match self.expected.len() {
            0 => format!("no {} is defined", self.what),
            1..=MOST_LISTED => format!("known: {}", self.expected.join(", ")),
            more => format!("{more} are known"),
        }
    }
}

/// "; did you mean ...?" when a candidate is near enough to the word that was found.
#[must_use]
pub fn suggestion(found: &str, candidates: &[String]) -> String {
    let is_short = |word: &str| word.len() <= LONGEST_COMPARED;
    if candidates.len() > MOST_COMPARED || !is_short(found) {
        return String::new();
    }
    let folded = found.to_lowercase();
    let similarity = |candidate: &str| {
        strsim::normalized_damerau_levenshtein(&folded, &candidate.to_lowercase())
    };
    let short = candidates.iter().filter(|candidate| is_short(candidate));
    let scored = short.map(|candidate| (similarity(candidate), candidate));
    let best = scored.filter(|(score, _)| *score >= NEAR).max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.map_or(String::new(), |(_, word)| format!("; did you mean {word:?}?"))
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_COMPARED, MOST_COMPARED, suggestion};

    #[test]
    fn a_near_word_is_suggested_unless_too_many_or_too_long_ones_are_known() {
        let mut known = vec!["x".repeat(LONGEST_COMPARED + 1), "page".to_owned()];
        assert_eq!(suggestion("pgae", &known), "; did you mean \"page\"?");
        assert_eq!(suggestion(&"x".repeat(LONGEST_COMPARED + 1), &known), "");
        known.resize_with(MOST_COMPARED + 1, String::new);
        assert_eq!(suggestion("pgae", &known), "");
    }
}
