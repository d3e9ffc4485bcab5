//! Workers that do not preempt.

#![allow(
    unsafe_code,
    reason = "no well-kept wrapper of sched_setscheduler has SCHED_BATCH, and musl's does nothing"
)]

use nix::libc::{
    SCHED_BATCH, SCHED_OTHER, SYS_sched_getscheduler, SYS_sched_setscheduler, c_long, sched_param,
    syscall,
};

/// Lets whoever has the processor go on when this thread wakes up (SCHED_BATCH, sched(7)). A client
/// on the same core has a query to send, and more: where it is stopped for the first, each query
/// costs two switches and none is answered with another. A processor that is free is taken at once,
/// as ever; but where others compute all the time, each of them has its turn first. Whoever starts
/// the server under another policy keeps that.
pub(crate) fn run_as_batch() {
    // SAFETY: it reads how this thread (0) is scheduled, and nothing else.
    if unsafe { syscall(SYS_sched_getscheduler, 0) } == c_long::from(SCHED_OTHER) {
        // SAFETY: zeros are a value of sched_param, which is numbers alone.
        let how: sched_param = unsafe { std::mem::zeroed() };
        // SAFETY: it reads one sched_param, which outlives the call, and changes nothing but how
        // this thread (0) is scheduled. If it fails, the thread works as it did.
        let _ = unsafe { syscall(SYS_sched_setscheduler, 0, SCHED_BATCH, &raw const how) };
    }
}

#[cfg(test)]
mod tests {
    use super::{SCHED_BATCH, SYS_sched_getscheduler, c_long, run_as_batch, syscall};
    use std::thread;

    fn policy_after(asked: fn()) -> c_long {
        let thread = thread::spawn(move || {
            asked();
            // SAFETY: it reads how this thread is scheduled, and nothing else.
            unsafe { syscall(SYS_sched_getscheduler, 0) }
        });
        thread.join().unwrap()
    }

    #[test]
    fn a_thread_is_scheduled_as_it_has_asked_to_be_and_no_other_is() {
        let before = policy_after(|| {});
        assert_eq!(policy_after(run_as_batch), c_long::from(SCHED_BATCH));
        assert_eq!(policy_after(|| {}), before);
    }
}
