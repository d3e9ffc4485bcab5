//! The answers of one country: named entries, bare words and answers written in place, with their
//! pools looked up.

use super::{
    answer_options::{AnswerContext, with_options},
    error::ConfigError,
    fields::{Fields, Reader},
    pool::{PoolSpec, Pools},
    wire::{read_ede, read_parser, read_wire},
    yaml_tree::{Node, Value},
};
use crate::{
    answer::{
        AddressFamily, Answer, AnswerKind, AnswerSpan, EdnsForm, KINDS, KindEntry, LONGEST,
        MOST_REPLIES, MessageForm, Pick, kind_named,
    },
    diagnostic::{At, Mismatch, Report, UnknownWord},
    dns::{QueryParser, constants::RECORDS_ROOM},
    files::FileSource,
};
use std::{collections::HashMap, net::IpAddr, path::Path, sync::Arc};
use thiserror::Error;

/// What stands behind `answer:` in a rule, or an entry under `answers`. Its form has been checked;
/// what it refers to is looked up by [`AnswerCatalog`].
#[derive(Clone, Debug)]
pub struct AnswerSpec(Node);

/// The answers of one country. Named ones are read when they are first needed, because they may
/// name each other.
pub struct AnswerCatalog<'s> {
    file: usize,
    named: &'s [(At<String>, AnswerSpec)],
    nodes: HashMap<&'s str, &'s Node>,
    /// What is listed where a word is none of them: bare words, and their names in their order.
    words: Arc<[String]>,
    /// Those that are done; nothing for one that is broken, so that it is reported once and not as
    /// unknown.
    done: HashMap<&'s str, Option<Arc<Answer>>>,
    /// Those that are being read, each for the sake of the next.
    open: Vec<&'s str>,
    pools: Pools,
    /// How many counters of answers have been given out, in this country and those before it.
    counters: usize,
}

/// As many answers may be made of each other. Each is a call on the stack when a query is answered.
const MAX_DEPTH: usize = 32;

/// As many may be in one. Whether one of them leads to a name is asked for every query.
const MAX_SIZE: usize = 1000;

/// Stands for all that answers refer to while only their form is checked.
struct AnythingGoes;

impl AnswerSpec {
    /// The answer of a rule, with its form checked.
    pub(super) fn of_rule(node: &Node, reader: &mut Reader<'_>) -> Self {
        AnythingGoes.answer(node, reader);
        Self(node.clone())
    }

    /// An entry under `answers`, with its form checked.
    pub(super) fn entry(node: &Node, reader: &mut Reader<'_>) -> Self {
        match &node.value {
            Value::Scalar(word) => _ = read_word(word, node, &mut AnythingGoes, reader),
            _ => _ = read_map(node, None, &mut AnythingGoes, reader),
        }
        Self(node.clone())
    }
}

impl<'s> AnswerCatalog<'s> {
    /// The answers of the country in a file, after others that have so many counters. Files of
    /// pools stand beside the country's own `path`.
    pub fn new(
        (file, path): (usize, &Path),
        named: &'s [(At<String>, AnswerSpec)],
        pools: &[(At<String>, PoolSpec)],
        counters: usize,
        files: &FileSource,
        report: &mut Report,
    ) -> Self {
        let pools = Pools::read(pools, path, files, report);
        let words = bare_words().chain(named.iter().map(|(name, _)| name.value.clone())).collect();
        let nodes = named.iter().map(|(name, spec)| (name.value.as_str(), &spec.0)).collect();
        let (done, open) = (HashMap::new(), Vec::new());
        Self { file, named, nodes, words, done, open, pools, counters }
    }

    /// Looks up also what those answers refer to that no rule names; says how many counters have
    /// been given out.
    pub fn finish(mut self, report: &mut Report) -> usize {
        let mut reader = Reader::again(report, self.file);
        for (name, _) in self.named {
            self.by_name(&name.value, &mut reader);
        }
        self.counters
    }

    /// The answer of a rule, which may stand in another file than the country.
    pub fn resolve(
        &mut self,
        spec: &'s AnswerSpec,
        file: usize,
        report: &mut Report,
    ) -> Option<Arc<Answer>> {
        self.answer(&spec.0, &mut Reader::again(report, file))
    }

    fn by_word(
        &mut self,
        word: &str,
        node: &'s Node,
        reader: &mut Reader<'_>,
    ) -> Option<Arc<Answer>> {
        let Some((&name, _)) = self.nodes.get_key_value(word) else {
            if let Some(answer) = read_word(word, node, self, reader) {
                return Some(Arc::new(answer));
            }
            reader.refer(node, unknown_word(word, Arc::clone(&self.words)));
            return None;
        };
        if self.open.contains(&name) {
            let chain = [&self.open[..], &[name]].concat().join(" → ");
            reader.refer(node, ConfigError::Circular { chain });
            return None;
        }
        self.by_name(name, reader)
    }

    fn by_name(&mut self, name: &'s str, reader: &mut Reader<'_>) -> Option<Arc<Answer>> {
        let node = *self.nodes.get(name)?;
        if let Some(done) = self.done.get(name) {
            return done.clone();
        }
        let reader = &mut Reader::again(reader.report, self.file);
        if self.open.len() == MAX_DEPTH {
            reader.refer(node, ConfigError::TooDeep { most: MAX_DEPTH });
            self.done.insert(name, None);
            return None;
        }
        self.open.push(name);
        let answer = match &node.value {
            Value::Scalar(word) => read_word(word, node, self, reader).map(|mut answer| {
                name.clone_into(&mut answer.name);
                answer
            }),
            _ => read_map(node, Some(name), self, reader),
        };
        self.open.pop();
        let answer = answer.filter(|answer| is_bounded(answer, node, reader)).map(Arc::new);
        self.done.insert(name, answer.clone());
        answer
    }
}

impl<'s> AnswerContext<'s> for AnswerCatalog<'s> {
    fn answer(&mut self, node: &'s Node, reader: &mut Reader<'_>) -> Option<Arc<Answer>> {
        match node.written() {
            Some(word) => self.by_word(word, node, reader),
            None => {
                let answer = read_map(node, None, self, reader);
                answer.filter(|answer| is_bounded(answer, node, reader)).map(Arc::new)
            }
        }
    }

    fn pool(
        &self,
        name: &At<String>,
        family: AddressFamily,
        reader: &mut Reader<'_>,
    ) -> Option<(Arc<[IpAddr]>, Pick)> {
        self.pools.of_family(name, family, reader.report)
    }

    fn counter(&mut self) -> usize {
        self.counters += 1;
        self.counters - 1
    }
}

impl<'s> AnswerContext<'s> for AnythingGoes {
    fn answer(&mut self, node: &'s Node, reader: &mut Reader<'_>) -> Option<Arc<Answer>> {
        match &node.value {
            Value::Scalar(_) | Value::Number(_) => read_word("drop", node, self, reader),
            Value::Map(_) => read_map(node, None, self, reader),
            _ => {
                let expected = "an answer: a word, the name of an entry under answers, or a map";
                reader.expected(node, expected);
                None
            }
        }
        .map(Arc::new)
    }

    fn pool(
        &self,
        _name: &At<String>,
        family: AddressFamily,
        _reader: &mut Reader<'_>,
    ) -> Option<(Arc<[IpAddr]>, Pick)> {
        Some((Arc::new([family.unspecified()]), Pick::All))
    }

    fn counter(&mut self) -> usize {
        0
    }
}

/// Whether what an answer is made of stays within what one query may cause; what does not has been
/// reported.
fn is_bounded(answer: &Answer, node: &Node, reader: &mut Reader<'_>) -> bool {
    let AnswerSpan { replies, latest } = answer.span();
    let too_much = |found: String, most: String| ConfigError::TooMuch { found, most };
    let problem = if answer.depth() > MAX_DEPTH {
        ConfigError::TooDeep { most: MAX_DEPTH }
    } else if answer.size() > MAX_SIZE {
        ConfigError::TooLarge { most: MAX_SIZE }
    } else if replies > MOST_REPLIES {
        too_much(format!("up to {replies} replies"), MOST_REPLIES.to_string())
    } else if latest > LONGEST {
        too_much(
            format!("its last reply after {} s", latest.as_secs_f64()),
            format!("{} s", LONGEST.as_secs()),
        )
    } else if answer.record_octets() > RECORDS_ROOM {
        // By TCP too it would be cut, and the client ask again for ever.
        ConfigError::TooLong { found: answer.record_octets(), most: RECORDS_ROOM }
    } else {
        return true;
    };
    reader.refer(node, problem);
    false
}

/// The answer that a bare word means, if it is a kind that needs no options.
fn read_word<'s>(
    word: &str,
    node: &'s Node,
    context: &mut dyn AnswerContext<'s>,
    reader: &mut Reader<'_>,
) -> Option<Answer> {
    let Some(entry) = kind_named(word).filter(|entry| entry.bare) else {
        reader.add(node, unknown_word(word, bare_words().collect()));
        return None;
    };
    let kind = with_options(node, false, context, reader, |options| entry.read(options))?;
    Some(Answer::new(word.to_owned(), kind, MessageForm::default(), QueryParser::Dns))
}

/// What is said of a word that is no answer.
#[derive(Debug, Error)]
#[error(transparent)]
enum NoAnswer {
    Mismatch(#[from] Mismatch),
    Unknown(#[from] UnknownWord),
}

/// The words that are answers without options.
fn bare_words() -> impl Iterator<Item = String> {
    KINDS.iter().filter(|entry| entry.bare).map(|entry| entry.word.to_owned())
}

/// What is said of a word that is no answer. Some are answers, but not without options.
fn unknown_word(word: &str, expected: Arc<[String]>) -> NoAnswer {
    if let Some(expected) = kind_named(word).and_then(|entry| entry.example) {
        let (found, expected) = (format!("\"{word}\" alone"), expected.to_owned());
        return Mismatch { found, expected }.into();
    }
    if let Ok(address) = word.parse::<IpAddr>() {
        let (found, key) =
            (format!("an address, {word}"), if address.is_ipv4() { "a" } else { "aaaa" });
        let expected = format!("an answer that has it: {{poison: {{{key}: {word}}}}}");
        return Mismatch { found, expected }.into();
    }
    UnknownWord { found: word.to_owned(), what: "answer", expected }.into()
}

/// An answer with its options; one without a name has the word of its kind.
fn read_map<'s>(
    node: &'s Node,
    name: Option<&str>,
    context: &mut dyn AnswerContext<'s>,
    reader: &mut Reader<'_>,
) -> Option<Answer> {
    let mut fields = Fields::of(node, "an answer", reader);
    let entry = kind_of(node, &fields, reader);
    let kind = entry.and_then(|entry| read_kind(entry, &fields, context, reader));
    KINDS.iter().for_each(|entry| fields.allow(entry.word));
    let wire = fields.get("wire").map(|wire| read_wire(wire, reader)).unwrap_or_default();
    let ede = fields.get("ede").and_then(|ede| read_ede(ede, reader));
    let parser = fields.get("parser").and_then(|parser| read_parser(parser, reader));
    let [wire_key, ede_key, parser_key] =
        ["wire", "ede", "parser"].map(|key| fields.entry(key).map(|(key, _)| key));
    fields.finish(reader);
    let (entry, kind) = (entry?, kind?);
    if entry.composed
        && let Some(key) = wire_key.or(ede_key).or(parser_key)
    {
        let found = "it beside an answer that is made of others";
        reader.found(key, found, "wire, ede and parser with those answers");
    }
    if let (Some(_), Some(key)) = (&ede, ede_key)
        && wire.edns != EdnsForm::Normal
    {
        let found = "an ede in an answer without an OPT of its own";
        reader.found(key, found, "wire with edns: normal, or none, beside it");
    }
    let (name, form) = (name.unwrap_or(entry.word).to_owned(), MessageForm { wire, ede });
    Some(Answer::new(name, kind, form, parser.unwrap_or_default()))
}

fn read_kind<'s>(
    entry: &'static KindEntry,
    fields: &Fields<'s>,
    context: &mut dyn AnswerContext<'s>,
    reader: &mut Reader<'_>,
) -> Option<Box<dyn AnswerKind>> {
    let (key, options) = fields.entry(entry.word)?;
    let given = !matches!(options.value, Value::Null);
    if given || entry.bare {
        return with_options(options, given, context, reader, |options| entry.read(options));
    }
    reader.found(key, "no options", format!("{} with its options", entry.word));
    None
}

/// The one key that says which kind of answer it is.
fn kind_of(
    node: &Node,
    fields: &Fields<'_>,
    reader: &mut Reader<'_>,
) -> Option<&'static KindEntry> {
    let words = || KINDS.iter().map(|entry| entry.word);
    let kinds: Vec<_> = words().filter(|word| fields.has(word)).collect();
    match kinds[..] {
        [kind] => kind_named(kind),
        _ if !matches!(node.value, Value::Map(_)) => None,
        [] => {
            let words = words().collect::<Vec<_>>().join(", ");
            reader.found(node, "none of them", format!("an answer with one of {words}"));
            None
        }
        [first, second, ..] => {
            let node = fields.entry(second).map_or(node, |(key, _)| key);
            let found = format!("{second} beside {first}");
            reader.found(node, found, "one kind of answer alone");
            None
        }
    }
}
