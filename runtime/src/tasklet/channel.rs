//! `channel`: where tasklets meet to hand over values, and wait for each other in a queue.
//!
//! At most one kind of tasklet waits at a time: senders, whose values are in their `tempval`, or receivers. Design and
//! order rules are those of Stackless Python 3.8 (design page stackless.md, sections 1.8 and 3.2).

use super::tasklet::{PyTasklet, tasklet_flag};
use crate::heap::Tracer;
use crate::object::header::{Header, Ref, RefSlot, Slot};
use crate::object::instance::trace_extension;
use crate::object::types::PyType;
use crate::value::Value;
use crate::vm::Vm;
use std::cell::Cell;

/// A channel.
#[repr(C)]
pub struct PyChannel {
    header: Header,
    /// The tasklet that waits longest.
    pub head: RefSlot<PyTasklet>,
    /// The one that came last.
    pub tail: RefSlot<PyTasklet>,
    /// Waiting senders, or minus the waiting receivers.
    pub balance: Cell<i32>,
    /// Who goes on when both meet: -1 the receiver, 1 the sender, 0 who acts.
    pub preference: Cell<i8>,
    /// Nobody may wait any more.
    pub closing: Cell<bool>,
    /// Meeting schedules, whatever the preference.
    pub schedule_all: Cell<bool>,
    /// Nobody sends here: tasklets wait for the object in `store`, see [`super::sync`].
    pub private: Cell<bool>,
    /// What holds the values of a buffered channel, see [`super::buffer`]; `NULL`: it holds none.
    pub store: Slot,
}

impl PyChannel {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit(self.head.value());
        t.visit(self.tail.value());
        t.visit_slot(&self.store);
        trace_extension(self, size_of::<PyChannel>(), t);
    }
    /// A channel where nobody waits.
    pub fn new_instance(vm: &mut Vm, ty: Ref<PyType>) -> Ref<PyChannel> {
        let init = PyChannel {
            header: Header::PENDING,
            head: RefSlot::empty(),
            tail: RefSlot::empty(),
            balance: Cell::new(0),
            preference: Cell::new(-1),
            closing: Cell::new(false),
            schedule_all: Cell::new(false),
            private: Cell::new(false),
            store: Slot::new(Value::NULL),
        };
        vm.alloc_object(ty, init, 0)
    }
    /// Appends a tasklet that waits to send or receive.
    pub fn append(this: Ref<PyChannel>, t: Ref<PyTasklet>, sending: bool) {
        t.next.clear();
        match this.tail.get() {
            Some(last) => {
                last.next.set(last, t);
                t.prev.set(t, last);
            }
            None => {
                this.head.set(this, t);
                t.prev.clear();
            }
        }
        this.tail.set(this, t);
        let (flag, step) = if sending {
            (tasklet_flag::SENDING, 1)
        } else {
            (tasklet_flag::RECEIVING, -1)
        };
        t.put(flag, true);
        t.channel.set(t, this);
        this.balance.set(this.balance.get() + step);
    }
    /// Takes a waiting tasklet out.
    pub fn remove(this: Ref<PyChannel>, t: Ref<PyTasklet>) {
        match t.prev.get() {
            Some(p) => match t.next.get() {
                Some(n) => p.next.set(p, n),
                None => p.next.clear(),
            },
            None => match t.next.get() {
                Some(n) => this.head.set(this, n),
                None => this.head.clear(),
            },
        }
        match t.next.get() {
            Some(n) => match t.prev.get() {
                Some(p) => n.prev.set(n, p),
                None => n.prev.clear(),
            },
            None => match t.prev.get() {
                Some(p) => this.tail.set(this, p),
                None => this.tail.clear(),
            },
        }
        let step = if t.has(tasklet_flag::SENDING) { 1 } else { -1 };
        this.balance.set(this.balance.get() - step);
        t.put(tasklet_flag::ON_CHANNEL, false);
        t.next.clear();
        t.prev.clear();
        t.channel.clear();
    }
    /// `closing`, nobody waits and nothing is held.
    pub fn closed(&self) -> bool {
        self.closing.get() && self.balance.get() == 0 && super::buffer::held(self) == 0
    }
    /// The longest waiting tasklet, as a value.
    pub fn first(&self) -> Value {
        self.head
            .get()
            .map_or(Value::NONE, |t| PyTasklet::in_person(t).value())
    }
}
