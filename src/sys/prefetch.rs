//! The processor's prefetch instruction.

#![allow(unsafe_code, reason = "the instruction has no safe wrapper")]

/// Begins to bring what is referred to into the processor's cache, without waiting for it. Nothing
/// else changes.
#[cfg(target_arch = "x86_64")]
pub(crate) fn prefetch<T>(target: &T) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: a prefetch changes nothing that a program can see and cannot fault; the pointer is
    // valid besides.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(target).cast()) }
}

/// Elsewhere no stable function stands for the instruction: to read is the next best.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn prefetch<T: Copy>(target: &T) {
    std::hint::black_box(*target);
}
