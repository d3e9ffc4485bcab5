//! Messages for people and for programs.

use crate::{
    dns::{Rtype, rcode_text},
    engine::{ExplainedStep, Origin, StepContent},
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
use hickory_proto::{op::Message, rr::Record, serialize::binary::BinEncodable};
use serde::Serialize;

/// A reply, as `--json` shows it.
#[derive(Debug, Serialize)]
pub(crate) struct ReplyJson {
    after_ms: f64,
    rcode: Option<String>,
    flags: Vec<&'static str>,
    answers: Vec<String>,
    honest: bool,
    origin: &'static str,
    #[serde(rename = "stand-in")]
    stand_in: bool,
}

impl ReplyJson {
    /// A RST is no reply; what only the upstream knows has neither RCODE nor records here.
    pub(crate) fn new(step: &ExplainedStep) -> Option<Self> {
        let message = step.content.decoded();
        Some(Self {
            after_ms: step.after.as_secs_f64() * 1000.0,
            rcode: message.map(|message| rcode_text(message.response_code)),
            flags: message.map_or(Vec::new(), flags),
            answers: message.map_or(Vec::new(), answers),
            honest: match step.content {
                StepContent::Message(_, origin) => origin != Origin::Forged,
                StepContent::Upstream => true,
                StepContent::Reset => return None,
            },
            origin: match step.content {
                StepContent::Message(_, Origin::Forged) => "forged",
                StepContent::Message(_, Origin::Zones | Origin::StandIn) => "zones",
                StepContent::Message(_, Origin::AliasTarget) => "alias-target",
                StepContent::Message(_, Origin::Nowhere) => "nowhere",
                StepContent::Message(_, Origin::Protocol) => "protocol",
                StepContent::Message(_, Origin::Upstream)
                | StepContent::Upstream
                | StepContent::Reset => "upstream",
            },
            stand_in: matches!(step.content, StepContent::Message(_, Origin::StandIn)),
        })
    }
}

/// The records of the answer section in presentation form.
pub(crate) fn answers(message: &Message) -> Vec<String> {
    message.answers.iter().map(presentation).collect()
}

/// `name ttl class type data`, as in a zone file.
pub(crate) fn presentation(record: &Record) -> String {
    let rtype = Rtype(record.record_type());
    let data = data(record).unwrap_or_else(|| record.data.to_string());
    format!("{} {} {} {rtype} {data}", record.name.to_ascii(), record.ttl, record.dns_class)
}

/// Record data as it stands in a zone file; of types without a form of their own as octets (RFC
/// 3597 section 5).
fn data(record: &Record) -> Option<String> {
    let octets = BinEncodable::to_bytes(&record.data).ok()?;
    let mut parser = Parser::from_ref(&octets[..]);
    let rtype = domain::base::Rtype::from_int(record.record_type().into());
    type Parsed<'a> = AllRecordData<&'a [u8], ParsedName<&'a [u8]>>;
    let parsed = Parsed::parse_rdata(rtype, &mut parser).ok()??;
    Some(parsed.display_zonefile(DisplayKind::Simple).to_string())
}

/// The flags that are set, in `dig`'s words and order.
pub(crate) fn flags(message: &Message) -> Vec<&'static str> {
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
