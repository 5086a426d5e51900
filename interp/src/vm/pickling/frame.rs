//! Frames as objects that hold a copy of the registers, and whether such a frame can go on.

use crate::vm::frames::{frame_object, variable_count};
use crate::vm::liveness::resumed_registers;
use crate::vm::packed::words_of;
use crate::vm::run::ret::{self, Action};
use skein_compiler::bytecode::decode::{Instruction, Operand};
use skein_compiler::bytecode::flow::{Held, states};
use skein_compiler::bytecode::ops::Op;
use skein_runtime::builtins::cell::PyCell;
use skein_runtime::builtins::code::PyCode;
use skein_runtime::builtins::frame::{Going, PyFrame};
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::builtins::generator::{GenState, PyGenerator};
use skein_runtime::helpers::frame_at;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::Frame;
use skein_runtime::tasklet::tasklet::{PyTasklet, extra, tasklet_flag};

/// A copy of a live frame. Registers that it will not read again are left out.
fn freeze(vm: &mut Vm, frame: Frame, going: Going) -> Ref<PyFrame> {
    let (code, lasti) = (frame.code(), frame.lasti());
    let going = if may_go_on(code, lasti, going) {
        going
    } else {
        Going::Never
    };
    let variables = variable_count(code);
    let registers = PyFrame::copied_registers(vm, code, variables, going);
    let word = match going {
        Going::Word(word) => Some(word),
        _ => None,
    };
    let needed = match going {
        Going::Never => None,
        _ => resumed_registers(code, lasti, word),
    };
    let count = match going {
        Going::Never => variables,
        _ => code.nregs as usize,
    };
    for i in 0..count {
        if i < variables || needed.as_ref().is_none_or(|n| n[i]) {
            registers.set(i, frame.register(i));
        }
    }
    let trace = frame.frame_object().map_or(Value::NULL, |f| f.trace.get());
    let copy = PyFrame::new(
        vm,
        0,
        code,
        frame.function().value(),
        frame.locals(),
        Value::NULL,
    );
    copy.registers.set(copy, registers);
    copy.lasti.set(lasti);
    copy.trace.set(copy, trace);
    copy
}

/// A copy of a frame object; that of a frame of a tasklet that waits could go on, others only show their variables.
pub fn view(vm: &mut Vm, f: Ref<PyFrame>) -> Ref<PyFrame> {
    if let Some(frame) = frame_at(f.fp.get() as *mut u64) {
        let going = match f.owner.get().cast::<PyTasklet>() {
            Some(t) if t != vm.current_tasklet() && !below_native_code(t) => going_in(t, frame),
            _ => Going::Never,
        };
        return freeze(vm, frame, going);
    }
    copy(vm, f)
}

fn rows_of(t: Ref<PyTasklet>) -> Vec<Frame> {
    let mut rows = Vec::new();
    let mut next = frame_at(t.fp.get() as *mut u64);
    while let Some(frame) = next {
        next = frame.caller();
        rows.push(frame);
    }
    rows
}

/// Native code between two frames is nothing that could be written down.
fn below_native_code(t: Ref<PyTasklet>) -> bool {
    let rows = rows_of(t);
    let inner = &rows[..rows.len().saturating_sub(1)];
    t.native_stack.get() != 0
        || t.has(tasklet_flag::GREENLET)
        || !t.extra(extra::GREENLET).is_null()
        || inner
            .iter()
            .any(|f| Action::of(f.return_word()) == Action::Exit)
}

/// How a frame of a tasklet that waits goes on.
fn going_in(t: Ref<PyTasklet>, frame: Frame) -> Going {
    let mut word = t.word.get();
    for row in rows_of(t) {
        if row == frame {
            return Going::Word(word);
        }
        word = row.return_word();
    }
    Going::Never
}

/// A copy of a frame object that is one itself.
pub fn copy(vm: &mut Vm, f: Ref<PyFrame>) -> Ref<PyFrame> {
    let made = PyFrame::new(
        vm,
        0,
        f.code.expect(),
        f.function.get(),
        f.locals.get(),
        Value::NULL,
    );
    if let Some(old) = f.registers.get() {
        let registers = vm.heap.new_array(old.len());
        registers.copy_from(0, old, 0, old.len());
        made.registers.set(made, registers);
    }
    made.lasti.set(f.lasti.get());
    made.trace.set(made, f.trace.get());
    made
}

/// The frames of a tasklet that does not run, the outermost first, as a list. An item is a frame object, or a tuple of a
/// generator and the frame object of its row.
pub fn of_tasklet(vm: &mut Vm, t: Ref<PyTasklet>) -> PyResult {
    let list = PyList::new(vm);
    if t.has(tasklet_flag::FROZEN) {
        let frames = t.start.get();
        for item in skein_runtime::builtins::args::items(&frames) {
            let item = match (item.cast::<PyFrame>(), item.cast::<PyTuple>()) {
                (Some(f), _) => copy(vm, f).value(),
                (_, Some(pair)) => match (pair.items().first(), pair.items().get(1)) {
                    (Some(g), Some(f)) => {
                        let f = f.cast().map_or(Value::NONE, |f| copy(vm, f).value());
                        vm.new_tuple(&[*g, f])
                    }
                    _ => Value::NONE,
                },
                _ => Value::NONE,
            };
            list.push(vm, item);
        }
        return Ok(list.value());
    }
    let (rows, native) = (rows_of(t), below_native_code(t));
    for i in (0..rows.len()).rev() {
        let word = match i {
            0 => t.word.get(),
            _ => rows[i - 1].return_word(),
        };
        let going = if native {
            Going::Never
        } else {
            Going::Word(word)
        };
        let f = freeze(vm, rows[i], going).value();
        let item = match rows[i].generator() {
            Some(g) => vm.new_tuple(&[g.value(), f]),
            None => f,
        };
        list.push(vm, item);
    }
    Ok(list.value())
}

/// The frame of a generator that is at its start or at a `yield`, as an object, else `None`.
pub fn of_generator(vm: &mut Vm, g: Ref<PyGenerator>) -> Value {
    if !matches!(g.state.get(), GenState::Created | GenState::Suspended) {
        return Value::NONE;
    }
    let frame = crate::vm::run::cx::generator_frame(g);
    freeze(vm, frame, Going::Generator).value()
}

/// What a generator delegates to whose frame is at a `yield`, or `NULL`.
pub fn delegate(f: Ref<PyFrame>) -> Value {
    let found = instruction(f.code.expect(), f.lasti.get());
    match (found, f.registers.get()) {
        (Some(i), Some(registers)) if i.op == Op::Yield && i.word.x() & 2 != 0 => {
            registers.get_or_null(i.word.c() as usize)
        }
        _ => Value::NULL,
    }
}

/// True if the frame object, of which everything may be wrong, can be given a row and go on there.
pub fn can_go_on(f: Ref<PyFrame>) -> bool {
    let code = f.code.expect();
    let function = f.function.get().is::<PyFunction>();
    f.fp.get() == 0 && function && may_go_on(code, f.lasti.get(), f.going()) && is_complete(f)
}

/// True if the registers that the frame will read hold what the instructions expect.
fn is_complete(f: Ref<PyFrame>) -> bool {
    let (code, lasti) = (f.code.expect(), f.lasti.get());
    let word = match f.going() {
        Going::Word(word) => Some(word),
        _ => None,
    };
    let Ok((instructions, states)) = states(&super::code::outline(code)) else {
        return false;
    };
    let at = instructions.iter().position(|i| i.at == lasti as usize);
    let Some(state) = at.and_then(|i| states[i].as_ref()) else {
        return false;
    };
    let (Some(registers), Some(needed)) = (f.registers.get(), resumed_registers(code, lasti, word))
    else {
        return false;
    };
    needed
        .iter()
        .zip(state)
        .enumerate()
        .all(|(i, (needed, held))| !needed || holds(registers.get_or_null(i), *held))
}

fn holds(v: Value, held: Held) -> bool {
    match held {
        Held::Unknown => true,
        Held::Object => !v.is_null(),
        Held::Cell => v.is::<PyCell>(),
        Held::List => v.shape_id() == ids::LIST,
        Held::Set => v.shape_id() == ids::SET,
        Held::Dict => v.shape_id() == ids::DICT,
        Held::Tuple => v.is::<PyTuple>(),
        Held::Str => v.is::<PyStr>(),
        Held::Function => v.is::<PyFunction>(),
    }
}

fn instruction(code: Ref<PyCode>, lasti: u32) -> Option<Instruction> {
    let words = words_of(code);
    let mut at = 0;
    while at < words.len() {
        if at == lasti as usize {
            return Instruction::decode(&words, at).ok();
        }
        at += Op::from_byte(words[at] as u8).len();
    }
    None
}

/// A yield, or the first instruction where nothing ran yet; or an instruction that can get its result so.
fn may_go_on(code: Ref<PyCode>, lasti: u32, going: Going) -> bool {
    let Some(i) = instruction(code, lasti) else {
        return false;
    };
    match going {
        Going::Never => false,
        Going::Generator => i.op == Op::Yield || lasti == 0,
        Going::Word(word) => delivers(&i, word),
    }
}

/// Steps of an operator's plan are few.
const MOST_STEPS: u32 = 16;

/// True if the return word is one that a call from this instruction can have.
fn delivers(i: &Instruction, word: u64) -> bool {
    let (action, advance, dst, aux) = (
        Action::of(word),
        ret::advance(word),
        ret::dst(word),
        ret::aux(word),
    );
    if action as u64 != word & 0xff {
        return false;
    }
    if action == Action::Again {
        return word == ret::ret(Action::Again, 0, 0, 0);
    }
    if advance != i.op.len() || i.is_terminator() {
        return false;
    }
    let (a, b) = (i.word.a() as usize, u32::from(i.word.b()));
    let stores = |most: u32| dst == a && aux <= most;
    let call = matches!(i.op, Op::Call | Op::CallKw | Op::CallEx);
    let method = matches!(i.op, Op::LoadMethod) || i.op == Op::LoadSuperAttr && i.word.x() & 1 != 0;
    match action {
        Action::Store if call => dst == a && (aux == b || aux == 0),
        Action::Init => call && dst == a && (aux == b || aux == b + 1),
        Action::GenCall => call && stores(0),
        Action::Store => {
            let single = matches!(i.operands.first(), Some(Operand::Dest(_)));
            single && !method && stores(0) && !matches!(i.op, Op::ForIter | Op::Send | Op::Yield)
        }
        Action::StoreMethod => method && stores(0),
        Action::GetAttr => match i.op {
            Op::LoadAttr => stores(0),
            Op::LoadMethod => dst == a && aux == 1,
            _ => false,
        },
        Action::Discard => {
            let stored = matches!(
                i.op,
                Op::StoreAttr
                    | Op::DelAttr
                    | Op::StoreSubscr
                    | Op::DelSubscr
                    | Op::StoreSlice
                    | Op::ListExtend
                    | Op::SetUpdate
            );
            stored && dst == 0 && aux == 0
        }
        Action::Binary => is_binary(i.op) && stores(MOST_STEPS),
        Action::Compare => is_comparison(i.op) && dst == 0 && aux <= MOST_STEPS,
        Action::Truth => {
            let tests = matches!(
                i.op,
                Op::Not | Op::ToBool | Op::JumpIfTrue | Op::JumpIfFalse
            );
            tests && dst == 0 && aux == 0
        }
        Action::Contains => i.op == Op::Contains && stores(0),
        Action::Iter => i.op == Op::GetIter && stores(0),
        Action::ForIter => i.op == Op::ForIter && stores(0),
        Action::Send | Action::AsyncSend => i.op == Op::Send && stores(0),
        Action::Exit
        | Action::TaskletEnd
        | Action::Again
        | Action::New
        | Action::ClassBody
        | Action::Last => false,
    }
}

fn is_binary(op: Op) -> bool {
    (Op::Add as u8..=Op::SubImm as u8).contains(&(op as u8))
}

fn is_comparison(op: Op) -> bool {
    let byte = op as u8;
    (Op::Lt as u8..=Op::Ge as u8).contains(&byte)
        || (Op::LtJump as u8..=Op::GeImmJump as u8).contains(&byte)
}

/// The frame object by which a frame that is only an object is known to `tasklet.frame`.
pub fn innermost(vm: &mut Vm, t: Ref<PyTasklet>) -> Value {
    let frames = t.start.get();
    let last = skein_runtime::builtins::args::items(&frames)
        .last()
        .copied();
    let Some(last) = last else { return Value::NONE };
    if last.is::<PyFrame>() {
        return last;
    }
    let pair = skein_runtime::builtins::args::items(&last);
    match pair.get(1).and_then(|v| v.cast::<PyFrame>()) {
        Some(f) => match frame_at(f.fp.get() as *mut u64) {
            Some(live) => frame_object(vm, live).value(),
            None => f.value(),
        },
        None => Value::NONE,
    }
}
