//! `serve`: answer queries until told to stop.

use super::{
    banner,
    daemon::{self, Signals},
    log,
    outcome::{Failure, Outcome},
    progress::watched,
    ready,
    serve_options::{BlockPageAddress, ServeArgs},
    style,
};
use crate::{
    block_page::BlockPages,
    events::PageFeed,
    page::{Page, PageSpec},
    transport::{Server, ServerEnd, StartError},
};
use tokio::sync::watch;
use tracing_appender::non_blocking::WorkerGuard;

pub(super) fn run(args: ServeArgs) -> Outcome {
    daemon::run(async |log| serve(args, log).await)
}

/// Serves until a signal comes; nothing comes back if that was before there was a server.
async fn serve(
    args: ServeArgs,
    log: &mut Option<WorkerGuard>,
) -> Result<Option<ServerEnd>, Failure> {
    let (mut signals, hangups) = Signals::take()?;
    let (mut recording, page) = (args.recording.recording(), args.page());
    if args.recording.writes_to_output()? {
        style::speak_on_stderr();
    }
    let (files, ready_file) = (args.files.clone(), args.ready_file.clone());
    let block_page = args.block_page;
    ready::not_yet(ready_file.as_deref())?;
    let sources = files.sources(args.spec(), &[])?;
    let progress = sources.progress.clone();
    let bind = move || watched(&progress, || Server::bind(sources, hangups));
    let bound = tokio::select! {
        bound = tokio::task::spawn_blocking(bind) => bound.map_err(Failure::unreadable)?,
        () = signals.told() => return Ok(None),
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
    let block_pages = open_block_pages(block_page).await?;
    recording.page = page.as_ref().map(|_| PageFeed::default());
    let events = recording.start().map_err(Failure::unreadable)?;
    events.iter().for_each(|events| server.observe(events.clone()));
    server.with_engine(|engine| {
        banner::print(engine, &listeners, page.as_ref(), block_pages.as_ref());
    });
    let addresses: Vec<_> = listeners.iter().map(|listener| listener.address).collect();
    let ((stop, stopped), control) = (watch::channel(()), server.control());
    let running = tokio::spawn(server.run(stopped.clone()));
    if let Some(pages) = block_pages {
        tokio::spawn(pages.run(control.clone(), stopped.clone()));
    }
    if let (Some(page), Some(feed), Some(events)) = (page, recording.page, events) {
        tokio::spawn(page.run(control, feed, events, stopped));
    }
    let ready = ready::tell(ready_file.as_deref(), &addresses)?;
    daemon::until_told(&mut signals, running, stop, || drop(ready)).await.map(Some)
}

async fn open_block_pages(asked: Option<BlockPageAddress>) -> Result<Option<BlockPages>, Failure> {
    let Some(BlockPageAddress { address, with_port }) = asked else { return Ok(None) };
    BlockPages::bind(address, with_port).await.map(Some).map_err(Failure::unreadable)
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
