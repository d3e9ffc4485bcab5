//! Rules in their order, with the index that finds them by name.

use super::{
    index::{PatternIndex, PendingSearches},
    rule::{MissReason, Rule},
};
use crate::{
    dns::{Name, ParserSet, PatternRef},
    model::Query,
};
use std::collections::HashMap;

/// Rules in their order, with the index that finds them by name.
#[derive(Debug, Default)]
pub(super) struct Ruleset {
    pub(super) rules: Vec<Rule>,
    index: PatternIndex,
    /// The parsers of all who send an answer of these rules, and of resolvers.
    parsers: ParserSet,
    /// The names that forged aliases lead to, or that stand above those, each with its rules.
    alias_targets: HashMap<Name, Vec<usize>>,
}

/// The parsers of all who send an answer of these rules, and of resolvers.
pub(super) fn parsers_of(rules: &[Rule]) -> ParserSet {
    // An honest answer needs no parser: it does not mean that an injector reads queries.
    let parsers = rules.iter().map(|rule| rule.answer.parsers());
    let parsers = parsers.filter(|parsers| *parsers != ParserSet::ALL);
    parsers.fold(ParserSet::DNS, ParserSet::union)
}

impl Ruleset {
    /// Rules, and the index over their patterns.
    pub(super) fn new(rules: Vec<Rule>, index: PatternIndex) -> Self {
        let parsers = parsers_of(&rules);
        let mut alias_targets: HashMap<_, Vec<_>> = HashMap::new();
        for (number, rule) in rules.iter().enumerate() {
            for alias in rule.answer.aliases() {
                alias_targets.entry(alias.anchor().clone()).or_default().push(number);
            }
        }
        Self { rules, index, parsers, alias_targets }
    }

    /// The first rule with a forged alias that leads to the QNAME, and with that name's addresses.
    pub(super) fn alias_target(&self, query: &Query) -> Option<&Rule> {
        if self.alias_targets.is_empty() {
            return None;
        }
        let above = query.qname.suffixes().chain([""]);
        let rules = above.filter_map(|name| self.alias_targets.get(name)).flatten();
        let mut rules = rules.map(|number| &self.rules[*number]);
        let day = query.day();
        rules.find(|rule| {
            rule.failing_at(query.arrival).is_none() && rule.answer.leads_to(&query.qname, day)
        })
    }

    /// Every rule, in order, with its patterns.
    pub(super) fn with_patterns(
        &self,
    ) -> impl Iterator<Item = (&Rule, impl Iterator<Item = PatternRef<'_>>)> {
        let patterns = |number| self.index.arena().of_rule(number);
        self.rules.iter().enumerate().map(move |(number, rule)| (rule, patterns(number)))
    }

    pub(super) const fn parsers(&self) -> ParserSet {
        self.parsers
    }

    /// Adds the searches for a name to those that are prefetched together.
    pub(super) fn prefetch<'p>(&'p self, name: &Name, pending: &mut PendingSearches<'p>) {
        self.index.prefetch(name.as_str(), pending);
    }

    /// The first rule that has a pattern for the QNAME and holds, with that pattern.
    pub(super) fn first(&self, query: &Query) -> Option<(&Rule, PatternRef<'_>)> {
        let holds = |rule: usize| self.rules[rule].failing_condition(query).is_none();
        let first = self.index.first(query.qname.as_str(), holds)?;
        Some((&self.rules[first.rule], first.pattern))
    }

    /// Every rule that has a pattern for a name, in order, each with its first such pattern.
    pub(super) fn matching(&self, name: &Name) -> Vec<(&Rule, PatternRef<'_>)> {
        let mut matching = self.index.all(name.as_str());
        matching.dedup_by_key(|hit| hit.rule);
        matching.into_iter().map(|hit| (&self.rules[hit.rule], hit.pattern)).collect()
    }

    /// Every rule with a pattern for the QNAME, and the condition that does not hold.
    pub(super) fn judged(
        &self,
        query: &Query,
    ) -> impl Iterator<Item = (&Rule, PatternRef<'_>, Option<MissReason>)> {
        let matching = self.matching(&query.qname).into_iter();
        matching.map(|(rule, pattern)| (rule, pattern, rule.failing_condition(query)))
    }
}
