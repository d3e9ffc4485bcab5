//! `/etc/hosts`: an address, then names. Only the names themselves are meant, not what is below
//! them.

use crate::dns::{Form, PatternError};
use std::net::IpAddr;

/// Names that a hosts file holds for the machine's own sake.
const OWN_NAMES: [&str; 12] = [
    "localhost",
    "localhost.localdomain",
    "local",
    "broadcasthost",
    "ip6-localhost",
    "ip6-loopback",
    "ip6-allnodes",
    "ip6-allrouters",
    "ip6-allhosts",
    "ip6-localnet",
    "ip6-mcastprefix",
    // `0.0.0.0 0.0.0.0` stands in the most used lists.
    "0.0.0.0",
];

pub(super) fn words(line: &str) -> impl Iterator<Item = &str> {
    let mut words = line.split_whitespace().peekable();
    if words.peek().is_some_and(|word| is_address(word)) {
        words.next();
    }
    words.filter(|word| !OWN_NAMES.contains(word))
}

/// Whether this is an address, with a zone identifier or without (RFC 4007 section 11).
pub(super) fn is_address(word: &str) -> bool {
    let address = word.split_once('%').map_or(word, |(address, _zone)| address);
    address.parse::<IpAddr>().is_ok()
}

pub(super) fn pattern(word: &str, text: &mut String) -> Result<Form, PatternError> {
    Form::read_exact(word, text)
}
