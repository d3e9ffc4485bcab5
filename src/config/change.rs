//! `changes` of a country file: what was corrected since its rules were first shipped. A rule keeps
//! its id, and one that falls leaves it here.

use super::{
    fields::{Fields, Reader},
    yaml_tree::Node,
};
use crate::{diagnostic::At, model::StatedTime};

/// One correction, of one rule or of several.
#[derive(Clone, Debug)]
pub struct ChangeSpec {
    /// The rules, each behind its operator and a slash if it is one's.
    pub rules: Vec<At<String>>,
    /// When it was corrected.
    pub day: StatedTime,
    /// Whether there is no such rule any more.
    pub fell: bool,
    /// What was changed, or why it fell.
    pub text: String,
}

pub(super) fn read_change(node: &Node, reader: &mut Reader<'_>) -> Option<ChangeSpec> {
    let mut fields = Fields::of(node, "a change", reader);
    let expected = "the name of a rule, behind its operator and a slash if it is one's";
    let rules = fields.need("rule", reader).map(|list| reader.items(list, "names of rules"));
    let rules = rules
        .map(|items| items.into_iter().filter_map(|rule| reader.string(rule, expected)).collect());
    let day = fields.need("day", reader).and_then(|day| reader.stated_time(day));
    let text = |key, fields: &mut Fields<'_>, reader: &mut Reader<'_>| {
        let text = fields.get(key)?;
        Some(reader.string(text, "a sentence")?.value)
    };
    let changed = text("changed", &mut fields, reader);
    let fell = text("fell", &mut fields, reader);
    fields.finish(reader);
    let is_one = changed.is_some() != fell.is_some();
    if !is_one {
        reader.expected(node, "what has changed, or why it fell: one of changed and fell");
    }
    let (rules, day, is_fallen) = (rules?, day?, fell.is_some());
    Some(ChangeSpec { rules, day, fell: is_fallen, text: changed.or(fell)? })
}
