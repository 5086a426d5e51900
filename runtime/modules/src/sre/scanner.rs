//! Step-by-step matching: `finditer` and scanner objects.

use super::matches::new_match;
use super::pattern::this as pattern_of;
use super::search::{Kind, Searcher, Subject, on_text, registers};
use crate::util::state_type;
use skein_runtime::builtins::iter_next::Step;
use skein_runtime::prelude::*;
use std::cell::Cell;

struct Scanner {
    pattern: Slot,
    string: Slot,
    data: Slot,
    len: usize,
    is_str: bool,
    pos: usize,
    endpos: usize,
    /// Byte offset to go on from, `None` at the end.
    at: Cell<Option<usize>>,
    end: usize,
    must_advance: Cell<bool>,
}

impl NativeData for Scanner {
    fn trace(&self, t: &mut Tracer) {
        for s in [&self.pattern, &self.string, &self.data] {
            t.visit_slot(s);
        }
    }
    fn next(&self, vm: &mut Vm, _owner: Ref<Native>) -> Option<Step> {
        Some(self.step(vm, Kind::Search))
    }
    fn ends(&self, vm: &mut Vm, _owner: Ref<Native>) -> bool {
        match self.look(vm, Kind::Search, false) {
            Ok(v) => v.is_none(),
            Err(_) => {
                vm.take_raised();
                false
            }
        }
    }
}

impl Scanner {
    fn step(&self, vm: &mut Vm, kind: Kind) -> Step {
        self.look(vm, kind, true)
    }
    /// The next match; without taking the step, only whether there is one.
    fn look(&self, vm: &mut Vm, kind: Kind, step: bool) -> Step {
        let Some(from) = self.at.get() else {
            return Ok(None);
        };
        let pattern = self.pattern.get();
        let p = pattern_of(vm, &pattern)?;
        let subject = Subject {
            string: self.string.get(),
            data: self.data.get(),
            len: self.len,
            is_str: self.is_str,
        };
        on_text!(&subject, self.end, text => {
            let mut s = Searcher::new(p, text);
            match s.find(vm, from, kind, self.must_advance.get())? {
                None => {
                    self.at.set(None);
                    Ok(None)
                }
                Some(_) if !step => Ok(Some(Value::NONE)),
                Some((a, b)) => {
                    self.at.set(Some(b));
                    self.must_advance.set(a == b);
                    let regs = registers(&s, a, b);
                    new_match(vm, pattern, &subject, regs, s.machine.last_index, self.pos, self.endpos).map(Some)
                }
            }
        })
    }
}

/// Methods of scanners.
pub static METHODS: &[NativeDef] = &[
    method(
        "match",
        scanner_match,
        "($self, /)",
        "Match where the last match ended.",
    ),
    method(
        "search",
        scanner_search,
        "($self, /)",
        "Search from where the last match ended.",
    ),
];

/// Methods of the iterator of `finditer`.
pub static ITER_METHODS: &[NativeDef] = &[
    slot("__iter__", |_, args| Ok(args[0])),
    slot("__next__", next),
];

/// Attributes of scanners.
pub static GETSETS: &[GetSetDef] = &[getter(
    "pattern",
    |vm, v| Ok(this(vm, &v)?.pattern.get()),
    "The pattern.",
)];

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a Scanner> {
    match native::<Scanner>(v) {
        Some((_, s)) => Ok(s),
        None => Err(vm.wrong_self("search", "_sre.SRE_Scanner", *v)),
    }
}

fn make(vm: &mut Vm, args: &[Value], type_name: &str) -> PyResult {
    let p = pattern_of(vm, &args[0])?;
    let subject = Subject::new(vm, p, args[1])?;
    let (start, end) = subject.bounds(vm, args[2], args[3])?;
    let from = subject.offset(vm, start);
    let data = Scanner {
        pattern: Slot::new(args[0]),
        string: Slot::new(subject.string),
        data: Slot::new(subject.data),
        len: subject.len,
        is_str: subject.is_str,
        pos: start,
        endpos: end,
        at: Cell::new((start <= end).then_some(from)),
        end: subject.offset(vm, end),
        must_advance: Cell::new(false),
    };
    let ty = state_type(vm, type_name)?;
    Ok(Native::new(vm, ty, data).value())
}

/// `Pattern.finditer`
pub fn finditer(vm: &mut Vm, args: &[Value]) -> PyResult {
    make(vm, args, "_sre.finditer")
}

/// `Pattern.scanner`
pub fn scanner(vm: &mut Vm, args: &[Value]) -> PyResult {
    make(vm, args, "_sre.SRE_Scanner")
}

fn scanner_match(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(this(vm, &args[0])?
        .step(vm, Kind::Match)?
        .unwrap_or(Value::NONE))
}

fn scanner_search(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(this(vm, &args[0])?
        .step(vm, Kind::Search)?
        .unwrap_or(Value::NONE))
}

fn next(vm: &mut Vm, args: &[Value]) -> PyResult {
    match this(vm, &args[0])?.step(vm, Kind::Search)? {
        Some(v) => Ok(v),
        None => Err(vm.stop_iteration(Value::NONE)),
    }
}
