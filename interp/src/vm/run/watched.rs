//! Finalisers and weak reference callbacks as soon as CPython would run them, for programs that have some.
//!
//! CPython finalises an object when its last reference goes. Here, as long as objects with `__del__` or weak references
//! to objects of Python classes are being made, the loop runs with a third handler table that looks at each
//! instruction before it runs: does it drop a value that has a finaliser or could hold one (a variable overwritten or
//! deleted, a frame that returns, a container emptied)? Then, ahead of the next instruction, registers that nobody can read
//! any more are emptied and a collection looks for dead objects. `Heap::collect_dropped` keeps that to a small part of
//! the work; when it refuses, or when much was watched in vain, the ordinary table comes back.

use super::cx::{Cx, Pc, header_word, word_value};
use super::ret::{self, Action};
use super::{Handler, fast, go, run_body, special};
use crate::vm::frames::variable_count;
use crate::vm::liveness::forget_temporaries;
use skein_compiler::bytecode::{Op, Word};
use skein_runtime::builtins::builtin::PyBuiltin;
use skein_runtime::builtins::cell::PyCell;
use skein_runtime::heap::eager;
use skein_runtime::heap::stack_scan::scrub_stack;
use skein_runtime::object::header::flag;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::at;

/// Instructions that may be watched from the start, and for each object found: what bounds the cost in programs whose objects last.
const INSTRUCTIONS: u32 = 2_000_000;
const INSTRUCTIONS_PER_FIND: u32 = 50_000;

/// Begins to watch, unless a trace function has the loop or there was enough watching.
pub fn begin(vm: &mut Vm) {
    if vm.watched.get() < INSTRUCTIONS
        && std::ptr::eq(vm.dispatch.get(), fast::TABLE.as_ptr() as *const ())
    {
        vm.dispatch.set(WATCHED.as_ptr() as *const ());
    }
}

/// Allows watching: the interpreter's own objects were made.
pub fn allow(vm: &Vm) {
    vm.watched.set(0);
    vm.dropped.set(0);
}

/// Ends watching for good: what is left is finalised in its own order.
pub fn forbid(vm: &Vm) {
    end(vm);
    vm.watched.set(u32::MAX);
    vm.dropped.set(0);
}

fn watching(vm: &Vm) -> bool {
    std::ptr::eq(vm.dispatch.get(), WATCHED.as_ptr() as *const ())
}

fn end(vm: &Vm) {
    if watching(vm) {
        vm.dispatch.set(fast::TABLE.as_ptr() as *const ());
    }
}

/// Remembers a dropped value; one that certainly matters is kept.
fn note(vm: &Vm, old: Value) {
    let certain = old
        .header()
        .is_some_and(|h| h.has(flag::HAS_WEAKREF | flag::HAS_FINALIZER));
    if vm.dropped.get() == 0 || certain {
        vm.dropped
            .set(old.header().map_or(eager::ANY, eager::token));
        let shape = old.header().filter(|_| certain);
        vm.dropped_shape.set(shape.map_or(0, |h| h.shape_id()));
    }
}

unsafe extern "C" fn watched(pc: Pc, fp: *mut u64, vm: *mut Vm, insn: u64, tbl: *const Handler) {
    #[inline(never)]
    unsafe fn look(vm: *mut Vm, pc: Pc, fp: *mut u64, insn: u64) -> Pc {
        // SAFETY: called by the handler with its own arguments.
        unsafe {
            run_body(vm, pc, fp, insn, |vm, cx: Cx| {
                let (object, shape) = (vm.dropped.replace(0), vm.dropped_shape.get());
                if object != 0 {
                    forget_temporaries(vm);
                    vm.heap.collect_dropped(object, shape);
                }
                if vm.heap.has_pending() {
                    vm.watched
                        .set(vm.watched.get().saturating_sub(INSTRUCTIONS_PER_FIND));
                    super::poll::run_finalizers(vm);
                }
                Ok(cx.pc)
            })
        }
    }
    // SAFETY: handlers are called with the running frame of a live Vm; `look` gives the same instruction's address.
    unsafe {
        if (*vm).dropped.get() != 0 && worthwhile(&*vm) {
            // Unused places in the frames of the collection would keep what earlier calls left there.
            scrub_stack();
            let next = look(vm, pc, fp, insn);
            if next != pc {
                let (fp, tbl) = ((*vm).fp.get(), super::traced::table(&*vm));
                go!(next, fp, vm, tbl)
            }
        }
        observe(&mut *vm, pc, fp, insn);
        (*vm).watched.set((*vm).watched.get() + 1);
        if (*vm).watched.get() >= INSTRUCTIONS {
            end(&*vm);
        }
        let handler = fast::TABLE[(insn & 0xff) as usize].0;
        handler(pc, fp, vm, insn, tbl)
    }
}

/// Whether to look what the drop noted last brought; if no collection may be spent on it, it is forgotten.
#[inline(never)]
fn worthwhile(vm: &Vm) -> bool {
    let shape = vm.dropped_shape.get();
    if vm.heap.may_collect_dropped(vm.dropped.get(), shape) {
        return true;
    }
    vm.dropped.set(0);
    if shape != 0 {
        end(vm);
    }
    vm.heap.has_pending()
}

const fn build() -> [Handler; 256] {
    let mut t = [Handler(watched); 256];
    t[special::EXIT as usize] = Handler(fast::exit);
    t
}

/// A handler for every opcode byte.
static WATCHED: [Handler; 256] = build();

/// True if `v` may hold the last reference to something that matters.
pub fn may_hold(v: Value) -> bool {
    matches!(
        v.kind(),
        Some(
            Kind::Instance
                | Kind::List
                | Kind::Dict
                | Kind::Tuple
                | Kind::Set
                | Kind::BoundMethod
                | Kind::Cell
                | Kind::Generator
                | Kind::Exception
                | Kind::Native
        )
    )
}

/// Notes `v` if it has a finaliser or weak references, or may hold the last reference to something that has.
fn drops(vm: &Vm, v: Value) {
    let Some(h) = v.header() else { return };
    if v.kind() != Some(Kind::Type)
        && (h.has(flag::HAS_WEAKREF | flag::HAS_FINALIZER) || may_hold(v))
    {
        note(vm, v);
    }
}

/// Notes what the instruction about to run drops. In a frame of its own, so that the handler's keeps no object.
#[inline(never)]
fn observe(vm: &mut Vm, pc: Pc, fp: *mut u64, insn: u64) {
    let Some(op) = special::original(insn as u8) else {
        return;
    };
    let cx = Cx {
        pc,
        fp,
        insn: Word(insn),
    };
    match op {
        Op::Return => observe_return(vm, cx),
        Op::Call => {
            drops(vm, cx.reg(cx.a()));
            observe_call(vm, cx);
        }
        Op::StoreAttr | Op::DelAttr => {
            let (object, name) = (cx.reg(cx.a()), cx.name(cx.c()));
            if object.kind() == Some(Kind::Instance)
                && let Some(old) = vm.own_attribute(object, name)
            {
                drops(vm, old);
            }
        }
        Op::StoreSubscr | Op::DelSubscr => {
            if let Some(old) = vm.get_item_simple(cx.reg(cx.a()), cx.reg(cx.b())) {
                drops(vm, old);
            } else if let Some(d) = cx.reg(cx.a()).cast::<PyDict>()
                && let Some(i) = d.find_identical(cx.reg(cx.b()))
            {
                drops(vm, d.value_at(i));
            }
        }
        Op::StoreCell | Op::DelCell => {
            if let Some(cell) = cx.reg(cx.a()).cast::<PyCell>() {
                drops(vm, cell.contents.get());
            }
        }
        Op::StoreName | Op::StoreGlobal | Op::DelName | Op::DelGlobal => {
            // Most often a module's namespace; what the name held is found there.
            let globals = cx.function().globals.expect();
            let name = cx.code().names.expect().get(cx.c());
            if let Some(old) = globals.get_interned(name) {
                drops(vm, old);
            }
        }
        _ if op.operands().starts_with('d') => drops(vm, cx.reg(cx.a())),
        _ => {}
    }
}

/// A frame that returns drops its variables, and its caller perhaps the result.
fn observe_return(vm: &Vm, cx: Cx) {
    let word = header_word(cx.fp, at::RETURN);
    if Action::of(word) == Action::Init {
        let caller = header_word(cx.fp, at::CALLER) as *mut u64;
        drops(vm, word_value(header_word(caller, ret::aux(word) as isize)));
    }
    drops(vm, cx.reg(cx.a()));
    for v in cx.regs(0, variable_count(cx.code())) {
        drops(vm, *v);
    }
}

/// A native function may empty a container or drop what it was given.
fn observe_call(vm: &Vm, cx: Cx) {
    let base = cx.b();
    let callable = cx.reg(base);
    if callable.kind() == Some(Kind::Type) {
        // An instance that nobody keeps has no other moment.
        if vm.dropped.get() == 0 {
            vm.dropped.set(eager::YOUNG);
            vm.dropped_shape.set(0);
        }
        return;
    }
    if let Some(b) = callable.cast::<PyBuiltin>() {
        drops(vm, b.this.get());
        drops(vm, cx.reg(base + 1));
        for v in cx.regs(base + 2, cx.c()) {
            drops(vm, *v);
        }
    }
}
