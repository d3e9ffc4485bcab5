//! splinterdns
pub mod clock;
pub mod config;
pub mod lists;
pub mod name;
pub mod policy;
pub mod query;
