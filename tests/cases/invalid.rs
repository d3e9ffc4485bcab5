//! Bad input: every file or folder of `tests/invalid/`, beside the exact text of its report.
//!
//! `NAME.yaml`, `NAME.zone` or the folder `NAME/` is what `check` is given; `NAME.txt` is its exit
//! code and what it says. With `UPDATE_REPORTS=1` the texts are written anew; read the difference
//! before you commit it.

use crate::{
    gate, support,
    support::files::{entries, repository},
    trial,
};
use libtest_mimic::Trial;
use std::{fs, path::Path};

pub(crate) fn trials() -> Vec<Trial> {
    let mut cases = entries("tests/invalid");
    cases.retain(|path| path.extension().is_none_or(|ending| ending != "txt"));
    let count = cases.len();
    let mut trials: Vec<_> = cases
        .into_iter()
        .map(|case| {
            let name = case.file_stem().unwrap().to_string_lossy().into_owned();
            trial(format!("invalid::{name}"), move || gets_its_report(&case))
        })
        .collect();
    trials.push(trial("invalid::all: at least 20".to_owned(), move || {
        assert!(count >= 20, "{count} inputs");
    }));
    trials
}

/// An invalid input gets the report beside it, and exit code 1 or 2.
fn gets_its_report(case: &Path) {
    let relative = case.strip_prefix(repository()).unwrap().to_str().unwrap();
    let output = gate::through(|| support::program::splinterdns(&["check", relative]));
    let said = String::from_utf8(output.stderr).unwrap();
    let code = output.status.code().expect("an exit code");
    assert!(code == 1 || code == 2, "{relative}: exit {code}");
    let said = format!("exit {code}\n{said}");
    let beside = case.with_extension("txt");
    if std::env::var_os("UPDATE_REPORTS").is_some() {
        fs::write(&beside, &said).unwrap();
    }
    let expected = fs::read_to_string(&beside).unwrap_or_default();
    assert!(said == expected, "== {relative} says\n{said}\n== and should say\n{expected}");
}
