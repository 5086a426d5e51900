//! A code unit as text, for `--dump=bytecode` and the tests' expected listings.
//!
//! The text is stable: it depends on nothing but the unit. One instruction a line, `offset line opcode operands`, where
//! the line number stands only where it changes and jump targets are labels (`L1`, numbered in code order). Nested code
//! units follow their parent.

use super::decode::{Instruction, Operand};
use super::unit::{CodeUnit, Const};
use crate::positions;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The unit and the units nested in it.
pub fn disassemble(unit: &CodeUnit) -> String {
    let mut out = String::new();
    write_unit(unit, &mut out);
    out
}

/// The unit without those nested in it.
pub fn disassemble_alone(unit: &CodeUnit) -> String {
    let mut out = String::new();
    write_alone(unit, &mut out);
    out
}

fn write_alone(unit: &CodeUnit, out: &mut String) {
    header(unit, out);
    let labels = labels(unit);
    code(unit, &labels, out);
    exceptions(unit, &labels, out);
}

fn write_unit(unit: &CodeUnit, out: &mut String) {
    write_alone(unit, out);
    for value in &unit.consts {
        if let Const::Code(inner) = value {
            out.push('\n');
            write_unit(inner, out);
        }
    }
}

fn header(unit: &CodeUnit, out: &mut String) {
    let _ = writeln!(
        out,
        "code {} flags={:#x} args={}/{}/{} nregs={} line={}",
        unit.qualname,
        unit.flags,
        unit.argcount,
        unit.posonlyargcount,
        unit.kwonlyargcount,
        unit.nregs,
        unit.firstlineno
    );
    if !unit.varnames.is_empty() {
        let _ = writeln!(out, "  locals: {}", unit.varnames.join(" "));
    }
    if !unit.cellvars.is_empty() {
        let cells = unit.cellvars.iter().zip(&unit.cell_regs);
        let cells: Vec<_> = cells.map(|(name, reg)| format!("{name}=r{reg}")).collect();
        let _ = writeln!(out, "  cells: {}", cells.join(" "));
    }
    if !unit.freevars.is_empty() {
        let base = unit.free_base;
        let _ = writeln!(out, "  free: {} from r{base}", unit.freevars.join(" "));
    }
}

/// Labels of all words that a jump or a handler leads to.
fn labels(unit: &CodeUnit) -> BTreeMap<usize, usize> {
    let mut labels = BTreeMap::new();
    let mut at = 0;
    while let Ok(instruction) = Instruction::decode(&unit.code, at) {
        for target in instruction.jumps() {
            labels.insert(target.max(0) as usize, 0);
        }
        at = instruction.next();
    }
    for entry in &unit.exceptions {
        labels.insert(entry.target as usize, 0);
    }
    for (number, label) in labels.values_mut().enumerate() {
        *label = number + 1;
    }
    labels
}

fn code(unit: &CodeUnit, labels: &BTreeMap<usize, usize>, out: &mut String) {
    let lines: Vec<_> = positions::iter(&unit.positions)
        .map(|p| p.map_or(0, |p| p.line))
        .collect();
    let mut last_line = 0;
    let mut at = 0;
    while at < unit.code.len() {
        if let Some(label) = labels.get(&at) {
            let _ = writeln!(out, "L{label}:");
        }
        let line = lines.get(at).copied().unwrap_or(0);
        let shown = if line != 0 && line != last_line {
            last_line = line;
            line.to_string()
        } else {
            String::new()
        };
        let _ = write!(out, "  {at:>4} {shown:>4} ");
        match Instruction::decode(&unit.code, at) {
            Ok(instruction) => {
                self::instruction(unit, &instruction, labels, out);
                at = instruction.next();
            }
            Err(error) => {
                let _ = write!(out, "??? {error}");
                at = unit.code.len();
            }
        }
        out.push('\n');
    }
}

fn instruction(
    unit: &CodeUnit,
    instruction: &Instruction,
    labels: &BTreeMap<usize, usize>,
    out: &mut String,
) {
    out.push_str(instruction.op.name());
    if instruction.word.x() != 0 {
        let _ = write!(out, ".{}", instruction.word.x());
    }
    for (i, operand) in instruction.operands.iter().enumerate() {
        out.push_str(if i == 0 { " " } else { ", " });
        let _ = match *operand {
            Operand::Dest(reg) | Operand::Reg(reg) => write!(out, "{}", register(unit, reg)),
            Operand::Run(reg, 0) => write!(out, "{}+0", register(unit, reg)),
            Operand::Run(reg, 1) => write!(out, "{}", register(unit, reg)),
            Operand::Run(reg, len) => write!(out, "r{reg}..r{}", reg as u32 + len - 1),
            Operand::Const(index) => match unit.consts.get(index as usize) {
                Some(value) => write!(out, "{}", constant(value)),
                None => write!(out, "const {index}?"),
            },
            Operand::Name(index) => match unit.names.get(index as usize) {
                Some(name) => write!(out, "`{name}`"),
                None => write!(out, "name {index}?"),
            },
            Operand::Signed(value) => write!(out, "#{value}"),
            Operand::Unsigned(value) => write!(out, "#{value}"),
            Operand::Jump(offset) => {
                let target = instruction.at as i64 + offset as i64;
                match labels.get(&(target.max(0) as usize)) {
                    Some(label) if target >= 0 => write!(out, "L{label}"),
                    _ => write!(out, "word {target}?"),
                }
            }
        };
    }
}

fn register(unit: &CodeUnit, reg: u16) -> String {
    match unit.varnames.get(reg as usize) {
        Some(name) => format!("r{reg}:{name}"),
        None => format!("r{reg}"),
    }
}

fn exceptions(unit: &CodeUnit, labels: &BTreeMap<usize, usize>, out: &mut String) {
    for entry in &unit.exceptions {
        let target = labels.get(&(entry.target as usize)).copied().unwrap_or(0);
        let _ = writeln!(
            out,
            "  handler {}..{} -> L{target}, r{}",
            entry.start, entry.end, entry.reg
        );
    }
}

/// A constant much as Python's `repr` shows it.
pub fn constant(value: &Const) -> String {
    let list = |items: &[Const]| items.iter().map(constant).collect::<Vec<_>>().join(", ");
    match value {
        Const::None => "None".to_owned(),
        Const::Bool(true) => "True".to_owned(),
        Const::Bool(false) => "False".to_owned(),
        Const::Ellipsis => "...".to_owned(),
        Const::Int(value) => value.to_string(),
        Const::Big(value) => value.to_string(),
        Const::Float(bits) => format!("{:?}", f64::from_bits(*bits)),
        Const::Complex(re, im) => {
            format!("({:?}, {:?}j)", f64::from_bits(*re), f64::from_bits(*im))
        }
        Const::Str(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => format!("{text:?}"),
            Err(_) => format!("\"{}\"", bytes.escape_ascii()),
        },
        Const::Bytes(bytes) => format!("b\"{}\"", bytes.escape_ascii()),
        Const::Tuple(items) if items.len() == 1 => format!("({},)", constant(&items[0])),
        Const::Tuple(items) => format!("({})", list(items)),
        Const::FrozenSet(items) => format!("frozenset({})", list(items)),
        Const::Slice(parts) => format!("slice({})", list(&parts[..])),
        Const::Code(unit) => format!("<code {}>", unit.qualname),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytecode::{ExceptionEntry, Op, Word};

    #[test]
    fn listing() {
        let unit = CodeUnit {
            qualname: "f".to_owned(),
            varnames: vec!["x".to_owned()],
            names: vec!["a".to_owned()],
            consts: vec![Const::Tuple(vec![Const::Int(1)])],
            nregs: 4,
            code: vec![
                Word::with_bc(Op::LoadConst, 0, 1, 0).0,
                Word::new(Op::LoadAttr, 0, 2, 0, 0).0,
                0,
                0,
                Word::with_bc(Op::JumpIfTrue, 0, 2, 3).0,
                Word::new(Op::Add, 1, 1, 1, 2).0,
                Word::new(Op::Nop, 0, 0, 0, 0).0,
                Word::new(Op::Return, 0, 1, 0, 0).0,
            ],
            exceptions: vec![ExceptionEntry {
                start: 1,
                end: 4,
                target: 7,
                reg: 3,
            }],
            ..CodeUnit::default()
        };
        let text = disassemble(&unit);
        assert!(text.contains("LoadConst r1, (1,)\n"), "{text}");
        assert!(text.contains("LoadAttr r2, r0:x, `a`\n"), "{text}");
        assert!(text.contains("JumpIfTrue r2, L1\n"), "{text}");
        assert!(text.contains("Add.1 r1, r1, r2\n"), "{text}");
        assert!(text.contains("handler 1..4 -> L1, r3\n"), "{text}");
        assert_eq!(super::super::verify::verify(&unit), Ok(()));
    }
}
