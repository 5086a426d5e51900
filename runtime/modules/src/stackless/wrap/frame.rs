//! Frames, which are pickled only as a part of something else, and tracebacks.
//!
//! What stands for a frame in a state is a *reducer*, since frames themselves shall not be picklable or copyable. It
//! holds a frame object with a copy of the registers; its pickle makes such a frame object again.

use super::code::{REDUCE, SETSTATE, closure_of};
use super::exceptions::{link, links};
use super::{Shadow, dress, or_none, part, reduced, service, state_items, undress};
use crate::stackless::functions::current_pickle_flags;
use skein_runtime::builtins::args::items;
use skein_runtime::builtins::code::PyCode;
use skein_runtime::builtins::frame::{Going, PyFrame};
use skein_runtime::builtins::frame_attrs::line;
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::builtins::traceback::PyTraceback;
use skein_runtime::prelude::*;

/// The shadow types.
pub const SHADOWS: &[Shadow] = &[
    Shadow {
        name: "frame",
        id: ids::FRAME,
        kind: Kind::Frame,
        methods: &[
            static_method("__new__", frame_new, "($type, code, /)", NEW_DOC),
            static_method("__reduce__", frame_reduce, "(frame, /)", REDUCE),
            method(
                "__setstate__",
                frame_setstate,
                "($self, state, /)",
                SETSTATE,
            ),
        ],
    },
    Shadow {
        name: "traceback",
        id: ids::TRACEBACK,
        kind: Kind::Traceback,
        methods: &[
            static_method("__new__", traceback_new, "($type, /)", NEW_DOC),
            static_method("__reduce__", traceback_reduce, "(traceback, /)", REDUCE),
            method(
                "__setstate__",
                traceback_setstate,
                "($self, state, /)",
                SETSTATE,
            ),
        ],
    },
];

/// Functions of the module.
pub static FUNCTIONS: &[NativeDef] = &[
    function(
        "set_reduce_frame",
        set_reduce_frame,
        "(func, /)",
        "Set the function that makes what stands for a frame in states of pickles.",
    ),
    function(
        "iterator_state",
        crate::itertools::state::state,
        "(iterator, /)",
        "State of an iterator of itertools.",
    ),
    function(
        "iterator",
        crate::itertools::state::unfilled,
        "(type, /)",
        "An iterator of itertools that gets its state later.",
    ),
    function(
        "fill_iterator",
        crate::itertools::state::fill,
        "(iterator, state, /)",
        "Give such an iterator its state.",
    ),
    function("dict_of", dict_of, "(view, /)", "The dict of a view."),
];

fn dict_of(vm: &mut Vm, args: &[Value]) -> PyResult {
    match args[0].cast::<PyWrapper>().map(|w| w.a.get()) {
        Some(d) if d.is::<PyDict>() => Ok(d),
        _ => Err(vm.type_error("a view of a dict is required")),
    }
}

/// What stands for a frame in a state.
struct Reducer {
    frame: Slot,
}

impl NativeData for Reducer {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.frame);
    }
}

const REDUCER: &str = "stackless._wrap.frame_reducer";
const REDUCE_FRAME: &str = "stackless._wrap.reduce_frame";

const REDUCER_METHODS: &[NativeDef] = &[method("__reduce__", reducer_reduce, "($self, /)", REDUCE)];
const REDUCER_GETSETS: &[GetSetDef] = &[getter(
    "frame",
    frozen_or_error,
    "The frame, with a copy of its variables.",
)];

/// Makes the type of reducers.
pub fn make_reducer(vm: &mut Vm) -> Ref<PyType> {
    let ty = vm.new_native_type(
        "frame_reducer",
        "stackless._wrap",
        None,
        Kind::Native,
        tflag::DISALLOW_INSTANTIATION,
        REDUCER_METHODS,
        REDUCER_GETSETS,
        "Stands for a frame in the state of a pickle.",
    );
    vm.state_set(REDUCER, ty.value());
    ty
}

/// What stands for the frame object, which is a copy, in a state.
pub fn reducer(vm: &mut Vm, frame: Value) -> PyResult {
    let Some(ty) = vm.state_get(REDUCER).and_then(|t| t.cast()) else {
        return Err(vm.runtime_error("_stackless is not initialised"));
    };
    let data = Reducer {
        frame: Slot::new(frame),
    };
    let made = Native::new(vm, ty, data).value();
    match vm.state_get(REDUCE_FRAME).filter(|f| !f.is_none()) {
        Some(f) => vm.call(f, &[made]),
        None => Ok(made),
    }
}

/// The frame object of a reducer, or of a pickle; `None` for anything else.
pub fn frozen(v: Value) -> Option<Ref<PyFrame>> {
    match native::<Reducer>(&v) {
        Some((_, r)) => r.frame.get().cast(),
        None => v.cast(),
    }
}

fn frozen_or_error(vm: &mut Vm, v: Value) -> PyResult {
    match frozen(v) {
        Some(f) => Ok(f.value()),
        None => Err(vm.type_error("a frame is required")),
    }
}

fn reducer_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let frame = frozen_or_error(vm, args[0])?;
    let lives = frame.cast::<PyFrame>().is_some_and(|f| f.fp.get() != 0);
    match lives {
        true => frame_reduce(vm, &[frame]),
        false => frame_state(vm, frame),
    }
}

/// A function that every new reducer is passed through, for tests.
fn set_reduce_frame(vm: &mut Vm, args: &[Value]) -> PyResult {
    vm.state_set(REDUCE_FRAME, args[0]);
    Ok(Value::NONE)
}

// -- frames --

/// The frame of the running program or of a tasklet, by its variables.
fn frame_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    if !args[0].is::<PyFrame>() {
        return Err(vm.type_error("a frame is required"));
    }
    let view = service(vm, "pickle.view", &args[..1])?;
    frame_state(vm, view)
}

/// What pickles make of a frame object that is a copy: `(_wrap.frame, (code,), state)`.
fn frame_state(vm: &mut Vm, frame: Value) -> PyResult {
    let Some(f) = frame.cast::<PyFrame>() else {
        return Err(vm.type_error("a frame is required"));
    };
    let code = f.code.value();
    let function = f.function.get().cast::<PyFunction>();
    let (globals, closure) = match function {
        Some(f) => (f.globals.value(), or_none(f.closure.get())),
        None => (PyDict::new(vm).value(), Value::NONE),
    };
    let trace = match current_pickle_flags(vm) & 1 {
        0 => Value::NONE,
        _ => or_none(f.trace.get()),
    };
    let (valid, word) = match f.going() {
        Going::Never => (0, Value::NULL),
        Going::Generator => (1, Value::NULL),
        Going::Word(word) => (1, vm.new_uint(word)),
    };
    let blocks = match word.is_null() {
        true => vm.new_tuple(&[]),
        false => vm.new_tuple(&[word]),
    };
    let registers = registers_state(vm, f, valid == 1);
    let lineno = line(vm, f).map_or(Value::NONE, |n| Value::from_usize(n as usize));
    let state = [
        code,
        Value::from_i32(valid),
        closure,
        globals,
        Value::from_i32(i32::from(!f.locals.get().is_null())),
        or_none(f.locals.get()),
        trace,
        Value::from_usize(f.lasti.get() as usize),
        lineno,
        blocks,
        registers,
        links_of(vm, f)?,
    ];
    let count = state.len() - usize::from(state[11].is_null());
    let state = vm.new_tuple(&state[..count]);
    reduced(vm, "frame", &[code], state)
}

/// What the exceptions in the registers keep. Those in none of a variable wait to be handled again.
fn links_of(vm: &mut Vm, f: Ref<PyFrame>) -> PyResult {
    let Some(registers) = f.registers.get() else {
        return Ok(Value::NULL);
    };
    let variables = variables_of(vm, f.code.expect())?.min(registers.len());
    let mut all = ValueVec::new();
    for i in 0..registers.len() {
        all.push(&vm.heap, registers.get(i));
    }
    let (others, handled) = all.as_slice().split_at(variables);
    Ok(links(vm, handled, others))
}

fn variables_of(vm: &mut Vm, code: Ref<PyCode>) -> PyResult<usize> {
    let count = service(vm, "pickle.variables", &[code.value()])?;
    Ok(as_i64(count)
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(0))
}

/// A tuple of the numbers of the empty registers, and the registers.
fn registers_state(vm: &mut Vm, f: Ref<PyFrame>, all: bool) -> Value {
    let Some(registers) = f.registers.get() else {
        let none = vm.new_tuple(&[]);
        return vm.new_tuple(&[none]);
    };
    let count = registers.len() - usize::from(all);
    let (mut empty, mut values) = (ValueVec::new(), ValueVec::new());
    values.push(&vm.heap, Value::NULL);
    for i in 0..count {
        let v = registers.get(i);
        if v.is_null() {
            empty.push(&vm.heap, Value::from_usize(i));
        }
        values.push(&vm.heap, or_none(v));
    }
    let empty = vm.new_tuple(empty.as_slice());
    values.set(0, empty);
    vm.new_tuple(values.as_slice())
}

fn frame_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(code) = args[1].cast::<PyCode>() else {
        return Err(vm.type_error("frame() argument 'code' must be code"));
    };
    let f = PyFrame::new(vm, 0, code, Value::NULL, Value::NULL, Value::NULL);
    dress(vm, f.value(), "frame")
}

fn frame_setstate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(f) = args[0].cast::<PyFrame>() else {
        return Err(vm.type_error("a frame is required"));
    };
    let state = items(&args[1]);
    if !matches!(state.len(), 11 | 12) {
        let n = state.len();
        return Err(vm.type_error(format!("function takes exactly 11 arguments ({n} given)")));
    }
    let code = f.code.expect();
    let foreign = super::code::is_foreign(code);
    if state[0] != code.value() && !foreign {
        return Err(vm.type_error("invalid code object for frame_setstate"));
    }
    let globals = part::<PyDict>(vm, state[3], false, "frame")?;
    let closure = match state[2].is_none() && !foreign {
        // A view of a class body or module has none.
        true => Value::NULL,
        false => closure_of(vm, code, state[2])?,
    };
    let Some(lasti) = as_i64(state[7]).and_then(|n| u32::try_from(n).ok()) else {
        return Err(vm.type_error("an integer is required"));
    };
    let going = going_of(vm, state[1], state[9])?;
    let registers = registers_of(
        vm,
        code,
        state[10],
        if foreign { Going::Never } else { going },
    )?;
    if let Some(globals) = globals.cast::<PyDict>() {
        let builtins = skein_runtime::builtins::function_attrs::builtins_for(vm, globals);
        let function = PyFunction::new(vm, code, globals, builtins);
        function.closure.set(function, closure);
        f.function.set(f, function.value());
    }
    f.registers.set(f, registers);
    f.lasti.set(lasti.min(code.word_count.saturating_sub(1)));
    f.locals.set(
        f,
        if state[5].is_none() {
            Value::NULL
        } else {
            state[5]
        },
    );
    f.trace.set(
        f,
        if state[6].is_none() {
            Value::NULL
        } else {
            state[6]
        },
    );
    if let Some(links) = state.get(11) {
        link(vm, *links)?;
    }
    let sound = service(vm, "pickle.check", &[f.value()])? == Value::TRUE;
    if going != Going::Never && (!sound || lasti >= code.word_count) {
        keep_variables(vm, f)?;
    }
    Ok(undress(args[0], ids::FRAME))
}

/// A frame that cannot go on keeps what it can show.
fn keep_variables(vm: &mut Vm, f: Ref<PyFrame>) -> PyResult<()> {
    let Some(old) = f.registers.get() else {
        return Ok(());
    };
    let count = variables_of(vm, f.code.expect())?;
    let registers = vm.heap.new_array(count.min(old.len()));
    registers.copy_from(0, old, 0, registers.len());
    f.registers.set(f, registers);
    Ok(())
}

fn going_of(vm: &mut Vm, valid: Value, blocks: Value) -> PyResult<Going> {
    let Some(valid) = as_i64(valid) else {
        return Err(vm.type_error("an integer is required"));
    };
    if !blocks.is::<PyTuple>() {
        return Err(vm.type_error("a tuple is required"));
    }
    let mut word = None;
    for v in items(&blocks) {
        let Some(n) = v.as_small_int() else {
            return Err(vm.type_error("an integer is required"));
        };
        word = Some(n as u64);
    }
    Ok(match (valid, word) {
        (1, Some(word)) => Going::Word(word),
        (1, None) => Going::Generator,
        _ => Going::Never,
    })
}

fn registers_of(vm: &mut Vm, code: Ref<PyCode>, v: Value, going: Going) -> PyResult<Ref<Array>> {
    let (empty, values) = match items(&v).split_first() {
        Some((empty, values)) if v.is::<PyTuple>() && empty.is::<PyTuple>() => (*empty, values),
        _ => return Err(vm.type_error("a tuple is required")),
    };
    let variables = variables_of(vm, code)?;
    let wanted = match going {
        Going::Never => values.len().min(variables),
        _ => code.nregs as usize,
    };
    if values.len() < wanted {
        return Err(vm.value_error("bad state for frame: too few registers"));
    }
    let registers = PyFrame::copied_registers(vm, code, wanted, going);
    for (i, v) in values[..wanted].iter().enumerate() {
        registers.set(i, *v);
    }
    for n in items(&empty) {
        match n.as_small_int().and_then(|n| usize::try_from(n).ok()) {
            Some(i) if i < values.len() => {
                if i < wanted {
                    registers.set(i, Value::NULL);
                }
            }
            _ => return Err(vm.value_error("bad state for frame: no such register")),
        }
    }
    Ok(registers)
}

// -- tracebacks --

fn traceback_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(tb) = args[0].cast::<PyTraceback>() else {
        return Err(vm.type_error("a traceback is required"));
    };
    // A copy of the traceback has the same frame, a pickle one of its own.
    let frame = reducer(vm, tb.frame.value())?;
    let line = vm.get_attr_text(args[0], "tb_lineno")?;
    let state = [
        frame,
        Value::from_usize(tb.lasti.get() as usize),
        line,
        or_none(tb.next.get()),
    ];
    let state = vm.new_tuple(&state);
    reduced(vm, "traceback", &[], state)
}

/// A traceback needs a frame from the start: one of code that does nothing.
fn traceback_new(vm: &mut Vm, _: &[Value]) -> PyResult {
    let code = super::generator::exhausted(vm)?;
    let frame = PyFrame::new(vm, 0, code, Value::NULL, Value::NULL, Value::NULL);
    let tb = PyTraceback::new(vm, Value::NULL, frame, 0, 0);
    dress(vm, tb.value(), "traceback")
}

fn traceback_setstate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(tb) = args[0].cast::<PyTraceback>() else {
        return Err(vm.type_error("a traceback is required"));
    };
    let s = state_items(vm, &args[1], "traceback", &[4])?;
    let Some(frame) = frozen(s[0]) else {
        return Err(vm.type_error("bad state for traceback: a frame is required"));
    };
    let number = |v: Value| as_i64(v).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    let next = part::<PyTraceback>(vm, s[3], true, "traceback")?;
    if follows(next, tb) {
        return Err(vm.value_error("traceback loop detected"));
    }
    tb.frame.set(tb, frame);
    tb.next.set(tb, next);
    tb.lasti
        .set(number(s[1]).min(frame.code.expect().word_count.saturating_sub(1)));
    tb.lineno.set(number(s[2]));
    // The frames of a traceback called one another.
    if let Some(next) = next.cast::<PyTraceback>()
        && let Some(called) = next.frame.get()
        && called.back.get().is_null()
        && called != frame
        && !calls(frame, called)
    {
        called.back.set(called, frame.value());
    }
    Ok(undress(args[0], ids::TRACEBACK))
}

/// True if `tb` comes somewhere behind `first`.
fn follows(first: Value, tb: Ref<PyTraceback>) -> bool {
    let mut next = first.cast::<PyTraceback>();
    while let Some(t) = next {
        if t == tb {
            return true;
        }
        next = t.next.get().cast();
    }
    false
}

/// True if `f` was called by `caller`, directly or not.
fn calls(f: Ref<PyFrame>, caller: Ref<PyFrame>) -> bool {
    let mut next = f.back.get().cast::<PyFrame>();
    while let Some(b) = next {
        if b == caller {
            return true;
        }
        next = b.back.get().cast();
    }
    false
}
