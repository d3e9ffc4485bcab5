//! Colours: what is a lie, what is honest, what is only assumed.

use crate::config::{Evidence, Word};
use anstyle::{AnsiColor, Style};

pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(super) const HEAD: Style = Style::new().bold();
pub(super) const FAINT: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const WARN: Style = AnsiColor::Yellow.on_default();

pub(super) const fn verdict(word: Word) -> Style {
    match word {
        Word::Honest => GOOD,
        Word::Poison => BAD,
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
