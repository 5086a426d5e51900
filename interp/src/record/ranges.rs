//! `range(...)` of small ints is dissolved, so that a loop over it makes its iterator alone.

use super::virtuals::Field;
use super::{Pending, Recorder};
use crate::tier::enter::helpers_made as made;
use skein_jit::ir::{Binary, Val};
use skein_runtime::builtins::range::PyRange;
use skein_runtime::layout;
use skein_runtime::prelude::*;
use std::mem::offset_of;

/// Where a range has its start, stop and step.
const PARTS: [i32; 3] = [
    offset_of!(PyRange, start) as i32,
    offset_of!(PyRange, stop) as i32,
    offset_of!(PyRange, step) as i32,
];

impl Recorder {
    /// A call of `range` with small ints; false: nothing was written.
    pub(super) fn virtual_range(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let (first, argc) = (p.word.b() as usize + 2, p.word.c() as usize);
        if !self.dissolves
            || !(1..=3).contains(&argc)
            || !p.more.args[..argc].iter().all(|s| s.is_int())
        {
            return false;
        }
        if argc == 3 {
            let w = self.word(first + 2);
            if self.fact(w).constant.is_none_or(|c| c & 1 == 0 || c == 1) {
                return false;
            }
        }
        self.guard_callee(vm, p);
        self.is_jump(first - 1, p.next, 0);
        let words: Vec<Val> = (first..first + argc).map(|i| self.word(i)).collect();
        for w in &words {
            self.guard_int(*w);
        }
        let int = |n: u64| n << 1 | 1;
        let (zero, one) = (self.constant(int(0)), self.constant(int(1)));
        let parts = match words[..] {
            [stop] => [zero, stop, one],
            [start, stop] => [start, stop, one],
            [start, stop, step, ..] => [start, stop, step],
            [] => return false,
        };
        let fields: Vec<Field> = parts
            .iter()
            .zip(PARTS)
            .map(|(w, offset)| self.content_word(*w, offset))
            .collect();
        let k = self.new_virtual(ids::RANGE, fields);
        self.set_virtual(p.word.a() as usize, k);
        true
    }

    /// `GetIter` of a dissolved range; false: it is something else.
    pub(super) fn iter_of_range(&mut self, p: Pending) -> bool {
        let Some(k) = self.dissolved_as(p.word.b() as usize, ids::RANGE) else {
            return false;
        };
        let parts = self.parts_of_range(k);
        let v = self.ask(made::range_iterator as *const (), &parts);
        self.not_refused(v);
        self.know_shape(v, ids::RANGE_ITERATOR);
        let start = self.binary_imm(Binary::Sar, parts[0], 1);
        let step = self.binary_imm(Binary::Sar, parts[2], 1);
        self.field_known(v, layout::ITER_INDEX, start);
        self.field_known(v, layout::ITER_STEP, step);
        self.set(p.word.a() as usize, v);
        true
    }

    /// `reversed` of a dissolved range; false: nothing was written.
    pub(super) fn reversed_range(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let first = p.word.b() as usize + 2;
        if p.word.c() != 1 || p.next.bits != 0 {
            return false;
        }
        let Some(k) = self.dissolved_as(first, ids::RANGE) else {
            return false;
        };
        self.guard_callee(vm, p);
        self.is_jump(first - 1, p.next, 0);
        let parts = self.parts_of_range(k);
        let v = self.ask(made::reversed_range as *const (), &parts);
        self.not_refused(v);
        self.know_shape(v, ids::RANGE_ITERATOR);
        let (zero, step) = (self.constant(0), self.binary_imm(Binary::Sar, parts[2], 1));
        let back = self.binary(Binary::Sub, zero, step);
        self.field_known(v, layout::ITER_STEP, back);
        self.set(p.word.a() as usize, v);
        true
    }

    /// Start, stop and step.
    fn parts_of_range(&mut self, k: u32) -> [Val; 3] {
        let null = self.constant(0);
        PARTS.map(|offset| {
            let n = self.field_at(k, offset);
            n.and_then(|n| self.fetch(k, n).word).unwrap_or(null)
        })
    }

    /// The range object itself.
    pub(super) fn allocate_range(&mut self, k: u32) -> Val {
        let parts = self.parts_of_range(k);
        self.ask(made::range as *const (), &parts)
    }
}
