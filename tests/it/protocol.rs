//! What every query meets, whatever the policy says: RFC 1035, RFC 6891. (What single queries get,
//! good and bad, stands in `tests/cases/conformance`.)

use crate::support::{
    engine::{Flags, default_country, listener, on, own_lab},
    server::{start, start_from, start_on},
    wire::{client_socket, question, receive},
};
use hickory_proto::{
    op::{Message, Query, ResponseCode},
    rr::{Name, RecordType},
};
use std::{net::UdpSocket, time::Duration};

const US: &str = "127.1.0.1";
const CN: &str = "127.86.0.1";

fn octets(name: &str, rtype: RecordType) -> Vec<u8> {
    question(name, rtype).to_vec().unwrap()
}

fn without_edns(name: &str, rtype: RecordType) -> Vec<u8> {
    let mut message = question(name, rtype);
    message.edns = None;
    message.to_vec().unwrap()
}

#[test]
fn the_id_the_question_and_its_letters_case_come_back() {
    let server = start_on("2026-11-22");
    for client in [US, CN] {
        let query = octets("wWw.FaceBook.cOm.", RecordType::A);
        let answer = server.ask_octets(client, &query).unwrap();
        assert_eq!(answer[..2], query[..2]);
        assert_eq!(answer[12..34], query[12..34], "as {client}");
        let owner = Message::from_vec(&answer).unwrap().answers[0].name.to_ascii();
        assert_eq!(owner, "wWw.FaceBook.cOm.", "as {client}");
    }
}

#[test]
fn responses_and_garbage_get_no_answer() {
    let server = start_on("2026-11-22");
    let mut response = octets("example.com.", RecordType::A);
    response[2] |= 0x80;
    assert!(server.silence_after(US, &response));
    for garbage in [&b""[..], b"x", b"GET / HTTP/1.1\r\n\r\n"[..11].as_ref()] {
        assert!(server.silence_after(US, garbage), "{garbage:?}");
    }
}

/// A query with an option behind it, of a length that its OPT says.
fn with_option(name: &str, option: &[u8]) -> Vec<u8> {
    let mut query = octets(name, RecordType::A);
    *query.last_mut().unwrap() = u8::try_from(option.len()).unwrap();
    query.extend(option);
    query
}

#[test]
fn options_change_no_answer_and_are_not_echoed() {
    let server = start_on("2026-11-22");
    let mut plain = server.ask_octets(US, &octets("example.com.", RecordType::A)).unwrap();
    // EDNS Client Subnet of family 0, as stubby and getdns sent it; of family 7; a short cookie.
    let ecs = |family| [0, 8, 0, 4, 0, family, 0, 0];
    for option in [&ecs(0)[..], &ecs(7), &[0, 10, 0, 1, 9]] {
        let query = with_option("example.com.", option);
        plain[..2].copy_from_slice(&query[..2]);
        assert_eq!(server.ask_octets(US, &query).unwrap(), plain, "{option:?}");
        let forged = server.ask_octets(CN, &with_option("www.facebook.com.", option)).unwrap();
        assert_eq!((forged[3] & 0x0f, forged[7]), (0, 1), "forged all the same: {option:?}");
    }
}

#[test]
fn what_does_not_fit_is_truncated_at_512_octets_or_what_the_client_takes() {
    let server = start_on("2026-11-22");
    let small = server.ask_octets(US, &without_edns("google.com.", RecordType::TXT)).unwrap();
    let message = Message::from_vec(&small).unwrap();
    assert!(small.len() <= 512 && message.truncation && message.answers.is_empty());
    let fits = server.ask_octets(US, &octets("google.com.", RecordType::TXT)).unwrap();
    assert!(fits.len() > 512 && !Message::from_vec(&fits).unwrap().truncation);
    let over = server.ask_octets(US, &octets("microsoft.com.", RecordType::TXT)).unwrap();
    assert!(over.len() <= 1232 && Message::from_vec(&over).unwrap().truncation);
    assert!(server.ask_tcp(US, "microsoft.com.", RecordType::TXT).answers.len() > 10);
}

/// One worker, so that both ask the one that remembers its answers.
#[test]
fn an_answer_that_was_cut_for_one_client_is_whole_for_the_next() {
    let server = start(Flags { workers: Some(1), ..Flags::default() });
    let taking_more = octets("google.com.", RecordType::TXT);
    let mut taking_less = taking_more.clone();
    let payload = taking_less.windows(3).position(|window| window == [0, 0, 41]).unwrap() + 3;
    taking_less[payload..payload + 2].copy_from_slice(&512_u16.to_be_bytes());
    let cut = server.ask_octets(US, &taking_less).unwrap();
    assert!(cut.len() <= 512 && Message::from_vec(&cut).unwrap().truncation);
    let whole = server.ask_octets(US, &taking_more).unwrap();
    assert!(whole.len() > 512 && !Message::from_vec(&whole).unwrap().truncation);
}

#[test]
fn clients_that_are_not_allowed_are_refused_in_no_more_octets_than_they_sent() {
    let allow = Some(vec!["127.1.0.0/16".parse().unwrap()]);
    let server = start(Flags { allow, ..Flags::default() });
    assert_eq!(server.ask(US, "example.com.", RecordType::A).response_code, ResponseCode::NoError);
    let query = octets("example.com.", RecordType::A);
    // The same from the header on: id, flags, question and OPT.
    let mut refused = query.clone();
    refused[2..4].copy_from_slice(&[0x81, 0x85]);
    assert_eq!(server.ask_octets(CN, &query).unwrap(), refused);
    let mut broken = query[..20].to_vec();
    let refused = server.ask_octets(CN, &broken).unwrap();
    broken.truncate(12);
    broken[2..].copy_from_slice(&[0x81, 0x05, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(refused, broken, "not FORMERR");
}

#[test]
fn a_wildcard_listener_answers_from_the_address_that_was_asked() {
    let wildcard =
        |address| start(Flags { listen: vec![listener(address, None)], ..Flags::default() });
    let v4 = wildcard("0.0.0.0:0");
    let port = v4.address.port();
    for server in ["127.0.0.1", "127.0.0.9", "127.3.2.1"] {
        // A connected socket takes datagrams from that address alone.
        let client = client_socket(US);
        client.connect((server, port)).unwrap();
        client.send(&octets("example.com.", RecordType::A)).unwrap();
        assert!(receive(&client, Duration::from_secs(5)).is_some(), "asked {server}");
    }
    if UdpSocket::bind("[::1]:0").is_ok() {
        let v6 = wildcard("[::]:0");
        let client = UdpSocket::bind("[::1]:0").unwrap();
        client.connect(("::1", v6.address.port())).unwrap();
        client.send(&octets("example.com.", RecordType::A)).unwrap();
        assert!(receive(&client, Duration::from_secs(5)).is_some());
    }
}

#[test]
fn a_listener_that_is_bound_to_a_country_puts_every_client_there() {
    let listen = vec![
        listener("127.0.0.1:0", Some("CN")),
        listener("127.0.0.1:0", Some("US")),
        listener("127.0.0.1:0", None),
    ];
    let server = start(Flags { listen, ..on("2026-11-22") });
    let first_address = |listener: usize, client: &str| {
        let socket = client_socket(client);
        socket.send_to(&octets("twitter.com.", RecordType::A), server.listeners[listener]).unwrap();
        let answer = Message::from_vec(&receive(&socket, Duration::from_secs(5)).unwrap()).unwrap();
        answer.answers[0].data.to_string()
    };
    let honest = first_address(2, "127.0.0.1");
    assert_ne!(first_address(0, "127.0.0.1"), honest, "nobody's client, China's listener");
    assert_ne!(first_address(0, US), honest, "an American client, China's listener");
    assert_eq!(first_address(1, CN), honest, "a Chinese client, America's listener");
    assert_ne!(first_address(2, CN), honest, "a Chinese client, nobody's listener");
}

#[test]
fn a_listener_that_is_bound_to_an_operator_puts_every_client_there() {
    let listen =
        ["IN/act", "IN/Jio", "IN"].map(|bound| listener("127.0.0.1:0", Some(bound))).to_vec();
    let server = start(Flags { listen, ..on("2026-11-22") });
    let act_client = "127.91.1.1";
    let answers = |listener: usize, client: &str, name: &str| {
        let socket = client_socket(client);
        socket.send_to(&octets(name, RecordType::A), server.listeners[listener]).unwrap();
        let answer = Message::from_vec(&receive(&socket, Duration::from_secs(5)).unwrap()).unwrap();
        answer.answers.iter().map(|record| record.data.to_string()).collect::<Vec<_>>()
    };
    // Of TikTok's hosts ACT has those that were tested.
    let (www, apex) = ("m.tiktok.com.", "tiktok.com.");
    let honest = (answers(2, US, www), answers(2, US, apex));
    assert_eq!(
        (answers(0, US, www), answers(0, act_client, www)),
        (honest.0.clone(), honest.0.clone()),
        "ACT leaves other hosts alone"
    );
    assert_ne!(answers(0, US, apex), honest.1, "an American client, ACT's listener");
    let jio = answers(1, US, apex);
    assert_ne!(jio, honest.1, "an American client, Jio's listener");
    assert_ne!(jio, answers(0, US, apex), "each has a page of its own");
    assert_eq!(answers(1, act_client, apex), jio, "a client of ACT, Jio's listener");
    assert_ne!(answers(2, act_client, apex), honest.1, "a client of ACT, India's listener");
}

#[test]
fn the_default_country_governs_clients_of_nobodys_network_alone() {
    let server = start(Flags { country: default_country("CN"), ..on("2026-11-22") });
    let honest = server.ask(US, "twitter.com.", RecordType::A).answers;
    assert_ne!(server.ask("127.0.0.1", "twitter.com.", RecordType::A).answers, honest);
    assert_eq!(
        start_on("2026-11-22").ask("127.0.0.1", "twitter.com.", RecordType::A).answers,
        honest,
        "without a default"
    );
}

#[test]
fn the_owner_of_a_soa_may_have_dots_and_other_octets_in_its_labels() {
    let long = "\\255".repeat(60);
    let country = format!(
        "country: XX\nname: Nowhere\nclients: [127.99.0.0/16]\nrules:\n  - rule: one\n    \
         names: ['a\\.b.example', '{long}.test']\n    answer: nxdomain\n    \
         evidence: assumed\n    sources: [Test]\nsources: {{Test: made for this test}}\n"
    );
    let (_scratch, sources) = own_lab(&[("xx", &country)]);
    let server = start_from(sources);
    for labels in [vec![&b"www"[..], b"a.b", b"example"], vec![&[255; 60][..], b"test"]] {
        let name = Name::from_labels(labels).unwrap();
        let mut query = question("placeholder.", RecordType::A);
        query.queries = vec![Query::query(name.clone(), RecordType::A)];
        let reply = server.ask_octets("127.99.0.1", &query.to_vec().unwrap()).unwrap();
        let reply = Message::from_vec(&reply).unwrap();
        assert_eq!(reply.response_code, ResponseCode::NXDomain);
        assert!(
            reply.authorities[0].name.zone_of(&name) && reply.authorities[0].name.num_labels() == 2,
            "{reply:?}"
        );
    }
}
