//! Handlers of items and iteration.

use super::super::{ops_arith, ops_attr, ops_build, ops_iter};
use super::calls::resume;
use super::cx::Pc;
use super::macros::{a, b, c, fast};
use super::{Handler, go, run_body, slow};
use crate::vm::run::ret::{Action, ret};
use skein_runtime::builtins::generator::PyGenerator;
use skein_runtime::prelude::*;

const NONE: u64 = Value::NONE.bits();

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
    if o.shape_id() == ids::DICT {
        let d: Ref<PyDict> = o.cast_unchecked();
        if let Some(i) = d.find_identical(super::cx::word_value(k)) {
            *fp.add(a!(insn)) = d.value_at(i).bits();
            go!(pc.add(1), fp, vm, tbl)
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
    } else if o.shape_id() == ids::DICT {
        let d: Ref<PyDict> = o.cast_unchecked();
        if let Some(i) = d.find_identical(super::cx::word_value(k)) {
            d.set_value_at(i, super::cx::word_value(*fp.add(c!(insn))));
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
        ids::TUPLE_ITERATOR => {
            let i: Ref<PyIter> = it.cast_unchecked();
            let at = i.index.get();
            if let Some(t) = i.a.get().cast::<PyTuple>()
                && (at as usize) < t.len()
            {
                i.index.set(at + 1);
                *fp.add(a!(insn)) = t.items()[at as usize].bits();
                go!(pc.add(2), fp, vm, tbl)
            }
        }
        ids::GENERATOR => {
            let g: Ref<PyGenerator> = it.cast_unchecked();
            let word = ret(Action::ForIter, 2, a!(insn), 0);
            if let Some((pc, fp)) = resume(vm, pc, fp, g, NONE, word) {
                go!(pc, fp, vm, tbl)
            }
        }
        _ => {}
    }
    return s_for_iter(pc, fp, vm, insn, tbl);
});
slow!(s_for_iter, ops_iter::op_for_iter);

fast!(list_append, |pc, fp, vm, insn, tbl| {
    // The verifier cannot know that the register holds a list: the slow handler checks.
    let o = super::cx::word_value(*fp.add(a!(insn)));
    if o.shape_id() == ids::LIST {
        let l: Ref<PyList> = o.cast_unchecked();
        if l.push_within_room(super::cx::word_value(*fp.add(b!(insn)))) {
            go!(pc.add(1), fp, vm, tbl)
        }
    }
    return s_list_append(pc, fp, vm, insn, tbl);
});
slow!(s_list_append, ops_build::op_list_append);
slow!(s_load_slice, ops_attr::op_load_slice);
slow!(s_store_slice, ops_attr::op_store_slice);

fast!(contains, |pc, fp, vm, insn, tbl| {
    let o = super::cx::word_value(*fp.add(c!(insn)));
    if o.shape_id() == ids::DICT {
        let d: Ref<PyDict> = o.cast_unchecked();
        if d.find_identical(super::cx::word_value(*fp.add(b!(insn))))
            .is_some()
        {
            *fp.add(a!(insn)) = Value::bool(insn >> 8 & 0xff == 0).bits();
            go!(pc.add(1), fp, vm, tbl)
        }
    }
    return s_contains(pc, fp, vm, insn, tbl);
});
slow!(s_contains, ops_arith::op_contains);
