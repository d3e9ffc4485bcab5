//! How long a decision takes with the shipped countries, from a query that was read to its rule.

use criterion::{Criterion, criterion_main};
use hickory_proto::rr::RecordType;
use splinterdns::{
    config::LabSpec,
    dns::{Name, ParserSet, Rtype, Transport},
    engine::{LabSources, load},
    files::FileSource,
    model::Query,
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
    let sources = LabSources::new(FileSource::built_in_configs(), LabSpec::default());
    let (engine, _) = load(&sources).expect("the shipped lab is sound");
    let mut group = criterion.benchmark_group("decide");
    for (label, client, name) in CASES {
        let query = Query {
            qname: Name::parse(name).expect("a name"),
            qtype: Rtype(RecordType::A),
            client: client.parse().expect("an address"),
            transport: Transport::Udp,
            arrival: "2026-11-22T12:00".parse().expect("a moment"),
            parsers: ParserSet::DNS,
        };
        let jurisdiction = engine.policy.jurisdiction(query.client, None);
        group.bench_function(label, |bencher| {
            bencher.iter(|| jurisdiction.decide(black_box(&query)).rule.is_some());
        });
    }
    group.finish();
}

mod group {
    criterion::criterion_group!(benches, super::decide);
}
criterion_main!(group::benches);
