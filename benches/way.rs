//! How long the whole way of a query takes without its socket: octets in, octets out; and its
//! parts.

use criterion::{Criterion, criterion_main};
use jiff::civil::DateTime;
use splinterdns::{
    config::{LabSpec, Shelf},
    lab::{Desk, Lab, Shelves, load},
    name::Name,
    query::{Received, Transport},
};
use std::hint::black_box;

/// Label, client, name and type: an answer of each kind that leaves at once.
const CASES: [(&str, [u8; 4], &str, u8); 5] = [
    ("forged address", [127, 98, 0, 1], "www.facebook.com", 1),
    ("NXDOMAIN", [127, 49, 0, 1], "www.rt.com", 1),
    ("zone", [127, 1, 0, 1], "www.example.com", 1),
    ("no such name in a zone", [127, 1, 0, 1], "nosuch.example.com", 1),
    ("refused to everybody", [127, 1, 0, 1], "example.com", 252),
];

/// A query with RD and an OPT.
fn query(name: &str, rtype: u8) -> Vec<u8> {
    let mut octets = b"\0\x07\x01\0\0\x01\0\0\0\0\0\x01".to_vec();
    for label in name.split('.') {
        octets.push(u8::try_from(label.len()).expect("a short label"));
        octets.extend(label.as_bytes());
    }
    octets.extend([0, 0, rtype, 0, 1]);
    octets.extend([0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0]);
    octets
}

/// As the workers do it.
fn answer(lab: &Lab, octets: &[u8], client: [u8; 4], now: DateTime, desk: &mut Desk) -> usize {
    desk.plan.octets.clear();
    let asker = lab.asker(client.into(), Transport::Udp, now);
    let query = lab.consider(&mut lab.open(octets, lab.governed(asker, None), desk), desk);
    for at in 0..desk.plan.steps.len() {
        let send = desk.plan.steps[at].send.clone();
        black_box(lab.due(send, query, Transport::Udp, desk));
    }
    desk.plan.octets.len()
}

fn way(criterion: &mut Criterion) {
    let shelves = Shelves::new(Shelf::built_in_configs(), LabSpec::default());
    let (lab, _) = load(&shelves).expect("the shipped lab is sound");
    let now = "2026-11-22T12:00".parse().expect("a moment");
    let mut group = criterion.benchmark_group("way");
    for (label, client, name, rtype) in CASES {
        let (octets, mut desk) = (query(name, rtype), Desk::default());
        group.bench_function(label, |bencher| {
            bencher.iter(|| answer(&lab, black_box(&octets), client, now, &mut desk))
        });
    }
    group.finish();
    let octets = query("www.facebook.com", 1);
    criterion.bench_function("read a query", |bencher| {
        bencher.iter(|| Received::read(black_box(&octets)).is_ok())
    });
    let received = Received::read(&octets).expect("a query");
    let mut room = Name::default();
    criterion.bench_function("fold its name", |bencher| {
        bencher.iter(|| room = received.name(std::mem::take(&mut room)))
    });
    let client = [127, 98, 0, 1].into();
    criterion.bench_function("find who governs", |bencher| {
        bencher.iter(|| lab.policy.governors(black_box(client), None).readers())
    });
    criterion.bench_function("ask the clock", |bencher| bencher.iter(|| lab.settings.clock.now()));
}

mod group {
    //! Criterion's macros write functions without documentation.
    #![allow(missing_docs, reason = "the macro writes a public function without documentation")]
    use super::way;
    criterion::criterion_group!(benches, way);
}

criterion_main!(group::benches);
