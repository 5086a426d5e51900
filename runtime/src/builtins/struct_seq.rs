//! Struct sequences: tuples whose items also have names (`sys.version_info`, `time.struct_time`, `os.stat_result`).
//!
//! The visible fields are the tuple; further, hidden ones rest in the member slots behind it. The names of a type's fields
//! are kept in the `Vm`'s module state under the type's address, since the types cannot be subclassed.

use super::args;
use crate::object::native_def::GetSetDef;
use crate::prelude::*;

/// The most fields a struct sequence can have.
pub const MAX_FIELDS: usize = 32;

/// Declaration of a struct sequence type.
pub struct StructSeq {
    /// Python's name.
    pub name: &'static str,
    /// Python's module.
    pub module: &'static str,
    /// Docstring.
    pub doc: &'static str,
    /// Field names; an empty name is a field without one.
    pub fields: &'static [&'static str],
    /// How many of them are items of the tuple.
    pub visible: usize,
}

/// Methods that instances and the type have in common.
const METHODS: &[NativeDef] = &[
    static_method("__new__", new, "($type, /, sequence, dict=None)", NEW_DOC),
    slot("__repr__", repr),
    method("__reduce__", reduce, "($self, /)", "Helper for pickle."),
    method(
        "__replace__",
        replace,
        "($self, /, **changes)",
        "Return a copy with new values for the given fields.",
    ),
];

/// Methods of types whose instances only their module makes.
const METHODS_CLOSED: &[NativeDef] = &[
    static_method(
        "__new__",
        refuse_new,
        "($type, /, *args, **kwargs)",
        "Raises TypeError.",
    ),
    slot("__repr__", repr),
    method("__reduce__", reduce, "($self, /)", "Helper for pickle."),
    method(
        "__replace__",
        replace,
        "($self, /, **changes)",
        "Return a copy with new values for the given fields.",
    ),
];

macro_rules! getters {
    ($($i:literal)*) => {
        /// One reader per field position.
        static GETTERS: [fn(&mut Vm, Value) -> PyResult; MAX_FIELDS] = [$(get_field::<$i>,)*];
    };
}
getters!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);

fn get_field<const I: usize>(vm: &mut Vm, this: Value) -> PyResult {
    Ok(field(vm, this, I).unwrap_or(Value::NONE))
}

/// Field `i` of a struct sequence, hidden ones included.
pub fn field(vm: &Vm, this: Value, i: usize) -> Option<Value> {
    let tuple = this.cast::<PyTuple>()?;
    if let Some(v) = tuple.items().get(i) {
        return Some(*v);
    }
    let header = this.header()?;
    vm.member_slot(&header, i - tuple.len())?.get().non_null()
}

/// Makes the type. With `open`, Python code can make instances from a sequence.
pub fn new_type(vm: &mut Vm, def: &'static StructSeq, open: bool) -> Ref<PyType> {
    assert!(def.fields.len() <= MAX_FIELDS);
    let getsets: Vec<GetSetDef> = def
        .fields
        .iter()
        .enumerate()
        .filter(|(_, name)| !name.is_empty())
        .map(|(i, name)| getter(name, GETTERS[i], ""))
        .collect();
    let base = vm.builtin_type(ids::TUPLE);
    let flags = if open {
        0
    } else {
        tflag::DISALLOW_INSTANTIATION
    };
    let ty = vm.new_native_type(
        def.name,
        def.module,
        Some(base),
        Kind::Tuple,
        flags,
        if open { METHODS } else { METHODS_CLOSED },
        // A type is made once per machine; descriptors need tables that live for ever.
        Box::leak(getsets.into_boxed_slice()),
        def.doc,
    );
    let hidden = def.fields.len() - def.visible;
    if hidden > 0 {
        ty.member_slots.set(hidden as u16);
        vm.make_root_shape(ty, None);
    }
    let names = PyList::new(vm);
    for name in def.fields {
        let v = vm.intern(name).value();
        names.push(vm, v);
    }
    let all = vm.new_tuple(names.to_vec(vm).as_slice());
    vm.state_set(&state_key(ty), all);
    add_counts(vm, ty, def, names);
    ty
}

fn add_counts(vm: &mut Vm, ty: Ref<PyType>, def: &StructSeq, names: Ref<PyList>) {
    let unnamed = def.fields.iter().filter(|n| n.is_empty()).count();
    let counts = [
        ("n_sequence_fields", def.visible),
        ("n_fields", def.fields.len()),
        ("n_unnamed_fields", unnamed),
    ];
    for (name, n) in counts {
        let name = vm.intern(name);
        vm.type_set_attr(ty, name, Value::from_usize(n));
    }
    let mut visible = ValueVec::new();
    for i in 0..def.visible {
        if !def.fields[i].is_empty() {
            visible.push(&vm.heap, names.get(i));
        }
    }
    let (visible, name) = (vm.new_tuple(visible.as_slice()), vm.names.__match_args__);
    vm.type_set_attr(ty, name, visible);
}

fn state_key(ty: Ref<PyType>) -> String {
    format!("struct_seq.{:x}", ty.value().address())
}

/// Names of the fields of a struct sequence type, hidden ones included.
fn field_names(vm: &mut Vm, ty: Ref<PyType>) -> PyResult<Ref<PyTuple>> {
    match vm.state_get(&state_key(ty)).and_then(|v| v.cast()) {
        Some(t) => Ok(t),
        None => Err(vm.type_error("not a struct sequence")),
    }
}

/// An instance with the given fields, hidden ones last; missing hidden ones are `None`.
pub fn new_instance(vm: &mut Vm, ty: Ref<PyType>, visible: usize, fields: &[Value]) -> Value {
    let tuple = PyTuple::new_instance(vm, ty, &fields[..visible]);
    let header = tuple.header();
    for (i, v) in fields[visible..].iter().enumerate() {
        if let Some(slot) = vm.member_slot(&header, i) {
            slot.set(header, *v);
        }
    }
    tuple.value()
}

/// The number of visible fields of a struct sequence type.
fn visible_count(vm: &mut Vm, ty: Ref<PyType>) -> usize {
    let name = vm.intern("n_sequence_fields");
    vm.type_lookup(ty, name).and_then(as_i64).unwrap_or(0) as usize
}

fn new(vm: &mut Vm, values: &[Value]) -> PyResult {
    let ty = args::class(vm, values[0])?;
    let names = field_names(vm, ty)?;
    let full = vm.full_type_name(ty);
    let given = match vm.collect(values[1]) {
        Ok(v) => v,
        Err(_) if vm.clear_raised_if(ids::TYPE_ERROR) => {
            return Err(vm.type_error("constructor requires a sequence"));
        }
        Err(r) => return Err(r),
    };
    let extra = match values[2].non_null() {
        None => None,
        Some(v) if v.is_none() => None,
        Some(v) => match v.cast::<PyDict>() {
            Some(d) => Some(d),
            None => {
                return Err(vm.type_error(format!("{full}() takes a dict as second arg, if any")));
            }
        },
    };
    let (visible, n) = (visible_count(vm, ty), given.len());
    if n < visible || n > names.len() {
        let words = match (visible == names.len(), n < visible) {
            (true, _) => format!("a {visible}-sequence"),
            (false, true) => format!("an at least {visible}-sequence"),
            (false, false) => format!("an at most {}-sequence", names.len()),
        };
        return Err(vm.type_error(format!("{full}() takes {words} ({n}-sequence given)")));
    }
    let mut fields = ValueVec::new();
    for v in given.as_slice() {
        fields.push(&vm.heap, *v);
    }
    for name in &names.items()[n..] {
        let v = match extra {
            Some(d) => d.get(vm, *name)?,
            None => None,
        };
        fields.push(&vm.heap, v.unwrap_or(Value::NONE));
    }
    Ok(new_instance(vm, ty, visible, fields.as_slice()))
}

fn refuse_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = super::args::class(vm, args[0])?;
    let name = super::object_methods::c_name(vm, ty);
    Err(vm.type_error(format!("cannot create '{name}' instances")))
}

fn repr(vm: &mut Vm, values: &[Value]) -> PyResult {
    let ty = vm.type_of(values[0]);
    let Some(tuple) = values[0].cast::<PyTuple>() else {
        return Err(vm.wrong_self("__repr__", "tuple", values[0]));
    };
    let names = field_names(vm, ty)?;
    // As in CPython, an item without a name shows that of the next field with one.
    let mut named = names
        .items()
        .iter()
        .filter(|n| n.cast::<PyStr>().is_some_and(|s| !s.is_empty()));
    let mut out = vm.full_type_name(ty).into_bytes();
    out.push(b'(');
    for (i, v) in tuple.items().iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(b", ");
        }
        if let Some(name) = named.next().and_then(|n| n.cast::<PyStr>()) {
            out.extend_from_slice(name.bytes());
            out.push(b'=');
        }
        let text = vm.repr(*v)?;
        out.extend_from_slice(text.bytes());
    }
    out.push(b')');
    Ok(vm.new_str_bytes(&out))
}

fn reduce(vm: &mut Vm, values: &[Value]) -> PyResult {
    let ty = vm.type_of(values[0]);
    let Some(tuple) = values[0].cast::<PyTuple>() else {
        return Err(vm.wrong_self("__reduce__", "tuple", values[0]));
    };
    let names = field_names(vm, ty)?;
    let hidden = PyDict::new(vm);
    for i in tuple.len()..names.len() {
        let v = field(vm, values[0], i).unwrap_or(Value::NONE);
        hidden.insert(vm, names.items()[i], v)?;
    }
    let plain = vm.new_tuple(tuple.items());
    let state = vm.new_tuple(&[plain, hidden.value()]);
    Ok(vm.new_tuple(&[ty.value(), state]))
}

fn replace(vm: &mut Vm, values: &[Value]) -> PyResult {
    let ty = vm.type_of(values[0]);
    let names = field_names(vm, ty)?;
    let visible = visible_count(vm, ty);
    if names
        .items()
        .iter()
        .any(|n| n.cast::<PyStr>().is_none_or(|s| s.is_empty()))
    {
        let full = vm.full_type_name(ty);
        return Err(vm.type_error(format!(
            "__replace__() is not supported for {full} because it has unnamed field(s)"
        )));
    }
    let changes = values[1].cast::<PyDict>();
    let mut left = changes.map_or(0, |d| d.len());
    let mut fields = ValueVec::new();
    for (i, name) in names.items().iter().enumerate() {
        let changed = match changes {
            Some(d) => d.get(vm, *name)?,
            None => None,
        };
        left -= changed.is_some() as usize;
        let v = changed
            .or_else(|| field(vm, values[0], i))
            .unwrap_or(Value::NONE);
        fields.push(&vm.heap, v);
    }
    if left > 0
        && let Some(d) = changes
    {
        let unknown = PyList::new(vm);
        let mut at = 0;
        while let Some((i, k, _)) = d.next_entry(at) {
            if !names.items().contains(&k) {
                unknown.push(vm, k);
            }
            at = i + 1;
        }
        let text = vm.repr_text(unknown.value())?;
        return Err(vm.type_error(format!("Got unexpected field name(s): {text}")));
    }
    Ok(new_instance(vm, ty, visible, fields.as_slice()))
}
