//! Plain DNS over TCP (RFC 7766): connections are taken here and served as streams.

use super::stream::{self, Ended, StreamContext};
use crate::{capture::Peers, dns::Transport};
use std::{io, net::SocketAddr, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};

/// After an error of accepting, such as too many open files.
const PAUSE: Duration = Duration::from_millis(50);

/// Takes connections of those who may ask, as many as there are places for; others are closed at
/// once.
pub(super) async fn serve(listener: TcpListener, context: StreamContext) {
    loop {
        let (stream, client) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::debug!(%error, "accepting a connection");
                sleep(PAUSE).await;
                continue;
            }
        };
        if !context.serving.load().engine.settings.allows(client.ip()) {
            tracing::debug!(%client, "a connection of a client that may not ask");
            continue;
        }
        let Some(place) = context.bounds.connection(client.ip()) else {
            tracing::debug!(%client, "too many connections");
            continue;
        };
        let context = context.clone();
        tokio::spawn(async move {
            if let Err(error) = serve_connection(stream, client, context).await {
                tracing::debug!(%client, %error, "connection ended");
            }
            drop(place);
        });
    }
}

async fn serve_connection(
    stream: TcpStream,
    client: SocketAddr,
    context: StreamContext,
) -> io::Result<()> {
    // Answers are small and should not wait for each other (Nagle).
    stream.set_nodelay(true)?;
    let server = stream.local_addr()?;
    match stream::serve(stream, Peers { client, server, transport: Transport::Tcp }, context)
        .await?
    {
        Ended::Closed => Ok(()),
        // Closing with no time to linger sends RST.
        Ended::Reset(stream) => stream.set_zero_linger(),
    }
}
