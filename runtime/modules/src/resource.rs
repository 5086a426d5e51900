//! `resource`: limits and use of the system's resources.

use crate::os_error::os_error;
use skein_runtime::helpers::process;
use skein_runtime::prelude::*;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "resource",
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function("getrusage", getrusage, "(who, /)", "Resources used so far."),
    function(
        "getrlimit",
        getrlimit,
        "(resource, /)",
        "Soft and hard limit of a resource.",
    ),
    function(
        "setrlimit",
        setrlimit,
        "(resource, limits, /)",
        "Set the soft and hard limit of a resource.",
    ),
    function(
        "prlimit",
        prlimit,
        "(pid, resource, limits=None, /)",
        "Limits of a resource of a process; sets them if given.",
    ),
    function("getpagesize", getpagesize, "()", "Bytes of a memory page."),
];

macro_rules! numbers {
    ($($name:ident)*) => { &[$((stringify!($name), libc::$name as i64)),*] };
}

static CONSTANTS: &[(&str, i64)] = numbers!(
    RUSAGE_SELF RUSAGE_CHILDREN RUSAGE_THREAD RLIMIT_CPU RLIMIT_FSIZE RLIMIT_DATA RLIMIT_STACK RLIMIT_CORE RLIMIT_NOFILE
    RLIMIT_AS RLIMIT_RSS RLIMIT_NPROC RLIMIT_MEMLOCK RLIMIT_MSGQUEUE RLIMIT_NICE RLIMIT_RTPRIO RLIMIT_RTTIME RLIMIT_SIGPENDING
);

/// `RLIM_INFINITY` as CPython shows it.
const INFINITY: i64 = -1;

/// One more than the greatest number of a resource.
const RESOURCES: i64 = 16;

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    for (name, n) in CONSTANTS {
        let v = vm.new_int(*n);
        vm.add_constant(m, name, v);
    }
    let infinity = vm.new_int(INFINITY);
    vm.add_constant(m, "RLIM_INFINITY", infinity);
    vm.add_constant(
        m,
        "RLIMIT_OFILE",
        Value::from_i32(libc::RLIMIT_NOFILE as i32),
    );
    let error = vm.builtin_type(ids::OS_ERROR).value();
    vm.add_constant(m, "error", error);
    if let Some(usage) = vm.state_get("posix.struct_rusage") {
        vm.add_constant(m, "struct_rusage", usage);
    }
    Ok(())
}

fn getrusage(vm: &mut Vm, a: &[Value]) -> PyResult {
    let who = vm.index_i64(a[0])?;
    let found = process::usage(i32::try_from(who).unwrap_or(i32::MAX));
    match found {
        Ok(usage) => crate::posix::proc::usage_object(vm, usage),
        Err(libc::EINVAL) => Err(vm.value_error("invalid who parameter")),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}

fn resource(vm: &mut Vm, v: Value) -> PyResult<i32> {
    match vm.index_i64(v)? {
        n @ 0..RESOURCES => Ok(n as i32),
        _ => Err(vm.value_error("invalid resource specified")),
    }
}

fn pair(vm: &mut Vm, (soft, hard): (u64, u64)) -> Value {
    let (soft, hard) = (vm.new_int(soft as i64), vm.new_int(hard as i64));
    vm.new_tuple(&[soft, hard])
}

/// Reads `(soft, hard)`.
fn wanted(vm: &mut Vm, v: Value) -> PyResult<(u64, u64)> {
    let items = vm.collect(v)?;
    if items.len() != 2 {
        return Err(vm.value_error("expected a tuple of 2 integers"));
    }
    let soft = vm.index_i64(items.get(0))?;
    let hard = vm.index_i64(items.get(1))?;
    Ok((soft as u64, hard as u64))
}

fn apply(vm: &mut Vm, pid: i32, number: i32, new: Option<(u64, u64)>) -> PyResult {
    match process::limits(pid, number, new) {
        Ok(old) => Ok(pair(vm, old)),
        Err(libc::EINVAL) => Err(vm.value_error("current limit exceeds maximum limit")),
        Err(libc::EPERM) if pid == 0 => Err(vm.value_error("not allowed to raise maximum limit")),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}

fn getrlimit(vm: &mut Vm, a: &[Value]) -> PyResult {
    let number = resource(vm, a[0])?;
    apply(vm, 0, number, None)
}

fn setrlimit(vm: &mut Vm, a: &[Value]) -> PyResult {
    let number = resource(vm, a[0])?;
    let new = wanted(vm, a[1])?;
    apply(vm, 0, number, Some(new))?;
    Ok(Value::NONE)
}

fn prlimit(vm: &mut Vm, a: &[Value]) -> PyResult {
    let pid = vm.index_i64(a[0])?;
    let number = resource(vm, a[1])?;
    let new = match a[2].is_absent() {
        true => None,
        false => Some(wanted(vm, a[2])?),
    };
    let Ok(pid) = i32::try_from(pid) else {
        return Err(os_error(vm, libc::ESRCH, Value::NULL));
    };
    apply(vm, pid, number, new)
}

fn getpagesize(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::from_i32(
        process::sysconf(libc::_SC_PAGESIZE).map_or(4096, |n| n as i32),
    ))
}
