//! The reference evaluator: what a trace means, said as plainly as possible.
//!
//! It runs a trace on a model of memory (pieces of bytes at made-up or real addresses), with native functions given as closures, and
//! reports how the trace was left. Tests compare it with machine code and with itself after each pass. It is slow and careful:
//! an access outside the model is a fault, not a crash.

use super::{Checked, End, ExitId, Op, Trace, Type, Val, Width};
use std::collections::HashMap;

/// Pieces of memory.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Memory {
    pieces: Vec<(u64, Vec<u8>)>,
}

impl Memory {
    /// Adds a piece at an address; pieces must not overlap.
    pub fn add(&mut self, address: u64, bytes: Vec<u8>) {
        self.pieces.push((address, bytes));
    }
    /// The bytes of the piece at exactly that address.
    pub fn piece(&self, address: u64) -> Option<&[u8]> {
        let p = self.pieces.iter().find(|(a, _)| *a == address)?;
        Some(&p.1)
    }
    fn bytes(&mut self, address: u64, count: usize) -> Result<&mut [u8], String> {
        for (start, bytes) in &mut self.pieces {
            let at = address.wrapping_sub(*start) as usize;
            if at < bytes.len() && count <= bytes.len() - at {
                return Ok(&mut bytes[at..at + count]);
            }
        }
        Err(format!("no memory at {address:#x}"))
    }
    /// The word there, zero-extended.
    ///
    /// # Errors
    /// There is no memory.
    pub fn read(&mut self, width: Width, address: u64) -> Result<u64, String> {
        let bytes = self.bytes(address, width.bytes() as usize)?;
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        Ok(u64::from_le_bytes(word))
    }
    /// Writes the lowest bytes of a word.
    ///
    /// # Errors
    /// There is no memory.
    pub fn write(&mut self, width: Width, address: u64, word: u64) -> Result<(), String> {
        let bytes = self.bytes(address, width.bytes() as usize)?;
        bytes.copy_from_slice(&word.to_le_bytes()[..bytes.len()]);
        Ok(())
    }
}

/// A native function of a [`Op::Call`]: words, and floats as their bits, in and out.
pub type Native = Box<dyn Fn(&mut Memory, &[u64]) -> u64>;

/// How a trace was left.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// By an exit.
    Exit(ExitId),
    /// To other code, with another frame if there is one.
    Link(u64, Option<u64>),
    /// It was still running.
    OutOfFuel,
    /// It did what no trace may do.
    Fault(String),
}

/// What a trace runs on.
#[derive(Default)]
pub struct Machine {
    /// Memory.
    pub memory: Memory,
    /// Native functions by address.
    pub natives: HashMap<u64, Native>,
    /// What the helpers of [`Op::Unbox`] make of a word that is no immediate float, by address.
    pub unboxes: HashMap<u64, Box<dyn Fn(u64) -> Option<f64>>>,
    /// What the helpers of [`Op::Box`] make of a float without an immediate form, by address.
    pub boxes: HashMap<u64, Box<dyn Fn(f64) -> u64>>,
    /// Operations that may still run.
    pub fuel: u64,
    /// The values of the trace that ran last, as they were when it was left.
    pub values: Vec<u64>,
}

/// The float that a word stands for by itself.
pub fn immediate_float(word: u64) -> Option<f64> {
    let bits = word.rotate_right(3).wrapping_sub(1 << 60);
    (word & 3 == 2).then(|| f64::from_bits(bits))
}

/// The word that stands for a float by itself, if there is one.
pub fn immediate_word(f: f64) -> Option<u64> {
    let word = f.to_bits().wrapping_add(1 << 60).rotate_left(3);
    (word & 3 == 2).then_some(word)
}

impl Machine {
    /// Runs a verified trace.
    pub fn run(&mut self, trace: &Trace, context: u64, frame: u64) -> Outcome {
        let mut run = Run {
            machine: self,
            trace,
            values: vec![0; trace.ops.len()],
            context,
            frame,
        };
        let outcome = run.all().unwrap_or_else(Outcome::Fault);
        self.values = run.values;
        outcome
    }
}

struct Run<'a> {
    machine: &'a mut Machine,
    trace: &'a Trace,
    /// Words, bits of floats, and 0 or 1.
    values: Vec<u64>,
    context: u64,
    frame: u64,
}

impl Run<'_> {
    fn get(&self, v: Val) -> u64 {
        self.values[v.0 as usize]
    }
    fn float(&self, v: Val) -> f64 {
        f64::from_bits(self.get(v))
    }

    fn all(&mut self) -> Result<Outcome, String> {
        let start = self
            .trace
            .ops
            .iter()
            .position(|op| matches!(op, Op::LoopStart));
        let phis: Vec<usize> = self.trace.phis().collect();
        let mut i = 0;
        loop {
            while let Some(op) = self.trace.ops.get(i) {
                if self.machine.fuel == 0 {
                    return Ok(Outcome::OutOfFuel);
                }
                self.machine.fuel -= 1;
                if matches!(op, Op::LoopStart) {
                    // All at once: a phi may begin with what another one is about to replace.
                    let firsts: Vec<u64> = phis
                        .iter()
                        .map(|p| match self.trace.ops[*p] {
                            Op::Phi(first) => self.get(first),
                            _ => 0,
                        })
                        .collect();
                    self.set_phis(&phis, &firsts);
                } else if !matches!(op, Op::Phi(_)) {
                    match self.step(op)? {
                        Ok(v) => self.values[i] = v,
                        Err(exit) => return Ok(Outcome::Exit(exit)),
                    }
                }
                i += 1;
            }
            match &self.trace.end {
                End::Exit(e) => return Ok(Outcome::Exit(*e)),
                End::Link(at, frame) => return Ok(Outcome::Link(*at, frame.map(|v| self.get(v)))),
                End::Loop(next) => {
                    let next: Vec<u64> = next.iter().map(|v| self.get(*v)).collect();
                    self.set_phis(&phis, &next);
                    i = start.ok_or("no loop start")? + 1;
                }
            }
        }
    }

    fn set_phis(&mut self, phis: &[usize], values: &[u64]) {
        for (p, v) in phis.iter().zip(values) {
            self.values[*p] = *v;
        }
    }

    /// The operation's value, or the exit that it takes.
    fn step(&mut self, op: &Op) -> Result<Result<u64, ExitId>, String> {
        Ok(Ok(match op {
            Op::Const(w) | Op::ConstF(w) => *w,
            Op::Context => self.context,
            Op::Frame => self.frame,
            Op::Binary(b, x, y) => b.of(self.get(*x), self.get(*y)),
            Op::Checked(c, x, y, e) => {
                let c: &Checked = c;
                return Ok(c.of(self.get(*x), self.get(*y)).ok_or(*e));
            }
            Op::Compare(c, x, y) => c.of_words(self.get(*x), self.get(*y)) as u64,
            Op::CompareF(c, x, y) => c.of_floats(self.float(*x), self.float(*y)) as u64,
            Op::NegF(x) => (-self.float(*x)).to_bits(),
            Op::AbsF(x) => self.float(*x).abs().to_bits(),
            Op::SqrtF(x) => self.float(*x).sqrt().to_bits(),
            Op::ToFloat(x) => (self.get(*x) as i64 as f64).to_bits(),
            Op::FromBits(x) | Op::Bits(x) => self.get(*x),
            Op::Select(c, x, y) => self.get(if self.get(*c) != 0 { *x } else { *y }),
            Op::Load(w, base, off) => {
                let at = self.get(*base).wrapping_add(*off as i64 as u64);
                let word = self.machine.memory.read(*w, at)?;
                match w {
                    Width::F32 => (f32::from_bits(word as u32) as f64).to_bits(),
                    _ => word,
                }
            }
            Op::Typed(base, off) => {
                let at = self.get(*base).wrapping_add(*off as i64 as u64);
                self.machine.memory.read(Width::W64, at)?
            }
            Op::Store(w, base, off, v) | Op::Late(w, base, off, v) => {
                let at = self.get(*base).wrapping_add(*off as i64 as u64);
                let v = match w {
                    Width::F32 => (self.float(*v) as f32).to_bits() as u64,
                    _ => self.get(*v),
                };
                self.machine.memory.write(*w, at, v)?;
                0
            }
            // Logged or not, the value is stored.
            Op::StoreLogged(object, at, off, v, _) => {
                let object = self.get(*object);
                self.machine.memory.read(Width::W8, object)?;
                let at = self.get(*at).wrapping_add(*off as i64 as u64);
                let v = self.get(*v);
                self.machine.memory.write(Width::W64, at, v)?;
                0
            }
            Op::Guard(c, expected, e) => {
                if (self.get(*c) != 0) != *expected {
                    return Ok(Err(*e));
                }
                0
            }
            Op::Unbox(v, at, e) => return self.unbox(self.get(*v), *at, *e),
            Op::Box(v, at) => {
                let f = self.float(*v);
                match immediate_word(f) {
                    Some(w) => w,
                    None => {
                        let b = self.machine.boxes.get(at);
                        b.ok_or_else(|| format!("no helper at {at:#x}"))?(f)
                    }
                }
            }
            Op::Call {
                address,
                args,
                result,
            } => {
                let args: Vec<u64> = args.iter().map(|a| self.get(*a)).collect();
                let native = self.machine.natives.get(address);
                let native = native.ok_or_else(|| format!("no function at {address:#x}"))?;
                let r = native(&mut self.machine.memory, &args);
                match result {
                    Type::Bool => (r != 0) as u64,
                    _ => r,
                }
            }
            Op::LoopStart | Op::Phi(_) => 0,
        }))
    }

    fn unbox(&mut self, word: u64, at: u64, e: ExitId) -> Result<Result<u64, ExitId>, String> {
        if let Some(f) = immediate_float(word) {
            return Ok(Ok(f.to_bits()));
        }
        let helper = self.machine.unboxes.get(&at);
        let helper = helper.ok_or_else(|| format!("no helper at {at:#x}"))?;
        Ok(helper(word).map(f64::to_bits).ok_or(e))
    }
}
