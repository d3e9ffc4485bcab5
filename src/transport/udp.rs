//! Plain DNS in datagrams (RFC 1035 section 4.2.1).
//!
//! Each worker is a thread with a socket of its own, among which the kernel shares out the clients.
//! What can be answered at once is written into one buffer and leaves with the other replies of its
//! batch. What has to wait, for its time or for an upstream resolver, is handed to tokio, so that
//! it delays nobody else's query.

use super::{
    datagram::{BATCH, Batch, WayBack},
    live::Live,
    priority::wait_for_the_processor,
    timer::Timer,
};
use crate::{
    answer::Step,
    lab::{Desk, Due, Governed, Opened, ROW, Row, foresee},
    query::{Bound, Received, Transport},
};
use arc_swap::ArcSwap;
use std::{
    net::UdpSocket,
    ops::Range,
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
pub(super) struct Shared {
    pub(super) live: Arc<ArcSwap<Live>>,
    pub(super) bound: Option<Bound>,
    pub(super) timer: Arc<Timer>,
    pub(super) runtime: Handle,
    /// Set when the server ends; sockets have a timeout, so that it is seen.
    pub(super) stop: Arc<AtomicBool>,
}

/// Answers what comes to one socket.
pub(super) fn serve(socket: Arc<UdpSocket>, wildcard: bool, shared: Shared) {
    wait_for_the_processor();
    let mut batch = Batch::new(wildcard);
    let mut worker = Worker {
        live: shared.live.load_full(),
        shared,
        socket,
        desk: Desk::default(),
        ready: Vec::with_capacity(BATCH),
    };
    while !worker.shared.stop.load(Ordering::Relaxed) {
        match batch.receive(&worker.socket) {
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
    shared: Shared,
    socket: Arc<UdpSocket>,
    live: Arc<Live>,
    desk: Desk,
    /// Replies that leave with this batch: to which datagram, and where they stand in the desk's
    /// octets.
    ready: Vec<(usize, Range<usize>)>,
}

/// What leaves later, in the order of its times.
type Later = Vec<(Duration, Vec<u8>)>;

impl Worker {
    fn answer(&mut self, batch: &mut Batch, count: usize) {
        let arrival = Instant::now();
        // Also where nothing came, so that an old lab does not stay.
        let live = self.shared.live.load_full();
        if !Arc::ptr_eq(&live, &self.live) {
            self.live = Arc::clone(&live);
            self.desk.forget();
        }
        let now = live.lab.settings.clock.now();
        // Those who come together are often one client.
        let mut last: Option<Governed<'_>> = None;
        for first in (0..count).step_by(ROW) {
            let mut row = Row::new();
            for index in first..count.min(first + ROW) {
                let (octets, way) = batch.get(index);
                let Some(client) = way.client() else { continue };
                let from = last.filter(|last| last.asker.client == client).unwrap_or_else(|| {
                    live.lab.governed(
                        live.lab.asker(client, Transport::Udp, now),
                        self.shared.bound.as_ref(),
                    )
                });
                last = Some(from);
                row.push((index, live.lab.open(octets, from, &mut self.desk)));
            }
            foresee(&row);
            for (index, opened) in &mut row {
                self.query(*index, opened, batch.get(*index).1, arrival);
            }
        }
        if let Err(error) = batch.send(&self.socket, &self.desk.plan.octets, &self.ready) {
            tracing::debug!(%error, "sending datagrams");
        }
        self.ready.clear();
        self.desk.plan.octets.clear();
    }

    fn query(
        &mut self,
        index: usize,
        opened: &mut Opened<'_, '_>,
        way: &WayBack,
        arrival: Instant,
    ) {
        let lab = &self.live.lab;
        let query = lab.consider(opened, &mut self.desk);
        let mut later = Later::new();
        for at in 0..self.desk.plan.steps.len() {
            let Step { after, send } = self.desk.plan.steps[at].clone();
            let range = match lab.due(send, query, Transport::Udp, &mut self.desk) {
                Due::Message(range) => range,
                Due::Upstream(query) => {
                    self.ask(query, *way, after, arrival);
                    continue;
                }
                // There is no connection to reset.
                Due::Reset | Due::Nothing => continue,
            };
            if after.is_zero() {
                self.ready.push((index, range));
            } else {
                later.push((after, self.desk.plan.octets[range].to_vec()));
            }
        }
        if !later.is_empty() {
            let (socket, timer) = (Arc::clone(&self.socket), Arc::clone(&self.shared.timer));
            self.shared.runtime.spawn(depart(socket, timer, later, arrival, *way));
        }
    }

    /// A question that has to be asked goes its own way.
    fn ask(&self, query: Received<'_>, way: WayBack, after: Duration, arrival: Instant) {
        let (socket, timer, live) =
            (Arc::clone(&self.socket), Arc::clone(&self.shared.timer), Arc::clone(&self.live));
        let kept = query.keep();
        self.shared.runtime.spawn(async move {
            let query = kept.query();
            let octets = live.relayed(query, query.udp_limit()).await;
            depart(socket, timer, vec![(after, octets)], arrival, way).await;
        });
    }
}

/// Each message leaves at its time after the query. A client that cannot be reached has gone, or is
/// behind a firewall: nothing to do about it.
async fn depart(
    socket: Arc<UdpSocket>,
    timer: Arc<Timer>,
    messages: Later,
    arrival: Instant,
    way: WayBack,
) {
    for (after, octets) in messages {
        timer.until(arrival + after).await;
        if let Err(error) = way.send(&socket, &octets) {
            tracing::debug!(%error, "sending a datagram");
        }
    }
}
