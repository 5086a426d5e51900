//! Handlers of globals and attributes with their inline caches (filled by `ops_attr` and `ops_names`).

use super::super::{call, ops_attr, ops_names};
use super::calls::push;
use super::cx::{Cx, Pc, known};
use super::macros::{a, b, fast};
use super::{Handler, go, run_body, slow};
use crate::vm::Step;
use crate::vm::run::ret::{Action, ret};
use skein_compiler::bytecode::Op;
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::object::attr_cache::Answer;
use skein_runtime::object::header::flag;
use skein_runtime::prelude::*;

fast!(load_global_module, |pc, fp, vm, insn, tbl| {
    let cx = Cx {
        pc,
        fp,
        insn: skein_compiler::bytecode::Word(insn),
    };
    let key = *pc.add(1);
    let globals = known(&cx.function().globals);
    if globals.current_keys_version() as u64 == key >> 32 {
        let v = globals.value_at(key as u32 as usize).bits();
        if v != 0 {
            *fp.add(a!(insn)) = v;
            go!(pc.add(3), fp, vm, tbl)
        }
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
    let builtins = known(&f.builtins);
    if known(&f.globals).current_keys_version() as u64 == key >> 32
        && builtins.current_keys_version() as u64 == *pc.add(2)
    {
        let v = builtins.value_at(key as u32 as usize).bits();
        if v != 0 {
            *fp.add(a!(insn)) = v;
            go!(pc.add(3), fp, vm, tbl)
        }
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
/// What the cache of all instructions knows for the object in `w`, whose shape the instruction at `pc` does not remember;
/// it does from now on.
#[inline(always)]
unsafe fn shared(
    vm: *mut Vm,
    pc: Pc,
    fp: *mut u64,
    insn: u64,
    w: u64,
    answer: Answer,
) -> Option<u64> {
    if w & 7 != 0 || w == 0 {
        return None;
    }
    // SAFETY: w is a heap object, whose first word is its header; names are strings by construction, and their number was
    // checked by the verifier; the two cache words belong to the instruction.
    unsafe {
        let key = *(w as *const u64) & !0xffff_ffff | (*vm).type_epoch.get() as u64;
        let cx = Cx {
            pc,
            fp,
            insn: skein_compiler::bytecode::Word(insn),
        };
        let names = known(&cx.code().names);
        let name = names.slots().get_unchecked((insn >> 48) as usize).get();
        let payload = (*vm).attr_cache.find(key, name.cast_unchecked(), answer)?;
        cx.set_ext(1, key);
        cx.set_ext(2, payload);
        Some(payload)
    }
}
fast!(load_attr_slot, |pc, fp, vm, insn, tbl| {
    let w = *fp.add(b!(insn));
    if cache_hit(vm, w, *pc.add(1)) {
        let v = *((w + *pc.add(2)) as *const u64);
        if v != 0 {
            *fp.add(a!(insn)) = v;
            go!(pc.add(3), fp, vm, tbl)
        }
        return s_load_attr_generic(pc, fp, vm, insn, tbl);
    }
    return load_attr_shared(pc, fp, vm, insn, tbl);
});
fast!(
    #[inline(never)]
    load_attr_shared,
    |pc, fp, vm, insn, tbl| {
        let w = *fp.add(b!(insn));
        if let Some(offset) = shared(vm, pc, fp, insn, w, Answer::Load) {
            let v = *((w + offset) as *const u64);
            if v != 0 {
                *fp.add(a!(insn)) = v;
                go!(pc.add(3), fp, vm, tbl)
            }
        }
        return s_load_attr_generic(pc, fp, vm, insn, tbl);
    }
);
fast!(load_attr_item, |pc, fp, vm, insn, tbl| {
    let w = *fp.add(b!(insn));
    if cache_hit(vm, w, *pc.add(1)) {
        // The shape says that it is a tuple, but not how long it is.
        let t: Ref<PyTuple> = super::cx::word_value(w).cast_unchecked();
        if let Some(v) = t.items().get(*pc.add(2) as usize) {
            *fp.add(a!(insn)) = v.bits();
            go!(pc.add(3), fp, vm, tbl)
        }
    }
    return s_load_attr_generic(pc, fp, vm, insn, tbl);
});
fast!(load_method_slot, |pc, fp, vm, insn, tbl| {
    let w = *fp.add(b!(insn));
    if cache_hit(vm, w, *pc.add(1)) {
        let v = *((w + *pc.add(2)) as *const u64);
        if v != 0 {
            *fp.add(a!(insn)) = v;
            *fp.add(a!(insn) + 1) = 0;
            go!(pc.add(3), fp, vm, tbl)
        }
    }
    return s_load_method_generic(pc, fp, vm, insn, tbl);
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
/// The cached attribute of the module in `w`, or 0.
#[inline(always)]
unsafe fn module_attribute(w: u64, key: u64, position: u64) -> u64 {
    if w & 7 == 0
        && w != 0
        // SAFETY: the low bits say that w is a heap object, whose first word is its header.
        && unsafe { *(w as *const u64) } >> 32 == key >> 32
        && let Some(m) = super::cx::word_value(w).cast::<PyModule>()
    {
        let d = m.dict();
        if d.current_keys_version() as u64 == key & 0xffff_ffff {
            return d.value_at(position as usize).bits();
        }
    }
    0
}
fast!(load_attr_module, |pc, fp, vm, insn, tbl| {
    let v = module_attribute(*fp.add(b!(insn)), *pc.add(1), *pc.add(2));
    if v != 0 {
        *fp.add(a!(insn)) = v;
        go!(pc.add(3), fp, vm, tbl)
    }
    return s_load_attr_generic(pc, fp, vm, insn, tbl);
});
fast!(load_method_module, |pc, fp, vm, insn, tbl| {
    let v = module_attribute(*fp.add(b!(insn)), *pc.add(1), *pc.add(2));
    if v != 0 {
        *fp.add(a!(insn)) = v;
        *fp.add(a!(insn) + 1) = 0;
        go!(pc.add(3), fp, vm, tbl)
    }
    return s_load_method_generic(pc, fp, vm, insn, tbl);
});
/// The version of the type of the heap object in `w` if its shape is `shape`, else 0.
#[inline(always)]
unsafe fn version_of_shape(vm: *mut Vm, w: u64, shape: u64) -> u64 {
    // SAFETY: the low bits say that w is a heap object, whose first word is its header; shapes in headers are registered.
    unsafe {
        if w & 7 != 0 || w == 0 || *(w as *const u64) >> 32 != shape {
            return 0;
        }
        let shape = (*vm).shapes.try_get(shape as u32);
        shape.map_or(0, |s| s.type_version()) as u64
    }
}
fast!(load_attr_class, |pc, fp, vm, insn, tbl| {
    let key = *pc.add(1);
    if version_of_shape(vm, *fp.add(b!(insn)), key >> 32) == key & 0xffff_ffff {
        *fp.add(a!(insn)) = *pc.add(2);
        go!(pc.add(3), fp, vm, tbl)
    }
    return s_load_attr_generic(pc, fp, vm, insn, tbl);
});
/// True if `w` is a type object with the version, under the type epoch, of a cache key.
#[inline(always)]
unsafe fn type_hit(vm: *mut Vm, w: u64, key: u64) -> bool {
    // SAFETY: the word is a live register.
    let v = super::cx::word_value(w);
    v.kind() == Some(Kind::Type) && {
        // SAFETY: the kind says the layout; handlers run with a live Vm.
        unsafe {
            let ty: Ref<PyType> = v.cast_unchecked();
            (ty.current_version() as u64) << 32 | (*vm).type_epoch.get() as u64 == key
        }
    }
}
fast!(load_attr_of_type, |pc, fp, vm, insn, tbl| {
    if type_hit(vm, *fp.add(b!(insn)), *pc.add(1)) {
        *fp.add(a!(insn)) = *pc.add(2);
        go!(pc.add(3), fp, vm, tbl)
    }
    return s_load_attr_generic(pc, fp, vm, insn, tbl);
});
fast!(load_method_of_type, |pc, fp, vm, insn, tbl| {
    let w = *fp.add(b!(insn));
    if type_hit(vm, w, *pc.add(1)) {
        // The lowest bit says that the function is a class method's and takes the type.
        let f = *pc.add(2);
        *fp.add(a!(insn)) = f & !1;
        *fp.add(a!(insn) + 1) = if f & 1 != 0 { w } else { 0 };
        go!(pc.add(3), fp, vm, tbl)
    }
    return s_load_method_generic(pc, fp, vm, insn, tbl);
});
fast!(load_attr_property, |pc, fp, vm, insn, tbl| {
    if cache_hit(vm, *fp.add(b!(insn)), *pc.add(1)) {
        let f: Ref<PyFunction> = super::cx::word_value(*pc.add(2)).cast_unchecked();
        if known(&f.code).fast_argcount == 1 {
            let word = ret(Action::GetAttr, 3, a!(insn), 0);
            if let Some((pc, fp)) = push(vm, pc, fp, f, fp.add(b!(insn)), 1, word) {
                go!(pc, fp, vm, tbl)
            }
        }
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
    return load_method_shared(pc, fp, vm, insn, tbl);
});
fast!(
    #[inline(never)]
    load_method_shared,
    |pc, fp, vm, insn, tbl| {
        let w = *fp.add(b!(insn));
        if let Some(f) = shared(vm, pc, fp, insn, w, Answer::Method) {
            *fp.add(a!(insn)) = f;
            *fp.add(a!(insn) + 1) = w;
            go!(pc.add(3), fp, vm, tbl)
        }
        return s_load_method_generic(pc, fp, vm, insn, tbl);
    }
);
fast!(load_method_wrapped, |pc, fp, vm, insn, tbl| {
    let key = *pc.add(1);
    if cache_hit(vm, *fp.add(b!(insn)), key) {
        // The lowest bit says that the function is a class method's and takes the type.
        let f = *pc.add(2);
        *fp.add(a!(insn)) = f & !1;
        *fp.add(a!(insn) + 1) = if f & 1 != 0 {
            let shape = (*vm).shapes.try_get((key >> 32) as u32);
            shape.map_or(0, |s| s.ty.value().bits())
        } else {
            0
        };
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
/// True if a store of `v` into the object at `w` must be logged, which takes a call.
#[inline(always)]
unsafe fn is_logged(w: u64, v: Value) -> bool {
    // SAFETY: w is a heap object, whose first word is its header.
    v.is_object() && unsafe { *(w as *const u64) } as u8 & flag::UNLOGGED != 0
}
fast!(store_attr_slot, |pc, fp, vm, insn, tbl| {
    let w = *fp.add(a!(insn));
    if cache_hit(vm, w, *pc.add(1)) {
        let v = *fp.add(b!(insn));
        if is_logged(w, super::cx::word_value(v)) {
            return store_attr_slot_logged(pc, fp, vm, insn, tbl);
        }
        *((w + *pc.add(2)) as *mut u64) = v;
        go!(pc.add(3), fp, vm, tbl)
    }
    return store_attr_shared(pc, fp, vm, insn, tbl);
});
fast!(
    #[inline(never)]
    store_attr_slot_logged,
    |pc, fp, vm, insn, tbl| {
        let object = Ref::<Header>::from_raw(*fp.add(a!(insn)) as *mut Header);
        skein_runtime::heap::tail::slot_at_header(&object, *pc.add(2) as usize)
            .set(object, super::cx::word_value(*fp.add(b!(insn))));
        go!(pc.add(3), fp, vm, tbl)
    }
);
fast!(
    #[inline(never)]
    store_attr_shared,
    |pc, fp, vm, insn, tbl| {
        let w = *fp.add(a!(insn));
        if shared(vm, pc, fp, insn, w, Answer::Store).is_some() {
            return store_attr_slot_logged(pc, fp, vm, insn, tbl);
        }
        return s_store_attr_generic(pc, fp, vm, insn, tbl);
    }
);
fast!(store_attr_add, |pc, fp, vm, insn, tbl| {
    let w = *fp.add(a!(insn));
    if cache_hit(vm, w, *pc.add(1)) {
        // The object comes to hold another shape, too.
        if *(w as *const u64) as u8 & flag::UNLOGGED != 0 {
            return store_attr_add_logged(pc, fp, vm, insn, tbl);
        }
        let plan = *pc.add(2);
        *((w + (plan as u32 as u64)) as *mut u64) = *fp.add(b!(insn));
        let header = w as *mut u64;
        *header = *header & 0xffff_ffff | plan & !0xffff_ffff;
        go!(pc.add(3), fp, vm, tbl)
    }
    return store_attr_add_shared(pc, fp, vm, insn, tbl);
});
fast!(
    #[inline(never)]
    store_attr_add_logged,
    |pc, fp, vm, insn, tbl| {
        let object = Ref::<Header>::from_raw(*fp.add(a!(insn)) as *mut Header);
        let plan = *pc.add(2);
        skein_runtime::heap::tail::slot_at_header(&object, plan as u32 as usize)
            .set(object, super::cx::word_value(*fp.add(b!(insn))));
        object.set_shape_id((plan >> 32) as u32);
        go!(pc.add(3), fp, vm, tbl)
    }
);
fast!(
    #[inline(never)]
    store_attr_add_shared,
    |pc, fp, vm, insn, tbl| {
        let w = *fp.add(a!(insn));
        if shared(vm, pc, fp, insn, w, Answer::Add).is_some() {
            return store_attr_add_logged(pc, fp, vm, insn, tbl);
        }
        return s_store_attr_generic(pc, fp, vm, insn, tbl);
    }
);
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
fast!(
    #[inline(never)]
    store_cell,
    |pc, fp, vm, insn, tbl| {
        let cell = super::cx::word_value(*fp.add(a!(insn)));
        if let Some(cell) = cell.cast::<skein_runtime::builtins::cell::PyCell>() {
            cell.contents
                .set(cell, super::cx::word_value(*fp.add(b!(insn))));
            go!(pc.add(1), fp, vm, tbl)
        }
        return s_store_cell(pc, fp, vm, insn, tbl);
    }
);
slow!(s_store_cell, ops_names::op_store_cell);
