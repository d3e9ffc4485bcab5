//! TCP: RFC 7766.

use crate::support::{
    engine::{Flags, own_lab},
    server::{start, start_from, start_on},
    wire::{question, receive_framed, send_framed},
};
use hickory_proto::{op::Message, rr::RecordType};
use std::{
    io::{ErrorKind, Read, Write},
    net::UdpSocket,
    thread,
    time::{Duration, Instant},
};

const US: &str = "127.1.0.1";

#[test]
fn queries_may_follow_each_other_without_waiting() {
    let server = start_on("2026-11-22");
    let mut stream = server.connect(US);
    let mut ids = Vec::new();
    for _ in 0..200 {
        let query = question("example.com.", RecordType::A);
        ids.push(query.id);
        send_framed(&mut stream, &query.to_vec().unwrap());
    }
    let mut answered: Vec<u16> = (0..200)
        .map(|_| Message::from_vec(&receive_framed(&mut stream).unwrap()).unwrap().id)
        .collect();
    ids.sort_unstable();
    answered.sort_unstable();
    assert_eq!(answered, ids);
}

#[test]
fn a_query_may_arrive_octet_by_octet() {
    let server = start_on("2026-11-22");
    let mut stream = server.connect(US);
    let query = question("example.com.", RecordType::A).to_vec().unwrap();
    let framed = [&u16::try_from(query.len()).unwrap().to_be_bytes()[..], &query].concat();
    for octet in framed {
        stream.write_all(&[octet]).unwrap();
        stream.flush().unwrap();
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(receive_framed(&mut stream).unwrap()[..2], query[..2]);
}

#[test]
fn an_answer_that_waits_for_the_upstream_does_not_hold_up_the_next() {
    // An upstream that never answers.
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let upstream = vec![silent.local_addr().unwrap().into()];
    let server = start(Flags {
        upstream,
        upstream_timeout: Some(Duration::from_millis(700)),
        ..Flags::default()
    });
    let mut stream = server.connect(US);
    let (slow, fast) =
        (question("slow.example.", RecordType::A), question("example.com.", RecordType::A));
    send_framed(&mut stream, &slow.to_vec().unwrap());
    send_framed(&mut stream, &fast.to_vec().unwrap());
    let order: Vec<u16> = (0..2)
        .map(|_| Message::from_vec(&receive_framed(&mut stream).unwrap()).unwrap().id)
        .collect();
    assert_eq!(order, [fast.id, slow.id]);
}

#[test]
fn a_silent_connection_is_closed_after_the_idle_time() {
    let server = start(Flags { tcp_idle: Some(Duration::from_secs(1)), ..Flags::default() });
    let mut stream = server.connect(US);
    let begin = Instant::now();
    assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0, "closed");
    let waited = begin.elapsed();
    assert!((Duration::from_millis(900)..Duration::from_secs(3)).contains(&waited), "{waited:?}");
}

#[test]
fn one_connection_more_than_there_are_places_is_closed_at_once_and_the_others_go_on() {
    let server = start(Flags { tcp_connections: Some(2), ..Flags::default() });
    let mut held: Vec<_> = ["127.1.0.1", "127.1.0.2"].map(|client| server.connect(client)).into();
    for stream in &mut held {
        send_framed(stream, &question("example.com.", RecordType::A).to_vec().unwrap());
        receive_framed(stream).unwrap();
    }
    let mut third = server.connect("127.1.0.3");
    assert!(matches!(third.read(&mut [0; 1]), Ok(0) | Err(_)), "closed");
    send_framed(&mut held[0], &question("example.com.", RecordType::A).to_vec().unwrap());
    receive_framed(&mut held[0]).unwrap();
    held.clear();
    thread::sleep(Duration::from_millis(200));
    let mut fourth = server.connect(US);
    send_framed(&mut fourth, &question("example.com.", RecordType::A).to_vec().unwrap());
    assert!(receive_framed(&mut fourth).is_ok(), "places are given back");
}

#[test]
fn one_client_cannot_hold_all_places_and_a_stranger_none() {
    let allow = Some(vec!["127.1.0.0/16".parse().unwrap()]);
    let server = start(Flags { tcp_connections: Some(8), allow, ..Flags::default() });
    let is_answered = |client: &str| {
        let mut stream = server.connect(client);
        // A connection that is closed may be reset while we write.
        let query = question("example.com.", RecordType::A).to_vec().unwrap();
        let framed = [&(query.len() as u16).to_be_bytes()[..], &query].concat();
        let answered = stream.write_all(&framed).is_ok() && receive_framed(&mut stream).is_ok();
        (answered, stream)
    };
    let held: Vec<_> = (0..2).map(|_| is_answered("127.1.0.1")).collect();
    assert!(held.iter().all(|(answered, _)| *answered));
    assert!(!is_answered("127.1.0.1").0, "a quarter is held");
    assert!(is_answered("127.1.0.2").0);
    assert!(!is_answered("127.2.0.1").0, "may not ask");
    drop(held);
    thread::sleep(Duration::from_millis(200));
    assert!(is_answered("127.1.0.1").0);
}

#[test]
fn what_is_too_short_for_a_header_closes_the_connection() {
    let server = start_on("2026-11-22");
    for garbage in [&b""[..], b"garbage"] {
        let mut stream = server.connect(US);
        send_framed(&mut stream, garbage);
        assert!(matches!(stream.read(&mut [0; 1]), Ok(0) | Err(_)), "{garbage:?}");
    }
}

#[test]
fn a_response_in_a_stream_is_passed_over() {
    let server = start_on("2026-11-22");
    let mut stream = server.connect(US);
    let mut response = question("example.com.", RecordType::A).to_vec().unwrap();
    response[2] |= 0x80;
    send_framed(&mut stream, &response);
    let query = question("example.com.", RecordType::A);
    send_framed(&mut stream, &query.to_vec().unwrap());
    assert_eq!(Message::from_vec(&receive_framed(&mut stream).unwrap()).unwrap().id, query.id);
}

#[test]
fn dripping_octets_does_not_keep_a_connection() {
    let server = start(Flags { tcp_idle: Some(Duration::from_secs(1)), ..Flags::default() });
    let mut stream = server.connect(US);
    stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(4) {
        // A whole query of 60 000 octets would take hours.
        let dripped = stream.write_all(&[0xea]).is_ok();
        if !dripped || matches!(stream.read(&mut [0; 1]), Ok(0)) {
            break;
        }
    }
    assert!(begin.elapsed() < Duration::from_secs(3), "closed after {:?}", begin.elapsed());
}

/// One rule a transport-dependent answer.
const STREAMS: &str = "
country: XX
name: Nowhere
clients: [127.99.0.0/16]
rules:
  - {rule: cut, names: [cut.example], answer: reset, evidence: assumed, sources: [Test]}
  - {rule: gone, names: [gone.example], answer: drop, evidence: assumed, sources: [Test]}
  - {rule: tc, names: [example.com], answer: truncate, evidence: assumed, sources: [Test]}
sources:
  Test: made for this test
";

#[test]
fn reset_is_a_rst_on_tcp_and_silence_on_udp() {
    let (_scratch, sources) = own_lab(&[("xx", STREAMS)]);
    let server = start_from(sources);
    let query = question("cut.example.", RecordType::A).to_vec().unwrap();
    let mut stream = server.connect("127.99.0.1");
    send_framed(&mut stream, &query);
    assert_eq!(receive_framed(&mut stream).unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(server.silence_after("127.99.0.1", &query));
}

#[test]
fn drop_is_silence_and_the_connection_goes_on() {
    let (_scratch, sources) = own_lab(&[("xx", STREAMS)]);
    let server = start_from(sources);
    let query = question("gone.example.", RecordType::A).to_vec().unwrap();
    assert!(server.silence_after("127.99.0.1", &query));
    let mut stream = server.connect("127.99.0.1");
    send_framed(&mut stream, &query);
    let next = question("example.net.", RecordType::A);
    send_framed(&mut stream, &next.to_vec().unwrap());
    assert_eq!(
        Message::from_vec(&receive_framed(&mut stream).unwrap()).unwrap().id,
        next.id,
        "only the next one is answered"
    );
}

#[test]
fn truncate_sends_the_client_to_tcp_where_the_honest_answer_is() {
    let (_scratch, sources) = own_lab(&[("xx", STREAMS)]);
    let server = start_from(sources);
    let udp = server.ask("127.99.0.1", "example.com.", RecordType::A);
    assert!(udp.truncation && udp.answers.is_empty());
    let tcp = server.ask_tcp("127.99.0.1", "example.com.", RecordType::A);
    assert_eq!(tcp.answers, server.ask(US, "example.com.", RecordType::A).answers);
}
