//! What comes in.

use crate::{
    dns::{Name, ParserSet, QueryView, RequestError, Rtype, Transport},
    model::{Binding, Query},
    policy::Jurisdiction,
};
use hickory_proto::rr::RecordType;
use jiff::civil::DateTime;
use std::net::IpAddr;

/// The root in wire form.
const ROOT: &[u8] = &[0];

/// A message that came in.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// The message.
    pub octets: &'r [u8],
    /// The client's address.
    pub client: IpAddr,
    /// The transport it came by.
    pub transport: Transport,
    /// Where all clients of its listener are.
    pub binding: Option<&'r Binding>,
    /// What we are to who sent it.
    pub role: ServerRole,
    /// When it came in, in UTC.
    pub arrival: DateTime,
}

/// What the server is to who sends a request: where honest answers come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ServerRole {
    /// The resolver that was asked: zones and upstream resolvers have them.
    #[default]
    Resolver,
    /// One to which the query was redirected: the server that was asked has them.
    Redirected,
    /// An injector beside the path: the server that was asked gives them itself.
    OnPath,
}

/// A request that was read.
#[derive(Debug)]
pub(super) struct ParsedRequest<'e, 'r> {
    pub(super) request: Request<'r>,
    /// The query as a resolver reads it.
    pub(super) message: Result<QueryView<'r>, RequestError>,
    /// What is decided about.
    pub(super) query: Query,
    pub(super) sender: Sender<'e>,
}

/// Who has sent a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sender<'e> {
    pub(super) client: IpAddr,
    /// Who governs the client.
    pub(super) jurisdiction: Jurisdiction<'e>,
    /// Whether it may ask at all.
    pub(super) allowed: bool,
}

impl Request<'_> {
    /// The query that is decided about; QNAME is written into the buffer of an earlier one. What
    /// cannot be read has the root and a type that is none.
    pub(super) fn query(&self, message: Option<&QueryView<'_>>, buffer: Option<Name>) -> Query {
        let &Self { client, transport, arrival, .. } = self;
        let buffer = buffer.unwrap_or_default();
        let (qname, qtype) = match message {
            Some(message) => (message.qname(buffer), message.qtype()),
            None => (buffer.refill(ROOT), Rtype(RecordType::ZERO)),
        };
        Query { qname, qtype, client, transport, arrival, parsers: ParserSet::DNS }
    }
}
