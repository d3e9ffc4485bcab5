//! Work that can wait.

#![allow(unsafe_code, reason = "no well-kept wrapper of sched_setscheduler has SCHED_IDLE, and musl's own function does nothing")]

use nix::libc::{SCHED_IDLE, SYS_sched_setscheduler, sched_param, syscall};

/// Lets this thread work only where nobody else wants the processor (SCHED_IDLE, sched(7)). A thread of the least niceness is not as
/// modest: whoever wakes up beside it may wait for it some milliseconds. It cannot be taken back without a privilege.
pub(super) fn yield_to_all() {
    // SAFETY: zeros are a value of sched_param, which is numbers alone.
    let how: sched_param = unsafe { std::mem::zeroed() };
    // SAFETY: it reads one sched_param, which outlives the call, and changes nothing but how this thread (0) is scheduled. If it
    // fails, the thread works as it did.
    let _ = unsafe { syscall(SYS_sched_setscheduler, 0, SCHED_IDLE, &raw const how) };
}
