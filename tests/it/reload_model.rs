//! Reload against a model: files of a lab are edited at random, and what a running server says is
//! what the last lab says that was valid as a whole. A broken edit leaves the old lab.
//!
//! `RELOAD_SEEDS=100..140` has it make other edits than those that it always makes, and more.

mod disk;
mod edits;
mod model;

use crate::support::{
    engine::from_folder,
    server::{Running, start_from},
    wire::{data, question, receive},
};
use disk::Disk;
use edits::Editor;
use hickory_proto::{op::Message, rr::RecordType};
use model::{Answer, Lab, QUESTIONS};
use std::{
    env,
    net::UdpSocket,
    thread,
    time::{Duration, Instant},
};

/// Each has a lab and a server of its own.
const SEEDS: std::ops::Range<u64> = 1..9;

/// Times that files are edited and the server asked.
const STEPS: usize = 22;

/// Longer than files have to be left alone before a reload begins, with the time that it takes.
const SETTLED: Duration = Duration::from_millis(450);

/// As long as a reload may take on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a server says to all questions.
fn said(server: &Running) -> Vec<Answer> {
    let ask = |client: &str, name: &str| {
        let socket = UdpSocket::bind((client, 0)).unwrap();
        let query = question(name, RecordType::A).to_vec().unwrap();
        socket.send_to(&query, server.address).unwrap();
        let reply = receive(&socket, PATIENCE).expect("no query is lost");
        let reply = Message::from_vec(&reply).unwrap();
        Answer { rcode: reply.response_code, addresses: data(&reply) }
    };
    QUESTIONS.iter().map(|(client, name)| ask(client, name)).collect()
}

/// Waits until the server says so, for as long as a reload may take; what it says in the end.
fn becomes(server: &Running, expected: &[Answer]) -> Vec<Answer> {
    let begin = Instant::now();
    loop {
        let said = said(server);
        if said == expected || begin.elapsed() > PATIENCE {
            return said;
        }
        thread::sleep(Duration::from_millis(25));
    }
}

/// What differs, for people.
fn differences(found: &[Answer], expected: &[Answer]) -> String {
    let pairs = QUESTIONS.iter().zip(found.iter().zip(expected));
    let differ = pairs.filter(|(_, (found, expected))| found != expected);
    let line = |((client, name), (found, expected)): (&_, _)| {
        format!("  {client} asks for {name}: {found:?}, and not {expected:?}")
    };
    differ.map(line).collect::<Vec<_>>().join("\n")
}

/// One lab, edited so often. What comes back is how many of its reloads were seen, and how many
/// broken labs were passed over.
fn edited(seed: u64) -> (usize, usize) {
    let mut editor = Editor::new(seed);
    let (mut lab, disk) = (Lab::first(), Disk::new());
    disk.write_all(&lab);
    let server = start_from(from_folder(&disk.configs()));
    // The watcher may start a moment after the first answer.
    thread::sleep(Duration::from_millis(300));
    let mut served = vec![lab.answers()];
    let (mut reloads, mut broken) = (0, 0);
    for step in 0..STEPS {
        let begin = lab.clone();
        // Of edits that follow each other at once each may be the one that is seen, but a valid
        // lab that stays is.
        let mut valid = served.clone();
        for _ in 0..editor.count() {
            editor.edit(&mut lab, &disk);
            valid.extend(lab.is_valid().then(|| lab.answers()));
        }
        let now = lab.answers();
        let changes = lab.is_valid() && !served.contains(&now);
        if !changes {
            thread::sleep(SETTLED);
        }
        let expected = if lab.is_valid() { vec![now.clone()] } else { valid };
        let found = if lab.is_valid() { becomes(&server, &now) } else { said(&server) };
        assert!(
            expected.contains(&found),
            "seed {seed}, step {step}: from {begin:#?}\n{}\nto {lab:#?}\n{}",
            editor.history(),
            differences(&found, expected.last().expect("one at least"))
        );
        reloads += usize::from(changes);
        broken += usize::from(!lab.is_valid());
        served = vec![found];
    }
    (reloads, broken)
}

#[test]
fn what_is_served_is_the_last_lab_that_was_valid_as_a_whole() {
    let seeds = env::var("RELOAD_SEEDS").map_or(SEEDS, |seeds| {
        let (first, end) = seeds.split_once("..").expect("RELOAD_SEEDS is such as 10..20");
        first.parse().expect("a number")..end.parse().expect("a number")
    });
    let seeds: Vec<_> = seeds.collect();
    let (mut reloads, mut broken) = (0, 0);
    for together in seeds.chunks(SEEDS.count()) {
        thread::scope(|scope| {
            let running: Vec<_> =
                together.iter().map(|seed| scope.spawn(move || edited(*seed))).collect();
            for one in running {
                let (seen, passed) = one.join().expect("see above");
                (reloads, broken) = (reloads + seen, broken + passed);
            }
        });
    }
    // A model that never changes, or is never broken, would agree with any server.
    let steps = seeds.len() * STEPS;
    assert!(reloads * 4 > steps && broken * 10 > steps, "{reloads} and {broken} of {steps}");
}
