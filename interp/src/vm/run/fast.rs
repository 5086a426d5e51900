//! The handlers and their table.
//!
//! Rules (dispatch.md): no value with Drop, no address of a local escapes, no call before the final jump on a fast path
//! except through a slow handler.

use super::super::{
    call, class, import, ops_arith, ops_attr, ops_build, ops_exc, ops_iter, ops_match, ops_names,
    unwind,
};
use super::cx::{Cx, Pc};
use super::{Handler, go, run_body, slow, special};
use crate::vm::Step;
use crate::vm::run::ret::{Action, ret};
use skein_compiler::bytecode::Op;
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::at;
use std::sync::atomic::Ordering;

/// Defines a fast handler. Inside, `r!(n)` reads and `w!(n, v)` writes register n as a raw word; `a!() b!() c!()` are operands;
/// `next!(len)` goes on behind the instruction, `to!(offset)` at a distance; `slow!(h)` tail-calls another handler.
macro_rules! fast {
    ($name:ident, |$pc:ident, $fp:ident, $vm:ident, $insn:ident, $tbl:ident| $body:block) => {
        unsafe extern "C" fn $name(
            $pc: Pc,
            $fp: *mut u64,
            $vm: *mut Vm,
            $insn: u64,
            $tbl: *const Handler,
        ) {
            // SAFETY: handlers run with the running frame of a live Vm; operands were checked by the verifier.
            unsafe { $body }
        }
    };
}

macro_rules! a {
    ($i:ident) => {
        ($i >> 16) as u16 as usize
    };
}
macro_rules! b {
    ($i:ident) => {
        ($i >> 32) as u16 as usize
    };
}
macro_rules! c {
    ($i:ident) => {
        ($i >> 48) as usize
    };
}
macro_rules! bc {
    ($i:ident) => {
        ($i >> 32) as u32 as i32
    };
}

const NONE: u64 = Value::NONE.bits();
const TRUE: u64 = Value::TRUE.bits();
const FALSE: u64 = Value::FALSE.bits();

fast!(nop, |pc, fp, vm, _insn, tbl| {
    go!(pc.add(1), fp, vm, tbl)
});
fast!(mov, |pc, fp, vm, insn, tbl| {
    *fp.add(a!(insn)) = *fp.add(b!(insn));
    go!(pc.add(1), fp, vm, tbl)
});
fast!(load_int, |pc, fp, vm, insn, tbl| {
    *fp.add(a!(insn)) = (bc!(insn) as i64 as u64) << 1 | 1;
    go!(pc.add(1), fp, vm, tbl)
});
fast!(load_none, |pc, fp, vm, insn, tbl| {
    *fp.add(a!(insn)) = NONE;
    go!(pc.add(1), fp, vm, tbl)
});
fast!(load_bool, |pc, fp, vm, insn, tbl| {
    *fp.add(a!(insn)) = if insn >> 8 & 0xff != 0 { TRUE } else { FALSE };
    go!(pc.add(1), fp, vm, tbl)
});
fast!(set_null, |pc, fp, vm, insn, tbl| {
    *fp.add(a!(insn)) = 0;
    go!(pc.add(1), fp, vm, tbl)
});
fast!(load_const, |pc, fp, vm, insn, tbl| {
    let cx = Cx {
        pc,
        fp,
        insn: skein_compiler::bytecode::Word(insn),
    };
    *fp.add(a!(insn)) = cx
        .code()
        .consts
        .expect()
        .get(bc!(insn) as u32 as usize)
        .bits();
    go!(pc.add(1), fp, vm, tbl)
});
fast!(check_local, |pc, fp, vm, insn, tbl| {
    if *fp.add(a!(insn)) != 0 {
        go!(pc.add(1), fp, vm, tbl)
    }
    return s_check_local(pc, fp, vm, insn, tbl);
});
slow!(s_check_local, ops_names::op_check_local);
fast!(jump, |pc, fp, vm, insn, tbl| {
    go!(pc.offset(bc!(insn) as isize), fp, vm, tbl)
});
fast!(jump_back, |pc, fp, vm, insn, tbl| {
    if (*vm).attention.load(Ordering::Relaxed) {
        return s_attend_jump(pc, fp, vm, insn, tbl);
    }
    go!(pc.offset(bc!(insn) as isize), fp, vm, tbl)
});
fn attend_jump(vm: &mut Vm, cx: Cx) -> Step {
    super::poll::attend(vm)?;
    Ok(cx.target())
}
slow!(s_attend_jump, attend_jump);
fast!(resume, |pc, fp, vm, insn, tbl| {
    if (*vm).attention.load(Ordering::Relaxed) {
        return s_attend_resume(pc, fp, vm, insn, tbl);
    }
    go!(pc.add(2), fp, vm, tbl)
});
fn attend_resume(vm: &mut Vm, cx: Cx) -> Step {
    super::poll::attend(vm)?;
    Ok(cx.after(2))
}
slow!(s_attend_resume, attend_resume);
fast!(jump_if_true, |pc, fp, vm, insn, tbl| {
    match *fp.add(a!(insn)) {
        TRUE => go!(pc.offset(bc!(insn) as isize), fp, vm, tbl),
        FALSE | NONE => go!(pc.add(1), fp, vm, tbl),
        _ => return s_truth(pc, fp, vm, insn, tbl),
    }
});
fast!(jump_if_false, |pc, fp, vm, insn, tbl| {
    match *fp.add(a!(insn)) {
        TRUE => go!(pc.add(1), fp, vm, tbl),
        FALSE | NONE => go!(pc.offset(bc!(insn) as isize), fp, vm, tbl),
        _ => return s_truth(pc, fp, vm, insn, tbl),
    }
});
slow!(s_truth, ops_arith::op_truth);
fast!(jump_if_none, |pc, fp, vm, insn, tbl| {
    let next = if *fp.add(a!(insn)) == NONE {
        pc.offset(bc!(insn) as isize)
    } else {
        pc.add(1)
    };
    go!(next, fp, vm, tbl)
});
fast!(jump_if_not_none, |pc, fp, vm, insn, tbl| {
    let next = if *fp.add(a!(insn)) != NONE {
        pc.offset(bc!(insn) as isize)
    } else {
        pc.add(1)
    };
    go!(next, fp, vm, tbl)
});
fast!(jump_if_null, |pc, fp, vm, insn, tbl| {
    let next = if *fp.add(a!(insn)) == 0 {
        pc.offset(bc!(insn) as isize)
    } else {
        pc.add(1)
    };
    go!(next, fp, vm, tbl)
});
fast!(is, |pc, fp, vm, insn, tbl| {
    let same = *fp.add(b!(insn)) == *fp.add(c!(insn));
    *fp.add(a!(insn)) = if same != (insn >> 8 & 0xff != 0) {
        TRUE
    } else {
        FALSE
    };
    go!(pc.add(1), fp, vm, tbl)
});

/// The float in a word that is an immediate float other than zero.
#[inline(always)]
fn tagged_float(w: u64) -> f64 {
    f64::from_bits(w.rotate_right(3).wrapping_sub(1 << 60))
}

macro_rules! arith {
    ($name:ident, $int:ident, $float:tt) => {
        fast!($name, |pc, fp, vm, insn, tbl| {
            let (x, y) = (*fp.add(b!(insn)), *fp.add(c!(insn)));
            if x & y & 1 == 1 {
                if let Some(r) = $int(x, y) {
                    *fp.add(a!(insn)) = r;
                    go!(pc.add(1), fp, vm, tbl)
                }
            } else if x & 3 == 2 && y & 3 == 2 {
                if let Some(r) = Value::small_float(tagged_float(x) $float tagged_float(y)) {
                    *fp.add(a!(insn)) = r.bits();
                    go!(pc.add(1), fp, vm, tbl)
                }
            }
            return s_binary(pc, fp, vm, insn, tbl);
        });
    };
}
#[inline(always)]
fn int_add(x: u64, y: u64) -> Option<u64> {
    (x as i64).checked_add((y - 1) as i64).map(|r| r as u64)
}
#[inline(always)]
fn int_sub(x: u64, y: u64) -> Option<u64> {
    (x as i64).checked_sub((y - 1) as i64).map(|r| r as u64)
}
#[inline(always)]
fn int_mul(x: u64, y: u64) -> Option<u64> {
    ((x - 1) as i64)
        .checked_mul(y as i64 >> 1)
        .map(|r| r as u64 | 1)
}
arith!(add, int_add, +);
arith!(sub, int_sub, -);
arith!(mul, int_mul, *);
slow!(s_binary, ops_arith::op_binary);
fast!(true_div, |pc, fp, vm, insn, tbl| {
    let (x, y) = (*fp.add(b!(insn)), *fp.add(c!(insn)));
    if x & 3 == 2
        && y & 3 == 2
        && let Some(r) = Value::small_float(tagged_float(x) / tagged_float(y))
    {
        *fp.add(a!(insn)) = r.bits();
        go!(pc.add(1), fp, vm, tbl)
    }
    return s_binary(pc, fp, vm, insn, tbl);
});
fast!(add_imm, |pc, fp, vm, insn, tbl| {
    let x = *fp.add(b!(insn));
    if x & 1 == 1
        && let Some(r) = (x as i64).checked_add((c!(insn) as u16 as i16 as i64) << 1)
    {
        *fp.add(a!(insn)) = r as u64;
        go!(pc.add(1), fp, vm, tbl)
    }
    return s_binary(pc, fp, vm, insn, tbl);
});
fast!(sub_imm, |pc, fp, vm, insn, tbl| {
    let x = *fp.add(b!(insn));
    if x & 1 == 1
        && let Some(r) = (x as i64).checked_sub((c!(insn) as u16 as i16 as i64) << 1)
    {
        *fp.add(a!(insn)) = r as u64;
        go!(pc.add(1), fp, vm, tbl)
    }
    return s_binary(pc, fp, vm, insn, tbl);
});
macro_rules! bits {
    ($name:ident, $op:tt) => {
        fast!($name, |pc, fp, vm, insn, tbl| {
            let (x, y) = (*fp.add(b!(insn)), *fp.add(c!(insn)));
            if x & y & 1 == 1 {
                *fp.add(a!(insn)) = (x $op y) | 1;
                go!(pc.add(1), fp, vm, tbl)
            }
            return s_binary(pc, fp, vm, insn, tbl);
        });
    };
}
bits!(bit_and, &);
bits!(bit_or, |);
bits!(bit_xor, ^);
fast!(floor_div, |pc, fp, vm, insn, tbl| {
    let (x, y) = (*fp.add(b!(insn)), *fp.add(c!(insn)));
    if x & y & 1 == 1 && (y as i64) > 1 {
        let q = (x as i64 >> 1).div_euclid(y as i64 >> 1);
        *fp.add(a!(insn)) = (q as u64) << 1 | 1;
        go!(pc.add(1), fp, vm, tbl)
    }
    return s_binary(pc, fp, vm, insn, tbl);
});
fast!(modulo, |pc, fp, vm, insn, tbl| {
    let (x, y) = (*fp.add(b!(insn)), *fp.add(c!(insn)));
    if x & y & 1 == 1 && (y as i64) > 1 {
        let q = (x as i64 >> 1).rem_euclid(y as i64 >> 1);
        *fp.add(a!(insn)) = (q as u64) << 1 | 1;
        go!(pc.add(1), fp, vm, tbl)
    }
    return s_binary(pc, fp, vm, insn, tbl);
});
fast!(rshift, |pc, fp, vm, insn, tbl| {
    let (x, y) = (*fp.add(b!(insn)), *fp.add(c!(insn)));
    if x & y & 1 == 1 && (y as i64) > 0 {
        let n = (y >> 1).min(63);
        *fp.add(a!(insn)) = ((x as i64 >> n) as u64) | 1;
        go!(pc.add(1), fp, vm, tbl)
    }
    return s_binary(pc, fp, vm, insn, tbl);
});
fast!(lshift, |pc, fp, vm, insn, tbl| {
    let (x, y) = (*fp.add(b!(insn)), *fp.add(c!(insn)));
    if x & y & 1 == 1 && y >> 1 < 62 {
        let (v, n) = ((x - 1) as i64, y >> 1);
        let r = v << n;
        if r >> n == v {
            *fp.add(a!(insn)) = r as u64 | 1;
            go!(pc.add(1), fp, vm, tbl)
        }
    }
    return s_binary(pc, fp, vm, insn, tbl);
});
slow!(s_unary, ops_arith::op_unary);

macro_rules! comparisons {
    ($(($store:ident, $jump:ident, $imm:ident, $op:tt),)*) => { $(
        fast!($store, |pc, fp, vm, insn, tbl| {
            let (x, y) = (*fp.add(b!(insn)), *fp.add(c!(insn)));
            let r = if x & y & 1 == 1 {
                (x as i64) $op (y as i64)
            } else if x & 3 == 2 && y & 3 == 2 {
                tagged_float(x) $op tagged_float(y)
            } else {
                return s_compare(pc, fp, vm, insn, tbl);
            };
            *fp.add(a!(insn)) = if r { TRUE } else { FALSE };
            go!(pc.add(1), fp, vm, tbl)
        });
        fast!($jump, |pc, fp, vm, insn, tbl| {
            let (x, y) = (*fp.add(b!(insn)), *fp.add(c!(insn)));
            let r = if x & y & 1 == 1 {
                (x as i64) $op (y as i64)
            } else if x & 3 == 2 && y & 3 == 2 {
                tagged_float(x) $op tagged_float(y)
            } else {
                return s_compare(pc, fp, vm, insn, tbl);
            };
            let next = if r == (insn >> 8 & 0xff != 0) { pc.offset(a!(insn) as u16 as i16 as isize) } else { pc.add(1) };
            go!(next, fp, vm, tbl)
        });
        fast!($imm, |pc, fp, vm, insn, tbl| {
            let x = *fp.add(b!(insn));
            if x & 1 == 0 {
                return s_compare(pc, fp, vm, insn, tbl);
            }
            let r = (x as i64 >> 1) $op (c!(insn) as u16 as i16 as i64);
            let next = if r == (insn >> 8 & 0xff != 0) { pc.offset(a!(insn) as u16 as i16 as isize) } else { pc.add(1) };
            go!(next, fp, vm, tbl)
        });
    )* };
}
comparisons! {
    (lt, lt_jump, lt_imm_jump, <),
    (le, le_jump, le_imm_jump, <=),
    (eq, eq_jump, eq_imm_jump, ==),
    (ne, ne_jump, ne_imm_jump, !=),
    (gt, gt_jump, gt_imm_jump, >),
    (ge, ge_jump, ge_imm_jump, >=),
}
slow!(s_compare, ops_arith::op_compare);
slow!(s_contains, ops_arith::op_contains);

fast!(load_global_module, |pc, fp, vm, insn, tbl| {
    let cx = Cx {
        pc,
        fp,
        insn: skein_compiler::bytecode::Word(insn),
    };
    let key = *pc.add(1);
    let globals = cx.function().globals.expect();
    if globals.current_keys_version() as u64 == key >> 32 {
        *fp.add(a!(insn)) = globals.value_at(key as u32 as usize).bits();
        go!(pc.add(3), fp, vm, tbl)
    }
    return s_load_global(pc, fp, vm, insn, tbl);
});
fast!(load_global_builtin, |pc, fp, vm, insn, tbl| {
    let cx = Cx {
        pc,
        fp,
        insn: skein_compiler::bytecode::Word(insn),
    };
    let key = *pc.add(1);
    let f = cx.function();
    let builtins = f.builtins.expect();
    if f.globals.expect().current_keys_version() as u64 == key >> 32
        && builtins.current_keys_version() as u64 == *pc.add(2)
    {
        *fp.add(a!(insn)) = builtins.value_at(key as u32 as usize).bits();
        go!(pc.add(3), fp, vm, tbl)
    }
    return s_load_global(pc, fp, vm, insn, tbl);
});
slow!(s_load_global, ops_names::op_load_global);
slow!(s_load_attr, ops_attr::op_load_attr);
slow!(s_store_attr, ops_attr::op_store_attr);

/// True if the object in `w` has the shape, under the type epoch, of a cache key.
#[inline(always)]
unsafe fn cache_hit(vm: *mut Vm, w: u64, key: u64) -> bool {
    // SAFETY: the low bits say that w is a heap object, whose first word is its header.
    w & 7 == 0
        && w != 0
        && unsafe { *(w as *const u64) & !0xffff_ffff | (*vm).type_epoch.get() as u64 } == key
}
fast!(load_attr_slot, |pc, fp, vm, insn, tbl| {
    let w = *fp.add(b!(insn));
    if cache_hit(vm, w, *pc.add(1)) {
        let v = *((w + *pc.add(2)) as *const u64);
        if v != 0 {
            *fp.add(a!(insn)) = v;
            go!(pc.add(3), fp, vm, tbl)
        }
    }
    return s_load_attr_generic(pc, fp, vm, insn, tbl);
});
fn load_attr_generic(vm: &mut Vm, cx: Cx) -> Step {
    cx.set_opcode(Op::LoadAttr as u8);
    ops_attr::op_load_attr(
        vm,
        Cx {
            insn: skein_compiler::bytecode::Word(cx.insn.0 & !0xff | Op::LoadAttr as u64),
            ..cx
        },
    )
}
slow!(s_load_attr_generic, load_attr_generic);
fast!(load_attr_module, |pc, fp, vm, insn, tbl| {
    let w = *fp.add(b!(insn));
    let key = *pc.add(1);
    if w & 7 == 0
        && w != 0
        && *(w as *const u64) >> 32 == key >> 32
        && let Some(m) = super::cx::word_value(w).cast::<PyModule>()
    {
        let d = m.dict();
        if d.current_keys_version() as u64 == key & 0xffff_ffff {
            *fp.add(a!(insn)) = d.value_at(*pc.add(2) as usize).bits();
            go!(pc.add(3), fp, vm, tbl)
        }
    }
    return s_load_attr_generic(pc, fp, vm, insn, tbl);
});
fast!(load_attr_property, |pc, fp, vm, insn, tbl| {
    if cache_hit(vm, *fp.add(b!(insn)), *pc.add(1)) {
        return s_call_getter(pc, fp, vm, insn, tbl);
    }
    return s_load_attr_generic(pc, fp, vm, insn, tbl);
});
fn call_getter(vm: &mut Vm, cx: Cx) -> Step {
    let getter = super::cx::word_value(cx.ext(2));
    let flow = call::begin(
        vm,
        getter,
        &[cx.reg(cx.b())],
        None,
        ret(Action::GetAttr, 3, cx.a(), 0),
    )?;
    Ok(call::store(cx, flow, cx.a(), 3))
}
slow!(s_call_getter, call_getter);
fast!(load_method_cached, |pc, fp, vm, insn, tbl| {
    let w = *fp.add(b!(insn));
    if cache_hit(vm, w, *pc.add(1)) {
        *fp.add(a!(insn)) = *pc.add(2);
        *fp.add(a!(insn) + 1) = w;
        go!(pc.add(3), fp, vm, tbl)
    }
    return s_load_method_generic(pc, fp, vm, insn, tbl);
});
fn load_method_generic(vm: &mut Vm, cx: Cx) -> Step {
    cx.set_opcode(Op::LoadMethod as u8);
    ops_attr::op_load_attr(
        vm,
        Cx {
            insn: skein_compiler::bytecode::Word(cx.insn.0 & !0xff | Op::LoadMethod as u64),
            ..cx
        },
    )
}
slow!(s_load_method_generic, load_method_generic);
fast!(store_attr_slot, |pc, fp, vm, insn, tbl| {
    let w = *fp.add(a!(insn));
    if cache_hit(vm, w, *pc.add(1)) {
        let object = Ref::<Header>::from_raw(w as *mut Header);
        skein_runtime::heap::tail::slot_at_header(&object, *pc.add(2) as usize)
            .set(object, super::cx::word_value(*fp.add(b!(insn))));
        go!(pc.add(3), fp, vm, tbl)
    }
    return s_store_attr_generic(pc, fp, vm, insn, tbl);
});
fast!(store_attr_add, |pc, fp, vm, insn, tbl| {
    let w = *fp.add(a!(insn));
    if cache_hit(vm, w, *pc.add(1)) {
        let object = Ref::<Header>::from_raw(w as *mut Header);
        let plan = *pc.add(2);
        skein_runtime::heap::tail::slot_at_header(&object, plan as u32 as usize)
            .set(object, super::cx::word_value(*fp.add(b!(insn))));
        object.set_shape_id((plan >> 32) as u32);
        go!(pc.add(3), fp, vm, tbl)
    }
    return s_store_attr_generic(pc, fp, vm, insn, tbl);
});
fn store_attr_generic(vm: &mut Vm, cx: Cx) -> Step {
    cx.set_opcode(Op::StoreAttr as u8);
    ops_attr::op_store_attr(
        vm,
        Cx {
            insn: skein_compiler::bytecode::Word(cx.insn.0 & !0xff | Op::StoreAttr as u64),
            ..cx
        },
    )
}
slow!(s_store_attr_generic, store_attr_generic);

fast!(load_cell, |pc, fp, vm, insn, tbl| {
    let cell = super::cx::word_value(*fp.add(b!(insn)));
    if let Some(cell) = cell.cast::<skein_runtime::builtins::cell::PyCell>() {
        let v = cell.contents.get().bits();
        if v != 0 {
            *fp.add(a!(insn)) = v;
            go!(pc.add(1), fp, vm, tbl)
        }
    }
    return s_load_cell(pc, fp, vm, insn, tbl);
});
slow!(s_load_cell, ops_names::op_load_cell);

fast!(load_subscr, |pc, fp, vm, insn, tbl| {
    let (o, k) = (super::cx::word_value(*fp.add(b!(insn))), *fp.add(c!(insn)));
    if k & 1 == 1 && (k as i64) > 0 {
        match o.shape_id() {
            ids::LIST => {
                let l: Ref<PyList> = o.cast_unchecked();
                if let Some(v) = l.try_get((k >> 1) as usize) {
                    *fp.add(a!(insn)) = v.bits();
                    go!(pc.add(1), fp, vm, tbl)
                }
            }
            ids::TUPLE => {
                let t: Ref<PyTuple> = o.cast_unchecked();
                let i = (k >> 1) as usize;
                if i < t.len() {
                    *fp.add(a!(insn)) = t.items()[i].bits();
                    go!(pc.add(1), fp, vm, tbl)
                }
            }
            _ => {}
        }
    }
    return s_load_subscr(pc, fp, vm, insn, tbl);
});
slow!(s_load_subscr, ops_attr::op_load_subscr);
fast!(store_subscr, |pc, fp, vm, insn, tbl| {
    let (o, k) = (super::cx::word_value(*fp.add(a!(insn))), *fp.add(b!(insn)));
    if k & 1 == 1 && (k as i64) > 0 && o.shape_id() == ids::LIST {
        let l: Ref<PyList> = o.cast_unchecked();
        let i = (k >> 1) as usize;
        if i < l.len() {
            l.set(i, super::cx::word_value(*fp.add(c!(insn))));
            go!(pc.add(1), fp, vm, tbl)
        }
    }
    return s_store_subscr(pc, fp, vm, insn, tbl);
});
slow!(s_store_subscr, ops_attr::op_store_subscr);

fast!(for_iter, |pc, fp, vm, insn, tbl| {
    let it = super::cx::word_value(*fp.add(b!(insn)));
    match it.shape_id() {
        ids::RANGE_ITERATOR => {
            let i: Ref<PyIter> = it.cast_unchecked();
            let left = i.stop.get();
            if left <= 0 {
                go!(pc.offset(*pc.add(1) as u32 as i32 as isize), fp, vm, tbl)
            }
            if let Some(v) = Value::small_int(i.index.get()) {
                i.stop.set(left - 1);
                i.index.set(i.index.get().wrapping_add(i.step.get()));
                *fp.add(a!(insn)) = v.bits();
                go!(pc.add(2), fp, vm, tbl)
            }
        }
        ids::LIST_ITERATOR => {
            let i: Ref<PyIter> = it.cast_unchecked();
            let at = i.index.get();
            if let Some(l) = i.a.get().cast::<PyList>()
                && let Some(v) = l.try_get(at as usize)
            {
                i.index.set(at + 1);
                *fp.add(a!(insn)) = v.bits();
                go!(pc.add(2), fp, vm, tbl)
            }
        }
        _ => {}
    }
    return s_for_iter(pc, fp, vm, insn, tbl);
});
slow!(s_for_iter, ops_iter::op_for_iter);

fast!(call_fast, |pc, fp, vm, insn, tbl| {
    let base = b!(insn);
    let callable = super::cx::word_value(*fp.add(base));
    if callable.kind() == Some(Kind::Function) {
        let f: Ref<PyFunction> = callable.cast_unchecked();
        let code = f.code();
        let with_self = (*fp.add(base + 1) != 0) as usize;
        let argc = c!(insn) + with_self;
        let need = (skein_runtime::tasklet::stack::FRAME_WORDS + code.nregs as usize) * 8;
        let top = (*vm).stack_top.get();
        let depth = (*vm).depth.get();
        if code.fast_argcount as usize == argc
            && ((*vm).stack_limit.get() as usize) - (top as usize) >= need
            && depth < (*vm).recursion_limit.get()
        {
            (*vm).depth.set(depth + 1);
            *fp.offset(at::PC) = pc as u64;
            let args = fp.add(base + 2 - with_self);
            let new = top.add(skein_runtime::tasklet::stack::FRAME_WORDS);
            let start = super::cx::code_start(code);
            *new.offset(at::CODE) = code.value().bits();
            *new.offset(at::FUNCTION) = callable.bits();
            *new.offset(at::CALLER) = fp as u64;
            *new.offset(at::PC) = start as u64;
            *new.offset(at::RETURN) = ret(Action::Store, 2, a!(insn), base as u32);
            *new.offset(at::FRAME_OBJECT) = 0;
            *new.offset(at::LOCALS) = 0;
            *new.offset(at::GENERATOR) = 0;
            let nregs = code.nregs as usize;
            let mut i = 0;
            while i < argc {
                *new.add(i) = *args.add(i);
                i += 1;
            }
            while i < nregs {
                *new.add(i) = 0;
                i += 1;
            }
            (*vm).stack_top.set(new.add(nregs));
            (*vm).fp.set(new);
            go!(start, new, vm, tbl)
        }
    }
    return s_call(pc, fp, vm, insn, tbl);
});
slow!(s_call, call::op_call);

fast!(return_fast, |pc, fp, vm, insn, tbl| {
    let word = *fp.offset(at::RETURN);
    // A plain stored result of a frame that nobody looked at and that is not the first of its chunk.
    if word as u8 == Action::Store as u8
        && *fp.offset(at::FRAME_OBJECT) | *fp.offset(at::GENERATOR) == 0
    {
        let v = *fp.add(a!(insn));
        let base = fp.sub(skein_runtime::tasklet::stack::FRAME_WORDS);
        if let Some(chunk) = (*vm).chunk.get()
            && chunk.base() != base
        {
            (*vm).stack_top.set(base);
            (*vm).depth.set((*vm).depth.get() - 1);
            let caller = *fp.offset(at::CALLER) as *mut u64;
            (*vm).fp.set(caller);
            *caller.add((word >> 16) as u16 as usize) = v;
            let pc = (*caller.offset(at::PC) as Pc).add((word >> 8) as u8 as usize);
            go!(pc, caller, vm, tbl)
        }
    }
    return s_return(pc, fp, vm, insn, tbl);
});
fn return_slow(vm: &mut Vm, cx: Cx) -> Step {
    Ok(unwind::return_value(vm, cx.fp, cx.reg(cx.a())))
}
slow!(s_return, return_slow);

unsafe extern "C" fn exit(_: Pc, _: *mut u64, _: *mut Vm, _: u64, _: *const Handler) {}

fn op_unknown(vm: &mut Vm, cx: Cx) -> Step {
    Err(vm.system_error(format!("unknown opcode {}", cx.insn.opcode())))
}
slow!(s_unknown, op_unknown);

macro_rules! slow_table {
    ($(($handler:ident, $body:path),)*) => { $(slow!($handler, $body);)* };
}
slow_table! {
    (s_load_common, ops_names::op_load_common),
    (s_load_build_class, class::op_load_build_class),
    (s_del_local, ops_names::op_del_local),
    (s_make_cell, ops_names::op_make_cell),
    (s_copy_free_vars, ops_names::op_copy_free_vars),
    (s_store_cell, ops_names::op_store_cell),
    (s_del_cell, ops_names::op_del_cell),
    (s_store_global, ops_names::op_store_global),
    (s_del_global, ops_names::op_del_global),
    (s_load_name, ops_names::op_load_name),
    (s_store_name, ops_names::op_store_name),
    (s_del_name, ops_names::op_del_name),
    (s_load_locals, ops_names::op_load_locals),
    (s_from_dict_or_globals, ops_names::op_load_from_dict_or_globals),
    (s_from_dict_or_cell, ops_names::op_load_from_dict_or_cell),
    (s_setup_annotations, ops_names::op_setup_annotations),
    (s_make_function, ops_names::op_make_function),
    (s_set_function_attr, ops_names::op_set_function_attr),
    (s_del_attr, ops_attr::op_del_attr),
    (s_load_super_attr, ops_attr::op_load_super_attr),
    (s_load_special, ops_attr::op_load_special),
    (s_del_subscr, ops_attr::op_del_subscr),
    (s_load_slice, ops_attr::op_load_slice),
    (s_store_slice, ops_attr::op_store_slice),
    (s_call_kw, call::op_call_kw),
    (s_call_ex, call::op_call_ex),
    (s_call_intrinsic, ops_exc::op_call_intrinsic),
    (s_build_tuple, ops_build::op_build_tuple),
    (s_build_list, ops_build::op_build_list),
    (s_build_set, ops_build::op_build_set),
    (s_build_map, ops_build::op_build_map),
    (s_build_string, ops_build::op_build_string),
    (s_build_slice, ops_build::op_build_slice),
    (s_list_append, ops_build::op_list_append),
    (s_list_extend, ops_build::op_list_extend),
    (s_list_to_tuple, ops_build::op_list_to_tuple),
    (s_set_add, ops_build::op_set_add),
    (s_set_update, ops_build::op_set_update),
    (s_dict_set, ops_build::op_dict_set),
    (s_dict_update, ops_build::op_dict_update),
    (s_dict_merge, ops_build::op_dict_merge),
    (s_convert, ops_build::op_convert),
    (s_format_simple, ops_build::op_format_simple),
    (s_format_spec, ops_build::op_format_spec),
    (s_build_interpolation, ops_build::op_build_interpolation),
    (s_build_template, ops_build::op_build_template),
    (s_unpack_seq, ops_build::op_unpack_seq),
    (s_unpack_ex, ops_build::op_unpack_ex),
    (s_get_iter, ops_iter::op_get_iter),
    (s_get_yield_from_iter, ops_iter::op_get_yield_from_iter),
    (s_send, ops_iter::op_send),
    (s_yield, ops_iter::op_yield),
    (s_get_awaitable, ops_iter::op_get_awaitable),
    (s_get_aiter, ops_iter::op_get_aiter),
    (s_get_anext, ops_iter::op_get_anext),
    (s_end_async_for, ops_iter::op_end_async_for),
    (s_cleanup_throw, ops_iter::op_cleanup_throw),
    (s_raise, ops_exc::op_raise),
    (s_reraise, ops_exc::op_reraise),
    (s_push_exc, ops_exc::op_push_exc),
    (s_pop_exc, ops_exc::op_pop_exc),
    (s_exc_match, ops_exc::op_exc_match),
    (s_exc_group_match, ops_exc::op_exc_group_match),
    (s_prep_reraise_star, ops_exc::op_prep_reraise_star),
    (s_exc_triple, ops_exc::op_exc_triple),
    (s_import_name, import::op_import_name),
    (s_import_from, import::op_import_from),
    (s_import_star, import::op_import_star),
    (s_match_sequence, ops_match::op_match_sequence),
    (s_match_mapping, ops_match::op_match_mapping),
    (s_match_class, ops_match::op_match_class),
    (s_match_keys, ops_match::op_match_keys),
    (s_match_rest, ops_match::op_match_rest),
    (s_get_len, ops_match::op_get_len),
}

macro_rules! table {
    ($($op:ident => $handler:ident,)*) => {
        const fn build_table() -> [Handler; 256] {
            let mut t = [Handler(s_unknown); 256];
            $(t[Op::$op as usize] = Handler($handler);)*
            t[special::LOAD_GLOBAL_MODULE as usize] = Handler(load_global_module);
            t[special::LOAD_GLOBAL_BUILTIN as usize] = Handler(load_global_builtin);
            t[special::LOAD_ATTR_SLOT as usize] = Handler(load_attr_slot);
            t[special::LOAD_ATTR_MODULE as usize] = Handler(load_attr_module);
            t[special::LOAD_ATTR_PROPERTY as usize] = Handler(load_attr_property);
            t[special::LOAD_METHOD_CACHED as usize] = Handler(load_method_cached);
            t[special::STORE_ATTR_SLOT as usize] = Handler(store_attr_slot);
            t[special::STORE_ATTR_ADD as usize] = Handler(store_attr_add);
            t[special::EXIT as usize] = Handler(exit);
            t
        }
    };
}
table! {
    Nop => nop, Move => mov, LoadConst => load_const, LoadInt => load_int, LoadNone => load_none, LoadBool => load_bool,
    LoadCommon => s_load_common, LoadBuildClass => s_load_build_class, SetNull => set_null, CheckLocal => check_local,
    DelLocal => s_del_local, MakeCell => s_make_cell, CopyFreeVars => s_copy_free_vars, LoadCell => load_cell,
    StoreCell => s_store_cell, DelCell => s_del_cell, LoadGlobal => s_load_global, StoreGlobal => s_store_global,
    DelGlobal => s_del_global, LoadName => s_load_name, StoreName => s_store_name, DelName => s_del_name,
    LoadLocals => s_load_locals, LoadFromDictOrGlobals => s_from_dict_or_globals, LoadFromDictOrCell => s_from_dict_or_cell,
    Add => add, Sub => sub, Mul => mul, MatMul => s_binary, TrueDiv => true_div, FloorDiv => floor_div, Mod => modulo,
    Pow => s_binary, LShift => lshift, RShift => rshift, And => bit_and, Or => bit_or, Xor => bit_xor, AddImm => add_imm,
    SubImm => sub_imm, Neg => s_unary, Pos => s_unary, Invert => s_unary, Not => s_truth, ToBool => s_truth, Lt => lt,
    Le => le, Eq => eq, Ne => ne, Gt => gt, Ge => ge, Is => is, Contains => s_contains, Jump => jump, JumpBack => jump_back,
    JumpIfTrue => jump_if_true, JumpIfFalse => jump_if_false, JumpIfNone => jump_if_none,
    JumpIfNotNone => jump_if_not_none, JumpIfNull => jump_if_null, LtJump => lt_jump, LeJump => le_jump, EqJump => eq_jump,
    NeJump => ne_jump, GtJump => gt_jump, GeJump => ge_jump, LtImmJump => lt_imm_jump, LeImmJump => le_imm_jump,
    EqImmJump => eq_imm_jump, NeImmJump => ne_imm_jump, GtImmJump => gt_imm_jump, GeImmJump => ge_imm_jump,
    LoadAttr => s_load_attr, LoadMethod => s_load_attr, StoreAttr => s_store_attr, DelAttr => s_del_attr,
    LoadSuperAttr => s_load_super_attr, LoadSpecial => s_load_special, LoadSubscr => load_subscr,
    StoreSubscr => store_subscr, DelSubscr => s_del_subscr, LoadSlice => s_load_slice, StoreSlice => s_store_slice,
    Call => call_fast, CallKw => s_call_kw, CallEx => s_call_ex, CallIntrinsic => s_call_intrinsic,
    BuildTuple => s_build_tuple, BuildList => s_build_list, BuildSet => s_build_set, BuildMap => s_build_map,
    BuildString => s_build_string, BuildSlice => s_build_slice, ListAppend => s_list_append, ListExtend => s_list_extend,
    ListToTuple => s_list_to_tuple, SetAdd => s_set_add, SetUpdate => s_set_update, DictSet => s_dict_set,
    DictUpdate => s_dict_update, DictMerge => s_dict_merge, Convert => s_convert, FormatSimple => s_format_simple,
    FormatSpec => s_format_spec, BuildInterpolation => s_build_interpolation, BuildTemplate => s_build_template,
    UnpackSeq => s_unpack_seq, UnpackEx => s_unpack_ex, GetIter => s_get_iter, ForIter => for_iter,
    GetYieldFromIter => s_get_yield_from_iter, Send => s_send, Yield => s_yield, GetAwaitable => s_get_awaitable,
    GetAIter => s_get_aiter, GetANext => s_get_anext, EndAsyncFor => s_end_async_for, CleanupThrow => s_cleanup_throw,
    Return => return_fast, Resume => resume, Raise => s_raise, Reraise => s_reraise, PushExc => s_push_exc,
    PopExc => s_pop_exc, ExcMatch => s_exc_match, ExcGroupMatch => s_exc_group_match,
    PrepReraiseStar => s_prep_reraise_star, ExcTriple => s_exc_triple, MakeFunction => s_make_function,
    SetFunctionAttr => s_set_function_attr, ImportName => s_import_name, ImportFrom => s_import_from,
    ImportStar => s_import_star, SetupAnnotations => s_setup_annotations, MatchSequence => s_match_sequence,
    MatchMapping => s_match_mapping, MatchClass => s_match_class, MatchKeys => s_match_keys, MatchRest => s_match_rest,
    GetLen => s_get_len,
}

/// A handler for every opcode byte.
pub(super) static TABLE: [Handler; 256] = build_table();
