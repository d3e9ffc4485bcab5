//! Examples: questions with the verdict that the author expects, run whenever a country is loaded.

use super::{
    fields::{Fields, Reader},
    tree::Node,
    values::{At, Word},
};
use crate::{
    name::Name,
    query::{Transport, Type},
};
use jiff::civil::Date;

/// One entry under `examples`.
#[derive(Clone, Debug)]
pub struct ExampleSpec {
    /// The question as written: `www.example.com A`.
    pub ask: At<String>,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub rtype: Type,
    /// The operator whose client asks; the country's own when missing.
    pub operator: Option<At<String>>,
    /// The day; the real one when missing.
    pub today: Option<Date>,
    /// The transport; UDP when missing.
    pub transport: Transport,
    /// The verdict.
    pub expect: Word,
    /// How many replies go out.
    pub replies: Option<usize>,
    /// The rule that decides.
    pub rule: Option<String>,
    /// The record data of the first reply, in order.
    pub answers: Option<Vec<String>>,
}

pub(super) fn read_example(node: &Node, reader: &mut Reader<'_>) -> Option<ExampleSpec> {
    let mut fields = Fields::of(node, "an example", reader);
    let ask = fields.need("ask", reader).and_then(|ask| read_question(ask, reader));
    let operator = fields.get("operator").and_then(|name| reader.string(name, "the name of an operator"));
    let today = fields.get("today").and_then(|day| reader.date(day));
    let transport = fields.get("transport").and_then(|word| reader.transport(word));
    let expect = fields.need("expect", reader).and_then(|word| reader.verdict(word));
    let replies = fields.get("replies").and_then(|count| reader.number(count, (0, 16)));
    let rule = fields.get("rule").and_then(|name| reader.string(name, "the name of a rule"));
    let answers = fields.get("answers").map(|list| reader.items(list, "record data"));
    let answers = answers.map(|items| items.into_iter().filter_map(|item| reader.string(item, "record data")).map(|at| at.value));
    let answers = answers.map(Iterator::collect);
    fields.finish(reader);
    let (ask, name, rtype) = ask?;
    Some(ExampleSpec {
        ask,
        name,
        rtype,
        operator,
        today,
        transport: transport.unwrap_or(Transport::Udp),
        expect: expect?,
        replies: replies.and_then(|count| usize::try_from(count).ok()),
        rule: rule.map(|at| at.value),
        answers,
    })
}

fn read_question(node: &Node, reader: &mut Reader<'_>) -> Option<(At<String>, Name, Type)> {
    let expected = "a question: a name and a type, such as www.example.com A";
    let ask = reader.string(node, expected)?;
    let mut words = ask.value.split_whitespace();
    let (name, rtype) = (words.next(), words.next().unwrap_or("A"));
    let name = name.and_then(|text| Name::parse(text).ok());
    match (name, rtype.parse(), words.next()) {
        (Some(name), Ok(rtype), None) => Some((ask, name, rtype)),
        _ => {
            reader.expected(node, expected);
            None
        }
    }
}
