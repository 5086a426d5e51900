//! Attributes and methods of `frame`.

use super::code_attrs::LASTI_UNITS;
use super::frame::PyFrame;
use super::function::PyFunction;
use super::functions::scope::shows_comprehension;
use super::generator::{GenState, PyGenerator};
use crate::prelude::*;
use crate::tasklet::stack::{Frame, at};

/// `co_flags` bit: locals live in registers.
const OPTIMIZED: u32 = 1;

/// The frame object of a live frame, made when first asked for.
pub fn frame_object(vm: &mut Vm, frame: Frame) -> Ref<PyFrame> {
    if let Some(f) = frame.frame_object() {
        return f;
    }
    let (code, function, locals) = (frame.code(), frame.function(), frame.locals());
    let owner = frame.generator();
    let generator = owner.map_or(Value::NULL, Value::from);
    let f = PyFrame::new(
        vm,
        frame.fp() as usize,
        code,
        function.value(),
        locals,
        generator,
    );
    frame.set_word(at::FRAME_OBJECT, f.value().bits());
    let waiting = owner.and_then(|g| g.waiting_tasklet());
    if let Some(t) = waiting {
        f.owner.set(f, t.value());
    }
    if let Some(g) = owner {
        g.frame.set(g, f.value());
    }
    // A generator's frame is in its tasklet's stack while that waits.
    if (owner.is_none() || waiting.is_some()) && !note_store(vm, frame) {
        vm.keep_until_collected(f.value());
    }
    f
}

/// A frame of the running stack was written to: the next collection looks at its piece of the stack again. False if it stands
/// on another stack.
pub fn note_store(vm: &Vm, frame: Frame) -> bool {
    let mut next = vm.chunk.get();
    while let Some(chunk) = next {
        if (chunk.base()..chunk.limit()).contains(&frame.fp()) {
            chunk.clean.set(false);
            return true;
        }
        next = chunk.prev.get();
    }
    false
}

/// The live frame behind the object, if it has not ended.
pub fn live(f: Ref<PyFrame>) -> Option<Frame> {
    crate::helpers::frame_at(f.fp.get() as *mut u64)
}

fn frame(vm: &mut Vm, v: Value) -> PyResult<Ref<PyFrame>> {
    match v.cast() {
        Some(f) => Ok(f),
        None => Err(vm.wrong_self("f_code", "frame", v)),
    }
}

/// Word index of the instruction being executed.
pub fn lasti(f: Ref<PyFrame>) -> u32 {
    match live(f) {
        Some(l) => l.lasti(),
        None => f.lasti.get(),
    }
}

fn is_fresh(f: Ref<PyFrame>) -> bool {
    f.generator
        .get()
        .cast::<PyGenerator>()
        .is_some_and(|g| g.state.get() == GenState::Created)
}

/// The line being executed, `None` if the instruction has none.
pub fn line(vm: &Vm, f: Ref<PyFrame>) -> Option<u32> {
    let code = f.code.expect();
    if is_fresh(f) {
        return Some(code.firstlineno);
    }
    let position = (vm.hooks.position)(vm, code, lasti(f));
    // Instructions that belong to no line count to the line before.
    position.map(|p| p.0).or_else(|| match f.traced_line.get() {
        0 => None,
        line => Some(line),
    })
}

fn get_code(vm: &mut Vm, v: Value) -> PyResult {
    Ok(frame(vm, v)?.code.value())
}

fn function(vm: &mut Vm, v: Value) -> PyResult<Option<Ref<PyFunction>>> {
    Ok(frame(vm, v)?.function.get().cast())
}

fn get_globals(vm: &mut Vm, v: Value) -> PyResult {
    Ok(function(vm, v)?.map_or(Value::NONE, |f| f.globals.value()))
}

fn get_builtins(vm: &mut Vm, v: Value) -> PyResult {
    Ok(function(vm, v)?.map_or(Value::NONE, |f| f.builtins.value()))
}

fn get_lineno(vm: &mut Vm, v: Value) -> PyResult {
    let f = frame(vm, v)?;
    Ok(line(vm, f).map_or(Value::NONE, |n| Value::from_usize(n as usize)))
}

fn set_lineno(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    frame(vm, v)?;
    if new.is_null() {
        return Err(vm.attribute_error(v, Value::NULL, "cannot delete attribute"));
    }
    (vm.hooks.intrinsic)(vm, "set_lineno", &[v, new]).map(|_| ())
}

fn get_lasti(vm: &mut Vm, v: Value) -> PyResult {
    let f = frame(vm, v)?;
    if is_fresh(f) {
        return Ok(Value::from_i32(-1));
    }
    Ok(Value::from_usize((lasti(f) * LASTI_UNITS) as usize))
}

fn get_back(vm: &mut Vm, v: Value) -> PyResult {
    let f = frame(vm, v)?;
    let Some(l) = live(f) else {
        return Ok(f.back.get().non_null().unwrap_or(Value::NONE));
    };
    let idle = f
        .generator
        .get()
        .cast::<PyGenerator>()
        .is_some_and(|g| g.state.get() != GenState::Running);
    if idle {
        return Ok(Value::NONE);
    }
    let waiting = l.generator().and_then(|g| g.waiting_tasklet());
    if let Some(t) = waiting {
        // The frames in its stack get objects that refer to it.
        (vm.hooks.intrinsic)(vm, "tasklet_frame", &[t.value()])?;
        f.owner.set(f, t.value());
    }
    match l.visible_caller() {
        Some(c) => {
            let back = frame_object(vm, c);
            back.owner.set(back, f.owner.get());
            Ok(back.value())
        }
        None => Ok(Value::NONE),
    }
}

fn get_locals(vm: &mut Vm, v: Value) -> PyResult {
    let f = frame(vm, v)?;
    let code = f.code.expect();
    let optimized = code.flags.get() & OPTIMIZED != 0;
    if !optimized && shows_comprehension(code, &|i| super::frame_locals::raw(f, i)) {
        return super::frame_locals::new_proxy(vm, f);
    }
    if let Some(mapping) = f.locals.get().non_null() {
        return Ok(mapping);
    }
    if !optimized && let Some(function) = function(vm, v)? {
        return Ok(function.globals.value());
    }
    super::frame_locals::new_proxy(vm, f)
}

fn get_trace(vm: &mut Vm, v: Value) -> PyResult {
    Ok(frame(vm, v)?.trace.get().non_null().unwrap_or(Value::NONE))
}

fn set_trace(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let f = frame(vm, v)?;
    f.trace
        .set(f, if new.is_none() { Value::NULL } else { new });
    Ok(())
}

fn get_flag(vm: &mut Vm, v: Value, bit: u8) -> PyResult {
    Ok(Value::bool(frame(vm, v)?.trace_flags.get() & bit != 0))
}

fn set_flag(vm: &mut Vm, v: Value, new: Value, bit: u8) -> PyResult<()> {
    let f = frame(vm, v)?;
    match new.as_bool() {
        Some(true) => f.trace_flags.set(f.trace_flags.get() | bit),
        Some(false) => f.trace_flags.set(f.trace_flags.get() & !bit),
        None => return Err(vm.type_error("attribute value type must be bool")),
    }
    Ok(())
}

fn get_trace_lines(vm: &mut Vm, v: Value) -> PyResult {
    get_flag(vm, v, 1)
}
fn set_trace_lines(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    set_flag(vm, v, new, 1)
}
fn get_trace_opcodes(vm: &mut Vm, v: Value) -> PyResult {
    get_flag(vm, v, 2)
}
fn set_trace_opcodes(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    set_flag(vm, v, new, 2)
}

fn get_generator(vm: &mut Vm, v: Value) -> PyResult {
    let f = frame(vm, v)?;
    Ok(f.generator.get().non_null().unwrap_or(Value::NONE))
}

fn clear(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = frame(vm, args[0])?;
    if live(f).is_some() {
        match f.generator.get().cast::<PyGenerator>() {
            Some(g) if g.state.get() == GenState::Suspended => {
                return Err(vm.runtime_error("cannot clear a suspended frame"));
            }
            Some(g) if g.state.get() == GenState::Created => {
                super::generator_methods::close_generator(vm, g)?;
            }
            Some(g) if g.state.get() == GenState::Closed => {}
            _ => return Err(vm.runtime_error("cannot clear an executing frame")),
        }
    }
    f.trace.set(f, Value::NULL);
    f.extra_locals.set(f, Value::NULL);
    if let Some(registers) = f.registers.get() {
        for i in 0..registers.len() {
            registers.set(i, Value::NULL);
        }
    }
    Ok(Value::NONE)
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = frame(vm, args[0])?;
    let code = f.code.expect();
    let file = vm.repr_text(code.filename.get())?;
    let line = line(vm, f).map_or_else(|| "None".to_string(), |n| n.to_string());
    let text = format!(
        "<frame at {:#x}, file {file}, line {line}, code {}>",
        args[0].address(),
        super::str::lossy(code.name.get())
    );
    Ok(vm.new_str(&text))
}

/// `frame`
pub static FRAME: TypeDef = TypeDef {
    id: ids::FRAME,
    doc: "",
    methods: &[
        method(
            "clear",
            clear,
            "($self, /)",
            "Clear all references held by the frame.",
        ),
        slot("__repr__", repr),
    ],
    getsets: &[
        getter("f_code", get_code, "code being executed"),
        getter("f_globals", get_globals, "global namespace"),
        getter("f_builtins", get_builtins, "namespace of builtins"),
        getter("f_locals", get_locals, "local variables"),
        getset("f_lineno", get_lineno, set_lineno, "line being executed"),
        getter("f_lasti", get_lasti, "instruction being executed"),
        getter("f_back", get_back, "calling frame"),
        getter(
            "f_generator",
            get_generator,
            "generator that owns the frame",
        ),
        getset("f_trace", get_trace, set_trace, "trace function"),
        getset(
            "f_trace_lines",
            get_trace_lines,
            set_trace_lines,
            "trace lines",
        ),
        getset(
            "f_trace_opcodes",
            get_trace_opcodes,
            set_trace_opcodes,
            "trace instructions",
        ),
    ],
};
