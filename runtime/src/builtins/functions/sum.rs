//! `sum`: exact ints in machine arithmetic, floats and complex numbers with compensated summation (Neumaier), everything
//! else with `+`.

use crate::builtins::complex::PyComplex;
use crate::prelude::*;
use crate::protocol::binary::BinaryOp;

/// See the module's header.
pub static FUNCTIONS: &[NativeDef] = &[function(
    "sum",
    sum,
    "(iterable, /, start=0)",
    "Return the sum of a 'start' value (default: 0) plus an iterable of numbers.\n\nWhen the iterable is empty, return the start value. This function is intended specifically for use with numeric values and may reject non-numeric types.",
)
.soft()];

/// A float sum with the rounding error so far.
#[derive(Clone, Copy, Default)]
struct Compensated {
    high: f64,
    low: f64,
}

impl Compensated {
    fn new(x: f64) -> Compensated {
        Compensated { high: x, low: 0.0 }
    }
    #[inline]
    fn add(&mut self, x: f64) {
        let t = self.high + x;
        if self.high.abs() >= x.abs() {
            self.low += (self.high - t) + x;
        } else {
            self.low += (x - t) + self.high;
        }
        self.high = t;
    }
    fn value(self) -> f64 {
        // Adding the error to an infinity or a lost zero sign would spoil them.
        if self.low != 0.0 && self.low.is_finite() {
            self.high + self.low
        } else {
            self.high
        }
    }
}

/// What has been summed so far.
enum State {
    Int(i64),
    Float(Compensated),
    Complex(Compensated, Compensated),
    Any(Value),
}

fn exact_int(v: Value) -> Option<i64> {
    match v.as_small_int() {
        Some(n) => Some(n),
        None if v.as_bool().is_some() || v.shape_id() == ids::INT => as_i64(v),
        None => None,
    }
}

fn exact_float(v: Value) -> Option<f64> {
    match v.as_small_float() {
        Some(f) => Some(f),
        None if v.shape_id() == ids::FLOAT => as_float(v),
        None => None,
    }
}

fn exact_complex(v: Value) -> Option<(f64, f64)> {
    if v.shape_id() != ids::COMPLEX {
        return None;
    }
    v.cast::<PyComplex>().map(|c| (c.re, c.im))
}

impl State {
    fn start(v: Value) -> State {
        if v.as_bool().is_some() {
            State::Any(v)
        } else if let Some(n) = exact_int(v) {
            State::Int(n)
        } else if let Some(f) = exact_float(v) {
            State::Float(Compensated::new(f))
        } else if let Some((re, im)) = exact_complex(v) {
            State::Complex(Compensated::new(re), Compensated::new(im))
        } else {
            State::Any(v)
        }
    }

    fn value(&self, vm: &mut Vm) -> Value {
        match self {
            State::Int(n) => vm.new_int(*n),
            State::Float(f) => vm.new_float(f.value()),
            State::Complex(re, im) => vm.new_complex(re.value(), im.value()),
            State::Any(v) => *v,
        }
    }

    /// Adds an item where the state can absorb it without dispatch.
    #[inline]
    fn absorb(&mut self, v: Value) -> bool {
        match self {
            State::Int(sum) => match exact_int(v).and_then(|n| sum.checked_add(n)) {
                Some(n) => *sum = n,
                None => return false,
            },
            State::Float(sum) => {
                if let Some(f) = exact_float(v) {
                    sum.add(f);
                } else if let Some(n) = exact_int(v) {
                    sum.add(n as f64);
                } else {
                    return false;
                }
            }
            State::Complex(re, im) => {
                if let Some((x, y)) = exact_complex(v) {
                    re.add(x);
                    im.add(y);
                } else if let Some(f) = exact_float(v) {
                    re.add(f);
                } else if let Some(n) = exact_int(v) {
                    re.add(n as f64);
                } else {
                    return false;
                }
            }
            State::Any(_) => return false,
        }
        true
    }
}

fn sum(vm: &mut Vm, args: &[Value]) -> PyResult {
    let soft = vm.take_soft();
    let start = args[1].non_null().unwrap_or(Value::from_i32(0));
    let refused = match start.kind() {
        Some(Kind::Str) => Some("strings [use ''.join(seq) instead]"),
        Some(Kind::Bytes) => Some("bytes [use b''.join(seq) instead]"),
        Some(Kind::ByteArray) => Some("bytearray [use b''.join(seq) instead]"),
        _ => None,
    };
    if let Some(what) = refused {
        return Err(vm.type_error(format!("sum() can't sum {what}")));
    }
    if let Some(soft) = soft
        && vm.runs_softly(args[0])
    {
        return soft.call(vm, "sum", &[args[0], start]);
    }
    let mut state = State::start(start);
    vm.for_each(args[0], |vm, v| {
        if !state.absorb(v) {
            let so_far = state.value(vm);
            let r = vm.binary(BinaryOp::Add, false, so_far, v)?;
            // From ints the sum may go on as floats or complex numbers, as in CPython; other types never come back.
            state = match (&state, v.kind()) {
                (State::Any(_), _) => State::Any(r),
                _ => State::start(r),
            };
        }
        Ok(true)
    })?;
    Ok(state.value(vm))
}
