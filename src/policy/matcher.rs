//! The index from names to rules: classes of patterns, the cheapest first.
//!
//! Patterns about whole labels are found by hashing each suffix of the name once; parts of names by one Aho-Corasick pass;
//! regular expressions by one `RegexSet` pass. So the cost grows with the name's length, not with the number of patterns; and
//! a class that has only later patterns than the one that decides is not asked.

use super::{
    labels::Labels,
    parts::Parts,
    patterns::{Patterns, Slot},
};
use crate::name::{Form, PatternRef};
use regex::{RegexSet, RegexSetBuilder};
use thiserror::Error;

/// The patterns of one set of rules, and the index over them.
#[derive(Debug, Default)]
pub(super) struct Matcher {
    patterns: Patterns,
    labels: Labels,
    parts: Parts,
    regexes: RegexSet,
    regex_slots: Vec<Slot>,
    every: Vec<Slot>,
}

/// How much memory a thread may use, at most, to remember where expressions have come to, for each of them, and for all where
/// they are few. It is taken as names need it; a search that has too little of it is a hundred times slower.
const DFA_OF_EACH: usize = 1 << 16;
const LEAST_DFA: usize = 1 << 21;

/// Patterns that pass, together, what their library can hold; each alone has been tried before.
#[derive(Debug, Error)]
#[error("there are too many patterns of one kind: {0}")]
pub(super) struct TooMany(pub(super) String);

impl Matcher {
    /// Builds the index.
    pub(super) fn new(mut patterns: Patterns) -> Result<Self, TooMany> {
        if patterns.is_overfull() {
            return Err(TooMany(format!("they have more than {} octets", u32::MAX)));
        }
        patterns.close();
        let (mut labels, mut parts, mut regex_slots, mut every) = (0, Vec::new(), Vec::new(), Vec::new());
        for slot in patterns.slots() {
            match patterns.raw(slot).0 {
                Form::Suffix | Form::Exact | Form::Below => labels += 1,
                Form::Begins | Form::Ends | Form::Contains => parts.push(slot),
                Form::Regex => regex_slots.push(slot),
                Form::Every => every.push(slot),
            }
        }
        let regexes = regex_slots.iter().map(|slot| patterns.get(*slot).text);
        let cache = regex_slots.len().saturating_mul(DFA_OF_EACH).max(LEAST_DFA);
        let regexes = RegexSetBuilder::new(regexes).case_insensitive(true).size_limit(usize::MAX).dfa_size_limit(cache).build();
        let regexes = regexes.map_err(|why| TooMany(why.to_string()))?;
        let (labels, parts) = (Labels::new(&patterns, labels), Parts::new(&patterns, &parts)?);
        Ok(Self { patterns, labels, parts, regexes, regex_slots, every })
    }

    /// The pattern at a slot, and the number of its rule.
    pub(super) fn at(&self, slot: Slot) -> (usize, PatternRef<'_>) {
        (self.patterns.rule(slot), self.patterns.get(slot))
    }

    /// The patterns of a rule, in its order.
    pub(super) fn of_rule(&self, rule: usize) -> impl Iterator<Item = PatternRef<'_>> {
        self.patterns.of_rule(rule)
    }

    /// The first pattern that matches a name and whose rule holds. Nothing is allocated, unless a regular expression matches.
    pub(super) fn first(&self, name: &str, holds: impl Fn(usize) -> bool) -> Option<Slot> {
        let holds = |slot: Slot| holds(self.patterns.rule(slot));
        let mut best = self.every.iter().copied().find(|slot| holds(*slot));
        let before = |slot: Slot, best: Option<Slot>| best.is_none_or(|best| slot < best);
        let better = |slot, best: &mut Option<Slot>| {
            if before(slot, *best) && holds(slot) {
                *best = Some(slot);
            }
        };
        self.labels.find(&self.patterns, name, |slot| better(slot, &mut best));
        if self.parts.first().is_some_and(|first| before(first, best)) {
            self.parts.find(name, |slot| better(slot, &mut best));
        }
        if self.regex_slots.first().is_some_and(|first| before(*first, best)) {
            self.find_regexes(name, |slot| better(slot, &mut best));
        }
        best
    }

    /// Every pattern that matches a name, in order.
    pub(super) fn all(&self, name: &str) -> Vec<Slot> {
        let mut all = self.every.clone();
        self.labels.find(&self.patterns, name, |slot| all.push(slot));
        self.parts.find(name, |slot| all.push(slot));
        self.find_regexes(name, |slot| all.push(slot));
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Patterns that match every name that an expression does, as far as their texts tell: the same text, and `.`.
    pub(super) fn same_or_every(&self, pattern: PatternRef<'_>) -> Vec<Slot> {
        let same = self.regex_slots.iter().copied().filter(|slot| self.patterns.get(*slot) == pattern);
        let mut slots: Vec<_> = self.every.iter().copied().chain(same).collect();
        slots.sort_unstable();
        slots
    }

    fn find_regexes(&self, name: &str, found: impl FnMut(Slot)) {
        // Most names match none, and to be told which ones costs more than to be told whether any.
        if !self.regex_slots.is_empty() && self.regexes.is_match(name) {
            self.regexes.matches(name).into_iter().map(|index| self.regex_slots[index]).for_each(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Matcher, Patterns, Slot};
    use crate::name::{Name, Pattern};
    use proptest::{
        prelude::{Strategy, prop_assert_eq, proptest},
        string::string_regex,
    };

    fn matcher(rules: &[Vec<Pattern>]) -> Matcher {
        let mut patterns = Patterns::default();
        for rule in rules {
            patterns.begin_rule();
            rule.iter().for_each(|pattern| patterns.push(pattern.view()));
        }
        Matcher::new(patterns).unwrap()
    }

    /// What the index must agree with, every pattern asked one by one: each rule that matches, with its first pattern that does.
    fn scan(rules: &[Vec<Pattern>], name: &Name) -> Vec<(usize, String)> {
        let first = |rule: &Vec<Pattern>| rule.iter().find(|pattern| pattern.view().matches(name)).map(ToString::to_string);
        rules.iter().enumerate().filter_map(|(number, rule)| Some((number, first(rule)?))).collect()
    }

    fn shown(matcher: &Matcher, slots: impl IntoIterator<Item = Slot>) -> Vec<(usize, String)> {
        let mut shown: Vec<_> = slots.into_iter().map(|slot| matcher.at(slot)).collect();
        shown.dedup_by_key(|(rule, _)| *rule);
        shown.into_iter().map(|(rule, pattern)| (rule, pattern.to_string())).collect()
    }

    /// Labels of few letters, so that patterns meet names, with escaped dots and backslashes among them.
    const LABEL: &str = r"([ab]|\\\.|\\\\){1,2}";

    fn names() -> impl Strategy<Value = Name> {
        let some = proptest::collection::vec(LABEL, 0..6).prop_map(|labels| labels.join("."));
        // A name of a flat parser may have empty labels, and a dot behind a backslash separates there.
        let flat = "[ab.\\\\]{1,6}".prop_map(|octets| Name::flattened(octets.as_bytes()));
        proptest::prop_oneof![4 => some.prop_map(|text| Name::parse(&text).unwrap()), 1 => flat]
    }

    fn patterns() -> impl Strategy<Value = Pattern> {
        let text = format!(
            "(=|\\*\\.|\\*)?{LABEL}(\\.{LABEL}){{0,3}}|{LABEL}(\\.[ab])?\\*|\\*\\.?{LABEL}\\.?\\*|/\\^?[ab]\\.?[ab]\\$?/|\\."
        );
        string_regex(&text).unwrap().prop_filter_map("a pattern", |text| Pattern::parse(&text).ok())
    }

    proptest! {
        #[test]
        fn the_index_agrees_with_a_scan_of_all_patterns(
            rules in proptest::collection::vec(proptest::collection::vec(patterns(), 0..6), 1..6),
            holding in proptest::collection::vec(proptest::bool::ANY, 6),
            name in names(),
        ) {
            let matcher = matcher(&rules);
            let expected = scan(&rules, &name);
            prop_assert_eq!(&shown(&matcher, matcher.all(name.as_str())), &expected);
            let first = expected.into_iter().find(|(rule, _)| holding[*rule]);
            prop_assert_eq!(shown(&matcher, matcher.first(name.as_str(), |rule| holding[rule])).pop(), first);
        }
    }

    #[test]
    fn names_of_as_many_labels_as_can_be_are_found() {
        let deepest = vec!["a"; 127].join(".");
        let matcher = matcher(&[vec![Pattern::parse(&format!("={deepest}")).unwrap()], vec![Pattern::parse("*.a.a").unwrap()]]);
        assert_eq!(shown(&matcher, matcher.all(&deepest)).len(), 2);
        assert_eq!(shown(&matcher, matcher.all(&deepest[2..])), [(1, "*.a.a".to_owned())]);
    }
}
