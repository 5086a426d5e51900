//! Source text of an expression, for annotations under `from __future__ import annotations`.
//!
//! The layout is CPython's (`ast_unparse.c`): one space around operators, parentheses only where precedence asks.

use crate::literals;
use crate::source::Source;
use rustpython_ast::{
    BoolOp, Comprehension, Expr, ExprCall, ExprLambda, ExprSlice, FStringPart,
    InterpolatedStringElement, InterpolatedStringElements, Operator, Parameter,
    ParameterWithDefault, UnaryOp,
};
use rustpython_text_size::Ranged;

/// Precedence levels, loosest first.
mod level {
    pub const TUPLE: u8 = 0;
    pub const TEST: u8 = 1;
    pub const OR: u8 = 2;
    pub const AND: u8 = 3;
    pub const NOT: u8 = 4;
    pub const CMP: u8 = 5;
    pub const BOR: u8 = 6;
    pub const BXOR: u8 = 7;
    pub const BAND: u8 = 8;
    pub const SHIFT: u8 = 9;
    pub const ARITH: u8 = 10;
    pub const TERM: u8 = 11;
    pub const FACTOR: u8 = 12;
    pub const POWER: u8 = 13;
    pub const AWAIT: u8 = 14;
    pub const ATOM: u8 = 15;
}

/// The text of `expr` in generalized UTF-8.
pub fn unparse(src: &Source, expr: &Expr) -> Vec<u8> {
    let mut writer = Writer {
        src,
        out: Vec::new(),
    };
    writer.expr(expr, level::TEST);
    writer.out
}

struct Writer<'a> {
    src: &'a Source,
    out: Vec<u8>,
}

impl Writer<'_> {
    fn put(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn wrapped(&mut self, parens: bool, f: impl FnOnce(&mut Self)) {
        if parens {
            self.put("(");
        }
        f(self);
        if parens {
            self.put(")");
        }
    }

    fn list(&mut self, items: &[Expr], at: u8) {
        for (i, item) in items.iter().enumerate() {
            self.put(if i > 0 { ", " } else { "" });
            self.expr(item, at);
        }
    }

    fn expr(&mut self, expr: &Expr, at: u8) {
        match expr {
            Expr::Name(e) => self.put(&e.id),
            Expr::NoneLiteral(_) => self.put("None"),
            Expr::EllipsisLiteral(_) => self.put("..."),
            Expr::BooleanLiteral(e) => self.put(if e.value { "True" } else { "False" }),
            Expr::NumberLiteral(e) => self.number(&literals::number_value(self.src, e)),
            Expr::StringLiteral(e) => {
                if e.value.is_unicode() {
                    self.put("u");
                }
                let value = literals::string_value(self.src, e);
                self.string(&value, false);
            }
            Expr::BytesLiteral(e) => {
                let value = literals::bytes_value(e);
                self.put("b");
                self.string(&value, true);
            }
            Expr::Attribute(e) => {
                self.expr(&e.value, level::ATOM);
                // `1 .real` needs the space.
                if matches!(&*e.value, Expr::NumberLiteral(n) if n.value.is_int()) {
                    self.put(" ");
                }
                self.put(".");
                self.put(&e.attr.id);
            }
            Expr::Subscript(e) => {
                self.expr(&e.value, level::ATOM);
                self.put("[");
                match &*e.slice {
                    Expr::Tuple(tuple) if !tuple.elts.is_empty() => {
                        self.list(&tuple.elts, level::TEST);
                        if tuple.elts.len() == 1 {
                            self.put(",");
                        }
                    }
                    slice => self.expr(slice, level::TUPLE),
                }
                self.put("]");
            }
            Expr::Slice(e) => self.slice(e),
            Expr::Starred(e) => {
                self.put("*");
                self.expr(&e.value, level::BOR);
            }
            Expr::List(e) => {
                self.put("[");
                self.list(&e.elts, level::TEST);
                self.put("]");
            }
            Expr::Tuple(e) if e.elts.is_empty() => self.put("()"),
            Expr::Tuple(e) => self.wrapped(at > level::TUPLE, |w| {
                w.list(&e.elts, level::TEST);
                w.put(if e.elts.len() == 1 { "," } else { "" });
            }),
            Expr::Set(e) => {
                self.put("{");
                self.list(&e.elts, level::TEST);
                self.put("}");
            }
            Expr::Call(e) => self.call(e),
            _ => self.operator(expr, at),
        }
    }

    fn operator(&mut self, expr: &Expr, at: u8) {
        match expr {
            Expr::BoolOp(e) => {
                let (own, word) = match e.op {
                    BoolOp::And => (level::AND, " and "),
                    BoolOp::Or => (level::OR, " or "),
                };
                self.wrapped(at > own, |w| {
                    for (i, value) in e.values.iter().enumerate() {
                        w.put(if i > 0 { word } else { "" });
                        w.expr(value, own + 1);
                    }
                });
            }
            Expr::BinOp(e) => {
                let (own, word) = binary(e.op);
                let right_first = e.op == Operator::Pow;
                self.wrapped(at > own, |w| {
                    w.expr(&e.left, own + right_first as u8);
                    w.put(word);
                    w.expr(&e.right, own + !right_first as u8);
                });
            }
            Expr::UnaryOp(e) => {
                let (own, word) = match e.op {
                    UnaryOp::Not => (level::NOT, "not "),
                    UnaryOp::Invert => (level::FACTOR, "~"),
                    UnaryOp::UAdd => (level::FACTOR, "+"),
                    UnaryOp::USub => (level::FACTOR, "-"),
                };
                self.wrapped(at > own, |w| {
                    w.put(word);
                    w.expr(&e.operand, own);
                });
            }
            Expr::Compare(e) => self.wrapped(at > level::CMP, |w| {
                w.expr(&e.left, level::CMP + 1);
                for (op, right) in e.ops.iter().zip(&e.comparators) {
                    w.put(" ");
                    w.put(op.as_str());
                    w.put(" ");
                    w.expr(right, level::CMP + 1);
                }
            }),
            Expr::If(e) => self.wrapped(at > level::TEST, |w| {
                w.expr(&e.body, level::TEST + 1);
                w.put(" if ");
                w.expr(&e.test, level::TEST + 1);
                w.put(" else ");
                w.expr(&e.orelse, level::TEST);
            }),
            Expr::Lambda(e) => self.wrapped(at > level::TEST, |w| w.lambda(e)),
            Expr::Named(e) => self.wrapped(at > level::TUPLE, |w| {
                w.expr(&e.target, level::ATOM);
                w.put(" := ");
                w.expr(&e.value, level::ATOM);
            }),
            Expr::Await(e) => self.wrapped(at > level::AWAIT, |w| {
                w.put("await ");
                w.expr(&e.value, level::ATOM);
            }),
            Expr::Yield(e) => match &e.value {
                None => self.put("(yield)"),
                Some(value) => {
                    self.put("(yield ");
                    self.expr(value, level::TUPLE);
                    self.put(")");
                }
            },
            Expr::YieldFrom(e) => {
                self.put("(yield from ");
                self.expr(&e.value, level::TEST);
                self.put(")");
            }
            _ => self.display(expr),
        }
    }

    fn display(&mut self, expr: &Expr) {
        match expr {
            Expr::Dict(e) => {
                self.put("{");
                for (i, item) in e.items.iter().enumerate() {
                    self.put(if i > 0 { ", " } else { "" });
                    match &item.key {
                        Some(key) => {
                            self.expr(key, level::TEST);
                            self.put(": ");
                            self.expr(&item.value, level::TEST);
                        }
                        None => {
                            self.put("**");
                            self.expr(&item.value, level::BOR);
                        }
                    }
                }
                self.put("}");
            }
            Expr::ListComp(e) => self.comprehension("[", None, &e.elt, &e.generators, "]"),
            Expr::SetComp(e) => self.comprehension("{", None, &e.elt, &e.generators, "}"),
            Expr::Generator(e) => self.comprehension("(", None, &e.elt, &e.generators, ")"),
            Expr::DictComp(e) => {
                self.comprehension("{", e.key.as_deref(), &e.value, &e.generators, "}");
            }
            Expr::FString(e) => {
                let mut text = Vec::new();
                for part in e.value.iter() {
                    match part {
                        FStringPart::Literal(part) => {
                            let mut value = Vec::new();
                            literals::push_string_part(self.src, part, &mut value);
                            push_escaped(&value, &mut text);
                        }
                        FStringPart::FString(part) => {
                            let raw = part.flags.prefix().is_raw();
                            self.fields(&part.elements, raw, &mut text);
                        }
                    }
                }
                self.put("f");
                self.string(&text, false);
            }
            // Rare in annotations: as written.
            _ => {
                let text = self.src.slice(expr.range()).to_owned();
                self.put(&text);
            }
        }
    }

    fn fields(&mut self, elements: &InterpolatedStringElements, raw: bool, out: &mut Vec<u8>) {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(literal) => {
                    let mut value = Vec::new();
                    literals::push_element(self.src, literal, raw, &mut value);
                    push_escaped(&value, out);
                }
                InterpolatedStringElement::Interpolation(field) => {
                    if let Some(debug) = &field.debug_text {
                        out.extend_from_slice(debug.as_str().as_bytes());
                    }
                    let mut inner = Writer {
                        src: self.src,
                        out: Vec::new(),
                    };
                    inner.expr(&field.expression, level::TEST + 1);
                    out.push(b'{');
                    if inner.out.first() == Some(&b'{') {
                        out.push(b' ');
                    }
                    out.extend(inner.out);
                    if let Some(c) = field.conversion.to_byte() {
                        out.extend([b'!', c]);
                    } else if field.debug_text.is_some() && field.format_spec.is_none() {
                        out.extend(b"!r");
                    }
                    if let Some(spec) = &field.format_spec {
                        out.push(b':');
                        self.fields(&spec.elements, raw, out);
                    }
                    out.push(b'}');
                }
            }
        }
    }

    fn slice(&mut self, e: &ExprSlice) {
        if let Some(lower) = &e.lower {
            self.expr(lower, level::TEST);
        }
        self.put(":");
        if let Some(upper) = &e.upper {
            self.expr(upper, level::TEST);
        }
        if let Some(step) = &e.step {
            self.put(":");
            self.expr(step, level::TEST);
        }
    }

    fn call(&mut self, e: &ExprCall) {
        self.expr(&e.func, level::ATOM);
        if let ([Expr::Generator(_)], true) = (&*e.arguments.args, e.arguments.keywords.is_empty())
        {
            self.expr(&e.arguments.args[0], level::TEST);
            return;
        }
        self.put("(");
        self.list(&e.arguments.args, level::TEST);
        let mut first = e.arguments.args.is_empty();
        for keyword in &e.arguments.keywords {
            self.put(if first { "" } else { ", " });
            first = false;
            match &keyword.arg {
                Some(arg) => {
                    self.put(&arg.id);
                    self.put("=");
                }
                None => self.put("**"),
            }
            self.expr(&keyword.value, level::TEST);
        }
        self.put(")");
    }

    fn lambda(&mut self, e: &ExprLambda) {
        self.put("lambda");
        if let Some(params) = &e.parameters {
            let mut first = true;
            let mut param = |w: &mut Self, star: &str, p: Option<&Parameter>, d: Option<&Expr>| {
                w.put(if first { " " } else { ", " });
                first = false;
                w.put(star);
                if let Some(p) = p {
                    w.put(&p.name.id);
                }
                if let Some(default) = d {
                    w.put("=");
                    w.expr(default, level::TEST);
                }
            };
            let parts = |p: &ParameterWithDefault| -> (Parameter, Option<Expr>) {
                (p.parameter.clone(), p.default.as_deref().cloned())
            };
            for p in &params.posonlyargs {
                let (p, d) = parts(p);
                param(self, "", Some(&p), d.as_ref());
            }
            if !params.posonlyargs.is_empty() {
                param(self, "/", None, None);
            }
            for p in &params.args {
                let (p, d) = parts(p);
                param(self, "", Some(&p), d.as_ref());
            }
            if params.vararg.is_some() || !params.kwonlyargs.is_empty() {
                param(self, "*", params.vararg.as_deref(), None);
            }
            for p in &params.kwonlyargs {
                let (p, d) = parts(p);
                param(self, "", Some(&p), d.as_ref());
            }
            if let Some(kwarg) = &params.kwarg {
                param(self, "**", Some(kwarg), None);
            }
        }
        self.put(": ");
        self.expr(&e.body, level::TEST);
    }

    fn comprehension(
        &mut self,
        open: &str,
        key: Option<&Expr>,
        elt: &Expr,
        clauses: &[Comprehension],
        close: &str,
    ) {
        self.put(open);
        if let Some(key) = key {
            self.expr(key, level::TEST);
            self.put(": ");
        }
        self.expr(elt, level::TEST);
        for clause in clauses {
            self.put(if clause.is_async {
                " async for "
            } else {
                " for "
            });
            self.expr(&clause.target, level::TUPLE);
            self.put(" in ");
            self.expr(&clause.iter, level::TEST + 1);
            for condition in &clause.ifs {
                self.put(" if ");
                self.expr(condition, level::TEST + 1);
            }
        }
        self.put(close);
    }

    fn number(&mut self, value: &crate::bytecode::Const) {
        use crate::bytecode::Const;
        let text = match value {
            Const::Int(value) => value.to_string(),
            Const::Big(value) => value.to_string(),
            Const::Float(bits) => float_text(f64::from_bits(*bits)),
            Const::Complex(_, imag) => {
                let text = float_text(f64::from_bits(*imag));
                format!("{}j", text.strip_suffix(".0").unwrap_or(&text))
            }
            _ => String::new(),
        };
        self.put(&text);
    }

    /// `repr` of a string or bytes value.
    fn string(&mut self, value: &[u8], bytes: bool) {
        let single = value.contains(&b'\'');
        let quote = if single && !value.contains(&b'"') {
            '"'
        } else {
            '\''
        };
        let mut text = String::new();
        text.push(quote);
        let put_byte = |byte: u8, text: &mut String| match byte {
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            b'\\' => text.push_str("\\\\"),
            0x20..0x7f => {
                if char::from(byte) == quote {
                    text.push('\\');
                }
                text.push(char::from(byte));
            }
            _ => text.push_str(&format!("\\x{byte:02x}")),
        };
        if bytes {
            value.iter().for_each(|byte| put_byte(*byte, &mut text));
        } else {
            for chunk in value.utf8_chunks() {
                for c in chunk.valid().chars() {
                    match u8::try_from(c) {
                        Ok(byte) if byte < 0xa1 || byte == 0xad => put_byte(byte, &mut text),
                        _ => text.push(c),
                    }
                }
                if let [0xed, b, c] = chunk.invalid() {
                    let code = 0xd000 | u32::from(b & 0x3f) << 6 | u32::from(c & 0x3f);
                    text.push_str(&format!("\\u{code:04x}"));
                }
            }
        }
        text.push(quote);
        self.put(&text);
    }
}

/// Doubles the braces of literal text.
fn push_escaped(value: &[u8], out: &mut Vec<u8>) {
    for byte in value {
        out.push(*byte);
        if matches!(byte, b'{' | b'}') {
            out.push(*byte);
        }
    }
}

/// `repr` of a float that a literal can have; infinity is written as a literal that overflows.
fn float_text(value: f64) -> String {
    if value.is_infinite() {
        return "1e309".to_owned();
    }
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.unsigned_abs());
    }
    format!("{value:?}")
}

fn binary(op: Operator) -> (u8, &'static str) {
    match op {
        Operator::Add => (level::ARITH, " + "),
        Operator::Sub => (level::ARITH, " - "),
        Operator::Mult => (level::TERM, " * "),
        Operator::MatMult => (level::TERM, " @ "),
        Operator::Div => (level::TERM, " / "),
        Operator::Mod => (level::TERM, " % "),
        Operator::FloorDiv => (level::TERM, " // "),
        Operator::LShift => (level::SHIFT, " << "),
        Operator::RShift => (level::SHIFT, " >> "),
        Operator::BitOr => (level::BOR, " | "),
        Operator::BitXor => (level::BXOR, " ^ "),
        Operator::BitAnd => (level::BAND, " & "),
        Operator::Pow => (level::POWER, " ** "),
    }
}
