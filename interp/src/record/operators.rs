//! Operators, comparisons, truth, formatting and attributes that the runtime does without Python code, as lean calls; and the
//! choice among everything that is not left to the interpreter.

use super::arith::condition;
use super::natives::{shows_frames, type_of};
use super::step::Next;
use super::{Code, Pending, Recorder, Seen};
use crate::tier::enter::helpers_lean as lean;
use crate::vm::run::cx::word_value;
use skein_jit::ir::{Binary, Checked, Cond, Op, Type, Val};
use skein_runtime::builtins::builtin::PyBuiltin;
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::layout;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::at;

impl Recorder {
    /// Writes down an instruction that stayed in its frame and for which `finish` knows no operations of its own; false: it is
    /// for the interpreter.
    pub(super) fn natively(
        &mut self,
        vm: &mut Vm,
        p: Pending,
        next: Next,
        follows: bool,
        stays: bool,
    ) -> bool {
        use Code::*;
        let op = Recorder::op(&p);
        if matches!(op, GetIter | GetYieldFromIter) && follows && self.iter_of_instance(vm, p) {
            return true;
        }
        // A native that came to run Python code would be refused it.
        if self.begun || self.ran_python || !stays {
            return false;
        }
        match Recorder::op(&p) {
            ForIter => self.for_iter_leanly(vm, p, next),
            JumpIfTrue | JumpIfFalse => self.truth_leanly(vm, p, next),
            LtJump | LeJump | EqJump | NeJump | GtJump | GeJump | LtImmJump | LeImmJump
            | EqImmJump | NeImmJump | GtImmJump | GeImmJump => self.compare_leanly(vm, p, next),
            _ if !follows => false,
            Call => self.native_call(vm, p),
            GetIter => self.get_iter(p) || self.iter_of_native(vm, p),
            BuildTuple => self.build_sequence(p, false),
            BuildList => self.build_sequence(p, true),
            BuildMap => self.build_hashed(p, true),
            BuildSet => self.build_hashed(p, false),
            BuildString => self.build_string(p),
            SetAdd => self.set_add(p),
            ListExtend => self.list_extend(p),
            ListToTuple => self.list_to_tuple(p),
            DictSet => self.dict_display(p),
            LoadSlice => self.load_slice(p),
            StoreSlice => self.store_slice(p),
            LoadSubscr => self.load_item_leanly(p),
            StoreSubscr => self.store_item_leanly(p),
            Contains => self.contains_leanly(p),
            Lt | Le | Eq | Ne | Gt | Ge => self.compare_leanly(vm, p, next),
            Not | ToBool => self.truth_leanly(vm, p, next),
            Add | Sub | Mul | MatMul | TrueDiv | FloorDiv | Mod | Pow | LShift | RShift | And
            | Or | Xor | AddImm | SubImm => {
                op == Add && self.concatenate(p)
                    || self.format_percent(vm, p)
                    || self.binary_leanly(p)
            }
            Neg | Invert => self.unary_leanly(p),
            FormatSimple | FormatSpec | Convert => self.format_leanly(p),
            LoadAttr => self.attribute_leanly(vm, p),
            LoadMethod => self.method_of_number(vm, p) || self.wrapped_method(vm, p),
            LoadSuperAttr => self.super_method(vm, p),
            CopyFreeVars => self.copy_free_vars(p),
            StoreCell => self.store_cell(p),
            StoreGlobal => self.store_global(vm, p),
            MakeFunction => self.make_function(vm, p),
            SetFunctionAttr => self.set_function_attribute(p),
            MakeCell => self.make_cell(p),
            DelLocal => self.unbind_local(p),
            DelSubscr => self.delete_item(p),
            CallKw => self.native_call_by_name(vm, p),
            CallEx => self.call_native_object_star(vm, p),
            BuildSlice => self.build_slice(p),
            UnpackEx => self.unpack_starred(p),
            DictMerge => self.merge_keywords(p),
            GetYieldFromIter => self.delegate(p),
            LoadSpecial => self.special_method(vm, p),
            PushExc => self.push_exception(p),
            PopExc => self.pop_exception(p),
            ExcMatch => self.exception_matches(vm, p),
            UnpackSeq => self.unpack_named(vm, p),
            MatchSequence => self.match_kind(vm, p, tflag::SEQUENCE),
            MatchMapping => self.match_kind(vm, p, tflag::MAPPING),
            GetLen => self.length_for_match(p),
            MatchKeys => self.match_keys(p),
            MatchClass => self.match_class(vm, p),
            _ => false,
        }
    }

    /// True if a type takes over what `object` says for a special method.
    fn inherits(vm: &mut Vm, ty: Ref<PyType>, name: Ref<PyStr>) -> bool {
        vm.type_lookup(ty, name)
            .and_then(|m| m.cast::<PyBuiltin>())
            .and_then(|m| m.owner.get())
            .is_some_and(|owner| owner.builtin_id == ids::OBJECT)
    }

    /// That a value is of the class that was seen, and that this class looks methods up as it did.
    pub(super) fn guard_methods(&mut self, vm: &mut Vm, i: usize, seen: Seen) -> bool {
        self.guard_class(i, seen);
        seen.shape < ids::FIRST_DYNAMIC || self.guard_type(vm, seen.shape)
    }

    fn compare_leanly(&mut self, vm: &mut Vm, p: Pending, next: Next) -> bool {
        use Code::*;
        let op = Recorder::op(&p);
        let (first, jumps, imm) = match op {
            Lt | Le | Eq | Ne | Gt | Ge => (Lt, false, false),
            LtImmJump | LeImmJump | EqImmJump | NeImmJump | GtImmJump | GeImmJump => {
                (LtImmJump, true, true)
            }
            _ => (LtJump, true, false),
        };
        let index = op as u8 - first as u8;
        if self.needs_integers(&p, imm) {
            let r = self.compare_integers(index, &p, imm);
            let holds = self.answered(r);
            return self.compared(p, next, jumps, holds);
        }
        let cond = condition(index);
        let (b, c) = (p.word.b() as usize, p.word.c() as usize);
        if let (Some(x), Some(y), false, Cond::Eq | Cond::Ne) =
            (type_of(vm, p.b), type_of(vm, p.c), imm, cond)
        {
            let n = vm.names;
            let plain = [x, y].into_iter().all(|t| {
                Recorder::inherits(vm, t, n.__eq__)
                    && (cond == Cond::Eq || Recorder::inherits(vm, t, n.__ne__))
            });
            if plain && !p.b.is_float() && !p.c.is_float() {
                if !self.guard_methods(vm, b, p.b) || !self.guard_methods(vm, c, p.c) {
                    return false;
                }
                let (v, w) = (self.dissolved(b), self.dissolved(c));
                let same = if v.is_some() || w.is_some() {
                    let one = self.constant(1);
                    let yes = (v == w) == (cond == Cond::Eq);
                    self.compare(if yes { Cond::Eq } else { Cond::Ne }, one, one)
                } else {
                    let (x, y) = (self.word(b), self.word(c));
                    self.compare(cond, x, y)
                };
                return self.compared(p, next, jumps, same);
            }
        }
        if !imm && let Some(holds) = self.same_text(p, cond) {
            return self.compared(p, next, jumps, holds);
        }
        if matches!(cond, Cond::Eq | Cond::Ne)
            && !imm
            && let Some(r) = self.compare_row(p)
        {
            let equal = self.answered(r);
            let holds = if cond == Cond::Eq {
                equal
            } else {
                self.compare_imm(Cond::Eq, r, 0)
            };
            return self.compared(p, next, jumps, holds);
        }
        self.guard_class(b, p.b);
        let x = self.word(b);
        let y = if imm {
            let n = p.word.c() as i16 as i64;
            self.constant((n as u64) << 1 | 1)
        } else {
            self.guard_class(c, p.c);
            self.word(c)
        };
        let o = self.constant(index as u64);
        let r = self.ask(lean::compare as *const (), &[o, x, y]);
        let holds = self.answered(r);
        self.compared(p, next, jumps, holds)
    }

    /// Asks whether a dissolved tuple equals another one.
    fn compare_row(&mut self, p: Pending) -> Option<Val> {
        let (b, c) = (p.word.b() as usize, p.word.c() as usize);
        if p.b.shape != ids::TUPLE || p.c.shape != ids::TUPLE || self.failed_here() {
            return None;
        }
        let left = self.is_dissolved(b, ids::TUPLE);
        let (row, other) = if left { (b, c) } else { (c, b) };
        let k = self.dissolved_as(row, ids::TUPLE)?;
        if self.dissolved(other).is_some() {
            return None;
        }
        let t = self.word(other);
        self.guard_shape(t, ids::TUPLE);
        let at = self.row_in_scratch(k)?;
        let (n, left) = (
            self.constant(self.fields_of(k) as u64),
            self.constant(left as u64),
        );
        Some(self.ask(lean::equals_row as *const (), &[t, at, n, left]))
    }

    /// The condition that a helper answered yes, which was not refused.
    fn answered(&mut self, r: Val) -> Val {
        let sure = self.compare_imm(Cond::Ne, r, lean::REFUSED);
        self.guard(sure, true);
        self.compare_imm(Cond::Ne, r, 0)
    }

    fn compared(&mut self, p: Pending, next: Next, jumps: bool, holds: Val) -> bool {
        if jumps {
            self.jump_on(holds, p, next);
        } else {
            self.set_bool(p.word.a() as usize, holds);
        }
        true
    }

    fn truth_leanly(&mut self, vm: &mut Vm, p: Pending, next: Next) -> bool {
        let op = Recorder::op(&p);
        let jumps = matches!(op, Code::JumpIfTrue | Code::JumpIfFalse);
        let (i, seen) = if jumps {
            (p.word.a() as usize, p.a)
        } else {
            (p.word.b() as usize, p.b)
        };
        let Some(ty) = type_of(vm, seen) else {
            return false;
        };
        let n = vm.names;
        let methods = [n.__bool__, n.__len__];
        let always = methods
            .into_iter()
            .all(|name| vm.type_lookup(ty, name).is_none());
        if always {
            if !self.guard_methods(vm, i, seen) {
                return false;
            }
            if !jumps {
                let w = self.constant(Value::bool(op == Code::ToBool).bits());
                self.set(p.word.a() as usize, w);
            }
            return true;
        }
        self.guard_class(i, seen);
        let w = self.word(i);
        let c = match self.length_of(w, seen.shape) {
            Some(length) => self.compare_imm(Cond::Ne, length, 0),
            None => {
                let r = self.ask(lean::truth as *const (), &[w]);
                self.answered(r)
            }
        };
        if jumps {
            let jumped = next.pc != p.pc + 8;
            self.guard(c, jumped == (op == Code::JumpIfTrue));
            return true;
        }
        let (t, f) = (
            self.constant(Value::TRUE.bits()),
            self.constant(Value::FALSE.bits()),
        );
        let (yes, no) = if op == Code::Not { (f, t) } else { (t, f) };
        let w = self.emit(Op::Select(c, yes, no));
        self.know(w, |k| k.boolean = true);
        self.set(p.word.a() as usize, w);
        true
    }

    fn binary_leanly(&mut self, p: Pending) -> bool {
        let op = Recorder::op(&p);
        let (a, b, c) = (
            p.word.a() as usize,
            p.word.b() as usize,
            p.word.c() as usize,
        );
        let imm = matches!(op, Code::AddImm | Code::SubImm);
        let inplace = !imm && p.word.x() & 1 != 0;
        if matches!(p.c.kind, Some(Kind::Iter | Kind::Generator | Kind::Native)) && !imm
            || shows_frames(p.b)
        {
            return false;
        }
        if self.needs_integers(&p, imm) {
            let op = match op {
                Code::AddImm => Code::Add,
                Code::SubImm => Code::Sub,
                other => other,
            };
            self.integers(op, p, imm);
            return true;
        }
        let number = |s: Seen| s.is_int() || s.is_float();
        if op == Code::Pow && number(p.b) && number(p.c) {
            if p.b.is_float() || p.c.is_float() {
                let (x, y) = (self.number(b, p.b), self.number(c, p.c));
                let r = self.call(lean::power as *const () as usize, &[x, y], Type::Float);
                let (size, end) = (self.emit(Op::AbsF(r)), self.float_constant(f64::INFINITY));
                let finite = self.emit(Op::CompareF(Cond::Lt, size, end));
                self.guard(finite, true);
                self.set_float(a, r);
                return true;
            }
            let y = self.int(c);
            if self.fact(y).constant == Some(5) {
                let x = self.int(b);
                let (m, n) = (self.binary_imm(Binary::Sub, x, 1), self.untagged(x));
                let e = self.exit();
                let r = self.emit(Op::Checked(Checked::Mul, m, n, e));
                let w = self.binary_imm(Binary::Or, r, 1);
                self.know(w, |k| k.int = true);
                self.set(a, w);
                return true;
            }
        }
        self.guard_class(b, p.b);
        let x = self.word(b);
        let (number, y) = if imm {
            let n = p.word.c() as i16 as i64;
            let first = if op == Code::AddImm {
                Code::Add
            } else {
                Code::Sub
            };
            (first, self.constant((n as u64) << 1 | 1))
        } else {
            self.guard_class(c, p.c);
            (op, self.word(c))
        };
        let o = (number as u64 - Code::Add as u64) | (inplace as u64) << 32;
        let o = self.constant(o);
        let helper = if inplace {
            lean::binary_changing as *const ()
        } else {
            lean::binary as *const ()
        };
        let v = self.ask(helper, &[o, x, y]);
        self.not_refused(v);
        if inplace && p.b.kind.is_some() && !matches!(p.b.shape, ids::STR | ids::TUPLE | ids::INT) {
            self.contents_changed();
        }
        let sequence = matches!(p.b.shape, ids::STR | ids::LIST | ids::TUPLE | ids::BYTES);
        if !imm
            && (sequence && op == Code::Add && p.b.shape == p.c.shape
                || sequence && op == Code::Mul && p.c.is_int()
                || op == Code::Mod && p.b.shape == ids::STR)
        {
            self.know_shape(v, p.b.shape);
        }
        self.set(a, v);
        true
    }

    fn unary_leanly(&mut self, p: Pending) -> bool {
        let (a, b) = (p.word.a() as usize, p.word.b() as usize);
        let invert = Recorder::op(&p) == Code::Invert;
        if invert && p.b.is_int() {
            let x = self.int(b);
            let w = self.binary_imm(Binary::Xor, x, !1);
            self.know(w, |k| k.int = true);
            self.set(a, w);
            return true;
        }
        // `~True` warns.
        if p.b.kind != Some(Kind::Int) && !(p.b.is_int() || p.b.is_float()) {
            return false;
        }
        self.guard_class(b, p.b);
        let x = self.word(b);
        let helper = if invert {
            lean::invert as *const ()
        } else {
            lean::negate as *const ()
        };
        let v = self.ask(helper, &[x]);
        self.not_refused(v);
        self.set(a, v);
        true
    }

    fn format_leanly(&mut self, p: Pending) -> bool {
        let (a, b) = (p.word.a() as usize, p.word.b() as usize);
        if p.b.shape >= ids::FIRST_DYNAMIC || shows_frames(p.b) {
            return false;
        }
        let op = Recorder::op(&p);
        if op == Code::Convert && !matches!(p.word.x(), 1 | 2)
            || op == Code::FormatSpec && p.c.shape != ids::STR
        {
            return false;
        }
        self.guard_class(b, p.b);
        let x = self.word(b);
        let v = match op {
            Code::FormatSimple | Code::Convert
                if p.b.shape == ids::STR && (op == Code::FormatSimple || p.word.x() == 1) =>
            {
                self.set(a, x);
                return true;
            }
            Code::FormatSimple => self.ask(lean::format_simple as *const (), &[x]),
            Code::Convert => {
                let repr = self.constant((p.word.x() == 2) as u64);
                self.ask(lean::convert as *const (), &[x, repr])
            }
            _ => {
                self.guard_class(p.word.c() as usize, p.c);
                let spec = self.word(p.word.c() as usize);
                self.ask(lean::format_spec as *const (), &[x, spec])
            }
        };
        self.not_refused(v);
        self.know_shape(v, ids::STR);
        self.set(a, v);
        true
    }

    /// An attribute that native code computes.
    fn attribute_leanly(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let names = self.frame().code.names.expect();
        let name = names.get(p.word.c() as usize);
        if self.attribute_of_frame(vm, p, name) || self.bound_native(vm, p, name) {
            return true;
        }
        // `__dict__` changes how the object keeps its attributes.
        let text = name.cast::<PyStr>().map(|s| s.text_lossy());
        if text.is_none_or(|t| t == "__dict__" && p.b.kind != Some(Kind::Type))
            || p.b.shape == 0
            || shows_frames(p.b)
        {
            return false;
        }
        let w = self.word(p.word.b() as usize);
        self.guard_shape(w, p.b.shape);
        let name = self.object(vm, name);
        let v = self.ask(lean::load_attr as *const (), &[w, name]);
        self.not_refused(v);
        self.set(p.word.a() as usize, v);
        true
    }

    /// A method of an immediate int or float, whose types nobody changes.
    fn method_of_number(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let (a, b) = (p.word.a() as usize, p.word.b() as usize);
        let names = self.frame().code.names.expect();
        let (Some(name), Some(ty), 0) = (
            names.get(p.word.c() as usize).cast::<PyStr>(),
            type_of(vm, p.b),
            p.b.shape,
        ) else {
            return false;
        };
        let Some(f) = vm
            .type_lookup(ty, name)
            .filter(|f| f.shape_id() == ids::METHOD_DESCRIPTOR)
        else {
            return false;
        };
        if !p.b.is_int() && !p.b.is_float() {
            return false;
        }
        self.guard_class(b, p.b);
        let this = self.word(b);
        let f = self.object(vm, f);
        self.set(a, f);
        self.set(a + 1, this);
        true
    }

    /// `super().method` of an instance: what was found, as long as its type's look-ups stay as they are.
    fn super_method(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let (a, base) = (p.word.a() as usize, p.word.b() as usize);
        let f = self.frames.len() - 1;
        let found = self.actual_in(f, a);
        let this = p.more.args[2];
        if p.word.x() & 1 == 0
            || found.kind() != Some(Kind::Function)
                && !matches!(
                    found.shape_id(),
                    ids::METHOD_DESCRIPTOR | ids::WRAPPER_DESCRIPTOR
                )
            || self.actual_in(f, a + 1).bits() != this.bits
            || this.shape < ids::FIRST_DYNAMIC
            || this.kind == Some(Kind::Type)
            || p.more.args[1].kind != Some(Kind::Type)
            || p.more.args[0].bits != vm.builtin_type(ids::SUPER).value().bits()
        {
            return false;
        }
        self.guard_class_constant(vm, base, p.more.args[0]);
        self.guard_class_constant(vm, base + 1, p.more.args[1]);
        if !self.guard_methods(vm, base + 2, this) {
            return false;
        }
        let function = self.object(vm, found);
        if let Some(k) = self.dissolved(base + 2) {
            self.set(a, function);
            self.set_virtual(a + 1, k);
            return true;
        }
        let w = self.word(base + 2);
        self.set(a, function);
        self.set(a + 1, w);
        true
    }

    /// That a register holds the type object that was seen.
    pub(super) fn guard_class_constant(&mut self, vm: &mut Vm, i: usize, seen: Seen) {
        let w = self.word(i);
        if self.fact(w).constant != Some(seen.bits) {
            self.object(vm, word_value(seen.bits));
            self.guard_constant(w, seen.bits);
        }
    }

    fn copy_free_vars(&mut self, p: Pending) -> bool {
        let (a, n) = (p.word.a() as usize, p.word.b() as usize);
        let frame = self.frame();
        let function = if frame.written || frame.function == 0 {
            let fp = frame.fp;
            self.load(fp, 8 * at::FUNCTION as i32)
        } else {
            let function = frame.function;
            self.constant(function)
        };
        let closure = self.field(function, std::mem::offset_of!(PyFunction, closure) as i32);
        let c = self.compare_imm(Cond::Ne, closure, 0);
        self.guard(c, true);
        self.guard_shape(closure, ids::TUPLE);
        let length = self.field(closure, layout::TUPLE_LEN);
        let c = self.compare_imm(Cond::Eq, length, n as u64);
        let actual =
            (0..n).all(|i| self.actual_in(self.frames.len() - 1, a + i).kind() == Some(Kind::Cell));
        if !actual {
            return false;
        }
        self.guard(c, true);
        let cells: Vec<Val> = (0..n)
            .map(|i| self.field(closure, layout::TUPLE_ITEMS + 8 * i as i32))
            .collect();
        for cell in &cells {
            self.guard_shape(*cell, ids::CELL);
        }
        for (i, cell) in cells.into_iter().enumerate() {
            self.set(a + i, cell);
        }
        true
    }

    fn store_cell(&mut self, p: Pending) -> bool {
        if p.a.shape != ids::CELL {
            return false;
        }
        let cell = self.word(p.word.a() as usize);
        self.guard_shape(cell, ids::CELL);
        let v = self.word(p.word.b() as usize);
        self.store_object(cell, layout::CELL_CONTENTS, v);
        self.begun = true;
        true
    }
}
