//! Runs CPython's own tests and compares with the committed ledger.
//!
//! `cargo run -p skein-tests --bin conformance -- [--update] [-j N] [-v] [test_x ...]`
//!
//! The tests are not in this repository (they are CPython's): `SKEIN_CPYTHON_TESTS` names a `Lib/test` folder of 3.14. It is copied
//! to `target/conformance/Lib/test` without another implementation's marks, because it may carry them and because tests write beside themselves.
//! Without names, the files of `tests/conformance/files.txt` run, each in a process of its own. Any difference from
//! `tests/conformance/expectations.json`, for better or worse, is an error until `--update` writes it. So is a failure in a file of
//! stages A and B that `tests/conformance/reasons.txt` does not explain.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Mutex;
use std::time::Duration;

use skein_tests::ledger::{self, Ledger, Results, WHOLE_FILE};
use skein_tests::reasons::Reasons;
use skein_tests::{binary, marks, process};

const USUAL_LIMIT: Duration = Duration::from_secs(120);

struct Options {
    update: bool,
    verbose: bool,
    jobs: usize,
    names: Vec<String>,
}

/// One test file to run and its time limit.
#[derive(Clone)]
struct Job {
    name: String,
    limit: Duration,
    /// Its failures need reasons.
    binding: bool,
}

/// What every run shares.
struct Setup {
    skein: PathBuf,
    driver: PathBuf,
    lib: PathBuf,
    verbose: bool,
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("conformance: {why}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<bool, String> {
    let options = options()?;
    let tests = std::env::var_os("SKEIN_CPYTHON_TESTS")
        .ok_or("SKEIN_CPYTHON_TESTS must name a Lib/test folder of CPython 3.14")?;
    let tests = PathBuf::from(tests);
    if !tests.join("support/__init__.py").is_file() {
        return Err(format!("{} has no support/__init__.py", tests.display()));
    }
    let folder = binary::workspace().join("tests/conformance");
    let lib = binary::workspace().join("target/conformance/Lib");
    copy(&tests, &lib.join("test")).map_err(|e| format!("copying {}: {e}", tests.display()))?;

    let jobs = jobs(&folder.join("files.txt"), &options.names)?;
    let setup = Setup {
        skein: binary::skein()?,
        driver: folder.join("run_one.py"),
        lib,
        verbose: options.verbose,
    };
    let found = run_all(&setup, &jobs, options.jobs);
    let path = folder.join("expectations.json");
    let mut expected = match fs::read_to_string(&path) {
        Ok(text) => Ledger::parse(&text).map_err(|e| format!("{}: {e}", path.display()))?,
        Err(_) => Ledger::default(),
    };
    let nothing = Results::new();
    let mut lines = Vec::new();
    for (name, results) in &found.files {
        lines.extend(ledger::differences(
            name,
            expected.files.get(name).unwrap_or(&nothing),
            results,
        ));
    }
    let path_of_reasons = folder.join("reasons.txt");
    let reasons = fs::read_to_string(&path_of_reasons).unwrap_or_default();
    let reasons =
        Reasons::parse(&reasons).map_err(|e| format!("{}: {e}", path_of_reasons.display()))?;
    let mut complaints = Vec::new();
    for job in &jobs {
        let results = found.files.get(&job.name).unwrap_or(&nothing);
        complaints.extend(reasons.complaints(&job.name, results, job.binding));
    }
    lines.iter().for_each(|line| println!("{line}"));
    complaints.iter().for_each(|line| println!("{line}"));
    println!("{} files: {:?}", found.files.len(), found.counts());
    if options.update {
        expected.files.extend(found.files);
        fs::write(&path, expected.to_json()).map_err(|e| e.to_string())?;
        return Ok(complaints.is_empty());
    }
    Ok(lines.is_empty() && complaints.is_empty())
}

fn options() -> Result<Options, String> {
    let mut options = Options {
        update: false,
        verbose: false,
        jobs: 1,
        names: Vec::new(),
    };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--update" => options.update = true,
            "-v" => options.verbose = true,
            "-j" => {
                options.jobs = args
                    .next()
                    .and_then(|n| n.parse().ok())
                    .filter(|&n| n > 0)
                    .ok_or("-j needs a number")?
            }
            _ if arg.starts_with('-') => return Err(format!("unknown option {arg}")),
            _ => options.names.push(arg),
        }
    }
    Ok(options)
}

fn jobs(list: &Path, names: &[String]) -> Result<Vec<Job>, String> {
    let text = fs::read_to_string(list).map_err(|e| format!("{}: {e}", list.display()))?;
    let mut listed = Vec::new();
    let mut binding = false;
    for line in text.lines() {
        if let Some((stage, _)) = line.strip_prefix("# ").and_then(|l| l.split_once(':')) {
            binding = matches!(stage, "A" | "B");
        }
        let mut words = line
            .split('#')
            .next()
            .unwrap_or_default()
            .split_whitespace();
        let Some(name) = words.next() else { continue };
        let limit = match words.next() {
            None => USUAL_LIMIT,
            Some(seconds) => {
                Duration::from_secs(seconds.parse().map_err(|_| format!("bad line: {line}"))?)
            }
        };
        listed.push(Job {
            name: name.to_owned(),
            limit,
            binding,
        });
    }
    if names.is_empty() {
        return Ok(listed);
    }
    let job = |name: &String| {
        let known = listed.iter().find(|job| job.name == *name).cloned();
        known.unwrap_or(Job {
            name: name.clone(),
            limit: USUAL_LIMIT,
            binding: false,
        })
    };
    Ok(names.iter().map(job).collect())
}

fn run_all(setup: &Setup, jobs: &[Job], workers: usize) -> Ledger {
    let queue = Mutex::new(jobs.iter().collect::<VecDeque<_>>());
    let found = Mutex::new(Ledger::default());
    let next = || queue.lock().ok().and_then(|mut queue| queue.pop_front());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(job) = next() {
                    let results = run_one(setup, job);
                    if let Ok(mut found) = found.lock() {
                        found.files.insert(job.name.clone(), results);
                    }
                }
            });
        }
    });
    found.into_inner().unwrap_or_default()
}

fn run_one(setup: &Setup, job: &Job) -> Results {
    let scratch = setup.lib.join("../scratch").join(&job.name);
    let lines = scratch.join("results.txt");
    drop(fs::create_dir_all(&scratch));
    drop(fs::remove_file(&lines));
    let mut command = Command::new(&setup.skein);
    command
        .arg(&setup.driver)
        .arg(format!("test.{}", job.name))
        .arg(&lines)
        .current_dir(&scratch);
    command
        .env("PYTHONPATH", &setup.lib)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("NO_COLOR", "1")
        .env("PYTHONHASHSEED", "0");
    let outcome = match process::run(&mut command, b"", job.limit) {
        Ok(outcome) => outcome,
        Err(e) => {
            eprintln!("{}: {e}", setup.skein.display());
            return Results::new();
        }
    };
    drop(fs::write(scratch.join("stderr.txt"), &outcome.stderr));
    if setup.verbose {
        eprintln!("{}", String::from_utf8_lossy(&outcome.stderr));
    }
    let text = fs::read(&lines).unwrap_or_default();
    let (mut results, loaded, done) = read_results(
        &String::from_utf8_lossy(&text),
        &format!("test.{}.", job.name),
    );
    let whole = match outcome.code {
        None => Some("timeout"),
        Some(_) if done => None,
        Some(code) if loaded || code > 1 => Some("crash"),
        Some(_) => Some("import-error"),
    };
    if let Some(word) = whole {
        results.insert(WHOLE_FILE.to_owned(), word.to_owned());
    }
    println!(
        "{:<28} {:>4} ids {:>6.1} s  {}",
        job.name,
        results.len(),
        outcome.time.as_secs_f64(),
        whole.unwrap_or("done")
    );
    results
}

/// Reads the driver's lines: the results, whether the file was imported, whether the driver came to its end.
fn read_results(text: &str, prefix: &str) -> (Results, bool, bool) {
    let mut results = Results::new();
    let (mut loaded, mut done) = (false, false);
    for (word, id) in text.lines().filter_map(|line| line.split_once('\t')) {
        match word {
            "loaded" => loaded = true,
            "done" => done = true,
            // The word "start" survives only when the process died inside the test.
            _ => {
                let word = if word == "start" { "crash" } else { word };
                results.insert(
                    id.strip_prefix(prefix).unwrap_or(id).to_owned(),
                    word.to_owned(),
                );
            }
        }
    }
    (results, loaded, done)
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            if entry.file_name() != "__pycache__" {
                copy(&source, &target)?;
            }
        } else if source.extension().is_some_and(|e| e == "py")
            && let Ok(text) = fs::read_to_string(&source)
        {
            fs::write(&target, marks::strip(&text))?;
        } else {
            fs::copy(&source, &target)?;
        }
    }
    Ok(())
}
