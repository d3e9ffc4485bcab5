//! The words for flags and response codes, in which scenarios and the rows of the fidelity table
//! say what they expect.

use hickory_proto::op::ResponseCode;

/// Flags and their bits, in the third and fourth octet of a message.
const FLAGS: [(&str, u16); 7] =
    [("QR", 15), ("AA", 10), ("TC", 9), ("RD", 8), ("RA", 7), ("AD", 5), ("CD", 4)];

/// Response codes with names that differ from those of the library.
const RCODES: [(ResponseCode, &str); 6] = [
    (ResponseCode::NoError, "NOERROR"),
    (ResponseCode::FormErr, "FORMERR"),
    (ResponseCode::ServFail, "SERVFAIL"),
    (ResponseCode::NXDomain, "NXDOMAIN"),
    (ResponseCode::Refused, "REFUSED"),
    (ResponseCode::YXDomain, "YXDOMAIN"),
];

/// The flags that are set in a message, in the order of their bits.
pub(crate) fn flags(octets: &[u8]) -> Vec<&'static str> {
    let all = u16::from_be_bytes([octets[2], octets[3]]);
    FLAGS.iter().filter(|(_, bit)| all & (1 << bit) != 0).map(|(flag, _)| *flag).collect()
}

pub(crate) fn is_flag(word: &str) -> bool {
    FLAGS.iter().any(|(flag, _)| *flag == word)
}

pub(crate) fn rcode(code: ResponseCode) -> String {
    let known = RCODES.iter().find(|(known, _)| *known == code);
    known.map_or_else(|| code.to_string(), |(_, word)| (*word).to_owned())
}
