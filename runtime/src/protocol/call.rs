//! Calling any object from native code.

use crate::builtins::builtin::PyBuiltin;
use crate::builtins::dict::PyDict;
use crate::builtins::exception_methods;
use crate::builtins::function::PyFunction;
use crate::builtins::method::PyMethod;
use crate::builtins::str::PyStr;
use crate::builtins::tuple::PyTuple;
use crate::builtins::wrapper::PyWrapper;
use crate::error::PyResult;
use crate::heap::array::ValueVec;
use crate::object::bind::call_native;
use crate::object::header::{Kind, Ref};
use crate::object::native_def::{Binding, NativeDef};
use crate::object::shape::ids;
use crate::object::types::{PyType, tflag};
use crate::value::Value;
use crate::vm::Vm;

impl Vm {
    /// `callable(*args)`
    #[inline]
    pub fn call(&mut self, callable: Value, args: &[Value]) -> PyResult {
        self.call_kw(callable, args, None)
    }

    /// `callable(*args, **kwargs)`; `kwargs` is a dict with str keys, or `NULL`.
    ///
    /// # Errors
    /// What the call raises.
    pub fn call_dict(&mut self, callable: Value, args: &[Value], kwargs: Value) -> PyResult {
        let Some(dict) = kwargs.cast::<PyDict>().filter(|d| !d.is_empty()) else {
            return self.call(callable, args);
        };
        let mut all = ValueVec::with_capacity(&self.heap, args.len() + dict.len());
        for v in args {
            all.push(&self.heap, *v);
        }
        let mut names = ValueVec::with_capacity(&self.heap, dict.len());
        let mut at = 0;
        while let Some((i, k, v)) = dict.next_entry(at) {
            at = i + 1;
            let key = match k.cast::<PyStr>() {
                Some(key) if key.shape_id() == ids::STR => self.intern_str(key).value(),
                Some(_) => k,
                None => return Err(self.type_error("keywords must be strings")),
            };
            names.push(&self.heap, key);
            all.push(&self.heap, v);
        }
        let names = PyTuple::from_slice(self, names.as_slice());
        self.call_kw(callable, all.as_slice(), Some(names))
    }

    /// `callable(*args)` where the last arguments are keywords named by `kwnames`.
    pub fn call_kw(
        &mut self,
        callable: Value,
        args: &[Value],
        kwnames: Option<Ref<PyTuple>>,
    ) -> PyResult {
        let kwnames = kwnames.filter(|k| !k.is_empty());
        match callable.kind() {
            Some(Kind::Function) => {
                let f: Ref<PyFunction> = callable.cast().expect("kind tested");
                (self.hooks.call_function)(self, f, args, kwnames)
            }
            Some(Kind::Builtin) => {
                let b: Ref<PyBuiltin> = callable.cast().expect("kind tested");
                self.call_builtin(b, args, kwnames)
            }
            Some(Kind::BoundMethod) => {
                let m: Ref<PyMethod> = callable.cast().expect("kind tested");
                self.call_with_self(m.func.get(), m.this.get(), args, kwnames)
            }
            Some(Kind::Type) => {
                let ty: Ref<PyType> = callable.cast().expect("kind tested");
                self.call_type(ty, args, kwnames)
            }
            Some(Kind::Wrapper) if self.type_of(callable).builtin_id == ids::STATICMETHOD => {
                let w: Ref<PyWrapper> = callable.cast().expect("kind tested");
                self.call_kw(w.a.get(), args, kwnames)
            }
            _ => self.call_object(callable, args, kwnames),
        }
    }

    fn call_object(
        &mut self,
        callable: Value,
        args: &[Value],
        kwnames: Option<Ref<PyTuple>>,
    ) -> PyResult {
        let name = self.names.__call__;
        match self.lookup_special(callable, name) {
            Some(f)
                if f.kind() == Some(Kind::Function) || f.shape_id() == ids::WRAPPER_DESCRIPTOR =>
            {
                self.call_with_self(f, callable, args, kwnames)
            }
            Some(f) => {
                let ty = self.type_of(callable);
                let bound = self.descriptor_get(f, callable, ty)?;
                if bound == callable {
                    return Err(self.recursion_error("maximum recursion depth exceeded"));
                }
                self.check_native_stack("")?;
                self.call_kw(bound, args, kwnames)
            }
            None => {
                let name = self.type_name(callable);
                Err(self.type_error(format!("'{name}' object is not callable")))
            }
        }
    }

    /// `func(this, *args)`
    pub fn call_with_self(
        &mut self,
        func: Value,
        this: Value,
        args: &[Value],
        kwnames: Option<Ref<PyTuple>>,
    ) -> PyResult {
        if args.len() < 8 {
            let mut all = [Value::NULL; 8];
            all[0] = this;
            all[1..=args.len()].copy_from_slice(args);
            return self.call_kw(func, &all[..=args.len()], kwnames);
        }
        let mut all = ValueVec::with_capacity(&self.heap, args.len() + 1);
        all.push(&self.heap, this);
        for a in args {
            all.push(&self.heap, *a);
        }
        self.call_kw(func, all.as_slice(), kwnames)
    }

    /// Calls a native function object.
    #[inline]
    pub fn call_builtin(
        &mut self,
        b: Ref<PyBuiltin>,
        args: &[Value],
        kwnames: Option<Ref<PyTuple>>,
    ) -> PyResult {
        let counts = &b.def.counts;
        let fits = counts.plain && b.direct && args.len() == counts.total as usize;
        let result = if fits && kwnames.is_none() {
            (b.def.func)(self, args)
        } else {
            self.call_builtin_only(b, args, kwnames)
        };
        self.after_native(b.def, result)
    }

    /// A native was called from native code, with this result: if it left a tasklet to switch to, that happens here.
    #[inline(always)]
    pub fn after_native(&mut self, def: &'static NativeDef, result: PyResult) -> PyResult {
        if def.switches && !self.scheduler.target.get().is_null() {
            return (self.hooks.switch)(self);
        }
        result
    }

    /// As [`Vm::call_builtin`], but leaves a tasklet to switch to for the caller.
    pub fn call_builtin_only(
        &mut self,
        b: Ref<PyBuiltin>,
        args: &[Value],
        kwnames: Option<Ref<PyTuple>>,
    ) -> PyResult {
        let this = b.this.get();
        match b.shape_id() {
            ids::METHOD_DESCRIPTOR | ids::WRAPPER_DESCRIPTOR | ids::CLASSMETHOD_DESCRIPTOR => {
                self.check_receiver(b, args)?;
                call_native(self, b.def, args, kwnames)
            }
            _ if b.def.binding == Binding::Static => {
                if let Some(owner) = this.cast::<PyType>() {
                    self.check_new(b, owner, args)?;
                }
                call_native(self, b.def, args, kwnames)
            }
            _ if this.is_null() || !b.def.counts.has_self => {
                call_native(self, b.def, args, kwnames)
            }
            _ if args.len() < 8 => {
                let mut all = [Value::NULL; 8];
                all[0] = this;
                all[1..=args.len()].copy_from_slice(args);
                call_native(self, b.def, &all[..=args.len()], kwnames)
            }
            _ => {
                let mut all = ValueVec::with_capacity(&self.heap, args.len() + 1);
                all.push(&self.heap, this);
                for a in args {
                    all.push(&self.heap, *a);
                }
                call_native(self, b.def, all.as_slice(), kwnames)
            }
        }
    }

    /// The class that a builtin type's `__new__` is called for must be that type or a subclass: it has its layout.
    /// Nor may a builtin type between the two have a `__new__` of its own.
    fn check_new(&mut self, b: Ref<PyBuiltin>, owner: Ref<PyType>, args: &[Value]) -> PyResult<()> {
        if let Some(ty) = args.first().and_then(|v| v.cast::<PyType>())
            && ty.is_subtype(owner)
        {
            return self.check_new_is_safe(b, owner, ty);
        }
        let name = owner.name_text();
        let Some(first) = args.first() else {
            return Err(self.type_error(format!("{name}.__new__(): not enough arguments")));
        };
        let Some(ty) = first.cast::<PyType>() else {
            let actual = self.type_name(*first);
            return Err(self.type_error(format!(
                "{name}.__new__(X): X is not a type object ({actual})"
            )));
        };
        let sub = ty.name_text();
        Err(self.type_error(format!(
            "{name}.__new__({sub}): {sub} is not a subtype of {name}"
        )))
    }

    fn check_new_is_safe(
        &mut self,
        b: Ref<PyBuiltin>,
        owner: Ref<PyType>,
        ty: Ref<PyType>,
    ) -> PyResult<()> {
        let mut base = ty;
        while !base.has(tflag::IMMUTABLE)
            && let Some(next) = base.base.get()
        {
            base = next;
        }
        if base == owner {
            return Ok(());
        }
        let name = self.names.__new__;
        let other = self
            .type_lookup(base, name)
            .and_then(|v| v.cast::<PyBuiltin>());
        if other.is_none_or(|o| std::ptr::fn_addr_eq(o.def.func, b.def.func)) {
            return Ok(());
        }
        let (own, sub, right) = (owner.name_text(), ty.name_text(), base.name_text());
        Err(self.type_error(format!(
            "{own}.__new__({sub}) is not safe, use {right}.__new__()"
        )))
    }

    /// A descriptor's first argument must be an instance of the descriptor's type.
    #[inline]
    pub fn check_receiver(&mut self, b: Ref<PyBuiltin>, args: &[Value]) -> PyResult<()> {
        if let (Some(owner), Some(this)) = (b.owner.get(), args.first())
            && b.shape_id() != ids::CLASSMETHOD_DESCRIPTOR
            && self.type_of(*this) == owner
        {
            return Ok(());
        }
        self.check_other_receiver(b, args)
    }

    #[inline(never)]
    fn check_other_receiver(&mut self, b: Ref<PyBuiltin>, args: &[Value]) -> PyResult<()> {
        let Some(owner) = b.owner.get() else {
            return Ok(());
        };
        let name = b.def.name;
        let Some(this) = args.first() else {
            let owner = owner.name_text();
            return Err(self.type_error(if b.shape_id() == ids::WRAPPER_DESCRIPTOR {
                format!("descriptor '{name}' of '{owner}' object needs an argument")
            } else {
                format!("unbound method {owner}.{name}() needs an argument")
            }));
        };
        if b.shape_id() == ids::CLASSMETHOD_DESCRIPTOR {
            if this.cast::<PyType>().is_some_and(|t| t.is_subtype(owner)) {
                return Ok(());
            }
        } else if self.type_of(*this).is_subtype(owner) {
            return Ok(());
        }
        let (owner, actual) = (owner.name_text(), self.type_name(*this));
        Err(self.type_error(if b.shape_id() == ids::WRAPPER_DESCRIPTOR {
            format!("descriptor '{name}' requires a '{owner}' object but received a '{actual}'")
        } else {
            format!(
                "descriptor '{name}' for '{owner}' objects doesn't apply to a '{actual}' object"
            )
        }))
    }

    /// `ty(*args)`: through the metaclass's `__call__` if it has one of its own.
    pub fn call_type(
        &mut self,
        ty: Ref<PyType>,
        args: &[Value],
        kwnames: Option<Ref<PyTuple>>,
    ) -> PyResult {
        if ty.builtin_id != 0
            && kwnames.is_none()
            && let Some(r) = crate::builtins::construct::construct(self, ty, args)
        {
            return r;
        }
        let meta = self.type_of(ty.value());
        if meta.builtin_id != ids::TYPE {
            let name = self.names.__call__;
            if let Some(f) = self.type_lookup(meta, name)
                && f.cast::<PyBuiltin>()
                    .is_none_or(|b| b.owner.get().is_none_or(|o| o.builtin_id != ids::TYPE))
            {
                if matches!(f.kind(), Some(Kind::Function | Kind::Builtin)) {
                    return self.call_with_self(f, ty.value(), args, kwnames);
                }
                // Anything else binds as an attribute would (`__call__ = dict` in typing's metaclass does not).
                let bound = self.descriptor_get(f, ty.value(), meta)?;
                return self.call_kw(bound, args, kwnames);
            }
        }
        self.instantiate(ty, args, kwnames)
    }

    /// What `type.__call__` does: `__new__`, then `__init__` if the result is an instance of `ty`.
    pub fn instantiate(
        &mut self,
        ty: Ref<PyType>,
        args: &[Value],
        kwnames: Option<Ref<PyTuple>>,
    ) -> PyResult {
        if ty.builtin_id == ids::TYPE && args.len() == 1 && kwnames.is_none() {
            return Ok(self.type_of(args[0]).value());
        }
        if ty.has(tflag::DISALLOW_INSTANTIATION) {
            let name = self.full_type_name(ty);
            return Err(self.type_error(format!("cannot create '{name}' instances")));
        }
        let names = self.names;
        let new = self.type_lookup(ty, names.__new__).unwrap_or(Value::NONE);
        let new = self.descriptor_get(new, Value::NULL, ty)?;
        if kwnames.is_none()
            && let Some(b) = new.cast::<PyBuiltin>()
            && exception_methods::is_plain_new(b)
            && let Some(init) = self.type_lookup(ty, names.__init__)
            && exception_methods::is_plain_init(init)
        {
            if let Some(owner) = b.this.get().cast::<PyType>().filter(|_| ty.builtin_id == 0) {
                self.check_new_is_safe(b, owner, ty)?;
            }
            return exception_methods::plain(self, ty, args);
        }
        let object = match new.cast::<PyBuiltin>() {
            // What a builtin type finds as its own `__new__` needs no check of the class.
            Some(b) if ty.builtin_id != 0 && args.len() < 8 => {
                let mut all = [Value::NULL; 8];
                all[0] = ty.value();
                all[1..=args.len()].copy_from_slice(args);
                call_native(self, b.def, &all[..=args.len()], kwnames)?
            }
            _ => self.call_with_self(new, ty.value(), args, kwnames)?,
        };
        let object_type = self.type_of(object);
        if !object_type.is_subtype(ty) {
            return Ok(object);
        }
        if let Some(init) = self.type_lookup(object_type, names.__init__) {
            let native_object_init = init
                .cast::<PyBuiltin>()
                .is_some_and(|b| b.owner.get().is_some_and(|o| o.builtin_id == ids::OBJECT));
            // `object.__init__` accepts arguments if `__new__` took them.
            if native_object_init
                && (args.is_empty()
                    || !crate::builtins::object_methods::is_object_method(Some(new)))
            {
                return Ok(object);
            }
            let result = if matches!(init.kind(), Some(Kind::Function | Kind::Builtin)) {
                self.call_with_self(init, object, args, kwnames)?
            } else {
                let bound = self.descriptor_get(init, object, object_type)?;
                self.call_kw(bound, args, kwnames)?
            };
            if !result.is_none() {
                let name = self.type_name(result);
                return Err(self.type_error(format!("__init__() should return None, not '{name}'")));
            }
        }
        Ok(object)
    }

    /// `module.qualname` of a type for messages (builtins without module).
    pub fn full_type_name(&self, ty: Ref<PyType>) -> String {
        let module = self.names.__module__;
        let qualname = crate::builtins::str::lossy(ty.qualname.get());
        if ty.builtin_id != 0 {
            let m = crate::object::type_table::module_of(ty.builtin_id);
            return if m == "builtins" {
                qualname
            } else {
                format!("{m}.{qualname}")
            };
        }
        match ty.dict().get_interned(module.value()) {
            Some(m) if m.is::<crate::builtins::str::PyStr>() => {
                let m = crate::builtins::str::lossy(m);
                if m == "builtins" {
                    qualname
                } else {
                    format!("{m}.{qualname}")
                }
            }
            _ => qualname,
        }
    }
}
