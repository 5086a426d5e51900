//! Trace IR: a straight line of typed operations, with guards wherever the program might go another way.
//!
//! Each operation gives at most one value, named by its position. A trace is entered at its top; if it has a
//! [`Op::LoopStart`], its end jumps back there, and the values named by [`Op::Phi`] take their next turn's values. An exit is
//! a number of the caller's; everything that the caller needs at an exit is in memory by then (frames' registers are
//! written as soon as they are known), so an exit passes no values.

pub mod eval;
pub mod looks;
mod parse;
mod print;
mod verify;

use looks::Looks;
pub use parse::{ParseError, parse};
pub use verify::verify;

/// A value: the index of the operation that gives it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Val(pub u32);

/// The number of an exit, chosen by the caller.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ExitId(pub u32);

/// What an operation gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Type {
    /// Nothing.
    Unit,
    /// A 64-bit word.
    Word,
    /// A float of 64 bits.
    Float,
    /// A truth value.
    Bool,
}

/// Conditions of comparisons; the unsigned ones are for words only.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Cond {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
    /// Less, unsigned.
    Below,
}

impl Cond {
    /// Every one.
    pub const ALL: &'static [Cond] = &[
        Cond::Eq,
        Cond::Ne,
        Cond::Lt,
        Cond::Le,
        Cond::Gt,
        Cond::Ge,
        Cond::Below,
    ];
    /// What it says of two words.
    pub fn of_words(self, a: u64, b: u64) -> bool {
        match self {
            Cond::Eq => a == b,
            Cond::Ne => a != b,
            Cond::Lt => (a as i64) < b as i64,
            Cond::Le => a as i64 <= b as i64,
            Cond::Gt => a as i64 > b as i64,
            Cond::Ge => a as i64 >= b as i64,
            Cond::Below => a < b,
        }
    }
    /// What it says of two floats.
    pub fn of_floats(self, a: f64, b: f64) -> bool {
        match self {
            Cond::Eq => a == b,
            Cond::Ne => a != b,
            Cond::Lt | Cond::Below => a < b,
            Cond::Le => a <= b,
            Cond::Gt => a > b,
            Cond::Ge => a >= b,
        }
    }
}

macro_rules! for_each_op {
    ($m:ident) => { $m! {
        // Simple operations: name, operands and their types, type of the result, whether it may be left out when unused.
        (Add, (Word, Word), Word), (Sub, (Word, Word), Word), (Mul, (Word, Word), Word),
        (And, (Word, Word), Word), (Or, (Word, Word), Word), (Xor, (Word, Word), Word),
        (Shl, (Word, Word), Word), (Sar, (Word, Word), Word), (Shr, (Word, Word), Word),
        (FAdd, (Float, Float), Float), (FSub, (Float, Float), Float), (FMul, (Float, Float), Float),
        (FDiv, (Float, Float), Float),
    }};
}
macro_rules! define_binary {
    ($(($name:ident, ($a:ident, $b:ident), $r:ident),)*) => {
        /// A pure operation on two values of the same type.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Binary { $(#[allow(missing_docs)] $name,)* }
        impl Binary {
            /// Every one.
            pub const ALL: &'static [Binary] = &[$(Binary::$name,)*];
            /// Its name in text.
            pub fn name(self) -> &'static str {
                match self { $(Binary::$name => stringify!($name),)* }
            }
            /// The type of its operands.
            pub fn operand(self) -> Type {
                match self { $(Binary::$name => Type::$a,)* }
            }
            /// The type of its result.
            pub fn result(self) -> Type {
                match self { $(Binary::$name => Type::$r,)* }
            }
        }
    };
}
for_each_op!(define_binary);

impl Binary {
    /// What it makes of two words, or of the bits of two floats. Shifts take the lowest six bits of their count, as machines do.
    pub fn of(self, a: u64, b: u64) -> u64 {
        let float = |f: fn(f64, f64) -> f64| f(f64::from_bits(a), f64::from_bits(b)).to_bits();
        match self {
            Binary::Add => a.wrapping_add(b),
            Binary::Sub => a.wrapping_sub(b),
            Binary::Mul => a.wrapping_mul(b),
            Binary::And => a & b,
            Binary::Or => a | b,
            Binary::Xor => a ^ b,
            Binary::Shl => a.wrapping_shl(b as u32),
            Binary::Sar => (a as i64).wrapping_shr(b as u32) as u64,
            Binary::Shr => a.wrapping_shr(b as u32),
            Binary::FAdd => float(|x, y| x + y),
            Binary::FSub => float(|x, y| x - y),
            Binary::FMul => float(|x, y| x * y),
            Binary::FDiv => float(|x, y| x / y),
        }
    }
}

/// Arithmetic on words that leaves the trace when the signed result does not fit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Checked {
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a * b`
    Mul,
}

impl Checked {
    /// What it makes of two words; `None` when the signed result does not fit.
    pub fn of(self, a: u64, b: u64) -> Option<u64> {
        let (a, b) = (a as i64, b as i64);
        let r = match self {
            Checked::Add => a.checked_add(b),
            Checked::Sub => a.checked_sub(b),
            Checked::Mul => a.checked_mul(b),
        };
        r.map(|r| r as u64)
    }
}

/// Width of a load or store.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Width {
    /// 64 bits.
    W64,
    /// 32 bits, zero-extended.
    W32,
    /// 16 bits, zero-extended.
    W16,
    /// 8 bits, zero-extended.
    W8,
    /// A float of 64 bits.
    F64,
    /// A float of 64 bits that is kept as one of 32.
    F32,
}

impl Width {
    /// How many bytes.
    pub fn bytes(self) -> i32 {
        match self {
            Width::W64 | Width::F64 => 8,
            Width::W32 | Width::F32 => 4,
            Width::W16 => 2,
            Width::W8 => 1,
        }
    }
    /// True if what is loaded and stored is a float.
    pub fn is_float(self) -> bool {
        matches!(self, Width::F64 | Width::F32)
    }
}

/// One operation.
#[derive(Clone, PartialEq, Debug)]
pub enum Op {
    /// A word.
    Const(u64),
    /// The float of these bits.
    ConstF(u64),
    /// The trace's first argument: the activation record.
    Context,
    /// The trace's second argument: the frame that it was entered in.
    Frame,
    /// A pure operation.
    Binary(Binary, Val, Val),
    /// Arithmetic that exits on overflow.
    Checked(Checked, Val, Val, ExitId),
    /// Comparison of words, signed unless the condition says otherwise.
    Compare(Cond, Val, Val),
    /// Comparison of floats; all but `Ne` are false for NaN.
    CompareF(Cond, Val, Val),
    /// `-x` of a float.
    NegF(Val),
    /// `abs(x)` of a float.
    AbsF(Val),
    /// Square root.
    SqrtF(Val),
    /// The float nearest to a signed word.
    ToFloat(Val),
    /// The float with a word's bits.
    FromBits(Val),
    /// The bits of a float.
    Bits(Val),
    /// `condition ? a : b` on words.
    Select(Val, Val, Val),
    /// Load from `base + offset`.
    Load(Width, Val, i32),
    /// The word at `object + offset`, which never changes: the address of a description of the object's typed items.
    Typed(Val, i32),
    /// Store of the last value to `base + offset`.
    Store(Width, Val, i32, Val),
    /// A store, in a loop, that may wait until the trace is left: nothing in the loop looks at that place, whose address is known
    /// before the loop begins.
    Late(Width, Val, i32, Val),
    /// Leaves the trace unless the condition is as expected.
    Guard(Val, bool, ExitId),
    /// The float that a tagged word stands for; leaves the trace if it stands for something else. The address is of a function
    /// `(word, *mut f64) -> 0 or 1` for words that are no immediate floats.
    Unbox(Val, u64, ExitId),
    /// The tagged word of a float. The address is of a function `(context, f64) -> word` for floats without an immediate form.
    Box(Val, u64),
    /// Store of the last value into an object, given first, at an address in it and an offset from that. The object's lowest byte
    /// may say that stores of heap objects are to be made by the function `(object, offset in the object, value)` whose address is last.
    StoreLogged(Val, Val, i32, Val, u64),
    /// Call of a native function at an address.
    Call {
        /// The function's address.
        address: u64,
        /// Words and floats.
        args: Vec<Val>,
        /// What it gives.
        result: Type,
    },
    /// Where the trace's end jumps back to.
    LoopStart,
    /// A value that is `first` when the loop is entered.
    Phi(Val),
}

/// How a trace ends.
#[derive(Clone, PartialEq, Debug)]
pub enum End {
    /// Back to the loop start; the next values of the trace's [`Op::Phi`]s in order.
    Loop(Vec<Val>),
    /// Leaves.
    Exit(ExitId),
    /// Goes on in other machine code, whose address stands at this address; with another frame if a value is given.
    Link(u64, Option<Val>),
}

/// A trace.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Its operations.
    pub ops: Vec<Op>,
    /// Its end.
    pub end: End,
    /// What its exits look at.
    pub looks: Looks,
}

impl Op {
    /// The type of the value that it gives.
    pub fn result(&self, ops: &[Op]) -> Type {
        match self {
            Op::Const(_)
            | Op::Context
            | Op::Frame
            | Op::Checked(..)
            | Op::Bits(_)
            | Op::Select(..)
            | Op::Typed(..)
            | Op::Box(..) => Type::Word,
            Op::ConstF(_)
            | Op::NegF(_)
            | Op::AbsF(_)
            | Op::SqrtF(_)
            | Op::ToFloat(_)
            | Op::FromBits(_)
            | Op::Unbox(..) => Type::Float,
            Op::Binary(b, ..) => b.result(),
            Op::Compare(..) | Op::CompareF(..) => Type::Bool,
            Op::Load(Width::F64 | Width::F32, ..) => Type::Float,
            Op::Load(..) => Type::Word,
            Op::Store(..) | Op::Late(..) | Op::StoreLogged(..) | Op::Guard(..) | Op::LoopStart => {
                Type::Unit
            }
            Op::Call { result, .. } => *result,
            Op::Phi(first) => ops[first.0 as usize].result(ops),
        }
    }
    /// True if it may be left out when nothing uses its value.
    pub fn is_pure(&self) -> bool {
        !matches!(
            self,
            Op::Checked(..)
                | Op::Store(..)
                | Op::Late(..)
                | Op::StoreLogged(..)
                | Op::Guard(..)
                | Op::Unbox(..)
                | Op::Call { .. }
                | Op::LoopStart
                | Op::Phi(_)
        )
    }
    /// Calls `f` for each operand.
    pub fn operands(&self, mut f: impl FnMut(Val)) {
        match self {
            Op::Const(_) | Op::ConstF(_) | Op::Context | Op::Frame | Op::LoopStart => {}
            Op::Binary(_, a, b)
            | Op::Checked(_, a, b, _)
            | Op::Compare(_, a, b)
            | Op::CompareF(_, a, b) => {
                f(*a);
                f(*b);
            }
            Op::Store(_, a, _, b) | Op::Late(_, a, _, b) => {
                f(*a);
                f(*b);
            }
            Op::StoreLogged(o, a, _, b, _) => {
                f(*o);
                f(*a);
                f(*b);
            }
            Op::NegF(a)
            | Op::AbsF(a)
            | Op::SqrtF(a)
            | Op::ToFloat(a)
            | Op::FromBits(a)
            | Op::Bits(a) => f(*a),
            Op::Load(_, a, _)
            | Op::Typed(a, _)
            | Op::Guard(a, ..)
            | Op::Unbox(a, ..)
            | Op::Box(a, _)
            | Op::Phi(a) => f(*a),
            Op::Select(c, a, b) => {
                f(*c);
                f(*a);
                f(*b);
            }
            Op::Call { args, .. } => args.iter().for_each(|a| f(*a)),
        }
    }
    /// Calls `f` for each operand, which it may replace.
    pub fn operands_mut(&mut self, mut f: impl FnMut(&mut Val)) {
        match self {
            Op::Const(_) | Op::ConstF(_) | Op::Context | Op::Frame | Op::LoopStart => {}
            Op::Binary(_, a, b)
            | Op::Checked(_, a, b, _)
            | Op::Compare(_, a, b)
            | Op::CompareF(_, a, b)
            | Op::Store(_, a, _, b)
            | Op::Late(_, a, _, b) => {
                f(a);
                f(b);
            }
            Op::StoreLogged(o, a, _, b, _) => {
                f(o);
                f(a);
                f(b);
            }
            Op::NegF(a)
            | Op::AbsF(a)
            | Op::SqrtF(a)
            | Op::ToFloat(a)
            | Op::FromBits(a)
            | Op::Bits(a)
            | Op::Load(_, a, _)
            | Op::Typed(a, _)
            | Op::Guard(a, ..)
            | Op::Unbox(a, ..)
            | Op::Box(a, _)
            | Op::Phi(a) => f(a),
            Op::Select(c, a, b) => {
                f(c);
                f(a);
                f(b);
            }
            Op::Call { args, .. } => args.iter_mut().for_each(f),
        }
    }
    /// The exit that it may take.
    pub fn exit(&self) -> Option<ExitId> {
        match self {
            Op::Checked(_, _, _, e) | Op::Guard(_, _, e) | Op::Unbox(_, _, e) => Some(*e),
            _ => None,
        }
    }
}

impl Trace {
    /// For each operation whether it is needed: it has an effect, or something needed uses it.
    pub fn needed(&self) -> Vec<bool> {
        let mut needed = vec![false; self.ops.len()];
        let phis: Vec<usize> = self.phis().collect();
        let mark = |v: Val, needed: &mut Vec<bool>| needed[v.0 as usize] = true;
        if let End::Link(_, Some(v)) = &self.end {
            mark(*v, &mut needed);
        }
        // A phi is needed if something else than its own next value uses it; that may make other phis needed.
        loop {
            let before = needed.clone();
            for i in (0..self.ops.len()).rev() {
                let op = &self.ops[i];
                if matches!(op, Op::Phi(_)) {
                    continue;
                }
                if !op.is_pure() || needed[i] {
                    needed[i] = true;
                    op.operands(|v| mark(v, &mut needed));
                }
            }
            for (k, i) in phis.iter().enumerate() {
                if needed[*i] {
                    self.ops[*i].operands(|v| mark(v, &mut needed));
                    if let End::Loop(next) = &self.end {
                        mark(next[k], &mut needed);
                    }
                }
            }
            if needed == before {
                return needed;
            }
        }
    }
    /// Positions of the phis.
    pub fn phis(&self) -> impl Iterator<Item = usize> + '_ {
        self.ops
            .iter()
            .enumerate()
            .filter(|(_, op)| matches!(op, Op::Phi(_)))
            .map(|(i, _)| i)
    }
}
