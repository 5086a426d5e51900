//! `_bisect`: binary search in sorted sequences.

use skein_runtime::prelude::*;
use skein_runtime::protocol::compare::CompareOp;

/// `_bisect`
pub const MODULE: ModuleDef = ModuleDef {
    name: "_bisect",
    init,
};

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    Ok(())
}

const SIG: &str = "(a, x, lo=0, hi=None, *, key=None)";

static FUNCTIONS: &[NativeDef] = &[
    function(
        "bisect_left",
        |vm, a| find(vm, a, false),
        SIG,
        "Return the index where to insert item x in list a, assuming a is sorted; before equal items.",
    ),
    function(
        "bisect_right",
        |vm, a| find(vm, a, true),
        SIG,
        "Return the index where to insert item x in list a, assuming a is sorted; after equal items.",
    ),
    function(
        "bisect",
        |vm, a| find(vm, a, true),
        SIG,
        "Alias for bisect_right().",
    ),
    function(
        "insort_left",
        |vm, a| insert(vm, a, false),
        SIG,
        "Insert item x in list a, and keep it sorted assuming a is sorted; before equal items.",
    ),
    function(
        "insort_right",
        |vm, a| insert(vm, a, true),
        SIG,
        "Insert item x in list a, and keep it sorted assuming a is sorted; after equal items.",
    ),
    function(
        "insort",
        |vm, a| insert(vm, a, true),
        SIG,
        "Alias for insort_right().",
    ),
];

fn search(vm: &mut Vm, args: &[Value], x: Value, right: bool) -> PyResult<usize> {
    let a = args[0];
    let low = crate::util::ssize_or(vm, args[2], 0)?;
    let Ok(mut low) = usize::try_from(low) else {
        return Err(vm.value_error("lo must be non-negative"));
    };
    let mut high = match args[3] {
        v if v.is_absent() => vm.len(a)?,
        v => match vm.ssize(v)? {
            -1 => vm.len(a)?,
            n => n.max(0) as usize,
        },
    };
    let key = args[4];
    while low < high {
        let middle = low + (high - low) / 2;
        let index = vm.new_int(middle as i64);
        let mut v = vm.get_item(a, index)?;
        if !key.is_absent() {
            v = vm.call(key, &[v])?;
        }
        let go_right = if right {
            !vm.compare_bool(CompareOp::Lt, x, v)?
        } else {
            vm.compare_bool(CompareOp::Lt, v, x)?
        };
        if go_right {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

fn find(vm: &mut Vm, args: &[Value], right: bool) -> PyResult {
    let at = search(vm, args, args[1], right)?;
    Ok(vm.new_int(at as i64))
}

fn insert(vm: &mut Vm, args: &[Value], right: bool) -> PyResult {
    let x = if args[4].is_absent() {
        args[1]
    } else {
        vm.call(args[4], &[args[1]])?
    };
    let at = search(vm, args, x, right)?;
    match args[0]
        .cast::<PyList>()
        .filter(|_| args[0].shape_id() == ids::LIST)
    {
        Some(l) => {
            let at = at.min(l.len());
            l.splice(vm, at, at, &[args[1]]);
        }
        None => {
            let at = vm.new_int(at as i64);
            vm.call_method(args[0], "insert", &[at, args[1]])?;
        }
    }
    Ok(Value::NONE)
}
