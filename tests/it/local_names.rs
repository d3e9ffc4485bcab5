//! Names that every resolver answers by itself: RFC 6303, RFC 6761. Expected is what Unbound 1.17
//! says without a line of configuration, where it says anything.

use crate::support::{
    engine::{Flags, HonestSource, with_zones},
    files::Scratch,
    server::{Running, start, start_from},
    wire::data,
};
use hickory_proto::{
    op::ResponseCode::{self, NXDomain, NoError, ServFail},
    rr::RecordType::{self, A, AAAA, DS, MX, NS, PTR, SOA, SVCB},
};
use std::{net::UdpSocket, time::Duration};

const US: &str = "127.1.0.1";

const LOOPBACK_6: &str =
    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.";

/// A server whose upstream never answers.
fn with_a_dead_upstream(honest_from: Vec<HonestSource>) -> (UdpSocket, Running) {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let server = start(Flags {
        upstream: vec![silent.local_addr().unwrap().into()],
        upstream_timeout: Some(Duration::from_millis(50)),
        honest_from: Some(honest_from),
        ..Flags::default()
    });
    (silent, server)
}

fn check(server: &Running, expected: &[(&str, RecordType, ResponseCode, &[&str])]) {
    for &(name, rtype, rcode, records) in expected {
        let answer = server.ask(US, name, rtype);
        assert_eq!((answer.response_code, &*data(&answer)), (rcode, &*owned(records)), "{name}");
    }
}

fn owned(records: &[&str]) -> Vec<String> {
    records.iter().map(|record| (*record).to_owned()).collect()
}

#[test]
fn local_names_are_answered_whatever_the_honest_sources_are() {
    for sources in [
        vec![HonestSource::Zones, HonestSource::Upstream],
        vec![HonestSource::Upstream, HonestSource::Zones],
        vec![HonestSource::Upstream],
    ] {
        let (_silent, server) = with_a_dead_upstream(sources);
        check(
            &server,
            &[
                ("localhost.", A, NoError, &["127.0.0.1"]),
                ("x.LocalHost.", AAAA, NoError, &["::1"]),
                ("localhost.", MX, NoError, &[]),
                ("localhost.", DS, NoError, &[]),
                ("1.0.0.127.in-addr.arpa.", PTR, NoError, &["localhost."]),
                (LOOPBACK_6, PTR, NoError, &["localhost."]),
                ("2.0.0.127.in-addr.arpa.", PTR, NXDomain, &[]),
                ("1.0.86.10.in-addr.arpa.", PTR, NXDomain, &[]),
                ("1.0.31.172.in-addr.arpa.", PTR, NXDomain, &[]),
                ("1.0.127.100.in-addr.arpa.", PTR, NXDomain, &[]),
                ("10.in-addr.arpa.", PTR, NoError, &[]),
                ("x.invalid.", A, NXDomain, &[]),
                ("x.test.", A, NXDomain, &[]),
                ("x.onion.", A, NXDomain, &[]),
                ("x.home.arpa.", A, NXDomain, &[]),
                ("_dns.resolver.arpa.", SVCB, NoError, &[]),
                ("x.y.resolver.arpa.", A, NoError, &[]),
                ("ipv4only.arpa.", A, NoError, &["192.0.0.170", "192.0.0.171"]),
                ("a.root-servers.net.", A, NoError, &["198.41.0.4"]),
            ],
        );
        assert_eq!(server.ask(US, ".", NS).answers.len(), 13);
    }
}

#[test]
fn what_is_not_local_is_asked_of_the_upstream() {
    let (_silent, server) = with_a_dead_upstream(vec![HonestSource::Upstream]);
    check(
        &server,
        &[
            (".", SOA, ServFail, &[]),
            ("org.", NS, ServFail, &[]),
            ("1.0.32.172.in-addr.arpa.", PTR, ServFail, &[]),
            ("8.8.8.8.in-addr.arpa.", PTR, ServFail, &[]),
            ("x.local.", A, ServFail, &[]),
            ("z.root-servers.net.", A, ServFail, &[]),
        ],
    );
}

#[test]
fn a_zone_file_defines_what_it_holds() {
    let scratch = Scratch::new();
    let head = "$TTL 60\n@ SOA ns.lan. host.lan. 1 3600 600 86400 60\n@ NS ns.lan.\n";
    let write = |name: &str, records: &str| {
        scratch.write(&format!("zones/{name}.zone"), &format!("{head}{records}"));
    };
    write("home.arpa", "nas A 192.0.2.1\n");
    write("lab.test", "www A 192.0.2.2\n");
    write("in-addr.arpa", "7.0.86.10 PTR router.home.arpa.\n");
    let server = start_from(with_zones(&scratch.path().join("zones"), Flags::default()));
    check(
        &server,
        &[
            ("nas.home.arpa.", A, NoError, &["192.0.2.1"]),
            ("tv.home.arpa.", A, ServFail, &[]),
            ("www.lab.test.", A, NoError, &["192.0.2.2"]),
            ("x.lab.test.", A, ServFail, &[]),
            ("x.test.", A, NXDomain, &[]),
            ("7.0.86.10.in-addr.arpa.", PTR, NoError, &["router.home.arpa."]),
            ("8.0.86.10.in-addr.arpa.", PTR, NXDomain, &[]),
        ],
    );
}

/// What systems ask for before they believe in a network.
const PROBES: [&str; 6] = [
    "www.msftconnecttest.com.",
    "dns.msftncsi.com.",
    "connectivitycheck.gstatic.com.",
    "captive.apple.com.",
    "detectportal.firefox.com.",
    "connectivity-check.ubuntu.com.",
];

#[test]
fn probes_for_a_network_are_answered_without_one_and_upstream_where_there_is_one() {
    let alone = start(Flags::default());
    let (_silent, offline) =
        with_a_dead_upstream(vec![HonestSource::Zones, HonestSource::Upstream]);
    // Another resolver that knows these names by other addresses.
    let scratch = Scratch::new();
    let zone = "$TTL 60\n@ SOA ns host 1 3600 600 86400 60\n@ A 192.0.2.1\n* A 192.0.2.1\n";
    for name in PROBES {
        let name = name.trim_end_matches('.').trim_start_matches("www.");
        scratch.write(&format!("zones/{name}.zone"), zone);
        scratch.write(&format!("zones/www.{name}.zone"), zone);
    }
    let above = start_from(with_zones(&scratch.path().join("zones"), Flags::default()));
    let online = start(Flags { upstream: vec![above.address.into()], ..Flags::default() });
    for name in PROBES {
        for server in [&alone, &offline] {
            let answer = server.ask(US, name, A);
            assert_eq!((answer.response_code, answer.answers.len()), (NoError, 1), "{name}");
            assert_ne!(data(&answer), ["192.0.2.1"], "{name}");
        }
        assert_eq!(data(&online.ask(US, name, A)), ["192.0.2.1"], "{name}");
    }
    // Windows compares these.
    let answer = alone.ask(US, "dns.msftncsi.com.", A);
    assert_eq!(data(&answer), ["131.107.255.255"]);
    assert_eq!(data(&alone.ask(US, "dns.msftncsi.com.", AAAA)), ["fd3e:4f5a:5b81::1"]);
}
