//! What is too much is refused with the bound's number, before it costs time or memory.

use crate::support::{
    engine::report_on,
    files::Scratch,
    program::{program, splinterdns},
};
use std::fs::File;

const HEAD: &str = "country: XX\nname: F\nclients: [127.250.0.0/16]\nsources: {S: x}\n";

/// A rule with other keys than those that each needs.
fn rule(slug: &str, keys: &str) -> String {
    format!("  - {{rule: {slug}, {keys}, evidence: assumed, sources: [S]}}\n")
}

/// A country with these rules.
fn country(rules: &str) -> String {
    format!("{HEAD}rules:\n{rules}")
}

fn items(count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(", ")
}

/// The report on files of these names has these words.
fn is_refused(files: &[(&str, String)], words: &str) {
    let folder = Scratch::new();
    files.iter().for_each(|(name, text)| _ = folder.write(name, text));
    let report = report_on(folder.path());
    let first = report.lines().next().unwrap_or_default();
    assert!(report.contains(words), "{words:?} is not in {first:?}");
}

/// One more than is allowed is refused, and that many are not.
fn is_at_most(most: usize, files: impl Fn(usize) -> Vec<(&'static str, String)>, words: &str) {
    let report = |count| {
        let folder = Scratch::new();
        files(count).iter().for_each(|(name, text)| _ = folder.write(name, text));
        report_on(folder.path())
    };
    let (all, one_more) = (report(most), report(most + 1));
    assert!(!all.contains(words), "{most}: {all:.300}");
    assert!(one_more.contains(words), "{}: {words:?} is not in {one_more:.300}", most + 1);
}

#[test]
fn a_file_is_refused_by_its_size_without_being_read() {
    let large = |folder: &Scratch, name: &str, octets: u64| {
        folder.write(name, "");
        File::options()
            .write(true)
            .open(folder.path().join(name))
            .unwrap()
            .set_len(octets)
            .unwrap();
    };
    let text = "16777217 octets, which is too large: \
                a country, a lab file, a zone or a pool has at most 16777216 octets";
    for name in ["xx.yaml", "zone.test.zone"] {
        let folder = Scratch::new();
        large(&folder, name, (1 << 24) + 1);
        let report = report_on(folder.path());
        assert!(report.contains(&format!("{name}: it has {text}")), "{report}");
        assert!(report.ends_with("1 problem in 1 file"), "{report}");
    }
    let folder = Scratch::new();
    folder.write("countries/xx.yaml", HEAD);
    large(&folder, "lab.yaml", (1 << 24) + 1);
    let report = report_on(folder.path());
    assert!(report.contains(&format!("lab.yaml: it has {text}")), "{report}");
    let folder = Scratch::new();
    let pools = format!("{HEAD}pools: {{p: {{file: p.txt}}}}\n");
    let list = rule("r", "lists: [l.txt], answer: nxdomain");
    folder.write("xx.yaml", &format!("{pools}rules:\n{list}"));
    large(&folder, "p.txt", (1 << 24) + 1);
    large(&folder, "l.txt", (1 << 30) + 1);
    let report = report_on(folder.path());
    assert!(report.contains(&format!("p.txt: it has {text}")), "{report}");
    let words =
        "l.txt: it has 1073741825 octets, which is too large: a list has at most 1073741824";
    assert!(report.contains(words), "{report}");
}

#[test]
fn the_standard_input_ends_somewhere() {
    let mut child = program()
        .args(["check", "-"])
        .stdin(File::open("/dev/zero").unwrap())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(2));
    assert!(said.contains("at most 16777216 octets"), "{said}");
}

#[test]
fn lists_in_yaml_have_so_many_items() {
    let one = |keys: String| vec![("xx.yaml", country(&rule("r", &keys)))];
    let answer = "names: [a.example], answer: nxdomain";
    let types = |n| one(format!("{answer}, types: [{}]", items(n, |at| format!("TYPE{}", at + 1))));
    is_at_most(256, types, "expected at most 256 record types");
    let transports = |n| one(format!("{answer}, transports: [{}]", items(n, |_| "udp".into())));
    is_at_most(5, transports, "expected at most 5 transports");
    let spans = |n| one(format!("{answer}, hours: [{}]", items(n, |_| "{from: 08:00}".into())));
    is_at_most(168, spans, "expected at most 168 spans of the day");
    let days = |n| one(format!("{answer}, hours: {{days: [{}]}}", items(n, |_| "mon".into())));
    is_at_most(7, days, "expected at most 7 days of the week");
    let address = |at| format!("10.0.{}.{}", at >> 8, at & 255);
    let forged =
        |n| one(format!("names: [a.example], answer: {{poison: {{a: [{}]}}}}", items(n, address)));
    is_at_most(4078, forged, "expected at most 4078, for which a message has room");
}

#[test]
fn lists_of_the_lab_file_have_so_many_items() {
    let lab = |text| vec![("countries/xx.yaml", HEAD.to_owned()), ("lab.yaml", text)];
    let port = |at| format!("\"127.0.0.1:{}\"", at + 1);
    let listen = |n| lab(format!("listen: [{}]", items(n, port)));
    is_at_most(1024, listen, "expected at most 1024 addresses with ports");
    let upstream = |n| lab(format!("upstream: [{}]", items(n, port)));
    is_at_most(64, upstream, "expected at most 64 addresses with ports");
    let network = |at| format!("10.{}.{}.0/24", at >> 8, at & 255);
    let allow = |n| lab(format!("allow: [{}]", items(n, network)));
    is_at_most(1024, allow, "expected at most 1024 networks");
}

#[test]
fn rules_say_one_thing_so_often() {
    for name in ["same.example", "=same.example", "*same*", "same*", "/same/", "."] {
        let dated = |at: usize| {
            let keys = format!("since: {:04}-01-01, until: {:04}-01-01", at + 1, at + 2);
            rule(&format!("r{at}"), &format!("names: ['{name}'], answer: nxdomain, {keys}"))
        };
        let rules = |n| vec![("xx.yaml", country(&(0..n).map(dated).collect::<String>()))];
        is_at_most(1024, rules, "at most 1024 patterns of one list of rules say the same");
    }
}

#[test]
fn a_list_of_rules_has_so_many_patterns_that_cost_much() {
    let list = |text: String| {
        let rules = rule("r", "lists: [l.txt], answer: nxdomain");
        vec![("xx.yaml", country(&rules)), ("l.txt", text)]
    };
    let lines = |n, line: &dyn Fn(usize) -> String| (0..n).map(|at| line(at) + "\n").collect();
    // That so many are read takes a test longer than to refuse one more.
    let expressions = |n| list(lines(n, &|at| format!("/^x{at}y$/")));
    is_refused(&expressions(10_001), "10000 regular expressions is the most");
    let without = |n| list(lines(n, &|at| format!("/^[a-z]{{{}}}$/", at + 1)));
    is_at_most(1000, without, "1000 regular expressions without a literal of three letters");
    // Each comes to 16,000 states and some.
    let states = |n| list(lines(n, &|at| format!("/^x{at:03}[a-c]{{7990}}$/")));
    is_refused(&states(132), "regular expressions come to at most 2097152 states together");
    let letters = |n| list(lines(n, &|at| format!("*{at:08}{}*", "x".repeat(1000))));
    is_at_most(4161, letters, "parts of names have at most 4194304 letters together");
}

#[test]
fn a_zone_includes_so_much() {
    let head = "$TTL 60\n@ SOA ns host 1 2 3 4 5\n@ NS ns\n";
    let included = |n: usize, text: &str| {
        let zone = format!("{head}{}", "$INCLUDE i.txt\n".repeat(n));
        vec![("zone.test.zone", zone), ("i.txt", text.to_owned())]
    };
    is_at_most(1000, |n| included(n, ""), "i.txt: a zone includes at most 1000 files");
    let large = format!(";{}\n", "x".repeat((1 << 20) - 2));
    let words = "i.txt: a zone has at most 16777216 octets, with all included";
    is_at_most(15, |n| included(n, &large), words);
    // Eight deep, each twelve times the next: a hundred million.
    let names = ["a0", "a1", "a2", "a3", "a4", "a5", "a6"];
    let next = |at: usize| format!("$INCLUDE a{}\n", at + 1).repeat(12);
    let mut files: Vec<_> = names.into_iter().zip((0..7).map(next)).collect();
    files.extend([("zone.test.zone", format!("{head}$INCLUDE a0\n")), ("a7", String::new())]);
    is_refused(&files, "a zone includes at most 1000 files");
}

#[test]
fn a_text_in_yaml_has_so_many_octets() {
    let text = |n| vec![("xx.yaml", format!("{HEAD}about: {}\n", "x".repeat(n)))];
    is_at_most(65_536, text, "a text has at most 65536 octets in YAML");
}

#[test]
fn of_many_problems_programs_get_ten_thousand_and_the_number_of_the_others() {
    let folder = Scratch::new();
    let rules: String =
        (0..10_005).map(|at| rule(&format!("r{at}"), "names: [a..b], answer: nxdomain")).collect();
    let file = folder.write("xx.yaml", &country(&rules));
    let checked = splinterdns(&["check", "--json", file.to_str().unwrap()]);
    let found: serde_json::Value = serde_json::from_slice(&checked.stdout).unwrap();
    let found = found.as_array().unwrap();
    assert_eq!((checked.status.code(), found.len()), (Some(1), 10_001));
    assert_eq!(found[10_000]["message"], "5 more problems were found");
    assert_eq!(found[0]["line"], 6);
}
