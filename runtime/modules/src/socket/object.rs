//! The type `_socket.socket`.
//!
//! What may wait is in [`super::transfer`].

use super::{address, transfer};
use crate::os_error::os_error;
use crate::util::{buffer, native_class};
use skein_runtime::helpers::{files, sockets};
use skein_runtime::prelude::*;
use std::cell::Cell;
use std::time::Duration;

/// The state of a socket.
pub(super) struct Socket {
    pub(super) fd: Cell<i32>,
    pub(super) family: Cell<i32>,
    kind: Cell<i32>,
    protocol: Cell<i32>,
    /// `None`: calls block; zero: they never wait.
    pub(super) timeout: Cell<Option<Duration>>,
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
    ($($name:literal $func:ident $sig:literal $doc:literal;)*
     transfer: $($transfer:literal $call:ident $call_sig:literal $call_doc:literal;)*) => {
        pub(super) static METHODS: &[NativeDef] = &[
            new_method(new),
            $(method($name, $func, $sig, $doc),)*
            $(method($transfer, transfer::$call, $call_sig, $call_doc).switching(),)*
        ];
    };
}

methods! {
    "__init__" init "($self, /, family=-1, type=-1, proto=-1, fileno=None)" "Open a socket, or take over a descriptor.";
    "__repr__" repr "($self, /)" "Return repr(self).";
    "__del__" del "($self, /)" "Close the socket.";
    "bind" bind "($self, address, /)" "Give the socket a local address.";
    "close" close "($self, /)" "Close the socket.";
    "detach" detach "($self, /)" "Forget the descriptor without closing it, and return it.";
    "fileno" fileno "($self, /)" "The descriptor.";
    "getpeername" getpeername "($self, /)" "The address of the other end.";
    "getsockname" getsockname "($self, /)" "The socket's own address.";
    "getsockopt" getsockopt "($self, level, option, buffersize=0, /)" "The value of an option.";
    "setsockopt" setsockopt "($self, level, option, value, optlen=None, /)" "Set an option.";
    "listen" listen "($self, backlog=128, /)" "Let others connect.";
    "setblocking" setblocking "($self, flag, /)" "Choose between waiting for ever and not at all.";
    "getblocking" getblocking "($self, /)" "Whether calls wait.";
    "settimeout" settimeout "($self, value, /)" "Set how long calls wait, in seconds.";
    "gettimeout" gettimeout "($self, /)" "How long calls wait, in seconds.";
    "shutdown" shutdown "($self, how, /)" "Shut down one or both directions.";
    transfer:
    "_accept" accept "($self, /)" "Wait for a connection; returns (descriptor, address).";
    "connect" connect "($self, address, /)" "Connect to a remote address.";
    "connect_ex" connect_ex "($self, address, /)" "As connect(), but return the error's number.";
    "recv" recv "($self, bufsize, flags=0, /)" "Receive up to bufsize bytes.";
    "recv_into" recv_into "($self, buffer, nbytes=0, flags=0)" "Receive into a buffer.";
    "recvfrom" recvfrom "($self, bufsize, flags=0, /)" "Receive data and the sender's address.";
    "recvfrom_into" recvfrom_into "($self, buffer, nbytes=0, flags=0)" "Receive into a buffer; returns size and sender's address.";
    "recvmsg" recvmsg "($self, bufsize, ancbufsize=0, flags=0, /)" "Receive data, ancillary data, flags and the sender's address.";
    "recvmsg_into" recvmsg_into "($self, buffers, ancbufsize=0, flags=0, /)" "As recvmsg(), into buffers.";
    "send" send "($self, data, flags=0, /)" "Send data; returns how much was sent.";
    "sendall" sendall "($self, data, flags=0, /)" "Send all data.";
    "sendto" sendto "($self, /, *args)" "Send data to an address.";
    "sendmsg" sendmsg "($self, buffers, ancdata=(), flags=0, address=None, /)" "Send data and ancillary data.";
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

pub(super) fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a Socket> {
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

pub(super) fn small(vm: &mut Vm, v: Value, default: i32) -> PyResult<i32> {
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
        vm.closing_descriptor(fd);
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

fn bind(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, &args[0])?;
    let to = address::from_python(vm, s.family.get(), args[1], "bind")?;
    match sockets::bind(s.fd.get(), &to) {
        Ok(()) => Ok(Value::NONE),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
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
