//! What is wrong with a country file beyond single values.

use thiserror::Error;

/// What cannot mean anything, although each value can be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CompileError {
    /// `until` is not after `since`.
    #[error(
        "{what} ends on {until}, but begins on {since}; \
         until is the first day on which it no longer holds"
    )]
    Dates {
        /// The rule or finding.
        what: String,
        /// Its first day.
        since: String,
        /// The first day without it.
        until: String,
    },
    /// It was seen when it did not hold.
    #[error("{what} was seen in {seen}, but holds {holds}")]
    SeenOutside {
        /// The rule or finding.
        what: String,
        /// The sighting.
        seen: String,
        /// When it holds, in words.
        holds: String,
    },
    /// A period that does not come after the one before it.
    #[error(
        "the periods of rule {rule:?} overlap, or are not in order: each but the last needs an \
         until, and each but the first a since or a sighting after that"
    )]
    Periods {
        /// The rule.
        rule: String,
    },
    /// A change of a rule that is not there, or a fall of one that is.
    #[error("{rule:?} {is} a rule of this file")]
    Change {
        /// The rule, as the change names it.
        rule: String,
        /// How that differs.
        is: &'static str,
    },
    /// A grade that no source bears.
    #[error(
        "rule {rule:?} is graded measured, but none of its sources attests the form of the answer \
         for a name of its own"
    )]
    Unattested {
        /// The rule.
        rule: String,
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
        "the network {network} of operator {operator:?} \
         is in none of the country's networks: {country}"
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
}
