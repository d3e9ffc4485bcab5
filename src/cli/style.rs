//! Colours: what is a lie, what is honest, what is only assumed; and the one way to the standard
//! output.

use crate::model::{Evidence, VerdictKind};
use anstyle::{AnsiColor, Style};
use std::{fmt, io::Write};

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
    let _ = writeln!(anstream::stdout(), "{line}");
}
