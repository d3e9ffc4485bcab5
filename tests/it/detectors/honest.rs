//! Honest answers, all that can be asked: every zone's name and its `www.`, A and AAAA, by UDP and
//! by TCP, from a client of every country and of every operator.

use super::{
    CLEAN, CLEAN_NOTHING, Judgement,
    heard::{Asked, Client, HOLD, Heard},
    judge,
    survey::CONTROL,
};
use crate::support::{
    engine::{Lab, Question, Transport, VerdictKind, decide, networks, zone_names},
    server::Running,
};
use hickory_proto::{
    op::ResponseCode,
    rr::RecordType::{self, A, AAAA},
};
use jiff::civil::Date;
use std::{collections::BTreeMap, net::IpAddr, thread, time::Instant};

/// So many clients ask at a time.
const AT_A_TIME: usize = 4;

/// A country's client or an operator's, by one transport.
pub(super) struct WiredNetwork {
    pub(super) label: String,
    country: String,
    address: IpAddr,
    transport: Transport,
}

/// What everybody else hears, by name and type.
pub(super) struct Control(BTreeMap<(String, RecordType), Heard>);

/// Every network twice: by UDP and by TCP.
pub(super) fn wired_networks(lab: &Lab) -> Vec<WiredNetwork> {
    let wired = |network: &crate::support::engine::Network, transport| {
        let (country, address) = (network.country.clone(), network.client);
        let operator = network.operator.as_ref().map_or(String::new(), |slug| format!(" {slug}"));
        let label = format!("{country}{operator} by {transport}");
        WiredNetwork { label, country, address, transport }
    };
    let networks = networks(lab);
    let both = |network| [Transport::Udp, Transport::Tcp].map(|one| wired(network, one));
    networks.iter().flat_map(both).collect()
}

impl Control {
    /// Asks for the name of every zone and its `www.`; names that do not exist are left out.
    pub(super) fn ask(server: &Running) -> Self {
        let mut client = Client::udp(server, CONTROL);
        let names = zone_names().into_iter().flat_map(|apex| [format!("www.{apex}"), apex]);
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
    networks: &'n [WiredNetwork],
    control: &Control,
    day: Date,
) -> Vec<(&'n WiredNetwork, Client)> {
    let ask = |network: &'n WiredNetwork| {
        let mut client = match network.transport {
            Transport::Tcp => Client::tcp(server, network.address),
            _ => Client::udp(server, network.address),
        };
        let honest = |(name, rtype): &&(String, RecordType)| {
            let (client, transport, now) = (network.address, network.transport, day.into());
            let question = Question { name, rtype: *rtype, client, transport, now };
            decide(lab, &question).verdict == VerdictKind::Honest
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

impl WiredNetwork {
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
