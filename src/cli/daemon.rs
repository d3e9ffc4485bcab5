//! What commands have in common that run until they are told to stop.

use super::outcome::{Failure, Outcome};
use crate::transport::{Hangups, ServerEnd};
use std::time::Duration;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
    task::JoinHandle,
};
use tracing_appender::non_blocking::WorkerGuard;

/// How long the end of the program waits for its tasks.
const LAST_TASKS: Duration = Duration::from_secs(1);

/// The signals that come from the first moment on: none must be lost, or end the process in its
/// own way.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(super) fn take() -> Result<(Self, Hangups), Failure> {
        let hangups = Hangups::take().map_err(Failure::unreadable)?;
        let take = |kind| signal(kind).map_err(Failure::unreadable);
        let terminate = take(SignalKind::terminate())?;
        let interrupt = take(SignalKind::interrupt())?;
        Ok((Self { terminate, interrupt }, hangups))
    }

    /// Waits until the program is told to stop.
    pub(super) async fn told(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Runs something to its end; nothing comes back if it was told to stop before it began.
pub(super) fn run(
    serve: impl AsyncFnOnce(&mut Option<WorkerGuard>) -> Result<Option<ServerEnd>, Failure>,
) -> Outcome {
    #[cfg(target_env = "gnu")]
    crate::sys::return_freed_memory();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::unreadable)?;
    // Lines that have not been written are, when this goes.
    let mut log = None;
    let end = runtime.block_on(serve(&mut log));
    match end {
        // What is on its way ends here; a datagram worker that does not see so must not keep us.
        Ok(Some(_)) => runtime.shutdown_timeout(LAST_TASKS),
        // Nothing is, but perhaps a load that takes its time.
        Ok(None) | Err(_) => runtime.shutdown_background(),
    }
    let Some(end) = end? else { return Ok(()) };
    let is_told = end.is_told;
    end.record_last_events();
    if is_told {
        Ok(())
    } else {
        Err(Failure::unreadable("the server ended by itself; its log says why"))
    }
}

/// Waits until what runs ends by itself, or has ended because it was told to.
pub(super) async fn until_told(
    signals: &mut Signals,
    mut running: JoinHandle<ServerEnd>,
    stop: watch::Sender<()>,
    before: impl FnOnce(),
) -> Result<ServerEnd, Failure> {
    tokio::select! {
        () = signals.told() => {}
        ended = &mut running => return ended.map_err(Failure::unreadable),
    }
    before();
    // Nobody receives when the server has just ended by itself.
    let _ = stop.send(());
    let end = running.await.map_err(Failure::unreadable)?;
    tracing::info!("stopped");
    Ok(end)
}
