//! The methods of sockets that may wait: accepting, connecting, receiving and sending.
//!
//! Each is one *call* of the system that is tried at once. If it would block and others could run, the tasklet waits and the
//! poller makes the call (`tasklet::waiting`); alone, the thread of the OS waits. A socket with a timeout is non-blocking for the
//! kernel; waiting is `poll` then, so that signal handlers run in between.

use super::address;
use super::object::{Socket, small, this};
use crate::io::support::{writable_len, write_into};
use crate::os_error::os_error;
use crate::support::monotonic;
use crate::util::buffer;
use skein_runtime::helpers::{files, sockets};
use skein_runtime::prelude::*;
use std::cell::RefCell;

/// Of one call: its result, or the error's number. `EAGAIN` stands for "would block".
type Called = Result<PyResult, i32>;

/// What a call is made with: the subject (the socket, or a tuple that begins with it), the descriptor, and flags to add.
trait Call: FnMut(&mut Vm, Value, i32, i32) -> Called + 'static {}
impl<F: FnMut(&mut Vm, Value, i32, i32) -> Called + 'static> Call for F {}

fn deadline(vm: &mut Vm, s: &Socket) -> PyResult<Option<i128>> {
    match s.timeout.get() {
        Some(limit) if !limit.is_zero() => Ok(Some(monotonic(vm)? + limit.as_nanos() as i128)),
        _ => Ok(None),
    }
}

fn timed_out(vm: &mut Vm) -> Raised {
    vm.raise(ids::TIMEOUT_ERROR, "timed out")
}

fn failed(vm: &mut Vm, e: i32) -> Raised {
    os_error(vm, e, Value::NULL)
}

/// The socket of a subject.
fn socket_of(subject: Value) -> Value {
    match subject.cast::<PyTuple>() {
        Some(t) => t.items()[0],
        None => subject,
    }
}

/// Waits alone until a descriptor is ready; false if the time is over.
fn ready(vm: &mut Vm, fd: i32, events: i16, end: Option<i128>) -> PyResult<bool> {
    loop {
        let ms = match end {
            Some(end) => ((end - monotonic(vm)?).max(0) + 999_999) / 1_000_000,
            None => -1,
        };
        match files::poll(&[(fd, events)], ms.min(i128::from(i32::MAX)) as i32) {
            Ok(r) => return Ok(r.iter().any(|&got| got != 0)),
            Err(libc::EINTR) => crate::signal::run_pending(vm)?,
            Err(e) => return Err(failed(vm, e)),
        }
    }
}

/// Makes a call that may have to wait for `events` of the socket.
fn perform(vm: &mut Vm, subject: Value, events: i16, mut call: impl Call) -> PyResult {
    let socket = socket_of(subject);
    let s = this(vm, &socket)?;
    let end = deadline(vm, s)?;
    let never_waits = s.timeout.get().is_some_and(|t| t.is_zero());
    let company = vm.has_company();
    if company || end.is_some() || never_waits {
        loop {
            match call(vm, subject, s.fd.get(), libc::MSG_DONTWAIT) {
                Ok(r) => return r,
                Err(libc::EINTR) => crate::signal::run_pending(vm)?,
                Err(libc::EAGAIN) if !never_waits => break,
                Err(e) => return Err(failed(vm, e)),
            }
        }
    }
    if company {
        return vm.wait_trying(
            end,
            (s.fd.get(), events),
            subject,
            Box::new(in_poller(call)),
        );
    }
    loop {
        if end.is_some() && !ready(vm, s.fd.get(), events, end)? {
            return Err(timed_out(vm));
        }
        match call(vm, subject, s.fd.get(), 0) {
            Ok(r) => return r,
            Err(libc::EINTR) => crate::signal::run_pending(vm)?,
            Err(libc::EAGAIN) if end.is_some() => {}
            Err(e) => return Err(failed(vm, e)),
        }
    }
}

/// A call as the poller makes it.
fn in_poller(mut call: impl Call) -> impl FnMut(&mut Vm, Value, bool) -> Option<PyResult> {
    move |vm, subject, came| {
        if !came {
            return Some(Err(timed_out(vm)));
        }
        let socket = socket_of(subject);
        let fd = match this(vm, &socket) {
            Ok(s) => s.fd.get(),
            Err(r) => return Some(Err(r)),
        };
        match call(vm, subject, fd, libc::MSG_DONTWAIT) {
            Ok(r) => Some(r),
            Err(libc::EAGAIN | libc::EINTR) => None,
            Err(e) => Some(Err(failed(vm, e))),
        }
    }
}

// -- connections --

pub(super) fn accept(vm: &mut Vm, args: &[Value]) -> PyResult {
    perform(vm, args[0], libc::POLLIN, |vm, _, fd, flags| {
        // There is no flag for not waiting.
        if flags != 0
            && files::blocking(fd) == Ok(true)
            && files::poll(&[(fd, libc::POLLIN)], 0).is_ok_and(|r| r[0] == 0)
        {
            return Err(libc::EAGAIN);
        }
        let (new, from) = sockets::accept(fd)?;
        let from = address::to_python(vm, &from);
        Ok(from.map(|from| vm.new_tuple(&[Value::from_i32(new), from])))
    })
}

pub(super) fn connect(vm: &mut Vm, args: &[Value]) -> PyResult {
    begin_connecting(vm, args, "connect")
}
pub(super) fn connect_ex(vm: &mut Vm, args: &[Value]) -> PyResult {
    begin_connecting(vm, args, "connect_ex")
}

/// The result of `connect`, or of `connect_ex`, which gives numbers.
fn connected(vm: &mut Vm, r: Result<(), i32>, numbers: bool) -> PyResult {
    match r {
        Ok(()) if !numbers => Ok(Value::NONE),
        Err(e) if !numbers => Err(failed(vm, e)),
        r => Ok(Value::from_i32(r.err().unwrap_or(0))),
    }
}

fn begin_connecting(vm: &mut Vm, args: &[Value], caller: &str) -> PyResult {
    let s = this(vm, &args[0])?;
    let numbers = caller == "connect_ex";
    let to = address::from_python(vm, s.family.get(), args[1], caller)?;
    let end = deadline(vm, s)?;
    let fd = s.fd.get();
    // So that only the tasklet waits, the kernel must not.
    let lent =
        vm.has_company() && s.timeout.get().is_none() && files::set_blocking(fd, false).is_ok();
    let r = sockets::connect(fd, &to);
    if lent {
        let _ = files::set_blocking(fd, true);
    }
    match r {
        Err(libc::EINTR) => crate::signal::run_pending(vm)?,
        Err(libc::EINPROGRESS) if end.is_some() || lent => {}
        // The other end's queue is full: nothing says when it is not.
        Err(libc::EAGAIN) if lent => {
            return vm.offload(Box::new(move || {
                let r = sockets::connect(fd, &to);
                Box::new(move |vm| connected(vm, r, numbers))
            }));
        }
        r => return connected(vm, r, numbers),
    }
    // The attempt goes on by itself; its outcome is an option of the socket.
    let outcome = move |vm: &mut Vm, fd: i32| {
        let r = match sockets::option_number(fd, libc::SOL_SOCKET, libc::SO_ERROR) {
            Ok(0 | libc::EISCONN) => Ok(()),
            Ok(e) | Err(e) => Err(e),
        };
        connected(vm, r, numbers)
    };
    if vm.has_company() {
        let attempt = move |vm: &mut Vm, _: Value, came: bool| match came {
            true => Some(outcome(vm, fd)),
            false if numbers => Some(Ok(Value::from_i32(libc::EWOULDBLOCK))),
            false => Some(Err(timed_out(vm))),
        };
        return vm.wait_trying(end, (fd, libc::POLLOUT), args[0], Box::new(attempt));
    }
    match ready(vm, fd, libc::POLLOUT, end)? {
        true => outcome(vm, fd),
        false if numbers => Ok(Value::from_i32(libc::EWOULDBLOCK)),
        false => Err(timed_out(vm)),
    }
}

// -- receiving --

thread_local! {
    /// Where data is received before its length is known.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}
/// Larger rooms are made for one call.
const SCRATCH_MOST: usize = 1 << 20;

/// Has `receive` fill a room of `size` bytes, then `made` see what it wrote.
fn with_room<T, R>(
    size: usize,
    receive: impl FnOnce(&mut [u8]) -> Result<(usize, T), i32>,
    made: impl FnOnce(&[u8], T) -> R,
) -> Result<R, i32> {
    if size > SCRATCH_MOST {
        let mut room = vec![0; size];
        let (n, more) = receive(&mut room)?;
        return Ok(made(&room[..n.min(size)], more));
    }
    SCRATCH.with_borrow_mut(|room| {
        if room.len() < size {
            room.resize(size.next_power_of_two(), 0);
        }
        let (n, more) = receive(&mut room[..size])?;
        Ok(made(&room[..n.min(size)], more))
    })
}

fn size(vm: &mut Vm, v: Value, message: &str) -> PyResult<usize> {
    let n = vm.ssize(v)?;
    usize::try_from(n).map_err(|_| vm.value_error(message))
}

pub(super) fn recv(vm: &mut Vm, args: &[Value]) -> PyResult {
    let room = size(vm, args[1], "negative buffersize in recv")?;
    let flags = small(vm, args[2], 0)?;
    perform(vm, args[0], libc::POLLIN, move |vm, _, fd, more| {
        with_room(
            room,
            |b| sockets::receive(fd, b, flags | more).map(|n| (n, ())),
            |data, ()| Ok(vm.new_bytes(data)),
        )
    })
}
pub(super) fn recvfrom(vm: &mut Vm, args: &[Value]) -> PyResult {
    let room = size(vm, args[1], "negative buffersize in recvfrom")?;
    let flags = small(vm, args[2], 0)?;
    perform(vm, args[0], libc::POLLIN, move |vm, _, fd, more| {
        with_room(
            room,
            |b| sockets::receive_from(fd, b, flags | more),
            |data, from| {
                let data = vm.new_bytes(data);
                let from = address::to_python(vm, &from)?;
                Ok(vm.new_tuple(&[data, from]))
            },
        )
    })
}

fn into(vm: &mut Vm, args: &[Value], caller: &str, addressed: bool) -> PyResult {
    let room = writable_len(vm, args[1])?;
    let wanted = if args[2].is_null() {
        0
    } else {
        size(vm, args[2], &format!("negative buffersize in {caller}"))?
    };
    if wanted > room {
        return Err(vm.value_error("buffer too small for requested bytes"));
    }
    let flags = small(vm, args[3], 0)?;
    let wanted = if wanted == 0 { room } else { wanted };
    let subject = vm.new_tuple(&args[..2]);
    perform(vm, subject, libc::POLLIN, move |vm, subject, fd, more| {
        with_room(
            wanted,
            |b| sockets::receive_from(fd, b, flags | more),
            |data, from| {
                let target = subject
                    .cast::<PyTuple>()
                    .map_or(Value::NONE, |t| t.items()[1]);
                write_into(vm, target, 0, data)?;
                let n = Value::from_usize(data.len());
                if !addressed {
                    return Ok(n);
                }
                let from = address::to_python(vm, &from)?;
                Ok(vm.new_tuple(&[n, from]))
            },
        )
    })
}
pub(super) fn recv_into(vm: &mut Vm, args: &[Value]) -> PyResult {
    into(vm, args, "recv_into", false)
}
pub(super) fn recvfrom_into(vm: &mut Vm, args: &[Value]) -> PyResult {
    into(vm, args, "recvfrom_into", true)
}

/// The ancillary data of a message: a list of (level, type, data).
fn ancillary(vm: &mut Vm, items: &[sockets::Ancillary]) -> Value {
    let list = PyList::new(vm);
    for item in items {
        let data = vm.new_bytes(&item.data);
        let t = vm.new_tuple(&[
            Value::from_i32(item.level),
            Value::from_i32(item.kind),
            data,
        ]);
        list.push(vm, t);
    }
    list.value()
}

/// Room for ancillary data, and flags.
fn message_limits(vm: &mut Vm, args: &[Value]) -> PyResult<(usize, i32)> {
    let control = if args[2].is_null() {
        0
    } else {
        size(vm, args[2], "invalid ancillary data buffer length")?
    };
    if control > i32::MAX as usize {
        return Err(vm.value_error("invalid ancillary data buffer length"));
    }
    Ok((control, small(vm, args[3], 0)?))
}

pub(super) fn recvmsg(vm: &mut Vm, args: &[Value]) -> PyResult {
    let room = size(vm, args[1], "negative buffer size in recvmsg()")?;
    let (control, flags) = message_limits(vm, args)?;
    perform(vm, args[0], libc::POLLIN, move |vm, _, fd, more| {
        with_room(
            room,
            |b| sockets::receive_message(fd, b, control, flags | more).map(|m| (m.length, m)),
            |data, message| {
                let data = vm.new_bytes(data);
                message_tuple(vm, data, &message)
            },
        )
    })
}

fn message_tuple(vm: &mut Vm, first: Value, m: &sockets::Message) -> PyResult {
    let items = ancillary(vm, &m.ancillary);
    let from = address::to_python(vm, &m.from)?;
    Ok(vm.new_tuple(&[first, items, Value::from_i32(m.flags), from]))
}

pub(super) fn recvmsg_into(vm: &mut Vm, args: &[Value]) -> PyResult {
    let buffers = collected(vm, args[1], "recvmsg_into() argument 1 must be an iterable")?;
    let mut rooms = Vec::new();
    for i in 0..buffers.len() {
        rooms.push(writable_len(vm, buffers.get(i))?);
    }
    let (control, flags) = message_limits(vm, args)?;
    let targets = vm.new_tuple(buffers.as_slice());
    let subject = vm.new_tuple(&[args[0], targets]);
    let all = rooms.iter().sum();
    perform(vm, subject, libc::POLLIN, move |vm, subject, fd, more| {
        with_room(
            all,
            |b| sockets::receive_message(fd, b, control, flags | more).map(|m| (m.length, m)),
            |mut data, message| {
                let n = Value::from_usize(data.len());
                let targets = subject
                    .cast::<PyTuple>()
                    .map_or(Value::NONE, |t| t.items()[1]);
                if let Some(targets) = targets.cast::<PyTuple>() {
                    for (target, room) in targets.items().iter().zip(&rooms) {
                        let (part, rest) = data.split_at(data.len().min(*room));
                        write_into(vm, *target, 0, part)?;
                        data = rest;
                    }
                }
                message_tuple(vm, n, &message)
            },
        )
    })
}

// -- sending --

/// Sends bytes of a buffer by a call. They are copied only if it has to wait.
fn sending(
    vm: &mut Vm,
    socket: Value,
    data: Value,
    mut call: impl FnMut(&mut Vm, &[u8], i32, i32) -> Called + 'static,
) -> PyResult {
    let s = this(vm, &socket)?;
    let view = buffer(vm, data)?;
    let alone = !vm.has_company() && s.timeout.get().is_none();
    loop {
        let flags = if alone { 0 } else { libc::MSG_DONTWAIT };
        match call(vm, &view, s.fd.get(), flags) {
            Ok(r) => return r,
            Err(libc::EINTR) => crate::signal::run_pending(vm)?,
            Err(libc::EAGAIN) if !alone && s.timeout.get().is_none_or(|t| !t.is_zero()) => break,
            Err(e) => return Err(failed(vm, e)),
        }
    }
    let copy = view.to_vec();
    perform(vm, socket, libc::POLLOUT, move |vm, _, fd, flags| {
        call(vm, &copy, fd, flags)
    })
}

pub(super) fn send(vm: &mut Vm, args: &[Value]) -> PyResult {
    let flags = small(vm, args[2], 0)?;
    sending(vm, args[0], args[1], move |_, data, fd, more| {
        let n = sockets::send(fd, data, flags | more, None)?;
        Ok(Ok(Value::from_usize(n)))
    })
}
pub(super) fn sendall(vm: &mut Vm, args: &[Value]) -> PyResult {
    let flags = small(vm, args[2], 0)?;
    let mut sent = 0;
    sending(vm, args[0], args[1], move |_, data, fd, more| {
        while sent < data.len() {
            sent += sockets::send(fd, &data[sent..], flags | more, None)?;
            if more == 0 && sent < data.len() {
                // A signal cut it short: its handler is to run before the rest is sent.
                return Err(libc::EINTR);
            }
        }
        Ok(Ok(Value::NONE))
    })
}
pub(super) fn sendto(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, &args[0])?;
    let given = crate::util::items(&args[1]);
    let (data, flags, to) = match *given {
        [data, to] => (data, 0, to),
        [data, flags, to] => {
            buffer(vm, data)?;
            (data, crate::support::c_int(vm, flags)?, to)
        }
        _ => {
            let n = given.len();
            return Err(vm.type_error(format!("sendto() takes 2 or 3 arguments ({n} given)")));
        }
    };
    buffer(vm, data)?;
    let to = address::from_python(vm, s.family.get(), to, "sendto")?;
    sending(vm, args[0], data, move |_, data, fd, more| {
        let n = sockets::send(fd, data, flags | more, Some(&to))?;
        Ok(Ok(Value::from_usize(n)))
    })
}

fn collected(vm: &mut Vm, v: Value, otherwise: &str) -> PyResult<ValueVec> {
    if vm.iter(v).is_err() {
        if vm.clear_raised_if(ids::TYPE_ERROR) {
            return Err(vm.type_error(otherwise));
        }
        return Err(Raised);
    }
    vm.collect(v)
}

fn ancillary_item(vm: &mut Vm, v: Value) -> PyResult<sockets::Ancillary> {
    let parts = vm.collect(v)?;
    let &[level, kind, data] = parts.as_slice() else {
        return Err(vm.type_error("[sendmsg() ancillary data items] must be a sequence of 3 items"));
    };
    Ok(sockets::Ancillary {
        level: small(vm, level, 0)?,
        kind: small(vm, kind, 0)?,
        data: buffer(vm, data)?.to_vec(),
    })
}

pub(super) fn sendmsg(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, &args[0])?;
    let parts = collected(vm, args[1], "sendmsg() argument 1 must be an iterable")?;
    let mut data = Vec::new();
    for i in 0..parts.len() {
        data.extend_from_slice(&buffer(vm, parts.get(i))?);
    }
    let mut items = Vec::new();
    if !args[2].is_null() {
        let given = collected(vm, args[2], "sendmsg() argument 2 must be an iterable")?;
        for i in 0..given.len() {
            items.push(ancillary_item(vm, given.get(i))?);
        }
    }
    if items.iter().map(|i| i.data.len() + 64).sum::<usize>() > i32::MAX as usize {
        return Err(vm.raise(ids::OS_ERROR, "too much ancillary data"));
    }
    let flags = small(vm, args[3], 0)?;
    let to = match args[4].is_absent() {
        true => None,
        false => Some(address::from_python(
            vm,
            s.family.get(),
            args[4],
            "sendmsg",
        )?),
    };
    perform(vm, args[0], libc::POLLOUT, move |_, _, fd, more| {
        let n = sockets::send_message(fd, &data, &items, flags | more, to.as_ref())?;
        Ok(Ok(Value::from_usize(n)))
    })
}

fn item_size(vm: &mut Vm, args: &[Value], caller: &str, size: fn(u32) -> usize) -> PyResult {
    let n = vm.index(args[0])?;
    match as_i64(n).map(u32::try_from) {
        Some(Ok(n)) if size(n) <= i32::MAX as usize => Ok(Value::from_usize(size(n))),
        _ => Err(vm.overflow_error(format!("{caller}() argument out of range"))),
    }
}
pub(super) fn cmsg_len(vm: &mut Vm, args: &[Value]) -> PyResult {
    item_size(vm, args, "CMSG_LEN", sockets::item_length)
}
pub(super) fn cmsg_space(vm: &mut Vm, args: &[Value]) -> PyResult {
    item_size(vm, args, "CMSG_SPACE", sockets::item_space)
}
