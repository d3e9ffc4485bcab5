//! Lines of a list that are no entries: they are left out, and counted by what is wrong with them.

use super::look::Look;
use crate::dns::PatternError;
use std::{fmt, mem};
use thiserror::Error;

/// What is wrong with a line of a list.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum EntryError {
    /// What should be a name or a pattern is none.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// A line of a hosts file, in a file whose name does not say so.
    #[error("\"{0}\" begins with an address, as in a hosts file; name the file *.hosts")]
    Hosts(String),
    /// A line that is no line of a list.
    #[error("this line has more than 16,384 octets")]
    TooLong,
    /// Octets that are no text, and not in a comment.
    #[error("this line is no UTF-8")]
    NotText,
}

/// All lines of a list with the same thing wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OddLines {
    /// What is wrong with the first of them.
    pub why: EntryError,
    /// Where that one stands: line and column, counted from 1.
    pub first: (usize, usize),
    /// Lines of the next ones, as far as they are told.
    pub next: Vec<usize>,
    /// How many there are.
    pub count: usize,
}

/// A list that is no list of ours.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{}; a list has one name a line, a hosts file is named *.hosts", self.head())]
pub struct ForeignList {
    look: Option<Look>,
    /// Line and column of the first entry that cannot be read, counted from 1.
    pub first: (usize, usize),
    why: EntryError,
}

/// What reading a list came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListReading {
    /// What was left out, in the order of the first lines.
    pub odd: Vec<OddLines>,
    entries: usize,
    looks: [usize; Look::ALL.len()],
}

/// As many lines as are told beside the first.
const MOST_TOLD: usize = 3;

impl ListReading {
    pub(super) fn entry(&mut self) {
        self.entries += 1;
    }

    /// A line is left out. Its column is only asked for where it is the first of its kind.
    pub(super) fn odd(
        &mut self,
        line: usize,
        column: impl FnOnce() -> usize,
        why: EntryError,
        look: Option<Look>,
    ) {
        if let Some(look) = look {
            self.looks[look as usize] += 1;
        }
        match self.odd.iter_mut().find(|odd| odd.why.is_like(&why)) {
            Some(odd) => {
                odd.count += 1;
                if odd.next.len() < MOST_TOLD {
                    odd.next.push(line);
                }
            }
            None => {
                let (first, next) = ((line, column()), Vec::new());
                self.odd.push(OddLines { why, first, next, count: 1 });
            }
        }
    }

    /// Why this is no list at all: nothing in it can be read, or no fewer lines are of one other
    /// format than are entries.
    #[must_use]
    pub fn foreign(&self) -> Option<ForeignList> {
        let first = self.odd.first()?;
        let most = Look::ALL.into_iter().max_by_key(|look| self.looks[*look as usize])?;
        let seen = self.looks[most as usize];
        let foreign = self.entries == 0 || seen > self.entries;
        let look = (seen > 0).then_some(most);
        foreign.then(|| ForeignList { look, first: first.first, why: first.why.clone() })
    }
}

impl EntryError {
    /// Whether both have the same thing wrong, whatever the names.
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Pattern(one), Self::Pattern(two)) => {
                mem::discriminant(one) == mem::discriminant(two)
            }
            _ => mem::discriminant(self) == mem::discriminant(other),
        }
    }
}

impl ForeignList {
    fn head(&self) -> String {
        match self.look {
            Some(look) => format!("this list looks like {look}"),
            None => format!("nothing in this list can be read: {}", self.why),
        }
    }
}

impl fmt::Display for OddLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; it is left out", self.why)?;
        let more = self.count - 1;
        if more == 0 {
            return Ok(());
        }
        let next: Vec<_> = self.next.iter().map(usize::to_string).collect();
        let dots = if more > next.len() { ", ..." } else { "" };
        let others = if more == 1 { "is 1 other" } else { &format!("are {more} others") };
        write!(f, ", and so {others} like it ({}{dots})", next.join(", "))
    }
}
