//! `serve`: answer queries until told to stop.

use super::{
    banner, log,
    outcome::{Failure, Outcome},
    progress::watched,
    ready,
    serve_options::ServeArgs,
    style,
};
use crate::{
    events::PageFeed,
    page::{Page, PageSpec},
    transport::{Hangups, Server, ServerEnd, StartError},
};
use std::time::Duration;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};
use tracing_appender::non_blocking::WorkerGuard;

pub(super) fn run(args: ServeArgs) -> Outcome {
    #[cfg(target_env = "gnu")]
    crate::sys::return_freed_memory();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::unreadable)?;
    // Lines that have not been written are, when this goes.
    let mut log = None;
    let end = runtime.block_on(serve(args, &mut log));
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

/// How long the end of the program waits for its tasks.
const LAST_TASKS: Duration = Duration::from_secs(1);

/// Serves until a signal comes; nothing comes back if that was before there was a server.
async fn serve(
    args: ServeArgs,
    log: &mut Option<WorkerGuard>,
) -> Result<Option<ServerEnd>, Failure> {
    // From the first moment: a signal must neither be lost nor end the process in its own way.
    let hangups = Hangups::take().map_err(Failure::unreadable)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::unreadable)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::unreadable)?;
    let (mut recording, page) = (args.recording(), args.page());
    if args.writes_to_output()? {
        style::speak_on_stderr();
    }
    let (files, ready_file) = (args.files.clone(), args.ready_file.clone());
    ready::not_yet(ready_file.as_deref())?;
    let sources = files.sources(args.spec(), &[])?;
    let progress = sources.progress.clone();
    let bind = move || watched(&progress, || Server::bind(sources, hangups));
    let bound = tokio::select! {
        bound = tokio::task::spawn_blocking(bind) => bound.map_err(Failure::unreadable)?,
        _ = terminate.recv() => return Ok(None),
        _ = interrupt.recv() => return Ok(None),
    };
    let mut server = bound.map_err(|error| match error {
        StartError::Load(error) => Failure::from(error),
        error @ (StartError::Bind(_) | StartError::Resolve(_) | StartError::System(_)) => {
            Failure::unreadable(error)
        }
    })?;
    let listeners = server.listeners();
    *log = Some(server.with_engine(|engine| log::start(&engine.settings.log))?);
    let page = open_page(page).await?;
    recording.page = page.as_ref().map(|_| PageFeed::default());
    let events = recording.start().map_err(Failure::unreadable)?;
    events.iter().for_each(|events| server.observe(events.clone()));
    server.with_engine(|engine| banner::print(engine, &listeners, page.as_ref()));
    let addresses: Vec<_> = listeners.iter().map(|listener| listener.address).collect();
    let ((stop, stopped), control) = (watch::channel(()), server.control());
    let mut running = tokio::spawn(server.run(stopped.clone()));
    if let (Some(page), Some(feed), Some(events)) = (page, recording.page, events) {
        tokio::spawn(page.run(control, feed, events, stopped));
    }
    let ready = ready::tell(ready_file.as_deref(), &addresses)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        ended = &mut running => return ended.map(Some).map_err(Failure::unreadable),
    }
    drop(ready);
    // Nobody receives when the server has just ended by itself.
    let _ = stop.send(());
    let end = running.await.map_err(Failure::unreadable)?;
    tracing::info!("stopped");
    Ok(Some(end))
}

/// Takes the page's socket. Where nobody has asked for a page, one that cannot be is no reason not
/// to answer queries.
async fn open_page(page: Option<(PageSpec, bool)>) -> Result<Option<Page>, Failure> {
    let Some((spec, is_asked_for)) = page else { return Ok(None) };
    let address = spec.address;
    match Page::bind(spec).await {
        Ok(page) => Ok(Some(page)),
        Err(why) if is_asked_for => {
            let advice = "another server holds it, perhaps; take another with --page ADDR:PORT";
            Err(Failure::unreadable(format!("no page at {address}: {why} ({advice})")))
        }
        Err(why) => {
            let advice = "--page ADDR:PORT takes another address";
            tracing::warn!(%address, %why, "there is no page ({advice})");
            Ok(None)
        }
    }
}
