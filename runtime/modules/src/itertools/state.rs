//! The state of iterators as plain values and back, for pickles.
//!
//! Python 3.14 took pickling from these types; the module `stackless` gives it back, with its own functions, because
//! paused tasklets have such iterators in their loops. The state is that of the layout [`It`]; it is tested here against
//! what the iterator's step relies on, since a pickle may come from anybody.

use super::{It, StepFn, chain, combine, group, number, select};
use skein_runtime::builtins::args::items;
use skein_runtime::prelude::*;

/// An iterator type: its name, its step, whether a state is one that the step can have.
type Rule = (&'static str, StepFn, fn(&It) -> bool);

const RULES: &[Rule] = &[
    ("accumulate", select::accumulate_step, |_| true),
    ("batched", select::batched_step, |it| it.n[0].get() >= 1),
    ("chain", chain::chain_step, |_| true),
    ("combinations", combine::combinations_step, |it| {
        chosen(it, 0)
    }),
    (
        "combinations_with_replacement",
        combine::replacement_step,
        replacing,
    ),
    ("compress", select::compress_step, second),
    ("count", number::count_step, |it| {
        it.n[0].get() == 1 || both(it)
    }),
    ("cycle", chain::cycle_step, |it| {
        it.slot(1).is::<PyList>() && it.n[0].get() >= 0
    }),
    ("dropwhile", select::dropwhile_step, second),
    ("filterfalse", select::filterfalse_step, second),
    ("groupby", group::groupby_step, second),
    ("_grouper", group::group_step, |it| {
        of_groupby(it) && second(it)
    }),
    ("islice", select::islice_step, |it| {
        let [next, stop, step, taken] = [0, 1, 2, 3].map(|i| it.n[i].get());
        next >= 0 && stop >= -1 && step >= 1 && taken >= 0
    }),
    ("pairwise", chain::pairwise_step, |_| true),
    ("permutations", combine::permutations_step, permuting),
    ("product", combine::product_step, multiplying),
    ("repeat", number::repeat_step, |it| {
        !it.slot(0).is_null() && it.n[0].get() >= -1
    }),
    ("starmap", select::starmap_step, second),
    ("takewhile", select::takewhile_step, second),
    ("zip_longest", chain::zip_longest_step, longest),
];

fn second(it: &It) -> bool {
    !it.slot(1).is_null()
}

fn both(it: &It) -> bool {
    !it.slot(0).is_null() && second(it)
}

/// The parent may be part of a cycle and have no state yet.
fn of_groupby(it: &It) -> bool {
    native::<It>(&it.slot(0)).is_some_and(|(_, p)| {
        let step = p.step.get();
        [group::groupby_step as StepFn, exhausted]
            .iter()
            .any(|s| std::ptr::fn_addr_eq(step, *s))
    })
}

fn longest(it: &It) -> bool {
    let sources = it.slot(0).cast::<Array>();
    let left = sources.map_or(0, |a| {
        a.slots().iter().filter(|s| !s.get().is_null()).count()
    });
    second(it) && it.n[0].get() == left as i64
}

/// The pool's size and the length of results of a combinatoric iterator whose numbers are in order; `None`: exhausted.
fn pool(it: &It) -> Result<Option<(usize, usize)>, ()> {
    match it.n[0].get() {
        combine::DONE => Ok(None),
        combine::FRESH | combine::RUNNING => {
            let pool = it.slot(0).cast::<PyTuple>().ok_or(())?;
            let r = usize::try_from(it.n[1].get()).map_err(|_| ())?;
            Ok(Some((pool.len(), r)))
        }
        _ => Err(()),
    }
}

/// As many indices as results are long, and `extra` more, all within the pool; results no longer than the pool.
fn chosen(it: &It, extra: usize) -> bool {
    match pool(it) {
        Ok(Some((n, r))) => {
            let indices = it.indices.borrow();
            r <= n && indices.len() == r + extra && indices.iter().all(|i| *i < n)
        }
        done => done.is_ok(),
    }
}

fn replacing(it: &It) -> bool {
    match pool(it) {
        Ok(Some((n, r))) => {
            let indices = it.indices.borrow();
            indices.len() == r && indices.iter().all(|i| *i < n)
        }
        done => done.is_ok(),
    }
}

fn permuting(it: &It) -> bool {
    match pool(it) {
        Ok(Some((n, r))) => {
            let all = it.indices.borrow();
            r <= n && all.len() == n + r && {
                let (indices, cycles) = all.split_at(n);
                let counts = cycles.iter().enumerate();
                indices.iter().all(|i| *i < n)
                    && counts.into_iter().all(|(i, c)| (1..=n - i).contains(c))
            }
        }
        done => done.is_ok(),
    }
}

fn multiplying(it: &It) -> bool {
    if pool(it).is_ok_and(|p| p.is_none()) {
        return true;
    }
    let (indices, pools) = (it.indices.borrow(), it.slot(0));
    let Some(pools) = pools.cast::<PyTuple>() else {
        return false;
    };
    let fits = |(pool, i): (&Value, &usize)| pool.is::<PyTuple>() && *i < items(pool).len();
    pool(it).is_ok()
        && indices.len() == pools.len()
        && pools.items().iter().zip(indices.iter()).all(fits)
}

fn rule(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|r| r.0 == name)
}

/// A value of a slot: a tuple of it, an empty one for `NULL`, a list of such tuples for an array.
fn slot_state(vm: &mut Vm, v: Value) -> Value {
    if let Some(array) = v.cast::<Array>() {
        let list = PyList::new(vm);
        for i in 0..array.len() {
            let item = slot_state(vm, array.get(i));
            list.push(vm, item);
        }
        return list.value();
    }
    match v.is_null() {
        true => vm.new_tuple(&[]),
        false => vm.new_tuple(&[v]),
    }
}

/// `(slots, numbers, indices)` of an iterator of this module.
pub fn state(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, it) = super::this(vm, &args[0])?;
    let mut slots = ValueVec::new();
    for s in &it.s {
        let v = slot_state(vm, s.get());
        slots.push(&vm.heap, v);
    }
    let slots = vm.new_tuple(slots.as_slice());
    let mut numbers = ValueVec::new();
    for n in &it.n {
        let n = vm.new_int(n.get());
        numbers.push(&vm.heap, n);
    }
    let numbers = vm.new_tuple(numbers.as_slice());
    let mut indices = ValueVec::new();
    for i in it.indices.borrow().iter() {
        indices.push(&vm.heap, Value::from_usize(*i));
    }
    let indices = vm.new_tuple(indices.as_slice());
    Ok(vm.new_tuple(&[slots, numbers, indices]))
}

fn exhausted(_: &mut Vm, _: Ref<Native>, _: &It) -> skein_runtime::builtins::iter_next::Step {
    Ok(None)
}

/// An iterator of a type of this module that has no state yet: it is exhausted.
pub fn unfilled(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(ty) = args[0].cast::<PyType>() else {
        return Err(vm.type_error("a type is required"));
    };
    let name = ty.name_text();
    let known =
        rule(&name).is_some() && vm.state_get(&format!("itertools.{name}")) == Some(args[0]);
    if !known {
        return Err(vm.type_error(format!(
            "'{name}' is no iterator of itertools that has a state"
        )));
    }
    Ok(Native::new(vm, ty, It::new(exhausted, &[], &[])).value())
}

fn bad_state(vm: &mut Vm) -> Raised {
    vm.value_error("bad state for an iterator of itertools")
}

fn slot_value(vm: &mut Vm, v: Value) -> PyResult {
    if let Some(list) = v.cast::<PyList>() {
        let given = list.to_vec(vm);
        let array = vm.heap.new_array(given.len());
        for (i, v) in given.as_slice().iter().enumerate() {
            match (v.is::<PyTuple>(), items_of(v)) {
                (true, []) => {}
                (true, [x]) => array.set(i, *x),
                _ => return Err(bad_state(vm)),
            }
        }
        return Ok(array.value());
    }
    match (v.is::<PyTuple>(), items_of(&v)) {
        (true, []) => Ok(Value::NULL),
        (true, [x]) => Ok(*x),
        _ => Err(bad_state(vm)),
    }
}

fn items_of(v: &Value) -> &[Value] {
    if v.is::<PyTuple>() { items(v) } else { &[] }
}

/// Gives an iterator that [`unfilled`] made its state. (Arrays are no Python objects: only `zip_longest` has one.)
pub fn fill(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (owner, it) = super::this(vm, &args[0])?;
    let name = vm.type_of(args[0]).name_text();
    let Some(rule) =
        rule(&name).filter(|_| std::ptr::fn_addr_eq(it.step.get(), exhausted as StepFn))
    else {
        return Err(vm.type_error("the iterator has a state"));
    };
    let [slots, numbers, indices] = *items_of(&args[1]) else {
        return Err(bad_state(vm));
    };
    let made = It::new(rule.1, &[], &[]);
    let mut values = ValueVec::new();
    for v in items_of(&slots) {
        let v = slot_value(vm, *v)?;
        let array = v.is::<Array>();
        if array && (rule.0 != "zip_longest" || !values.is_empty()) {
            return Err(bad_state(vm));
        }
        values.push(&vm.heap, v);
    }
    if values.len() != made.s.len() || items_of(&numbers).len() != made.n.len() {
        return Err(bad_state(vm));
    }
    for (cell, v) in made.n.iter().zip(items_of(&numbers)) {
        match as_i64(*v) {
            Some(n) => cell.set(n),
            None => return Err(bad_state(vm)),
        }
    }
    let index = |v: &Value| v.as_small_int().and_then(|n| usize::try_from(n).ok());
    match items_of(&indices).iter().map(index).collect() {
        Some(all) => made.indices.replace(all),
        None => return Err(bad_state(vm)),
    };
    for (slot, v) in made.s.iter().zip(values.as_slice()) {
        slot.set_unbarriered(*v);
    }
    if !(rule.2)(&made) {
        return Err(bad_state(vm));
    }
    for (slot, from) in it.s.iter().zip(&made.s) {
        slot.set(owner, from.get());
    }
    for (cell, from) in it.n.iter().zip(&made.n) {
        cell.set(from.get());
    }
    it.indices.replace(made.indices.take());
    it.step.set(rule.1);
    Ok(args[0])
}
