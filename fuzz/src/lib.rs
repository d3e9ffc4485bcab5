//! What the fuzz targets share: labs of their own, seeds, and what holds for every message and
//! every report.

pub mod folder;
pub mod labs;
pub mod messages;
pub mod reports;
pub mod seeds;
