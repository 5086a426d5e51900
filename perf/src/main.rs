//! Times Python programs on several interpreters in turn and says how they compare.
//!
//! ```text
//! cargo run --release -p skein-perf -- [--interp NAME=COMMAND]... [--programs LIST|FOLDER|FILE.py]...
//!     [--only a,b] [--rounds N] [--timeout SECONDS] [--baseline NAME] [--record NAME]
//! ```
//! Rounds are interleaved (every interpreter runs a program before any runs it again), so a slow minute of the machine hits all alike;
//! the median of the rounds counts. User plus system time decides, since other work shares the cores. Output must be the same on all
//! interpreters, or the time means nothing. Without options: Skein's release binary against `/usr/bin/python3.11` over the acceptance list.

mod options;
mod programs;
mod record;
mod report;

use std::process::ExitCode;

use options::Options;
use programs::Program;
use skein_measure::child::{End, Session};
use skein_measure::contest::{Arena, Column};
use skein_measure::output::difference;

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
    let session = Session::begin();
    let mut rows = Vec::new();
    for (i, program) in programs.iter().enumerate() {
        eprintln!("[{}/{}] {}", i + 1, programs.len(), program.name);
        match measure(program, &options, &session)? {
            Some(row) => rows.push(row),
            // Interrupted: what is complete is still worth showing.
            None => break,
        }
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

/// Runs one program on every interpreter, `rounds` times; `None` if asked to stop.
fn measure(program: &Program, options: &Options, session: &Session) -> Result<Option<Row>, String> {
    let scratch = |e: std::io::Error| format!("no place for output: {e}");
    let arena = Arena {
        session,
        limit: Some(options.timeout),
        stdin: None,
    };
    let columns = options.interpreters.iter().map(|i| Column::new(&i.name));
    let mut columns: Vec<Column> = columns.collect::<Result<_, _>>().map_err(scratch)?;
    for _ in 0..options.rounds {
        for (column, interpreter) in columns.iter_mut().zip(&options.interpreters) {
            // What failed once is not run again.
            if column.end.is_some_and(|end| end != End::Code(0)) {
                continue;
            }
            let mut command = program.command(interpreter);
            let stopped = column.run(&arena, &mut command, &mut |_| {});
            if stopped.map_err(scratch)?.is_some() {
                return Ok(None);
            }
        }
    }
    let base = &columns[options.baseline];
    Ok(Some(Row {
        name: program.name.clone(),
        outcomes: columns.iter().map(|own| outcome(own, base)).collect(),
    }))
}

/// What became of a program on one interpreter, whose output must be that of `base`.
fn outcome(own: &Column, base: &Column) -> Outcome {
    if let Some(trouble) = &own.trouble {
        return Outcome::Bad(trouble.to_string());
    }
    if let Some(d) = &own.unsteady {
        return Outcome::Bad(format!(
            "prints something else in each run, first in line {}",
            d.line
        ));
    }
    match own.end {
        Some(End::Code(0)) => {}
        Some(end) => return Outcome::Bad(format!("{end}: {}", last_line(own))),
        None => return Outcome::Bad("it did not run".to_owned()),
    }
    let compared = base.trouble.is_none() && base.end == Some(End::Code(0));
    if compared && let Some(d) = difference(&base.stdout, &own.stdout) {
        let shown = |line: Option<String>| line.map_or("nothing".to_owned(), |l| format!("{l:?}"));
        return Outcome::Bad(format!(
            "prints {} in line {}, not {}",
            shown(d.right),
            d.line,
            shown(d.left)
        ));
    }
    let median = |figure: fn(&skein_measure::child::Run) -> f64| {
        own.estimate(figure).map_or(f64::NAN, |e| e.middle)
    };
    Outcome::Good(Measured {
        cpu: median(|run| run.cpu),
        wall: median(|run| run.wall),
        peak: median(|run| run.peak as f64) as u64,
    })
}

/// The last line that it wrote to standard error, which is what a traceback says in short.
fn last_line(column: &Column) -> String {
    let text = column.stderr.tail(4096);
    let text = String::from_utf8_lossy(&text);
    let line = text.lines().rev().find(|line| !line.trim().is_empty());
    line.unwrap_or_default().to_owned()
}
