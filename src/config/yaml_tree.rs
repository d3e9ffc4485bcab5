//! A YAML document as a tree whose every node knows its place.
//!
//! serde hands values to visitors without their places; only an error that a visitor returns is
//! given one. So nodes are numbered in reading order, and when a place is needed the document is
//! read again by a visitor that refuses the node of that number. That costs one more reading a
//! problem, and files without problems nothing.

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, Visitor,
};
use std::{cell::Cell, fmt};

/// One value of a document, with its number in reading order.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) number: usize,
    pub(super) value: Value,
}

/// What a value is. Scalars keep their text: `0.0.0.0`, `60s` and `2014-03-20` are read by whoever
/// expects them.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Null,
    Scalar(String),
    /// What YAML takes for a number or a truth value, as the library shows it (`1.50` as `1.5`).
    Number(String),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

/// A text that is no YAML.
#[derive(Debug)]
pub(super) struct SyntaxError {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) message: String,
}

/// Reads a document.
pub(super) fn read(text: &str) -> Result<Node, SyntaxError> {
    walk(text, None).map_err(|error| {
        let (line, column) =
            error.location().map_or((1, 1), |place| (place.line(), place.column()));
        SyntaxError::new(text, (line, column), &error.to_string())
    })
}

impl SyntaxError {
    /// The parser's words, or better ones for mistakes that it does not understand.
    fn new(text: &str, (line, column): (usize, usize), message: &str) -> Self {
        if message.contains("more than one document") {
            let marks = (1..).zip(text.lines()).filter(|(_, line)| line.starts_with("---"));
            // The first mark may begin the first document.
            let line = marks.map(|(number, _)| number).last().unwrap_or(line);
            return Self {
                line,
                column: 1,
                message: "a file holds one document; a second one begins here".to_owned(),
            };
        }
        let star = text.lines().nth(line - 1).and_then(stray_star);
        if let Some(star) = star {
            let message = "a pattern that begins with * must stand in quotes, \
                           because * names an alias in YAML"
                .to_owned();
            return Self { line, column: star, message };
        }
        if let Some(tab) = text.lines().nth(line - 1).and_then(leading_tab) {
            let message = "a tab; YAML lines are indented by blanks".to_owned();
            return Self { line, column: tab, message };
        }
        if message.contains(TAGS) {
            return Self { line, column, message: TAGS.to_owned() };
        }
        if message.contains("unknown anchor") {
            let message = "this alias has no anchor (&word); \
                           a pattern that begins with * must stand in quotes"
                .to_owned();
            return Self { line, column, message };
        }
        let message = message.split_once(" at line ").map_or(message, |(words, _)| words);
        Self { line, column, message: format!("this is no YAML: {message}") }
    }
}

/// What is said of a tag, which is good YAML but means nothing here.
const TAGS: &str = "tags (!word) have no meaning here";

/// The column of a tab in the indentation of a line, or behind its dash.
fn leading_tab(line: &str) -> Option<usize> {
    let indented = line.trim_start_matches([' ', '\t', '-']);
    let tab = line[..line.len() - indented.len()].find('\t')?;
    Some(tab + 1)
}

/// The column of a star outside quotes that begins a pattern and no alias: something else than a
/// word follows.
fn stray_star(line: &str) -> Option<usize> {
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '#' && before == ' ' => return None,
            None if c == '*' && " [,{-:".contains(before) => {
                let word =
                    line[at + 1..].split([' ', ',', ']', '}']).next().expect("a part at least");
                if word.is_empty() || word.contains(['.', '*']) {
                    return Some(line[..at].chars().count() + 1);
                }
            }
            None => {}
        }
        before = c;
    }
    None
}

/// The text of a number as it stands in the document.
pub(super) fn as_written(text: &str, number: usize) -> String {
    // Lines would not do: YAML breaks them at more characters than Rust does.
    let start = location(text, number).map_or(0, |place| place.index());
    let rest = text.get(start..).unwrap_or_default().chars();
    rest.take_while(|c| c.is_ascii_alphanumeric() || "+-._".contains(*c)).collect()
}

/// Line and column, counted from 1, of the node with this number.
pub(super) fn locate(text: &str, number: usize) -> (usize, usize) {
    location(text, number).map_or((1, 1), |place| (place.line(), place.column()))
}

fn location(text: &str, number: usize) -> Option<serde_yaml::Location> {
    walk(text, Some(number)).err()?.location()
}

fn walk(text: &str, refuse: Option<usize>) -> Result<Node, serde_yaml::Error> {
    let numbers = Cell::new(0);
    Reading { numbers: &numbers, refuse }.deserialize(serde_yaml::Deserializer::from_str(text))
}

#[derive(Clone, Copy)]
struct Reading<'a> {
    numbers: &'a Cell<usize>,
    refuse: Option<usize>,
}

impl Reading<'_> {
    /// Numbers the node that begins here, or refuses it when its place is wanted.
    fn begin<E: serde::de::Error>(self) -> Result<usize, E> {
        let number = self.numbers.replace(self.numbers.get() + 1);
        if self.refuse == Some(number) { Err(E::custom("here")) } else { Ok(number) }
    }

    fn numeric<E: serde::de::Error>(self, value: &dyn fmt::Display) -> Result<Node, E> {
        Ok(Node { number: self.begin()?, value: Value::Number(value.to_string()) })
    }
}

impl<'de> DeserializeSeed<'de> for Reading<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reading<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Node, E> {
        Ok(Node { number: self.begin()?, value: Value::Null })
    }

    /// An empty document.
    fn visit_none<E: serde::de::Error>(self) -> Result<Node, E> {
        self.visit_unit()
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Node, E> {
        self.numeric(&value)
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Node, E> {
        self.numeric(&value)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Node, E> {
        self.numeric(&value)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Node, E> {
        self.numeric(&value)
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Node, E> {
        Ok(Node { number: self.begin()?, value: Value::Scalar(value.to_owned()) })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let number = self.begin()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Node { number, value: Value::List(list) })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let number = self.begin()?;
        let mut map = Vec::new();
        while let Some(key) = entries.next_key_seed(self)? {
            map.push((key, entries.next_value_seed(self)?));
        }
        Ok(Node { number, value: Value::Map(map) })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, _tagged: A) -> Result<Node, A::Error> {
        Err(A::Error::custom(TAGS))
    }
}

#[cfg(test)]
mod tests {
    use super::{Node, Value, locate, read};

    fn find<'n>(node: &'n Node, text: &str) -> Option<&'n Node> {
        match &node.value {
            Value::Scalar(found) | Value::Number(found) if found == text => Some(node),
            Value::Map(entries) => entries
                .iter()
                .find_map(|(key, value)| find(key, text).or_else(|| find(value, text))),
            Value::List(items) => items.iter().find_map(|item| find(item, text)),
            _ => None,
        }
    }

    #[test]
    fn every_value_and_key_is_found_again() {
        let text = "a: 1\nb:\n  - {c: two}\n  - &x [three, 4s]\n  - *x\n\"d\": 'five'\n";
        let tree = read(text).unwrap();
        for (value, place) in [
            ("a", (1, 1)),
            ("1", (1, 4)),
            ("c", (3, 6)),
            ("two", (3, 9)),
            ("three", (4, 9)),
            ("4s", (4, 16)),
            ("d", (6, 1)),
            ("five", (6, 6)),
        ] {
            assert_eq!(locate(text, find(&tree, value).unwrap().number), place, "{value}");
        }
    }

    #[test]
    fn numbers_keep_their_text() {
        let text = "[1.50, 0x10, 1e3, 007, true, 1.10.1]";
        let Value::List(items) = read(text).unwrap().value else { panic!("a list") };
        let written: Vec<_> =
            items.iter().map(|item| super::as_written(text, item.number)).collect();
        assert_eq!(written, ["1.50", "0x10", "1e3", "007", "true", "1.10.1"]);
        // Line breaks of YAML that are none to `str::lines`, and letters of several octets.
        for text in ["é: 1.50\rb: 1", "é: x\u{85}b: 1.50", "é: x\u{2028}b: 1.50\n"] {
            let tree = read(text).unwrap();
            let number = find(&tree, "1.5").unwrap().number;
            assert_eq!(super::as_written(text, number), "1.50", "{text:?}");
        }
    }

    #[test]
    fn words_that_older_yaml_took_for_truth_values_stay_words() {
        let tree = read("country: NO").unwrap();
        assert!(find(&tree, "NO").is_some());
    }

    #[test]
    fn what_is_no_yaml_has_a_place() {
        let error = read("a: [1, 2\nb: 3\n").unwrap_err();
        assert_eq!(error.line, 2);
        assert!(read("x: *example.com").is_err());
        assert!(read("x: !tag y").is_err());
    }
}
