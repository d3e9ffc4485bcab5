//! What day it is, real or pretended. Nothing else in the program reads the time of day.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// Where "today" comes from. Policies change at midnight UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    Real,
    /// `--today`: always this day.
    Pretended(Date),
}

impl Clock {
    /// The day on which a query is judged.
    #[must_use]
    pub fn today(self) -> Date {
        match self {
            Self::Real => Timestamp::now().to_zoned(TimeZone::UTC).date(),
            Self::Pretended(date) => date,
        }
    }
}

impl From<Option<Date>> for Clock {
    fn from(pretended: Option<Date>) -> Self {
        pretended.map_or(Self::Real, Self::Pretended)
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;
    use jiff::civil::date;

    #[test]
    fn a_pretended_day_does_not_pass() {
        assert_eq!(Clock::Pretended(date(2014, 3, 21)).today(), date(2014, 3, 21));
    }

    #[test]
    fn the_real_clock_knows_that_this_program_was_written_after_2025() {
        assert!(Clock::Real.today() > date(2025, 12, 31));
    }
}
