//! Writes a run as JSON into `perf/records/`, with what one needs to judge it later: machine, commit, settings.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::Command;

use crate::options::{Options, workspace};
use crate::{Outcome, Row, report};
use skein_measure::json::Json;

/// Writes `perf/records/<name>.json` and returns its path.
pub fn write(name: &str, options: &Options, rows: &[Row]) -> Result<PathBuf, String> {
    let folder = workspace().join("perf/records");
    let path = folder.join(format!("{name}.json"));
    let done =
        std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, json(options, rows)));
    done.map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(path)
}

fn json(options: &Options, rows: &[Row]) -> String {
    let mut out = String::from("{\n");
    let _ = writeln!(
        out,
        "  \"date\": {},",
        text(&says("date", &["-u", "+%Y-%m-%dT%H:%M:%SZ"]))
    );
    let _ = writeln!(
        out,
        "  \"commit\": {},",
        text(&says("git", &["describe", "--always", "--dirty"]))
    );
    let _ = writeln!(out, "  \"system\": {},", text(&says("uname", &["-srm"])));
    let _ = writeln!(out, "  \"processor\": {},", text(&processor()));
    let _ = writeln!(out, "  \"rounds\": {},", options.rounds);
    let _ = writeln!(
        out,
        "  \"baseline\": {},",
        text(&options.interpreters[options.baseline].name)
    );
    out.push_str("  \"interpreters\": {\n");
    for (i, interpreter) in options.interpreters.iter().enumerate() {
        let version = says(&interpreter.command[0], &["-V"]);
        let (speed, memory) = report::means(options, rows, i);
        let comma = comma(i, options.interpreters.len());
        let _ = writeln!(
            out,
            "    {}: {{\"version\": {}, \"mean_speed\": {}, \"mean_memory\": {}}}{comma}",
            text(&interpreter.name),
            text(&version),
            number(speed),
            number(memory)
        );
    }
    out.push_str("  },\n  \"programs\": {\n");
    for (i, row) in rows.iter().enumerate() {
        let _ = write!(out, "    {}: {{", text(&row.name));
        for (j, (interpreter, outcome)) in
            options.interpreters.iter().zip(&row.outcomes).enumerate()
        {
            let _ = write!(
                out,
                "{}{}: ",
                if j == 0 { "" } else { ", " },
                text(&interpreter.name)
            );
            let _ = match outcome {
                Outcome::Good(m) => {
                    write!(
                        out,
                        "{{\"cpu\": {:.4}, \"wall\": {:.4}, \"peak_kib\": {}}}",
                        m.cpu, m.wall, m.peak
                    )
                }
                Outcome::Bad(why) => write!(out, "{{\"failed\": {}}}", text(why)),
            };
        }
        let _ = writeln!(out, "}}{}", comma(i, rows.len()));
    }
    out.push_str("  }\n}\n");
    out
}

fn comma(i: usize, len: usize) -> &'static str {
    if i + 1 < len { "," } else { "" }
}

fn number(value: f64) -> String {
    if value.is_finite() {
        format!("{value:.4}")
    } else {
        "null".to_owned()
    }
}

fn text(value: &str) -> String {
    Json::text(value).to_string()
}

fn says(program: &str, args: &[&str]) -> String {
    let out = Command::new(program)
        .args(args)
        .current_dir(workspace())
        .output();
    out.map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned())
        .unwrap_or_default()
}

fn processor() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = info.lines().find(|line| line.starts_with("model name"));
    line.and_then(|line| line.split_once(':'))
        .map(|(_, name)| name.trim().to_owned())
        .unwrap_or_default()
}
