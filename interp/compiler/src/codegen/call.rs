//! Calls, and attribute access through `super`.
//!
//! The callee, an optional self and the arguments sit in adjacent temporaries, the window, so that a call copies
//! nothing but its arguments.

use super::regs::Reg;
use super::unit::{NO_LABEL, UnitKind};
use super::{Compiler, R};
use crate::bytecode::{Const, Op};
use crate::symtable::{ScopeKind, VarScope};
use rustpython_ast::{Arguments, Expr, ExprAttribute, ExprCall, Keyword};
use rustpython_text_size::{Ranged, TextRange};

/// Calls with more arguments than this collect them in a list and a dict.
const MAX_ARGS: usize = 255;

impl<'a> Compiler<'a> {
    pub(super) fn call(&mut self, e: &'a ExprCall, dst: Reg) -> R {
        let window = self.run_start(dst);
        let mut range = e.range();
        match &*e.func {
            Expr::Attribute(func) => {
                range = self.call_range(func, range);
                if self.is_super_attribute(func) {
                    self.u().temp();
                    self.super_attribute(func, window, true)?;
                } else {
                    self.method(func, window)?;
                }
            }
            func => {
                self.expr(func, window)?;
                self.u().temp();
                self.at(range);
                self.u().emit(Op::SetNull, window + 1, 0, 0);
            }
        }
        self.call_window(window, &e.arguments, (0, None), dst, range)
    }

    /// Looks `func` up for a call into `window`, whose first register is taken already.
    fn method(&mut self, func: &'a ExprAttribute, window: Reg) -> R {
        let local = self.local_of(&func.value).is_some();
        let object = if local {
            self.operand(&func.value)?
        } else {
            self.expr(&func.value, window)?;
            window
        };
        self.u().temp();
        let name = self.mangled(&func.attr.id);
        self.at(self.attribute_range(func));
        let id = self.u().name_id(&name);
        self.u().emit(Op::LoadMethod, window, object, id);
        Ok(())
    }

    /// A method call over several lines is shown from the method's name on.
    fn call_range(&self, func: &ExprAttribute, range: TextRange) -> TextRange {
        let line = |at: rustpython_text_size::TextSize| self.src.line_of(at.to_usize());
        match line(func.range.start()) == line(func.range.end()) {
            true => range,
            false => TextRange::new(func.attr.range.start(), range.end()),
        }
    }

    /// Calls the callee in `window`, behind which `given` arguments sit already; `extra` is one more behind all others.
    pub(super) fn call_window(
        &mut self,
        window: Reg,
        arguments: &'a Arguments,
        (given, extra): (usize, Option<Reg>),
        dst: Reg,
        range: TextRange,
    ) -> R {
        let (args, keywords) = (&arguments.args, &arguments.keywords);
        let stars = args.iter().any(Expr::is_starred_expr)
            || keywords.iter().any(|k| k.arg.is_none())
            || args.len() + keywords.len() + given > MAX_ARGS;
        if stars {
            return self.call_ex(window, arguments, (given, extra), dst, range);
        }
        if let [Expr::Generator(generator)] = &**args
            && !generator.parenthesized
        {
            self.generator_range = Some(arguments.range);
        }
        self.run(args)?;
        if let Some(extra) = extra {
            let reg = self.u().temp();
            self.u().move_to(reg, extra);
        }
        for keyword in keywords {
            let reg = self.u().temp();
            self.expr(&keyword.value, reg)?;
        }
        let count = (given + args.len() + keywords.len() + usize::from(extra.is_some())) as u16;
        if keywords.is_empty() {
            self.at(range);
            self.u().emit(Op::Call, dst, window, count);
        } else {
            let names = keywords.iter().filter_map(|k| k.arg.as_ref());
            // Keyword names are not mangled in calls, only parameter names are.
            let names = names.map(|n| Const::Str(n.id.as_bytes().into()));
            let names = Const::Tuple(names.collect());
            self.at(range);
            let id = self.u().add_const(names);
            self.u()
                .emit_ins(Op::CallKw, 0, dst, window, count, id, NO_LABEL);
        }
        Ok(())
    }

    fn call_ex(
        &mut self,
        window: Reg,
        arguments: &'a Arguments,
        (given, extra): (usize, Option<Reg>),
        dst: Reg,
        range: TextRange,
    ) -> R {
        // The window of this call form: callee, self, positional arguments, keyword arguments.
        let positional = match given {
            0 => self.u().temp(),
            _ => window + 2,
        };
        let args = &arguments.args;
        match &**args {
            [Expr::Starred(only)] if given == 0 => self.expr(&only.value, positional)?,
            [] if given == 0 => {
                self.at(range);
                self.u().emit(Op::BuildTuple, positional, positional, 0);
            }
            _ if given == 0 => self.collect(super::expr::Display::List, args, positional, range)?,
            _ => self.extend_given(positional, given, args, range)?,
        }
        if let Some(extra) = extra {
            self.u().emit(Op::ListAppend, positional, extra, 0);
        }
        let keywords_reg = positional + 1;
        let keywords_reg = match given {
            0 | 1 => self.u().temp(),
            _ => keywords_reg,
        };
        if arguments.keywords.is_empty() {
            self.at(range);
            self.u().emit(Op::SetNull, keywords_reg, 0, 0);
        } else {
            self.keyword_dict(keywords_reg, &arguments.keywords, window, range)?;
        }
        self.at(range);
        self.u().emit(Op::CallEx, dst, window, 0);
        Ok(())
    }

    /// Makes a list of the `given` arguments behind `acc` and of `args`, in `acc`.
    fn extend_given(&mut self, acc: Reg, given: usize, args: &'a [Expr], range: TextRange) -> R {
        self.at(range);
        self.u().emit(Op::BuildList, acc, acc, given as u16);
        for arg in args {
            let mark = self.u().mark();
            let (op, x, value) = match arg {
                Expr::Starred(e) => (Op::ListExtend, 1, &*e.value),
                _ => (Op::ListAppend, 0, arg),
            };
            let value = self.operand(value)?;
            self.at(range);
            self.u().emit_x(op, x, acc, value, 0);
            self.u().release(mark);
        }
        Ok(())
    }

    fn keyword_dict(
        &mut self,
        acc: Reg,
        keywords: &'a [Keyword],
        callee: Reg,
        range: TextRange,
    ) -> R {
        self.at(range);
        self.u().emit(Op::BuildMap, acc, acc, 0);
        let mut rest = keywords;
        while let Some(first) = rest.first() {
            let mark = self.u().mark();
            if first.arg.is_none() {
                let value = self.operand(&first.value)?;
                self.at(range);
                self.u().emit(Op::DictMerge, acc, value, callee);
                self.u().release(mark);
                rest = &rest[1..];
                continue;
            }
            // Named arguments between two `**` come as one dict, so that a repeated name is found.
            let count = rest.iter().take(32).take_while(|k| k.arg.is_some()).count();
            let run = self.u().temps(0);
            for keyword in &rest[..count] {
                let name = self.u().temp();
                if let Some(arg) = &keyword.arg {
                    self.at(keyword);
                    self.u().load_str(name, &arg.id);
                }
                let value = self.u().temp();
                self.expr(&keyword.value, value)?;
            }
            self.at(range);
            if rest.len() == keywords.len() {
                self.u().emit(Op::BuildMap, acc, run, count as u16);
            } else {
                self.u().emit(Op::BuildMap, run, run, count as u16);
                self.u().emit(Op::DictMerge, acc, run, callee);
            }
            self.u().release(mark);
            rest = &rest[count..];
        }
        Ok(())
    }

    /// Calls the function in `window` with `count` arguments that are in place.
    pub(super) fn call_ready(&mut self, window: Reg, count: u16, dst: Reg) {
        self.u().emit(Op::Call, dst, window, count);
    }

    // ---- super

    /// The call if `expr` is a `super(...)` that can be resolved without making a super object.
    pub(super) fn is_super_call<'e>(&self, expr: &'e Expr) -> Option<&'e ExprCall> {
        let Expr::Call(call) = expr else { return None };
        let Expr::Name(func) = &*call.func else {
            return None;
        };
        if func.id != *"super" || !call.arguments.keywords.is_empty() {
            return None;
        }
        let unit = self.unit();
        let scope = self.scope_of(unit.scope);
        let global = |s: VarScope| matches!(s, VarScope::GlobalImplicit | VarScope::Unknown);
        let here = scope.get("super").is_none_or(|s| global(s.scope));
        let top = self.scope_of(self.table.top()).get("super");
        let shadowed = top.is_some_and(|s| s.flags & crate::symtable::sym::BOUND != 0);
        if !here || shadowed || !unit.comps.is_empty() || !scope.is_function_like() {
            return None;
        }
        let args = &call.arguments.args;
        match args.len() {
            2 if !args.iter().any(Expr::is_starred_expr) => Some(call),
            0 => {
                let function = scope.kind == ScopeKind::Function
                    && scope.comp.is_none()
                    && !matches!(unit.kind, UnitKind::Comprehension);
                let class = unit.frees.contains_key("__class__");
                (function && class && unit.argcount > 0).then_some(call)
            }
            _ => None,
        }
    }

    fn is_super_attribute(&self, e: &ExprAttribute) -> bool {
        e.attr.id != *"__class__" && self.is_super_call(&e.value).is_some()
    }

    /// Emits `super(...).name`, for a call or not; whether it applied.
    pub(super) fn super_attribute(
        &mut self,
        e: &'a ExprAttribute,
        dst: Reg,
        method: bool,
    ) -> R<bool> {
        if !self.is_super_attribute(e) {
            return Ok(false);
        }
        let Expr::Call(call) = &*e.value else {
            return Ok(false);
        };
        let mark = self.u().mark();
        let first = self.u().temps(3);
        self.expr(&call.func, first)?;
        let mut x = method as u8;
        if let [class, object] = &*call.arguments.args {
            self.expr(class, first + 1)?;
            self.expr(object, first + 2)?;
        } else {
            x |= 2;
            self.at(&*e.value);
            self.load_place(
                &rustpython_ast::name::Name::new_static("__class__"),
                first + 1,
            );
            let name = self.unit().varnames[0].clone();
            self.load_place(&name, first + 2);
        }
        let name = self.mangled(&e.attr.id);
        self.at(self.attribute_range(e));
        let id = self.u().name_id(&name);
        self.u().emit_x(Op::LoadSuperAttr, x, dst, first, id);
        self.u().release(mark);
        Ok(true)
    }
}
