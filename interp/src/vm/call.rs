//! Calls: from bytecode without the native stack, and from native code as nested runs.

use super::Step;
use super::args::bind;
use super::frames;
use super::run::cx::{Cx, Pc, header_word, set_header, write_generator_frame};
use super::run::ret::{Action, ret};
use skein_runtime::builtins::builtin::PyBuiltin;
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::builtins::generator::PyGenerator;
use skein_runtime::builtins::method::PyMethod;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::at;

/// What beginning a call led to.
pub enum Flow {
    /// The result is there.
    Done(Value),
    /// A frame was pushed; its return word says what follows.
    Entered(Pc),
}

/// `co_flags` of code whose calls make a generator, coroutine or asynchronous generator.
pub const GENERATOR_FLAGS: u32 = 0x2a0;

/// Calls a Python function: pushes its frame, or makes the generator.
pub fn enter_function(
    vm: &mut Vm,
    f: Ref<PyFunction>,
    args: &[Value],
    kwnames: Option<Ref<PyTuple>>,
    ret: u64,
) -> PyResult<Flow> {
    let code = f.code();
    if code.fast_argcount as usize == args.len() && kwnames.is_none() {
        return Ok(Flow::Entered(frames::push(vm, f, code, args, ret)?));
    }
    if code.argcount as usize == args.len()
        && kwnames.is_none()
        && code.flags.get() & 0xc == 0
        && code.kwonlyargcount == 0
    {
        return start(vm, f, args, ret);
    }
    let flags = code.flags.get();
    if kwnames.is_none()
        && flags & (GENERATOR_FLAGS | 0xc) == 0
        && code.kwonlyargcount == 0
        && let Some(missing) = (code.argcount as usize).checked_sub(args.len())
        && let Some(defaults) = f.defaults.get().cast::<PyTuple>()
        && defaults.len() >= missing
    {
        let pc = frames::push(vm, f, code, args, ret)?;
        let fp = vm.fp.get();
        let first = defaults.len() - missing;
        for (i, v) in defaults.items()[first..].iter().enumerate() {
            set_header(fp, (args.len() + i) as isize, v.bits());
        }
        return Ok(Flow::Entered(pc));
    }
    if flags & (GENERATOR_FLAGS | 0xc) == 0
        && let Some(pc) = enter_by_name(vm, f, args, kwnames, ret)?
    {
        return Ok(Flow::Entered(pc));
    }
    match code.parameter_count() as usize {
        0..=16 => bind_and_start::<16>(vm, f, args, kwnames, ret),
        17..=1024 => bind_and_start::<1024>(vm, f, args, kwnames, ret),
        _ => bind_and_start::<0x10000>(vm, f, args, kwnames, ret),
    }
}

/// Pushes the frame of a function without `*args` and `**kwargs` whose call names parameters as they are spelt, or leaves out
/// some that have defaults, and writes the values straight into their registers. `None`, and nothing was done: bind them in
/// general, which knows the errors.
fn enter_by_name(
    vm: &mut Vm,
    f: Ref<PyFunction>,
    args: &[Value],
    kwnames: Option<Ref<PyTuple>>,
    ret: u64,
) -> PyResult<Option<Pc>> {
    const MOST: usize = 12;
    let code = f.code();
    let (argcount, kwonly) = (code.argcount as usize, code.kwonlyargcount as usize);
    let named = argcount + kwonly;
    let names = kwnames.as_ref().map_or(&[][..], |k| k.items());
    let (positional, values) = args.split_at(args.len() - names.len());
    if named > MOST || positional.len() > argcount {
        return Ok(None);
    }
    let variables = code.varnames.expect();
    let parameters = &variables.items()[..named];
    let posonly = code.posonlyargcount as usize;
    let mut bound = [Value::NULL; MOST];
    for (name, v) in names.iter().zip(values) {
        let at = (posonly..named).find(|&i| parameters[i] == *name);
        match at {
            Some(i) if i >= positional.len() && bound[i].is_null() => bound[i] = *v,
            _ => return Ok(None),
        }
    }
    let defaults = f.defaults.get().cast::<PyTuple>();
    let defaults = defaults.as_ref().map_or(&[][..], |d| d.items());
    let kwdefaults = f.kwdefaults.get().cast::<PyDict>();
    for i in positional.len()..named {
        if !bound[i].is_null() {
            continue;
        }
        let default = if i < argcount {
            let from_end = argcount - i;
            defaults.len().checked_sub(from_end).map(|at| defaults[at])
        } else {
            kwdefaults.and_then(|d| d.get_interned(parameters[i]))
        };
        match default {
            Some(v) => bound[i] = v,
            None => return Ok(None),
        }
    }
    let pc = frames::push(vm, f, code, positional, ret)?;
    let fp = vm.fp.get();
    for (i, v) in bound[..named].iter().enumerate().skip(positional.len()) {
        set_header(fp, i as isize, v.bits());
    }
    Ok(Some(pc))
}

/// [`start`] with the arguments bound in `ROOM` words of native stack, where the collector sees them.
#[inline(never)]
fn bind_and_start<const ROOM: usize>(
    vm: &mut Vm,
    f: Ref<PyFunction>,
    args: &[Value],
    kwnames: Option<Ref<PyTuple>>,
    ret: u64,
) -> PyResult<Flow> {
    let mut bound = [Value::NULL; ROOM];
    let bound = &mut bound[..f.code().parameter_count() as usize];
    bind(vm, f, args, kwnames, bound)?;
    start(vm, f, bound, ret)
}

/// Pushes the frame of a function, or makes its generator, from the values of all its parameters.
fn start(vm: &mut Vm, f: Ref<PyFunction>, args: &[Value], ret: u64) -> PyResult<Flow> {
    let code = f.code();
    if code.flags.get() & GENERATOR_FLAGS == 0 {
        return Ok(Flow::Entered(frames::push(vm, f, code, args, ret)?));
    }
    Ok(Flow::Done(make_generator(vm, f, args)))
}

/// The generator, coroutine or asynchronous generator of a call with the values of all parameters.
pub fn make_generator(vm: &mut Vm, f: Ref<PyFunction>, args: &[Value]) -> Value {
    let code = f.code();
    let flags = code.flags.get();
    let id = if flags & 0x200 != 0 {
        ids::ASYNC_GENERATOR
    } else if flags & 0x80 != 0 {
        ids::COROUTINE
    } else {
        ids::GENERATOR
    };
    let g = PyGenerator::new(vm, id, code, f.name.get(), f.qualname.get());
    write_generator_frame(g, f, args);
    super::generator::note_cleanup(vm, g, code);
    g.value()
}

/// Begins a call of any object with arguments in a slice that stays valid while the callee runs.
pub fn begin(
    vm: &mut Vm,
    callable: Value,
    args: &[Value],
    kwnames: Option<Ref<PyTuple>>,
    ret: u64,
) -> PyResult<Flow> {
    match callable.kind() {
        Some(Kind::Function) => enter_function(
            vm,
            callable.cast().expect("kind tested"),
            args,
            kwnames,
            ret,
        ),
        Some(Kind::BoundMethod) => {
            let m: Ref<PyMethod> = callable.cast().expect("kind tested");
            begin_with_self(vm, m.func.get(), m.this.get(), args, kwnames, ret)
        }
        Some(Kind::Builtin) => {
            if let Some(b) = callable.cast::<PyBuiltin>()
                && b.def.switches
            {
                return super::switch::begin(vm, b, args, kwnames, ret);
            }
            if let Some(b) = callable.cast::<PyBuiltin>()
                && b.def.soft
            {
                return super::soft::begin(vm, b, args, kwnames, ret);
            }
            if let Some(flow) = super::generator::begin_method(vm, callable, args, kwnames, ret)? {
                return Ok(flow);
            }
            Ok(Flow::Done(vm.call_builtin(
                callable.cast().expect("kind tested"),
                args,
                kwnames,
            )?))
        }
        Some(Kind::Type) => super::class::begin_instantiate(
            vm,
            callable.cast().expect("kind tested"),
            args,
            kwnames,
            ret,
        ),
        _ => {
            let name = vm.names.__call__;
            match vm.lookup_special(callable, name) {
                Some(f)
                    if f.kind() == Some(Kind::Function)
                        || f.shape_id() == ids::WRAPPER_DESCRIPTOR
                        || f.cast::<PyBuiltin>().is_some_and(|b| b.def.soft) =>
                {
                    begin_with_self(vm, f, callable, args, kwnames, ret)
                }
                _ => Ok(Flow::Done(vm.call_kw(callable, args, kwnames)?)),
            }
        }
    }
}

/// Begins `func(this, *args)`.
pub fn begin_with_self(
    vm: &mut Vm,
    func: Value,
    this: Value,
    args: &[Value],
    kwnames: Option<Ref<PyTuple>>,
    ret: u64,
) -> PyResult<Flow> {
    if args.len() < 8 {
        let mut all = [Value::NULL; 8];
        all[0] = this;
        all[1..=args.len()].copy_from_slice(args);
        return begin(vm, func, &all[..=args.len()], kwnames, ret);
    }
    let mut all = ValueVec::with_capacity(&vm.heap, args.len() + 1);
    all.push(&vm.heap, this);
    for a in args {
        all.push(&vm.heap, *a);
    }
    begin(vm, func, all.as_slice(), kwnames, ret)
}

/// Finishes an instruction whose call may have been entered: stores a ready result.
#[inline]
pub fn store(cx: Cx, flow: Flow, dst: usize, len: usize) -> Pc {
    match flow {
        Flow::Done(v) => {
            cx.set(dst, v);
            cx.after(len)
        }
        Flow::Entered(pc) => pc,
    }
}

/// The arguments of a call window, self included where there is one.
#[inline]
pub fn window_args<'a>(cx: Cx, base: usize, argc: usize) -> &'a [Value] {
    if cx.reg(base + 1).is_null() {
        cx.regs(base + 2, argc)
    } else {
        cx.regs(base + 1, argc + 1)
    }
}

/// `Call`
pub fn op_call(vm: &mut Vm, cx: Cx) -> Step {
    let base = cx.b();
    let mut callable = cx.reg(base);
    if callable.kind() == Some(Kind::BoundMethod)
        && let Some(m) = callable.cast::<PyMethod>()
        && cx.reg(base + 1).is_null()
    {
        callable = m.func.get();
        cx.set(base, callable);
        cx.set(base + 1, m.this.get());
    }
    let args = window_args(cx, base, cx.c());
    if callable.kind() == Some(Kind::Builtin)
        && let Some(b) = callable.cast::<PyBuiltin>()
        && !b.resumes
        && !b.def.soft
    {
        let v = vm.call_builtin(b, args, None)?;
        cx.set(cx.a(), v);
        return Ok(cx.after(2));
    }
    let flow = begin(
        vm,
        callable,
        args,
        None,
        ret(Action::Store, 2, cx.a(), base as u32),
    )?;
    Ok(store(cx, flow, cx.a(), 2))
}

/// Natives with so many parameters at most may be called straight without their optional ones.
const MOST_ABSENT: usize = 6;

/// `Call` of a native function: the commonest forms straight, others as any call.
pub fn op_call_builtin(vm: &mut Vm, cx: Cx) -> Step {
    let base = cx.b();
    let args = window_args(cx, base, cx.c());
    let Some(b) = cx.reg(base).cast::<PyBuiltin>() else {
        return op_call(vm, cx);
    };
    let counts = &b.def.counts;
    if !counts.plain || b.resumes {
        return op_call(vm, cx);
    }
    let (total, required) = (counts.total as usize, counts.required as usize);
    let fits =
        |given: usize| given == total || given >= required && given < total && total <= MOST_ABSENT;
    let this = b.this.get();
    let args = if fits(args.len())
        && (b.direct
            || b.shape_id() == ids::METHOD_DESCRIPTOR
                && !args.is_empty()
                && b.owner.get().is_some_and(|o| vm.type_of(args[0]) == o))
    {
        args
    } else if fits(args.len() + 1)
        && b.shape_id() == ids::BUILTIN_FUNCTION
        && b.def.binding != skein_runtime::object::native_def::Binding::Static
        && !this.is_null()
        && counts.has_self
        && cx.reg(base + 1).is_null()
    {
        cx.set(base + 1, this);
        cx.regs(base + 1, args.len() + 1)
    } else {
        return op_call(vm, cx);
    };
    let mut filled = [Value::NULL; MOST_ABSENT];
    let args = if args.len() == total {
        args
    } else {
        filled[..args.len()].copy_from_slice(args);
        &filled[..total]
    };
    if b.def.soft {
        let word = ret(Action::Store, 2, cx.a(), base as u32);
        let flow = super::soft::begin_bound(vm, b.def, args, word)?;
        return Ok(store(cx, flow, cx.a(), 2));
    }
    let v = (b.def.func)(vm, args)?;
    cx.set(cx.a(), v);
    Ok(cx.after(2))
}

/// `CallKw`
pub fn op_call_kw(vm: &mut Vm, cx: Cx) -> Step {
    let base = cx.b();
    let names: Ref<PyTuple> = super::run::cx::typed(cx.constant(cx.ext(1) as u32 as usize));
    let args = window_args(cx, base, cx.c());
    let flow = begin(
        vm,
        cx.reg(base),
        args,
        Some(names),
        ret(Action::Store, 2, cx.a(), base as u32),
    )?;
    Ok(store(cx, flow, cx.a(), 2))
}

/// `CallEx`
pub fn op_call_ex(vm: &mut Vm, cx: Cx) -> Step {
    let base = cx.b();
    let callable = cx.reg(base);
    let positional = cx.reg(base + 2);
    let mut all = ValueVec::new();
    if !cx.reg(base + 1).is_null() {
        all.push(&vm.heap, cx.reg(base + 1));
    }
    if positional.shape_id() != ids::TUPLE && positional.shape_id() != ids::LIST {
        let names = vm.names;
        if vm.lookup_special(positional, names.__iter__).is_none()
            && vm.lookup_special(positional, names.__getitem__).is_none()
        {
            let (f, name) = (callable_text(vm, callable), vm.type_name(positional));
            return Err(vm.type_error(format!(
                "{f} argument after * must be an iterable, not {name}"
            )));
        }
    }
    if super::soft::loops(vm) && vm.runs_softly(positional) {
        let first = vm.new_tuple(all.as_slice());
        let keywords = match cx.reg(base + 3) {
            d if d.is::<PyDict>() => d,
            _ => PyDict::new(vm).value(),
        };
        let given = [callable, first, positional, keywords];
        let word = ret(Action::Store, 1, cx.a(), base as u32);
        if let Some(flow) = super::soft::begin_named(vm, "call_with", &given, word)? {
            return Ok(store(cx, flow, cx.a(), 1));
        }
    }
    let items = vm.collect(positional)?;
    for v in items.as_slice() {
        all.push(&vm.heap, *v);
    }
    let names = add_keywords(vm, &mut all, cx.reg(base + 3))?;
    let flow = begin(
        vm,
        callable,
        all.as_slice(),
        names,
        ret(Action::Store, 1, cx.a(), base as u32),
    )?;
    Ok(store(cx, flow, cx.a(), 1))
}

/// Appends the values of a dict of keyword arguments (or `NULL`) and gives their names.
fn add_keywords(vm: &mut Vm, all: &mut ValueVec, kwargs: Value) -> PyResult<Option<Ref<PyTuple>>> {
    let Some(d) = kwargs.cast::<PyDict>().filter(|d| !d.is_empty()) else {
        return Ok(None);
    };
    let mut keys = ValueVec::with_capacity(&vm.heap, d.len());
    let mut at = 0;
    while let Some((i, k, v)) = d.next_entry(at) {
        if !k.is::<PyStr>() {
            return Err(vm.type_error("keywords must be strings"));
        }
        keys.push(&vm.heap, k);
        all.push(&vm.heap, v);
        at = i + 1;
    }
    Ok(Some(PyTuple::from_slice(vm, keys.as_slice())))
}

/// Positional arguments and those of a dict in one row, and the names of the latter.
pub fn with_keywords(
    vm: &mut Vm,
    args: &[Value],
    kwargs: Value,
) -> PyResult<(ValueVec, Option<Ref<PyTuple>>)> {
    let mut all = ValueVec::with_capacity(&vm.heap, args.len());
    for v in args {
        all.push(&vm.heap, *v);
    }
    let names = add_keywords(vm, &mut all, kwargs)?;
    Ok((all, names))
}

/// How error texts name a callable: `module.qualname()`.
pub fn callable_text(vm: &mut Vm, callable: Value) -> String {
    let qualname = vm.names.__qualname__;
    let module = vm.names.__module__;
    let name = match vm.try_get_attr(callable, qualname) {
        Ok(Some(n)) if n.is::<PyStr>() => skein_runtime::builtins::str::lossy(n),
        _ => {
            vm.take_raised();
            return vm.repr_text(callable).unwrap_or_default();
        }
    };
    match vm.try_get_attr(callable, module) {
        Ok(Some(m)) if m.is::<PyStr>() && skein_runtime::builtins::str::lossy(m) != "builtins" => {
            format!("{}.{name}()", skein_runtime::builtins::str::lossy(m))
        }
        _ => {
            vm.take_raised();
            format!("{name}()")
        }
    }
}

/// Calls a Python function from native code: a nested run of the loop.
pub fn hook_call_function(
    vm: &mut Vm,
    f: Ref<PyFunction>,
    args: &[Value],
    kwnames: Option<Ref<PyTuple>>,
) -> PyResult {
    enter_native(vm)?;
    let r = match enter_function(vm, f, args, kwnames, ret(Action::Exit, 0, 0, 0)) {
        Ok(Flow::Done(v)) => Ok(v),
        Ok(Flow::Entered(pc)) => nested(vm, pc),
        Err(r) => Err(r),
    };
    leave_native(vm);
    r
}

/// Runs the loop from `pc` in the running frame until that frame is left.
pub fn nested(vm: &mut Vm, pc: Pc) -> PyResult {
    if super::run::fibers::outermost() {
        super::run::fibers::drive(vm, pc)?;
    } else {
        super::run::run(vm, pc);
    }
    match vm.run_outcome.get() {
        2 => Err(Raised),
        _ => Ok(vm.run_value.take()),
    }
}

/// Checks that the native stack has room for one more run of the loop.
pub fn enter_native(vm: &mut Vm) -> PyResult<()> {
    if vm.python_forbidden.get() {
        return Err(vm.system_error("Python code called by machine code"));
    }
    let here = 0u8;
    if (&raw const here as usize) < vm.native_limit.get() {
        return Err(vm.recursion_error("maximum recursion depth exceeded"));
    }
    vm.native_depth.set(vm.native_depth.get() + 1);
    Ok(())
}

/// Ends what [`enter_native`] began.
pub fn leave_native(vm: &Vm) {
    vm.native_depth.set(vm.native_depth.get() - 1);
}

/// True if the running frame was entered by a native caller.
pub fn is_entry(fp: *mut u64) -> bool {
    Action::of(header_word(fp, at::RETURN)) == Action::Exit
}

/// True if `v` is the native function of builtin type `owner` called `name`.
pub fn is_native_method(v: Value, owner: u32, name: &str) -> bool {
    v.cast::<PyBuiltin>()
        .is_some_and(|b| b.def.name == name && b.owner.get().is_some_and(|o| o.builtin_id == owner))
}
