//! The optimiser: named passes over a trace, each of which can be switched off.
//!
//! Compile time is precious, so the passes do not run one after the other over the whole trace: one forward sweep ([`sweep`]) hands
//! each operation to all that are on (rules, value numbering, facts, memory), a loop's body once more when what was assumed at
//! its start turns out wrong, and one sweep backwards drops stores and operations that nobody needs.
//!
//! What may never happen: a store moved past an exit, an exit taken for another reason than before, a home left with another value than
//! it had at some exit. So stores are only dropped, never moved, and a guard goes only when it could not have failed.

mod alias;
mod chaos;
mod dead;
mod facts;
mod fold;
mod homes;
mod info;
mod late;
mod layout;
mod memory;
mod peel;
mod sweep;
mod table;

pub use chaos::shake;
pub use layout::{Effect, Layout};

use crate::ir::Trace;
use crate::ir::looks::Looks;

macro_rules! passes {
    ($(($name:ident, $variant:ident, $doc:literal),)*) => {
        /// A pass.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Pass { $(#[doc = $doc] $variant,)* }
        impl Pass {
            /// Every one, with its name and what it does.
            pub const ALL: &'static [(Pass, &'static str, &'static str)] =
                &[$((Pass::$variant, stringify!($name), $doc),)*];
        }
    };
}

passes! {
    (fold, Fold, "algebra, constants, conditions of conditions"),
    (cse, Cse, "a pure operation is done once, also for the loop when its way in has done it"),
    (guards, Guards, "what a guard has shown is not tested again"),
    (ranges, Ranges, "bits and intervals: arithmetic that cannot overflow, comparisons that can only turn out one way"),
    (heap, Heap, "loads of what is known, stores of what is there already"),
    (peel, Peel, "what the way in knows of memory and of the loop's values holds in the loop, if the loop leaves it alone"),
    (virtuals, Virtuals, "objects that only the trace knows are not allocated; the recorder does this (interp/src/record/virtuals.rs)"),
    (stores, Stores, "stores that are overwritten before anybody looks, and of what no exit looks at"),
    (homes, Homes, "stores of registers that no exit reads"),
    (dce, Dce, "operations that nobody needs"),
    (late, Late, "stores in small loops that can wait until the loop is left"),
}

/// Which passes run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Passes(u32);

impl Default for Passes {
    fn default() -> Passes {
        Passes::ALL
    }
}

impl Passes {
    /// All of them.
    pub const ALL: Passes = Passes((1 << Pass::ALL.len()) - 1);
    /// None: traces stay as they are.
    pub const NONE: Passes = Passes(0);

    /// From a list such as `fold,cse` (these), `all`, `none`, or `-heap,-peel` (all but these).
    ///
    /// # Errors
    /// There is no pass of a name.
    pub fn parse(text: &str) -> Result<Passes, String> {
        let mut set = Passes::NONE;
        for (i, word) in text.split(',').map(str::trim).enumerate() {
            let (off, name) = match word.strip_prefix('-') {
                Some(name) => (true, name),
                None => (false, word),
            };
            if i == 0 && off {
                set = Passes::default();
            }
            let bits = match name {
                "all" => Passes::ALL.0,
                "none" | "" => 0,
                _ => {
                    let found = Pass::ALL.iter().find(|(_, n, _)| *n == name);
                    let (pass, ..) = found.ok_or_else(|| format!("there is no pass '{name}'"))?;
                    1 << *pass as u32
                }
            };
            set.0 = if off { set.0 & !bits } else { set.0 | bits };
        }
        Ok(set)
    }
    /// Whether a pass runs.
    pub fn has(self, pass: Pass) -> bool {
        self.0 & 1 << pass as u32 != 0
    }
}

/// Improves a verified trace.
pub fn optimise(trace: &mut Trace, passes: Passes, layout: &Layout) {
    if passes == Passes::NONE {
        return;
    }
    let mut swept = sweep::Sweep::new(trace, passes, layout).run();
    if passes.has(Pass::Stores) {
        let nothing_told = Looks::default();
        let looks = match passes.has(Pass::Homes) {
            true => &trace.looks,
            false => &nothing_told,
        };
        dead::stores(&mut swept, layout, looks);
    }
    if passes.has(Pass::Dce) {
        dead::unneeded(&mut swept);
    }
    if passes.has(Pass::Late) {
        late::stores(&mut swept, layout);
    }
    (trace.ops, trace.end) = swept.finish();
}
