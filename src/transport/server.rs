//! A server, from its first socket to its end.

use super::{
    bounds::Bounds,
    control::ServerControl,
    delayed_replies::DelayedReplies,
    listener::{BindError, Sockets, allow_files},
    next_state::warn,
    participants::Participants,
    reload,
    server_tasks::ServerTasks,
    serving::{ResolveError, ServingState},
    stream, tcp,
    terminal::Hangups,
    udp,
};
use crate::{
    config::ListenerSpec,
    diagnostic::Report,
    engine::{Engine, LabSources, LoadError, load},
    events::Publisher,
};
use arc_swap::ArcSwap;
use std::{io, sync::Arc, time::Duration};
use thiserror::Error;
use tokio::{runtime::Handle, sync::watch};

/// A server that holds its sockets.
#[derive(Debug)]
pub struct Server {
    control: ServerControl,
    sockets: Vec<Sockets>,
    hangups: Hangups,
    /// What was odd about the files.
    report: Report,
}

/// How long the last events may take to be recorded.
const LAST_EVENTS: Duration = Duration::from_secs(2);

/// Why a server has ended.
#[derive(Debug)]
pub struct ServerEnd {
    /// Whether it was told to, or its terminal has gone; else a part of it ended, as the log says.
    pub is_told: bool,
    pub(super) events: Option<Publisher>,
}

/// Why a server does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// There is no lab.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// An upstream resolver's host has no address.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// An address cannot be listened on.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The system gives us no signal handler or no thread.
    #[error("cannot start: {0}")]
    System(#[from] io::Error),
}

impl Server {
    /// Reads the lab, then takes the sockets. Must be called inside a tokio runtime. `hangups` are
    /// those that have come since the process began.
    ///
    /// # Errors
    ///
    /// [`StartError`]; with problems in the files no socket is taken.
    pub fn bind(sources: LabSources, hangups: Hangups) -> Result<Self, StartError> {
        let (engine, report) = load(&sources)?;
        let serving = ServingState::new(engine)?;
        let settings = &serving.engine.settings;
        allow_files(settings.tcp_connections + serving.most_upstream_files());
        let sockets: Vec<_> = settings
            .listen
            .iter()
            .map(|listener| Sockets::bind(listener, settings))
            .collect::<Result<_, _>>()?;
        let listeners = sockets.iter().map(|sockets| sockets.listener.clone()).collect();
        let serving = Arc::new(ArcSwap::from_pointee(serving));
        let control = ServerControl::new(serving, sources, listeners, Participants::default());
        Ok(Self { control, sockets, hangups, report })
    }

    /// Where the server listens, with the ports that were given for port 0.
    #[must_use]
    pub fn listeners(&self) -> Vec<ListenerSpec> {
        self.sockets.iter().map(|sockets| sockets.listener.clone()).collect()
    }

    /// Has events go there.
    pub fn observe(&mut self, events: Publisher) {
        self.control.events = Some(events);
    }

    /// A hold on the server, for whoever looks at it or changes it while it runs.
    #[must_use]
    pub fn control(&self) -> ServerControl {
        self.control.clone()
    }

    /// Looks at the engine as it is now.
    pub fn with_engine<T>(&self, look: impl FnOnce(&Engine) -> T) -> T {
        self.control.with_engine(look)
    }

    /// Answers until `stop` changes or the terminal has gone, reloading on SIGHUP and when a file
    /// changes.
    pub async fn run(self, stop: watch::Receiver<()>) -> ServerEnd {
        let Self { control, sockets, hangups, report } = self;
        let events = control.events.clone();
        let (serving, participants) = (&control.serving, &control.participants);
        // No log was kept yet when the lab was read.
        warn(&report);
        drop(report);
        let mut tasks = ServerTasks::new();
        let bounds = Bounds::new(&serving.load().engine.settings);
        tasks.spawn(bounds.clone().tell());
        let delayed = DelayedReplies::start(bounds.clone(), &mut tasks);
        for (listener, Sockets { listener: spec, udp, tcp }) in sockets.into_iter().enumerate() {
            let (address, participants) = (spec.address, participants.clone());
            let context = udp::WorkerContext {
                serving: Arc::clone(serving),
                listener,
                address,
                participants: participants.clone(),
                events: events.clone(),
                bounds: bounds.clone(),
                delayed: delayed.clone(),
                runtime: Handle::current(),
                stop: tasks.stop(),
            };
            for socket in udp {
                let context = context.clone();
                let wildcard = address.ip().is_unspecified();
                tasks.spawn_thread(move || udp::serve(socket, wildcard, context));
            }
            let (serving, events, bounds) = (Arc::clone(serving), events.clone(), bounds.clone());
            let context = stream::StreamContext { serving, listener, participants, events, bounds };
            tasks.spawn(tcp::serve(tcp, context));
        }
        let is_told = tasks.run(stop, reload::watch(control.clone(), hangups)).await;
        ServerEnd { is_told, events }
    }
}

impl ServerEnd {
    /// Waits until the last events are recorded. Replies that are still on their way are given up
    /// when their runtime ends, so that comes first.
    pub fn record_last_events(self) {
        if let Some(events) = self.events {
            events.close(LAST_EVENTS);
        }
    }
}
