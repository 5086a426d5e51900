//! Natives that machine code calls *leanly*: without its frames in memory, which is right as long as no Python code runs.
//!
//! A native that would have to run Python code is refused it and raises (`Vm::python_forbidden`); whatever a lean call raises
//! is thrown away, and the 0 that it gives lets machine code run the instruction anew in the interpreter. So only natives that
//! did nothing yet when they raise or call Python code may be called in this way; the recorder's tables say which.

use super::Activation;
use skein_runtime::builtins::construct::construct;
use skein_runtime::builtins::iter_next::next_builtin;
use skein_runtime::builtins::iter_quick::{self, Quick};
use skein_runtime::builtins::method::PyMethod;
use skein_runtime::builtins::set_ops;
use skein_runtime::object::bind::call_native;
use skein_runtime::object::native_def::NativeDef;
use skein_runtime::prelude::*;
use skein_runtime::protocol::binary::BinaryOp;
use skein_runtime::protocol::compare::CompareOp;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What comparisons and tests give when they are refused.
pub const REFUSED: u64 = 2;

/// The machine of machine code that called.
fn machine<'a>(a: *mut Activation) -> &'a mut Vm {
    // SAFETY: machine code passes its own activation, whose machine nobody else uses meanwhile.
    unsafe { &mut *(*a).vm }
}

/// Runs `f` without Python code; `None`: it raised.
pub(super) fn alone<T>(a: *mut Activation, f: impl FnOnce(&mut Vm) -> PyResult<T>) -> Option<T> {
    let vm = machine(a);
    vm.python_forbidden.set(true);
    let r = catch_unwind(AssertUnwindSafe(|| f(vm)));
    vm.python_forbidden.set(false);
    match r {
        Ok(Ok(v)) => Some(v),
        _ => {
            vm.take_raised();
            None
        }
    }
}

pub(super) fn word(v: Option<Value>) -> u64 {
    v.map_or(0, Value::bits)
}

fn answer(b: Option<bool>) -> u64 {
    b.map_or(REFUSED, u64::from)
}

pub(super) fn done(r: Option<()>) -> u64 {
    r.is_some() as u64
}

/// A live value that machine code passed.
pub(super) fn value(word: u64) -> Value {
    // SAFETY: machine code passes words of live values, and 0 for absent ones.
    unsafe { Value::from_bits(word) }
}

/// What is allocated without anything that could raise or run Python code.
pub(super) fn allocated(a: *mut Activation, f: impl FnOnce(&mut Vm) -> Value) -> u64 {
    f(machine(a)).bits()
}

/// The declaration of a native.
pub(super) fn declaration(def: *const NativeDef) -> &'static NativeDef {
    // SAFETY: machine code passes addresses of declarations, which are never freed.
    unsafe { &*def }
}

/// The words at `at`, registers of a live frame that hold values.
pub(super) fn registers<'a>(at: *const Value, n: u64) -> &'a [Value] {
    // SAFETY: machine code passes the address of registers of the running frame, whose tags and constants it wrote there.
    unsafe { std::slice::from_raw_parts(at, n as usize) }
}

/// The same as [`alone`], in functions of their own: what they run changes what traces know of.
fn changing<T>(a: *mut Activation, f: impl FnOnce(&mut Vm) -> PyResult<T>) -> Option<T> {
    // The linker must not make one function of two that promise different things.
    alone(std::hint::black_box(a), f)
}

/// A call of a native function or a builtin type.
#[inline(always)]
pub(super) fn call(vm: &mut Vm, callee: Value, args: &[Value]) -> PyResult {
    if let Some(ty) = callee.cast::<PyType>()
        && ty.builtin_id != 0
        && let Some(r) = construct(vm, ty, args)
    {
        return r;
    }
    vm.call(callee, args)
}

macro_rules! natives {
    ($(($native:ident, $($x:ident)*),)*) => {
        $(
            /// Calls a native that takes its arguments in any way, its receiver, if it has one, among them; 0: refused.
            pub extern "C" fn $native(a: *mut Activation, def: *const NativeDef $(, $x: u64)*) -> u64 {
                word(alone(a, |vm| call_native(vm, declaration(def), &[$(value($x)),*], None)))
            }
        )*
    };
}
natives! {
    (native0,),
    (native1, x),
    (native2, x y),
    (native3, x y z),
    (native4, x y z w),
}

/// Addresses of the functions that call a native, by the number of values.
pub const NATIVE: [*const (); 5] = [
    native0 as *const (),
    native1 as *const (),
    native2 as *const (),
    native3 as *const (),
    native4 as *const (),
];

macro_rules! calls {
    ($($how:ident: $(($code:ident, $object:ident, $($x:ident)*),)*)*) => {
        $($(
            /// Calls a native's code; 0: refused.
            pub extern "C" fn $code(a: *mut Activation, def: *const NativeDef $(, $x: u64)*) -> u64 {
                word($how(a, |vm| (declaration(def).func)(vm, &[$(value($x)),*])))
            }
            /// Calls a native function or a builtin type; 0: refused.
            pub extern "C" fn $object(a: *mut Activation, callee: u64 $(, $x: u64)*) -> u64 {
                word($how(a, |vm| call(vm, value(callee), &[$(value($x)),*])))
            }
        )*)*
    };
}
calls! {
    alone:
    (code0, object0,),
    (code1, object1, x),
    (code2, object2, x y),
    (code3, object3, x y z),
    (code4, object4, x y z w),
    changing:
    (changing_code0, changing_object0,),
    (changing_code1, changing_object1, x),
    (changing_code2, changing_object2, x y),
    (changing_code3, changing_object3, x y z),
    (changing_code4, changing_object4, x y z w),
}

/// Addresses of the functions that call a native's code, by the number of values.
pub const CODE: [*const (); 5] = [
    code0 as *const (),
    code1 as *const (),
    code2 as *const (),
    code3 as *const (),
    code4 as *const (),
];
/// The same for natives that change something.
pub const CODE_CHANGING: [*const (); 5] = [
    changing_code0 as *const (),
    changing_code1 as *const (),
    changing_code2 as *const (),
    changing_code3 as *const (),
    changing_code4 as *const (),
];
/// Addresses of the functions that call a native function or type.
pub const OBJECT: [*const (); 5] = [
    object0 as *const (),
    object1 as *const (),
    object2 as *const (),
    object3 as *const (),
    object4 as *const (),
];
/// The same for what changes something.
pub const OBJECT_CHANGING: [*const (); 5] = [
    changing_object0 as *const (),
    changing_object1 as *const (),
    changing_object2 as *const (),
    changing_object3 as *const (),
    changing_object4 as *const (),
];

macro_rules! joins {
    ($(($name:ident, $($x:ident)*),)*) => {
        $(
            /// The concatenation of exact strs; 0: refused.
            pub extern "C" fn $name(a: *mut Activation $(, $x: u64)*) -> u64 {
                word(alone(a, |vm| crate::vm::ops_build::join_parts(vm, &[$(value($x)),*])))
            }
        )*
    };
}
joins! {
    (join3, x y z),
    (join4, x y z w),
    (join5, x y z w v),
}

/// `a + b` of exact strs; 0: refused.
pub extern "C" fn join2(a: *mut Activation, x: u64, y: u64) -> u64 {
    let (x, y) = (value(x).cast::<PyStr>(), value(y).cast::<PyStr>());
    word(alone(a, |vm| match (x, y) {
        (Some(x), Some(y)) => Ok(x.concat(vm, y).map_or(Value::NULL, |s| s.value())),
        _ => Ok(Value::NULL),
    }))
}

/// Addresses of the functions that concatenate strs, by their number less two.
pub const JOIN: [*const (); 4] = [
    join2 as *const (),
    join3 as *const (),
    join4 as *const (),
    join5 as *const (),
];

/// `a + b` of bytes objects; 0: refused.
pub extern "C" fn concat_bytes(a: *mut Activation, x: u64, y: u64) -> u64 {
    let (x, y) = (value(x).cast::<PyBytes>(), value(y).cast::<PyBytes>());
    word(alone(a, |vm| match (x, y) {
        (Some(x), Some(y)) => Ok(PyBytes::concat(vm, x, y).map_or(Value::NULL, |b| b.value())),
        _ => Ok(Value::NULL),
    }))
}

/// Whether two strs are equal.
pub extern "C" fn same_text(x: u64, y: u64) -> u64 {
    let text = |w: u64| value(w).cast::<PyStr>();
    let same = x == y
        || match (text(x), text(y)) {
            (Some(x), Some(y)) => x.byte_len() == y.byte_len() && x.bytes() == y.bytes(),
            _ => false,
        };
    same as u64
}

/// `id(x)` of a heap object, which stays where it is known to be.
pub extern "C" fn identity(x: u64) -> u64 {
    let v = value(x);
    if let Some(h) = v.header() {
        h.set_flags(skein_runtime::object::header::flag::PINNED);
    }
    Value::from_usize(v.address() as usize).bits()
}

/// A native's result for a float, as a float; a NaN is given for what is none, too.
pub extern "C" fn float1(a: *mut Activation, def: *const NativeDef, x: f64) -> f64 {
    float(alone(a, |vm| {
        let x = vm.new_float(x);
        (declaration(def).func)(vm, &[x])
    }))
}

/// The same for two floats.
pub extern "C" fn float2(a: *mut Activation, def: *const NativeDef, x: f64, y: f64) -> f64 {
    float(alone(a, |vm| {
        let (x, y) = (vm.new_float(x), vm.new_float(y));
        (declaration(def).func)(vm, &[x, y])
    }))
}

fn float(v: Option<Value>) -> f64 {
    v.and_then(skein_runtime::builtins::float::as_float)
        .unwrap_or(f64::NAN)
}

/// `x ** y`; NaN or infinite: it may be complex, or an error.
pub extern "C" fn power(x: f64, y: f64) -> f64 {
    skein_runtime::builtins::float_pow::pow(x, y)
}

/// The word of the int that a float without a fraction equals; 0 for what has none, or a big one.
fn whole(x: f64) -> u64 {
    const END: f64 = (1_i64 << 62) as f64;
    if (-END..END).contains(&x) {
        return (x as i64 as u64) << 1 | 1;
    }
    0
}

/// `int(x)`; for this and the next ones see [`whole`].
pub extern "C" fn truncated(x: f64) -> u64 {
    whole(x)
}

/// `round(x)`.
pub extern "C" fn rounded(x: f64) -> u64 {
    whole(x.round_ties_even())
}

/// `math.floor(x)`.
pub extern "C" fn floor(x: f64) -> u64 {
    whole(x.floor())
}

/// `math.ceil(x)`.
pub extern "C" fn ceiling(x: f64) -> u64 {
    whole(x.ceil())
}

/// A binary operator, in place if the number's upper half is not 0.
pub extern "C" fn binary(a: *mut Activation, op: u64, x: u64, y: u64) -> u64 {
    if op == BinaryOp::Add as u64
        && let (ids::LIST, ids::LIST) = (value(x).shape_id(), value(y).shape_id())
        && let (Some(x), Some(y)) = (value(x).cast::<PyList>(), value(y).cast::<PyList>())
    {
        return allocated(a, |vm| x.concat(vm, y).value());
    }
    word(alone(a, |vm| {
        let o = BinaryOp::ALL[op as u32 as usize];
        vm.binary(o, op >> 32 != 0, value(x), value(y))
    }))
}

/// True for an int of either form.
fn is_integer(v: Value) -> bool {
    v.is_int() || v.shape_id() == skein_runtime::object::shape::ids::INT
}

/// A binary operator with two ints of any form.
pub extern "C" fn integers(a: *mut Activation, op: u64, x: u64, y: u64) -> u64 {
    match is_integer(value(x)) && is_integer(value(y)) {
        true => binary(a, op, x, y),
        false => 0,
    }
}

/// Whether a comparison of two ints of any form holds.
pub extern "C" fn compare_integers(a: *mut Activation, op: u64, x: u64, y: u64) -> u64 {
    match is_integer(value(x)) && is_integer(value(y)) {
        true => compare(a, op, x, y),
        false => REFUSED,
    }
}

/// An operator in place.
pub extern "C" fn binary_changing(a: *mut Activation, op: u64, x: u64, y: u64) -> u64 {
    binary(std::hint::black_box(a), op, x, y)
}

/// `~x`
pub extern "C" fn invert(a: *mut Activation, x: u64) -> u64 {
    word(alone(a, |vm| {
        let name = vm.names.__invert__;
        vm.unary(name, "unary ~", value(x))
    }))
}

/// `-x`
pub extern "C" fn negate(a: *mut Activation, x: u64) -> u64 {
    word(alone(a, |vm| {
        let name = vm.names.__neg__;
        vm.unary(name, "unary -", value(x))
    }))
}

/// Whether a comparison holds.
pub extern "C" fn compare(a: *mut Activation, op: u64, x: u64, y: u64) -> u64 {
    use CompareOp::*;
    let op = [Lt, Le, Eq, Ne, Gt, Ge][op as usize];
    let simple = machine(a).compare_simple(op, value(x), value(y));
    if simple.is_some() {
        return answer(simple);
    }
    answer(alone(a, |vm| vm.compare(op, value(x), value(y))).and_then(Value::as_bool))
}

/// Whether a tuple equals one of the `n` values at `row`, which stands on the left if `left`.
pub extern "C" fn equals_row(
    a: *mut Activation,
    tuple: u64,
    row: *const Value,
    n: u64,
    left: u64,
) -> u64 {
    answer(alone(a, |vm| {
        let Some(t) = value(tuple).cast::<PyTuple>() else {
            return Ok(false);
        };
        let row = registers(row, n);
        if t.len() != row.len() {
            return Ok(false);
        }
        for (x, y) in t.items().iter().zip(row) {
            let (x, y) = if left == 0 { (*x, *y) } else { (*y, *x) };
            if x != y && !vm.compare_bool(CompareOp::Eq, x, y)? {
                return Ok(false);
            }
        }
        Ok(true)
    }))
}

/// 1: a dict surely has no such key.
pub extern "C" fn lacks(a: *mut Activation, dict: u64, key: u64) -> u64 {
    let found = alone(a, |vm| match value(dict).cast::<PyDict>() {
        Some(d) => Ok(d.get(vm, value(key))?.is_some()),
        None => Ok(true),
    });
    (found == Some(false)) as u64
}

/// Whether a value is true.
pub extern "C" fn truth(a: *mut Activation, x: u64) -> u64 {
    answer(alone(a, |vm| vm.truth(value(x))))
}

/// `x in container`
pub extern "C" fn contains(a: *mut Activation, container: u64, x: u64) -> u64 {
    answer(alone(a, |vm| vm.contains(value(container), value(x))))
}

/// `x in s` of an exact set or frozenset
pub extern "C" fn set_contains(a: *mut Activation, set: u64, x: u64) -> u64 {
    let simple = value(set)
        .cast::<PySet>()
        .and_then(|s| s.contains_simply(machine(a), value(x)));
    match simple {
        Some(found) => found as u64,
        None => contains(a, set, x),
    }
}

/// `o[k]`
pub extern "C" fn load_item(a: *mut Activation, o: u64, k: u64) -> u64 {
    let (o, k) = (value(o), value(k));
    word(alone(a, |vm| {
        if o.kind() == Some(Kind::Native)
            && let Some(i) = k.as_small_int()
            && let Some(v) = Native::item(o, vm, i)
        {
            return Ok(v);
        }
        vm.get_item(o, k)
    }))
}

/// `o[k] = v`
pub extern "C" fn store_item(a: *mut Activation, o: u64, k: u64, v: u64) -> u64 {
    let (o, k, v) = (value(o), value(k), value(v));
    done(alone(a, |vm| {
        if o.kind() == Some(Kind::Native)
            && let Some(i) = k.as_small_int()
            && Native::set_item(o, vm, i, v)
        {
            return Ok(());
        }
        vm.set_item(o, k, v)
    }))
}

/// The character of a str at an index within its length.
pub extern "C" fn str_item(a: *mut Activation, s: u64, i: u64) -> u64 {
    word(alone(a, |vm| {
        Ok(value(s)
            .cast::<PyStr>()
            .filter(|s| (i as usize) < s.len())
            .map_or(Value::NULL, |s| s.char_at(vm, i as usize).value()))
    }))
}

/// `o[start:stop]` of a builtin sequence between ints.
pub extern "C" fn load_slice(a: *mut Activation, o: u64, start: u64, stop: u64) -> u64 {
    allocated(a, |vm| {
        let v = vm.get_slice_simple(value(o), value(start), value(stop));
        v.unwrap_or(Value::NULL)
    })
}

/// A new list of the items of an exact one.
pub extern "C" fn copy_list(a: *mut Activation, list: u64) -> u64 {
    allocated(a, |vm| match value(list).cast::<PyList>() {
        Some(l) => l.copy(vm, 0, l.len()).value(),
        None => Value::NULL,
    })
}

/// `o[start:stop] = v` of lists between ints.
pub extern "C" fn store_slice(a: *mut Activation, o: u64, start: u64, stop: u64, v: u64) -> u64 {
    machine(a).set_slice_simple(value(o), value(start), value(stop), value(v)) as u64
}

/// `iter(x)`
pub extern "C" fn iter(a: *mut Activation, x: u64) -> u64 {
    word(alone(a, |vm| vm.iter(value(x))))
}

/// The next item of a builtin iterator; 0: there is none, or that has to be asked of the interpreter.
pub extern "C" fn next(a: *mut Activation, it: u64) -> u64 {
    let v = value(it);
    let quick = match v.shape_id() {
        ids::SET_ITERATOR => iter_quick::step_set(v),
        ids::STR_ITERATOR | ids::STR_ASCII_ITERATOR => iter_quick::step_str(machine(a), v),
        ids::LIST_REVERSEITERATOR => iter_quick::step_backwards(v),
        _ => Quick::Unsure,
    };
    match quick {
        Quick::Item(v) => return v.bits(),
        Quick::End => return 0,
        Quick::Unsure => {}
    }
    word(alone(a, |vm| match next_builtin(vm, v) {
        Some(r) => Ok(r?.unwrap_or(Value::NULL)),
        None => Ok(Value::NULL),
    }))
}

/// 1: a builtin iterator over one container is exhausted. 0: it is where it was.
pub extern "C" fn ended(a: *mut Activation, it: u64) -> u64 {
    let Some(i) = value(it).cast::<PyIter>() else {
        return 0;
    };
    let state = (i.index.get(), i.stop.get(), i.step.get());
    let end = alone(a, |vm| match next_builtin(vm, i.value()) {
        Some(r) => Ok(r?.is_none()),
        None => Ok(false),
    });
    if end != Some(true) {
        i.index.set(state.0);
        i.stop.set(state.1);
        i.step.set(state.2);
    }
    (end == Some(true)) as u64
}

/// The next entry of an iterator over a dict: how far into the dict's entries its key stands, in bytes; all bits: as for
/// [`next`].
pub extern "C" fn next_entry(it: u64) -> u64 {
    let Some(i) = value(it).cast::<PyIter>() else {
        return u64::MAX;
    };
    let Some(d) = i.a.get().cast::<PyDict>() else {
        return u64::MAX;
    };
    if d.len() as i64 != i.stop.get() || i.step.get() == 0 {
        return u64::MAX;
    }
    match d.next_entry(i.index.get() as usize) {
        Some((at, ..)) => {
            i.step.set(i.step.get() - 1);
            i.index.set(at as i64 + 1);
            8 * (3 * at as u64 + 1)
        }
        None => u64::MAX,
    }
}

/// `(x, y)`
pub extern "C" fn pair(a: *mut Activation, x: u64, y: u64) -> u64 {
    allocated(a, |vm| vm.new_tuple(&[value(x), value(y)]))
}

/// A plain instance of a shape, which has no attributes yet.
pub extern "C" fn instance(a: *mut Activation, shape: u64) -> u64 {
    allocated(a, |vm| match vm.shapes.try_get(shape as u32) {
        Some(shape) => vm.alloc_of_shape(shape).value(),
        None => Value::NULL,
    })
}

/// `func` bound to `this`.
pub extern "C" fn bound_method(a: *mut Activation, func: u64, this: u64) -> u64 {
    allocated(a, |vm| PyMethod::new(vm, value(func), value(this)).value())
}

/// The tuple of `n` registers.
pub extern "C" fn build_tuple(a: *mut Activation, at: *const Value, n: u64) -> u64 {
    allocated(a, |vm| PyTuple::from_slice(vm, registers(at, n)).value())
}

/// The list of `n` registers.
pub extern "C" fn build_list(a: *mut Activation, at: *const Value, n: u64) -> u64 {
    allocated(a, |vm| PyList::from_slice(vm, registers(at, n)).value())
}

/// The set of `n` registers.
pub extern "C" fn build_set(a: *mut Activation, at: *const Value, n: u64) -> u64 {
    word(alone(a, |vm| {
        let s = PySet::new(vm);
        for v in registers(at, n) {
            set_ops::add(vm, s, *v)?;
        }
        Ok(s.value())
    }))
}

/// The dict of `n` pairs of registers.
pub extern "C" fn build_map(a: *mut Activation, at: *const Value, n: u64) -> u64 {
    word(alone(a, |vm| {
        let d = PyDict::new(vm);
        d.reserve(vm, n as usize);
        for pair in registers(at, 2 * n).chunks(2) {
            d.insert(vm, pair[0], pair[1])?;
        }
        Ok(d.value())
    }))
}

/// The concatenation of `n` registers that hold exact strs.
pub extern "C" fn build_string(a: *mut Activation, at: *const Value, n: u64) -> u64 {
    word(alone(a, |vm| {
        crate::vm::ops_build::join_parts(vm, registers(at, n))
    }))
}

/// `set.add` of an exact set.
pub extern "C" fn set_add(a: *mut Activation, set: u64, v: u64) -> u64 {
    let Some(s) = value(set).cast::<PySet>() else {
        return 0;
    };
    if s.add_simply(machine(a), value(v)).is_some() {
        return 1;
    }
    done(alone(a, |vm| set_ops::add(vm, s, value(v))))
}

/// Extends a display's list by an exact builtin container.
pub extern "C" fn list_extend(a: *mut Activation, list: u64, v: u64) -> u64 {
    done(alone(a, |vm| {
        let Some(l) = value(list).cast::<PyList>() else {
            return Err(Raised);
        };
        let items = vm.collect(value(v))?;
        let len = l.len();
        l.splice(vm, len, len, items.as_slice());
        Ok(())
    }))
}

/// The tuple of a list's items.
pub extern "C" fn list_to_tuple(a: *mut Activation, list: u64) -> u64 {
    allocated(a, |vm| match value(list).cast::<PyList>() {
        Some(l) => PyTuple::from_list(vm, l).value(),
        None => Value::NULL,
    })
}

/// `format(x, '')`
pub extern "C" fn format_simple(a: *mut Activation, x: u64) -> u64 {
    word(alone(a, |vm| {
        let v = value(x);
        if v.shape_id() == ids::STR || v.is_int() {
            return Ok(vm.str(v)?.value());
        }
        let empty = vm.empty_str().value();
        vm.format(v, empty)
    }))
}

/// `format(x, spec)`
pub extern "C" fn format_spec(a: *mut Activation, x: u64, spec: u64) -> u64 {
    word(alone(a, |vm| vm.format(value(x), value(spec))))
}

/// `str(x)` and `repr(x)`
pub extern "C" fn convert(a: *mut Activation, x: u64, repr: u64) -> u64 {
    word(alone(a, |vm| {
        let s = if repr != 0 {
            vm.repr(value(x))?
        } else {
            vm.str(value(x))?
        };
        Ok(s.value())
    }))
}

/// An attribute that no Python code computes.
pub extern "C" fn load_attr(a: *mut Activation, o: u64, name: u64) -> u64 {
    word(alone(a, |vm| match value(name).cast::<PyStr>() {
        Some(name) => vm.get_attr(value(o), name),
        None => Err(Raised),
    }))
}

/// Stores a value into an entry of a namespace.
pub extern "C" fn store_entry(dict: u64, position: u64, v: u64) {
    if let Some(d) = value(dict).cast::<PyDict>() {
        d.set_value_at(position as usize, value(v));
    }
}
