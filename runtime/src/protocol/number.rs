//! Conversions to machine floats and to `int`, with the special methods' return-value rules, and the integer digit limit.

use crate::builtins::arith::{int_to_f64, real_as_float};
use crate::prelude::*;

/// `sys.int_info.default_max_str_digits`
pub const DEFAULT_MAX_STR_DIGITS: usize = 4300;

impl Vm {
    /// The limit on digits of conversions between `int` and decimal text, 0 for none. In `config.int_max_str_digits`
    /// zero and below mean "not set" and `i64::MAX` means no limit.
    pub fn max_str_digits(&self) -> usize {
        match self.config.int_max_str_digits {
            i64::MIN..=0 => DEFAULT_MAX_STR_DIGITS,
            i64::MAX => 0,
            n => n as usize,
        }
    }

    /// `sys.set_int_max_str_digits(n)` for a checked `n`; 0 lifts the limit.
    pub fn set_max_str_digits(&mut self, n: usize) {
        self.config.int_max_str_digits = if n == 0 { i64::MAX } else { n as i64 };
    }

    /// A number as a machine float: floats, `__float__`, `__index__`.
    ///
    /// # Errors
    /// `TypeError` "must be real number, not ..."; `OverflowError` for huge ints.
    pub fn to_f64(&mut self, v: Value) -> PyResult<f64> {
        if let Some(f) = as_float(v) {
            return Ok(f);
        }
        if (v.is_int() || v.shape_id() == ids::INT || v.as_bool().is_some())
            && let Some(r) = real_as_float(self, v)
        {
            return r;
        }
        match self.float_method(v)? {
            Some(f) => Ok(f),
            None => {
                let name = self.type_name(v);
                Err(self.type_error(format!("must be real number, not {name}")))
            }
        }
    }

    /// The float that `__float__` or `__index__` gives; `None` without such a method.
    pub fn float_method(&mut self, v: Value) -> PyResult<Option<f64>> {
        let names = self.names;
        if let Some(m) = self.lookup_special(v, names.__float__) {
            let r = self.call_bound_special(m, v, &[])?;
            let Some(f) = as_float(r) else {
                let (owner, name) = (self.type_name(v), self.type_name(r));
                return Err(self.type_error(format!(
                    "{owner}.__float__ returned non-float (type {name})"
                )));
            };
            if r.is_object() && r.shape_id() != ids::FLOAT {
                let (owner, name) = (self.type_name(v), self.type_name(r));
                self.warn(
                    ids::DEPRECATION_WARNING,
                    &format!(
                        "{owner}.__float__ returned non-float (type {name}).  The ability to return an instance of a strict subclass of float is deprecated, and may be removed in a future version of Python."
                    ),
                    1,
                )?;
            }
            return Ok(Some(f));
        }
        if self.lookup_special(v, names.__index__).is_none() {
            return Ok(None);
        }
        let n = self.index(v)?;
        match as_int(&n).and_then(int_to_f64) {
            Some(f) => Ok(Some(f)),
            None => Err(self.overflow_error("int too large to convert to float")),
        }
    }

    /// The exact `int` with the value of an `int`, `bool` or subclass instance.
    pub fn exact_int(&mut self, v: Value) -> Value {
        crate::builtins::seq::exact_int(self, v)
    }

    /// The int that `__int__` or `__index__` gives, as an exact `int`; `None` without such a method.
    pub fn int_method(&mut self, v: Value) -> PyResult<Option<Value>> {
        if v.is_int() || v.shape_id() == ids::INT {
            return Ok(Some(v));
        }
        let names = self.names;
        let Some(m) = self.lookup_special(v, names.__int__) else {
            if self.lookup_special(v, names.__index__).is_none() {
                return Ok(None);
            }
            let n = self.index(v)?;
            return Ok(Some(self.exact_int(n)));
        };
        let r = self.call_bound_special(m, v, &[])?;
        if r.is_int() || r.shape_id() == ids::INT {
            return Ok(Some(r));
        }
        let name = self.type_name(r);
        if as_int(&r).is_none() {
            return Err(self.type_error(format!("__int__ returned non-int (type {name})")));
        }
        self.warn(
            ids::DEPRECATION_WARNING,
            &format!(
                "__int__ returned non-int (type {name}).  The ability to return an instance of a strict subclass of int is deprecated, and may be removed in a future version of Python."
            ),
            1,
        )?;
        Ok(Some(self.exact_int(r)))
    }

    /// The class argument of a builtin type's `__new__`, checked as `tp_new_wrapper` does: a subtype of builtin type `id`
    /// whose layout is the same.
    pub fn new_class(&mut self, cls: Value, id: u32) -> PyResult<Ref<PyType>> {
        let base = self.builtin_type(id);
        let Some(ty) = cls.cast::<PyType>() else {
            let (name, got) = (base.name_text(), self.type_name(cls));
            return Err(
                self.type_error(format!("{name}.__new__(X): X is not a type object ({got})"))
            );
        };
        if ty == base {
            return Ok(ty);
        }
        let (name, sub) = (base.name_text(), ty.name_text());
        if !ty.is_subtype(base) {
            return Err(self.type_error(format!(
                "{name}.__new__({sub}): {sub} is not a subtype of {name}"
            )));
        }
        if id == ids::INT && ty.is_subtype(self.builtin_type(ids::BOOL)) {
            return Err(self.type_error(format!(
                "{name}.__new__({sub}) is not safe, use {sub}.__new__()"
            )));
        }
        Ok(ty)
    }

    /// A str argument of a native function.
    ///
    /// # Errors
    /// `TypeError` "what must be str, not ...", where `what` is e.g. "find() argument 1".
    pub fn str_arg(&mut self, v: Value, what: &str) -> PyResult<Ref<PyStr>> {
        match v.cast::<PyStr>() {
            Some(s) => Ok(s),
            None => {
                let name = self.arg_type_name(v);
                Err(self.type_error(format!("{what} must be str, not {name}")))
            }
        }
    }

    /// A type's name in argument errors: `None` for its type.
    pub fn arg_type_name(&mut self, v: Value) -> String {
        if v.is_none() {
            "None".to_string()
        } else {
            self.type_name(v)
        }
    }

    /// Raises the exception that a pure text function asks for.
    #[cold]
    pub fn format_error(&mut self, e: crate::text::error::FormatError) -> Raised {
        use crate::text::error::ErrorKind;
        match e.kind {
            ErrorKind::ValueError => self.value_error(e.message),
            ErrorKind::OverflowError => self.overflow_error(e.message),
            ErrorKind::TypeError => self.type_error(e.message),
            ErrorKind::MemoryError => self.memory_error(),
        }
    }
}
