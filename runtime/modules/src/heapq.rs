//! `_heapq`: heaps in lists. Every step fetches items anew, because comparisons may change the list.

use skein_runtime::prelude::*;
use skein_runtime::protocol::compare::CompareOp;

/// `_heapq`
pub const MODULE: ModuleDef = ModuleDef {
    name: "_heapq",
    init,
};

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    let about = vm.new_str("Heap queue algorithm (a.k.a. priority queue).");
    vm.add_constant(m, "__about__", about);
    Ok(())
}

static FUNCTIONS: &[NativeDef] = &[
    function(
        "heappush",
        |vm, a| push(vm, a, false),
        "(heap, item, /)",
        "Push item onto heap, maintaining the heap invariant.",
    ),
    function(
        "heappop",
        |vm, a| pop(vm, a, false),
        "(heap, /)",
        "Pop the smallest item off the heap, maintaining the heap invariant.",
    ),
    function(
        "heapify",
        |vm, a| heapify(vm, a, false),
        "(heap, /)",
        "Transform list into a heap, in-place, in O(len(heap)) time.",
    ),
    function(
        "heapreplace",
        |vm, a| replace(vm, a, false),
        "(heap, item, /)",
        "Pop and return the current smallest value, and add the new item.",
    ),
    function(
        "heappushpop",
        |vm, a| pushpop(vm, a, false),
        "(heap, item, /)",
        "Push item on the heap, then pop and return the smallest item from the heap.",
    ),
    function(
        "heappush_max",
        |vm, a| push(vm, a, true),
        "(heap, item, /)",
        "Push item onto max heap, maintaining the heap invariant.",
    ),
    function(
        "heappop_max",
        |vm, a| pop(vm, a, true),
        "(heap, /)",
        "Maxheap variant of heappop.",
    ),
    function(
        "heapify_max",
        |vm, a| heapify(vm, a, true),
        "(heap, /)",
        "Maxheap variant of heapify.",
    ),
    function(
        "heapreplace_max",
        |vm, a| replace(vm, a, true),
        "(heap, item, /)",
        "Maxheap variant of heapreplace.",
    ),
    function(
        "heappushpop_max",
        |vm, a| pushpop(vm, a, true),
        "(heap, item, /)",
        "Maxheap variant of heappushpop.",
    ),
];

fn heap(vm: &mut Vm, v: Value, name: &str) -> PyResult<Ref<PyList>> {
    match v.cast() {
        Some(l) => Ok(l),
        None => {
            let got = vm.type_name(v);
            Err(vm.type_error(format!("{name}() argument 1 must be list, not {got}")))
        }
    }
}

/// True if `a` belongs above `b`.
#[inline]
fn before(vm: &mut Vm, a: Value, b: Value, max: bool) -> PyResult<bool> {
    let (a, b) = if max { (b, a) } else { (a, b) };
    vm.compare_bool(CompareOp::Lt, a, b)
}

fn item(vm: &mut Vm, l: Ref<PyList>, i: usize, size: usize) -> PyResult {
    match l.try_get(i) {
        Some(v) if l.len() == size => Ok(v),
        _ => Err(vm.runtime_error("list changed size during iteration")),
    }
}

/// Moves the item at `at` up to its place, not above `top`.
fn sift_down(vm: &mut Vm, l: Ref<PyList>, top: usize, mut at: usize, max: bool) -> PyResult<()> {
    let size = l.len();
    if at >= size {
        return Err(vm.index_error("index out of range"));
    }
    while at > top {
        let parent = (at - 1) / 2;
        let (new, above) = (item(vm, l, at, size)?, item(vm, l, parent, size)?);
        if !before(vm, new, above, max)? {
            break;
        }
        let (new, above) = (item(vm, l, at, size)?, item(vm, l, parent, size)?);
        l.set(at, above);
        l.set(parent, new);
        at = parent;
    }
    Ok(())
}

/// Moves the better child up until a leaf is reached, then the item to its place.
fn sift_up(vm: &mut Vm, l: Ref<PyList>, top: usize, max: bool) -> PyResult<()> {
    let size = l.len();
    let mut at = top;
    while 2 * at + 1 < size {
        let mut child = 2 * at + 1;
        if child + 1 < size {
            let (a, b) = (item(vm, l, child, size)?, item(vm, l, child + 1, size)?);
            if !before(vm, a, b, max)? {
                child += 1;
            }
        }
        let (up, down) = (item(vm, l, child, size)?, item(vm, l, at, size)?);
        l.set(child, down);
        l.set(at, up);
        at = child;
    }
    sift_down(vm, l, top, at, max)
}

/// How deep a heap can be.
const DEPTH: usize = 64;

/// [`push`] for machine code: nothing is changed before the last comparison, so that one that is refused can be made again.
fn push_at_once(vm: &mut Vm, l: Ref<PyList>, new: Value, max: bool) -> PyResult<()> {
    let size = l.len();
    let mut place = size;
    while place > 0 {
        let parent = (place - 1) / 2;
        let above = item(vm, l, parent, size)?;
        if !before(vm, new, above, max)? {
            break;
        }
        place = parent;
    }
    l.push(vm, new);
    let mut at = size;
    while at > place {
        let parent = (at - 1) / 2;
        l.set(at, l.get(parent));
        at = parent;
    }
    l.set(place, new);
    Ok(())
}

/// Puts `new` in the place of the first item among `size`, as [`sift_up`] would, and changes nothing before the last comparison.
fn replace_at_once(
    vm: &mut Vm,
    l: Ref<PyList>,
    size: usize,
    new: Value,
    max: bool,
) -> PyResult<()> {
    let all = l.len();
    let mut path = [0; DEPTH];
    let (mut at, mut steps) = (0, 0);
    while 2 * at + 1 < size {
        at = 2 * at + 1;
        if at + 1 < size {
            let (a, b) = (item(vm, l, at, all)?, item(vm, l, at + 1, all)?);
            if !before(vm, a, b, max)? {
                at += 1;
            }
        }
        steps += 1;
        path[steps] = at;
    }
    while steps > 0 {
        let above = item(vm, l, path[steps], all)?;
        if !before(vm, new, above, max)? {
            break;
        }
        steps -= 1;
    }
    for i in 0..steps {
        l.set(path[i], l.get(path[i + 1]));
    }
    l.set(path[steps], new);
    Ok(())
}

fn push(vm: &mut Vm, args: &[Value], max: bool) -> PyResult {
    let l = heap(vm, args[0], "heappush")?;
    if vm.python_forbidden.get() {
        push_at_once(vm, l, args[1], max)?;
        return Ok(Value::NONE);
    }
    l.push(vm, args[1]);
    sift_down(vm, l, 0, l.len() - 1, max)?;
    Ok(Value::NONE)
}

fn pop(vm: &mut Vm, args: &[Value], max: bool) -> PyResult {
    let l = heap(vm, args[0], "heappop")?;
    if vm.python_forbidden.get() && l.len() > 1 {
        let (first, last) = (l.get(0), l.get(l.len() - 1));
        replace_at_once(vm, l, l.len() - 1, last, max)?;
        l.pop();
        return Ok(first);
    }
    let Some(last) = l.pop() else {
        return Err(vm.index_error("index out of range"));
    };
    let Some(first) = l.try_get(0) else {
        return Ok(last);
    };
    l.set(0, last);
    sift_up(vm, l, 0, max)?;
    Ok(first)
}

fn replace(vm: &mut Vm, args: &[Value], max: bool) -> PyResult {
    let l = heap(vm, args[0], "heapreplace")?;
    let Some(first) = l.try_get(0) else {
        return Err(vm.index_error("index out of range"));
    };
    if vm.python_forbidden.get() {
        replace_at_once(vm, l, l.len(), args[1], max)?;
        return Ok(first);
    }
    l.set(0, args[1]);
    sift_up(vm, l, 0, max)?;
    Ok(first)
}

fn pushpop(vm: &mut Vm, args: &[Value], max: bool) -> PyResult {
    let l = heap(vm, args[0], "heappushpop")?;
    let Some(first) = l.try_get(0) else {
        return Ok(args[1]);
    };
    if !before(vm, first, args[1], max)? {
        return Ok(args[1]);
    }
    if vm.python_forbidden.get() {
        replace_at_once(vm, l, l.len(), args[1], max)?;
        return Ok(first);
    }
    let Some(first) = l.try_get(0) else {
        return Err(vm.index_error("index out of range"));
    };
    l.set(0, args[1]);
    sift_up(vm, l, 0, max)?;
    Ok(first)
}

fn heapify(vm: &mut Vm, args: &[Value], max: bool) -> PyResult {
    let l = heap(vm, args[0], "heapify")?;
    for i in (0..l.len() / 2).rev() {
        sift_up(vm, l, i, max)?;
    }
    Ok(Value::NONE)
}
