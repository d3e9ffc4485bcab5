//! The page: a picture of what is known and of what is asked, and an API for programs.
//!
//! It runs in the server's process and looks at the same engine ([`ServerControl`]). Every page
//! that is open in the same browser can reach this machine, and this program answers DNS; so
//! `guard` checks who may ask, before anything else. Objects are those of `survey` and `events`, in
//! the one serialisation that commands print too.
//!
//! A call is a function in `api/`, a line in `router.rs`, and its description in `openapi.json`.

mod api;
mod ask;
mod assets;
mod guard;
mod listener;
mod problem;
mod router;
mod spec;
mod state;

pub use spec::PageSpec;

use crate::{
    events::{PageFeed, Publisher},
    transport::ServerControl,
};
use ask::Ends;
use listener::BoundedListener;
use state::{PageParts, PageState};
use std::{io, net::SocketAddr};
use tokio::{net::TcpListener, sync::watch};

/// A page that holds its socket.
#[derive(Debug)]
pub struct Page {
    listener: TcpListener,
    spec: PageSpec,
}

impl Page {
    /// Takes the socket. Must be called inside a tokio runtime.
    ///
    /// # Errors
    ///
    /// The system's.
    pub async fn bind(spec: PageSpec) -> io::Result<Self> {
        Ok(Self { listener: TcpListener::bind(spec.address).await?, spec })
    }

    /// Where it listens, with the port that was given for port 0.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listener.local_addr().unwrap_or(self.spec.address)
    }

    /// What to open in a browser at this address of the page's, and what for.
    #[must_use]
    pub fn urls(&self, address: SocketAddr) -> Vec<(&'static str, String)> {
        let url = format!("http://{address}/");
        let mut urls = vec![("page", url.clone())];
        if self.spec.is_class {
            urls.push(("for the class", format!("{url}#class")));
        }
        if let Some(token) = &self.spec.token {
            let what = if self.spec.is_class { "for the teacher" } else { "to change something" };
            urls.push((what, format!("{url}#token={token}")));
        }
        urls
    }

    /// Answers until `stop` changes.
    pub async fn run(
        self,
        control: ServerControl,
        feed: PageFeed,
        events: Publisher,
        stop: watch::Receiver<()>,
    ) {
        let Self { listener, spec } = self;
        let mut stopped = stop.clone();
        let state = PageState::new(PageParts { control, feed, events, spec, stop });
        let service = router::router(state).into_make_service_with_connect_info::<Ends>();
        let serve = axum::serve(BoundedListener::new(listener), service);
        let serve = serve.with_graceful_shutdown(async move {
            // An error means that the server is gone.
            let _ = stopped.changed().await;
        });
        if let Err(error) = serve.await {
            tracing::error!(%error, "the page has ended");
        }
    }
}
