//! What is wrong with a question.

use crate::{
    diagnostic::UnknownWord, dns::NameError, model::CountryCode, policy::UnknownJurisdiction,
};
use thiserror::Error;

/// Why a question has no answer.
#[derive(Debug, Error)]
pub(crate) enum SurveyError {
    /// It is a URL, an address or the like.
    #[error(
        "\"{0}\" is no domain name: give the name alone, such as www.example.com; the root is \
         \".\""
    )]
    NoName(String),
    /// It cannot be a name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// There is no such country or operator.
    #[error(transparent)]
    Unknown(#[from] UnknownJurisdiction),
    /// A country, or an operator of one, of which nobody can be a client.
    #[error("{0} governs no network")]
    NoNetwork(String),
    /// No rule has such a category.
    #[error(transparent)]
    Category(#[from] UnknownWord),
    /// The years of a drawing.
    #[error("--from {from} is after --to {to}")]
    Years {
        /// The first.
        from: i16,
        /// The last.
        to: i16,
    },
}

impl SurveyError {
    /// A country without networks.
    pub(super) fn no_network(country: CountryCode) -> Self {
        Self::NoNetwork(country.to_string())
    }
}
