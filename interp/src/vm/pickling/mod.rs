//! What pickling needs of the interpreter: code, frames and the rows of tasklets and generators as plain objects, and back.
//!
//! The native module (`skein_modules::stackless::wrap`) makes tuples of these objects and objects of tuples. All that
//! depends on instructions is here, and so is the check that what came from a pickle can be run: a pickle may have been
//! written by anybody. Nothing that fails it ever reaches the loop.
//!
//! A frame is pickled as a frame object with a copy of its registers that says how it goes on (`Going`). A tasklet from
//! a pickle keeps such objects; only when it goes on do they become rows on a stack (`thaw`), because objects
//! of a cycle are complete only when all of the pickle was read.

mod code;
mod frame;
pub mod thaw;

pub use frame::innermost;

use skein_runtime::builtins::generator::PyGenerator;
use skein_runtime::prelude::*;

/// Services for the native module by name.
pub fn service(vm: &mut Vm, name: &str, args: &[Value]) -> PyResult {
    let arg = |i: usize| args.get(i).copied().unwrap_or(Value::NULL);
    match name {
        "code_state" => match arg(0).cast() {
            Some(c) => Ok(code::state(vm, c)),
            None => Err(vm.type_error("a code object is required")),
        },
        "code" => code::restore(vm, args),
        "foreign_code" => code::foreign(vm, args),
        "frames" => match arg(0).cast() {
            Some(t) => frame::of_tasklet(vm, t),
            None => Err(vm.type_error("a tasklet is required")),
        },
        "generator" => Ok(match arg(0).cast() {
            Some(g) => frame::of_generator(vm, g),
            None => Value::NONE,
        }),
        "view" => Ok(match arg(0).cast() {
            Some(f) => frame::view(vm, f).value(),
            None => Value::NONE,
        }),
        "copy" => Ok(match arg(0).cast() {
            Some(f) => frame::copy(vm, f).value(),
            None => Value::NONE,
        }),
        "check" => Ok(Value::bool(arg(0).cast().is_some_and(frame::can_go_on))),
        "variables" => Ok(Value::from_usize(
            arg(0).cast().map_or(0, super::frames::variable_count),
        )),
        "fill" => {
            if let (Some(g), Some(f)) = (arg(0).cast::<PyGenerator>(), arg(1).cast()) {
                thaw::fill_generator(vm, g, f);
            }
            Ok(Value::NONE)
        }
        "await" => {
            if let Some(g) = arg(0).cast::<PyGenerator>() {
                thaw::await_tasklet(vm, g);
            }
            Ok(Value::NONE)
        }
        "delegate" => Ok(match arg(0).cast() {
            Some(f) => frame::delegate(f),
            None => Value::NULL,
        }),
        _ => Err(vm.not_implemented_error(format!("no service '{name}' for pickles"))),
    }
}
