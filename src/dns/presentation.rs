//! Messages and records in words, as `dig` and master files have them.

use super::{
    Rtype,
    constants::{HEADER_LEN, flags3},
    rcode::{known_rcode, rcode_text},
};
use domain::{
    base::{
        ParseRecordData,
        name::ParsedName,
        zonefile_fmt::{DisplayKind, ZonefileFmt},
    },
    dep::octseq::Parser,
    rdata::AllRecordData,
};
use hickory_proto::{
    op::{Message, ResponseCode},
    rr::Record,
    serialize::binary::BinEncodable,
};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// Record data in a message.
type ParsedData<'m> = AllRecordData<&'m [u8], ParsedName<&'m [u8]>>;

/// `name ttl class type data`, as in a zone file.
#[must_use]
pub fn presentation(record: &Record) -> String {
    let rtype = Rtype(record.record_type());
    let data = data_text(record);
    format!("{} {} {} {rtype} {data}", record.name.to_ascii(), record.ttl, record.dns_class)
}

/// Record data as it stands in a zone file; of types without a form of their own as octets (RFC
/// 3597 section 5).
fn data_text(record: &Record) -> String {
    let parsed = || {
        let octets = BinEncodable::to_bytes(&record.data).ok()?;
        let mut parser = Parser::from_ref(&octets[..]);
        let rtype = domain::base::Rtype::from_int(record.record_type().into());
        let parsed = ParsedData::parse_rdata(rtype, &mut parser).ok()??;
        Some(parsed.display_zonefile(DisplayKind::Simple).to_string())
    };
    parsed().unwrap_or_else(|| record.data.to_string())
}

/// The flags that are set, in `dig`'s words and order.
#[must_use]
pub fn flags(message: &Message) -> Vec<&'static str> {
    let set = [
        ("qr", true),
        ("aa", message.authoritative),
        ("tc", message.truncation),
        ("rd", message.recursion_desired),
        ("ra", message.recursion_available),
        ("ad", message.authentic_data),
        ("cd", message.checking_disabled),
    ];
    set.into_iter().filter_map(|(word, is_set)| is_set.then_some(word)).collect()
}

/// The RCODE in a message's header, without its extended bits, as `dig` writes it; nothing where
/// there is no header.
#[must_use]
pub fn header_rcode(message: &[u8]) -> Option<Cow<'static, str>> {
    let octet = message.get(..HEADER_LEN)?[3];
    let code = ResponseCode::from(0, octet & flags3::RCODE);
    Some(known_rcode(code).map_or_else(|| rcode_text(code).into(), Cow::Borrowed))
}

/// The record data of a message's answers in presentation form, as far as they can be read: a list
/// of texts, for programs.
#[derive(Clone, Copy, Debug)]
pub struct AnswerData<'m>(pub &'m [u8]);

impl Serialize for AnswerData<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let message = domain::base::Message::from_octets(self.0).ok();
        let answers = message.as_ref().and_then(|message| message.answer().ok());
        let records = answers.into_iter().flatten().map_while(|record| {
            let record = record.ok()?.into_any_record::<ParsedData<'_>>().ok()?;
            Some(RecordText(record.into_data()))
        });
        serializer.collect_seq(records)
    }
}

/// One of them.
struct RecordText<'m>(ParsedData<'m>);

impl Serialize for RecordText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.display_zonefile(DisplayKind::Simple))
    }
}

#[cfg(test)]
mod tests {
    use super::{AnswerData, header_rcode};
    use hickory_proto::{
        op::{Message, Query},
        rr::{
            Name, RData, Record, RecordType,
            rdata::{A, AAAA, CNAME},
        },
    };

    fn answers(records: Vec<RData>) -> Vec<u8> {
        let name: Name = "www.example.com.".parse().unwrap();
        let mut message = Message::query();
        message.add_query(Query::query(name.clone(), RecordType::A));
        for data in records {
            message.add_answer(Record::from_rdata(name.clone(), 60, data));
        }
        message.to_vec().unwrap()
    }

    fn answer_data(message: &[u8]) -> Vec<String> {
        serde_json::from_value(serde_json::json!(AnswerData(message))).unwrap()
    }

    #[test]
    fn answers_are_told_whatever_their_type() {
        let four = RData::A(A::new(192, 0, 2, 1));
        let six = RData::AAAA(AAAA::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));
        let alias = RData::CNAME(CNAME("example.org.".parse().unwrap()));
        assert_eq!(answer_data(&answers(vec![])), [""; 0]);
        assert_eq!(answer_data(&answers(vec![four.clone(), six])), ["192.0.2.1", "2001:db8::1"]);
        assert_eq!(answer_data(&answers(vec![alias, four])), ["example.org.", "192.0.2.1"]);
        let alias =
            |labels: &[&[u8]]| RData::CNAME(CNAME(Name::from_labels(labels.to_vec()).unwrap()));
        let aliases = [&[&b"a.b"[..], b"example"][..], &[], &[b"a b", b"example"]].map(alias);
        let aliases = answers(aliases.to_vec());
        assert_eq!(answer_data(&aliases), ["a\\.b.example.", ".", "a\\ b.example."]);
    }

    #[test]
    fn what_cannot_be_read_has_no_answers() {
        let whole = answers(vec![RData::A(A::new(192, 0, 2, 1))]);
        for length in 0..whole.len() {
            assert!(answer_data(&whole[..length]).is_empty(), "{length} octets");
        }
        assert_eq!(header_rcode(&whole[..11]), None);
        assert_eq!(header_rcode(&whole).as_deref(), Some("NOERROR"));
    }
}
