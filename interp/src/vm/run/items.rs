//! Handlers of items and iteration.

use super::super::{ops_arith, ops_attr, ops_build, ops_iter};
use super::cx::{Cx, Pc, copy, word_value};
use super::delegation::resume_through;
use super::macros::{a, b, c, fast};
use super::{Handler, fast, go, run_body, slow};
use crate::vm::run::ret::{Action, ret};
use skein_runtime::builtins::dict::PlainPlace;
use skein_runtime::builtins::generator::PyGenerator;
use skein_runtime::builtins::iter_quick::{self, Quick, QuickPair};
use skein_runtime::prelude::*;

const NONE: u64 = Value::NONE.bits();

/// Place `k`, a small int that may count from the end, among `len` items.
#[inline(always)]
fn place(k: u64, len: usize) -> Option<usize> {
    let i = k as i64 >> 1;
    let i = if i < 0 { i + len as i64 } else { i } as usize;
    (i < len).then_some(i)
}

fast!(load_subscr, |pc, fp, vm, insn, tbl| {
    let (o, k) = (word_value(*fp.add(b!(insn))), *fp.add(c!(insn)));
    let shape = o.shape_id();
    if k & 1 == 1 {
        if shape == ids::LIST {
            let l: Ref<PyList> = o.cast_unchecked();
            if let Some(i) = place(k, l.len())
                && let Some(v) = l.try_get(i)
            {
                *fp.add(a!(insn)) = v.bits();
                go!(pc.add(1), fp, vm, tbl)
            }
        } else if shape == ids::TUPLE {
            let t: Ref<PyTuple> = o.cast_unchecked();
            if let Some(i) = place(k, t.len())
                && let Some(v) = t.items().get(i)
            {
                *fp.add(a!(insn)) = v.bits();
                go!(pc.add(1), fp, vm, tbl)
            }
        }
    }
    if shape == ids::DICT {
        return load_subscr_dict(pc, fp, vm, insn, tbl);
    }
    return load_subscr_text(pc, fp, vm, insn, tbl);
});
fast!(
    #[inline(never)]
    load_subscr_text,
    |pc, fp, vm, insn, tbl| {
        let (o, k) = (word_value(*fp.add(b!(insn))), *fp.add(c!(insn)));
        if k & 1 == 1
            && let Some(v) = iter_quick::item_of_text(&*vm, o, k as i64 >> 1)
        {
            *fp.add(a!(insn)) = v.bits();
            go!(pc.add(1), fp, vm, tbl)
        }
        return s_load_subscr(pc, fp, vm, insn, tbl);
    }
);
fast!(
    #[inline(never)]
    load_subscr_dict,
    |pc, fp, vm, insn, tbl| {
        let (o, k) = (word_value(*fp.add(b!(insn))), word_value(*fp.add(c!(insn))));
        let d: Ref<PyDict> = o.cast_unchecked();
        let PlainPlace::At(found) = d.find_place(&mut *vm, k) else {
            return s_load_subscr(pc, fp, vm, insn, tbl);
        };
        *fp.add(a!(insn)) = d.value_at(found).bits();
        go!(pc.add(1), fp, vm, tbl)
    }
);
slow!(s_load_subscr, ops_attr::op_load_subscr);
fast!(store_subscr, |pc, fp, vm, insn, tbl| {
    let (o, k) = (word_value(*fp.add(a!(insn))), *fp.add(b!(insn)));
    let shape = o.shape_id();
    if k & 1 == 1 && shape == ids::LIST {
        let l: Ref<PyList> = o.cast_unchecked();
        if let Some(i) = place(k, l.len()) {
            if l.set_unlogged(i, word_value(*fp.add(c!(insn)))) {
                go!(pc.add(1), fp, vm, tbl)
            }
            return store_subscr_logged(pc, fp, vm, insn, tbl);
        }
    } else if shape == ids::DICT {
        return store_subscr_dict(pc, fp, vm, insn, tbl);
    }
    return s_store_subscr(pc, fp, vm, insn, tbl);
});
fast!(
    #[inline(never)]
    store_subscr_logged,
    |pc, fp, vm, insn, tbl| {
        let l: Ref<PyList> = word_value(*fp.add(a!(insn))).cast_unchecked();
        if let Some(i) = place(*fp.add(b!(insn)), l.len()) {
            l.set(i, word_value(*fp.add(c!(insn))));
        }
        go!(pc.add(1), fp, vm, tbl)
    }
);
fast!(
    #[inline(never)]
    store_subscr_dict,
    |pc, fp, vm, insn, tbl| {
        let (o, k) = (word_value(*fp.add(a!(insn))), word_value(*fp.add(b!(insn))));
        let d: Ref<PyDict> = o.cast_unchecked();
        if let PlainPlace::At(i) = d.find_place(&mut *vm, k) {
            d.set_value_at(i, word_value(*fp.add(c!(insn))));
            go!(pc.add(1), fp, vm, tbl)
        }
        return s_store_subscr(pc, fp, vm, insn, tbl);
    }
);
slow!(s_store_subscr, ops_attr::op_store_subscr);

fast!(for_iter, |pc, fp, vm, insn, tbl| {
    let it = word_value(*fp.add(b!(insn)));
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
            if let Some(l) = i.a.get().cast::<PyList>() {
                if let Some(v) = l.try_get(at as usize) {
                    i.index.set(at + 1);
                    *fp.add(a!(insn)) = v.bits();
                    go!(pc.add(2), fp, vm, tbl)
                }
                i.a.set_unbarriered(Value::NULL);
                go!(pc.offset(*pc.add(1) as u32 as i32 as isize), fp, vm, tbl)
            }
        }
        ids::TUPLE_ITERATOR => {
            let i: Ref<PyIter> = it.cast_unchecked();
            let at = i.index.get();
            if let Some(t) = i.a.get().cast::<PyTuple>() {
                if let Some(v) = t.items().get(at as usize) {
                    i.index.set(at + 1);
                    *fp.add(a!(insn)) = v.bits();
                    go!(pc.add(2), fp, vm, tbl)
                }
                i.a.set_unbarriered(Value::NULL);
                go!(pc.offset(*pc.add(1) as u32 as i32 as isize), fp, vm, tbl)
            }
        }
        ids::GENERATOR => {
            let g: Ref<PyGenerator> = it.cast_unchecked();
            let word = ret(Action::ForIter, 2, a!(insn), 0);
            let through = tbl == fast::TABLE.as_ptr();
            if let Some((pc, fp)) = resume_through(vm, (pc, fp), g, NONE, word, through) {
                go!(pc, fp, vm, tbl)
            }
        }
        _ => return for_iter_more(pc, fp, vm, insn, tbl),
    }
    return s_for_iter(pc, fp, vm, insn, tbl);
});
fast!(
    #[inline(never)]
    for_iter_more,
    |pc, fp, vm, insn, tbl| {
        let it = word_value(*fp.add(b!(insn)));
        let step = match it.shape_id() {
            ids::DICT_ITEMITERATOR | ids::ENUMERATE | ids::ZIP => {
                return for_iter_pair(pc, fp, vm, insn, tbl);
            }
            ids::DICT_KEYITERATOR | ids::DICT_VALUEITERATOR => iter_quick::step_keys_or_values(it),
            ids::STR_ASCII_ITERATOR | ids::STR_ITERATOR => iter_quick::step_str(&*vm, it),
            ids::SET_ITERATOR => iter_quick::step_set(it),
            ids::BYTES_ITERATOR => iter_quick::step_bytes(it),
            ids::LIST_REVERSEITERATOR => iter_quick::step_backwards(it),
            _ => Quick::Unsure,
        };
        match step {
            Quick::Item(v) => {
                *fp.add(a!(insn)) = v.bits();
                go!(pc.add(2), fp, vm, tbl)
            }
            Quick::End => go!(pc.offset(*pc.add(1) as u32 as i32 as isize), fp, vm, tbl),
            Quick::Unsure => return s_for_iter(pc, fp, vm, insn, tbl),
        }
    }
);
fast!(
    #[inline(never)]
    for_iter_pair,
    |pc, fp, vm, insn, tbl| {
        let it = word_value(*fp.add(b!(insn)));
        let cx = Cx {
            pc,
            fp,
            insn: skein_compiler::bytecode::Word(insn),
        };
        let Some(to) = ops_iter::unpacked_pair(cx) else {
            return s_for_iter(pc, fp, vm, insn, tbl);
        };
        let step = match it.shape_id() {
            ids::DICT_ITEMITERATOR => iter_quick::step_items(it),
            ids::ENUMERATE => iter_quick::step_enumerate(&*vm, it),
            ids::ZIP => iter_quick::step_zip(it),
            _ => QuickPair::Unsure,
        };
        match step {
            QuickPair::Pair(x, y) => {
                *fp.add(to) = x.bits();
                *fp.add(to + 1) = y.bits();
                go!(pc.add(3), fp, vm, tbl)
            }
            QuickPair::End => go!(pc.offset(*pc.add(1) as u32 as i32 as isize), fp, vm, tbl),
            QuickPair::Unsure => return s_for_iter(pc, fp, vm, insn, tbl),
        }
    }
);
slow!(s_for_iter, ops_iter::op_for_iter);

fast!(list_append, |pc, fp, vm, insn, tbl| {
    // The verifier cannot know that the register holds a list: the slow handler checks.
    let o = word_value(*fp.add(a!(insn)));
    if o.shape_id() == ids::LIST {
        let l: Ref<PyList> = o.cast_unchecked();
        if l.push_unlogged(word_value(*fp.add(b!(insn)))) {
            go!(pc.add(1), fp, vm, tbl)
        }
    }
    return s_list_append(pc, fp, vm, insn, tbl);
});
slow!(s_list_append, ops_build::op_list_append);
fast!(unpack_seq, |pc, fp, vm, insn, tbl| {
    let (v, n) = (word_value(*fp.add(b!(insn))), c!(insn));
    if v.shape_id() == ids::TUPLE {
        let t: Ref<PyTuple> = v.cast_unchecked();
        if t.len() == n {
            copy(fp.add(a!(insn)), t.items().as_ptr() as *const u64, n);
            go!(pc.add(1), fp, vm, tbl)
        }
    } else if v.shape_id() == ids::LIST {
        let l: Ref<PyList> = v.cast_unchecked();
        if l.len() == n
            && let Some(items) = l.array()
        {
            copy(fp.add(a!(insn)), items.slots().as_ptr() as *const u64, n);
            go!(pc.add(1), fp, vm, tbl)
        }
    }
    return s_unpack_seq(pc, fp, vm, insn, tbl);
});
slow!(s_unpack_seq, ops_build::op_unpack_seq);
slow!(s_load_slice, ops_attr::op_load_slice);
slow!(s_store_slice, ops_attr::op_store_slice);

fast!(contains, |pc, fp, vm, insn, tbl| {
    match word_value(*fp.add(c!(insn))).shape_id() {
        ids::DICT => return contains_dict(pc, fp, vm, insn, tbl),
        ids::SET | ids::FROZENSET => return contains_set(pc, fp, vm, insn, tbl),
        _ => return s_contains(pc, fp, vm, insn, tbl),
    }
});
fast!(
    #[inline(never)]
    contains_set,
    |pc, fp, vm, insn, tbl| {
        let s: Ref<PySet> = word_value(*fp.add(c!(insn))).cast_unchecked();
        if let Some(found) = s.contains_simply(&mut *vm, word_value(*fp.add(b!(insn)))) {
            *fp.add(a!(insn)) = Value::bool(found == (insn >> 8 & 0xff == 0)).bits();
            go!(pc.add(1), fp, vm, tbl)
        }
        return s_contains(pc, fp, vm, insn, tbl);
    }
);
fast!(
    #[inline(never)]
    contains_dict,
    |pc, fp, vm, insn, tbl| {
        let d: Ref<PyDict> = word_value(*fp.add(c!(insn))).cast_unchecked();
        let k = word_value(*fp.add(b!(insn)));
        let found = match d.find_place(&mut *vm, k) {
            PlainPlace::At(_) => true,
            PlainPlace::Absent(_) => false,
            PlainPlace::Unsure => return s_contains(pc, fp, vm, insn, tbl),
        };
        *fp.add(a!(insn)) = Value::bool(found == (insn >> 8 & 0xff == 0)).bits();
        go!(pc.add(1), fp, vm, tbl)
    }
);
slow!(s_contains, ops_arith::op_contains);
