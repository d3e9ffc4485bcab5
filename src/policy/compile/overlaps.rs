//! Which networks each country and operator governs, and what is wrong where two of them govern the
//! same clients.

use super::error::CompileError;
use crate::{
    config::CountrySpec,
    diagnostic::{At, Duplicate, Place, Report},
    policy::client_networks::{ClientNetworks, JurisdictionId},
};
use ipnet::IpNet;
use std::collections::{HashMap, hash_map::Entry};

/// A network, where it is written, and who governs it.
#[derive(Debug)]
struct Governed {
    network: IpNet,
    place: Place,
    id: JurisdictionId,
}

/// Takes in every network, and reports countries that are there twice and networks that two of them
/// govern. An operator's network lies inside its country's; that is what the longest prefix is for.
pub(super) fn client_networks(specs: &[&CountrySpec], report: &mut Report) -> ClientNetworks {
    let mut governed = Vec::new();
    let mut first_of: HashMap<_, Place> = HashMap::new();
    for (country, spec) in specs.iter().enumerate() {
        match first_of.entry(spec.country.value) {
            Entry::Vacant(entry) => entry.insert(spec.country.place),
            Entry::Occupied(first) => {
                let first = report.cross_reference(spec.country.place, *first.get());
                let name = spec.country.value.to_string();
                report.add(spec.country.place, Duplicate { what: "country", name, first });
                continue;
            }
        };
        let mut take = |clients: &[_], operator| {
            let id = JurisdictionId { country, operator };
            governed.extend(clients.iter().map(|at: &At<IpNet>| Governed {
                network: at.value,
                place: at.place,
                id,
            }));
        };
        take(&spec.clients, None);
        for (index, operator) in spec.operators.iter().enumerate() {
            take(&operator.clients, Some(index));
        }
    }
    for (number, first) in first_rivals(&governed).into_iter().enumerate() {
        let Some(first) = first.filter(|first| *first < number) else { continue };
        let (rival, Governed { network, place, id }) = (&governed[first], &governed[number]);
        let owner = if rival.id == *id { "the same".to_owned() } else { owner(specs, rival.id) };
        let place_of_rival = report.cross_reference(*place, rival.place);
        let (network, other) = (network.to_string(), rival.network.to_string());
        let problem = CompileError::Overlap { network, other, owner, place: place_of_rival };
        report.add(*place, problem);
    }
    let owned: Vec<_> = governed.iter().map(|one| (one.network, one.id)).collect();
    ClientNetworks::new(&owned)
}

fn owner(specs: &[&CountrySpec], id: JurisdictionId) -> String {
    let spec = specs[id.country];
    match id.operator {
        None => spec.country.value.to_string(),
        Some(index) => format!("{} {}", spec.country.value, spec.operators[index].operator.value),
    }
}

/// Among whom two cannot govern one client: all countries, or all operators of one country. An
/// operator and its own country can; and an operator's network lies inside its country's, so that
/// another country overlaps that one already.
fn rivals(id: JurisdictionId) -> Option<usize> {
    id.operator.map(|_| id.country)
}

/// A network on the way from the largest that holds it to itself.
struct Enclosing {
    network: IpNet,
    /// The first of the networks up to this one.
    first: usize,
    /// The networks that are this one.
    same: Vec<usize>,
    /// The first of those inside of it.
    first_inside: usize,
}

/// For each network the number of the first rival's that overlaps it, if there is one beside
/// itself. Of two networks that overlap one holds the other. So they are walked through in order,
/// the larger before those inside of it, with those in hand that hold the present one.
fn first_rivals(governed: &[Governed]) -> Vec<Option<usize>> {
    let mut order: Vec<_> = (0..governed.len()).collect();
    order.sort_by_key(|number| {
        let Governed { network, id, .. } = &governed[*number];
        (rivals(*id), network.network(), network.prefix_len(), *number)
    });
    let mut found = vec![None; governed.len()];
    let mut open: Vec<Enclosing> = Vec::new();
    let mut class = None;
    for number in order {
        let Governed { network, id, .. } = &governed[number];
        let is_in = |outer: &Enclosing| outer.network.contains(network);
        while open.last().is_some_and(|last| class != Some(rivals(*id)) || !is_in(last)) {
            close(&mut open, &mut found);
        }
        class = Some(rivals(*id));
        match open.last_mut() {
            Some(last) if last.network == *network => last.same.push(number),
            last => {
                let first = last.map_or(number, |last| last.first.min(number));
                let (same, first_inside) = (vec![number], usize::MAX);
                open.push(Enclosing { network: *network, first, same, first_inside });
            }
        }
    }
    while !open.is_empty() {
        close(&mut open, &mut found);
    }
    found
}

/// Takes the last network from those in hand: all inside of it have been seen.
fn close(open: &mut Vec<Enclosing>, found: &mut [Option<usize>]) {
    let Some(Enclosing { first, same, first_inside, .. }) = open.pop() else { return };
    let overlapping = first.min(first_inside);
    let inside = first_inside.min(same[0]);
    for number in same {
        found[number] = Some(overlapping).filter(|first| *first != number);
    }
    if let Some(outer) = open.last_mut() {
        outer.first_inside = outer.first_inside.min(inside);
    }
}

#[cfg(test)]
mod tests {
    use super::{Governed, Place, first_rivals, rivals};
    use crate::policy::client_networks::JurisdictionId;
    use ipnet::IpNet;
    use proptest::prelude::{Strategy, any, prop_assert_eq, proptest};

    fn governed() -> impl Strategy<Value = Vec<Governed>> {
        let v4 =
            (any::<u8>(), 24_u8..=32).prop_map(|(low, length)| format!("10.0.0.{low}/{length}"));
        let v6 =
            (any::<u8>(), 124_u8..=128).prop_map(|(low, length)| format!("::{low:x}/{length}"));
        let text = proptest::prop_oneof![v4, v6, proptest::strategy::Just("::/0".to_owned())];
        let owner = (0..3_usize, proptest::option::of(0..3_usize));
        let one = (text, owner).prop_map(|(text, (country, operator))| Governed {
            network: text.parse::<IpNet>().unwrap().trunc(),
            place: Place::whole(0),
            id: JurisdictionId { country, operator },
        });
        proptest::collection::vec(one, 0..12)
    }

    proptest! {
        #[test]
        fn the_first_rival_is_that_of_a_comparison_with_all(governed in governed()) {
            let found = first_rivals(&governed);
            for (number, one) in governed.iter().enumerate() {
                let overlaps = |other: &&Governed| {
                    rivals(other.id) == rivals(one.id)
                        && (other.network.contains(&one.network)
                            || one.network.contains(&other.network))
                };
                let first = governed[..number].iter().position(|other| overlaps(&other));
                prop_assert_eq!(found[number].filter(|first| *first < number), first);
            }
        }
    }
}
