//! A border: a process beside a router that looks at the DNS which passes and injects replies, as
//! censors on the path do, whatever server was asked.
//!
//! It sees copies of packets (packet(7)), so the router forwards the originals and the server that
//! was asked gives its honest answer by itself. Replies leave by the interface that the query came
//! in by, to the link address that sent it, octet for octet as the engine plans them, down to the
//! IP header. Those who stand in the path and keep the query need the kernel to drop it first
//! ([`nft_rules`]); then what nobody keeps is passed on from here.

mod forged_packet;
#[cfg(fuzzing)]
#[doc(hidden)]
pub(super) mod fuzzing;
mod injector;
mod interface;
mod nft_rules;
mod pace;
mod passing;

pub use interface::{Interface, InterfaceSpec, NoInterface};
pub use nft_rules::nft_rules;

use self::{
    injector::{Injector, InjectorContext, Onward},
    pace::Pace,
};
use super::{
    bounds::Bounds,
    control::ServerControl,
    delayed_replies::DelayedReplies,
    next_state::warn,
    participants::Participants,
    reload,
    server::{ServerEnd, StartError},
    server_tasks::ServerTasks,
    serving::ServingState,
    terminal::Hangups,
};
use crate::{
    diagnostic::Report,
    engine::{Engine, LabSources, load},
    events::Publisher,
    sys::PacketSocket,
};
use arc_swap::ArcSwap;
use socket2::{Domain, Protocol, Socket, Type};
use std::{io, sync::Arc, time::Duration};
use thiserror::Error;
use tokio::sync::watch;

/// Where a border runs, and how.
#[derive(Clone, Debug)]
pub struct BorderSpec {
    /// The interface towards the country, and the one towards the world.
    pub interfaces: [InterfaceSpec; 2],
    /// Whether the kernel drops queries, so that they pass from here.
    pub in_path: bool,
    /// Whether nothing is sent.
    pub is_dry: bool,
    /// How many packets may be sent in a second.
    pub rate: u32,
}

/// A border that holds its sockets.
#[derive(Debug)]
pub struct Border {
    spec: BorderSpec,
    interfaces: [Interface; 2],
    control: ServerControl,
    sockets: Vec<PacketSocket>,
    onward: Option<Arc<Onward>>,
    hangups: Hangups,
    report: Report,
}

/// Why a border does not start.
#[derive(Debug, Error)]
pub enum BorderError {
    /// There is no lab, or the system gives no thread.
    #[error(transparent)]
    Start(#[from] StartError),
    /// There is none.
    #[error(transparent)]
    NoInterface(#[from] NoInterface),
    /// Its packets cannot be looked at.
    #[error("cannot look at packets of {name}: {why}{}", advice(why))]
    Interface {
        /// Which interface.
        name: String,
        /// The system's reason.
        why: io::Error,
    },
    /// Queries cannot be passed on.
    #[error("cannot pass queries on: {why}{}", advice(why))]
    Onward {
        /// The system's reason.
        why: io::Error,
    },
}

fn advice(why: &io::Error) -> &'static str {
    match why.kind() {
        io::ErrorKind::PermissionDenied => " (it needs root, or the capability CAP_NET_RAW)",
        _ => "",
    }
}

/// How long a thread waits for packets before it looks whether the border ends.
const PATIENCE: Duration = Duration::from_millis(100);

impl Border {
    /// Reads the lab, then takes the sockets. The one listener of the lab says where clients are;
    /// nothing listens there. Must be called inside a tokio runtime.
    ///
    /// # Errors
    ///
    /// [`BorderError`]; with problems in the files no socket is taken.
    pub fn open(
        spec: BorderSpec,
        sources: LabSources,
        hangups: Hangups,
    ) -> Result<Self, BorderError> {
        let (engine, report) = load(&sources).map_err(StartError::from)?;
        let serving = ServingState::new(engine).map_err(StartError::from)?;
        let interfaces = Interface::pair(&spec.interfaces)?;
        let open = |Interface { name, index }: &Interface| {
            let opened = PacketSocket::open(*index, PATIENCE);
            opened.map_err(|why| BorderError::Interface { name: name.clone(), why })
        };
        let sockets = interfaces.iter().map(open).collect::<Result<_, _>>()?;
        let onward = spec.in_path.then(Onward::open).transpose();
        let onward = onward.map_err(|why| BorderError::Onward { why })?.map(Arc::new);
        let listeners = serving.engine.settings.listen.clone();
        let serving = Arc::new(ArcSwap::from_pointee(serving));
        let control = ServerControl::new(serving, sources, listeners, Participants::default());
        Ok(Self { spec, interfaces, control, sockets, onward, hangups, report })
    }

    /// The interface inside, and the one outside.
    #[must_use]
    pub const fn interfaces(&self) -> &[Interface; 2] {
        &self.interfaces
    }

    /// Has events go there.
    pub fn observe(&mut self, events: Publisher) {
        self.control.events = Some(events);
    }

    /// Looks at the engine as it is now.
    pub fn with_engine<T>(&self, look: impl FnOnce(&Engine) -> T) -> T {
        self.control.with_engine(look)
    }

    /// Injects until `stop` changes or the terminal has gone, reloading on SIGHUP and when a file
    /// changes.
    pub async fn run(self, stop: watch::Receiver<()>) -> ServerEnd {
        let Self { spec, control, sockets, onward, hangups, report, .. } = self;
        let (serving, events) = (Arc::clone(&control.serving), control.events.clone());
        warn(&report);
        let mut tasks = ServerTasks::new();
        let bounds = Bounds::new(&serving.load().engine.settings);
        tasks.spawn(bounds.clone().tell());
        let delayed = DelayedReplies::start(bounds.clone(), &mut tasks);
        let context = InjectorContext {
            serving,
            events: events.clone(),
            bounds,
            delayed,
            pace: Arc::new(Pace::new(spec.rate)),
            onward,
            is_dry: spec.is_dry,
            stop: tasks.stop(),
        };
        for socket in sockets {
            let injector = Injector::new(socket, context.clone());
            tasks.spawn_thread(move || injector.run());
        }
        let is_told = tasks.run(stop, reload::watch(control, hangups)).await;
        ServerEnd { is_told, events }
    }
}

impl Onward {
    /// IPPROTO_RAW: headers come with what is sent (raw(7)).
    fn open() -> io::Result<Self> {
        const RAW: i32 = 255;
        let open = |domain| Socket::new(domain, Type::RAW, Some(Protocol::from(RAW)));
        Ok(Self { four: open(Domain::IPV4)?, six: open(Domain::IPV6)? })
    }
}
