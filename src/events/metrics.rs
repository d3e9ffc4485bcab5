//! Numbers for Prometheus, by its conventions: seconds, `_total`, and labels of few values, never
//! names or clients.

use super::{
    event::{Delivered, QueryEvent},
    sink::EventSink,
};
use crate::{clock::real_time, model::CountryCode};
use hashbrown::HashMap;
use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Registry, Unit},
};
use std::{
    fmt::{self, Write},
    sync::Arc,
    time::{Duration, SystemTime},
};

/// All metrics. Clones count together.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Arc<Registry>,
    queries: Family<QueryLabels, Counter>,
    replies: Family<OutcomeLabels, Counter>,
    latency: Family<TransportLabels, Histogram>,
    late: Counter,
    upstream: Family<RcodeLabels, Counter>,
    upstream_latency: Histogram,
    lost: Family<SinkLabels, Counter>,
    reloads: Family<ReloadLabels, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct QueryLabels {
    country: CountryLabel,
    verdict: &'static str,
    transport: &'static str,
}

/// A country; empty for none, as Prometheus has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct CountryLabel(Option<CountryCode>);

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TransportLabels {
    transport: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RcodeLabels {
    rcode: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SinkLabels {
    sink: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReloadLabels {
    result: &'static str,
}

/// A reply that leaves so long after its time is late: another of its race may have overtaken it.
const LATE: Duration = Duration::from_millis(5);

/// From the time that a batch takes to that of a resolver which does not answer, in seconds.
const LATENCIES: [f64; 12] =
    [0.000_1, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0];

impl Default for Metrics {
    fn default() -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(LATENCIES);
        let mut registry = Registry::with_prefix("splinterdns");
        let metrics = Self {
            registry: Arc::default(),
            queries: Family::default(),
            replies: Family::default(),
            latency: Family::new_with_constructor(histogram),
            late: Counter::default(),
            upstream: Family::default(),
            upstream_latency: histogram(),
            lost: Family::default(),
            reloads: Family::default(),
        };
        let Self {
            queries, replies, latency, late, upstream, upstream_latency, lost, reloads, ..
        } = metrics.clone();
        registry.register("queries", "Queries, by what the first reply is", queries);
        registry.register("replies", "Replies: sent, failed, or a reset", replies);
        let what = "From a query to its last reply";
        registry.register_with_unit("response_latency", what, Unit::Seconds, latency);
        registry.register("late_replies", "Replies that left 5 ms or more after their time", late);
        registry.register("upstream_replies", "What upstream resolvers have said", upstream);
        let what = "How long upstream resolvers took";
        registry.register_with_unit("upstream_latency", what, Unit::Seconds, upstream_latency);
        let what = "Queries that are missing: in all sinks (queue), or in one of them";
        registry.register("lost_events", what, lost);
        registry.register("reloads", "Loads of the lab after the first", reloads);
        let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "What this is", build);
        let started: Gauge<f64, std::sync::atomic::AtomicU64> = Gauge::default();
        let now = real_time().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        started.set(now.as_secs_f64());
        let what = "When counting began";
        registry.register_with_unit("start_time", what, Unit::Seconds, started);
        Self { registry: Arc::new(registry), ..metrics }
    }
}

impl Metrics {
    /// In the text format of OpenMetrics.
    ///
    /// # Errors
    ///
    /// None that is known: a text has room.
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry).map(|()| text)
    }

    /// What counts the queries that a sink has lost.
    pub(super) fn lost_by(&self, sink: &'static str) -> Counter {
        self.lost.get_or_create(&SinkLabels { sink }).clone()
    }
}

/// Counts for metrics. It remembers the counters that it has used, because looking one up takes a
/// lock and a slow hash.
#[derive(Debug)]
pub(super) struct MetricsSink {
    metrics: Metrics,
    queries: HashMap<QueryLabels, Counter>,
    sent: Counter,
    latency: HashMap<&'static str, Histogram>,
}

impl MetricsSink {
    pub(super) fn new(metrics: Metrics) -> Self {
        let sent = metrics.replies.get_or_create(&OutcomeLabels { outcome: "sent" }).clone();
        Self { metrics, queries: HashMap::new(), sent, latency: HashMap::new() }
    }
}

impl EventSink for MetricsSink {
    fn record(&mut self, event: &Arc<QueryEvent>) {
        let Self { metrics, .. } = self;
        let transport = event.transport.word();
        let country = CountryLabel(event.country);
        let labels = QueryLabels { country, verdict: event.verdict.as_str(), transport };
        let of_query = self.queries.entry(labels.clone());
        of_query.or_insert_with(|| metrics.queries.get_or_create(&labels).clone()).inc();
        for reply in event.replies() {
            let outcome = match reply.content {
                Delivered::Octets(_) => None,
                Delivered::Reset => Some("reset"),
                Delivered::Failed => Some("failed"),
            };
            let other = |outcome| metrics.replies.get_or_create(&OutcomeLabels { outcome }).clone();
            outcome.map_or_else(|| self.sent.clone(), other).inc();
            let is_late = reply.latency.saturating_sub(reply.due) >= LATE;
            // What was relayed comes when the upstream resolver has it.
            if is_late && event.upstream.is_none() {
                metrics.late.inc();
            }
        }
        if let Some(last) = event.replies().last() {
            let labels = TransportLabels { transport };
            let latency = self.latency.entry(transport);
            let latency = latency.or_insert_with(|| metrics.latency.get_or_create(&labels).clone());
            latency.observe(last.latency.as_secs_f64());
        }
        if let Some(upstream) = event.upstream {
            metrics.upstream.get_or_create(&RcodeLabels { rcode: upstream.rcode }).inc();
            metrics.upstream_latency.observe(upstream.latency.as_secs_f64());
        }
    }

    fn lost(&mut self, count: u64) {
        self.metrics.lost_by("queue").inc_by(count);
    }

    fn reloaded(&mut self, is_new: bool) {
        let result = if is_new { "success" } else { "failure" };
        self.metrics.reloads.get_or_create(&ReloadLabels { result }).inc();
    }
}

impl EncodeLabelValue for CountryLabel {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), fmt::Error> {
        encoder.write_str(self.0.as_ref().map_or("", CountryCode::as_str))
    }
}
