//! Expressions from node objects.

use super::import::{Importer, Open};
use rustpython_ast::{
    Arguments, BoolOp, CmpOp, Comprehension, DictItem, Expr, ExprAttribute, ExprAwait, ExprBinOp,
    ExprBoolOp, ExprCall, ExprCompare, ExprContext, ExprDict, ExprDictComp, ExprGenerator, ExprIf,
    ExprLambda, ExprList, ExprListComp, ExprName, ExprNamed, ExprSet, ExprSetComp, ExprSlice,
    ExprStarred, ExprSubscript, ExprTuple, ExprUnaryOp, ExprYield, ExprYieldFrom, Identifier,
    Keyword, Operator, UnaryOp,
};
use rustpython_text_size::{Ranged, TextRange};
use skein_runtime::prelude::*;

fn context_name(ctx: ExprContext) -> &'static str {
    match ctx {
        ExprContext::Store => "Store",
        ExprContext::Del => "Del",
        _ => "Load",
    }
}

impl Importer<'_> {
    /// An expression that is read.
    pub(super) fn expr(&mut self, v: Value) -> PyResult<Expr> {
        self.expr_in(v, ExprContext::Load)
    }
    /// A required field that is an expression.
    pub(super) fn expr_field(
        &mut self,
        node: Value,
        class: &str,
        field: &str,
    ) -> PyResult<Box<Expr>> {
        let v = self.require(node, class, field)?;
        Ok(Box::new(self.expr(v)?))
    }
    /// A required field that is assigned to or deleted.
    pub(super) fn target_field(
        &mut self,
        node: Value,
        class: &str,
        field: &str,
    ) -> PyResult<Box<Expr>> {
        let v = self.require(node, class, field)?;
        Ok(Box::new(self.expr_in(v, ExprContext::Store)?))
    }
    /// An optional field that is an expression.
    pub(super) fn option_field(&mut self, node: Value, field: &str) -> PyResult<Option<Box<Expr>>> {
        match self.optional(node, field)? {
            Some(v) => Ok(Some(Box::new(self.expr(v)?))),
            None => Ok(None),
        }
    }
    /// A list of expressions.
    pub(super) fn exprs(
        &mut self,
        node: Value,
        class: &str,
        field: &str,
        ctx: ExprContext,
    ) -> PyResult<Vec<Expr>> {
        self.list(node, class, field, |x, v| {
            if v.is_none() {
                return x.fail("None disallowed in expression list");
            }
            x.expr_in(v, ctx)
        })
    }
    /// An operator: the name of its class.
    fn operator_class(&mut self, o: &Open, field: &str, sum: &str) -> PyResult<&'static str> {
        let v = self.require(o.node, o.class, field)?;
        self.class_of(v, sum)
    }
    pub(super) fn binary_operator(&mut self, o: &Open) -> PyResult<Operator> {
        Ok(match self.operator_class(o, "op", "operator")? {
            "Add" => Operator::Add,
            "Sub" => Operator::Sub,
            "Mult" => Operator::Mult,
            "MatMult" => Operator::MatMult,
            "Div" => Operator::Div,
            "Mod" => Operator::Mod,
            "Pow" => Operator::Pow,
            "LShift" => Operator::LShift,
            "RShift" => Operator::RShift,
            "BitOr" => Operator::BitOr,
            "BitXor" => Operator::BitXor,
            "BitAnd" => Operator::BitAnd,
            _ => Operator::FloorDiv,
        })
    }
    fn comparison(&mut self, v: Value) -> PyResult<CmpOp> {
        Ok(match self.class_of(v, "cmpop")? {
            "Eq" => CmpOp::Eq,
            "NotEq" => CmpOp::NotEq,
            "Lt" => CmpOp::Lt,
            "LtE" => CmpOp::LtE,
            "Gt" => CmpOp::Gt,
            "GtE" => CmpOp::GtE,
            "Is" => CmpOp::Is,
            "IsNot" => CmpOp::IsNot,
            "In" => CmpOp::In,
            _ => CmpOp::NotIn,
        })
    }
    /// The node's own context, which must be the wanted one.
    fn context(&mut self, o: &Open, wanted: ExprContext) -> PyResult<ExprContext> {
        let own = match self.optional(o.node, "ctx")? {
            Some(v) => self.class_of(v, "expr_context")?,
            None => "Load",
        };
        if own != context_name(wanted) {
            let wanted = context_name(wanted);
            return self.fail(format!(
                "expression must have {wanted} context but has {own} instead"
            ));
        }
        Ok(wanted)
    }

    /// An expression in a context.
    pub(super) fn expr_in(&mut self, v: Value, ctx: ExprContext) -> PyResult<Expr> {
        let o = self.open(v, "expr")?;
        if let Some(e) = self.place_expr(&o, ctx)? {
            return Ok(e);
        }
        if !matches!(ctx, ExprContext::Load) {
            let ctx = context_name(ctx);
            return self.fail(format!(
                "expression which can't be assigned to in {ctx} context"
            ));
        }
        let node_index = Default::default();
        let (n, c) = (o.node, o.class);
        Ok(match c {
            "BoolOp" => {
                let op = match self.operator_class(&o, "op", "boolop")? {
                    "And" => BoolOp::And,
                    _ => BoolOp::Or,
                };
                let values = self.exprs(n, c, "values", ctx)?;
                if values.len() < 2 {
                    return self.fail("BoolOp with less than 2 values");
                }
                node!(self, o, Expr::BoolOp(ExprBoolOp { op, values }))
            }
            "NamedExpr" => {
                let target = self.target_field(n, c, "target")?;
                if !target.is_name_expr() {
                    return Err(self.vm.type_error("NamedExpr target must be a Name"));
                }
                let value = self.expr_field(n, c, "value")?;
                node!(self, o, Expr::Named(ExprNamed { target, value }))
            }
            "BinOp" => {
                let left = self.expr_field(n, c, "left")?;
                let op = self.binary_operator(&o)?;
                let right = self.expr_field(n, c, "right")?;
                node!(self, o, Expr::BinOp(ExprBinOp { left, op, right }))
            }
            "UnaryOp" => {
                let op = match self.operator_class(&o, "op", "unaryop")? {
                    "Invert" => UnaryOp::Invert,
                    "Not" => UnaryOp::Not,
                    "UAdd" => UnaryOp::UAdd,
                    _ => UnaryOp::USub,
                };
                let operand = self.expr_field(n, c, "operand")?;
                node!(self, o, Expr::UnaryOp(ExprUnaryOp { op, operand }))
            }
            "Lambda" => {
                let parameters = self.parameters(&o)?;
                let body = self.expr_field(n, c, "body")?;
                let range = self.close(&o)?;
                let parameters = Some(Box::new(parameters));
                Expr::Lambda(ExprLambda {
                    node_index,
                    range,
                    parameters,
                    body,
                })
            }
            "IfExp" => {
                let body = self.expr_field(n, c, "body")?;
                let test = self.expr_field(n, c, "test")?;
                let orelse = self.expr_field(n, c, "orelse")?;
                node!(self, o, Expr::If(ExprIf { test, body, orelse }))
            }
            "Dict" => self.dict(&o)?,
            "Set" => {
                let elts = self.exprs(n, c, "elts", ctx)?;
                node!(self, o, Expr::Set(ExprSet { elts }))
            }
            "ListComp" | "SetComp" | "GeneratorExp" | "DictComp" => self.comprehension(&o)?,
            "Await" => {
                let value = self.expr_field(n, c, "value")?;
                node!(self, o, Expr::Await(ExprAwait { value }))
            }
            "Yield" => {
                let value = self.option_field(n, "value")?;
                node!(self, o, Expr::Yield(ExprYield { value }))
            }
            "YieldFrom" => {
                let value = self.expr_field(n, c, "value")?;
                node!(self, o, Expr::YieldFrom(ExprYieldFrom { value }))
            }
            "Compare" => self.compare(&o)?,
            "Call" => self.call(&o)?,
            "Slice" => {
                let lower = self.option_field(n, "lower")?;
                let upper = self.option_field(n, "upper")?;
                let step = self.option_field(n, "step")?;
                node!(self, o, Expr::Slice(ExprSlice { lower, upper, step }))
            }
            "Constant" => self.constant(&o)?,
            _ => self.template(&o)?,
        })
    }

    /// Expressions that have a context.
    fn place_expr(&mut self, o: &Open, ctx: ExprContext) -> PyResult<Option<Expr>> {
        let (n, c) = (o.node, o.class);
        if !matches!(
            c,
            "Attribute" | "Subscript" | "Starred" | "Name" | "List" | "Tuple"
        ) {
            return Ok(None);
        }
        let ctx = self.context(o, ctx)?;
        let node_index = Default::default();
        Ok(Some(match c {
            "Attribute" => {
                let value = self.expr_field(n, c, "value")?;
                let attr = self.require(n, c, "attr")?;
                let attr = self.identifier_text(attr)?;
                // The name stands at the end.
                let (line, col) = o.end;
                let start = self.place((line, col.saturating_sub(attr.len() as u32)))?;
                let range = self.close(o)?;
                let attr = Identifier::new(attr, TextRange::new(start, range.end()));
                Expr::Attribute(ExprAttribute {
                    node_index,
                    range,
                    value,
                    attr,
                    ctx,
                })
            }
            "Subscript" => {
                let value = self.expr_field(n, c, "value")?;
                let slice = self.expr_field(n, c, "slice")?;
                node!(
                    self,
                    o,
                    Expr::Subscript(ExprSubscript { value, slice, ctx })
                )
            }
            "Starred" => {
                let value = self.require(n, c, "value")?;
                let value = Box::new(self.expr_in(value, ctx)?);
                node!(self, o, Expr::Starred(ExprStarred { value, ctx }))
            }
            "Name" => {
                let id = self.require(n, c, "id")?;
                let id = self.identifier_text(id)?.into();
                node!(self, o, Expr::Name(ExprName { id, ctx }))
            }
            "List" => {
                let elts = self.exprs(n, c, "elts", ctx)?;
                node!(self, o, Expr::List(ExprList { elts, ctx }))
            }
            _ => {
                let elts = self.exprs(n, c, "elts", ctx)?;
                node!(
                    self,
                    o,
                    Expr::Tuple(ExprTuple {
                        elts,
                        ctx,
                        parenthesized: true
                    })
                )
            }
        }))
    }

    fn dict(&mut self, o: &Open) -> PyResult<Expr> {
        let (n, c) = (o.node, o.class);
        let keys = self.list(n, c, "keys", |x, v| match v.is_none() {
            true => Ok(None),
            false => x.expr(v).map(Some),
        })?;
        let values = self.exprs(n, c, "values", ExprContext::Load)?;
        if keys.len() != values.len() {
            return self.fail("Dict doesn't have the same number of keys as values");
        }
        let items = keys.into_iter().zip(values);
        let items = items.map(|(key, value)| DictItem { key, value }).collect();
        let range = self.close(o)?;
        Ok(Expr::Dict(ExprDict {
            node_index: Default::default(),
            range,
            items,
        }))
    }

    fn generator(&mut self, v: Value) -> PyResult<Comprehension> {
        let class = self.class_of(v, "comprehension")?;
        let target = self.target_field(v, class, "target")?;
        let iter = self.expr_field(v, class, "iter")?;
        let ifs = self.exprs(v, class, "ifs", ExprContext::Load)?;
        let is_async = self.require(v, class, "is_async")?;
        let is_async = self.integer(is_async)? != 0;
        let range = TextRange::new(target.start(), ifs.last().map_or(iter.end(), Ranged::end));
        Ok(Comprehension {
            range,
            node_index: Default::default(),
            target: *target,
            iter: *iter,
            ifs,
            is_async,
        })
    }

    fn comprehension(&mut self, o: &Open) -> PyResult<Expr> {
        let (n, c) = (o.node, o.class);
        let (mut key, mut value) = (None, None);
        let mut elt = None;
        if c == "DictComp" {
            key = Some(self.expr_field(n, c, "key")?);
            value = Some(self.expr_field(n, c, "value")?);
        } else {
            elt = Some(self.expr_field(n, c, "elt")?);
        }
        let generators = self.list(n, c, "generators", Self::generator)?;
        if generators.is_empty() {
            return self.fail("comprehension with no generators");
        }
        let range = self.close(o)?;
        let node_index = Default::default();
        Ok(match (c, elt, value) {
            ("ListComp", Some(elt), _) => Expr::ListComp(ExprListComp {
                node_index,
                range,
                elt,
                generators,
            }),
            ("SetComp", Some(elt), _) => Expr::SetComp(ExprSetComp {
                node_index,
                range,
                elt,
                generators,
            }),
            (_, Some(elt), _) => {
                let parenthesized = true;
                Expr::Generator(ExprGenerator {
                    node_index,
                    range,
                    elt,
                    generators,
                    parenthesized,
                })
            }
            (_, None, Some(value)) => Expr::DictComp(ExprDictComp {
                node_index,
                range,
                key,
                value,
                generators,
            }),
            _ => return self.fail("comprehension without element"),
        })
    }

    fn compare(&mut self, o: &Open) -> PyResult<Expr> {
        let (n, c) = (o.node, o.class);
        let left = self.expr_field(n, c, "left")?;
        let ops = self.list(n, c, "ops", Self::comparison)?;
        let comparators = self.exprs(n, c, "comparators", ExprContext::Load)?;
        if comparators.is_empty() {
            return self.fail("Compare has no comparators");
        }
        if comparators.len() != ops.len() {
            return self.fail("Compare has a different number of comparators and operands");
        }
        let range = self.close(o)?;
        let (ops, comparators) = (ops.into(), comparators.into());
        Ok(Expr::Compare(ExprCompare {
            node_index: Default::default(),
            range,
            left,
            ops,
            comparators,
        }))
    }

    fn call(&mut self, o: &Open) -> PyResult<Expr> {
        let (n, c) = (o.node, o.class);
        let func = self.expr_field(n, c, "func")?;
        let start = self.place(o.end)?;
        let arguments = self.arguments(o, "args", start)?;
        self.close(o)?;
        Ok(Expr::Call(ExprCall {
            node_index: Default::default(),
            range_start: o.start,
            func,
            arguments,
        }))
    }
    /// Arguments of a call or class definition.
    pub(super) fn arguments(
        &mut self,
        o: &Open,
        positional: &str,
        start: rustpython_text_size::TextSize,
    ) -> PyResult<Arguments> {
        let args = self.exprs(o.node, o.class, positional, ExprContext::Load)?;
        let keywords = self.list(o.node, o.class, "keywords", Self::keyword)?;
        Ok(Arguments {
            range: self.range_from(start, o.end)?,
            node_index: Default::default(),
            args: args.into(),
            keywords: keywords.into_iter().collect(),
        })
    }
    fn keyword(&mut self, v: Value) -> PyResult<Keyword> {
        let o = self.open(v, "keyword")?;
        let at = o.end;
        let arg = self.optional_identifier(v, "arg", at)?;
        let value = *self.expr_field(v, o.class, "value")?;
        let range = self.close(&o)?;
        Ok(Keyword {
            range,
            node_index: Default::default(),
            arg,
            value,
        })
    }
}
