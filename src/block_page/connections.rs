//! Connections to block pages: HTTP, or HTTP over TLS by the same port.

use axum::{body::Body, extract::Request, response::Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    convert::Infallible,
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;

/// Who has come where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visit {
    /// The client's address.
    pub(super) client: IpAddr,
    /// The address that it has asked: that of a page.
    pub(super) address: IpAddr,
    /// Whether it has taken the certificate.
    pub(super) is_secure: bool,
}

/// What all connections share.
pub(super) struct Connections {
    tls: TlsAcceptor,
    room: Arc<Semaphore>,
}

/// As many may be open: a class of browsers, six each.
const MOST: usize = 512;

/// How long the first octets, a handshake and the head of a request may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a connection may last: a page is short.
const LONGEST: Duration = Duration::from_secs(60);

/// After an error of accepting, such as too many open files.
const PAUSE: Duration = Duration::from_millis(50);

/// The type of a TLS record with a handshake (RFC 8446 section 5.1); no request of HTTP begins so.
const HANDSHAKE: u8 = 22;

impl Connections {
    pub(super) fn new(tls: TlsAcceptor) -> Self {
        Self { tls, room: Arc::new(Semaphore::new(MOST)) }
    }

    /// Takes connections until `stop` changes.
    pub(super) async fn serve<S, F>(
        self: Arc<Self>,
        listener: TcpListener,
        serve: S,
        mut stop: watch::Receiver<()>,
    ) where
        S: Fn(Request, Visit) -> F + Clone + Send + 'static,
        F: Future<Output = Response> + Send + 'static,
    {
        loop {
            let room = Arc::clone(&self.room).acquire_owned().await;
            let place = room.expect("it is never closed");
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = stop.changed() => return,
            };
            let (stream, client) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::debug!(%error, "accepting a connection to a block page");
                    sleep(PAUSE).await;
                    continue;
                }
            };
            let (connections, serve) = (Arc::clone(&self), serve.clone());
            tokio::spawn(async move {
                let ended = timeout(LONGEST, connections.talk(stream, client, serve)).await;
                if let Ok(Err(error)) = ended {
                    tracing::debug!(%error, %client, "a connection to a block page");
                }
                drop(place);
            });
        }
    }

    async fn talk<S, F>(&self, stream: TcpStream, client: SocketAddr, serve: S) -> io::Result<()>
    where
        S: Fn(Request, Visit) -> F + Clone + Send + 'static,
        F: Future<Output = Response> + Send + 'static,
    {
        let address = stream.local_addr()?.ip().to_canonical();
        let client = client.ip().to_canonical();
        let mut first = [0];
        let peeked = timeout(PATIENCE, stream.peek(&mut first)).await??;
        let is_secure = peeked > 0 && first[0] == HANDSHAKE;
        let visit = Visit { client, address, is_secure };
        if is_secure {
            let stream = timeout(PATIENCE, self.tls.accept(stream)).await??;
            converse(stream, visit, serve).await
        } else {
            converse(stream, visit, serve).await
        }
    }
}

/// Answers the requests of one connection.
async fn converse<T, S, F>(stream: T, visit: Visit, serve: S) -> io::Result<()>
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: Fn(Request, Visit) -> F + Clone + Send + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let answer = serve(request.map(Body::new), visit);
        async move { Ok::<_, Infallible>(answer.await) }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), service)
        .await
        .map_err(io::Error::other)
}
