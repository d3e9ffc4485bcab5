//! What is known of a name beside what DNS answers: four states, corrections, and how to cite it.

use crate::support::{files::Scratch, program::splinterdns};
use serde_json::Value;
use std::process::Output;

const COUNTRY: &str = "\
country: XX
name: Freedonia
clients: [127.250.0.0/16]
operators:
  - operator: first
    name: First ISP
    clients: [127.250.1.0/24]
    rules:
      - rule: news
        names: [news.example]
        periods: [{since: 2020-01, until: 2021}, {since: 2023-06-01}]
        answer: nxdomain
        evidence: measured
        sources: [{Doe: [block, name, since]}, {Roe: [form, 2023-06]}]
rules:
  - {rule: video, names: [video.example], seen: 2024-03/2024-05, answer: nxdomain,
     evidence: reported, sources: [{Roe: [form, 2019-02-03, www.other.example]}]}
  - {rule: let-through, names: [good.news.example], answer: honest, evidence: reported,
     sources: [Doe]}
elsewhere:
  - {names: [chat.example], means: tls-sni, since: 2022-03, evidence: measured, sources: [Doe]}
  - {names: [news.example], means: ip, operator: first, seen: 2022, evidence: reported,
     sources: [Roe]}
free:
  - {names: [\"=free.example\"], seen: 2022-03-04, sources: [{Doe: [2022-03-04]}]}
changes:
  - {rule: video, day: 2026-11-26, changed: its dates}
  - {rule: first/rumour, day: 2026-11-26, fell: nobody has seen it}
sources: {Doe: \"Doe, A_b & c, 2024\", Roe: \"Roe, 2023\"}
";

fn run(command: &[&str]) -> Output {
    let scratch = Scratch::new();
    let file = scratch.path().join("xx.yaml");
    scratch.write("xx.yaml", COUNTRY);
    splinterdns(&[command, &["--configs", file.to_str().unwrap()]].concat())
}

fn text(command: &[&str]) -> String {
    let output = run(command);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn explained(name: &str, day: &str, operator: &[&str]) -> Value {
    let command = [&["explain", "--json", "--country", "XX", name, "--today", day], operator];
    serde_json::from_str(&text(&command.concat())).unwrap()
}

#[test]
fn a_name_is_blocked_or_blocked_elsewhere_or_free_or_unknown() {
    let first = ["--operator", "first"];
    for (name, day, operator, state, verdict) in [
        ("video.example", "2024-04-01", &[][..], "blocked", "nxdomain"),
        ("video.example", "2030-01-01", &[], "blocked", "nxdomain"),
        ("video.example", "2024-02-29", &[], "unknown", "honest"),
        ("a.chat.example", "2022-03-01", &[], "blocked-elsewhere", "honest"),
        ("chat.example", "2022-02-28", &[], "unknown", "honest"),
        ("free.example", "2022-03-04", &[], "free", "honest"),
        ("www.free.example", "2022-03-04", &[], "unknown", "honest"),
        ("free.example", "2022-03-03", &[], "unknown", "honest"),
        ("good.news.example", "2022-03-03", &[], "free", "honest"),
        ("news.example", "2020-01-01", &first, "blocked", "nxdomain"),
        ("news.example", "2021-12-31", &first, "blocked", "nxdomain"),
        ("news.example", "2022-01-01", &first, "blocked-elsewhere", "honest"),
        ("news.example", "2022-01-01", &[], "unknown", "honest"),
        ("news.example", "2023-06-01", &first, "blocked", "nxdomain"),
        ("never.example", "2023-06-01", &[], "unknown", "honest"),
    ] {
        let found = explained(name, day, operator);
        assert_eq!(found["state"], state, "{name} on {day} {operator:?}");
        assert_eq!(found["verdict"], verdict, "{name} on {day} {operator:?}");
    }
}

#[test]
fn explain_says_what_is_known_of_the_times() {
    let at = |name: &str, day: &str| {
        text(&["explain", "--country", "XX", "--operator", "first", name, "--today", day])
    };
    let video = at("video.example", "2024-04-01");
    assert!(video.contains("seen 2024-03/2024-05; beginning and end are not known"), "{video}");
    assert!(
        video.contains("Roe (form, on 2019-02-03, for www.other.example): Roe, 2023"),
        "{video}"
    );
    let before = at("video.example", "2023-01-01");
    assert!(before.contains("not known yet"), "{before}");
    let news = at("news.example", "2023-07-01");
    assert!(news.contains("since 2020-01, until 2021; again since 2023-06-01"), "{news}");
    let hole = at("news.example", "2022-07-01");
    assert!(hole.contains("no longer") && hole.contains("blocked by address at first"), "{hole}");
    let chat = at("chat.example", "2024-01-01");
    assert!(chat.contains("blocked by the name in TLS handshakes, since 2022-03"), "{chat}");
    assert!(chat.contains("blocked, but not by DNS"), "{chat}");
}

#[test]
fn compare_tells_blocks_by_other_means_and_names_that_are_free() {
    let chat = text(&["compare", "chat.example", "--today", "2024-01-01"]);
    assert!(
        chat.contains("blocked otherwise: Freedonia (by the name in TLS handshakes)"),
        "{chat}"
    );
    let free = text(&["compare", "free.example", "--today", "2024-01-01"]);
    assert!(free.contains("measured as free: Freedonia\n"), "{free}");
    let news = text(&["compare", "news.example", "--today", "2022-06-01"]);
    assert!(news.contains("blocked otherwise: Freedonia at first (by address)"), "{news}");
}

#[test]
fn a_rule_is_cited_with_its_sources_and_its_corrections() {
    let news: Value = serde_json::from_str(&text(&["cite", "--json", "XX/first/news"])).unwrap();
    assert_eq!(news["rule"]["periods"][0]["until"], "2021");
    assert_eq!(news["rule"]["sources"][1]["days"][0], "2023-06");
    let video = text(&["cite", "XX/video"]);
    assert!(video.contains("2026-11-26: its dates"), "{video}");
    let fallen = text(&["cite", "XX/first/rumour"]);
    assert!(fallen.contains("fell") && fallen.contains("nobody has seen it"), "{fallen}");
    let bibtex = text(&["cite", "--bibtex", "XX/first/news"]);
    assert!(bibtex.starts_with("@misc{splinterdns-XX-first-news,\n  title = {"), "{bibtex}");
    assert!(bibtex.contains("@misc{XX-Doe,\n  title = {Doe, A\\_b \\& c, 2024},"), "{bibtex}");
    let near = run(&["cite", "XX/first/newz"]);
    assert_eq!(near.status.code(), Some(1));
    let message = String::from_utf8(near.stderr).unwrap();
    assert!(message.contains("did you mean \"XX/first/news\"?"), "{message}");
}

#[test]
fn check_tells_what_no_source_attests() {
    let scratch = Scratch::new();
    scratch.write("xx.yaml", COUNTRY);
    let file = scratch.path().join("xx.yaml");
    let output = splinterdns(&["check", "--sources", "--json", file.to_str().unwrap()]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["rules"], 3);
    let grades = serde_json::json!({ "measured": 1, "reported": 2, "assumed": 0 });
    assert_eq!(found["evidence"], grades);
    let lacking = |index: usize| found["lacking"][index]["rules"].clone();
    assert_eq!(lacking(0), serde_json::json!(["XX/let-through"]), "not said");
    assert_eq!(lacking(2), serde_json::json!([]), "form");
    assert_eq!(lacking(3), serde_json::json!(["XX/video"]), "name");
    assert_eq!(lacking(4), serde_json::json!(["XX/video"]), "date");
}
