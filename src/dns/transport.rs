//! How DNS messages travel.

use crate::diagnostic::InvalidValue;
use std::{fmt, str::FromStr};

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

    /// Whether messages travel in a stream and not each in a datagram of its own.
    #[must_use]
    pub fn is_stream(self) -> bool {
        self != Self::Udp
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Transport {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let found = Self::ALL.into_iter().find(|transport| transport.word() == text);
        found.ok_or_else(|| InvalidValue {
            found: text.to_owned(),
            what: "transport",
            expected: Self::ALL.map(Self::word).join(", "),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Transport;

    #[test]
    fn a_wrong_transport_is_told_the_right_ones() {
        let error = "upd".parse::<Transport>().unwrap_err();
        let expected = "\"upd\" is no transport; expected udp, tcp, dot, doh, doq";
        assert_eq!(error.to_string(), expected);
    }
}
