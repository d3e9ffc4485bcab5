//! Plain DNS in datagrams (RFC 1035 section 4.2.1).
//!
//! Each worker is a thread with a socket of its own, among which the kernel shares out the clients.
//! What can be answered at once leaves with the other replies of its batch. What has to wait, for
//! its time or for an upstream resolver, is handed to tokio, so that it delays no other query.

use super::{
    delivery::{self, Event, Outgoing},
    serving::ServingState,
};
use crate::{
    dns::Transport,
    engine::{AfterUpstream, Payload, Request, Scratch, Transmission, UpstreamQuery},
    events::Publisher,
    model::Binding,
    sys::{BATCH, Batch, Outbox, ReturnPath},
};
use arc_swap::ArcSwap;
use async_io::Timer;
use std::{
    net::UdpSocket,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use tokio::runtime::Handle;

/// After an error of the socket itself, so that a broken one does not take a whole core.
const PAUSE: Duration = Duration::from_millis(10);

/// What the workers of one listener share.
#[derive(Clone)]
pub(super) struct WorkerContext {
    pub(super) serving: Arc<ArcSwap<ServingState>>,
    pub(super) binding: Option<Binding>,
    pub(super) events: Option<Publisher>,
    pub(super) runtime: Handle,
    /// Set when the server ends; sockets have a timeout, so that it is seen.
    pub(super) stop: Arc<AtomicBool>,
}

/// Answers what comes to one socket.
pub(super) fn serve(socket: Arc<UdpSocket>, wildcard: bool, context: WorkerContext) {
    let mut batch = Batch::new(wildcard);
    let mut worker = Worker {
        context,
        socket,
        scratch: Scratch::default(),
        outbox: Outbox::default(),
        queued: Vec::with_capacity(BATCH),
    };
    while !worker.context.stop.load(Ordering::Relaxed) {
        match batch.receive(&worker.socket) {
            Ok(0) => {}
            Ok(count) => worker.answer(&mut batch, count),
            Err(error) => {
                tracing::debug!(%error, "receiving datagrams");
                thread::sleep(PAUSE);
            }
        }
    }
}

/// One thread's things.
struct Worker {
    context: WorkerContext,
    socket: Arc<UdpSocket>,
    scratch: Scratch,
    /// Replies that leave with this batch.
    outbox: Outbox,
    /// Those replies once more, for observers; empty without them.
    queued: Vec<Outgoing>,
}

/// Replies to a query that do not leave with its batch.
struct Departure {
    socket: Arc<UdpSocket>,
    path: ReturnPath,
    arrival: Instant,
}

/// One such reply.
struct Delayed {
    after: Duration,
    octets: Vec<u8>,
    reply: Outgoing,
}

impl Worker {
    fn answer(&mut self, batch: &mut Batch, count: usize) {
        let arrival = Instant::now();
        let serving = self.context.serving.load_full();
        let now = serving.engine.settings.clock.now();
        let Self { context, socket, scratch, outbox, queued } = self;
        let requests = (0..count).filter_map(|index| {
            let (octets, path) = batch.get(index);
            let (client, binding) = (path.client()?, context.binding.as_ref());
            let transport = Transport::Udp;
            Some((index, Request { octets, client, transport, binding, arrival: now }))
        });
        serving.engine.respond_all(requests, scratch, |index, response| {
            let event = delivery::begin(context.events.as_ref(), response, arrival);
            let mut later = Vec::new();
            let departure = || {
                let (socket, path) = (Arc::clone(socket), *batch.get(index).1);
                Departure { socket, path, arrival }
            };
            for Transmission { after, payload } in response.transmissions {
                match payload {
                    Payload::Message(range, _) if after.is_zero() => {
                        let reply = &response.octets[range.clone()];
                        outbox.push(index, reply);
                        // One for each reply of the outbox, also where there is no query to tell
                        // of.
                        if context.events.is_some() {
                            queued.push(Outgoing::new(event.clone()));
                        }
                    }
                    Payload::Message(range, _) => {
                        let octets = response.octets[range.clone()].to_vec();
                        let reply = Outgoing::new(event.clone());
                        later.push(Delayed { after: *after, octets, reply });
                    }
                    Payload::AskUpstream => {
                        let query = response.upstream_query(context.binding.as_ref());
                        let serving = Arc::clone(&serving);
                        let (departure, event) = (departure(), event.clone());
                        let relaying = departure.relay(query, serving, *after, event);
                        context.runtime.spawn(relaying);
                    }
                    // There is no connection to reset.
                    Payload::Reset => {}
                }
            }
            if !later.is_empty() {
                context.runtime.spawn(departure().send(later));
            }
        });
        self.send(batch);
    }

    fn send(&mut self, batch: &mut Batch) {
        let mut queued = self.queued.drain(..);
        batch.send(&self.socket, &mut self.outbox, |octets, sent| {
            if let Err(error) = &sent {
                tracing::debug!(%error, "sending a datagram");
            }
            if let Some(reply) = queued.next() {
                reply.left(octets, sent.is_ok());
            }
        });
    }
}

impl Departure {
    /// Sends replies in their order, each so long after the query. A client that cannot be reached
    /// has gone, or is behind a firewall: nothing to do about it.
    async fn send(self, replies: Vec<Delayed>) {
        for Delayed { after, octets, reply } in replies {
            Timer::at(self.arrival + after).await;
            let sent = self.path.send(&self.socket, &octets);
            if let Err(error) = &sent {
                tracing::debug!(%error, "sending a datagram");
            }
            reply.left(&octets, sent.is_ok());
        }
    }

    /// Sends what the upstream resolver says, but not before its time.
    async fn relay(
        self,
        query: UpstreamQuery,
        serving: Arc<ServingState>,
        after: Duration,
        event: Event,
    ) {
        let reply = Outgoing::new(event.clone());
        let relayed = serving.relay(&query).await;
        delivery::note_upstream(&event, &relayed);
        let AfterUpstream { octets, transmissions, .. } = relayed.answer;
        let replies =
            transmissions.into_iter().filter_map(|Transmission { after: wait, payload }| {
                // There is no connection to reset.
                let Payload::Message(range, _) = payload else { return None };
                let (octets, reply) = (octets[range].to_vec(), Outgoing::new(event.clone()));
                // What waits counts from the answer that it stands for.
                let after =
                    if wait.is_zero() { after } else { after.max(self.arrival.elapsed()) + wait };
                Some(Delayed { after, octets, reply })
            });
        let replies = replies.collect();
        drop(event);
        reply.not_sent();
        self.send(replies).await;
    }
}
