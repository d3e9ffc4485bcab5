//! How long the whole way of a query takes without its socket: octets in, octets out; and its
//! parts.

use criterion::{Criterion, criterion_main};
use jiff::civil::DateTime;
use splinterdns::{
    config::LabSpec,
    dns::{Name, QueryView, Transport},
    engine::{Engine, LabSources, Request, Scratch, ServerRole, load},
    files::FileSource,
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
fn answer(
    engine: &Engine,
    octets: &[u8],
    client: [u8; 4],
    arrival: DateTime,
    scratch: &mut Scratch,
) -> usize {
    let (client, transport) = (client.into(), Transport::Udp);
    let request =
        Request { octets, client, transport, binding: None, role: ServerRole::Resolver, arrival };
    engine.respond(&request, scratch).octets.len()
}

fn way(criterion: &mut Criterion) {
    let sources = LabSources::new(FileSource::built_in_configs(), LabSpec::default());
    let (engine, _) = load(&sources).expect("the shipped lab is sound");
    let now = "2026-11-22T12:00".parse().expect("a moment");
    let mut group = criterion.benchmark_group("way");
    for (label, client, name, rtype) in CASES {
        let (octets, mut scratch) = (query(name, rtype), Scratch::default());
        group.bench_function(label, |bencher| {
            bencher.iter(|| answer(&engine, black_box(&octets), client, now, &mut scratch));
        });
    }
    group.finish();
    let octets = query("www.facebook.com", 1);
    criterion.bench_function("read a query", |bencher| {
        bencher.iter(|| QueryView::parse(black_box(&octets)).is_ok());
    });
    let message = QueryView::parse(&octets).expect("a query");
    let mut buffer = Name::default();
    criterion.bench_function("fold its name", |bencher| {
        bencher.iter(|| buffer = message.qname(std::mem::take(&mut buffer)));
    });
    let client = [127, 98, 0, 1].into();
    criterion.bench_function("find the jurisdiction", |bencher| {
        bencher.iter(|| engine.policy.jurisdiction(black_box(client), None).parsers());
    });
    criterion
        .bench_function("ask the clock", |bencher| bencher.iter(|| engine.settings.clock.now()));
}

mod group {
    //! Criterion's macros write functions without documentation.
    #![allow(missing_docs, reason = "the macro writes a public function without documentation")]
    use super::way;
    criterion::criterion_group!(benches, way);
}

criterion_main!(group::benches);
