//! The node classes: ordinary heap classes made from the grammar table, `AST` with native methods.

use super::grammar::{Arity, CLASSES, Field, SUMS, fields};
use super::node::METHODS;
use skein_runtime::prelude::*;

/// Key of the table of classes in the machine's module state.
const STATE: &str = "_ast.classes";

/// Attributes of nodes with a place in the source.
const PLACE: [&str; 4] = ["lineno", "col_offset", "end_lineno", "end_col_offset"];

/// All classes by name, made on first use.
///
/// # Errors
/// What making a class raises.
pub fn all(vm: &mut Vm) -> PyResult<Ref<PyDict>> {
    if let Some(d) = vm.state_get(STATE).and_then(|v| v.cast()) {
        return Ok(d);
    }
    let classes = PyDict::new(vm);
    let object = vm.builtin_type(ids::OBJECT).value();
    let root = class(vm, "AST", object, "Base class of all syntax tree nodes.")?;
    if let Some(ty) = root.cast::<PyType>() {
        vm.install_into_type(ty, "", METHODS, &[]);
    }
    describe(vm, root, &[], Some(false))?;
    classes.set_text(vm, "AST", root);
    for sum in SUMS {
        let (name, placed) = match sum.strip_prefix('+') {
            Some(name) => (name, true),
            None => (*sum, false),
        };
        let doc = alternatives(name);
        let c = class(vm, name, root, &doc)?;
        place(vm, c, placed)?;
        classes.set_text(vm, name, c);
    }
    for (base, name, text) in CLASSES {
        let (base, placed) = match base.strip_prefix('+') {
            Some(base) => (base, Some(true)),
            None if *base == "AST" => (*base, Some(false)),
            None => (*base, None),
        };
        let doc = signature(name, text);
        let parent = classes.get_text(vm, base).unwrap_or(root);
        let c = class(vm, name, parent, &doc)?;
        describe(vm, c, &fields(text), placed)?;
        classes.set_text(vm, name, c);
    }
    // Types of fields name classes that may come later in the table.
    for (_, name, text) in CLASSES {
        let types = PyDict::new(vm);
        for f in fields(text) {
            let ty = field_type(vm, classes, &f)?;
            types.set_text(vm, f.name, ty);
        }
        if let Some(c) = classes.get_text(vm, name) {
            set(vm, c, "_field_types", types.value())?;
        }
    }
    vm.state_set(STATE, classes.value());
    Ok(classes)
}

fn signature(name: &str, text: &str) -> String {
    if text.is_empty() {
        name.to_string()
    } else {
        format!("{name}({text})")
    }
}

fn alternatives(sum: &str) -> String {
    let own = CLASSES.iter().filter(|(base, _, _)| *base == sum);
    let texts: Vec<String> = own.map(|(_, name, text)| signature(name, text)).collect();
    format!("{sum} = {}", texts.join(" | "))
}

fn class(vm: &mut Vm, name: &str, base: Value, doc: &str) -> PyResult {
    let dict = PyDict::new(vm);
    let module = vm.intern("ast").value();
    dict.set_text(vm, "__module__", module);
    let doc = vm.new_str(doc);
    dict.set_text(vm, "__doc__", doc);
    let metatype = vm.builtin_type(ids::TYPE).value();
    let (name, bases) = (vm.intern(name).value(), vm.new_tuple(&[base]));
    vm.call(metatype, &[name, bases, dict.value()])
}

fn set(vm: &mut Vm, c: Value, name: &str, v: Value) -> PyResult<()> {
    let name = vm.intern(name);
    vm.set_attr(c, name, v)
}

fn names(vm: &mut Vm, names: &[&str]) -> Value {
    let mut values = ValueVec::new();
    for n in names {
        let v = vm.intern(n).value();
        values.push(&vm.heap, v);
    }
    vm.new_tuple(values.as_slice())
}

/// Gives a class its fields; `placed`: what its own `_attributes` say, `None`: nothing of its own.
fn describe(vm: &mut Vm, c: Value, fields: &[Field], placed: Option<bool>) -> PyResult<()> {
    let list: Vec<&str> = fields.iter().map(|f| f.name).collect();
    let tuple = names(vm, &list);
    set(vm, c, "_fields", tuple)?;
    set(vm, c, "__match_args__", tuple)?;
    for f in fields.iter().filter(|f| f.arity == Arity::Optional) {
        set(vm, c, f.name, Value::NONE)?;
    }
    match placed {
        Some(placed) => place(vm, c, placed),
        None => Ok(()),
    }
}

fn place(vm: &mut Vm, c: Value, placed: bool) -> PyResult<()> {
    let tuple = names(vm, if placed { &PLACE } else { &[] });
    set(vm, c, "_attributes", tuple)?;
    if placed {
        set(vm, c, "end_lineno", Value::NONE)?;
        set(vm, c, "end_col_offset", Value::NONE)?;
    }
    Ok(())
}

fn field_type(vm: &mut Vm, classes: Ref<PyDict>, f: &Field) -> PyResult {
    let item = match f.ty {
        "identifier" | "string" => vm.builtin_type(ids::STR).value(),
        "int" => vm.builtin_type(ids::INT).value(),
        "constant" => vm.builtin_type(ids::OBJECT).value(),
        name => classes.get_text(vm, name).unwrap_or(Value::NONE),
    };
    match f.arity {
        Arity::One => Ok(item),
        Arity::Many => {
            let list = vm.builtin_type(ids::LIST).value();
            vm.get_item(list, item)
        }
        Arity::Optional => {
            let op = skein_runtime::protocol::binary::BinaryOp::Or;
            vm.binary(op, false, item, Value::NONE)
        }
    }
}
