//! JSON, written and read: statistics and results travel in it between processes.

use std::fmt::{Display, Formatter, Result, Write};

/// A value.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub enum Json {
    Null,
    Bool(bool),
    Int(u64),
    Float(f64),
    Text(String),
    List(Vec<Json>),
    /// Keys in the order in which they are written.
    Map(Vec<(String, Json)>),
}

impl Json {
    /// An object from its pairs.
    pub fn map<'a>(pairs: impl IntoIterator<Item = (&'a str, Json)>) -> Json {
        let pairs = pairs.into_iter();
        Json::Map(pairs.map(|(k, v)| (k.to_owned(), v)).collect())
    }
    /// A string.
    pub fn text(s: impl Into<String>) -> Json {
        Json::Text(s.into())
    }
    /// The value under a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Json::Map(pairs) => pairs.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }
    /// The number under a key, 0 if there is none.
    #[must_use]
    pub fn number(&self, key: &str) -> f64 {
        match self.get(key) {
            Some(Json::Int(n)) => *n as f64,
            Some(Json::Float(x)) => *x,
            _ => 0.0,
        }
    }
    /// Reads a value; `None` if the text is no JSON.
    #[must_use]
    pub fn parse(text: &str) -> Option<Json> {
        let mut p = Parser { text, at: 0 };
        let value = p.value(0)?;
        p.space();
        (p.at == text.len()).then_some(value)
    }
    /// Over several lines, each level further in.
    #[must_use]
    pub fn pretty(&self) -> String {
        let mut out = String::new();
        let _ = self.write(&mut out, Some(0));
        out.push('\n');
        out
    }

    fn write(&self, f: &mut dyn Write, depth: Option<usize>) -> Result {
        let inner = depth.map(|d| d + 1);
        let line = |f: &mut dyn Write, depth: Option<usize>| match depth {
            Some(d) => write!(f, "\n{:1$}", "", d * 2),
            None => Ok(()),
        };
        let comma = |f: &mut dyn Write, i: usize| match (i, depth) {
            (0, _) => Ok(()),
            (_, Some(_)) => f.write_char(','),
            (_, None) => f.write_str(", "),
        };
        match self {
            Json::Null => f.write_str("null"),
            Json::Bool(b) => write!(f, "{b}"),
            Json::Int(n) => write!(f, "{n}"),
            Json::Float(x) if x.is_finite() => write!(f, "{x}"),
            Json::Float(_) => f.write_str("null"),
            Json::Text(s) => quote(f, s),
            // Lists of plain values stand in a line.
            Json::List(items) => {
                let deep = items
                    .iter()
                    .any(|i| matches!(i, Json::Map(_) | Json::List(_)));
                let inner = inner.filter(|_| deep);
                f.write_char('[')?;
                for (i, item) in items.iter().enumerate() {
                    match (i, deep) {
                        (0, false) => {}
                        (_, false) => f.write_str(", ")?,
                        _ => comma(f, i)?,
                    }
                    line(f, inner)?;
                    item.write(f, inner)?;
                }
                line(f, depth.filter(|_| deep))?;
                f.write_char(']')
            }
            Json::Map(pairs) => {
                f.write_char('{')?;
                for (i, (key, value)) in pairs.iter().enumerate() {
                    comma(f, i)?;
                    line(f, inner)?;
                    quote(f, key)?;
                    f.write_str(": ")?;
                    value.write(f, inner)?;
                }
                line(f, depth.filter(|_| !pairs.is_empty()))?;
                f.write_char('}')
            }
        }
    }
}

impl Display for Json {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.write(f, None)
    }
}

fn quote(f: &mut dyn Write, text: &str) -> Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            '\n' => f.write_str("\\n")?,
            c if c.is_control() => write!(f, "\\u{:04x}", c as u32)?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

/// Deeper nesting than anything that is written here is refused, as it would need the stack.
const DEEPEST: usize = 64;

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    }
    /// Passes a word if it comes next.
    fn eat(&mut self, word: &str) -> bool {
        self.space();
        let found = self.text[self.at..].starts_with(word);
        self.at += if found { word.len() } else { 0 };
        found
    }
    fn value(&mut self, depth: usize) -> Option<Json> {
        if depth > DEEPEST {
            return None;
        }
        if self.eat("{") {
            let pair = |p: &mut Self| {
                let key = p.eat("\"").then(|| p.string())??;
                p.eat(":").then(|| p.value(depth + 1))?.map(|v| (key, v))
            };
            return self.items("}", pair).map(Json::Map);
        }
        if self.eat("[") {
            return self.items("]", |p| p.value(depth + 1)).map(Json::List);
        }
        if self.eat("\"") {
            return self.string().map(Json::Text);
        }
        let words = [
            ("null", Json::Null),
            ("true", Json::Bool(true)),
            ("false", Json::Bool(false)),
        ];
        for (word, value) in words {
            if self.eat(word) {
                return Some(value);
            }
        }
        let rest = &self.text[self.at..];
        let digits = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let number = &rest[..rest.find(|c| !digits(c)).unwrap_or(rest.len())];
        self.at += number.len();
        match number.parse() {
            Ok(n) => Some(Json::Int(n)),
            Err(_) => number.parse().ok().map(Json::Float),
        }
    }
    fn items<T>(&mut self, end: &str, item: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut items = Vec::new();
        if self.eat(end) {
            return Some(items);
        }
        loop {
            items.push(item(self)?);
            if self.eat(end) {
                return Some(items);
            }
            if !self.eat(",") {
                return None;
            }
        }
    }
    /// What follows a quote, up to the next one.
    fn string(&mut self) -> Option<String> {
        let mut out = String::new();
        let mut chars = self.text[self.at..].char_indices();
        while let Some((i, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += i + 1;
                    return Some(out);
                }
                '\\' => match chars.next()?.1 {
                    'u' => {
                        let digits: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                        let n = u32::from_str_radix(&digits, 16).ok()?;
                        out.push(char::from_u32(n).unwrap_or(char::REPLACEMENT_CHARACTER));
                    }
                    'n' => out.push('\n'),
                    't' => out.push('\t'),
                    'r' => out.push('\r'),
                    'b' => out.push('\u{8}'),
                    'f' => out.push('\u{c}'),
                    c => out.push(c),
                },
                c => out.push(c),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let value = Json::map([
            (
                "a \"b\"\n\u{1}",
                Json::List(vec![Json::Int(1), Json::Float(-2.5)]),
            ),
            ("deep", Json::List(vec![Json::map([]), Json::Null])),
            ("flag", Json::Bool(true)),
        ]);
        assert_eq!(Json::parse(&value.to_string()), Some(value.clone()));
        assert_eq!(Json::parse(&value.pretty()), Some(value.clone()));
        assert_eq!(
            value.to_string(),
            r#"{"a \"b\"\n\u0001": [1, -2.5], "deep": [{}, null], "flag": true}"#
        );
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\" 1}",
            "nul",
            "1 2",
            "\"\\u12\"",
            &"[".repeat(999),
        ] {
            assert_eq!(Json::parse(text), None, "{text}");
        }
    }
}
