//! `_tokenize`: the iterator of tokens under `tokenize`.
//!
//! [`scan`] finds the tokens, [`literal`] is its part for numbers and strings; here lines are read from Python and tokens become tuples.

mod literal;
mod scan;

use crate::util::{add_type, native_class};
use scan::{Fault, FaultKind, Lines, Scanner, Stop, Token, kind};
use skein_runtime::prelude::*;
use skein_runtime::text::wtf8;
use std::cell::{Cell, RefCell};

/// `_tokenize`
pub const MODULE: ModuleDef = ModuleDef {
    name: "_tokenize",
    init,
};

static METHODS: &[NativeDef] = &[
    static_method(
        "__new__",
        new,
        "($type, readline, /, *, extra_tokens, encoding=None)",
        NEW_DOC,
    ),
    slot("__iter__", iter_self),
    slot("__next__", next),
];

/// The state of an iterator. While it reads a line the scanner is away, so that a reader asking for a token finds none.
struct Iter {
    readline: Slot,
    /// The text of the line numbered `line_number`.
    line: Slot,
    line_number: Cell<usize>,
    encoding: Slot,
    scanner: RefCell<Option<Scanner>>,
    done: Cell<bool>,
}
impl NativeData for Iter {
    fn trace(&self, t: &mut Tracer) {
        for slot in [&self.readline, &self.line, &self.encoding] {
            t.visit_slot(slot);
        }
    }
}

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    let ty = vm.new_native_type(
        "TokenizerIter",
        "_tokenize",
        None,
        Kind::Native,
        tflag::BASETYPE,
        METHODS,
        &[],
        "Iterator of tokens.",
    );
    add_type(vm, m, "_tokenize", ty);
    Ok(())
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = native_class(vm, args[0])?;
    let extra = vm.truth(args[2])?;
    let encoding = args[3].non_null().unwrap_or(Value::NONE);
    if !encoding.is_none() && encoding.cast::<PyStr>().is_none() {
        let got = vm.type_name(encoding);
        return Err(vm.type_error(format!(
            "tokenizeriter() argument 'encoding' must be str, not {got}"
        )));
    }
    let state = Iter {
        readline: Slot::new(args[1]),
        line: Slot::new(Value::NULL),
        line_number: Cell::new(0),
        encoding: Slot::new(encoding),
        scanner: RefCell::new(Some(Scanner::new(extra))),
        done: Cell::new(false),
    };
    Ok(Native::new(vm, ty, state).value())
}

fn iter_self(_vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(args[0])
}

/// Reads lines by calling Python.
struct Reader<'a> {
    vm: &'a mut Vm,
    readline: Value,
    encoding: Value,
}
impl Lines for Reader<'_> {
    type Error = Raised;
    fn next(&mut self) -> PyResult<Option<Vec<u8>>> {
        let vm = &mut *self.vm;
        let line = match vm.call(self.readline, &[]) {
            Ok(line) => line,
            Err(_) if vm.clear_raised_if(ids::STOP_ITERATION) => return Ok(None),
            Err(raised) => return Err(raised),
        };
        let text = if self.encoding.is_none() {
            line
        } else if line.cast::<PyBytes>().is_some() {
            let replace = vm.intern("replace").value();
            vm.call_method(line, "decode", &[self.encoding, replace])?
        } else {
            return Err(vm.type_error("readline() returned a non-bytes object"));
        };
        let Some(text) = text.cast::<PyStr>() else {
            return Err(vm.type_error("readline() returned a non-string object"));
        };
        if std::str::from_utf8(text.bytes()).is_err() {
            // Raises for the surrogate.
            vm.call_method(text.value(), "encode", &[])?;
        }
        Ok(Some(text.bytes().to_vec()))
    }
}

fn next(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some((owner, it)) = native::<Iter>(&args[0]) else {
        return Err(vm.wrong_self("__next__", "_tokenize.TokenizerIter", args[0]));
    };
    if it.done.get() {
        return Err(vm.stop_iteration(Value::NONE));
    }
    let Some(mut scanner) = it.scanner.borrow_mut().take() else {
        return Err(vm.value_error("tokenizer already executing"));
    };
    let mut reader = Reader {
        vm,
        readline: it.readline.get(),
        encoding: it.encoding.get(),
    };
    let found = scanner.token(&mut reader);
    let result = match found {
        Ok(token) => tuple(vm, owner, it, &scanner, &token),
        Err(Stop::Reader(raised)) => Err(raised),
        Err(Stop::Fault(fault)) => {
            it.done.set(true);
            Err(raise(vm, &fault))
        }
    };
    it.scanner.borrow_mut().replace(scanner);
    result
}

fn raise(vm: &mut Vm, fault: &Fault) -> Raised {
    let id = match fault.kind {
        FaultKind::Syntax => ids::SYNTAX_ERROR,
        FaultKind::Indentation => ids::INDENTATION_ERROR,
        FaultKind::Tab => ids::TAB_ERROR,
    };
    let message = vm.new_str(&fault.message);
    let file = vm.new_str("<string>");
    let text = vm.new_str_bytes(&fault.text);
    let (line, offset) = (
        Value::from_usize(fault.line),
        Value::from_usize(fault.offset),
    );
    let details = vm.new_tuple(&[file, line, offset, text]);
    let ty = vm.builtin_type(id);
    vm.raise_type(ty, &[message, details])
}

/// Line and column; columns count characters.
fn place(vm: &mut Vm, text: &[u8], (line, line_start): (usize, usize), at: usize) -> Value {
    let col = wtf8::count(&text[line_start.min(at)..at]);
    vm.new_tuple(&[Value::from_usize(line), Value::from_usize(col)])
}

fn tuple(vm: &mut Vm, owner: Ref<Native>, it: &Iter, scanner: &Scanner, token: &Token) -> PyResult {
    let text = scanner.text();
    let layout = matches!(token.kind, kind::ENDMARKER | kind::DEDENT);
    let trailing = layout && (token.kind == kind::ENDMARKER || scanner.at_end());
    if token.kind == kind::ENDMARKER {
        it.done.set(true);
    }
    if trailing && scanner.extra {
        let empty = vm.new_str("");
        let at = vm.new_tuple(&[Value::from_usize(token.last.0 + 1), Value::from_i32(0)]);
        return Ok(vm.new_tuple(&[Value::from_i32(token.kind.into()), empty, at, at, empty]));
    }
    let line = line_of(vm, owner, it, scanner, token);
    let number = Value::from_i32(token.kind.into());
    if token.bare {
        let empty = vm.new_str("");
        let at = vm.new_tuple(&[Value::from_usize(token.last.0), Value::from_i32(-1)]);
        return Ok(vm.new_tuple(&[number, empty, at, at, line]));
    }
    let piece = &text[token.start..token.end];
    let shown = match token.kind {
        kind::NEWLINE | kind::NL if scanner.implicit_newline => b"",
        _ => piece,
    };
    let shown = vm.new_str_bytes(shown);
    let start = place(vm, text, token.first, token.start);
    let end = match token.kind {
        // One column, be it a carriage return and a newline.
        kind::NEWLINE | kind::NL => place(vm, text, token.first, token.end),
        _ => place(vm, text, token.last, token.end),
    };
    Ok(vm.new_tuple(&[number, shown, start, end, line]))
}

/// The text of the lines that the token stands on; tokens of one line share it.
fn line_of(vm: &mut Vm, owner: Ref<Native>, it: &Iter, scanner: &Scanner, token: &Token) -> Value {
    let known = it.line.get();
    let number = it.line_number.replace(token.first.0);
    if number == token.last.0 && !known.is_null() {
        return known;
    }
    let text = scanner.text();
    let mut line = &text[token.first.1.min(text.len())..];
    if scanner.implicit_newline {
        line = line.strip_suffix(b"\n").unwrap_or(line);
    }
    let line = vm.new_str_bytes(line);
    it.line.set(owner, line);
    line
}
