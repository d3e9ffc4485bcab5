//! Reload: the new lab is swapped in whole, a broken one is not, and no query is lost meanwhile.

use crate::support::{
    engine::{from_folder, own_lab},
    files::Scratch,
    server::{Running, start_from},
    wire::{question, receive},
};
use hickory_proto::{
    op::{Message, ResponseCode},
    rr::RecordType,
};
use std::{
    fs,
    net::UdpSocket,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

const CLIENT: &str = "127.99.0.1";

fn country(answer: &str) -> String {
    format!(
        "country: XX\nname: Nowhere\nclients: [127.99.0.0/16]\nrules:\n  - rule: one\n    \
         names: [blocked.example]\n    answer: {answer}\n    evidence: assumed\n    \
         sources: [Test]\nsources: {{Test: made for this test}}\n"
    )
}

fn rcode(server: &Running) -> ResponseCode {
    server.ask(CLIENT, "blocked.example.", RecordType::A).response_code
}

/// Waits until the server answers so, for as long as a reload may take.
fn becomes(server: &Running, expected: ResponseCode) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(30) {
        if rcode(server) == expected {
            return true;
        }
        thread::sleep(Duration::from_millis(50));
    }
    false
}

#[test]
fn a_changed_file_is_reloaded_and_a_broken_one_leaves_the_old_policy() {
    let (scratch, sources) = own_lab(&[("xx", &country("refused"))]);
    let file = scratch.path().join("countries/xx.yaml");
    let server = start_from(sources);
    assert_eq!(rcode(&server), ResponseCode::Refused);
    // The watcher may start a moment after the first answer.
    thread::sleep(Duration::from_millis(300));
    fs::write(&file, country("nxdomain")).unwrap();
    assert!(becomes(&server, ResponseCode::NXDomain));
    fs::write(&file, country("nonsense")).unwrap();
    thread::sleep(Duration::from_secs(1));
    assert_eq!(rcode(&server), ResponseCode::NXDomain, "the old policy stays");
    // Editors write beside and rename over.
    let beside = scratch.write("countries/.xx.tmp", &country("servfail"));
    fs::rename(beside, &file).unwrap();
    assert!(becomes(&server, ResponseCode::ServFail));
}

#[test]
fn an_upstream_whose_host_is_not_found_leaves_the_old_configuration() {
    let (scratch, sources) = own_lab(&[("xx", &country("refused"))]);
    let server = start_from(sources);
    thread::sleep(Duration::from_millis(300));
    scratch.write("lab.yaml", "upstream: [\"nowhere.invalid:53\"]\n");
    fs::write(scratch.path().join("countries/xx.yaml"), country("nxdomain")).unwrap();
    thread::sleep(Duration::from_secs(1));
    assert_eq!(rcode(&server), ResponseCode::Refused);
    scratch.write("lab.yaml", "upstream: [\"localhost:53\"]\n");
    assert!(becomes(&server, ResponseCode::NXDomain));
}

#[test]
fn a_folder_that_is_put_in_the_place_of_another_is_watched_too() {
    let scratch = Scratch::new();
    let (configs, other) = (scratch.path().join("configs"), scratch.path().join("other"));
    scratch.write("configs/countries/xx.yaml", &country("refused"));
    scratch.write("other/countries/xx.yaml", &country("servfail"));
    let server = start_from(from_folder(&configs));
    thread::sleep(Duration::from_millis(300));
    fs::rename(&configs, scratch.path().join("old")).unwrap();
    thread::sleep(Duration::from_millis(600));
    assert_eq!(rcode(&server), ResponseCode::Refused, "without any folder the old policy stays");
    fs::rename(&other, &configs).unwrap();
    assert!(becomes(&server, ResponseCode::ServFail));
    fs::write(configs.join("countries/xx.yaml"), country("nxdomain")).unwrap();
    assert!(becomes(&server, ResponseCode::NXDomain), "the new folder is watched");
}

#[test]
fn no_query_is_lost_while_files_change() {
    let (scratch, sources) = own_lab(&[("xx", &country("refused"))]);
    let file = scratch.path().join("countries/xx.yaml");
    let server = start_from(sources);
    let done = Arc::new(AtomicBool::new(false));
    let stop = Arc::clone(&done);
    let writer = thread::spawn(move || {
        for round in 0.. {
            if stop.load(Ordering::Relaxed) {
                return round;
            }
            fs::write(&file, country(if round % 2 == 0 { "nxdomain" } else { "refused" })).unwrap();
            thread::sleep(Duration::from_millis(500));
        }
        0
    });
    let socket = UdpSocket::bind((CLIENT, 0)).unwrap();
    socket.connect(server.address).unwrap();
    let query = question("blocked.example.", RecordType::A).to_vec().unwrap();
    let (mut last, mut answers, mut changes, begin) = (None, 0, 0, Instant::now());
    let limit = |changes| Duration::from_secs(if changes < 2 { 60 } else { 4 });
    while begin.elapsed() < limit(changes) {
        socket.send(&query).unwrap();
        let answer = receive(&socket, Duration::from_secs(2)).expect("no query is lost");
        let now = Some(Message::from_vec(&answer).unwrap().response_code);
        changes += usize::from(last.is_some() && last != now);
        (last, answers) = (now, answers + 1);
    }
    done.store(true, Ordering::Relaxed);
    assert!(writer.join().unwrap() > 5);
    assert!(changes >= 2, "{answers} answers, {changes} changes");
}
