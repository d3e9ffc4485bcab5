//! What a query costs, whatever it says: microseconds, that is, not many times what a plain one
//! does. Without sockets, and relative, so that it does not depend on the machine.

use crate::support::engine::{Lab, Transport, Worker, load_shipped};
use std::{
    net::IpAddr,
    sync::LazyLock,
    time::{Duration, Instant},
};

static LAB: LazyLock<Lab> = LazyLock::new(|| load_shipped(None));

/// `www.example.com A`.
const QUESTION: &[u8] = b"\x03www\x07example\x03com\0\0\x01\0\x01";

/// A header with these flags and counts, and what is behind it.
fn message(flags: u16, counts: [usize; 4], behind: &[u8]) -> Vec<u8> {
    let counts = counts.map(|count| u16::try_from(count).unwrap());
    let [questions, answers, authority, additional] = counts;
    let header = [7, flags, questions, answers, authority, additional].map(u16::to_be_bytes);
    [&header.concat(), behind].concat()
}

fn plain() -> Vec<u8> {
    let opt = [0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0];
    message(0x0100, [1, 0, 0, 1], &[QUESTION, &opt].concat())
}

/// A record with any owner.
fn record(owner: &[u8], rtype: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    let fixed = [rtype, 1, 0, 0, length].map(u16::to_be_bytes).concat();
    [owner, &fixed, data].concat()
}

/// A pointer; those that it cannot say lead nowhere.
fn pointer(at: usize) -> [u8; 2] {
    (0xc000 | u16::try_from(at & 0x3fff).unwrap()).to_be_bytes()
}

/// Messages of at most so many octets that ask a reader for work, each with what it is.
fn hostile(length: usize) -> Vec<(&'static str, Vec<u8>)> {
    let room = length - 12 - QUESTION.len();
    let behind = |octets: &[u8]| [QUESTION, octets].concat();
    let small = record(&[0], 1, &[]);
    let fitting = room / small.len();
    let records = behind(&small.repeat(fitting));
    let options = record(&[0], 41, &[0xfd, 0xe8, 0, 0].repeat((room - 11) / 4));
    let tsigs = record(b"\x01k\0", 250, &[0; 16]);
    let signed = room / tsigs.len();
    let names = [1, b'a'].repeat(room / 2);
    vec![
        ("records", message(0x0100, [1, fitting, 0, 0], &records)),
        ("records that are not all there", message(0x0100, [1, 65_535, 65_535, 65_535], &records)),
        ("records for another OPCODE", message(0x2900, [1, 0, fitting, 0], &records)),
        ("a chain of pointers", chain(length)),
        ("options", message(0x0100, [1, 0, 0, 1], &behind(&options))),
        ("options that are cut", message(0x0100, [1, 0, 0, 1], &behind(&options[..room - 1]))),
        ("signatures", message(0x0100, [1, 0, 0, signed], &behind(&tsigs.repeat(signed)))),
        ("questions", message(0x0100, [room / 5, 0, 0, 0], &[0, 0, 1, 0, 1].repeat(room / 5))),
        ("a name without end", message(0x0100, [1, 0, 0, 0], &names)),
        ("names without end", message(0x0100, [1, 1, 0, 0], &behind(&names))),
        ("octets behind the end", message(0x0100, [1, 0, 0, 0], &behind(&vec![b'x'; room]))),
    ]
}

/// Half of it are pointers, each to the one before; the other half are records whose owners and
/// data point to the end of that chain.
fn chain(length: usize) -> Vec<u8> {
    let begin = 12 + QUESTION.len() + 11;
    let hops = (length / 4).min(8_000);
    let pointers: Vec<u8> = (0..hops)
        .flat_map(|hop| pointer(if hop == 0 { 12 } else { begin + 2 * hop - 2 }))
        .collect();
    let end = pointer(begin + 2 * hops - 2);
    let follower = record(&end, 2, &end);
    let followers = (length - begin - pointers.len()) / follower.len();
    let records = [record(&[0], 65_280, &pointers), follower.repeat(followers)].concat();
    message(0x0100, [1, 1 + followers, 0, 0], &[QUESTION, &records].concat())
}

/// How long an answer takes: the least of many, because whatever else the machine does takes time
/// away and never gives any.
fn cost(octets: &[u8], client: &str, transport: Transport) -> Duration {
    let client: IpAddr = client.parse().unwrap();
    let mut worker = Worker::default();
    let once = |worker: &mut Worker| {
        let begin = Instant::now();
        for _ in 0..4 {
            std::hint::black_box(worker.respond(&LAB, octets, client, transport));
        }
        begin.elapsed() / 4
    };
    (0..50).map(|_| once(&mut worker)).min().unwrap()
}

/// How many times as long as a plain query's answer one may take at the most. Those are 20 µs for 4
/// kB by UDP and 0.2 ms for 65,000 octets by TCP, where a plain one takes a third of a microsecond,
/// as it does in a release build.
const MOST: [(usize, Transport, u32); 2] =
    [(4096, Transport::Udp, 60), (65_000, Transport::Tcp, 600)];

#[test]
fn a_query_costs_microseconds_whatever_it_says() {
    // From the United States, and from China, where injectors read the octets too.
    for client in ["127.1.0.1", "127.86.0.1"] {
        for (length, transport, most) in MOST {
            let allowed = cost(&plain(), client, transport) * most;
            for (what, octets) in hostile(length) {
                assert!((length - 100..=length).contains(&octets.len()), "{what}");
                let cost = cost(&octets, client, transport);
                assert!(cost <= allowed, "{length} octets, {what}: {cost:?}, not {allowed:?}");
            }
        }
    }
}

/// Nothing of theirs is read but header and question.
#[test]
fn who_may_not_ask_costs_the_same_whatever_the_length() {
    let stranger = "203.0.113.1";
    for (length, transport, _) in MOST {
        let allowed = cost(&plain(), stranger, transport) * 4;
        for (what, octets) in hostile(length) {
            let cost = cost(&octets, stranger, transport);
            assert!(cost <= allowed, "{length} octets, {what}: {cost:?}, not {allowed:?}");
        }
    }
}
