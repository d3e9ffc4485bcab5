//! What is said of mistakes, to people and to programs.

use crate::support::{
    files::Scratch,
    program::{program, splinterdns},
};
use serde_json::Value;
use std::{
    io::Write,
    process::{Output, Stdio},
};

fn complaint(arguments: &[&str]) -> String {
    String::from_utf8(splinterdns(arguments).stderr).unwrap()
}

fn check_input(text: &str, arguments: &[&str]) -> Output {
    let mut child = program()
        .args(["check", "-"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn a_mistake_is_answered_with_what_was_meant() {
    let named = complaint(&["explain", "x.com", "--country", "brazil"]);
    assert!(named.contains("Brazil is BR"), "{named}");
    let all = complaint(&["serve", "--allow", "0.0.0.0"]);
    assert!(all.contains("expected 0.0.0.0/0") && !all.contains("/32"), "{all}");
    assert!(complaint(&["serve", "--allow", "10.0.0.1"]).contains("expected 10.0.0.1/32"));
    let unit = complaint(&["serve", "--upstream-timeout", "500"]);
    assert!(unit.contains("500ms") && !unit.contains("500s"), "500 s are too long: {unit}");
    let either = complaint(&["serve", "--upstream-timeout", "50"]);
    assert!(either.contains("50ms or 50s"), "{either}");
}

#[test]
fn check_reads_the_standard_input() {
    let good = "country: XX\nname: X\nclients: [127.99.0.0/16]\nrules: []\nsources: {}\n";
    let output = check_input(good, &[]);
    assert!(output.status.success(), "{output:?}");
    let output = check_input(&good.replace("rules", "ruls"), &[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("(standard input):4:1:") && said.contains("\"rules\"?"), "{said}");
}

#[test]
fn check_tells_programs_every_place() {
    let broken = "country: XX\nname: X\nclients: [127.99/16]\nruls: []\n";
    let output = check_input(broken, &["--json"]);
    let problems: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    let places: Vec<_> = problems
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| {
            (
                problem["file"].as_str().unwrap(),
                problem["line"].as_u64(),
                problem["column"].as_u64(),
            )
        })
        .collect();
    let input = "(standard input)";
    assert_eq!(places, [(input, Some(3), Some(11)), (input, Some(4), Some(1))]);
    let scratch = Scratch::new();
    let file = scratch.write("xx.yaml", "country: XX\nname: X\nclients: [127.99.0.0/16]\n");
    let output = splinterdns(&["check", "--json", file.to_str().unwrap()]);
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "[]\n");
}
