//! Iteration from native code.

use crate::builtins::dict::PyDict;
use crate::builtins::list::PyList;
use crate::builtins::set::PySet;
use crate::builtins::tuple::PyTuple;
use crate::error::PyResult;
use crate::heap::array::ValueVec;
use crate::object::header::{Kind, Ref};
use crate::object::shape::ids;
use crate::value::Value;
use crate::vm::{GenStep, Resume, Vm};

impl Vm {
    /// `iter(v)`
    pub fn iter(&mut self, v: Value) -> PyResult {
        if let Some(it) = crate::builtins::iter_next::iter_builtin(self, v) {
            return Ok(it);
        }
        let names = self.names;
        match self.lookup_special(v, names.__iter__) {
            Some(m) if !m.is_none() => {
                let it = self.call_bound_special(m, v, &[])?;
                if self.is_iterator(it) {
                    return Ok(it);
                }
                let name = self.type_name(it);
                Err(self.type_error(format!("iter() returned non-iterator of type '{name}'")))
            }
            None if self.lookup_special(v, names.__getitem__).is_some()
                && v.kind() != Some(Kind::Type)
                && v.shape_id() != ids::UNION =>
            {
                Ok(crate::builtins::iter::PyIter::new(
                    self,
                    ids::SEQ_ITERATOR,
                    v,
                    Value::NULL,
                    0,
                    0,
                    0,
                )
                .value())
            }
            _ => {
                let name = self.type_name(v);
                Err(self.type_error(format!("'{name}' object is not iterable")))
            }
        }
    }

    /// True if the type of `v` has `__next__`.
    pub fn is_iterator(&mut self, v: Value) -> bool {
        let name = self.names.__next__;
        matches!(v.kind(), Some(Kind::Iter | Kind::Generator))
            || self.lookup_special(v, name).is_some()
    }

    /// `next(it)`, `None` when exhausted.
    pub fn next(&mut self, it: Value) -> PyResult<Option<Value>> {
        if it.shape_id() != ids::GENERATOR
            && let Some(r) = crate::builtins::iter_next::next_any(self, it)
        {
            return r;
        }
        if it.shape_id() == ids::GENERATOR
            && let Some(g) = it.cast()
        {
            return match crate::builtins::generator_methods::resume(
                self,
                g,
                Resume::Send,
                Value::NONE,
            )? {
                GenStep::Yielded(v) => Ok(Some(v)),
                GenStep::Returned(_) => Ok(None),
            };
        }
        let name = self.names.__next__;
        let Some(m) = self.lookup_special(it, name) else {
            let name = self.type_name(it);
            return Err(self.type_error(format!("'{name}' object is not an iterator")));
        };
        match self.call_bound_special(m, it, &[]) {
            Ok(v) => Ok(Some(v)),
            Err(r) => {
                if self.clear_raised_if(ids::STOP_ITERATION) {
                    Ok(None)
                } else {
                    Err(r)
                }
            }
        }
    }

    /// Calls `f` with each item of an iterable; `Ok(false)` from `f` stops.
    pub fn for_each(
        &mut self,
        iterable: Value,
        mut f: impl FnMut(&mut Vm, Value) -> PyResult<bool>,
    ) -> PyResult<()> {
        match iterable.shape_id() {
            ids::LIST => {
                let list: Ref<PyList> = iterable.cast().expect("shape tested");
                let mut i = 0;
                while let Some(v) = list.try_get(i) {
                    if !f(self, v)? {
                        return Ok(());
                    }
                    i += 1;
                }
                return Ok(());
            }
            ids::TUPLE => {
                let t: Ref<PyTuple> = iterable.cast().expect("shape tested");
                for v in t.items() {
                    if !f(self, *v)? {
                        return Ok(());
                    }
                }
                return Ok(());
            }
            _ => {}
        }
        let it = self.iter(iterable)?;
        if it.shape_id() == ids::SET_ITERATOR
            && let Some(i) = it.cast()
        {
            while let Some(v) = crate::builtins::iter_next::next_set(self, i)? {
                if !f(self, v)? {
                    break;
                }
            }
            return Ok(());
        }
        while let Some(v) = self.next(it)? {
            if !f(self, v)? {
                break;
            }
        }
        Ok(())
    }

    /// All items of an iterable.
    pub fn collect(&mut self, iterable: Value) -> PyResult<ValueVec> {
        match iterable.shape_id() {
            ids::LIST => {
                return Ok(iterable
                    .cast::<PyList>()
                    .expect("shape tested")
                    .to_vec(self));
            }
            ids::TUPLE => {
                let t: Ref<PyTuple> = iterable.cast().expect("shape tested");
                let mut out = ValueVec::with_capacity(&self.heap, t.len());
                for v in t.items() {
                    out.push(&self.heap, *v);
                }
                return Ok(out);
            }
            ids::DICT => {
                let d: Ref<PyDict> = iterable.cast().expect("shape tested");
                let mut out = ValueVec::with_capacity(&self.heap, d.len());
                let mut at = 0;
                while let Some((i, key, _)) = d.next_entry(at) {
                    out.push(&self.heap, key);
                    at = i + 1;
                }
                return Ok(out);
            }
            ids::SET | ids::FROZENSET => {
                let s: Ref<PySet> = iterable.cast().expect("shape tested");
                let mut out = ValueVec::with_capacity(&self.heap, s.len());
                let mut at = 0;
                while let Some((i, v, _)) = s.next_entry(at) {
                    out.push(&self.heap, v);
                    at = i + 1;
                }
                return Ok(out);
            }
            _ => {}
        }
        let it = self.iter(iterable)?;
        let hint = self.plausible_hint(iterable, 0, 0)?;
        let mut out = ValueVec::with_capacity(&self.heap, hint.min(1 << 16));
        while let Some(v) = self.next(it)? {
            out.push(&self.heap, v);
        }
        Ok(out)
    }

    /// The same for a list of `len` items to be filled: what no memory could hold is refused before anything is taken, unless
    /// it is more than can be counted, which CPython takes for a lie.
    pub fn plausible_hint(&mut self, v: Value, default: usize, len: usize) -> PyResult<usize> {
        match self.length_hint(v, default)? {
            n if n + len > isize::MAX as usize => Ok(0),
            n if n > 1 << 36 => Err(self.memory_error()),
            n => Ok(n),
        }
    }

    /// `operator.length_hint(v, default)`
    pub fn length_hint(&mut self, v: Value, default: usize) -> PyResult<usize> {
        let names = self.names;
        if v.kind() == Some(Kind::Generator) {
            return Ok(default);
        }
        if self.lookup_special(v, names.__len__).is_some() {
            match self.len(v) {
                Ok(n) => return Ok(n),
                Err(r) => {
                    if !self.clear_raised_if(ids::TYPE_ERROR) {
                        return Err(r);
                    }
                }
            }
        }
        let Some(m) = self.lookup_special(v, names.__length_hint__) else {
            return Ok(default);
        };
        let r = match self.call_bound_special(m, v, &[]) {
            Ok(r) => r,
            Err(e) => {
                return if self.clear_raised_if(ids::TYPE_ERROR) {
                    Ok(default)
                } else {
                    Err(e)
                };
            }
        };
        if r == Value::NOT_IMPLEMENTED {
            return Ok(default);
        }
        match crate::builtins::int::as_i64(r) {
            Some(n) if n >= 0 => Ok(n as usize),
            Some(_) => Err(self.value_error("__length_hint__() should return >= 0")),
            None if crate::builtins::int::as_int(&r).is_some() => {
                Err(self.overflow_error("Python int too large to convert to C ssize_t"))
            }
            None => {
                let name = self.type_name(r);
                Err(self.type_error(format!("__length_hint__ must be an integer, not {name}")))
            }
        }
    }
}
