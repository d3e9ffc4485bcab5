//! Which country and operator govern a client: the longest prefix that holds its address.

use ipnet::IpNet;
use prefix_trie::joint::JointPrefixMap;
use std::net::IpAddr;

/// A country and an operator of it, in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct JurisdictionId {
    pub(super) country: usize,
    pub(super) operator: Option<usize>,
}

/// Client networks of both families, and who governs each.
#[derive(Debug, Default)]
pub(super) struct ClientNetworks(JointPrefixMap<IpNet, JurisdictionId>);

/// The first host of one of the networks that is in none of the others.
pub(super) fn first_outside(networks: &[IpNet], others: &Vec<IpNet>) -> Option<IpAddr> {
    let taken = IpNet::aggregate(others);
    networks.iter().find_map(|network| first_free(*network, &taken))
}

/// The first host of a network that is in none of the others, which are sorted and share nothing. A
/// network that some of them share is cut in halves until a half is in one of them or in none.
fn first_free(network: IpNet, taken: &[IpNet]) -> Option<IpAddr> {
    let begin = taken.partition_point(|other| other.broadcast() < network.network());
    let end = taken.partition_point(|other| other.network() <= network.broadcast());
    let within = taken.get(begin..end).unwrap_or_default();
    match within {
        [] => network.hosts().next(),
        [other, ..] if other.contains(&network) => None,
        _ => {
            let halves = network.subnets(network.prefix_len() + 1).ok()?;
            halves.into_iter().find_map(|half| first_free(half, within))
        }
    }
}

impl ClientNetworks {
    pub(super) fn new(owned: &[(IpNet, JurisdictionId)]) -> Self {
        Self(owned.iter().copied().collect())
    }

    /// IPv4 clients of a dual-stack socket are looked up as IPv4.
    pub(super) fn find(&self, client: IpAddr) -> Option<JurisdictionId> {
        self.0.get_lpm(&client.to_canonical().into()).map(|(_, id)| *id)
    }
}

#[cfg(test)]
mod tests {
    use super::{ClientNetworks, JurisdictionId, first_outside};
    use ipnet::IpNet;
    use proptest::prelude::{Strategy, any, prop_assert_eq, proptest};

    /// Networks of few addresses, so that they meet: of either family, with prefixes of many
    /// lengths.
    fn networks() -> impl Strategy<Value = Vec<IpNet>> {
        let v4 = (any::<u8>(), 22_u8..=32)
            .prop_map(|(low, length)| format!("127.0.{}.{low}/{length}", low % 4));
        let v6 =
            (any::<u8>(), 120_u8..=128).prop_map(|(low, length)| format!("::{low:x}/{length}"));
        let ends =
            proptest::sample::select(vec!["0.0.0.0/0", "255.255.255.255/32", "::/0", "ffff::/16"])
                .prop_map(str::to_owned);
        let one = proptest::prop_oneof![6 => v4, 3 => v6, 1 => ends];
        proptest::collection::vec(
            one.prop_map(|text| text.parse::<IpNet>().unwrap().trunc()),
            0..12,
        )
    }

    proptest! {
        #[test]
        fn the_longest_prefix_wins(networks in networks(), low in any::<u16>()) {
            let mut networks = networks;
            networks.sort();
            networks.dedup();
            let id = |country| JurisdictionId { country, operator: None };
            let owned: Vec<_> =
                networks.iter().enumerate().map(|(country, net)| (*net, id(country))).collect();
            let found = ClientNetworks::new(&owned);
            let v4 = format!("127.0.{}.{}", low >> 8 & 7, low & 255);
            for client in [v4, format!("::{low:x}"), "255.255.255.255".to_owned()] {
                let client = client.parse().unwrap();
                let holding = owned.iter().filter(|(network, _)| network.contains(&client));
                let longest = holding.max_by_key(|(network, _)| network.prefix_len());
                prop_assert_eq!(found.find(client), longest.map(|(_, id)| *id));
            }
        }
    }

    #[test]
    fn a_free_host_is_found_without_counting_through_the_others() {
        let found = |network: &str, taken: &[&str]| {
            let taken: Vec<_> = taken.iter().map(|text| text.parse().unwrap()).collect();
            let network = network.parse().unwrap();
            first_outside(&[network], &taken).map(|address| address.to_string())
        };
        assert_eq!(found("127.86.0.0/16", &[]).unwrap(), "127.86.0.1");
        assert_eq!(found("127.86.0.0/16", &["127.86.0.0/24"]).unwrap(), "127.86.1.1");
        assert_eq!(found("fd00:86::/32", &["fd00:86::/33"]).unwrap(), "fd00:86:8000::");
        assert_eq!(found("127.86.0.0/16", &["127.86.0.0/17", "127.86.128.0/17"]), None);
        assert_eq!(found("127.86.0.0/16", &["127.0.0.0/8"]), None);
        assert_eq!(
            found("127.86.0.0/16", &["127.85.0.0/16", "127.87.0.0/16"]).unwrap(),
            "127.86.0.1"
        );
        let mixed = ["fd00:86::/32", "127.86.1.0/24", "127.86.0.0/25", "127.86.0.0/24"];
        assert_eq!(found("127.86.0.0/16", &mixed).unwrap(), "127.86.2.1");
    }
}
