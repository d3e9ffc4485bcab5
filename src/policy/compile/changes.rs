//! Corrections of rules: one that was changed is there, and one that fell is not.

use super::{Compiling, error::CompileError};
use crate::{config::ChangeSpec, policy::change::Change};

impl Compiling<'_> {
    pub(super) fn changes(&mut self) -> Vec<Change> {
        let own = self.spec.rules.iter().map(|rule| rule.rule.value.clone());
        let operators = self.spec.operators.iter().flat_map(|operator| {
            let slug = &operator.operator.value;
            operator.rules.iter().map(move |rule| format!("{slug}/{}", rule.rule.value))
        });
        let known: Vec<_> = own.chain(operators).collect();
        let code = self.spec.country.value;
        let mut changes = Vec::new();
        for ChangeSpec { rule, day, fell, text } in &self.spec.changes {
            if known.contains(&rule.value) == *fell {
                let (rule_id, is) = (rule.value.clone(), if *fell { "is still" } else { "is not" });
                self.report.add(rule.place, CompileError::Change { rule: rule_id, is });
            }
            let (id, text) = (format!("{code}/{}", rule.value), text.clone());
            changes.push(Change { id, day: *day, fell: *fell, text });
        }
        changes
    }
}
