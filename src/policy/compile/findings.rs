//! What is known of names beside the rules.

use super::{Compiling, periods::check_period};
use crate::{
    config::FindingSpec,
    diagnostic::{Lacking, UnknownWord},
    policy::finding::Finding,
};

impl Compiling<'_> {
    pub(super) fn finding(&mut self, spec: &FindingSpec) -> Finding {
        let FindingSpec { names, means, operator, period, evidence, sources } = spec;
        for (is_lacking, lacks) in
            [(names.value.is_empty(), "names"), (sources.is_empty(), "sources")]
        {
            if is_lacking {
                self.report.add(names.place, Lacking::new("finding", "of this line", lacks));
            }
        }
        if let Some(named) = operator
            && !self.spec.operators.iter().any(|known| known.operator.value == named.value)
        {
            let known = self.spec.operators.iter().map(|known| known.operator.value.clone());
            let (found, expected) = (named.value.clone(), known.collect());
            self.report.add(named.place, UnknownWord { found, what: "operator", expected });
        }
        check_period("this finding", names.place, period, self.report);
        Finding {
            patterns: names.value.iter().map(|at| at.value.clone()).collect(),
            means: *means,
            operator: operator.as_ref().map(|at| at.value.clone()),
            period: period.clone(),
            evidence: *evidence,
            sources: sources.iter().filter_map(|citation| self.citation(citation)).collect(),
        }
    }
}
