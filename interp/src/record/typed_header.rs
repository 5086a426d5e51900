//! Going on at a loop's header with floats' bits in registers.
//!
//! A bridge that arrives at the header of a loop would allocate the floats in its registers, and the loop's way in would take them out again
//! in every turn that the bridge is part of. Instead it ends in an exit that tells which registers hold bits and nothing else. All such exits of one
//! loop with the same registers are alike, so what is recorded behind one of them, a loop of its own whose turns begin there, is
//! good for all (`tier/compile.rs`).
//!
//! Invariant: such an exit's snapshot depends on its [`Header`] alone; what else a bridge knows is in memory or forgotten.

use super::Recorder;
use super::state::Register;
use crate::tier::exits::{Base, ExitKind, Header};
use crate::vm::frames::variable_count;
use crate::vm::run::ret::Action;
use skein_jit::ir::End;
use std::rc::Rc;

impl Recorder {
    /// The header of the loop that is recorded, if it is one.
    pub(super) fn header(&self) -> Option<u64> {
        match self.origin {
            super::Origin::Loop { header, .. } => Some(header),
            _ => self.typed_header,
        }
    }

    /// The recording goes on at the header in what is recorded, as a loop, at an exit such as this module makes.
    pub fn close_at(&mut self, header: u64) {
        self.typed_header = Some(header);
    }

    /// Ends the trace at a header if registers hold floats' bits there that somebody reads. False if that is not so.
    pub(super) fn leave_typed(&mut self, header: u64) -> bool {
        if self.frames.len() != 1 || self.root_stays || self.frame().base != Base::Root {
            return false;
        }
        let variables = variable_count(self.frame().code);
        let live = self.live_registers(0, Action::Again as u64);
        let read = |i: usize| i < variables || live.as_ref().is_none_or(|l| l[i]);
        let raw: Vec<u16> = (0..self.frame().registers.len())
            .filter(|i| self.frame().registers[*i].raw && read(*i))
            .map(|i| i as u16)
            .collect();
        let key = Header { pc: header, raw };
        if key.raw.is_empty() || !crate::tier::may_have_way_in(&key, self.root) {
            return false;
        }
        self.settle();
        self.write_constants(0);
        let null = self.constant(0);
        let fp = self.frame().fp;
        for i in 0..self.frame().registers.len() {
            let r = self.frame().registers[i];
            if r.raw && !read(i) {
                self.store(fp, 8 * i as i32, null);
            }
            self.frame_mut().registers[i] = Register {
                raw: r.raw && read(i),
                ..Register::default()
            };
        }
        self.frame_mut().pinned = false;
        self.reliance_forgotten();
        let (mut shot, _) = self.take_shot();
        shot.header = Some(key);
        // What it looks at is not told: at everything.
        self.exits
            .push((ExitKind::Resume, Rc::new(shot), self.depth));
        let e = super::exit_id(self.first_exit, self.exits.len() - 1);
        self.ended = Some(End::Exit(e));
        true
    }
}
