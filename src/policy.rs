//! What the configs mean: clients to country and operator, names to rules, dates, the verdict and
//! the near misses.
//!
//! [`Policy::decide`] is pure. It reads no clock, does no I/O, and borrows all that it says from
//! the policy. A *rule* decides when its pattern matches and its conditions (type, transport, day)
//! all hold; the first such rule decides, an operator's before its country's.

mod answer;
mod answers;
mod compile;
mod decide;
mod expressions;
mod files;
mod govern;
mod hours;
mod labels;
mod matcher;
mod memory;
mod networks;
mod parts;
mod patterns;
mod seats;
mod shadow;
mod suffixes;

pub use answer::{Answer, Choice, Kind, Poison, RaceStep, Soa};
pub use compile::compile;
pub use decide::{Governors, Miss, MissReason, Verdict};
pub use hours::Hours;
pub use seats::Unknown;
pub use suffixes::Suffixes;

use crate::{
    config::Evidence,
    query::{CountryCode, Query, Readers, Transport, Type},
};
use ipnet::IpNet;
use jiff::civil::Date;
use matcher::Matcher;
use networks::Networks;
use seats::Seat;
use std::{net::IpAddr, sync::Arc};

/// All countries, compiled.
#[derive(Debug, Default)]
pub struct Policy {
    countries: Vec<Country>,
    networks: Networks,
    default: Option<usize>,
    rings: usize,
}

/// One country.
#[derive(Debug)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: CountryCode,
    /// The name for people.
    pub name: String,
    /// How its networks block, in a sentence or two.
    pub about: String,
    /// The networks that it governs.
    pub clients: Vec<IpNet>,
    /// ISPs that differ.
    pub operators: Vec<Operator>,
    rules: Ruleset,
}

/// An ISP whose rules come before its country's.
#[derive(Debug)]
pub struct Operator {
    /// The short name for commands.
    pub slug: String,
    /// The name for people.
    pub name: String,
    /// Its networks.
    pub clients: Vec<IpNet>,
    rules: Ruleset,
}

/// Rules in their order, with the index that finds them by name.
#[derive(Debug, Default)]
struct Ruleset {
    rules: Vec<Rule>,
    matcher: Matcher,
    readers: Readers,
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name.
    pub slug: String,
    /// The first name that one of its patterns is about.
    pub anchor: Option<Box<str>>,
    /// The types that it holds for; all when empty.
    pub types: Vec<Type>,
    /// The transports that it holds for; all when empty.
    pub transports: Vec<Transport>,
    /// The first day.
    pub since: Option<Date>,
    /// The first day on which it no longer holds.
    pub until: Option<Date>,
    /// The hours on which it holds; always when missing.
    pub hours: Option<Hours>,
    /// What is sent.
    pub answer: Arc<Answer>,
    /// Citizen Lab category code.
    pub category: Option<String>,
    /// How well it is known.
    pub evidence: Evidence,
    /// Keys and texts of what it rests on.
    pub sources: Vec<(String, String)>,
}

impl Policy {
    /// The verdict on a query that came by a listener which is bound to nothing.
    #[must_use]
    pub fn decide(&self, query: &Query) -> Verdict<'_> {
        let governors = self.governors(query.client, None);
        governors.decide(query, &governors.suffixes(&query.name))
    }

    /// Every rule of the client's country whose pattern matches but which did not decide, in order:
    /// the operator's, the country's, other operators'.
    #[must_use]
    pub fn misses(&self, query: &Query) -> Vec<Miss<'_>> {
        self.governors(query.client, None).misses(query)
    }

    /// Every country, sorted by code.
    #[must_use]
    pub fn countries(&self) -> &[Country] {
        &self.countries
    }

    /// The country with this code.
    #[must_use]
    pub fn country(&self, code: CountryCode) -> Option<&Country> {
        self.index_of(code).map(|index| &self.countries[index])
    }

    /// The country of clients in nobody's network.
    #[must_use]
    pub fn default_country(&self) -> Option<&Country> {
        self.default.map(|index| &self.countries[index])
    }

    /// Sets the country of clients in nobody's network; one that is not there is as good as none.
    pub fn set_default(&mut self, code: Option<CountryCode>) {
        self.default = code.and_then(|code| self.index_of(code));
    }

    /// How many choices of the policy count their answers: rings, and everything that is drawn anew
    /// for each answer.
    #[must_use]
    pub const fn rings(&self) -> usize {
        self.rings
    }
}

impl Operator {
    /// An address of one of its clients.
    #[must_use]
    pub fn client(&self) -> Option<IpAddr> {
        self.clients.iter().find_map(|network| network.hosts().next())
    }
}

impl Country {
    /// An address of one of its clients that is no operator's.
    #[must_use]
    pub fn client(&self) -> Option<IpAddr> {
        let taken: Vec<_> =
            self.operators.iter().flat_map(|operator| operator.clients.iter().copied()).collect();
        self.clients.iter().find_map(|network| networks::first_outside(*network, &taken))
    }

    /// How many rules the country has, its operators' included.
    #[must_use]
    pub fn rule_count(&self) -> usize {
        self.rules.rules.len()
            + self.operators.iter().map(|operator| operator.rules.rules.len()).sum::<usize>()
    }

    /// The grades of evidence of the country's rules, its operators' included, from the best to the
    /// least, each once.
    #[must_use]
    pub fn evidence(&self) -> Vec<Evidence> {
        let operators = self.operators.iter().flat_map(|operator| &operator.rules.rules);
        let mut grades: Vec<_> =
            self.rules.rules.iter().chain(operators).map(|rule| rule.evidence).collect();
        grades.sort();
        grades.dedup();
        grades
    }
}
