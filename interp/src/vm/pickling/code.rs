//! Code objects as tuples of plain values, and back.
//!
//! Instructions are written as the compiler made them, without what running them left in them. Reading checks every part
//! and then all of it with the verifier.

use crate::vm::code::byte_buf;
use crate::vm::packed::{clear_caches, words_of};
use skein_compiler::bytecode::flow::states;
use skein_compiler::bytecode::verify::verify_unit;
use skein_compiler::bytecode::{CodeUnit, Const, ExceptionEntry};
use skein_runtime::builtins::code::{CodeInit, PyCode};
use skein_runtime::prelude::*;

/// Number of values of a code object.
pub const PARTS: usize = 19;

/// The values that a code object is made from, see [`restore`].
pub fn state(vm: &mut Vm, code: Ref<PyCode>) -> Value {
    let bytes: Vec<u8> = words_of(code)
        .iter()
        .flat_map(|w| w.to_le_bytes())
        .collect();
    let words = vm.new_bytes(&bytes);
    let (consts, names) = (code.consts.expect(), code.names.expect());
    let [consts, names] = [consts, names].map(|array| {
        let mut all = ValueVec::with_capacity(&vm.heap, array.len());
        for i in 0..array.len() {
            all.push(&vm.heap, array.get(i));
        }
        PyTuple::from_slice(vm, all.as_slice()).value()
    });
    let regs = code.cell_regs.expect();
    let regs = &regs.bytes()[..code.cellvars.expect().len() * 2];
    let cell_regs = vm.new_bytes(regs);
    let (rows, places) = (code.exceptions.expect(), code.positions.expect());
    let exceptions = vm.new_bytes(rows.bytes());
    let positions = vm.new_bytes(places.bytes());
    let number = |n: u32| Value::from_usize(n as usize);
    vm.new_tuple(&[
        number(code.argcount),
        number(code.posonlyargcount),
        number(code.kwonlyargcount),
        number(code.nregs),
        number(code.free_base),
        number(code.flags.get()),
        number(code.firstlineno),
        words,
        consts,
        names,
        code.varnames.value(),
        code.cellvars.value(),
        code.freevars.value(),
        cell_regs,
        exceptions,
        positions,
        code.filename.get(),
        code.name.get(),
        code.qualname.get(),
    ])
}

/// The parts of a code object, each of the right type.
struct Parts {
    numbers: [u32; 7],
    words: Ref<PyBytes>,
    consts: Ref<PyTuple>,
    /// Names, then those of local variables, cells and free variables.
    names: [Ref<PyTuple>; 4],
    cell_regs: Ref<PyBytes>,
    exceptions: Ref<PyBytes>,
    positions: Ref<PyBytes>,
    /// File, name and qualified name.
    texts: [Value; 3],
}

fn exact<T: skein_runtime::object::header::HeapObject>(v: Value, id: u32) -> Option<Ref<T>> {
    v.cast().filter(|_| v.shape_id() == id)
}

/// A tuple of exact strs without surrogates, interned.
fn names_of(vm: &mut Vm, v: Value) -> Option<Ref<PyTuple>> {
    let given: Ref<PyTuple> = exact(v, ids::TUPLE)?;
    let mut all = ValueVec::with_capacity(&vm.heap, given.len());
    for v in given.items() {
        let s: Ref<PyStr> = exact(*v, ids::STR)?;
        let s = vm.intern_str(s);
        all.push(&vm.heap, s.value());
    }
    Some(PyTuple::from_slice(vm, all.as_slice()))
}

fn parts(vm: &mut Vm, args: &[Value]) -> Option<Parts> {
    if args.len() != PARTS {
        return None;
    }
    let mut numbers = [0; 7];
    for (n, v) in numbers.iter_mut().zip(args) {
        *n = u32::try_from(v.as_small_int()?).ok()?;
    }
    let texts = [args[16], args[17], args[18]];
    for t in texts {
        exact::<PyStr>(t, ids::STR)?;
    }
    Some(Parts {
        numbers,
        words: exact(args[7], ids::BYTES)?,
        consts: exact(args[8], ids::TUPLE)?,
        names: [
            names_of(vm, args[9])?,
            names_of(vm, args[10])?,
            names_of(vm, args[11])?,
            names_of(vm, args[12])?,
        ],
        cell_regs: exact(args[13], ids::BYTES)?,
        exceptions: exact(args[14], ids::BYTES)?,
        positions: exact(args[15], ids::BYTES)?,
        texts,
    })
}

fn entry(row: &[u8; 16]) -> Option<ExceptionEntry> {
    let (n, _) = row.as_chunks::<4>();
    let n = |i: usize| u32::from_le_bytes(n[i]);
    Some(ExceptionEntry {
        start: n(0),
        end: n(1),
        target: n(2),
        reg: u16::try_from(n(3)).ok()?,
    })
}

/// What the verifier has to know of a constant.
fn placeholder(v: Value) -> Const {
    if v.is::<PyCode>() {
        return Const::Code(Box::default());
    }
    if v.shape_id() == ids::STR {
        return Const::Str(Box::default());
    }
    match v.cast::<PyTuple>() {
        Some(t) if v.shape_id() == ids::TUPLE => {
            Const::Tuple(t.items().iter().map(|v| placeholder(*v)).collect())
        }
        _ => Const::None,
    }
}

/// A unit of what is checked when a frame of the code is to go on; the code itself was checked before.
pub fn outline(code: Ref<PyCode>) -> CodeUnit {
    let (rows, consts) = (code.exceptions.expect(), code.consts.expect());
    let (rows, _) = rows.bytes().as_chunks::<16>();
    CodeUnit {
        argcount: code.argcount,
        kwonlyargcount: code.kwonlyargcount,
        nregs: code.nregs,
        flags: code.flags.get(),
        code: words_of(code),
        exceptions: rows.iter().filter_map(entry).collect(),
        consts: consts
            .slots()
            .iter()
            .map(|s| placeholder(s.get()))
            .collect(),
        ..CodeUnit::default()
    }
}

/// The unit that the verifier looks at: of names, it needs to know how many there are.
fn unit_of(p: &Parts) -> Option<CodeUnit> {
    let blank = |t: Ref<PyTuple>| vec![String::new(); t.len()];
    let [argcount, posonly, kwonly, nregs, free_base, flags, line] = p.numbers;
    let (words, rest) = p.words.bytes().as_chunks::<8>();
    let (regs, odd) = p.cell_regs.bytes().as_chunks::<2>();
    let (rows, left) = p.exceptions.bytes().as_chunks::<16>();
    if !rest.is_empty() || !odd.is_empty() || !left.is_empty() {
        return None;
    }
    let mut code: Vec<u64> = words.iter().map(|w| u64::from_le_bytes(*w)).collect();
    clear_caches(&mut code);
    Some(CodeUnit {
        argcount,
        posonlyargcount: posonly,
        kwonlyargcount: kwonly,
        nregs,
        free_base: u16::try_from(free_base).ok()?,
        flags,
        firstlineno: line,
        code,
        names: blank(p.names[0]),
        varnames: blank(p.names[1]),
        cellvars: blank(p.names[2]),
        freevars: blank(p.names[3]),
        cell_regs: regs.iter().map(|r| u16::from_le_bytes(*r)).collect(),
        exceptions: rows.iter().map(entry).collect::<Option<_>>()?,
        positions: p.positions.bytes().to_vec(),
        consts: p.consts.items().iter().map(|v| placeholder(*v)).collect(),
        ..CodeUnit::default()
    })
}

/// A code object from its values.
///
/// # Errors
/// `ValueError` if they are not those of code that can be run.
pub fn restore(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(p) = parts(vm, args) else {
        return Err(vm.type_error("code object: arguments of wrong number or type"));
    };
    let unit = match unit_of(&p).ok_or_else(|| "bad tables".to_string()) {
        Ok(unit) => verify_unit(&unit).and_then(|()| states(&unit).map(|_| unit)),
        Err(text) => Err(text),
    };
    match unit {
        Ok(unit) => Ok(make(vm, &p, &unit)),
        Err(text) => Err(vm.value_error(format!("code object: {text}"))),
    }
}

fn make(vm: &mut Vm, p: &Parts, unit: &CodeUnit) -> Value {
    let bytes: Vec<u8> = unit.code.iter().flat_map(|w| w.to_le_bytes()).collect();
    let words = byte_buf(vm, &bytes);
    let cell_regs = byte_buf(vm, p.cell_regs.bytes());
    let exceptions = byte_buf(vm, p.exceptions.bytes());
    let positions = byte_buf(vm, p.positions.bytes());
    let [consts, names] = [p.consts, p.names[0]].map(|t| {
        let array = vm.heap.new_array(t.len());
        for (i, v) in t.items().iter().enumerate() {
            array.set(i, *v);
        }
        array
    });
    let [filename, name, qualname] = p.texts;
    let init = CodeInit {
        words,
        consts,
        names,
        varnames: p.names[1],
        cellvars: p.names[2],
        freevars: p.names[3],
        cell_regs,
        exceptions,
        positions,
        filename,
        name,
        qualname,
        flags: unit.flags,
        argcount: unit.argcount,
        posonlyargcount: unit.posonlyargcount,
        kwonlyargcount: unit.kwonlyargcount,
        nregs: unit.nregs,
        free_base: u32::from(unit.free_base),
        firstlineno: unit.firstlineno,
        word_count: unit.code.len() as u32,
        stop_handler: unit.stop_handler(),
    };
    PyCode::new(vm, init).value()
}

/// A code object in place of one whose instructions are foreign: it can be called, which raises SystemError.
pub fn foreign(vm: &mut Vm, args: &[Value]) -> PyResult {
    let text = |i: usize| args.get(i).copied().filter(|v| v.shape_id() == ids::STR);
    let unknown = vm.intern("?").value();
    let empty = PyTuple::from_slice(vm, &[]);
    let init = CodeInit {
        words: byte_buf(vm, &u64::to_le_bytes(FOREIGN)),
        consts: vm.heap.new_array(0),
        names: vm.heap.new_array(0),
        varnames: empty,
        cellvars: empty,
        freevars: empty,
        cell_regs: byte_buf(vm, &[]),
        exceptions: byte_buf(vm, &[]),
        positions: byte_buf(vm, &[]),
        filename: text(16).unwrap_or(unknown),
        name: text(17).unwrap_or(unknown),
        qualname: text(18).unwrap_or(unknown),
        flags: 3,
        argcount: 0,
        posonlyargcount: 0,
        kwonlyargcount: 0,
        nregs: 1,
        free_base: 0,
        firstlineno: 1,
        word_count: 1,
        stop_handler: u32::MAX,
    };
    Ok(PyCode::new(vm, init).value())
}

/// An instruction that is none.
const FOREIGN: u64 = crate::vm::run::special::UNKNOWN as u64;
