//! Displays, strings, formatting, unpacking.

use super::Step;
use super::call::Flow;
use super::run::cx::{Cx, Pc, typed};
use super::run::ret::{Action, ret};
use skein_runtime::builtins::set_ops;
use skein_runtime::prelude::*;
use skein_runtime::soft::Shows;

/// `BuildTuple`
pub fn op_build_tuple(vm: &mut Vm, cx: Cx) -> Step {
    let t = PyTuple::from_slice(vm, cx.regs(cx.b(), cx.c()));
    cx.set(cx.a(), t.value());
    Ok(cx.after(1))
}

/// `BuildList`
pub fn op_build_list(vm: &mut Vm, cx: Cx) -> Step {
    let l = PyList::from_slice(vm, cx.regs(cx.b(), cx.c()));
    cx.set(cx.a(), l.value());
    Ok(cx.after(1))
}

/// `BuildSet`
pub fn op_build_set(vm: &mut Vm, cx: Cx) -> Step {
    let s = PySet::new(vm);
    for v in cx.regs(cx.b(), cx.c()) {
        set_ops::add(vm, s, *v)?;
    }
    cx.set(cx.a(), s.value());
    Ok(cx.after(1))
}

/// `BuildMap`
pub fn op_build_map(vm: &mut Vm, cx: Cx) -> Step {
    let d = PyDict::new(vm);
    d.reserve(vm, cx.c());
    for pair in cx.regs(cx.b(), cx.c() * 2).chunks(2) {
        d.insert(vm, pair[0], pair[1])?;
    }
    cx.set(cx.a(), d.value());
    Ok(cx.after(1))
}

/// `BuildString`
pub fn op_build_string(vm: &mut Vm, cx: Cx) -> Step {
    let s = join_parts(vm, cx.regs(cx.b(), cx.c()))?;
    cx.set(cx.a(), s);
    Ok(cx.after(1))
}

/// The concatenation of exact strs.
pub fn join_parts(vm: &mut Vm, parts: &[Value]) -> PyResult {
    let mut bytes = 0;
    let mut chars = 0;
    for p in parts {
        let s = typed::<PyStr>(*p);
        bytes += s.byte_len();
        chars += s.len();
    }
    if chars < 2 {
        let part = parts.iter().find(|p| !typed::<PyStr>(**p).is_empty());
        return Ok(part.copied().unwrap_or(vm.empty_str().value()));
    }
    if parts.len() <= 8 {
        let mut pieces = [typed::<PyStr>(parts[0]); 8];
        for (to, p) in pieces.iter_mut().zip(parts) {
            *to = typed(*p);
        }
        let pieces = pieces[..parts.len()].iter().map(|s| s.bytes());
        return match PyStr::from_pieces(vm, bytes, chars, pieces) {
            Some(s) => Ok(s.value()),
            None => Err(vm.memory_error()),
        };
    }
    let mut text = Vec::with_capacity(bytes);
    for p in parts {
        text.extend_from_slice(typed::<PyStr>(*p).bytes());
    }
    Ok(PyStr::new_counted(vm, &text, chars).value())
}

/// `BuildSlice`
pub fn op_build_slice(vm: &mut Vm, cx: Cx) -> Step {
    let step = if cx.c() == 3 {
        cx.reg(cx.b() + 2)
    } else {
        Value::NONE
    };
    let s =
        skein_runtime::builtins::slice::PySlice::new(vm, cx.reg(cx.b()), cx.reg(cx.b() + 1), step);
    cx.set(cx.a(), s.value());
    Ok(cx.after(1))
}

/// `ListAppend`
pub fn op_list_append(vm: &mut Vm, cx: Cx) -> Step {
    typed::<PyList>(cx.reg(cx.a())).push(vm, cx.reg(cx.b()));
    Ok(cx.after(1))
}

/// `ListExtend`
pub fn op_list_extend(vm: &mut Vm, cx: Cx) -> Step {
    let v = cx.reg(cx.b());
    if cx.insn.x() == 1 {
        let n = vm.names;
        if vm.lookup_special(v, n.__iter__).is_none()
            && vm.lookup_special(v, n.__getitem__).is_none()
        {
            let name = vm.type_name(v);
            return Err(vm.type_error(format!("Value after * must be an iterable, not {name}")));
        }
    }
    if let Some(pc) = begin_filling(vm, cx, "extend")? {
        return Ok(pc);
    }
    let list = typed::<PyList>(cx.reg(cx.a()));
    let items = vm.collect(v)?;
    let len = list.len();
    list.splice(vm, len, len, items.as_slice());
    Ok(cx.after(1))
}

/// Begins to add the items of what runs Python code to a collection. `None`: natively.
fn begin_filling(vm: &mut Vm, cx: Cx, by: &'static str) -> PyResult<Option<Pc>> {
    let (to, from) = (cx.reg(cx.a()), cx.reg(cx.b()));
    if !super::soft::loops(vm) || !vm.runs_softly(from) {
        return Ok(None);
    }
    let flow = super::soft::begin_named(vm, by, &[to, from], ret(Action::Discard, 1, 0, 0))?;
    Ok(flow.map(|flow| match flow {
        Flow::Entered(pc) => pc,
        Flow::Done(_) => cx.after(1),
    }))
}

/// `ListToTuple`
pub fn op_list_to_tuple(vm: &mut Vm, cx: Cx) -> Step {
    let items = typed::<PyList>(cx.reg(cx.b())).to_vec(vm);
    let t = PyTuple::from_slice(vm, items.as_slice());
    cx.set(cx.a(), t.value());
    Ok(cx.after(1))
}

/// `SetAdd`
pub fn op_set_add(vm: &mut Vm, cx: Cx) -> Step {
    let Some(set) = cx.reg(cx.a()).cast::<PySet>() else {
        return Err(vm.system_error("bad internal call"));
    };
    set_ops::add(vm, set, cx.reg(cx.b()))?;
    Ok(cx.after(1))
}

/// `SetUpdate`
pub fn op_set_update(vm: &mut Vm, cx: Cx) -> Step {
    if let Some(pc) = begin_filling(vm, cx, "update_set")? {
        return Ok(pc);
    }
    let set = typed::<PySet>(cx.reg(cx.a()));
    set_ops::update(vm, set, cx.reg(cx.b()))?;
    Ok(cx.after(1))
}

/// `DictSet`
pub fn op_dict_set(vm: &mut Vm, cx: Cx) -> Step {
    typed::<PyDict>(cx.reg(cx.a())).insert(vm, cx.reg(cx.b()), cx.reg(cx.c()))?;
    Ok(cx.after(1))
}

/// Calls `f` with each item of a mapping; false if `v` is no mapping.
fn mapping_items(
    vm: &mut Vm,
    v: Value,
    mut f: impl FnMut(&mut Vm, Value, Value) -> PyResult<()>,
) -> PyResult<bool> {
    if let Some(d) = skein_runtime::builtins::dict_update::plain_dict(vm, v) {
        let mut at = 0;
        while let Some((i, k, x)) = d.next_entry(at) {
            f(vm, k, x)?;
            at = i + 1;
        }
        return Ok(true);
    }
    let keys = vm.names.keys;
    let Some(keys) = vm.try_get_attr(v, keys)? else {
        return Ok(false);
    };
    let keys = vm.call(keys, &[])?;
    vm.for_each(keys, |vm, k| {
        let x = vm.get_item(v, k)?;
        f(vm, k, x)?;
        Ok(true)
    })?;
    Ok(true)
}

/// `DictUpdate`
pub fn op_dict_update(vm: &mut Vm, cx: Cx) -> Step {
    let d = typed::<PyDict>(cx.reg(cx.a()));
    if !mapping_items(vm, cx.reg(cx.b()), |vm, k, v| d.insert(vm, k, v))? {
        let name = vm.type_name(cx.reg(cx.b()));
        return Err(vm.type_error(format!("'{name}' object is not a mapping")));
    }
    Ok(cx.after(1))
}

/// Adds the keyword arguments in one exact dict to an empty one. Raises if that is not all there is to it, and has done nothing.
pub fn merge_plain(vm: &mut Vm, into: Ref<PyDict>, from: Ref<PyDict>) -> PyResult<()> {
    let mut at = 0;
    while let Some((i, k, _)) = from.next_entry(at) {
        if k.shape_id() != ids::STR {
            return Err(Raised);
        }
        at = i + 1;
    }
    if !into.is_empty() && !from.is_empty() {
        return Err(Raised);
    }
    into.copy_entries_from(vm, from);
    Ok(())
}

/// `DictMerge`
pub fn op_dict_merge(vm: &mut Vm, cx: Cx) -> Step {
    let d = typed::<PyDict>(cx.reg(cx.a()));
    let callable = cx.reg(cx.c());
    let ok = mapping_items(vm, cx.reg(cx.b()), |vm, k, v| {
        if d.get(vm, k)?.is_some() {
            let f = super::call::callable_text(vm, callable);
            let key = vm.str(k)?.text_lossy();
            return Err(vm.type_error(format!(
                "{f} got multiple values for keyword argument '{key}'"
            )));
        }
        d.insert(vm, k, v)
    })?;
    if !ok {
        let f = super::call::callable_text(vm, callable);
        let name = vm.type_name(cx.reg(cx.b()));
        return Err(vm.type_error(format!(
            "{f} argument after ** must be a mapping, not {name}"
        )));
    }
    Ok(cx.after(1))
}

/// `Convert`
pub fn op_convert(vm: &mut Vm, cx: Cx) -> Step {
    let v = cx.reg(cx.b());
    let how = match cx.insn.x() {
        1 => Some(Shows::Str),
        2 => Some(Shows::Repr),
        _ => None,
    };
    if let Some(how) = how
        && let Some(pc) = begin_showing(vm, cx, how)?
    {
        return Ok(pc);
    }
    let s = match cx.insn.x() {
        1 => vm.str(v)?.value(),
        2 => vm.repr(v)?.value(),
        _ => {
            let f = vm
                .builtins_dict()
                .get_text(vm, "ascii")
                .unwrap_or(Value::NONE);
            vm.call(f, &[v])?
        }
    };
    cx.set(cx.a(), s);
    Ok(cx.after(1))
}

/// Begins to show an object by Python code. `None`: natively.
fn begin_showing(vm: &mut Vm, cx: Cx, how: Shows) -> PyResult<Option<Pc>> {
    let v = cx.reg(cx.b());
    if v.shape_id() < ids::FIRST_DYNAMIC || !super::soft::ready(vm) {
        return Ok(None);
    }
    let Some((by, m)) = vm.shown_by(v, how) else {
        return Ok(None);
    };
    let empty = vm.empty_str().value();
    let given = [m, v, empty];
    let count = given.len() - usize::from(by != "format");
    begin_storing(vm, cx, by, &given[..count])
}

fn begin_storing(vm: &mut Vm, cx: Cx, by: &'static str, given: &[Value]) -> PyResult<Option<Pc>> {
    let word = ret(Action::Store, 1, cx.a(), 0);
    let flow = super::soft::begin_named(vm, by, given, word)?;
    Ok(flow.map(|flow| super::call::store(cx, flow, cx.a(), 1)))
}

/// `FormatSimple`
pub fn op_format_simple(vm: &mut Vm, cx: Cx) -> Step {
    let v = cx.reg(cx.b());
    if let Some(pc) = begin_showing(vm, cx, Shows::Format)? {
        return Ok(pc);
    }
    let s = if v.shape_id() == ids::STR || v.is_int() {
        vm.str(v)?.value()
    } else {
        let empty = vm.empty_str().value();
        vm.format(v, empty)?
    };
    cx.set(cx.a(), exact_str(vm, s));
    Ok(cx.after(1))
}

/// `BuildString` joins exact strs only.
fn exact_str(_vm: &mut Vm, s: Value) -> Value {
    s
}

/// `FormatSpec`
pub fn op_format_spec(vm: &mut Vm, cx: Cx) -> Step {
    let (v, spec) = (cx.reg(cx.b()), cx.reg(cx.c()));
    if spec == vm.empty_str().value()
        && let Some(pc) = begin_showing(vm, cx, Shows::Format)?
    {
        return Ok(pc);
    }
    if v.shape_id() >= ids::FIRST_DYNAMIC
        && super::soft::ready(vm)
        && let Some(("format", m)) = vm.shown_by(v, Shows::Format)
        && let Some(pc) = begin_storing(vm, cx, "format", &[m, v, spec])?
    {
        return Ok(pc);
    }
    let s = vm.format(v, spec)?;
    cx.set(cx.a(), s);
    Ok(cx.after(1))
}

/// `BuildInterpolation`
pub fn op_build_interpolation(vm: &mut Vm, cx: Cx) -> Step {
    let b = cx.b();
    let conversion = match cx.insn.x() {
        1 => vm.new_str("s"),
        2 => vm.new_str("r"),
        3 => vm.new_str("a"),
        _ => Value::NONE,
    };
    let v = crate::templates::build_interpolation(
        vm,
        cx.reg(b),
        cx.reg(b + 1),
        conversion,
        cx.reg(b + 2),
    )?;
    cx.set(cx.a(), v);
    Ok(cx.after(1))
}

/// `BuildTemplate`
pub fn op_build_template(vm: &mut Vm, cx: Cx) -> Step {
    let v = crate::templates::build_template(vm, cx.reg(cx.b()), cx.reg(cx.c()))?;
    cx.set(cx.a(), v);
    Ok(cx.after(1))
}

fn unpack_count_error(vm: &mut Vm, expected: usize, got: Option<usize>) -> Raised {
    match got {
        Some(n) if n < expected => vm.value_error(format!(
            "not enough values to unpack (expected {expected}, got {n})"
        )),
        Some(n) => vm.value_error(format!(
            "too many values to unpack (expected {expected}, got {n})"
        )),
        None => vm.value_error(format!("too many values to unpack (expected {expected})")),
    }
}

/// `UnpackSeq`
pub fn op_unpack_seq(vm: &mut Vm, cx: Cx) -> Step {
    let (v, n) = (cx.reg(cx.b()), cx.c());
    if v.shape_id() == ids::TUPLE
        && let Some(t) = v.cast::<PyTuple>()
    {
        if t.len() != n {
            return Err(unpack_count_error(vm, n, Some(t.len())));
        }
        for (i, x) in t.items().iter().enumerate() {
            cx.set(cx.a() + i, *x);
        }
        return Ok(cx.after(1));
    }
    if v.shape_id() == ids::LIST
        && let Some(l) = v.cast::<PyList>()
    {
        if l.len() != n {
            return Err(unpack_count_error(vm, n, Some(l.len())));
        }
        for i in 0..n {
            cx.set(cx.a() + i, l.get(i));
        }
        return Ok(cx.after(1));
    }
    let names = vm.names;
    if v.kind() == Some(Kind::Tuple)
        && let Some(t) = v.cast::<PyTuple>()
        && vm
            .lookup_special(v, names.__iter__)
            .is_some_and(|m| super::call::is_native_method(m, ids::TUPLE, "__iter__"))
    {
        if t.len() != n {
            return Err(unpack_count_error(vm, n, Some(t.len())));
        }
        for (i, x) in t.items().iter().enumerate() {
            cx.set(cx.a() + i, *x);
        }
        return Ok(cx.after(1));
    }
    if vm.lookup_special(v, names.__iter__).is_none()
        && vm.lookup_special(v, names.__getitem__).is_none()
    {
        let name = vm.type_name(v);
        return Err(vm.type_error(format!("cannot unpack non-iterable {name} object")));
    }
    let it = vm.iter(v)?;
    let mut items = ValueVec::with_capacity(&vm.heap, n);
    while items.len() < n {
        match vm.next(it)? {
            Some(x) => items.push(&vm.heap, x),
            None => return Err(unpack_count_error(vm, n, Some(items.len()))),
        }
    }
    if vm.next(it)?.is_some() {
        let got = if matches!(v.kind(), Some(Kind::Dict | Kind::List | Kind::Tuple)) {
            vm.len(v).ok()
        } else {
            None
        };
        return Err(unpack_count_error(vm, n, got));
    }
    for (i, x) in items.as_slice().iter().enumerate() {
        cx.set(cx.a() + i, *x);
    }
    Ok(cx.after(1))
}

/// `UnpackEx`
pub fn op_unpack_ex(vm: &mut Vm, cx: Cx) -> Step {
    let (v, before, after) = (cx.reg(cx.b()), cx.c(), cx.ext(1) as u32 as usize);
    let names = vm.names;
    if vm.lookup_special(v, names.__iter__).is_none()
        && vm.lookup_special(v, names.__getitem__).is_none()
    {
        let name = vm.type_name(v);
        return Err(vm.type_error(format!("cannot unpack non-iterable {name} object")));
    }
    // What is counted is the iterator: a class's `__len__` is not asked.
    let source = match v.kind() {
        Some(Kind::List | Kind::Tuple) if !matches!(v.shape_id(), ids::LIST | ids::TUPLE) => {
            vm.iter(v)?
        }
        Some(Kind::Instance) => vm.iter(v)?,
        _ => v,
    };
    let items = vm.collect(source)?;
    let n = items.len();
    if n < before + after {
        return Err(vm.value_error(format!(
            "not enough values to unpack (expected at least {}, got {n})",
            before + after
        )));
    }
    let s = items.as_slice();
    let middle = PyList::from_slice(vm, &s[before..n - after]);
    for (i, x) in s[..before].iter().enumerate() {
        cx.set(cx.a() + i, *x);
    }
    cx.set(cx.a() + before, middle.value());
    for (i, x) in s[n - after..].iter().enumerate() {
        cx.set(cx.a() + before + 1 + i, *x);
    }
    Ok(cx.after(2))
}
