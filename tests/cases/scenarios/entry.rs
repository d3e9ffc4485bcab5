//! `ENTRY_BEGIN … ENTRY_END`: a query to send, or what to expect of a packet.

use crate::support::{
    wire::{type_of, type_word},
    words::{flags, is_flag, rcode},
};
use hickory_proto::{
    op::{Edns, Message, Query},
    rr::{Name, Record},
};
use std::{fmt::Debug, str::FromStr, time::Duration};

/// How much later than said a packet may come on a busy machine.
const SLACK: Duration = Duration::from_millis(150);

const SECTIONS: [&str; 4] = ["QUESTION", "ANSWER", "AUTHORITY", "ADDITIONAL"];

#[derive(Default)]
pub(super) struct Entry {
    matches: Vec<String>,
    reply: Vec<String>,
    after: Option<Duration>,
    /// All octets of the message but its id.
    octets: Vec<u8>,
    sections: [Vec<String>; 4],
}

impl Entry {
    /// Reads on to `ENTRY_END`.
    pub(super) fn read<'l>(lines: &mut impl Iterator<Item = &'l str>) -> Self {
        let (mut entry, mut section) = (Self::default(), 0);
        for line in lines {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("ENTRY_END") => return entry,
                None | Some("ENTRY_BEGIN") => {}
                Some("MATCH") => entry.matches.extend(words.map(str::to_owned)),
                Some("REPLY") => entry.reply.extend(words.map(str::to_owned)),
                Some("AFTER") => {
                    let millis = words.next().unwrap().strip_suffix("ms").unwrap().parse().unwrap();
                    entry.after = Some(Duration::from_millis(millis));
                }
                Some("HEX") => {
                    let octets = words.map(|octet| u8::from_str_radix(octet, 16).unwrap());
                    entry.octets.extend(octets);
                }
                Some("SECTION") => {
                    let name = words.next().unwrap();
                    section = SECTIONS.iter().position(|known| *known == name).unwrap();
                }
                Some(_) => entry.sections[section]
                    .push(line.split_whitespace().collect::<Vec<_>>().join(" ")),
            }
        }
        panic!("an entry without ENTRY_END");
    }

    fn replies(&self, word: &str) -> bool {
        self.reply.iter().any(|other| other == word)
    }

    /// The octets to send.
    pub(super) fn query(&self) -> Vec<u8> {
        if !self.octets.is_empty() {
            return [&[0, 0], &self.octets[..]].concat();
        }
        let [question] = &self.sections[0][..] else { panic!("a query has one question") };
        let mut words = question.split(' ');
        let name = Name::from_str(words.next().unwrap()).unwrap();
        let rtype = type_of(words.next_back().unwrap());
        let mut message = Message::query();
        message.add_query(Query::query(name, rtype));
        message.metadata.recursion_desired = self.replies("RD");
        message.metadata.checking_disabled = self.replies("CD");
        if self.replies("EDNS") || self.replies("DO") {
            let mut edns = Edns::new();
            edns.set_max_payload(1232).set_dnssec_ok(self.replies("DO"));
            message.set_edns(edns);
        }
        message.to_vec().unwrap()
    }

    /// Says where a packet, or the time of its coming, is not as expected.
    pub(super) fn check(&self, octets: &[u8], after: Duration) -> Result<(), String> {
        if !self.octets.is_empty() {
            let hex = |octets: &[u8]| {
                octets.iter().map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().join(" ")
            };
            same("octets", &hex(&octets[2..]), &hex(&self.octets))?;
        }
        if self.matches.is_empty() {
            return Ok(());
        }
        let message = Message::from_vec(octets).map_err(|why| format!("{why}: {octets:?}"))?;
        for word in &self.matches {
            self.check_one(word, &message, octets)?;
        }
        match self.after {
            Some(expected) if !(expected..expected + SLACK).contains(&after) => {
                Err(format!("came after {after:?}, not {expected:?}"))
            }
            _ => Ok(()),
        }
    }

    fn check_one(&self, word: &str, message: &Message, octets: &[u8]) -> Result<(), String> {
        let records = |records, section: usize| {
            same(word, &shown(records, false), &without_ttl(&self.sections[section]))
        };
        match word {
            "rcode" => {
                let code = rcode(message.response_code);
                if self.replies(&code) { Ok(()) } else { Err(format!("rcode: {code}")) }
            }
            "flags" => {
                let said = self.reply.iter().map(String::as_str).filter(|word| is_flag(word));
                same(word, &flags(octets), &said.collect())
            }
            "question" => {
                let asked = message.queries[0].to_string().to_lowercase();
                same(word, &asked, &self.sections[0][0].to_lowercase())
            }
            "answer" => records(&message.answers, 1),
            "authority" => records(&message.authorities, 2),
            "additional" => records(&message.additionals, 3),
            "ttl" => same("answer with TTL", &shown(&message.answers, true), &self.sections[1]),
            "opt" => same("OPT", &message.edns.is_some(), &self.replies("EDNS")),
            other => Err(format!("MATCH {other} means nothing")),
        }
    }
}

fn same<T: PartialEq + Debug>(what: &str, came: &T, expected: &T) -> Result<(), String> {
    if came == expected {
        return Ok(());
    }
    Err(format!("{what}\n      came: {came:?}\n  expected: {expected:?}"))
}

fn shown(records: &[Record], with_ttl: bool) -> Vec<String> {
    let show = |record: &Record| {
        let ttl = if with_ttl { format!("{} ", record.ttl) } else { String::new() };
        format!("{} {ttl}IN {} {}", record.name, type_word(record.record_type()), record.data)
    };
    records.iter().map(show).collect()
}

/// `name 60 IN A data` and `name IN A data` are both allowed where TTLs are not compared.
fn without_ttl(lines: &[String]) -> Vec<String> {
    let strip = |line: &String| {
        let mut words: Vec<_> = line.split(' ').collect();
        if words[1].parse::<u32>().is_ok() {
            words.remove(1);
        }
        words.join(" ")
    };
    lines.iter().map(strip).collect()
}
