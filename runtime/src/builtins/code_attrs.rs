//! Attributes and methods of `code`.
//!
//! `co_positions` has an entry per instruction word; `co_lines`, `f_lasti` and `tb_lasti` count two per word, because
//! `traceback` halves them to index `co_positions`.

use super::code::{CodeInit, PyCode};
use crate::heap::bytebuf::ByteBuf;
use crate::prelude::*;

/// Units of `f_lasti` and `tb_lasti` per instruction word.
pub const LASTI_UNITS: u32 = 2;

fn code(vm: &mut Vm, v: Value) -> PyResult<Ref<PyCode>> {
    match v.cast() {
        Some(c) => Ok(c),
        None => Err(vm.wrong_self("co_code", "code", v)),
    }
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let given = super::args::items(&args[1]);
    (vm.hooks.intrinsic)(vm, "code", given)
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let c = code(vm, args[0])?;
    let text = format!(
        "<code object {} at {:#x}, file \"{}\", line {}>",
        super::str::lossy(c.name.get()),
        args[0].address(),
        super::str::lossy(c.filename.get()),
        c.firstlineno
    );
    Ok(vm.new_str(&text))
}

fn array_tuple(vm: &mut Vm, a: Ref<Array>) -> Ref<PyTuple> {
    let mut v = ValueVec::new();
    for s in a.slots() {
        if !s.get().is_null() {
            v.push(&vm.heap, s.get());
        }
    }
    PyTuple::from_slice(vm, v.as_slice())
}

fn same_const(vm: &mut Vm, a: Value, b: Value) -> PyResult<bool> {
    if a == b {
        return Ok(true);
    }
    if vm.type_of(a) != vm.type_of(b) {
        return Ok(false);
    }
    if let (Some(x), Some(y)) = (a.cast::<PyTuple>(), b.cast::<PyTuple>()) {
        if x.len() != y.len() {
            return Ok(false);
        }
        for (p, q) in x.items().iter().zip(y.items()) {
            if !same_const(vm, *p, *q)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    if let (Some(x), Some(y)) = (as_float(a), as_float(b)) {
        return Ok(x.to_bits() == y.to_bits());
    }
    vm.equal(a, b)
}

fn eq(vm: &mut Vm, args: &[Value]) -> PyResult {
    let a = code(vm, args[0])?;
    let Some(b) = args[1].cast::<PyCode>() else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let numbers = |c: Ref<PyCode>| {
        [
            c.argcount,
            c.posonlyargcount,
            c.kwonlyargcount,
            c.flags.get(),
            c.firstlineno,
            c.nregs,
            c.word_count,
        ]
    };
    let same = numbers(a) == numbers(b)
        && a.positions.expect().bytes() == b.positions.expect().bytes()
        && a.exceptions.expect().bytes() == b.exceptions.expect().bytes();
    if !same || !vm.equal(a.name.get(), b.name.get())? {
        return Ok(Value::FALSE);
    }
    for (x, y) in [
        (a.names.expect(), b.names.expect()),
        (a.consts.expect(), b.consts.expect()),
    ] {
        let (x, y) = (array_tuple(vm, x), array_tuple(vm, y));
        if !same_const(vm, x.value(), y.value())? {
            return Ok(Value::FALSE);
        }
    }
    for (x, y) in [
        (a.varnames.value(), b.varnames.value()),
        (a.cellvars.value(), b.cellvars.value()),
        (a.freevars.value(), b.freevars.value()),
    ] {
        if !vm.equal(x, y)? {
            return Ok(Value::FALSE);
        }
    }
    Ok(Value::TRUE)
}

fn hash(vm: &mut Vm, args: &[Value]) -> PyResult {
    let c = code(vm, args[0])?;
    let mut h = vm.hash(c.name.get())?;
    for v in [c.varnames.value(), c.freevars.value(), c.cellvars.value()] {
        h = h.wrapping_mul(1_000_003) ^ vm.hash(v)?;
    }
    h ^= i64::from(c.argcount) ^ i64::from(c.firstlineno) << 8 ^ i64::from(c.word_count) << 24;
    Ok(vm.new_int(h & i64::MAX >> 2))
}

fn position_tuple(vm: &mut Vm, c: Ref<PyCode>, word: u32) -> Value {
    match (vm.hooks.position)(vm, c, word) {
        Some((line, end, col, end_col)) => {
            let number = |n: i32| {
                if n < 0 {
                    Value::NONE
                } else {
                    Value::from_i32(n)
                }
            };
            let (line, end) = (
                Value::from_usize(line as usize),
                Value::from_usize(end as usize),
            );
            vm.new_tuple(&[line, end, number(col), number(end_col)])
        }
        None => vm.new_tuple(&[Value::NONE; 4]),
    }
}

fn positions(vm: &mut Vm, args: &[Value]) -> PyResult {
    let c = code(vm, args[0])?;
    let list = PyList::new(vm);
    for i in 0..c.word_count {
        let t = position_tuple(vm, c, i);
        list.push(vm, t);
    }
    vm.iter(list.value())
}

fn lines(vm: &mut Vm, args: &[Value]) -> PyResult {
    let c = code(vm, args[0])?;
    let list = PyList::new(vm);
    let line_at = |vm: &Vm, i: u32| (vm.hooks.position)(vm, c, i).map(|p| p.0);
    let mut start = 0;
    while start < c.word_count {
        let line = line_at(vm, start);
        let mut end = start + 1;
        while end < c.word_count && line_at(vm, end) == line {
            end += 1;
        }
        let line = line.map_or(Value::NONE, |n| Value::from_usize(n as usize));
        let (a, b) = (
            Value::from_usize((start * LASTI_UNITS) as usize),
            Value::from_usize((end * LASTI_UNITS) as usize),
        );
        let t = vm.new_tuple(&[a, b, line]);
        list.push(vm, t);
        start = end;
    }
    vm.iter(list.value())
}

fn branches(vm: &mut Vm, args: &[Value]) -> PyResult {
    code(vm, args[0])?;
    let empty = vm.new_tuple(&[]);
    vm.iter(empty)
}

fn varname(vm: &mut Vm, args: &[Value]) -> PyResult {
    let c = code(vm, args[0])?;
    let i = vm.index_i64(args[1])?;
    let found = usize::try_from(i)
        .ok()
        .and_then(|i| c.varnames.expect().items().get(i).copied());
    match found {
        Some(n) => Ok(n),
        None => Err(vm.value_error(format!("oparg {i} out of range"))),
    }
}

fn copy_buf(vm: &mut Vm, from: Ref<ByteBuf>) -> Ref<ByteBuf> {
    let new = vm.heap.new_bytebuf(from.capacity());
    new.write(0, from.bytes());
    new.used.set(from.used.get());
    new
}

/// Fields of `code.replace` that hold a number, in the order of the signature.
struct Changes<'a> {
    args: &'a [Value],
}

impl Changes<'_> {
    fn number(&self, vm: &mut Vm, i: usize, old: u32) -> PyResult<u32> {
        match self.args[i].non_null() {
            None => Ok(old),
            Some(v) => {
                let n = vm.ssize(v)?;
                u32::try_from(n).map_err(|_| vm.value_error("code: argument must not be negative"))
            }
        }
    }
    fn tuple(&self, vm: &mut Vm, i: usize, name: &str) -> PyResult<Option<Ref<PyTuple>>> {
        match self.args[i].non_null() {
            None => Ok(None),
            Some(v) => match v.cast::<PyTuple>() {
                Some(t) => Ok(Some(t)),
                None => Err(wrong(vm, name, "tuple", v)),
            },
        }
    }
    fn text(&self, vm: &mut Vm, i: usize, name: &str, old: Value) -> PyResult {
        match self.args[i].non_null() {
            None => Ok(old),
            Some(v) if v.is::<PyStr>() => Ok(v),
            Some(v) => Err(wrong(vm, name, "str", v)),
        }
    }
}

fn wrong(vm: &mut Vm, name: &str, expected: &str, v: Value) -> crate::error::Raised {
    let actual = vm.type_name(v);
    vm.type_error(format!(
        "replace() argument '{name}' must be {expected}, not {actual}"
    ))
}

fn to_array(vm: &mut Vm, t: Option<Ref<PyTuple>>, old: Ref<Array>, intern: bool) -> Ref<Array> {
    let Some(t) = t.filter(|t| t.len() >= old.len()) else {
        return old;
    };
    let new = vm.heap.new_array(t.len());
    for (i, v) in t.items().iter().enumerate() {
        let v = match v.cast::<PyStr>() {
            Some(s) if intern => vm.intern_str(s).value(),
            _ => *v,
        };
        new.set(i, v);
    }
    new
}

/// Instructions cannot be given: `co_code` must be the code's own.
fn replace(vm: &mut Vm, args: &[Value]) -> PyResult {
    let c = code(vm, args[0])?;
    let ch = Changes { args };
    if let Some(own) = args[8].non_null() {
        let same = own
            .cast::<PyBytes>()
            .is_some_and(|b| b.bytes() == c.words.expect().bytes());
        if !same {
            return Err(vm.not_implemented_error("code objects with foreign instructions"));
        }
    }
    let consts = ch.tuple(vm, 9, "co_consts")?;
    let names = ch.tuple(vm, 10, "co_names")?;
    let varnames = ch.tuple(vm, 11, "co_varnames")?;
    let freevars = ch.tuple(vm, 12, "co_freevars")?;
    let cellvars = ch.tuple(vm, 13, "co_cellvars")?;
    let old = [
        c.varnames.expect(),
        c.freevars.expect(),
        c.cellvars.expect(),
    ];
    for (new, old) in [varnames, freevars, cellvars].into_iter().zip(old) {
        if new.is_some_and(|n| n.len() != old.len()) {
            return Err(vm.value_error("code: number of variables differs"));
        }
    }
    let init = CodeInit {
        words: copy_buf(vm, c.words.expect()),
        consts: to_array(vm, consts, c.consts.expect(), false),
        names: to_array(vm, names, c.names.expect(), true),
        varnames: varnames.unwrap_or(old[0]),
        cellvars: cellvars.unwrap_or(old[2]),
        freevars: freevars.unwrap_or(old[1]),
        cell_regs: c.cell_regs.expect(),
        exceptions: c.exceptions.expect(),
        positions: c.positions.expect(),
        filename: ch.text(vm, 14, "co_filename", c.filename.get())?,
        name: ch.text(vm, 15, "co_name", c.name.get())?,
        qualname: ch.text(vm, 16, "co_qualname", c.qualname.get())?,
        flags: ch.number(vm, 6, c.flags.get())?,
        argcount: ch.number(vm, 1, c.argcount)?,
        posonlyargcount: ch.number(vm, 2, c.posonlyargcount)?,
        kwonlyargcount: ch.number(vm, 3, c.kwonlyargcount)?,
        nregs: c.nregs,
        free_base: c.free_base,
        firstlineno: ch.number(vm, 7, c.firstlineno)?,
        word_count: c.word_count,
        stop_handler: c.stop_handler,
    };
    let parameters =
        init.argcount + init.kwonlyargcount + (init.flags >> 2 & 1) + (init.flags >> 3 & 1);
    if parameters as usize > init.varnames.len() || init.posonlyargcount > init.argcount {
        return Err(vm.value_error("code: varnames is too small"));
    }
    Ok(PyCode::new(vm, init).value())
}

macro_rules! numbers {
    ($($name:ident => |$c:ident| $e:expr;)*) => {
        $(fn $name(vm: &mut Vm, v: Value) -> PyResult {
            let $c = code(vm, v)?;
            Ok(Value::from_usize($e as usize))
        })*
    };
}
numbers! {
    get_argcount => |c| c.argcount;
    get_posonly => |c| c.posonlyargcount;
    get_kwonly => |c| c.kwonlyargcount;
    get_nlocals => |c| c.varnames.expect().len();
    get_stacksize => |c| c.nregs;
    get_flags => |c| c.flags.get();
    get_firstlineno => |c| c.firstlineno;
}
macro_rules! values {
    ($($name:ident => |$c:ident| $e:expr;)*) => {
        $(fn $name(vm: &mut Vm, v: Value) -> PyResult {
            let $c = code(vm, v)?;
            Ok($e)
        })*
    };
}
values! {
    get_varnames => |c| c.varnames.value();
    get_cellvars => |c| c.cellvars.value();
    get_freevars => |c| c.freevars.value();
    get_filename => |c| c.filename.get();
    get_name => |c| c.name.get();
    get_qualname => |c| c.qualname.get();
}
macro_rules! buffers {
    ($($name:ident => $field:ident;)*) => {
        $(fn $name(vm: &mut Vm, v: Value) -> PyResult {
            let c = code(vm, v)?;
            let data = c.$field.expect().bytes().to_vec();
            Ok(vm.new_bytes(&data))
        })*
    };
}
buffers! {
    get_code => words;
    get_linetable => positions;
    get_exceptiontable => exceptions;
}

fn get_consts(vm: &mut Vm, v: Value) -> PyResult {
    let c = code(vm, v)?;
    Ok(array_tuple(vm, c.consts.expect()).value())
}
fn get_names(vm: &mut Vm, v: Value) -> PyResult {
    let c = code(vm, v)?;
    Ok(array_tuple(vm, c.names.expect()).value())
}

/// `code`
pub static CODE: TypeDef = TypeDef {
    id: ids::CODE,
    doc: "Create a code object.  Not for mere mortals.",
    methods: &[
        static_method("__new__", new, "($type, /, *args)", NEW_DOC),
        slot("__repr__", repr),
        slot("__eq__", eq),
        slot("__hash__", hash),
        method(
            "co_positions",
            positions,
            "($self, /)",
            "Positions of the instructions: (line, end line, column, end column).",
        ),
        method(
            "co_lines",
            lines,
            "($self, /)",
            "Ranges of instructions with their line.",
        ),
        method(
            "co_branches",
            branches,
            "($self, /)",
            "Branches of the code (not recorded).",
        ),
        method(
            "_varname_from_oparg",
            varname,
            "($self, /, oparg)",
            "Name of a local variable by number.",
        ),
        method(
            "replace",
            replace,
            "($self, /, *, co_argcount=-1, co_posonlyargcount=-1, co_kwonlyargcount=-1, co_nlocals=-1, co_stacksize=-1, co_flags=-1, co_firstlineno=-1, co_code=None, co_consts=None, co_names=None, co_varnames=None, co_freevars=None, co_cellvars=None, co_filename=None, co_name=None, co_qualname=None, co_linetable=None, co_exceptiontable=None)",
            "Return a copy of the code object with new values for the specified fields.",
        ),
        method(
            "__replace__",
            replace,
            "($self, /, *, co_argcount=-1, co_posonlyargcount=-1, co_kwonlyargcount=-1, co_nlocals=-1, co_stacksize=-1, co_flags=-1, co_firstlineno=-1, co_code=None, co_consts=None, co_names=None, co_varnames=None, co_freevars=None, co_cellvars=None, co_filename=None, co_name=None, co_qualname=None, co_linetable=None, co_exceptiontable=None)",
            "The same as replace().",
        ),
    ],
    getsets: &[
        member(
            "co_argcount",
            get_argcount,
            "number of positional parameters",
        ),
        member(
            "co_posonlyargcount",
            get_posonly,
            "number of positional-only parameters",
        ),
        member(
            "co_kwonlyargcount",
            get_kwonly,
            "number of keyword-only parameters",
        ),
        getter("co_nlocals", get_nlocals, "number of local variables"),
        member("co_stacksize", get_stacksize, "number of registers"),
        member("co_flags", get_flags, "flag bits"),
        member("co_firstlineno", get_firstlineno, "first line"),
        getter("co_code", get_code, "instruction words"),
        getter("_co_code_adaptive", get_code, "instruction words"),
        member("co_consts", get_consts, "constants"),
        member("co_names", get_names, "names of globals and attributes"),
        getter("co_varnames", get_varnames, "names of local variables"),
        getter(
            "co_cellvars",
            get_cellvars,
            "local variables that inner functions use",
        ),
        getter("co_freevars", get_freevars, "variables of outer functions"),
        member("co_filename", get_filename, "source file"),
        member("co_name", get_name, "name"),
        member("co_qualname", get_qualname, "qualified name"),
        member("co_linetable", get_linetable, "encoded positions"),
        member(
            "co_exceptiontable",
            get_exceptiontable,
            "encoded exception table",
        ),
    ],
};
