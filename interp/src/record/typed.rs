//! Items of what holds numbers of one machine type: `array.array`, `bytearray`, `bytes`.
//!
//! They are loaded and stored as such, floats as bare bits. An array's address, length and type code stand in a description that
//! never moves (`Op::Typed`); a bytearray's buffer is an object of the heap. Where an item has no such form (text, 64-bit
//! integers that are no small ints) the exit is taken, and what is recorded from there is a lean call.

use super::{Code, Pending, Recorder, Seen};
use crate::vm::run::cx::Cx;
use skein_jit::ir::{Binary, Checked, Cond, Op, Val, Width};
use skein_runtime::layout;
use skein_runtime::prelude::*;

/// The type code of the exact array that an instruction uses, 0 if it uses none.
pub(super) fn code_of(vm: &Vm, cx: Cx, op: Code) -> u8 {
    let i = match op {
        Code::LoadSubscr => cx.b(),
        Code::StoreSubscr => cx.a(),
        Code::Call if cx.insn.c() == 1 => cx.b() + 2,
        _ => return 0,
    };
    let v = cx.reg(i);
    Native::typed_items(vm, &v).map_or(0, |t| t.code.get() as u8)
}

/// How items of a type code are kept: the width, and how many bits a signed integer has.
fn kept(code: u8) -> Option<(Width, u64)> {
    Some(match code {
        b'd' => (Width::F64, 0),
        b'f' => (Width::F32, 0),
        b'B' => (Width::W8, 0),
        b'b' => (Width::W8, 8),
        b'H' => (Width::W16, 0),
        b'h' => (Width::W16, 16),
        b'I' => (Width::W32, 0),
        b'i' => (Width::W32, 32),
        b'L' | b'Q' => (Width::W64, 0),
        b'l' | b'q' => (Width::W64, 64),
        _ => return None,
    })
}

impl Recorder {
    /// The description of an exact array's items; its type code is tested.
    fn description(&mut self, w: Val, shape: u32, code: u8) -> Val {
        self.guard_shape(w, shape);
        let key = (w, layout::NATIVE_TYPED);
        let t = match self.fields.get(&key) {
            Some(t) => *t,
            None => self.emit(Op::Typed(w, layout::NATIVE_TYPED)),
        };
        self.fields.insert(key, t);
        let c = self.field(t, layout::TYPED_CODE);
        let same = self.compare_imm(Cond::Eq, c, code as u64);
        self.guard(same, true);
        t
    }

    /// The length of an exact array.
    pub(super) fn length_of_array(&mut self, w: Val, shape: u32, code: u8) -> Val {
        let t = self.description(w, shape, code);
        self.field(t, layout::TYPED_COUNT)
    }

    /// The address of an item less an offset, the offset, and how it is kept: of the container in a register at the index in
    /// another. `None`: nothing was written.
    fn typed_item(
        &mut self,
        (i, seen): (usize, Seen),
        (k, index): (usize, Seen),
        code: u8,
    ) -> Option<(Val, i32, Width, u64)> {
        if !index.is_int() {
            return None;
        }
        let plain = match seen.shape {
            ids::BYTES => Some((layout::BYTES_LEN, layout::BYTES_DATA)),
            ids::BYTEARRAY => Some((layout::BYTEARRAY_LEN, layout::BYTEBUF_DATA)),
            _ => None,
        };
        if let Some((length, offset)) = plain {
            let w = self.word(i);
            self.guard_shape(w, seen.shape);
            let length = self.field(w, length);
            let n = self.index(k, index.bits, length);
            let from = match seen.shape {
                ids::BYTES => w,
                _ => self.field(w, layout::BYTEARRAY_BUF),
            };
            let at = self.binary(Binary::Add, from, n);
            return Some((at, offset, Width::W8, 0));
        }
        let (width, signed) = kept(code)?;
        if width == Width::W64 && self.failed_here() {
            return None;
        }
        let w = self.word(i);
        let t = self.description(w, seen.shape, code);
        let length = self.field(t, layout::TYPED_COUNT);
        let n = self.index(k, index.bits, length);
        let items = self.field(t, layout::TYPED_AT);
        let bytes = self.binary_imm(Binary::Shl, n, width.bytes().trailing_zeros() as u64);
        let at = self.binary(Binary::Add, items, bytes);
        Some((at, 0, width, signed))
    }

    /// `x[k]`
    pub(super) fn load_typed(&mut self, p: Pending) -> bool {
        let (a, b, c) = (
            p.word.a() as usize,
            p.word.b() as usize,
            p.word.c() as usize,
        );
        let Some((at, offset, width, signed)) =
            self.typed_item((b, p.b), (c, p.c), p.more.typed_code)
        else {
            return false;
        };
        let v = self.emit(Op::Load(width, at, offset));
        if width.is_float() {
            self.set_float(a, v);
            return true;
        }
        let w = if width != Width::W64 {
            let v = match signed {
                0 => v,
                bits => {
                    let high = self.binary_imm(Binary::Shl, v, 64 - bits);
                    self.binary_imm(Binary::Sar, high, 64 - bits)
                }
            };
            self.tagged(v)
        } else if signed == 0 {
            let small = self.compare_imm(Cond::Below, v, 1 << 62);
            self.guard(small, true);
            self.tagged(v)
        } else {
            let e = self.exit();
            let two = self.emit(Op::Checked(Checked::Add, v, v, e));
            let w = self.binary_imm(Binary::Or, two, 1);
            self.know(w, |k| k.int = true);
            w
        };
        self.set(a, w);
        true
    }

    /// `x[k] = v`
    pub(super) fn store_typed(&mut self, p: Pending) -> bool {
        let (a, b, c) = (
            p.word.a() as usize,
            p.word.b() as usize,
            p.word.c() as usize,
        );
        let kept = match p.a.shape {
            ids::BYTES => None,
            ids::BYTEARRAY => Some((Width::W8, 0)),
            _ => kept(p.more.typed_code),
        };
        let Some((width, signed)) = kept else {
            return false;
        };
        if !p.c.is_int() && !(width.is_float() && p.c.is_float()) {
            return false;
        }
        let Some((at, offset, ..)) = self.typed_item((a, p.a), (b, p.b), p.more.typed_code) else {
            return false;
        };
        let v = if width.is_float() {
            self.number(c, p.c)
        } else {
            let w = self.int(c);
            let n = self.untagged(w);
            let fits = match (width, signed) {
                (Width::W64, 0) => Some(self.compare_imm(Cond::Ge, n, 0)),
                (Width::W64, _) => None,
                (_, 0) => Some(self.compare_imm(Cond::Below, n, 1 << (8 * width.bytes()))),
                (_, bits) => {
                    let from_least = self.binary_imm(Binary::Add, n, 1 << (bits - 1));
                    Some(self.compare_imm(Cond::Below, from_least, 1 << bits))
                }
            };
            if let Some(fits) = fits {
                self.guard(fits, true);
            }
            n
        };
        self.emit(Op::Store(width, at, offset, v));
        self.begun = true;
        true
    }
}
