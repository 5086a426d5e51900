//! Attribute access: the descriptor protocol of `object`, `type` and modules, and the plans that inline caches remember.
//!
//! `find_attribute` says *where* an attribute is without running Python code; the general functions act on the finding.
//! The interpreter uses the same finding to fill its caches, so that the rules exist once.

use super::header::{Kind, Ref};
use super::shape::ids;
use super::types::{PyType, tflag};
use crate::builtins::builtin::PyBuiltin;
use crate::builtins::getset::{PyGetSet, PyMember};
use crate::builtins::method::PyMethod;
use crate::builtins::module::PyModule;
use crate::builtins::native::Native;
use crate::builtins::str::PyStr;
use crate::builtins::tuple::PyTuple;
use crate::builtins::wrapper::method_wrapper;
use crate::error::PyResult;
use crate::value::Value;
use crate::vm::Vm;

/// Where `object.name` comes from by the rules of `object.__getattribute__`.
#[derive(Clone, Copy)]
pub enum Found {
    /// A data descriptor on the type (property, getset, member, or a Python class with `__set__`/`__delete__`).
    DataDescriptor(Value),
    /// The object's own attribute.
    Own(Value),
    /// A function of the type that binds as a method (Python function, method descriptor).
    Method(Value),
    /// Another non-data descriptor on the type.
    Descriptor(Value),
    /// A plain value of the type.
    Plain(Value),
    /// No such attribute.
    Missing,
}

/// How a value found in a type binds.
pub fn classify(vm: &mut Vm, v: Value) -> Found {
    let Some(kind) = v.kind() else {
        return Found::Plain(v);
    };
    match kind {
        Kind::Function => return Found::Method(v),
        Kind::Builtin => {
            return match v.shape_id() {
                ids::METHOD_DESCRIPTOR | ids::WRAPPER_DESCRIPTOR => Found::Method(v),
                ids::CLASSMETHOD_DESCRIPTOR => Found::Descriptor(v),
                _ => Found::Plain(v),
            };
        }
        Kind::GetSet | Kind::Member => return Found::DataDescriptor(v),
        Kind::Native if Native::tuple_field(v).is_some() => return Found::DataDescriptor(v),
        Kind::Property if v.shape_id() == ids::PROPERTY => return Found::DataDescriptor(v),
        Kind::Wrapper if method_wrapper(vm, v).is_some() => return Found::Descriptor(v),
        Kind::Int
        | Kind::Float
        | Kind::Str
        | Kind::Tuple
        | Kind::List
        | Kind::Dict
        | Kind::Type
            if v.shape_id() < ids::FIRST_DYNAMIC =>
        {
            return Found::Plain(v);
        }
        _ => {}
    }
    let ty = vm.type_of(v);
    let names = vm.names;
    if vm.type_lookup(ty, names.__set__).is_some() || vm.type_lookup(ty, names.__delete__).is_some()
    {
        Found::DataDescriptor(v)
    } else if vm.type_lookup(ty, names.__get__).is_some() {
        Found::Descriptor(v)
    } else {
        Found::Plain(v)
    }
}

/// True if a data descriptor also has `__get__`.
fn has_get(vm: &mut Vm, d: Value) -> bool {
    if matches!(d.kind(), Some(Kind::GetSet | Kind::Member | Kind::Property))
        || Native::tuple_field(d).is_some()
    {
        return true;
    }
    let name = vm.names.__get__;
    vm.lookup_special(d, name).is_some()
}

impl Vm {
    /// Finds an attribute of a non-type object by `object`'s rules, running no Python code. `name` is interned.
    pub fn find_attribute(&mut self, object: Value, name: Ref<PyStr>) -> Found {
        let ty = self.type_of(object);
        let on_type = match self.type_lookup(ty, name) {
            Some(v) => classify(self, v),
            None => Found::Missing,
        };
        let on_type = match on_type {
            Found::DataDescriptor(d) if has_get(self, d) => return on_type,
            // Something that only takes part in setting: the object's own attribute comes first.
            Found::DataDescriptor(d) => Found::Plain(d),
            _ => on_type,
        };
        let own = match object.cast::<PyModule>() {
            Some(m) => m.dict().get_interned(name.value()),
            None => self.own_attribute(object, name),
        };
        match own {
            Some(v) => Found::Own(v),
            None => on_type,
        }
    }

    /// True if `v`, found in a type, is no descriptor.
    pub fn is_plain_attribute(&mut self, v: Value) -> bool {
        matches!(classify(self, v), Found::Plain(_))
    }

    /// Finds an attribute of a type object by `type`'s rules: metatype data descriptors, the MRO, metatype attributes.
    /// The flag tells whether the finding comes from the type's own MRO (and then binds to no instance).
    pub fn find_type_attribute(&mut self, ty: Ref<PyType>, name: Ref<PyStr>) -> (Found, bool) {
        let meta = self.type_of(ty.value());
        let on_meta = match self.type_lookup(meta, name) {
            Some(v) => classify(self, v),
            None => Found::Missing,
        };
        if let Found::DataDescriptor(d) = on_meta {
            // One that only stores does not hide the type's own attribute.
            let get = self.names.__get__;
            let reads = matches!(d.kind(), Some(Kind::GetSet | Kind::Member | Kind::Property))
                || self.lookup_special(d, get).is_some();
            if reads {
                return (on_meta, false);
            }
        }
        if let Some(v) = self.type_lookup(ty, name) {
            return (classify(self, v), true);
        }
        (on_meta, false)
    }

    /// `descriptor.__get__(object, type)`; `object` is `NULL` for access through the class.
    pub fn descriptor_get(
        &mut self,
        descriptor: Value,
        object: Value,
        ty: Ref<PyType>,
    ) -> PyResult {
        if let Some(g) = descriptor.cast::<PyGetSet>() {
            if object.is_null() {
                return Ok(descriptor);
            }
            return (g.def.get)(self, object);
        }
        if let Some(m) = descriptor.cast::<PyMember>() {
            if object.is_null() {
                return Ok(descriptor);
            }
            return self.member_get(m, object);
        }
        match descriptor.shape_id() {
            ids::FUNCTION => {
                return Ok(if object.is_null() {
                    descriptor
                } else {
                    PyMethod::new(self, descriptor, object).value()
                });
            }
            ids::PROPERTY => {
                if let Some(p) = descriptor.cast::<crate::builtins::property::PyProperty>() {
                    if object.is_null() {
                        return Ok(descriptor);
                    }
                    return crate::builtins::property_methods::property_get(self, p, object);
                }
            }
            _ => {}
        }
        if let Some(i) = Native::tuple_field(descriptor)
            && let Some(v) = object
                .cast::<PyTuple>()
                .and_then(|t| t.items().get(i).copied())
        {
            return Ok(v);
        }
        match method_wrapper(self, descriptor) {
            Some((ids::CLASSMETHOD, f)) => return Ok(PyMethod::new(self, f, ty.value()).value()),
            Some((_, f)) => return Ok(f),
            None => {}
        }
        if descriptor.kind() == Some(Kind::Function) {
            return Ok(if object.is_null() {
                descriptor
            } else {
                PyMethod::new(self, descriptor, object).value()
            });
        }
        if let Some(b) = descriptor.cast::<PyBuiltin>() {
            return Ok(self.bind_builtin(b, object, ty));
        }
        let get = self.names.__get__;
        match self.lookup_special(descriptor, get) {
            Some(f) => {
                let object = if object.is_null() {
                    Value::NONE
                } else {
                    object
                };
                self.call(f, &[descriptor, object, ty.value()])
            }
            None => Ok(descriptor),
        }
    }

    fn bind_builtin(&mut self, b: Ref<PyBuiltin>, object: Value, ty: Ref<PyType>) -> Value {
        match b.shape_id() {
            ids::METHOD_DESCRIPTOR if !object.is_null() => PyBuiltin::new(
                self,
                ids::BUILTIN_FUNCTION,
                b.def,
                object,
                Value::NULL,
                b.owner.get(),
            )
            .value(),
            ids::WRAPPER_DESCRIPTOR if !object.is_null() => PyBuiltin::new(
                self,
                ids::METHOD_WRAPPER,
                b.def,
                object,
                Value::NULL,
                b.owner.get(),
            )
            .value(),
            ids::CLASSMETHOD_DESCRIPTOR => PyBuiltin::new(
                self,
                ids::BUILTIN_FUNCTION,
                b.def,
                ty.value(),
                Value::NULL,
                b.owner.get(),
            )
            .value(),
            _ => b.value(),
        }
    }

    fn member_get(&mut self, m: Ref<PyMember>, object: Value) -> PyResult {
        self.check_member_owner(m, object)?;
        let v = object
            .header()
            .and_then(|h| self.member_slot(&h, m.index).map(|s| s.get()))
            .unwrap_or(Value::NULL);
        if v.is_null() {
            let (ty, name) = (
                self.full_type_name(self.type_of(object)),
                crate::builtins::str::lossy(m.name.get()),
            );
            return Err(self.attribute_error(
                object,
                m.name.get(),
                format!("'{ty}' object has no attribute '{name}'"),
            ));
        }
        Ok(v)
    }

    fn check_member_owner(&mut self, m: Ref<PyMember>, object: Value) -> PyResult<()> {
        let owner = m.owner.expect();
        if self.type_of(object).is_subtype(owner) {
            return Ok(());
        }
        let (name, owner, actual) = (
            crate::builtins::str::lossy(m.name.get()),
            owner.name_text(),
            self.type_name(object),
        );
        Err(self.type_error(format!(
            "descriptor '{name}' for '{owner}' objects doesn't apply to a '{actual}' object"
        )))
    }

    /// `object.name`, with the type's `__getattribute__`/`__getattr__`. `name` must be interned.
    pub fn get_attr(&mut self, object: Value, name: Ref<PyStr>) -> PyResult {
        let ty = self.type_of(object);
        if ty.has(tflag::CUSTOM_GETATTR) {
            return self.get_attr_hooked(object, ty, name);
        }
        self.get_attr_generic(object, name)
    }

    /// `getattr(object, text)`
    pub fn get_attr_text(&mut self, object: Value, name: &str) -> PyResult {
        let name = self.intern(name);
        self.get_attr(object, name)
    }

    /// `object.name`, or `None` if that raises `AttributeError`.
    pub fn try_get_attr(&mut self, object: Value, name: Ref<PyStr>) -> PyResult<Option<Value>> {
        let ty = self.type_of(object);
        if !ty.has(tflag::CUSTOM_GETATTR) {
            // What binding runs Python code for is left to the general way.
            let (found, own) = match object.cast::<PyType>() {
                Some(of) => self.find_type_attribute(of, name),
                None => (self.find_attribute(object, name), false),
            };
            match found {
                Found::Missing if object.kind() != Some(Kind::Module) => return Ok(None),
                Found::Own(v) | Found::Plain(v) => return Ok(Some(v)),
                Found::Method(f) if own => return Ok(Some(f)),
                Found::Method(f) => return self.descriptor_get(f, object, ty).map(Some),
                _ => {}
            }
        }
        match self.get_attr(object, name) {
            Ok(v) => Ok(Some(v)),
            Err(r) => {
                if self.clear_raised_if(ids::ATTRIBUTE_ERROR) {
                    Ok(None)
                } else {
                    Err(r)
                }
            }
        }
    }

    fn get_attr_hooked(&mut self, object: Value, ty: Ref<PyType>, name: Ref<PyStr>) -> PyResult {
        let names = self.names;
        let hook = self.type_lookup(ty, names.__getattribute__);
        let native_default = hook.is_none_or(|h| self.is_default_getattribute(h));
        let first = match hook {
            Some(h) if !native_default => self.call_bound_special(h, object, &[name.value()]),
            _ => self.get_attr_generic(object, name),
        };
        match first {
            Ok(v) => Ok(v),
            Err(r) => match self.type_lookup(ty, names.__getattr__) {
                Some(g) if self.clear_raised_if(ids::ATTRIBUTE_ERROR) => {
                    self.call_bound_special(g, object, &[name.value()])
                }
                _ => Err(r),
            },
        }
    }

    /// True if a `__getattribute__` found on a type is the builtin one of `object`, `type` or `module`.
    pub fn is_default_getattribute(&self, hook: Value) -> bool {
        match hook.cast::<PyBuiltin>() {
            Some(b) => b
                .owner
                .get()
                .is_some_and(|o| matches!(o.builtin_id, ids::OBJECT | ids::TYPE | ids::MODULE)),
            None => false,
        }
    }

    /// `object.name` by the builtin rules of its kind of object (`object`, `type`, `module`, `super`).
    pub fn get_attr_generic(&mut self, object: Value, name: Ref<PyStr>) -> PyResult {
        if let Some(ty) = object.cast::<PyType>() {
            return self.get_type_attr(ty, name);
        }
        let ty = self.type_of(object);
        match self.find_attribute(object, name) {
            Found::Own(v) | Found::Plain(v) => Ok(v),
            Found::Method(f) | Found::Descriptor(f) | Found::DataDescriptor(f) => {
                self.descriptor_get(f, object, ty)
            }
            Found::Missing => {
                if let Some(m) = object.cast::<PyModule>() {
                    return crate::builtins::module_methods::missing_attribute(self, m, name);
                }
                let (ty, text) = (self.c_type_name(object), name.text_lossy());
                Err(self.attribute_error(
                    object,
                    name.value(),
                    format!("'{ty}' object has no attribute '{text}'"),
                ))
            }
        }
    }

    fn get_type_attr(&mut self, ty: Ref<PyType>, name: Ref<PyStr>) -> PyResult {
        let (found, own) = self.find_type_attribute(ty, name);
        let meta = self.type_of(ty.value());
        match found {
            Found::Plain(v) | Found::Own(v) => Ok(v),
            Found::Method(f) if own => Ok(f),
            Found::Method(f) | Found::Descriptor(f) | Found::DataDescriptor(f) => {
                if own {
                    self.descriptor_get(f, Value::NULL, ty)
                } else {
                    self.descriptor_get(f, ty.value(), meta)
                }
            }
            Found::Missing => {
                let (type_name, text) = (ty.name_text(), name.text_lossy());
                Err(self.attribute_error(
                    ty.value(),
                    name.value(),
                    format!("type object '{type_name}' has no attribute '{text}'"),
                ))
            }
        }
    }

    /// `object.name = v`, with the type's `__setattr__`; `v` is `NULL` for `del object.name`. `name` must be interned.
    pub fn set_attr(&mut self, object: Value, name: Ref<PyStr>, v: Value) -> PyResult<()> {
        let ty = self.type_of(object);
        if ty.has(tflag::CUSTOM_SETATTR) {
            let hook_name = if v.is_null() {
                self.names.__delattr__
            } else {
                self.names.__setattr__
            };
            if let Some(h) = self.type_lookup(ty, hook_name) {
                let native = h.cast::<PyBuiltin>().is_some_and(|b| {
                    b.owner
                        .get()
                        .is_some_and(|o| matches!(o.builtin_id, ids::OBJECT | ids::TYPE))
                });
                if !native {
                    if v.is_null() {
                        self.call_bound_special(h, object, &[name.value()])?;
                    } else {
                        self.call_bound_special(h, object, &[name.value(), v])?;
                    }
                    return Ok(());
                }
            }
        }
        self.set_attr_generic(object, name, v)
    }

    /// `object.name = v` by the builtin rules of its kind of object; `v` is `NULL` for deletion.
    pub fn set_attr_generic(&mut self, object: Value, name: Ref<PyStr>, v: Value) -> PyResult<()> {
        if let Some(ty) = object.cast::<PyType>() {
            return crate::builtins::type_methods::set_type_attr(self, ty, name, v);
        }
        let ty = self.type_of(object);
        let on_type = match self.type_lookup(ty, name) {
            Some(f) => {
                if let Found::DataDescriptor(f) = classify(self, f) {
                    return self.descriptor_set(f, object, v);
                }
                true
            }
            None => false,
        };
        let done = if let Some(m) = object.cast::<PyModule>() {
            if v.is_null() {
                m.dict().remove_interned(self, name.value())
            } else {
                m.dict().set_interned(self, name.value(), v);
                true
            }
        } else if v.is_null() {
            self.delete_own_attribute(object, name)
        } else {
            self.set_own_attribute(object, name, v)
        };
        if done {
            return Ok(());
        }
        let (type_name, text) = (self.c_type_name(object), name.text_lossy());
        let has_dict = self.own_dict_allowed(object);
        let message = if on_type && !has_dict {
            format!("'{type_name}' object attribute '{text}' is read-only")
        } else if !has_dict && !v.is_null() {
            format!(
                "'{type_name}' object has no attribute '{text}' and no __dict__ for setting new attributes"
            )
        } else {
            format!("'{type_name}' object has no attribute '{text}'")
        };
        Err(self.attribute_error(object, name.value(), message))
    }

    /// True if instances of the object's type have a `__dict__`.
    pub fn own_dict_allowed(&self, object: Value) -> bool {
        object.kind() == Some(Kind::Module)
            || self
                .shape_of(object)
                .is_some_and(|s| s.has_dict && s.ext_offset != 0)
    }

    /// `descriptor.__set__(object, v)`, or `__delete__` for `NULL`.
    pub fn descriptor_set(&mut self, descriptor: Value, object: Value, v: Value) -> PyResult<()> {
        if let Some(g) = descriptor.cast::<PyGetSet>() {
            return match g.def.set {
                Some(set) => set(self, object, v),
                None => {
                    let (name, owner) = (g.def.name, g.owner.expect());
                    let message = if g.def.member {
                        "readonly attribute".to_owned()
                    } else {
                        let owner = crate::builtins::object_methods::c_name(self, owner);
                        format!("attribute '{name}' of '{owner}' objects is not writable")
                    };
                    Err(self.attribute_error(object, Value::NULL, message))
                }
            };
        }
        if let Some(m) = descriptor.cast::<PyMember>() {
            self.check_member_owner(m, object)?;
            if let Some(h) = object.header()
                && let Some(slot) = self.member_slot(&h, m.index)
            {
                if v.is_null() && slot.get().is_null() {
                    let name = crate::builtins::str::lossy(m.name.get());
                    return Err(self.attribute_error(object, m.name.get(), name));
                }
                slot.set(h, v);
            }
            return Ok(());
        }
        if descriptor.shape_id() == ids::PROPERTY
            && let Some(p) = descriptor.cast::<crate::builtins::property::PyProperty>()
        {
            return crate::builtins::property_methods::property_set(self, p, object, v);
        }
        let name = if v.is_null() {
            self.names.__delete__
        } else {
            self.names.__set__
        };
        match self.lookup_special(descriptor, name) {
            Some(f) if v.is_null() => self.call(f, &[descriptor, object]).map(|_| ()),
            Some(f) => self.call(f, &[descriptor, object, v]).map(|_| ()),
            None => {
                let text = name.text_lossy();
                Err(self.attribute_error(object, name.value(), text))
            }
        }
    }

    /// Calls a special method as found by `lookup_special`: functions get `this` as first argument, other descriptors are bound first.
    pub fn call_bound_special(&mut self, method: Value, this: Value, args: &[Value]) -> PyResult {
        // Natives that call each other's special methods, such as `str` and `repr`, recurse without entering Python code.
        self.check_native_stack("")?;
        let direct = match method.kind() {
            Some(Kind::Function) => true,
            Some(Kind::Builtin)
                if matches!(
                    method.shape_id(),
                    ids::METHOD_DESCRIPTOR | ids::WRAPPER_DESCRIPTOR
                ) =>
            {
                let b: Ref<PyBuiltin> = method.cast().expect("kind tested");
                let counts = &b.def.counts;
                if counts.plain && counts.total as usize == args.len() + 1 && args.len() < 4 {
                    let mut all = [Value::NULL; 4];
                    all[0] = this;
                    all[1..=args.len()].copy_from_slice(args);
                    let all = &all[..=args.len()];
                    self.check_receiver(b, all)?;
                    let result = (b.def.func)(self, all);
                    return self.after_native(b.def, result);
                }
                true
            }
            _ => false,
        };
        if direct && args.len() < 8 {
            let mut all = [Value::NULL; 8];
            all[0] = this;
            all[1..=args.len()].copy_from_slice(args);
            return self.call(method, &all[..=args.len()]);
        }
        let ty = self.type_of(this);
        let bound = self.descriptor_get(method, this, ty)?;
        self.call(bound, args)
    }

    /// `type(object).name(object, *args)`; `None` if the type has no such special method.
    pub fn call_special(
        &mut self,
        object: Value,
        name: Ref<PyStr>,
        args: &[Value],
    ) -> PyResult<Option<Value>> {
        match self.lookup_special(object, name) {
            Some(m) => self.call_bound_special(m, object, args).map(Some),
            None => Ok(None),
        }
    }

    /// `object.name(*args)`
    pub fn call_method(&mut self, object: Value, name: &str, args: &[Value]) -> PyResult {
        let name = self.intern(name);
        if object.kind() != Some(Kind::Type)
            && !self.type_of(object).has(tflag::CUSTOM_GETATTR)
            && let Found::Method(f) = self.find_attribute(object, name)
        {
            return self.call_bound_special(f, object, args);
        }
        let f = self.get_attr(object, name)?;
        self.call(f, args)
    }
}
