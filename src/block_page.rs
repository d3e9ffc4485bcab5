//! Block pages: what a browser gets at the addresses to which lies lead.
//!
//! Over HTTP it gets 451 (RFC 7725) and a page that says which rule has led it there. Over HTTPS
//! it gets a certificate for another name, as in the field, and shows its own warning. Both come by
//! one port, because the first octet of a connection tells TLS from HTTP (RFC 8446 section 5.1).

mod certificate;
mod connections;
mod html;
mod response;

pub use certificate::CertificateError;

use crate::transport::ServerControl;
use axum::extract::Request;
use connections::{Connections, Visit};
use response::respond;
use std::{io, net::SocketAddr, sync::Arc};
use thiserror::Error;
use tokio::{net::TcpListener, sync::watch};
use tokio_rustls::TlsAcceptor;

/// Ports of HTTP and HTTPS (RFC 9110 sections 4.2.1 and 4.2.2).
const HTTP: u16 = 80;
const HTTPS: u16 = 443;

/// Block pages that hold their sockets.
pub struct BlockPages {
    listeners: Vec<TcpListener>,
    tls: TlsAcceptor,
}

/// Why there are no block pages.
#[derive(Debug, Error)]
pub enum BlockPageError {
    /// An address cannot be listened on.
    #[error("no block pages at {address}: {why}")]
    Bind {
        /// Which one.
        address: SocketAddr,
        /// The system's reason.
        why: io::Error,
    },
    /// There is no certificate.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

impl BlockPages {
    /// Takes the sockets: on the ports of HTTP and HTTPS where the address has none (0). Must be
    /// called inside a tokio runtime.
    ///
    /// # Errors
    ///
    /// [`BlockPageError`].
    pub async fn bind(address: SocketAddr, with_port: bool) -> Result<Self, BlockPageError> {
        let ports = if with_port { vec![address.port()] } else { vec![HTTP, HTTPS] };
        let mut listeners = Vec::new();
        for port in ports {
            let address = SocketAddr::new(address.ip(), port);
            let bound = TcpListener::bind(address).await;
            listeners.push(bound.map_err(|why| BlockPageError::Bind { address, why })?);
        }
        Ok(Self { listeners, tls: certificate::acceptor()? })
    }

    /// Where they are, with the port that was given for port 0.
    #[must_use]
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.listeners.iter().filter_map(|listener| listener.local_addr().ok()).collect()
    }

    /// Serves them until `stop` changes.
    pub async fn run(self, control: ServerControl, stop: watch::Receiver<()>) {
        let Self { listeners, tls } = self;
        let serve = move |request: Request, visit: Visit| {
            let control = control.clone();
            async move { respond(control, request.map(drop), visit).await }
        };
        let connections = Arc::new(Connections::new(tls));
        let mut tasks = tokio::task::JoinSet::new();
        for listener in listeners {
            let (connections, serve) = (Arc::clone(&connections), serve.clone());
            tasks.spawn(connections.serve(listener, serve, stop.clone()));
        }
        while tasks.join_next().await.is_some() {}
    }
}
