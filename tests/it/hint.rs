//! The line to paste at the start of `serve` is true: `dig` and its answer, where they are shown.

use crate::support::{
    files::Scratch,
    program::program,
    wire::{client_socket, question, receive},
};
use hickory_proto::{
    op::{Message, ResponseCode},
    rr::RecordType,
};
use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
    time::Duration,
};

struct Started {
    child: Child,
    banner: String,
}

impl Drop for Started {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn start(arguments: &[&str]) -> Started {
    let mut child = program()
        .arg("serve")
        .args(arguments)
        .env("COLUMNS", "200")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut banner = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    while !banner.contains("\ntry: ") {
        assert!(out.read_line(&mut banner).unwrap() > 0, "{banner}");
    }
    Started { child, banner }
}

impl Started {
    /// The answer to the question that the line asks.
    fn tried(&self) -> (Message, String) {
        let line = self.banner.lines().last().unwrap().to_owned();
        let words: Vec<_> = line.split_whitespace().collect();
        let behind =
            |flag: &str| words.iter().position(|word| *word == flag).map(|at| words[at + 1]);
        let server = words.iter().find_map(|word| word.strip_prefix('@')).unwrap();
        let socket = client_socket(behind("-b").unwrap_or(server));
        let octets = question(&format!("{}.", words.last().unwrap()), RecordType::A);
        let port: u16 = behind("-p").unwrap().parse().unwrap();
        socket.send_to(&octets.to_vec().unwrap(), (server, port)).unwrap();
        let octets = receive(&socket, Duration::from_secs(5)).unwrap();
        (Message::from_vec(&octets).unwrap(), line)
    }
}

#[test]
fn the_name_is_blocked_for_whoever_pastes_the_line() {
    let (answer, line) = start(&["--listen", "127.0.0.1:0=RU", "--today", "2026-11-22"]).tried();
    assert_eq!(answer.response_code, ResponseCode::NXDomain, "{line}");
    assert!(!line.contains(" -b "), "{line}");
    let every = start(&["--listen", "0.0.0.0:0", "--today", "2026-11-22"]);
    let (answer, line) = every.tried();
    assert!(line.contains(" -b 127.86.0.1 ") && line.ends_with(" facebook.com"), "{line}");
    assert!(!answer.answers.is_empty());
    assert!(every.banner.contains("gets honest answers (--listen 0.0.0.0:"), "{}", every.banner);
    let bound = start(&["--listen", "0.0.0.0:0=CN"]);
    assert!(bound.banner.contains("they are in CN"), "{}", bound.banner);
}

#[test]
fn the_first_listener_may_have_nothing_to_show() {
    let listen = ["--listen", "127.0.0.1:0=US", "--listen", "127.0.0.1:0=RU"];
    let (answer, line) = start(&[&listen[..], &["--today", "2026-11-22"]].concat()).tried();
    assert_eq!(answer.response_code, ResponseCode::NXDomain, "{line}");
}

#[test]
fn where_nothing_is_blocked_the_line_says_so() {
    let honest = start(&["--listen", "127.0.0.1:0=US"]);
    assert!(honest.banner.contains("nothing is blocked"), "{}", honest.banner);
    assert_eq!(honest.tried().0.response_code, ResponseCode::NoError);
    let closed = start(&["--listen", "127.0.0.1:0", "--allow", "10.0.0.0/8"]);
    assert!(closed.banner.contains("the answer is REFUSED"), "{}", closed.banner);
    assert_eq!(closed.tried().0.response_code, ResponseCode::Refused);
}

#[test]
fn a_name_that_the_operator_answers_honestly_is_not_proposed() {
    let scratch = Scratch::new();
    let rule = |name: &str, names: &str, answer: &str| {
        format!(
            "{{rule: {name}, names: [{names}], answer: {answer}, evidence: assumed, sources: [T]}}"
        )
    };
    let country = format!(
        "country: XX\nname: X\nclients: [127.99.0.0/16]\noperators:\n  - operator: one\n    \
         name: One\n    clients: [127.99.1.0/24]\n    rules: [{}]\nrules: [{}, {}]\n\
         sources: {{T: test}}\n",
        rule("free", "a.example", "honest"),
        rule("a", "a.example", "refused"),
        rule("b", "b.example", "refused"),
    );
    scratch.write("countries/xx.yaml", &country);
    let configs = scratch.path().to_str().unwrap();
    let started = start(&["--listen", "127.0.0.1:0=XX/one", "--configs", configs]);
    let (answer, line) = started.tried();
    assert!(line.ends_with(" b.example"), "{line}");
    assert_eq!(answer.response_code, ResponseCode::Refused);
}
