//! Natives that go through `map`, `zip`, `enumerate` or a plain iterator for a trace: lean calls as in [`super::helpers_lean`].
//!
//! What goes through an iterator changes it, while a lean call that is refused must not have changed anything. So the state of the
//! iterator and of what it goes through is noted before, and put back where the native raised or was refused Python code. That is
//! possible only for iterators over one builtin container each. The recorder (`record/sources.rs`) sees to it that functions that
//! are mapped have no effects.

use super::Activation;
use super::helpers_lean::{alone, call, declaration, value, word};
use skein_runtime::builtins::iter_next::{has_more, next_any};
use skein_runtime::object::bind::call_native;
use skein_runtime::object::native_def::NativeDef;
use skein_runtime::prelude::*;

/// At most so many iterators, the outer one among them.
const MOST: usize = 5;

/// An iterator as it was.
struct Before {
    it: Ref<PyIter>,
    a: Value,
    b: Value,
    numbers: [i64; 3],
}

/// An iterator and what it goes through, as they were.
struct Noted {
    all: [Option<Before>; MOST],
    count: usize,
}

impl Noted {
    fn add(&mut self, it: Ref<PyIter>) -> Option<()> {
        *self.all.get_mut(self.count)? = Some(Before {
            it,
            a: it.a.get(),
            b: it.b.get(),
            numbers: [it.index.get(), it.stop.get(), it.step.get()],
        });
        self.count += 1;
        Some(())
    }
    fn add_plain(&mut self, it: Value) -> Option<()> {
        has_more(it)?;
        self.add(it.cast()?)
    }
    fn put_back(&self) {
        for before in self.all.iter().flatten() {
            let it = before.it;
            it.a.set(it, before.a);
            it.b.set(it, before.b);
            let [index, stop, step] = before.numbers;
            it.index.set(index);
            it.stop.set(stop);
            it.step.set(step);
        }
    }
}

/// Notes the state of an iterator; `None`: that does not hold all of what a step changes.
fn note(v: Value) -> Option<Noted> {
    let mut noted = Noted {
        all: [const { None }; MOST],
        count: 0,
    };
    let it: Ref<PyIter> = v.cast()?;
    let row = match v.shape_id() {
        ids::MAP => it.b.get(),
        ids::ZIP => it.a.get(),
        ids::ENUMERATE => {
            noted.add_plain(it.a.get())?;
            Value::NULL
        }
        _ => {
            noted.add_plain(v)?;
            return Some(noted);
        }
    };
    noted.add(it)?;
    if let Some(row) = row.cast::<PyTuple>() {
        for part in row.items() {
            noted.add_plain(*part)?;
        }
    }
    Some(noted)
}

/// True for an iterator that can be put back where it was.
pub fn can_be_noted(v: Value) -> bool {
    note(v).is_some()
}

/// Runs `f`, which goes through `it`; 0: it raised, and nothing happened.
fn through(a: *mut Activation, it: u64, f: impl FnOnce(&mut Vm) -> PyResult) -> u64 {
    let Some(noted) = note(value(it)) else {
        return 0;
    };
    let v = word(alone(a, f));
    if v == 0 {
        noted.put_back();
    }
    v
}

/// A call of a builtin type, or of a native function without a receiver, with an iterator; 0: refused.
pub extern "C" fn object_over(a: *mut Activation, callee: u64, it: u64) -> u64 {
    through(a, it, |vm| call(vm, value(callee), &[value(it)]))
}

/// A call of a native method with an iterator; 0: refused.
pub extern "C" fn method_over(
    a: *mut Activation,
    def: *const NativeDef,
    this: u64,
    it: u64,
) -> u64 {
    through(a, it, |vm| {
        call_native(vm, declaration(def), &[value(this), value(it)], None)
    })
}

/// The next item of a `map` over one iterator; 0: there is none, or that has to be asked of the interpreter.
pub extern "C" fn next_of_map(a: *mut Activation, it: u64) -> u64 {
    through(a, it, |vm| match next_any(vm, value(it)) {
        Some(step) => Ok(step?.unwrap_or(Value::NULL)),
        None => Ok(Value::NULL),
    })
}

/// 1: a `map` took its last step. 0: it is where it was.
pub extern "C" fn map_ended(a: *mut Activation, it: u64) -> u64 {
    let its = value(it)
        .cast::<PyIter>()
        .and_then(|i| i.b.get().cast::<PyTuple>());
    let ended = match its.as_ref().map(|t| t.items()) {
        Some([source]) if has_more(*source) == Some(false) => {
            alone(a, |vm| Ok(vm.next(*source)?.is_none()))
        }
        _ => None,
    };
    (ended == Some(true)) as u64
}

/// The tuple of the items of a `map`, `zip`, `enumerate` or plain iterator that has `n` of them; 0: refused.
pub extern "C" fn unpack_over(a: *mut Activation, it: u64, n: u64) -> u64 {
    through(a, it, |vm| {
        let items = vm.collect(value(it))?;
        match items.as_slice().len() == n as usize {
            true => Ok(vm.new_tuple(items.as_slice())),
            false => Ok(Value::NULL),
        }
    })
}
