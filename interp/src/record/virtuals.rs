//! Objects that a recording makes and that nobody but the trace knows are *dissolved*: no operation allocates them.
//!
//! What such an object holds are values of the trace. Registers name it by its number; loads, stores and tests of it
//! become nothing. Whatever wants its word ([`Recorder::word_in`]) lets it escape: from there on it is an object like any other. So what
//! the recorder does not know of is right by itself, and an object that escapes late is allocated late.
//!
//! At exits its contents have to be in memory: they are stored into the activation, whose words the collector sees, ahead of
//! the next guard after they changed, and the exit's snapshot tells how the object is rebuilt (`tier/rebuild.rs`) or what a bridge begins with.

use super::emit::is_stable;
use super::state::Register;
use super::{Pending, Recorder};
use crate::tier::enter::{
    SCRATCH, VIRTUALS, helpers, helpers_classes as of_classes, helpers_lean as lean,
    helpers_made as made, offset,
};
use crate::tier::exits::{FieldShot, Known, ObjectShot, Shot};
use crate::tier::rebuild::{MOST_FIELDS, MOST_OBJECTS};
use skein_jit::ir::{Binary, Cond, Op, Val, Width};
use skein_runtime::layout;
use skein_runtime::prelude::*;
use std::collections::HashMap;

/// Something in a dissolved object: at hand as a word, a float or another object, or in its place of the activation.
#[derive(Clone, Copy, Default)]
pub(super) struct Field {
    pub(super) offset: i32,
    pub(super) word: Option<Val>,
    pub(super) float: Option<Val>,
    pub(super) object: Option<u32>,
    /// The place that holds it, and whether it holds a float's bits.
    pub(super) place: Option<u16>,
    pub(super) raw: bool,
    /// What is known of what is only in its place.
    pub(super) known: Known,
}

impl Field {
    /// A float at an offset.
    pub(super) fn of_float(v: Val, offset: i32) -> Field {
        Field {
            offset,
            float: Some(v),
            ..Field::default()
        }
    }
    /// A dissolved object at an offset.
    pub(super) fn of_object(k: u32, offset: i32) -> Field {
        Field {
            offset,
            object: Some(k),
            ..Field::default()
        }
    }
}

/// A dissolved object.
#[derive(Clone)]
pub(super) struct Virtual {
    pub(super) shape: u32,
    pub(super) fields: Vec<Field>,
    /// The object, once it was allocated after all.
    made: Option<Val>,
}

impl Recorder {
    /// The dissolved object in a register of the innermost frame.
    pub(super) fn dissolved(&self, i: usize) -> Option<u32> {
        self.frame().registers[i].dissolved
    }
    /// True if a register holds a dissolved object of that shape.
    pub(super) fn is_dissolved(&self, i: usize, shape: u32) -> bool {
        self.dissolved_as(i, shape).is_some()
    }
    /// The dissolved object of that shape in a register.
    pub(super) fn dissolved_as(&self, i: usize, shape: u32) -> Option<u32> {
        self.dissolved(i)
            .filter(|k| self.virtuals[*k as usize].shape == shape)
    }
    /// A register that holds a dissolved object.
    pub(super) fn virtual_register(&self, k: u32) -> Register {
        let shape = self.virtuals[k as usize].shape;
        Register {
            dissolved: Some(k),
            changed: true,
            known: Known {
                object: true,
                shape: if is_stable(shape) { shape } else { 0 },
                ..Known::default()
            },
            ..Register::default()
        }
    }
    pub(super) fn new_virtual(&mut self, shape: u32, fields: Vec<Field>) -> u32 {
        self.virtuals.push(Virtual {
            shape,
            fields,
            made: None,
        });
        self.virtuals.len() as u32 - 1
    }
    /// Sets a register to a dissolved object, which is allocated if the pass is off.
    pub(super) fn set_virtual(&mut self, i: usize, k: u32) {
        if !self.dissolves {
            let v = self.materialise(k);
            return self.set(i, v);
        }
        let r = self.virtual_register(k);
        self.frame_mut().registers[i] = r;
        self.begun = true;
        self.changed();
    }

    /// What a register holds, to be put at an offset.
    pub(super) fn content(&mut self, i: usize, offset: i32) -> Field {
        let f = self.frames.len() - 1;
        let r = self.frames[f].registers[i];
        let mut field = Field {
            offset,
            ..Field::default()
        };
        if r.dissolved.is_some() {
            field.object = r.dissolved;
            return field;
        }
        field.float = self.float_in(f, i);
        field.word = match field.float {
            Some(_) => r.word,
            None => Some(self.word_in(f, i)),
        };
        field
    }
    /// A word, to be put at an offset.
    pub(super) fn content_word(&self, word: Val, offset: i32) -> Field {
        Field {
            offset,
            word: Some(word),
            ..Field::default()
        }
    }
    /// The number of the field at an offset.
    pub(super) fn field_at(&self, k: u32, offset: i32) -> Option<usize> {
        let fields = &self.virtuals[k as usize].fields;
        fields.iter().position(|f| f.offset == offset)
    }
    /// How many fields an object has.
    pub(super) fn fields_of(&self, k: u32) -> usize {
        self.virtuals[k as usize].fields.len()
    }
    /// The constant in a field.
    pub(super) fn field_constant(&self, k: u32, n: usize) -> Option<u64> {
        let w = self.virtuals[k as usize].fields[n].word?;
        self.fact(w).constant
    }

    /// A field's content is at hand.
    pub(super) fn fetch(&mut self, k: u32, n: usize) -> Field {
        let mut f = self.virtuals[k as usize].fields[n];
        if let (None, None, None, Some(place)) = (f.word, f.float, f.object, f.place) {
            let at = offset::VIRTUALS + 8 * place as i32;
            if f.raw {
                f.float = Some(self.emit(Op::Load(Width::F64, self.context, at)));
            } else {
                let w = self.load(self.context, at);
                self.know(w, |k| *k = f.known);
                f.word = Some(w);
            }
            self.virtuals[k as usize].fields[n] = f;
        }
        f
    }
    /// Sets a register to what is in a field.
    pub(super) fn load_virtual(&mut self, k: u32, n: usize, a: usize) {
        let f = self.fetch(k, n);
        if let Some(o) = f.object {
            let r = self.virtual_register(o);
            self.frame_mut().registers[a] = r;
            self.begun = true;
            self.changed();
        } else if let Some(w) = f.word {
            self.set(a, w);
            self.frame_mut().registers[a].float = f.float;
        } else if let Some(v) = f.float {
            self.set_float(a, v);
        }
    }
    /// Puts what a register holds into an object; false: that holds too much then.
    pub(super) fn store_virtual(&mut self, k: u32, offset: i32, from: usize) -> bool {
        let new = self.content(from, offset);
        let known = self.field_at(k, offset);
        if known.is_none() && self.fields_of(k) >= MOST_FIELDS {
            return false;
        }
        match known {
            Some(n) => {
                self.free_place_of(k, n);
                self.virtuals[k as usize].fields[n] = new;
            }
            None => self.virtuals[k as usize].fields.push(new),
        }
        self.begun = true;
        self.changed();
        true
    }
    /// The object has another shape now.
    pub(super) fn reshape(&mut self, k: u32, shape: u32) {
        self.virtuals[k as usize].shape = shape;
    }

    fn free_place_of(&mut self, k: u32, n: usize) {
        if let Some(place) = self.virtuals[k as usize].fields[n].place.take() {
            self.places &= !(1 << place);
        }
    }

    // ---- escape

    /// The objects that are reached from one and not allocated, each behind those that it holds as far as that can be.
    fn reach(&self, k: u32, order: &mut Vec<u32>, seen: &mut Vec<u32>) {
        let v = &self.virtuals[k as usize];
        if v.made.is_some() || seen.contains(&k) {
            return;
        }
        seen.push(k);
        for f in &v.fields {
            if let Some(o) = f.object {
                self.reach(o, order, seen);
            }
        }
        order.push(k);
    }

    /// Allocates an object, and what it holds: it escapes. Gives its word.
    pub(super) fn materialise(&mut self, k: u32) -> Val {
        let (mut order, mut seen) = (Vec::new(), Vec::new());
        self.reach(k, &mut order, &mut seen);
        let mut later = Vec::new();
        for o in &order {
            self.allocate(*o, &mut later);
        }
        for (owner, offset, held) in later {
            let (Some(owner), Some(held)) = (
                self.virtuals[owner as usize].made,
                self.virtuals[held as usize].made,
            ) else {
                continue;
            };
            self.store_object(owner, offset, held);
        }
        for o in order {
            self.came_to_be(o);
        }
        self.changed();
        self.virtuals[k as usize].made.unwrap_or(self.context)
    }

    /// Allocates one object. What is not allocated yet is to be stored later.
    fn allocate(&mut self, k: u32, later: &mut Vec<(u32, i32, u32)>) {
        let mut words = Vec::new();
        for n in 0..self.fields_of(k) {
            let f = self.fetch(k, n);
            let word = match (f.object, f.word, f.float) {
                (Some(o), ..) => {
                    let made = self.virtuals[o as usize].made;
                    if made.is_none() {
                        later.push((k, f.offset, o));
                    }
                    made
                }
                (_, Some(w), _) => Some(w),
                (_, _, Some(_)) => Some(self.boxed_field(k, n)),
                _ => None,
            };
            words.push((f.offset, word));
        }
        let shape = self.virtuals[k as usize].shape;
        let object = match shape {
            ids::TUPLE => self.allocate_tuple(&words),
            _ if self.tuple_shapes.contains(&shape) => self.allocate_named_tuple(shape, &words),
            ids::LIST => self.allocate_list(&words),
            ids::RANGE => self.allocate_range(k),
            ids::DICT => self.ask(made::keywords as *const (), &[]),
            ids::METHOD => {
                let at = |offset| words.iter().find(|(at, _)| *at == offset);
                let word = |offset| at(offset).and_then(|(_, w)| *w);
                let null = self.constant(0);
                let func = word(layout::METHOD_FUNC).unwrap_or(null);
                let this = word(layout::METHOD_SELF).unwrap_or(null);
                self.ask(lean::bound_method as *const (), &[func, this])
            }
            _ => {
                let s = self.constant(shape as u64);
                let object = self.ask(lean::instance as *const (), &[s]);
                // It is young: nothing ran since it was allocated.
                for (offset, word) in &words {
                    if let Some(w) = *word {
                        self.store(object, *offset, w);
                    }
                }
                object
            }
        };
        self.know_shape(object, shape);
        for (offset, word) in words {
            if let Some(w) = word
                && shape != ids::LIST
            {
                self.field_known(object, offset, w);
            }
        }
        self.virtuals[k as usize].made = Some(object);
    }

    /// The word of a float.
    pub(super) fn boxed(&mut self, v: Val) -> Val {
        self.emit(Op::Box(v, helpers::boxed as *const () as u64))
    }
    /// The word of a field that is at hand.
    pub(super) fn boxed_field(&mut self, k: u32, n: usize) -> Val {
        let f = self.virtuals[k as usize].fields[n];
        match (f.word, f.float) {
            (Some(w), _) => w,
            (None, Some(v)) => {
                let w = self.emit(Op::Box(v, helpers::boxed as *const () as u64));
                self.virtuals[k as usize].fields[n].word = Some(w);
                w
            }
            (None, None) => self.constant(0),
        }
    }

    /// The address of what a dissolved tuple holds, brought together for a helper; `None`: it holds dissolved objects itself.
    pub(super) fn row_in_scratch(&mut self, k: u32) -> Option<Val> {
        let n = self.fields_of(k);
        let fields: Vec<Field> = (0..n).map(|i| self.fetch(k, i)).collect();
        if n > SCRATCH || fields.iter().any(|f| f.object.is_some()) {
            return None;
        }
        for i in 0..n {
            let w = self.boxed_field(k, i);
            self.store(self.context, offset::SCRATCH + 8 * i as i32, w);
        }
        Some(self.binary_imm(Binary::Add, self.context, offset::SCRATCH as u64))
    }

    fn allocate_tuple(&mut self, words: &[(i32, Option<Val>)]) -> Val {
        let null = self.constant(0);
        let word = |i: usize| words[i].1.unwrap_or(null);
        let n = self.constant(words.len() as u64);
        let object = if words.len() == 2 {
            self.ask(lean::pair as *const (), &[word(0), word(1)])
        } else {
            let at = self.in_a_row(words);
            self.ask(lean::build_tuple as *const (), &[at, n])
        };
        self.field_known(object, layout::TUPLE_LEN, n);
        object
    }

    fn allocate_named_tuple(&mut self, shape: u32, words: &[(i32, Option<Val>)]) -> Val {
        let n = self.constant(words.len() as u64);
        let at = self.in_a_row(words);
        let shape = self.constant(shape as u64);
        let object = self.ask(of_classes::tuple_of_shape as *const (), &[shape, at, n]);
        self.field_known(object, layout::TUPLE_LEN, n);
        object
    }

    fn allocate_list(&mut self, words: &[(i32, Option<Val>)]) -> Val {
        let n = self.constant(words.len() as u64);
        let at = self.in_a_row(words);
        let object = self.ask(lean::build_list as *const (), &[at, n]);
        self.field_known(object, layout::LIST_LEN, n);
        object
    }

    /// The address of words that stand in a row.
    fn in_a_row(&mut self, words: &[(i32, Option<Val>)]) -> Val {
        let null = self.constant(0);
        for (i, (_, word)) in words.iter().enumerate() {
            let w = word.unwrap_or(null);
            self.store(self.context, offset::SCRATCH + 8 * i as i32, w);
        }
        self.binary_imm(Binary::Add, self.context, offset::SCRATCH as u64)
    }

    /// An object is allocated: registers and other objects hold its word.
    fn came_to_be(&mut self, k: u32) {
        let Some(w) = self.virtuals[k as usize].made else {
            return;
        };
        for n in 0..self.fields_of(k) {
            self.free_place_of(k, n);
        }
        for v in &mut self.virtuals {
            for f in v.fields.iter_mut().filter(|f| f.object == Some(k)) {
                (f.object, f.word) = (None, Some(w));
            }
        }
        for f in 0..self.frames.len() {
            for i in 0..self.frames[f].registers.len() {
                if self.frames[f].registers[i].dissolved == Some(k) {
                    let fp = self.frames[f].fp;
                    self.store(fp, 8 * i as i32, w);
                    self.frames[f].registers[i] = Register {
                        word: Some(w),
                        changed: true,
                        ..Register::default()
                    };
                }
            }
        }
    }

    // ---- exits

    /// The dissolved objects that registers reach.
    pub(super) fn reached(&self) -> Vec<u32> {
        let (mut order, mut seen) = (Vec::new(), Vec::new());
        for f in &self.frames {
            for k in f.registers.iter().filter_map(|r| r.dissolved) {
                self.reach(k, &mut order, &mut seen);
            }
        }
        order
    }
    /// True if what is in a field has to be in memory for an exit.
    fn wants_place(&self, f: &Field) -> bool {
        let constant = f.float.is_none() && f.word.is_some_and(|w| self.fact(w).constant.is_some());
        f.object.is_none() && f.place.is_none() && !constant
    }

    /// Brings what dissolved objects hold into memory; gives their descriptions, and their numbers in these.
    pub(super) fn virtuals_shot(&mut self) -> (Vec<ObjectShot>, HashMap<u32, u16>) {
        if self.virtuals.is_empty() {
            return Default::default();
        }
        let live = loop {
            let live = self.reached();
            self.free_unreached(&live);
            let wanted: usize = live
                .iter()
                .flat_map(|k| &self.virtuals[*k as usize].fields)
                .filter(|f| self.wants_place(f))
                .count();
            let free = self.free_places();
            match live.last() {
                Some(k) if live.len() > MOST_OBJECTS || wanted > free => {
                    self.materialise(*k);
                }
                _ => break live,
            }
        };
        let numbers: HashMap<u32, u16> = live.iter().zip(0..).map(|(k, i)| (*k, i)).collect();
        let mut objects = Vec::new();
        for k in live {
            let mut fields = Vec::new();
            for n in 0..self.fields_of(k) {
                fields.push((
                    self.virtuals[k as usize].fields[n].offset,
                    self.field_shot(k, n, &numbers),
                ));
            }
            objects.push(ObjectShot {
                shape: self.virtuals[k as usize].shape,
                fields,
            });
        }
        (objects, numbers)
    }

    fn field_shot(&mut self, k: u32, n: usize, numbers: &HashMap<u32, u16>) -> FieldShot {
        let mut f = self.virtuals[k as usize].fields[n];
        if let Some(o) = f.object {
            return FieldShot::Object(numbers[&o]);
        }
        if let (None, Some(w)) = (f.float, f.word)
            && let Some(c) = self.fact(w).constant
        {
            return FieldShot::Constant(c);
        }
        let place = self.place_of(k, n);
        f = self.virtuals[k as usize].fields[n];
        if f.raw {
            return FieldShot::Float(place);
        }
        FieldShot::Word(place, f.word.map_or(f.known, |w| self.fact(w).known))
    }

    /// The place of a field, which holds it from now on.
    pub(super) fn place_of(&mut self, k: u32, n: usize) -> u16 {
        let f = self.virtuals[k as usize].fields[n];
        if let Some(place) = f.place {
            return place;
        }
        let place = self.places.trailing_ones() as u16;
        self.places |= 1 << place;
        self.put(place, f.word.filter(|_| f.float.is_none()), f.float);
        let now = &mut self.virtuals[k as usize].fields[n];
        (now.place, now.raw) = (Some(place), f.float.is_some());
        place
    }
    /// Stores a word or a float into a place.
    pub(super) fn put(&mut self, place: u16, word: Option<Val>, float: Option<Val>) {
        let at = offset::VIRTUALS + 8 * place as i32;
        if let Some(v) = float {
            self.emit(Op::Store(Width::F64, self.context, at, v));
        } else if let Some(w) = word {
            self.store(self.context, at, w);
        }
    }
    /// How many places are free.
    pub(super) fn free_places(&self) -> usize {
        VIRTUALS - self.places.count_ones() as usize
    }

    /// Places of objects that no register reaches can be used anew, as long as what was there is at hand.
    pub(super) fn free_unreached(&mut self, live: &[u32]) {
        for k in 0..self.virtuals.len() as u32 {
            if live.contains(&k) {
                continue;
            }
            for n in 0..self.fields_of(k) {
                let f = &self.virtuals[k as usize].fields[n];
                if f.word.is_some() || f.float.is_some() || f.object.is_some() {
                    self.free_place_of(k, n);
                }
            }
        }
    }

    /// The dissolved objects of an exit are those of the recording that begins there.
    pub(super) fn restore_virtuals(&mut self, shot: &Shot) {
        for o in &shot.objects {
            let mut fields = Vec::new();
            for (offset, shot) in &o.fields {
                let mut f = Field {
                    offset: *offset,
                    ..Field::default()
                };
                match *shot {
                    FieldShot::Constant(c) => f.word = Some(self.constant(c)),
                    FieldShot::Word(place, known) => (f.place, f.known) = (Some(place), known),
                    FieldShot::Float(place) => (f.place, f.raw) = (Some(place), true),
                    FieldShot::Object(k) => f.object = Some(k as u32),
                }
                if let Some(place) = f.place {
                    self.places |= 1 << place;
                }
                fields.push(f);
            }
            self.name_shape(o.shape);
            self.new_virtual(o.shape, fields);
        }
    }

    /// Shapes of objects that can change theirs are not known any more.
    pub(super) fn forget_shapes_in_virtuals(&mut self) {
        for v in &mut self.virtuals {
            for f in &mut v.fields {
                if !is_stable(f.known.shape) {
                    f.known.shape = 0;
                }
            }
        }
    }

    // ---- tuples

    /// `BuildTuple`; false: it has too many items.
    pub(super) fn virtual_tuple(&mut self, a: usize, b: usize, n: usize) -> bool {
        if n > MOST_FIELDS.min(SCRATCH) {
            return false;
        }
        let fields = (0..n)
            .map(|i| self.content(b + i, layout::TUPLE_ITEMS + 8 * i as i32))
            .collect();
        let k = self.new_virtual(ids::TUPLE, fields);
        self.set_virtual(a, k);
        true
    }
    /// A pair.
    pub(super) fn virtual_pair(&mut self, a: usize, x: Val, y: Val) {
        let fields = vec![
            self.content_word(x, layout::TUPLE_ITEMS),
            self.content_word(y, layout::TUPLE_ITEMS + 8),
        ];
        let k = self.new_virtual(ids::TUPLE, fields);
        self.set_virtual(a, k);
    }
    /// `BuildList` of the first items of a display with stars: whatever is done with it but [`Recorder::extend_virtual`] and
    /// [`Recorder::tuple_of_virtual`] lets it escape. False: it has too many items.
    pub(super) fn virtual_list(&mut self, a: usize, b: usize, n: usize) -> bool {
        if n > MOST_FIELDS.min(SCRATCH) {
            return false;
        }
        let fields = (0..n)
            .map(|i| self.content(b + i, layout::TUPLE_ITEMS + 8 * i as i32))
            .collect();
        let k = self.new_virtual(ids::LIST, fields);
        self.set_virtual(a, k);
        true
    }
    /// `ListExtend` of a dissolved list by a tuple of that many items; false: it is something else, or they are too many.
    pub(super) fn extend_virtual(&mut self, p: Pending, items: usize) -> bool {
        let (a, b) = (p.word.a() as usize, p.word.b() as usize);
        let Some(k) = self.dissolved_as(a, ids::LIST) else {
            return false;
        };
        let first = self.fields_of(k);
        if p.b.shape != ids::TUPLE || first + items > MOST_FIELDS.min(SCRATCH) {
            return false;
        }
        let at = |i: usize| layout::TUPLE_ITEMS + 8 * (first + i) as i32;
        let mut fields = Vec::new();
        if let Some(t) = self.dissolved_as(b, ids::TUPLE) {
            if self.fields_of(t) != items {
                return false;
            }
            for i in 0..items {
                fields.push(self.field_copied(t, i, at(i)));
            }
        } else {
            self.guard_class(b, p.b);
            let w = self.word(b);
            let length = self.field(w, layout::TUPLE_LEN);
            let c = self.compare_imm(Cond::Eq, length, items as u64);
            self.guard(c, true);
            for i in 0..items {
                let v = self.field(w, layout::TUPLE_ITEMS + 8 * i as i32);
                fields.push(self.content_word(v, at(i)));
            }
        }
        self.virtuals[k as usize].fields.extend(fields);
        self.begun = true;
        self.changed();
        true
    }
    /// `ListToTuple` of a dissolved list; false: it is something else.
    pub(super) fn tuple_of_virtual(&mut self, p: Pending) -> bool {
        let Some(k) = self.dissolved_as(p.word.b() as usize, ids::LIST) else {
            return false;
        };
        if self.fields_of(k) == 0 {
            return false;
        }
        let fields = (0..self.fields_of(k))
            .map(|i| self.field_copied(k, i, layout::TUPLE_ITEMS + 8 * i as i32))
            .collect();
        let t = self.new_virtual(ids::TUPLE, fields);
        self.set_virtual(p.word.a() as usize, t);
        true
    }
    /// What is in a field, to be put at an offset of another object.
    pub(super) fn field_copied(&mut self, k: u32, n: usize, offset: i32) -> Field {
        let f = self.fetch(k, n);
        Field {
            offset,
            word: f.word,
            float: f.float,
            object: f.object,
            ..Field::default()
        }
    }
    /// `UnpackSeq` of a dissolved tuple; false: it is something else.
    pub(super) fn unpack_virtual(&mut self, p: Pending) -> bool {
        let n = p.word.c() as usize;
        let Some(k) = self.dissolved_as(p.word.b() as usize, ids::TUPLE) else {
            return false;
        };
        if self.fields_of(k) != n {
            return false;
        }
        for i in 0..n {
            self.load_virtual(k, i, p.word.a() as usize + i);
        }
        true
    }
    /// An item of a dissolved tuple at a constant index; false: it is something else.
    pub(super) fn item_of_virtual(&mut self, p: Pending) -> bool {
        let Some(k) = self.dissolved_as(p.word.b() as usize, ids::TUPLE) else {
            return false;
        };
        let index = self.word(p.word.c() as usize);
        let (Some(c), n) = (self.fact(index).constant, self.fields_of(k) as i64) else {
            return false;
        };
        let i = (c as i64) >> 1;
        let i = if i < 0 { i + n } else { i };
        if c & 1 == 0 || !(0..n).contains(&i) {
            return false;
        }
        self.load_virtual(k, i as usize, p.word.a() as usize);
        true
    }
}
