//! Plain DNS in datagrams (RFC 1035 section 4.2.1).
//!
//! Each worker is a thread with a socket of its own, among which the kernel shares out the clients.
//! What can be answered at once leaves with the other replies of its batch. What has to wait, for
//! its time or for an upstream resolver, is handed to tokio, so that it delays no other query.

use super::{
    bounds::{Bounds, Loss},
    delayed_replies::{DelayedReplies, DelayedReply},
    delivery::{self, Event, Outgoing},
    quota::QuotaShare,
    serving::{Relayed, ServingState},
};
use crate::{
    dns::Transport,
    engine::{AfterUpstream, Payload, Request, Scratch, Transmission, UpstreamQuery},
    events::Publisher,
    model::Binding,
    sys::{BATCH, Batch, Outbox, ReturnPath},
};
use arc_swap::ArcSwap;
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
    pub(super) bounds: Bounds,
    pub(super) delayed: DelayedReplies,
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

/// The way of a relayed answer.
struct RelayPath {
    socket: Arc<UdpSocket>,
    path: ReturnPath,
    arrival: Instant,
    /// How long after the arrival it may leave.
    after: Duration,
    delayed: DelayedReplies,
    event: Event,
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
            let way_back = || (Arc::clone(socket), *batch.get(index).1);
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
                        let (reply, (socket, path)) = (Outgoing::new(event.clone()), way_back());
                        let reply = DelayedReply { socket, path, octets, reply };
                        context.delayed.send_at(arrival + *after, reply);
                    }
                    Payload::AskUpstream => {
                        let query = response.upstream_query(context.binding.as_ref());
                        let (socket, path) = way_back();
                        let (after, delayed, event) =
                            (*after, context.delayed.clone(), event.clone());
                        let way = RelayPath { socket, path, arrival, after, delayed, event };
                        match context.bounds.relayed_query(query.client()) {
                            Some(share) => {
                                let relaying = relay(query, Arc::clone(&serving), way, share);
                                context.runtime.spawn(relaying);
                            }
                            None => way.leave(serving.relay_none(&query)),
                        }
                    }
                    // There is no connection to reset.
                    Payload::Reset => {}
                }
            }
        });
        self.send(batch);
    }

    fn send(&mut self, batch: &mut Batch) {
        let (mut queued, bounds) = (self.queued.drain(..), &self.context.bounds);
        batch.send(&self.socket, &mut self.outbox, |octets, sent| {
            if let Err(error) = &sent {
                tracing::debug!(%error, "sending a datagram");
                bounds.lost(Loss::Datagram);
            }
            if let Some(reply) = queued.next() {
                reply.left(octets, sent.is_ok());
            }
        });
    }
}

/// Asks the upstream resolvers, and sends what comes of it.
async fn relay(
    query: UpstreamQuery,
    serving: Arc<ServingState>,
    way: RelayPath,
    _share: QuotaShare,
) {
    // If the server ends meanwhile, nothing has left.
    let given_up = Outgoing::new(way.event.clone());
    let relayed = serving.relay(&query).await;
    way.leave(relayed);
    given_up.not_sent();
}

impl RelayPath {
    /// Sends what the upstream resolver says, but not before its time.
    fn leave(self, relayed: Relayed<'_>) {
        let Self { socket, path, arrival, after, delayed, event } = self;
        delivery::note_upstream(&event, &relayed);
        let (now, answered) = (Instant::now(), arrival + after);
        let AfterUpstream { octets, transmissions, .. } = relayed.answer;
        for Transmission { after: wait, payload } in transmissions {
            // There is no connection to reset.
            let Payload::Message(range, _) = payload else { continue };
            // What waits counts from the answer that it stands for.
            let due = if wait.is_zero() { answered } else { answered.max(now) + wait };
            let (octets, reply) = (octets[range].to_vec(), Outgoing::new(event.clone()));
            delayed.send_at(due, DelayedReply { socket: Arc::clone(&socket), path, octets, reply });
        }
    }
}
