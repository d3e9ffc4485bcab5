//! Each row says where its observation stands, so that a reader finds it, and so that none is made
//! up from a config.

use super::Observation;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Reports all rows whose locator cannot be theirs.
pub(super) fn check(observations: &[Arc<Observation>]) {
    let mut problems = Vec::new();
    // One place of one source prints what was seen of one name.
    let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    // Nor is the same thing seen twice.
    let mut rows = BTreeSet::new();
    for observation in observations {
        let row = &observation.row;
        let name = row.ask.split(' ').next().unwrap();
        let asked = format!("{} from {} on {}", row.ask, row.client, row.day);
        names.entry(&row.of).or_default().insert(name);
        match last_day(&row.of) {
            None => problems.push(format!("{asked}: no year in {:?}", row.of)),
            Some(day) if row.day[..10] > *day => {
                problems.push(format!("{asked}: {:?} is of {day} at the latest", row.of));
            }
            Some(_) => {}
        }
        let how = (row.transport == super::Wire::Tcp, row.rd, row.edns, row.seen.shown());
        if !rows.insert((row.client, &row.day, &row.ask, how, &row.of)) {
            problems.push(format!("{asked}: twice, of {:?}", row.of));
        }
    }
    let shared = names.into_iter().filter(|(_, names)| names.len() > 1);
    problems.extend(shared.map(|(of, names)| format!("{of:?} stands for {names:?}")));
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The last day that a locator may mean: `2024` ends on its last day, and so does `2024-02`.
fn last_day(locator: &str) -> Option<String> {
    let is_date = |word: &str| {
        let parts: Vec<_> = word.split('-').collect();
        let lengths: Vec<_> = parts.iter().map(|part| part.len()).collect();
        let is_number = parts.iter().all(|part| part.bytes().all(|octet| octet.is_ascii_digit()));
        let is_year = matches!(word.get(..2), Some("19" | "20"));
        is_number && is_year && matches!(&lengths[..], [4] | [4, 2] | [4, 2, 2])
    };
    let words = locator.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let ends = words.filter(|word| is_date(word)).map(|date| match date.len() {
        4 => format!("{date}-12-31"),
        7 => format!("{date}-31"),
        _ => date.to_owned(),
    });
    ends.max()
}
