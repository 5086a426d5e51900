//! Closing a loop: the first turn becomes the way in, the second the loop, which may rely on what the first one tested.

use super::state::Register;
use super::{Finished, LoopStart, Recorder};
use crate::tier::enter::helpers;
use crate::tier::exits::Known;
use crate::vm::run::ret::Action;
use skein_jit::ir::{End, Op, Trace, Type, Val, Width};
use skein_runtime::layout;
use skein_runtime::prelude::*;

impl Recorder {
    /// The recording is at its loop's header again.
    pub(super) fn close_loop(&mut self) {
        self.begun = false;
        let Some(header) = self.header() else {
            return;
        };
        self.frame_mut().pc = header;
        self.changed();
        if self.loop_start.is_none() {
            self.start_loop();
            return;
        }
        let end = self.end_loop();
        self.ended = Some(end);
    }

    fn start_loop(&mut self) {
        // Frames' depth and the machine's running frame are the root's again in every turn.
        self.settle();
        self.carry();
        self.write_unset(0);
        self.forget_fields();
        self.emit(Op::LoopStart);
        let carried = self.carried();
        // At the loop's end, temporaries that nobody reads may hold nothing: nothing is relied on of them.
        let live = self.live_registers(0, Action::Again as u64);
        let mut phis = Vec::new();
        for i in 0..self.frame().registers.len() {
            let r = self.frame().registers[i];
            if !r.changed || r.dissolved.is_some() {
                continue;
            }
            let mut new = Register {
                raw: r.raw,
                changed: true,
                known: r.known,
                ..Register::default()
            };
            if r.raw {
                if let Some(f) = self.float_in(0, i) {
                    new.float = Some(self.emit(Op::Phi(f)));
                    phis.push((i, true));
                }
            } else if let Some(w) = r.word {
                let read = live.as_ref().is_none_or(|l| l.get(i) != Some(&false));
                let k = match read {
                    true => self.fact(w).known,
                    false => Known::default(),
                };
                new.known = k;
                let v = self.emit(Op::Phi(w));
                self.know(v, |f| *f = k);
                new.word = Some(v);
                phis.push((i, false));
            }
            self.frame_mut().registers[i] = new;
        }
        let shapes = self
            .facts
            .iter()
            .enumerate()
            .filter(|(_, f)| f.known.shape >= ids::FIRST_DYNAMIC)
            .map(|(i, f)| (Val(i as u32), f.known.shape))
            .collect();
        for i in 0..self.frame().registers.len() {
            if std::mem::take(&mut self.frame_mut().registers[i].changed) {
                self.touched.insert(i);
            }
        }
        self.loop_start = Some(LoopStart {
            registers: self.frame().registers.clone(),
            phis,
            shapes,
            versions: self.versions.clone(),
            tested: self.reliance.tested,
            carried,
            length: self.ops.len(),
        });
        self.changed();
    }

    /// The depth that the machine counts and its frame are those of the root.
    pub(super) fn settle(&mut self) {
        if self.depth != 0 {
            let now = self.load(self.vm, layout::VM_DEPTH);
            let right = self.binary_imm(skein_jit::ir::Binary::Sub, now, self.depth as u64);
            self.store(self.vm, layout::VM_DEPTH, right);
            self.depth = 0;
            self.changed();
        }
    }

    /// What the loop relies on is tested where it is not known; if it cannot be, the trace is entered at its top again.
    fn end_loop(&mut self) -> End {
        self.settle();
        self.write_unset(0);
        let Some(start) = self.loop_start.take() else {
            return self.again();
        };
        if !self.arrived(&start.carried) {
            return self.again();
        }
        if self
            .frame()
            .registers
            .iter()
            .zip(&start.registers)
            .enumerate()
            .any(|(i, (now, then))| {
                if start.carried.holds(i) {
                    return false;
                }
                let is_phi = start.phis.iter().any(|(r, _)| *r == i);
                now.changed
                    && !is_phi
                    && (then.word.is_some()
                        || then.float.is_some()
                        || then.raw
                        || then.known != Default::default())
            })
        {
            return self.again();
        }
        // The values for the next turn, of the types that the loop's start has.
        let mut next = Vec::new();
        for (i, is_float) in &start.phis {
            if *is_float {
                let Some(v) = self.float_at_end(*i) else {
                    return self.again();
                };
                next.push(v);
                continue;
            }
            let r = self.frame().registers[*i];
            if r.raw || (r.word.is_none() && r.float.is_some()) {
                // The home gets its tag, and the loop tests the word as it did.
                let w = self.word(*i);
                let then = start.registers[*i]
                    .word
                    .map(|w| self.fact(w).known)
                    .unwrap_or_default();
                if then.int || then.object || then.boolean {
                    return self.again();
                }
                next.push(w);
                continue;
            }
            let w = self.word(*i);
            let then = start.registers[*i]
                .word
                .map(|w| self.fact(w).known)
                .unwrap_or_default();
            let shape = start.registers[*i]
                .word
                .and_then(|w| start.shapes.iter().find(|(v, _)| *v == w))
                .map_or(then.shape, |s| s.1);
            let actual = self.actual(*i);
            if (shape != 0 || then.object) && self.fact(w).constant == Some(0) {
                return self.again();
            }
            if then.int {
                if !actual.is_int() {
                    return self.again();
                }
                self.guard_int(w);
            }
            if then.boolean && !self.fact(w).known.boolean {
                return self.again();
            }
            if shape != 0 {
                if actual.shape_id() != shape {
                    return self.again();
                }
                self.guard_shape(w, shape);
            } else if then.object {
                if !actual.is_object() {
                    return self.again();
                }
                self.guard_object(w);
            }
            next.push(w);
        }
        for (v, shape) in &start.shapes {
            if (v.0 as usize) < start.length
                && self.fact(*v).known.shape != *shape
                && !self.is_phi(*v)
            {
                self.guard_shape(*v, *shape);
            }
        }
        if self.reliance.tested < start.tested {
            self.test_reliance();
        }
        for (d, version) in start.versions.iter() {
            if self.versions.get(d) != Some(version) && !self.guard_again(*d, *version) {
                return self.again();
            }
        }
        // Homes hold what the loop's snapshots say: a float's bits where the start has them.
        for (i, is_float) in &start.phis {
            if *is_float && !self.frame().registers[*i].raw {
                let (fp, v) = (self.frame().fp, self.float_at_end(*i));
                if let Some(v) = v {
                    self.emit(Op::Store(Width::F64, fp, 8 * *i as i32, v));
                }
            }
        }
        for i in 0..self.frame().registers.len() {
            let is_phi = start.phis.iter().any(|(r, _)| *r == i);
            // What a typed header brought along is as it was.
            if !is_phi && self.frame().registers[i].raw && !start.registers[i].raw {
                self.word(i);
            }
        }
        self.hand_on(&start.carried);
        End::Loop(next)
    }

    fn is_phi(&self, v: Val) -> bool {
        matches!(self.ops[v.0 as usize], Op::Phi(_))
    }

    /// What the register holds in the run that is recorded.
    fn actual(&self, i: usize) -> Value {
        self.actual_in(self.frames.len() - 1, i)
    }
    /// The same in any frame.
    pub(super) fn actual_in(&self, f: usize, i: usize) -> Value {
        crate::vm::run::cx::word_value(crate::vm::run::cx::header_word(
            self.frames[f].actual as *mut u64,
            i as isize,
        ))
    }

    fn float_at_end(&mut self, i: usize) -> Option<Val> {
        if let Some(v) = self.float_in(0, i) {
            return Some(v);
        }
        let actual = self.actual(i);
        if actual.as_small_float().is_none() && actual.shape_id() != ids::FLOAT {
            return None;
        }
        let w = self.word(i);
        if let Some(Some(x)) = self
            .fact(w)
            .constant
            .map(|c| crate::vm::run::cx::word_value(c).as_small_float())
        {
            return Some(self.float_constant(x));
        }
        let e = self.exit();
        let v = self.emit(Op::Unbox(w, helpers::unbox as *const () as u64, e));
        self.frame_mut().registers[i].float = Some(v);
        Some(v)
    }

    /// Back to the trace's own top, through memory.
    fn again(&mut self) -> End {
        let _ = self.write_all_back();
        self.look_behind();
        let _ = Type::Unit;
        let link = self.typed_header.and_then(crate::tier::link_for);
        let slot = link.unwrap_or_else(|| crate::tier::slot_of(self.root));
        End::Link(slot, None)
    }

    /// The finished recording.
    pub fn finish_recording(mut self) -> Result<Finished, &'static str> {
        let end = self.ended.take().ok_or("nothing recorded")?;
        if self.is_broken() {
            return Err("what it relied on changed");
        }
        self.settle_room();
        Ok(Finished {
            origin: self.origin,
            trace: Trace {
                ops: self.ops,
                end,
                looks: self.looks,
            },
            exits: self.exits,
            first_exit: self.first_exit,
            root: self.root,
            room: self.room_needed,
        })
    }
}
