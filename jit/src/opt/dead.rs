//! What nobody needs: stores that are overwritten before anybody looks, and operations whose values are not used.

use super::alias::{Place, Region, may_meet, place};
use super::homes::Homes;
use super::layout::{Effect, Layout};
use super::sweep::Swept;
use crate::ir::looks::Looks;
use crate::ir::{End, Op, Width};

/// Drops stores to whose place another store follows, with nothing between that could see the first: no exit that looks there, no
/// call that looks at memory, no load.
pub fn stores(t: &mut Swept, layout: &Layout, looks: &Looks) {
    let mut coming: Vec<Place> = Vec::new();
    let start = t
        .values
        .ops
        .iter()
        .position(|op| matches!(op, Op::LoopStart));
    let homes = Homes {
        values: &t.values,
        layout,
        looks,
    };
    let mut watch = homes.at_end(&t.end, start);
    for i in (0..t.values.ops.len()).rev() {
        let op = &t.values.ops[i];
        if homes.pass(i, &mut watch) {
            t.dropped[i] = true;
            continue;
        }
        match op {
            Op::Store(..) | Op::StoreLogged(..) => {
                let p = match op {
                    Op::Store(w, base, offset, _) => place(&t.values, *base, *offset, *w),
                    Op::StoreLogged(_, base, offset, ..) => {
                        place(&t.values, *base, *offset, Width::W64)
                    }
                    _ => continue,
                };
                if covered(&coming, &p) {
                    t.dropped[i] = true;
                } else if homes.home(&p).is_none() {
                    coming.push(p);
                }
            }
            Op::Load(w, base, offset) => {
                let p = place(&t.values, *base, *offset, *w);
                coming.retain(|c| !may_meet(&t.values, layout, c, &p));
            }
            // The collector may look: at the machine, and at frames, where stale words do no harm.
            Op::Box(..) => coming.retain(|c| matches!(c.region, Region::Entered | Region::Above)),
            Op::Call { address, .. } if layout.effect(*address) != Effect::Pure => coming.clear(),
            _ if op.exit().is_some() => coming.clear(),
            _ => {}
        }
    }
}

fn covered(coming: &[Place], p: &Place) -> bool {
    coming.iter().any(|c| {
        c.region == p.region
            && c.root == p.root
            && c.offset <= p.offset
            && p.offset + p.width.bytes() <= c.offset + c.width.bytes()
    })
}

/// Drops operations without effect whose values nobody uses, phis that only feed themselves among them.
pub fn unneeded(t: &mut Swept) {
    let ops = &t.values.ops;
    let mut needed = vec![false; ops.len()];
    let phis: Vec<usize> = (0..ops.len())
        .filter(|i| matches!(ops[*i], Op::Phi(_)))
        .collect();
    let mut done = vec![false; phis.len()];
    if let End::Link(_, Some(v)) = &t.end {
        needed[v.0 as usize] = true;
    }
    loop {
        for i in (0..ops.len()).rev() {
            if t.dropped[i] || matches!(ops[i], Op::Phi(_)) {
                continue;
            }
            if needed[i] || !ops[i].is_pure() {
                needed[i] = true;
                ops[i].operands(|v| needed[v.0 as usize] = true);
            }
        }
        let mut more = false;
        for (k, p) in phis.iter().enumerate() {
            if needed[*p] && !done[k] {
                (done[k], more) = (true, true);
                ops[*p].operands(|v| needed[v.0 as usize] = true);
                if let End::Loop(next) = &t.end {
                    needed[next[k].0 as usize] = true;
                }
            }
        }
        if !more {
            break;
        }
    }
    if let End::Loop(next) = &mut t.end {
        let mut k = 0;
        next.retain(|_| {
            k += 1;
            needed[phis[k - 1]]
        });
    }
    for (dropped, needed) in t.dropped.iter_mut().zip(needed) {
        *dropped |= !needed;
    }
}
