//! Operations on sets as native code uses them.
//!
//! Each follows CPython's algorithm step by step, because the order of the result's elements depends on it.

use crate::prelude::*;
use crate::protocol::binary::BinaryOp;
use crate::protocol::compare::CompareOp;

/// `s.add(v)`
#[inline]
pub fn add(vm: &mut Vm, s: Ref<PySet>, v: Value) -> PyResult<()> {
    let hash = vm.hash_set_element(v)?;
    s.add_hashed(vm, v, hash)
}

/// `v in s`, with sets looked for as frozensets.
pub fn contains(vm: &mut Vm, s: Ref<PySet>, v: Value) -> PyResult<bool> {
    let hash = element_hash(vm, v)?;
    s.contains_hashed(vm, v, hash)
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
    s.discard_hashed(vm, v, hash)
}

/// The hash of the set's elements, whatever their order.
pub fn hash(vm: &mut Vm, s: Ref<PySet>) -> PyResult<i64> {
    let mut h = 1_927_868_237u64.wrapping_mul(s.len() as u64 + 1);
    let mut at = 0;
    while let Some((i, v, _)) = s.next_entry(at) {
        // The table keeps too few bits.
        let x = vm.hash(v)? as u64;
        h ^= (x ^ x << 16 ^ 89_869_747).wrapping_mul(3_644_798_167);
        at = i + 1;
    }
    h ^= h >> 11 ^ h >> 25;
    h = h.wrapping_mul(69069).wrapping_add(907_133_923);
    Ok(if h == u64::MAX { 590_923_713 } else { h as i64 })
}

/// Containers that know the hashes of their elements.
#[derive(Clone, Copy)]
pub enum Hashed {
    /// A set or frozenset.
    Set(Ref<PySet>),
    /// A dict, for its keys.
    Dict(Ref<PyDict>),
}

fn hashed(v: Value) -> Option<Hashed> {
    match v.cast() {
        Some(s) => Some(Hashed::Set(s)),
        None => Hashed::exact(v),
    }
}

impl Hashed {
    /// The container in `v` unless it is of a subclass.
    pub fn exact(v: Value) -> Option<Hashed> {
        match v.shape_id() {
            ids::SET | ids::FROZENSET => v.cast().map(Hashed::Set),
            ids::DICT => v.cast().map(Hashed::Dict),
            _ => None,
        }
    }
    fn len(&self) -> usize {
        match self {
            Hashed::Set(s) => s.len(),
            Hashed::Dict(d) => d.len(),
        }
    }
    /// The first element at or after a position: its position, itself and its hash as dicts keep it.
    pub fn next(&self, at: usize) -> Option<(usize, Value, u64)> {
        match self {
            Hashed::Set(s) => s
                .next_entry(at)
                .map(|(i, v, hash)| (i, v, hash & (u64::MAX >> 3))),
            Hashed::Dict(d) => d.next_entry(at).map(|(i, k, _)| (i, k, d.hash_at(i))),
        }
    }
    fn contains(&self, vm: &mut Vm, v: Value, hash: u64) -> PyResult<bool> {
        match self {
            Hashed::Set(s) => s.contains_hashed(vm, v, hash),
            Hashed::Dict(d) => Ok(d.find(vm, v, hash)?.is_some()),
        }
    }
}

/// Calls `f` with each element of an iterable and its hash.
fn for_each_hashed(
    vm: &mut Vm,
    source: Value,
    mut f: impl FnMut(&mut Vm, Value, u64) -> PyResult<bool>,
) -> PyResult<()> {
    if let Some(elements) = hashed(source) {
        let mut at = 0;
        while let Some((i, v, hash)) = elements.next(at) {
            if !f(vm, v, hash)? {
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
    match hashed(source) {
        Some(Hashed::Set(other)) => return s.merge(vm, other),
        Some(Hashed::Dict(d)) => s.reserve_for_merge(vm, d.len()),
        None => {}
    }
    for_each_hashed(vm, source, |vm, v, h| {
        s.add_hashed(vm, v, h)?;
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
pub fn copy(vm: &mut Vm, s: Ref<PySet>) -> PyResult<Ref<PySet>> {
    let new = empty_like(vm, s);
    new.merge(vm, s)?;
    Ok(new)
}

/// An empty set of the builtin type that `s` is an instance of.
pub fn empty_like(vm: &mut Vm, s: Ref<PySet>) -> Ref<PySet> {
    let frozen = match s.shape_id() {
        ids::SET => false,
        ids::FROZENSET => true,
        _ => vm.is_instance_of(s.value(), ids::FROZENSET),
    };
    if frozen {
        PySet::new_frozen(vm)
    } else {
        PySet::new(vm)
    }
}

/// The elements of `source` that are in `other` (`wanted`) or not, as a set like `like`; `None`: Python code has to compare some.
fn selected(
    vm: &mut Vm,
    like: Ref<PySet>,
    source: Ref<PySet>,
    other: Ref<PySet>,
    wanted: bool,
) -> Option<Ref<PySet>> {
    let new = empty_like(vm, like);
    new.add_selected(vm, source, other, wanted)?;
    Some(new)
}

/// `s | source`
pub fn union(vm: &mut Vm, s: Ref<PySet>, source: Value) -> PyResult<Ref<PySet>> {
    let new = copy(vm, s)?;
    if source != s.value() {
        update(vm, new, source)?;
    }
    Ok(new)
}

/// `s - source`
pub fn difference(vm: &mut Vm, s: Ref<PySet>, source: Value) -> PyResult<Ref<PySet>> {
    let other = match hashed(source) {
        Some(other) if s.len() >> 2 <= other.len() => other,
        _ => {
            let new = copy(vm, s)?;
            difference_update(vm, new, source)?;
            return Ok(new);
        }
    };
    if let Hashed::Set(other) = other
        && let Some(new) = selected(vm, s, s, other, false)
    {
        return Ok(new);
    }
    let new = empty_like(vm, s);
    for_each_hashed(vm, s.value(), |vm, v, h| {
        if !other.contains(vm, v, h)? {
            new.add_hashed(vm, v, h)?;
        }
        Ok(true)
    })?;
    Ok(new)
}

/// `s.difference_update(source)`
pub fn difference_update(vm: &mut Vm, s: Ref<PySet>, source: Value) -> PyResult<()> {
    if source == s.value() {
        s.clear();
        return Ok(());
    }
    let mut source = source;
    if let Some(other) = source.cast::<PySet>()
        && other.len() >> 3 > s.len()
    {
        source = intersection(vm, s, source)?.value();
    }
    for_each_hashed(vm, source, |vm, v, h| {
        s.discard_hashed(vm, v, h)?;
        Ok(true)
    })?;
    s.sweep_removed(vm);
    Ok(())
}

/// `s op t` of two exact sets or frozensets; `None` for operators that sets do not have.
pub fn binary(vm: &mut Vm, op: BinaryOp, s: Ref<PySet>, t: Ref<PySet>) -> Option<PyResult> {
    let r = match op {
        BinaryOp::And => intersection(vm, s, t.value()),
        BinaryOp::Sub => difference(vm, s, t.value()),
        BinaryOp::Or => union(vm, s, t.value()),
        BinaryOp::Xor => symmetric_difference(vm, s, t.value()),
        _ => return None,
    };
    Some(r.map(Value::from))
}

/// `s & source`
pub fn intersection(vm: &mut Vm, s: Ref<PySet>, source: Value) -> PyResult<Ref<PySet>> {
    if source == s.value() {
        return copy(vm, s);
    }
    if let Some(other) = source.cast::<PySet>() {
        let (walked, asked) = if other.len() > s.len() {
            (s, other)
        } else {
            (other, s)
        };
        if let Some(new) = selected(vm, s, walked, asked, true) {
            return Ok(new);
        }
        let new = empty_like(vm, s);
        for_each_hashed(vm, walked.value(), |vm, v, h| {
            if asked.contains_hashed(vm, v, h)? {
                new.add_hashed(vm, v, h)?;
            }
            Ok(true)
        })?;
        return Ok(new);
    }
    let new = empty_like(vm, s);
    vm.for_each(source, |vm, v| {
        let hash = vm.hash_set_element(v)?;
        if s.contains_hashed(vm, v, hash)? {
            new.add_hashed(vm, v, hash)?;
            return Ok(new.len() < s.len());
        }
        Ok(true)
    })?;
    Ok(new)
}

/// `s ^ source`: the elements of the other side come first.
pub fn symmetric_difference(vm: &mut Vm, s: Ref<PySet>, source: Value) -> PyResult<Ref<PySet>> {
    let new = empty_like(vm, s);
    update(vm, new, source)?;
    toggle(vm, new, s.value())?;
    Ok(new)
}

/// `s.symmetric_difference_update(source)`
pub fn symmetric_difference_update(vm: &mut Vm, s: Ref<PySet>, source: Value) -> PyResult<()> {
    if source == s.value() {
        s.clear();
        return Ok(());
    }
    if hashed(source).is_some() {
        return toggle(vm, s, source);
    }
    // An iterable that is no set or dict may repeat elements, which count once.
    let other = empty_like(vm, s);
    update(vm, other, source)?;
    toggle(vm, s, other.value())
}

/// Removes from `s` what is in the set or dict, and adds what is not.
fn toggle(vm: &mut Vm, s: Ref<PySet>, source: Value) -> PyResult<()> {
    for_each_hashed(vm, source, |vm, v, h| {
        if !s.discard_hashed(vm, v, h)? {
            s.add_hashed(vm, v, h)?;
        }
        Ok(true)
    })
}

/// A comparison of two sets, if its result can be told without running Python code.
pub fn compare_simply(op: CompareOp, s: Ref<PySet>, t: Ref<PySet>) -> Option<bool> {
    let (n, m) = (s.len(), t.len());
    Some(match op {
        CompareOp::Eq => n == m && s.subset_simply(&t)?,
        CompareOp::Ne => !(n == m && s.subset_simply(&t)?),
        CompareOp::Lt => n < m && s.subset_simply(&t)?,
        CompareOp::Le => s.subset_simply(&t)?,
        CompareOp::Gt => n > m && t.subset_simply(&s)?,
        CompareOp::Ge => t.subset_simply(&s)?,
    })
}

/// True if every element of `s` is in `other`.
pub fn is_subset(vm: &mut Vm, s: Ref<PySet>, other: Ref<PySet>) -> PyResult<bool> {
    if let Some(all) = s.subset_simply(&other) {
        return Ok(all);
    }
    let mut all = true;
    for_each_hashed(vm, s.value(), |vm, v, h| {
        all = other.contains_hashed(vm, v, h)?;
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
    vm.for_each(source, |vm, v| {
        all = contains(vm, s, v)?;
        Ok(all)
    })?;
    Ok(all)
}

/// `s.isdisjoint(source)`
pub fn is_disjoint(vm: &mut Vm, s: Ref<PySet>, source: Value) -> PyResult<bool> {
    if source == s.value() {
        return Ok(s.is_empty());
    }
    if !matches!(source.shape_id(), ids::SET | ids::FROZENSET) {
        // A subclass may iterate over something else than it stores.
        let mut disjoint = true;
        vm.for_each(source, |vm, v| {
            disjoint = !contains(vm, s, v)?;
            Ok(disjoint)
        })?;
        return Ok(disjoint);
    }
    let (walked, asked) = match source.cast::<PySet>() {
        Some(other) if other.len() > s.len() => (s.value(), other),
        _ => (source, s),
    };
    let mut disjoint = true;
    for_each_hashed(vm, walked, |vm, v, h| {
        disjoint = !asked.contains_hashed(vm, v, h)?;
        Ok(disjoint)
    })?;
    Ok(disjoint)
}
