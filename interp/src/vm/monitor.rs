//! Delivering the events of `sys.monitoring` (PEP 669). What tools want is kept in `skein_modules::sys::monitoring`.

use super::run::cx::{Cx, word_value};
use super::trace::quietly;
use skein_modules::sys::monitoring;
use skein_runtime::builtins::code::PyCode;
use skein_runtime::builtins::code_attrs::LASTI_UNITS;
use skein_runtime::prelude::*;

macro_rules! define_events {
    ($($name:ident = $bit:literal,)*) => { $(
        #[doc = stringify!($name)]
        pub const $name: u32 = 1 << $bit;
    )* };
}
define_events! {
    PY_START = 0,
    PY_RESUME = 1,
    PY_RETURN = 2,
    PY_YIELD = 3,
    CALL = 4,
    LINE = 5,
    INSTRUCTION = 6,
    RAISE = 11,
    EXCEPTION_HANDLED = 12,
    PY_UNWIND = 13,
    PY_THROW = 14,
    C_RETURN = 16,
    C_RAISE = 17,
}

/// True if some tool wants one of the events somewhere.
#[inline]
pub fn wanted(vm: &Vm, events: u32) -> bool {
    vm.monitored.get() & events != 0
}

/// Calls the tools that want `event` at a word of `code` with `(code, second, ...rest)`.
pub fn fire(
    vm: &mut Vm,
    event: u32,
    code: Ref<PyCode>,
    word: u32,
    second: Value,
    rest: &[Value],
) -> PyResult<()> {
    let mut all = [Value::NULL; 4];
    all[0] = code.value();
    all[1] = second;
    all[2..2 + rest.len()].copy_from_slice(rest);
    let args = &all[..2 + rest.len()];
    for tool in 0..6 {
        let Some(f) = monitoring::callback(vm, tool, event, code.value(), word)? else {
            continue;
        };
        let v = quietly(vm, |vm| vm.call(f, args))?;
        monitoring::returned(vm, tool, event, code.value(), word, v)?;
    }
    Ok(())
}

/// As [`fire`] for the running frame's instruction, with its offset as second argument and the exception in flight kept.
pub fn fire_here(vm: &mut Vm, event: u32, rest: &[Value]) -> PyResult<()> {
    if !wanted(vm, event) {
        return Ok(());
    }
    let Some(frame) = vm.current_frame() else {
        return Ok(());
    };
    let (code, word) = (frame.code(), frame.lasti());
    let in_flight = vm.take_raised();
    let offset = Value::from_usize((word * LASTI_UNITS) as usize);
    fire(vm, event, code, word, offset, rest)?;
    vm.raised.set(in_flight);
    Ok(())
}

/// Callee and first argument of a call that is about to happen.
pub fn call_arguments(vm: &mut Vm, cx: Cx) -> [Value; 2] {
    let base = cx.b();
    let first = match cx.reg(base + 1) {
        v if !v.is_null() => v,
        _ if cx.c() > 0 => cx.reg(base + 2),
        _ => word_value(0),
    };
    let first = first.non_null().unwrap_or_else(|| monitoring::missing(vm));
    [cx.reg(base), first]
}
