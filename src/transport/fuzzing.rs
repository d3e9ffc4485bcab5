//! Streams and packets without sockets, for fuzz targets.

use super::{
    bounds::Bounds,
    participants::Participants,
    serving::{ResolveError, ServingState},
    stream::{Ended, StreamContext, serve},
};
use crate::{capture::Peers, dns::Transport, engine::Engine};
use arc_swap::ArcSwap;
use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};
use tokio::io::{AsyncRead, AsyncWrite};

pub use super::border::fuzzing::{PacketBorder, ReadPacket};

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
