//! What is known of names beside the rules.

use crate::{
    dns::{Name, Pattern},
    model::{Citation, Evidence, Means, Period},
};

/// A block by other means than DNS, or a measurement that found none.
#[derive(Debug)]
pub struct Finding {
    /// What it is about.
    pub patterns: Vec<Pattern>,
    /// How they are blocked; nothing where they are free.
    pub means: Option<Means>,
    /// The operator where it was found; the whole country when missing.
    pub operator: Option<String>,
    /// When.
    pub period: Period,
    /// How well it is known.
    pub evidence: Evidence,
    /// What it rests on.
    pub sources: Vec<Citation>,
}

impl Finding {
    /// Whether it is about a name.
    #[must_use]
    pub fn is_about(&self, name: &Name) -> bool {
        self.patterns.iter().any(|pattern| pattern.view().matches(name))
    }
}
