//! Which expressions a name may match, as far as the words in it tell.
//!
//! Most expressions cannot match without certain words: `(^|\.)ads[0-9]+\.example$` needs `ads` and
//! needs `.example`. Each is sought by what the fewest others need, so that of many expressions a
//! name is asked about by few.

use regex_syntax::hir::{Hir, HirKind, literal::Extractor};
use smallvec::SmallVec;
use std::{cmp::Reverse, collections::HashMap};

/// Letters of the shortest word that counts: shorter ones are in too many names.
const SHORTEST: usize = 3;

/// How many expressions may need a word: a name that has it is asked about by each of them.
const SHARED: usize = 4;

/// How many words a set may have.
const MOST: usize = 64;

/// How many parts of an expression, one behind the other, make a word.
const BESIDE: usize = 4;

/// Words of which every match has one.
type Set = Vec<Vec<u8>>;

/// Numbers of expressions, or of words: room for more than names have.
pub(in crate::policy) type Numbers = SmallVec<[usize; 32]>;

/// The expressions that are sought by words.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// For each word those that are sought by it.
    owners: Vec<Vec<usize>>,
}

/// What expressions are sought by.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) words: Words,
    /// The words themselves.
    pub(super) texts: Vec<Vec<u8>>,
    /// The expressions for which there are none.
    pub(super) without: Vec<usize>,
}

impl Choice {
    /// Chooses words for expressions.
    pub(super) fn new(expressions: &[Hir]) -> Self {
        let choices: Vec<_> = expressions.iter().map(sets).collect();
        let mut needed = HashMap::<_, usize>::new();
        choices.iter().flat_map(different).for_each(|word| *needed.entry(word).or_default() += 1);
        let shared = |set: &Set| set.iter().map(|word| needed[&**word]).max().unwrap_or_default();
        let (mut owners, mut without) = (HashMap::<_, Vec<_>>::new(), Vec::new());
        for (number, sets) in choices.iter().enumerate() {
            let rarest =
                sets.iter().min_by_key(|set| (shared(set), set.len(), Reverse(letters(set))));
            match rarest.filter(|set| shared(set) <= SHARED) {
                Some(set) => {
                    different([set]).for_each(|word| owners.entry(word).or_default().push(number))
                }
                None => without.push(number),
            }
        }
        let (texts, owners) =
            owners.into_iter().map(|(word, owners)| (word.to_vec(), owners)).unzip();
        Self { words: Words { owners }, texts, without }
    }
}

impl Words {
    /// The expressions that one of these words stands for, in order.
    pub(super) fn owners(&self, words: Numbers) -> Numbers {
        // Each word once, however often a name has it: so the work grows with the name and not with
        // its square.
        once_each(once_each(words).iter().flat_map(|word| &self.owners[*word]).copied().collect())
    }
}

fn once_each(mut numbers: Numbers) -> Numbers {
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// The different words of sets.
fn different<'s>(sets: impl IntoIterator<Item = &'s Set>) -> impl Iterator<Item = &'s [u8]> {
    let mut words: Vec<_> = sets.into_iter().flatten().map(Vec::as_slice).collect();
    words.sort_unstable();
    words.dedup();
    words.into_iter()
}

/// How many letters and digits the shortest word of a set has.
fn letters(set: &Set) -> usize {
    set.iter()
        .map(|word| word.iter().filter(|octet| octet.is_ascii_alphanumeric()).count())
        .min()
        .unwrap_or_default()
}

/// Sets of words that an expression needs, one of each.
fn sets(expression: &Hir) -> Vec<Set> {
    let mut found: Vec<_> = beginnings(expression).into_iter().collect();
    match expression.kind() {
        HirKind::Concat(parts) => {
            let ends = |first: usize| parts.len().min(first + BESIDE);
            let beside =
                (1..parts.len()).map(|first| Hir::concat(parts[first..ends(first)].to_vec()));
            found.extend(beside.filter_map(|part| beginnings(&part)));
            found.extend(parts.iter().flat_map(sets));
        }
        HirKind::Alternation(ways) => {
            let each = ways.iter().map(|way| sets(way).into_iter().max_by_key(letters));
            found.extend(
                each.collect::<Option<Vec<_>>>()
                    .map(|sets| sets.concat())
                    .filter(|set| set.len() <= MOST),
            );
        }
        HirKind::Repetition(repeated) if repeated.min > 0 => found.extend(sets(&repeated.sub)),
        _ => {}
    }
    found
}

/// What every match of an expression begins with, where that is a word.
fn beginnings(expression: &Hir) -> Option<Set> {
    let begins = Extractor::new().limit_total(MOST).extract(expression);
    let words = begins.literals().filter(|words| !words.is_empty())?;
    words
        .iter()
        .all(|word| word.len() >= SHORTEST)
        .then(|| words.iter().map(|word| word.as_bytes().to_vec()).collect())
}

#[cfg(test)]
mod tests {
    use super::{Choice, SHARED};
    use crate::policy::expressions::narrow::narrowed;

    fn choice(expressions: &[&str]) -> Choice {
        Choice::new(&expressions.iter().map(|text| narrowed(text).unwrap()).collect::<Vec<_>>())
    }

    /// The expressions that a name may match, as far as its words tell.
    fn owners(Choice { words, texts, .. }: &Choice, name: &str) -> Vec<usize> {
        let found = texts
            .iter()
            .enumerate()
            .filter(|(_, text)| name.contains(str::from_utf8(text).unwrap()));
        words.owners(found.map(|(word, _)| word).collect()).to_vec()
    }

    #[test]
    fn an_expression_is_sought_by_what_others_do_not_need() {
        let choice = choice(&[
            r"(^|\.)ads[0-9]+\.example$",
            r"^Track(er|ing)?\..*\.example$",
            "a.*b",
            r"(x|yy)?\.example",
        ]);
        assert_eq!(choice.without, [2], "no word of three letters");
        assert_eq!(owners(&choice, "ads1.example"), [0, 3]);
        assert_eq!(owners(&choice, "tracker.example"), [1, 3]);
        assert_eq!(owners(&choice, "trac.example"), [3]);
        assert!(owners(&choice, "www.exam.ple").is_empty());
    }

    #[test]
    fn each_way_of_an_expression_has_its_words() {
        let choice = choice(&["(.*foo|bar[0-9])(baz)?$", "(foo|.*)bar"]);
        assert!(choice.without.is_empty());
        assert_eq!(owners(&choice, "foo"), [0]);
        assert_eq!(owners(&choice, "xbar1"), [0, 1]);
        assert!(owners(&choice, "baz").is_empty());
    }

    #[test]
    fn one_word_is_better_than_many_and_a_long_one_better_than_a_short_one() {
        let words = |expression| choice(&[expression]).texts;
        assert_eq!(words("[ab]{6}tracker"), [b"tracker"]);
        assert_eq!(words(r"^foo[0-9]+tracker"), [b"tracker"]);
    }

    #[test]
    fn a_word_that_too_many_need_finds_none_of_them() {
        let texts: Vec<_> = (0..=SHARED).map(|number| format!("^.{{{number}}}foo")).collect();
        let texts: Vec<_> = texts.iter().map(String::as_str).collect();
        assert_eq!(choice(&texts).without.len(), texts.len());
        assert!(choice(&texts[1..]).without.is_empty());
    }
}
