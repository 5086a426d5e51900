//! Compiled units as bytes, for the library that is compiled at build time.
//!
//! The layout is made for reading at start-up: every string stands once, in a table in front, so that a module's names are
//! interned once; tables that the interpreter uses as they are (words, exceptions, positions) are stored in that form.
//! Numbers are LEB128 varints unless said otherwise. Invariant: only the same build reads what it wrote, so there is no
//! version; yet the reader checks every bound and gives `None` for damaged data.
//!
//! Layout: string count; per string length and bytes; the unit. Unit: the fields in the order of [`Unit`], see `put_unit`.

use super::unit::{CodeUnit, Const, ExceptionEntry};
use num_bigint::BigInt;
use std::collections::HashMap;

/// Kinds of constants.
#[allow(missing_docs)]
pub mod tag {
    pub const NONE: u8 = 0;
    pub const FALSE: u8 = 1;
    pub const TRUE: u8 = 2;
    pub const ELLIPSIS: u8 = 3;
    pub const INT: u8 = 4;
    pub const BIG: u8 = 5;
    pub const FLOAT: u8 = 6;
    pub const COMPLEX: u8 = 7;
    pub const STR: u8 = 8;
    pub const BYTES: u8 = 9;
    pub const TUPLE: u8 = 10;
    pub const FROZEN_SET: u8 = 11;
    pub const SLICE: u8 = 12;
    pub const CODE: u8 = 13;
}

#[derive(Default)]
struct Packer<'a> {
    strings: Vec<&'a [u8]>,
    numbers: HashMap<&'a [u8], usize>,
    out: Vec<u8>,
}

fn put_number(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// A module's unit as bytes.
pub fn pack(unit: &CodeUnit) -> Vec<u8> {
    let mut p = Packer::default();
    p.put_unit(unit);
    let mut out = Vec::new();
    put_number(&mut out, p.strings.len() as u64);
    for s in &p.strings {
        put_number(&mut out, s.len() as u64);
        out.extend_from_slice(s);
    }
    out.extend_from_slice(&p.out);
    out
}

impl<'a> Packer<'a> {
    fn number(&mut self, n: usize) {
        put_number(&mut self.out, n as u64);
    }

    fn string(&mut self, s: &'a [u8]) {
        let next = self.strings.len();
        let n = *self.numbers.entry(s).or_insert(next);
        if n == next {
            self.strings.push(s);
        }
        self.number(n);
    }

    fn names(&mut self, names: &'a [String]) {
        self.number(names.len());
        for n in names {
            self.string(n.as_bytes());
        }
    }

    fn bytes(&mut self, b: &[u8]) {
        self.number(b.len());
        self.out.extend_from_slice(b);
    }

    fn put_unit(&mut self, u: &'a CodeUnit) {
        self.string(u.name.as_bytes());
        self.string(u.qualname.as_bytes());
        for n in [
            u.flags,
            u.argcount,
            u.posonlyargcount,
            u.kwonlyargcount,
            u.nregs,
            u32::from(u.free_base),
            u.firstlineno,
            u.stop_handler(),
        ] {
            self.number(n as usize);
        }
        self.names(&u.varnames);
        self.names(&u.cellvars);
        self.names(&u.freevars);
        self.names(&u.names);
        let regs: Vec<u8> = u.cell_regs.iter().flat_map(|r| r.to_le_bytes()).collect();
        self.bytes(&regs);
        let rows: Vec<u8> = u
            .exceptions
            .iter()
            .flat_map(|e| [e.start, e.end, e.target, u32::from(e.reg)])
            .flat_map(u32::to_le_bytes)
            .collect();
        self.bytes(&rows);
        self.bytes(&u.positions);
        let words: Vec<u8> = u.code.iter().flat_map(|w| w.to_le_bytes()).collect();
        self.bytes(&words);
        self.constants(&u.consts);
    }

    fn constants(&mut self, consts: &'a [Const]) {
        self.number(consts.len());
        for c in consts {
            self.constant(c);
        }
    }

    fn constant(&mut self, c: &'a Const) {
        let simple = |p: &mut Self, tag: u8| p.out.push(tag);
        match c {
            Const::None => simple(self, tag::NONE),
            Const::Bool(false) => simple(self, tag::FALSE),
            Const::Bool(true) => simple(self, tag::TRUE),
            Const::Ellipsis => simple(self, tag::ELLIPSIS),
            Const::Int(n) => {
                simple(self, tag::INT);
                self.out.extend_from_slice(&n.to_le_bytes());
            }
            Const::Big(n) => {
                simple(self, tag::BIG);
                self.bytes(&n.to_signed_bytes_le());
            }
            Const::Float(bits) => {
                simple(self, tag::FLOAT);
                self.out.extend_from_slice(&bits.to_le_bytes());
            }
            Const::Complex(re, im) => {
                simple(self, tag::COMPLEX);
                self.out.extend_from_slice(&re.to_le_bytes());
                self.out.extend_from_slice(&im.to_le_bytes());
            }
            Const::Str(s) => {
                simple(self, tag::STR);
                self.string(s);
            }
            Const::Bytes(b) => {
                simple(self, tag::BYTES);
                self.bytes(b);
            }
            Const::Tuple(items) => {
                simple(self, tag::TUPLE);
                self.constants(items);
            }
            Const::FrozenSet(items) => {
                simple(self, tag::FROZEN_SET);
                self.constants(items);
            }
            Const::Slice(parts) => {
                simple(self, tag::SLICE);
                self.constants(parts.as_slice());
            }
            Const::Code(unit) => {
                simple(self, tag::CODE);
                self.put_unit(unit);
            }
        }
    }
}

/// Reads packed data front to back.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader at the start of `data`.
    pub fn new(data: &'a [u8]) -> Reader<'a> {
        Reader { rest: data }
    }

    /// One byte.
    #[inline]
    pub fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// A varint.
    #[inline]
    pub fn number(&mut self) -> Option<usize> {
        let first = self.byte()?;
        if first < 0x80 {
            return Some(first as usize);
        }
        let mut n = u64::from(first & 0x7f);
        for shift in (7..64).step_by(7) {
            let b = self.byte()?;
            n |= u64::from(b & 0x7f) << shift;
            if b < 0x80 {
                return Some(n as usize);
            }
        }
        None
    }

    /// A varint of 32 bits.
    #[inline]
    pub fn small(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    /// The next `n` bytes.
    #[inline]
    pub fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(n)?;
        self.rest = rest;
        Some(head)
    }

    /// Bytes with their length in front.
    #[inline]
    pub fn bytes(&mut self) -> Option<&'a [u8]> {
        let n = self.number()?;
        self.take(n)
    }

    /// Eight bytes.
    pub fn word(&mut self) -> Option<u64> {
        let b = self.take(8)?.try_into().ok()?;
        Some(u64::from_le_bytes(b))
    }

    /// The number behind [`tag::BIG`].
    pub fn big(&mut self) -> Option<BigInt> {
        self.bytes().map(BigInt::from_signed_bytes_le)
    }
}

/// Nesting of constants and units beyond this is no compiler's work.
const MAX_DEPTH: usize = 200;

/// The unit that [`pack`] wrote, checked so that it can be run: data may come from a file that anyone wrote. Its filename is
/// empty.
pub fn unpack(data: &[u8]) -> Option<CodeUnit> {
    let mut r = Reader::new(data);
    let count = r.number()?;
    let mut strings = Vec::new();
    for _ in 0..count {
        strings.push(r.bytes()?);
    }
    let unit = Unpacker { r, strings }.unit(0)?;
    super::verify::verify(&unit).ok()?;
    Some(unit)
}

struct Unpacker<'a> {
    r: Reader<'a>,
    strings: Vec<&'a [u8]>,
}

impl<'a> Unpacker<'a> {
    fn string(&mut self) -> Option<&'a [u8]> {
        let n = self.r.number()?;
        self.strings.get(n).copied()
    }

    fn name(&mut self) -> Option<String> {
        String::from_utf8(self.string()?.to_vec()).ok()
    }

    fn names(&mut self) -> Option<Vec<String>> {
        let count = self.r.number()?;
        (0..count).map(|_| self.name()).collect()
    }

    fn unit(&mut self, depth: usize) -> Option<CodeUnit> {
        let (name, qualname) = (self.name()?, self.name()?);
        let mut numbers = [0; 8];
        for n in &mut numbers {
            *n = self.r.small()?;
        }
        let [
            flags,
            argcount,
            posonlyargcount,
            kwonlyargcount,
            nregs,
            free_base,
            line,
            _,
        ] = numbers;
        let mut unit = CodeUnit {
            name,
            qualname,
            flags,
            argcount,
            posonlyargcount,
            kwonlyargcount,
            nregs,
            free_base: u16::try_from(free_base).ok()?,
            firstlineno: line,
            varnames: self.names()?,
            cellvars: self.names()?,
            freevars: self.names()?,
            names: self.names()?,
            ..CodeUnit::default()
        };
        let pairs = self.r.bytes()?.chunks(2);
        unit.cell_regs = pairs
            .map(|b| Some(u16::from_le_bytes(b.try_into().ok()?)))
            .collect::<Option<_>>()?;
        unit.exceptions = self
            .r
            .bytes()?
            .chunks(16)
            .map(exception_entry)
            .collect::<Option<_>>()?;
        unit.positions = self.r.bytes()?.to_vec();
        let words = self.r.bytes()?.chunks(8);
        unit.code = words
            .map(|b| Some(u64::from_le_bytes(b.try_into().ok()?)))
            .collect::<Option<_>>()?;
        unit.consts = self.constants(depth)?;
        Some(unit)
    }

    fn constants(&mut self, depth: usize) -> Option<Vec<Const>> {
        let count = self.r.number()?;
        (0..count).map(|_| self.constant(depth + 1)).collect()
    }

    fn constant(&mut self, depth: usize) -> Option<Const> {
        if depth > MAX_DEPTH {
            return None;
        }
        Some(match self.r.byte()? {
            tag::NONE => Const::None,
            tag::FALSE => Const::Bool(false),
            tag::TRUE => Const::Bool(true),
            tag::ELLIPSIS => Const::Ellipsis,
            tag::INT => Const::Int(self.r.word()? as i64),
            tag::BIG => Const::Big(self.r.big()?),
            tag::FLOAT => Const::Float(self.r.word()?),
            tag::COMPLEX => Const::Complex(self.r.word()?, self.r.word()?),
            tag::STR => Const::Str(self.string()?.into()),
            tag::BYTES => Const::Bytes(self.r.bytes()?.into()),
            tag::TUPLE => Const::Tuple(self.constants(depth)?),
            tag::FROZEN_SET => Const::FrozenSet(self.constants(depth)?),
            tag::SLICE => Const::Slice(Box::new(self.constants(depth)?.try_into().ok()?)),
            tag::CODE => Const::Code(Box::new(self.unit(depth)?)),
            _ => return None,
        })
    }
}

fn exception_entry(row: &[u8]) -> Option<ExceptionEntry> {
    let number = |i: usize| {
        Some(u32::from_le_bytes(
            row.get(i * 4..i * 4 + 4)?.try_into().ok()?,
        ))
    };
    Some(ExceptionEntry {
        start: number(0)?,
        end: number(1)?,
        target: number(2)?,
        reg: u16::try_from(number(3)?).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_come_back() {
        let source = b"import a.b\n@d\ndef f(x, /, y=2**70, *z, k=1.5j, **w):\n  'doc'\n  try:\n    return [x for q in {1, 'a'} if q in {2, b'3'}]\n  finally:\n    del x\nclass C:\n  def g(self): yield super().g\n";
        let options = crate::codegen::Options::default();
        let unit = crate::compile::compile(source, b"", &options)
            .expect("it compiles")
            .code;
        let data = pack(&unit);
        assert_eq!(unpack(&data).as_ref(), Some(&unit));
        for cut in 0..data.len() {
            assert_eq!(unpack(&data[..cut]), None, "{cut}");
        }
    }

    #[test]
    fn strings_stand_once() {
        let unit = CodeUnit {
            name: "same".into(),
            qualname: "same".into(),
            names: vec!["same".into(), "other".into()],
            ..CodeUnit::default()
        };
        let data = pack(&unit);
        let mut r = Reader::new(&data);
        assert_eq!(r.number(), Some(2));
        assert_eq!(r.bytes(), Some(b"same".as_slice()));
        assert_eq!(r.bytes(), Some(b"other".as_slice()));
        assert_eq!((r.number(), r.number()), (Some(0), Some(0)));
    }

    #[test]
    fn numbers_of_all_sizes_come_back() {
        for n in [0, 1, 127, 128, 300, u32::MAX as u64, u64::MAX] {
            let mut out = Vec::new();
            put_number(&mut out, n);
            assert_eq!(Reader::new(&out).number(), Some(n as usize));
            assert_eq!(Reader::new(&out[..out.len() - 1]).number(), None);
        }
    }
}
