//! DNS cookies (RFC 7873, RFC 9018): whoever sends one back that we gave has the address that its
//! query claims to come from.

use crate::dns::{EdnsOptions, OPT_HEAD, QueryView, opt_range};
use domain::{
    base::{
        Serial,
        opt::{ComposeOptData, Cookie},
    },
    dep::octseq::Parser,
};
use std::net::IpAddr;

/// The server's secret. Another one after a start costs every client one more query.
#[derive(Clone, Debug)]
pub(super) struct ServerCookies {
    secret: [u8; 16],
}

/// The option's code.
const COOKIE: u16 = 10;

/// How old a cookie may be, and how far its time may be ahead of ours, in seconds (RFC 9018 section
/// 4.3).
const PAST: u32 = 3600;
const AHEAD: u32 = 300;

impl ServerCookies {
    pub(super) fn new() -> Self {
        Self { secret: rand::random() }
    }

    /// Whether a cookie is one that this client got from us.
    pub(super) fn is_ours(&self, cookie: &Cookie, client: IpAddr, now: u32) -> bool {
        let is_fresh = |time: Serial| {
            let age = now.wrapping_sub(time.into_int());
            age <= PAST || age.wrapping_neg() <= AHEAD
        };
        cookie.check_server_hash(client, &self.secret, is_fresh)
    }

    /// Puts a fresh cookie into the OPT of a reply, in place of one of somebody else's. A reply
    /// without an OPT, or without room, stays as it is.
    pub(super) fn add_to(
        &self,
        reply: &mut Vec<u8>,
        cookie: &Cookie,
        client: IpAddr,
        now: u32,
        limit: usize,
    ) {
        let Some(range) = opt_range(reply) else { return };
        let fresh = cookie.create_response(Serial(now), client, &self.secret);
        let record = &reply[range.clone()];
        let kept = EdnsOptions::of_record(record).filter(|(code, _)| *code != COOKIE);
        let mut options: Vec<u8> = kept.flat_map(|(_, option)| option).copied().collect();
        options.extend(COOKIE.to_be_bytes());
        options.extend(fresh.compose_len().to_be_bytes());
        let Ok(()) = fresh.compose_option(&mut options);
        let Ok(length) = u16::try_from(options.len()) else { return };
        let mut opt = record[..OPT_HEAD].to_vec();
        opt[OPT_HEAD - 2..].copy_from_slice(&length.to_be_bytes());
        opt.extend(options);
        if reply.len() - range.len() + opt.len() <= limit {
            reply.splice(range, opt);
        }
    }
}

/// The cookie of a query, if it has a sound one.
pub(super) fn cookie_of(query: QueryView<'_>) -> Option<Cookie> {
    let mut options = EdnsOptions::of_record(query.opt_octets()?);
    let (_, option) = options.find(|(code, _)| *code == COOKIE)?;
    Cookie::parse(&mut Parser::from_ref(&option[4..])).ok()
}

#[cfg(test)]
pub(super) mod tests {
    use super::{ServerCookies, cookie_of, opt_range};
    use crate::dns::QueryView;

    const CLIENT: [u8; 4] = [198, 51, 100, 7];

    /// `a.example A` with an OPT that has these options.
    pub(in crate::transport) fn query(options: &[u8]) -> Vec<u8> {
        let mut octets =
            b"\x12\x34\x01\0\0\x01\0\0\0\0\0\x01\x01a\x07example\0\0\x01\0\x01".to_vec();
        octets.extend([0, 0, 41, 4, 208, 0, 0, 0, 0, 0, options.len() as u8]);
        octets.extend(options);
        octets
    }

    fn reply(query: &[u8]) -> Vec<u8> {
        let mut octets = query.to_vec();
        octets[2] |= 0x80;
        octets
    }

    #[test]
    fn a_cookie_that_was_given_is_known_again_for_its_client_and_its_time() {
        let (cookies, client) = (ServerCookies::new(), CLIENT.into());
        let asked = query(b"\0\x0a\0\x0812345678");
        let cookie = cookie_of(QueryView::parse(&asked).unwrap()).unwrap();
        assert!(!cookies.is_ours(&cookie, client, 1000), "the client's half alone");
        // An option of another kind stays, somebody else's cookie goes.
        let mut answered = reply(&query(b"\0\x03\0\x01n\0\x0a\0\x0812345678"));
        cookies.add_to(&mut answered, &cookie, client, 1000, 512);
        let range = opt_range(&answered).unwrap();
        assert_eq!(range.end, answered.len());
        assert_eq!(&answered[range.start + 11..][..5], b"\0\x03\0\x01n");
        assert_eq!(answered.len(), reply(&query(b"")).len() + 5 + 28);
        answered[2] &= 0x7f;
        let given = cookie_of(QueryView::parse(&answered).unwrap()).unwrap();
        assert!(cookies.is_ours(&given, client, 1000) && cookies.is_ours(&given, client, 4600));
        assert!(cookies.is_ours(&given, client, 700), "our clock was set back a little");
        assert!(!cookies.is_ours(&given, client, 4601) && !cookies.is_ours(&given, client, 699));
        assert!(!cookies.is_ours(&given, [198, 51, 100, 8].into(), 1000), "another client");
        assert!(!ServerCookies::new().is_ours(&given, client, 1000), "another server");
    }

    #[test]
    fn a_reply_without_an_opt_or_without_room_stays_as_it_is() {
        let cookies = ServerCookies::new();
        let asked = query(b"\0\x0a\0\x0812345678");
        let cookie = cookie_of(QueryView::parse(&asked).unwrap()).unwrap();
        let mut bare = reply(&asked)[..27].to_vec();
        bare[11] = 0;
        for (octets, limit) in [(bare, 512), (reply(&query(b"")), 65)] {
            let mut left = octets.clone();
            cookies.add_to(&mut left, &cookie, CLIENT.into(), 1000, limit);
            assert_eq!(left, octets);
        }
    }

    #[test]
    fn what_is_no_cookie_is_none() {
        let options: [&[u8]; 4] = [b"", b"\0\x0a\0\x0512345", b"\0\x0a\0\0", b"\0\x03\0\0"];
        for options in options {
            assert!(cookie_of(QueryView::parse(&query(options)).unwrap()).is_none(), "{options:?}");
        }
    }
}
