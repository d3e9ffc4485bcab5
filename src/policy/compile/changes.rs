//! Corrections of rules: one that was changed is there, and one that fell is not.

use super::{Compiling, error::CompileError};
use crate::{config::ChangeSpec, diagnostic::At, policy::change::Change};
use std::collections::HashSet;

impl Compiling<'_> {
    pub(super) fn changes(&mut self) -> Vec<Change> {
        let own = self.spec.rules.iter().map(|rule| rule.rule.value.clone());
        let operators = self.spec.operators.iter().flat_map(|operator| {
            let slug = &operator.operator.value;
            operator.rules.iter().map(move |rule| format!("{slug}/{}", rule.rule.value))
        });
        let known: HashSet<_> = own.chain(operators).collect();
        let code = self.spec.country.value;
        let mut changes = Vec::new();
        for ChangeSpec { rules, day, fell, text } in &self.spec.changes {
            for At { place, value } in rules {
                if known.contains(value) == *fell {
                    let is = if *fell { "is still" } else { "is not" };
                    self.report.add(*place, CompileError::Change { rule: value.clone(), is });
                }
                let (id, text) = (format!("{code}/{value}"), text.clone());
                changes.push(Change { id, day: *day, fell: *fell, text });
            }
        }
        changes
    }
}
