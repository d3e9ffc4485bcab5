//! Arbitrary octets as what an upstream resolver says: whether they are taken for the answer, and
//! what the client then gets, where rules are asked about the names that aliases lead to.

#![no_main]

use hickory_proto::{
    op::{Message, MessageType, ResponseCode},
    rr::{
        Name, RData, Record,
        rdata::{A, CNAME, TXT},
    },
};
use libfuzzer_sys::{Corpus, fuzz_target};
use splinterdns::{
    dns::Transport,
    engine::{AfterUpstream, Engine, Origin, Payload, Request, Scratch, ServerRole, Transmission},
    upstream::answer_in,
};
use splinterdns_fuzz::{
    labs::{flags, sound},
    messages::{HEADER, QR, check_reply, query},
    seeds,
};
use std::{net::IpAddr, sync::LazyLock};

const COUNTRY: &str = "
country: XX
name: Aliasland
clients: [10.1.0.0/16]
aliases: followed
rules:
  - {rule: none, names: [b.example], answer: nxdomain, evidence: assumed, sources: [Test]}
  - {rule: page, names: [c.example], evidence: assumed, sources: [Test],
     answer: {poison: {cname: page.example, a: 192.0.2.1}}}
  - {rule: gone, names: [d.example], answer: drop, evidence: assumed, sources: [Test]}
  - {rule: race, names: [e.example], evidence: assumed, sources: [Test],
     answer: {race: [{after: 0ms, send: {poison: {a: 192.0.2.2}}}, {after: 1ms, send: honest}]}}
  - {rule: cut, names: [f.example], answer: reset, evidence: assumed, sources: [Test]}
sources: {Test: made for this test}
";

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let upstream = vec!["192.0.2.53:53".parse().unwrap()];
    sound(&[COUNTRY], &[], splinterdns::config::LabSpec { upstream, ..flags() })
});

const ID: u16 = 0x1234;

/// Types: of addresses, of aliases, of all.
const TYPES: [u16; 3] = [1, 5, 255];

/// What the client has asked. The second octet of an input chooses.
fn asked(choice: u8) -> Vec<u8> {
    let name: &[u8] = if choice & 1 == 0 { b"\x01a\x07example\0" } else { b"\x01A\x07eXaMpLe\0" };
    let payload = [None, Some(512), Some(1232), Some(4096)][usize::from(choice >> 1 & 3)];
    let mut octets = query(ID, name, TYPES[usize::from(choice >> 3) % TYPES.len()], payload);
    // Without RD now and then.
    octets[2] ^= choice >> 7;
    octets
}

/// What is taken is an answer to the query: it has its question or is the bare header of an error.
fn check_taken(query: &[u8], reply: &[u8], answer: &[u8]) {
    check_reply(query, answer);
    assert!(answer.len() <= reply.len());
    assert!((answer[2] ^ query[2]) & 0x78 == 0, "another OPCODE");
    if answer[4..6] == [0, 1] {
        return;
    }
    assert!(answer[4..] == [0; HEADER - 4], "neither a question nor a bare header: {answer:?}");
    assert!(matches!(answer[3] & 0x0f, 1 | 2 | 4 | 5), "it says something about no name");
}

/// What the client gets after that.
fn check_after(query: &[u8], after: &AfterUpstream<'_>, transport: Transport, limit: usize) {
    let AfterUpstream { octets, transmissions, .. } = after;
    for Transmission { payload, .. } in transmissions {
        match payload {
            Payload::Message(range, origin) => {
                let reply = &octets[range.clone()];
                check_reply(query, reply);
                assert!(reply.len() <= limit || *origin == Origin::Forged, "{origin:?}");
            }
            // Datagrams have none.
            Payload::Reset => {}
            Payload::AskUpstream => panic!("asked again"),
        }
    }
    assert!(!transport.is_stream() || transmissions.len() <= 1, "{transmissions:?}");
}

/// The name that a rule is about is the target of an alias of the answer.
fn check_alias(after: &AfterUpstream<'_>, answer: &[u8]) {
    let Some((rule, _, alias)) = &after.judged else { return };
    // As far as a library reads it, and quickly.
    let Some(Ok(read)) = (answer.len() <= 512).then(|| Message::from_vec(answer)) else { return };
    let is_target = |record: &Record| match &record.data {
        RData::CNAME(CNAME(target)) => splinterdns::dns::Name::from_wire(target) == *alias,
        _ => false,
    };
    assert!(read.answers.iter().any(is_target), "{} is about {alias}: {read}", rule.slug);
}

/// An octet for the transport, one for the query, then the reply.
fn seeds() -> Vec<Vec<u8>> {
    let name = |text: &str| Name::from_ascii(text).unwrap();
    let alias =
        |from: &str, to: &str| Record::from_rdata(name(from), 60, RData::CNAME(CNAME(name(to))));
    let address = |owner: &str| Record::from_rdata(name(owner), 60, RData::A(A::new(192, 0, 2, 9)));
    let text =
        Record::from_rdata(name("a.example."), 60, RData::TXT(TXT::new(vec!["x".repeat(200)])));
    let chains: [&[Record]; 6] = [
        &[],
        &[address("a.example.")],
        &[alias("a.example.", "b.example."), address("b.example.")],
        &[alias("g.example.", "www.c.example."), alias("a.example.", "g.example.")],
        &[alias("a.example.", "e.example."), address("e.example."), address("e.example.")],
        &[text.clone(), text.clone(), text.clone(), text],
    ];
    let mut seeds = Vec::new();
    for (number, records) in (0_u8..).zip(chains.iter().cycle().take(24)) {
        for rcode in [ResponseCode::NoError, ResponseCode::ServFail, ResponseCode::NXDomain] {
            let choice = number.wrapping_mul(7);
            let mut reply = Message::from_vec(&asked(choice)).unwrap();
            reply.metadata.message_type = MessageType::Response;
            reply.metadata.response_code = rcode;
            reply.answers = records.to_vec();
            let reply = reply.to_vec().unwrap();
            seeds.push([&[number % 4, choice], &reply[..]].concat());
        }
    }
    // A DNAME with its alias, and the bare header of an error.
    let head = b"\x12\x34\x81\x80\0\x01\0\x02\0\0\0\0\x01a\x07example\0\0\x01\0\x01";
    let dname = b"\x07example\0\0\x27\0\x01\0\0\0\x3c\0\x0b\x01c\x07example\0";
    let cname = b"\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x0d\x01a\x01c\x07example\0";
    seeds.push([b"\0\0", &head[..], dname, cname].concat());
    seeds.push(b"\x01\0\x12\x34\x81\x82\0\0\0\0\0\0\0\0".to_vec());
    seeds
}

fuzz_target!(init: seeds::write_if_wanted(seeds), |input: &[u8]| -> Corpus {
    let [way, choice, reply @ ..] = input else { return Corpus::Reject };
    let (by_tcp, from_tcp) = (way & 1 == 1, way & 2 == 2);
    let query = asked(*choice);
    let taken = answer_in(&query, reply, by_tcp);
    let same = reply.len() >= HEADER
        && reply[2] & QR != 0
        && (reply[2] ^ query[2]) & 0x78 == 0
        && reply[..2] == query[..2]
        && reply[4..6] == [0, 1]
        && reply.get(HEADER..query.len().min(27)) == query.get(HEADER..query.len().min(27));
    assert!(taken.is_some() || !same, "an answer to the very question is taken");
    let Some(answer) = taken else { return Corpus::Keep };
    let octets = answer.octets.clone();
    check_taken(&query, reply, &octets);
    let client = IpAddr::from([10, 1, 0, 1]);
    let transport = if from_tcp { Transport::Tcp } else { Transport::Udp };
    let arrival = ENGINE.settings.clock.now();
    let role = ServerRole::Resolver;
    let request = Request { octets: &query, client, transport, binding: None, role, arrival };
    let mut scratch = Scratch::with_cache(0);
    let response = ENGINE.respond(&request, &mut scratch);
    let limit = response.message.unwrap().response_limit(transport);
    let after = ENGINE.after_upstream(&response.upstream_query(None), Ok(answer));
    check_after(&query, &after, transport, limit);
    check_alias(&after, &octets);
    Corpus::Keep
});
