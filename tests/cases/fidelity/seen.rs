//! What was seen, and how a reply differs from it.

use super::replies::Reply;
use crate::support::{
    wire::{data, type_word},
    words::{flags, rcode},
};
use hickory_proto::{
    op::Message,
    rr::{Record, RecordType},
};
use ipnet::IpNet;
use serde::Deserialize;
use std::{collections::BTreeSet, net::IpAddr};

/// Every key that is given is checked.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Seen {
    honest: Option<bool>,
    rcode: Option<String>,
    data: Option<Vec<String>>,
    /// Behind whatever aliases, where the source prints no more.
    addresses: Option<Vec<IpAddr>>,
    one_of: Option<Vec<String>>,
    r#in: Option<Vec<IpNet>>,
    types: Option<Vec<String>>,
    ttls: Option<Vec<u32>>,
    flags: Option<String>,
    owner: Option<String>,
    opt: Option<bool>,
    soa: Option<String>,
    replies: Option<[usize; 2]>,
    last_honest: Option<bool>,
    silence: Option<bool>,
    malformed: Option<bool>,
}

/// How the first record's owner is written, read from the octets behind the question.
fn owner(octets: &[u8]) -> &'static str {
    let mut at = 12;
    while octets[at] != 0 {
        at += 1 + usize::from(octets[at]);
    }
    if octets.get(at + 5) == Some(&0xc0) { "pointer" } else { "copy" }
}

fn soa(message: &Message) -> &'static str {
    let has =
        |section: &[Record]| section.iter().any(|record| record.record_type() == RecordType::SOA);
    match (has(&message.authorities), has(&message.additionals)) {
        (true, _) => "authority",
        (_, true) => "additional",
        _ => "none",
    }
}

fn in_one(data: &str, networks: &[IpNet]) -> bool {
    data.parse::<IpAddr>()
        .is_ok_and(|address| networks.iter().any(|network| network.contains(&address)))
}

/// Where the addresses lie that are in none of the networks: as networks, because pools walk and
/// the page must stay.
fn outside(addresses: &[String], networks: &[IpNet]) -> String {
    let lost = addresses
        .iter()
        .filter(|address| !in_one(address, networks))
        .filter_map(|text| text.parse::<IpAddr>().ok());
    let wide = |address: IpAddr| {
        IpNet::new(address, if address.is_ipv4() { 16 } else { 32 }).unwrap().trunc().to_string()
    };
    let wide: BTreeSet<_> = lost.map(wide).collect();
    wide.into_iter().collect::<Vec<_>>().join(", ")
}

/// Record data or types, for people.
fn listed(all: &[String]) -> String {
    if all.is_empty() { "no records".to_owned() } else { all.join(", ") }
}

impl Seen {
    /// What is not as it was seen; nothing when all is.
    pub(super) fn difference(&self, replies: &[Reply], honest: &[Reply]) -> Option<String> {
        if let Some(true) = self.silence {
            return (!replies.is_empty()).then(|| format!("{} came, not silence", replies.len()));
        }
        if let Some([least, most]) = self.replies
            && !(least..=most).contains(&replies.len())
        {
            return Some(format!("{} came, not {least} to {most}", replies.len()));
        }
        let Some(first) = replies.first() else { return Some("silence".to_owned()) };
        if let Some(malformed) = self.malformed {
            let readable = first.message.is_some();
            return (malformed == readable)
                .then(|| if readable { "a message that can be read" } else { "none" }.to_owned());
        }
        let Some(message) = &first.message else {
            return Some("octets that a DNS library cannot read".to_owned());
        };
        let genuine =
            honest.first().and_then(|reply| reply.message.as_ref()).expect("an honest answer");
        let checks = [
            self.what_is_said(message, replies, genuine),
            self.how_it_is_written(&first.octets, message),
            self.what_comes_last(replies, genuine),
        ];
        let (_, what, got) = checks.into_iter().flatten().find(|(holds, ..)| !holds)?;
        Some(format!("{what}: {got}"))
    }

    /// Each check: whether it holds, what it is about, and what came.
    fn what_is_said(
        &self,
        message: &Message,
        replies: &[Reply],
        genuine: &Message,
    ) -> Vec<(bool, &'static str, String)> {
        let got = data(message);
        let addresses = forged_data(replies, genuine);
        let one_of = |all: &Vec<String>| !got.is_empty() && got.iter().all(|one| all.contains(one));
        let behind = |all: &Vec<IpAddr>| {
            *all == got.iter().filter_map(|one| one.parse().ok()).collect::<Vec<IpAddr>>()
        };
        let inside = |networks: &Vec<IpNet>| {
            !addresses.is_empty() && addresses.iter().all(|one| in_one(one, networks))
        };
        let honest = same(message, genuine);
        let code = rcode(message.response_code);
        let types: Vec<_> =
            message.answers.iter().map(|record| type_word(record.record_type())).collect();
        let ttls: Vec<_> = message.answers.iter().map(|record| record.ttl).collect();
        let lost = outside(&addresses, self.r#in.as_deref().unwrap_or_default());
        vec![
            (self.honest.is_none_or(|expected| expected == honest), "data", listed(&got)),
            (self.rcode.as_ref().is_none_or(|expected| *expected == code), "rcode", code),
            (self.data.as_ref().is_none_or(|expected| *expected == got), "data", listed(&got)),
            (self.addresses.as_ref().is_none_or(behind), "addresses", listed(&got)),
            // Which other one depends on how far a pool has walked, and the page must stay.
            (self.one_of.as_ref().is_none_or(one_of), "data", "none of them".to_owned()),
            (self.r#in.as_ref().is_none_or(inside), "in", lost),
            (self.types.as_ref().is_none_or(|all| *all == types), "types", types.join(", ")),
            (self.ttls.as_ref().is_none_or(|all| *all == ttls), "TTLs", format!("{ttls:?}")),
        ]
    }

    fn how_it_is_written(
        &self,
        octets: &[u8],
        message: &Message,
    ) -> Vec<(bool, &'static str, String)> {
        let flags = flags(octets).join(" ").to_lowercase();
        let (opt, soa) = (message.edns.is_some(), soa(message));
        let mut checks = vec![
            (self.flags.as_ref().is_none_or(|expected| *expected == flags), "flags", flags),
            (self.opt.is_none_or(|expected| expected == opt), "OPT", opt.to_string()),
            (self.soa.as_ref().is_none_or(|expected| expected == soa), "SOA", soa.to_owned()),
        ];
        if let Some(expected) = &self.owner {
            let owner = owner(octets);
            checks.insert(1, (expected == owner, "owner", owner.to_owned()));
        }
        checks
    }

    fn what_comes_last(
        &self,
        replies: &[Reply],
        genuine: &Message,
    ) -> Vec<(bool, &'static str, String)> {
        let last = replies.last().and_then(|reply| reply.message.as_ref());
        let honest = last.is_some_and(|message| same(message, genuine));
        let holds = self.last_honest.is_none_or(|expected| expected == honest);
        vec![(holds, "last", "not as said".to_owned())]
    }

    /// What was seen, in a few words for the table.
    pub(super) fn shown(&self) -> String {
        let mut words = self.shown_answer();
        words.extend(self.flags.clone());
        words.extend(self.owner.as_ref().map(|form| format!("owner {form}")));
        words.extend(self.opt.map(|opt| if opt { "OPT" } else { "no OPT" }.to_owned()));
        words.extend(self.soa.as_ref().map(|place| format!("SOA {place}")));
        words.extend(self.replies.map(|range| match range {
            [1, 1] => "1 reply".to_owned(),
            [least, most] if least == most => format!("{least} replies"),
            [least, most] => format!("{least} to {most} replies"),
        }));
        let last = self.last_honest.filter(|last| *last);
        words.extend(last.map(|_| "the genuine one last".to_owned()));
        words.join("; ")
    }

    /// What kind of answer was seen: its place in the table, and its words.
    pub(super) fn kind(&self) -> (u8, &'static str) {
        let is_empty = |all: &Option<Vec<String>>| all.as_ref().is_some_and(Vec::is_empty);
        let has_data = self.data.is_some()
            || self.addresses.is_some()
            || self.one_of.is_some()
            || self.r#in.is_some();
        if self.honest == Some(true) {
            (0, "the honest answer")
        } else if self.silence == Some(true) {
            (4, "silence")
        } else if self.malformed == Some(true) {
            (3, "a message that nobody can read")
        } else if self.rcode.as_deref().is_some_and(|rcode| rcode != "NOERROR") {
            (2, "NXDOMAIN or another error")
        } else if is_empty(&self.data) || is_empty(&self.types) {
            (2, "no records")
        } else if has_data {
            (1, "forged records, which the source prints")
        } else {
            (5, "another answer than the honest one, of which no data are printed")
        }
    }

    /// What else of the answer was printed.
    pub(super) fn details(&self) -> Vec<&'static str> {
        let has_form = self.owner.is_some() || self.opt.is_some() || self.soa.is_some();
        let details = [
            (self.ttls.is_some(), "TTL"),
            (self.flags.is_some(), "flags"),
            (self.replies.is_some() || self.last_honest.is_some(), "number of replies"),
            (has_form, "names in records, OPT or SOA"),
        ];
        details.into_iter().filter(|(is_printed, _)| *is_printed).map(|(_, word)| word).collect()
    }

    fn shown_answer(&self) -> Vec<String> {
        let mut words = Vec::new();
        words.extend(self.silence.filter(|silence| *silence).map(|_| "silence".to_owned()));
        words.extend(self.malformed.map(|_| "malformed".to_owned()));
        let honest = |honest| if honest { "honest" } else { "not honest" }.to_owned();
        words.extend(self.honest.map(honest));
        words.extend(self.rcode.clone());
        words.extend(self.data.as_deref().map(listed));
        words.extend(
            self.addresses
                .as_ref()
                .map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        );
        words.extend(self.one_of.as_ref().map(|all| match all.len() {
            4.. => format!("one of {} addresses", all.len()),
            _ => all.join(" or "),
        }));
        words.extend(self.r#in.as_ref().map(|nets| match &nets[..] {
            [one] => format!("in {one}"),
            more => format!("in {} networks", more.len()),
        }));
        words.extend(self.types.as_deref().map(listed));
        words.extend(self.ttls.as_ref().map(|all| {
            format!("TTL {}", all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
        }));
        words
    }
}

fn same(message: &Message, genuine: &Message) -> bool {
    message.response_code == genuine.response_code && data(message) == data(genuine)
}

/// The record data of all replies that do not say what the genuine one says.
fn forged_data(replies: &[Reply], genuine: &Message) -> Vec<String> {
    let messages = replies.iter().filter_map(|reply| reply.message.as_ref());
    messages.filter(|message| !same(message, genuine)).flat_map(data).collect()
}
