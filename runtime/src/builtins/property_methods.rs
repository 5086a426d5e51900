//! Methods of `property`.

use super::property::PyProperty;
use super::str::lossy;
use crate::prelude::*;

fn present(v: Value) -> Option<Value> {
    v.non_null().filter(|f| !f.is_none())
}

/// `property.__get__`
pub fn property_get(vm: &mut Vm, p: Ref<PyProperty>, object: Value) -> PyResult {
    match present(p.fget.get()) {
        Some(f) => vm.call(f, &[object]),
        None => {
            let message = no_accessor(vm, p, object, "getter");
            Err(vm.raise(ids::ATTRIBUTE_ERROR, &message))
        }
    }
}

/// `property.__set__`; `v` is `NULL` for `__delete__`.
pub fn property_set(vm: &mut Vm, p: Ref<PyProperty>, object: Value, v: Value) -> PyResult<()> {
    let (f, what) = if v.is_null() {
        (p.fdel.get(), "deleter")
    } else {
        (p.fset.get(), "setter")
    };
    match present(f) {
        Some(f) if v.is_null() => vm.call(f, &[object]).map(|_| ()),
        Some(f) => vm.call(f, &[object, v]).map(|_| ()),
        None => {
            let message = no_accessor(vm, p, object, what);
            Err(vm.raise(ids::ATTRIBUTE_ERROR, &message))
        }
    }
}

/// The name set by `__set_name__`, else the getter's.
fn name_of(vm: &mut Vm, p: Ref<PyProperty>) -> PyResult<Option<Value>> {
    if let Some(n) = p.name.get().non_null() {
        return Ok(Some(n));
    }
    match present(p.fget.get()) {
        Some(f) => {
            let name = vm.names.__name__;
            vm.try_get_attr(f, name)
        }
        None => Ok(None),
    }
}

fn no_accessor(vm: &mut Vm, p: Ref<PyProperty>, object: Value, what: &str) -> String {
    let ty = lossy(vm.type_of(object).qualname.get());
    let name = match name_of(vm, p) {
        Ok(n) => n,
        Err(_) => {
            vm.take_raised();
            None
        }
    };
    match name {
        Some(n) => {
            let shown = match vm.repr_text(n) {
                Ok(s) => s,
                Err(_) => {
                    vm.take_raised();
                    "?".to_string()
                }
            };
            format!("property {shown} of '{ty}' object has no {what}")
        }
        None => format!("property of '{ty}' object has no {what}"),
    }
}

fn property(vm: &mut Vm, v: Value) -> PyResult<Ref<PyProperty>> {
    match v.cast() {
        Some(p) => Ok(p),
        None => Err(vm.wrong_self("fget", "property", v)),
    }
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = super::object_methods::check_new(vm, args[0], ids::PROPERTY)?;
    Ok(PyProperty::new_instance(vm, ty).value())
}

fn init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let p = property(vm, args[0])?;
    let [_, fget, fset, fdel, doc] = *args else {
        return Err(vm.system_error("bad argument count"));
    };
    let clean = |v: Value| present(v).unwrap_or(Value::NULL);
    p.fget.set(p, clean(fget));
    p.fset.set(p, clean(fset));
    p.fdel.set(p, clean(fdel));
    p.doc.set(p, Value::NULL);
    p.name.set(p, Value::NULL);
    p.getter_doc.set(false);
    let mut own_doc = clean(doc);
    if own_doc.is_null()
        && let Some(f) = present(fget)
    {
        let name = vm.names.__doc__;
        if let Some(d) = vm.try_get_attr(f, name)?.and_then(present) {
            own_doc = d;
            p.getter_doc.set(true);
        }
    }
    if p.shape_id() == ids::PROPERTY {
        p.doc.set(p, own_doc);
        return Ok(Value::NONE);
    }
    // A subclass may have a `__doc__` of its own: the docstring goes into the instance, where that is possible.
    p.doc.set(p, own_doc);
    let name = vm.names.__doc__;
    let shown = own_doc.non_null().unwrap_or(Value::NONE);
    if let Err(r) = vm.set_attr(args[0], name, shown)
        && (p.getter_doc.get() || !vm.clear_raised_if(ids::ATTRIBUTE_ERROR))
    {
        return Err(r);
    }
    Ok(Value::NONE)
}

/// A copy with one function replaced.
fn copy_with(vm: &mut Vm, v: Value, which: usize, f: Value) -> PyResult {
    let p = property(vm, v)?;
    let mut parts = [p.fget.get(), p.fset.get(), p.fdel.get(), Value::NULL];
    if !f.is_none() {
        parts[which] = f;
    }
    for x in &mut parts {
        *x = x.non_null().unwrap_or(Value::NONE);
    }
    // A docstring that came from the getter comes from the new getter again.
    parts[3] = if p.getter_doc.get() && parts[0] != Value::NONE {
        Value::NONE
    } else {
        p.doc.get().non_null().unwrap_or(Value::NONE)
    };
    let ty = vm.type_of(v).value();
    let new = vm.call(ty, &parts)?;
    if let (Some(n), Some(name)) = (new.cast::<PyProperty>(), p.name.get().non_null()) {
        n.name.set(n, name);
    }
    Ok(new)
}

fn getter_of(vm: &mut Vm, args: &[Value]) -> PyResult {
    copy_with(vm, args[0], 0, args[1])
}
fn setter_of(vm: &mut Vm, args: &[Value]) -> PyResult {
    copy_with(vm, args[0], 1, args[1])
}
fn deleter_of(vm: &mut Vm, args: &[Value]) -> PyResult {
    copy_with(vm, args[0], 2, args[1])
}

fn set_name(vm: &mut Vm, args: &[Value]) -> PyResult {
    let p = property(vm, args[0])?;
    let given = super::args::items(&args[1]);
    let [_, name] = *given else {
        let n = given.len();
        return Err(vm.type_error(format!(
            "__set_name__() takes 2 positional arguments but {n} were given"
        )));
    };
    p.name.set(p, name);
    Ok(Value::NONE)
}

fn get(vm: &mut Vm, args: &[Value]) -> PyResult {
    super::descriptor_methods::check_get(vm, args)?;
    let p = property(vm, args[0])?;
    if args[1].is_none() {
        return Ok(args[0]);
    }
    property_get(vm, p, args[1])
}
fn set(vm: &mut Vm, args: &[Value]) -> PyResult {
    let p = property(vm, args[0])?;
    property_set(vm, p, args[1], args[2])?;
    Ok(Value::NONE)
}
fn delete(vm: &mut Vm, args: &[Value]) -> PyResult {
    let p = property(vm, args[0])?;
    property_set(vm, p, args[1], Value::NULL)?;
    Ok(Value::NONE)
}

fn part(v: Value) -> PyResult {
    Ok(v.non_null().unwrap_or(Value::NONE))
}
fn get_fget(vm: &mut Vm, v: Value) -> PyResult {
    part(property(vm, v)?.fget.get())
}
fn get_fset(vm: &mut Vm, v: Value) -> PyResult {
    part(property(vm, v)?.fset.get())
}
fn get_fdel(vm: &mut Vm, v: Value) -> PyResult {
    part(property(vm, v)?.fdel.get())
}
fn get_doc(vm: &mut Vm, v: Value) -> PyResult {
    part(property(vm, v)?.doc.get())
}
fn put_doc(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let p = property(vm, v)?;
    p.doc.set(p, new);
    Ok(())
}
fn get_name(vm: &mut Vm, v: Value) -> PyResult {
    let p = property(vm, v)?;
    match name_of(vm, p)? {
        Some(n) => Ok(n),
        None => {
            let name = vm.names.__name__;
            let message = "'property' object has no attribute '__name__'";
            Err(vm.attribute_error(v, name.value(), message))
        }
    }
}
fn put_name(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let p = property(vm, v)?;
    p.name.set(p, new);
    Ok(())
}
fn get_abstract(vm: &mut Vm, v: Value) -> PyResult {
    let p = property(vm, v)?;
    Ok(Value::bool(super::object_methods::property_is_abstract(
        vm, p,
    )?))
}

/// `property`
pub static PROPERTY: TypeDef = TypeDef {
    id: ids::PROPERTY,
    doc: "Property attribute.\n\n  fget\n    function to be used for getting an attribute value\n  fset\n    function to be used for setting an attribute value\n  fdel\n    function to be used for del'ing an attribute\n  doc\n    docstring",
    methods: &[
        new_method(new),
        method(
            "__init__",
            init,
            "($self, /, fget=None, fset=None, fdel=None, doc=None)",
            "Initialize self.  See help(type(self)) for accurate signature.",
        ),
        slot("__get__", get),
        slot("__set__", set),
        slot("__delete__", delete),
        method(
            "getter",
            getter_of,
            "($self, object, /)",
            "Descriptor to obtain a copy of the property with a different getter.",
        ),
        method(
            "setter",
            setter_of,
            "($self, object, /)",
            "Descriptor to obtain a copy of the property with a different setter.",
        ),
        method(
            "deleter",
            deleter_of,
            "($self, object, /)",
            "Descriptor to obtain a copy of the property with a different deleter.",
        ),
        method(
            "__set_name__",
            set_name,
            "($self, /, *args)",
            "Method to set name of a property.",
        ),
    ],
    getsets: &[
        member("fget", get_fget, "getter"),
        member("fset", get_fset, "setter"),
        member("fdel", get_fdel, "deleter"),
        getset("__doc__", get_doc, put_doc, "documentation"),
        getset("__name__", get_name, put_name, "name"),
        getter(
            "__isabstractmethod__",
            get_abstract,
            "any of the functions is abstract",
        ),
    ],
};
