//! Methods of `object`, and the checks that every `__new__` shares. (Pickling support is in `object_reduce.rs`.)

use super::builtin::PyBuiltin;
use super::property::PyProperty;
use crate::prelude::*;
use crate::protocol::compare::{CompareOp, hash_identity};
use crate::with_comparisons;

/// The class argument of `X.__new__`, checked as CPython does before any `__new__` of a builtin type.
///
/// Errors: `TypeError` for anything but a subtype of the builtin type `owner` with its layout.
pub fn check_new(vm: &mut Vm, cls: Value, owner: u32) -> PyResult<Ref<PyType>> {
    let base = vm.builtin_type(owner);
    let Some(ty) = cls.cast::<PyType>() else {
        let (name, actual) = (base.name_text(), vm.type_name(cls));
        return Err(vm.type_error(format!(
            "{name}.__new__(X): X is not a type object ({actual})"
        )));
    };
    if !ty.is_subtype(base) {
        let (name, sub) = (base.name_text(), ty.name_text());
        return Err(vm.type_error(format!(
            "{name}.__new__({sub}): {sub} is not a subtype of {name}"
        )));
    }
    let solid = native_base(ty);
    let foreign = owner == ids::OBJECT
        && solid.builtin_id != ids::OBJECT
        && solid.builtin_id != ids::SIMPLE_NAMESPACE;
    if ty.kind.get() != base.kind.get() || foreign {
        if solid.has(tflag::DISALLOW_INSTANTIATION) {
            let name = vm.full_type_name(ty);
            return Err(vm.type_error(format!("cannot create '{name}' instances")));
        }
        let (name, sub, solid) = (base.name_text(), ty.name_text(), solid.name_text());
        return Err(vm.type_error(format!(
            "{name}.__new__({sub}) is not safe, use {solid}.__new__()"
        )));
    }
    Ok(ty)
}

/// The nearest base that is not made by Python code.
pub fn native_base(ty: Ref<PyType>) -> Ref<PyType> {
    let mut at = ty;
    while at.has(tflag::HEAPTYPE) {
        match at.base.get() {
            Some(b) => at = b,
            None => break,
        }
    }
    at
}

/// A type's name as CPython's C code knows it: with the module for types not made by Python code.
pub fn c_name(vm: &mut Vm, ty: Ref<PyType>) -> String {
    if ty.has(tflag::HEAPTYPE) {
        ty.name_text()
    } else {
        vm.full_type_name(ty)
    }
}

impl Vm {
    /// Name of a value's type in the messages where CPython shows the module of native types.
    pub fn c_type_name(&mut self, v: Value) -> String {
        let ty = self.type_of(v);
        c_name(self, ty)
    }
}

/// True if a special method found on a type is the builtin one of `object`.
pub fn is_object_method(v: Option<Value>) -> bool {
    v.and_then(|v| v.cast::<PyBuiltin>())
        .and_then(|b| b.owner.get())
        .is_some_and(|o| o.builtin_id == ids::OBJECT)
}

fn object_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = check_new(vm, args[0], ids::OBJECT)?;
    let excess = !args[2].is_null() || !super::args::items(&args[1]).is_empty();
    new_plain(vm, ty, excess)
}

/// The usual case: a class without arguments or with its own `__init__`.
fn object_new_direct(vm: &mut Vm, args: &[Value]) -> Option<PyResult> {
    let ty: Ref<PyType> = args.first()?.cast()?;
    if ty.kind.get() != Kind::Instance || !ty.has(tflag::HEAPTYPE) {
        return None;
    }
    Some(new_plain(vm, ty, args.len() > 1))
}

fn new_plain(vm: &mut Vm, ty: Ref<PyType>, excess: bool) -> PyResult {
    if excess {
        let names = vm.names;
        let new = vm.type_lookup(ty, names.__new__);
        if !is_object_method(new) {
            return Err(vm.type_error(
                "object.__new__() takes exactly one argument (the type to instantiate)",
            ));
        }
        let init = vm.type_lookup(ty, names.__init__);
        if is_object_method(init) {
            let name = ty.name_text();
            return Err(vm.type_error(format!("{name}() takes no arguments")));
        }
    }
    check_concrete(vm, ty)?;
    Ok(vm.alloc_instance(ty).value())
}

/// # Errors
/// `TypeError` if a class has abstract methods.
pub fn check_concrete(vm: &mut Vm, ty: Ref<PyType>) -> PyResult<()> {
    if ty.has(tflag::ABSTRACT) {
        return Err(abstract_error(vm, ty)?);
    }
    Ok(())
}

fn abstract_error(vm: &mut Vm, ty: Ref<PyType>) -> PyResult<crate::error::Raised> {
    let names = vm.names;
    let set = vm.get_attr(ty.value(), names.__abstractmethods__)?;
    let items = vm.collect(set)?;
    let mut methods: Vec<String> = Vec::new();
    for m in items.as_slice() {
        methods.push(super::str::lossy(*m));
    }
    methods.sort();
    let plural = if methods.len() == 1 { "" } else { "s" };
    let (name, list) = (ty.name_text(), methods.join("', '"));
    Ok(vm.type_error(format!(
        "Can't instantiate abstract class {name} without an implementation for abstract method{plural} '{list}'"
    )))
}

fn object_init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let excess = !args[2].is_null() || !super::args::items(&args[1]).is_empty();
    if excess {
        let ty = vm.type_of(args[0]);
        let names = vm.names;
        let init = vm.type_lookup(ty, names.__init__);
        if !is_object_method(init) {
            return Err(vm.type_error(
                "object.__init__() takes exactly one argument (the instance to initialize)",
            ));
        }
        let new = vm.type_lookup(ty, names.__new__);
        if is_object_method(new) {
            let name = ty.name_text();
            return Err(vm.type_error(format!(
                "{name}.__init__() takes exactly one argument (the instance to initialize)"
            )));
        }
    }
    Ok(Value::NONE)
}

fn object_init_direct(_vm: &mut Vm, args: &[Value]) -> Option<PyResult> {
    (args.len() == 1).then_some(Ok(Value::NONE))
}

fn object_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = vm.type_of(args[0]);
    let text = format!(
        "<{} object at {:#x}>",
        vm.full_type_name(ty),
        args[0].address()
    );
    Ok(vm.new_str(&text))
}

fn object_str(vm: &mut Vm, args: &[Value]) -> PyResult {
    // What is no string is `str`'s to complain about.
    let name = vm.names.__repr__;
    match vm.lookup_special(args[0], name) {
        Some(m) if m.kind() != Some(Kind::Builtin) => vm.call_bound_special(m, args[0], &[]),
        _ => Ok(vm.repr(args[0])?.value()),
    }
}

fn object_compare(vm: &mut Vm, op: CompareOp, a: Value, b: Value) -> PyResult {
    match op {
        CompareOp::Eq if a == b => Ok(Value::TRUE),
        CompareOp::Ne => {
            let name = CompareOp::Eq.method(vm);
            match vm.call_special(a, name, &[b])? {
                None | Some(Value::NOT_IMPLEMENTED) => Ok(Value::NOT_IMPLEMENTED),
                Some(r) => Ok(Value::bool(!vm.truth(r)?)),
            }
        }
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn object_hash(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(vm.new_int(hash_identity(args[0])))
}

/// An attribute name argument, interned.
pub fn attribute_name(vm: &mut Vm, v: Value) -> PyResult<Ref<PyStr>> {
    match v.cast::<PyStr>() {
        Some(s) => Ok(vm.intern_str(s)),
        None => {
            let actual = vm.type_name(v);
            Err(vm.type_error(format!("attribute name must be string, not '{actual}'")))
        }
    }
}

/// `object.__getattribute__` (also that of `type` and modules: the rules follow the kind of object).
pub fn object_getattribute(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = attribute_name(vm, args[1])?;
    vm.get_attr_generic(args[0], name)
}

fn refuse_type(vm: &mut Vm, v: Value, method: &str) -> PyResult<()> {
    if v.kind() == Some(Kind::Type) {
        let name = vm.type_name(v);
        return Err(vm.type_error(format!("can't apply this {method} to {name} object")));
    }
    Ok(())
}

fn object_setattr(vm: &mut Vm, args: &[Value]) -> PyResult {
    refuse_type(vm, args[0], "__setattr__")?;
    let name = attribute_name(vm, args[1])?;
    vm.set_attr_generic(args[0], name, args[2])?;
    Ok(Value::NONE)
}

fn object_delattr(vm: &mut Vm, args: &[Value]) -> PyResult {
    refuse_type(vm, args[0], "__delattr__")?;
    let name = attribute_name(vm, args[1])?;
    vm.set_attr_generic(args[0], name, Value::NULL)?;
    Ok(Value::NONE)
}

fn object_format(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(spec) = args[1].cast::<PyStr>() else {
        let actual = vm.type_name(args[1]);
        return Err(vm.type_error(format!("__format__() argument must be str, not {actual}")));
    };
    if !spec.is_empty() {
        let name = vm.type_name(args[0]);
        return Err(vm.type_error(format!(
            "unsupported format string passed to {name}.__format__"
        )));
    }
    Ok(vm.str(args[0])?.value())
}

/// The sizes are those of CPython's structures: programs compare and print them.
fn object_sizeof(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = vm.type_of(args[0]);
    let ours = args[0].header().map_or(8, |h| vm.heap.object_size(h));
    let native = native_base(ty);
    let exceptions = vm.builtin_type(ids::BASE_EXCEPTION);
    let size = match native.builtin_id {
        ids::TUPLE => 32 + 8 * args[0].cast::<PyTuple>().map_or(0, |t| t.len()),
        ids::FLOAT => 24,
        ids::COMPLEX => 32,
        ids::RANGE => 48,
        ids::SLICE => 40,
        ids::ENUMERATE => 56,
        ids::PROPERTY => 64,
        ids::FUNCTION => 152,
        ids::BUILTIN_FUNCTION => 56,
        ids::OBJECT if ty.has(tflag::HEAPTYPE) && ty.has(tflag::HAS_DICT) => ours,
        _ if ty.is_subtype(exceptions) => 72,
        // Their headers are a word longer.
        _ => ours + 8,
    };
    Ok(Value::from_usize(size))
}

/// What CPython keeps in front of an object, which `sys.getsizeof` counts: links for the collector, and of classes made by
/// Python code pointers to the attributes.
pub fn size_in_front(vm: &mut Vm, v: Value) -> usize {
    let ty = vm.type_of(v);
    if ty.has(tflag::HEAPTYPE) {
        return if ty.has(tflag::HAS_DICT) { 32 } else { 16 };
    }
    match ty.builtin_id {
        ids::INT | ids::BOOL | ids::FLOAT | ids::COMPLEX | ids::STR | ids::BYTES => 0,
        ids::BYTEARRAY | ids::RANGE | ids::NONE_TYPE | ids::ELLIPSIS | ids::OBJECT => 0,
        _ if !v.is_object() || v == Value::NOT_IMPLEMENTED => 0,
        _ => 16,
    }
}

/// Adds the keys of a namespace and those of the class's bases to `out`.
pub fn merge_class_names(vm: &mut Vm, out: Ref<PyDict>, cls: Value) -> PyResult<()> {
    let names = vm.names;
    if let Some(ty) = cls.cast::<PyType>()
        && let Some(mro) = ty.mro.get()
    {
        for t in mro.items() {
            if let Some(t) = t.cast::<PyType>() {
                merge_names(vm, out, t.dict())?;
            }
        }
        return Ok(());
    }
    if let Some(d) = vm.try_get_attr(cls, names.__dict__)?
        && let Some(d) = d.cast::<PyDict>()
    {
        merge_names(vm, out, d)?;
    }
    if let Some(bases) = vm.try_get_attr(cls, names.__bases__)?
        && let Some(bases) = bases.cast::<PyTuple>()
    {
        for b in bases.items() {
            merge_class_names(vm, out, *b)?;
        }
    }
    Ok(())
}

/// Adds the keys of `from` to `out`.
pub fn merge_names(vm: &mut Vm, out: Ref<PyDict>, from: Ref<PyDict>) -> PyResult<()> {
    let mut at = 0;
    while let Some((i, k, _)) = from.next_entry(at) {
        at = i + 1;
        out.insert(vm, k, Value::NONE)?;
    }
    Ok(())
}

/// The keys of a dict as a list.
pub fn key_list(vm: &mut Vm, d: Ref<PyDict>) -> Value {
    let list = PyList::new(vm);
    let mut at = 0;
    while let Some((i, k, _)) = d.next_entry(at) {
        at = i + 1;
        list.push(vm, k);
    }
    list.value()
}

fn object_dir(vm: &mut Vm, args: &[Value]) -> PyResult {
    let names = vm.names;
    let out = PyDict::new(vm);
    let ty = vm.type_of(args[0]);
    let plain = !ty.has(tflag::CUSTOM_GETATTR)
        && vm
            .type_lookup(ty, names.__dict__)
            .is_none_or(|d| d.is::<super::getset::PyGetSet>());
    let own = if plain && args[0].kind() != Some(Kind::Module) {
        vm.own_attributes_copy(args[0])
    } else {
        vm.try_get_attr(args[0], names.__dict__)?
            .and_then(|d| d.cast::<PyDict>())
    };
    if let Some(own) = own {
        merge_names(vm, out, own)?;
    }
    if let Some(cls) = vm.try_get_attr(args[0], names.__class__)? {
        merge_class_names(vm, out, cls)?;
    }
    Ok(key_list(vm, out))
}

fn none_result(_vm: &mut Vm, _args: &[Value]) -> PyResult {
    Ok(Value::NONE)
}

fn get_class(vm: &mut Vm, v: Value) -> PyResult {
    Ok(vm.type_of(v).value())
}

fn set_class(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    if new.is_null() {
        return Err(vm.type_error("can't delete __class__ attribute"));
    }
    let Some(ty) = new.cast::<PyType>() else {
        let actual = vm.type_name(new);
        return Err(vm.type_error(format!(
            "__class__ must be set to a class, not '{actual}' object"
        )));
    };
    let old = vm.type_of(v);
    let module = vm.builtin_type(ids::MODULE);
    let both_modules = old.is_subtype(module) && ty.is_subtype(module);
    if !both_modules && (old.has(tflag::IMMUTABLE) || ty.has(tflag::IMMUTABLE)) {
        return Err(vm.type_error(
            "__class__ assignment only supported for mutable types or ModuleType subclasses",
        ));
    }
    if old == ty {
        return Ok(());
    }
    let same_layout = super::type_layout::same_layout(old, ty);
    if !same_layout || !vm.set_class(v, ty) {
        let (a, b) = (ty.name_text(), old.name_text());
        return Err(vm.type_error(format!(
            "__class__ assignment: '{a}' object layout differs from '{b}'"
        )));
    }
    Ok(())
}

fn get_dict(vm: &mut Vm, v: Value) -> PyResult {
    match vm.own_dict(v) {
        Some(d) => Ok(d.value()),
        None => {
            let (name, ty) = (vm.names.__dict__, vm.type_name(v));
            let message = format!("'{ty}' object has no attribute '__dict__'");
            Err(vm.attribute_error(v, name.value(), message))
        }
    }
}

fn set_dict(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let dict = if new.is_null() {
        PyDict::new(vm)
    } else {
        match new.cast::<PyDict>() {
            Some(d) => d,
            None => {
                let actual = vm.type_name(new);
                return Err(vm.type_error(format!(
                    "__dict__ must be set to a dictionary, not a '{actual}'"
                )));
            }
        }
    };
    let fixed = matches!(v.kind(), Some(Kind::Type | Kind::Module));
    if !fixed && vm.set_own_dict(v, dict) {
        return Ok(());
    }
    let (name, ty) = (vm.names.__dict__, vm.type_name(v));
    let message = format!("'{ty}' object has no attribute '__dict__'");
    Err(vm.attribute_error(v, name.value(), message))
}

fn get_weakref(vm: &mut Vm, v: Value) -> PyResult {
    let mut first = Value::NONE;
    if let Some(h) = v.header() {
        vm.heap.each_weakref(h, &mut |w| {
            if first.is_none() {
                first = w;
            }
        });
    }
    Ok(first)
}

fn set_native_dict(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    if new.is_null() {
        return Err(vm.type_error("cannot delete __dict__"));
    }
    set_dict(vm, v, new)
}

/// `__dict__` of builtin types whose instances have one.
pub const DICT_GETSET: GetSetDef = getset(
    "__dict__",
    get_dict,
    set_native_dict,
    "dictionary for instance variables",
);
/// The same for classes made at run time, whose instances may drop it.
pub static HEAP_DICT: GetSetDef = getset(
    "__dict__",
    get_dict,
    set_dict,
    "dictionary for instance variables",
);
/// `__weakref__`
pub static HEAP_WEAKREF: GetSetDef = getter(
    "__weakref__",
    get_weakref,
    "list of weak references to the object",
);

/// `object`
pub static OBJECT: TypeDef = TypeDef {
    id: ids::OBJECT,
    doc: "The base class of the class hierarchy.\n\nWhen called, it accepts no arguments and returns a new featureless\ninstance that has no instance attributes and cannot be given any.\n",
    methods: with_comparisons![
        object_compare,
        new_method(object_new).with_direct(object_new_direct),
        slot("__init__", object_init).with_direct(object_init_direct),
        slot("__repr__", object_repr),
        slot("__str__", object_str),
        slot("__hash__", object_hash),
        slot("__getattribute__", object_getattribute),
        slot("__setattr__", object_setattr),
        slot("__delattr__", object_delattr),
        method(
            "__format__",
            object_format,
            "($self, format_spec, /)",
            "Default object formatter.",
        ),
        method(
            "__sizeof__",
            object_sizeof,
            "($self, /)",
            "Size of object in memory, in bytes.",
        ),
        method(
            "__dir__",
            object_dir,
            "($self, /)",
            "Default dir() implementation.",
        ),
        method(
            "__reduce__",
            super::object_reduce::object_reduce,
            "($self, /)",
            "Helper for pickle.",
        ),
        method(
            "__reduce_ex__",
            super::object_reduce::object_reduce_ex,
            "($self, protocol, /)",
            "Helper for pickle.",
        ),
        method(
            "__getstate__",
            super::object_reduce::object_getstate,
            "($self, /)",
            "Helper for pickle.",
        ),
        class_method(
            "__init_subclass__",
            none_result,
            "($type, /)",
            "Called when a class is subclassed.",
        ),
        class_method(
            "__subclasshook__",
            subclasshook,
            "($type, object, /)",
            "Lets abstract classes customize issubclass().",
        ),
    ],
    getsets: &[getset(
        "__class__",
        get_class,
        set_class,
        "the object's class",
    )],
};

fn subclasshook(_vm: &mut Vm, _args: &[Value]) -> PyResult {
    Ok(Value::NOT_IMPLEMENTED)
}

/// True for descriptors that show their own `__isabstractmethod__`.
pub fn is_abstract(vm: &mut Vm, v: Value) -> PyResult<bool> {
    if v.is_absent() {
        return Ok(false);
    }
    let name = vm.names.__isabstractmethod__;
    match vm.try_get_attr(v, name)? {
        Some(r) => vm.truth(r),
        None => Ok(false),
    }
}

/// `__isabstractmethod__` of a property: any of its functions is abstract.
pub fn property_is_abstract(vm: &mut Vm, p: Ref<PyProperty>) -> PyResult<bool> {
    for f in [p.fget.get(), p.fset.get(), p.fdel.get()] {
        if is_abstract(vm, f)? {
            return Ok(true);
        }
    }
    Ok(false)
}
