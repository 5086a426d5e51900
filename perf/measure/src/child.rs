//! One timed run of a child process.
//!
//! `std` does not tell a child's processor time or peak memory; `wait4` does, hence the crate `libc` and the unsafe calls here. The
//! end of the child is waited for as a signal, so that the wall time is exact and neither Ctrl-C nor a limit needs polling.
//!
//! Peak memory: the kernel counts what a process held between `fork` and `exec`, a copy of its parent, as its own. So the process
//! that measures must be small, and must stay so: outputs go to files ([`crate::output`]) and are never read whole. How large it is
//! itself stands beside the figure ([`Run::floor`]): a peak up to that says nothing but "not more".

use std::mem::MaybeUninit;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::{Duration, Instant};

/// What one run cost.
#[derive(Clone, Debug)]
pub struct Run {
    /// User plus system seconds.
    pub cpu: f64,
    /// Wall seconds.
    pub wall: f64,
    /// Peak resident memory in KiB.
    pub peak: u64,
    /// Peaks up to this many KiB may be those of the process that measured.
    pub floor: u64,
    /// How it ended.
    pub end: End,
}

/// How a process ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// With an exit code.
    Code(i32),
    /// By a signal.
    Signal(i32),
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            End::Code(code) => write!(f, "exit code {code}"),
            End::Signal(n) => match signal_name(n) {
                Some(name) => write!(f, "killed by {name}"),
                None => write!(f, "killed by signal {n}"),
            },
        }
    }
}

fn signal_name(n: i32) -> Option<&'static str> {
    const NAMES: &[(i32, &str)] = &[
        (libc::SIGABRT, "SIGABRT"),
        (libc::SIGBUS, "SIGBUS"),
        (libc::SIGFPE, "SIGFPE"),
        (libc::SIGHUP, "SIGHUP"),
        (libc::SIGILL, "SIGILL"),
        (libc::SIGINT, "SIGINT"),
        (libc::SIGKILL, "SIGKILL"),
        (libc::SIGPIPE, "SIGPIPE"),
        (libc::SIGSEGV, "SIGSEGV"),
        (libc::SIGTERM, "SIGTERM"),
    ];
    NAMES.iter().find(|(k, _)| *k == n).map(|(_, name)| *name)
}

/// Why there is no result.
#[derive(Debug)]
pub enum Failure {
    /// It could not be started.
    Start(std::io::Error),
    /// It took longer than the limit and was killed.
    Limit(Duration),
    /// This signal asked the measuring process to stop; the child was stopped too.
    Interrupted(i32),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Start(e) => write!(f, "it cannot be started: {e}"),
            Failure::Limit(limit) => write!(f, "no end within {} s", limit.as_secs_f64()),
            Failure::Interrupted(_) => write!(f, "interrupted"),
        }
    }
}

/// Signals that end the measuring, which then says what it has.
const STOPPING: [i32; 3] = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP];
/// How long a child may go on after it was asked to stop.
const GRACE: Duration = Duration::from_secs(1);
/// How often the caller hears of a running child.
const TICK: Duration = Duration::from_millis(200);

/// The signals of this thread while it measures: they are held back, and asked for here. All other threads must block them.
pub struct Session {
    waited: libc::sigset_t,
    before: libc::sigset_t,
}

impl Session {
    /// Holds the signals back until the session is dropped.
    #[must_use]
    pub fn begin() -> Session {
        let mut waited = MaybeUninit::<libc::sigset_t>::uninit();
        let mut before = MaybeUninit::<libc::sigset_t>::uninit();
        // SAFETY: sigemptyset initialises the one set, pthread_sigmask the other; both are plain data of this frame.
        unsafe {
            libc::sigemptyset(waited.as_mut_ptr());
            libc::sigaddset(waited.as_mut_ptr(), libc::SIGCHLD);
            for n in STOPPING {
                libc::sigaddset(waited.as_mut_ptr(), n);
            }
            libc::pthread_sigmask(libc::SIG_BLOCK, waited.as_ptr(), before.as_mut_ptr());
            Session {
                waited: waited.assume_init(),
                before: before.assume_init(),
            }
        }
    }

    /// The next of the signals, if one comes within the time.
    fn signal(&self, patience: Duration) -> Option<i32> {
        let time = libc::timespec {
            tv_sec: patience.as_secs() as libc::time_t,
            tv_nsec: patience.subsec_nanos() as libc::c_long,
        };
        // SAFETY: the set is initialised, nothing is asked about the signal but its number.
        let n = unsafe { libc::sigtimedwait(&raw const self.waited, std::ptr::null_mut(), &time) };
        (n > 0).then_some(n)
    }

    /// The signal that asked this process to stop while no child ran.
    #[must_use]
    pub fn interrupted(&self) -> Option<i32> {
        std::iter::from_fn(|| self.signal(Duration::ZERO)).find(|n| STOPPING.contains(n))
    }

    /// Runs `command` to its end; `tick` hears a few times a second for how long.
    ///
    /// # Errors
    /// It does not start or end, or this process shall stop.
    pub fn run(
        &self,
        command: &mut Command,
        limit: Option<Duration>,
        tick: &mut dyn FnMut(Duration),
    ) -> Result<Run, Failure> {
        let mask = self.before;
        // SAFETY: between fork and exec only pthread_sigmask runs, which is async-signal-safe; the mask is a copy.
        unsafe {
            command.pre_exec(move || {
                libc::pthread_sigmask(libc::SIG_SETMASK, &raw const mask, std::ptr::null_mut());
                Ok(())
            });
        }
        let floor = own_peak();
        let start = Instant::now();
        let child = command.spawn().map_err(Failure::Start)?;
        let pid = child.id() as libc::pid_t;
        let (status, usage, wall) = self.wait(pid, start, limit, tick)?;
        let seconds = |t: libc::timeval| t.tv_sec as f64 + t.tv_usec as f64 / 1e6;
        Ok(Run {
            cpu: seconds(usage.ru_utime) + seconds(usage.ru_stime),
            wall: wall.as_secs_f64(),
            peak: u64::try_from(usage.ru_maxrss).unwrap_or(0),
            floor,
            end: if libc::WIFSIGNALED(status) {
                End::Signal(libc::WTERMSIG(status))
            } else {
                End::Code(libc::WEXITSTATUS(status))
            },
        })
    }

    fn wait(
        &self,
        pid: libc::pid_t,
        start: Instant,
        limit: Option<Duration>,
        tick: &mut dyn FnMut(Duration),
    ) -> Result<(libc::c_int, libc::rusage, Duration), Failure> {
        let mut stopping: Option<(i32, Instant)> = None;
        let mut late = false;
        loop {
            if let Some((status, usage)) = ended(pid).map_err(Failure::Start)? {
                return match (limit, stopping) {
                    (_, Some((n, _))) => Err(Failure::Interrupted(n)),
                    (Some(limit), _) if late => Err(Failure::Limit(limit)),
                    _ => Ok((status, usage, start.elapsed())),
                };
            }
            let left = limit.map_or(TICK, |limit| {
                limit.saturating_sub(start.elapsed()).min(TICK)
            });
            match self.signal(if late { TICK } else { left }) {
                Some(n) if STOPPING.contains(&n) => {
                    stopping.get_or_insert((n, Instant::now()));
                    kill(pid, n);
                }
                Some(_) => continue,
                None => {}
            }
            if stopping.is_some_and(|(_, since)| since.elapsed() > GRACE) {
                kill(pid, libc::SIGKILL);
            }
            if limit.is_some_and(|limit| start.elapsed() >= limit) {
                kill(pid, libc::SIGKILL);
                late = true;
            }
            tick(start.elapsed());
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // SAFETY: the mask is the one that pthread_sigmask gave.
        unsafe {
            libc::pthread_sigmask(
                libc::SIG_SETMASK,
                &raw const self.before,
                std::ptr::null_mut(),
            );
        }
    }
}

/// Status and costs of our child, if it has ended.
fn ended(pid: libc::pid_t) -> std::io::Result<Option<(libc::c_int, libc::rusage)>> {
    let mut status = 0;
    // SAFETY: rusage is a plain C struct of integers, for which all-zero bytes are a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to locals of the types wait4 fills; pid is our own unreaped child, so it names no other process.
    match unsafe { libc::wait4(pid, &raw mut status, libc::WNOHANG, &raw mut usage) } {
        0 => Ok(None),
        n if n == pid => Ok(Some((status, usage))),
        _ => Err(std::io::Error::last_os_error()),
    }
}

fn kill(pid: libc::pid_t, signal: i32) {
    // SAFETY: pid is our own child and not yet reaped (wait4 said so), so the number cannot have been reused.
    unsafe { libc::kill(pid, signal) };
}

/// The most memory that this process held since it began, in KiB. `getrusage` would count its parent's.
fn own_peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(text: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", text]);
        command
    }

    #[test]
    fn a_run_tells_its_end_and_its_own_memory() {
        let session = Session::begin();
        // This process is large; the child's figure must not show it beyond the floor that is told.
        let large = vec![1u8; 96 << 20];
        let run = session.run(&mut shell("exit 7"), None, &mut |_| {});
        let run = run.expect("a shell");
        assert_eq!(run.end, End::Code(7));
        assert!(run.floor >= 96 << 10 && run.peak <= run.floor, "{run:?}");
        drop(large);
        let run = session.run(&mut shell("kill -SEGV $$"), None, &mut |_| {});
        assert_eq!(run.expect("a shell").end.to_string(), "killed by SIGSEGV");
    }

    #[test]
    fn a_limit_ends_it() {
        let limit = Duration::from_millis(100);
        let run = Session::begin().run(&mut shell("exec sleep 20"), Some(limit), &mut |_| {});
        assert!(matches!(run, Err(Failure::Limit(l)) if l == limit));
    }

    #[test]
    fn children_get_signals_as_ever() {
        let text = "trap 'exit 3' INT; kill -INT $$; sleep 5";
        let run = Session::begin().run(&mut shell(text), None, &mut |_| {});
        assert_eq!(run.expect("a shell").end, End::Code(3));
    }
}
