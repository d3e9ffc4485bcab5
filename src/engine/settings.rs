//! The lab file and the command line together, with the defaults.

use crate::{
    clock::Clock,
    config::{HonestSource, LabSpec, ListenerSpec, UpstreamSpec},
};
use ipnet::IpNet;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::LazyLock,
    time::Duration,
};

/// What a lab runs with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where queries are taken, by UDP and by TCP. Default 127.0.0.1:5300.
    pub listen: Vec<ListenerSpec>,
    /// Where honest answers come from, in order. Default zones, then upstream.
    pub honest_from: Vec<HonestSource>,
    /// The folder that zones are read from; nothing for the compiled-in ones.
    pub zones: Option<PathBuf>,
    /// Resolvers to ask, in order. Default none.
    pub upstream: Vec<UpstreamSpec>,
    /// How long one try at one of them may take. Default 2 s: two tries fit into the 5 s that `dig`
    /// and glibc wait.
    pub upstream_timeout: Duration,
    /// Whether the letters' case of what they are asked is drawn at random. Default no.
    pub upstream_mixes_letters: bool,
    /// Whether queries come that were sent to other servers, which give the honest answers.
    pub transparent: bool,
    /// Who may ask; others get REFUSED. Default loopback and private networks.
    pub allow: Vec<IpNet>,
    /// What day it is. Default the machine's clock.
    pub clock: Clock,
    /// What random picks are drawn from. Default 0.
    pub seed: u64,
    /// What is logged. Default `info`.
    pub log: String,
    /// How long a TCP connection may be silent. Default 10 s (RFC 7766 section 6.2.3 asks for a few
    /// seconds).
    pub tcp_idle: Duration,
    /// How many TCP connections may be open at a time. Default 1000.
    pub tcp_connections: usize,
    /// How many octets the replies that wait for their time may take. Default 32 MB.
    pub delayed_memory: usize,
    /// How many octets the queries may take that wait for the upstream resolvers, also for what
    /// others have asked already. Default 32 MB: some 16,000 short ones, 4,000 of one client. A
    /// silent resolver keeps them for seconds.
    pub upstream_memory: usize,
    /// How many replies by UDP a network outside of the private ones gets in a second; 0 for as
    /// many as it asks for. Default 50, as Knot DNS has it.
    pub rate_limit: u32,
    /// One in so many of the replies that are too many is sent truncated; none with 0. Default 2,
    /// as BIND has it.
    pub rate_limit_slip: u32,
    /// How many threads take datagrams off each listener's address. Default one a core, shared out
    /// among the listeners.
    pub workers: usize,
}

/// What may wait of each kind takes so many octets, 8 MB of them of one client.
const MEMORY: usize = 32_000_000;

/// Loopback, private (RFC 1918, RFC 4193), shared (RFC 6598) and link-local networks.
const PRIVATE: [&str; 9] = [
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
];

/// Whether a client's address is of a loopback, private, shared or link-local network.
#[must_use]
pub fn is_private(client: IpAddr) -> bool {
    let client = client.to_canonical();
    PRIVATE_NETWORKS.iter().any(|network| network.contains(&client))
}

static PRIVATE_NETWORKS: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    PRIVATE.map(|text| text.parse().expect("the networks in the source are networks")).to_vec()
});

impl Settings {
    /// What `flags` say, else what the file says, else the default. `zones` is the folder that
    /// zones were read from.
    #[must_use]
    pub fn new(file: LabSpec, flags: LabSpec, zones: Option<PathBuf>) -> Self {
        // Every field is named, so that a new one cannot be forgotten here.
        let LabSpec {
            listen,
            country: _,
            honest_from,
            zones: _,
            lists: _,
            upstream,
            upstream_timeout,
            upstream_0x20,
            transparent,
            allow,
            today,
            seed,
            log,
            tcp_idle,
            tcp_connections,
            delayed_memory,
            upstream_memory,
            rate_limit,
            rate_limit_slip,
            workers,
        } = flags;
        let listen = if listen.is_empty() { file.listen } else { listen };
        let mut listen: Vec<_> = listen.into_iter().map(|at| at.value).collect();
        if listen.is_empty() {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 5300));
            listen.push(ListenerSpec { address, binding: None });
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            workers: workers.or(file.workers).unwrap_or_else(|| (cores / listen.len()).max(1)),
            listen,
            honest_from: honest_from
                .or(file.honest_from)
                .unwrap_or_else(|| vec![HonestSource::Zones, HonestSource::Upstream]),
            zones,
            upstream: if upstream.is_empty() { file.upstream } else { upstream },
            upstream_timeout: upstream_timeout
                .or(file.upstream_timeout)
                .unwrap_or(Duration::from_secs(2)),
            transparent: transparent.or(file.transparent).unwrap_or(false),
            upstream_mixes_letters: upstream_0x20.or(file.upstream_0x20).unwrap_or(false),
            allow: allow.or(file.allow).unwrap_or_else(|| PRIVATE_NETWORKS.clone()),
            clock: today.or(file.today).into(),
            seed: seed.or(file.seed).unwrap_or(0),
            log: log.or(file.log).unwrap_or_else(|| "info".to_owned()),
            tcp_idle: tcp_idle.or(file.tcp_idle).unwrap_or(Duration::from_secs(10)),
            tcp_connections: tcp_connections.or(file.tcp_connections).unwrap_or(1000),
            delayed_memory: delayed_memory.or(file.delayed_memory).unwrap_or(MEMORY),
            upstream_memory: upstream_memory.or(file.upstream_memory).unwrap_or(MEMORY),
            rate_limit: rate_limit.or(file.rate_limit).unwrap_or(50),
            rate_limit_slip: rate_limit_slip.or(file.rate_limit_slip).unwrap_or(2),
        }
    }

    /// Whether a client may ask.
    #[must_use]
    pub fn allows(&self, client: IpAddr) -> bool {
        let client = client.to_canonical();
        self.allow.iter().any(|network| network.contains(&client))
    }

    /// Whether clients outside of the private networks may ask, and not as fast as they like.
    #[must_use]
    pub fn limits_rates(&self) -> bool {
        let is_private =
            |network: &IpNet| PRIVATE_NETWORKS.iter().any(|private| private.contains(network));
        self.rate_limit > 0 && !self.allow.iter().all(is_private)
    }
}

#[cfg(test)]
mod tests {
    use super::{PRIVATE, Settings};
    use crate::config::LabSpec;
    use ipnet::IpNet;

    #[test]
    fn loopback_and_private_clients_may_ask_and_public_ones_may_not() {
        assert!(PRIVATE.iter().all(|text| text.parse::<IpNet>().is_ok()));
        let settings = Settings::new(LabSpec::default(), LabSpec::default(), None);
        for client in
            ["127.86.0.1", "10.86.0.2", "192.168.1.1", "::1", "::ffff:10.0.0.1", "fd00::1"]
        {
            assert!(settings.allows(client.parse().unwrap()), "{client}");
        }
        for client in ["8.8.8.8", "172.32.0.1", "2001:4860:4860::8888", "::ffff:8.8.8.8"] {
            assert!(!settings.allows(client.parse().unwrap()), "{client}");
        }
    }

    #[test]
    fn rates_are_limited_where_others_than_private_clients_may_ask() {
        let limits = |allow: &[&str], rate_limit| {
            let allow = Some(allow.iter().map(|network| network.parse().unwrap()).collect());
            let flags = LabSpec { allow, rate_limit, ..LabSpec::default() };
            Settings::new(LabSpec::default(), flags, None).limits_rates()
        };
        assert!(!Settings::new(LabSpec::default(), LabSpec::default(), None).limits_rates());
        assert!(!limits(&["10.1.0.0/16", "::1/128"], None));
        assert!(limits(&["10.1.0.0/16", "198.51.100.0/24"], None));
        assert!(limits(&["0.0.0.0/0"], Some(1)) && !limits(&["0.0.0.0/0"], Some(0)));
    }

    #[test]
    fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
        let with_seed = |seed| LabSpec { seed, ..LabSpec::default() };
        assert_eq!(Settings::new(with_seed(Some(1)), with_seed(Some(2)), None).seed, 2);
        assert_eq!(Settings::new(with_seed(Some(1)), with_seed(None), None).seed, 1);
        assert_eq!(Settings::new(with_seed(None), with_seed(None), None).seed, 0);
    }
}
