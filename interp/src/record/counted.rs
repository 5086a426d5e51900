//! Counting what is left to the interpreter, for `-X jit-stats`: what it counts most is what wants operations of its own.

use super::{Code, Pending, Recorder, Seen};
use skein_jit::ir::Binary;
use skein_runtime::builtins::builtin::PyBuiltin;
use skein_runtime::prelude::*;

impl Recorder {
    /// Makes the trace count that `p` is left to the interpreter, if statistics are wanted.
    pub(super) fn count_residual(&mut self, vm: &mut Vm, p: &Pending) {
        let Some(counter) = crate::tier::residual_counter(|| name(vm, p)) else {
            return;
        };
        let at = self.constant(counter);
        let now = self.load(at, 0);
        let more = self.binary_imm(Binary::Add, now, 1);
        self.store(at, 0, more);
    }
}

/// The opcode and what decides how it is done: the callee, or the types of the operands.
fn name(vm: &mut Vm, p: &Pending) -> String {
    let op = Recorder::op(p);
    let kinds = |vm: &mut Vm, seen: &[Seen]| {
        let names: Vec<String> = seen.iter().map(|s| type_name(vm, *s)).collect();
        names.join(" ")
    };
    let rest = match op {
        Code::Call | Code::CallKw | Code::CallEx => callee(vm, p),
        Code::StoreSubscr | Code::StoreAttr => kinds(vm, &[p.a, p.b]),
        Code::LoadAttr | Code::LoadMethod | Code::ForIter | Code::GetIter | Code::UnpackSeq => {
            kinds(vm, &[p.b])
        }
        Code::ListAppend | Code::SetAdd | Code::ListExtend => kinds(vm, &[p.b]),
        Code::JumpIfTrue | Code::JumpIfFalse => kinds(vm, &[p.a]),
        Code::BuildTuple
        | Code::BuildList
        | Code::BuildMap
        | Code::BuildSet
        | Code::BuildString
        | Code::Return
        | Code::Yield
        | Code::MakeFunction => String::new(),
        _ => kinds(vm, &[p.b, p.c]),
    };
    format!("{} {rest}", op.name()).trim_end().to_string()
}

fn callee(vm: &mut Vm, p: &Pending) -> String {
    let v = crate::vm::run::cx::word_value(p.b.bits);
    match p.b.kind {
        Some(Kind::Builtin) => match v.cast::<PyBuiltin>() {
            Some(b) => {
                let owner = b.owner.get().map(|t| t.name_text() + ".");
                format!("{}{}", owner.unwrap_or_default(), b.def.name)
            }
            None => String::new(),
        },
        Some(Kind::Type) => match v.cast::<PyType>() {
            Some(t) if t.builtin_id != 0 => format!("type {}", t.name_text()),
            _ => "a class".to_string(),
        },
        _ => type_name(vm, p.b),
    }
}

fn type_name(vm: &mut Vm, s: Seen) -> String {
    if s.is_int() {
        return "int".to_string();
    }
    match vm.shapes.try_get(s.shape).and_then(|s| s.ty.get()) {
        Some(t) if s.shape < ids::FIRST_DYNAMIC => t.name_text(),
        Some(_) => "object".to_string(),
        None => "-".to_string(),
    }
}
