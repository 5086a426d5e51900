//! Numbers and strs through their methods, as Python code calls them.

use crate::prelude::*;
use crate::protocol::binary::BinaryOp;
use crate::protocol::compare::CompareOp;
use crate::vm::bare_vm as new_vm;

/// The repr of a result, or the exception's type and message.
fn shown(vm: &mut Vm, r: PyResult) -> String {
    match r.and_then(|v| vm.repr_text(v)) {
        Ok(text) => text,
        Err(_) => {
            let e = vm.take_raised();
            let text = vm.str(e).map_or(String::new(), |s| s.text_lossy());
            format!("{}: {text}", vm.type_name(e))
        }
    }
}

fn int(vm: &mut Vm, text: &str) -> Value {
    let v = vm.new_str(text);
    let ty = vm.builtin_type(ids::INT).value();
    vm.call(ty, &[v]).unwrap_or(Value::NULL)
}

#[test]
fn big_arithmetic() {
    let mut vm = new_vm();
    let big = int(&mut vm, "1267650600228229401496703205376");
    let cases = [
        (BinaryOp::FloorDiv, -7, "-181092942889747057356671886483"),
        (BinaryOp::Mod, -7, "-5"),
        (BinaryOp::RShift, 98, "4"),
        (BinaryOp::Xor, -1, "-1267650600228229401496703205377"),
        (BinaryOp::TrueDiv, 3, "4.2255020007607644e+29"),
        (BinaryOp::Pow, -1, "7.888609052210118e-31"),
        (BinaryOp::LShift, -1, "ValueError: negative shift count"),
        (BinaryOp::Mod, 0, "ZeroDivisionError: division by zero"),
    ];
    for (op, n, want) in cases {
        let r = vm.binary(op, false, big, Value::from_i32(n));
        assert_eq!(shown(&mut vm, r), want);
    }
}

#[test]
fn exact_mixed_comparison() {
    let mut vm = new_vm();
    let odd = int(&mut vm, "9007199254740993");
    let near = vm.new_float(9_007_199_254_740_992.0);
    for (op, want) in [
        (CompareOp::Eq, "False"),
        (CompareOp::Gt, "True"),
        (CompareOp::Le, "False"),
    ] {
        let r = vm.compare(op, odd, near);
        assert_eq!(shown(&mut vm, r), want);
    }
    let nan = vm.new_float(f64::NAN);
    let r = vm.compare(CompareOp::Ne, nan, nan);
    assert_eq!(shown(&mut vm, r), "True");
}

#[test]
fn digit_limit() {
    let mut vm = new_vm();
    let r = vm.binary(
        BinaryOp::LShift,
        false,
        Value::from_i32(1),
        Value::from_i32(20_000),
    );
    let text = shown(&mut vm, r);
    assert!(text.starts_with("ValueError: Exceeds the limit (4300 digits)"));
    vm.set_max_str_digits(0);
    assert_eq!(vm.max_str_digits(), 0);
}

#[test]
fn str_methods() {
    let mut vm = new_vm();
    let text = vm.new_str("grün,blau,,rot");
    let (comma, blau) = (vm.new_str(","), vm.new_str("blau"));
    let cases: [(&str, &[Value], &str); 6] = [
        ("split", &[comma], "['grün', 'blau', '', 'rot']"),
        ("find", &[blau], "5"),
        ("upper", &[], "'GRÜN,BLAU,,ROT'"),
        ("partition", &[blau], "('grün,', 'blau', ',,rot')"),
        (
            "replace",
            &[comma, blau, Value::from_i32(1)],
            "'grünblaublau,,rot'",
        ),
        (
            "index",
            &[Value::NONE],
            "TypeError: index() argument 1 must be str, not None",
        ),
    ];
    for (name, args, want) in cases {
        let r = vm.call_method(text, name, args);
        assert_eq!(shown(&mut vm, r), want);
    }
    let template = vm.new_str("%-5s|%05.1f|%x");
    let f = vm.new_float(2.25);
    let args = vm.new_tuple(&[comma, f, Value::from_i32(255)]);
    let r = vm.binary(BinaryOp::Mod, false, template, args);
    assert_eq!(shown(&mut vm, r), "',    |002.2|ff'");
    let template = vm.new_str("{0:>{1}}|{0!r}");
    let r = vm.call_method(template, "format", &[comma, Value::from_i32(3)]);
    assert_eq!(shown(&mut vm, r), "\"  ,|','\"");
}
