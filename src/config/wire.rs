//! How a message looks on the wire, and the Extended DNS Error in it.

use super::{
    fields::{Fields, Reader},
    tree::{Node, Value},
};
use crate::query::{Flat, Parser};

/// How a message looks. What is not said is as a resolver does it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WireSpec {
    /// AA; default false.
    pub aa: Option<bool>,
    /// RA; default true.
    pub ra: Option<bool>,
    /// AD; default false.
    pub ad: Option<bool>,
    /// All flags at once, over the others; RCODE and TC are added.
    pub flags: Option<u16>,
    /// Flags 0x8180 for a query with RD, 0x8400 for one without (beside RCODE and TC); `aa`, `ra`
    /// and `ad` are then not looked at.
    pub flags_by_rd: bool,
    /// How the owner of the records is written.
    pub owner: OwnerForm,
    /// What becomes of EDNS.
    pub edns: EdnsForm,
    /// Zero octets behind the message.
    pub trailing: u16,
}

/// How the owner of a record is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OwnerForm {
    /// As a pointer to the question, `c0 0c`.
    #[default]
    Pointer,
    /// As a copy of the question's name.
    Copy,
}

/// What becomes of EDNS in a reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EdnsForm {
    /// An OPT of our own when the query has one (RFC 6891).
    #[default]
    Normal,
    /// No OPT, whatever the query has.
    Omit,
    /// The query's OPT, octet for octet.
    Echo,
    /// Whatever follows the question in the query is left where it stands, before the records, and
    /// not counted.
    Left,
}

/// An Extended DNS Error (RFC 8914).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdeSpec {
    /// INFO-CODE.
    pub code: u16,
    /// EXTRA-TEXT.
    pub text: String,
}

/// `wire:` of an answer.
pub(super) fn read_wire(node: &Node, reader: &mut Reader<'_>) -> WireSpec {
    let mut fields = Fields::of(node, "wire", reader);
    let mut flag =
        |key, reader: &mut Reader<'_>| fields.get(key).and_then(|value| reader.flag(value));
    let (aa, ra, ad) = (flag("aa", reader), flag("ra", reader), flag("ad", reader));
    let flags_by_rd = flag("flags-by-rd", reader).unwrap_or_default();
    let flags = fields.get("flags").and_then(|flags| reader.number(flags, (0, 65_535)));
    let owners = [("pointer", OwnerForm::Pointer), ("copy", OwnerForm::Copy)];
    let owner = fields.get("owner").and_then(|word| reader.word(word, "owner form", &owners));
    let forms = [
        ("normal", EdnsForm::Normal),
        ("omit", EdnsForm::Omit),
        ("echo", EdnsForm::Echo),
        ("left", EdnsForm::Left),
    ];
    let edns = fields.get("edns").and_then(|word| reader.word(word, "EDNS form", &forms));
    // 512 octets are already more than any injector was seen to leave behind.
    let trailing = fields.get("trailing").and_then(|number| reader.number(number, (0, 512)));
    fields.finish(reader);
    WireSpec {
        aa,
        ra,
        ad,
        flags: flags.and_then(|flags| u16::try_from(flags).ok()),
        flags_by_rd,
        owner: owner.unwrap_or_default(),
        edns: edns.unwrap_or_default(),
        trailing: trailing.and_then(|count| u16::try_from(count).ok()).unwrap_or_default(),
    }
}

/// `parser:` of an answer: a word, or `flat` with its options.
pub(super) fn read_parser(node: &Node, reader: &mut Reader<'_>) -> Option<Parser> {
    let flat = Flat { patched: true, one_question: false };
    let Value::Map(_) = &node.value else {
        return reader.word(node, "parser", &[("dns", Parser::Dns), ("flat", Parser::Flat(flat))]);
    };
    let mut fields = Fields::of(node, "parser", reader);
    let options = fields.need("flat", reader);
    fields.finish(reader);
    let mut fields = Fields::of(options?, "a flat parser", reader);
    let patched = fields.get("patched").and_then(|value| reader.flag(value));
    let counts = [("any", false), ("one", true)];
    let one_question =
        fields.get("questions").and_then(|word| reader.word(word, "number of questions", &counts));
    fields.finish(reader);
    Some(Parser::Flat(Flat {
        patched: patched.unwrap_or(flat.patched),
        one_question: one_question.unwrap_or(flat.one_question),
    }))
}

/// `ede:` of an answer.
pub(super) fn read_ede(node: &Node, reader: &mut Reader<'_>) -> Option<EdeSpec> {
    let mut fields = Fields::of(node, "ede", reader);
    let code = fields.need("code", reader).and_then(|code| reader.number(code, (0, 65_535)));
    let text = fields.get("text").and_then(|text| reader.string(text, "a text"));
    fields.finish(reader);
    Some(EdeSpec {
        code: u16::try_from(code?).ok()?,
        text: text.map(|at| at.value).unwrap_or_default(),
    })
}
