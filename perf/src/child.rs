//! One timed run of a child process.
//!
//! `std` does not tell a child's processor time or peak memory; `wait4` does, hence the crate `libc` and the two unsafe calls here.
//! Output goes to a file: a pipe would make the child wait for us.

use std::fs::File;
use std::io::{Read, Seek};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What one run cost and printed.
#[derive(Debug)]
pub struct Run {
    /// User plus system seconds.
    pub cpu: f64,
    /// Wall seconds.
    pub wall: f64,
    /// Peak resident memory in KiB.
    pub peak: u64,
    /// Standard output.
    pub stdout: Vec<u8>,
}

/// Runs `command` to its end.
///
/// # Errors
/// A sentence when it cannot start, takes longer than `limit` or exits with another code than 0.
pub fn run(command: &mut Command, limit: Duration) -> Result<Run, String> {
    let (mut stdout, mut stderr) = (scratch("out")?, scratch("err")?);
    let to = |file: &File| file.try_clone().map(Stdio::from).map_err(|e| e.to_string());
    command
        .stdin(Stdio::null())
        .stdout(to(&stdout)?)
        .stderr(to(&stderr)?);
    let start = Instant::now();
    let child = command
        .spawn()
        .map_err(|e| format!("{}: {e}", command.get_program().display()))?;
    let pid = libc::pid_t::try_from(child.id()).map_err(|e| e.to_string())?;
    let (status, usage, wall) = wait(pid, start, limit)?;
    if !(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0) {
        let text = read(&mut stderr);
        let text = String::from_utf8_lossy(&text);
        let last = text
            .lines()
            .rev()
            .find(|line| !line.trim().is_empty())
            .unwrap_or_default();
        let end = if libc::WIFEXITED(status) {
            format!("exit code {}", libc::WEXITSTATUS(status))
        } else {
            format!("signal {}", libc::WTERMSIG(status))
        };
        return Err(format!("{end}: {last}"));
    }
    let seconds = |t: libc::timeval| t.tv_sec as f64 + t.tv_usec as f64 / 1e6;
    Ok(Run {
        cpu: seconds(usage.ru_utime) + seconds(usage.ru_stime),
        wall: wall.as_secs_f64(),
        peak: u64::try_from(usage.ru_maxrss).unwrap_or(0),
        stdout: read(&mut stdout),
    })
}

/// Waits by polling, which makes the wall time 2 ms coarse; processor time is exact.
fn wait(
    pid: libc::pid_t,
    start: Instant,
    limit: Duration,
) -> Result<(libc::c_int, libc::rusage, Duration), String> {
    let mut status = 0;
    // SAFETY: rusage is a plain C struct of integers, for which all-zero bytes are a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    let mut killed = false;
    loop {
        // SAFETY: both pointers are to locals of the types wait4 fills; pid is our own unreaped child, so it names no other process.
        let ended = unsafe { libc::wait4(pid, &raw mut status, libc::WNOHANG, &raw mut usage) };
        match ended {
            0 if !killed && start.elapsed() > limit => {
                // SAFETY: pid is our own child and not yet reaped (wait4 said 0), so the number cannot have been reused.
                unsafe { libc::kill(pid, libc::SIGKILL) };
                killed = true;
            }
            0 => std::thread::sleep(Duration::from_millis(2)),
            _ if ended == pid && killed => {
                return Err(format!("no end within {} s", limit.as_secs()));
            }
            _ if ended == pid => return Ok((status, usage, start.elapsed())),
            _ => return Err(std::io::Error::last_os_error().to_string()),
        }
    }
}

fn scratch(ending: &str) -> Result<File, String> {
    let path = std::env::temp_dir().join(format!("skein-perf-{}.{ending}", std::process::id()));
    let mut open = File::options();
    let file = open
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(&path);
    let file = file.map_err(|e| format!("{}: {e}", path.display()))?;
    // The open file lives on without its name, so nothing is left behind.
    drop(std::fs::remove_file(&path));
    Ok(file)
}

fn read(file: &mut File) -> Vec<u8> {
    let mut data = Vec::new();
    if file.rewind().is_ok() {
        drop(file.read_to_end(&mut data));
    }
    data
}
