//! `termios`: settings of terminals. `tty`, `getpass`, `pty` and the interactive prompt build on it.

use crate::os_error::strerror;
use crate::support::c_int;
use crate::util::{add_exception, state_type};
use skein_runtime::helpers::terminal::{self, CONTROLS, Settings};
use skein_runtime::prelude::*;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "termios",
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function(
        "tcgetattr",
        tcgetattr,
        "(fd, /)",
        "Settings as [iflag, oflag, cflag, lflag, ispeed, ospeed, cc].",
    ),
    function(
        "tcsetattr",
        tcsetattr,
        "(fd, when, attributes, /)",
        "Set what tcgetattr() gives.",
    ),
    function(
        "tcsendbreak",
        tcsendbreak,
        "(fd, duration, /)",
        "Send a break.",
    ),
    function(
        "tcdrain",
        tcdrain,
        "(fd, /)",
        "Wait until all output is transmitted.",
    ),
    function("tcflush", tcflush, "(fd, queue, /)", "Discard queued data."),
    function(
        "tcflow",
        tcflow,
        "(fd, action, /)",
        "Suspend or resume input or output.",
    ),
    function(
        "tcgetwinsize",
        tcgetwinsize,
        "(fd, /)",
        "Rows and columns of the window.",
    ),
    function(
        "tcsetwinsize",
        tcsetwinsize,
        "(fd, winsize, /)",
        "Set rows and columns of the window.",
    ),
];

macro_rules! constants {
    ($($name:ident)*) => { &[$((stringify!($name), libc::$name as i64)),*] };
}

const CONSTANTS: &[(&str, i64)] = constants! {
    B0 B50 B75 B110 B134 B150 B200 B300 B600 B1200 B1800 B2400 B4800 B9600 B19200 B38400 B57600 B115200 B230400
    B460800 B500000 B576000 B921600 B1000000 B1152000 B1500000 B2000000 B2500000 B3000000 B3500000 B4000000
    BRKINT BS0 BS1 BSDLY CLOCAL CR0 CR1 CR2 CR3 CRDLY CREAD CRTSCTS CS5 CS6 CS7 CS8 CSIZE CSTOPB
    ECHO ECHOCTL ECHOE ECHOK ECHOKE ECHONL ECHOPRT EXTA EXTB EXTPROC FF0 FF1 FFDLY FIOCLEX FIONBIO FIONCLEX FIONREAD
    FLUSHO HUPCL ICANON ICRNL IEXTEN IGNBRK IGNCR IGNPAR IMAXBEL INLCR INPCK ISIG ISTRIP IUCLC IUTF8 IXANY IXOFF IXON
    NL0 NL1 NLDLY NOFLSH OCRNL OFDEL OFILL OLCUC ONLCR ONLRET ONOCR OPOST PARENB PARMRK PARODD PENDIN
    TAB0 TAB1 TAB2 TAB3 TABDLY TCIFLUSH TCIOFF TCIOFLUSH TCION TCOFLUSH TCOOFF TCOON TCSADRAIN TCSAFLUSH TCSANOW
    TIOCCONS TIOCEXCL TIOCGETD TIOCGPGRP TIOCGSID TIOCGWINSZ TIOCINQ TIOCMBIC TIOCMBIS TIOCMGET TIOCMSET TIOCNOTTY
    TIOCNXCL TIOCOUTQ TIOCPKT TIOCSCTTY TIOCSETD TIOCSPGRP TIOCSTI TIOCSWINSZ TOSTOP
    VDISCARD VEOF VEOL VEOL2 VERASE VINTR VKILL VLNEXT VMIN VQUIT VREPRINT VSTART VSTOP VSUSP VSWTC VT0 VT1 VTDLY
    VTIME VWERASE XCASE XTABS
};

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    crate::support::add_ints(vm, m, CONSTANTS);
    crate::support::add_ints(
        vm,
        m,
        &[("NCCS", CONTROLS as i64), ("VSWTCH", libc::VSWTC as i64)],
    );
    add_exception(vm, m, "termios.error", "termios", ids::EXCEPTION);
    Ok(())
}

fn failed(vm: &mut Vm, errno: i32) -> Raised {
    let args = [Value::from_i32(errno), vm.new_str(&strerror(errno))];
    match state_type(vm, "termios.error") {
        Ok(ty) => vm.raise_type(ty, &args),
        Err(r) => r,
    }
}

/// The descriptor of an int or of an object with `fileno()`.
pub fn descriptor(vm: &mut Vm, v: Value) -> PyResult<i32> {
    if as_int(&v).is_none() {
        let name = vm.names.fileno;
        let Some(f) = vm.try_get_attr(v, name)? else {
            return Err(vm.type_error("argument must be an int, or have a fileno() method."));
        };
        let n = vm.call(f, &[])?;
        if as_int(&n).is_none() {
            return Err(vm.type_error("fileno() returned a non-integer"));
        }
        return descriptor(vm, n);
    }
    let fd = c_int(vm, v)?;
    if fd < 0 {
        return Err(vm.value_error(format!(
            "file descriptor cannot be a negative integer ({fd})"
        )));
    }
    Ok(fd)
}

fn tcgetattr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let fd = descriptor(vm, args[0])?;
    let s = terminal::settings(fd).map_err(|e| failed(vm, e))?;
    let cc = PyList::new(vm);
    let canonical = s.flags[3] & libc::ICANON != 0;
    for (i, c) in s.controls.iter().enumerate() {
        let counts = !canonical && (i == libc::VMIN || i == libc::VTIME);
        let v = if counts {
            Value::from_i32(i32::from(*c))
        } else {
            vm.new_bytes(&[*c])
        };
        cc.push(vm, v);
    }
    let all = PyList::new(vm);
    for n in s.flags.iter().chain([&s.input_speed, &s.output_speed]) {
        let v = vm.new_int(i64::from(*n));
        all.push(vm, v);
    }
    all.push(vm, cc.value());
    Ok(all.value())
}

fn control(vm: &mut Vm, v: Value) -> PyResult<u8> {
    if let Some(b) = v.cast::<PyBytes>()
        && let [c] = b.bytes()
    {
        return Ok(*c);
    }
    if as_int(&v).is_some() {
        return Ok(c_int(vm, v)? as u8);
    }
    Err(vm.type_error("tcsetattr: elements of attributes must be characters or integers"))
}

fn tcsetattr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let fd = descriptor(vm, args[0])?;
    let when = c_int(vm, args[1])?;
    let Some(all) = args[2].cast::<PyList>().filter(|l| l.len() == 7) else {
        return Err(vm.type_error("tcsetattr, arg 3: must be 7 element list"));
    };
    let mut numbers = [0; 6];
    for (i, n) in numbers.iter_mut().enumerate() {
        let v = all.try_get(i).unwrap_or(Value::NONE);
        *n = vm.index_i64(v)? as u32;
    }
    let cc = all.try_get(6).and_then(|v| v.cast::<PyList>());
    let Some(cc) = cc.filter(|l| l.len() == CONTROLS) else {
        return Err(vm.type_error(format!(
            "tcsetattr: attributes[6] must be {CONTROLS} element list"
        )));
    };
    let mut controls = [0; CONTROLS];
    for (i, c) in controls.iter_mut().enumerate() {
        let v = cc.try_get(i).unwrap_or(Value::NONE);
        *c = control(vm, v)?;
    }
    let [a, b, c, d, input_speed, output_speed] = numbers;
    let settings = Settings {
        flags: [a, b, c, d],
        input_speed,
        output_speed,
        controls,
    };
    done(vm, terminal::set_settings(fd, when, &settings))
}

fn done(vm: &mut Vm, r: Result<(), i32>) -> PyResult {
    match r {
        Ok(()) => Ok(Value::NONE),
        Err(e) => Err(failed(vm, e)),
    }
}

fn tcsendbreak(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (fd, n) = (descriptor(vm, args[0])?, c_int(vm, args[1])?);
    done(vm, terminal::send_break(fd, n))
}

fn tcdrain(vm: &mut Vm, args: &[Value]) -> PyResult {
    let fd = descriptor(vm, args[0])?;
    done(vm, terminal::drain(fd))
}

fn tcflush(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (fd, queue) = (descriptor(vm, args[0])?, c_int(vm, args[1])?);
    done(vm, terminal::flush(fd, queue))
}

fn tcflow(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (fd, action) = (descriptor(vm, args[0])?, c_int(vm, args[1])?);
    done(vm, terminal::flow(fd, action))
}

fn tcgetwinsize(vm: &mut Vm, args: &[Value]) -> PyResult {
    let fd = descriptor(vm, args[0])?;
    let (rows, columns) = terminal::window_size(fd).map_err(|e| failed(vm, e))?;
    let pair = [rows, columns].map(|n| Value::from_i32(i32::from(n)));
    Ok(vm.new_tuple(&pair))
}

fn tcsetwinsize(vm: &mut Vm, args: &[Value]) -> PyResult {
    let fd = descriptor(vm, args[0])?;
    let pair = vm.collect(args[1])?;
    let [rows, columns] = pair.as_slice() else {
        return Err(vm.type_error("tcsetwinsize, arg 2: must be a two-item sequence"));
    };
    let (rows, columns) = (c_int(vm, *rows)?, c_int(vm, *columns)?);
    let (Ok(rows), Ok(columns)) = (u16::try_from(rows), u16::try_from(columns)) else {
        return Err(vm.overflow_error("winsize value(s) out of range."));
    };
    done(vm, terminal::set_window_size(fd, rows, columns))
}
