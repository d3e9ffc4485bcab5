//! What is wrong with a YAML file as such.

use crate::diagnostic::suggestion;
use thiserror::Error;

/// What is wrong at one place of a YAML file, beside values that cannot be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ConfigError {
    /// The text is no YAML.
    #[error("{message}")]
    Syntax {
        /// What is wrong with it.
        message: String,
    },
    /// A key that means nothing here.
    #[error(
        "unknown key {found:?} in {what}; {}{}",
        keys(what, expected),
        suggestion(found, expected)
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
        first: u32,
    },
    /// A key that must be there is not.
    #[error("{what} needs the key {key:?}")]
    MissingKey {
        /// The key.
        key: &'static str,
        /// What the map describes.
        what: &'static str,
    },
    /// Answers that are made of each other too often.
    #[error("this answer is made of others that are made of others, more than {most} deep")]
    TooDeep {
        /// As deep as they may be.
        most: usize,
    },
    /// Answers that are made of each other in too many ways.
    #[error("this answer is made of more than {most} others, each counted where it stands")]
    TooLarge {
        /// As many as there may be.
        most: usize,
    },
    /// An answer that sends too much, or too late, because of what it is made of.
    #[error("this answer sends {found}; {most} is the most for one query")]
    TooMuch {
        /// What its parts come to.
        found: String,
        /// What there may be.
        most: String,
    },
    /// An answer with more records than a message can have.
    #[error("this answer has {found} octets of records; one message has room for {most}")]
    TooLong {
        /// How many there may be in one reply.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// Answers that name each other in a circle.
    #[error("this answer is made of itself: {chain}")]
    Circular {
        /// The names, from the first to itself.
        chain: String,
    },
}

fn keys(what: &str, expected: &[String]) -> String {
    if expected.is_empty() {
        format!("{what} has none")
    } else {
        format!("expected one of {}", expected.join(", "))
    }
}
