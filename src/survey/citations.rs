//! What a rule or a finding rests on, in words and for programs.

use crate::model::Citation;
use serde_json::{Value, json};

/// Key, what it attests, and where to find it.
pub(crate) fn citation_in_words(citation: &Citation) -> String {
    let (key, text, scope) = (&citation.key, &citation.text, citation.scope());
    if scope.is_empty() { format!("{key}: {text}") } else { format!("{key} ({scope}): {text}") }
}

/// For programs.
pub(crate) fn citations_json(citations: &[Citation]) -> Vec<Value> {
    let source = |Citation { key, text, attests, days, names }: &Citation| {
        let attests: Vec<_> = attests.iter().map(|what| what.as_str()).collect();
        let days: Vec<_> = days.iter().map(ToString::to_string).collect();
        json!({ "key": **key, "text": **text, "attests": attests, "days": days, "names": names })
    };
    citations.iter().map(source).collect()
}
