//! One pattern a line, in the words of a country file. A leading dot means the same as none, as in
//! other people's lists.

use crate::dns::{Form, PatternError};

pub(super) fn words(line: &str) -> impl Iterator<Item = &str> {
    (!line.is_empty()).then_some(line).into_iter()
}

pub(super) fn pattern(word: &str, text: &mut String) -> Result<Form, PatternError> {
    match word.strip_prefix('.') {
        Some(rest) if !rest.is_empty() => Form::read(rest, text),
        _ => Form::read(word, text),
    }
}
