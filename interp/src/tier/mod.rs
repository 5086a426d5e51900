//! The tracing tier: which loops are hot, what was compiled for them, and the way in and out of it.
//!
//! A loop's back edge counts its turns in the word behind it; when there were enough, the next turns are recorded
//! ([`crate::record`]) and compiled. From then on the back edge leads into machine code. An exit that is taken often enough gets a
//! recording of its own, a *bridge*, which the exit's slot then leads to.
//!
//! The state belongs to the thread that runs the `Vm`. Objects that machine code names are kept alive by a list in it.

pub mod bodies;
mod compile;
mod dump;
pub mod enter;
pub mod exits;
mod forget;
pub mod layout;
pub mod params;
pub mod python;
pub mod rebuild;
mod settings;
mod stats;
mod worker;

use crate::record::{LEAVES, Origin, Recorder, Start};
use crate::vm::frames::make_room;
use crate::vm::run::cx::{Cx, Pc, header_word, word_at};
use crate::vm::run::{recorded, traced};
use exits::{Exit, ExitKind};
pub use forget::before_collection;
use params::Params;
use settings::Dump;
pub use settings::{configure, number};
use skein_compiler::bytecode::ops::Op;
use skein_jit::backend::Options;
use skein_jit::opt::{Pass, Passes};
use skein_runtime::builtins::code::PyCode;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::at;
use stats::{Clock, Place, Stats, TraceInfo};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::time::Instant;
use worker::Compiler;

/// Code that can be entered from anywhere: a loop's, a function's, or what follows where machine code was left.
struct Loop {
    /// Its address, which other traces read.
    code: Box<u64>,
    header: u64,
    failures: u64,
    bridges: u64,
    /// Times that the interpreter entered it, and the clock's ticks until it was left, since they were looked at last.
    entries: u64,
    ticks: u64,
    /// Since then, it was left where a bridge may still come.
    growing: bool,
    /// Times that entering it was found not to be worth it.
    retired: u32,
    /// It is to be recorded anew, and how often that was found.
    outdated: bool,
    respecialised: u64,
    /// Words of the stack that the calls in its traces need.
    room: u32,
    /// Times that a recording found itself in the loop's last turn.
    left: u64,
}

/// Such recordings after which the last turn will do.
const MOST_LEFT: u64 = 5;

/// Words of the stack that are to be free where a recording begins.
const ROOM_TO_RECORD: usize = 512;
/// And above what the traces so far need where a loop is entered: bridges may need more.
const SPARE_ROOM: usize = 64;

/// Where machine code was left, or a function begins.
#[derive(Default)]
struct Anchor {
    count: u64,
    failures: u64,
    root: Option<usize>,
    /// The address of the code for it, or of the dispatcher while there is none; traces that go on here read it.
    link: Option<Box<u64>>,
}

/// See [`Tier::reluctance`].
const MOST_RELUCTANT: f64 = 4.0;

/// The table for going on in machine code at an instruction that is known only then.
const DISPATCH: usize = 4096;
type DispatchTable = Box<[[Cell<u64>; 2]]>;

#[derive(Default)]
struct Tier {
    enabled: bool,
    dump: Dump,
    /// Where dumps go, if not to standard error.
    dump_file: Option<std::fs::File>,
    /// Statistics are wanted at the end: in that file, or on standard error.
    stats_file: Option<Option<std::path::PathBuf>>,
    /// The process that was asked for them, which its forked children are not.
    process: u32,
    params: Params,
    passes: Passes,
    compiler: Option<Compiler>,
    /// What was given to it and did not come back yet.
    pending: VecDeque<compile::Pending>,
    loops: Vec<Loop>,
    by_header: HashMap<u64, usize>,
    exits: Vec<Exit>,
    /// The code behind exits at headers.
    ways_in: HashMap<exits::Header, u64>,
    anchors: HashMap<u64, Anchor>,
    dispatch: DispatchTable,
    /// Holds the address of the code that goes on anywhere.
    dispatcher: Box<u64>,
    /// What was entered last is not to be entered for so many turns.
    closed: Option<u64>,
    recorder: Option<Box<Recorder>>,
    /// Stays in machine code that are not over, on whatever native stack.
    active: usize,
    /// Times that all code was forgotten.
    forgotten: usize,
    stats: Stats,
    /// How often instructions were left to the interpreter in machine code, by name; kept for code that counts in them.
    residuals: HashMap<String, Box<Cell<u64>>>,
    /// What guards count that fail for tests.
    chaos: Box<Cell<u64>>,
    clock: Clock,
    traces: Vec<TraceInfo>,
    /// The code and the instruction at which the last recording began, as words.
    recording_at: (u64, u64),
    /// When the recording in progress began.
    recording_since: Option<Instant>,
}

impl Tier {
    /// True if recording and compiling have not had their share of the time yet: what is put off is asked again later.
    fn may_record(&mut self) -> bool {
        self.recover_from_fork();
        if self.pending.len() as u64 >= self.params.queue.max(1)
            || self.stats.bytes >= self.params.code.saturating_mul(1 << 20)
        {
            self.stats.put_off += 1;
            return false;
        }
        let elapsed = self.clock.elapsed_ns();
        let granted = (elapsed / 100)
            .saturating_mul(self.params.share)
            .saturating_add(self.params.allowance.saturating_mul(1_000_000));
        let ok = self.stats.spent_ns + self.stats.record_ns <= granted;
        self.stats.put_off += !ok as u64;
        ok
    }
    /// By how much more often than usual an exit has to be taken. Where machine code has not paid for itself, there is little reason
    /// to make more.
    fn reluctance(&self) -> u64 {
        let earned = (self.clock.inside_ns() / 100)
            .saturating_mul(self.params.payoff)
            .saturating_add(self.params.credit.saturating_mul(1_000_000));
        let times = self.stats.compile_ns as f64 / earned.max(1) as f64;
        times.clamp(1.0, MOST_RELUCTANT) as u64
    }
    /// Turns of a loop before it is recorded, as its counter can hold them.
    fn threshold(&self) -> u64 {
        self.params.threshold.clamp(1, NEVER)
    }
    fn stop_clock(&mut self) {
        if let Some(since) = self.recording_since.take() {
            self.stats.record_ns += since.elapsed().as_nanos() as u64;
        }
    }
}

thread_local! {
    static TIER: RefCell<Tier> = RefCell::default();
}

impl Tier {
    /// Makes the code generator; false if there is none for this machine.
    fn prepare(&mut self, vm: &Vm) -> bool {
        if self.compiler.is_some() || !self.enabled {
            return self.compiler.is_some();
        }
        self.dispatch = (0..DISPATCH).map(|_| Default::default()).collect();
        let dispatch = skein_jit::backend::Dispatch {
            table: self.dispatch.as_ptr() as u64,
            size: DISPATCH as u64,
            attention: vm.attention.as_ptr() as u64,
            plain: traced::plain() as u64,
            machine: enter::offset::VM,
            left: enter::offset::LEFT,
            top: enter::offset::TOP,
            handlers: skein_runtime::layout::VM_DISPATCH,
            frame: skein_runtime::layout::VM_FRAME,
            stack_top: skein_runtime::layout::VM_STACK_TOP,
        };
        let options = Options {
            verify: cfg!(debug_assertions),
            branches: self.params.branch_guards != 0,
        };
        // Dumps show each trace from its recording to its code.
        let background = self.params.background != 0 && !self.dump.any();
        match Compiler::new(options, dispatch, background) {
            Ok(compiler) => {
                *self.dispatcher = compiler.glue.dispatch;
                // Number 0: machine code is left where no code is for the instruction to go on at.
                let slot: std::rc::Rc<[Cell<u64>]> = [Cell::new(compiler.glue.leave)].into();
                self.exits.push(Exit {
                    kind: ExitKind::Left,
                    frames: Default::default(),
                    depth: 0,
                    slot: (slot, 0),
                    count: 0,
                    total: 0,
                    failures: 0,
                    root: 0,
                    bridged: false,
                    ahead_of: None,
                });
                self.compiler = Some(compiler);
                true
            }
            Err(why) => {
                *self.stats.aborts.entry("no code generator").or_default() += 1;
                if self.dump.trace {
                    self.print(&format!("; no machine code: {why}\n"));
                }
                self.enabled = false;
                false
            }
        }
    }

    /// Code for an instruction has a new address.
    fn publish(&mut self, pc: u64, code: u64) {
        let pair = &self.dispatch[(pc >> 3) as usize % DISPATCH];
        pair[1].set(code);
        pair[0].set(pc);
        if let Some(link) = self.anchors.get_mut(&pc).and_then(|a| a.link.as_mut()) {
            **link = code;
        }
    }

    fn new_root(&mut self, header: u64) -> usize {
        self.loops.push(Loop {
            code: Box::new(0),
            header,
            failures: 0,
            bridges: 0,
            entries: 0,
            ticks: 0,
            growing: false,
            retired: 0,
            outdated: false,
            respecialised: 0,
            room: 0,
            left: 0,
        });
        self.loops.len() - 1
    }
}

/// The address that holds the code that goes on at the instruction that the activation names.
pub fn dispatcher() -> u64 {
    TIER.with_borrow(|t| &*t.dispatcher as *const u64 as u64)
}

/// The counter word of a back edge that leads into code, and of one that is not to be recorded again.
const COMPILED: u64 = 1 << 63;
const NEVER: u64 = i64::MAX as u64;

/// Writes what `-X jit-stats` asks for, if it was asked for: one JSON object, to standard error or the file named.
///
/// # Errors
/// The file cannot be written.
pub fn report() -> std::io::Result<()> {
    TIER.with_borrow_mut(|t| {
        let file = match &t.stats_file {
            Some(file) if t.process == std::process::id() => file.clone(),
            _ => return Ok(()),
        };
        t.take_compiled(true);
        let text = t.describe().pretty();
        match file {
            None => std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes()),
            Some(path) => std::fs::write(path, text),
        }
    })
}

fn code_of(word: u64) -> Option<Ref<PyCode>> {
    crate::vm::run::cx::word_value(word).cast::<PyCode>()
}

/// Where an instruction is.
fn place(code: u64, pc: u64) -> Place {
    let Some(c) = code_of(code) else {
        return Place::default();
    };
    let start = crate::vm::run::cx::code_start(c) as u64;
    let offset = pc.wrapping_sub(start) / 8;
    let op = crate::vm::run::special::original(word_at(pc as *const u64).opcode());
    let text = |v: Value| v.cast::<PyStr>().map(|s| s.text_lossy());
    let line = skein_compiler::positions::lookup(c.positions.expect().bytes(), offset as usize);
    Place {
        function: text(c.qualname.get()).unwrap_or_default(),
        file: text(c.filename.get()).unwrap_or_default(),
        line: line.map_or(c.firstlineno, |p| p.line),
        offset,
        op: op.map_or("", |o| o.name()),
    }
}

/// The instructions of a code object as text.
fn listing(code: u64) -> Option<String> {
    let packed = crate::vm::packed::pack(code_of(code)?)?;
    let unit = skein_compiler::bytecode::pack::unpack(&packed)?;
    Some(skein_compiler::bytecode::text::disassemble_alone(&unit))
}

/// Keeps an object alive for as long as machine code may name it.
pub fn keep(vm: &mut Vm, v: Value) {
    vm.code_roots.add(v);
}

/// The address of the word in which machine code counts that instructions called `name` were left to the interpreter, if
/// statistics are wanted.
pub fn residual_counter(name: impl FnOnce() -> String) -> Option<u64> {
    TIER.with_borrow_mut(|t| {
        t.stats_file
            .as_ref()
            .filter(|_| t.params.count_residuals != 0)?;
        let counter = t.residuals.entry(name()).or_default();
        Some(counter.as_ptr() as u64)
    })
}

/// The address that holds the code of the loop at `header`, if there is any.
pub fn link_for(header: u64) -> Option<u64> {
    TIER.with_borrow(|t| {
        t.by_header
            .get(&header)
            .map(|i| &*t.loops[*i].code as *const u64 as u64)
    })
}

/// The address that holds the code that goes on at the instruction `pc` once there is any, and the dispatcher until then.
pub fn link_to(pc: u64) -> u64 {
    link_for(pc).unwrap_or_else(|| {
        TIER.with_borrow_mut(|t| {
            let dispatcher = *t.dispatcher;
            let link = &mut t.anchors.entry(pc).or_default().link;
            &**link.get_or_insert_with(|| Box::new(dispatcher)) as *const u64 as u64
        })
    })
}

/// Whether turns of a loop may begin so, for a trace that belongs to loop number `root`.
pub fn may_have_way_in(key: &exits::Header, root: usize) -> bool {
    TIER.with_borrow(|t| {
        // Of loops in loops, each way from one into another would get a loop of its own.
        if t.loops[root].header != key.pc {
            return false;
        }
        let others = t.ways_in.keys().filter(|k| k.pc == key.pc && *k != key);
        (others.count() as u64) < t.params.typed_ways_in
    })
}

/// Whether recordings leave objects unallocated.
pub fn dissolves() -> bool {
    TIER.with_borrow(|t| t.passes.has(Pass::Virtuals))
}

/// The address that holds the code of loop number `root`.
pub fn slot_of(root: usize) -> u64 {
    TIER.with_borrow(|t| &*t.loops[root].code as *const u64 as u64)
}

/// True if the tier is on.
pub fn is_enabled() -> bool {
    TIER.with_borrow(|t| t.enabled)
}

/// A back edge whose counter ran out, at `cx`; the loop goes on at its header one way or another.
pub fn at_back_edge(vm: &mut Vm, cx: Cx) -> Pc {
    forget::settle(vm);
    let header = cx.target();
    let counter = cx.ext(1);
    let enabled = TIER.with_borrow_mut(|t| {
        t.take_compiled(false);
        t.enabled
    });
    if !enabled {
        // Whoever enables it while the program runs finds loops that count.
        cx.set_ext(1, Params::default().threshold);
        return header;
    }
    if let Some(root) = compiled_at(counter, header) {
        if traced::is_plain(vm) && TIER.with_borrow_mut(|t| t.is_due(root)) {
            begin_loop_as(vm, cx, header, Some(root));
            return header;
        }
        return enter_compiled(vm, cx, root, header);
    }
    let is_this = |o| matches!(o, Origin::Loop { header: h, .. } if h == header as u64);
    let (threshold, waits) = TIER.with_borrow(|t| (t.threshold(), t.awaits(is_this)));
    if waits {
        cx.set_ext(1, threshold.min(compile::POLL));
    } else if (counter == 0 || counter & COMPILED != 0) && threshold > 1 {
        cx.set_ext(1, threshold);
    } else if traced::is_plain(vm) {
        cx.set_ext(1, threshold);
        if TIER.with_borrow_mut(Tier::may_record) {
            begin_loop(vm, cx, header);
        }
    }
    header
}

/// Runs code from a counted instruction, whose counter is set anew if that was not worth it.
fn enter_loop(vm: &mut Vm, cx: Cx, root: usize, header: Pc) -> Pc {
    let at = cx.pc as u64;
    // A recording in progress knows the frames' addresses.
    let room = TIER.with_borrow(|t| match t.recorder {
        Some(_) => 0,
        None => t.loops[root].room as usize,
    });
    if room != 0 {
        make_room(vm, room + SPARE_ROOM);
    }
    let pc = run_loop(vm, root, header);
    // The code object lives as long as the trace does.
    if let Some(wait) = TIER.with_borrow_mut(|t| t.closed.take()) {
        set_counter(at, wait);
    }
    pc
}

/// The code that goes on at an instruction, which a counter may name. Code objects can be copied, their words with them: the loop's
/// own header decides.
fn compiled_at(counter: u64, header: Pc) -> Option<usize> {
    if counter & COMPILED != 0 && is_loop(counter & !COMPILED, header) {
        return Some((counter & !COMPILED) as usize);
    }
    TIER.with_borrow(|t| t.by_header.get(&(header as u64)).copied())
}

/// Notes code at its counter, and runs it if nothing looks at instructions; else the program goes on at `otherwise`.
fn enter_compiled(vm: &mut Vm, cx: Cx, root: usize, otherwise: Pc) -> Pc {
    cx.set_ext(1, COMPILED | root as u64);
    match traced::is_plain(vm) {
        true => enter_loop(vm, cx, root, otherwise),
        false => otherwise,
    }
}

fn is_loop(number: u64, header: Pc) -> bool {
    TIER.with_borrow(|t| {
        t.loops
            .get(number as usize)
            .is_some_and(|l| l.header == header as u64)
    })
}

fn begin_loop(vm: &mut Vm, cx: Cx, header: Pc) {
    begin_loop_as(vm, cx, header, None);
}

/// Records a loop, in the place of one that has code if that is named.
fn begin_loop_as(vm: &mut Vm, cx: Cx, header: Pc, outdated: Option<usize>) {
    let Some((root, params, first)) = TIER.with_borrow_mut(|t| {
        if !t.prepare(vm) {
            return None;
        }
        let known = outdated.or_else(|| {
            t.loops
                .iter()
                .position(|l| l.header == header as u64 && *l.code == 0)
        });
        let root = known.unwrap_or_else(|| t.new_root(header as u64));
        Some((root, t.params, t.exits.len() as u32))
    }) else {
        return;
    };
    let origin = Origin::Loop {
        header: header as u64,
        back: cx.pc as u64,
    };
    make_room(vm, ROOM_TO_RECORD);
    if let Some(mut r) = Recorder::new(vm, origin, root, params, first, Start::Anywhere) {
        r.may_leave = TIER.with_borrow(|t| t.loops[root].left >= MOST_LEFT);
        start(vm, r, header);
    }
}

/// A function's entry whose counter ran out: the instruction to go on at.
pub fn at_entry(vm: &mut Vm, cx: Cx) -> Pc {
    forget::settle(vm);
    let (pc, counter) = (cx.pc as u64, cx.ext(1));
    let behind = cx.after(2);
    if header_word(cx.fp, at::GENERATOR) != 0 {
        // What resumes a generator goes into it.
        cx.set_ext(1, NEVER);
        return behind;
    }
    let (enabled, threshold) = TIER.with_borrow_mut(|t| {
        t.take_compiled(false);
        (t.enabled, t.params.entry_threshold)
    });
    if !enabled {
        // Whoever enables it while the program runs finds functions that count.
        cx.set_ext(1, Params::default().entry_threshold);
        return behind;
    }
    if let Some(root) = compiled_at(counter, cx.pc) {
        return enter_compiled(vm, cx, root, behind);
    }
    if threshold == 0 {
        cx.set_ext(1, NEVER);
    } else if (counter == 0 || counter & COMPILED != 0 || !calls_itself(vm)) && threshold > 1 {
        cx.set_ext(1, threshold);
    } else if traced::is_plain(vm) {
        TIER.with_borrow_mut(|t| t.anchors.entry(pc).or_default().count = u64::MAX / 2);
        let expected =
            TIER.with_borrow(|t| t.awaits(|o| o == Origin::Anchor(pc))) || begin_at_anchor(vm, pc);
        let hopeless = TIER.with_borrow(|t| {
            let a = t.anchors.get(&pc);
            a.is_some_and(|a| a.failures >= t.params.retries)
        });
        cx.set_ext(
            1,
            match expected {
                true => threshold.min(compile::POLL),
                false if hopeless => NEVER,
                false => threshold,
            },
        );
    }
    behind
}

/// Callers among which a function that calls itself is looked for.
const RECURSION: usize = 8;

/// Whether the running function is among its callers. What is not is better recorded where it is called.
fn calls_itself(vm: &Vm) -> bool {
    let Some(running) = vm.current_frame() else {
        return false;
    };
    let mut callers = std::iter::successors(running.caller(), |f| f.caller()).take(RECURSION);
    callers.any(|f| f.code() == running.code())
}

/// Records what follows at an instruction, with all frames in memory, if that is due. True if it began.
fn begin_at_anchor(vm: &mut Vm, pc: u64) -> bool {
    forget::settle(vm);
    let Some((root, params, first)) = TIER.with_borrow_mut(|t| {
        if t.recorder.is_some() {
            return None;
        }
        let params = t.params;
        if t.awaits(|o| o == Origin::Anchor(pc)) {
            return None;
        }
        let a = t.anchors.entry(pc).or_default();
        a.count = a.count.saturating_add(1);
        if a.count < params.exit_threshold.max(1) || a.failures >= params.retries {
            return None;
        }
        a.count = 0;
        if !t.prepare(vm) || !t.may_record() {
            return None;
        }
        let root = match t.anchors.get(&pc).and_then(|a| a.root) {
            Some(root) if *t.loops[root].code != 0 => return None,
            Some(root) => root,
            None => t.new_root(pc),
        };
        t.anchors.entry(pc).or_default().root = Some(root);
        Some((root, params, t.exits.len() as u32))
    }) else {
        return false;
    };
    make_room(vm, ROOM_TO_RECORD);
    match Recorder::new(vm, Origin::Anchor(pc), root, params, first, Start::Anywhere) {
        Some(r) => {
            start(vm, r, pc as Pc);
            true
        }
        None => false,
    }
}

fn start(vm: &mut Vm, r: Recorder, pc: Pc) {
    let code = vm.current_frame().map_or(0, |f| f.code().value().bits());
    TIER.with_borrow_mut(|t| {
        t.recording_at = (code, pc as u64);
        t.recorder = Some(Box::new(r));
        t.recording_since = Some(Instant::now());
    });
    recorded::begin(vm);
}

/// Looks at the instruction about to run, for the recording in progress.
pub fn step(vm: &mut Vm, cx: Cx) {
    let Some(mut r) = TIER.with_borrow_mut(|t| t.recorder.take()) else {
        recorded::end(vm);
        return;
    };
    match r.step(vm, cx) {
        Ok(true) => TIER.with_borrow_mut(|t| t.recorder = Some(r)),
        Ok(false) => {
            recorded::end(vm);
            TIER.with_borrow_mut(Tier::stop_clock);
            let (origin, root) = (r.origin, r.root);
            match r.finish_recording() {
                Ok(f) => compile::compile(f),
                Err(why) => failed(origin, root, why),
            }
        }
        Err(why) => {
            recorded::end(vm);
            failed(r.origin, r.root, why);
        }
    }
}

/// The recording in progress waits for native code that runs the loop.
pub fn stop_clock() {
    TIER.with_borrow_mut(Tier::stop_clock);
}

/// It goes on.
pub fn start_clock() {
    TIER.with_borrow_mut(|t| {
        t.recording_since = t.recorder.as_mut().map(|r| {
            r.ran_python = true;
            Instant::now()
        })
    });
}

/// Gives up the recording in progress, if there is one.
pub fn abandon(why: &'static str) {
    if let Some(r) = TIER.with_borrow_mut(|t| t.recorder.take()) {
        failed(r.origin, r.root, why);
    }
}

fn failed(origin: Origin, root: usize, why: &'static str) {
    TIER.with_borrow_mut(|t| {
        t.stop_clock();
        if t.dump.trace {
            t.print(&format!("; recording of {origin:?} given up: {why}\n"));
        }
        *t.stats.aborts.entry(why).or_default() += 1;
        let (retries, threshold) = (t.params.retries, t.threshold());
        match origin {
            Origin::Loop { back, .. } => {
                let l = &mut t.loops[root];
                if why == LEAVES && l.left < MOST_LEFT {
                    l.left += 1;
                    // Not always at the same turn of a loop with as many turns each time.
                    set_counter(back, 1 + 3 * l.left);
                    return;
                }
                l.failures += 1;
                let wait = if *l.code != 0 {
                    // What was to be recorded anew stays as it is.
                    COMPILED | root as u64
                } else if l.failures > retries {
                    NEVER
                } else {
                    threshold.saturating_mul(4 << l.failures.min(16)).min(NEVER)
                };
                set_counter(back, wait);
            }
            Origin::Exit(e) => {
                let e = &mut t.exits[e as usize];
                e.failures += 1;
                e.count = 0;
            }
            Origin::Anchor(pc) => t.anchors.entry(pc).or_default().failures += 1,
        }
    });
}

fn set_counter(back: u64, value: u64) {
    let pc = back as *const u64;
    let cx = Cx {
        pc,
        fp: std::ptr::null_mut(),
        insn: word_at(pc),
    };
    cx.set_ext(1, value);
}

/// Runs code in the running frame, which is where it begins, until it is left. `otherwise`: where to go on if there is no code.
fn run_loop(vm: &mut Vm, number: usize, otherwise: Pc) -> Pc {
    let entry = TIER.with_borrow_mut(|t| {
        let l = &mut t.loops[number];
        l.entries += 1;
        let glue = t.compiler.as_ref()?.glue;
        t.active += 1;
        let begun = enter::ticks();
        Some((glue.enter, *l.code, t.clock.enter(begun), begun))
    });
    let Some((enter, code, outermost, begun)) = entry else {
        return otherwise;
    };
    let mut a = enter::Activation::new(vm);
    let exit = a.run(enter, code);
    let left = enter::ticks();
    let spent = left.wrapping_sub(begun);
    let Some((pc, kind, record)) = TIER.with_borrow_mut(|t| {
        if outermost {
            t.clock.leave(left);
        }
        t.active -= 1;
        t.stats.exits += 1;
        t.take_compiled(false);
        t.account(number, spent);
        if t.dump.exits {
            t.print(&format!("; loop {number} left by exit {exit}\n"));
        }
        let params = t.params;
        let recording = t.recorder.is_some();
        let first = t.exits.len() as u32;
        let served = t.serve_way_in(exit as usize);
        let awaited = t.awaits(|o| o == Origin::Exit(exit));
        let e = t.exits.get_mut(exit as usize)?;
        e.total += 1;
        let pc = match e.kind {
            ExitKind::Left => return Some((a.left as Pc, ExitKind::Left, None)),
            ExitKind::Resume => exits::write_back(vm, e, &a),
        };
        e.count += 1;
        // Code that goes everywhere is not worth a bridge for each way.
        let bridges = t.loops[e.root].bridges;
        let wanted = (bridges / params.growth.max(1)).saturating_add(1);
        let least = params.exit_threshold.max(1).saturating_mul(wanted);
        // It is on its way to a bridge: that is no reason to close the way in, as long as there are not too many.
        let may_get_one = !e.bridged && e.failures < params.retries;
        t.loops[number].growing |= awaited || may_get_one && wanted <= PROMISING;
        if e.count < least
            || !may_get_one
            || served
            || recording
            || bridges >= params.bridges
            || e.count < least.saturating_mul(t.reluctance())
        {
            return Some((pc, ExitKind::Resume, None));
        }
        if t.respecialise(exit as usize) {
            return Some((pc, ExitKind::Resume, None));
        }
        let e = t.exits.get_mut(exit as usize)?;
        e.count = 0;
        let (frames, depth, root) = (e.frames.clone(), e.depth, e.root);
        let record = t
            .may_record()
            .then_some((frames, depth, root, params, first));
        Some((pc, ExitKind::Resume, record))
    }) else {
        return otherwise;
    };
    if !traced::is_plain(vm) || !is_in_code(vm, pc) {
        return pc;
    }
    // A loop's back edge is left where something wants attention, which lasts no longer than that.
    let attention = vm.attention.load(std::sync::atomic::Ordering::Relaxed);
    if kind == ExitKind::Left {
        if !attention {
            begin_at_anchor(vm, pc as u64);
        }
    } else if let Some((frames, depth, root, params, first)) = record
        && !(attention && word_at(pc).op() == Op::JumpBack)
    {
        make_room(vm, ROOM_TO_RECORD);
        let start_at = Start::Exit(&frames, depth);
        if let Some(mut r) = Recorder::new(vm, Origin::Exit(exit), root, params, first, start_at) {
            if let Some(h) = &frames.header {
                r.close_at(h.pc);
            }
            start(vm, r, pc);
        }
    }
    pc
}

/// Bridges, in units of `growth`, after which exits that may get one more no longer keep their loop's way in open.
const PROMISING: u64 = 6;

impl Tier {
    /// The interpreter's stay in some code took so many ticks. Entering what is left at once again and again costs more than it
    /// saves: the way in is closed for a time.
    fn account(&mut self, number: usize, spent: u64) {
        let (window, least) = (self.params.window.max(1), self.params.least_stay);
        let l = &mut self.loops[number];
        l.ticks = l.ticks.saturating_add(spent);
        if l.entries < window {
            return;
        }
        let short = l.ticks / l.entries < least;
        (l.entries, l.ticks) = (0, 0);
        if short && !std::mem::take(&mut l.growing) {
            l.retired += 1;
            self.stats.retired += 1;
            self.closed = Some(window << (l.retired + 2).min(40));
        }
    }
}

impl Tier {
    /// An exit at a header gets the code that another one has. True if there is some, or will be.
    fn serve_way_in(&mut self, exit: usize) -> bool {
        let Some(e) = self.exits.get_mut(exit) else {
            return false;
        };
        let Some(key) = &e.frames.header else {
            return false;
        };
        if let Some(code) = self.ways_in.get(key) {
            e.slot.0[e.slot.1].set(*code);
            e.bridged = true;
            return true;
        }
        let frames = e.frames.clone();
        let exits = &self.exits;
        self.pending.iter().any(
            |p| matches!(p.origin, Origin::Exit(o) if exits[o as usize].frames.header == frames.header),
        )
    }
}

/// What happens to loops whose first turns had values of other types than those that come.
impl Tier {
    /// A hot exit on the way into a loop: if the loop itself is hardly left at that instruction, then the way in, which traces that
    /// go on there pass in every turn, asks for the wrong types. The loop is recorded anew where it begins its next turn.
    fn respecialise(&mut self, exit: usize) -> bool {
        let e = &self.exits[exit];
        let Some(body) = e.ahead_of.clone() else {
            return false;
        };
        let pc = e.pc();
        let alike = &self.exits[body.start as usize..body.end as usize];
        let left: u64 = alike
            .iter()
            .filter(|o| o.pc() == pc)
            .map(|o| {
                if o.bridged {
                    e.total.max(o.total)
                } else {
                    o.total
                }
            })
            .sum();
        let l = &self.loops[e.root];
        let due = !steers(word_at(pc as *const u64).opcode())
            && left.saturating_mul(RARELY) < e.total
            && self.by_header.get(&l.header) == Some(&e.root)
            && l.respecialised < self.params.respecialise;
        if due {
            let l = &mut self.loops[e.root];
            l.outdated = true;
            l.respecialised += 1;
            self.exits[exit].count = 0;
        }
        due
    }

    /// Whether a loop that has code is to be recorded now.
    fn is_due(&mut self, root: usize) -> bool {
        if !self.loops[root].outdated || self.recorder.is_some() || !self.may_record() {
            return false;
        }
        self.loops[root].outdated = false;
        true
    }
}

/// A loop is left so many times less often than what leads into it.
const RARELY: u64 = 4;

/// Whether an instruction's guards are about where control goes, rather than about what values are.
fn steers(opcode: u8) -> bool {
    use Op::*;
    let Some(op) = crate::vm::run::special::original(opcode) else {
        return true;
    };
    op.name().contains("Jump") || matches!(op, ForIter | Return | Yield | Send | Resume)
}

/// True if the running frame is about to run the instruction at `pc`.
fn is_in_code(vm: &Vm, pc: Pc) -> bool {
    vm.current_frame().is_some_and(|f| {
        let start = crate::vm::run::cx::code_start(f.code()) as usize;
        (start..start + 8 * f.code().word_count as usize).contains(&(pc as usize))
    })
}
