//! Arbitrary octets as a list of each format: however it is read in pieces it says the same; each
//! entry is written as it is read; a lab that uses the list blocks what its entries say, and
//! nothing else.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use splinterdns::{
    config::LabSpec,
    diagnostic::Report,
    dns::{Form, Name, Pattern, Rtype, Transport, wire_name},
    engine::{Engine, LabSources, LoadError, StepContent, load},
    files::FileSource,
    lists::{Format, ListReading},
    model::VerdictKind,
};
use splinterdns_fuzz::{folder::Folder, labs::flags, reports, seeds};
use std::{io::BufReader, net::IpAddr, sync::LazyLock};

/// How a country file names the file that is read, by turns.
const WAYS: [(&str, &str, &str); 3] = [
    ("plain", "list.txt", "{rule: listed, lists: [../list.txt], answer: nxdomain"),
    ("hosts", "list.hosts", "{rule: listed, lists: [../list.hosts], answer: nxdomain"),
    ("pool", "pool.txt", "{rule: listed, names: [a.example], answer: {poison: {a: {pool: p}}}"),
];

static FOLDER: LazyLock<Folder> = LazyLock::new(|| {
    let folder = Folder::new();
    for (name, _, rule) in WAYS {
        let pools =
            if name == "pool" { "pools: {p: {file: ../pool.txt, pick: all}}\n" } else { "" };
        let country = format!(
            "country: XX\nname: Listland\nclients: [10.1.0.0/16]\n{pools}rules:\n  - {rule}, \
             evidence: assumed, sources: [Test]}}\nsources: {{Test: made for this test}}\n"
        );
        folder.write(&format!("{name}/countries/xx.yaml"), country.as_bytes());
    }
    std::fs::create_dir_all(folder.path("zones")).unwrap();
    folder
});

const CLIENT: [u8; 4] = [10, 1, 0, 1];

fn read(format: Format, octets: &[u8], piece: usize) -> (ListReading, Vec<Pattern>) {
    let mut patterns = Vec::new();
    let pieces = BufReader::with_capacity(piece, octets);
    let reading = format.read(pieces, |pattern| patterns.push(pattern.owned())).unwrap();
    (reading, patterns)
}

/// Characters that a pattern has by their numbers alone (`\033`), and shows as they are.
const ESCAPED: &str = "/:@?,|^$#!;\"[]<>*";

/// The patterns of a list, which are written as they are read.
fn check_list(format: Format, octets: &[u8]) -> Vec<Pattern> {
    let (reading, patterns) = read(format, octets, 1 << 17);
    let text = String::from_utf8_lossy(octets);
    for odd in &reading.odd {
        let (line, column) = odd.first;
        assert!(reports::is_inside(&text, line, column), "{odd:?}");
        assert!(odd.next.iter().all(|next| *next >= line && reports::is_inside(&text, *next, 1)));
    }
    for piece in [1, 7] {
        assert!(read(format, octets, piece) == (reading.clone(), patterns.clone()), "by {piece}");
    }
    for pattern in &patterns {
        let text = pattern.view().text;
        if pattern.view().form != Form::Regex && text.contains(|c| ESCAPED.contains(c)) {
            continue;
        }
        let written = pattern.to_string();
        assert_eq!(Pattern::parse(&written).as_ref(), Ok(pattern), "{written:?}");
    }
    patterns
}

/// As many patterns are asked about, and as many expressions compiled one by one.
const MOST_ASKED: usize = 6;
const MOST_EXPRESSIONS: usize = 1;

/// What is blocked is what a pattern says.
fn check_blocked(engine: &Engine, patterns: &[Pattern]) {
    let expressions = patterns.iter().filter(|one| one.view().form == Form::Regex).count();
    if expressions > MOST_EXPRESSIONS {
        return;
    }
    let texts = patterns.iter().take(MOST_ASKED).map(|pattern| pattern.view().text);
    let near = |text: &str| [text.to_owned(), format!("x.{text}"), format!("x{text}y")];
    for text in texts.flat_map(near).chain(["other.example".to_owned()]) {
        let Ok(name) = wire_name(&text) else { continue };
        let expected = patterns.iter().any(|one| one.view().matches(&Name::from_wire(&name)));
        let (from, now) = ((CLIENT.into(), Transport::Udp), engine.settings.clock.now());
        let said = engine.explain(&name, "A".parse::<Rtype>().unwrap(), from, now);
        assert_eq!(said.verdict == VerdictKind::NxDomain, expected, "{name}");
    }
}

/// Forged answers have the pool's addresses.
fn check_pool(engine: &Engine, octets: &[u8]) {
    let (name, now) = (wire_name("a.example").unwrap(), engine.settings.clock.now());
    let from = (CLIENT.into(), Transport::Tcp);
    let said = engine.explain(&name, "A".parse::<Rtype>().unwrap(), from, now);
    assert_eq!(said.verdict, VerdictKind::Poison);
    let text = String::from_utf8_lossy(octets);
    let held = |address: &str| {
        let address = address.parse::<IpAddr>().unwrap();
        let words = text.split(|c: char| c.is_whitespace() || matches!(c, '#' | '\u{feff}'));
        words.into_iter().any(|word| word.parse() == Ok(address))
    };
    assert!(said.first_data().iter().all(|address| held(address)), "{:?}", said.first_data());
    assert!(matches!(said.steps[0].content, StepContent::Message(..)));
}

/// An octet for the format, then the list.
fn seeds() -> Vec<Vec<u8>> {
    let mut texts: Vec<Vec<u8>> = Vec::new();
    for quoted in ["src/lists.rs", "src/dns/pattern.rs", "src/dns/name.rs", "tests/it/odd_lists.rs"]
    {
        texts.extend(seeds::quoted(quoted).into_iter().map(String::into_bytes));
    }
    for ending in [".txt", ".hosts"] {
        texts.extend(seeds::files("tests/invalid", ending));
    }
    let pools = [&b"192.0.2.1 # one\n2001:db8::1\n\n192.0.2.2\n"[..], b"192.0.2.256\n"];
    let mut seeds: Vec<_> = pools.iter().map(|pool| [b"\x02", *pool].concat()).collect();
    let long = format!("{}\nb.example\n", "x".repeat(17_000));
    texts.push(long.into_bytes());
    for format in [0, 1] {
        seeds.extend(texts.iter().map(|text| [&[format], &text[..]].concat()));
    }
    seeds
}

fuzz_target!(init: seeds::write_if_wanted(seeds), |input: &[u8]| -> Corpus {
    let [way, octets @ ..] = input else { return Corpus::Reject };
    let Some((name, file, _)) = WAYS.get(usize::from(*way)) else { return Corpus::Reject };
    let format = Format::of(file.as_ref());
    let unmarked = octets.strip_prefix("\u{feff}".as_bytes()).unwrap_or(octets);
    let patterns = if *name == "pool" { Vec::new() } else { check_list(format, unmarked) };
    FOLDER.write(file, octets);
    let mut sources = LabSources::new(
        FileSource::Folder(FOLDER.path(name)),
        LabSpec { seed: Some(1), ..flags() },
    );
    sources.zones = Some(FileSource::Folder(FOLDER.path("zones")));
    let reported = |report: &Report| reports::check(report);
    match load(&sources) {
        Ok((engine, report)) if *name == "pool" => {
            reported(&report);
            check_pool(&engine, octets);
        }
        Ok((engine, report)) => {
            reported(&report);
            check_blocked(&engine, &patterns);
        }
        Err(LoadError::Problems(report)) => reported(&report),
        Err(other) => panic!("{other}"),
    }
    Corpus::Keep
});
