//! Finalisers and weak reference callbacks as soon as CPython would run them, for programs that have some.
//!
//! CPython finalises an object when its last reference goes. Here, as long as objects with `__del__` or weak references
//! to objects of Python classes are being made, the loop runs with a third handler table that looks at each
//! instruction before it runs: does it drop a value that has a finaliser or holds one (a variable overwritten or
//! deleted, a temporary whose register is used again, a frame that returns, a container emptied), and does no variable
//! in sight refer to it still? Then, ahead of the next instruction, registers that nobody can read any more are emptied
//! and a collection looks for dead objects. `Heap::collect_dropped` keeps that to a small part of the work; when it
//! refuses, or when much was watched in vain, the ordinary table comes back.

use super::cx::{Cx, Pc, code_start, header_word, set_header};
use super::ret::{self, Action};
use super::{Handler, fast, go, run_body, special};
use crate::vm::frames::variable_count;
use crate::vm::liveness::{forget_before_instruction, is_ignored};
use skein_compiler::bytecode::{Op, Word};
use skein_runtime::builtins::builtin::PyBuiltin;
use skein_runtime::builtins::cell::PyCell;
use skein_runtime::builtins::code::PyCode;
use skein_runtime::builtins::generator::{GenState, PyGenerator};
use skein_runtime::builtins::slice::PySlice;
use skein_runtime::heap::eager;
use skein_runtime::heap::stack_scan::scrub_stack;
use skein_runtime::object::header::{Header, flag};
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::{Frame, at};

/// Instructions that may be watched from the start, and for each object found: what bounds the cost in programs whose objects last.
const INSTRUCTIONS: u32 = 2_000_000;
const INSTRUCTIONS_PER_FIND: u32 = 50_000;

/// Of so many frames and module variables it is asked whether they name an object.
const FRAMES: usize = 30;
const NAMES: usize = 500;

/// What asking costs, in instructions.
const KEEPS_COST: u32 = 10;

/// Begins to watch, unless a trace function has the loop or there was enough watching.
pub fn begin(vm: &mut Vm) {
    if vm.watched.get() < INSTRUCTIONS && super::recorded::recording(vm) {
        super::recorded::end(vm);
        crate::tier::abandon("finalisers");
    }
    if vm.watched.get() < INSTRUCTIONS
        && std::ptr::eq(vm.dispatch.get(), fast::TABLE.as_ptr() as *const ())
    {
        vm.dispatch.set(WATCHED.as_ptr() as *const ());
        note_running_call(vm);
    }
}

/// The call that makes the first object to watch for began unwatched.
fn note_running_call(vm: &Vm) {
    let Some(frame) = vm.current_frame() else {
        return;
    };
    let (code, at) = (frame.code(), frame.lasti() as usize);
    let words = code.words.expect();
    let Some(word) = words.bytes().as_chunks::<8>().0.get(at) else {
        return;
    };
    let word = Word(u64::from_le_bytes(*word));
    if let Some(op @ (Op::Call | Op::CallKw | Op::CallEx)) = special::original(word.0 as u8) {
        let next = at + op.len();
        if is_ignored(code, next, word.a() as usize) {
            note_result(vm, code_start(code).wrapping_add(next), word.a() as usize);
        }
    }
}

/// Allows watching: the interpreter's own objects were made.
pub fn allow(vm: &Vm) {
    vm.watched.set(0);
    vm.dropped.set(0);
}

/// Runs `f`, an import, without watching: importlib's own weak references come and go with each module.
pub fn pausing<T>(vm: &mut Vm, f: impl FnOnce(&mut Vm) -> T) -> T {
    let before = pause(vm);
    let result = f(vm);
    resume(vm, before);
    result
}

/// Ends watching until [`resume`] gets the result.
pub fn pause(vm: &mut Vm) -> i64 {
    if vm.watched.get() == u32::MAX {
        // Somebody else imports, too, and may end before this one.
        return -1;
    }
    let (was_watching, count) = (watching(vm), vm.watched.replace(u32::MAX));
    end(vm);
    i64::from(count) << 1 | i64::from(was_watching)
}

/// Ends what [`pause`] began; not if that was in another process.
pub fn resume(vm: &mut Vm, before: i64) {
    if before < 0 || vm.watched.get() != u32::MAX {
        return;
    }
    vm.watched.set((before >> 1) as u32);
    vm.dropped.set(0);
    if before & 1 != 0 {
        begin(vm);
    }
}

/// Ends watching for good: what is left is finalised in its own order.
pub fn forbid(vm: &Vm) {
    end(vm);
    vm.watched.set(u32::MAX);
    vm.dropped.set(0);
}

/// True while every instruction is looked at.
pub fn watching(vm: &Vm) -> bool {
    std::ptr::eq(vm.dispatch.get(), WATCHED.as_ptr() as *const ())
}

fn end(vm: &Vm) {
    if watching(vm) {
        vm.dispatch.set(fast::TABLE.as_ptr() as *const ());
    }
}

/// Remembers a dropped object.
fn note(vm: &Vm, object: Ref<Header>) {
    vm.dropped.set(eager::token(object));
    vm.dropped_shape.set(object.shape_id());
    vm.heap.finalize_backwards(false);
}

/// The same of an object found in `container`; lists and tuples let go of their last item first.
fn note_content(vm: &Vm, object: Ref<Header>, container: Value) {
    note(vm, object);
    vm.heap
        .finalize_backwards(matches!(container.kind(), Some(Kind::List | Kind::Tuple)));
}

unsafe extern "C" fn watched(pc: Pc, fp: *mut u64, vm: *mut Vm, insn: u64, tbl: *const Handler) {
    #[inline(never)]
    unsafe fn look(vm: *mut Vm, pc: Pc, fp: *mut u64, insn: u64) -> Pc {
        // SAFETY: called by the handler with its own arguments.
        unsafe {
            run_body(vm, pc, fp, insn, |vm, cx: Cx| {
                collect(vm, cx);
                Ok(cx.pc)
            })
        }
    }
    // SAFETY: handlers are called with the running frame of a live Vm; `look` gives the same instruction's address.
    unsafe {
        if (*vm).dropped.get() != 0 && worthwhile(&*vm, pc, fp, insn) {
            // Unused places in the frames of the collection would keep what earlier calls left there.
            scrub_stack();
            let next = look(vm, pc, fp, insn);
            if next != pc {
                let (fp, tbl) = ((*vm).fp.get(), super::traced::table(&*vm));
                go!(next, fp, vm, tbl)
            }
        }
        observe(&mut *vm, pc, fp, insn);
        (*vm).watched.set((*vm).watched.get().saturating_add(1));
        if (*vm).watched.get() >= INSTRUCTIONS {
            end(&*vm);
        }
        let handler = fast::TABLE[(insn & 0xff) as usize].0;
        handler(pc, fp, vm, insn, tbl)
    }
}

/// Whether to look what the drop noted last brought; if no collection may be spent on it, it is forgotten.
#[inline(never)]
fn worthwhile(vm: &Vm, pc: Pc, fp: *mut u64, insn: u64) -> bool {
    observe_result(
        vm,
        Cx {
            pc,
            fp,
            insn: Word(insn),
        },
    );
    let (object, shape) = (vm.dropped.get(), vm.dropped_shape.get());
    if object == 0 || vm.heap.may_collect_dropped(object, shape) {
        return object != 0;
    }
    vm.dropped.set(0);
    if shape != 0 {
        end(vm);
    }
    vm.heap.has_pending()
}

/// Looks for what was dropped, and finalises it as part of the instruction that did.
fn collect(vm: &mut Vm, cx: Cx) {
    let (object, shape) = (vm.dropped.replace(0), vm.dropped_shape.get());
    if object != 0 {
        forget_before_instruction(vm);
        vm.heap.collect_dropped(object, shape);
    }
    if vm.heap.has_pending() {
        vm.watched
            .set(vm.watched.get().saturating_sub(INSTRUCTIONS_PER_FIND));
        let begun = cx.pc != code_start(cx.code());
        set_header(cx.fp, at::PC, cx.pc as u64 - 8 * begun as u64);
        super::poll::run_finalizers(vm);
        if vm.heap.left_weakrefs() {
            set_header(cx.fp, at::PC, cx.pc as u64);
            clear_left_weakrefs(vm);
        }
        set_header(cx.fp, at::PC, cx.pc as u64);
    }
}

/// The second half of dying: weak references to what was just finalised, and their callbacks.
#[inline(never)]
fn clear_left_weakrefs(vm: &mut Vm) {
    scrub_stack();
    forget_before_instruction(vm);
    vm.heap.collect_dropped(eager::FULL, 0);
    super::poll::run_finalizers(vm);
}

/// An instruction that nobody reads the result of has noted its successor's address and the register. Addresses are
/// smaller than tokens, which are turned ones.
fn note_result(vm: &Vm, next: Pc, register: usize) {
    if vm.dropped.get() == 0 {
        vm.dropped.set(next as usize);
        vm.dropped_shape.set(register as u32);
    }
}

#[inline(never)]
fn observe_result(vm: &Vm, cx: Cx) {
    let noted = vm.dropped.get();
    if noted > eager::ANY && noted as isize > 0 {
        vm.dropped.set(0);
        if noted == cx.pc as usize {
            drops(
                vm,
                cx.reg(vm.dropped_shape.get() as usize),
                Place::new(cx, false),
            );
        }
    }
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

/// True if something happens when `v` dies: a finaliser runs, a weak reference changes, a generator's `finally`.
fn matters(v: Value) -> bool {
    let Some(object) = v.header() else {
        return false;
    };
    match v.cast::<PyGenerator>() {
        Some(g) => match g.state.get() {
            GenState::Suspended => {
                object.has(flag::HAS_WEAKREF)
                    || object.has(flag::HAS_FINALIZER) && g.needs_finalizer()
            }
            GenState::Created => object.has(flag::HAS_FINALIZER | flag::HAS_WEAKREF),
            GenState::Running => false,
            GenState::Closed => object.has(flag::HAS_WEAKREF),
        },
        None => object.has(flag::HAS_WEAKREF | flag::HAS_FINALIZER) && object.kind() != Kind::Type,
    }
}

/// Where a dropped reference stood.
#[derive(Clone, Copy)]
struct Place {
    /// The innermost frame that may go on naming the object.
    frame: Option<Frame>,
    globals: Ref<PyDict>,
    /// The reference counts as one of the names.
    is_name: bool,
    /// It was no temporary one: what it referred to need not be young to be dead now.
    is_durable: bool,
}

fn count(vm: &Vm, instructions: u32) {
    vm.watched
        .set(vm.watched.get().saturating_add(instructions));
}

impl Place {
    fn new(cx: Cx, is_name: bool) -> Place {
        Place {
            frame: Some(cx.frame()),
            globals: cx.function().globals.expect(),
            is_name,
            is_durable: true,
        }
    }

    /// True if a variable goes on referring to `v`: the cheap answer to most questions.
    fn keeps(self, vm: &Vm, v: Value) -> bool {
        count(vm, KEEPS_COST);
        let mut left = 1 + self.is_name as usize;
        let mut named = |held: Value| {
            let is_it = held == v || held.cast::<PyCell>().is_some_and(|c| c.contents.get() == v);
            left -= is_it as usize;
            left == 0
        };
        let mut frame = self.frame;
        for _ in 0..FRAMES {
            let Some(f) = frame else { break };
            if (0..variable_count(f.code())).any(|i| named(f.register(i))) {
                return true;
            }
            frame = f.caller();
        }
        let mut at = 0;
        while let Some((i, _, held)) = self.globals.next_entry(at)
            && at < NAMES
        {
            if named(held) {
                return true;
            }
            at = i + 1;
        }
        vm.handled.get() == v
    }
}

/// Notes what dies with the reference to `v`, if it was the last one and something happens then.
fn drops(vm: &Vm, v: Value, place: Place) {
    let Some(h) = v.header() else { return };
    if matters(v) {
        if !place.keeps(vm, v) {
            note(vm, h);
        }
    } else if (may_hold(v) || v.kind() == Some(Kind::Function))
        && (place.is_durable || !vm.heap.is_old(h))
        && vm.heap.has_finalizers_or_weakrefs()
    {
        let held = search(vm, h, place);
        if let Some(found) = held
            && !place.keeps(vm, v)
        {
            note_content(vm, found, v);
        }
    }
}

/// Something in `container` that matters and that no variable names.
fn search(vm: &Vm, container: Ref<Header>, place: Place) -> Option<Ref<Header>> {
    let outer = Place {
        is_name: false,
        ..place
    };
    let (found, seen) = vm
        .heap
        .find_held(container, &|o| matters(o) && !outer.keeps(vm, o));
    count(vm, seen as u32);
    found
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
        Op::Call | Op::CallKw | Op::CallEx => {
            observe_register(vm, cx);
            observe_call(vm, cx);
            let next = cx.after(op.len());
            if is_ignored(cx.code(), word_index(cx.code(), next), cx.a()) {
                note_result(vm, next, cx.a());
            }
        }
        Op::StoreAttr | Op::DelAttr => {
            let (object, name) = (cx.reg(cx.a()), cx.name(cx.c()));
            let old = match object.cast::<PyType>() {
                Some(t) => t.dict().get_interned(name.value()),
                None if object.kind() == Some(Kind::Instance) => vm.own_attribute(object, name),
                None => None,
            };
            if let Some(old) = old {
                drops(vm, old, Place::new(cx, false));
            }
        }
        Op::StoreSubscr | Op::DelSubscr => {
            let (object, key) = (cx.reg(cx.a()), cx.reg(cx.b()));
            let place = Place::new(cx, cx.function().globals.value() == object);
            if let Some(old) = vm.get_item_simple(object, key) {
                drops(vm, old, place);
            } else if let Some(d) = object.cast::<PyDict>()
                && let Some(i) = d.find_identical(key)
            {
                drops(vm, d.value_at(i), place);
            } else if key.is::<PySlice>() {
                drops_contents(vm, object, place);
            }
        }
        Op::Mul if cx.insn.x() == 1 && cx.reg(cx.b()).kind() == Some(Kind::List) => {
            drops_contents(vm, cx.reg(cx.b()), Place::new(cx, false));
        }
        Op::StoreSlice => drops_contents(vm, cx.reg(cx.a()), Place::new(cx, false)),
        Op::StoreCell | Op::DelCell => {
            if let Some(cell) = cx.reg(cx.a()).cast::<PyCell>() {
                drops(vm, cell.contents.get(), Place::new(cx, true));
            }
        }
        Op::StoreName | Op::StoreGlobal | Op::DelName | Op::DelGlobal => {
            // Most often a module's namespace; what the name held is found there.
            let globals = cx.function().globals.expect();
            let name = cx.code().names.expect().get(cx.c());
            if let Some(old) = globals.get_interned(name) {
                drops(vm, old, Place::new(cx, true));
            }
        }
        Op::PopExc => {
            let old = vm.handled.get();
            if old != cx.reg(cx.a())
                && let Some(h) = old.header()
                && let Some(found) = search(vm, h, Place::new(cx, false))
            {
                note(vm, found);
            }
        }
        _ if op.operands().starts_with('d') => observe_register(vm, cx),
        _ => {}
    }
}

/// The instruction's result takes the place of what the register held.
fn observe_register(vm: &Vm, cx: Cx) {
    let old = cx.reg(cx.a());
    if old.header().is_some() {
        let is_variable = cx.a() < variable_count(cx.code());
        let place = Place {
            is_durable: is_variable,
            ..Place::new(cx, is_variable)
        };
        drops(vm, old, place);
    }
}

fn word_index(code: Ref<PyCode>, pc: Pc) -> usize {
    (pc as usize).wrapping_sub(code_start(code) as usize) / 8
}

/// A frame that returns drops its registers, and the result if the caller does not read it.
fn observe_return(vm: &Vm, cx: Cx) {
    let place = Place {
        frame: cx.frame().caller(),
        ..Place::new(cx, false)
    };
    let mut result = cx.reg(cx.a());
    let word = header_word(cx.fp, at::RETURN);
    let action = Action::of(word);
    if matches!(action, Action::Store | Action::Init)
        && let Some(caller) = place.frame
    {
        let code = caller.code();
        let next = caller.lasti() as usize + ret::advance(word);
        let made = caller.register(ret::aux(word) as usize);
        if is_ignored(code, next, ret::dst(word)) {
            let v = if action == Action::Init { made } else { result };
            drops(vm, v, place);
        }
        if action == Action::Init {
            result = made;
        }
    }
    for v in cx.regs(0, cx.code().nregs as usize) {
        if v.header().is_some() && *v != result {
            drops(vm, *v, place);
        }
    }
}

/// A container that is perhaps about to lose some of its contents.
fn drops_contents(vm: &Vm, container: Value, place: Place) {
    if let Some(h) = container.header()
        && may_hold(container)
        && let Some(found) = search(vm, h, place)
    {
        note_content(vm, found, container);
    }
}

/// Native functions that may empty a container, the first argument or the object that they are a method of.
fn may_remove(name: &str) -> bool {
    matches!(
        name,
        "clear"
            | "pop"
            | "popitem"
            | "popleft"
            | "remove"
            | "discard"
            | "update"
            | "difference_update"
            | "intersection_update"
            | "symmetric_difference_update"
            | "close"
            | "throw"
            | "setattr"
            | "delattr"
            | "__setattr__"
            | "__delattr__"
            | "__setitem__"
            | "__delitem__"
            | "__setstate__"
    )
}

/// Native functions that mostly store what they are given.
fn keeps_arguments(name: &str) -> bool {
    matches!(
        name,
        "append"
            | "add"
            | "insert"
            | "appendleft"
            | "extend"
            | "setdefault"
            | "__setitem__"
            | "setattr"
            | "ref"
    )
}

fn observe_call(vm: &Vm, cx: Cx) {
    let base = cx.b();
    let Some(b) = cx.reg(base).cast::<PyBuiltin>() else {
        return;
    };
    let place = Place {
        is_durable: false,
        ..Place::new(cx, false)
    };
    if !keeps_arguments(b.def.name) {
        for v in cx.regs(base + 2, cx.c()) {
            drops(vm, *v, place);
        }
    }
    if may_remove(b.def.name) {
        for v in [b.this.get(), cx.reg(base + 1)] {
            drops_contents(vm, v, place);
        }
        if let [first, ..] = cx.regs(base + 2, cx.c()) {
            drops_contents(vm, *first, place);
        }
    }
}
