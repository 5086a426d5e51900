//! Handlers of moves, jumps and arithmetic, and the table of all handlers.

use super::super::{
    call, class, import, ops_arith, ops_attr, ops_build, ops_exc, ops_iter, ops_match, ops_names,
};
use super::attr::*;
use super::calls::*;
use super::cx::{Cx, Pc};
use super::items::*;
use super::macros::{a, b, bc, c, fast};
use super::middle::{binary_imm_real, binary_reals, compare_plain};
use super::{Handler, go, run_body, slow, special};
use crate::vm::Step;
use skein_compiler::bytecode::Op;
use skein_runtime::object::header::flag;
use skein_runtime::prelude::*;
use std::sync::atomic::Ordering;

const NONE: u64 = Value::NONE.bits();
const TRUE: u64 = Value::TRUE.bits();
const FALSE: u64 = Value::FALSE.bits();
/// The small int 0.
const ZERO: u64 = 1;

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
    let consts = super::cx::known(&cx.code().consts);
    // The verifier checked the number.
    *fp.add(a!(insn)) = consts
        .slots()
        .get_unchecked(bc!(insn) as u32 as usize)
        .get()
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
fast!(del_local, |pc, fp, vm, insn, tbl| {
    if let Some(h) = super::cx::word_value(*fp.add(a!(insn))).header()
        && !h.has(flag::HAS_WEAKREF | flag::HAS_FINALIZER)
    {
        *fp.add(a!(insn)) = 0;
        go!(pc.add(1), fp, vm, tbl)
    }
    return s_del_local(pc, fp, vm, insn, tbl);
});
fast!(jump, |pc, fp, vm, insn, tbl| {
    go!(pc.offset(bc!(insn) as isize), fp, vm, tbl)
});
fast!(jump_back, |pc, fp, vm, insn, tbl| {
    if (*vm).attention.load(Ordering::Relaxed) {
        return s_attend_jump(pc, fp, vm, insn, tbl);
    }
    let turns = *pc.add(1) as i64;
    if turns <= 1 {
        return s_hot_loop(pc, fp, vm, insn, tbl);
    }
    *(pc as *mut u64).add(1) = (turns - 1) as u64;
    go!(pc.offset(bc!(insn) as isize), fp, vm, tbl)
});
fn attend_jump(vm: &mut Vm, cx: Cx) -> Step {
    super::poll::safe_point(vm, cx.target())
}
slow!(s_attend_jump, attend_jump);
fn hot_loop(vm: &mut Vm, cx: Cx) -> Step {
    Ok(crate::tier::at_back_edge(vm, cx))
}
slow!(s_hot_loop, hot_loop);
fast!(resume, |pc, fp, vm, insn, tbl| {
    if (*vm).attention.load(Ordering::Relaxed) {
        return s_attend_resume(pc, fp, vm, insn, tbl);
    }
    let calls = *pc.add(1) as i64;
    if calls <= 1 {
        return s_hot_function(pc, fp, vm, insn, tbl);
    }
    *(pc as *mut u64).add(1) = (calls - 1) as u64;
    go!(pc.add(2), fp, vm, tbl)
});
fn hot_function(vm: &mut Vm, cx: Cx) -> Step {
    Ok(crate::tier::at_entry(vm, cx))
}
slow!(s_hot_function, hot_function);
fn attend_resume(vm: &mut Vm, cx: Cx) -> Step {
    super::poll::safe_point(vm, cx.after(2))
}
slow!(s_attend_resume, attend_resume);
fast!(jump_if_true, |pc, fp, vm, insn, tbl| {
    let truth = match *fp.add(a!(insn)) {
        TRUE => true,
        FALSE | NONE => false,
        word => match plain_truth(word) {
            Some(truth) => truth,
            None => return s_truth(pc, fp, vm, insn, tbl),
        },
    };
    if truth {
        go!(pc.offset(bc!(insn) as isize), fp, vm, tbl)
    }
    go!(pc.add(1), fp, vm, tbl)
});
fast!(jump_if_false, |pc, fp, vm, insn, tbl| {
    let truth = match *fp.add(a!(insn)) {
        TRUE => true,
        FALSE | NONE => false,
        word => match plain_truth(word) {
            Some(truth) => truth,
            None => return s_truth(pc, fp, vm, insn, tbl),
        },
    };
    if truth {
        go!(pc.add(1), fp, vm, tbl)
    }
    go!(pc.offset(bc!(insn) as isize), fp, vm, tbl)
});
fast!(not, |pc, fp, vm, insn, tbl| {
    let truth = match *fp.add(b!(insn)) {
        TRUE => true,
        FALSE | NONE => false,
        word => match plain_truth(word) {
            Some(truth) => truth,
            None => return s_truth(pc, fp, vm, insn, tbl),
        },
    };
    *fp.add(a!(insn)) = if truth { FALSE } else { TRUE };
    go!(pc.add(1), fp, vm, tbl)
});
fast!(to_bool, |pc, fp, vm, insn, tbl| {
    *fp.add(a!(insn)) = match *fp.add(b!(insn)) {
        TRUE => TRUE,
        FALSE | NONE | ZERO => FALSE,
        x if x & 1 == 1 => TRUE,
        _ => return s_truth(pc, fp, vm, insn, tbl),
    };
    go!(pc.add(1), fp, vm, tbl)
});
/// Truth of immediate ints and of exact containers, which is whether they are empty.
#[inline(always)]
fn plain_truth(word: u64) -> Option<bool> {
    let v = super::cx::word_value(word);
    if let Some(n) = v.as_small_int() {
        return Some(n != 0);
    }
    match v.shape_id() {
        ids::STR => v.cast::<PyStr>().map(|s| !s.is_empty()),
        ids::LIST => v.cast::<PyList>().map(|l| !l.is_empty()),
        ids::TUPLE => v.cast::<PyTuple>().map(|t| !t.is_empty()),
        ids::DICT => v.cast::<PyDict>().map(|d| !d.is_empty()),
        ids::BYTES => v.cast::<PyBytes>().map(|b| !b.is_empty()),
        _ => None,
    }
}
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
            return binary_reals(pc, fp, vm, insn, tbl);
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
    return binary_reals(pc, fp, vm, insn, tbl);
});
fast!(add_imm, |pc, fp, vm, insn, tbl| {
    let x = *fp.add(b!(insn));
    if x & 1 == 1
        && let Some(r) = (x as i64).checked_add((c!(insn) as u16 as i16 as i64) << 1)
    {
        *fp.add(a!(insn)) = r as u64;
        go!(pc.add(1), fp, vm, tbl)
    }
    return binary_imm_real(pc, fp, vm, insn, tbl);
});
fast!(sub_imm, |pc, fp, vm, insn, tbl| {
    let x = *fp.add(b!(insn));
    if x & 1 == 1
        && let Some(r) = (x as i64).checked_sub((c!(insn) as u16 as i16 as i64) << 1)
    {
        *fp.add(a!(insn)) = r as u64;
        go!(pc.add(1), fp, vm, tbl)
    }
    return binary_imm_real(pc, fp, vm, insn, tbl);
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
    ($(($store:ident, $jump:ident, $imm:ident, $op:tt, $text:expr),)*) => { $(
        fast!($store, |pc, fp, vm, insn, tbl| {
            let (x, y) = (*fp.add(b!(insn)), *fp.add(c!(insn)));
            let r = if x & y & 1 == 1 {
                (x as i64) $op (y as i64)
            } else if x & 3 == 2 && y & 3 == 2 {
                tagged_float(x) $op tagged_float(y)
            } else if let Some(r) = $text(x, y) {
                r
            } else {
                return compare_plain(pc, fp, vm, insn, tbl);
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
            } else if let Some(r) = $text(x, y) {
                r
            } else {
                return compare_plain(pc, fp, vm, insn, tbl);
            };
            let next = if r == (insn >> 8 & 0xff != 0) { pc.offset(a!(insn) as u16 as i16 as isize) } else { pc.add(1) };
            go!(next, fp, vm, tbl)
        });
        fast!($imm, |pc, fp, vm, insn, tbl| {
            let x = *fp.add(b!(insn));
            if x & 1 == 0 {
                return compare_plain(pc, fp, vm, insn, tbl);
            }
            let r = (x as i64 >> 1) $op (c!(insn) as u16 as i16 as i64);
            let next = if r == (insn >> 8 & 0xff != 0) { pc.offset(a!(insn) as u16 as i16 as isize) } else { pc.add(1) };
            go!(next, fp, vm, tbl)
        });
    )* };
}
/// Whether two exact strs are equal, where that is seen at a glance: they are one object, or of different lengths.
#[inline(always)]
fn equal_texts(x: u64, y: u64) -> Option<bool> {
    let (a, b) = (super::cx::word_value(x), super::cx::word_value(y));
    if a.shape_id() != ids::STR || b.shape_id() != ids::STR {
        return None;
    }
    if x == y {
        return Some(true);
    }
    (a.cast::<PyStr>()?.byte_len() != b.cast::<PyStr>()?.byte_len()).then_some(false)
}
#[inline(always)]
fn different_texts(x: u64, y: u64) -> Option<bool> {
    equal_texts(x, y).map(|same| !same)
}
#[inline(always)]
fn unknown(_: u64, _: u64) -> Option<bool> {
    None
}
comparisons! {
    (lt, lt_jump, lt_imm_jump, <, unknown),
    (le, le_jump, le_imm_jump, <=, unknown),
    (eq, eq_jump, eq_imm_jump, ==, equal_texts),
    (ne, ne_jump, ne_imm_jump, !=, different_texts),
    (gt, gt_jump, gt_imm_jump, >, unknown),
    (ge, ge_jump, ge_imm_jump, >=, unknown),
}
slow!(s_compare, ops_arith::op_compare);

/// Ends the run.
pub(super) unsafe extern "C" fn exit(_: Pc, _: *mut u64, _: *mut Vm, _: u64, _: *const Handler) {}

fn op_unknown(vm: &mut Vm, _: Cx) -> Step {
    Err(vm.system_error("unknown opcode"))
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
    (s_call_kw, call::op_call_kw),
    (s_call_ex, call::op_call_ex),
    (s_call_intrinsic, ops_exc::op_call_intrinsic),
    (s_build_tuple, ops_build::op_build_tuple),
    (s_build_list, ops_build::op_build_list),
    (s_build_set, ops_build::op_build_set),
    (s_build_map, ops_build::op_build_map),
    (s_build_string, ops_build::op_build_string),
    (s_build_slice, ops_build::op_build_slice),
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
    (s_unpack_ex, ops_build::op_unpack_ex),
    (s_get_iter, ops_iter::op_get_iter),
    (s_get_yield_from_iter, ops_iter::op_get_yield_from_iter),
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
            t[special::LOAD_ATTR_ITEM as usize] = Handler(load_attr_item);
            t[special::LOAD_ATTR_CLASS as usize] = Handler(load_attr_class);
            t[special::LOAD_ATTR_OF_TYPE as usize] = Handler(load_attr_of_type);
            t[special::LOAD_METHOD_OF_TYPE as usize] = Handler(load_method_of_type);
            t[special::LOAD_METHOD_SLOT as usize] = Handler(load_method_slot);
            t[special::LOAD_METHOD_MODULE as usize] = Handler(load_method_module);
            t[special::LOAD_METHOD_WRAPPED as usize] = Handler(load_method_wrapped);
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
    DelLocal => del_local, MakeCell => s_make_cell, CopyFreeVars => s_copy_free_vars, LoadCell => load_cell,
    StoreCell => store_cell, DelCell => s_del_cell, LoadGlobal => s_load_global, StoreGlobal => s_store_global,
    DelGlobal => s_del_global, LoadName => s_load_name, StoreName => s_store_name, DelName => s_del_name,
    LoadLocals => s_load_locals, LoadFromDictOrGlobals => s_from_dict_or_globals, LoadFromDictOrCell => s_from_dict_or_cell,
    Add => add, Sub => sub, Mul => mul, MatMul => s_binary, TrueDiv => true_div, FloorDiv => floor_div, Mod => modulo,
    Pow => s_binary, LShift => lshift, RShift => rshift, And => bit_and, Or => bit_or, Xor => bit_xor, AddImm => add_imm,
    SubImm => sub_imm, Neg => s_unary, Pos => s_unary, Invert => s_unary, Not => not, ToBool => to_bool, Lt => lt,
    Le => le, Eq => eq, Ne => ne, Gt => gt, Ge => ge, Is => is, Contains => contains, Jump => jump, JumpBack => jump_back,
    JumpIfTrue => jump_if_true, JumpIfFalse => jump_if_false, JumpIfNone => jump_if_none,
    JumpIfNotNone => jump_if_not_none, JumpIfNull => jump_if_null, LtJump => lt_jump, LeJump => le_jump, EqJump => eq_jump,
    NeJump => ne_jump, GtJump => gt_jump, GeJump => ge_jump, LtImmJump => lt_imm_jump, LeImmJump => le_imm_jump,
    EqImmJump => eq_imm_jump, NeImmJump => ne_imm_jump, GtImmJump => gt_imm_jump, GeImmJump => ge_imm_jump,
    LoadAttr => s_load_attr, LoadMethod => s_load_attr, StoreAttr => s_store_attr, DelAttr => s_del_attr,
    LoadSuperAttr => s_load_super_attr, LoadSpecial => s_load_special, LoadSubscr => load_subscr,
    StoreSubscr => store_subscr, DelSubscr => s_del_subscr, LoadSlice => s_load_slice, StoreSlice => s_store_slice,
    Call => call_fast, CallKw => s_call_kw, CallEx => s_call_ex, CallIntrinsic => s_call_intrinsic,
    BuildTuple => s_build_tuple, BuildList => s_build_list, BuildSet => s_build_set, BuildMap => s_build_map,
    BuildString => s_build_string, BuildSlice => s_build_slice, ListAppend => list_append, ListExtend => s_list_extend,
    ListToTuple => s_list_to_tuple, SetAdd => s_set_add, SetUpdate => s_set_update, DictSet => s_dict_set,
    DictUpdate => s_dict_update, DictMerge => s_dict_merge, Convert => s_convert, FormatSimple => s_format_simple,
    FormatSpec => s_format_spec, BuildInterpolation => s_build_interpolation, BuildTemplate => s_build_template,
    UnpackSeq => unpack_seq, UnpackEx => s_unpack_ex, GetIter => s_get_iter, ForIter => for_iter,
    GetYieldFromIter => s_get_yield_from_iter, Send => send, Yield => yield_fast, GetAwaitable => s_get_awaitable,
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
