//! How a kind of answer asks for its options, whatever file they are written in.

use super::{
    addresses::{AddressChoice, AddressFamily},
    kind::{Answer, AnswerKind, PlainKind},
    ttl::TtlRange,
};
use hickory_proto::rr::Name as WireName;
use jiff::civil::Date;
use std::{sync::Arc, time::Duration};

/// A line in the table of kinds.
#[derive(Debug)]
pub struct KindEntry {
    /// The key that the kind is written with.
    pub word: &'static str,
    /// Whether it means something without options, so that its bare word is an answer.
    pub bare: bool,
    /// How it is written; shown when a kind that needs options is given as a bare word.
    pub example: Option<&'static str>,
    /// Whether it is made of other answers, which then say how messages look.
    pub composed: bool,
    read: KindReader,
}

/// Reads the options of a kind; nothing comes when they cannot mean anything, which has been
/// reported.
pub(super) type ReadOptions = fn(&mut dyn AnswerOptions) -> Option<Box<dyn AnswerKind>>;

/// How the options of a kind are read.
#[derive(Clone, Copy, Debug)]
pub(super) enum KindReader {
    /// There are no options.
    Plain(PlainKind),
    /// There may be some.
    Options(ReadOptions),
}

impl KindEntry {
    /// A kind that its bare word stands for.
    pub(super) const fn bare(word: &'static str, read: KindReader) -> Self {
        Self { word, bare: true, example: None, composed: false, read }
    }

    /// A kind that needs its options.
    pub(super) const fn needing(word: &'static str, read: ReadOptions) -> Self {
        Self { bare: false, ..Self::bare(word, KindReader::Options(read)) }
    }

    /// A kind that needs its options, which are made of other answers.
    pub(super) const fn composed(word: &'static str, read: ReadOptions) -> Self {
        Self { composed: true, ..Self::needing(word, read) }
    }

    /// The same with an example of its options.
    pub(super) const fn such_as(self, example: &'static str) -> Self {
        Self { example: Some(example), ..self }
    }

    /// Reads the options; nothing comes when they cannot mean anything, which has been reported.
    pub fn read(&self, options: &mut dyn AnswerOptions) -> Option<Box<dyn AnswerKind>> {
        match self.read {
            KindReader::Options(read) => read(options),
            KindReader::Plain(kind) => {
                options.open("an answer without options");
                Some(Box::new(kind))
            }
        }
    }
}

/// The options of one answer. Every method that finds a wrong value has reported it.
pub trait AnswerOptions {
    /// Says what the options describe, for messages. Comes before the first key is asked for.
    fn open(&mut self, what: &'static str);

    /// Whether a key is there.
    fn has(&self, key: &'static str) -> bool;

    /// An answer that must be there.
    fn answer(&mut self, key: &'static str) -> Option<Arc<Answer>>;

    /// A duration that must be there, in a range, both ends included.
    fn duration(&mut self, key: &'static str, range: (Duration, Duration)) -> Option<Duration>;

    /// A chance that must be there, in millionths.
    fn chance(&mut self, key: &'static str) -> Option<u32>;

    /// A day.
    fn date(&mut self, key: &'static str, required: bool) -> Option<Date>;

    /// A TTL.
    fn ttl(&mut self, key: &'static str) -> Option<u32>;

    /// A TTL, or two between which it is drawn.
    fn ttl_range(&mut self, key: &'static str) -> Option<TtlRange>;

    /// A domain name.
    fn name(&mut self, key: &'static str) -> Option<WireName>;

    /// Texts.
    fn texts(&mut self, key: &'static str) -> Vec<String>;

    /// True or false.
    fn flag(&mut self, key: &'static str) -> Option<bool>;

    /// One of some words, by its index.
    fn word(&mut self, key: &'static str, what: &'static str, words: &[&str]) -> Option<usize>;

    /// Addresses of a family. The outer `None` is for those that are there and cannot be read.
    fn addresses(
        &mut self,
        key: &'static str,
        family: AddressFamily,
    ) -> Option<Option<AddressChoice>>;

    /// The items of options that are a list: each with its index and options of its own.
    fn items(
        &mut self,
        what: &'static str,
        each: &mut dyn FnMut(usize, &mut dyn AnswerOptions),
    ) -> usize;

    /// A counter of answers of its own.
    fn counter(&mut self) -> usize;

    /// Reports "found …; expected …".
    fn reject(&mut self, place: OptionPlace, found: &str, expected: &str);

    /// Reports "found …; expected …" of the value that stands there.
    fn expect(&mut self, place: OptionPlace, expected: &str);
}

/// What a complaint is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionPlace {
    /// The options as a whole.
    Whole,
    /// A key.
    Key(&'static str),
    /// The value of a key.
    Value(&'static str),
}
