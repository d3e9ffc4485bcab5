//! What keeps a core busy, such as loading the shipped files, goes through a gate: with more of it
//! than cores, replies would be late for the tests that look at times.

use std::{
    sync::{Condvar, Mutex},
    thread,
};

static WITHIN: Mutex<usize> = Mutex::new(0);
static LEFT: Condvar = Condvar::new();

/// Does something as soon as a core may be kept busy with it.
pub(crate) fn through<T>(busy: impl FnOnce() -> T) -> T {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let within = WITHIN.lock().unwrap();
    *LEFT.wait_while(within, |within| *within >= cores).unwrap() += 1;
    let _leaves = Leaves;
    busy()
}

/// Leaves when it is dropped, also by a panic.
struct Leaves;

impl Drop for Leaves {
    fn drop(&mut self) {
        *WITHIN.lock().unwrap() -= 1;
        LEFT.notify_one();
    }
}
