//! One cache for all attribute instructions: what their own caches say, for the shapes that they do not remember.
//!
//! An instruction remembers one shape. Where objects of several classes pass, it would be looked up anew each time; here
//! the answer is found by shape, type epoch and name. Nothing is traced: every collection empties the cache, so that no
//! entry outlives the function or shape that it names.

use crate::builtins::str::PyStr;
use crate::object::header::Ref;
use std::cell::Cell;

/// What an entry tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
pub enum Answer {
    /// The byte offset of the attribute, for loads.
    Load = 1,
    /// The function that a call of the attribute runs with the object as its first argument.
    Method = 2,
    /// The byte offset of the existing attribute, for stores.
    Store = 3,
    /// The next shape and the byte offset of an attribute that a store adds.
    Add = 4,
}

#[derive(Default)]
struct Entry {
    key: Cell<u64>,
    name: Cell<u64>,
    payload: Cell<u64>,
}

const SIZE: usize = 1024;

/// The cache.
pub struct AttrCache {
    entries: Box<[Entry; SIZE]>,
    empty: Cell<bool>,
}

impl Default for AttrCache {
    fn default() -> AttrCache {
        AttrCache {
            entries: Box::new(std::array::from_fn(|_| Entry::default())),
            empty: Cell::new(true),
        }
    }
}

impl AttrCache {
    #[inline(always)]
    fn entry(&self, key: u64, name: u64) -> &Entry {
        let h = (name >> 5) ^ (key >> 32).wrapping_mul(0x9e37_79b1) ^ name;
        &self.entries[h as usize % SIZE]
    }
    /// The payload for a key of shape and epoch and a name; `None`: nothing is known.
    #[inline(always)]
    pub fn find(&self, key: u64, name: Ref<PyStr>, answer: Answer) -> Option<u64> {
        let name = name.as_ptr() as u64 | answer as u64;
        let e = self.entry(key, name);
        (e.key.get() == key && e.name.get() == name).then(|| e.payload.get())
    }
    /// Remembers a payload.
    pub fn fill(&self, key: u64, name: Ref<PyStr>, answer: Answer, payload: u64) {
        let name = name.as_ptr() as u64 | answer as u64;
        let e = self.entry(key, name);
        e.key.set(key);
        e.name.set(name);
        e.payload.set(payload);
        self.empty.set(false);
    }
    /// Forgets everything.
    pub fn clear(&self) {
        if !self.empty.replace(true) {
            for e in self.entries.iter() {
                e.name.set(0);
            }
        }
    }
}
