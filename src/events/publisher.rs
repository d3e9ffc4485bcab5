//! The way of events from the query path to the sinks.

use super::{
    event::{Delivered, QueryEvent, Reply, UpstreamReply},
    sink::EventSink,
};
use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

/// Where events are begun. Clones publish into the same queue.
#[derive(Clone, Debug)]
pub struct Publisher(Arc<PublisherState>);

#[derive(Debug)]
struct PublisherState {
    queue: SyncSender<Queued>,
    lost: Arc<AtomicU64>,
    watched: AtomicBool,
    /// Events that were begun and have not gone into the queue.
    pending: AtomicU64,
}

/// An event whose replies have not all left. It goes into the queue when its last holder drops it.
#[derive(Debug)]
pub struct PendingEvent {
    publisher: Publisher,
    begun: Instant,
    /// Nothing when it has gone into the queue.
    event: Mutex<Option<Arc<QueryEvent>>>,
}

/// What goes through the queue.
#[derive(Debug)]
enum Queued {
    Event(Arc<QueryEvent>),
    Reloaded(bool),
    Reopen,
    /// Somebody waits until all before it has come to the sinks.
    Settle(SyncSender<()>),
    /// Somebody waits until all before it has been recorded.
    Flush(SyncSender<()>),
    /// The same, and it is the end.
    Close(SyncSender<()>),
}

/// As many events may wait for the sinks: a tenth of a second of a busy server.
const QUEUE: usize = 16_384;

/// How long at least lies between two tellings of how many were lost.
const PACE: Duration = Duration::from_secs(1);

/// How long the sinks' thread sleeps when the queue is empty and was not lately. Who begins an
/// event then has nobody to wake, which would cost more than the event.
const NAP: Duration = Duration::from_millis(2);

/// After so many naps with nothing to do it sleeps until it is woken.
pub(super) const NAPS: u32 = 50;

/// How long a flush waits for one sink.
const FLUSH_LIMIT: Duration = Duration::from_secs(1);

/// How often a flush looks whether the queue has room.
const FLUSH_PACE: Duration = Duration::from_millis(5);

impl Publisher {
    /// Starts the thread at whose end the sinks are. It ends when the last publisher has gone and
    /// the queue is empty.
    ///
    /// # Errors
    ///
    /// The system gives us no thread.
    pub fn start(sinks: Vec<Box<dyn EventSink>>) -> io::Result<Self> {
        Self::with_capacity(QUEUE, sinks)
    }

    fn with_capacity(capacity: usize, sinks: Vec<Box<dyn EventSink>>) -> io::Result<Self> {
        let (queue, events) = sync_channel(capacity);
        let lost = Arc::new(AtomicU64::new(0));
        let (watched, pending) = (AtomicBool::new(true), AtomicU64::new(0));
        let state = PublisherState { queue, lost: Arc::clone(&lost), watched, pending };
        let drain = move || drain(&events, &lost, sinks);
        thread::Builder::new().name("events".to_owned()).spawn(drain)?;
        Ok(Self(Arc::new(state)))
    }

    /// Nobody looks yet, so that no event need be begun until somebody does.
    #[must_use]
    pub fn unwatched(self) -> Self {
        self.0.watched.store(false, Ordering::Relaxed);
        self
    }

    /// Somebody looks from now on.
    pub fn watch(&self) {
        self.0.watched.store(true, Ordering::Relaxed);
    }

    /// Whether anybody looks.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        self.0.watched.load(Ordering::Relaxed)
    }

    /// Tells the sinks that the lab was read again, or could not be.
    pub fn reloaded(&self, is_new: bool) {
        self.tell(Queued::Reloaded(is_new));
    }

    /// Has the sinks open their files again.
    pub fn reopen(&self) {
        self.tell(Queued::Reopen);
    }

    /// What is no event may wait a little.
    fn tell(&self, what: Queued) {
        if let Err(TrySendError::Full(what)) = self.0.queue.try_send(what) {
            let queue = self.0.queue.clone();
            // Without a thread the sinks are not told, and queries are answered all the same.
            let _ = thread::Builder::new().spawn(move || queue.send(what));
        }
    }

    /// Begins an event that has no replies yet, of a query that came in at this time.
    #[must_use]
    pub fn begin(&self, event: QueryEvent, begun: Instant) -> Arc<PendingEvent> {
        let (publisher, event) = (self.clone(), Mutex::new(Some(Arc::new(event))));
        self.0.pending.fetch_add(1, Ordering::Relaxed);
        Arc::new(PendingEvent { publisher, begun, event })
    }

    /// Waits until all replies to the queries that have come in by now have left, and the sinks
    /// have recorded them, for so long at the most. While queries go on coming it takes as long.
    pub fn settle(&self, limit: Duration) {
        let deadline = Instant::now() + limit;
        while self.0.pending.load(Ordering::Acquire) > 0 && Instant::now() < deadline {
            thread::sleep(FLUSH_PACE);
        }
        // Files may be slow, and have no part in it.
        self.wait(
            deadline.saturating_duration_since(Instant::now()).max(FLUSH_PACE),
            Queued::Settle,
        );
    }

    /// Waits until the sinks have recorded what was published, for so long at the most.
    pub fn flush(&self, limit: Duration) {
        self.wait(limit, Queued::Flush);
    }

    /// The same, and has them end what they write.
    pub fn close(self, limit: Duration) {
        self.wait(limit, Queued::Close);
    }

    fn wait(&self, limit: Duration, command: impl Fn(SyncSender<()>) -> Queued) {
        let deadline = Instant::now() + limit;
        let (done, waiting) = sync_channel(1);
        // A queue has no room when the sinks are slow; then there is something to wait for.
        while let Err(TrySendError::Full(_)) = self.0.queue.try_send(command(done.clone())) {
            if Instant::now() > deadline {
                return;
            }
            thread::sleep(FLUSH_PACE);
        }
        // Nothing can be done about sinks that take longer.
        let _ = waiting.recv_timeout(deadline.saturating_duration_since(Instant::now()));
    }

    fn publish(&self, event: Arc<QueryEvent>) {
        if self.0.queue.try_send(Queued::Event(event)).is_err() {
            self.0.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl PendingEvent {
    /// Adds what has become, now, of a reply that was due so long after the query.
    pub fn delivered(&self, due: Duration, content: Delivered<'_>) {
        let latency = self.begun.elapsed();
        self.change(|event| event.replied(Reply { due, latency, content }));
    }

    /// Notes what the upstream resolver has said.
    pub fn upstream_answered(&self, reply: UpstreamReply) {
        self.change(|event| event.upstream = Some(reply));
    }

    /// Notes what else has come out.
    pub fn change(&self, change: impl FnOnce(&mut QueryEvent)) {
        let mut event = self.event.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(event) = event.as_mut() {
            change(Arc::get_mut(event).expect("nobody else has it before it is in the queue"));
        }
    }
}

impl Drop for PendingEvent {
    fn drop(&mut self) {
        let event = self.event.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        event.into_iter().for_each(|event| self.publisher.publish(event));
        self.publisher.0.pending.fetch_sub(1, Ordering::Release);
    }
}

/// Hands events to the sinks until the last publisher has gone.
fn drain(events: &Receiver<Queued>, lost: &AtomicU64, mut sinks: Vec<Box<dyn EventSink>>) {
    let (mut told, mut naps) = (Instant::now(), 0);
    loop {
        let event = match events.try_recv() {
            Err(TryRecvError::Empty) => {
                sinks.iter_mut().for_each(|sink| sink.idle());
                if naps < NAPS {
                    naps += 1;
                    thread::sleep(NAP);
                    continue;
                }
                events.recv_timeout(PACE)
            }
            event => event.map_err(|_| RecvTimeoutError::Disconnected),
        };
        match &event {
            Ok(Queued::Event(event)) => sinks.iter_mut().for_each(|sink| sink.record(event)),
            Ok(Queued::Reloaded(is_new)) => {
                sinks.iter_mut().for_each(|sink| sink.reloaded(*is_new));
            }
            Ok(Queued::Reopen) => sinks.iter_mut().for_each(|sink| sink.reopen()),
            Ok(Queued::Settle(done)) => {
                tell(lost, &mut sinks);
                let _ = done.try_send(());
            }
            Ok(Queued::Flush(done)) => {
                tell(lost, &mut sinks);
                sinks.iter_mut().for_each(|sink| sink.flush(FLUSH_LIMIT));
                // Who has waited for too long is gone.
                let _ = done.try_send(());
            }
            Ok(Queued::Close(done)) => {
                tell(lost, &mut sinks);
                sinks.clear();
                let _ = done.try_send(());
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if event.is_ok() {
            naps = 0;
        }
        if told.elapsed() >= PACE {
            tell(lost, &mut sinks);
            told = Instant::now();
        }
    }
    tell(lost, &mut sinks);
}

fn tell(lost: &AtomicU64, sinks: &mut [Box<dyn EventSink>]) {
    let count = lost.swap(0, Ordering::Relaxed);
    if count > 0 {
        sinks.iter_mut().for_each(|sink| sink.lost(count));
    }
}

#[cfg(test)]
mod tests {
    use super::{Delivered, EventSink, Publisher, QueryEvent, UpstreamReply};
    use crate::{
        dns::{Rtype, Transport},
        events::Asked,
        model::VerdictKind,
    };
    use hickory_proto::rr::RecordType;
    use std::{
        sync::{
            Arc,
            mpsc::{Receiver, Sender, channel},
        },
        time::{Duration, Instant, SystemTime},
    };

    enum Told {
        Event(Arc<QueryEvent>),
        Lost(u64),
    }

    /// A sink that waits for a permit before it takes an event.
    struct Slow {
        permits: Receiver<()>,
        told: Sender<Told>,
    }

    impl EventSink for Slow {
        fn record(&mut self, event: &Arc<QueryEvent>) {
            let _ = self.permits.recv();
            self.told.send(Told::Event(Arc::clone(event))).unwrap();
        }

        fn lost(&mut self, count: u64) {
            self.told.send(Told::Lost(count)).unwrap();
        }
    }

    fn event(qname: &str) -> QueryEvent {
        QueryEvent::new(&Asked {
            time: SystemTime::now(),
            today: jiff::civil::date(2026, 11, 26).at(0, 0, 0, 0),
            client: ([192, 0, 2, 1], 1024).into(),
            server: ([192, 0, 2, 53], 53).into(),
            octets: &[],
            transport: Transport::Udp,
            qname,
            qtype: Rtype(RecordType::A),
            country: None,
            operator: None,
            verdict: VerdictKind::Honest,
            honest: None,
        })
    }

    #[test]
    fn an_event_comes_when_its_last_reply_has_left() {
        let (permit, permits) = channel();
        let (told, heard) = channel();
        permit.send(()).unwrap();
        let publisher = Publisher::start(vec![Box::new(Slow { permits, told })]).unwrap();
        let first = publisher.begin(event("a.example"), Instant::now());
        let second = Arc::clone(&first);
        first.delivered(Duration::ZERO, Delivered::Octets(&[1]));
        drop(first);
        assert!(heard.recv_timeout(Duration::from_millis(50)).is_err(), "a reply is under way");
        let upstream = UpstreamReply { rcode: 3, latency: Duration::from_millis(1) };
        second.upstream_answered(upstream);
        second.delivered(Duration::from_millis(2), Delivered::Failed);
        drop(second);
        let Told::Event(event) = heard.recv().unwrap() else { panic!("nothing is lost") };
        assert_eq!((event.replies().len(), event.upstream), (2, Some(upstream)));
        let latencies: Vec<_> = event.replies().map(|reply| reply.latency).collect();
        assert!(latencies.is_sorted());
    }

    #[test]
    fn a_full_queue_keeps_nobody_waiting_and_what_is_lost_is_told() {
        let (permit, permits) = channel();
        let (told, heard) = channel();
        let sinks: Vec<Box<dyn EventSink>> = vec![Box::new(Slow { permits, told })];
        let publisher = Publisher::with_capacity(4, sinks).unwrap();
        let begin = Instant::now();
        for number in 0..100 {
            drop(publisher.begin(event(&format!("{number}.example")), Instant::now()));
        }
        assert!(begin.elapsed() < Duration::from_secs(1), "nobody takes the events yet");
        drop(permit);
        publisher.flush(Duration::from_secs(10));
        drop(publisher);
        let recorded = heard.try_iter().collect::<Vec<_>>();
        let (mut events, mut lost) = (0, 0);
        for told in recorded {
            match told {
                Told::Event(_) => events += 1,
                Told::Lost(count) => lost += count,
            }
        }
        assert_eq!(events + lost, 100);
        assert!((4..=5).contains(&events), "{events} had room, one of them in the sink's hands");
    }
}
