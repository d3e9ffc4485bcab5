//! One query to one resolver: by UDP, and by TCP when the answer was truncated (RFC 7766 section
//! 5).

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use thiserror::Error;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
};

/// A query on its way.
pub(super) struct Exchange {
    server: SocketAddr,
    query: Vec<u8>,
}

/// Why there was no answer, as words that follow the resolver's address.
#[derive(Debug, Error)]
pub(super) enum ExchangeError {
    #[error("did not answer within {} ms", .0.as_millis())]
    Silent(Duration),
    #[error("could not be asked: {0}")]
    Io(#[from] io::Error),
    #[error("answered by TCP with something else")]
    Foreign,
}

/// What resolvers send by UDP at the most, whatever they are offered; a longer answer is fetched by
/// TCP.
const DATAGRAM: usize = 4096;

impl Exchange {
    /// A fresh id for every try makes answers hard to guess (RFC 5452 section 9.2), and so does the
    /// socket's own port.
    pub(super) fn new(server: SocketAddr, query: &[u8]) -> Self {
        let mut query = query.to_vec();
        query[..2].copy_from_slice(&rand::random::<[u8; 2]>());
        Self { server, query }
    }

    pub(super) async fn run(&self) -> Result<Vec<u8>, ExchangeError> {
        let answer = self.by_udp().await?;
        if let Some(answer) = answer {
            return Ok(answer);
        }
        self.by_tcp().await
    }

    /// The answer, or nothing when it is truncated or longer than the buffer.
    async fn by_udp(&self) -> Result<Option<Vec<u8>>, ExchangeError> {
        let any = match self.server {
            SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
        };
        let socket = UdpSocket::bind(any).await?;
        socket.connect(self.server).await?;
        socket.send(&self.query).await?;
        let mut buffer = vec![0; DATAGRAM + 1];
        loop {
            let length = socket.recv(&mut buffer).await?;
            // Anybody can send a datagram here; what is no answer to this query is passed over (RFC
            // 5452 section 9.1).
            if self.is_answer(&buffer[..length]) {
                let truncated = buffer[2] & 0x02 != 0 || length > DATAGRAM;
                buffer.truncate(length);
                return Ok((!truncated).then_some(buffer));
            }
        }
    }

    async fn by_tcp(&self) -> Result<Vec<u8>, ExchangeError> {
        let mut stream = TcpStream::connect(self.server).await?;
        let length = u16::try_from(self.query.len()).expect("it came in by UDP or TCP");
        stream.write_all(&[&length.to_be_bytes()[..], &self.query].concat()).await?;
        let mut answer = vec![0; usize::from(stream.read_u16().await?)];
        stream.read_exact(&mut answer).await?;
        if self.is_answer(&answer) { Ok(answer) } else { Err(ExchangeError::Foreign) }
    }

    /// The same id, QR set, and the same question; a reply without any (some errors have none) is
    /// taken by its id.
    fn is_answer(&self, octets: &[u8]) -> bool {
        if octets.len() < 12 || octets[..2] != self.query[..2] || octets[2] & 0x80 == 0 {
            return false;
        }
        if octets[4..6] == [0, 0] {
            return true;
        }
        let Some(end) = question_end(&self.query) else { return true };
        octets.len() >= end && octets[12..end].eq_ignore_ascii_case(&self.query[12..end])
    }
}

fn question_end(query: &[u8]) -> Option<usize> {
    let mut at = 12;
    while *query.get(at)? != 0 {
        at += 1 + usize::from(query[at]);
    }
    Some(at + 5)
}

#[cfg(test)]
mod tests {
    use super::Exchange;

    fn message(flags: u8, name: &[u8]) -> Vec<u8> {
        [&[0, 0, flags, 0, 0, 1, 0, 0, 0, 0, 0, 0][..], name, &[0, 0, 1, 0, 1]].concat()
    }

    #[test]
    fn only_the_answer_to_the_very_question_is_taken() {
        let exchange = Exchange::new("192.0.2.1:53".parse().unwrap(), &message(1, b"\x01a\x02bc"));
        let with_id = |mut octets: Vec<u8>| {
            octets[..2].copy_from_slice(&exchange.query[..2]);
            octets
        };
        assert!(exchange.is_answer(&with_id(message(0x81, b"\x01A\x02bC"))));
        assert!(!exchange.is_answer(&with_id(message(0x81, b"\x01x\x02bc"))), "another question");
        assert!(!exchange.is_answer(&with_id(message(0x01, b"\x01a\x02bc"))), "no response");
        let mut other_id = with_id(message(0x81, b"\x01a\x02bc"));
        other_id[0] ^= 1;
        assert!(!exchange.is_answer(&other_id), "another id");
        assert!(!exchange.is_answer(&[0; 5]), "no header");
    }
}
