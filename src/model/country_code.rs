//! ISO 3166-1 alpha-2 codes.

use super::country_names::code_of;
use crate::diagnostic::InvalidValue;
use std::{fmt, str::FromStr};

/// An ISO 3166-1 alpha-2 code in upper case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CountryCode([u8; 2]);

impl CountryCode {
    /// The two letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only ASCII letters are taken in")
    }
}

impl FromStr for CountryCode {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        match text.as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Ok(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => {
                let named = code_of(text);
                let hint = named.map(|(code, name)| format!("; {name} is {code}"));
                let letters = "two letters (ISO 3166-1 alpha-2)";
                Err(InvalidValue {
                    found: text.to_owned(),
                    what: "country code",
                    expected: format!("{letters}{}", hint.unwrap_or_default()),
                })
            }
        }
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::CountryCode;

    #[test]
    fn country_codes_are_two_letters() {
        assert_eq!("cn".parse::<CountryCode>().unwrap().as_str(), "CN");
        assert!("CHN".parse::<CountryCode>().is_err());
        let named = "brazil".parse::<CountryCode>().unwrap_err().to_string();
        assert!(named.ends_with("; Brazil is BR"), "{named}");
        assert!("C1".parse::<CountryCode>().is_err());
    }
}
