//! Entering and leaving generator frames.

use super::call::Flow;
use super::run::cx::{Pc, generator_frame, header_word, set_header, word_at};
use super::run::ret::{Action, ret};
use super::run::special;
use skein_compiler::bytecode::{Op, Word};
use skein_runtime::builtins::builtin::PyBuiltin;
use skein_runtime::builtins::code::{Cleanup, PyCode};
use skein_runtime::builtins::generator::{GenState, PyGenerator};
use skein_runtime::builtins::wrapper::PyWrapper;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::at;

/// Registers a new generator for finalising if somebody could see that. Drops are watched for only where the program has handlers of
/// its own, which may print: one that only delegates is closed when the collector finds it.
pub fn note_cleanup(vm: &mut Vm, g: Ref<PyGenerator>, code: Ref<PyCode>) {
    let cleanup = cleanup(code);
    let plain = g.shape_id() == ids::GENERATOR;
    if cleanup == Cleanup::None && plain {
        return;
    }
    vm.heap.register_finalizer(g.header());
    if cleanup == Cleanup::Handlers || !plain {
        super::run::watched::begin(vm);
    }
}

/// What generators of the code have to do when they are dropped.
pub fn cleanup(code: Ref<PyCode>) -> Cleanup {
    if code.cleanup.get() == Cleanup::Unknown {
        code.cleanup.set(find_cleanup(code));
    }
    code.cleanup.get()
}

#[cold]
fn find_cleanup(code: Ref<PyCode>) -> Cleanup {
    let words = code.words.expect();
    let words = words.bytes().as_chunks::<8>().0;
    let mut found = Cleanup::None;
    let is = |at: usize, op: Op| words.get(at).is_some_and(|w| w[0] == op as u8);
    code.each_handler(|mut guarded, target| {
        if is(target, Op::CleanupThrow) {
            found = match found {
                Cleanup::None => Cleanup::Delegates,
                more => more,
            };
        } else if guarded.any(|at| is(at, Op::Yield)) {
            // (Or a word of another instruction that looks like one, which costs little.)
            found = match (found, lets_exit_pass(code, target)) {
                (Cleanup::Handlers, _) | (_, false) => Cleanup::Handlers,
                _ => Cleanup::Passes,
            };
        }
    });
    found
}

/// Names of exceptions that `GeneratorExit` is none of. Should a module mean something else by one, its generators are closed a
/// little later than at once.
const OTHERS: &str = "Exception ArithmeticError AssertionError AttributeError EOFError FileNotFoundError ImportError IndexError IOError KeyError \
    LookupError ModuleNotFoundError NameError NotImplementedError OSError OverflowError PermissionError RecursionError RuntimeError \
    StopIteration SyntaxError TimeoutError TypeError UnicodeDecodeError UnicodeEncodeError UnicodeError ValueError ZeroDivisionError";

/// True if a handler, and those around it, do nothing about `GeneratorExit` but to raise it again.
fn lets_exit_pass(code: Ref<PyCode>, target: usize) -> bool {
    const MOST: usize = 100;
    let words = code.words.expect();
    let words = words.bytes().as_chunks::<8>().0;
    let names = code.names.expect();
    let mut at = target;
    for _ in 0..MOST {
        let Some(word) = words.get(at).map(|w| Word(u64::from_le_bytes(*w))) else {
            return false;
        };
        let Some(op) = special::original(word.opcode()) else {
            return false;
        };
        match op {
            Op::PushExc | Op::PopExc | Op::BuildTuple | Op::ExcMatch | Op::Nop => {}
            Op::LoadGlobal => {
                let name = names.get(word.c() as usize).cast::<PyStr>();
                if !name.is_some_and(|n| OTHERS.split(' ').any(|o| n.bytes() == o.as_bytes())) {
                    return false;
                }
            }
            Op::JumpIfFalse => {
                at = at.wrapping_add_signed(word.bc() as isize);
                continue;
            }
            Op::Reraise => match code.handler_at(at as u32) {
                Some((around, _)) if code.cleans_up_at(at as u32) => {
                    at = around as usize;
                    continue;
                }
                _ => return true,
            },
            _ => return false,
        }
        at += op.len();
    }
    false
}

/// Makes the generator's frame the running one and links its exception state.
fn link(vm: &mut Vm, g: Ref<PyGenerator>, word: u64) -> PyResult<*mut u64> {
    if vm.depth.get() >= vm.recursion_limit.get() {
        return Err(vm.recursion_error("maximum recursion depth exceeded"));
    }
    vm.depth.set(vm.depth.get() + 1);
    let fp = generator_frame(g).fp();
    set_header(fp, at::CALLER, vm.fp.get() as u64);
    set_header(fp, at::RETURN, word);
    g.handled_below.set(g, vm.handled_top.get());
    vm.handled_top.set(g.value());
    g.state.set(GenState::Running);
    vm.heap.remember(g.header());
    vm.fp.set(fp);
    Ok(fp)
}

/// Resumes a generator that is not running or closed by sending `v`. The new running frame continues at the result.
#[inline]
pub fn enter_send(vm: &mut Vm, g: Ref<PyGenerator>, v: Value, word: u64) -> PyResult<Pc> {
    let created = g.state.get() == GenState::Created;
    let fp = link(vm, g, word)?;
    let pc = header_word(fp, at::PC) as Pc;
    if created {
        return Ok(pc);
    }
    set_header(fp, word_at(pc).a() as isize, v.bits());
    Ok(pc.wrapping_add(1))
}

/// Resumes a generator by raising `exception` at its yield (or before its first instruction).
pub fn enter_throw(vm: &mut Vm, g: Ref<PyGenerator>, exception: Value, word: u64) -> PyResult<Pc> {
    link(vm, g, word)?;
    if vm.tracing.get() && super::trace::thrown(vm, exception).is_err() {
        return Ok(super::unwind::unwind(vm));
    }
    // Only what the generator itself is handling becomes the context.
    if g.handled.get().is_null() {
        vm.reraise_value(exception);
    } else {
        vm.raise_value(exception);
    }
    Ok(super::unwind::unwind(vm))
}

/// Leaves the running generator's frame (at a yield, return or exception); the caller becomes the running frame.
pub fn unlink(vm: &mut Vm, g: Ref<PyGenerator>, state: GenState) {
    let fp = generator_frame(g).fp();
    if state == GenState::Closed && header_word(fp, at::FRAME_OBJECT) != 0 {
        super::frames::detach(vm, fp);
    }
    g.state.set(state);
    vm.handled_top.set(g.handled_below.get());
    g.handled_below.set(g, Value::NULL);
    vm.depth.set(vm.depth.get().wrapping_sub(1));
    vm.fp.set(header_word(fp, at::CALLER) as *mut u64);
    set_header(fp, at::CALLER, 0);
    if state == GenState::Closed {
        vm.heap.remember(g.header());
        g.handled.set_unbarriered(Value::NULL);
        g.delegate.set_unbarriered(Value::NULL);
        g.frame.set_unbarriered(Value::NULL);
    }
}

/// Resumes from native code: a nested run.
pub fn hook_resume(vm: &mut Vm, g: Ref<PyGenerator>, how: Resume, v: Value) -> PyResult<GenStep> {
    match g.state.get() {
        GenState::Running => return Err(already_running(vm, g)),
        GenState::Closed => {
            return match how {
                Resume::Send => Ok(GenStep::Returned(Value::NONE)),
                Resume::Throw => Err(vm.raise_value(v)),
            };
        }
        _ => {}
    }
    super::call::enter_native(vm)?;
    let word = ret(Action::Exit, 0, 0, 0);
    let entered = match how {
        Resume::Send => enter_send(vm, g, v, word),
        Resume::Throw => enter_throw(vm, g, v, word),
    };
    let r = match entered {
        Ok(pc) => super::call::nested(vm, pc).map(|v| {
            if vm.run_outcome.get() == 1 {
                GenStep::Yielded(v)
            } else {
                GenStep::Returned(v)
            }
        }),
        Err(r) => Err(r),
    };
    super::call::leave_native(vm);
    r
}

/// The error of resuming a running generator.
pub fn already_running(vm: &mut Vm, g: Ref<PyGenerator>) -> Raised {
    let what = match g.value().shape_id() {
        ids::COROUTINE => "coroutine",
        ids::ASYNC_GENERATOR => "async generator",
        _ => "generator",
    };
    vm.value_error(format!("{what} already executing"))
}

/// Begins `generator.send(v)`, `generator.__next__()` and `next(generator)` in the same loop. `None`: an ordinary native call.
pub fn begin_method(
    vm: &mut Vm,
    callable: Value,
    args: &[Value],
    kwnames: Option<Ref<PyTuple>>,
    word: u64,
) -> PyResult<Option<Flow>> {
    let Some(b) = callable.cast::<PyBuiltin>() else {
        return Ok(None);
    };
    if !b.resumes || kwnames.is_some() || Action::of(word) != Action::Store {
        return Ok(None);
    }
    let name = b.def.name;
    let bound = b.this.get();
    let (receiver, rest) = match (bound.cast::<PyGenerator>(), args.split_first()) {
        (Some(g), _) if name != "next" => (g.value(), args),
        (None, Some((first, rest))) => (*first, rest),
        _ => return Ok(None),
    };
    if name == "next" && rest.is_empty() && receiver.shape_id() >= ids::FIRST_DYNAMIC {
        let next = vm.names.__next__;
        let method = vm.lookup_special(receiver, next);
        return match method.filter(|m| m.kind() == Some(Kind::Function) && b.owner.get().is_none())
        {
            Some(m) => super::call::begin(vm, m, &[receiver], None, word).map(Some),
            None => Ok(None),
        };
    }
    // What `coroutine.__await__()` gives passes all on to the coroutine.
    let wrapped = receiver.shape_id() == ids::COROUTINE_WRAPPER;
    let receiver = match receiver.cast::<PyWrapper>() {
        Some(wrapper) if wrapped => wrapper.a.get(),
        _ => receiver,
    };
    if !matches!(receiver.shape_id(), ids::GENERATOR | ids::COROUTINE) {
        return Ok(None);
    }
    let Some(g) = receiver.cast::<PyGenerator>() else {
        return Ok(None);
    };
    let v = match (name, rest) {
        ("send", [v]) => *v,
        ("__next__" | "next", []) if wrapped || receiver.shape_id() == ids::GENERATOR => {
            Value::NONE
        }
        _ => return Ok(None),
    };
    let ready = match g.state.get() {
        GenState::Created => v.is_none(),
        GenState::Suspended => true,
        _ => false,
    };
    if !ready {
        return Ok(None);
    }
    let word = ret(
        Action::GenCall,
        super::run::ret::advance(word),
        super::run::ret::dst(word),
        0,
    );
    Ok(Some(Flow::Entered(enter_send(vm, g, v, word)?)))
}

/// The iterator that a suspended generator delegates to, as `gi_yieldfrom` shows it.
pub fn note_delegate(g: Ref<PyGenerator>, insn: Word, iterator: Value) {
    let v = if insn.x() & 2 != 0 {
        iterator
    } else {
        Value::NULL
    };
    g.delegate.set(g, v);
}
