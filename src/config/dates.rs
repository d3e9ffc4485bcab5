//! Days and moments, as files and the command line write them.
//!
//! The library reads whatever begins as a date does: a civil time out of a text with an offset, a
//! day out of one with a time, and what is left over is dropped. Here a text is read as a whole, or
//! refused.

use crate::diagnostic::InvalidValue;
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    fmt::temporal::DateTimeParser,
    tz::{Disambiguation, TimeZone},
};

/// Octets of a day: `2014-03-20`.
const DAY: usize = 10;

/// A day.
///
/// # Errors
///
/// What was found, and what may be written.
pub fn day(text: &str) -> Result<Date, InvalidValue> {
    let expected = "a day such as 2014-03-20".to_owned();
    whole_day(text).ok_or_else(|| InvalidValue { found: text.to_owned(), what: "day", expected })
}

/// A day, which stands for its noon, or a moment; in UTC. A moment with an offset (RFC 3339 section
/// 4.2) or a time zone (RFC 9557 section 3) is converted, one without is in UTC.
///
/// # Errors
///
/// What was found, and what may be written.
pub fn moment(text: &str) -> Result<DateTime, InvalidValue> {
    let noon = whole_day(text).map(|day| day.at(12, 0, 0, 0));
    // Moments without an instant in UTC are beyond the calendar that time zones know.
    let moment = noon.or_else(|| whole_moment(text));
    moment.filter(|moment| moment.to_zoned(TimeZone::UTC).is_ok()).ok_or_else(|| {
        let expected = "a day such as 2014-03-20, or a moment such as 2014-03-20T18:30, in UTC \
                        unless it has an offset such as +03:00";
        InvalidValue { found: text.to_owned(), what: "day", expected: expected.to_owned() }
    })
}

/// A day with nothing before it or behind.
fn whole_day(text: &str) -> Option<Date> {
    let day = text.parse::<Date>().ok()?;
    (day.to_string() == text).then_some(day)
}

fn whole_moment(text: &str) -> Option<DateTime> {
    let (day, behind) = text.split_at_checked(DAY)?;
    let time = behind.strip_prefix(['T', 't', ' '])?;
    whole_day(day)?;
    // The library takes a leap second for the one before it, also in a time without colons.
    if time.contains(":60") || time.get(4..6) == Some("60") {
        return None;
    }
    let utc = |at: Timestamp| at.to_zoned(TimeZone::UTC).datetime();
    if let Some((_, annotation)) = time.split_once('[') {
        // A time zone; of other annotations, such as a calendar, we would have to drop something.
        if annotation.contains(['[', '=']) {
            return None;
        }
        // A time that the change of clocks leaves out or repeats is no one moment.
        let parser = DateTimeParser::new().disambiguation(Disambiguation::Reject);
        return parser.parse_zoned(text).ok().map(|moment| utc(moment.timestamp()));
    }
    if time.bytes().all(|octet| octet.is_ascii_digit() || matches!(octet, b':' | b'.')) {
        return text.parse().ok();
    }
    text.parse::<Timestamp>().ok().map(utc)
}

#[cfg(test)]
mod tests {
    use super::{day, moment};

    #[test]
    fn a_day_is_a_day_with_nothing_behind_it() {
        assert_eq!(day("2014-03-20").unwrap().to_string(), "2014-03-20");
        for wrong in [
            "2014-03-20T10:00",
            "2014-03-20 10:00",
            "2014-03-20T10:00Z",
            "2014-03-20+03:00",
            "2014-03-20Z",
            "2014-03-20[Europe/Moscow]",
            "2014-03-20[u-ca=hebrew]",
            "20140320",
            "2014-3-20",
            "2014-02-30",
            "2014-W12-4",
            " 2014-03-20",
            "2014-03-20 ",
            "",
        ] {
            assert!(day(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_moment_is_converted_to_utc() {
        for (text, utc) in [
            ("2026-03-01", "2026-03-01T12:00:00"),
            ("2026-03-01T04:30", "2026-03-01T04:30:00"),
            ("2026-03-01 04:30", "2026-03-01T04:30:00"),
            ("2026-03-01T04", "2026-03-01T04:00:00"),
            ("2026-03-01T04:30:15.5", "2026-03-01T04:30:15.5"),
            ("2026-03-01T04:30Z", "2026-03-01T04:30:00"),
            ("2026-03-01t04:30z", "2026-03-01T04:30:00"),
            ("2026-03-01T07:30+03:00", "2026-03-01T04:30:00"),
            ("2026-03-01 07:30+03", "2026-03-01T04:30:00"),
            ("2026-02-28T20:30:00-08:00", "2026-03-01T04:30:00"),
            ("2026-03-01T07:30[Europe/Moscow]", "2026-03-01T04:30:00"),
            ("2026-03-01T07:30+03:00[Europe/Moscow]", "2026-03-01T04:30:00"),
            ("2026-03-01T07:30[+03:00]", "2026-03-01T04:30:00"),
        ] {
            assert_eq!(moment(text).unwrap().to_string(), utc, "{text}");
        }
    }

    #[test]
    fn what_would_be_dropped_is_refused() {
        for wrong in [
            "2026-03-01+03:00",
            "2026-03-01Z",
            "2026-03-01[Europe/Moscow]",
            "2026-03-01T",
            "2026-03-01T+03:00",
            "2026-03-01T[Europe/Moscow]",
            "2026-03-01T04:30[u-ca=hebrew]",
            "2026-03-01T07:30[Europe/Moscow][u-ca=hebrew]",
            "2026-03-01T07:30+05:00[Europe/Moscow]",
            "2026-03-01T07:30[Europe/Atlantis]",
            "2026-03-29T02:30[Europe/Berlin]",
            "2026-10-25T02:30[Europe/Berlin]",
            "2016-12-31T23:59:60",
            "2026-03-01T04:30 UTC",
            "2026-03-01T04:30 +03:00",
            "2026-03-01T24:00",
            "-009999-01-01",
            "9999-12-31",
            "now",
        ] {
            assert!(moment(wrong).is_err(), "{wrong:?}: {:?}", moment(wrong));
        }
    }
}
