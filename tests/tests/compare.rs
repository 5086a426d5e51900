//! `skein -X compare`: what it prints and writes, what it refuses, and that it notices when interpreters disagree.
//!
//! Another interpreter is played by a shell script that runs `skein` and does something else besides, so that nothing depends on
//! what is installed.

use std::path::Path;
use std::process::{Command, Stdio};

use skein_tests::command::{command, folder, run, text};
use skein_tests::process::Outcome;

/// Compares in a single round.
fn compare(args: &[&str], stdin: &str) -> Outcome {
    let all = [&["-X", "compare-rounds=1"], args].concat();
    run(&mut command(&all), stdin)
}

/// A folder with an interpreter `other` that does `before`, then runs the program, then does `after`.
fn other(name: &str, before: &str, after: &str) -> (std::path::PathBuf, String) {
    let root = folder(name, &[("marker", "")]);
    let skein = command(&[]).get_program().to_owned();
    let script = format!(
        "#!/bin/sh\n{before}\n{} \"$@\"\ncode=$?\n{after}\nexit $code\n",
        skein.display()
    );
    let path = root.join("other");
    std::fs::write(&path, script).expect("a temporary file");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&path, mode).expect("a temporary file");
    let option = format!("compare-with={}", path.display());
    (root, option)
}

/// The cells of a row of the table.
fn row<'a>(table: &'a str, title: &str) -> Vec<&'a str> {
    let line = table
        .lines()
        .find(|l| l.starts_with(title))
        .unwrap_or_else(|| panic!("{title}: {table}"));
    let cells = line[title.len()..].split("  ").map(str::trim);
    cells.filter(|c| !c.is_empty()).collect()
}

#[test]
fn a_program_is_compared_with_itself() {
    let code = "import sys\ntotal = 0\nfor i in range(60_000): total += i\nprint(total, sys.argv[1:], sys.stdin.read())";
    let outcome = run(
        &mut command(&[
            "-X",
            "compare",
            "-X",
            "compare-rounds=3",
            "-c",
            code,
            "-X",
            "b c",
        ]),
        "typed",
    );
    let table = text(&outcome.stdout);
    assert_eq!(outcome.code, Some(0), "{table}{}", text(&outcome.stderr));
    assert_eq!(text(&outcome.stderr), "");
    assert_eq!(row(&table, "wall time").len(), 2, "{table}");
    assert!(row(&table, "wall time")[0].contains('±'), "{table}");
    assert_eq!(row(&table, "speed, wall")[0], "1", "{table}");
    assert_eq!(row(&table, "loops compiled"), ["–", "1"], "{table}");
    assert!(row(&table, "in compiled code")[1].ends_with('%'), "{table}");
    assert!(
        table.contains("\n3 rounds after one to warm up; "),
        "{table}"
    );
    // "1799970000 ['-X', 'b c'] typed\n"
    assert!(
        table.ends_with("Output and exit code agree (31 bytes).\n"),
        "{table}"
    );
}

#[test]
fn children_run_as_a_direct_call_would() {
    // Each run appends what it sees; the lines must be those of a direct call.
    let root = folder(
        "compare-direct",
        &[(
            "seen.py",
            "import os, sys\nprint(sys.flags.optimize, sys.argv, sorted(os.environ), os.getcwd(), __name__, file=open('seen', 'a'))\n",
        )],
    );
    let mut direct = command(&["-O", "seen.py", "x", "-y"]);
    run(direct.current_dir(&root), "");
    let (_, option) = other("compare-shell", "", "");
    let mut compared = command(&[
        "-O",
        "-X",
        "compare-rounds=1",
        "-X",
        &option,
        "seen.py",
        "x",
        "-y",
    ]);
    let outcome = run(compared.current_dir(&root), "");
    assert_eq!(outcome.code, Some(0), "{}", text(&outcome.stdout));
    let seen = std::fs::read_to_string(root.join("seen")).expect("lines");
    let lines: Vec<&str> = seen.lines().collect();
    assert_eq!(lines.len(), 4, "{seen}");
    assert!(lines[0].starts_with("1 ['seen.py', 'x', '-y']"), "{seen}");
    // The shell adds variables of its own.
    assert!(lines[1..3].iter().all(|l| *l == lines[0]), "{seen}");
    assert_eq!(lines[3].split('[').next(), lines[0].split('[').next());
    drop(std::fs::remove_dir_all(root));
}

#[test]
fn differing_output_is_shown() {
    let (root, option) = other("compare-output", "", "echo extra");
    let outcome = compare(&["-X", &option, "-c", "print('one')\nprint('two')"], "");
    let table = text(&outcome.stdout);
    assert_eq!(outcome.code, Some(1), "{table}");
    let expected = "other prints something else than jit off, first in line 3:\n    2  two\n  - 3  (the end)\n  + 3  extra\n";
    assert!(table.ends_with(expected), "{table}");
    assert_eq!(row(&table, "speed, wall")[2], "–", "{table}");
    drop(std::fs::remove_dir_all(root));
}

#[test]
fn differing_ends_are_shown() {
    let (root, option) = other("compare-end", "", "echo trouble >&2; code=9");
    let outcome = compare(&["-X", &option, "-c", "pass"], "");
    let table = text(&outcome.stdout);
    assert_eq!(outcome.code, Some(1), "{table}");
    assert!(
        table.ends_with("other: exit code 9, but jit off: exit code 0.\n    trouble\n\n"),
        "{table}"
    );
    drop(std::fs::remove_dir_all(root));
}

#[test]
fn failures_that_agree_are_told_once() {
    let outcome = compare(&["-X", "compare", "-c", "print(1)\n1 / 0"], "");
    let table = text(&outcome.stdout);
    assert_eq!(outcome.code, Some(0), "{table}");
    assert_eq!(
        table.matches("ZeroDivisionError: division by zero").count(),
        1,
        "{table}"
    );
    assert!(
        table.contains("All ended alike (exit code 1), with the same output (2 bytes).\n"),
        "{table}"
    );
}

#[test]
fn a_death_by_a_signal_is_named() {
    let outcome = compare(
        &["-X", "compare", "-c", "import os; os.kill(os.getpid(), 11)"],
        "",
    );
    let table = text(&outcome.stdout);
    assert!(
        table.contains("All ended alike (killed by SIGSEGV), with"),
        "{table}"
    );
}

#[test]
fn output_that_changes_by_itself_is_not_blamed_on_an_interpreter() {
    let code = "import os; print('a'); print(os.getpid())";
    let outcome = run(&mut command(&["-X", "compare-rounds=2", "-c", code]), "");
    let table = text(&outcome.stdout);
    assert_eq!(outcome.code, Some(1), "{table}");
    assert!(
        table.contains("jit off prints something else in each run, first in line 2, "),
        "{table}"
    );
    assert!(!table.contains("than jit off"), "{table}");
    assert!(row(&table, "speed, wall")[1].contains('x'), "{table}");
}

#[test]
fn a_run_without_end_is_given_up() {
    let (root, option) = other("compare-limit", "exec sleep 60", "");
    let args = ["-X", "compare-timeout=2", "-X", &option, "-c", "print(1)"];
    let outcome = compare(&args, "");
    let table = text(&outcome.stdout);
    assert_eq!(outcome.code, Some(1), "{table}");
    assert!(table.contains("other: no end within 2 s.\n"), "{table}");
    drop(std::fs::remove_dir_all(root));
}

#[test]
fn results_are_written_as_json() {
    let root = folder("compare-json", &[("marker", "")]);
    let file = root.join("result.json");
    let option = format!("compare-json={}", file.display());
    let outcome = compare(
        &["-X", &option, "-X", "compare-base=jit on", "-c", "print(5)"],
        "",
    );
    assert_eq!(outcome.code, Some(0), "{}", text(&outcome.stderr));
    assert!(text(&outcome.stdout).contains("wall time"));
    let check = "import json, sys\nr = json.load(open(sys.argv[1]))\nprint(r['agree'], r['base'], r['rounds'], [c['name'] for c in r['columns']])\n\
        off, on = r['columns']\nprint(on['exit_code'], len(on['wall_s']['runs']), on['speed_wall']['median'], on['jit']['enabled'], off['jit']['enabled'])\n\
        print(0 < on['cpu_s']['median'] < 30, 1000 < on['peak_kib']['median'] < 10 ** 6)";
    let file = file.to_str().expect("a UTF-8 path");
    let outcome = run(&mut command(&["-c", check, file]), "");
    assert_eq!(
        text(&outcome.stdout),
        "True jit on 1 ['jit off', 'jit on']\n0 1 1 True False\nTrue True\n",
        "{}",
        text(&outcome.stderr)
    );
    // Without a file it takes the table's place.
    let outcome = compare(&["-X", "compare-json", "-c", "print(5)"], "");
    assert!(text(&outcome.stdout).starts_with("{\n  \"program\": \"-c print(5)\",\n"));
    drop(std::fs::remove_dir_all(root));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let cases: &[(&[&str], &str)] = &[
        (
            &["-X", "compare-with=no-such-python", "-c", "1"],
            "-X compare-with: there is no interpreter 'no-such-python' in PATH",
        ),
        (
            &["-X", "compare-with=/no/such", "-c", "1"],
            "-X compare-with: there is no interpreter '/no/such'",
        ),
        (
            &["-X", "compare-base=x", "-c", "1"],
            "-X compare-base: no column 'x', but 'jit off', 'jit on'",
        ),
        (
            &["-X", "compare=pypy3", "-c", "1"],
            "-X compare: it takes no value; -X compare-with=pypy3?",
        ),
        (
            &["-X", "compare-rounds=x", "-c", "1"],
            "-X compare-rounds: 'x' is not a number",
        ),
        (
            &["-X", "compare-what", "-c", "1"],
            "-X compare-what: there is no such option; see --help-xoptions",
        ),
        (
            &["-X", "compare", "/no/such.py"],
            "can't open file '/no/such.py': No such file or directory (os error 2)",
        ),
    ];
    for (args, message) in cases {
        let outcome = run(&mut command(args), "");
        assert_eq!(text(&outcome.stderr), format!("skein: {message}\n"));
        assert_eq!(
            (outcome.code, text(&outcome.stdout)),
            (Some(2), String::new())
        );
    }
}

#[test]
fn an_interrupt_keeps_what_was_measured() {
    // The program interrupts the comparison in its fifth run: the warm-up's two, a whole round, and one more.
    let root = folder(
        "compare-interrupt",
        &[(
            "count.py",
            "import os, signal, time\nopen('count', 'a').write('x')\nif os.path.getsize('count') == 5:\n    os.kill(os.getppid(), signal.SIGINT)\n    time.sleep(20)\n",
        )],
    );
    let mut compared = command(&["-X", "compare", "count.py"]);
    let outcome = run(compared.current_dir(&root), "");
    let table = text(&outcome.stdout);
    assert_eq!(outcome.code, Some(130), "{table}{}", text(&outcome.stderr));
    assert!(
        table.contains("\n1 round after one to warm up; interrupted.\n"),
        "{table}"
    );
    assert_eq!(row(&table, "wall time").len(), 2, "{table}");
    drop(std::fs::remove_dir_all(root));
}

#[test]
fn progress_is_told_if_asked_for() {
    let outcome = compare(&["-X", "compare-progress", "-c", "1"], "");
    assert_eq!(text(&outcome.stderr), "round 1: jit off\nround 1: jit on\n");
}

#[test]
fn statistics_are_the_programs_own() {
    // A child made by fork must not write over its parent's statistics.
    let root = folder("compare-stats", &[("marker", "")]);
    let file = root.join("stats.json");
    let option = format!("jit-stats={}", file.display());
    // It ends last; its standard output keeps the test waiting for it.
    let code = "import os, sys, time\nif os.fork() == 0:\n    time.sleep(0.5)\n    sys.exit()\nfor i in range(50_000): pass\nos.chdir('/')";
    let mut program = command(&["-X", "jit=on", "-X", &option, "-c", code]);
    assert_eq!(run(&mut program, "").code, Some(0));
    let stats = std::fs::read_to_string(&file).expect("statistics");
    assert!(
        stats.contains("\"loops\": 1,") && stats.contains("\"generate\": "),
        "{stats}"
    );
    drop(std::fs::remove_dir_all(root));
}

#[test]
fn absurd_parameters_are_valid_and_nonsense_is_refused() {
    let code = "def f(n):\n    total = 0\n    for i in range(n):\n        for j in (1, 2, 3):\n            total += i * j if i % 3 else -j\n    return total\nprint(f(3000))";
    let names = run(
        &mut command(&["-c", "import skein_jit; print(*skein_jit.parameters())"]),
        "",
    );
    let names = text(&names.stdout);
    assert!(names.split_whitespace().count() > 8, "{names}");
    for name in names.split_whitespace().map(|n| n.replace('_', "-")) {
        for value in ["0", "1", "-7", "99999999999999999999999"] {
            let option = format!("jit-{name}={value}");
            let args = [
                "-X",
                "jit=on",
                "-X",
                "jit-allowance=200",
                "-X",
                &option,
                "-c",
                code,
            ];
            let outcome = run(&mut command(&args), "");
            assert_eq!(
                text(&outcome.stdout),
                "17994000\n",
                "{option}: {}",
                text(&outcome.stderr)
            );
        }
    }
    for (option, why) in [
        ("jit=maybe", "-X jit: 'maybe' is neither on nor off"),
        ("jit-threshold=x", "-X jit-threshold: 'x' is not a number"),
        ("jit-nothing=1", "-X jit-nothing: no such parameter"),
        (
            "jit-dump=what",
            "-X jit-dump: there is no stage 'what', but bytecode, trace, opt, clif, asm, snap, exits",
        ),
        (
            "jit-dump=opt:/no/such/file",
            "-X jit-dump: /no/such/file: No such file or directory (os error 2)",
        ),
    ] {
        let outcome = run(&mut command(&["-X", option, "-c", "1"]), "");
        assert_eq!(
            (outcome.code, text(&outcome.stderr)),
            (Some(1), format!("skein: {why}\n"))
        );
    }
}

#[test]
fn variables_set_what_options_set() {
    let code = "import skein_jit as j; p = j.parameters(); print(j.enabled(), p['exit_threshold'], p['share'])";
    let mut program = command(&["-X", "jit-share=3", "-c", code]);
    program
        .env("SKEIN_JIT", "on")
        .env("SKEIN_JIT_EXIT_THRESHOLD", "7")
        .env("SKEIN_JIT_SHARE", "4");
    // Neither a name that only begins alike nor one that is no text is ours.
    program
        .env("SKEIN_JITTER", "x")
        .env("OTHER", std::ffi::OsStr::new("\u{1}"));
    use std::os::unix::ffi::OsStrExt;
    program.env(
        std::ffi::OsStr::from_bytes(b"BROKEN\xff"),
        std::ffi::OsStr::from_bytes(b"\xfe"),
    );
    let outcome = run(&mut program, "");
    assert_eq!(
        text(&outcome.stdout),
        "True 7 3\n",
        "{}",
        text(&outcome.stderr)
    );
}

#[test]
fn every_stage_of_a_trace_can_be_printed() {
    let root = folder("compare-dump", &[("marker", "")]);
    let file = root.join("dump");
    let option = format!(
        "jit-dump=bytecode,trace,opt,clif,asm,snap,exits:{}",
        file.display()
    );
    let code = "def f():\n    for i in range(9000): pass\nf()";
    let outcome = run(
        &mut command(&["-X", "jit=on", "-X", &option, "-c", code]),
        "",
    );
    assert_eq!(
        (outcome.code, text(&outcome.stderr)),
        (Some(0), String::new())
    );
    let dump = std::fs::read_to_string(&file).expect("a dump");
    for part in [
        "; bytecode of trace 0, loop at f+",
        "\ncode f ",
        "; trace 0, loop",
        "; compiled of trace 0",
        "; Cranelift's form of",
        "function ",
        "; machine code of",
        "; exits of trace 0",
        "  exit 1: resume",
        "; loop 0 left by exit ",
    ] {
        assert!(dump.contains(part), "{part}: {dump}");
    }
    drop(std::fs::remove_dir_all(root));
}

/// Only where there are terminals for programs: `script` of util-linux.
#[test]
fn a_terminal_shows_progress_and_needs_a_program() {
    if !Path::new("/usr/bin/script").exists() {
        return;
    }
    let skein = command(&[]).get_program().to_owned();
    let on_terminal = |args: &str| {
        let line = format!("{} -X compare {args}", skein.display());
        let child = Command::new("/usr/bin/script")
            .args(["-qec", &line, "/dev/null"])
            .stdin(Stdio::null())
            .output()
            .expect("script");
        (child.status.code(), text(&child.stdout))
    };
    let (code, shown) = on_terminal("");
    assert!(shown.contains("needs a program"), "{shown}");
    assert_eq!(code, Some(2), "{shown}");
    let (code, shown) =
        on_terminal("-X compare-rounds=1 -c 'import time; time.sleep(1.2); input()'");
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("round 1: jit on"), "{shown}");
    assert!(shown.contains("Its standard input was empty"), "{shown}");
}
