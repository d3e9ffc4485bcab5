//! What `names` prints: a matrix of names and countries, or the names of one country.

use super::{
    known_names::{KnownAt, KnownName},
    layout::{say_wrapped, shortened},
    period, style,
    table::{Table, plain},
};
use crate::{
    model::{CountryCode, Evidence, State},
    policy::{Country, NameList, Rule},
};
use jiff::civil::Date;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A file of names that a rule is about.
pub(super) struct KnownList<'p> {
    pub(super) rule: &'p Rule,
    pub(super) list: &'p NameList,
}

/// Names are cut behind that much; nearly all are shorter.
const NAME: usize = 32;

/// The countries where a name is in each state.
type ByState = BTreeMap<State, Vec<CountryCode>>;

/// Every name with its countries, the most blocked first.
pub(super) fn print_matrix(
    names: Vec<KnownName<'_>>,
    lists: &[KnownList<'_>],
    (today, is_all): (Date, bool),
) {
    let names = by_countries(names);
    let head = style::HEAD;
    say!("{head}{} on {today}{head:#}\n", counted(names.len(), "name"));
    let mut table = Table::new(&["name", "by DNS", "countries that block it by DNS"]);
    let (mut silent, mut shown) = (0, 0);
    for (known, states) in &names {
        if states.is_empty() && is_all {
            silent += 1;
            continue;
        }
        let blocked = states.get(&State::Blocked).map_or(0, Vec::len);
        let (name, count) = (shortened(&known.name, NAME), format!("{blocked:>6}"));
        table.row([plain(name), plain(count), plain(in_words(states))]);
        shown += 1;
    }
    if shown > 0 {
        table.print();
    }
    print_end(lists, silent);
}

/// The names of one country.
pub(super) fn print_country(
    names: &[KnownName<'_>],
    lists: &[KnownList<'_>],
    country: &Country,
    (today, is_all): (Date, bool),
) {
    let (head, name) = (style::HEAD, &country.name);
    say!(
        "{head}{} of {name} ({}) on {today}{head:#}\n",
        counted(names.len(), "name"),
        country.code
    );
    let head = ["name", "state", "days", "evidence", "category", "ISPs"];
    let mut table = Table::fitting(&head, &["category", "evidence"]);
    let (mut silent, mut shown) = (0, 0);
    for known in names {
        let name = plain(shortened(&known.name, NAME));
        let Some(state) = known.places.iter().map(|place| place.state).min() else {
            silent += usize::from(is_all);
            if !is_all {
                let empty = || plain("");
                table.row([name, plain(State::Unknown), empty(), empty(), empty(), empty()]);
                shown += 1;
            }
            continue;
        };
        let places: Vec<_> = known.places.iter().filter(|place| place.state == state).collect();
        let evidence = places[0].evidence();
        let category = places[0].rule.and_then(|rule| rule.category.as_deref());
        table.row([
            name,
            plain(state),
            plain(period::days_of(places[0].periods())),
            evidence.map_or(plain(""), |grade| (grade.to_string(), style::evidence(grade))),
            plain(category.unwrap_or_default()),
            plain(operators(&places)),
        ]);
        shown += 1;
    }
    if shown > 0 {
        table.print();
    }
    print_end(lists, silent);
}

/// Everything that is known, for programs.
pub(super) fn print_json(
    names: Vec<KnownName<'_>>,
    lists: &[KnownList<'_>],
    countries: &[&Country],
    today: Date,
) {
    let names = by_countries(names);
    let names = names.iter().map(|(known, states)| name_json(known, states, countries));
    let lists = lists.iter().map(|KnownList { rule, list }| {
        json!({ "rule": rule.id, "list": list.file, "names": list.names })
    });
    style::say_json(&json!({
        "today": today.to_string(),
        "countries": countries.iter().map(|country| country.code.to_string()).collect::<Value>(),
        "names": names.collect::<Value>(),
        "lists": lists.collect::<Value>(),
    }));
}

fn name_json(known: &KnownName<'_>, states: &ByState, countries: &[&Country]) -> Value {
    let is_known = |code: &CountryCode| states.values().any(|codes| codes.contains(code));
    let unknown = countries.iter().map(|country| country.code).filter(|code| !is_known(code));
    let mut json = json!({
        "name": known.name,
        "unknown": unknown.map(|code| code.to_string()).collect::<Vec<_>>(),
        "known": known.places.iter().map(place_json).collect::<Vec<_>>(),
    });
    for state in State::ALL.into_iter().filter(|state| *state != State::Unknown) {
        let codes = states.get(&state).into_iter().flatten();
        json[state.as_str()] = codes.map(ToString::to_string).collect();
    }
    json
}

fn place_json(place: &KnownAt<'_>) -> Value {
    let KnownAt { from, state, rule, findings } = place;
    let means = findings.iter().filter_map(|finding| finding.means);
    let periods = place.periods();
    let seen = periods.iter().flat_map(|period| &period.seen);
    json!({
        "country": from.country.code.to_string(),
        "operator": from.operator.map(|operator| &operator.slug),
        "state": state.as_str(),
        "id": rule.map(|rule| &rule.id),
        "category": rule.and_then(|rule| rule.category.as_ref()),
        "means": means.map(|means| means.to_string()).collect::<Vec<_>>(),
        "since": periods.first().and_then(|period| period.since).map(|time| time.to_string()),
        "until": periods.last().and_then(|period| period.until).map(|time| time.to_string()),
        "seen": seen.map(ToString::to_string).collect::<Vec<_>>(),
        "evidence": place.evidence().map(Evidence::as_str),
    })
}

impl KnownAt<'_> {
    /// How well it is known.
    fn evidence(&self) -> Option<Evidence> {
        let found = || self.findings.first().map(|finding| finding.evidence);
        self.rule.map(|rule| rule.evidence).or_else(found)
    }
}

/// Names with their countries, those first that most countries block by DNS.
fn by_countries(names: Vec<KnownName<'_>>) -> Vec<(KnownName<'_>, ByState)> {
    let mut names: Vec<_> = names
        .into_iter()
        .map(|known| {
            let states = states(&known);
            (known, states)
        })
        .collect();
    let blocked = |states: &ByState| states.get(&State::Blocked).map_or(0, Vec::len);
    // The names come in the order of the alphabet, which stays where numbers are equal.
    names.sort_by_key(|(_, states)| std::cmp::Reverse(blocked(states)));
    names
}

/// Each country in the first state that one of its ISPs has.
fn states(known: &KnownName<'_>) -> ByState {
    let mut countries: BTreeMap<CountryCode, State> = BTreeMap::new();
    for place in &known.places {
        let state = countries.entry(place.from.country.code).or_insert(place.state);
        *state = place.state.min(*state);
    }
    let mut states = ByState::new();
    for (code, state) in countries {
        states.entry(state).or_default().push(code);
    }
    states
}

/// "CN IR; otherwise: RU; free: KZ".
fn in_words(states: &ByState) -> String {
    let words = states.iter().map(|(state, codes)| {
        let codes: Vec<_> = codes.iter().map(ToString::to_string).collect();
        let head = match state {
            State::BlockedElsewhere => "otherwise: ",
            State::Free => "free: ",
            State::Blocked | State::Unknown => "",
        };
        format!("{head}{}", codes.join(" "))
    });
    let words: Vec<_> = words.collect();
    if words.is_empty() { "nothing is known".to_owned() } else { words.join("; ") }
}

/// The ISPs of which it is known; none where it is known of the country.
fn operators(places: &[&KnownAt<'_>]) -> String {
    let slugs = places.iter().map(|place| place.from.operator.map(|isp| isp.slug.as_str()));
    let slugs: Option<Vec<_>> = slugs.collect();
    slugs.map_or_else(String::new, |slugs| slugs.join(", "))
}

fn print_end(lists: &[KnownList<'_>], silent: usize) {
    // Rules that would take a file which nobody has fetched know no names by it.
    let is_there = |known: &&KnownList<'_>| known.list.names > 0 || !known.list.is_optional;
    let mut lines: Vec<_> = lists
        .iter()
        .filter(is_there)
        .map(|KnownList { rule, list }| {
            format!("{}: {} in {}", rule.id, counted(list.names, "name"), list.file)
        })
        .collect();
    match silent {
        0 => {}
        1 => lines.push("of 1 name nothing is known on this day (--json has it)".to_owned()),
        _ => {
            lines.push(format!("of {silent} names nothing is known on this day (--json has them)"));
        }
    }
    if !lines.is_empty() {
        say!("");
    }
    lines.iter().for_each(|line| say_wrapped(line));
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
