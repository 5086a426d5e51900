//! What the compiler produces: code units and their constants, as plain data.

use super::ops::{Intrinsic, Op};
use super::word::Word;
use num_bigint::BigInt;

/// CPython's `co_flags` bits (Include/cpython/code.h names).
pub mod flags {
    /// Locals live in registers.
    pub const OPTIMIZED: u32 = 0x1;
    /// A new namespace for locals at each call.
    pub const NEWLOCALS: u32 = 0x2;
    /// Has `*args`.
    pub const VARARGS: u32 = 0x4;
    /// Has `**kwargs`.
    pub const VARKEYWORDS: u32 = 0x8;
    /// Nested in another function.
    pub const NESTED: u32 = 0x10;
    /// Calling it makes a generator.
    pub const GENERATOR: u32 = 0x20;
    /// Calling it makes a coroutine.
    pub const COROUTINE: u32 = 0x80;
    /// A generator that `types.coroutine` made awaitable.
    pub const ITERABLE_COROUTINE: u32 = 0x100;
    /// Calling it makes an asynchronous generator.
    pub const ASYNC_GENERATOR: u32 = 0x200;
    /// The first constant is the docstring.
    pub const HAS_DOCSTRING: u32 = 0x400_0000;
    /// Defined directly in a class body.
    pub const METHOD: u32 = 0x800_0000;
}

/// A constant of a code unit. Equality for sharing is by type and bits, so that `0.0`/`-0.0` and `1`/`True` stay apart.
#[derive(Clone, Debug, PartialEq)]
pub enum Const {
    /// `None`
    None,
    /// `True` or `False`
    Bool(bool),
    /// `...`
    Ellipsis,
    /// An integer that fits in 64 bits.
    Int(i64),
    /// Any larger integer.
    Big(BigInt),
    /// A float, by its bits.
    Float(u64),
    /// A complex number, by the bits of both parts.
    Complex(u64, u64),
    /// A string in generalized UTF-8 (lone surrogates are three bytes).
    Str(Box<[u8]>),
    /// A bytes object.
    Bytes(Box<[u8]>),
    /// A tuple.
    Tuple(Vec<Const>),
    /// A frozenset (for `x in {1, 2}`).
    FrozenSet(Vec<Const>),
    /// `slice(a, b, c)` with constant parts.
    Slice(Box<[Const; 3]>),
    /// A nested code unit.
    Code(Box<CodeUnit>),
}

/// One range of the exception table; the first entry that covers the faulting word wins, so inner ranges come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExceptionEntry {
    /// First word covered.
    pub start: u32,
    /// One past the last word covered.
    pub end: u32,
    /// Where to continue.
    pub target: u32,
    /// Register that receives the exception object.
    pub reg: u16,
}

/// A compiled block: module, function, class body, lambda, generator expression, annotation scope.
///
/// Registers: `0..varnames.len()` are the locals (parameters first, in the order positional, keyword-only, `*args`,
/// `**kwargs`); then cells that are not parameters, free variables (contiguous from `free_base`), inlined-comprehension
/// variables and temporaries, up to `nregs`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CodeUnit {
    /// `co_name`
    pub name: String,
    /// `co_qualname`
    pub qualname: String,
    /// `co_filename`, in generalized UTF-8.
    pub filename: Box<[u8]>,
    /// `co_flags`, see [`flags`].
    pub flags: u32,
    /// Number of positional parameters, positional-only ones included.
    pub argcount: u32,
    /// Number of positional-only parameters.
    pub posonlyargcount: u32,
    /// Number of keyword-only parameters.
    pub kwonlyargcount: u32,
    /// `co_varnames`; the name of register i.
    pub varnames: Vec<String>,
    /// `co_cellvars`
    pub cellvars: Vec<String>,
    /// Register that holds each cell of `cellvars` (a parameter's own register where the cell is a parameter).
    pub cell_regs: Vec<u16>,
    /// `co_freevars`
    pub freevars: Vec<String>,
    /// Register of the first free variable.
    pub free_base: u16,
    /// Registers of a frame in all.
    pub nregs: u32,
    /// Constants.
    pub consts: Vec<Const>,
    /// Names used by attribute, global and name instructions.
    pub names: Vec<String>,
    /// Instruction words and their extra words.
    pub code: Vec<u64>,
    /// Exception table, inner ranges first.
    pub exceptions: Vec<ExceptionEntry>,
    /// Encoded source positions, see `positions`.
    pub positions: Vec<u8>,
    /// `co_firstlineno`
    pub firstlineno: u32,
}

impl CodeUnit {
    /// Where the handler begins that the compiler puts around the body of a generator; `u32::MAX` without one.
    pub fn stop_handler(&self) -> u32 {
        let rewords = |target: u32| {
            self.code.get(target as usize).is_some_and(|&w| {
                let word = Word(w);
                word.op() == Op::CallIntrinsic && word.c() == Intrinsic::StopIterationError as u16
            })
        };
        let mut targets = self.exceptions.iter().map(|e| e.target);
        targets.find(|&t| rewords(t)).unwrap_or(u32::MAX)
    }
}
