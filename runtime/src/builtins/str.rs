//! `str`: generalized UTF-8 bytes with a known number of code points. (Methods live in `str_methods*.rs`.)
//!
//! Strings carry their bytes inline. A string made by repeated `+=` instead shares a growing buffer with its prefixes, so
//! that appending is amortised constant time as in CPython. ASCII strings index directly; long others build a table of byte
//! offsets (one per 64 code points) on first indexed use. Only strings that may have a buffer or table have room for the
//! links to them, before the bytes. Lone surrogates are three-byte sequences.

use crate::heap::bytebuf::ByteBuf;
use crate::heap::{Tracer, tail};
use crate::object::header::{Header, Ref, Slot, flag};
use crate::object::instance::trace_extension;
use crate::object::shape::ids;
use crate::object::types::PyType;
use crate::value::Value;
use crate::vm::Vm;
use std::cell::Cell;

/// Header flag: made by `+`, so the next `+` on it may be the start of repeated appending.
const CONCATENATED: u8 = flag::USER2;
/// Header flag: links come before the bytes.
const LINKED: u8 = flag::USER3;
/// Bytes of the links: the shared buffer and the table of offsets.
const LINKS: usize = 16;
/// The bits of a hash that dicts use.
const TABLE_BITS: u64 = u64::MAX >> 3;
/// Code points between entries of the offset table.
const INDEX_STEP: usize = 64;

/// A string.
#[repr(C)]
pub struct PyStr {
    header: Header,
    hash: Cell<u64>,
    byte_len: u32,
    pub(crate) char_len: u32,
}

impl PyStr {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        let mut tail = self.byte_len as usize;
        if let Some([shared, index]) = self.links() {
            t.visit_slot(shared);
            t.visit_slot(index);
            tail = LINKS + if shared.get().is_null() { tail } else { 0 };
        }
        trace_extension(self, size_of::<PyStr>() + ((tail + 7) & !7), t);
    }
    /// The bytes, unless they are in a buffer that is shared with other strings.
    #[inline(always)]
    pub fn own_bytes(&self) -> Option<&[u8]> {
        if self.header.has(LINKED) {
            None
        } else {
            Some(tail::bytes(self, self.byte_len as usize))
        }
    }
    #[inline(always)]
    fn links(&self) -> Option<&[Slot; 2]> {
        if self.header.has(LINKED) {
            tail::slots(self, 2).first_chunk()
        } else {
            None
        }
    }

    fn init(byte_len: usize, char_len: usize) -> PyStr {
        PyStr {
            header: Header::PENDING,
            hash: Cell::new(0),
            byte_len: byte_len as u32,
            char_len: char_len as u32,
        }
    }
    /// Where the bytes of a string begin behind the fixed fields: long strings beyond ASCII need a table of offsets.
    #[inline(always)]
    fn bytes_at(byte_len: usize, char_len: usize) -> usize {
        if byte_len != char_len && char_len > INDEX_STEP {
            LINKS
        } else {
            0
        }
    }
    /// Completes a string that was just allocated: says whether it has links.
    #[inline(always)]
    fn finish(&self, at: usize) {
        if at != 0 {
            self.header.set_flags(LINKED);
        }
    }

    /// A new string. Strings beyond 4 GiB are refused where they are made.
    pub fn new(vm: &mut Vm, text: &[u8]) -> Ref<PyStr> {
        let chars = count_chars(text);
        Self::new_counted(vm, text, chars)
    }

    /// A new string whose number of code points is known.
    pub fn new_counted(vm: &mut Vm, text: &[u8], chars: usize) -> Ref<PyStr> {
        let at = PyStr::bytes_at(text.len(), chars);
        let init = PyStr::init(text.len(), chars);
        let s = vm.heap.alloc_sized(ids::STR, init, at + text.len());
        s.finish(at);
        tail::fill_bytes(&*s, at, text);
        s
    }

    /// A new string put together from pieces with known totals; `None` when there is no memory. Panics if the pieces
    /// are longer than announced.
    pub fn from_pieces<'a>(
        vm: &mut Vm,
        bytes: usize,
        chars: usize,
        pieces: impl Iterator<Item = &'a [u8]>,
    ) -> Option<Ref<PyStr>> {
        if bytes > u32::MAX as usize {
            return None;
        }
        let mut at = PyStr::bytes_at(bytes, chars);
        let end = at + bytes;
        let s = vm
            .heap
            .try_alloc_sized(ids::STR, PyStr::init(bytes, chars), end)?;
        s.finish(at);
        for piece in pieces {
            assert!(piece.len() <= end - at);
            tail::fill_bytes(&*s, at, piece);
            at += piece.len();
        }
        Some(s)
    }

    /// A new instance of a subclass of `str`.
    pub fn new_instance(vm: &mut Vm, ty: Ref<PyType>, text: &[u8]) -> Ref<PyStr> {
        let chars = count_chars(text);
        let at = PyStr::bytes_at(text.len(), chars);
        let init = PyStr::init(text.len(), chars);
        let s = vm.alloc_object(ty, init, at + text.len());
        s.finish(at);
        tail::fill_bytes(&*s, at, text);
        s
    }

    /// The bytes. Immutable, so the slice stays valid while the string lives.
    #[inline(always)]
    pub fn bytes(&self) -> &[u8] {
        match self.links() {
            None => tail::bytes(self, self.byte_len as usize),
            Some([shared, _]) => self.linked_bytes(shared),
        }
    }
    #[inline(never)]
    fn linked_bytes(&self, shared: &Slot) -> &[u8] {
        match shared.get().cast::<ByteBuf>() {
            None => &tail::bytes(self, LINKS + self.byte_len as usize)[LINKS..],
            Some(buf) => &tail::extend_to(self, buf.bytes())[..self.byte_len as usize],
        }
    }
    /// Length in bytes.
    #[inline(always)]
    pub fn byte_len(&self) -> usize {
        self.byte_len as usize
    }
    /// Length in code points: Python's `len`.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.char_len as usize
    }
    /// `''`
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.byte_len == 0
    }
    /// Only ASCII: code points are bytes.
    #[inline(always)]
    pub fn is_ascii(&self) -> bool {
        self.byte_len == self.char_len
    }
    /// As UTF-8 text; `None` if it has lone surrogates.
    pub fn as_utf8(&self) -> Option<&str> {
        std::str::from_utf8(self.bytes()).ok()
    }
    /// As text for messages, surrogates replaced.
    pub fn text_lossy(&self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }
    /// The bytes are in a buffer that longer strings may share.
    pub fn is_shared(&self) -> bool {
        self.links()
            .is_some_and(|[shared, _]| !shared.get().is_null())
    }
    /// The hash as dicts use it if it was computed, else 0.
    #[inline(always)]
    pub fn known_hash(&self) -> u64 {
        self.hash.get() & TABLE_BITS
    }
    /// The hash as dicts use it: 61 bits.
    #[inline(always)]
    pub fn hash(&self, vm: &Vm) -> u64 {
        self.full_hash(vm) & TABLE_BITS
    }
    /// `hash(s)`
    #[inline(always)]
    pub fn full_hash(&self, vm: &Vm) -> u64 {
        let h = self.hash.get();
        if h != 0 {
            return h;
        }
        let h = vm.hash_text(self.bytes());
        self.hash.set(h);
        h
    }
}

impl Ref<PyStr> {
    /// Byte offset of code point `i` (`i` may be the length).
    pub fn offset_of(self, vm: &mut Vm, i: usize) -> usize {
        if self.is_ascii() {
            return i;
        }
        if i >= self.len() {
            return self.byte_len();
        }
        let (mut offset, left) = match self.links() {
            // Shorter than a step.
            None => (0, i),
            Some([_, link]) => {
                let index = match link.get().cast::<ByteBuf>() {
                    Some(t) => t,
                    None => {
                        let t = build_index(vm, self);
                        link.set(self, t.value());
                        t
                    }
                };
                let at = i / INDEX_STEP * 4;
                let b = &index.bytes()[at..at + 4];
                let offset = u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize;
                (offset, i % INDEX_STEP)
            }
        };
        let bytes = self.bytes();
        for _ in 0..left {
            offset += char_width(bytes[offset]);
        }
        offset
    }

    /// `self + other` for exact contents; appends in place when this string ends its shared buffer.
    pub fn concat(self, vm: &mut Vm, other: Ref<PyStr>) -> Option<Ref<PyStr>> {
        if other.is_empty() && self.shape_id() == ids::STR {
            return Some(self);
        }
        if self.is_empty() && other.shape_id() == ids::STR {
            return Some(other);
        }
        let (bytes, chars) = (self.byte_len() + other.byte_len(), self.len() + other.len());
        if bytes > u32::MAX as usize {
            return None;
        }
        if bytes >= 128 && self.header().has(CONCATENATED) {
            return self.append(vm, other, bytes, chars);
        }
        let at = PyStr::bytes_at(bytes, chars);
        let s = vm
            .heap
            .try_alloc_sized(ids::STR, PyStr::init(bytes, chars), at + bytes)?;
        s.finish(at);
        tail::fill_bytes(&*s, at, self.bytes());
        tail::fill_bytes(&*s, at + self.byte_len(), other.bytes());
        s.header().set_flags(CONCATENATED);
        Some(s)
    }

    fn append(
        self,
        vm: &mut Vm,
        other: Ref<PyStr>,
        bytes: usize,
        chars: usize,
    ) -> Option<Ref<PyStr>> {
        let own = self.byte_len();
        let shared = self.links().and_then(|l| l[0].get().cast::<ByteBuf>());
        let buf = match shared {
            Some(buf) if buf.used.get() == own && buf.capacity() >= bytes => buf,
            Some(buf) if buf.used.get() == own => vm.heap.grow_bytebuf(buf, bytes + bytes / 2)?,
            _ => {
                let buf = vm.heap.try_new_bytebuf(bytes + bytes / 2)?;
                buf.write(0, self.bytes());
                buf
            }
        };
        buf.write(own, other.bytes());
        buf.used.set(bytes);
        let init = PyStr::init(bytes, chars);
        let s = vm.heap.try_alloc_sized(ids::STR, init, LINKS)?;
        s.header().set_flags(CONCATENATED | LINKED);
        tail::slots(&*s, 2)[0].set(s, buf.value());
        Some(s)
    }

    /// Code points `start..end` as a new string; `start <= end <= len`.
    pub fn substring(self, vm: &mut Vm, start: usize, end: usize) -> Ref<PyStr> {
        if start == 0 && end == self.len() && self.shape_id() == ids::STR {
            return self;
        }
        if end - start == 1 && self.is_ascii() {
            return vm.ascii_char(self.bytes()[start]);
        }
        let (from, to) = (self.offset_of(vm, start), self.offset_of(vm, end));
        PyStr::new_counted(vm, &self.bytes()[from..to], end - start)
    }

    /// Code point `i` as a string of length one.
    pub fn char_at(self, vm: &mut Vm, i: usize) -> Ref<PyStr> {
        self.substring(vm, i, i + 1)
    }
}

/// Bytes of the sequence that starts with `lead`.
#[inline(always)]
pub fn char_width(lead: u8) -> usize {
    match lead {
        0..0xc0 => 1,
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        _ => 4,
    }
}

/// Code points in generalized UTF-8 text.
#[inline]
pub fn count_chars(text: &[u8]) -> usize {
    text.iter().filter(|b| (**b as i8) >= -0x40).count()
}

fn build_index(vm: &mut Vm, s: Ref<PyStr>) -> Ref<ByteBuf> {
    let index = vm.heap.new_bytebuf((s.len() / INDEX_STEP + 1) * 4);
    let bytes = s.bytes();
    let (mut offset, mut i) = (0, 0);
    while offset < bytes.len() {
        if i % INDEX_STEP == 0 {
            index.write(i / INDEX_STEP * 4, &(offset as u32).to_le_bytes());
        }
        offset += char_width(bytes[offset]);
        i += 1;
    }
    index
}

/// Text of a str value for messages; other values give a placeholder.
pub fn lossy(v: Value) -> String {
    match v.cast::<PyStr>() {
        Some(s) => s.text_lossy(),
        None => "?".to_string(),
    }
}

impl Vm {
    /// A str object.
    pub fn new_str(&mut self, text: &str) -> Value {
        self.new_str_bytes(text.as_bytes())
    }
    /// A str object from generalized UTF-8.
    pub fn new_str_bytes(&mut self, text: &[u8]) -> Value {
        match text {
            [] => self.empty_str().value(),
            [b] if *b < 128 => self.ascii_char(*b).value(),
            _ => PyStr::new(self, text).value(),
        }
    }
    /// `''`, which stands behind the strings of one character.
    #[inline]
    pub fn empty_str(&mut self) -> Ref<PyStr> {
        match self.ascii_chars.get().cast::<crate::heap::array::Array>() {
            Some(a) if a.len() > 128 => a.get(128).cast::<PyStr>(),
            _ => None,
        }
        .unwrap_or_else(|| self.intern(""))
    }
    /// The string of one ASCII character.
    #[inline]
    pub fn ascii_char(&mut self, b: u8) -> Ref<PyStr> {
        match self
            .ascii_chars
            .get()
            .cast::<crate::heap::array::Array>()
            .and_then(|a| a.get(b as usize & 127).cast::<PyStr>())
        {
            Some(s) => s,
            None => self.intern_bytes(&[b & 127]),
        }
    }
    /// `hash()` of bytes: keyed SipHash-1-3 (PEP 456).
    pub fn hash_bytes(&self, bytes: &[u8]) -> u64 {
        use std::hash::Hasher;
        if bytes.is_empty() {
            return 0;
        }
        let mut h = siphasher::sip::SipHasher13::new_with_keys(self.hash_key.0, self.hash_key.1);
        h.write(bytes);
        match h.finish() {
            u64::MAX => u64::MAX - 1,
            h => h,
        }
    }
    /// `hash()` of a string given as generalized UTF-8. As in CPython, which keeps code points in 1, 2 or 4 bytes, so
    /// that hashes under a fixed seed are the same.
    pub fn hash_text(&self, text: &[u8]) -> u64 {
        if text.is_ascii() {
            return self.hash_bytes(text);
        }
        // The lead byte tells how many bytes the largest code point needs.
        let width = match text.iter().max() {
            Some(0xf0..) => 4,
            Some(0xc4..) => 2,
            _ => 1,
        };
        let mut units = Vec::with_capacity(text.len() * width);
        let mut rest = text;
        while let Some(&lead) = rest.first() {
            let (len, bits) = match lead {
                0..0x80 => (1, lead),
                0x80..0xe0 => (2, lead & 0x1f),
                0xe0..0xf0 => (3, lead & 0x0f),
                0xf0.. => (4, lead & 0x07),
            };
            let len = rest.len().min(len);
            let point = rest[1..len]
                .iter()
                .fold(bits as u32, |n, b| n << 6 | (b & 0x3f) as u32);
            units.extend_from_slice(&point.to_le_bytes()[..width]);
            rest = &rest[len..];
        }
        self.hash_bytes(&units)
    }
    /// The hash of a string given as generalized UTF-8, as dicts use it.
    pub fn table_hash_text(&self, text: &[u8]) -> u64 {
        self.hash_text(text) & TABLE_BITS
    }
}
