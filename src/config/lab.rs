//! The lab file: who listens where, where honest answers come from, who may ask.

use super::{
    fields::{Fields, Reader},
    upstream::UpstreamSpec,
    yaml_tree::{Node, Value},
};
use crate::{
    diagnostic::{At, Duplicate, Place, Report},
    model::{Binding, CountryCode},
};
use ipnet::IpNet;
use jiff::civil::DateTime;
use std::{
    collections::{HashMap, hash_map::Entry},
    net::SocketAddr,
    time::Duration,
};

/// What a lab file says. A missing key is decided by the command line or by the default.
#[derive(Clone, Debug, Default)]
pub struct LabSpec {
    /// Where queries are taken.
    pub listen: Vec<At<ListenerSpec>>,
    /// The country of clients in nobody's network.
    pub country: Option<At<CountryCode>>,
    /// Where honest answers come from, in order.
    pub honest_from: Option<Vec<HonestSource>>,
    /// A folder of zone files, relative to the lab file; the compiled-in ones when missing.
    pub zones: Option<At<String>>,
    /// A folder of lists that country files may lack, relative to the lab file.
    pub lists: Option<At<String>>,
    /// Resolvers to ask, in order.
    pub upstream: Vec<UpstreamSpec>,
    /// How long one of them may take.
    pub upstream_timeout: Option<Duration>,
    /// Whether the letters' case of what they are asked is drawn at random
    /// (draft-vixie-dnsext-dns0x20-00).
    pub upstream_0x20: Option<bool>,
    /// Whether queries come that were sent to other servers, which give the honest answers.
    pub transparent: Option<bool>,
    /// Who may ask.
    pub allow: Option<Vec<IpNet>>,
    /// A pretended day.
    pub today: Option<DateTime>,
    /// What random picks are drawn from.
    pub seed: Option<u64>,
    /// What is logged, in `tracing`'s filter words.
    pub log: Option<String>,
    /// How long a TCP connection may be silent.
    pub tcp_idle: Option<Duration>,
    /// How many TCP connections may be open.
    pub tcp_connections: Option<usize>,
    /// How many octets the replies that wait for their time may take.
    pub delayed_memory: Option<usize>,
    /// How many octets the queries that wait for upstream resolvers may take.
    pub upstream_memory: Option<usize>,
    /// How many replies by UDP a public network gets in a second.
    pub rate_limit: Option<u32>,
    /// One in so many of those that are too many is sent truncated.
    pub rate_limit_slip: Option<u32>,
    /// How many threads take datagrams off each listener's address.
    pub workers: Option<usize>,
}

/// One address to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenerSpec {
    /// Address and port, for UDP and TCP.
    pub address: SocketAddr,
    /// Where every client of this listener is.
    pub binding: Option<Binding>,
}

/// Where an honest answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HonestSource {
    /// The zone files.
    Zones,
    /// The upstream resolvers.
    Upstream,
}

/// The words for the origins.
pub const HONEST_SOURCES: [(&str, HonestSource); 2] =
    [("zones", HonestSource::Zones), ("upstream", HonestSource::Upstream)];

/// Reads a lab file; whatever is wrong goes into the report.
pub fn read_lab(file: usize, report: &mut Report) -> Option<LabSpec> {
    let reader = &mut Reader::new(report, file);
    let tree = reader.tree()?;
    if matches!(tree.value, Value::Null) {
        return Some(LabSpec::default());
    }
    let mut fields = Fields::of(&tree, "a lab file", reader);
    let listen = fields
        .get("listen")
        .map_or(Vec::new(), |list| reader.few(list, MOST_LISTENERS, "addresses with ports"));
    let country = fields.get("country").and_then(|code| reader.country_code(code));
    let honest_from =
        fields.get("honest-from").map(|list| some(list, HONEST_SOURCES.len(), "origins", reader));
    let zones = fields.get("zones").and_then(|folder| reader.string(folder, "a folder"));
    let lists = fields.get("lists").and_then(|folder| reader.string(folder, "a folder"));
    let upstream = fields
        .get("upstream")
        .map_or(Vec::new(), |list| reader.few(list, MOST_UPSTREAMS, "addresses with ports"));
    let upstream_timeout =
        fields.get("upstream-timeout").and_then(|wait| reader.duration(wait, TIMEOUT_RANGE));
    let upstream_0x20 = fields.get("upstream-0x20").and_then(|mixed| reader.flag(mixed));
    let transparent = fields.get("transparent").and_then(|flag| reader.flag(flag));
    let allow = fields.get("allow").map(|list| some(list, MOST_ALLOWED, "networks", reader));
    let today = fields.get("today").and_then(|day| reader.moment(day));
    let seed = fields.get("seed").and_then(|number| reader.number(number, (0, u64::MAX)));
    let log = fields.get("log").and_then(|filter| reader.log(filter));
    let traffic = read_traffic(&mut fields, reader);
    fields.finish(reader);
    let listen: Vec<_> =
        listen.into_iter().filter_map(|item| read_listener(item, reader)).collect();
    each_once(&listen, reader);
    Some(LabSpec {
        listen,
        country,
        honest_from: honest_from.map(|items| {
            items
                .into_iter()
                .filter_map(|item| reader.word(item, "origin", &HONEST_SOURCES))
                .collect()
        }),
        zones,
        lists,
        upstream: upstream.into_iter().filter_map(|item| reader.upstream(item)).collect(),
        upstream_timeout,
        upstream_0x20,
        transparent,
        allow: allow.map(|items| {
            items.into_iter().filter_map(|item| reader.network(item)).map(|at| at.value).collect()
        }),
        today,
        seed,
        log,
        ..traffic
    })
}

/// The keys about how much traffic is taken.
fn read_traffic(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> LabSpec {
    let tcp_idle = fields.get("tcp-idle").and_then(|wait| reader.duration(wait, IDLE_RANGE));
    let workers = fields.get("workers").and_then(|count| reader.number(count, (1, 256)));
    let tcp_connections =
        fields.get("tcp-connections").and_then(|count| reader.number(count, (1, 65_535)));
    let delayed_memory =
        fields.get("delayed-memory").and_then(|size| reader.size(size, MEMORY_RANGE));
    let upstream_memory =
        fields.get("upstream-memory").and_then(|size| reader.size(size, MEMORY_RANGE));
    let rate_limit = fields.get("rate-limit").and_then(|count| reader.number(count, RATE_RANGE));
    let rate_limit_slip =
        fields.get("rate-limit-slip").and_then(|count| reader.number(count, SLIP_RANGE));
    LabSpec {
        tcp_idle,
        tcp_connections,
        delayed_memory,
        upstream_memory,
        rate_limit,
        rate_limit_slip,
        workers,
        ..LabSpec::default()
    }
}

/// Reports addresses that two listeners have.
fn each_once(listeners: &[At<ListenerSpec>], reader: &mut Reader<'_>) {
    let mut first_of: HashMap<SocketAddr, Place> = HashMap::new();
    for At { place, value: ListenerSpec { address, .. } } in listeners {
        match first_of.entry(*address) {
            Entry::Vacant(entry) => _ = entry.insert(*place),
            Entry::Occupied(first) => {
                let first = reader.report.cross_reference(*place, *first.get());
                let name = address.to_string();
                reader.report.add(*place, Duplicate { what: "listener", name, first });
            }
        }
    }
}

/// How long one try at an upstream resolver may take.
pub const TIMEOUT_RANGE: (Duration, Duration) =
    (Duration::from_millis(10), Duration::from_secs(60));

/// What a bound of memory may be, in octets: a few replies must fit into a quarter of it.
pub const MEMORY_RANGE: (usize, usize) = (1_000_000, 10_000_000_000);

/// How many replies a public network may get in a second.
pub const RATE_RANGE: (u32, u32) = (0, 1_000_000);

/// One in so many is sent truncated, or none.
pub const SLIP_RANGE: (u32, u32) = (0, 10);

/// How long a TCP connection may be silent.
pub const IDLE_RANGE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(3600));

/// Listeners, at most: each takes sockets and threads.
const MOST_LISTENERS: usize = 1024;

/// Upstream resolvers, at most: a client waits no longer than for a few of them.
const MOST_UPSTREAMS: usize = 64;

/// Networks that may ask, at most: each query's client is compared with all of them.
const MOST_ALLOWED: usize = 1024;

/// The items of a list that must have some, and at most so many.
fn some<'n>(
    node: &'n Node,
    most: usize,
    what: &'static str,
    reader: &mut Reader<'_>,
) -> Vec<&'n Node> {
    let items = reader.few(node, most, what);
    if items.is_empty() {
        reader.expected(node, format!("at least one of the {what}"));
    }
    items
}

/// `127.0.0.1:5300`, or `{address: 127.0.0.1:5300, country: IN, operator: jio}`.
fn read_listener(node: &Node, reader: &mut Reader<'_>) -> Option<At<ListenerSpec>> {
    if !matches!(node.value, Value::Map(_)) {
        let address = reader.socket(node)?;
        return Some(reader.at(node, ListenerSpec { address, binding: None }));
    }
    let mut fields = Fields::of(node, "a listener", reader);
    let address = fields.need("address", reader).and_then(|address| reader.socket(address));
    let (country, operator) = (fields.get("country"), fields.get("operator"));
    // An operator is one of a country.
    let country = if operator.is_some() {
        country.or_else(|| fields.need("country", reader))
    } else {
        country
    };
    let operator = operator
        .and_then(|name| reader.string(name, "the short name of an operator"))
        .map(|at| at.value);
    let binding = country
        .and_then(|code| reader.country_code(code))
        .map(|code| Binding { country: code.value, operator });
    fields.finish(reader);
    Some(reader.at(node, ListenerSpec { address: address?, binding }))
}
