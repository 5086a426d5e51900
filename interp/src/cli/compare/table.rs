//! The table, and the sentences below it.

use super::result::{Comparison, Entry, Verdict};
use skein_measure::child::{End, Run};
use skein_measure::json::Json;
use skein_measure::output::Difference;
use skein_measure::statistics::Estimate;
use std::fmt::Write;

/// With fewer runs nothing can be said of noise.
const FEW: usize = 3;
/// Bytes of standard error that are looked at.
const TAIL: usize = 8192;

/// A row: its title and a cell for each column.
struct Row {
    title: &'static str,
    cells: Vec<String>,
}

/// All that there is to say.
pub fn render(c: &Comparison) -> String {
    let mut rows = vec![
        row(c, "", |e| e.column.name.clone()),
        row(c, "wall time", |e| {
            time(e.column.estimate(|run| run.wall), e.column.runs.len())
        }),
        row(c, "CPU time", |e| {
            time(e.column.estimate(|run| run.cpu), e.column.runs.len())
        }),
        row(c, "speed, wall", |e| speed(c, e, |run| run.wall)),
        row(c, "speed, CPU", |e| speed(c, e, |run| run.cpu)),
        row(c, "peak memory", memory),
        row(c, "in compiled code", |e| jit(e, in_code)),
        row(c, "recording, compiling", |e| jit(e, compiling)),
        row(c, "loops compiled", |e| jit(e, |e| count(e, "loops"))),
        row(c, "bridges compiled", |e| jit(e, |e| count(e, "bridges"))),
        row(c, "machine code", |e| jit(e, machine_code)),
        row(c, "recordings given up", |e| jit(e, given_up)),
    ];
    rows.retain(|row| {
        row.cells
            .iter()
            .any(|cell| !matches!(cell.as_str(), "" | "–"))
    });
    let mut out = format!("{}\n\n", c.title);
    lay_out(&mut out, &rows);
    out.push('\n');
    rounds(&mut out, c);
    marks(&mut out, &rows);
    if let Some(load) = busy() {
        let _ = writeln!(
            out,
            "The machine is busy (load {load:.1}): trust the CPU times more than the wall times."
        );
    }
    for entry in &c.entries {
        if let Some(note) = &entry.contender.note {
            let _ = writeln!(out, "{note}");
        }
    }
    verdicts(&mut out, c);
    out
}

fn row(c: &Comparison, title: &'static str, cell: impl Fn(&Entry) -> String) -> Row {
    Row {
        title,
        cells: c.entries.iter().map(cell).collect(),
    }
}

/// Cells stand under each other, right-aligned but for the marks behind them.
fn lay_out(out: &mut String, rows: &[Row]) {
    let marked = |cell: &str| cell.ends_with(['~', '?']);
    let width = |cell: &str| cell.chars().count() - if marked(cell) { 2 } else { 0 };
    let titles = rows
        .iter()
        .map(|r| r.title.chars().count())
        .max()
        .unwrap_or(0);
    let columns = rows.first().map_or(0, |r| r.cells.len());
    let widths: Vec<usize> = (0..columns)
        .map(|i| rows.iter().map(|r| width(&r.cells[i])).max().unwrap_or(0))
        .collect();
    for row in rows {
        let mut line = format!("{:<titles$}", row.title);
        for (cell, column) in row.cells.iter().zip(&widths) {
            let pad = column - width(cell);
            let mark = if marked(cell) { "" } else { "  " };
            let _ = write!(line, "  {:pad$}{cell}{mark}", "");
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// Seconds in a unit that fits.
fn seconds(s: f64) -> String {
    match s {
        s if s >= 100.0 => format!("{s:.0} s"),
        s if s >= 10.0 => format!("{s:.1} s"),
        s if s >= 1.0 => format!("{s:.2} s"),
        s if s >= 0.1 => format!("{:.0} ms", s * 1e3),
        s => format!("{:.1} ms", s * 1e3),
    }
}

fn time(e: Option<Estimate>, runs: usize) -> String {
    match e {
        None => "–".to_string(),
        Some(e) if runs < 2 => seconds(e.middle),
        Some(e) => format!("{} ±{:>2.0} %", seconds(e.middle), e.spread() * 100.0),
    }
}

fn speed(c: &Comparison, entry: &Entry, figure: fn(&Run) -> f64) -> String {
    let Some(e) = c.speed(entry, figure) else {
        return "–".to_string();
    };
    if std::ptr::eq(&entry.column, c.base()) {
        return "1".to_string();
    }
    match c.verdict(entry) {
        Verdict::Agrees | Verdict::Unsteady(_) | Verdict::Unknown => {}
        _ => return "–".to_string(),
    }
    let mark = match entry.column.runs.len() {
        n if n < FEW => " ?",
        _ if e.contains(1.0) => " ~",
        _ => "",
    };
    let digits = if e.middle < 10.0 { 2 } else { 1 };
    format!("{:.digits$}x{mark}", e.middle)
}

fn memory(e: &Entry) -> String {
    let Some(peak) = e.column.estimate(|run| run.peak as f64) else {
        return "–".to_string();
    };
    let floor = e.column.runs.iter().any(|run| run.peak <= run.floor);
    let most = if floor { "≤ " } else { "" };
    format!("{most}{:.1} MiB", peak.middle / 1024.0)
}

/// A cell about the JIT, of the columns where it was on.
fn jit(e: &Entry, cell: fn(&Entry) -> String) -> String {
    match e.jit.last().and_then(|stats| stats.get("enabled")) {
        Some(Json::Bool(true)) => cell(e),
        _ => "–".to_string(),
    }
}

/// The median of something that the JIT told of each run.
fn told(e: &Entry, figure: impl Fn(&Json, f64) -> f64) -> f64 {
    let runs = e.jit.iter().zip(&e.column.runs);
    let values: Vec<f64> = runs
        .map(|(stats, run)| figure(stats, run.wall * 1e3))
        .collect();
    Estimate::of(&values).map_or(0.0, |e| e.middle)
}

fn in_code(e: &Entry) -> String {
    let share = told(e, |stats, wall| stats.number("compiled_code_ms") / wall);
    format!("{:.0} %", 100.0 * share.min(1.0))
}

fn compiling(e: &Entry) -> String {
    let ms = |stats: &Json| stats.number("record_ms") + stats.number("compile_ms");
    let share = told(e, |stats, wall| ms(stats) / wall);
    format!(
        "{} ({:.0} %)",
        seconds(told(e, |stats, _| ms(stats)) / 1e3),
        100.0 * share
    )
}

fn count(e: &Entry, key: &str) -> String {
    format!("{:.0}", told(e, |stats, _| stats.number(key)))
}

fn machine_code(e: &Entry) -> String {
    let bytes = told(e, |stats, _| stats.number("code_bytes"));
    format!("{:.0} KiB", (bytes / 1024.0).ceil())
}

fn given_up(e: &Entry) -> String {
    let sum = |aborts: &Json| match aborts {
        Json::Map(reasons) => reasons
            .iter()
            .fold(0.0, |n, (why, _)| n + aborts.number(why)),
        _ => 0.0,
    };
    let count = told(e, |stats, _| stats.get("aborts").map_or(0.0, sum));
    format!("{count:.0}")
}

fn rounds(out: &mut String, c: &Comparison) {
    let n = c
        .entries
        .iter()
        .map(|e| e.column.runs.len())
        .max()
        .unwrap_or(0);
    let _ = write!(out, "{n} round{}", if n == 1 { "" } else { "s" });
    if c.warmed_up {
        out.push_str(" after one to warm up");
    }
    out.push_str(match n {
        0 | 1 => "",
        // Fewer values say less, even by their whole range.
        2..=4 => "; ± is the whole range",
        _ => "; ± holds the median in 9 of 10 cases",
    });
    if c.interrupted.is_some() {
        out.push_str("; interrupted");
    }
    out.push_str(".\n");
}

/// The load average of the last minute, if it is more than the processors and this comparison explain.
fn busy() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/loadavg").ok()?;
    let load: f64 = text.split_whitespace().next()?.parse().ok()?;
    let processors = std::thread::available_parallelism().ok()?.get();
    (load > processors as f64 + 0.5).then_some(load)
}

fn marks(out: &mut String, rows: &[Row]) {
    let cells = || rows.iter().flat_map(|r| &r.cells);
    if cells().any(|cell| cell.ends_with(" ~")) {
        out.push_str("~: within the noise, so no difference was measured.\n");
    }
    if cells().any(|cell| cell.ends_with(" ?")) {
        out.push_str("?: too few rounds to tell it from noise.\n");
    }
}

fn verdicts(out: &mut String, c: &Comparison) {
    let base = c.base();
    for entry in &c.entries {
        let name = &entry.column.name;
        let _ = match c.verdict(entry) {
            Verdict::Agrees => Ok(()),
            Verdict::Unknown if entry.column.end.is_none() => writeln!(out, "{name} was not run."),
            Verdict::Unknown => writeln!(out, "{name}: nothing to compare its output with."),
            Verdict::Failed(why) => writeln!(out, "{name}: {why}.\n{}", errors(entry)),
            Verdict::Ends(end) => {
                let expected = base.end.unwrap_or(End::Code(0));
                writeln!(
                    out,
                    "{name}: {end}, but {}: {expected}.\n{}",
                    base.name,
                    errors(entry)
                )
            }
            Verdict::Prints(d) => writeln!(
                out,
                "{name} prints something else than {}, first in line {}:\n{}",
                base.name,
                d.line,
                shown(&d)
            ),
            Verdict::Unsteady(d) => writeln!(
                out,
                "{name} prints something else in each run, first in line {}, so outputs cannot be compared \
                 (times? random numbers? the order of sets, which PYTHONHASHSEED=0 fixes?):\n{}",
                d.line,
                shown(&d)
            ),
        };
    }
    if c.agrees() {
        agreement(out, c);
    }
    let unread = |e: &Entry| {
        e.column
            .stderr
            .tail(TAIL)
            .windows(8)
            .any(|w| w == b"EOFError")
    };
    if c.no_input && c.entries.iter().any(unread) {
        out.push_str("Its standard input was empty, as this one is a terminal: give it a file with < file.\n");
    }
}

fn agreement(out: &mut String, c: &Comparison) {
    let bytes = c.base().stdout.length();
    let what = match c.base().end {
        Some(End::Code(0)) | None => "Output and exit code agree".to_string(),
        Some(end) => format!("All ended alike ({end}), with the same output"),
    };
    let _ = writeln!(out, "{what} ({bytes} bytes).");
    if c.base().end != Some(End::Code(0)) {
        out.push_str(&errors(&c.entries[c.base]));
    }
}

fn shown(d: &Difference) -> String {
    let mut out = String::new();
    let width = d.line.to_string().len();
    if let Some(before) = &d.before {
        let _ = writeln!(out, "    {:>width$}  {before}", d.line - 1);
    }
    for (sign, line) in [("-", &d.left), ("+", &d.right)] {
        let line = line.as_deref().unwrap_or("(the end)");
        let _ = writeln!(out, "  {sign} {:>width$}  {line}", d.line);
    }
    out.pop();
    out
}

/// The last lines that it wrote to standard error.
fn errors(e: &Entry) -> String {
    let tail = e.column.stderr.tail(TAIL);
    let text = String::from_utf8_lossy(&tail);
    let lines: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).collect();
    let last = &lines[lines.len().saturating_sub(4)..];
    last.iter().map(|line| format!("    {line}\n")).collect()
}
