//! Honest answers: from the zones, or after an upstream resolver has been asked.

use super::{
    alias_chain::follow_aliases,
    answer_cache::{AnswerCache, patch_header},
    generation::Engine,
    naive_injection::Judgement,
    scratch::Scratch,
    transmission::{Origin, Payload, Transmission},
};
use crate::{
    answer::{Plan, ResponseHead, WireForm},
    config::HonestSource,
    dns::{
        Name, OwnedQuery, QueryView, Transport,
        constants::{EDE_NO_REACHABLE_AUTHORITY, flags2, flags3},
    },
    model::{Binding, Query, VerdictKind},
    policy::{Decision, Rule},
    upstream::{UpstreamAnswer, UpstreamError, gives_up},
    zone::ZoneAnswer,
};
use hickory_proto::op::{Message, ResponseCode};
use std::net::IpAddr;

/// A message, and where it comes from.
type HonestAnswer = (Vec<u8>, Origin);

/// What the zones say, before an upstream resolver is asked.
enum Local {
    /// The whole answer.
    Complete(HonestAnswer),
    /// The beginning of an answer that goes on elsewhere: a referral, or an alias to a name that is
    /// not here.
    Partial(HonestAnswer),
    /// NODATA, for all that is known here.
    NoneKnown(HonestAnswer),
    /// None, for this reason.
    Nothing(String),
}

/// A query that an upstream resolver is asked.
#[derive(Clone, Debug)]
pub struct UpstreamQuery {
    /// The query.
    pub message: OwnedQuery,
    pub(super) query: Query,
    pub(super) binding: Option<Binding>,
    /// Whether no rule has decided, so that the names behind aliases may still be judged.
    pub(super) is_undecided: bool,
}

impl UpstreamQuery {
    /// Who asks.
    #[must_use]
    pub const fn client(&self) -> IpAddr {
        self.query.client
    }

    /// Octets of the message.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a query is never empty")]
    pub fn len(&self) -> usize {
        self.message.view().octets.len()
    }
}

/// What goes out when the upstream resolvers have been asked.
#[derive(Debug)]
pub struct AfterUpstream<'e> {
    /// The messages that transmissions have ranges of.
    pub octets: Vec<u8>,
    /// In the order of their times, which count from the answer on; none is silence.
    pub transmissions: Vec<Transmission>,
    /// The rule, the verdict and the name, where aliases have led to one that a rule is about.
    pub judged: Option<(&'e Rule, VerdictKind, Name)>,
}

impl Engine {
    /// Writes the honest answer behind what is in the buffer, unless an upstream resolver has to be
    /// asked for it. What has been asked before is not looked for again.
    pub(super) fn write_honest(
        &self,
        query: QueryView<'_>,
        limit: usize,
        cache: &mut AnswerCache,
        out: &mut Vec<u8>,
    ) -> Payload {
        if let Some((range, origin)) = cache.write(query, out) {
            return Payload::Message(range, origin);
        }
        // Letters' case can change how a library compresses names; so it is told of one case alone.
        let mut lowercase = query.octets.to_vec();
        let lowercase = query.with_lowercase_qname(&mut lowercase);
        let Some((mut answer, origin)) = self.honest_locally(lowercase, limit) else {
            return Payload::AskUpstream;
        };
        cache.insert(&answer, origin);
        patch_header(&mut answer, query);
        out.extend(&answer);
        Payload::Message(out.len() - answer.len()..out.len(), origin)
    }

    /// The honest answer to a query, where the zones hold one: for observers of another answer.
    /// What only an upstream resolver would know is not asked for.
    pub fn known_honest_answer<'s>(
        &self,
        query: QueryView<'_>,
        transport: Transport,
        scratch: &'s mut Scratch,
    ) -> Option<&'s [u8]> {
        scratch.begin(self.generation());
        let Scratch { plan: Plan { octets, .. }, cache, .. } = scratch;
        match self.write_honest(query, query.response_limit(transport), cache, octets) {
            Payload::Message(range, Origin::Zones | Origin::StandIn) => Some(&octets[range]),
            Payload::Message(..) | Payload::AskUpstream | Payload::Reset => None,
        }
    }

    /// The honest answer, or nothing when an upstream resolver has to be asked for it.
    fn honest_locally(&self, query: QueryView<'_>, limit: usize) -> Option<HonestAnswer> {
        if self.asks_upstream() {
            let zones_first = self.settings.honest_from.first() == Some(&HonestSource::Zones)
                && !self.zones.is_fallback(query)
                || self.zones.is_served_locally(query);
            return if zones_first { self.complete_from_zones(query, limit) } else { None };
        }
        // Where nobody can be asked, what is known here is all that there is.
        Some(match self.zones_say(query, limit) {
            Local::Complete(answer) | Local::Partial(answer) | Local::NoneKnown(answer) => answer,
            Local::Nothing(why) => {
                let why = format!("{why}, and no upstream resolver is set");
                (Self::no_answer(query, limit, &why), Origin::Nowhere)
            }
        })
    }

    /// What goes out once the upstream resolvers have been asked.
    #[must_use]
    pub fn after_upstream(
        &self,
        asked: &UpstreamQuery,
        outcome: Result<UpstreamAnswer, UpstreamError>,
    ) -> AfterUpstream<'_> {
        let UpstreamQuery { message, query, binding, is_undecided } = asked;
        let mut octets = self.honest_after_upstream(message.view(), query.transport, outcome);
        let payload = Payload::Message(0..octets.len(), Origin::Upstream);
        let mut transmissions = vec![Transmission::at_once(payload)];
        let jurisdiction = self.policy.jurisdiction(query.client, binding.as_ref());
        let mut judgement = Judgement {
            query: query.clone(),
            decision: is_undecided.then_some(Decision { jurisdiction, rule: None, alias_of: None }),
            verdict: VerdictKind::Honest,
        };
        let (view, sampler) = (message.view(), self.sampler());
        let alias = follow_aliases(&mut judgement, view, sampler, &mut octets, &mut transmissions);
        let rule = judgement.decision.and_then(|decision| decision.rule);
        let judged = rule.zip(alias).map(|((rule, _), alias)| (rule, judgement.verdict, alias));
        AfterUpstream { octets, transmissions, judged }
    }

    /// The honest answer once the upstream resolvers have been asked: theirs, or else what the
    /// zones say, if they come behind. When nobody has an answer, the upstream's own words are the
    /// best there is.
    fn honest_after_upstream(
        &self,
        query: QueryView<'_>,
        transport: Transport,
        outcome: Result<UpstreamAnswer, UpstreamError>,
    ) -> Vec<u8> {
        let limit = query.response_limit(transport);
        let words = match outcome {
            // The client would have to ask again by TCP, and it does so already.
            Ok(UpstreamAnswer { cut: Some(why), .. }) if transport.is_stream() => {
                Self::no_answer(query, limit, &why.to_string())
            }
            Ok(UpstreamAnswer { octets, .. }) => {
                let fitting = fit(octets, query, limit);
                if !gives_up(&fitting) {
                    return fitting;
                }
                fitting
            }
            Err(why) => Self::no_answer(query, limit, &why.to_string()),
        };
        let zones_later = self.settings.honest_from.last() == Some(&HonestSource::Zones)
            || self.zones.is_fallback(query);
        match self.zones_say(query, limit) {
            // Nobody else could tell, and a SERVFAIL would take the name's addresses of the other
            // family from a stub resolver too.
            Local::NoneKnown((octets, _)) => octets,
            Local::Complete((octets, _)) if zones_later => octets,
            Local::Partial((octets, _)) if zones_later && !query.recursion_desired() => octets,
            Local::Complete(_) | Local::Partial(_) | Local::Nothing(_) => words,
        }
    }

    /// The zones' answer, if it is all that the client can want.
    fn complete_from_zones(&self, query: QueryView<'_>, limit: usize) -> Option<HonestAnswer> {
        match self.zones_say(query, limit) {
            Local::Complete(answer) => Some(answer),
            // Who does not ask for recursion wants what is known here, not what others know.
            Local::Partial(answer) | Local::NoneKnown(answer) if !query.recursion_desired() => {
                Some(answer)
            }
            Local::Partial(_) | Local::NoneKnown(_) | Local::Nothing(_) => None,
        }
    }

    /// The records of the query's type, if the zones hold any.
    pub(super) fn records_in_zones(
        &self,
        query: QueryView<'_>,
        limit: usize,
    ) -> Option<HonestAnswer> {
        match self.zones_say(query, limit) {
            Local::Complete(answer) if answer.0[6..8] != [0, 0] => Some(answer),
            _ => None,
        }
    }

    /// SERVFAIL that says why.
    fn no_answer(query: QueryView<'_>, limit: usize, why: &str) -> Vec<u8> {
        let head = ResponseHead::status(ResponseCode::ServFail);
        head.explained(EDE_NO_REACHABLE_AUTHORITY, why).octets(query, limit)
    }

    /// What the zones say, if they are asked at all.
    fn zones_say(&self, query: QueryView<'_>, limit: usize) -> Local {
        let nowhere = "the name is in no zone of this lab";
        let from_zones = self.settings.honest_from.contains(&HonestSource::Zones);
        if !from_zones && !self.zones.is_served_locally(query) {
            return Local::Nothing(nowhere.to_owned());
        }
        let written = |message: &Message| {
            let stands_in = self.zones.has_stand_in(message);
            let origin = if stands_in { Origin::StandIn } else { Origin::Zones };
            (encode(message, query, limit), origin)
        };
        match self.zones.answer(query) {
            ZoneAnswer::Complete(message) => Local::Complete(written(&message)),
            ZoneAnswer::Partial(message) => Local::Partial(written(&message)),
            ZoneAnswer::NoneKnown(message) => Local::NoneKnown(written(&message)),
            ZoneAnswer::NotHere => Local::Nothing(nowhere.to_owned()),
            ZoneAnswer::Unknown(zone) => {
                let why = format!("the snapshot of the zone {zone} does not hold the name");
                Local::Nothing(why)
            }
        }
    }

    /// Whether queries are passed on.
    pub(super) fn asks_upstream(&self) -> bool {
        let upstream = self.settings.honest_from.contains(&HonestSource::Upstream);
        upstream && !self.settings.upstream.is_empty()
    }
}

/// The octets of a message, in at most `limit`: what does not fit is left out and TC set (RFC 2181
/// section 9).
fn encode(message: &Message, query: QueryView<'_>, limit: usize) -> Vec<u8> {
    let octets = match message.to_vec() {
        Ok(octets) => octets,
        Err(why) => {
            let why = format!("the zone's answer cannot be written: {why}");
            return Engine::no_answer(query, limit, &why);
        }
    };
    if octets.len() <= limit {
        return octets;
    }
    let aa = Some(message.metadata.authoritative);
    let wire = WireForm { aa, ..WireForm::default() };
    let status = ResponseHead::status(message.metadata.response_code);
    ResponseHead { truncated: true, wire, ..status }.octets(query, limit)
}

/// A relayed answer as it is, or truncated where the client takes less than the upstream gave.
fn fit(octets: Vec<u8>, query: QueryView<'_>, limit: usize) -> Vec<u8> {
    if octets.len() <= limit {
        return octets;
    }
    let flag = |octet: usize, bit: u8| Some(octets[octet] & bit != 0);
    let (aa, ra, ad) = (flag(2, flags2::AA), flag(3, flags3::RA), flag(3, flags3::AD));
    let wire = WireForm { aa, ra, ad, ..WireForm::default() };
    let rcode = ResponseCode::from(0, octets[3] & flags3::RCODE);
    ResponseHead { truncated: true, wire, ..ResponseHead::status(rcode) }.octets(query, limit)
}
