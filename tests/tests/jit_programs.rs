//! The JIT must not change what a program prints: random programs with hot loops (`tests/fuzz/hot_programs.py`), and any value of any
//! parameter.

use skein_tests::{binary, process};
use std::process::Command;
use std::time::Duration;

/// What a run with these settings prints, on both streams.
fn run(settings: &[(&str, &str)], args: &[&str]) -> String {
    let skein = binary::skein().unwrap_or_else(|why| panic!("{why}"));
    let mut command = Command::new(skein);
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("LC_ALL", "C.UTF-8")
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command.envs(settings.iter().copied()).args(args);
    let outcome = process::run(&mut command, b"", Duration::from_secs(600)).expect("a process");
    format!(
        "{:?}\n{}{}",
        outcome.code,
        String::from_utf8_lossy(&outcome.stdout),
        String::from_utf8_lossy(&outcome.stderr)
    )
}

fn path(below: &str) -> String {
    binary::workspace().join(below).display().to_string()
}

#[test]
fn random_programs_print_the_same() {
    let skein = binary::skein().unwrap_or_else(|why| panic!("{why}"));
    let (generator, skein) = (
        path("tests/fuzz/hot_programs.py"),
        skein.display().to_string(),
    );
    let args = [generator.as_str(), &skein, "--count", "12", "--seed", "1"];
    let text = run(&[("SKEIN_JIT", "off")], &args);
    assert!(text.contains(" 0 with differences"), "{text}");
}

const EAGER: [(&str, &str); 6] = [
    ("SKEIN_JIT_BACKGROUND", "0"),
    ("SKEIN_JIT", "on"),
    ("SKEIN_JIT_THRESHOLD", "1"),
    ("SKEIN_JIT_EXIT_THRESHOLD", "1"),
    ("SKEIN_JIT_SHARE", "1000"),
    ("SKEIN_JIT_ALLOWANCE", "100000"),
];

#[test]
fn every_parameter_may_have_any_value() {
    let program = path("tests/scripts/jit/exceptions.py");
    let expected = run(&[("SKEIN_JIT", "off")], &[&program]);
    let list = "import skein_jit; print(*[n.replace('_', '-') for n in skein_jit.parameters()])";
    let names = run(&[], &["-c", list]);
    let mut tried = 0;
    for name in names.split_whitespace().skip(1) {
        for value in ["0", "1", "99999999999999999999"] {
            let option = format!("jit-{name}={value}");
            assert_eq!(
                run(&EAGER, &["-X", &option, &program]),
                expected,
                "-X {option}"
            );
            tried += 1;
        }
    }
    assert!(tried > 30, "{names}");
}
