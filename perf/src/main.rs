//! Times Python programs on several interpreters in turn and says how they compare.
//!
//! ```text
//! cargo run --release -p skein-perf -- [--interp NAME=COMMAND]... [--programs LIST|FOLDER|FILE.py]...
//!     [--only a,b] [--rounds N] [--timeout SECONDS] [--baseline NAME] [--record NAME]
//! ```
//! Rounds are interleaved (every interpreter runs a program before any runs it again), so a slow minute of the machine hits all alike;
//! the median of the rounds counts. User plus system time decides, since other work shares the cores. Output must be the same on all
//! interpreters, or the time means nothing. Without options: Skein's release binary against `/usr/bin/python3.11` over the acceptance list.

mod child;
mod options;
mod programs;
mod record;
mod report;

use std::collections::HashMap;
use std::process::ExitCode;

use options::Options;
use programs::Program;

/// Median result of one program on one interpreter.
#[derive(Clone, Debug)]
pub struct Measured {
    /// User plus system seconds.
    pub cpu: f64,
    /// Wall seconds.
    pub wall: f64,
    /// Peak resident memory in KiB.
    pub peak: u64,
}

/// What became of a program on one interpreter.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It ran and printed what the baseline printed.
    Good(Measured),
    /// It did not; the text says how.
    Bad(String),
}

/// A row of the table: a program and its outcome per interpreter, in the order of the options.
pub struct Row {
    /// The program's name.
    pub name: String,
    /// One outcome per interpreter.
    pub outcomes: Vec<Outcome>,
}

fn main() -> ExitCode {
    match run() {
        Ok(good) => ExitCode::from(u8::from(!good)),
        Err(why) => {
            eprintln!("skein-perf: {why}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<bool, String> {
    let options = options::parse(std::env::args().skip(1))?;
    let programs = programs::collect(&options)?;
    if programs.is_empty() {
        return Err("no program to run".to_owned());
    }
    let mut rows = Vec::new();
    for (i, program) in programs.iter().enumerate() {
        eprintln!("[{}/{}] {}", i + 1, programs.len(), program.name);
        rows.push(measure(program, &options));
    }
    print!("{}", report::table(&options, &rows));
    if let Some(name) = &options.record {
        println!(
            "recorded in {}",
            record::write(name, &options, &rows)?.display()
        );
    }
    Ok(rows
        .iter()
        .flat_map(|row| &row.outcomes)
        .all(|outcome| matches!(outcome, Outcome::Good(_))))
}

/// Runs one program on every interpreter, `rounds` times.
fn measure(program: &Program, options: &Options) -> Row {
    let mut runs: HashMap<usize, Vec<child::Run>> = HashMap::new();
    let mut failed: HashMap<usize, String> = HashMap::new();
    for _ in 0..options.rounds {
        for (i, interpreter) in options.interpreters.iter().enumerate() {
            if failed.contains_key(&i) {
                continue;
            }
            match child::run(&mut program.command(interpreter), options.timeout) {
                Ok(run) => runs.entry(i).or_default().push(run),
                Err(why) => drop(failed.insert(i, why)),
            }
        }
    }
    let expected = runs
        .get(&options.baseline)
        .and_then(|runs| runs.first())
        .map(|run| run.stdout.clone());
    let outcome = |i: usize| {
        if let Some(why) = failed.get(&i) {
            return Outcome::Bad(why.clone());
        }
        let runs = &runs[&i];
        match &expected {
            Some(expected) if runs.iter().any(|run| run.stdout != *expected) => {
                Outcome::Bad(first_difference(expected, runs))
            }
            _ => Outcome::Good(Measured {
                cpu: median(runs.iter().map(|run| run.cpu)),
                wall: median(runs.iter().map(|run| run.wall)),
                peak: median(runs.iter().map(|run| run.peak as f64)) as u64,
            }),
        }
    };
    Row {
        name: program.name.clone(),
        outcomes: (0..options.interpreters.len()).map(outcome).collect(),
    }
}

fn first_difference(expected: &[u8], runs: &[child::Run]) -> String {
    let got = runs
        .iter()
        .map(|run| &run.stdout)
        .find(|got| *got != expected)
        .map_or(&[][..], |got| got);
    let mut pairs = expected
        .split(|&b| b == b'\n')
        .zip(got.split(|&b| b == b'\n'));
    match pairs.find(|(a, b)| a != b) {
        Some((a, b)) => format!(
            "prints {:?}, not {:?}",
            String::from_utf8_lossy(b),
            String::from_utf8_lossy(a)
        ),
        None => "prints more or less than the baseline".to_owned(),
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}
