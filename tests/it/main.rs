//! Everything that is tested from outside, but for what `tests/cases` has one test each of: a running
//! server on port 0, asked from 127.x.0.1, the commands, and the source tree.

mod commands;
mod countries;
mod detectors;
mod docs;
mod house;
mod octets;
mod protocol;
mod relay;
mod reload;
mod rows;
mod stream;
#[path = "../support/mod.rs"]
mod support;
mod zones;
