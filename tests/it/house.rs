//! The house: a module imports only from rungs below its own, and files stay short. (Clippy looks
//! at functions: `clippy.toml`.)

use crate::support::files::repository;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The modules of the tour in `lib.rs`, each with its rung.
const LADDER: [(&str, usize); 13] = [
    ("name", 0),
    ("clock", 0),
    ("progress", 0),
    ("query", 1),
    ("lists", 1),
    ("config", 2),
    ("upstream", 2),
    ("policy", 3),
    ("answer", 4),
    ("observe", 4),
    ("lab", 5),
    ("serve", 6),
    ("cli", 7),
];

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                found.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    walk(&repository().join("src"), &mut found);
    found
}

/// The part of a file before its tests.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap()
}

fn rung(module: &str) -> usize {
    LADDER
        .iter()
        .find(|(name, _)| *name == module)
        .unwrap_or_else(|| panic!("{module} has no rung"))
        .1
}

/// The top-level modules named after `crate::`, inside a `use` group or by themselves.
fn imports(text: &str) -> Vec<String> {
    let word = |rest: &str| {
        rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
    };
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.push(word(rest));
            continue;
        };
        let mut depth = 1;
        let mut start = true;
        for (offset, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => start = true,
                c if c.is_alphabetic() && depth == 1 && start => {
                    found.push(word(&group[offset..]));
                    start = false;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    found
}

#[test]
fn a_module_imports_only_from_rungs_below_its_own() {
    let mut seen = 0;
    for (path, text) in sources() {
        let inside = path.strip_prefix(repository().join("src")).unwrap();
        let first =
            inside.components().next().unwrap().as_os_str().to_string_lossy().replace(".rs", "");
        if first == "lib" || first == "main" {
            continue;
        }
        for import in imports(without_tests(&text)) {
            seen += 1;
            let (own, other) = (rung(&first), rung(&import));
            assert!(
                import == first || other < own,
                "{} (rung {own}) imports {import} (rung {other})",
                inside.display()
            );
        }
    }
    assert!(seen > 50, "the test reads imports: {seen}");
}

#[test]
fn imports_are_read_from_groups_and_from_single_lines() {
    let text = "use crate::{\n    name::{Name, wire_name},\n    query::Type,\n};\nuse crate::clock::Clock; let x = crate::lab::load;";
    assert_eq!(imports(text), ["name", "query", "clock", "lab"]);
}

#[test]
fn files_stay_under_400_lines_without_their_tests() {
    for (path, text) in sources() {
        let lines = without_tests(&text).lines().count();
        assert!(lines < 400, "{} has {lines} lines", path.display());
    }
}

#[test]
fn only_the_clock_reads_the_time_of_day() {
    for (path, text) in sources() {
        let reads = ["Timestamp::now", "Zoned::now", "SystemTime::now"]
            .iter()
            .any(|call| without_tests(&text).contains(call));
        assert!(!reads || path.ends_with("clock.rs"), "{} reads the clock", path.display());
    }
}

#[test]
fn no_file_imports_everything_of_another() {
    for (path, text) in sources() {
        assert!(!text.contains("::*;"), "{} has a glob import", path.display());
    }
}
