//! A question, as people write it.

use super::error::SurveyError;
use crate::{
    dns::{Name, Rtype, wire_name},
    engine::query_message,
};
use hickory_proto::rr::Name as WireName;

/// The message that asks it.
pub(crate) fn query_octets(question: &Question) -> Vec<u8> {
    query_message(&question.wire, question.qtype)
}

/// A question that was read.
pub(crate) struct Question {
    pub(crate) wire: WireName,
    pub(crate) qname: Name,
    pub(crate) qtype: Rtype,
}

impl Question {
    pub(crate) fn read(name: &str, qtype: Rtype) -> Result<Self, SurveyError> {
        // A URL or a server would be asked for as if it were a name, and found to be honest.
        if name.is_empty() || name.contains(['/', ':', '@', ' ']) {
            return Err(SurveyError::NoName(name.to_owned()));
        }
        let wire = wire_name(name).map_err(SurveyError::Name)?;
        Ok(Self { qname: Name::from_wire(&wire), wire, qtype })
    }
}
