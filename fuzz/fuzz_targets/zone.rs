//! Arbitrary octets as zone files that may include each other: their report, or a zone that can be
//! asked for each of its names.

#![no_main]

use hickory_proto::rr::{Name, RecordType};
use libfuzzer_sys::{Corpus, fuzz_target};
use splinterdns::{
    diagnostic::Report,
    dns::{QueryView, Transport, wire_name},
    engine::{Engine, Payload, Request, Scratch, ServerRole, check_zones},
    files::FileSource,
    zone::{Zone, ZoneAnswer, Zones},
};
use splinterdns_fuzz::{
    folder::Folder,
    labs::{engine, flags},
    messages::{check_reply, query},
    reports, seeds,
};
use std::{path::Path, sync::LazyLock};

static FOLDER: LazyLock<Folder> = LazyLock::new(Folder::new);

/// The zone's file; further ones follow behind a line with this mark, by the names below.
const FILE: &str = "z.example.zone";
const MARK: &[u8] = b"\n;; next file\n";
const INCLUDED: [&str; 3] = ["b", "c", "d"];

/// As many names of a zone are asked for.
const MOST_NAMES: usize = 8;

/// The files of an input, written.
fn write(octets: &[u8]) {
    let mut names = [FILE].into_iter().chain(INCLUDED);
    let mut rest = Some(octets);
    for name in names.by_ref() {
        let Some(text) = rest else {
            FOLDER.remove(name);
            continue;
        };
        let mark = text.windows(MARK.len()).position(|window| window == MARK);
        FOLDER.write(name, &text[..mark.unwrap_or(text.len())]);
        rest = mark.map(|mark| &text[mark + MARK.len()..]);
    }
}

/// The zone, and what it holds.
fn zone() -> (Zone, Vec<(Name, RecordType)>) {
    let files = FileSource::Folder(FOLDER.path(""));
    let text = files.read_octets(Path::new(FILE)).unwrap();
    let include = |named: &str| files.read_octets(Path::new(named)).map_err(|why| why.to_string());
    let origin = wire_name("z.example").unwrap();
    let zone = Zone::read(&text, Some(&origin), &include).expect("it was read before");
    let keys = zone.keys().collect();
    (zone, keys)
}

/// The zone's answer can be written, and a name that it has records for is not unknown to it.
fn check_answer(engine: &Engine, octets: &[u8], owner: &Name) {
    let query = QueryView::parse(octets).expect("a query of our own");
    match engine.zones.answer(query) {
        ZoneAnswer::Complete(message)
        | ZoneAnswer::Partial(message)
        | ZoneAnswer::NoneKnown(message) => {
            message.to_vec().unwrap_or_else(|why| panic!("{owner}: {why}"));
        }
        other => panic!("{owner} is in this zone: {other:?}"),
    }
}

/// What leaves is an answer, whether it is found or remembered.
fn check_octets(engine: &Engine, octets: &[u8], scratch: &mut Scratch) {
    let client = [10, 1, 0, 1].into();
    for transport in [Transport::Udp, Transport::Tcp] {
        let arrival = engine.settings.clock.now();
        let request = Request {
            octets,
            client,
            transport,
            binding: None,
            role: ServerRole::Resolver,
            arrival,
        };
        let replies = [(); 2].map(|()| {
            let response = engine.respond(&request, scratch);
            let [transmission] = response.transmissions else { panic!("one honest answer") };
            let Payload::Message(range, _) = &transmission.payload else { panic!("no message") };
            response.octets[range.clone()].to_vec()
        });
        check_reply(octets, &replies[0]);
        assert!(replies[0].len() <= if transport.is_stream() { 65_535 } else { 1232 });
        assert_eq!(replies[0], replies[1], "found and remembered");
    }
}

/// Zones of the repository, its bad ones, and what the reader's tests read below a head.
fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = seeds::files("zones", ".zone");
    seeds.extend(seeds::files("tests/invalid", ".zone"));
    let head = "$TTL 60\n@ SOA ns host 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n";
    for file in ["src/zone/master_file/tests.rs", "src/zone/search.rs", "tests/it/zones.rs"] {
        for text in seeds::quoted(file).into_iter().filter(|text| text.contains(' ')) {
            seeds.push(format!("{head}{text}\n").into_bytes());
            seeds.push(text.into_bytes());
        }
    }
    let included = format!(
        "{head}$INCLUDE b\n;; next file\nx A 192.0.2.2\n$INCLUDE c w\n\
                            ;; next file\n* CNAME x.z.example.\n"
    );
    seeds.push(included.into_bytes());
    seeds
}

fuzz_target!(init: seeds::write_if_wanted(seeds), |octets: &[u8]| -> Corpus {
    write(octets);
    let mut report = Report::default();
    check_zones(&FOLDER.path(""), &[FILE.into()], &mut report).unwrap();
    reports::check(&report);
    if !report.is_clean() {
        return Corpus::Keep;
    }
    let (zone, keys) = zone();
    let mut zones = Zones::default();
    zones.insert(zone);
    let engine = engine(&[], zones, flags(), &mut Report::default());
    let mut scratch = Scratch::default();
    for (owner, rtype) in keys.iter().take(MOST_NAMES) {
        let mut wire = Vec::new();
        splinterdns::dns::write_wire(owner, &mut wire);
        for rtype in [*rtype, RecordType::A, RecordType::ANY] {
            let octets = query(7, &wire, rtype.into(), Some(1232));
            check_answer(&engine, &octets, owner);
            check_octets(&engine, &octets, &mut scratch);
        }
    }
    Corpus::Keep
});
