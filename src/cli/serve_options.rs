//! The options of `serve`. Each has a twin in the environment, for containers.

use super::{file_options::FileArgs, recording_options::RecordingArgs};
use crate::{
    config::{
        HONEST_SOURCES, HonestSource, IDLE_RANGE, LabSpec, ListenerSpec, MEMORY_RANGE, RATE_RANGE,
        SLIP_RANGE, TIMEOUT_RANGE, UpstreamSpec, duration, log_filter, moment, network, size,
        socket,
    },
    diagnostic::{At, InvalidValue, Place},
    model::CountryCode,
    page::PageSpec,
    survey::CATEGORIES,
};
use ipnet::IpNet;
use jiff::civil::DateTime;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

/// Where `serve` listens, in the environment; `health` asks there.
pub(super) const LISTEN: &str = "SPLINTERDNS_LISTEN";

/// Answer queries, by UDP and TCP
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  splinterdns serve
  splinterdns serve --listen 127.0.0.1:5386=CN --listen 127.0.0.1:5355=BR --today 2024-09-10
  splinterdns serve --listen 0.0.0.0:5300=CN
  splinterdns serve --upstream 9.9.9.9 --honest-from upstream,zones")]
pub(super) struct ServeArgs {
    #[command(flatten)]
    pub(super) files: FileArgs,

    /// Listen here by UDP and TCP; with =CC every client of this listener is in that country, with
    /// =CC/OPERATOR with that ISP [default: 127.0.0.1:5300]
    #[arg(
        long, env = LISTEN,
        value_name = "ADDR:PORT[=CC[/OPERATOR]]", value_delimiter = ',', value_parser = listener
    )]
    listen: Vec<ListenerSpec>,

    /// The country of clients in nobody's network [default: none, so they get honest answers]
    #[arg(long, env = "SPLINTERDNS_COUNTRY", value_name = "CC")]
    country: Option<CountryCode>,

    /// Pretend that it is this day, such as 2014-03-21, or this moment, 2014-03-21T20:30 in UTC
    /// or 2014-03-21T23:30+03:00 [default: now]
    #[arg(long, env = "SPLINTERDNS_TODAY", value_name = "DATE", value_parser = moment)]
    today: Option<DateTime>,

    /// Ask this resolver for names that no zone holds; may be given several times, they are asked
    /// in order
    #[arg(
        long,
        env = "SPLINTERDNS_UPSTREAM",
        value_name = "ADDR[:PORT]|HOST:PORT",
        value_delimiter = ','
    )]
    upstream: Vec<UpstreamSpec>,

    /// How long one try at an upstream resolver may take [default: 2s]
    #[arg(
        long, env = "SPLINTERDNS_UPSTREAM_TIMEOUT",
        value_name = "TIME", value_parser = |text: &str| duration(text, TIMEOUT_RANGE)
    )]
    upstream_timeout: Option<Duration>,

    /// Draw the case of each letter of a question at random (0x20), so that answers are harder to
    /// forge; a resolver that does not echo it is asked by TCP [default: false]
    #[arg(
        long, env = "SPLINTERDNS_UPSTREAM_0X20",
        value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true"
    )]
    upstream_0x20: Option<bool>,

    /// Answer queries that were sent to other servers and that the TPROXY target of nftables brings
    /// here, in those servers' names; the honest answers are theirs (docs/border.md)
    #[arg(long, env = "SPLINTERDNS_TRANSPARENT")]
    transparent: bool,

    /// Where honest answers come from, in order [default: zones,upstream]
    #[arg(
        long, env = "SPLINTERDNS_HONEST_FROM",
        value_name = "ORIGIN", value_delimiter = ',', value_parser = origin
    )]
    honest_from: Option<Vec<HonestSource>>,

    /// Who may ask; others get REFUSED [default: loopback and private networks]
    #[arg(
        long, env = "SPLINTERDNS_ALLOW",
        value_name = "NETWORK", value_delimiter = ',', value_parser = network
    )]
    allow: Option<Vec<IpNet>>,

    /// What random picks are drawn from: the same seed gives the same answers [default: 0]
    #[arg(long, env = "SPLINTERDNS_SEED", value_name = "N")]
    seed: Option<u64>,

    /// How long a TCP connection may be silent [default: 10s]
    #[arg(
        long, env = "SPLINTERDNS_TCP_IDLE",
        value_name = "TIME", value_parser = |text: &str| duration(text, IDLE_RANGE)
    )]
    tcp_idle: Option<Duration>,

    /// How many TCP connections may be open at a time [default: 1000]
    #[arg(
        long, env = "SPLINTERDNS_TCP_CONNECTIONS",
        value_name = "N", value_parser = clap::value_parser!(u16).range(1..)
    )]
    tcp_connections: Option<u16>,

    /// How much memory the replies may take that wait for their time, 1MB to 10GB; one client's
    /// take at most a quarter [default: 32MB]
    #[arg(
        long, env = "SPLINTERDNS_DELAYED_MEMORY",
        value_name = "SIZE", value_parser = |text: &str| size(text, MEMORY_RANGE)
    )]
    delayed_memory: Option<usize>,

    /// How much memory the queries may take that wait for upstream resolvers, 1MB to 10GB; one
    /// client's take at most a quarter [default: 32MB]
    #[arg(
        long, env = "SPLINTERDNS_UPSTREAM_MEMORY",
        value_name = "SIZE", value_parser = |text: &str| size(text, MEMORY_RANGE)
    )]
    upstream_memory: Option<usize>,

    /// How many replies by UDP each network (/24, /56) outside of loopback and private ones gets
    /// in a second, where --allow lets it ask; 0 for as many as it asks for [default: 50]
    #[arg(
        long, env = "SPLINTERDNS_RATE_LIMIT",
        value_name = "N", value_parser = clap::value_parser!(u32).range(rates(RATE_RANGE))
    )]
    rate_limit: Option<u32>,

    /// One in so many of the replies that are too many is sent truncated, so that who really asks
    /// comes back by TCP; 0 for none [default: 2]
    #[arg(
        long, env = "SPLINTERDNS_RATE_LIMIT_SLIP",
        value_name = "N", value_parser = clap::value_parser!(u32).range(rates(SLIP_RANGE))
    )]
    rate_limit_slip: Option<u32>,

    /// How many threads take datagrams off each listener's address, 1 to 256 [default: one a core,
    /// shared out among the listeners]
    #[arg(
        long, env = "SPLINTERDNS_WORKERS",
        value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256)
    )]
    workers: Option<u16>,

    /// What is logged: error, warn, info, debug, or a filter such as splinterdns::query=debug
    /// [default: info]
    #[arg(long, env = "SPLINTERDNS_LOG", value_name = "FILTER", value_parser = filter)]
    log: Option<String>,

    #[command(flatten)]
    pub(super) recording: RecordingArgs,

    /// Show a page with an API here; "off" for none. Who is not on this machine needs the token for
    /// what changes something [default: 127.0.0.1:8053]
    #[arg(
        long, env = "SPLINTERDNS_PAGE", help_heading = PAGE,
        value_name = "ADDR:PORT|off", value_parser = page
    )]
    page: Option<PageAddress>,

    /// What calls that change something must bring [default: none on loopback, else one that is
    /// made and shown at the start]
    #[arg(
        long, env = "SPLINTERDNS_PAGE_TOKEN", help_heading = PAGE,
        value_name = "TOKEN", value_parser = token, hide_env_values = true
    )]
    page_token: Option<String>,

    /// A name by which browsers may call the page, beside addresses and localhost; others are
    /// refused, because they could be turned here by DNS
    #[arg(
        long, env = "SPLINTERDNS_PAGE_HOST", help_heading = PAGE,
        value_name = "NAME", value_delimiter = ','
    )]
    page_host: Vec<String>,

    /// Serve block pages here, by HTTP and HTTPS, to whoever a lie has led there
    /// (docs/block-pages.md) [default ports: 80 and 443]
    #[arg(
        long, env = "SPLINTERDNS_BLOCK_PAGE", help_heading = PAGE,
        value_name = "ADDR[:PORT]", value_parser = block_page
    )]
    pub(super) block_page: Option<BlockPageAddress>,

    /// Let nobody change anything by the page
    #[arg(long, env = "SPLINTERDNS_PAGE_READ_ONLY", help_heading = PAGE)]
    page_read_only: bool,

    /// Do not bring up names of this category, such as PORN, in suggestions, lists and quizzes; who
    /// asks for one by name gets it. "none" hides nothing [default: with --class PORN, else none]
    #[arg(
        long, env = "SPLINTERDNS_PAGE_HIDE", help_heading = PAGE,
        value_name = "CODE|none", value_delimiter = ',', value_parser = hidden
    )]
    page_hide: Vec<String>,

    /// Let each who opens the page pick the country in which the machine is from then on
    #[arg(long, env = "SPLINTERDNS_CLASS", help_heading = PAGE)]
    class: bool,

    /// Write the addresses that it listens on, a line each, into this file when it does; the file
    /// goes when the server stops. (systemd is told by NOTIFY_SOCKET.)
    #[arg(long, env = "SPLINTERDNS_READY_FILE", value_name = "FILE")]
    pub(super) ready_file: Option<PathBuf>,
}

const PAGE: &str = "The page";

/// Where the page is, where nobody says.
const PAGE_ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8053);

/// What stands for no category, and the one that a class should not stumble over.
const NONE: &str = "none";
const HIDDEN_IN_CLASSES: &str = "PORN";

/// What stands for no page.
const OFF: &str = "off";

/// Where block pages are, and whether a port was given.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlockPageAddress {
    pub(super) address: SocketAddr,
    pub(super) with_port: bool,
}

/// Where the page is, if it is anywhere.
#[derive(Clone, Copy, Debug)]
enum PageAddress {
    At(SocketAddr),
    Off,
}

impl ServeArgs {
    /// The page, and whether somebody has asked for it; a token is made where one is needed.
    pub(super) fn page(&self) -> Option<(PageSpec, bool)> {
        let address = match self.page {
            Some(PageAddress::Off) => return None,
            Some(PageAddress::At(address)) => address,
            None => PAGE_ADDRESS,
        };
        let is_local = address.ip().is_loopback();
        let made = (!is_local).then(|| format!("{:032x}", rand::random::<u128>()));
        let spec = PageSpec {
            address,
            token: self.page_token.clone().or(made),
            hosts: self.page_host.clone(),
            is_read_only: self.page_read_only,
            is_class: self.class,
            hidden: self.hidden_categories(),
        };
        Some((spec, self.page.is_some() || self.class))
    }

    fn hidden_categories(&self) -> Vec<String> {
        let given = self.page_hide.iter().filter(|code| *code != NONE).cloned().collect();
        let is_default = self.page_hide.is_empty() && self.class;
        if is_default { vec![HIDDEN_IN_CLASSES.to_owned()] } else { given }
    }

    /// The command line in the words of a lab file.
    pub(super) fn spec(self) -> LabSpec {
        let place = Place::whole(0);
        LabSpec {
            listen: self.listen.into_iter().map(|value| At { place, value }).collect(),
            country: self.country.map(|value| At { place, value }),
            honest_from: self.honest_from,
            zones: None,
            lists: None,
            upstream: self.upstream,
            upstream_timeout: self.upstream_timeout,
            upstream_0x20: self.upstream_0x20,
            transparent: self.transparent.then_some(true),
            allow: self.allow,
            today: self.today,
            seed: self.seed,
            log: self.log,
            tcp_idle: self.tcp_idle,
            tcp_connections: self.tcp_connections.map(usize::from),
            delayed_memory: self.delayed_memory,
            upstream_memory: self.upstream_memory,
            rate_limit: self.rate_limit,
            rate_limit_slip: self.rate_limit_slip,
            workers: self.workers.map(usize::from),
        }
    }
}

/// An address with a port, and where its clients are.
pub(super) fn listener(text: &str) -> Result<ListenerSpec, InvalidValue> {
    let (address, binding) = match text.rsplit_once('=') {
        Some((address, bound)) => (address, Some(bound.parse()?)),
        None => (text, None),
    };
    Ok(ListenerSpec { address: socket(address)?, binding })
}

fn page(text: &str) -> Result<PageAddress, InvalidValue> {
    if text == OFF { Ok(PageAddress::Off) } else { socket(text).map(PageAddress::At) }
}

fn block_page(text: &str) -> Result<BlockPageAddress, InvalidValue> {
    let bare = text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    match bare {
        Ok(address) => {
            Ok(BlockPageAddress { address: SocketAddr::new(address, 0), with_port: false })
        }
        Err(_) => socket(text).map(|address| BlockPageAddress { address, with_port: true }),
    }
}

fn hidden(text: &str) -> Result<String, InvalidValue> {
    let code = text.to_ascii_uppercase();
    if text == NONE || CATEGORIES.iter().any(|(known, _)| *known == code) {
        return Ok(if text == NONE { text.to_owned() } else { code });
    }
    let expected = "a category of the Citizen Lab, such as PORN, or none".to_owned();
    Err(InvalidValue { found: text.to_owned(), what: "category", expected })
}

/// What can stand in a header and in an address.
fn token(text: &str) -> Result<String, InvalidValue> {
    let is_good = |octet: u8| octet.is_ascii_alphanumeric() || b"-._~".contains(&octet);
    let expected = "8 to 128 letters, digits, \"-\", \".\", \"_\" or \"~\"".to_owned();
    if (8..=128).contains(&text.len()) && text.bytes().all(is_good) {
        return Ok(text.to_owned());
    }
    Err(InvalidValue { found: text.to_owned(), what: "token", expected })
}

pub(super) fn rates((least, most): (u32, u32)) -> std::ops::RangeInclusive<i64> {
    least.into()..=most.into()
}

/// A log filter, as it is written.
pub(super) fn filter(text: &str) -> Result<String, InvalidValue> {
    log_filter(text).map(|_| text.to_owned())
}

fn origin(text: &str) -> Result<HonestSource, InvalidValue> {
    let found = HONEST_SOURCES.iter().find(|(word, _)| *word == text).map(|(_, origin)| *origin);
    let expected = HONEST_SOURCES.map(|(word, _)| word).join(" or ");
    found.ok_or_else(|| InvalidValue { found: text.to_owned(), what: "origin", expected })
}
