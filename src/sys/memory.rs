//! Giving memory back: a reload frees as much as it takes, and should not leave the process larger
//! than it was. glibc's allocator keeps more than it must, for reasons that can be turned off
//! (mallopt(3)) or made good for (malloc_trim(3)).

#![allow(unsafe_code, reason = "mallopt and malloc_trim have no safe wrapper")]

use nix::libc::{M_ARENA_MAX, M_MMAP_THRESHOLD, c_int, malloc_trim, mallopt};

/// Large pieces are asked of the system one by one and given back when they are freed; but with
/// each of them the size from which that is done is raised. One that has been set is not. This is
/// glibc's own at the start of a process.
const LARGE: c_int = 128 * 1024;

/// Each thread that loads a lab would get an arena of its own for small pieces, in which those of
/// labs long gone leave holes. A query that is answered at once allocates nothing, so threads
/// seldom meet in them.
const ARENAS: c_int = 2;

/// Lets memory go back to the system when it is freed. To be called before there are threads, whose
/// arenas would stay.
pub(crate) fn return_freed_memory() {
    for (setting, value) in [(M_MMAP_THRESHOLD, LARGE), (M_ARENA_MAX, ARENAS)] {
        // SAFETY: mallopt takes two numbers and changes nothing but the allocator's settings, under
        // its own lock. It fails for numbers that it does not know, and then nothing has changed.
        let _ = unsafe { mallopt(setting, value) };
    }
}

/// Gives back the pages that nothing is left in: small pieces of the lab that has gone lay between
/// those of the one that has come.
pub(crate) fn trim() {
    // SAFETY: it takes a number and moves nothing that is in use; it holds the allocator's own
    // locks.
    let _ = unsafe { malloc_trim(0) };
}
