//! Method resolution order: C3 linearisation, and `mro()` of metaclasses.

use super::builtin::PyBuiltin;
use crate::prelude::*;

/// The C3 linearisation of `ty` by its `__bases__`.
///
/// Errors: `TypeError` for duplicate bases and inconsistent orders.
pub fn linearize(vm: &mut Vm, ty: Ref<PyType>) -> PyResult<Ref<PyTuple>> {
    let bases = ty.bases.expect();
    let mut out = ValueVec::new();
    out.push(&vm.heap, ty.value());
    if let [one] = bases.items() {
        if let Some(mro) = one.cast::<PyType>().and_then(|b| b.mro.get()) {
            for t in mro.items() {
                out.push(&vm.heap, *t);
            }
        }
        return Ok(PyTuple::from_slice(vm, out.as_slice()));
    }
    check_duplicates(vm, bases)?;
    let mut lists = ValueVec::new();
    for b in bases.items() {
        if let Some(mro) = b.cast::<PyType>().and_then(|b| b.mro.get()) {
            lists.push(&vm.heap, mro.value());
        }
    }
    lists.push(&vm.heap, bases.value());
    let mut heads = vec![0usize; lists.len()];
    loop {
        let row = |i: usize| lists.get(i).cast::<PyTuple>().expect("only tuples");
        let mut chosen = Value::NULL;
        let mut done = true;
        for i in 0..lists.len() {
            let Some(&head) = row(i).items().get(heads[i]) else {
                continue;
            };
            done = false;
            let in_tail = (0..lists.len())
                .any(|j| row(j).items().iter().skip(heads[j] + 1).any(|t| *t == head));
            if !in_tail {
                chosen = head;
                break;
            }
        }
        if done {
            return Ok(PyTuple::from_slice(vm, out.as_slice()));
        }
        if chosen.is_null() {
            return Err(inconsistent(vm, &lists, &heads));
        }
        out.push(&vm.heap, chosen);
        for (i, head) in heads.iter_mut().enumerate() {
            if row(i).items().get(*head) == Some(&chosen) {
                *head += 1;
            }
        }
    }
}

fn check_duplicates(vm: &mut Vm, bases: Ref<PyTuple>) -> PyResult<()> {
    let items = bases.items();
    for (i, b) in items.iter().enumerate() {
        if items[..i].contains(b) {
            let name = b
                .cast::<PyType>()
                .map_or_else(|| "?".to_string(), |t| t.name_text());
            return Err(vm.type_error(format!("duplicate base class {name}")));
        }
    }
    Ok(())
}

fn inconsistent(vm: &mut Vm, lists: &ValueVec, heads: &[usize]) -> crate::error::Raised {
    let mut seen = ValueVec::new();
    let mut names = Vec::new();
    for (i, head) in heads.iter().enumerate() {
        let row = lists.get(i).cast::<PyTuple>().expect("only tuples");
        if let Some(&v) = row.items().get(*head)
            && !seen.as_slice().contains(&v)
        {
            seen.push(&vm.heap, v);
            names.push(
                v.cast::<PyType>()
                    .map_or_else(|| "?".to_string(), |t| t.name_text()),
            );
        }
    }
    let names = names.join(", ");
    vm.type_error(format!(
        "Cannot create a consistent method resolution order (MRO) for bases {names}"
    ))
}

/// The MRO of `ty`: what its metaclass's `mro()` says.
pub fn mro_of(vm: &mut Vm, ty: Ref<PyType>) -> PyResult<Ref<PyTuple>> {
    let meta = vm.type_of(ty.value());
    if meta.builtin_id == ids::TYPE {
        return linearize(vm, ty);
    }
    let name = vm.intern("mro");
    let Some(m) = vm.type_lookup(meta, name) else {
        return linearize(vm, ty);
    };
    if m.is::<PyBuiltin>() {
        return linearize(vm, ty);
    }
    let result = vm.call_bound_special(m, ty.value(), &[])?;
    let items = vm.collect(result)?;
    let solid = super::type_layout::solid_base(ty);
    for v in items.as_slice() {
        let Some(base) = v.cast::<PyType>() else {
            let actual = vm.type_name(*v);
            return Err(vm.type_error(format!("mro() returned a non-class ('{actual}')")));
        };
        let base_solid = super::type_layout::solid_base(base);
        let fits = solid == base_solid
            || solid == base
            || chain(solid).any(|t| t == base_solid)
            || base == ty;
        if !fits {
            let name = base.name_text();
            return Err(vm.type_error(format!(
                "mro() returned base with unsuitable layout ('{name}')"
            )));
        }
    }
    Ok(PyTuple::from_slice(vm, items.as_slice()))
}

/// A type and its layout bases.
fn chain(ty: Ref<PyType>) -> impl Iterator<Item = Ref<PyType>> {
    std::iter::successors(Some(ty), |t| t.base.get())
}

/// Recomputes the MRO of `ty` and its subclasses after a change of bases. `before` takes each type and what it had.
pub fn refresh_mro(vm: &mut Vm, ty: Ref<PyType>, before: &mut ValueVec) -> PyResult<()> {
    let mro = mro_of(vm, ty)?;
    before.push(&vm.heap, ty.value());
    before.push(&vm.heap, ty.mro.value());
    ty.mro.set(ty, mro);
    // Inline caches hold what the old MRO gave.
    vm.type_epoch.set(vm.type_epoch.get().wrapping_add(1));
    vm.type_modified(ty);
    if let Some(subs) = ty.subclasses.get() {
        let subs = subs.to_vec(vm);
        for w in subs.as_slice() {
            if let Some(sub) = super::weakref::target_of(*w).and_then(|v| v.cast::<PyType>()) {
                refresh_mro(vm, sub, before)?;
            }
        }
    }
    Ok(())
}

/// Takes back what [`refresh_mro`] changed.
pub fn restore_mro(vm: &mut Vm, before: &ValueVec) {
    for pair in before.as_slice().chunks_exact(2).rev() {
        if let (Some(ty), Some(mro)) = (pair[0].cast::<PyType>(), pair[1].cast::<PyTuple>()) {
            ty.mro.set(ty, mro);
            vm.type_modified(ty);
        }
    }
}
