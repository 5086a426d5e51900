//! Pushing and popping frames, frame objects.

use super::run::cx::{Pc, code_start, header_word, set_header, word_value, write_frame};
use skein_runtime::builtins::code::PyCode;
use skein_runtime::builtins::frame::PyFrame;
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::builtins::generator::GenState;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::{FRAME_WORDS, Frame, at};
use skein_runtime::tasklet::tasklet::PyTasklet;

/// Pushes a frame of `code` with the given leading registers and makes it the running one.
#[inline]
pub fn push(
    vm: &mut Vm,
    function: Ref<PyFunction>,
    code: Ref<PyCode>,
    args: &[Value],
    ret: u64,
) -> PyResult<Pc> {
    if vm.depth.get() >= vm.recursion_limit.get() {
        return Err(vm.recursion_error("maximum recursion depth exceeded"));
    }
    let need = (FRAME_WORDS + code.nregs as usize) * 8;
    let mut base = vm.stack_top.get();
    if (vm.stack_limit.get() as usize) - (base as usize) < need {
        base = grow(vm, need / 8)?;
    }
    vm.depth.set(vm.depth.get() + 1);
    write_frame(vm, base, function, code, args, ret);
    Ok(code_start(code))
}

/// Adds a chunk with room for a frame of `words` words.
#[cold]
fn grow(vm: &mut Vm, words: usize) -> PyResult<*mut u64> {
    let old = vm.chunk.get();
    let spare = old
        .and_then(|c| c.spare.get())
        .filter(|c| c.limit() as usize - c.base() as usize >= words * 8);
    let chunk = match spare {
        Some(chunk) => chunk,
        None => {
            // A tasklet's first chunk has room for its first frame only: most that wait are in that one.
            let size = old
                .map_or(words, |c| {
                    ((c.limit() as usize - c.base() as usize) / 4).min(16 * 1024)
                })
                .max(words);
            let Some(chunk) = vm.heap.new_stack_chunk(old, size) else {
                return Err(vm.memory_error());
            };
            chunk
        }
    };
    if let Some(c) = old {
        c.spare.set(c, chunk);
        c.used
            .set((vm.stack_top.get() as usize - c.base() as usize) / 8);
        c.clean.set(false);
    }
    vm.enter_chunk(chunk);
    Ok(vm.stack_top.get())
}

/// Words of frames that are worth moving.
const MOST_MOVED: usize = 1024;

/// Moves the frames in the top piece of the running stack to one that has room for `words` more words.
///
/// A tasklet's first pieces are small, and what a loop calls may stand in another piece than the loop, which machine code does
/// not follow. Frames can move where the loop is about to go on and no native code below it knows their addresses: only their
/// callees and frame objects do.
#[cold]
pub fn make_room(vm: &mut Vm, words: usize) {
    let room = (vm.stack_limit.get() as usize - vm.stack_top.get() as usize) / 8;
    let Some(old) = vm.chunk.get() else { return };
    if room >= words || vm.native_depth.get() > 1 {
        return;
    }
    let used = (vm.stack_top.get() as usize - old.base() as usize) / 8;
    // Pieces grow with the stack: whoever recurses leaves small ones behind by itself.
    if used > MOST_MOVED {
        return;
    }
    let Some(new) = vm.heap.new_stack_chunk(old.prev.get(), used + words) else {
        return;
    };
    for (to, from) in new.words().iter().zip(&old.words()[..used]) {
        to.set(from.get());
    }
    let (start, end) = (old.base() as usize, vm.stack_top.get() as usize);
    let moves = |fp: *mut u64| (start..end).contains(&(fp as usize));
    let moved = |fp: *mut u64| match moves(fp) {
        true => new.base().wrapping_byte_add(fp as usize - start),
        false => fp,
    };
    vm.fp.set(moved(vm.fp.get()));
    let mut next = vm.current_frame();
    while let Some(frame) = next {
        // Generators' frames stand elsewhere, between those that moved; below all these is an older piece.
        let stays = !(new.base()..new.limit()).contains(&frame.fp());
        if stays && frame.generator().is_none() {
            break;
        }
        if let Some(object) = frame.frame_object() {
            object.fp.set(moved(object.fp.get() as *mut u64) as usize);
        }
        let caller = header_word(frame.fp(), at::CALLER) as *mut u64;
        frame.set_word(at::CALLER, moved(caller) as u64);
        next = frame.caller();
    }
    if let Some(prev) = old.prev.get() {
        prev.spare.set(prev, new);
    }
    vm.enter_chunk_at(new, used);
}

/// Removes the running frame, which stands on the stack (not in a generator); the caller becomes the running one.
#[inline]
pub fn pop(vm: &mut Vm, fp: *mut u64) {
    if header_word(fp, at::FRAME_OBJECT) != 0 {
        detach(vm, fp);
    }
    vm.depth.set(vm.depth.get().wrapping_sub(1));
    vm.fp.set(header_word(fp, at::CALLER) as *mut u64);
    let base = fp.wrapping_sub(FRAME_WORDS);
    vm.stack_top.set(base);
    if let Some(c) = vm.chunk.get()
        && base == c.base()
    {
        leave_chunk(vm);
    }
}

#[cold]
fn leave_chunk(vm: &Vm) {
    if let Some(c) = vm.chunk.get()
        && let Some(prev) = c.prev.get()
    {
        vm.enter_chunk_at(prev, prev.used.get());
    }
}

/// The frame object of a live frame, made on demand.
pub fn frame_object(vm: &mut Vm, frame: Frame) -> Ref<PyFrame> {
    skein_runtime::builtins::frame_attrs::frame_object(vm, frame)
}

/// Copies the registers out of a frame that ends, so that its frame object outlives it.
#[cold]
pub fn detach(vm: &mut Vm, fp: *mut u64) {
    let Some(f) = word_value(header_word(fp, at::FRAME_OBJECT)).cast::<PyFrame>() else {
        return;
    };
    let code = f.code.expect();
    let variables = variable_count(code);
    let registers = vm.heap.new_array(variables);
    for i in 0..variables {
        registers.set(i, word_value(header_word(fp, i as isize)));
    }
    f.registers.set(f, registers);
    let start = code_start(code) as u64;
    f.lasti
        .set((header_word(fp, at::PC).wrapping_sub(start) / 8) as u32);
    let caller = header_word(fp, at::CALLER) as *mut u64;
    if let Some(frame) = skein_runtime::helpers::frame_at(caller).and_then(Frame::visible) {
        let back = frame_object(vm, frame);
        f.back.set(f, back.value());
    }
    f.fp.set(0);
    f.owner.set(f, Value::NULL);
    set_header(fp, at::FRAME_OBJECT, 0);
}

/// Lets the frame objects of a tasklet outlive its stack, which it is about to lose.
pub fn detach_all(vm: &mut Vm, t: Ref<PyTasklet>) {
    let mut next = skein_runtime::helpers::frame_at(t.fp.get() as *mut u64);
    while let Some(frame) = next {
        next = frame.caller();
        if frame.frame_object().is_some() {
            detach(vm, frame.fp());
        }
        if let Some(g) = frame.generator() {
            frame.set_word(at::CALLER, 0);
            g.handled_below.set(g, Value::NULL);
            g.frame.set(g, Value::NULL);
            g.state.set(GenState::Closed);
        }
    }
}

/// Registers that hold variables: locals, cells and free variables.
pub fn variable_count(code: Ref<PyCode>) -> usize {
    let frees = code.freevars.expect().len();
    let mut n = code.varnames.expect().len();
    if frees > 0 {
        n = n.max(code.free_base as usize + frees);
    }
    for pair in code.cell_regs.expect().bytes()[..code.cellvars.expect().len() * 2].chunks(2) {
        n = n.max(u16::from_le_bytes([pair[0], pair[1]]) as usize + 1);
    }
    n.min(code.nregs as usize)
}
