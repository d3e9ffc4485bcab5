//! Bad input: every file or folder of `tests/invalid/`, beside the exact text of its report.
//!
//! `NAME.yaml`, `NAME.zone` or the folder `NAME/` is what `check` is given; `NAME.txt` is its exit
//! code and what it says. With `UPDATE_REPORTS=1` the texts are written anew; read the difference
//! before you commit it.

use crate::support::repository;
use std::{fs, path::PathBuf, process::Command};

fn cases() -> Vec<PathBuf> {
    let entries = fs::read_dir(repository().join("tests/invalid")).unwrap();
    let mut cases: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.extension().is_none_or(|ending| ending != "txt"));
    cases.sort();
    cases
}

#[test]
fn every_invalid_input_gets_the_report_beside_it_and_exit_code_1_or_2() {
    let mut wrong = Vec::new();
    for case in cases() {
        let relative = case.strip_prefix(repository()).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_splinterdns"))
            .arg("check")
            .arg(relative)
            .current_dir(repository())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let code = output.status.code().expect("an exit code");
        assert!(code == 1 || code == 2, "{}: exit {code}", relative.display());
        let said = format!("exit {code}\n{said}");
        let beside = case.with_extension("txt");
        if std::env::var_os("UPDATE_REPORTS").is_some() {
            fs::write(&beside, &said).unwrap();
        }
        if fs::read_to_string(&beside).unwrap_or_default() != said {
            wrong.push(format!("== {} says\n{said}", relative.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases().len() >= 20, "{} cases", cases().len());
}
