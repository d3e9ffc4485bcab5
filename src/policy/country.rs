//! Countries and their operators, compiled.

use super::{
    change::Change, client_networks::first_outside, finding::Finding, rule::Rule, ruleset::Ruleset,
};
use crate::{
    dns::PatternRef,
    model::{CountryCode, Evidence},
};
use ipnet::IpNet;
use std::net::IpAddr;

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
    /// Their numbers, sorted by their names in lower case.
    by_slug: Vec<usize>,
    /// An address of one of its clients that is no operator's.
    client: Option<IpAddr>,
    /// Whether its resolvers ask their rules about every name that aliases lead to.
    pub(super) follows_aliases: bool,
    /// What is known of names beside the rules.
    pub findings: Vec<Finding>,
    /// What was corrected since its rules were first shipped.
    pub changes: Vec<Change>,
    pub(super) ruleset: Ruleset,
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
    /// As its country's, where it differs.
    pub(super) follows_aliases: Option<bool>,
    pub(super) ruleset: Ruleset,
}

impl Operator {
    /// An address of one of its clients.
    #[must_use]
    pub fn client(&self) -> Option<IpAddr> {
        self.clients.iter().find_map(|network| network.hosts().next())
    }

    /// Its rules, each with its patterns.
    pub fn own_rules(&self) -> impl Iterator<Item = (&Rule, impl Iterator<Item = PatternRef<'_>>)> {
        self.ruleset.with_patterns()
    }
}

impl Country {
    /// A country with all that its file says.
    pub(super) fn new(
        (code, name, about): (CountryCode, String, String),
        clients: Vec<IpNet>,
        operators: Vec<Operator>,
        (follows_aliases, ruleset): (bool, Ruleset),
    ) -> Self {
        let taken = operators.iter().flat_map(|operator| operator.clients.clone()).collect();
        let client = first_outside(&clients, &taken);
        let mut by_slug: Vec<_> = (0..operators.len()).collect();
        by_slug.sort_by_cached_key(|index| operators[*index].slug.to_ascii_lowercase());
        let (findings, changes) = (Vec::new(), Vec::new());
        Self {
            code,
            name,
            about,
            clients,
            operators,
            by_slug,
            client,
            follows_aliases,
            findings,
            changes,
            ruleset,
        }
    }

    /// The same with what is known beside its rules.
    pub(super) fn with(self, findings: Vec<Finding>, changes: Vec<Change>) -> Self {
        Self { findings, changes, ..self }
    }

    /// An address of one of its clients that is no operator's.
    #[must_use]
    pub const fn client(&self) -> Option<IpAddr> {
        self.client
    }

    /// The rules of the country alone, each with its patterns.
    pub fn own_rules(&self) -> impl Iterator<Item = (&Rule, impl Iterator<Item = PatternRef<'_>>)> {
        self.ruleset.with_patterns()
    }

    /// Its rules, then those of its operators, each with its patterns.
    pub fn rules_with_patterns(
        &self,
    ) -> impl Iterator<Item = (&Rule, impl Iterator<Item = PatternRef<'_>>)> {
        let operators = self.operators.iter().flat_map(|operator| operator.ruleset.with_patterns());
        self.ruleset.with_patterns().chain(operators)
    }

    /// Its rules, then those of its operators.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        let operators = self.operators.iter().flat_map(|operator| &operator.ruleset.rules);
        self.ruleset.rules.iter().chain(operators)
    }

    /// The grades of evidence of its rules, from the best to the least, each once.
    #[must_use]
    pub fn evidence(&self) -> Vec<Evidence> {
        let mut grades: Vec<_> = self.rules().map(|rule| rule.evidence).collect();
        grades.sort();
        grades.dedup();
        grades
    }

    /// The number of an operator, whose name may be in any case.
    pub(super) fn operator(&self, slug: &str) -> Option<usize> {
        let folded = |octet: u8| octet.to_ascii_lowercase();
        let wanted = || slug.bytes().map(folded);
        let before = |index: &usize| self.operators[*index].slug.bytes().map(folded).lt(wanted());
        let at = self.by_slug.partition_point(before);
        let found = self.by_slug.get(at).copied();
        found.filter(|index| self.operators[*index].slug.eq_ignore_ascii_case(slug))
    }
}
