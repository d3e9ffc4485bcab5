//! One way to answer a query, without a socket.
//!
//! [`Engine::respond`] takes a [`Request`] and gives back what is to be transmitted, and when:
//! octets, "ask the upstream resolver with this query", or a TCP reset. Every listener, `explain`,
//! `compare` and the examples in country files come in here, so an explanation cannot differ from
//! what is sent.
//!
//! Inside, a message is parsed ([`crate::dns::QueryView`]), admitted (`admission`), decided about
//! ([`crate::policy::Jurisdiction::decide`]) and planned ([`crate::policy::Decision::plan`]);
//! honest steps of the plan are answered from the zones (`honest`).

mod admission;
mod alias_chain;
mod answer_cache;
mod country_files;
mod examples;
mod explain;
mod generation;
mod honest;
mod identity;
mod load;
mod naive_injection;
mod request;
mod respond;
mod scratch;
mod settings;
mod slipped;
mod transmission;
mod trial_rules;

pub use explain::{ExplainedStep, Explanation, StepContent, WireMessage, query_message};
pub use generation::Engine;
pub use honest::{AfterUpstream, UpstreamQuery};
pub use identity::IDENTITY_NAME;
pub use load::{LabSources, LoadError, check_countries, check_zones, load};
pub use request::{Request, ServerRole};
pub use respond::Response;
pub use scratch::Scratch;
pub use settings::{Settings, is_private};
pub use slipped::slipped;
pub use transmission::{Origin, Payload, Transmission};
pub use trial_rules::TrialRule;
