//! Who reads a query, and how: resolvers read messages, some injectors read octets.

/// How the program that answers reads queries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueryParser {
    /// As RFC 1035 has it; what cannot be decoded is not answered by a censor.
    #[default]
    Dns,
    /// From octets, without decoding a message, as the injector of the Great Firewall does that
    /// the Wallbleed paper took apart.
    Naive(NaiveParser),
}

/// The forms in which the naive parser was seen, or is said to have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NaiveParser {
    /// Since its patch of November 2023 the class must be IN, and a label that does not fit into
    /// 125 characters is left out whole.
    pub patched: bool,
    /// Whether it answers only where QDCOUNT is one (Harrity et al., 2022), or whatever the counts
    /// are (Fan et al., NDSS 2025).
    pub one_question: bool,
}

/// A set of parsers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ParserSet(u8);

impl QueryParser {
    /// Every naive parser that there can be.
    const NAIVE: [NaiveParser; 4] = [
        NaiveParser { patched: false, one_question: false },
        NaiveParser { patched: true, one_question: false },
        NaiveParser { patched: false, one_question: true },
        NaiveParser { patched: true, one_question: true },
    ];

    const fn bit(self) -> u8 {
        match self {
            Self::Dns => 1,
            Self::Naive(NaiveParser { patched, one_question }) => {
                2 << (patched as u8 + 2 * one_question as u8)
            }
        }
    }
}

impl ParserSet {
    /// Resolvers, which read messages as RFC 1035 has it.
    pub const DNS: Self = Self::of(QueryParser::Dns);

    /// All parsers.
    pub const ALL: Self = Self(0b1_1111);

    /// One parser alone.
    #[must_use]
    pub const fn of(parser: QueryParser) -> Self {
        Self(parser.bit())
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The parsers that are in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether the sets share a parser.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether all of the others are in this set.
    #[must_use]
    pub const fn contains(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// The naive parsers in the set.
    pub fn naive(self) -> impl Iterator<Item = NaiveParser> {
        QueryParser::NAIVE
            .into_iter()
            .filter(move |parser| self.intersects(Self::of(QueryParser::Naive(*parser))))
    }
}

#[cfg(test)]
mod tests {
    use super::{ParserSet, QueryParser};

    #[test]
    fn every_parser_has_a_bit_of_its_own() {
        let each: Vec<_> = QueryParser::NAIVE
            .map(QueryParser::Naive)
            .into_iter()
            .chain([QueryParser::Dns])
            .map(ParserSet::of)
            .collect();
        let all = each.iter().fold(ParserSet::default(), |all, one| all.union(*one));
        assert_eq!((all, all.0.count_ones()), (ParserSet::ALL, 5));
        assert_eq!(all.naive().collect::<Vec<_>>(), QueryParser::NAIVE);
        assert_eq!(ParserSet::DNS.naive().count(), 0);
    }
}
