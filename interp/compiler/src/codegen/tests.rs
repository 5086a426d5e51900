//! What the shape of the code must be in cases that are easy to break.

use crate::bytecode::{CodeUnit, Op, Word, verify};
use crate::{Options, compile};

fn code(source: &str) -> CodeUnit {
    let compiled = compile(source.as_bytes(), b"t.py", &Options::default()).expect(source);
    verify::verify(&compiled.code).expect(source);
    compiled.code
}

fn ops(unit: &CodeUnit) -> Vec<Op> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < unit.code.len() {
        let op = Word(unit.code[at]).op();
        out.push(op);
        at += op.len();
    }
    out
}

/// The first nested code of a module that defines one function.
fn function(source: &str) -> CodeUnit {
    let unit = code(source);
    unit.consts
        .into_iter()
        .find_map(|c| match c {
            crate::bytecode::Const::Code(code) => Some(*code),
            _ => None,
        })
        .expect("a function")
}

#[test]
fn checks_only_where_a_local_may_be_unbound() {
    let checks = |source: &str| {
        let ops = ops(&function(source));
        ops.iter().filter(|op| **op == Op::CheckLocal).count()
    };
    assert_eq!(checks("def f(a):\n b = a\n return b"), 0);
    assert_eq!(checks("def f(a):\n if a: b = 1\n return b"), 1);
    assert_eq!(checks("def f(a):\n b = 1\n del b\n return b"), 1);
    assert_eq!(
        checks("def f(a):\n try: b = a()\n except E: pass\n return b"),
        1
    );
    assert_eq!(
        checks("def f(a):\n try: b = a()\n except E: return\n return b"),
        0
    );
    assert_eq!(checks("def f(a):\n for b in a: pass\n return b"), 1);
    assert_eq!(checks("def f(a):\n with a as b: pass\n return b"), 1);
    assert_eq!(checks("def f(a): return [b for b in a if b]"), 0);
    assert_eq!(checks("def f(a): return [b for b in a for c in c]"), 1);
}

#[test]
fn a_variable_is_written_last() {
    // `x` must be read after the list exists.
    let unit = function("def f(x):\n x = [g(), *x]");
    let first = ops(&unit).iter().position(|op| *op == Op::BuildList);
    assert!(first.is_some());
    let written = unit
        .code
        .iter()
        .map(|w| Word(*w))
        .find(|w| w.op() == Op::BuildList);
    assert_ne!(written.map(|w| w.a()), Some(0));
}

#[test]
fn straight_code_needs_no_moves() {
    let unit = function("def f(a, b):\n c = a + b\n c += 1\n return c * a");
    let expected = [Op::Resume, Op::Add, Op::AddImm, Op::Mul, Op::Return];
    assert_eq!(ops(&unit), expected);
}

#[test]
fn far_jumps_take_the_long_form() {
    let body = "  c = a + b\n".repeat(40_000);
    let unit = function(&format!("def f(a, b):\n while a < b:\n{body}"));
    assert_eq!(ops(&unit)[1..3], [Op::LtJump, Op::Jump]);
}

#[test]
fn scopes() {
    let unit = function("def f(a):\n b = 1\n def g(): return a, b\n return g");
    assert_eq!(unit.varnames, ["a", "g"]);
    assert_eq!(unit.cellvars, ["a", "b"]);
    assert_eq!(unit.cell_regs, [0, 2]);
    let error = compile(b"def f():\n nonlocal x", b"t.py", &Options::default());
    assert_eq!(
        error.err().map(|e| e.msg),
        Some("no binding for nonlocal 'x' found".to_owned())
    );
}

#[test]
fn absurd_sizes_compile() {
    code(&format!("x = [{}]", "a,".repeat(100_000)));
    code(&format!("f({})", "a,".repeat(70_000)));
    code(&format!("x = a{}", " + a".repeat(1_500)));
    code(&format!("if a: b\n{}", "elif a: b\n".repeat(3_000)));
}
