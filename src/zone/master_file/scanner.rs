//! The tokens of an entry, as `domain` reads record data from them.

use super::entry::Token;
use domain::{
    base::{
        CharStr, Name,
        charstr::CharStrBuilder,
        name::NameBuilder,
        scan::{ConvertSymbols, EntrySymbol, Scanner, ScannerError, Symbol},
    },
    dep::octseq::{OctetsBuilder, str::Str},
};
use thiserror::Error;

/// An absolute name, in the letters in which it was written.
pub(super) type ZoneName = Name<Vec<u8>>;

/// Why tokens are not what they should be.
#[derive(Clone, Debug, Error, PartialEq)]
pub(super) enum ScanError {
    /// In words that name what is wrong.
    #[error("{0}")]
    Told(String),
    /// In `domain`'s words about the token that was read last.
    #[error("{0}")]
    Token(&'static str),
}

impl ScanError {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self::Told(why.into())
    }
}

impl ScannerError for ScanError {
    fn custom(why: &'static str) -> Self {
        Self::Token(why)
    }

    fn end_of_entry() -> Self {
        Self::new("something is missing at its end")
    }

    fn short_buf() -> Self {
        Self::new("it is too long for a record")
    }

    fn trailing_tokens() -> Self {
        Self::Token("more than there should be")
    }
}

/// Reads the tokens of an entry one after the other.
pub(super) struct Tokens<'t> {
    rest: &'t [Token],
    origin: &'t ZoneName,
}

impl<'t> Tokens<'t> {
    /// Names without a last dot are relative to the origin.
    pub(super) const fn new(rest: &'t [Token], origin: &'t ZoneName) -> Self {
        Self { rest, origin }
    }

    /// What has not been read.
    pub(super) const fn rest(&self) -> &'t [Token] {
        self.rest
    }

    pub(super) fn next(&mut self) -> Result<&'t Token, ScanError> {
        let (token, rest) = self.rest.split_first().ok_or_else(ScanError::end_of_entry)?;
        self.rest = rest;
        Ok(token)
    }

    /// All that has not been read, at least one token.
    fn take_rest(&mut self) -> Result<&'t [Token], ScanError> {
        let rest = std::mem::take(&mut self.rest);
        if rest.is_empty() { Err(ScanError::end_of_entry()) } else { Ok(rest) }
    }

    /// A character-string is at most 255 octets long (RFC 1035 section 3.3).
    fn charstr(token: &Token) -> Result<CharStr<Vec<u8>>, ScanError> {
        let octets = token.octets();
        let length = octets.len();
        let mut text = CharStrBuilder::<Vec<u8>>::new();
        OctetsBuilder::append_slice(&mut text, &octets).map_err(|_| {
            ScanError::new(format!(
                "a character-string is at most 255 octets long, this one is {length} long"
            ))
        })?;
        Ok(text.finish())
    }
}

/// The name that a token says.
pub(super) fn name(token: &Token, origin: &ZoneName) -> Result<ZoneName, ScanError> {
    if token.is('@') {
        return Ok(origin.clone());
    }
    let wrong =
        |why: String| ScanError::new(format!("{:?} is no domain name: {why}", token.shown()));
    if token.is('.') {
        return Ok(ZoneName::root_vec());
    }
    let mut name = NameBuilder::<Vec<u8>>::new();
    for symbol in &token.symbols {
        name.push_symbol(*symbol).map_err(|why| wrong(why.to_string()))?;
    }
    if name.is_empty() {
        return Err(wrong("it is empty".to_owned()));
    }
    if name.in_label() {
        name.append_origin(origin).map_err(|why| wrong(why.to_string()))
    } else {
        name.into_name().map_err(|why| wrong(why.to_string()))
    }
}

impl Scanner for Tokens<'_> {
    type Octets = Vec<u8>;
    type OctetsBuilder = Vec<u8>;
    type Name = ZoneName;
    type Error = ScanError;

    fn has_space(&self) -> bool {
        self.rest.first().is_some_and(|token| !token.joined)
    }

    fn continues(&mut self) -> bool {
        !self.rest.is_empty()
    }

    fn scan_symbols<F>(&mut self, op: F) -> Result<(), ScanError>
    where
        F: FnMut(Symbol) -> Result<(), ScanError>,
    {
        self.next()?.symbols.iter().copied().try_for_each(op)
    }

    fn scan_entry_symbols<F>(&mut self, mut op: F) -> Result<(), ScanError>
    where
        F: FnMut(EntrySymbol) -> Result<(), ScanError>,
    {
        for token in self.take_rest()? {
            token.symbols.iter().try_for_each(|symbol| op((*symbol).into()))?;
            op(EntrySymbol::EndOfToken)?;
        }
        Ok(())
    }

    fn convert_token<C: ConvertSymbols<Symbol, ScanError>>(
        &mut self,
        mut convert: C,
    ) -> Result<Vec<u8>, ScanError> {
        let mut octets = Vec::new();
        self.scan_symbols(|symbol| {
            octets.extend_from_slice(convert.process_symbol(symbol)?.unwrap_or(&[]));
            Ok(())
        })?;
        octets.extend_from_slice(convert.process_tail()?.unwrap_or(&[]));
        Ok(octets)
    }

    fn convert_entry<C: ConvertSymbols<EntrySymbol, ScanError>>(
        &mut self,
        mut convert: C,
    ) -> Result<Vec<u8>, ScanError> {
        let mut octets = Vec::new();
        // Octets may be none at all, as in `TYPE65280 \# 0`.
        for symbol in std::mem::take(&mut self.rest).iter().flat_map(|token| &token.symbols) {
            octets.extend_from_slice(convert.process_symbol((*symbol).into())?.unwrap_or(&[]));
        }
        octets.extend_from_slice(convert.process_tail()?.unwrap_or(&[]));
        Ok(octets)
    }

    fn scan_octets(&mut self) -> Result<Vec<u8>, ScanError> {
        Ok(self.next()?.octets())
    }

    fn scan_svcb_octets(&mut self) -> Result<Vec<u8>, ScanError> {
        let mut octets = self.next()?.octets();
        while let Some(token) = self.rest.first().filter(|token| token.joined) {
            octets.extend(token.octets());
            self.rest = &self.rest[1..];
        }
        Ok(octets)
    }

    fn scan_ascii_str<F, T>(&mut self, op: F) -> Result<T, ScanError>
    where
        F: FnOnce(&str) -> Result<T, ScanError>,
    {
        let text = self.scan_string()?;
        if text.is_ascii() { op(&text) } else { Err(ScanError::custom("it is not ASCII")) }
    }

    fn scan_name(&mut self) -> Result<ZoneName, ScanError> {
        name(self.next()?, self.origin)
    }

    fn scan_charstr(&mut self) -> Result<CharStr<Vec<u8>>, ScanError> {
        Self::charstr(self.next()?)
    }

    fn scan_string(&mut self) -> Result<Str<Vec<u8>>, ScanError> {
        Str::from_utf8(self.next()?.octets())
            .map_err(|_| ScanError::custom("it is not text in UTF-8"))
    }

    fn scan_charstr_entry(&mut self) -> Result<Vec<u8>, ScanError> {
        let mut octets = Vec::new();
        for token in self.take_rest()? {
            let text = Self::charstr(token)?;
            text.compose(&mut octets).expect("a vector grows");
        }
        Ok(octets)
    }

    fn scan_opt_unknown_marker(&mut self) -> Result<bool, ScanError> {
        let marker = |token: &&Token| token.symbols == [Symbol::SimpleEscape(b'#')];
        let found = self.rest.first().is_some_and(|token| !token.quoted && marker(&token));
        if found {
            self.rest = &self.rest[1..];
        }
        Ok(found)
    }

    fn octets_builder(&mut self) -> Result<Vec<u8>, ScanError> {
        Ok(Vec::new())
    }
}

/// The octets of a name, without compression.
pub(super) fn wire(name: &ZoneName) -> &[u8] {
    name.as_slice()
}
