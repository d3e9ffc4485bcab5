//! What one client cannot do to others: fill the memory, the log, the timers.

use crate::support::{
    files::Scratch,
    program::Served,
    wire::{client_socket, question, receive},
};
use hickory_proto::rr::RecordType;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use std::{
    fs,
    io::Read,
    net::{SocketAddr, UdpSocket},
    process::ExitStatus,
    thread,
    time::{Duration, Instant},
};

impl Served {
    /// Whether an honest answer comes within a second.
    fn answers(&self) -> bool {
        let socket = client_socket("127.1.0.1");
        socket.send_to(&query("example.com."), self.address).unwrap();
        receive(&socket, Duration::from_secs(1)).is_some()
    }

    fn resident_kilobytes(&self) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    }

    /// SIGTERM, and how long it takes until the end.
    fn stop(&mut self) -> (ExitStatus, Duration) {
        let begin = Instant::now();
        kill(Pid::from_raw(self.child.id().try_into().unwrap()), Signal::SIGTERM).unwrap();
        (self.child.wait().unwrap(), begin.elapsed())
    }

    /// What the log says.
    fn log(&mut self) -> String {
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        log
    }
}

fn query(name: &str) -> Vec<u8> {
    question(name, RecordType::A).to_vec().unwrap()
}

/// Sends queries for one name as fast as they are taken, and reads no answer.
fn flood(server: SocketAddr, client: &str, name: &str, count: usize) {
    let socket = client_socket(client);
    let query = query(name);
    for number in 0..count {
        socket.send_to(&query, server).unwrap();
        // Nothing is to be lost before the server has seen it.
        if number % 64 == 63 {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

#[test]
fn a_log_that_nobody_reads_holds_up_nobody() {
    let mut server = Served::start(&["--log", "debug"]);
    // A line each; the pipe has room for some hundreds.
    flood(server.address, "127.1.0.1", "example.com.", 10_000);
    assert!(server.answers());
    let (status, took) = server.stop();
    assert!(status.success() && took < Duration::from_secs(5), "{status} after {took:?}");
}

/// A country in which answers take a minute.
fn late_country() -> Scratch {
    let scratch = Scratch::new();
    scratch.write(
        "countries/xx.yaml",
        "country: XX\nname: Lateland\nclients: [127.99.0.0/16]\nanswers:\n  \
         late: {delay: {by: 60s, then: {poison: {a: 192.0.2.1}}}}\nrules:\n  \
         - {rule: late, names: [late.example], answer: late, evidence: measured, sources: [A]}\n\
         sources: {A: a paper}\n",
    );
    scratch
}

#[test]
fn delayed_replies_take_a_bounded_room_and_the_log_tells_what_was_dropped_once_a_second() {
    let scratch = late_country();
    let mut server = Served::start(&["--configs", scratch.path().to_str().unwrap()]);
    let (begin, before) = (Instant::now(), server.resident_kilobytes());
    flood(server.address, "127.99.0.1", "late.example.", 40_000);
    assert!(server.answers());
    let grown = server.resident_kilobytes() - before;
    assert!(grown < 20_000, "{grown} kB; a quarter of the room is 8 MB");
    // Another client still has its turn: its reply waits, so nothing is lost.
    thread::sleep(Duration::from_millis(1500));
    let seconds = begin.elapsed().as_secs() as usize;
    let (status, took) = server.stop();
    assert!(status.success() && took < Duration::from_secs(3), "{status} after {took:?}");
    let log = server.log();
    let told: Vec<_> = log.lines().filter(|line| line.contains("replies were dropped")).collect();
    assert!((1..=seconds + 2).contains(&told.len()), "{seconds} s: {log}");
    let count = |line: &&str| line.rsplit_once("count=")?.1.parse::<usize>().ok();
    let dropped: usize = told.iter().filter_map(count).sum();
    assert!((10_000..40_000).contains(&dropped), "{dropped}: {log}");
}

/// How many SERVFAILs have come.
fn refusals(socket: &UdpSocket, patience: Duration) -> usize {
    let replies = std::iter::from_fn(|| receive(socket, patience));
    replies.take(10_000).filter(|reply| reply[3] & 0x0f == 2).count()
}

#[test]
fn queries_that_wait_for_a_silent_resolver_take_a_quarter_of_the_places() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let upstream = silent.local_addr().unwrap().to_string();
    let server =
        Served::start(&["--upstream", &upstream, "--upstream-timeout", "60s", "--log", "off"]);
    let before = server.resident_kilobytes();
    let greedy = client_socket("127.1.0.1");
    let mut busy = 0;
    for number in 0..8000 {
        greedy.send_to(&query(&format!("n{number}.greedy.example.")), server.address).unwrap();
        // Whoever comes too late is told so at once. Replies are taken before the buffer is full.
        if number % 64 == 63 {
            busy += refusals(&greedy, Duration::from_millis(1));
        }
    }
    busy += refusals(&greedy, Duration::from_millis(500));
    assert!((3500..=8000 - 3500).contains(&busy), "{busy} of 8,000 have no place");
    let grown = server.resident_kilobytes() - before;
    assert!(grown < 30_000, "{grown} kB for some 4,000 queries");
    // Another client has places of its own: it waits.
    let other = client_socket("127.1.0.2");
    other.send_to(&query("other.example."), server.address).unwrap();
    assert!(receive(&other, Duration::from_millis(300)).is_none());
    assert!(server.answers());
}
