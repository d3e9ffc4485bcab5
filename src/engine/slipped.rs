//! What a client gets instead of an answer, where its network has had too many.

use crate::{
    answer::ResponseHead,
    dns::{QueryView, Transport},
};
use hickory_proto::op::ResponseCode;

/// A truncated answer, so that the client asks again by TCP; or BADCOOKIE, so that it asks again
/// with the cookie that is added to it (RFC 7873 section 5.2.3). Nothing for what is no query.
#[must_use]
pub fn slipped(octets: &[u8], has_cookie: bool) -> Option<Vec<u8>> {
    let query = QueryView::parse(octets).ok()?;
    let limit = query.response_limit(Transport::Udp);
    let rcode = if has_cookie { ResponseCode::BADCOOKIE } else { ResponseCode::NoError };
    let head = ResponseHead { truncated: !has_cookie, ..ResponseHead::status(rcode) };
    Some(head.octets(query, limit))
}
