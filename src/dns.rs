//! DNS itself: names, patterns over names, record types, transports, and how a query is read.
//!
//! A query is read twice. Resolvers read a message (RFC 1035): [`QueryView`]. Some injectors read
//! octets without decoding a message: [`NaiveQuestion`].

pub mod constants;
mod expression;
mod naive_question;
mod name;
mod opt_record;
mod parsers;
mod pattern;
mod presentation;
mod query_view;
mod raw_record;
mod rcode;
mod record_scan;
mod record_type;
mod transport;
mod tsig_record;

pub use expression::{expression_states, read_expression};
pub use naive_question::NaiveQuestion;
pub use name::{Name, NameError, read_wire, wire_name, write_wire};
pub use opt_record::{EdnsOptions, OPT_HEAD, OptRecord};
pub use parsers::{NaiveParser, ParserSet, QueryParser};
pub use pattern::{Form, Pattern, PatternError, PatternRef};
pub use presentation::{AnswerData, flags, header_rcode, presentation};
pub use query_view::{OwnedQuery, QueryView, RequestError, UnreadQuery, opt_range, question_end};
pub use rcode::rcode_text;
pub use record_type::Rtype;
pub use transport::Transport;
pub use tsig_record::TsigRecord;
