//! Packets without interfaces, for fuzz targets.

use super::{
    forged_packet::{ForgedPackets, ForgedPayload, forwarded},
    passing::PassingPacket,
};
use crate::model::PacketForm;
use std::net::SocketAddr;

/// What a border reads and writes.
#[derive(Default)]
pub struct PacketBorder(ForgedPackets);

/// A packet with something for port 53.
pub struct ReadPacket<'p> {
    /// Who has sent it.
    pub client: SocketAddr,
    /// To whom.
    pub server: SocketAddr,
    /// TTL or hop limit.
    pub hops: u8,
    /// The messages in it.
    pub messages: Vec<&'p [u8]>,
}

impl PacketBorder {
    /// Reads a packet, as those are read that pass.
    #[must_use]
    pub fn read(octets: &[u8]) -> Option<ReadPacket<'_>> {
        let packet = PassingPacket::read(octets)?;
        let PassingPacket { client, server, hops, .. } = packet;
        Some(ReadPacket { client, server, hops, messages: packet.messages().collect() })
    }

    /// A reply to a packet: a message, or a reset.
    pub fn write(
        &mut self,
        form: PacketForm,
        to: &[u8],
        message: Option<&[u8]>,
    ) -> Option<Vec<u8>> {
        let payload = message.map_or(ForgedPayload::Reset, ForgedPayload::Message);
        self.0.write(form, &PassingPacket::read(to)?, payload)
    }

    /// A datagram as a router sends it on.
    #[must_use]
    pub fn forwarded(octets: &[u8]) -> Option<Vec<u8>> {
        forwarded(octets)
    }
}
