//! `itertools`. Every iterator is one native layout, [`It`], whose `step` function says which one it is; native loops call
//! the step directly ([`NativeData::next`]), so that chains of iterators raise no `StopIteration` inside.

mod chain;
mod combine;
mod ends;
mod group;
mod number;
mod select;
pub mod state;
mod tee;

use crate::util::{add_type, native_class};
use skein_runtime::builtins::iter_next::{Step, has_more};
use skein_runtime::prelude::*;
use std::cell::{Cell, RefCell};

/// `itertools`
pub const MODULE: ModuleDef = ModuleDef {
    name: "itertools",
    init,
};

/// One step of an iterator; `Ok(None)`: exhausted.
type StepFn = fn(&mut Vm, Ref<Native>, &It) -> Step;

/// State of any itertools iterator. What the fields mean is said at each step function.
struct It {
    step: Cell<StepFn>,
    s: [Slot; 6],
    n: [Cell<i64>; 4],
    indices: RefCell<Box<[usize]>>,
    /// Slot 0 held a builtin iterator at first that can tell whether it has another item.
    plain: bool,
}

impl NativeData for It {
    fn trace(&self, t: &mut Tracer) {
        for s in &self.s {
            t.visit_slot(s);
        }
    }
    fn next(&self, vm: &mut Vm, owner: Ref<Native>) -> Option<Step> {
        Some((self.step.get())(vm, owner, self))
    }
    fn needs_python(&self) -> bool {
        ends::needs_python(self)
    }
    fn ends(&self, vm: &mut Vm, owner: Ref<Native>) -> bool {
        if !ends::is_last(vm, owner, self) {
            return false;
        }
        match (self.step.get())(vm, owner, self) {
            Ok(v) => v.is_none(),
            Err(_) => {
                vm.take_raised();
                false
            }
        }
    }
}

impl It {
    fn new(step: StepFn, slots: &[Value], numbers: &[i64]) -> It {
        let at = |i: usize| Slot::new(slots.get(i).copied().unwrap_or(Value::NULL));
        let n = |i: usize| Cell::new(numbers.get(i).copied().unwrap_or(0));
        It {
            step: Cell::new(step),
            s: [at(0), at(1), at(2), at(3), at(4), at(5)],
            n: [n(0), n(1), n(2), n(3)],
            indices: RefCell::default(),
            plain: has_more(at(0).get()).is_some(),
        }
    }
    fn slot(&self, i: usize) -> Value {
        self.s[i].get()
    }
    /// Drops the source: from now on the iterator is exhausted.
    fn finish(&self) -> Step {
        self.s[0].set_unbarriered(Value::NULL);
        Ok(None)
    }
    /// Raises where Python code is refused and the iterator in slot 0 might come to run some, with items taken already.
    fn may_step(&self, vm: &mut Vm, raises: bool) -> PyResult<()> {
        let alone = matches!(
            self.slot(0).shape_id(),
            0 | ids::LIST_ITERATOR
                | ids::TUPLE_ITERATOR
                | ids::RANGE_ITERATOR
                | ids::STR_ITERATOR
                | ids::STR_ASCII_ITERATOR
                | ids::BYTES_ITERATOR
                | ids::SET_ITERATOR
                | ids::DICT_KEYITERATOR
                | ids::DICT_VALUEITERATOR
                | ids::DICT_ITEMITERATOR
        );
        self.may_call(vm, raises || !alone)
    }
    /// Raises where Python code is refused and a step `might` come to run some when it is too late to take it again.
    fn may_call(&self, vm: &mut Vm, might: bool) -> PyResult<()> {
        match might && vm.python_forbidden.get() {
            true => Err(vm.runtime_error("Python code is refused")),
            false => Ok(()),
        }
    }
    /// The next item of the iterator in slot 0, which is dropped at its end.
    fn pull(&self, vm: &mut Vm) -> Step {
        let it = self.slot(0);
        if it.is_null() {
            return Ok(None);
        }
        match vm.next(it)? {
            Some(v) => Ok(Some(v)),
            None => self.finish(),
        }
    }
}

/// Makes an instance of the class that `__new__` was called for.
fn make(vm: &mut Vm, cls: Value, step: StepFn, slots: &[Value], numbers: &[i64]) -> PyResult {
    let ty = native_class(vm, cls)?;
    Ok(Native::new(vm, ty, It::new(step, slots, numbers)).value())
}

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(Ref<Native>, &'a It)> {
    native::<It>(v).ok_or_else(|| vm.wrong_self("__next__", "itertools", *v))
}

fn iter_self(_vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(args[0])
}

fn next(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (owner, it) = this(vm, &args[0])?;
    match (it.step.get())(vm, owner, it)? {
        Some(v) => Ok(v),
        None => Err(vm.stop_iteration(Value::NONE)),
    }
}

/// The method table of an iterator type: constructor, iteration, and more.
macro_rules! iterator {
    ($new:expr, $sig:expr $(, $more:expr)*) => {
        &[
            static_method("__new__", $new, $sig, NEW_DOC),
            slot("__iter__", iter_self),
            slot("__next__", next),
            $($more,)*
        ]
    };
}

static TYPES: &[(&str, &[NativeDef], &str)] = &[
    (
        "accumulate",
        iterator!(
            select::accumulate_new,
            "($type, iterable, func=None, *, initial=None)"
        ),
        "Return series of accumulated sums (or other binary function results).",
    ),
    (
        "batched",
        iterator!(select::batched_new, "($type, iterable, n, *, strict=False)"),
        "Batch data into tuples of length n. The last batch may be shorter than n.",
    ),
    (
        "chain",
        iterator!(
            chain::chain_new,
            "($type, *iterables)",
            class_method(
                "from_iterable",
                chain::from_iterable,
                "($type, iterable, /)",
                "Chain the items of the iterables that an iterable gives."
            ),
            CLASS_GETITEM
        ),
        "Return the elements of the first iterable until it is exhausted, then those of the next.",
    ),
    (
        "combinations",
        iterator!(combine::combinations_new, "($type, iterable, r)"),
        "Return successive r-length combinations of elements in the iterable.",
    ),
    (
        "combinations_with_replacement",
        iterator!(combine::replacement_new, "($type, iterable, r)"),
        "Return successive r-length combinations of elements with repetitions.",
    ),
    (
        "compress",
        iterator!(select::compress_new, "($type, data, selectors)"),
        "Return data elements corresponding to true selector elements.",
    ),
    (
        "count",
        iterator!(
            number::count_new,
            "($type, start=0, step=1)",
            slot("__repr__", number::count_repr)
        ),
        "Return an iterator of start, start+step, start+2*step, ...",
    ),
    (
        "cycle",
        iterator!(chain::cycle_new, "($type, iterable, /)"),
        "Return elements from the iterable until it is exhausted. Then repeat the sequence indefinitely.",
    ),
    (
        "dropwhile",
        iterator!(select::dropwhile_new, "($type, predicate, iterable, /)"),
        "Drop items from the iterable while predicate(item) is true; then return every element.",
    ),
    (
        "filterfalse",
        iterator!(select::filterfalse_new, "($type, function, iterable, /)"),
        "Return those items of iterable for which function(item) is false.",
    ),
    (
        "groupby",
        iterator!(group::groupby_new, "($type, iterable, key=None)"),
        "Group consecutive items that have equal keys: an iterator of (key, group) pairs.",
    ),
    (
        "_grouper",
        iterator!(group::grouper_new, "($type, parent, tgtkey, /)"),
        "",
    ),
    (
        "islice",
        iterator!(select::islice_new, "($type, *args)"),
        "islice(iterable, stop) or islice(iterable, start, stop[, step]): selected items of an iterable.",
    ),
    (
        "pairwise",
        iterator!(chain::pairwise_new, "($type, iterable, /)"),
        "Return an iterator of overlapping pairs taken from the input iterator.",
    ),
    (
        "permutations",
        iterator!(combine::permutations_new, "($type, iterable, r=None)"),
        "Return successive r-length permutations of elements in the iterable.",
    ),
    (
        "product",
        iterator!(combine::product_new, "($type, *iterables, repeat=1)"),
        "Cartesian product of input iterables. Equivalent to nested for-loops.",
    ),
    (
        "repeat",
        iterator!(
            number::repeat_new,
            "($type, object, times=None)",
            method(
                "__length_hint__",
                number::repeat_hint,
                "($self, /)",
                "An estimate of the remaining items."
            ),
            slot("__repr__", number::repeat_repr)
        ),
        "Return the object the specified number of times, or endlessly.",
    ),
    (
        "starmap",
        iterator!(select::starmap_new, "($type, function, iterable, /)"),
        "Return the function's results for argument tuples from the given sequence.",
    ),
    (
        "takewhile",
        iterator!(select::takewhile_new, "($type, predicate, iterable, /)"),
        "Return successive entries from an iterable as long as the predicate is true.",
    ),
    (
        "_tee",
        iterator!(
            tee::tee_new,
            "($type, iterable, /)",
            method(
                "__copy__",
                tee::copy,
                "($self, /)",
                "An independent iterator."
            )
        ),
        "Iterator wrapped to make it copyable.",
    ),
    (
        "zip_longest",
        iterator!(chain::zip_longest_new, "($type, *iterables, **kwargs)"),
        "Zip iterables; missing items of shorter ones are filled in.",
    ),
];

static FUNCTIONS: &[NativeDef] = &[function(
    "tee",
    tee::tee,
    "(iterable, n=2, /)",
    "Returns a tuple of n independent iterators.",
)];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    for (name, methods, doc) in TYPES {
        // Only these can be subclassed in CPython, too; all but the helpers.
        let flags = if name.starts_with('_') {
            0
        } else {
            tflag::BASETYPE
        };
        let ty = vm.new_native_type(
            name,
            "itertools",
            None,
            Kind::Native,
            flags | tflag::HAS_WEAKREF,
            methods,
            &[],
            doc,
        );
        add_type(vm, m, "itertools", ty);
    }
    Ok(())
}
