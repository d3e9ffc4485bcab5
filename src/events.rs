//! What has left the server, for logs and other observers: one [`QueryEvent`] per query.
//!
//! An event is begun when a query is answered ([`Publisher::begin`]) and collects what becomes of
//! each reply where its octets leave. When the last reply has left, or was given up, the event goes
//! into a bounded queue, at whose end sinks record it. The query path never waits for them: what
//! finds no room in the queue is lost, counted, and told.

mod event;
mod log_sink;
mod publisher;

pub use event::{Delivered, Delivery, QueryEvent};
pub use log_sink::{LogSink, QUERY_LOG};
pub use publisher::{EventSink, PendingEvent, Publisher};
