//! The interpreter's side of natives that hand over to Python code (`skein_runtime::soft`).

use super::Step;
use super::call::{self, Flow};
use super::run::cx::{Cx, Pc, set_header};
use super::run::ret::{Action, ret};
use super::run::watched;
use super::{class, frames, import, ops_iter};
use skein_runtime::builtins::builtin::PyBuiltin;
use skein_runtime::builtins::code::PyCode;
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::builtins::iter::PyIter;
use skein_runtime::builtins::list_sort;
use skein_runtime::prelude::*;
use skein_runtime::soft::{Shows, State, hide, is_python, may_loop, steps_generators};
use skein_runtime::tasklet::stack::at;

/// True if the Python part is there; it is loaded when it is wanted first, after start-up.
#[inline]
pub fn ready(vm: &mut Vm) -> bool {
    match vm.soft.state.get() {
        State::Ready => true,
        State::Absent | State::Unwanted => false,
        State::Unknown => vm.started.get() && load(vm),
    }
}

/// True if the Python part is there for natives that go through generators.
#[inline]
pub fn loops(vm: &mut Vm) -> bool {
    match vm.soft.loops.get() {
        State::Ready => true,
        State::Absent | State::Unwanted => false,
        State::Unknown => vm.started.get() && load(vm),
    }
}

/// True if a native with such arguments may hand over.
#[inline]
fn hands_over(vm: &mut Vm, args: &[Value]) -> bool {
    ready(vm) || args.iter().any(|v| may_loop(*v)) && loops(vm)
}

#[cold]
fn load(vm: &mut Vm) -> bool {
    let all = vm.soft.state.replace(State::Absent) == State::Unknown;
    vm.soft.loops.set(State::Absent);
    let name = vm.intern("_skein_soft").value();
    let loaded = trace_off(vm, |vm| {
        import::import_module(vm, name, Value::NONE, Value::NONE, Value::from_i32(0))
    });
    if !all {
        vm.soft.state.set(State::Unwanted);
    }
    let Ok(module) = loaded else {
        vm.take_raised();
        return false;
    };
    let Some(dict) = module.cast::<PyModule>().map(|m| m.dict()) else {
        return false;
    };
    let mut at = 0;
    while let Some((i, _, v)) = dict.next_entry(at) {
        hide(v);
        at = i + 1;
    }
    vm.soft.dict.set(dict.value());
    vm.soft.loops.set(State::Ready);
    if all {
        vm.soft.state.set(State::Ready);
    }
    true
}

fn trace_off<T>(vm: &mut Vm, f: impl FnOnce(&mut Vm) -> T) -> T {
    super::trace::quietly(vm, f)
}

/// Begins the call of a native declared `soft`.
pub fn begin(
    vm: &mut Vm,
    b: Ref<PyBuiltin>,
    args: &[Value],
    kwnames: Option<Ref<PyTuple>>,
    word: u64,
) -> PyResult<Flow> {
    if !hands_over(vm, args) {
        return vm.call_builtin(b, args, kwnames).map(Flow::Done);
    }
    vm.soft.word.set(word);
    let result = vm.call_builtin_only(b, args, kwnames);
    vm.soft.word.set(0);
    match vm.soft.pc.replace(0) {
        0 => result.map(Flow::Done),
        pc => Ok(Flow::Entered(pc as Pc)),
    }
}

/// As [`begin`], with arguments that are as the function takes them.
pub fn begin_bound(
    vm: &mut Vm,
    def: &'static NativeDef,
    args: &[Value],
    word: u64,
) -> PyResult<Flow> {
    if !hands_over(vm, args) {
        return (def.func)(vm, args).map(Flow::Done);
    }
    vm.soft.word.set(word);
    let result = (def.func)(vm, args);
    vm.soft.word.set(0);
    match vm.soft.pc.replace(0) {
        0 => result.map(Flow::Done),
        pc => Ok(Flow::Entered(pc as Pc)),
    }
}

/// Begins a function of the Python part. `None`: there is none.
pub fn begin_named(
    vm: &mut Vm,
    name: &'static str,
    args: &[Value],
    word: u64,
) -> PyResult<Option<Flow>> {
    if !loops(vm) {
        return Ok(None);
    }
    match vm.soft_function(name) {
        Some(f) => call::begin(vm, f, args, None, word).map(Some),
        None => Ok(None),
    }
}

/// The call that a native ends with.
pub fn soft_call(vm: &mut Vm, f: Value, args: &[Value], kwargs: Value) -> PyResult {
    let word = vm.soft.word.replace(0);
    let (all, names) = call::with_keywords(vm, args, kwargs)?;
    let flow = call::begin(vm, f, all.as_slice(), names, word)?;
    hand_over(vm, flow)
}

fn hand_over(vm: &mut Vm, flow: Flow) -> PyResult {
    Ok(match flow {
        Flow::Done(v) => v,
        Flow::Entered(pc) => {
            vm.soft.pc.set(pc as usize);
            Value::NULL
        }
    })
}

/// Runs a function without parameters with a mapping as its locals; its frame takes the calling native's place if it may.
pub fn run_with_locals(vm: &mut Vm, f: Ref<PyFunction>, locals: Value) -> PyResult {
    let word = vm.take_soft().map(|s| s.word());
    let Some(word) = word.filter(|_| f.code().flags.get() & call::GENERATOR_FLAGS == 0) else {
        return class::run_body(vm, f, locals);
    };
    let pc = frames::push(vm, f, f.code(), &[], word)?;
    set_header(vm.fp.get(), at::LOCALS, locals.bits());
    hand_over(vm, Flow::Entered(pc))
}

/// True for code whose frames nobody sees.
#[inline]
pub fn is_hidden(code: Ref<PyCode>) -> bool {
    code.flags.get() & PyCode::HIDDEN != 0
}

/// Begins `ty(v)` for a builtin collection type and an iterable that runs Python code, or `str(v)` where that runs some.
/// `None`: as any call.
pub fn begin_collect(
    vm: &mut Vm,
    ty: Ref<PyType>,
    args: &[Value],
    word: u64,
) -> PyResult<Option<Flow>> {
    if ty.builtin_id == ids::STR
        && let [v] = *args
        && v.shape_id() >= ids::FIRST_DYNAMIC
        && ready(vm)
        && let Some((by, m)) = vm.shown_by(v, Shows::Str)
    {
        return begin_named(vm, by, &[m, v], word);
    }
    let name = match ty.builtin_id {
        ids::LIST => "make_list",
        ids::TUPLE => "make_tuple",
        ids::SET => "make_set",
        ids::FROZENSET => "make_frozenset",
        _ => return Ok(None),
    };
    match *args {
        [v] if vm.runs_softly(v) => begin_named(vm, name, args, word),
        _ => Ok(None),
    }
}

/// `ForIter` over a native iterator that calls Python code for each item. `None`: as over any iterator.
pub fn for_iter(vm: &mut Vm, cx: Cx, v: Value) -> PyResult<Option<Step>> {
    let id = v.shape_id();
    if !matches!(id, ids::MAP | ids::FILTER | ids::ENUMERATE | ids::ZIP) || !loops(vm) {
        return Ok(None);
    }
    let Some(i) = v.cast::<PyIter>() else {
        return Ok(None);
    };
    let (a, b) = (i.a.get(), i.b.get());
    let word = ret(Action::ForIter, 2, cx.a(), 0);
    if id == ids::ZIP {
        if !steps_generators(i) {
            return Ok(None);
        }
        let flow = begin_named(vm, "next_of_zip", &[a], word)?;
        return Ok(flow.map(|flow| Ok(call::store(cx, flow, cx.a(), 2))));
    }
    let source = match id {
        ids::MAP if is_python(a) => match b.cast::<PyTuple>() {
            Some(its) if its.len() == 1 => its.items()[0],
            _ => return Ok(None),
        },
        ids::FILTER if is_python(a) => b,
        ids::ENUMERATE if b.is_null() && i.index.get() < i64::from(i32::MAX) => a,
        _ => return Ok(None),
    };
    let by_generator = source.shape_id() == ids::GENERATOR;
    let flow = match id {
        ids::MAP if !by_generator && source.shape_id() < ids::FIRST_DYNAMIC => {
            let Some(item) = vm.next(source)? else {
                return Ok(Some(Ok(cx.ext_target())));
            };
            Some(call::begin(vm, a, &[item], None, word)?)
        }
        ids::MAP if by_generator => begin_named(vm, "next_of_map", &[a, source], word)?,
        ids::FILTER if by_generator || source.shape_id() < ids::FIRST_DYNAMIC => {
            begin_named(vm, "next_of_filter", &[a, source], word)?
        }
        ids::ENUMERATE if by_generator => {
            let count = Value::from_i32(i.index.get() as i32);
            let flow = begin_named(vm, "next_of_enumerate", &[count, source], word)?;
            if flow.is_some() {
                i.index.set(i.index.get() + 1);
            }
            flow
        }
        _ => None,
    };
    Ok(flow.map(|flow| match flow {
        Flow::Entered(pc) => Ok(pc),
        Flow::Done(v) => {
            cx.set(cx.a(), v);
            Ok(cx.after(2))
        }
    }))
}

/// `made.__init__` if a call of `cls` that made it is to call that, or None.
fn initializer(vm: &mut Vm, made: Value, cls: Value) -> PyResult {
    let ty = vm.type_of(made);
    let name = vm.names.__init__;
    let Some(init) = vm.type_lookup(ty, name) else {
        return Ok(Value::NONE);
    };
    if !cls.cast::<PyType>().is_some_and(|cls| ty.is_subtype(cls)) {
        return Ok(Value::NONE);
    }
    vm.descriptor_get(init, made, ty)
}

/// Services for the natives of `_skein_natives`; `None`: not one of them.
pub fn intrinsic(vm: &mut Vm, name: &str, args: &[Value]) -> Option<PyResult> {
    let arg = |i: usize| args.get(i).copied().unwrap_or(Value::NULL);
    Some(match name {
        "soft_call" => {
            let given = arg(1).cast::<PyTuple>();
            let given = given.as_ref().map_or(&[][..], |t| t.items());
            soft_call(vm, arg(0), given, arg(2))
        }
        "run_body" => match arg(0).cast::<PyFunction>() {
            Some(f) => run_with_locals(vm, f, arg(1)),
            None => Err(vm.type_error("run_body() needs a function")),
        },
        "finish_class" => class::check_class_cell(vm, arg(0), arg(1), arg(2)).map(|()| arg(0)),
        "clean_import" => {
            if let Some(e) = arg(0).cast::<PyException>() {
                import::clean_traceback(vm, e);
            }
            Ok(Value::NONE)
        }
        "resume_watching" => {
            watched::resume(vm, as_i64(arg(0)).unwrap_or(0));
            Ok(Value::NONE)
        }
        "initializer" => initializer(vm, arg(0), arg(1)),
        "check_namespace" => class::check_namespace(vm, arg(0), arg(1)),
        "check_iter" => {
            let v = arg(0);
            if vm.is_iterator(v) {
                Ok(v)
            } else {
                let name = vm.type_name(v);
                Err(vm.type_error(format!("iter() returned non-iterator of type '{name}'")))
            }
        }
        "check_init" => class::check_init_result(vm, arg(0)).map(|()| Value::NONE),
        "check_aiter" => ops_iter::check_aiter(vm, arg(0)),
        "check_awaited" => ops_iter::check_awaited(vm, arg(0)),
        "sort_by_keys" => match (arg(0).cast::<PyList>(), arg(1).cast::<PyList>()) {
            (Some(items), Some(keys)) => vm
                .truth(arg(2))
                .and_then(|reverse| list_sort::by_keys(vm, items, keys, reverse)),
            _ => Err(vm.type_error("sort_by_keys() needs lists")),
        },
        _ => return None,
    })
}
