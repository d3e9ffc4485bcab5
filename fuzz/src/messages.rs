//! Messages, and what holds for every answer.

use splinterdns::dns::QueryView;

/// Where the question begins.
pub const HEADER: usize = 12;

/// QR: the message is an answer.
pub const QR: u8 = 0x80;

/// `NAME TYPE` in class IN with RD, by wire forms; an OPT says how much the client takes by UDP.
pub fn query(id: u16, name: &[u8], rtype: u16, payload: Option<u16>) -> Vec<u8> {
    let [opt, name] = [&[0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, u8::from(payload.is_some())][..], name];
    let mut octets = [opt, name, &rtype.to_be_bytes(), &[0, 1]].concat();
    octets[..2].copy_from_slice(&id.to_be_bytes());
    if let Some(payload) = payload {
        octets.extend([0, 0, 41]);
        octets.extend(payload.to_be_bytes());
        octets.extend([0; 6]);
    }
    octets
}

/// The message behind its length, as a stream carries it (RFC 1035 section 4.2.2).
pub fn framed(message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len()).unwrap();
    [&length.to_be_bytes()[..], message].concat()
}

/// What holds for each message that goes out: it is an answer to this query.
pub fn check_header(octets: &[u8], reply: &[u8]) {
    assert!(octets[2] & QR == 0, "a response was answered");
    assert!(reply.len() >= HEADER, "no header: {reply:?}");
    assert!(reply[2] & QR != 0, "no response: {reply:?}");
    assert!(reply[..2] == octets[..2], "another id: {reply:?}");
}

/// And where it has a question, that is the client's, letter for letter, unless an injector sends
/// it that has read another.
pub fn check_reply(octets: &[u8], reply: &[u8]) {
    check_header(octets, reply);
    let Ok(query) = QueryView::parse(octets) else { return };
    if reply[4..6] == [0, 1] {
        let end = HEADER + query.question().len();
        assert!(reply.len() >= end && reply[HEADER..end] == *query.question(), "{reply:?}");
    }
}
