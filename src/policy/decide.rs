//! The decision: who governs, which rule is the first that holds, and which ones came near.

use super::{Answer, Country, Kind, Operator, Rule, Ruleset, Suffixes, suffixes::Depths};
use crate::{
    config::Word,
    name::{Name, PatternRef},
    query::{Query, Readers},
};
use jiff::civil::Date;
use std::fmt;

/// Who governs a client: nobody, a country, or one of its operators before it.
#[derive(Clone, Copy, Debug)]
pub struct Governors<'p> {
    pub(super) country: Option<&'p Country>,
    pub(super) operator: Option<&'p Operator>,
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

impl<'p> Governors<'p> {
    /// The verdict on a query of one of their clients, whose name has these suffixes.
    #[must_use]
    pub fn decide(self, query: &Query, suffixes: &Suffixes) -> Verdict<'p> {
        let Self { country, operator } = self;
        let Some((rule, pattern)) = self.rulesets().find_map(|rules| rules.first(query, suffixes))
        else {
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

    /// What of a name their decision needs.
    #[must_use]
    pub fn suffixes(self, name: &Name) -> Suffixes {
        let depths = self
            .rulesets()
            .fold(Depths::default(), |depths, rules| depths | rules.matcher.depths());
        Suffixes::of(name.as_str(), depths, |suffix| {
            self.rulesets().any(|rules| rules.matcher.go_on(suffix))
        })
    }

    /// Asks for the memory that a decision about a name with these suffixes reads first. Memory is
    /// what a decision waits for, so whoever has several names asks for all of it before the first
    /// is decided. The decision is the same without it.
    pub fn approach(self, suffixes: &Suffixes) {
        self.rulesets().for_each(|rules| rules.matcher.approach(suffixes));
    }

    /// Asks for what it reads then, when [`Governors::approach`] has been done for all names.
    pub fn come_near(self, suffixes: &Suffixes) {
        self.rulesets().for_each(|rules| rules.matcher.come_near(suffixes));
    }

    /// A name that one of their rules is about on this day, to try.
    #[must_use]
    pub fn blocked_on(self, today: Date) -> Option<&'p str> {
        let holds = |rule: &&Rule| {
            rule.fails_on(today).is_none()
                && rule.hours.is_none()
                && !matches!(rule.answer.kind, Kind::Honest)
        };
        self.rulesets()
            .flat_map(|rules| &rules.rules)
            .filter(holds)
            .find_map(|rule| rule.anchor.as_deref())
    }

    fn rulesets(self) -> impl Iterator<Item = &'p Ruleset> {
        let own = self.operator.map(|operator| &operator.rules);
        own.into_iter().chain(self.country.map(|country| &country.rules))
    }

    pub(super) fn misses(self, query: &Query) -> Vec<Miss<'p>> {
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
        let others = country
            .operators
            .iter()
            .filter(|other| operator.is_none_or(|own| own.slug != other.slug));
        for other in others {
            let matching = other.rules.matching(query).into_iter();
            let why = MissReason::Operator;
            misses.extend(matching.map(|(rule, pattern)| Miss {
                rule,
                pattern,
                operator: Some(other),
                why,
            }));
        }
        misses
    }
}

impl Ruleset {
    fn first(&self, query: &Query, suffixes: &Suffixes) -> Option<(&Rule, PatternRef<'_>)> {
        let first = self
            .matcher
            .first(query.name.as_str(), suffixes, |rule| self.rules[rule].fails(query).is_none());
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
        if let Some(why) = self.fails_on(query.today()) {
            return Some(why);
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

    /// Whether it has not begun on a day, or has ended.
    fn fails_on(&self, today: Date) -> Option<MissReason> {
        if self.since.is_some_and(|since| today < since) {
            return Some(MissReason::NotYet);
        }
        self.until.is_some_and(|until| today >= until).then_some(MissReason::NoLonger)
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
