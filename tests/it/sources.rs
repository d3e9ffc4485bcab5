//! Countries from several places, and rules of the command line.

use crate::support::{
    files::Scratch,
    program::{program, splinterdns},
};
use serde_json::Value;
use std::{io::Write, process::Stdio};

fn country(code: &str, network: &str, rest: &str) -> String {
    format!(
        "country: {code}\nname: Mine\nclients: [{network}]\nrules:\n  - {{rule: a, {rest}, \
         answer: refused, evidence: assumed, sources: [T]}}\nsources: {{T: test}}\n"
    )
}

fn said(arguments: &[&str]) -> String {
    let output = splinterdns(arguments);
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

fn explained(arguments: &[&str]) -> Value {
    let output = splinterdns(&[&["explain"], arguments, &["--json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

#[test]
fn folders_files_and_the_standard_input_stand_together() {
    let scratch = Scratch::new();
    scratch.write(
        "my/countries/xx.yaml",
        &country("XX", "127.250.0.0/16", "names: [a.example], lists: [names.txt]"),
    );
    scratch.write("my/countries/names.txt", "listed.example\n");
    let text = country("XY", "127.251.0.0/16", "names: [b.example], lists: [more.txt]");
    let file = scratch.write("elsewhere/xy.yaml", &text);
    scratch.write("elsewhere/more.txt", "more.example\n");
    scratch.write("elsewhere/lab.yaml", "this: is not about a country file alone\n");
    let my = scratch.path().join("my");
    let configs = ["--configs", my.to_str().unwrap(), "--configs", file.to_str().unwrap()];
    let verdict = |name: &str, code: &str, configs: &[&str]| {
        explained(&[&[name, "--country", code], configs].concat())["verdict"].clone()
    };
    assert_eq!(verdict("listed.example", "XX", &configs), "refused");
    assert_eq!(verdict("more.example", "XY", &configs), "refused");
    assert_eq!(verdict("more.example", "XX", &configs), "honest");
    let listed = said(&[&["countries"], &configs[..]].concat());
    assert!(listed.contains("XX  Mine") && !listed.contains("China"), "{listed}");

    let mut child = program()
        .args(["explain", "c.example", "--country", "XZ", "--configs", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let text = country("XZ", "127.252.0.0/16", "names: [c.example]");
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("verdict   refused"), "{output:?}");
}

#[test]
fn shipped_countries_stay_and_one_of_them_may_be_replaced() {
    let scratch = Scratch::new();
    let brazil = country("BR", "127.55.0.0/16", "names: [a.example]");
    let file = scratch.write("br.yaml", &brazil);
    let path = file.to_str().unwrap();
    let with = ["countries", "--configs", path, "--with-shipped"];
    let listed = said(&with);
    assert!(listed.contains("BR  Mine") && listed.contains("CN  China"), "{listed}");
    assert!(!listed.contains("Brazil") && listed.contains("note: BR of --configs"), "{listed}");
    let again = scratch.write("again.yaml", &brazil);
    let twice = said(&[&with[..], &["--configs", again.to_str().unwrap()]].concat());
    assert!(twice.contains("there is another country \"BR\""), "{twice}");
    assert!(said(&["countries", "--with-shipped"]).contains("--configs"));
}

#[test]
fn a_rule_of_the_command_line_comes_before_all_others_of_its_country() {
    let rules = ["--rule", "facebook.com=nxdomain", "--rule", "=b.example=10.10.34.34"];
    let ask = |name: &str, place: &[&str]| explained(&[&[name], place, &rules[..]].concat());
    let china = ask("www.facebook.com", &["--country", "CN"]);
    assert_eq!((&china["verdict"], &china["evidence"]), (&"nxdomain".into(), &"assumed".into()));
    assert_eq!(china["sources"][0]["text"], "--rule facebook.com=nxdomain");
    let jio = ask("b.example", &["--country", "IN", "--operator", "jio"]);
    assert_eq!((&jio["verdict"], &jio["rule"]), (&"poison".into(), &"command-line-2".into()));
    assert_eq!(ask("a.b.example", &["--country", "IN"])["verdict"], "honest", "it is exact");
    let nowhere = said(&["explain", "x.com", "--rule", "x.com=nxdomain"]);
    assert!(nowhere.contains("--rule holds in a country"), "{nowhere}");
    let wrong = said(&["explain", "x.com", "--country", "US", "--rule", "x.com=nxdomian"]);
    assert!(wrong.contains("(command line):") && wrong.contains("\"nxdomain\"?"), "{wrong}");
    assert!(said(&["explain", "x.com", "--rule", "x.com"]).contains("a pattern and an answer"));
}

#[test]
fn a_list_that_users_fetch_may_be_missing_and_counts_when_it_is_there() {
    let scratch = Scratch::new();
    let optional = country("XX", "127.250.0.0/16", "lists: [{file: xx-list.txt, optional: true}]");
    let path = scratch.write("my/countries/xx.yaml", &optional);
    scratch.write("lists/other.txt", "other.example\n");
    let (my, lists) = (scratch.path().join("my"), scratch.path().join("lists"));
    let [my, lists] = [&my, &lists].map(|path| path.to_str().unwrap());
    let verdict = |arguments: &[&str]| {
        let ask = ["listed.example", "--country", "XX", "--configs", my];
        explained(&[&ask[..], arguments].concat())["verdict"].clone()
    };
    // An example speaks of the file as it is written, and refuses nobody his list.
    let example = "examples: [{ask: listed.example A, expect: honest}]\n";
    std::fs::write(&path, format!("{optional}{example}")).unwrap();
    assert_eq!(verdict(&[]), "honest");
    assert_eq!(verdict(&["--lists", lists]), "honest");
    scratch.write("lists/xx-list.txt", "listed.example\n");
    assert_eq!((verdict(&["--lists", lists]), verdict(&[])), ("refused".into(), "honest".into()));
    // A lab file names the folder too, relative to itself.
    scratch.write("my/lab.yaml", "lists: ../lists\n");
    assert_eq!(verdict(&[]), "refused");
    scratch.write("my/lab.yaml", "lists: nowhere\n");
    let nowhere = said(&["check", my]);
    assert!(nowhere.contains("lab.yaml:1:8: cannot read "), "{nowhere}");
    // Beside the country file it is found as well, and what is no list is told.
    scratch.write("my/lab.yaml", "");
    scratch.write("my/countries/xx-list.txt", "listed.example\n");
    assert_eq!(verdict(&[]), "refused");
    let missing = said(&["explain", "a.example", "--configs", my, "--lists", "/nonexistent"]);
    assert!(missing.contains("cannot read /nonexistent"), "{missing}");
    std::fs::write(&path, optional.replace(", optional: true", "")).unwrap();
    std::fs::remove_file(scratch.path().join("my/countries/xx-list.txt")).unwrap();
    let needed = said(&["check", my]);
    assert!(needed.contains("xx-list.txt: no such file"), "{needed}");
    std::fs::write(&path, optional.replace("optional: true", "optional: maybe")).unwrap();
    assert!(said(&["check", my]).contains("found \"maybe\""), "{}", said(&["check", my]));
}
