//! `list.sort` and `sorted`: a stable natural merge sort.
//!
//! What is sorted is a permutation (plain numbers) of the keys, so no Python object is ever outside the GC's sight and no
//! storage is held while comparisons run Python code. Keys that are all ints, all floats or all strs are compared without
//! dispatch. While a list sorts it looks empty, so that code run by comparisons cannot see half-sorted storage; if such
//! code put something into it, `ValueError` follows.

use super::list_methods::this;
use crate::prelude::*;
use crate::protocol::compare::CompareOp;

/// Runs shorter than this are extended by binary insertion.
const MIN_RUN: usize = 24;

/// `list.sort`
pub fn list_sort(vm: &mut Vm, args: &[Value]) -> PyResult {
    let soft = vm.take_soft();
    let list = this(vm, "sort", args[0])?;
    let reverse = match args[2].non_null() {
        Some(v) => vm.truth(v)?,
        None => false,
    };
    if let Some(soft) = soft.filter(|_| crate::soft::is_python(args[1])) {
        return soft.call(vm, "sort_list", &[args[0], args[1], Value::bool(reverse)]);
    }
    sort(vm, list, args[1], reverse)?;
    Ok(Value::NONE)
}

/// Sorts a list in place; `key` may be `NULL` or `None`.
pub fn sort(vm: &mut Vm, list: Ref<PyList>, key: Value, reverse: bool) -> PyResult<()> {
    let (array, len) = (list.array(), list.len());
    // Storing anything into the list replaces or grows this storage.
    let mark = vm.heap.new_array(0);
    list.set_array(Some(mark), 0);
    let done = sorted_array(vm, array, len, key, reverse);
    let modified = list.array() != Some(mark) || !mark.is_empty() || !list.is_empty();
    let (array, done) = match done {
        Ok(a) => (a, Ok(())),
        Err((a, r)) => (a, Err(r)),
    };
    list.set_array(array, len);
    done?;
    if modified {
        return Err(vm.value_error("list modified during sort"));
    }
    Ok(())
}

type Sorted = Result<Option<Ref<Array>>, (Option<Ref<Array>>, Raised)>;

/// A sorted copy of the first `len` slots; after an error a permutation as far as the sort came.
fn sorted_array(
    vm: &mut Vm,
    array: Option<Ref<Array>>,
    len: usize,
    key: Value,
    reverse: bool,
) -> Sorted {
    let Some(items) = array else { return Ok(None) };
    let keys = if key.is_absent() {
        items
    } else {
        let keys = vm.heap.new_array(len);
        for i in 0..len {
            match vm.call(key, &[items.get(i)]) {
                Ok(k) => keys.set(i, k),
                Err(r) => return Err((array, r)),
            }
        }
        keys
    };
    sorted_by(vm, items, keys, len, reverse)
}

/// Sorts a list by the keys of its items, in a list of the same length; gives it.
pub fn by_keys(vm: &mut Vm, list: Ref<PyList>, keys: Ref<PyList>, reverse: bool) -> PyResult {
    let len = list.len().min(keys.len());
    if let (Some(items), Some(keys)) = (list.array(), keys.array()) {
        match sorted_by(vm, items, keys, len, reverse) {
            Ok(array) => list.set_array(array, len),
            Err((_, r)) => return Err(r),
        }
    }
    Ok(list.value())
}

fn sorted_by(
    vm: &mut Vm,
    items: Ref<Array>,
    keys: Ref<Array>,
    len: usize,
    reverse: bool,
) -> Sorted {
    if len < 2 {
        return Ok(Some(items));
    }
    let mut order: Vec<u32> = (0..len as u32).collect();
    // Reversing before and after keeps equal items in their order.
    if reverse {
        order.reverse();
    }
    let done = sort_order(vm, keys, &mut order);
    if reverse {
        order.reverse();
    }
    let result = vm.heap.new_array(len);
    for (i, from) in order.iter().enumerate() {
        result.set(i, items.get(*from as usize));
    }
    match done {
        Ok(()) => Ok(Some(result)),
        Err(r) => Err((Some(result), r)),
    }
}

/// Sorts positions by their keys.
fn sort_order(vm: &mut Vm, keys: Ref<Array>, order: &mut [u32]) -> PyResult<()> {
    let n = order.len();
    let first = keys.get(order[0] as usize);
    if first.is_int() && (0..n).all(|i| keys.get(i).is_int()) {
        let number = |i: u32| keys.get(i as usize).as_small_int().unwrap_or(0);
        sort_by_number(order, number, |a, b| a.cmp(b));
        return Ok(());
    }
    if first.shape_id() == ids::STR && (0..n).all(|i| keys.get(i).shape_id() == ids::STR) {
        sort_by_text(order, keys);
        return Ok(());
    }
    if exact_float(first).is_some()
        && (0..n).all(|i| exact_float(keys.get(i)).is_some_and(|f| !f.is_nan()))
    {
        let number = |i: u32| exact_float(keys.get(i as usize)).unwrap_or(0.0);
        sort_by_number(order, number, |a, b| {
            a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal)
        });
        return Ok(());
    }
    if super::list_sort_tuples::sort_by_tuples(order, keys) {
        return Ok(());
    }
    Merge {
        keys,
        order,
        scratch: Vec::new(),
    }
    .run(vm)
}

/// The number in an exact float.
pub(super) fn exact_float(v: Value) -> Option<f64> {
    match v.as_small_float() {
        Some(f) => Some(f),
        None if v.shape_id() == ids::FLOAT => as_float(v),
        None => None,
    }
}

fn sort_by_number<T: Copy>(
    order: &mut [u32],
    number: impl Fn(u32) -> T,
    compare: impl Fn(&T, &T) -> std::cmp::Ordering,
) {
    let mut pairs: Vec<(T, u32)> = order.iter().map(|i| (number(*i), *i)).collect();
    pairs.sort_by(|a, b| compare(&a.0, &b.0));
    for (to, (_, i)) in order.iter_mut().zip(pairs) {
        *to = i;
    }
}

/// The first eight bytes of a text, in the order of texts.
pub(super) fn prefix_rank(s: Ref<PyStr>) -> u64 {
    let mut first = [0; 8];
    let n = s.byte_len().min(8);
    first[..n].copy_from_slice(&s.bytes()[..n]);
    u64::from_be_bytes(first)
}

/// Sorts by str keys: most pairs differ in their first eight bytes, which stand beside the positions.
fn sort_by_text(order: &mut [u32], keys: Ref<Array>) {
    let text = |i: u32| keys.get(i as usize).cast::<PyStr>();
    let prefix = |i: u32| text(i).map_or(0, prefix_rank);
    let mut pairs: Vec<(u64, u32)> = order.iter().map(|i| (prefix(*i), *i)).collect();
    pairs.sort_by(|a, b| {
        a.0.cmp(&b.0).then_with(|| match (text(a.1), text(b.1)) {
            (Some(x), Some(y)) => x.bytes().cmp(y.bytes()),
            _ => std::cmp::Ordering::Equal,
        })
    });
    for (to, (_, i)) in order.iter_mut().zip(pairs) {
        *to = i;
    }
}

/// A merge sort whose comparison may raise. `order` is a permutation at every moment a comparison runs, except that the
/// merge keeps part of it in `scratch` and puts it back before it returns.
struct Merge<'a> {
    keys: Ref<Array>,
    order: &'a mut [u32],
    scratch: Vec<u32>,
}

impl Merge<'_> {
    #[inline]
    fn less(&self, vm: &mut Vm, a: u32, b: u32) -> PyResult<bool> {
        let (a, b) = (self.keys.get(a as usize), self.keys.get(b as usize));
        vm.compare_bool(CompareOp::Lt, a, b)
    }

    fn run(&mut self, vm: &mut Vm) -> PyResult<()> {
        let n = self.order.len();
        // Starts of runs not yet merged; lengths shrink towards the end so that the stack stays logarithmic.
        let mut runs: Vec<(usize, usize)> = Vec::new();
        let mut at = 0;
        while at < n {
            let len = self.next_run(vm, at)?;
            runs.push((at, len));
            at += len;
            while let Some(i) = merge_choice(&runs, at == n) {
                let ((start, a), (_, b)) = (runs[i], runs[i + 1]);
                self.merge(vm, start, a, b)?;
                runs[i].1 = a + b;
                runs.remove(i + 1);
            }
        }
        Ok(())
    }

    /// Makes an ascending run that begins at `at` and returns its length.
    fn next_run(&mut self, vm: &mut Vm, at: usize) -> PyResult<usize> {
        let rest = self.order.len() - at;
        if rest == 1 {
            return Ok(1);
        }
        let mut len = 2;
        if self.less(vm, self.order[at + 1], self.order[at])? {
            while len < rest && self.less(vm, self.order[at + len], self.order[at + len - 1])? {
                len += 1;
            }
            self.order[at..at + len].reverse();
        } else {
            while len < rest && !self.less(vm, self.order[at + len], self.order[at + len - 1])? {
                len += 1;
            }
        }
        let wanted = rest.min(MIN_RUN);
        while len < wanted {
            let item = self.order[at + len];
            let place = self.upper_bound(vm, item, at, at + len)?;
            self.order[place..=at + len].rotate_right(1);
            len += 1;
        }
        Ok(len)
    }

    /// First position in the sorted `low..high` whose key is greater than that of `item`.
    fn upper_bound(
        &self,
        vm: &mut Vm,
        item: u32,
        mut low: usize,
        mut high: usize,
    ) -> PyResult<usize> {
        while low < high {
            let middle = low + (high - low) / 2;
            if self.less(vm, item, self.order[middle])? {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(low)
    }

    /// First position in the sorted `low..high` whose key is not less than that of `item`, searched from the end.
    fn lower_bound_from_end(
        &self,
        vm: &mut Vm,
        item: u32,
        low: usize,
        high: usize,
    ) -> PyResult<usize> {
        let (mut low, mut high, mut step) = (low, high, 1);
        while low < high {
            let probe = high.saturating_sub(step).max(low);
            if self.less(vm, self.order[probe], item)? {
                low = probe + 1;
                break;
            }
            high = probe;
            step *= 2;
        }
        while low < high {
            let middle = low + (high - low) / 2;
            if self.less(vm, self.order[middle], item)? {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// Merges the neighbouring runs of lengths `a` and `b` that begin at `start`.
    fn merge(&mut self, vm: &mut Vm, start: usize, a: usize, b: usize) -> PyResult<()> {
        let (middle, end) = (start + a, start + a + b);
        // Items already in place at both ends take no part.
        let start = self.upper_bound(vm, self.order[middle], start, middle)?;
        if start == middle {
            return Ok(());
        }
        let end = self.lower_bound_from_end(vm, self.order[middle - 1], middle, end)?;
        self.scratch.clear();
        self.scratch.extend_from_slice(&self.order[start..middle]);
        let (mut left, mut right, mut to) = (0, middle, start);
        let mut done = Ok(());
        while left < self.scratch.len() && right < end {
            match self.less(vm, self.order[right], self.scratch[left]) {
                Ok(true) => {
                    self.order[to] = self.order[right];
                    right += 1;
                }
                Ok(false) => {
                    self.order[to] = self.scratch[left];
                    left += 1;
                }
                Err(r) => {
                    done = Err(r);
                    break;
                }
            }
            to += 1;
        }
        let rest = self.scratch.len() - left;
        self.order[to..to + rest].copy_from_slice(&self.scratch[left..]);
        done
    }
}

/// Which run to merge with its successor now, if any: keeps lengths growing at least like Fibonacci numbers.
fn merge_choice(runs: &[(usize, usize)], last: bool) -> Option<usize> {
    let n = runs.len();
    if n < 2 {
        return None;
    }
    let len = |back: usize| runs[n - back].1;
    let crowded = n >= 3 && len(3) <= len(2) + len(1) || n >= 4 && len(4) <= len(3) + len(2);
    if crowded && n >= 3 && len(3) < len(1) {
        return Some(n - 3);
    }
    if last || crowded || len(2) <= len(1) {
        return Some(n - 2);
    }
    None
}
