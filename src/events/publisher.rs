//! The way of events from the query path to the sinks.

use super::event::{Delivered, Delivery, QueryEvent};
use crate::model::VerdictKind;
use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

/// Takes events.
pub trait EventSink: Send {
    /// Records one event.
    fn record(&mut self, event: &QueryEvent);

    /// Is told how many events were lost since it was told last.
    fn lost(&mut self, count: u64);
}

/// Where events are begun. Clones publish into the same queue.
#[derive(Clone, Debug)]
pub struct Publisher {
    queue: SyncSender<Queued>,
    lost: Arc<AtomicU64>,
}

/// An event whose replies have not all left. It goes into the queue when its last holder drops it.
#[derive(Debug)]
pub struct PendingEvent {
    publisher: Publisher,
    begun: Instant,
    /// Nothing when it has gone into the queue.
    event: Mutex<Option<QueryEvent>>,
}

/// What goes through the queue.
#[derive(Debug)]
enum Queued {
    Event(QueryEvent),
    /// Somebody waits until all before it has been recorded.
    Flush(SyncSender<()>),
}

/// As many events may wait for the sinks: a tenth of a second of a busy server.
const QUEUE: usize = 16_384;

/// How long at least lies between two tellings of how many were lost.
const PACE: Duration = Duration::from_secs(1);

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
        let publisher = Self { queue, lost: Arc::clone(&lost) };
        let drain = move || drain(&events, &lost, sinks);
        thread::Builder::new().name("events".to_owned()).spawn(drain)?;
        Ok(publisher)
    }

    /// Begins an event that has no replies yet, of a query that came in at this time.
    #[must_use]
    pub fn begin(&self, event: QueryEvent, begun: Instant) -> Arc<PendingEvent> {
        let (publisher, event) = (self.clone(), Mutex::new(Some(event)));
        Arc::new(PendingEvent { publisher, begun, event })
    }

    /// Waits until the sinks have recorded what was published, for so long at the most.
    pub fn flush(&self, limit: Duration) {
        let deadline = Instant::now() + limit;
        let (done, waiting) = sync_channel(1);
        // A queue has no room when the sinks are slow; then there is something to wait for.
        while let Err(TrySendError::Full(_)) = self.queue.try_send(Queued::Flush(done.clone())) {
            if Instant::now() > deadline {
                return;
            }
            thread::sleep(FLUSH_PACE);
        }
        // Nothing can be done about sinks that take longer.
        let _ = waiting.recv_timeout(deadline.saturating_duration_since(Instant::now()));
    }

    fn publish(&self, event: QueryEvent) {
        if self.queue.try_send(Queued::Event(event)).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl PendingEvent {
    /// Adds what has become of a reply, now.
    pub fn delivered(&self, content: Delivered) {
        let delivery = Delivery { latency: self.begun.elapsed(), content };
        self.change(|event| event.replies.push(delivery));
    }

    /// Notes what the upstream resolver has said.
    pub fn upstream_answered(&self, rcode: u8) {
        self.change(|event| event.upstream_rcode = Some(rcode));
    }

    /// Notes that a rule is about a name to which an alias of the upstream's answer leads.
    pub fn judged(&self, rule: &str, verdict: VerdictKind, alias: &str) {
        self.change(|event| {
            (event.rule, event.alias) = (Some(rule.to_owned()), Some(alias.to_owned()));
            event.verdict = verdict;
        });
    }

    fn change(&self, change: impl FnOnce(&mut QueryEvent)) {
        let mut event = self.event.lock().unwrap_or_else(PoisonError::into_inner);
        event.as_mut().map(change);
    }
}

impl Drop for PendingEvent {
    fn drop(&mut self) {
        let event = self.event.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        event.into_iter().for_each(|event| self.publisher.publish(event));
    }
}

/// Hands events to the sinks until the last publisher has gone.
fn drain(events: &Receiver<Queued>, lost: &AtomicU64, mut sinks: Vec<Box<dyn EventSink>>) {
    let mut told = Instant::now();
    loop {
        let event = events.recv_timeout(PACE);
        match &event {
            Ok(Queued::Event(event)) => sinks.iter_mut().for_each(|sink| sink.record(event)),
            Ok(Queued::Flush(done)) => {
                tell(lost, &mut sinks);
                // Who has waited for too long is gone.
                let _ = done.try_send(());
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
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
    use super::{Delivered, EventSink, Publisher, QueryEvent};
    use crate::{
        dns::{Rtype, Transport},
        model::VerdictKind,
    };
    use hickory_proto::rr::RecordType;
    use std::{
        sync::mpsc::{Receiver, Sender, channel},
        time::{Duration, Instant},
    };

    enum Told {
        Event(QueryEvent),
        Lost(u64),
    }

    /// A sink that waits for a permit before it takes an event.
    struct Slow {
        permits: Receiver<()>,
        told: Sender<Told>,
    }

    impl EventSink for Slow {
        fn record(&mut self, event: &QueryEvent) {
            let _ = self.permits.recv();
            self.told.send(Told::Event(event.clone())).unwrap();
        }

        fn lost(&mut self, count: u64) {
            self.told.send(Told::Lost(count)).unwrap();
        }
    }

    fn event(qname: &str) -> QueryEvent {
        QueryEvent {
            client: [192, 0, 2, 1].into(),
            transport: Transport::Udp,
            qname: qname.to_owned(),
            qtype: Rtype(RecordType::A),
            country: None,
            operator: None,
            verdict: VerdictKind::Honest,
            rule: None,
            alias: None,
            replies: Vec::new(),
            upstream_rcode: None,
        }
    }

    #[test]
    fn an_event_comes_when_its_last_reply_has_left() {
        let (permit, permits) = channel();
        let (told, heard) = channel();
        permit.send(()).unwrap();
        let publisher = Publisher::start(vec![Box::new(Slow { permits, told })]).unwrap();
        let first = publisher.begin(event("a.example"), Instant::now());
        let second = std::sync::Arc::clone(&first);
        first.delivered(Delivered::Octets(vec![1]));
        drop(first);
        assert!(heard.recv_timeout(Duration::from_millis(50)).is_err(), "a reply is under way");
        second.upstream_answered(3);
        second.delivered(Delivered::Failed);
        drop(second);
        let Told::Event(event) = heard.recv().unwrap() else { panic!("nothing is lost") };
        assert_eq!((event.replies.len(), event.upstream_rcode), (2, Some(3)));
        assert!(event.replies[0].latency <= event.replies[1].latency);
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
