//! Messages for people and for programs.

use crate::lab::{Part, What};
use hickory_proto::{
    op::{Message, ResponseCode},
    rr::{RData, Record},
};
use serde::Serialize;

/// A reply, as `--json` shows it.
#[derive(Debug, Serialize)]
pub(super) struct ReplyJson {
    after_ms: f64,
    rcode: Option<String>,
    flags: Vec<&'static str>,
    answers: Vec<String>,
    honest: bool,
}

impl ReplyJson {
    /// A RST is no reply; what only the upstream knows has neither RCODE nor records here.
    pub(super) fn new(part: &Part) -> Option<Self> {
        let message = part.what.message();
        Some(Self {
            after_ms: part.after.as_secs_f64() * 1000.0,
            rcode: message.map(|message| rcode(message.response_code)),
            flags: message.map_or(Vec::new(), flags),
            answers: message.map_or(Vec::new(), answers),
            honest: match part.what {
                What::Forged(_) => false,
                What::Honest(_) | What::Nowhere(_) | What::Upstream | What::Rejected(_) => true,
                What::Reset => return None,
            },
        })
    }
}

/// The records of the answer section in presentation form.
pub(super) fn answers(message: &Message) -> Vec<String> {
    message.answers.iter().map(presentation).collect()
}

/// `name ttl class type data`, as in a zone file.
pub(super) fn presentation(record: &Record) -> String {
    let rtype = crate::query::Type(record.record_type());
    let data = match &record.data {
        RData::TXT(texts) => {
            texts.txt_data.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    };
    format!("{} {} {} {rtype} {data}", record.name.to_ascii(), record.ttl, record.dns_class)
}

/// A character-string as it stands in a zone file (RFC 1035 section 5.1).
fn quoted(text: &[u8]) -> String {
    let mut quoted = String::from("\"");
    for &octet in text {
        match octet {
            b'"' | b'\\' => quoted.extend(['\\', char::from(octet)]),
            b' '..=b'~' => quoted.push(char::from(octet)),
            other => quoted.push_str(&format!("\\{other:03}")),
        }
    }
    quoted + "\""
}

/// The flags that are set, in `dig`'s words and order.
pub(super) fn flags(message: &Message) -> Vec<&'static str> {
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

/// The RCODE as `dig` writes it.
pub(super) fn rcode(code: ResponseCode) -> String {
    match code {
        ResponseCode::NoError => "NOERROR".to_owned(),
        ResponseCode::FormErr => "FORMERR".to_owned(),
        ResponseCode::ServFail => "SERVFAIL".to_owned(),
        ResponseCode::NXDomain => "NXDOMAIN".to_owned(),
        ResponseCode::NotImp => "NOTIMP".to_owned(),
        ResponseCode::Refused => "REFUSED".to_owned(),
        other => format!("RCODE{}", u16::from(other)),
    }
}
