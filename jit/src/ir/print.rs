//! Text form of traces, for dumps and tests; [`super::parse`] reads it. What exits look at is told by the alternate form only.

use super::{End, Op, Trace, Type, Val};
use std::fmt::{Display, Formatter, Result};

impl Display for Val {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "v{}", self.0)
    }
}

impl Display for Op {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Op::Const(w) => write!(f, "const {w:#x}"),
            Op::ConstF(b) if f64::from_bits(*b).is_nan() => write!(f, "float bits {b:#x}"),
            Op::ConstF(b) => write!(f, "float {:?}", f64::from_bits(*b)),
            Op::Context => f.write_str("context"),
            Op::Frame => f.write_str("frame"),
            Op::Binary(b, x, y) => write!(f, "{} {x}, {y}", b.name().to_lowercase()),
            Op::Checked(c, x, y, e) => write!(
                f,
                "checked_{} {x}, {y} else exit {}",
                format!("{c:?}").to_lowercase(),
                e.0
            ),
            Op::Compare(c, x, y) => write!(f, "cmp.{} {x}, {y}", format!("{c:?}").to_lowercase()),
            Op::CompareF(c, x, y) => write!(f, "fcmp.{} {x}, {y}", format!("{c:?}").to_lowercase()),
            Op::NegF(x) => write!(f, "fneg {x}"),
            Op::AbsF(x) => write!(f, "fabs {x}"),
            Op::SqrtF(x) => write!(f, "fsqrt {x}"),
            Op::ToFloat(x) => write!(f, "tofloat {x}"),
            Op::FromBits(x) => write!(f, "frombits {x}"),
            Op::Bits(x) => write!(f, "bits {x}"),
            Op::Select(c, x, y) => write!(f, "select {c}, {x}, {y}"),
            Op::Load(w, b, o) => write!(f, "load.{} {b}{o:+}", format!("{w:?}").to_lowercase()),
            Op::Store(w, b, o, v) => {
                write!(f, "store.{} {b}{o:+}, {v}", format!("{w:?}").to_lowercase())
            }
            Op::Late(w, b, o, v) => {
                write!(f, "late.{} {b}{o:+}, {v}", format!("{w:?}").to_lowercase())
            }
            Op::Typed(b, o) => write!(f, "typed {b}{o:+}"),
            Op::StoreLogged(object, b, o, v, at) if object == b => {
                write!(f, "store.logged {b}{o:+}, {v} by {at:#x}")
            }
            Op::StoreLogged(object, b, o, v, at) => {
                write!(f, "store.logged {b}{o:+}, {v} in {object} by {at:#x}")
            }
            Op::Guard(c, expected, e) => write!(f, "guard {c} is {expected} else exit {}", e.0),
            Op::Unbox(v, at, e) => write!(f, "unbox {v} by {at:#x} else exit {}", e.0),
            Op::Box(v, at) => write!(f, "box {v} by {at:#x}"),
            Op::Call {
                address,
                args,
                result,
            } => {
                write!(f, "call {address:#x}(")?;
                for (i, a) in args.iter().enumerate() {
                    write!(f, "{}{a}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str(")")?;
                match result {
                    Type::Unit => Ok(()),
                    other => write!(f, " -> {}", format!("{other:?}").to_lowercase()),
                }
            }
            Op::LoopStart => f.write_str("loop:"),
            Op::Phi(v) => write!(f, "phi {v}"),
        }
    }
}

impl Display for Trace {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if f.alternate() {
            for (e, seen) in self.looks.exits() {
                writeln!(f, "  exit {} {seen}", e.0)?;
            }
            if let Some(seen) = &self.looks.end {
                writeln!(f, "  end {seen}")?;
            }
        }
        for (i, op) in self.ops.iter().enumerate() {
            writeln!(f, "  v{i} = {op}")?;
        }
        match &self.end {
            End::Loop(next) => {
                f.write_str("  loop")?;
                for v in next {
                    write!(f, " {v}")?;
                }
                writeln!(f)
            }
            End::Exit(e) => writeln!(f, "  exit {}", e.0),
            End::Link(at, None) => writeln!(f, "  link {at:#x}"),
            End::Link(at, Some(v)) => writeln!(f, "  link {at:#x} in {v}"),
        }
    }
}
