//! What every call has.

use super::{problem::ApiProblem, spec::PageSpec};
use crate::{
    engine::Engine,
    events::{PageFeed, Publisher},
    survey::SurveyError,
    transport::ServerControl,
};
use axum::http::StatusCode;
use std::{num::NonZero, ops::Deref, sync::Arc, thread};
use tokio::sync::{Semaphore, watch};

/// What every call has. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct PageState {
    parts: Arc<PageParts>,
    /// Who asks the engine waits for others: queries need the cores too.
    room: Arc<Semaphore>,
}

/// A hold on the server, and what is known of the page.
#[derive(Debug)]
pub(super) struct PageParts {
    pub(super) control: ServerControl,
    pub(super) feed: PageFeed,
    pub(super) events: Publisher,
    pub(super) spec: PageSpec,
    /// Closes streams when the server ends.
    pub(super) stop: watch::Receiver<()>,
}

impl PageState {
    pub(super) fn new(parts: PageParts) -> Self {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        Self { parts: Arc::new(parts), room: Arc::new(Semaphore::new(cores.div_ceil(2))) }
    }

    /// Asks the engine, on a thread that nothing else waits for: some answers take a while.
    pub(super) async fn survey<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Engine) -> Result<T, SurveyError> + Send + 'static,
    ) -> Result<T, ApiProblem> {
        let place = self.room.acquire().await.expect("it is never closed");
        let control = self.control.clone();
        let asked = tokio::task::spawn_blocking(move || control.with_engine(ask)).await;
        drop(place);
        match asked {
            Ok(answer) => Ok(answer?),
            Err(why) => Err(ApiProblem::new(StatusCode::INTERNAL_SERVER_ERROR, why)),
        }
    }
}

impl Deref for PageState {
    type Target = PageParts;

    fn deref(&self) -> &PageParts {
        &self.parts
    }
}
