//! The options of an answer, read from YAML.

use super::{
    fields::{Fields, Reader},
    yaml_tree::{Node, Value},
};
use crate::{
    answer::{AddressChoice, AddressFamily, Answer, AnswerOptions, OptionPlace, Pick, TtlRange},
    diagnostic::{At, Mismatch},
};
use hickory_proto::rr::Name as WireName;
use jiff::civil::Date;
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};

/// What the options of an answer may refer to in their country. Whatever is not there has been
/// reported.
pub(super) trait AnswerContext<'s> {
    /// Another answer, by its name or in place.
    fn answer(&mut self, node: &'s Node, reader: &mut Reader<'_>) -> Option<Arc<Answer>>;

    /// The addresses of a pool that are of a family, and how an answer picks from them.
    fn pool(
        &self,
        name: &At<String>,
        family: AddressFamily,
        reader: &mut Reader<'_>,
    ) -> Option<(Arc<[IpAddr]>, Pick)>;

    /// A counter of its own.
    fn counter(&mut self) -> usize;
}

/// The options of one answer.
pub(super) struct YamlOptions<'o, 'r, 's> {
    /// The options, or where they are missing what is complained about.
    node: &'s Node,
    /// Whether there are options; a bare word has none.
    given: bool,
    /// The keys, once they are opened.
    fields: Option<Fields<'s>>,
    context: &'o mut dyn AnswerContext<'s>,
    reader: &'o mut Reader<'r>,
}

/// Reads the options at a node with `read`; a bare word has none (`given` is false).
pub(super) fn with_options<'s, T>(
    node: &'s Node,
    given: bool,
    context: &mut dyn AnswerContext<'s>,
    reader: &mut Reader<'_>,
    read: impl FnOnce(&mut dyn AnswerOptions) -> T,
) -> T {
    let mut options = YamlOptions { node, given, fields: None, context, reader };
    let value = read(&mut options);
    let YamlOptions { fields, reader, .. } = options;
    if let Some(fields) = fields {
        fields.finish(reader);
    }
    value
}

impl<'s> YamlOptions<'_, '_, 's> {
    fn get(&mut self, key: &'static str) -> Option<&'s Node> {
        self.fields.as_mut()?.get(key)
    }

    fn need(&mut self, key: &'static str) -> Option<&'s Node> {
        self.fields.as_mut()?.need(key, self.reader)
    }

    /// The node of a complaint.
    fn place(&self, place: OptionPlace) -> &'s Node {
        let entry = |key| self.fields.as_ref().and_then(|fields| fields.entry(key));
        let node = match place {
            OptionPlace::Whole => None,
            OptionPlace::Key(key) => entry(key).map(|(key, _)| key),
            OptionPlace::Value(key) => entry(key).map(|(_, value)| value),
        };
        node.unwrap_or(self.node)
    }

    /// `127.0.0.1`, `[..]` or `{pool: NAME}`.
    fn choice(&mut self, node: &'s Node, family: AddressFamily) -> Option<AddressChoice> {
        let counter = self.context.counter();
        let reader = &mut *self.reader;
        if matches!(node.value, Value::Map(_)) {
            let mut fields = Fields::of(node, "addresses", reader);
            let pool = fields.need("pool", reader);
            let pool = pool.and_then(|name| reader.string(name, "the name of a pool"));
            fields.finish(reader);
            let (addresses, pick) = self.context.pool(&pool?, family, reader)?;
            let choice = AddressChoice { addresses, pick, counter };
            return fits(choice, family).map_err(|why| reader.refer(node, why)).ok();
        }
        let items = reader.items(node, "addresses, or {pool: NAME}");
        if items.is_empty() && matches!(node.value, Value::List(_)) {
            reader.expected(node, "at least one address");
        }
        let addresses = items
            .into_iter()
            .filter_map(|item| match family {
                AddressFamily::V4 => reader.address::<Ipv4Addr>(item).map(IpAddr::from),
                AddressFamily::V6 => reader.address::<Ipv6Addr>(item).map(IpAddr::from),
            })
            .collect();
        let choice = AddressChoice { addresses, pick: Pick::All, counter };
        fits(choice, family).map_err(|why| reader.add(node, why)).ok()
    }
}

/// Whether a message has room for all addresses of one answer.
fn fits(choice: AddressChoice, family: AddressFamily) -> Result<AddressChoice, Mismatch> {
    let (count, most) = (choice.addresses.len(), family.most_records());
    if choice.pick != Pick::All || count <= most {
        return Ok(choice);
    }
    let found = format!("{count} {} in one answer", family.plural());
    Err(Mismatch { found, expected: format!("at most {most}, for which a message has room") })
}

impl AnswerOptions for YamlOptions<'_, '_, '_> {
    fn open(&mut self, what: &'static str) {
        if self.given {
            self.fields = Some(Fields::of(self.node, what, self.reader));
        }
    }

    fn has(&self, key: &'static str) -> bool {
        let entry = self.fields.as_ref().and_then(|fields| fields.entry(key));
        entry.is_some_and(|(_, value)| !matches!(value.value, Value::Null))
    }

    fn answer(&mut self, key: &'static str) -> Option<Arc<Answer>> {
        let node = self.need(key)?;
        self.context.answer(node, self.reader)
    }

    fn duration(&mut self, key: &'static str, range: (Duration, Duration)) -> Option<Duration> {
        let node = self.need(key)?;
        self.reader.duration(node, range)
    }

    fn chance(&mut self, key: &'static str) -> Option<u32> {
        let node = self.need(key)?;
        self.reader.chance(node)
    }

    fn date(&mut self, key: &'static str, required: bool) -> Option<Date> {
        let node = if required { self.need(key) } else { self.get(key) };
        self.reader.date(node?)
    }

    fn ttl(&mut self, key: &'static str) -> Option<u32> {
        let node = self.get(key)?;
        self.reader.ttl(node)
    }

    fn ttl_range(&mut self, key: &'static str) -> Option<TtlRange> {
        let node = self.get(key)?;
        read_ttl_range(node, self.reader)
    }

    fn name(&mut self, key: &'static str) -> Option<WireName> {
        let node = self.get(key)?;
        self.reader.name(node)
    }

    fn texts(&mut self, key: &'static str) -> Vec<String> {
        let Some(node) = self.get(key) else { return Vec::new() };
        let items = self.reader.items(node, "texts").into_iter();
        items.filter_map(|item| self.reader.string(item, "a text")).map(|at| at.value).collect()
    }

    fn flag(&mut self, key: &'static str) -> Option<bool> {
        let node = self.get(key)?;
        self.reader.flag(node)
    }

    fn word(&mut self, key: &'static str, what: &'static str, words: &[&str]) -> Option<usize> {
        let node = self.get(key)?;
        let words: Vec<_> = words.iter().enumerate().map(|(index, word)| (*word, index)).collect();
        self.reader.word(node, what, &words)
    }

    fn addresses(
        &mut self,
        key: &'static str,
        family: AddressFamily,
    ) -> Option<Option<AddressChoice>> {
        match self.get(key) {
            Some(node) => self.choice(node, family).map(Some),
            None => Some(None),
        }
    }

    fn items(
        &mut self,
        what: &'static str,
        each: &mut dyn FnMut(usize, &mut dyn AnswerOptions),
    ) -> usize {
        let items = self.reader.items(self.node, what);
        let count = items.len();
        for (index, item) in items.into_iter().enumerate() {
            with_options(item, true, self.context, self.reader, |options| each(index, options));
        }
        count
    }

    fn counter(&mut self) -> usize {
        self.context.counter()
    }

    fn reject(&mut self, place: OptionPlace, found: &str, expected: &str) {
        self.reader.found(self.place(place), found, expected);
    }

    fn expect(&mut self, place: OptionPlace, expected: &str) {
        self.reader.expected(self.place(place), expected);
    }
}

/// `60s`, or `[60s, 300s]` for any TTL between the two.
fn read_ttl_range(node: &Node, reader: &mut Reader<'_>) -> Option<TtlRange> {
    let items = reader.items(node, "one TTL or two");
    let count = items.len();
    let seconds: Vec<u32> = items.into_iter().filter_map(|item| reader.ttl(item)).collect();
    match seconds[..] {
        [ttl] if count == 1 => return Some(TtlRange::fixed(ttl)),
        [least, most] if count == 2 && least <= most => return Some(TtlRange { least, most }),
        [least, most] if count == 2 => {
            let found = format!("{least}s before {most}s");
            reader.found(node, found, "the least TTL first, then the greatest");
        }
        _ if seconds.len() == count => {
            reader.found(node, format!("{count} TTLs"), "one, or the least and the greatest");
        }
        // Those that cannot be read have been reported.
        _ => {}
    }
    None
}
