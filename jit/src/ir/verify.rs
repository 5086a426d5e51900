//! What must hold of every trace.

use super::{End, Op, Trace, Type, Val};

/// Checks types, order of definition and use, and the loop's shape; the error says what is wrong where.
pub fn verify(t: &Trace) -> Result<(), String> {
    let (mut starts, mut start) = (0, 0);
    for (i, op) in t.ops.iter().enumerate() {
        let mut bad = None;
        op.operands(|v| {
            if v.0 as usize >= i {
                bad = Some(format!("v{i} uses {v} before it is there"));
            }
        });
        if let Some(text) = bad {
            return Err(text);
        }
        let ty = |v: &Val| t.ops[v.0 as usize].result(&t.ops);
        let all = |wanted: Type, vs: &[&Val]| vs.iter().all(|v| ty(v) == wanted);
        let ok = match op {
            Op::Binary(b, x, y) => all(b.operand(), &[x, y]),
            Op::Checked(_, x, y, _) | Op::Compare(_, x, y) => all(Type::Word, &[x, y]),
            Op::CompareF(_, x, y) => all(Type::Float, &[x, y]),
            Op::NegF(x) | Op::AbsF(x) | Op::SqrtF(x) | Op::Bits(x) | Op::Box(x, _) => {
                all(Type::Float, &[x])
            }
            Op::ToFloat(x)
            | Op::FromBits(x)
            | Op::Unbox(x, ..)
            | Op::Load(_, x, _)
            | Op::Typed(x, _) => all(Type::Word, &[x]),
            Op::Late(w, b, _, v) => {
                let wanted = if w.is_float() {
                    Type::Float
                } else {
                    Type::Word
                };
                starts == 1 && (b.0 as usize) < start && ty(b) == Type::Word && ty(v) == wanted
            }
            Op::Store(w, b, _, v) if w.is_float() => ty(b) == Type::Word && ty(v) == Type::Float,
            Op::Store(_, b, _, v) => all(Type::Word, &[b, v]),
            Op::StoreLogged(o, b, _, v, _) => all(Type::Word, &[o, b, v]),
            Op::Select(c, x, y) => ty(c) == Type::Bool && all(Type::Word, &[x, y]),
            Op::Guard(c, ..) => ty(c) == Type::Bool,
            Op::Call { args, .. } => args
                .iter()
                .all(|a| matches!(ty(a), Type::Word | Type::Float)),
            Op::LoopStart => {
                starts += 1;
                start = i;
                starts == 1
            }
            Op::Phi(v) => {
                starts == 1 && (v.0 as usize) < start && matches!(ty(v), Type::Word | Type::Float)
            }
            Op::Const(_) | Op::ConstF(_) | Op::Context | Op::Frame => true,
        };
        if !ok {
            return Err(format!("v{i}: wrong operand types in `{op}`"));
        }
    }
    match &t.end {
        End::Loop(next) => {
            let phis: Vec<usize> = t.phis().collect();
            if starts != 1 || next.len() != phis.len() {
                return Err("the end goes back to a loop start that does not fit".to_string());
            }
            for (k, v) in phis.iter().zip(next) {
                if v.0 as usize >= t.ops.len()
                    || t.ops[*k].result(&t.ops) != t.ops[v.0 as usize].result(&t.ops)
                {
                    return Err(format!("v{k} gets a next value of another type"));
                }
            }
            Ok(())
        }
        End::Link(_, Some(v)) if v.0 as usize >= t.ops.len() => {
            Err("the end names no value".to_string())
        }
        _ => Ok(()),
    }
}
