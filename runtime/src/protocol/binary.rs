//! Binary and unary operators: the table of operators with their special methods, and the dispatch rules.

use crate::builtins::seq::has_index;
use crate::builtins::str::PyStr;
use crate::error::PyResult;
use crate::object::header::Ref;
use crate::value::Value;
use crate::vm::Vm;

macro_rules! define_binary_ops {
    ($(($name:ident, $symbol:expr, $forward:ident, $reflected:ident, $inplace:ident),)*) => {
        /// A binary operator.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        #[allow(missing_docs)]
        pub enum BinaryOp { $($name,)* }
        impl BinaryOp {
            /// Every operator, in the order of the opcodes.
            pub const ALL: &'static [BinaryOp] = &[$(BinaryOp::$name,)*];
            /// The operator's text.
            pub const fn symbol(self) -> &'static str {
                const S: &[&str] = &[$($symbol,)*];
                S[self as usize]
            }
            /// Names of the forward, reflected and in-place special methods.
            #[inline]
            pub fn methods(self, vm: &Vm) -> (Ref<PyStr>, Ref<PyStr>, Ref<PyStr>) {
                let n = &vm.names;
                match self { $(BinaryOp::$name => (n.$forward, n.$reflected, n.$inplace),)* }
            }
        }
    };
}

define_binary_ops! {
    (Add, "+", __add__, __radd__, __iadd__),
    (Sub, "-", __sub__, __rsub__, __isub__),
    (Mul, "*", __mul__, __rmul__, __imul__),
    (MatMul, "@", __matmul__, __rmatmul__, __imatmul__),
    (TrueDiv, "/", __truediv__, __rtruediv__, __itruediv__),
    (FloorDiv, "//", __floordiv__, __rfloordiv__, __ifloordiv__),
    (Mod, "%", __mod__, __rmod__, __imod__),
    (Pow, "** or pow()", __pow__, __rpow__, __ipow__),
    (LShift, "<<", __lshift__, __rlshift__, __ilshift__),
    (RShift, ">>", __rshift__, __rrshift__, __irshift__),
    (And, "&", __and__, __rand__, __iand__),
    (Or, "|", __or__, __ror__, __ior__),
    (Xor, "^", __xor__, __rxor__, __ixor__),
    (DivMod, "divmod()", __divmod__, __rdivmod__, __divmod__),
}

/// Which special methods to try for `a op b`, in order; each with the receiver and the argument.
#[derive(Clone, Copy)]
pub struct BinaryPlan {
    /// (method, receiver, argument); unused places have a `NULL` method.
    pub steps: [(Value, Value, Value); 3],
}

/// True for a native `__add__`, `__mul__`, `__iadd__`… of a sequence type.
fn is_sequence_method(m: Value) -> bool {
    use crate::object::shape::ids;
    m.cast::<crate::builtins::builtin::PyBuiltin>()
        .and_then(|b| b.owner.get())
        .is_some_and(|owner| {
            matches!(owner.builtin_id, ids::STR | ids::BYTES | ids::BYTEARRAY)
                || owner.has(crate::object::types::tflag::SEQUENCE)
        })
}

impl Vm {
    /// The special methods to try for `a op b`: in-place first, the reflected one before the forward one if the right
    /// operand's type is a proper subclass that overrides it. Runs no Python code.
    pub fn binary_plan(&mut self, op: BinaryOp, inplace: bool, a: Value, b: Value) -> BinaryPlan {
        let (forward, reflected, in_place) = op.methods(self);
        let (ta, tb) = (self.type_of(a), self.type_of(b));
        let mut steps = [(Value::NULL, Value::NULL, Value::NULL); 3];
        let mut n = 0;
        let f = self.type_lookup(ta, forward);
        let r = if ta == tb {
            None
        } else {
            self.type_lookup(tb, reflected)
        };
        let i = inplace.then(|| self.type_lookup(ta, in_place)).flatten();
        // A sequence is not asked to repeat itself by what is no integer.
        let mut repeats = |m: &Value, by: Value| {
            op != BinaryOp::Mul || !is_sequence_method(*m) || has_index(self, by)
        };
        let f = f.filter(|m| repeats(m, b));
        let i = i.filter(|m| repeats(m, b));
        let r = r.filter(|m| repeats(m, a));
        // CPython asks for concatenation and repetition only after all arithmetic.
        let of_sequence = |m: Option<Value>| {
            matches!(op, BinaryOp::Add | BinaryOp::Mul) && m.is_some_and(is_sequence_method)
        };
        let before_sequence =
            r.is_some() && of_sequence(i.or(f)) && !r.is_some_and(is_sequence_method);
        if before_sequence && let Some(r) = r {
            steps[n] = (r, b, a);
            n += 1;
        }
        if let Some(m) = i {
            steps[n] = (m, a, b);
            n += 1;
        }
        if before_sequence {
            if let Some(f) = f {
                steps[n] = (f, a, b);
            }
            return BinaryPlan { steps };
        }
        let reflected_first =
            r.is_some() && tb.is_subtype(ta) && r != self.type_lookup(ta, reflected);
        if reflected_first && let Some(r) = r {
            steps[n] = (r, b, a);
            n += 1;
        }
        if let Some(f) = f {
            steps[n] = (f, a, b);
            n += 1;
        }
        if !reflected_first
            && let Some(r) = r
            && n < 3
        {
            steps[n] = (r, b, a);
        }
        BinaryPlan { steps }
    }

    /// `a op b`, or `a op= b` when `inplace`.
    pub fn binary(&mut self, op: BinaryOp, inplace: bool, a: Value, b: Value) -> PyResult {
        if let Some(r) = crate::builtins::arith::binary_builtin(self, op, a, b) {
            return r;
        }
        if let Some(r) = crate::builtins::arith::container_builtin(self, op, inplace, a, b) {
            return r;
        }
        let plan = self.binary_plan(op, inplace, a, b);
        for (m, this, arg) in plan.steps {
            if m.is_null() {
                break;
            }
            let r = self.call_bound_special(m, this, &[arg])?;
            if r != Value::NOT_IMPLEMENTED {
                return Ok(r);
            }
        }
        self.binary_unsupported(op, inplace, a, b)
    }

    /// The sequence fallbacks and the `TypeError` after no special method knew the operands.
    #[cold]
    pub fn binary_unsupported(
        &mut self,
        op: BinaryOp,
        inplace: bool,
        a: Value,
        b: Value,
    ) -> PyResult {
        if let Some(message) = crate::builtins::arith::sequence_error(self, op, a, b) {
            return Err(self.type_error(message));
        }
        let (x, y) = (self.type_name(a), self.type_name(b));
        let symbol = match (op, inplace) {
            (BinaryOp::Pow, true) => "**=".to_string(),
            (_, true) => format!("{}=", op.symbol()),
            _ => op.symbol().to_string(),
        };
        let hint = if op == BinaryOp::RShift
            && !inplace
            && a.cast::<crate::builtins::builtin::PyBuiltin>()
                .is_some_and(|f| f.def.name == "print")
        {
            ". Did you mean \"print(<message>, file=<output_stream>)\"?".to_string()
        } else {
            String::new()
        };
        Err(self.type_error(format!(
            "unsupported operand type(s) for {symbol}: '{x}' and '{y}'{hint}"
        )))
    }

    /// `-v`, `+v`, `~v`, `abs(v)` by special method.
    pub fn unary(&mut self, method: Ref<PyStr>, symbol: &str, v: Value) -> PyResult {
        match self.call_special(v, method, &[])? {
            Some(r) => Ok(r),
            None => {
                let name = self.type_name(v);
                Err(self.type_error(format!("bad operand type for {symbol}: '{name}'")))
            }
        }
    }
}
