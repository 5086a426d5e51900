//! `_posixsubprocess`: starting a program for `subprocess`.
//!
//! The child is a copy of this one-threaded process, so it may do ordinary work between `fork` and `exec`. What fails there
//! is written to the error pipe in the form `subprocess` parses: `OSError:<errno in hex>:<where>`.

use crate::os_error::os_error;
use crate::path;
use skein_runtime::helpers::{files, process, signals};
use skein_runtime::prelude::*;
use std::ffi::CString;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "_posixsubprocess",
    init,
};

static FUNCTIONS: &[NativeDef] = &[function(
    "fork_exec",
    fork_exec,
    "(args, executable_list, close_fds, pass_fds, cwd, env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write, restore_signals, start_new_session, process_group, gid, extra_groups, uid, umask, preexec_fn, /)",
    "Fork and run a program in the child; returns its process id.",
)];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    Ok(())
}

/// What the child needs, all made before the fork.
struct Plan {
    args: Vec<CString>,
    programs: Vec<CString>,
    env: Option<Vec<CString>>,
    cwd: Option<CString>,
    keep: Vec<i32>,
    close_fds: bool,
    /// stdin, stdout, stderr of the child, -1: as they are.
    streams: [i32; 3],
    errpipe_write: i32,
    restore_signals: bool,
    new_session: bool,
    process_group: i32,
    gid: Option<u32>,
    groups: Option<Vec<u32>>,
    uid: Option<u32>,
    umask: i32,
}

fn strings(vm: &mut Vm, v: Value) -> PyResult<Vec<CString>> {
    let mut out = Vec::new();
    vm.for_each(v, |vm, item| {
        let item = path::fspath(vm, item)?;
        let bytes = path::encode(vm, item)?;
        match CString::new(bytes) {
            Ok(s) => out.push(s),
            Err(_) => return Err(vm.value_error("embedded null byte")),
        }
        Ok(true)
    })?;
    Ok(out)
}

fn int(vm: &mut Vm, v: Value) -> PyResult<i32> {
    Ok(vm.index_i64(v)? as i32)
}

fn id(vm: &mut Vm, v: Value) -> PyResult<Option<u32>> {
    if v.is_none() {
        Ok(None)
    } else {
        Ok(Some(vm.index_i64(v)? as u32))
    }
}

fn plan(vm: &mut Vm, a: &[Value]) -> PyResult<Plan> {
    let mut keep = Vec::new();
    vm.for_each(a[3], |vm, fd| {
        keep.push(int(vm, fd)?);
        Ok(true)
    })?;
    let cwd = if a[4].is_none() {
        None
    } else {
        let bytes = path::to_bytes(vm, a[4], "open")?;
        CString::new(bytes).ok()
    };
    Ok(Plan {
        args: strings(vm, a[0])?,
        programs: strings(vm, a[1])?,
        env: if a[5].is_none() {
            None
        } else {
            Some(strings(vm, a[5])?)
        },
        cwd,
        keep,
        close_fds: vm.truth(a[2])?,
        streams: [int(vm, a[6])?, int(vm, a[9])?, int(vm, a[11])?],
        errpipe_write: int(vm, a[13])?,
        restore_signals: vm.truth(a[14])?,
        new_session: vm.truth(a[15])?,
        process_group: int(vm, a[16])?,
        gid: id(vm, a[17])?,
        groups: match a[18].is_none() {
            true => None,
            false => Some(crate::posix::proc::group_list(vm, a[18])?),
        },
        uid: id(vm, a[19])?,
        umask: int(vm, a[20])?,
    })
}

fn fork_exec(vm: &mut Vm, a: &[Value]) -> PyResult {
    let plan = plan(vm, a)?;
    let preexec = a[21];
    crate::io::settle(vm);
    match process::fork() {
        Err(e) => Err(os_error(vm, e, Value::NULL)),
        Ok(0) => {
            let text = match child(vm, &plan, preexec) {
                Err(Step::Os(errno, place)) => format!("OSError:{errno:X}:{place}"),
                Err(Step::Preexec) => {
                    "SubprocessError:0:Exception occurred in preexec_fn.".to_string()
                }
            };
            // The parent reads the text; there is nothing else to be done about a failure here.
            let _ = files::write(plan.errpipe_write, text.as_bytes());
            process::exit(255)
        }
        Ok(pid) => Ok(Value::from_i32(pid)),
    }
}

/// Where the child failed.
enum Step {
    Os(i32, &'static str),
    Preexec,
}

impl From<i32> for Step {
    fn from(errno: i32) -> Step {
        Step::Os(errno, "")
    }
}

/// Everything between `fork` and `exec`; returns only on failure.
fn child(vm: &mut Vm, plan: &Plan, preexec: Value) -> Result<std::convert::Infallible, Step> {
    // Sources below 3 would be overwritten by the moves: get them out of the way first.
    let mut streams = plan.streams;
    for (target, fd) in streams.iter_mut().enumerate() {
        if *fd >= 0 && *fd < 3 && *fd != target as i32 {
            *fd = files::dup(*fd)?;
        }
    }
    for (target, fd) in (0..).zip(streams) {
        if fd == target {
            files::set_inheritable(fd, true)?;
        } else if fd >= 0 {
            files::dup2(fd, target, true)?;
        }
    }
    for fd in &plan.keep {
        if *fd != plan.errpipe_write {
            files::set_inheritable(*fd, true)?;
        }
    }
    if let Some(cwd) = &plan.cwd {
        files::chdir(cwd).map_err(|e| Step::Os(e, "noexec:chdir"))?;
    }
    if plan.umask >= 0 {
        process::umask(plan.umask as u32);
    }
    if plan.restore_signals {
        for signal in [libc::SIGPIPE, libc::SIGXFSZ] {
            let _ = signals::set_action(signal, signals::Action::Default);
        }
    }
    if plan.new_session {
        process::setsid()?;
    }
    if plan.process_group >= 0 {
        process::setpgid(0, plan.process_group)?;
    }
    if let Some(groups) = &plan.groups {
        process::setgroups(groups)?;
    }
    if let Some(gid) = plan.gid {
        process::setregid(gid, gid)?;
    }
    if let Some(uid) = plan.uid {
        process::setreuid(uid, uid)?;
    }
    if !preexec.is_none() && vm.call(preexec, &[]).is_err() {
        return Err(Step::Preexec);
    }
    if plan.close_fds {
        close_others(plan);
    }
    let mut failure = libc::ENOENT;
    for program in &plan.programs {
        let e = process::exec(program, &plan.args, plan.env.as_deref());
        if e != libc::ENOENT && e != libc::ENOTDIR {
            failure = e;
        }
    }
    Err(Step::Os(failure, ""))
}

/// Closes all descriptors from 3 on but those to be kept.
fn close_others(plan: &Plan) {
    let open: Vec<i32> = match std::fs::read_dir("/proc/self/fd") {
        Ok(dir) => dir
            .filter_map(|e| e.ok()?.file_name().to_str()?.parse().ok())
            .collect(),
        Err(_) => (3..256).collect(),
    };
    for fd in open {
        if fd > 2 && fd != plan.errpipe_write && !plan.keep.contains(&fd) {
            // The descriptor that read the folder is closed already.
            let _ = files::close(fd);
        }
    }
}
