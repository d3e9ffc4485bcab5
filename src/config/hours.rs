//! Days of the week and times of day on which a rule holds.

use super::{
    fields::{Fields, Reader},
    yaml_tree::{Node, Value},
};
use crate::model::{HoursSpan, Minute, WEEKDAYS};

/// Spans of a rule, at most: a week has so many hours, and each query is compared with all of them.
const MOST_SPANS: usize = 7 * 24;

/// `hours:` of a rule: one span, or a list of them.
pub(super) fn read_hours(node: &Node, reader: &mut Reader<'_>) -> Vec<HoursSpan> {
    let spans = if let Value::Map(_) = &node.value {
        vec![node]
    } else {
        reader.few(node, MOST_SPANS, "spans of the day")
    };
    if spans.is_empty() {
        reader.expected(node, "at least one span of the day");
    }
    spans.into_iter().filter_map(|span| read_span(span, reader)).collect()
}

fn read_span(node: &Node, reader: &mut Reader<'_>) -> Option<HoursSpan> {
    let mut fields = Fields::of(node, "hours", reader);
    let days = fields
        .get("days")
        .map_or(Vec::new(), |list| reader.few(list, WEEKDAYS.len(), "days of the week"));
    let days: Vec<_> =
        days.into_iter().filter_map(|day| reader.word(day, "day of the week", &WEEKDAYS)).collect();
    let mut time = |key, missing, reader: &mut Reader<'_>| match fields.get(key) {
        Some(time) => reader
            .parse::<Minute>(time, "a time of day such as 08:00, up to 24:00")
            .map(|at| at.value),
        None => Some(missing),
    };
    let from = time("from", Minute::MIDNIGHT, reader);
    let to = time("to", Minute::NEXT_MIDNIGHT, reader);
    fields.finish(reader);
    let (from, to) = (from?, to?);
    if from == to || from == Minute::NEXT_MIDNIGHT || to == Minute::MIDNIGHT {
        reader.found(
            node,
            format!("{from} to {to}"),
            "a span that begins before 24:00, ends after 00:00 and is not empty",
        );
        return None;
    }
    Some(HoursSpan { days, from, to })
}
