//! The recorder: follows the interpreter instruction by instruction and writes down what it does as trace IR.
//!
//! It stands in the loop as a handler table of its own ([`crate::vm::run::recorded`]): each instruction is looked at before
//! it runs (which operands it has) and again when the next one begins (where it led). What the recorder has no operations
//! for becomes a call of the interpreter's own body of that instruction, so every instruction can be recorded.
//!
//! Invariants: a guard stands before anything that its instruction changes, so that its exit can run the instruction anew.
//! Registers are written to their homes at once; floats as bare bits where the snapshot says so. Frames of calls that the trace
//! goes into have no header in memory until something may look at them; the snapshot of each guard tells what is missing.

mod arith;
mod attributes;
mod binding;
mod builtins;
mod calls;
mod carried;
mod close;
mod containers;
mod counted;
mod emit;
mod entered;
mod floats;
mod generators;
mod instances;
mod integers;
mod items;
mod iterators;
mod looks;
mod made;
mod matching;
mod named_tuples;
mod names;
mod natives;
mod operators;
mod ranges;
mod reflection;
mod reliance;
mod residual;
mod soft;
mod sources;
mod state;
mod step;
mod texts;
mod typed;
mod typed_header;
mod virtuals;

use crate::tier::exits::{Base, ExitKind, Shot};
use crate::tier::params::Params;
use skein_compiler::bytecode::Word;
use skein_compiler::bytecode::ops::Op as Code;
use skein_jit::ir::looks::{Looks, Seen as Look, Words};
use skein_jit::ir::{ExitId, Op, Trace, Val};
use skein_runtime::prelude::*;
use state::{Fact, Frame, Register};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;
pub use step::LEAVES;

/// Why a recording was given up; the texts are keys of the statistics.
pub type Abort = &'static str;
/// Whether the recording goes on.
pub type Recorded<T = ()> = Result<T, Abort>;

/// What a recording begins at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// A loop whose header is at that address; the counter that found it is the word after `back`.
    Loop {
        /// The first instruction of a turn.
        header: u64,
        /// The `JumpBack` that led there.
        back: u64,
    },
    /// An exit.
    Exit(u32),
    /// An instruction at that address, with all frames in memory: a function's entry, or where machine code was left.
    Anchor(u64),
}

/// The state in which a recording begins.
pub enum Start<'a> {
    /// The running frame's, of which nothing is known.
    Anywhere,
    /// An exit's, and how many of its frames but the first the `Vm` counts.
    Exit(&'a Shot, u32),
}

/// An operand as it was before the instruction ran.
#[derive(Clone, Copy, Default, Debug)]
pub struct Seen {
    /// Its word. Not a reference: the object may be gone.
    pub bits: u64,
    /// Its shape, 0 for immediates.
    pub shape: u32,
    /// Its kind, if it is a heap object.
    pub kind: Option<Kind>,
}

impl Seen {
    fn of(v: Value) -> Seen {
        Seen {
            bits: v.bits(),
            shape: v.shape_id(),
            kind: v.kind(),
        }
    }
    fn is_int(self) -> bool {
        self.bits & 1 == 1
    }
    fn is_float(self) -> bool {
        self.bits & 3 == 2
            || self.bits == Value::ZERO.bits()
            || self.bits == Value::NEG_ZERO.bits()
            || self.shape == ids::FLOAT
    }
}

/// An instruction that runs now.
#[derive(Clone, Copy)]
pub struct Pending {
    /// Its address.
    pub pc: u64,
    /// Its word, with the opcode that the compiler wrote.
    pub word: Word,
    /// The registers that its fields name.
    pub a: Seen,
    /// See `a`.
    pub b: Seen,
    /// See `a`.
    pub c: Seen,
    /// For calls: the argument that says whether there is a self.
    pub next: Seen,
    /// What else is looked at.
    pub more: natives::More,
    /// For returns: the frame has no frame object and is not the first of its piece of stack.
    pub plain: bool,
}

/// A finished recording.
pub struct Finished {
    /// What it began at.
    pub origin: Origin,
    /// The trace.
    pub trace: Trace,
    /// Its exits, numbered from `first_exit`.
    pub exits: Vec<(ExitKind, Rc<Shot>, u32)>,
    /// The number of the first.
    pub first_exit: u32,
    /// The loop that it belongs to.
    pub root: usize,
    /// Words of the stack that its calls need.
    pub room: u32,
}

/// The state at the loop's start, for the test at its end.
struct LoopStart {
    /// The registers of the root frame.
    registers: Vec<Register>,
    /// Registers that are phis, by word or by float.
    phis: Vec<(usize, bool)>,
    /// Shapes that were known of values then and can change.
    shapes: Vec<(Val, u32)>,
    versions: Rc<HashMap<u64, u32>>,
    tested: reliance::Tested,
    carried: carried::Carried,
    length: usize,
}

/// A pure operation on values.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Binary(skein_jit::ir::Binary, Val, Val),
    Compare(skein_jit::ir::Cond, Val, Val),
    ToFloat(Val),
}

/// A recording.
pub struct Recorder {
    /// What it began at.
    pub origin: Origin,
    /// The loop that it belongs to.
    pub root: usize,
    params: Params,
    ops: Vec<Op>,
    facts: Vec<Fact>,
    constants: HashMap<u64, Val>,
    float_constants: HashMap<u64, Val>,
    /// Pure operations written so far.
    known_ops: HashMap<Key, Val>,
    /// Ints that may have either form.
    wide: HashSet<Val>,
    /// Words in objects' fields, by base and offset, until something may have changed them.
    fields: HashMap<(Val, i32), Val>,
    /// Conditions tested so far, and how they turned out.
    guarded: std::collections::HashSet<(Val, bool)>,
    /// The stack's top at entry.
    top: Option<Val>,
    /// Truth values of words that are `True` or `False`.
    truths: HashMap<Val, Val>,
    context: Val,
    vm: Val,
    frames: Vec<Frame>,
    /// Frames but the first that `Vm::depth` counts.
    depth: u32,
    pending: Option<Pending>,
    exits: Vec<(ExitKind, Rc<Shot>, u32)>,
    first_exit: u32,
    /// The exit for operations that went another way.
    left: Option<usize>,
    shot: Option<(Rc<Shot>, Arc<Look>)>,
    /// What the exits look at.
    looks: Looks,
    /// Registers of the loop's frame that were written before the loop began.
    touched: Words,
    /// The header of the loop that an exit at one leads into.
    typed_header: Option<u64>,
    /// The memory of the frame that the recording began in is looked at when it is left: it is a generator's, or other frames stand there.
    root_stays: bool,
    loop_start: Option<LoopStart>,
    /// Dicts whose keys' version, types whose version and functions whose code (by its serial number) are as they were, as was found since
    /// anything ran that could change it.
    versions: Rc<HashMap<u64, u32>>,
    /// What the trace relies on as long as nobody says that it changed.
    reliance: reliance::Reliance,
    /// Turns of inner loops seen, by header.
    turns: HashMap<u64, u64>,
    steps: u64,
    /// The frame below the first one, as the instruction being followed began.
    root_caller: usize,
    /// Shapes that the operations name and that are not kept alive yet.
    shapes: Vec<u32>,
    /// The turn that is recorded may be a loop's last one.
    pub may_leave: bool,
    /// The stack's top when the recording began.
    actual_top: usize,
    /// The operation that says how many words of stack are needed, to be filled in at the end.
    room: Option<Val>,
    most_words: u32,
    /// The most of these.
    room_needed: u32,
    /// The instruction being written down has changed something: no guard may follow that runs it anew.
    begun: bool,
    /// The instruction being written down ran Python code in a native function.
    pub ran_python: bool,
    /// How often variables were set through frames when the recording began.
    locals_written: u64,
    /// Shapes of dissolved objects that are tuples of a class of its own.
    tuple_shapes: HashSet<u32>,
    /// Objects that are not allocated.
    virtuals: Vec<virtuals::Virtual>,
    /// Places of the activation that hold what is in them, one bit each.
    places: u64,
    /// Which registers are read again, by the code's serial number, the instruction and the return word that is waited for.
    live: HashMap<(u32, u32, u64), Option<Rc<[bool]>>>,
    /// Objects may stay unallocated.
    dissolves: bool,
    /// Set by an instruction that ends the trace.
    ended: Option<skein_jit::ir::End>,
}

impl Recorder {
    /// Begins at the running frame, which is about to run the instruction at `pc`.
    pub fn new(
        vm: &mut Vm,
        origin: Origin,
        root: usize,
        params: Params,
        first_exit: u32,
        start: Start,
    ) -> Option<Recorder> {
        let frame = vm.current_frame()?;
        let mut r = Recorder {
            origin,
            root,
            params,
            ops: Vec::new(),
            facts: Vec::new(),
            constants: HashMap::new(),
            float_constants: HashMap::new(),
            known_ops: HashMap::new(),
            wide: HashSet::new(),
            fields: HashMap::new(),
            guarded: Default::default(),
            top: None,
            truths: HashMap::new(),
            context: Val(0),
            vm: Val(0),
            frames: Vec::new(),
            depth: 0,
            pending: None,
            exits: Vec::new(),
            first_exit,
            left: None,
            shot: None,
            looks: Looks::default(),
            touched: Words::default(),
            typed_header: None,
            root_stays: frame.generator().is_some(),
            loop_start: None,
            versions: Rc::default(),
            reliance: Default::default(),
            turns: HashMap::new(),
            steps: 0,
            root_caller: 0,
            shapes: Vec::new(),
            actual_top: vm.stack_top.get() as usize,
            room: None,
            most_words: 0,
            room_needed: 0,
            may_leave: false,
            begun: false,
            ran_python: false,
            locals_written: vm.locals_written.get(),
            tuple_shapes: HashSet::new(),
            virtuals: Vec::new(),
            places: 0,
            live: HashMap::new(),
            dissolves: crate::tier::dissolves(),
            ended: None,
        };
        r.context = r.emit(Op::Context);
        r.vm = r.emit(Op::Load(
            skein_jit::ir::Width::W64,
            r.context,
            crate::tier::enter::offset::VM,
        ));
        let fp = r.emit(Op::Frame);
        match start {
            Start::Anywhere => {
                // The instructions' addresses mean this code for as long as the trace is there.
                crate::tier::keep(vm, frame.code().value());
                r.root_frame(frame, Base::Root, fp);
            }
            Start::Exit(shot, depth) => {
                r.depth = depth;
                r.restore(vm, shot, fp)?;
            }
        }
        Some(r)
    }

    /// The frame that the recording begins in, as the interpreter left it.
    fn root_frame(&mut self, frame: skein_runtime::tasklet::stack::Frame, base: Base, fp: Val) {
        let code = frame.code();
        self.frames.push(Frame {
            base,
            fp,
            code,
            function: frame.function().value().bits(),
            pc: 0,
            ret: 0,
            written: true,
            shown: true,
            written_pc: 0,
            pinned: false,
            generator: frame.generator().is_some(),
            registers: vec![Register::default(); code.nregs as usize],
            actual: frame.fp() as usize,
        });
    }

    /// The recording's frames as an exit tells them; in memory they are complete.
    fn restore(&mut self, vm: &mut Vm, shot: &Shot, fp: Val) -> Option<()> {
        let mut actual = Vec::new();
        let mut f = vm.current_frame();
        for _ in shot.iter() {
            let frame = f?;
            actual.push(frame);
            f = frame.caller();
        }
        actual.reverse();
        self.actual_top = match shot.iter().zip(&actual).find_map(|(s, f)| match s.base {
            Base::Top(words) => Some(f.fp() as usize - 8 * words as usize),
            _ => None,
        }) {
            Some(top) => top,
            None => vm.stack_top.get() as usize,
        };
        for o in &shot.objects {
            let class = vm.shapes.try_get(o.shape).and_then(|s| s.ty.get());
            if o.shape >= ids::FIRST_DYNAMIC && class.is_some_and(|t| t.kind.get() == Kind::Tuple) {
                self.tuple_shapes.insert(o.shape);
            }
        }
        self.restore_virtuals(shot);
        self.versions = shot.versions.clone();
        let root = shot.iter().zip(&actual).find(|(s, _)| s.base == Base::Root);
        self.root_stays = root.is_some_and(|(_, f)| f.generator().is_some());
        for (s, f) in shot.iter().zip(actual) {
            let base = match s.base {
                Base::Root => fp,
                Base::Top(words) => self.top_address(words),
                Base::Bank(i) => self.load(
                    self.context,
                    crate::tier::enter::offset::BANK + 8 * i as i32,
                ),
            };
            let mut registers = vec![Register::default(); s.registers as usize];
            for (i, known) in &s.known {
                registers[*i as usize].known = *known;
            }
            for i in &s.raw {
                registers[*i as usize].raw = true;
            }
            for (i, c) in &s.constants {
                registers[*i as usize].word = Some(self.constant(*c));
                registers[*i as usize].unset = true;
            }
            for (i, object) in &s.virtuals {
                registers[*i as usize] = self.virtual_register(*object as u32);
                registers[*i as usize].changed = false;
            }
            self.frames.push(Frame {
                base: s.base,
                fp: base,
                code: f.code(),
                function: match s.function {
                    0 => 0,
                    _ => f.function().value().bits(),
                },
                pc: s.pc,
                ret: s.ret,
                written: s.written,
                shown: s.shown,
                written_pc: 0,
                pinned: s.pinned || !s.written && s.function != 0,
                generator: f.generator().is_some(),
                registers,
                actual: f.fp() as usize,
            });
        }
        self.restore_top();
        Some(())
    }

    /// A place of the activation's bank that no frame of the recording uses. What frames that are gone had there is needed only
    /// by exits that are passed already.
    fn free_place(&self) -> Recorded<u32> {
        let used = |k: u32| self.frames.iter().any(|f| f.base == Base::Bank(k));
        (0..crate::tier::enter::BANK as u32)
            .find(|k| !used(*k))
            .ok_or("too many frames")
    }
    fn frame(&self) -> &Frame {
        &self.frames[self.frames.len() - 1]
    }
    fn frame_mut(&mut self) -> &mut Frame {
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }
    fn op(p: &Pending) -> Code {
        p.word.op()
    }
}

/// An exit's number among all.
fn exit_id(first: u32, index: usize) -> ExitId {
    ExitId(first + index as u32)
}
