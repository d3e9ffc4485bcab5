//! Who answers here: name and version, and the country, operator and day of whoever asks. So a
//! script can tell that it has reached the server that it meant.
//!
//! The question is `health.splinterdns. CH TXT`, which no resolver knows; `version.bind` stays
//! refused, because a censor's resolver should look like one.

use super::{
    generation::Engine,
    naive_injection::Judgement,
    request::{ParsedRequest, Request},
};
use crate::{
    answer::{Output, Plan},
    dns::QueryView,
    model::{Query, VerdictKind},
    policy::Jurisdiction,
};
use hickory_proto::{
    op::{Edns, Message, MessageType, Query as Question},
    rr::{DNSClass, Name as WireName, RData, Record, RecordType, rdata::TXT},
};
use std::time::Duration;

/// The name that is asked for, in class CH and with type TXT.
pub const IDENTITY_NAME: &str = "health.splinterdns.";

impl Engine {
    /// Answers the question who answers here, if that is the question and the client may ask.
    pub(super) fn identify<'e>(
        parsed: &ParsedRequest<'e, '_>,
        plan: &mut Plan,
    ) -> Option<Judgement<'e>> {
        let message = parsed.message.as_ref().ok().filter(|_| parsed.sender.allowed)?;
        if message.qclass() != DNSClass::CH || message.qtype().0 != RecordType::TXT {
            return None;
        }
        // A version of EDNS that is not known is another matter (BADVERS).
        if message.opt().is_some_and(|opt| opt.version > 0) {
            return None;
        }
        let name = message.qname_as_written();
        if !name.to_ascii().eq_ignore_ascii_case(IDENTITY_NAME) {
            return None;
        }
        let (query, jurisdiction) = (parsed.query.clone(), parsed.sender.jurisdiction);
        let octets = reply(&parsed.request, *message, name, texts(jurisdiction, &query))?;
        let start = plan.octets.len();
        plan.octets.extend(octets);
        let output = Some(Output::Rejected(start..plan.octets.len()));
        plan.push(Duration::ZERO, output, VerdictKind::Honest);
        Some(Judgement { query, decision: None, verdict: plan.take_verdict() })
    }
}

/// Keys with values, as RFC 1464 writes them.
fn texts(jurisdiction: Jurisdiction<'_>, query: &Query) -> Vec<String> {
    let Jurisdiction { country, operator } = jurisdiction;
    let mut texts = vec![
        "program=splinterdns".to_owned(),
        format!("version={}", env!("CARGO_PKG_VERSION")),
        format!("today={}", query.day()),
    ];
    texts.extend(country.map(|country| format!("country={}", country.code)));
    texts.extend(operator.map(|operator| format!("operator={}", operator.slug)));
    texts
}

fn reply(
    request: &Request<'_>,
    query: QueryView<'_>,
    name: WireName,
    texts: Vec<String>,
) -> Option<Vec<u8>> {
    let id = u16::from_be_bytes([request.octets[0], request.octets[1]]);
    let mut message = Message::query();
    message.metadata.id = id;
    message.metadata.message_type = MessageType::Response;
    message.metadata.authoritative = true;
    message.metadata.recursion_desired = query.recursion_desired();
    let mut question = Question::query(name.clone(), RecordType::TXT);
    question.set_query_class(DNSClass::CH);
    message.add_query(question);
    let mut record = Record::from_rdata(name, 0, RData::TXT(TXT::new(texts)));
    record.dns_class = DNSClass::CH;
    message.add_answer(record);
    if query.opt().is_some() {
        message.set_edns(Edns::new());
    }
    let octets = message.to_vec().ok()?;
    (octets.len() <= query.response_limit(request.transport)).then_some(octets)
}
