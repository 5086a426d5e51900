//! Control flow over symbolic instructions: what is reachable, and which `CheckLocal` cannot fail.
//!
//! Definite assignment is a forward dataflow over basic blocks: a register is bound where it is bound on every path.
//! An exception edge leaves before each covered instruction, whose result is then not written. Working on the
//! instructions instead of the tree makes inlined `finally` bodies and dead branches exact for free.

use super::unit::{Handler, HandlerId, Ins, Label, NO_LABEL};
use crate::bytecode::Op;
use std::collections::HashMap;

/// The code being looked at.
pub struct Flow<'u> {
    pub ins: &'u [Ins],
    pub labels: &'u [u32],
    pub handlers: &'u [Handler],
}

/// Whether control never continues behind `op`.
pub fn ends_flow(op: Op) -> bool {
    matches!(
        op,
        Op::Jump
            | Op::JumpBack
            | Op::Return
            | Op::Raise
            | Op::Reraise
            | Op::EndAsyncFor
            | Op::CleanupThrow
    )
}

impl Flow<'_> {
    fn at(&self, label: Label) -> usize {
        self.labels[label.0 as usize] as usize
    }

    fn handler_at(&self, id: HandlerId) -> Option<usize> {
        (id.0 != 0).then(|| self.at(self.handlers[id.0 as usize].label))
    }

    /// Which instructions can be reached.
    pub fn reachable(&self) -> Vec<bool> {
        let mut seen = vec![false; self.ins.len()];
        let mut work = vec![0];
        while let Some(start) = work.pop() {
            let mut i = start;
            while i < self.ins.len() && !seen[i] {
                seen[i] = true;
                let ins = &self.ins[i];
                if ins.target != NO_LABEL {
                    work.push(self.at(ins.target));
                }
                work.extend(self.handler_at(ins.handler));
                if ends_flow(ins.op) {
                    break;
                }
                i += 1;
            }
        }
        seen
    }

    /// Finds the `CheckLocal`s that cannot fail. `bound` lists the registers bound at entry.
    pub fn needless_checks(&self, bound: &[u16], live: &[bool]) -> Vec<bool> {
        let mut needless = vec![false; self.ins.len()];
        let tracked = self.tracked_registers();
        if tracked.is_empty() {
            return needless;
        }
        let blocks = self.block_starts(live);
        let words = tracked.len().div_ceil(64);
        let mut states: HashMap<usize, Vec<u64>> = HashMap::new();
        let mut entry = vec![0; words];
        for reg in bound {
            set(&mut entry, tracked.get(reg), true);
        }
        states.insert(0, entry);
        let mut work = vec![0];
        while let Some(start) = work.pop() {
            let mut state = states[&start].clone();
            let mut i = start;
            loop {
                let mut edges = Vec::new();
                let ins = &self.ins[i];
                if let Some(handler) = self.handler_at(ins.handler) {
                    let mut at_handler = state.clone();
                    let reg = self.handlers[ins.handler.0 as usize].reg;
                    set(&mut at_handler, tracked.get(&reg), true);
                    edges.push((handler, at_handler));
                }
                needless[i] = ins.op == Op::CheckLocal
                    && tracked.get(&ins.a).is_some_and(|n| get(&state, *n));
                // An exhausted loop leaves its variable as it was.
                if ins.op == Op::ForIter {
                    edges.push((self.at(ins.target), state.clone()));
                }
                self.transfer(ins, &tracked, &mut state);
                if ins.target != NO_LABEL && ins.op != Op::ForIter {
                    edges.push((self.at(ins.target), state.clone()));
                }
                i += 1;
                let falls = !ends_flow(ins.op) && i < self.ins.len();
                if falls && blocks[i] {
                    edges.push((i, state.clone()));
                }
                for (to, state) in edges {
                    if join(&mut states, to, state) && !work.contains(&to) {
                        work.push(to);
                    }
                }
                if !falls || blocks[i] {
                    break;
                }
            }
        }
        needless
    }

    /// Registers that some `CheckLocal` looks at, numbered.
    fn tracked_registers(&self) -> HashMap<u16, usize> {
        let mut tracked = HashMap::new();
        for ins in self.ins.iter().filter(|ins| ins.op == Op::CheckLocal) {
            let next = tracked.len();
            tracked.entry(ins.a).or_insert(next);
        }
        tracked
    }

    fn block_starts(&self, live: &[bool]) -> Vec<bool> {
        let mut starts = vec![false; self.ins.len() + 1];
        starts[0] = true;
        for (ins, _) in self.ins.iter().zip(live).filter(|(_, live)| **live) {
            if ins.target != NO_LABEL {
                starts[self.at(ins.target)] = true;
            }
            if let Some(handler) = self.handler_at(ins.handler) {
                starts[handler] = true;
            }
        }
        starts
    }

    fn transfer(&self, ins: &Ins, tracked: &HashMap<u16, usize>, state: &mut [u64]) {
        match ins.op {
            Op::CheckLocal => set(state, tracked.get(&ins.a), true),
            Op::DelLocal | Op::SetNull => set(state, tracked.get(&ins.a), false),
            // A moved NULL stays NULL; only checked registers are moved from variables.
            Op::UnpackSeq => self.define_run(ins.a, ins.c as usize, tracked, state),
            Op::UnpackEx => {
                let n = ins.c as usize + 1 + ins.ext as usize;
                self.define_run(ins.a, n, tracked, state);
            }
            Op::LoadMethod | Op::LoadSpecial | Op::ExcGroupMatch => {
                self.define_run(ins.a, 2, tracked, state);
            }
            Op::LoadSuperAttr => self.define_run(ins.a, 1 + (ins.x & 1) as usize, tracked, state),
            Op::ExcTriple => self.define_run(ins.a, 3, tracked, state),
            op if op.operands().starts_with('d') => set(state, tracked.get(&ins.a), true),
            _ => {}
        }
    }

    fn define_run(&self, first: u16, n: usize, tracked: &HashMap<u16, usize>, state: &mut [u64]) {
        for i in 0..n {
            set(state, tracked.get(&(first.wrapping_add(i as u16))), true);
        }
    }
}

fn get(state: &[u64], n: usize) -> bool {
    state[n / 64] >> (n % 64) & 1 != 0
}

fn set(state: &mut [u64], n: Option<&usize>, bound: bool) {
    if let Some(n) = n {
        let bit = 1u64 << (n % 64);
        match bound {
            true => state[n / 64] |= bit,
            false => state[n / 64] &= !bit,
        }
    }
}

/// Intersects `state` into the state at `to`; whether that changed it.
fn join(states: &mut HashMap<usize, Vec<u64>>, to: usize, state: Vec<u64>) -> bool {
    match states.get_mut(&to) {
        None => {
            states.insert(to, state);
            true
        }
        Some(old) => {
            let mut changed = false;
            for (old, new) in old.iter_mut().zip(&state) {
                changed |= *old & !new != 0;
                *old &= new;
            }
            changed
        }
    }
}
