//! Handlers between the fast and the slow ones: operators whose operands are not two immediates of one kind, but still plain.
//!
//! What they call raises nothing, runs no Python code and allocates nothing, so they need none of what a slow handler does around
//! its body. Everything else goes on to the slow handlers, with nothing changed.

use super::super::ops_arith;
use super::cx::{Cx, Pc, word_value};
use super::fast::{s_binary, s_compare};
use super::macros::{a, b, c, fast};
use super::{Handler, go};
use skein_compiler::bytecode::Op;
use skein_runtime::prelude::*;

const ADD: u8 = Op::Add as u8;
const SUB: u8 = Op::Sub as u8;
const MUL: u8 = Op::Mul as u8;
const TRUE_DIV: u8 = Op::TrueDiv as u8;
const ADD_IMM: u8 = Op::AddImm as u8;
const SUB_IMM: u8 = Op::SubImm as u8;
/// Integers up to this size are floats exactly.
const EXACT: i64 = 1 << 53;

/// An exact int or float as a float; boxed ones are infinite, not a number, or out of the immediates' range.
#[inline(always)]
fn real(v: Value) -> Option<f64> {
    match v.as_small_int() {
        Some(n) if (-EXACT..=EXACT).contains(&n) => Some(n as f64),
        Some(_) => None,
        None => v.as_small_float().or_else(|| boxed(v)),
    }
}

#[inline(always)]
fn boxed(v: Value) -> Option<f64> {
    if v.shape_id() == ids::FLOAT {
        skein_runtime::builtins::float::as_float(v)
    } else {
        None
    }
}

/// `x op y` of a float and another number, or the quotient of two ints, if the result is an immediate.
#[inline(always)]
fn real_result(op: u8, x: Value, y: Value) -> Option<Value> {
    let ints = x.is_int() && y.is_int();
    let (p, q) = (real(x)?, real(y)?);
    let r = match op {
        TRUE_DIV if q != 0.0 => p / q,
        ADD if !ints => p + q,
        SUB if !ints => p - q,
        MUL if !ints => p * q,
        _ => return None,
    };
    Value::small_float(r)
}

fast!(
    #[inline(never)]
    binary_reals,
    |pc, fp, vm, insn, tbl| {
        let (x, y) = (word_value(*fp.add(b!(insn))), word_value(*fp.add(c!(insn))));
        if let Some(r) = real_result(insn as u8, x, y) {
            *fp.add(a!(insn)) = r.bits();
            go!(pc.add(1), fp, vm, tbl)
        }
        return s_binary(pc, fp, vm, insn, tbl);
    }
);
fast!(
    #[inline(never)]
    binary_imm_real,
    |pc, fp, vm, insn, tbl| {
        let x = word_value(*fp.add(b!(insn)));
        let y = c!(insn) as u16 as i16 as f64;
        let r = match (insn as u8, x.as_small_float()) {
            (ADD_IMM, Some(x)) => Value::small_float(x + y),
            (SUB_IMM, Some(x)) => Value::small_float(x - y),
            _ => None,
        };
        if let Some(r) = r {
            *fp.add(a!(insn)) = r.bits();
            go!(pc.add(1), fp, vm, tbl)
        }
        return s_binary(pc, fp, vm, insn, tbl);
    }
);
fast!(
    #[inline(never)]
    compare_plain,
    |pc, fp, vm, insn, tbl| {
        let cx = Cx {
            pc,
            fp,
            insn: skein_compiler::bytecode::Word(insn),
        };
        if let Some(r) = ops_arith::compare_plainly(&mut *vm, cx) {
            if (insn as u8) < Op::LtJump as u8 {
                *fp.add(a!(insn)) = Value::bool(r).bits();
                go!(pc.add(1), fp, vm, tbl)
            }
            let next = if r == (insn >> 8 & 0xff != 0) {
                pc.offset(a!(insn) as u16 as i16 as isize)
            } else {
                pc.add(1)
            };
            go!(next, fp, vm, tbl)
        }
        return s_compare(pc, fp, vm, insn, tbl);
    }
);
