//! Pseudo-terminals.

use super::proc::fork_with;
use super::{done, int};
use crate::os_error::os_error;
use crate::path;
use skein_runtime::helpers::{files, terminal};
use skein_runtime::prelude::*;

pub static FUNCTIONS: &[NativeDef] = &[
    function(
        "openpty",
        openpty,
        "()",
        "Open a pseudo-terminal: (master_fd, slave_fd).",
    ),
    function(
        "login_tty",
        login_tty,
        "(fd, /)",
        "Make a terminal the controlling one of a new session and the standard streams.",
    ),
    function(
        "forkpty",
        forkpty,
        "()",
        "Fork a child with a new pseudo-terminal: (pid, master_fd), pid is 0 in the child.",
    ),
    function(
        "posix_openpt",
        posix_openpt,
        "(oflag, /)",
        "Open the master end of a pseudo-terminal.",
    ),
    function(
        "grantpt",
        |vm, a| prepare(vm, a, false),
        "(fd, /)",
        "Let the user have the slave end of a pseudo-terminal.",
    ),
    function(
        "unlockpt",
        |vm, a| prepare(vm, a, true),
        "(fd, /)",
        "Unlock the slave end of a pseudo-terminal.",
    ),
    function(
        "ptsname",
        ptsname,
        "(fd, /)",
        "Name of the slave end of a pseudo-terminal.",
    ),
];

fn pair(vm: &mut Vm, a: i32, b: i32) -> PyResult {
    Ok(vm.new_tuple(&[Value::from_i32(a), Value::from_i32(b)]))
}

/// A new pair that programs started do not inherit.
fn open(vm: &mut Vm) -> PyResult<(i32, i32)> {
    let opened = terminal::open_pty().and_then(|(master, slave)| {
        files::set_inheritable(master, false)?;
        files::set_inheritable(slave, false)?;
        Ok((master, slave))
    });
    opened.map_err(|e| os_error(vm, e, Value::NULL))
}

fn openpty(vm: &mut Vm, _: &[Value]) -> PyResult {
    let (master, slave) = open(vm)?;
    pair(vm, master, slave)
}

fn login_tty(vm: &mut Vm, a: &[Value]) -> PyResult {
    let fd = int(vm, a[0])?;
    done(vm, terminal::login(fd), Value::NULL)
}

fn forkpty(vm: &mut Vm, _: &[Value]) -> PyResult {
    let (master, slave) = open(vm)?;
    match fork_with(vm, || terminal::login(slave)) {
        Ok(0) => {
            let _ = files::close(master);
            // As CPython says when the number means nothing in the child.
            pair(vm, 0, -1)
        }
        Ok(pid) => {
            let _ = files::close(slave);
            super::proc::warn_about_threads(vm, "forkpty")?;
            pair(vm, pid, master)
        }
        Err(e) => {
            let _ = files::close(slave);
            let _ = files::close(master);
            Err(os_error(vm, e, Value::NULL))
        }
    }
}

fn posix_openpt(vm: &mut Vm, a: &[Value]) -> PyResult {
    let flags = int(vm, a[0])?;
    match terminal::open_master(flags | libc::O_CLOEXEC) {
        Ok(fd) => Ok(Value::from_i32(fd)),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}

fn prepare(vm: &mut Vm, a: &[Value], unlock: bool) -> PyResult {
    let fd = int(vm, a[0])?;
    done(vm, terminal::prepare_slave(fd, unlock), Value::NULL)
}

fn ptsname(vm: &mut Vm, a: &[Value]) -> PyResult {
    let fd = int(vm, a[0])?;
    match terminal::slave_name(fd) {
        Ok(name) => path::decode(vm, &name),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
