//! What `compare` prints of one name: rows where DNS lies, and a line each for the other states, so
//! that it can be read aloud.

use super::{
    layout::say_wrapped,
    style,
    table::{Table, plain},
};
use crate::{
    model::{Evidence, Means, State, VerdictKind},
    survey::{Question, Row, names_below, period},
};
use jiff::civil::Date;

/// Prints all rows of one question; in full, every operator that differs has a row of its own.
pub(super) fn print(rows: &[Row<'_>], question: &Question, today: Date, in_full: bool) {
    say!("{}{} {} on {today}{:#}", style::HEAD, question.qname, question.qtype, style::HEAD);
    let countries: Vec<_> = rows.chunk_by(|one, other| one.is_beside(other)).collect();
    print_told(&countries, in_full);
    say!("");
    let apart = countries.iter().filter(|rows| !rows[0].is_told());
    let (name, now) = (question.qname.as_str(), rows[0].explanation.query.arrival);
    let below = names_below(name, apart.map(|rows| rows[0].country()), now);
    print_places("but by DNS names below it", &below);
    let otherwise = places(&countries, State::BlockedElsewhere);
    print_places("blocked otherwise", &otherwise);
    let free = places(&countries, State::Free);
    print_places("measured as free", &free);
    let unknown = countries.iter().filter(|rows| rows.iter().all(is_unknown));
    let codes: Vec<_> = unknown.map(|rows| rows[0].country().code.to_string()).collect();
    match &codes[..] {
        [] => {}
        [code] => say_wrapped(&format!("not known: {code}")),
        _ => say_wrapped(&format!("not known in {}: {}", codes.len(), codes.join(" "))),
    }
    print_honest(&countries);
    let alike = countries.iter().map(|rows| rows[1..].iter().filter(|row| rows[0].is_like(row)));
    let alike: usize = alike.map(Iterator::count).sum();
    if alike > 0 {
        let who = if alike == 1 {
            "1 operator answers as its".to_owned()
        } else {
            format!("{alike} operators answer as their")
        };
        say!("{}{who} country does (--json lists them){:#}", style::FAINT, style::FAINT);
    }
}

fn is_unknown(row: &Row<'_>) -> bool {
    !row.is_told() && row.state() == State::Unknown
}

/// The table of those whose DNS lies.
fn print_told(countries: &[&[Row<'_>]], in_full: bool) {
    let head =
        ["", "country", "verdict", "answer", "rule", "days", "evidence", "replies", "first reply"];
    let mut table = Table::fitting(&head, &["replies", "answer", "rule"]).words_cut();
    let mut told = 0;
    for rows in countries {
        let (own, operators) = (&rows[0], &rows[1..]);
        let apart = operators.iter().filter(|row| row.is_told() && !own.is_like(row));
        let groups = grouped(apart, in_full);
        if own.is_told() {
            print_row(own, &mut table);
        } else if !groups.is_empty() {
            print_host(own, groups.len() == 1 && groups[0].len() == 1, &mut table);
        } else {
            continue;
        }
        told += 1;
        for group in groups {
            match &group[..] {
                [row] => print_row(row, &mut table),
                _ => print_group(&group, &mut table),
            }
        }
    }
    match told {
        0 => say!("\nblocked by DNS in no country, as far as is known"),
        1 => say!("\nblocked by DNS in 1 country\n"),
        _ => say!("\nblocked by DNS in {told} countries\n"),
    }
    if told > 0 {
        table.print();
    }
}

/// What operators have in common that share a row.
fn kind(row: &Row<'_>) -> (VerdictKind, String, Option<Evidence>) {
    let (rule, now) = (row.rule(), row.explanation.query.arrival);
    let begin = rule.map_or_else(String::new, |rule| period::begin(rule, now));
    (row.explanation.verdict, begin, rule.map(|rule| rule.evidence))
}

/// Operators by what they do, since when, and how well that is known, in the order of the file.
fn grouped<'r, 'l: 'r>(
    rows: impl Iterator<Item = &'r Row<'l>>,
    in_full: bool,
) -> Vec<Vec<&'r Row<'l>>> {
    let mut groups: Vec<Vec<&Row<'_>>> = Vec::new();
    for row in rows {
        match groups.iter_mut().find(|group| !in_full && kind(group[0]) == kind(row)) {
            Some(group) => group.push(row),
            None => groups.push(vec![row]),
        }
    }
    groups
}

/// A country of which nobody knows that it blocks as a whole, above its operators that do.
fn print_host(own: &Row<'_>, is_one: bool, table: &mut Table) {
    let isps = if is_one { "at this ISP" } else { "at these ISPs" };
    let what = match own.state() {
        State::Free => format!("free, but {isps}"),
        State::BlockedElsewhere => format!("otherwise, and {isps}"),
        State::Unknown | State::Blocked => isps.to_owned(),
    };
    let empty = || plain("");
    let (code, name) = (plain(own.country().code), plain(&own.country().name));
    let what = (what, style::FAINT);
    table.row([code, name, empty(), empty(), empty(), empty(), empty(), empty(), what]);
}

fn print_row(row: &Row<'_>, table: &mut Table) {
    let who = row
        .operator()
        .map_or_else(|| row.country().name.clone(), |operator| format!("  {operator}"));
    let code =
        if row.operator().is_some() { String::new() } else { row.country().code.to_string() };
    print_cells((code, who), &[row], row.first_reply(), table);
}

/// Several operators with the same verdict, days and evidence.
fn print_group(group: &[&Row<'_>], table: &mut Table) {
    let slugs: Vec<_> = group.iter().filter_map(|row| row.operator()).collect();
    let slugs = slugs.join(", ");
    let last = match common(group, |row| row.first_reply()) {
        Some(reply) => format!("{reply}, at {slugs}"),
        None => format!("differs, at {slugs}"),
    };
    print_cells((String::new(), format!("  {} ISPs", group.len())), group, last, table);
}

/// What is the same of all rows, where it is.
fn common(group: &[&Row<'_>], of: impl Fn(&Row<'_>) -> String) -> Option<String> {
    let first = of(group[0]);
    group.iter().all(|row| of(row) == first).then_some(first)
}

fn print_cells((code, who): (String, String), group: &[&Row<'_>], last: String, table: &mut Table) {
    let (verdict, begin, evidence) = kind(group[0]);
    let answer = |row: &Row<'_>| match row.answer() {
        answer if answer == row.explanation.verdict.as_str() => String::new(),
        answer => answer.to_owned(),
    };
    let slug = |row: &Row<'_>| row.rule().map_or_else(String::new, |rule| rule.slug.clone());
    let replies = |row: &Row<'_>| row.explanation.replies().to_string();
    table.row([
        plain(code),
        plain(who),
        (verdict.to_string(), style::verdict(verdict)),
        plain(common(group, answer).unwrap_or_default()),
        plain(common(group, slug).unwrap_or_default()),
        plain(begin),
        evidence.map_or(plain(""), |grade| (grade.to_string(), style::evidence(grade))),
        plain(common(group, replies).unwrap_or_default()),
        (last, style::FAINT),
    ]);
}

/// The places where a name is in a state, in words: the country, or its operators of which that is
/// known and not of the country.
fn places(countries: &[&[Row<'_>]], state: State) -> Vec<String> {
    let mut places = Vec::new();
    for rows in countries {
        let is_in = |row: &&Row<'_>| !row.is_told() && row.state() == state;
        let (own, name) = (Some(&rows[0]).filter(is_in), &rows[0].country().name);
        places.extend(own.map(|own| format!("{name}{}", by(&own.means()))));
        let means = own.map(Row::means);
        let apart = rows[1..].iter().filter(is_in).filter(|row| Some(row.means()) != means);
        let apart: Vec<_> = apart.collect();
        for group in apart.chunk_by(|one, other| one.means() == other.means()) {
            let slugs: Vec<_> = group.iter().filter_map(|row| row.operator()).collect();
            places.push(format!("{name} at {}{}", slugs.join(", "), by(&group[0].means())));
        }
    }
    places
}

/// " (by address, by HTTP requests)".
fn by(means: &[Means]) -> String {
    let words: Vec<_> = means.iter().map(|means| means.in_words()).collect();
    if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) }
}

fn print_places(what: &str, places: &[String]) {
    if !places.is_empty() {
        say_wrapped(&format!("{what}: {}", places.join("; ")));
    }
}

/// A line for each honest answer; they are several only where one changes from query to query, and
/// then the countries are told that get it.
fn print_honest(countries: &[&[Row<'_>]]) {
    let mut honest: Vec<_> = countries.iter().map(|rows| &rows[0]).collect();
    honest.retain(|row| row.rule().is_none());
    honest.sort_by_key(|row| row.first_reply());
    let answers: Vec<_> =
        honest.chunk_by(|one, other| one.first_reply() == other.first_reply()).collect();
    for rows in &answers {
        let codes: Vec<_> = rows.iter().map(|row| row.country().code.to_string()).collect();
        let who = if answers.len() > 1 { format!(" ({})", codes.join(" ")) } else { String::new() };
        say_wrapped(&format!("honest, where no rule decides: {}{who}", rows[0].first_reply()));
    }
}
