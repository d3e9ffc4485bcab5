//! JSON objects of what is recorded, written field by field: what differs between two queries
//! stands between texts that are kept, and every query of a busy server has three such objects.

use crate::dns::AnswerData;
use jiff::civil::DateTime;
use std::{fmt::Display, io::Write, net::IpAddr, time::Duration};

/// Fields of a JSON object.
pub(super) struct JsonFields<'o> {
    out: &'o mut Vec<u8>,
    is_first: bool,
}

impl<'o> JsonFields<'o> {
    pub(super) fn begin(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, is_first: true }
    }

    /// Goes on where some fields stand already.
    pub(super) fn behind(out: &'o mut Vec<u8>) -> Self {
        Self { out, is_first: false }
    }

    /// Where the value of a field is to be written. Its key needs no escaping.
    pub(super) fn value(&mut self, key: &str) -> &mut Vec<u8> {
        self.out.extend_from_slice(if self.is_first { b"\"" } else { b",\"" });
        self.is_first = false;
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    pub(super) fn null(&mut self, key: &str) {
        self.value(key).extend_from_slice(b"null");
    }

    pub(super) fn text(&mut self, key: &str, text: Option<&str>) {
        let Some(text) = text else { return self.null(key) };
        let out = self.value(key);
        let is_plain = |octet: u8| octet >= b' ' && octet != b'"' && octet != b'\\';
        if text.bytes().all(is_plain) {
            out.push(b'"');
            out.extend_from_slice(text.as_bytes());
            out.push(b'"');
        } else {
            serde_json::to_writer(out, text).expect("a text can be written");
        }
    }

    /// Of what is displayed without anything to escape.
    pub(super) fn displayed(&mut self, key: &str, value: impl Display) {
        write!(self.value(key), "\"{value}\"").expect("a vector has room");
    }

    pub(super) fn address(&mut self, key: &str, address: IpAddr) {
        let IpAddr::V4(four) = address else { return self.displayed(key, address) };
        let out = self.value(key);
        for (index, octet) in four.octets().into_iter().enumerate() {
            out.push(if index == 0 { b'"' } else { b'.' });
            push_number(octet.into(), out);
        }
        out.push(b'"');
    }

    pub(super) fn number(&mut self, key: &str, number: u64) {
        push_number(number, self.value(key));
    }

    pub(super) fn moment(&mut self, key: &str, moment: DateTime, with_fraction: bool) {
        let out = self.value(key);
        out.push(b'"');
        write_moment(moment, with_fraction, out);
        out.push(b'"');
    }

    /// To the nanosecond, without zeros that say nothing.
    pub(super) fn seconds(&mut self, key: &str, duration: Option<Duration>) {
        let Some(duration) = duration else { return self.null(key) };
        let out = self.value(key);
        let mut digits = *b"000000000";
        put_number(&mut digits, duration.subsec_nanos());
        push_number(duration.as_secs(), out);
        out.push(b'.');
        let length = digits.iter().rposition(|digit| *digit != b'0').map_or(1, |last| last + 1);
        out.extend_from_slice(&digits[..length]);
    }

    pub(super) fn list<T>(
        &mut self,
        key: &str,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(T, &mut Vec<u8>),
    ) {
        let out = self.value(key);
        out.push(b'[');
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            write(item, out);
        }
        out.push(b']');
    }

    /// Fields that were written before, behind others.
    pub(super) fn written(&mut self, fields: &[u8]) {
        self.out.extend_from_slice(fields);
    }

    pub(super) fn answers(&mut self, key: &str, message: &[u8]) {
        let written = serde_json::to_writer(self.value(key), &AnswerData(message));
        written.expect("a list of texts can be written");
    }

    pub(super) fn end(self) {
        self.out.push(b'}');
    }
}

/// A moment in the form of RFC 3339, in UTC: `2026-11-26T14:00:00Z`, or with microseconds.
fn write_moment(moment: DateTime, with_fraction: bool, out: &mut Vec<u8>) {
    let mut octets = *b"0000-00-00T00:00:00.000000Z";
    put_number(&mut octets[..4], moment.year().unsigned_abs().into());
    let two = [moment.month(), moment.day(), moment.hour(), moment.minute(), moment.second()];
    for (at, number) in [5, 8, 11, 14, 17].into_iter().zip(two) {
        put_number(&mut octets[at..at + 2], number.unsigned_abs().into());
    }
    put_number(&mut octets[20..26], moment.subsec_nanosecond().unsigned_abs() / 1000);
    if with_fraction {
        return out.extend_from_slice(&octets);
    }
    octets[19] = b'Z';
    out.extend_from_slice(&octets[..20]);
}

/// Adds a number, in decimal.
fn push_number(mut number: u64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut begin = digits.len();
    loop {
        begin -= 1;
        digits[begin] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[begin..]);
}

/// Writes digits over all of the octets.
fn put_number(octets: &mut [u8], mut number: u32) {
    for octet in octets.iter_mut().rev() {
        *octet = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::{JsonFields, write_moment};
    use jiff::civil::date;
    use serde_json::{Value, json};
    use std::time::Duration;

    #[test]
    fn moments_are_written_as_in_rfc_3339() {
        let written = |moment, with_fraction| {
            let mut out = Vec::new();
            write_moment(moment, with_fraction, &mut out);
            String::from_utf8(out).unwrap()
        };
        let moment = date(2014, 3, 21).at(20, 5, 9, 12_345_678);
        assert_eq!(written(moment, true), "2014-03-21T20:05:09.012345Z");
        assert_eq!(written(moment, false), "2014-03-21T20:05:09Z");
    }

    #[test]
    fn a_reader_of_json_finds_what_was_written() {
        let hostile = "a\\\".\u{7}\u{e9}</script>\n";
        let mut out = Vec::new();
        let mut fields = JsonFields::begin(&mut out);
        fields.text("plain", Some("www.example.com"));
        fields.text("hostile", Some(hostile));
        fields.text("none", None);
        for (key, nanoseconds) in [("zero", 0), ("short", 1_500_000_000), ("long", 1_000_000_001)] {
            fields.seconds(key, Some(Duration::from_nanos(nanoseconds)));
        }
        for number in [0, 10, u64::MAX] {
            fields.number(&number.to_string(), number);
        }
        for address in ["192.0.2.10", "0.255.0.9", "2001:db8::1"] {
            fields.address(address, address.parse().unwrap());
        }
        fields.end();
        let expected = json!({
            "plain": "www.example.com", "hostile": hostile, "none": null,
            "zero": 0.0, "short": 1.5, "long": 1.000000001,
            "0": 0, "10": 10, "18446744073709551615": u64::MAX,
            "192.0.2.10": "192.0.2.10", "0.255.0.9": "0.255.0.9", "2001:db8::1": "2001:db8::1",
        });
        assert_eq!(serde_json::from_slice::<Value>(&out).unwrap(), expected);
        assert!(String::from_utf8(out).unwrap().contains("\"zero\":0.0,\"short\":1.5,"));
    }
}
