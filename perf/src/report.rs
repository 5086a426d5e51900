//! The table: seconds, speed relative to the baseline (above 1 is faster), peak memory, and geometric means.

use std::fmt::Write;

use crate::options::Options;
use crate::{Measured, Outcome, Row};
use skein_measure::statistics::geometric_mean;

/// Renders all rows.
pub fn table(options: &Options, rows: &[Row]) -> String {
    let mut out = String::new();
    let width = rows
        .iter()
        .map(|row| row.name.len())
        .max()
        .unwrap_or(0)
        .max("geometric mean".len());
    let _ = write!(out, "{:<width$}", "program");
    for (i, interpreter) in options.interpreters.iter().enumerate() {
        let _ = write!(out, " | {:>10}", interpreter.name);
        let _ = if i == options.baseline {
            write!(out, " {:>8}", "MiB")
        } else {
            write!(out, " {:>7} {:>8} {:>6}", "speed", "MiB", "mem")
        };
    }
    out.push('\n');
    for row in rows {
        let _ = write!(out, "{:<width$}", row.name);
        for i in 0..options.interpreters.len() {
            cell(&mut out, options, row, i);
        }
        out.push('\n');
    }
    let _ = write!(out, "{:<width$}", "geometric mean");
    for i in 0..options.interpreters.len() {
        if i == options.baseline {
            let _ = write!(out, " | {:>10} {:>8}", "", "");
        } else {
            let (speed, memory) = means(options, rows, i);
            let _ = write!(out, " | {:>10} {speed:>6.2}x {:>8} {memory:>5.2}x", "", "");
        }
    }
    out.push('\n');
    failures(&mut out, options, rows);
    out
}

fn cell(out: &mut String, options: &Options, row: &Row, i: usize) {
    let base = &row.outcomes[options.baseline];
    let text = match (&row.outcomes[i], base) {
        (Outcome::Bad(_), _) if i == options.baseline => format!("{:>10} {:>8}", "FAILED", ""),
        (Outcome::Bad(_), _) => format!("{:>10} {:>7} {:>8} {:>6}", "FAILED", "", "", ""),
        (Outcome::Good(own), _) if i == options.baseline => {
            format!("{:>9.3}s {:>8.1}", options.seconds(own), mebibytes(own))
        }
        (Outcome::Good(own), Outcome::Good(base)) => {
            let speed = options.seconds(base) / options.seconds(own);
            let memory = own.peak as f64 / base.peak as f64;
            format!(
                "{:>9.3}s {speed:>6.2}x {:>8.1} {memory:>5.2}x",
                options.seconds(own),
                mebibytes(own)
            )
        }
        (Outcome::Good(own), Outcome::Bad(_)) => {
            format!(
                "{:>9.3}s {:>7} {:>8.1} {:>6}",
                options.seconds(own),
                "",
                mebibytes(own),
                ""
            )
        }
    };
    let _ = write!(out, " | {text}");
}

impl Options {
    fn seconds(&self, measured: &Measured) -> f64 {
        match self.wall {
            true => measured.wall,
            false => measured.cpu,
        }
    }
}

fn mebibytes(measured: &Measured) -> f64 {
    measured.peak as f64 / 1024.0
}

/// Geometric means of speed and memory against the baseline, over the programs that both ran.
pub fn means(options: &Options, rows: &[Row], i: usize) -> (f64, f64) {
    let pairs: Vec<_> = rows
        .iter()
        .filter_map(
            |row| match (&row.outcomes[i], &row.outcomes[options.baseline]) {
                (Outcome::Good(own), Outcome::Good(base)) => Some((
                    options.seconds(base) / options.seconds(own),
                    own.peak as f64 / base.peak as f64,
                )),
                _ => None,
            },
        )
        .collect();
    (
        geometric_mean(pairs.iter().map(|pair| pair.0)),
        geometric_mean(pairs.iter().map(|pair| pair.1)),
    )
}

fn failures(out: &mut String, options: &Options, rows: &[Row]) {
    for row in rows {
        for (interpreter, outcome) in options.interpreters.iter().zip(&row.outcomes) {
            if let Outcome::Bad(why) = outcome {
                let _ = writeln!(out, "FAILED {} on {}: {why}", row.name, interpreter.name);
            }
        }
    }
}
