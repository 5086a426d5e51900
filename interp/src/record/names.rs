//! Globals, module names, cells.

use super::{Code, Pending, Recorder, Seen};
use skein_jit::ir::{Cond, Val};
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::layout;
use skein_runtime::prelude::*;

/// A place in a namespace, while its keys stay the same.
struct Place {
    dict: Ref<PyDict>,
    position: usize,
}

impl Recorder {
    pub(super) fn function(&self) -> Option<Ref<PyFunction>> {
        use crate::vm::run::cx::{header_word, word_value};
        let f = self.frame();
        let word = match f.function {
            0 => header_word(
                f.actual as *mut u64,
                skein_runtime::tasklet::stack::at::FUNCTION,
            ),
            word => word,
        };
        word_value(word).cast()
    }

    /// That the frame's globals and builtins are those of the function at hand: other functions may share its code.
    pub(super) fn pin(&mut self, vm: &mut Vm) -> Option<()> {
        if self.frame().pinned {
            return Some(());
        }
        let f = self.function()?;
        let (globals, builtins) = (f.globals.get()?, f.builtins.get()?);
        let function = self.load(
            self.frame().fp,
            8 * skein_runtime::tasklet::stack::at::FUNCTION as i32,
        );
        if !super::binding::is_made_anew(f) && self.rely(f.value().bits(), f.code().serial) {
            self.object(vm, f.value());
            self.guard_constant(function, f.value().bits());
            self.frame_mut().pinned = true;
            return Some(());
        }
        for (offset, d) in [
            (std::mem::offset_of!(PyFunction, globals), globals),
            (std::mem::offset_of!(PyFunction, builtins), builtins),
        ] {
            self.object(vm, d.value());
            let now = self.load(function, offset as i32);
            self.guard_constant(now, d.value().bits());
        }
        self.frame_mut().pinned = true;
        Some(())
    }

    /// Where a name is found in the frame's globals or builtins.
    fn find(&self, p: Pending) -> Option<(Place, Option<Ref<PyDict>>)> {
        let f = self.function()?;
        let name = self.frame().code.names.expect().get(p.word.c() as usize);
        let globals = f.globals.get()?;
        if globals.current_keys_version() == 0 {
            return None;
        }
        if let Some(position) = globals.find_interned(name) {
            let place = Place {
                dict: globals,
                position,
            };
            return Some((place, None));
        }
        let builtins = f.builtins.get()?;
        if builtins.current_keys_version() == 0 {
            return None;
        }
        let position = builtins.find_interned(name)?;
        Some((
            Place {
                dict: builtins,
                position,
            },
            Some(globals),
        ))
    }

    /// The array of entries and the offset of a place's value.
    fn entry(&mut self, vm: &mut Vm, place: &Place) -> (Val, i32) {
        let d = self.guard_keys(vm, place.dict);
        let entries = self.field(d, layout::DICT_ENTRIES);
        (
            entries,
            layout::ARRAY_SLOTS + 8 * (place.position as i32 * 3 + 2),
        )
    }

    pub(super) fn load_global(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let Some((place, missing_in)) = self.find(p) else {
            return false;
        };
        if self.pin(vm).is_none() {
            return false;
        }
        let v = place.dict.value_at(place.position);
        if let Some(globals) = missing_in {
            self.guard_keys(vm, globals);
        }
        let (entries, offset) = self.entry(vm, &place);
        let w = self.field(entries, offset);
        if matches!(
            v.kind(),
            Some(Kind::Function | Kind::Type | Kind::Builtin | Kind::Module)
        ) || Recorder::is_table_of_types(v)
            || crate::vm::soft::is_hidden(self.frame().code)
        {
            // What natives' Python parts have in their module never changes.
            let c = self.object(vm, v);
            self.guard_constant(w, v.bits());
            self.set(p.word.a() as usize, c);
            return true;
        }
        // As long as the keys stay the same, something is there.
        self.set(p.word.a() as usize, w);
        true
    }

    /// `LoadName` and `StoreName` of module code, whose names are its globals.
    pub(super) fn module_name(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let Some(f) = self.function() else {
            return false;
        };
        let fp = self.frame().actual as *mut u64;
        let locals = crate::vm::run::cx::header_word(fp, skein_runtime::tasklet::stack::at::LOCALS);
        let globals = f.globals.get();
        if locals != 0 && globals.map(|g| g.value().bits()) != Some(locals) {
            return false;
        }
        let now = self.load(
            self.frame().fp,
            8 * skein_runtime::tasklet::stack::at::LOCALS as i32,
        );
        self.guard_constant(now, locals);
        if Recorder::op(&p) == Code::LoadName {
            return self.load_global(vm, p);
        }
        let Some((place, None)) = self.find(p) else {
            return false;
        };
        if self.pin(vm).is_none() {
            return false;
        }
        // A name that is about to be rebound may hold the last reference to something with a finaliser: the interpreter looks.
        let a = p.word.a() as usize;
        if p.a.kind.is_some() {
            return false;
        }
        let (entries, offset) = self.entry(vm, &place);
        let old = self.field(entries, offset);
        let tag = self.binary_imm(skein_jit::ir::Binary::And, old, 7);
        let c = self.compare_imm(Cond::Ne, tag, 0);
        self.guard(c, true);
        // An immediate needs no write barrier.
        let w = self.word(a);
        if !self.fact(w).known.int {
            let tag = self.binary_imm(skein_jit::ir::Binary::And, w, 7);
            let c = self.compare_imm(Cond::Ne, tag, 0);
            self.guard(c, true);
        }
        self.store(entries, offset, w);
        self.field_stored(entries, offset, w);
        self.begun = true;
        true
    }

    /// `StoreGlobal` of a name that the module has.
    pub(super) fn store_global(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let Some((place, None)) = self.find(p) else {
            return false;
        };
        if self.pin(vm).is_none() {
            return false;
        }
        let (entries, offset) = self.entry(vm, &place);
        let w = self.word(p.word.a() as usize);
        let k = self.fact(w).known;
        if k.int || k.boolean {
            self.store(entries, offset, w);
        } else {
            let dict = self.object(vm, place.dict.value());
            let position = self.constant(place.position as u64);
            self.call(
                crate::tier::enter::helpers_lean::store_entry as *const () as usize,
                &[dict, position, w],
                skein_jit::ir::Type::Unit,
            );
        }
        self.field_stored(entries, offset, w);
        self.begun = true;
        true
    }

    pub(super) fn load_cell(&mut self, a: usize, b: usize, seen: Seen) -> bool {
        if seen.kind != Some(Kind::Cell) {
            return false;
        }
        let cell = self.word(b);
        if !self.guard_seen_shape(cell, seen) {
            return false;
        }
        let w = self.field(cell, layout::CELL_CONTENTS);
        let c = self.compare_imm(Cond::Ne, w, 0);
        self.guard(c, true);
        self.set(a, w);
        true
    }
}
