//! Native functions that machine code calls. They never unwind.

use super::Activation;
use crate::tier::bodies;
use crate::vm::run::cx::{Cx, Pc, header_word};
use crate::vm::run::{delegation, run_body, special, traced};
use crate::vm::switch;
use skein_compiler::bytecode::Word;
use skein_runtime::builtins::dict::PlainPlace;
use skein_runtime::object::header::flag;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::at;

/// Runs one instruction as the interpreter does. 1: it went on at `next` in the frame `frame` (0: in one that the running frame
/// called) and nothing wants another loop; else the activation says where to go on.
pub extern "C" fn residual(
    a: *mut Activation,
    pc: *const u64,
    fp: *mut u64,
    next: Pc,
    frame: *mut u64,
) -> u64 {
    // SAFETY: machine code passes its own activation, an instruction of live code and its frame, which is the running one.
    unsafe {
        let vm = (*a).vm;
        let word = *pc;
        let Some(op) = special::original(word as u8) else {
            (*a).left = pc as u64;
            return 0;
        };
        let word = word & !0xff | op as u64;
        let written = (*vm).locals_written.get();
        let to = run_body(vm, pc, fp, word, |vm, cx: Cx| {
            bodies::body(op)(
                vm,
                Cx {
                    insn: Word(word),
                    ..cx
                },
            )
        });
        let now = (*vm).fp.get();
        let same_frame = if frame.is_null() {
            !now.is_null() && now != fp && header_word(now, at::CALLER) == fp as u64
        } else {
            now == frame
        };
        // Variables that were set from outside are not what the code that follows takes them for.
        let unchanged = (*vm).locals_written.get() == written;
        if to == next && same_frame && unchanged && traced::is_plain(&*vm) {
            return 1;
        }
        (*a).left = to as u64;
        0
    }
}

/// `Call` of a native that may switch to another tasklet; the activation says where the program goes on.
pub extern "C" fn call_switching(a: *mut Activation, pc: Pc, fp: *mut u64) -> u64 {
    // SAFETY: machine code passes its own activation and a `Call` of the running frame.
    unsafe { (*a).left = run_body((*a).vm, pc, fp, *pc, switch::op_call) as u64 };
    0
}

/// `Send` to a suspended generator, and on to whatever that delegates to. 1: the activation says where the innermost goes on; 0:
/// nothing was done.
pub extern "C" fn send_through(a: *mut Activation, pc: Pc, fp: *mut u64) -> u64 {
    // SAFETY: machine code passes its own activation and a `Send` of the running frame.
    unsafe {
        match delegation::send_through(&*(*a).vm, pc, fp) {
            Some(to) => {
                (*a).left = to as u64;
                1
            }
            None => 0,
        }
    }
}

/// `Yield`, also of whatever delegates to the running generator; the activation says where the program goes on.
pub extern "C" fn yield_through(a: *mut Activation, pc: Pc, fp: *mut u64) -> u64 {
    // SAFETY: machine code passes its own activation and a `Yield` of the running frame.
    unsafe {
        (*a).left = delegation::yield_through(&*(*a).vm, pc, fp) as u64;
        1
    }
}

/// The float that a word without an immediate float's tag stands for.
pub extern "C" fn unbox(word: u64, to: *mut f64) -> u64 {
    // SAFETY: machine code passes a live value and room for a float.
    unsafe {
        let v = Value::from_bits(word);
        let f = match v.as_small_float() {
            Some(f) => f,
            None if v.shape_id() == ids::FLOAT => {
                v.cast_unchecked::<skein_runtime::builtins::float::PyFloat>()
                    .value
            }
            None => return 0,
        };
        *to = f;
        1
    }
}

/// The word of a float that is no immediate one.
pub extern "C" fn boxed(a: *mut Activation, f: f64) -> u64 {
    // SAFETY: machine code passes its own activation.
    unsafe { (*(*a).vm).new_float(f).bits() }
}

/// Stores a value into an object that is old: the write is logged.
pub extern "C" fn store_logged(object: u64, offset: u64, word: u64) {
    // SAFETY: machine code passes a live object, the offset of one of its slots and a live value.
    unsafe {
        let o = Ref::<Header>::from_raw(object as *mut Header);
        skein_runtime::heap::tail::slot_at_header(&o, offset as usize)
            .set(o, Value::from_bits(word));
    }
}

/// Stores a value into an old object whose contents change without barriers from now on.
pub extern "C" fn store_remembered(object: u64, offset: u64, word: u64) {
    // SAFETY: machine code passes a live object, the offset of one of its slots and a live value.
    unsafe {
        let o = Ref::<Header>::from_raw(object as *mut Header);
        let slot = skein_runtime::heap::tail::slot_at_header(&o, offset as usize);
        skein_runtime::heap::log_store(o, object as *const u8);
        slot.set_unbarriered(Value::from_bits(word));
    }
}

/// Appends to a list.
pub extern "C" fn append(a: *mut Activation, list: u64, word: u64) {
    // SAFETY: machine code passes its activation and has tested that it is a list.
    unsafe {
        let l: Ref<PyList> = Value::from_bits(list).cast_unchecked();
        l.push(&mut *(*a).vm, Value::from_bits(word));
    }
}

/// Floor division of machine words by a positive one.
pub extern "C" fn floor_div(x: i64, y: i64) -> i64 {
    x.div_euclid(y.max(1))
}

/// Remainder of the same.
pub extern "C" fn modulo(x: i64, y: i64) -> i64 {
    x.rem_euclid(y.max(1))
}

/// The value in a dict for a key that needs no Python code; 0: it is not there, or Python code would have to run.
pub extern "C" fn dict_get(a: *mut Activation, dict: u64, key: u64) -> u64 {
    dict_get_or(a, dict, key, 0)
}

/// `dict.get(key, default)`; 0: Python code would have to run.
pub extern "C" fn dict_get_or(a: *mut Activation, dict: u64, key: u64, default: u64) -> u64 {
    // SAFETY: machine code passes live values and has tested that the first is a dict.
    unsafe {
        let d: Ref<PyDict> = Value::from_bits(dict).cast_unchecked();
        let key = Value::from_bits(key);
        match d.find_place(&mut *(*a).vm, key) {
            PlainPlace::At(i) => d.value_at(i).bits(),
            PlainPlace::Absent(_) => default,
            PlainPlace::Unsure => 0,
        }
    }
}

/// Sets an item of a dict under a small int or a str; 0: nothing was done, Python code would have to run.
pub extern "C" fn dict_set(a: *mut Activation, dict: u64, key: u64, word: u64) -> u64 {
    // SAFETY: as for `dict_get_or`.
    unsafe {
        let d: Ref<PyDict> = Value::from_bits(dict).cast_unchecked();
        let (key, v) = (Value::from_bits(key), Value::from_bits(word));
        let vm = &mut *(*a).vm;
        match d.find_place(vm, key) {
            PlainPlace::At(i) => d.set_value_at(i, v),
            PlainPlace::Absent(hash) => d.append(vm, key, hash, v),
            PlainPlace::Unsure => return 0,
        }
        1
    }
}

/// Whether a dict has a small int or a str for a key: 0 or 1; 2: Python code would have to run.
pub extern "C" fn dict_contains(a: *mut Activation, dict: u64, key: u64) -> u64 {
    // SAFETY: as for `dict_get_or`.
    unsafe {
        let d: Ref<PyDict> = Value::from_bits(dict).cast_unchecked();
        let key = Value::from_bits(key);
        match d.find_place(&mut *(*a).vm, key) {
            PlainPlace::At(_) => 1,
            PlainPlace::Absent(_) => 0,
            PlainPlace::Unsure => 2,
        }
    }
}

/// The flag of objects whose stores are logged, in the header's lowest byte.
pub const LOGGED: u64 = flag::UNLOGGED as u64;
