//! Seating every network with its country and operator, and what is wrong where two of them govern
//! the same clients.

use super::{Seat, networks::Networks};
use crate::config::{CountrySpec, Place, Report, Trouble};
use ipnet::IpNet;

/// Seats every network, and reports countries that are there twice and networks that two of them
/// govern. An operator's network lies inside its country's; that is what the longest prefix is for.
pub(super) fn govern(specs: &[&CountrySpec], report: &mut Report) -> Networks {
    let mut governed: Vec<(IpNet, Place, String, Seat)> = Vec::new();
    for (country, spec) in specs.iter().enumerate() {
        let twin = specs[..country].iter().find(|other| other.country.value == spec.country.value);
        if let Some(other) = twin {
            let first = report.cross_reference(spec.country.place, other.country.place);
            let name = spec.country.value.to_string();
            report.add(spec.country.place, Trouble::Twice { what: "country", name, first });
            continue;
        }
        let own = spec
            .clients
            .iter()
            .map(|at| (at, Seat { country, operator: None }, spec.country.value.to_string()));
        let operators = spec.operators.iter().enumerate().flat_map(|(index, operator)| {
            let owner = format!("{} {}", spec.country.value, operator.operator.value);
            let seat = Seat { country, operator: Some(index) };
            operator.clients.iter().map(move |at| (at, seat, owner.clone()))
        });
        for (at, seat, owner) in own.chain(operators) {
            let rival = governed
                .iter()
                .find(|(network, _, _, other)| overlap(*network, at.value) && rivals(*other, seat));
            if let Some((network, place, owner, other_seat)) = rival {
                let place = report.cross_reference(at.place, *place);
                let owner = if *other_seat == seat { "the same".to_owned() } else { owner.clone() };
                let (network, other) = (at.value.to_string(), network.to_string());
                report.add(at.place, Trouble::Overlap { network, other, owner, place });
            }
            governed.push((at.value, at.place, owner, seat));
        }
    }
    let seated: Vec<_> =
        governed.into_iter().map(|(network, _, _, seat)| (network, seat)).collect();
    Networks::new(&seated)
}

fn overlap(a: IpNet, b: IpNet) -> bool {
    a.contains(&b) || b.contains(&a)
}

/// Whether both cannot govern one client. An operator and its own country can; and an operator's
/// network lies inside its country's, so that another country overlaps that one already.
fn rivals(a: Seat, b: Seat) -> bool {
    match (a.operator, b.operator) {
        (None, None) => true,
        (Some(_), Some(_)) => a.country == b.country,
        _ => false,
    }
}
