//! Node objects of expressions.

use super::export::Exporter;
use rustpython_ast::{
    BoolOp, CmpOp, Comprehension, ConversionFlag, Expr, ExprCall, ExprContext, ExprFString,
    ExprStringLiteral, ExprTString, FStringPart, InterpolatedElement, InterpolatedStringElement,
    InterpolatedStringElements, Operator, UnaryOp,
};
use rustpython_text_size::{Ranged, TextRange, TextSize};
use skein_compiler::bytecode::Const;
use skein_compiler::literals;
use skein_runtime::prelude::*;

/// Name of the node class of a binary operator.
pub(super) fn operator(op: Operator) -> &'static str {
    match op {
        Operator::Add => "Add",
        Operator::Sub => "Sub",
        Operator::Mult => "Mult",
        Operator::MatMult => "MatMult",
        Operator::Div => "Div",
        Operator::Mod => "Mod",
        Operator::Pow => "Pow",
        Operator::LShift => "LShift",
        Operator::RShift => "RShift",
        Operator::BitOr => "BitOr",
        Operator::BitXor => "BitXor",
        Operator::BitAnd => "BitAnd",
        Operator::FloorDiv => "FloorDiv",
    }
}

fn comparison(op: CmpOp) -> &'static str {
    match op {
        CmpOp::Eq => "Eq",
        CmpOp::NotEq => "NotEq",
        CmpOp::Lt => "Lt",
        CmpOp::LtE => "LtE",
        CmpOp::Gt => "Gt",
        CmpOp::GtE => "GtE",
        CmpOp::Is => "Is",
        CmpOp::IsNot => "IsNot",
        CmpOp::In => "In",
        CmpOp::NotIn => "NotIn",
    }
}

impl Exporter<'_> {
    fn ctx(&mut self, ctx: ExprContext) -> PyResult {
        self.unit(match ctx {
            ExprContext::Store => "Store",
            ExprContext::Del => "Del",
            _ => "Load",
        })
    }

    fn constant(&mut self, value: Value, kind: Value, range: TextRange) -> PyResult {
        self.node("Constant", &[("value", value), ("kind", kind)], Some(range))
    }

    pub(super) fn expr(&mut self, e: &Expr) -> PyResult {
        self.vm.check_native_stack(" during ast construction")?;
        let range = e.range();
        let at = Some(range);
        match e {
            Expr::BoolOp(e) => {
                let op = self.unit(if e.op == BoolOp::And { "And" } else { "Or" })?;
                let values = self.list(&e.values, Self::expr)?;
                self.node("BoolOp", &[("op", op), ("values", values)], at)
            }
            Expr::Named(e) => {
                let target = self.expr(&e.target)?;
                let value = self.expr(&e.value)?;
                self.node("NamedExpr", &[("target", target), ("value", value)], at)
            }
            Expr::BinOp(e) => {
                let left = self.expr(&e.left)?;
                let op = self.unit(operator(e.op))?;
                let right = self.expr(&e.right)?;
                self.node("BinOp", &[("left", left), ("op", op), ("right", right)], at)
            }
            Expr::UnaryOp(e) => {
                let op = self.unit(match e.op {
                    UnaryOp::Invert => "Invert",
                    UnaryOp::Not => "Not",
                    UnaryOp::UAdd => "UAdd",
                    UnaryOp::USub => "USub",
                })?;
                let operand = self.expr(&e.operand)?;
                self.node("UnaryOp", &[("op", op), ("operand", operand)], at)
            }
            Expr::Lambda(e) => {
                let args = self.parameters(e.parameters.as_deref())?;
                let body = self.expr(&e.body)?;
                self.node("Lambda", &[("args", args), ("body", body)], at)
            }
            Expr::If(e) => {
                let test = self.expr(&e.test)?;
                let body = self.expr(&e.body)?;
                let orelse = self.expr(&e.orelse)?;
                self.node(
                    "IfExp",
                    &[("test", test), ("body", body), ("orelse", orelse)],
                    at,
                )
            }
            Expr::Dict(e) => {
                let keys = self.list(&e.items, |x, i| x.option(i.key.as_ref(), Self::expr))?;
                let values = self.list(&e.items, |x, i| x.expr(&i.value))?;
                self.node("Dict", &[("keys", keys), ("values", values)], at)
            }
            Expr::Set(e) => {
                let elts = self.list(&e.elts, Self::expr)?;
                self.node("Set", &[("elts", elts)], at)
            }
            Expr::ListComp(e) => self.comprehension("ListComp", &e.elt, &e.generators, range),
            Expr::SetComp(e) => self.comprehension("SetComp", &e.elt, &e.generators, range),
            Expr::Generator(e) => self.comprehension("GeneratorExp", &e.elt, &e.generators, range),
            Expr::DictComp(e) => {
                let key = self.option(e.key.as_deref(), Self::expr)?;
                let value = self.expr(&e.value)?;
                let generators = self.list(&e.generators, Self::generator)?;
                self.node(
                    "DictComp",
                    &[("key", key), ("value", value), ("generators", generators)],
                    at,
                )
            }
            Expr::Await(e) => {
                let value = self.expr(&e.value)?;
                self.node("Await", &[("value", value)], at)
            }
            Expr::Yield(e) => {
                let value = self.option(e.value.as_deref(), Self::expr)?;
                self.node("Yield", &[("value", value)], at)
            }
            Expr::YieldFrom(e) => {
                let value = self.expr(&e.value)?;
                self.node("YieldFrom", &[("value", value)], at)
            }
            Expr::Compare(e) => {
                let left = self.expr(&e.left)?;
                let ops = self.list(&e.ops, |x, op| x.unit(comparison(*op)))?;
                let comparators = self.list(&e.comparators, Self::expr)?;
                self.node(
                    "Compare",
                    &[("left", left), ("ops", ops), ("comparators", comparators)],
                    at,
                )
            }
            Expr::Call(e) => self.call(e),
            Expr::FString(e) => self.fstring(e),
            Expr::TString(e) => self.tstring(e),
            Expr::StringLiteral(e) => self.string(e),
            Expr::BytesLiteral(e) => {
                let value = self.vm.new_bytes(&literals::bytes_value(e));
                self.constant(value, Value::NONE, range)
            }
            Expr::NumberLiteral(e) => {
                let value = match literals::number_value(self.src, e) {
                    Const::Int(n) => self.vm.new_int(n),
                    Const::Big(n) => self.vm.new_bigint(n),
                    Const::Float(bits) => self.vm.new_float(f64::from_bits(bits)),
                    Const::Complex(re, im) => {
                        self.vm.new_complex(f64::from_bits(re), f64::from_bits(im))
                    }
                    _ => Value::NONE,
                };
                self.constant(value, Value::NONE, range)
            }
            Expr::BooleanLiteral(e) => self.constant(Value::bool(e.value), Value::NONE, range),
            Expr::NoneLiteral(_) => self.constant(Value::NONE, Value::NONE, range),
            Expr::EllipsisLiteral(_) => self.constant(Value::ELLIPSIS, Value::NONE, range),
            _ => self.place(e),
        }
    }

    /// Expressions that can be assigned to, and slices.
    fn place(&mut self, e: &Expr) -> PyResult {
        let at = Some(e.range());
        match e {
            Expr::Attribute(e) => {
                let value = self.expr(&e.value)?;
                let attr = self.name(&e.attr)?;
                let ctx = self.ctx(e.ctx)?;
                self.node(
                    "Attribute",
                    &[("value", value), ("attr", attr), ("ctx", ctx)],
                    at,
                )
            }
            Expr::Subscript(e) => {
                let value = self.expr(&e.value)?;
                let slice = self.expr(&e.slice)?;
                let ctx = self.ctx(e.ctx)?;
                self.node(
                    "Subscript",
                    &[("value", value), ("slice", slice), ("ctx", ctx)],
                    at,
                )
            }
            Expr::Starred(e) => {
                let value = self.expr(&e.value)?;
                let ctx = self.ctx(e.ctx)?;
                self.node("Starred", &[("value", value), ("ctx", ctx)], at)
            }
            Expr::Name(e) => {
                let id = self.vm.intern(e.id.as_str()).value();
                let ctx = self.ctx(e.ctx)?;
                self.node("Name", &[("id", id), ("ctx", ctx)], at)
            }
            Expr::List(e) => {
                let elts = self.list(&e.elts, Self::expr)?;
                let ctx = self.ctx(e.ctx)?;
                self.node("List", &[("elts", elts), ("ctx", ctx)], at)
            }
            Expr::Tuple(e) => {
                let elts = self.list(&e.elts, Self::expr)?;
                let ctx = self.ctx(e.ctx)?;
                self.node("Tuple", &[("elts", elts), ("ctx", ctx)], at)
            }
            Expr::Slice(e) => {
                let lower = self.option(e.lower.as_deref(), Self::expr)?;
                let upper = self.option(e.upper.as_deref(), Self::expr)?;
                let step = self.option(e.step.as_deref(), Self::expr)?;
                self.node(
                    "Slice",
                    &[("lower", lower), ("upper", upper), ("step", step)],
                    at,
                )
            }
            _ => Err(self.vm.system_error("not a Python expression")),
        }
    }

    fn comprehension(
        &mut self,
        class: &str,
        elt: &Expr,
        generators: &[Comprehension],
        range: TextRange,
    ) -> PyResult {
        let elt = self.expr(elt)?;
        let generators = self.list(generators, Self::generator)?;
        self.node(
            class,
            &[("elt", elt), ("generators", generators)],
            Some(range),
        )
    }

    fn generator(&mut self, g: &Comprehension) -> PyResult {
        let target = self.expr(&g.target)?;
        let iter = self.expr(&g.iter)?;
        let ifs = self.list(&g.ifs, Self::expr)?;
        let is_async = Value::from_i32(g.is_async as i32);
        self.node(
            "comprehension",
            &[
                ("target", target),
                ("iter", iter),
                ("ifs", ifs),
                ("is_async", is_async),
            ],
            None,
        )
    }

    fn call(&mut self, e: &ExprCall) -> PyResult {
        let func = self.expr(&e.func)?;
        let args = match &*e.arguments.args {
            [Expr::Generator(g)] if !g.parenthesized => {
                let g =
                    self.comprehension("GeneratorExp", &g.elt, &g.generators, e.arguments.range)?;
                self.vm.new_list(&[g])
            }
            args => self.list(args, Self::expr)?,
        };
        let keywords = self.list(&e.arguments.keywords, Self::keyword)?;
        self.node(
            "Call",
            &[("func", func), ("args", args), ("keywords", keywords)],
            Some(e.range()),
        )
    }

    fn string(&mut self, e: &ExprStringLiteral) -> PyResult {
        let bytes = literals::string_value(self.src, e);
        let value = self.vm.new_str_bytes(&bytes);
        let unicode = e
            .value
            .iter()
            .next()
            .is_some_and(|p| p.flags.prefix().is_unicode());
        let kind = if unicode {
            self.vm.intern("u").value()
        } else {
            Value::NONE
        };
        self.constant(value, kind, e.range)
    }

    fn fstring(&mut self, e: &ExprFString) -> PyResult {
        let mut pieces = Pieces {
            list: PyList::new(self.vm),
            text: Vec::new(),
            range: None,
        };
        for part in e.value.iter() {
            match part {
                FStringPart::Literal(part) => {
                    pieces.touch(part.range());
                    literals::push_string_part(self.src, part, &mut pieces.text);
                }
                FStringPart::FString(part) => {
                    let raw = part.flags.prefix().is_raw();
                    self.elements(&part.elements, raw, "FormattedValue", &mut pieces)?;
                }
            }
        }
        self.flush(&mut pieces)?;
        self.node(
            "JoinedStr",
            &[("values", pieces.list.value())],
            Some(e.range()),
        )
    }

    fn tstring(&mut self, e: &ExprTString) -> PyResult {
        let mut pieces = Pieces {
            list: PyList::new(self.vm),
            text: Vec::new(),
            range: None,
        };
        for part in e.value.iter() {
            let raw = part.flags.prefix().is_raw();
            self.elements(&part.elements, raw, "Interpolation", &mut pieces)?;
        }
        self.flush(&mut pieces)?;
        self.node(
            "TemplateStr",
            &[("values", pieces.list.value())],
            Some(e.range()),
        )
    }

    fn elements(
        &mut self,
        elements: &InterpolatedStringElements,
        raw: bool,
        class: &str,
        out: &mut Pieces,
    ) -> PyResult<()> {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(text) => {
                    out.touch(text.range());
                    literals::push_element(self.src, text, raw, &mut out.text);
                }
                InterpolatedStringElement::Interpolation(field) => {
                    if let Some(debug) = &field.debug_text {
                        let start = field.range.start() + TextSize::new(1);
                        let len = TextSize::new(debug.as_str().len() as u32);
                        out.touch(TextRange::at(start, len));
                        out.text.extend_from_slice(debug.as_str().as_bytes());
                    }
                    self.flush(out)?;
                    let v = self.field(field, raw, class)?;
                    out.list.push(self.vm, v);
                }
            }
        }
        Ok(())
    }

    /// Ends a run of literal text.
    fn flush(&mut self, p: &mut Pieces) -> PyResult<()> {
        if let Some(range) = p.range.take()
            && !p.text.is_empty()
        {
            let value = self.vm.new_str_bytes(&p.text);
            let c = self.constant(value, Value::NONE, range)?;
            p.list.push(self.vm, c);
        }
        p.text.clear();
        Ok(())
    }

    fn field(&mut self, f: &InterpolatedElement, raw: bool, class: &str) -> PyResult {
        let value = self.expr(&f.expression)?;
        let conversion = match f.conversion {
            ConversionFlag::None if f.debug_text.is_some() && f.format_spec.is_none() => {
                i32::from(b'r')
            }
            other => other as i8 as i32,
        };
        let spec = match &f.format_spec {
            Some(spec) => {
                let mut pieces = Pieces {
                    list: PyList::new(self.vm),
                    text: Vec::new(),
                    range: None,
                };
                // Fields of a template's format spec are ordinary ones.
                self.elements(&spec.elements, raw, "FormattedValue", &mut pieces)?;
                self.flush(&mut pieces)?;
                self.node(
                    "JoinedStr",
                    &[("values", pieces.list.value())],
                    Some(spec.range),
                )?
            }
            None => Value::NONE,
        };
        let (conversion, at) = (("conversion", Value::from_i32(conversion)), Some(f.range));
        if class == "FormattedValue" {
            return self.node(
                class,
                &[("value", value), conversion, ("format_spec", spec)],
                at,
            );
        }
        let text = self.vm.new_str(self.src.slice(f.expression.range()));
        self.node(
            class,
            &[
                ("value", value),
                ("str", text),
                conversion,
                ("format_spec", spec),
            ],
            at,
        )
    }
}

/// Values of an f-string under construction.
struct Pieces {
    list: Ref<PyList>,
    /// Literal text that has not become a constant yet.
    text: Vec<u8>,
    /// Where that text stands.
    range: Option<TextRange>,
}

impl Pieces {
    fn touch(&mut self, range: TextRange) {
        self.range = Some(self.range.map_or(range, |r| r.cover(range)));
    }
}
