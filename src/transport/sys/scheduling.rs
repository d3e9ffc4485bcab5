//! Threads that do not push others aside.

#![allow(
    unsafe_code,
    reason = "no well-kept wrapper of sched_setscheduler has these policies, and musl's own function does nothing"
)]

use nix::libc::{
    SCHED_BATCH, SCHED_IDLE, SCHED_OTHER, SYS_sched_getscheduler, SYS_sched_setscheduler, c_int,
    c_long, sched_param, syscall,
};

/// Lets this thread work only where nobody else wants the processor (SCHED_IDLE, sched(7)). A
/// thread of the least niceness is not as modest: whoever wakes up beside it may wait for it some
/// milliseconds. It cannot be taken back without a privilege.
pub(super) fn yield_to_all() {
    schedule(SCHED_IDLE);
}

/// Lets whoever has the processor go on when this thread wakes up (SCHED_BATCH, sched(7)). A client
/// on the same core has a query to send, and more: where it is stopped for the first, each query
/// costs two switches and none is answered with another. A processor that is free is taken at once,
/// as ever; but where others compute all the time, each of them has its turn first. Whoever starts
/// the server under another policy keeps that.
pub(super) fn wait_for_the_processor() {
    // SAFETY: it reads how this thread (0) is scheduled, and nothing else.
    if unsafe { syscall(SYS_sched_getscheduler, 0) } == c_long::from(SCHED_OTHER) {
        schedule(SCHED_BATCH);
    }
}

fn schedule(policy: c_int) {
    // SAFETY: zeros are a value of sched_param, which is numbers alone.
    let how: sched_param = unsafe { std::mem::zeroed() };
    // SAFETY: it reads one sched_param, which outlives the call, and changes nothing but how this
    // thread (0) is scheduled. If it fails, the thread works as it did.
    let _ = unsafe { syscall(SYS_sched_setscheduler, 0, policy, &raw const how) };
}

#[cfg(test)]
mod tests {
    use super::{
        SCHED_BATCH, SCHED_IDLE, SYS_sched_getscheduler, c_long, syscall, wait_for_the_processor,
        yield_to_all,
    };
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
        assert_eq!(policy_after(wait_for_the_processor), c_long::from(SCHED_BATCH));
        assert_eq!(policy_after(yield_to_all), c_long::from(SCHED_IDLE));
        let both = || {
            yield_to_all();
            wait_for_the_processor();
        };
        assert_eq!(policy_after(both), c_long::from(SCHED_IDLE), "what has been chosen stays");
        assert_eq!(policy_after(|| {}), before);
    }
}
