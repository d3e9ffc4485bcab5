//! Colours: what is a lie, what is honest, what is only assumed; and the one way to the standard
//! output and to the standard error, on which nothing that files, names or arguments say can move a
//! terminal.

use crate::model::{Evidence, VerdictKind};
use anstyle::{AnsiColor, Style};
use serde_json::Value;
use std::{
    fmt,
    io::Write,
    sync::{
        LazyLock,
        atomic::{AtomicBool, Ordering},
    },
};

pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(super) const HEAD: Style = Style::new().bold();
pub(super) const FAINT: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const WARN: Style = AnsiColor::Yellow.on_default();

pub(super) const fn verdict(word: VerdictKind) -> Style {
    match word {
        VerdictKind::Honest => GOOD,
        VerdictKind::Poison => BAD,
        _ => WARN,
    }
}

pub(super) const fn evidence(grade: Evidence) -> Style {
    match grade {
        Evidence::Measured => GOOD,
        Evidence::Reported => Style::new(),
        Evidence::Assumed => WARN,
    }
}

/// Prints a line. Nobody may be reading any more (`splinterdns countries | head`), which is no
/// error.
pub(super) fn say(line: fmt::Arguments<'_>) {
    let line = visible(&line.to_string(), escaped);
    let _ = if ON_STDERR.load(Ordering::Relaxed) {
        writeln!(anstream::stderr(), "{line}")
    } else {
        writeln!(anstream::stdout(), "{line}")
    };
}

/// Whether lines for people go to the standard error.
static ON_STDERR: AtomicBool = AtomicBool::new(false);

/// Standard output is for a program from now on.
pub(super) fn speak_on_stderr() {
    ON_STDERR.store(true, Ordering::Relaxed);
}

/// Prints a JSON value; its texts have no control characters, but may have others that turn the
/// direction of a line.
pub(super) fn say_json(value: &Value) {
    let in_json = |character| format!("\\u{:04x}", u32::from(character));
    let _ = writeln!(anstream::stdout(), "{}", visible(&format!("{value:#}"), in_json));
}

/// Prints a line to the standard error, without any colours.
pub(super) fn complain(line: fmt::Arguments<'_>) {
    let _ = writeln!(anstream::stderr(), "{}", colourless(&line.to_string()));
}

/// Says why a command fails.
pub(super) fn fail(message: &str) {
    let _ = writeln!(anstream::stderr(), "{BAD}error:{BAD:#} {}", colourless(message));
}

/// What the standard error is given for a text, for fuzz targets.
#[cfg(fuzzing)]
#[must_use]
pub fn in_a_terminal(text: &str) -> String {
    colourless(text)
}

/// Whether a text has something in it that would be escaped.
pub(super) fn moves_a_terminal(text: &str) -> bool {
    text.chars().any(controls)
}

/// The sequences that colour our own words.
static COLOURS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let reset = BAD.render_reset().to_string();
    let begin = [BAD, HEAD, FAINT, GOOD, WARN].map(|style| style.render().to_string());
    begin.into_iter().chain([reset]).collect()
});

/// A text in which every character that controls a terminal or turns the direction of a line (UAX
/// #9) is escaped, but line ends, tabs and our own colours.
fn visible(text: &str, escape: impl Fn(char) -> String) -> String {
    let mut visible = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(controls) {
        visible.push_str(&rest[..at]);
        rest = &rest[at..];
        let colour = COLOURS.iter().find(|colour| rest.starts_with(colour.as_str()));
        let length = if let Some(colour) = colour {
            visible.push_str(colour);
            colour.len()
        } else {
            let character = rest.chars().next().expect("one was found");
            visible.push_str(&escape(character));
            character.len_utf8()
        };
        rest = &rest[length..];
    }
    visible + rest
}

/// The same where none of it is ours.
fn colourless(text: &str) -> String {
    let escape =
        |character| if controls(character) { escaped(character) } else { character.into() };
    text.chars().map(escape).collect()
}

fn controls(character: char) -> bool {
    let turns = matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    turns || character.is_control() && !matches!(character, '\n' | '\t')
}

/// As Rust writes it: `\x1b`, `\u{202e}`.
fn escaped(character: char) -> String {
    if character.is_ascii() {
        format!("\\x{:02x}", u32::from(character))
    } else {
        character.escape_unicode().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::{BAD, colourless, escaped, visible};

    #[test]
    fn nothing_that_others_say_moves_a_terminal() {
        for (text, expected) in [
            ("\x1b[2J\x1b]0;t\x07", "\\x1b[2J\\x1b]0;t\\x07"),
            ("a\u{202e}b\u{9b}5m\u{200f}", "a\\u{202e}b\\u{9b}5m\\u{200f}"),
            ("\x1b[5mblinks", "\\x1b[5mblinks"),
            ("two\nlines\tand a tab\r", "two\nlines\tand a tab\\x0d"),
            ("na\u{ef}ve \u{5e9}\u{5dc}\u{5d5}\u{5dd}", "na\u{ef}ve \u{5e9}\u{5dc}\u{5d5}\u{5dd}"),
        ] {
            assert_eq!(visible(text, escaped), expected);
            assert_eq!(colourless(text), expected);
        }
        let own = format!("{BAD}red{BAD:#}\x07");
        assert_eq!(visible(&own, escaped), format!("{BAD}red{BAD:#}\\x07"));
        assert_eq!(colourless(&own), "\\x1b[1m\\x1b[31mred\\x1b[0m\\x07", "somebody else's");
    }
}
