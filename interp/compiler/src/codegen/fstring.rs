//! f-strings and t-strings.
//!
//! Literal pieces that touch are joined at compile time; the pieces of a long f-string are joined in groups, so that
//! its length does not decide the number of registers.

use super::regs::Reg;
use super::{Compiler, R};
use crate::bytecode::{Const, Op};
use crate::literals;
use rustpython_ast::{
    ConversionFlag, ExprFString, ExprTString, FStringPart, InterpolatedElement,
    InterpolatedStringElement, InterpolatedStringElements,
};
use rustpython_text_size::{Ranged, TextRange, TextSize};

/// Pieces joined at once.
const GROUP: usize = 64;

/// A part of an f-string's value.
enum Piece<'a> {
    Literal(Vec<u8>),
    /// A field; the flag says that the string around it is raw.
    Field(&'a InterpolatedElement, bool),
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

/// The literal that is being collected at the end of `pieces`.
fn literal<'p>(pieces: &'p mut Vec<Piece<'_>>) -> &'p mut Vec<u8> {
    if !matches!(pieces.last(), Some(Piece::Literal(_))) {
        pieces.push(Piece::Literal(Vec::new()));
    }
    let last = pieces.len() - 1;
    match &mut pieces[last] {
        Piece::Literal(text) => text,
        Piece::Field(..) => unreachable!("a literal was pushed"),
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
