//! Numbers of the wire format, each defined once.

use hickory_proto::rr::RecordType;

/// Octets of a header (RFC 1035 section 4.1.1).
pub const HEADER_LEN: usize = 12;

/// Octets of a name in wire form, at most (RFC 1035 section 2.3.4).
pub const MAX_NAME_LEN: usize = 255;

/// Octets of a label, at most (RFC 1035 section 2.3.4).
pub const MAX_LABEL_LEN: usize = 63;

/// Octets of a message that every client takes by UDP (RFC 1035 section 4.2.1).
pub const MIN_UDP_PAYLOAD: usize = 512;

/// The UDP payload that we say we take (RFC 6891 section 6.2.3), and the most that we send: no
/// common path fragments it (DNS flag day 2020).
pub const UDP_PAYLOAD: u16 = 1232;

/// What the longest message (RFC 1035 section 4.2.2) has room for beside its header, the longest
/// question and an OPT.
pub const RECORDS_ROOM: usize = u16::MAX as usize - HEADER_LEN - (MAX_NAME_LEN + 4) - 11;

/// TYPE of the OPT pseudo-record (RFC 6891 section 6.1.1).
pub const OPT: u16 = 41;

/// TYPE of the TSIG pseudo-record (RFC 8945 section 4.1).
pub const TSIG: u16 = 250;

/// The EDNS option of Extended DNS Errors (RFC 8914 section 2).
pub const EDE_OPTION: u16 = 15;

/// Flags in the third octet of a header (RFC 1035 section 4.1.1).
pub mod flags2 {
    /// QR: the message is a response.
    pub const QR: u8 = 0x80;
    /// OPCODE.
    pub const OPCODE: u8 = 0x78;
    /// AA: the answer is authoritative.
    pub const AA: u8 = 0x04;
    /// TC: the message is truncated.
    pub const TC: u8 = 0x02;
    /// RD: recursion is desired.
    pub const RD: u8 = 0x01;
}

/// Flags in the fourth octet of a header (RFC 1035 section 4.1.1, RFC 4035 section 3.2).
pub mod flags3 {
    /// RA: recursion is available.
    pub const RA: u8 = 0x80;
    /// AD: the data is authentic.
    pub const AD: u8 = 0x20;
    /// CD: the client checks signatures itself.
    pub const CD: u8 = 0x10;
    /// RCODE, without its extended bits.
    pub const RCODE: u8 = 0x0f;
}

/// INFO-CODE of an Extended DNS Error: "No Reachable Authority" (RFC 8914 section 4.23).
pub const EDE_NO_REACHABLE_AUTHORITY: u16 = 22;

/// RFC 6672; hickory has no name for it.
pub const DNAME: RecordType = RecordType::Unknown(39);
