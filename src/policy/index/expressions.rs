//! The index over patterns that are regular expressions.
//!
//! Nearly every expression requires some literal: `(^|\.)ads[0-9]+\.example$` requires `ads`.
//! Literals are sought together with the parts of names ([`super::substrings`]), and only the
//! expressions whose literals are there are asked, and those that require none, each alone. One
//! automaton for all of them would be as quick in the end, but each name that it has not seen the
//! like of would wait for it to be extended, for up to milliseconds.

mod required_literals;

use super::arena::{PatternArena, PatternId, TooManyPatterns};
use crate::dns::{expression_states, read_expression};
use regex_automata::{meta::Regex, nfa::thompson::WhichCaptures};
use regex_syntax::hir::Hir;
use required_literals::RequiredLiterals;

pub(super) use required_literals::Numbers;

/// The index.
#[derive(Debug, Default)]
pub(super) struct Expressions {
    ids: Vec<PatternId>,
    /// The same patterns, compiled.
    compiled: Vec<Regex>,
    /// The same patterns, sorted by their texts.
    by_text: Vec<PatternId>,
    literals: RequiredLiterals,
}

/// Expressions of one set of rules, at most: each takes some 10 kB.
const MOST_EXPRESSIONS: usize = 10_000;

/// States of all of them together, at most, each of some 40 octets: two hundred for each is plenty.
const MOST_STATES: usize = 1 << 21;

/// Expressions that a name makes us ask together, at most, because they require no literal or the
/// same one: each takes some 50 ns.
const MOST_TOGETHER: usize = 1000;

/// Octets that a thread may use for one expression to remember where names have led it. One for
/// which that is too little is asked in a slower way.
const CACHE: usize = 1 << 16;

impl Expressions {
    /// The index over some patterns of the arena, and the literals that names have to be searched
    /// for.
    pub(super) fn new(
        arena: &PatternArena,
        ids: &[PatternId],
    ) -> Result<(Self, Vec<Vec<u8>>), TooManyPatterns> {
        if ids.len() > MOST_EXPRESSIONS {
            let why = format!("{MOST_EXPRESSIONS} regular expressions is the most");
            return Err(TooManyPatterns::Kind(why));
        }
        let read: Result<Vec<_>, _> =
            ids.iter().map(|id| read_expression(arena.get(*id).text)).collect();
        let read = read.map_err(TooManyPatterns::Kind)?;
        if read.iter().map(expression_states).sum::<usize>() > MOST_STATES {
            let why = format!("regular expressions come to at most {MOST_STATES} states together");
            return Err(TooManyPatterns::Kind(why));
        }
        let compiled = read.iter().map(compiled).collect::<Result<_, _>>()?;
        let (literals, texts) = RequiredLiterals::new(&read);
        if literals.most_together() > MOST_TOGETHER {
            let why = format!(
                "{MOST_TOGETHER} regular expressions without a literal of three letters, \
                 or with the same one, is the most"
            );
            return Err(TooManyPatterns::Kind(why));
        }
        let (ids, mut by_text) = (ids.to_vec(), ids.to_vec());
        by_text.sort_by_key(|id| arena.raw(*id).1);
        Ok((Self { ids, compiled, by_text, literals }, texts))
    }

    /// The first of the patterns.
    pub(super) fn first(&self) -> Option<PatternId> {
        self.ids.first().copied()
    }

    /// Tells `found` of every pattern that matches a name which has these of the literals, some
    /// of them more than once.
    pub(super) fn find(&self, name: &str, literals: Numbers, mut found: impl FnMut(PatternId)) {
        self.candidates(name, literals, |id, matches| {
            if matches() {
                found(id);
            }
        });
    }

    /// The same of every pattern that may match the name, with a way to ask whether it does.
    pub(super) fn candidates(
        &self,
        name: &str,
        literals: Numbers,
        mut found: impl FnMut(PatternId, &dyn Fn() -> bool),
    ) {
        for number in self.literals.candidates(literals) {
            found(self.ids[number], &|| self.compiled[number].is_match(name));
        }
    }

    /// Those with this text.
    pub(super) fn of_text(&self, arena: &PatternArena, text: &str) -> &[PatternId] {
        let text_of = |id: &PatternId| arena.raw(*id).1;
        let begin = self.by_text.partition_point(|id| text_of(id) < text.as_bytes());
        let rest = &self.by_text[begin..];
        &rest[..rest.partition_point(|id| text_of(id) == text.as_bytes())]
    }
}

/// An expression of which only whether a name matches is asked. Automata that take long to build
/// are not worth it.
fn compiled(expression: &Hir) -> Result<Regex, TooManyPatterns> {
    let config = Regex::config()
        .which_captures(WhichCaptures::None)
        .onepass(false)
        .dfa(false)
        .hybrid_cache_capacity(CACHE);
    let built = Regex::builder().configure(config).build_from_hir(expression);
    built.map_err(|why| TooManyPatterns::Kind(why.to_string()))
}

#[cfg(test)]
mod tests {
    use super::{Expressions, PatternArena};
    use crate::dns::Pattern;
    use proptest::{
        prelude::{Strategy, prop_assert_eq, proptest},
        string::string_regex,
    };
    use regex::RegexBuilder;

    fn index(expressions: &[String]) -> (PatternArena, Expressions, Vec<Vec<u8>>) {
        let mut arena = PatternArena::default();
        expressions
            .iter()
            .for_each(|text| arena.push(Pattern::parse(&format!("/{text}/")).unwrap().view()));
        let ids: Vec<_> = arena.ids().collect();
        let (index, texts) = Expressions::new(&arena, &ids).unwrap();
        (arena, index, texts)
    }

    fn found(expressions: &[String], name: &str) -> Vec<String> {
        let (arena, index, texts) = index(expressions);
        let words = texts
            .iter()
            .enumerate()
            .filter(|(_, text)| name.contains(str::from_utf8(text).unwrap()));
        let mut found = Vec::new();
        index.find(name, words.map(|(word, _)| word).collect(), |id| found.push(id));
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|id| arena.get(id).text.to_owned()).collect()
    }

    /// What the index must agree with: each expression asked alone, as it is written.
    fn scan(expressions: &[String], name: &str) -> Vec<String> {
        let matches = |text: &&String| {
            RegexBuilder::new(text).case_insensitive(true).build().unwrap().is_match(name)
        };
        expressions.iter().filter(matches).cloned().collect()
    }

    fn expressions() -> impl Strategy<Value = String> {
        let parts = concat!(
            r"\[\^a\]|\\d|\\S|\(\?-i:B\)|\^|\$|a|B|abb|bA\\\.a|\(aba\|a\\\.b\)|\[ab\]|\(a\|b\)|",
            r"\(\?x:a # b\n\)|\.|\\\.|\\b|\\B|\\b\{start\}|\\W|é|\(\?-u:\\b\)",
        );
        let part = format!(r"({parts})([*+?]|\{{1,2\}})?");
        string_regex(&format!("({part}){{0,4}}"))
            .unwrap()
            .prop_filter("an expression", |text| Pattern::parse(&format!("/{text}/")).is_ok())
    }

    proptest! {
        #[test]
        fn every_expression_that_matches_is_found_and_no_other(
            expressions in proptest::collection::vec(expressions(), 1..6),
            name in r"[ab0_!]{0,3}(\.[ab-]{1,3}){0,2}",
        ) {
            prop_assert_eq!(found(&expressions, &name), scan(&expressions, &name));
        }
    }

    #[test]
    fn an_expression_that_has_too_little_room_is_found_too() {
        // Where it is followed, each of 2^15 beginnings has to be told from the others.
        let expression = ["[ab]*a[ab]{14}foo".to_owned()];
        let (_, index, texts) = index(&expression);
        assert_eq!(texts, [b"foo"], "it is asked alone");
        for number in 0..250_u32 {
            let bits = number.wrapping_mul(2_654_435_761);
            let name: String = (0..24)
                .map(|bit| if bits >> bit & 1 == 0 { 'a' } else { 'b' })
                .chain("foo".chars())
                .collect();
            let mut count = 0;
            index.find(&name, [0].into_iter().collect(), |_| count += 1);
            assert_eq!(count, scan(&expression, &name).len(), "{name}");
        }
    }
}
