//! Forged aliases: where they lead.

use crate::dns::{Name, constants::MAX_NAME_LEN, wire_name, write_wire};
use hickory_proto::rr::Name as WireName;
use std::borrow::Cow;

/// A forged alias. A star as the first label of its target stands for the name that was asked for,
/// as in RPZ (draft-vixie-dnsop-dns-rpz-00 section 3.6).
#[derive(Debug)]
pub struct ForgedAlias {
    target: WireName,
    /// What the name that was asked for is put before.
    garden: Option<Name>,
    folded: Name,
}

impl ForgedAlias {
    pub(super) fn new(target: WireName) -> Self {
        let star = target.iter().next() == Some(b"*");
        let garden = star.then(|| Name::from_wire(&target.base_name()));
        Self { garden, folded: Name::from_wire(&target), target }
    }

    /// Where it leads from a name; nothing where that would be longer than a name may be.
    pub(super) fn target_of(&self, qname: &Name) -> Option<Cow<'_, WireName>> {
        match &self.garden {
            None => Some(Cow::Borrowed(&self.target)),
            Some(garden) => {
                let labels =
                    [qname.as_str(), garden.as_str()].into_iter().filter(|l| !l.is_empty());
                let joined = labels.collect::<Vec<_>>().join(".");
                wire_name(&format!("{joined}.")).ok().map(Cow::Owned)
            }
        }
    }

    /// Octets of the longest name that it leads to.
    pub(super) fn longest(&self) -> usize {
        if self.garden.is_some() {
            return MAX_NAME_LEN;
        }
        let mut octets = Vec::new();
        write_wire(&self.target, &mut octets);
        octets.len()
    }

    /// Whether it leads to a name.
    pub(super) fn leads_to(&self, name: &Name) -> bool {
        match &self.garden {
            None => self.folded == *name,
            Some(garden) => name.suffixes().skip(1).any(|above| above == garden.as_str()),
        }
    }

    /// The name that it leads to, or above those that it leads to.
    #[must_use]
    pub fn anchor(&self) -> &Name {
        self.garden.as_ref().unwrap_or(&self.folded)
    }
}

#[cfg(test)]
mod tests {
    use super::ForgedAlias;
    use crate::dns::{Name, wire_name};

    fn leads(target: &str, qname: &str) -> Option<String> {
        let alias = ForgedAlias::new(wire_name(target).unwrap());
        alias.target_of(&Name::parse(qname).unwrap()).map(|name| name.to_string())
    }

    #[test]
    fn a_star_stands_for_the_name_that_was_asked_for() {
        let long = ["a".repeat(60), "b".repeat(60), "c".repeat(60), "d".repeat(60)].join(".");
        for (target, qname, expected) in [
            ("*.garden.example", "www.evil.example", Some("www.evil.example.garden.example.")),
            ("*.", "www.evil.example", Some("www.evil.example.")),
            ("page.example", "www.evil.example", Some("page.example.")),
            ("a.*.example", "www.evil.example", Some("a.*.example.")),
            ("*.garden.example", long.as_str(), None),
        ] {
            assert_eq!(leads(target, qname).as_deref(), expected, "{target} {qname}");
        }
    }

    #[test]
    fn it_leads_below_the_garden_and_not_to_it() {
        let leads_to = |target: &str, name: &str| {
            ForgedAlias::new(wire_name(target).unwrap()).leads_to(&Name::parse(name).unwrap())
        };
        assert!(leads_to("*.garden.example", "www.evil.example.garden.example"));
        assert!(!leads_to("*.garden.example", "garden.example"));
        assert!(!leads_to("*.garden.example", "xgarden.example"));
        assert!(leads_to("Page.example", "page.example"));
        assert!(!leads_to("page.example", "www.page.example"));
    }
}
