//! `time`: clocks, sleeping, and conversions between seconds and calendar time (libc's).

use crate::support::{self, Rounding, c_int, nanoseconds, os_error};
use skein_runtime::builtins::args::items;
use skein_runtime::builtins::struct_seq::{self, StructSeq, field};
use skein_runtime::helpers::clock::{self, Tm};
use skein_runtime::prelude::*;

/// The module.
pub const MODULE: ModuleDef = ModuleDef { name: "time", init };

static FUNCTIONS: &[NativeDef] = &[
    function("time", time, "()", "The time in seconds since the epoch."),
    function(
        "time_ns",
        time_ns,
        "()",
        "The time in nanoseconds since the epoch.",
    ),
    function(
        "monotonic",
        monotonic,
        "()",
        "A clock that cannot go backward, in seconds.",
    ),
    function(
        "monotonic_ns",
        monotonic_ns,
        "()",
        "A clock that cannot go backward, in nanoseconds.",
    ),
    function(
        "perf_counter",
        monotonic,
        "()",
        "The performance counter in seconds.",
    ),
    function(
        "perf_counter_ns",
        monotonic_ns,
        "()",
        "The performance counter in nanoseconds.",
    ),
    function(
        "process_time",
        process_time,
        "()",
        "CPU time of the process in seconds.",
    ),
    function(
        "process_time_ns",
        process_time_ns,
        "()",
        "CPU time of the process in nanoseconds.",
    ),
    function(
        "thread_time",
        thread_time,
        "()",
        "CPU time of the thread in seconds.",
    ),
    function(
        "thread_time_ns",
        thread_time_ns,
        "()",
        "CPU time of the thread in nanoseconds.",
    ),
    function(
        "clock_gettime",
        clock_gettime,
        "(clk_id, /)",
        "The time of a clock in seconds.",
    ),
    function(
        "clock_gettime_ns",
        clock_gettime_ns,
        "(clk_id, /)",
        "The time of a clock in nanoseconds.",
    ),
    function(
        "clock_settime",
        clock_settime,
        "(clk_id, time, /)",
        "Set a clock.",
    ),
    function(
        "clock_settime_ns",
        clock_settime_ns,
        "(clk_id, time, /)",
        "Set a clock, the time given in nanoseconds.",
    ),
    function(
        "clock_getres",
        clock_getres,
        "(clk_id, /)",
        "The resolution of a clock in seconds.",
    ),
    function(
        "pthread_getcpuclockid",
        pthread_getcpuclockid,
        "(thread_id, /)",
        "The CPU-time clock of a thread.",
    ),
    function(
        "get_clock_info",
        get_clock_info,
        "(name, /)",
        "Facts about a clock.",
    ),
    function("sleep", sleep, "(seconds, /)", "Wait for some seconds.").switching(),
    function(
        "gmtime",
        gmtime,
        "(seconds=None, /)",
        "Seconds since the epoch as UTC.",
    ),
    function(
        "localtime",
        localtime,
        "(seconds=None, /)",
        "Seconds since the epoch as local time.",
    ),
    function(
        "asctime",
        asctime,
        "(time_tuple=None, /)",
        "A time as text like 'Sat Jun 06 16:26:11 1998'.",
    ),
    function(
        "ctime",
        ctime,
        "(seconds=None, /)",
        "Local time as text like 'Sat Jun 06 16:26:11 1998'.",
    ),
    function(
        "mktime",
        mktime,
        "(time_tuple, /)",
        "Local time as seconds since the epoch.",
    ),
    function(
        "strftime",
        strftime,
        "(format, time_tuple=None, /)",
        "A time as text in the given format.",
    ),
    function(
        "strptime",
        strptime,
        "(string, format='%a %b %d %H:%M:%S %Y', /)",
        "Text in the given format as a time.",
    ),
    function(
        "tzset",
        tzset,
        "()",
        "Read the time zone from the environment variable TZ again.",
    ),
];

static STRUCT_TIME: StructSeq = StructSeq {
    name: "struct_time",
    module: "time",
    doc: "A time as gmtime(), localtime() and strptime() give it.",
    fields: &[
        "tm_year",
        "tm_mon",
        "tm_mday",
        "tm_hour",
        "tm_min",
        "tm_sec",
        "tm_wday",
        "tm_yday",
        "tm_isdst",
        "tm_zone",
        "tm_gmtoff",
    ],
    visible: 9,
};

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    let ty = struct_seq::new_type(vm, &STRUCT_TIME, true);
    vm.state_set("time.struct_time", ty.value());
    vm.state_set("time.module", m.value());
    vm.add_constant(m, "struct_time", ty.value());
    vm.add_constant(m, "_STRUCT_TM_ITEMS", Value::from_i32(11));
    support::add_ints(
        vm,
        m,
        &[
            ("CLOCK_REALTIME", libc::CLOCK_REALTIME as i64),
            ("CLOCK_MONOTONIC", libc::CLOCK_MONOTONIC as i64),
            ("CLOCK_MONOTONIC_RAW", libc::CLOCK_MONOTONIC_RAW as i64),
            (
                "CLOCK_PROCESS_CPUTIME_ID",
                libc::CLOCK_PROCESS_CPUTIME_ID as i64,
            ),
            (
                "CLOCK_THREAD_CPUTIME_ID",
                libc::CLOCK_THREAD_CPUTIME_ID as i64,
            ),
            ("CLOCK_BOOTTIME", libc::CLOCK_BOOTTIME as i64),
            ("CLOCK_TAI", libc::CLOCK_TAI as i64),
        ],
    );
    add_zone(vm, m)
}

/// Adds `timezone`, `altzone`, `daylight` and `tzname` from the offsets in winter and summer.
fn add_zone(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    const YEAR: i64 = (365 * 24 + 6) * 3600;
    clock::read_zone();
    let now = clock::get(libc::CLOCK_REALTIME).map_err(|e| os_error(vm, e))? / 1_000_000_000;
    let start = now as i64 / YEAR * YEAR;
    let january = clock::local_time(start).map_err(|e| os_error(vm, e))?;
    let july = clock::local_time(start + YEAR / 2).map_err(|e| os_error(vm, e))?;
    let (standard, other) = if january.gmtoff > july.gmtoff {
        (&july, &january)
    } else {
        (&january, &july)
    };
    let daylight = january.gmtoff != july.gmtoff;
    support::add_ints(
        vm,
        m,
        &[
            ("timezone", -standard.gmtoff),
            ("altzone", -other.gmtoff),
            ("daylight", daylight as i64),
        ],
    );
    let names = [standard, other].map(|t| support::fs_str(vm, t.zone.as_deref().unwrap_or(b"")));
    let names = vm.new_tuple(&names);
    vm.add_constant(m, "tzname", names);
    Ok(())
}

fn read(vm: &mut Vm, id: i32) -> PyResult<i128> {
    clock::get(id).map_err(|e| os_error(vm, e))
}

fn as_seconds(vm: &mut Vm, ns: i128) -> Value {
    let f = if ns % 1_000_000_000 == 0 {
        (ns / 1_000_000_000) as f64
    } else {
        ns as f64 / 1e9
    };
    vm.new_float(f)
}

macro_rules! clocks {
    ($($seconds:ident $nanos:ident $id:expr;)*) => {
        $(fn $seconds(vm: &mut Vm, _: &[Value]) -> PyResult {
            let ns = read(vm, $id)?;
            Ok(as_seconds(vm, ns))
        }
        fn $nanos(vm: &mut Vm, _: &[Value]) -> PyResult {
            let ns = read(vm, $id)?;
            Ok(vm.new_int(ns as i64))
        })*
    };
}
clocks! {
    time time_ns libc::CLOCK_REALTIME;
    monotonic monotonic_ns libc::CLOCK_MONOTONIC;
    process_time process_time_ns libc::CLOCK_PROCESS_CPUTIME_ID;
    thread_time thread_time_ns libc::CLOCK_THREAD_CPUTIME_ID;
}

fn clock_gettime(vm: &mut Vm, args: &[Value]) -> PyResult {
    let id = c_int(vm, args[0])?;
    let ns = read(vm, id)?;
    Ok(as_seconds(vm, ns))
}

fn clock_gettime_ns(vm: &mut Vm, args: &[Value]) -> PyResult {
    let id = c_int(vm, args[0])?;
    let ns = read(vm, id)?;
    Ok(vm.new_int(ns as i64))
}

fn clock_settime(vm: &mut Vm, args: &[Value]) -> PyResult {
    let id = c_int(vm, args[0])?;
    let ns = nanoseconds(vm, args[1], Rounding::Floor)?;
    clock::set(id, ns).map_err(|e| os_error(vm, e))?;
    Ok(Value::NONE)
}

fn clock_settime_ns(vm: &mut Vm, args: &[Value]) -> PyResult {
    let id = c_int(vm, args[0])?;
    let ns = support::c_long(vm, args[1])?;
    clock::set(id, ns as i128).map_err(|e| os_error(vm, e))?;
    Ok(Value::NONE)
}

fn clock_getres(vm: &mut Vm, args: &[Value]) -> PyResult {
    let id = c_int(vm, args[0])?;
    let ns = clock::resolution(id).map_err(|e| os_error(vm, e))?;
    Ok(as_seconds(vm, ns))
}

fn pthread_getcpuclockid(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = vm.index(args[0])?;
    let thread = as_int(&n).and_then(|n| u64::try_from(n.to_big()).ok());
    match thread {
        Some(t) if t == clock::thread_ident() => {
            let id = clock::thread_cpu_clock(t).map_err(|e| os_error(vm, e))?;
            Ok(Value::from_i32(id))
        }
        _ => Err(os_error(vm, libc::ESRCH)),
    }
}

fn get_clock_info(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = support::str_arg(vm, args[0], "get_clock_info() argument 1")?;
    let (id, text, monotonic) = match name.bytes() {
        b"time" => (libc::CLOCK_REALTIME, "clock_gettime(CLOCK_REALTIME)", false),
        b"monotonic" | b"perf_counter" => (
            libc::CLOCK_MONOTONIC,
            "clock_gettime(CLOCK_MONOTONIC)",
            true,
        ),
        b"process_time" => (
            libc::CLOCK_PROCESS_CPUTIME_ID,
            "clock_gettime(CLOCK_PROCESS_CPUTIME_ID)",
            true,
        ),
        b"thread_time" => (
            libc::CLOCK_THREAD_CPUTIME_ID,
            "clock_gettime(CLOCK_THREAD_CPUTIME_ID)",
            true,
        ),
        _ => return Err(vm.value_error("unknown clock")),
    };
    let resolution = clock::resolution(id).map_err(|e| os_error(vm, e))?;
    let resolution = as_seconds(vm, resolution);
    let text = vm.new_str(text);
    Ok(crate::sys::info::namespace(
        vm,
        &[
            ("implementation", text),
            ("monotonic", Value::bool(monotonic)),
            ("adjustable", Value::bool(!monotonic)),
            ("resolution", resolution),
        ],
    ))
}

fn sleep(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ns = nanoseconds(vm, args[0], Rounding::Away)?;
    if ns < 0 {
        return Err(vm.value_error("sleep length must be non-negative"));
    }
    let end = support::monotonic(vm)? + ns;
    if vm.has_company() {
        return vm.wait_for(Some(end), Vec::new(), Value::NONE);
    }
    support::sleep_until(vm, end)?;
    Ok(Value::NONE)
}

/// Whole seconds of an optional time, now by default.
fn seconds_arg(vm: &mut Vm, v: Value) -> PyResult<i64> {
    if v.is_absent() {
        return Ok(read(vm, libc::CLOCK_REALTIME)?.div_euclid(1_000_000_000) as i64);
    }
    const TOO_LARGE: &str = "timestamp out of range for platform time_t";
    if let Some(f) = as_float(v) {
        if f.is_nan() {
            return Err(vm.value_error("Invalid value NaN (not a number)"));
        }
        let f = f.floor();
        if !(-9.223_372_036_854_775e18..9.223_372_036_854_775e18).contains(&f) {
            return Err(vm.overflow_error(TOO_LARGE));
        }
        return Ok(f as i64);
    }
    let n = vm.index(v)?;
    as_i64(n).ok_or_else(|| vm.overflow_error(TOO_LARGE))
}

fn struct_time(vm: &mut Vm, tm: &Tm) -> PyResult {
    let int = Value::from_i32;
    let zone = match &tm.zone {
        Some(z) => support::fs_str(vm, z),
        None => Value::NONE,
    };
    let fields = [
        vm.new_int(tm.year as i64 + 1900),
        int(tm.mon + 1),
        int(tm.mday),
        int(tm.hour),
        int(tm.min),
        int(tm.sec),
        int((tm.wday + 6) % 7),
        int(tm.yday + 1),
        int(tm.isdst),
        zone,
        vm.new_int(tm.gmtoff),
    ];
    match vm.state_get("time.struct_time").and_then(|v| v.cast()) {
        Some(ty) => Ok(struct_seq::new_instance(vm, ty, 9, &fields)),
        None => Ok(vm.new_tuple(&fields[..9])),
    }
}

fn gmtime(vm: &mut Vm, args: &[Value]) -> PyResult {
    let seconds = seconds_arg(vm, args[0])?;
    let mut tm = clock::utc_time(seconds).map_err(|e| os_error(vm, e))?;
    tm.zone = Some(b"UTC".to_vec());
    struct_time(vm, &tm)
}

fn localtime(vm: &mut Vm, args: &[Value]) -> PyResult {
    let seconds = seconds_arg(vm, args[0])?;
    let tm = clock::local_time(seconds).map_err(|e| os_error(vm, e))?;
    struct_time(vm, &tm)
}

/// Broken-down time from a tuple.
fn tm_arg(vm: &mut Vm, v: Value, function: &str) -> PyResult<Tm> {
    if !v.is::<PyTuple>() {
        return Err(vm.type_error("Tuple or struct_time argument required"));
    }
    let values = items(&v);
    if values.len() != 9 {
        return Err(vm.type_error(format!("{function}(): illegal time tuple argument")));
    }
    let mut n = [0i32; 9];
    for (i, out) in n.iter_mut().enumerate() {
        *out = match c_int(vm, values[i]) {
            Ok(n) => n,
            Err(_) if i == 0 && vm.clear_raised_if(ids::OVERFLOW_ERROR) => {
                return Err(vm.overflow_error("year out of range"));
            }
            Err(r) => return Err(r),
        };
    }
    let Some(year) = n[0].checked_sub(1900) else {
        return Err(vm.overflow_error("year out of range"));
    };
    let mut tm = Tm {
        year,
        mon: n[1].wrapping_sub(1),
        mday: n[2],
        hour: n[3],
        min: n[4],
        sec: n[5],
        wday: n[6].wrapping_add(1) % 7,
        yday: n[7].wrapping_sub(1),
        isdst: n[8],
        ..Tm::default()
    };
    let ty = vm.type_of(v).value();
    if vm.state_get("time.struct_time") == Some(ty) {
        let zone = field(vm, v, 9).and_then(|z| z.cast::<PyStr>());
        tm.zone = zone.map(|z| z.bytes().to_vec());
        tm.gmtoff = field(vm, v, 10).and_then(as_i64).unwrap_or(0);
    }
    Ok(tm)
}

/// Refuses fields that would make libc read outside its tables; zeros of month, day and day of year count as first.
fn check_tm(vm: &mut Vm, tm: &mut Tm) -> PyResult<()> {
    if tm.mon == -1 {
        tm.mon = 0;
    }
    if tm.mday == 0 {
        tm.mday = 1;
    }
    if tm.yday == -1 {
        tm.yday = 0;
    }
    for (n, range, what) in [
        (tm.mon, 0..=11, "month"),
        (tm.mday, 0..=31, "day of month"),
        (tm.hour, 0..=23, "hour"),
        (tm.min, 0..=59, "minute"),
        (tm.sec, 0..=61, "seconds"),
        (tm.wday, 0..=6, "day of week"),
        (tm.yday, 0..=365, "day of year"),
    ] {
        if !range.contains(&n) {
            return Err(vm.value_error(format!("{what} out of range")));
        }
    }
    Ok(())
}

fn now_or(vm: &mut Vm, v: Value, function: &str) -> PyResult<Tm> {
    if v.is_null() || (v.is_none() && function == "asctime") {
        let seconds = seconds_arg(vm, Value::NULL)?;
        return clock::local_time(seconds).map_err(|e| os_error(vm, e));
    }
    let mut tm = tm_arg(vm, v, function)?;
    check_tm(vm, &mut tm)?;
    Ok(tm)
}

fn as_text(tm: &Tm) -> String {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    format!(
        "{} {}{:3} {:02}:{:02}:{:02} {}",
        DAYS[tm.wday.rem_euclid(7) as usize],
        MONTHS[tm.mon.rem_euclid(12) as usize],
        tm.mday,
        tm.hour,
        tm.min,
        tm.sec,
        1900 + tm.year as i64
    )
}

fn asctime(vm: &mut Vm, args: &[Value]) -> PyResult {
    let tm = now_or(vm, args[0], "asctime")?;
    Ok(vm.new_str(&as_text(&tm)))
}

fn ctime(vm: &mut Vm, args: &[Value]) -> PyResult {
    let seconds = seconds_arg(vm, args[0])?;
    let tm = clock::local_time(seconds).map_err(|e| os_error(vm, e))?;
    Ok(vm.new_str(&as_text(&tm)))
}

fn mktime(vm: &mut Vm, args: &[Value]) -> PyResult {
    let tm = tm_arg(vm, args[0], "mktime")?;
    match clock::make_time(&tm) {
        Some(t) => Ok(vm.new_float(t as f64)),
        None => Err(vm.overflow_error("mktime argument out of range")),
    }
}

fn strftime(vm: &mut Vm, args: &[Value]) -> PyResult {
    let format = support::str_arg(vm, args[0], "strftime() argument 1")?;
    let mut tm = now_or(vm, args[1], "strftime")?;
    tm.isdst = tm.isdst.clamp(-1, 1);
    // libc's function ends at NUL.
    let mut out = Vec::new();
    for (i, part) in format.bytes().split(|b| *b == 0).enumerate() {
        if i > 0 {
            out.push(0);
        }
        out.extend(clock::format_time(part, &tm));
    }
    Ok(support::fs_str_keeping(vm, &out))
}

fn strptime(vm: &mut Vm, args: &[Value]) -> PyResult {
    let module = crate::sys::hooks::import(vm, "_strptime")?;
    let given = args.iter().take_while(|v| !v.is_null()).count();
    vm.call_method(module, "_strptime_time", &args[..given])
}

fn tzset(vm: &mut Vm, _: &[Value]) -> PyResult {
    if let Some(m) = vm.state_get("time.module").and_then(|v| v.cast()) {
        add_zone(vm, m)?;
    }
    Ok(Value::NONE)
}
