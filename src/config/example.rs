//! Examples: questions with the verdict that the author expects, run whenever a country is loaded.

use super::{
    fields::{Fields, Reader},
    yaml_tree::Node,
};
use crate::{
    diagnostic::{At, InvalidValue},
    dns::{Name, Rtype, Transport},
    model::VerdictKind,
};
use jiff::civil::DateTime;

/// One entry under `examples`.
#[derive(Clone, Debug)]
pub struct ExampleSpec {
    /// The question as written: `www.example.com A`.
    pub ask: At<String>,
    /// Its name.
    pub qname: Name,
    /// Its type.
    pub qtype: Rtype,
    /// The operator whose client asks; the country's own when missing.
    pub operator: Option<At<String>>,
    /// The day; that of the lab when missing, which is allowed where no rule about the name has
    /// dates.
    pub today: Option<DateTime>,
    /// The transport; UDP when missing.
    pub transport: Transport,
    /// The verdict.
    pub expect: At<VerdictKind>,
    /// How many replies go out.
    pub replies: Option<At<usize>>,
    /// The rule that decides.
    pub rule: Option<At<String>>,
    /// The record data of the first reply, in order.
    pub answers: Option<At<Vec<String>>>,
}

pub(super) fn read_example(node: &Node, reader: &mut Reader<'_>) -> Option<ExampleSpec> {
    let mut fields = Fields::of(node, "an example", reader);
    let ask = fields.need("ask", reader).and_then(|ask| read_question(ask, reader));
    let operator =
        fields.get("operator").and_then(|name| reader.string(name, "the name of an operator"));
    let today = fields.get("today").and_then(|day| reader.moment(day));
    let transport = fields.get("transport").and_then(|word| reader.transport(word));
    let expect = fields
        .need("expect", reader)
        .and_then(|word| reader.verdict(word).map(|verdict| reader.at(word, verdict)));
    let replies = fields
        .get("replies")
        .and_then(|count| reader.number(count, (0, 16)).map(|number| reader.at(count, number)));
    let rule = fields.get("rule").and_then(|name| reader.string(name, "the name of a rule"));
    let answers = fields.get("answers").map(|list| read_data(list, reader));
    fields.finish(reader);
    let (ask, qname, qtype) = ask?;
    Some(ExampleSpec {
        ask,
        qname,
        qtype,
        operator,
        today,
        transport: transport.unwrap_or(Transport::Udp),
        expect: expect?,
        replies,
        rule,
        answers,
    })
}

fn read_data(list: &Node, reader: &mut Reader<'_>) -> At<Vec<String>> {
    let items = reader.items(list, "record data");
    let data = items
        .into_iter()
        .filter_map(|item| reader.string(item, "record data"))
        .map(|at| at.value)
        .collect();
    reader.at(list, data)
}

fn read_question(node: &Node, reader: &mut Reader<'_>) -> Option<(At<String>, Name, Rtype)> {
    let expected = "a question: a name and a type, such as www.example.com A";
    let ask = reader.string(node, expected)?;
    let mut words = ask.value.split_whitespace();
    let (name, rtype) = (words.next(), words.next().unwrap_or("A"));
    let (Some(name), None) = (name, words.next()) else {
        reader.expected(node, expected);
        return None;
    };
    let name = Name::parse(name).map_err(|why| reader.add(node, why)).ok();
    let rtype = rtype
        .parse()
        .map_err(|why: InvalidValue| reader.found(node, format!("\"{}\"", why.found), why.expected))
        .ok();
    Some((ask.clone(), name?, rtype?))
}
