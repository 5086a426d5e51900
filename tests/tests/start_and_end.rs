//! What surrounds a program: closed streams, failing last writes, exit codes of forked children, archives, virtual environments, the
//! prompt's and the command's source in tracebacks.

use skein_tests::command::{command, folder, run, text};
use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

fn stdout(args: &[&str]) -> String {
    text(&run(&mut command(args), "").stdout)
}

#[test]
fn closed_standard_streams_are_none() {
    let skein = command(&[]).get_program().to_owned();
    let code = "import sys; print(sys.stdin, sys.stdout, file=sys.stderr)";
    let outcome = Command::new("sh")
        .args(["-c", "exec \"$0\" -c \"$1\" <&- >&-"])
        .arg(skein)
        .arg(code)
        .output()
        .expect("a shell");
    assert_eq!(text(&outcome.stderr), "None None\n");
}

#[test]
fn a_failing_last_flush_is_told() {
    let full = File::options()
        .write(true)
        .open("/dev/full")
        .expect("/dev/full");
    let outcome = command(&["-c", "print(1)"])
        .stdout(full)
        .stderr(Stdio::piped())
        .output()
        .expect("it starts");
    assert_eq!(outcome.status.code(), Some(120));
    assert_eq!(
        text(&outcome.stderr),
        "Exception ignored while flushing sys.stdout:\nOSError: [Errno 28] No space left on device\n"
    );
}

#[test]
fn a_forked_child_has_its_own_exit_code() {
    let code = "import os, sys\npid = os.fork()\nif pid == 0: sys.exit(7)\nprint(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))";
    assert_eq!(stdout(&["-c", code]), "7\n");
}

#[test]
fn objects_alive_at_the_end_can_still_print() {
    let code = "class A:\n  def __del__(self): print('bye', __name__)\na = A()\nprint('end')";
    assert_eq!(stdout(&["-c", code]), "end\nbye __main__\n");
}

#[test]
fn a_signal_to_oneself_is_not_lost() {
    let code = "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nprint('after')";
    let outcome = command(&["-c", code]).output().expect("it starts");
    assert_eq!(outcome.status.signal(), Some(2), "{outcome:?}");
    assert_eq!(text(&outcome.stdout), "");
}

#[test]
fn signals_of_faults_kill_as_ever() {
    let code = "import os, signal\nprint(signal.getsignal(11) == signal.SIG_DFL, flush=True)\nos.kill(os.getpid(), 11)\nprint('after')";
    let outcome = command(&["-c", code]).output().expect("it starts");
    assert_eq!(outcome.status.signal(), Some(11), "{outcome:?}");
    assert_eq!(text(&outcome.stdout), "True\n");
}

#[test]
fn commands_and_prompts_show_their_source() {
    let outcome = run(&mut command(&["-c", "x = 1\nx / 0"]), "");
    assert!(
        text(&outcome.stderr).contains("line 2, in <module>\n    x / 0\n    ~~^~~\n"),
        "{}",
        text(&outcome.stderr)
    );
    let outcome = run(&mut command(&["-q", "-i"]), "[][1]\n");
    assert!(
        text(&outcome.stderr).contains("File \"<stdin>\", line 1, in <module>\n    [][1]\n"),
        "{}",
        text(&outcome.stderr)
    );
}

#[test]
fn archives_are_programs_and_packages() {
    let root = folder(
        "archive",
        &[
            (
                "__main__.py",
                "import sys, inner\nprint(__name__, inner.value, sys.argv[1:])\n",
            ),
            ("inner.py", "value = 'from the archive'\n"),
        ],
    );
    let inside = |args: &[&str]| {
        let mut command = command(args);
        command.current_dir(&root);
        text(&run(&mut command, "").stdout)
    };
    inside(&["-m", "zipfile", "-c", "app.zip", "__main__.py", "inner.py"]);
    std::fs::rename(root.join("app.zip"), root.join("app.dat")).expect("the archive");
    for file in ["__main__.py", "inner.py"] {
        std::fs::remove_file(root.join(file)).expect("the file");
    }
    assert_eq!(
        inside(&["app.dat", "a"]),
        "__main__ from the archive ['a']\n"
    );
    let code =
        "import sys; sys.path.insert(0, 'app.dat'); import inner; print(inner.__loader__.archive)";
    assert_eq!(inside(&["-c", code]), "app.dat\n");
    drop(std::fs::remove_dir_all(root));
}

#[test]
fn compiled_files_are_written_and_read() {
    let root = folder(
        "compiled",
        &[(
            "module.py",
            "half = 0.5\ndef inside(x): return x in {1, 2}\npair = (2**80, 'a b')\n",
        )],
    );
    let mut command = command(&[
        "-c",
        "import module as m; print(m.half, m.inside(2), m.pair)",
    ]);
    command
        .current_dir(&root)
        .env_remove("PYTHONDONTWRITEBYTECODE");
    for _ in 0..2 {
        let outcome = run(&mut command, "");
        assert_eq!(
            text(&outcome.stdout),
            "0.5 True (1208925819614629174706176, 'a b')\n",
            "{}",
            text(&outcome.stderr)
        );
    }
    let cache = root.join("__pycache__");
    assert_eq!(std::fs::read_dir(cache).expect("compiled files").count(), 1);
    drop(std::fs::remove_dir_all(root));
}

#[test]
fn virtual_environments_work() {
    let root = folder("venv", &[("marker", "")]);
    let place = root.join("env");
    let place = place.to_str().expect("a UTF-8 folder");
    let made = run(&mut command(&["-m", "venv", "--without-pip", place]), "");
    assert_eq!(made.code, Some(0), "{}", text(&made.stderr));
    let packages = root.join("env/lib/python3.14/site-packages");
    std::fs::write(packages.join("extra.py"), "value = 5\n").expect("site-packages");
    assert!(root.join("env/bin/activate").is_file());
    let code = "import sys, extra; print(sys.prefix, sys.prefix != sys.base_prefix, extra.value)";
    let outcome = Command::new(root.join("env/bin/python"))
        .args(["-c", code])
        .output()
        .expect("the environment's python");
    assert_eq!(text(&outcome.stdout), format!("{place} True 5\n"));
    drop(std::fs::remove_dir_all(root));
}

#[test]
fn wrong_settings_are_refused() {
    for (name, value) in [
        ("PYTHONHASHSEED", "x"),
        ("PYTHONUTF8", "2"),
        ("PYTHONINTMAXSTRDIGITS", "1"),
    ] {
        let outcome = run(command(&["-c", "pass"]).env(name, value), "");
        assert_eq!(outcome.code, Some(1), "{name}");
        assert!(text(&outcome.stderr).starts_with("Fatal Python error: "));
    }
    let outcome = run(&mut command(&["-X", "importtime", "-c", "import json"]), "");
    let lines = text(&outcome.stderr);
    assert!(
        lines.starts_with("import time: self [us] | cumulative | imported package\n")
            && lines.contains(" json\n"),
        "{lines}"
    );
}
