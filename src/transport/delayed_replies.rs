//! Replies that wait for their time: a thread with a heap of them.

use super::{
    bounds::{Bounds, Loss},
    delivery::Outgoing,
    quota::QuotaShare,
    reply_socket::ReplySocket,
    server_tasks::ServerTasks,
};
use crate::sys::ReturnPath;
use std::{
    cmp::Ordering,
    collections::BinaryHeap,
    net::IpAddr,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

/// Something that can wait for its time.
pub(super) trait Delayable: Send {
    /// To whom it goes; nothing for nobody.
    fn client(&self) -> Option<IpAddr>;

    /// How many octets it has.
    fn size(&self) -> usize;

    /// Sends it now.
    fn send(self, bounds: &Bounds);
}

/// All replies of a kind. Clones fill the same heap.
pub(super) struct DelayedReplies<R>(Arc<Shared<R>>);

impl<R> Clone for DelayedReplies<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

struct Shared<R> {
    heap: Mutex<Heap<R>>,
    /// Told when there is a reply that is due before all others.
    sooner: Condvar,
    bounds: Bounds,
}

struct Heap<R> {
    replies: BinaryHeap<HeapEntry<R>>,
    /// How many replies there have been.
    count: u64,
}

/// A datagram of a listener that is not due yet.
pub(super) struct DelayedReply {
    pub(super) socket: Arc<ReplySocket>,
    pub(super) path: ReturnPath,
    pub(super) octets: Vec<u8>,
    pub(super) reply: Outgoing,
}

struct HeapEntry<R> {
    due: Instant,
    /// Of those that are due together the first leaves first.
    number: u64,
    reply: R,
    _share: QuotaShare,
}

/// How long the thread waits before it looks whether the server ends.
const PATIENCE: Duration = Duration::from_millis(100);

impl<R: Delayable> DelayedReplies<R> {
    pub(super) fn new(bounds: Bounds) -> Self {
        let heap = Mutex::new(Heap { replies: BinaryHeap::new(), count: 0 });
        Self(Arc::new(Shared { heap, sooner: Condvar::new(), bounds }))
    }

    /// The same, with the thread that sends them, which ends with the server.
    pub(super) fn start(bounds: Bounds, tasks: &mut ServerTasks) -> Self
    where
        R: 'static,
    {
        let started = Self::new(bounds);
        let (replies, stop) = (started.clone(), tasks.stop());
        tasks.spawn_thread(move || replies.run(&stop));
        started
    }

    /// Sends a reply at once.
    pub(super) fn send(&self, reply: R) {
        reply.send(&self.0.bounds);
    }

    /// Sends a reply when it is due, unless too many wait. One whose time has passed already waits
    /// with the others all the same: those that were due before it leave before it.
    pub(super) fn send_at(&self, due: Instant, reply: R) {
        let Shared { sooner, bounds, .. } = &*self.0;
        let Some(client) = reply.client() else { return };
        let Some(share) = bounds.delayed_reply(client, reply.size()) else { return };
        let mut heap = self.lock();
        heap.count += 1;
        let number = heap.count;
        let is_first = heap.replies.peek().is_none_or(|first| due < first.due);
        heap.replies.push(HeapEntry { due, number, reply, _share: share });
        drop(heap);
        if is_first {
            sooner.notify_one();
        }
    }

    /// Sends replies until the server ends.
    pub(super) fn run(&self, stop: &AtomicBool) {
        let mut heap = self.lock();
        while !stop.load(Relaxed) {
            let wait = heap.replies.peek().map_or(PATIENCE, |first| {
                first.due.saturating_duration_since(Instant::now()).min(PATIENCE)
            });
            if !wait.is_zero() {
                let woken = self.0.sooner.wait_timeout(heap, wait);
                heap = woken.unwrap_or_else(PoisonError::into_inner).0;
                continue;
            }
            let entry = heap.replies.pop().expect("one is due");
            drop(heap);
            entry.reply.send(&self.0.bounds);
            heap = self.lock();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Heap<R>> {
        self.0.heap.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Delayable for DelayedReply {
    fn client(&self) -> Option<IpAddr> {
        self.path.client()
    }

    fn size(&self) -> usize {
        self.octets.len()
    }

    /// A client that cannot be reached has gone, or is behind a firewall: nothing to
    /// do about it.
    fn send(self, bounds: &Bounds) {
        let Self { socket, path, octets, reply } = self;
        let sent = socket.send(path, &octets);
        if let Err(error) = &sent {
            tracing::debug!(%error, "sending a datagram");
            bounds.lost(Loss::Datagram);
        }
        reply.left(&octets, sent.is_ok());
    }
}

impl<R> Ord for HeapEntry<R> {
    /// The greatest is the one that is due first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.due, other.number).cmp(&(self.due, self.number))
    }
}

impl<R> PartialOrd for HeapEntry<R> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<R> PartialEq for HeapEntry<R> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<R> Eq for HeapEntry<R> {}

#[cfg(test)]
mod tests {
    use super::{Bounds, DelayedReplies, DelayedReply, Outgoing, ReplySocket};
    use crate::{config::LabSpec, engine::Settings, sys::Batch};
    use std::{
        net::UdpSocket,
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering::Relaxed},
        },
        thread,
        time::{Duration, Instant},
    };

    #[test]
    fn a_late_worker_changes_no_order() {
        let main = UdpSocket::bind("127.0.0.1:0").unwrap();
        let socket = Arc::new(ReplySocket { main, spill: None });
        let client = UdpSocket::bind("127.0.0.1:0").unwrap();
        client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        client.send_to(b"?", socket.main.local_addr().unwrap()).unwrap();
        let mut batch = Batch::new(false);
        assert_eq!(batch.receive(&socket.main).unwrap(), 1);
        let reply = |octet| DelayedReply {
            socket: Arc::clone(&socket),
            path: *batch.get(0).1,
            octets: vec![octet],
            reply: Outgoing::new(None, Duration::ZERO),
        };
        let settings = Settings::new(LabSpec::default(), LabSpec::default(), None);
        let delayed = DelayedReplies::new(Bounds::new(&settings));
        let arrival = Instant::now();
        let wait = Duration::from_millis(5);
        delayed.send_at(arrival + wait, reply(1));
        thread::sleep(2 * wait);
        // Both are overdue now, as if the worker had had no turn between the two.
        delayed.send_at(arrival + wait, reply(2));
        delayed.send_at(arrival, reply(0));
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| delayed.run(&stop));
            let mut order = [u8::MAX; 3];
            order.iter_mut().for_each(|octet| {
                client.recv(std::slice::from_mut(octet)).unwrap();
            });
            stop.store(true, Relaxed);
            assert_eq!(order, [0, 1, 2]);
        });
    }
}
