//! Frame objects from pickles become rows: on the stack of the tasklet that goes on, or in a generator.

use super::frame::can_go_on;
use crate::vm::run::cx::{code_start, generator_frame};
use crate::vm::run::ret::{Action, ret};
use skein_runtime::builtins::args::items;
use skein_runtime::builtins::code::PyCode;
use skein_runtime::builtins::frame::{Going, PyFrame};
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::builtins::generator::{GenState, PyGenerator};
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::{FRAME_WORDS, at};
use skein_runtime::tasklet::tasklet::{PyTasklet, tasklet_flag};
use std::cell::Cell;
use std::collections::HashSet;

/// A row to be: its frame object, the generator that owns it, how it goes on.
struct Row {
    frame: Ref<PyFrame>,
    generator: Option<Ref<PyGenerator>>,
    word: u64,
}

fn word_at(row: &[Cell<u64>], offset: isize) -> &Cell<u64> {
    &row[(FRAME_WORDS as isize + offset) as usize]
}

/// Fills a row from a frame object that can go on. The caller's address is 0 for the bottom frame.
fn write(row: &[Cell<u64>], f: Ref<PyFrame>, caller: u64, word: u64, owner: Value) {
    let code: Ref<PyCode> = f.code.expect();
    let pc = code_start(code).wrapping_add(f.lasti.get() as usize);
    for (offset, w) in [
        (at::CODE, code.value().bits()),
        (at::FUNCTION, f.function.get().bits()),
        (at::CALLER, caller),
        (at::PC, pc as u64),
        (at::RETURN, word),
        (at::FRAME_OBJECT, 0),
        (at::LOCALS, f.locals.get().bits()),
        (at::GENERATOR, owner.bits()),
    ] {
        word_at(row, offset).set(w);
    }
    let Some(registers) = f.registers.get() else {
        return;
    };
    for (i, cell) in row[FRAME_WORDS..].iter().enumerate() {
        cell.set(registers.get_or_null(i).bits());
    }
}

/// The row of a generator that is not running gets what the frame object holds, which was found able to go on.
pub fn fill_generator(vm: &mut Vm, g: Ref<PyGenerator>, f: Ref<PyFrame>) {
    if g.code.get() != f.code.get() || !can_go_on(f) {
        return;
    }
    write(g.frame_words(), f, 0, 0, g.value());
    vm.heap.remember(g.header());
    g.state.set(match f.lasti.get() {
        0 => GenState::Created,
        _ => GenState::Suspended,
    });
    crate::vm::generator::note_cleanup(vm, g, g.code.expect());
}

/// Marks a generator as one that runs in a tasklet from a pickle, which will give it its row: it waits below itself.
pub fn await_tasklet(vm: &mut Vm, g: Ref<PyGenerator>) {
    let code = g.code.expect();
    let (globals, builtins) = (PyDict::new(vm), vm.builtins_dict());
    let function = PyFunction::new(vm, code, globals, builtins);
    crate::vm::run::cx::write_generator_frame(g, function, &[]);
    g.state.set(GenState::Running);
    g.handled_below.set(g, g.value());
    vm.heap.remember(g.header());
}

/// What the frame says that cannot go on.
fn refuse(f: Ref<PyFrame>) -> String {
    let name = skein_runtime::builtins::str::lossy(f.code.expect().name.get());
    format!(
        "cannot execute invalid frame with '{name}': frame had a C state that can't be restored or an invalid code object."
    )
}

/// Gives a tasklet that came from a pickle its stack, from the frame objects that it has.
///
/// # Errors
/// The message of the `RuntimeError` to raise in it; it has no frames then.
pub fn thaw(vm: &mut Vm, t: Ref<PyTasklet>) -> Result<(), String> {
    let thawed = give_rows(vm, t);
    t.put(tasklet_flag::FROZEN, false);
    t.start.set_unbarriered(Value::NULL);
    t.nesting.set(0);
    thawed
}

fn give_rows(vm: &mut Vm, t: Ref<PyTasklet>) -> Result<(), String> {
    let frames = t.start.get();
    // What these refer to is kept alive by the tasklet.
    let mut rows = Vec::new();
    let mut seen = HashSet::new();
    for item in items(&frames) {
        rows.push(row_of(*item, &mut seen)?);
    }
    let words: usize = rows
        .iter()
        .filter(|r| r.generator.is_none())
        .map(|r| FRAME_WORDS + r.frame.code.expect().nregs as usize)
        .sum();
    if words == 0 && rows.is_empty() {
        return Err("the tasklet has no frames".into());
    }
    let Some(chunk) = vm.heap.new_stack_chunk(None, words.max(1)) else {
        return Err("no memory for the frames of the tasklet".into());
    };
    let cells = chunk.words();
    let (mut top, mut caller, mut word) = (0, 0u64, ret(Action::TaskletEnd, 0, 0, 0));
    let mut handled_top = Value::NULL;
    for r in &rows {
        caller = match r.generator {
            None => {
                let size = FRAME_WORDS + r.frame.code.expect().nregs as usize;
                let row = &cells[top..top + size];
                write(row, r.frame, caller, word, Value::NULL);
                top += size;
                let fp = row[FRAME_WORDS..].as_ptr() as u64;
                word_at(row, at::FRAME_OBJECT).set(r.frame.value().bits());
                r.frame.fp.set(fp as usize);
                r.frame.registers.clear();
                r.frame.owner.set(r.frame, t.value());
                fp
            }
            Some(g) => {
                write(g.frame_words(), r.frame, caller, word, g.value());
                let outermost = handled_top.is_null();
                let below = if outermost { t.value() } else { handled_top };
                g.handled_below.set(g, below);
                handled_top = g.value();
                vm.heap.remember(g.header());
                generator_frame(g).fp() as u64
            }
        };
        word = r.word;
    }
    t.chunk.set(t, chunk);
    t.fp.set(caller as usize);
    t.top.set(chunk.base().wrapping_add(top) as usize);
    t.word.set(word);
    t.handled_top.set(t, handled_top);
    t.depth.set(rows.len() as u32);
    vm.heap.remember(t.header());
    Ok(())
}

/// An item of the tasklet's frames, checked; no object may stand in two rows.
fn row_of(item: Value, seen: &mut HashSet<u64>) -> Result<Row, String> {
    let pair = item.cast::<PyTuple>();
    let (frame, generator) = match pair.as_ref().map(|p| p.items()) {
        Some([g, f]) => (f.cast::<PyFrame>(), g.cast::<PyGenerator>()),
        _ => (item.cast::<PyFrame>(), None),
    };
    let Some(frame) = frame else {
        return Err("the tasklet has something else among its frames".into());
    };
    let Going::Word(word) = frame.going() else {
        return Err(refuse(frame));
    };
    if !can_go_on(frame) || !seen.insert(frame.value().address()) {
        return Err(refuse(frame));
    }
    if pair.is_some() {
        let waits = generator.is_some_and(|g| {
            g.state.get() == GenState::Running
                && g.handled_below.get() == g.value()
                && g.code.get() == frame.code.get()
                && seen.insert(g.value().address())
        });
        if !waits {
            return Err(refuse(frame));
        }
    } else if frame.code.expect().flags.get() & crate::vm::call::GENERATOR_FLAGS != 0 {
        return Err(refuse(frame));
    }
    Ok(Row {
        frame,
        generator,
        word,
    })
}
