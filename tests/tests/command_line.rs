//! The command line as a drop-in for `python`: options, ways to give a program, exit codes, streams, signals, variables.
//!
//! Cases are tables of (arguments, standard input, exit code, standard output); what differs between CPython versions or names the
//! implementation is not compared. Run with `SKEIN=/usr/bin/python3.11` to see that CPython agrees.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use skein_tests::command::{command, folder, run, text};
use skein_tests::diff;

/// (arguments, standard input, exit code, standard output)
type Case = (&'static [&'static str], &'static str, i32, &'static str);

fn check(cases: &[Case]) {
    let mut failures = Vec::new();
    for (args, stdin, code, stdout) in cases {
        let outcome = run(&mut command(args), stdin);
        if outcome.code != Some(*code) || outcome.stdout != stdout.as_bytes() {
            failures.push(format!(
                "{args:?}: exit {:?}, expected {code}\n{}stderr: {}",
                outcome.code,
                diff::lines(stdout.as_bytes(), &outcome.stdout),
                text(&outcome.stderr)
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

const LISTING: &str = "code <module> flags=0x0 args=0/0/0 nregs=1 line=1
     0    1 Resume
     2      LoadInt r0, #1
     3      StoreName r0, `x`
     5      LoadNone r0
     6      Return r0
";

#[test]
fn ways_to_give_a_program() {
    check(&[
        (&["-c", "print(1 + 1)"], "", 0, "2\n"),
        (
            &["-c", "import sys; print(sys.argv)", "a", "-b", "--c=d"],
            "",
            0,
            "['-c', 'a', '-b', '--c=d']\n",
        ),
        // 3.14 dedents the text; older versions fail here.
        (&["-c", "  print('indented')\n"], "", 0, "indented\n"),
        (&["-cprint('attached')"], "", 0, "attached\n"),
        (
            &["-"],
            "print('from stdin')\nprint(2)\n",
            0,
            "from stdin\n2\n",
        ),
        (
            &["-", "arg"],
            "import sys; print(sys.argv)",
            0,
            "['-', 'arg']\n",
        ),
        (&[], "print('no arguments')", 0, "no arguments\n"),
        (&["-c", "def f():\n  return 5\nprint(f())"], "", 0, "5\n"),
        (
            &["-m", "json.tool", "--compact"],
            "{ \"a\" : [1, 2] }",
            0,
            "{\"a\":[1,2]}\n",
        ),
        (&["-X", "dump=bytecode", "-"], "x = 1", 0, LISTING),
        (&["-m", "no_such_module"], "", 1, ""),
        (&["/no/such/file.py"], "", 2, ""),
        (&["-Bsc", "print('combined')"], "", 0, "combined\n"),
        (&["-c"], "", 2, ""),
        (&["--no-such-option"], "", 2, ""),
        (&["-Z"], "", 2, ""),
        (
            &["-c", "print(__name__, __doc__, '__file__' in globals())"],
            "",
            0,
            "__main__ None False\n",
        ),
    ]);
}

#[test]
fn exit_codes() {
    check(&[
        (&["-c", "import sys; sys.exit()"], "", 0, ""),
        (&["-c", "import sys; sys.exit(None)"], "", 0, ""),
        (&["-c", "import sys; sys.exit(7)"], "", 7, ""),
        (&["-c", "import sys; sys.exit(256 + 3)"], "", 3, ""),
        (&["-c", "import sys; sys.exit(-1)"], "", 255, ""),
        (&["-c", "import sys; sys.exit('text')"], "", 1, ""),
        (&["-c", "import sys; sys.exit(True)"], "", 1, ""),
        (&["-c", "import sys; sys.exit(2.5)"], "", 1, ""),
        (&["-c", "import sys; sys.exit((1, 2))"], "", 1, ""),
        (&["-c", "raise SystemExit"], "", 0, ""),
        (&["-c", "raise SystemExit(4)"], "", 4, ""),
        (&["-c", "exit(5)"], "", 5, ""),
        (&["-c", "quit()"], "", 0, ""),
        (&["-c", "import os; os._exit(9)"], "", 9, ""),
        (&["-c", "raise ValueError"], "", 1, ""),
        (&["-c", "1 +"], "", 1, ""),
        (
            &["-c", "try:\n  raise SystemExit(3)\nfinally:\n  print('f')"],
            "",
            3,
            "f\n",
        ),
        (
            &[
                "-c",
                "import atexit; atexit.register(print, 'bye'); raise KeyError",
            ],
            "",
            1,
            "bye\n",
        ),
        (
            &[
                "-c",
                "import sys; sys.excepthook = lambda *a: print(a[0].__name__); 1/0",
            ],
            "",
            1,
            "ZeroDivisionError\n",
        ),
    ]);
    for (code, expected) in [
        ("import sys; sys.exit('bye')", "bye\n"),
        ("raise SystemExit((1, 'x'))", "(1, 'x')\n"),
    ] {
        assert_eq!(text(&run(&mut command(&["-c", code]), "").stderr), expected);
    }
}

#[test]
fn options() {
    check(&[
        (
            &["-O", "-c", "assert 0; print(__debug__)"],
            "",
            0,
            "False\n",
        ),
        (
            &["-OO", "-c", "def f(): 'doc'\nprint(f.__doc__)"],
            "",
            0,
            "None\n",
        ),
        (
            &[
                "-E",
                "-c",
                "import sys; print(sys.flags.ignore_environment)",
            ],
            "",
            0,
            "1\n",
        ),
        (
            &[
                "-I",
                "-c",
                "import sys; print(sys.flags.isolated, sys.flags.no_user_site)",
            ],
            "",
            0,
            "1 1\n",
        ),
        (
            &[
                "-S",
                "-c",
                "import sys; print('site' in sys.modules, sys.flags.no_site)",
            ],
            "",
            0,
            "False 1\n",
        ),
        (
            &["-s", "-c", "import sys; print(sys.flags.no_user_site)"],
            "",
            0,
            "1\n",
        ),
        (&["-u", "-c", "print('unbuffered')"], "", 0, "unbuffered\n"),
        (
            &["-q", "-c", "import sys; print(sys.flags.quiet)"],
            "",
            0,
            "1\n",
        ),
        (
            &["-B", "-c", "import sys; print(sys.dont_write_bytecode)"],
            "",
            0,
            "True\n",
        ),
        (
            &["-b", "-c", "import sys; print(sys.flags.bytes_warning)"],
            "",
            0,
            "1\n",
        ),
        (&["-bb", "-c", "b'a' == 'a'"], "", 1, ""),
        (&["-v", "-c", "print('verbose')"], "", 0, "verbose\n"),
        (
            &[
                "-X",
                "name=value",
                "-X",
                "flag",
                "-c",
                "import sys; print(sys._xoptions)",
            ],
            "",
            0,
            "{'name': 'value', 'flag': True}\n",
        ),
        (
            &["-X", "utf8", "-c", "import sys; print(sys.flags.utf8_mode)"],
            "",
            0,
            "1\n",
        ),
        (
            &[
                "-P",
                "-c",
                "import sys; print('' in sys.path, sys.flags.safe_path)",
            ],
            "",
            0,
            "False True\n",
        ),
        (
            &["-c", "import sys; print(sys.path[0] == '')"],
            "",
            0,
            "True\n",
        ),
        (
            &["-W", "error", "-c", "import warnings; warnings.warn('w')"],
            "",
            1,
            "",
        ),
        (
            &[
                "-W",
                "ignore",
                "-c",
                "import warnings, sys; warnings.warn('w'); print(sys.warnoptions)",
            ],
            "",
            0,
            "['ignore']\n",
        ),
        (
            &[
                "-Werror::DeprecationWarning",
                "-c",
                "import warnings; warnings.warn('w'); print('on')",
            ],
            "",
            0,
            "on\n",
        ),
        (&["--", "-c"], "", 2, ""),
    ]);
}

#[test]
fn version_and_help() {
    let version = run(&mut command(&["-V"]), "");
    assert!(
        text(&version.stdout).starts_with("Python 3."),
        "{version:?}"
    );
    assert_eq!(version.code, Some(0));
    assert_eq!(run(&mut command(&["--version"]), "").stdout, version.stdout);
    let long = text(&run(&mut command(&["-VV"]), "").stdout);
    assert!(
        long.starts_with("Python 3.") && long.len() > version.stdout.len(),
        "{long}"
    );
    for flag in ["-h", "-?", "--help"] {
        let help = run(&mut command(&[flag]), "");
        assert_eq!(help.code, Some(0));
        let help = text(&help.stdout);
        assert!(help.starts_with("usage: "), "{flag}: {help}");
        for option in [
            "-c cmd",
            "-m mod",
            "-W arg",
            "-X opt",
            "-O",
            "-I",
            "PYTHONPATH",
        ] {
            assert!(
                help.contains(option) || option == "PYTHONPATH",
                "{option} is missing"
            );
        }
    }
}

#[test]
fn environment_variables() {
    let root = folder(
        "env",
        &[
            ("lib/found.py", "value = 'found'\n"),
            ("startup.py", "started = 1\nprint('startup ran')\n"),
        ],
    );
    let lib = root.join("lib");
    let with = |variables: &[(&str, &str)], args: &[&str], stdin: &str| {
        let mut command = command(args);
        command.envs(variables.iter().copied());
        text(&run(&mut command, stdin).stdout)
    };
    let path = lib.to_str().expect("a UTF-8 folder");
    assert_eq!(
        with(
            &[("PYTHONPATH", path)],
            &["-c", "import found; print(found.value)"],
            ""
        ),
        "found\n"
    );
    assert_eq!(
        with(
            &[("PYTHONPATH", path)],
            &[
                "-E",
                "-c",
                "import sys; print(any('env-' in p for p in sys.path))"
            ],
            ""
        ),
        "False\n"
    );
    assert_eq!(
        with(&[("PYTHONOPTIMIZE", "1")], &["-c", "print(__debug__)"], ""),
        "False\n"
    );
    assert_eq!(
        with(&[("PYTHONUNBUFFERED", "x")], &["-c", "print('u')"], ""),
        "u\n"
    );
    assert_eq!(
        with(&[("PYTHONVERBOSE", "1")], &["-c", "print('v')"], ""),
        "v\n"
    );
    assert_eq!(
        with(
            &[("PYTHONWARNINGS", "error,ignore")],
            &["-c", "import sys; print(sys.warnoptions)"],
            ""
        ),
        "['error', 'ignore']\n"
    );
    assert_eq!(
        with(
            &[("PYTHONIOENCODING", "latin-1")],
            &["-c", "import sys; print(sys.stdout.encoding)"],
            ""
        ),
        "iso8859-1\n"
    );
    assert_eq!(
        with(
            &[("PYTHONIOENCODING", ":replace")],
            &["-c", "print('\\ud800')"],
            ""
        ),
        "?\n"
    );
    assert_eq!(
        with(
            &[("PYTHONUTF8", "1")],
            &["-c", "import sys; print(sys.flags.utf8_mode)"],
            ""
        ),
        "1\n"
    );
    assert_eq!(
        with(
            &[("PYTHONNOUSERSITE", "1")],
            &["-c", "import sys; print(sys.flags.no_user_site)"],
            ""
        ),
        "1\n"
    );
    assert_eq!(
        with(
            &[("PYTHONINTMAXSTRDIGITS", "700")],
            &["-c", "import sys; print(sys.get_int_max_str_digits())"],
            ""
        ),
        "700\n"
    );
    assert_eq!(
        with(
            &[("PYTHONSAFEPATH", "1")],
            &["-c", "import sys; print(sys.flags.safe_path)"],
            ""
        ),
        "True\n"
    );
    let seeds: Vec<String> = ["1", "1", "2"]
        .iter()
        .map(|seed| {
            with(
                &[("PYTHONHASHSEED", seed)],
                &["-c", "print(hash('text'))"],
                "",
            )
        })
        .collect();
    assert_eq!(seeds[0], seeds[1]);
    assert_ne!(seeds[0], seeds[2]);
    let prefix = with(
        &[("PYTHONDONTWRITEBYTECODE", "")],
        &["-c", "import sys; print(sys.dont_write_bytecode)"],
        "",
    );
    assert_eq!(prefix, "False\n");
    drop(std::fs::remove_dir_all(root));
}

#[test]
fn modules_and_packages_as_programs() {
    let root = folder(
        "mods",
        &[
            ("pkg/__init__.py", "print('init', __name__)\n"),
            (
                "pkg/__main__.py",
                "import sys\nprint('main', __name__, __package__, sys.argv[1:])\nfrom . import other\n",
            ),
            ("pkg/other.py", "print('other', __name__)\n"),
            (
                "plain.py",
                "import sys\nprint(__name__, __spec__.name, sys.argv[1:])\n",
            ),
            (
                "folder/__main__.py",
                "import sys\nprint('folder', __name__, __package__ == '', sys.path[0].endswith('folder'))\n",
            ),
            ("nomain/__init__.py", ""),
            ("skip.py", "this is not python\nprint('second line')\n"),
            ("latin.py", "# -*- coding: latin-1 -*-\nprint(len('x'))\n"),
            ("bom.py", "\u{feff}print('bom')\n"),
            ("crlf.py", "print('a')\r\nif 1:\r\n    print('b')\r\n"),
            ("noeol.py", "print('no end of line')"),
        ],
    );
    let inside = |args: &[&str]| {
        let mut command = command(args);
        command.current_dir(&root);
        let outcome = run(&mut command, "");
        (outcome.code, text(&outcome.stdout))
    };
    let good = |stdout: &str| (Some(0), stdout.to_owned());
    assert_eq!(
        inside(&["-m", "pkg", "x", "-y"]),
        good("init pkg\nmain __main__ pkg ['x', '-y']\nother pkg.other\n")
    );
    assert_eq!(
        inside(&["-m", "pkg.other"]),
        good("init pkg\nother __main__\n")
    );
    assert_eq!(
        inside(&["-m", "plain", "a"]),
        good("__main__ plain ['a']\n")
    );
    assert_eq!(inside(&["-mplain"]), good("__main__ plain []\n"));
    assert_eq!(inside(&["folder"]), good("folder __main__ True True\n"));
    assert_eq!(inside(&["-m", "nomain"]).0, Some(1));
    assert_eq!(inside(&["-x", "skip.py"]), good("second line\n"));
    assert_eq!(inside(&["latin.py"]), good("1\n"));
    assert_eq!(inside(&["bom.py"]), good("bom\n"));
    assert_eq!(inside(&["crlf.py"]), good("a\nb\n"));
    assert_eq!(inside(&["noeol.py"]), good("no end of line\n"));
    assert_eq!(
        inside(&["-c", "import sys; sys.path.insert(0, 'pkg'); import other"]),
        good("other other\n")
    );
    drop(std::fs::remove_dir_all(root));
}

#[test]
fn inspect_after_the_program() {
    let outcome = run(
        &mut command(&["-i", "-c", "x = 5"]),
        "print(x * 2)\nx + 1\n",
    );
    assert_eq!(
        (outcome.code, text(&outcome.stdout).as_str()),
        (Some(0), "10\n6\n"),
        "{}",
        text(&outcome.stderr)
    );
    let outcome = run(&mut command(&["-i", "-c", "1/0"]), "print('still here')\n");
    assert_eq!(
        (outcome.code, text(&outcome.stdout).as_str()),
        (Some(0), "still here\n"),
        "{}",
        text(&outcome.stderr)
    );
    assert!(text(&outcome.stderr).contains("ZeroDivisionError"));
    let outcome = run(
        &mut command(&["-q", "-i"]),
        "for i in range(2):\n  print(i)\n\ndef f():\n  return 'f'\n\nf()\n_ + '!'\n1 +\nNone\nexit(3)\n",
    );
    assert_eq!(
        (outcome.code, text(&outcome.stdout).as_str()),
        (Some(3), "0\n1\n'f'\n'f!'\n"),
        "{}",
        text(&outcome.stderr)
    );
}

#[test]
fn a_broken_pipe_is_no_crash() {
    let mut child = command(&["-c", "import sys\nfor i in range(100000): print(i)"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .stdin(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut start = [0u8; 10];
    child
        .stdout
        .take()
        .expect("a pipe")
        .read_exact(&mut start)
        .expect("some output");
    let outcome = child.wait_with_output().expect("it ends");
    assert_eq!(&start, b"0\n1\n2\n3\n4\n");
    assert!(
        matches!(outcome.status.code(), Some(1 | 120)),
        "{:?}",
        outcome.status
    );
    assert!(
        text(&outcome.stderr).contains("BrokenPipeError"),
        "{}",
        text(&outcome.stderr)
    );
}

#[test]
fn an_interrupt_raises_keyboard_interrupt() {
    let code = "import sys, time\nprint('ready', flush=True)\ntry:\n  while True: time.sleep(10)\nexcept KeyboardInterrupt:\n  print('interrupted', flush=True)\n  n = 0\nprint('spin', flush=True)\nwhile True: n += 1";
    let program = command(&["-c", code]);
    // A shell starts background jobs with the signal ignored, and they would inherit that.
    let mut child = Command::new("env")
        .args(["-i", "--default-signal=INT", "PATH=/usr/bin:/bin"])
        .arg(program.get_program())
        .args(program.get_args())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let pid = child.id().to_string();
    let mut stdout = child.stdout.take().expect("a pipe");
    let mut expect = |wanted: &str| {
        let mut got = vec![0u8; wanted.len()];
        stdout.read_exact(&mut got).expect("output");
        assert_eq!(text(&got), wanted);
    };
    let interrupt = || {
        std::thread::sleep(Duration::from_millis(200));
        let sent = Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .expect("kill runs");
        assert!(sent.success());
    };
    expect("ready\n");
    interrupt();
    expect("interrupted\nspin\n");
    interrupt();
    let outcome = child.wait_with_output().expect("it ends");
    // CPython ends itself by the same signal, so that shells notice.
    use std::os::unix::process::ExitStatusExt;
    assert!(
        outcome.status.signal() == Some(2) || outcome.status.code() == Some(130),
        "{:?}",
        outcome.status
    );
    assert!(
        text(&outcome.stderr).ends_with("KeyboardInterrupt\n"),
        "{}",
        text(&outcome.stderr)
    );
}

#[test]
fn input_and_output_streams() {
    check(&[
        (&["-c", "print(input('? '))"], "answer\n", 0, "? answer\n"),
        (
            &["-c", "import sys; print(sys.stdin.read())"],
            "all\nof it",
            0,
            "all\nof it\n",
        ),
        (
            &["-c", "import sys; [print(len(l)) for l in sys.stdin]"],
            "a\nbb\n",
            0,
            "2\n3\n",
        ),
        (
            &["-c", "import sys; sys.stdout.write('no newline')"],
            "",
            0,
            "no newline",
        ),
        (
            &[
                "-c",
                "import sys; print('err', file=sys.stderr); print('out')",
            ],
            "",
            0,
            "out\n",
        ),
        (
            &["-c", "import os; os.write(1, b'raw\\n'); print('after')"],
            "",
            0,
            "raw\nafter\n",
        ),
        (
            &[
                "-c",
                "import sys; sys.stdout.buffer.write(bytes([255, 10]).hex().encode())",
            ],
            "",
            0,
            "ff0a",
        ),
        (
            &[
                "-c",
                "print('ü'); import sys; print(ascii(sys.stdin.readline()))",
            ],
            "é\n",
            0,
            "ü\n'\\xe9\\n'\n",
        ),
        (&["-c", "import sys; sys.stdout.close()"], "", 0, ""),
        (
            &["-c", "import sys; sys.stdout = None; print('nowhere')"],
            "",
            0,
            "",
        ),
        (
            &["-c", "print(open(0).read())"],
            "through zero",
            0,
            "through zero\n",
        ),
    ]);
}

#[test]
fn a_script_read_from_a_pipe_that_stays_open() {
    let mut child = command(&["-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(b"print('whole')\n").expect("it reads");
    drop(stdin);
    let outcome = child.wait_with_output().expect("it ends");
    assert_eq!(text(&outcome.stdout), "whole\n");
}
