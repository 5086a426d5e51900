//! Code objects straight from packed units (`skein_compiler::bytecode::pack`), without the compiler's own structures between.

use super::code::{byte_buf, is_identifier_like};
use skein_compiler::bytecode::pack::{Reader, tag};
use skein_runtime::builtins::code::{CodeInit, PyCode};
use skein_runtime::builtins::slice::PySlice;
use skein_runtime::prelude::*;

struct Unpacker<'a> {
    reader: Reader<'a>,
    /// The string table, interned as its entries are met (`NULL` before).
    strings: ValueVec,
    texts: Vec<&'a [u8]>,
    filename: Value,
}

/// The code object of a packed module; `None` if the data is damaged.
pub fn unpack(vm: &mut Vm, data: &[u8], filename: Value) -> Option<Ref<PyCode>> {
    let mut reader = Reader::new(data);
    let count = reader.number()?;
    let mut texts = Vec::new();
    for _ in 0..count {
        texts.push(reader.bytes()?);
    }
    let mut strings = ValueVec::with_capacity(&vm.heap, count);
    for _ in 0..count {
        strings.push(&vm.heap, Value::NULL);
    }
    let mut u = Unpacker {
        reader,
        strings,
        texts,
        filename,
    };
    u.unit(vm)
}

impl Unpacker<'_> {
    /// An interned string of the table.
    fn name(&mut self, vm: &mut Vm) -> Option<Value> {
        let n = self.reader.number()?;
        let known = *self.strings.as_slice().get(n)?;
        if !known.is_null() {
            return Some(known);
        }
        let v = vm.intern_bytes(self.texts.get(n)?).value();
        self.strings.set(n, v);
        Some(v)
    }

    fn names(&mut self, vm: &mut Vm) -> Option<Ref<PyTuple>> {
        let n = self.reader.number()?;
        let mut all = ValueVec::with_capacity(&vm.heap, n);
        for _ in 0..n {
            let v = self.name(vm)?;
            all.push(&vm.heap, v);
        }
        Some(PyTuple::from_slice(vm, all.as_slice()))
    }

    fn buffer(&mut self, vm: &mut Vm) -> Option<Ref<ByteBuf>> {
        let b = self.reader.bytes()?;
        Some(byte_buf(vm, b))
    }

    fn unit(&mut self, vm: &mut Vm) -> Option<Ref<PyCode>> {
        let name = self.name(vm)?;
        let qualname = self.name(vm)?;
        let mut numbers = [0; 8];
        for n in &mut numbers {
            *n = self.reader.small()?;
        }
        let [
            flags,
            argcount,
            posonlyargcount,
            kwonlyargcount,
            nregs,
            free_base,
            firstlineno,
            stop_handler,
        ] = numbers;
        let varnames = self.names(vm)?;
        let cellvars = self.names(vm)?;
        let freevars = self.names(vm)?;
        let count = self.reader.number()?;
        let names = vm.heap.new_array(count);
        for i in 0..count {
            let v = self.name(vm)?;
            names.set(i, v);
        }
        let cell_regs = self.buffer(vm)?;
        let exceptions = self.buffer(vm)?;
        let positions = self.buffer(vm)?;
        let words = self.buffer(vm)?;
        let count = self.reader.number()?;
        let consts = vm.heap.new_array(count);
        for i in 0..count {
            let v = self.constant(vm)?;
            consts.set(i, v);
        }
        let word_count = (words.bytes().len() / 8) as u32;
        Some(PyCode::new(
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
                filename: self.filename,
                name,
                qualname,
                flags,
                argcount,
                posonlyargcount,
                kwonlyargcount,
                nregs,
                free_base,
                firstlineno,
                word_count,
                stop_handler,
            },
        ))
    }

    fn tuple(&mut self, vm: &mut Vm) -> Option<Ref<PyTuple>> {
        let n = self.reader.number()?;
        let mut all = ValueVec::with_capacity(&vm.heap, n);
        for _ in 0..n {
            let v = self.constant(vm)?;
            all.push(&vm.heap, v);
        }
        Some(PyTuple::from_slice(vm, all.as_slice()))
    }

    fn string(&mut self, vm: &mut Vm) -> Option<Value> {
        let mut ahead = self.reader;
        let text = *self.texts.get(ahead.number()?)?;
        if is_identifier_like(text) {
            return self.name(vm);
        }
        self.reader = ahead;
        Some(vm.new_str_bytes(text))
    }

    fn constant(&mut self, vm: &mut Vm) -> Option<Value> {
        Some(match self.reader.byte()? {
            tag::NONE => Value::NONE,
            tag::FALSE => Value::FALSE,
            tag::TRUE => Value::TRUE,
            tag::ELLIPSIS => Value::ELLIPSIS,
            tag::INT => vm.new_int(self.reader.word()? as i64),
            tag::BIG => vm.new_bigint(self.reader.big()?),
            tag::FLOAT => vm.new_float(f64::from_bits(self.reader.word()?)),
            tag::COMPLEX => {
                let (re, im) = (self.reader.word()?, self.reader.word()?);
                vm.new_complex(f64::from_bits(re), f64::from_bits(im))
            }
            tag::STR => self.string(vm)?,
            tag::BYTES => vm.new_bytes(self.reader.bytes()?),
            tag::TUPLE => self.tuple(vm)?.value(),
            tag::FROZEN_SET => {
                let items = self.tuple(vm)?;
                super::code::frozen_set(vm, items)
            }
            tag::SLICE => {
                let t = self.tuple(vm)?;
                let [a, b, c] = *t.items() else { return None };
                PySlice::new(vm, a, b, c).value()
            }
            tag::CODE => self.unit(vm)?.value(),
            _ => return None,
        })
    }
}
