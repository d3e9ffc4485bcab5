//! Queries of every kind, good and bad, each with what must come back by the RFCs: over UDP, over
//! TCP, and from a stranger, who may not ask. The octets are written and read here, without a
//! library.

mod edns;
mod expected;
mod messages;
mod query;
mod questions;
mod reply;
mod signatures;
mod sizes;

use crate::{
    gate,
    support::{
        engine::{Lab, Sent, Transport, load_from, own_lab, respond},
        server::{Running, start_from},
        wire::{client_socket, receive, receive_framed, send_framed},
    },
    trial,
};
use expected::{Content, Expected, NOERROR, NXDOMAIN, SOA, Way, ensure};
use libtest_mimic::Trial;
use query::{ID, Query, name};
use reply::Reply;
use std::{sync::LazyLock, time::Duration};

/// A query, and what must come back.
pub(crate) struct Case {
    name: String,
    /// What says so.
    rfc: &'static str,
    query: Query,
    expected: Expected,
}

impl Case {
    fn new(name: &str, rfc: &'static str, query: Query, expected: Expected) -> Self {
        Self { name: name.to_owned(), rfc, query, expected }
    }
}

/// The SOA of the zone's own name.
fn soa() -> Query {
    Query::of(&zone_name(), SOA)
}

fn zone_name() -> Vec<u8> {
    name("zone.example")
}

/// Its numbers.
fn soa_comes() -> Expected {
    let numbers = [1_u32, 3600, 600, 86_400, 60].map(u32::to_be_bytes).concat();
    Expected::reply(NOERROR, Content::Records(SOA, numbers))
}

/// A name that the client's country forges.
fn forged() -> Query {
    Query::of(&name("www.forged.example"), 1)
}

fn forged_comes() -> Expected {
    Expected::reply(NOERROR, Content::Records(1, vec![192, 0, 2, 66]))
}

fn no_data() -> Expected {
    Expected::reply(NOERROR, Content::NegativeSoa)
}

fn no_such_name() -> Expected {
    Expected::reply(NXDOMAIN, Content::NegativeSoa)
}

fn rejected(rcode: u16) -> Expected {
    Expected::reply(rcode, Content::Nothing)
}

const COUNTRY: &str = "
country: XX
name: Nowhere
clients: [127.99.0.0/16]
rules:
  - rule: forged
    names: [forged.example]
    answer: {poison: {a: 192.0.2.66, ttl: 300s}}
    evidence: assumed
    sources: [Test]
sources: {Test: made for this test}
";

/// A client there, and one of a public network.
const CLIENT: &str = "127.99.0.1";
const STRANGER: &str = "203.0.113.1";

/// The zone that is asked about, with texts of some lengths.
fn zone() -> String {
    let text = |count| format!("\"{}\" ", "x".repeat(220)).repeat(count);
    format!(
        "; splinterdns: complete\n$TTL 300\n@ SOA ns host 1 3600 600 86400 60\n@ NS ns\n\
         ns A 192.0.2.53\n@ A 192.0.2.1\na.b A 192.0.2.2\n\\255\\000 A 192.0.2.3\n\
         small TXT {}\nlarge TXT {}\nhuge TXT {}\n",
        text(2),
        text(4),
        text(14)
    )
}

/// The server that all are asked of, and the same lab without sockets.
static LAB: LazyLock<(Running, Lab)> = LazyLock::new(|| {
    gate::through(|| {
        let (scratch, sources) = own_lab(&[("xx", COUNTRY)]);
        scratch.write("zones/zone.example.zone", &zone());
        scratch.write("lab.yaml", "zones: zones\n");
        let lab = load_from(&sources);
        (start_from(sources), lab)
    })
});

pub(crate) fn trials() -> Vec<Trial> {
    let groups = [
        ("messages", messages::cases()),
        ("edns", edns::cases()),
        ("questions", questions::cases()),
        ("signatures", signatures::cases()),
        ("sizes", sizes::cases()),
    ];
    let mut trials = Vec::new();
    for (group, cases) in groups {
        trials.extend(cases.into_iter().map(|case| {
            trial(format!("conformance::{group}: {}", case.name), move || conforms(&case))
        }));
    }
    let count = trials.len();
    trials.push(trial("conformance::all: at least 127".to_owned(), move || {
        assert!(count >= 127, "{count} cases");
    }));
    let wrong = "conformance::reader: a wrong expectation fails".to_owned();
    trials.push(trial(wrong, a_wrong_expectation_fails));
    trials
}

/// Longer than any reply takes.
const PATIENCE: Duration = Duration::from_secs(5);

fn conforms(case: &Case) {
    let Case { name, rfc, query, expected } = case;
    for way in [Way::Udp, Way::Tcp] {
        let tries = if matches!(expected, Expected::Reply { .. }) { 3 } else { 1 };
        let came = match way {
            Way::Udp => ask_by_udp(&query.octets(), tries),
            Way::Tcp => ask_by_tcp(&query.octets(), matches!(expected, Expected::Closed)),
        };
        if let Err(why) = expected.check(query, way, came.as_deref()) {
            panic!("{name}, by {way:?}: {rfc} wants {why}\nwhat came: {came:?}");
        }
    }
    let came = respond(&LAB.1, &query.octets(), STRANGER.parse().unwrap(), Transport::Udp);
    if let Err(why) = refuses(query, expected, &came) {
        panic!("{name}, of a stranger: {why}\nwhat came: {came:?}");
    }
}

/// A good query with an id of its own, whose reply shows that nothing came before it.
fn next_query() -> Vec<u8> {
    let mut octets = soa().octets();
    octets[..2].copy_from_slice(&(!ID).to_be_bytes());
    octets
}

/// What comes back by UDP, if anything does. Datagrams get lost where many are long.
fn ask_by_udp(octets: &[u8], tries: usize) -> Option<Vec<u8>> {
    let socket = client_socket(CLIENT);
    let once = || {
        for octets in [octets, &next_query()] {
            socket.send_to(octets, LAB.0.address).unwrap();
        }
        receive(&socket, PATIENCE).filter(|came| came[..2] != (!ID).to_be_bytes())
    };
    (0..tries).find_map(|_| once())
}

/// The same by TCP.
fn ask_by_tcp(octets: &[u8], closes: bool) -> Option<Vec<u8>> {
    let mut stream = LAB.0.connect(CLIENT);
    send_framed(&mut stream, octets);
    if closes {
        let came = receive_framed(&mut stream);
        assert!(came.is_err(), "the stream goes on: {came:?}");
        return None;
    }
    send_framed(&mut stream, &next_query());
    let came = receive_framed(&mut stream).expect("the stream goes on");
    (came[..2] != (!ID).to_be_bytes()).then_some(came)
}

/// Who may not ask gets REFUSED, whatever else is wrong, in no more octets than were sent: the
/// address may be forged.
fn refuses(query: &Query, expected: &Expected, came: &[(Duration, Sent)]) -> Result<(), String> {
    let octets = query.octets();
    match (expected, came) {
        (Expected::Silence | Expected::Closed, []) => Ok(()),
        (Expected::Reply { .. }, [(after, Sent::Message(reply))]) if after.is_zero() => {
            let longer = reply.len() > octets.len();
            ensure(!longer, || format!("{} octets for {}", reply.len(), octets.len()))?;
            ensure(reply[..2] == octets[..2], || "another id".to_owned())?;
            let reply = Reply::read(reply)?;
            // QR, RD and the OPCODE; then REFUSED, and no extended bits.
            let flags = reply.flags & 0xf90f;
            let right = 0x8005 | u16::from_be_bytes([octets[2], octets[3]]) & 0x7900;
            ensure(flags == right, || format!("flags {flags:#06x}, not {right:#06x}"))?;
            ensure(reply.rcode()? == 5, || "an extended RCODE".to_owned())?;
            let options = reply.opt()?.map_or(0, |opt| opt.options.len());
            let records = reply.answer.len() + reply.authority.len();
            let nothing = options + records == 0 && reply.additional.len() < 2;
            ensure(nothing, || format!("more than REFUSED: {reply:?}"))
        }
        _ => Err("it is not refused as it should be".to_owned()),
    }
}

/// The checks that every reply meets do fail.
fn a_wrong_expectation_fails() {
    let query = soa().edns();
    let good = ask_by_udp(&query.octets(), 3).unwrap();
    let check = |octets: &[u8]| soa_comes().check(&query, Way::Udp, Some(octets));
    check(&good).unwrap();
    let opt = good.len() - 11;
    for at in [0, 2, 3, 5, 7, 13, opt + 5, opt + 6, opt + 7, opt + 8] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        assert!(check(&bad).is_err(), "octet {at} of {good:?}");
    }
    for bit in [0x80, 0x02] {
        let mut bad = good.clone();
        bad[2] ^= bit;
        assert!(check(&bad).is_err(), "flag {bit:#x}");
    }
    assert!(check(&good[..opt]).is_err() && check(&[&good[..], &[0]].concat()).is_err());
    assert!(no_data().check(&query, Way::Udp, Some(&good)).is_err());
    assert!(soa_comes().check(&soa(), Way::Udp, Some(&good)).is_err(), "an OPT unasked");
    assert!(soa_comes().check(&query, Way::Udp, None).is_err());
    assert!(Expected::Silence.check(&query, Way::Udp, Some(&good)).is_err());
}
