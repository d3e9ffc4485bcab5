//! Honest answers, all that can be asked: every zone's name and its `www.`, A and AAAA, by UDP and
//! by TCP, from a client of every country and of every operator.

use super::{
    CLEAN, CLEAN_NOTHING, Judgement,
    heard::{Asked, Client, HOLD, Heard},
    judge,
    survey::{CONTROL, query},
};
use crate::support::Running;
use hickory_proto::{
    op::ResponseCode,
    rr::RecordType::{self, A, AAAA},
};
use jiff::civil::Date;
use splinterdns::{
    config::{Shelf, Word},
    lab::Lab,
    query::Transport,
};
use std::{collections::BTreeMap, net::IpAddr, path::Path, thread, time::Instant};

/// So many clients ask at a time.
const AT_A_TIME: usize = 4;

/// A country's client or an operator's, by one transport.
pub(super) struct Network {
    pub(super) label: String,
    country: String,
    address: IpAddr,
    transport: Transport,
}

/// What everybody else hears, by name and type.
pub(super) struct Control(BTreeMap<(String, RecordType), Heard>);

/// Every network twice: by UDP and by TCP.
pub(super) fn networks(lab: &Lab) -> Vec<Network> {
    let mut networks = Vec::new();
    for country in lab.policy.countries() {
        let operators = country
            .operators
            .iter()
            .map(|operator| (format!(" {}", operator.slug), operator.client()));
        for (operator, client) in [(String::new(), country.client())].into_iter().chain(operators) {
            for transport in [Transport::Udp, Transport::Tcp] {
                let (country, address) = (country.code.to_string(), client.unwrap());
                networks.push(Network {
                    label: format!("{country}{operator} by {transport}"),
                    country,
                    address,
                    transport,
                });
            }
        }
    }
    networks
}

impl Control {
    /// Asks for the name of every zone and its `www.`; names that do not exist are left out.
    pub(super) fn ask(server: &Running) -> Self {
        let mut client = Client::udp(server, CONTROL);
        let zones = Shelf::built_in_zones().list(Path::new(""), &[".zone"]).unwrap();
        let apexes =
            zones.iter().map(|zone| zone.file_stem().unwrap().to_string_lossy().into_owned());
        let names = apexes.flat_map(|apex| [format!("www.{apex}"), apex]);
        client.ask(&names.flat_map(|name| [(name.clone(), A), (name, AAAA)]).collect::<Vec<_>>());
        let exists =
            |asked: &Asked| asked.heard.first().unwrap().response_code == ResponseCode::NoError;
        let asked = client.asked.into_iter().filter(exists);
        Self(asked.map(|asked| ((asked.name, asked.rtype), asked.heard)).collect())
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(|(name, _)| name.as_str())
    }

    /// What the tools say of an answer that is like this one.
    fn clean(heard: &Heard) -> Judgement {
        if heard.addresses().is_empty() { CLEAN_NOTHING } else { CLEAN }
    }

    /// What a tool finds in the control itself, such as a bogon.
    pub(super) fn suspects(&self) -> Vec<String> {
        let judged = self
            .0
            .iter()
            .map(|(question, heard)| (question, judge("", heard, heard), Self::clean(heard)));
        judged
            .filter(|(_, said, clean)| said != clean)
            .map(|(question, said, _)| format!("{question:?}: {said:?}"))
            .collect()
    }
}

/// Asks from all networks for all that no rule touches there on that day, and waits for replies
/// that must not come.
pub(super) fn ask_all<'n>(
    server: &Running,
    lab: &Lab,
    networks: &'n [Network],
    control: &Control,
    day: Date,
) -> Vec<(&'n Network, Client)> {
    let ask = |network: &'n Network| {
        let mut client = match network.transport {
            Transport::Tcp => Client::tcp(server, network.address),
            _ => Client::udp(server, network.address),
        };
        let honest = |(name, rtype): &&(String, RecordType)| {
            let query = query(name, *rtype, network.address, network.transport, day);
            lab.policy.decide(&query).word == Word::Honest
        };
        client.ask(&control.0.keys().filter(honest).cloned().collect::<Vec<_>>());
        (network, client)
    };
    let mut clients: Vec<_> = thread::scope(|scope| {
        let some = networks.chunks(networks.len().div_ceil(AT_A_TIME));
        let asking: Vec<_> =
            some.map(|some| scope.spawn(|| some.iter().map(ask).collect::<Vec<_>>())).collect();
        asking.into_iter().flat_map(|asking| asking.join().unwrap()).collect()
    });
    let until = Instant::now() + HOLD;
    clients.iter_mut().for_each(|(_, client)| client.drain(until));
    clients
}

impl Network {
    /// What is wrong with an honest answer here, if anything is: a tool sees something, or there is
    /// not one reply.
    pub(super) fn complaint(&self, asked: &Asked, control: &Control) -> Option<String> {
        let Asked { name, rtype, heard } = asked;
        let genuine = &control.0[&(name.clone(), *rtype)];
        let (said, replies) = (judge(&self.country, heard, genuine), heard.0.len());
        let wrong = said != Control::clean(genuine) || replies != 1;
        wrong.then(|| format!("{name} {rtype} in {}: {replies} replies, {said:?}", self.label))
    }
}
