//! Several commands that do the same work, run in turn.
//!
//! Every command runs before any runs again, so a slow minute of the machine hits all alike, and the times of one round can be
//! compared with each other. What each prints first is kept: all its other runs must print that, too.

use crate::child::{End, Failure, Run, Session};
use crate::output::{Difference, Output, difference};
use crate::statistics::Estimate;
use std::process::{Command, Stdio};
use std::time::Duration;

/// A command and its runs so far.
pub struct Column {
    /// Its name.
    pub name: String,
    /// The runs that count, one a round.
    pub runs: Vec<Run>,
    /// What the first run printed.
    pub stdout: Output,
    /// What it wrote to standard error.
    pub stderr: Output,
    /// How it ended.
    pub end: Option<End>,
    /// Where another run first printed something else than the first one did.
    pub unsteady: Option<Difference>,
    /// Why it runs no more.
    pub trouble: Option<Trouble>,
}

/// Why a command cannot be compared.
#[derive(Debug)]
pub enum Trouble {
    /// No result.
    Failed(Failure),
    /// Another run ended otherwise.
    EndsDiffer(End, End),
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Trouble::Failed(failure) => failure.fmt(f),
            Trouble::EndsDiffer(a, b) => write!(f, "ends differ from run to run: {a}, {b}"),
        }
    }
}

/// How commands are run.
pub struct Arena<'a> {
    /// The signals.
    pub session: &'a Session,
    /// The limit of one run.
    pub limit: Option<Duration>,
    /// Standard input; nothing without.
    pub stdin: Option<&'a Output>,
}

impl Column {
    /// One without runs.
    ///
    /// # Errors
    /// There is no place for its output.
    pub fn new(name: &str) -> std::io::Result<Column> {
        Ok(Column {
            name: name.to_owned(),
            runs: Vec::new(),
            stdout: Output::new()?,
            stderr: Output::new()?,
            end: None,
            unsteady: None,
            trouble: None,
        })
    }

    /// Runs the command once, unless there was trouble already. The result is the number of the signal that asked to stop.
    ///
    /// # Errors
    /// There is no place for its output.
    pub fn run(
        &mut self,
        arena: &Arena,
        command: &mut Command,
        tick: &mut dyn FnMut(Duration),
    ) -> std::io::Result<Option<i32>> {
        if self.trouble.is_some() {
            return Ok(None);
        }
        let again = match self.end {
            Some(end) => Some((Output::new()?, end)),
            None => None,
        };
        let stdout = again.as_ref().map_or(&self.stdout, |(output, _)| output);
        command.stdout(stdout.writer()?);
        command.stderr(match again {
            Some(_) => Stdio::null(),
            None => self.stderr.writer()?,
        });
        command.stdin(match arena.stdin {
            Some(input) => input.reader()?,
            None => Stdio::null(),
        });
        match arena.session.run(command, arena.limit, tick) {
            Ok(run) => {
                if let Some((output, end)) = &again {
                    if *end != run.end {
                        self.trouble = Some(Trouble::EndsDiffer(*end, run.end));
                    } else if self.unsteady.is_none() {
                        self.unsteady = difference(&self.stdout, output);
                    }
                }
                self.end.get_or_insert(run.end);
                self.runs.push(run);
            }
            Err(Failure::Interrupted(n)) => return Ok(Some(n)),
            Err(failure) => self.trouble = Some(Trouble::Failed(failure)),
        }
        Ok(None)
    }

    /// Median and interval of a figure of its runs.
    pub fn estimate(&self, figure: impl Fn(&Run) -> f64) -> Option<Estimate> {
        Estimate::of(&self.runs.iter().map(figure).collect::<Vec<_>>())
    }

    /// How many times faster it was than `base`, round by round.
    pub fn speed(&self, base: &Column, figure: impl Fn(&Run) -> f64) -> Option<Estimate> {
        let ratios = base.runs.iter().zip(&self.runs);
        Estimate::of(
            &ratios
                .map(|(b, own)| figure(b) / figure(own))
                .collect::<Vec<_>>(),
        )
    }
}
