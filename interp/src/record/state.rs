//! What a recording knows: the frames, their registers, and facts about values.

use crate::tier::exits::{Base, Known};
use skein_jit::ir::Val;
use skein_runtime::builtins::code::PyCode;
use skein_runtime::object::header::Ref;

/// What is known of a value.
#[derive(Clone, Copy, Default, Debug)]
pub struct Fact {
    /// The rest.
    pub known: Known,
    /// It is this word.
    pub constant: Option<u64>,
}

/// A register.
#[derive(Clone, Copy, Default, Debug)]
pub struct Register {
    /// Its word, if at hand.
    pub word: Option<Val>,
    /// The float that it is, if at hand.
    pub float: Option<Val>,
    /// Its home holds a float's bits, not a word.
    pub raw: bool,
    /// Its home was not written yet: the word is a constant, which snapshots tell.
    pub unset: bool,
    /// The object in it is that one of the recording's, and not allocated; its home holds anything.
    pub dissolved: Option<u32>,
    /// What is known while neither is at hand.
    pub known: Known,
    /// The recording wrote it.
    pub changed: bool,
}

/// A frame.
pub struct Frame {
    /// Where it is.
    pub base: Base,
    /// The address of its register 0.
    pub fp: Val,
    /// Its code; alive because the frame being recorded is.
    pub code: Ref<PyCode>,
    /// Its function, as a word that is kept alive with the trace; 0: the header in memory tells.
    pub function: u64,
    /// The instruction at which it stands.
    pub pc: u64,
    /// Its return word.
    pub ret: u64,
    /// Its header is in memory, but for the instruction.
    pub written: bool,
    /// It was in memory at some time: somebody may have made a frame object for it.
    pub shown: bool,
    /// The instruction that its header names, if the recording wrote it.
    pub written_pc: u64,
    /// Its namespaces are the function's at hand, as was tested.
    pub pinned: bool,
    /// It belongs to a generator.
    pub generator: bool,
    /// Its registers.
    pub registers: Vec<Register>,
    /// Its register 0 in the run that is recorded.
    pub actual: usize,
}

impl Frame {
    /// Words above the trace's stack top at which the next frame begins, if this one is on the stack above it.
    pub fn end(&self) -> Option<u32> {
        match self.base {
            Base::Top(words) => Some(words + self.code.nregs),
            _ => None,
        }
    }
}
