//! Shapes (hidden classes): which Python type an object has and where its attributes are.
//!
//! An object's header names its shape by id. Shapes of one type form a tree that starts at the type's root shape; each
//! edge adds one attribute. Instance attributes live behind the object's own layout in an *extension*: one `ext` word
//! (overflow array, or the attribute dict in dict mode) followed by `inline_cap` inline slots. The first `__slots__`
//! members take the first inline slots and are no named attributes.
//!
//! Invariants: ids are never reused; a shape never changes its attributes; id below `ids::FIRST_DYNAMIC` means an exact
//! instance of a builtin type, which has no extension. Dict mode (deletions, `__dict__` taken, too many attributes) is a
//! shape of its own per root: the `ext` word holds the dict.

use super::header::{Header, Ref, RefSlot, Slot};
use super::types::PyType;
use crate::builtins::dict::PyDict;
use crate::builtins::str::PyStr;
use crate::heap::Tracer;
use crate::heap::array::Array;
use crate::value::Value;
use crate::vm::Vm;
use std::cell::Cell;

pub use super::type_table::ids;

/// Attributes a shape tree may name before instances go to dict mode.
const MAX_ATTRIBUTES: u32 = 128;

/// A hidden class.
#[repr(C)]
pub struct Shape {
    header: Header,
    /// Its number, as in object headers.
    pub id: u32,
    /// Named attributes.
    pub count: u32,
    /// Byte offset of the `ext` word from the object's start; 0: no extension; `FROM_END`: counted from the object's end.
    pub ext_offset: u32,
    /// Inline slots behind the `ext` word, `__slots__` members included.
    pub inline_cap: u16,
    /// Inline slots that `__slots__` members take.
    pub member_slots: u16,
    /// The attributes live in a dict in the `ext` word.
    pub dict_mode: bool,
    /// Instances may get named attributes.
    pub has_dict: bool,
    /// The Python type.
    pub ty: RefSlot<PyType>,
    /// Attribute names in slot order; shared along a chain, only the first `count` count.
    names: RefSlot<Array>,
    /// Name -> child shape.
    children: RefSlot<PyDict>,
    /// The dict-mode shape of this tree (on roots).
    dict_shape: RefSlot<Shape>,
    /// The root of the tree.
    root: RefSlot<Shape>,
    /// The last transition taken, so that constructors do not search.
    last_name: Slot,
    last_child: RefSlot<Shape>,
    /// Hash index from names to numbers for wide shapes, made when first needed.
    index: RefSlot<PyDict>,
    /// How much room the widest instance needed that outgrew `inline_cap`, or 0 (on roots).
    pub outgrown: Cell<u16>,
}

/// See [`Shape::ext_offset`].
pub const FROM_END: u32 = u32::MAX;

impl Shape {
    pub(crate) fn trace_fields(&self, tracer: &mut Tracer) {
        tracer.visit(self.ty.value());
        tracer.visit(self.names.value());
        tracer.visit(self.children.value());
        tracer.visit(self.dict_shape.value());
        tracer.visit(self.root.value());
        tracer.visit(self.last_name.get());
        tracer.visit(self.last_child.value());
        tracer.visit(self.index.value());
    }

    /// The Python type.
    #[inline(always)]
    pub fn ty(&self) -> Ref<PyType> {
        self.ty.expect()
    }
    /// The version of the type if it has one now, else 0. (No panic: see `Array::get_or_null`.)
    #[inline(always)]
    pub fn type_version(&self) -> u32 {
        self.ty.get().map_or(0, |ty| ty.current_version())
    }

    /// The name of attribute `i`.
    pub fn name(&self, i: u32) -> Value {
        self.names.expect().get(i as usize)
    }

    /// The number of the attribute `name` (an interned string), if the shape has it.
    pub fn lookup(&self, name: Ref<PyStr>) -> Option<u32> {
        let name = name.value();
        let names = self.names.get()?;
        if self.count <= 12 {
            return names.slots()[..self.count as usize]
                .iter()
                .position(|s| s.get() == name)
                .map(|i| i as u32);
        }
        let index = self.index.get()?;
        let i = index.get_interned(name)?.as_small_int()?;
        if (i as u32) < self.count {
            Some(i as u32)
        } else {
            None
        }
    }

    fn build_index(this: Ref<Shape>, vm: &mut Vm) {
        if this.count > 12 && this.index.get().is_none() {
            let index = PyDict::new(vm);
            for i in 0..this.count {
                index.set_interned(vm, this.name(i), Value::from_usize(i as usize));
            }
            this.index.set(this, index);
        }
    }
}

impl Ref<Shape> {
    /// The shape after adding attribute `name` (an interned string).
    pub fn child(self, vm: &mut Vm, name: Ref<PyStr>) -> Ref<Shape> {
        if self.last_name.get() == name.value()
            && let Some(child) = self.last_child.get()
        {
            return child;
        }
        let found = self
            .children
            .get()
            .and_then(|c| c.get_interned(name.value()))
            .and_then(|v| v.cast::<Shape>());
        let child = found.unwrap_or_else(|| self.make_child(vm, name));
        self.last_name.set(self, name.value());
        self.last_child.set(self, child);
        child
    }

    fn make_child(self, vm: &mut Vm, name: Ref<PyStr>) -> Ref<Shape> {
        if self.count >= MAX_ATTRIBUTES {
            return self.dict_mode_shape(vm);
        }
        let at = self.count as usize;
        let names = match self.names.get() {
            Some(n) if at < n.len() && n.get(at).is_null() => n,
            Some(n) => {
                let grown = vm.heap.new_array(at * 2 + 4);
                grown.copy_from(0, n, 0, at);
                grown
            }
            None => vm.heap.new_array(4),
        };
        names.set(at, name.value());
        let child = vm.new_shape(ShapeInit {
            ty: self.ty(),
            ext_offset: self.ext_offset,
            inline_cap: self.inline_cap,
            member_slots: self.member_slots,
            dict_mode: false,
            has_dict: self.has_dict,
            count: self.count + 1,
            names: Some(names),
            root: Some(self.root()),
        });
        Shape::build_index(child, vm);
        let children = match self.children.get() {
            Some(c) => c,
            None => {
                let c = PyDict::new(vm);
                self.children.set(self, c);
                c
            }
        };
        children.set_interned(vm, name.value(), child.value());
        child
    }

    /// The root of this shape's tree.
    pub fn root(self) -> Ref<Shape> {
        self.root.get().unwrap_or(self)
    }

    /// The dict-mode shape of this tree.
    pub fn dict_mode_shape(self, vm: &mut Vm) -> Ref<Shape> {
        let root = self.root();
        if let Some(s) = root.dict_shape.get() {
            return s;
        }
        let s = vm.new_shape(ShapeInit {
            ty: self.ty(),
            ext_offset: self.ext_offset,
            inline_cap: self.inline_cap,
            member_slots: self.member_slots,
            dict_mode: true,
            has_dict: true,
            count: 0,
            names: None,
            root: Some(root),
        });
        root.dict_shape.set(root, s);
        s
    }
}

/// What a new shape is made from.
pub struct ShapeInit {
    /// The type.
    pub ty: Ref<PyType>,
    /// See [`Shape::ext_offset`].
    pub ext_offset: u32,
    /// See [`Shape::inline_cap`].
    pub inline_cap: u16,
    /// See [`Shape::member_slots`].
    pub member_slots: u16,
    /// See [`Shape::dict_mode`].
    pub dict_mode: bool,
    /// See [`Shape::has_dict`].
    pub has_dict: bool,
    /// Named attributes.
    pub count: u32,
    /// Their names.
    pub names: Option<Ref<Array>>,
    /// The root of the tree; `None` makes a root.
    pub root: Option<Ref<Shape>>,
}

impl Vm {
    /// Makes a shape with a new id.
    pub fn new_shape(&mut self, init: ShapeInit) -> Ref<Shape> {
        let id = self.shapes.next_id();
        self.new_shape_with_id(id, init)
    }

    pub(crate) fn new_shape_with_id(&mut self, id: u32, init: ShapeInit) -> Ref<Shape> {
        let shape = self.heap.alloc(
            ids::SHAPE,
            Shape {
                header: Header::PENDING,
                id,
                count: init.count,
                ext_offset: init.ext_offset,
                inline_cap: init.inline_cap,
                member_slots: init.member_slots,
                dict_mode: init.dict_mode,
                has_dict: init.has_dict,
                ty: RefSlot::new(init.ty),
                names: RefSlot::from_option(init.names),
                children: RefSlot::empty(),
                dict_shape: RefSlot::empty(),
                root: RefSlot::from_option(init.root),
                last_name: Slot::new(Value::NULL),
                last_child: RefSlot::empty(),
                index: RefSlot::empty(),
                outgrown: Cell::new(0),
            },
        );
        self.shapes.register(shape);
        shape
    }
}

/// All shapes by id. Entries of dead shapes are emptied by the collector; builtin shapes never die.
#[derive(Default)]
pub struct ShapeTable {
    shapes: crate::heap::roots::WeakTable<Shape>,
    /// Shapes below this id are older than the last collection.
    young_from: usize,
}

impl ShapeTable {
    fn next_id(&self) -> u32 {
        self.shapes.len() as u32
    }
    fn register(&mut self, shape: Ref<Shape>) {
        self.shapes.put(shape.id as usize, shape);
    }
    /// The shape with this id. The id comes from a live object's header, whose shape lives as long.
    #[inline(always)]
    pub fn get(&self, id: u32) -> Ref<Shape> {
        self.shapes.get(id as usize)
    }
    /// The shape with this id, if it lives.
    #[inline(always)]
    pub fn try_get(&self, id: u32) -> Option<Ref<Shape>> {
        self.shapes.try_get(id as usize)
    }
    /// After a collection: drops entries for which `live` is false; a minor one lets old shapes live.
    pub fn retain(&mut self, full: bool, live: impl Fn(Value) -> bool) {
        let from = if full { 0 } else { self.young_from };
        self.shapes.retain(from, live);
        self.young_from = self.shapes.len();
    }
    /// Makes the first ids known so that builtin types keep their fixed numbers.
    pub(crate) fn reserve_builtin(&mut self) {
        self.shapes.reserve(ids::FIRST_DYNAMIC as usize);
    }
}
