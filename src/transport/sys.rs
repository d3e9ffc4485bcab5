//! What only the system can do. All `unsafe` code of the program is here.

mod datagram;
#[cfg(target_env = "gnu")]
mod memory;
mod scheduling;
mod steering;

pub(super) use datagram::{BATCH, Batch, Outbox, ReturnPath, request_destination};
#[cfg(target_env = "gnu")]
pub use memory::return_freed_memory;
#[cfg(target_env = "gnu")]
pub(super) use memory::trim;
pub(super) use scheduling::run_as_batch;
pub(super) use steering::steer_by_core;
