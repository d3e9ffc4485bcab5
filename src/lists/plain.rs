//! One pattern a line, in the words of a country file. A leading dot means the same as none, as in other people's lists.

use crate::name::{Pattern, PatternError};

pub(super) fn entries(line: &str) -> Vec<Result<Pattern, PatternError>> {
    match line {
        "" => Vec::new(),
        "." => vec![Ok(Pattern::Every)],
        entry => vec![Pattern::parse(entry.strip_prefix('.').unwrap_or(entry))],
    }
}
