//! Aligned columns that fit the line: what is too much is left out, cut or broken. Styles do not
//! count as width.

use super::layout::{columns, shortened, width, wrapped};
use anstyle::Style;
use std::fmt::Write;

/// Rows of cells; the last column is not padded, and takes what the others leave.
#[derive(Default)]
pub(super) struct Table {
    rows: Vec<Vec<(String, Style)>>,
    /// Heads of columns that are left out when lines are too long, the first one first.
    spare: &'static [&'static str],
    /// Whether the last column is cut; otherwise it is broken into several lines.
    is_cut: bool,
    /// Whether words of those lines are cut that are longer than the column.
    are_words_cut: bool,
}

/// Between two columns.
const GAP: usize = 2;

/// The last column keeps at least that much.
const LEAST: usize = 16;

/// A last column that is broken into lines asks for no more.
const BROKEN: usize = 24;

impl Table {
    pub(super) fn new(head: &[&str]) -> Self {
        let head = head.iter().map(|cell| ((*cell).to_owned(), super::style::HEAD)).collect();
        Self { rows: vec![head], ..Self::default() }
    }

    /// The same, with columns that may be left out.
    pub(super) fn fitting(head: &[&str], spare: &'static [&'static str]) -> Self {
        Self { spare, ..Self::new(head) }
    }

    /// The same, with a last column that is cut, so that a row is a line.
    pub(super) fn cut(self) -> Self {
        Self { is_cut: true, ..self }
    }

    /// The same, with a last column that is broken into lines none of which is longer than it.
    pub(super) fn words_cut(self) -> Self {
        Self { are_words_cut: true, ..self }
    }

    pub(super) fn row<const N: usize>(&mut self, cells: [(String, Style); N]) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(super) fn print(&self) {
        super::style::say(format_args!("{}", self.render(width()).trim_end_matches('\n')));
    }

    /// The columns that are shown, each with its width.
    fn chosen(&self, most: usize) -> Vec<(usize, usize)> {
        let count = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let wide = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            (column, cells.map(|(cell, _)| columns(cell)).max().unwrap_or(0))
        };
        let mut chosen: Vec<_> = (0..count).map(wide).filter(|(_, width)| *width > 0).collect();
        for head in self.spare {
            let all: usize = chosen.iter().map(|(_, width)| width + GAP).sum();
            // A column that is broken into lines can do with less than its longest cell.
            let last = chosen.last().map_or(0, |(_, width)| *width);
            let spared = if self.is_cut { 0 } else { last.saturating_sub(BROKEN) };
            if all - spared <= most + GAP {
                break;
            }
            chosen.retain(|(column, _)| self.rows[0][*column].0 != *head);
        }
        if let Some(((_, last), others)) = chosen.split_last_mut() {
            let taken: usize = others.iter().map(|(_, width)| width + GAP).sum();
            *last = most.saturating_sub(taken).max(LEAST).min(*last);
        }
        chosen
    }

    fn render(&self, most: usize) -> String {
        let chosen = self.chosen(most);
        let Some((&(last, last_width), others)) = chosen.split_last() else {
            return String::new();
        };
        let indent: usize = others.iter().map(|(_, width)| width + GAP).sum();
        let mut text = String::new();
        for row in &self.rows {
            let (mut line, mut owed) = (String::new(), 0);
            for &(column, width) in others {
                let Some((cell, style)) = row.get(column) else { continue };
                if !cell.is_empty() {
                    // Writing to a String cannot fail.
                    let _ = write!(line, "{:owed$}{style}{cell}{style:#}", "");
                    owed = 0;
                }
                owed += width - columns(cell) + GAP;
            }
            if let Some((cell, style)) = row.get(last).filter(|(cell, _)| !cell.is_empty()) {
                let parts = if self.is_cut {
                    vec![shortened(cell, last_width)]
                } else {
                    wrapped(cell, last_width)
                };
                for part in parts {
                    let part = if self.are_words_cut { shortened(&part, last_width) } else { part };
                    let _ = writeln!(line, "{:owed$}{style}{part}{style:#}", "");
                    owed = indent;
                }
                text.push_str(&line);
            } else {
                text.push_str(&line);
                text.push('\n');
            }
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

    fn shown(table: &Table, width: usize) -> String {
        anstream::adapter::strip_str(&table.render(width)).to_string()
    }

    #[test]
    fn columns_are_aligned_and_lines_do_not_end_in_blanks() {
        let mut table = Table::default();
        table.row([plain("a"), plain("b"), plain("c")]);
        table.row([plain("long"), plain(""), plain("")]);
        table.row([plain("x"), ("styled".to_owned(), Style::new().bold()), plain("y")]);
        assert_eq!(shown(&table, 40), "a     b       c\nlong\nx     styled  y\n");
    }

    #[test]
    fn a_narrow_table_leaves_out_what_it_may_and_cuts_its_last_column() {
        let mut table = Table::fitting(&["code", "more", "name"], &["more"]).cut();
        table.row([plain("BR"), plain("10.55.0.0/16"), plain("an ISP with a long name")]);
        let whole = "code  more          name\nBR    10.55.0.0/16  an ISP with a long name\n";
        assert_eq!(shown(&table, 43), whole);
        assert_eq!(shown(&table, 42), "code  name\nBR    an ISP with a long name\n");
        assert_eq!(shown(&table, 25), "code  name\nBR    an ISP with a long…\n");
    }

    #[test]
    fn other_tables_break_it() {
        let mut table = Table::default();
        table.row([plain("source"), plain("a publication that has a long title")]);
        assert_eq!(shown(&table, 26), "source  a publication that\n        has a long title\n");
        let mut table = Table::default();
        table.row([plain("reply"), plain("an-alias.of-a-page.example, 192.0.2.1")]);
        let lines = "reply  an-alias.of-a-page.example,\n       192.0.2.1\n";
        assert_eq!(shown(&table, 26), lines);
        assert_eq!(shown(&table.words_cut(), 26), "reply  an-alias.of-a-page…\n       192.0.2.1\n");
    }
}
