//! A code unit while it is generated: instructions with labels, constants, names, registers, enclosing blocks.
//!
//! Instructions stay symbolic (labels, handler numbers) until `assemble` lays them out. Every instruction knows the
//! handler that covers it, so that inlined `finally` bodies need no range arithmetic.

use super::control::Block;
use super::regs::{Mark, Reg, Regs};
use crate::bytecode::{Const, Op};
use crate::symtable::ScopeId;
use rustpython_ast::StmtAnnAssign;
use rustpython_ast::name::Name;
use rustpython_text_size::TextRange;
use std::collections::{BTreeSet, HashMap};

/// A place in the code that jumps refer to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Label(pub u32);

/// No label.
pub const NO_LABEL: Label = Label(u32::MAX);

/// Number of an exception handler; 0 is "none".
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HandlerId(pub u32);

/// An exception handler: where it starts and which register gets the exception.
#[derive(Clone, Copy, Debug)]
pub struct Handler {
    pub label: Label,
    pub reg: Reg,
}

/// A symbolic instruction.
#[derive(Clone, Copy, Debug)]
pub struct Ins {
    pub op: Op,
    pub x: u8,
    pub a: u16,
    pub b: u16,
    pub c: u16,
    /// Low half of the first extra word, where it is an operand.
    pub ext: u32,
    pub target: Label,
    pub handler: HandlerId,
    pub loc: Option<TextRange>,
}

/// What kind of code a unit is; decides flags and name opcodes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnitKind {
    Module,
    Class,
    Function,
    AsyncFunction,
    Lambda,
    Comprehension,
    Annotations,
    TypeParams,
}

/// A cell variable: its register and its index in `cellvars` or `freevars`.
#[derive(Clone, Copy, Debug)]
pub struct CellVar {
    pub reg: Reg,
    pub index: u16,
}

/// Variables of an inlined comprehension that is being generated.
pub struct CompFrame {
    pub scope: ScopeId,
    pub fast: HashMap<Name, Reg>,
    pub cells: HashMap<Name, CellVar>,
}

/// A unit under construction.
pub struct Unit<'a> {
    pub scope: ScopeId,
    pub kind: UnitKind,
    pub name: String,
    pub qualname: String,
    pub private: Option<crate::symtable::Private>,
    pub firstlineno: u32,
    pub flags: u32,
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    pub ins: Vec<Ins>,
    /// Instruction index of each label.
    pub labels: Vec<u32>,
    /// Handler 0 is the absence of one.
    pub handlers: Vec<Handler>,
    pub handler: HandlerId,
    pub loc: Option<TextRange>,
    /// The innermost statement that began last.
    pub statement: TextRange,
    pub consts: Vec<Const>,
    const_index: HashMap<Vec<u8>, u32>,
    pub names: Vec<String>,
    name_index: HashMap<Name, u32>,
    pub varnames: Vec<Name>,
    pub locals: HashMap<Name, Reg>,
    pub cellvars: Vec<Name>,
    pub cell_regs: Vec<Reg>,
    pub cells: HashMap<Name, CellVar>,
    pub freevars: Vec<Name>,
    pub frees: HashMap<Name, CellVar>,
    pub free_base: Reg,
    /// Registers of variables of inlined comprehensions that are locals of the function, by name.
    pub comp_locals: HashMap<Name, Reg>,
    /// The same by comprehension.
    pub comp_regs: HashMap<(ScopeId, Name), Reg>,
    /// Cells of inlined comprehensions, which have registers of their own.
    pub comp_cells: HashMap<(ScopeId, Name), CellVar>,
    pub regs: Regs,
    pub blocks: Vec<Block<'a>>,
    pub comps: Vec<CompFrame>,
    /// Class: attributes set on `self` in methods.
    pub static_attributes: BTreeSet<Name>,
    /// Module or class: annotations for `__annotate__`, with their number if they are conditional.
    pub annotations: Vec<(&'a StmtAnnAssign, Option<u32>)>,
    pub next_conditional: u32,
    /// Inside if, loop, try, with or match.
    pub conditional: bool,
    /// Where the implicit return at the end is.
    pub implicit_exit: Option<Label>,
}

impl<'a> Unit<'a> {
    pub fn new(scope: ScopeId, kind: UnitKind, name: String) -> Unit<'a> {
        Unit {
            scope,
            kind,
            qualname: name.clone(),
            name,
            private: None,
            firstlineno: 1,
            flags: 0,
            argcount: 0,
            posonlyargcount: 0,
            kwonlyargcount: 0,
            ins: Vec::new(),
            labels: Vec::new(),
            handlers: vec![Handler {
                label: NO_LABEL,
                reg: 0,
            }],
            handler: HandlerId(0),
            loc: None,
            statement: TextRange::default(),
            consts: Vec::new(),
            const_index: HashMap::new(),
            names: Vec::new(),
            name_index: HashMap::new(),
            varnames: Vec::new(),
            locals: HashMap::new(),
            cellvars: Vec::new(),
            cell_regs: Vec::new(),
            cells: HashMap::new(),
            freevars: Vec::new(),
            frees: HashMap::new(),
            free_base: 0,
            comp_locals: HashMap::new(),
            comp_regs: HashMap::new(),
            comp_cells: HashMap::new(),
            regs: Regs::default(),
            blocks: Vec::new(),
            comps: Vec::new(),
            static_attributes: BTreeSet::new(),
            annotations: Vec::new(),
            next_conditional: 0,
            conditional: false,
            implicit_exit: None,
        }
    }

    // ---- registers

    pub fn temp(&mut self) -> Reg {
        self.regs.take(1)
    }

    pub fn temps(&mut self, n: usize) -> Reg {
        self.regs.take(n)
    }

    pub fn mark(&self) -> Mark {
        self.regs.mark()
    }

    pub fn release(&mut self, mark: Mark) {
        self.regs.release(mark);
    }

    // ---- instructions

    pub fn emit(&mut self, op: Op, a: Reg, b: u16, c: u16) {
        self.emit_ins(op, 0, a, b, c, 0, NO_LABEL);
    }

    pub fn emit_x(&mut self, op: Op, x: u8, a: Reg, b: u16, c: u16) {
        self.emit_ins(op, x, a, b, c, 0, NO_LABEL);
    }

    pub fn emit_ext(&mut self, op: Op, x: u8, a: Reg, b: u16, c: u16, ext: u32) {
        self.emit_ins(op, x, a, b, c, ext, NO_LABEL);
    }

    pub fn emit_jump(&mut self, op: Op, a: Reg, target: Label) {
        self.emit_ins(op, 0, a, 0, 0, 0, target);
    }

    /// An instruction whose `b` and `c` are one operand.
    pub fn emit_bc(&mut self, op: Op, x: u8, a: Reg, bc: i32) {
        let bits = bc as u32;
        self.emit_ins(op, x, a, bits as u16, (bits >> 16) as u16, 0, NO_LABEL);
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "the fields of an instruction word"
    )]
    pub fn emit_ins(&mut self, op: Op, x: u8, a: u16, b: u16, c: u16, ext: u32, target: Label) {
        self.ins.push(Ins {
            op,
            x,
            a,
            b,
            c,
            ext,
            target,
            handler: self.handler,
            loc: self.loc,
        });
    }

    pub fn move_to(&mut self, dst: Reg, src: Reg) {
        if dst != src {
            self.emit(Op::Move, dst, src, 0);
        }
    }

    pub fn label(&mut self) -> Label {
        self.labels.push(u32::MAX);
        Label(self.labels.len() as u32 - 1)
    }

    /// Puts `label` here.
    pub fn place(&mut self, label: Label) {
        self.labels[label.0 as usize] = self.ins.len() as u32;
    }

    pub fn label_here(&mut self) -> Label {
        let label = self.label();
        self.place(label);
        label
    }

    pub fn jump(&mut self, target: Label) {
        self.emit_jump(Op::Jump, 0, target);
    }

    /// A new handler that delivers its exception in `reg`.
    pub fn new_handler(&mut self, reg: Reg) -> (HandlerId, Label) {
        let label = self.label();
        self.handlers.push(Handler { label, reg });
        (HandlerId(self.handlers.len() as u32 - 1), label)
    }

    // ---- constants and names

    pub fn name_id(&mut self, name: &Name) -> u16 {
        let next = self.names.len() as u32;
        let id = *self.name_index.entry(name.clone()).or_insert(next);
        if id == next {
            self.names.push(name.to_string());
        }
        id as u16
    }

    pub fn add_const(&mut self, value: Const) -> u32 {
        if let Const::Code(_) = value {
            self.consts.push(value);
            return self.consts.len() as u32 - 1;
        }
        let mut key = Vec::new();
        const_key(&value, &mut key);
        let next = self.consts.len() as u32;
        let id = *self.const_index.entry(key).or_insert(next);
        if id == next {
            self.consts.push(value);
        }
        id
    }

    pub fn load_const(&mut self, dst: Reg, value: Const) {
        match value {
            Const::None => self.emit(Op::LoadNone, dst, 0, 0),
            Const::Bool(value) => self.emit_x(Op::LoadBool, value as u8, dst, 0, 0),
            Const::Int(value) if i32::try_from(value).is_ok() => {
                self.emit_bc(Op::LoadInt, 0, dst, value as i32);
            }
            value => {
                let id = self.add_const(value);
                self.emit_bc(Op::LoadConst, 0, dst, id as i32);
            }
        }
    }

    pub fn load_str(&mut self, dst: Reg, text: &str) {
        self.load_const(dst, Const::Str(text.as_bytes().into()));
    }
}

/// Writes a key under which equal constants (by type and bits) and no others share.
fn const_key(value: &Const, out: &mut Vec<u8>) {
    let put = |out: &mut Vec<u8>, tag: u8, bytes: &[u8]| {
        out.push(tag);
        out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        out.extend_from_slice(bytes);
    };
    let items = |out: &mut Vec<u8>, tag: u8, items: &[Const]| {
        out.push(tag);
        out.extend_from_slice(&(items.len() as u32).to_le_bytes());
        items.iter().for_each(|item| const_key(item, out));
    };
    match value {
        Const::None => out.push(0),
        Const::Bool(v) => out.extend([1, *v as u8]),
        Const::Ellipsis => out.push(2),
        Const::Int(v) => put(out, 3, &v.to_le_bytes()),
        Const::Big(v) => put(out, 4, &v.to_signed_bytes_le()),
        Const::Float(v) => put(out, 5, &v.to_le_bytes()),
        Const::Complex(re, im) => {
            put(out, 6, &re.to_le_bytes());
            put(out, 7, &im.to_le_bytes());
        }
        Const::Str(v) => put(out, 8, v),
        Const::Bytes(v) => put(out, 9, v),
        Const::Tuple(v) => items(out, 10, v),
        Const::FrozenSet(v) => items(out, 11, v),
        Const::Slice(v) => items(out, 12, &v[..]),
        // Two code objects are never one.
        Const::Code(v) => put(out, 13, &(std::ptr::from_ref(&**v) as usize).to_le_bytes()),
    }
}
