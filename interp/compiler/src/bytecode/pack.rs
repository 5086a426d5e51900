//! Compiled units as bytes, for the library that is compiled at build time.
//!
//! The layout is made for reading at start-up: every string stands once, in a table in front, so that a module's names are
//! interned once; tables that the interpreter uses as they are (words, exceptions, positions) are stored in that form.
//! Numbers are LEB128 varints unless said otherwise. Invariant: only the same build reads what it wrote, so there is no
//! version; yet the reader checks every bound and gives `None` for damaged data.
//!
//! Layout: string count; per string length and bytes; the unit. Unit: the fields in the order of [`Unit`], see `put_unit`.

use super::unit::{CodeUnit, Const};
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

#[cfg(test)]
mod tests {
    use super::*;

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
