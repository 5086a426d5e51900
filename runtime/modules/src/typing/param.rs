//! The state of type parameters, and how they are made.

use super::{no_default, set_module, type_named};
use skein_runtime::prelude::*;

/// Which type parameter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum What {
    TypeVar,
    ParamSpec,
    TypeVarTuple,
}

/// A value that may be computed on first use.
pub struct Lazy {
    /// The value, `NULL` until computed.
    pub value: Slot,
    /// The function that computes it, `NULL` if the value was given.
    pub evaluate: Slot,
}

impl Lazy {
    pub fn new(value: Value, evaluate: Value) -> Lazy {
        Lazy {
            value: Slot::new(value),
            evaluate: Slot::new(evaluate),
        }
    }
    pub fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.value);
        t.visit_slot(&self.evaluate);
    }
    /// The value, computed if need be; `None` if there is neither value nor function.
    pub fn get(&self, vm: &mut Vm, owner: Ref<Native>) -> PyResult<Option<Value>> {
        if let Some(v) = self.value.get().non_null() {
            return Ok(Some(v));
        }
        let Some(f) = self.evaluate.get().non_null() else {
            return Ok(None);
        };
        let v = vm.call(f, &[Value::from_i32(1)])?;
        self.value.set(owner, v);
        Ok(Some(v))
    }
    /// The function that computes the value in a given format, `None` if there is no value.
    pub fn evaluator(&self, vm: &mut Vm) -> PyResult {
        if let Some(f) = self.evaluate.get().non_null() {
            return Ok(f);
        }
        match self.value.get().non_null() {
            Some(v) => {
                let ty = type_named(vm, "_typing._ConstEvaluator")?;
                Ok(Native::new(
                    vm,
                    ty,
                    Constant {
                        value: Slot::new(v),
                    },
                )
                .value())
            }
            None => Ok(Value::NONE),
        }
    }
}

/// State of an evaluator for a value that is known.
pub struct Constant {
    pub value: Slot,
}

impl NativeData for Constant {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.value);
    }
}

/// State of a type parameter.
pub struct Param {
    pub what: What,
    pub name: Slot,
    pub bound: Lazy,
    pub constraints: Lazy,
    pub default: Lazy,
    pub covariant: bool,
    pub contravariant: bool,
    pub infer: bool,
}

impl NativeData for Param {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.name);
        for l in [&self.bound, &self.constraints, &self.default] {
            l.trace(t);
        }
    }
}

impl Param {
    pub fn new(what: What, name: Value) -> Param {
        let none = || Lazy::new(Value::NULL, Value::NULL);
        Param {
            what,
            name: Slot::new(name),
            bound: none(),
            constraints: none(),
            default: none(),
            covariant: false,
            contravariant: false,
            infer: false,
        }
    }
}

/// The state of a type parameter object.
pub fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(Ref<Native>, &'a Param)> {
    native::<Param>(v).ok_or_else(|| vm.wrong_self("__repr__", "typing.TypeVar", *v))
}

fn inferred(vm: &mut Vm, key: &str, mut p: Param) -> PyResult {
    let ty = type_named(vm, key)?;
    p.infer = true;
    let v = Native::new(vm, ty, p).value();
    set_module(vm, v)?;
    Ok(v)
}

/// The `TypeVar` of a type parameter list; absent functions are `NULL`.
///
/// # Errors
/// Only for lack of memory and the like.
pub fn make_typevar(vm: &mut Vm, name: Value, bound: Value, constraints: Value) -> PyResult {
    let mut p = Param::new(What::TypeVar, name);
    p.bound = Lazy::new(Value::NULL, bound);
    p.constraints = Lazy::new(Value::NULL, constraints);
    inferred(vm, "_typing.TypeVar", p)
}

/// The `ParamSpec` of a type parameter list.
///
/// # Errors
/// As [`make_typevar`].
pub fn make_paramspec(vm: &mut Vm, name: Value) -> PyResult {
    inferred(vm, "_typing.ParamSpec", Param::new(What::ParamSpec, name))
}

/// The `TypeVarTuple` of a type parameter list.
///
/// # Errors
/// As [`make_typevar`].
pub fn make_typevartuple(vm: &mut Vm, name: Value) -> PyResult {
    inferred(
        vm,
        "_typing.TypeVarTuple",
        Param::new(What::TypeVarTuple, name),
    )
}

/// Gives a type parameter its lazy default; returns the parameter.
///
/// # Errors
/// `TypeError` for other objects.
pub fn set_default(vm: &mut Vm, param: Value, evaluate: Value) -> PyResult {
    let (owner, p) = this(vm, &param)?;
    p.default.evaluate.set(owner, evaluate);
    p.default.value.set_unbarriered(Value::NULL);
    Ok(param)
}

/// `__default__`
pub fn default_of(vm: &mut Vm, v: Value) -> PyResult {
    let (owner, p) = this(vm, &v)?;
    match p.default.get(vm, owner)? {
        Some(v) => Ok(v),
        None => Ok(no_default(vm)),
    }
}
