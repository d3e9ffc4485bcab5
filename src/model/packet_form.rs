//! How the packets look that carry an injector's replies, below DNS (RFC 791, RFC 8200).

/// How a packet looks. What is not said is as Linux sends datagrams: DF, an identification of 0,
/// 64 hops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PacketForm {
    /// The identification of an IPv4 header (RFC 6864).
    pub ip_id: IpId,
    /// The hops that a packet may have behind it.
    pub ip_ttl: IpTtl,
    /// DF, "don't fragment".
    pub df: bool,
    /// Whether the sender stands in the path and keeps the query, so that it reaches nobody.
    pub in_path: bool,
}

/// The identification of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IpId {
    /// Always this.
    Fixed(u16),
    /// Another one each time.
    Random,
    /// One more each time.
    Increment,
}

/// The TTL of a packet, or its hop limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IpTtl {
    /// Always this.
    Fixed(u8),
    /// Another one each time.
    Random,
    /// One more each time.
    Increment,
    /// That of the packet which brought the query.
    Mirror,
}

impl Default for PacketForm {
    fn default() -> Self {
        Self { ip_id: IpId::Fixed(0), ip_ttl: IpTtl::Fixed(64), df: true, in_path: false }
    }
}
