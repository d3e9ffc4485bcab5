//! The house: who imports from whom, how long files are, and what stands in one place alone.
//! (Clippy looks at the length of functions: `clippy.toml`.)

mod circles;
mod made_up;
mod tokens;
mod tree;

use crate::support::files::repository;
use circles::circles;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};
use tokens::{tokens, without_tests};
use tree::Tree;

/// The modules of the tour in `lib.rs`, each with its rung: a module imports only from rungs below
/// its own.
const LADDER: [(&str, usize); 22] = [
    ("diagnostic", 0),
    ("files", 0),
    ("clock", 0),
    ("progress", 0),
    ("sys", 0),
    ("dns", 1),
    ("capture", 2),
    ("model", 2),
    ("lists", 2),
    ("answer", 3),
    ("zone", 3),
    ("upstream", 3),
    ("config", 4),
    ("policy", 5),
    ("engine", 6),
    ("events", 6),
    ("transport", 7),
    ("survey", 7),
    ("page", 8),
    ("block_page", 8),
    ("testing", 8),
    ("cli", 9),
];

/// Imports from one file to another that may be part of a circle, each with its reason in a
/// comment: none.
const TOLERATED_IN_CIRCLES: [(&str, &str); 0] = [];

/// The only folder (or file) under `src` with `unsafe` code.
const UNSAFE: &str = "sys/";

/// Columns of a line, and lines of a file under `src` before its tests, at most.
const COLUMNS: usize = 100;
const LINES: usize = 400;

/// All Rust files under a folder of the repository, each with its path in that folder.
fn rust_files(folder: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let (folder, mut paths) = (repository().join(folder), Vec::new());
    walk(&folder, &mut paths);
    paths.sort();
    let name = |path: &Path| path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
    paths.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

fn tree(sources: &[(String, String)]) -> Tree {
    Tree::read(sources.iter().map(|(file, text)| (file.as_str(), text.as_str())))
}

/// The imports that break the ladder, each with what is wrong; and how many there are in all.
fn broken_rungs(tree: &Tree, ladder: &[(&str, usize)]) -> (Vec<String>, usize) {
    let rung = |module: &str| ladder.iter().find(|(name, _)| *name == module).map(|(_, rung)| rung);
    let (mut broken, mut all) = (Vec::new(), 0);
    for reference in &tree.references {
        let Some(own) = reference.module.first() else { continue };
        let Some(other) = tree.top(reference) else { continue };
        all += 1;
        let why = match (rung(own), rung(&other)) {
            _ if *own == other => continue,
            (Some(above), Some(below)) if below < above => continue,
            (Some(low), Some(high)) => format!("{own} is on rung {low}, {other} on rung {high}"),
            (None, _) => format!("{own} has no rung"),
            (_, None) => format!("{other} has no rung"),
        };
        broken.push(format!("{}\n  {why}", reference.shown()));
    }
    (broken, all)
}

#[test]
fn a_module_imports_only_from_rungs_below_its_own() {
    let (broken, all) = broken_rungs(&tree(&rust_files("src")), &LADDER);
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
    assert!(all > 50, "the test reads imports: {all}");
}

#[test]
fn no_files_import_from_each_other_in_a_circle() {
    let circles = circles(&tree(&rust_files("src")), &TOLERATED_IN_CIRCLES);
    assert!(circles.is_empty(), "\n{}", circles.join("\n"));
}

#[test]
fn no_two_types_of_src_have_the_same_name() {
    let (sources, mut types) = (rust_files("src"), BTreeMap::<&str, Vec<String>>::new());
    for (file, text) in &sources {
        for pair in tokens(without_tests(text)).windows(2) {
            if ["struct", "enum", "trait"].contains(&pair[0].text) {
                let place = format!("src/{file}:{}", pair[1].line);
                types.entry(pair[1].text).or_default().push(place);
            }
        }
    }
    assert!(types.len() > 50, "the test reads types: {}", types.len());
    types.retain(|_, places| places.len() > 1);
    assert!(types.is_empty(), "{types:#?}");
}

#[test]
fn unsafe_code_stands_in_one_folder() {
    for (file, text) in rust_files("src").iter().filter(|(file, _)| !file.starts_with(UNSAFE)) {
        let found = tokens(text).into_iter().find(|token| token.text == "unsafe");
        assert!(found.is_none(), "src/{file}:{} is unsafe", found.unwrap().line);
    }
}

/// Lines above so many columns, in folders of the repository.
fn wide_lines(folders: &[&str]) -> Vec<String> {
    let mut wide = Vec::new();
    for folder in folders {
        for (file, text) in rust_files(folder) {
            let lines = (1..).zip(text.lines()).filter(|(_, line)| line.chars().count() > COLUMNS);
            wide.extend(lines.map(|(number, _)| format!("{folder}/{file}:{number}")));
        }
    }
    wide
}

#[test]
fn no_line_of_the_tests_is_above_100_columns() {
    let wide = wide_lines(&["tests"]);
    assert!(wide.is_empty(), "{wide:#?}");
}

#[test]
fn no_line_of_any_other_rust_file_is_above_100_columns() {
    let wide = wide_lines(&["src", "benches", "fuzz"]);
    let build = fs::read_to_string(repository().join("build.rs")).unwrap();
    assert!(build.lines().all(|line| line.chars().count() <= COLUMNS), "build.rs");
    assert!(wide.is_empty(), "{wide:#?}");
}

#[test]
fn no_file_of_src_is_above_400_lines_without_its_tests() {
    for (file, text) in rust_files("src") {
        let lines = without_tests(&text).lines().count();
        assert!(lines <= LINES, "src/{file} has {lines} lines");
    }
}

#[test]
fn only_the_clock_reads_the_time_of_day() {
    for (file, text) in rust_files("src") {
        let reads = ["Timestamp::now", "Zoned::now", "SystemTime::now"]
            .iter()
            .any(|call| without_tests(&text).contains(call));
        assert!(!reads || file.ends_with("clock.rs"), "src/{file} reads the clock");
    }
}

#[test]
fn no_file_imports_everything_of_another() {
    for (file, text) in rust_files("src") {
        assert!(!text.contains("::*;"), "src/{file} has a glob import");
    }
}
