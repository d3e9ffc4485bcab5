//! What a client hears: every message that comes back for a question, in its order.
//!
//! Nothing here knows the server; what a tool may judge is what a [`Heard`] holds.

use crate::support::{
    server::Running,
    wire::{client_socket, question, receive, receive_framed, send_framed},
};
use hickory_proto::{
    op::{Message, ResponseCode},
    rr::{
        Name, RData, Record, RecordType,
        rdata::{A, AAAA, CNAME},
    },
};
use std::{
    net::{IpAddr, SocketAddr, TcpStream, UdpSocket},
    time::{Duration, Instant},
};

/// For so long Hold-On and GFWatch wait: 99% of forged answers are at most 364 ms ahead of the
/// genuine one.
pub(super) const HOLD: Duration = Duration::from_millis(364);

/// Where `Client::drain` looks into a socket whose time is up: what has come lies there already.
const GLANCE: Duration = Duration::from_millis(1);

/// Longer than any honest answer takes, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(5);

/// So many questions of a client may be on their way: a socket's buffer holds some 200 datagrams.
const AT_A_TIME: usize = 16;

/// All replies to one question.
pub(super) struct Heard(pub(super) Vec<Message>);

impl Heard {
    /// What a stub resolver takes: the first reply.
    pub(super) fn first(&self) -> Option<&Message> {
        self.0.first()
    }

    /// The addresses in it; none in silence.
    pub(super) fn addresses(&self) -> Vec<IpAddr> {
        self.first().map_or(Vec::new(), addresses)
    }
}

pub(super) fn addresses(message: &Message) -> Vec<IpAddr> {
    let address = |record: &Record| match &record.data {
        RData::A(address) => Some(IpAddr::from(address.0)),
        RData::AAAA(address) => Some(IpAddr::from(address.0)),
        _ => None,
    };
    message.answers.iter().filter_map(address).collect()
}

pub(super) fn aliases(message: &Message) -> Vec<String> {
    let alias = |record: &Record| match &record.data {
        RData::CNAME(target) => Some(target.0.to_string().trim_end_matches('.').to_owned()),
        _ => None,
    };
    message.answers.iter().filter_map(alias).collect()
}

/// A question that went out, and what came back for it so far.
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) rtype: RecordType,
    pub(super) heard: Heard,
}

/// A client with one socket for all its questions, told apart by their ids.
pub(super) struct Client {
    address: IpAddr,
    wire: Wire,
    pub(super) asked: Vec<Asked>,
}

enum Wire {
    Udp(UdpSocket, SocketAddr),
    Tcp(TcpStream),
}

impl Client {
    pub(super) fn udp(server: &Running, address: IpAddr) -> Self {
        Self {
            address,
            wire: Wire::Udp(client_socket(&address.to_string()), server.address),
            asked: Vec::new(),
        }
    }

    pub(super) fn tcp(server: &Running, address: IpAddr) -> Self {
        Self { address, wire: Wire::Tcp(server.connect(&address.to_string())), asked: Vec::new() }
    }

    /// Sends a question, as a stub resolver does: with RD and without EDNS (glibc's default). With
    /// an OPT, what comes from Turkmenistan is malformed (net4people/bbs issue 80), and no tool
    /// judges that.
    pub(super) fn put(&mut self, name: &str, rtype: RecordType) {
        let mut message = question(&format!("{name}."), rtype);
        message.edns = None;
        message.metadata.id = u16::try_from(self.asked.len()).unwrap();
        let octets = message.to_vec().unwrap();
        match &mut self.wire {
            Wire::Udp(socket, server) => {
                assert_eq!(socket.send_to(&octets, *server).unwrap(), octets.len());
            }
            Wire::Tcp(stream) => send_framed(stream, &octets),
        }
        self.asked.push(Asked { name: name.to_owned(), rtype, heard: Heard(Vec::new()) });
    }

    /// Waits for a reply, to whichever question; false when none comes in time.
    pub(super) fn hear(&mut self, patience: Duration) -> bool {
        let octets = match &mut self.wire {
            Wire::Udp(socket, _) => receive(socket, patience),
            Wire::Tcp(stream) => {
                stream.set_read_timeout(Some(patience)).unwrap();
                receive_framed(stream).ok()
            }
        };
        let Some(octets) = octets else { return false };
        let asked = &mut self.asked[usize::from(u16::from_be_bytes([octets[0], octets[1]]))];
        let message = Message::from_vec(&octets)
            .unwrap_or_else(|why| panic!("{} {}: {why}", asked.name, asked.rtype));
        asked.heard.0.push(message);
        true
    }

    /// Asks what must be answered, some questions at a time, so that no socket overflows.
    pub(super) fn ask(&mut self, questions: &[(String, RecordType)]) {
        for some in questions.chunks(AT_A_TIME) {
            let first = self.asked.len();
            some.iter().for_each(|(name, rtype)| self.put(name, *rtype));
            while let Some(waiting) =
                self.asked[first..].iter().find(|asked| asked.heard.first().is_none())
            {
                let label = format!("{} {} from {}", waiting.name, waiting.rtype, self.address);
                assert!(self.hear(PATIENCE), "{label}: no reply");
            }
        }
    }

    /// Takes all that comes until then.
    pub(super) fn drain(&mut self, until: Instant) {
        while self.hear(until.saturating_duration_since(Instant::now()).max(GLANCE)) {}
    }
}

/// Replies made by hand, for tests of the tools: each a list of addresses and aliases.
pub(super) fn replies(all: &[&[&str]]) -> Heard {
    let record = |text: &&str| {
        let data = match text.parse() {
            Ok(IpAddr::V4(address)) => RData::A(A(address)),
            Ok(IpAddr::V6(address)) => RData::AAAA(AAAA(address)),
            Err(_) => RData::CNAME(CNAME(Name::from_ascii(text).unwrap())),
        };
        Record::from_rdata(Name::root(), 60, data)
    };
    let reply = |texts: &&[&str]| {
        let mut message = Message::query();
        message.answers = texts.iter().map(record).collect();
        message
    };
    Heard(all.iter().map(reply).collect())
}

/// A reply with this RCODE and nothing else, made by hand.
pub(super) fn code(code: ResponseCode) -> Heard {
    let mut message = Message::query();
    message.metadata.response_code = code;
    Heard(vec![message])
}
