//! Configs and zones are compiled in; cargo would not notice a new file by itself. And the version
//! tells which commit it is, and of which day the countries are, where that is known.

use std::{fs, path::Path, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=configs");
    println!("cargo::rerun-if-changed=zones");
    // Moves with every commit and checkout. Without it, as in a package, there is nothing to watch;
    // and a file that is missing would have cargo build anew each time.
    for file in [".git/HEAD", ".git/logs/HEAD", ".cargo_vcs_info.json"] {
        if Path::new(file).exists() {
            println!("cargo::rerun-if-changed={file}");
        }
    }
    println!("cargo::rerun-if-env-changed={COMMIT}");
    let commit = named().or_else(|| git(&["rev-parse", "HEAD"])).or_else(packaged);
    let commit = commit.map(|commit| commit.chars().take(10).collect::<String>());
    let day = git(&["log", "-1", "--format=%cs", "--", "configs", "zones"]);
    let commit = commit.map(|commit| format!("commit {commit}"));
    let day = day.map(|day| format!("countries and zones of {day}"));
    let more: Vec<_> = commit.into_iter().chain(day).collect();
    let more = if more.is_empty() { String::new() } else { format!(" ({})", more.join(", ")) };
    let version = env!("CARGO_PKG_VERSION");
    println!("cargo::rustc-env=SPLINTERDNS_VERSION={version}{more}");
}

/// Names the commit where the sources come without their repository, as in an image.
const COMMIT: &str = "SPLINTERDNS_COMMIT";

fn named() -> Option<String> {
    std::env::var(COMMIT).ok().filter(|commit| !commit.is_empty())
}

/// What git says about this folder; a repository that this one only lies in is not asked.
fn git(arguments: &[&str]) -> Option<String> {
    if !Path::new(".git").exists() {
        return None;
    }
    let output = Command::new("git").args(arguments).output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !said.is_empty()).then_some(said)
}

/// The commit that cargo notes in a package.
fn packaged() -> Option<String> {
    let noted = fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let (_, commit) = noted.split_once("\"sha1\": \"")?;
    commit.split('"').next().map(str::to_owned)
}
