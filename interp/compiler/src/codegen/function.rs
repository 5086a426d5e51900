//! Function definitions and lambdas.

use super::regs::Reg;
use super::unit::UnitKind;
use super::{Compiler, R};
use crate::bytecode::unit::flags;
use crate::bytecode::{Const, Op};
use crate::symtable::{Part, key};
use rustpython_ast::{
    Decorator, Expr, ExprLambda, ParameterWithDefault, Parameters, Stmt, StmtFunctionDef,
};
use rustpython_text_size::{Ranged, TextRange, TextSize};

/// Values that a new function gets, in registers.
#[derive(Clone, Copy, Default)]
pub(super) struct FunctionParts {
    pub defaults: Option<Reg>,
    pub kwdefaults: Option<Reg>,
    pub type_params: Option<Reg>,
}

impl<'a> Compiler<'a> {
    pub(super) fn function_def(&mut self, def: &'a StmtFunctionDef) -> R {
        let mark = self.u().mark();
        let start = def.range.start();
        let range = self.definition_range(&def.decorator_list, def.range);
        let decorators = self.decorators(&def.decorator_list)?;
        let target = self.definition_target(&def.name.id, &def.decorator_list);
        self.at(range);
        let parts = FunctionParts {
            defaults: self.defaults(&def.parameters, range)?,
            kwdefaults: self.kwdefaults(&def.parameters, range)?,
            type_params: None,
        };
        if def.type_params.is_some() {
            self.generic_function(def, parts, target, range)?;
        } else {
            self.function_object(def, parts, target, start, range)?;
        }
        self.finish_definition(&def.name.id, &def.decorator_list, decorators, target, range)?;
        self.u().release(mark);
        Ok(())
    }

    /// The range from the keyword on: decorators belong to the node, but not to the statement's position.
    pub(super) fn definition_range(&self, decorators: &[Decorator], range: TextRange) -> TextRange {
        let Some(last) = decorators.last() else {
            return range;
        };
        let from = last.range().end();
        if let Some(start) = self.src.behind_decorators(from.to_usize()) {
            return TextRange::new((start as u32).into(), range.end());
        }
        let text = self.src.slice(TextRange::new(from, range.end()));
        let mut offset = 0;
        for line in text.split_inclusive('\n') {
            let indent = line.len() - line.trim_start().len();
            let rest = line.trim_start();
            if ["def", "async", "class"]
                .iter()
                .any(|word| rest.starts_with(word))
            {
                let start = from + TextSize::new((offset + indent) as u32);
                return TextRange::new(start, range.end());
            }
            offset += line.len();
        }
        range
    }

    /// Evaluates decorators into stacked call windows; the first register.
    pub(super) fn decorators(&mut self, decorators: &'a [Decorator]) -> R<Reg> {
        let first = self.u().temps(0);
        for decorator in decorators {
            let window = self.u().temps(2);
            self.expr(&decorator.expression, window)?;
            self.u().emit(Op::SetNull, window + 1, 0, 0);
        }
        Ok(first)
    }

    /// Where the new object goes: its variable's register if nothing happens to it in between.
    pub(super) fn definition_target(
        &mut self,
        name: &rustpython_ast::name::Name,
        decorators: &[Decorator],
    ) -> Reg {
        let name = self.mangled(name);
        match self.resolve(&name) {
            super::scope::Place::Fast(reg, _) if decorators.is_empty() => reg,
            _ => self.u().temp(),
        }
    }

    /// Applies decorators, innermost first, and binds the name.
    pub(super) fn finish_definition(
        &mut self,
        name: &rustpython_ast::name::Name,
        decorators: &'a [Decorator],
        first: Reg,
        target: Reg,
        range: TextRange,
    ) -> R {
        for (i, decorator) in decorators.iter().enumerate().rev() {
            self.at(&decorator.expression);
            // The result lands where the next window expects its argument.
            let window = first + 2 * i as u16;
            self.call_ready(window, 1, window);
        }
        let value = if decorators.is_empty() { target } else { first };
        self.at(range);
        self.store_name(name, value)
    }

    /// Positional defaults as a tuple in a new register.
    fn defaults(&mut self, params: &'a Parameters, range: TextRange) -> R<Option<Reg>> {
        let positional = params.posonlyargs.iter().chain(&params.args);
        let defaults: Vec<&'a Expr> = positional.filter_map(|p| p.default.as_deref()).collect();
        if defaults.is_empty() {
            return Ok(None);
        }
        let dst = self.u().temp();
        let constants: Option<Vec<Const>> = defaults.iter().map(|e| self.fold(e)).collect();
        if let Some(constants) = constants {
            self.at(range);
            self.u().load_const(dst, Const::Tuple(constants));
            return Ok(Some(dst));
        }
        let mark = self.u().mark();
        let first = self.u().temps(0);
        for default in &defaults {
            let reg = self.u().temp();
            self.expr(default, reg)?;
        }
        self.at(range);
        self.u()
            .emit(Op::BuildTuple, dst, first, defaults.len() as u16);
        self.u().release(mark);
        Ok(Some(dst))
    }

    /// Keyword-only defaults as a dict in a new register.
    fn kwdefaults(&mut self, params: &'a Parameters, range: TextRange) -> R<Option<Reg>> {
        let with_default = |p: &&'a ParameterWithDefault| p.default.is_some();
        let count = params.kwonlyargs.iter().filter(with_default).count();
        if count == 0 {
            return Ok(None);
        }
        let dst = self.u().temp();
        let mark = self.u().mark();
        let first = self.u().temps(0);
        for param in &params.kwonlyargs {
            let Some(default) = &param.default else {
                continue;
            };
            let name = self.mangled(&param.parameter.name.id);
            let key = self.u().temp();
            self.at(range);
            self.u().load_str(key, &name);
            let value = self.u().temp();
            self.expr(default, value)?;
        }
        self.at(range);
        self.u().emit(Op::BuildMap, dst, first, count as u16);
        self.u().release(mark);
        Ok(Some(dst))
    }

    /// Makes the function itself in `dst`.
    pub(super) fn function_object(
        &mut self,
        def: &'a StmtFunctionDef,
        parts: FunctionParts,
        dst: Reg,
        start: TextSize,
        range: TextRange,
    ) -> R {
        let annotate = self.function_annotations(def, range)?;
        let Some(scope) = self.table.find(key(def, Part::Body)) else {
            return self.error(def, "unknown scope");
        };
        let kind = if def.is_async {
            UnitKind::AsyncFunction
        } else {
            UnitKind::Function
        };
        self.enter_unit(scope, kind, &def.name.id, start);
        self.set_parameters(&def.parameters);
        let body = self.function_docstring(&def.body);
        self.body(body)?;
        let code = self.leave_unit()?;
        self.at(range);
        self.make_closure(code, dst);
        self.set_parts(dst, parts);
        if let Some(annotate) = annotate {
            self.u().emit_x(Op::SetFunctionAttr, 2, dst, annotate, 0);
        }
        Ok(())
    }

    pub(super) fn set_parts(&mut self, dst: Reg, parts: FunctionParts) {
        let attrs = [
            (0, parts.defaults),
            (1, parts.kwdefaults),
            (4, parts.type_params),
        ];
        for (attr, reg) in attrs {
            if let Some(reg) = reg {
                self.u().emit_x(Op::SetFunctionAttr, attr, dst, reg, 0);
            }
        }
    }

    /// Puts the docstring first among the constants; the statements behind it.
    fn function_docstring(&mut self, body: &'a [Stmt]) -> &'a [Stmt] {
        match self.docstring(body) {
            Some((Some(value), rest)) => {
                self.u().add_const(value);
                self.u().flags |= flags::HAS_DOCSTRING;
                rest
            }
            Some((None, rest)) => rest,
            None => body,
        }
    }

    /// The docstring, cleaned (`None` if `-OO` drops it), and the other statements.
    pub(super) fn docstring(&self, body: &'a [Stmt]) -> Option<(Option<Const>, &'a [Stmt])> {
        let (Stmt::Expr(first), rest) = body.split_first()? else {
            return None;
        };
        if !first.value.is_string_literal_expr() {
            return None;
        }
        let Some(Const::Str(text)) = self.fold(&first.value) else {
            return None;
        };
        let clean = (self.opts.optimize < 2).then(|| Const::Str(clean_docstring(&text).into()));
        Some((clean, rest))
    }

    pub(super) fn lambda(&mut self, e: &'a ExprLambda, dst: Reg) -> R {
        let mut parts = FunctionParts::default();
        self.at(e);
        if let Some(params) = &e.parameters {
            parts.defaults = self.defaults(params, e.range)?;
            parts.kwdefaults = self.kwdefaults(params, e.range)?;
        }
        let Some(scope) = self.table.find(key(e, Part::Body)) else {
            return self.error(e, "unknown scope");
        };
        self.enter_unit(scope, UnitKind::Lambda, "<lambda>", e.range.start());
        if let Some(params) = &e.parameters {
            self.set_parameters(params);
        }
        let value = self.operand(&e.body)?;
        self.at(&*e.body);
        self.u().emit(Op::Return, value, 0, 0);
        let code = self.leave_unit()?;
        self.at(e);
        self.make_closure(code, dst);
        self.set_parts(dst, parts);
        Ok(())
    }
}

/// Expands tabs and strips the common indentation of the lines behind the first, as CPython does since 3.13.
fn clean_docstring(text: &[u8]) -> Vec<u8> {
    let text = expand_tabs(text);
    let lines: Vec<&[u8]> = text.split(|b| *b == b'\n').collect();
    let indent = |line: &[u8]| line.iter().take_while(|b| **b == b' ').count();
    let margin = lines
        .iter()
        .skip(1)
        .filter(|line| indent(line) < line.len())
        .map(|line| indent(line))
        .min()
        .unwrap_or(usize::MAX);
    let mut out = Vec::with_capacity(text.len());
    for (i, line) in lines.iter().enumerate() {
        if i > 0 {
            out.push(b'\n');
        }
        let strip = if i == 0 {
            indent(line)
        } else {
            margin.min(indent(line))
        };
        out.extend_from_slice(&line[strip..]);
    }
    out
}

fn expand_tabs(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut column = 0;
    for byte in text {
        match byte {
            b'\t' => {
                let spaces = 8 - column % 8;
                out.extend(std::iter::repeat_n(b' ', spaces));
                column += spaces;
            }
            b'\n' | b'\r' => {
                out.push(*byte);
                column = 0;
            }
            _ => {
                out.push(*byte);
                // Continuation bytes are not columns.
                column += (byte & 0xc0 != 0x80) as usize;
            }
        }
    }
    out
}
