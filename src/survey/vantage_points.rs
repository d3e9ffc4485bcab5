//! Where questions are asked from: a country, and each of its operators.

use super::error::SurveyError;
use crate::{
    model::{Binding, CountryCode},
    policy::{Country, Operator, Policy},
};
use std::{collections::BTreeSet, net::IpAddr};

/// A client of a country, or of one of its operators.
#[derive(Clone, Copy)]
pub(crate) struct VantagePoint<'p> {
    pub(crate) country: &'p Country,
    pub(crate) operator: Option<&'p Operator>,
    pub(crate) client: IpAddr,
}

/// The countries to ask in: those named, or all; sorted by their codes.
pub(crate) fn chosen<'p>(
    policy: &'p Policy,
    codes: &[CountryCode],
) -> Result<Vec<&'p Country>, SurveyError> {
    if codes.is_empty() {
        return Ok(policy.countries().iter().collect());
    }
    let codes: BTreeSet<_> = codes.iter().collect();
    codes.into_iter().map(|code| Ok(policy.find(&Binding::to(*code))?.0)).collect()
}

/// A client that is no operator's, and one of each operator that has networks.
pub(crate) fn vantage_points(country: &Country) -> Result<Vec<VantagePoint<'_>>, SurveyError> {
    let client = country.client().ok_or_else(|| SurveyError::no_network(country.code))?;
    let own = VantagePoint { country, operator: None, client };
    let operators = country.operators.iter().filter_map(|operator| {
        Some(VantagePoint { country, operator: Some(operator), client: operator.client()? })
    });
    Ok([own].into_iter().chain(operators).collect())
}
