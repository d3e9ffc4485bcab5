//! What is known of a name in a country, apart from what its DNS answers.

use std::fmt;

/// One of four states, which are never mixed. Of two that are known of one country, at two of its
/// ISPs, the first counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// DNS lies about it.
    Blocked,
    /// It is blocked, but not by DNS.
    BlockedElsewhere,
    /// Somebody has measured that it is not blocked.
    Free,
    /// Nobody has looked, for all that the files say.
    Unknown,
}

/// How something is blocked that is not blocked by DNS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// By the server name in a TLS handshake (RFC 6066 section 3).
    TlsSni,
    /// By the server name in a QUIC Initial.
    QuicSni,
    /// By the host or the path of an HTTP request.
    Http,
    /// By the address.
    Ip,
    /// By routes that were withdrawn or announced.
    Bgp,
    /// By the service itself, which turns the country away.
    ServerSide,
    /// In some other way, or nobody says how.
    Unknown,
}

impl State {
    /// All of them, in order.
    pub const ALL: [Self; 4] = [Self::Blocked, Self::BlockedElsewhere, Self::Free, Self::Unknown];

    /// The word in output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::BlockedElsewhere => "blocked-elsewhere",
            Self::Free => "free",
            Self::Unknown => "unknown",
        }
    }
}

impl Means {
    /// All of them, with their words.
    pub const ALL: [(&'static str, Self); 7] = [
        ("tls-sni", Self::TlsSni),
        ("quic-sni", Self::QuicSni),
        ("http", Self::Http),
        ("ip", Self::Ip),
        ("bgp", Self::Bgp),
        ("server-side", Self::ServerSide),
        ("unknown", Self::Unknown),
    ];

    /// In words, as they follow "blocked".
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::TlsSni => "by the name in TLS handshakes",
            Self::QuicSni => "by the name in QUIC",
            Self::Http => "by HTTP requests",
            Self::Ip => "by address",
            Self::Bgp => "by routing",
            Self::ServerSide => "by the service itself",
            Self::Unknown => "by unknown means",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Means {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::ALL.iter().find(|(_, means)| means == self).map(|(word, _)| *word);
        f.pad(word.expect("all of them have a word"))
    }
}
