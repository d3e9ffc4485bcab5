//! How long replies are, and queries.

use super::{
    Case,
    expected::{Content, Expected, NOERROR, NOTAUTH, TSIG},
    forged, forged_comes,
    query::{ID, OPT, Opt, Query, name, option, record, record_of_class},
    soa, soa_comes,
};

/// The longest datagram of IPv4: its length has 16 bits and counts two headers (RFC 791, RFC 768).
const LONGEST: usize = 65_535 - 20 - 8;

const TXT: u16 = 16;

pub(super) fn cases() -> Vec<Case> {
    [replies(), queries()].into_iter().flatten().collect()
}

/// What does not fit is left out, and the client asks by TCP (RFC 2181 section 9).
fn replies() -> Vec<Case> {
    let of = |label: &str, payload| {
        let opt = |query: Query| match payload {
            Some(payload) => query.opt(Opt { payload, ..OPT }, &[]),
            None => query,
        };
        opt(Query::of(&name(&format!("{label}.zone.example")), TXT))
    };
    let whole = || Expected::reply(NOERROR, Content::Records(TXT, Vec::new()));
    let too_long = || {
        let whole = Content::Records(TXT, Vec::new());
        Expected::reply(NOERROR, Content::TooLong(Box::new(whole)))
    };
    let without = "RFC 1035 section 4.2.1";
    let with = "RFC 6891 section 6.2.3";
    vec![
        Case::new("some 490 octets without EDNS", without, of("small", None), whole()),
        Case::new("some 490 octets where 0 are taken", with, of("small", Some(0)), whole()),
        Case::new("some 900 octets without EDNS", without, of("large", None), too_long()),
        Case::new("some 900 octets where 512 are taken", with, of("large", Some(512)), too_long()),
        Case::new("some 900 octets where 511 are taken", with, of("large", Some(511)), too_long()),
        Case::new("some 900 octets where 1232 are taken", with, of("large", Some(1232)), whole()),
        // More than 1232 octets are cut into fragments, which get lost (DNS flag day 2020).
        Case::new(
            "some 3000 octets where 1232 are taken",
            with,
            of("huge", Some(1232)),
            too_long(),
        ),
        Case::new(
            "some 3000 octets where 65535 are taken",
            with,
            of("huge", Some(65_535)),
            too_long(),
        ),
    ]
}

/// A query may be as long as its transport takes, by UDP and by TCP alike.
fn queries() -> Vec<Case> {
    let rfc = "RFC 7830 section 3";
    let padded = |name: &str, length| Case::new(name, rfc, soa().padded(length), soa_comes());
    let addresses = vec![record(&[0xc0, 12], 1, &[1, 2, 3, 4]); 4000];
    let many = addresses.iter().fold(soa(), |query, record| query.additional(record));
    let options = option(100, b"x").repeat(12_000);
    vec![
        padded("a query of 512 octets", 512),
        padded("a query of 513 octets", 513),
        padded("a query of 4096 octets", 4096),
        padded("a query of 4160 octets", 4160),
        padded("a query of 4161 octets", 4161),
        padded("a query of 65000 octets", 65_000),
        padded("a query of 65507 octets", LONGEST),
        Case::new("a query of 65507 octets, forged", rfc, forged().padded(LONGEST), forged_comes()),
        Case::new(
            "4000 records before the OPT",
            "RFC 6891 section 6.1.1",
            many.edns(),
            soa_comes(),
        ),
        Case::new("12000 options", "RFC 6891 section 6.1.2", soa().options(&options), soa_comes()),
        signed(),
    ]
}

/// A query with so long names that a TSIG does not fit into 512 octets: it comes by TCP.
fn signed() -> Case {
    let label = "k".repeat(63);
    let key = name(&[&*label; 3].join("."));
    let algorithm = name(&["a"; 100].join("."));
    let fixed = [&[0, 0, 0x6a, 0, 0, 1, 1, 44, 0, 0][..], &ID.to_be_bytes(), &[0; 4]].concat();
    let tsig = record_of_class(&key, TSIG, 255, &[algorithm, fixed].concat());
    let question = name(&[&*label; 3].join("."));
    Case::new(
        "a TSIG that does not fit",
        "RFC 8945 section 5.3",
        Query::of(&question, 1).additional(&tsig),
        Expected::reply(NOTAUTH, Content::TooLong(Box::new(Content::Tsig(key, 17)))),
    )
}
