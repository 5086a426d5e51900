//! Natives that hand over to Python code.
//!
//! A native function that calls Python starts a nested run of the loop, and a tasklet that is left inside of it keeps its
//! native stack. Natives declared [`crate::object::native_def::NativeDef::soft`] can do without where bytecode calls them:
//! they take a [`Soft`] first of all, and if there is one, end with a call that goes on in their place in the same loop. What
//! is to be done between and after such calls is written in Python (`_skein_soft.py`); frames of that code are hidden from
//! tracebacks, `sys._getframe` and trace functions. Programs without tasklets get none of it, but for the natives that go through
//! generators or ask a metaclass where there is a tracing tier: what stands in for those is Python code that it can compile, the
//! generator's or the metaclass's inside, while a nested run of the loop is nothing that a trace could go through.

use crate::builtins::args::items;
use crate::builtins::builtin::PyBuiltin;
use crate::builtins::code::PyCode;
use crate::builtins::function::PyFunction;
use crate::builtins::iter::PyIter;
use crate::error::PyResult;
use crate::heap::roots::RootCell;
use crate::object::header::{Kind, Ref};
use crate::object::shape::ids;
use crate::prelude::{PyDict, PyStr};
use crate::value::Value;
use crate::vm::Vm;
use std::cell::{Cell, RefCell};

/// State of the mechanism.
pub struct SoftCalls {
    /// The return word that a soft native may hand on; 0: none.
    pub word: Cell<u64>,
    /// Where the loop goes on, when a soft native handed over; else 0.
    pub pc: Cell<usize>,
    /// Whether the Python part is there.
    pub state: Cell<State>,
    /// Whether it is there for natives that go through generators.
    pub loops: Cell<State>,
    /// Its namespace.
    pub dict: RootCell,
    /// Where functions stand in it, by the address of their name's text; for the keys of the version that comes first.
    places: RefCell<(u32, Vec<(usize, u32)>)>,
}

impl Default for SoftCalls {
    fn default() -> SoftCalls {
        SoftCalls {
            word: Cell::new(0),
            pc: Cell::new(0),
            state: Cell::default(),
            loops: Cell::default(),
            dict: RootCell::new(Value::NULL),
            places: RefCell::default(),
        }
    }
}

/// Whether the Python part is there.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// There are no tasklets that could be left: natives are faster than what stands in for them.
    #[default]
    Unwanted,
    /// Not loaded yet.
    Unknown,
    /// Being loaded, or could not be.
    Absent,
    /// Loaded.
    Ready,
}

/// Ways to show an object.
#[derive(Clone, Copy)]
pub enum Shows {
    /// `format(v, '')`
    Format,
    /// `str(v)`
    Str,
    /// `repr(v)`
    Repr,
}

/// The right to hand over.
#[derive(Clone, Copy)]
pub struct Soft(u64);

impl Soft {
    /// Ends the native with a call of a function of the Python part.
    pub fn call(self, vm: &mut Vm, name: &'static str, args: &[Value]) -> PyResult {
        let Some(f) = vm.soft_function(name) else {
            return Err(vm.system_error(format!("_skein_soft has no {name}")));
        };
        self.tail(vm, f, args, Value::NULL)
    }
    /// Ends the native with a call; `kwargs`: a dict or `NULL`.
    pub fn tail(self, vm: &mut Vm, f: Value, args: &[Value], kwargs: Value) -> PyResult {
        vm.soft.word.set(self.0);
        let args = vm.new_tuple(args);
        (vm.hooks.intrinsic)(vm, "soft_call", &[f, args, kwargs])
    }
    /// The return word for a frame that takes the native's place.
    pub fn word(self) -> u64 {
        self.0
    }
}

impl Vm {
    /// There may be tasklets from now on.
    pub fn want_soft_natives(&self) {
        if self.soft.state.get() == State::Unwanted {
            self.soft.state.set(State::Unknown);
        }
        self.want_soft_loops();
    }
    /// Natives that go through generators are to hand over from now on.
    pub fn want_soft_loops(&self) {
        if self.soft.loops.get() == State::Unwanted {
            self.soft.loops.set(State::Unknown);
        }
    }
    /// To be called first of all by a native declared `soft`: whether it may hand over.
    #[inline]
    pub fn take_soft(&self) -> Option<Soft> {
        match self.soft.word.replace(0) {
            0 => None,
            word => Some(Soft(word)),
        }
    }
    /// A function of the Python part.
    pub fn soft_function(&mut self, name: &'static str) -> Option<Value> {
        let dict = self.soft.dict.get().cast::<PyDict>()?;
        let (at, version) = (name.as_ptr() as usize, dict.keys_version(self));
        {
            let places = self.soft.places.borrow();
            if places.0 == version
                && let Some((_, i)) = places.1.iter().find(|p| p.0 == at)
            {
                return Some(dict.value_at(*i as usize));
            }
        }
        let key = self.intern(name).value();
        let i = dict.find_interned(key)?;
        let mut places = self.soft.places.borrow_mut();
        if places.0 != version || places.1.len() > MOST_PLACES {
            *places = (version, Vec::new());
        }
        places.1.push((at, i as u32));
        Some(dict.value_at(i))
    }
    /// A special method of an object's class that is written in Python.
    pub fn python_special(&mut self, v: Value, name: Ref<PyStr>) -> Option<Value> {
        if v.shape_id() < ids::FIRST_DYNAMIC {
            return None;
        }
        let m = self.lookup_special(v, name)?;
        (m.kind() == Some(Kind::Function)).then_some(m)
    }
    /// How Python code shows an object: a function of the Python part, and the method that it calls.
    pub fn shown_by(&mut self, v: Value, how: Shows) -> Option<(&'static str, Value)> {
        if v.shape_id() < ids::FIRST_DYNAMIC {
            return None;
        }
        let names = self.names;
        let (name, by, next) = match how {
            Shows::Format => (names.__format__, "format", Some(Shows::Str)),
            Shows::Str => (names.__str__, "str", Some(Shows::Repr)),
            Shows::Repr => (names.__repr__, "repr", None),
        };
        let m = self.lookup_special(v, name)?;
        if m.kind() == Some(Kind::Function) {
            return Some((by, m));
        }
        let of_object = m
            .cast::<PyBuiltin>()
            .and_then(|b| b.owner.get())
            .is_some_and(|o| o.builtin_id == ids::OBJECT);
        // What `object` does is to ask for the next.
        self.shown_by(v, next.filter(|_| of_object)?)
    }
    /// What `__len__`, `__hash__` and so on returned, if it is what they may return.
    pub fn check_special(&mut self, name: &str, v: Value) -> PyResult {
        match name {
            "len" => {
                let n = self.check_len_result(v)?;
                Ok(self.new_uint(n as u64))
            }
            "hash" => {
                let h = self.check_hash_result(v)?;
                Ok(self.new_int(h))
            }
            "format" => self.check_format_result(v),
            _ => self.check_shown(name, v).map(|s| s.value()),
        }
    }
    /// True if going through an object runs Python code that can as well run in the loop.
    pub fn runs_softly(&mut self, v: Value) -> bool {
        match v.shape_id() {
            ids::GENERATOR => true,
            ids::MAP | ids::FILTER => v.cast::<PyIter>().is_some_and(|i| is_python(i.a.get())),
            ids::ENUMERATE | ids::ZIP => v.cast::<PyIter>().is_some_and(steps_generators),
            id if id >= ids::FIRST_DYNAMIC => {
                let names = self.names;
                let by_python = [names.__iter__, names.__next__].into_iter().any(|n| {
                    self.lookup_special(v, n)
                        .is_some_and(|f| f.kind() == Some(Kind::Function))
                });
                // Natives ask how many there will be.
                by_python
                    && [names.__len__, names.__length_hint__]
                        .into_iter()
                        .all(|n| self.lookup_special(v, n).is_none())
            }
            _ => false,
        }
    }
}

/// Names whose places are kept, at most.
const MOST_PLACES: usize = 64;

/// True for what a native may go through that runs Python code, for what it may call, and for classes whose metaclass may answer
/// in Python.
#[inline]
pub fn may_loop(v: Value) -> bool {
    match v.kind() {
        Some(Kind::Function | Kind::BoundMethod) => true,
        Some(Kind::Type) => v.shape_id() != ids::TYPE,
        _ => matches!(
            v.shape_id(),
            ids::GENERATOR | ids::MAP | ids::FILTER | ids::ENUMERATE | ids::ZIP
        ),
    }
}

/// True for what calls of end in Python code at once.
pub fn is_python(f: Value) -> bool {
    matches!(f.kind(), Some(Kind::Function | Kind::BoundMethod))
}

/// True for `enumerate` and `zip`, not a strict one, of generators.
pub fn steps_generators(i: Ref<PyIter>) -> bool {
    let is_generator = |v: &Value| v.shape_id() == ids::GENERATOR;
    let of = i.a.get();
    if i.shape_id() == ids::ZIP {
        return i.step.get() == 0 && items(&of).iter().any(is_generator);
    }
    is_generator(&of)
}

/// Hides the frames of a function.
pub fn hide(v: Value) {
    if let Some(f) = v.cast::<PyFunction>() {
        let code = f.code();
        code.flags.set(code.flags.get() | PyCode::HIDDEN);
    }
}
