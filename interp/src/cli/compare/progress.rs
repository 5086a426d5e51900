//! A line on the terminal that tells what is being run, when that takes long.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// Runs that are shorter are not talked about.
const PATIENCE: Duration = Duration::from_secs(1);

/// The line.
pub struct Progress {
    terminal: bool,
    lines: bool,
    begun: Instant,
    shown: bool,
}

impl Progress {
    /// Shows something if standard error is a terminal, or `always`.
    pub fn new(always: bool) -> Progress {
        let terminal = std::io::stderr().is_terminal();
        Progress {
            terminal,
            lines: always && !terminal,
            begun: Instant::now(),
            shown: false,
        }
    }
    /// A run begins: a line of its own where there is no terminal.
    pub fn begin(&mut self, text: &str) {
        if self.lines {
            put(&format!("{text}\n"));
        }
    }
    /// It goes on.
    pub fn update(&mut self, text: impl FnOnce() -> String) {
        if self.terminal && self.begun.elapsed() > PATIENCE {
            // Back to the line's start, and what stood there is cleared.
            put(&format!("\r\x1b[2K{}", text()));
            self.shown = true;
        }
    }
    /// The line goes away.
    pub fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            put("\r\x1b[2K");
        }
    }
}

fn put(text: &str) {
    // Progress is not worth an error.
    let mut err = std::io::stderr();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}
