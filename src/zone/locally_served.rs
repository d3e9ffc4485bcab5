//! Names that every resolver answers by itself: what RFC 6303 and RFC 6761 have it serve, as
//! Unbound 1.17 does by default, and what programs ask for before anything else.
//!
//! `local` is not among them, as it is not among Unbound's, although RFC 6762 section 22.1 would
//! have it: who runs a lab below it sets an upstream.

use super::search::Zone;
use crate::dns::wire_name;
use std::{collections::HashMap, sync::LazyLock};

/// These zones by their names.
pub(super) static ZONES: LazyLock<HashMap<String, Zone>> = LazyLock::new(zones);

/// How Unbound begins each: the SOA of a zone that nobody looks after (RFC 6303 section 3).
const EMPTY: &str = "; splinterdns: complete
$TTL 10800
@ SOA localhost. nobody.invalid. 1 3600 1200 604800 10800
@ NS localhost.
";

/// Zones in which nothing exists: RFC 6761 sections 6.2 and 6.4, RFC 7686, RFC 8375.
const RESERVED: [&str; 4] = ["test", "invalid", "onion", "home.arpa"];

/// Reverse zones in which nothing exists, beside those that are counted below.
const REVERSE: [&str; 16] = [
    // RFC 6303 sections 4.1 and 4.2: private networks, and those that no packet comes from.
    "10.in-addr.arpa",
    "168.192.in-addr.arpa",
    "0.in-addr.arpa",
    "254.169.in-addr.arpa",
    "2.0.192.in-addr.arpa",
    "100.51.198.in-addr.arpa",
    "113.0.203.in-addr.arpa",
    "255.255.255.255.in-addr.arpa",
    // Sections 4.3 to 4.6: the unspecified address, unique local, link-local, documentation.
    "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa",
    "d.f.ip6.arpa",
    "8.e.f.ip6.arpa",
    "9.e.f.ip6.arpa",
    "a.e.f.ip6.arpa",
    "b.e.f.ip6.arpa",
    "8.b.d.0.1.0.0.2.ip6.arpa",
    // RFC 9462 section 6.4; what it has instead of names is put in below.
    RESOLVER,
];

/// The zone by which clients find encrypted resolvers. Every name in it exists and has no data,
/// which tells them that there is none (RFC 9462 section 6.4).
const RESOLVER: &str = "resolver.arpa";

/// Zones in which something exists, each with what stands below its SOA and NS. Names below
/// `localhost` are the same host (RFC 6761 section 6.3).
const LOOPBACK: [(&str, &str); 3] = [
    ("localhost", "@ A 127.0.0.1\n@ AAAA ::1\n* A 127.0.0.1\n* AAAA ::1\n"),
    ("127.in-addr.arpa", "1.0.0 PTR localhost.\n"),
    (
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa",
        "@ PTR localhost.\n",
    ),
];

/// RFC 8880 section 7: the name has these two addresses. Whether it has others of IPv6 depends on
/// the network behind the upstream, so the zone is not complete.
const IPV4_ONLY: &str = "$TTL 86400
@ SOA sns.dns.icann.org. noc.dns.icann.org. 1 7200 3600 604800 3600
@ NS localhost.
@ A 192.0.0.170
@ A 192.0.0.171
";

/// The SOAs of the root zone and of root-servers.net, as IANA's hints of 2024-05-28 date them.
const ROOT: [(&str, &str); 2] = [
    ("", "@ SOA a.root-servers.net. nstld.verisign-grs.com. 2024052801 1800 900 604800 86400\n"),
    (
        "root-servers.net",
        "@ SOA a.root-servers.net. nstld.verisign-grs.com. 2024052801 14400 7200 1209600 3600000\n",
    ),
];

/// The root servers: IANA's file named.root of 2024-05-28, which Unbound has compiled in as well.
const ROOT_SERVERS: [(&str, &str, &str); 13] = [
    ("a", "198.41.0.4", "2001:503:ba3e::2:30"),
    ("b", "170.247.170.2", "2801:1b8:10::b"),
    ("c", "192.33.4.12", "2001:500:2::c"),
    ("d", "199.7.91.13", "2001:500:2d::d"),
    ("e", "192.203.230.10", "2001:500:a8::e"),
    ("f", "192.5.5.241", "2001:500:2f::f"),
    ("g", "192.112.36.4", "2001:500:12::d0d"),
    ("h", "198.97.190.53", "2001:500:1::53"),
    ("i", "192.36.148.17", "2001:7fe::53"),
    ("j", "192.58.128.30", "2001:503:c27::2:30"),
    ("k", "193.0.14.129", "2001:7fd::1"),
    ("l", "199.7.83.42", "2001:500:9f::42"),
    ("m", "202.12.27.33", "2001:dc3::35"),
];

fn zones() -> HashMap<String, Zone> {
    // RFC 6303 section 4.1 has 172.16/12 by its sixteen parts; RFC 7793 so 100.64/10.
    let private = (16..32).map(|part| format!("{part}.172.in-addr.arpa"));
    let shared = (64..128).map(|part| format!("{part}.100.in-addr.arpa"));
    let fixed = RESERVED.iter().chain(&REVERSE).map(|name| (*name).to_owned());
    let empty = fixed.chain(private).chain(shared).map(|name| (name, EMPTY.to_owned()));
    let loopback = LOOPBACK.map(|(name, records)| (name.to_owned(), format!("{EMPTY}{records}")));
    let servers = ROOT.map(|(name, soa)| (name.to_owned(), format!("$TTL 518400\n{soa}")));
    let servers = servers.map(|(name, head)| (name, format!("{head}{}", root_servers())));
    let [(root, hints), (net, mut addressed)] = servers;
    for (letter, v4, v6) in ROOT_SERVERS {
        addressed.push_str(&format!("{letter} A {v4}\n{letter} AAAA {v6}\n"));
    }
    let ipv4_only = ("ipv4only.arpa".to_owned(), IPV4_ONLY.to_owned());
    let all = empty.chain(loopback).chain([ipv4_only, (root, hints), (net, addressed)]);
    all.map(|(name, text)| {
        let origin = wire_name(&name).expect("the names in the source are names");
        let zone = Zone::read(&text, Some(&origin), &|_| Err(String::new()))
            .expect("the zones in the source are zones");
        let zone = if name == RESOLVER { zone.with_all_names_empty() } else { zone };
        (name, zone)
    })
    .collect()
}

fn root_servers() -> String {
    ROOT_SERVERS.map(|(letter, ..)| format!("@ NS {letter}.root-servers.net.\n")).concat()
}
