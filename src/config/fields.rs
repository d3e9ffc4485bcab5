//! Walking a map: keys are read by name, and a key that was not read is a problem.

use super::{
    error::ConfigError,
    yaml_tree::{self, Node, Value},
};
use crate::diagnostic::{Mismatch, Place, Report};
use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
};

/// One file on its way from YAML to a spec.
pub(super) struct Reader<'r> {
    pub(super) report: &'r mut Report,
    file: usize,
    /// Whether values that cannot be read have been reported before.
    again: bool,
}

impl<'r> Reader<'r> {
    pub(super) const fn new(report: &'r mut Report, file: usize) -> Self {
        Self { report, file, again: false }
    }

    /// For values that are read a second time, so that what is wrong with them is not said again.
    pub(super) const fn again(report: &'r mut Report, file: usize) -> Self {
        Self { report, file, again: true }
    }

    /// The file's tree, or nothing when it is no YAML (which is then reported).
    pub(super) fn tree(&mut self) -> Option<Node> {
        match yaml_tree::read(self.report.text(self.file)) {
            Ok(node) => Some(node),
            Err(error) => {
                let place = Place::at(self.file, error.line, error.column);
                self.report.add(place, ConfigError::Syntax { message: error.message });
                None
            }
        }
    }

    pub(super) const fn place(&self, node: &Node) -> Place {
        node.place(self.file)
    }

    pub(super) fn add(&mut self, node: &Node, problem: impl fmt::Display) {
        if !self.again {
            self.refer(node, problem);
        }
    }

    /// Reports a problem that only shows when all of the file has been read.
    pub(super) fn refer(&mut self, node: &Node, problem: impl fmt::Display) {
        let place = self.place(node);
        self.report.add(place, problem);
    }

    /// Notes what is odd and no problem.
    pub(super) fn warn(&mut self, node: &Node, warning: impl fmt::Display) {
        let place = self.place(node);
        self.report.warn(place, warning);
    }

    /// "found …; expected …" at a node.
    pub(super) fn expected(&mut self, node: &Node, expected: impl Into<String>) {
        let found = describe(node);
        self.add(node, Mismatch { found, expected: expected.into() });
    }

    /// The entries of a map whose keys are names that the user chose, in their order.
    pub(super) fn named<'n>(
        &mut self,
        node: &'n Node,
        what: &'static str,
    ) -> Vec<(&'n str, &'n Node, &'n Node)> {
        let Value::Map(entries) = &node.value else {
            if !matches!(node.value, Value::Null) {
                self.expected(node, format!("a map of {what}"));
            }
            return Vec::new();
        };
        let mut named: Vec<(&str, &Node, &Node)> = Vec::new();
        let mut first_lines: HashMap<&str, u32> = HashMap::new();
        for (key, value) in entries.iter() {
            let Some(name) = key.written() else {
                self.expected(key, "a word as key");
                continue;
            };
            match first_lines.entry(name) {
                Entry::Occupied(first) => {
                    let (key_name, first) = (name.to_owned(), *first.get());
                    self.add(key, ConfigError::DuplicateKey { key: key_name, first });
                }
                Entry::Vacant(entry) => {
                    entry.insert(key.line());
                    named.push((name, key, value));
                }
            }
        }
        named
    }

    /// The items of a list; a single scalar stands for a list of one.
    pub(super) fn items<'n>(&mut self, node: &'n Node, what: &'static str) -> Vec<&'n Node> {
        match &node.value {
            Value::List(items) => items.iter().collect(),
            Value::Scalar(_) | Value::Number(_) => vec![node],
            Value::Null => Vec::new(),
            Value::Map(_) => {
                self.expected(node, format!("a list of {what}"));
                Vec::new()
            }
        }
    }

    /// The items of a list that has at most so many.
    pub(super) fn few<'n>(
        &mut self,
        node: &'n Node,
        most: usize,
        what: &'static str,
    ) -> Vec<&'n Node> {
        let mut items = self.items(node, what);
        if items.len() > most {
            self.expected(node, format!("at most {most} {what}"));
            items.truncate(most);
        }
        items
    }

    /// The text of a scalar, letter for letter.
    pub(super) fn text<'n>(&mut self, node: &'n Node, expected: &str) -> Option<&'n str> {
        let text = node.written();
        if text.is_none() {
            self.expected(node, expected);
        }
        text
    }

    /// A scalar that is read as a value and not as a text, so that how YAML shows it is good
    /// enough.
    pub(super) fn scalar<'n>(&mut self, node: &'n Node, expected: &str) -> Option<&'n str> {
        match &node.value {
            Value::Scalar(text) => Some(text),
            Value::Number(number) => Some(&number.shown),
            _ => {
                self.expected(node, expected);
                None
            }
        }
    }

    /// "found …; expected …" in words of one's own.
    pub(super) fn found(
        &mut self,
        node: &Node,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) {
        self.add(node, Mismatch { found: found.into(), expected: expected.into() });
    }
}

/// The keys of one map with a fixed vocabulary.
pub(super) struct Fields<'n> {
    what: &'static str,
    node: &'n Node,
    entries: Vec<(&'n str, &'n Node, &'n Node)>,
    asked: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// Opens a map. Anything else is a problem, and the map then empty.
    pub(super) fn of(node: &'n Node, what: &'static str, reader: &mut Reader<'_>) -> Self {
        if !matches!(node.value, Value::Map(_)) {
            reader.expected(node, format!("{what}: a map"));
        }
        let entries =
            if matches!(node.value, Value::Map(_)) { reader.named(node, what) } else { Vec::new() };
        Self { what, node, entries, asked: Vec::new() }
    }

    /// The value of a key that may be missing.
    pub(super) fn get(&mut self, key: &'static str) -> Option<&'n Node> {
        self.asked.push(key);
        let found = self.entries.iter().find(|(name, _, _)| *name == key)?.2;
        (!matches!(found.value, Value::Null)).then_some(found)
    }

    /// Accepts a key whose value is read elsewhere.
    pub(super) fn allow(&mut self, key: &'static str) {
        self.asked.push(key);
    }

    /// Whether a key is there, with a value or without.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(name, _, _)| *name == key)
    }

    /// A key and its value, even when that is empty (`refused:`).
    pub(super) fn entry(&self, key: &str) -> Option<(&'n Node, &'n Node)> {
        self.entries.iter().find(|(name, _, _)| *name == key).map(|(_, key, value)| (*key, *value))
    }

    /// The value of a key that must be there.
    pub(super) fn need(&mut self, key: &'static str, reader: &mut Reader<'_>) -> Option<&'n Node> {
        let found = self.get(key);
        // A node that is no map has been reported already.
        if found.is_none() && matches!(self.node.value, Value::Map(_)) {
            reader.add(self.node, ConfigError::MissingKey { key, what: self.what });
        }
        found
    }

    /// Reports every key that was not read.
    pub(super) fn finish(self, reader: &mut Reader<'_>) {
        for (name, key, _) in &self.entries {
            if !self.asked.contains(name) {
                let expected = self.asked.iter().map(ToString::to_string).collect();
                reader.add(
                    key,
                    ConfigError::UnknownKey {
                        found: (*name).to_owned(),
                        what: self.what,
                        expected,
                    },
                );
            }
        }
    }
}

/// What a person would call the value that stands here.
pub(super) fn describe(node: &Node) -> String {
    match &node.value {
        Value::Null => "nothing".to_owned(),
        Value::Scalar(text) => format!("\"{text}\""),
        Value::Number(number) => format!("\"{}\"", number.shown),
        Value::List(items) => format!("a list of {}", items.len()),
        Value::Map(_) => "a map".to_owned(),
    }
}
