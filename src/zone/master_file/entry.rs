//! The entries of a master file, and the tokens that each is made of (RFC 1035 section 5.1).

use super::ZoneError;
use crate::files::RAW_OCTETS;
use domain::base::scan::Symbol;
use std::str::Chars;

/// One entry: a directive or a record, on one line or on several within parentheses.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Entry {
    /// The line where it begins, counted from 1.
    pub(super) line: usize,
    /// Whether white space stands where the owner would: it is the owner of the record before.
    pub(super) indented: bool,
    pub(super) tokens: Vec<Token>,
}

/// A word, or what stands between two quotes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Token {
    /// Its characters without the quotes. What is not printable ASCII is octets, as other name
    /// servers read it.
    pub(super) symbols: Vec<Symbol>,
    pub(super) quoted: bool,
    /// Whether it follows the token before without a space, as in `alpn="h2"`.
    pub(super) joined: bool,
}

impl Token {
    /// A number as somebody would have written it.
    pub(super) fn number(number: u8) -> Self {
        Self { symbols: number.to_string().chars().map(Symbol::Char).collect(), ..Self::default() }
    }

    /// Whether it is this one character, neither escaped nor quoted.
    pub(super) fn is(&self, character: char) -> bool {
        !self.quoted && self.symbols == [Symbol::Char(character)]
    }

    /// Its text, where nothing in it is escaped or quoted: a keyword, a number.
    pub(super) fn word(&self) -> Option<String> {
        let plain = |symbol: &Symbol| match symbol {
            Symbol::Char(character) => Some(*character),
            _ => None,
        };
        if self.quoted { None } else { self.symbols.iter().map(plain).collect() }
    }

    /// Its text for a report.
    pub(super) fn shown(&self) -> String {
        self.symbols.iter().map(Symbol::to_string).collect()
    }

    /// The octets that it stands for.
    pub(super) fn octets(&self) -> Vec<u8> {
        let octet = |symbol: &Symbol| match *symbol {
            Symbol::Char(character) => {
                u8::try_from(character).expect("what is not ASCII was taken apart into octets")
            }
            Symbol::SimpleEscape(octet) | Symbol::DecimalEscape(octet) => octet,
        };
        self.symbols.iter().map(octet).collect()
    }
}

/// What stands in a file, in its order.
#[derive(Debug, PartialEq)]
pub(super) enum Item<'t> {
    Entry(Entry),
    /// A comment that has its line for itself: the line, and what follows the semicolon.
    Comment(usize, &'t str),
}

/// The entries and comments of a text.
pub(super) struct Items<'t> {
    rest: Chars<'t>,
    line: usize,
}

impl<'t> Items<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self { rest: text.chars(), line: 1 }
    }

    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    fn take(&mut self) -> Option<char> {
        let character = self.rest.next()?;
        self.line += usize::from(character == '\n');
        Some(character)
    }

    /// Passes over a comment; the end of its line stays.
    fn comment(&mut self) -> &'t str {
        let text = self.rest.as_str();
        let end = text.find('\n').unwrap_or(text.len());
        self.rest = text[end..].chars();
        text[..end].trim_end_matches('\r')
    }

    /// The entry or comment that begins here; nothing for an empty line.
    fn item(&mut self) -> Result<Option<Item<'t>>, ZoneError> {
        let mut entry = Entry { line: self.line, ..Entry::default() };
        entry.indented = self.peek().is_some_and(is_space);
        // The lines of the parentheses that are open.
        let mut open = Vec::new();
        let mut spaced = true;
        while let Some(character) = self.take() {
            match character {
                '\n' if open.is_empty() => break,
                ';' => {
                    let said = self.comment();
                    if entry.tokens.is_empty() && open.is_empty() {
                        return Ok(Some(Item::Comment(entry.line, said)));
                    }
                }
                '(' => open.push(self.line),
                ')' if open.pop().is_none() => {
                    return Err(ZoneError::at(self.line, "a \")\" without its \"(\""));
                }
                ')' => {}
                _ if is_space(character) || character == '\n' => {}
                _ => {
                    let mut token = self.token(character)?;
                    token.joined = !spaced;
                    entry.tokens.push(token);
                    spaced = false;
                    continue;
                }
            }
            spaced = true;
        }
        match open.last() {
            Some(&line) => Err(ZoneError::at(line, "this \"(\" is never closed")),
            None if entry.tokens.is_empty() => Ok(None),
            None => Ok(Some(Item::Entry(entry))),
        }
    }

    /// The token that begins with this character, which has been taken.
    fn token(&mut self, first: char) -> Result<Token, ZoneError> {
        let mut token = Token { quoted: first == '"', ..Token::default() };
        let begin = self.line;
        let mut next = (!token.quoted).then_some(first);
        loop {
            let character = match next.take() {
                Some(character) => character,
                None if token.quoted => match self.take() {
                    Some('"') => return Ok(token),
                    Some('\n') | None => {
                        return Err(ZoneError::at(begin, "this quote is never closed"));
                    }
                    Some(character) => character,
                },
                None => match self.peek() {
                    Some(character) if !ends_a_word(character) => {
                        self.rest.next();
                        character
                    }
                    _ => return Ok(token),
                },
            };
            match character {
                '\\' => token.symbols.push(self.escaped()?),
                ' '..='~' => token.symbols.push(Symbol::Char(character)),
                _ if u32::from(character) >= RAW_OCTETS => {
                    let octet = (u32::from(character) - RAW_OCTETS) as u8;
                    token.symbols.push(Symbol::DecimalEscape(octet));
                }
                _ => {
                    let mut octets = [0; 4];
                    let octets = character.encode_utf8(&mut octets).bytes();
                    token.symbols.extend(octets.map(Symbol::DecimalEscape));
                }
            }
        }
    }

    /// What a backslash stands for: `\DDD` is the octet of that number, `\X` is X without its
    /// special meaning (RFC 1035 section 5.1).
    fn escaped(&mut self) -> Result<Symbol, ZoneError> {
        let text = self.rest.as_str();
        let digits = text.bytes().take(3).take_while(u8::is_ascii_digit).count();
        match self.peek() {
            Some(_) if digits == 3 => {
                self.rest = text[3..].chars();
                let octet = text[..3].parse().map_err(|_| {
                    let why = format!("\\{} is no octet: it is at most \\255", &text[..3]);
                    ZoneError::at(self.line, &why)
                })?;
                Ok(Symbol::DecimalEscape(octet))
            }
            Some(_) if digits > 0 => {
                let why = format!("\\{} has fewer than three digits", &text[..digits]);
                Err(ZoneError::at(self.line, &why))
            }
            Some(character) if character.is_ascii_graphic() || character == ' ' => {
                self.rest.next();
                Ok(Symbol::SimpleEscape(character as u8))
            }
            _ => Err(ZoneError::at(self.line, "a backslash with nothing behind it")),
        }
    }
}

impl<'t> Iterator for Items<'t> {
    type Item = Result<Item<'t>, ZoneError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.as_str().is_empty() {
            if let Some(item) = self.item().transpose() {
                if item.is_err() {
                    // Nothing can be said of what follows.
                    self.rest = "".chars();
                }
                return Some(item);
            }
        }
        None
    }
}

/// White space between tokens. A carriage return belongs to the end of its line.
const fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r')
}

const fn ends_a_word(character: char) -> bool {
    is_space(character) || matches!(character, '\n' | ';' | '(' | ')' | '"')
}
