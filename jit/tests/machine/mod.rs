//! Machine code of traces, run on real memory: the one place of the tests that needs `unsafe`.

#![allow(dead_code)]

use super::random::{
    self, ITEMS, NUMBERS, Natives, SLOTS, TUPLE, TYPED, TYPED_AT, TYPED_COUNT, World,
};
use skein_jit::backend::{Backend, Options, Slots};
use skein_jit::ir::eval::{Outcome, immediate_word};
use skein_jit::ir::{ExitId, Trace};
use std::cell::{Cell, RefCell};

thread_local! {
    /// Floats without an immediate form, by number. A float has the same number each time, zeros the first two.
    static FLOATS: RefCell<Vec<u64>> = RefCell::new(vec![0, 1 << 63]);
}

/// The word of a float without an immediate form.
pub fn box_word(f: f64) -> u64 {
    if let Some(w) = immediate_word(f) {
        return w;
    }
    let bits = if f.is_nan() { f64::NAN } else { f }.to_bits();
    FLOATS.with_borrow_mut(|all| {
        let i = all.iter().position(|b| *b == bits).unwrap_or_else(|| {
            all.push(bits);
            all.len() - 1
        });
        (i as u64) << 3 | 4
    })
}
/// The float of such a word.
pub fn unboxed(w: u64) -> Option<f64> {
    if w & 7 != 4 {
        return None;
    }
    FLOATS.with_borrow(|all| all.get(w as usize >> 3).map(|b| f64::from_bits(*b)))
}

extern "C" fn native_pure(a: u64, b: u64) -> u64 {
    random::pure(a, b)
}
extern "C" fn native_boxed(_context: u64, f: f64) -> u64 {
    box_word(f)
}
extern "C" fn native_unbox(w: u64, to: &Cell<f64>) -> u64 {
    unboxed(w).map(|f| to.set(f)).is_some() as u64
}
fn cell<'a>(at: u64) -> &'a Cell<u64> {
    // SAFETY: traces pass addresses in the world's pieces, which live as long as the test.
    unsafe { &*(at as *const Cell<u64>) }
}
extern "C" fn native_set_item(list: u64, n: u64, v: u64) {
    let array = cell(list + ITEMS as u64).get();
    cell(array + SLOTS as u64 + 8 * (n & 7)).set(v);
}
extern "C" fn native_asks(object: u64, key: u64) -> u64 {
    cell(object + random::asked(key)).get().wrapping_add(key)
}
extern "C" fn native_logged(object: u64, offset: u64, v: u64) {
    cell(object + offset).set(v);
}
extern "C" fn native_anything(frame: u64, object: u64) -> u64 {
    let w = cell(frame).get();
    cell(frame).set(w.wrapping_add(2));
    if cell(object).get() >> 32 != TUPLE as u64 {
        cell(object + NUMBERS[0] as u64).set(w ^ 5);
    }
    let typed = cell(object + TYPED as u64).get();
    cell(typed + TYPED_COUNT as u64).set(w & 7);
    cell(cell(typed + TYPED_AT as u64).get()).set(w);
    w & 1
}

/// The addresses of the world's native functions.
pub fn natives() -> Natives {
    Natives {
        pure: native_pure as *const () as u64,
        set_item: native_set_item as *const () as u64,
        asks: native_asks as *const () as u64,
        anything: native_anything as *const () as u64,
        unbox: native_unbox as *const () as u64,
        boxed: native_boxed as *const () as u64,
        logged: native_logged as *const () as u64,
    }
}

/// Real memory for a world, and a code generator.
pub struct Real {
    pieces: Vec<Box<[Cell<u64>]>>,
    backend: Backend,
}

impl Real {
    /// `branches`: guards are branches, not traps.
    pub fn new(branches: bool) -> Real {
        let piece = |n: &usize| (0..*n).map(|_| Cell::new(0)).collect();
        Real {
            pieces: random::sizes().iter().map(piece).collect(),
            backend: Backend::new(
                Options {
                    verify: true,
                    branches,
                },
                &Default::default(),
            )
            .expect("a code generator"),
        }
    }
    pub fn addresses(&self) -> Vec<u64> {
        self.pieces.iter().map(|p| p.as_ptr() as u64).collect()
    }
    /// Compiles a trace and runs it in a world, which it changes.
    pub fn run(&mut self, trace: &Trace, world: &mut World) -> Result<Outcome, String> {
        for (piece, words) in self.pieces.iter().zip(&world.pieces) {
            piece.iter().zip(words).for_each(|(c, w)| c.set(*w));
        }
        let leave = self.backend.glue.leave;
        let exits = trace.ops.iter().filter_map(|op| op.exit()).map(|e| e.0);
        let end = match trace.end {
            skein_jit::ir::End::Exit(e) => e.0,
            _ => 0,
        };
        let table = vec![leave; exits.max().unwrap_or(0).max(end) as usize + 1];
        let slots = Slots {
            base: table.as_ptr() as u64,
            first: 0,
        };
        let code = self.backend.compile(trace, slots, false)?;
        let at = self.addresses();
        let frame = at[random::STACK] + 8 * random::FRAME as u64;
        // SAFETY: the glue has this signature; the code is of a verified trace that stays within the world's pieces.
        let exit = unsafe {
            let enter: extern "C" fn(u64, u64, u64) -> u64 =
                std::mem::transmute(self.backend.glue.enter as usize);
            enter(at[random::CONTEXT], frame, code.address)
        };
        for (piece, words) in self.pieces.iter().zip(&mut world.pieces) {
            piece.iter().zip(words).for_each(|(c, w)| *w = c.get());
        }
        drop(table);
        Ok(Outcome::Exit(ExitId(exit as u32)))
    }
}
