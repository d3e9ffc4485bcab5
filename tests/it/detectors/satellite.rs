//! Censored Planet's Satellite: its outcomes, as far as DNS messages tell them
//! (censoredplanet-analysis, `docs/outcome.md`, and the order of
//! `table/queries/derived_satellite_scans.sql`).

use super::heard::{Heard, code, replies};
use hickory_proto::op::ResponseCode;
use std::net::IpAddr;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Satellite {
    /// The control queries failed, so that the row is not counted.
    ControlFailed,
    /// `dns.timedout`.
    TimedOut,
    /// `dns.error`, with its RCODE.
    Error(ResponseCode),
    /// `ip.empty`.
    Empty,
    /// `ip.invalid`, with its kind.
    Invalid(&'static str),
    /// `ip.matchip`.
    MatchIp,
    /// An address, and none of the control's: AS numbers, certificates and pages would have to
    /// decide.
    Unmatched,
}

pub(super) fn judge(heard: &Heard, control: &Heard) -> Satellite {
    let (here, there) = (heard.addresses(), control.addresses());
    if there.is_empty() {
        return Satellite::ControlFailed;
    }
    let Some(first) = heard.first() else { return Satellite::TimedOut };
    if first.response_code != ResponseCode::NoError {
        return Satellite::Error(first.response_code);
    }
    let Some(address) = here.first() else { return Satellite::Empty };
    match invalid(*address) {
        Some(kind) => Satellite::Invalid(kind),
        None if here.iter().any(|address| there.contains(address)) => Satellite::MatchIp,
        None => Satellite::Unmatched,
    }
}

/// Addresses that can never be valid. There is no such list for IPv6.
fn invalid(address: IpAddr) -> Option<&'static str> {
    let IpAddr::V4(address) = address else { return None };
    match address.octets() {
        [0, ..] => Some("zero"),
        [127, ..] => Some("local_host"),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Some("local_net"),
        _ => None,
    }
}

#[test]
fn each_outcome_is_that_of_its_answer() {
    let genuine = replies(&[&["1.1.1.1"]]);
    let one = |address: &'static str| replies(&[&[address]]);
    let table = [
        (one("1.1.1.1"), Satellite::MatchIp),
        (replies(&[&["9.9.9.9", "1.1.1.1"]]), Satellite::MatchIp),
        (one("9.9.9.9"), Satellite::Unmatched),
        (one("d0::11"), Satellite::Unmatched),
        (one("0.0.0.0"), Satellite::Invalid("zero")),
        (one("127.0.0.1"), Satellite::Invalid("local_host")),
        (one("10.10.34.36"), Satellite::Invalid("local_net")),
        (one("172.16.16.250"), Satellite::Invalid("local_net")),
        (one("172.31.255.1"), Satellite::Invalid("local_net")),
        (one("172.32.0.1"), Satellite::Unmatched),
        (one("192.168.1.1"), Satellite::Invalid("local_net")),
        (replies(&[&["alias.example"]]), Satellite::Empty),
        (replies(&[&[]]), Satellite::Empty),
        (replies(&[]), Satellite::TimedOut),
        (code(ResponseCode::NXDomain), Satellite::Error(ResponseCode::NXDomain)),
        (code(ResponseCode::Refused), Satellite::Error(ResponseCode::Refused)),
    ];
    for (number, (heard, expected)) in table.iter().enumerate() {
        assert_eq!(judge(heard, &genuine), *expected, "case {number}");
    }
}

#[test]
fn where_the_control_fails_too_nothing_is_counted() {
    let servfail = code(ResponseCode::ServFail);
    assert_eq!(judge(&servfail, &servfail), Satellite::ControlFailed);
    assert_eq!(judge(&replies(&[&["127.0.0.1"]]), &replies(&[&[]])), Satellite::ControlFailed);
}
