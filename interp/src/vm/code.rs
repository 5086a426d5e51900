//! Code units become code objects.

use skein_compiler::bytecode::{CodeUnit, Const};
use skein_runtime::builtins::code::{CodeInit, PyCode};
use skein_runtime::prelude::*;

/// Makes a code object.
pub fn from_unit(vm: &mut Vm, unit: &CodeUnit, filename: Value) -> Ref<PyCode> {
    let words = byte_buf(
        vm,
        unit.code
            .iter()
            .flat_map(|w| w.to_le_bytes())
            .collect::<Vec<u8>>()
            .as_slice(),
    );
    let consts = vm.heap.new_array(unit.consts.len());
    for (i, c) in unit.consts.iter().enumerate() {
        let v = constant(vm, c, filename);
        consts.set(i, v);
    }
    let names = vm.heap.new_array(unit.names.len());
    for (i, n) in unit.names.iter().enumerate() {
        let v = vm.intern(n);
        names.set(i, v.value());
    }
    let varnames = name_tuple(vm, &unit.varnames);
    let cellvars = name_tuple(vm, &unit.cellvars);
    let freevars = name_tuple(vm, &unit.freevars);
    let cell_regs = byte_buf(
        vm,
        unit.cell_regs
            .iter()
            .flat_map(|r| r.to_le_bytes())
            .collect::<Vec<u8>>()
            .as_slice(),
    );
    let rows: Vec<u8> = unit
        .exceptions
        .iter()
        .flat_map(|e| [e.start, e.end, e.target, e.reg as u32])
        .flat_map(u32::to_le_bytes)
        .collect();
    let exceptions = byte_buf(vm, &rows);
    let positions = byte_buf(vm, &unit.positions);
    let name = vm.intern(&unit.name).value();
    let qualname = vm.intern(&unit.qualname).value();
    PyCode::new(
        vm,
        CodeInit {
            words,
            consts,
            names,
            varnames,
            cellvars,
            freevars,
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
            free_base: unit.free_base as u32,
            firstlineno: unit.firstlineno,
            word_count: unit.code.len() as u32,
            stop_handler: unit.stop_handler(),
        },
    )
}

/// A buffer with these bytes.
pub fn byte_buf(vm: &mut Vm, data: &[u8]) -> Ref<ByteBuf> {
    let b = vm.heap.new_bytebuf(data.len());
    b.write(0, data);
    b
}

fn name_tuple(vm: &mut Vm, names: &[String]) -> Ref<PyTuple> {
    let mut v = ValueVec::with_capacity(&vm.heap, names.len());
    for n in names {
        let s = vm.intern(n);
        v.push(&vm.heap, s.value());
    }
    PyTuple::from_slice(vm, v.as_slice())
}

/// Constants that look like names are interned.
pub fn is_identifier_like(text: &[u8]) -> bool {
    text.len() < 64 && text.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

fn tuple(vm: &mut Vm, items: &[Const], filename: Value) -> Ref<PyTuple> {
    let mut v = ValueVec::with_capacity(&vm.heap, items.len());
    for c in items {
        let x = constant(vm, c, filename);
        v.push(&vm.heap, x);
    }
    PyTuple::from_slice(vm, v.as_slice())
}

/// The frozenset of constants.
pub fn frozen_set(vm: &mut Vm, items: Ref<PyTuple>) -> Value {
    let set = PySet::new_instance(vm, vm.builtin_type(ids::FROZENSET));
    for v in items.items() {
        // Constants are hashable, and their equality runs no Python code.
        let _ = skein_runtime::builtins::set_ops::add(vm, set, *v);
    }
    set.value()
}

/// The object of a constant.
pub fn constant(vm: &mut Vm, c: &Const, filename: Value) -> Value {
    match c {
        Const::None => Value::NONE,
        Const::Bool(b) => Value::bool(*b),
        Const::Ellipsis => Value::ELLIPSIS,
        Const::Int(n) => vm.new_int(*n),
        Const::Big(n) => vm.new_bigint(n.clone()),
        Const::Float(bits) => vm.new_float(f64::from_bits(*bits)),
        Const::Complex(re, im) => vm.new_complex(f64::from_bits(*re), f64::from_bits(*im)),
        Const::Str(s) if is_identifier_like(s) => vm.intern_bytes(s).value(),
        Const::Str(s) => vm.new_str_bytes(s),
        Const::Bytes(b) => vm.new_bytes(b),
        Const::Tuple(items) => tuple(vm, items, filename).value(),
        Const::FrozenSet(items) => {
            let items = tuple(vm, items, filename);
            frozen_set(vm, items)
        }
        Const::Slice(parts) => {
            let t = tuple(vm, parts.as_slice(), filename);
            skein_runtime::builtins::slice::PySlice::new(
                vm,
                t.items()[0],
                t.items()[1],
                t.items()[2],
            )
            .value()
        }
        Const::Code(unit) => from_unit(vm, unit, filename).value(),
    }
}
