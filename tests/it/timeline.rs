//! `timeline`: what it draws and tells is what `explain` says of each day.

use crate::support::{
    engine::{Question, decide, load_shipped, networks},
    files::Scratch,
    program::splinterdns,
};
use hickory_proto::rr::RecordType;
use jiff::{
    ToSpan,
    civil::{Date, DateTime, date},
};
use serde_json::Value;

const COUNTRY: &str = "\
country: XX
name: Freedonia
clients: [127.250.0.0/16]
time-zone: Europe/Berlin
answers:
  turns:
    dated: [{send: nxdomain}, {since: 2021-07-01, send: honest}, {since: 2022-01-01, send: refused}]
operators:
  - operator: first
    name: First ISP
    clients: [127.250.1.0/24]
    rules:
      - rule: news
        names: [news.example]
        periods: [{since: 2020-01, until: 2020-06-15}, {since: 2023-06-01T18:30Z}]
        answer: nxdomain
        evidence: measured
        sources: [Doe]
  - {operator: second, name: Second ISP, clients: [127.250.2.0/24], rules: []}
rules:
  - {rule: video, names: [video.example], seen: [2024-05, 2024-03/2024-04], until: 2025,
     answer: nxdomain, evidence: reported, sources: [Doe]}
  - {rule: turns, names: [turns.example], since: 2021, answer: turns, evidence: reported,
     sources: [Doe]}
  - {rule: office, names: [office.example], hours: {days: [mon], from: 08:10, to: 08:20},
     since: 2022-05-01, answer: nxdomain, evidence: reported, sources: [Doe]}
elsewhere:
  - {names: [news.example], means: ip, operator: second, since: 2020-03-01, until: 2021-01-01,
     evidence: reported, sources: [Doe]}
free:
  - {names: [video.example], seen: 2023-03-04, sources: [Doe]}
sources: {Doe: \"Doe, 2024\"}
";

fn said(arguments: &[&str]) -> String {
    let scratch = Scratch::new();
    let file = scratch.write("xx.yaml", COUNTRY);
    let own = ["--configs", file.to_str().unwrap()];
    let output = splinterdns(&[arguments, &own].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn moment(value: &Value) -> Option<DateTime> {
    let text = value.as_str()?.trim_end_matches('Z');
    let midnight = |day: Date| day.at(0, 0, 0, 0);
    Some(text.parse().unwrap_or_else(|_| midnight(text.parse().unwrap())))
}

/// The state that a line of the JSON has at a moment.
fn state_at(line: &Value, now: DateTime) -> &str {
    let holds = |period: &&Value| {
        moment(&period["since"]).is_none_or(|since| since <= now)
            && moment(&period["until"]).is_none_or(|until| now < until)
    };
    let holding: Vec<_> = line["periods"].as_array().unwrap().iter().filter(holds).collect();
    assert_eq!(holding.len(), 1, "{now}: {line}");
    holding[0]["state"].as_str().unwrap()
}

/// The noons of days over the years: what `--today` with such a day stands for.
fn noons() -> impl Iterator<Item = DateTime> {
    date(2007, 1, 3).series(41.days()).take(190).map(|day| day.at(12, 0, 0, 0))
}

/// Of several vantage points of a country the first of these counts.
const STATES: [&str; 4] = ["blocked", "blocked-elsewhere", "free", "unknown"];

#[test]
fn it_agrees_with_explain_on_every_day_in_every_shipped_country() {
    let lab = load_shipped(None);
    let networks = networks(&lab);
    for name in ["youtube.com", "x.com", "www.facebook.com", "thepiratebay.org"] {
        let all = splinterdns(&["timeline", name, "--json"]);
        let all = json(std::str::from_utf8(&all.stdout).unwrap());
        let lines = all["lines"].as_array().unwrap();
        assert!(lines.len() > 3 && lines.iter().all(|line| line["any-operator"] == true), "{name}");
        let known: Vec<_> = lines.iter().map(|line| line["country"].as_str().unwrap()).collect();
        for now in noons() {
            let state = |client| {
                let question = Question { now, ..Question::new(name, RecordType::A, client) };
                decide(&lab, &question).state
            };
            for own in networks.chunk_by(|one, other| one.country == other.country) {
                let code = own[0].country.as_str();
                let states: Vec<_> = own.iter().map(|network| state(network.client)).collect();
                let first = STATES.into_iter().find(|state| states.contains(state)).unwrap();
                let line = lines.iter().find(|line| line["country"] == code);
                let told = line.map_or("unknown", |line| state_at(line, now));
                assert_eq!(told, first, "{name} in {code} on {now}");
            }
        }
        assert!(known.is_sorted(), "{known:?}");
    }
}

#[test]
fn a_line_for_each_operator_agrees_too() {
    let lab = load_shipped(None);
    let lines = splinterdns(&["timeline", "thepiratebay.org", "--country", "IN", "--json"]);
    let lines = json(std::str::from_utf8(&lines.stdout).unwrap())["lines"].take();
    let mut told = 0;
    for network in networks(&lab).iter().filter(|network| network.country == "IN") {
        let operator = Value::from(network.operator.clone());
        let line = lines.as_array().unwrap().iter().find(|line| line["operator"] == operator);
        for now in noons() {
            let question = Question::new("thepiratebay.org", RecordType::A, network.client);
            let state = decide(&lab, &Question { now, ..question }).state;
            assert_eq!(
                line.map_or("unknown", |line| state_at(line, now)),
                state,
                "{operator} {now}"
            );
            told += usize::from(state != "unknown");
        }
    }
    assert!(told > 100, "{told}");
}

#[test]
fn its_periods_are_exact() {
    let periods = |name: &str, operator: Value| {
        let lines = json(&said(&["timeline", name, "--country", "XX", "--json"]))["lines"].take();
        let lines = lines.as_array().unwrap().clone();
        let line = lines.into_iter().find(|line| line["operator"] == operator).unwrap();
        let period = |period: &Value| {
            let text = |key: &str| period[key].as_str().unwrap_or("-").to_owned();
            let honest = if period["honest"] == true { " honest" } else { "" };
            format!("{} {} {}{honest}", text("since"), text("until"), text("state"))
        };
        line["periods"].as_array().unwrap().iter().map(period).collect::<Vec<_>>()
    };
    assert_eq!(
        periods("news.example", "first".into()),
        [
            "- 2020-01-01 unknown honest",
            "2020-01-01 2020-06-15 blocked",
            "2020-06-15 2023-06-01T18:30Z unknown honest",
            "2023-06-01T18:30Z - blocked"
        ]
    );
    assert_eq!(
        periods("video.example", Value::Null),
        [
            "- 2023-03-04 unknown",
            "2023-03-04 2024-03-01 free",
            "2024-03-01 2026-01-01 blocked",
            "2026-01-01 - free",
        ]
    );
    // An answer that lets the name through for a while.
    assert_eq!(
        periods("turns.example", Value::Null),
        [
            "- 2021-01-01 unknown honest",
            "2021-01-01 2021-07-01 blocked",
            "2021-07-01 2022-01-01 free",
            "2022-01-01 - blocked",
        ]
    );
}

#[test]
fn a_line_for_a_country_has_what_any_of_its_operators_does() {
    let all = json(&said(&["timeline", "news.example", "--json"]));
    let on =
        |day: &str| state_at(&all["lines"][0], format!("{day}T12:00").parse().unwrap()).to_owned();
    assert_eq!(on("2019-12-31"), "unknown");
    assert_eq!(on("2020-04-01"), "blocked", "at first, and elsewhere at second");
    assert_eq!(on("2020-07-01"), "blocked-elsewhere");
    assert_eq!(on("2021-02-01"), "unknown");
    assert_eq!(on("2024-01-01"), "blocked");
    assert_eq!(all["lines"][0]["periods"][1]["rules"], serde_json::json!(["XX/first/news"]));
    assert_eq!(all["lines"][0]["periods"][2]["means"], serde_json::json!(["ip"]));
}

#[test]
fn a_block_at_some_hours_is_told_as_such() {
    let all = json(&said(&["timeline", "office.example", "--json"]));
    let last = &all["lines"][0]["periods"][1];
    assert_eq!((&last["state"], &last["hours"]), (&"blocked".into(), &"some".into()), "{all}");
    let text = said(&["timeline", "office.example", "--from", "2021", "--to", "2023"]);
    assert!(text.contains("▄") && !text.contains("██"), "{text}");
    assert!(text.contains("since 2022-05-01 at some hours"), "{text}");
}

#[test]
fn gaps_and_ignorance_are_drawn_apart() {
    let line = |name: &str, begin: &str| {
        let text = said(&["timeline", name, "--from", "2019", "--to", "2026"]);
        let found = text.lines().find(|line| line.starts_with(begin));
        (found.unwrap_or_else(|| panic!("{text}")).to_owned(), text.clone())
    };
    let (news, text) = line("news.example", "XX");
    let bar = news.split_whitespace().nth(2).unwrap();
    assert!(bar.starts_with("──") && bar.contains('▒') && bar.ends_with("███"), "{text}");
    assert!(news.contains("2020-01 to 2020-06-14, since 2023-"), "{text}");
    assert!(text.contains("▒ blocked otherwise") && !text.contains("· not known"), "{text}");
    let (video, text) = line("video.example", "XX");
    let bar = video.split_whitespace().nth(2).unwrap();
    assert!(bar.starts_with("··") && bar.contains("○") && bar.ends_with('○'), "{text}");
    assert!(video.contains("seen 2024-03 to 2025-12-31"), "{text}");
    assert!(text.contains("· not known") && text.contains("○ measured as free"), "{text}");
}

#[test]
fn what_nobody_knows_and_what_makes_no_sense_is_said() {
    let nothing = said(&["timeline", "nowhere.example"]);
    assert!(nothing.contains("no rule of Freedonia is about it"), "{nothing}");
    for (arguments, complaint) in [
        (&["timeline", "x.com", "--from", "2026", "--to", "2020"][..], "--from 2026 is after"),
        (&["timeline", "x.com", "--from", "20"], "20 is not in 1900..=9998"),
        (&["timeline", "x.com", "--country", "ZZ"], "there is no country ZZ"),
        (&["timeline", "https://x.com/"], "is no domain name"),
    ] {
        let output = splinterdns(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(complaint), "{arguments:?}: {said}");
    }
}
