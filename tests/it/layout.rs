//! What people see fits their terminal, and says more where there is room.

use crate::support::{
    files::repository,
    program::{program, splinterdns},
};
use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

fn shown(columns: usize, arguments: &[&str]) -> String {
    let mut command = program();
    command.args(arguments).current_dir(repository()).env("COLUMNS", columns.to_string());
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

fn longest(text: &str) -> usize {
    text.lines().map(|line| line.chars().count()).max().unwrap_or(0)
}

#[test]
fn eighty_columns_are_enough() {
    let commands = [
        &["countries"][..],
        &["countries", "CN", "IN", "BR"],
        &["compare", "www.facebook.com", "youtube.com", "--today", "2026-03-01"],
        &["compare", "nowhere.example"],
        &["compare", "thepiratebay.org"],
        &["timeline", "youtube.com"],
        &["timeline", "thepiratebay.org", "--country", "ID", "--from", "1950"],
        &["names", "--country", "RU"],
        &["names", "telegram.org", "facebook.com", "--today", "2026-03-01"],
        &["explain", "x.com", "--country", "BR", "--today", "2024-09-10"],
        &["explain", "mentorproject.org", "--country", "CN"],
        &["explain", "x.com", "--client", "8.8.8.8"],
    ];
    for arguments in commands {
        let text = shown(80, arguments);
        assert!(text.lines().count() > 3 && longest(&text) <= 80, "{arguments:?}\n{text}");
    }
}

#[test]
fn the_start_of_serve_fits_too() {
    let mut child = program()
        .args(["serve", "--listen", "0.0.0.0:0"])
        .env("COLUMNS", "80")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut banner = Vec::new();
    for line in lines {
        banner.push(line);
        if banner.last().is_some_and(|line| line.starts_with("try: ")) {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let banner = banner.join("\n");
    assert!(banner.contains("CN  China") && longest(&banner) <= 80, "{banner}");
}

#[test]
fn a_wide_terminal_is_told_more() {
    let (narrow, wide) = (shown(80, &["countries"]), shown(160, &["countries"]));
    assert!(!narrow.contains("10.86.0.0/16") && wide.contains("10.86.0.0/16"), "{wide}");
    let ask = ["compare", "youtube.com", "--today", "2026-03-01"];
    let (narrow, wide) = (shown(80, &ask), shown(200, &ask));
    assert!(narrow.lines().count() > wide.lines().count(), "{narrow}\n{wide}");
    assert!(!narrow.contains("replies") && wide.contains("replies"), "{narrow}\n{wide}");
}

#[test]
fn compare_takes_several_names_and_a_type_behind_them() {
    let said = |arguments: &[&str]| {
        let output = splinterdns(arguments);
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    let text = said(&["compare", "x.com", "youtube.com", "aaaa", "--today", "2026-03-01"]);
    assert!(text.contains("x.com AAAA on") && text.contains("\nyoutube.com AAAA on"), "{text}");
    assert!(text.contains("since 2026-02-10"), "{text}");
    assert!(said(&["compare", "mx"]).starts_with("mx A on"));
    assert!(said(&["compare", "x.com", "AAAAA"]).contains("no record type"));
    let json = said(&["compare", "x.com", "youtube.com", "--country", "RU", "--json"]);
    assert!(json.contains("\"question\": \"youtube.com A\""), "{json}");
    assert!(json.contains("\"since\": \"2026-02-10\""), "{json}");
}

#[test]
fn one_country_is_told_whole() {
    let text = shown(100, &["countries", "br"]);
    for part in [
        "Brazil (BR)",
        "Some 20 000 ISPs",
        "10.55.0.0/16",
        "18 rules: 2 measured, 6 reported, 10 assumed",
        "rules of blockdomi",
        "x.com, twitter.com",
        "2024-08-31 to 2024-10-08",
    ] {
        assert!(text.contains(part), "{part:?} is missing in\n{text}");
    }
    assert!(!text.contains("China"), "{text}");
    let json: serde_json::Value =
        serde_json::from_slice(&splinterdns(&["countries", "BR", "--json"]).stdout).unwrap();
    let rule = &json[0]["rules-in-full"][0];
    assert_eq!((&rule["rule"], &rule["until"]), (&"x".into(), &"2024-10-09".into()));
    assert_eq!(rule["names"].as_array().unwrap().len(), 2);
    let unknown = String::from_utf8(splinterdns(&["countries", "ZZ"]).stderr).unwrap();
    assert!(unknown.contains("there is no country ZZ"), "{unknown}");
}
