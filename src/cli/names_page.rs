//! What `names` prints: a matrix of names and countries, or the names of one country.

use super::{
    layout::{say_wrapped, shortened},
    style,
    table::{Table, plain},
};
use crate::{
    model::State,
    survey::{ByState, KnownAt, KnownList, Names, period},
};

/// Names are cut behind that much; nearly all are shorter.
const NAME: usize = 32;

/// Every name with its countries, the most blocked first.
pub(super) fn print_matrix(names: &Names<'_>) {
    let Names { lists, today, is_all, .. } = names;
    let names = names.by_countries();
    let head = style::HEAD;
    say!("{head}{} on {today}{head:#}\n", counted(names.len(), "name"));
    let mut table = Table::new(&["name", "by DNS", "countries that block it by DNS"]);
    let (mut silent, mut shown) = (0, 0);
    for (known, states) in &names {
        if states.is_empty() && *is_all {
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
pub(super) fn print_country(names: &Names<'_>) {
    let Names { names, lists, countries, today, is_all } = names;
    let country = countries[0];
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
            silent += usize::from(*is_all);
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
