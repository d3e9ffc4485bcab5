//! What a rule rests on, and what each source says of it.

use super::stated_time::StatedTime;
use std::{fmt, sync::Arc};

/// A source of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citation {
    /// Its key.
    pub key: Arc<str>,
    /// Author, title, year, and where in it to look.
    pub text: Arc<str>,
    /// What it attests; nothing where the file does not say.
    pub attests: Vec<Attested>,
    /// The days of what it observed.
    pub days: Vec<StatedTime>,
    /// The names that it observed, where they are others than the rule's.
    pub names: Vec<String>,
}

/// What a source can attest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attested {
    /// That there was a block by DNS.
    Block,
    /// What the answer was.
    Form,
    /// That it was this name.
    Name,
    /// When it began.
    Since,
    /// When it ended.
    Until,
    /// That it was there on a day.
    Seen,
}

impl Attested {
    /// All of them, with their words.
    pub const ALL: [(&'static str, Self); 6] = [
        ("block", Self::Block),
        ("form", Self::Form),
        ("name", Self::Name),
        ("since", Self::Since),
        ("until", Self::Until),
        ("seen", Self::Seen),
    ];

    /// The word in configs and output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Form => "form",
            Self::Name => "name",
            Self::Since => "since",
            Self::Until => "until",
            Self::Seen => "seen",
        }
    }
}

impl Citation {
    /// Whether the file says what it attests.
    #[must_use]
    pub const fn is_specific(&self) -> bool {
        !(self.attests.is_empty() && self.days.is_empty() && self.names.is_empty())
    }

    /// Whether it shows what answer a name of the rule got.
    #[must_use]
    pub fn attests_the_answer(&self) -> bool {
        self.attests.contains(&Attested::Form) && self.names.is_empty()
    }

    /// What it attests, in words: "form, seen on 2020-03-18 for www.example.com".
    #[must_use]
    pub fn scope(&self) -> String {
        let mut words: Vec<_> = self.attests.iter().map(|what| what.as_str().to_owned()).collect();
        let list = |items: Vec<String>| items.join(" and ");
        if !self.days.is_empty() {
            words.push(format!("on {}", list(self.days.iter().map(ToString::to_string).collect())));
        }
        if !self.names.is_empty() {
            words.push(format!("for {}", list(self.names.clone())));
        }
        words.join(", ")
    }
}

impl fmt::Display for Attested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
