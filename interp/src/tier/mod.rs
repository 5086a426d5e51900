//! The tracing tier: which loops are hot, what was compiled for them, and the way in and out of it.
//!
//! A loop's back edge counts its turns in the word behind it; when there were enough, the next turns are recorded
//! ([`crate::record`]) and compiled. From then on the back edge leads into machine code. An exit that is taken often enough gets a
//! recording of its own, a *bridge*, which the exit's slot then leads to.
//!
//! The state belongs to the thread that runs the `Vm`. Objects that machine code names are kept alive by a list in it.

pub mod bodies;
pub mod enter;
pub mod exits;
pub mod params;

use crate::record::{Finished, Origin, Recorder, Start};
use crate::vm::run::cx::{Cx, Pc, word_at};
use crate::vm::run::{recorded, traced};
use exits::{Exit, ExitKind};
use params::Params;
use skein_compiler::bytecode::ops::Op;
use skein_jit::backend::{Backend, Options, Slots};
use skein_runtime::prelude::*;
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

/// Counts for `-X jit-stats`.
#[derive(Default, Debug, Clone)]
pub struct Stats {
    /// Loops compiled.
    pub loops: u64,
    /// Bridges compiled.
    pub bridges: u64,
    /// Recordings given up, by reason.
    pub aborts: HashMap<&'static str, u64>,
    /// Bytes of machine code.
    pub bytes: u64,
    /// Nanoseconds spent compiling.
    pub compile_ns: u64,
    /// Exits taken to the interpreter.
    pub exits: u64,
    /// Nanoseconds spent recording.
    pub record_ns: u64,
    /// Recordings put off because too much time had gone into them already.
    pub put_off: u64,
}

#[derive(Default)]
struct Tier {
    enabled: bool,
    dump: bool,
    dump_code: bool,
    stats_file: Option<String>,
    params: Params,
    backend: Option<Backend>,
    loops: Vec<Loop>,
    by_header: HashMap<u64, usize>,
    exits: Vec<Exit>,
    recorder: Option<Box<Recorder>>,
    stats: Stats,
    /// How often instructions were left to the interpreter in machine code, by name; kept for code that counts in them.
    residuals: HashMap<String, Box<Cell<u64>>>,
    /// When the tier was set up, and when the recording in progress began.
    started: Option<Instant>,
    recording_since: Option<Instant>,
}

impl Tier {
    /// True if recording and compiling have not had their share of the time yet: what is put off is asked again later.
    fn may_record(&mut self) -> bool {
        let elapsed = self
            .started
            .get_or_insert_with(Instant::now)
            .elapsed()
            .as_nanos() as u64;
        let granted = (elapsed / 100)
            .saturating_mul(self.params.share)
            .saturating_add(self.params.allowance.saturating_mul(1_000_000));
        let ok = self.stats.compile_ns + self.stats.record_ns <= granted;
        self.stats.put_off += !ok as u64;
        ok
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

/// Sets the tier up from the command line: `(name, value)` of `-X jit…` options.
pub fn configure(options: &[(String, String)]) -> Result<(), String> {
    TIER.with_borrow_mut(|t| {
        t.started = Some(Instant::now());
        for (name, value) in options {
            match name.as_str() {
                "jit" => t.enabled = !matches!(value.as_str(), "off" | "0" | "no"),
                "jit-stats" => {
                    t.stats_file = Some(if value == "1" {
                        String::new()
                    } else {
                        value.clone()
                    })
                }
                "jit-dump" => {
                    t.dump = true;
                    t.dump_code = value.contains("clif") || value.contains("asm");
                }
                _ => {
                    let parameter = name.strip_prefix("jit-").unwrap_or(name);
                    let number = value
                        .parse()
                        .map_err(|_| format!("-X {name}: '{value}' is no number"))?;
                    if !t.params.set(parameter, number) {
                        return Err(format!("-X {name}: no such parameter"));
                    }
                }
            }
        }
        Ok(())
    })
}

/// What the tier did so far.
pub fn stats() -> Stats {
    TIER.with_borrow(|t| t.stats.clone())
}

/// Writes what `-X jit-stats` asks for, if it was asked for: one JSON object, to standard error or the file named.
///
/// # Errors
/// The file cannot be written.
pub fn report() -> std::io::Result<()> {
    TIER.with_borrow(|t| {
        let Some(file) = &t.stats_file else {
            return Ok(());
        };
        let text = t.describe();
        match file.as_str() {
            "" => std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes()),
            path => std::fs::write(path, text),
        }
    })
}

impl Tier {
    /// The statistics as JSON. The exits are those taken most often to the interpreter.
    fn describe(&self) -> String {
        let s = &self.stats;
        let mut aborts: Vec<_> = s.aborts.iter().collect();
        aborts.sort_by_key(|(why, n)| (std::cmp::Reverse(**n), **why));
        let aborts: Vec<String> = aborts
            .iter()
            .map(|(why, n)| format!("\"{why}\": {n}"))
            .collect();
        let mut exits: Vec<(usize, &Exit)> = self
            .exits
            .iter()
            .enumerate()
            .filter(|(_, e)| e.total > 0)
            .collect();
        exits.sort_by_key(|(_, e)| std::cmp::Reverse(e.total));
        let exits: Vec<String> = exits
            .iter()
            .take(20)
            .map(|(i, e)| {
                let frame = e.frames.last();
                let (place, op) = frame.map_or((String::new(), ""), |f| place(f.code, f.pc));
                let kind = if e.kind == ExitKind::Left { "left" } else { "resume" };
                format!(
                    "{{\"exit\": {i}, \"loop\": {}, \"count\": {}, \"kind\": \"{kind}\", \"at\": \"{place}\", \"op\": \"{op}\", \"failures\": {}}}",
                    e.root, e.total, e.failures
                )
            })
            .collect();
        let mut residuals: Vec<_> = self.residuals.iter().map(|(n, c)| (n, c.get())).collect();
        residuals.sort_by_key(|(name, n)| (std::cmp::Reverse(*n), *name));
        let residuals: Vec<String> = residuals
            .iter()
            .filter(|(_, n)| *n > 0)
            .take(40)
            .map(|(name, n)| format!("\"{name}\": {n}"))
            .collect();
        format!(
            "{{\"loops\": {}, \"bridges\": {}, \"exits\": {}, \"code_bytes\": {}, \"record_ms\": {:.3}, \"compile_ms\": {:.3}, \"put_off\": {}, \"aborts\": {{{}}},\n \"residuals\": {{\n  {}\n }},\n \"most_taken\": [\n  {}\n ]}}\n",
            s.loops,
            s.bridges,
            s.exits,
            s.bytes,
            s.record_ns as f64 / 1e6,
            s.compile_ns as f64 / 1e6,
            s.put_off,
            aborts.join(", "),
            residuals.join(",\n  "),
            exits.join(",\n  ")
        )
    }
}

/// Where an instruction is, and its opcode.
fn place(code: u64, pc: u64) -> (String, &'static str) {
    use skein_runtime::builtins::code::PyCode;
    let Some(c) = crate::vm::run::cx::word_value(code).cast::<PyCode>() else {
        return Default::default();
    };
    let start = crate::vm::run::cx::code_start(c) as u64;
    let op = crate::vm::run::special::original(word_at(pc as *const u64).opcode())
        .map_or("", |o| o.name());
    let name = c
        .qualname
        .get()
        .cast::<PyStr>()
        .map(|s| s.text_lossy())
        .unwrap_or_default();
    (format!("{name}+{}", pc.wrapping_sub(start) / 8), op)
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
        t.stats_file.as_ref()?;
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
    let (enabled, threshold) = TIER.with_borrow(|t| (t.enabled, t.params.threshold.max(1)));
    if !enabled {
        cx.set_ext(1, NEVER);
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
        start(vm, r);
    }
}

fn start(vm: &mut Vm, r: Recorder) {
    TIER.with_borrow_mut(|t| {
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
    TIER.with_borrow_mut(|t| t.recording_since = t.recorder.as_ref().map(|_| Instant::now()));
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
        if t.dump {
            eprintln!("recording of {origin:?} given up: {why}");
        }
        *t.stats.aborts.entry(why).or_default() += 1;
        let retries = t.params.retries;
        match origin {
            Origin::Loop { back, .. } => {
                let l = &mut t.loops[root];
                l.failures += 1;
                let threshold = t.params.threshold.max(1);
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

fn compile(f: Finished) {
    let begun = Instant::now();
    let result = TIER.with_borrow_mut(|t| {
        if t.backend.is_none() {
            let options = Options {
                verify: cfg!(debug_assertions),
                branches: t.params.branch_guards != 0,
            };
            t.backend = Some(Backend::new(options)?);
        }
        let Some(backend) = &mut t.backend else {
            return Err("no code generator".to_string());
        };
        let leave = backend.glue.leave;
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
        if t.dump {
            eprintln!("trace of {:?}:\n{}", f.origin, f.trace);
        }
        let slots = Slots {
            base: table.as_ptr() as u64,
            first: f.first_exit,
        };
        let code = backend.compile(&f.trace, slots, t.dump_code)?;
        if t.dump_code {
            eprintln!(
                "{}\n{}",
                code.clif.unwrap_or_default(),
                code.assembly.unwrap_or_default()
            );
        }
        if f.first_exit as usize != t.exits.len() {
            return Err("exits were numbered meanwhile".to_string());
        }
        t.exits.extend(exits);
        t.stats.bytes += code.size as u64;
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
            if t.dump {
                eprintln!("not compiled: {why}");
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
        t.backend.as_ref().map(|b| (b.glue.enter, *l.code))
    });
    let Some((enter, code)) = entry else {
        return header;
    };
    let (a, exit) = enter::run(vm, enter, code);
    let Some((pc, record)) = TIER.with_borrow_mut(|t| {
        t.stats.exits += 1;
        if t.dump {
            eprintln!("loop {number} left by exit {exit}");
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
            start(vm, r);
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
