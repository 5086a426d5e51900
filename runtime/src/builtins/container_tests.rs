//! Containers against simple models: dict deletion and order, list slices, the general sort.

use super::slice::PySlice;
use super::{dict_methods, list_items, list_sort};
use crate::prelude::*;
use crate::vm::bare_vm as new_vm;

struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

#[test]
fn dict_like_a_model() -> PyResult<()> {
    let mut vm = new_vm();
    for (seed, keys) in [(1, 6), (2, 40), (3, 700)] {
        let (d, mut model, mut random) = (PyDict::new(&mut vm), Vec::new(), Random(seed));
        for step in 0..20_000 {
            let key = random.below(keys) as i64 * 1024;
            let v = vm.new_int(key);
            let at = model.iter().position(|(k, _)| *k == key);
            match random.below(5) {
                0 | 1 => {
                    d.insert(&mut vm, v, Value::from_i32(step))?;
                    match at {
                        Some(i) => model[i].1 = step,
                        None => model.push((key, step)),
                    }
                }
                2 | 3 => {
                    let removed = d.remove(&mut vm, v)?.and_then(as_i64);
                    assert_eq!(removed, at.map(|i| model.remove(i).1 as i64));
                }
                _ if step % 3 == 0 => {
                    let popped = d.pop_last().map(|(k, _)| as_i64(k));
                    assert_eq!(popped, model.pop().map(|(k, _)| Some(k)));
                }
                _ => assert_eq!(d.get(&mut vm, v)?.is_some(), at.is_some()),
            }
            assert_eq!(d.len(), model.len());
        }
        let (mut at, mut seen) = (0, Vec::new());
        while let Some((i, k, v)) = d.next_entry(at) {
            seen.push((as_i64(k).unwrap_or(0), as_i64(v).unwrap_or(0) as i32));
            at = i + 1;
        }
        assert_eq!(seen, model);
        let copy = PyDict::new(&mut vm);
        copy.copy_entries_from(&mut vm, d);
        assert!(dict_methods::dict_equal(&mut vm, d, copy)?);
    }
    Ok(())
}

fn numbers(vm: &mut Vm, n: i64) -> Ref<PyList> {
    let list = PyList::new(vm);
    for i in 0..n {
        let v = vm.new_int(i);
        list.push(vm, v);
    }
    list
}

fn contents(list: Ref<PyList>) -> Vec<i64> {
    (0..list.len())
        .map(|i| as_i64(list.get(i)).unwrap_or(-1))
        .collect()
}

/// The positions that a slice takes, by the definition in the language reference.
fn positions(start: Option<i64>, stop: Option<i64>, step: i64, len: i64) -> Vec<usize> {
    let fix = |v: i64| if v < 0 { v + len } else { v };
    let (low, high) = if step > 0 { (0, len) } else { (-1, len - 1) };
    let (first, last) = if step > 0 { (low, high) } else { (high, low) };
    let mut at = start.map_or(first, |v| fix(v).clamp(low, high));
    let stop = stop.map_or(last, |v| fix(v).clamp(low, high));
    let mut out = Vec::new();
    while if step > 0 { at < stop } else { at > stop } {
        out.push(at as usize);
        at += step;
    }
    out
}

#[test]
fn list_slices_like_the_definition() -> PyResult<()> {
    let mut vm = new_vm();
    let ends = [None, Some(-9), Some(-3), Some(0), Some(2), Some(5), Some(9)];
    for len in [0, 1, 5, 6] {
        for (start, stop) in ends.iter().flat_map(|a| ends.iter().map(|b| (*a, *b))) {
            for step in [-7, -2, -1, 1, 2, 3] {
                let want = positions(start, stop, step, len);
                let part = |v: Option<i64>| v.and_then(Value::small_int).unwrap_or(Value::NONE);
                let step = Value::from_i32(step as i32);
                let key = PySlice::new(&mut vm, part(start), part(stop), step).value();
                let list = numbers(&mut vm, len);
                let taken = list_items::getitem(&mut vm, &[list.value(), key])?;
                let taken: Ref<PyList> = taken.cast().expect("a list");
                let values: Vec<i64> = want.iter().map(|i| *i as i64).collect();
                assert_eq!(contents(taken), values);
                list_items::setitem(&mut vm, &[list.value(), key, taken.value()])?;
                assert_eq!(contents(list), (0..len).collect::<Vec<_>>());
                list_items::delitem(&mut vm, &[list.value(), key])?;
                let rest: Vec<i64> = (0..len).filter(|i| !values.contains(i)).collect();
                assert_eq!(contents(list), rest);
            }
        }
    }
    Ok(())
}

#[test]
fn general_sort_is_stable() -> PyResult<()> {
    let mut vm = new_vm();
    let mut random = Random(7);
    for n in [1u64, 2, 3, 23, 24, 25, 100, 1000, 5000] {
        for range in [2, 10, 1000] {
            for reverse in [false, true] {
                let list = PyList::new(&mut vm);
                let mut model = Vec::new();
                for i in 0..n {
                    let key = if i % 3 == 0 {
                        i % range
                    } else {
                        random.below(range)
                    };
                    // Tuples of one item compare by the general way; the list keeps their order of creation.
                    let pair = vm.new_tuple(&[Value::from_i32(key as i32)]);
                    list.push(&mut vm, pair);
                    model.push((key, pair));
                }
                list_sort::sort(&mut vm, list, Value::NULL, reverse)?;
                if reverse {
                    model.sort_by(|a, b| b.0.cmp(&a.0));
                } else {
                    model.sort_by_key(|(k, _)| *k);
                }
                assert!((0..list.len()).all(|i| list.get(i) == model[i].1));
            }
        }
    }
    Ok(())
}
