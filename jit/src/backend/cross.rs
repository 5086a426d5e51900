//! Machine code for machines that are not this one: to look at it, and to run it in an emulator. It never runs here.

use super::lower::Guards;
use super::{Slots, flags, generate, glue, lower, trace_signature};
use crate::ir::Trace;
use cranelift_codegen::Context;
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

/// A trace with what leads into it and out of it.
pub struct Program {
    /// `extern "C" fn(context, frame, code) -> exit`
    pub enter: Vec<u8>,
    /// What the slots of exits hold.
    pub leave: Vec<u8>,
    /// The trace.
    pub code: Vec<u8>,
}

fn isa_for(machine: &str) -> Result<OwnedTargetIsa, String> {
    cranelift_codegen::isa::lookup_by_name(machine)
        .map_err(|e| e.to_string())?
        .finish(flags()?)
        .map_err(|e| e.to_string())
}

/// The code of a trace on a machine such as `aarch64-unknown-linux-gnu`, with guards as branches.
///
/// # Errors
/// The trace is not well formed, or there is no code generator for that machine.
pub fn code_for(machine: &str, trace: &Trace) -> Result<Vec<u8>, String> {
    Ok(program_for(machine, trace, Slots { base: 0, first: 0 })?.code)
}

/// The same with its surroundings, for exits whose slots stand there.
///
/// # Errors
/// As for [`code_for`].
pub fn program_for(machine: &str, trace: &Trace, slots: Slots) -> Result<Program, String> {
    crate::ir::verify(trace)?;
    let isa = isa_for(machine)?;
    let mut builder = FunctionBuilderContext::new();
    let mut made = |fill: &dyn Fn(&mut Context, &mut FunctionBuilderContext)| {
        let mut context = Context::new();
        fill(&mut context, &mut builder);
        let code = generate(&mut context, &*isa, true)?;
        // Everything that is called is called through a register.
        match code.buffer.relocs().is_empty() {
            true => Ok(code.code_buffer().to_vec()),
            false => Err("the code has relocations".to_string()),
        }
    };
    Ok(Program {
        enter: made(&|context, builder| glue::enter(context, builder, &*isa))?,
        leave: made(&|context, builder| glue::leave(context, builder, &*isa))?,
        code: made(&|context, builder| {
            context.func.signature = trace_signature();
            let mut b = FunctionBuilder::new(&mut context.func, builder);
            // It is looked at, and run where it calls nothing.
            lower::lower(trace, &mut b, slots, Guards::Branches, &|_| 0);
            b.seal_all_blocks();
            b.finalize(isa.frontend_config());
        })?,
    })
}
