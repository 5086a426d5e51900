//! `re.Match`.

use super::engine::UNSET;
use super::pattern::{Pattern, this as pattern_of};
use super::search::{Registers, Subject};
use super::substitute;
use crate::util::items;
use skein_runtime::builtins::seq;
use skein_runtime::prelude::*;
use skein_runtime::text::wtf8;

/// A match: byte offsets of its groups.
pub struct Match {
    pattern: Slot,
    string: Slot,
    data: Slot,
    /// Start and end of every group, the whole match first.
    regs: Registers,
    last_index: usize,
    pos: usize,
    endpos: usize,
    len: usize,
    is_str: bool,
}

impl NativeData for Match {
    fn trace(&self, t: &mut Tracer) {
        for s in [&self.pattern, &self.string, &self.data] {
            t.visit_slot(s);
        }
    }
}

/// A match object.
pub fn new_match(
    vm: &mut Vm,
    pattern: Value,
    subject: &Subject,
    regs: Registers,
    last_index: usize,
    pos: usize,
    endpos: usize,
) -> PyResult {
    let p = pattern_of(vm, &pattern)?;
    let Some(ty) = p.match_type.get().cast::<PyType>() else {
        return Err(vm.runtime_error("_sre is not initialised"));
    };
    let data = Match {
        pattern: Slot::new(pattern),
        string: Slot::new(subject.string),
        data: Slot::new(subject.data),
        regs,
        last_index,
        pos,
        endpos,
        len: subject.len,
        is_str: subject.is_str,
    };
    Ok(Native::new(vm, ty, data).value())
}

/// Methods of `re.Match`.
pub static METHODS: &[NativeDef] = &[
    method(
        "group",
        group,
        "($self, /, *args)",
        "Return subgroup(s) of the match by indices or names.",
    ),
    method(
        "groups",
        groups,
        "($self, /, default=None)",
        "Return a tuple containing all the subgroups of the match, from 1.",
    ),
    method(
        "groupdict",
        groupdict,
        "($self, /, default=None)",
        "Return a dictionary containing all the named subgroups of the match, keyed by the subgroup name.",
    ),
    method(
        "start",
        start,
        "($self, group=0, /)",
        "Return index of the start of the substring matched by group.",
    ),
    method(
        "end",
        end,
        "($self, group=0, /)",
        "Return index of the end of the substring matched by group.",
    ),
    method(
        "span",
        span,
        "($self, group=0, /)",
        "For match object m, return the 2-tuple (m.start(group), m.end(group)).",
    ),
    method(
        "expand",
        expand,
        "($self, /, template)",
        "Return the string obtained by doing backslash substitution on the string template, as done by the sub() method.",
    ),
    slot("__getitem__", getitem),
    method("__copy__", myself, "($self, /)", "The match itself."),
    method(
        "__deepcopy__",
        myself,
        "($self, memo, /)",
        "The match itself.",
    ),
    slot("__repr__", repr),
    CLASS_GETITEM,
];

/// Attributes of `re.Match`.
pub static GETSETS: &[GetSetDef] = &[
    getter(
        "string",
        |vm, v| Ok(this(vm, &v)?.string.get()),
        "The string passed to match() or search().",
    ),
    getter(
        "re",
        |vm, v| Ok(this(vm, &v)?.pattern.get()),
        "The regular expression object.",
    ),
    getter(
        "pos",
        |vm, v| Ok(Value::from_usize(this(vm, &v)?.pos)),
        "The index into the string at which the RE engine started looking for a match.",
    ),
    getter(
        "endpos",
        |vm, v| Ok(Value::from_usize(this(vm, &v)?.endpos)),
        "The index into the string beyond which the RE engine will not go.",
    ),
    getter(
        "lastindex",
        last_index,
        "The integer index of the last matched capturing group.",
    ),
    getter(
        "lastgroup",
        last_group,
        "The name of the last matched capturing group.",
    ),
    getter("regs", regs, "Spans of all groups."),
];

/// The state of a match object.
pub fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a Match> {
    match native::<Match>(v) {
        Some((_, m)) => Ok(m),
        None => Err(vm.wrong_self("group", "re.Match", *v)),
    }
}

impl Match {
    /// What was matched against.
    pub fn subject(&self) -> Subject {
        Subject {
            string: self.string.get(),
            data: self.data.get(),
            len: self.len,
            is_str: self.is_str,
        }
    }
    /// Byte offsets of a group; `None`: unset.
    pub fn range(&self, group: usize) -> Option<(usize, usize)> {
        let (a, b) = (*self.regs.get(group * 2)?, *self.regs.get(group * 2 + 1)?);
        (a != UNSET).then_some((a, b))
    }
    fn text(&self, vm: &mut Vm, group: usize, default: Value) -> Value {
        match self.range(group) {
            Some((a, b)) => self.subject().slice(vm, a, b),
            None => default,
        }
    }
    fn count(&self) -> usize {
        self.regs.len() / 2
    }
    /// The number of a group given by number or name.
    fn number(&self, vm: &mut Vm, key: Value) -> PyResult<usize> {
        let mut n = -1;
        if seq::has_index(vm, key) {
            n = vm.index_clipped(key)?;
        } else {
            let pattern = self.pattern.get();
            let names =
                native::<Pattern>(&pattern).and_then(|(_, p)| p.group_index.get().cast::<PyDict>());
            if let Some(d) = names
                && let Some(v) = d.get(vm, key)?
            {
                n = as_i64(v).unwrap_or(-1);
            }
        }
        match usize::try_from(n) {
            Ok(n) if n < self.count() => Ok(n),
            _ => Err(vm.index_error("no such group")),
        }
    }
}

fn group(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = this(vm, &args[0])?;
    match items(&args[1]) {
        [] => Ok(m.text(vm, 0, Value::NONE)),
        [key] => {
            let n = m.number(vm, *key)?;
            Ok(m.text(vm, n, Value::NONE))
        }
        keys => {
            let mut out = ValueVec::with_capacity(&vm.heap, keys.len());
            for key in keys {
                let n = m.number(vm, *key)?;
                let v = m.text(vm, n, Value::NONE);
                out.push(&vm.heap, v);
            }
            Ok(vm.new_tuple(out.as_slice()))
        }
    }
}

fn getitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = this(vm, &args[0])?;
    let n = m.number(vm, args[1])?;
    Ok(m.text(vm, n, Value::NONE))
}

fn groups(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = this(vm, &args[0])?;
    let default = args[1].non_null().unwrap_or(Value::NONE);
    let mut out = ValueVec::with_capacity(&vm.heap, m.count());
    for n in 1..m.count() {
        let v = m.text(vm, n, default);
        out.push(&vm.heap, v);
    }
    Ok(vm.new_tuple(out.as_slice()))
}

fn groupdict(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = this(vm, &args[0])?;
    let default = args[1].non_null().unwrap_or(Value::NONE);
    let out = PyDict::new(vm);
    let pattern = m.pattern.get();
    let names = pattern_of(vm, &pattern)?.group_index.get().cast::<PyDict>();
    let mut at = 0;
    while let Some((i, name, n)) = names.and_then(|d| d.next_entry(at)) {
        let n = m.number(vm, n)?;
        let v = m.text(vm, n, default);
        out.insert(vm, name, v)?;
        at = i + 1;
    }
    Ok(out.value())
}

/// Start and end of a group in characters, -1 if it is unset.
fn char_span(vm: &mut Vm, m: &Match, n: usize) -> (Value, Value) {
    match m.range(n) {
        Some((a, b)) => {
            let s = m.subject();
            (
                Value::from_usize(s.index(vm, a)),
                Value::from_usize(s.index(vm, b)),
            )
        }
        None => (Value::from_i32(-1), Value::from_i32(-1)),
    }
}

fn span_of(vm: &mut Vm, args: &[Value]) -> PyResult<(Value, Value)> {
    let m = this(vm, &args[0])?;
    let n = match args[1].non_null() {
        Some(key) => m.number(vm, key)?,
        None => 0,
    };
    Ok(char_span(vm, m, n))
}

fn start(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(span_of(vm, args)?.0)
}

fn end(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(span_of(vm, args)?.1)
}

fn span(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (a, b) = span_of(vm, args)?;
    Ok(vm.new_tuple(&[a, b]))
}

fn regs(vm: &mut Vm, v: Value) -> PyResult {
    let m = this(vm, &v)?;
    let mut out = ValueVec::with_capacity(&vm.heap, m.count());
    for n in 0..m.count() {
        let (a, b) = char_span(vm, m, n);
        let pair = vm.new_tuple(&[a, b]);
        out.push(&vm.heap, pair);
    }
    Ok(vm.new_tuple(out.as_slice()))
}

fn last_index(vm: &mut Vm, v: Value) -> PyResult {
    Ok(match this(vm, &v)?.last_index {
        0 => Value::NONE,
        n => Value::from_usize(n),
    })
}

fn last_group(vm: &mut Vm, v: Value) -> PyResult {
    let m = this(vm, &v)?;
    let pattern = m.pattern.get();
    let names = pattern_of(vm, &pattern)?.index_group.get();
    let name = if m.last_index == 0 {
        None
    } else {
        items(&names).get(m.last_index)
    };
    Ok(name.copied().unwrap_or(Value::NONE))
}

fn expand(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = this(vm, &args[0])?;
    let template = substitute::compile_template(vm, m.pattern.get(), args[1])?;
    if native::<substitute::Template>(&template).is_none() {
        return Ok(template);
    }
    let subject = m.subject();
    let mut out = Vec::new();
    substitute::expand_into(vm, &template, &subject, &m.regs, &mut out)?;
    Ok(if subject.is_str {
        vm.new_str_bytes(&out)
    } else {
        vm.new_bytes(&out)
    })
}

fn myself(_vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(args[0])
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = this(vm, &args[0])?;
    let (a, b) = char_span(vm, m, 0);
    let text = m.text(vm, 0, Value::NONE);
    let shown = vm.repr(text)?;
    let (a, b) = (
        a.as_small_int().unwrap_or(-1),
        b.as_small_int().unwrap_or(-1),
    );
    let mut out = format!("<re.Match object; span=({a}, {b}), match=").into_bytes();
    out.extend_from_slice(wtf8::slice(shown.bytes(), 0, 50));
    out.push(b'>');
    Ok(vm.new_str_bytes(&out))
}
