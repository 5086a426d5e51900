//! Calls of Python functions in any form that the recorder can follow: keyword arguments, defaults, `*args` and `**kwargs` of the
//! function, star calls of tuples, objects with a `__call__`; and calls that make generators.
//!
//! What becomes of each parameter is settled first, without writing anything; the tests, the tuple and the dict that the call
//! makes, and the frame follow.

use super::made::makes_generators;
use super::named_tuples::init_of_native;
use super::natives::type_of;
use super::step::Next;
use super::virtuals::Field;
use super::{Code, Pending, Recorded, Recorder, Seen};
use crate::tier::enter::{helpers_lean as lean, helpers_made as made};
use crate::tier::rebuild::MOST_FIELDS;
use crate::vm::call::{GENERATOR_FLAGS, is_native_method};
use crate::vm::class;
use crate::vm::run::cx::{code_start, header_word, word_at, word_value};
use crate::vm::run::ret::{Action, ret};
use skein_compiler::bytecode::unit::flags;
use skein_jit::ir::{Cond, Val};
use skein_runtime::builtins::code::PyCode;
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::builtins::method::PyMethod;
use skein_runtime::layout;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::at;
use std::mem::offset_of;

/// `co_flags` of functions with `*args` and with `**kwargs`.
const VARARGS: u32 = 4;
const VARKEYWORDS: u32 = 8;
/// More parameters are left to the interpreter.
const MOST: usize = 24;

/// Where an argument or a parameter's value is.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Source {
    /// In a register of the calling frame.
    Register(usize),
    /// At hand.
    Word(Val),
    /// A float, at hand.
    Float(Val),
    /// A dissolved object.
    Held(u32),
    /// In the tuple of defaults, so many before its end.
    Default(usize),
    /// It is the default for a keyword-only parameter, by its place in the dict of those.
    KeywordDefault(usize),
}

/// What a call makes of its arguments.
struct Bound {
    /// The named parameters.
    named: Vec<Source>,
    /// What `*args` gets.
    rest: Option<Vec<Source>>,
    /// What `**kwargs` gets, by name: a word that names a constant of the caller's code.
    keywords: Option<Vec<(u64, Source)>>,
}

/// Who is called.
struct Callee {
    function: Ref<PyFunction>,
    /// The object that comes first, if it is not among the arguments.
    this: Option<Source>,
    how: How,
}

#[derive(Clone, Copy, PartialEq)]
enum How {
    /// The function stands in the call's window.
    Function,
    /// A bound method does.
    Method,
    /// An object with a `__call__` does.
    Object,
    /// A class does: its `__init__` is what is called, with a new object.
    Class,
    /// A class does whose objects native code makes from the arguments, ahead of its `__init__`.
    Native,
    /// A class does: its `__new__` is what is called, with the class.
    New,
}

/// True for a closure and for a function in a function: another one each time, of the same code.
pub(super) fn is_made_anew(f: Ref<PyFunction>) -> bool {
    !f.closure.get().is_null() || f.code().flags.get() & flags::NESTED != 0
}

impl Recorder {
    /// `Call`, `CallKw` and `CallEx` that went into a function's frame, or made its generator.
    pub(super) fn called_in_any_way(
        &mut self,
        vm: &mut Vm,
        p: Pending,
        next: Next,
    ) -> Recorded<bool> {
        let stays = next.fp == self.frame().actual;
        if !stays && !self.entered(next) || self.begun {
            return Ok(false);
        }
        let Some(callee) = self.callee(vm, p) else {
            return Ok(false);
        };
        let code = callee.function.code();
        let generator = makes_generators(code);
        if stays != generator || code.parameter_count() as usize > MOST {
            return Ok(false);
        }
        if !stays
            && (next.pc != code_start(code) as u64
                || header_word(next.fp as *mut u64, at::FUNCTION) != callee.function.value().bits())
        {
            return Ok(false);
        }
        if code.flags.get() & GENERATOR_FLAGS != 0 && !generator {
            return Ok(false);
        }
        let Some((mut args, names)) = self.arguments(p) else {
            return Ok(false);
        };
        if let Some(this) = callee.this {
            args.insert(0, this);
        }
        let Some(bound) = bind(vm, callee.function, &args, &names) else {
            return Ok(false);
        };
        if generator && (bound.named.len() > 4 || bound.rest.is_some() || bound.keywords.is_some())
        {
            return Ok(false);
        }
        let op = Recorder::op(&p);
        if !self.test_arguments(p, op) {
            return Ok(false);
        }
        let function = self.test_callee(vm, p, &callee);
        let named = self.defaults(vm, &callee, function, &bound.named);
        if generator {
            let words: Vec<Val> = named.iter().map(|s| self.source(*s)).collect();
            let Some(v) = self.new_generator(vm, function, code, &words) else {
                return Err("a generator of many parameters");
            };
            self.set(p.word.a() as usize, v);
            return Ok(true);
        }
        self.prepare(vm, callee.function)?;
        let own = callee.how == How::Class && op == Code::Call;
        let window = p.word.b() as usize + own as usize;
        let new = match callee.how {
            How::Native => match self.made_by_native(vm, p) {
                Some(v) => Some(v),
                None => return Ok(false),
            },
            How::Class if self.dissolved_instance(vm, p, window) => None,
            How::Class => match self.new_instance(vm, p, window) {
                Some(v) => Some(v),
                None => return Ok(false),
            },
            _ => None,
        };
        if let Some(v) = new {
            self.set(window, v);
        }
        let rest = bound.rest.map(|rest| self.rest_of(vm, &rest));
        let keywords = bound.keywords.map(|k| self.keywords_of(vm, &k));
        if op == Code::Call && callee.how == How::Method {
            // The interpreter, too, puts function and object into the window.
            let base = p.word.b() as usize;
            let this = self.source(args[0]);
            self.set(base, function);
            self.set(base + 1, this);
        }
        let sources: Vec<Source> = named.into_iter().chain(rest).chain(keywords).collect();
        let (action, aux) = match callee.how {
            How::Class | How::Native => (Action::Init, window as u32),
            How::New => (Action::New, window as u32),
            _ => (Action::Store, p.word.b() as u32),
        };
        let word = ret(action, op.len(), p.word.a() as usize, aux);
        if word != header_word(next.fp as *mut u64, at::RETURN) {
            return Err("another return");
        }
        self.push_with(vm, callee.function, function, &sources, word, next)
    }

    /// Pushes the frame of a function whose parameters' values are known.
    pub(super) fn push_with(
        &mut self,
        vm: &mut Vm,
        f: Ref<PyFunction>,
        function: Val,
        sources: &[Source],
        word: u64,
        next: Next,
    ) -> Recorded<bool> {
        let here = self.frames.len() - 1;
        self.push(vm, f, &[], &[], word, next)?;
        let to = self.frames.len() - 1;
        for (i, s) in sources.iter().enumerate() {
            match s {
                Source::Register(r) => self.copy((here, *r), (to, i)),
                Source::Word(w) => self.set_in(to, i, *w),
                Source::Float(v) => self.set_float(i, *v),
                Source::Held(k) => self.set_virtual(i, *k),
                _ => return Err("a default without a value"),
            }
        }
        if self.fact(function).constant != Some(f.value().bits()) {
            self.name_function(function);
        }
        Ok(true)
    }

    fn source(&mut self, s: Source) -> Val {
        match s {
            Source::Register(r) => self.word(r),
            Source::Word(w) => w,
            Source::Float(v) => self.boxed(v),
            Source::Held(k) => self.materialise(k),
            _ => self.constant(0),
        }
    }

    /// Who is called, as it was seen.
    fn callee(&mut self, vm: &mut Vm, p: Pending) -> Option<Callee> {
        let base = p.word.b() as usize;
        let callable = word_value(p.b.bits);
        let op = Recorder::op(&p);
        let first = if op == Code::Call {
            p.next.bits
        } else {
            p.more.args[0].bits
        };
        let with_self = (first != 0).then_some(Source::Register(base + 1));
        match p.b.kind? {
            Kind::Function => Some(Callee {
                function: callable.cast()?,
                this: with_self,
                how: How::Function,
            }),
            Kind::BoundMethod if with_self.is_none() && p.b.shape == ids::METHOD => {
                let m = callable.cast::<PyMethod>()?;
                let function = m.func.get().cast::<PyFunction>()?;
                let callee = self.word(base);
                self.guard_shape(callee, p.b.shape);
                let this = self.field(callee, layout::METHOD_SELF);
                Some(Callee {
                    function,
                    this: Some(Source::Word(this)),
                    how: How::Method,
                })
            }
            Kind::Instance if with_self.is_none() && p.b.shape >= ids::FIRST_DYNAMIC => {
                let ty = type_of(vm, p.b)?;
                let name = vm.names.__call__;
                let function = vm.type_lookup(ty, name)?.cast::<PyFunction>()?;
                Some(Callee {
                    function,
                    this: Some(Source::Register(base)),
                    how: How::Object,
                })
            }
            Kind::Type if with_self.is_none() && p.b.shape == ids::TYPE => {
                let ty = callable.cast::<PyType>()?;
                let window = base + (op == Code::Call) as usize;
                if op != Code::CallEx
                    && let Some(function) = class::lone_new(vm, ty)
                {
                    return Some(Callee {
                        function,
                        this: Some(Source::Register(base)),
                        how: How::New,
                    });
                }
                if op == Code::Call
                    && let Some(function) = init_of_native(vm, ty)
                {
                    return Some(Callee {
                        function,
                        this: Some(Source::Register(base)),
                        how: How::Native,
                    });
                }
                Some(Callee {
                    function: plain_init(vm, ty)?,
                    // Where the new object will be.
                    this: Some(Source::Register(window)),
                    how: How::Class,
                })
            }
            _ => None,
        }
    }

    /// The positional arguments and those by name, without `self`; nothing is written but reads of a star call's tuple.
    fn arguments(&mut self, p: Pending) -> Option<(Vec<Source>, Vec<(u64, Source)>)> {
        let (base, n) = (p.word.b() as usize, p.word.c() as usize);
        match Recorder::op(&p) {
            Code::Call => Some((
                (0..n).map(|i| Source::Register(base + 2 + i)).collect(),
                Vec::new(),
            )),
            Code::CallKw => {
                let ext = word_at((p.pc as *const u64).wrapping_add(1)).0;
                let consts = self.frame().code.consts.expect();
                let names = consts.get(ext as u32 as usize).cast::<PyTuple>()?;
                let positional = n.checked_sub(names.len())?;
                let place = |i: usize| Source::Register(base + 2 + i);
                let by_name = names.items().iter().enumerate();
                Some((
                    (0..positional).map(place).collect(),
                    by_name
                        .map(|(i, name)| (name.bits(), place(positional + i)))
                        .collect(),
                ))
            }
            _ => {
                let (star, mapping) = (p.more.args[1], p.more.args[2]);
                let empty = mapping.bits == 0 || mapping.shape == ids::DICT && p.more.dict_is_empty;
                let is_list = star.shape == ids::LIST;
                if star.shape != ids::TUPLE && !is_list || !empty || p.more.items > MOST {
                    return None;
                }
                if let Some(k) = self.dissolved_as(base + 2, ids::TUPLE) {
                    let items = (0..self.fields_of(k)).map(|n| self.held(k, n));
                    return Some((items.collect(), Vec::new()));
                }
                let t = self.word(base + 2);
                self.guard_shape(t, star.shape);
                let length = if is_list {
                    layout::LIST_LEN
                } else {
                    layout::TUPLE_LEN
                };
                let length = self.field(t, length);
                let c = self.compare_imm(Cond::Eq, length, p.more.items as u64);
                self.guard(c, true);
                let array = match is_list && p.more.items > 0 {
                    true => self.field(t, layout::LIST_ITEMS),
                    false => t,
                };
                let mut items = Vec::new();
                for i in 0..p.more.items {
                    items.push(Source::Word(if is_list {
                        let i = self.constant(i as u64);
                        let at = self.item_address(array, i);
                        self.field(at, layout::ARRAY_SLOTS)
                    } else {
                        self.field(t, layout::TUPLE_ITEMS + 8 * i as i32)
                    }));
                }
                Some((items, Vec::new()))
            }
        }
    }

    /// That there is a self, or none, as was seen, and no keyword arguments in a star call.
    fn test_arguments(&mut self, p: Pending, op: Code) -> bool {
        let base = p.word.b() as usize;
        let first = if op == Code::Call {
            p.next
        } else {
            p.more.args[0]
        };
        self.is_jump(base + 1, first, 0);
        if op == Code::CallEx {
            let mapping: Seen = p.more.args[2];
            if self.is_dissolved(base + 3, ids::DICT) {
                // Dissolved dicts are empty.
                return true;
            }
            self.is_jump(base + 3, mapping, 0);
            if mapping.bits != 0 {
                let w = self.word(base + 3);
                self.guard_shape(w, ids::DICT);
                let Some(n) = self.length_of(w, ids::DICT) else {
                    return false;
                };
                let c = self.compare_imm(Cond::Eq, n, 0);
                self.guard(c, true);
            }
        }
        true
    }

    /// Tests who is called; gives the function's word.
    fn test_callee(&mut self, vm: &mut Vm, p: Pending, callee: &Callee) -> Val {
        let base = p.word.b() as usize;
        let f = callee.function;
        let function = match callee.how {
            How::Function => self.word(base),
            How::Method => {
                let m = self.word(base);
                self.field(m, layout::METHOD_FUNC)
            }
            How::Object => {
                self.guard_methods(vm, base, p.b);
                self.object(vm, f.value())
            }
            How::Class | How::Native | How::New => {
                self.guard_callee(vm, p);
                if let Some(ty) = word_value(p.b.bits).cast::<PyType>() {
                    self.guard_own_version(vm, ty);
                }
                self.object(vm, f.value())
            }
        };
        let known = self.fact(function).constant == Some(f.value().bits());
        // Of a closure, and of a function that the trace made, only the code stays the same.
        let made = self
            .fields
            .get(&(function, offset_of!(PyFunction, code) as i32))
            .is_some_and(|c| self.fact(*c).constant.is_some());
        if !known {
            if made || is_made_anew(f) {
                self.guard_shape(function, f.value().shape_id());
            } else {
                self.object(vm, f.value());
                self.guard_constant(function, f.value().bits());
            }
        }
        self.guard_code(vm, function, f.code());
        function
    }

    /// The object that a call of a class makes ahead of `__init__`; `None`: it is not in the window.
    fn new_instance(&mut self, vm: &mut Vm, p: Pending, window: usize) -> Option<Val> {
        let made_now = self.actual_in(self.frames.len() - 1, window);
        let shape = word_value(p.b.bits).cast::<PyType>()?.root_shape.get()?;
        if made_now.shape_id() != shape.id || shape.dict_mode {
            return None;
        }
        let class = self.object(vm, word_value(p.b.bits));
        let v = self.ask(made::instance as *const (), &[class]);
        self.not_refused(v);
        self.guard_shape(v, shape.id);
        Some(v)
    }

    /// The values of parameters that were left out.
    fn defaults(
        &mut self,
        vm: &mut Vm,
        callee: &Callee,
        function: Val,
        named: &[Source],
    ) -> Vec<Source> {
        let f = callee.function;
        let is_constant = self.fact(function).constant.is_some();
        let mut sources = named.to_vec();
        if named.iter().any(|s| matches!(s, Source::Default(_)))
            && let Some(d) = f.defaults.get().cast::<PyTuple>()
        {
            let relied_on = is_constant && self.relies_on(f.value().bits());
            let now = match relied_on {
                true => function,
                false => self.field(function, offset_of!(PyFunction, defaults) as i32),
            };
            if is_constant {
                self.object(vm, d.value());
                if !relied_on {
                    self.guard_constant(now, d.value().bits());
                }
            } else {
                let c = self.compare_imm(Cond::Ne, now, 0);
                self.guard(c, true);
                self.guard_shape(now, ids::TUPLE);
                let length = self.field(now, layout::TUPLE_LEN);
                let c = self.compare_imm(Cond::Eq, length, d.len() as u64);
                self.guard(c, true);
            }
            for s in &mut sources {
                if let Source::Default(from_end) = *s {
                    let i = d.len() - from_end;
                    *s = Source::Word(if is_constant {
                        self.object(vm, d.items()[i])
                    } else {
                        self.field(now, layout::TUPLE_ITEMS + 8 * i as i32)
                    });
                }
            }
        }
        if named.iter().any(|s| matches!(s, Source::KeywordDefault(_)))
            && let Some(d) = f.kwdefaults.get().cast::<PyDict>()
        {
            let now = self.field(function, offset_of!(PyFunction, kwdefaults) as i32);
            self.object(vm, d.value());
            self.guard_constant(now, d.value().bits());
            let dict = self.guard_keys(vm, d);
            let entries = self.field(dict, layout::DICT_ENTRIES);
            for s in &mut sources {
                if let Source::KeywordDefault(position) = *s {
                    let at = layout::ARRAY_SLOTS + 8 * (position as i32 * 3 + 2);
                    let v = self.field(entries, at);
                    let c = self.compare_imm(Cond::Ne, v, 0);
                    self.guard(c, true);
                    *s = Source::Word(v);
                }
            }
        }
        sources
    }

    /// What `*args` gets: a tuple that nobody else knows yet.
    fn rest_of(&mut self, vm: &mut Vm, sources: &[Source]) -> Source {
        if sources.is_empty() {
            // There is but one.
            let empty = vm.new_tuple(&[]);
            let v = self.object(vm, empty);
            let none = self.constant(0);
            self.know_shape(v, ids::TUPLE);
            self.field_known(v, layout::TUPLE_LEN, none);
            return Source::Word(v);
        }
        if sources.len() > MOST_FIELDS || !self.dissolves {
            return Source::Word(self.tuple_of(sources));
        }
        let mut fields = Vec::new();
        for (i, s) in sources.iter().enumerate() {
            let offset = layout::TUPLE_ITEMS + 8 * i as i32;
            fields.push(match *s {
                Source::Register(r) => self.content(r, offset),
                Source::Float(v) => Field::of_float(v, offset),
                Source::Held(k) => Field::of_object(k, offset),
                _ => {
                    let w = self.source(*s);
                    self.content_word(w, offset)
                }
            });
        }
        Source::Held(self.new_virtual(ids::TUPLE, fields))
    }

    /// What is in a field of a dissolved object.
    fn held(&mut self, k: u32, n: usize) -> Source {
        let f = self.fetch(k, n);
        match (f.object, f.word, f.float) {
            (Some(o), ..) => Source::Held(o),
            (_, Some(w), _) => Source::Word(w),
            (_, _, Some(v)) => Source::Float(v),
            _ => Source::Word(self.constant(0)),
        }
    }

    /// The tuple that `*args` gets.
    fn tuple_of(&mut self, sources: &[Source]) -> Val {
        let words: Vec<Val> = sources.iter().map(|s| self.source(*s)).collect();
        let first = match sources.first() {
            Some(Source::Register(r)) => Some(*r),
            _ => None,
        };
        let in_row = first.is_some_and(|r| {
            let row = (0..sources.len()).map(|i| Source::Register(r + i));
            row.eq(sources.iter().copied())
        });
        let n = self.constant(words.len() as u64);
        let v = match (first, words.as_slice()) {
            (_, [x, y]) => self.ask(lean::pair as *const (), &[*x, *y]),
            (Some(r), _) if in_row => {
                let at = self.homes(r, words.len());
                self.ask(lean::build_tuple as *const (), &[at, n])
            }
            _ => {
                let (at, none) = (self.homes(0, 0), self.constant(0));
                let list = self.ask(lean::build_list as *const (), &[at, none]);
                for w in &words {
                    let args = [self.context, list, *w];
                    let append = crate::tier::enter::helpers::append as *const () as usize;
                    self.call(append, &args, skein_jit::ir::Type::Unit);
                }
                self.ask(lean::list_to_tuple as *const (), &[list])
            }
        };
        self.know_shape(v, ids::TUPLE);
        self.field_known(v, layout::TUPLE_LEN, n);
        for (i, w) in words.into_iter().enumerate() {
            self.field_known(v, layout::TUPLE_ITEMS + 8 * i as i32, w);
        }
        v
    }

    /// The dict that `**kwargs` gets. Empty, it is mostly handed on or not looked at.
    fn keywords_of(&mut self, vm: &mut Vm, keywords: &[(u64, Source)]) -> Source {
        if keywords.is_empty() && self.dissolves {
            return Source::Held(self.new_virtual(ids::DICT, Vec::new()));
        }
        let dict = self.ask(made::keywords as *const (), &[]);
        self.know_shape(dict, ids::DICT);
        for (name, s) in keywords {
            let name = self.object(vm, word_value(*name));
            let v = self.source(*s);
            self.ask(lean::store_item as *const (), &[dict, name, v]);
        }
        Source::Word(dict)
    }
}

/// What becomes of the arguments of a call of `f`; `None`: it raises, or is not that simple.
fn bind(
    vm: &mut Vm,
    f: Ref<PyFunction>,
    args: &[Source],
    names: &[(u64, Source)],
) -> Option<Bound> {
    let code: Ref<PyCode> = f.code();
    let flags = code.flags.get();
    let argcount = code.argcount as usize;
    let count = argcount + code.kwonlyargcount as usize;
    let mut named: Vec<Option<Source>> = vec![None; count];
    let taken = args.len().min(argcount);
    for (place, s) in named.iter_mut().zip(&args[..taken]) {
        *place = Some(*s);
    }
    let rest = (flags & VARARGS != 0).then(|| args[taken..].to_vec());
    if taken < args.len() && rest.is_none() {
        return None;
    }
    let mut keywords = (flags & VARKEYWORDS != 0).then(Vec::new);
    let parameters = code.varnames.expect();
    let parameters = &parameters.items()[..count];
    for (name, s) in names {
        // Names of calls and of parameters are interned.
        let at = (code.posonlyargcount as usize..count).find(|i| parameters[*i].bits() == *name);
        match (at, &mut keywords) {
            (Some(i), _) if named[i].is_none() => named[i] = Some(*s),
            (None, Some(k)) if !parameters.iter().any(|p| p.bits() == *name) => k.push((*name, *s)),
            _ => return None,
        }
    }
    let defaults = f.defaults.get().cast::<PyTuple>().map_or(0, |d| d.len());
    for i in 0..count {
        if named[i].is_some() {
            continue;
        }
        named[i] = if i < argcount {
            (argcount - i <= defaults).then_some(Source::Default(argcount - i))
        } else {
            let d = f.kwdefaults.get().cast::<PyDict>()?;
            d.keys_version(vm);
            d.find_interned(parameters[i]).map(Source::KeywordDefault)
        };
        named[i]?;
    }
    Some(Bound {
        named: named.into_iter().flatten().collect(),
        rest,
        keywords,
    })
}

/// The `__init__` written in Python of a class whose instances are plain objects that nobody is told of when they go.
fn plain_init(vm: &mut Vm, ty: Ref<PyType>) -> Option<Ref<PyFunction>> {
    let n = vm.names;
    let plain = ty.builtin_id == 0
        && ty.kind.get() == Kind::Instance
        && !ty.has(tflag::HAS_DEL | tflag::ABSTRACT | tflag::DISALLOW_INSTANTIATION)
        && vm.type_of(ty.value()).builtin_id == ids::TYPE
        && ty.version(vm) != 0;
    let new = vm.type_lookup(ty, n.__new__).filter(|_| plain)?;
    if !is_native_method(new, ids::OBJECT, "__new__") {
        return None;
    }
    vm.type_lookup(ty, n.__init__)?.cast()
}
