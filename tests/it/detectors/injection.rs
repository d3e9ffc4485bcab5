//! Two tests for forged answers on the path: GFWatch's (Hoang et al., USENIX Security 2021) and
//! Hold-On's (Duan et al., SATIN 2012). Both look at all replies.

use super::heard::{Heard, addresses, code, replies};
use hickory_proto::op::ResponseCode;
use ipnet::IpNet;
use std::{net::IpAddr, sync::LazyLock};

/// The pool as it was published for injector 3 (gfw-report/ndss25-wallbleed, its first entries):
/// what GFWatch would know.
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

static KNOWN: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    let pool = POOL.iter().map(|text| IpNet::from(text.parse::<IpAddr>().unwrap()));
    pool.chain(["2001::/32".parse().unwrap()]).collect()
});

/// GFWatch: an address of the known pool, or Teredo.
pub(super) fn is_gfw(heard: &Heard) -> bool {
    heard
        .0
        .iter()
        .flat_map(addresses)
        .any(|address| KNOWN.iter().any(|known| known.contains(&address)))
}

/// Hold-On: two replies to one query that differ never happen by themselves (11.7 million queries:
/// none).
pub(super) fn is_injected(heard: &Heard) -> bool {
    heard.0.iter().any(|message| {
        addresses(message) != heard.addresses() || message.response_code != heard.0[0].response_code
    })
}

#[test]
fn gfwatch_knows_the_pool_and_teredo_and_nothing_else() {
    for forged in ["208.77.47.172", "31.13.106.4", "2001::80f2:fa9d", "2001:0:c73b:95ef::1"] {
        assert!(is_gfw(&replies(&[&[forged]])), "{forged}");
        assert!(
            is_gfw(&replies(&[&["1.1.1.1"], &["9.9.9.9", forged]])),
            "{forged} in a second reply"
        );
    }
    // Injector 3's addresses of Meta pass: the weakness of the rule since 2021.
    for other in
        ["208.77.47.173", "2001:1::1", "2001:4860:4860::8888", "2a03:2880:f130:83:face:b00c:0:25de"]
    {
        assert!(!is_gfw(&replies(&[&[other]])), "{other}");
    }
    assert!(!is_gfw(&replies(&[])), "silence");
}

#[test]
fn hold_on_finds_replies_that_differ_and_no_others() {
    let differ = replies(&[&["1.1.1.1"], &["1.1.1.1"], &["9.9.9.9"]]);
    assert!(is_injected(&differ));
    let mut codes = code(ResponseCode::NXDomain);
    codes.0.extend(code(ResponseCode::NoError).0);
    assert!(is_injected(&codes));
    for natural in
        [replies(&[]), replies(&[&["1.1.1.1", "9.9.9.9"]]), replies(&[&["1.1.1.1"], &["1.1.1.1"]])]
    {
        assert!(!is_injected(&natural));
    }
}
