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
    dns::{QueryView, constants::UDP_PAYLOAD},
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
    /// Answers the question who answers here, if that is the question.
    pub(super) fn identify<'e>(
        parsed: &ParsedRequest<'e, '_>,
        plan: &mut Plan,
    ) -> Option<Judgement<'e>> {
        let message = parsed.message.as_ref().ok()?;
        if message.qclass() != DNSClass::CH || message.qtype().0 != RecordType::TXT {
            return None;
        }
        // A server can always be asked on its own machine whether it is there.
        let sender = parsed.sender;
        if !sender.allowed && !sender.client.is_loopback() {
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
        let (query, jurisdiction) = (parsed.query.clone(), sender.jurisdiction);
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
    message.metadata.recursion_available = true;
    let mut question = Question::query(name.clone(), RecordType::TXT);
    question.set_query_class(DNSClass::CH);
    message.add_query(question);
    let mut record = Record::from_rdata(name, 0, RData::TXT(TXT::new(texts)));
    record.dns_class = DNSClass::CH;
    message.add_answer(record);
    if query.opt().is_some() {
        let mut edns = Edns::new();
        edns.set_max_payload(UDP_PAYLOAD);
        message.set_edns(edns);
    }
    let octets = message.to_vec().ok()?;
    (octets.len() <= query.response_limit(request.transport)).then_some(octets)
}

#[cfg(test)]
mod tests {
    use super::super::{Engine, LabSources, Request, Scratch, ServerRole, load};
    use crate::{config::LabSpec, dns::Transport, files::FileSource};
    use hickory_proto::op::{Message, ResponseCode};

    /// `health.splinterdns. CH TXT`, with another type or class, or by another name.
    fn asked(engine: &Engine, client: &str, name: &str, type_and_class: [u8; 4]) -> Message {
        let mut octets = vec![0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        for label in name.split('.') {
            octets.push(label.len() as u8);
            octets.extend(label.as_bytes());
        }
        octets.push(0);
        octets.extend(type_and_class);
        let arrival = engine.settings.clock.now();
        let (client, transport) = (client.parse().unwrap(), Transport::Udp);
        let request = Request {
            octets: &octets,
            client,
            transport,
            binding: None,
            role: ServerRole::Resolver,
            arrival,
        };
        let mut scratch = Scratch::default();
        let response = engine.respond(&request, &mut scratch);
        Message::from_vec(response.octets).unwrap()
    }

    #[test]
    fn who_may_ask_and_this_machine_are_told_and_others_refused() {
        let flags =
            LabSpec { allow: Some(vec!["10.0.0.0/8".parse().unwrap()]), ..LabSpec::default() };
        let sources = LabSources::new(FileSource::built_in_configs(), flags);
        let (engine, _) = load(&sources).unwrap();
        let name = "health.splinterdns";
        let told = |client, name, question| {
            let reply = asked(&engine, client, name, question);
            (reply.response_code, reply.answers.len())
        };
        let (ch_txt, in_txt, ch_a) = ([0, 16, 0, 3], [0, 16, 0, 1], [0, 1, 0, 3]);
        assert_eq!(told("10.86.0.1", name, ch_txt), (ResponseCode::NoError, 1));
        assert_eq!(told("10.86.0.1", "HEALTH.SplinterDNS", ch_txt), (ResponseCode::NoError, 1));
        assert_eq!(told("127.0.0.1", name, ch_txt), (ResponseCode::NoError, 1));
        assert_eq!(told("8.8.8.8", name, ch_txt), (ResponseCode::Refused, 0));
        assert_eq!(told("10.86.0.1", "version.bind", ch_txt), (ResponseCode::Refused, 0));
        assert_eq!(told("10.86.0.1", name, ch_a), (ResponseCode::Refused, 0));
        assert_eq!(told("10.1.0.1", name, in_txt), (ResponseCode::ServFail, 0));
        let text = asked(&engine, "10.86.0.1", name, ch_txt).answers[0].data.to_string();
        assert!(text.contains("country=CN") && text.contains("program=splinterdns"), "{text}");
    }
}
