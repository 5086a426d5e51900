//! `_abc`: the machinery of abstract base classes.
//!
//! Positive and negative answers are cached by the version number of the class asked about: numbers are never reused and
//! change when the class does, so the caches hold no objects and need no weak references.

use crate::util::state_type;
use skein_runtime::builtins::weakref;
use skein_runtime::number_hash::BuildNumberHasher;
use skein_runtime::prelude::*;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;

/// `_abc`
pub const MODULE: ModuleDef = ModuleDef { name: "_abc", init };

/// Answers remembered per class before the cache starts anew.
const CACHE_LIMIT: usize = 1 << 14;

/// Version numbers of classes.
type Versions = HashSet<u32, BuildNumberHasher>;

struct AbcData {
    /// Weak references to registered classes.
    registry: RefSlot<PyList>,
    positive: RefCell<Versions>,
    negative: RefCell<Versions>,
    negative_version: Cell<i64>,
}

impl NativeData for AbcData {
    fn trace(&self, t: &mut Tracer) {
        t.visit(self.registry.value());
    }
}

static FUNCTIONS: &[NativeDef] = &[
    function(
        "get_cache_token",
        get_cache_token,
        "()",
        "The current ABC cache token.",
    ),
    function(
        "_abc_init",
        abc_init,
        "(self, /)",
        "Set up the state of an abstract base class.",
    ),
    function(
        "_abc_register",
        abc_register,
        "(self, subclass, /)",
        "Register a virtual subclass.",
    ),
    function(
        "_abc_instancecheck",
        abc_instancecheck,
        "(self, instance, /)",
        "isinstance() for abstract base classes.",
    ),
    function(
        "_abc_subclasscheck",
        abc_subclasscheck,
        "(self, subclass, /)",
        "issubclass() for abstract base classes.",
    ),
    function(
        "_get_dump",
        get_dump,
        "(self, /)",
        "Registry and caches, for debugging.",
    ),
    function(
        "_reset_registry",
        reset_registry,
        "(self, /)",
        "Empty the registry, for tests.",
    ),
    function(
        "_reset_caches",
        reset_caches,
        "(self, /)",
        "Empty the caches, for tests.",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    let ty = vm.new_native_type(
        "_abc_data",
        "_abc",
        None,
        Kind::Native,
        tflag::DISALLOW_INSTANTIATION,
        &[],
        &[],
        "Internal state held by ABC machinery.",
    );
    vm.state_set("_abc._abc_data", ty.value());
    Ok(())
}

fn counter(vm: &Vm) -> i64 {
    vm.abc_counter.get()
}

fn get_cache_token(vm: &mut Vm, _args: &[Value]) -> PyResult {
    let n = counter(vm);
    Ok(vm.new_int(n))
}

fn abc_init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let cls = class(vm, args[0])?;
    set_abstract_methods(vm, cls)?;
    let ty = state_type(vm, "_abc._abc_data")?;
    let version = counter(vm);
    let data = AbcData {
        registry: RefSlot::empty(),
        positive: RefCell::default(),
        negative: RefCell::default(),
        negative_version: Cell::new(version),
    };
    let data = Native::new(vm, ty, data).value();
    let name = vm.names._abc_impl;
    vm.set_attr(args[0], name, data)?;
    // collections.abc marks its classes for structural patterns: 1 << 5 sequence, 1 << 6 mapping.
    let name = vm.intern("__abc_tpflags__");
    if let Some(flags) = cls.dict().get_interned(name.value()) {
        let bits = as_i64(flags).unwrap_or(0);
        if bits & 1 << 5 != 0 && bits & 1 << 6 != 0 {
            return Err(vm.type_error(
                "__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING",
            ));
        }
        let mut own = cls.flags.get();
        if bits & 1 << 5 != 0 {
            own = own & !tflag::MAPPING | tflag::SEQUENCE;
        } else if bits & 1 << 6 != 0 {
            own = own & !tflag::SEQUENCE | tflag::MAPPING;
        }
        cls.flags.set(own);
        vm.set_attr(args[0], name, Value::NULL)?;
    }
    Ok(Value::NONE)
}

fn class(vm: &mut Vm, v: Value) -> PyResult<Ref<PyType>> {
    v.cast()
        .ok_or_else(|| vm.type_error("_abc functions need a class"))
}

fn is_abstract(vm: &mut Vm, v: Value) -> PyResult<bool> {
    let name = vm.names.__isabstractmethod__;
    match vm.try_get_attr(v, name)? {
        Some(flag) => vm.truth(flag),
        None => Ok(false),
    }
}

/// Collects the abstract methods of a new class and of its bases into `__abstractmethods__`.
fn set_abstract_methods(vm: &mut Vm, cls: Ref<PyType>) -> PyResult<()> {
    use skein_runtime::builtins::set_ops;
    let frozenset = vm.builtin_type(ids::FROZENSET);
    let names = PySet::new_instance(vm, frozenset);
    let dict = cls.dict();
    let mut at = 0;
    while let Some((i, k, v)) = dict.next_entry(at) {
        if is_abstract(vm, v)? {
            set_ops::add(vm, names, k)?;
        }
        at = i + 1;
    }
    let attr = vm.names.__abstractmethods__;
    for base in cls.bases.expect().items() {
        let Some(inherited) = vm.try_get_attr(*base, attr)? else {
            continue;
        };
        vm.for_each(inherited, |vm, name| {
            if let Some(text) = name.cast::<PyStr>() {
                let text = vm.intern_str(text);
                if let Some(v) = vm.try_get_attr(cls.value(), text)?
                    && is_abstract(vm, v)?
                {
                    set_ops::add(vm, names, name)?;
                }
            }
            Ok(true)
        })?;
    }
    vm.set_attr(cls.value(), attr, names.value())
}

fn data_of(vm: &mut Vm, cls: Value) -> PyResult {
    let name = vm.names._abc_impl;
    if let Some(ty) = cls.cast::<PyType>()
        && let Some(v) = ty.dict().get_interned(name.value())
        && native::<AbcData>(&v).is_some()
    {
        return Ok(v);
    }
    let v = vm.get_attr(cls, name)?;
    if native::<AbcData>(&v).is_some() {
        return Ok(v);
    }
    Err(vm.type_error("_abc_impl is set to a wrong type"))
}

fn abc_data<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(Ref<Native>, &'a AbcData)> {
    native::<AbcData>(v).ok_or_else(|| vm.type_error("_abc_impl is set to a wrong type"))
}

fn abc_register(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (cls, sub) = (args[0], args[1]);
    if !sub.is::<PyType>() {
        return Err(vm.type_error("Can only register classes"));
    }
    if vm.issubclass(sub, cls)? {
        return Ok(sub);
    }
    if vm.issubclass(cls, sub)? {
        return Err(vm.runtime_error("Refusing to create an inheritance cycle"));
    }
    let data = data_of(vm, cls)?;
    let (owner, d) = abc_data(vm, &data)?;
    let list = match d.registry.get() {
        Some(l) => l,
        None => {
            let l = PyList::new(vm);
            d.registry.set(owner, l);
            l
        }
    };
    let weak = weakref::new_plain(vm, sub);
    list.push(vm, weak);
    vm.abc_counter.set(counter(vm) + 1);
    // Classes marked for structural patterns pass the mark on to registered ones.
    if let (Some(c), Some(s)) = (cls.cast::<PyType>(), sub.cast::<PyType>()) {
        let bits = c.flags.get() & (tflag::SEQUENCE | tflag::MAPPING);
        if bits != 0 {
            mark(s, bits);
        }
    }
    Ok(sub)
}

fn mark(ty: Ref<PyType>, bits: u32) {
    // Builtin types say themselves what they are: str is no sequence in patterns.
    if ty.has(tflag::IMMUTABLE) {
        return;
    }
    ty.flags
        .set(ty.flags.get() & !(tflag::SEQUENCE | tflag::MAPPING) | bits);
    if let Some(list) = ty.subclasses.get() {
        for i in 0..list.len() {
            let sub = weakref::target_of(list.get(i)).unwrap_or(list.get(i));
            if let Some(sub) = sub.cast::<PyType>() {
                mark(sub, bits);
            }
        }
    }
}

fn abc_instancecheck(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (cls, instance) = (args[0], args[1]);
    let ty = vm.type_of(instance);
    let data = data_of(vm, cls)?;
    let (_, d) = abc_data(vm, &data)?;
    let (name, object) = (vm.names.__class__, vm.builtin_type(ids::OBJECT));
    let plain =
        vm.type_lookup(ty, name) == vm.type_lookup(object, name) && !ty.has(tflag::CUSTOM_GETATTR);
    let sub = if plain {
        ty.value()
    } else {
        vm.get_attr(instance, name)?
    };
    if let Some(answer) = cached(vm, d, sub)
        && (answer || sub == ty.value())
    {
        return Ok(Value::bool(answer));
    }
    let check = |vm: &mut Vm, sub: Value| -> PyResult<bool> {
        let r = vm.call_method(cls, "__subclasscheck__", &[sub])?;
        vm.truth(r)
    };
    if check(vm, sub)? {
        return Ok(Value::TRUE);
    }
    if sub == ty.value() {
        return Ok(Value::FALSE);
    }
    Ok(Value::bool(check(vm, ty.value())?))
}

/// What the caches say about a class.
fn cached(vm: &mut Vm, d: &AbcData, sub: Value) -> Option<bool> {
    let version = sub.cast::<PyType>()?.version(vm);
    if d.positive.borrow().contains(&version) {
        return Some(true);
    }
    let now = counter(vm);
    if d.negative_version.get() < now {
        d.negative.borrow_mut().clear();
        d.negative_version.set(now);
        return None;
    }
    d.negative.borrow().contains(&version).then_some(false)
}

fn remember(vm: &mut Vm, d: &AbcData, sub: Ref<PyType>, answer: bool) -> Value {
    let version = sub.version(vm);
    let mut set = if answer {
        d.positive.borrow_mut()
    } else {
        d.negative.borrow_mut()
    };
    if set.len() >= CACHE_LIMIT {
        set.clear();
    }
    set.insert(version);
    Value::bool(answer)
}

fn abc_subclasscheck(vm: &mut Vm, args: &[Value]) -> PyResult {
    let cls = args[0];
    let Some(sub) = args[1].cast::<PyType>() else {
        return Err(vm.type_error("issubclass() arg 1 must be a class"));
    };
    let data = data_of(vm, cls)?;
    let (_, d) = abc_data(vm, &data)?;
    if let Some(answer) = cached(vm, d, args[1]) {
        return Ok(Value::bool(answer));
    }
    let hooked = vm.call_method(cls, "__subclasshook__", &[args[1]])?;
    match hooked {
        Value::TRUE => return Ok(remember(vm, d, sub, true)),
        Value::FALSE => return Ok(remember(vm, d, sub, false)),
        Value::NOT_IMPLEMENTED => {}
        _ => {
            return Err(vm.raise(
                ids::ASSERTION_ERROR,
                "__subclasshook__ must return either False, True, or NotImplemented",
            ));
        }
    }
    if cls.cast::<PyType>().is_some_and(|c| sub.is_subtype(c)) {
        return Ok(remember(vm, d, sub, true));
    }
    if let Some(list) = d.registry.get() {
        let mut i = 0;
        while let Some(weak) = list.try_get(i) {
            i += 1;
            let Some(registered) = weakref::target_of(weak) else {
                continue;
            };
            if registered == args[1] || vm.issubclass(args[1], registered)? {
                return Ok(remember(vm, d, sub, true));
            }
        }
    }
    let subclasses = vm.call_method(cls, "__subclasses__", &[])?;
    let all = vm.collect(subclasses)?;
    for s in all.as_slice() {
        if vm.issubclass(args[1], *s)? {
            return Ok(remember(vm, d, sub, true));
        }
    }
    Ok(remember(vm, d, sub, false))
}

fn get_dump(vm: &mut Vm, args: &[Value]) -> PyResult {
    use skein_runtime::builtins::set_ops;
    let data = data_of(vm, args[0])?;
    let (_, d) = abc_data(vm, &data)?;
    let registry = PySet::new(vm);
    if let Some(list) = d.registry.get() {
        for i in 0..list.len() {
            if weakref::target_of(list.get(i)).is_some() {
                set_ops::add(vm, registry, list.get(i))?;
            }
        }
    }
    let (positive, negative) = (PySet::new(vm), PySet::new(vm));
    let version = vm.new_int(d.negative_version.get());
    Ok(vm.new_tuple(&[
        registry.value(),
        positive.value(),
        negative.value(),
        version,
    ]))
}

fn reset_registry(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = data_of(vm, args[0])?;
    abc_data(vm, &data)?.1.registry.clear();
    Ok(Value::NONE)
}

fn reset_caches(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = data_of(vm, args[0])?;
    let (_, d) = abc_data(vm, &data)?;
    d.positive.borrow_mut().clear();
    d.negative.borrow_mut().clear();
    Ok(Value::NONE)
}
