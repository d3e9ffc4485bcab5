//! `docs/fidelity.md`, which counts, and a page a continent, which has the rows.

use super::{Observation, Outcome};
use crate::support::files::{entries, repository};
use serde::Deserialize;
use std::{collections::BTreeMap, fs, path::Path, sync::Arc, thread};

/// The continents of the shipped countries (the regions of UN M49; Turkey, Cyprus and the Caucasus
/// are in Asia there).
const CONTINENTS: [(&str, &[&str]); 5] = [
    ("Africa", &["BI", "EG", "ET", "NG", "SS", "TZ", "UG"]),
    ("Americas", &["AR", "BR", "CA", "CO", "CU", "US", "VE"]),
    (
        "Asia",
        &[
            "AE", "AM", "AZ", "CN", "ID", "IN", "IR", "JO", "KG", "KH", "KR", "KW", "KZ", "MM",
            "MY", "NP", "PH", "PK", "SA", "SG", "TH", "TJ", "TM", "TR", "UZ", "VN",
        ],
    ),
    (
        "Europe",
        &[
            "AT", "BE", "BY", "CZ", "DE", "DK", "ES", "FI", "FR", "GB", "GR", "IT", "LT", "NL",
            "PL", "RU", "UA",
        ],
    ),
    ("Oceania", &["AU"]),
];

const HEAD: &str = "# Fidelity

What others have published, a selection, asked of the running server by a client that knows \
nothing of the configs. The rows are
`tests/fidelity/*.yaml`; this page and those of the continents are written by \
`UPDATE_FIDELITY=1 cargo test --test cases fidelity`, and that test fails
when they differ. An observation is what a source says that a client saw: it names the place where \
it stands, and is not later than its source. What we do not
send as it was seen stays here, with the reason.

";

const TABLE: &str = "| country, client | day | question | seen | by | here |
| --- | --- | --- | --- | --- | --- |
";

/// So many rows are asked at a time that have not been asked in tests of their own.
const AT_A_TIME: usize = 8;

/// The least rows there are, so that they are not lost unseen.
const LEAST: usize = 400;

type Answered<'o> = (&'o Observation, &'o Outcome);

pub(super) fn are_as_written(observations: &[Arc<Observation>]) {
    thread::scope(|scope| {
        for some in observations.chunks(observations.len().div_ceil(AT_A_TIME)) {
            scope.spawn(|| some.iter().for_each(|one| _ = one.outcome()));
        }
    });
    let mut by_country: BTreeMap<String, Vec<Answered<'_>>> =
        shipped().into_keys().map(|code| (code, Vec::new())).collect();
    for one in observations {
        by_country.entry(one.country.clone()).or_default().push((one, one.outcome()));
    }
    let mut pages = vec![("docs/fidelity.md".to_owned(), summary(&by_country))];
    for (continent, codes) in CONTINENTS {
        let rows: Vec<_> = codes.iter().flat_map(|code| &by_country[*code]).collect();
        let lines = rows.iter().map(|(_, outcome)| format!("{}\n", outcome.line));
        let counted = format!("{} of {} observations hold.", held(&rows), rows.len());
        let head =
            format!("# Fidelity: {continent}\n\n{counted} [All continents](../fidelity.md).");
        let page = format!("{head}\n\n{TABLE}{}", lines.collect::<String>());
        pages.push((format!("docs/fidelity/{}.md", continent.to_lowercase()), page));
    }
    let stale: Vec<_> =
        pages.iter().filter(|(path, page)| !is_written(&repository().join(path), page)).collect();
    let stale: Vec<_> = stale.into_iter().map(|(path, _)| path).collect();
    assert!(stale.is_empty(), "{stale:?} differ from what the server does");
    assert!(observations.len() >= LEAST, "{} rows", observations.len());
}

/// Whether the page says this, after it was written if that was asked for.
fn is_written(path: &Path, page: &str) -> bool {
    if std::env::var_os("UPDATE_FIDELITY").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, page).unwrap();
    }
    fs::read_to_string(path).unwrap_or_default() == page
}

fn held(rows: &[&Answered<'_>]) -> usize {
    rows.iter().filter(|(_, outcome)| outcome.difference.is_none()).count()
}

/// How many rows there are of each kind, and of each country.
fn summary(by_country: &BTreeMap<String, Vec<Answered<'_>>>) -> String {
    let all: Vec<_> = by_country.values().flatten().collect();
    let with = by_country.values().filter(|rows| !rows.is_empty()).count();
    let mut page = format!(
        "{HEAD}{} of {} observations hold, of {with} countries. For {} countries there is none.\n\
         \n",
        held(&all),
        all.len(),
        by_country.len() - with
    );
    let mut kinds: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut details: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for answered in &all {
        kinds.entry(answered.0.row.seen.kind()).or_default().push(*answered);
        for detail in answered.0.row.seen.details() {
            details.entry(detail).or_default().push(*answered);
        }
    }
    page += "| what was seen | rows | hold |\n| --- | --- | --- |\n";
    for (kind, rows) in kinds {
        page += &format!("| {} | {} | {} |\n", kind.1, rows.len(), held(&rows));
    }
    page += "\n| and of it | rows | hold |\n| --- | --- | --- |\n";
    for (detail, rows) in details {
        page += &format!("| {detail} | {} | {} |\n", rows.len(), held(&rows));
    }
    let names = shipped();
    for (continent, codes) in CONTINENTS {
        let link = format!("fidelity/{}.md", continent.to_lowercase());
        page += &format!("\n| [{continent}]({link}) | rows | hold |\n| --- | --- | --- |\n");
        for code in codes {
            let rows: Vec<_> = by_country[*code].iter().collect();
            let name = &names[*code];
            page += &format!("| {code} {name} | {} | {} |\n", rows.len(), held(&rows));
        }
    }
    let missing: Vec<_> = by_country
        .keys()
        .filter(|code| !CONTINENTS.iter().any(|(_, codes)| codes.contains(&code.as_str())))
        .collect();
    assert!(missing.is_empty(), "of no continent: {missing:?}");
    page
}

/// The shipped countries' names by their codes.
fn shipped() -> BTreeMap<String, String> {
    #[derive(Deserialize)]
    struct Country {
        country: String,
        name: String,
    }
    let files = entries("configs/countries").into_iter();
    let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    let read = |path| serde_yaml::from_str::<Country>(&fs::read_to_string(path).unwrap()).unwrap();
    files.map(read).map(|Country { country, name }| (country, name)).collect()
}
