//! Sockets: where queries come in and what was planned goes out.
//!
//! [`Server::bind`] reads the lab and takes the sockets; [`Server::run`] answers until it is told
//! to stop. The lab is swapped whole on a reload, so a query sees one lab from its beginning to its
//! end.

mod bind;
mod datagram;
mod live;
#[cfg(target_env = "gnu")]
mod memory;
mod priority;
mod reload;
mod steering;
mod tcp;
mod timer;
mod udp;

pub use bind::BindError;
#[cfg(target_env = "gnu")]
pub use memory::return_what_is_freed;

use crate::{
    config::ListenerSpec,
    lab::{Lab, LoadError, Shelves, load},
};
use arc_swap::ArcSwap;
use bind::Sockets;
use live::Live;
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use thiserror::Error;
use timer::Timer;
use tokio::{
    runtime::Handle,
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
    timer: Arc<Timer>,
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
    /// The system gives us no signal handler or no thread.
    #[error("cannot start: {0}")]
    System(#[from] io::Error),
}

impl Server {
    /// Reads the lab, then takes the sockets. Must be called inside a tokio runtime.
    ///
    /// # Errors
    ///
    /// [`StartError`]; with problems in the files no socket is taken.
    pub fn bind(shelves: Shelves) -> Result<Self, StartError> {
        let (lab, _) = load(&shelves)?;
        bind::allow_files(lab.settings.tcp_connections);
        let sockets = lab
            .settings
            .listen
            .iter()
            .map(|listener| Sockets::bind(listener, lab.settings.workers))
            .collect::<Result<_, _>>()?;
        let hangup = signal(SignalKind::hangup())?;
        let timer = Arc::new(Timer::start()?);
        Ok(Self {
            shelves,
            live: Arc::new(ArcSwap::from_pointee(Live::new(lab))),
            sockets,
            hangup,
            timer,
        })
    }

    /// Where the server listens, with the ports that were given for port 0.
    #[must_use]
    pub fn listeners(&self) -> Vec<ListenerSpec> {
        self.sockets.iter().map(|sockets| sockets.listener.clone()).collect()
    }

    /// Looks at the lab as it is now.
    pub fn with_lab<T>(&self, look: impl FnOnce(&Lab) -> T) -> T {
        look(&self.live.load().lab)
    }

    /// Answers until `stop` changes, reloading on SIGHUP and when a file changes.
    pub async fn run(self, mut stop: watch::Receiver<()>) {
        let Self { shelves, live, sockets, hangup, timer } = self;
        let mut tasks = JoinSet::new();
        let connections = Arc::new(Semaphore::new(live.load().lab.settings.tcp_connections));
        let stop_workers = Arc::new(AtomicBool::new(false));
        for Sockets { listener, udp, tcp } in sockets {
            let shared = udp::Shared {
                live: Arc::clone(&live),
                bound: listener.bound.clone(),
                timer: Arc::clone(&timer),
                runtime: Handle::current(),
                stop: Arc::clone(&stop_workers),
            };
            for socket in udp {
                let shared = shared.clone();
                tasks.spawn_blocking(move || {
                    udp::serve(socket, listener.address.ip().is_unspecified(), shared)
                });
            }
            let shared = tcp::Shared {
                live: Arc::clone(&live),
                bound: listener.bound,
                timer: Arc::clone(&timer),
            };
            tasks.spawn(tcp::serve(tcp, shared, Arc::clone(&connections)));
        }
        tasks.spawn(reload::watch(shelves, live, hangup));
        tokio::select! {
            // An error means that the sender is gone, and nobody else could stop us.
            _ = stop.changed() => {}
            // None of them ends but by a panic, and a server that is deaf on one ear must not look
            // well.
            Some(ended) = tasks.join_next() => tracing::error!(?ended, "a part of the server ended"),
        }
        stop_workers.store(true, Ordering::Relaxed);
        tasks.shutdown().await;
    }
}
