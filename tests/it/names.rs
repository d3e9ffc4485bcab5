//! `names`: the names that files know, with the countries that block them on a day.

use crate::support::{files::Scratch, program::splinterdns};
use serde_json::{Value, json};

const FIRST: &str = "\
country: XX
name: Freedonia
clients: [127.250.0.0/16]
operators:
  - operator: isp
    name: An ISP
    clients: [127.250.1.0/24]
    rules:
      - {rule: radio, names: [www.radio.example], answer: nxdomain, since: 2020, category: NEWS,
         evidence: measured, sources: [Doe]}
rules:
  - {rule: news, names: [news.example, \"=www.news.example\", \"*paper.example*\"],
     answer: nxdomain, since: 2020-03, until: 2022-01-01, category: NEWS, evidence: reported,
     sources: [Doe]}
  - {rule: shops, names: [\"/^shop[0-9]/\", \"*-shop.*\"], answer: refused, category: COMM,
     evidence: reported, sources: [Doe]}
  - {rule: court, lists: [court.txt], answer: nxdomain, category: FILE, evidence: assumed,
     sources: [Doe]}
elsewhere:
  - {names: [radio.example, chat.example], means: ip, since: 2021, evidence: reported,
     sources: [Doe]}
free:
  - {names: [free.example], seen: 2021-05-05, sources: [Doe]}
sources: {Doe: \"Doe, 2024\"}
";

const SECOND: &str = "\
country: YY
name: Sylvania
clients: [127.251.0.0/16]
rules:
  - {rule: news, names: [news.example, listed.example], answer: nxdomain, category: NEWS,
     evidence: reported, sources: [Doe]}
sources: {Doe: \"Doe, 2024\"}
";

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let scratch = Scratch::new();
    scratch.write("countries/xx.yaml", FIRST);
    scratch.write("countries/yy.yaml", SECOND);
    scratch.write("countries/court.txt", "listed.example\nother.example\nthird.example\n");
    let folder = ["--configs", scratch.path().to_str().unwrap()];
    let output = splinterdns(&[&["names", "--today", "2021-06-01"], arguments, &folder].concat());
    let [out, err] = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap());
    (output.status.code(), out, err)
}

fn said(arguments: &[&str]) -> String {
    let (code, out, err) = run(arguments);
    assert_eq!(code, Some(0), "{err}");
    out
}

fn parsed(arguments: &[&str]) -> Value {
    serde_json::from_str(&said(&[arguments, &["--json"]].concat())).unwrap()
}

/// Name, and the countries in each state.
fn matrix(json: &Value) -> Vec<String> {
    let codes = |name: &Value, state: &str| {
        let codes = name[state].as_array().unwrap().iter().map(|code| code.as_str().unwrap());
        codes.collect::<Vec<_>>().join("+")
    };
    let names = json["names"].as_array().unwrap().iter().map(|name| {
        let states = ["blocked", "blocked-elsewhere", "free", "unknown"];
        let states = states.map(|state| codes(name, state)).join("|");
        format!("{} {states}", name["name"].as_str().unwrap())
    });
    names.collect()
}

#[test]
fn each_name_has_its_countries_in_four_states_the_most_blocked_first() {
    let json = parsed(&[]);
    assert_eq!(
        matrix(&json),
        [
            "listed.example XX+YY|||",
            "news.example XX+YY|||",
            "*-shop.* XX|||YY",
            "/^shop[0-9]/ XX|||YY",
            "paper.example XX|||YY",
            "radio.example XX|||YY",
            "chat.example |XX||YY",
            "free.example ||XX|YY",
        ]
    );
    let court = json!([{ "rule": "XX/court", "list": "court.txt", "names": 3 }]);
    assert_eq!((&json["lists"], &json["countries"]), (&court, &json!(["XX", "YY"])));
    let radio = &json["names"][5]["known"];
    assert_eq!(
        (&radio[0]["state"], &radio[0]["means"]),
        (&"blocked-elsewhere".into(), &json!(["ip"]))
    );
    assert_eq!((&radio[1]["operator"], &radio[1]["id"]), (&"isp".into(), &"XX/isp/radio".into()));
}

#[test]
fn the_day_decides() {
    let scratch = Scratch::new();
    let file = scratch.write("yy.yaml", &SECOND.replace("answer:", "until: 2021-01-01, answer:"));
    let own = ["names", "--today", "2021-06-01", "--configs", file.to_str().unwrap()];
    let text = String::from_utf8(splinterdns(&own).stdout).unwrap();
    assert!(text.contains("2 names on 2021-06-01"), "{text}");
    assert!(text.contains("of 2 names nothing is known on this day"), "{text}");
    assert!(!text.contains("news.example"), "{text}");
}

#[test]
fn the_matrix_fits_and_lists_are_counted() {
    let text = said(&[]);
    let row =
        |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap_or("").to_owned();
    assert!(row("news.example").ends_with("2  XX YY"), "{text}");
    assert!(row("chat.example").ends_with("0  otherwise: XX"), "{text}");
    assert!(row("free.example").ends_with("0  free: XX"), "{text}");
    assert!(text.ends_with("XX/court: 3 names in court.txt\n"), "{text}");
    assert!(!text.contains("third.example") && !text.contains("www."), "{text}");
}

#[test]
fn a_country_tells_days_evidence_and_isps() {
    let text = said(&["--country", "XX"]);
    let row =
        |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap_or("").to_owned();
    assert!(row("news.example").contains("2020-03 to 2021-12-31"), "{text}");
    assert!(row("radio.example").ends_with("isp"), "{text}");
    assert!(row("radio.example").contains("measured  NEWS"), "{text}");
    assert!(row("chat.example").contains("blocked-elsewhere  since 2021"), "{text}");
    assert!(!text.contains("listed.example"), "{text}");
}

#[test]
fn a_category_or_names_choose() {
    let news = matrix(&parsed(&["--category", "news"]));
    assert_eq!(
        news,
        [
            "listed.example XX+YY|||",
            "news.example XX+YY|||",
            "paper.example XX|||YY",
            "radio.example XX|||YY",
        ]
    );
    assert_eq!(parsed(&["--category", "FILE"])["lists"][0]["names"], 3);
    let asked = parsed(&["www.news.example", "third.example", "never.example", "news.example"]);
    assert_eq!(
        matrix(&asked),
        ["news.example XX+YY|||", "third.example XX|||YY", "never.example |||XX+YY"]
    );
    let text = said(&["never.example"]);
    assert!(text.contains("never.example       0  nothing is known"), "{text}");
}

#[test]
fn what_is_wrong_is_said() {
    for (arguments, code, complaint) in [
        (&["--category", "NEWZ"][..], 1, "unknown category \"NEWZ\""),
        (&["--country", "ZZ"], 1, "there is no country ZZ"),
        (&["https://x.com/"], 1, "is no domain name"),
        (&["x.com", "--category", "NEWS"], 2, "cannot be used with"),
    ] {
        let (found, _, err) = run(arguments);
        assert!(found == Some(code) && err.contains(complaint), "{arguments:?}: {err}");
    }
}
