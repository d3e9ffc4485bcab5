//! The ways into the crate's engine that tests take. A type or a function of the engine is named
//! here and nowhere else under `tests/`, so that a new name for it is a change in this file.
//! (Rules as they are written are read in `written`.)

use super::files::Scratch;
use hickory_proto::{
    op::Message,
    rr::{Name as WireName, RecordType},
};
use jiff::civil::DateTime;
use splinterdns::{
    config::{LabSpec, ListenerSpec},
    diagnostic::{At, Place, Report},
    dns::{QueryView, Rtype, wire_name},
    engine::{
        Engine, LabSources, Payload, Request, Response, Scratch as EngineScratch, ServerRole,
        check_countries, check_zones, load,
    },
    files::FileSource,
    model::CountryCode,
    policy::Country,
    transport::{Hangups, Server},
};
use std::{
    fs,
    net::{IpAddr, SocketAddr},
    path::Path,
    time::Duration,
};
use tokio::sync::watch;

/// Policy, zones and settings, loaded.
pub(crate) type Lab = Engine;
/// Where a lab is loaded from: configs, zones and flags.
pub(crate) type Sources = LabSources;
/// What the command line may set over the lab file.
pub(crate) type Flags = LabSpec;
pub(crate) type Evidence = splinterdns::model::Evidence;
pub(crate) type HonestSource = splinterdns::config::HonestSource;
pub(crate) type Transport = splinterdns::dns::Transport;
/// Where all clients of a listener are.
pub(crate) type Binding = splinterdns::model::Binding;
/// The kind of a verdict.
pub(crate) type VerdictKind = splinterdns::model::VerdictKind;

/// A time at which the shipped rules that are still in force hold.
const NOW: &str = "2026-11-22T12:00";

pub(super) fn now() -> DateTime {
    NOW.parse().unwrap()
}

// Loading.

/// The flags that set the day, or the moment.
pub(crate) fn on(today: &str) -> Flags {
    Flags { today: Some(today.parse().unwrap()), ..Flags::default() }
}

/// The configs and zones compiled in.
pub(crate) fn shipped(flags: Flags) -> Sources {
    LabSources::new(FileSource::built_in_configs(), flags)
}

/// The configs of a folder.
pub(crate) fn from_folder(configs: &Path) -> Sources {
    LabSources::new(FileSource::Folder(configs.to_owned()), Flags::default())
}

/// The configs compiled in, and the zones of a folder.
pub(crate) fn with_zones(zones: &Path, flags: Flags) -> Sources {
    Sources { zones: Some(FileSource::Folder(zones.to_owned())), ..shipped(flags) }
}

/// A lab of one's own: country files by name, no zones but the compiled-in ones.
pub(crate) fn own_lab(countries: &[(&str, &str)]) -> (Scratch, Sources) {
    let scratch = Scratch::new();
    for (name, text) in countries {
        scratch.write(&format!("countries/{name}.yaml"), text);
    }
    fs::create_dir_all(scratch.path().join("countries")).unwrap();
    let sources = from_folder(scratch.path());
    (scratch, sources)
}

pub(crate) fn load_from(sources: &Sources) -> Lab {
    load(sources).unwrap_or_else(|error| panic!("{error}")).0
}

/// All that is wrong with the files of a folder: a lab's, where it has `lab.yaml`, or else country
/// and zone files.
pub(crate) fn report_on(folder: &Path) -> String {
    if folder.join("lab.yaml").exists() {
        return load(&from_folder(folder)).err().map_or(String::new(), |error| error.to_string());
    }
    let (files, mut report) = (FileSource::Folder(folder.to_owned()), Report::default());
    let named = |endings| files.list(Path::new(""), endings).unwrap();
    check_countries(&files, &named(&[".yaml"]), &mut report).unwrap();
    check_zones(folder, &named(&[".zone"]), &mut report).unwrap();
    if report.is_clean() { String::new() } else { report.to_string() }
}

/// The shipped lab, on a day, or today.
pub(crate) fn load_shipped(today: Option<&str>) -> Lab {
    load_from(&shipped(today.map_or_else(Flags::default, on)))
}

/// The names of the zones compiled in.
pub(crate) fn zone_names() -> Vec<String> {
    let zones = FileSource::built_in_zones().list(Path::new(""), &[".zone"]).unwrap();
    zones.iter().map(|zone| zone.file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

// Serving.

/// A listener, bound to a country or an operator or to nobody.
pub(crate) fn listener(address: &str, bound: Option<&str>) -> At<ListenerSpec> {
    let binding = bound.map(|bound| bound.parse().unwrap());
    let value = ListenerSpec { address: address.parse().unwrap(), binding };
    At { place: Place::whole(0), value }
}

/// What the flags say of the country of clients that are in nobody's network.
pub(crate) fn default_country(code: &str) -> Option<At<CountryCode>> {
    Some(At { place: Place::whole(0), value: code.parse().unwrap() })
}

/// Takes the sockets and serves, until the channel closes, in the runtime that this is called in.
pub(super) fn bind(sources: Sources, stopped: watch::Receiver<()>) -> Vec<SocketAddr> {
    let server =
        Server::bind(sources, Hangups::take().unwrap()).unwrap_or_else(|error| panic!("{error}"));
    let listeners = server.listeners().iter().map(|listener| listener.address).collect();
    tokio::spawn(server.run(stopped));
    listeners
}

// What a lab holds.

/// A country's network, or an operator's.
pub(crate) struct Network {
    pub(crate) country: String,
    pub(crate) operator: Option<String>,
    /// A client there.
    pub(crate) client: IpAddr,
}

/// Of every country its own network, and then those of its operators.
pub(crate) fn networks(lab: &Lab) -> Vec<Network> {
    let mut networks = Vec::new();
    for country in lab.policy.countries() {
        let operators = country.operators.iter().map(|one| (Some(one.slug.clone()), one.client()));
        for (operator, client) in [(None, country.client())].into_iter().chain(operators) {
            let (country, client) = (country.code.to_string(), client.unwrap());
            networks.push(Network { country, operator, client });
        }
    }
    networks
}

/// A client of a country, or of one of its operators.
pub(crate) fn client_of(lab: &Lab, country: &str, operator: Option<&str>) -> IpAddr {
    let is_it = |one: &Network| one.country == country && one.operator.as_deref() == operator;
    networks(lab).iter().find(|one| is_it(one)).expect("such a network").client
}

/// Every country's code, with the networks of its clients.
pub(crate) fn clients(lab: &Lab) -> Vec<(String, Vec<String>)> {
    let networks = |country: &Country| country.clients.iter().map(ToString::to_string).collect();
    let countries = lab.policy.countries().iter();
    countries.map(|country| (country.code.to_string(), networks(country))).collect()
}

fn country<'l>(lab: &'l Lab, code: &str) -> &'l Country {
    lab.policy.country(code.parse().unwrap()).unwrap()
}

/// Each kind of evidence that a country's rules have.
pub(crate) fn evidence(lab: &Lab, code: &str) -> Vec<Evidence> {
    country(lab, code).evidence()
}

pub(crate) fn rule_count(lab: &Lab, code: &str) -> usize {
    country(lab, code).rules().count()
}

pub(crate) fn zone_count(lab: &Lab) -> usize {
    lab.zones.len()
}

// Deciding.

/// A question, who asks it, and when.
#[derive(Clone, Copy)]
pub(crate) struct Question<'q> {
    pub(crate) name: &'q str,
    pub(crate) rtype: RecordType,
    pub(crate) client: IpAddr,
    pub(crate) transport: Transport,
    pub(crate) now: DateTime,
}

impl<'q> Question<'q> {
    /// By UDP, at a time at which the shipped rules that are still in force hold.
    pub(crate) fn new(name: &'q str, rtype: RecordType, client: IpAddr) -> Self {
        Self { name, rtype, client, transport: Transport::Udp, now: now() }
    }
}

/// What comes of a question.
pub(crate) struct Decision {
    pub(crate) verdict: VerdictKind,
    /// The name of the rule, and how well it is known.
    pub(crate) rule: Option<(String, Evidence)>,
    /// What is known of the name, in a word.
    pub(crate) state: &'static str,
}

pub(crate) fn decide(lab: &Lab, question: &Question<'_>) -> Decision {
    let explanation = explanation(lab, question);
    let rule = explanation.decision.rule.map(|(rule, _)| (rule.slug.clone(), rule.evidence));
    let state = explanation.decision.state(&explanation.query, explanation.verdict).as_str();
    Decision { verdict: explanation.verdict, rule, state }
}

/// The first message that `explain` would show, if it is one that a library can read.
pub(crate) fn explained(lab: &Lab, question: &Question<'_>) -> Option<Message> {
    explanation(lab, question).steps.first().and_then(|step| step.content.decoded()).cloned()
}

fn explanation<'l>(lab: &'l Lab, question: &Question<'_>) -> splinterdns::engine::Explanation<'l> {
    let Question { name, rtype, client, transport, now } = *question;
    lab.explain(&wire_name(name).unwrap(), Rtype(rtype), (client, transport), now)
}

// Answering.

/// What goes out at a time.
#[derive(Debug, PartialEq)]
pub(crate) enum Sent {
    Message(Vec<u8>),
    Reset,
    /// Something that only a server can send: what an upstream resolver says.
    Other(String),
}

fn sent(response: &Response<'_, '_, '_>) -> Vec<(Duration, Sent)> {
    let sent = |payload: &Payload| match payload {
        Payload::Message(range, _) => Sent::Message(response.octets[range.clone()].to_vec()),
        Payload::Reset => Sent::Reset,
        other => Sent::Other(format!("{other:?}")),
    };
    response.transmissions.iter().map(|one| (one.after, sent(&one.payload))).collect()
}

/// All that goes out for a message, each with how long it comes after the query.
pub(crate) fn respond(
    lab: &Lab,
    octets: &[u8],
    client: IpAddr,
    transport: Transport,
) -> Vec<(Duration, Sent)> {
    Worker::default().respond(lab, octets, client, transport)
}

/// Answers query after query and keeps its buffers, as a worker of the server does.
#[derive(Default)]
pub(crate) struct Worker(EngineScratch);

impl Worker {
    /// All that goes out for a message, each with how long it comes after the query.
    pub(crate) fn respond(
        &mut self,
        lab: &Lab,
        octets: &[u8],
        client: IpAddr,
        transport: Transport,
    ) -> Vec<(Duration, Sent)> {
        let request = Request {
            octets,
            client,
            transport,
            binding: None,
            role: ServerRole::Resolver,
            arrival: now(),
        };
        sent(&lab.respond(&request, &mut self.0))
    }

    /// The same for datagrams that came in together, in their order. Each has its client and the
    /// binding of its listener.
    pub(crate) fn respond_all(
        &mut self,
        lab: &Lab,
        datagrams: &[(Vec<u8>, IpAddr, Option<&Binding>)],
    ) -> Vec<Vec<(Duration, Sent)>> {
        let mut all = Vec::new();
        let requests = datagrams.iter().enumerate().map(|(index, (octets, client, binding))| {
            let (client, binding, transport) = (*client, *binding, Transport::Udp);
            (
                index,
                Request {
                    octets,
                    client,
                    transport,
                    binding,
                    role: ServerRole::Resolver,
                    arrival: now(),
                },
            )
        });
        lab.respond_all(requests, &mut self.0, |index, response| {
            assert_eq!(index, all.len(), "in their order");
            all.push(sent(response));
        });
        all
    }

    /// Writes all that goes out at once for a datagram, and gives back how many octets that is. It
    /// allocates nothing of its own.
    pub(crate) fn answer(
        &mut self,
        lab: &Lab,
        octets: &[u8],
        client: IpAddr,
        now: DateTime,
    ) -> usize {
        let transport = Transport::Udp;
        let request = Request {
            octets,
            client,
            transport,
            binding: None,
            role: ServerRole::Resolver,
            arrival: now,
        };
        let response = lab.respond(&request, &mut self.0);
        for transmission in response.transmissions {
            assert!(matches!(transmission.payload, Payload::Message(..)), "{transmission:?}");
        }
        response.octets.len()
    }
}

/// What the reader of messages finds in a query.
#[derive(Debug, PartialEq)]
pub(crate) struct ReadQuery {
    pub(crate) name: WireName,
    pub(crate) rtype: RecordType,
    /// The version of EDNS and DO, where there is an OPT.
    pub(crate) edns: Option<(u8, bool)>,
}

/// A query, as the reader of messages sees it; nothing when it takes the octets for none.
pub(crate) fn read_query(octets: &[u8]) -> Option<ReadQuery> {
    let message = QueryView::parse(octets).ok()?;
    let edns = message.opt().map(|opt| (opt.version, opt.dnssec_ok));
    Some(ReadQuery { name: message.qname_as_written(), rtype: message.qtype().0, edns })
}
