//! Where events go: what the command line names, and the page.

use super::{
    dnstap::Dnstap,
    dnstap_output::DnstapTarget,
    log_sink::LogSink,
    metrics::{Metrics, MetricsSink},
    pcap_sink::PcapSink,
    publisher::Publisher,
    query_log::{QueryLog, QueryLogSpec},
    recent::RecentQueries,
    sink::EventSink,
    sink_error::SinkError,
};
use std::{io, path::PathBuf};

/// What is recorded, and where.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// The query log.
    pub query_log: Option<QueryLogSpec>,
    /// dnstap.
    pub dnstap: Option<DnstapTarget>,
    /// A capture.
    pub pcap: Option<PathBuf>,
    /// What the page shows. Nothing is recorded for it alone until somebody looks.
    pub page: Option<PageFeed>,
}

/// What the page shows of queries. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct PageFeed {
    /// The last queries.
    pub recent: RecentQueries,
    /// Numbers.
    pub metrics: Metrics,
}

impl Recording {
    /// Opens all that is named, and starts the thread that records. Without anything to record
    /// there is none.
    ///
    /// # Errors
    ///
    /// A file cannot be opened, or the system gives no thread.
    pub fn start(&self) -> Result<Option<Publisher>, SinkError> {
        let metrics = self.page.as_ref().map_or_else(Metrics::default, |page| page.metrics.clone());
        let mut sinks: Vec<Box<dyn EventSink>> = Vec::new();
        if let Some(sink) = LogSink::if_enabled() {
            sinks.push(Box::new(sink));
        }
        if let Some(spec) = &self.query_log {
            sinks.push(Box::new(QueryLog::open(spec, metrics.lost_by("query-log"))?));
        }
        if let Some(target) = &self.dnstap {
            sinks.push(Box::new(Dnstap::open(target, metrics.lost_by("dnstap"))?));
        }
        if let Some(path) = &self.pcap {
            sinks.push(Box::new(PcapSink::open(path, metrics.lost_by("pcap"))?));
        }
        let is_watched = !sinks.is_empty();
        if let Some(PageFeed { recent, metrics }) = self.page.clone() {
            sinks.push(Box::new(MetricsSink::new(metrics)));
            sinks.push(Box::new(recent));
        }
        if sinks.is_empty() {
            return Ok(None);
        }
        let started = Publisher::start(sinks);
        let publisher =
            started.map_err(|why: io::Error| SinkError::at("record of", "queries", why))?;
        Ok(Some(if is_watched { publisher } else { publisher.unwatched() }))
    }
}
