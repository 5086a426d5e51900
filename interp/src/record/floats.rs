//! Calls that compute with floats: functions of `math` that give a float, and what makes a float whole.
//!
//! An int that is too big for a word, and the errors of NaN and infinities, are the interpreter's: the trace leaves where its
//! helper gives none.

use super::natives::{Called, listed};
use super::{Pending, Recorder};
use crate::tier::enter::helpers_lean as lean;
use skein_jit::ir::{Cond, Op, Type};
use skein_runtime::object::native_def::NativeDef;
use skein_runtime::prelude::*;

/// Natives of `math` that give a float for a float.
const FLOAT1: &str = "acos acosh asin asinh atan atanh cbrt cos cosh degrees erf erfc exp exp2 expm1 fabs gamma lgamma log log10 \
    log1p log2 radians sin sinh sqrt tan tanh";
/// Natives of `math` that give a float for two floats.
const FLOAT2: &str = "atan2 copysign fmod hypot pow remainder";

impl Recorder {
    /// Functions of floats that give a float.
    pub(super) fn math_call(&mut self, vm: &mut Vm, p: Pending, n: Called) -> bool {
        let argc = p.word.c() as usize;
        let seen = &p.more.args[..argc];
        let names = match argc {
            1 => FLOAT1,
            2 => FLOAT2,
            _ => return false,
        };
        if !listed(names, n.def.name)
            || !seen.iter().all(|s| s.is_float() || s.is_int())
            || p.next.bits != 0
        {
            return false;
        }
        let base = p.word.b() as usize;
        self.guard_callee(vm, p);
        self.is_jump(base + 1, p.next, 0);
        let x = self.number(base + 2, seen[0]);
        let r = if n.def.name == "sqrt" {
            let zero = self.float_constant(0.0);
            let c = self.emit(Op::CompareF(Cond::Ge, x, zero));
            self.guard(c, true);
            self.emit(Op::SqrtF(x))
        } else if n.def.name == "fabs" {
            self.emit(Op::AbsF(x))
        } else {
            let plain = n.def.counts.plain && n.def.counts.total as usize == argc;
            if !plain {
                return false;
            }
            let code = self.constant(n.def as *const NativeDef as u64);
            let r = if argc == 1 {
                let args = [self.context, code, x];
                self.call(lean::float1 as *const () as usize, &args, Type::Float)
            } else {
                let y = self.number(base + 3, seen[1]);
                let args = [self.context, code, x, y];
                self.call(lean::float2 as *const () as usize, &args, Type::Float)
            };
            let c = self.emit(Op::CompareF(Cond::Eq, r, r));
            self.guard(c, true);
            r
        };
        self.set_float(p.word.a() as usize, r);
        true
    }

    /// `int`, `round`, `math.floor`, `math.ceil` and `math.trunc` of a float.
    pub(super) fn rounded(&mut self, vm: &mut Vm, p: Pending, name: &str) -> bool {
        let helper = match name {
            "int" | "trunc" => lean::truncated as *const (),
            "round" => lean::rounded as *const (),
            "floor" => lean::floor as *const (),
            "ceil" => lean::ceiling as *const (),
            _ => return false,
        };
        let (base, plain) = (p.word.b() as usize, p.word.c() == 1 && p.next.bits == 0);
        if !plain || !p.more.args[0].is_float() || self.failed_here() {
            return false;
        }
        self.begin_call(vm, p);
        let x = self.float(base + 2);
        let whole = self.call(helper as usize, &[x], Type::Word);
        self.not_refused(whole);
        self.know(whole, |k| k.int = true);
        self.set(p.word.a() as usize, whole);
        true
    }
}
