//! What helps at the beginning: a first country, completions, manual pages, the version.

use crate::support::{files::Scratch, program::splinterdns};
use std::fs;

fn said(arguments: &[&str]) -> String {
    let output = splinterdns(arguments);
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

#[test]
fn init_writes_what_check_accepts_and_overwrites_nothing() {
    let scratch = Scratch::new();
    let folder = scratch.path().join("new");
    let folder = folder.to_str().unwrap();
    assert!(said(&["init", folder]).contains("countries/xx.yaml"));
    let checked = said(&["check", folder]);
    assert!(
        checked.contains("1 country with 1 operator") && checked.contains("1 zone"),
        "{checked}"
    );
    let ask = ["explain", "www.news.example", "--country", "XX", "--configs", folder];
    assert!(said(&ask).contains("verdict   nxdomain"));
    let mine = scratch.write("new/countries/xx.yaml", "mine\n");
    let again = splinterdns(&["init", folder]);
    assert_eq!(again.status.code(), Some(1), "{again:?}");
    assert_eq!(fs::read_to_string(mine).unwrap(), "mine\n");
}

#[test]
fn shells_and_man_are_told_every_command() {
    for shell in ["bash", "zsh", "fish"] {
        let script = said(&["completions", shell]);
        assert!(script.contains("compare") && script.contains("honest-from"), "{shell}");
    }
    assert!(said(&["completions", "cmd"]).contains("possible values"));
    let scratch = Scratch::new();
    let folder = scratch.path().join("man1");
    assert!(splinterdns(&["man", folder.to_str().unwrap()]).status.success());
    let page = fs::read_to_string(folder.join("splinterdns-serve.1")).unwrap();
    assert!(page.contains(".TH splinterdns-serve 1") && page.contains("tcp"), "{page}");
}

#[test]
fn the_version_begins_with_its_number() {
    let version = said(&["--version"]);
    let number = concat!("splinterdns ", env!("CARGO_PKG_VERSION"));
    assert!(version.starts_with(number) && version.lines().count() == 1, "{version}");
}

#[test]
fn every_command_shows_examples_that_it_understands() {
    let help = said(&["--help"]);
    for command in
        ["serve", "check", "explain", "compare", "countries", "names", "timeline", "health", "init"]
    {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
        let text = said(&[command, "--help"]);
        let (_, examples) = text.split_once("Example").unwrap_or_else(|| panic!("{text}"));
        let lines: Vec<_> = examples.lines().filter(|line| line.contains("splinterdns")).collect();
        assert!(!lines.is_empty(), "{text}");
        // Those that only show something are run.
        for line in lines
            .iter()
            .filter(|_| ["explain", "compare", "countries", "timeline"].contains(&command))
        {
            let words: Vec<_> = line.split_whitespace().skip(1).collect();
            let output = splinterdns(&words);
            assert_ne!(output.status.code(), Some(2), "{line}: {output:?}");
        }
    }
}
