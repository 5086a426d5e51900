//! From trace operations to Cranelift's.

use super::Slots;
use crate::ir::{Binary, Checked, Cond, End, ExitId, Op, Trace, Type, Val, Width};
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{
    AbiParam, Block, BlockArg, InstBuilder, MemFlagsData, SigRef, Signature, StackSlot,
    StackSlotData, StackSlotKind, Value as Clif, types,
};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::FunctionBuilder;
use std::collections::HashMap;

/// What is added to a float's bits before they are turned: see `skein_runtime::value`.
const FLOAT_OFFSET: i64 = 1 << 60;

struct Lowering<'a, 'b> {
    trace: &'a Trace,
    b: &'a mut FunctionBuilder<'b>,
    slots: Slots,
    values: Vec<Option<Clif>>,
    context: Clif,
    frame: Clif,
    exits: HashMap<ExitId, Block>,
    order: Vec<ExitId>,
    tail: SigRef,
    /// The block through which all exits go, with the exit's number.
    out: Option<Block>,
    buffer: Option<StackSlot>,
}

/// Fills the function with the trace.
pub fn lower(trace: &Trace, b: &mut FunctionBuilder<'_>, slots: Slots) {
    let entry = b.create_block();
    b.append_block_params_for_function_params(entry);
    b.switch_to_block(entry);
    let [context, frame, _] = *b.block_params(entry) else {
        return;
    };
    let tail = b.import_signature(super::trace_signature());
    let mut l = Lowering {
        trace,
        b,
        slots,
        values: vec![None; trace.ops.len()],
        context,
        frame,
        exits: HashMap::new(),
        order: Vec::new(),
        tail,
        out: None,
        buffer: None,
    };
    l.body();
    l.cold_exits();
}

impl Lowering<'_, '_> {
    /// A value at hand. Constants are made anew at each use: kept, they would take registers all along the trace.
    fn value(&mut self, v: Val) -> Clif {
        match self.trace.ops[v.0 as usize] {
            Op::Const(w) => self.b.ins().iconst(types::I64, w as i64),
            Op::ConstF(bits) => self.b.ins().f64const(f64::from_bits(bits)),
            _ => self.values[v.0 as usize].expect("defined before use, as the verifier checks"),
        }
    }

    fn body(&mut self) {
        let needed = self.trace.needed();
        let phis: Vec<usize> = self.trace.phis().filter(|i| needed[*i]).collect();
        let mut loop_block = None;
        for (i, op) in self.trace.ops.iter().enumerate() {
            if !needed[i] && !matches!(op, Op::LoopStart) {
                continue;
            }
            match op {
                Op::LoopStart => {
                    let block = self.b.create_block();
                    let mut args: Vec<BlockArg> = Vec::new();
                    for p in &phis {
                        let Op::Phi(first) = &self.trace.ops[*p] else {
                            continue;
                        };
                        let first = self.value(*first);
                        let ty = self.b.func.dfg.value_type(first);
                        args.push(first.into());
                        let param = self.b.append_block_param(block, ty);
                        self.values[*p] = Some(param);
                    }
                    self.b.ins().jump(block, &args);
                    self.b.switch_to_block(block);
                    loop_block = Some(block);
                }
                Op::Phi(_) => {}
                _ => {
                    let v = self.op(op);
                    self.values[i] = v;
                }
            }
        }
        match &self.trace.end {
            End::Exit(e) => self.tail_exit(*e),
            End::Link(at, frame) => {
                let at = self.b.ins().iconst(types::I64, *at as i64);
                let code = self
                    .b
                    .ins()
                    .load(types::I64, MemFlagsData::trusted(), at, 0);
                let none = self.b.ins().iconst(types::I64, 0);
                let frame = match frame {
                    Some(v) => self.value(*v),
                    None => self.frame,
                };
                self.b
                    .ins()
                    .return_call_indirect(self.tail, code, &[self.context, frame, none]);
            }
            End::Loop(next) => {
                let all: Vec<usize> = self.trace.phis().collect();
                let mut args: Vec<BlockArg> = Vec::new();
                for (k, i) in all.iter().enumerate() {
                    if needed[*i] {
                        let v = self.value(next[k]);
                        args.push(v.into());
                    }
                }
                let block = loop_block.expect("a loop has a start");
                self.b.ins().jump(block, &args);
            }
        }
    }

    fn exit_block(&mut self, e: ExitId) -> Block {
        if let Some(block) = self.exits.get(&e) {
            return *block;
        }
        let block = self.b.create_block();
        self.b.set_cold_block(block);
        self.exits.insert(e, block);
        self.order.push(e);
        block
    }

    /// Leaves by an exit. What all exits do stands once, or else most of a trace's code would be exits.
    fn tail_exit(&mut self, e: ExitId) {
        let out = match self.out {
            Some(block) => block,
            None => {
                let block = self.b.create_block();
                self.b.set_cold_block(block);
                self.b.append_block_param(block, types::I64);
                self.out = Some(block);
                block
            }
        };
        let index = self
            .b
            .ins()
            .iconst(types::I64, (e.0 - self.slots.first) as i64);
        self.b.ins().jump(out, &[index.into()]);
    }

    fn cold_exits(&mut self) {
        for e in std::mem::take(&mut self.order) {
            self.b.switch_to_block(self.exits[&e]);
            self.tail_exit(e);
        }
        let Some(out) = self.out else { return };
        self.b.switch_to_block(out);
        let index = self.b.block_params(out)[0];
        let base = self.b.ins().iconst(types::I64, self.slots.base as i64);
        let offset = self.b.ins().ishl_imm_u(index, 3);
        let at = self.b.ins().iadd(base, offset);
        let code = self
            .b
            .ins()
            .load(types::I64, MemFlagsData::trusted(), at, 0);
        let number = self.b.ins().iadd_imm_s(index, self.slots.first as i64);
        self.b
            .ins()
            .return_call_indirect(self.tail, code, &[self.context, self.frame, number]);
    }

    /// Goes on in a new block if the condition is as expected, else leaves.
    fn guard(&mut self, condition: Clif, expected: bool, e: ExitId) {
        let exit = self.exit_block(e);
        let next = self.b.create_block();
        let (yes, no) = if expected { (next, exit) } else { (exit, next) };
        self.b.ins().brif(condition, yes, &[], no, &[]);
        self.b.switch_to_block(next);
    }

    fn op(&mut self, op: &Op) -> Option<Clif> {
        let flags = MemFlagsData::trusted();
        Some(match op {
            Op::Const(_) | Op::ConstF(_) => return None,
            Op::Context => self.context,
            Op::Frame => self.frame,
            Op::Binary(o, x, y) => self.binary(*o, *x, *y),
            Op::Checked(o, x, y, e) => self.checked(*o, *x, *y, *e),
            Op::Compare(c, x, y) => {
                let (x, y) = (self.value(*x), self.value(*y));
                self.b.ins().icmp(int_condition(*c), x, y)
            }
            Op::CompareF(c, x, y) => {
                let (x, y) = (self.value(*x), self.value(*y));
                self.b.ins().fcmp(float_condition(*c), x, y)
            }
            Op::NegF(x) => {
                let x = self.value(*x);
                self.b.ins().fneg(x)
            }
            Op::AbsF(x) => {
                let x = self.value(*x);
                self.b.ins().fabs(x)
            }
            Op::SqrtF(x) => {
                let x = self.value(*x);
                self.b.ins().sqrt(x)
            }
            Op::ToFloat(x) => {
                let x = self.value(*x);
                self.b.ins().fcvt_from_sint(types::F64, x)
            }
            Op::FromBits(x) => {
                let x = self.value(*x);
                self.b.ins().bitcast(types::F64, MemFlagsData::new(), x)
            }
            Op::Bits(x) => {
                let x = self.value(*x);
                self.b.ins().bitcast(types::I64, MemFlagsData::new(), x)
            }
            Op::Select(c, x, y) => {
                let (c, x, y) = (self.value(*c), self.value(*x), self.value(*y));
                self.b.ins().select(c, x, y)
            }
            Op::Load(w, base, off) => {
                let base = self.value(*base);
                match w {
                    Width::W64 => self.b.ins().load(types::I64, flags, base, *off),
                    Width::F64 => self.b.ins().load(types::F64, flags, base, *off),
                    Width::W32 => self.b.ins().uload32(flags, base, *off),
                    Width::W8 => self.b.ins().uload8(types::I64, flags, base, *off),
                }
            }
            Op::Store(w, base, off, v) => {
                let (base, v) = (self.value(*base), self.value(*v));
                match w {
                    Width::W64 | Width::F64 => self.b.ins().store(flags, v, base, *off),
                    Width::W32 => self.b.ins().istore32(flags, v, base, *off),
                    Width::W8 => self.b.ins().istore8(flags, v, base, *off),
                };
                return None;
            }
            Op::StoreLogged(object, off, v, helper) => {
                self.store_logged(*object, *off, *v, *helper);
                return None;
            }
            Op::Guard(c, expected, e) => {
                let c = self.value(*c);
                self.guard(c, *expected, *e);
                return None;
            }
            Op::Unbox(v, helper, e) => self.unbox(*v, *helper, *e),
            Op::Box(v, helper) => self.boxed(*v, *helper),
            Op::Call {
                address,
                args,
                result,
            } => return self.call(*address, args, *result),
            Op::LoopStart | Op::Phi(_) => return None,
        })
    }

    fn binary(&mut self, o: Binary, x: Val, y: Val) -> Clif {
        let (x, y) = (self.value(x), self.value(y));
        let b = self.b.ins();
        match o {
            Binary::Add => b.iadd(x, y),
            Binary::Sub => b.isub(x, y),
            Binary::Mul => b.imul(x, y),
            Binary::And => b.band(x, y),
            Binary::Or => b.bor(x, y),
            Binary::Xor => b.bxor(x, y),
            Binary::Shl => b.ishl(x, y),
            Binary::Sar => b.sshr(x, y),
            Binary::Shr => b.ushr(x, y),
            Binary::FAdd => b.fadd(x, y),
            Binary::FSub => b.fsub(x, y),
            Binary::FMul => b.fmul(x, y),
            Binary::FDiv => b.fdiv(x, y),
        }
    }

    fn checked(&mut self, o: Checked, x: Val, y: Val, e: ExitId) -> Clif {
        let (x, y) = (self.value(x), self.value(y));
        let (r, overflow) = match o {
            Checked::Add => self.b.ins().sadd_overflow(x, y),
            Checked::Sub => self.b.ins().ssub_overflow(x, y),
            Checked::Mul => self.b.ins().smul_overflow(x, y),
        };
        self.guard(overflow, false, e);
        r
    }

    fn call(&mut self, address: u64, args: &[Val], result: Type) -> Option<Clif> {
        let mut values = Vec::with_capacity(args.len());
        for a in args {
            values.push(self.value(*a));
        }
        let args = values;
        let params: Vec<_> = args
            .iter()
            .map(|a| self.b.func.dfg.value_type(*a))
            .collect();
        let results: &[_] = match result {
            Type::Unit => &[],
            Type::Float => &[types::F64],
            Type::Word | Type::Bool => &[types::I64],
        };
        let r = self.native(address, &params, results, &args);
        match result {
            Type::Unit => None,
            Type::Bool => {
                let r = r?;
                Some(self.b.ins().icmp_imm_s(IntCC::NotEqual, r, 0))
            }
            _ => r,
        }
    }

    fn native(
        &mut self,
        address: u64,
        params: &[cranelift_codegen::ir::Type],
        results: &[cranelift_codegen::ir::Type],
        args: &[Clif],
    ) -> Option<Clif> {
        let mut s = Signature::new(CallConv::SystemV);
        s.params.extend(params.iter().map(|t| AbiParam::new(*t)));
        s.returns.extend(results.iter().map(|t| AbiParam::new(*t)));
        let s = self.b.import_signature(s);
        let callee = self.b.ins().iconst(types::I64, address as i64);
        let call = self.b.ins().call_indirect(s, callee, args);
        self.b.inst_results(call).first().copied()
    }

    /// The hot path tests the tag and decodes; the rest is asked of the helper.
    fn unbox(&mut self, v: Val, helper: u64, e: ExitId) -> Clif {
        let w = self.value(v);
        let (fast, slow, done) = (
            self.b.create_block(),
            self.b.create_block(),
            self.b.create_block(),
        );
        self.b.set_cold_block(slow);
        let result = self.b.append_block_param(done, types::F64);
        let tag = self.b.ins().iadd_imm_s(w, -2);
        let tag = self.b.ins().band_imm_u(tag, 3);
        self.b.ins().brif(tag, slow, &[], fast, &[]);
        self.b.switch_to_block(slow);
        let buffer = self.float_buffer();
        let at = self.b.ins().stack_addr(types::I64, buffer, 0);
        let ok = self
            .native(helper, &[types::I64, types::I64], &[types::I64], &[w, at])
            .expect("a result");
        let loaded = self.b.create_block();
        self.b.set_cold_block(loaded);
        let exit = self.exit_block(e);
        self.b.ins().brif(ok, loaded, &[], exit, &[]);
        self.b.switch_to_block(loaded);
        let f = self
            .b
            .ins()
            .load(types::F64, MemFlagsData::trusted(), at, 0);
        self.b.ins().jump(done, &[f.into()]);
        self.b.switch_to_block(fast);
        let turned = self.b.ins().rotr_imm_u(w, 3);
        let offset = self.b.ins().iconst(types::I64, FLOAT_OFFSET);
        let bits = self.b.ins().isub(turned, offset);
        let f = self.b.ins().bitcast(types::F64, MemFlagsData::new(), bits);
        self.b.ins().jump(done, &[f.into()]);
        self.b.switch_to_block(done);
        result
    }

    fn store_logged(&mut self, object: Val, off: i32, v: Val, helper: u64) {
        let (o, v) = (self.value(object), self.value(v));
        let (fast, slow, done) = (
            self.b.create_block(),
            self.b.create_block(),
            self.b.create_block(),
        );
        self.b.set_cold_block(slow);
        let flags = self
            .b
            .ins()
            .uload8(types::I64, MemFlagsData::trusted(), o, 0);
        let logged = self.b.ins().band_imm_u(flags, 1);
        self.b.ins().brif(logged, slow, &[], fast, &[]);
        self.b.switch_to_block(slow);
        let offset = self.b.ins().iconst(types::I64, off as i64);
        self.native(helper, &[types::I64; 3], &[], &[o, offset, v]);
        self.b.ins().jump(done, &[]);
        self.b.switch_to_block(fast);
        self.b.ins().store(MemFlagsData::trusted(), v, o, off);
        self.b.ins().jump(done, &[]);
        self.b.switch_to_block(done);
    }

    fn float_buffer(&mut self) -> StackSlot {
        if let Some(s) = self.buffer {
            return s;
        }
        let s =
            self.b
                .create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, 8, 3));
        self.buffer = Some(s);
        s
    }

    fn boxed(&mut self, v: Val, helper: u64) -> Clif {
        let f = self.value(v);
        let (slow, done) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(slow);
        let result = self.b.append_block_param(done, types::I64);
        let bits = self.b.ins().bitcast(types::I64, MemFlagsData::new(), f);
        let offset = self.b.ins().iconst(types::I64, FLOAT_OFFSET);
        let sum = self.b.ins().iadd(bits, offset);
        let w = self.b.ins().rotl_imm_u(sum, 3);
        let tag = self.b.ins().iadd_imm_s(w, -2);
        let tag = self.b.ins().band_imm_u(tag, 3);
        self.b.ins().brif(tag, slow, &[], done, &[w.into()]);
        self.b.switch_to_block(slow);
        let context = self.context;
        let w = self
            .native(
                helper,
                &[types::I64, types::F64],
                &[types::I64],
                &[context, f],
            )
            .expect("a result");
        self.b.ins().jump(done, &[w.into()]);
        self.b.switch_to_block(done);
        result
    }
}

fn int_condition(c: Cond) -> IntCC {
    match c {
        Cond::Eq => IntCC::Equal,
        Cond::Ne => IntCC::NotEqual,
        Cond::Lt => IntCC::SignedLessThan,
        Cond::Le => IntCC::SignedLessThanOrEqual,
        Cond::Gt => IntCC::SignedGreaterThan,
        Cond::Ge => IntCC::SignedGreaterThanOrEqual,
        Cond::Below => IntCC::UnsignedLessThan,
    }
}

fn float_condition(c: Cond) -> FloatCC {
    match c {
        Cond::Eq => FloatCC::Equal,
        Cond::Ne => FloatCC::NotEqual,
        Cond::Lt | Cond::Below => FloatCC::LessThan,
        Cond::Le => FloatCC::LessThanOrEqual,
        Cond::Gt => FloatCC::GreaterThan,
        Cond::Ge => FloatCC::GreaterThanOrEqual,
    }
}
