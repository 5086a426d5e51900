//! Truth, length, repr, str, format, isinstance, index conversion.

use crate::builtins::bytes::PyBytes;
use crate::builtins::dict::PyDict;
use crate::builtins::int::{IntRef, as_i64, as_int};
use crate::builtins::list::PyList;
use crate::builtins::native::Native;
use crate::builtins::set::PySet;
use crate::builtins::str::PyStr;
use crate::builtins::tuple::PyTuple;
use crate::error::PyResult;
use crate::object::header::Ref;
use crate::object::shape::ids;
use crate::object::types::{PyType, tflag};
use crate::value::Value;
use crate::vm::Vm;

impl Vm {
    /// `bool(v)` where no Python code is needed.
    #[inline]
    pub fn truth_simple(&self, v: Value) -> Option<bool> {
        if let Some(b) = v.as_bool() {
            return Some(b);
        }
        if let Some(n) = v.as_small_int() {
            return Some(n != 0);
        }
        if v.is_none() {
            return Some(false);
        }
        if let Some(f) = v.as_small_float() {
            return Some(f != 0.0);
        }
        match v.shape_id() {
            ids::STR => v.cast::<PyStr>().map(|s| !s.is_empty()),
            ids::LIST => v.cast::<PyList>().map(|l| !l.is_empty()),
            ids::TUPLE => v.cast::<PyTuple>().map(|t| !t.is_empty()),
            ids::DICT => v.cast::<PyDict>().map(|d| !d.is_empty()),
            ids::SET | ids::FROZENSET => v.cast::<PySet>().map(|s| !s.is_empty()),
            ids::BYTES => v.cast::<PyBytes>().map(|b| !b.is_empty()),
            ids::METHOD | ids::BUILTIN_FUNCTION | ids::MODULE => Some(true),
            ids::INT | ids::FLOAT | ids::FUNCTION | ids::TYPE => Some(true),
            id if id >= ids::FIRST_DYNAMIC && self.shapes.get(id).ty().has(tflag::PLAIN_TRUTH) => {
                Some(true)
            }
            _ => Native::length(v, self).map(|n| n != 0),
        }
    }

    /// `bool(v)`
    pub fn truth(&mut self, v: Value) -> PyResult<bool> {
        if let Some(b) = self.truth_simple(v) {
            return Ok(b);
        }
        let names = self.names;
        if let Some(m) = self.lookup_special(v, names.__bool__) {
            let r = self.call_bound_special(m, v, &[])?;
            return self.truth_of_bool_result(r);
        }
        if self.lookup_special(v, names.__len__).is_some() {
            return Ok(self.len(v)? != 0);
        }
        Ok(true)
    }

    /// Checks what `__bool__` returned.
    pub fn truth_of_bool_result(&mut self, r: Value) -> PyResult<bool> {
        match r.as_bool() {
            Some(b) => Ok(b),
            None => {
                let name = self.type_name(r);
                Err(self.type_error(format!("__bool__ should return bool, returned {name}")))
            }
        }
    }

    /// `len(v)`
    pub fn len(&mut self, v: Value) -> PyResult<usize> {
        match v.shape_id() {
            ids::STR => return Ok(v.cast::<PyStr>().map_or(0, |s| s.len())),
            ids::LIST => return Ok(v.cast::<PyList>().map_or(0, |s| s.len())),
            ids::TUPLE => return Ok(v.cast::<PyTuple>().map_or(0, |s| s.len())),
            ids::DICT => return Ok(v.cast::<PyDict>().map_or(0, |s| s.len())),
            ids::SET | ids::FROZENSET => return Ok(v.cast::<PySet>().map_or(0, |s| s.len())),
            ids::BYTES => return Ok(v.cast::<PyBytes>().map_or(0, |b| b.len())),
            _ => {}
        }
        if let Some(n) = Native::length(v, self) {
            return Ok(n);
        }
        let name = self.names.__len__;
        let Some(m) = self.lookup_special(v, name) else {
            let name = self.type_name(v);
            return Err(self.type_error(format!("object of type '{name}' has no len()")));
        };
        let r = self.call_bound_special(m, v, &[])?;
        self.check_len_result(r)
    }

    /// Checks what `__len__` returned.
    pub fn check_len_result(&mut self, r: Value) -> PyResult<usize> {
        let r = self.index(r)?;
        match as_int(&r) {
            Some(n) if n.is_negative() => Err(self.value_error("__len__() should return >= 0")),
            Some(IntRef::Small(n)) => Ok(n as usize),
            _ => Err(self.overflow_error("cannot fit 'int' into an index-sized integer")),
        }
    }

    /// `operator.index(v)`: an int object.
    pub fn index(&mut self, v: Value) -> PyResult {
        if v.is_int() || v.shape_id() == ids::INT {
            return Ok(v);
        }
        if as_int(&v).is_some() {
            return Ok(v);
        }
        let name = self.names.__index__;
        let Some(m) = self.lookup_special(v, name) else {
            let name = self.type_name(v);
            return Err(self.type_error(format!(
                "'{name}' object cannot be interpreted as an integer"
            )));
        };
        let r = self.call_bound_special(m, v, &[])?;
        if r.is_int() || r.shape_id() == ids::INT {
            return Ok(r);
        }
        let name = self.type_name(r);
        if as_int(&r).is_none() {
            return Err(self.type_error(format!("__index__ returned non-int (type {name})")));
        }
        self.warn(
            ids::DEPRECATION_WARNING,
            &format!(
                "__index__ returned non-int (type {name}).  The ability to return an instance of a strict subclass of int is deprecated, and may be removed in a future version of Python."
            ),
            1,
        )?;
        Ok(self.exact_int(r))
    }

    /// An index as a machine integer; `IndexError` ("cannot fit …") if too large.
    pub fn index_i64(&mut self, v: Value) -> PyResult<i64> {
        if let Some(n) = v.as_small_int() {
            return Ok(n);
        }
        let n = self.index(v)?;
        match as_i64(n) {
            Some(n) => Ok(n),
            None => {
                let name = self.type_name(v);
                Err(self.index_error(format!("cannot fit '{name}' into an index-sized integer")))
            }
        }
    }

    /// An index as a machine integer, `OverflowError` if too large (`Py_ssize_t` arguments).
    pub fn ssize(&mut self, v: Value) -> PyResult<i64> {
        if let Some(n) = v.as_small_int() {
            return Ok(n);
        }
        let n = self.index(v)?;
        match as_i64(n) {
            Some(n) => Ok(n),
            None => Err(self.overflow_error("Python int too large to convert to C ssize_t")),
        }
    }

    /// An index as a machine integer, clipped to its range (slices).
    pub fn index_clipped(&mut self, v: Value) -> PyResult<i64> {
        let n = self.index(v)?;
        Ok(match as_int(&n) {
            Some(IntRef::Small(n)) => n,
            Some(big) if big.is_negative() => i64::MIN,
            _ => i64::MAX,
        })
    }

    /// `repr(v)`
    pub fn repr(&mut self, v: Value) -> PyResult<Ref<PyStr>> {
        if let Some(r) = crate::builtins::show::repr_builtin(self, v) {
            return r;
        }
        self.check_native_stack(" while getting the repr of an object")?;
        let name = self.names.__repr__;
        let shown = self.nested(" while getting the repr of an object", |vm| {
            vm.call_special(v, name, &[])
        })?;
        match shown {
            Some(r) => self.check_shown("repr", r),
            None => {
                let text = format!("<{} object at {:#x}>", self.type_name(v), v.address());
                Ok(PyStr::new(self, text.as_bytes()))
            }
        }
    }

    /// `str(v)`
    pub fn str(&mut self, v: Value) -> PyResult<Ref<PyStr>> {
        if v.shape_id() == ids::STR
            && let Some(s) = v.cast::<PyStr>()
        {
            return Ok(s);
        }
        if let Some(r) = crate::builtins::show::str_builtin(self, v) {
            return r;
        }
        self.check_native_stack(" while getting the str of an object")?;
        let name = self.names.__str__;
        let shown = self.nested(" while getting the str of an object", |vm| {
            vm.call_special(v, name, &[])
        })?;
        match shown {
            Some(r) => self.check_shown("str", r),
            None => self.repr(v),
        }
    }

    /// `repr(v)` as text for messages, surrogates replaced.
    pub fn repr_text(&mut self, v: Value) -> PyResult<String> {
        Ok(self.repr(v)?.text_lossy())
    }

    /// `format(v, spec)`; `spec` is a str.
    pub fn format(&mut self, v: Value, spec: Value) -> PyResult {
        if let Some(r) = crate::builtins::show::format_builtin(self, v, spec) {
            return r;
        }
        let name = self.names.__format__;
        let r = match self.call_special(v, name, &[spec])? {
            Some(r) => r,
            None => {
                let name = self.type_name(v);
                return Err(self.type_error(format!("Type {name} doesn't define __format__")));
            }
        };
        self.check_format_result(r)
    }

    /// Checks what `__repr__` (`name` is `repr`) or `__str__` returned.
    pub fn check_shown(&mut self, name: &str, r: Value) -> PyResult<Ref<PyStr>> {
        match r.cast::<PyStr>() {
            Some(s) => Ok(s),
            None => {
                let of = self.type_name(r);
                Err(self.type_error(format!("__{name}__ returned non-string (type {of})")))
            }
        }
    }

    /// Checks what `__format__` returned.
    pub fn check_format_result(&mut self, r: Value) -> PyResult {
        if r.is::<PyStr>() {
            return Ok(r);
        }
        let name = self.type_name(r);
        Err(self.type_error(format!("__format__ must return a str, not {name}")))
    }

    /// `isinstance(v, cls)`, with `__instancecheck__`, tuples and unions.
    pub fn isinstance(&mut self, v: Value, cls: Value) -> PyResult<bool> {
        let ty = self.type_of(v);
        if ty.value() == cls {
            return Ok(true);
        }
        if let Some(c) = cls.cast::<PyType>()
            && self.type_of(cls).builtin_id == ids::TYPE
        {
            return self.isinstance_real(v, c);
        }
        crate::builtins::type_methods::isinstance_general(self, v, cls)
    }

    /// `type.__instancecheck__`: the real type, then `__class__`.
    pub fn isinstance_real(&mut self, v: Value, cls: Ref<PyType>) -> PyResult<bool> {
        let ty = self.type_of(v);
        if ty.is_subtype(cls) {
            return Ok(true);
        }
        if ty.has(crate::object::types::tflag::CUSTOM_GETATTR) || ty.builtin_id == 0 {
            let name = self.names.__class__;
            if !ty.has(crate::object::types::tflag::CUSTOM_GETATTR)
                && let Some(g) = self.type_lookup(ty, name)
                && let Some(g) = g.cast::<crate::builtins::getset::PyGetSet>()
                && g.owner.expect().builtin_id == ids::OBJECT
            {
                // `object.__class__`, a data descriptor, says what the real type said.
                return Ok(false);
            }
            if let Some(c) = self.try_get_attr(v, name)?.and_then(|c| c.cast::<PyType>())
                && c != ty
            {
                return Ok(c.is_subtype(cls));
            }
        }
        Ok(false)
    }

    /// `issubclass(sub, cls)`, with `__subclasscheck__`, tuples and unions.
    pub fn issubclass(&mut self, sub: Value, cls: Value) -> PyResult<bool> {
        if let (Some(s), Some(c)) = (sub.cast::<PyType>(), cls.cast::<PyType>())
            && self.type_of(cls).builtin_id == ids::TYPE
        {
            return Ok(s.is_subtype(c));
        }
        crate::builtins::type_methods::issubclass_general(self, sub, cls)
    }

    /// `callable(v)`
    pub fn is_callable(&mut self, v: Value) -> bool {
        let name = self.names.__call__;
        self.lookup_special(v, name).is_some()
    }

    /// Marks `v` as being shown by `repr`; `false` if it already is (a recursive container). Pair with [`Vm::repr_leave`].
    pub fn repr_enter(&mut self, v: Value) -> bool {
        let list = match self.repr_stack.get().cast::<PyList>() {
            Some(l) => l,
            None => {
                let l = PyList::new(self);
                self.repr_stack.set(l.value());
                l
            }
        };
        for i in 0..list.len() {
            if list.get(i) == v {
                return false;
            }
        }
        list.push(self, v);
        true
    }

    /// Ends what [`Vm::repr_enter`] began.
    pub fn repr_leave(&mut self, v: Value) {
        if let Some(list) = self.repr_stack.get().cast::<PyList>()
            && let Some(i) = (0..list.len()).rev().find(|&i| list.get(i) == v)
        {
            if i + 1 == list.len() {
                list.pop();
            } else {
                list.splice(self, i, i + 1, &[]);
            }
        }
    }
}
