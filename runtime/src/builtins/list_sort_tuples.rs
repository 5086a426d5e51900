//! Sorting by tuples of numbers and texts, the usual keys of several parts.
//!
//! Where all keys are exact tuples of one length, and each of their columns holds only ints, only floats or only strs, no
//! comparison runs Python code or fails. Most pairs differ in the first column, whose rank as a machine word stands beside the
//! positions.

use super::list_sort::{exact_float, prefix_rank};
use crate::prelude::*;
use std::cmp::Ordering;

/// Tuples of more items are sorted in general.
const MOST: usize = 8;

/// What a column holds.
#[derive(Clone, Copy, PartialEq)]
enum Column {
    Int,
    Float,
    Text,
}

fn column_of(v: Value) -> Option<Column> {
    if v.is_int() {
        Some(Column::Int)
    } else if v.shape_id() == ids::STR {
        Some(Column::Text)
    } else {
        exact_float(v)
            .filter(|f| !f.is_nan())
            .map(|_| Column::Float)
    }
}

impl Column {
    /// A word that is less for what is less; what is equal has the same.
    fn rank(self, v: Value) -> u64 {
        match self {
            Column::Int => v.as_small_int().unwrap_or(0) as u64 ^ 1 << 63,
            Column::Text => v.cast().map_or(0, prefix_rank),
            Column::Float => {
                // The two zeros are equal.
                let bits = (exact_float(v).unwrap_or(0.0) + 0.0).to_bits();
                bits ^ if bits >> 63 == 1 { u64::MAX } else { 1 << 63 }
            }
        }
    }
    fn compare(self, v: Value, w: Value) -> Ordering {
        if self == Column::Text
            && let (Some(s), Some(t)) = (v.cast::<PyStr>(), w.cast::<PyStr>())
        {
            return s.bytes().cmp(t.bytes());
        }
        self.rank(v).cmp(&self.rank(w))
    }
}

fn exact_tuple(v: Value) -> Option<Ref<PyTuple>> {
    v.cast().filter(|_| v.shape_id() == ids::TUPLE)
}

/// The columns of the first `n` keys.
fn columns(keys: Ref<Array>, n: usize) -> Option<Vec<Column>> {
    let first = exact_tuple(keys.get(0)).filter(|t| !t.is_empty() && t.len() <= MOST)?;
    let columns: Vec<_> = first.items().iter().map_while(|v| column_of(*v)).collect();
    let fits = |i: usize| {
        exact_tuple(keys.get(i)).is_some_and(|t| {
            t.len() == columns.len()
                && t.items()
                    .iter()
                    .zip(&columns)
                    .all(|(v, c)| column_of(*v) == Some(*c))
        })
    };
    (0..n).all(fits).then_some(columns)
}

/// Sorts positions by their keys; false, and nothing was done: the keys are not such tuples.
pub(super) fn sort_by_tuples(order: &mut [u32], keys: Ref<Array>) -> bool {
    let Some(columns) = columns(keys, order.len()) else {
        return false;
    };
    let tuple = |i: u32| exact_tuple(keys.get(i as usize));
    let rank = |i: u32| tuple(i).map_or(0, |t| columns[0].rank(t.items()[0]));
    let mut pairs: Vec<(u64, u32)> = order.iter().map(|i| (rank(*i), *i)).collect();
    // Equal words settle numbers, but not texts.
    let settled = usize::from(columns[0] != Column::Text);
    let compare_rest = |a: u32, b: u32| {
        let (Some(s), Some(t)) = (tuple(a), tuple(b)) else {
            return Ordering::Equal;
        };
        let places = columns.iter().enumerate().skip(settled);
        places
            .map(|(i, c)| c.compare(s.items()[i], t.items()[i]))
            .find(|o| o.is_ne())
            .unwrap_or(Ordering::Equal)
    };
    pairs.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| compare_rest(a.1, b.1)));
    for (to, (_, i)) in order.iter_mut().zip(pairs) {
        *to = i;
    }
    true
}
