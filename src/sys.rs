//! What only the system or the processor can do. All `unsafe` code of the program is here.

mod datagram;
mod interfaces;
#[cfg(target_env = "gnu")]
mod memory;
mod packet_socket;
mod prefetch;
mod steering;
mod yaml;

pub(crate) use datagram::{BATCH, Batch, Outbox, ReturnPath, Spilled, request_destination};
pub(crate) use interfaces::interface_addresses;
#[cfg(target_env = "gnu")]
pub(crate) use memory::{return_freed_memory, trim};
pub(crate) use packet_socket::{LinkPath, PacketBuffer, PacketSocket};
pub(crate) use prefetch::prefetch;
pub(crate) use steering::steer_by_core;
pub(crate) use yaml::{YamlError, YamlEvent, YamlEventKind, YamlEvents, YamlMark, YamlProperties};
