//! How far the loading of large lists has come, for a display.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Counts that the one who loads moves on and another reads. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    read: AtomicUsize,
    indexed: AtomicUsize,
}

/// How many names are counted at a time: to move a shared count for each costs more than to read
/// the name.
const STEP: usize = 4096;

/// Counts names on their way to a [`Progress`].
#[derive(Debug)]
pub struct Counter<'p> {
    count: &'p AtomicUsize,
    waiting: usize,
}

impl Progress {
    /// Counts names that are read from lists.
    #[must_use]
    pub fn reading(&self) -> Counter<'_> {
        Counter { count: &self.0.read, waiting: 0 }
    }

    /// Counts names that are put into an index.
    #[must_use]
    pub fn indexing(&self) -> Counter<'_> {
        Counter { count: &self.0.indexed, waiting: 0 }
    }

    /// How many names have been read, and how many of them stand in an index.
    #[must_use]
    pub fn so_far(&self) -> (usize, usize) {
        (self.0.read.load(Ordering::Relaxed), self.0.indexed.load(Ordering::Relaxed))
    }
}

impl Counter<'_> {
    /// One more.
    pub fn step(&mut self) {
        self.waiting += 1;
        if self.waiting == STEP {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.count.fetch_add(self.waiting, Ordering::Relaxed);
        self.waiting = 0;
    }
}

impl Drop for Counter<'_> {
    fn drop(&mut self) {
        self.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::{Progress, STEP};

    #[test]
    fn every_name_is_counted_once_and_many_are_seen_on_the_way() {
        let progress = Progress::default();
        let mut reading = progress.reading();
        (0..STEP + 1).for_each(|_| reading.step());
        assert_eq!(progress.so_far(), (STEP, 0));
        drop(reading);
        progress.clone().indexing().step();
        assert_eq!(progress.so_far(), (STEP + 1, 1));
    }
}
