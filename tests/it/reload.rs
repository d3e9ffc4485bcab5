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
    os::unix::fs::symlink,
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

/// A rule for the names of two lists.
fn listing(lists: &str) -> String {
    let names = "names: [blocked.example]";
    country("refused").replace(names, &format!("lists: [{lists}]"))
}

/// Waits until a name of a list is blocked.
fn is_blocked(server: &Running, name: &str) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(30) {
        if server.ask(CLIENT, name, RecordType::A).response_code == ResponseCode::Refused {
            return true;
        }
        thread::sleep(Duration::from_millis(50));
    }
    false
}

#[test]
fn a_file_outside_of_the_folder_or_behind_a_link_is_watched() {
    let scratch = Scratch::new();
    let path = |name: &str| scratch.path().join(name);
    scratch.write("shared/list.txt", "one.example\n");
    scratch.write("shared/beside.txt", "two.example\n");
    scratch.write("shared/xx.yaml", &listing("link.txt, ../../shared/beside.txt"));
    scratch.write("configs/countries/.keep", "");
    symlink("../../shared/list.txt", path("configs/countries/link.txt")).unwrap();
    symlink(path("shared/xx.yaml"), path("configs/countries/xx.yaml")).unwrap();
    let server = start_from(from_folder(&path("configs")));
    assert!(is_blocked(&server, "one.example.") && is_blocked(&server, "two.example."));
    thread::sleep(Duration::from_millis(300));
    scratch.write("shared/beside.txt", "three.example\n");
    assert!(is_blocked(&server, "three.example."), "outside");
    // An editor that writes beside and renames over.
    scratch.write("shared/.list.swp", "four.example\n");
    fs::rename(path("shared/.list.swp"), path("shared/list.txt")).unwrap();
    assert!(is_blocked(&server, "four.example."), "behind a link");
    // The link is pointed elsewhere, and there the file is watched from then on.
    scratch.write("elsewhere/list.txt", "five.example\n");
    symlink("../../elsewhere/list.txt", path("configs/countries/.new")).unwrap();
    fs::rename(path("configs/countries/.new"), path("configs/countries/link.txt")).unwrap();
    assert!(is_blocked(&server, "five.example."), "another link");
    thread::sleep(Duration::from_millis(300));
    scratch.write("elsewhere/list.txt", "six.example\n");
    assert!(is_blocked(&server, "six.example."), "behind another link");
    scratch.write("shared/xx.yaml", &country("refused"));
    assert!(is_blocked(&server, "blocked.example."), "a country's file behind a link");
}

#[test]
fn a_list_that_was_missing_is_noticed_when_it_comes() {
    let scratch = Scratch::new();
    let path = |name: &str| scratch.path().join(name);
    scratch.write("shared/list.txt", "one.example\n");
    scratch.write("configs/countries/xx.yaml", &listing("../../shared/list.txt"));
    let server = start_from(from_folder(&path("configs")));
    thread::sleep(Duration::from_millis(300));
    fs::rename(path("shared/list.txt"), path("shared/old.txt")).unwrap();
    thread::sleep(Duration::from_millis(600));
    assert!(is_blocked(&server, "one.example."), "the old policy stays");
    scratch.write("shared/list.txt", "two.example\n");
    assert!(is_blocked(&server, "two.example."));
}

/// As kubelet writes it: every name leads over one link, which is swapped, and what it led to may
/// stay. A folder of the map is such a name too.
#[test]
fn a_mounted_configmap_is_watched_by_its_link() {
    for (mount, below, link) in [("countries", "", "xx.yaml"), ("", "countries/", "countries")] {
        let scratch = Scratch::new();
        let path = |name: &str| scratch.path().join(mount).join(name);
        for (version, answer) in [(1, "refused"), (2, "nxdomain"), (3, "servfail")] {
            let name = path(&format!("..{version}/{below}xx.yaml"));
            fs::create_dir_all(name.parent().unwrap()).unwrap();
            fs::write(name, country(answer)).unwrap();
        }
        symlink("..1", path("..data")).unwrap();
        symlink(format!("..data/{link}"), path(link)).unwrap();
        let server = start_from(from_folder(scratch.path()));
        assert_eq!(rcode(&server), ResponseCode::Refused);
        thread::sleep(Duration::from_millis(300));
        for (version, expected) in [(2, ResponseCode::NXDomain), (3, ResponseCode::ServFail)] {
            symlink(format!("..{version}"), path("..data_tmp")).unwrap();
            fs::rename(path("..data_tmp"), path("..data")).unwrap();
            assert!(becomes(&server, expected), "{mount}/{link}: the old folder stays");
            thread::sleep(Duration::from_millis(300));
        }
    }
}

#[test]
fn zone_files_and_pools_elsewhere_are_watched() {
    let scratch = Scratch::new();
    let path = |name: &str| scratch.path().join(name);
    let zone = |last| {
        format!(
            "$TTL 60\n@ SOA ns.z.example. a.z.example. 1 1 1 1 1\n@ NS ns.z.example.\n\
             ns A 192.0.2.1\nwww A 192.0.2.{last}\n$INCLUDE {}\n$INCLUDE ../shared/below\n",
            path("shared/names").display()
        )
    };
    let poisoning = country("{poison: {a: {pool: p}}}")
        .replace("rules:", "pools: {p: {file: ../../shared/pool.txt, pick: ring}}\nrules:");
    scratch.write("configs/lab.yaml", "zones: ../zones\n");
    scratch.write("configs/countries/xx.yaml", &poisoning);
    scratch.write("shared/pool.txt", "192.0.2.10\n");
    scratch.write("shared/names", "far A 192.0.2.20\n");
    scratch.write("shared/below", "near A 192.0.2.30\n");
    scratch.write("shared/z.zone", &zone(2));
    fs::create_dir(path("zones")).unwrap();
    symlink("../shared/z.zone", path("zones/z.example.zone")).unwrap();
    let server = start_from(from_folder(&path("configs")));
    let says = |name: &str, address: &str| {
        let end = Instant::now() + Duration::from_secs(30);
        while Instant::now() < end {
            let answer = server.ask(CLIENT, name, RecordType::A);
            if answer.answers[0].data.to_string() == address {
                return true;
            }
            thread::sleep(Duration::from_millis(50));
        }
        false
    };
    assert!(says("www.z.example.", "192.0.2.2") && says("blocked.example.", "192.0.2.10"));
    thread::sleep(Duration::from_millis(300));
    scratch.write("shared/z.zone", &zone(3));
    assert!(says("www.z.example.", "192.0.2.3"));
    scratch.write("shared/pool.txt", "192.0.2.11\n");
    assert!(says("blocked.example.", "192.0.2.11"));
    assert!(says("far.z.example.", "192.0.2.20") && says("near.z.example.", "192.0.2.30"));
    thread::sleep(Duration::from_millis(300));
    scratch.write("shared/names", "far A 192.0.2.21\n");
    assert!(says("far.z.example.", "192.0.2.21"), "included by its whole path");
    scratch.write("shared/below", "near A 192.0.2.31\n");
    assert!(says("near.z.example.", "192.0.2.31"), "included from another folder");
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
