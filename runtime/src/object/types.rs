//! Type objects: MRO, namespace, flags, versions, and the method cache that every special-method lookup goes through.
//!
//! A type's `version` is a process-unique number that is retired whenever the type's namespace, bases or a base change;
//! whoever caches a lookup compares versions. Namespaces are ordinary dicts with interned string keys; all changes
//! after creation go through [`type_set_attr`]/[`type_del_attr`] so that versions stay true.

use super::header::{Header, Kind, Ref, RefSlot, Slot};
use super::shape::{Shape, ShapeInit, ids};
use super::type_table::BUILTIN_TYPES;
use crate::builtins::builtin::PyBuiltin;
use crate::builtins::dict::PyDict;
use crate::builtins::list::PyList;
use crate::builtins::str::PyStr;
use crate::builtins::tuple::PyTuple;
use crate::heap::Tracer;
use crate::value::Value;
use crate::vm::Vm;
use std::borrow::Cow;
use std::cell::Cell;

/// Type flag bits (our own numbering; `__flags__` translates).
pub mod tflag {
    /// May be subclassed.
    pub const BASETYPE: u32 = 1;
    /// Made by Python code (mutable).
    pub const HEAPTYPE: u32 = 2;
    /// Counts as a sequence in patterns.
    pub const SEQUENCE: u32 = 4;
    /// Counts as a mapping in patterns.
    pub const MAPPING: u32 = 8;
    /// A single positional class pattern matches the object itself.
    pub const MATCH_SELF: u32 = 16;
    /// Instances have a `__dict__`.
    pub const HAS_DICT: u32 = 32;
    /// Has abstract methods.
    pub const ABSTRACT: u32 = 64;
    /// Cannot be instantiated from Python.
    pub const DISALLOW_INSTANTIATION: u32 = 128;
    /// Instances can be weakly referenced.
    pub const HAS_WEAKREF: u32 = 256;
    /// `__getattribute__` is not `object`'s, or there is a `__getattr__`.
    pub const CUSTOM_GETATTR: u32 = 512;
    /// `__setattr__`/`__delattr__` is not `object`'s.
    pub const CUSTOM_SETATTR: u32 = 1024;
    /// Defines `__del__`.
    pub const HAS_DEL: u32 = 2048;
    /// Attributes of the type itself cannot be set.
    pub const IMMUTABLE: u32 = 4096;
    /// Known to have neither `__bool__` nor `__len__`: every instance is true.
    pub const PLAIN_TRUTH: u32 = 8192;
    /// Flags that a subclass inherits.
    pub const INHERITED: u32 = SEQUENCE | MAPPING | MATCH_SELF | HAS_DICT | HAS_WEAKREF;
}

/// A type object.
#[repr(C)]
pub struct PyType {
    header: Header,
    /// `__name__`, a str.
    pub name: Slot,
    /// `__qualname__`, a str.
    pub qualname: Slot,
    /// `__bases__`
    pub bases: RefSlot<PyTuple>,
    /// `__mro__`
    pub mro: RefSlot<PyTuple>,
    /// `__base__`: the base whose layout instances share; empty for `object`.
    pub base: RefSlot<PyType>,
    /// The namespace.
    pub dict: RefSlot<PyDict>,
    /// Weak references to direct subclasses.
    pub subclasses: RefSlot<PyList>,
    /// Root shape of instances.
    pub root_shape: RefSlot<Shape>,
    /// Layout of instances.
    pub kind: Cell<Kind>,
    /// See [`tflag`].
    pub flags: Cell<u32>,
    /// Number for caches; 0: none given yet.
    pub(crate) version: Cell<u32>,
    /// Shape id for builtin types, else 0.
    pub builtin_id: u32,
    /// Slots that `__slots__` of this type and its bases take.
    pub member_slots: Cell<u16>,
    /// Inline attribute slots for new instances.
    pub inline_hint: Cell<u16>,
    /// The version for which `call_init` holds.
    pub call_version: Cell<u32>,
    /// The Python `__init__` of instances that are plain objects made by `object.__new__`, else `NULL`.
    pub call_init: Slot,
    /// The metaclass keeps per-class state behind this layout: the `ext` word of type objects follows.
    ext: Slot,
}

impl PyType {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit_slot(&self.name);
        t.visit_slot(&self.qualname);
        t.visit(self.bases.value());
        t.visit(self.mro.value());
        t.visit(self.base.value());
        t.visit(self.dict.value());
        t.visit(self.subclasses.value());
        t.visit(self.root_shape.value());
        t.visit_slot(&self.call_init);
        t.visit_slot(&self.ext);
    }
    /// Tests flags.
    #[inline(always)]
    pub fn has(&self, flags: u32) -> bool {
        self.flags.get() & flags != 0
    }
    /// The namespace.
    #[inline(always)]
    pub fn dict(&self) -> Ref<PyDict> {
        self.dict.expect()
    }
    /// `__name__` as text for messages.
    pub fn name_text(&self) -> String {
        crate::builtins::str::lossy(self.name.get())
    }
    /// True if `other` is in this type's MRO.
    pub fn is_subtype(&self, other: Ref<PyType>) -> bool {
        if std::ptr::eq(self, other.as_ptr()) {
            return true;
        }
        match self.mro.get() {
            Some(mro) => mro.items().iter().any(|t| *t == other.value()),
            None => false,
        }
    }
}

impl Ref<PyType> {
    /// The version for caches.
    #[inline]
    pub fn version(self, vm: &mut Vm) -> u32 {
        let v = self.version.get();
        if v != 0 {
            return v;
        }
        vm.last_type_version += 1;
        self.version.set(vm.last_type_version);
        vm.last_type_version
    }
    /// The present version, 0 when none was given since the last change.
    #[inline(always)]
    pub fn current_version(self) -> u32 {
        self.version.get()
    }
}

impl Vm {
    /// The type of any value (`type(v)`, not `v.__class__`).
    #[inline(always)]
    pub fn type_of(&self, v: Value) -> Ref<PyType> {
        self.shapes.get(self.type_shape_id(v)).ty()
    }

    /// Shape id of a value, immediates included.
    #[inline(always)]
    pub fn type_shape_id(&self, v: Value) -> u32 {
        const CONSTANT_TYPES: [u32; 7] = [
            ids::FLOAT,
            ids::FLOAT,
            ids::NONE_TYPE,
            ids::BOOL,
            ids::BOOL,
            ids::ELLIPSIS,
            ids::NOT_IMPLEMENTED,
        ];
        if v.is_int() {
            ids::INT
        } else if v.is_tagged_float() {
            ids::FLOAT
        } else if let Some(i) = v.constant_index() {
            CONSTANT_TYPES.get(i).copied().unwrap_or(ids::OBJECT)
        } else {
            v.shape_id()
        }
    }

    /// A builtin type by its id.
    #[inline(always)]
    pub fn builtin_type(&self, id: u32) -> Ref<PyType> {
        self.shapes.get(id).ty()
    }

    /// `isinstance(v, builtin type)` by real type.
    pub fn is_instance_of(&self, v: Value, id: u32) -> bool {
        self.type_of(v).is_subtype(self.builtin_type(id))
    }

    /// Name of a value's type for messages: as CPython's C code knows it, with the module for types not made by Python
    /// code.
    pub fn type_name(&self, v: Value) -> String {
        let ty = self.type_of(v);
        if ty.has(tflag::HEAPTYPE) {
            ty.name_text()
        } else {
            self.full_type_name(ty)
        }
    }

    /// As [`Vm::type_name`], without making text for the commonest types: for messages that are seldom needed.
    pub fn type_name_at_hand(&self, v: Value) -> Cow<'static, str> {
        match self.type_of(v).builtin_id {
            ids::STR => Cow::Borrowed("str"),
            ids::INT => Cow::Borrowed("int"),
            ids::FLOAT => Cow::Borrowed("float"),
            ids::BOOL => Cow::Borrowed("bool"),
            _ => Cow::Owned(self.type_name(v)),
        }
    }

    /// `type(v).__name__`
    pub fn short_type_name(&self, v: Value) -> String {
        self.type_of(v).name_text()
    }

    /// Looks `name` (interned) up along the MRO of `ty`, through the method cache. Never runs Python code.
    #[inline]
    pub fn type_lookup(&mut self, ty: Ref<PyType>, name: Ref<PyStr>) -> Option<Value> {
        let version = ty.version(self);
        let (hit, slot) = self.method_cache.find(version, name);
        if let Some(v) = hit {
            return v.non_null();
        }
        let found = mro_lookup(ty, name);
        self.method_cache
            .fill(slot, version, name, found.unwrap_or(Value::NULL));
        found
    }

    /// Special method `name` of the type of `v`, as found (no binding).
    #[inline]
    pub fn lookup_special(&mut self, v: Value, name: Ref<PyStr>) -> Option<Value> {
        let ty = self.type_of(v);
        self.type_lookup(ty, name)
    }

    /// Retires the versions of `ty` and its subclasses after a change of its namespace or bases and refreshes derived flags.
    pub fn type_modified(&mut self, ty: Ref<PyType>) {
        if ty.version.replace(0) != 0 {
            crate::reliance::changed(ty.value().bits());
        }
        refresh_flags(self, ty);
        if let Some(subs) = ty.subclasses.get() {
            for i in 0..subs.len() {
                if let Some(sub) = crate::builtins::weakref::target_of(subs.get(i))
                    .and_then(|v| v.cast::<PyType>())
                {
                    self.type_modified(sub);
                }
            }
        }
    }

    /// Sets an attribute in the type's namespace (the last step of `type.__setattr__`).
    pub fn type_set_attr(&mut self, ty: Ref<PyType>, name: Ref<PyStr>, v: Value) {
        let plain = |v: Value| {
            v.shape_id() < ids::FIRST_DYNAMIC
                && !matches!(
                    v.kind(),
                    Some(
                        Kind::Function
                            | Kind::Builtin
                            | Kind::GetSet
                            | Kind::Member
                            | Kind::Property
                            | Kind::Wrapper
                    )
                )
        };
        let old = ty.dict().get_interned(name.value());
        ty.dict().set_interned(self, name.value(), v);
        // Replacing one plain value by another changes no cached finding about where attributes are.
        if !old.is_some_and(plain) || !plain(v) {
            self.type_epoch.set(self.type_epoch.get().wrapping_add(1));
        }
        self.type_modified(ty);
    }

    /// Removes an attribute from the type's namespace; false if it was not there.
    pub fn type_del_attr(&mut self, ty: Ref<PyType>, name: Ref<PyStr>) -> bool {
        let removed = ty.dict().remove_interned(self, name.value());
        if removed {
            self.type_epoch.set(self.type_epoch.get().wrapping_add(1));
            self.type_modified(ty);
        }
        removed
    }

    /// Allocates a type object. Its namespace, bases and MRO are set; `finish_type` must follow once the namespace is filled.
    pub fn alloc_type(&mut self, init: TypeInit) -> Ref<PyType> {
        let meta_shape = init.metatype.map(|m| m.root_shape.expect());
        let extra = meta_shape.map_or(0, |s| s.inline_cap as usize * 8);
        let shape_id = meta_shape.map_or(ids::TYPE, |s| s.id);
        self.heap.alloc_sized(
            shape_id,
            PyType {
                header: Header::PENDING,
                name: Slot::new(init.name),
                qualname: Slot::new(init.name),
                bases: RefSlot::from_option(init.bases),
                mro: RefSlot::empty(),
                base: RefSlot::from_option(init.base),
                dict: RefSlot::new(init.dict),
                subclasses: RefSlot::empty(),
                root_shape: RefSlot::empty(),
                kind: Cell::new(init.kind),
                flags: Cell::new(init.flags),
                version: Cell::new(0),
                builtin_id: init.builtin_id,
                member_slots: Cell::new(0),
                inline_hint: Cell::new(0),
                call_version: Cell::new(0),
                call_init: Slot::new(Value::NULL),
                ext: Slot::new(Value::NULL),
            },
            extra,
        )
    }

    /// Makes the root shape of a type's instances from its kind, flags and slot counts.
    pub fn make_root_shape(&mut self, ty: Ref<PyType>, id: Option<u32>) {
        let needs_ext = ty.has(tflag::HAS_DICT) || ty.member_slots.get() > 0;
        let kind = ty.kind.get();
        let ext_offset = match kind {
            _ if !needs_ext || kind == Kind::Module => 0,
            Kind::Type => (size_of::<PyType>() - 8) as u32,
            Kind::Tuple | Kind::Str | Kind::Bytes => super::shape::FROM_END,
            _ => base_size(kind) as u32,
        };
        let cap = if ext_offset == 0 {
            0
        } else {
            ty.member_slots.get()
                + if ty.has(tflag::HAS_DICT) {
                    ty.inline_hint.get()
                } else {
                    0
                }
        };
        let init = ShapeInit {
            ty,
            ext_offset,
            inline_cap: cap,
            member_slots: ty.member_slots.get(),
            dict_mode: false,
            has_dict: ty.has(tflag::HAS_DICT),
            count: 0,
            names: None,
            root: None,
        };
        let shape = match id {
            Some(id) => self.new_shape_with_id(id, init),
            None => self.new_shape(init),
        };
        ty.root_shape.set(ty, shape);
    }

    /// Makes every builtin type (without methods) and its shape.
    pub(crate) fn create_builtin_types(&mut self) {
        self.shapes.reserve_builtin();
        for (i, row) in BUILTIN_TYPES.iter().enumerate() {
            let id = ids::FIRST_TYPE + i as u32;
            let dict = PyDict::new(self);
            let base = if id == ids::OBJECT {
                None
            } else {
                Some(self.builtin_type(row.base))
            };
            let ty = self.alloc_type(TypeInit {
                metatype: None,
                name: Value::NULL,
                bases: None,
                base,
                dict,
                kind: row.kind,
                flags: row.flags | tflag::IMMUTABLE,
                builtin_id: id,
            });
            if row.kind == Kind::Function
                || row.kind == Kind::Exception
                || row.kind == Kind::Instance && id != ids::OBJECT
                || matches!(
                    id,
                    ids::TYPE
                        | ids::ORDERED_DICT
                        | ids::SET
                        | ids::FROZENSET
                        | ids::GENERATOR
                        | ids::COROUTINE
                        | ids::ASYNC_GENERATOR
                        | ids::CODE
                        | ids::MODULE
                        | ids::METHOD
                        | ids::BUILTIN_FUNCTION
                        | ids::MEMORYVIEW
                        | ids::PROPERTY
                        | ids::UNION
                        | ids::GENERIC_ALIAS
                )
            {
                ty.flags.set(ty.flags.get() | tflag::HAS_WEAKREF);
            }
            self.make_root_shape(ty, Some(id));
            self.builtin_types.push(ty);
        }
    }

    /// Gives builtin types their names, bases and MROs once strings and tuples can be made.
    pub(crate) fn finish_builtin_types(&mut self) {
        for (i, row) in BUILTIN_TYPES.iter().enumerate() {
            let ty = self.builtin_type(ids::FIRST_TYPE + i as u32);
            let name = self.intern(row.name).value();
            ty.name.set(ty, name);
            ty.qualname.set(ty, name);
            let mut mro = crate::heap::array::ValueVec::new();
            let mut t = Some(ty);
            while let Some(x) = t {
                mro.push(&self.heap, x.value());
                t = x.base.get();
            }
            let mro = PyTuple::from_slice(self, mro.as_slice());
            ty.mro.set(ty, mro);
            let base: Vec<Ref<PyType>> = ty.base.get().into_iter().collect();
            let bases = PyTuple::from_iter(self, base.iter().map(|b| b.value()));
            ty.bases.set(ty, bases);
            if let Some(b) = ty.base.get() {
                self.add_subclass(b, ty);
            }
        }
    }

    /// Records `sub` among the direct subclasses of `base`.
    pub fn add_subclass(&mut self, base: Ref<PyType>, sub: Ref<PyType>) {
        let list = match base.subclasses.get() {
            Some(l) => l,
            None => {
                let l = PyList::new(self);
                base.subclasses.set(base, l);
                l
            }
        };
        let weak = crate::builtins::weakref::new_plain(self, sub.value());
        list.push(self, weak);
    }
}

/// Size of the fixed fields of a kind's layout.
pub fn base_size(kind: Kind) -> usize {
    macro_rules! sizes {
        ($(($name:ident, $ty:ty),)*) => {
            match kind {
                Kind::Filler => 0,
                $(Kind::$name => size_of::<$ty>(),)*
            }
        };
    }
    crate::for_each_kind!(sizes)
}

fn mro_lookup(ty: Ref<PyType>, name: Ref<PyStr>) -> Option<Value> {
    let mro = ty.mro.get()?;
    mro.items().iter().find_map(|t| {
        t.cast::<PyType>()
            .and_then(|t| t.dict().get_interned(name.value()))
    })
}

/// Recomputes the flags that say which attribute hooks a type has.
pub fn refresh_flags(vm: &mut Vm, ty: Ref<PyType>) {
    let n = &vm.names;
    let (truth, len) = (n.__bool__, n.__len__);
    let (getattribute, getattr, setattr, delattr, del) = (
        n.__getattribute__,
        n.__getattr__,
        n.__setattr__,
        n.__delattr__,
        n.__del__,
    );
    let object = vm.builtin_type(ids::OBJECT).dict();
    let differs = |name: Ref<PyStr>| mro_lookup(ty, name) != object.get_interned(name.value());
    // The rules of `type` and modules are what the general functions follow for such objects.
    let general = match ty.kind.get() {
        Kind::Type => {
            mro_lookup(ty, getattribute)
                == vm
                    .builtin_type(ids::TYPE)
                    .dict()
                    .get_interned(getattribute.value())
        }
        _ => false,
    };
    let mut flags = ty.flags.get()
        & !(tflag::CUSTOM_GETATTR | tflag::CUSTOM_SETATTR | tflag::HAS_DEL | tflag::PLAIN_TRUTH);
    if mro_lookup(ty, truth).is_none() && mro_lookup(ty, len).is_none() {
        flags |= tflag::PLAIN_TRUTH;
    }
    if differs(getattribute) && !general || mro_lookup(ty, getattr).is_some() {
        flags |= tflag::CUSTOM_GETATTR;
    }
    if differs(setattr) || differs(delattr) {
        flags |= tflag::CUSTOM_SETATTR;
    }
    // What `tasklet.__del__` would do is done without it: a million of them must not be finalised one by one.
    let idle = |f: Value| {
        f.cast::<PyBuiltin>()
            .and_then(|f| f.owner.get())
            .is_some_and(|o| o.builtin_id == ids::TASKLET)
    };
    if mro_lookup(ty, del).is_some_and(|f| !idle(f)) {
        flags |= tflag::HAS_DEL;
    }
    ty.flags.set(flags);
}

/// What a new type object is made from.
pub struct TypeInit {
    /// `None`: `type` itself.
    pub metatype: Option<Ref<PyType>>,
    /// `__name__`
    pub name: Value,
    /// `__bases__`
    pub bases: Option<Ref<PyTuple>>,
    /// Layout base.
    pub base: Option<Ref<PyType>>,
    /// Namespace.
    pub dict: Ref<PyDict>,
    /// Layout of instances.
    pub kind: Kind,
    /// See [`tflag`].
    pub flags: u32,
    /// Shape id for builtin types, else 0.
    pub builtin_id: u32,
}

/// Cache of MRO lookups, by type version and interned name.
pub struct MethodCache {
    entries: Box<[CacheEntry]>,
    /// Entries filled since the last collection: only they can hold what a minor one frees.
    young: Vec<u16>,
}

struct CacheEntry {
    version: u32,
    name: u64,
    value: crate::heap::roots::RootCell,
}

const CACHE_SIZE: usize = 4096;

impl Default for MethodCache {
    fn default() -> Self {
        let entries = (0..CACHE_SIZE)
            .map(|_| CacheEntry {
                version: 0,
                name: 0,
                value: crate::heap::roots::RootCell::new(Value::NULL),
            })
            .collect();
        MethodCache {
            entries,
            young: Vec::new(),
        }
    }
}

impl MethodCache {
    /// The cached answer (`NULL` inside: known to be absent) and the entry to fill otherwise.
    #[inline(always)]
    pub fn find(&self, version: u32, name: Ref<PyStr>) -> (Option<Value>, usize) {
        let address = name.value().address();
        let slot = ((address >> 4) as usize ^ (version as usize).wrapping_mul(0x9e37_79b1))
            & (CACHE_SIZE - 1);
        let e = &self.entries[slot];
        if e.version == version && e.name == address {
            (Some(e.value.get()), slot)
        } else {
            (None, slot)
        }
    }
    #[inline]
    fn fill(&mut self, slot: usize, version: u32, name: Ref<PyStr>, value: Value) {
        let e = &mut self.entries[slot];
        e.version = version;
        e.name = name.value().address();
        e.value.set(value);
        self.young.push(slot as u16);
    }
    /// After a minor collection: forgets what it freed, in case a lookup outlived its version.
    pub fn drop_dead(&mut self, live: &dyn Fn(Value) -> bool) {
        for slot in self.young.drain(..) {
            let e = &mut self.entries[slot as usize];
            if !live(e.value.get()) {
                e.version = 0;
            }
        }
    }
    /// Forgets everything: called before each full collection, so that the cache keeps nothing alive.
    pub fn clear(&mut self) {
        self.young.clear();
        for e in &mut self.entries {
            e.version = 0;
        }
    }
}
