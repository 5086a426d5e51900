//! Which words of memory an exit looks at: what somebody who goes on there may read. The optimiser drops stores that nobody reads.
//!
//! Variables are always read: a traceback or a debugger may show them. Other registers are read if an instruction does so later (`vm/liveness.rs`),
//! and words above the frames in use never. An exit sets the stack's top, so a bridge has to begin by doing that as well.

use super::state::Frame;
use super::{Look, Recorder};
use crate::tier::exits::{Base, FieldShot, FrameShot, ObjectShot};
use crate::vm::frames::variable_count;
use crate::vm::run::ret::Action;
use skein_jit::ir::looks::Words;
use skein_runtime::layout;
use skein_runtime::tasklet::stack::{FRAME_WORDS, at};
use std::rc::Rc;

/// The registers of a frame that somebody may read.
pub(super) struct Needed {
    variables: usize,
    /// `None`: all.
    live: Option<Rc<[bool]>>,
}

impl Needed {
    /// Whether a register is among them.
    pub(super) fn has(&self, i: usize) -> bool {
        i < self.variables || self.live.as_ref().is_none_or(|l| l[i])
    }
}

impl Recorder {
    /// What may be read of a frame from here on.
    pub(super) fn needed(&mut self, f: usize) -> Needed {
        let word = match self.frames.get(f + 1) {
            Some(above) => above.ret,
            None => Action::Again as u64,
        };
        Needed {
            variables: variable_count(self.frames[f].code),
            live: self.live_registers(f, word),
        }
    }

    /// What an exit with such a snapshot looks at.
    pub(super) fn look(&self, frames: &[FrameShot], objects: &[ObjectShot]) -> Look {
        let mut look = Look::default();
        let mut root = Words::default();
        for f in frames {
            let told = |i: u16| {
                f.constants.iter().any(|(r, _)| *r == i) || f.virtuals.iter().any(|(r, _)| *r == i)
            };
            // What nobody needs is told, but for registers that only the rest of a loop's body stores to: whoever looks into the
            // frame after another turn must find values there, too.
            let read = (0..f.registers as usize).filter(|i| !told(*i as u16));
            match f.base {
                Base::Root => read.for_each(|i| root.insert(i)),
                Base::Top(words) => {
                    let first = words as usize;
                    read.for_each(|i| look.above.insert(first + i));
                    if f.written {
                        (first - FRAME_WORDS..first).for_each(|i| look.above.insert(i));
                    } else if f.function == 0 {
                        look.above.insert(first.wrapping_add_signed(at::FUNCTION));
                    }
                }
                // Frames elsewhere are not followed.
                Base::Bank(_) => {}
            }
        }
        look.frame = (!self.root_stays).then_some(root);
        for (_, field) in objects.iter().flat_map(|o| &o.fields) {
            if let FieldShot::Word(place, _) | FieldShot::Float(place) = *field {
                look.places.insert(place as usize);
            }
        }
        look
    }

    /// Everything is in memory, and the trace goes on elsewhere: whoever does so looks at all frames in use.
    pub(super) fn look_behind(&mut self) {
        let mut look = Look::default();
        let end = self.frames.iter().filter_map(Frame::end).max().unwrap_or(0);
        (0..end as usize).for_each(|i| look.above.insert(i));
        self.looks.end = Some(look.into());
    }

    /// The stack's top is what the frames say: an exit was left without setting it.
    pub(super) fn restore_top(&mut self) {
        let words = self.frames.iter().rev().find_map(Frame::end).unwrap_or(0);
        let top = self.top_address(words);
        self.store(self.vm, layout::VM_STACK_TOP, top);
    }
}
