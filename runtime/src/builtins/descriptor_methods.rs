//! Native functions and descriptors as Python sees them: `builtin_function_or_method`, `method_descriptor`,
//! `wrapper_descriptor`, `method-wrapper`, `classmethod_descriptor`, `getset_descriptor`, `member_descriptor`.

use super::builtin::PyBuiltin;
use super::getset::{PyGetSet, PyMember};
use super::str::lossy;
use crate::prelude::*;
use crate::protocol::compare::hash_identity;

/// `descriptor.__get__(instance, owner=None)` for every builtin descriptor type.
pub fn descriptor_get(vm: &mut Vm, args: &[Value]) -> PyResult {
    check_get(vm, args)?;
    let (object, owner) = (args[1], args.get(2).copied().unwrap_or(Value::NULL));
    let ty = match owner.cast::<PyType>() {
        Some(t) => t,
        None => vm.type_of(object),
    };
    let through_class = object.is_none() && ty.builtin_id != ids::NONE_TYPE;
    if through_class {
        return vm.descriptor_get(args[0], Value::NULL, ty);
    }
    check_instance(vm, args[0], object)?;
    vm.descriptor_get(args[0], object, ty)
}

/// Refuses `descriptor.__get__(None)`, which names neither an object nor a type.
pub fn check_get(vm: &mut Vm, args: &[Value]) -> PyResult<()> {
    let owner = args.get(2).copied().unwrap_or(Value::NULL);
    if args[1].is_none() && owner.is_absent() {
        return Err(vm.type_error("__get__(None, None) is invalid"));
    }
    Ok(())
}

/// Native descriptors only bind to instances of their type.
fn check_instance(vm: &mut Vm, descriptor: Value, object: Value) -> PyResult<()> {
    let (owner, name) = if let Some(b) = descriptor.cast::<PyBuiltin>() {
        if b.shape_id() == ids::CLASSMETHOD_DESCRIPTOR {
            return Ok(());
        }
        (b.owner.get(), b.def.name)
    } else if let Some(g) = descriptor.cast::<PyGetSet>() {
        (g.owner.get(), g.def.name)
    } else {
        return Ok(());
    };
    let Some(owner) = owner else { return Ok(()) };
    if vm.type_of(object).is_subtype(owner) {
        return Ok(());
    }
    let (owner, actual) = (owner.name_text(), vm.type_name(object));
    Err(vm.type_error(format!(
        "descriptor '{name}' for '{owner}' objects doesn't apply to a '{actual}' object"
    )))
}

fn descriptor_set(vm: &mut Vm, args: &[Value]) -> PyResult {
    check_instance(vm, args[0], args[1])?;
    vm.descriptor_set(args[0], args[1], args[2])?;
    Ok(Value::NONE)
}

fn descriptor_delete(vm: &mut Vm, args: &[Value]) -> PyResult {
    check_instance(vm, args[0], args[1])?;
    vm.descriptor_set(args[0], args[1], Value::NULL)?;
    Ok(Value::NONE)
}

fn builtin(vm: &mut Vm, v: Value) -> PyResult<Ref<PyBuiltin>> {
    match v.cast() {
        Some(b) => Ok(b),
        None => Err(vm.wrong_self("__name__", "builtin_function_or_method", v)),
    }
}

fn call(vm: &mut Vm, args: &[Value]) -> PyResult {
    let given = super::args::items(&args[1]);
    vm.call_dict(args[0], given, args[2])
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let b = builtin(vm, args[0])?;
    let (name, this) = (b.def.name, b.this.get());
    let owner = b.owner.get().map_or_else(String::new, |o| o.name_text());
    let text = match b.shape_id() {
        ids::METHOD_DESCRIPTOR | ids::CLASSMETHOD_DESCRIPTOR => {
            format!("<method '{name}' of '{owner}' objects>")
        }
        ids::WRAPPER_DESCRIPTOR => format!("<slot wrapper '{name}' of '{owner}' objects>"),
        ids::METHOD_WRAPPER => format!(
            "<method-wrapper '{name}' of {} object at {:#x}>",
            vm.type_name(this),
            this.address()
        ),
        _ if this.is_null() || this.is::<PyModule>() => format!("<built-in function {name}>"),
        _ => format!(
            "<built-in method {name} of {} object at {:#x}>",
            vm.type_name(this),
            this.address()
        ),
    };
    Ok(vm.new_str(&text))
}

fn same_target(a: Ref<PyBuiltin>, b: Ref<PyBuiltin>) -> bool {
    std::ptr::eq(a.def, b.def) && a.this.get() == b.this.get()
}

fn eq(_vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(match (args[0].cast(), args[1].cast()) {
        (Some(a), Some(b)) if args[0].shape_id() == args[1].shape_id() => {
            Value::bool(same_target(a, b))
        }
        _ => Value::NOT_IMPLEMENTED,
    })
}

fn hash(vm: &mut Vm, args: &[Value]) -> PyResult {
    let b = builtin(vm, args[0])?;
    let own = std::ptr::from_ref(b.def) as i64 >> 4;
    let this = b.this.get();
    Ok(vm.new_int((own ^ hash_identity(this)) & i64::MAX >> 2))
}

/// `(getattr, (object, name))`
pub fn reduce_by_getattr(vm: &mut Vm, object: Value, name: Value) -> PyResult {
    let Some(getattr) = vm.builtins_dict().get_text(vm, "getattr") else {
        return Err(vm.type_error("cannot pickle a method without builtins.getattr"));
    };
    let args = vm.new_tuple(&[object, name]);
    Ok(vm.new_tuple(&[getattr, args]))
}

fn reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let b = builtin(vm, args[0])?;
    let name = vm.intern(b.def.name).value();
    let this = b.this.get();
    match b.shape_id() {
        ids::BUILTIN_FUNCTION if this.is_null() || this.is::<PyModule>() => Ok(name),
        ids::BUILTIN_FUNCTION | ids::METHOD_WRAPPER => reduce_by_getattr(vm, this, name),
        _ => {
            let owner = b.owner.value().non_null().unwrap_or(Value::NONE);
            reduce_by_getattr(vm, owner, name)
        }
    }
}

fn get_name(vm: &mut Vm, v: Value) -> PyResult {
    let b = builtin(vm, v)?;
    Ok(vm.intern(b.def.name).value())
}

fn get_qualname(vm: &mut Vm, v: Value) -> PyResult {
    let b = builtin(vm, v)?;
    let (name, this) = (b.def.name, b.this.get());
    let prefix = match b.shape_id() {
        ids::BUILTIN_FUNCTION if this.is_null() => match b.owner.get() {
            Some(o) => lossy(o.qualname.get()),
            None => return Ok(vm.intern(name).value()),
        },
        ids::BUILTIN_FUNCTION if this.is::<PyModule>() => return Ok(vm.intern(name).value()),
        ids::BUILTIN_FUNCTION => match this.cast::<PyType>() {
            Some(t) => lossy(t.qualname.get()),
            None => lossy(vm.type_of(this).qualname.get()),
        },
        _ => b
            .owner
            .get()
            .map_or_else(String::new, |o| lossy(o.qualname.get())),
    };
    Ok(vm.new_str(&format!("{prefix}.{name}")))
}

fn get_doc(vm: &mut Vm, v: Value) -> PyResult {
    let b = builtin(vm, v)?;
    Ok(if b.def.doc.is_empty() {
        Value::NONE
    } else {
        vm.new_str(b.def.doc)
    })
}

/// Functions whose signatures the notation cannot express.
const INEXPRESSIBLE: &[&str] = &[
    "__build_class__",
    "dir",
    "getattr",
    "iter",
    "max",
    "min",
    "next",
    "vars",
];

fn get_signature(vm: &mut Vm, v: Value) -> PyResult {
    let b = builtin(vm, v)?;
    if b.def.name == "__new__" {
        return Ok(vm.new_str("($type, *args, **kwargs)"));
    }
    if b.def.name == "__init__" {
        return Ok(vm.new_str("($self, /, *args, **kwargs)"));
    }
    if INEXPRESSIBLE.contains(&b.def.name) && b.owner.get().is_none() {
        return Ok(Value::NONE);
    }
    // Functions of modules show the module as first parameter.
    if b.this.get().is::<PyModule>() && !b.def.sig.starts_with("($") {
        let text = match b.def.sig.trim_start_matches('(') {
            ")" => "($module, /)".to_string(),
            // Where keywords are taken the module is set apart.
            rest if !rest.contains("/,") && !rest.ends_with("/)") => {
                format!("($module, /, {rest}")
            }
            rest => format!("($module, {rest}"),
        };
        return Ok(vm.new_str(&text));
    }
    Ok(vm.new_str(b.def.sig))
}

fn get_self(vm: &mut Vm, v: Value) -> PyResult {
    let b = builtin(vm, v)?;
    Ok(b.this.get().non_null().unwrap_or(Value::NONE))
}

fn get_module(vm: &mut Vm, v: Value) -> PyResult {
    let b = builtin(vm, v)?;
    Ok(b.module.get().non_null().unwrap_or(Value::NONE))
}

fn get_objclass(vm: &mut Vm, v: Value) -> PyResult {
    let owner = if let Some(b) = v.cast::<PyBuiltin>() {
        b.owner.value()
    } else if let Some(g) = v.cast::<PyGetSet>() {
        g.owner.value()
    } else if let Some(m) = v.cast::<PyMember>() {
        m.owner.value()
    } else {
        Value::NULL
    };
    match owner.non_null() {
        Some(o) => Ok(o),
        None => {
            let name = vm.names.__objclass__;
            Err(vm.attribute_error(v, name.value(), "__objclass__"))
        }
    }
}

const GET_DOC: &str = "Return an attribute of instance, which is of type owner.";
const GET_SIG: &str = "($self, instance, owner=None, /)";

const NAME: GetSetDef = getter("__name__", get_name, "name");
const QUALNAME: GetSetDef = getter("__qualname__", get_qualname, "qualified name");
const DOC: GetSetDef = getter("__doc__", get_doc, "documentation");
const SIGNATURE: GetSetDef = getter("__text_signature__", get_signature, "signature text");
const OBJCLASS: GetSetDef = getter(
    "__objclass__",
    get_objclass,
    "the type that has the attribute",
);
const SELF: GetSetDef = getter("__self__", get_self, "the object bound to");

/// Methods of what is bound to an object.
const BOUND_METHODS: &[NativeDef] = &[
    slot("__call__", call),
    slot("__repr__", repr),
    slot("__eq__", eq),
    slot("__hash__", hash),
    method("__reduce__", reduce, "($self, /)", "Helper for pickle."),
];

/// `builtin_function_or_method`
pub static BUILTIN_FUNCTION: TypeDef = TypeDef {
    id: ids::BUILTIN_FUNCTION,
    doc: "",
    methods: BOUND_METHODS,
    getsets: &[
        NAME,
        QUALNAME,
        DOC,
        SIGNATURE,
        SELF,
        getter("__module__", get_module, "module"),
    ],
};

macro_rules! unbound_type {
    ($name:ident, $id:ident) => {
        /// A descriptor type of native methods.
        pub static $name: TypeDef = TypeDef {
            id: ids::$id,
            doc: "",
            methods: &[
                method("__get__", descriptor_get, GET_SIG, GET_DOC),
                slot("__call__", call),
                slot("__repr__", repr),
                method("__reduce__", reduce, "($self, /)", "Helper for pickle."),
            ],
            getsets: &[NAME, QUALNAME, DOC, SIGNATURE, OBJCLASS],
        };
    };
}
unbound_type!(METHOD_DESCRIPTOR_DEF, METHOD_DESCRIPTOR);
unbound_type!(WRAPPER_DESCRIPTOR_DEF, WRAPPER_DESCRIPTOR);
unbound_type!(CLASSMETHOD_DESCRIPTOR_DEF, CLASSMETHOD_DESCRIPTOR);

/// `method-wrapper`
pub static METHOD_WRAPPER: TypeDef = TypeDef {
    id: ids::METHOD_WRAPPER,
    doc: "",
    methods: BOUND_METHODS,
    getsets: &[NAME, QUALNAME, DOC, SIGNATURE, SELF, OBJCLASS],
};

fn data_name(v: Value) -> String {
    match (v.cast::<PyGetSet>(), v.cast::<PyMember>()) {
        (Some(g), _) => g.def.name.to_string(),
        (_, Some(m)) => lossy(m.name.get()),
        _ => "?".to_string(),
    }
}

fn data_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let owner = get_objclass(vm, args[0])?;
    let owner = owner
        .cast::<PyType>()
        .map_or_else(String::new, |o| o.name_text());
    let field = args[0].cast::<PyGetSet>().is_some_and(|g| g.def.member);
    let what = if field || args[0].is::<PyMember>() {
        "member"
    } else {
        "attribute"
    };
    let name = data_name(args[0]);
    Ok(vm.new_str(&format!("<{what} '{name}' of '{owner}' objects>")))
}

fn data_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let owner = get_objclass(vm, args[0])?;
    let name = vm.new_str(&data_name(args[0]));
    reduce_by_getattr(vm, owner, name)
}

fn data_get_name(vm: &mut Vm, v: Value) -> PyResult {
    Ok(vm.new_str(&data_name(v)))
}

fn data_get_qualname(vm: &mut Vm, v: Value) -> PyResult {
    let owner = get_objclass(vm, v)?;
    let owner = owner
        .cast::<PyType>()
        .map_or_else(String::new, |o| lossy(o.qualname.get()));
    let name = data_name(v);
    Ok(vm.new_str(&format!("{owner}.{name}")))
}

fn data_get_doc(vm: &mut Vm, v: Value) -> PyResult {
    Ok(match v.cast::<PyGetSet>() {
        Some(g) if !g.def.doc.is_empty() => vm.new_str(g.def.doc),
        _ => Value::NONE,
    })
}

macro_rules! data_type {
    ($name:ident, $id:ident) => {
        /// A data descriptor type.
        pub static $name: TypeDef = TypeDef {
            id: ids::$id,
            doc: "",
            methods: &[
                method("__get__", descriptor_get, GET_SIG, GET_DOC),
                slot("__set__", descriptor_set),
                slot("__delete__", descriptor_delete),
                slot("__repr__", data_repr),
                method(
                    "__reduce__",
                    data_reduce,
                    "($self, /)",
                    "Helper for pickle.",
                ),
            ],
            getsets: &[
                getter("__name__", data_get_name, "name"),
                getter("__qualname__", data_get_qualname, "qualified name"),
                getter("__doc__", data_get_doc, "documentation"),
                OBJCLASS,
            ],
        };
    };
}
data_type!(GETSET_DEF, GETSET_DESCRIPTOR);
data_type!(MEMBER_DEF, MEMBER_DESCRIPTOR);
