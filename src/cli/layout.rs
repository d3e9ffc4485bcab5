//! Lines that fit: how wide a line may be, and what becomes of texts and lists that are longer.

use std::io::{self, IsTerminal};
use terminal_size::{Width, terminal_size_of};

/// What is no terminal is read by people later, in a pager or a log.
const ELSEWHERE: usize = 100;

/// Below this nothing sensible can be laid out.
const LEAST: usize = 40;

/// And nobody reads lines that are longer.
const MOST: usize = 10_000;

/// The columns of a line: what COLUMNS says, else the terminal, else a hundred.
pub(super) fn width() -> usize {
    let told = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    let out = io::stdout();
    let measured = || match terminal_size_of(&out) {
        Some((Width(columns), _)) if out.is_terminal() => Some(usize::from(columns)),
        _ => None,
    };
    // A terminal that does not know its size says zero.
    let width = told.or_else(measured).filter(|columns| *columns > 0);
    width.unwrap_or(ELSEWHERE).clamp(LEAST, MOST)
}

/// Characters are taken to be as wide as a column.
pub(super) fn columns(text: &str) -> usize {
    text.chars().count()
}

/// The text, or as much of it as fits, with an ellipsis.
pub(super) fn shortened(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// The text in lines, broken at blanks. A word that is too long for a line has one of its own.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is always a line");
        if line.is_empty() {
            line.push_str(word);
        } else if columns(line) + 1 + columns(word) <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// As many items as fit, the first one in any case, and how many more there are.
pub(super) fn listed<T: AsRef<str>>(
    items: impl IntoIterator<Item = T>,
    gap: &str,
    width: usize,
) -> String {
    let mut items = items.into_iter();
    let (mut all, mut kept, mut shown, mut full) = (0, String::new(), 0, false);
    let mut whole = String::new();
    for item in items.by_ref() {
        all += 1;
        if full {
            continue;
        }
        if all > 1 {
            whole.push_str(gap);
        }
        whole.push_str(item.as_ref());
        if all == 1 || columns(&whole) + " and 99999 more".len() <= width {
            (kept, shown) = (whole.clone(), all);
        }
        full = columns(&whole) > width;
    }
    if !full {
        whole
    } else if all == shown {
        kept
    } else {
        format!("{kept} and {} more", all - shown)
    }
}

/// Prints a text in as many lines as it needs.
pub(super) fn say_wrapped(text: &str) {
    wrapped(text, width()).iter().for_each(|line| say!("{line}"));
}

#[cfg(test)]
mod tests {
    use super::{listed, shortened, wrapped};

    #[test]
    fn what_fits_stays_as_it_is() {
        assert_eq!(shortened("twelve chars", 12), "twelve chars");
        assert_eq!(wrapped("one two", 7), ["one two"]);
        assert_eq!(listed(["AM", "BR", "CN"], " ", 8), "AM BR CN");
        assert_eq!(listed([""; 0], " ", 8), "");
    }

    #[test]
    fn what_does_not_is_cut_broken_or_counted() {
        assert_eq!(shortened("twelve chars", 8), "twelve…");
        assert_eq!(wrapped("one two incomprehensibility", 7), ["one two", "incomprehensibility"]);
        assert_eq!(listed(["AM", "BR", "CN", "CZ", "DE"], " ", 8), "AM and 4 more");
        let many = vec!["AM"; 100];
        assert_eq!(listed(many, " ", 30), "AM AM AM AM AM and 95 more");
        assert_eq!(listed(["a-long-name.example"], ", ", 5), "a-long-name.example");
    }
}
