//! Where a value stands in a file.

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index of the file in its [`super::Report`].
    file: u32,
    pub(super) spot: Spot,
}

/// A place in a file. Lists of a million values keep one for each, so it is small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    /// The file as such.
    Whole,
    /// A line and column, counted from 1.
    Line(u32, u32),
    /// The same, and the octets before it, by which it is found in a long line.
    Text(u32, u32, u32),
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct At<T> {
    /// Where.
    pub place: Place,
    /// What.
    pub value: T,
}

impl Place {
    /// A line and column, counted from 1, with so many octets of the file's text before it.
    #[must_use]
    pub const fn in_text(file: usize, (line, column): (u32, u32), index: u32) -> Self {
        Self { file: small(file), spot: Spot::Text(line, column, index) }
    }

    /// A line and column, counted from 1.
    #[must_use]
    pub const fn at(file: usize, line: usize, column: usize) -> Self {
        Self { file: small(file), spot: Spot::Line(small(line), small(column)) }
    }

    /// The file as such.
    #[must_use]
    pub const fn whole(file: usize) -> Self {
        Self { file: small(file), spot: Spot::Whole }
    }

    /// The number of the file.
    #[must_use]
    pub const fn file(self) -> usize {
        self.file as usize
    }

    /// Line and column, counted from 1; nothing for a file as such.
    #[must_use]
    pub const fn line_and_column(self) -> Option<(usize, usize)> {
        match self.spot {
            Spot::Whole => None,
            Spot::Line(line, column) | Spot::Text(line, column, _) => {
                Some((line as usize, column as usize))
            }
        }
    }
}

/// No lab has so many files, and no file so many lines, that this would not do.
const fn small(number: usize) -> u32 {
    if number > u32::MAX as usize { u32::MAX } else { number as u32 }
}
