//! How long a decision takes with the shipped countries, from a query that was read to its verdict.

use criterion::{Criterion, criterion_main};
use splinterdns::{
    config::{LabSpec, Shelf},
    lab::{Asker, Shelves, load},
    name::Name,
    query::{Transport, Type},
};
use std::hint::black_box;

/// Label, client, name: what is blocked by each kind of pattern, and what is not blocked at all.
const CASES: [(&str, &str, &str); 6] = [
    ("suffix", "127.86.0.1", "www.facebook.com"),
    ("contains", "127.86.0.1", "mentorproject.org"),
    ("honest under many rules", "127.7.1.1", "www.example.com"),
    ("operator", "127.91.2.1", "dailymotion.com"),
    (
        "long honest name",
        "127.86.0.1",
        "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.example.com",
    ),
    ("nobody's client", "127.0.0.1", "www.facebook.com"),
];

fn decide(criterion: &mut Criterion) {
    let shelves = Shelves::new(Shelf::built_in_configs(), LabSpec::default());
    let (lab, _) = load(&shelves).expect("the shipped lab is sound");
    let mut group = criterion.benchmark_group("decide");
    for (label, client, name) in CASES {
        let (client, now) =
            (client.parse().expect("an address"), "2026-11-22T12:00".parse().expect("a moment"));
        let asker = Asker { client, transport: Transport::Udp, now, welcome: true };
        let query =
            asker.asks(Name::parse(name).expect("a name"), Type(hickory_proto::rr::RecordType::A));
        group.bench_function(label, |bencher| {
            bencher.iter(|| lab.policy.decide(black_box(&query)).word)
        });
    }
    group.finish();
}

mod group {
    criterion::criterion_group!(benches, super::decide);
}
criterion_main!(group::benches);
