//! Everything that is tested from outside: a running server on port 0, asked from 127.x.0.1, and
//! the commands.

mod commands;
mod countries;
mod detectors;
mod docs;
mod fidelity;
mod invalid;
mod ladder;
mod memory;
mod octets;
mod protocol;
mod relay;
mod reload;
mod scenarios;
mod stream;
mod support;
mod zones;
