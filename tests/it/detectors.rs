//! What measurement tools would conclude: their published rules, written anew and small, judge what comes over the wire.
//!
//! OONI's bogons (probe-cli, `netxlite/bogon.go`) and its pipeline's DNS rules; Censored Planet Satellite's outcomes; GFWatch's
//! test for forged answers (Hoang et al., USENIX Security 2021); Hold-On's for injected ones (Duan et al., SATIN 2012).

use crate::support::{Running, client_socket, question, receive, start_on};
use hickory_proto::{
    op::{Message, ResponseCode},
    rr::{RData, RecordType},
};
use ipnet::IpNet;
use std::{
    net::IpAddr,
    thread,
    time::{Duration, Instant},
};

/// OONI's list, without the wrappers of IPv4 bogons.
const BOGONS: [&str; 27] = [
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
    "2001::/40",
];

/// For so long Hold-On and GFWatch wait: 99% of forged answers are at most 364 ms ahead of the genuine one.
const HOLD: Duration = Duration::from_millis(364);

/// What a client collects for one question.
struct Heard(Vec<Message>);

/// What a tool says.
#[derive(Debug, PartialEq)]
enum Outcome {
    /// The control has the same address, or neither has any.
    Consistent,
    /// OONI's `bogon_not_in_ctrl`.
    Bogon,
    /// Addresses, and none of the control's.
    Inconsistent,
    /// Satellite's `dns.error`, where the control has none.
    Error(ResponseCode),
    /// Satellite's `dns.timedout`.
    TimedOut,
}

fn ask(server: &Running, client: &str, name: &str, rtype: RecordType) -> Heard {
    let socket = client_socket(client);
    socket.send_to(&question(name, rtype).to_vec().unwrap(), server.address).unwrap();
    let begin = Instant::now();
    let mut heard = Vec::new();
    while let Some(left) = HOLD.checked_sub(begin.elapsed()).filter(|left| !left.is_zero()) {
        let Some(octets) = receive(&socket, left) else { break };
        heard.push(Message::from_vec(&octets).unwrap());
    }
    Heard(heard)
}

impl Heard {
    fn first(&self) -> Vec<IpAddr> {
        self.0.first().map_or(Vec::new(), addresses)
    }

    /// Against the control, as OONI's and Satellite's rules go: the first that applies.
    fn judge(&self, control: &Self) -> Outcome {
        let Some(first) = self.0.first() else { return Outcome::TimedOut };
        let (here, there) = (addresses(first), control.first());
        let code = first.response_code;
        if code != control.0[0].response_code {
            return Outcome::Error(code);
        }
        if here.iter().any(|address| is_bogon(*address) && !there.contains(address)) {
            return Outcome::Bogon;
        }
        let same = here.iter().any(|address| there.contains(address)) || (here.is_empty() && there.is_empty());
        if same { Outcome::Consistent } else { Outcome::Inconsistent }
    }

    /// Hold-On: two replies to one query that differ never happen by themselves (11.7 million queries: none).
    fn is_injected(&self) -> bool {
        self.0.iter().any(|message| addresses(message) != addresses(&self.0[0]))
    }

    /// GFWatch: an address of the known pool, or Teredo.
    fn is_gfw(&self, pool: &[IpAddr]) -> bool {
        let teredo: IpNet = "2001::/32".parse().unwrap();
        self.0.iter().flat_map(addresses).any(|address| pool.contains(&address) || teredo.contains(&address))
    }
}

fn addresses(message: &Message) -> Vec<IpAddr> {
    let address = |data: &RData| match data {
        RData::A(address) => Some(IpAddr::from(address.0)),
        RData::AAAA(address) => Some(IpAddr::from(address.0)),
        _ => None,
    };
    message.answers.iter().filter_map(|record| address(&record.data)).collect()
}

fn is_bogon(address: IpAddr) -> bool {
    BOGONS.iter().any(|network| network.parse::<IpNet>().unwrap().contains(&address))
}

/// The pool as it was published for injector 3 (its first entries), which is what GFWatch would know.
const POOL: [&str; 32] = [
    "208.77.47.172",
    "173.252.88.133",
    "173.252.88.67",
    "108.160.170.45",
    "157.240.10.32",
    "174.36.196.242",
    "174.36.228.136",
    "174.37.154.236",
    "174.37.175.229",
    "174.37.54.20",
    "185.60.216.11",
    "185.60.216.50",
    "199.16.158.12",
    "199.16.158.182",
    "199.16.158.8",
    "199.16.158.9",
    "199.59.148.96",
    "199.59.148.229",
    "199.59.148.20",
    "157.240.17.35",
    "31.13.94.37",
    "31.13.68.169",
    "31.13.88.26",
    "31.13.88.169",
    "31.13.94.36",
    "31.13.94.49",
    "31.13.94.41",
    "31.13.94.10",
    "31.13.73.169",
    "31.13.73.9",
    "31.13.112.9",
    "31.13.106.4",
];

fn pool() -> Vec<IpAddr> {
    POOL.iter().map(|text| text.parse().unwrap()).collect()
}

#[test]
fn bogons_are_those_of_the_publication() {
    for bogon in ["127.0.0.1", "10.10.34.36", "0.0.0.0", "243.185.187.39", "255.255.255.255", "2001::80f2:fa9d"] {
        assert!(is_bogon(bogon.parse().unwrap()), "{bogon}");
    }
    for genuine in ["d0::11", "2a03:2880:f130:83:face:b00c:0:25de", "208.77.47.172", "8.8.8.8"] {
        assert!(!is_bogon(genuine.parse().unwrap()), "{genuine}");
    }
}

#[test]
fn china_is_found_by_gfwatch_and_by_hold_on() {
    let server = start_on("2026-11-22");
    for name in ["www.facebook.com.", "google.com.", "wikipedia.org.", "www.torproject.org."] {
        for rtype in [RecordType::A, RecordType::AAAA] {
            let heard = ask(&server, "127.86.0.1", name, rtype);
            assert!(heard.is_gfw(&pool()), "{name} {rtype}");
            assert!(heard.is_injected(), "{name} {rtype}: replies differ");
            assert!((3..=4).contains(&heard.0.len()), "{name} {rtype}: two or three forged ones and the genuine one");
        }
    }
}

#[test]
fn each_measured_lie_is_judged_as_its_publication_did() {
    let cases = [
        // Day, client, question, outcome; by OONI's and Satellite's rules.
        ("2025-06-01", "127.98.0.1", "dns.google.", Outcome::Bogon),
        ("2026-03-01", "127.91.1.1", "baidu.com.", Outcome::Inconsistent),
        ("2026-03-01", "127.91.2.1", "dailymotion.com.", Outcome::Inconsistent),
        ("2026-03-01", "127.7.0.1", "youtube.com.", Outcome::Error(ResponseCode::NXDomain)),
        ("2024-09-10", "127.55.0.1", "x.com.", Outcome::Error(ResponseCode::NXDomain)),
        ("2024-09-10", "127.55.3.1", "x.com.", Outcome::Bogon),
        ("2026-03-01", "127.86.0.1", "twitter.com.", Outcome::Inconsistent),
    ];
    for (day, client, name, expected) in cases {
        let server = start_on(day);
        let control = ask(&server, "127.0.0.1", name, RecordType::A);
        assert_eq!(ask(&server, client, name, RecordType::A).judge(&control), expected, "{name} from {client} on {day}");
    }
}

#[test]
fn honest_answers_of_every_country_are_judged_clean() {
    let server = start_on("2026-11-22");
    for name in ["example.com.", "debian.org.", "iana.org.", "cloudflare.com.", "ripe.net."] {
        for rtype in [RecordType::A, RecordType::AAAA] {
            let control = ask(&server, "127.0.0.1", name, rtype);
            assert!(!control.first().iter().any(|address| is_bogon(*address)), "{name} {rtype}");
            // Each waits for replies that must not come, so they wait together.
            thread::scope(|scope| {
                for client in ["127.86.0.1", "127.98.0.1", "127.7.1.1", "127.91.1.1", "127.193.0.1", "127.1.0.1"] {
                    let (server, control) = (&server, &control);
                    scope.spawn(move || {
                        let heard = ask(server, client, name, rtype);
                        assert_eq!(heard.judge(control), Outcome::Consistent, "{name} {rtype} from {client}");
                        assert!(!heard.is_injected() && !heard.is_gfw(&pool()), "{name} {rtype} from {client}");
                    });
                }
            });
        }
    }
}
