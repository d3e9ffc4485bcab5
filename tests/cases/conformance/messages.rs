//! What is a query at all: header, flags, OPCODE, sections, octets behind the end.

use super::{
    Case,
    expected::{Content, Expected, FORMERR, NOERROR, NOTIMP},
    no_data, no_such_name,
    query::{OPT, Query, labels, name, option, question, record},
    rejected, soa, soa_comes, zone_name,
};

pub(super) fn cases() -> Vec<Case> {
    [flags(), opcodes(), counts(), ends(), sections()].into_iter().flatten().collect()
}

fn flags() -> Vec<Case> {
    let case = |name: &str, rfc, flags| Case::new(name, rfc, soa().flags(flags), soa_comes());
    vec![
        case("RD", "RFC 1035 section 4.1.1", 0x0100),
        case("no RD", "RFC 1034 section 4.3.1", 0x0000),
        case("AA", "RFC 1035 section 4.1.1", 0x0500),
        case("TC", "RFC 1035 section 4.1.1", 0x0300),
        case("RA", "RFC 1035 section 4.1.1", 0x0180),
        case("Z", "RFC 6895 section 2.1", 0x0140),
        case("AD", "RFC 6840 section 5.7", 0x0120),
        case("CD", "RFC 4035 section 3.2.2", 0x0110),
        case("an RCODE", "RFC 1035 section 4.1.1", 0x010f),
        case("all flags at once", "RFC 1035 section 4.1.1", 0x07ff),
        case("all flags but RD", "RFC 1035 section 4.1.1", 0x06ff),
        // Two servers would answer each other for ever.
        Case::new("a response", "RFC 1035 section 4.1.1", soa().flags(0x8180), Expected::Silence),
        Case::new(
            "a response with an unknown OPCODE",
            "RFC 1035 section 4.1.1",
            soa().flags(0xf800),
            Expected::Silence,
        ),
        Case::new(
            "a response that is cut",
            "RFC 1035 section 4.1.1",
            soa().flags(0x8180).cut(20),
            Expected::Silence,
        ),
    ]
}

fn opcodes() -> Vec<Case> {
    let rfc = "RFC 1035 section 4.1.1";
    let known = ["IQUERY", "STATUS", "OPCODE 3", "NOTIFY", "UPDATE", "DSO"].into_iter();
    let named = known.map(str::to_owned).chain((7..16).map(|opcode| format!("OPCODE {opcode}")));
    let mut cases: Vec<_> = (1..16)
        .zip(named)
        .map(|(opcode, name)| Case::new(&name, rfc, soa().opcode(opcode), rejected(NOTIMP)))
        .collect();
    cases.extend([
        Case::new(
            "OPCODE 15 and an OPT",
            "RFC 6891 section 6.1.1",
            soa().opcode(15).edns(),
            rejected(NOTIMP),
        ),
        Case::new("OPCODE 15 and no question", rfc, Query::empty().opcode(15), rejected(NOTIMP)),
        // As dynamic updates and DSO sessions begin, with an OPT behind what is no question.
        Case::new(
            "OPCODE 6, an OPT and no question",
            "RFC 6891 section 6.1.1",
            Query::empty().opcode(6).edns(),
            rejected(NOTIMP),
        ),
        Case::new(
            "UPDATE with a record to add",
            rfc,
            soa().opcode(5).authority(&record(&name("new.zone.example"), 1, &[192, 0, 2, 9])),
            rejected(NOTIMP),
        ),
    ]);
    cases
}

/// A server takes one question and no other number (RFC 9619 section 4).
fn counts() -> Vec<Case> {
    let rfc = "RFC 9619 section 4";
    let again = question(&zone_name(), 1, 1);
    // The second name may be a pointer to the first.
    let pointing = question(&[0xc0, 12], 1, 1);
    let cookie = option(10, b"12345678");
    vec![
        Case::new("nothing but a header", rfc, Query::empty(), rejected(FORMERR)),
        // A server without cookies does not know this for a request of one.
        Case::new(
            "no question, and a cookie",
            "RFC 7873 section 5.4",
            Query::empty().options(&cookie),
            rejected(FORMERR),
        ),
        Case::new("a question that is not counted", rfc, soa().qdcount(0), rejected(FORMERR)),
        Case::new("one question counted as two", rfc, soa().qdcount(2), rejected(FORMERR)),
        Case::new("two questions", rfc, soa().another(&again), rejected(FORMERR)),
        Case::new(
            "two questions and an OPT",
            "RFC 6891 section 7",
            soa().another(&again).edns(),
            rejected(FORMERR),
        ),
        Case::new(
            "a question that points to the one before, and an OPT",
            "RFC 6891 section 7",
            soa().another(&pointing).edns(),
            rejected(FORMERR),
        ),
        Case::new("one question counted as 65535", rfc, soa().qdcount(65_535), rejected(FORMERR)),
    ]
}

/// Where a message ends too early, or goes on.
fn ends() -> Vec<Case> {
    let rfc = "RFC 1035 section 4.1.2";
    let whole = soa().octets().len();
    let case = |name: &str, length| Case::new(name, rfc, soa().cut(length), rejected(FORMERR));
    let either = || Expected::any_of(&[NOERROR, FORMERR]);
    vec![
        // Nothing can be said back without an id and flags.
        Case::new(
            "eleven octets of a header",
            "RFC 1035 section 4.1.1",
            soa().cut(11),
            Expected::Closed,
        ),
        Case::new("no octet at all", "RFC 1035 section 4.1.1", soa().cut(0), Expected::Closed),
        case("a counted question that is not there", 12),
        case("a cut in a label", 15),
        case("a cut before the root", whole - 5),
        case("a cut in QTYPE", whole - 3),
        case("a cut in QCLASS", whole - 1),
        Case::new("an octet behind the end", "RFC 1035 section 4.1", soa().behind(b"x"), either()),
        Case::new(
            "octets behind the OPT",
            "RFC 1035 section 4.1",
            soa().edns().behind(&[b'x'; 100]),
            either(),
        ),
        Case::new(
            "a counted record that is not there",
            "RFC 1035 section 4.1.3",
            soa().arcount(1),
            rejected(FORMERR),
        ),
        Case::new(
            "65535 counted records that are not there",
            "RFC 1035 section 4.1.3",
            soa().arcount(65_535),
            rejected(FORMERR),
        ),
        Case::new(
            "a counted record behind the OPT that is not there",
            "RFC 6891 section 7",
            soa().edns().arcount(2),
            rejected(FORMERR),
        ),
    ]
}

/// Records that no query has use for. To read them or not is not laid down.
fn sections() -> Vec<Case> {
    let address = record(&[0xc0, 12], 1, &[1, 2, 3, 4]);
    // Its owner is a pointer to itself.
    let at = u8::try_from(soa().octets().len()).unwrap();
    let circle = record(&[0xc0, at], 1, &[1, 2, 3, 4]);
    let short = record(&[0xc0, 12], 1, &[1, 2, 3]);
    let label = record(&labels(&[&[b'a'; 63][..]; 5]), 1, &[1, 2, 3, 4]);
    let either = || Expected::any_of(&[NOERROR, FORMERR]);
    let rfc = "RFC 1035 section 4.1.3";
    vec![
        Case::new("a record in the answer section", rfc, soa().answer(&address), either()),
        Case::new("a record in the authority section", rfc, soa().authority(&address), either()),
        Case::new("an owner that points to itself", rfc, soa().additional(&circle), either()),
        Case::new("an address of three octets", rfc, soa().additional(&short), either()),
        Case::new(
            "an owner of more than 255 octets",
            "RFC 1035 section 2.3.4",
            soa().additional(&label),
            rejected(FORMERR),
        ),
        Case::new(
            "an OPT behind another record",
            "RFC 6891 section 6.1.1",
            soa().additional(&address).opt(OPT, &[]),
            soa_comes(),
        ),
        Case::new(
            "no data in the zone",
            "RFC 2308 section 2.2",
            Query::of(&zone_name(), 15),
            no_data(),
        ),
        Case::new(
            "no such name in the zone",
            "RFC 2308 section 2.1",
            Query::of(&name("nosuch.zone.example"), 1),
            no_such_name(),
        ),
        Case::new(
            "an address",
            "RFC 1035 section 3.4.1",
            Query::of(&zone_name(), 1),
            Expected::reply(NOERROR, Content::Records(1, vec![192, 0, 2, 1])),
        ),
    ]
}
