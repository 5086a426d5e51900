//! Buffered channels: channels that hold some values, so that a sender need not wait for a receiver.
//!
//! The values are a ring in an array that grows up to the capacity. While there is room, sending stores and goes on; while
//! there are values, receiving takes the oldest and lets the sender that waits longest store its own. Neither switches:
//! preference matters only where a sender meets a receiver that waits. So the order of values is that of sending, always.

use super::bomb;
use super::channel::PyChannel;
use super::select::{Case, chosen};
use super::tasklet::{PyTasklet, tasklet_flag as flag};
use crate::builtins::native::{Native, NativeData, native};
use crate::error::PyResult;
use crate::heap::Tracer;
use crate::heap::array::Array;
use crate::object::header::{Kind, Ref, RefSlot};
use crate::object::types::{PyType, tflag};
use crate::value::Value;
use crate::vm::Vm;
use std::cell::Cell;

/// The values that a channel holds.
pub struct Buffer {
    items: RefSlot<Array>,
    first: Cell<usize>,
    /// How many there are.
    pub len: Cell<usize>,
    /// How many there may be.
    pub capacity: usize,
}

impl NativeData for Buffer {
    fn trace(&self, t: &mut Tracer) {
        t.visit(self.items.value());
    }
}

/// Places of a new ring.
const FEW: usize = 8;
const TYPE: &str = "stackless.buffer";

fn type_of(vm: &mut Vm) -> Ref<PyType> {
    if let Some(ty) = vm.state_get(TYPE).and_then(|t| t.cast()) {
        return ty;
    }
    let flags = tflag::DISALLOW_INSTANTIATION;
    let ty = vm.new_native_type(
        "buffer",
        "stackless",
        None,
        Kind::Native,
        flags,
        &[],
        &[],
        "",
    );
    vm.state_set(TYPE, ty.value());
    ty
}

/// The buffer of a channel, if it has one.
pub fn buffer(store: &Value) -> Option<(Ref<Native>, &Buffer)> {
    if store.is_null() {
        return None;
    }
    native::<Buffer>(store)
}

/// How many values a channel holds.
pub fn held(c: &PyChannel) -> usize {
    buffer(&c.store.get()).map_or(0, |(_, b)| b.len.get())
}

/// Makes a new channel a buffered one.
pub fn attach(vm: &mut Vm, c: Ref<PyChannel>, capacity: usize) {
    let state = Buffer {
        items: RefSlot::empty(),
        first: Cell::new(0),
        len: Cell::new(0),
        capacity,
    };
    let ty = type_of(vm);
    let store = Native::new(vm, ty, state);
    c.store.set(c, store.value());
}

impl Buffer {
    fn has_room(&self) -> bool {
        self.len.get() < self.capacity
    }
    fn push(&self, vm: &mut Vm, owner: Ref<Native>, v: Value) {
        let len = self.len.get();
        let items = match self.items.get() {
            Some(items) if len < items.len() => items,
            old => {
                let room = (len * 2).max(FEW).min(self.capacity);
                let new = vm.heap.new_array(room);
                for i in 0..len {
                    new.set(i, self.at(old, i));
                }
                self.first.set(0);
                self.items.set(owner, new);
                new
            }
        };
        items.set((self.first.get() + len) % items.len(), v);
        self.len.set(len + 1);
    }
    fn at(&self, items: Option<Ref<Array>>, i: usize) -> Value {
        items.map_or(Value::NULL, |a| a.get((self.first.get() + i) % a.len()))
    }
    fn pop(&self) -> Option<Value> {
        let (items, len) = (self.items.get()?, self.len.get());
        if len == 0 {
            return None;
        }
        let (first, v) = (self.first.get(), self.at(Some(items), 0));
        items.set(first, Value::NULL);
        self.first.set((first + 1) % items.len());
        self.len.set(len - 1);
        Some(v)
    }
    /// The values, oldest first.
    pub fn values(&self, vm: &mut Vm) -> Ref<crate::builtins::list::PyList> {
        let list = crate::builtins::list::PyList::new(vm);
        for i in 0..self.len.get() {
            list.push(vm, self.at(self.items.get(), i));
        }
        list
    }
}

impl Vm {
    /// True if the buffer of a channel lets an operation go on at once, whoever waits.
    pub fn buffer_serves(&self, c: Ref<PyChannel>, sending: bool) -> bool {
        buffer(&c.store.get()).is_some_and(|(_, b)| {
            if sending {
                b.has_room() && !c.closing.get()
            } else {
                b.len.get() > 0
            }
        })
    }
    /// Does an operation of which [`Vm::buffer_serves`] said that it goes on at once; no receiver waits if it sends.
    pub fn use_buffer(
        &mut self,
        c: Ref<PyChannel>,
        sending: bool,
        v: Value,
        case: Case,
    ) -> PyResult {
        let store = c.store.get();
        let Some((owner, b)) = buffer(&store) else {
            return Ok(Value::NONE);
        };
        if sending {
            b.push(self, owner, v);
            return Ok(chosen(self, case, Value::NONE));
        }
        let taken = b.pop().unwrap_or(Value::NONE);
        if c.balance.get() > 0
            && let Some(sender) = c.head.get()
        {
            let theirs = sender.tempval.get();
            b.push(self, owner, theirs);
            self.sent(sender);
        }
        let taken = chosen(self, case, taken);
        bomb::explode(self, taken)
    }
    /// What a waiting sender sent was taken: it goes on in its turn.
    fn sent(&mut self, sender: Ref<PyTasklet>) {
        let case = Case::of(sender);
        let partner = PyTasklet::in_person(sender);
        debug_assert!(sender.has(flag::SENDING));
        let result = chosen(self, case, Value::NONE);
        self.make_runnable(partner);
        partner.tempval.set(partner, result);
    }
}
