//! What memory is known to hold.

use super::alias::{Place, Region, may_be_array, may_meet};
use super::layout::{CHANGEABLE, Effect, Layout};
use super::sweep::Values;
use super::table::Table;
use crate::ir::{Val, Width};

/// A place and the value in it.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub place: Place,
    pub value: Val,
    /// Nothing ever changes it.
    immutable: bool,
    /// Its number among what was known where the loop starts.
    pub origin: Option<u32>,
}

/// Everything known, in no order; the table finds exact places.
#[derive(Clone, Default)]
pub struct Memory {
    entries: Vec<Entry>,
    index: Table<u32>,
    /// The address that accesses of each region but objects start from, as far as it is the same for all.
    roots: [Option<Val>; Region::Object as usize],
    /// How many entries have another one, an index, or stand across words: stores must look at every entry then.
    odd: u32,
}

fn key(p: &Place) -> u128 {
    (p.root.0 as u128) << 40 | (p.offset as u32 as u128) << 8 | p.width as u128
}

/// Places that are told apart by the objects that they belong to.
fn is_heap(r: Region) -> bool {
    matches!(r, Region::Typed | Region::Raw | Region::Object)
}

impl Memory {
    /// Everything known.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
    /// The same, to number them.
    pub fn entries_mut(&mut self) -> &mut [Entry] {
        &mut self.entries
    }
    /// What a place holds.
    pub fn get(&self, p: &Place) -> Option<&Entry> {
        self.index.get(&key(p)).map(|i| &self.entries[*i as usize])
    }
    /// True if an access is told by its offset alone from all others of its region.
    fn is_odd(&self, p: &Place) -> bool {
        p.region == Region::Stack
            || !is_heap(p.region)
                && (p.indexed
                    || p.offset % p.width.bytes() != 0
                    || self.roots[p.region as usize] != Some(p.root))
    }
    /// A place is known to hold a value.
    pub fn set(&mut self, place: Place, value: Val, immutable: bool) {
        let entry = Entry {
            place,
            value,
            immutable,
            origin: None,
        };
        if !is_heap(place.region) {
            self.roots[place.region as usize].get_or_insert(place.root);
        }
        match self.index.get(&key(&place)) {
            Some(i) => self.entries[*i as usize] = entry,
            None => {
                self.index.insert(key(&place), self.entries.len() as u32);
                self.entries.push(entry);
                self.odd += self.is_odd(&place) as u32;
            }
        }
    }
    fn remove(&mut self, i: usize) {
        let gone = self.entries.swap_remove(i);
        self.index.remove(&key(&gone.place));
        self.odd -= self.is_odd(&gone.place) as u32;
        if let Some(moved) = self.entries.get(i) {
            self.index.insert(key(&moved.place), i as u32);
        }
    }
    /// Forgets a place.
    pub fn forget(&mut self, p: &Place) {
        if let Some(i) = self.index.get(&key(p)) {
            self.remove(*i as usize);
        }
    }
    fn retain(&mut self, keep: impl Fn(&Entry) -> bool) {
        let mut i = 0;
        while i < self.entries.len() {
            if self.entries[i].immutable || keep(&self.entries[i]) {
                i += 1;
            } else {
                self.remove(i);
            }
        }
    }
    /// Forgets everything that may change.
    pub fn clear(&mut self) {
        if self.entries.iter().any(|e| e.immutable) {
            return self.retain(|_| false);
        }
        self.entries.clear();
        self.index.clear();
        self.odd = 0;
    }

    /// Something is stored there.
    pub fn stored(&mut self, values: &Values, layout: &Layout, p: &Place) {
        if p.region == Region::Context && p.offset == layout.top {
            // The stack's top is counted from elsewhere now.
            self.allocated();
        }
        if !is_heap(p.region) && self.odd == 0 && !self.is_odd(p) {
            // Only these overlap.
            let word = p.offset & !7;
            for (offset, width) in [
                (word, Width::W64),
                (word, Width::F64),
                (word, Width::W32),
                (word + 4, Width::W32),
            ] {
                let end = p.offset + p.width.bytes();
                if offset < end && p.offset < offset + width.bytes() {
                    self.forget(&Place {
                        offset,
                        width,
                        ..*p
                    });
                }
            }
            return;
        }
        self.retain(|e| !may_meet(values, layout, &e.place, p));
    }

    /// A native function ran.
    pub fn called(&mut self, values: &Values, layout: &Layout, effect: Effect) {
        let shape = |e: &Entry| values.shapes[e.place.object.0 as usize];
        let is_known = |shape| !matches!(shape, 0 | CHANGEABLE);
        match effect {
            Effect::Pure | Effect::Reads | Effect::Asks => {}
            Effect::Items => self.retain(|e| {
                e.place.region != Region::Object || !may_be_array(values, e.place.object, layout)
            }),
            // Lengths and arrays stand in the objects' first words, behind the shape.
            Effect::Lists => self.retain(|e| {
                let shape = shape(e);
                let other = is_known(shape) && ![layout.list, layout.set].contains(&shape);
                e.place.region != Region::Object
                    || !may_be_array(values, e.place.object, layout)
                        && (other
                            || e.place.offset > layout.items
                            || e.place.offset <= layout.shape)
            }),
            Effect::Steps => self.retain(|e| {
                let (shape, (first, last)) = (shape(e), layout.iterators);
                e.place.region != Region::Object
                    || !(layout.steps.0..layout.steps.1).contains(&e.place.offset)
                    || is_known(shape) && !(first..=last).contains(&shape)
            }),
            Effect::Anything => self.clear(),
        }
    }
    /// Memory was allocated: what lies above the frames in use may hold anything.
    pub fn allocated(&mut self) {
        self.retain(|e| !matches!(e.place.region, Region::Above | Region::Stack));
    }
}
