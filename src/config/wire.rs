//! How a message looks on the wire, and the Extended DNS Error in it.

use super::{
    fields::{Fields, Reader},
    yaml_tree::{Node, Value},
};
use crate::{
    answer::{EdnsForm, ExtendedError, OwnerForm, WireForm},
    dns::{NaiveParser, QueryParser},
    model::{IpId, IpTtl, PacketForm},
};

/// `wire:` of an answer.
pub(super) fn read_wire(node: &Node, reader: &mut Reader<'_>) -> WireForm {
    let mut fields = Fields::of(node, "wire", reader);
    let mut flag =
        |key, reader: &mut Reader<'_>| fields.get(key).and_then(|value| reader.flag(value));
    let (aa, ra, ad) = (flag("aa", reader), flag("ra", reader), flag("ad", reader));
    let flags_by_rd = flag("flags-by-rd", reader).unwrap_or(false);
    let flags = fields.get("flags").and_then(|flags| reader.number(flags, (0, u16::MAX)));
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
    let packet = read_packet(&mut fields, reader);
    fields.finish(reader);
    WireForm {
        aa,
        ra,
        ad,
        flags,
        flags_by_rd,
        owner: owner.unwrap_or_default(),
        edns: edns.unwrap_or_default(),
        trailing: trailing.unwrap_or(0),
        packet,
    }
}

/// What `wire` says of packets.
fn read_packet(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> PacketForm {
    let usual = PacketForm::default();
    let ip_id = fields.get("ip-id").and_then(|node| match node.value {
        Value::Number(_) => reader.number(node, (0, u16::MAX)).map(IpId::Fixed),
        _ => {
            let words = [("random", IpId::Random), ("increment", IpId::Increment)];
            reader.word(node, "number or way of numbering packets", &words)
        }
    });
    let ip_ttl = fields.get("ip-ttl").and_then(|node| match node.value {
        Value::Number(_) => reader.number(node, (1, u8::MAX)).map(IpTtl::Fixed),
        _ => {
            let words = [
                ("mirror", IpTtl::Mirror),
                ("random", IpTtl::Random),
                ("increment", IpTtl::Increment),
            ];
            reader.word(node, "number or way of setting TTLs", &words)
        }
    });
    let mut flag = |key| fields.get(key).and_then(|value| reader.flag(value));
    let (df, in_path) = (flag("df"), flag("in-path"));
    PacketForm {
        ip_id: ip_id.unwrap_or(usual.ip_id),
        ip_ttl: ip_ttl.unwrap_or(usual.ip_ttl),
        df: df.unwrap_or(usual.df),
        in_path: in_path.unwrap_or(usual.in_path),
    }
}

/// `parser:` of an answer: a word, or `flat` with its options.
pub(super) fn read_parser(node: &Node, reader: &mut Reader<'_>) -> Option<QueryParser> {
    let flat = NaiveParser { patched: true, one_question: false };
    let Value::Map(_) = &node.value else {
        let words = [("dns", QueryParser::Dns), ("flat", QueryParser::Naive(flat))];
        return reader.word(node, "parser", &words);
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
    Some(QueryParser::Naive(NaiveParser {
        patched: patched.unwrap_or(flat.patched),
        one_question: one_question.unwrap_or(flat.one_question),
    }))
}

/// `ede:` of an answer.
pub(super) fn read_ede(node: &Node, reader: &mut Reader<'_>) -> Option<ExtendedError> {
    let mut fields = Fields::of(node, "ede", reader);
    let code = fields.need("code", reader).and_then(|code| reader.number(code, (0, u16::MAX)));
    let text = fields.get("text").and_then(|text| reader.string(text, "a text"));
    fields.finish(reader);
    Some(ExtendedError { code: code?, text: text.map_or(String::new(), |at| at.value) })
}
