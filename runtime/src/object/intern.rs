//! Interned strings: one object per text, so that names compare by address.
//!
//! The table is an open-addressing hash set in a heap array that the `Vm` roots; interned strings never die (as the
//! immortal interned strings of CPython 3.12+).

use super::header::{Ref, flag};
use crate::builtins::str::PyStr;
use crate::heap::array::Array;
use crate::heap::roots::RootCell;
use crate::value::Value;
use crate::vm::Vm;

/// Header flag of interned strings.
pub const INTERNED: u8 = flag::USER1;

/// The table.
pub struct Interner {
    table: RootCell,
    count: usize,
}

impl Default for Interner {
    fn default() -> Self {
        Interner {
            table: RootCell::new(Value::NULL),
            count: 0,
        }
    }
}

impl Interner {
    /// The root to visit.
    pub fn root(&self) -> Value {
        self.table.get()
    }
}

impl Vm {
    /// How many strings are interned.
    pub fn interned_count(&self) -> usize {
        self.interner.count
    }

    /// The interned string with this text.
    pub fn intern(&mut self, text: &str) -> Ref<PyStr> {
        self.intern_bytes(text.as_bytes())
    }

    /// The interned string with this generalized UTF-8 text.
    pub fn intern_bytes(&mut self, text: &[u8]) -> Ref<PyStr> {
        let hash = self.table_hash_text(text);
        if let Some(s) = self.find_interned(hash, |s| s.bytes() == text) {
            return s;
        }
        let s = PyStr::new(self, text);
        self.insert_interned(s);
        s
    }

    /// The interned string equal to `s`: `s` itself if there was none and it is an exact str.
    pub fn intern_str(&mut self, s: Ref<PyStr>) -> Ref<PyStr> {
        if s.header().has(INTERNED) {
            return s;
        }
        let hash = s.hash(self);
        if let Some(found) = self.find_interned(hash, |o| o.bytes() == s.bytes()) {
            return found;
        }
        let s = if s.shape_id() == super::shape::ids::STR && !s.is_shared() {
            s
        } else {
            PyStr::new(self, s.bytes())
        };
        self.insert_interned(s);
        s
    }

    fn find_interned(&self, hash: u64, same: impl Fn(Ref<PyStr>) -> bool) -> Option<Ref<PyStr>> {
        let table = self.interner.table.get().cast::<Array>()?;
        let mask = table.len() - 1;
        let mut i = hash as usize & mask;
        loop {
            let v = table.get(i);
            let s = v.cast::<PyStr>()?;
            if s.known_hash() == hash && same(s) {
                return Some(s);
            }
            i = (i + 1) & mask;
        }
    }

    fn insert_interned(&mut self, s: Ref<PyStr>) {
        let table = self.interner.table.get().cast::<Array>();
        let len = table.map_or(0, |t| t.len());
        let table = if (self.interner.count + 1) * 2 > len {
            let grown = self.heap.new_array((len * 2).max(4096));
            if let Some(old) = table {
                for slot in old.slots() {
                    if let Some(o) = slot.get().cast::<PyStr>() {
                        place(grown, o);
                    }
                }
            }
            self.interner.table.set(grown.value());
            grown
        } else {
            table.expect("the table is not empty")
        };
        s.hash(self);
        s.header().set_flags(INTERNED);
        place(table, s);
        self.interner.count += 1;
    }
}

fn place(table: Ref<Array>, s: Ref<PyStr>) {
    let mask = table.len() - 1;
    let mut i = s.known_hash() as usize & mask;
    while !table.get(i).is_null() {
        i = (i + 1) & mask;
    }
    table.set(i, s.value());
}
