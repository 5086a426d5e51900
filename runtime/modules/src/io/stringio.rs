//! `StringIO`: a text stream in memory. The text is generalized UTF-8; positions are code points, with the byte offset of
//! the present one at hand, so that reading and appending need no counting.

use super::newline::Newlines;
use super::support::{add_stream, always, class, or_none, size_arg};
use super::text::newline_arg;
use skein_runtime::builtins::iter_next::Step;
use skein_runtime::prelude::*;
use skein_runtime::text::wtf8;
use std::cell::{Cell, RefCell};

struct StringIo {
    text: RefCell<Vec<u8>>,
    /// Code points of `text`.
    len: Cell<usize>,
    /// Position in code points (may lie beyond the end) and in bytes.
    pos: Cell<usize>,
    byte: Cell<usize>,
    open: Cell<bool>,
    newline: RefCell<Option<Vec<u8>>>,
    newlines: Newlines,
}

impl NativeData for StringIo {
    fn next(&self, vm: &mut Vm, _owner: Ref<Native>) -> Option<Step> {
        if !self.open.get() {
            return None;
        }
        let line = self.line(vm, None);
        let ended = line.cast::<PyStr>().is_none_or(|s| s.is_empty());
        Some(Ok(if ended { None } else { Some(line) }))
    }
}

static METHODS: &[NativeDef] = &[
    new_method(new),
    method(
        "__init__",
        init_method,
        "($self, initial_value='', newline='\\n')",
        "Start with the given text.",
    ),
    method(
        "read",
        read,
        "($self, size=-1, /)",
        "Read at most size characters, returned as a string.",
    ),
    method(
        "readline",
        readline,
        "($self, size=-1, /)",
        "Read until newline or EOF.",
    ),
    slot("__next__", next),
    method("write", write, "($self, s, /)", "Write string to file."),
    method(
        "seek",
        seek,
        "($self, pos, whence=0, /)",
        "Change stream position.",
    ),
    method(
        "tell",
        tell,
        "($self, /)",
        "Tell the current file position.",
    ),
    method(
        "truncate",
        truncate,
        "($self, pos=None, /)",
        "Truncate size to pos.",
    ),
    method(
        "getvalue",
        getvalue,
        "($self, /)",
        "Retrieve the entire contents of the object.",
    ),
    method("close", close, "($self, /)", "Close the IO object."),
    always("readable", yes),
    always("writable", yes),
    always("seekable", yes),
    method("__getstate__", getstate, "($self, /)", "State for pickle."),
    method(
        "__setstate__",
        setstate,
        "($self, state, /)",
        "Restore a state.",
    ),
];

static GETSETS: &[GetSetDef] = &[
    getter("closed", get_closed, "True if the file is closed."),
    getter("newlines", get_newlines, "Line endings translated so far."),
    getter("line_buffering", get_line_buffering, "Always False."),
];

/// Makes the type.
pub fn init(vm: &mut Vm, m: Ref<PyModule>) {
    let doc = "Text I/O implementation using an in-memory buffer.";
    let ty = add_stream(vm, m, ("StringIO", "_TextIOBase", 0), METHODS, GETSETS, doc);
    super::support::die_silently(ty);
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = class(vm, args[0])?;
    let state = StringIo {
        text: RefCell::default(),
        len: Cell::new(0),
        pos: Cell::new(0),
        byte: Cell::new(0),
        open: Cell::new(true),
        newline: RefCell::new(Some(b"\n".to_vec())),
        newlines: Newlines::default(),
    };
    Ok(Native::new(vm, ty, state).value())
}

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a StringIo> {
    match native::<StringIo>(v) {
        Some((_, s)) => Ok(s),
        None => Err(vm.wrong_self("method", "StringIO", *v)),
    }
}

fn open_stream<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a StringIo> {
    let s = this(vm, v)?;
    if !s.open.get() {
        return Err(vm.value_error("I/O operation on closed file"));
    }
    Ok(s)
}

impl StringIo {
    fn ascii(&self) -> bool {
        self.len.get() == self.text.borrow().len()
    }
    fn go_to(&self, pos: usize) {
        self.pos.set(pos);
        let text = self.text.borrow();
        self.byte.set(if pos >= self.len.get() {
            text.len()
        } else if text.len() == self.len.get() {
            pos
        } else {
            wtf8::offset_of(&text, pos).unwrap_or(text.len())
        });
    }
    /// Byte offset `n` code points after the present position.
    fn ahead(&self, n: usize) -> usize {
        let text = self.text.borrow();
        let at = self.byte.get();
        if self.ascii() {
            return at.saturating_add(n).min(text.len());
        }
        wtf8::offset_of(&text[at..], n).map_or(text.len(), |o| at + o)
    }

    fn put(&self, new: &[u8]) {
        let chars = wtf8::count(new);
        if chars == 0 {
            return;
        }
        let (pos, len) = (self.pos.get(), self.len.get());
        if pos >= len {
            let mut text = self.text.borrow_mut();
            let pad = text.len() + (pos - len);
            text.resize(pad, 0);
            text.extend_from_slice(new);
            self.len.set(pos + chars);
            self.byte.set(text.len());
        } else {
            let (from, to) = (self.byte.get(), self.ahead(chars));
            self.text.borrow_mut().splice(from..to, new.iter().copied());
            self.len.set(len.max(pos + chars));
            self.byte.set(from + new.len());
        }
        self.pos.set(pos + chars);
    }

    fn write(&self, new: &[u8]) {
        let newline = self.newline.borrow().clone();
        let text = match newline.as_deref() {
            Some(b"\n") => return self.put(new),
            None => self.newlines.feed(new.to_vec(), true, true),
            Some(b"") => self.newlines.feed(new.to_vec(), false, true),
            Some(end) => {
                let mut out = Vec::with_capacity(new.len());
                for (i, line) in new.split(|b| *b == b'\n').enumerate() {
                    if i > 0 {
                        out.extend_from_slice(end);
                    }
                    out.extend_from_slice(line);
                }
                out
            }
        };
        self.put(&text);
    }

    /// Text up to byte offset `end`, with the position moved there.
    fn take(&self, vm: &mut Vm, end: usize) -> Value {
        let start = self.byte.get();
        if self.pos.get() > self.len.get() || start >= end {
            return vm.empty_str().value();
        }
        let text = self.text.borrow();
        self.pos.set(
            self.pos.get()
                + if self.ascii() {
                    end - start
                } else {
                    wtf8::count(&text[start..end])
                },
        );
        self.byte.set(end);
        vm.new_str_bytes(&text[start..end])
    }

    fn line(&self, vm: &mut Vm, limit: Option<usize>) -> Value {
        let mut end = {
            let text = self.text.borrow();
            let rest = &text[self.byte.get()..];
            let n = match self.newline.borrow().as_deref() {
                None | Some(b"\n") => memchr::memchr(b'\n', rest).map(|i| i + 1),
                Some(b"\r") => memchr::memchr(b'\r', rest).map(|i| i + 1),
                Some(b"\r\n") => memchr::memmem::find(rest, b"\r\n").map(|i| i + 2),
                Some(_) => memchr::memchr2(b'\r', b'\n', rest).map(|i| {
                    if rest[i] == b'\r' && rest.get(i + 1) == Some(&b'\n') {
                        i + 2
                    } else {
                        i + 1
                    }
                }),
            };
            n.map_or(text.len(), |n| self.byte.get() + n)
        };
        if let Some(limit) = limit {
            end = end.min(self.ahead(limit));
        }
        self.take(vm, end)
    }
}

fn set_initial(vm: &mut Vm, s: &StringIo, initial: Value, newline: Value) -> PyResult<()> {
    let newline = if newline.is_null() {
        Some(b"\n".to_vec())
    } else {
        newline_arg(vm, newline, true)?
    };
    let text = if initial.is_absent() {
        None
    } else {
        match initial.cast::<PyStr>() {
            Some(t) => Some(t),
            None => {
                let name = vm.type_name(initial);
                return Err(vm.type_error(format!("initial_value must be str or None, not {name}")));
            }
        }
    };
    s.newline.replace(newline);
    s.newlines.seen.set(0);
    s.newlines.pending_cr.set(false);
    s.text.borrow_mut().clear();
    s.len.set(0);
    s.go_to(0);
    s.open.set(true);
    if let Some(t) = text {
        s.write(t.bytes());
        s.go_to(0);
    }
    Ok(())
}

fn init_method(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, &args[0])?;
    set_initial(vm, s, args[1], args[2])?;
    Ok(Value::NONE)
}

fn read(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = size_arg(vm, args[1])?;
    let s = open_stream(vm, &args[0])?;
    let end = match n {
        Some(n) => s.ahead(n),
        None => s.text.borrow().len(),
    };
    Ok(s.take(vm, end))
}

fn readline(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = size_arg(vm, args[1])?;
    let s = open_stream(vm, &args[0])?;
    Ok(s.line(vm, n))
}

fn next(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = open_stream(vm, &args[0])?;
    let exact = super::support::io_type(vm, "StringIO") == Some(vm.type_of(args[0]));
    let line = if exact {
        s.line(vm, None)
    } else {
        vm.call_method(args[0], "readline", &[])?
    };
    if vm.len(line)? == 0 {
        return Err(vm.stop_iteration(Value::NONE));
    }
    Ok(line)
}

fn write(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(text) = args[1].cast::<PyStr>() else {
        let name = vm.type_name(args[1]);
        return Err(vm.type_error(format!("string argument expected, got '{name}'")));
    };
    let s = open_stream(vm, &args[0])?;
    let gap = s.pos.get().saturating_sub(s.len.get());
    vm.reserve(&mut s.text.borrow_mut(), gap + text.byte_len())?;
    s.write(text.bytes());
    Ok(Value::from_usize(text.len()))
}

fn seek(vm: &mut Vm, args: &[Value]) -> PyResult {
    let offset = vm.index_i64(args[1])?;
    let whence = match args[2].non_null() {
        Some(w) => vm.index_i64(w)?,
        None => 0,
    };
    let s = open_stream(vm, &args[0])?;
    let at = match whence {
        0 if offset < 0 => return Err(vm.value_error(format!("Negative seek position {offset}"))),
        0 => offset as usize,
        1 | 2 if offset != 0 => {
            return Err(vm.raise(ids::OS_ERROR, "Can't do nonzero cur-relative seeks"));
        }
        1 => s.pos.get(),
        2 => s.len.get(),
        n => return Err(vm.value_error(format!("Invalid whence ({n}, should be 0, 1 or 2)"))),
    };
    s.go_to(at);
    Ok(vm.new_int(at as i64))
}

fn tell(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = open_stream(vm, &args[0])?;
    Ok(vm.new_int(s.pos.get() as i64))
}

fn truncate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = open_stream(vm, &args[0])?;
    let n = if args[1].is_absent() {
        s.pos.get() as i64
    } else {
        vm.index_i64(args[1])?
    };
    if n < 0 {
        return Err(vm.value_error(format!("Negative size value {n}")));
    }
    if (n as usize) < s.len.get() {
        let end = {
            let text = s.text.borrow();
            wtf8::offset_of(&text, n as usize).unwrap_or(text.len())
        };
        s.text.borrow_mut().truncate(end);
        s.len.set(n as usize);
        s.go_to(s.pos.get());
    }
    Ok(vm.new_int(n))
}

fn getvalue(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = open_stream(vm, &args[0])?;
    let text = s.text.borrow();
    Ok(vm.new_str_bytes(&text))
}

fn close(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, &args[0])?;
    s.open.set(false);
    s.text.take();
    s.len.set(0);
    s.go_to(0);
    Ok(Value::NONE)
}
fn yes(vm: &mut Vm, args: &[Value]) -> PyResult {
    open_stream(vm, &args[0]).map(|_| Value::TRUE)
}
fn get_closed(vm: &mut Vm, v: Value) -> PyResult {
    Ok(Value::bool(!this(vm, &v)?.open.get()))
}
fn get_newlines(vm: &mut Vm, v: Value) -> PyResult {
    let seen = open_stream(vm, &v)?.newlines.seen.get();
    Ok(super::newline::seen_value(vm, seen))
}
fn get_line_buffering(vm: &mut Vm, v: Value) -> PyResult {
    open_stream(vm, &v).map(|_| Value::FALSE)
}

fn getstate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let value = getvalue(vm, args)?;
    let s = open_stream(vm, &args[0])?;
    let newline = s.newline.borrow().clone();
    let newline = newline.map_or(Value::NONE, |n| vm.new_str_bytes(&n));
    let pos = vm.new_int(s.pos.get() as i64);
    let dict = vm
        .own_attributes_copy(args[0])
        .map_or(Value::NONE, Value::from);
    Ok(vm.new_tuple(&[value, newline, pos, or_none(dict)]))
}

fn setstate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(t) = args[1].cast::<PyTuple>().filter(|t| t.len() == 4) else {
        let (ty, got) = (vm.type_name(args[0]), vm.type_name(args[1]));
        return Err(vm.type_error(format!(
            "{ty}.__setstate__ argument should be 4-tuple, got {got}"
        )));
    };
    let s = this(vm, &args[0])?;
    // The text was translated before: it goes in as it is.
    set_initial(vm, s, Value::NULL, t.items()[1])?;
    if let Some(text) = t.items()[0].cast::<PyStr>() {
        s.put(text.bytes());
    }
    let pos = vm.index_i64(t.items()[2])?;
    if pos < 0 {
        return Err(vm.value_error("position value cannot be negative"));
    }
    s.go_to(pos as usize);
    if let (Some(new), Some(own)) = (t.items()[3].cast::<PyDict>(), vm.own_dict(args[0])) {
        skein_runtime::builtins::dict_update::update_from(vm, own, new.value())?;
    }
    Ok(Value::NONE)
}
