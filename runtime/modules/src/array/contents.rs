//! The bytes of an array, which machine code reads and writes by their address.
//!
//! The address, and how many items there are, stand in a [`TypedItems`]; whatever changes the bytes brings it up to date, since a
//! vector moves when it grows. Machine code never runs while the bytes are borrowed, nor changes how many there are.

use super::item::Code;
use skein_runtime::builtins::native::TypedItems;
use std::cell::{Ref, RefCell, RefMut};
use std::ops::{Deref, DerefMut};

/// See the module.
pub struct Contents {
    bytes: RefCell<Vec<u8>>,
    items: TypedItems,
    size: usize,
}

impl Contents {
    /// Items of a type code as bytes.
    pub fn new(code: Code, bytes: Vec<u8>) -> Contents {
        let c = Contents {
            bytes: RefCell::new(bytes),
            items: TypedItems::default(),
            size: code.size(),
        };
        c.items.code.set(code.0 as usize);
        drop(c.borrow_mut());
        c
    }
    /// The bytes.
    pub fn borrow(&self) -> Ref<'_, Vec<u8>> {
        self.bytes.borrow()
    }
    /// The bytes, to change them.
    pub fn borrow_mut(&self) -> Changing<'_> {
        Changing {
            bytes: self.bytes.borrow_mut(),
            of: self,
        }
    }
    /// Replaces the bytes.
    pub fn replace(&self, bytes: Vec<u8>) {
        *self.borrow_mut() = bytes;
    }
    /// Where machine code finds them.
    pub fn items(&self) -> &TypedItems {
        &self.items
    }
}

/// Bytes that are being changed.
pub struct Changing<'a> {
    bytes: RefMut<'a, Vec<u8>>,
    of: &'a Contents,
}

impl Deref for Changing<'_> {
    type Target = Vec<u8>;
    fn deref(&self) -> &Vec<u8> {
        &self.bytes
    }
}

impl DerefMut for Changing<'_> {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }
}

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        let items = &self.of.items;
        items.at.set(self.bytes.as_mut_ptr() as usize);
        items.count.set(self.bytes.len() / self.of.size);
    }
}
