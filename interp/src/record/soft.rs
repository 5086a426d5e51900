//! Natives that hand over to Python code (`vm/soft.rs`): the frame that took the native's place is followed.

use super::binding::Source;
use super::natives::type_of;
use super::step::Next;
use super::{Code, Pending, Recorded, Recorder};
use crate::vm::run::cx::{code_start, header_word, word_at, word_value};
use crate::vm::run::ret::{Action, ret};
use crate::vm::soft::is_hidden;
use skein_jit::ir::{Cond, Val};
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::layout;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::at;

/// How the frame of a call's Python part returns: into the call's register.
fn stored(p: &Pending) -> u64 {
    ret(Action::Store, 2, p.word.a() as usize, p.word.b() as u32)
}

impl Recorder {
    /// A native, or a loop over a native iterator, that went on in Python code.
    pub(super) fn soft_entered(&mut self, vm: &mut Vm, p: Pending, next: Next) -> Recorded<bool> {
        if self.begun || !self.entered(next) {
            return Ok(false);
        }
        let raw = next.fp as *mut u64;
        let Some(f) = word_value(header_word(raw, at::FUNCTION)).cast::<PyFunction>() else {
            return Ok(false);
        };
        if next.pc != code_start(f.code()) as u64 || f.code().parameter_count() > 4 {
            return Ok(false);
        }
        match Recorder::op(&p) {
            Code::ForIter => self.soft_step(vm, p, next, f),
            Code::Call if is_hidden(f.code()) => self.soft_call(vm, p, next, f),
            Code::CallKw if is_hidden(f.code()) => self.soft_extreme(vm, p, next, f),
            _ => Ok(false),
        }
    }

    /// Goes on in `f`, a function of the Python part, with parameters from these places.
    fn push_soft(
        &mut self,
        vm: &mut Vm,
        f: Ref<PyFunction>,
        sources: &[Source],
        word: u64,
        next: Next,
    ) -> Recorded<bool> {
        let function = self.object(vm, f.value());
        self.guard_code(vm, function, f.code());
        self.push_with(vm, f, function, sources, word, next)
    }

    /// True if `f` is that function of the Python part.
    fn is_soft(vm: &mut Vm, f: Ref<PyFunction>, name: &'static str) -> bool {
        vm.soft_function(name) == Some(f.value())
    }

    fn soft_call(
        &mut self,
        vm: &mut Vm,
        p: Pending,
        next: Next,
        f: Ref<PyFunction>,
    ) -> Recorded<bool> {
        let (base, argc) = (p.word.b() as usize, p.word.c() as usize);
        let (raw, word) = (next.fp as *mut u64, stored(&p));
        let (x, method) = (p.more.args[0], p.next.bits != 0);
        if argc == 2 && !method && header_word(raw, at::RETURN) == word {
            return self.instance_check(vm, p, next, f);
        }
        // What a generator gives is asked for in Python code, whichever native wants it.
        if argc != 1 || x.shape != ids::GENERATOR || header_word(raw, at::RETURN) != word {
            return Ok(false);
        }
        const OF_ONE: [&str; 10] = [
            "any",
            "all",
            "make_list",
            "make_tuple",
            "make_set",
            "make_frozenset",
            "least",
            "greatest",
            "sum",
            "sorted",
        ];
        const OF_TWO: [&str; 3] = ["join", "extend", "update_set"];
        let among =
            |vm: &mut Vm, names: &[&'static str]| names.iter().any(|n| Recorder::is_soft(vm, f, n));
        let mut sources = Vec::new();
        if method && among(vm, &OF_TWO) {
            sources.push(Source::Register(base + 1));
        } else if method || !among(vm, &OF_ONE) {
            return Ok(false);
        }
        sources.push(Source::Register(base + 2));
        let count = f.code().parameter_count() as usize;
        let mut extra = Vec::new();
        for i in sources.len()..count {
            let bits = header_word(raw, i as isize);
            if bits & 7 == 0 {
                return Ok(false);
            }
            extra.push(bits);
        }
        self.guard_callee(vm, p);
        self.is_jump(base + 1, p.next, 0);
        if method {
            self.guard_class(base + 1, p.next);
        }
        self.guard_class(base + 2, x);
        for bits in extra {
            sources.push(Source::Word(self.constant(bits)));
        }
        self.push_soft(vm, f, &sources, word, next)
    }

    /// `min` and `max` of one argument with a key, a Python function.
    fn soft_extreme(
        &mut self,
        vm: &mut Vm,
        p: Pending,
        next: Next,
        f: Ref<PyFunction>,
    ) -> Recorded<bool> {
        let (base, argc) = (p.word.b() as usize, p.word.c() as usize);
        let (raw, word) = (next.fp as *mut u64, stored(&p));
        let ext = word_at((p.pc as *const u64).wrapping_add(1)).0;
        let names = self.frame().code.consts.expect();
        let Some(names) = names.get(ext as u32 as usize).cast::<PyTuple>() else {
            return Ok(false);
        };
        let named = |wanted: &str| {
            let is = |n: &Value| {
                n.cast::<PyStr>()
                    .is_some_and(|n| n.bytes() == wanted.as_bytes())
            };
            names.items().iter().position(is).map(|i| base + 3 + i)
        };
        let (Some(key), default) = (named("key"), named("default")) else {
            return Ok(false);
        };
        let extreme = Recorder::is_soft(vm, f, "min") || Recorder::is_soft(vm, f, "max");
        let known = 2 + default.is_some() as usize;
        if !extreme
            || argc != known
            || names.len() != known - 1
            || p.more.args[0].bits != 0
            || p.b.kind != Some(Kind::Builtin)
            || p.more.args[key - base - 1].shape != ids::FUNCTION
            || f.code().parameter_count() != 4
            || header_word(raw, at::RETURN) != word
        {
            return Ok(false);
        }
        self.guard_callee(vm, p);
        self.is_jump(base + 1, p.more.args[0], 0);
        self.guard_class(base + 2, p.more.args[1]);
        self.guard_class(key, p.more.args[key - base - 1]);
        let mut sources = vec![Source::Register(base + 2), Source::Register(key)];
        // Whether there is a default follows from the names.
        for (i, given) in [(2, None), (3, default)] {
            let bits = header_word(raw, i);
            match given {
                Some(r) => sources.push(Source::Register(r)),
                None if bits & 7 != 0 || bits == 0 => {
                    sources.push(Source::Word(self.constant(bits)));
                }
                None => return Ok(false),
            }
        }
        self.push_soft(vm, f, &sources, word, next)
    }

    /// `isinstance` of a class whose metaclass answers in Python.
    fn instance_check(
        &mut self,
        vm: &mut Vm,
        p: Pending,
        next: Next,
        f: Ref<PyFunction>,
    ) -> Recorded<bool> {
        let base = p.word.b() as usize;
        let (x, class) = (p.more.args[0], p.more.args[1]);
        if !Recorder::is_soft(vm, f, "is_instance") || class.kind != Some(Kind::Type) {
            return Ok(false);
        }
        let known = self.fact_word(base + 3) == Some(class.bits);
        let Some(own) = type_of(vm, x).filter(|_| class.shape != 0) else {
            return Ok(false);
        };
        let name = vm.names.__instancecheck__;
        let Some(check) = vm.python_special(word_value(class.bits), name) else {
            return Ok(false);
        };
        self.guard_callee(vm, p);
        self.is_jump(base + 1, p.next, 0);
        // Another class than this one, and so of no object that is of this very class.
        self.guard_class(base + 2, x);
        if !known {
            // Any class of that metaclass is asked in the same way.
            self.guard_class(base + 3, class);
            let asked = self.word(base + 3);
            let own = self.object(vm, own.value());
            let c = self.compare(Cond::Ne, asked, own);
            self.guard(c, true);
        }
        if !self.guard_type(vm, class.shape) {
            return Ok(false);
        }
        let check = self.object(vm, check);
        let sources = [
            Source::Word(check),
            Source::Register(base + 3),
            Source::Register(base + 2),
        ];
        self.push_soft(vm, f, &sources, stored(&p), next)
    }

    /// A step of `enumerate`, `map` or `filter`.
    fn soft_step(
        &mut self,
        vm: &mut Vm,
        p: Pending,
        next: Next,
        f: Ref<PyFunction>,
    ) -> Recorded<bool> {
        let word = ret(Action::ForIter, 2, p.word.a() as usize, 0);
        let seen = word_value(p.b.bits).cast::<PyIter>();
        let Some(i) = seen.filter(|_| header_word(next.fp as *mut u64, at::RETURN) == word) else {
            return Ok(false);
        };
        let it = self.word(p.word.b() as usize);
        let (a, b) = (i.a.get(), i.b.get());
        match p.b.shape {
            ids::ENUMERATE
                if a.shape_id() == ids::GENERATOR
                    && Recorder::is_soft(vm, f, "next_of_enumerate") =>
            {
                self.guard_shape(it, p.b.shape);
                let source = self.field(it, layout::ITER_OBJECT);
                self.guard_shape(source, ids::GENERATOR);
                let big = self.field(it, layout::ITER_OTHER);
                self.guard_constant(big, 0);
                let count = self.field(it, layout::ITER_INDEX);
                let c = self.compare_imm(Cond::Lt, count, i32::MAX as u64);
                self.guard(c, true);
                let number = self.tagged(count);
                let function = self.object(vm, f.value());
                self.guard_code(vm, function, f.code());
                self.prepare(vm, f)?;
                let more = self.binary_imm(skein_jit::ir::Binary::Add, count, 1);
                self.store(it, layout::ITER_INDEX, more);
                self.field_stored(it, layout::ITER_INDEX, more);
                self.begun = true;
                let sources = [Source::Word(number), Source::Word(source)];
                self.push_with(vm, f, function, &sources, word, next)
            }
            ids::MAP => {
                let Some(its) = b.cast::<PyTuple>().filter(|t| t.len() == 1) else {
                    return Ok(false);
                };
                self.guard_shape(it, p.b.shape);
                let called = self.field(it, layout::ITER_OBJECT);
                let row = self.field(it, layout::ITER_OTHER);
                self.guard_shape(row, ids::TUPLE);
                let n = self.field(row, layout::TUPLE_LEN);
                let c = self.compare_imm(Cond::Eq, n, 1);
                self.guard(c, true);
                let source = self.field(row, layout::TUPLE_ITEMS);
                self.mapped(vm, its.items()[0], (called, source), f, word, next)
            }
            ids::FILTER if Recorder::is_soft(vm, f, "next_of_filter") => {
                self.guard_shape(it, p.b.shape);
                let called = self.field(it, layout::ITER_OBJECT);
                self.guard_shape(called, a.shape_id());
                let source = self.field(it, layout::ITER_OTHER);
                self.guard_shape(source, b.shape_id());
                let sources = [Source::Word(called), Source::Word(source)];
                self.push_soft(vm, f, &sources, word, next)
            }
            _ => Ok(false),
        }
    }

    /// A step of `map` over one iterator.
    fn mapped(
        &mut self,
        vm: &mut Vm,
        over: Value,
        (called, source): (Val, Val),
        f: Ref<PyFunction>,
        word: u64,
        next: Next,
    ) -> Recorded<bool> {
        if over.shape_id() == ids::GENERATOR && Recorder::is_soft(vm, f, "next_of_map") {
            self.guard_shape(called, ids::FUNCTION);
            self.guard_shape(source, ids::GENERATOR);
            let sources = [Source::Word(called), Source::Word(source)];
            return self.push_soft(vm, f, &sources, word, next);
        }
        let simple = matches!(
            over.shape_id(),
            ids::LIST_ITERATOR | ids::TUPLE_ITERATOR | ids::RANGE_ITERATOR
        );
        if !simple || is_hidden(f.code()) || f.code().fast_argcount != 1 {
            return Ok(false);
        }
        self.guard_shape(called, ids::FUNCTION);
        self.guard_code(vm, called, f.code());
        self.prepare(vm, f)?;
        let step = self.plan_step(source, over.shape_id());
        self.make_step(&step);
        self.begun = true;
        self.push_with(vm, f, called, &[Source::Word(step.value)], word, next)
    }
}
