//! Times with the precision that a source gives them.

use crate::diagnostic::InvalidValue;
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use std::{fmt, str::FromStr};

/// A time as a source states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatedTime {
    /// `2022`.
    Year(i16),
    /// `2022-03`, by its first day.
    Month(Date),
    /// `2022-03-04`.
    Day(Date),
    /// `2022-03-04T13:29Z`, in UTC.
    Moment(DateTime),
}

impl StatedTime {
    /// Its first moment, in UTC: a month that is known without its days counts whole.
    #[must_use]
    pub fn first(self) -> DateTime {
        match self {
            Self::Year(year) => jiff::civil::date(year, 1, 1).at(0, 0, 0, 0),
            Self::Month(day) | Self::Day(day) => day.at(0, 0, 0, 0),
            Self::Moment(moment) => moment,
        }
    }

    /// A moment as files write it: midnight is a day.
    #[must_use]
    pub fn of(moment: DateTime) -> Self {
        if moment.time() == Time::midnight() {
            Self::Day(moment.date())
        } else {
            Self::Moment(moment)
        }
    }

    /// The first moment behind it; for a moment, that moment.
    #[must_use]
    pub fn after(self) -> DateTime {
        let span = match self {
            Self::Year(_) => 1.year(),
            Self::Month(_) => 1.month(),
            Self::Day(_) => 1.day(),
            Self::Moment(_) => return self.first(),
        };
        self.first().saturating_add(span)
    }

    /// When something ends that holds until this time. A day or a moment is the first without it; a
    /// month or a year, in which it has ended somewhere, counts whole.
    #[must_use]
    pub fn end(self) -> DateTime {
        match self {
            Self::Year(_) | Self::Month(_) => self.after(),
            Self::Day(_) | Self::Moment(_) => self.first(),
        }
    }
}

impl fmt::Display for StatedTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Month(day) => write!(f, "{}", day.strftime("%Y-%m")),
            Self::Day(day) => write!(f, "{day}"),
            Self::Moment(moment) => write!(f, "{}", moment.strftime("%Y-%m-%dT%H:%MZ")),
        }
    }
}

impl FromStr for StatedTime {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        read(text).filter(|time| (1900..=9998).contains(&time.first().year())).ok_or_else(|| {
            InvalidValue {
                found: text.to_owned(),
                what: "time",
                expected: "a year, a month, a day or a moment in UTC, such as 2022, 2022-03, \
                           2022-03-04 or 2022-03-04T13:29Z"
                    .to_owned(),
            }
        })
    }
}

fn read(text: &str) -> Option<StatedTime> {
    let digits = |text: &str| text.bytes().all(|octet| octet.is_ascii_digit());
    match text.len() {
        4 if digits(text) => Some(StatedTime::Year(text.parse().ok()?)),
        7 => Some(StatedTime::Month(whole_day(&format!("{text}-01"))?)),
        10 => Some(StatedTime::Day(whole_day(text)?)),
        17 => {
            let stamp = text.strip_suffix('Z')?;
            let moment = format!("{stamp}:00Z").parse::<Timestamp>().ok()?;
            let moment = moment.to_zoned(TimeZone::UTC).datetime();
            let read = StatedTime::Moment(moment);
            (read.to_string() == text).then_some(read)
        }
        _ => None,
    }
}

fn whole_day(text: &str) -> Option<Date> {
    let day = text.parse::<Date>().ok()?;
    (day.to_string() == text).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::StatedTime;

    #[test]
    fn a_time_is_shown_as_it_is_written_and_counts_whole() {
        for (text, first, end) in [
            ("2022", "2022-01-01T00:00:00", "2023-01-01T00:00:00"),
            ("2022-03", "2022-03-01T00:00:00", "2022-04-01T00:00:00"),
            ("2022-12", "2022-12-01T00:00:00", "2023-01-01T00:00:00"),
            ("2022-03-04", "2022-03-04T00:00:00", "2022-03-04T00:00:00"),
            ("2022-03-04T13:29Z", "2022-03-04T13:29:00", "2022-03-04T13:29:00"),
        ] {
            let time: StatedTime = text.parse().unwrap();
            assert_eq!(time.to_string(), text);
            assert_eq!(time.first().to_string(), first);
            assert_eq!(time.end().to_string(), end);
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "22",
            "20222",
            "1899",
            "2022-13",
            "2022-00",
            "2022-3",
            "2022-02-30",
            "20220304",
            "2022-W10",
            "2022-03-04T13:29",
            "2022-03-04T13:29:00Z",
            "2022-03-04 13:29Z",
            "2022-03-04T25:29Z",
            "2022-03-04T13:60Z",
            "2022-03-04+03:00",
            "+2022",
            "9999",
        ] {
            assert!(text.parse::<StatedTime>().is_err(), "{text:?}");
        }
    }
}
