//! What the protocol decides before any rule could: messages that are no queries, clients that may
//! not ask, questions that nobody gets an answer to.

use super::{
    generation::Engine,
    request::{ParsedRequest, Request, ServerRole},
};
use crate::{
    answer::{ResponseHead, add_bad_key, write_header_only},
    dns::{QueryView, RequestError, Rtype, UnreadQuery, constants::flags2},
};
use hickory_proto::{
    op::ResponseCode,
    rr::{DNSClass, RecordType},
};
use std::ops::Range;

impl Engine {
    /// A query that may be asked here. Otherwise where its rejection stands in `out`, if it gets
    /// one.
    pub(super) fn admit<'r>(
        &self,
        parsed: &ParsedRequest<'_, 'r>,
        out: &mut Vec<u8>,
    ) -> Result<QueryView<'r>, Option<Range<usize>>> {
        let ParsedRequest { request, message, query, sender } = parsed;
        match *message {
            Err(RequestError::Ignore) => Err(None),
            read if !sender.allowed => Err(Some(refuse(request.octets, read.ok(), out))),
            Err(RequestError::FormErr) => {
                Err(Some(reject_unread(request, ResponseCode::FormErr, out)))
            }
            Err(RequestError::NotImp) => {
                Err(Some(reject_unread(request, ResponseCode::NotImp, out)))
            }
            Ok(message) => match self.rejection(&message, query.qtype, request.role) {
                Some(rcode) => Err(Some(reject(request, message, rcode, out))),
                None => Ok(message),
            },
        }
    }

    /// Why a query gets no answer whatever the policy says.
    fn rejection(
        &self,
        message: &QueryView<'_>,
        qtype: Rtype,
        role: ServerRole,
    ) -> Option<ResponseCode> {
        // RFC 6891 section 6.1.3: a version that is not known MUST be answered with BADVERS.
        if message.opt().is_some_and(|opt| opt.version > 0) {
            return Some(ResponseCode::BADVERS);
        }
        // There are no keys here (RFC 8945 section 5.2.1); but who passes queries on leaves the
        // signature to whom they reach (section 5.5).
        let passes_on = role == ServerRole::Redirected || self.asks_upstream();
        if message.tsig().is_some() && !passes_on {
            return Some(ResponseCode::NotAuth);
        }
        let transfer = matches!(qtype.0, RecordType::AXFR | RecordType::IXFR);
        let foreign = message.qclass() != DNSClass::IN;
        (transfer || foreign).then_some(ResponseCode::Refused)
    }
}

fn reject(
    request: &Request<'_>,
    message: QueryView<'_>,
    rcode: ResponseCode,
    out: &mut Vec<u8>,
) -> Range<usize> {
    let limit = message.response_limit(request.transport);
    let written = ResponseHead::status(rcode).write(message, limit, out);
    match message.tsig().filter(|_| rcode == ResponseCode::NotAuth) {
        Some(tsig) => add_bad_key(&tsig, written, limit, out),
        None => written,
    }
}

/// FORMERR, or NOTIMP for another OPCODE, with what can be repeated of the message.
fn reject_unread(request: &Request<'_>, rcode: ResponseCode, out: &mut Vec<u8>) -> Range<usize> {
    let octets = request.octets;
    match UnreadQuery::of(octets) {
        UnreadQuery::Question(query) => {
            let limit = query.response_limit(request.transport);
            let written = ResponseHead::status(rcode).write(query, limit, out);
            out[written.start + 2] |= octets[2] & flags2::OPCODE;
            written
        }
        UnreadQuery::Header(opt) => write_header_only(octets, rcode, opt, out),
    }
}

/// REFUSED, for somebody who may not ask. It says nothing more: the sender's address may be
/// forged, and whom it belongs to gets no more octets than were sent.
fn refuse(octets: &[u8], message: Option<QueryView<'_>>, out: &mut Vec<u8>) -> Range<usize> {
    let rcode = ResponseCode::Refused;
    match message {
        Some(message) => ResponseHead::status(rcode).write(message, octets.len(), out),
        None => write_header_only(octets, rcode, None, out),
    }
}
