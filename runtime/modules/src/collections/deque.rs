//! `deque`: a ring buffer in a heap array. (Sequence operators are in `deque_ops.rs`.)
//!
//! `changes` counts modifications, so that iterators and searches that run `__eq__` notice them.

use super::deque_iter;
use super::deque_ops as ops;
use crate::util::native_class;
use skein_runtime::prelude::*;
use skein_runtime::with_comparisons;
use std::cell::Cell;

/// A deque's state.
pub struct Deque {
    items: RefSlot<Array>,
    head: Cell<usize>,
    len: Cell<usize>,
    /// `maxlen`, `usize::MAX` for none.
    pub maxlen: Cell<usize>,
    /// Counts modifications.
    pub changes: Cell<u64>,
}

impl NativeData for Deque {
    fn trace(&self, t: &mut Tracer) {
        t.visit(self.items.value());
    }
    fn length(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl Default for Deque {
    fn default() -> Deque {
        Deque::empty(usize::MAX)
    }
}

impl Deque {
    fn empty(maxlen: usize) -> Deque {
        Deque {
            items: RefSlot::empty(),
            head: Cell::new(0),
            len: Cell::new(0),
            maxlen: Cell::new(maxlen),
            changes: Cell::new(0),
        }
    }
    /// Length.
    pub fn len(&self) -> usize {
        self.len.get()
    }
    fn place(&self, a: Ref<Array>, i: usize) -> usize {
        let at = self.head.get() + i;
        if at >= a.len() { at - a.len() } else { at }
    }
    /// Item `i`, if there is one.
    pub fn get(&self, i: usize) -> Option<Value> {
        if i >= self.len.get() {
            return None;
        }
        let a = self.items.get()?;
        Some(a.get(self.place(a, i)))
    }
    /// Replaces item `i`, which must exist.
    pub fn set(&self, i: usize, v: Value) {
        if let Some(a) = self.items.get() {
            a.set(self.place(a, i), v);
        }
    }
    fn changed(&self) {
        self.changes.set(self.changes.get() + 1);
    }
    fn grow(&self, vm: &mut Vm, owner: Ref<Native>) -> Ref<Array> {
        let len = self.len.get();
        match self.items.get() {
            Some(a) if len < a.len() => a,
            Some(a) => {
                let new = vm.heap.new_array(a.len() * 2);
                let (head, tail) = (self.head.get(), a.len() - self.head.get());
                new.copy_from(0, a, head, tail);
                new.copy_from(tail, a, 0, head);
                self.items.set(owner, new);
                self.head.set(0);
                new
            }
            None => {
                let new = vm.heap.new_array(8);
                self.items.set(owner, new);
                self.head.set(0);
                new
            }
        }
    }
    /// Appends at the right, dropping from the left beyond `maxlen`.
    pub fn push(&self, vm: &mut Vm, owner: Ref<Native>, v: Value) {
        self.changed();
        let a = self.grow(vm, owner);
        a.set(self.place(a, self.len.get()), v);
        self.len.set(self.len.get() + 1);
        if self.len.get() > self.maxlen.get() {
            self.pop_front();
        }
    }
    /// Appends at the left, dropping from the right beyond `maxlen`.
    pub fn push_front(&self, vm: &mut Vm, owner: Ref<Native>, v: Value) {
        self.changed();
        let a = self.grow(vm, owner);
        let head = self.head.get().checked_sub(1).unwrap_or(a.len() - 1);
        a.set(head, v);
        self.head.set(head);
        self.len.set(self.len.get() + 1);
        if self.len.get() > self.maxlen.get() {
            self.pop_back();
        }
    }
    /// Removes at the right.
    pub fn pop_back(&self) -> Option<Value> {
        let v = self.get(self.len.get().checked_sub(1)?)?;
        self.changed();
        self.set(self.len.get() - 1, Value::NULL);
        self.len.set(self.len.get() - 1);
        Some(v)
    }
    /// Removes at the left.
    pub fn pop_front(&self) -> Option<Value> {
        let v = self.get(0)?;
        self.changed();
        self.set(0, Value::NULL);
        let a = self.items.get()?;
        self.head.set(self.place(a, 1));
        self.len.set(self.len.get() - 1);
        Some(v)
    }
    /// Removes everything.
    pub fn clear(&self) {
        self.changed();
        self.items.clear();
        self.head.set(0);
        self.len.set(0);
    }
    /// Moves `n` items from the right end to the left; negative the other way.
    pub fn rotate(&self, n: i64) {
        let len = self.len.get();
        if len < 2 {
            return;
        }
        self.changed();
        let n = n.rem_euclid(len as i64) as usize;
        if n <= len / 2 {
            (0..n).for_each(|_| self.move_end(true));
        } else {
            (0..len - n).for_each(|_| self.move_end(false));
        }
    }
    fn move_end(&self, right_to_left: bool) {
        let Some(a) = self.items.get() else { return };
        let (head, len) = (self.head.get(), self.len.get());
        if right_to_left {
            let from = self.place(a, len - 1);
            let v = a.get(from);
            a.set(from, Value::NULL);
            let to = head.checked_sub(1).unwrap_or(a.len() - 1);
            a.set(to, v);
            self.head.set(to);
        } else {
            let v = a.get(head);
            a.set(head, Value::NULL);
            self.head.set(self.place(a, 1));
            a.set(self.place(a, len - 1), v);
        }
    }
    /// Removes item `i`.
    pub fn remove_at(&self, i: usize) {
        let len = self.len.get();
        if i < len / 2 {
            for k in (0..i).rev() {
                self.set(k + 1, self.get(k).unwrap_or(Value::NULL));
            }
            self.pop_front();
        } else {
            for k in i + 1..len {
                self.set(k - 1, self.get(k).unwrap_or(Value::NULL));
            }
            self.pop_back();
        }
    }
}

/// Methods of `deque`.
pub static METHODS: &[NativeDef] = with_comparisons![
    ops::compare,
    new_method(new),
    method(
        "__init__",
        init,
        "($self, iterable=(), maxlen=None)",
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    method(
        "append",
        append,
        "($self, item, /)",
        "Add an element to the right side of the deque.",
    ),
    method(
        "appendleft",
        appendleft,
        "($self, item, /)",
        "Add an element to the left side of the deque.",
    ),
    method(
        "pop",
        pop,
        "($self, /)",
        "Remove and return the rightmost element.",
    ),
    method(
        "popleft",
        popleft,
        "($self, /)",
        "Remove and return the leftmost element.",
    ),
    method(
        "clear",
        clear,
        "($self, /)",
        "Remove all elements from the deque.",
    ),
    method(
        "copy",
        copy,
        "($self, /)",
        "Return a shallow copy of a deque.",
    ),
    method(
        "__copy__",
        copy,
        "($self, /)",
        "Return a shallow copy of a deque.",
    ),
    method(
        "extend",
        extend,
        "($self, iterable, /)",
        "Extend the right side of the deque with elements from the iterable.",
    ),
    method(
        "extendleft",
        extendleft,
        "($self, iterable, /)",
        "Extend the left side of the deque with elements from the iterable.",
    ),
    method(
        "rotate",
        rotate,
        "($self, n=1, /)",
        "Rotate the deque n steps to the right.  If n is negative, rotates left.",
    ),
    method("reverse", reverse, "($self, /)", "Reverse *IN PLACE*."),
    method(
        "count",
        ops::count,
        "($self, value, /)",
        "Return number of occurrences of value.",
    ),
    method(
        "index",
        ops::index,
        "($self, value, start=0, stop=None, /)",
        "Return first index of value.",
    ),
    method(
        "insert",
        ops::insert,
        "($self, index, value, /)",
        "Insert value before index.",
    ),
    method(
        "remove",
        ops::remove,
        "($self, value, /)",
        "Remove first occurrence of value.",
    ),
    slot("__len__", ops::len),
    slot("__contains__", ops::contains),
    slot("__getitem__", ops::getitem),
    slot("__setitem__", ops::setitem),
    slot("__delitem__", ops::delitem),
    slot("__add__", ops::add),
    slot("__iadd__", ops::iadd),
    slot("__mul__", ops::mul),
    slot("__rmul__", ops::mul),
    slot("__imul__", ops::imul),
    slot("__iter__", deque_iter::iter),
    method(
        "__reversed__",
        deque_iter::reversed,
        "($self, /)",
        "Return a reverse iterator over the deque.",
    ),
    slot("__repr__", ops::repr),
    slot("__reduce__", ops::reduce),
    method(
        "__sizeof__",
        ops::sizeof,
        "($self, /)",
        "Return the size of the deque in memory, in bytes.",
    ),
    CLASS_GETITEM,
];

/// Attributes of `deque`.
pub static GETSETS: &[GetSetDef] = &[getter(
    "maxlen",
    get_maxlen,
    "maximum size of a deque or None if unbounded",
)];

/// The state of a deque.
pub fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(Ref<Native>, &'a Deque)> {
    native::<Deque>(v).ok_or_else(|| vm.wrong_self("deque", "collections.deque", *v))
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = native_class(vm, args[0])?;
    Ok(Native::new(vm, ty, Deque::empty(usize::MAX)).value())
}

/// A new deque of the type of `like`, without running Python; with the same `maxlen`.
pub fn new_like(vm: &mut Vm, like: Value, maxlen: usize) -> Value {
    let ty = vm.type_of(like);
    Native::new(vm, ty, Deque::empty(maxlen)).value()
}

fn init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let maxlen = match args[2] {
        v if v.is_absent() => usize::MAX,
        v if as_int(&v).is_none() => return Err(vm.type_error("an integer is required")),
        v => match usize::try_from(vm.ssize(v)?) {
            Ok(n) => n,
            Err(_) => return Err(vm.value_error("maxlen must be non-negative")),
        },
    };
    let (owner, d) = this(vm, &args[0])?;
    d.maxlen.set(maxlen);
    d.clear();
    if !args[1].is_null() {
        extend_from(vm, owner, d, args[1])?;
    }
    Ok(Value::NONE)
}

/// Appends all items of an iterable.
pub fn extend_from(vm: &mut Vm, owner: Ref<Native>, d: &Deque, source: Value) -> PyResult<()> {
    if source == owner.value() {
        let all = ops::snapshot(vm, d);
        for v in all.as_slice() {
            d.push(vm, owner, *v);
        }
        return Ok(());
    }
    vm.for_each(source, |vm, v| {
        d.push(vm, owner, v);
        Ok(true)
    })
}

fn append(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (owner, d) = this(vm, &args[0])?;
    d.push(vm, owner, args[1]);
    Ok(Value::NONE)
}

fn appendleft(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (owner, d) = this(vm, &args[0])?;
    d.push_front(vm, owner, args[1]);
    Ok(Value::NONE)
}

fn pop(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, d) = this(vm, &args[0])?;
    d.pop_back()
        .ok_or_else(|| vm.index_error("pop from an empty deque"))
}

fn popleft(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, d) = this(vm, &args[0])?;
    d.pop_front()
        .ok_or_else(|| vm.index_error("pop from an empty deque"))
}

fn clear(vm: &mut Vm, args: &[Value]) -> PyResult {
    this(vm, &args[0])?.1.clear();
    Ok(Value::NONE)
}

/// `deque.copy()`
pub fn copy(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, d) = this(vm, &args[0])?;
    let ty = vm.type_of(args[0]);
    if ty.has(tflag::IMMUTABLE) {
        let new = new_like(vm, args[0], d.maxlen.get());
        let (owner, n) = this(vm, &new)?;
        for i in 0..d.len() {
            n.push(vm, owner, d.get(i).unwrap_or(Value::NONE));
        }
        return Ok(new);
    }
    if d.maxlen.get() == usize::MAX {
        return vm.call(ty.value(), &[args[0]]);
    }
    vm.call(ty.value(), &[args[0], Value::from_usize(d.maxlen.get())])
}

fn extend(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (owner, d) = this(vm, &args[0])?;
    extend_from(vm, owner, d, args[1])?;
    Ok(Value::NONE)
}

fn extendleft(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (owner, d) = this(vm, &args[0])?;
    if args[1] == args[0] {
        let all = ops::snapshot(vm, d);
        for v in all.as_slice() {
            d.push_front(vm, owner, *v);
        }
        return Ok(Value::NONE);
    }
    vm.for_each(args[1], |vm, v| {
        d.push_front(vm, owner, v);
        Ok(true)
    })?;
    Ok(Value::NONE)
}

fn rotate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = crate::util::ssize_or(vm, args[1], 1)?;
    this(vm, &args[0])?.1.rotate(n);
    Ok(Value::NONE)
}

fn reverse(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, d) = this(vm, &args[0])?;
    d.changed();
    let n = d.len();
    for i in 0..n / 2 {
        if let (Some(a), Some(b)) = (d.get(i), d.get(n - 1 - i)) {
            d.set(i, b);
            d.set(n - 1 - i, a);
        }
    }
    Ok(Value::NONE)
}

fn get_maxlen(vm: &mut Vm, v: Value) -> PyResult {
    let (_, d) = this(vm, &v)?;
    Ok(match d.maxlen.get() {
        usize::MAX => Value::NONE,
        n => Value::from_usize(n),
    })
}
