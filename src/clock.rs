//! What time it is, real or pretended. Nothing else in the program reads the time of day.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use std::time::SystemTime;

/// Where "now" comes from. Policies change at midnight UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    Real,
    /// `--today`: always this moment, in UTC.
    Pretended(DateTime),
}

impl Clock {
    /// When a query is judged, in UTC.
    #[must_use]
    pub fn now(self) -> DateTime {
        match self {
            Self::Real => Timestamp::now().to_zoned(TimeZone::UTC).datetime(),
            Self::Pretended(moment) => moment,
        }
    }

    /// The day on which a query is judged.
    #[must_use]
    pub fn today(self) -> Date {
        self.now().date()
    }
}

/// The real time: when something has happened, whatever day a lab pretends.
#[must_use]
pub fn real_time() -> SystemTime {
    SystemTime::now()
}

/// The real time, in seconds since 1970: what secrets on the wire are dated by, whatever day a lab
/// pretends.
#[must_use]
pub fn seconds_since_1970() -> i64 {
    Timestamp::now().as_second()
}

impl From<Option<DateTime>> for Clock {
    fn from(pretended: Option<DateTime>) -> Self {
        pretended.map_or(Self::Real, Self::Pretended)
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;
    use jiff::civil::date;

    #[test]
    fn a_pretended_moment_does_not_pass() {
        let moment = date(2014, 3, 21).at(20, 30, 0, 0);
        assert_eq!(
            (Clock::Pretended(moment).now(), Clock::Pretended(moment).today()),
            (moment, date(2014, 3, 21))
        );
    }

    #[test]
    fn the_real_clock_knows_that_this_program_was_written_after_2025() {
        assert!(Clock::Real.today() > date(2025, 12, 31));
    }
}
