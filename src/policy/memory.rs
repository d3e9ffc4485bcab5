//! What a lookup asks of memory: parts of it before they are needed, and large pages for what is
//! read here and there.
//!
//! A processor runs ahead of a read that it waits for, but not far; a prefetch it does not wait for
//! at all. Where something is in memory it finds out page by page, and keeps few of those in mind:
//! with pages of 4096 octets nearly every name costs such a search.

#![allow(
    unsafe_code,
    reason = "prefetch instructions and madvise take pointers and have no safe wrapper"
)]

use nix::libc::{MADV_HUGEPAGE, madvise};
use std::mem::MaybeUninit;

/// Begins to bring what is referred to near the processor. Nothing else changes.
#[cfg(target_arch = "x86_64")]
pub(super) fn prefetch<T>(target: &T) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: a prefetch reads nothing that the program could see, and it cannot fault; the pointer
    // is valid besides.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(target).cast()) }
}

/// Elsewhere no stable function stands for the instruction: to read is the next best.
#[cfg(not(target_arch = "x86_64"))]
pub(super) fn prefetch<T: Copy>(target: &T) {
    std::hint::black_box(*target);
}

/// So many times the same, in large pages if it is large and the system has them to give
/// (madvise(2), MADV_HUGEPAGE).
pub(super) fn filled<T: Clone>(value: T, count: usize) -> Vec<T> {
    let mut room = Vec::with_capacity(count);
    // Pages are given when they are first written to, so the wish comes before.
    wish_for_large_pages(room.spare_capacity_mut());
    room.resize(count, value);
    room
}

/// A large page of most systems. In less room there is none.
const LARGE: usize = 2 << 20;

/// A multiple of the usual page of every system: 4, 16 or 64 KiB. Where pages are larger still, the
/// system refuses.
#[repr(align(65536))]
struct Pages(#[expect(dead_code, reason = "it stands for its size")] [MaybeUninit<u8>; 1 << 16]);

/// Only whole pages can be spoken of; those at the ends may hold something else besides.
fn wish_for_large_pages<T>(room: &mut [MaybeUninit<T>]) {
    if size_of_val(room) < LARGE {
        return;
    }
    // SAFETY: whatever is in the room may be seen as octets of which nothing is known.
    let (_, pages, _) = unsafe { room.align_to_mut::<Pages>() };
    // SAFETY: the pages are borrowed mutably, and the advice changes how large they are and not
    // what is in them. A system without large ones refuses, and then nothing has changed.
    let _ = unsafe { madvise(pages.as_mut_ptr().cast(), size_of_val(pages), MADV_HUGEPAGE) };
}
