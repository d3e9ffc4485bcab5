//! The index from names to rules: classes of patterns, the cheapest first.
//!
//! Patterns about whole labels are found by hashing each suffix of the name once; parts of names,
//! and the words that regular expressions need, by one Aho-Corasick pass; then the few expressions
//! are asked that may match. So the cost grows with the name's length, not with the number of
//! patterns; and a class that has only later patterns than the one that decides is not asked.

use super::{
    expressions::{Expressions, Numbers},
    labels::Labels,
    parts::Parts,
    patterns::{Patterns, Slot},
    suffixes::{Depths, Suffix, Suffixes},
};
use crate::{
    dns::{Form, PatternRef},
    progress::Progress,
};
use thiserror::Error;

/// The index over the patterns of one set of rules.
#[derive(Debug, Default)]
pub(super) struct Matcher {
    /// Where the patterns of each rule begin.
    rules: Vec<Slot>,
    labels: Labels,
    parts: Parts,
    expressions: Expressions,
    every: Vec<Slot>,
}

/// A pattern that matches, where it stands among the others, and the number of its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit<'p> {
    slot: Slot,
    pub(super) rule: usize,
    pub(super) pattern: PatternRef<'p>,
}

/// Patterns that pass, together, what their library can hold; each alone has been tried before.
#[derive(Debug, Error)]
#[error("there are too many patterns of one kind: {0}")]
pub(super) struct TooMany(String);

impl TooMany {
    pub(super) fn new(why: &impl ToString) -> Self {
        Self(why.to_string())
    }
}

impl Matcher {
    /// Builds the index.
    pub(super) fn new(patterns: &Patterns, progress: &Progress) -> Result<Self, TooMany> {
        let overfull = || TooMany::new(&format_args!("they have more than {} octets", u32::MAX));
        if patterns.is_overfull() {
            return Err(overfull());
        }
        let (mut labels, mut parts, mut expressions, mut every) =
            (0, Vec::new(), Vec::new(), Vec::new());
        for slot in patterns.slots() {
            match patterns.raw(slot).0 {
                Form::Suffix | Form::Exact | Form::Below => labels += 1,
                Form::Begins | Form::Ends | Form::Contains => parts.push(slot),
                Form::Regex => expressions.push(slot),
                Form::Every => every.push(slot),
            }
        }
        if Labels::is_overfull(patterns.octets(), labels) {
            return Err(overfull());
        }
        let others = parts.len() + expressions.len() + every.len();
        let mut done = progress.indexing();
        let labels = Labels::new(patterns, labels, &mut done);
        let (expressions, words) = Expressions::new(patterns, &expressions)?;
        let parts = Parts::new(patterns, &parts, &words)?;
        (0..others).for_each(|_| done.step());
        Ok(Self { rules: patterns.rules().to_vec(), labels, parts, expressions, every })
    }

    /// The first pattern that matches a name and whose rule holds.
    pub(super) fn first<'p>(
        &'p self,
        name: &str,
        suffixes: &Suffixes,
        holds: impl Fn(usize) -> bool,
    ) -> Option<Hit<'p>> {
        let mut best = self.every.iter().map(|slot| self.every(*slot)).find(|hit| holds(hit.rule));
        let before = |slot: Slot, best: &Option<Hit<'p>>| best.is_none_or(|best| slot < best.slot);
        let better = |slot, pattern, best: &mut Option<Hit<'p>>| {
            if before(slot, best) {
                *best = Some(self.hit(slot, pattern)).filter(|hit| holds(hit.rule)).or(*best);
            }
        };
        self.labels.find(name, suffixes, |slot, pattern| better(slot, pattern, &mut best));
        let mut words = Numbers::new();
        if [self.parts.first(), self.expressions.first()]
            .into_iter()
            .flatten()
            .any(|first| before(first, &best))
        {
            words = self.parts.find(name, |slot, pattern| better(slot, pattern, &mut best));
        }
        if self.expressions.first().is_some_and(|first| before(first, &best)) {
            self.expressions.find(name, words, |slot, pattern| better(slot, pattern, &mut best));
        }
        best
    }

    /// The numbers of labels for which suffixes of a name are wanted.
    pub(super) const fn depths(&self) -> Depths {
        self.labels.depths()
    }

    /// Whether a pattern may have more labels before these, at a milestone.
    pub(super) fn go_on(&self, suffix: Suffix) -> bool {
        self.labels.go_on(suffix)
    }

    /// Asks for the memory that a name with these suffixes is first sought in.
    pub(super) fn approach(&self, suffixes: &Suffixes) {
        self.labels.approach(suffixes);
    }

    /// Asks for the memory that it is sought in then.
    pub(super) fn come_near(&self, suffixes: &Suffixes) {
        self.labels.come_near(suffixes);
    }

    /// Every pattern that matches a name, in order.
    pub(super) fn all(&self, name: &str) -> Vec<Hit<'_>> {
        let mut all: Vec<_> = self.every.iter().map(|slot| self.every(*slot)).collect();
        let mut found = |slot, pattern| all.push(self.hit(slot, pattern));
        self.labels.find(
            name,
            &Suffixes::of(name, self.depths(), |suffix| self.go_on(suffix)),
            &mut found,
        );
        let words = self.parts.find(name, &mut found);
        self.expressions.find(name, words, &mut found);
        all.sort_unstable_by_key(|hit| hit.slot);
        all.dedup();
        all
    }

    /// Patterns that match every name that an expression does, as far as their texts tell: the same
    /// text, and `.`.
    pub(super) fn same_or_every(&self, pattern: PatternRef<'_>) -> Vec<Hit<'_>> {
        let same = self.expressions.same(pattern).map(|(slot, other)| self.hit(slot, other));
        let mut hits: Vec<_> =
            self.every.iter().map(|slot| self.every(*slot)).chain(same).collect();
        hits.sort_unstable_by_key(|hit| hit.slot);
        hits
    }

    fn every(&self, slot: Slot) -> Hit<'static> {
        let pattern = PatternRef { form: Form::Every, text: "" };
        Hit { slot, rule: self.rule(slot), pattern }
    }

    fn hit<'p>(&self, slot: Slot, pattern: PatternRef<'p>) -> Hit<'p> {
        Hit { slot, rule: self.rule(slot), pattern }
    }

    /// The number of the rule that a pattern is of.
    fn rule(&self, slot: Slot) -> usize {
        // A rule without patterns begins where the next one does, so the last that begins there is
        // meant.
        self.rules.partition_point(|begin| *begin <= slot) - 1
    }
}

#[cfg(test)]
mod tests {
    use super::{Hit, Matcher, Patterns, Progress, Suffixes};
    use crate::dns::{Name, Pattern};
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
        Matcher::new(&patterns, &Progress::default()).unwrap()
    }

    /// What the index must agree with, every pattern asked one by one: each rule that matches, with
    /// its first pattern that does.
    fn scan(rules: &[Vec<Pattern>], name: &Name) -> Vec<(usize, String)> {
        let first = |rule: &Vec<Pattern>| {
            rule.iter().find(|pattern| pattern.view().matches(name)).map(ToString::to_string)
        };
        rules.iter().enumerate().filter_map(|(number, rule)| Some((number, first(rule)?))).collect()
    }

    fn shown<'p>(hits: impl IntoIterator<Item = Hit<'p>>) -> Vec<(usize, String)> {
        let mut shown: Vec<_> = hits.into_iter().collect();
        shown.dedup_by_key(|hit| hit.rule);
        shown.into_iter().map(|hit| (hit.rule, hit.pattern.to_string())).collect()
    }

    /// Labels of few letters, so that patterns meet names, with escaped dots and backslashes among
    /// them.
    const LABEL: &str = r"([ab]|\\\.|\\\\){1,2}";

    fn names() -> impl Strategy<Value = Name> {
        let some = proptest::collection::vec(LABEL, 0..6).prop_map(|labels| labels.join("."));
        // A name of a flat parser may have empty labels, and a dot behind a backslash separates
        // there.
        let flat = "[ab.\\\\]{1,6}".prop_map(|octets| Name::flattened(octets.as_bytes()));
        proptest::prop_oneof![4 => some.prop_map(|text| Name::parse(&text).unwrap()), 1 => flat]
    }

    fn patterns() -> impl Strategy<Value = Pattern> {
        let text = format!(
            "(=|\\*\\.|\\*)?{LABEL}(\\.{LABEL}){{0,3}}|{LABEL}(\\.[ab])?\\*|\\*\\.?{LABEL}\\.?\\*|/\\^?[ab]\\.?[ab]{{1,3}}\\$?/|\\."
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
            prop_assert_eq!(&shown(matcher.all(name.as_str())), &expected);
            let first = expected.into_iter().find(|(rule, _)| holding[*rule]);
            let suffixes = Suffixes::of(name.as_str(), matcher.depths(), |suffix| matcher.go_on(suffix));
            prop_assert_eq!(shown(matcher.first(name.as_str(), &suffixes, |rule| holding[rule])).pop(), first);
        }
    }

    #[test]
    fn names_of_as_many_labels_as_can_be_are_found() {
        let deepest = vec!["a"; 127].join(".");
        let matcher = matcher(&[
            vec![Pattern::parse(&format!("={deepest}")).unwrap()],
            vec![Pattern::parse("*.a.a").unwrap()],
        ]);
        assert_eq!(shown(matcher.all(&deepest)).len(), 2);
        assert_eq!(shown(matcher.all(&deepest[2..])), [(1, "*.a.a".to_owned())]);
    }
}
