//! A query that can be answered at once asks for no memory, whatever the answer: the allocator counts.

use splinterdns::{
    config::{LabSpec, Shelf},
    lab::{Desk, Due, Lab, Shelves, load},
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
    let asker = lab.asker(client.into(), Transport::Udp, None, "2026-11-22T12:00".parse().unwrap());
    let query = lab.consider(&mut lab.open(octets, lab.governed(asker), desk), desk);
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

#[test]
fn the_count_counts() {
    let before = ASKED.get();
    drop(std::hint::black_box(vec![1_u8; 100]));
    assert_eq!(ASKED.get() - before, 1);
}
