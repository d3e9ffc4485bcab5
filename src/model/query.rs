//! One question and who asked it.
//!
//! A [`Query`] is all that a policy may look at: the name, the type, the client, the transport and
//! the day. [`Received`] is the message it came in, which the reply is made from.

mod injector;
mod parser;
mod received;

pub use injector::Glance;
pub use parser::{Flat, Parser, Readers};
pub use received::{Kept, Opt, Received, UDP_PAYLOAD, Unanswered};

use crate::name::Name;
use hickory_proto::rr::RecordType;
use jiff::civil::{Date, DateTime};
use std::{fmt, net::IpAddr, str::FromStr};
use thiserror::Error;

/// One question and who asked it.
#[derive(Clone, Debug)]
pub struct Query {
    /// The name asked for.
    pub name: Name,
    /// The type asked for.
    pub rtype: Type,
    /// Who asked.
    pub client: IpAddr,
    /// Over which transport.
    pub transport: Transport,
    /// When the query is judged, in UTC.
    pub now: DateTime,
    /// Who has read these octets as this question.
    pub readers: Readers,
}

impl Query {
    /// The day on which the query is judged, in UTC.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now.date()
    }
}

/// How a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transport {
    /// Plain DNS in datagrams (RFC 1035).
    Udp,
    /// Plain DNS in a stream (RFC 7766).
    Tcp,
    /// DNS over TLS (RFC 7858).
    Dot,
    /// DNS over HTTPS (RFC 8484).
    Doh,
    /// DNS over QUIC (RFC 9250).
    Doq,
}

impl Transport {
    /// Every transport, in the order of the documentation.
    pub const ALL: [Self; 5] = [Self::Udp, Self::Tcp, Self::Dot, Self::Doh, Self::Doq];

    /// The word for it in configs and on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Dot => "dot",
            Self::Doh => "doh",
            Self::Doq => "doq",
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A word that stands for nothing here, with the words that would.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{found:?} is no {what}; expected {expected}")]
pub struct NoSuchWord {
    /// What was written.
    pub found: String,
    /// What it should have been.
    pub what: &'static str,
    /// What could have been written.
    pub expected: String,
}

impl FromStr for Transport {
    type Err = NoSuchWord;

    fn from_str(text: &str) -> Result<Self, NoSuchWord> {
        Self::ALL.into_iter().find(|transport| transport.word() == text).ok_or_else(|| NoSuchWord {
            found: text.to_owned(),
            what: "transport",
            expected: Self::ALL.map(Self::word).join(", "),
        })
    }
}

/// A record type, shown and read as `dig` does: a mnemonic, or `TYPE65280` (RFC 3597).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Type(pub RecordType);

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            RecordType::Unknown(code) => write!(f, "TYPE{code}"),
            known => write!(f, "{known}"),
        }
    }
}

impl FromStr for Type {
    type Err = NoSuchWord;

    fn from_str(text: &str) -> Result<Self, NoSuchWord> {
        let upper = text.to_ascii_uppercase();
        if let Some(code) = upper.strip_prefix("TYPE").and_then(|digits| digits.parse::<u16>().ok())
        {
            return Ok(Self(RecordType::from(code)));
        }
        RecordType::from_str(&upper).map(Self).map_err(|_| NoSuchWord {
            found: text.to_owned(),
            what: "record type",
            expected: "a mnemonic such as A, AAAA or MX, or TYPE65280 (RFC 3597)".to_owned(),
        })
    }
}

/// An ISO 3166-1 alpha-2 code in upper case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CountryCode([u8; 2]);

impl CountryCode {
    /// The two letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for CountryCode {
    type Err = NoSuchWord;

    fn from_str(text: &str) -> Result<Self, NoSuchWord> {
        match text.as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Ok(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => Err(NoSuchWord {
                found: text.to_owned(),
                what: "country code",
                expected: "two letters (ISO 3166-1 alpha-2)".to_owned(),
            }),
        }
    }
}

/// Where all clients of a listener are, whatever their addresses: in a country, or with one of its
/// operators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The country.
    pub country: CountryCode,
    /// The operator's name in the country's file; without one, the client's network tells.
    pub operator: Option<String>,
}

impl Bound {
    /// In a country.
    #[must_use]
    pub const fn to(country: CountryCode) -> Self {
        Self { country, operator: None }
    }
}

/// `IN`, or `IN/jio`.
impl FromStr for Bound {
    type Err = NoSuchWord;

    fn from_str(text: &str) -> Result<Self, NoSuchWord> {
        let (country, operator) = match text.split_once('/') {
            Some((country, operator)) => (country, Some(operator.to_owned())),
            None => (text, None),
        };
        Ok(Self { country: country.parse()?, operator })
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.country)?;
        self.operator.iter().try_for_each(|operator| write!(f, "/{operator}"))
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
    use super::{CountryCode, Transport, Type};

    #[test]
    fn types_are_read_and_shown_as_dig_does() {
        for (written, shown) in
            [("a", "A"), ("HTTPS", "HTTPS"), ("TYPE65", "HTTPS"), ("type65280", "TYPE65280")]
        {
            assert_eq!(written.parse::<Type>().unwrap().to_string(), shown);
        }
        assert!("AAAAA".parse::<Type>().is_err());
        assert!("TYPE65536".parse::<Type>().is_err());
    }

    #[test]
    fn country_codes_are_two_letters() {
        assert_eq!("cn".parse::<CountryCode>().unwrap().as_str(), "CN");
        assert!("CHN".parse::<CountryCode>().is_err());
        assert!("C1".parse::<CountryCode>().is_err());
    }

    #[test]
    fn a_wrong_transport_is_told_the_right_ones() {
        let error = "upd".parse::<Transport>().unwrap_err();
        assert_eq!(error.to_string(), "\"upd\" is no transport; expected udp, tcp, dot, doh, doq");
    }
}
