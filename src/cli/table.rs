//! Aligned columns. Styles do not count as width.

use anstyle::Style;
use std::fmt::Write;

/// Rows of cells; the last column is not padded.
#[derive(Default)]
pub(super) struct Table(Vec<Vec<(String, Style)>>);

/// Between two columns.
const GAP: usize = 2;

impl Table {
    pub(super) fn new(head: &[&str]) -> Self {
        Self(vec![head.iter().map(|cell| ((*cell).to_owned(), super::style::HEAD)).collect()])
    }

    pub(super) fn row<const N: usize>(&mut self, cells: [(String, Style); N]) {
        self.0.push(cells.into_iter().collect());
    }

    pub(super) fn print(&self) {
        super::style::say(format_args!("{}", self.render().trim_end_matches('\n')));
    }

    fn render(&self) -> String {
        let columns = self.0.iter().map(Vec::len).max().unwrap_or(0);
        let mut widths = vec![0; columns];
        for row in &self.0 {
            for (width, (cell, _)) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        let mut text = String::new();
        for row in &self.0 {
            let mut line = String::new();
            let mut owed = 0;
            for ((cell, style), width) in row.iter().zip(&widths) {
                if !cell.is_empty() {
                    // Writing to a String cannot fail.
                    let _ = write!(line, "{:owed$}{style}{cell}{style:#}", "");
                    owed = 0;
                }
                owed += width - cell.chars().count() + GAP;
            }
            text.push_str(&line);
            text.push('\n');
        }
        text
    }
}

/// A cell without colour.
pub(super) fn plain(text: impl std::fmt::Display) -> (String, Style) {
    (text.to_string(), Style::new())
}

#[cfg(test)]
mod tests {
    use super::{Table, plain};
    use anstyle::Style;

    #[test]
    fn columns_are_aligned_and_lines_do_not_end_in_blanks() {
        let mut table = Table::default();
        table.row([plain("a"), plain("b"), plain("c")]);
        table.row([plain("long"), plain(""), plain("")]);
        table.row([plain("x"), ("styled".to_owned(), Style::new().bold()), plain("y")]);
        let bare = anstream::adapter::strip_str(&table.render()).to_string();
        assert_eq!(bare, "a     b       c\nlong\nx     styled  y\n");
    }
}
