//! The index over patterns that are regular expressions.
//!
//! Most expressions need a word. Words are sought together with the parts of names
//! ([`super::parts`]), and only the expressions whose words are there are asked, each alone. Those
//! that need no word, or one that many need, share an automaton.

mod automaton;
mod narrow;
mod words;

use super::{
    matcher::TooMany,
    patterns::{Patterns, Slot},
};
use crate::dns::{Pattern, PatternRef};
use automaton::{Automaton, ROOM_OF_EACH};
use narrow::narrowed;
use regex_automata::{
    meta::{Builder, Regex},
    nfa::thompson::WhichCaptures,
};
use words::{Choice, Words};

pub(super) use words::Numbers;

/// The index.
#[derive(Debug, Default)]
pub(super) struct Expressions {
    patterns: Vec<(Slot, Pattern)>,
    words: Words,
    /// Each expression that words find.
    alone: Vec<Option<Regex>>,
    /// The others, and what they are together.
    others: Vec<usize>,
    together: Option<Automaton>,
}

/// Only whether a name matches is asked; and an automaton that is made as names come is there
/// sooner. What each may remember is bounded as where they share one; an expression for which that
/// is too little is asked in a slower way.
fn lean() -> Builder {
    let mut builder = Regex::builder();
    builder.configure(
        Regex::config()
            .which_captures(WhichCaptures::None)
            .onepass(false)
            .dfa(false)
            .hybrid_cache_capacity(ROOM_OF_EACH),
    );
    builder
}

impl Expressions {
    /// The index over those patterns that stand at `slots`, and the words that names have to be
    /// searched for.
    pub(super) fn new(
        patterns: &Patterns,
        slots: &[Slot],
    ) -> Result<(Self, Vec<Vec<u8>>), TooMany> {
        let patterns: Vec<_> =
            slots.iter().map(|slot| (*slot, patterns.get(*slot).owned())).collect();
        let read: Result<Vec<_>, _> =
            patterns.iter().map(|(_, pattern)| narrowed(pattern.view().text)).collect();
        let read = read.map_err(|why| TooMany::new(&why))?;
        let Choice { words, texts, without: others } = Choice::new(&read);
        let is_alone = |number| others.binary_search(&number).is_err();
        let compiled =
            |expression| lean().build_from_hir(expression).map_err(|why| TooMany::new(&why));
        let alone = read
            .iter()
            .enumerate()
            .map(|(number, expression)| is_alone(number).then(|| compiled(expression)).transpose());
        let alone = alone.collect::<Result<_, _>>()?;
        let together: Vec<_> = others.iter().map(|number| &read[*number]).collect();
        let together = (!together.is_empty()).then(|| Automaton::new(&together)).transpose()?;
        Ok((Self { patterns, words, alone, others, together }, texts))
    }

    /// The first of the patterns.
    pub(super) fn first(&self) -> Option<Slot> {
        self.patterns.first().map(|(slot, _)| *slot)
    }

    /// Tells `found` of every pattern that matches a name which has these of the words, some of
    /// them more than once if they do so at several places.
    pub(super) fn find<'p>(
        &'p self,
        name: &str,
        words: Numbers,
        mut found: impl FnMut(Slot, PatternRef<'p>),
    ) {
        let mut tell = |number: usize| {
            let (slot, pattern) = &self.patterns[number];
            found(*slot, pattern.view());
        };
        let matches = |number: &usize| {
            self.alone[*number].as_ref().is_some_and(|expression| expression.is_match(name))
        };
        self.words.owners(words).into_iter().filter(matches).for_each(&mut tell);
        if let Some(together) = &self.together {
            together.find(name, |number| tell(self.others[number]));
        }
    }

    /// The patterns that are written like this one.
    pub(super) fn same(
        &self,
        pattern: PatternRef<'_>,
    ) -> impl Iterator<Item = (Slot, PatternRef<'_>)> {
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

    fn index(expressions: &[String]) -> (Expressions, Vec<Vec<u8>>) {
        let mut patterns = Patterns::default();
        expressions
            .iter()
            .for_each(|text| patterns.push(Pattern::parse(&format!("/{text}/")).unwrap().view()));
        let slots: Vec<_> = patterns.slots().collect();
        Expressions::new(&patterns, &slots).unwrap()
    }

    fn found(expressions: &[String], name: &str) -> Vec<String> {
        let (index, texts) = index(expressions);
        let words = texts
            .iter()
            .enumerate()
            .filter(|(_, text)| name.contains(str::from_utf8(text).unwrap()));
        let mut found = Vec::new();
        index.find(name, words.map(|(word, _)| word).collect(), |slot, pattern| {
            found.push((slot, pattern.text.to_owned()))
        });
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|(_, text)| text).collect()
    }

    /// What the index must agree with: each expression asked alone, as it is written.
    fn scan(expressions: &[String], name: &str) -> Vec<String> {
        let matches = |text: &&String| {
            RegexBuilder::new(text).case_insensitive(true).build().unwrap().is_match(name)
        };
        expressions.iter().filter(matches).cloned().collect()
    }

    fn expressions() -> impl Strategy<Value = String> {
        let part = r"(\[\^a\]|\\d|\\S|\(\?-i:B\)|\^|\$|a|B|abb|bA\\\.a|\(aba\|a\\\.b\)|\[ab\]|\(a\|b\)|\(\?x:a # b\n\)|\.|\\\.|\\b|\\B|\\b\{start\}|\\W|é|\(\?-u:\\b\))([*+?]|\{1,2\})?";
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
        let (index, texts) = index(&expression);
        assert_eq!(texts, [b"foo"], "it is asked alone");
        for number in 0..250_u32 {
            let bits = number.wrapping_mul(2_654_435_761);
            let name: String = (0..24)
                .map(|bit| if bits >> bit & 1 == 0 { 'a' } else { 'b' })
                .chain("foo".chars())
                .collect();
            let mut count = 0;
            index.find(&name, [0].into_iter().collect(), |_, _| count += 1);
            assert_eq!(count, scan(&expression, &name).len(), "{name}");
        }
    }
}
