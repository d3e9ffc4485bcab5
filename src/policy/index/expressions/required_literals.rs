//! The literals without which an expression matches no name.
//!
//! Most expressions require some: `(^|\.)ads[0-9]+\.example$` requires `ads` and `.example`. Each
//! expression is sought by the literal that the fewest others require, so that of many expressions
//! few are asked about a name.

use regex_syntax::hir::{Hir, HirKind, literal::Extractor};
use smallvec::SmallVec;
use std::{cmp::Reverse, collections::HashMap};

/// Octets of the shortest literal that counts: shorter ones are in too many names.
const SHORTEST: usize = 3;

/// How many literals a set may have.
const MOST: usize = 64;

/// How many parts of an expression, one behind the other, make a literal.
const BESIDE: usize = 4;

/// Literals of which every match has one.
type Set = Vec<Vec<u8>>;

/// Numbers of literals: room for more than names have.
pub(in crate::policy::index) type Numbers = SmallVec<[usize; 32]>;

/// Which expressions may match a name, as far as the literals in it tell.
#[derive(Debug, Default)]
pub(super) struct RequiredLiterals {
    /// For each literal the expressions that are sought by it.
    owners: Vec<Vec<usize>>,
    /// The expressions that require none.
    always: Vec<usize>,
}

impl RequiredLiterals {
    /// Chooses literals for expressions; the literals come beside it.
    pub(super) fn new(expressions: &[Hir]) -> (Self, Vec<Vec<u8>>) {
        let choices: Vec<_> = expressions.iter().map(sets).collect();
        let mut required = HashMap::<_, usize>::new();
        choices.iter().flat_map(different).for_each(|text| *required.entry(text).or_default() += 1);
        // How many expressions require the literal of a set that the most do.
        let shared = |set: &Set| set.iter().map(|text| required[&**text]).max();
        let (mut owners, mut always) = (HashMap::<_, Vec<_>>::new(), Vec::new());
        for (number, sets) in choices.iter().enumerate() {
            let rarest =
                sets.iter().min_by_key(|set| (shared(set), set.len(), Reverse(letters(set))));
            match rarest {
                Some(set) => {
                    for text in different([set]) {
                        owners.entry(text).or_default().push(number);
                    }
                }
                None => always.push(number),
            }
        }
        let (texts, owners) =
            owners.into_iter().map(|(text, owners)| (text.to_vec(), owners)).unzip();
        (Self { owners, always }, texts)
    }

    /// How many expressions have to be asked, at most, where a literal is found, or wherever.
    pub(super) fn most_together(&self) -> usize {
        let owners = self.owners.iter().map(Vec::len).max();
        self.always.len().max(owners.unwrap_or(0))
    }

    /// The expressions that may match a name which has these literals, some of them more than once.
    pub(super) fn candidates(&self, mut literals: Numbers) -> impl Iterator<Item = usize> {
        // Each literal once, however often a name has it: so the work grows with the name and not
        // with its square.
        literals.sort_unstable();
        literals.dedup();
        let owners = literals.into_iter().flat_map(|literal| &self.owners[literal]);
        self.always.iter().chain(owners).copied()
    }
}

/// The different literals of sets.
fn different<'s>(sets: impl IntoIterator<Item = &'s Set>) -> impl Iterator<Item = &'s [u8]> {
    let mut texts: Vec<_> = sets.into_iter().flatten().map(Vec::as_slice).collect();
    texts.sort_unstable();
    texts.dedup();
    texts.into_iter()
}

/// How many letters and digits the shortest literal of a set has; nothing for a set of none.
fn letters(set: &Set) -> Option<usize> {
    set.iter().map(|text| text.iter().filter(|octet| octet.is_ascii_alphanumeric()).count()).min()
}

/// Sets of literals: an expression requires one of each.
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

/// What every match of an expression begins with, where that is a literal.
fn beginnings(expression: &Hir) -> Option<Set> {
    let begins = Extractor::new().limit_total(MOST).extract(expression);
    let texts = begins.literals().filter(|texts| !texts.is_empty())?;
    texts
        .iter()
        .all(|text| text.len() >= SHORTEST)
        .then(|| texts.iter().map(|text| text.as_bytes().to_vec()).collect())
}

#[cfg(test)]
mod tests {
    use super::RequiredLiterals;

    /// Without groups that capture, as the index has no use for them.
    fn literals(expressions: &[&str]) -> (RequiredLiterals, Vec<Vec<u8>>) {
        let read = expressions.iter().map(|text| regex_syntax::parse(text).unwrap());
        RequiredLiterals::new(&read.collect::<Vec<_>>())
    }

    /// The expressions that a name may match, as far as its literals tell.
    fn candidates((literals, texts): &(RequiredLiterals, Vec<Vec<u8>>), name: &str) -> Vec<usize> {
        let found = texts
            .iter()
            .enumerate()
            .filter(|(_, text)| name.contains(str::from_utf8(text).unwrap()));
        let found = found.map(|(number, _)| number).collect();
        let mut candidates: Vec<_> = literals.candidates(found).collect();
        candidates.sort_unstable();
        candidates.dedup();
        candidates
    }

    #[test]
    fn an_expression_is_sought_by_what_others_do_not_require() {
        let literals = literals(&[
            r"(?:^|\.)ads[0-9]+\.example$",
            r"^track(?:er|ing)?\..*\.example$",
            "a.*b",
            r"(?:x|yy)?\.example",
        ]);
        assert_eq!(literals.0.always, [2], "no literal of three letters");
        assert_eq!(candidates(&literals, "ads1.example"), [0, 2, 3]);
        assert_eq!(candidates(&literals, "tracker.example"), [1, 2, 3]);
        assert_eq!(candidates(&literals, "trac.example"), [2, 3]);
        assert_eq!(candidates(&literals, "www.exam.ple"), [2]);
    }

    #[test]
    fn each_way_of_an_expression_has_its_literals() {
        let literals = literals(&["(?:.*foo|bar[0-9])(?:baz)?$", "(?:foo|.*)bar"]);
        assert!(literals.0.always.is_empty());
        assert_eq!(candidates(&literals, "foo"), [0]);
        assert_eq!(candidates(&literals, "xbar1"), [0, 1]);
        assert!(candidates(&literals, "baz").is_empty());
    }

    #[test]
    fn one_literal_is_better_than_many_and_a_long_one_better_than_a_short_one() {
        let texts = |expression| literals(&[expression]).1;
        assert_eq!(texts("[ab]{6}tracker"), [b"tracker"]);
        assert_eq!(texts(r"^foo[0-9]+tracker"), [b"tracker"]);
    }

    #[test]
    fn a_literal_that_many_require_finds_all_of_them() {
        let texts: Vec<_> = (0..100).map(|number| format!("^.{{{number}}}foo")).collect();
        let literals = literals(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(candidates(&literals, "foo").len(), 100);
        assert!(candidates(&literals, "bar").is_empty());
    }
}
