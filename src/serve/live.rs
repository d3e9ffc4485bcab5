//! The lab with its upstream: what turns a planned step into octets.

use crate::{
    answer::Reply,
    config::{Origin, WireSpec},
    lab::{Asked, Lab, Outgoing},
    upstream::{Upstream, gives_up},
};
use hickory_proto::op::ResponseCode;
use std::sync::Arc;

/// A lab that can be asked.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) lab: Lab,
    upstream: Upstream,
}

/// Octets to send, or a reset.
#[derive(Debug)]
pub(super) enum Frame {
    Octets(Vec<u8>),
    Reset,
}

impl Live {
    pub(super) fn new(lab: Lab) -> Self {
        let upstream = Upstream::new(lab.settings.upstream.clone(), lab.settings.upstream_timeout);
        Self { lab, upstream }
    }

    /// What leaves, if nobody has to be asked for it; else the question that has to be asked.
    pub(super) fn at_once(&self, what: Outgoing) -> Result<Frame, Arc<Asked>> {
        match what {
            Outgoing::Forged(octets) | Outgoing::Rejected(octets) => Ok(Frame::Octets(octets)),
            Outgoing::Reset => Ok(Frame::Reset),
            Outgoing::Honest(asked) => self.lab.honest_at_once(&asked).map(Frame::Octets).ok_or(asked),
        }
    }

    /// What leaves.
    pub(super) async fn frame(&self, what: Outgoing) -> Frame {
        match self.at_once(what) {
            Ok(frame) => frame,
            Err(asked) => Frame::Octets(self.relayed(&asked).await),
        }
    }

    /// What the origins say from the first resolver on; zones before it have been asked by [`Live::at_once`]. When none has an
    /// answer, the upstream's own words are the best there is.
    pub(super) async fn relayed(&self, asked: &Asked) -> Vec<u8> {
        let mut least = None;
        for origin in self.lab.settings.honest_from.iter().skip_while(|origin| **origin == Origin::Zones) {
            match origin {
                Origin::Zones => {
                    if let Some(octets) = self.lab.whole_from_zones(asked) {
                        return octets;
                    }
                }
                Origin::Upstream => match self.upstream.relay(&asked.query.octets).await {
                    Ok(octets) if gives_up(&octets) => least = Some(fit(octets, asked)),
                    Ok(octets) => return fit(octets, asked),
                    Err(error) => least = Some(Lab::no_answer(asked, error.to_string())),
                },
            }
        }
        least.unwrap_or_else(|| Lab::no_answer(asked, "no origin holds the name"))
    }
}

/// A relayed answer as it is, or truncated where the client takes less than the upstream gave.
fn fit(octets: Vec<u8>, Asked { query, limit }: &Asked) -> Vec<u8> {
    if octets.len() <= *limit {
        return octets;
    }
    let flag = |octet: usize, bit: u8| Some(octets[octet] & bit != 0);
    let wire = WireSpec { aa: flag(2, 0x04), ra: flag(3, 0x80), ad: flag(3, 0x20), ..WireSpec::default() };
    let rcode = ResponseCode::from(0, octets[3] & 0x0f);
    Reply { truncated: true, wire, ..Reply::status(rcode) }.octets(query, *limit)
}
