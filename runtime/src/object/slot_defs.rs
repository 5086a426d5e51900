//! The special methods that mean the same for every type: their signatures and docstrings, declared once.
//!
//! CPython makes "slot wrappers" for these from one table; so do we, and the method tables of types only name the
//! function. A type whose method has a signature or docstring of its own (`dict.__contains__`) declares it with
//! [`method`]. The table is searched by the compiler, never at run time.

use crate::builtins::generic_alias::new_alias;
use crate::object::native_def::{NativeDef, NativeFn, class_method, method, static_method};

const UNARY: &str = "($self, /)";
const BINARY: &str = "($self, value, /)";
const KEY: &str = "($self, key, /)";
const POWER: &str = "($self, value, mod=None, /)";
const CALL: &str = "($self, /, *args, **kwargs)";

/// Name, signature, docstring.
#[rustfmt::skip]
const SLOTS: &[(&str, &str, &str)] = &[
    ("__init__", CALL, "Initialize self.  See help(type(self)) for accurate signature."),
    ("__repr__", UNARY, "Return repr(self)."),
    ("__str__", UNARY, "Return str(self)."),
    ("__hash__", UNARY, "Return hash(self)."),
    ("__call__", CALL, "Call self as a function."),
    ("__getattribute__", "($self, name, /)", "Return getattr(self, name)."),
    ("__setattr__", "($self, name, value, /)", "Implement setattr(self, name, value)."),
    ("__delattr__", "($self, name, /)", "Implement delattr(self, name)."),
    ("__get__", "($self, instance, owner=None, /)", "Return an attribute of instance, which is of type owner."),
    ("__set__", "($self, instance, value, /)", "Set an attribute of instance to value."),
    ("__delete__", "($self, instance, /)", "Delete an attribute of instance."),
    ("__lt__", BINARY, "Return self<value."),
    ("__le__", BINARY, "Return self<=value."),
    ("__eq__", BINARY, "Return self==value."),
    ("__ne__", BINARY, "Return self!=value."),
    ("__gt__", BINARY, "Return self>value."),
    ("__ge__", BINARY, "Return self>=value."),
    ("__iter__", UNARY, "Implement iter(self)."),
    ("__next__", UNARY, "Implement next(self)."),
    ("__await__", UNARY, "Return an iterator to be used in await expression."),
    ("__aiter__", UNARY, "Return an awaitable, that resolves in asynchronous iterator."),
    ("__anext__", UNARY, "Return a value or raise StopAsyncIteration."),
    ("__len__", UNARY, "Return len(self)."),
    ("__contains__", KEY, "Return bool(key in self)."),
    ("__getitem__", KEY, "Return self[key]."),
    ("__setitem__", "($self, key, value, /)", "Set self[key] to value."),
    ("__delitem__", KEY, "Delete self[key]."),
    ("__bool__", UNARY, "True if self else False"),
    ("__neg__", UNARY, "-self"),
    ("__pos__", UNARY, "+self"),
    ("__abs__", UNARY, "abs(self)"),
    ("__invert__", UNARY, "~self"),
    ("__int__", UNARY, "int(self)"),
    ("__float__", UNARY, "float(self)"),
    ("__index__", UNARY, "Return self converted to an integer, if self is suitable for use as an index into a list."),
    ("__divmod__", BINARY, "Return divmod(self, value)."),
    ("__rdivmod__", BINARY, "Return divmod(value, self)."),
    ("__pow__", POWER, "Return pow(self, value, mod)."),
    ("__rpow__", POWER, "Return pow(value, self, mod)."),
    ("__ipow__", BINARY, "Return self**=value."),
    ("__iadd__", BINARY, "Implement self+=value."),
    ("__imul__", BINARY, "Implement self*=value."),
    ("__buffer__", "($self, flags, /)", "Return a buffer object that exposes the underlying memory of the object."),
    ("__release_buffer__", "($self, buffer, /)", "Release the buffer object that exposes the underlying memory of the object."),
    ("__add__", BINARY, "Return self+value."),
    ("__radd__", BINARY, "Return value+self."),
    ("__sub__", BINARY, "Return self-value."),
    ("__rsub__", BINARY, "Return value-self."),
    ("__isub__", BINARY, "Return self-=value."),
    ("__mul__", BINARY, "Return self*value."),
    ("__rmul__", BINARY, "Return value*self."),
    ("__matmul__", BINARY, "Return self@value."),
    ("__rmatmul__", BINARY, "Return value@self."),
    ("__imatmul__", BINARY, "Return self@=value."),
    ("__mod__", BINARY, "Return self%value."),
    ("__rmod__", BINARY, "Return value%self."),
    ("__imod__", BINARY, "Return self%=value."),
    ("__lshift__", BINARY, "Return self<<value."),
    ("__rlshift__", BINARY, "Return value<<self."),
    ("__ilshift__", BINARY, "Return self<<=value."),
    ("__rshift__", BINARY, "Return self>>value."),
    ("__rrshift__", BINARY, "Return value>>self."),
    ("__irshift__", BINARY, "Return self>>=value."),
    ("__and__", BINARY, "Return self&value."),
    ("__rand__", BINARY, "Return value&self."),
    ("__iand__", BINARY, "Return self&=value."),
    ("__xor__", BINARY, "Return self^value."),
    ("__rxor__", BINARY, "Return value^self."),
    ("__ixor__", BINARY, "Return self^=value."),
    ("__or__", BINARY, "Return self|value."),
    ("__ror__", BINARY, "Return value|self."),
    ("__ior__", BINARY, "Return self|=value."),
    ("__floordiv__", BINARY, "Return self//value."),
    ("__rfloordiv__", BINARY, "Return value//self."),
    ("__ifloordiv__", BINARY, "Return self//=value."),
    ("__truediv__", BINARY, "Return self/value."),
    ("__rtruediv__", BINARY, "Return value/self."),
    ("__itruediv__", BINARY, "Return self/=value."),
    ("__reduce__", UNARY, "Return state information for pickling."),
    ("__setstate__", "($self, object, /)", "Set state information for unpickling."),
    ("__length_hint__", UNARY, "Private method returning an estimate of len(list(it))."),
];

/// A special method as every type has it. Names that are not in the table do not compile.
pub const fn slot(name: &'static str, func: NativeFn) -> NativeDef {
    let mut i = 0;
    while i < SLOTS.len() {
        let (known, sig, doc) = SLOTS[i];
        if same(known.as_bytes(), name.as_bytes()) {
            return method(name, func, sig, doc);
        }
        i += 1;
    }
    panic!("no special method that is the same for every type: declare it with method()")
}

/// `__new__` with the signature that nearly every builtin type shows; the function gets the class, a tuple and a dict.
pub const fn new_method(func: NativeFn) -> NativeDef {
    static_method("__new__", func, "($type, *args, **kwargs)", NEW_DOC)
}

/// What every builtin type says of `__new__`.
pub const NEW_DOC: &str = "Create and return a new object.  See help(type) for accurate signature.";

/// `cls[item]` of a generic class: an alias that remembers the class and the item (PEP 585).
pub const CLASS_GETITEM: NativeDef = class_method(
    "__class_getitem__",
    |vm, a| new_alias(vm, a[0], a[1]),
    "($type, object, /)",
    "See PEP 585",
);

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// A method table: the six comparisons, all done by one function `(vm, op, a, b)`, and the methods that follow.
#[macro_export]
macro_rules! with_comparisons {
    ($compare:path, $($more:expr),* $(,)?) => {{
        use $crate::object::slot_defs::slot;
        use $crate::protocol::compare::CompareOp;
        &[
            slot("__lt__", |vm, a| $compare(vm, CompareOp::Lt, a[0], a[1])),
            slot("__le__", |vm, a| $compare(vm, CompareOp::Le, a[0], a[1])),
            slot("__eq__", |vm, a| $compare(vm, CompareOp::Eq, a[0], a[1])),
            slot("__ne__", |vm, a| $compare(vm, CompareOp::Ne, a[0], a[1])),
            slot("__gt__", |vm, a| $compare(vm, CompareOp::Gt, a[0], a[1])),
            slot("__ge__", |vm, a| $compare(vm, CompareOp::Ge, a[0], a[1])),
            $($more),*
        ]
    }};
}

/// A method table of binary operators and their reflected forms, all done by one function `(vm, op, left, right)` that
/// says `None` for operands it does not know.
#[macro_export]
macro_rules! binary_operators {
    ($values:path; $($op:ident $name:literal),* $(,)?) => {{
        use $crate::object::slot_defs::slot;
        use $crate::protocol::binary::BinaryOp;
        &[$(
            slot(concat!("__", $name, "__"), |vm, a| {
                $values(vm, BinaryOp::$op, a[0], a[1]).unwrap_or(Ok(Value::NOT_IMPLEMENTED))
            }),
            slot(concat!("__r", $name, "__"), |vm, a| {
                $values(vm, BinaryOp::$op, a[1], a[0]).unwrap_or(Ok(Value::NOT_IMPLEMENTED))
            }),
        )*]
    }};
}
