//! Constants, f-strings and t-strings from node objects.

use super::import::{Importer, Open};
use rustpython_ast::{
    BytesLiteral, BytesLiteralFlags, BytesLiteralValue, ConversionFlag, Expr, ExprBooleanLiteral,
    ExprBytesLiteral, ExprContext, ExprEllipsisLiteral, ExprFString, ExprNoneLiteral,
    ExprNumberLiteral, ExprStringLiteral, ExprTString, ExprTuple, ExprUnaryOp, FString,
    FStringFlags, FStringValue, Int, InterpolatedElement, InterpolatedStringElement,
    InterpolatedStringElements, InterpolatedStringFormatSpec, InterpolatedStringLiteralElement,
    Number, StringLiteral, StringLiteralFlags, StringLiteralValue, TString, TStringFlags,
    TStringValue, UnaryOp,
};
use rustpython_text_size::TextRange;
use skein_runtime::prelude::*;
use skein_runtime::text::wtf8;

impl Importer<'_> {
    pub(super) fn constant(&mut self, o: &Open) -> PyResult<Expr> {
        let value = self.need(o.node, o.class, "value")?;
        if let Some(kind) = self.optional(o.node, "kind")?
            && !kind.is::<PyStr>()
        {
            return Err(self.vm.type_error("AST string must be of type str"));
        }
        let range = self.close(o)?;
        self.constant_at(value, range)
    }

    fn constant_at(&mut self, value: Value, range: TextRange) -> PyResult<Expr> {
        let node_index = Default::default();
        if value.is_none() {
            return Ok(Expr::NoneLiteral(ExprNoneLiteral { node_index, range }));
        }
        if value == Value::ELLIPSIS {
            return Ok(Expr::EllipsisLiteral(ExprEllipsisLiteral {
                node_index,
                range,
            }));
        }
        if value == Value::TRUE || value == Value::FALSE {
            let value = value == Value::TRUE;
            return Ok(Expr::BooleanLiteral(ExprBooleanLiteral {
                node_index,
                range,
                value,
            }));
        }
        match self.vm.type_of(value).builtin_id {
            ids::INT => self.int(value, range),
            ids::FLOAT => Ok(number(
                Number::Float(as_float(value).unwrap_or_default()),
                range,
            )),
            ids::COMPLEX => {
                let mut part = |name| {
                    let v = self.vm.get_attr_text(value, name)?;
                    Ok(as_float(v).unwrap_or_default())
                };
                let (real, imag) = (part("real")?, part("imag")?);
                Ok(number(Number::Complex { real, imag }, range))
            }
            ids::STR => {
                let bytes = value
                    .cast::<PyStr>()
                    .map_or(Vec::new(), |s| s.bytes().to_vec());
                let value = self.text_of(&bytes, range, false);
                let literal = StringLiteral {
                    range,
                    node_index: Default::default(),
                    value,
                    flags: StringLiteralFlags::empty(),
                };
                let value = StringLiteralValue::single(literal);
                Ok(Expr::StringLiteral(ExprStringLiteral {
                    node_index,
                    range,
                    value,
                }))
            }
            ids::BYTES => {
                let bytes = value
                    .cast::<PyBytes>()
                    .map_or(Vec::new(), |b| b.bytes().to_vec());
                let literal = BytesLiteral {
                    range,
                    node_index: Default::default(),
                    value: bytes.into(),
                    flags: BytesLiteralFlags::empty(),
                };
                let value = BytesLiteralValue::single(literal);
                Ok(Expr::BytesLiteral(ExprBytesLiteral {
                    node_index,
                    range,
                    value,
                }))
            }
            ids::TUPLE => {
                let items = self.vm.collect(value)?;
                let mut elts = Vec::new();
                for item in items.as_slice() {
                    elts.push(self.constant_at(*item, range)?);
                }
                let (ctx, parenthesized) = (ExprContext::Load, true);
                Ok(Expr::Tuple(ExprTuple {
                    node_index,
                    range,
                    elts,
                    ctx,
                    parenthesized,
                }))
            }
            _ => {
                let got = self.vm.type_name(value);
                Err(self
                    .vm
                    .type_error(format!("got an invalid type in Constant: {got}")))
            }
        }
    }

    /// An integer; a negative one is a minus sign and a literal, as in source.
    fn int(&mut self, value: Value, range: TextRange) -> PyResult<Expr> {
        let hex = self.vm.new_str("x");
        let shown = self.vm.call_method(value, "__format__", &[hex])?;
        let shown = shown.cast::<PyStr>().map_or(String::new(), |s| {
            wtf8::to_str_lossy(s.bytes()).into_owned()
        });
        let digits = shown.trim_start_matches('-');
        let token = format!("0x{digits}");
        let Ok(int) = Int::from_str_radix(digits, 16, &token) else {
            return self.fail("invalid integer");
        };
        if int.as_i64().is_none() {
            self.places.set_text(range.start(), token);
        }
        let literal = number(Number::Int(int), range);
        if !shown.starts_with('-') {
            return Ok(literal);
        }
        Ok(Expr::UnaryOp(ExprUnaryOp {
            node_index: Default::default(),
            range,
            op: UnaryOp::USub,
            operand: Box::new(literal),
        }))
    }

    /// A literal's value as the parser has it, which cannot hold lone surrogates: with those, the text is kept too.
    fn text_of(&mut self, bytes: &[u8], range: TextRange, braces: bool) -> Box<str> {
        if let Some(text) = wtf8::as_str(bytes) {
            return text.into();
        }
        let (mut value, mut text) = (String::new(), String::new());
        for cp in wtf8::code_points(bytes) {
            let c = char::from_u32(cp).unwrap_or('\u{fffd}');
            value.push(c);
            match c {
                '\u{fffd}' => text.push_str(&format!("\\u{cp:04x}")),
                '\\' => text.push_str("\\\\"),
                '{' | '}' if braces => text.extend([c, c]),
                _ => text.push(c),
            }
        }
        self.places.set_text(range.start(), text);
        value.into()
    }

    /// `JoinedStr`, `TemplateStr` and their parts alone.
    pub(super) fn template(&mut self, o: &Open) -> PyResult<Expr> {
        let node_index = Default::default();
        let alone = matches!(o.class, "FormattedValue" | "Interpolation");
        let elements: InterpolatedStringElements = if alone {
            let field = self.field(o)?;
            vec![InterpolatedStringElement::Interpolation(field)].into()
        } else {
            self.elements(o)?
        };
        let range = self.close(o)?;
        if matches!(o.class, "TemplateStr" | "Interpolation") {
            let part = TString {
                range,
                node_index: Default::default(),
                elements,
                flags: TStringFlags::empty(),
            };
            let value = TStringValue::single(part);
            return Ok(Expr::TString(ExprTString {
                node_index,
                range,
                value,
            }));
        }
        let part = FString {
            range,
            node_index: Default::default(),
            elements,
            flags: FStringFlags::empty(),
        };
        let value = FStringValue::single(part);
        Ok(Expr::FString(ExprFString {
            node_index,
            range,
            value,
        }))
    }

    fn elements(&mut self, o: &Open) -> PyResult<InterpolatedStringElements> {
        let elements = self.list(o.node, o.class, "values", |x, v| {
            if v.is_none() {
                return x.fail("None disallowed in expression list");
            }
            x.element(v)
        })?;
        Ok(elements.into())
    }

    /// A piece of text, a replacement field, or any expression, which then stands for itself.
    fn element(&mut self, v: Value) -> PyResult<InterpolatedStringElement> {
        let o = self.open(v, "expr")?;
        match o.class {
            "Constant" => {
                let value = self.need(v, o.class, "value")?;
                if let Some(s) = value.cast::<PyStr>() {
                    let bytes = s.bytes().to_vec();
                    let range = self.close(&o)?;
                    let value = self.text_of(&bytes, range, true);
                    let node_index = Default::default();
                    let text = InterpolatedStringLiteralElement {
                        range,
                        node_index,
                        value,
                    };
                    return Ok(InterpolatedStringElement::Literal(text));
                }
            }
            "FormattedValue" | "Interpolation" => {
                let mut field = self.field(&o)?;
                field.range = self.close(&o)?;
                return Ok(InterpolatedStringElement::Interpolation(field));
            }
            _ => {}
        }
        self.close(&o)?;
        let expression = Box::new(self.expr(v)?);
        Ok(InterpolatedStringElement::Interpolation(
            InterpolatedElement {
                range: self.range_from(o.start, o.end)?,
                node_index: Default::default(),
                expression,
                debug_text: None,
                conversion: ConversionFlag::None,
                format_spec: None,
            },
        ))
    }

    fn field(&mut self, o: &Open) -> PyResult<InterpolatedElement> {
        let (n, c) = (o.node, o.class);
        let expression = self.expr_field(n, c, "value")?;
        if c == "Interpolation" {
            let text = self.need(n, c, "str")?;
            let Some(text) = text.cast::<PyStr>() else {
                return Err(self.vm.type_error("AST string must be of type str"));
            };
            let text = wtf8::to_str_lossy(text.bytes()).into_owned();
            self.places.set_text(o.start, text);
        }
        let conversion = self.require(n, c, "conversion")?;
        let conversion = match self.integer(conversion)? {
            -1 => ConversionFlag::None,
            115 => ConversionFlag::Str,
            114 => ConversionFlag::Repr,
            97 => ConversionFlag::Ascii,
            other => {
                return Err(self
                    .vm
                    .system_error(format!("Unrecognized conversion character {other}")));
            }
        };
        let format_spec = match self.optional(n, "format_spec")? {
            None => None,
            Some(v) => Some(Box::new(self.format_spec(v)?)),
        };
        Ok(InterpolatedElement {
            range: self.range_from(o.start, o.end)?,
            node_index: Default::default(),
            expression,
            debug_text: None,
            conversion,
            format_spec,
        })
    }

    fn format_spec(&mut self, v: Value) -> PyResult<InterpolatedStringFormatSpec> {
        let o = self.open(v, "expr")?;
        let elements = if o.class == "JoinedStr" {
            self.elements(&o)?
        } else {
            vec![self.element(v)?].into()
        };
        let range = self.close(&o)?;
        let node_index = Default::default();
        Ok(InterpolatedStringFormatSpec {
            range,
            node_index,
            elements,
        })
    }
}

fn number(value: Number, range: TextRange) -> Expr {
    let node_index = Default::default();
    Expr::NumberLiteral(ExprNumberLiteral {
        node_index,
        range,
        value,
    })
}
