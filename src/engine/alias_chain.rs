//! Aliases that an honest answer leads through. A resolver that blocks, by RPZ for instance, asks
//! its rules about every name on the way (draft-vixie-dnsop-dns-rpz-00); whoever
//! injects on the path sees the question alone.

use super::{
    naive_injection::Judgement,
    transmission::{Origin, Payload, Transmission},
};
use crate::{
    answer::{ChainedAlias, Output, Plan, PlannedStep, Redirection, Sampler},
    dns::{Name, QueryView, read_wire},
    model::Query,
    policy::Decision,
};
use domain::{
    base::{Message, ToName},
    rdata::{Cname, Dname},
};
use hickory_proto::rr::{Name as WireName, RecordType};
use std::ops::Range;

/// As many aliases are looked at; resolvers follow no more.
const MAX_ALIASES: usize = 16;

/// Judges the names to which the aliases of an honest answer lead, one after the other, if the
/// answer is all that goes out. Where a rule is about one of them, what the rule sends goes out
/// instead; the judgement is about that name then, which comes back.
pub(super) fn follow_aliases(
    judgement: &mut Judgement<'_>,
    message: QueryView<'_>,
    sampler: Sampler<'_>,
    octets: &mut Vec<u8>,
    transmissions: &mut Vec<Transmission>,
) -> Option<Name> {
    let Decision { jurisdiction, rule: None, .. } = judgement.decision? else { return None };
    let [Transmission { after, payload: Payload::Message(range, _), .. }] = &transmissions[..]
    else {
        return None;
    };
    // Who asks for an alias itself is not led anywhere (RFC 1034 section 3.6.2).
    let is_led = !matches!(judgement.query.qtype.0, RecordType::CNAME | RecordType::ANY);
    if !is_led || !jurisdiction.follows_aliases() {
        return None;
    }
    let (honest, begin) = (transmissions[0].payload.clone(), *after);
    let chain = aliases(&octets[range.clone()])?;
    let names = chain.iter().map(|alias| Name::from_wire(&alias.target));
    let (length, query, decision) = names.enumerate().find_map(|(before, qname)| {
        let query = Query { qname, ..judgement.query.clone() };
        let decision = jurisdiction.decide(&query);
        decision.rule.map(|_| (before + 1, query, decision))
    })?;
    let (rule, _) = decision.rule?;
    if rule.answer.is_honest() {
        return None;
    }
    let mut plan = Plan::default();
    decision.plan(&query, message, &chain[..length], sampler, &mut plan);
    (judgement.decision, judgement.verdict) = (Some(decision), plan.take_verdict());
    let start = octets.len();
    octets.extend(&plan.octets);
    let moved = |range: Range<usize>| range.start + start..range.end + start;
    let most = if query.transport.is_stream() { 1 } else { plan.steps.len() };
    let steps = plan.steps.into_iter().take(most).map(|PlannedStep { after, output }| {
        let packet = output.packet();
        let payload = match output {
            Output::Forged(range, _) | Output::AliasTarget(range) | Output::Rejected(range) => {
                Payload::Message(moved(range), Origin::Forged)
            }
            Output::Reset => Payload::Reset,
            Output::Honest => honest.clone(),
        };
        Transmission { after: begin + after, payload, packet }
    });
    *transmissions = steps.collect();
    Some(query.qname)
}

/// The aliases that lead from the question on, in their order, each with the DNAME that it was made
/// of. Nothing else of the message is decoded, so that nothing in it hides them.
fn aliases(answer: &[u8]) -> Option<Vec<ChainedAlias>> {
    let message = Message::from_octets(answer).ok()?;
    let mut name = message.sole_question().ok()?.into_qname();
    let (mut cnames, mut dnames) = (Vec::new(), Vec::new());
    // What stands behind a broken record cannot be told.
    for record in message.answer().ok()?.map_while(Result::ok) {
        let (owner, ttl) = (record.owner(), record.ttl().as_secs());
        if let Ok(Some(alias)) = record.to_record::<Cname<_>>() {
            cnames.push((owner, ttl, alias.into_data().into_cname()));
        } else if let Ok(Some(alias)) = record.to_record::<Dname<_>>() {
            dnames.push((owner, ttl, alias.into_data().into_dname()));
        }
    }
    let mut chain = Vec::new();
    while chain.len() < MAX_ALIASES {
        let Some((owner, ttl, target)) = cnames.iter().find(|(owner, ..)| *owner == name) else {
            break;
        };
        let above = dnames.iter().find(|(above, ..)| owner != above && owner.ends_with(above));
        let made_of = above.map(|(above, ttl, target)| {
            Some(Redirection { owner: wire(above)?, ttl: *ttl, target: wire(target)? })
        });
        chain.push(ChainedAlias {
            ttl: *ttl,
            target: wire(target)?,
            made_of: made_of.unwrap_or_default(),
        });
        name = *target;
    }
    Some(chain)
}

/// The same name for the writer of messages.
fn wire(name: &impl ToName) -> Option<WireName> {
    read_wire(name.to_vec().as_slice())
}
