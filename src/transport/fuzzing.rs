//! Streams and packets without sockets, for fuzz targets.

use super::{
    border::{ForgedPackets, ForgedPayload, PassingPacket, forwarded},
    bounds::Bounds,
    participants::Participants,
    serving::{ResolveError, ServingState},
    stream::{Ended, StreamContext, serve},
};
use crate::{capture::Peers, dns::Transport, engine::Engine, model::PacketForm};
use arc_swap::ArcSwap;
use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};
use tokio::io::{AsyncRead, AsyncWrite};

/// What answers the queries of any number of streams.
pub struct StreamServer(StreamContext);

/// How a stream that was answered has come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamEnd {
    /// The client has closed it.
    Closed,
    /// A rule has reset it.
    Reset,
}

impl StreamServer {
    /// # Errors
    ///
    /// The address of an upstream resolver cannot be found.
    pub fn new(engine: Engine) -> Result<Self, ResolveError> {
        let bounds = Bounds::new(&engine.settings);
        let serving = Arc::new(ArcSwap::from_pointee(ServingState::new(engine)?));
        let (events, participants) = (None, Participants::default());
        Ok(Self(StreamContext { serving, listener: 0, participants, events, bounds }))
    }

    /// Answers the queries of one stream, as those of a TCP connection are answered.
    ///
    /// # Errors
    ///
    /// The stream's own, and what is no DNS.
    pub async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        client: IpAddr,
    ) -> io::Result<StreamEnd> {
        let (client, server) = (SocketAddr::new(client, 1024), SocketAddr::new(client, 53));
        let peers = Peers { client, server, transport: Transport::Tcp };
        Ok(match serve(stream, peers, self.0.clone()).await? {
            Ended::Closed => StreamEnd::Closed,
            Ended::Reset(_) => StreamEnd::Reset,
        })
    }
}

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
