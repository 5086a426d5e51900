//! From a finished recording to code that is entered: what waits to be compiled, and what happens when it is.

use super::exits::{Exit, ExitKind};
use super::stats::{Place, TraceInfo};
use super::worker::{Job, Made};
use super::{NEVER, TIER, Tier, dump, place, set_counter};
use crate::record::{Finished, Origin};
use skein_jit::backend::Slots;
use skein_jit::ir::{Op, Trace};
use std::cell::Cell;
use std::io::Write;
use std::ops::Range;

/// A trace that is being compiled.
pub struct Pending {
    /// What it began at.
    pub origin: Origin,
    root: usize,
    exits: Range<usize>,
    at: Place,
    title: String,
}

/// The exits that a trace has behind its loop's start, if it has one: they are numbered as they come.
fn loop_exits(trace: &Trace, first: u32, count: u32) -> Option<Range<u32>> {
    let start = trace.ops.iter().position(|o| matches!(o, Op::LoopStart))?;
    let ahead = trace.ops[..start].iter().filter_map(Op::exit);
    let begin = ahead.map(|e| e.0 + 1).max().unwrap_or(first);
    Some(begin..first + count)
}

/// Has a recording compiled.
pub fn compile(f: Finished) {
    TIER.with_borrow_mut(|t| t.submit(f));
}

impl Tier {
    fn submit(&mut self, f: Finished) {
        let Some(glue) = self.compiler.as_ref().map(|c| c.glue) else {
            return self.not_compiled(f.origin, f.root, "no code generator");
        };
        let first = f.first_exit as usize;
        if first != self.exits.len() {
            return self.not_compiled(f.origin, f.root, "exits were numbered meanwhile");
        }
        let table: std::rc::Rc<[Cell<u64>]> = f
            .exits
            .iter()
            .map(|(kind, ..)| {
                Cell::new(match kind {
                    ExitKind::Resume => glue.leave,
                    ExitKind::Left => glue.dispatch,
                })
            })
            .collect();
        let body = matches!(f.origin, Origin::Loop { .. })
            .then(|| loop_exits(&f.trace, f.first_exit, f.exits.len() as u32))
            .flatten();
        let exits = f.exits.into_iter().enumerate();
        self.exits
            .extend(exits.map(|(i, (kind, frames, depth))| Exit {
                kind,
                frames,
                depth,
                slot: (table.clone(), i),
                count: 0,
                total: 0,
                failures: 0,
                root: f.root,
                bridged: false,
                ahead_of: body.clone().filter(|b| f.first_exit + (i as u32) < b.start),
            }));
        let at = place(self.recording_at.0, self.recording_at.1);
        let from_exit = match f.origin {
            Origin::Loop { .. } | Origin::Anchor(_) => None,
            Origin::Exit(e) => Some(e),
        };
        // Dumps are in the order of compiling, which is then done at once.
        let title = dump::title(self.traces.len(), from_exit, &at);
        if self.dump.any() {
            self.print_recorded(&dump::Subject {
                title: &title,
                code: self.recording_at.0,
                trace: &f.trace,
                first_exit: first,
                exits: &self.exits[first..],
            });
        }
        self.stats.recorded += f.trace.ops.len() as u64;
        let pending = Pending {
            origin: f.origin,
            root: f.root,
            exits: first..self.exits.len(),
            at,
            title,
        };
        self.begin_waiting(f.origin);
        let l = &mut self.loops[f.root];
        l.room = l.room.max(f.room);
        let job = Job {
            trace: f.trace,
            passes: self.passes,
            slots: Slots {
                base: table.as_ptr() as u64,
                first: f.first_exit,
            },
            text: self.dump.clif || self.dump.asm,
            chaos: (self.chaos.as_ptr() as u64, self.params.chaos),
        };
        match self.compiler.as_mut().and_then(|c| c.submit(job)) {
            Some(made) => {
                self.stats.spent_ns += made.all_ns;
                self.install(pending, made)
            }
            None => self.pending.push_back(pending),
        }
    }

    /// What a trace begins at is not to be recorded again until it is compiled.
    fn begin_waiting(&mut self, origin: Origin) {
        match origin {
            Origin::Loop { back, .. } => set_counter(back, self.threshold().min(POLL)),
            Origin::Exit(e) => self.exits[e as usize].bridged = true,
            Origin::Anchor(_) => {}
        }
    }

    /// True if a trace that begins there is being compiled.
    pub(super) fn awaits(&self, is: impl Fn(Origin) -> bool) -> bool {
        self.pending.iter().any(|p| is(p.origin))
    }

    /// In a forked child, nobody will compile what waits.
    pub(super) fn recover_from_fork(&mut self) {
        if self.compiler.as_mut().is_some_and(|c| c.recover()) {
            for p in std::mem::take(&mut self.pending) {
                if let Origin::Exit(e) = p.origin {
                    self.exits[e as usize].bridged = false;
                }
            }
        }
    }

    /// Takes what was compiled meanwhile into use.
    pub(super) fn take_compiled(&mut self, wait: bool) {
        while !self.pending.is_empty()
            && let Some(made) = self.compiler.as_ref().and_then(|c| c.take(wait))
        {
            let Some(pending) = self.pending.pop_front() else {
                return;
            };
            self.install(pending, made);
        }
    }

    fn install(&mut self, p: Pending, made: Made) {
        self.stats.compile_ns += made.all_ns;
        self.stats.add_stage("optimise", made.optimise_ns);
        if self.dump.opt {
            self.print_optimised(&p.title, &made.trace);
        }
        let code = match made.result {
            Ok(code) => code,
            Err(why) => return self.not_compiled(p.origin, p.root, &why),
        };
        if self.dump.clif || self.dump.asm {
            self.print_code(&p.title, &code);
        }
        self.stats.bytes += code.size as u64;
        self.stats.operations += made.trace.ops.len() as u64;
        for (stage, ns) in &code.stages {
            self.stats.add_stage(stage, *ns);
        }
        let number = self.traces.len();
        self.note_for_perf(number, &p.at, code.address, code.size);
        self.traces.push(TraceInfo {
            exit: match p.origin {
                Origin::Exit(e) => Some(e),
                _ => None,
            },
            root: p.root,
            at: p.at,
            operations: made.trace.ops.len() as u64,
            bytes: code.size as u64,
            address: code.address,
            exits: p.exits,
            text: (self.params.keep_text != 0).then(|| made.trace.to_string()),
        });
        match p.origin {
            Origin::Loop { header, back } => {
                *self.loops[p.root].code = code.address;
                self.by_header.insert(header, p.root);
                set_counter(back, super::COMPILED | p.root as u64);
                self.publish(header, code.address);
                self.stats.loops += 1;
            }
            Origin::Anchor(pc) => {
                *self.loops[p.root].code = code.address;
                self.by_header.insert(pc, p.root);
                self.publish(pc, code.address);
                self.stats.anchors += 1;
            }
            Origin::Exit(e) => {
                let e = &mut self.exits[e as usize];
                e.slot.0[e.slot.1].set(code.address);
                e.bridged = true;
                if let Some(key) = &e.frames.header {
                    self.ways_in.insert(key.clone(), code.address);
                }
                self.loops[p.root].bridges += 1;
                self.stats.bridges += 1;
            }
        }
    }

    /// Names the code in the file that `perf` looks into.
    fn note_for_perf(&self, number: usize, at: &Place, address: u64, size: usize) {
        // `perf record` gives this to what it runs.
        if self.params.perf_map == 0 && std::env::var_os("PERF_BUILDID_DIR").is_none() {
            return;
        }
        let path = format!("/tmp/perf-{}.map", std::process::id());
        let file = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(path);
        if let Ok(mut file) = file {
            // A profile without names is a profile, too.
            let _ = writeln!(file, "{address:x} {size:x} trace {number} {at}");
        }
    }

    fn not_compiled(&mut self, origin: Origin, root: usize, why: &str) {
        if self.dump.trace {
            self.print(&format!("; not compiled: {why}\n"));
        }
        *self.stats.aborts.entry("not compiled").or_default() += 1;
        match origin {
            Origin::Loop { back, .. } => {
                self.loops[root].failures = u64::MAX;
                let known = *self.loops[root].code != 0;
                set_counter(
                    back,
                    if known {
                        super::COMPILED | root as u64
                    } else {
                        NEVER
                    },
                );
            }
            Origin::Exit(e) => {
                let e = &mut self.exits[e as usize];
                e.failures = u64::MAX;
                e.bridged = false;
            }
            Origin::Anchor(pc) => self.anchors.entry(pc).or_default().failures = u64::MAX,
        }
    }
}

/// Turns of a loop after which it is asked whether its code is there.
pub const POLL: u64 = 64;
