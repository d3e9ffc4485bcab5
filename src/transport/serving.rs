//! The lab with its upstream: what turns a planned step into octets.

use crate::{
    answer::Head,
    config::{Origin, WireSpec},
    lab::Lab,
    query::Received,
    upstream::{Upstream, gives_up},
};
use hickory_proto::op::ResponseCode;

/// A lab that can be asked.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) lab: Lab,
    upstream: Upstream,
}

impl Live {
    pub(super) fn new(lab: Lab) -> Self {
        let upstream = Upstream::new(lab.settings.upstream.clone(), lab.settings.upstream_timeout);
        Self { lab, upstream }
    }

    /// What the origins say from the first resolver on; zones before it have been asked by
    /// [`Lab::due`]. When none has an answer, the upstream's own words are the best there is.
    pub(super) async fn relayed(&self, query: Received<'_>, limit: usize) -> Vec<u8> {
        let mut least = None;
        for origin in
            self.lab.settings.honest_from.iter().skip_while(|origin| **origin == Origin::Zones)
        {
            match origin {
                Origin::Zones => {
                    if let Some(octets) = self.lab.whole_from_zones(query, limit) {
                        return octets;
                    }
                }
                Origin::Upstream => match self.upstream.relay(query.octets).await {
                    Ok(octets) if gives_up(&octets) => least = Some(fit(octets, query, limit)),
                    Ok(octets) => return fit(octets, query, limit),
                    Err(error) => least = Some(Lab::no_answer(query, limit, &error.to_string())),
                },
            }
        }
        least.unwrap_or_else(|| Lab::no_answer(query, limit, "no origin holds the name"))
    }
}

/// A relayed answer as it is, or truncated where the client takes less than the upstream gave.
fn fit(octets: Vec<u8>, query: Received<'_>, limit: usize) -> Vec<u8> {
    if octets.len() <= limit {
        return octets;
    }
    let flag = |octet: usize, bit: u8| Some(octets[octet] & bit != 0);
    let wire =
        WireSpec { aa: flag(2, 0x04), ra: flag(3, 0x80), ad: flag(3, 0x20), ..WireSpec::default() };
    let rcode = ResponseCode::from(0, octets[3] & 0x0f);
    Head { truncated: true, wire, ..Head::status(rcode) }.octets(query, limit)
}
