//! Guards that fail now and then though they hold.
//!
//! Whoever leaves by an exit goes on in the interpreter from where the exit says, whether or not the guard had reason to fail. So a
//! program must do the same when guards fail at random, and exits are taken that no test would reach otherwise. This is for tests:
//! each guard counts a word down and leaves where that was 0. The guard behind a call is left alone: it tells whether the call did
//! what it was to do, and the interpreter would do it again.

use crate::ir::{Binary, Cond, End, Op, Trace, Val};

/// Lets one guard in `period` fail; `counter` is the address of a word that all traces count in.
pub fn shake(trace: &mut Trace, counter: u64, period: u64) {
    let old = std::mem::take(&mut trace.ops);
    let mut map: Vec<Val> = Vec::with_capacity(old.len());
    let mut ops: Vec<Op> = Vec::with_capacity(2 * old.len());
    let mut emit = |op: Op| {
        ops.push(op);
        Val(ops.len() as u32 - 1)
    };
    let mut called = false;
    for mut op in old {
        called |= matches!(op, Op::Call { .. });
        if let Op::Guard(_, _, exit) = op
            && !std::mem::take(&mut called)
        {
            let at = emit(Op::Const(counter));
            let left = emit(Op::Load(crate::ir::Width::W64, at, 0));
            let (zero, one) = (emit(Op::Const(0)), emit(Op::Const(1)));
            let again = emit(Op::Const(period));
            let over = emit(Op::Compare(Cond::Eq, left, zero));
            let less = emit(Op::Binary(Binary::Sub, left, one));
            let next = emit(Op::Select(over, again, less));
            emit(Op::Store(crate::ir::Width::W64, at, 0, next));
            emit(Op::Guard(over, false, exit));
        }
        op.operands_mut(|v| *v = map[v.0 as usize]);
        map.push(emit(op));
    }
    trace.ops = ops;
    match &mut trace.end {
        End::Loop(next) => next.iter_mut().for_each(|v| *v = map[v.0 as usize]),
        End::Link(_, Some(v)) => *v = map[v.0 as usize],
        End::Link(_, None) | End::Exit(_) => {}
    }
}
