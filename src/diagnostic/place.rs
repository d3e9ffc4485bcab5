//! Where a value stands in a file.

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index of the file in its [`super::Report`].
    pub(super) file: usize,
    pub(super) spot: Spot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spot {
    /// The file as such.
    Whole,
    /// A line and column, counted from 1.
    LineColumn(usize, usize),
    /// A node of the file's syntax tree, by its number; its line and column are found on request.
    Node(usize),
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
    /// The node with this number, in a file whose [`super::Locate`] function finds nodes.
    #[must_use]
    pub const fn node(file: usize, number: usize) -> Self {
        Self { file, spot: Spot::Node(number) }
    }

    /// A line and column, counted from 1.
    #[must_use]
    pub const fn at(file: usize, line: usize, column: usize) -> Self {
        Self { file, spot: Spot::LineColumn(line, column) }
    }

    /// The file as such.
    #[must_use]
    pub const fn whole(file: usize) -> Self {
        Self { file, spot: Spot::Whole }
    }

    /// The number of the file.
    #[must_use]
    pub const fn file(self) -> usize {
        self.file
    }
}
