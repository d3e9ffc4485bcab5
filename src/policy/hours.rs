//! Hours on which a rule holds, on its country's clocks.

use crate::config::{HoursSpec, Minute};
use jiff::{
    civil::{DateTime, Weekday},
    tz::TimeZone,
};
use std::fmt;

/// Spans of the day in a time zone.
#[derive(Clone, Debug)]
pub struct Hours {
    zone: TimeZone,
    spans: Vec<HoursSpec>,
}

impl Hours {
    pub(super) const fn new(zone: TimeZone, spans: Vec<HoursSpec>) -> Self {
        Self { zone, spans }
    }

    /// Whether a moment (in UTC) is in one of the spans. A time that the change of clocks repeats
    /// counts both times.
    pub(super) fn hold(&self, now: DateTime) -> bool {
        let Ok(utc) = now.to_zoned(TimeZone::UTC) else { return false };
        let local = utc.with_time_zone(self.zone.clone());
        let minute = local.time().duration_since(jiff::civil::Time::midnight()).as_mins();
        let Ok(minute) = u16::try_from(minute).map(Minute) else { return false };
        let (today, yesterday) = (local.weekday(), local.weekday().previous());
        self.spans.iter().any(|span| span.covers(today, yesterday, minute))
    }
}

impl HoursSpec {
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
    use super::{Hours, HoursSpec, Minute};
    use jiff::{
        civil::{Weekday, date},
        tz::TimeZone,
    };

    fn span(days: &[Weekday], from: u16, to: u16) -> HoursSpec {
        HoursSpec { days: days.to_vec(), from: Minute(from * 60), to: Minute(to * 60) }
    }

    fn hours(zone: &str, span: HoursSpec) -> Hours {
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
    fn days_of_the_week_are_those_of_the_country_too() {
        let saturday = hours("Asia/Tehran", span(&[Weekday::Saturday], 0, 24));
        assert!(saturday.hold(date(2026, 11, 20).at(20, 30, 0, 0)), "Saturday has begun in Tehran");
        assert!(!saturday.hold(date(2026, 11, 21).at(20, 30, 0, 0)), "and ended");
    }
}
