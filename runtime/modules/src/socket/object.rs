//! The type `_socket.socket`.
//!
//! A socket with a timeout is non-blocking for the kernel; waiting is a `poll` here, so that signal handlers run in between.

use super::address;
use crate::io::support::{writable_len, write_into};
use crate::os_error::os_error;
use crate::util::{buffer, native_class};
use skein_runtime::helpers::{files, sockets};
use skein_runtime::prelude::*;
use std::cell::Cell;
use std::time::{Duration, Instant};

/// The state of a socket.
pub(super) struct Socket {
    fd: Cell<i32>,
    family: Cell<i32>,
    kind: Cell<i32>,
    protocol: Cell<i32>,
    /// `None`: calls block; zero: they never wait.
    timeout: Cell<Option<Duration>>,
}
impl NativeData for Socket {}
impl Drop for Socket {
    fn drop(&mut self) {
        if self.fd.get() >= 0 {
            let _ = files::close(self.fd.get());
        }
    }
}

macro_rules! methods {
    ($($name:literal $func:ident $sig:literal $doc:literal;)*) => {
        pub(super) static METHODS: &[NativeDef] = &[
            new_method(new),
            $(method($name, $func, $sig, $doc),)*
        ];
    };
}

methods! {
    "__init__" init "($self, /, family=-1, type=-1, proto=-1, fileno=None)" "Open a socket, or take over a descriptor.";
    "__repr__" repr "($self, /)" "Return repr(self).";
    "__del__" del "($self, /)" "Close the socket.";
    "_accept" accept "($self, /)" "Wait for a connection; returns (descriptor, address).";
    "bind" bind "($self, address, /)" "Give the socket a local address.";
    "close" close "($self, /)" "Close the socket.";
    "connect" connect "($self, address, /)" "Connect to a remote address.";
    "connect_ex" connect_ex "($self, address, /)" "As connect(), but return the error's number.";
    "detach" detach "($self, /)" "Forget the descriptor without closing it, and return it.";
    "fileno" fileno "($self, /)" "The descriptor.";
    "getpeername" getpeername "($self, /)" "The address of the other end.";
    "getsockname" getsockname "($self, /)" "The socket's own address.";
    "getsockopt" getsockopt "($self, level, option, buffersize=0, /)" "The value of an option.";
    "setsockopt" setsockopt "($self, level, option, value, optlen=None, /)" "Set an option.";
    "listen" listen "($self, backlog=128, /)" "Let others connect.";
    "recv" recv "($self, bufsize, flags=0, /)" "Receive up to bufsize bytes.";
    "recv_into" recv_into "($self, buffer, nbytes=0, flags=0)" "Receive into a buffer.";
    "recvfrom" recvfrom "($self, bufsize, flags=0, /)" "Receive data and the sender's address.";
    "recvfrom_into" recvfrom_into "($self, buffer, nbytes=0, flags=0)" "Receive into a buffer; returns size and sender's address.";
    "send" send "($self, data, flags=0, /)" "Send data; returns how much was sent.";
    "sendall" sendall "($self, data, flags=0, /)" "Send all data.";
    "sendto" sendto "($self, data, flags_or_address, address=None, /)" "Send data to an address.";
    "setblocking" setblocking "($self, flag, /)" "Choose between waiting for ever and not at all.";
    "getblocking" getblocking "($self, /)" "Whether calls wait.";
    "settimeout" settimeout "($self, value, /)" "Set how long calls wait, in seconds.";
    "gettimeout" gettimeout "($self, /)" "How long calls wait, in seconds.";
    "shutdown" shutdown "($self, how, /)" "Shut down one or both directions.";
}

pub(super) static GETSETS: &[GetSetDef] = &[
    getter(
        "family",
        |vm, v| number(vm, v, |s| &s.family),
        "the socket family",
    ),
    getter(
        "type",
        |vm, v| number(vm, v, |s| &s.kind),
        "the socket type",
    ),
    getter(
        "proto",
        |vm, v| number(vm, v, |s| &s.protocol),
        "the socket protocol",
    ),
    getter("timeout", timeout_of, "the socket timeout"),
];

fn number(vm: &mut Vm, v: Value, field: fn(&Socket) -> &Cell<i32>) -> PyResult {
    Ok(Value::from_i32(field(this(vm, &v)?).get()))
}

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a Socket> {
    match native::<Socket>(v) {
        Some((_, s)) => Ok(s),
        None => Err(vm.wrong_self("fileno", "_socket.socket", *v)),
    }
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = native_class(vm, args[0])?;
    let socket = Socket {
        fd: Cell::new(-1),
        family: Cell::new(0),
        kind: Cell::new(0),
        protocol: Cell::new(0),
        timeout: Cell::new(super::default_timeout(vm)),
    };
    Ok(Native::new(vm, ty, socket).value())
}

fn small(vm: &mut Vm, v: Value, default: i32) -> PyResult<i32> {
    if v.is_absent() {
        return Ok(default);
    }
    let n = vm.index_i64(v)?;
    i32::try_from(n).map_err(|_| vm.overflow_error("signed integer is greater than maximum"))
}

fn init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, &args[0])?;
    let (mut family, mut kind) = (small(vm, args[1], -1)?, small(vm, args[2], -1)?);
    let mut protocol = small(vm, args[3], -1)?;
    let fd = if args[4].is_absent() {
        family = if family == -1 { libc::AF_INET } else { family };
        kind = if kind == -1 { libc::SOCK_STREAM } else { kind };
        protocol = protocol.max(0);
        sockets::socket(family, kind, protocol).map_err(|e| os_error(vm, e, Value::NULL))?
    } else {
        let fd = small(vm, args[4], -1)?;
        if fd < 0 {
            return Err(vm.value_error("negative file descriptor"));
        }
        let mut ask = |given: i32, name: i32| match given {
            -1 => sockets::option_number(fd, libc::SOL_SOCKET, name)
                .map_err(|e| os_error(vm, e, Value::NULL)),
            given => Ok(given),
        };
        family = ask(family, libc::SO_DOMAIN)?;
        kind = ask(kind, libc::SO_TYPE)?;
        protocol = ask(protocol, libc::SO_PROTOCOL)?;
        fd
    };
    s.fd.set(fd);
    s.family.set(family);
    s.kind
        .set(kind & !(libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC));
    s.protocol.set(protocol);
    if kind & libc::SOCK_NONBLOCK != 0 {
        s.timeout.set(Some(Duration::ZERO));
    } else if s.timeout.get().is_some() {
        files::set_blocking(fd, false).map_err(|e| os_error(vm, e, Value::NULL))?;
    }
    Ok(Value::NONE)
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, &args[0])?;
    let (fd, family, kind, protocol) = (s.fd.get(), s.family.get(), s.kind.get(), s.protocol.get());
    Ok(vm.new_str(&format!(
        "<socket object, fd={fd}, family={family}, type={kind}, proto={protocol}>"
    )))
}

/// Closes what was dropped open, with a warning.
fn del(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, &args[0])?;
    let fd = s.fd.get();
    if fd < 0 {
        return Ok(Value::NONE);
    }
    let shown = vm.repr_text(args[0])?;
    let warned = vm.warn(ids::RESOURCE_WARNING, &format!("unclosed {shown}"), 1);
    s.fd.set(-1);
    let _ = files::close(fd);
    warned.map(|()| Value::NONE)
}

fn close(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, &args[0])?;
    let fd = s.fd.replace(-1);
    if fd >= 0 {
        match files::close(fd) {
            Ok(()) | Err(libc::ECONNRESET) => {}
            Err(e) => return Err(os_error(vm, e, Value::NULL)),
        }
    }
    Ok(Value::NONE)
}

fn detach(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::from_i32(this(vm, &args[0])?.fd.replace(-1)))
}
fn fileno(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::from_i32(this(vm, &args[0])?.fd.get()))
}

/// Waits until the socket is ready; false if the time is over.
fn ready(vm: &mut Vm, fd: i32, events: i16, end: Option<Instant>) -> PyResult<bool> {
    let deadline = match end {
        Some(end) => {
            let left = end.saturating_duration_since(Instant::now());
            Some(crate::support::monotonic(vm)? + left.as_nanos() as i128)
        }
        None => None,
    };
    crate::support::give_way(vm, &[(fd, events)], deadline)?;
    loop {
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        let ms = left.map_or(-1, |l| {
            l.as_micros().div_ceil(1000).min(i32::MAX as u128) as i32
        });
        match files::poll(&[(fd, events)], ms) {
            Ok(r) if r.iter().any(|&got| got != 0) => return Ok(true),
            Ok(_) => return Ok(false),
            Err(libc::EINTR) => crate::signal::run_pending(vm)?,
            Err(e) => return Err(os_error(vm, e, Value::NULL)),
        }
    }
}

fn deadline(s: &Socket) -> Option<Instant> {
    let limit = s.timeout.get().filter(|t| !t.is_zero())?;
    Instant::now().checked_add(limit)
}

fn timed_out(vm: &mut Vm) -> Raised {
    vm.raise(ids::TIMEOUT_ERROR, "timed out")
}

/// Makes a call that may have to wait, and again after signals.
fn waiting<T>(
    vm: &mut Vm,
    s: &Socket,
    events: i16,
    end: Option<Instant>,
    mut call: impl FnMut(i32) -> Result<T, i32>,
) -> PyResult<T> {
    loop {
        if end.is_none() && s.timeout.get().is_none() {
            crate::support::give_way(vm, &[(s.fd.get(), events)], None)?;
        }
        if end.is_some() && !ready(vm, s.fd.get(), events, end)? {
            return Err(timed_out(vm));
        }
        match call(s.fd.get()) {
            Ok(v) => return Ok(v),
            Err(libc::EINTR) => crate::signal::run_pending(vm)?,
            Err(libc::EAGAIN) if end.is_some() => {}
            Err(e) => return Err(os_error(vm, e, Value::NULL)),
        }
    }
}

fn accept(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, &args[0])?;
    let (fd, from) = waiting(vm, s, libc::POLLIN, deadline(s), sockets::accept)?;
    let from = address::to_python(vm, &from)?;
    Ok(vm.new_tuple(&[Value::from_i32(fd), from]))
}

fn bind(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, &args[0])?;
    let to = address::from_python(vm, s.family.get(), args[1], "bind")?;
    match sockets::bind(s.fd.get(), &to) {
        Ok(()) => Ok(Value::NONE),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}

/// Connects; the outer result is an exception, the inner an error's number.
fn try_connect(vm: &mut Vm, args: &[Value], caller: &str) -> PyResult<Result<(), i32>> {
    let s = this(vm, &args[0])?;
    let to = address::from_python(vm, s.family.get(), args[1], caller)?;
    let end = deadline(s);
    match sockets::connect(s.fd.get(), &to) {
        Err(libc::EINTR) => crate::signal::run_pending(vm)?,
        Err(libc::EINPROGRESS) if end.is_some() => {}
        r => return Ok(r),
    }
    // The attempt goes on by itself; its outcome is an option of the socket.
    if !ready(vm, s.fd.get(), libc::POLLOUT, end)? {
        return Ok(Err(libc::EWOULDBLOCK));
    }
    Ok(
        match sockets::option_number(s.fd.get(), libc::SOL_SOCKET, libc::SO_ERROR) {
            Ok(0 | libc::EISCONN) => Ok(()),
            Ok(e) | Err(e) => Err(e),
        },
    )
}
fn connect(vm: &mut Vm, args: &[Value]) -> PyResult {
    let timed = deadline(this(vm, &args[0])?).is_some();
    match try_connect(vm, args, "connect")? {
        Ok(()) => Ok(Value::NONE),
        Err(libc::EWOULDBLOCK) if timed => Err(timed_out(vm)),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
fn connect_ex(vm: &mut Vm, args: &[Value]) -> PyResult {
    let r = try_connect(vm, args, "connect_ex")?;
    Ok(Value::from_i32(r.err().unwrap_or(0)))
}

fn name(vm: &mut Vm, args: &[Value], call: fn(i32) -> Result<sockets::Address, i32>) -> PyResult {
    match call(this(vm, &args[0])?.fd.get()) {
        Ok(a) => address::to_python(vm, &a),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
fn getpeername(vm: &mut Vm, args: &[Value]) -> PyResult {
    name(vm, args, sockets::peer_name)
}
fn getsockname(vm: &mut Vm, args: &[Value]) -> PyResult {
    name(vm, args, sockets::own_name)
}

fn getsockopt(vm: &mut Vm, args: &[Value]) -> PyResult {
    let fd = this(vm, &args[0])?.fd.get();
    let (level, option, size) = (
        small(vm, args[1], 0)?,
        small(vm, args[2], 0)?,
        small(vm, args[3], 0)?,
    );
    if size == 0 {
        return match sockets::option_number(fd, level, option) {
            Ok(n) => Ok(Value::from_i32(n)),
            Err(e) => Err(os_error(vm, e, Value::NULL)),
        };
    }
    if !(1..=1024).contains(&size) {
        return Err(vm.raise(ids::OS_ERROR, "getsockopt buflen out of range"));
    }
    match sockets::option(fd, level, option, size as usize) {
        Ok(data) => Ok(vm.new_bytes(&data)),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}

fn setsockopt(vm: &mut Vm, args: &[Value]) -> PyResult {
    let fd = this(vm, &args[0])?.fd.get();
    let (level, option) = (small(vm, args[1], 0)?, small(vm, args[2], 0)?);
    let data = if args[3].is_none() {
        vec![0; small(vm, args[4], 0)?.max(0) as usize]
    } else if crate::util::is_buffer(vm, args[3]) {
        buffer(vm, args[3])?.to_vec()
    } else {
        small(vm, args[3], 0)?.to_ne_bytes().to_vec()
    };
    match sockets::set_option(fd, level, option, &data) {
        Ok(()) => Ok(Value::NONE),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}

fn listen(vm: &mut Vm, args: &[Value]) -> PyResult {
    let backlog = small(vm, args[1], 128)?.max(0);
    match sockets::listen(this(vm, &args[0])?.fd.get(), backlog) {
        Ok(()) => Ok(Value::NONE),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}

/// Receives up to `room` bytes.
fn receive(
    vm: &mut Vm,
    s: &Socket,
    room: usize,
    flags: i32,
) -> PyResult<(Vec<u8>, sockets::Address)> {
    let mut data = vec![0; room];
    let end = deadline(s);
    let (n, from) = waiting(vm, s, libc::POLLIN, end, |fd| {
        sockets::receive_from(fd, &mut data, flags)
    })?;
    data.truncate(n);
    Ok((data, from))
}
fn size(vm: &mut Vm, v: Value, caller: &str) -> PyResult<usize> {
    let n = vm.ssize(v)?;
    usize::try_from(n).map_err(|_| vm.value_error(format!("negative buffersize in {caller}")))
}

fn recv(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, &args[0])?;
    let (room, flags) = (size(vm, args[1], "recv")?, small(vm, args[2], 0)?);
    let (data, _) = receive(vm, s, room, flags)?;
    Ok(vm.new_bytes(&data))
}
fn recvfrom(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, &args[0])?;
    let (room, flags) = (size(vm, args[1], "recvfrom")?, small(vm, args[2], 0)?);
    let (data, from) = receive(vm, s, room, flags)?;
    let data = vm.new_bytes(&data);
    let from = address::to_python(vm, &from)?;
    Ok(vm.new_tuple(&[data, from]))
}

fn into(vm: &mut Vm, args: &[Value], caller: &str) -> PyResult<(usize, sockets::Address)> {
    let s = this(vm, &args[0])?;
    let room = writable_len(vm, args[1])?;
    let wanted = if args[2].is_null() {
        0
    } else {
        size(vm, args[2], caller)?
    };
    if wanted > room {
        return Err(vm.value_error("buffer too small for requested bytes"));
    }
    let flags = small(vm, args[3], 0)?;
    let wanted = if wanted == 0 { room } else { wanted };
    let (data, from) = receive(vm, s, wanted, flags)?;
    write_into(vm, args[1], 0, &data)?;
    Ok((data.len(), from))
}
fn recv_into(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::from_usize(into(vm, args, "recv_into")?.0))
}
fn recvfrom_into(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (n, from) = into(vm, args, "recvfrom_into")?;
    let from = address::to_python(vm, &from)?;
    Ok(vm.new_tuple(&[Value::from_usize(n), from]))
}

fn send(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, &args[0])?;
    let (data, flags) = (buffer(vm, args[1])?, small(vm, args[2], 0)?);
    let end = deadline(s);
    let n = waiting(vm, s, libc::POLLOUT, end, |fd| {
        sockets::send(fd, &data, flags, None)
    })?;
    Ok(Value::from_usize(n))
}
fn sendall(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, &args[0])?;
    let (data, flags) = (buffer(vm, args[1])?, small(vm, args[2], 0)?);
    let (end, mut sent) = (deadline(s), 0);
    while sent < data.len() {
        sent += waiting(vm, s, libc::POLLOUT, end, |fd| {
            sockets::send(fd, &data[sent..], flags, None)
        })?;
    }
    Ok(Value::NONE)
}
fn sendto(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, &args[0])?;
    let data = buffer(vm, args[1])?;
    let (flags, to) = match args[3].non_null() {
        Some(to) => (small(vm, args[2], 0)?, to),
        None => (0, args[2]),
    };
    let to = address::from_python(vm, s.family.get(), to, "sendto")?;
    let end = deadline(s);
    let n = waiting(vm, s, libc::POLLOUT, end, |fd| {
        sockets::send(fd, &data, flags, Some(&to))
    })?;
    Ok(Value::from_usize(n))
}

fn set_timeout(vm: &mut Vm, s: &Socket, timeout: Option<Duration>) -> PyResult {
    s.timeout.set(timeout);
    match files::set_blocking(s.fd.get(), timeout.is_none()) {
        Ok(()) => Ok(Value::NONE),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
fn setblocking(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, &args[0])?;
    let on = vm.truth(args[1])?;
    set_timeout(vm, s, (!on).then_some(Duration::ZERO))
}
fn getblocking(vm: &mut Vm, args: &[Value]) -> PyResult {
    let timeout = this(vm, &args[0])?.timeout.get();
    Ok(Value::bool(timeout != Some(Duration::ZERO)))
}
fn settimeout(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, &args[0])?;
    let timeout = super::timeout_argument(vm, args[1])?;
    set_timeout(vm, s, timeout)
}
fn gettimeout(vm: &mut Vm, args: &[Value]) -> PyResult {
    timeout_of(vm, args[0])
}
fn timeout_of(vm: &mut Vm, v: Value) -> PyResult {
    let timeout = this(vm, &v)?.timeout.get();
    Ok(super::seconds(vm, timeout))
}

fn shutdown(vm: &mut Vm, args: &[Value]) -> PyResult {
    let how = small(vm, args[1], 0)?;
    match sockets::shutdown(this(vm, &args[0])?.fd.get(), how) {
        Ok(()) => Ok(Value::NONE),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
