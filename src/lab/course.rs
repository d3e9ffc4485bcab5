//! The way of a query: octets, query, verdict, plan.

use super::Lab;
use crate::{
    answer::{Draw, Plan, Reply, bare_header, plan},
    observe::{self, Event},
    query::{CountryCode, Query, Received, Transport, Unanswered},
};
use hickory_proto::{
    op::ResponseCode,
    rr::{DNSClass, RecordType},
};
use std::net::IpAddr;

/// Who asks, and how.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    /// The client's address.
    pub client: IpAddr,
    /// The transport it came by.
    pub transport: Transport,
    /// The country that the listener is bound to.
    pub listener: Option<CountryCode>,
}

/// What becomes of a message.
#[derive(Debug)]
pub enum Course {
    /// Nothing is sent.
    Ignore,
    /// The protocol decides, not the policy: these octets are sent at once.
    Reject(Vec<u8>),
    /// The policy has decided.
    Answer {
        /// The query, for the replies to copy from.
        received: Box<Received>,
        /// What goes out, and when.
        plan: Plan,
        /// The most octets that a reply may have.
        limit: usize,
    },
}

/// Over a stream a message can have as many octets as its length field counts (RFC 1035 section 4.2.2).
const STREAM_LIMIT: usize = 65_535;

/// "Prohibited" (RFC 8914 section 4.19): the client may not ask here.
const EDE_PROHIBITED: u16 = 18;

impl Lab {
    /// Decides about a message and plans what is sent.
    #[must_use]
    pub fn consider(&self, octets: Vec<u8>, asker: Asker) -> Course {
        let received = match Received::read(octets) {
            Ok(received) => received,
            Err((Unanswered::Ignore, _)) => return Course::Ignore,
            Err((Unanswered::FormErr, octets)) => return Course::Reject(bare_header(&octets, ResponseCode::FormErr)),
            Err((Unanswered::NotImp, octets)) => return Course::Reject(not_implemented(octets, asker.transport)),
        };
        let limit = limit(&received, asker.transport);
        if !self.settings.allows(asker.client) {
            let text = "this resolver answers lab networks only";
            let reply = Reply::status(ResponseCode::Refused).explained(EDE_PROHIBITED, text);
            return Course::Reject(reply.octets(&received, limit));
        }
        if let Some(reply) = rejection(&received) {
            return Course::Reject(reply.octets(&received, limit));
        }
        let query = self.query(&received, asker);
        let verdict = self.policy.decide(&query);
        if observe::is_watched() {
            observe::log(&Event::new(&query, &verdict));
        }
        let draw = Draw { seed: self.settings.seed, turns: &self.turns };
        let plan = plan(&verdict, &query, &draw);
        Course::Answer { received: Box::new(received), plan, limit }
    }

    /// What the policy looks at.
    #[must_use]
    pub fn query(&self, received: &Received, asker: Asker) -> Query {
        Query {
            name: received.name(),
            rtype: received.rtype(),
            client: asker.client,
            transport: asker.transport,
            listener: asker.listener,
            today: self.settings.clock.today(),
        }
    }
}

/// NOTIMP for another OPCODE. Where the message reads as a query does, its question and an OPT come back (RFC 6891 section 6.1.1).
fn not_implemented(mut octets: Vec<u8>, transport: Transport) -> Vec<u8> {
    let opcode = octets[2] & 0x78;
    let bare = bare_header(&octets, ResponseCode::NotImp);
    octets[2] ^= opcode;
    let Ok(query) = Received::read(octets) else { return bare };
    let mut reply = Reply::status(ResponseCode::NotImp).octets(&query, limit(&query, transport));
    reply[2] |= opcode;
    reply
}

/// The most octets that a reply may have.
pub(super) fn limit(query: &Received, transport: Transport) -> usize {
    if transport == Transport::Udp { query.udp_limit() } else { STREAM_LIMIT }
}

/// What is refused to everybody, whatever the policy says.
pub(super) fn rejection(query: &Received) -> Option<Reply> {
    // RFC 6891 section 6.1.3: a version that is not known MUST be answered with BADVERS.
    if query.edns().is_some_and(|edns| edns.version() > 0) {
        return Some(Reply::status(ResponseCode::BADVERS));
    }
    let transfer = matches!(query.rtype().0, RecordType::AXFR | RecordType::IXFR);
    let foreign = query.class() != DNSClass::IN;
    (transfer || foreign).then(|| Reply::status(ResponseCode::Refused))
}
