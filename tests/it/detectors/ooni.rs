//! OONI: the rules of its data pipeline, version 2 (ooni/data,
//! `oonipipeline/.../analysis/rules.py`), and what they rest on.
//!
//! Left out is what DNS messages alone do not tell: the rules on TLS and on AS numbers, and "no
//! data", which is a row without a lookup. A lie inside the AS of the truth (China answers
//! facebook.com with Facebook's addresses, among others) is found by `answer_unmatched` here, where
//! the pipeline would ask for the certificate.

use super::heard::{Heard, addresses, aliases, code, replies};
use hickory_proto::op::{Message, ResponseCode};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::{
    net::{IpAddr, Ipv6Addr},
    sync::LazyLock,
};

/// The rule that applies first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ooni {
    /// `country_consistent_blockpage`, 1 blocked: a fingerprint of the probe's country.
    Blockpage,
    /// `bogon_not_in_ctrl`, 0.95 blocked.
    Bogon,
    /// `bogon_in_ctrl`, 0.9 down: the name's owner did it.
    BogonInControl,
    /// `answer_matches_ctrl`, 0.9 ok.
    Matches,
    /// `failure_ctrl_also_failing`, 0.9 down. A name without an address is a failure
    /// (`dns_no_answer`), as an RCODE is.
    FailureInControl,
    /// `failure_ctrl_ok`, 0.9 blocked.
    Failure,
    /// `answer_unmatched`, 0.75 blocked.
    Unmatched,
}

/// IPv4 bogons (probe-cli, `internal/netxlite/bogon.go`).
const BOGONS_V4: [&str; 15] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "255.255.255.255/32",
];

/// IPv6 bogons of the same file, without those made of IPv4 ones.
const BOGONS_V6: [&str; 11] = [
    "::/128",
    "::1/128",
    "::ffff:0:0/96",
    "::/96",
    "100::/64",
    "2001:10::/28",
    "2001:db8::/32",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
];

/// Both lists, and the first wrapped in 6to4 (2002::/16) and Teredo (2001::/32), as the file has
/// it. It wraps no carrier-grade NAT.
static BOGONS: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    let v4 = BOGONS_V4.map(|text| text.parse::<Ipv4Net>().unwrap());
    let wrap = |prefix: u128, length: u8, inside: &Ipv4Net| {
        let bits = prefix << 112 | u128::from(inside.network().to_bits()) << (96 - length);
        IpNet::from(Ipv6Net::new(Ipv6Addr::from_bits(bits), length + inside.prefix_len()).unwrap())
    };
    let wrapped = v4.iter().filter(|net| net.to_string() != "100.64.0.0/10");
    let wrapped = wrapped.flat_map(|net| [wrap(0x2002, 16, net), wrap(0x2001, 32, net)]);
    let v6 = BOGONS_V6.map(|text| text.parse::<IpNet>().unwrap());
    v4.iter().copied().map(IpNet::from).chain(v6).chain(wrapped).collect()
});

/// DNS fingerprints (ooni/blocking-fingerprints, `fingerprints_dns.csv`, 2024): a selection, each
/// with its country. That ACT's 202.83.21.14 is one is quoted from OONI's finding 321816829100
/// (2026).
const FINGERPRINTS: &[(&str, &str)] = &[
    ("AU", "101.167.164.53"),
    ("AU", "101.167.166.53"),
    ("AU", "202.136.99.184"),
    ("CA", "173.209.39.114"),
    ("CA", "206.248.146.244"),
    ("CA", "64.59.135.158"),
    ("CA", "67.43.226.22"),
    ("CN", "8.7.198.45"),
    ("CN", "46.82.174.68"),
    ("CN", "243.185.187.39"),
    ("DE", "167.233.14.14"),
    ("ID", "202.169.44.80"),
    ("ID", "restricted.tri.co.id"),
    ("ID", "trustpositif.kominfo.go.id"),
    ("ID", "101.255.0.226"),
    ("ID", "103.154.123.132"),
    ("ID", "118.98.96.151"),
    ("ID", "101.255.1.226"),
    ("ID", "103.47.132.195"),
    ("ID", "114.129.22.33"),
    ("ID", "114.6.128.8"),
    ("ID", "158.140.186.3"),
    ("ID", "180.214.232.61"),
    ("ID", "202.152.4.67"),
    ("ID", "202.162.209.133"),
    ("ID", "202.3.219.209"),
    ("ID", "202.56.160.131"),
    ("ID", "202.56.160.132"),
    ("ID", "202.62.29.1"),
    ("ID", "202.62.8.232"),
    ("ID", "202.73.99.3"),
    ("ID", "202.89.117.64"),
    ("ID", "203.119.13.76"),
    ("ID", "203.99.130.131"),
    ("ID", "220.247.168.195"),
    ("ID", "36.86.63.182"),
    ("ID", "36.86.63.185"),
    ("ID", "43.225.64.187"),
    ("ID", "49.128.177.13"),
    ("ID", "block.centrin.net.id"),
    ("ID", "blockpage.xl.co.id"),
    ("ID", "filter.melsa.net.id"),
    ("ID", "internet-positif.org"),
    ("ID", "internetpositif.mncplaymedia.com"),
    ("ID", "internetpositif3.firstmedia.com"),
    ("ID", "internetsehat.smartfren.com"),
    ("ID", "internetsehataman.cbn.net.id"),
    ("ID", "mypage.blocked.bltsel"),
    ("ID", "netsafe.indosatm2.com"),
    ("ID", "trustpositif.iforte.net.id"),
    ("ID", "xblock.gmedia.net.id"),
    ("IN", "202.83.21.14"),
    ("IN", "49.44.79.236"),
    ("IN", "218.248.112.60"),
    ("IN", "59.185.3.14"),
    ("IN", "202.164.51.25"),
    ("IN", "10.197.186.13"),
    ("IN", "10.197.187.13"),
    ("IN", "10.40.124.12"),
    ("IN", "10.40.124.13"),
    ("IN", "103.206.163.150"),
    ("IN", "172.16.16.250"),
    ("IN", "202.83.21.15"),
    ("IN", "202.83.24.75"),
    ("IN", "49.205.171.201"),
    ("IN", "49.205.75.6"),
    ("IN", "49.207.46.62"),
    ("IR", "10.10.34.34"),
    ("IR", "10.10.34.35"),
    ("IR", "10.10.34.36"),
    ("IR", "d0::11"),
    ("IT", "83.224.65.74"),
    ("IT", "217.175.53.72"),
    ("KH", "36.37.242.94"),
    ("KH", "10.10.10.1"),
    ("MM", "103.105.174.6"),
    ("MM", "59.153.90.11"),
    ("MM", "167.172.4.60"),
    ("MM", "172.31.31.2"),
    ("MY", "175.139.142.25"),
    ("PH", "121.1.49.100"),
    ("PK", "203.82.48.83"),
    ("PK", "203.82.48.86"),
    ("PL", "195.187.6.34"),
    ("RU", "188.186.146.208"),
    ("RU", "5.3.3.17"),
    ("RU", "188.186.154.88"),
    ("RU", "62.33.207.196"),
    ("RU", "185.37.129.10"),
    ("RU", "46.175.31.250"),
    ("RU", "85.142.29.248"),
    ("SG", "202.156.3.53"),
    ("SG", "52.223.25.91"),
    ("SG", "35.71.144.125"),
    ("SG", "202.166.118.162"),
    ("SG", "13.248.219.95"),
    ("SG", "76.223.70.70"),
    ("SG", "103.7.201.57"),
    ("TH", "125.26.170.3"),
    ("TH", "180.180.255.130"),
    ("TR", "195.175.254.2"),
    ("VN", "125.212.224.108"),
    ("VN", "103.192.236.94"),
];

/// A measurement from a country, against the control.
pub(super) fn judge(country: &str, heard: &Heard, control: &Heard) -> Ooni {
    let (here, there) = (heard.addresses(), control.addresses());
    let matches = here.iter().any(|address| there.contains(address));
    if heard.first().is_some_and(|first| is_blockpage(country, first)) {
        Ooni::Blockpage
    } else if here.iter().any(|address| is_bogon(*address)) {
        if matches { Ooni::BogonInControl } else { Ooni::Bogon }
    } else if matches {
        Ooni::Matches
    } else if !here.is_empty() {
        Ooni::Unmatched
    } else if there.is_empty() {
        Ooni::FailureInControl
    } else {
        Ooni::Failure
    }
}

fn is_bogon(address: IpAddr) -> bool {
    BOGONS.iter().any(|network| network.contains(&address))
}

fn is_blockpage(country: &str, message: &Message) -> bool {
    let all: Vec<_> =
        addresses(message).iter().map(ToString::to_string).chain(aliases(message)).collect();
    FINGERPRINTS.iter().any(|(of, pattern)| *of == country && all.iter().any(|one| one == pattern))
}

#[test]
fn bogons_are_those_of_the_publication() {
    let bogons = [
        "127.0.0.1",
        "10.10.34.36",
        "0.0.0.0",
        "243.185.187.39",
        "255.255.255.255",
        "192.0.2.1",
        "172.31.31.2",
        "::1",
        "2001:db8::1",
        "2001::80f2:fa9d",
        // 127.0.0.0/8 and 192.0.2.0/24 in 6to4, 172.16.0.0/12 and 240.0.0.0/4 in Teredo.
        "2002:7f01::1",
        "2002:c000:2ff::1",
        "2001:0:ac1f:1::1",
        "2001:0:f000::1",
    ];
    for bogon in bogons {
        assert!(is_bogon(bogon.parse().unwrap()), "{bogon}");
    }
    let genuine = [
        "d0::11",
        "2a03:2880:f130:83:face:b00c:0:25de",
        "208.77.47.172",
        "8.8.8.8",
        "172.32.0.1",
        "128.0.0.1",
        "2002:808::1",
        "2001:0:c73b:95ef::1",
        "2001:4860:4860::8888",
    ];
    for genuine in genuine {
        assert!(!is_bogon(genuine.parse().unwrap()), "{genuine}");
    }
}

#[test]
fn each_rule_applies_to_what_it_is_about_and_the_first_one_wins() {
    let silence = replies(&[]);
    let [genuine, other, bogon, page] =
        [["1.1.1.1"], ["9.9.9.9"], ["127.0.0.1"], ["10.10.34.36"]].map(|one| replies(&[&one]));
    let table = [
        ("ZZ", &genuine, &genuine, Ooni::Matches),
        ("ZZ", &replies(&[&["9.9.9.9", "1.1.1.1"]]), &genuine, Ooni::Matches),
        ("ZZ", &other, &genuine, Ooni::Unmatched),
        ("ZZ", &other, &silence, Ooni::Unmatched),
        ("ZZ", &bogon, &genuine, Ooni::Bogon),
        ("ZZ", &bogon, &bogon, Ooni::BogonInControl),
        ("ZZ", &page, &genuine, Ooni::Bogon),
        ("IR", &page, &genuine, Ooni::Blockpage),
        ("ID", &replies(&[&["restricted.tri.co.id"]]), &genuine, Ooni::Blockpage),
        ("IR", &replies(&[&["restricted.tri.co.id"]]), &genuine, Ooni::Failure),
        ("ZZ", &silence, &genuine, Ooni::Failure),
        ("ZZ", &silence, &silence, Ooni::FailureInControl),
        ("ZZ", &replies(&[&[]]), &genuine, Ooni::Failure),
        ("ZZ", &code(ResponseCode::NXDomain), &genuine, Ooni::Failure),
        (
            "ZZ",
            &code(ResponseCode::NXDomain),
            &code(ResponseCode::NXDomain),
            Ooni::FailureInControl,
        ),
        // A stub resolver takes the first reply, so that a genuine one behind it changes nothing.
        ("ZZ", &replies(&[&["9.9.9.9"], &["1.1.1.1"]]), &genuine, Ooni::Unmatched),
        ("ZZ", &replies(&[&["1.1.1.1"], &["9.9.9.9"]]), &genuine, Ooni::Matches),
    ];
    for (number, (country, heard, control, expected)) in table.into_iter().enumerate() {
        assert_eq!(judge(country, heard, control), expected, "case {number}");
    }
}
