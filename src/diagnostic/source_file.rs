//! The text of a file, as far as a report shows it.

use super::place::Spot;
use std::{collections::BTreeMap, path::PathBuf};

/// A file that has been read.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// As people know it: relative to where they stand, or inside the binary.
    pub path: PathBuf,
    pub(super) text: SourceText,
}

/// The text of a file.
#[derive(Clone, Debug)]
pub(super) enum SourceText {
    /// All of it; nothing when it could not be read.
    Whole(String),
    /// Some of its lines, by their numbers, counted from 1: a list may be large.
    Lines(BTreeMap<usize, String>),
}

/// As much of a line is shown, and as much of it before what is wrong, in characters.
const MOST_OF_A_LINE: usize = 160;
const BEFORE_THE_MARK: usize = 60;

/// Finds lines of a text one after the other, without counting from its beginning for each.
#[derive(Default)]
pub(super) struct LineFinder {
    /// A line, from 1, and where it begins.
    last: (usize, usize),
}

impl LineFinder {
    /// Where a line of a text begins; nothing behind its end.
    fn begin(&mut self, text: &str, line: usize) -> Option<usize> {
        if self.last.0 == 0 || line < self.last.0 {
            self.last = (1, 0);
        }
        while self.last.0 < line {
            let end = text[self.last.1..].find('\n')?;
            self.last = (self.last.0 + 1, self.last.1 + end + 1);
        }
        Some(self.last.1)
    }

    /// The line around a place, cut where it is long, and the column of the place in what is left.
    pub(super) fn excerpt(&mut self, text: &SourceText, spot: Spot) -> Option<(String, usize)> {
        let number = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        match (text, spot) {
            (_, Spot::Whole) => None,
            (SourceText::Whole(text), Spot::Text(_, _, index)) => {
                (!text.is_empty()).then(|| excerpt(text, number(index)))
            }
            (SourceText::Whole(text), Spot::Line(line, column)) => {
                let begin = self.begin(text, number(line)).filter(|begin| *begin < text.len())?;
                Some(excerpt(text, begin + octets_of(&text[begin..], number(column) - 1)))
            }
            (SourceText::Lines(lines), Spot::Line(line, column) | Spot::Text(line, column, _)) => {
                let line = lines.get(&number(line))?;
                Some(excerpt(line, octets_of(line, number(column) - 1)))
            }
        }
    }
}

/// How many octets so many characters of the first line of a text take.
fn octets_of(text: &str, characters: usize) -> usize {
    let ends = text.char_indices().find(|(_, character)| *character == '\n');
    let line = &text[..ends.map_or(text.len(), |(at, _)| at)];
    line.char_indices().nth(characters).map_or(line.len(), |(at, _)| at)
}

/// The line around an octet of a text, cut where it is long, and the column of that octet in what
/// is left, counted in characters. What is read of the text does not grow with the line, which may
/// be a whole file.
fn excerpt(text: &str, index: usize) -> (String, usize) {
    let index = floor(text, index);
    let (before, behind) = text.split_at(index);
    // A short line is shown from its beginning.
    let near = floor(before, before.len().saturating_sub(MOST_OF_A_LINE));
    let begin = before[near..].rfind('\n').map(|end| near + end + 1).or((near == 0).then_some(0));
    let far = floor(behind, MOST_OF_A_LINE);
    let end = behind[..far].find('\n').or((far == behind.len()).then_some(far));
    let whole = begin.zip(end).map(|(begin, end)| &text[begin..index + end]);
    if let (Some(line), Some(begin)) = (whole.filter(|line| line.len() <= MOST_OF_A_LINE), begin) {
        let (line, mark) = (line.trim_end(), text[begin..index].chars().count());
        return (line.to_owned(), mark.min(line.chars().count()));
    }
    let on_the_line = begin.map_or(&before[near..], |begin| &before[begin..]);
    let head = match on_the_line.char_indices().rev().nth(BEFORE_THE_MARK - 1) {
        Some((at, _)) if at > 0 || begin.is_none() => &on_the_line[at..],
        _ => on_the_line,
    };
    let dots = if head.len() < on_the_line.len() || begin.is_none() { "..." } else { "" };
    let line = head.chars().chain(behind.chars().take_while(|character| *character != '\n'));
    let mut shown: String = line.take(MOST_OF_A_LINE + 1).collect();
    let is_longer = shown.chars().count() > MOST_OF_A_LINE;
    if is_longer {
        shown.pop();
    }
    let tail = if is_longer { "..." } else { "" };
    let mark = dots.len() + head.chars().count();
    (format!("{dots}{}{tail}", shown.trim_end()), mark)
}

/// The nearest place at or before an octet at which a character begins.
fn floor(text: &str, index: usize) -> usize {
    let index = index.min(text.len());
    (0..=index).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{LineFinder, MOST_OF_A_LINE, SourceText, excerpt};
    use crate::diagnostic::place::Spot;

    #[test]
    fn of_a_long_line_the_part_around_the_mark_is_shown() {
        assert_eq!(excerpt("short", 2), ("short".to_owned(), 2));
        assert_eq!(excerpt("a\nshort \nb", 4), ("short".to_owned(), 2));
        assert_eq!(excerpt("short", 9), ("short".to_owned(), 5));
        assert_eq!(excerpt("a\n", 2), (String::new(), 0));
        for letter in ["a", "\u{e9}"] {
            let line = format!("{}HERE{}", letter.repeat(5000), "b".repeat(5000));
            for text in [line.clone(), format!("x\n{line}\ny")] {
                let (text, mark) = excerpt(&text, text.find("HERE").unwrap());
                assert!(text.chars().count() < MOST_OF_A_LINE + 10, "{text}");
                assert!(text.chars().skip(mark).collect::<String>().starts_with("HERE"), "{text}");
                assert!(text.starts_with(&format!("...{letter}")) && text.ends_with("b..."));
                assert_eq!(mark, 63);
            }
            let (text, mark) = excerpt(&line, 0);
            assert!(text.starts_with(letter) && mark == 0);
        }
        let (text, mark) = excerpt(&format!("x\n1234{}", "y".repeat(300)), 6);
        assert!(text.starts_with("1234yyy") && mark == 4, "{text}");
        let (text, mark) = excerpt(&format!("{}1234", "y".repeat(300)), 300);
        assert!(text.starts_with("...yyy") && text.ends_with("y1234") && mark == 63, "{text}");
    }

    #[test]
    fn lines_are_found_in_any_order() {
        let whole = SourceText::Whole("one\nzwo \u{e9}x\n\nfour".to_owned());
        let some = [(2, "zwo \u{e9}x".to_owned())].into_iter().collect();
        let mut finder = LineFinder::default();
        let shown = |text: &str, mark| Some((text.to_owned(), mark));
        for (spot, expected) in [
            (Spot::Line(4, 2), shown("four", 1)),
            (Spot::Line(2, 6), shown("zwo \u{e9}x", 5)),
            (Spot::Line(2, 60), shown("zwo \u{e9}x", 6)),
            (Spot::Line(3, 1), shown("", 0)),
            (Spot::Line(5, 1), None),
            (Spot::Text(2, 6, 10), shown("zwo \u{e9}x", 5)),
            (Spot::Whole, None),
        ] {
            assert_eq!(finder.excerpt(&whole, spot), expected, "{spot:?}");
        }
        assert_eq!(
            finder.excerpt(&SourceText::Lines(some), Spot::Line(2, 5)),
            shown("zwo \u{e9}x", 4)
        );
    }
}
