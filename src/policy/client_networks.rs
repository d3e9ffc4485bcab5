//! Which country and operator govern a client: the longest prefix that holds its address.
//!
//! Networks lie inside each other or apart, so they cut the line of all addresses into ranges with
//! one governor each. A client is found by halving the list of their beginnings.

use super::Seat;
use ipnet::IpNet;
use std::{cmp::Reverse, net::IpAddr};

/// Client networks of both families: where each range begins, and who governs it.
#[derive(Debug, Default)]
pub(super) struct Networks {
    v4: Vec<(u32, Option<Seat>)>,
    v6: Vec<(u128, Option<Seat>)>,
}

/// The first host of a network that is in none of the others. A network that some of them share is
/// cut in halves until its parts are all in one of them or in none, so the cost grows with their
/// number and not with that of the hosts.
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
    pub(super) fn new(seated: &[(IpNet, Seat)]) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for (network, seat) in seated {
            match network {
                IpNet::V4(network) => {
                    v4.push((network.network().to_bits(), network.broadcast().to_bits(), *seat))
                }
                IpNet::V6(network) => {
                    v6.push((network.network().to_bits(), network.broadcast().to_bits(), *seat))
                }
            }
        }
        Self {
            v4: ranges(v4, |last| last.checked_add(1)),
            v6: ranges(v6, |last| last.checked_add(1)),
        }
    }

    /// IPv4 clients of a dual-stack socket are looked up as IPv4.
    pub(super) fn find(&self, client: IpAddr) -> Option<Seat> {
        match client.to_canonical() {
            IpAddr::V4(address) => find(&self.v4, address.to_bits()),
            IpAddr::V6(address) => find(&self.v6, address.to_bits()),
        }
    }
}

fn find<A: Ord + Copy>(ranges: &[(A, Option<Seat>)], address: A) -> Option<Seat> {
    let above = ranges.partition_point(|(begin, _)| *begin <= address);
    ranges[above.checked_sub(1)?].1
}

/// The ranges that networks, each with its first and last address, make.
fn ranges<A: Ord + Copy>(
    mut networks: Vec<(A, A, Seat)>,
    next: impl Fn(A) -> Option<A>,
) -> Vec<(A, Option<Seat>)> {
    // The outer ones first.
    networks.sort_by_key(|(first, last, _)| (*first, Reverse(*last)));
    let mut ranges: Vec<(A, Option<Seat>)> = Vec::new();
    let mut open: Vec<(A, Seat)> = Vec::new();
    let begin = |at: A, seat: Option<Seat>, ranges: &mut Vec<(A, Option<Seat>)>| {
        // What begins at the same address lies further inside, or comes after what has ended there.
        if ranges.last().is_some_and(|(last, _)| *last == at) {
            ranges.pop();
        }
        ranges.push((at, seat));
    };
    let close = |open: &mut Vec<(A, Seat)>, ranges: &mut Vec<(A, Option<Seat>)>| {
        if let Some((last, _)) = open.pop()
            && let Some(behind) = next(last)
        {
            begin(behind, open.last().map(|(_, seat)| *seat), ranges);
        }
    };
    for (first, last, seat) in networks {
        while open.last().is_some_and(|(end, _)| *end < first) {
            close(&mut open, &mut ranges);
        }
        begin(first, Some(seat), &mut ranges);
        open.push((last, seat));
    }
    while !open.is_empty() {
        close(&mut open, &mut ranges);
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::{Networks, Seat, first_outside};
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
            let seated: Vec<_> = networks.iter().enumerate().map(|(country, net)| (*net, Seat { country, operator: None })).collect();
            let found = Networks::new(&seated);
            for client in [format!("127.0.{}.{}", low >> 8 & 7, low & 255), format!("::{low:x}"), "255.255.255.255".to_owned()] {
                let client = client.parse().unwrap();
                let holding = seated.iter().filter(|(network, _)| network.contains(&client));
                prop_assert_eq!(found.find(client), holding.max_by_key(|(network, _)| network.prefix_len()).map(|(_, seat)| *seat));
            }
        }
    }

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
