//! Record types, as `dig` reads and shows them.

use crate::diagnostic::InvalidValue;
use hickory_proto::rr::RecordType;
use std::{fmt, str::FromStr};

/// A record type: a mnemonic, or `TYPE65280` (RFC 3597). hickory's own neither reads nor shows the
/// latter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rtype(pub RecordType);

impl fmt::Display for Rtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            RecordType::Unknown(code) => write!(f, "TYPE{code}"),
            known => write!(f, "{known}"),
        }
    }
}

impl FromStr for Rtype {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let upper = text.to_ascii_uppercase();
        let code = upper.strip_prefix("TYPE").and_then(|digits| digits.parse::<u16>().ok());
        if let Some(code) = code {
            return Ok(Self(RecordType::from(code)));
        }
        RecordType::from_str(&upper).map(Self).map_err(|_| InvalidValue {
            found: text.to_owned(),
            what: "record type",
            expected: "a mnemonic such as A, AAAA or MX, or TYPE65280 (RFC 3597)".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Rtype;

    #[test]
    fn types_are_read_and_shown_as_dig_does() {
        let cases =
            [("a", "A"), ("HTTPS", "HTTPS"), ("TYPE65", "HTTPS"), ("type65280", "TYPE65280")];
        for (written, shown) in cases {
            assert_eq!(written.parse::<Rtype>().unwrap().to_string(), shown);
        }
        assert!("AAAAA".parse::<Rtype>().is_err());
        assert!("TYPE65536".parse::<Rtype>().is_err());
    }
}
