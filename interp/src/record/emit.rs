//! Writing operations: constants, guards with their snapshots, registers and their homes.

use super::looks::Needed;
use super::state::{Fact, Frame, Register};
use super::{Abort, Key, Look, Recorder, Seen, exit_id};
use crate::tier::enter::{helpers, offset};
use crate::tier::exits::{Base, ExitKind, FrameShot, Known, Shot};
use crate::vm::frames::variable_count;
use skein_jit::ir::{Binary, Cond, ExitId, Op, Type, Val, Width};
use skein_runtime::layout;
use skein_runtime::prelude::*;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

impl Recorder {
    pub(super) fn emit(&mut self, op: Op) -> Val {
        let v = Val(self.ops.len() as u32);
        self.ops.push(op);
        self.facts.push(Fact::default());
        v
    }
    pub(super) fn constant(&mut self, word: u64) -> Val {
        if let Some(v) = self.constants.get(&word) {
            return *v;
        }
        let v = self.emit(Op::Const(word));
        self.facts[v.0 as usize] = Fact {
            known: Known {
                int: word & 1 == 1,
                boolean: word == Value::TRUE.bits() || word == Value::FALSE.bits(),
                ..Known::default()
            },
            constant: Some(word),
        };
        self.constants.insert(word, v);
        v
    }
    /// A constant that is a Python object; it is kept alive with the trace.
    pub(super) fn object(&mut self, vm: &mut Vm, v: Value) -> Val {
        crate::tier::keep(vm, v);
        let c = self.constant(v.bits());
        if v.is_object() {
            self.facts[c.0 as usize].known.object = true;
            self.facts[c.0 as usize].known.shape = if is_stable(v.shape_id()) {
                v.shape_id()
            } else {
                0
            };
        }
        c
    }
    pub(super) fn float_constant(&mut self, f: f64) -> Val {
        if let Some(v) = self.float_constants.get(&f.to_bits()) {
            return *v;
        }
        let v = self.emit(Op::ConstF(f.to_bits()));
        self.float_constants.insert(f.to_bits(), v);
        v
    }
    pub(super) fn fact(&self, v: Val) -> Fact {
        self.facts[v.0 as usize]
    }
    pub(super) fn know(&mut self, v: Val, change: impl FnOnce(&mut Known)) {
        change(&mut self.facts[v.0 as usize].known);
    }
    /// A pure operation, or the value it had before.
    fn shared(&mut self, key: Key, op: Op) -> Val {
        if let Some(v) = self.known_ops.get(&key) {
            return *v;
        }
        let v = self.emit(op);
        self.known_ops.insert(key, v);
        v
    }
    pub(super) fn binary(&mut self, o: Binary, x: Val, y: Val) -> Val {
        if let (Some(a), Some(b)) = (self.fact(x).constant, self.fact(y).constant) {
            let folded = match o {
                Binary::Add => Some(a.wrapping_add(b)),
                Binary::Sub => Some(a.wrapping_sub(b)),
                Binary::And => Some(a & b),
                Binary::Or => Some(a | b),
                Binary::Shl if b < 64 => Some(a << b),
                _ => None,
            };
            if let Some(w) = folded {
                return self.constant(w);
            }
        }
        self.shared(Key::Binary(o, x, y), Op::Binary(o, x, y))
    }
    pub(super) fn compare(&mut self, c: Cond, x: Val, y: Val) -> Val {
        self.shared(Key::Compare(c, x, y), Op::Compare(c, x, y))
    }
    pub(super) fn float_of(&mut self, x: Val) -> Val {
        self.shared(Key::ToFloat(x), Op::ToFloat(x))
    }
    pub(super) fn binary_imm(&mut self, o: Binary, x: Val, y: u64) -> Val {
        let y = self.constant(y);
        self.binary(o, x, y)
    }
    pub(super) fn compare_imm(&mut self, c: Cond, x: Val, y: u64) -> Val {
        let y = self.constant(y);
        self.compare(c, x, y)
    }
    pub(super) fn load(&mut self, base: Val, off: i32) -> Val {
        self.emit(Op::Load(Width::W64, base, off))
    }
    /// A field of an object, which only stores through [`Recorder::field_stored`] and calls change.
    pub(super) fn field(&mut self, base: Val, off: i32) -> Val {
        if let Some(v) = self.fields.get(&(base, off)) {
            return *v;
        }
        let v = self.load(base, off);
        self.fields.insert((base, off), v);
        v
    }
    /// A field was written: what was known of that offset in any object is gone.
    pub(super) fn field_stored(&mut self, base: Val, off: i32, v: Val) {
        self.fields.retain(|(_, o), _| *o != off);
        self.fields.insert((base, off), v);
    }
    /// Items or fields at that offset of any object may have changed.
    pub(super) fn fields_stored_at(&mut self, off: i32) {
        self.fields.retain(|(_, o), _| *o != off);
    }
    /// Something ran that may change any object.
    pub(super) fn forget_fields(&mut self) {
        self.fields.clear();
    }
    pub(super) fn load32(&mut self, base: Val, off: i32) -> Val {
        self.emit(Op::Load(Width::W32, base, off))
    }
    pub(super) fn store(&mut self, base: Val, off: i32, v: Val) {
        self.emit(Op::Store(Width::W64, base, off, v));
    }
    pub(super) fn call(&mut self, address: usize, args: &[Val], result: Type) -> Val {
        self.emit(Op::Call {
            address: address as u64,
            args: args.to_vec(),
            result,
        })
    }
    /// The address `words` words above the stack's top at entry.
    pub(super) fn top_address(&mut self, words: u32) -> Val {
        let top = match self.top {
            Some(top) => top,
            None => self.load(self.context, offset::TOP),
        };
        self.top = Some(top);
        self.binary_imm(Binary::Add, top, 8 * words as u64)
    }

    // ---- exits

    /// An exit that runs the present instruction anew.
    pub(super) fn exit(&mut self) -> ExitId {
        debug_assert!(!self.begun, "a guard after a change");
        let (shot, look) = match &self.shot {
            Some(s) => s.clone(),
            None => {
                let (shot, look) = self.take_shot();
                let s = (Rc::new(shot), Arc::new(look));
                self.shot = Some(s.clone());
                s
            }
        };
        if let Some((ExitKind::Resume, last, depth)) = self.exits.last()
            && Rc::ptr_eq(last, &shot)
            && *depth == self.depth
        {
            return exit_id(self.first_exit, self.exits.len() - 1);
        }
        self.exits.push((ExitKind::Resume, shot, self.depth));
        let e = exit_id(self.first_exit, self.exits.len() - 1);
        self.looks.tell(e, look);
        e
    }
    /// An exit at which the activation says where to go on.
    pub(super) fn exit_left(&mut self) -> ExitId {
        if let Some(i) = self.left {
            return exit_id(self.first_exit, i);
        }
        self.exits.push((ExitKind::Left, Rc::default(), 0));
        let last = self.exits.len() - 1;
        self.left = Some(last);
        exit_id(self.first_exit, last)
    }
    /// Something that snapshots tell has changed.
    pub(super) fn changed(&mut self) {
        self.shot = None;
    }
    pub(super) fn take_shot(&mut self) -> (Shot, Look) {
        self.drop_dead();
        let (objects, numbers) = self.virtuals_shot();
        let needed: Vec<_> = (0..self.frames.len()).map(|f| self.needed(f)).collect();
        let frames: Vec<FrameShot> = self
            .frames
            .iter()
            .zip(&needed)
            .map(|(f, needed)| self.frame_shot(f, needed, &numbers))
            .collect();
        let look = self.look(&frames, &objects);
        let versions = self.versions.clone();
        let shot = Shot {
            frames,
            objects,
            versions,
            header: None,
        };
        (shot, look)
    }

    fn frame_shot(&self, f: &Frame, needed: &Needed, numbers: &HashMap<u32, u16>) -> FrameShot {
        let mut raw = Vec::new();
        let mut known = Vec::new();
        let mut constants = Vec::new();
        let mut virtuals = Vec::new();
        for (i, r) in f.registers.iter().enumerate() {
            if let Some(k) = r.dissolved {
                virtuals.push((i as u16, numbers[&k]));
            } else if !needed.has(i) {
                // Its home may hold anything; whoever looks into the frame must find a value.
                let touched = match f.base {
                    Base::Top(_) => true,
                    Base::Root => self.touched.contains(i),
                    Base::Bank(_) => false,
                };
                if touched || r.raw || r.changed || r.unset {
                    constants.push((i as u16, 0));
                }
            } else if r.raw {
                raw.push(i as u16);
            } else if let Some(c) = r
                .word
                .filter(|_| r.unset)
                .and_then(|w| self.fact(w).constant)
            {
                constants.push((i as u16, c));
            } else {
                let k = r.word.map_or(r.known, |w| self.fact(w).known);
                if k != Known::default() {
                    known.push((i as u16, k));
                }
            }
        }
        FrameShot {
            base: f.base,
            code: f.code.value().bits(),
            function: f.function,
            pc: f.pc,
            ret: f.ret,
            written: f.written,
            shown: f.shown,
            pinned: f.pinned,
            registers: f.code.nregs,
            raw,
            constants,
            known,
            virtuals,
        }
    }

    // ---- guards

    pub(super) fn guard(&mut self, condition: Val, expected: bool) {
        if let Op::Compare(c, x, y) = self.ops[condition.0 as usize]
            && x == y
            && expected == matches!(c, Cond::Eq | Cond::Le | Cond::Ge)
        {
            return;
        }
        if !self.guarded.insert((condition, expected)) {
            return;
        }
        let e = self.exit();
        self.emit(Op::Guard(condition, expected, e));
    }
    pub(super) fn guard_int(&mut self, v: Val) {
        if self.fact(v).known.int {
            return;
        }
        let bit = self.binary_imm(Binary::And, v, 1);
        let c = self.compare_imm(Cond::Ne, bit, 0);
        self.guard(c, true);
        self.know(v, |k| k.int = true);
        self.changed();
    }
    pub(super) fn guard_constant(&mut self, v: Val, word: u64) {
        if self.fact(v).constant == Some(word) {
            return;
        }
        let c = self.compare_imm(Cond::Eq, v, word);
        self.guard(c, true);
        let f = &mut self.facts[v.0 as usize];
        f.constant = Some(word);
        f.known.int = word & 1 == 1;
        f.known.object = word & 7 == 0 && word != 0;
        f.known.boolean = word == Value::TRUE.bits() || word == Value::FALSE.bits();
        self.changed();
    }
    /// That a word that is not `NULL` is a heap object.
    pub(super) fn guard_object(&mut self, v: Val) {
        if self.fact(v).known.object {
            return;
        }
        let tag = self.binary_imm(Binary::And, v, 7);
        let c = self.compare_imm(Cond::Eq, tag, 0);
        self.guard(c, true);
        self.know(v, |k| k.object = true);
        self.changed();
    }
    pub(super) fn guard_shape(&mut self, v: Val, shape: u32) {
        if self.fact(v).known.shape == shape {
            return;
        }
        self.name_shape(shape);
        self.guard_object(v);
        let s = self.load32(v, layout::SHAPE);
        let c = self.compare_imm(Cond::Eq, s, shape as u64);
        self.guard(c, true);
        self.know(v, |k| k.shape = shape);
        self.changed();
    }
    /// The shape is kept alive, so that its number means no other.
    pub(super) fn name_shape(&mut self, shape: u32) {
        if !is_stable(shape) {
            self.shapes.push(shape);
        }
    }
    /// That `v` is of the type that was seen, as far as attribute look-up cares: false if that cannot be tested.
    pub(super) fn guard_seen_shape(&mut self, v: Val, seen: Seen) -> bool {
        if seen.shape == 0 {
            return false;
        }
        self.guard_shape(v, seen.shape);
        true
    }
    /// That the type of a shape, and what it inherits, is as it is now; false if that cannot be tested.
    pub(super) fn guard_type(&mut self, vm: &mut Vm, shape: u32) -> bool {
        let Some(ty) = vm.shapes.try_get(shape).and_then(|s| s.ty.get()) else {
            return false;
        };
        let version = ty.version(vm);
        if version == 0 {
            return false;
        }
        self.guard_version_of(vm, ty, version);
        true
    }
    /// That a type object is as it is now; false if that cannot be tested.
    pub(super) fn guard_own_version(&mut self, vm: &mut Vm, ty: Ref<PyType>) -> bool {
        let version = ty.version(vm);
        if version == 0 {
            return false;
        }
        self.guard_version_of(vm, ty, version);
        true
    }
    /// That a dict, kept alive with the trace, has the keys that it has now.
    pub(super) fn guard_keys(&mut self, vm: &mut Vm, d: Ref<PyDict>) -> Val {
        let version = d.current_keys_version();
        let v = self.object(vm, d.value());
        if !self.rely(d.value().bits(), version) {
            let now = self.load32(v, layout::DICT_KEYS_VERSION);
            let c = self.compare_imm(Cond::Eq, now, version as u64);
            self.guard(c, true);
            Rc::make_mut(&mut self.versions).insert(d.value().bits(), version);
        }
        v
    }

    // ---- registers

    fn register(&self, i: usize) -> Register {
        self.frame().registers[i]
    }
    /// The word in a register.
    pub(super) fn word(&mut self, i: usize) -> Val {
        let f = self.frames.len() - 1;
        self.word_in(f, i)
    }
    /// The word in a register of a frame; a float gets its tag.
    pub(super) fn word_in(&mut self, f: usize, i: usize) -> Val {
        let r = self.frames[f].registers[i];
        if let Some(w) = r.word {
            return w;
        }
        if let Some(k) = r.dissolved {
            return self.materialise(k);
        }
        let fp = self.frames[f].fp;
        let w = if r.float.is_some() || r.raw {
            let float = self.float_in(f, i).unwrap_or(fp);
            let w = self.emit(Op::Box(float, helpers::boxed as *const () as u64));
            if r.raw {
                self.store(fp, 8 * i as i32, w);
                self.frames[f].registers[i].raw = false;
                self.changed();
            }
            w
        } else {
            let w = self.load(fp, 8 * i as i32);
            self.facts[w.0 as usize].known = r.known;
            w
        };
        self.frames[f].registers[i].word = Some(w);
        w
    }
    /// The float in a register, if it is known to be one.
    pub(super) fn float_in(&mut self, f: usize, i: usize) -> Option<Val> {
        let r = self.frames[f].registers[i];
        if r.float.is_some() || !r.raw {
            return r.float;
        }
        let fp = self.frames[f].fp;
        let v = self.emit(Op::Load(Width::F64, fp, 8 * i as i32));
        self.frames[f].registers[i].float = Some(v);
        Some(v)
    }
    /// True if the register is known to be a float.
    pub(super) fn is_float(&self, i: usize) -> bool {
        let r = self.register(i);
        r.raw || r.float.is_some()
    }
    /// The float in a register that was seen to hold one: tested if it is not known.
    pub(super) fn float(&mut self, i: usize) -> Val {
        let f = self.frames.len() - 1;
        if let Some(v) = self.float_in(f, i) {
            return v;
        }
        let w = self.word(i);
        if let Some(Some(x)) = self
            .fact(w)
            .constant
            .map(|c| crate::vm::run::cx::word_value(c).as_small_float())
        {
            return self.float_constant(x);
        }
        let e = self.exit();
        let v = self.emit(Op::Unbox(w, helpers::unbox as *const () as u64, e));
        self.frame_mut().registers[i].float = Some(v);
        v
    }
    /// Sets a register to a word.
    pub(super) fn set(&mut self, i: usize, w: Val) {
        let f = self.frames.len() - 1;
        self.set_in(f, i, w);
    }
    /// Sets a register of a frame to a word.
    pub(super) fn set_in(&mut self, f: usize, i: usize, w: Val) {
        let fp = self.frames[f].fp;
        let r = &self.frames[f].registers[i];
        // A temporary may have been emptied meanwhile, in a call that ran Python (`vm/liveness.rs`).
        let kept = i < variable_count(self.frames[f].code);
        if kept && r.word == Some(w) && !r.raw && r.changed {
            self.begun = true;
            return;
        }
        // A constant is written only where somebody may look.
        let unset = self.fact(w).constant.is_some();
        if !unset {
            self.store(fp, 8 * i as i32, w);
        }
        self.frames[f].registers[i] = Register {
            word: Some(w),
            changed: true,
            unset,
            ..Register::default()
        };
        self.begun = true;
        self.changed();
    }
    /// Writes the constants that a frame's homes do not hold yet, and allocates the objects in its registers.
    pub(super) fn write_constants(&mut self, f: usize) {
        for i in 0..self.frames[f].registers.len() {
            if let Some(k) = self.frames[f].registers[i].dissolved {
                self.materialise(k);
            }
        }
        self.write_unset(f);
    }
    /// Writes the constants that a frame's homes do not hold yet.
    pub(super) fn write_unset(&mut self, f: usize) {
        let fp = self.frames[f].fp;
        for i in 0..self.frames[f].registers.len() {
            let r = self.frames[f].registers[i];
            if let Some(w) = r.word.filter(|_| r.unset) {
                self.store(fp, 8 * i as i32, w);
                self.frames[f].registers[i].unset = false;
                self.changed();
            }
        }
    }
    /// Sets a register to a float.
    pub(super) fn set_float(&mut self, i: usize, v: Val) {
        let fp = self.frame().fp;
        self.emit(Op::Store(Width::F64, fp, 8 * i as i32, v));
        self.frame_mut().registers[i] = Register {
            float: Some(v),
            raw: true,
            changed: true,
            ..Register::default()
        };
        self.begun = true;
        self.changed();
    }
    /// Copies a register, whatever is known of it, to one of the same or another frame.
    pub(super) fn copy(&mut self, from: (usize, usize), to: (usize, usize)) {
        let r = self.frames[from.0].registers[from.1];
        if let Some(k) = r.dissolved {
            self.frames[to.0].registers[to.1] = self.virtual_register(k);
            self.begun = true;
            self.changed();
            return;
        }
        if r.word.is_none() && (r.float.is_some() || r.raw) {
            if let Some(v) = self.float_in(from.0, from.1) {
                let fp = self.frames[to.0].fp;
                self.emit(Op::Store(Width::F64, fp, 8 * to.1 as i32, v));
                self.frames[to.0].registers[to.1] = Register {
                    float: Some(v),
                    raw: true,
                    changed: true,
                    ..Register::default()
                };
                self.begun = true;
                self.changed();
            }
            return;
        }
        let w = self.word_in(from.0, from.1);
        self.set_in(to.0, to.1, w);
        self.frames[to.0].registers[to.1].float = r.float;
    }
    /// Sets a register to `True` or `False` as a condition says.
    pub(super) fn set_bool(&mut self, i: usize, condition: Val) {
        let (t, f) = (
            self.constant(Value::TRUE.bits()),
            self.constant(Value::FALSE.bits()),
        );
        let w = self.emit(Op::Select(condition, t, f));
        self.know(w, |k| k.boolean = true);
        self.truths.insert(w, condition);
        self.set(i, w);
    }
    /// The home was written behind the recorder's back.
    pub(super) fn forget(&mut self, i: usize) {
        if let Some(r) = self.frame_mut().registers.get_mut(i) {
            *r = Register {
                changed: true,
                ..Register::default()
            };
        }
        self.changed();
    }
    pub(super) fn check<T>(&self, ok: Option<T>, why: Abort) -> Result<T, Abort> {
        ok.ok_or(why)
    }
}

/// True for shapes that an object keeps for good.
pub(super) fn is_stable(shape: u32) -> bool {
    shape != 0 && shape < ids::FIRST_DYNAMIC
}
