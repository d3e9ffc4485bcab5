//! The question of a row, put to a server, and the octets that come back.

use super::{Row, Wire};
use crate::support::{
    server::Running,
    wire::{client_socket, question, receive, receive_framed, send_framed, type_of},
};
use hickory_proto::op::Message;
use std::time::{Duration, Instant};

/// For so long replies are gathered: longer than any genuine answer was seen to lag behind a forged
/// one (364 ms).
const PATIENCE: Duration = Duration::from_millis(500);

/// A reply: its octets, and the same decoded where a library can.
pub(super) struct Reply {
    pub(super) octets: Vec<u8>,
    pub(super) message: Option<Message>,
}

impl Reply {
    fn new(octets: Vec<u8>) -> Self {
        Self { message: Message::from_vec(&octets).ok(), octets }
    }
}

fn query(row: &Row) -> Vec<u8> {
    let (name, rtype) =
        row.ask.split_once(' ').unwrap_or_else(|| panic!("{}: a name and a type", row.ask));
    let mut message = question(&format!("{name}."), type_of(rtype));
    message.metadata.recursion_desired = row.rd;
    if !row.edns {
        message.edns = None;
    }
    message.to_vec().unwrap()
}

/// All replies to the client of a row.
pub(super) fn to_its_client(server: &Running, row: &Row) -> Vec<Reply> {
    let client = row.client.to_string();
    match row.transport {
        Wire::Udp => by_udp(server, row, &client, usize::MAX),
        Wire::Tcp => {
            let mut stream = server.connect(&client);
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            send_framed(&mut stream, &query(row));
            receive_framed(&mut stream).ok().map(Reply::new).into_iter().collect()
        }
    }
}

/// The control: the reply to a client of nobody's network, which asks the same by UDP.
pub(super) fn to_nobody(server: &Running, row: &Row) -> Vec<Reply> {
    by_udp(server, row, "127.0.0.1", 1)
}

fn by_udp(server: &Running, row: &Row, client: &str, most: usize) -> Vec<Reply> {
    let (begin, socket, mut replies) = (Instant::now(), client_socket(client), Vec::new());
    socket.send_to(&query(row), server.address).unwrap();
    while replies.len() < most {
        let left = PATIENCE.saturating_sub(begin.elapsed());
        if left.is_zero() {
            break;
        }
        let Some(reply) = receive(&socket, left) else { break };
        replies.push(Reply::new(reply));
    }
    replies
}
