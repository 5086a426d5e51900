//! Plain instances, and attribute storage behind any layout (see `shape.rs` for where attributes live).

use super::header::{Header, HeapObject, Kind, Ref, Slot};
use super::shape::{FROM_END, Shape};
use super::types::{PyType, tflag};
use crate::builtins::dict::PyDict;
use crate::builtins::str::PyStr;
use crate::heap::array::Array;
use crate::heap::{Tracer, tail};
use crate::value::Value;
use crate::vm::Vm;

/// An instance of a Python class without a builtin layout: only the extension follows the header.
#[repr(C)]
pub struct PyInstance {
    header: Header,
}

impl PyInstance {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        trace_extension(self, size_of::<PyInstance>(), t);
    }
}

/// Visits everything from byte `from` to the object's end as slots. Types whose subclasses may carry attributes call it
/// last in their `trace_fields`, with the end of their own data.
pub fn trace_extension<T: HeapObject>(object: &T, from: usize, t: &mut Tracer) {
    let end = t.object_size(object);
    let mut at = from;
    while at < end {
        t.visit_slot(tail::slot_at(object, at));
        at += 8;
    }
}

impl Vm {
    /// Allocates a `T` as an instance of `ty` with `tail` bytes of data behind the fixed fields and room for its attributes.
    pub fn alloc_object<T: HeapObject>(&mut self, ty: Ref<PyType>, init: T, tail: usize) -> Ref<T> {
        debug_assert!(ty.kind.get() == T::KIND);
        let shape = self.instance_shape(ty);
        let extra = if shape.ext_offset == 0 {
            0
        } else {
            8 + shape.inline_cap as usize * 8
        };
        let object = self
            .heap
            .alloc_sized(shape.id, init, ((tail + 7) & !7) + extra);
        if ty.has(tflag::HAS_DEL) {
            self.heap.register_finalizer(object.header());
            (self.hooks.watch_drops)(self);
        }
        object
    }

    /// Allocates a plain instance of `ty`, whose kind must be `Instance`.
    #[inline]
    pub fn alloc_instance(&mut self, ty: Ref<PyType>) -> Ref<PyInstance> {
        self.alloc_object(
            ty,
            PyInstance {
                header: Header::PENDING,
            },
            0,
        )
    }

    /// Allocates a plain instance that has a shape's attributes, which are still to be set.
    pub fn alloc_of_shape(&mut self, shape: Ref<Shape>) -> Ref<PyInstance> {
        debug_assert!(shape.ty().kind.get() == Kind::Instance && !shape.dict_mode);
        let extra = if shape.ext_offset == 0 {
            0
        } else {
            8 + shape.inline_cap as usize * 8
        };
        let header = Header::PENDING;
        self.heap
            .alloc_sized(shape.id, PyInstance { header }, extra)
    }

    /// The root shape for new instances of `ty`, with more inline room when earlier ones ran out of it.
    #[inline]
    fn instance_shape(&mut self, ty: Ref<PyType>) -> Ref<Shape> {
        let shape = ty.root_shape.expect();
        if shape.outgrown.get() != 0 {
            self.widen(ty, shape)
        } else {
            shape
        }
    }

    #[cold]
    fn widen(&mut self, ty: Ref<PyType>, shape: Ref<Shape>) -> Ref<Shape> {
        // The shape of exact instances of builtin types is named by a fixed number.
        if ty.inline_hint.get() >= 32 || shape.ext_offset == 0 || ty.builtin_id != 0 {
            shape.outgrown.set(0);
            return shape;
        }
        let needed = shape.outgrown.get() - shape.member_slots;
        let twice = ty.inline_hint.get() * 2 + 2;
        ty.inline_hint.set(needed.clamp(twice.min(8), 128));
        self.make_root_shape(ty, None);
        ty.root_shape.expect()
    }

    /// The shape of a heap object.
    #[inline(always)]
    pub fn shape_of(&self, object: Value) -> Option<Ref<Shape>> {
        object.header().map(|h| self.shapes.get(h.shape_id()))
    }

    fn ext_offset(&self, object: Ref<Header>, shape: Ref<Shape>) -> usize {
        if shape.ext_offset == FROM_END {
            self.heap.object_size(object) - 8 - shape.inline_cap as usize * 8
        } else {
            shape.ext_offset as usize
        }
    }

    fn ext_slot<'a>(&self, object: &'a Ref<Header>, shape: Ref<Shape>) -> &'a Slot {
        crate::heap::tail::slot_at_header(object, self.ext_offset(*object, shape))
    }

    /// The slot of `__slots__` member `i` of `object`.
    pub fn member_slot<'a>(&self, object: &'a Ref<Header>, i: usize) -> Option<&'a Slot> {
        let shape = self.shapes.get(object.shape_id());
        if shape.ext_offset == 0 || i >= shape.member_slots as usize {
            return None;
        }
        Some(crate::heap::tail::slot_at_header(
            object,
            self.ext_offset(*object, shape) + 8 + 8 * i,
        ))
    }

    /// Byte offset of attribute `i` from the object's start when it is stored inline at a fixed place (for inline caches).
    pub fn inline_offset(&self, shape: Ref<Shape>, i: u32) -> Option<usize> {
        let at = i as usize + shape.member_slots as usize;
        if shape.ext_offset == FROM_END || at >= shape.inline_cap as usize {
            None
        } else {
            Some(shape.ext_offset as usize + 8 + at * 8)
        }
    }

    /// Attribute number `i` of `object`.
    pub fn attribute_at(&self, object: Ref<Header>, shape: Ref<Shape>, i: u32) -> Value {
        let at = i as usize + shape.member_slots as usize;
        let ext = self.ext_offset(object, shape);
        if at < shape.inline_cap as usize {
            crate::heap::tail::slot_at_header(&object, ext + 8 + at * 8).get()
        } else {
            match self.ext_slot(&object, shape).get().cast::<Array>() {
                Some(a) => a.get(at - shape.inline_cap as usize),
                None => Value::NULL,
            }
        }
    }

    /// Stores attribute number `i` of `object`, which `shape` (its present or next shape) has.
    pub fn store_attribute_at(&mut self, object: Ref<Header>, shape: Ref<Shape>, i: u32, v: Value) {
        let at = i as usize + shape.member_slots as usize;
        let ext = self.ext_offset(object, shape);
        if at < shape.inline_cap as usize {
            crate::heap::tail::slot_at_header(&object, ext + 8 + at * 8).set(object, v);
            return;
        }
        let widest = &shape.root().outgrown;
        widest.set(widest.get().max(at.min(128) as u16 + 1));
        let at = at - shape.inline_cap as usize;
        let slot = self.ext_slot(&object, shape);
        let array = match slot.get().cast::<Array>() {
            Some(a) if at < a.len() => a,
            old => {
                let grown = self.heap.new_array(at + at / 2 + 3);
                if let Some(a) = old {
                    grown.copy_from(0, a, 0, a.len());
                }
                slot.set(object, grown.value());
                grown
            }
        };
        array.set(at, v);
    }

    /// An attribute of the object's own (not of its type), if it has one. Modules and types are not looked into.
    pub fn own_attribute(&mut self, object: Value, name: Ref<PyStr>) -> Option<Value> {
        let header = object.header()?;
        let shape = self.shapes.get(header.shape_id());
        if shape.ext_offset == 0 {
            return None;
        }
        if shape.dict_mode {
            return self
                .ext_slot(&header, shape)
                .get()
                .cast::<PyDict>()?
                .get_interned(name.value());
        }
        let i = shape.lookup(name)?;
        self.attribute_at(header, shape, i).non_null()
    }

    /// Sets an attribute of the object's own; false if instances of its type have no `__dict__`.
    pub fn set_own_attribute(&mut self, object: Value, name: Ref<PyStr>, v: Value) -> bool {
        let Some(header) = object.header() else {
            return false;
        };
        let shape = self.shapes.get(header.shape_id());
        if shape.ext_offset == 0 || !shape.has_dict {
            return false;
        }
        if shape.dict_mode {
            let dict = self.own_dict(object).expect("has_dict");
            dict.set_interned(self, name.value(), v);
            return true;
        }
        if let Some(i) = shape.lookup(name) {
            self.store_attribute_at(header, shape, i, v);
            return true;
        }
        let child = shape.child(self, name);
        if child.dict_mode {
            let dict = self.own_dict(object).expect("has_dict");
            dict.set_interned(self, name.value(), v);
            return true;
        }
        self.store_attribute_at(header, child, child.count - 1, v);
        header.set_shape_id(child.id);
        true
    }

    /// Removes an attribute of the object's own; false if it had none of that name.
    pub fn delete_own_attribute(&mut self, object: Value, name: Ref<PyStr>) -> bool {
        if self.own_attribute(object, name).is_none() {
            return false;
        }
        match self.own_dict(object) {
            Some(dict) => dict.remove_interned(self, name.value()),
            None => false,
        }
    }

    /// The object's attribute dict (`__dict__`). Taking it moves the attributes into it; the object stays in dict mode.
    pub fn own_dict(&mut self, object: Value) -> Option<Ref<PyDict>> {
        let header = object.header()?;
        if let Some(m) = object.cast::<crate::builtins::module::PyModule>() {
            return Some(m.dict());
        }
        let shape = self.shapes.get(header.shape_id());
        if shape.ext_offset == 0 || !shape.has_dict {
            return None;
        }
        if shape.dict_mode {
            if let Some(d) = self.ext_slot(&header, shape).get().cast::<PyDict>() {
                return Some(d);
            }
            let d = PyDict::new(self);
            self.ext_slot(&header, shape).set(header, d.value());
            return Some(d);
        }
        let dict = self.own_attributes_copy(object)?;
        self.set_own_dict(object, dict);
        Some(dict)
    }

    /// A new dict with the object's attributes; the object stays as it is.
    pub fn own_attributes_copy(&mut self, object: Value) -> Option<Ref<PyDict>> {
        let header = object.header()?;
        let shape = self.shapes.get(header.shape_id());
        if shape.ext_offset == 0 || !shape.has_dict {
            return None;
        }
        let dict = PyDict::new(self);
        if shape.dict_mode {
            if let Some(d) = self.ext_slot(&header, shape).get().cast::<PyDict>() {
                dict.copy_entries_from(self, d);
            }
            return Some(dict);
        }
        dict.reserve(self, shape.count as usize);
        for i in 0..shape.count {
            let v = self.attribute_at(header, shape, i);
            let name = shape.name(i);
            if !v.is_null()
                && let Some(text) = name.cast::<PyStr>()
            {
                // A shape has no name twice.
                let hash = text.hash(self);
                dict.append(self, name, hash, v);
            }
        }
        Some(dict)
    }

    /// Makes `dict` the object's `__dict__`; false if its type has none.
    pub fn set_own_dict(&mut self, object: Value, dict: Ref<PyDict>) -> bool {
        let Some(header) = object.header() else {
            return false;
        };
        let shape = self.shapes.get(header.shape_id());
        if shape.ext_offset == 0 || !shape.has_dict {
            return false;
        }
        let target = shape.dict_mode_shape(self);
        for i in shape.member_slots..shape.inline_cap {
            crate::heap::tail::slot_at_header(
                &header,
                self.ext_offset(header, shape) + 8 + 8 * i as usize,
            )
            .set_unbarriered(Value::NULL);
        }
        self.ext_slot(&header, shape).set(header, dict.value());
        header.set_shape_id(target.id);
        true
    }

    /// `object.__class__ = ty` for a compatible layout (checked by the caller): attributes are kept.
    pub fn set_class(&mut self, object: Value, ty: Ref<PyType>) -> bool {
        let Some(header) = object.header() else {
            return false;
        };
        let old = self.shapes.get(header.shape_id());
        let new_root = ty.root_shape.expect();
        if old.ext_offset != new_root.ext_offset
            || old.member_slots != new_root.member_slots
            || old.has_dict != new_root.has_dict
        {
            return false;
        }
        let id = if old.has_dict {
            let dict = self.own_dict(object);
            let old = self.shapes.get(header.shape_id());
            debug_assert!(dict.is_some());
            // The object keeps its own inline room, which may differ from that of new instances of `ty`.
            self.new_shape(super::shape::ShapeInit {
                ty,
                ext_offset: old.ext_offset,
                inline_cap: old.inline_cap,
                member_slots: old.member_slots,
                dict_mode: true,
                has_dict: true,
                count: 0,
                names: None,
                root: None,
            })
            .id
        } else {
            new_root.id
        };
        header.set_shape_id(id);
        true
    }
}

/// True if values of this kind may be instances of Python classes with `__slots__` or attributes.
pub fn kind_is_extensible(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::Filler | Kind::Array | Kind::ByteBuf | Kind::Shape | Kind::StackChunk
    )
}
