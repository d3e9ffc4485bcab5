//! What a rule rests on: `sources: [OONI-2022]`, or with what each source attests:
//! `sources: [{OONI-2022: [name, since]}, {Fingerprints: [form, 2020-03-18, www.example.com]}]`.

use super::{
    fields::Reader,
    yaml_tree::{Node, Value},
};
use crate::{
    diagnostic::At,
    model::{Attested, StatedTime},
};

/// A source of a rule, by its key under `sources`.
#[derive(Clone, Debug)]
pub struct CitationSpec {
    /// Its key.
    pub key: At<String>,
    /// What it attests.
    pub attests: Vec<Attested>,
    /// The days of what it observed.
    pub days: Vec<StatedTime>,
    /// The names that it observed, where they are others than the rule's.
    pub names: Vec<String>,
}

pub(super) fn read_citations(node: &Node, reader: &mut Reader<'_>) -> Vec<CitationSpec> {
    let items =
        if let Value::Map(_) = &node.value { vec![node] } else { reader.items(node, "sources") };
    let mut citations = Vec::new();
    for item in items {
        let Value::Map(_) = &item.value else {
            let key = reader.string(item, "the key of a source");
            citations.extend(key.map(CitationSpec::bare));
            continue;
        };
        for (name, key, words) in reader.named(item, "sources") {
            let mut citation = CitationSpec::bare(reader.at(key, name.to_owned()));
            let words = reader.items(words, "words for what it attests");
            words.into_iter().for_each(|word| citation.read(word, reader));
            citations.push(citation);
        }
    }
    citations
}

impl CitationSpec {
    const fn bare(key: At<String>) -> Self {
        Self { key, attests: Vec::new(), days: Vec::new(), names: Vec::new() }
    }

    /// A word for what is attested, the time of an observation, or the name that was observed.
    fn read(&mut self, node: &Node, reader: &mut Reader<'_>) {
        let words = Attested::ALL.map(|(word, _)| word).join(", ");
        let expected = format!("{words}, a time such as 2022-03-04, or the name that was observed");
        let Some(text) = reader.text(node, &expected) else { return };
        let word = Attested::ALL.iter().find(|(word, _)| *word == text);
        if let Some((_, attested)) = word {
            self.attests.push(*attested);
        } else if let Ok(time) = text.parse() {
            self.days.push(time);
        } else if text.contains('.') && crate::dns::Name::parse(text).is_ok() {
            self.names.push(text.to_owned());
        } else {
            reader.expected(node, expected);
        }
    }
}
