//! A YAML document as a tree whose every node knows its place.
//!
//! The tree is built of the parser's events, so that reading ends at what is too much: in a nest
//! that is too deep, or at aliases of aliases, of which a few lines can stand for billions of
//! values.

use super::syntax_error::{SyntaxError, TAGS};
use crate::{
    diagnostic::Place,
    sys::{YamlEvent, YamlEventKind, YamlEvents, YamlMark, YamlProperties},
};
use serde_yaml::Number;
use std::{collections::HashMap, sync::Arc};

/// Lists and maps in each other, at most. Answers are made of each other at most 32 deep, and each
/// takes three of them (`race: [{after: ..., send: ANSWER}]`).
const MAX_NESTING: usize = 128;

/// Values of a document, at most, those counted again that an alias repeats. A million take some
/// 100 MB; names by the million belong into a list.
const MAX_VALUES: usize = 1_000_000;

/// Octets of a scalar, at most: the longest that means something is the text of an answer, which
/// has 65,279.
const MAX_SCALAR: usize = 65_536;

/// Octets of all scalars, at most, those counted again that an alias repeats: four times those of
/// the largest file.
const MAX_OCTETS: usize = 1 << 26;

/// One value of a document. What an alias repeats is there once, so a copy costs nothing.
#[derive(Clone, Debug)]
pub(super) struct Node {
    mark: Mark,
    pub(super) value: Value,
}

/// Where a value begins: line and column, counted from 1, and octets before it.
#[derive(Clone, Copy, Debug)]
struct Mark {
    line: u32,
    column: u32,
    index: u32,
}

/// What a value is. Scalars keep their text: `0.0.0.0`, `60s` and `2014-03-20` are read by whoever
/// expects them.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Null,
    Scalar(Arc<str>),
    /// What YAML takes for a number or a truth value.
    Number(Arc<NumberText>),
    List(Arc<[Node]>),
    Map(Arc<[(Node, Node)]>),
}

/// A number or a truth value.
#[derive(Debug)]
pub(super) struct NumberText {
    /// As it stands in the document: `1.50`, `0x10`.
    pub(super) written: String,
    /// As the library shows it: `1.5`, `16`.
    pub(super) shown: String,
}

impl Node {
    /// Where it begins in the file of that number.
    pub(super) const fn place(&self, file: usize) -> Place {
        let Mark { line, column, index } = self.mark;
        Place::in_text(file, (line, column), index)
    }

    /// The line where it begins, counted from 1.
    pub(super) const fn line(&self) -> u32 {
        self.mark.line
    }

    /// The text of a scalar, letter for letter.
    pub(super) fn written(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text) => Some(text),
            Value::Number(number) => Some(&number.written),
            _ => None,
        }
    }
}

/// Reads a document.
pub(super) fn read(text: &str) -> Result<Node, SyntaxError> {
    if let Some(line) = tag_directive(text) {
        return Err(SyntaxError { line, column: 1, message: TAGS.to_owned() });
    }
    Building { text, events: YamlEvents::of(text), anchors: HashMap::new(), size: Size::default() }
        .document()
}

/// What a node and all in it come to.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    values: usize,
    octets: usize,
}

/// A node that has an anchor, what it comes to, and how deep it is.
struct Anchored {
    node: Node,
    size: Size,
    height: usize,
}

/// A document that is being read.
struct Building<'t> {
    text: &'t str,
    events: YamlEvents<'t>,
    /// What aliases stand for; nothing for a node that has not ended yet.
    anchors: HashMap<String, Option<Anchored>>,
    /// What all nodes so far come to.
    size: Size,
}

/// A node, and how many lists and maps lie in each other in it.
type Built = (Node, usize);

impl Building<'_> {
    fn document(&mut self) -> Result<Node, SyntaxError> {
        let first = self.next()?;
        if matches!(first.kind, YamlEventKind::StreamEnd) {
            return Ok(Node { mark: Mark::of(first.begin), value: Value::Null });
        }
        let root = self.next()?;
        let (node, _) = self.node(root, 0)?;
        let end = self.next()?.end;
        match Rest::of(self.text.get(end.index..).unwrap_or_default()) {
            Rest::Nothing => Ok(node),
            // It is not parsed: it may hold anything.
            Rest::Document => Err(self.second(end.line)),
            Rest::Strange => match self.next() {
                Ok(_) => Err(self.second(end.line)),
                Err(error) => Err(error),
            },
        }
    }

    /// A second document begins here, or where the last mark says so.
    fn second(&self, here: usize) -> SyntaxError {
        let marks = (1..).zip(self.text.lines()).filter(|(_, line)| line.starts_with("---"));
        // The first mark may begin the first document.
        let line = marks.map(|(number, _)| number).last().unwrap_or(here);
        let message = "a file holds one document; a second one begins here".to_owned();
        SyntaxError { line, column: 1, message }
    }

    fn next(&mut self) -> Result<YamlEvent, SyntaxError> {
        self.events.next().map_err(|error| SyntaxError::of_parser(self.text, &error))
    }

    /// The node that begins with an event, below so many lists and maps.
    fn node(&mut self, event: YamlEvent, depth: usize) -> Result<Built, SyntaxError> {
        let YamlEvent { kind, begin, .. } = event;
        let before = self.size;
        let (anchor, built) = match kind {
            YamlEventKind::Alias(name) => return self.alias(&name, begin, depth),
            YamlEventKind::Scalar { properties, text, plain } => {
                let plain = match &properties.tag {
                    None => plain,
                    Some(tag) => tag.strip_prefix(OWN_TAGS) != Some("str"),
                };
                let anchor = self.properties(properties, begin)?;
                self.grow(Size { values: 1, octets: text.len() }, begin)?;
                if text.len() > MAX_SCALAR {
                    let what = format!("a text has at most {MAX_SCALAR} octets in YAML");
                    return Err(SyntaxError::refused(
                        begin,
                        format!("{what}, this one has {}", text.len()),
                    ));
                }
                (anchor, (Node::new(begin, scalar(text, plain)), 0))
            }
            YamlEventKind::ListStart(properties) => {
                let anchor = self.begin(properties, begin, depth)?;
                (anchor, self.list(begin, depth + 1)?)
            }
            YamlEventKind::MapStart(properties) => {
                let anchor = self.begin(properties, begin, depth)?;
                (anchor, self.map(begin, depth + 1)?)
            }
            _ => unreachable!("the parser keeps to YAML's grammar"),
        };
        if let Some(name) = anchor {
            let (node, height) = (built.0.clone(), built.1);
            let Size { values, octets } = self.size;
            let size = Size { values: values - before.values, octets: octets - before.octets };
            self.anchors.insert(name, Some(Anchored { node, size, height }));
        }
        Ok(built)
    }

    /// A list or a map begins below so many others.
    fn begin(
        &mut self,
        properties: YamlProperties,
        begin: YamlMark,
        depth: usize,
    ) -> Result<Option<String>, SyntaxError> {
        self.is_too_deep(depth + 1, begin)?;
        let anchor = self.properties(properties, begin)?;
        self.grow(Size { values: 1, octets: 0 }, begin)?;
        Ok(anchor)
    }

    fn list(&mut self, begin: YamlMark, depth: usize) -> Result<Built, SyntaxError> {
        let (mut items, mut height) = (Vec::new(), 0);
        loop {
            let event = self.next()?;
            if matches!(event.kind, YamlEventKind::ListEnd) {
                return Ok((Node::new(begin, Value::List(items.into())), height + 1));
            }
            let (item, below) = self.node(event, depth)?;
            height = height.max(below);
            items.push(item);
        }
    }

    fn map(&mut self, begin: YamlMark, depth: usize) -> Result<Built, SyntaxError> {
        let (mut entries, mut height) = (Vec::new(), 0);
        loop {
            let event = self.next()?;
            if matches!(event.kind, YamlEventKind::MapEnd) {
                return Ok((Node::new(begin, Value::Map(entries.into())), height + 1));
            }
            let (key, below_key) = self.node(event, depth)?;
            let event = self.next()?;
            let (value, below) = self.node(event, depth)?;
            height = height.max(below_key).max(below);
            entries.push((key, value));
        }
    }

    fn alias(&mut self, name: &str, at: YamlMark, depth: usize) -> Result<Built, SyntaxError> {
        let Some(anchored) = self.anchors.get(name) else {
            return Err(SyntaxError::unknown_alias(self.text, at));
        };
        let Some(Anchored { node, size, height }) = anchored else {
            return Err(SyntaxError::refused(
                at,
                format!("*{name} stands for what it is a part of"),
            ));
        };
        let (node, size, height) = (node.clone(), *size, *height);
        self.is_too_deep(depth + height, at)?;
        self.grow(size, at)?;
        Ok((node, height))
    }

    /// Notes an anchor as one whose node has not ended; refuses a tag, unless it is YAML's own.
    fn properties(
        &mut self,
        properties: YamlProperties,
        at: YamlMark,
    ) -> Result<Option<String>, SyntaxError> {
        let YamlProperties { anchor, tag } = properties;
        if tag.is_some_and(|tag| !tag.starts_with(OWN_TAGS)) {
            return Err(SyntaxError::refused(at, TAGS));
        }
        if let Some(name) = &anchor {
            self.anchors.insert(name.clone(), None);
        }
        Ok(anchor)
    }

    fn is_too_deep(&self, depth: usize, at: YamlMark) -> Result<(), SyntaxError> {
        if depth <= MAX_NESTING {
            return Ok(());
        }
        let message = format!("lists and maps lie in each other at most {MAX_NESTING} deep");
        Err(SyntaxError::refused(at, message))
    }

    fn grow(&mut self, size: Size, at: YamlMark) -> Result<(), SyntaxError> {
        self.size.values += size.values;
        self.size.octets += size.octets;
        let (most, what) = if self.size.values > MAX_VALUES {
            (MAX_VALUES, "values")
        } else if self.size.octets > MAX_OCTETS {
            (MAX_OCTETS, "octets of text")
        } else {
            return Ok(());
        };
        let message = format!(
            "a YAML file holds at most {most} {what}, those counted again that an alias repeats; \
             many names belong into a list"
        );
        Err(SyntaxError::refused(at, message))
    }
}

impl Node {
    fn new(begin: YamlMark, value: Value) -> Self {
        Self { mark: Mark::of(begin), value }
    }
}

impl Mark {
    /// No file is so large that a number of a place would not do.
    fn of(mark: YamlMark) -> Self {
        let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
        Self { line: number(mark.line), column: number(mark.column), index: number(mark.index) }
    }
}

/// What a scalar is: without quotes it may be nothing, a number or a truth value.
fn scalar(text: String, plain: bool) -> Value {
    if !plain {
        return Value::Scalar(text.into());
    }
    match text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return number(text, "true".to_owned()),
        "false" | "False" | "FALSE" => return number(text, "false".to_owned()),
        _ => {}
    }
    // Most texts cannot be numbers.
    let may_be = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    let read = may_be.then(|| text.parse::<Number>().ok()).flatten();
    match read.map(|number| (number.as_f64().filter(|_| number.is_f64()), number)) {
        None => Value::Scalar(text.into()),
        Some((Some(float), _)) => number(text, float.to_string()),
        Some((None, whole)) => number(text, whole.to_string()),
    }
}

fn number(written: String, shown: String) -> Value {
    Value::Number(Arc::new(NumberText { written, shown }))
}

/// What stands behind a document.
enum Rest {
    /// At most comments.
    Nothing,
    /// Another document, or what may stand before one.
    Document,
    /// What belongs to neither.
    Strange,
}

impl Rest {
    fn of(text: &str) -> Self {
        let mut ended = false;
        for line in text.lines() {
            let said = line.strip_prefix("...").unwrap_or(line).trim_start();
            ended |= line.starts_with("...");
            match said.as_bytes() {
                [] | [b'#', ..] => {}
                [b'-', b'-', b'-', ..] | [b'%', ..] => return Self::Document,
                _ if ended => return Self::Document,
                _ => return Self::Strange,
            }
        }
        Self::Nothing
    }
}

/// The line of a `%TAG` before the document.
fn tag_directive(text: &str) -> Option<usize> {
    let before = |line: &&str| line.trim().is_empty() || line.starts_with(['#', '%']);
    let at = text.lines().take_while(before).position(|line| line.starts_with("%TAG"));
    at.map(|before| before + 1)
}

/// What tags of YAML's own begin with, which say what a value is anyhow.
const OWN_TAGS: &str = "tag:yaml.org,2002:";

#[cfg(test)]
mod tests {
    use super::{MAX_NESTING, MAX_SCALAR, MAX_VALUES, Node, Value, read};

    fn find<'n>(node: &'n Node, text: &str) -> Option<&'n Node> {
        match &node.value {
            Value::Map(entries) => entries
                .iter()
                .find_map(|(key, value)| find(key, text).or_else(|| find(value, text))),
            Value::List(items) => items.iter().find_map(|item| find(item, text)),
            _ => (node.written() == Some(text)).then_some(node),
        }
    }

    fn refusal(text: &str) -> (usize, usize, String) {
        let error = read(text).unwrap_err();
        (error.line, error.column, error.message)
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
            let mark = find(&tree, value).unwrap().mark;
            assert_eq!((mark.line, mark.column), place, "{value}");
            assert!(text[mark.index as usize..].trim_start_matches(['"', '\'']).starts_with(value));
        }
    }

    #[test]
    fn numbers_keep_their_text_and_are_shown_as_yaml_has_them() {
        let tree = read("[1.50, 0x10, 1e3, 007, true, 1.10.1, \"5\", !!str 6, -.inf, +7]").unwrap();
        let Value::List(items) = tree.value else { panic!("a list") };
        let texts = items.iter().map(|item| match &item.value {
            Value::Number(number) => (number.written.as_str(), Some(number.shown.as_str())),
            _ => (item.written().unwrap(), None),
        });
        let expected = [
            ("1.50", Some("1.5")),
            ("0x10", Some("16")),
            ("1e3", Some("1000")),
            ("007", None),
            ("true", Some("true")),
            ("1.10.1", None),
            ("5", None),
            ("6", None),
            ("-.inf", Some("-inf")),
            ("+7", Some("7")),
        ];
        assert_eq!(texts.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn words_that_older_yaml_took_for_truth_values_stay_words() {
        let tree = read("country: NO").unwrap();
        assert!(find(&tree, "NO").is_some());
    }

    #[test]
    fn what_is_no_yaml_has_a_place() {
        assert_eq!(refusal("a: [1, 2\nb: 3\n").0, 2);
        assert!(refusal("x: *example.com").2.contains("quotes"));
        assert!(refusal("x: !tag y").2.contains("tags"));
        assert_eq!(refusal("# a\n%TAG ! x\n---\nx: y").0, 2);
        assert_eq!(refusal("x: y\né: \u{7}").0, 2, "a control character");
    }

    #[test]
    fn a_file_holds_one_document() {
        for one in
            ["---\nx: y\n", "x: y\n...\n", "x: y\n... # end\n\n# no more", "%YAML 1.1\n---\nx"]
        {
            assert!(read(one).is_ok(), "{one}");
        }
        let second = "a file holds one document";
        for (two, line) in [("x: y\n---\nz: [", 2), ("x: y\n%TAG ! x\n%TAG ! x\n", 2)] {
            let (found, _, message) = refusal(two);
            assert!(found == line && message.starts_with(second), "{two}: {found} {message}");
        }
        for strange in ["  x: y\nz: a\n", "x: y\n...\nz"] {
            assert!(refusal(strange).2.contains("this is no YAML"), "{strange}");
        }
    }

    #[test]
    fn a_nest_is_refused_where_it_is_too_deep_however_it_is_made() {
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&deep(MAX_NESTING)).is_ok());
        assert_eq!(refusal(&deep(MAX_NESTING + 1)).1, MAX_NESTING + 1);
        // What is not read does not have to end.
        assert_eq!(refusal(&"{a: ".repeat(MAX_NESTING + 1)).1, MAX_NESTING * 4 + 1);
        let chain: String =
            (1..=MAX_NESTING).map(|at| format!("- &x{at} [*x{}]\n", at - 1)).collect();
        let (line, _, message) = refusal(&format!("- &x0 []\n{chain}"));
        assert!(line == MAX_NESTING && message.contains("deep"), "{line} {message}");
        assert!(refusal("&x [*x]").2.contains("*x stands for what it is a part of"));
    }

    #[test]
    fn what_aliases_repeat_is_counted() {
        let ten = |of: &str| [of; 10].join(",");
        let laughs: String =
            (1..10).map(|at| format!("- &x{at} [{}]\n", ten(&format!("*x{}", at - 1)))).collect();
        let (line, _, message) = refusal(&format!("- &x0 [{}]\n{laughs}", ten("x")));
        assert!(line == 6 && message.contains(&MAX_VALUES.to_string()), "{line} {message}");
        let long = "x".repeat(MAX_SCALAR);
        assert!(read(&format!("[&x {long}, *x]")).is_ok());
        assert!(refusal(&format!("[&x {long}{}]", ", *x".repeat(2000))).2.contains("octets"));
        assert!(refusal(&format!("[{long}x]")).2.contains("has 65537"));
    }
}
