//! `slice`, and the arithmetic of slices that every sequence shares. (Methods live in `slice_methods.rs`.)
//!
//! Taking a slice has two steps, as in CPython: [`Vm::slice_parts`] converts the three parts (which may run `__index__`
//! and so change the sequence), then [`SliceRange::adjust`] clips them to the length that the sequence has after that.

use crate::builtins::int::as_int;
use crate::error::PyResult;
use crate::heap::Tracer;
use crate::object::header::{Header, Ref, Slot};
use crate::object::shape::ids;
use crate::value::Value;
use crate::vm::Vm;

/// A slice object.
#[repr(C)]
pub struct PySlice {
    header: Header,
    /// `start`
    pub start: Slot,
    /// `stop`
    pub stop: Slot,
    /// `step`
    pub step: Slot,
}

impl PySlice {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit_slot(&self.start);
        t.visit_slot(&self.stop);
        t.visit_slot(&self.step);
    }
    /// `slice(start, stop, step)`
    pub fn new(vm: &mut Vm, start: Value, stop: Value, step: Value) -> Ref<PySlice> {
        vm.heap.alloc(
            ids::SLICE,
            PySlice {
                header: Header::PENDING,
                start: Slot::new(start),
                stop: Slot::new(stop),
                step: Slot::new(step),
            },
        )
    }
}

/// Start, stop and step of a slice as machine integers, not yet clipped to a length.
#[derive(Clone, Copy, Debug)]
pub struct SliceParts {
    /// First position, negative counts from the end.
    pub start: i64,
    /// Position to stop before, negative counts from the end.
    pub stop: i64,
    /// Distance, not 0.
    pub step: i64,
}

/// The positions that a slice takes from a sequence: `start`, `start + step`, … `count` times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SliceRange {
    /// First position; for an empty slice the place where it would be.
    pub start: usize,
    /// End of a slice with step 1, at least `start`.
    pub stop: usize,
    /// Distance.
    pub step: i64,
    /// How many.
    pub count: usize,
}

impl SliceRange {
    /// Clips a slice to a sequence of `len` items.
    pub fn adjust(parts: SliceParts, len: usize) -> SliceRange {
        let (start, stop, step, count) = clip(parts, len as i64);
        // Only an empty slice with a negative step can start before the sequence.
        let start = start.max(0) as usize;
        SliceRange {
            start,
            stop: start.max(stop.max(0) as usize),
            step,
            count,
        }
    }
    /// Position number `i` of the slice.
    #[inline(always)]
    pub fn at(&self, i: usize) -> usize {
        (self.start as i64 + i as i64 * self.step) as usize
    }
    /// The same positions in ascending order: (lowest, distance).
    pub fn ascending(&self) -> (usize, usize) {
        if self.step > 0 || self.count == 0 {
            (self.start, self.step.unsigned_abs() as usize)
        } else {
            (self.at(self.count - 1), self.step.unsigned_abs() as usize)
        }
    }
}

/// What `slice.indices` computes for machine integers: start, stop, step, count.
pub fn clip(parts: SliceParts, len: i64) -> (i64, i64, i64, usize) {
    let step = parts.step;
    let (low, high) = if step < 0 { (-1, len - 1) } else { (0, len) };
    let fix = |n: i64| {
        let n = if n < 0 { n.saturating_add(len) } else { n };
        n.clamp(low, high)
    };
    let (start, stop) = (fix(parts.start), fix(parts.stop));
    let span = if step < 0 { start - stop } else { stop - start };
    let count = match step.unsigned_abs() {
        _ if span <= 0 || step == 0 => 0,
        // Division takes longer than all the rest.
        1 => span as u64,
        step => (span - 1) as u64 / step + 1,
    };
    (start, stop, step, count as usize)
}

impl Vm {
    /// The parts of a slice as machine integers, clipped to their range. May run `__index__`.
    ///
    /// Errors: `TypeError` for parts that are no integers, `ValueError` for step 0.
    pub fn slice_parts(&mut self, s: Ref<PySlice>) -> PyResult<SliceParts> {
        let step = match s.step.get() {
            Value::NONE => 1,
            v => self.slice_index(v)?.max(-i64::MAX),
        };
        if step == 0 {
            return Err(self.value_error("slice step cannot be zero"));
        }
        let start = match s.start.get() {
            Value::NONE if step < 0 => i64::MAX,
            Value::NONE => 0,
            v => self.slice_index(v)?,
        };
        let stop = match s.stop.get() {
            Value::NONE if step < 0 => i64::MIN,
            Value::NONE => i64::MAX,
            v => self.slice_index(v)?,
        };
        Ok(SliceParts { start, stop, step })
    }

    /// One part of a slice, or a start/stop argument of `index`: an integer clipped to the machine's range.
    pub fn slice_index(&mut self, v: Value) -> PyResult<i64> {
        if let Some(n) = v.as_small_int() {
            return Ok(n);
        }
        let index = self.names.__index__;
        if as_int(&v).is_none() && self.lookup_special(v, index).is_none() {
            return Err(self
                .type_error("slice indices must be integers or None or have an __index__ method"));
        }
        self.index_clipped(v)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adjust(start: i64, stop: i64, step: i64, len: usize) -> (usize, usize, usize) {
        let r = SliceRange::adjust(SliceParts { start, stop, step }, len);
        (r.start, r.stop, r.count)
    }

    #[test]
    fn clipping() {
        assert_eq!(adjust(0, i64::MAX, 1, 5), (0, 5, 5));
        assert_eq!(adjust(3, 1, 1, 5), (3, 3, 0));
        assert_eq!(adjust(i64::MAX, i64::MIN, -1, 5), (4, 4, 5));
        assert_eq!(adjust(-3, -1, 1, 5), (2, 4, 2));
        assert_eq!(adjust(i64::MAX, i64::MIN, -2, 0), (0, 0, 0));
        assert_eq!(adjust(0, 5, i64::MAX, 5), (0, 5, 1));
    }
}
