//! `_tuplegetter`: the descriptor behind the fields of named tuples.

use crate::util::{add_type, native_class};
use skein_runtime::prelude::*;

struct Getter {
    index: usize,
    doc: Slot,
}

impl NativeData for Getter {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.doc);
    }
    fn tuple_field(&self) -> Option<usize> {
        Some(self.index)
    }
}

static METHODS: &[NativeDef] = &[
    static_method("__new__", new, "($type, index, doc, /)", NEW_DOC),
    method(
        "__get__",
        get,
        "($self, instance, owner=None, /)",
        "The item of the instance.",
    ),
    method(
        "__set__",
        set,
        "($self, instance, value, /)",
        "Refuse to set.",
    ),
    method(
        "__delete__",
        set,
        "($self, instance, /)",
        "Refuse to delete.",
    ),
    method("__reduce__", reduce, "($self, /)", "Helper for pickle."),
    slot("__repr__", repr),
];

static GETSETS: &[GetSetDef] = &[getset(
    "__doc__",
    get_doc,
    set_doc,
    "Documentation of the field.",
)];

pub(super) fn install(vm: &mut Vm, m: Ref<PyModule>) {
    let ty = vm.new_native_type(
        "_tuplegetter",
        "_collections",
        None,
        Kind::Native,
        0,
        METHODS,
        GETSETS,
        "",
    );
    add_type(vm, m, "_collections", ty);
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = native_class(vm, args[0])?;
    let index = vm.ssize(args[1])?;
    let data = Getter {
        index: index.max(0) as usize,
        doc: Slot::new(args[2]),
    };
    Ok(Native::new(vm, ty, data).value())
}

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(Ref<Native>, &'a Getter)> {
    native::<Getter>(v).ok_or_else(|| vm.wrong_self("__get__", "_tuplegetter", *v))
}

fn get(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, g) = this(vm, &args[0])?;
    let index = g.index;
    if args[1].is_absent() {
        return Ok(args[0]);
    }
    let Some(t) = args[1].cast::<PyTuple>() else {
        let name = vm.type_name(args[1]);
        return Err(vm.type_error(format!(
            "descriptor for index '{index}' for tuple subclasses doesn't apply to '{name}' object"
        )));
    };
    match t.items().get(index) {
        Some(v) => Ok(*v),
        None => Err(vm.index_error("tuple index out of range")),
    }
}

fn set(vm: &mut Vm, args: &[Value]) -> PyResult {
    let object = args[1];
    let message = if args.len() == 2 {
        "can't delete attribute"
    } else {
        "can't set attribute"
    };
    Err(vm.attribute_error(object, Value::NULL, message))
}

fn reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, g) = this(vm, &args[0])?;
    let ty = vm.type_of(args[0]).value();
    let inner = vm.new_tuple(&[Value::from_usize(g.index), g.doc.get()]);
    Ok(vm.new_tuple(&[ty, inner]))
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, g) = this(vm, &args[0])?;
    let name = vm.type_of(args[0]).value();
    let name = vm.get_attr_text(name, "__name__")?;
    let name = vm.str(name)?.text_lossy();
    let doc = vm.repr_text(g.doc.get())?;
    let index = g.index;
    Ok(vm.new_str(&format!("{name}({index}, {doc})")))
}

fn get_doc(vm: &mut Vm, v: Value) -> PyResult {
    Ok(this(vm, &v)?.1.doc.get())
}

fn set_doc(vm: &mut Vm, v: Value, doc: Value) -> PyResult<()> {
    let (owner, g) = this(vm, &v)?;
    g.doc
        .set(owner, if doc.is_null() { Value::NONE } else { doc });
    Ok(())
}
