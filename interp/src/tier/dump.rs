//! Traces as text, for `-X jit-dump` and `skein_jit.dump()`.

use super::exits::{Base, Exit, ExitKind, FieldShot, FrameShot};
use super::stats::{Place, TraceInfo};
use super::{Tier, place};
use skein_jit::backend::Code;
use skein_jit::ir::Trace;
use std::fmt::Write;

/// A trace that is being compiled.
pub struct Subject<'a> {
    /// What it is, and where it begins.
    pub title: &'a str,
    /// The code object's word in which it begins.
    pub code: u64,
    /// Its operations.
    pub trace: &'a Trace,
    /// The number of its first exit.
    pub first_exit: usize,
    /// Its exits.
    pub exits: &'a [Exit],
}

/// What a trace is, in a line.
pub fn title(number: usize, from_exit: Option<u32>, at: &Place) -> String {
    let what = match from_exit {
        Some(e) => format!("bridge from exit {e}"),
        None => "loop".to_string(),
    };
    format!(
        "trace {number}, {what} at {at} ({}:{}, {})",
        at.file, at.line, at.op
    )
}

impl Tier {
    /// Prints the stages before it is optimised, and its exits.
    pub(super) fn print_recorded(&self, s: &Subject) {
        let mut out = String::new();
        if self.dump.bytecode
            && let Some(text) = super::listing(s.code)
        {
            let _ = write!(out, "; bytecode of {}\n{text}", s.title);
        }
        if self.dump.trace {
            let _ = write!(out, "; {}\n{}", s.title, s.trace);
        }
        if self.dump.snap {
            let _ = writeln!(out, "; exits of {}", s.title);
            for (i, exit) in s.exits.iter().enumerate() {
                out.push_str(&snapshot(s.first_exit + i, exit));
            }
        }
        self.print(&out);
    }

    /// Prints what the optimiser made of it.
    pub(super) fn print_optimised(&self, title: &str, trace: &Trace) {
        self.print(&format!("; compiled of {title}\n{}", needed(trace)));
    }

    /// Prints what became of it.
    pub(super) fn print_code(&self, title: &str, code: &Code) {
        for (wanted, name, text) in [
            (self.dump.clif, "Cranelift's form", &code.clif),
            (self.dump.asm, "machine code", &code.assembly),
        ] {
            if wanted && let Some(text) = text {
                self.print(&format!("; {name} of {title}\n{}\n", text.trim_end()));
            }
        }
    }
}

/// A trace without the operations that nothing needs, which make no code.
pub fn needed(trace: &Trace) -> String {
    let kept = trace.needed();
    let text = trace.to_string();
    let mut out = String::new();
    for (i, line) in text.lines().enumerate() {
        // What comes behind the operations is the end.
        if kept.get(i).copied().unwrap_or(true) {
            let _ = writeln!(out, "{line}");
        }
    }
    out
}

/// The exits of a compiled trace.
pub fn snapshots(info: &TraceInfo, exits: &[Exit]) -> String {
    let own = exits.get(info.exits.clone()).unwrap_or_default();
    let numbers = info.exits.clone();
    numbers.zip(own).map(|(i, e)| snapshot(i, e)).collect()
}

/// An exit: what it leads to, and how its frames are completed.
fn snapshot(number: usize, exit: &Exit) -> String {
    let kind = match exit.kind {
        ExitKind::Resume => "resume",
        ExitKind::Left => "left",
    };
    let mut out = format!("  exit {number}: {kind}");
    if exit.frames.len() > 1 {
        let _ = write!(out, ", {} of its frames counted", exit.depth);
    }
    out.push('\n');
    for frame in exit.frames.iter() {
        let _ = writeln!(out, "    {}", frame_text(frame));
    }
    for (i, o) in exit.frames.objects.iter().enumerate() {
        let _ = write!(out, "    object {i}, shape {}", o.shape);
        for (offset, field) in &o.fields {
            let _ = match field {
                FieldShot::Constant(word) => write!(out, ", +{offset} = {word:#x}"),
                FieldShot::Word(at, _) => write!(out, ", +{offset} in {at}"),
                FieldShot::Float(at) => write!(out, ", +{offset} float in {at}"),
                FieldShot::Object(i) => write!(out, ", +{offset} object {i}"),
            };
        }
        out.push('\n');
    }
    out
}

fn frame_text(f: &FrameShot) -> String {
    let at = place(f.code, f.pc);
    let base = match f.base {
        Base::Root => "entered".to_string(),
        Base::Top(words) => format!("top+{words}"),
        Base::Bank(i) => format!("bank {i}"),
    };
    let mut out = format!("{base} at {at} line {} {}", at.line, at.op);
    if !f.written {
        out.push_str(", header missing");
    }
    for r in &f.raw {
        let _ = write!(out, ", r{r} float");
    }
    for (r, word) in &f.constants {
        let _ = write!(out, ", r{r} = {word:#x}");
    }
    for (r, object) in &f.virtuals {
        let _ = write!(out, ", r{r} object {object}");
    }
    out
}
