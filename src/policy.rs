//! What the configs mean: clients to country and operator, names to rules, dates, the verdict and the near misses.
//!
//! [`Policy::decide`] is pure. It reads no clock, does no I/O, and borrows all that it says from the policy. A *rule* decides
//! when its pattern matches and its conditions (type, transport, day) all hold; the first such rule decides, an operator's
//! before its country's.

mod answer;
mod answers;
mod compile;
mod files;
mod govern;
mod hours;
mod labels;
mod matcher;
mod networks;
mod parts;
mod patterns;
mod shadow;

pub use answer::{Answer, Choice, Kind, Poison, RaceStep};
pub use compile::compile;
pub use hours::Hours;

use crate::{
    config::{Evidence, Word},
    name::PatternRef,
    query::{CountryCode, Query, Readers, Transport, Type},
};
use ipnet::IpNet;
use jiff::civil::Date;
use matcher::Matcher;
use networks::Networks;
use std::{fmt, net::IpAddr, sync::Arc};

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

/// Who governs a client: nobody, a country, or one of its operators before it.
#[derive(Clone, Copy, Debug)]
pub struct Governors<'p> {
    country: Option<&'p Country>,
    operator: Option<&'p Operator>,
}

/// The same in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seat {
    country: usize,
    operator: Option<usize>,
}

/// What was decided, by which rule, and why.
#[derive(Clone, Debug)]
pub struct Verdict<'p> {
    /// What a stub resolver that takes the first reply gets.
    pub word: Word,
    /// How it comes about; nothing for an honest answer that no rule asked for.
    pub answer: Option<&'p Answer>,
    /// Who governs the client; nobody for a client of no network.
    pub country: Option<&'p Country>,
    /// Its ISP, if that is one with rules of its own.
    pub operator: Option<&'p Operator>,
    /// The rule and the pattern that decided.
    pub rule: Option<(&'p Rule, PatternRef<'p>)>,
}

/// A rule whose pattern matched but which did not decide.
#[derive(Clone, Debug)]
pub struct Miss<'p> {
    /// The rule.
    pub rule: &'p Rule,
    /// Its pattern.
    pub pattern: PatternRef<'p>,
    /// The operator whose rule it is.
    pub operator: Option<&'p Operator>,
    /// Why it did not decide.
    pub why: MissReason,
}

/// Why a rule whose pattern matched did not decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissReason {
    /// It begins later.
    NotYet,
    /// It has ended.
    NoLonger,
    /// It holds at other hours.
    Hours,
    /// It is for other types.
    Type,
    /// It is for other transports.
    Transport,
    /// It is another operator's.
    Operator,
    /// Whoever sends its answer cannot read the query.
    Parser,
    /// A rule above it decided.
    Shadowed,
}

impl Policy {
    /// The verdict on a query.
    #[must_use]
    pub fn decide(&self, query: &Query) -> Verdict<'_> {
        self.governors(query.client, query.listener).decide(query)
    }

    /// Every rule of the client's country whose pattern matches but which did not decide, in order: the operator's, the
    /// country's, other operators'.
    #[must_use]
    pub fn misses(&self, query: &Query) -> Vec<Miss<'_>> {
        self.governors(query.client, query.listener).misses(query)
    }

    /// Who governs a client: the listener's country, else the network's, else the default.
    #[must_use]
    pub fn governors(&self, client: IpAddr, listener: Option<CountryCode>) -> Governors<'_> {
        let Some(seat) = self.seat(client, listener) else { return Governors { country: None, operator: None } };
        let country = &self.countries[seat.country];
        Governors { country: Some(country), operator: seat.operator.map(|index| &country.operators[index]) }
    }

    /// Every country, sorted by code.
    #[must_use]
    pub fn countries(&self) -> &[Country] {
        &self.countries
    }

    /// The country with this code.
    #[must_use]
    pub fn country(&self, code: CountryCode) -> Option<&Country> {
        self.countries.iter().find(|country| country.code == code)
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

    /// How many choices of the policy count their answers: rings, and everything that is drawn anew for each answer.
    #[must_use]
    pub const fn rings(&self) -> usize {
        self.rings
    }

    fn index_of(&self, code: CountryCode) -> Option<usize> {
        self.countries.iter().position(|country| country.code == code)
    }

    fn seat(&self, client: IpAddr, listener: Option<CountryCode>) -> Option<Seat> {
        let by_network = self.networks.find(client);
        if let Some(bound) = listener.and_then(|code| self.index_of(code)) {
            let inside = by_network.filter(|seat| seat.country == bound);
            return Some(inside.unwrap_or(Seat { country: bound, operator: None }));
        }
        by_network.or(self.default.map(|country| Seat { country, operator: None }))
    }
}

impl<'p> Governors<'p> {
    /// The verdict on a query of one of their clients.
    #[must_use]
    pub fn decide(self, query: &Query) -> Verdict<'p> {
        let Self { country, operator } = self;
        let Some((rule, pattern)) = self.rulesets().find_map(|rules| rules.first(query)) else {
            return Verdict { word: Word::Honest, answer: None, country, operator, rule: None };
        };
        let (word, answer) = (rule.answer.word_for(query), Some(&*rule.answer));
        Verdict { word, answer, country, operator, rule: Some((rule, pattern)) }
    }

    /// Who reads their clients' queries, because a rule has an answer of theirs.
    #[must_use]
    pub fn readers(self) -> Readers {
        self.rulesets().fold(Readers::DNS, |readers, rules| readers.and(rules.readers))
    }

    fn rulesets(self) -> impl Iterator<Item = &'p Ruleset> {
        let own = self.operator.map(|operator| &operator.rules);
        own.into_iter().chain(self.country.map(|country| &country.rules))
    }

    fn misses(self, query: &Query) -> Vec<Miss<'p>> {
        let Self { country: Some(country), operator } = self else { return Vec::new() };
        let mut misses = Vec::new();
        let mut decided = false;
        let own = operator.map(|operator| (Some(operator), &operator.rules));
        for (operator, rules) in own.into_iter().chain([(None, &country.rules)]) {
            for (rule, pattern) in rules.matching(query) {
                let why = rule.fails(query).or(decided.then_some(MissReason::Shadowed));
                match why {
                    Some(why) => misses.push(Miss { rule, pattern, operator, why }),
                    None => decided = true,
                }
            }
        }
        let others = country.operators.iter().filter(|other| operator.is_none_or(|own| own.slug != other.slug));
        for other in others {
            let matching = other.rules.matching(query).into_iter();
            let why = MissReason::Operator;
            misses.extend(matching.map(|(rule, pattern)| Miss { rule, pattern, operator: Some(other), why }));
        }
        misses
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
    /// A name that a rule for the country's own clients is about on this day, to try.
    #[must_use]
    pub fn blocked_on(&self, today: Date) -> Option<&str> {
        let holds = |rule: &Rule| {
            let from = rule.since.is_none_or(|since| since <= today);
            from && rule.until.is_none_or(|until| today < until)
                && rule.hours.is_none()
                && !matches!(rule.answer.kind, Kind::Honest)
        };
        self.rules.rules.iter().filter(|rule| holds(rule)).find_map(|rule| rule.anchor.as_deref())
    }

    /// An address of one of its clients that is no operator's.
    #[must_use]
    pub fn client(&self) -> Option<IpAddr> {
        let taken: Vec<_> = self.operators.iter().flat_map(|operator| operator.clients.iter().copied()).collect();
        self.clients.iter().find_map(|network| networks::first_outside(*network, &taken))
    }

    /// How many rules the country has, its operators' included.
    #[must_use]
    pub fn rule_count(&self) -> usize {
        self.rules.rules.len() + self.operators.iter().map(|operator| operator.rules.rules.len()).sum::<usize>()
    }

    /// The grades of evidence of the country's rules, its operators' included, from the best to the least, each once.
    #[must_use]
    pub fn evidence(&self) -> Vec<Evidence> {
        let operators = self.operators.iter().flat_map(|operator| &operator.rules.rules);
        let mut grades: Vec<_> = self.rules.rules.iter().chain(operators).map(|rule| rule.evidence).collect();
        grades.sort();
        grades.dedup();
        grades
    }
}

impl Ruleset {
    fn first(&self, query: &Query) -> Option<(&Rule, PatternRef<'_>)> {
        let first = self.matcher.first(query.name.as_str(), |rule| self.rules[rule].fails(query).is_none());
        first.map(|hit| (&self.rules[hit.rule], hit.pattern))
    }

    /// Every rule that has a pattern for the name, in order, each with its first such pattern.
    fn matching(&self, query: &Query) -> Vec<(&Rule, PatternRef<'_>)> {
        let mut matching = self.matcher.all(query.name.as_str());
        matching.dedup_by_key(|hit| hit.rule);
        matching.into_iter().map(|hit| (&self.rules[hit.rule], hit.pattern)).collect()
    }
}

impl Rule {
    /// The condition that does not hold, if there is one.
    fn fails(&self, query: &Query) -> Option<MissReason> {
        if self.since.is_some_and(|since| query.today() < since) {
            return Some(MissReason::NotYet);
        }
        if self.until.is_some_and(|until| query.today() >= until) {
            return Some(MissReason::NoLonger);
        }
        if self.hours.as_ref().is_some_and(|hours| !hours.hold(query.now)) {
            return Some(MissReason::Hours);
        }
        if !self.types.is_empty() && !self.types.contains(&query.rtype) {
            return Some(MissReason::Type);
        }
        if !self.transports.is_empty() && !self.transports.contains(&query.transport) {
            return Some(MissReason::Transport);
        }
        if !self.answer.is_for(query) {
            return Some(MissReason::Parser);
        }
        None
    }
}

impl Verdict<'_> {
    /// The verdict where the protocol decides before any rule could.
    #[must_use]
    pub fn rejected(self) -> Self {
        Self { word: Word::Refused, answer: None, rule: None, ..self }
    }
}

impl fmt::Display for MissReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NotYet => "not-yet",
            Self::NoLonger => "no-longer",
            Self::Hours => "hours",
            Self::Type => "type",
            Self::Transport => "transport",
            Self::Operator => "operator",
            Self::Parser => "parser",
            Self::Shadowed => "shadowed",
        })
    }
}
