//! Exits of traces: what the frames are there, and what follows.

use super::enter::Activation;
use skein_runtime::tasklet::stack::{FRAME_WORDS, at};

/// Where register 0 of a frame is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Base {
    /// The frame that the trace was entered in.
    Root,
    /// So many words above where the stack's top was when the trace was entered.
    Top(u32),
    /// At the address in that place of the activation's bank.
    Bank(u32),
}

/// What is known of a register without having its value at hand.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Known {
    /// An immediate int.
    pub int: bool,
    /// A heap object.
    pub object: bool,
    /// `True` or `False`.
    pub boolean: bool,
    /// A heap object of this shape (0: unknown).
    pub shape: u32,
}

/// A frame at an exit.
#[derive(Clone, PartialEq, Debug)]
pub struct FrameShot {
    /// Its place.
    pub base: Base,
    /// Its code and function, as words; function 0: it is in memory.
    pub code: u64,
    /// See `code`.
    pub function: u64,
    /// The instruction at which it stands.
    pub pc: u64,
    /// Its return word.
    pub ret: u64,
    /// Its header is in memory, but for `pc`.
    pub written: bool,
    /// It stood in memory at some time: a frame object may be there.
    pub shown: bool,
    /// Its namespaces were found to be its function's.
    pub pinned: bool,
    /// Its number of registers.
    pub registers: u32,
    /// Registers that hold a float's bits.
    pub raw: Vec<u16>,
    /// Registers that were not written, and the constants in them.
    pub constants: Vec<(u16, u64)>,
    /// What is known of registers.
    pub known: Vec<(u16, Known)>,
    /// Registers that hold an object that is not allocated, and its number among the exit's.
    pub virtuals: Vec<(u16, u16)>,
}

/// Something in an object that is not allocated.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum FieldShot {
    /// A constant.
    Constant(u64),
    /// The word in that place of the activation's `virtuals`, and what is known of it.
    Word(u16, Known),
    /// The float whose bits are in that place.
    Float(u16),
    /// The object of that number.
    Object(u16),
}

/// An object that machine code did not allocate.
#[derive(Clone, PartialEq, Debug)]
pub struct ObjectShot {
    /// The shape that it would have.
    pub shape: u32,
    /// What stands at which byte offset; elsewhere `NULL`.
    pub fields: Vec<(i32, FieldShot)>,
}

/// Frames at an exit, outermost first, and the objects in them that are not allocated.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Shot {
    /// The frames.
    pub frames: Vec<FrameShot>,
    /// The objects; each stands behind those that it holds, unless they hold each other.
    pub objects: Vec<ObjectShot>,
    /// What was found of dicts, types and functions and cannot have changed: a bridge need not test it again.
    pub versions: std::rc::Rc<std::collections::HashMap<u64, u32>>,
    /// It is at the header of a loop, and there is nothing to know but this (`record/typed_header.rs`).
    pub header: Option<Header>,
}

/// Where turns of a loop begin with floats' bits in registers.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Header {
    /// The loop's first instruction.
    pub pc: u64,
    /// The registers, in order.
    pub raw: Vec<u16>,
}

impl std::ops::Deref for Shot {
    type Target = Vec<FrameShot>;
    fn deref(&self) -> &Vec<FrameShot> {
        &self.frames
    }
}

/// What an exit leads to.
#[derive(Clone, PartialEq, Debug)]
pub enum ExitKind {
    /// The last frame's instruction, which did nothing yet.
    Resume,
    /// The instruction that the activation names, in the frame that the `Vm` names: an operation went another way.
    Left,
}

/// An exit.
pub struct Exit {
    /// What it leads to.
    pub kind: ExitKind,
    /// The frames, outermost first.
    pub frames: std::rc::Rc<Shot>,
    /// How many of them but the first the `Vm` counts in its depth.
    pub depth: u32,
    /// The codes to go to from the trace's exits, which machine code reads, and this one's place among them.
    pub slot: (std::rc::Rc<[std::cell::Cell<u64>]>, usize),
    /// Times taken in all.
    pub total: u64,
    /// Times taken since the last recording that failed.
    pub count: u64,
    /// Recordings that failed.
    pub failures: u64,
    /// The loop that it belongs to.
    pub root: usize,
    /// A bridge hangs on it.
    pub bridged: bool,
    /// It lies on the way into a loop, and these are the exits of the loop itself.
    pub ahead_of: Option<std::ops::Range<u32>>,
}

impl Exit {
    /// The instruction that was not done.
    pub fn pc(&self) -> u64 {
        self.frames.last().map_or(0, |f| f.pc)
    }
}

impl Base {
    /// The address.
    pub fn address(self, a: &Activation) -> *mut u64 {
        match self {
            Base::Root => a.frame as *mut u64,
            Base::Top(words) => (a.top as *mut u64).wrapping_add(words as usize),
            Base::Bank(i) => a.bank[i as usize] as *mut u64,
        }
    }
}

/// Writes what machine code left out of memory: headers of frames, tags of floats. The result is the address of the
/// instruction to go on at, in the frame `Vm::fp`.
pub fn write_back(vm: &mut skein_runtime::vm::Vm, exit: &Exit, a: &Activation) -> *const u64 {
    use crate::vm::run::cx::{header_word, set_header};
    let mut caller = 0u64;
    let mut top = a.top as *mut u64;
    for f in exit.frames.iter() {
        let fp = f.base.address(a);
        if !f.written {
            set_header(fp, at::CODE, f.code);
            if f.function != 0 {
                set_header(fp, at::FUNCTION, f.function);
            }
            set_header(fp, at::CALLER, caller);
            set_header(fp, at::RETURN, f.ret);
            for empty in [at::FRAME_OBJECT, at::LOCALS, at::GENERATOR] {
                set_header(fp, empty, 0);
            }
        }
        set_header(fp, at::PC, f.pc);
        for (r, word) in &f.constants {
            set_header(fp, *r as isize, *word);
        }
        for (r, _) in &f.virtuals {
            set_header(fp, *r as isize, 0);
        }
        if let Base::Top(words) = f.base {
            top = (a.top as *mut u64).wrapping_add((words + f.registers) as usize);
        }
        caller = fp as u64;
        vm.fp.set(fp);
    }
    let frames = exit.frames.len() as u32 - 1;
    vm.depth
        .set((vm.depth.get() + frames as usize).wrapping_sub(exit.depth as usize));
    vm.stack_top.set(top);
    // A float may need memory: only now, when everything is where the collector looks.
    for f in exit.frames.iter() {
        let fp = f.base.address(a);
        for r in &f.raw {
            let bits = header_word(fp, *r as isize);
            let v = vm.new_float(f64::from_bits(bits));
            set_header(fp, *r as isize, v.bits());
        }
    }
    super::rebuild::allocate(vm, &exit.frames, a);
    let _ = FRAME_WORDS;
    exit.frames
        .last()
        .map_or(std::ptr::null(), |f| f.pc as *const u64)
}
