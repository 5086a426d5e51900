//! Operations on sets as native code uses them; elements are keys of the set's table, their hashes are kept there.

use super::dict_views;
use crate::prelude::*;
use crate::protocol::binary::BinaryOp;

/// `None`: what a set's table stores as values.
const MARK: Value = Value::NONE;

/// `s.add(v)`
pub fn add(vm: &mut Vm, s: Ref<PySet>, v: Value) -> PyResult<()> {
    let hash = vm.hash_set_element(v)?;
    add_hashed(vm, s, v, hash)
}

/// `s.add(v)` where the hash of `v` is known.
pub fn add_hashed(vm: &mut Vm, s: Ref<PySet>, v: Value, hash: u64) -> PyResult<()> {
    let table = s.table();
    if table.find(vm, v, hash)?.is_none() {
        s.table().append(vm, v, hash, MARK);
    }
    Ok(())
}

/// `v in s`, with sets looked for as frozensets.
pub fn contains(vm: &mut Vm, s: Ref<PySet>, v: Value) -> PyResult<bool> {
    let hash = element_hash(vm, v)?;
    Ok(s.table().find(vm, v, hash)?.is_some())
}

/// The hash of something looked for in a set: a set, which is unhashable, has the hash of the equal frozenset.
pub fn element_hash(vm: &mut Vm, v: Value) -> PyResult<u64> {
    match vm.hash_set_element(v) {
        Ok(h) => Ok(h),
        Err(r) => match v.cast::<PySet>() {
            Some(inner) if vm.clear_raised_if(ids::TYPE_ERROR) => {
                Ok(hash(vm, inner)? as u64 & (u64::MAX >> 3))
            }
            _ => Err(r),
        },
    }
}

/// Removes `v`; false if it was not there.
pub fn discard(vm: &mut Vm, s: Ref<PySet>, v: Value) -> PyResult<bool> {
    let hash = element_hash(vm, v)?;
    discard_hashed(vm, s, v, hash)
}

fn discard_hashed(vm: &mut Vm, s: Ref<PySet>, v: Value, hash: u64) -> PyResult<bool> {
    let table = s.table();
    match table.find(vm, v, hash)? {
        Some(i) => {
            table.remove_at(i);
            Ok(true)
        }
        None => Ok(false),
    }
}

/// The hash of the set's elements, whatever their order.
pub fn hash(vm: &mut Vm, s: Ref<PySet>) -> PyResult<i64> {
    let mut h = 1_927_868_237u64.wrapping_mul(s.len() as u64 + 1);
    let mut at = 0;
    while let Some((i, v, _)) = s.table().next_entry(at) {
        let x = vm.hash(v)? as u64;
        h ^= (x ^ x << 16 ^ 89_869_747).wrapping_mul(3_644_798_167);
        at = i + 1;
    }
    h ^= h >> 11 ^ h >> 25;
    h = h.wrapping_mul(69069).wrapping_add(907_133_923);
    Ok(if h == u64::MAX { 590_923_713 } else { h as i64 })
}

/// The elements of a set, dict or dict keys view as table keys; `None` for other iterables.
fn table_of(v: Value) -> Option<Ref<PyDict>> {
    if let Some(s) = v.cast::<PySet>() {
        return Some(s.table());
    }
    match v.shape_id() {
        ids::DICT => v.cast(),
        ids::DICT_KEYS => dict_views::view_dict(v),
        _ => None,
    }
}

/// Calls `f` with each element of an iterable and its hash.
fn for_each_hashed(
    vm: &mut Vm,
    source: Value,
    mut f: impl FnMut(&mut Vm, Value, u64) -> PyResult<bool>,
) -> PyResult<()> {
    if let Some(table) = table_of(source) {
        let mut at = 0;
        while let Some((i, v, _)) = table.next_entry(at) {
            if !f(vm, v, table.hash_at(i))? {
                break;
            }
            at = i + 1;
        }
        return Ok(());
    }
    vm.for_each(source, |vm, v| {
        let hash = vm.hash_set_element(v)?;
        f(vm, v, hash)
    })
}

/// `s.update(source)`
pub fn update(vm: &mut Vm, s: Ref<PySet>, source: Value) -> PyResult<()> {
    if let Some(table) = table_of(source)
        && table == s.table()
    {
        return Ok(());
    }
    if s.is_empty()
        && let Some(other) = source.cast::<PySet>()
    {
        let table = PyDict::new(vm);
        table.copy_entries_from(vm, other.table());
        s.set_table(table);
        return Ok(());
    }
    for_each_hashed(vm, source, |vm, v, h| {
        add_hashed(vm, s, v, h)?;
        Ok(true)
    })
}

/// A new set of type `ty` with the elements of an iterable.
pub fn from_iterable(vm: &mut Vm, ty: Ref<PyType>, source: Value) -> PyResult<Ref<PySet>> {
    let s = PySet::new_instance(vm, ty);
    update(vm, s, source)?;
    Ok(s)
}

/// A new set of the same builtin type (`set` or `frozenset`) as `s`, with the same elements.
pub fn copy(vm: &mut Vm, s: Ref<PySet>) -> Ref<PySet> {
    let new = empty_like(vm, s);
    let table = PyDict::new(vm);
    table.copy_entries_from(vm, s.table());
    new.set_table(table);
    new
}

/// An empty set of the builtin type that `s` is an instance of.
pub fn empty_like(vm: &mut Vm, s: Ref<PySet>) -> Ref<PySet> {
    let id = if vm.is_instance_of(s.value(), ids::FROZENSET) {
        ids::FROZENSET
    } else {
        ids::SET
    };
    let ty = vm.builtin_type(id);
    PySet::new_instance(vm, ty)
}

/// Makes `s` contain what `other`, a fresh set that nobody else knows, contains.
pub fn take_contents(s: Ref<PySet>, other: Ref<PySet>) {
    s.set_table(other.table());
}

/// `s - source`
pub fn difference(vm: &mut Vm, s: Ref<PySet>, source: Value) -> PyResult<Ref<PySet>> {
    let Some(other) = table_of(source) else {
        let new = copy(vm, s);
        difference_update(vm, new, source)?;
        return Ok(new);
    };
    if s.len() >> 2 > other.len() {
        let new = copy(vm, s);
        difference_update(vm, new, source)?;
        return Ok(new);
    }
    let new = empty_like(vm, s);
    for_each_hashed(vm, s.value(), |vm, v, h| {
        if other.find(vm, v, h)?.is_none() {
            add_hashed(vm, new, v, h)?;
        }
        Ok(true)
    })?;
    Ok(new)
}

/// `s.difference_update(source)`
pub fn difference_update(vm: &mut Vm, s: Ref<PySet>, source: Value) -> PyResult<()> {
    if source == s.value() {
        s.table().clear();
        return Ok(());
    }
    for_each_hashed(vm, source, |vm, v, h| {
        discard_hashed(vm, s, v, h)?;
        Ok(true)
    })
}

/// `s op t` of two exact sets or frozensets; `None` for operators that sets do not have.
pub fn binary(vm: &mut Vm, op: BinaryOp, s: Ref<PySet>, t: Ref<PySet>) -> Option<PyResult> {
    let r = match op {
        BinaryOp::And => intersection(vm, s, t.value()),
        BinaryOp::Sub => difference(vm, s, t.value()),
        BinaryOp::Or => {
            let new = copy(vm, s);
            update(vm, new, t.value()).map(|()| new)
        }
        BinaryOp::Xor => {
            let new = copy(vm, s);
            symmetric_difference_update(vm, new, t.value()).map(|()| new)
        }
        _ => return None,
    };
    Some(r.map(Value::from))
}

/// `s & source`
pub fn intersection(vm: &mut Vm, s: Ref<PySet>, source: Value) -> PyResult<Ref<PySet>> {
    if source == s.value() {
        return Ok(copy(vm, s));
    }
    let new = empty_like(vm, s);
    let (walked, table) = match source.cast::<PySet>() {
        Some(other) if other.len() > s.len() => (s.value(), other.table()),
        _ => (source, s.table()),
    };
    for_each_hashed(vm, walked, |vm, v, h| {
        if table.find(vm, v, h)?.is_some() {
            add_hashed(vm, new, v, h)?;
        }
        Ok(true)
    })?;
    Ok(new)
}

/// `s.symmetric_difference_update(source)`
pub fn symmetric_difference_update(vm: &mut Vm, s: Ref<PySet>, source: Value) -> PyResult<()> {
    if source == s.value() {
        s.table().clear();
        return Ok(());
    }
    // An iterable that is no set or dict may repeat elements, which count once.
    let source = if table_of(source).is_some() {
        source
    } else {
        let ty = vm.builtin_type(ids::SET);
        from_iterable(vm, ty, source)?.value()
    };
    for_each_hashed(vm, source, |vm, v, h| {
        if !discard_hashed(vm, s, v, h)? {
            add_hashed(vm, s, v, h)?;
        }
        Ok(true)
    })
}

/// True if every element of `s` is in the table of `other`.
pub fn is_subset(vm: &mut Vm, s: Ref<PySet>, other: Ref<PySet>) -> PyResult<bool> {
    if s.len() > other.len() {
        return Ok(false);
    }
    let mut all = true;
    for_each_hashed(vm, s.value(), |vm, v, h| {
        all = other.table().find(vm, v, h)?.is_some();
        Ok(all)
    })?;
    Ok(all)
}

/// True if every element of the iterable is in `s`.
pub fn is_superset(vm: &mut Vm, s: Ref<PySet>, source: Value) -> PyResult<bool> {
    if let Some(other) = source.cast::<PySet>() {
        return is_subset(vm, other, s);
    }
    let mut all = true;
    for_each_hashed(vm, source, |vm, v, h| {
        all = s.table().find(vm, v, h)?.is_some();
        Ok(all)
    })?;
    Ok(all)
}

/// `s.isdisjoint(source)`
pub fn is_disjoint(vm: &mut Vm, s: Ref<PySet>, source: Value) -> PyResult<bool> {
    if source == s.value() {
        return Ok(s.is_empty());
    }
    let (walked, table) = match source.cast::<PySet>() {
        Some(other) if other.len() > s.len() => (s.value(), other.table()),
        _ => (source, s.table()),
    };
    let mut disjoint = true;
    for_each_hashed(vm, walked, |vm, v, h| {
        disjoint = table.find(vm, v, h)?.is_none();
        Ok(disjoint)
    })?;
    Ok(disjoint)
}
