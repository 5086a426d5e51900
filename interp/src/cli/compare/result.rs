//! What was measured, whether it agrees, and the same as JSON.

use super::columns::Contender;
use super::settings::Settings;
use skein_measure::child::{End, Run};
use skein_measure::contest::Column;
use skein_measure::json::Json;
use skein_measure::output::{Difference, difference};
use skein_measure::statistics::Estimate;

/// A column of the table.
pub struct Entry {
    /// What was run.
    pub contender: Contender,
    /// Its runs.
    pub column: Column,
    /// What the JIT told of each run.
    pub jit: Vec<Json>,
}

/// All that was measured.
pub struct Comparison {
    /// The program.
    pub title: String,
    /// The columns.
    pub entries: Vec<Entry>,
    /// The column that the others are compared with.
    pub base: usize,
    /// A first round was left out.
    pub warmed_up: bool,
    /// The signal that ended it early.
    pub interrupted: Option<i32>,
    /// Standard input is a terminal, so the program's was empty.
    pub no_input: bool,
}

/// How a column's output and end are to be taken.
pub enum Verdict {
    /// It printed what the base printed, and ended alike.
    Agrees,
    /// It was not run.
    Unknown,
    /// It failed, in these words.
    Failed(String),
    /// It ended otherwise.
    Ends(End),
    /// It printed something else.
    Prints(Difference),
    /// What it prints changes from run to run.
    Unsteady(Difference),
}

impl Comparison {
    /// One without runs.
    ///
    /// # Errors
    /// There is no place for outputs.
    pub fn new(title: String, contenders: Vec<Contender>, s: &Settings) -> std::io::Result<Self> {
        let entry = |contender: Contender| {
            Ok(Entry {
                column: Column::new(&contender.name)?,
                contender,
                jit: Vec::new(),
            })
        };
        let entries: Vec<Entry> = contenders
            .into_iter()
            .map(entry)
            .collect::<std::io::Result<_>>()?;
        let named = |e: &Entry| s.base.as_ref() == Some(&e.column.name);
        Ok(Comparison {
            title,
            base: entries.iter().position(named).unwrap_or(0),
            entries,
            warmed_up: false,
            interrupted: None,
            no_input: false,
        })
    }

    /// The column that the others are compared with.
    pub fn base(&self) -> &Column {
        &self.entries[self.base].column
    }

    /// True if nothing was measured.
    pub fn is_empty(&self) -> bool {
        self.entries
            .iter()
            .all(|e| e.column.runs.is_empty() && e.column.trouble.is_none())
    }

    /// How a column is to be taken.
    pub fn verdict(&self, entry: &Entry) -> Verdict {
        let (own, base) = (&entry.column, self.base());
        if let Some(trouble) = &own.trouble {
            return Verdict::Failed(trouble.to_string());
        }
        let Some(end) = own.end else {
            return Verdict::Unknown;
        };
        if let Some(d) = &own.unsteady {
            return Verdict::Unsteady(d.clone());
        }
        if base.end.is_some_and(|b| b != end) {
            return Verdict::Ends(end);
        }
        // What no two runs of the base agree on says nothing about others.
        if base.trouble.is_some() || base.unsteady.is_some() || base.end.is_none() {
            return Verdict::Unknown;
        }
        match difference(&base.stdout, &own.stdout) {
            Some(d) => Verdict::Prints(d),
            None => Verdict::Agrees,
        }
    }

    /// True if all columns did the same.
    pub fn agrees(&self) -> bool {
        self.entries
            .iter()
            .all(|e| matches!(self.verdict(e), Verdict::Agrees))
    }

    /// How many times faster than the base.
    pub fn speed(&self, entry: &Entry, figure: fn(&Run) -> f64) -> Option<Estimate> {
        entry.column.speed(self.base(), figure)
    }

    /// All of it.
    pub fn json(&self) -> Json {
        let rounds = self.entries.iter().map(|e| e.column.runs.len()).max();
        Json::map([
            ("program", Json::text(&self.title)),
            ("rounds", Json::Int(rounds.unwrap_or(0) as u64)),
            ("warmed_up", Json::Bool(self.warmed_up)),
            ("interrupted", Json::Bool(self.interrupted.is_some())),
            ("base", Json::text(&self.base().name)),
            ("agree", Json::Bool(self.agrees())),
            (
                "columns",
                Json::List(self.entries.iter().map(|e| self.entry_json(e)).collect()),
            ),
        ])
    }

    fn entry_json(&self, entry: &Entry) -> Json {
        let column = &entry.column;
        let command = std::iter::once(entry.contender.interpreter.as_os_str())
            .chain(entry.contender.args.iter().map(|a| a.as_os_str()));
        let command = command.map(|a| Json::text(a.to_string_lossy()));
        let (verdict, what) = match self.verdict(entry) {
            Verdict::Agrees => ("agrees", Json::Null),
            Verdict::Unknown => ("unknown", Json::Null),
            Verdict::Failed(why) => ("failed", Json::text(why)),
            Verdict::Ends(end) => ("ends differ", Json::text(end.to_string())),
            Verdict::Prints(d) => ("output differs", difference_json(&d)),
            Verdict::Unsteady(d) => ("output changes", difference_json(&d)),
        };
        let end = match column.end {
            Some(End::Code(n)) => Json::Float(n.into()),
            Some(End::Signal(n)) => Json::Float((-n).into()),
            None => Json::Null,
        };
        let speed =
            |figure: fn(&Run) -> f64| self.speed(entry, figure).map_or(Json::Null, estimate);
        Json::map([
            ("name", Json::text(&column.name)),
            ("command", Json::List(command.collect())),
            ("verdict", Json::text(verdict)),
            ("what", what),
            // As subprocess.returncode: negative for signals.
            ("exit_code", end),
            ("wall_s", figure(column, |run| run.wall)),
            ("cpu_s", figure(column, |run| run.cpu)),
            ("peak_kib", figure(column, |run| run.peak as f64)),
            ("speed_wall", speed(|run| run.wall)),
            ("speed_cpu", speed(|run| run.cpu)),
            ("jit", entry.jit.last().cloned().unwrap_or(Json::Null)),
        ])
    }
}

fn estimate(e: Estimate) -> Json {
    Json::map([
        ("median", Json::Float(e.middle)),
        ("low", Json::Float(e.low)),
        ("high", Json::Float(e.high)),
    ])
}

fn figure(column: &Column, figure: fn(&Run) -> f64) -> Json {
    let runs = column
        .runs
        .iter()
        .map(|run| Json::Float(figure(run)))
        .collect();
    match column.estimate(figure).map(estimate) {
        Some(Json::Map(mut pairs)) => {
            pairs.push(("runs".to_string(), Json::List(runs)));
            Json::Map(pairs)
        }
        _ => Json::Null,
    }
}

fn difference_json(d: &Difference) -> Json {
    let line = |l: &Option<String>| l.as_ref().map_or(Json::Null, Json::text);
    Json::map([
        ("line", Json::Int(d.line)),
        ("expected", line(&d.left)),
        ("got", line(&d.right)),
    ])
}
