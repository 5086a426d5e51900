//! Patterns of `match` statements.
//!
//! Whether an object is of a class is decided while recording, as `isinstance` is, and its attributes are loaded as by attribute instructions; the
//! tuple that the instruction gives is dissolved.

use super::natives::type_of;
use super::{Pending, Recorder};
use crate::tier::enter::helpers_classes as of_classes;
use crate::tier::rebuild::MOST_FIELDS;
use crate::vm::findings::{self, Finding};
use crate::vm::run::cx::{word_at, word_value};
use skein_jit::ir::Cond;
use skein_runtime::layout;
use skein_runtime::prelude::*;

impl Recorder {
    /// `MatchSequence` and `MatchMapping`.
    pub(super) fn match_kind(&mut self, vm: &mut Vm, p: Pending, flag: u32) -> bool {
        let (a, b) = (p.word.a() as usize, p.word.b() as usize);
        let Some(t) = type_of(vm, p.b) else {
            return false;
        };
        let is = t.has(flag);
        self.guard_class(b, p.b);
        // Registering a class may give it the flag; nothing takes it away.
        if is || p.b.shape < ids::FIRST_DYNAMIC {
            let w = self.constant(Value::bool(is).bits());
            self.set(a, w);
            return true;
        }
        let (w, flag) = (self.word(b), self.constant(flag as u64));
        let found = self.ask(of_classes::is_of_kind as *const (), &[w, flag]);
        let c = self.compare_imm(Cond::Ne, found, 0);
        self.set_bool(a, c);
        true
    }

    /// `GetLen` of a builtin container.
    pub(super) fn length_for_match(&mut self, p: Pending) -> bool {
        let (a, b) = (p.word.a() as usize, p.word.b() as usize);
        if let Some(k) = self.dissolved_as(b, ids::TUPLE) {
            let w = self.constant(Value::from_usize(self.fields_of(k)).bits());
            self.set(a, w);
            return true;
        }
        if !matches!(p.b.shape, ids::LIST | ids::TUPLE | ids::DICT) {
            return false;
        }
        self.guard_class(b, p.b);
        let w = self.word(b);
        let Some(n) = self.length_of(w, p.b.shape) else {
            return false;
        };
        let n = self.tagged(n);
        self.set(a, n);
        true
    }

    /// `MatchKeys` of an exact dict.
    pub(super) fn match_keys(&mut self, p: Pending) -> bool {
        let (b, c) = (p.word.b() as usize, p.word.c() as usize);
        if p.b.shape != ids::DICT || self.failed_here() {
            return false;
        }
        self.guard_class(b, p.b);
        let words = [self.word(b), self.word(c)];
        let v = self.ask(of_classes::match_keys as *const (), &words);
        self.not_refused(v);
        self.set(p.word.a() as usize, v);
        true
    }

    /// `MatchClass` of a class that has no say itself in what its instances are.
    pub(super) fn match_class(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let (a, b, c) = (
            p.word.a() as usize,
            p.word.b() as usize,
            p.word.c() as usize,
        );
        let class = word_value(p.c.bits);
        let (Some(own), Some(t)) = (type_of(vm, p.b), class.cast::<PyType>()) else {
            return false;
        };
        if p.c.kind != Some(Kind::Type) || p.c.shape != ids::TYPE || a == b || a == c {
            return false;
        }
        let Some(matches) = Recorder::decided(vm, own, class) else {
            return false;
        };
        let positional = p.word.x() as usize;
        let ext = word_at((p.pc as *const u64).wrapping_add(1)).0;
        let keywords = self.frame().code.consts.expect().get(ext as u32 as usize);
        let Some(names) = pattern_names(vm, t, positional, keywords) else {
            return false;
        };
        let itself = positional == 1 && names.is_none();
        let names = names.unwrap_or_default();
        if names.len() > MOST_FIELDS {
            return false;
        }
        // A place in `__slots__` was empty.
        if matches && self.actual_in(self.frames.len() - 1, a).is_none() {
            return false;
        }
        let mut found = Vec::new();
        if matches && !itself {
            let Some(shape) = vm.shapes.try_get(p.b.shape).filter(|_| p.b.shape != 0) else {
                return false;
            };
            for name in &names {
                match findings::load(vm, shape, *name) {
                    None | Some(Finding::Method(_) | Finding::Plain(_) | Finding::Property(_)) => {
                        return false;
                    }
                    Some(held) => found.push(held),
                }
            }
        }
        self.guard_class_constant(vm, c, p.c);
        if !self.guard_own_version(vm, t) || !self.guard_methods(vm, b, p.b) {
            return false;
        }
        if !matches {
            let none = self.constant(Value::NONE.bits());
            self.set(a, none);
            return true;
        }
        let mut fields = Vec::new();
        if itself {
            fields.push(self.content(b, layout::TUPLE_ITEMS));
        } else if !found.is_empty() {
            let w = self.word(b);
            for (i, f) in found.into_iter().enumerate() {
                let v = self.held_word(w, f);
                fields.push(self.content_word(v, layout::TUPLE_ITEMS + 8 * i as i32));
            }
        }
        let k = self.new_virtual(ids::TUPLE, fields);
        self.set_virtual(a, k);
        true
    }
}

/// The attributes that a class pattern asks for, by position and by name; `Some(None)`: the one pattern is for the object itself. `None`: that is
/// for the interpreter, as errors are.
#[allow(clippy::option_option, reason = "the two say different things")]
fn pattern_names(
    vm: &mut Vm,
    t: Ref<PyType>,
    positional: usize,
    keywords: Value,
) -> Option<Option<Vec<Ref<PyStr>>>> {
    let mut names: Vec<Ref<PyStr>> = Vec::new();
    let keywords = keywords.cast::<PyTuple>()?;
    if positional > 0 {
        let name = vm.names.__match_args__;
        match vm.type_lookup(t, name) {
            None if t.has(tflag::MATCH_SELF) && positional == 1 && keywords.is_empty() => {
                return Some(None);
            }
            None => return None,
            Some(args) => {
                let args = args.cast::<PyTuple>()?;
                for a in args.items().get(..positional)? {
                    names.push(
                        a.cast::<PyStr>()
                            .filter(|s| s.value().shape_id() == ids::STR)?,
                    );
                }
            }
        }
    }
    for k in keywords.items() {
        names.push(k.cast()?);
    }
    let names: Vec<_> = names.into_iter().map(|n| vm.intern_str(n)).collect();
    let twice = |(i, n): (usize, &Ref<PyStr>)| names[..i].contains(n);
    if names.iter().enumerate().any(twice) {
        return None;
    }
    Some(Some(names))
}
