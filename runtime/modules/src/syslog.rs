//! `syslog`: messages to the system's log.

use crate::path;
use skein_runtime::helpers::accounts as system;
use skein_runtime::prelude::*;
use std::ffi::CString;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "syslog",
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function(
        "openlog",
        openlog,
        "(ident=<unrepresentable>, logoption=0, facility=LOG_USER)",
        "Set the options of the syslog() calls that follow.",
    ),
    function(
        "syslog",
        syslog,
        "(*args)",
        "syslog([priority=LOG_INFO,] message)\n\nSend a message to the system's log.",
    ),
    function("closelog", closelog, "()", "Reset to the values at import."),
    function(
        "setlogmask",
        setlogmask,
        "(maskpri, /)",
        "Set the mask of priorities that are logged; return the one before.",
    ),
    function(
        "LOG_MASK",
        log_mask,
        "(pri, /)",
        "The mask of one priority.",
    ),
    function(
        "LOG_UPTO",
        log_upto,
        "(pri, /)",
        "The mask of all priorities up to one.",
    ),
];

macro_rules! numbers {
    ($($name:ident)*) => { &[$((stringify!($name), libc::$name)),*] };
}

static CONSTANTS: &[(&str, i32)] = numbers!(
    LOG_EMERG LOG_ALERT LOG_CRIT LOG_ERR LOG_WARNING LOG_NOTICE LOG_INFO LOG_DEBUG
    LOG_PID LOG_CONS LOG_NDELAY LOG_NOWAIT LOG_PERROR LOG_ODELAY
    LOG_KERN LOG_USER LOG_MAIL LOG_DAEMON LOG_AUTH LOG_LPR LOG_LOCAL0 LOG_LOCAL1 LOG_LOCAL2 LOG_LOCAL3 LOG_LOCAL4
    LOG_LOCAL5 LOG_LOCAL6 LOG_LOCAL7 LOG_SYSLOG LOG_CRON LOG_UUCP LOG_NEWS LOG_AUTHPRIV LOG_FTP
);

/// True while the log is open.
const OPEN: &str = "syslog.open";

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    for (name, n) in CONSTANTS {
        vm.add_constant(m, name, Value::from_i32(*n));
    }
    Ok(())
}

fn int(vm: &mut Vm, v: Value) -> PyResult<i32> {
    let n = vm.index_i64(v)?;
    i32::try_from(n).map_err(|_| vm.overflow_error("Python int too large to convert to C int"))
}

fn text(vm: &mut Vm, v: Value) -> PyResult<CString> {
    let bytes = path::encode(vm, v)?;
    CString::new(bytes).map_err(|_| vm.value_error("embedded null character"))
}

/// What messages begin with when the program does not say: the last part of the script's name.
fn program(vm: &mut Vm) -> PyResult<Option<CString>> {
    let sys = crate::util::import(vm, "sys")?;
    let argv = vm.get_attr_text(sys, "argv")?;
    let first = argv.cast::<PyList>().and_then(|l| l.try_get(0));
    let Some(first) = first.filter(|v| v.is::<PyStr>()) else {
        return Ok(None);
    };
    let whole = path::encode(vm, first)?;
    let last = whole.rsplit(|b| *b == b'/').next().unwrap_or_default();
    Ok((!last.is_empty())
        .then(|| CString::new(last).ok())
        .flatten())
}

fn openlog(vm: &mut Vm, a: &[Value]) -> PyResult {
    let ident = match a[0].is_absent() {
        true => program(vm)?,
        false if a[0].is::<PyStr>() => Some(text(vm, a[0])?),
        false => {
            let actual = vm.arg_type_name(a[0]);
            return Err(vm.type_error(format!(
                "openlog() argument 'ident' must be str, not {actual}"
            )));
        }
    };
    let options = if a[1].is_null() { 0 } else { int(vm, a[1])? };
    let facility = if a[2].is_null() {
        libc::LOG_USER
    } else {
        int(vm, a[2])?
    };
    system::open_log(ident, options, facility);
    vm.state_set(OPEN, Value::TRUE);
    Ok(Value::NONE)
}

fn syslog(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (priority, message) = match *crate::util::items(&a[0]) {
        [message] => (libc::LOG_INFO, message),
        [priority, message] => (int(vm, priority)?, message),
        _ => return Err(vm.type_error("[priority,] message string")),
    };
    if !message.is::<PyStr>() {
        return Err(vm.type_error("[priority,] message string"));
    }
    let message = text(vm, message)?;
    if vm.state_get(OPEN) != Some(Value::TRUE) {
        openlog(vm, &[Value::NULL, Value::NULL, Value::NULL])?;
    }
    system::log(priority, &message);
    Ok(Value::NONE)
}

fn closelog(vm: &mut Vm, _: &[Value]) -> PyResult {
    if vm.state_get(OPEN) == Some(Value::TRUE) {
        system::close_log();
        vm.state_set(OPEN, Value::FALSE);
    }
    Ok(Value::NONE)
}

fn setlogmask(vm: &mut Vm, a: &[Value]) -> PyResult {
    let mask = int(vm, a[0])?;
    Ok(Value::from_i32(system::set_log_mask(mask)))
}

fn log_mask(vm: &mut Vm, a: &[Value]) -> PyResult {
    let n = int(vm, a[0])?;
    Ok(vm.new_int(1i64.checked_shl(n as u32).unwrap_or(0)))
}

fn log_upto(vm: &mut Vm, a: &[Value]) -> PyResult {
    let n = int(vm, a[0])?;
    Ok(vm.new_int(1i64.checked_shl(n as u32 + 1).unwrap_or(0).wrapping_sub(1)))
}
