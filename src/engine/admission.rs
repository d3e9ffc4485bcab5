//! What the protocol decides before any rule could: messages that are no queries, clients that may
//! not ask, questions that nobody gets an answer to.

use super::request::Request;
use crate::{
    answer::{ResponseHead, write_header_only},
    dns::{
        QueryView, RequestError, Rtype, Transport,
        constants::{EDE_PROHIBITED, flags2},
    },
};
use hickory_proto::{
    op::ResponseCode,
    rr::{DNSClass, RecordType},
};
use std::ops::Range;

/// A query that may be asked here. Otherwise where its rejection stands in `out`, if it gets one.
pub(super) fn admit<'r>(
    request: &Request<'_>,
    parsed: Result<QueryView<'r>, RequestError>,
    qtype: Rtype,
    allowed: bool,
    out: &mut Vec<u8>,
) -> Result<QueryView<'r>, Option<Range<usize>>> {
    let octets = request.octets;
    let message = match parsed {
        Ok(message) => message,
        Err(RequestError::Ignore) => return Err(None),
        Err(RequestError::FormErr) => {
            return Err(Some(format_error(octets, request.transport, out)));
        }
        Err(RequestError::NotImp) => {
            return Err(Some(not_implemented(octets, request.transport, out)));
        }
    };
    match rejection(&message, qtype, allowed) {
        Some(head) => {
            let limit = message.response_limit(request.transport);
            Err(Some(head.write(message, limit, out)))
        }
        None => Ok(message),
    }
}

/// FORMERR, with the question and an OPT where both can be read.
fn format_error(octets: &[u8], transport: Transport, out: &mut Vec<u8>) -> Range<usize> {
    match QueryView::with_unsound_records(octets) {
        Some(query) => {
            let head = ResponseHead::status(ResponseCode::FormErr);
            head.write(query, query.response_limit(transport), out)
        }
        None => write_header_only(octets, ResponseCode::FormErr, out),
    }
}

/// NOTIMP for another OPCODE. Where the message reads as a query does, its question and an OPT come
/// back (RFC 6891 section 6.1.1).
fn not_implemented(octets: &[u8], transport: Transport, out: &mut Vec<u8>) -> Range<usize> {
    let opcode = octets[2] & flags2::OPCODE;
    let mut query = octets.to_vec();
    query[2] ^= opcode;
    let Ok(query) = QueryView::parse(&query) else {
        return write_header_only(octets, ResponseCode::NotImp, out);
    };
    let head = ResponseHead::status(ResponseCode::NotImp);
    let written = head.write(query, query.response_limit(transport), out);
    out[written.start + 2] |= opcode;
    written
}

/// What is refused whatever the policy says.
fn rejection(
    message: &QueryView<'_>,
    qtype: Rtype,
    allowed: bool,
) -> Option<ResponseHead<'static>> {
    let refused = ResponseHead::status(ResponseCode::Refused);
    if !allowed {
        let why = "this resolver answers lab networks only (--allow)";
        return Some(refused.explained(EDE_PROHIBITED, why));
    }
    // RFC 6891 section 6.1.3: a version that is not known MUST be answered with BADVERS.
    if message.opt().is_some_and(|opt| opt.version > 0) {
        return Some(ResponseHead::status(ResponseCode::BADVERS));
    }
    let transfer = matches!(qtype.0, RecordType::AXFR | RecordType::IXFR);
    let foreign = message.qclass() != DNSClass::IN;
    (transfer || foreign).then_some(refused)
}
