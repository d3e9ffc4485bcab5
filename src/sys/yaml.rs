//! The events of a YAML text: where lists and maps begin and end, scalars, aliases. They are read
//! one by one, so that a reader can stop at what is too much, and each knows its place.
//!
//! `yaml_serde` reads with the same library, but takes in a whole text before it hands out
//! anything, and tells no places.

#![allow(unsafe_code, reason = "libyaml-rs is libyaml in Rust, and has its interface of pointers")]

use libyaml_rs::{
    YAML_ALIAS_EVENT, YAML_DOCUMENT_END_EVENT, YAML_DOCUMENT_START_EVENT, YAML_MAPPING_END_EVENT,
    YAML_MAPPING_START_EVENT, YAML_PLAIN_SCALAR_STYLE, YAML_SCALAR_EVENT, YAML_SEQUENCE_END_EVENT,
    YAML_SEQUENCE_START_EVENT, YAML_STREAM_START_EVENT, YAML_UTF8_ENCODING, yaml_event_delete,
    yaml_event_t, yaml_mark_t, yaml_parser_delete, yaml_parser_initialize, yaml_parser_parse,
    yaml_parser_set_encoding, yaml_parser_set_input_string, yaml_parser_t,
};
use std::{ffi::CStr, marker::PhantomData, mem::MaybeUninit, ptr::NonNull, slice};

/// The events of a text that are yet to come.
pub(crate) struct YamlEvents<'t> {
    /// It is initialized, and stays where it is: it holds pointers to itself.
    parser: NonNull<yaml_parser_t>,
    /// It points into the text.
    text: PhantomData<&'t str>,
}

/// One event, and where it begins and ends.
#[derive(Debug)]
pub(crate) struct YamlEvent {
    pub(crate) kind: YamlEventKind,
    pub(crate) begin: YamlMark,
    pub(crate) end: YamlMark,
}

/// What an event tells of.
#[derive(Debug)]
pub(crate) enum YamlEventKind {
    DocumentStart,
    DocumentEnd,
    StreamEnd,
    Alias(String),
    Scalar {
        properties: YamlProperties,
        text: String,
        /// Whether it stands there without quotes and the like, so that it may be a number.
        plain: bool,
    },
    ListStart(YamlProperties),
    ListEnd,
    MapStart(YamlProperties),
    MapEnd,
}

/// What may stand before a value.
#[derive(Debug, Default)]
pub(crate) struct YamlProperties {
    /// `&word`.
    pub(crate) anchor: Option<String>,
    /// `!word`, or what it is short for.
    pub(crate) tag: Option<String>,
}

/// A place in a text: octets from its beginning, and line and column, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct YamlMark {
    pub(crate) index: usize,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Why a text is no YAML.
#[derive(Debug)]
pub(crate) struct YamlError {
    /// In the library's words.
    pub(crate) why: String,
    /// Where; nothing where only the octet is known.
    pub(crate) mark: Option<YamlMark>,
    /// The octet at which the text cannot be read.
    pub(crate) index: usize,
}

impl<'t> YamlEvents<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        let parser = Box::into_raw(Box::<yaml_parser_t>::new_uninit()).cast::<yaml_parser_t>();
        let parser = NonNull::new(parser).expect("a box is somewhere");
        // SAFETY: the parser is memory of its own that nobody else knows of, and it is not used
        // before it has been initialized. The text outlives it, as `'t` says.
        unsafe {
            assert!(yaml_parser_initialize(parser.as_ptr()).ok, "there is memory for a parser");
            yaml_parser_set_encoding(parser.as_ptr(), YAML_UTF8_ENCODING);
            yaml_parser_set_input_string(parser.as_ptr(), text.as_ptr(), text.len() as u64);
        }
        Self { parser, text: PhantomData }
    }

    /// The next event. None must be asked for behind the end of the stream or an error.
    pub(crate) fn next(&mut self) -> Result<YamlEvent, YamlError> {
        let mut room = MaybeUninit::<yaml_event_t>::uninit();
        // SAFETY: the parser was initialized, and fills the event when it succeeds. What the event
        // points to is its own until it is deleted, which happens here, once, behind the copies.
        unsafe {
            if yaml_parser_parse(self.parser.as_ptr(), room.as_mut_ptr()).fail {
                return Err(self.error());
            }
            let event = room.assume_init_mut();
            let (begin, end) = (mark(event.start_mark), mark(event.end_mark));
            let kind = kind(event);
            yaml_event_delete(event);
            match kind {
                None => self.next(),
                Some(kind) => Ok(YamlEvent { kind, begin, end }),
            }
        }
    }

    /// What has gone wrong.
    fn error(&self) -> YamlError {
        // SAFETY: the parser was initialized; its words are constants of the library.
        unsafe {
            let parser = self.parser.as_ref();
            let at = mark(parser.problem_mark);
            YamlError {
                why: text_of(parser.problem.cast()).unwrap_or_default(),
                mark: (parser.problem_mark.line, parser.problem_mark.column)
                    .ne(&(0, 0))
                    .then_some(at),
                index: usize::try_from(parser.problem_offset).unwrap_or_default(),
            }
        }
    }
}

impl Drop for YamlEvents<'_> {
    fn drop(&mut self) {
        // SAFETY: the parser was initialized, is deleted once, and its memory was a box's.
        unsafe {
            yaml_parser_delete(self.parser.as_ptr());
            drop(Box::from_raw(self.parser.as_ptr().cast::<MaybeUninit<yaml_parser_t>>()));
        }
    }
}

/// What an event tells of; nothing for the start of the stream.
///
/// # Safety
///
/// The event is one that the parser has filled.
unsafe fn kind(event: &yaml_event_t) -> Option<YamlEventKind> {
    // SAFETY: the type says which part of the union was filled, and its pointers are null or
    // lead to texts that end with a zero, but for a scalar's, whose length stands beside it.
    unsafe {
        Some(match event.type_ {
            YAML_STREAM_START_EVENT => return None,
            YAML_DOCUMENT_START_EVENT => YamlEventKind::DocumentStart,
            YAML_DOCUMENT_END_EVENT => YamlEventKind::DocumentEnd,
            YAML_ALIAS_EVENT => {
                YamlEventKind::Alias(text_of(event.data.alias.anchor).unwrap_or_default())
            }
            YAML_SCALAR_EVENT => {
                let scalar = &event.data.scalar;
                let octets = slice::from_raw_parts(scalar.value, scalar.length as usize);
                YamlEventKind::Scalar {
                    properties: properties(scalar.anchor, scalar.tag),
                    text: String::from_utf8_lossy(octets).into_owned(),
                    plain: scalar.style == YAML_PLAIN_SCALAR_STYLE,
                }
            }
            YAML_SEQUENCE_START_EVENT => {
                let list = &event.data.sequence_start;
                YamlEventKind::ListStart(properties(list.anchor, list.tag))
            }
            YAML_SEQUENCE_END_EVENT => YamlEventKind::ListEnd,
            YAML_MAPPING_START_EVENT => {
                let map = &event.data.mapping_start;
                YamlEventKind::MapStart(properties(map.anchor, map.tag))
            }
            YAML_MAPPING_END_EVENT => YamlEventKind::MapEnd,
            _ => YamlEventKind::StreamEnd,
        })
    }
}

/// # Safety
///
/// Each is null or leads to a text that ends with a zero.
unsafe fn properties(anchor: *const u8, tag: *const u8) -> YamlProperties {
    // SAFETY: as the caller says.
    unsafe { YamlProperties { anchor: text_of(anchor), tag: text_of(tag) } }
}

/// # Safety
///
/// It is null or leads to a text that ends with a zero.
unsafe fn text_of(text: *const u8) -> Option<String> {
    // SAFETY: as the caller says.
    let text = (!text.is_null()).then(|| unsafe { CStr::from_ptr(text.cast()) })?;
    Some(text.to_string_lossy().into_owned())
}

fn mark(mark: yaml_mark_t) -> YamlMark {
    let number = |count| usize::try_from(count).unwrap_or(usize::MAX);
    let (line, column) = (number(mark.line) + 1, number(mark.column) + 1);
    YamlMark { index: number(mark.index), line, column }
}

#[cfg(test)]
mod tests {
    use super::{YamlEventKind, YamlEvents};

    /// The events of a text, in short, up to its end or an error.
    fn events(text: &str) -> Vec<String> {
        let (mut events, mut shown) = (YamlEvents::of(text), Vec::new());
        loop {
            let event = match events.next() {
                Ok(event) => event,
                Err(error) => {
                    shown.push(format!("{:?} {}", error.mark, error.why));
                    return shown;
                }
            };
            let what = match event.kind {
                YamlEventKind::DocumentStart | YamlEventKind::DocumentEnd => continue,
                YamlEventKind::StreamEnd => return shown,
                YamlEventKind::Alias(anchor) => format!("*{anchor}"),
                YamlEventKind::Scalar { properties, text, plain } => {
                    let quote = if plain { "" } else { "'" };
                    let anchor =
                        properties.anchor.map_or(String::new(), |word| format!("&{word} "));
                    format!("{anchor}{quote}{text}{quote}")
                }
                YamlEventKind::ListStart(_) => "[".to_owned(),
                YamlEventKind::ListEnd => "]".to_owned(),
                YamlEventKind::MapStart(_) => "{".to_owned(),
                YamlEventKind::MapEnd => "}".to_owned(),
            };
            shown.push(format!("{}:{} {what}", event.begin.line, event.begin.column));
        }
    }

    #[test]
    fn events_come_in_order_with_their_places() {
        let text = "a: [&x é, \"b\\u00e9\"]\nc: *x\n";
        let expected = [
            "1:1 {",
            "1:1 a",
            "1:4 [",
            "1:5 &x é",
            "1:11 'bé'",
            "1:20 ]",
            "2:1 c",
            "2:4 *x",
            "3:1 }",
        ];
        assert_eq!(events(text), expected);
    }

    #[test]
    fn an_octet_is_counted_where_a_character_has_several() {
        let mut events = YamlEvents::of("é: 1");
        let mut indexes = Vec::new();
        loop {
            let event = events.next().unwrap();
            match event.kind {
                YamlEventKind::StreamEnd => break,
                YamlEventKind::Scalar { .. } => indexes.push((event.begin.index, event.end.index)),
                _ => {}
            }
        }
        assert_eq!(indexes, [(0, 2), (4, 5)]);
    }

    #[test]
    fn an_error_has_its_place_and_what_came_before_it_is_told() {
        let shown = events("a: [1, 2\nb: 3\n");
        assert!(shown.len() > 3 && shown.last().unwrap().contains("did not find"), "{shown:?}");
        assert_eq!(events("").len(), 0);
        assert_eq!(events("a\0").len(), 1, "a control character");
    }
}
