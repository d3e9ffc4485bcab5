//! Listeners whose clients are all in one country, whatever their addresses.

use super::CountryCode;
use crate::diagnostic::InvalidValue;
use std::{fmt, str::FromStr};

/// Where all clients of a listener are: in a country, or with one of its operators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The country.
    pub country: CountryCode,
    /// The operator's name in the country's file; without one, the client's network tells.
    pub operator: Option<String>,
}

impl Binding {
    /// In a country.
    #[must_use]
    pub const fn to(country: CountryCode) -> Self {
        Self { country, operator: None }
    }
}

/// `IN`, or `IN/jio`.
impl FromStr for Binding {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let (country, operator) = match text.split_once('/') {
            Some((country, operator)) => (country, Some(operator.to_owned())),
            None => (text, None),
        };
        Ok(Self { country: country.parse()?, operator })
    }
}

impl fmt::Display for Binding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.country)?;
        self.operator.iter().try_for_each(|operator| write!(f, "/{operator}"))
    }
}
