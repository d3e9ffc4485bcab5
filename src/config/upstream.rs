//! A resolver to ask, as it is written: by its address, or by its host's name.

use crate::diagnostic::InvalidValue;
use std::{
    fmt, io,
    net::{IpAddr, SocketAddr, ToSocketAddrs},
    str::FromStr,
};

/// A resolver to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpstreamSpec {
    /// An address with a port.
    Address(SocketAddr),
    /// A host's name, such as that of a service of Docker Compose, with a port.
    Host(String, u16),
}

/// The port of DNS (RFC 1035 section 4.2).
const PORT: u16 = 53;

impl UpstreamSpec {
    /// The addresses to ask. Those of a host are asked of the system, which may take its time.
    ///
    /// # Errors
    ///
    /// The system's, also where it knows of no address.
    pub fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        match self {
            Self::Address(address) => Ok(vec![*address]),
            Self::Host(name, port) => {
                let found: Vec<_> = (name.as_str(), *port).to_socket_addrs()?.collect();
                if found.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(found) }
            }
        }
    }
}

impl From<SocketAddr> for UpstreamSpec {
    fn from(address: SocketAddr) -> Self {
        Self::Address(address)
    }
}

impl fmt::Display for UpstreamSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Host(name, port) => write!(f, "{name}:{port}"),
        }
    }
}

impl FromStr for UpstreamSpec {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let bare = text.parse::<IpAddr>().map(|address| SocketAddr::from((address, PORT)));
        if let Ok(address) = bare.or_else(|_| text.parse()) {
            return Ok(Self::Address(address));
        }
        let host = text.rsplit_once(':').filter(|(name, _)| is_host(name));
        let host = host.and_then(|(name, port)| Some(Self::Host(name.to_owned(), digits(port)?)));
        let expected = "an address, with a port or without, such as 9.9.9.9 or [2620:fe::fe]:53, \
                        or a host's name with a port, such as unbound:53";
        host.ok_or_else(|| InvalidValue {
            found: text.to_owned(),
            what: "address",
            expected: expected.to_owned(),
        })
    }
}

fn digits(port: &str) -> Option<u16> {
    port.bytes().all(|octet| octet.is_ascii_digit()).then(|| port.parse().ok()).flatten()
}

/// Letters, digits and hyphens (RFC 952), and the underscores of Compose. The last label of a
/// host's name is no number (RFC 1123 section 2.1), so that a wrong address is not taken for one.
fn is_host(name: &str) -> bool {
    let mut labels = name.strip_suffix('.').unwrap_or(name).split('.');
    let number = |label: &str| label.bytes().all(|octet| octet.is_ascii_digit());
    let is_label = |label: &str| {
        let letter = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_');
        (1..=63).contains(&label.len()) && label.bytes().all(letter)
    };
    name.len() < 255 && labels.clone().all(is_label) && !labels.next_back().is_none_or(number)
}

#[cfg(test)]
mod tests {
    use super::UpstreamSpec;

    #[test]
    fn addresses_and_hosts_are_read_and_shown_as_they_are_asked() {
        for (text, shown) in [
            ("9.9.9.9", "9.9.9.9:53"),
            ("9.9.9.9:5353", "9.9.9.9:5353"),
            ("2620:fe::fe", "[2620:fe::fe]:53"),
            ("[2620:fe::fe]:54", "[2620:fe::fe]:54"),
            ("unbound:53", "unbound:53"),
            ("my_lab-dns.example.:5300", "my_lab-dns.example.:5300"),
        ] {
            assert_eq!(text.parse::<UpstreamSpec>().unwrap().to_string(), shown);
        }
        let wrong = [
            "",
            "unbound",
            "unbound:",
            "unbound:x",
            "unbound:+53",
            "unbound:65536",
            ":53",
            "9.9.9:53",
            "9.9.9.999:53",
            "a..b:53",
            "ünbound:53",
            "a b:53",
            "9.9.9.9:53:53",
            "a;b:53",
            "dns://unbound:53",
        ];
        for text in wrong {
            assert!(text.parse::<UpstreamSpec>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_host_has_its_addresses_and_an_unknown_one_is_an_error() {
        let local = UpstreamSpec::Host("localhost".to_owned(), 53).addresses().unwrap();
        assert!(local.iter().all(|address| address.ip().is_loopback() && address.port() == 53));
        assert!(UpstreamSpec::Host("nowhere.invalid".to_owned(), 53).addresses().is_err());
    }
}
