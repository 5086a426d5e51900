//! Raising exceptions from native code.

use crate::builtins::exception::PyException;
use crate::error::{PyResult, Raised};
use crate::object::header::Ref;
use crate::object::shape::ids;
use crate::object::types::PyType;
use crate::value::Value;
use crate::vm::Vm;

macro_rules! raisers {
    ($($(#[$doc:meta])* $name:ident => $id:ident;)*) => {
        impl Vm {
            $($(#[$doc])*
            #[cold]
            pub fn $name(&mut self, message: impl AsRef<str>) -> Raised {
                self.raise(ids::$id, message.as_ref())
            })*
        }
    };
}

raisers! {
    /// Raises `TypeError`.
    type_error => TYPE_ERROR;
    /// Raises `ValueError`.
    value_error => VALUE_ERROR;
    /// Raises `IndexError`.
    index_error => INDEX_ERROR;
    /// Raises `OverflowError`.
    overflow_error => OVERFLOW_ERROR;
    /// Raises `ZeroDivisionError`.
    zero_division_error => ZERO_DIVISION_ERROR;
    /// Raises `RuntimeError`.
    runtime_error => RUNTIME_ERROR;
    /// Raises `NotImplementedError`.
    not_implemented_error => NOT_IMPLEMENTED_ERROR;
    /// Raises `SystemError`.
    system_error => SYSTEM_ERROR;
    /// Raises `BufferError`.
    buffer_error => BUFFER_ERROR;
    /// Raises `LookupError`.
    lookup_error => LOOKUP_ERROR;
    /// Raises `EOFError`.
    eof_error => EOF_ERROR;
    /// Raises `ReferenceError`.
    reference_error => REFERENCE_ERROR;
    /// Raises `RecursionError`.
    recursion_error => RECURSION_ERROR;
}

impl Vm {
    /// Raises an instance of builtin exception type `id` with a message.
    #[cold]
    pub fn raise(&mut self, id: u32, message: &str) -> Raised {
        let text = self.new_str(message);
        self.raise_with(id, &[text])
    }

    /// Raises an instance of builtin exception type `id` with the given `args`.
    #[cold]
    pub fn raise_with(&mut self, id: u32, args: &[Value]) -> Raised {
        let ty = self.builtin_type(id);
        let e = PyException::new_instance(self, ty, args);
        crate::builtins::exception_methods::init_fields(self, e, id, args);
        // Nothing leads back to what was just made: a walk along the contexts, which are many in a deep recursion, finds nothing.
        let handled = self.handled_exception();
        if handled.is::<PyException>() {
            e.context.set(e, handled);
        }
        self.reraise_value(e.value())
    }

    /// Raises `type(*args)` for any exception type.
    pub fn raise_type(&mut self, ty: Ref<PyType>, args: &[Value]) -> Raised {
        match self.call(ty.value(), args) {
            Ok(e) if e.is::<PyException>() => self.raise_value(e),
            Ok(_) => self.type_error("exceptions must derive from BaseException"),
            Err(r) => r,
        }
    }

    /// Puts an exception object in flight. Its `__context__` becomes the exception being handled.
    pub fn raise_value(&mut self, exception: Value) -> Raised {
        self.set_context(exception);
        self.raised.set(exception);
        Raised
    }

    /// Puts an exception object in flight as it is (re-raising).
    pub fn reraise_value(&mut self, exception: Value) -> Raised {
        self.raised.set(exception);
        Raised
    }

    /// The exception being handled (`sys.exception()`), `NULL` if none.
    pub fn handled_exception(&self) -> Value {
        let mut node = self.handled_top.get();
        while let Some(g) = node.cast::<crate::builtins::generator::PyGenerator>() {
            let v = g.handled.get();
            if !v.is_null() {
                return v;
            }
            node = g.handled_below.get();
        }
        self.handled.get()
    }

    /// Sets `__context__` of an exception about to be raised to the one being handled, avoiding cycles.
    pub fn set_context(&mut self, exception: Value) {
        let handled = self.handled_exception();
        let (Some(e), Some(h)) = (
            exception.cast::<PyException>(),
            handled.cast::<PyException>(),
        ) else {
            return;
        };
        if e == h {
            return;
        }
        let mut at = h;
        let mut hare = h;
        let mut step = false;
        while let Some(c) = at.context.get().cast::<PyException>() {
            if c == e {
                at.context.set(at, Value::NULL);
                break;
            }
            at = c;
            if step {
                match hare.context.get().cast::<PyException>() {
                    Some(n) => hare = n,
                    None => break,
                }
                if hare == at {
                    break;
                }
            }
            step = !step;
        }
        e.context.set(e, handled);
    }

    /// The exception in flight, taken out of flight.
    pub fn take_raised(&mut self) -> Value {
        self.raised.take()
    }

    /// True if the exception in flight is an instance of builtin type `id`.
    pub fn raised_is(&self, id: u32) -> bool {
        let e = self.raised.get();
        !e.is_null() && self.is_instance_of(e, id)
    }

    /// Drops the exception in flight if it is an instance of builtin type `id`.
    pub fn clear_raised_if(&mut self, id: u32) -> bool {
        if self.raised_is(id) {
            self.raised.take();
            return true;
        }
        false
    }

    /// Raises `AttributeError` with its `name` and `obj`.
    #[cold]
    pub fn attribute_error(
        &mut self,
        object: Value,
        name: Value,
        message: impl AsRef<str>,
    ) -> Raised {
        let r = self.raise(ids::ATTRIBUTE_ERROR, message.as_ref());
        if let Some(e) = self.raised.get().cast::<PyException>() {
            crate::builtins::exception_methods::set_attribute_error_fields(self, e, object, name);
        }
        r
    }

    /// Raises `NameError` (or a subclass) with its `name`.
    #[cold]
    pub fn name_error(&mut self, id: u32, name: Value, message: impl AsRef<str>) -> Raised {
        let r = self.raise(id, message.as_ref());
        if let Some(e) = self.raised.get().cast::<PyException>() {
            crate::builtins::exception_methods::set_name_error_fields(self, e, name);
        }
        r
    }

    /// Raises `KeyError(key)`.
    #[cold]
    pub fn key_error(&mut self, key: Value) -> Raised {
        self.raise_with(ids::KEY_ERROR, &[key])
    }

    /// Raises `StopIteration(value)` (without argument for `None`).
    pub fn stop_iteration(&mut self, value: Value) -> Raised {
        if value.is_absent() {
            self.raise_with(ids::STOP_ITERATION, &[])
        } else {
            self.raise_with(ids::STOP_ITERATION, &[value])
        }
    }

    /// Raises `MemoryError`.
    #[cold]
    pub fn memory_error(&mut self) -> Raised {
        self.raise_with(ids::MEMORY_ERROR, &[])
    }

    /// `n` bytes of zeros, or `MemoryError`.
    ///
    /// # Errors
    /// `MemoryError`
    pub fn zeroed(&mut self, n: usize) -> PyResult<Vec<u8>> {
        let mut bytes = Vec::new();
        self.reserve(&mut bytes, n)?;
        bytes.resize(n, 0);
        Ok(bytes)
    }

    /// Makes room for `n` more bytes whose number a program chose.
    ///
    /// # Errors
    /// `MemoryError`
    pub fn reserve(&mut self, bytes: &mut Vec<u8>, n: usize) -> PyResult<()> {
        if n > 1 << 40 || bytes.try_reserve(n).is_err() {
            return Err(self.memory_error());
        }
        Ok(())
    }

    /// The error of calling a method on the wrong type of `self`.
    #[cold]
    pub fn wrong_self(&mut self, method: &str, expected: &str, got: Value) -> Raised {
        let actual = self.type_name(got);
        self.type_error(format!(
            "descriptor '{method}' requires a '{expected}' object but received a '{actual}'"
        ))
    }
}
