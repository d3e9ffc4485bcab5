//! Hours on which a rule holds, on its country's clocks.

use jiff::{
    ToSpan,
    civil::{DateTime, Time, Weekday},
    tz::TimeZone,
};
use std::{fmt, str::FromStr};

/// A span of the day, on some days of the week. One that ends before it begins goes on past
/// midnight, and belongs to the day on which it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoursSpan {
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
    /// The first minute of a day.
    pub const MIDNIGHT: Self = Self(0);
    /// The end of a day.
    pub const NEXT_MIDNIGHT: Self = Self(24 * 60);
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

/// The words for the days of the week.
pub const WEEKDAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

impl fmt::Display for HoursSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (word, _) in WEEKDAYS.iter().filter(|(_, day)| self.days.contains(day)) {
            write!(f, "{word} ")?;
        }
        write!(f, "{} to {}", self.from, self.to)
    }
}

/// Spans of the day in a time zone.
#[derive(Clone, Debug)]
pub struct Hours {
    zone: TimeZone,
    spans: Vec<HoursSpan>,
}

impl Hours {
    /// Spans on the clocks of a zone.
    #[must_use]
    pub const fn new(zone: TimeZone, spans: Vec<HoursSpan>) -> Self {
        Self { zone, spans }
    }

    /// Whether a moment (in UTC) is in one of the spans. A time that the change of clocks repeats
    /// counts both times.
    #[must_use]
    pub fn hold(&self, now: DateTime) -> bool {
        let utc = now.to_zoned(TimeZone::UTC).expect("moments are checked when they are read");
        let local = utc.with_time_zone(self.zone.clone());
        let minutes = local.time().duration_since(Time::midnight()).as_mins();
        let minute = Minute(u16::try_from(minutes).expect("a day has 1440 minutes"));
        let (today, yesterday) = (local.weekday(), local.weekday().previous());
        self.spans.iter().any(|span| span.covers(today, yesterday, minute))
    }
}

impl Hours {
    /// Every moment (in UTC) of the eight days after one at which a span begins or ends.
    #[must_use]
    pub fn turns(&self, after: DateTime) -> Vec<DateTime> {
        let begin = after.to_zoned(TimeZone::UTC).expect("moments are checked when they are read");
        let first = begin.with_time_zone(self.zone.clone()).date();
        let minutes: Vec<_> = self.spans.iter().flat_map(|span| [span.from, span.to]).collect();
        let days = first.series(1.day()).take(9);
        let moments = days.flat_map(|day| minutes.iter().map(move |minute| (day, *minute)));
        let moments = moments.filter_map(|(day, Minute(minute))| {
            let local = day.at(0, 0, 0, 0).checked_add(i64::from(minute).minutes()).ok()?;
            let moment = local.to_zoned(self.zone.clone()).ok()?;
            Some(moment.with_time_zone(TimeZone::UTC).datetime())
        });
        moments.filter(|moment| *moment > after).collect()
    }
}

impl HoursSpan {
    fn covers(&self, today: Weekday, yesterday: Weekday, minute: Minute) -> bool {
        let on = |day| self.days.is_empty() || self.days.contains(&day);
        if self.from < self.to {
            return on(today) && (self.from..self.to).contains(&minute);
        }
        on(today) && minute >= self.from || on(yesterday) && minute < self.to
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spans: Vec<_> = self.spans.iter().map(ToString::to_string).collect();
        write!(f, "{} ({})", spans.join(", "), self.zone.iana_name().unwrap_or("UTC"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Hours, HoursSpan, Minute};
    use jiff::{
        civil::{Weekday, date},
        tz::TimeZone,
    };

    fn span(days: &[Weekday], from: u16, to: u16) -> HoursSpan {
        HoursSpan { days: days.to_vec(), from: Minute(from * 60), to: Minute(to * 60) }
    }

    fn hours(zone: &str, span: HoursSpan) -> Hours {
        Hours::new(TimeZone::get(zone).unwrap(), vec![span])
    }

    #[test]
    fn hours_are_those_of_the_countrys_clocks() {
        let office = hours("Asia/Shanghai", span(&[], 8, 18));
        let at = |hour, minute| office.hold(date(2026, 11, 22).at(hour, minute, 0, 0));
        assert!(at(0, 0) && at(9, 59), "08:00 and 17:59 in Shanghai");
        assert!(!at(10, 0) && !at(23, 59), "18:00 and 07:59 in Shanghai");
    }

    #[test]
    fn the_clocks_may_change() {
        let evening = hours("Europe/Berlin", span(&[], 20, 21));
        assert!(
            evening.hold(date(2026, 7, 1).at(18, 30, 0, 0))
                && !evening.hold(date(2026, 7, 1).at(19, 30, 0, 0))
        );
        assert!(
            evening.hold(date(2026, 12, 1).at(19, 30, 0, 0))
                && !evening.hold(date(2026, 12, 1).at(18, 30, 0, 0))
        );
    }

    #[test]
    fn a_span_over_midnight_belongs_to_the_day_on_which_it_begins() {
        // 2026-11-20 is a Friday.
        let night = hours("UTC", span(&[Weekday::Friday], 22, 6));
        let at = |day, hour| night.hold(date(2026, 11, day).at(hour, 0, 0, 0));
        assert!(at(20, 22) && at(21, 0) && at(21, 5));
        assert!(!at(20, 5) && !at(20, 21) && !at(21, 6) && !at(21, 22));
    }

    #[test]
    fn its_turns_are_where_spans_begin_and_end() {
        let office = hours("Asia/Shanghai", span(&[], 8, 18));
        let turns = office.turns(date(2026, 11, 22).at(5, 0, 0, 0));
        let at = |day, hour| date(2026, 11, day).at(hour, 0, 0, 0);
        assert_eq!(turns[..3], [at(22, 10), at(23, 0), at(23, 10)]);
        assert!(
            turns.len() >= 16 && turns.iter().all(|turn| office.hold(*turn) == (turn.hour() == 0))
        );
    }

    #[test]
    fn days_of_the_week_are_those_of_the_country_too() {
        let saturday = hours("Asia/Tehran", span(&[Weekday::Saturday], 0, 24));
        assert!(saturday.hold(date(2026, 11, 20).at(20, 30, 0, 0)), "Saturday has begun in Tehran");
        assert!(!saturday.hold(date(2026, 11, 21).at(20, 30, 0, 0)), "and ended");
    }
}
