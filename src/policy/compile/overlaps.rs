//! Which networks each country and operator governs, and what is wrong where two of them govern the
//! same clients.

use super::error::CompileError;
use crate::{
    config::CountrySpec,
    diagnostic::{Duplicate, Place, Report},
    policy::client_networks::{ClientNetworks, JurisdictionId},
};
use ipnet::IpNet;

/// Takes in every network, and reports countries that are there twice and networks that two of them
/// govern. An operator's network lies inside its country's; that is what the longest prefix is for.
pub(super) fn client_networks(specs: &[&CountrySpec], report: &mut Report) -> ClientNetworks {
    let mut governed: Vec<(IpNet, Place, String, JurisdictionId)> = Vec::new();
    for (country, spec) in specs.iter().enumerate() {
        let twin = specs[..country].iter().find(|other| other.country.value == spec.country.value);
        if let Some(other) = twin {
            let first = report.cross_reference(spec.country.place, other.country.place);
            let name = spec.country.value.to_string();
            report.add(spec.country.place, Duplicate { what: "country", name, first });
            continue;
        }
        let own = spec.clients.iter().map(|at| {
            (at, JurisdictionId { country, operator: None }, spec.country.value.to_string())
        });
        let operators = spec.operators.iter().enumerate().flat_map(|(index, operator)| {
            let owner = format!("{} {}", spec.country.value, operator.operator.value);
            let id = JurisdictionId { country, operator: Some(index) };
            operator.clients.iter().map(move |at| (at, id, owner.clone()))
        });
        for (at, id, owner) in own.chain(operators) {
            let rival = governed
                .iter()
                .find(|(network, _, _, other)| overlap(*network, at.value) && rivals(*other, id));
            if let Some((network, place, owner, other_id)) = rival {
                let place = report.cross_reference(at.place, *place);
                let owner = if *other_id == id { "the same".to_owned() } else { owner.clone() };
                let (network, other) = (at.value.to_string(), network.to_string());
                report.add(at.place, CompileError::Overlap { network, other, owner, place });
            }
            governed.push((at.value, at.place, owner, id));
        }
    }
    let owned: Vec<_> = governed.into_iter().map(|(network, _, _, id)| (network, id)).collect();
    ClientNetworks::new(&owned)
}

fn overlap(a: IpNet, b: IpNet) -> bool {
    a.contains(&b) || b.contains(&a)
}

/// Whether both cannot govern one client. An operator and its own country can; and an operator's
/// network lies inside its country's, so that another country overlaps that one already.
fn rivals(a: JurisdictionId, b: JurisdictionId) -> bool {
    match (a.operator, b.operator) {
        (None, None) => true,
        (Some(_), Some(_)) => a.country == b.country,
        _ => false,
    }
}
