//! Record types, as `dig` reads and shows them.

use crate::diagnostic::InvalidValue;
use domain::base::Rtype as Registered;
use hickory_proto::rr::RecordType;
use std::{fmt, str::FromStr};

/// A record type: a mnemonic of IANA's registry, or `TYPE65280` (RFC 3597). hickory's own knows the
/// commonest only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rtype(pub RecordType);

/// What `domain` has without the dash of RFC 1348.
const NSAP_PTR: &str = "NSAP-PTR";

impl fmt::Display for Rtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Registered::from_int(self.0.into()) {
            Registered::NSAPPTR => f.write_str(NSAP_PTR),
            known => write!(f, "{known}"),
        }
    }
}

impl FromStr for Rtype {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let registered = if text.eq_ignore_ascii_case(NSAP_PTR) {
            Ok(Registered::NSAPPTR)
        } else {
            text.parse::<Registered>()
        };
        registered.map(|known| Self(known.to_int().into())).map_err(|_| InvalidValue {
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
        let cases = [
            ("a", "A"),
            ("HTTPS", "HTTPS"),
            ("TYPE65", "HTTPS"),
            ("type65280", "TYPE65280"),
            ("loc", "LOC"),
            ("Nsap-Ptr", "NSAP-PTR"),
            ("TYPE39", "DNAME"),
        ];
        for (written, shown) in cases {
            assert_eq!(written.parse::<Rtype>().unwrap().to_string(), shown);
        }
        assert!("AAAAA".parse::<Rtype>().is_err());
        assert!("TYPE65536".parse::<Rtype>().is_err());
    }
}
