//! Arithmetic, comparisons and truth.

use super::step::Next;
use super::{Code, Pending, Recorder, Seen};
use crate::tier::enter::helpers;
use skein_jit::ir::{Binary, Checked, Cond, Op, Type, Val};
use skein_runtime::prelude::*;

/// Largest magnitude of ints that floats hold exactly.
const EXACT: u64 = 1 << 53;

impl Recorder {
    /// Operators and comparisons; false: nothing was written.
    pub(super) fn arithmetic(&mut self, op: Code, p: Pending, next: Next, follows: bool) -> bool {
        use Code::*;
        let imm = matches!(
            op,
            AddImm | SubImm | LtImmJump | LeImmJump | EqImmJump | NeImmJump | GtImmJump | GeImmJump
        );
        if op != Neg && self.needs_integers(&p, imm) {
            return false;
        }
        match op {
            Add | Sub | Mul | TrueDiv | FloorDiv | Mod | LShift | RShift | And | Or | Xor
                if follows =>
            {
                self.operator(op, p)
            }
            AddImm | SubImm if follows => self.operator_imm(op, p),
            Neg if follows => self.negate(p),
            Lt | Le | Eq | Ne | Gt | Ge if follows => {
                let Some(c) = self.comparison(condition(op as u8 - Lt as u8), p) else {
                    return false;
                };
                self.set_bool(p.word.a() as usize, c);
                true
            }
            LtJump | LeJump | EqJump | NeJump | GtJump | GeJump => {
                let Some(c) = self.comparison(condition(op as u8 - LtJump as u8), p) else {
                    return false;
                };
                self.jump_on(c, p, next);
                true
            }
            LtImmJump | LeImmJump | EqImmJump | NeImmJump | GtImmJump | GeImmJump => {
                let imm = p.word.c() as i16 as i64;
                let cond = condition(op as u8 - LtImmJump as u8);
                let b = p.word.b() as usize;
                let c = if p.b.is_int() {
                    let x = self.word(b);
                    self.guard_int(x);
                    self.compare_imm(cond, x, (imm as u64) << 1 | 1)
                } else if p.b.is_float() {
                    let x = self.float(b);
                    let y = self.float_constant(imm as f64);
                    self.emit(Op::CompareF(cond, x, y))
                } else {
                    return false;
                };
                self.jump_on(c, p, next);
                true
            }
            _ => false,
        }
    }

    pub(super) fn jump_on(&mut self, condition: Val, p: Pending, next: Next) {
        let target = (p.pc as i64 + 8 * p.word.a() as i16 as i64) as u64;
        if target == p.pc + 8 {
            return;
        }
        let jumped = next.pc == target;
        self.guard(condition, jumped == (p.word.x() != 0));
    }

    /// Two ints, two floats, or two texts' identity; `None`: ask the interpreter.
    fn comparison(&mut self, c: Cond, p: Pending) -> Option<Val> {
        let (b, d) = (p.word.b() as usize, p.word.c() as usize);
        if p.b.is_int() && p.c.is_int() {
            let (x, y) = (self.int(b), self.int(d));
            return Some(self.compare(c, x, y));
        }
        if p.b.is_float() && p.c.is_float() {
            let (x, y) = (self.float(b), self.float(d));
            return Some(self.emit(Op::CompareF(c, x, y)));
        }
        let small = |s: Seen| s.is_int() && (s.bits as i64 >> 1).unsigned_abs() < EXACT;
        if small(p.b) && p.c.is_float() || p.b.is_float() && small(p.c) {
            // Exact as long as the int is one that floats hold.
            let side = |r: &mut Recorder, i: usize, s: Seen| {
                if !s.is_int() {
                    return r.float(i);
                }
                let w = r.int(i);
                let n = r.untagged(w);
                r.guard_exact(n);
                r.float_of(n)
            };
            let x = side(self, b, p.b);
            let y = side(self, d, p.c);
            return Some(self.emit(Op::CompareF(c, x, y)));
        }
        None
    }

    /// That a machine word is an int that floats hold exactly.
    fn guard_exact(&mut self, n: Val) {
        if self.fact(n).constant.is_none() {
            let moved = self.binary_imm(Binary::Add, n, EXACT);
            let c = self.compare_imm(Cond::Below, moved, 2 * EXACT);
            self.guard(c, true);
        }
    }

    /// The word of an int, tested.
    pub(super) fn int(&mut self, i: usize) -> Val {
        let x = self.word(i);
        self.guard_int(x);
        x
    }
    /// The machine word of an int's word.
    pub(super) fn untagged(&mut self, x: Val) -> Val {
        if let Some(c) = self.fact(x).constant {
            return self.constant((c as i64 >> 1) as u64);
        }
        self.binary_imm(Binary::Sar, x, 1)
    }
    pub(super) fn tagged(&mut self, x: Val) -> Val {
        let two = self.binary_imm(Binary::Shl, x, 1);
        let w = self.binary_imm(Binary::Or, two, 1);
        self.know(w, |k| k.int = true);
        w
    }
    fn set_int(&mut self, i: usize, w: Val) {
        self.know(w, |k| k.int = true);
        self.set(i, w);
    }

    fn operator(&mut self, op: Code, p: Pending) -> bool {
        let (a, b, c) = (
            p.word.a() as usize,
            p.word.b() as usize,
            p.word.c() as usize,
        );
        if p.b.is_int() && p.c.is_int() {
            return self.int_operator(op, p, a, b, c);
        }
        let number = |s: Seen| s.is_int() || s.is_float();
        if !number(p.b)
            || !number(p.c)
            || !matches!(op, Code::Add | Code::Sub | Code::Mul | Code::TrueDiv)
        {
            return false;
        }
        let (x, y) = (self.number(b, p.b), self.number(c, p.c));
        let o = match op {
            Code::Add => Binary::FAdd,
            Code::Sub => Binary::FSub,
            Code::Mul => Binary::FMul,
            _ => {
                let zero = self.float_constant(0.0);
                let c = self.emit(Op::CompareF(Cond::Ne, y, zero));
                self.guard(c, true);
                Binary::FDiv
            }
        };
        let r = self.binary(o, x, y);
        self.set_float(a, r);
        true
    }

    /// The float of a number.
    pub(super) fn number(&mut self, i: usize, seen: Seen) -> Val {
        if !seen.is_int() {
            return self.float(i);
        }
        let w = self.int(i);
        if let Some(c) = self.fact(w).constant {
            return self.float_constant((c as i64 >> 1) as f64);
        }
        let n = self.untagged(w);
        self.float_of(n)
    }

    fn int_operator(&mut self, op: Code, p: Pending, a: usize, b: usize, c: usize) -> bool {
        let right = p.c.bits as i64;
        match op {
            Code::FloorDiv | Code::Mod if right <= 1 => return false,
            Code::LShift if !(1..2 * 62).contains(&right) => return false,
            Code::RShift if right < 1 => return false,
            _ => {}
        }
        let (x, y) = (self.int(b), self.int(c));
        let w = match op {
            Code::Add => {
                let y = self.without_tag(y);
                let e = self.exit();
                self.emit(Op::Checked(Checked::Add, x, y, e))
            }
            Code::Sub => {
                let y = self.without_tag(y);
                let e = self.exit();
                self.emit(Op::Checked(Checked::Sub, x, y, e))
            }
            Code::Mul => {
                let x = self.without_tag(x);
                let y = self.untagged(y);
                let e = self.exit();
                let r = self.emit(Op::Checked(Checked::Mul, x, y, e));
                self.binary_imm(Binary::Or, r, 1)
            }
            Code::And => self.binary(Binary::And, x, y),
            Code::Or => self.binary(Binary::Or, x, y),
            Code::Xor => {
                let r = self.binary(Binary::Xor, x, y);
                self.binary_imm(Binary::Or, r, 1)
            }
            Code::RShift => {
                self.guard_positive(y, 1);
                let n = self.untagged(y);
                if right >> 1 > 62 || self.fact(y).constant.is_none() {
                    let c = self.compare_imm(Cond::Lt, n, 63);
                    self.guard(c, right >> 1 < 63);
                    if right >> 1 >= 63 {
                        return self.shifted_out(a, x);
                    }
                }
                let r = self.binary(Binary::Sar, x, n);
                self.binary_imm(Binary::Or, r, 1)
            }
            Code::LShift => {
                let n = self.untagged(y);
                let c = self.compare_imm(Cond::Below, n, 62);
                self.guard(c, true);
                let v = self.without_tag(x);
                let r = self.binary(Binary::Shl, v, n);
                let back = self.binary(Binary::Sar, r, n);
                let same = self.compare(Cond::Eq, back, v);
                self.guard(same, true);
                self.binary_imm(Binary::Or, r, 1)
            }
            Code::FloorDiv | Code::Mod => self.divide(op, x, y),
            Code::TrueDiv => return self.true_divide(a, x, y, p),
            _ => return false,
        };
        self.set_int(a, w);
        true
    }

    /// An int shifted right by more than its length: 0 or -1.
    fn shifted_out(&mut self, a: usize, x: Val) -> bool {
        let r = self.binary_imm(Binary::Sar, x, 63);
        let w = self.binary_imm(Binary::Or, r, 1);
        self.set_int(a, w);
        true
    }

    fn divide(&mut self, op: Code, x: Val, y: Val) -> Val {
        self.guard_positive(y, 3);
        let power = self
            .fact(y)
            .constant
            .map(|c| c >> 1)
            .filter(|n| n.is_power_of_two());
        if let Some(n) = power {
            // Shifts and masks round down, as Python does.
            if op == Code::Mod {
                return self.binary_imm(Binary::And, x, (n - 1) << 1 | 1);
            }
            let r = self.binary_imm(Binary::Sar, x, n.trailing_zeros() as u64);
            return self.binary_imm(Binary::Or, r, 1);
        }
        let (n, d) = (self.untagged(x), self.untagged(y));
        let helper = if op == Code::Mod {
            helpers::modulo as *const ()
        } else {
            helpers::floor_div as *const ()
        };
        let r = self.call(helper as usize, &[n, d], Type::Word);
        self.tagged(r)
    }

    /// That an int's word is at least `least`.
    fn guard_positive(&mut self, y: Val, least: u64) {
        if self
            .fact(y)
            .constant
            .is_some_and(|c| c as i64 >= least as i64)
        {
            return;
        }
        let c = self.compare_imm(Cond::Ge, y, least);
        self.guard(c, true);
    }

    fn without_tag(&mut self, x: Val) -> Val {
        match self.fact(x).constant {
            Some(c) => self.constant(c.wrapping_sub(1)),
            None => self.binary_imm(Binary::Sub, x, 1),
        }
    }

    fn true_divide(&mut self, a: usize, x: Val, y: Val, p: Pending) -> bool {
        let exact = |s: Seen| (s.bits as i64 >> 1).unsigned_abs() < EXACT;
        if !exact(p.b) || !exact(p.c) || p.c.bits == 1 {
            return false;
        }
        let (n, d) = (self.untagged(x), self.untagged(y));
        for v in [n, d] {
            self.guard_exact(v);
        }
        if self.fact(d).constant.is_none() {
            let c = self.compare_imm(Cond::Ne, d, 0);
            self.guard(c, true);
        }
        let (n, d) = (self.float_of(n), self.float_of(d));
        let r = self.binary(Binary::FDiv, n, d);
        self.set_float(a, r);
        true
    }

    fn operator_imm(&mut self, op: Code, p: Pending) -> bool {
        let (a, b) = (p.word.a() as usize, p.word.b() as usize);
        let imm = p.word.c() as i16 as i64;
        if p.b.is_int() {
            let x = self.int(b);
            let y = self.constant((imm << 1) as u64);
            let e = self.exit();
            let o = if op == Code::AddImm {
                Checked::Add
            } else {
                Checked::Sub
            };
            let w = self.emit(Op::Checked(o, x, y, e));
            self.set_int(a, w);
            return true;
        }
        if p.b.is_float() {
            let x = self.float(b);
            let y = self.float_constant(imm as f64);
            let o = if op == Code::AddImm {
                Binary::FAdd
            } else {
                Binary::FSub
            };
            let r = self.binary(o, x, y);
            self.set_float(a, r);
            return true;
        }
        false
    }

    fn negate(&mut self, p: Pending) -> bool {
        let (a, b) = (p.word.a() as usize, p.word.b() as usize);
        if p.b.is_int() {
            let x = self.int(b);
            let two = self.constant(2);
            let e = self.exit();
            let w = self.emit(Op::Checked(Checked::Sub, two, x, e));
            self.set_int(a, w);
            return true;
        }
        if p.b.is_float() {
            let x = self.float(b);
            let r = self.emit(Op::NegF(x));
            self.set_float(a, r);
            return true;
        }
        false
    }

    // ---- truth

    /// The condition that a register is true, for immediate ints, bools, None and floats; `None`: ask the interpreter.
    pub(super) fn truth(&mut self, vm: &mut Vm, i: usize, seen: Seen) -> Option<Val> {
        if seen.bits == Value::TRUE.bits() || seen.bits == Value::FALSE.bits() {
            let w = self.word(i);
            if let Some(c) = self.truths.get(&w) {
                return Some(*c);
            }
            self.guard_boolean(w);
            let c = self.compare_imm(Cond::Eq, w, Value::TRUE.bits());
            self.truths.insert(w, c);
            return Some(c);
        }
        if seen.is_int() {
            let x = self.int(i);
            return Some(self.compare_imm(Cond::Ne, x, 1));
        }
        if seen.is_float() {
            let x = self.float(i);
            let zero = self.float_constant(0.0);
            return Some(self.emit(Op::CompareF(Cond::Ne, x, zero)));
        }
        if seen.bits == Value::NONE.bits() {
            let w = self.word(i);
            self.guard_constant(w, seen.bits);
            let one = self.constant(1);
            return Some(self.compare(Cond::Ne, one, one));
        }
        let length = match seen.shape {
            ids::LIST => skein_runtime::layout::LIST_LEN,
            ids::TUPLE => skein_runtime::layout::TUPLE_LEN,
            _ if self.has_no_truth(vm, seen) => {
                if !self.guard_type(vm, seen.shape) {
                    return None;
                }
                self.guard_class(i, seen);
                let one = self.constant(1);
                return Some(self.compare(Cond::Eq, one, one));
            }
            _ => return None,
        };
        let w = self.word(i);
        self.guard_shape(w, seen.shape);
        let n = self.field(w, length);
        Some(self.compare_imm(Cond::Ne, n, 0))
    }
    /// True for an object whose type defines neither `__bool__` nor `__len__`: it is true.
    fn has_no_truth(&self, vm: &mut Vm, seen: Seen) -> bool {
        let ty = vm.shapes.try_get(seen.shape).and_then(|s| s.ty.get());
        let (truth, length) = (vm.names.__bool__, vm.names.__len__);
        seen.kind.is_some()
            && ty.is_some_and(|ty| {
                vm.type_lookup(ty, truth).is_none() && vm.type_lookup(ty, length).is_none()
            })
    }
    pub(super) fn truth_jump(&mut self, vm: &mut Vm, a: usize, seen: Seen, is_true: bool) -> bool {
        if [Value::TRUE.bits(), Value::FALSE.bits()].contains(&seen.bits) {
            let w = self.word(a);
            if !self.fact(w).known.boolean && !self.truths.contains_key(&w) {
                // Which of the two it is shows as well that it is one.
                self.guard_constant(w, seen.bits);
                return true;
            }
        }
        let Some(c) = self.truth(vm, a, seen) else {
            return false;
        };
        if seen.bits != Value::NONE.bits() {
            self.guard(c, is_true);
        }
        true
    }
    pub(super) fn truth_value(
        &mut self,
        vm: &mut Vm,
        a: usize,
        b: usize,
        seen: Seen,
        not: bool,
    ) -> bool {
        let Some(c) = self.truth(vm, b, seen) else {
            return false;
        };
        let (t, f) = (
            self.constant(Value::TRUE.bits()),
            self.constant(Value::FALSE.bits()),
        );
        let (yes, no) = if not { (f, t) } else { (t, f) };
        let w = self.emit(Op::Select(c, yes, no));
        self.know(w, |k| k.boolean = true);
        self.set(a, w);
        true
    }
    /// A jump that depends on whether a register is `word`.
    pub(super) fn is_jump(&mut self, a: usize, seen: Seen, word: u64) {
        if self.is_float(a) || self.dissolved(a).is_some() {
            return;
        }
        let w = self.word(a);
        let f = self.fact(w);
        if f.constant.is_some() || f.known.int || f.known.object || f.known.boolean {
            return;
        }
        let c = self.compare_imm(Cond::Eq, w, word);
        self.guard(c, seen.bits == word);
        if seen.bits == word {
            self.facts[w.0 as usize].constant = Some(word);
        }
    }
}

pub(super) fn condition(i: u8) -> Cond {
    [Cond::Lt, Cond::Le, Cond::Eq, Cond::Ne, Cond::Gt, Cond::Ge][i as usize]
}
