//! Code objects straight from packed units (`skein_compiler::bytecode::pack`), without the compiler's own structures between.

use super::code::{byte_buf, is_identifier_like};
use skein_compiler::bytecode::pack::{Reader, tag};
use skein_compiler::bytecode::{CodeUnit, Const, ExceptionEntry, Op};
use skein_runtime::builtins::code::{CodeInit, PyCode};
use skein_runtime::builtins::complex::PyComplex;
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

/// A code object as packed data, the way the compiler made it: without what running it wrote into its words. `None` if
/// a constant is no compiler's.
pub fn pack(code: Ref<PyCode>) -> Option<Vec<u8>> {
    Some(skein_compiler::bytecode::pack::pack(&unit_of(code, 0)?))
}

fn text(v: Value) -> Option<String> {
    v.cast::<PyStr>()?.as_utf8().map(str::to_string)
}

fn texts(values: &[Value]) -> Option<Vec<String>> {
    values.iter().map(|v| text(*v)).collect()
}

fn unit_of(code: Ref<PyCode>, depth: usize) -> Option<CodeUnit> {
    let consts = code.consts.expect();
    let names = code.names.expect();
    let rows = code.exceptions.expect();
    let regs = code.cell_regs.expect();
    let regs = &regs.bytes()[..code.cellvars.expect().len() * 2];
    let number = |b: &[u8]| b.iter().rev().fold(0u32, |n, b| n << 8 | u32::from(*b));
    let entry = |row: &[u8]| ExceptionEntry {
        start: number(&row[..4]),
        end: number(&row[4..8]),
        target: number(&row[8..12]),
        reg: number(&row[12..16]) as u16,
    };
    Some(CodeUnit {
        name: text(code.name.get())?,
        qualname: text(code.qualname.get())?,
        filename: Box::default(),
        flags: code.flags.get(),
        argcount: code.argcount,
        posonlyargcount: code.posonlyargcount,
        kwonlyargcount: code.kwonlyargcount,
        varnames: texts(code.varnames.expect().items())?,
        cellvars: texts(code.cellvars.expect().items())?,
        cell_regs: regs.chunks_exact(2).map(|b| number(b) as u16).collect(),
        freevars: texts(code.freevars.expect().items())?,
        free_base: code.free_base as u16,
        nregs: code.nregs,
        consts: (0..consts.len())
            .map(|i| constant_of(consts.get(i), depth))
            .collect::<Option<_>>()?,
        names: (0..names.len())
            .map(|i| text(names.get(i)))
            .collect::<Option<_>>()?,
        code: words_of(code),
        exceptions: rows.bytes().chunks_exact(16).map(entry).collect(),
        positions: code.positions.expect().bytes().to_vec(),
        firstlineno: code.firstlineno,
    })
}

/// The words with their first opcodes and empty caches.
pub fn words_of(code: Ref<PyCode>) -> Vec<u64> {
    let buffer = code.words.expect();
    let (all, _) = buffer.bytes().as_chunks::<8>();
    let count = (code.word_count as usize).min(all.len());
    let mut words: Vec<u64> = all[..count]
        .iter()
        .map(|w| u64::from_le_bytes(*w))
        .collect();
    let mut i = 0;
    while i < words.len() {
        let op = super::jump::original(words[i] as u8);
        words[i] = words[i] & !0xff | op as u64;
        i += op.len();
    }
    clear_caches(&mut words);
    words
}

/// Empties what instructions keep in their extra words.
pub fn clear_caches(words: &mut [u64]) {
    let mut i = 0;
    while i < words.len() {
        let op = Op::from_byte(words[i] as u8);
        let end = (i + op.len()).min(words.len());
        let mut extra = i + 1;
        if has_extra_operand(op) && extra < end {
            words[extra] &= 0xffff_ffff;
            extra += 1;
        }
        words[extra..end].fill(0);
        i = end;
    }
}

/// True if the low half of the first extra word is an operand, not a cache.
fn has_extra_operand(op: Op) -> bool {
    matches!(
        op,
        Op::ForIter
            | Op::Send
            | Op::CleanupThrow
            | Op::CallKw
            | Op::MatchClass
            | Op::LoadFromDictOrCell
            | Op::UnpackEx
    )
}

fn constant_of(v: Value, depth: usize) -> Option<Const> {
    const MAX_DEPTH: usize = 200;
    if depth > MAX_DEPTH {
        return None;
    }
    let all = |items: &[Value]| -> Option<Vec<Const>> {
        items.iter().map(|v| constant_of(*v, depth + 1)).collect()
    };
    if v.is_none() {
        return Some(Const::None);
    }
    if let Some(b) = v.as_bool() {
        return Some(Const::Bool(b));
    }
    if v == Value::ELLIPSIS {
        return Some(Const::Ellipsis);
    }
    if !v.is_object() {
        let float = || as_float(v).map(|f| Const::Float(f.to_bits()));
        return as_i64(v).map(Const::Int).or_else(float);
    }
    Some(match v.shape_id() {
        ids::INT => match as_int(&v)? {
            IntRef::Small(n) => Const::Int(n),
            big => Const::Big(big.to_big()),
        },
        ids::FLOAT => Const::Float(as_float(v)?.to_bits()),
        ids::COMPLEX => {
            let z = v.cast::<PyComplex>()?;
            Const::Complex(z.re.to_bits(), z.im.to_bits())
        }
        ids::STR => Const::Str(v.cast::<PyStr>()?.bytes().into()),
        ids::BYTES => Const::Bytes(v.cast::<PyBytes>()?.bytes().into()),
        ids::TUPLE => Const::Tuple(all(v.cast::<PyTuple>()?.items())?),
        ids::FROZENSET => {
            let set = v.cast::<PySet>()?;
            let (mut items, mut at) = (Vec::new(), 0);
            while let Some((i, k, _)) = set.next_entry(at) {
                items.push(constant_of(k, depth + 1)?);
                at = i + 1;
            }
            Const::FrozenSet(items)
        }
        ids::SLICE => {
            let s = v.cast::<PySlice>()?;
            let parts = all(&[s.start.get(), s.stop.get(), s.step.get()])?;
            Const::Slice(Box::new(parts.try_into().ok()?))
        }
        ids::CODE => Const::Code(Box::new(unit_of(v.cast()?, depth + 1)?)),
        _ => return None,
    })
}
