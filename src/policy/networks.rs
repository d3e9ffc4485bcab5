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
