//! match statements.
//!
//! A pattern either falls through or jumps to the next case. Captured values stay in temporaries until the whole
//! pattern has matched, then they are stored, before the guard.

use super::expr::small_int;
use super::regs::Reg;
use super::unit::Label;
use super::{Compiler, R};
use crate::bytecode::{Const, Op};
use rustpython_ast::name::Name;
use rustpython_ast::{
    Expr, Identifier, Pattern, PatternMatchClass, PatternMatchMapping, PatternMatchOr,
    PatternMatchSequence, Singleton, StmtMatch,
};
use rustpython_text_size::{Ranged, TextRange};

/// Names captured so far and where their values are.
type Captures<'a> = Vec<(&'a Name, Reg)>;

impl<'a> Compiler<'a> {
    pub(super) fn match_stmt(&mut self, s: &'a StmtMatch) -> R {
        let subject = self.u().temp();
        self.expr(&s.subject, subject)?;
        let end = self.u().label();
        for (i, case) in s.cases.iter().enumerate() {
            let last = i + 1 == s.cases.len();
            if !last && case.guard.is_none() {
                self.check_refutable(&case.pattern)?;
            }
            let mark = self.u().mark();
            let next = self.u().label();
            let mut captures = Vec::new();
            self.pattern(&case.pattern, subject, &mut captures, next)?;
            for (name, reg) in captures {
                self.at(&case.pattern);
                self.store_name(name, reg)?;
            }
            if let Some(guard) = &case.guard {
                self.jump_if(guard, false, next)?;
            }
            self.conditional_body(&case.body)?;
            self.u().jump(end);
            self.u().place(next);
            self.u().release(mark);
        }
        self.u().place(end);
        Ok(())
    }

    fn check_refutable(&self, pattern: &Pattern) -> R {
        match pattern {
            Pattern::MatchAs(p) => match (&p.pattern, &p.name) {
                (Some(inner), _) => self.check_refutable(inner),
                (None, None) => {
                    self.error(pattern, "wildcard makes remaining patterns unreachable")
                }
                (None, Some(name)) => {
                    let msg = format!("name capture '{name}' makes remaining patterns unreachable");
                    self.error(pattern, msg)
                }
            },
            Pattern::MatchOr(p) => match p.patterns.last() {
                Some(last) => self.check_refutable(last),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn pattern(
        &mut self,
        pattern: &'a Pattern,
        subject: Reg,
        captures: &mut Captures<'a>,
        fail: Label,
    ) -> R {
        self.nested(pattern, |c| {
            c.pattern_kind(pattern, subject, captures, fail)
        })
    }

    fn pattern_kind(
        &mut self,
        pattern: &'a Pattern,
        subject: Reg,
        captures: &mut Captures<'a>,
        fail: Label,
    ) -> R {
        match pattern {
            Pattern::MatchValue(p) => {
                if let Some(value) = small_int(&p.value) {
                    self.at(p);
                    let value = value as u16;
                    self.u()
                        .emit_ins(Op::EqImmJump, 0, 0, subject, value, 0, fail);
                    return Ok(());
                }
                let value = self.operand(&p.value)?;
                self.at(p);
                self.u().emit_ins(Op::EqJump, 0, 0, subject, value, 0, fail);
                Ok(())
            }
            Pattern::MatchSingleton(p) => {
                self.at(p);
                if p.value == Singleton::None {
                    self.u().emit_jump(Op::JumpIfNotNone, subject, fail);
                    return Ok(());
                }
                let t = self.u().temp();
                let value = Const::Bool(p.value == Singleton::True);
                self.u().load_const(t, value);
                self.u().emit(Op::Is, t, subject, t);
                self.jump_on(t, false, fail);
                Ok(())
            }
            Pattern::MatchSequence(p) => self.sequence_pattern(p, subject, captures, fail),
            Pattern::MatchMapping(p) => self.mapping_pattern(p, subject, captures, fail),
            Pattern::MatchClass(p) => self.class_pattern(p, subject, captures, fail),
            Pattern::MatchStar(p) => self.capture(p.name.as_ref(), subject, captures),
            Pattern::MatchAs(p) => {
                if let Some(inner) = &p.pattern {
                    self.pattern(inner, subject, captures, fail)?;
                }
                self.capture(p.name.as_ref(), subject, captures)
            }
            Pattern::MatchOr(p) => self.or_pattern(p, subject, captures, fail),
        }
    }

    fn capture(
        &mut self,
        name: Option<&'a Identifier>,
        value: Reg,
        captures: &mut Captures<'a>,
    ) -> R {
        let Some(name) = name else { return Ok(()) };
        if captures.iter().any(|(known, _)| **known == name.id) {
            return self.error(
                name,
                format!("multiple assignments to name '{name}' in pattern"),
            );
        }
        captures.push((&name.id, value));
        Ok(())
    }

    fn sequence_pattern(
        &mut self,
        p: &'a PatternMatchSequence,
        subject: Reg,
        captures: &mut Captures<'a>,
        fail: Label,
    ) -> R {
        let size = p.patterns.len();
        let star = p.patterns.iter().position(Pattern::is_match_star);
        if p.patterns.iter().filter(|p| p.is_match_star()).count() > 1 {
            return self.error(p, "multiple starred expressions in sequence pattern");
        }
        self.at(p);
        let t = self.u().temp();
        self.u().emit(Op::MatchSequence, t, subject, 0);
        self.jump_on(t, false, fail);
        let len = self.u().temp();
        match star {
            None => {
                self.u().emit(Op::GetLen, len, subject, 0);
                self.length_check(Op::EqJump, Op::EqImmJump, len, size, fail);
            }
            Some(_) if size > 1 => {
                self.u().emit(Op::GetLen, len, subject, 0);
                self.length_check(Op::GeJump, Op::GeImmJump, len, size - 1, fail);
            }
            Some(_) => {}
        }
        if p.patterns.iter().all(is_wildcard) {
            return Ok(());
        }
        if star.is_some_and(|star| is_wildcard(&p.patterns[star])) {
            return self.indexed_items(p, subject, len, captures, fail);
        }
        let first = self.u().temps(size);
        match star {
            None => self.u().emit(Op::UnpackSeq, first, subject, size as u16),
            Some(star) => {
                let after = (size - star - 1) as u32;
                self.u()
                    .emit_ext(Op::UnpackEx, 0, first, subject, star as u16, after);
            }
        }
        self.items(&p.patterns, first, captures, fail)
    }

    fn length_check(&mut self, op: Op, imm: Op, len: Reg, size: usize, fail: Label) {
        match i16::try_from(size) {
            Ok(size) => self.u().emit_ins(imm, 0, 0, len, size as u16, 0, fail),
            Err(_) => {
                let t = self.u().temp();
                self.u().load_const(t, Const::Int(size as i64));
                self.u().emit_ins(op, 0, 0, len, t, 0, fail);
            }
        }
    }

    /// Items around `*_` are fetched one by one; the middle is never looked at.
    fn indexed_items(
        &mut self,
        p: &'a PatternMatchSequence,
        subject: Reg,
        len: Reg,
        captures: &mut Captures<'a>,
        fail: Label,
    ) -> R {
        let mut behind = false;
        for (i, item) in p.patterns.iter().enumerate() {
            if item.is_match_star() {
                behind = true;
                continue;
            }
            if is_wildcard(item) {
                continue;
            }
            let value = self.u().temp();
            self.at(p);
            if behind {
                let back = self.u().temp();
                let from_end = (p.patterns.len() - i) as i64;
                self.u().load_const(back, Const::Int(from_end));
                self.u().emit(Op::Sub, value, len, back);
            } else {
                self.u().load_const(value, Const::Int(i as i64));
            }
            self.u().emit(Op::LoadSubscr, value, subject, value);
            self.pattern(item, value, captures, fail)?;
        }
        Ok(())
    }

    fn items(
        &mut self,
        patterns: &'a [Pattern],
        first: Reg,
        captures: &mut Captures<'a>,
        fail: Label,
    ) -> R {
        for (i, item) in patterns.iter().enumerate() {
            self.pattern(item, first + i as u16, captures, fail)?;
        }
        Ok(())
    }

    fn mapping_pattern(
        &mut self,
        p: &'a PatternMatchMapping,
        subject: Reg,
        captures: &mut Captures<'a>,
        fail: Label,
    ) -> R {
        let size = p.keys.len();
        self.at(p);
        let t = self.u().temp();
        self.u().emit(Op::MatchMapping, t, subject, 0);
        self.jump_on(t, false, fail);
        if size == 0 && p.rest.is_none() {
            return Ok(());
        }
        if size > 0 {
            self.u().emit(Op::GetLen, t, subject, 0);
            self.length_check(Op::GeJump, Op::GeImmJump, t, size, fail);
        }
        let keys = self.u().temp();
        self.mapping_keys(&p.keys, keys, p.range)?;
        self.at(p);
        if size > 0 {
            let values = self.u().temp();
            self.u().emit(Op::MatchKeys, values, subject, keys);
            self.u().emit_jump(Op::JumpIfNone, values, fail);
            let first = self.u().temps(size);
            self.u().emit(Op::UnpackSeq, first, values, size as u16);
            self.items(&p.patterns, first, captures, fail)?;
        }
        if p.rest.is_some() {
            let rest = self.u().temp();
            self.at(p);
            self.u().emit(Op::MatchRest, rest, subject, keys);
            self.capture(p.rest.as_ref(), rest, captures)?;
        }
        Ok(())
    }

    fn mapping_keys(&mut self, keys: &'a [Expr], dst: Reg, range: TextRange) -> R {
        let constants: Option<Vec<Const>> = keys.iter().map(|e| self.fold(e)).collect();
        if let Some(constants) = constants {
            for (i, key) in constants.iter().enumerate() {
                if constants[..i].contains(key) {
                    let text = self.src.slice(keys[i].range());
                    return self.error(
                        range,
                        format!("mapping pattern checks duplicate key ({text})"),
                    );
                }
            }
            self.u().load_const(dst, Const::Tuple(constants));
            return Ok(());
        }
        let mark = self.u().mark();
        let first = self.run(keys)?;
        self.at(range);
        self.u().emit(Op::BuildTuple, dst, first, keys.len() as u16);
        self.u().release(mark);
        Ok(())
    }

    fn class_pattern(
        &mut self,
        p: &'a PatternMatchClass,
        subject: Reg,
        captures: &mut Captures<'a>,
        fail: Label,
    ) -> R {
        let (positional, keywords) = (&p.arguments.patterns, &p.arguments.keywords);
        let Ok(count) = u8::try_from(positional.len()) else {
            return self.error(p, "too many sub-patterns in class pattern");
        };
        for (i, keyword) in keywords.iter().enumerate() {
            if keywords[..i].iter().any(|k| k.attr.id == keyword.attr.id) {
                let msg = format!(
                    "attribute name repeated in class pattern: {}",
                    keyword.attr.id
                );
                return self.error(&keyword.pattern, msg);
            }
        }
        let class = self.operand(&p.cls)?;
        let names = keywords
            .iter()
            .map(|k| Const::Str(k.attr.id.as_bytes().into()));
        let names = Const::Tuple(names.collect());
        self.at(p);
        let names = self.u().add_const(names);
        let values = self.u().temp();
        self.u()
            .emit_ext(Op::MatchClass, count, values, subject, class, names);
        self.u().emit_jump(Op::JumpIfNone, values, fail);
        let size = positional.len() + keywords.len();
        if size == 0 {
            return Ok(());
        }
        let first = self.u().temps(size);
        self.u().emit(Op::UnpackSeq, first, values, size as u16);
        self.items(positional, first, captures, fail)?;
        for (i, keyword) in keywords.iter().enumerate() {
            let value = first + (positional.len() + i) as u16;
            self.pattern(&keyword.pattern, value, captures, fail)?;
        }
        Ok(())
    }

    fn or_pattern(
        &mut self,
        p: &'a PatternMatchOr,
        subject: Reg,
        captures: &mut Captures<'a>,
        fail: Label,
    ) -> R {
        let Some((last, init)) = p.patterns.split_last() else {
            return Ok(());
        };
        for alternative in init {
            self.check_refutable(alternative)?;
        }
        let mut names = Vec::new();
        bound_names(last, &mut names);
        let home = self.u().temps(names.len());
        let matched = self.u().label();
        for (i, alternative) in p.patterns.iter().enumerate() {
            let is_last = i + 1 == p.patterns.len();
            let mark = self.u().mark();
            let next = if is_last { fail } else { self.u().label() };
            let mut own = Vec::new();
            self.pattern(alternative, subject, &mut own, next)?;
            let same = own.len() == names.len() && own.iter().all(|(n, _)| names.contains(n));
            if !same {
                return self.error(p, "alternative patterns bind different names");
            }
            for (name, reg) in own {
                if let Some(at) = names.iter().position(|n| *n == name) {
                    self.u().move_to(home + at as u16, reg);
                }
            }
            if !is_last {
                self.u().jump(matched);
                self.u().place(next);
            }
            self.u().release(mark);
        }
        self.u().place(matched);
        for (i, name) in names.into_iter().enumerate() {
            if captures.iter().any(|(known, _)| *known == name) {
                return self.error(
                    p,
                    format!("multiple assignments to name '{name}' in pattern"),
                );
            }
            captures.push((name, home + i as u16));
        }
        Ok(())
    }
}

fn is_wildcard(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::MatchAs(p) => p.pattern.is_none() && p.name.is_none(),
        Pattern::MatchStar(p) => p.name.is_none(),
        _ => false,
    }
}

/// The names a pattern binds. The parser bounds its depth.
fn bound_names<'a>(pattern: &'a Pattern, out: &mut Vec<&'a Name>) {
    let mut add = |name: &'a Option<Identifier>| out.extend(name.as_ref().map(|n| &n.id));
    match pattern {
        Pattern::MatchValue(_) | Pattern::MatchSingleton(_) => {}
        Pattern::MatchStar(p) => add(&p.name),
        Pattern::MatchSequence(p) => p.patterns.iter().for_each(|p| bound_names(p, out)),
        Pattern::MatchMapping(p) => {
            add(&p.rest);
            p.patterns.iter().for_each(|p| bound_names(p, out));
        }
        Pattern::MatchClass(p) => {
            p.arguments
                .patterns
                .iter()
                .for_each(|p| bound_names(p, out));
            p.arguments
                .keywords
                .iter()
                .for_each(|k| bound_names(&k.pattern, out));
        }
        Pattern::MatchAs(p) => {
            add(&p.name);
            if let Some(inner) = &p.pattern {
                bound_names(inner, out);
            }
        }
        // Every alternative binds the same names.
        Pattern::MatchOr(p) => {
            if let Some(last) = p.patterns.last() {
                bound_names(last, out);
            }
        }
    }
}
