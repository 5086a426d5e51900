//! What the tier did: counts, times, and a list of the traces, for `-X jit-stats` and the module `skein_jit`.
//!
//! Time in compiled code is counted in ticks of the processor's own clock, read where machine code is entered and left (a few
//! nanoseconds each), and turned into seconds by comparing the two clocks over the whole run. What machine code calls counts as
//! part of it, so entries under an entry are not counted again.

use super::enter::ticks;
use super::exits::{Exit, ExitKind};
use super::{Loop, Tier, place};
use skein_measure::json::Json;
use std::collections::HashMap;
use std::time::Instant;

/// Counts and times.
#[derive(Default, Debug, Clone)]
pub struct Stats {
    /// Loops compiled.
    pub loops: u64,
    /// Traces compiled that begin where machine code was left or a function begins.
    pub anchors: u64,
    /// Times that entering some code was found not to be worth it.
    pub retired: u64,
    /// Bridges compiled.
    pub bridges: u64,
    /// Recordings given up, by reason.
    pub aborts: HashMap<&'static str, u64>,
    /// Bytes of machine code.
    pub bytes: u64,
    /// Operations recorded.
    pub recorded: u64,
    /// Operations compiled, after the optimiser.
    pub operations: u64,
    /// Nanoseconds spent compiling, by whichever thread.
    pub compile_ns: u64,
    /// Nanoseconds that the program's own thread spent compiling.
    pub spent_ns: u64,
    /// Nanoseconds of compiling by stage, as the backend names them.
    pub stages: Vec<(&'static str, u64)>,
    /// Exits taken to the interpreter.
    pub exits: u64,
    /// Nanoseconds spent recording.
    pub record_ns: u64,
    /// Recordings put off because too much time had gone into them already.
    pub put_off: u64,
}

impl Stats {
    /// Adds the time of a stage.
    pub fn add_stage(&mut self, name: &'static str, ns: u64) {
        match self.stages.iter_mut().find(|(n, _)| *n == name) {
            Some((_, sum)) => *sum += ns,
            None => self.stages.push((name, ns)),
        }
    }
}

/// A compiled trace.
#[derive(Debug, Clone)]
pub struct TraceInfo {
    /// The exit that it goes on from, for a bridge.
    pub exit: Option<u32>,
    /// The loop that it belongs to.
    pub root: usize,
    /// Where it begins.
    pub at: Place,
    /// Its number of operations.
    pub operations: u64,
    /// Bytes of machine code.
    pub bytes: u64,
    /// The address of its machine code.
    pub address: u64,
    /// Its exits' numbers.
    pub exits: std::ops::Range<usize>,
    /// Its operations as text, if those are kept.
    pub text: Option<String>,
}

/// An instruction's place in the source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The function's qualified name.
    pub function: String,
    /// The file.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The instruction's number in its code.
    pub offset: u64,
    /// Its name.
    pub op: &'static str,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}+{}", self.function, self.offset)
    }
}

/// The clock of machine code.
#[derive(Default, Debug)]
pub struct Clock {
    /// Both clocks when the tier was set up.
    started: Option<(Instant, u64)>,
    /// When machine code was entered, unless it was from machine code.
    entered: Option<u64>,
    ticks: u64,
}

impl Clock {
    /// Nanoseconds since the tier was set up; the first call sets it up.
    pub fn elapsed_ns(&mut self) -> u64 {
        let (since, _) = self
            .started
            .get_or_insert_with(|| (Instant::now(), ticks()));
        since.elapsed().as_nanos() as u64
    }
    /// Machine code is about to be entered, at that tick of the processor's clock. True: [`Clock::leave`] must be told when it is left.
    pub fn enter(&mut self, now: u64) -> bool {
        let outermost = self.entered.is_none();
        if outermost {
            self.entered = Some(now);
        }
        outermost
    }
    /// It was left.
    pub fn leave(&mut self, now: u64) {
        if let Some(since) = self.entered.take() {
            self.ticks += now.saturating_sub(since);
        }
    }
    /// Nanoseconds in machine code, the present stay included.
    pub fn inside_ns(&self) -> u64 {
        let Some((since, first)) = self.started else {
            return 0;
        };
        let (ns, now) = (since.elapsed().as_nanos() as f64, ticks());
        let present = self.entered.map_or(0, |e| now.saturating_sub(e));
        let rate = ns / now.saturating_sub(first).max(1) as f64;
        ((self.ticks + present) as f64 * rate) as u64
    }
}

fn milliseconds(ns: u64) -> Json {
    // Microseconds are all that anybody reads.
    Json::Float((ns / 1000) as f64 / 1000.0)
}

impl Tier {
    /// The statistics. The exits listed are those taken most often to the interpreter.
    pub(super) fn describe(&mut self) -> Json {
        let run = self.clock.elapsed_ns();
        let s = &self.stats;
        let mut aborts: Vec<_> = s.aborts.iter().collect();
        aborts.sort_by_key(|(why, n)| (std::cmp::Reverse(**n), **why));
        let aborts = aborts.into_iter().map(|(why, n)| (*why, Json::Int(*n)));
        let stages = [("record", milliseconds(s.record_ns))].into_iter();
        let stages = stages.chain(s.stages.iter().map(|(n, ns)| (*n, milliseconds(*ns))));
        let entries: u64 = self.loops.iter().map(|l| l.entries).sum();
        Json::map([
            ("enabled", Json::Bool(self.enabled)),
            ("run_ms", milliseconds(run)),
            ("compiled_code_ms", milliseconds(self.clock.inside_ns())),
            ("traces", Json::Int(s.loops + s.anchors + s.bridges)),
            ("loops", Json::Int(s.loops)),
            ("anchors", Json::Int(s.anchors)),
            ("bridges", Json::Int(s.bridges)),
            ("retired", Json::Int(s.retired)),
            ("recorded_operations", Json::Int(s.recorded)),
            ("operations", Json::Int(s.operations)),
            ("code_bytes", Json::Int(s.bytes)),
            ("entries", Json::Int(entries)),
            ("exits", Json::Int(s.exits)),
            ("record_ms", milliseconds(s.record_ns)),
            ("compile_ms", milliseconds(s.compile_ns)),
            ("waited_ms", milliseconds(s.spent_ns)),
            ("stages_ms", Json::map(stages)),
            ("put_off", Json::Int(s.put_off)),
            ("aborts", Json::map(aborts)),
            ("residuals", Json::map(self.residuals())),
            ("most_taken", Json::List(self.most_taken())),
        ])
    }

    /// What machine code left to the interpreter most often, by name.
    fn residuals(&self) -> impl Iterator<Item = (&str, Json)> {
        let counted = self
            .residuals
            .iter()
            .map(|(name, n)| (name.as_str(), n.get()));
        let mut counted: Vec<_> = counted.filter(|(_, n)| *n > 0).collect();
        counted.sort_by_key(|(name, n)| (std::cmp::Reverse(*n), *name));
        counted
            .into_iter()
            .take(40)
            .map(|(name, n)| (name, Json::Int(n)))
    }

    fn most_taken(&self) -> Vec<Json> {
        let exits = self.exits.iter().enumerate();
        let mut exits: Vec<(usize, &Exit)> = exits.filter(|(_, e)| e.total > 0).collect();
        exits.sort_by_key(|(_, e)| std::cmp::Reverse(e.total));
        let describe = |(i, e): (usize, &Exit)| {
            let at = e.frames.last().map(|f| place(f.code, f.pc));
            let at = at.unwrap_or_default();
            let kind = match e.kind {
                ExitKind::Left => "left",
                ExitKind::Resume => "resume",
            };
            Json::map([
                ("exit", Json::Int(i as u64)),
                ("loop", Json::Int(e.root as u64)),
                ("count", Json::Int(e.total)),
                ("kind", Json::text(kind)),
                ("at", Json::text(at.to_string())),
                ("line", Json::Int(at.line.into())),
                ("op", Json::text(at.op)),
                ("failures", Json::Int(e.failures)),
            ])
        };
        exits.into_iter().take(20).map(describe).collect()
    }

    /// The traces, as `skein_jit.traces()` tells them.
    pub(super) fn describe_traces(&self) -> Json {
        let describe = |(number, t): (usize, &TraceInfo)| {
            let kind = if t.exit.is_some() { "bridge" } else { "loop" };
            let taken = self.exits.get(t.exits.clone()).unwrap_or_default();
            let entries = match (t.exit, self.loops.get(t.root)) {
                (None, Some(Loop { entries, .. })) => Json::Int(*entries),
                _ => Json::Null,
            };
            Json::map([
                ("number", Json::Int(number as u64)),
                ("kind", Json::text(kind)),
                ("loop", Json::Int(t.root as u64)),
                (
                    "from_exit",
                    t.exit.map_or(Json::Null, |e| Json::Int(e.into())),
                ),
                ("function", Json::text(&t.at.function)),
                ("file", Json::text(&t.at.file)),
                ("line", Json::Int(t.at.line.into())),
                ("operations", Json::Int(t.operations)),
                ("code_bytes", Json::Int(t.bytes)),
                ("address", Json::Int(t.address)),
                ("entries", entries),
                ("exits", Json::Int(taken.len() as u64)),
                (
                    "exits_taken",
                    Json::Int(taken.iter().map(|e| e.total).sum()),
                ),
            ])
        };
        Json::List(self.traces.iter().enumerate().map(describe).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_outermost_stay_is_counted() {
        let mut clock = Clock::default();
        clock.elapsed_ns();
        assert!(clock.enter(ticks()));
        assert!(!clock.enter(ticks()));
        std::thread::sleep(std::time::Duration::from_millis(20));
        clock.leave(ticks());
        let counted = clock.inside_ns();
        assert!(
            (15_000_000..clock.elapsed_ns() + 1_000_000).contains(&counted),
            "{counted}"
        );
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert!(clock.inside_ns() < clock.elapsed_ns() * 3 / 4);
    }
}
