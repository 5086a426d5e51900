//! f-strings and t-strings.
//!
//! Literal pieces that touch are joined at compile time; the pieces of a long f-string are joined in groups, so that
//! its length does not decide the number of registers.

use super::regs::Reg;
use super::{Compiler, R};
use crate::bytecode::{Const, Op};
use crate::literals;
use rustpython_ast::{
    ConversionFlag, Expr, ExprBinOp, ExprFString, ExprTString, FStringPart, InterpolatedElement,
    InterpolatedStringElement, InterpolatedStringElements, Operator,
};
use rustpython_text_size::{Ranged, TextRange, TextSize};

/// Pieces joined at once.
const GROUP: usize = 64;

/// A part of an f-string's value.
enum Piece<'a> {
    Literal(Vec<u8>),
    /// A field; the flag says that the string around it is raw.
    Field(&'a InterpolatedElement, bool),
    /// An argument of `%` formatting: its conversion and format spec.
    Percent(&'a Expr, u8, String),
}

impl<'a> Compiler<'a> {
    pub(super) fn fstring(&mut self, e: &'a ExprFString, dst: Reg) -> R {
        let mut pieces = Vec::new();
        for part in e.value.iter() {
            match part {
                FStringPart::Literal(part) => {
                    literals::push_string_part(self.src, part, literal(&mut pieces));
                }
                FStringPart::FString(part) => {
                    let raw = part.flags.prefix().is_raw();
                    self.pieces(&part.elements, raw, &mut pieces);
                }
            }
        }
        self.join(&pieces, dst, e.range)
    }

    fn pieces(
        &self,
        elements: &'a InterpolatedStringElements,
        raw: bool,
        out: &mut Vec<Piece<'a>>,
    ) {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(text) => {
                    literals::push_element(self.src, text, raw, literal(out));
                }
                InterpolatedStringElement::Interpolation(field) => {
                    if let Some(debug) = &field.debug_text {
                        literal(out).extend(without_comments(debug.as_str()));
                    }
                    out.push(Piece::Field(field, raw));
                }
            }
        }
    }

    fn join(&mut self, pieces: &[Piece<'a>], dst: Reg, range: TextRange) -> R {
        let used = |piece: &&Piece| !matches!(piece, Piece::Literal(text) if text.is_empty());
        let pieces: Vec<&Piece> = pieces.iter().filter(used).collect();
        let first = self.u().temps(0);
        let mut count = 0;
        for (i, piece) in pieces.iter().enumerate() {
            if count == GROUP {
                self.at(range);
                self.u().emit(Op::BuildString, first, first, count as u16);
                let mark = self.u().mark();
                self.u().release(mark.below(count - 1));
                count = 1;
            }
            let lone = pieces.len() == 1;
            let reg = if lone { dst } else { self.u().temp() };
            count += 1;
            match piece {
                Piece::Literal(text) => {
                    self.at(range);
                    let text = Const::Str(text.as_slice().into());
                    self.u().load_const(reg, text);
                }
                Piece::Field(field, raw) => self.field(field, *raw, reg)?,
                Piece::Percent(value, conversion, spec) => {
                    self.percent_field(value, *conversion, spec, reg)?;
                }
            }
            if lone && i == 0 {
                return Ok(());
            }
        }
        self.at(range);
        match count {
            0 => self.u().load_str(dst, ""),
            _ => self.u().emit(Op::BuildString, dst, first, count as u16),
        }
        Ok(())
    }

    fn field(&mut self, field: &'a InterpolatedElement, raw: bool, dst: Reg) -> R {
        let mark = self.u().mark();
        let mut value = self.operand_hold(&field.expression)?;
        self.at(field);
        let conversion = conversion(field);
        if conversion != 0 {
            let t = self.u().temp();
            self.u().emit_x(Op::Convert, conversion, t, value, 0);
            value = t;
        }
        match &field.format_spec {
            Some(spec) => {
                let spec_reg = self.u().temp();
                self.format_spec(&spec.elements, raw, spec_reg, spec.range)?;
                self.at(field);
                self.u().emit(Op::FormatSpec, dst, value, spec_reg);
            }
            None => self.u().emit(Op::FormatSimple, dst, value, 0),
        }
        self.u().release(mark);
        Ok(())
    }

    fn percent_field(&mut self, e: &'a Expr, conversion: u8, spec: &str, dst: Reg) -> R {
        let mark = self.u().mark();
        let mut value = self.operand_in(e, dst)?;
        self.at(e);
        let t = self.u().temp();
        self.u().emit_x(Op::Convert, conversion, t, value, 0);
        value = t;
        if spec.is_empty() {
            self.u().emit(Op::FormatSimple, dst, value, 0);
        } else {
            let spec_reg = self.u().temp();
            self.u().load_str(spec_reg, spec);
            self.u().emit(Op::FormatSpec, dst, value, spec_reg);
        }
        self.u().release(mark);
        Ok(())
    }

    /// `'...%s...' % (a, b)` as an f-string, where that is the same; whether it applied.
    pub(super) fn percent_format(&mut self, e: &'a ExprBinOp, dst: Reg) -> R<bool> {
        let (Operator::Mod, Expr::StringLiteral(_), Expr::Tuple(args)) =
            (e.op, &*e.left, &*e.right)
        else {
            return Ok(false);
        };
        if args.elts.iter().any(Expr::is_starred_expr) {
            return Ok(false);
        }
        let Some(Const::Str(format)) = self.fold(&e.left) else {
            return Ok(false);
        };
        let Some(pieces) = percent_pieces(&format, &args.elts) else {
            return Ok(false);
        };
        self.join(&pieces, dst, e.range)?;
        Ok(true)
    }

    fn format_spec(
        &mut self,
        elements: &'a InterpolatedStringElements,
        raw: bool,
        dst: Reg,
        range: TextRange,
    ) -> R {
        let mut pieces = Vec::new();
        self.pieces(elements, raw, &mut pieces);
        self.nested(range, |c| {
            let mark = c.u().mark();
            c.join(&pieces, dst, range)?;
            c.u().release(mark);
            Ok(())
        })
    }

    pub(super) fn tstring(&mut self, e: &'a ExprTString, dst: Reg) -> R {
        let mut pieces = Vec::new();
        for part in e.value.iter() {
            let raw = part.flags.prefix().is_raw();
            self.pieces(&part.elements, raw, &mut pieces);
        }
        let mut strings = vec![Vec::new()];
        let mut fields = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Literal(text) => {
                    if let Some(last) = strings.last_mut() {
                        last.extend(text);
                    }
                }
                Piece::Field(field, raw) => {
                    fields.push((field, raw));
                    strings.push(Vec::new());
                }
                Piece::Percent(..) => {}
            }
        }
        let strings = strings.into_iter().map(|s| Const::Str(s.into())).collect();
        let strings_reg = self.u().temp();
        self.at(e);
        self.u().load_const(strings_reg, Const::Tuple(strings));
        let acc = self.u().temp();
        self.u().emit(Op::BuildList, acc, acc, 0);
        for (field, raw) in fields {
            let mark = self.u().mark();
            let run = self.u().temps(3);
            self.expr(&field.expression, run)?;
            self.at(field);
            let text = self.expression_text(field);
            self.u().load_str(run + 1, &text);
            match &field.format_spec {
                Some(spec) => self.format_spec(&spec.elements, raw, run + 2, spec.range)?,
                None => self.u().load_str(run + 2, ""),
            }
            self.at(field);
            let flag = conversion(field);
            self.u().emit_x(Op::BuildInterpolation, flag, run, run, 0);
            self.u().emit(Op::ListAppend, acc, run, 0);
            self.u().release(mark);
        }
        self.at(e);
        self.u().emit(Op::ListToTuple, acc, acc, 0);
        self.u().emit(Op::BuildTemplate, dst, strings_reg, acc);
        Ok(())
    }

    /// The text of a field's expression as written, parentheses included.
    fn expression_text(&self, field: &InterpolatedElement) -> String {
        let start = field.range.start() + TextSize::new(1);
        let inside = self.src.slice(TextRange::new(start, field.range.end()));
        let end = (field.expression.range().end() - start).to_usize();
        let behind = inside.get(end..).unwrap_or("");
        let closing = behind.len()
            - behind
                .trim_start_matches(|c: char| c == ')' || c.is_whitespace())
                .len();
        inside
            .get(..end + closing)
            .unwrap_or(inside)
            .trim()
            .to_owned()
    }
}

/// Takes a `%` format apart if it has only `%s`, `%r`, `%a` (with width and precision) and fits the arguments.
fn percent_pieces<'a>(format: &[u8], args: &'a [Expr]) -> Option<Vec<Piece<'a>>> {
    let mut pieces = Vec::new();
    let mut args = args.iter();
    let mut rest = format;
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        if *byte != b'%' {
            literal(&mut pieces).push(*byte);
            continue;
        }
        if let Some(tail) = rest.strip_prefix(b"%") {
            literal(&mut pieces).push(b'%');
            rest = tail;
            continue;
        }
        let left = rest.strip_prefix(b"-");
        let (width, tail) = split_digits(left.unwrap_or(rest))?;
        let (precision, tail) = match tail.strip_prefix(b".") {
            Some(tail) => {
                let (digits, tail) = split_digits(tail)?;
                (
                    format!(".{}", if digits.is_empty() { "0" } else { digits }),
                    tail,
                )
            }
            None => (String::new(), tail),
        };
        let (kind, tail) = tail.split_first()?;
        let conversion = match kind {
            b's' => 1,
            b'r' => 2,
            b'a' => 3,
            _ => return None,
        };
        rest = tail;
        let align = if left.is_none() && !width.is_empty() {
            ">"
        } else {
            ""
        };
        let spec = format!("{align}{width}{precision}");
        pieces.push(Piece::Percent(args.next()?, conversion, spec));
    }
    args.next().is_none().then_some(pieces)
}

/// Up to three leading digits that do not start with 0, which would be a flag.
fn split_digits(text: &[u8]) -> Option<(&str, &[u8])> {
    let count = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(count);
    if count > 3 || digits.first() == Some(&b'0') {
        return None;
    }
    Some((std::str::from_utf8(digits).ok()?, rest))
}

/// The literal that is being collected at the end of `pieces`.
fn literal<'p>(pieces: &'p mut Vec<Piece<'_>>) -> &'p mut Vec<u8> {
    if !matches!(pieces.last(), Some(Piece::Literal(_))) {
        pieces.push(Piece::Literal(Vec::new()));
    }
    let last = pieces.len() - 1;
    match &mut pieces[last] {
        Piece::Literal(text) => text,
        Piece::Field(..) | Piece::Percent(..) => unreachable!("a literal was pushed"),
    }
}

/// The text of a `=` field without the comments that may stand in it.
fn without_comments(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    if !bytes.contains(&b'#') {
        return bytes.to_vec();
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut quote: Option<&[u8]> = None;
    let mut i = 0;
    while i < bytes.len() {
        let rest = &bytes[i..];
        let mut step = 1;
        match quote {
            Some(_) if bytes[i] == b'\\' => step = rest.len().min(2),
            Some(end) if rest.starts_with(end) => {
                step = end.len();
                quote = None;
            }
            Some(_) => {}
            None if bytes[i] == b'#' => {
                i += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
                continue;
            }
            None => {
                let quotes: [&[u8]; 4] = [b"\"\"\"", b"'''", b"\"", b"'"];
                quote = quotes.into_iter().find(|q| rest.starts_with(q));
                step = quote.map_or(1, <[u8]>::len);
            }
        }
        out.extend_from_slice(&rest[..step]);
        i += step;
    }
    out
}

/// Conversion of a field: 0 none, 1 str, 2 repr, 3 ascii; `=` alone means repr.
fn conversion(field: &InterpolatedElement) -> u8 {
    match field.conversion {
        ConversionFlag::None if field.debug_text.is_some() && field.format_spec.is_none() => 2,
        ConversionFlag::None => 0,
        ConversionFlag::Str => 1,
        ConversionFlag::Repr => 2,
        ConversionFlag::Ascii => 3,
    }
}
