//! What every node can do: construction with defaults, pickling, replacement, a short repr.

use super::classes;
use skein_runtime::prelude::*;

/// Methods of `AST`.
pub const METHODS: &[NativeDef] = &[
    slot("__init__", init),
    slot("__reduce__", reduce),
    method(
        "__replace__",
        replace,
        "($self, /, **fields)",
        "Return a copy of the AST node with new values for the specified fields.",
    ),
    slot("__repr__", repr),
];

/// The names in a class's tuple of names.
fn names(vm: &mut Vm, node: Value, attribute: &str) -> PyResult<ValueVec> {
    let ty = vm.type_of(node).value();
    let name = vm.intern(attribute);
    match vm.try_get_attr(ty, name)? {
        Some(v) => vm.collect(v),
        None => Ok(ValueVec::new()),
    }
}

fn warn(vm: &mut Vm, message: &str) -> PyResult<()> {
    vm.warn(ids::DEPRECATION_WARNING, message, 1)
}

fn attribute(vm: &mut Vm, name: Value) -> PyResult<Ref<PyStr>> {
    match name.cast::<PyStr>() {
        Some(s) => Ok(vm.intern_str(s)),
        None => Err(vm.type_error("AST field names must be strings")),
    }
}

fn init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let node = args[0];
    let fields = names(vm, node, "_fields")?;
    let given = args[1].cast::<PyTuple>();
    let given = given.as_ref().map_or(&[][..], |t| t.items());
    let class = vm.type_of(node).name_text().to_string();
    if given.len() > fields.len() {
        let (n, plural) = (fields.len(), if fields.len() == 1 { "" } else { "s" });
        return Err(vm.type_error(format!(
            "{class} constructor takes at most {n} positional argument{plural}"
        )));
    }
    let missing = PyDict::new(vm);
    for (i, f) in fields.as_slice().iter().enumerate() {
        let name = attribute(vm, *f)?;
        match given.get(i) {
            Some(v) => vm.set_attr(node, name, *v)?,
            None => missing.set_interned(vm, name.value(), Value::NONE),
        }
    }
    if let Some(kwargs) = args[2].cast::<PyDict>() {
        let mut at = 0;
        while let Some((next, key, v)) = kwargs.next_entry(at) {
            at = next + 1;
            keyword(vm, node, &class, &fields, missing, (key, v))?;
        }
    }
    defaults(vm, node, &class, missing)?;
    Ok(Value::NONE)
}

fn keyword(
    vm: &mut Vm,
    node: Value,
    class: &str,
    fields: &ValueVec,
    missing: Ref<PyDict>,
    (key, v): (Value, Value),
) -> PyResult<()> {
    let name = attribute(vm, key)?;
    let is_field = fields
        .as_slice()
        .iter()
        .any(|f| f.cast::<PyStr>().is_some_and(|f| f.bytes() == name.bytes()));
    if is_field {
        if !missing.remove_interned(vm, name.value()) {
            let key = vm.repr_text(key)?;
            return Err(vm.type_error(format!("{class} got multiple values for argument {key}")));
        }
    } else {
        let attributes = names(vm, node, "_attributes")?;
        if !attributes
            .as_slice()
            .iter()
            .any(|a| a.cast::<PyStr>().is_some_and(|a| a.bytes() == name.bytes()))
        {
            let key = vm.repr_text(key)?;
            warn(
                vm,
                &format!(
                    "{class}.__init__ got an unexpected keyword argument {key}. Support for arbitrary keyword arguments is deprecated and will be removed in Python 3.15."
                ),
            )?;
        }
    }
    vm.set_attr(node, name, v)
}

/// Lists are empty, contexts are `Load()`, optional fields stay with the class's `None`; for others there is a warning.
fn defaults(vm: &mut Vm, node: Value, class: &str, missing: Ref<PyDict>) -> PyResult<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let ty = vm.type_of(node).value();
    let types = vm.intern("_field_types");
    let Some(types) = vm.try_get_attr(ty, types)?.and_then(|t| t.cast::<PyDict>()) else {
        return Ok(());
    };
    let all = classes::all(vm)?;
    let (context, load) = (all.get_text(vm, "expr_context"), all.get_text(vm, "Load"));
    let mut at = 0;
    while let Some((next, key, _)) = missing.next_entry(at) {
        at = next + 1;
        let name = attribute(vm, key)?;
        let Some(want) = types.get(vm, key)? else {
            let key = vm.repr_text(key)?;
            warn(
                vm,
                &format!(
                    "Field {key} is missing from {class}._field_types. This will become an error in Python 3.15."
                ),
            )?;
            continue;
        };
        let kind = vm.type_of(want).builtin_id;
        if kind == ids::UNION {
            continue;
        }
        if kind == ids::GENERIC_ALIAS {
            let list = PyList::new(vm).value();
            vm.set_attr(node, name, list)?;
        } else if Some(want) == context {
            let v = vm.call(load.unwrap_or(Value::NONE), &[])?;
            vm.set_attr(node, name, v)?;
        } else {
            let key = vm.repr_text(key)?;
            warn(
                vm,
                &format!(
                    "{class}.__init__ missing 1 required positional argument: {key}. This will become an error in Python 3.15."
                ),
            )?;
        }
    }
    Ok(())
}

/// A copy of the node's attributes.
fn attributes(vm: &mut Vm, node: Value) -> Ref<PyDict> {
    match vm.own_attributes_copy(node) {
        Some(d) => d,
        None => PyDict::new(vm),
    }
}

fn reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let fields = names(vm, args[0], "_fields")?;
    let state = attributes(vm, args[0]);
    let mut positional = ValueVec::new();
    for f in fields.as_slice() {
        match state.remove(vm, *f)? {
            Some(v) => positional.push(&vm.heap, v),
            None => break,
        }
    }
    let ty = vm.type_of(args[0]).value();
    let positional = vm.new_tuple(positional.as_slice());
    Ok(vm.new_tuple(&[ty, positional, state.value()]))
}

fn replace(vm: &mut Vm, args: &[Value]) -> PyResult {
    let node = args[0];
    let class = vm.type_of(node).name_text().to_string();
    let state = attributes(vm, node);
    let (fields, places) = (names(vm, node, "_fields")?, names(vm, node, "_attributes")?);
    if let Some(changes) = args[1].cast::<PyDict>() {
        let mut at = 0;
        while let Some((next, key, v)) = changes.next_entry(at) {
            at = next + 1;
            let known = |names: &ValueVec, vm: &mut Vm| -> PyResult<bool> {
                for n in names.as_slice() {
                    if vm.equal(*n, key)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            };
            if !known(&fields, vm)? && !known(&places, vm)? {
                let key = vm.repr_text(key)?;
                return Err(vm.type_error(format!(
                    "{class}.__replace__ got an unexpected keyword argument {key}."
                )));
            }
            state.insert(vm, key, v)?;
        }
    }
    let ty = vm.type_of(node).value();
    let copy = vm.call_method(ty, "__new__", &[ty])?;
    let mut at = 0;
    while let Some((next, key, v)) = state.next_entry(at) {
        at = next + 1;
        let name = attribute(vm, key)?;
        vm.set_attr(copy, name, v)?;
    }
    Ok(copy)
}

/// How deep a repr shows nodes.
const REPR_DEPTH: usize = 3;

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let mut out = Vec::new();
    show(vm, args[0], REPR_DEPTH, &mut out)?;
    Ok(vm.new_str_bytes(&out))
}

fn is_node(vm: &mut Vm, v: Value) -> PyResult<bool> {
    let root = classes::all(vm)?.get_text(vm, "AST").unwrap_or(Value::NONE);
    vm.isinstance(v, root)
}

fn show(vm: &mut Vm, node: Value, depth: usize, out: &mut Vec<u8>) -> PyResult<()> {
    out.extend_from_slice(vm.type_of(node).name_text().to_string().as_bytes());
    if depth == 0 {
        out.extend_from_slice(b"(...)");
        return Ok(());
    }
    let fields = names(vm, node, "_fields")?;
    out.push(b'(');
    for (i, f) in fields.as_slice().iter().enumerate() {
        let name = attribute(vm, *f)?;
        if i > 0 {
            out.extend_from_slice(b", ");
        }
        out.extend_from_slice(name.bytes());
        out.push(b'=');
        let v = vm.get_attr(node, name)?;
        show_field(vm, v, depth, out)?;
    }
    out.push(b')');
    Ok(())
}

fn show_field(vm: &mut Vm, v: Value, depth: usize, out: &mut Vec<u8>) -> PyResult<()> {
    let (open, close, items) = match (v.cast::<PyList>(), v.cast::<PyTuple>()) {
        (Some(_), _) => (b'[', b']', vm.collect(v)?),
        (_, Some(_)) => (b'(', b')', vm.collect(v)?),
        _ => return show_value(vm, v, depth, out),
    };
    out.push(open);
    let n = items.len();
    if let Some(first) = items.as_slice().first() {
        show_value(vm, *first, depth, out)?;
    }
    if n > 2 {
        out.extend_from_slice(b", ...");
    }
    if n > 1 {
        out.extend_from_slice(b", ");
        show_value(vm, items.get(n - 1), depth, out)?;
    }
    out.push(close);
    Ok(())
}

fn show_value(vm: &mut Vm, v: Value, depth: usize, out: &mut Vec<u8>) -> PyResult<()> {
    if is_node(vm, v)? {
        return show(vm, v, depth - 1, out);
    }
    let text = vm.repr(v)?;
    out.extend_from_slice(text.bytes());
    Ok(())
}
