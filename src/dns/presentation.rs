//! Messages and records in words, as `dig` and master files have them.

use super::{
    Rtype,
    constants::{HEADER_LEN, flags3},
    query_view::question_end,
    raw_record::{RawRecord, big_endian},
    rcode_text,
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
use std::net::{Ipv4Addr, Ipv6Addr};

/// TYPE of addresses (RFC 1035 section 3.2.2, RFC 3596 section 2.1).
const A: u16 = 1;
const AAAA: u16 = 28;

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
        type Parsed<'a> = AllRecordData<&'a [u8], ParsedName<&'a [u8]>>;
        let parsed = Parsed::parse_rdata(rtype, &mut parser).ok()??;
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
pub fn header_rcode(message: &[u8]) -> Option<String> {
    let octet = message.get(..HEADER_LEN)?[3];
    Some(rcode_text(ResponseCode::from(0, octet & flags3::RCODE)))
}

/// The record data of a message's answers in presentation form, as far as they can be read.
/// Addresses are read from the octets; only what is none has the whole message decoded.
#[must_use]
pub fn answer_data(message: &[u8]) -> Vec<String> {
    addresses(message).unwrap_or_else(|| {
        let decoded = Message::from_vec(message).ok();
        decoded.iter().flat_map(|message| &message.answers).map(data_text).collect()
    })
}

/// The same, where all of them are addresses.
fn addresses(message: &[u8]) -> Option<Vec<String>> {
    if message.len() < HEADER_LEN {
        return Some(Vec::new());
    }
    let count = big_endian(message, 6);
    if count == 0 {
        return Some(Vec::new());
    }
    let mut at = question_end(message)?;
    let mut found = Vec::with_capacity(usize::from(count.min(16)));
    for _ in 0..count {
        let record = RawRecord::read(message, at)?;
        found.push(match record.rtype() {
            A => Ipv4Addr::from(<[u8; 4]>::try_from(record.data).ok()?).to_string(),
            AAAA => Ipv6Addr::from(<[u8; 16]>::try_from(record.data).ok()?).to_string(),
            _ => return None,
        });
        at = record.end();
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::{answer_data, header_rcode};
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

    #[test]
    fn answers_are_told_whatever_their_type() {
        let four = RData::A(A::new(192, 0, 2, 1));
        let six = RData::AAAA(AAAA::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));
        let alias = RData::CNAME(CNAME("example.org.".parse().unwrap()));
        assert_eq!(answer_data(&answers(vec![])), [""; 0]);
        assert_eq!(answer_data(&answers(vec![four.clone(), six])), ["192.0.2.1", "2001:db8::1"]);
        assert_eq!(answer_data(&answers(vec![alias, four])), ["example.org.", "192.0.2.1"]);
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
