//! Who waits where: the report that comes with a deadlock, the list of all tasklets, and what is counted of each.
//!
//! Blocked tasklets are in no list of the scheduler's (that would cost each of them memory), so they are found by walking
//! over the heap, after a full collection: who can never be woken because nobody knows its channel is gone by then. That
//! takes time, so a program that lets deadlocks happen again and again gets only the first reports in full.

use super::channel::PyChannel;
use super::stack::Frame;
use super::tasklet::{PyTasklet, extra, tasklet_flag as flag};
use crate::builtins::exception_methods::add_note_value;
use crate::builtins::float::as_float;
use crate::builtins::list::PyList;
use crate::builtins::str::lossy;
use crate::helpers::{clock, frame_at};
use crate::object::header::{Kind, Ref};
use crate::value::Value;
use crate::vm::Vm;

/// Tasklets that a report names.
const NAMED: usize = 50;
/// Reports that are made in full.
const REPORTS: u32 = 100;

impl Vm {
    /// All tasklets that are alive, in no special order.
    pub fn all_tasklets(&mut self) -> Ref<PyList> {
        let list = PyList::new(self);
        let Some(found) = self.heap.live_objects(&mut |h| h.kind() == Kind::Tasklet) else {
            return list;
        };
        for i in 0..found.len() {
            if let Some(t) = found.get(i).cast::<PyTasklet>()
                && t.alive()
                && !t.has(flag::STAND_IN | flag::GREENLET)
            {
                list.push(self, t.value());
            }
        }
        list
    }
    /// What a tasklet waits for, in words; empty: nothing.
    pub fn wait_text(&mut self, t: Ref<PyTasklet>) -> String {
        if t.has(flag::SELECTING) {
            return self.select_text(t);
        }
        let limit = if t.has(flag::AWAITING) {
            ", with a timeout"
        } else {
            ""
        };
        match t.channel.get() {
            Some(c) => self.line_text(c, t.has(flag::SENDING)) + limit,
            None if t.has(flag::AWAITING) => "waits for a time, a file or a thread".to_owned(),
            None => String::new(),
        }
    }
    fn select_text(&mut self, t: Ref<PyTasklet>) -> String {
        let mut parts = Vec::new();
        let mut stand_in = t.start.get().cast::<PyTasklet>();
        while let Some(s) = stand_in {
            if let Some(c) = s.channel.get() {
                parts.push(self.line_text(c, s.has(flag::SENDING)));
            }
            stand_in = s.handled.get().cast();
        }
        parts.reverse();
        parts.join(" or ")
    }
    fn line_text(&mut self, c: Ref<PyChannel>, sending: bool) -> String {
        if c.private.get() {
            let object = self.repr_text(c.store.get()).unwrap_or_default();
            self.take_raised();
            return format!("waits for {object}");
        }
        let name = self.type_name(c.value());
        let does = if sending { "send to" } else { "receive from" };
        format!("waits to {does} the {name} at {:#x}", c.value().address())
    }
    /// A tasklet's place: `File "x.py", line 3, in f`.
    pub fn place_text(&mut self, t: Ref<PyTasklet>) -> String {
        let fp = if t == self.current_tasklet() {
            self.fp.get()
        } else {
            t.fp.get() as *mut u64
        };
        if t.has(flag::BOUND) {
            return "not started yet".to_owned();
        }
        if t.has(flag::FROZEN) {
            return "not resumed since it was unpickled".to_owned();
        }
        let Some(frame) = frame_at(fp) else {
            return "in native code".to_owned();
        };
        self.frame_text(frame)
    }
    fn frame_text(&mut self, frame: Frame) -> String {
        let code = frame.code();
        let line = (self.hooks.position)(self, code, frame.lasti()).map_or(0, |p| p.0);
        let (file, name) = (code.filename.get(), code.qualname.get());
        let (file, name) = (lossy(file), lossy(name));
        format!("File \"{file}\", line {line}, in {name}")
    }
    /// One line on a tasklet: who, where, and what it waits for.
    pub fn tasklet_text(&mut self, t: Ref<PyTasklet>) -> String {
        let who = if t == self.main_tasklet() {
            "the main tasklet".to_owned()
        } else {
            format!(
                "{} at {:#x}",
                self.type_name(t.value()),
                t.value().address()
            )
        };
        let (place, waits) = (self.place_text(t), self.wait_text(t));
        format!("  {place}: {who} {waits}").trim_end().to_owned()
    }
    /// The note for the error that says of a deadlock: all blocked tasklets, the one first that gets the error.
    pub fn deadlock_report(&mut self, first: Ref<PyTasklet>) -> Value {
        let count = self.scheduler.reports.get();
        self.scheduler.reports.set(count.saturating_add(1));
        let mut lines = Vec::new();
        if first.has(flag::BLOCKED) {
            lines.push(self.tasklet_text(first));
        }
        let all = if count < REPORTS {
            self.all_tasklets()
        } else {
            PyList::new(self)
        };
        let mut more = 0;
        for i in 0..all.len() {
            let Some(t) = all.get(i).cast::<PyTasklet>() else {
                continue;
            };
            if t == first || !t.has(flag::BLOCKED) {
                continue;
            }
            if lines.len() < NAMED {
                lines.push(self.tasklet_text(t));
            } else {
                more += 1;
            }
        }
        if more > 0 {
            lines.push(format!("  and {more} more"));
        }
        if lines.is_empty() {
            return Value::NULL;
        }
        let text = format!("Blocked tasklets:\n{}", lines.join("\n"));
        self.new_str(&text)
    }
    /// Adds a report to the exception in flight.
    pub fn add_report(&mut self, report: Value) {
        let error = self.raised.get();
        if report.is_null() || error.is_null() {
            return;
        }
        if add_note_value(self, error, report).is_err() {
            self.take_raised();
        }
        self.raised.set(error);
    }

    /// Begins or ends measuring how long tasklets run.
    pub fn set_measuring(&mut self, on: bool) -> bool {
        let was = self.scheduler.since.get() != 0;
        if was {
            let current = self.current_tasklet();
            self.measure(current);
        }
        self.scheduler.since.set(if on { now() } else { 0 });
        was
    }
    /// Run times are measured, and `left` has run until now.
    pub fn measure(&mut self, left: Ref<PyTasklet>) {
        let end = now();
        let ran = end - self.scheduler.since.replace(end);
        let before = self.run_time(left);
        let v = self.new_float(before + ran as f64 / 1e9);
        self.set_tasklet_extra(left, extra::RUN_TIME, v);
    }
    /// Seconds that a tasklet ran while that was measured.
    pub fn run_time(&self, t: Ref<PyTasklet>) -> f64 {
        as_float(t.extra(extra::RUN_TIME)).unwrap_or(0.0)
    }
}

fn now() -> i128 {
    clock::get(libc::CLOCK_MONOTONIC).map_or(1, |n| n.max(1))
}
