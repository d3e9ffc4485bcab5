//! The calls, by what they are about.

pub(super) mod check;
pub(super) mod class;
pub(super) mod countries;
pub(super) mod feed;
pub(super) mod names;
pub(super) mod openapi;
pub(super) mod questions;
pub(super) mod quiz;
pub(super) mod resolve;
pub(super) mod scenario;
