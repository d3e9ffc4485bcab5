//! splinterdns answers DNS queries as a country's network would: honestly, with NXDOMAIN, with
//! poisoned records.
//!
//! # The life of a query
//!
//! ```text
//! request ──▶ parse ──▶ decide ──▶ plan ──▶ transmissions, each at its time ──▶ event
//! octets,     message   which      what,    octets | ask upstream | reset       what left,
//! client,     view      rule       when                                         and when
//! transport
//! ```
//!
//! 1. [`transport`] takes octets from a socket and makes a [`engine::Request`] of them.
//! 2. [`engine::Engine::respond`] does all that needs no socket. It parses the message
//!    ([`dns::QueryView`]) and turns away what is no query.
//! 3. [`policy::Jurisdiction::decide`] finds the rule that decides for the client's country and
//!    operator. This is the only decision; nothing else looks at rules.
//! 4. [`policy::Decision::plan`] has the rule's [`answer`] say what goes out, and when. The verdict
//!    is that of what comes first.
//! 5. Honest messages come from zone files ([`zone`]); what no zone knows is asked of a resolver
//!    ([`upstream`]).
//! 6. [`transport`] sends each message at its time, and tells [`events`] what has left.
//!
//! `decide` and `plan` do no I/O and read no clock. `explain`, `compare` and the examples in
//! country files go the same way by [`engine::Engine::explain`], so what they show is what is sent.
//!
//! # Where to read
//!
//! The modules form a ladder: each imports only from those before it in this list.
//! `tests/it/house.rs` checks that, and that no two files import each other.
//!
//! | rung | module | what it holds |
//! | --: | --- | --- |
//! | 0 | [`diagnostic`], [`files`] | problems with their places; where files stand |
//! | 0 | [`clock`], [`progress`] | what time it is; how far a load has come |
//! | 0 | `sys` | what only the system can do: all `unsafe` code |
//! | 1 | [`dns`] | names, patterns over names, types, how a query is read |
//! | 2 | [`model`], [`lists`] | countries, evidence, verdicts; other people's list formats |
//! | 2 | [`capture`] | messages as IP packets |
//! | 3 | [`answer`] | kinds of answers, and how they are written |
//! | 3 | [`zone`], [`upstream`] | honest answers: from master files, from a resolver |
//! | 4 | [`config`] | what the YAML files say |
//! | 5 | [`policy`] | what they mean: networks, rules, dates, decisions, near misses |
//! | 6 | [`engine`], [`events`] | a request in, transmissions out; what has left |
//! | 7 | [`transport`] | sockets, reload |
//! | 7 | `survey` | what is known of names, over countries and years, and its JSON |
//! | 8 | [`page`], [`block_page`] | the page and its API; the pages to which lies lead |
//! | 8 | [`testing`] | a server for tests |
//! | 9 | [`cli`] | the commands |
//!
//! Read `engine/respond.rs` first, then `policy/decide.rs` and `answer/kind.rs`; `config.rs` tells
//! how a file becomes a spec, and `policy/compile.rs` how a spec becomes a policy.

pub mod answer;
pub mod block_page;
pub mod capture;
pub mod cli;
pub mod clock;
pub mod config;
pub mod diagnostic;
pub mod dns;
pub mod engine;
pub mod events;
pub mod files;
pub mod lists;
pub mod model;
pub mod page;
pub mod policy;
pub mod progress;
mod survey;
mod sys;
pub mod testing;
pub mod transport;
pub mod upstream;
pub mod zone;
