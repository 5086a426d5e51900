//! The functions around traces, in Cranelift's form: the way in from native code, the way out of a trace, and the way from one to
//! another that is found by where the program is.

use super::{Dispatch, EXIT_IN_CONTEXT, trace_signature};
use crate::ir::Op;
use cranelift_codegen::Context;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{AbiParam, InstBuilder, MemFlagsData, Signature, types};
use cranelift_codegen::isa::{CallConv, TargetIsa};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

/// The word of 0.0; -0.0 has the next bit but two set (`Value::ZERO`, `Value::NEG_ZERO`).
const ZERO_WORD: i64 = 4;

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

/// `tail fn(frame) -> exit`: goes on in the code for the instruction that the context names, or leaves by exit 0.
pub fn dispatch(
    context: &mut Context,
    frontend: &mut FunctionBuilderContext,
    isa: &dyn TargetIsa,
    d: &Dispatch,
) {
    context.func.signature = trace_signature();
    let mut b = FunctionBuilder::new(&mut context.func, frontend);
    let flags = MemFlagsData::trusted();
    let (start, calm, plain, found, out) = (
        b.create_block(),
        b.create_block(),
        b.create_block(),
        b.create_block(),
        b.create_block(),
    );
    b.set_cold_block(out);
    b.append_block_params_for_function_params(start);
    b.switch_to_block(start);
    let c = b.ins().get_pinned_reg(types::I64);
    let attention = b.ins().iconst(types::I64, d.attention as i64);
    let raised = b.ins().uload8(types::I64, flags, attention, 0);
    b.ins().brif(raised, out, &[], calm, &[]);
    b.switch_to_block(calm);
    let machine = b.ins().load(types::I64, flags, c, d.machine);
    let handlers = b.ins().load(types::I64, flags, machine, d.handlers);
    let is_plain = b.ins().icmp_imm_s(IntCC::Equal, handlers, d.plain as i64);
    b.ins().brif(is_plain, plain, &[], out, &[]);
    b.switch_to_block(plain);
    let pc = b.ins().load(types::I64, flags, c, d.left);
    let place = b.ins().band_imm_u(pc, ((d.size.max(1) - 1) << 3) as i64);
    let place = b.ins().ishl_imm_u(place, 1);
    let table = b.ins().iconst(types::I64, d.table as i64);
    let pair = b.ins().iadd(table, place);
    let key = b.ins().load(types::I64, flags, pair, 0);
    let same = b.ins().icmp(IntCC::Equal, key, pc);
    b.ins().brif(same, found, &[], out, &[]);
    b.switch_to_block(found);
    let code = b.ins().load(types::I64, flags, pair, 8);
    let frame = b.ins().load(types::I64, flags, machine, d.frame);
    let top = b.ins().load(types::I64, flags, machine, d.stack_top);
    b.ins().store(flags, top, c, d.top);
    let tail = b.import_signature(trace_signature());
    b.ins().return_call_indirect(tail, code, &[frame]);
    b.switch_to_block(out);
    let zero = b.ins().iconst(types::I64, 0);
    b.ins().store(flags, zero, c, EXIT_IN_CONTEXT);
    b.ins().return_(&[zero]);
    b.seal_all_blocks();
    b.finalize(isa.frontend_config());
}

/// A helper that traces call where they seldom come: through code that saves every register, so that what a trace keeps in
/// registers along its usual way is not moved to memory for the call's sake. The convention has no results: they are written where
/// the last argument points to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Seldom {
    /// `(word, to)`: writes the float that the word is, and behind it whether it is one.
    Unbox(u64),
    /// `(context, float, to)`: writes the word.
    Box(u64),
    /// `(object, offset, word)`
    Store(u64),
}

impl Seldom {
    /// What an operation calls that way.
    pub fn of(op: &Op) -> Option<Seldom> {
        match *op {
            Op::Unbox(_, helper, _) => Some(Seldom::Unbox(helper)),
            Op::Box(_, helper) => Some(Seldom::Box(helper)),
            Op::StoreLogged(_, _, _, _, helper) => Some(Seldom::Store(helper)),
            _ => None,
        }
    }

    /// How traces call it.
    pub fn signature(self) -> Signature {
        let params: &[_] = match self {
            Seldom::Unbox(_) => &[types::I64; 2],
            Seldom::Box(_) => &[types::I64, types::F64, types::I64],
            Seldom::Store(_) => &[types::I64; 3],
        };
        let mut s = Signature::new(CallConv::PreserveAll);
        s.params.extend(params.iter().map(|t| AbiParam::new(*t)));
        s
    }

    fn address(self) -> u64 {
        let (Seldom::Unbox(helper) | Seldom::Box(helper) | Seldom::Store(helper)) = self;
        helper
    }
}

/// The code that saves registers around such a helper.
pub fn seldom(
    context: &mut Context,
    frontend: &mut FunctionBuilderContext,
    isa: &dyn TargetIsa,
    called: Seldom,
) {
    context.func.signature = called.signature();
    let mut b = FunctionBuilder::new(&mut context.func, frontend);
    let block = b.create_block();
    b.append_block_params_for_function_params(block);
    b.switch_to_block(block);
    let args: Vec<_> = b.block_params(block).to_vec();
    let mut signature = called.signature();
    signature.call_conv = CallConv::SystemV;
    let flags = MemFlagsData::trusted();
    // Where a result goes, which the helper returns.
    let result = match called {
        Seldom::Unbox(_) => Some((args[1], 8)),
        Seldom::Box(_) => {
            signature.params.pop();
            Some((args[2], 0))
        }
        Seldom::Store(_) => None,
    };
    if result.is_some() {
        signature.returns.push(AbiParam::new(types::I64));
    }
    let passed = signature.params.len();
    let signature = b.import_signature(signature);
    let helper = b.ins().iconst(types::I64, called.address() as i64);
    let call = b.ins().call_indirect(signature, helper, &args[..passed]);
    if let (Some((to, offset)), Some(r)) = (result, b.inst_results(call).first().copied()) {
        b.ins().store(flags, r, to, offset);
    }
    b.ins().return_(&[]);
    b.seal_all_blocks();
    b.finalize(isa.frontend_config());
}

/// Zeros have no immediate form as other floats do but words of their own: they, which are the ones met often, are made and read without a
/// helper. What else comes goes on in `further`, the code that [`seldom`] made.
pub fn zeros(
    context: &mut Context,
    frontend: &mut FunctionBuilderContext,
    isa: &dyn TargetIsa,
    called: Seldom,
    further: u64,
) {
    context.func.signature = called.signature();
    let mut b = FunctionBuilder::new(&mut context.func, frontend);
    let (block, zero, other) = (b.create_block(), b.create_block(), b.create_block());
    b.set_cold_block(other);
    b.append_block_params_for_function_params(block);
    b.switch_to_block(block);
    let args: Vec<_> = b.block_params(block).to_vec();
    let flags = MemFlagsData::trusted();
    let is_box = matches!(called, Seldom::Box(_));
    let (word, to) = match is_box {
        true => (
            b.ins().bitcast(types::I64, MemFlagsData::new(), args[1]),
            args[2],
        ),
        false => (args[0], args[1]),
    };
    if is_box {
        let twice = b.ins().iadd(word, word);
        b.ins().brif(twice, other, &[], zero, &[]);
        b.switch_to_block(zero);
        let sign = b.ins().ushr_imm_u(word, 63);
        let sign = b.ins().ishl_imm_u(sign, 3);
        let w = b.ins().bor_imm_u(sign, ZERO_WORD);
        b.ins().store(flags, w, to, 0);
    } else {
        let rest = b.ins().band_imm_s(word, !8);
        let rest = b.ins().bxor_imm_u(rest, ZERO_WORD);
        b.ins().brif(rest, other, &[], zero, &[]);
        b.switch_to_block(zero);
        let sign = b.ins().ushr_imm_u(word, 3);
        let bits = b.ins().ishl_imm_u(sign, 63);
        let yes = b.ins().iconst(types::I64, 1);
        b.ins().store(flags, bits, to, 0);
        b.ins().store(flags, yes, to, 8);
    }
    b.ins().return_(&[]);
    b.switch_to_block(other);
    let signature = b.import_signature(called.signature());
    let further = b.ins().iconst(types::I64, further as i64);
    b.ins().call_indirect(signature, further, &args);
    b.ins().return_(&[]);
    b.seal_all_blocks();
    b.finalize(isa.frontend_config());
}
