//! What the documents show must be true: YAML blocks are checked, commands are run.

use crate::support::{
    files::{Scratch, entries, repository},
    program,
};
use std::{
    fs,
    path::{Path, PathBuf},
};

fn pages() -> Vec<PathBuf> {
    let docs = ["docs", "docs/teaching"].into_iter().flat_map(entries);
    let pages = docs.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    pages.chain(["README.md", "CHANGELOG.md"].map(|name| repository().join(name))).collect()
}

/// The fenced blocks of a page: what stands behind the fence, and the text.
fn blocks(page: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(page).unwrap();
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(kind) = line.strip_prefix("```") {
            let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push((kind.trim().to_owned(), block.join("\n") + "\n"));
        }
    }
    blocks
}

fn splinterdns(arguments: &[&str]) -> (bool, String) {
    let output = program::splinterdns(arguments);
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

/// But the table of observations, which is made from all rows.
#[test]
fn no_page_is_above_200_lines() {
    for page in pages().into_iter().filter(|page| !page.ends_with("fidelity.md")) {
        let lines = fs::read_to_string(&page).unwrap().lines().count();
        assert!(lines <= 200, "{} has {lines} lines", page.display());
    }
}

#[test]
fn every_yaml_block_is_a_config_that_check_accepts() {
    let mut checked = 0;
    for page in pages() {
        for (kind, text) in blocks(&page) {
            // A lab file is told from a country file by its first line; parts of files are marked
            // `yaml part`.
            let scratch = Scratch::new();
            let file = match kind.as_str() {
                "yaml" if text.starts_with("# lab.yaml") => scratch.write("lab.yaml", &text),
                "yaml" => scratch.write("xx.yaml", &text),
                _ => continue,
            };
            let (good, said) = splinterdns(&["check", file.to_str().unwrap()]);
            assert!(good, "{}:\n{text}\n{said}", page.display());
            checked += 1;
        }
    }
    assert!(checked >= 3, "{checked} blocks were checked");
}

#[test]
fn every_console_block_shows_what_the_command_says() {
    let mut run = 0;
    for page in pages() {
        for (_, text) in blocks(&page).into_iter().filter(|(kind, _)| kind == "console") {
            let (command, expected) = text.split_once('\n').unwrap();
            let Some(arguments) = command.strip_prefix("$ splinterdns ") else { continue };
            let arguments: Vec<_> = arguments.split_whitespace().collect();
            let (_, said) = splinterdns(&arguments);
            assert_eq!(said.trim_end(), expected.trim_end(), "{}: {command}", page.display());
            run += 1;
        }
    }
    assert!(run >= 2, "{run} commands were run");
}

#[test]
fn every_key_of_the_format_is_documented() {
    let page = ["docs/config.md", "docs/lab.md"]
        .map(|page| fs::read_to_string(repository().join(page)).unwrap())
        .concat();
    let mut keys = 0;
    for file in fs::read_dir(repository().join("src/config")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let calls = ["fields.get(\"", "fields.need(\"", "flag(\""];
        for call in calls {
            for (at, _) in text.match_indices(call) {
                let key = text[at + call.len()..].split('"').next().unwrap();
                assert!(
                    page.contains(&format!("`{key}`")),
                    "neither docs/config.md nor docs/lab.md tells of `{key}`"
                );
                keys += 1;
            }
        }
    }
    assert!(keys > 40, "{keys} keys");
}

#[test]
fn links_between_pages_lead_somewhere() {
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split([')', '#']).next().unwrap();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            let path = page.parent().unwrap().join(target);
            assert!(path.exists(), "{} links to {target}", page.display());
        }
    }
}
