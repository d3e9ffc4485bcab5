//! Asking for memory before it is needed.
//!
//! A processor runs ahead of a read that it waits for, but not far; a prefetch it does not wait for at all.

#![allow(unsafe_code, reason = "prefetch instructions take a pointer, so the standard library has them as unsafe functions")]

/// Begins to bring what is referred to near the processor. Nothing else changes.
#[cfg(target_arch = "x86_64")]
pub(super) fn prefetch<T>(target: &T) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: a prefetch reads nothing that the program could see, and it cannot fault; the pointer is valid besides.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(target).cast()) }
}

/// Elsewhere no stable function stands for the instruction: to read is the next best.
#[cfg(not(target_arch = "x86_64"))]
pub(super) fn prefetch<T: Copy>(target: &T) {
    std::hint::black_box(*target);
}
