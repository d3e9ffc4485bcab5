//! The index over patterns that are regular expressions: one automaton for all of them, which a name passes once.
//!
//! The automaton is made as names come, so that its size is bounded and building it costs little. Each thread that is searching has
//! one of its own.

use super::{
    matcher::TooMany,
    patterns::{Patterns, Slot},
};
use crate::name::{Pattern, PatternRef};
use regex_automata::{
    Input, MatchKind,
    hybrid::dfa::{Cache, DFA, OverlappingState},
    nfa::thompson,
    util::{pool::Pool, syntax},
};
use std::panic::{RefUnwindSafe, UnwindSafe};

/// How much memory a thread may use, at most, to remember where expressions have come to, for each of them, and for all where
/// they are few. It is taken as names need it; a search that has too little of it is a hundred times slower.
const ROOM_OF_EACH: usize = 1 << 16;
const LEAST_ROOM: usize = 1 << 21;

/// The index.
#[derive(Debug, Default)]
pub(super) struct Expressions {
    automaton: Option<Automaton>,
    patterns: Vec<(Slot, Pattern)>,
}

type MakeCache = Box<dyn Fn() -> Cache + Send + Sync + UnwindSafe + RefUnwindSafe>;

#[derive(Debug)]
struct Automaton {
    dfa: DFA,
    caches: Pool<Cache, MakeCache>,
}

impl Expressions {
    /// The index over those patterns that stand at `slots`.
    pub(super) fn new(patterns: &Patterns, slots: &[Slot]) -> Result<Self, TooMany> {
        if slots.is_empty() {
            return Ok(Self::default());
        }
        let texts: Vec<_> = slots.iter().map(|slot| patterns.get(*slot).text).collect();
        let room = slots.len().saturating_mul(ROOM_OF_EACH).max(LEAST_ROOM);
        let config = DFA::config().match_kind(MatchKind::All).cache_capacity(room).skip_cache_capacity_check(true);
        // Names are ASCII, for which a word ends where Unicode says.
        let config = config.unicode_word_boundary(true);
        let dfa = DFA::builder()
            .configure(config)
            .syntax(syntax::Config::new().case_insensitive(true))
            .thompson(thompson::Config::new().which_captures(thompson::WhichCaptures::None))
            .build_many(&texts)
            .map_err(|why| TooMany(why.to_string()))?;
        let for_caches = dfa.clone();
        let caches: Pool<_, MakeCache> = Pool::new(Box::new(move || for_caches.create_cache()));
        let patterns = slots.iter().map(|slot| (*slot, patterns.get(*slot).owned())).collect();
        Ok(Self { automaton: Some(Automaton { dfa, caches }), patterns })
    }

    /// The first of the patterns.
    pub(super) fn first(&self) -> Option<Slot> {
        self.patterns.first().map(|(slot, _)| *slot)
    }

    /// Tells `found` of every pattern that matches a name, more than once if it does so at several places.
    pub(super) fn find<'p>(&'p self, name: &str, mut found: impl FnMut(Slot, PatternRef<'p>)) {
        let Some(Automaton { dfa, caches }) = &self.automaton else { return };
        let (mut cache, input, mut state) = (caches.get(), Input::new(name), OverlappingState::start());
        // An automaton of this kind gives up only if it was told to, and at octets that names do not have.
        while dfa.try_search_overlapping_fwd(&mut cache, &input, &mut state).is_ok()
            && let Some(end) = state.get_match()
        {
            let (slot, pattern) = &self.patterns[end.pattern().as_usize()];
            found(*slot, pattern.view());
        }
    }

    /// The patterns that are written like this one.
    pub(super) fn same(&self, pattern: PatternRef<'_>) -> impl Iterator<Item = (Slot, PatternRef<'_>)> {
        let all = self.patterns.iter().map(|(slot, other)| (*slot, other.view()));
        all.filter(move |(_, other)| *other == pattern)
    }
}

#[cfg(test)]
mod tests {
    use super::{Expressions, Pattern, Patterns};
    use proptest::{
        prelude::{Strategy, prop_assert_eq, proptest},
        string::string_regex,
    };
    use regex::RegexBuilder;

    fn found(expressions: &[String], name: &str) -> Vec<String> {
        let mut patterns = Patterns::default();
        expressions.iter().for_each(|text| patterns.push(Pattern::parse(&format!("/{text}/")).unwrap().view()));
        let slots: Vec<_> = patterns.slots().collect();
        let mut found = Vec::new();
        Expressions::new(&patterns, &slots).unwrap().find(name, |slot, pattern| found.push((slot, pattern.text.to_owned())));
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|(_, text)| text).collect()
    }

    /// What the automaton must agree with: each expression asked alone.
    fn scan(expressions: &[String], name: &str) -> Vec<String> {
        let matches = |text: &&String| RegexBuilder::new(text).case_insensitive(true).build().unwrap().is_match(name);
        expressions.iter().filter(matches).cloned().collect()
    }

    fn expressions() -> impl Strategy<Value = String> {
        let part = r"(\^|\$|a|B|\[ab\]|\(a\|b\)|\(\?x:a # b\n\)|\.|\\\.|\\b|\\B|\\b\{start\}|\\W|é|\(\?-u:\\b\))([*+?]|\{1,2\})?";
        string_regex(&format!("({part}){{0,4}}"))
            .unwrap()
            .prop_filter("an expression", |text| Pattern::parse(&format!("/{text}/")).is_ok())
    }

    proptest! {
        #[test]
        fn every_expression_that_matches_is_found_and_no_other(
            expressions in proptest::collection::vec(expressions(), 1..6),
            name in r"[ab]{0,3}(\.[ab-]{1,3}){0,2}",
        ) {
            prop_assert_eq!(found(&expressions, &name), scan(&expressions, &name));
        }
    }
}
