//! Rows from lines: a state machine over characters, as the format has no other definition than its states.

use super::dialect::{self, Dialect, quote};
use super::error;
use skein_runtime::builtins::iter_next::Step;
use skein_runtime::prelude::*;
use skein_runtime::text::wtf8;
use std::cell::Cell;

/// The state of a reader.
struct Reader {
    lines: Slot,
    dialect: Slot,
    line_num: Cell<usize>,
}
impl NativeData for Reader {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.lines);
        t.visit_slot(&self.dialect);
    }
    fn next(&self, vm: &mut Vm, _: Ref<Native>) -> Option<Step> {
        Some(row(vm, self))
    }
}

pub(super) static METHODS: &[NativeDef] = &[slot("__iter__", iter_self), slot("__next__", next)];
pub(super) static GETSETS: &[GetSetDef] = &[
    getter("dialect", |vm, v| Ok(this(vm, &v)?.dialect.get()), ""),
    getter(
        "line_num",
        |vm, v| Ok(Value::from_usize(this(vm, &v)?.line_num.get())),
        "",
    ),
];

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a Reader> {
    match native::<Reader>(v) {
        Some((_, r)) => Ok(r),
        None => Err(vm.wrong_self("__next__", "_csv.reader", *v)),
    }
}

pub(super) fn reader(vm: &mut Vm, args: &[Value]) -> PyResult {
    let lines = vm.iter(args[0])?;
    let dialect = dialect::make(vm, args[1], args[2])?;
    let reader = Reader {
        lines: Slot::new(lines),
        dialect: Slot::new(dialect),
        line_num: Cell::new(0),
    };
    let ty = crate::util::state_type(vm, "_csv.Reader")?;
    Ok(Native::new(vm, ty, reader).value())
}

fn iter_self(_vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(args[0])
}
fn next(vm: &mut Vm, args: &[Value]) -> PyResult {
    let reader = this(vm, &args[0])?;
    match row(vm, reader)? {
        Some(row) => Ok(row),
        None => Err(vm.stop_iteration(Value::NONE)),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    StartRecord,
    StartField,
    Escaped,
    InField,
    InQuoted,
    EscapedInQuoted,
    QuoteInQuoted,
    EatNewline,
    AfterEscapedNewline,
}

/// What goes into the state machine.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Input {
    Char(u32),
    EndOfLine,
}

impl Input {
    fn is_newline(self) -> bool {
        matches!(self, Input::Char(10 | 13))
    }
    fn is(self, c: Option<u32>) -> bool {
        c.is_some_and(|c| self == Input::Char(c))
    }
    /// The character, a newline at the end of a line.
    fn char(self) -> u32 {
        match self {
            Input::Char(c) => c,
            Input::EndOfLine => 10,
        }
    }
}

struct Parser<'a> {
    d: &'a Dialect,
    state: State,
    field: Vec<u8>,
    length: usize,
    limit: usize,
    unquoted: bool,
    fields: Ref<PyList>,
}

fn row(vm: &mut Vm, reader: &Reader) -> Step {
    let dialect = reader.dialect.get();
    let d = dialect::this(vm, &dialect)?.clone();
    let mut p = Parser {
        d: &d,
        state: State::StartRecord,
        field: Vec::new(),
        length: 0,
        limit: super::limit(vm),
        unquoted: true,
        fields: PyList::new(vm),
    };
    loop {
        let (lines, before) = (reader.lines.get(), reader.line_num.get());
        let line = vm.next(lines)?;
        if reader.line_num.get() != before {
            return Err(error(vm, "iterator has already advanced the reader"));
        }
        let Some(line) = line else {
            if p.length == 0 && p.state != State::InQuoted {
                return Ok(None);
            }
            if d.strict {
                return Err(error(vm, "unexpected end of data"));
            }
            p.save(vm)?;
            return Ok(Some(p.fields.value()));
        };
        let Some(text) = line.cast::<PyStr>() else {
            let got = vm.type_name(line);
            return Err(error(
                vm,
                &format!(
                    "iterator should return strings, not {got} (the file should be opened in text mode)"
                ),
            ));
        };
        reader.line_num.set(reader.line_num.get() + 1);
        for c in wtf8::code_points(text.bytes()) {
            p.step(vm, Input::Char(c))?;
        }
        p.step(vm, Input::EndOfLine)?;
        if p.state == State::StartRecord {
            return Ok(Some(p.fields.value()));
        }
    }
}

impl Parser<'_> {
    fn add(&mut self, vm: &mut Vm, c: u32) -> PyResult<()> {
        if self.length >= self.limit {
            let limit = self.limit;
            return Err(error(
                vm,
                &format!("field larger than field limit ({limit})"),
            ));
        }
        self.length += 1;
        wtf8::push(&mut self.field, c);
        Ok(())
    }

    /// Ends a field.
    fn save(&mut self, vm: &mut Vm) -> PyResult<()> {
        let quoting = self.d.quoting;
        let unquoted = std::mem::replace(&mut self.unquoted, true);
        let empty = self.length == 0;
        let mut v = vm.new_str_bytes(&self.field);
        if unquoted && empty && matches!(quoting, quote::NOTNULL | quote::STRINGS) {
            v = Value::NONE;
        } else if unquoted && !empty && matches!(quoting, quote::NONNUMERIC | quote::STRINGS) {
            let float = vm.builtin_type(ids::FLOAT).value();
            v = vm.call(float, &[v])?;
        }
        self.fields.push(vm, v);
        self.field.clear();
        self.length = 0;
        Ok(())
    }
    /// Ends a field at a newline or the end of the line.
    fn save_last(&mut self, vm: &mut Vm, c: Input) -> PyResult<()> {
        self.save(vm)?;
        self.state = match c {
            Input::EndOfLine => State::StartRecord,
            Input::Char(_) => State::EatNewline,
        };
        Ok(())
    }

    fn step(&mut self, vm: &mut Vm, c: Input) -> PyResult<()> {
        let ends = c == Input::EndOfLine || c.is_newline();
        let d = self.d;
        match self.state {
            State::StartRecord => match c {
                Input::EndOfLine => {}
                c if c.is_newline() => self.state = State::EatNewline,
                c => return self.start_field(vm, c),
            },
            State::StartField => return self.start_field(vm, c),
            State::Escaped => {
                self.add(vm, c.char())?;
                self.state = match c.is_newline() {
                    true => State::AfterEscapedNewline,
                    false => State::InField,
                };
            }
            State::AfterEscapedNewline if c == Input::EndOfLine => {}
            State::AfterEscapedNewline | State::InField => {
                if ends {
                    self.save_last(vm, c)?;
                } else if c.is(d.escapechar) {
                    self.state = State::Escaped;
                } else if c.is(Some(d.delimiter)) {
                    self.save(vm)?;
                    self.state = State::StartField;
                } else {
                    self.add(vm, c.char())?;
                    self.state = State::InField;
                }
            }
            State::InQuoted => {
                if c == Input::EndOfLine {
                } else if c.is(d.escapechar) {
                    self.state = State::EscapedInQuoted;
                } else if c.is(d.quotechar) && d.quoting != quote::NONE {
                    self.state = match d.doublequote {
                        true => State::QuoteInQuoted,
                        false => State::InField,
                    };
                } else {
                    self.add(vm, c.char())?;
                }
            }
            State::EscapedInQuoted => {
                self.add(vm, c.char())?;
                self.state = State::InQuoted;
            }
            State::QuoteInQuoted => return self.after_quote(vm, c, ends),
            State::EatNewline => match c {
                Input::EndOfLine => self.state = State::StartRecord,
                c if c.is_newline() => {}
                _ => {
                    return Err(error(
                        vm,
                        "new-line character seen in unquoted field - do you need to open the file with newline=''?",
                    ));
                }
            },
        }
        Ok(())
    }

    fn start_field(&mut self, vm: &mut Vm, c: Input) -> PyResult<()> {
        let d = self.d;
        self.state = State::StartField;
        if c == Input::EndOfLine || c.is_newline() {
            return self.save_last(vm, c);
        }
        if c.is(d.quotechar) && d.quoting != quote::NONE {
            self.unquoted = false;
            self.state = State::InQuoted;
        } else if c.is(d.escapechar) {
            self.state = State::Escaped;
        } else if c == Input::Char(32) && d.skipinitialspace {
        } else if c.is(Some(d.delimiter)) {
            self.save(vm)?;
        } else {
            self.add(vm, c.char())?;
            self.state = State::InField;
        }
        Ok(())
    }

    /// Behind a quote inside a quoted field: doubled, the end, or an error.
    fn after_quote(&mut self, vm: &mut Vm, c: Input, ends: bool) -> PyResult<()> {
        let d = self.d;
        if c.is(d.quotechar) && d.quoting != quote::NONE {
            self.add(vm, c.char())?;
            self.state = State::InQuoted;
        } else if c.is(Some(d.delimiter)) {
            self.save(vm)?;
            self.state = State::StartField;
        } else if ends {
            self.save_last(vm, c)?;
        } else if !d.strict {
            self.add(vm, c.char())?;
            self.state = State::InField;
        } else {
            let shown = |c: u32| char::from_u32(c).unwrap_or('\u{fffd}');
            let (delimiter, quote) = (shown(d.delimiter), shown(d.quotechar.unwrap_or(0)));
            return Err(error(
                vm,
                &format!("'{delimiter}' expected after '{quote}'"),
            ));
        }
        Ok(())
    }
}
