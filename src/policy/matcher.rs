//! The index from names to rules: classes of patterns, the cheapest first.
//!
//! Patterns about whole labels are found by hashing each suffix of the name once; parts of names by one Aho-Corasick pass;
//! regular expressions by one `RegexSet` pass. So the cost grows with the name's length, not with the number of patterns.

use crate::name::{Name, Pattern};
use aho_corasick::AhoCorasick;
use hashbrown::HashMap;
use regex::{RegexSet, RegexSetBuilder};
use thiserror::Error;

/// A pattern of a rule that matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    pub(super) rule: u32,
    pub(super) pattern: u32,
}

/// The index over all patterns of one set of rules.
#[derive(Debug, Default)]
pub(super) struct Matcher {
    by_name: HashMap<Box<str>, Vec<(Reach, Hit)>>,
    parts: Option<AhoCorasick>,
    part_hits: Vec<(Anchor, Hit)>,
    regexes: RegexSet,
    regex_hits: Vec<Hit>,
    every: Vec<Hit>,
}

/// Patterns that pass, together, what their library can hold; each alone has been tried before.
#[derive(Debug, Error)]
#[error("there are too many patterns of one kind: {0}")]
pub(super) struct TooMany(String);

/// Which names a pattern about whole labels reaches, seen from its own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Alone,
    AndBelow,
    OnlyBelow,
}

/// Where in a name a part must stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Anchor {
    Start,
    End,
    Anywhere,
}

impl Matcher {
    /// Builds the index. The patterns of each rule come in its order.
    pub(super) fn new<'a>(rules: impl Iterator<Item = &'a [Pattern]>) -> Result<Self, TooMany> {
        let mut matcher = Self::default();
        let (mut parts, mut regexes) = (Vec::new(), Vec::new());
        for (rule, patterns) in (0..).zip(rules) {
            for (pattern, written) in (0..).zip(patterns) {
                matcher.add(written, Hit { rule, pattern }, &mut parts, &mut regexes);
            }
        }
        if !parts.is_empty() {
            matcher.parts = Some(AhoCorasick::new(parts).map_err(|why| TooMany(why.to_string()))?);
        }
        let set = RegexSetBuilder::new(regexes).case_insensitive(true).size_limit(usize::MAX).build();
        matcher.regexes = set.map_err(|why| TooMany(why.to_string()))?;
        Ok(matcher)
    }

    fn add<'a>(&mut self, pattern: &'a Pattern, hit: Hit, parts: &mut Vec<&'a str>, regexes: &mut Vec<&'a str>) {
        let mut label = |name: &str, reach| self.by_name.entry(name.into()).or_default().push((reach, hit));
        let mut part = |text, anchor| {
            parts.push(text);
            self.part_hits.push((anchor, hit));
        };
        match pattern {
            Pattern::Exact(name) => label(name, Reach::Alone),
            Pattern::Suffix(name) => label(name, Reach::AndBelow),
            Pattern::Below(name) => label(name, Reach::OnlyBelow),
            Pattern::Begins(text) => part(text, Anchor::Start),
            Pattern::Ends(text) => part(text, Anchor::End),
            Pattern::Contains(text) => part(text, Anchor::Anywhere),
            Pattern::Regex(text) => {
                regexes.push(text);
                self.regex_hits.push(hit);
            }
            Pattern::Every => self.every.push(hit),
        }
    }

    /// Every pattern that matches, in the order of the rules and of the patterns in each.
    pub(super) fn hits(&self, name: &Name) -> Vec<Hit> {
        let mut hits = self.every.clone();
        self.labels(name, &mut hits);
        self.parts(name, &mut hits);
        if !self.regex_hits.is_empty() {
            hits.extend(self.regexes.matches(name.as_str()).into_iter().map(|index| self.regex_hits[index]));
        }
        hits.sort_unstable();
        hits.dedup();
        hits
    }

    fn labels(&self, name: &Name, hits: &mut Vec<Hit>) {
        if self.by_name.is_empty() {
            return;
        }
        for (above, suffix) in name.suffixes().enumerate() {
            let Some(entries) = self.by_name.get(suffix) else { continue };
            let reaches = |reach| match reach {
                Reach::Alone => above == 0,
                Reach::AndBelow => true,
                Reach::OnlyBelow => above > 0,
            };
            hits.extend(entries.iter().filter(|(reach, _)| reaches(*reach)).map(|(_, hit)| *hit));
        }
    }

    fn parts(&self, name: &Name, hits: &mut Vec<Hit>) {
        let Some(parts) = &self.parts else { return };
        let text = name.as_str();
        for found in parts.find_overlapping_iter(text) {
            let (anchor, hit) = self.part_hits[found.pattern().as_usize()];
            let holds = match anchor {
                Anchor::Start => found.start() == 0,
                Anchor::End => found.end() == text.len(),
                Anchor::Anywhere => true,
            };
            if holds {
                hits.push(hit);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Hit, Matcher};
    use crate::name::{Name, Pattern};
    use proptest::prelude::{Strategy, prop_assert_eq, proptest};

    /// What the index must agree with: every pattern asked, one by one.
    fn scan(rules: &[Vec<Pattern>], name: &Name) -> Vec<Hit> {
        let numbered = (0..).zip(rules).flat_map(|(rule, patterns)| (0..).zip(patterns).map(move |(n, p)| (rule, n, p)));
        numbered.filter(|(_, _, p)| p.matches(name)).map(|(rule, pattern, _)| Hit { rule, pattern }).collect()
    }

    fn names() -> impl Strategy<Value = Name> {
        proptest::collection::vec("[ab]{1,2}", 1..5).prop_map(|labels| Name::parse(&labels.join(".")).unwrap())
    }

    fn patterns() -> impl Strategy<Value = Pattern> {
        let text =
            "(=|\\*\\.|\\*)?[ab]{1,2}(\\.[ab]{1,2}){0,2}|[ab]{1,2}(\\.[ab])?\\*|\\*[ab]{1,2}\\*|/\\^?[ab]\\.?[ab]\\$?/|\\.";
        text.prop_filter_map("a pattern", |text| Pattern::parse(&text).ok())
    }

    proptest! {
        #[test]
        fn the_index_agrees_with_a_scan_of_all_patterns(
            rules in proptest::collection::vec(proptest::collection::vec(patterns(), 1..6), 1..6),
            name in names(),
        ) {
            let matcher = Matcher::new(rules.iter().map(Vec::as_slice)).unwrap();
            prop_assert_eq!(matcher.hits(&name), scan(&rules, &name));
        }
    }
}
