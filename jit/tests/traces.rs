//! Traces as text, what the verifier refuses, and that what it accepts can be compiled.

use skein_jit::backend::{Backend, Options, Slots};
use skein_jit::ir::{Binary, Checked, Cond, End, ExitId, Op, Trace, Type, Val, Width, verify};

/// `while i < n: i += 1` on words in memory.
fn counting() -> Trace {
    Trace {
        ops: vec![
            Op::Frame,
            Op::Load(Width::W64, Val(0), 0),
            Op::Load(Width::W64, Val(0), 8),
            Op::Const(2),
            Op::LoopStart,
            Op::Phi(Val(1)),
            Op::Compare(Cond::Lt, Val(5), Val(2)),
            Op::Guard(Val(6), true, ExitId(7)),
            Op::Checked(Checked::Add, Val(5), Val(3), ExitId(8)),
            Op::Store(Width::W64, Val(0), 0, Val(8)),
        ],
        end: End::Loop(vec![Val(8)]),
        looks: Default::default(),
    }
}

#[test]
fn text_shows_every_operation() {
    let expected = "  v0 = frame
  v1 = load.w64 v0+0
  v2 = load.w64 v0+8
  v3 = const 0x2
  v4 = loop:
  v5 = phi v1
  v6 = cmp.lt v5, v2
  v7 = guard v6 is true else exit 7
  v8 = checked_add v5, v3 else exit 8
  v9 = store.w64 v0+0, v8
  loop v8
";
    assert_eq!(counting().to_string(), expected);
}

#[test]
fn verifier_refuses() {
    let refused = |change: fn(&mut Trace), part: &str| {
        let mut t = counting();
        change(&mut t);
        let why = verify(&t).expect_err(part);
        assert!(why.contains(part), "{why}");
    };
    assert_eq!(verify(&counting()), Ok(()));
    refused(
        |t| t.ops[6] = Op::Compare(Cond::Lt, Val(9), Val(2)),
        "before it is there",
    );
    refused(
        |t| t.ops[7] = Op::Guard(Val(5), true, ExitId(7)),
        "wrong operand types",
    );
    refused(
        |t| t.ops[6] = Op::CompareF(Cond::Lt, Val(5), Val(2)),
        "wrong operand types",
    );
    refused(|t| t.end = End::Loop(vec![]), "does not fit");
    refused(|t| t.end = End::Loop(vec![Val(6)]), "another type");
    refused(|t| t.ops[4] = Op::Const(0), "wrong operand types");
}

#[test]
fn unused_operations_are_not_needed() {
    let mut t = counting();
    t.ops.push(Op::Binary(Binary::Add, Val(8), Val(3)));
    t.ops.push(Op::Call {
        address: 1,
        args: vec![Val(8)],
        result: Type::Word,
    });
    let needed = t.needed();
    assert!(!needed[10], "a sum that nobody uses");
    assert!(
        needed[11] && needed[5] && needed[1],
        "a call, and the phi of the loop"
    );
}

#[test]
fn a_phi_that_feeds_only_itself_is_not_needed() {
    let mut t = counting();
    t.ops.insert(6, Op::Phi(Val(2)));
    t.ops[7] = Op::Compare(Cond::Lt, Val(5), Val(2));
    t.ops[8] = Op::Guard(Val(7), true, ExitId(7));
    t.ops[9] = Op::Checked(Checked::Add, Val(5), Val(3), ExitId(8));
    t.ops[10] = Op::Store(Width::W64, Val(0), 0, Val(9));
    t.end = End::Loop(vec![Val(9), Val(6)]);
    assert_eq!(verify(&t), Ok(()));
    assert!(!t.needed()[6]);
}

#[test]
fn what_is_verified_compiles() {
    for branches in [false, true] {
        compiles(branches);
    }
}

fn compiles(branches: bool) {
    let mut backend = Backend::new(
        Options {
            verify: true,
            branches,
        },
        &Default::default(),
    )
    .expect("a code generator for this machine");
    let table = [0u64; 2];
    let slots = Slots {
        base: table.as_ptr() as u64,
        first: 7,
    };
    let code = backend
        .compile(&counting(), slots, true)
        .expect("machine code");
    assert!(code.size > 0 && code.address != 0);
    assert!(code.clif.is_some_and(|text| text.contains("sadd_overflow")));
    let mut wrong = counting();
    wrong.ops[7] = Op::Guard(Val(5), true, ExitId(7));
    assert!(backend.compile(&wrong, slots, false).is_err());
}
