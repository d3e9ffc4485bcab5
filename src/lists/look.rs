//! Formats that are no list of ours, as their lines look: who has named the wrong file should be
//! told which one it is.

use std::fmt;

/// What a line looks like that no list of ours has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// `||name^`, `@@||name^`, `! comment`, `[Adblock Plus 2.0]`.
    Adblock,
    /// `name CNAME .`, `$TTL 60`, `@ SOA …`.
    Rpz,
    /// `address=/name/`.
    Dnsmasq,
    /// `local-zone: "name" always_nxdomain`.
    Unbound,
    /// `0.0.0.0 name`, in a file whose name does not say so.
    Hosts,
}

impl Look {
    /// All of them.
    pub(super) const ALL: [Self; 5] =
        [Self::Adblock, Self::Rpz, Self::Dnsmasq, Self::Unbound, Self::Hosts];

    /// What a line that is no entry looks like, if it is known.
    pub(super) fn of(line: &str) -> Option<Self> {
        let begins = |starts: &[&str]| starts.iter().any(|start| line.starts_with(start));
        let mut words = line.split_whitespace();
        let (first, rest) = (words.next()?, words);
        if begins(&["||", "@@", "!", "[Adblock"]) || line.ends_with('^') {
            return Some(Self::Adblock);
        }
        if begins(&["address=/", "server=/", "local=/"]) {
            return Some(Self::Dnsmasq);
        }
        if begins(&["local-zone:", "local-data:", "server:"]) {
            return Some(Self::Unbound);
        }
        if super::hosts::is_address(first) && rest.clone().next().is_some() {
            return Some(Self::Hosts);
        }
        let of_a_zone = |word: &str| {
            ["CNAME", "SOA", "NS", "IN"].iter().any(|known| word.eq_ignore_ascii_case(known))
        };
        let directive = begins(&["$TTL", "$ORIGIN"]);
        (directive || rest.take(3).any(of_a_zone)).then_some(Self::Rpz)
    }
}

impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Adblock => "an Adblock filter list",
            Self::Rpz => "an RPZ zone",
            Self::Dnsmasq => "a dnsmasq configuration",
            Self::Unbound => "an Unbound configuration",
            Self::Hosts => "a hosts file",
        })
    }
}
