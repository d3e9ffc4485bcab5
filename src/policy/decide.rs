//! The decision: which rule is the first that holds, and which ones came near.

use super::{
    country::{Country, Operator},
    index::{PendingSearches, prefetch_rest},
    rule::{MissReason, Rule},
    ruleset::Ruleset,
};
use crate::{
    answer::{ChainedAlias, Plan, Planner, Sampler},
    dns::{Name, ParserSet, PatternRef, QueryView},
    model::Query,
};
use jiff::civil::DateTime;
use std::time::Duration;

/// Who governs a client: nobody, a country, or one of its operators before it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Jurisdiction<'p> {
    /// The country; nobody for a client of no network.
    pub country: Option<&'p Country>,
    /// The client's ISP, if that is one with rules of its own.
    pub operator: Option<&'p Operator>,
}

/// What was decided.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'p> {
    /// Who governs the client.
    pub jurisdiction: Jurisdiction<'p>,
    /// The rule and the pattern that decided; without one the answer is honest.
    pub rule: Option<(&'p Rule, PatternRef<'p>)>,
    /// Without one: the rule whose forged alias leads to the QNAME, and which has its addresses.
    pub alias_of: Option<&'p Rule>,
}

/// A rule whose pattern matched but which did not decide.
#[derive(Clone, Debug)]
pub struct NearMiss<'p> {
    /// The rule.
    pub rule: &'p Rule,
    /// Its pattern.
    pub pattern: PatternRef<'p>,
    /// The operator whose rule it is.
    pub operator: Option<&'p Operator>,
    /// Why it did not decide.
    pub why: MissReason,
}

/// Asks for the memory that the decisions about several names will read. Under a list of millions
/// that is what a decision waits for, and for many names it takes hardly longer than for one. The
/// decisions are the same without.
pub fn prefetch<'n>(names: impl Iterator<Item = (Jurisdiction<'n>, &'n Name)>) {
    let mut pending = PendingSearches::new();
    for (jurisdiction, name) in names {
        jurisdiction.rulesets().for_each(|rules| rules.prefetch(name, &mut pending));
    }
    prefetch_rest(&pending);
}

impl<'p> Jurisdiction<'p> {
    /// The decision about a query of a client.
    #[must_use]
    pub fn decide(self, query: &Query) -> Decision<'p> {
        let rule = self.rulesets().find_map(|rules| rules.first(query));
        // A rule about every name would lead its own page to itself.
        let rule = rule.filter(|(rule, _)| !rule.answer.leads_to(&query.qname, query.day()));
        let alias_of = match rule {
            Some(_) => None,
            None => self.rulesets().find_map(|rules| rules.alias_target(query)),
        };
        Decision { jurisdiction: self, rule, alias_of }
    }

    /// Whether who blocks asks the rules about every name that aliases lead to, as a resolver with
    /// RPZ does, and not about the question alone.
    #[must_use]
    pub fn follows_aliases(self) -> bool {
        let own = self.operator.and_then(|operator| operator.follows_aliases);
        own.unwrap_or_else(|| self.country.is_some_and(|country| country.follows_aliases))
    }

    /// The first rule on the way to the decision about a query that depends on when it is asked.
    #[must_use]
    pub fn dated_rule(self, query: &Query) -> Option<&'p Rule> {
        let matching = self.rulesets().flat_map(|rules| rules.matching(&query.qname));
        let mut holding = matching.map(|(rule, _)| rule);
        // The first that always holds decides, so that those below it have no say.
        let decides = |rule: &&Rule| rule.failing_whenever(query).is_none();
        holding.find(decides).filter(|rule| rule.depends_on_time())
    }

    /// The parsers of all who read clients' queries, because a rule has an answer of theirs.
    #[must_use]
    pub fn parsers(self) -> ParserSet {
        self.rulesets().fold(ParserSet::DNS, |parsers, rules| parsers.union(rules.parsers()))
    }

    /// Names that a rule may block at a moment, each the first of its rule. Another rule may come
    /// before it.
    pub fn perhaps_blocked(self, moment: DateTime) -> impl Iterator<Item = &'p str> {
        let blocks = move |rule: &&Rule| {
            rule.failing_at(moment).is_none() && rule.hours.is_none() && !rule.answer.is_honest()
        };
        let rules = self.rulesets().flat_map(|rules| &rules.rules).filter(blocks);
        rules.filter_map(|rule| rule.anchor.as_deref())
    }

    /// Every rule of the client's country whose pattern matches but which did not decide, in order:
    /// the operator's, the country's, other operators'.
    #[must_use]
    pub fn near_misses(self, query: &Query) -> Vec<NearMiss<'p>> {
        let Self { country: Some(country), operator } = self else { return Vec::new() };
        let (mut misses, mut decided) = (Vec::new(), false);
        let own = operator.map(|operator| (Some(operator), &operator.ruleset));
        for (operator, rules) in own.into_iter().chain([(None, &country.ruleset)]) {
            for (rule, pattern, failing) in rules.judged(query) {
                match failing.or(decided.then_some(MissReason::Shadowed)) {
                    Some(why) => misses.push(NearMiss { rule, pattern, operator, why }),
                    None => decided = true,
                }
            }
        }
        let is_other = |other: &&Operator| operator.is_none_or(|own| own.slug != other.slug);
        for other in country.operators.iter().filter(is_other) {
            let matching = other.ruleset.matching(&query.qname).into_iter();
            misses.extend(matching.map(|(rule, pattern)| {
                let (operator, why) = (Some(other), MissReason::Operator);
                NearMiss { rule, pattern, operator, why }
            }));
        }
        misses
    }

    pub(super) fn rulesets(self) -> impl Iterator<Item = &'p Ruleset> {
        let own = self.operator.map(|operator| &operator.ruleset);
        own.into_iter().chain(self.country.map(|country| &country.ruleset))
    }
}

impl Decision<'_> {
    /// Adds to a plan what is sent to a query that came in this message, or that aliases have led
    /// to from the message's question.
    pub fn plan(
        &self,
        query: &Query,
        message: QueryView<'_>,
        chain: &[ChainedAlias],
        sampler: Sampler<'_>,
        plan: &mut Plan,
    ) {
        let blocked = self.rule.and_then(|(_, pattern)| pattern.anchor());
        let planner = Planner::new(query, message, blocked, sampler, plan);
        let mut planner = planner.at_the_end_of(chain);
        match (self.rule, self.alias_of) {
            (Some((rule, _)), _) => rule.answer.plan(Duration::ZERO, &mut planner),
            (None, Some(rule)) if rule.answer.plan_alias_target(&mut planner) => {}
            (None, _) => planner.honest(Duration::ZERO),
        }
    }
}
