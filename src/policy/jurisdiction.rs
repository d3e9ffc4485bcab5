//! Who governs a client: the country and the operator where it sits.

use super::{Country, Governors, Operator, Policy};
use crate::query::{Bound, CountryCode};
use std::net::IpAddr;
use thiserror::Error;

/// A country and an operator of it, in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seat {
    pub(super) country: usize,
    pub(super) operator: Option<usize>,
}

/// A country or an operator that no file is about.
#[derive(Clone, Debug, Error)]
#[error("{found}; known: {}", known.join(", "))]
pub struct Unknown {
    found: String,
    /// Which of the two.
    pub what: &'static str,
    /// Those that there are.
    pub known: Vec<String>,
}

impl Policy {
    /// Who governs a client: what its listener is bound to, else its network's country and
    /// operator, else the default country.
    #[must_use]
    pub fn governors(&self, client: IpAddr, bound: Option<&Bound>) -> Governors<'_> {
        let Some(seat) = self.seat(client, bound) else {
            return Governors { country: None, operator: None };
        };
        let country = &self.countries[seat.country];
        Governors {
            country: Some(country),
            operator: seat.operator.map(|index| &country.operators[index]),
        }
    }

    /// The country and the operator that were named.
    ///
    /// # Errors
    ///
    /// [`Unknown`], with those that there are.
    pub fn find(&self, named: &Bound) -> Result<(&Country, Option<&Operator>), Unknown> {
        let Bound { country: code, operator } = named;
        let country = self.country(*code).ok_or_else(|| Unknown {
            found: format!("there is no country {code}"),
            what: "country",
            known: self.countries.iter().map(|country| country.code.to_string()).collect(),
        })?;
        let Some(slug) = operator else { return Ok((country, None)) };
        let operator = country.operator(slug).ok_or_else(|| Unknown {
            found: format!("{code} has no operator \"{slug}\""),
            what: "operator",
            known: country.operators.iter().map(|operator| operator.slug.clone()).collect(),
        })?;
        Ok((country, Some(&country.operators[operator])))
    }

    pub(super) fn index_of(&self, code: CountryCode) -> Option<usize> {
        self.countries.binary_search_by_key(&code, |country| country.code).ok()
    }

    fn seat(&self, client: IpAddr, bound: Option<&Bound>) -> Option<Seat> {
        let by_network = self.networks.find(client);
        let Some((bound, country)) =
            bound.and_then(|bound| Some((bound, self.index_of(bound.country)?)))
        else {
            return by_network.or(self.default.map(|country| Seat { country, operator: None }));
        };
        let operator = match &bound.operator {
            Some(slug) => self.countries[country].operator(slug),
            None => {
                by_network.filter(|seat| seat.country == country).and_then(|seat| seat.operator)
            }
        };
        Some(Seat { country, operator })
    }
}

impl Country {
    /// The number of an operator, whose name may be in any case.
    fn operator(&self, slug: &str) -> Option<usize> {
        self.operators.iter().position(|operator| operator.slug.eq_ignore_ascii_case(slug))
    }
}
