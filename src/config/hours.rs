//! Days of the week and times of day on which a rule holds.

use super::{
    fields::{Fields, Reader},
    tree::{Node, Value},
};
use jiff::civil::Weekday;
use std::{fmt, str::FromStr};

/// A span of the day, on some days of the week. One that ends before it begins goes on past
/// midnight, and belongs to the day on which it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoursSpec {
    /// The days; all when empty.
    pub days: Vec<Weekday>,
    /// Its first minute.
    pub from: Minute,
    /// The first minute behind it.
    pub to: Minute,
}

/// A minute of the day: 0 is midnight, 1440 the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Minute(pub u16);

impl Minute {
    const MIDNIGHT: Self = Self(0);
    const NEXT_MIDNIGHT: Self = Self(24 * 60);
}

impl FromStr for Minute {
    type Err = ();

    /// `18:30`; `24:00` is the end of a day.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (hours, minutes) = text.split_once(':').ok_or(())?;
        let number = |digits: &str| match digits.as_bytes() {
            [_, _] if digits.bytes().all(|digit| digit.is_ascii_digit()) => {
                digits.parse::<u16>().map_err(|_| ())
            }
            _ => Err(()),
        };
        let (hours, minutes) = (number(hours)?, number(minutes)?);
        let minute = Self(hours * 60 + minutes);
        (minutes < 60 && minute <= Self::NEXT_MIDNIGHT).then_some(minute).ok_or(())
    }
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

impl fmt::Display for HoursSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (word, _) in DAYS.iter().filter(|(_, day)| self.days.contains(day)) {
            write!(f, "{word} ")?;
        }
        write!(f, "{} to {}", self.from, self.to)
    }
}

/// `hours:` of a rule: one span, or a list of them.
pub(super) fn read_hours(node: &Node, reader: &mut Reader<'_>) -> Vec<HoursSpec> {
    let spans = if let Value::Map(_) = &node.value {
        vec![node]
    } else {
        reader.items(node, "spans of the day")
    };
    if spans.is_empty() {
        reader.expected(node, "at least one span of the day");
    }
    spans.into_iter().filter_map(|span| read_span(span, reader)).collect()
}

fn read_span(node: &Node, reader: &mut Reader<'_>) -> Option<HoursSpec> {
    let mut fields = Fields::of(node, "hours", reader);
    let days = fields.get("days").map_or(Vec::new(), |list| reader.items(list, "days of the week"));
    let days: Vec<_> =
        days.into_iter().filter_map(|day| reader.word(day, "day of the week", &DAYS)).collect();
    let mut time = |key, missing, reader: &mut Reader<'_>| match fields.get(key) {
        Some(time) => reader
            .parse::<Minute>(time, "a time of day such as 08:00, up to 24:00")
            .map(|at| at.value),
        None => Some(missing),
    };
    let from = time("from", Minute::MIDNIGHT, reader);
    let to = time("to", Minute::NEXT_MIDNIGHT, reader);
    fields.finish(reader);
    let (from, to) = (from?, to?);
    if from == to || from == Minute::NEXT_MIDNIGHT || to == Minute::MIDNIGHT {
        reader.found(
            node,
            format!("{from} to {to}"),
            "a span that begins before 24:00, ends after 00:00 and is not empty",
        );
        return None;
    }
    Some(HoursSpec { days, from, to })
}
