//! What the debug log tells of a query, when its last reply has left.

use crate::support::{
    files::Scratch,
    program::Served,
    wire::{client_socket, question, receive, receive_framed, send_framed},
};
use hickory_proto::rr::RecordType;
use std::{
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpStream, UdpSocket},
    process::{Child, ChildStderr, Command},
    thread,
    time::Duration,
};

/// The program, logging every query.
struct Logging {
    server: Served,
    address: SocketAddr,
    log: BufReader<ChildStderr>,
}

impl Logging {
    fn start(arguments: &[&str]) -> Self {
        let log = ["--log", "splinterdns::query=debug"];
        let mut server = Served::start(&[&log[..], arguments].concat());
        let (address, log) = (server.address, server.child.stderr.take().unwrap());
        Self { server, address, log: BufReader::new(log) }
    }

    fn ask(&self, client: &str, name: &str) -> UdpSocket {
        let socket = client_socket(client);
        let query = question(name, RecordType::A).to_vec().unwrap();
        socket.send_to(&query, self.address).unwrap();
        socket
    }

    /// The next line, whose fields stand behind its level.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.log.read_line(&mut line).unwrap();
        line.split_once("DEBUG ").unwrap_or_else(|| panic!("{line}")).1.trim_end().to_owned()
    }
}

/// A line without its latency, and the latency in microseconds.
fn parted(line: &str) -> (&str, u64) {
    let (rest, latency) = line.split_once(" latency_us=").expect("a latency");
    (rest, latency.parse().unwrap())
}

#[test]
fn a_line_tells_who_asked_what_decided_and_what_left() {
    let mut server = Logging::start(&[]);
    let socket = server.ask("127.98.0.1", "www.facebook.com.");
    receive(&socket, Duration::from_secs(5)).unwrap();
    let line = server.line();
    let expected = "client=127.98.0.1 transport=udp name=www.facebook.com rtype=A country=\"IR\" \
                    operator=\"-\" verdict=poison rule=\"facebook-below\" alias=\"-\" \
                    replies=\"NOERROR\" \
                    answers=\"1\" upstream=\"-\"";
    assert_eq!(parted(&line).0, expected);
}

#[test]
fn a_race_is_told_once_when_its_last_reply_has_left() {
    let mut server = Logging::start(&[]);
    let socket = server.ask("127.86.0.1", "www.facebook.com.");
    let count = (0..3).filter(|_| receive(&socket, Duration::from_secs(5)).is_some()).count();
    assert_eq!(count, 3);
    let line = server.line();
    let (rest, latency) = parted(&line);
    assert!(rest.contains("replies=\"NOERROR,NOERROR,NOERROR\" answers=\"1,1,2\""), "{line}");
    assert!(latency > 1000, "the genuine answer comes last, some milliseconds later: {line}");
}

#[test]
fn a_reset_and_a_refusal_are_told_too() {
    let mut server = Logging::start(&[]);
    let mut stream = connect(server.address, "127.86.0.1");
    send_framed(&mut stream, &question("www.facebook.com.", RecordType::A).to_vec().unwrap());
    receive_framed(&mut stream).unwrap_err();
    let line = server.line();
    assert!(line.contains("transport=tcp") && line.contains("verdict=reset"), "{line}");
    assert!(line.contains("replies=\"RST\" answers=\"-\""), "{line}");
    let socket = client_socket("127.86.0.1");
    let transfer = question("example.com.", RecordType::AXFR).to_vec().unwrap();
    socket.send_to(&transfer, server.address).unwrap();
    receive(&socket, Duration::from_secs(5)).unwrap();
    let line = server.line();
    assert!(line.contains("country=\"CN\"") && line.contains("replies=\"REFUSED\""), "{line}");
}

/// A stream to the server, from this client.
fn connect(server: SocketAddr, client: &str) -> TcpStream {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
    let socket = socket.unwrap();
    socket.bind(&SocketAddr::new(client.parse().unwrap(), 0).into()).unwrap();
    socket.connect(&server.into()).unwrap();
    TcpStream::from(socket)
}

/// A country whose answers come late, by race.
fn slow_country() -> Scratch {
    let scratch = Scratch::new();
    scratch.write(
        "countries/xx.yaml",
        "country: XX\nname: Slowland\nclients: [127.99.0.0/16]\nanswers:\n  \
         late: {delay: {by: 300ms, then: nxdomain}}\nrules:\n  \
         - {rule: slow, names: [slow.example], answer: late, evidence: measured, sources: [A]}\n  \
         - {rule: race, names: [race.example], answer: {race: [{after: 1ms, send: reset}, \
         {after: 20ms, send: nxdomain}]}, evidence: measured, sources: [A]}\n\
         sources: {A: a paper}\n",
    );
    scratch
}

#[test]
fn a_reply_whose_client_has_gone_is_told_as_failed() {
    let scratch = slow_country();
    let mut server = Logging::start(&["--configs", scratch.path().to_str().unwrap()]);
    let mut stream = connect(server.address, "127.99.0.1");
    send_framed(&mut stream, &question("slow.example.", RecordType::A).to_vec().unwrap());
    // Closing with octets unread, or with this option, resets the connection.
    socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    drop(stream);
    let line = server.line();
    assert!(
        line.contains("verdict=nxdomain rule=\"slow\" alias=\"-\" replies=\"failed\""),
        "{line}"
    );
}

#[test]
fn a_reply_that_is_still_on_its_way_when_the_server_ends_is_told_as_failed() {
    let scratch = slow_country();
    let mut server = Logging::start(&["--configs", scratch.path().to_str().unwrap()]);
    server.ask("127.99.0.1", "slow.example.");
    // The query has been taken when one that came later has been answered.
    let later = server.ask("127.99.0.1", "race.example.");
    receive(&later, Duration::from_secs(5)).unwrap();
    stop(&server.server.child);
    let lines: Vec<_> = (&mut server.log).lines().map(Result::unwrap).collect();
    let slow = lines.iter().find(|line| line.contains("name=slow.example")).expect("a line");
    assert!(slow.contains("replies=\"failed\""), "{slow}");
}

fn stop(server: &Child) {
    let told = Command::new("kill").arg(server.id().to_string()).status().unwrap();
    assert!(told.success());
}

#[test]
fn a_reset_among_datagrams_is_no_verdict_where_something_else_is_sent() {
    let scratch = slow_country();
    let mut server = Logging::start(&["--configs", scratch.path().to_str().unwrap()]);
    let socket = server.ask("127.99.0.1", "race.example.");
    receive(&socket, Duration::from_secs(5)).unwrap();
    let line = server.line();
    assert!(
        line.contains("verdict=nxdomain rule=\"race\" alias=\"-\" replies=\"NXDOMAIN\""),
        "{line}"
    );
}

#[test]
fn what_has_been_answered_is_logged_before_the_server_ends() {
    let mut server = Logging::start(&[]);
    let socket = client_socket("127.98.0.1");
    let query = question("www.facebook.com.", RecordType::A).to_vec().unwrap();
    for _ in 0..200 {
        socket.send_to(&query, server.address).unwrap();
        receive(&socket, Duration::from_secs(5)).unwrap();
    }
    stop(&server.server.child);
    let lines = (&mut server.log).lines().map(Result::unwrap);
    assert_eq!(lines.filter(|line| line.contains("name=www.facebook.com")).count(), 200);
}

/// A resolver that says NXDOMAIN to one query.
fn upstream() -> (SocketAddr, thread::JoinHandle<()>) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let answering = thread::spawn(move || {
        let mut buffer = [0; 512];
        let (length, client) = socket.recv_from(&mut buffer).unwrap();
        buffer[2] |= 0x80;
        buffer[3] = 0x83;
        socket.send_to(&buffer[..length], client).unwrap();
    });
    (address, answering)
}

#[test]
fn what_the_upstream_resolver_has_said_is_told() {
    let (address, answering) = upstream();
    let mut server = Logging::start(&["--upstream", &address.to_string()]);
    let socket = server.ask("127.1.0.1", "nowhere.example.");
    receive(&socket, Duration::from_secs(5)).unwrap();
    answering.join().unwrap();
    let line = server.line();
    assert!(line.contains("replies=\"NXDOMAIN\" answers=\"0\" upstream=\"NXDOMAIN\""), "{line}");
}

#[test]
fn a_rule_about_a_name_behind_an_alias_is_told_with_that_name_wherever_the_answer_is_from() {
    let scratch = Scratch::new();
    let country = "country: XX\nname: Nowhere\nclients: [127.99.0.0/16]\naliases: followed\n\
                   rules:\n- {rule: behind, names: [c10r.facebook.com], answer: drop, \
                   evidence: assumed, sources: [T]}\nsources: {T: Tester}\n";
    let file = scratch.write("xx.yaml", country);
    let file = file.to_str().unwrap();
    // A server without it is the upstream of another: who asks from 127.0.0.1 is in no country.
    let above = Logging::start(&[]);
    let upstream = above.address.to_string();
    let relayed = ["--upstream", &upstream, "--honest-from", "upstream"];
    for (more, code) in [(&[][..], "-"), (&relayed[..], "NOERROR")] {
        let mut server = Logging::start(&[&["--configs", file], more].concat());
        let socket = server.ask("127.99.0.1", "www.facebook.com");
        let line = server.line();
        let expected = format!(
            "verdict=drop rule=\"behind\" alias=\"star-mini.c10r.facebook.com\" \
             replies=\"-\" answers=\"-\" upstream=\"{code}\""
        );
        assert!(line.contains(&expected), "{line}");
        assert!(receive(&socket, Duration::from_millis(200)).is_none());
    }
}
