//! Rules that can never match, because a rule above them always decides first.
//!
//! A pattern's reach is asked of the index by a *probe*: a name that stands for all names that the
//! pattern matches, because the places where those names differ are filled with a letter that
//! stands in no pattern.

use crate::{
    dns::{Form, Name, ParserSet, PatternRef, Transport},
    model::Period,
    policy::{index::PatternIndex, rule::Rule},
};
use std::{borrow::Cow, cell::Cell};

/// Looks for the rules that decide before others of a set.
pub(super) struct Shadows<'r> {
    rules: &'r [Rule],
    index: &'r PatternIndex,
    /// The parsers of all who read the queries that these rules are asked about.
    readers: ParserSet,
    /// For each rule the types that it holds for, sorted, each once; all when empty.
    types: Vec<Vec<u16>>,
    /// What was found of each rule above the one that is looked at: the same two meet again for
    /// every name of a list. Beside it which one that was.
    judged: Vec<Option<(usize, bool)>>,
}

impl<'r> Shadows<'r> {
    pub(super) fn new(rules: &'r [Rule], index: &'r PatternIndex, readers: ParserSet) -> Self {
        let types = rules.iter().map(|rule| {
            let mut types: Vec<u16> = rule.types.iter().map(|rtype| rtype.0.into()).collect();
            types.sort_unstable();
            types.dedup();
            types
        });
        Self { rules, index, readers, types: types.collect(), judged: vec![None; rules.len()] }
    }

    /// The rules above that decide whenever this one could, in their order, if there is one for
    /// each of its patterns; else none.
    pub(super) fn above(&mut self, idle: usize) -> Vec<usize> {
        let mut above = Vec::new();
        // The first has none above it, and may have millions of patterns.
        let patterns = (idle > 0).then(|| self.index.arena().of_rule(idle));
        for pattern in patterns.into_iter().flatten() {
            let Some(first) = self.first_above(pattern, idle) else { return Vec::new() };
            // A list of millions may repeat one rule.
            if above.last() != Some(&first) {
                above.push(first);
            }
        }
        above.sort_unstable();
        above.dedup();
        above
    }

    /// The first rule above that has a pattern which matches every name that this pattern matches,
    /// and holds whenever the idle one does.
    fn first_above(&mut self, pattern: PatternRef<'_>, idle: usize) -> Option<usize> {
        let (index, first) = (self.index, Cell::new(idle));
        let mut try_rule = |rule: usize, matches: &dyn Fn() -> bool| {
            if rule < first.get() && self.always_with(rule, idle) && matches() {
                first.set(rule);
            }
        };
        index.about_every_name().for_each(|rule| try_rule(rule, &|| true));
        match (pattern.form, probe(pattern)) {
            (Form::Regex, _) => {
                index.same_expressions(pattern.text).for_each(|rule| try_rule(rule, &|| true));
            }
            (form, Some(probe)) => index.each_above(&first, &probe, |wide, rule, matches| {
                if reaches_as_far(wide, form) {
                    try_rule(rule, matches);
                }
            }),
            (_, None) => {}
        }
        Some(first.get()).filter(|first| *first < idle)
    }

    /// Whether one rule holds whenever the idle one does.
    fn always_with(&mut self, above: usize, idle: usize) -> bool {
        if let Some((of, judged)) = self.judged[above]
            && of == idle
        {
            return judged;
        }
        let judged = self.conditions_hold(above, idle);
        self.judged[above] = Some((idle, judged));
        judged
    }

    /// Whether `above` holds on every day, for every type, over every transport and for every
    /// reader for which the idle rule does. An honest answer is for all parsers that there are, but
    /// no rule is asked about a query for one that nobody here has.
    fn conditions_hold(&self, above: usize, idle: usize) -> bool {
        let (types, idle_types) = (&self.types[above], &self.types[idle]);
        let (above, rule) = (&self.rules[above], &self.rules[idle]);
        let within_one = |period: &Period| above.periods.iter().any(|above| above.contains(period));
        let always = rule.periods.iter().all(within_one);
        let types = types.is_empty() || !idle_types.is_empty() && includes(types, idle_types);
        let has = |transport| above.transports.contains(transport);
        let all_transports = Transport::ALL.iter().all(has);
        let transports = above.transports.is_empty()
            || all_transports
            || !rule.transports.is_empty() && rule.transports.iter().all(has);
        always
            && above.hours.is_none()
            && types
            && transports
            && above.answer.parsers().contains(rule.answer.parsers().intersection(self.readers))
    }
}

/// Whether the one has all of the other; both are sorted, and have nothing twice.
fn includes(one: &[u16], other: &[u16]) -> bool {
    let mut rest = one.iter();
    other.iter().all(|wanted| rest.any(|it| it == wanted))
}

/// A character that may stand in a name but in no pattern (`PatternError::NotAHost`).
const FILL: &str = ",";

fn probe(pattern: PatternRef<'_>) -> Option<Cow<'_, str>> {
    let text = pattern.text;
    let filled = match pattern.form {
        // The text is a folded name by itself, and there may be millions of them.
        Form::Exact | Form::Suffix => return Some(Cow::Borrowed(text)),
        Form::Below => format!("{FILL}.{text}"),
        Form::Ends => format!("{FILL}{text}"),
        Form::Begins => format!("{text}{FILL}"),
        Form::Contains => format!("{FILL}{text}{FILL}"),
        Form::Regex | Form::Every => return None,
    };
    Name::parse(&filled).ok().map(|name| Cow::Owned(name.as_str().to_owned()))
}

/// Whether a pattern that matches the probe of a `narrow` one matches all else that the narrow one
/// does. An expression that matches one name need not match the next, so no expression counts; and
/// what is anchored must not be where `narrow` is open.
const fn reaches_as_far(wide: Form, narrow: Form) -> bool {
    match (wide, narrow) {
        (Form::Every | Form::Contains, _) => true,
        (_, Form::Exact) => true,
        (Form::Regex | Form::Exact, _) => false,
        (Form::Begins, _) => matches!(narrow, Form::Begins),
        (Form::Suffix | Form::Below | Form::Ends, _) => {
            matches!(narrow, Form::Suffix | Form::Below | Form::Ends)
        }
    }
}
