//! What holds for every report of problems.

use splinterdns::{cli::in_a_terminal, diagnostic::Report};

/// As many problems as are shown.
const SHOWN: usize = 100;

/// More than a problem takes when it is shown: its message, a part of its line, and a mark.
const MOST_OF_A_PROBLEM: usize = 16_000;

/// Every place lies inside its file, nothing in the words moves a terminal, and a report is no
/// longer than its problems.
pub fn check(report: &Report) {
    for problem in report.located() {
        let Some((line, column)) = problem.at else { continue };
        let mut texts = (0..report.file_count()).map(|file| report.text(file));
        // Of a list only the lines that are shown are kept.
        let is_there = texts.any(|text| text.is_empty() || is_inside(text, line, column));
        assert!(is_there, "{line}:{column} {problem:?}");
    }
    check_words(&report.to_string());
    if let Some(warnings) = report.warnings() {
        check_words(&warnings.to_string());
    }
}

/// Lines end as YAML has them (YAML 1.1 section 4.1.4), which are those of editors but for some
/// characters that nobody types.
#[must_use]
pub fn is_inside(text: &str, line: usize, column: usize) -> bool {
    let text = text.replace("\r\n", "\n");
    let breaks = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];
    let is_in = |mut lines: Box<dyn Iterator<Item = &str> + '_>| {
        let text = line.checked_sub(1).and_then(|above| lines.nth(above));
        text.is_some_and(|text| (1..=text.chars().count() + 2).contains(&column))
    };
    // The end of a text whose last line has no end counts as the line behind it.
    let is_end = column == 1 && line == text.split(breaks).count() + 1;
    is_end || is_in(Box::new(text.split(breaks))) || is_in(Box::new(text.split('\n')))
}

fn check_words(words: &str) {
    assert!(words.len() < (SHOWN + 1) * MOST_OF_A_PROBLEM, "{} octets", words.len());
    let shown = in_a_terminal(words);
    let moves = |c: char| c.is_control() && !matches!(c, '\n' | '\t') || TURNING.contains(c);
    assert!(!shown.contains(moves), "{shown:?}");
}

/// Characters that turn the direction of a line (UAX #9).
const TURNING: &str = "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\
                       \u{2066}\u{2067}\u{2068}\u{2069}";
