//! What the test binaries share: a running server and clients of it, the words of DNS, files, and
//! the few ways into the crate's engine.

#![allow(
    dead_code,
    reason = "several test binaries include this module, and each uses a part of it"
)]

pub(crate) mod engine;
pub(crate) mod files;
pub(crate) mod program;
pub(crate) mod server;
pub(crate) mod wire;
pub(crate) mod words;
pub(crate) mod written;
