//! Waking tasks at the right time. tokio's clock ticks in milliseconds, and a race's first step
//! comes after one.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    io,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};
use tokio::sync::oneshot;

/// A thread that sleeps until the next task is due.
#[derive(Debug)]
pub(super) struct Timer(Arc<TimerThread>);

#[derive(Debug, Default)]
struct TimerThread {
    state: Mutex<DueTasks>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct DueTasks {
    due: BinaryHeap<Reverse<DueTask>>,
    /// How many have come, so that those of one moment are woken in their order.
    count: u64,
    stopped: bool,
}

#[derive(Debug)]
struct DueTask {
    when: (Instant, u64),
    wake: oneshot::Sender<()>,
}

impl Timer {
    /// Starts the thread; it ends when the timer is dropped.
    pub(super) fn start() -> io::Result<Self> {
        let shared = Arc::new(TimerThread::default());
        let timer = Self(Arc::clone(&shared));
        thread::Builder::new().name("timer".to_owned()).spawn(move || shared.run())?;
        Ok(timer)
    }

    /// Returns at this time, or at once when it has passed.
    pub(super) async fn until(&self, when: Instant) {
        if when <= Instant::now() {
            return;
        }
        let (wake, woken) = oneshot::channel();
        self.0.push(when, wake);
        // The thread wakes everybody before it ends.
        let _ = woken.await;
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.0.lock().stopped = true;
        self.0.changed.notify_one();
    }
}

impl TimerThread {
    fn lock(&self) -> MutexGuard<'_, DueTasks> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, when: Instant, wake: oneshot::Sender<()>) {
        let mut state = self.lock();
        state.count += 1;
        let number = state.count;
        state.due.push(Reverse(DueTask { when: (when, number), wake }));
        // A sleep that ends before this one is due need not be cut short.
        let is_next = state.due.peek().is_some_and(|Reverse(due)| due.when.1 == number);
        drop(state);
        if is_next {
            self.changed.notify_one();
        }
    }

    fn run(&self) {
        let mut state = self.lock();
        while !state.stopped {
            let now = Instant::now();
            while state.due.peek().is_some_and(|Reverse(due)| due.when.0 <= now) {
                if let Some(Reverse(due)) = state.due.pop() {
                    // A task that was ended waits no longer.
                    let _ = due.wake.send(());
                }
            }
            let next =
                state.due.peek().map(|Reverse(due)| due.when.0.saturating_duration_since(now));
            let waited = self.changed.wait_timeout(state, next.unwrap_or(Duration::MAX));
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.due.clear();
    }
}

impl PartialEq for DueTask {
    fn eq(&self, other: &Self) -> bool {
        self.when == other.when
    }
}

impl Eq for DueTask {}

impl PartialOrd for DueTask {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DueTask {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.when.cmp(&other.when)
    }
}

#[cfg(test)]
mod tests {
    use super::Timer;
    use std::{
        sync::Arc,
        time::{Duration, Instant},
    };

    #[tokio::test]
    async fn tasks_are_woken_in_the_order_of_their_times_and_never_early() {
        let timer = Arc::new(Timer::start().unwrap());
        let begin = Instant::now();
        let mut tasks = Vec::new();
        for millis in [30, 5, 20, 5, 10] {
            let timer = Arc::clone(&timer);
            let when = begin + Duration::from_millis(millis);
            tasks.push(tokio::spawn(async move {
                timer.until(when).await;
                (millis, begin.elapsed())
            }));
        }
        for task in tasks {
            let (millis, elapsed) = task.await.unwrap();
            assert!(elapsed >= Duration::from_millis(millis), "{millis} ms: {elapsed:?}");
            assert!(elapsed < Duration::from_millis(millis + 200), "{millis} ms: {elapsed:?}");
        }
    }

    #[tokio::test]
    async fn what_is_past_does_not_wait_and_a_dropped_timer_wakes_everybody() {
        let timer = Timer::start().unwrap();
        timer.until(Instant::now()).await;
        let far = Instant::now() + Duration::from_secs(3600);
        let shared = Arc::clone(&timer.0);
        let waiting = tokio::spawn(async move { Timer(shared).until(far).await });
        tokio::time::sleep(Duration::from_millis(20)).await;
        drop(timer);
        tokio::time::timeout(Duration::from_secs(5), waiting).await.expect("woken").unwrap();
    }
}
