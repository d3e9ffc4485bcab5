//! What others have published, asked of the running server: `tests/fidelity/*.yaml`, and the pages
//! `docs/fidelity.md` and `docs/fidelity/` that are made from it. With `UPDATE_FIDELITY=1` they are
//! written anew; read the difference before you commit it.
//!
//! The rows know nothing of our configs, so that a wrong config cannot agree with itself, and the
//! client reads octets.

mod locators;
mod pages;
mod replies;
mod seen;

use crate::{
    gate,
    support::{
        files::entries,
        server::{Running, start_on},
    },
    trial,
};
use libtest_mimic::Trial;
use seen::Seen;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    fs,
    net::IpAddr,
    sync::{Arc, Mutex, OnceLock},
};

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Row {
    ask: String,
    client: IpAddr,
    day: String,
    #[serde(default)]
    transport: Wire,
    #[serde(default = "yes")]
    rd: bool,
    #[serde(default = "yes")]
    edns: bool,
    seen: Seen,
    of: String,
    #[serde(default)]
    note: String,
    /// Why we fall short, where we do.
    #[serde(default)]
    why: String,
}

#[derive(Clone, Default, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Wire {
    #[default]
    Udp,
    Tcp,
}

const fn yes() -> bool {
    true
}

/// A row that is asked once, for its own test and for the page.
struct Observation {
    country: String,
    row: Row,
    /// Let go when the row is asked, so that a server stops as soon as all rows of its day are.
    day: Mutex<Option<Arc<Day>>>,
    outcome: OnceLock<Outcome>,
}

struct Outcome {
    /// How our answer differs, if it does.
    difference: Option<String>,
    /// The row's line of the table.
    line: String,
}

/// The server of a day, for all who ask on that day.
#[derive(Default)]
struct Day(OnceLock<Running>);

impl Day {
    fn server(&self, day: &str) -> &Running {
        self.0.get_or_init(|| gate::through(|| start_on(day)))
    }
}

impl Observation {
    fn outcome(&self) -> &Outcome {
        self.outcome.get_or_init(|| {
            let day = self.day.lock().unwrap().take();
            let day = day.expect("this row has been asked before, and that has failed");
            let server = day.server(&self.row.day);
            let replies = replies::to_its_client(server, &self.row);
            let honest = replies::to_nobody(server, &self.row);
            let difference = self.row.seen.difference(&replies, &honest);
            Outcome { line: self.line(difference.as_deref()), difference }
        })
    }

    fn line(&self, difference: Option<&str>) -> String {
        let Self { country, row, .. } = self;
        let Row { ask, client, day, of, note, why, .. } = row;
        let here = difference
            .map_or("holds".to_owned(), |difference| format!("**differs**: {difference}; {why}"));
        let note = if note.is_empty() { String::new() } else { format!(" ({note})") };
        let tcp = if row.transport == Wire::Tcp { ", TCP" } else { "" };
        let seen = row.seen.shown();
        format!("| {country} {client} | {day} | {ask}{tcp} | {seen}{note} | {of} | {here} |")
    }

    /// An observation holds, unless its row says why it does not.
    fn holds_or_says_why(&self) {
        let (row, outcome) = (&self.row, self.outcome());
        assert_eq!(
            outcome.difference.is_none(),
            row.why.is_empty(),
            "{} from {} on {}: say why it differs, and only then: {}",
            row.ask,
            row.client,
            row.day,
            outcome.line
        );
    }
}

pub(crate) fn trials() -> Vec<Trial> {
    let (mut trials, mut observations) = (Vec::new(), Vec::new());
    let mut days: BTreeMap<String, Arc<Day>> = BTreeMap::new();
    for file in entries("tests/fidelity") {
        let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
        let rows: Vec<Row> = match serde_yaml::from_str(&fs::read_to_string(&file).unwrap()) {
            Ok(rows) => rows,
            Err(why) => {
                trials.push(trial(format!("fidelity::{stem}"), move || panic!("{why}")));
                continue;
            }
        };
        for (number, row) in (1..).zip(rows) {
            let name = format!("fidelity::{stem}::{number} {}", row.ask);
            let day = Arc::clone(days.entry(row.day.clone()).or_default());
            let observation = Arc::new(Observation {
                country: stem.to_uppercase(),
                row,
                day: Mutex::new(Some(day)),
                outcome: OnceLock::new(),
            });
            observations.push(Arc::clone(&observation));
            trials.push(trial(name, move || observation.holds_or_says_why()));
        }
    }
    let observations = Arc::new(observations);
    let all = Arc::clone(&observations);
    trials.push(trial("fidelity::locators".to_owned(), move || locators::check(&all)));
    trials.push(trial("fidelity::pages".to_owned(), move || pages::are_as_written(&observations)));
    trials
}
