//! When something holds, as far as that is known.

use super::stated_time::StatedTime;
use crate::diagnostic::InvalidValue;
use jiff::civil::DateTime;
use std::{fmt, str::FromStr};

/// A time from a stated beginning, or from the first sighting, to a stated end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// The beginning, where a source states one.
    pub since: Option<StatedTime>,
    /// The end, where a source states one.
    pub until: Option<StatedTime>,
    /// When it was seen.
    pub seen: Vec<Sighting>,
}

/// A time at which somebody saw it, or from which to which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The time, or the first.
    pub first: StatedTime,
    /// The last, of a window.
    pub last: Option<StatedTime>,
}

/// What is known of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// It holds.
    Yes,
    /// It has not begun.
    NotYet,
    /// It has ended.
    NoLonger,
    /// It was seen later, and when it began is not known.
    Unknown,
}

impl Period {
    /// The first moment on which it is known to hold; always when there is none.
    #[must_use]
    pub fn begin(&self) -> Option<DateTime> {
        self.first_stated().map(StatedTime::first)
    }

    /// The same as a source has it: the beginning, or else the first sighting.
    #[must_use]
    pub fn first_stated(&self) -> Option<StatedTime> {
        let first_seen = || self.seen.iter().map(|seen| seen.first).min_by_key(|time| time.first());
        self.since.or_else(first_seen)
    }

    /// The first moment on which it no longer holds; for ever when there is none.
    #[must_use]
    pub fn end(&self) -> Option<DateTime> {
        self.until.map(StatedTime::end)
    }

    /// Whether it is known to hold at a moment.
    #[must_use]
    pub fn holds(&self, moment: DateTime) -> bool {
        self.holding(moment) == Holding::Yes
    }

    /// Beginning and end, as far as it has them.
    pub fn limits(&self) -> impl Iterator<Item = DateTime> {
        self.begin().into_iter().chain(self.end())
    }

    /// Whether nothing is known of when it holds.
    #[must_use]
    pub const fn is_unlimited(&self) -> bool {
        self.since.is_none() && self.until.is_none() && self.seen.is_empty()
    }

    /// What is known of a moment.
    #[must_use]
    pub fn holding(&self, moment: DateTime) -> Holding {
        if self.begin().is_some_and(|begin| moment < begin) {
            return if self.since.is_some() { Holding::NotYet } else { Holding::Unknown };
        }
        if self.end().is_some_and(|end| moment >= end) { Holding::NoLonger } else { Holding::Yes }
    }

    /// Whether it holds whenever the other does.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        let begins = |begin| other.begin().is_some_and(|other| begin <= other);
        let ends = |end| other.end().is_some_and(|other| other <= end);
        self.begin().is_none_or(begins) && self.end().is_none_or(ends)
    }
}

impl fmt::Display for Sighting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.last {
            Some(last) => write!(f, "{}/{last}", self.first),
            None => self.first.fmt(f),
        }
    }
}

impl FromStr for Sighting {
    type Err = InvalidValue;

    /// A time, or a window such as `2025-03/2025-09` (ISO 8601).
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let Some((first, last)) = text.split_once('/') else {
            return Ok(Self { first: text.parse()?, last: None });
        };
        let (first, last): (StatedTime, StatedTime) = (first.parse()?, last.parse()?);
        if last.first() < first.first() {
            return Err(InvalidValue {
                found: text.to_owned(),
                what: "window",
                expected: "a window whose end is not before its beginning".to_owned(),
            });
        }
        Ok(Self { first, last: Some(last) })
    }
}

#[cfg(test)]
mod tests {
    use super::{Holding, Period, Sighting};

    fn period(since: &str, until: &str, seen: &[&str]) -> Period {
        let time = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
        let seen = seen.iter().map(|text| text.parse().unwrap()).collect();
        Period { since: time(since), until: time(until), seen }
    }

    fn at(period: &Period, day: &str) -> Holding {
        period.holding(format!("{day}T12:00").parse().unwrap())
    }

    #[test]
    fn a_stated_beginning_counts_and_else_the_first_sighting() {
        let stated = period("2022-03", "2023", &["2022-06-01"]);
        assert_eq!(at(&stated, "2022-02-28"), Holding::NotYet);
        assert_eq!(at(&stated, "2022-03-01"), Holding::Yes);
        assert_eq!(at(&stated, "2023-12-31"), Holding::Yes);
        assert_eq!(at(&stated, "2024-01-01"), Holding::NoLonger);
        let seen = period("", "", &["2026-02", "2023-06/2023-08"]);
        assert_eq!(at(&seen, "2023-05-31"), Holding::Unknown);
        assert_eq!(at(&seen, "2023-06-01"), Holding::Yes);
        assert_eq!(at(&seen, "2099-01-01"), Holding::Yes);
        assert_eq!(at(&Period::default(), "1999-01-01"), Holding::Yes);
    }

    #[test]
    fn a_period_contains_what_begins_no_earlier_and_ends_no_later() {
        let (all, some) = (Period::default(), period("2022", "2023-05-01", &[]));
        let seen = period("", "2023-04-01", &["2022-02-01"]);
        assert!(all.contains(&some) && some.contains(&seen) && some.contains(&some));
        assert!(!some.contains(&all) && !seen.contains(&some));
    }

    #[test]
    fn a_window_ends_no_earlier_than_it_begins() {
        for text in ["2025-03/2025-09", "2025/2025-09-01", "2025-03-04"] {
            assert_eq!(text.parse::<Sighting>().unwrap().to_string(), text);
        }
        for text in ["2025-09/2025-03", "2025/", "/2025", "2025-01/2025-02/2025-03"] {
            assert!(text.parse::<Sighting>().is_err(), "{text}");
        }
    }
}
