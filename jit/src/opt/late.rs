//! Stores in small loops that can wait until the loop is left.
//!
//! A loop stores its registers and its iterators' positions at every turn, though nobody looks before an exit. Such a store becomes
//! [`Op::Late`]: the code generator keeps the value in a register, and the exits store it. That makes every guard of the loop a
//! branch of its own and takes registers, so it is done only where the loop is small and calls nothing that may look at memory.

use super::alias::{Place, Region, may_meet, place};
use super::layout::{Effect, Layout};
use super::sweep::Swept;
use crate::ir::{End, Op, Val, Width};

/// Operations of a loop that is small.
const MOST_OPERATIONS: usize = 160;
/// Guards of such a loop: each gets stores of its own.
const MOST_GUARDS: usize = 40;
/// Places whose values wait: each takes a register.
const MOST_PLACES: usize = 10;

/// Marks the stores of a loop that can wait.
pub fn stores(t: &mut Swept, layout: &Layout) {
    if !matches!(t.end, End::Loop(_)) {
        return;
    }
    let ops = &t.values.ops;
    let Some(start) = ops.iter().position(|op| matches!(op, Op::LoopStart)) else {
        return;
    };
    let body: Vec<usize> = (start + 1..ops.len()).filter(|i| !t.dropped[*i]).collect();
    let guards = body.iter().filter(|i| ops[**i].exit().is_some()).count();
    let looks = |i: &usize| matches!(&ops[*i], Op::Call { address, .. } if layout.effect(*address) != Effect::Pure);
    if body.len() > MOST_OPERATIONS || guards > MOST_GUARDS || body.iter().any(looks) {
        return;
    }
    let access = |i: usize| match &ops[i] {
        Op::Load(w, base, offset) | Op::Store(w, base, offset, _) => {
            Some((*base, place(&t.values, *base, *offset, *w)))
        }
        Op::StoreLogged(_, base, offset, ..) => {
            Some((*base, place(&t.values, *base, *offset, Width::W64)))
        }
        _ => None,
    };
    let accesses: Vec<(usize, Val, Place)> = body
        .iter()
        .filter_map(|i| access(*i).map(|(base, p)| (*i, base, p)))
        .collect();
    let mut waiting: Vec<(Val, Place)> = Vec::new();
    let mut late = Vec::new();
    for (i, base, p) in &accesses {
        if !is_whole(&ops[*i]) {
            continue;
        }
        // As words and as floats.
        let same = |b: &Val, q: &Place| {
            let q = Place {
                width: p.width,
                ..*q
            };
            b == base && q == *p
        };
        let known = waiting.iter().any(|(b, q)| same(b, q));
        let alone = |(j, b, q): &(usize, Val, Place)| {
            same(b, q) && is_whole(&ops[*j]) || !may_meet(&t.values, layout, p, q)
        };
        if (base.0 as usize) < start
            && matches!(p.region, Region::Entered | Region::Above | Region::Object)
            && !p.indexed
            && (known || waiting.len() < MOST_PLACES)
            && accesses.iter().all(alone)
        {
            if !known {
                waiting.push((*base, *p));
            }
            late.push(*i);
        }
    }
    for i in late {
        if let Op::Store(w, base, offset, v) = t.values.ops[i] {
            t.values.ops[i] = Op::Late(w, base, offset, v);
        }
    }
}

/// Whether it stores a whole word.
fn is_whole(op: &Op) -> bool {
    matches!(op, Op::Store(Width::W64 | Width::F64, ..))
}
