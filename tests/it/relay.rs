//! Relaying to an upstream resolver: whole there, whole back.

use crate::support::{
    engine::{Flags, HonestSource, Sources, on, own_lab, with_zones},
    files::Scratch,
    server::{Running, start, start_from},
    wire::{client_socket, data, question, receive},
};
use hickory_proto::{
    op::{Message, MessageType, ResponseCode},
    rr::{
        RData, Record, RecordType,
        rdata::{A, CNAME, NULL},
    },
};
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

const US: &str = "127.1.0.1";

const GRADED: &str = "evidence: assumed, sources: [T]";

/// A resolver whose answers are made by a function, by UDP and by TCP on one port.
struct Resolver {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

type Answer = fn(&[u8], bool) -> Vec<u8>;

impl Resolver {
    fn start(answer: Answer, delay: Duration) -> Self {
        // The port that the system gives for UDP may be taken for TCP.
        let both = std::iter::repeat_with(|| {
            let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
            let tcp = TcpListener::bind(udp.local_addr().unwrap()).ok()?;
            Some((udp, tcp))
        });
        let (udp, tcp) = both.take(100).flatten().next().expect("a port that is free for both");
        let address = udp.local_addr().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok((length, client)) = udp.recv_from(&mut buffer) {
                count.fetch_add(1, Ordering::SeqCst);
                thread::sleep(delay);
                udp.send_to(&answer(&buffer[..length], false), client).unwrap();
            }
        });
        thread::spawn(move || {
            for stream in tcp.incoming() {
                let mut stream = stream.unwrap();
                let mut length = [0; 2];
                stream.read_exact(&mut length).unwrap();
                let mut query = vec![0; usize::from(u16::from_be_bytes(length))];
                stream.read_exact(&mut query).unwrap();
                let octets = answer(&query, true);
                stream.write_all(&u16::try_from(octets.len()).unwrap().to_be_bytes()).unwrap();
                stream.write_all(&octets).unwrap();
            }
        });
        Self { address, asked }
    }
}

fn reply_to(query: &[u8]) -> Message {
    let mut message = Message::from_vec(query).unwrap();
    message.metadata.message_type = MessageType::Response;
    message.metadata.recursion_available = true;
    message
}

/// The query as it came, as a response: whatever was sent up comes down.
fn echo(query: &[u8], _tcp: bool) -> Vec<u8> {
    let mut octets = query.to_vec();
    octets[2] |= 0x80;
    octets[3] |= 0x80;
    octets
}

/// TC by UDP, 100 addresses by TCP.
fn large(query: &[u8], tcp: bool) -> Vec<u8> {
    let mut message = reply_to(query);
    if !tcp {
        message.metadata.truncation = true;
        return message.to_vec().unwrap();
    }
    let name = message.queries[0].name().clone();
    for last in 0..100 {
        message.add_answer(Record::from_rdata(name.clone(), 60, RData::A(A::new(192, 0, 2, last))));
    }
    message.to_vec().unwrap()
}

/// An unknown type, NXDOMAIN, AD.
fn odd(query: &[u8], _tcp: bool) -> Vec<u8> {
    let mut message = reply_to(query);
    message.metadata.response_code = ResponseCode::NXDomain;
    message.metadata.authentic_data = true;
    let name = message.queries[0].name().clone();
    let data =
        RData::Unknown { code: RecordType::Unknown(65_280), rdata: NULL::with(vec![1, 2, 3]) };
    message.add_answer(Record::from_rdata(name, 77, data));
    message.to_vec().unwrap()
}

fn lab(servers: &[SocketAddr]) -> Flags {
    Flags {
        upstream: servers.iter().copied().map(Into::into).collect(),
        upstream_timeout: Some(Duration::from_millis(300)),
        ..Flags::default()
    }
}

#[test]
fn a_query_is_relayed_octet_for_octet() {
    let resolver = Resolver::start(echo, Duration::ZERO);
    let server = start(lab(&[resolver.address]));
    // EDNS with DO, an option that nobody knows, CD, mixed case, an unknown type.
    let mut query =
        question("SoMe.UnKnown.exAmple.", RecordType::Unknown(65_280)).to_vec().unwrap();
    query[3] |= 0x10;
    let opt = query.len() - 11;
    query[opt + 7] = 0x80;
    query[opt + 10] = 7;
    query.extend([0xfd, 0xe8, 0, 3, 1, 2, 3]);
    let answer = server.ask_octets(US, &query).unwrap();
    assert_eq!(answer, echo(&query, false));
    // A signature is for whom the query reaches (RFC 8945 section 5.5): key "k.", algorithm "h.".
    query[11] = 2;
    query.extend(
        b"\x01k\0\0\xfa\0\xff\0\0\0\0\0\x15\x01h\0\0\0\0\0\0\x01\x01,\0\x02mm\0\x07\0\0\0\0",
    );
    let answer = server.ask_octets(US, &query).unwrap();
    assert_eq!(answer, echo(&query, false));
}

#[test]
fn an_answer_comes_back_whole() {
    let resolver = Resolver::start(odd, Duration::ZERO);
    let server = start(lab(&[resolver.address]));
    let answer = server.ask(US, "odd.example.", RecordType::Unknown(65_280));
    assert_eq!(answer.response_code, ResponseCode::NXDomain);
    assert!(answer.authentic_data);
    assert_eq!(
        (answer.answers[0].ttl, answer.answers[0].record_type()),
        (77, RecordType::Unknown(65_280))
    );
}

#[test]
fn a_truncated_answer_is_fetched_by_tcp_and_truncated_again_only_where_the_client_takes_less() {
    let resolver = Resolver::start(large, Duration::ZERO);
    let server = start(lab(&[resolver.address]));
    assert_eq!(server.ask_tcp(US, "large.example.", RecordType::A).answers.len(), 100);
    let udp = server.ask(US, "large.example.", RecordType::A);
    assert!(udp.truncation && udp.answers.is_empty());
}

#[test]
fn identical_questions_in_flight_are_asked_once() {
    let resolver = Resolver::start(echo, Duration::from_millis(150));
    let server = start(lab(&[resolver.address]));
    let query = question("same.example.", RecordType::A);
    let sockets: Vec<_> = (0..20).map(|_| client_socket(US)).collect();
    for (id, socket) in (1..).zip(&sockets) {
        let mut query = query.clone();
        query.metadata.id = id;
        socket.send_to(&query.to_vec().unwrap(), server.address).unwrap();
    }
    for (id, socket) in (1_u16..).zip(&sockets) {
        let answer = receive(socket, Duration::from_secs(2)).expect("every client is answered");
        assert_eq!(answer[..2], id.to_be_bytes(), "with its own id");
    }
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 1);
    server.ask(US, "same.example.", RecordType::A);
    assert_eq!(
        resolver.asked.load(Ordering::SeqCst),
        2,
        "later questions are asked again: nothing is kept"
    );
}

#[test]
fn the_next_resolver_is_asked_when_one_does_not_answer() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let resolver = Resolver::start(odd, Duration::ZERO);
    let server = start(lab(&[silent.local_addr().unwrap(), resolver.address]));
    let begin = Instant::now();
    assert_eq!(
        server.ask(US, "next.example.", RecordType::A).response_code,
        ResponseCode::NXDomain
    );
    let waited = begin.elapsed();
    assert!(waited >= Duration::from_millis(190), "the first one had its time");
    assert!(waited < Duration::from_millis(290), "and was not waited for to the end: {waited:?}");
}

#[test]
fn a_slow_resolver_is_waited_for_while_another_is_asked() {
    let slow = Resolver::start(odd, Duration::from_millis(250));
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let server = start(lab(&[slow.address, silent.local_addr().unwrap()]));
    for name in ["one.example.", "two.example.", "three.example."] {
        let (time, code) = timed(&server, name);
        assert_eq!(code, ResponseCode::NXDomain, "{name}");
        assert!(time < Duration::from_millis(350), "{name} took {time:?}");
    }
}

#[test]
fn a_resolver_that_never_answers_is_servfail_with_the_reason() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let server = start(lab(&[address]));
    let answer =
        server.ask_octets(US, &question("dead.example.", RecordType::A).to_vec().unwrap()).unwrap();
    assert_eq!(answer[3] & 0x0f, 2);
    let text = String::from_utf8_lossy(&answer);
    assert!(text.contains(&format!("upstream {address} did not answer within 300 ms")), "{text}");
}

#[test]
fn without_an_upstream_a_name_of_no_zone_is_servfail_that_says_so() {
    let server = start(Flags::default());
    let answer = server
        .ask_octets(US, &question("nowhere.example.", RecordType::A).to_vec().unwrap())
        .unwrap();
    assert_eq!(answer[3] & 0x0f, 2);
    assert!(String::from_utf8_lossy(&answer).contains("in no zone of this lab"));
}

#[test]
fn datagrams_of_strangers_are_passed_over() {
    // First a wrong id, then a wrong question, then the answer.
    fn answer(query: &[u8], _tcp: bool) -> Vec<u8> {
        echo(query, false)
    }
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = udp.local_addr().unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        let (length, client) = udp.recv_from(&mut buffer).unwrap();
        let right = answer(&buffer[..length], false);
        let (mut id, mut question) = (right.clone(), right.clone());
        id[0] ^= 0xff;
        question[13] ^= 0x01;
        for octets in [id, question, right] {
            udp.send_to(&octets, client).unwrap();
        }
    });
    let server = start(lab(&[address]));
    let query = question("strange.example.", RecordType::A).to_vec().unwrap();
    assert_eq!(server.ask_octets(US, &query).unwrap(), echo(&query, false));
}

/// How long a question takes, and what comes of it.
fn timed(server: &Running, name: &str) -> (Duration, ResponseCode) {
    let begin = Instant::now();
    let code = server.ask(US, name, RecordType::A).response_code;
    (begin.elapsed(), code)
}

#[test]
fn a_resolver_that_was_silent_twice_is_asked_last() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let resolver = Resolver::start(odd, Duration::ZERO);
    let server = start(lab(&[silent.local_addr().unwrap(), resolver.address]));
    for name in ["one.example.", "two.example."] {
        let (time, code) = timed(&server, name);
        assert_eq!(code, ResponseCode::NXDomain);
        assert!(time >= Duration::from_millis(190), "{name} had to wait");
    }
    for name in ["three.example.", "four.example."] {
        let (time, code) = timed(&server, name);
        assert_eq!(code, ResponseCode::NXDomain);
        assert!(time < Duration::from_millis(150), "{name} took {time:?}");
    }
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 4);
}

#[test]
fn where_all_are_dead_all_are_still_asked_and_at_once() {
    let silent = [(); 3].map(|()| UdpSocket::bind("127.0.0.1:0").unwrap());
    let server = start(lab(&silent.each_ref().map(|socket| socket.local_addr().unwrap())));
    for name in ["one.example.", "two.example."] {
        assert_eq!(timed(&server, name).1, ResponseCode::ServFail);
    }
    let (time, code) = timed(&server, "three.example.");
    assert_eq!(code, ResponseCode::ServFail);
    assert!(time < Duration::from_millis(850), "two rounds and not six tries: {time:?}");
    // The last one wakes up.
    let [.., last] = silent;
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, client)) = last.recv_from(&mut buffer) {
            last.send_to(&odd(&buffer[..length], false), client).unwrap();
        }
    });
    for name in ["four.example.", "five.example."] {
        assert_eq!(timed(&server, name).1, ResponseCode::NXDomain);
    }
    assert!(timed(&server, "six.example.").0 < Duration::from_millis(250), "it is asked first");
}

/// SERVFAIL.
fn failing(query: &[u8], _tcp: bool) -> Vec<u8> {
    let mut message = reply_to(query);
    message.metadata.response_code = ResponseCode::ServFail;
    message.to_vec().unwrap()
}

#[test]
fn nobody_waits_for_a_dead_resolver_where_another_says_that_it_has_no_answer() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let resolver = Resolver::start(failing, Duration::ZERO);
    let server = start(lab(&[silent.local_addr().unwrap(), resolver.address]));
    for name in ["one.example.", "two.example."] {
        assert_eq!(timed(&server, name).1, ResponseCode::ServFail);
    }
    let (time, code) = timed(&server, "three.example.");
    assert_eq!(code, ResponseCode::ServFail);
    assert!(time < Duration::from_millis(250), "the silent one is known to be dead: {time:?}");
}

/// A resolver that answers by UDP alone, with TC and one record.
fn without_tcp(answer: fn(&[u8]) -> Vec<u8>) -> SocketAddr {
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = udp.local_addr().unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, client)) = udp.recv_from(&mut buffer) {
            udp.send_to(&answer(&buffer[..length]), client).unwrap();
        }
    });
    address
}

fn truncated(query: &[u8]) -> Vec<u8> {
    let mut message = reply_to(query);
    message.metadata.truncation = true;
    let name = message.queries[0].name().clone();
    message.add_answer(Record::from_rdata(name, 60, RData::A(A::new(192, 0, 2, 1))));
    message.to_vec().unwrap()
}

#[test]
fn a_truncated_answer_goes_to_clients_by_udp_where_tcp_does_not_reach_the_resolver() {
    let address = without_tcp(truncated);
    let server = start(lab(&[address]));
    let answer = server.ask(US, "big.example.", RecordType::A);
    assert_eq!((answer.truncation, answer.answers.len()), (true, 1));
    let by_tcp = server.ask_tcp(US, "big.example.", RecordType::A);
    assert_eq!((by_tcp.response_code, by_tcp.truncation), (ResponseCode::ServFail, false));
    let why = String::from_utf8_lossy(&by_tcp.to_vec().unwrap()).into_owned();
    assert!(why.contains(&format!("upstream {address} truncated its answer, and by TCP")), "{why}");
    // Another resolver may have the whole answer.
    let whole = Resolver::start(odd, Duration::ZERO);
    let server = start(lab(&[address, whole.address]));
    assert_eq!(server.ask(US, "big.example.", RecordType::A).response_code, ResponseCode::NXDomain);
}

#[test]
fn answers_without_a_question_are_passed_over_unless_they_are_bare_errors() {
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = udp.local_addr().unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        // First a record without a question, then the answer.
        let (length, client) = udp.recv_from(&mut buffer).unwrap();
        let mut other = [&buffer[..2], b"\x81\x80\0\0\0\x01\0\0\0\0"].concat();
        other.extend(b"\x05other\x04test\0\0\x01\0\x01\0\0\0\x3c\0\x04\xc6\x33\x64\x42");
        udp.send_to(&other, client).unwrap();
        udp.send_to(&odd(&buffer[..length], false), client).unwrap();
        // Then a server that does not read what it is asked.
        let (_, client) = udp.recv_from(&mut buffer).unwrap();
        let error = [&buffer[..2], b"\x81\x84\0\0\0\0\0\0\0\0"].concat();
        udp.send_to(&error, client).unwrap();
    });
    let server = start(lab(&[address]));
    assert_eq!(timed(&server, "asked.example.").1, ResponseCode::NXDomain);
    assert_eq!(timed(&server, "odd.example.").1, ResponseCode::NotImp);
}

#[test]
fn a_resolver_may_be_named_by_its_host() {
    let resolver = Resolver::start(odd, Duration::ZERO);
    let host = format!("localhost:{}", resolver.address.port());
    let upstream = vec![host.parse().unwrap()];
    let server = start(Flags { upstream, ..lab(&[]) });
    assert_eq!(timed(&server, "named.example.").1, ResponseCode::NXDomain);
}

#[test]
fn zones_come_first_unless_the_lab_says_otherwise() {
    let resolver = Resolver::start(odd, Duration::ZERO);
    let zones_first = start(lab(&[resolver.address]));
    assert_eq!(
        zones_first.ask(US, "example.com.", RecordType::A).response_code,
        ResponseCode::NoError
    );
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 0);
    let honest_from = Some(vec![HonestSource::Upstream, HonestSource::Zones]);
    let upstream_first = start(Flags { honest_from, ..lab(&[resolver.address]) });
    assert_eq!(
        upstream_first.ask(US, "example.com.", RecordType::A).response_code,
        ResponseCode::NXDomain
    );
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let honest_from = Some(vec![HonestSource::Upstream, HonestSource::Zones]);
    let fallback = start(Flags { honest_from, ..lab(&[silent.local_addr().unwrap()]) });
    assert_eq!(
        fallback.ask(US, "example.com.", RecordType::A).response_code,
        ResponseCode::NoError,
        "zones when upstream fails"
    );
}

#[test]
fn what_a_snapshot_lacks_is_asked_upstream_and_what_it_holds_or_denies_is_not() {
    let scratch = Scratch::new();
    scratch.write(
        "zones/snapshot.test.zone",
        "; splinterdns: absent nosuch.snapshot.test\n$TTL 300\n\
         @ SOA ns host 1 3600 600 86400 60\n@ NS ns\nns A 192.0.2.1\n*.wild A 192.0.2.2\n",
    );
    let resolver = Resolver::start(odd, Duration::ZERO);
    let flags = lab(&[resolver.address]);
    let server = start_from(with_zones(&scratch.path().join("zones"), flags));
    for (name, rtype, asked) in [
        ("ns.snapshot.test.", RecordType::A, false),
        ("x.wild.snapshot.test.", RecordType::A, false),
        ("nosuch.snapshot.test.", RecordType::A, false),
        ("below.nosuch.snapshot.test.", RecordType::A, false),
        ("docs.snapshot.test.", RecordType::A, true),
        ("ns.snapshot.test.", RecordType::AAAA, true),
        ("x.wild.snapshot.test.", RecordType::MX, true),
    ] {
        let before = resolver.asked.load(Ordering::SeqCst);
        let answer = server.ask(US, name, rtype);
        let after = resolver.asked.load(Ordering::SeqCst);
        assert_eq!(after > before, asked, "{name} {rtype}: {answer:?}");
    }
}

#[test]
fn a_type_that_a_snapshot_lacks_is_nodata_when_no_resolver_answers() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let server = start(lab(&[silent.local_addr().unwrap()]));
    let answer = server.ask(US, "www.bbc.com.", RecordType::MX);
    assert_eq!(answer.response_code, ResponseCode::NoError);
    let lacking = server.ask(US, "nosuch.bbc.com.", RecordType::MX);
    assert_eq!(lacking.response_code, ResponseCode::ServFail);
}

/// An alias to a name below tracker.example, and that name's address.
fn aliased(query: &[u8], _tcp: bool) -> Vec<u8> {
    let mut message = reply_to(query);
    let name = message.queries[0].name().clone();
    let target = hickory_proto::rr::Name::from_ascii("c.tracker.example.").unwrap();
    message.add_answer(Record::from_rdata(name, 77, RData::CNAME(CNAME(target.clone()))));
    message.add_answer(Record::from_rdata(target, 78, RData::A(A::new(192, 0, 2, 3))));
    let mut octets = message.to_vec().unwrap();
    if !query.starts_with(&[&query[..12], b"\x03odd"].concat()) {
        return octets;
    }
    // An option that a DNS library refuses: a client subnet of family 0.
    let length = octets.len();
    octets[length - 1] = 8;
    octets.extend(b"\0\x08\0\x04\0\0\0\0");
    octets
}

#[test]
fn names_behind_an_upstreams_aliases_are_judged_where_aliases_are_followed() {
    let rule = |answer: &str| {
        format!("[{{rule: track, names: [tracker.example], answer: {answer}, {GRADED}}}]")
    };
    let country = |aliases: &str, rules: &str, operators: &str| {
        format!(
            "country: US\nname: Testland\nclients: [127.1.0.0/16]\naliases: {aliases}\n\
             rules: {rules}\noperators: [{operators}]\nsources: {{T: Tester}}\n"
        )
    };
    let operator = |name: &str, network: &str, answer: &str| {
        let rules = rule(answer);
        format!("{{operator: {name}, name: N, clients: [{network}], rules: {rules}}}")
    };
    let others = [
        operator("silent", "127.1.1.0/24", "drop"),
        operator("late", "127.1.2.0/24", "{delay: {by: 200ms, then: refused}}"),
        operator("exempt", "127.1.3.0/24", "nxdomain").replace(
            "rules: [",
            &format!("rules: [{{rule: fine, names: [shop.example], answer: honest, {GRADED}}}, "),
        ),
    ];
    let resolver = Resolver::start(aliased, Duration::ZERO);
    let start = |aliases: &str| {
        let file = country(aliases, &rule("nxdomain"), &others.join(", "));
        let (scratch, sources) = own_lab(&[("us", &file)]);
        (scratch, start_from(Sources { flags: lab(&[resolver.address]), ..sources }))
    };
    let (_scratch, server) = start("followed");
    for answer in [
        server.ask(US, "www.shop.example.", RecordType::A),
        server.ask_tcp(US, "www.shop.example.", RecordType::A),
    ] {
        assert_eq!(answer.response_code, ResponseCode::NXDomain);
        assert_eq!((data(&answer), answer.answers[0].ttl), (vec!["c.tracker.example.".into()], 77));
    }
    let odd = server.ask(US, "odd.shop.example.", RecordType::A);
    assert_eq!(odd.response_code, ResponseCode::NXDomain, "an odd option hides nothing");
    let query = question("www.shop.example.", RecordType::A).to_vec().unwrap();
    assert!(server.silence_after("127.1.1.1", &query));
    let begin = Instant::now();
    let late = server.ask("127.1.2.1", "www.shop.example.", RecordType::A);
    assert_eq!((late.response_code, late.answers.len()), (ResponseCode::Refused, 1));
    assert!(begin.elapsed() >= Duration::from_millis(200), "{:?}", begin.elapsed());
    let exempt = server.ask("127.1.3.1", "www.shop.example.", RecordType::A);
    assert_eq!(data(&exempt)[1..], ["192.0.2.3"], "the question's own rule has decided");
    let (_scratch, ignoring) = start("ignored");
    let whole = ignoring.ask(US, "www.shop.example.", RecordType::A);
    assert_eq!(data(&whole), ["c.tracker.example.", "192.0.2.3"]);
}

/// Answers, and says in the RCODE whether the letters of the question were mixed: NXDOMAIN if so.
fn letters(query: &[u8], fold: bool) -> Vec<u8> {
    let mut answer = query.to_vec();
    let end = query.len() - 4;
    let mixed = query[12..end].iter().any(u8::is_ascii_uppercase);
    (answer[2], answer[3]) = (0x84, if mixed { 3 } else { 0 });
    if fold {
        answer[12..end].make_ascii_lowercase();
    }
    answer
}

const LONG: &str = "abcdefghijklmnopqrstuvwxyz.abcdefghijklmnopqrstuvwxyz.example.";

#[test]
fn letters_are_mixed_towards_a_resolver_where_the_lab_says_so_and_given_back_to_the_client() {
    let resolver = Resolver::start(|query, _| letters(query, false), Duration::ZERO);
    let query = question(LONG, RecordType::A).to_vec().unwrap();
    for (mixed, rcode) in [(None, 0), (Some(false), 0), (Some(true), 3)] {
        let server = start(Flags { upstream_0x20: mixed, ..lab(&[resolver.address]) });
        let answer = server.ask_octets(US, &query).unwrap();
        assert_eq!(answer[3] & 0x0f, rcode, "{mixed:?}");
        assert_eq!(answer[12..], query[12..], "{mixed:?}");
    }
}

#[test]
fn an_answer_with_other_letters_is_asked_for_again_by_tcp() {
    fn mixed(address: SocketAddr) -> Flags {
        Flags { upstream_0x20: Some(true), ..lab(&[address]) }
    }
    // By UDP it folds the letters, as a forger would who does not see the query.
    let resolver = Resolver::start(|query, tcp| letters(query, !tcp), Duration::ZERO);
    let query = question(LONG, RecordType::A).to_vec().unwrap();
    let answer = start(mixed(resolver.address)).ask_octets(US, &query).unwrap();
    assert_eq!((answer[3] & 0x0f, &answer[12..]), (3, &query[12..]));
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 1, "by UDP, and then by TCP");
    let address = without_tcp(|query| letters(query, true));
    let answer = start(mixed(address)).ask_octets(US, &query).unwrap();
    assert_eq!(answer[3] & 0x0f, 2, "what may be forged is not taken");
}

#[test]
fn blocked_names_are_never_asked_upstream() {
    let resolver = Resolver::start(echo, Duration::ZERO);
    let server = start(Flags { today: on("2026-11-22").today, ..lab(&[resolver.address]) });
    // The real answer, which follows the forged one, is in a zone.
    server.ask("127.86.0.1", "en.wikipedia.org.", RecordType::A);
    server.ask("127.7.0.1", "nosuch.gov.ua.", RecordType::A);
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 0);
}
