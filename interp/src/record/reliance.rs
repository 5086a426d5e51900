//! What a trace relies on without testing it: versions of types, keys of namespaces, functions' code and defaults.
//!
//! A trace has one byte that `skein_runtime::reliance` sets when any of these changes. The byte is tested before the first use, and again after
//! whatever could have changed something ran; in between nothing has to be tested. So what calls functions and methods tests one byte where it would compare
//! a version for each. When the byte is set, the exit there is taken from then on, and what is recorded behind it goes on with what is so now.
//!
//! Objects that change often are tested one by one, as is what a bridge does not know to be relied on by itself.

use super::Recorder;
use skein_jit::ir::{Cond, Op, Width};
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::prelude::*;
use skein_runtime::reliance::{self, Broken};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::Ordering;

/// Since when the byte's last test holds.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Tested {
    /// It was not tested, or anything ran since.
    #[default]
    No,
    /// Contents of containers may have changed since, so keys of namespaces.
    ButKeys,
    /// Nothing changed since.
    All,
}

/// What a trace relies on.
#[derive(Default)]
pub(super) struct Reliance {
    broken: Option<Broken>,
    /// Objects and their versions.
    on: HashMap<u64, u32>,
    pub(super) tested: Tested,
}

impl Recorder {
    /// The trace relies on an object being as it is; false: the object is to be tested.
    pub(super) fn rely(&mut self, object: u64, version: u32) -> bool {
        if self.versions.get(&object) == Some(&version) {
            return true;
        }
        let broken = *self.reliance.broken.get_or_insert_with(reliance::new_byte);
        let value = crate::vm::run::cx::word_value(object);
        let dict = value.cast::<PyDict>();
        let now = match (dict, value.cast::<PyFunction>(), value.cast::<PyType>()) {
            (Some(d), ..) => d.current_keys_version(),
            (_, Some(f), _) => f.code().serial,
            (.., Some(t)) => t.current_version(),
            _ => 0,
        };
        if now != version {
            return false;
        }
        if self.reliance.on.get(&object) != Some(&version) {
            let relies = match dict {
                Some(d) => d.rely_on_keys(broken),
                None => reliance::rely(object, broken),
            };
            if !relies {
                return false;
            }
            self.reliance.on.insert(object, version);
        }
        let needed = match dict {
            Some(_) => Tested::All,
            None => Tested::ButKeys,
        };
        if self.reliance.tested < needed {
            self.test_reliance();
        }
        Rc::make_mut(&mut self.versions).insert(object, version);
        true
    }

    /// Whether the trace itself relies on an object, and nothing changed since that was tested.
    pub(super) fn relies_on(&self, object: u64) -> bool {
        self.reliance.tested != Tested::No && self.reliance.on.contains_key(&object)
    }

    /// Tests that all still holds.
    pub(super) fn test_reliance(&mut self) {
        let Some(broken) = self.reliance.broken else {
            return;
        };
        let at = self.constant(std::ptr::from_ref(broken) as u64);
        let byte = self.emit(Op::Load(Width::W8, at, 0));
        let c = self.compare_imm(Cond::Eq, byte, 0);
        self.guard(c, true);
        self.reliance.tested = Tested::All;
        let versions = Rc::make_mut(&mut self.versions);
        versions.extend(self.reliance.on.iter().map(|(o, v)| (*o, *v)));
    }

    /// Anything may have run.
    pub(super) fn reliance_forgotten(&mut self) {
        self.versions = Rc::default();
        self.reliance.tested = Tested::No;
    }

    /// Contents of containers, so keys of namespaces, may have changed.
    pub(super) fn keys_forgotten(&mut self) {
        self.reliance.tested = self.reliance.tested.min(Tested::ButKeys);
        let is_dict = |v: &u64| crate::vm::run::cx::word_value(*v).kind() == Some(Kind::Dict);
        if self.versions.keys().any(is_dict) {
            Rc::make_mut(&mut self.versions).retain(|v, _| !is_dict(v));
        }
    }

    /// Something that the trace relies on has changed already.
    pub(super) fn is_broken(&self) -> bool {
        let byte = self.reliance.broken;
        byte.is_some_and(|b| b.load(Ordering::Relaxed) != 0)
    }
}
