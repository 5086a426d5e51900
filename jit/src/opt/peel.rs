//! The loop's start: what the way in has found out holds in the loop as well, if the body leaves it alone.
//!
//! The recorder writes the first turn as the way in and the second as the loop. So nothing has to be moved out of the loop: it is
//! enough to assume at its start what is known there, and to look at its end whether that still holds. What does not is not assumed
//! when the body is swept again. Assumed is, of memory: every place holds its value still, or the value that the body put there last, which
//! becomes a phi of its own; of phis: that they are other values, or stay in an interval.
//!
//! Only the last sweep counts, and all it assumed was found true at its end, given that it was true at its start.

use super::Pass;
use super::alias::{Place, Region};
use super::info::Info;
use super::memory::Memory;
use super::sweep::Sweep;
use super::table::Table;
use crate::ir::{End, Op, Val, Width};

/// How often a body is swept with assumptions; after that it is swept with none.
const SWEEPS: usize = 5;

/// What a phi of the old trace is assumed to be.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Role {
    /// A phi.
    Own,
    /// What it begins with.
    First,
    /// The same as the phi of that number.
    Same(usize),
}

/// What is assumed where the loop starts.
struct Plan {
    roles: Vec<Role>,
    /// Roles that turned out wrong are not tried again.
    settled: Vec<bool>,
    info: Vec<Info>,
    shapes: Vec<u32>,
    /// By number among what is known of memory there: dropped, or a phi.
    dropped: Vec<bool>,
    carried: Vec<bool>,
}

/// The state where the loop starts.
struct Start {
    operations: usize,
    info: Vec<Info>,
    shapes: Vec<u32>,
    memory: Memory,
    /// The phis' first values.
    firsts: Vec<Val>,
}

impl Sweep<'_> {
    /// Sweeps the loop that starts there; gives the values for its phis' next turn.
    pub(super) fn sweep_loop(&mut self, start: usize) -> Vec<Val> {
        let phis: Vec<usize> = self.old.phis().collect();
        let firsts: Vec<Val> = phis
            .iter()
            .map(|p| match self.old.ops[*p] {
                Op::Phi(first) => self.map[first.0 as usize],
                _ => super::sweep::NONE,
            })
            .collect();
        for (i, e) in self.memory.entries_mut().iter_mut().enumerate() {
            e.origin = Some(i as u32);
        }
        let state = Start {
            operations: self.values.ops.len(),
            info: self.values.info.clone(),
            shapes: self.values.shapes.clone(),
            memory: self.memory.clone(),
            firsts,
        };
        let loops = matches!(self.old.end, End::Loop(_));
        let mut plan = self.hopeful(&state);
        if self.has(Pass::Peel) && loops {
            for _ in 0..SWEEPS {
                let (own, places) = self.body(start, &phis, &state, &plan);
                if let Some(next) = self.check(&phis, &state, &mut plan, &own, &places) {
                    return next;
                }
            }
        }
        let nothing = Plan {
            roles: vec![Role::Own; phis.len()],
            settled: vec![true; phis.len()],
            info: vec![Info::UNKNOWN; phis.len()],
            shapes: vec![0; phis.len()],
            dropped: vec![true; state.memory.entries().len()],
            carried: vec![false; state.memory.entries().len()],
        };
        self.body(start, &phis, &state, &nothing);
        match &self.old.end {
            End::Loop(next) => next.iter().map(|v| self.map[v.0 as usize]).collect(),
            _ => Vec::new(),
        }
    }

    /// Everything stays as it is; what begins with a constant keeps its lowest bits and only grows.
    fn hopeful(&self, state: &Start) -> Plan {
        let info = |v: &Val| {
            let i = state.info[v.0 as usize];
            if i.constant().is_none() {
                return i;
            }
            // A counter, perhaps, which grows.
            Info {
                zeros: i.zeros & 7,
                ones: i.ones & 7,
                lo: i.lo,
                hi: i64::MAX,
            }
            .sharpened()
        };
        let n = state.firsts.len();
        let known = state.memory.entries().len();
        Plan {
            roles: vec![Role::Own; n],
            settled: vec![false; n],
            info: state.firsts.iter().map(info).collect(),
            shapes: state
                .firsts
                .iter()
                .map(|v| state.shapes[v.0 as usize])
                .collect(),
            dropped: vec![false; known],
            carried: vec![false; known],
        }
    }

    /// Sweeps the body under a plan. Gives the new phis of the old ones, and the places of memory that became phis, with those.
    fn body(
        &mut self,
        start: usize,
        phis: &[usize],
        state: &Start,
        plan: &Plan,
    ) -> (Vec<Val>, Vec<(Place, Val)>) {
        self.values.ops.truncate(state.operations);
        self.values.regions.truncate(state.operations);
        self.values.info.clone_from(&state.info);
        self.values.shapes.clone_from(&state.shapes);
        self.memory = state.memory.clone();
        self.in_body = Some(Table::default());
        self.used = vec![false; state.memory.entries().len()];
        self.emit(Op::LoopStart);
        let mut own = Vec::with_capacity(phis.len());
        for (k, p) in phis.iter().enumerate() {
            let v = match plan.roles[k] {
                Role::Own => {
                    let v = self.emit(Op::Phi(state.firsts[k]));
                    self.values.info[v.0 as usize] = plan.info[k];
                    self.values.shapes[v.0 as usize] = plan.shapes[k];
                    v
                }
                Role::First => state.firsts[k],
                Role::Same(j) => own[j],
            };
            own.push(v);
            self.map[*p] = v;
        }
        let mut places = Vec::new();
        for (i, e) in state.memory.entries().iter().enumerate() {
            if plan.carried[i] {
                let v = self.emit(Op::Phi(e.value));
                self.memory.set(e.place, v, false);
                places.push((e.place, v));
            } else if plan.dropped[i] {
                self.memory.forget(&e.place);
            }
        }
        self.visit_all(start + 1, self.old.ops.len());
        (own, places)
    }

    /// Whether all that was assumed is true at the end: then the values for the next turn. Else the plan says less than before.
    fn check(
        &mut self,
        phis: &[usize],
        state: &Start,
        plan: &mut Plan,
        own: &[Val],
        places: &[(Place, Val)],
    ) -> Option<Vec<Val>> {
        let End::Loop(old_next) = &self.old.end else {
            return None;
        };
        let next: Vec<Val> = old_next.iter().map(|v| self.map[v.0 as usize]).collect();
        let mut holds = true;
        for k in 0..phis.len() {
            match plan.roles[k] {
                Role::Own => holds &= self.check_phi(k, state, plan, own, &next),
                Role::First | Role::Same(_) => {
                    let right = match plan.roles[k] {
                        Role::Same(j) => next[k] == next[j],
                        _ => next[k] == state.firsts[k],
                    };
                    if !right {
                        plan.roles[k] = Role::Own;
                        plan.settled[k] = true;
                        holds = false;
                    }
                }
            }
        }
        holds &= self.check_memory(state, plan);
        let mut values: Vec<Val> = (0..phis.len())
            .filter(|k| plan.roles[*k] == Role::Own)
            .map(|k| next[k])
            .collect();
        for (place, _) in places {
            match self.memory.get(place) {
                Some(e) => values.push(e.value),
                None => {
                    holds = false;
                    for (i, e) in state.memory.entries().iter().enumerate() {
                        if e.place == *place {
                            plan.carried[i] = false;
                            plan.dropped[i] = true;
                        }
                    }
                }
            }
        }
        holds.then_some(values)
    }

    /// A phi's interval still holds, and it is nothing simpler than a phi.
    fn check_phi(
        &self,
        k: usize,
        state: &Start,
        plan: &mut Plan,
        own: &[Val],
        next: &[Val],
    ) -> bool {
        let n = next[k];
        if !plan.settled[k] {
            if n == own[k] || n == state.firsts[k] {
                plan.roles[k] = Role::First;
                return false;
            }
            let same = (0..k).find(|j| {
                plan.roles[*j] == Role::Own && next[*j] == n && state.firsts[*j] == state.firsts[k]
            });
            if let Some(j) = same {
                plan.roles[k] = Role::Same(j);
                return false;
            }
        }
        if plan.shapes[k] != 0 && self.values.shapes[n.0 as usize] != plan.shapes[k] {
            plan.shapes[k] = 0;
            return false;
        }
        let (now, assumed) = (self.values.info(n), plan.info[k]);
        if assumed.follows_from(&now) {
            return true;
        }
        let mut less = assumed;
        less.zeros &= now.zeros;
        less.ones &= now.ones;
        if now.lo < assumed.lo {
            // It may fall: it does not rise, perhaps.
            let first = state.info[state.firsts[k].0 as usize];
            let falls = assumed.lo != i64::MIN && now.hi <= first.hi;
            less.lo = i64::MIN;
            less.hi = if falls { first.hi } else { i64::MAX };
        } else if now.hi > assumed.hi {
            less.hi = i64::MAX;
        }
        // The interval must not bring back bits that do not hold.
        plan.info[k] = less;
        false
    }

    /// A place whose word points to no frame and no raw items: as a phi, it would be taken for an object.
    fn may_be_carried(&self, p: &Place, held: Val) -> bool {
        let l = self.layout;
        if self.values.regions[held.0 as usize] != Region::Object {
            return false;
        }
        match p.region {
            Region::Raw => true,
            Region::Object => true,
            Region::Context => p.offset < l.frames && p.offset != l.machine && p.offset != l.top,
            _ => false,
        }
    }

    /// What the body relied on is there still.
    fn check_memory(&self, state: &Start, plan: &mut Plan) -> bool {
        let mut holds = true;
        for (i, e) in state.memory.entries().iter().enumerate() {
            if !self.used[i] || plan.dropped[i] || plan.carried[i] {
                continue;
            }
            match self.memory.get(&e.place) {
                Some(now) if now.value == e.value => {}
                Some(_)
                    if self.may_be_carried(&e.place, e.value)
                        && matches!(e.place.width, Width::W64 | Width::F64) =>
                {
                    plan.carried[i] = true;
                    holds = false;
                }
                _ => {
                    plan.dropped[i] = true;
                    holds = false;
                }
            }
        }
        holds
    }
}
