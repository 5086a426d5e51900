//! The Unicode character database as the `unicodedata` module shows it: the current one and version 3.2.0.
//!
//! The tables are those of rustpython-unicode (ICU data); this file speaks code points and generalized UTF-8 and keeps
//! surrogates, which have no properties but their category, away from `char`.

use rustpython_unicode::{LookupResult, NormalizeForm, Ucd};

use super::wtf8;

/// `unicodedata.unidata_version` of Python 3.14.
pub const VERSION: &str = "16.0.0";

/// A version of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    Current,
    V3_2,
}

/// A normalization form by its name.
pub fn form(name: &[u8]) -> Option<NormalizeForm> {
    wtf8::as_str(name)?.parse().ok()
}

impl Database {
    fn ucd(self) -> Ucd {
        Ucd::new(self == Database::Current)
    }

    /// The character, if this version has it.
    fn member(self, cp: u32) -> Option<char> {
        char::from_u32(cp).filter(|&c| self.ucd().membership(c))
    }

    /// `unidata_version`
    pub fn version(self) -> &'static str {
        match self {
            Database::Current => VERSION,
            Database::V3_2 => "3.2.0",
        }
    }

    /// `name`
    pub fn name(self, cp: u32) -> Option<String> {
        rustpython_unicode::character_name(self.member(cp)?)
    }

    /// `lookup`
    pub fn lookup(self, name: &str) -> Option<String> {
        Some(match self.ucd().lookup(name)? {
            LookupResult::Character(c) => c.to_string(),
            LookupResult::Sequence(s) => s.to_string(),
        })
    }

    /// `category`
    pub fn category(self, cp: u32) -> &'static str {
        match char::from_u32(cp) {
            None => "Cs",
            Some(c) if !self.ucd().membership(c) => "Cn",
            Some(c) => self.ucd().category(c.into()),
        }
    }

    /// `bidirectional`
    pub fn bidirectional(self, cp: u32) -> &'static str {
        match char::from_u32(cp) {
            None => "L",
            Some(c) if !self.ucd().membership(c) || self.category(cp) == "Cn" => "",
            Some(c) => self.ucd().bidirectional(c.into()),
        }
    }

    /// `east_asian_width`
    pub fn east_asian_width(self, cp: u32) -> &'static str {
        char::from_u32(cp).map_or("N", |c| self.ucd().east_asian_width(c.into()))
    }

    /// `mirrored`
    pub fn mirrored(self, cp: u32) -> bool {
        self.member(cp)
            .is_some_and(|c| self.ucd().mirrored(c.into()) != 0)
    }

    /// `combining`
    pub fn combining(self, cp: u32) -> u8 {
        self.member(cp)
            .map_or(0, |c| self.ucd().combining(c.into()))
    }

    /// `decomposition`
    pub fn decomposition(self, cp: u32) -> String {
        self.member(cp)
            .map_or(String::new(), |c| self.ucd().decomposition(c.into()))
    }

    /// `decimal`
    pub fn decimal(self, cp: u32) -> Option<u64> {
        self.ucd().decimal(self.member(cp)?.into())
    }

    /// `digit`
    pub fn digit(self, cp: u32) -> Option<u64> {
        self.ucd().digit(self.member(cp)?.into())
    }

    /// `numeric`
    pub fn numeric(self, cp: u32) -> Option<f64> {
        self.ucd().numeric(self.member(cp)?.into())
    }

    /// `normalize`. Surrogates, and characters that the version does not have, stay as they are.
    pub fn normalize(self, form: NormalizeForm, text: &[u8]) -> Vec<u8> {
        if text.is_ascii() {
            return text.to_vec();
        }
        let mut out = Vec::with_capacity(text.len());
        let mut run = String::new();
        for cp in wtf8::code_points(text) {
            match self.member(cp) {
                Some(c) => run.push(c),
                None => {
                    flush(form, &mut run, &mut out);
                    wtf8::push(&mut out, cp);
                }
            }
        }
        flush(form, &mut run, &mut out);
        out
    }

    /// `is_normalized`
    pub fn is_normalized(self, form: NormalizeForm, text: &[u8]) -> bool {
        text.is_ascii() || self.normalize(form, text) == text
    }
}

fn flush(form: NormalizeForm, run: &mut String, out: &mut Vec<u8>) {
    let text: &str = run;
    out.extend_from_slice(rustpython_unicode::normalize(form, text.as_ref()).as_bytes());
    run.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties() {
        let db = Database::Current;
        assert_eq!(
            db.name(0xE9).as_deref(),
            Some("LATIN SMALL LETTER E WITH ACUTE")
        );
        assert_eq!(db.lookup("SNOWMAN").as_deref(), Some("\u{2603}"));
        assert_eq!((db.category(0xD800), db.category(0x41)), ("Cs", "Lu"));
        assert_eq!((db.numeric(0xBD), db.decimal(0xBD)), (Some(0.5), None));
        assert_eq!(db.decomposition(0xE9), "0065 0301");
    }

    #[test]
    fn forms() {
        let db = Database::Current;
        let nfd = form(b"NFD").expect("a form");
        assert_eq!(db.normalize(nfd, "é".as_bytes()), "e\u{301}".as_bytes());
        assert_eq!(db.normalize(nfd, b"\xED\xA0\x80"), b"\xED\xA0\x80");
        assert!(form(b"nfc").is_none());
    }
}
