//! The order of finalisers that become due together.
//!
//! With reference counts an object's finaliser runs when the last reference goes, and only then lets go of what the object
//! refers to: whoever refers comes first, and the others follow in the order in which containers let go (lists and tuples from the
//! end). Objects in cycles, which counts would not free, and large crowds keep the order in which they were made.

use super::{Heap, Tracer};
use crate::object::kinds::Kind;
use std::collections::{HashMap, HashSet};

/// More objects are not put in order.
const MOST: usize = 1000;
/// So many objects are looked at on the way from one to the next.
const REACH: usize = 20_000;

/// What each of several dead objects refers to among them, directly or through others that have no finalisers.
struct References {
    to: Vec<Vec<usize>>,
    incoming: Vec<usize>,
}

impl References {
    fn find(due: &[usize], tracer: &mut Tracer) -> Option<References> {
        let index: HashMap<usize, usize> = due.iter().enumerate().map(|(i, a)| (*a, i)).collect();
        let mut found = References {
            to: vec![Vec::new(); due.len()],
            incoming: vec![0; due.len()],
        };
        let mut looked_at = 0;
        for (i, &start) in due.iter().enumerate() {
            let mut seen = HashSet::new();
            let mut next = Vec::new();
            push_held(start, false, tracer, &mut next);
            while let Some((object, backwards)) = next.pop() {
                looked_at += 1;
                if looked_at > REACH {
                    return None;
                }
                if let Some(&j) = index.get(&object) {
                    found.to[i].push(j);
                    found.incoming[j] += 1;
                } else if seen.insert(object) {
                    push_held(object, backwards, tracer, &mut next);
                }
            }
        }
        Some(found)
    }

    /// Appends `start` and what is free when it is gone.
    fn release(&mut self, start: usize, order: &mut Vec<usize>) {
        self.incoming[start] = 1;
        let mut next = vec![start];
        while let Some(i) = next.pop() {
            self.incoming[i] -= 1;
            if self.incoming[i] == 0 {
                order.push(i);
                next.extend(self.to[i].iter().rev());
            }
        }
    }
}

/// Pushes the dead objects that `object` refers to, the first on top; `backwards`: it holds the items of a list.
fn push_held(object: usize, backwards: bool, tracer: &mut Tracer, next: &mut Vec<(usize, bool)>) {
    let kind = super::value_at(object).kind();
    let first = next.len();
    let of_list = kind == Some(Kind::List);
    tracer.list_dead(object, &mut |to| next.push((to, of_list)));
    if !backwards && kind != Some(Kind::Tuple) {
        next[first..].reverse();
    }
}

impl Heap {
    /// Puts objects that are due, all of them dead, in the order of their finalisers.
    pub(super) fn order_finalizers(due: &mut [usize], tracer: &mut Tracer) {
        if due.len() < 2 || due.len() > MOST {
            return;
        }
        let Some(mut references) = References::find(due, tracer) else {
            return;
        };
        let roots: Vec<usize> = (0..due.len())
            .filter(|&i| references.incoming[i] == 0)
            .collect();
        let mut order = Vec::with_capacity(due.len());
        for root in roots {
            references.release(root, &mut order);
        }
        let ordered: HashSet<usize> = order.iter().copied().collect();
        order.extend((0..due.len()).filter(|i| !ordered.contains(i)));
        let before = due.to_vec();
        for (to, from) in due.iter_mut().zip(order) {
            *to = before[from];
        }
    }
}
