//! From trace operations to Cranelift's.
//!
//! Guards come in two forms. As *traps* they do not end a basic block, which is what makes compiling fast; where the machine
//! code traps, [`super::patch`] lets it leave by the exit instead. As *branches* they need nothing of the machine.

use super::Slots;
use super::glue::Seldom;
use crate::ir::{Binary, Checked, Cond, End, ExitId, Op, Trace, Type, Val, Width};
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{
    AbiParam, Block, BlockArg, InstBuilder, MemFlagsData, SigRef, Signature, SourceLoc, StackSlot,
    StackSlotData, StackSlotKind, TrapCode, Value as Clif, types,
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
    traps: bool,
    values: Vec<Option<Clif>>,
    frame: Clif,
    exits: HashMap<ExitId, Block>,
    order: Vec<ExitId>,
    tail: SigRef,
    /// The block through which all exits go; the exit's number is in the context then.
    out: Block,
    seldom: &'a dyn Fn(Seldom) -> u64,
    /// Where the results of such helpers come.
    buffer: Option<StackSlot>,
    /// In a loop with late stores: the places and what they are to hold.
    waiting: Vec<(Place, Held)>,
    /// Those of them that the loop has parameters of their own for.
    carried: Vec<Place>,
    /// Changes of `waiting`, which tell exits apart.
    version: u32,
    /// Exits that store what waited when they were taken.
    storing: Vec<(Block, ExitId, Vec<(Place, Held)>)>,
    storing_by: HashMap<(ExitId, u32), Block>,
}

/// The place of a late store: a whole word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Place {
    base: Val,
    offset: i32,
}

/// What a place of late stores is to hold.
#[derive(Clone, Copy, Debug)]
enum Held {
    /// What the loop was entered with, or came round with.
    Param(Clif),
    /// A value of the trace. Constants are made where they are stored.
    Value(Val),
}

/// A late store.
struct Late {
    place: Place,
    width: Width,
    value: Val,
}

/// What guards are turned into.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guards {
    /// Traps, each with its exit's number among the trace's as source location, from 1 on.
    Traps,
    /// Branches to cold blocks.
    Branches,
}

/// The source location of the block through which traps are to leave.
pub const OUT: u32 = u32::MAX - 1;

/// The source location of branches on overflow.
pub const OVERFLOW: u32 = u32::MAX - 2;

/// Fills the function with the trace. `seldom` gives the code through which helpers are called that are seldom called.
pub fn lower(
    trace: &Trace,
    b: &mut FunctionBuilder<'_>,
    slots: Slots,
    guards: Guards,
    seldom: &dyn Fn(Seldom) -> u64,
) {
    let entry = b.create_block();
    b.append_block_params_for_function_params(entry);
    b.switch_to_block(entry);
    let [frame] = *b.block_params(entry) else {
        return;
    };
    let tail = b.import_signature(super::trace_signature());
    let out = b.create_block();
    b.set_cold_block(out);
    let context = b.ins().get_pinned_reg(types::I64);
    b.ins().store(
        MemFlagsData::trusted(),
        frame,
        context,
        super::FRAME_IN_CONTEXT,
    );
    let mut l = Lowering {
        trace,
        b,
        slots,
        traps: guards == Guards::Traps,
        values: vec![None; trace.ops.len()],
        frame,
        exits: HashMap::new(),
        order: Vec::new(),
        tail,
        out,
        seldom,
        buffer: None,
        waiting: Vec::new(),
        carried: Vec::new(),
        version: 0,
        storing: Vec::new(),
        storing_by: HashMap::new(),
    };
    if l.traps {
        // Nothing else that the code generator sees leads there. A frame is never at 0.
        let body = l.b.create_block();
        l.b.ins().brif(frame, body, &[], out, &[]);
        l.b.switch_to_block(body);
    }
    l.body();
    l.cold_exits();
}

impl Lowering<'_, '_> {
    /// A value at hand. Constants are made anew at each use: kept, they would take registers all along the trace.
    fn value(&mut self, v: Val) -> Clif {
        match self.trace.ops[v.0 as usize] {
            Op::Const(w) => self.b.ins().iconst(types::I64, w as i64),
            Op::ConstF(bits) => self.b.ins().f64const(f64::from_bits(bits)),
            Op::Context => self.context(),
            _ => self.values[v.0 as usize].expect("defined before use, as the verifier checks"),
        }
    }

    fn context(&mut self) -> Clif {
        self.b.ins().get_pinned_reg(types::I64)
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
                    for late in self.last_stores() {
                        if let Some(p) = self.phi_of(&late, i).and_then(|p| self.values[p]) {
                            self.waiting.push((late.place, Held::Param(p)));
                            continue;
                        }
                        let first = self.load_place(&late);
                        let ty = self.b.func.dfg.value_type(first);
                        args.push(first.into());
                        let param = self.b.append_block_param(block, ty);
                        self.waiting.push((late.place, Held::Param(param)));
                        self.carried.push(late.place);
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
                let frame = match frame {
                    Some(v) => self.value(*v),
                    None => self.frame,
                };
                self.b.ins().return_call_indirect(self.tail, code, &[frame]);
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
                for (place, held) in self.waiting.clone() {
                    if self.carried.contains(&place) {
                        args.push(self.held(held).into());
                    }
                }
                let block = loop_block.expect("a loop has a start");
                self.b.ins().jump(block, &args);
            }
        }
    }

    /// The last late store of each place.
    fn last_stores(&self) -> Vec<Late> {
        let mut last: Vec<Late> = Vec::new();
        for late in self.trace.ops.iter().filter_map(late_store) {
            match last.iter_mut().find(|l| l.place == late.place) {
                Some(l) => *l = late,
                None => last.push(late),
            }
        }
        last
    }

    /// The phi that holds at each start of a turn what a place of late stores is to hold then, if there is one; `start`: the
    /// loop's start.
    fn phi_of(&self, late: &Late, start: usize) -> Option<usize> {
        let (ops, End::Loop(next)) = (&self.trace.ops, &self.trace.end) else {
            return None;
        };
        let Place { base, offset } = late.place;
        // What the way in has stored there, if that is still there.
        let mut first = None;
        for op in &ops[..start] {
            match *op {
                Op::Store(w, b, o, v) if (w, b, o) == (late.width, base, offset) => first = Some(v),
                Op::Store(_, b, o, _) | Op::StoreLogged(_, b, o, ..) => {
                    let derived = matches!(ops[b.0 as usize], Op::Binary(..));
                    if derived || (o - offset).abs() < 8 {
                        first = None;
                    }
                }
                Op::Call { .. } => first = None,
                _ => {}
            }
        }
        let first = first?;
        let phis = self.trace.phis().enumerate();
        let mut same = phis.filter(|(k, p)| ops[*p] == Op::Phi(first) && next[*k] == late.value);
        same.next().map(|(_, p)| p)
    }

    fn load_place(&mut self, late: &Late) -> Clif {
        let ty = match late.width {
            Width::F64 => types::F64,
            _ => types::I64,
        };
        let base = self.value(late.place.base);
        let flags = MemFlagsData::trusted();
        self.b.ins().load(ty, flags, base, late.place.offset)
    }

    fn held(&mut self, held: Held) -> Clif {
        match held {
            Held::Param(v) => v,
            Held::Value(v) => self.value(v),
        }
    }

    /// A late store: the place is to hold the value when the loop is left.
    fn late(&mut self, late: &Late) {
        if let Some(w) = self.waiting.iter_mut().find(|(p, _)| *p == late.place) {
            w.1 = Held::Value(late.value);
            self.version += 1;
        }
    }

    /// An exit that first stores what waits now.
    fn storing_block(&mut self, e: ExitId) -> Block {
        if let Some(block) = self.storing_by.get(&(e, self.version)) {
            return *block;
        }
        let block = self.cold_block();
        self.storing_by.insert((e, self.version), block);
        self.storing.push((block, e, self.waiting.clone()));
        block
    }

    fn cold_block(&mut self) -> Block {
        let block = self.b.create_block();
        self.b.set_cold_block(block);
        block
    }

    fn exit_block(&mut self, e: ExitId) -> Block {
        if !self.waiting.is_empty() {
            return self.storing_block(e);
        }
        if let Some(block) = self.exits.get(&e) {
            return *block;
        }
        let block = self.cold_block();
        self.exits.insert(e, block);
        self.order.push(e);
        block
    }

    /// Leaves by an exit. What all exits do stands once, or else most of a trace's code would be exits.
    fn tail_exit(&mut self, e: ExitId) {
        let context = self.context();
        let number = self.b.ins().iconst(types::I64, e.0 as i64);
        self.b.ins().store(
            MemFlagsData::trusted(),
            number,
            context,
            super::EXIT_IN_CONTEXT,
        );
        let out = self.out;
        self.b.ins().jump(out, &[]);
    }

    fn cold_exits(&mut self) {
        for e in std::mem::take(&mut self.order) {
            self.b.switch_to_block(self.exits[&e]);
            self.tail_exit(e);
        }
        let flags = MemFlagsData::trusted();
        for (block, e, stores) in std::mem::take(&mut self.storing) {
            self.b.switch_to_block(block);
            for (place, held) in stores {
                let v = self.held(held);
                let base = self.value(place.base);
                self.b.ins().store(flags, v, base, place.offset);
            }
            self.tail_exit(e);
        }
        self.b.switch_to_block(self.out);
        // Traps lead here from anywhere: nothing may be expected in registers but the context.
        self.b.set_srcloc(SourceLoc::new(OUT));
        let context = self.context();
        let number = self
            .b
            .ins()
            .load(types::I64, flags, context, super::EXIT_IN_CONTEXT);
        let slots = self.slots.base.wrapping_sub(8 * self.slots.first as u64);
        let slots = self.b.ins().iconst(types::I64, slots as i64);
        let offset = self.b.ins().ishl_imm_u(number, 3);
        let at = self.b.ins().iadd(slots, offset);
        let code = self.b.ins().load(types::I64, flags, at, 0);
        let frame = self
            .b
            .ins()
            .load(types::I64, flags, context, super::FRAME_IN_CONTEXT);
        self.b.ins().return_call_indirect(self.tail, code, &[frame]);
    }

    /// Goes on in a new block if the condition is as expected, else leaves.
    fn guard(&mut self, condition: Clif, expected: bool, e: ExitId) {
        if self.traps && self.waiting.is_empty() {
            self.b
                .set_srcloc(SourceLoc::new(e.0 - self.slots.first + 1));
            match expected {
                true => self.b.ins().trapz(condition, TrapCode::unwrap_user(1)),
                false => self.b.ins().trapnz(condition, TrapCode::unwrap_user(1)),
            };
            self.b.set_srcloc(SourceLoc::default());
            return;
        }
        let exit = self.exit_block(e);
        let next = self.b.create_block();
        let (yes, no) = if expected { (next, exit) } else { (exit, next) };
        self.b.ins().brif(condition, yes, &[], no, &[]);
        self.b.switch_to_block(next);
    }

    /// The same where what follows is seldom reached, too.
    fn cold_guard(&mut self, condition: Clif, e: ExitId) {
        self.guard(condition, true, e);
        let branches = !self.traps || !self.waiting.is_empty();
        if let (true, Some(block)) = (branches, self.b.current_block()) {
            self.b.set_cold_block(block);
        }
    }

    fn op(&mut self, op: &Op) -> Option<Clif> {
        let flags = MemFlagsData::trusted();
        Some(match op {
            Op::Const(_) | Op::ConstF(_) | Op::Context => return None,
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
                    Width::W16 => self.b.ins().uload16(types::I64, flags, base, *off),
                    Width::W8 => self.b.ins().uload8(types::I64, flags, base, *off),
                    Width::F32 => {
                        let f = self.b.ins().load(types::F32, flags, base, *off);
                        self.b.ins().fpromote(types::F64, f)
                    }
                }
            }
            Op::Typed(base, off) => {
                let base = self.value(*base);
                self.b.ins().load(types::I64, flags, base, *off)
            }
            Op::Late(..) => {
                if let Some(late) = late_store(op) {
                    self.late(&late);
                }
                return None;
            }
            Op::Store(w, base, off, v) => {
                let (base, v) = (self.value(*base), self.value(*v));
                match w {
                    Width::W64 | Width::F64 => self.b.ins().store(flags, v, base, *off),
                    Width::W32 => self.b.ins().istore32(flags, v, base, *off),
                    Width::W16 => self.b.ins().istore16(flags, v, base, *off),
                    Width::W8 => self.b.ins().istore8(flags, v, base, *off),
                    Width::F32 => {
                        let f = self.b.ins().fdemote(types::F32, v);
                        self.b.ins().store(flags, f, base, *off)
                    }
                };
                return None;
            }
            Op::StoreLogged(object, at, off, v, helper) => {
                self.store_logged(*object, *at, *off, *v, *helper);
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
        self.b.set_srcloc(SourceLoc::new(OVERFLOW));
        self.guard(overflow, false, e);
        self.b.set_srcloc(SourceLoc::default());
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
        let mut s = Signature::new(CallConv::SystemV);
        s.params.extend(params.iter().map(|t| AbiParam::new(*t)));
        s.returns.extend(results.iter().map(|t| AbiParam::new(*t)));
        let r = self.native(address, s, &args).first().copied();
        match result {
            Type::Unit => None,
            Type::Bool => {
                let r = r?;
                Some(self.b.ins().icmp_imm_s(IntCC::NotEqual, r, 0))
            }
            _ => r,
        }
    }

    fn native(&mut self, address: u64, s: Signature, args: &[Clif]) -> &[Clif] {
        let s = self.b.import_signature(s);
        let callee = self.b.ins().iconst(types::I64, address as i64);
        let call = self.b.ins().call_indirect(s, callee, args);
        self.b.inst_results(call)
    }

    fn seldom(&mut self, helper: Seldom, args: &[Clif]) {
        self.native((self.seldom)(helper), helper.signature(), args);
    }

    /// The address of two words.
    fn buffer(&mut self) -> Clif {
        let data = StackSlotData::new(StackSlotKind::ExplicitSlot, 16, 3);
        let b = &mut *self.b;
        let slot = *self
            .buffer
            .get_or_insert_with(|| b.create_sized_stack_slot(data));
        b.ins().stack_addr(types::I64, slot, 0)
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
        let at = self.buffer();
        self.seldom(Seldom::Unbox(helper), &[w, at]);
        let flags = MemFlagsData::trusted();
        let ok = self.b.ins().load(types::I64, flags, at, 8);
        self.cold_guard(ok, e);
        let f = self.b.ins().load(types::F64, flags, at, 0);
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

    fn store_logged(&mut self, object: Val, at: Val, off: i32, v: Val, helper: u64) {
        let inside = at != object;
        let boxed = matches!(self.trace.ops[v.0 as usize], Op::Box(..));
        let (o, at, v) = (self.value(object), self.value(at), self.value(v));
        let (fast, slow, done) = (
            self.b.create_block(),
            self.b.create_block(),
            self.b.create_block(),
        );
        self.b.set_cold_block(slow);
        if boxed {
            // Floats are seldom references: that is asked first.
            let reference = self.cold_block();
            let tag = self.b.ins().band_imm_u(v, 7);
            self.b.ins().brif(tag, fast, &[], reference, &[]);
            self.b.switch_to_block(reference);
        }
        let flags = self
            .b
            .ins()
            .uload8(types::I64, MemFlagsData::trusted(), o, 0);
        let logged = self.b.ins().band_imm_u(flags, 1);
        self.b.ins().brif(logged, slow, &[], fast, &[]);
        self.b.switch_to_block(slow);
        // What is no reference is not logged, and the object stays as it is.
        let call = self.cold_block();
        let tag = self.b.ins().band_imm_u(v, 7);
        self.b.ins().brif(tag, fast, &[], call, &[]);
        self.b.switch_to_block(call);
        let mut offset = self.b.ins().iconst(types::I64, off as i64);
        if inside {
            let from = self.b.ins().isub(at, o);
            offset = self.b.ins().iadd(from, offset);
        }
        self.seldom(Seldom::Store(helper), &[o, offset, v]);
        self.b.ins().jump(done, &[]);
        self.b.switch_to_block(fast);
        self.b.ins().store(MemFlagsData::trusted(), v, at, off);
        self.b.ins().jump(done, &[]);
        self.b.switch_to_block(done);
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
        let context = self.context();
        let at = self.buffer();
        self.seldom(Seldom::Box(helper), &[context, f, at]);
        let flags = MemFlagsData::trusted();
        let w = self.b.ins().load(types::I64, flags, at, 0);
        self.b.ins().jump(done, &[w.into()]);
        self.b.switch_to_block(done);
        result
    }
}

fn late_store(op: &Op) -> Option<Late> {
    match *op {
        Op::Late(width, base, offset, value) => Some(Late {
            place: Place { base, offset },
            width,
            value,
        }),
        _ => None,
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
