//! When something changes in what is known of a name.

use super::{country::Country, decide::Jurisdiction, finding::Finding, rule::Rule};
use crate::{dns::Name, model::Hours};
use jiff::civil::DateTime;
use std::collections::BTreeSet;

/// When the state of a name may change: between two of these moments it stays what it is, but for
/// hours of the day.
#[derive(Debug, Default)]
pub struct Turns<'p> {
    /// When rules or findings begin or end, or answers take turns.
    pub moments: BTreeSet<DateTime>,
    /// The hours of the day of such rules.
    pub hours: Vec<&'p Hours>,
}

impl<'p> Jurisdiction<'p> {
    /// When the state of a name may change for these clients; nothing where neither a rule nor a
    /// finding has a say in it.
    #[must_use]
    pub fn turns(self, name: &Name) -> Option<Turns<'p>> {
        let rules: Vec<&Rule> = if self.follows_aliases() {
            // The aliases of the honest answer may lead to names of any rule.
            self.rulesets().flat_map(|rules| &rules.rules).collect()
        } else {
            let matching = self.rulesets().flat_map(|rules| rules.matching(name));
            matching.map(|(rule, _)| rule).collect()
        };
        let country = self.country.into_iter();
        let findings = country.flat_map(|country: &Country| &country.findings);
        let findings: Vec<&Finding> = findings.filter(|finding| finding.is_about(name)).collect();
        if rules.is_empty() && findings.is_empty() {
            return None;
        }
        let limits = findings.iter().flat_map(|finding| finding.period.limits());
        let moments = rules.iter().flat_map(|rule| rule.turns()).chain(limits).collect();
        let hours = rules.iter().filter_map(|rule| rule.hours.as_ref()).collect();
        Some(Turns { moments, hours })
    }
}
