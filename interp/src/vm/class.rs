//! Instantiation and class statements.

use super::Step;
use super::call::{Flow, begin_with_self, enter_function, is_native_method};
use super::run::cx::{Cx, typed};
use super::run::ret::{Action, ret};
use super::run::special;
use skein_compiler::bytecode::ops::Op;
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::builtins::wrapper::method_wrapper;
use skein_runtime::prelude::*;

/// `dict(name=value, ...)` without other arguments.
fn dict_of_keywords(vm: &mut Vm, names: Ref<PyTuple>, args: &[Value]) -> Option<Value> {
    let plain = |name: &Value| name.shape_id() == ids::STR;
    if names.len() != args.len() || !names.items().iter().all(plain) {
        return None;
    }
    let d = PyDict::new(vm);
    for (name, v) in names.items().iter().zip(args) {
        d.set_interned(vm, *name, *v);
    }
    Some(d.value())
}

/// Begins `ty(*args)`. A Python `__init__` runs in a frame of the same loop; anything unusual is done by the runtime.
pub fn begin_instantiate(
    vm: &mut Vm,
    ty: Ref<PyType>,
    args: &[Value],
    kwnames: Option<Ref<PyTuple>>,
    word: u64,
) -> PyResult<Flow> {
    let meta = vm.type_of(ty.value());
    let names = vm.names;
    if meta.builtin_id != ids::TYPE {
        let call = vm.type_lookup(meta, names.__call__);
        if !call.is_some_and(|c| is_native_method(c, ids::TYPE, "__call__")) {
            return match call {
                Some(f) if f.kind() == Some(Kind::Function) => {
                    begin_with_self(vm, f, ty.value(), args, kwnames, word)
                }
                _ => Ok(Flow::Done(vm.call_type(ty, args, kwnames)?)),
            };
        }
    }
    if ty.builtin_id != 0 {
        if ty.builtin_id == ids::DICT
            && let Some(names) = kwnames
            && let Some(d) = dict_of_keywords(vm, names, args)
        {
            return Ok(Flow::Done(d));
        }
        if kwnames.is_none()
            && let Some(flow) = super::soft::begin_collect(vm, ty, args, word)?
        {
            return Ok(flow);
        }
        return Ok(Flow::Done(vm.call_type(ty, args, kwnames)?));
    }
    // Only a call instruction (which stores) can finish `__init__` in its own frame: it keeps the new object in its window.
    if Action::of(word) != Action::Store || ty.has(tflag::ABSTRACT | tflag::DISALLOW_INSTANTIATION)
    {
        return Ok(Flow::Done(vm.instantiate(ty, args, kwnames)?));
    }
    if super::soft::ready(vm)
        && let Some(new) = python_new(vm, ty)
        && let Some(f) = vm.soft_function("instantiate")
    {
        let mut all = ValueVec::with_capacity(&vm.heap, args.len() + 2);
        for v in [new, ty.value()].iter().chain(args) {
            all.push(&vm.heap, *v);
        }
        return super::call::begin(vm, f, all.as_slice(), kwnames, word);
    }
    let window = super::run::ret::aux(word) as usize;
    let Some(init) = vm
        .type_lookup(ty, names.__init__)
        .filter(|i| i.kind() == Some(Kind::Function))
    else {
        if let Some(new) = lone_new(vm, ty)
            && let Some(caller) = vm.current_frame()
            && calls(Cx::saved(caller), ty, window)
        {
            return begin_new(vm, (ty, new), args, kwnames, word);
        }
        return Ok(Flow::Done(vm.instantiate(ty, args, kwnames)?));
    };
    let Some(new) = vm.type_lookup(ty, names.__new__) else {
        return Ok(Flow::Done(vm.instantiate(ty, args, kwnames)?));
    };
    let object = if ty.kind.get() == Kind::Instance && is_native_method(new, ids::OBJECT, "__new__")
    {
        vm.alloc_instance(ty).value()
    } else if new.kind() == Some(Kind::Builtin) {
        let object = vm.call_with_self(new, ty.value(), args, kwnames)?;
        if !vm.type_of(object).is_subtype(ty) || vm.type_of(object) != ty {
            return finish_foreign(vm, ty, object, args, kwnames);
        }
        object
    } else {
        return Ok(Flow::Done(vm.instantiate(ty, args, kwnames)?));
    };
    let f: Ref<PyFunction> = init.cast().expect("kind tested");
    let Some(caller) = vm.current_frame() else {
        return Ok(Flow::Done(object));
    };
    let advance = super::run::ret::advance(word);
    let init_word = ret(
        Action::Init,
        advance,
        super::run::ret::dst(word),
        window as u32,
    );
    let flow = if args.len() < 8 {
        let mut all = [Value::NULL; 8];
        all[0] = object;
        all[1..=args.len()].copy_from_slice(args);
        enter_function(vm, f, &all[..=args.len()], kwnames, init_word)?
    } else {
        let mut all = ValueVec::with_capacity(&vm.heap, args.len() + 1);
        all.push(&vm.heap, object);
        for a in args {
            all.push(&vm.heap, *a);
        }
        enter_function(vm, f, all.as_slice(), kwnames, init_word)?
    };
    match flow {
        Flow::Entered(pc) => {
            caller.set_register(window, object);
            Ok(Flow::Entered(pc))
        }
        Flow::Done(v) => {
            check_init_result(vm, v)?;
            Ok(Flow::Done(object))
        }
    }
}

/// The `__new__` written in Python of a class that takes `object`'s `__init__`, which does nothing then: a call of the class is
/// one of this function. Named tuples are made so.
pub fn lone_new(vm: &mut Vm, ty: Ref<PyType>) -> Option<Ref<PyFunction>> {
    let names = vm.names;
    if ty.builtin_id != 0
        || ty.has(tflag::ABSTRACT | tflag::DISALLOW_INSTANTIATION)
        || vm.type_of(ty.value()).builtin_id != ids::TYPE
    {
        return None;
    }
    let new = vm.type_lookup(ty, names.__new__)?;
    let function = match method_wrapper(vm, new) {
        Some((ids::STATICMETHOD, f)) => f,
        Some(_) => return None,
        None => new,
    };
    let init = vm.type_lookup(ty, names.__init__)?;
    function
        .cast::<PyFunction>()
        .filter(|_| is_native_method(init, ids::OBJECT, "__init__"))
}

/// True for an instruction that calls `ty` with the arguments in its window, as [`after_new`] finds them.
fn calls(cx: Cx, ty: Ref<PyType>, window: usize) -> bool {
    matches!(
        special::original(cx.insn.opcode()),
        Some(Op::Call | Op::CallKw)
    ) && cx.b() == window
        && cx.reg(window) == ty.value()
        && cx.reg(window + 1).is_null()
}

/// Begins the call of a class by its [`lone_new`], in a frame of the same loop.
fn begin_new(
    vm: &mut Vm,
    (ty, new): (Ref<PyType>, Ref<PyFunction>),
    args: &[Value],
    kwnames: Option<Ref<PyTuple>>,
    word: u64,
) -> PyResult<Flow> {
    use super::run::ret::{advance, aux, dst};
    let word = ret(Action::New, advance(word), dst(word), aux(word));
    let mut all = ValueVec::with_capacity(&vm.heap, args.len() + 1);
    for v in [ty.value()].iter().chain(args) {
        all.push(&vm.heap, *v);
    }
    enter_function(vm, new, all.as_slice(), kwnames, word)
}

/// What `__new__` gave to the call at `cx` of the class in register `window`: an instance of a subclass is initialised by that.
pub fn after_new(vm: &mut Vm, cx: Cx, window: usize, made: Value) -> PyResult<()> {
    let Some(ty) = cx.reg(window).cast::<PyType>() else {
        return Ok(());
    };
    if vm.type_of(made) == ty {
        return Ok(());
    }
    let kwnames = match cx.insn.op() {
        Op::CallKw => Some(typed(cx.constant(cx.ext(1) as u32 as usize))),
        _ => None,
    };
    let args = cx.regs(window + 2, cx.c());
    finish_foreign(vm, ty, made, args, kwnames).map(|_| ())
}

/// The `__new__` of a class if it is written in Python.
fn python_new(vm: &mut Vm, ty: Ref<PyType>) -> Option<Value> {
    let name = vm.names.__new__;
    let new = vm.type_lookup(ty, name)?;
    let function = method_wrapper(vm, new).map_or(new, |(_, f)| f);
    (function.kind() == Some(Kind::Function)).then_some(function)
}

/// The `__init__` written in Python of a class whose instances are plain objects made by `object.__new__` when it is called.
fn simple_init(vm: &mut Vm, ty: Ref<PyType>) -> Option<Ref<PyFunction>> {
    let version = ty.version(vm);
    if ty.call_version.get() != version {
        let names = vm.names;
        let simple = vm.type_of(ty.value()).builtin_id == ids::TYPE
            && ty.builtin_id == 0
            && ty.kind.get() == Kind::Instance
            && vm
                .type_lookup(ty, names.__new__)
                .is_some_and(|new| is_native_method(new, ids::OBJECT, "__new__"));
        let init = vm
            .type_lookup(ty, names.__init__)
            .filter(|i| simple && i.kind() == Some(Kind::Function));
        ty.call_init.set(ty, init.unwrap_or(Value::NULL));
        ty.call_version.set(version);
    }
    if ty.has(tflag::ABSTRACT | tflag::DISALLOW_INSTANTIATION) {
        return None;
    }
    ty.call_init.get().cast()
}

/// `Call` of a type object: the commonest form without copying the arguments, others as any call.
pub fn op_call_class(vm: &mut Vm, cx: Cx) -> Step {
    let base = cx.b();
    let Some(ty) = cx.reg(base).cast::<PyType>() else {
        return super::call::op_call(vm, cx);
    };
    if !cx.reg(base + 1).is_null() {
        return super::call::op_call(vm, cx);
    }
    let Some(init) = simple_init(vm, ty) else {
        return super::call::op_call(vm, cx);
    };
    let object = vm.alloc_instance(ty).value();
    cx.set(base + 1, object);
    let args = cx.regs(base + 1, cx.c() + 1);
    let word = ret(Action::Init, 2, cx.a(), base as u32 + 1);
    match enter_function(vm, init, args, None, word)? {
        Flow::Entered(pc) => Ok(pc),
        Flow::Done(v) => {
            check_init_result(vm, v)?;
            cx.set(cx.a(), object);
            Ok(cx.after(2))
        }
    }
}

fn finish_foreign(
    vm: &mut Vm,
    ty: Ref<PyType>,
    object: Value,
    args: &[Value],
    kwnames: Option<Ref<PyTuple>>,
) -> PyResult<Flow> {
    let actual = vm.type_of(object);
    if actual.is_subtype(ty) {
        let name = vm.names.__init__;
        if let Some(init) = vm.type_lookup(actual, name) {
            let r = vm.call_with_self(init, object, args, kwnames)?;
            check_init_result(vm, r)?;
        }
    }
    Ok(Flow::Done(object))
}

/// `__init__` must return None.
pub fn check_init_result(vm: &mut Vm, v: Value) -> PyResult<()> {
    if v.is_none() {
        return Ok(());
    }
    let name = vm.type_name(v);
    Err(vm.type_error(format!("__init__() should return None, not '{name}'")))
}

/// `LoadBuildClass`
pub fn op_load_build_class(vm: &mut Vm, cx: Cx) -> Step {
    let builtins = super::ops_names::builtins_of(cx);
    match builtins.get_text(vm, "__build_class__") {
        Some(f) => cx.set(cx.a(), f),
        None => {
            return Err(vm.name_error(ids::NAME_ERROR, Value::NULL, "__build_class__ not found"));
        }
    }
    Ok(cx.after(1))
}

/// `builtins.__build_class__(func, name, *bases, metaclass=None, **kwds)`: the arguments as the native's slice (func, name, bases tuple, metaclass, kwds dict).
pub fn build_class(
    vm: &mut Vm,
    func: Value,
    name: Value,
    bases: Ref<PyTuple>,
    kwds: Option<Ref<PyDict>>,
) -> PyResult {
    let soft = vm.take_soft();
    let Some(body) = func.cast::<PyFunction>() else {
        return Err(vm.type_error("__build_class__: func must be a function"));
    };
    if !name.is::<PyStr>() {
        return Err(vm.type_error("__build_class__: name is not a string"));
    }
    let names = vm.names;
    let kwds = match kwds {
        Some(k) => {
            let copy = PyDict::new(vm);
            copy.copy_entries_from(vm, k);
            copy
        }
        None => PyDict::new(vm),
    };
    let resolved = resolve_bases(vm, bases)?;
    let key = vm.intern("metaclass").value();
    let mut meta = match kwds.get_interned(key) {
        Some(m) => {
            kwds.remove_interned(vm, key);
            m
        }
        None => match resolved.items().first() {
            Some(b) => vm.type_of(*b).value(),
            None => vm.builtin_type(ids::TYPE).value(),
        },
    };
    if let Some(m) = meta.cast::<PyType>() {
        meta = most_derived_metaclass(vm, m, resolved)?.value();
    }
    let prepare = vm.try_get_attr(meta, names.__prepare__)?;
    let softly = prepare.filter(|p| soft.is_some() && skein_runtime::soft::is_python(*p));
    let namespace = match prepare {
        Some(_) if softly.is_some() => Value::NONE,
        Some(p) => {
            let namespace = vm.call_dict(p, &[name, resolved.value()], kwds.value())?;
            check_namespace(vm, meta, namespace)?
        }
        None => PyDict::new(vm).value(),
    };
    if let Some(soft) = soft {
        let original = if resolved == bases {
            Value::NONE
        } else {
            bases.value()
        };
        let row = [
            func,
            name,
            resolved.value(),
            meta,
            namespace,
            softly.unwrap_or(Value::NONE),
            kwds.value(),
            original,
        ];
        return soft.call(vm, "build_class", &row);
    }
    let cell = run_body(vm, body, namespace)?;
    if resolved != bases {
        let key = names.__orig_bases__.value();
        vm.set_item(namespace, key, bases.value())?;
    }
    let cls = vm.call_dict(meta, &[name, resolved.value(), namespace], kwds.value())?;
    check_class_cell(vm, cls, cell, name)?;
    Ok(cls)
}

/// What `__prepare__()` gave must be a mapping.
pub fn check_namespace(vm: &mut Vm, meta: Value, namespace: Value) -> PyResult {
    let names = vm.names;
    if namespace.is::<PyDict>() || vm.lookup_special(namespace, names.__getitem__).is_some() {
        return Ok(namespace);
    }
    let (m, n) = (
        meta.cast::<PyType>()
            .map_or("<metaclass>".into(), |m| m.name_text()),
        vm.type_name(namespace),
    );
    Err(vm.type_error(format!("{m}.__prepare__() must return a mapping, not {n}")))
}

/// The `__class__` cell that a class body left must have been filled.
pub fn check_class_cell(vm: &mut Vm, cls: Value, cell: Value, name: Value) -> PyResult<()> {
    if let Some(c) = cell.cast::<skein_runtime::builtins::cell::PyCell>()
        && cls.is::<PyType>()
    {
        let held = c.contents.get();
        if held.is_null() {
            let n = vm.repr_text(name)?;
            let r = vm.repr_text(cls)?;
            return Err(vm.runtime_error(format!("__class__ not set defining {n} as {r}. Was __classcell__ propagated to type.__new__?")));
        }
        if held != cls {
            let n = vm.repr_text(name)?;
            let (a, b) = (vm.repr_text(held)?, vm.repr_text(cls)?);
            return Err(vm.type_error(format!("__class__ set to {a} defining {n} as {b}")));
        }
    }
    Ok(())
}

/// Runs a class body with `namespace` as its locals; the result is the `__class__` cell or None.
pub fn run_body(vm: &mut Vm, body: Ref<PyFunction>, namespace: Value) -> PyResult {
    // Only the compiler's own class bodies are sure to be neither generators nor functions with parameters.
    let code = body.code();
    if code.flags.get() & super::call::GENERATOR_FLAGS != 0 || code.parameter_count() > 0 {
        return vm.call(body.value(), &[]);
    }
    super::call::enter_native(vm)?;
    let pushed = super::frames::push(vm, body, body.code(), &[], ret(Action::Exit, 0, 0, 0));
    let r = match pushed {
        Ok(pc) => {
            super::run::cx::set_header(
                vm.fp.get(),
                skein_runtime::tasklet::stack::at::LOCALS,
                namespace.bits(),
            );
            super::call::nested(vm, pc)
        }
        Err(r) => Err(r),
    };
    super::call::leave_native(vm);
    r
}

/// Replaces bases that are no types by what their `__mro_entries__` gives (PEP 560).
fn resolve_bases(vm: &mut Vm, bases: Ref<PyTuple>) -> PyResult<Ref<PyTuple>> {
    if bases.items().iter().all(|b| b.is::<PyType>()) {
        return Ok(bases);
    }
    let name = vm.names.__mro_entries__;
    let mut out = ValueVec::new();
    let mut changed = false;
    for b in bases.items() {
        if !b.is::<PyType>()
            && let Some(f) = vm.try_get_attr(*b, name)?
        {
            let entries = vm.call(f, &[bases.value()])?;
            let Some(t) = entries.cast::<PyTuple>() else {
                return Err(vm.type_error("__mro_entries__ must return a tuple"));
            };
            for e in t.items() {
                out.push(&vm.heap, *e);
            }
            changed = true;
        } else {
            out.push(&vm.heap, *b);
        }
    }
    if changed {
        Ok(PyTuple::from_slice(vm, out.as_slice()))
    } else {
        Ok(bases)
    }
}

fn most_derived_metaclass(
    vm: &mut Vm,
    meta: Ref<PyType>,
    bases: Ref<PyTuple>,
) -> PyResult<Ref<PyType>> {
    let mut winner = meta;
    for b in bases.items() {
        let t = vm.type_of(*b);
        if winner.is_subtype(t) {
            continue;
        }
        if t.is_subtype(winner) {
            winner = t;
            continue;
        }
        return Err(vm.type_error("metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases"));
    }
    Ok(winner)
}
