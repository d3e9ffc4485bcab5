//! `/etc/hosts`: an address, then names. Only the names themselves are meant, not what is below
//! them.

use crate::dns::{Form, PatternError};
use std::net::IpAddr;

/// Names that a hosts file holds for the machine's own sake.
const OWN_NAMES: [&str; 8] = [
    "localhost",
    "localhost.localdomain",
    "local",
    "broadcasthost",
    "ip6-localhost",
    "ip6-loopback",
    "ip6-allnodes",
    "ip6-allrouters",
];

pub(super) fn words(line: &str) -> impl Iterator<Item = &str> {
    let mut words = line.split_whitespace().peekable();
    if words.peek().is_some_and(|word| word.parse::<IpAddr>().is_ok()) {
        words.next();
    }
    words.filter(|word| !OWN_NAMES.contains(word))
}

pub(super) fn pattern(word: &str, text: &mut String) -> Result<Form, PatternError> {
    Form::read_exact(word, text)
}
