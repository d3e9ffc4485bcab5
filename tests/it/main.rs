//! What is tested from outside: a running server on port 0, asked from 127.x.0.1; the commands; the
//! documents; the source tree. (What has a test for each of many files is in `tests/cases`.)

mod beginning;
mod bounds;
mod byte_order_marks;
mod categories;
mod commands;
mod cost;
mod countries;
mod detectors;
mod docs;
mod events;
mod examples;
mod file_bounds;
mod growth;
mod hangup;
mod hint;
mod house;
mod ids;
mod layout;
mod local_names;
mod messages;
mod names;
mod octets;
mod odd_lists;
mod protocol;
mod ready;
mod relay;
mod reload;
mod reload_model;
mod sources;
mod special_files;
mod states;
mod stream;
#[path = "../support/mod.rs"]
mod support;
mod timeline;
mod zones;
