//! Generators that delegate to each other (`yield from`, `await`), resumed and suspended without dispatching between them.
//!
//! A value passes through every frame of such a chain on its way down and up. The instructions of the frames between (`Yield`,
//! `JumpBack`, `Send`, in this order) do nothing else, so one instruction does them all; each frame holds what it would hold
//! otherwise. Only where nothing looks at single instructions.

use super::cx::{Pc, generator_frame_pointer, word_at, word_value};
use super::macros::{a, b, c};
use super::ret::{Action, ret};
use skein_compiler::bytecode::Op;
use skein_runtime::builtins::generator::{GenState, PyGenerator};
use skein_runtime::object::header::flag;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::at;

const NONE: u64 = Value::NONE.bits();
/// In a `Yield`: it is a part of a delegation.
const DELEGATED: u64 = 2 << 8;
/// In a `Yield`: an asynchronous generator wraps the value.
const WRAPPED: u64 = 1 << 8;

/// Makes the frame of a suspended (or, for None, unstarted) generator the running one, as `generator::enter_send` does; `None`: it is in
/// another state or the recursion limit is reached. The result is where to go on.
#[inline(always)]
unsafe fn resume(
    vm: *mut Vm,
    pc: Pc,
    fp: *mut u64,
    g: Ref<PyGenerator>,
    sent: u64,
    word: u64,
) -> Option<(Pc, *mut u64)> {
    // SAFETY: called by handlers with the running frame of a live Vm; a generator's tail is a frame row (H5).
    unsafe {
        let state = g.state.get();
        let created = state == GenState::Created && sent == NONE;
        let depth = (*vm).depth.get();
        // An old generator has to be remembered, since its row is written to without barriers.
        if !(created || state == GenState::Suspended)
            || depth >= (*vm).recursion_limit.get()
            || g.header().has(flag::UNLOGGED)
        {
            return None;
        }
        *fp.offset(at::PC) = pc as u64;
        (*vm).depth.set(depth + 1);
        let new = generator_frame_pointer(g);
        *new.offset(at::CALLER) = fp as u64;
        *new.offset(at::RETURN) = word;
        g.handled_below.set_unbarriered((*vm).handled_top.get());
        (*vm).handled_top.set(g.value());
        g.state.set(GenState::Running);
        (*vm).fp.set(new);
        let next = *new.offset(at::PC) as Pc;
        if created {
            return Some((next, new));
        }
        *new.add(word_at(next).a() as usize) = sent;
        Some((next.add(1), new))
    }
}

/// The `Send` of the delegation that goes on at `pc`, behind its `Yield`.
#[inline(always)]
unsafe fn sender(pc: Pc) -> Option<Pc> {
    const BACK: u64 = Op::JumpBack as u64 | (-3i32 as u32 as u64) << 32;
    const SEND: u64 = Op::Send as u64;
    // SAFETY: a `Yield` is followed by an instruction, and jumps lead to instructions of the same code (verified).
    unsafe {
        (*pc & (0xffff_ffff_0000_00ff) == BACK && *pc.sub(3) & 0xff == SEND).then(|| pc.sub(3))
    }
}

/// A generator was resumed, at `pc` behind its yield: goes on resuming what it delegates to.
#[inline(always)]
unsafe fn go_down(vm: *mut Vm, mut pc: Pc, mut fp: *mut u64) -> (Pc, *mut u64) {
    // SAFETY: as for `resume`; each frame is the running one when its instructions are looked at.
    unsafe {
        while let Some(send) = sender(pc) {
            let insn = *send;
            let it = word_value(*fp.add(b!(insn)));
            if !matches!(it.shape_id(), ids::GENERATOR | ids::COROUTINE) {
                break;
            }
            let g: Ref<PyGenerator> = it.cast_unchecked();
            if g.state.get() != GenState::Suspended {
                break;
            }
            let word = ret(Action::Send, 2, a!(insn), 0);
            match resume(vm, send, fp, g, *fp.add(c!(insn)), word) {
                Some(next) => (pc, fp) = next,
                None => break,
            }
        }
        (pc, fp)
    }
}

/// [`resume`], and with `through` on to what a suspended generator delegates to.
#[inline(always)]
pub(super) unsafe fn resume_through(
    vm: *mut Vm,
    (pc, fp): (Pc, *mut u64),
    g: Ref<PyGenerator>,
    sent: u64,
    word: u64,
    through: bool,
) -> Option<(Pc, *mut u64)> {
    // A new generator stands at no yield.
    let through = through && g.state.get() == GenState::Suspended;
    // SAFETY: as for `resume`.
    unsafe {
        let (pc, fp) = resume(vm, pc, fp, g, sent, word)?;
        Some(if through {
            go_down(vm, pc, fp)
        } else {
            (pc, fp)
        })
    }
}

/// What a `Yield` led to.
pub(super) enum Yielded {
    /// The running frame goes on.
    On(Pc, *mut u64),
    /// The loop ends: its native caller gets the value.
    Exit,
    /// This `Yield` of the running frame needs the general body; those before it are done.
    Slow(Pc, *mut u64),
}

/// Suspends the running generator at its `Yield`; `through`: those that delegate to it as well.
#[inline(always)]
pub(super) unsafe fn suspend(vm: *mut Vm, mut pc: Pc, mut fp: *mut u64, through: bool) -> Yielded {
    const FOR_ITER: u8 = Action::ForIter as u8;
    const SEND: u8 = Action::Send as u8;
    const METHOD: u8 = Action::GenCall as u8;
    const EXIT: u8 = Action::Exit as u8;
    // SAFETY: called with the running frame of a live Vm, which is a generator's, at a `Yield`.
    unsafe {
        loop {
            let insn = *pc;
            let word = *fp.offset(at::RETURN);
            let action = word as u8;
            let g: Ref<PyGenerator> = word_value(*fp.offset(at::GENERATOR)).cast_unchecked();
            if insn & WRAPPED != 0
                || !matches!(action, FOR_ITER | SEND | METHOD | EXIT)
                || g.header().has(flag::UNLOGGED)
            {
                return Yielded::Slow(pc, fp);
            }
            *fp.offset(at::PC) = pc as u64;
            let v = *fp.add(b!(insn));
            let delegate = if insn & DELEGATED != 0 {
                word_value(*fp.add(c!(insn)))
            } else {
                Value::NULL
            };
            g.delegate.set_unbarriered(delegate);
            g.state.set(GenState::Suspended);
            (*vm).handled_top.set(g.handled_below.get());
            g.handled_below.set_unbarriered(Value::NULL);
            (*vm).depth.set((*vm).depth.get() - 1);
            let caller = *fp.offset(at::CALLER) as *mut u64;
            *fp.offset(at::CALLER) = 0;
            (*vm).fp.set(caller);
            if action == EXIT {
                (*vm).run_value.set(word_value(v));
                (*vm).run_outcome.set(1);
                return Yielded::Exit;
            }
            *caller.add((word >> 16) as u16 as usize) = v;
            pc = (*caller.offset(at::PC) as Pc).add((word >> 8) as u8 as usize);
            fp = caller;
            if !through || action != SEND || *pc & 0xff != Op::Yield as u64 {
                return Yielded::On(pc, fp);
            }
        }
    }
}

/// `Send` for machine code: where the innermost generator goes on, if what it sends to is a suspended generator.
pub fn send_through(vm: &Vm, pc: Pc, fp: *mut u64) -> Option<Pc> {
    let vm = std::ptr::from_ref(vm).cast_mut();
    // SAFETY: machine code names the running frame and a `Send` of its code.
    unsafe {
        let insn = *pc;
        let it = word_value(*fp.add(b!(insn)));
        if !matches!(it.shape_id(), ids::GENERATOR | ids::COROUTINE) {
            return None;
        }
        let g: Ref<PyGenerator> = it.cast_unchecked();
        if g.state.get() != GenState::Suspended {
            return None;
        }
        let word = ret(Action::Send, 2, a!(insn), 0);
        resume_through(vm, (pc, fp), g, *fp.add(c!(insn)), word, true).map(|next| next.0)
    }
}

/// `Yield` for machine code: where the program goes on, in the frame that runs then.
pub fn yield_through(vm: &Vm, pc: Pc, fp: *mut u64) -> Pc {
    let vm = std::ptr::from_ref(vm).cast_mut();
    // SAFETY: machine code names the running frame, a generator's, and a `Yield` of its code.
    match unsafe { suspend(vm, pc, fp, true) } {
        Yielded::On(pc, _) | Yielded::Slow(pc, _) => pc,
        Yielded::Exit => super::exit_pc(),
    }
}
