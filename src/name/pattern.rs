//! What a rule matches names with: eight kinds, told apart by how they are written.

use super::{Name, NameError};
use regex::RegexBuilder;
use std::fmt;
use thiserror::Error;

/// One pattern. Literal parts are folded to lower case and to A-labels.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// `example.com`: the name and everything below it.
    Suffix(String),
    /// `=example.com`: this name alone.
    Exact(String),
    /// `*.example.com`: what is below it, not the name itself (RPZ's wildcard).
    Below(String),
    /// `*example.com`: every name that ends so, label boundary or not.
    Ends(String),
    /// `example.com*`: every name that begins so.
    Begins(String),
    /// `*example.com*`: every name that contains it.
    Contains(String),
    /// `/regex/`: a regular expression over the lower-case name without its last dot.
    Regex(String),
    /// `.`: every name.
    Every,
}

/// Why a text is no pattern.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PatternError {
    /// Nothing was written, or nothing but stars.
    #[error("a pattern needs something to match; every name is written \".\"")]
    Empty,
    /// A star in the middle, where no kind has one.
    #[error("\"{0}\" has a * inside; a * stands first, last, or both, and not with = (a regular expression can do more: /…/)")]
    StarInside(String),
    /// A URL, a path, or words.
    #[error("\"{0}\" is no host name: it has {1:?}; write the name alone, without scheme, port, path or blanks")]
    NotAHost(String, char),
    /// A slash begins a regular expression.
    #[error("\"{0}\" begins a regular expression that another / must end")]
    OpenRegex(String),
    /// The name after the mark is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The regular expression does not compile.
    #[error("/{text}/ is no regular expression: {why}")]
    Regex {
        /// What was written.
        text: String,
        /// The library's reason, on one line.
        why: String,
    },
}

impl Pattern {
    /// Reads a pattern as it is written in a config or a list.
    ///
    /// # Errors
    ///
    /// [`PatternError`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if text == "." {
            return Ok(Self::Every);
        }
        if let Some(regex) = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
            return parse_regex(regex);
        }
        if text.starts_with('/') {
            return Err(PatternError::OpenRegex(text.to_owned()));
        }
        if let Some(strange) = text.chars().find(|c| c.is_whitespace() || "/:@?,".contains(*c)) {
            return Err(PatternError::NotAHost(text.to_owned(), strange));
        }
        if let Some(name) = text.strip_prefix('=') {
            return Ok(Self::Exact(whole_name(name, text)?));
        }
        match (text.strip_prefix('*'), text.strip_suffix('*')) {
            (Some(_), Some(_)) => Ok(Self::Contains(piece(text.trim_matches('*'), text)?)),
            (None, Some(start)) => Ok(Self::Begins(piece(start, text)?)),
            (Some(end), None) => match end.strip_prefix('.') {
                Some(name) => Ok(Self::Below(whole_name(name, text)?)),
                None => Ok(Self::Ends(piece(end.trim_end_matches('.'), text)?)),
            },
            (None, None) => Ok(Self::Suffix(whole_name(text, text)?)),
        }
    }

    /// Whether the pattern holds for a name. This is the meaning of a pattern, one at a time and without an index; the
    /// policy's index must agree with it.
    #[must_use]
    pub fn matches(&self, name: &Name) -> bool {
        let text = name.as_str();
        match self {
            Self::Suffix(suffix) => name.suffixes().any(|candidate| candidate == suffix),
            Self::Below(suffix) => name.suffixes().skip(1).any(|candidate| candidate == suffix),
            Self::Exact(whole) => text == whole,
            Self::Ends(end) => text.ends_with(end.as_str()),
            Self::Begins(start) => text.starts_with(start.as_str()),
            Self::Contains(part) => text.contains(part.as_str()),
            Self::Regex(regex) => {
                let compiled = RegexBuilder::new(regex).case_insensitive(true).build();
                compiled.is_ok_and(|compiled| compiled.is_match(text))
            }
            Self::Every => true,
        }
    }

    /// The name that a kind with label boundaries is about, if it is of such a kind.
    #[must_use]
    pub fn anchor(&self) -> Option<&str> {
        match self {
            Self::Suffix(name) | Self::Exact(name) | Self::Below(name) => Some(name),
            Self::Ends(_) | Self::Begins(_) | Self::Contains(_) | Self::Regex(_) | Self::Every => None,
        }
    }
}

fn parse_regex(regex: &str) -> Result<Pattern, PatternError> {
    match regex::Regex::new(regex) {
        Ok(_) => Ok(Pattern::Regex(regex.to_owned())),
        Err(why) => Err(PatternError::Regex {
            text: regex.to_owned(),
            why: why.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned(),
        }),
    }
}

fn whole_name(text: &str, written: &str) -> Result<String, PatternError> {
    if text.contains('*') {
        return Err(PatternError::StarInside(written.to_owned()));
    }
    let name = Name::parse(text)?;
    if name.as_str().is_empty() {
        return Err(PatternError::Empty);
    }
    Ok(name.as_str().to_owned())
}

/// A part of a name need not be a name: `-shop.` or `wpad` may stand anywhere.
fn piece(part: &str, whole: &str) -> Result<String, PatternError> {
    if part.is_empty() {
        return Err(PatternError::Empty);
    }
    if part.contains('*') {
        return Err(PatternError::StarInside(whole.to_owned()));
    }
    if part.is_ascii() {
        return Ok(part.to_ascii_lowercase());
    }
    idna::domain_to_ascii(part).map_err(|_| PatternError::Name(NameError::Idna(part.to_owned())))
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Suffix(name) => f.write_str(name),
            Self::Exact(name) => write!(f, "={name}"),
            Self::Below(name) => write!(f, "*.{name}"),
            Self::Ends(end) => write!(f, "*{end}"),
            Self::Begins(start) => write!(f, "{start}*"),
            Self::Contains(part) => write!(f, "*{part}*"),
            Self::Regex(regex) => write!(f, "/{regex}/"),
            Self::Every => f.write_str("."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Pattern, PatternError};
    use crate::name::Name;

    /// The table of the design: what is written, what must match, what must not.
    const TABLE: &[(&str, &[&str], &[&str])] = &[
        ("Example.com", &["example.com", "WWW.example.com", "a.b.example.com"], &["myexample.com", "example.com.org", "com"]),
        ("=example.com", &["example.com", "EXAMPLE.COM"], &["www.example.com", "com"]),
        ("*.example.com", &["www.example.com", "a.b.example.com"], &["example.com", "wwwexample.com"]),
        ("*example.com", &["example.com", "myexample.com", "www.example.com"], &["example.com.org"]),
        ("example.com*", &["example.com", "example.com.org", "example.community"], &["www.example.com"]),
        ("*example.com*", &["example.com", "myexample.com.org"], &["example.org"]),
        ("/Example/", &["www.example.com"], &["exemple.com"]),
        (r"/^(www|m)\.example\./", &["www.example.com", "M.example.org"], &["example.com", "wwww.example.com"]),
        (".", &["example.com", ".", "a"], &[]),
        ("*.ua", &["gov.ua", "a.b.ua"], &["ua", "gov.ua.com"]),
        ("bücher.example", &["www.xn--bcher-kva.example"], &["bucher.example"]),
    ];

    #[test]
    fn every_kind_matches_what_the_table_says_and_nothing_else() {
        for (written, hits, misses) in TABLE {
            let pattern = Pattern::parse(written).unwrap();
            for name in *hits {
                assert!(pattern.matches(&Name::parse(name).unwrap()), "{written} must match {name}");
            }
            for name in *misses {
                assert!(!pattern.matches(&Name::parse(name).unwrap()), "{written} must not match {name}");
            }
        }
    }

    #[test]
    fn a_pattern_is_shown_as_it_is_written() {
        for written in ["example.com", "=example.com", "*.example.com", "*example.com", "example.com*", "*x*", "/^a/", "."] {
            assert_eq!(Pattern::parse(written).unwrap().to_string(), written);
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused_with_the_reason() {
        assert_eq!(Pattern::parse("*"), Err(PatternError::Empty));
        assert_eq!(Pattern::parse("**"), Err(PatternError::Empty));
        assert_eq!(Pattern::parse("="), Err(PatternError::Empty));
        assert!(matches!(Pattern::parse("a*b.example"), Err(PatternError::StarInside(_))));
        assert!(matches!(Pattern::parse("/(/"), Err(PatternError::Regex { .. })));
        assert!(matches!(Pattern::parse("/^a"), Err(PatternError::OpenRegex(_))));
        for host in ["https://a.example/", "a.example/b", "a.example:53", "my name.example", "=a b"] {
            assert!(matches!(Pattern::parse(host), Err(PatternError::NotAHost(..))), "{host}");
        }
        assert!(matches!(Pattern::parse("=*.a.example"), Err(PatternError::StarInside(_))));
        assert!(matches!(Pattern::parse("a..b"), Err(PatternError::Name(_))));
    }
}
