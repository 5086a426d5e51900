//! The tracing tier: which loops are hot, what was compiled for them, and the way in and out of it.
//!
//! A loop's back edge counts its turns in the word behind it; when there were enough, the next turns are recorded
//! ([`crate::record`]) and compiled. From then on the back edge leads into machine code. An exit that is taken often enough gets a
//! recording of its own, a *bridge*, which the exit's slot then leads to.
//!
//! The state belongs to the thread that runs the `Vm`. Objects that machine code names are kept alive by a list in it.

pub mod bodies;
mod dump;
pub mod enter;
pub mod exits;
pub mod layout;
pub mod params;
pub mod python;
mod settings;
mod stats;

use crate::record::{Finished, Origin, Recorder, Start};
use crate::vm::run::cx::{Cx, Pc, word_at};
use crate::vm::run::{recorded, traced};
use exits::{Exit, ExitKind};
use params::Params;
use settings::Dump;
pub use settings::{configure, number};
use skein_compiler::bytecode::ops::Op;
use skein_jit::backend::{Backend, Options, Slots};
use skein_jit::opt::{Layout, Passes, optimise};
use skein_runtime::builtins::code::PyCode;
use skein_runtime::prelude::*;
use stats::{Clock, Place, Stats, TraceInfo};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::time::Instant;

/// A loop's code.
struct Loop {
    /// Its address, which other traces read.
    code: Box<u64>,
    header: u64,
    failures: u64,
    bridges: u64,
    entries: u64,
}

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
    layout: Option<Layout>,
    backend: Option<Backend>,
    loops: Vec<Loop>,
    by_header: HashMap<u64, usize>,
    exits: Vec<Exit>,
    recorder: Option<Box<Recorder>>,
    stats: Stats,
    /// How often instructions were left to the interpreter in machine code, by name; kept for code that counts in them.
    residuals: HashMap<String, Box<Cell<u64>>>,
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
        let elapsed = self.clock.elapsed_ns();
        let granted = (elapsed / 100)
            .saturating_mul(self.params.share)
            .saturating_add(self.params.allowance.saturating_mul(1_000_000));
        let ok = self.stats.compile_ns + self.stats.record_ns <= granted;
        self.stats.put_off += !ok as u64;
        ok
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
    const KEPT: &str = "tier.kept";
    if !v.is_object() {
        return;
    }
    let kept = match vm.state_get(KEPT).and_then(|k| k.cast::<PyDict>()) {
        Some(d) => d,
        None => {
            let d = PyDict::new(vm);
            vm.state_set(KEPT, d.value());
            d
        }
    };
    // By address, so that nothing is compared in Python.
    let key = vm.new_int((v.bits() >> 3) as i64);
    if kept.get(vm, key).ok().flatten().is_none() {
        let _ = kept.insert(vm, key, v);
    }
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

/// The address that holds the code of loop number `root`.
pub fn slot_of(root: usize) -> u64 {
    TIER.with_borrow(|t| &*t.loops[root].code as *const u64 as u64)
}

/// A back edge whose counter ran out, at `cx`; the loop goes on at its header one way or another.
pub fn at_back_edge(vm: &mut Vm, cx: Cx) -> Pc {
    let header = cx.target();
    let counter = cx.ext(1);
    if !TIER.with_borrow(|t| t.enabled) {
        // Whoever enables it while the program runs finds loops that count.
        cx.set_ext(1, Params::default().threshold);
        return header;
    }
    // Code can be copied, its words with it: the loop's own header decides.
    if counter & COMPILED != 0 && is_loop(counter & !COMPILED, header) {
        return match traced::is_plain(vm) {
            true => run_loop(vm, (counter & !COMPILED) as usize, header),
            false => header,
        };
    }
    if let Some(root) = TIER.with_borrow(|t| t.by_header.get(&(header as u64)).copied()) {
        cx.set_ext(1, COMPILED | root as u64);
        return match traced::is_plain(vm) {
            true => run_loop(vm, root, header),
            false => header,
        };
    }
    let threshold = TIER.with_borrow(Tier::threshold);
    if (counter == 0 || counter & COMPILED != 0) && threshold > 1 {
        cx.set_ext(1, threshold);
    } else if traced::is_plain(vm) {
        cx.set_ext(1, threshold);
        if TIER.with_borrow_mut(Tier::may_record) {
            begin_loop(vm, cx, header);
        }
    }
    header
}

fn is_loop(number: u64, header: Pc) -> bool {
    TIER.with_borrow(|t| {
        t.loops
            .get(number as usize)
            .is_some_and(|l| l.header == header as u64)
    })
}

fn begin_loop(vm: &mut Vm, cx: Cx, header: Pc) {
    let (root, params, first) = TIER.with_borrow_mut(|t| {
        let root = match t
            .loops
            .iter()
            .position(|l| l.header == header as u64 && *l.code == 0)
        {
            Some(i) => i,
            None => {
                t.loops.push(Loop {
                    code: Box::new(0),
                    header: header as u64,
                    failures: 0,
                    bridges: 0,
                    entries: 0,
                });
                t.loops.len() - 1
            }
        };
        (root, t.params, t.exits.len() as u32)
    });
    let origin = Origin::Loop {
        header: header as u64,
        back: cx.pc as u64,
    };
    if let Some(r) = Recorder::new(vm, origin, root, params, first, Start::Anywhere) {
        start(vm, r, header);
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
                Some(f) => compile(f),
                None => failed(origin, root, "nothing recorded"),
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
                l.failures += 1;
                let wait = if l.failures > retries {
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

fn compile(mut f: Finished) {
    let begun = Instant::now();
    let result = TIER.with_borrow_mut(|t| {
        if t.backend.is_none() {
            let options = Options {
                verify: cfg!(debug_assertions),
                branches: t.params.branch_guards != 0,
            };
            t.backend = Some(Backend::new(options)?);
        }
        let Some(leave) = t.backend.as_ref().map(|b| b.glue.leave) else {
            return Err("no code generator".to_string());
        };
        let table: std::rc::Rc<[Cell<u64>]> = f.exits.iter().map(|_| Cell::new(leave)).collect();
        let exits: Vec<Exit> = f
            .exits
            .into_iter()
            .enumerate()
            .map(|(i, (kind, frames, depth))| Exit {
                kind,
                frames,
                depth,
                slot: (table.clone(), i),
                count: 0,
                total: 0,
                failures: 0,
                root: f.root,
                bridged: false,
            })
            .collect();
        let (number, at) = (t.traces.len(), place(t.recording_at.0, t.recording_at.1));
        let from_exit = match f.origin {
            Origin::Loop { .. } => None,
            Origin::Exit(e) => Some(e),
        };
        let title = dump::title(number, from_exit, &at);
        let subject = dump::Subject {
            title: &title,
            code: t.recording_at.0,
            trace: &f.trace,
            first_exit: f.first_exit as usize,
            exits: &exits,
        };
        if t.dump.any() {
            t.print_recorded(&subject);
        }
        let since = Instant::now();
        t.stats.recorded += f.trace.ops.len() as u64;
        let layout = t.layout.get_or_insert_with(layout::layout);
        optimise(&mut f.trace, t.passes, layout);
        t.stats
            .add_stage("optimise", since.elapsed().as_nanos() as u64);
        if t.dump.opt {
            t.print_optimised(&title, &f.trace);
        }
        let slots = Slots {
            base: table.as_ptr() as u64,
            first: f.first_exit,
        };
        let text = t.dump.clif || t.dump.asm;
        let Some(backend) = &mut t.backend else {
            return Err("no code generator".to_string());
        };
        let code = backend.compile(&f.trace, slots, text)?;
        if text {
            t.print_code(&title, &code);
        }
        if f.first_exit as usize != t.exits.len() {
            return Err("exits were numbered meanwhile".to_string());
        }
        t.exits.extend(exits);
        t.stats.bytes += code.size as u64;
        t.stats.operations += f.trace.ops.len() as u64;
        for (stage, ns) in &code.stages {
            t.stats.add_stage(stage, *ns);
        }
        t.traces.push(TraceInfo {
            exit: from_exit,
            root: f.root,
            at,
            operations: f.trace.ops.len() as u64,
            bytes: code.size as u64,
            address: code.address,
            exits: f.first_exit as usize..t.exits.len(),
            text: (t.params.keep_text != 0).then(|| f.trace.to_string()),
        });
        match f.origin {
            Origin::Loop { header, back } => {
                *t.loops[f.root].code = code.address;
                t.by_header.insert(header, f.root);
                set_counter(back, COMPILED | f.root as u64);
                t.stats.loops += 1;
            }
            Origin::Exit(e) => {
                let e = &mut t.exits[e as usize];
                e.slot.0[e.slot.1].set(code.address);
                e.bridged = true;
                t.loops[f.root].bridges += 1;
                t.stats.bridges += 1;
            }
        }
        Ok(())
    });
    if let Err(why) = result {
        TIER.with_borrow_mut(|t| {
            if t.dump.trace {
                t.print(&format!("; not compiled: {why}\n"));
            }
            *t.stats.aborts.entry("not compiled").or_default() += 1;
            match f.origin {
                Origin::Loop { back, .. } => set_counter(back, NEVER),
                Origin::Exit(e) => t.exits[e as usize].failures = u64::MAX,
            }
        });
    }
    let spent = begun.elapsed().as_nanos() as u64;
    TIER.with_borrow_mut(|t| t.stats.compile_ns += spent);
}

/// Runs a loop's code in the running frame, which is at the loop's header, until it is left.
fn run_loop(vm: &mut Vm, number: usize, header: Pc) -> Pc {
    let entry = TIER.with_borrow_mut(|t| {
        let l = &mut t.loops[number];
        l.entries += 1;
        let glue = t.backend.as_ref()?.glue;
        Some((glue.enter, *l.code, t.clock.enter()))
    });
    let Some((enter, code, outermost)) = entry else {
        return header;
    };
    let (a, exit) = enter::run(vm, enter, code);
    let Some((pc, record)) = TIER.with_borrow_mut(|t| {
        if outermost {
            t.clock.leave();
        }
        t.stats.exits += 1;
        if t.dump.exits {
            t.print(&format!("; loop {number} left by exit {exit}\n"));
        }
        let params = t.params;
        let recording = t.recorder.is_some();
        let first = t.exits.len() as u32;
        let e = t.exits.get_mut(exit as usize)?;
        e.count += 1;
        e.total += 1;
        let hot = e.count >= params.exit_threshold.max(1)
            && !e.bridged
            && e.failures < params.retries
            && !recording;
        let pc = match e.kind {
            ExitKind::Left => a.left as Pc,
            ExitKind::Resume => exits::write_back(vm, e, &a),
        };
        let mut hot = hot && t.loops[e.root].bridges < params.bridges;
        let (kind, frames, depth, root) = (e.kind.clone(), e.frames.clone(), e.depth, e.root);
        if hot && !t.may_record() {
            t.exits[exit as usize].count = 0;
            hot = false;
        }
        Some((
            pc,
            hot.then_some((kind, frames, depth, root, params, first)),
        ))
    }) else {
        return header;
    };
    if let Some((kind, frames, depth, root, params, first)) = record
        && traced::is_plain(vm)
        && is_in_code(vm, pc)
        // A loop's back edge is left where something wants attention, which lasts no longer than that.
        && (kind == ExitKind::Left || word_at(pc).op() != Op::JumpBack || !vm.attention.load(std::sync::atomic::Ordering::Relaxed))
    {
        let start_at = match kind {
            ExitKind::Left => Start::Left(pc as u64),
            ExitKind::Resume => Start::Exit(&frames, depth),
        };
        if let Some(r) = Recorder::new(vm, Origin::Exit(exit), root, params, first, start_at) {
            start(vm, r, pc);
        }
    }
    pc
}

/// True if the running frame is about to run the instruction at `pc`.
fn is_in_code(vm: &Vm, pc: Pc) -> bool {
    vm.current_frame().is_some_and(|f| {
        let start = crate::vm::run::cx::code_start(f.code()) as usize;
        (start..start + 8 * f.code().word_count as usize).contains(&(pc as usize))
    })
}
