//! `State`: the boxed Rust state of a native object, found by its Rust type.
//!
//! `dyn Any` asks for the type through a virtual call, which took a quarter of the time of short methods (the two words that it
//! returns are compared as one, which waits until both are stored). Here the type stands beside the box, so a test is two loads.

use crate::builtins::native::NativeData;
use std::any::{Any, TypeId};
use std::ops::Deref;

/// Some [`NativeData`] in a box.
pub struct State {
    /// The type of what is in the box, which is never replaced.
    of: TypeId,
    data: Box<dyn NativeData>,
}

impl From<Box<dyn NativeData>> for State {
    fn from(data: Box<dyn NativeData>) -> State {
        let any: &dyn Any = &*data;
        State {
            of: any.type_id(),
            data,
        }
    }
}

impl State {
    /// The state, if it is a `T`.
    #[inline(always)]
    pub fn get<T: NativeData>(&self) -> Option<&T> {
        if self.of != TypeId::of::<T>() {
            return None;
        }
        let data: *const dyn NativeData = &*self.data;
        // SAFETY: H5: `of` is the type of what the box holds, and it is `T`.
        Some(unsafe { &*data.cast::<T>() })
    }
}

impl Deref for State {
    type Target = dyn NativeData;
    #[inline(always)]
    fn deref(&self) -> &dyn NativeData {
        &*self.data
    }
}
