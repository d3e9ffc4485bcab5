//! What is known of a name: what follows from the decision and the findings.

use super::{
    country::{Country, Operator},
    decide::{Decision, Jurisdiction},
    finding::Finding,
};
use crate::model::{Query, State, VerdictKind};

impl<'p> Jurisdiction<'p> {
    /// What was found about the QNAME for these clients, and holds when the query comes in.
    pub fn findings(self, query: &Query) -> impl Iterator<Item = &'p Finding> {
        let country = self.country.into_iter();
        let findings = country.flat_map(|country: &Country| &country.findings);
        findings.filter(move |finding| {
            let own = finding.operator.as_ref().is_none_or(|slug| {
                self.operator.is_some_and(|operator: &Operator| operator.slug == *slug)
            });
            let holds = || finding.period.holds(query.arrival);
            own && holds() && finding.is_about(&query.qname)
        })
    }
}

impl Decision<'_> {
    /// What is known of the name, with this verdict.
    #[must_use]
    pub fn state(&self, query: &Query, verdict: VerdictKind) -> State {
        if let Some((rule, _)) = self.rule {
            // A rule that lets a name through says that it is free.
            let is_free = rule.answer.is_honest() || verdict == VerdictKind::Honest;
            return if is_free { State::Free } else { State::Blocked };
        }
        let findings: Vec<_> = self.jurisdiction.findings(query).collect();
        if findings.iter().any(|finding| finding.means.is_some()) {
            State::BlockedElsewhere
        } else if findings.is_empty() {
            State::Unknown
        } else {
            State::Free
        }
    }
}
