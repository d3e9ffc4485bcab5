//! What has left the server, for logs and other observers: one [`QueryEvent`] per query.
//!
//! An event is begun when a query is answered ([`Publisher::begin`]) and collects what becomes of
//! each reply where its octets leave. When the last reply has left, or was given up, the event goes
//! into a bounded queue, at whose end sinks record it. The query path never waits for them: what
//! finds no room in the queue is lost, counted, and told. A sink that writes does so on a thread of
//! its own with a bounded queue of its own (`chunk_writer`), so that no sink waits for another.
//!
//! A new sink is a file here, and a line in [`Recording::start`].

mod chunk_writer;
mod dnstap;
mod dnstap_output;
mod event;
mod frame_streams;
mod json_fields;
mod log_sink;
mod metrics;
mod open_file;
mod pcap_sink;
mod publisher;
mod query_log;
mod query_record;
mod recent;
mod recording;
mod sink;
mod sink_error;

pub use dnstap_output::DnstapTarget;
pub use event::{Asked, DecidingRule, Delivered, QueryEvent, Reply, UpstreamReply};
pub use log_sink::{LogSink, QUERY_LOG};
pub use metrics::Metrics;
pub use publisher::{PendingEvent, Publisher};
pub use query_log::QueryLogSpec;
pub use recent::{QueriesSince, RecentQueries};
pub use recording::{PageFeed, Recording};
pub use sink::EventSink;
pub use sink_error::SinkError;
