//! The object model on the real collector: run with `SKEIN_GC=stress:1` for the hardest form.

use super::stack_scan::scrub_stack;
use crate::builtins::dict::PyDict;
use crate::builtins::int::as_int;
use crate::builtins::list::PyList;
use crate::builtins::native::{Native, NativeData, native};
use crate::builtins::str::PyStr;
use crate::builtins::tuple::PyTuple;
use crate::builtins::weakref::{new_plain, target_of};
use crate::error::{PyResult, Raised};
use crate::object::header::{Kind, Ref, RefSlot};
use crate::object::shape::ids;
use crate::value::Value;
use crate::vm::{Vm, bare_vm as new_vm};

#[inline(never)]
fn fill(vm: &mut Vm, n: usize) -> PyResult<Ref<PyDict>> {
    let dict = PyDict::new(vm);
    for i in 0..n {
        let key = vm.new_str(&format!("key {i}"));
        let list = PyList::new(vm);
        for k in 0..i % 40 {
            let big = vm.new_bigint(num_bigint::BigInt::from(k) << 100);
            list.push(vm, big);
        }
        let pair = PyTuple::from_slice(vm, &[key, list.value()]);
        dict.insert(vm, key, pair.value())?;
        if i % 7 == 0 {
            vm.heap.collect(i % 14 == 0);
        }
    }
    Ok(dict)
}

struct Holder(RefSlot<PyDict>);

impl NativeData for Holder {
    fn trace(&self, t: &mut super::Tracer) {
        t.visit(self.0.value());
    }
}

#[inline(never)]
fn hold_dict(vm: &mut Vm) -> Box<dyn NativeData> {
    let dict = PyDict::new(vm);
    let key = vm.new_str("held");
    dict.insert(vm, key, Value::TRUE).expect("a str has a hash");
    Box::new(Holder(RefSlot::new(dict)))
}

#[test]
fn boxed_state_survives_the_allocation_of_its_owner() -> Result<(), Raised> {
    let mut vm = new_vm();
    let ty = vm.new_native_type("Owner", "test", None, Kind::Native, 0, &[], &[], "");
    let mut owners = [Value::NONE; 40];
    for owner in &mut owners {
        let state = hold_dict(&mut vm);
        scrub_stack();
        vm.heap.hand_out_external(1 << 30);
        *owner = Native::own(&mut vm, ty, state).value();
    }
    for owner in owners {
        let (_, holder) = native::<Holder>(&owner).expect("a holder");
        let dict = holder.0.expect();
        let key = vm.new_str("held");
        assert_eq!(dict.get(&mut vm, key)?, Some(Value::TRUE));
    }
    Ok(())
}

#[test]
fn containers_survive() -> Result<(), Raised> {
    let mut vm = new_vm();
    let n = 300;
    let dict = fill(&mut vm, n)?;
    for i in 0..n {
        let key = vm.new_str(&format!("key {i}"));
        let pair = dict.get(&mut vm, key)?.and_then(|v| v.cast::<PyTuple>());
        let list = pair.and_then(|p| p.items()[1].cast::<PyList>());
        let list = list.expect("the pair's list");
        assert_eq!(list.len(), i % 40);
        for k in 0..list.len() {
            let big = as_int(&list.get(k)).map(|b| b.to_big());
            assert_eq!(big, Some(num_bigint::BigInt::from(k) << 100));
        }
    }
    Ok(())
}

#[test]
fn attributes_and_their_shapes_survive() {
    let mut vm = new_vm();
    let ty = vm.builtin_type(ids::SIMPLE_NAMESPACE);
    let objects = PyList::new(&mut vm);
    for i in 0..60usize {
        let object = vm.alloc_instance(ty).value();
        objects.push(&mut vm, object);
        vm.heap.collect(false);
        for k in 0..i % 20 {
            let name = vm.intern(&format!("a{}", (i * 7 + k) % 50));
            let v = vm.new_str(&format!("value {i} {k}"));
            assert!(vm.set_own_attribute(object, name, v));
            if k % 5 == 0 {
                vm.heap.collect(k % 10 == 0);
            }
        }
    }
    vm.heap.collect(true);
    for i in 0..60usize {
        for k in 0..i % 20 {
            let name = vm.intern(&format!("a{}", (i * 7 + k) % 50));
            let found = vm.own_attribute(objects.get(i), name);
            let text = found
                .and_then(|v| v.cast::<PyStr>())
                .map(|s| s.text_lossy());
            assert_eq!(text, Some(format!("value {i} {k}")));
        }
    }
}

#[test]
fn weak_references_die() {
    #[inline(never)]
    fn make(vm: &mut Vm, keep: Ref<PyList>, weak: Ref<PyList>) {
        for i in 0..50 {
            let target = PyList::new(vm).value();
            let w = new_plain(vm, target);
            weak.push(vm, w);
            if i % 2 == 0 {
                keep.push(vm, target);
            }
        }
    }
    let mut vm = new_vm();
    let (keep, weak) = (PyList::new(&mut vm), PyList::new(&mut vm));
    make(&mut vm, keep, weak);
    super::tests::scrub();
    vm.heap.collect(true);
    let live = (0..50)
        .filter(|i| target_of(weak.get(*i)).is_some())
        .count();
    assert!((25..30).contains(&live), "{live}");
    assert!(
        (0..50)
            .step_by(2)
            .all(|i| target_of(weak.get(i)) == Some(keep.get(i / 2)))
    );
    let lists = vm
        .heap
        .live_objects(&mut |h| h.kind() == Kind::List)
        .expect("memory");
    assert!(lists.slots().iter().any(|s| s.get() == Value::from(keep)));
}
