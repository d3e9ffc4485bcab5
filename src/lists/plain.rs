//! One pattern a line, in the words of a country file. A leading dot means the same as none, as in other people's lists.

use crate::name::{Pattern, PatternError};

pub(super) fn entries(line: &str) -> Vec<&str> {
    if line.is_empty() { Vec::new() } else { vec![line] }
}

pub(super) fn pattern(entry: &str) -> Result<Pattern, PatternError> {
    match entry {
        "." => Ok(Pattern::Every),
        entry => Pattern::parse(entry.strip_prefix('.').unwrap_or(entry)),
    }
}
