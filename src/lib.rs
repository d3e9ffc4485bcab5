//! splinterdns answers DNS queries as a country's network would: honestly, with NXDOMAIN, with
//! poisoned records.
//!
//! # The life of a query
//!
//! ```text
//! octets ──▶ Query ──▶ Policy::decide ──▶ Verdict ──▶ plan ──▶ Plan ──▶ octets, at their times
//! ```
//!
//! 1. [`serve`] takes octets from a socket and hands them to [`lab::Lab::open`], those of one batch together.
//! 2. [`query`] reads them; what cannot be read, and what is no query, is turned away. (Some injectors only glance at octets:
//!    [`query::Glance`].)
//! 3. [`lab::Lab::consider`] has the rest decided: [`policy::Policy::decide`] finds who governs the client, which rule decides on
//!    the name, and so the verdict.
//! 4. [`answer::plan`] turns the verdict into steps: this message, after that time; or an honest answer; or nothing.
//! 5. [`serve`] carries the steps out. Honest answers come from zone files ([`answer::Zones`]) or a resolver ([`upstream`]).
//!
//! `decide` and `plan` do no I/O and read no clock. `explain`, `compare` and the examples in
//! country files go the same way by [`lab::Lab::rehearse`], so what they show is what is sent.
//!
//! # Where to read
//!
//! The modules form a ladder: each imports only from those before it in this list.
//! `tests/it/ladder.rs` checks that.
//!
//! | rung | module | what it holds |
//! | --: | --- | --- |
//! | 0 | [`name`], [`clock`], [`progress`] | names as rules see them; what time it is; how far a load has come |
//! | 1 | [`query`], [`lists`] | one question and who asked it; other people's list formats |
//! | 2 | [`config`], [`upstream`] | what the YAML files say, with the place of every problem; asking a real resolver |
//! | 3 | [`policy`] | what the files mean: networks, rules, dates, verdicts, near misses |
//! | 4 | [`answer`], [`observe`] | what goes out; who is told of it |
//! | 5 | [`lab`] | all of that together, loaded from files |
//! | 6 | [`serve`] | sockets, reload |
//! | 7 | [`cli`] | the commands |
//!
//! Read `policy.rs` first, then `answer.rs` and `lab/course.rs`; `config.rs` tells how a file
//! becomes a spec, and `policy/compile.rs` how a spec becomes a policy.

pub mod answer;
pub mod cli;
pub mod clock;
pub mod config;
pub mod lab;
pub mod lists;
pub mod name;
pub mod observe;
pub mod policy;
pub mod progress;
pub mod query;
pub mod serve;
pub mod upstream;
