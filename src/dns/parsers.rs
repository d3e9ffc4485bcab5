//! Who reads a query, and how: resolvers read messages, some injectors read octets.

/// How the program that answers reads queries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Parser {
    /// As RFC 1035 has it; what cannot be decoded is not answered by a censor.
    #[default]
    Dns,
    /// As the injector of the Great Firewall that the Wallbleed paper took apart: a glance at the
    /// octets.
    Flat(Flat),
}

/// The forms in which the flat parser was seen, or is said to have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flat {
    /// Since its patch of November 2023 the class must be IN, and a label that does not fit into
    /// 125 characters is left out whole.
    pub patched: bool,
    /// Whether it answers only where QDCOUNT is one (Harrity et al., 2022), or whatever the counts
    /// are (Fan et al., NDSS 2025).
    pub one_question: bool,
}

/// A set of parsers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Readers(u8);

impl Parser {
    /// Every flat parser that there can be.
    const FLATS: [Flat; 4] = [
        Flat { patched: false, one_question: false },
        Flat { patched: true, one_question: false },
        Flat { patched: false, one_question: true },
        Flat { patched: true, one_question: true },
    ];

    const fn bit(self) -> u8 {
        match self {
            Self::Dns => 1,
            Self::Flat(Flat { patched, one_question }) => {
                2 << (patched as u8 + 2 * one_question as u8)
            }
        }
    }
}

impl Readers {
    /// Those who read messages as RFC 1035 has it.
    pub const DNS: Self = Self::of(Parser::Dns);

    /// Everybody.
    pub const ALL: Self = Self(0b1_1111);

    /// One parser alone.
    #[must_use]
    pub const fn of(parser: Parser) -> Self {
        Self(parser.bit())
    }

    /// Both sets together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether one of these is also one of those.
    #[must_use]
    pub const fn meet(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether all of those are among these.
    #[must_use]
    pub const fn cover(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// The flat parsers among them.
    pub fn flats(self) -> impl Iterator<Item = Flat> {
        Parser::FLATS.into_iter().filter(move |flat| self.meet(Self::of(Parser::Flat(*flat))))
    }
}

#[cfg(test)]
mod tests {
    use super::{Parser, Readers};

    #[test]
    fn every_parser_has_a_bit_of_its_own() {
        let each: Vec<_> = Parser::FLATS
            .map(Parser::Flat)
            .into_iter()
            .chain([Parser::Dns])
            .map(Readers::of)
            .collect();
        let all = each.iter().fold(Readers::default(), |all, one| all.and(*one));
        assert_eq!((all, all.0.count_ones()), (Readers::ALL, 5));
        assert_eq!(all.flats().collect::<Vec<_>>(), Parser::FLATS);
        assert_eq!(Readers::DNS.flats().count(), 0);
    }
}
