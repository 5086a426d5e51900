//! Returning from frames and unwinding exceptions.

use super::call::Flow;
use super::frames;
use super::generator::unlink;
use super::run::cx::{Cx, Pc, header_word, set_header, word_at, word_value};
use super::run::exit_pc;
use super::run::ret::{self, Action};
use skein_compiler::bytecode::Op;
use skein_runtime::builtins::async_generator::{step_failed, step_yielded};
use skein_runtime::builtins::generator::GenState;
use skein_runtime::builtins::traceback::PyTraceback;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::at;

/// Finds the handler of the exception in flight, leaving frames on the way; the result is where to continue in the frame
/// `Vm::fp`.
pub fn unwind(vm: &mut Vm) -> Pc {
    unwind_from(vm, true)
}

/// As [`unwind`]; `trace`: the running frame gets a new traceback entry.
pub fn unwind_from(vm: &mut Vm, mut trace: bool) -> Pc {
    loop {
        let Some(frame) = vm.current_frame() else {
            return super::switch::end(vm, Err(Raised));
        };
        let cx = Cx::saved(frame);
        let mut exception = vm.raised.get();
        if trace {
            add_traceback(vm, exception);
            if vm.tracing.get() {
                super::trace::raised(vm);
                exception = vm.raised.get();
            }
        }
        trace = true;
        let lasti = frame.lasti();
        if let Some((target, reg)) = cx.code().handler_at(lasti) {
            note_place(cx, lasti);
            if vm.tracing.get() && super::trace::handled(vm, exception).is_err() {
                exception = vm.raised.get();
            }
            cx.set(reg as usize, exception);
            vm.raised.take();
            return super::run::cx::code_start(cx.code()).wrapping_add(target as usize);
        }
        let word = frame.return_word();
        restore_place(cx);
        if vm.tracing.get() {
            super::trace::unwound(vm);
        }
        leave(vm, cx.fp);
        match Action::of(word) {
            Action::Exit => {
                vm.run_outcome.set(2);
                return exit_pc();
            }
            Action::TaskletEnd => return super::switch::end(vm, Err(Raised)),
            Action::ForIter if vm.raised_is(ids::STOP_ITERATION) => {
                if let Some(caller) = vm.current_frame()
                    && !is_generator_iter(Cx::saved(caller))
                {
                    if vm.tracing.get() {
                        let e = vm.raised.get();
                        super::trace::raised(vm);
                        if vm.raised.get() != e {
                            continue;
                        }
                    }
                    vm.raised.take();
                    return Cx::saved(caller).ext_target();
                }
            }
            Action::AsyncSend => {
                if let Some(caller) = vm.current_frame() {
                    let cx = Cx::saved(caller);
                    step_failed(vm, cx.reg(cx.b()));
                }
            }
            Action::GetAttr if vm.raised_is(ids::ATTRIBUTE_ERROR) => {
                if let Some(caller) = vm.current_frame()
                    && let Some(Ok(pc)) =
                        super::ops_attr::after_attribute_error(vm, Cx::saved(caller), word)
                {
                    return pc;
                }
            }
            _ => {}
        }
    }
}

/// True if a frame is at the end of a clean-up that the compiler added: it raises again what led there.
fn ends_cleanup(cx: Cx) -> bool {
    let start = super::run::cx::code_start(cx.code());
    cx.insn.opcode() == Op::Reraise as u8
        && cx.pc != start
        && matches!(
            Op::from_byte(word_at(cx.pc.wrapping_sub(1)).opcode()),
            Op::PopExc | Op::SetNull | Op::DelName | Op::DelGlobal | Op::DelCell | Op::JumpIfTrue
        )
}

/// Remembers for a clean-up where the exception came from; a frame object does not need `lasti` while its frame lives.
fn note_place(cx: Cx, lasti: u32) {
    if let Some(object) = cx.frame().frame_object()
        && !ends_cleanup(cx)
    {
        object.lasti.set(lasti);
    }
}

/// A frame that is left by a clean-up stays where the exception came from.
fn restore_place(cx: Cx) {
    if ends_cleanup(cx)
        && let Some(object) = cx.frame().frame_object()
    {
        let start = super::run::cx::code_start(cx.code());
        let pc = start.wrapping_add(object.lasti.get() as usize);
        set_header(cx.fp, at::PC, pc as u64);
    }
}

/// A generator's own StopIteration was turned into RuntimeError by its code; only `__next__` methods end loops with it.
fn is_generator_iter(cx: Cx) -> bool {
    cx.reg(cx.b()).kind() == Some(Kind::Generator)
}

/// Leaves the frame at `fp` for good.
fn leave(vm: &mut Vm, fp: *mut u64) {
    match word_value(header_word(fp, at::GENERATOR)).cast() {
        Some(g) => unlink(vm, g, GenState::Closed),
        None => frames::pop(vm, fp),
    }
}

/// Puts an entry for the running frame in front of the exception's traceback.
fn add_traceback(vm: &mut Vm, exception: Value) {
    let (Some(e), Some(frame)) = (exception.cast::<PyException>(), vm.current_frame()) else {
        return;
    };
    if super::soft::is_hidden(frame.code()) {
        return;
    }
    let object = frames::frame_object(vm, frame);
    let tb = PyTraceback::new(vm, e.traceback.get(), object, frame.lasti(), 0);
    e.traceback.set(e, tb.value());
}

/// Raises the exception in flight in the running frame.
#[cold]
pub fn raise(vm: &mut Vm) -> Pc {
    unwind(vm)
}

/// Returns `v` from the running frame; the result is where its caller continues.
pub fn return_value(vm: &mut Vm, fp: *mut u64, v: Value) -> Pc {
    let word = header_word(fp, at::RETURN);
    let owner = word_value(header_word(fp, at::GENERATOR));
    let generator = !owner.is_null();
    leave(vm, fp);
    if Action::of(word) == Action::Exit {
        vm.run_value.set(v);
        vm.run_outcome.set(0);
        return exit_pc();
    }
    let Some(caller) = vm.current_frame() else {
        return super::switch::end(vm, Ok(v));
    };
    let cx = Cx::saved(caller);
    if generator {
        if vm.tracing.get() && !show_end(vm, owner, Action::of(word), v) {
            return unwind(vm);
        }
        return match Action::of(word) {
            Action::ForIter => cx.ext_target(),
            Action::Send => {
                cx.set(cx.a(), v);
                cx.ext_target()
            }
            Action::GenCall => {
                vm.stop_iteration(v);
                unwind(vm)
            }
            Action::AsyncSend => {
                vm.raise_with(ids::STOP_ASYNC_ITERATION, &[]);
                step_failed(vm, cx.reg(cx.b()));
                unwind(vm)
            }
            _ => deliver(vm, cx, word, v),
        };
    }
    deliver(vm, cx, word, v)
}

/// Shows trace functions the StopIteration that the end of a generator stands for, where CPython does; false if one raised.
#[cold]
fn show_end(vm: &mut Vm, owner: Value, action: Action, v: Value) -> bool {
    let shown = match action {
        Action::ForIter => !v.is_none(),
        Action::Send => owner.shape_id() == ids::GENERATOR,
        _ => false,
    };
    if !shown {
        return true;
    }
    vm.stop_iteration(v);
    let e = vm.raised.get();
    super::trace::raised(vm);
    let kept = vm.raised.get() == e;
    if kept {
        vm.raised.take();
    }
    kept
}

/// Suspends the running generator at a yield with value `v`.
pub fn yield_value(vm: &mut Vm, cx: Cx, v: Value) -> Pc {
    let word = header_word(cx.fp, at::RETURN);
    let g = word_value(header_word(cx.fp, at::GENERATOR))
        .cast()
        .expect("only generators yield");
    unlink(vm, g, GenState::Suspended);
    vm.heap.remember(g.header());
    match Action::of(word) {
        Action::Exit => {
            vm.run_value.set(v);
            vm.run_outcome.set(1);
            exit_pc()
        }
        _ => {
            let Some(caller) = vm.current_frame() else {
                return exit_pc();
            };
            let cx = Cx::saved(caller);
            match Action::of(word) {
                Action::ForIter | Action::Send => {
                    cx.set(cx.a(), v);
                    cx.after(2)
                }
                Action::AsyncSend => match step_yielded(cx.reg(cx.b()), v) {
                    Some(result) => {
                        cx.set(cx.a(), result);
                        cx.ext_target()
                    }
                    None => {
                        cx.set(cx.a(), v);
                        cx.after(2)
                    }
                },
                Action::GenCall => {
                    cx.set(ret::dst(word), v);
                    cx.after(ret::advance(word))
                }
                _ => deliver(vm, cx, word, v),
            }
        }
    }
}

/// Does with a result what the return word says, in the caller's context.
pub fn deliver(vm: &mut Vm, cx: Cx, word: u64, v: Value) -> Pc {
    match finish(vm, cx, word, v) {
        Ok(pc) => pc,
        Err(_) => unwind(vm),
    }
}

fn finish(vm: &mut Vm, cx: Cx, word: u64, v: Value) -> super::Step {
    let next = cx.after(ret::advance(word));
    match Action::of(word) {
        Action::Store | Action::Last | Action::ClassBody => cx.set(ret::dst(word), v),
        Action::New => {
            super::class::after_new(vm, cx, ret::aux(word) as usize, v)?;
            cx.set(ret::dst(word), v);
        }
        Action::Discard => {}
        Action::Init => {
            super::class::check_init_result(vm, v)?;
            cx.set(ret::dst(word), cx.reg(ret::aux(word) as usize));
        }
        Action::StoreMethod => {
            cx.set(ret::dst(word), v);
            cx.set(ret::dst(word) + 1, Value::NULL);
        }
        Action::GetAttr => {
            cx.set(ret::dst(word), v);
            if ret::aux(word) != 0 {
                cx.set(ret::dst(word) + 1, Value::NULL);
            }
        }
        Action::Binary => return super::ops_arith::after_binary(vm, cx, word, v),
        Action::Compare => return super::ops_arith::after_compare(vm, cx, word, v),
        Action::Truth => {
            let b = vm.truth_of_bool_result(v)?;
            return Ok(super::ops_arith::branch(cx, b));
        }
        Action::Contains => {
            let b = vm.truth(v)?;
            cx.set(cx.a(), Value::bool(b != (cx.insn.x() != 0)));
        }
        Action::Iter => {
            if !vm.is_iterator(v) {
                let name = vm.type_name(v);
                return Err(vm.type_error(format!("iter() returned non-iterator of type '{name}'")));
            }
            cx.set(ret::dst(word), v);
        }
        Action::ForIter | Action::Send | Action::AsyncSend | Action::GenCall => {
            cx.set(ret::dst(word), v);
        }
        Action::Again => return Ok(cx.pc),
        Action::Exit | Action::TaskletEnd => {}
    }
    Ok(next)
}

/// Continues after a call that began from inside a continuation.
pub fn continue_flow(cx: Cx, flow: Flow, word: u64, vm: &mut Vm) -> super::Step {
    match flow {
        Flow::Entered(pc) => Ok(pc),
        Flow::Done(v) => finish(vm, cx, word, v),
    }
}
