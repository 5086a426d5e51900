//! Handlers of calls and returns.

use super::super::{call, class, ops_iter, unwind};
use super::cx::{Cx, Pc, clear, copy, known, word_value};
use super::delegation::{Yielded, resume_through, suspend};
use super::macros::{a, b, c, fast};
use super::{Handler, fast, go, run_body, slow};
use crate::vm::Step;
use crate::vm::run::ret::{Action, ret};
use skein_runtime::builtins::builtin::PyBuiltin;
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::builtins::generator::PyGenerator;
use skein_runtime::builtins::method::PyMethod;
use skein_runtime::heap::stack_scan::scrub_stack;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::{FRAME_WORDS, at};

/// Fills a row for `f` above the running frame, which stops at `pc`, with `argc` arguments, and makes it the running frame.
/// `None`, and nothing was done: the chunk is full or the recursion limit reached.
#[inline(always)]
pub(super) unsafe fn push(
    vm: *mut Vm,
    pc: Pc,
    fp: *mut u64,
    f: Ref<PyFunction>,
    args: *const u64,
    argc: usize,
    word: u64,
) -> Option<(Pc, *mut u64)> {
    // SAFETY: called by handlers with the running frame of a live Vm; that the row fits is tested here.
    unsafe {
        let code = known(&f.code);
        let nregs = code.nregs as usize;
        let top = (*vm).stack_top.get();
        let depth = (*vm).depth.get();
        if ((*vm).stack_limit.get() as usize) - (top as usize) < (FRAME_WORDS + nregs) * 8
            || depth >= (*vm).recursion_limit.get()
        {
            return None;
        }
        (*vm).depth.set(depth + 1);
        *fp.offset(at::PC) = pc as u64;
        let new = top.add(FRAME_WORDS);
        let start = super::cx::code_start(code);
        *new.offset(at::CODE) = code.value().bits();
        *new.offset(at::FUNCTION) = f.value().bits();
        *new.offset(at::CALLER) = fp as u64;
        *new.offset(at::PC) = start as u64;
        *new.offset(at::RETURN) = word;
        *new.offset(at::FRAME_OBJECT) = 0;
        *new.offset(at::LOCALS) = 0;
        *new.offset(at::GENERATOR) = 0;
        copy(new, args, argc);
        clear(new, argc, nregs);
        (*vm).stack_top.set(new.add(nregs));
        (*vm).fp.set(new);
        Some((start, new))
    }
}

fast!(call_fast, |pc, fp, vm, insn, tbl| {
    let base = b!(insn);
    let callable = word_value(*fp.add(base));
    if callable.kind() == Some(Kind::Function) {
        let f: Ref<PyFunction> = callable.cast_unchecked();
        let with_self = (*fp.add(base + 1) != 0) as usize;
        let argc = c!(insn) + with_self;
        if known(&f.code).fast_argcount as usize == argc {
            let args = fp.add(base + 2 - with_self);
            let word = ret(Action::Store, 2, a!(insn), base as u32);
            if let Some((pc, fp)) = push(vm, pc, fp, f, args, argc, word) {
                go!(pc, fp, vm, tbl)
            }
        }
        return call_with_defaults(pc, fp, vm, insn, tbl);
    }
    if callable.kind() == Some(Kind::Builtin) {
        let b: Ref<PyBuiltin> = callable.cast_unchecked();
        if b.appends {
            return call_append(pc, fp, vm, insn, tbl);
        }
        if !b.collects {
            return s_call_builtin(pc, fp, vm, insn, tbl);
        }
    }
    return call_other(pc, fp, vm, insn, tbl);
});
fast!(
    #[inline(never)]
    call_other,
    |pc, fp, vm, insn, tbl| {
        let base = b!(insn);
        let callable = word_value(*fp.add(base));
        match callable.kind() {
            // Others do not come here.
            Some(Kind::Builtin) => return call_collect(pc, fp, vm, insn, tbl),
            Some(Kind::Type) => return s_call_class(pc, fp, vm, insn, tbl),
            Some(Kind::BoundMethod) => {
                let m: Ref<PyMethod> = callable.cast_unchecked();
                if *fp.add(base + 1) == 0 && m.func.get().kind() == Some(Kind::Function) {
                    *fp.add(base) = m.func.get().bits();
                    *fp.add(base + 1) = m.this.get().bits();
                    return call_fast(pc, fp, vm, insn, tbl);
                }
            }
            _ => {}
        }
        return s_call(pc, fp, vm, insn, tbl);
    }
);
fast!(
    #[inline(never)]
    call_append,
    |pc, fp, vm, insn, tbl| {
        let base = b!(insn);
        let this = word_value(*fp.add(base + 1));
        if c!(insn) == 1 && this.shape_id() == ids::LIST {
            let l: Ref<PyList> = this.cast_unchecked();
            if l.push_unlogged(word_value(*fp.add(base + 2))) {
                *fp.add(a!(insn)) = Value::NONE.bits();
                go!(pc.add(2), fp, vm, tbl)
            }
        }
        return s_call_builtin(pc, fp, vm, insn, tbl);
    }
);
fast!(
    #[inline(never)]
    call_with_defaults,
    |pc, fp, vm, insn, tbl| {
        let base = b!(insn);
        let f: Ref<PyFunction> = word_value(*fp.add(base)).cast_unchecked();
        let with_self = (*fp.add(base + 1) != 0) as usize;
        let argc = c!(insn) + with_self;
        let takes = known(&f.code).fast_argcount;
        if takes != u32::MAX
            && let Some(missing) = (takes as usize).checked_sub(argc)
            && let Some(defaults) = f.defaults.get().cast::<PyTuple>()
            && let Some(first) = defaults.len().checked_sub(missing)
        {
            let args = fp.add(base + 2 - with_self);
            let word = ret(Action::Store, 2, a!(insn), base as u32);
            if let Some((pc, fp)) = push(vm, pc, fp, f, args, argc, word) {
                let from = defaults.items().as_ptr().add(first) as *const u64;
                copy(fp.add(argc), from, missing);
                go!(pc, fp, vm, tbl)
            }
        }
        return s_call(pc, fp, vm, insn, tbl);
    }
);
slow!(s_call, call::op_call);
slow!(s_call_builtin, call::op_call_builtin);
slow!(s_call_class, class::op_call_class);

/// A call of `gc.collect()`: unused places in the native frames of the collection would keep what earlier calls left there.
#[inline(never)]
unsafe extern "C" fn call_collect(
    pc: Pc,
    fp: *mut u64,
    vm: *mut Vm,
    insn: u64,
    tbl: *const Handler,
) {
    scrub_stack();
    // SAFETY: the arguments are the handler's own; the machine is alive.
    unsafe {
        crate::tier::before_collection(&*vm);
        s_call_builtin(pc, fp, vm, insn, tbl)
    }
}

fast!(send, |pc, fp, vm, insn, tbl| {
    let it = word_value(*fp.add(b!(insn)));
    if matches!(it.shape_id(), ids::GENERATOR | ids::COROUTINE) {
        let word = ret(Action::Send, 2, a!(insn), 0);
        let g: Ref<PyGenerator> = it.cast_unchecked();
        let through = tbl == fast::TABLE.as_ptr();
        let sent = *fp.add(c!(insn));
        if let Some((pc, fp)) = resume_through(vm, (pc, fp), g, sent, word, through) {
            go!(pc, fp, vm, tbl)
        }
    }
    return s_send(pc, fp, vm, insn, tbl);
});
slow!(s_send, ops_iter::op_send);

fast!(yield_fast, |pc, fp, vm, insn, tbl| {
    let _ = insn;
    match suspend(vm, pc, fp, tbl == fast::TABLE.as_ptr()) {
        Yielded::On(pc, fp) => go!(pc, fp, vm, tbl),
        Yielded::Exit => return,
        Yielded::Slow(pc, fp) => return s_yield(pc, fp, vm, *pc, tbl),
    }
});
slow!(s_yield, ops_iter::op_yield);

fast!(return_fast, |pc, fp, vm, insn, tbl| {
    let word = *fp.offset(at::RETURN);
    let v = *fp.add(a!(insn));
    let (plain, init) = (
        word as u8 == Action::Store as u8
            || word as u8 == Action::Binary as u8 && v != Value::NOT_IMPLEMENTED.bits()
            || word as u8 == Action::GetAttr as u8 && word >> 32 == 0,
        word as u8 == Action::Init as u8 && v == Value::NONE.bits(),
    );
    // A stored result of a frame that nobody looked at and that is not the first of its chunk.
    if (plain || init) && *fp.offset(at::FRAME_OBJECT) | *fp.offset(at::GENERATOR) == 0 {
        let base = fp.sub(FRAME_WORDS);
        if let Some(chunk) = (*vm).chunk.get()
            && chunk.base() != base
        {
            (*vm).stack_top.set(base);
            (*vm).depth.set((*vm).depth.get() - 1);
            let caller = *fp.offset(at::CALLER) as *mut u64;
            (*vm).fp.set(caller);
            *caller.add((word >> 16) as u16 as usize) = if init {
                *caller.add((word >> 32) as usize)
            } else {
                v
            };
            let pc = (*caller.offset(at::PC) as Pc).add((word >> 8) as u8 as usize);
            go!(pc, caller, vm, tbl)
        }
    }
    return s_return(pc, fp, vm, insn, tbl);
});
fn return_slow(vm: &mut Vm, cx: Cx) -> Step {
    Ok(unwind::return_value(vm, cx.fp, cx.reg(cx.a())))
}
slow!(s_return, return_slow);
