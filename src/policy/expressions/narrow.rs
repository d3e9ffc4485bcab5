//! Expressions as far as names can match them: names are printable ASCII in lower case, so `[^.]`
//! means one of a few octets, not all of Unicode, and case does not matter. What is made of such an
//! expression is smaller and faster, and matches the same names.

use regex_syntax::{
    Error, ParserBuilder,
    hir::{
        Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir, HirKind,
        Repetition,
    },
};

/// The octets of names, but for A to Z.
const RANGES: [(u8, u8); 2] = [(b'!', b'@'), (b'[', b'~')];

/// Reads an expression.
pub(super) fn narrowed(text: &str) -> Result<Hir, Box<Error>> {
    Ok(narrow(ParserBuilder::new().case_insensitive(true).build().parse(text)?))
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
        // Nobody asks what a group has matched.
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
