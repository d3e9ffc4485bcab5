//! One query to one resolver: by UDP, and by TCP when the answer was truncated (RFC 7766 section
//! 5).

use crate::dns::constants::{HEADER_LEN, flags2, flags3};
use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use thiserror::Error;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
    time::{Instant, timeout_at},
};

/// A query on its way.
pub(super) struct Exchange {
    server: SocketAddr,
    query: Vec<u8>,
}

/// What came back.
pub(super) struct Exchanged {
    pub(super) octets: Vec<u8>,
    /// Why the whole answer could not be had by TCP, where the octets are a truncated one.
    pub(super) cut: Option<ExchangeError>,
}

/// Why there was no answer, as words that follow the resolver's address.
#[derive(Debug, Error)]
pub(super) enum ExchangeError {
    #[error("did not answer within {} ms", .0.as_millis())]
    Silent(Duration),
    #[error("could not be asked: {0}")]
    Io(#[from] io::Error),
    #[error("answered with something else")]
    Foreign,
}

/// The errors that a server may give without having read the question (RFC 1035 section 4.1.1).
const FORMERR: u8 = 1;
const SERVFAIL: u8 = 2;
const NOTIMP: u8 = 4;
const REFUSED: u8 = 5;

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

    /// Asks for so long at the most. A truncated answer is better than none where TCP does not pass
    /// (RFC 5625 section 4.4).
    pub(super) async fn run(&self, limit: Duration) -> Result<Exchanged, ExchangeError> {
        let end = Instant::now() + limit;
        let silent = |_| ExchangeError::Silent(limit);
        let octets = timeout_at(end, self.by_udp()).await.map_err(silent)??;
        if octets[2] & flags2::TC == 0 {
            return Ok(Exchanged { octets, cut: None });
        }
        let whole = timeout_at(end, self.by_tcp()).await.map_err(silent);
        Ok(match whole.and_then(|whole| whole) {
            Ok(octets) => Exchanged { octets, cut: None },
            Err(why) => Exchanged { octets, cut: Some(why) },
        })
    }

    /// The answer. One that is longer than the buffer is truncated.
    async fn by_udp(&self) -> Result<Vec<u8>, ExchangeError> {
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
                buffer.truncate(length);
                self.restore_letters(&mut buffer);
                if length > DATAGRAM {
                    // Records that may be cut in the middle are left out.
                    buffer.truncate(question_end(&buffer).unwrap_or(HEADER_LEN));
                    buffer[2] |= flags2::TC;
                    buffer[6..HEADER_LEN].fill(0);
                }
                return Ok(buffer);
            }
        }
    }

    async fn by_tcp(&self) -> Result<Vec<u8>, ExchangeError> {
        let mut stream = TcpStream::connect(self.server).await?;
        let length = u16::try_from(self.query.len()).expect("it came in by UDP or TCP");
        stream.write_all(&[&length.to_be_bytes()[..], &self.query].concat()).await?;
        let mut answer = vec![0; usize::from(stream.read_u16().await?)];
        stream.read_exact(&mut answer).await?;
        if self.is_answer(&answer) {
            self.restore_letters(&mut answer);
            Ok(answer)
        } else {
            Err(ExchangeError::Foreign)
        }
    }

    /// Writes the question over that of an answer, because a resolver may fold its letters, and
    /// whoever mixes their case takes that for a forgery (draft-vixie-dnsext-dns0x20-00).
    fn restore_letters(&self, answer: &mut [u8]) {
        let question = question_end(&self.query).map(|end| &self.query[HEADER_LEN..end]);
        if let Some(question) = question.filter(|_| answer[4..6] == [0, 1]) {
            answer[HEADER_LEN..HEADER_LEN + question.len()].copy_from_slice(question);
        }
    }

    /// The same id and OPCODE, QR set, and the same question (RFC 5452 section 9.1). Without any
    /// only an error's bare header is taken by its id: it says nothing about any name.
    fn is_answer(&self, octets: &[u8]) -> bool {
        if octets.len() < HEADER_LEN
            || octets[..2] != self.query[..2]
            || octets[2] & flags2::QR == 0
            || (octets[2] ^ self.query[2]) & flags2::OPCODE != 0
        {
            return false;
        }
        if octets[4..HEADER_LEN] == [0; 8] {
            return matches!(octets[3] & flags3::RCODE, FORMERR | SERVFAIL | NOTIMP | REFUSED);
        }
        octets[4..6] == [0, 1]
            && question_end(&self.query).is_some_and(|end| {
                octets.len() >= end
                    && octets[HEADER_LEN..end].eq_ignore_ascii_case(&self.query[HEADER_LEN..end])
            })
    }
}

fn question_end(message: &[u8]) -> Option<usize> {
    let mut at = HEADER_LEN;
    while *message.get(at)? != 0 {
        at += 1 + usize::from(message[at]);
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
        assert!(!exchange.is_answer(&with_id(message(0xa1, b"\x01a\x02bc"))), "another opcode");
        let mut other_id = with_id(message(0x81, b"\x01a\x02bc"));
        other_id[0] ^= 1;
        assert!(!exchange.is_answer(&other_id), "another id");
        assert!(!exchange.is_answer(&[0; 5]), "no header");
    }

    #[test]
    fn the_asker_gets_its_own_letters_back() {
        let exchange = Exchange::new("192.0.2.1:53".parse().unwrap(), &message(1, b"\x01A\x02bC"));
        let mut answer = message(0x81, b"\x01a\x02bc");
        exchange.restore_letters(&mut answer);
        assert_eq!(answer, message(0x81, b"\x01A\x02bC"));
        let mut bare = answer[..12].to_vec();
        bare[5] = 0;
        exchange.restore_letters(&mut bare);
        assert_eq!(bare.len(), 12, "a bare header has none");
    }

    #[test]
    fn without_a_question_only_the_bare_header_of_an_error_is_taken() {
        let exchange = Exchange::new("192.0.2.1:53".parse().unwrap(), &message(1, b"\x01a\x02bc"));
        let header = |rcode: u8, counts: [u8; 4]| {
            let [questions, answers, authority, additional] = counts;
            let mut octets = exchange.query[..2].to_vec();
            octets.extend([0x81, rcode, 0, questions, 0, answers, 0, authority, 0, additional]);
            octets
        };
        for rcode in [1, 2, 4, 5] {
            assert!(exchange.is_answer(&header(rcode, [0; 4])), "an error: {rcode}");
        }
        for rcode in [0, 3, 6] {
            assert!(!exchange.is_answer(&header(rcode, [0; 4])), "what is about a name: {rcode}");
        }
        for counts in [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0]] {
            let record = b"\x05other\0\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x01";
            let octets = [&header(2, counts)[..], record].concat();
            assert!(!exchange.is_answer(&octets), "{counts:?}");
        }
        let mut two = message(0x81, b"\x01a\x02bc");
        two[..2].copy_from_slice(&exchange.query[..2]);
        two[5] = 2;
        assert!(!exchange.is_answer(&two), "two questions");
    }
}
