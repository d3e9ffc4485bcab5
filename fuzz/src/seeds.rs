//! Seeds, made of the files of the repository whenever they are wanted, so that nothing is kept
//! twice.

use super::messages;
use hickory_proto::serialize::binary::BinEncodable;
use splinterdns::dns::{Rtype, wire_name};
use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process,
};

/// Names the folder for seeds: a target that finds it in its environment writes its seeds there and
/// ends.
const WANTED: &str = "SPLINTERDNS_SEEDS";

/// Writes the seeds of a target, if they are wanted.
pub fn write_if_wanted(seeds: impl FnOnce() -> Vec<Vec<u8>>) {
    let Some(folder) = env::var_os(WANTED).map(PathBuf::from) else { return };
    fs::create_dir_all(&folder).unwrap();
    let seeds = seeds();
    assert!(seeds.len() > 10, "seeds come from the repository's files: {}", seeds.len());
    for (number, seed) in seeds.into_iter().enumerate() {
        fs::write(folder.join(format!("{number:05}")), seed).unwrap();
    }
    process::exit(0);
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(path)
}

/// The files below a folder of the repository whose names end so.
pub fn files(folder: &str, ending: &str) -> Vec<Vec<u8>> {
    fn walk(folder: &Path, ending: &str, found: &mut Vec<Vec<u8>>) {
        let mut paths: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                walk(&path, ending, found);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(fs::read(&path).unwrap());
            }
        }
    }
    let mut found = Vec::new();
    walk(&repository(folder), ending, &mut found);
    found
}

fn texts(folder: &str, ending: &str) -> Vec<String> {
    let files = files(folder, ending).into_iter();
    files.map(|text| String::from_utf8_lossy(&text).into_owned()).collect()
}

/// The country files that scenarios begin with.
pub fn scenario_countries() -> Vec<Vec<u8>> {
    let scenarios = texts("tests/scenarios", ".rpl");
    let heads = scenarios.iter().filter_map(|text| Some(text.split_once("CONFIG_END")?.0));
    heads.filter(|head| head.contains("country:")).map(|head| head.as_bytes().to_vec()).collect()
}

/// Queries for all that scenarios ask, each with an OPT and without.
pub fn queries() -> Vec<Vec<u8>> {
    let mut asked = BTreeSet::new();
    for text in texts("tests/scenarios", ".rpl") {
        let questions = text.split("SECTION QUESTION\n").skip(1);
        asked.extend(questions.filter_map(|question| {
            let mut words = question.split_whitespace();
            let name = wire_name(words.next()?).ok()?.to_bytes().ok()?;
            let rtype: Rtype = words.find(|word| !matches!(*word, "IN"))?.parse().ok()?;
            Some((name, u16::from(rtype.0)))
        }));
    }
    let queries = asked.iter().flat_map(|(name, rtype)| {
        [None, Some(1232)].map(|payload| messages::query(0x1234, name, *rtype, payload))
    });
    queries.collect()
}

/// The YAML blocks of the documents.
pub fn documents() -> Vec<Vec<u8>> {
    let pages = texts("docs", ".md");
    let blocks = pages.iter().flat_map(|page| page.split("```yaml\n").skip(1));
    blocks.filter_map(|block| Some(block.split_once("```")?.0.as_bytes().to_vec())).collect()
}

/// The texts in quotes of a Rust file: what its tests give to the parser.
pub fn quoted(file: &str) -> Vec<String> {
    let text = fs::read_to_string(repository(file)).unwrap();
    let (mut found, mut open) = (Vec::new(), None::<String>);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (&mut open, character) {
            (None, '"') => open = Some(String::new()),
            (None, '\'') if characters.peek() == Some(&'"') => _ = characters.next(),
            (None, _) => {}
            (Some(_), '"') => found.extend(open.take()),
            (Some(text), '\\') => match characters.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some('\n') => while characters.next_if(|next| next.is_whitespace()).is_some() {},
                Some(other) => text.push(other),
                None => {}
            },
            (Some(text), other) => text.push(other),
        }
    }
    found
}
