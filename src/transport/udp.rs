//! Plain DNS in datagrams (RFC 1035 section 4.2.1).
//!
//! Each worker is a thread with a socket of its own, among which the kernel shares out the clients.
//! What can be answered at once leaves with the other replies of its batch. What has to wait, for
//! its time or for an upstream resolver, is handed to tokio, so that it delays no other query.

use super::{
    bounds::{Bounds, Loss},
    delayed_replies::{DelayedReplies, DelayedReply},
    delivery::{self, Arrival, Event, Observer, Outgoing},
    participants::{Participants, binding_of},
    quota::QuotaShare,
    reflection::{ReplySeal, Screened},
    reply_socket::ReplySocket,
    serving::{Relayed, ServingState},
};
use crate::{
    clock::real_time,
    dns::Transport,
    engine::{AfterUpstream, Payload, Request, Response, Scratch, Transmission, UpstreamQuery},
    events::Publisher,
    model::Binding,
    sys::{BATCH, Batch, Outbox, ReturnPath},
};
use arc_swap::{ArcSwap, Guard};
use jiff::civil::DateTime;
use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};
use tokio::runtime::Handle;

/// After an error of the socket itself, so that a broken one does not take a whole core.
const PAUSE: Duration = Duration::from_millis(10);

/// How many honest answers are remembered for observers of others.
const OBSERVED_ANSWERS: usize = 1024;

/// What the workers of one listener share.
#[derive(Clone)]
pub(super) struct WorkerContext {
    pub(super) serving: Arc<ArcSwap<ServingState>>,
    /// Which of the listeners it is.
    pub(super) listener: usize,
    /// Where it listens; the address that a client has asked is another one if this is a wildcard.
    pub(super) address: SocketAddr,
    pub(super) participants: Participants,
    pub(super) events: Option<Publisher>,
    pub(super) bounds: Bounds,
    pub(super) delayed: DelayedReplies<DelayedReply>,
    pub(super) runtime: Handle,
    /// Set when the server ends; sockets have a timeout, so that it is seen.
    pub(super) stop: Arc<AtomicBool>,
}

/// Answers what comes to one socket.
pub(super) fn serve(socket: Arc<ReplySocket>, wildcard: bool, context: WorkerContext) {
    let mut batch = Batch::new(wildcard);
    let mut worker = Worker {
        context,
        socket,
        scratch: Scratch::default(),
        observer: Observer::new(OBSERVED_ANSWERS),
        outbox: Outbox::default(),
        queued: Vec::with_capacity(BATCH),
        delayed: Vec::new(),
        relaying: Vec::new(),
        screened: Vec::new(),
    };
    while !worker.context.stop.load(Ordering::Relaxed) {
        match batch.receive(&worker.socket.main) {
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
    socket: Arc<ReplySocket>,
    scratch: Scratch,
    observer: Observer,
    /// Replies that leave with this batch.
    outbox: Outbox,
    /// Those replies once more, for observers; empty without them.
    queued: Vec<Outgoing>,
    /// What waits, for its time or for an upstream resolver. It begins to wait when the outbox has
    /// left, so that no reply overtakes one of its own query.
    delayed: Vec<(Instant, DelayedReply)>,
    relaying: Vec<Relaying>,
    /// What becomes of each datagram, where rates are limited; else empty.
    screened: Vec<Screened>,
}

/// A query for the upstream resolvers, and the way of the answer.
struct Relaying {
    query: UpstreamQuery,
    /// Where the client has sent it.
    asked: SocketAddr,
    serving: Arc<ServingState>,
    way: RelayPath,
}

/// The way of a relayed answer.
struct RelayPath {
    socket: Arc<ReplySocket>,
    path: ReturnPath,
    arrival: Instant,
    /// How long after the arrival it may leave.
    after: Duration,
    delayed: DelayedReplies<DelayedReply>,
    seal: Option<ReplySeal>,
    event: Event,
}

/// The datagrams of a batch, and what all of them have in common.
struct Arrived<'b> {
    batch: &'b Batch,
    at: Instant,
    time: SystemTime,
    serving: &'b Arc<ServingState>,
    participants: Guard<Arc<HashMap<IpAddr, Binding>>>,
    context: &'b WorkerContext,
    socket: &'b Arc<ReplySocket>,
}

impl Arrived<'_> {
    fn binding(&self, client: IpAddr) -> Option<&Binding> {
        binding_of(&self.participants, self.serving.binding(self.context.listener), client)
    }

    fn request(&self, index: usize, now: DateTime) -> Option<Request<'_>> {
        let (octets, path) = self.batch.get(index);
        let client = path.client()?;
        let (transport, binding) = (Transport::Udp, self.binding(client));
        let role = self.serving.role_towards(|| self.asked(path));
        Some(Request { octets, client, transport, binding, role, arrival: now })
    }

    /// The address that a client has asked.
    fn asked(&self, path: &ReturnPath) -> SocketAddr {
        let address = self.context.address;
        SocketAddr::new(path.local().unwrap_or(address.ip()), address.port())
    }

    /// What observers are told of it.
    fn arrival(&self, index: usize) -> Option<Arrival<'_>> {
        let &Self { at, time, .. } = self;
        let (octets, path) = self.batch.get(index);
        let (client, server) = (path.client_address()?, self.asked(path));
        Some(Arrival { at, time, client, server, octets })
    }
}

/// Where the replies to a batch go: see [`Worker`].
struct Replies<'w> {
    outbox: &'w mut Outbox,
    queued: &'w mut Vec<Outgoing>,
    delayed: &'w mut Vec<(Instant, DelayedReply)>,
    relaying: &'w mut Vec<Relaying>,
    is_watched: bool,
}

impl Replies<'_> {
    /// Takes what is to be transmitted for one datagram.
    fn take(
        &mut self,
        (index, response): (usize, &Response<'_, '_, '_>),
        arrived: &Arrived<'_>,
        event: &Event,
        seal: Option<&ReplySeal>,
    ) {
        let way_back = || (Arc::clone(arrived.socket), *arrived.batch.get(index).1);
        for Transmission { after, payload, .. } in response.transmissions {
            match payload {
                Payload::Message(range, _) if after.is_zero() => {
                    let reply = &response.octets[range.clone()];
                    match seal {
                        Some(_) => self.outbox.push(index, &sealed(seal, reply)),
                        None => self.outbox.push(index, reply),
                    }
                    // One for each reply of the outbox, also where there is no query to tell of.
                    if self.is_watched {
                        self.queued.push(Outgoing::new(event.clone(), *after));
                    }
                }
                Payload::Message(range, _) => {
                    let octets = sealed(seal, &response.octets[range.clone()]);
                    let reply = Outgoing::new(event.clone(), *after);
                    let (socket, path) = way_back();
                    let reply = DelayedReply { socket, path, octets, reply };
                    self.delayed.push((arrived.at + *after, reply));
                }
                Payload::AskUpstream => {
                    let client = response.query.map(|query| query.client);
                    let binding = client.and_then(|client| arrived.binding(client));
                    let query = response.upstream_query(binding);
                    let (socket, path) = way_back();
                    let (delayed, event) = (arrived.context.delayed.clone(), event.clone());
                    let (arrival, after, seal) = (arrived.at, *after, seal.cloned());
                    let way = RelayPath { socket, path, arrival, after, delayed, seal, event };
                    let serving = Arc::clone(arrived.serving);
                    let asked = arrived.asked(&way.path);
                    self.relaying.push(Relaying { query, asked, serving, way });
                }
                // There is no connection to reset.
                Payload::Reset => {}
            }
        }
    }
}

impl Worker {
    fn answer(&mut self, batch: &mut Batch, count: usize) {
        let (at, serving) = (Instant::now(), self.context.serving.load_full());
        self.observer.look(self.context.events.as_ref());
        self.screen(batch, count, &serving, at);
        let Self { context, socket, scratch, observer, screened, .. } = self;
        let participants = context.participants.now();
        let (time, now) = (real_time(), serving.engine.settings.clock.now());
        let arrived = Arrived { batch, at, time, serving: &serving, participants, context, socket };
        let passed = |index: &usize| {
            !matches!(screened.get(*index), Some(Screened::Instead(_) | Screened::Drop))
        };
        let requests = (0..count).filter(passed);
        let requests = requests.filter_map(|index| Some((index, arrived.request(index, now)?)));
        let mut replies = Replies {
            outbox: &mut self.outbox,
            queued: &mut self.queued,
            delayed: &mut self.delayed,
            relaying: &mut self.relaying,
            is_watched: observer.is_watched(),
        };
        serving.engine.respond_all(requests, scratch, |index, response| {
            let event = observer.begin(&serving.engine, response, || arrived.arrival(index));
            let seal = match screened.get(index) {
                Some(Screened::Seal(seal)) => Some(seal),
                _ => None,
            };
            replies.take((index, response), &arrived, &event, seal);
        });
        self.send(batch);
        self.defer();
    }

    /// Lets wait what waits.
    fn defer(&mut self) {
        let WorkerContext { delayed, bounds, runtime, .. } = &self.context;
        for (due, reply) in self.delayed.drain(..) {
            delayed.send_at(due, reply);
        }
        for relaying in self.relaying.drain(..) {
            let query = &relaying.query;
            match bounds.relayed_query(query.client(), query.len()) {
                Some(share) => {
                    runtime.spawn(relaying.relay(share));
                }
                None => relaying.relay_none(),
            }
        }
    }

    /// Decides which datagrams are answered, where their senders may be forged.
    fn screen(&mut self, batch: &Batch, count: usize, serving: &ServingState, arrival: Instant) {
        self.screened.clear();
        let Some(rate) = serving.rate else { return };
        let bounds = &self.context.bounds;
        for index in 0..count {
            let (octets, path) = batch.get(index);
            let Some(client) = path.client() else {
                self.screened.push(Screened::Drop);
                continue;
            };
            let screened = bounds.reflection.screen(octets, client, rate, arrival);
            if let Screened::Instead(reply) = &screened {
                self.outbox.push(index, reply);
                // No event tells of it.
                let is_watched = self.observer.is_watched();
                self.queued.extend(is_watched.then(|| Outgoing::new(None, Duration::ZERO)));
            }
            if let Screened::Instead(_) | Screened::Drop = screened {
                bounds.lost(Loss::RateLimit);
            }
            self.screened.push(screened);
        }
    }

    fn send(&mut self, batch: &mut Batch) {
        let (mut queued, bounds) = (self.queued.drain(..), &self.context.bounds);
        let ReplySocket { main, .. } = &*self.socket;
        let spill = |path: &ReturnPath, octets: &[u8]| self.socket.spill(path, octets);
        batch.send(main, &mut self.outbox, spill, |octets, sent| {
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

/// A reply with the client's cookie, if it has sent one.
fn sealed(seal: Option<&ReplySeal>, reply: &[u8]) -> Vec<u8> {
    let mut octets = reply.to_vec();
    seal.into_iter().for_each(|seal| seal.put_on(&mut octets));
    octets
}

impl Relaying {
    /// Asks the upstream resolvers, and sends what comes of it.
    async fn relay(self, _share: QuotaShare) {
        let Self { query, asked, serving, way } = self;
        // If the server ends meanwhile, nothing has left.
        let given_up = Outgoing::new(way.event.clone(), way.after);
        let relayed = serving.relay(&query, asked).await;
        way.leave(relayed);
        given_up.not_sent();
    }

    /// Sends what there is without them.
    fn relay_none(self) {
        let Self { query, serving, way, .. } = self;
        way.leave(serving.relay_none(&query));
    }
}

impl RelayPath {
    /// Sends what the upstream resolver says, but not before its time.
    fn leave(self, relayed: Relayed<'_>) {
        let Self { socket, path, arrival, after, delayed, seal, event } = self;
        delivery::note_upstream(&event, &relayed);
        let (now, answered) = (Instant::now(), arrival + after);
        let AfterUpstream { octets, transmissions, .. } = relayed.answer;
        for Transmission { after: wait, payload, .. } in transmissions {
            // There is no connection to reset.
            let Payload::Message(range, _) = payload else { continue };
            // What waits counts from the answer that it stands for.
            let due = if wait.is_zero() { answered } else { answered.max(now) + wait };
            let octets = sealed(seal.as_ref(), &octets[range]);
            let reply = Outgoing::new(event.clone(), due - arrival);
            let socket = Arc::clone(&socket);
            let reply = DelayedReply { socket, path, octets, reply };
            // What need not wait for its time has none before it that does.
            if due == arrival { delayed.send(reply) } else { delayed.send_at(due, reply) }
        }
    }
}
