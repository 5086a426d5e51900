//! Registers of a unit: fixed ones for variables, a stack of temporaries above them.
//!
//! Temporaries are taken and given back in stack order, which makes runs of adjacent registers (call windows, displays)
//! free. A frame has at most 65,535 registers; running out is remembered and reported once, at the end of the unit.

/// A register number.
pub type Reg = u16;

/// Allocator of a unit's registers.
#[derive(Default)]
pub struct Regs {
    /// First register that is a temporary.
    first_temp: u32,
    next: u32,
    max: u32,
}

/// A state of the stack of temporaries, to return to.
#[derive(Clone, Copy)]
pub struct Mark(u32);

impl Regs {
    /// Fixes the number of variable registers.
    pub fn new(fixed: usize) -> Regs {
        let fixed = fixed as u32;
        Regs {
            first_temp: fixed,
            next: fixed,
            max: fixed,
        }
    }

    /// Takes `n` adjacent temporaries; the first one.
    pub fn take(&mut self, n: usize) -> Reg {
        let first = self.next;
        self.next = self.next.saturating_add(n as u32);
        self.max = self.max.max(self.next);
        first as Reg
    }

    /// The present state.
    pub fn mark(&self) -> Mark {
        Mark(self.next)
    }

    /// Gives back everything taken since `mark`.
    pub fn release(&mut self, mark: Mark) {
        self.next = mark.0;
    }

    /// Whether `reg` holds a variable, so that it must be written last.
    pub fn is_variable(&self, reg: Reg) -> bool {
        u32::from(reg) < self.first_temp
    }

    /// Whether `reg` is the temporary taken last, so that a run may start with it.
    pub fn is_top(&self, reg: Reg) -> bool {
        !self.is_variable(reg) && u32::from(reg) + 1 == self.next
    }

    /// Registers of a frame in all.
    pub fn count(&self) -> u32 {
        self.max
    }

    /// The unit needs more registers than an operand can name.
    pub fn overflowed(&self) -> bool {
        self.max > u32::from(u16::MAX)
    }
}

impl Mark {
    /// The state with `n` registers fewer taken.
    pub fn below(self, n: usize) -> Mark {
        Mark(self.0.saturating_sub(n as u32))
    }
}
