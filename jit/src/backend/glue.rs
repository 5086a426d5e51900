//! The two functions around traces, in Cranelift's form: the way in from native code, and the way out of a trace.

use super::{EXIT_IN_CONTEXT, trace_signature};
use cranelift_codegen::Context;
use cranelift_codegen::ir::{AbiParam, InstBuilder, MemFlagsData, Signature, types};
use cranelift_codegen::isa::TargetIsa;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

/// `tail fn(frame) -> exit`
pub fn leave(context: &mut Context, frontend: &mut FunctionBuilderContext, isa: &dyn TargetIsa) {
    context.func.signature = trace_signature();
    let mut b = FunctionBuilder::new(&mut context.func, frontend);
    let block = b.create_block();
    b.append_block_params_for_function_params(block);
    b.switch_to_block(block);
    let c = b.ins().get_pinned_reg(types::I64);
    let exit = b
        .ins()
        .load(types::I64, MemFlagsData::trusted(), c, EXIT_IN_CONTEXT);
    b.ins().return_(&[exit]);
    b.seal_all_blocks();
    b.finalize(isa.frontend_config());
}

/// `extern "C" fn(context, frame, code) -> exit`
pub fn enter(context: &mut Context, frontend: &mut FunctionBuilderContext, isa: &dyn TargetIsa) {
    let mut signature = Signature::new(isa.default_call_conv());
    signature.params = vec![AbiParam::new(types::I64); 3];
    signature.returns = vec![AbiParam::new(types::I64)];
    context.func.signature = signature;
    let mut b = FunctionBuilder::new(&mut context.func, frontend);
    let block = b.create_block();
    b.append_block_params_for_function_params(block);
    b.switch_to_block(block);
    let params: Vec<_> = b.block_params(block).to_vec();
    let (c, f, code) = (params[0], params[1], params[2]);
    let callee = b.import_signature(trace_signature());
    // The register is the caller's.
    let outer = b.ins().get_pinned_reg(types::I64);
    b.ins().set_pinned_reg(c);
    let call = b.ins().call_indirect(callee, code, &[f]);
    let exit = b.inst_results(call)[0];
    b.ins().set_pinned_reg(outer);
    b.ins().return_(&[exit]);
    b.seal_all_blocks();
    b.finalize(isa.frontend_config());
}
