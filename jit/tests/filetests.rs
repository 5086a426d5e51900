//! `jit/filetests/**/*.ir`: what each pass does to small traces, and what it must leave alone.
//!
//! A file names its passes, then has cases: a name, a trace, and what is expected of it:
//!
//! ```text
//! passes fold,dce
//! case x + 0 is x
//!   x = frame
//!   ...
//! becomes
//!   ...
//! ```
//!
//! `becomes` is followed by the trace after the passes; `BLESS=1` rewrites it, and the diff is for reading. A case that ends in `stays` is a
//! negative twin: the passes must not change it, and blessing does not help. One that ends in `refused: text` does not pass the
//! verifier. Every trace before and after is also compiled for this machine and for aarch64. Where things stand in memory is told by
//! `random::layout`; the function at 0x100 is pure, the one at 0x200 sets items of lists, the one at 0x700 asks
//! an object, others do anything.

#[path = "machine/mod.rs"]
mod machine;
#[path = "random/mod.rs"]
mod random;

use skein_jit::backend::{Backend, Options, Slots, code_for};
use skein_jit::ir::{End, Op, Trace, parse, verify};
use skein_jit::opt::{Layout, Passes, optimise};
use std::path::{Path, PathBuf};

fn layout() -> Layout {
    let mut natives = machine::natives();
    natives.pure = 0x100;
    natives.set_item = 0x200;
    natives.asks = 0x700;
    random::layout(&natives)
}

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(dir)
        .expect("jit/filetests")
        .flatten()
        .map(|e| e.path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "ir") {
            found.push(path);
        }
    }
}

/// A case: its lines up to the verdict, the verdict, and what follows.
struct Case {
    line: usize,
    name: String,
    input: String,
    verdict: String,
    rest: String,
}

/// The lines before the first case, the passes that they name, and the cases.
fn cases(text: &str) -> (String, Passes, Vec<Case>) {
    let (mut head, mut passes, mut cases) = (String::new(), Passes::ALL, Vec::<Case>::new());
    for (i, line) in text.lines().enumerate() {
        if let Some(name) = line.strip_prefix("case ") {
            cases.push(Case {
                line: i + 1,
                name: name.to_string(),
                input: String::new(),
                verdict: String::new(),
                rest: String::new(),
            });
            continue;
        }
        let Some(case) = cases.last_mut() else {
            if let Some(list) = line.strip_prefix("passes ") {
                passes = Passes::parse(list).expect("names of passes");
            }
            head += line;
            head.push('\n');
            continue;
        };
        let is_verdict = !line.starts_with(' ') && !line.is_empty() && !line.starts_with(';');
        if is_verdict && case.verdict.is_empty() {
            case.verdict = line.to_string();
        } else {
            let to = match case.verdict.is_empty() {
                true => &mut case.input,
                false => &mut case.rest,
            };
            to.push_str(line);
            to.push('\n');
        }
    }
    (head, passes, cases)
}

/// The trace with its operations named by their positions, whatever it was written with.
fn parsed(case: &Case, text: &str) -> Result<Trace, String> {
    parse(text).map_err(|e| format!("{} (line {} and on): {e}", case.name, case.line))
}

fn check(case: &mut Case, passes: Passes) -> Result<Vec<Trace>, String> {
    let before = parsed(case, &case.input)?;
    let again = parse(&before.to_string()).map_err(|e| format!("{}: reread: {e}", case.name))?;
    if again.ops != before.ops || again.end != before.end {
        return Err(format!("{}: not the same when printed and read", case.name));
    }
    if let Some(part) = case.verdict.strip_prefix("refused: ") {
        return match verify(&before) {
            Err(why) if why.contains(part) => Ok(Vec::new()),
            other => Err(format!("{}: {other:?}", case.name)),
        };
    }
    verify(&before).map_err(|why| format!("{}: {why}", case.name))?;
    let mut after = before.clone();
    optimise(&mut after, passes, &layout());
    verify(&after).map_err(|why| format!("{}: afterwards {why}", case.name))?;
    match case.verdict.as_str() {
        "stays" if after.to_string() == before.to_string() => {}
        "stays" => {
            return Err(format!(
                "{} (line {}): should stay but becomes\n{after}",
                case.name, case.line
            ));
        }
        "becomes" => {
            if after.to_string() == before.to_string() {
                return Err(format!("{}: stays, so say so", case.name));
            }
            // Blank lines and comments stay where people put them, at the end.
            let tail: String = case
                .rest
                .lines()
                .skip_while(|l| l.starts_with("  "))
                .map(|l| format!("{l}\n"))
                .collect();
            case.rest = after.to_string() + &tail;
        }
        other => return Err(format!("{}: the verdict `{other}`?", case.name)),
    }
    Ok(vec![before, after])
}

fn compiles(backend: &mut Backend, t: &Trace) -> Result<(), String> {
    let exits = t.ops.iter().filter_map(Op::exit).map(|e| e.0);
    let end = match t.end {
        End::Exit(e) => e.0,
        _ => 0,
    };
    let table = vec![0u64; exits.max().unwrap_or(0).max(end) as usize + 1];
    let slots = Slots {
        base: table.as_ptr() as u64,
        first: 0,
    };
    let here = backend.compile(t, slots, false)?;
    let there = code_for("aarch64-unknown-linux-gnu", t)?;
    // Instructions of four bytes each, a return or a jump among them at least.
    match here.size > 0 && there.len() >= 8 && there.len() % 4 == 0 {
        true => Ok(()),
        false => Err("no code".to_string()),
    }
}

#[test]
fn passes_do_what_the_files_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("filetests");
    let blessing = std::env::var_os("BLESS").is_some_and(|v| v != "0");
    let mut all = Vec::new();
    files(&root, &mut all);
    let mut failures = Vec::new();
    let mut count = 0;
    let mut backend = Backend::new(
        Options {
            verify: true,
            branches: false,
        },
        &Default::default(),
    )
    .expect("a code generator");
    for path in all {
        let text = std::fs::read_to_string(&path).expect("a readable file");
        let (head, passes, mut cases) = cases(&text);
        let mut new = head;
        for case in &mut cases {
            count += 1;
            match check(case, passes) {
                Ok(traces) => {
                    for t in traces {
                        if let Err(why) = compiles(&mut backend, &t) {
                            failures.push(format!("{}: {}: {why}", path.display(), case.name));
                        }
                    }
                }
                Err(why) => failures.push(format!("{}: {why}", path.display())),
            }
            new += &format!(
                "case {}\n{}{}\n{}",
                case.name, case.input, case.verdict, case.rest
            );
        }
        if new != text {
            if blessing {
                std::fs::write(&path, &new).expect("a writable file");
            } else {
                failures.push(format!(
                    "{} is not as expected; BLESS=1 would make it\n{new}",
                    path.display()
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(count > 50, "only {count} cases");
}
