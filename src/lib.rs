//! splinterdns
pub mod answer;
pub mod cli;
pub mod clock;
pub mod config;
pub mod lab;
pub mod lists;
pub mod name;
pub mod observe;
pub mod policy;
pub mod query;
pub mod serve;
pub mod upstream;
