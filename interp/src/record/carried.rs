//! Dissolved objects across a loop's back edge, and in registers that nobody reads again.
//!
//! Where the loop starts, everything that the objects hold is in places of the activation, of which the body knows nothing. Where it
//! ends, registers must hold objects of the same form, whose contents are brought into those places. If they do not, the trace goes on
//! at its top, through memory. The optimiser makes phis of what the body loads from there.

use super::Recorder;
use super::state::Register;
use super::virtuals::{Field, Virtual};
use crate::vm::frames::variable_count;
use crate::vm::liveness::Liveness;
use crate::vm::run::cx::code_start;
use crate::vm::run::ret::Action;
use skein_jit::ir::Val;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

/// Objects that one loop carries along, at most.
const MOST_CARRIED: usize = 8;

/// Codes whose liveness is kept for the next time.
const MOST_KNOWN: usize = 256;

thread_local! {
    /// The liveness of codes that recordings met, by their serial numbers.
    static KNOWN: RefCell<HashMap<u32, Option<Liveness>>> = RefCell::default();
}

/// The dissolved objects where a loop starts.
#[derive(Clone, Default)]
pub(super) struct Carried {
    /// Registers and the objects in them.
    registers: Vec<(usize, u32)>,
    /// The objects as they are there.
    objects: HashMap<u32, Virtual>,
}

impl Carried {
    /// True if a register holds one of them.
    pub(super) fn holds(&self, register: usize) -> bool {
        self.registers.iter().any(|(i, _)| *i == register)
    }
}

impl Recorder {
    /// Ahead of a loop's start: what dissolved objects hold is in memory, or they are allocated.
    pub(super) fn carry(&mut self) {
        self.drop_dead();
        let objects = self.reached();
        self.free_unreached(&objects);
        let wanted: usize = objects
            .iter()
            .flat_map(|k| &self.virtuals[*k as usize].fields)
            .filter(|f| f.object.is_none() && f.place.is_none())
            .count();
        if objects.len() > MOST_CARRIED || wanted > self.free_places() {
            self.write_constants(0);
            return;
        }
        for k in objects {
            for n in 0..self.fields_of(k) {
                if self.virtuals[k as usize].fields[n].object.is_none() {
                    self.place_of(k, n);
                }
            }
        }
    }

    /// Behind a loop's start: only the places are known.
    pub(super) fn carried(&mut self) -> Carried {
        let mut objects = HashMap::new();
        for k in self.reached() {
            for f in &mut self.virtuals[k as usize].fields {
                *f = Field {
                    offset: f.offset,
                    object: f.object,
                    place: f.place,
                    raw: f.raw,
                    ..Field::default()
                };
            }
            objects.insert(k, self.virtuals[k as usize].clone());
        }
        let registers = self.frame().registers.iter().enumerate();
        Carried {
            registers: registers
                .filter_map(|(i, r)| Some((i, r.dissolved?)))
                .collect(),
            objects,
        }
    }

    /// Ahead of the loop's end: true if registers hold objects of the form that the start has; others are allocated.
    pub(super) fn arrived(&mut self, carried: &Carried) -> bool {
        self.drop_dead();
        for i in 0..self.frame().registers.len() {
            if !carried.holds(i)
                && let Some(k) = self.dissolved(i)
            {
                self.materialise(k);
            }
        }
        self.partners(carried).is_some()
    }

    /// For each object of the loop's start the one that takes its place.
    fn partners(&self, carried: &Carried) -> Option<BTreeMap<u32, u32>> {
        let mut pairs = BTreeMap::new();
        for (i, then) in &carried.registers {
            self.pair(carried, *then, self.dissolved(*i)?, &mut pairs)?;
        }
        let mut taken: Vec<u32> = pairs.values().copied().collect();
        taken.sort_unstable();
        taken.dedup();
        (taken.len() == pairs.len()).then_some(pairs)
    }

    fn pair(
        &self,
        carried: &Carried,
        then: u32,
        now: u32,
        pairs: &mut BTreeMap<u32, u32>,
    ) -> Option<()> {
        if let Some(other) = pairs.get(&then) {
            return (*other == now).then_some(());
        }
        pairs.insert(then, now);
        let (a, b) = (&carried.objects[&then], &self.virtuals[now as usize]);
        if a.shape != b.shape || a.fields.len() != b.fields.len() {
            return None;
        }
        for f in &a.fields {
            let g = b.fields.iter().find(|g| g.offset == f.offset)?;
            match (f.object, g.object) {
                (Some(x), Some(y)) => self.pair(carried, x, y, pairs)?,
                (None, None) if !f.raw || g.float.is_some() || g.place.is_some() && g.raw => {}
                _ => return None,
            }
        }
        Some(())
    }

    /// At the loop's end: brings contents into the places where the start has them.
    pub(super) fn hand_on(&mut self, carried: &Carried) {
        let Some(pairs) = self.partners(carried) else {
            return;
        };
        let mut moves: Vec<(u16, Option<Val>, Option<Val>)> = Vec::new();
        for (then, now) in pairs {
            for f in &carried.objects[&then].fields {
                let (Some(place), Some(n)) = (f.place, self.field_at(now, f.offset)) else {
                    continue;
                };
                let g = self.virtuals[now as usize].fields[n];
                if g.place == Some(place) && g.raw == f.raw {
                    continue;
                }
                let g = self.fetch(now, n);
                let float = g.float.filter(|_| f.raw);
                let word = match float {
                    Some(_) => None,
                    None => Some(self.boxed_field(now, n)),
                };
                moves.push((place, word, float));
            }
        }
        moves.sort_unstable_by_key(|m| m.0);
        for (place, word, float) in moves {
            self.put(place, word, float);
        }
    }

    /// Dissolved objects in registers that nobody reads again are not kept for exits. Variables are: somebody may look at them.
    pub(super) fn drop_dead(&mut self) {
        for f in 0..self.frames.len() {
            let variables = variable_count(self.frames[f].code);
            let held = self.frames[f].registers.iter().skip(variables);
            if held.clone().all(|r| r.dissolved.is_none()) {
                continue;
            }
            let word = match self.frames.get(f + 1) {
                Some(above) => above.ret,
                None => Action::Again as u64,
            };
            let Some(live) = self.live_registers(f, word) else {
                continue;
            };
            for i in variables..self.frames[f].registers.len() {
                if self.frames[f].registers[i].dissolved.is_some() && !live[i] {
                    // The home may hold anything; who looks into the frame must find a value.
                    let null = self.constant(0);
                    self.frames[f].registers[i] = Register {
                        word: Some(null),
                        unset: true,
                        changed: true,
                        ..Register::default()
                    };
                }
            }
        }
    }

    /// The registers that a frame reads again, when it goes on as a return word says.
    pub(super) fn live_registers(&mut self, f: usize, word: u64) -> Option<std::rc::Rc<[bool]>> {
        let code = self.frames[f].code;
        let at = (self.frames[f].pc.wrapping_sub(code_start(code) as u64) / 8) as u32;
        KNOWN.with_borrow_mut(|known| {
            if known.len() > MOST_KNOWN {
                known.clear();
            }
            let liveness = known
                .entry(code.serial)
                .or_insert_with(|| Liveness::of(code));
            let found = self.live.entry((code.serial, at, word)).or_insert_with(|| {
                let live = liveness.as_ref()?.resumed(at, Some(word))?;
                Some(live.into())
            });
            found.clone()
        })
    }
}
