//! Messages as clients send and receive them.

use hickory_proto::{
    op::{Edns, Message, Query},
    rr::{Name, RecordType},
};
use splinterdns::dns::Rtype;
use std::{
    io::{Read, Write},
    net::{IpAddr, SocketAddr, TcpStream, UdpSocket},
    time::Duration,
};

/// A query with RD and an OPT of 1232 octets.
pub(crate) fn question(name: &str, rtype: RecordType) -> Message {
    let mut message = Message::query();
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(Name::from_ascii(name).unwrap(), rtype));
    let mut edns = Edns::new();
    edns.set_max_payload(1232);
    message.set_edns(edns);
    message
}

/// The type of a word such as `A` or `TYPE65280`.
pub(crate) fn type_of(word: &str) -> RecordType {
    word.parse::<Rtype>().unwrap_or_else(|why| panic!("{word}: {why}")).0
}

/// The word for a type, `TYPE65280` where it has no other.
pub(crate) fn type_word(rtype: RecordType) -> String {
    Rtype(rtype).to_string()
}

/// The record data of the answer section.
pub(crate) fn data(message: &Message) -> Vec<String> {
    message.answers.iter().map(|record| record.data.to_string()).collect()
}

pub(crate) fn client_socket(client: &str) -> UdpSocket {
    UdpSocket::bind(SocketAddr::new(client.parse::<IpAddr>().unwrap(), 0)).unwrap()
}

/// The next datagram, if one comes in time.
pub(crate) fn receive(socket: &UdpSocket, patience: Duration) -> Option<Vec<u8>> {
    socket.set_read_timeout(Some(patience)).unwrap();
    let mut buffer = [0; 65_535];
    let length = socket.recv(&mut buffer).ok()?;
    Some(buffer[..length].to_vec())
}

pub(crate) fn send_framed(stream: &mut TcpStream, octets: &[u8]) {
    let length = u16::try_from(octets.len()).unwrap().to_be_bytes();
    stream.write_all(&[&length[..], octets].concat()).unwrap();
}

/// The next message of a stream, or nothing at its end.
pub(crate) fn receive_framed(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut octets = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut octets)?;
    Ok(octets)
}
