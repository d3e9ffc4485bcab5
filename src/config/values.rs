//! The scalars of the format: durations, days, networks, addresses, words.

use super::{
    dates::{day, moment},
    fields::Reader,
    upstream::UpstreamSpec,
    yaml_tree::Node,
};
use crate::{
    diagnostic::{At, InvalidValue, UnknownWord},
    dns::{Rtype, Transport, wire_name},
    model::{CountryCode, Evidence, Sighting, StatedTime, VerdictKind},
};
use hickory_proto::rr::Name as WireName;
use ipnet::IpNet;
use jiff::civil::{Date, DateTime};
use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
    time::Duration,
};
use tracing_subscriber::EnvFilter;

impl Reader<'_> {
    pub(super) fn at<T>(&self, node: &Node, value: T) -> At<T> {
        At { place: self.place(node), value }
    }

    /// A scalar of any type that can be read from text.
    pub(super) fn parse<T: FromStr>(&mut self, node: &Node, expected: &str) -> Option<At<T>> {
        let text = self.scalar(node, expected)?;
        if let Ok(value) = text.parse() {
            return Some(self.at(node, value));
        }
        self.expected(node, expected);
        None
    }

    pub(super) fn string(&mut self, node: &Node, expected: &str) -> Option<At<String>> {
        let text = self.text(node, expected)?.trim().to_owned();
        Some(self.at(node, text))
    }

    pub(super) fn evidence(&mut self, node: &Node) -> Option<Evidence> {
        let grades = Evidence::ALL.map(|grade| (grade.as_str(), grade));
        self.word(node, "grade of evidence", &grades)
    }

    pub(super) fn stated_time(&mut self, node: &Node) -> Option<StatedTime> {
        self.read(node, str::parse)
    }

    pub(super) fn sighting(&mut self, node: &Node) -> Option<Sighting> {
        self.read(node, str::parse)
    }

    pub(super) fn date(&mut self, node: &Node) -> Option<Date> {
        self.read(node, day)
    }

    pub(super) fn moment(&mut self, node: &Node) -> Option<DateTime> {
        self.read(node, moment)
    }

    pub(super) fn flag(&mut self, node: &Node) -> Option<bool> {
        self.parse(node, "true or false").map(|at| at.value)
    }

    pub(super) fn network(&mut self, node: &Node) -> Option<At<IpNet>> {
        let expected = "a network such as 10.86.0.0/16 or 2001:db8::/32";
        let lone = self.scalar(node, expected)?.parse::<IpAddr>().ok();
        if let Some(address) = lone {
            self.expected(node, format!("a network: {}", network_of(address)));
            return None;
        }
        let at = self.parse::<IpNet>(node, expected)?;
        if at.value != at.value.trunc() {
            self.expected(node, format!("a network without host bits: {}", at.value.trunc()));
            return None;
        }
        Some(at)
    }

    pub(super) fn address<T: Into<IpAddr> + FromStr>(&mut self, node: &Node) -> Option<T> {
        let family = if size_of::<T>() == 4 { "an IPv4 address" } else { "an IPv6 address" };
        self.parse(node, family).map(|at| at.value)
    }

    /// A word out of a fixed vocabulary.
    pub(super) fn word<T: Copy>(
        &mut self,
        node: &Node,
        what: &'static str,
        words: &[(&str, T)],
    ) -> Option<T> {
        let found = self.scalar(node, what)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == found) {
            return Some(*value);
        }
        let expected = words.iter().map(|(word, _)| (*word).to_owned()).collect();
        self.add(node, UnknownWord { found: found.to_owned(), what, expected });
        None
    }

    pub(super) fn country_code(&mut self, node: &Node) -> Option<At<CountryCode>> {
        let expected = "a country code: two letters (ISO 3166-1 alpha-2)";
        let read = self.scalar(node, expected)?.parse::<CountryCode>();
        match read {
            Ok(code) => Some(self.at(node, code)),
            Err(why) => {
                self.expected(node, format!("a country code: {}", why.expected));
                None
            }
        }
    }

    pub(super) fn record_type(&mut self, node: &Node) -> Option<Rtype> {
        self.parse(node, "a record type such as A or MX, or TYPE65280 (RFC 3597)")
            .map(|at| at.value)
    }

    pub(super) fn transport(&mut self, node: &Node) -> Option<Transport> {
        self.word(node, "transport", &Transport::ALL.map(|transport| (transport.word(), transport)))
    }

    pub(super) fn verdict(&mut self, node: &Node) -> Option<VerdictKind> {
        self.word(node, "verdict", &VerdictKind::ALL.map(|kind| (kind.as_str(), kind)))
    }

    /// A domain name that can stand in a message.
    pub(super) fn name(&mut self, node: &Node) -> Option<WireName> {
        let text = self.text(node, "a domain name")?;
        wire_name(text).map_err(|why| self.add(node, why)).ok()
    }

    /// The TTL of a record, in whole seconds.
    pub(super) fn ttl(&mut self, node: &Node) -> Option<u32> {
        let expected = format!("a TTL in whole seconds from 0s to {MAX_TTL}s, such as 60s or 1h");
        let text = self.scalar(node, &expected)?;
        let seconds =
            parse_duration(text).filter(|ttl| ttl.subsec_nanos() == 0).map(|ttl| ttl.as_secs());
        let ttl = seconds
            .and_then(|seconds| u32::try_from(seconds).ok())
            .filter(|seconds| *seconds <= MAX_TTL);
        if ttl.is_none() {
            self.expected(node, with_unit(text, &["s"], expected));
        }
        ttl
    }

    /// An address with a port.
    pub(super) fn socket(&mut self, node: &Node) -> Option<SocketAddr> {
        self.read(node, socket)
    }

    /// A resolver to ask.
    pub(super) fn upstream(&mut self, node: &Node) -> Option<UpstreamSpec> {
        self.read(node, str::parse)
    }

    /// A log filter.
    pub(super) fn log(&mut self, node: &Node) -> Option<String> {
        self.read(node, log_filter).map(|_| ())?;
        Some(self.text(node, "a log filter")?.to_owned())
    }

    /// A scalar that the command line knows too.
    fn read<T>(&mut self, node: &Node, parse: fn(&str) -> Result<T, InvalidValue>) -> Option<T> {
        let text = self.scalar(node, "a word")?.to_owned();
        let parsed = parse(&text);
        parsed.map_err(|why| self.expected(node, why.expected)).ok()
    }

    /// A duration with its unit: `500ms`, `60s`, `5m`, `1h`, `1d`.
    pub(super) fn duration(
        &mut self,
        node: &Node,
        range: (Duration, Duration),
    ) -> Option<Duration> {
        let text = self.scalar(node, "a duration")?;
        duration(text, range).map_err(|why| self.expected(node, why.expected)).ok()
    }

    /// A size with its unit: `500kB`, `32MB`, `1GB`.
    pub(super) fn size(&mut self, node: &Node, range: (usize, usize)) -> Option<usize> {
        let text = self.scalar(node, "a size")?;
        size(text, range).map_err(|why| self.expected(node, why.expected)).ok()
    }

    /// A percentage with at most four decimals, as millionths.
    pub(super) fn chance(&mut self, node: &Node) -> Option<u32> {
        let expected = "a chance from 0% to 100%, with at most four decimals, such as 98.5%";
        let text = self.scalar(node, expected)?;
        let chance = text.strip_suffix('%').and_then(millionths);
        if chance.is_none() {
            self.expected(node, expected);
        }
        chance
    }

    /// A whole number in a range, ends included.
    pub(super) fn number<T>(&mut self, node: &Node, (least, most): (T, T)) -> Option<T>
    where
        T: Copy + fmt::Display + FromStr + PartialOrd,
    {
        let expected = format!("a whole number from {least} to {most}");
        let value = self.parse::<T>(node, &expected)?.value;
        if value < least || value > most {
            self.expected(node, expected);
            return None;
        }
        Some(value)
    }
}

/// A TTL above 2^31 - 1 is read as zero by others (RFC 2181 section 8).
const MAX_TTL: u32 = 0x7fff_ffff;

/// A duration with its unit, in a range, ends included.
///
/// # Errors
///
/// What was found, and what may be written.
pub fn duration(text: &str, range: (Duration, Duration)) -> Result<Duration, InvalidValue> {
    let value = parse_duration(text).filter(|value| *value >= range.0 && *value <= range.1);
    value.ok_or_else(|| {
        let expected = format!(
            "a duration from {} to {}, such as 60s (units ms, s, m, h, d)",
            show(range.0),
            show(range.1)
        );
        InvalidValue {
            found: text.to_owned(),
            what: "duration",
            expected: with_unit(text, &fitting_units(text, range), expected),
        }
    })
}

/// A size in octets with its unit, in a range, ends included.
///
/// # Errors
///
/// What was found, and what may be written.
pub fn size(text: &str, range: (usize, usize)) -> Result<usize, InvalidValue> {
    let value = parse_size(text).filter(|value| *value >= range.0 && *value <= range.1);
    value.ok_or_else(|| InvalidValue {
        found: text.to_owned(),
        what: "size",
        expected: format!(
            "a size from {} to {}, such as 32MB (units kB, MB, GB)",
            show_size(range.0),
            show_size(range.1)
        ),
    })
}

/// An address with a port.
///
/// # Errors
///
/// What was found, and what may be written.
pub fn socket(text: &str) -> Result<SocketAddr, InvalidValue> {
    let expected = "an address with a port such as 127.0.0.1:5300 or [::1]:5300";
    text.parse().map_err(|_| InvalidValue {
        found: text.to_owned(),
        what: "address with a port",
        expected: expected.to_owned(),
    })
}

/// A log filter. A bare level is meant for this program; libraries only warn.
///
/// # Errors
///
/// What was found, and what may be written.
pub fn log_filter(text: &str) -> Result<EnvFilter, InvalidValue> {
    let level = ["off", "error", "warn", "info", "debug", "trace"].contains(&text);
    let filter = if level { format!("warn,splinterdns={text}") } else { text.to_owned() };
    let parsed = if level || text.contains('=') { EnvFilter::try_new(filter).ok() } else { None };
    parsed.ok_or_else(|| InvalidValue {
        found: text.to_owned(),
        what: "log filter",
        expected: "error, warn, info, debug, or a filter such as splinterdns::query=debug"
            .to_owned(),
    })
}

/// A bare number only lacks its unit, if there is one with which it is in range.
fn with_unit(found: &str, units: &[&str], expected: String) -> String {
    if found.parse::<u64>().is_err() || units.is_empty() {
        return expected;
    }
    let units: Vec<_> = units.iter().map(|unit| format!("{found}{unit}")).collect();
    format!("a unit behind it: {}", units.join(" or "))
}

/// Of milliseconds and seconds those that put a bare number into a range.
fn fitting_units(found: &str, range: (Duration, Duration)) -> Vec<&'static str> {
    let fits = |unit: &&str| {
        let value = parse_duration(&format!("{found}{unit}"));
        value.is_some_and(|value| value >= range.0 && value <= range.1)
    };
    ["ms", "s"].into_iter().filter(fits).collect()
}

/// The network that a lone address was meant to be: itself, or all when it is unspecified.
fn network_of(address: IpAddr) -> IpNet {
    let lone = IpNet::from(address);
    if !address.is_unspecified() {
        return lone;
    }
    IpNet::new(address, 0).unwrap_or(lone)
}

/// A network of the command line.
///
/// # Errors
///
/// What was found, and what may be written.
pub fn network(text: &str) -> Result<IpNet, InvalidValue> {
    let invalid =
        |expected: String| Err(InvalidValue { found: text.to_owned(), what: "network", expected });
    if let Ok(address) = text.parse::<IpAddr>() {
        return invalid(format!("{}", network_of(address)));
    }
    match text.parse::<IpNet>() {
        Ok(network) if network == network.trunc() => Ok(network),
        Ok(network) => invalid(format!("{}, without host bits", network.trunc())),
        Err(_) => invalid("one such as 10.86.0.0/16 or 2001:db8::/32".to_owned()),
    }
}

/// Units, largest first, in the smallest that is counted.
type Units = [(&'static str, u64)];

/// Of durations, in milliseconds.
const TIMES: &Units = &[("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// Of sizes, in octets.
const SIZES: &Units = &[("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)];

/// A whole number with its unit.
fn in_units(units: &Units, text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = &text[digits.len()..];
    let (_, factor) = units.iter().find(|(word, _)| *word == unit)?;
    digits.parse::<u64>().ok()?.checked_mul(*factor)
}

/// A value in the largest unit that holds it whole, if there is one.
fn shown_in(units: &Units, value: u64) -> Option<String> {
    let (word, size) = units.iter().find(|(_, size)| value > 0 && value.is_multiple_of(*size))?;
    Some(format!("{}{word}", value / size))
}

fn parse_duration(text: &str) -> Option<Duration> {
    in_units(TIMES, text).map(Duration::from_millis)
}

fn show(duration: Duration) -> String {
    let millis = duration.as_secs() * 1000 + u64::from(duration.subsec_millis());
    shown_in(TIMES, millis).unwrap_or_else(|| "0s".to_owned())
}

fn parse_size(text: &str) -> Option<usize> {
    in_units(SIZES, text)?.try_into().ok()
}

fn show_size(size: usize) -> String {
    shown_in(SIZES, size as u64).unwrap_or_else(|| size.to_string())
}

fn millionths(percent: &str) -> Option<u32> {
    let (whole, decimals) = percent.split_once('.').unwrap_or((percent, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || decimals.len() > 4 {
        return None;
    }
    let millionths = whole
        .parse::<u32>()
        .ok()?
        .checked_mul(10_000)?
        .checked_add(format!("{decimals:0<4}").parse().ok()?)?;
    (millionths <= 1_000_000).then_some(millionths)
}

#[cfg(test)]
mod tests {
    use super::{millionths, parse_duration, show, size};
    use std::time::Duration;

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(parse_duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(parse_duration("2h"), Some(Duration::from_secs(7200)));
        for wrong in ["60", "s", "-1s", "1.5s", "1 s", "1w", "99999999999999999d", ""] {
            assert_eq!(parse_duration(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn sizes_have_a_unit() {
        let read = |text| size(text, (100_000, 1_000_000_000)).map_err(|why| why.expected);
        assert_eq!(read("32MB"), Ok(32_000_000));
        assert_eq!((read("100kB"), read("1GB")), (Ok(100_000), Ok(1_000_000_000)));
        let expected = "a size from 100kB to 1GB, such as 32MB (units kB, MB, GB)";
        for wrong in ["32", "32mb", "32 MB", "MB", "-1MB", "99kB", "2GB", "99999999999999999999GB"]
        {
            assert_eq!(read(wrong), Err(expected.to_owned()), "{wrong}");
        }
    }

    #[test]
    fn durations_are_shown_in_the_largest_unit() {
        assert_eq!(show(Duration::from_secs(3600)), "1h");
        assert_eq!(show(Duration::from_millis(1500)), "1500ms");
        assert_eq!(show(Duration::ZERO), "0s");
    }

    #[test]
    fn percentages_are_read_to_the_last_decimal() {
        assert_eq!(millionths("98.5"), Some(985_000));
        assert_eq!(millionths("0.0001"), Some(1));
        assert_eq!(millionths("100"), Some(1_000_000));
        for wrong in ["100.0001", "101", "-1", "1.00001", "", ".5", "1.", "1e2"] {
            assert_eq!(millionths(wrong), None, "{wrong}");
        }
    }
}
