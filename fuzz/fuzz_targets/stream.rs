//! A TCP stream as a sequence of reads: however it comes in pieces, and however little the client
//! takes at a time, what leaves is what the queries get one by one.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use splinterdns::{
    dns::Transport,
    engine::{Engine, Payload, Request, Scratch, ServerRole},
    transport::fuzzing::{StreamEnd, StreamServer},
};
use splinterdns_fuzz::{
    labs::{flags, sound},
    messages::{HEADER, framed},
    seeds,
};
use std::{
    cell::RefCell,
    io,
    net::IpAddr,
    pin::Pin,
    sync::LazyLock,
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    runtime::{Builder, Runtime},
};

/// At once, or not at all.
const PROMPT: &str = "
country: XX
name: Promptland
clients: [10.1.0.0/16]
rules:
  - {rule: cut, names: [reset.example], answer: reset, evidence: assumed, sources: [Test]}
  - {rule: gone, names: [drop.example], answer: drop, evidence: assumed, sources: [Test]}
  - {rule: tc, names: [tc.example], answer: truncate, evidence: assumed, sources: [Test]}
  - {rule: none, names: [a.example], answer: nxdomain, evidence: assumed, sources: [Test]}
  - {rule: page, names: [b.example], answer: {poison: {a: [192.0.2.1, 192.0.2.2]}},
     evidence: assumed, sources: [Test]}
sources: {Test: made for this test}
";

/// In some time, so that answers overtake each other.
const SLOW: &str = "
country: YY
name: Slowland
clients: [10.2.0.0/16]
rules:
  - {rule: slow, names: [a.example], answer: {delay: {by: 1ms, then: nxdomain}},
     evidence: assumed, sources: [Test]}
  - {rule: gone, names: [drop.example], answer: drop, evidence: assumed, sources: [Test]}
sources: {Test: made for this test}
";

/// An answer of a kilobyte to a query of thirty octets.
const ZONE: &str =
    "$ORIGIN z.example.\n$TTL 60\n@ SOA ns host 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n";

fn zone() -> String {
    let long = "x".repeat(250);
    format!("{ZONE}long TXT {long} {long} {long} {long}\n*.w CNAME long\n")
}

fn engine() -> Engine {
    sound(&[PROMPT, SLOW], &[&zone()], flags())
}

/// The same twice, because the server keeps its own.
static ENGINE: LazyLock<Engine> = LazyLock::new(engine);
static SERVER: LazyLock<StreamServer> = LazyLock::new(|| StreamServer::new(engine()).unwrap());
static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_time().build().unwrap());

/// A stream that is read and written in pieces.
struct Pieces<'p> {
    rest: &'p [u8],
    /// How much comes with each read, by turns, and how much is taken with each write.
    lengths: std::iter::Cycle<std::slice::Iter<'p, u8>>,
    most_written: usize,
    /// Whether the next read has to wait.
    waits: bool,
    written: &'p RefCell<Vec<u8>>,
}

impl AsyncRead for Pieces<'_> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.waits = !this.waits;
        if this.waits {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let most = this.lengths.next().map_or(this.rest.len(), |length| 1 + usize::from(*length));
        let (now, later) = this.rest.split_at(most.min(this.rest.len()).min(buffer.remaining()));
        buffer.put_slice(now);
        this.rest = later;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Pieces<'_> {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        let taken = octets.len().min(self.most_written);
        self.written.borrow_mut().extend(&octets[..taken]);
        Poll::Ready(Ok(taken))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// What leaves, and how the stream ends; nothing where what came is no DNS.
type Outcome = (Vec<u8>, Option<StreamEnd>);

fn served(octets: &[u8], lengths: &[u8], most_written: usize, client: IpAddr) -> Outcome {
    let written = RefCell::new(Vec::new());
    let (lengths, rest) = (lengths.iter().cycle(), octets);
    let stream = Pieces { rest, lengths, most_written, waits: false, written: &written };
    let end = RUNTIME.block_on(SERVER.serve(stream, client));
    if let Err(why) = &end {
        assert!(why.kind() == io::ErrorKind::InvalidData, "{why}");
    }
    (written.into_inner(), end.ok())
}

/// What the queries get one by one.
fn expected(mut octets: &[u8], client: IpAddr) -> Outcome {
    let mut expected = Vec::new();
    while let Some((length, rest)) = octets.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes(*length));
        if length < HEADER {
            return (expected, None);
        }
        let Some((query, rest)) = rest.split_at_checked(length) else { break };
        octets = rest;
        let (transport, arrival) = (Transport::Tcp, ENGINE.settings.clock.now());
        let request = Request {
            octets: query,
            client,
            transport,
            binding: None,
            role: ServerRole::Resolver,
            arrival,
        };
        let mut scratch = Scratch::with_cache(0);
        let response = ENGINE.respond(&request, &mut scratch);
        match response.transmissions.first().map(|first| &first.payload) {
            Some(Payload::Message(range, _)) => {
                expected.extend(framed(&response.octets[range.clone()]));
            }
            Some(Payload::Reset) => return (expected, Some(StreamEnd::Reset)),
            Some(Payload::AskUpstream) => panic!("there is none"),
            None => {}
        }
    }
    (expected, Some(StreamEnd::Closed))
}

/// The messages of a stream, whatever their order.
fn sorted(mut octets: &[u8]) -> Vec<&[u8]> {
    let mut messages = Vec::new();
    while let Some((length, rest)) = octets.split_first_chunk() {
        let (message, rest) = rest.split_at(usize::from(u16::from_be_bytes(*length)));
        messages.push(message);
        octets = rest;
    }
    messages.sort_unstable();
    messages
}

/// A first octet that chooses the country and what is taken with a write, a second for how many
/// lengths follow, these, then the stream.
fn seeds() -> Vec<Vec<u8>> {
    let names = ["reset", "drop", "tc", "a", "b", "long.z", "x.w.z", "no.z", "elsewhere"];
    let query = |name: &str| {
        let labels = name.split('.').chain(["example"]);
        let wire: Vec<u8> = labels
            .flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat())
            .chain([0])
            .collect();
        framed(&splinterdns_fuzz::messages::query(7, &wire, 16, Some(1232)))
    };
    let ways: [&[u8]; 4] = [&[0, 0], &[1, 2, 0, 30], &[0x12, 3, 5, 1, 90], &[0x81, 1, 20]];
    let mut seeds = Vec::new();
    for (way, name) in ways.into_iter().flat_map(|way| names.map(|name| (way, name))) {
        seeds.push([way, &query(name), &query("a"), &query("b")].concat());
        seeds.push([way, &query("a").repeat(3), &query(name), &query("long.z")].concat());
        seeds.push([way, &query(name), b"\0\x03abc", &query("a")].concat());
        seeds.push([way, &query("a"), &query(name)[..20]].concat());
    }
    seeds.extend(
        seeds::queries()
            .iter()
            .step_by(20)
            .map(|query| [&[0, 1, 7], &framed(query)[..], &framed(query)].concat()),
    );
    seeds
}

fuzz_target!(init: seeds::write_if_wanted(seeds), |input: &[u8]| -> Corpus {
    let [way, count, rest @ ..] = input else { return Corpus::Reject };
    let Some((lengths, octets)) = rest.split_at_checked(usize::from(count % 16)) else {
        return Corpus::Reject;
    };
    let is_slow = way & 1 == 1;
    let client = IpAddr::from([10, if is_slow { 2 } else { 1 }, 0, 1]);
    let most_written = if way >> 1 == 0 { usize::MAX } else { usize::from(way >> 1) };
    let expected = expected(octets, client);
    for (lengths, most_written) in [(&[][..], usize::MAX), (lengths, most_written)] {
        let (found, end) = served(octets, lengths, most_written, client);
        assert_eq!(end, expected.1, "its end, by pieces of {lengths:?}");
        if !is_slow {
            assert_eq!(found, expected.0, "by pieces of {lengths:?}");
        } else if end.is_some() {
            assert_eq!(sorted(&found), sorted(&expected.0), "by pieces of {lengths:?}");
        }
    }
    Corpus::Keep
});
