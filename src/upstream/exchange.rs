//! One query to one resolver: by UDP, and by TCP when the answer was truncated (RFC 7766 section
//! 5).

use super::{
    ports::{DatagramReply, Ports},
    sent_query::{Match, SentQuery},
};
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use thiserror::Error;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Semaphore,
    time::{Instant, timeout_at},
};

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
    #[error("could not be asked: {MOST_STREAMS} questions are asked by TCP already")]
    TooManyStreams,
}

/// Each has a socket, and the files that a process may open are counted.
pub(super) const MOST_STREAMS: usize = 256;

static STREAMS: Semaphore = Semaphore::const_new(MOST_STREAMS);

/// Asks for so long at the most. A truncated answer is better than none where TCP does not pass
/// (RFC 5625 section 4.4).
pub(super) async fn exchange(
    ports: &Arc<Ports>,
    server: SocketAddr,
    query: SentQuery,
    limit: Duration,
) -> Result<Exchanged, ExchangeError> {
    let end = Instant::now() + limit;
    let silent = |_| ExchangeError::Silent(limit);
    let received = timeout_at(end, ports.ask(query.clone())).await.map_err(silent)??;
    let beginning = match received {
        DatagramReply::Whole(octets) => return Ok(Exchanged { octets, cut: None }),
        DatagramReply::Truncated(octets) => Some(octets),
        // What comes by TCP cannot be forged by who does not see the way.
        DatagramReply::OtherLetters => None,
    };
    let whole =
        timeout_at(end, by_tcp(server, &query)).await.map_err(silent).and_then(|whole| whole);
    match (whole, beginning) {
        (Ok(octets), _) => Ok(Exchanged { octets, cut: None }),
        (Err(why), Some(octets)) => Ok(Exchanged { octets, cut: Some(why) }),
        (Err(why), None) => Err(why),
    }
}

async fn by_tcp(server: SocketAddr, query: &SentQuery) -> Result<Vec<u8>, ExchangeError> {
    let _place = STREAMS.try_acquire().map_err(|_| ExchangeError::TooManyStreams)?;
    let query = query.clone().with_id(rand::random());
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(query.octets().len()).expect("it came in by UDP or TCP");
    stream.write_all(&[&length.to_be_bytes()[..], query.octets()].concat()).await?;
    let mut answer = vec![0; usize::from(stream.read_u16().await?)];
    stream.read_exact(&mut answer).await?;
    taken(&query, answer).ok_or(ExchangeError::Foreign)
}

/// What came by TCP, if it is an answer.
pub(super) fn taken(query: &SentQuery, mut octets: Vec<u8>) -> Option<Vec<u8>> {
    (query.compare(&octets) != Match::Foreign).then(|| query.make_own(&mut octets))?;
    Some(octets)
}
