//! What is asked: types, classes, names.

use super::{
    Case,
    expected::{Content, Expected, FORMERR, NOERROR, NOTIMP, NXDOMAIN, REFUSED, SERVFAIL},
    forged_comes, no_data, no_such_name,
    query::{Query, labels, name, question, record},
    rejected, soa_comes, zone_name,
};

pub(super) fn cases() -> Vec<Case> {
    [types(), transfers(), classes(), pointers(), lengths(), octets(), letters()]
        .into_iter()
        .flatten()
        .collect()
}

fn types() -> Vec<Case> {
    let of = |rtype| Query::of(&zone_name(), rtype);
    // Types that no zone has: whether to say so, or that the question makes no sense, is left open.
    let meta = |name: &str, rfc, rtype| {
        let expected = Expected::any_of(&[NOERROR, FORMERR, NOTIMP, REFUSED]);
        Case::new(name, rfc, of(rtype), expected)
    };
    vec![
        Case::new("an unknown type", "RFC 3597 section 2", of(1000), no_data()),
        Case::new("a type for private use", "RFC 6895 section 3.1", of(65_280), no_data()),
        Case::new("RRSIG in an unsigned zone", "RFC 4035 section 3.1", of(46), no_data()),
        Case::new("ANY", "RFC 8482 section 4", of(255), Expected::any_of(&[NOERROR])),
        meta("type 0", "RFC 6895 section 3.1", 0),
        meta("type 65535", "RFC 6895 section 3.1", 65_535),
        meta("OPT", "RFC 6891 section 6.1.1", 41),
        meta("TSIG", "RFC 8945 section 4.2", 250),
        meta("TKEY", "RFC 2930 section 2", 249),
        meta("MAILB", "RFC 1035 section 3.2.3", 253),
        meta("MAILA", "RFC 1035 section 3.2.3", 254),
    ]
}

/// Zones are not handed out.
fn transfers() -> Vec<Case> {
    let numbers = [&[0, 0][..], &[0, 0, 0, 1].repeat(5)].concat();
    let known = record(&[0xc0, 12], 6, &numbers);
    vec![
        Case::new(
            "AXFR",
            "RFC 5936 section 2.2.1",
            Query::of(&zone_name(), 252),
            rejected(REFUSED),
        ),
        Case::new(
            "AXFR without RD",
            "RFC 5936 section 2.2.1",
            Query::of(&zone_name(), 252).flags(0),
            rejected(REFUSED),
        ),
        Case::new(
            "IXFR with a SOA",
            "RFC 1995 section 3",
            Query::of(&zone_name(), 251).authority(&known),
            rejected(REFUSED),
        ),
    ]
}

/// There is nothing but the Internet here.
fn classes() -> Vec<Case> {
    let rfc = "RFC 6895 section 3.2";
    let class = |class| Query::raw(&question(&zone_name(), 1, class));
    let version = Query::raw(&question(&name("version.bind"), 16, 3));
    let none = || Expected::any_of(&[REFUSED, NOTIMP]);
    let odd = || Expected::any_of(&[REFUSED, NOTIMP, FORMERR]);
    vec![
        // A censor's resolver should look like one, and tells nobody its version.
        Case::new("CH", rfc, version, rejected(REFUSED)),
        Case::new("HS", rfc, class(4), none()),
        Case::new(
            "class ANY",
            "RFC 1035 section 3.2.5",
            class(255),
            Expected::any_of(&[NOERROR, REFUSED, NOTIMP]),
        ),
        Case::new("class NONE", "RFC 2136 section 1.3", class(254), odd()),
        Case::new("class 0", rfc, class(0), odd()),
        Case::new("class 65535", rfc, class(65_535), odd()),
    ]
}

/// A pointer leads to a name that stands before it, and before the first name stands none.
fn pointers() -> Vec<Case> {
    let rfc = "RFC 1035 section 4.1.4";
    let case = |name: &str, rfc, octets: &[u8]| {
        Case::new(name, rfc, Query::of(octets, 1), rejected(FORMERR))
    };
    let forward = [&[0xc0, 18, 0, 1, 0, 1][..], &zone_name()].concat();
    vec![
        case("a name that points to itself", rfc, &[0xc0, 12]),
        case("a name that points behind it", rfc, &forward),
        case("a name that points into the header", rfc, b"\x03www\xc0\0"),
        case("a label of kind 01", "RFC 6891 section 5", b"\x41\x01"),
        case("a label of kind 10", "RFC 1035 section 4.1.4", b"\x81a\0"),
        case("a binary label", "RFC 6891 section 5", b"\x41\x08\xff\0"),
    ]
}

/// Labels have 63 octets at most and names 255, the root's included (RFC 1035 section 2.3.4).
fn lengths() -> Vec<Case> {
    let rfc = "RFC 1035 section 2.3.4";
    let (a, b, c, d) = ([b'a'; 63], [b'b'; 63], [b'c'; 63], [b'd'; 62]);
    let of_255 = labels(&[&a, &b, &c, &d[..61]]);
    let of_256 = labels(&[&a, &b, &c, &d]);
    let in_zone = labels(&[&a, &b, &c, &d[..48], b"zone", b"example"]);
    let deep = labels(&[&b"a"[..]; 127]);
    let too_deep = labels(&[&b"a"[..]; 128]);
    assert_eq!([&of_255, &in_zone, &deep].map(Vec::len), [255; 3]);
    // These are in no zone here, and nobody else can be asked.
    let unknown = || Expected::any_of(&[SERVFAIL, NXDOMAIN, REFUSED]);
    vec![
        Case::new("255 octets", rfc, Query::of(&of_255, 1), unknown()),
        Case::new("255 octets and an OPT", rfc, Query::of(&of_255, 1).edns(), unknown()),
        Case::new("256 octets", rfc, Query::of(&of_256, 1), rejected(FORMERR)),
        Case::new("255 octets in the zone", rfc, Query::of(&in_zone, 1).edns(), no_such_name()),
        Case::new(
            "a label of 63 octets",
            rfc,
            Query::of(&labels(&[&a, b"zone", b"example"]), 1),
            no_such_name(),
        ),
        Case::new("127 labels", rfc, Query::of(&deep, 1), unknown()),
        Case::new("128 labels", rfc, Query::of(&too_deep, 1), rejected(FORMERR)),
        Case::new(
            "the root",
            "RFC 1034 section 3.1",
            Query::of(&[0], 2),
            Expected::any_of(&[NOERROR, SERVFAIL, REFUSED]),
        ),
        Case::new(
            "the root and an OPT",
            "RFC 1034 section 3.1",
            Query::of(&[0], 1).edns(),
            Expected::any_of(&[NOERROR, SERVFAIL, REFUSED]),
        ),
    ]
}

/// A label may have any octets, and comes back as it came (RFC 2181 section 11).
fn octets() -> Vec<Case> {
    let rfc = "RFC 2181 section 11";
    let of = |label: &[u8]| Query::of(&labels(&[label, b"zone", b"example"]), 1);
    let known = |last| Expected::reply(NOERROR, Content::Records(1, vec![192, 0, 2, last]));
    vec![
        Case::new("a NUL in a label", rfc, of(b"a\0b"), no_such_name()),
        Case::new("octets above ASCII", rfc, of(b"\xff\xfe\x80"), no_such_name()),
        Case::new("a space, a bell and a line's end", rfc, of(b" \x07\n"), no_such_name()),
        Case::new("a name with such octets that is there", rfc, of(b"\xff\0"), known(3)),
        // Two labels are another name than one with a dot in it.
        Case::new("a dot in a label", rfc, of(b"a.b"), no_such_name()),
        Case::new("the same as two labels", rfc, Query::of(&name("a.b.zone.example"), 1), known(2)),
    ]
}

/// Letters' case does not matter and comes back as it came (RFC 4343 sections 3 and 4.1).
fn letters() -> Vec<Case> {
    let rfc = "RFC 4343 section 4.1";
    let missing = name("NoSuCh.ZoNe.ExAmPlE");
    vec![
        Case::new("mixed letters", rfc, Query::of(&name("ZoNe.ExAmPlE"), 6), soa_comes()),
        Case::new("mixed letters, no data", rfc, Query::of(&name("ZoNe.ExAmPlE"), 15), no_data()),
        Case::new("mixed letters, no such name", rfc, Query::of(&missing, 1), no_such_name()),
        Case::new(
            "mixed letters, forged",
            rfc,
            Query::of(&name("WwW.fOrGeD.eXaMpLe"), 1),
            forged_comes(),
        ),
        Case::new("mixed letters, REFUSED", rfc, Query::of(&missing, 252), rejected(REFUSED)),
    ]
}
