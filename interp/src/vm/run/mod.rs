//! The loop: threaded code by sibling calls, one handler function per opcode.
//!
//! Every handler has the same signature and ends in a jump through the table (`go!`), so the native stack does not grow
//! (see the design page dispatch.md for the rules that keep it so). Fast handlers touch only words; everything else is a
//! *slow* handler: it saves the instruction address and calls an ordinary function over [`cx::Cx`], which gives the
//! address to go on at, in the frame `Vm::fp`. A panic in such a function becomes `SystemError`.

mod attr;
pub mod budget;
mod calls;
pub mod cx;
pub mod delegation;
mod fast;
pub mod fibers;
mod items;
mod macros;
mod middle;
pub mod poll;
pub mod recorded;
pub mod ret;
pub mod traced;
pub mod watched;

use super::*;
use cx::{Cx, Pc};
use skein_compiler::bytecode::{Op, Word};
use skein_runtime::prelude::*;

/// An entry of the handler table.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Handler(unsafe extern "C" fn(Pc, *mut u64, *mut Vm, u64, *const Handler));

/// Goes on at an instruction.
macro_rules! go {
    ($pc:expr, $fp:expr, $vm:expr, $tbl:expr) => {{
        let pc: Pc = $pc;
        let insn = *pc;
        let handler = (*$tbl.add((insn & 0xff) as usize)).0;
        return handler(pc, $fp, $vm, insn, $tbl);
    }};
}
pub(crate) use go;

/// Opcodes that only specialisation writes.
pub mod special {
    use skein_compiler::bytecode::Op;
    const BASE: u8 = Op::ALL.len() as u8;
    /// A global found in the module.
    pub const LOAD_GLOBAL_MODULE: u8 = BASE;
    /// A global found in builtins.
    pub const LOAD_GLOBAL_BUILTIN: u8 = BASE + 1;
    /// An attribute at a fixed offset.
    pub const LOAD_ATTR_SLOT: u8 = BASE + 2;
    /// An attribute of a module.
    pub const LOAD_ATTR_MODULE: u8 = BASE + 3;
    /// A property with a Python getter.
    pub const LOAD_ATTR_PROPERTY: u8 = BASE + 4;
    /// A method of the type.
    pub const LOAD_METHOD_CACHED: u8 = BASE + 5;
    /// A store to an existing attribute at a fixed offset.
    pub const STORE_ATTR_SLOT: u8 = BASE + 6;
    /// A store that adds an attribute.
    pub const STORE_ATTR_ADD: u8 = BASE + 7;
    /// A plain attribute of the object's class.
    pub const LOAD_ATTR_CLASS: u8 = BASE + 8;
    /// An attribute of a type object that is found as it is.
    pub const LOAD_ATTR_OF_TYPE: u8 = BASE + 9;
    /// A function, static or class method of a type object, about to be called.
    pub const LOAD_METHOD_OF_TYPE: u8 = BASE + 10;
    /// A static or class method, about to be called through an instance.
    pub const LOAD_METHOD_WRAPPED: u8 = BASE + 11;
    /// An object's own attribute at a fixed offset, about to be called.
    pub const LOAD_METHOD_SLOT: u8 = BASE + 12;
    /// A module's attribute, about to be called.
    pub const LOAD_METHOD_MODULE: u8 = BASE + 13;
    /// A field of a named tuple.
    pub const LOAD_ATTR_ITEM: u8 = BASE + 14;
    /// Ends a run of the loop.
    pub const EXIT: u8 = 255;
    /// Never an opcode: running it raises SystemError.
    pub const UNKNOWN: u8 = 254;

    /// What the specialised opcodes stand for, from `BASE` on.
    const ORIGINALS: [Op; 15] = [
        Op::LoadGlobal,
        Op::LoadGlobal,
        Op::LoadAttr,
        Op::LoadAttr,
        Op::LoadAttr,
        Op::LoadMethod,
        Op::StoreAttr,
        Op::StoreAttr,
        Op::LoadAttr,
        Op::LoadAttr,
        Op::LoadMethod,
        Op::LoadMethod,
        Op::LoadMethod,
        Op::LoadMethod,
        Op::LoadAttr,
    ];
    const _: () = assert!(BASE as usize + ORIGINALS.len() == LOAD_ATTR_ITEM as usize + 1);

    /// The opcode that the compiler wrote where `byte` stands now.
    pub fn original(byte: u8) -> Option<Op> {
        let byte = byte as usize;
        let specialised = || ORIGINALS.get(byte - Op::ALL.len());
        Op::ALL.get(byte).or_else(specialised).copied()
    }
}

/// The word at which a run of the loop ends.
pub static EXIT_WORD: u64 = special::EXIT as u64;

/// Its address.
pub fn exit_pc() -> Pc {
    &raw const EXIT_WORD
}

/// Runs the body of a slow handler and finds where to go on.
///
/// # Safety
/// The arguments are those of a handler: the running frame of a live `Vm`.
#[inline(always)]
pub(crate) unsafe fn run_body(
    vm: *mut Vm,
    pc: Pc,
    fp: *mut u64,
    insn: u64,
    body: impl FnOnce(&mut Vm, Cx) -> Step,
) -> Pc {
    // SAFETY: H9: one thread runs the Vm, and handlers hold no other reference to it.
    let vm = unsafe { &mut *vm };
    let cx = Cx {
        pc,
        fp,
        insn: Word(insn),
    };
    cx.save();
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| body(vm, cx))) {
        Ok(Ok(pc)) => pc,
        Ok(Err(Raised)) => unwind::raise(vm),
        Err(payload) => {
            let text = payload
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| payload.downcast_ref::<&str>().map(|s| s.to_string()))
                .unwrap_or_default();
            vm.system_error(format!("internal error: {text}"));
            unwind::raise(vm)
        }
    }
}

/// Defines a handler `$handler` that only runs `$body`.
macro_rules! slow {
    ($handler:ident, $body:path) => {
        // Out of line, so that a fast handler that ends here needs no frame of its own.
        #[inline(never)]
        pub(super) unsafe extern "C" fn $handler(
            pc: Pc,
            fp: *mut u64,
            vm: *mut Vm,
            insn: u64,
            tbl: *const Handler,
        ) {
            #[inline(never)]
            unsafe fn inner(vm: *mut Vm, pc: Pc, fp: *mut u64, insn: u64) -> Pc {
                // SAFETY: called by the handler with its own arguments.
                unsafe { run_body(vm, pc, fp, insn, $body) }
            }
            // SAFETY: handlers are called with the running frame of a live Vm; `inner` gives a valid instruction address.
            unsafe {
                let _ = tbl;
                let pc = inner(vm, pc, fp, insn);
                let fp = (*vm).fp.get();
                let tbl = super::traced::table(&*vm);
                go!(pc, fp, vm, tbl)
            }
        }
    };
}
pub(crate) use slow;

/// Runs the loop from `pc` in the running frame until its entry frame is left. `Vm::run_outcome` says how.
pub fn run(vm: &mut Vm, pc: Pc) {
    recorded::pausing(vm, |vm| run_loop(vm, pc));
}

fn run_loop(vm: &mut Vm, pc: Pc) {
    let fp = vm.fp.get();
    if vm.dispatch.get().is_null() {
        traced::choose(vm, false);
    }
    let table = traced::table(vm);
    // SAFETY: pc and fp are the running frame's; the table has a handler for every byte.
    unsafe {
        let insn = *pc;
        ((*table.add((insn & 0xff) as usize)).0)(pc, fp, vm, insn, table);
    }
}

const _: () = assert!(Op::ALL.len() + 15 < special::UNKNOWN as usize);
