//! Categories of shipped rules are those of the Citizen Lab's test lists.

use crate::support::written::written_rules;

/// The codes of citizenlab/test-lists, `lists/00-LEGEND-new_category_codes.csv`.
const CODES: [&str; 31] = [
    "ALDR", "REL", "PORN", "PROV", "POLR", "HUMR", "ENV", "MILX", "HATE", "NEWS", "XED", "PUBH",
    "GMB", "ANON", "DATE", "GRP", "LGBT", "FILE", "HACK", "COMT", "MMED", "HOST", "SRCH", "GAME",
    "CULTR", "ECON", "GOVT", "COMM", "CTRL", "IGO", "MISC",
];

#[test]
fn every_category_is_one_of_the_citizen_lab() {
    let rules = written_rules();
    let with_code = rules.iter().filter_map(|rule| Some((rule, rule.category.as_deref()?)));
    let (mut count, mut others) = (0, Vec::new());
    for (rule, code) in with_code {
        count += 1;
        if !CODES.contains(&code) {
            others.push(format!("{}/{}: {code}", rule.country, rule.rule));
        }
    }
    assert!(others.is_empty(), "{others:#?}");
    // Rules without one are about names of several categories, or about the filter itself.
    assert!(count * 10 > rules.len() * 9, "{count} of {} rules have a category", rules.len());
}
