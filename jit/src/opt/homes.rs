//! Homes that nobody reads: registers of frames, places of dissolved objects and the stack's top are stored as soon as they are known, but
//! an exit reads only some of them. Told which ([`Looks`]), a walk backwards finds the stores that no exit, no load and no call sees.
//!
//! Only words at constant offsets from the entered frame, from the stack's top at entry and in the context's places are followed; an access that may
//! meet them and cannot be told is taken to see all of them. Round a loop's back edge the walk is repeated until it finds nothing new.

use super::alias::{Place, Region, place};
use super::layout::{Effect, Layout};
use super::sweep::Values;
use crate::ir::looks::{Looks, Seen, Words};
use crate::ir::{End, ExitId, Op, Val, Width};

/// A set of words, one of which stands for all that are far away.
#[derive(Clone)]
struct Set {
    near: Vec<u64>,
    rest: bool,
}

impl Set {
    fn all(rest: bool) -> Set {
        Set {
            near: Vec::new(),
            rest,
        }
    }
    fn reach(&mut self, words: usize) {
        if self.near.len() < words {
            self.near
                .resize(words, if self.rest { u64::MAX } else { 0 });
        }
    }
    fn contains(&self, i: usize) -> bool {
        self.near
            .get(i / 64)
            .map_or(self.rest, |w| w >> (i % 64) & 1 != 0)
    }
    fn set(&mut self, i: usize, there: bool) {
        self.reach(i / 64 + 1);
        let bit = 1 << (i % 64);
        match there {
            true => self.near[i / 64] |= bit,
            false => self.near[i / 64] &= !bit,
        }
    }
    fn add(&mut self, words: &Words) {
        words.iter().for_each(|i| self.set(i, true));
    }
    /// Adds all words from one on.
    fn add_from(&mut self, first: usize) {
        for i in first..64 * self.near.len().max(first / 64 + 1) {
            self.set(i, true);
        }
        self.rest = true;
    }
    fn same(&self, other: &Set) -> bool {
        let n = self.near.len().max(other.near.len());
        let word = |s: &Set, i: usize| {
            let rest = if s.rest { u64::MAX } else { 0 };
            s.near.get(i).copied().unwrap_or(rest)
        };
        self.rest == other.rest && (0..n).all(|i| word(self, i) == word(other, i))
    }
}

/// The words that somebody will look at before they are overwritten.
#[derive(Clone)]
pub struct Watch {
    frame: Set,
    above: Set,
    places: Set,
    top: bool,
}

impl Watch {
    fn all(there: bool) -> Watch {
        Watch {
            frame: Set::all(there),
            above: Set::all(there),
            places: Set::all(there),
            top: there,
        }
    }
    fn add(&mut self, seen: &Seen) {
        match &seen.frame {
            Some(words) => self.frame.add(words),
            None => self.frame = Set::all(true),
        }
        self.above.add(&seen.above);
        self.places.add(&seen.places);
    }
    fn same(&self, other: &Watch) -> bool {
        self.frame.same(&other.frame)
            && self.above.same(&other.above)
            && self.places.same(&other.places)
            && self.top == other.top
    }
    fn contains(&self, h: Home) -> bool {
        match h {
            Home::Frame(i) => self.frame.contains(i),
            Home::Above(i) => self.above.contains(i),
            Home::Place(i) => self.places.contains(i),
            Home::Top => self.top,
        }
    }
    fn set(&mut self, h: Home, there: bool) {
        match h {
            Home::Frame(i) => self.frame.set(i, there),
            Home::Above(i) => self.above.set(i, there),
            Home::Place(i) => self.places.set(i, there),
            Home::Top => self.top = there,
        }
    }
}

/// A word that is followed.
#[derive(Clone, Copy)]
pub enum Home {
    /// A register of the entered frame.
    Frame(usize),
    /// A word above the stack's top at entry.
    Above(usize),
    /// A place of the context.
    Place(usize),
    /// The stack's top.
    Top,
}

/// Words further away than that are not followed.
const FARTHEST: usize = 1 << 12;

/// See the module.
pub struct Homes<'a> {
    pub values: &'a Values,
    pub layout: &'a Layout,
    pub looks: &'a Looks,
}

impl Homes<'_> {
    /// The word that an access goes to, if it is one that is followed.
    pub fn home(&self, p: &Place) -> Option<Home> {
        let l = self.layout;
        if p.indexed {
            return None;
        }
        if p.region == Region::Machine {
            let whole = p.width == Width::W64 && Some(p.offset) == l.stack_top;
            return whole.then_some(Home::Top);
        }
        let from = match p.region {
            Region::Context => l.places.0,
            _ => 0,
        };
        let word = usize::try_from(p.offset.checked_sub(from)?).ok()? / 8;
        let inside = p.offset % 8 + p.width.bytes() <= 8 && word < FARTHEST;
        match p.region {
            _ if !inside => None,
            Region::Context => (p.offset < l.places.1).then_some(Home::Place(word)),
            Region::Entered => self
                .is(p.root, |op| matches!(op, Op::Frame))
                .then_some(Home::Frame(word)),
            Region::Above => self.is_top(p.root).then_some(Home::Above(word)),
            _ => None,
        }
    }
    fn is(&self, v: Val, what: impl Fn(&Op) -> bool) -> bool {
        what(&self.values.ops[v.0 as usize])
    }
    /// Loads of the context's word give the same until it is stored to, from where on everything is seen.
    fn is_top(&self, v: Val) -> bool {
        self.is(v, |op| match op {
            Op::Load(Width::W64, base, offset) => {
                *offset == self.layout.top
                    && self.values.regions[base.0 as usize] == Region::Context
            }
            _ => false,
        })
    }

    /// What is looked at behind the end of a trace whose loop, if it has one, starts there.
    pub fn at_end(&self, end: &End, start: Option<usize>) -> Watch {
        let mut watch = match end {
            End::Loop(_) => Watch::all(false),
            End::Exit(e) => {
                let mut watch = Watch::all(false);
                self.left(*e, &mut watch);
                watch
            }
            End::Link(..) => {
                let mut watch = Watch::all(self.looks.end.is_none());
                watch.top = true;
                if let Some(seen) = &self.looks.end {
                    watch.add(seen);
                }
                watch
            }
        };
        if let (End::Loop(_), Some(start)) = (end, start) {
            loop {
                let mut before = watch.clone();
                for i in (start..self.values.ops.len()).rev() {
                    self.pass(i, &mut before);
                }
                if before.same(&watch) {
                    break;
                }
                watch = before;
            }
        }
        watch
    }

    /// An exit may be taken here.
    fn left(&self, e: ExitId, watch: &mut Watch) {
        match self.looks.at(e) {
            Some(seen) => watch.add(seen),
            None => *watch = Watch::all(true),
        }
    }

    /// Goes backwards past an operation; true if it is a store that nobody sees.
    pub fn pass(&self, i: usize, watch: &mut Watch) -> bool {
        let op = &self.values.ops[i];
        match op {
            Op::Store(w, base, offset, _) => {
                let p = place(self.values, *base, *offset, *w);
                let whole = matches!(w, Width::W64 | Width::F64) && p.offset % 8 == 0;
                if let Some(h) = self.home(&p) {
                    if !watch.contains(h) {
                        return true;
                    }
                    if whole {
                        watch.set(h, false);
                    }
                } else if p.region == Region::Context && p.offset == self.layout.top {
                    *watch = Watch::all(true);
                }
            }
            Op::Load(w, base, offset) => {
                let p = place(self.values, *base, *offset, *w);
                match self.home(&p) {
                    Some(h) => watch.set(h, true),
                    None => self.loaded(&p, watch),
                }
            }
            Op::StoreLogged(..) | Op::Box(..) => watch.top = true,
            Op::Call { address, args, .. } => match self.layout.effect(*address) {
                Effect::Pure => {}
                Effect::Anything => *watch = Watch::all(true),
                _ => {
                    watch.top = true;
                    args.iter().for_each(|a| self.given(*a, watch));
                }
            },
            _ => {
                if let Some(e) = op.exit() {
                    self.left(e, watch);
                }
            }
        }
        false
    }

    /// A native function is given an address: it looks at the registers there and behind it.
    fn given(&self, v: Val, watch: &mut Watch) {
        let p = place(self.values, v, 0, Width::W64);
        match self.home(&p) {
            Some(Home::Frame(i)) => watch.frame.add_from(i),
            Some(Home::Above(i)) => watch.above.add_from(i),
            _ if matches!(p.region, Region::Entered | Region::Above | Region::Stack) => {
                self.loaded(&p, watch)
            }
            _ => {}
        }
    }

    /// A load from somewhere sees all that it may meet.
    fn loaded(&self, p: &Place, watch: &mut Watch) {
        match p.region {
            Region::Object | Region::Typed | Region::Raw => {}
            Region::Entered => watch.frame = Set::all(true),
            Region::Above => watch.above = Set::all(true),
            Region::Stack => {
                watch.frame = Set::all(true);
                watch.above = Set::all(true);
            }
            Region::Context => {
                if p.indexed
                    || p.offset + p.width.bytes() > self.layout.places.0
                        && p.offset < self.layout.places.1
                {
                    watch.places = Set::all(true);
                }
            }
            Region::Machine => {
                let meets = |top| p.offset < top + 8 && top < p.offset + p.width.bytes();
                watch.top |= p.indexed || self.layout.stack_top.is_some_and(meets);
            }
        }
    }
}
