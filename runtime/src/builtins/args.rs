//! Argument checks of builtin constructors, which take `*args, **kwargs` so that subclasses may have keywords of their own.

use crate::prelude::*;

/// Refuses keywords unless `ty` is a subclass that has its own `slot` (`__init__` for a check in `__new__`, and the other
/// way round), which may want them. `kwargs` is the bound dict or `NULL`.
///
/// Errors: `TypeError` "name() takes no keyword arguments".
pub fn no_keywords(
    vm: &mut Vm,
    id: u32,
    ty: Ref<PyType>,
    slot: Ref<PyStr>,
    kwargs: Value,
) -> PyResult<()> {
    if kwargs.cast::<PyDict>().is_none_or(|d| d.is_empty()) {
        return Ok(());
    }
    let own = vm.builtin_type(id);
    if ty.builtin_id == id || vm.type_lookup(ty, slot) == vm.type_lookup(own, slot) {
        let name = own.name_text();
        return Err(vm.type_error(format!("{name}() takes no keyword arguments")));
    }
    Ok(())
}

/// Checks the number of positional arguments.
///
/// Errors: `TypeError` "name expected at least 1 argument, got 0" and the like.
pub fn check_count(
    vm: &mut Vm,
    name: &str,
    given: usize,
    least: usize,
    most: usize,
) -> PyResult<()> {
    if (least..=most).contains(&given) {
        return Ok(());
    }
    let (words, n) = if least == most {
        ("", least)
    } else if given < least {
        ("at least ", least)
    } else {
        ("at most ", most)
    };
    let plural = if n == 1 { "" } else { "s" };
    Err(vm.type_error(format!(
        "{name} expected {words}{n} argument{plural}, got {given}"
    )))
}

/// The class that `__new__` is called for.
///
/// Errors: `TypeError` for anything but a type.
pub fn class(vm: &mut Vm, v: Value) -> PyResult<Ref<PyType>> {
    match v.cast() {
        Some(t) => Ok(t),
        None => {
            let name = vm.type_name(v);
            Err(vm.type_error(format!("__new__(X): X is not a type object ({name})")))
        }
    }
}

/// The items of a `*args` tuple.
pub fn items(args: &Value) -> &[Value] {
    match args.cast::<PyTuple>() {
        Some(t) => crate::heap::tail::extend_lifetime(args, &*t).items(),
        None => &[],
    }
}
