//! Sockets: where queries come in and what was planned goes out.
//!
//! [`Server::bind`] reads the lab and takes the sockets; [`Server::run`] answers until it is told to stop. The lab is swapped
//! whole on a reload, so a query sees one lab from its beginning to its end.

mod bind;
mod datagram;
mod live;
mod reload;
mod tcp;
mod udp;

pub use bind::BindError;

use crate::{
    config::ListenerSpec,
    lab::{Lab, LoadError, Shelves, load},
};
use arc_swap::ArcSwap;
use bind::Sockets;
use live::Live;
use std::{net::SocketAddr, sync::Arc};
use thiserror::Error;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::{Semaphore, watch},
    task::JoinSet,
};

/// A server that holds its sockets.
#[derive(Debug)]
pub struct Server {
    shelves: Shelves,
    live: Arc<ArcSwap<Live>>,
    sockets: Vec<Sockets>,
    /// Taken before anybody can know of the server: a SIGHUP without a handler ends the process.
    hangup: Signal,
}

/// Why a server does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// There is no lab.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// An address cannot be listened on.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The system does not let us handle SIGHUP.
    #[error("cannot handle SIGHUP: {0}")]
    Signal(std::io::Error),
}

impl Server {
    /// Reads the lab, then takes the sockets. Must be called inside a tokio runtime.
    ///
    /// # Errors
    ///
    /// [`StartError`]; with problems in the files no socket is taken.
    pub fn bind(shelves: Shelves) -> Result<Self, StartError> {
        let (lab, _) = load(&shelves)?;
        let sockets = lab.settings.listen.iter().map(|listener| Sockets::bind(*listener)).collect::<Result<_, _>>()?;
        let hangup = signal(SignalKind::hangup()).map_err(StartError::Signal)?;
        Ok(Self { shelves, live: Arc::new(ArcSwap::from_pointee(Live::new(lab))), sockets, hangup })
    }

    /// Where the server listens, with the ports that were given for port 0.
    #[must_use]
    pub fn listeners(&self) -> Vec<ListenerSpec> {
        self.sockets.iter().map(|sockets| sockets.listener).collect()
    }

    /// The first address that the server listens on.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.sockets.first().map(|sockets| sockets.listener.address)
    }

    /// Looks at the lab as it is now.
    pub fn with_lab<T>(&self, look: impl FnOnce(&Lab) -> T) -> T {
        look(&self.live.load().lab)
    }

    /// Answers until `stop` changes, reloading on SIGHUP and when a file changes.
    pub async fn run(self, mut stop: watch::Receiver<()>) {
        let Self { shelves, live, sockets, hangup } = self;
        let mut tasks = JoinSet::new();
        let connections = Arc::new(Semaphore::new(live.load().lab.settings.tcp_connections));
        for Sockets { listener, udp, tcp } in sockets {
            let udp = Arc::new(udp);
            // One task a core takes datagrams off the same socket; a port that is shared by several sockets would hide that
            // another server holds it.
            for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
                tasks.spawn(udp::serve(Arc::clone(&udp), Arc::clone(&live), listener.country));
            }
            tasks.spawn(tcp::serve(tcp, Arc::clone(&live), listener.country, Arc::clone(&connections)));
        }
        tasks.spawn(reload::watch(shelves, live, hangup));
        // An error means that the sender is gone, and nobody else could stop us.
        let _ = stop.changed().await;
        tasks.shutdown().await;
    }
}
