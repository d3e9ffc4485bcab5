//! TSIG and SIG(0). There are no keys here.

use super::{
    Case,
    expected::{Content, Expected, FORMERR, NOERROR, NOTAUTH, NOTIMP, TSIG},
    forged,
    query::{ID, OPT, Query, name, record, record_of_class},
    rejected, soa,
};

/// CLASS ANY, which a TSIG has.
const ANY: u16 = 255;

/// Algorithm, time and fudge, MAC, original id, no error, no other data (RFC 8945 section 4.2).
fn data() -> Vec<u8> {
    let mac = [&[0, 32][..], &[b'x'; 32]].concat();
    [
        name("hmac-sha256"),
        vec![0, 0, 0x6a, 0, 0, 1, 1, 44],
        mac,
        ID.to_be_bytes().to_vec(),
        vec![0; 4],
    ]
    .concat()
}

fn tsig(data: &[u8]) -> Vec<u8> {
    record_of_class(&name("key"), TSIG, ANY, data)
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = unknown_keys();
    cases.extend(misplaced());
    cases.extend(broken());
    // RFC 2931 section 3: whom the signature is not meant for may pass over it.
    let signature = [&[0, 0, 8, 0][..], &[0; 14], &name("key"), &[b'x'; 64]].concat();
    cases.push(Case::new(
        "SIG(0)",
        "RFC 2931 section 3",
        soa().additional(&record_of_class(&[0], 24, ANY, &signature)),
        Expected::any_of(&[NOERROR, FORMERR, NOTIMP, NOTAUTH]),
    ));
    cases
}

/// A key that is not known: NOTAUTH, with BADKEY and no signature.
fn unknown_keys() -> Vec<Case> {
    let rfc = "RFC 8945 section 5.2.1";
    let bad_key = |key: &str| Expected::reply(NOTAUTH, Content::Tsig(name(key), 17));
    let in_question = record_of_class(b"\x01k\xc0\x0c", TSIG, ANY, &data());
    vec![
        Case::new("an unknown key", rfc, soa().additional(&tsig(&data())), bad_key("key")),
        Case::new(
            "an unknown key behind an OPT",
            rfc,
            soa().edns().additional(&tsig(&data())),
            bad_key("key"),
        ),
        Case::new(
            "an unknown key below the question's name",
            rfc,
            soa().additional(&in_question),
            bad_key("k.zone.example"),
        ),
        Case::new(
            "an unknown key, of a name that is forged",
            rfc,
            forged().additional(&tsig(&data())),
            bad_key("key"),
        ),
        Case::new(
            "an unknown key, for a zone transfer",
            rfc,
            Query::of(&name("zone.example"), 252).additional(&tsig(&data())),
            bad_key("key"),
        ),
    ]
}

/// A TSIG is the last record of all, and the only one of its kind.
fn misplaced() -> Vec<Case> {
    let rfc = "RFC 8945 section 5.1";
    let tsig = tsig(&data());
    let address = record(&name("zone.example"), 1, &[1, 2, 3, 4]);
    vec![
        Case::new(
            "an OPT behind a TSIG",
            rfc,
            soa().additional(&tsig).opt(OPT, &[]),
            rejected(FORMERR),
        ),
        Case::new(
            "an address behind a TSIG",
            rfc,
            soa().additional(&tsig).additional(&address),
            rejected(FORMERR),
        ),
        Case::new("two TSIGs", rfc, soa().additional(&tsig).additional(&tsig), rejected(FORMERR)),
        Case::new("a TSIG in the answer section", rfc, soa().answer(&tsig), rejected(FORMERR)),
        Case::new(
            "a TSIG in the authority section",
            rfc,
            soa().authority(&tsig),
            rejected(FORMERR),
        ),
    ]
}

fn broken() -> Vec<Case> {
    let rfc = "RFC 8945 section 4.2";
    let case = |name: &str, record: &[u8]| {
        Case::new(name, rfc, soa().additional(record), rejected(FORMERR))
    };
    let compressed = [&[0xc0, 12][..], &data()[name("hmac-sha256").len()..]].concat();
    vec![
        case("a TSIG of three octets", &tsig(b"\0\x01x")),
        case("a TSIG without data", &tsig(&[])),
        case("a TSIG that lacks an octet", &tsig(&data()[..data().len() - 1])),
        case("a TSIG with an octet too much", &tsig(&[&data()[..], b"x"].concat())),
        case("a TSIG with a compressed algorithm", &tsig(&compressed)),
        case("a TSIG of class IN", &record(&name("key"), TSIG, &data())),
    ]
}
