//! Regular expressions over names: how they are read, and how large they may be.

use regex_syntax::{
    ParserBuilder,
    hir::{
        Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir, HirKind,
        Repetition,
    },
};

/// States of an automaton for one expression, at most, repetitions written out: as many as a line
/// of a list has octets, so that what is long may be written, and a few letters do not stand for
/// megabytes.
const MAX_STATES: usize = 16_384;

/// The octets of names, but for A to Z.
const RANGES: [(u8, u8); 2] = [(b'!', b'@'), (b'[', b'~')];

/// Reads an expression as far as names can match it: names are printable ASCII in lower case, so
/// `[^.]` means one of a few octets, not all of Unicode, and case does not matter. What is made of
/// such an expression is smaller and faster, its literals are few, and it matches the same names.
///
/// # Errors
///
/// Why it is no expression, on one line, or that it is too large.
pub fn read_expression(text: &str) -> Result<Hir, String> {
    let read = ParserBuilder::new().case_insensitive(true).build().parse(text);
    // The library draws a picture of the expression; the reason stands below it.
    let expression = narrow(read.map_err(|why| {
        let why = why.to_string();
        why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
    })?);
    let states = expression_states(&expression);
    if states > MAX_STATES {
        return Err(format!("it comes to {states} states, and {MAX_STATES} is the most"));
    }
    Ok(expression)
}

/// How many states an automaton for an expression has, about: one for each octet that it is made
/// of, as often as that is repeated.
#[must_use]
pub fn expression_states(expression: &Hir) -> usize {
    match expression.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Class(Class::Unicode(class)) => 1 + class.ranges().len(),
        HirKind::Class(Class::Bytes(class)) => 1 + class.ranges().len(),
        HirKind::Repetition(repeated) => {
            let times = repeated.max.unwrap_or(repeated.min).max(1);
            expression_states(&repeated.sub).saturating_mul(times as usize).saturating_add(1)
        }
        HirKind::Capture(group) => expression_states(&group.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(expression_states).fold(1, usize::saturating_add)
        }
    }
}

fn narrow(expression: Hir) -> Hir {
    match expression.into_kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(class) => Hir::class(of_names(class)),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Repetition(repeated) => {
            Hir::repetition(Repetition { sub: Box::new(narrow(*repeated.sub)), ..repeated })
        }
        // What a group has matched is not asked.
        HirKind::Capture(group) => narrow(*group.sub),
        HirKind::Concat(parts) => Hir::concat(parts.into_iter().map(narrow).collect()),
        HirKind::Alternation(ways) => Hir::alternation(ways.into_iter().map(narrow).collect()),
    }
}

fn of_names(mut class: Class) -> Class {
    match &mut class {
        Class::Unicode(class) => {
            let names =
                RANGES.map(|(first, last)| ClassUnicodeRange::new(first.into(), last.into()));
            class.intersect(&ClassUnicode::new(names));
        }
        Class::Bytes(class) => class.intersect(&ClassBytes::new(
            RANGES.map(|(first, last)| ClassBytesRange::new(first, last)),
        )),
    }
    class
}

#[cfg(test)]
mod tests {
    use super::{MAX_STATES, read_expression};

    #[test]
    fn an_expression_is_as_large_as_its_repetitions_make_it() {
        for small in ["a{1000}", "(a|b)*", r"^(\w{1,63}\.){2}example$", "x*", &"a".repeat(16_000)] {
            assert!(read_expression(small).is_ok(), "{small}");
        }
        for large in [r"\w{1000}{1000}", "(a{200}b){100}", "((a{99}){99}){99}", "(ab|c{300}){300}"]
        {
            let why = read_expression(large).unwrap_err();
            assert!(why.ends_with(&format!("{MAX_STATES} is the most")), "{large}: {why}");
        }
        assert!(read_expression(&"(".repeat(5000)).is_err(), "it ends before the stack does");
    }
}
