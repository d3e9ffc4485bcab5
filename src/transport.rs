//! Sockets: where queries come in and what was planned goes out.
//!
//! [`Server::bind`] loads the lab and takes the sockets; [`Server::run`] answers until it is told
//! to stop. The engine is swapped whole on a reload, so a query sees one from its beginning to its
//! end.

mod border;
mod bounds;
mod control;
mod cookies;
mod delayed_replies;
mod delivery;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod listener;
mod next_state;
mod participants;
mod quota;
mod rate_limit;
mod redirected;
mod reflection;
mod reload;
mod reply_socket;
mod resolve;
mod server;
mod server_tasks;
mod serving;
mod stream;
mod tcp;
mod terminal;
mod udp;
mod watched_files;

pub use border::{
    Border, BorderError, BorderSpec, Interface, InterfaceSpec, NoInterface, nft_rules,
};
pub use control::{Scenario, ScenarioError, ServerControl};
pub use listener::BindError;
pub use next_state::ReloadError;
pub use participants::Participants;
pub use resolve::Resolved;
pub use server::{Server, ServerEnd, StartError};
pub use serving::ResolveError;
pub use terminal::Hangups;
