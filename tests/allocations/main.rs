//! A query that can be answered at once asks for no memory, whatever the answer: the allocator
//! counts. An allocator is the whole program's, so these tests are a program of their own.

#[path = "../support/mod.rs"]
mod support;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};
use support::engine::{Lab, Worker, load_from, load_shipped, own_lab};

/// Counts what each thread asks for by itself, because tests run in threads beside each other.
struct Counting;

thread_local! {
    /// How often this thread has asked for memory.
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

/// How often this thread asks for memory while something is done.
fn asked_during(done: impl FnOnce()) -> usize {
    let before = ASKED.get();
    done();
    ASKED.get() - before
}

fn answer(worker: &mut Worker, lab: &Lab, octets: &[u8], client: [u8; 4]) -> usize {
    worker.answer(lab, octets, client.into(), "2026-11-22T12:00".parse().unwrap())
}

#[test]
fn a_query_that_is_answered_at_once_asks_for_no_memory() {
    let lab = load_shipped(Some("2026-11-22T12:00"));
    let mut cases = [
        ("forged address", query("www.facebook.com", 1), [127, 98, 0, 1]),
        ("NXDOMAIN", query("www.rt.com", 1), [127, 49, 0, 1]),
        ("forged alias", query("www.reddit.com", 1), [127, 62, 1, 1]),
        ("no data", query("www.facebook.com", 15), [127, 98, 0, 1]),
        ("zone", query("www.example.com", 1), [127, 1, 0, 1]),
        ("no such name in a zone", query("nosuch.example.com", 1), [127, 1, 0, 1]),
        ("honest beside many rules", query("example.com", 28), [127, 7, 0, 1]),
        ("refused to everybody", query("example.com", 252), [127, 1, 0, 1]),
        ("refused to a stranger", query("example.com", 1), [203, 0, 113, 1]),
        ("no query, with an OPT", [&query("example.com", 1)[..], b"x"].concat(), [127, 1, 0, 1]),
    ];
    // It counts a record more than there is.
    cases.last_mut().unwrap().1[11] = 2;
    let mut worker = Worker::default();
    for (label, octets, client) in cases {
        assert!(answer(&mut worker, &lab, &octets, client) > 12, "{label}");
        let asked = asked_during(|| {
            for _ in 0..100 {
                answer(&mut worker, &lab, &octets, client);
            }
        });
        assert_eq!(asked, 0, "{label}: allocations in 100 queries");
    }
}

/// Asks for names in a country with these patterns, each a second time without a call for memory.
fn asked_again_without_memory(patterns: &str, names: &[&str]) {
    let country = format!(
        "country: XX\nname: Nowhere\nclients: [127.99.0.0/16]\nrules:\n  - rule: one\n    \
         names: [{patterns}]\n    answer: nxdomain\n    evidence: assumed\n    \
         sources: [Test]\nsources: {{Test: made for this test}}\n"
    );
    let (_scratch, sources) = own_lab(&[("xx", &country)]);
    let (lab, mut worker) = (load_from(&sources), Worker::default());
    for name in names {
        let octets = query(name, 1);
        let mut once = || _ = answer(&mut worker, &lab, &octets, [127, 99, 0, 1]);
        once();
        assert_eq!(asked_during(once), 0, "{name}");
    }
}

const EIGHT_DEPTHS: &str = "com, b.com, c.b.com, d.c.b.com, e.d.c.b.com, f.e.d.c.b.com, \
                            g.f.e.d.c.b.com, h.g.f.e.d.c.b.com";

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
            "{EIGHT_DEPTHS}, i.h.g.f.e.d.c.b.com, j.i.h.g.f.e.d.c.b.com, \
             '/^ad[0-9]+[.]/', '/[.]ads[.]/'"
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
fn what_cannot_be_read_takes_no_buffer_from_what_can() {
    let lab = load_shipped(None);
    let (good, mut bad) = (query("www.facebook.com", 1), query("www.facebook.com", 1));
    bad[2] |= 0x80;
    let mut worker = Worker::default();
    let mut both = || {
        for octets in [&bad, &bad, &good, &good] {
            answer(&mut worker, &lab, octets, [127, 98, 0, 1]);
        }
    };
    (0..3).for_each(|_| both());
    assert_eq!(asked_during(both), 0);
}

#[test]
fn the_count_counts() {
    assert_eq!(asked_during(|| drop(std::hint::black_box(vec![1_u8; 100]))), 1);
}
