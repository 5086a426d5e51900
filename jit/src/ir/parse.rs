//! Reads the text form of traces: what [`std::fmt::Display`] writes, and what people write in tests.
//!
//! A line holds an operation, with a name for its value if anything uses it: `sum = add a, b`. Names are any words; `v7` has no meaning of
//! its own. A semicolon begins a comment. `exit 1 sees frame 0 2 above places` and `end sees ...` tell of [`super::looks`], ahead of the operations,
//! in the order of the exits. The last line says how the trace ends. Errors name their line.

use super::looks::{self, Looks};
use super::{Binary, Checked, Cond, End, ExitId, Op, Trace, Type, Val, Width};
use std::collections::HashMap;

/// What is wrong with a text, and in which line of it (from 1).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParseError {
    /// The line.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for ParseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

/// The trace that a text describes. It is not verified.
///
/// # Errors
/// The text is no trace.
pub fn parse(text: &str) -> Result<Trace, ParseError> {
    let mut ops = Vec::new();
    let mut names = HashMap::new();
    let mut end = None;
    let mut looks = Looks::default();
    for (i, line) in text.lines().enumerate() {
        let fail = |message: String| ParseError {
            line: i + 1,
            message,
        };
        let code = line.split(';').next().unwrap_or_default();
        let tokens = tokens(code).map_err(fail)?;
        if tokens.is_empty() {
            continue;
        }
        if end.is_some() {
            return Err(fail("the trace has ended already".to_string()));
        }
        match tokens[..] {
            ["exit", e, "sees", ref rest @ ..] => {
                let e = e.parse().map_err(|_| fail(format!("`{e}` is no exit")))?;
                let seen = looks::parse(rest).map_err(fail)?;
                looks.tell(ExitId(e), seen.into());
                continue;
            }
            ["end", "sees", ref rest @ ..] => {
                looks.end = Some(looks::parse(rest).map_err(fail)?.into());
                continue;
            }
            _ => {}
        }
        let mut r = Reader {
            tokens: &tokens,
            names: &names,
        };
        let rest;
        if let Some(e) = r.end().map_err(fail)? {
            rest = r.tokens;
            end = Some(e);
        } else {
            let name = match r.tokens {
                [name, "=", ..] => {
                    r.tokens = &r.tokens[2..];
                    Some(*name)
                }
                _ => None,
            };
            let op = r.op().map_err(fail)?;
            rest = r.tokens;
            if let Some(name) = name {
                names.insert(name.to_string(), Val(ops.len() as u32));
            }
            ops.push(op);
        }
        if let [extra, ..] = rest {
            return Err(fail(format!("`{extra}` is too much")));
        }
    }
    match end {
        Some(end) => Ok(Trace { ops, end, looks }),
        None => Err(ParseError {
            line: text.lines().count().max(1),
            message: "no end".to_string(),
        }),
    }
}

/// Words, numbers with their signs, and marks. A sign that follows a word belongs to the number after it.
fn tokens(line: &str) -> Result<Vec<&str>, String> {
    let mut found = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        let length = match first {
            ',' | '(' | ')' | '=' | ':' => 1,
            '-' if rest.starts_with("->") => 2,
            '+' | '-' => 1 + rest[1..].chars().take_while(|c| is_word(*c)).count(),
            c if is_word(c) => number_or_word(rest),
            c => return Err(format!("`{c}` is not understood")),
        };
        found.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    Ok(found)
}

/// Length of the word that a text begins with; `1e-5` is one.
fn number_or_word(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut n = 0;
    while n < bytes.len() {
        let c = bytes[n];
        let exponent = matches!(c, b'-' | b'+')
            && n > 0
            && bytes[n - 1] == b'e'
            && bytes[0].is_ascii_digit()
            && !rest.starts_with("0x");
        if !(c.is_ascii_alphanumeric() || matches!(c, b'_' | b'.') || exponent) {
            break;
        }
        n += 1;
    }
    n
}

struct Reader<'a, 'n> {
    tokens: &'a [&'a str],
    names: &'n HashMap<String, Val>,
}

type Read<T> = Result<T, String>;

impl<'a> Reader<'a, '_> {
    fn next(&mut self) -> Read<&'a str> {
        let (first, rest) = self
            .tokens
            .split_first()
            .ok_or_else(|| "the line ends too early".to_string())?;
        self.tokens = rest;
        Ok(first)
    }
    fn expect(&mut self, wanted: &str) -> Read<()> {
        match self.next()? {
            t if t == wanted => Ok(()),
            t => Err(format!("`{wanted}` is missing before `{t}`")),
        }
    }
    fn accept(&mut self, wanted: &str) -> bool {
        let there = self.tokens.first() == Some(&wanted);
        if there {
            self.tokens = &self.tokens[1..];
        }
        there
    }
    fn val(&mut self) -> Read<Val> {
        let name = self.next()?;
        self.names
            .get(name)
            .copied()
            .ok_or_else(|| format!("nothing is named `{name}`"))
    }
    fn number(&mut self) -> Read<u64> {
        let text = self.next()?;
        let (negative, digits) = match text.strip_prefix('-') {
            Some(d) => (true, d),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let n = match digits.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16),
            None => digits.parse(),
        };
        let n = n.map_err(|_| format!("`{text}` is no number"))?;
        Ok(if negative { n.wrapping_neg() } else { n })
    }
    fn float(&mut self) -> Read<u64> {
        if self.accept("bits") {
            return self.number();
        }
        let text = self.next()?;
        let f: f64 = text.parse().map_err(|_| format!("`{text}` is no float"))?;
        Ok(f.to_bits())
    }
    fn exit(&mut self) -> Read<ExitId> {
        self.expect("exit")?;
        Ok(ExitId(self.number()? as u32))
    }
    fn otherwise(&mut self) -> Read<ExitId> {
        self.expect("else")?;
        self.exit()
    }
    fn by(&mut self) -> Read<u64> {
        self.expect("by")?;
        self.number()
    }
    fn two(&mut self) -> Read<(Val, Val)> {
        let a = self.val()?;
        self.expect(",")?;
        Ok((a, self.val()?))
    }
    /// `base+offset`
    fn place(&mut self) -> Read<(Val, i32)> {
        let base = self.val()?;
        let signed = |t: &&str| t.starts_with(['+', '-']);
        let offset = match self.tokens.first().filter(|t| signed(t)) {
            Some(_) => self.number()? as i64 as i32,
            None => 0,
        };
        Ok((base, offset))
    }

    /// The end of a trace, if the line is one.
    fn end(&mut self) -> Read<Option<End>> {
        Ok(Some(match self.tokens {
            ["loop", ":", ..] => return Ok(None),
            ["loop", ..] => {
                self.next()?;
                let mut next = Vec::new();
                while !self.tokens.is_empty() {
                    next.push(self.val()?);
                    self.accept(",");
                }
                End::Loop(next)
            }
            ["exit", ..] => End::Exit(self.exit()?),
            ["link", ..] => {
                self.next()?;
                let at = self.number()?;
                let frame = match self.accept("in") {
                    true => Some(self.val()?),
                    false => None,
                };
                End::Link(at, frame)
            }
            _ => return Ok(None),
        }))
    }

    fn op(&mut self) -> Read<Op> {
        let name = self.next()?;
        let (stem, kind) = name.split_once('.').unwrap_or((name, ""));
        Ok(match stem {
            "const" => Op::Const(self.number()?),
            "float" => Op::ConstF(self.float()?),
            "context" => Op::Context,
            "frame" => Op::Frame,
            "cmp" | "fcmp" => {
                let c = condition(kind)?;
                let (a, b) = self.two()?;
                match stem {
                    "cmp" => Op::Compare(c, a, b),
                    _ => Op::CompareF(c, a, b),
                }
            }
            "fneg" => Op::NegF(self.val()?),
            "fabs" => Op::AbsF(self.val()?),
            "fsqrt" => Op::SqrtF(self.val()?),
            "tofloat" => Op::ToFloat(self.val()?),
            "frombits" => Op::FromBits(self.val()?),
            "bits" => Op::Bits(self.val()?),
            "select" => {
                let c = self.val()?;
                self.expect(",")?;
                let (a, b) = self.two()?;
                Op::Select(c, a, b)
            }
            "load" => {
                let (base, offset) = self.place()?;
                Op::Load(width(kind)?, base, offset)
            }
            "typed" => {
                let (base, offset) = self.place()?;
                Op::Typed(base, offset)
            }
            "store" => self.store(kind)?,
            "late" => {
                let (base, offset) = self.place()?;
                self.expect(",")?;
                Op::Late(width(kind)?, base, offset, self.val()?)
            }
            "guard" => {
                let c = self.val()?;
                self.expect("is")?;
                let expected = match self.next()? {
                    "true" => true,
                    "false" => false,
                    t => return Err(format!("`{t}` is no truth value")),
                };
                Op::Guard(c, expected, self.otherwise()?)
            }
            "unbox" => {
                let v = self.val()?;
                let at = self.by()?;
                Op::Unbox(v, at, self.otherwise()?)
            }
            "box" => Op::Box(self.val()?, self.by()?),
            "call" => self.call()?,
            "loop" => {
                self.expect(":")?;
                Op::LoopStart
            }
            "phi" => Op::Phi(self.val()?),
            _ => return self.arithmetic(name),
        })
    }

    fn store(&mut self, kind: &str) -> Read<Op> {
        let (base, offset) = self.place()?;
        self.expect(",")?;
        let v = self.val()?;
        Ok(match kind {
            "logged" => {
                let object = match self.accept("in") {
                    true => self.val()?,
                    false => base,
                };
                Op::StoreLogged(object, base, offset, v, self.by()?)
            }
            _ => Op::Store(width(kind)?, base, offset, v),
        })
    }

    fn call(&mut self) -> Read<Op> {
        let address = self.number()?;
        self.expect("(")?;
        let mut args = Vec::new();
        while !self.accept(")") {
            args.push(self.val()?);
            if self.tokens.first() != Some(&")") {
                self.expect(",")?;
            }
        }
        let result = match self.accept("->") {
            false => Type::Unit,
            true => match self.next()? {
                "word" => Type::Word,
                "float" => Type::Float,
                "bool" => Type::Bool,
                t => return Err(format!("`{t}` is no type")),
            },
        };
        Ok(Op::Call {
            address,
            args,
            result,
        })
    }

    fn arithmetic(&mut self, name: &str) -> Read<Op> {
        let checked = match name {
            "checked_add" => Some(Checked::Add),
            "checked_sub" => Some(Checked::Sub),
            "checked_mul" => Some(Checked::Mul),
            _ => None,
        };
        if let Some(c) = checked {
            let (a, b) = self.two()?;
            return Ok(Op::Checked(c, a, b, self.otherwise()?));
        }
        let binary = Binary::ALL
            .iter()
            .find(|b| b.name().to_lowercase() == name)
            .ok_or_else(|| format!("there is no operation `{name}`"))?;
        let (a, b) = self.two()?;
        Ok(Op::Binary(*binary, a, b))
    }
}

fn condition(name: &str) -> Read<Cond> {
    Cond::ALL
        .iter()
        .find(|c| format!("{c:?}").to_lowercase() == name)
        .copied()
        .ok_or_else(|| format!("there is no condition `{name}`"))
}

fn width(name: &str) -> Read<Width> {
    Ok(match name {
        "w64" => Width::W64,
        "w32" => Width::W32,
        "w16" => Width::W16,
        "w8" => Width::W8,
        "f64" => Width::F64,
        "f32" => Width::F32,
        _ => return Err(format!("there is no width `{name}`")),
    })
}
