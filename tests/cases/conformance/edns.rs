//! EDNS(0): the OPT record, its version, flags and options.

use super::{
    Case,
    expected::{BADVERS, Comes, Expected, FORMERR, NOERROR, NOTIMP},
    forged, forged_comes,
    query::{OPT, Opt, option, record},
    rejected, soa, soa_comes, zone_name,
};

pub(super) fn cases() -> Vec<Case> {
    [opts(), versions(), known_options(), odd_options(), broken(), misplaced()]
        .into_iter()
        .flatten()
        .collect()
}

fn opts() -> Vec<Case> {
    let case = |name: &str, rfc, opt: Opt| Case::new(name, rfc, soa().opt(opt, &[]), soa_comes());
    vec![
        case("an OPT", "RFC 6891 section 6.1.1", OPT),
        case("DO", "RFC 3225 section 3", Opt { flags: 0x8000, ..OPT }),
        case("an unknown flag", "RFC 6891 section 6.1.4", Opt { flags: 0x0040, ..OPT }),
        case("all flags", "RFC 6891 section 6.1.4", Opt { flags: 0xffff, ..OPT }),
        case("an extended RCODE", "RFC 6891 section 6.1.3", Opt { rcode: 255, ..OPT }),
        case("0 octets taken", "RFC 6891 section 6.2.3", Opt { payload: 0, ..OPT }),
        case("511 octets taken", "RFC 6891 section 6.2.3", Opt { payload: 511, ..OPT }),
        case("512 octets taken", "RFC 6891 section 6.2.3", Opt { payload: 512, ..OPT }),
        case("65535 octets taken", "RFC 6891 section 6.2.3", Opt { payload: 65_535, ..OPT }),
        Case::new("an OPT, forged", "RFC 6891 section 6.1.1", forged().edns(), forged_comes()),
        Case::new(
            "DO and an unknown option, forged",
            "RFC 3225 section 3",
            forged().opt(Opt { flags: 0x8000, ..OPT }, &option(100, b"x")),
            forged_comes(),
        ),
    ]
}

/// The lowest version that both know is 0, and the reply says so (RFC 6891 section 6.1.3).
fn versions() -> Vec<Case> {
    let rfc = "RFC 6891 section 6.1.3";
    let version = |version| Opt { version, ..OPT };
    vec![
        Case::new("version 1", rfc, soa().opt(version(1), &[]), rejected(BADVERS)),
        Case::new("version 255", rfc, soa().opt(version(255), &[]), rejected(BADVERS)),
        Case::new(
            "version 1 and an unknown option",
            rfc,
            soa().opt(version(1), &option(100, b"x")),
            rejected(BADVERS),
        ),
        Case::new(
            "version 1 and DO",
            rfc,
            soa().opt(Opt { flags: 0x8000, ..version(1) }, &[]),
            rejected(BADVERS),
        ),
        Case::new(
            "version 1, of a name that is forged",
            rfc,
            forged().opt(version(1), &[]),
            rejected(BADVERS),
        ),
        // Both are true.
        Case::new(
            "version 1 and OPCODE 15",
            rfc,
            soa().opcode(15).opt(version(1), &[]),
            Expected::any_of(&[BADVERS, NOTIMP]),
        ),
    ]
}

/// Options that have a meaning somewhere. Here none is known, so all are ignored, and none comes
/// back.
fn known_options() -> Vec<Case> {
    let rfc = "RFC 6891 section 6.1.2";
    let case =
        |name: &str, options: &[u8]| Case::new(name, rfc, soa().options(options), soa_comes());
    let dnssec = [option(5, &[8]), option(6, &[1]), option(7, &[1])].concat();
    let rare = [
        option(9, &[]),
        option(13, &[0]),
        option(14, &[0, 1]),
        option(15, &[0, 1]),
        option(18, &[0]),
        option(19, &[]),
    ];
    vec![
        case("NSID (RFC 5001)", &option(3, &[])),
        case("a client's cookie (RFC 7873)", &option(10, b"12345678")),
        case("a cookie of 24 octets", &option(10, &[7; 24])),
        case("a network of IPv4 (RFC 7871)", &option(8, &[0, 1, 24, 0, 10, 0, 0])),
        case("a network of IPv6", &option(8, &[0, 2, 16, 0, 0x20, 0x01])),
        case("no network, as stubby writes it", &option(8, &[0, 0, 0, 0])),
        case("keepalive (RFC 7828)", &option(11, &[])),
        case("padding (RFC 7830)", &option(12, &[0; 100])),
        case("DAU, DHU, N3U (RFC 6975)", &dnssec),
        case("EXPIRE, CHAIN, KEY-TAG, EDE, report channel, ZONEVERSION", &rare.concat()),
    ]
}

/// Options that nobody knows, or whose data would be wrong for those who know them.
fn odd_options() -> Vec<Case> {
    let rfc = "RFC 6891 section 6.1.2";
    let case =
        |name: &str, options: &[u8]| Case::new(name, rfc, soa().options(options), soa_comes());
    vec![
        case("an unknown option", &option(100, b"x")),
        case("option 0", &option(0, &[])),
        case("option 65535", &option(65_535, b"x")),
        case("the same option twice", &option(3, &[]).repeat(2)),
        case("200 unknown options", &option(65_001, b"x").repeat(200)),
        case("a cookie of 5 octets", &option(10, b"12345")),
        case("a network of an unknown family", &option(8, &[0, 7, 24, 0, 10, 0, 0])),
        case("a network that is too short", &option(8, &[0])),
        case("a network without anything", &option(8, &[])),
        case("a network with bits behind its prefix", &option(8, &[0, 1, 8, 0, 255, 255, 255])),
        case("keepalive of an octet", &option(11, b"x")),
    ]
}

/// An OPT whose data is no row of options, or which is no record. The reply has an OPT all the
/// same: the client speaks EDNS.
fn broken() -> Vec<Case> {
    let rfc = "RFC 6891 section 6.1.2";
    let long = [&[0, 100, 0, 50][..], b"x"].concat();
    let behind_a_good_one = [option(3, &[]), vec![0, 100, 0]].concat();
    let whole = soa().edns().octets().len();
    vec![
        Case::new("an option longer than the OPT", rfc, soa().options(&long), rejected(FORMERR)),
        Case::new("an option of three octets", rfc, soa().options(&[0, 100, 0]), rejected(FORMERR)),
        Case::new(
            "a good option and three octets",
            rfc,
            soa().options(&behind_a_good_one),
            rejected(FORMERR),
        ),
        Case::new(
            "a broken option, of a name that is forged",
            rfc,
            forged().options(&long),
            rejected(FORMERR),
        ),
        Case::new(
            "an OPT longer than the message",
            "RFC 6891 section 7",
            soa().opt(Opt { length: Some(500), ..OPT }, &[]),
            rejected(FORMERR),
        ),
        Case::new(
            "an OPT that is cut before its length",
            "RFC 1035 section 4.1.3",
            soa().edns().cut(whole - 2),
            rejected(FORMERR).opt_comes(Comes::Never),
        ),
        // The option stands behind the end of the message.
        Case::new(
            "an OPT shorter than its options",
            "RFC 1035 section 4.1",
            soa().opt(Opt { length: Some(0), ..OPT }, &option(100, b"x")),
            Expected::any_of(&[NOERROR, FORMERR]),
        ),
    ]
}

/// There is one OPT, in the additional section, and its owner is the root.
fn misplaced() -> Vec<Case> {
    let rfc = "RFC 6891 section 6.1.1";
    let opt = &OPT.octets(&[]);
    let named = Opt { owner: b"\x01a\x01b\0", ..OPT };
    // The root at the end of the question's name, which stands behind twelve octets.
    assert_eq!(zone_name().len(), 14);
    let pointing = Opt { owner: &[0xc0, 12 + 13], ..OPT };
    let address = record(&zone_name(), 1, &[1, 2, 3, 4]);
    // What is no OPT may be passed over, or be refused as a bad one.
    let either = || Expected::any_of(&[NOERROR, FORMERR]).opt_comes(Comes::Perhaps);
    vec![
        Case::new("two OPTs", rfc, soa().edns().edns(), rejected(FORMERR)),
        Case::new(
            "two OPTs, the second of version 1",
            rfc,
            soa().opt(Opt { version: 1, ..OPT }, &[]).additional(opt),
            rejected(FORMERR),
        ),
        Case::new(
            "an OPT with a name",
            "RFC 6891 section 6.1.2",
            soa().opt(named, &[]),
            rejected(FORMERR),
        ),
        Case::new(
            "an OPT with a name behind a record",
            "RFC 6891 section 6.1.2",
            soa().additional(&address).opt(named, &[]),
            rejected(FORMERR),
        ),
        Case::new(
            "an OPT whose name is a pointer to the root",
            "RFC 6891 section 6.1.2",
            soa().opt(pointing, &[]),
            either(),
        ),
        Case::new("an OPT in the answer section", rfc, soa().answer(opt), either()),
        Case::new("an OPT in the authority section", rfc, soa().authority(opt), either()),
    ]
}
