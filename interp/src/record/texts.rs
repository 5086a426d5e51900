//! Texts: concatenation, comparison, items of bytes, and `%` with a constant template, as short calls and operations.

use super::{Code, Pending, Recorder, Seen};
use crate::tier::enter::helpers_lean as lean;
use crate::vm::run::cx::word_value;
use skein_jit::ir::{Cond, Op, Type, Val, Width};
use skein_runtime::layout;
use skein_runtime::prelude::*;

/// A part of a template.
enum Part {
    Literal(Vec<u8>),
    /// The next argument, as text.
    Argument,
}

/// The parts of a template that has nothing but `%s`, `%d` of ints, and `%%`.
fn parts(template: &[u8], args: &[Seen]) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut literal = Vec::new();
    let mut rest = template;
    let mut args = args.iter();
    while let Some((&c, after)) = rest.split_first() {
        rest = after;
        if c != b'%' {
            literal.push(c);
            continue;
        }
        let (&code, after) = rest.split_first()?;
        rest = after;
        match code {
            b'%' => literal.push(b'%'),
            b's' | b'd' => {
                let arg = args.next()?;
                if !arg.is_int() && (code == b'd' || arg.shape != ids::STR) {
                    return None;
                }
                if !literal.is_empty() {
                    parts.push(Part::Literal(std::mem::take(&mut literal)));
                }
                parts.push(Part::Argument);
            }
            _ => return None,
        }
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    args.next().is_none().then_some(parts)
}

impl Recorder {
    /// `a + b` of two strs or two bytes objects.
    pub(super) fn concatenate(&mut self, p: Pending) -> bool {
        let (a, b, c) = (
            p.word.a() as usize,
            p.word.b() as usize,
            p.word.c() as usize,
        );
        let helper = match p.b.shape {
            ids::STR if p.word.x() & 1 == 0 => lean::JOIN[0],
            ids::BYTES => lean::concat_bytes as *const (),
            _ => return false,
        };
        if p.b.shape != p.c.shape {
            return false;
        }
        self.guard_class(b, p.b);
        self.guard_class(c, p.c);
        let words = [self.word(b), self.word(c)];
        let v = self.ask(helper, &words);
        self.not_refused(v);
        self.know_shape(v, p.b.shape);
        self.set(a, v);
        true
    }

    /// The comparison of two strs for equality; `None`: it is none.
    pub(super) fn same_text(&mut self, p: Pending, cond: Cond) -> Option<Val> {
        if p.b.shape != ids::STR || p.c.shape != ids::STR || !matches!(cond, Cond::Eq | Cond::Ne) {
            return None;
        }
        let (b, c) = (p.word.b() as usize, p.word.c() as usize);
        self.guard_class(b, p.b);
        self.guard_class(c, p.c);
        let args = [self.word(b), self.word(c)];
        let r = self.call(lean::same_text as *const () as usize, &args, Type::Word);
        Some(self.compare_imm(cond, r, 1))
    }

    /// `x[i]` of a bytes object.
    pub(super) fn bytes_item(&mut self, p: Pending) -> bool {
        let (a, b, c) = (
            p.word.a() as usize,
            p.word.b() as usize,
            p.word.c() as usize,
        );
        if p.b.shape != ids::BYTES || !p.c.is_int() || (p.c.bits as i64) < 0 {
            return false;
        }
        self.guard_class(b, p.b);
        let of = self.word(b);
        let Some(length) = self.length_of(of, ids::BYTES) else {
            return false;
        };
        let k = self.int(c);
        let i = self.untagged(k);
        let within = self.compare(Cond::Below, i, length);
        self.guard(within, true);
        let at = self.binary(skein_jit::ir::Binary::Add, of, i);
        let byte = self.emit(Op::Load(Width::W8, at, layout::BYTES_ITEMS));
        let w = self.tagged(byte);
        self.know(w, |k| k.int = true);
        self.set(a, w);
        true
    }

    /// `id(x)` of an object.
    pub(super) fn identity(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let i = p.word.b() as usize + 2;
        if p.more.args[0].shape == 0 {
            return false;
        }
        self.guard_callee(vm, p);
        self.is_jump(i - 1, p.next, 0);
        let w = self.word(i);
        self.guard_object(w);
        let v = self.call(lean::identity as *const () as usize, &[w], Type::Word);
        self.know(v, |k| k.int = true);
        self.set(p.word.a() as usize, v);
        true
    }

    /// `template % x`
    pub(super) fn format_percent(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let (a, b) = (p.word.a() as usize, p.word.b() as usize);
        if Recorder::op(&p) != Code::Mod || p.b.shape != ids::STR {
            return false;
        }
        // A variable that was given one of the code's own constants names it as good as itself.
        let own = self.frame().code.consts.expect();
        let known = self.fact_word(b) == Some(p.b.bits);
        if !known && !own.slots().iter().any(|c| c.get().bits() == p.b.bits) {
            return false;
        }
        let Some(template) = word_value(p.b.bits).cast::<PyStr>() else {
            return false;
        };
        let tuple = p.c.shape == ids::TUPLE;
        let seen: &[Seen] = match tuple {
            true if p.more.items <= p.more.args.len() => &p.more.args[..p.more.items],
            true => return false,
            false => &[p.c],
        };
        let Some(parts) = parts(template.bytes(), seen) else {
            return false;
        };
        if !(2..=lean::JOIN.len() + 1).contains(&parts.len()) {
            return false;
        }
        if !known {
            let w = self.word(b);
            self.object(vm, template.value());
            self.guard_constant(w, p.b.bits);
        }
        let Some(args) = self.percent_arguments(p, seen) else {
            return false;
        };
        let mut args = args.into_iter();
        let mut words = Vec::new();
        for part in parts {
            words.push(match part {
                Part::Literal(text) => {
                    let text = vm.new_str_bytes(&text);
                    self.object(vm, text)
                }
                Part::Argument => match args.next() {
                    Some(w) => w,
                    None => return false,
                },
            });
        }
        let v = self.ask(lean::JOIN[words.len() - 2], &words);
        self.not_refused(v);
        self.know_shape(v, ids::STR);
        self.set(a, v);
        true
    }

    /// The arguments of a template, as strs; `None`: they cannot be had so.
    fn percent_arguments(&mut self, p: Pending, seen: &[Seen]) -> Option<Vec<Val>> {
        let (c, tuple) = (p.word.c() as usize, p.c.shape == ids::TUPLE);
        let dissolved = self.dissolved_as(c, ids::TUPLE);
        if tuple && dissolved.is_some_and(|k| self.fields_of(k) != seen.len()) {
            return None;
        }
        let mut args = Vec::new();
        if !tuple {
            self.guard_class(c, p.c);
            args.push(self.word(c));
        } else if let Some(k) = dissolved {
            for n in 0..seen.len() {
                let field = self.fetch(k, n);
                let w = field.word.filter(|_| field.object.is_none())?;
                args.push(w);
            }
        } else {
            self.guard_class(c, p.c);
            let of = self.word(c);
            let n = self.field(of, layout::TUPLE_LEN);
            let same = self.compare_imm(Cond::Eq, n, seen.len() as u64);
            self.guard(same, true);
            for i in 0..seen.len() {
                args.push(self.field(of, layout::TUPLE_ITEMS + 8 * i as i32));
            }
        }
        for (w, s) in args.iter_mut().zip(seen) {
            if s.is_int() {
                self.guard_int(*w);
                let no = self.constant(0);
                *w = self.ask(lean::convert as *const (), &[*w, no]);
                self.not_refused(*w);
            } else {
                self.guard_shape(*w, ids::STR);
            }
        }
        Some(args)
    }
}
