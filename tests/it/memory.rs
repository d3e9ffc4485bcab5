//! A query that can be answered at once asks for no memory, whatever the answer: the allocator
//! counts.

use crate::support::own_lab;
use splinterdns::{
    config::{LabSpec, Shelf},
    lab::{Desk, Due, Lab, ROW, Row, Shelves, load},
    query::Transport,
};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

/// Counts what its own thread asks for; the other tests run beside it.
struct Counting;

thread_local! {
    static ASKED: Cell<usize> = const { Cell::new(0) };
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: everything is the system allocator's; the count is beside it.
#[allow(unsafe_code, reason = "an allocator is unsafe by its nature")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ASKED.with(|asked| asked.set(asked.get() + 1));
        // SAFETY: as the caller says.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller says.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// A query with RD, an OPT and this question.
fn query(name: &str, rtype: u8) -> Vec<u8> {
    let mut octets = b"\0\x07\x01\0\0\x01\0\0\0\0\0\x01".to_vec();
    for label in name.split('.') {
        octets.push(u8::try_from(label.len()).unwrap());
        octets.extend(label.as_bytes());
    }
    octets.extend([0, 0, rtype, 0, 1]);
    octets.extend([0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0]);
    octets
}

fn answer(lab: &Lab, octets: &[u8], client: [u8; 4], desk: &mut Desk) -> usize {
    desk.plan.octets.clear();
    let asker = lab.asker(client.into(), Transport::Udp, "2026-11-22T12:00".parse().unwrap());
    let query = lab.consider(&mut lab.open(octets, lab.governed(asker, None), desk), desk);
    for at in 0..desk.plan.steps.len() {
        let send = desk.plan.steps[at].send.clone();
        let due = lab.due(send, query, Transport::Udp, desk);
        assert!(matches!(due, Due::Message(_)), "{due:?}");
    }
    desk.plan.octets.len()
}

#[test]
fn a_query_that_is_answered_at_once_asks_for_no_memory() {
    let flags = LabSpec { today: Some("2026-11-22T12:00".parse().unwrap()), ..LabSpec::default() };
    let lab = load(&Shelves::new(Shelf::built_in_configs(), flags)).unwrap().0;
    let cases = [
        ("forged address", query("www.facebook.com", 1), [127, 98, 0, 1]),
        ("NXDOMAIN", query("www.rt.com", 1), [127, 49, 0, 1]),
        ("forged alias", query("www.reddit.com", 1), [127, 62, 1, 1]),
        ("no data", query("www.facebook.com", 15), [127, 98, 0, 1]),
        ("zone", query("www.example.com", 1), [127, 1, 0, 1]),
        ("no such name in a zone", query("nosuch.example.com", 1), [127, 1, 0, 1]),
        ("honest beside many rules", query("example.com", 28), [127, 7, 0, 1]),
        ("refused to everybody", query("example.com", 252), [127, 1, 0, 1]),
    ];
    let mut desk = Desk::default();
    for (label, octets, client) in cases {
        assert!(answer(&lab, &octets, client, &mut desk) > 12, "{label}");
        let before = ASKED.get();
        for _ in 0..100 {
            answer(&lab, &octets, client, &mut desk);
        }
        assert_eq!(ASKED.get() - before, 0, "{label}: allocations in 100 queries");
    }
}

/// Asks for names in a country with these patterns, each a second time without a call for memory.
fn asked_again_without_memory(patterns: &str, names: &[&str]) {
    let country = format!(
        "country: XX\nname: Nowhere\nclients: [127.99.0.0/16]\nrules:\n  - rule: one\n    names: [{patterns}]\n    answer: nxdomain\n    \
         evidence: assumed\n    sources: [Test]\nsources: {{Test: made for this test}}\n"
    );
    let (_scratch, shelves) = own_lab(&[("xx", &country)]);
    let (lab, mut desk) = (load(&shelves).unwrap().0, Desk::default());
    for name in names {
        let octets = query(name, 1);
        answer(&lab, &octets, [127, 99, 0, 1], &mut desk);
        let before = ASKED.get();
        answer(&lab, &octets, [127, 99, 0, 1], &mut desk);
        assert_eq!(ASKED.get() - before, 0, "{name}");
    }
}

const EIGHT_DEPTHS: &str = "com, b.com, c.b.com, d.c.b.com, e.d.c.b.com, f.e.d.c.b.com, g.f.e.d.c.b.com, h.g.f.e.d.c.b.com";

#[test]
fn nor_does_one_with_patterns_of_many_depths() {
    asked_again_without_memory(
        EIGHT_DEPTHS,
        &["i.h.g.f.e.d.c.b.com", "a.b.c.d.e.f.g.h.example.net", "e.d.c.b.com"],
    );
}

#[test]
fn nor_does_one_with_deeper_patterns_that_it_leaves_nor_one_that_matches_expressions() {
    let nine: Vec<_> = (1..=9).map(|number| format!("'/tracker{number}.*[0-9]$/'")).collect();
    asked_again_without_memory(
        &nine.join(", "),
        &["tracker1tracker2tracker3tracker4tracker5tracker6tracker7tracker8.tracker9x"],
    );
    asked_again_without_memory("'/ads[0-9]*x$/'", &[&format!("{}test", "ads.".repeat(20))]);
    asked_again_without_memory(
        &format!(
            "{EIGHT_DEPTHS}, i.h.g.f.e.d.c.b.com, j.i.h.g.f.e.d.c.b.com, '/^ad[0-9]+[.]/', '/[.]ads[.]/'"
        ),
        &[
            "i.h.g.f.e.d.c.com",
            "a.b.c.d.e.f.g.h.i.j.k.example.net",
            "e.d.c.b.com",
            "ad7.ads.example.net",
        ],
    );
}

#[test]
fn what_cannot_be_read_takes_no_room_from_what_can() {
    let lab = load(&Shelves::new(Shelf::built_in_configs(), LabSpec::default())).unwrap().0;
    let (good, mut bad) = (query("www.facebook.com", 1), query("www.facebook.com", 1));
    bad[2] |= 0x80;
    let mut desk = Desk::default();
    let mut row = || {
        desk.plan.octets.clear();
        let asker =
            lab.asker([127, 98, 0, 1].into(), Transport::Udp, "2026-11-22T12:00".parse().unwrap());
        let mut row: Row<'_, '_> = Row::new();
        for octets in [&bad; ROW / 2].into_iter().chain([&good; ROW / 2]) {
            row.push((0, lab.open(octets, lab.governed(asker, None), &mut desk)));
        }
        row.iter_mut().for_each(|(_, opened)| _ = lab.consider(opened, &mut desk));
    };
    (0..3).for_each(|_| row());
    let before = ASKED.get();
    row();
    assert_eq!(ASKED.get() - before, 0);
}

#[test]
fn the_count_counts() {
    let before = ASKED.get();
    drop(std::hint::black_box(vec![1_u8; 100]));
    assert_eq!(ASKED.get() - before, 1);
}
