//! Attributes and items, with their inline caches.
//!
//! Cache words: ext 1 = shape id << 32 | type epoch, ext 2 = byte offset, method or getter. The epoch changes whenever a
//! type changes in a way that could move an attribute, so one comparison checks everything.

use super::Step;
use super::call::{Flow, begin, begin_with_self, store};
use super::run::cx::{Cx, Pc};
use super::run::ret::{self, Action, ret};
use super::run::special;
use skein_compiler::bytecode::Op;
use skein_runtime::builtins::builtin::PyBuiltin;
use skein_runtime::builtins::property::PyProperty;
use skein_runtime::builtins::wrapper::method_wrapper;
use skein_runtime::object::attr::Found;
use skein_runtime::object::attr_cache::Answer;
use skein_runtime::prelude::*;

/// The cache key of an object under the present epoch; shapes in dict mode and immediates have none.
fn cache_key(vm: &Vm, v: Value) -> Option<u64> {
    let shape = vm.shape_of(v)?;
    if shape.dict_mode {
        return None;
    }
    Some((v.shape_id() as u64) << 32 | vm.type_epoch.get() as u64)
}

/// As [`cache_key`], if no object of the shape can have an attribute `name` of its own (a deleted one leaves its place).
fn type_cache_key(vm: &Vm, v: Value, name: Ref<PyStr>) -> Option<u64> {
    cache_key(vm, v).filter(|_| vm.shape_of(v).is_some_and(|s| s.lookup(name).is_none()))
}

/// `LoadAttr` and `LoadMethod`
pub fn op_load_attr(vm: &mut Vm, cx: Cx) -> Step {
    let method = is_load_method(cx);
    let (v, name) = (cx.reg(cx.b()), cx.name(cx.c()));
    let ty = vm.type_of(v);
    let word = ret(Action::GetAttr, 3, cx.a(), method as u32);
    let hooked = ty.has(tflag::CUSTOM_GETATTR);
    if hooked && (v.kind() == Some(Kind::Type) || has_getattribute(vm, ty)) {
        return load_hooked(vm, cx, v, ty, name, word);
    }
    if let Some(of) = v.cast::<PyType>() {
        return load_of_type(vm, cx, of, name, method);
    }
    match vm.find_attribute(v, name) {
        Found::Own(r) => {
            cache_own(vm, cx, v, name, method);
            Ok(put(cx, method, r))
        }
        Found::Plain(r) => {
            if !method
                && is_plain(r)
                && let Some(key) = type_cache_key(vm, v, name)
            {
                let version = ty.version(vm) as u64;
                cx.set_ext(1, key & !0xffff_ffff | version);
                cx.set_ext(2, r.bits());
                cx.set_opcode(special::LOAD_ATTR_CLASS);
            }
            Ok(put(cx, method, r))
        }
        Found::Method(f) if method => {
            if let Some(key) = type_cache_key(vm, v, name) {
                cx.set_ext(1, key);
                cx.set_ext(2, f.bits());
                cx.set_opcode(special::LOAD_METHOD_CACHED);
                vm.attr_cache.fill(key, name, Answer::Method, f.bits());
            }
            cx.set(cx.a(), f);
            cx.set(cx.a() + 1, v);
            Ok(cx.after(3))
        }
        Found::Descriptor(d) if method && method_wrapper(vm, d).is_some() => {
            load_wrapped_method(vm, cx, v, ty, d, name)
        }
        Found::DataDescriptor(d) if d.shape_id() == ids::PROPERTY => {
            let getter = d.cast::<PyProperty>().map_or(Value::NULL, |p| p.fget.get());
            if getter.kind() != Some(Kind::Function) && hooked {
                return load_hooked(vm, cx, v, ty, name, word);
            }
            if getter.kind() == Some(Kind::Function) {
                if !method && let Some(key) = cache_key(vm, v) {
                    cx.set_ext(1, key);
                    cx.set_ext(2, getter.bits());
                    cx.set_opcode(special::LOAD_ATTR_PROPERTY);
                }
                let flow = begin(vm, getter, &[v], None, word)?;
                return Ok(finish_load(cx, method, flow));
            }
            let r = vm.descriptor_get(d, v, ty)?;
            Ok(put(cx, method, r))
        }
        _ if hooked => load_hooked(vm, cx, v, ty, name, word),
        Found::DataDescriptor(d) | Found::Descriptor(d) if python_get(vm, d).is_some() => {
            let get = python_get(vm, d).unwrap_or(Value::NULL);
            let flow = begin(vm, get, &[d, v, ty.value()], None, word)?;
            Ok(finish_load(cx, method, flow))
        }
        Found::DataDescriptor(d) => {
            if !method
                && let Some(offset) = member_offset(vm, v, ty, d)
                && let Some(key) = cache_key(vm, v)
            {
                cx.set_ext(1, key);
                cx.set_ext(2, offset as u64);
                cx.set_opcode(special::LOAD_ATTR_SLOT);
                vm.attr_cache.fill(key, name, Answer::Load, offset as u64);
            } else if !method
                && v.is::<PyTuple>()
                && let Some(position) = Native::tuple_field(d)
                && let Some(key) = cache_key(vm, v)
            {
                cx.set_ext(1, key);
                cx.set_ext(2, position as u64);
                cx.set_opcode(special::LOAD_ATTR_ITEM);
            }
            let r = vm.descriptor_get(d, v, ty)?;
            Ok(put(cx, method, r))
        }
        _ => {
            let r = vm.get_attr_generic(v, name)?;
            Ok(put(cx, method, r))
        }
    }
}

/// The `__get__` of a descriptor if it is written in Python.
fn python_get(vm: &mut Vm, descriptor: Value) -> Option<Value> {
    if descriptor.shape_id() < ids::FIRST_DYNAMIC {
        return None;
    }
    let name = vm.names.__get__;
    vm.lookup_special(descriptor, name)
        .filter(|m| m.kind() == Some(Kind::Function))
}

/// A static or class method found for a call through an instance.
fn load_wrapped_method(
    vm: &mut Vm,
    cx: Cx,
    v: Value,
    ty: Ref<PyType>,
    wrapper: Value,
    name: Ref<PyStr>,
) -> Step {
    let (id, f) = method_wrapper(vm, wrapper).unwrap_or((0, Value::NULL));
    if f.kind() != Some(Kind::Function) {
        let r = vm.descriptor_get(wrapper, v, ty)?;
        return Ok(put(cx, true, r));
    }
    let of_class = id == ids::CLASSMETHOD;
    if let Some(key) = type_cache_key(vm, v, name) {
        cx.set_ext(1, key);
        cx.set_ext(2, f.bits() | of_class as u64);
        cx.set_opcode(special::LOAD_METHOD_WRAPPED);
    }
    cx.set(cx.a(), f);
    cx.set(cx.a() + 1, if of_class { ty.value() } else { Value::NULL });
    Ok(cx.after(3))
}

/// Loads an attribute of a type object and remembers what its MRO gives as it is: plain values, functions, and for a call
/// static and class methods. Those of a metaclass are looked up each time.
fn load_of_type(vm: &mut Vm, cx: Cx, ty: Ref<PyType>, name: Ref<PyStr>, method: bool) -> Step {
    let (Found::Plain(found) | Found::Method(found) | Found::Descriptor(found), true) =
        vm.find_type_attribute(ty, name)
    else {
        let r = vm.get_attr(ty.value(), name)?;
        return Ok(put(cx, method, r));
    };
    let key = (ty.version(vm) as u64) << 32 | vm.type_epoch.get() as u64;
    let plain = vm.is_plain_attribute(found);
    let (f, tag) = match method_wrapper(vm, found) {
        Some((ids::STATICMETHOD, f)) => (f, 0),
        Some((_, f)) if method && f.kind() == Some(Kind::Function) => (f, 1),
        Some(_) => (Value::NULL, 0),
        None if matches!(
            found.shape_id(),
            ids::FUNCTION | ids::WRAPPER_DESCRIPTOR | ids::METHOD_DESCRIPTOR
        ) =>
        {
            (found, 0)
        }
        // The epoch changes when the type of an object found here becomes a descriptor.
        _ if plain && found.kind() != Some(Kind::Builtin) => (found, 0),
        _ => (Value::NULL, 0),
    };
    if f.is_null() || (method && !f.is_object()) {
        let r = vm.get_attr(ty.value(), name)?;
        return Ok(put(cx, method, r));
    }
    cx.set_ext(1, key);
    cx.set_ext(2, f.bits() | tag);
    cx.set_opcode(if method {
        special::LOAD_METHOD_OF_TYPE
    } else {
        special::LOAD_ATTR_OF_TYPE
    });
    cx.set(cx.a(), f);
    if method {
        let this = if tag == 1 { ty.value() } else { Value::NULL };
        cx.set(cx.a() + 1, this);
    }
    Ok(cx.after(3))
}

/// True if the type has a `__getattribute__` other than `object`'s.
pub(crate) fn has_getattribute(vm: &mut Vm, ty: Ref<PyType>) -> bool {
    let name = vm.names.__getattribute__;
    match vm.type_lookup(ty, name) {
        Some(hook) => !vm.is_default_getattribute(hook),
        None => false,
    }
}

/// `x` distinguishes nothing here: the opcode says whether a call follows.
fn is_load_method(cx: Cx) -> bool {
    let op = cx.insn.opcode();
    op == Op::LoadMethod as u8
}

fn put(cx: Cx, method: bool, v: Value) -> super::run::cx::Pc {
    cx.set(cx.a(), v);
    if method {
        cx.set(cx.a() + 1, Value::NULL);
    }
    cx.after(3)
}

fn finish_load(cx: Cx, method: bool, flow: Flow) -> super::run::cx::Pc {
    match flow {
        Flow::Done(v) => put(cx, method, v),
        Flow::Entered(pc) => pc,
    }
}

fn cache_own(vm: &mut Vm, cx: Cx, v: Value, name: Ref<PyStr>, method: bool) {
    if let Some(m) = v.cast::<PyModule>() {
        if let Some(i) = m.dict().find_interned(name.value()) {
            let version = m.dict().keys_version(vm);
            cx.set_ext(1, (v.shape_id() as u64) << 32 | version as u64);
            cx.set_ext(2, i as u64);
            cx.set_opcode(if method {
                special::LOAD_METHOD_MODULE
            } else {
                special::LOAD_ATTR_MODULE
            });
        }
        return;
    }
    let (Some(key), Some(shape)) = (cache_key(vm, v), vm.shape_of(v)) else {
        return;
    };
    if let Some(offset) = shape.lookup(name).and_then(|i| vm.inline_offset(shape, i)) {
        cx.set_ext(1, key);
        cx.set_ext(2, offset as u64);
        vm.attr_cache.fill(key, name, Answer::Load, offset as u64);
        cx.set_opcode(if method {
            special::LOAD_METHOD_SLOT
        } else {
            special::LOAD_ATTR_SLOT
        });
    }
}

fn load_hooked(
    vm: &mut Vm,
    cx: Cx,
    v: Value,
    ty: Ref<PyType>,
    name: Ref<PyStr>,
    word: u64,
) -> Step {
    let method = is_load_method(cx);
    let names = vm.names;
    let hook = vm.type_lookup(ty, names.__getattribute__);
    if let Some(h) = hook
        && !vm.is_default_getattribute(h)
    {
        if h.kind() == Some(Kind::Function) {
            let flow = begin(vm, h, &[v, name.value()], None, word)?;
            return Ok(finish_load(cx, method, flow));
        }
        let r = vm.get_attr(v, name)?;
        return Ok(put(cx, method, r));
    }
    if v.kind() != Some(Kind::Type) {
        match vm.find_attribute(v, name) {
            Found::Own(r) | Found::Plain(r) => return Ok(put(cx, method, r)),
            Found::Method(f) if method => {
                cx.set(cx.a(), f);
                cx.set(cx.a() + 1, v);
                return Ok(cx.after(3));
            }
            Found::Missing if v.kind() != Some(Kind::Module) => {
                if let Some(g) = vm.type_lookup(ty, names.__getattr__) {
                    let word = ret(
                        if method {
                            Action::StoreMethod
                        } else {
                            Action::Store
                        },
                        3,
                        cx.a(),
                        0,
                    );
                    if g.kind() == Some(Kind::Function) {
                        let flow = begin(vm, g, &[v, name.value()], None, word)?;
                        return Ok(finish_load(cx, method, flow));
                    }
                    let r = vm.call_bound_special(g, v, &[name.value()])?;
                    return Ok(put(cx, method, r));
                }
            }
            _ => {}
        }
    }
    let r = vm.get_attr(v, name)?;
    Ok(put(cx, method, r))
}

/// A `__getattribute__` or getter frame raised AttributeError: the type's `__getattr__` gets its turn. `None`: it has none.
pub fn after_attribute_error(vm: &mut Vm, cx: Cx, word: u64) -> Option<Step> {
    let v = cx.reg(cx.b());
    let name = cx.name(cx.c());
    let hook = vm.names.__getattr__;
    let g = vm.lookup_special(v, hook)?;
    vm.take_raised();
    let action = if ret::aux(word) != 0 {
        Action::StoreMethod
    } else {
        Action::Store
    };
    let bound = if g.kind() == Some(Kind::Function) {
        begin_with_self(vm, g, v, &[name.value()], None, ret(action, 3, cx.a(), 0))
    } else {
        vm.call_bound_special(g, v, &[name.value()]).map(Flow::Done)
    };
    Some(bound.map(|flow| finish_load(cx, ret::aux(word) != 0, flow)))
}

/// `StoreAttr`
pub fn op_store_attr(vm: &mut Vm, cx: Cx) -> Step {
    let (object, v, name) = (cx.reg(cx.a()), cx.reg(cx.b()), cx.name(cx.c()));
    let ty = vm.type_of(object);
    if ty.has(tflag::CUSTOM_SETATTR) {
        let hook = vm.names.__setattr__;
        if let Some(h) = vm.type_lookup(ty, hook)
            && h.kind() == Some(Kind::Function)
        {
            let flow = begin(
                vm,
                h,
                &[object, name.value(), v],
                None,
                ret(Action::Discard, 3, 0, 0),
            )?;
            return Ok(discarded(cx, flow, 3));
        }
        vm.set_attr(object, name, v)?;
        return Ok(cx.after(3));
    }
    let Some(shape) = vm
        .shape_of(object)
        .filter(|s| s.has_dict && !s.dict_mode && s.ext_offset != 0)
    else {
        cache_member_store(vm, cx, object, ty, name);
        vm.set_attr(object, name, v)?;
        return Ok(cx.after(3));
    };
    if object.kind() == Some(Kind::Type) {
        vm.set_attr(object, name, v)?;
        return Ok(cx.after(3));
    }
    if let Some(on_type) = vm.type_lookup(ty, name)
        && !is_plain(on_type)
    {
        if on_type.shape_id() == ids::PROPERTY
            && let Some(p) = on_type.cast::<PyProperty>()
            && p.fset.get().kind() == Some(Kind::Function)
        {
            let flow = begin(
                vm,
                p.fset.get(),
                &[object, v],
                None,
                ret(Action::Discard, 3, 0, 0),
            )?;
            return Ok(discarded(cx, flow, 3));
        }
        if on_type.shape_id() >= ids::FIRST_DYNAMIC {
            let set = vm.names.__set__;
            let method = vm.lookup_special(on_type, set);
            if let Some(m) = method.filter(|m| m.kind() == Some(Kind::Function)) {
                let word = ret(Action::Discard, 3, 0, 0);
                let flow = begin(vm, m, &[on_type, object, v], None, word)?;
                return Ok(discarded(cx, flow, 3));
            }
        }
        vm.set_attr(object, name, v)?;
        return Ok(cx.after(3));
    }
    let key = cache_key(vm, object);
    vm.set_own_attribute(object, name, v);
    let (Some(key), Some(after)) = (key, vm.shape_of(object)) else {
        return Ok(cx.after(3));
    };
    if after.dict_mode {
        return Ok(cx.after(3));
    }
    if let Some(offset) = after.lookup(name).and_then(|i| vm.inline_offset(after, i)) {
        cx.set_ext(1, key);
        let (opcode, answer, payload) = if after == shape {
            (special::STORE_ATTR_SLOT, Answer::Store, offset as u64)
        } else {
            let plan = (after.id as u64) << 32 | offset as u64;
            (special::STORE_ATTR_ADD, Answer::Add, plan)
        };
        cx.set_ext(2, payload);
        cx.set_opcode(opcode);
        vm.attr_cache.fill(key, name, answer, payload);
    }
    Ok(cx.after(3))
}

/// Remembers the place of a `__slots__` member for later stores.
fn cache_member_store(vm: &mut Vm, cx: Cx, object: Value, ty: Ref<PyType>, name: Ref<PyStr>) {
    if let Some(on_type) = vm.type_lookup(ty, name)
        && let Some(offset) = member_offset(vm, object, ty, on_type)
        && let Some(key) = cache_key(vm, object)
    {
        cx.set_ext(1, key);
        cx.set_ext(2, offset as u64);
        cx.set_opcode(special::STORE_ATTR_SLOT);
        vm.attr_cache.fill(key, name, Answer::Store, offset as u64);
    }
}

/// The byte offset of a `__slots__` member in instances like `object`.
fn member_offset(vm: &Vm, object: Value, ty: Ref<PyType>, descriptor: Value) -> Option<usize> {
    let m = descriptor.cast::<skein_runtime::builtins::getset::PyMember>()?;
    let shape = vm.shape_of(object)?;
    (shape.ext_offset != 0
        && shape.ext_offset != skein_runtime::object::shape::FROM_END
        && m.index < shape.member_slots as usize
        && ty.is_subtype(m.owner.expect()))
    .then(|| shape.ext_offset as usize + 8 + 8 * m.index)
}

fn is_plain(v: Value) -> bool {
    v.shape_id() < ids::FIRST_DYNAMIC
        && !matches!(v.kind(), Some(Kind::GetSet | Kind::Member | Kind::Property))
}

/// `DelAttr`
pub fn op_del_attr(vm: &mut Vm, cx: Cx) -> Step {
    if let Some(flow) = begin_delattr(vm, cx.reg(cx.a()), cx.name(cx.c()))? {
        return Ok(discarded(cx, flow, 1));
    }
    vm.set_attr(cx.reg(cx.a()), cx.name(cx.c()), Value::NULL)?;
    super::run::poll::attribute_dropped(vm);
    Ok(cx.after(1))
}

/// Begins a `__delattr__` or the deleter of a property in Python. `None`: as any attribute.
fn begin_delattr(vm: &mut Vm, object: Value, name: Ref<PyStr>) -> PyResult<Option<Flow>> {
    let ty = vm.type_of(object);
    let word = ret(Action::Discard, 1, 0, 0);
    let is_function = |v: &Value| v.kind() == Some(Kind::Function);
    if ty.has(tflag::CUSTOM_SETATTR) {
        let hook = vm.names.__delattr__;
        let method = vm.type_lookup(ty, hook).filter(is_function);
        return method
            .map(|m| begin(vm, m, &[object, name.value()], None, word))
            .transpose();
    }
    if object.kind() == Some(Kind::Type) {
        return Ok(None);
    }
    let property = vm
        .type_lookup(ty, name)
        .and_then(|v| v.cast::<PyProperty>());
    let deleter = property.map(|p| p.fdel.get()).filter(is_function);
    deleter
        .filter(|_| property.is_some_and(|p| p.shape_id() == ids::PROPERTY))
        .map(|f| begin(vm, f, &[object], None, word))
        .transpose()
}

/// Where to go on after a call of which nobody wants the result.
fn discarded(cx: Cx, flow: Flow, len: usize) -> super::run::cx::Pc {
    match flow {
        Flow::Done(_) => cx.after(len),
        Flow::Entered(pc) => pc,
    }
}

/// `LoadSuperAttr`
pub fn op_load_super_attr(vm: &mut Vm, cx: Cx) -> Step {
    let base = cx.b();
    let (callable, cls, this) = (cx.reg(base), cx.reg(base + 1), cx.reg(base + 2));
    let name = cx.name(cx.c());
    let method = cx.insn.x() & 1 != 0;
    if callable == vm.builtin_type(ids::SUPER).value()
        && let Some(start) = cls.cast::<PyType>()
        && name != vm.names.__class__
    {
        let ty = match this.cast::<PyType>() {
            Some(t) if t.is_subtype(start) => Some((t, true)),
            _ if vm.type_of(this).is_subtype(start) => Some((vm.type_of(this), false)),
            _ => None,
        };
        // A class whose metaclass's mro() still runs has none.
        if let Some((ty, through_class)) = ty
            && let Some(mro) = ty.mro.get()
        {
            let from = mro
                .items()
                .iter()
                .position(|t| *t == cls)
                .map_or(mro.len(), |i| i + 1);
            let found = mro.items()[from..].iter().find_map(|t| {
                t.cast::<PyType>()
                    .and_then(|t| t.dict().get_interned(name.value()))
            });
            if let Some(f) = found {
                let binds = f.kind() == Some(Kind::Function)
                    || f.cast::<PyBuiltin>().is_some_and(|b| {
                        matches!(
                            b.value_shape(),
                            ids::METHOD_DESCRIPTOR | ids::WRAPPER_DESCRIPTOR
                        )
                    });
                if binds && method {
                    cx.set(cx.a(), f);
                    cx.set(cx.a() + 1, if through_class { Value::NULL } else { this });
                    return Ok(cx.after(3));
                }
                let object = if through_class && ty.value() == this {
                    Value::NULL
                } else {
                    this
                };
                let getter = f.cast::<PyProperty>().map(|p| p.fget.get());
                if !through_class
                    && f.shape_id() == ids::PROPERTY
                    && let Some(getter) = getter.filter(|g| g.kind() == Some(Kind::Function))
                {
                    let action = match method {
                        true => Action::StoreMethod,
                        false => Action::Store,
                    };
                    let flow = begin(vm, getter, &[this], None, ret(action, 3, cx.a(), 0))?;
                    return Ok(finish_load(cx, method, flow));
                }
                let v = vm.descriptor_get(f, object, ty)?;
                return Ok(put(cx, method, v));
            }
        }
    }
    let bound = if cx.insn.x() & 2 != 0 && callable != vm.builtin_type(ids::SUPER).value() {
        vm.call(callable, &[])?
    } else {
        vm.call(callable, &[cls, this])?
    };
    let v = vm.get_attr(bound, name)?;
    Ok(put(cx, method, v))
}

trait ValueShape {
    fn value_shape(&self) -> u32;
}
impl ValueShape for Ref<PyBuiltin> {
    fn value_shape(&self) -> u32 {
        self.shape_id()
    }
}

/// `LoadSpecial`
pub fn op_load_special(vm: &mut Vm, cx: Cx) -> Step {
    let v = cx.reg(cx.b());
    let n = vm.names;
    let name = [n.__enter__, n.__exit__, n.__aenter__, n.__aexit__][cx.c().min(3)];
    let ty = vm.type_of(v);
    match vm.type_lookup(ty, name) {
        Some(f)
            if f.kind() == Some(Kind::Function)
                || matches!(
                    f.shape_id(),
                    ids::METHOD_DESCRIPTOR | ids::WRAPPER_DESCRIPTOR
                ) =>
        {
            cx.set(cx.a(), f);
            cx.set(cx.a() + 1, v);
        }
        Some(f) => {
            let bound = vm.descriptor_get(f, v, ty)?;
            cx.set(cx.a(), bound);
            cx.set(cx.a() + 1, Value::NULL);
        }
        None => {
            let (kind, other) = if cx.c() < 2 {
                ("context manager", [n.__aenter__, n.__aexit__])
            } else {
                ("asynchronous context manager", [n.__enter__, n.__exit__])
            };
            let missing = name.text_lossy();
            let hint = if vm.type_lookup(ty, other[0]).is_some()
                && vm.type_lookup(ty, other[1]).is_some()
            {
                if cx.c() < 2 {
                    " but it supports the asynchronous context manager protocol. Did you mean to use 'async with'?".to_string()
                } else {
                    " but it supports the context manager protocol. Did you mean to use 'with'?"
                        .to_string()
                }
            } else {
                String::new()
            };
            let qual = vm.full_type_name(ty);
            return Err(vm.type_error(format!("'{qual}' object does not support the {kind} protocol (missed {missing} method){hint}")));
        }
    }
    Ok(cx.after(1))
}

/// Begins a `__getitem__` written in Python; the inner value is where to go on.
fn begin_getitem(
    vm: &mut Vm,
    cx: Cx,
    object: Value,
    key: Value,
) -> PyResult<Option<super::run::cx::Pc>> {
    if object.shape_id() < ids::FIRST_DYNAMIC && object.kind() != Some(Kind::Type) {
        return Ok(None);
    }
    let name = vm.names.__getitem__;
    match vm.lookup_special(object, name) {
        Some(m) if m.kind() == Some(Kind::Function) => {
            let word = ret(Action::Store, 1, cx.a(), 0);
            let flow = begin(vm, m, &[object, key], None, word)?;
            Ok(Some(store(cx, flow, cx.a(), 1)))
        }
        Some(m) if super::call::is_native_method(m, ids::DICT, "__getitem__") => {
            begin_missing(vm, cx, object, key)
        }
        _ => Ok(None),
    }
}

/// Looks up a key in a dict of a subclass, and begins a `__missing__` that runs Python code.
fn begin_missing(vm: &mut Vm, cx: Cx, object: Value, key: Value) -> PyResult<Option<Pc>> {
    let name = vm.names.__missing__;
    let (Some(d), Some(m)) = (object.cast::<PyDict>(), vm.lookup_special(object, name)) else {
        return Ok(None);
    };
    let by_python = m.kind() == Some(Kind::Function);
    if !by_python && !(m.cast::<PyBuiltin>().is_some_and(|b| b.def.soft) && super::soft::ready(vm))
    {
        return Ok(None);
    }
    if let Some(v) = d.get(vm, key)? {
        cx.set(cx.a(), v);
        return Ok(Some(cx.after(1)));
    }
    let word = ret(Action::Store, 1, cx.a(), 0);
    let flow = begin(vm, m, &[object, key], None, word)?;
    Ok(Some(store(cx, flow, cx.a(), 1)))
}

/// Begins a `__setitem__` written in Python; the inner `None`: it has returned already.
fn begin_setitem(
    vm: &mut Vm,
    object: Value,
    key: Value,
    v: Value,
) -> PyResult<Option<Option<super::run::cx::Pc>>> {
    if object.shape_id() < ids::FIRST_DYNAMIC {
        return Ok(None);
    }
    let name = vm.names.__setitem__;
    match vm.lookup_special(object, name) {
        Some(m) if m.kind() == Some(Kind::Function) => {
            let word = ret(Action::Discard, 1, 0, 0);
            Ok(Some(match begin(vm, m, &[object, key, v], None, word)? {
                Flow::Done(_) => None,
                Flow::Entered(pc) => Some(pc),
            }))
        }
        _ => Ok(None),
    }
}

/// `LoadSubscr`
pub fn op_load_subscr(vm: &mut Vm, cx: Cx) -> Step {
    let (object, key) = (cx.reg(cx.b()), cx.reg(cx.c()));
    if object.kind() == Some(Kind::Native)
        && let Some(i) = key.as_small_int()
        && let Some(v) = Native::item(object, vm, i)
    {
        cx.set(cx.a(), v);
        return Ok(cx.after(1));
    }
    if let Some(pc) = begin_getitem(vm, cx, object, key)? {
        return Ok(pc);
    }
    let v = vm.get_item(object, key)?;
    cx.set(cx.a(), v);
    Ok(cx.after(1))
}

/// `StoreSubscr`
pub fn op_store_subscr(vm: &mut Vm, cx: Cx) -> Step {
    let (object, key, v) = (cx.reg(cx.a()), cx.reg(cx.b()), cx.reg(cx.c()));
    if object.kind() == Some(Kind::Native)
        && let Some(i) = key.as_small_int()
        && Native::set_item(object, vm, i, v)
    {
        return Ok(cx.after(1));
    }
    if let Some(pc) = begin_setitem(vm, object, key, v)? {
        return Ok(pc.unwrap_or(cx.after(1)));
    }
    vm.set_item(object, key, v)?;
    Ok(cx.after(1))
}

/// `DelSubscr`
pub fn op_del_subscr(vm: &mut Vm, cx: Cx) -> Step {
    let (object, key) = (cx.reg(cx.a()), cx.reg(cx.b()));
    if object.shape_id() >= ids::FIRST_DYNAMIC {
        let name = vm.names.__delitem__;
        let method = vm.lookup_special(object, name);
        if let Some(m) = method.filter(|m| m.kind() == Some(Kind::Function)) {
            let word = ret(Action::Discard, 1, 0, 0);
            let flow = begin(vm, m, &[object, key], None, word)?;
            return Ok(discarded(cx, flow, 1));
        }
    }
    if object.shape_id() == ids::DICT
        && let Some(d) = object.cast::<PyDict>()
    {
        let Some(old) = d.remove(vm, key)? else {
            return Err(vm.key_error(key));
        };
        super::run::poll::item_dropped(vm, old);
    } else {
        vm.del_item(object, key)?;
        if object.shape_id() == ids::LIST {
            super::run::poll::attribute_dropped(vm);
        }
    }
    Ok(cx.after(1))
}

fn slice_of(vm: &mut Vm, cx: Cx) -> Value {
    skein_runtime::builtins::slice::PySlice::new(
        vm,
        cx.reg(cx.c()),
        cx.reg(cx.c() + 1),
        Value::NONE,
    )
    .value()
}

/// `LoadSlice`
pub fn op_load_slice(vm: &mut Vm, cx: Cx) -> Step {
    let (object, start, stop) = (cx.reg(cx.b()), cx.reg(cx.c()), cx.reg(cx.c() + 1));
    if let Some(v) = vm.get_slice_simple(object, start, stop) {
        cx.set(cx.a(), v);
        return Ok(cx.after(1));
    }
    let s = slice_of(vm, cx);
    if let Some(pc) = begin_getitem(vm, cx, object, s)? {
        return Ok(pc);
    }
    let v = vm.get_item(object, s)?;
    cx.set(cx.a(), v);
    Ok(cx.after(1))
}

/// `StoreSlice`
pub fn op_store_slice(vm: &mut Vm, cx: Cx) -> Step {
    let (object, v) = (cx.reg(cx.a()), cx.reg(cx.b()));
    if vm.set_slice_simple(object, cx.reg(cx.c()), cx.reg(cx.c() + 1), v) {
        return Ok(cx.after(1));
    }
    let s = slice_of(vm, cx);
    if let Some(pc) = begin_setitem(vm, object, s, v)? {
        return Ok(pc.unwrap_or(cx.after(1)));
    }
    vm.set_item(object, s, v)?;
    Ok(cx.after(1))
}
