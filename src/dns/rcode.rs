//! RCODEs, as `dig` writes them.

use hickory_proto::op::ResponseCode;

/// An RCODE as `dig` writes it.
#[must_use]
pub fn rcode_text(code: ResponseCode) -> String {
    known_rcode(code).map_or_else(|| format!("RCODE{}", u16::from(code)), str::to_owned)
}

/// The same of one that has a name.
pub(super) fn known_rcode(code: ResponseCode) -> Option<&'static str> {
    Some(match code {
        ResponseCode::NoError => "NOERROR",
        ResponseCode::FormErr => "FORMERR",
        ResponseCode::ServFail => "SERVFAIL",
        ResponseCode::NXDomain => "NXDOMAIN",
        ResponseCode::NotImp => "NOTIMP",
        ResponseCode::Refused => "REFUSED",
        ResponseCode::YXDomain => "YXDOMAIN",
        ResponseCode::YXRRSet => "YXRRSET",
        ResponseCode::NXRRSet => "NXRRSET",
        ResponseCode::NotAuth => "NOTAUTH",
        ResponseCode::NotZone => "NOTZONE",
        ResponseCode::BADVERS => "BADVERS",
        _ => return None,
    })
}
