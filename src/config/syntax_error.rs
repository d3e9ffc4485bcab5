//! Why a text is no YAML that is read here, with its place.

use crate::sys::{YamlError, YamlMark};

/// What is said of a star that begins a pattern and should stand in quotes.
const STAR: &str = "a pattern that begins with * must stand in quotes, \
                    because * names an alias in YAML";

/// A text that is no YAML, or too much of it.
#[derive(Debug)]
pub(super) struct SyntaxError {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) message: String,
}

impl SyntaxError {
    /// Something stands here that may not.
    pub(super) fn refused(at: YamlMark, message: impl Into<String>) -> Self {
        Self { line: at.line, column: at.column, message: message.into() }
    }

    /// An alias that names no anchor: perhaps a pattern that should stand in quotes.
    pub(super) fn unknown_alias(text: &str, at: YamlMark) -> Self {
        if let Some(column) = text.lines().nth(at.line - 1).and_then(stray_star) {
            return Self { line: at.line, column, message: STAR.to_owned() };
        }
        let message = "this alias has no anchor (&word); \
                       a pattern that begins with * must stand in quotes";
        Self::refused(at, message)
    }

    /// The parser's words, or better ones for mistakes that it does not understand.
    pub(super) fn of_parser(text: &str, error: &YamlError) -> Self {
        let (line, column) = match error.mark {
            // Where the text ends without the end of a line, the parser is a line ahead.
            Some(mark) if mark.line > text.split('\n').count() => line_and_column(text, text.len()),
            Some(mark) => (mark.line, mark.column),
            None => line_and_column(text, error.index),
        };
        let written = text.lines().nth(line - 1);
        if let Some(star) = written.and_then(stray_star) {
            return Self { line, column: star, message: STAR.to_owned() };
        }
        if let Some(tab) = written.and_then(leading_tab) {
            let message = "a tab; YAML lines are indented by blanks".to_owned();
            return Self { line, column: tab, message };
        }
        Self { line, column, message: format!("this is no YAML: {}", error.why) }
    }
}

/// Line and column, counted from 1, of an octet of a text.
fn line_and_column(text: &str, index: usize) -> (usize, usize) {
    let before = text.get(..index).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// What is said of a tag, which is good YAML but means nothing here.
pub(super) const TAGS: &str = "tags (!word) have no meaning here";

/// The column of a tab in the indentation of a line, or behind its dash.
fn leading_tab(line: &str) -> Option<usize> {
    let indented = line.trim_start_matches([' ', '\t', '-']);
    let tab = line[..line.len() - indented.len()].find('\t')?;
    Some(tab + 1)
}

/// The column of a star outside quotes that begins a pattern and no alias: something else than a
/// word follows.
fn stray_star(line: &str) -> Option<usize> {
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '#' && before == ' ' => return None,
            None if c == '*' && " [,{-:".contains(before) => {
                let word =
                    line[at + 1..].split([' ', ',', ']', '}']).next().expect("a part at least");
                if word.is_empty() || word.contains(['.', '*']) {
                    return Some(line[..at].chars().count() + 1);
                }
            }
            None => {}
        }
        before = c;
    }
    None
}
