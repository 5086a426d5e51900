//! What one turn of a hot loop costs: `tests/traces/*.py` run under the JIT, and the operations of each function's compiled loop are
//! counted. The comment above a function is an upper limit, so that better code needs no new text, and worse code is seen.

use skein_tests::{binary, process, script};
use std::collections::HashMap;
use std::process::Command;
use std::time::Duration;

/// The limits above each function: how many operations of which kind.
fn limits(source: &str) -> Vec<(String, Vec<(usize, String)>)> {
    let lines: Vec<&str> = source.lines().collect();
    let mut found = Vec::new();
    for pair in lines.windows(2) {
        let (Some(limit), Some(def)) = (
            pair[0].strip_prefix("# at most "),
            pair[1].strip_prefix("def "),
        ) else {
            continue;
        };
        let parts = limit.split(", ").map(|part| {
            let (n, kind) = part.split_once(' ').expect("a number and a kind");
            (
                n.parse().expect("a number"),
                kind.trim_end_matches('s').to_owned(),
            )
        });
        let name = def.split('(').next().unwrap_or_default();
        found.push((name.to_owned(), parts.collect()));
    }
    found
}

/// The operations from the loop's header to its end of the trace that a heading belongs to, by the function named there.
fn loops(dump: &str) -> HashMap<String, Vec<String>> {
    let mut found = HashMap::new();
    let (mut name, mut body) = (String::new(), None);
    for line in dump.lines() {
        if line.starts_with(';') {
            let at = line.split(" loop at ").nth(1).unwrap_or_default();
            name = at.split('+').next().unwrap_or_default().to_owned();
            body = None;
        } else if line.ends_with(" = loop:") {
            body = Some(Vec::new());
        } else if line.starts_with("  loop") {
            if let Some(body) = body.take() {
                found.insert(name.clone(), body);
            }
        } else if let Some(body) = &mut body {
            body.push(line.to_owned());
        }
    }
    found
}

fn kind(operation: &str) -> &str {
    let text = operation.split(" = ").nth(1).unwrap_or_default();
    let word = text.split(' ').next().unwrap_or_default();
    match word.split(['.', '_']).next().unwrap_or_default() {
        "checked" | "unbox" => "guard",
        first => first,
    }
}

#[test]
fn a_turn_of_a_hot_loop_costs_no_more_than_it_says() {
    let skein = binary::skein().unwrap_or_else(|why| panic!("{why}"));
    let mut failures = Vec::new();
    for path in script::scripts(&binary::workspace().join("tests/traces")) {
        let source = std::fs::read_to_string(&path).expect("a source");
        let mut command = Command::new(&skein);
        command
            .env_clear()
            .env("PYTHONHASHSEED", "0")
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command.args([
            "-X",
            "jit=on",
            "-X",
            "jit-threshold=200",
            "-X",
            "jit-share=1000",
            "-X",
            "jit-allowance=100000",
        ]);
        command.args(["-X", "jit-dump=opt"]).arg(&path);
        let outcome = process::run(&mut command, b"", Duration::from_secs(120)).expect("a process");
        let dump = String::from_utf8_lossy(&outcome.stderr).into_owned();
        let loops = loops(&dump);
        let limits = limits(&source);
        assert!(limits.len() > 5, "{}: no limits", path.display());
        for (name, limits) in limits {
            let Some(body) = loops.get(&name) else {
                failures.push(format!("{name}: no compiled loop"));
                continue;
            };
            for (most, wanted) in limits {
                let count = body.iter().filter(|o| kind(o) == wanted).count();
                if count > most {
                    failures.push(format!(
                        "{name}: {count} of {wanted}, at most {most}:\n{}",
                        body.join("\n")
                    ));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
