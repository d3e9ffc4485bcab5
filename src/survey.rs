//! What is known of names, over countries, operators and years.
//!
//! The commands, the API and the page ask here, and each object has one serialisation: what
//! `--json` prints is what the API gives.

mod block_pages;
mod categories;
mod citations;
mod comparison;
mod country;
mod error;
mod explanation;
mod findings;
mod known_names;
mod matrix;
mod names;
mod names_below;
pub(crate) mod period;
mod question;
mod quiz;
mod reply;
mod timeline;
mod timeline_spans;
mod vantage_points;

pub(crate) use block_pages::{Landing, PageAddresses, landing, page_addresses};
pub(crate) use categories::{CATEGORIES, spelt_out};
pub(crate) use citations::{citation_in_words, citations_json};
pub(crate) use comparison::{Row, compare};
pub(crate) use country::{country_in_full_json, country_json};
pub(crate) use error::SurveyError;
pub(crate) use explanation::Explained;
pub(crate) use findings::finding_in_words;
pub(crate) use known_names::KnownAt;
pub(crate) use matrix::Matrix;
pub(crate) use names::{ByState, KnownList, Names};
pub(crate) use names_below::names_below;
pub(crate) use question::{Question, query_octets};
pub(crate) use quiz::Exercise;
pub(crate) use timeline::{Line, Timeline};
pub(crate) use timeline_spans::{Span, Standing};
pub(crate) use vantage_points::chosen;
