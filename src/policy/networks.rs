//! Which country and operator govern a client: the longest prefix that holds its address.

use super::Seat;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use prefix_trie::PrefixMap;
use std::net::IpAddr;

/// Client networks of both families.
#[derive(Debug, Default)]
pub(super) struct Networks {
    v4: PrefixMap<Ipv4Net, Seat>,
    v6: PrefixMap<Ipv6Net, Seat>,
}

/// The first host of a network that is in none of the others. A network that some of them share is cut in halves until its
/// parts are all in one of them or in none, so the cost grows with their number and not with that of the hosts.
pub(super) fn first_outside(network: IpNet, taken: &[IpNet]) -> Option<IpAddr> {
    if taken.iter().any(|other| other.contains(&network)) {
        return None;
    }
    if !taken.iter().any(|other| network.contains(other)) {
        return network.hosts().next();
    }
    let halves = network.subnets(network.prefix_len() + 1).ok()?;
    halves.into_iter().find_map(|half| first_outside(half, taken))
}

impl Networks {
    pub(super) fn insert(&mut self, network: IpNet, seat: Seat) {
        match network {
            IpNet::V4(network) => self.v4.insert(network, seat),
            IpNet::V6(network) => self.v6.insert(network, seat),
        };
    }

    /// IPv4 clients of a dual-stack socket are looked up as IPv4.
    pub(super) fn find(&self, client: IpAddr) -> Option<Seat> {
        match client.to_canonical() {
            IpAddr::V4(address) => self.v4.get_lpm(&Ipv4Net::from(address)).map(|(_, seat)| *seat),
            IpAddr::V6(address) => self.v6.get_lpm(&Ipv6Net::from(address)).map(|(_, seat)| *seat),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::first_outside;

    #[test]
    fn a_free_host_is_found_without_counting_through_the_others() {
        let found = |network: &str, taken: &[&str]| {
            let taken: Vec<_> = taken.iter().map(|text| text.parse().unwrap()).collect();
            first_outside(network.parse().unwrap(), &taken).map(|address| address.to_string())
        };
        assert_eq!(found("127.86.0.0/16", &[]).unwrap(), "127.86.0.1");
        assert_eq!(found("127.86.0.0/16", &["127.86.0.0/24"]).unwrap(), "127.86.1.1");
        assert_eq!(found("fd00:86::/32", &["fd00:86::/33"]).unwrap(), "fd00:86:8000::");
        assert_eq!(found("127.86.0.0/16", &["127.86.0.0/17", "127.86.128.0/17"]), None);
        assert_eq!(found("127.86.0.0/16", &["127.0.0.0/8"]), None);
    }
}
