//! `super`: attribute look-up past a class in the MRO.
//!
//! Fields of the wrapper: `a` is `__thisclass__`, `b` `__self__` (`NULL`: unbound), `c` `__self_class__`.

use super::cell::PyCell;
use crate::prelude::*;

/// The class whose MRO `super(ty, object)` searches.
///
/// Errors: `TypeError` when `object` is neither an instance nor a subclass of `ty`.
pub fn start_class(vm: &mut Vm, ty: Ref<PyType>, object: Value) -> PyResult<Ref<PyType>> {
    if let Some(t) = object.cast::<PyType>()
        && t.is_subtype(ty)
    {
        return Ok(t);
    }
    let real = vm.type_of(object);
    if real.is_subtype(ty) {
        return Ok(real);
    }
    let name = vm.names.__class__;
    if let Some(c) = vm
        .try_get_attr(object, name)?
        .and_then(|c| c.cast::<PyType>())
        && c != real
        && c.is_subtype(ty)
    {
        return Ok(c);
    }
    let (what, shown) = match object.cast::<PyType>() {
        Some(t) => ("type", t.name_text()),
        None => ("instance of", real.name_text()),
    };
    let name = ty.name_text();
    Err(vm.type_error(format!(
        "super(type, obj): obj ({what} {shown}) is not an instance or subtype of type ({name})."
    )))
}

/// What stands under `name` in the MRO of `start` after `ty`, unbound.
pub fn find_after(ty: Ref<PyType>, start: Ref<PyType>, name: Ref<PyStr>) -> Option<Value> {
    let mro = start.mro.get()?;
    let items = mro.items();
    let at = items.iter().position(|t| *t == ty.value())?;
    items[at + 1..].iter().find_map(|t| {
        t.cast::<PyType>()
            .and_then(|t| t.dict().get_interned(name.value()))
    })
}

/// `super(ty, object).name` for a checked pair (`start` from [`start_class`]).
pub fn super_attr(
    vm: &mut Vm,
    ty: Ref<PyType>,
    object: Value,
    start: Ref<PyType>,
    name: Ref<PyStr>,
) -> PyResult {
    if name != vm.names.__class__
        && let Some(found) = find_after(ty, start, name)
    {
        let this = if object == start.value() {
            Value::NULL
        } else {
            object
        };
        if found.kind().is_none() || found.is::<PyStr>() {
            return Ok(found);
        }
        return vm.descriptor_get(found, this, start);
    }
    let proxy = PyWrapper::new(vm, ids::SUPER, ty.value(), object, start.value());
    vm.get_attr_generic(proxy.value(), name)
}

/// Class and object of `super()` in the calling frame.
///
/// Errors: `RuntimeError` outside methods.
pub fn from_frame(vm: &mut Vm) -> PyResult<(Value, Value)> {
    let Some(frame) = vm.visible_frame() else {
        return Err(vm.runtime_error("super(): no current frame"));
    };
    let code = frame.code();
    if code.argcount == 0 {
        return Err(vm.runtime_error("super(): no arguments"));
    }
    let mut first = frame.register(0);
    if code_has_cell(&code, 0)
        && let Some(c) = first.cast::<PyCell>()
    {
        first = c.contents.get();
    }
    if first.is_null() {
        return Err(vm.runtime_error("super(): arg[0] deleted"));
    }
    let class = vm.names.__class__.value();
    let free = code.freevars.expect();
    let Some(i) = free.items().iter().position(|n| *n == class) else {
        return Err(vm.runtime_error("super(): __class__ cell not found"));
    };
    let Some(cell) = frame.register(code.free_base as usize + i).cast::<PyCell>() else {
        return Err(vm.runtime_error("super(): bad __class__ cell"));
    };
    let ty = cell.contents.get();
    if ty.is_null() {
        return Err(vm.runtime_error("super(): empty __class__ cell"));
    }
    if !ty.is::<PyType>() {
        let actual = vm.type_name(ty);
        return Err(vm.runtime_error(format!("super(): __class__ is not a type ({actual})")));
    }
    Ok((ty, first))
}

/// True if register `reg` holds the cell of a parameter.
fn code_has_cell(code: &super::code::PyCode, reg: u16) -> bool {
    let regs = code.cell_regs.expect();
    let count = code.cellvars.expect().len();
    let bytes = regs.bytes();
    (0..count).any(|i| {
        bytes
            .get(i * 2..i * 2 + 2)
            .is_some_and(|b| u16::from_le_bytes([b[0], b[1]]) == reg)
    })
}

fn this(vm: &mut Vm, v: Value) -> PyResult<Ref<PyWrapper>> {
    match v.cast() {
        Some(w) if vm.is_instance_of(v, ids::SUPER) => Ok(w),
        _ => Err(vm.wrong_self("__thisclass__", "super", v)),
    }
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = super::object_methods::check_new(vm, args[0], ids::SUPER)?;
    let given = args[1].cast::<PyTuple>().map_or(0, |t| t.len());
    if ty.builtin_id == ids::SUPER && given > 2 {
        return Err(vm.type_error(format!("super() expected at most 2 arguments, got {given}")));
    }
    Ok(PyWrapper::new_instance(vm, ty, Value::NULL, Value::NULL, Value::NULL).value())
}

fn init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let w = this(vm, args[0])?;
    let (ty, mut object) = if args[1].is_null() {
        from_frame(vm)?
    } else {
        (args[1], args[2])
    };
    let Some(class) = ty.cast::<PyType>() else {
        let actual = vm.type_name(ty);
        return Err(vm.type_error(format!("super() argument 1 must be a type, not {actual}")));
    };
    if object.is_none() {
        object = Value::NULL;
    }
    w.a.set(w, ty);
    w.b.set(w, object);
    w.c.set(w, Value::NULL);
    if !object.is_null() {
        let start = start_class(vm, class, object)?;
        w.c.set(w, start.value());
    }
    Ok(Value::NONE)
}

fn getattribute(vm: &mut Vm, args: &[Value]) -> PyResult {
    let w = this(vm, args[0])?;
    let name = super::object_methods::attribute_name(vm, args[1])?;
    let (ty, start) = (w.a.get().cast::<PyType>(), w.c.get().cast::<PyType>());
    if let (Some(ty), Some(start)) = (ty, start)
        && name != vm.names.__class__
        && let Some(found) = find_after(ty, start, name)
    {
        let object = w.b.get();
        let this = if object == start.value() {
            Value::NULL
        } else {
            object
        };
        if found.kind().is_none() || found.is::<PyStr>() {
            return Ok(found);
        }
        return vm.descriptor_get(found, this, start);
    }
    vm.get_attr_generic(args[0], name)
}

fn get(vm: &mut Vm, args: &[Value]) -> PyResult {
    super::descriptor_methods::check_get(vm, args)?;
    let w = this(vm, args[0])?;
    if args[1].is_none() || !w.b.get().is_null() {
        return Ok(args[0]);
    }
    let ty = vm.type_of(args[0]);
    if ty.builtin_id != ids::SUPER {
        return vm.call(ty.value(), &[w.a.get(), args[1]]);
    }
    let Some(class) = w.a.get().cast::<PyType>() else {
        return Ok(args[0]);
    };
    let start = start_class(vm, class, args[1])?;
    Ok(PyWrapper::new(vm, ids::SUPER, class.value(), args[1], start.value()).value())
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let w = this(vm, args[0])?;
    let name =
        w.a.get()
            .cast::<PyType>()
            .map_or_else(|| "NULL".to_string(), |t| t.name_text());
    let text = match w.c.get().cast::<PyType>() {
        Some(c) => format!("<super: <class '{name}'>, <{} object>>", c.name_text()),
        None => format!("<super: <class '{name}'>, NULL>"),
    };
    Ok(vm.new_str(&text))
}

fn get_class(vm: &mut Vm, v: Value) -> PyResult {
    let w = this(vm, v)?;
    Ok(w.a.get().non_null().unwrap_or(Value::NONE))
}
fn get_self(vm: &mut Vm, v: Value) -> PyResult {
    let w = this(vm, v)?;
    Ok(w.b.get().non_null().unwrap_or(Value::NONE))
}
fn get_self_class(vm: &mut Vm, v: Value) -> PyResult {
    let w = this(vm, v)?;
    Ok(w.c.get().non_null().unwrap_or(Value::NONE))
}

/// `super`
pub static SUPER: TypeDef = TypeDef {
    id: ids::SUPER,
    doc: "super() -> same as super(__class__, <first argument>)\nsuper(type) -> unbound super object\nsuper(type, obj) -> bound super object; requires isinstance(obj, type)\nsuper(type, type2) -> bound super object; requires issubclass(type2, type)",
    methods: &[
        new_method(new),
        method(
            "__init__",
            init,
            "($self, type=<unrepresentable>, obj=<unrepresentable>, /)",
            "Initialize self.  See help(type(self)) for accurate signature.",
        ),
        slot("__getattribute__", getattribute),
        slot("__get__", get),
        slot("__repr__", repr),
    ],
    getsets: &[
        member("__thisclass__", get_class, "the class invoking super()"),
        member(
            "__self__",
            get_self,
            "the instance invoking super(); may be None",
        ),
        member(
            "__self_class__",
            get_self_class,
            "the type of the instance invoking super(); may be None",
        ),
    ],
};
