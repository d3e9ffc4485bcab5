//! What the Citizen Lab's category codes mean, in its own words, shortened (citizenlab/test-lists,
//! lists/00-LEGEND-new_category_codes.csv).

pub(crate) const CATEGORIES: [(&str, &str); 31] = [
    ("ALDR", "alcohol and drugs"),
    ("REL", "religion"),
    ("PORN", "pornography"),
    ("PROV", "provocative attire"),
    ("POLR", "political criticism"),
    ("HUMR", "human rights issues"),
    ("ENV", "environment"),
    ("MILX", "terrorism and militants"),
    ("HATE", "hate speech"),
    ("NEWS", "news media"),
    ("XED", "sex education"),
    ("PUBH", "public health"),
    ("GMB", "gambling"),
    ("ANON", "anonymization and circumvention tools"),
    ("DATE", "online dating"),
    ("GRP", "social networking"),
    ("LGBT", "LGBT"),
    ("FILE", "file-sharing"),
    ("HACK", "hacking tools"),
    ("COMT", "communication tools"),
    ("MMED", "media sharing"),
    ("HOST", "hosting and blogging platforms"),
    ("SRCH", "search engines"),
    ("GAME", "gaming"),
    ("CULTR", "culture"),
    ("ECON", "economics"),
    ("GOVT", "government"),
    ("COMM", "e-commerce"),
    ("CTRL", "control content"),
    ("IGO", "intergovernmental organizations"),
    ("MISC", "miscellaneous content"),
];

/// `GRP (social networking)`; a code that is not the Citizen Lab's stays alone.
pub(crate) fn spelt_out(code: &str) -> String {
    let known = CATEGORIES.iter().find(|(known, _)| *known == code);
    known.map_or_else(|| code.to_owned(), |(code, meaning)| format!("{code} ({meaning})"))
}

#[cfg(test)]
mod tests {
    use super::spelt_out;

    #[test]
    fn known_codes_are_spelt_out_and_others_stay() {
        assert_eq!(spelt_out("NEWS"), "NEWS (news media)");
        assert_eq!(spelt_out("COIN"), "COIN");
    }
}
