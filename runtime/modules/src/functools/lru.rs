//! The wrapper behind `functools.lru_cache`: a dict in order of use. The hit path runs no Python code but the keys' own
//! `__hash__` and `__eq__`.
//!
//! A single exact int or str argument is its own key; other calls use a tuple of arguments, keyword mark, keywords, types.

use crate::util::{items, native_class};
use skein_runtime::builtins::method::PyMethod;
use skein_runtime::prelude::*;
use skein_runtime::soft::is_python;
use std::cell::Cell;

struct Lru {
    func: Slot,
    cache: RefSlot<PyDict>,
    info_type: Slot,
    kw_mark: Slot,
    /// `None`: unbounded.
    maxsize: Option<usize>,
    typed: bool,
    hits: Cell<i64>,
    misses: Cell<i64>,
    /// No live entry is before this position of the dict (valid while the dict was not rebuilt).
    first: Cell<usize>,
    positions: Cell<usize>,
}

impl NativeData for Lru {
    fn trace(&self, t: &mut Tracer) {
        for s in [&self.func, &self.info_type, &self.kw_mark] {
            t.visit_slot(s);
        }
        t.visit(self.cache.value());
    }
}

/// Methods of `_lru_cache_wrapper`.
pub static METHODS: &[NativeDef] = &[
    static_method(
        "__new__",
        new,
        "($type, user_function, maxsize, typed, cache_info_type)",
        NEW_DOC,
    ),
    slot("__call__", call).with_direct(call_direct).soft(),
    slot("__get__", get),
    method(
        "cache_info",
        cache_info,
        "($self, /)",
        "Report cache statistics",
    ),
    method(
        "cache_clear",
        cache_clear,
        "($self, /)",
        "Clear the cache and cache statistics",
    ),
    method("__copy__", myself, "($self, /)", "The wrapper itself."),
    method(
        "__deepcopy__",
        myself_deep,
        "($self, memo, /)",
        "The wrapper itself.",
    ),
    slot("__reduce__", reduce),
];

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(Ref<Native>, &'a Lru)> {
    native::<Lru>(v).ok_or_else(|| vm.wrong_self("__call__", "functools._lru_cache_wrapper", *v))
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = native_class(vm, args[0])?;
    if !vm.is_callable(args[1]) {
        return Err(vm.type_error("the first argument must be callable"));
    }
    let maxsize = match args[2] {
        Value::NONE => None,
        v if as_int(&v).is_none() => return Err(vm.type_error("maxsize should be integer or None")),
        v => Some(vm.ssize(v)?.max(0) as usize),
    };
    let typed = vm.truth(args[3])?;
    let object = vm.builtin_type(ids::OBJECT);
    let mark = vm.alloc_instance(object).value();
    let cache = PyDict::new(vm);
    let data = Lru {
        func: Slot::new(args[1]),
        cache: RefSlot::new(cache),
        info_type: Slot::new(args[4]),
        kw_mark: Slot::new(mark),
        maxsize,
        typed,
        hits: Cell::new(0),
        misses: Cell::new(0),
        first: Cell::new(0),
        positions: Cell::new(0),
    };
    Ok(Native::new(vm, ty, data).value())
}

fn make_key(vm: &mut Vm, c: &Lru, given: &[Value], kwargs: Value) -> Value {
    let kw = kwargs.cast::<PyDict>().filter(|d| !d.is_empty());
    if kw.is_none() && !c.typed {
        if let [v] = given
            && (v.is_int() || matches!(v.shape_id(), ids::STR | ids::INT))
        {
            return *v;
        }
        return vm.new_tuple(given);
    }
    let mut key = ValueVec::with_capacity(&vm.heap, given.len() * 2 + 4);
    for v in given {
        key.push(&vm.heap, *v);
    }
    let mut at = 0;
    if let Some(d) = kw {
        key.push(&vm.heap, c.kw_mark.get());
        while let Some((i, k, v)) = d.next_entry(at) {
            key.push(&vm.heap, k);
            key.push(&vm.heap, v);
            at = i + 1;
        }
    }
    if c.typed {
        for v in given {
            let ty = vm.type_of(*v).value();
            key.push(&vm.heap, ty);
        }
        at = 0;
        while let Some((i, _, v)) = kw.and_then(|d| d.next_entry(at)) {
            let ty = vm.type_of(v).value();
            key.push(&vm.heap, ty);
            at = i + 1;
        }
    }
    vm.new_tuple(key.as_slice())
}

fn call_cached(vm: &mut Vm, this_value: Value, given: &[Value], kwargs: Value) -> PyResult {
    let soft = vm.take_soft();
    let (_, c) = this(vm, &this_value)?;
    if c.maxsize == Some(0) {
        c.misses.set(c.misses.get() + 1);
        if let Some(soft) = soft.filter(|_| is_python(c.func.get())) {
            return soft.tail(vm, c.func.get(), given, kwargs);
        }
        return vm.call_dict(c.func.get(), given, kwargs);
    }
    let key = make_key(vm, c, given, kwargs);
    let hash = vm.hash_for_table(key)?;
    let cache = c.cache.expect();
    if let Some(at) = cache.find(vm, key, hash)? {
        c.hits.set(c.hits.get() + 1);
        let v = cache.value_at(at);
        if c.maxsize.is_some() && at + 1 < cache.positions() {
            cache.move_to_end(vm, at);
            c.note_rebuild(cache);
        }
        return Ok(v);
    }
    if vm.python_forbidden.get() {
        // Machine code asks again where Python code may run: it is counted then.
        return Err(vm.system_error("Python code called by machine code"));
    }
    c.misses.set(c.misses.get() + 1);
    if let Some(soft) = soft.filter(|_| is_python(c.func.get())) {
        let given = vm.new_tuple(given);
        let keywords = match kwargs.non_null() {
            Some(d) => d,
            None => PyDict::new(vm).value(),
        };
        let all = [c.func.get(), given, keywords, this_value, key];
        return soft.call(vm, "call_cached", &all);
    }
    let v = vm.call_dict(c.func.get(), given, kwargs)?;
    keep_result(vm, c, key, hash, v)
}

/// Keeps what a call gave. Args: the wrapper, the key, the result, which is returned.
pub fn keep(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, c) = this(vm, &args[0])?;
    let hash = vm.hash_for_table(args[1])?;
    keep_result(vm, c, args[1], hash, args[2])
}

fn keep_result(vm: &mut Vm, c: &Lru, key: Value, hash: u64, v: Value) -> PyResult {
    // The call may have cleared the cache or stored the same key.
    let cache = c.cache.expect();
    if cache.find(vm, key, hash)?.is_some() {
        return Ok(v);
    }
    if c.maxsize.is_some_and(|n| cache.len() >= n)
        && let Some((at, _, _)) = cache
            .next_entry(c.first.get())
            .or_else(|| cache.next_entry(0))
    {
        cache.remove_at(at);
        c.first.set(at + 1);
    }
    cache.insert_hashed(vm, key, hash, v)?;
    c.note_rebuild(cache);
    Ok(v)
}

impl Lru {
    /// Entry positions shrink only when the dict was rebuilt: then the search for the oldest entry starts at 0 again.
    fn note_rebuild(&self, cache: Ref<PyDict>) {
        if cache.positions() <= self.positions.get() {
            self.first.set(0);
        }
        self.positions.set(cache.positions());
    }
}

fn call(vm: &mut Vm, args: &[Value]) -> PyResult {
    call_cached(vm, args[0], items(&args[1]), args[2])
}

fn call_direct(vm: &mut Vm, args: &[Value]) -> Option<PyResult> {
    let (this, given) = args.split_first()?;
    Some(call_cached(vm, *this, given, Value::NULL))
}

fn get(vm: &mut Vm, args: &[Value]) -> PyResult {
    if args[1].is_absent() {
        return Ok(args[0]);
    }
    Ok(PyMethod::new(vm, args[0], args[1]).value())
}

fn cache_info(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, c) = this(vm, &args[0])?;
    let (hits, misses) = (vm.new_int(c.hits.get()), vm.new_int(c.misses.get()));
    let maxsize = c.maxsize.map_or(Value::NONE, Value::from_usize);
    let size = Value::from_usize(c.cache.expect().len());
    vm.call(c.info_type.get(), &[hits, misses, maxsize, size])
}

fn cache_clear(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (owner, c) = this(vm, &args[0])?;
    let cache = PyDict::new(vm);
    c.cache.set(owner, cache);
    for n in [&c.hits, &c.misses] {
        n.set(0);
    }
    c.first.set(0);
    c.positions.set(0);
    Ok(Value::NONE)
}

fn myself(_vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(args[0])
}

fn myself_deep(_vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(args[0])
}

fn reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.names.__qualname__;
    vm.get_attr(args[0], name)
}
