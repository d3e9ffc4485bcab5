//! The pages to which lies lead: at which addresses they stand, and who is led there.

use super::{explanation::Explained, question::Question, reply};
use crate::{
    dns::{Rtype, Transport, wire_name},
    engine::{Engine, StepContent},
    model::{Binding, CountryCode},
    policy::{Country, Operator, Rule},
};
use hickory_proto::rr::RecordType;
use jiff::civil::DateTime;
use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

/// Addresses of pages, each with who leads there: a country, or one of its operators.
pub(crate) type PageAddresses = BTreeMap<IpAddr, BTreeSet<(CountryCode, Option<String>)>>;

/// The addresses of the pages of these countries, whatever the day.
pub(crate) fn page_addresses(engine: &Engine, countries: &[&Country]) -> PageAddresses {
    let mut found = PageAddresses::new();
    for country in countries {
        let own = country.own_rules().map(|(rule, _)| (rule, None));
        let theirs = country.operators.iter().flat_map(|operator| {
            operator.own_rules().map(move |(rule, _)| (rule, Some(operator.slug.clone())))
        });
        for (rule, operator) in own.chain(theirs) {
            for address in addresses_of(engine, rule) {
                found.entry(address).or_default().insert((country.code, operator.clone()));
            }
        }
    }
    found
}

/// Where a rule leads to: its own addresses, and what the zones have of its aliases.
fn addresses_of(engine: &Engine, rule: &Rule) -> Vec<IpAddr> {
    let (mut addresses, names) = rule.answer.pages();
    for name in names {
        addresses.extend(honest_addresses(engine, name.as_str()));
    }
    addresses.retain(|address| is_reachable(*address));
    addresses
}

/// The addresses of a name that nobody lies about.
fn honest_addresses(engine: &Engine, name: &str) -> Vec<IpAddr> {
    let Ok(wire) = wire_name(name) else { return Vec::new() };
    let from = (IpAddr::from([127, 0, 0, 1]), Transport::Udp);
    let now = engine.settings.clock.now();
    let asked = [RecordType::A, RecordType::AAAA]
        .map(|rtype| engine.explain(&wire, Rtype(rtype), from, now));
    let messages = asked.iter().flat_map(|explanation| &explanation.steps);
    messages
        .filter_map(|step| match &step.content {
            StepContent::Message(message, _) => message.decoded.as_ref(),
            StepContent::Upstream | StepContent::Reset => None,
        })
        .flat_map(|message| &message.answers)
        .filter_map(|record| record.data.ip_addr())
        .collect()
}

/// Whether a page can stand there at all (RFC 6890).
fn is_reachable(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => {
            let [first, second, third, _] = four.octets();
            let is_special = first == 0 || first == 127 || first >= 224;
            !is_special && [first, second, third] != [192, 0, 0]
        }
        // Global unicast, or unique local (RFC 4291 section 2.4, RFC 4193).
        IpAddr::V6(six) => six.octets()[0] >> 5 == 1 || six.octets()[0] & 0xfe == 0xfc,
    }
}

/// A rule that has led a client to a page.
pub(crate) struct Landing<'e> {
    pub(crate) country: &'e Country,
    pub(crate) operator: Option<&'e Operator>,
    pub(crate) rule: &'e Rule,
    /// What the first reply says.
    pub(crate) answers: Vec<String>,
}

/// What has led a client to a page: the lie of its own country about the name, or else of one that
/// leads to this address.
pub(crate) fn landing<'e>(
    engine: &'e Engine,
    pages: &PageAddresses,
    name: &str,
    (client, binding): (IpAddr, Option<&Binding>),
    address: IpAddr,
    now: DateTime,
) -> Option<Landing<'e>> {
    let question = Question::read(name, Rtype(RecordType::A)).ok()?;
    let own = match binding {
        Some(binding) => client_of(engine, binding),
        None => Some(client),
    };
    let there = pages.get(&address).into_iter().flatten();
    let others = there.filter_map(|(country, operator)| {
        client_of(engine, &Binding { country: *country, operator: operator.clone() })
    });
    own.into_iter().chain(others).find_map(|client| {
        let explained = Explained::ask(engine, &question, (client, Transport::Udp), now);
        let decision = explained.explanation.decision;
        let (rule, _) = decision.rule.filter(|(rule, _)| !rule.answer.is_honest())?;
        let country = decision.jurisdiction.country?;
        let first = explained.explanation.steps.first()?;
        let answers = first.content.decoded().map_or_else(Vec::new, reply::answers);
        let operator = decision.jurisdiction.operator;
        Some(Landing { country, operator, rule, answers })
    })
}

/// An address of somebody there.
fn client_of(engine: &Engine, binding: &Binding) -> Option<IpAddr> {
    let operator = binding.operator.as_deref();
    Explained::client(&engine.policy, None, Some(binding.country), operator).ok()
}
