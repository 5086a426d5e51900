//! The opcode table: each opcode declared once with its length in words, its operands and its meaning.
//!
//! Notation: `r[n]` is register n of the running frame. `NULL` is the empty word that marks an unbound register.
//! `off` is a signed distance in words from the first word of the instruction itself. "ext k" is the k-th extra word.
//! Registers named as results may also be operands: operands are read first, and the result is written only when the
//! operation has succeeded. An instruction that raises leaves its result register as it was.
//!
//! Operand letters in the table, for the disassembler: `d` register written, `r` register read, `s` start of a run of
//! registers, `k` constant, `n` name, `i` signed immediate, `u` unsigned immediate, `j` jump offset, `-` unused;
//! a capital letter takes `b` and `c` together.

macro_rules! for_each_op {
    ($m:ident) => { $m! {
        // name, words, "abc" operand letters, doc
        // ---- moves and constants
        (Nop, 1, "---", "Does nothing."),
        (Move, 1, "dr-", "r[a] = r[b]"),
        (LoadConst, 1, "dK", "r[a] = consts[bc]"),
        (LoadInt, 1, "dI", "r[a] = the integer bc"),
        (LoadNone, 1, "d--", "r[a] = None"),
        (LoadBool, 1, "d--", "r[a] = bool(x)"),
        (LoadCommon, 1, "du-", "r[a] = common object b: 0 AssertionError, 1 NotImplementedError, 2 builtins.tuple, 3 list, 4 set, 5 builtins.all, 6 builtins.any, 7 frozenset"),
        (LoadBuildClass, 1, "d--", "r[a] = builtins.__build_class__"),
        (SetNull, 1, "d--", "r[a] = NULL"),
        // ---- locals, cells, globals, names
        (CheckLocal, 1, "r--", "UnboundLocalError unless r[a] is bound; a < varnames.len() or an inlined comprehension's variable, whose name is names[c]; x=1 when c holds a name"),
        (DelLocal, 1, "d--", "UnboundLocalError unless r[a] is bound; then r[a] = NULL"),
        (MakeCell, 1, "d--", "r[a] = new cell holding r[a] (which may be NULL: empty cell)"),
        (CopyFreeVars, 1, "su-", "r[a+i] = function.__closure__[i] for i < b"),
        (LoadCell, 1, "dru", "r[a] = contents of cell r[b]; if empty: x=0 UnboundLocalError for cellvars[c], x=1 NameError for freevars[c]"),
        (StoreCell, 1, "rr-", "contents of cell r[a] = r[b]"),
        (DelCell, 1, "r-u", "empties cell r[a]; errors as LoadCell"),
        (LoadGlobal, 3, "d-n", "r[a] = globals or builtins names[c], else NameError; ext 1, 2: cache"),
        (StoreGlobal, 2, "r-n", "globals[names[c]] = r[a]; ext 1: cache"),
        (DelGlobal, 1, "--n", "del globals[names[c]]"),
        (LoadName, 3, "d-n", "r[a] = names[c] in frame locals, globals, builtins; ext 1, 2: cache"),
        (StoreName, 2, "r-n", "frame locals[names[c]] = r[a]; ext 1: cache"),
        (DelName, 1, "--n", "del frame locals[names[c]]"),
        (LoadLocals, 1, "d--", "r[a] = the frame's locals mapping (class body, module, exec)"),
        (LoadFromDictOrGlobals, 1, "drn", "r[a] = r[b][names[c]], else globals, else builtins (annotation scopes in classes)"),
        (LoadFromDictOrCell, 2, "drr", "r[a] = r[b][name], else contents of cell r[c]; name = names[ext 1 low 32 bits]; empty cell: NameError as a free variable"),
        // ---- operators: x=1 in place
        (Add, 1, "drr", "r[a] = r[b] + r[c]; x=1: +="),
        (Sub, 1, "drr", "r[a] = r[b] - r[c]; x=1: -="),
        (Mul, 1, "drr", "r[a] = r[b] * r[c]; x=1: *="),
        (MatMul, 1, "drr", "r[a] = r[b] @ r[c]; x=1: @="),
        (TrueDiv, 1, "drr", "r[a] = r[b] / r[c]; x=1: /="),
        (FloorDiv, 1, "drr", "r[a] = r[b] // r[c]; x=1: //="),
        (Mod, 1, "drr", "r[a] = r[b] % r[c]; x=1: %="),
        (Pow, 1, "drr", "r[a] = r[b] ** r[c]; x=1: **="),
        (LShift, 1, "drr", "r[a] = r[b] << r[c]; x=1: <<="),
        (RShift, 1, "drr", "r[a] = r[b] >> r[c]; x=1: >>="),
        (And, 1, "drr", "r[a] = r[b] & r[c]; x=1: &="),
        (Or, 1, "drr", "r[a] = r[b] | r[c]; x=1: |="),
        (Xor, 1, "drr", "r[a] = r[b] ^ r[c]; x=1: ^="),
        (AddImm, 1, "dri", "r[a] = r[b] + the integer c (signed 16 bits); x=1: +="),
        (SubImm, 1, "dri", "r[a] = r[b] - the integer c; x=1: -="),
        (Neg, 1, "dr-", "r[a] = -r[b]"),
        (Pos, 1, "dr-", "r[a] = +r[b]"),
        (Invert, 1, "dr-", "r[a] = ~r[b]"),
        (Not, 1, "dr-", "r[a] = not r[b]"),
        (ToBool, 1, "dr-", "r[a] = bool(r[b])"),
        (Lt, 1, "drr", "r[a] = r[b] < r[c]"),
        (Le, 1, "drr", "r[a] = r[b] <= r[c]"),
        (Eq, 1, "drr", "r[a] = r[b] == r[c]"),
        (Ne, 1, "drr", "r[a] = r[b] != r[c]"),
        (Gt, 1, "drr", "r[a] = r[b] > r[c]"),
        (Ge, 1, "drr", "r[a] = r[b] >= r[c]"),
        (Is, 1, "drr", "r[a] = r[b] is r[c]; x=1: is not"),
        (Contains, 1, "drr", "r[a] = r[b] in r[c]; x=1: not in"),
        // ---- jumps
        (Jump, 1, "-J", "forward jump to off bc"),
        (JumpBack, 2, "-J", "loop back-edge to off bc (negative); polls interrupts; ext 1: hot counter"),
        (JumpIfTrue, 1, "rJ", "if bool(r[a]): jump to off bc"),
        (JumpIfFalse, 1, "rJ", "if not bool(r[a]): jump to off bc"),
        (JumpIfNone, 1, "rJ", "if r[a] is None: jump to off bc"),
        (JumpIfNotNone, 1, "rJ", "if r[a] is not None: jump to off bc"),
        (JumpIfNull, 1, "rJ", "if r[a] is NULL: jump to off bc"),
        (LtJump, 1, "jrr", "if bool(r[b] < r[c]) == bool(x): jump to off a"),
        (LeJump, 1, "jrr", "if bool(r[b] <= r[c]) == bool(x): jump to off a"),
        (EqJump, 1, "jrr", "if bool(r[b] == r[c]) == bool(x): jump to off a"),
        (NeJump, 1, "jrr", "if bool(r[b] != r[c]) == bool(x): jump to off a"),
        (GtJump, 1, "jrr", "if bool(r[b] > r[c]) == bool(x): jump to off a"),
        (GeJump, 1, "jrr", "if bool(r[b] >= r[c]) == bool(x): jump to off a"),
        (LtImmJump, 1, "jri", "as LtJump with the integer c"),
        (LeImmJump, 1, "jri", "as LeJump with the integer c"),
        (EqImmJump, 1, "jri", "as EqJump with the integer c"),
        (NeImmJump, 1, "jri", "as NeJump with the integer c"),
        (GtImmJump, 1, "jri", "as GtJump with the integer c"),
        (GeImmJump, 1, "jri", "as GeJump with the integer c"),
        // ---- attributes and items
        (LoadAttr, 3, "drn", "r[a] = r[b].names[c]; ext 1, 2: cache"),
        (LoadMethod, 3, "srn", "looks up r[b].names[c] for a call: r[a] = unbound function and r[a+1] = r[b], or r[a] = attribute and r[a+1] = NULL; ext 1, 2: cache"),
        (StoreAttr, 3, "rrn", "r[a].names[c] = r[b]; ext 1, 2: cache"),
        (DelAttr, 1, "r-n", "del r[a].names[c]"),
        (LoadSuperAttr, 3, "dsn", "super(r[b+1], r[b+2]).names[c] where r[b] is the object that the name `super` gave; x bit 0: as LoadMethod into r[a], r[a+1], else r[a] only; x bit 1: the source said super() without arguments; ext 1, 2: cache"),
        (LoadSpecial, 1, "sru", "special method c of type(r[b]) for a call: r[a] = function, r[a+1] = self or NULL; c: 0 __enter__, 1 __exit__, 2 __aenter__, 3 __aexit__; error text of the with statement if missing"),
        (LoadSubscr, 1, "drr", "r[a] = r[b][r[c]]"),
        (StoreSubscr, 1, "rrr", "r[a][r[b]] = r[c]"),
        (DelSubscr, 1, "rr-", "del r[a][r[b]]"),
        (LoadSlice, 1, "drs", "r[a] = r[b][r[c]:r[c+1]]"),
        (StoreSlice, 1, "rrs", "r[a][r[c]:r[c+1]] = r[b]"),
        // ---- calls; the window is r[b] callable, r[b+1] self or NULL, r[b+2..] arguments. It is dead afterwards.
        (Call, 2, "dsu", "r[a] = call of window b with c arguments (self not counted); ext 1: cache"),
        (CallKw, 2, "dsu", "as Call; c arguments in all, of which the last are keywords named by the tuple consts[ext 1 low 32 bits]"),
        (CallEx, 1, "ds-", "r[a] = r[b](*r[b+2], **r[b+3]); r[b+1] is NULL or self; r[b+2] any iterable (a tuple or list usually), r[b+3] a dict or NULL"),
        (CallIntrinsic, 1, "dsu", "r[a] = intrinsic c with arguments from r[b] on; see `Intrinsic`"),
        // ---- building
        (BuildTuple, 1, "dsu", "r[a] = tuple(r[b .. b+c])"),
        (BuildList, 1, "dsu", "r[a] = list(r[b .. b+c])"),
        (BuildSet, 1, "dsu", "r[a] = set(r[b .. b+c]), hashed in order"),
        (BuildMap, 1, "dsu", "r[a] = dict of c pairs: key r[b+2i], value r[b+2i+1]"),
        (BuildString, 1, "dsu", "r[a] = ''.join(r[b .. b+c]), all exact str"),
        (BuildSlice, 1, "dsu", "r[a] = slice(r[b], r[b+1][, r[b+2]]); c = 2 or 3"),
        (ListAppend, 1, "rr-", "r[a].append(r[b]); r[a] is an exact list"),
        (ListExtend, 1, "rr-", "r[a].extend(r[b]); x=1: r[b] comes from *x in a display or call (error text 'Value after * must be an iterable, not ...')"),
        (ListToTuple, 1, "dr-", "r[a] = tuple(r[b]); r[b] is an exact list"),
        (SetAdd, 1, "rr-", "r[a].add(r[b])"),
        (SetUpdate, 1, "rr-", "r[a].update(r[b])"),
        (DictSet, 1, "rrr", "r[a][r[b]] = r[c]; r[a] is an exact dict"),
        (DictUpdate, 1, "rr-", "r[a].update(r[b]), r[b] must be a mapping (error text of {**x})"),
        (DictMerge, 1, "rrr", "r[a] gets the items of mapping r[b]; a repeated key or a non-mapping is a TypeError naming the callable r[c]"),
        (Convert, 1, "dr-", "r[a] = str/repr/ascii(r[b]) for x = 1, 2, 3"),
        (FormatSimple, 1, "dr-", "r[a] = format(r[b], '')"),
        (FormatSpec, 1, "drr", "r[a] = format(r[b], r[c])"),
        (BuildInterpolation, 1, "ds-", "t-string field: value r[b], expression text r[b+1], format spec r[b+2]; x = conversion 0..3"),
        (BuildTemplate, 1, "drr", "r[a] = Template of strings tuple r[b] and interpolations tuple r[c]"),
        // ---- unpacking
        (UnpackSeq, 1, "sru", "r[a .. a+c] = the c items of r[b]"),
        (UnpackEx, 2, "sru", "r[a .. a+c] = first items of r[b], r[a+c] = list of the middle, then the last (ext 1 low 32 bits) items"),
        // ---- iteration, generators, coroutines
        (GetIter, 1, "dr-", "r[a] = iter(r[b])"),
        (ForIter, 2, "dr-", "r[a] = next(r[b]) and continue; when exhausted jump to off (ext 1 low 32 bits)"),
        (GetYieldFromIter, 1, "dr-", "r[a] = r[b] if a generator, or a coroutine in a coroutine, else iter(r[b])"),
        (Send, 2, "drr", "sends r[c] to the iterator r[b] (next() if None): it yields: r[a] = the value and continue; it returns: r[a] = the result and jump to off (ext 1 low 32 bits)"),
        (Yield, 1, "dr-", "yields r[b] and suspends; r[a] = the value sent on resumption. x bit 0: yield in an async generator (the value is wrapped); x bit 1: this yield belongs to a yield from/await whose iterator is r[c]"),
        (GetAwaitable, 1, "dr-", "r[a] = awaitable iterator of r[b]; x: 0 await, 1 __aenter__, 2 __aexit__ (for error texts)"),
        (GetAIter, 1, "dr-", "r[a] = type(r[b]).__aiter__(r[b]), checked"),
        (GetANext, 1, "dr-", "r[a] = awaitable of type(r[b]).__anext__(r[b])"),
        (EndAsyncFor, 1, "rJ", "if exception r[a] is StopAsyncIteration: jump to off bc, else re-raise it"),
        (CleanupThrow, 2, "dr-", "handler of a yield from: if exception r[b] is StopIteration then r[a] = its value and jump to off (ext 1 low 32 bits), else re-raise it"),
        (Return, 1, "r--", "returns r[a]"),
        (Resume, 2, "---", "function entry: polls interrupts; ext 1: hot counter"),
        // ---- exceptions
        (Raise, 1, "rr-", "x=0: raise the handled exception again; x=1: raise r[a]; x=2: raise r[a] from r[b]"),
        (Reraise, 1, "r--", "raises exception object r[a] without a new traceback entry for this frame"),
        (PushExc, 1, "dr-", "r[a] = the handled exception of this level (or NULL); handled exception = r[b]"),
        (PopExc, 1, "r--", "handled exception = r[a] (as PushExc saved it)"),
        (ExcMatch, 1, "drr", "r[a] = bool: exception r[b] matches r[c] (class or tuple of classes, checked: TypeError)"),
        (ExcGroupMatch, 1, "srr", "except*: splits exception r[b] by types r[c]: r[a] = matching group or None, r[a+1] = rest or None"),
        (PrepReraiseStar, 1, "drr", "r[a] = exception to raise after except* clauses from original r[b] and list of raised r[c], or None"),
        (ExcTriple, 1, "sr-", "r[a], r[a+1], r[a+2] = type, value, traceback of exception r[b]"),
        // ---- functions, classes, imports
        (MakeFunction, 1, "dK", "r[a] = function of code consts[bc] over the frame's globals"),
        (SetFunctionAttr, 1, "rr-", "x: 0 defaults tuple, 1 keyword defaults dict, 2 __annotate__ function, 3 closure tuple, 4 type parameters tuple; of function r[a] = r[b]"),
        (ImportName, 1, "dsn", "r[a] = __import__(names[c], globals, locals, fromlist r[b+1], level r[b])"),
        (ImportFrom, 1, "drn", "r[a] = from r[b] import names[c]"),
        (ImportStar, 1, "r--", "from r[a] import * into the frame's locals"),
        (SetupAnnotations, 1, "---", "makes __annotations__ in the frame's locals if missing"),
        // ---- pattern matching
        (MatchSequence, 1, "dr-", "r[a] = bool: r[b] is a sequence for patterns"),
        (MatchMapping, 1, "dr-", "r[a] = bool: r[b] is a mapping for patterns"),
        (MatchClass, 2, "drr", "class pattern: subject r[b], class r[c], number of positional patterns x, keyword names tuple consts[ext 1 low 32 bits]: r[a] = tuple of attributes or None"),
        (MatchKeys, 1, "drr", "mapping pattern: subject r[b], keys tuple r[c]: r[a] = tuple of values or None"),
        (MatchRest, 1, "drr", "r[a] = dict(r[b]) without the keys of tuple r[c] (**rest)"),
        (GetLen, 1, "dr-", "r[a] = len(r[b])"),
    }};
}

macro_rules! define_ops {
    ($(($name:ident, $len:expr, $operands:expr, $doc:expr),)*) => {
        /// An opcode of the compiler's output.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
        #[repr(u8)]
        pub enum Op { $(#[doc = $doc] $name,)* }

        impl Op {
            /// Every opcode in order.
            pub const ALL: &'static [Op] = &[$(Op::$name,)*];
            const NAMES: &'static [&'static str] = &[$(stringify!($name),)*];
            const LENS: &'static [u8] = &[$($len,)*];
            const OPERANDS: &'static [&'static str] = &[$($operands,)*];
            const DOCS: &'static [&'static str] = &[$($doc,)*];
        }
    };
}
for_each_op!(define_ops);

impl Op {
    /// Tells one table of opcodes from another: what was compiled for one must not run with another.
    pub const MAGIC: u16 = {
        let (mut hash, mut i) = (0x811c_9dc5u32, 0);
        while i < Self::ALL.len() {
            let texts = [
                Self::NAMES[i].as_bytes(),
                Self::OPERANDS[i].as_bytes(),
                Self::DOCS[i].as_bytes(),
                &[Self::LENS[i]],
            ];
            let mut k = 0;
            while k < texts.len() {
                let mut at = 0;
                while at < texts[k].len() {
                    hash = (hash ^ texts[k][at] as u32).wrapping_mul(0x0100_0193);
                    at += 1;
                }
                k += 1;
            }
            i += 1;
        }
        (hash ^ hash >> 16) as u16
    };
    /// The opcode of a byte; a byte that is no opcode reads as `Nop`.
    #[inline]
    pub const fn from_byte(byte: u8) -> Op {
        if (byte as usize) < Self::ALL.len() {
            Self::ALL[byte as usize]
        } else {
            Op::Nop
        }
    }
    /// Its name.
    pub const fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
    /// Words it takes, extra words included.
    #[allow(clippy::len_without_is_empty)]
    pub const fn len(self) -> usize {
        Self::LENS[self as usize] as usize
    }
    /// Operand letters, see the module's header.
    pub const fn operands(self) -> &'static str {
        Self::OPERANDS[self as usize]
    }
}

/// What `x` of `Jump` and `JumpBack` tells trace functions.
pub mod jump {
    /// A `break` or `continue`: its line counts. (With `x` = 0 a jump belongs to no line.)
    pub const LINE: u8 = 1;
    /// The end of an endless loop: stands for the line of the loop.
    pub const LOOP: u8 = 2;
    /// Goes on waiting in an `await` or `yield from`: begins no line.
    pub const AWAIT: u8 = 3;
}

macro_rules! define_intrinsics {
    ($(($name:ident, $doc:expr),)*) => {
        /// Rare operations behind `CallIntrinsic`.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum Intrinsic { $(#[doc = $doc] $name,)* }
        impl Intrinsic {
            /// Every intrinsic in order.
            pub const ALL: &'static [Intrinsic] = &[$(Intrinsic::$name,)*];
            /// Its name.
            pub const fn name(self) -> &'static str {
                const NAMES: &[&str] = &[$(stringify!($name),)*];
                NAMES[self as usize]
            }
        }
    };
}
impl Intrinsic {
    /// Registers that it reads.
    pub const fn arguments(self) -> u32 {
        match self {
            Intrinsic::TypeVarWithBound
            | Intrinsic::TypeVarWithConstraints
            | Intrinsic::SetTypeParamDefault => 2,
            Intrinsic::TypeAlias => 3,
            Intrinsic::AsyncGenUnused => 0,
            _ => 1,
        }
    }
}
define_intrinsics! {
    (Print, "sys.displayhook(r[b])"),
    (StopIterationError, "the RuntimeError for StopIteration (or StopAsyncIteration) r[b] that leaves a generator, else r[b] itself"),
    (TypeVar, "TypeVar named r[b]"),
    (TypeVarWithBound, "TypeVar named r[b], bound evaluated by function r[b+1]"),
    (TypeVarWithConstraints, "TypeVar named r[b], constraints evaluated by function r[b+1]"),
    (ParamSpec, "ParamSpec named r[b]"),
    (TypeVarTuple, "TypeVarTuple named r[b]"),
    (SetTypeParamDefault, "type parameter r[b] gets the lazy default r[b+1]; the result is r[b]"),
    (SubscriptGeneric, "typing.Generic[r[b]] for the tuple of type parameters r[b]"),
    (TypeAlias, "TypeAliasType: name r[b], type parameters tuple or None r[b+1], value function r[b+2]"),
    (AsyncGenUnused, "reserved"),
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn bytes_round_trip() {
        assert!(Op::ALL.len() < 200, "room for specialised forms");
        for (i, op) in Op::ALL.iter().enumerate() {
            assert_eq!(*op as usize, i);
            assert_eq!(
                op.operands().len(),
                if op.operands().ends_with(|c: char| c.is_ascii_uppercase()) {
                    2
                } else {
                    3
                }
            );
        }
    }
}
