//! Machine code for machines that are not this one: to see that there is any, and to look at it. It is never run here.

use super::lower::Guards;
use super::{Options, Slots, flags, lower, trace_signature};
use crate::ir::Trace;
use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

/// The code of a trace on a machine such as `aarch64-unknown-linux-gnu`, with guards as branches; relocations are not applied.
///
/// # Errors
/// The trace is not well formed, or there is no code generator for that machine.
pub fn code_for(machine: &str, trace: &Trace) -> Result<Vec<u8>, String> {
    crate::ir::verify(trace)?;
    let options = Options {
        verify: true,
        branches: true,
    };
    let isa = cranelift_codegen::isa::lookup_by_name(machine)
        .map_err(|e| e.to_string())?
        .finish(flags(options)?)
        .map_err(|e| e.to_string())?;
    let (mut context, mut builder) = (Context::new(), FunctionBuilderContext::new());
    context.func.signature = trace_signature();
    let mut b = FunctionBuilder::new(&mut context.func, &mut builder);
    let slots = Slots { base: 0, first: 0 };
    lower::lower(trace, &mut b, slots, Guards::Branches);
    b.seal_all_blocks();
    b.finalize(isa.frontend_config());
    context
        .compile(&*isa, &mut ControlPlane::default())
        .map(|code| code.code_buffer().to_vec())
        .map_err(|e| format!("{:?}", e.inner))
}
