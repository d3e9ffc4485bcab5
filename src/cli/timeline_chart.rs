//! The drawing of `timeline`: cells of months or years, and in words since when.

use super::{
    layout::{columns, say_wrapped, shortened, width},
    style,
    table::{Table, plain},
};
use crate::{
    model::StatedTime,
    policy::Country,
    survey::{Line, Question, Span, Standing, period},
};
use anstyle::Style;
use jiff::{
    ToSpan,
    civil::{DateTime, date},
};

/// Years in cells of one width each.
struct Axis {
    from: i16,
    to: i16,
    /// Months of a cell.
    months: i32,
}

/// What a cell is drawn as, and what that means.
const CELLS: [(Standing, char, &str); 5] = [
    (Standing::Blocked, '█', "blocked by DNS"),
    (Standing::BlockedElsewhere, '▒', "blocked otherwise"),
    (Standing::Free, '○', "measured as free"),
    (Standing::Honest, '─', "not blocked by DNS, before or after a block whose dates are known"),
    (Standing::Unknown, '·', "not known"),
];

/// A cell of which only a part is blocked by DNS.
const PARTLY: char = '▄';

/// Cells of a year, by preference; each is a whole number of months.
const CELLS_A_YEAR: [i32; 6] = [12, 6, 4, 3, 2, 1];

/// The words keep at least that much.
const WORDS: usize = 30;

/// Names of countries and operators are cut behind that much.
const NAME: usize = 16;

pub(super) fn print(
    question: &Question,
    lines: &[Line<'_>],
    (from, to): (i16, i16),
    countries: &[&Country],
) {
    let (qname, qtype, head) = (&question.qname, question.qtype, style::HEAD);
    say!("{head}{qname} {qtype} from {from} to {to}{head:#}\n");
    let (shown, alike) = apart(lines);
    if !shown.is_empty() {
        print_lines(&shown, (from, to));
        print_legend(&shown);
    }
    if alike > 0 {
        let who = if alike == 1 { "1 operator is as its" } else { "other operators are as their" };
        let count = if alike == 1 { String::new() } else { format!("{alike} ") };
        say_wrapped(&format!("{count}{who} country"));
    }
    let told: Vec<_> = lines.iter().map(|line| line.country.code).collect();
    let silent = countries.iter().filter(|country| !told.contains(&country.code)).count();
    match (silent, countries) {
        (0, _) => {}
        (_, [country]) => say_wrapped(&format!("no rule of {} is about it", country.name)),
        _ if told.is_empty() => say_wrapped(&format!("none of {silent} countries knows this name")),
        (1, _) => say_wrapped("1 other country knows nothing of it"),
        _ => say_wrapped(&format!("{silent} other countries know nothing of it")),
    }
}

/// The lines without those of operators that are as their country's, and how many these are.
fn apart<'l>(lines: &'l [Line<'l>]) -> (Vec<&'l Line<'l>>, usize) {
    let own = lines.iter().find(|line| line.operator.is_none());
    let is_like = |line: &&Line<'_>| {
        line.operator.is_some() && own.is_some_and(|own| own.spans == line.spans)
    };
    let shown: Vec<_> = lines.iter().filter(|line| !is_like(line)).collect();
    let alike = lines.len() - shown.len();
    (shown, alike)
}

fn print_lines(lines: &[&Line<'_>], (from, to): (i16, i16)) {
    let has_operators = lines.iter().any(|line| line.operator.is_some());
    let name = |line: &Line<'_>| match line.operator {
        Some(operator) => shortened(&format!("  {operator}"), NAME),
        None => shortened(&line.country.name, NAME),
    };
    let names = lines.iter().map(|line| columns(&name(line))).max().unwrap_or(0).max(7);
    let room = width().saturating_sub("CC  ".len() + names + 2 + 2 + WORDS);
    let axis = Axis::new(from, to, room);
    let who = if has_operators { "country, ISP" } else { "country" };
    let years = axis.labels();
    let mut table = Table::new(&["", who, &years, "days"]).cut();
    if let Some(Line { country, operator: Some(_), .. }) = lines.first() {
        let what = plain("known at these ISPs");
        table.row([plain(country.code), plain(&country.name), plain(axis.drawn(&[])), what]);
    }
    for line in lines {
        let code =
            if line.operator.is_some() { String::new() } else { line.country.code.to_string() };
        let bar = (axis.drawn(&line.spans), Style::new());
        table.row([plain(code), plain(name(line)), bar, plain(in_words(&line.spans))]);
    }
    table.print();
}

/// What the cells mean that were drawn.
fn print_legend(lines: &[&Line<'_>]) {
    let standings: Vec<_> =
        lines.iter().flat_map(|line| &line.spans).map(|span| drawn_as(span.standing)).collect();
    let mut meanings: Vec<_> = CELLS
        .iter()
        .filter(|(standing, ..)| standings.contains(standing))
        .map(|(_, cell, meaning)| format!("{cell} {meaning}"))
        .collect();
    if standings.contains(&Standing::Blocked) {
        meanings.insert(1, format!("{PARTLY} for a part of that time"));
    }
    say!("");
    say_wrapped(&meanings.join("; "));
}

const fn drawn_as(standing: Standing) -> Standing {
    match standing {
        Standing::Unsure => Standing::Unknown,
        _ => standing,
    }
}

impl Axis {
    /// The finest that has room.
    fn new(from: i16, to: i16, room: usize) -> Self {
        let years = i32::from(to) - i32::from(from) + 1;
        let room = i32::try_from(room).unwrap_or(i32::MAX).max(1);
        let fits = CELLS_A_YEAR.into_iter().find(|cells| cells * years <= room);
        let months = match fits {
            Some(cells) => 12 / cells,
            None => 12 * ((years + room - 1) / room),
        };
        Self { from, to, months }
    }

    /// The first moment of each cell, and that behind it.
    fn cells(&self) -> impl Iterator<Item = (DateTime, DateTime)> {
        let first = date(self.from, 1, 1).at(0, 0, 0, 0);
        let years = i32::from(self.to) - i32::from(self.from) + 1;
        let count = (years * 12 + self.months - 1) / self.months;
        let at = move |cell: i32| first.saturating_add((cell * self.months).months());
        (0..count).map(move |cell| (at(cell), at(cell + 1)))
    }

    /// Years over the cells in which they begin, as many as there is room for.
    fn labels(&self) -> String {
        let mut labels = String::new();
        for (column, (begin, _)) in self.cells().enumerate() {
            let written = columns(&labels);
            if begin.month() == 1 && (written == 0 || written < column) {
                labels.push_str(&" ".repeat(column - written));
                labels.push_str(&format!("{:04}", begin.year()));
            }
        }
        labels
    }

    fn drawn(&self, spans: &[Span]) -> String {
        let cells = self.cells().map(|(begin, end)| {
            let within = spans.iter().filter(|span| span.meets(begin, end));
            let mut standings: Vec<_> = within.map(|span| drawn_as(span.standing)).collect();
            standings.sort();
            let greatest = standings.last().copied().unwrap_or(Standing::Unknown);
            let partly = greatest == Standing::Blocked
                && (standings[0] != greatest
                    || spans.iter().any(|span| {
                        span.at_hours && span.standing == greatest && span.meets(begin, end)
                    }));
            let drawn = CELLS.iter().find(|(standing, ..)| *standing == greatest);
            if partly { PARTLY } else { drawn.map_or(' ', |(_, cell, _)| *cell) }
        });
        cells.collect()
    }
}

/// "seen 2018-04 to 2020-06-18, since 2024-08-09, otherwise since 2022-03-04": those by DNS first,
/// because what is too much is cut.
fn in_words(spans: &[Span]) -> String {
    let kinds = [
        (Standing::Blocked, ""),
        (Standing::BlockedElsewhere, "otherwise "),
        (Standing::Free, "free "),
    ];
    let all = kinds.iter().flat_map(|(standing, what)| {
        let spans = spans.iter().filter(move |span| span.standing == *standing);
        spans.map(move |span| {
            let hours = if span.at_hours { " at some hours" } else { "" };
            format!("{what}{}{hours}", days(span))
        })
    });
    all.collect::<Vec<_>>().join(", ")
}

/// As tables have them elsewhere: a beginning that no source states is that of the first sighting.
fn days(span: &Span) -> String {
    let begin = span.stated.or_else(|| span.begin.map(StatedTime::of));
    match period::between(begin, span.is_stated, span.end) {
        days if days.is_empty() => "no dates known".to_owned(),
        days => days,
    }
}
