//! All countries, and who governs a client.

use super::{
    client_networks::{ClientNetworks, JurisdictionId},
    country::{Country, Operator},
    decide::Jurisdiction,
};
use crate::model::{Binding, CountryCode};
use std::net::IpAddr;
use thiserror::Error;

/// All countries, compiled.
#[derive(Debug, Default)]
pub struct Policy {
    countries: Vec<Country>,
    networks: ClientNetworks,
    default: Option<usize>,
    counters: usize,
}

/// A country or an operator that no file is about.
#[derive(Clone, Debug, Error)]
#[error("{found}; known: {}", known.join(", "))]
pub struct UnknownJurisdiction {
    found: String,
    /// Which of the two.
    pub what: &'static str,
    /// Those that there are.
    pub known: Vec<String>,
}

impl Policy {
    /// Countries, sorted by their codes, with the networks of all their clients and the number of
    /// counters that their answers count with.
    pub(super) const fn new(
        countries: Vec<Country>,
        networks: ClientNetworks,
        counters: usize,
    ) -> Self {
        Self { countries, networks, default: None, counters }
    }

    /// Who governs a client: what its listener is bound to, else its network's country and
    /// operator, else the default country.
    #[must_use]
    pub fn jurisdiction(&self, client: IpAddr, binding: Option<&Binding>) -> Jurisdiction<'_> {
        let Some(id) = self.jurisdiction_id(client, binding) else {
            return Jurisdiction::default();
        };
        let country = &self.countries[id.country];
        let operator = id.operator.map(|index| &country.operators[index]);
        Jurisdiction { country: Some(country), operator }
    }

    /// The country and the operator that were named.
    ///
    /// # Errors
    ///
    /// [`UnknownJurisdiction`], with those that there are.
    pub fn find(
        &self,
        named: &Binding,
    ) -> Result<(&Country, Option<&Operator>), UnknownJurisdiction> {
        let Binding { country: code, operator } = named;
        let country = self.country(*code).ok_or_else(|| UnknownJurisdiction {
            found: format!("there is no country {code}"),
            what: "country",
            known: self.countries.iter().map(|country| country.code.to_string()).collect(),
        })?;
        let Some(slug) = operator else { return Ok((country, None)) };
        let operator = country.operator(slug).ok_or_else(|| UnknownJurisdiction {
            found: format!("{code} has no operator \"{slug}\""),
            what: "operator",
            known: country.operators.iter().map(|operator| operator.slug.clone()).collect(),
        })?;
        Ok((country, Some(&country.operators[operator])))
    }

    /// Every country, sorted by code.
    #[must_use]
    pub fn countries(&self) -> &[Country] {
        &self.countries
    }

    /// The country with this code.
    #[must_use]
    pub fn country(&self, code: CountryCode) -> Option<&Country> {
        self.index_of(code).map(|index| &self.countries[index])
    }

    /// The country of clients in nobody's network.
    #[must_use]
    pub fn default_country(&self) -> Option<&Country> {
        self.default.map(|index| &self.countries[index])
    }

    /// Sets the country of clients in nobody's network; one without a file counts as none.
    pub fn set_default(&mut self, code: Option<CountryCode>) {
        self.default = code.and_then(|code| self.index_of(code));
    }

    /// How many counters the answers of the policy count with: one for each pool that is walked,
    /// and for everything that is drawn anew for each answer.
    #[must_use]
    pub const fn counters(&self) -> usize {
        self.counters
    }

    fn index_of(&self, code: CountryCode) -> Option<usize> {
        self.countries.binary_search_by_key(&code, |country| country.code).ok()
    }

    fn jurisdiction_id(&self, client: IpAddr, binding: Option<&Binding>) -> Option<JurisdictionId> {
        let by_network = self.networks.find(client);
        let bound = binding.and_then(|binding| Some((binding, self.index_of(binding.country)?)));
        let Some((binding, country)) = bound else {
            let default = self.default.map(|country| JurisdictionId { country, operator: None });
            return by_network.or(default);
        };
        let operator = match &binding.operator {
            Some(slug) => self.countries[country].operator(slug),
            None => by_network.filter(|id| id.country == country).and_then(|id| id.operator),
        };
        Some(JurisdictionId { country, operator })
    }
}
