//! How a message looks on the wire, and the Extended DNS Error in it.

use crate::model::PacketForm;

/// How a message looks. What is not said is as a resolver does it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WireForm {
    /// AA; default false.
    pub aa: Option<bool>,
    /// RA; default true.
    pub ra: Option<bool>,
    /// AD; default false.
    pub ad: Option<bool>,
    /// All flags at once, over the others; RCODE and TC are added.
    pub flags: Option<u16>,
    /// Flags 0x8180 for a query with RD, 0x8400 for one without (beside RCODE and TC); `aa`, `ra`
    /// and `ad` are then not looked at.
    pub flags_by_rd: bool,
    /// How the owner of the records is written.
    pub owner: OwnerForm,
    /// What becomes of EDNS.
    pub edns: EdnsForm,
    /// Zero octets behind the message.
    pub trailing: u16,
    /// How the packet looks that carries it, where an injector sends it.
    pub packet: PacketForm,
}

/// How the owner of a record is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OwnerForm {
    /// As a pointer to the question, `c0 0c`.
    #[default]
    Pointer,
    /// As a copy of the QNAME.
    Copy,
}

/// What becomes of EDNS in a response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EdnsForm {
    /// An OPT of our own when the query has one (RFC 6891).
    #[default]
    Normal,
    /// No OPT, whatever the query has.
    Omit,
    /// The query's OPT, octet for octet.
    Echo,
    /// Whatever follows the question in the query is left where it stands, before the records, and
    /// not counted.
    Left,
}

/// An Extended DNS Error (RFC 8914).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtendedError {
    /// INFO-CODE.
    pub code: u16,
    /// EXTRA-TEXT.
    pub text: String,
}

/// All of a message's looks that do not come from what it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageForm {
    /// Flags, owners, EDNS.
    pub wire: WireForm,
    /// An Extended DNS Error, if one is sent.
    pub ede: Option<ExtendedError>,
}
