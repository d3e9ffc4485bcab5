//! Rust's source text in tokens: words, `::`, and single characters. Comments are left out, and of
//! texts in quotes nothing is kept, so that what they say is taken for no code.

/// A token and the number of its line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Token<'t> {
    pub(super) text: &'t str,
    pub(super) line: usize,
}

impl Token<'_> {
    pub(super) fn is_word(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

/// The part of a file before its tests.
pub(super) fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or_default()
}

pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let (mut tokens, mut rest, mut line) = (Vec::new(), text, 1);
    while !rest.is_empty() {
        let (length, kept) = next(rest);
        let (taken, behind) = rest.split_at(length);
        if kept {
            tokens.push(Token { text: taken, line });
        }
        line += taken.matches('\n').count();
        rest = behind;
    }
    tokens
}

/// How long the next piece of a text is, and whether it is a token.
fn next(text: &str) -> (usize, bool) {
    let word = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    match text.as_bytes() {
        [b'/', b'/', ..] => (text.find('\n').unwrap_or(text.len()), false),
        [b'/', b'*', ..] => (block_comment(text), false),
        [b'"', ..] => (quoted(text), false),
        [b'r', b'"', ..] | [b'r', b'#', b'"' | b'#', ..] => (raw(text, 1), false),
        [b'b' | b'c', b'r', b'"' | b'#', ..] => (raw(text, 2), false),
        [b'b' | b'c', b'"', ..] => (1 + quoted(&text[1..]), false),
        [b'\'', ..] => (character(text), false),
        [b':', b':', ..] => (2, true),
        _ if word > 0 => (word, true),
        _ => {
            let c = text.chars().next().unwrap_or_default();
            (c.len_utf8(), !c.is_whitespace())
        }
    }
}

/// Block comments may stand inside each other.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        match rest {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// A text from quote to quote, of which a backslash takes the next character with it.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// `r#"…"#`, whose quotes stand behind so many letters.
fn raw(text: &str, letters: usize) -> usize {
    let marks = text[letters..].bytes().take_while(|octet| *octet == b'#').count();
    let begin = letters + marks + 1;
    if text.as_bytes().get(begin - 1) != Some(&b'"') {
        // No quote follows the marks, so it is no text.
        return letters + marks;
    }
    let end = format!("\"{}", "#".repeat(marks));
    text[begin..].find(&end).map_or(text.len(), |at| begin + at + end.len())
}

/// A character in quotes, or the quote of a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some(_)) => {
            chars.find(|(_, c)| *c == '\'').map_or(text.len(), |(at, _)| at + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

#[test]
fn comments_and_texts_are_no_tokens() {
    let text = "use a::b; // use c::d;\n/* e /* f */ g */ let h = \"i \\\" j\"; \
                r#\"k\" l\"# 'm' '\\'' '\"' n: &'o str b\"p\"\nq";
    let words: Vec<_> = tokens(text).into_iter().filter(Token::is_word).collect();
    let found: Vec<_> = words.iter().map(|token| (token.text, token.line)).collect();
    let first = [("use", 1), ("a", 1), ("b", 1)];
    let second = [("let", 2), ("h", 2), ("n", 2), ("o", 2), ("str", 2)];
    assert_eq!(found, [&first[..], &second, &[("q", 3)]].concat());
}
