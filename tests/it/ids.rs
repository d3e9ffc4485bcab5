//! Ids of rules are cited: none that was ever shipped is lost, and none means another rule.
//! `tests/ids.txt` has them all; a new rule is added there.

use crate::support::{files::repository, program::splinterdns};
use serde_json::Value;
use std::{collections::BTreeSet, fs};

/// The ids of the shipped rules, and of those that fell.
fn shipped() -> [BTreeSet<String>; 2] {
    let json = |arguments: &[&str]| -> Vec<Value> {
        let output = splinterdns(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let codes = json(&["countries", "--json"]);
    let codes: Vec<_> = codes.iter().map(|country| country["country"].as_str().unwrap()).collect();
    let countries = json(&[&["countries", "--json"], &codes[..]].concat());
    let ids = |list: &str, is_wanted: fn(&Value) -> bool| {
        let items = countries.iter().flat_map(|country| country[list].as_array().unwrap());
        let ids = items.filter(|item| is_wanted(item)).map(|item| item["id"].as_str().unwrap());
        ids.map(str::to_owned).collect::<BTreeSet<_>>()
    };
    [ids("rules-in-full", |_| true), ids("changes", |change| change["fell"] == true)]
}

#[test]
fn no_id_that_was_ever_shipped_is_lost() {
    let listed = fs::read_to_string(repository().join("tests/ids.txt")).unwrap();
    let listed: BTreeSet<_> = listed.lines().map(str::to_owned).collect();
    let [shipped, fallen] = shipped();
    let known: BTreeSet<_> = shipped.union(&fallen).cloned().collect();
    let lost: Vec<_> = listed.difference(&known).collect();
    assert!(lost.is_empty(), "neither a rule nor under `changes` as fallen: {lost:?}");
    let new: Vec<_> = known.difference(&listed).collect();
    assert!(new.is_empty(), "add to tests/ids.txt: {new:#?}");
}
