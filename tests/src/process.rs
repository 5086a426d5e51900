//! Runs one child process with input, captured output and a time limit.
//!
//! `std` can wait without a limit or poll; output must be read by threads, or a child that prints more than a pipe holds never ends.

use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How a child ended and what it printed.
#[derive(Debug)]
pub struct Outcome {
    /// Exit code; 128 + n when signal n ended it (as a shell says); `None` after the time limit.
    pub code: Option<i32>,
    /// Everything on standard output.
    pub stdout: Vec<u8>,
    /// Everything on standard error.
    pub stderr: Vec<u8>,
    /// Wall time.
    pub time: Duration,
}

/// Runs `command` to its end or to `limit`, whichever comes first.
///
/// # Errors
/// When the child cannot be started.
pub fn run(command: &mut Command, stdin: &[u8], limit: Duration) -> std::io::Result<Outcome> {
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let feeder = child.stdin.take().map(|mut pipe| {
        let input = stdin.to_vec();
        // A child may end without reading its input: a broken pipe is no failure of the test.
        thread::spawn(move || drop(pipe.write_all(&input)))
    });
    let stdout = reader(child.stdout.take());
    let stderr = reader(child.stderr.take());
    let code = wait(&mut child, start, limit)?;
    let time = start.elapsed();
    if code.is_some()
        && let Some(feeder) = feeder
    {
        drop(feeder.join());
    }
    Ok(Outcome {
        code,
        stdout: collect(stdout),
        stderr: collect(stderr),
        time,
    })
}

fn wait(child: &mut Child, start: Instant, limit: Duration) -> std::io::Result<Option<i32>> {
    let mut pause = Duration::from_micros(500);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(shell_code(status)));
        }
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

fn shell_code(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal))
        .unwrap_or(-1)
}

fn reader(pipe: Option<impl Read + Send + 'static>) -> Option<JoinHandle<Vec<u8>>> {
    pipe.map(|mut pipe| {
        thread::spawn(move || {
            let mut data = Vec::new();
            drop(pipe.read_to_end(&mut data));
            data
        })
    })
}

fn collect(thread: Option<JoinHandle<Vec<u8>>>) -> Vec<u8> {
    thread
        .and_then(|thread| thread.join().ok())
        .unwrap_or_default()
}
