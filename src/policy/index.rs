//! The index from names to rules: classes of patterns, the cheapest first.
//!
//! Patterns about whole labels are found by hashing each suffix of the name once; parts of names,
//! and the literals that regular expressions require, by one Aho-Corasick pass; then the few
//! expressions are asked that may match. So the cost grows with the name's length, not with the
//! number of patterns; and a class that has only later patterns than the one that decides is not
//! asked.

pub(super) mod arena;
mod expressions;
mod substrings;
mod suffixes;

use crate::{
    dns::{Form, PatternRef},
    progress::Progress,
};
use arena::{MOST_SAME, PatternArena, PatternId, TooManyPatterns};
use expressions::{Expressions, Numbers};
use smallvec::SmallVec;
use std::{
    cell::Cell,
    collections::{HashMap, hash_map::Entry},
};
use substrings::{MOST_LETTERS, Substrings};
use suffixes::{Pending, SuffixTable};

/// The index over the patterns of one set of rules, and the patterns themselves.
#[derive(Debug, Default)]
pub(super) struct PatternIndex {
    arena: PatternArena,
    suffixes: SuffixTable,
    substrings: Substrings,
    expressions: Expressions,
    /// The patterns that match every name.
    every: Vec<PatternId>,
}

/// A pattern that matches, its place among the others, and the number of its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit<'p> {
    id: PatternId,
    pub(super) rule: usize,
    pub(super) pattern: PatternRef<'p>,
}

/// Searches of several names that are prefetched together. Those for which there is no room are
/// left out: they are found all the same, only later.
pub(super) type PendingSearches<'p> = SmallVec<[(&'p PatternIndex, Pending); 64]>;

/// Asks for the memory that the searches read then; what they read first should have come by now.
pub(super) fn prefetch_rest(searches: &PendingSearches<'_>) {
    let texts = |(index, pending): &(&PatternIndex, _)| {
        index.suffixes.prefetch_texts(&index.arena, *pending);
    };
    searches.iter().for_each(texts);
}

impl PatternIndex {
    /// Builds the index; each pattern that stands in it is counted.
    pub(super) fn new(arena: PatternArena, progress: &Progress) -> Result<Self, TooManyPatterns> {
        arena.check_size()?;
        let (mut substrings, mut expressions, mut every) = (Vec::new(), Vec::new(), Vec::new());
        let (mut seen, mut letters) = (SeenPatterns::default(), 0);
        for id in arena.ids() {
            let (form, text) = arena.raw(id);
            let kind = match form {
                // Those find what is there twice when they are put into their table.
                Form::Suffix | Form::Exact | Form::Below => continue,
                Form::Begins | Form::Ends | Form::Contains => &mut substrings,
                Form::Regex => &mut expressions,
                Form::Every => &mut every,
            };
            if seen.is_new(form, text, arena.rule_of(id))? {
                kind.push(id);
                letters += if form == Form::Regex { 0 } else { text.len() };
            }
            if letters > MOST_LETTERS {
                let why = format!("parts of names have at most {MOST_LETTERS} letters together");
                return Err(TooManyPatterns::Kind(why));
            }
        }
        drop(seen);
        let others = substrings.len() + expressions.len() + every.len();
        let mut done = progress.indexing();
        let suffixes = SuffixTable::new(&arena, &mut done)?;
        let (expressions, literals) = Expressions::new(&arena, &expressions)?;
        let substrings = Substrings::new(&arena, &substrings, &literals)?;
        (0..others).for_each(|_| done.step());
        Ok(Self { arena, suffixes, substrings, expressions, every })
    }

    /// The patterns that it is about.
    pub(super) const fn arena(&self) -> &PatternArena {
        &self.arena
    }

    /// The first pattern that matches a name and whose rule holds.
    pub(super) fn first(&self, name: &str, holds: impl Fn(usize) -> bool) -> Option<Hit<'_>> {
        let holds = |id: PatternId| holds(self.arena.rule_of(id));
        let mut best = self.every.iter().copied().find(|id| holds(*id));
        let is_before = |id: PatternId, best: Option<PatternId>| best.is_none_or(|best| id < best);
        let improve = |id, best: &mut Option<PatternId>| {
            if is_before(id, *best) && holds(id) {
                *best = Some(id);
            }
        };
        self.suffixes.find(&self.arena, name, |id| improve(id, &mut best));
        let mut literals = Numbers::new();
        let firsts = [self.substrings.first(), self.expressions.first()];
        if firsts.into_iter().flatten().any(|first| is_before(first, best)) {
            literals = self.substrings.find(name, |id| improve(id, &mut best));
        }
        if self.expressions.first().is_some_and(|first| is_before(first, best)) {
            self.expressions.find(name, literals, |id| improve(id, &mut best));
        }
        best.map(|id| self.hit(id))
    }

    /// Asks for the memory that the search for a name reads first, without waiting for it.
    pub(super) fn prefetch<'p>(&'p self, name: &str, searches: &mut PendingSearches<'p>) {
        self.suffixes.prefetch_slots(name, |pending| {
            if searches.len() < searches.inline_size() {
                searches.push((self, pending));
            }
        });
    }

    /// Every pattern that matches a name, in order.
    pub(super) fn all(&self, name: &str) -> Vec<Hit<'_>> {
        let mut ids = self.every.clone();
        self.suffixes.find(&self.arena, name, |id| ids.push(id));
        let literals = self.substrings.find(name, |id| ids.push(id));
        self.expressions.find(name, literals, |id| ids.push(id));
        self.hits(ids)
    }

    /// Tells `found` of the form and the rule of every pattern that may match a name and is of a
    /// rule above `end`, but for those that match every name, and how to ask whether it does.
    pub(super) fn each_above(
        &self,
        end: &Cell<usize>,
        name: &str,
        mut found: impl FnMut(Form, usize, &dyn Fn() -> bool),
    ) {
        // Many rules may be about one name, and those that do not count are passed over quickly.
        let is_above = |id| self.arena.is_above(id, end.get());
        let mut found = |id: PatternId, matches: &dyn Fn() -> bool| {
            if is_above(id) {
                found(self.arena.raw(id).0, self.arena.rule_of(id), matches);
            }
        };
        let certain = |id| found(id, &|| true);
        self.suffixes.find_while(&self.arena, name, is_above, certain);
        let literals = self.substrings.find(name, |id| found(id, &|| true));
        self.expressions.candidates(name, literals, found);
    }

    /// The rules with an expression of this text.
    pub(super) fn same_expressions(&self, text: &str) -> impl Iterator<Item = usize> {
        let same = self.expressions.of_text(&self.arena, text);
        same.iter().map(|id| self.arena.rule_of(*id))
    }

    /// The rules with a pattern that matches every name.
    pub(super) fn about_every_name(&self) -> impl Iterator<Item = usize> {
        self.every.iter().map(|id| self.arena.rule_of(*id))
    }

    /// Patterns in order, each once.
    fn hits(&self, mut ids: Vec<PatternId>) -> Vec<Hit<'_>> {
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().map(|id| self.hit(id)).collect()
    }

    fn hit(&self, id: PatternId) -> Hit<'_> {
        Hit { id, rule: self.arena.rule_of(id), pattern: self.arena.get(id) }
    }
}

/// The patterns that are not about whole labels, each of a rule once: only the first of a rule ever
/// decides.
#[derive(Default)]
struct SeenPatterns<'p>(HashMap<(Form, &'p [u8]), Seen>);

/// Rules with one pattern.
struct Seen {
    last: usize,
    count: usize,
}

impl<'p> SeenPatterns<'p> {
    /// Whether a rule, which is none above the last, has not said this before.
    fn is_new(&mut self, form: Form, text: &'p [u8], rule: usize) -> Result<bool, TooManyPatterns> {
        match self.0.entry((form, text)) {
            Entry::Vacant(entry) => _ = entry.insert(Seen { last: rule, count: 1 }),
            Entry::Occupied(seen) if seen.get().last == rule => return Ok(false),
            Entry::Occupied(mut seen) => {
                let Seen { last, count } = seen.get_mut();
                (*last, *count) = (rule, *count + 1);
                if *count > MOST_SAME {
                    let text = String::from_utf8_lossy(text).into_owned();
                    return Err(TooManyPatterns::Same { text });
                }
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::{Hit, PatternArena, PatternIndex, Progress};
    use crate::dns::{Name, Pattern};
    use proptest::{
        prelude::{Strategy, prop_assert_eq, proptest},
        string::string_regex,
    };

    fn index(rules: &[Vec<Pattern>]) -> PatternIndex {
        let mut arena = PatternArena::default();
        for rule in rules {
            arena.begin_rule();
            rule.iter().for_each(|pattern| arena.push(pattern.view()));
        }
        PatternIndex::new(arena, &Progress::default()).unwrap()
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
            "(=|\\*\\.|\\*)?{LABEL}(\\.{LABEL}){{0,3}}|{LABEL}(\\.[ab])?\\*|\
             \\*\\.?{LABEL}\\.?\\*|/\\^?[ab]\\.?[ab]{{1,3}}\\$?/|\\."
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
            let index = index(&rules);
            let expected = scan(&rules, &name);
            prop_assert_eq!(&shown(index.all(name.as_str())), &expected);
            let first = expected.into_iter().find(|(rule, _)| holding[*rule]);
            prop_assert_eq!(shown(index.first(name.as_str(), |rule| holding[rule])).pop(), first);
        }
    }

    #[test]
    fn names_of_as_many_labels_as_can_be_are_found() {
        let deepest = vec!["a"; 127].join(".");
        let index = index(&[
            vec![Pattern::parse(&format!("={deepest}")).unwrap()],
            vec![Pattern::parse("*.a.a").unwrap()],
        ]);
        assert_eq!(shown(index.all(&deepest)).len(), 2);
        assert_eq!(shown(index.all(&deepest[2..])), [(1, "*.a.a".to_owned())]);
    }
}
