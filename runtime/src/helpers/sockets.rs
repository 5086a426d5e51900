//! Sockets and names of hosts: safe functions over libc for `_socket`. Errors are `errno` numbers, `EINTR` is given to the caller;
//! those of name look-ups are the resolver's own numbers.

use super::last_errno;
use std::ffi::{CStr, CString};
use std::mem::{MaybeUninit, size_of};
use std::ptr;

fn check(r: i32) -> Result<i32, i32> {
    if r < 0 { Err(last_errno()) } else { Ok(r) }
}

fn check_size(r: isize) -> Result<usize, i32> {
    usize::try_from(r).map_err(|_| last_errno())
}

/// Room for any socket address.
const ADDRESS_ROOM: usize = size_of::<libc::sockaddr_storage>();

/// A socket address as the kernel writes it: family first, in native order.
#[derive(Clone)]
pub struct Address {
    bytes: [u8; ADDRESS_ROOM],
    len: usize,
}

impl Address {
    /// From bytes that begin with the family; `None` if they are too many.
    pub fn new(bytes: &[u8]) -> Option<Address> {
        let mut address = Address {
            bytes: [0; ADDRESS_ROOM],
            len: bytes.len(),
        };
        address.bytes.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(address)
    }
    /// The bytes that count.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
    /// The family; 0 for an empty address.
    pub fn family(&self) -> i32 {
        i32::from(u16::from_ne_bytes([self.bytes[0], self.bytes[1]]))
    }
    fn storage(&self) -> libc::sockaddr_storage {
        // SAFETY: plain bytes of the same size make a storage; no bit pattern of it is invalid.
        unsafe { std::mem::transmute_copy(&self.bytes) }
    }
}

/// Lets the kernel write an address.
fn addressed<R>(call: impl FnOnce(*mut libc::sockaddr, *mut libc::socklen_t) -> R) -> (R, Address) {
    let mut storage = MaybeUninit::<libc::sockaddr_storage>::zeroed();
    let mut len = ADDRESS_ROOM as libc::socklen_t;
    let r = call(storage.as_mut_ptr().cast(), &mut len);
    // SAFETY: zeroed storage is valid, whatever the kernel wrote over it; both types have the same size.
    let bytes = unsafe { storage.as_ptr().cast::<[u8; ADDRESS_ROOM]>().read() };
    let len = (len as usize).min(ADDRESS_ROOM);
    (r, Address { bytes, len })
}

/// `socket(2)`; the descriptor is not inherited.
pub fn socket(family: i32, kind: i32, protocol: i32) -> Result<i32, i32> {
    // SAFETY: only takes numbers.
    check(unsafe { libc::socket(family, kind | libc::SOCK_CLOEXEC, protocol) })
}

/// `socketpair(2)`; the descriptors are not inherited.
pub fn pair(family: i32, kind: i32, protocol: i32) -> Result<[i32; 2], i32> {
    let mut fds = [0; 2];
    // SAFETY: writes two descriptors.
    let r = unsafe {
        libc::socketpair(
            family,
            kind | libc::SOCK_CLOEXEC,
            protocol,
            fds.as_mut_ptr(),
        )
    };
    check(r).map(|_| fds)
}

/// `bind(2)`
pub fn bind(fd: i32, address: &Address) -> Result<(), i32> {
    let storage = address.storage();
    // SAFETY: the address is alive and as long as said.
    let r = unsafe { libc::bind(fd, ptr::from_ref(&storage).cast(), address.len as u32) };
    check(r).map(|_| ())
}

/// `connect(2)`
pub fn connect(fd: i32, address: &Address) -> Result<(), i32> {
    let storage = address.storage();
    // SAFETY: the address is alive and as long as said.
    let r = unsafe { libc::connect(fd, ptr::from_ref(&storage).cast(), address.len as u32) };
    check(r).map(|_| ())
}

/// `listen(2)`
pub fn listen(fd: i32, backlog: i32) -> Result<(), i32> {
    // SAFETY: only takes numbers.
    check(unsafe { libc::listen(fd, backlog) }).map(|_| ())
}

/// `accept4(2)`; the descriptor is not inherited.
pub fn accept(fd: i32) -> Result<(i32, Address), i32> {
    let (r, address) = addressed(|storage, len| {
        // SAFETY: the kernel writes at most the given length.
        unsafe { libc::accept4(fd, storage, len, libc::SOCK_CLOEXEC) }
    });
    Ok((check(r)?, address))
}

/// `getsockname(2)`
pub fn own_name(fd: i32) -> Result<Address, i32> {
    let (r, address) = addressed(|storage, len| {
        // SAFETY: the kernel writes at most the given length.
        unsafe { libc::getsockname(fd, storage, len) }
    });
    check(r).map(|_| address)
}

/// `getpeername(2)`
pub fn peer_name(fd: i32) -> Result<Address, i32> {
    let (r, address) = addressed(|storage, len| {
        // SAFETY: the kernel writes at most the given length.
        unsafe { libc::getpeername(fd, storage, len) }
    });
    check(r).map(|_| address)
}

/// `recv(2)`
pub fn receive(fd: i32, buf: &mut [u8], flags: i32) -> Result<usize, i32> {
    // SAFETY: the kernel writes at most the given length.
    check_size(unsafe { libc::recv(fd, buf.as_mut_ptr().cast(), buf.len(), flags) })
}

/// `recvfrom(2)`
pub fn receive_from(fd: i32, buf: &mut [u8], flags: i32) -> Result<(usize, Address), i32> {
    let (data, room) = (buf.as_mut_ptr(), buf.len());
    let (r, address) = addressed(|storage, len| {
        // SAFETY: the kernel writes at most the given lengths.
        unsafe { libc::recvfrom(fd, data.cast(), room, flags, storage, len) }
    });
    Ok((check_size(r)?, address))
}

/// `send(2)`, or `sendto(2)` with an address. A closed peer is an error, no signal.
pub fn send(fd: i32, data: &[u8], flags: i32, to: Option<&Address>) -> Result<usize, i32> {
    let flags = flags | libc::MSG_NOSIGNAL;
    let r = match to {
        // SAFETY: the data is alive and as long as said.
        None => unsafe { libc::send(fd, data.as_ptr().cast(), data.len(), flags) },
        Some(address) => {
            let storage = address.storage();
            let to = ptr::from_ref(&storage).cast();
            // SAFETY: data and address are alive and as long as said.
            unsafe {
                libc::sendto(
                    fd,
                    data.as_ptr().cast(),
                    data.len(),
                    flags,
                    to,
                    address.len as u32,
                )
            }
        }
    };
    check_size(r)
}

/// A piece of ancillary data.
pub struct Ancillary {
    /// The protocol it belongs to.
    pub level: i32,
    /// Its kind, as the protocol numbers them.
    pub kind: i32,
    /// What it says.
    pub data: Vec<u8>,
}

/// What [`receive_message`] received.
pub struct Message {
    /// Bytes of data.
    pub length: usize,
    /// Ancillary data, the last piece perhaps cut short.
    pub ancillary: Vec<Ancillary>,
    /// `MSG_TRUNC` and the like.
    pub flags: i32,
    /// The sender.
    pub from: Address,
}

/// `CMSG_LEN`
pub fn item_length(data: u32) -> usize {
    // SAFETY: only computes.
    unsafe { libc::CMSG_LEN(data) as usize }
}

/// `CMSG_SPACE`
pub fn item_space(data: u32) -> usize {
    // SAFETY: only computes.
    unsafe { libc::CMSG_SPACE(data) as usize }
}

/// Room for ancillary data, aligned as its headers must be.
fn control_room(bytes: usize) -> Vec<u64> {
    vec![0; bytes.div_ceil(8)]
}

/// `recvmsg(2)` into one buffer, with room for so many bytes of ancillary data.
pub fn receive_message(
    fd: i32,
    buf: &mut [u8],
    control: usize,
    flags: i32,
) -> Result<Message, i32> {
    let mut room = control_room(control);
    // SAFETY: numbers and null pointers; all zero is a valid record.
    let mut header: libc::msghdr = unsafe { MaybeUninit::zeroed().assume_init() };
    let mut part = libc::iovec {
        iov_base: buf.as_mut_ptr().cast(),
        iov_len: buf.len(),
    };
    header.msg_iov = &raw mut part;
    header.msg_iovlen = 1;
    if control > 0 {
        header.msg_control = room.as_mut_ptr().cast();
        header.msg_controllen = control as _;
    }
    let (r, mut from) = addressed(|storage, len| {
        header.msg_name = storage.cast();
        // SAFETY: the length is alive.
        header.msg_namelen = unsafe { *len };
        // SAFETY: all places are alive and as long as said.
        unsafe { libc::recvmsg(fd, &raw mut header, flags) }
    });
    let length = check_size(r)?;
    from.len = (header.msg_namelen as usize).min(ADDRESS_ROOM);
    let mut ancillary = Vec::new();
    let end = room.as_ptr() as usize + header.msg_controllen as usize;
    // SAFETY: the header and the room are as the kernel left them; items lie within the room.
    unsafe {
        let mut item = if control > 0 {
            libc::CMSG_FIRSTHDR(&raw const header)
        } else {
            ptr::null_mut()
        };
        while !item.is_null() {
            let data = libc::CMSG_DATA(item);
            let said = ((*item).cmsg_len as usize).saturating_sub(libc::CMSG_LEN(0) as usize);
            let len = said.min(end.saturating_sub(data as usize));
            ancillary.push(Ancillary {
                level: (*item).cmsg_level,
                kind: (*item).cmsg_type,
                data: std::slice::from_raw_parts(data, len).to_vec(),
            });
            item = libc::CMSG_NXTHDR(&raw const header, item);
        }
    }
    Ok(Message {
        length,
        ancillary,
        flags: header.msg_flags,
        from,
    })
}

/// `sendmsg(2)` of one buffer. A closed peer is an error, no signal.
pub fn send_message(
    fd: i32,
    data: &[u8],
    ancillary: &[Ancillary],
    flags: i32,
    to: Option<&Address>,
) -> Result<usize, i32> {
    let space = |i: &Ancillary| item_space(i.data.len() as u32);
    let bytes: usize = ancillary.iter().map(space).sum();
    let mut room = control_room(bytes);
    let storage = to.map(Address::storage);
    let mut part = libc::iovec {
        iov_base: data.as_ptr().cast_mut().cast(),
        iov_len: data.len(),
    };
    // SAFETY: numbers and null pointers; all zero is a valid record.
    let mut header: libc::msghdr = unsafe { MaybeUninit::zeroed().assume_init() };
    header.msg_iov = &raw mut part;
    header.msg_iovlen = usize::from(!data.is_empty()) as _;
    if let (Some(storage), Some(to)) = (&storage, to) {
        header.msg_name = ptr::from_ref(storage).cast_mut().cast();
        header.msg_namelen = to.len as u32;
    }
    if bytes > 0 {
        header.msg_control = room.as_mut_ptr().cast();
        header.msg_controllen = bytes as _;
    }
    let mut at = room.as_mut_ptr().cast::<u8>();
    for item in ancillary {
        let place = at.cast::<libc::cmsghdr>();
        // SAFETY: the room is as long as all items together and aligned for headers.
        unsafe {
            (*place).cmsg_len = item_length(item.data.len() as u32) as _;
            (*place).cmsg_level = item.level;
            (*place).cmsg_type = item.kind;
            ptr::copy_nonoverlapping(item.data.as_ptr(), libc::CMSG_DATA(place), item.data.len());
            at = at.add(space(item));
        }
    }
    // SAFETY: all places are alive and as long as said.
    check_size(unsafe { libc::sendmsg(fd, &raw const header, flags | libc::MSG_NOSIGNAL) })
}

/// `shutdown(2)`
pub fn shutdown(fd: i32, how: i32) -> Result<(), i32> {
    // SAFETY: only takes numbers.
    check(unsafe { libc::shutdown(fd, how) }).map(|_| ())
}

/// `getsockopt(2)`: at most `room` bytes.
pub fn option(fd: i32, level: i32, name: i32, room: usize) -> Result<Vec<u8>, i32> {
    let mut data = vec![0; room];
    let mut len = room as libc::socklen_t;
    // SAFETY: the kernel writes at most the given length.
    check(unsafe { libc::getsockopt(fd, level, name, data.as_mut_ptr().cast(), &mut len) })?;
    data.truncate(len as usize);
    Ok(data)
}

/// `getsockopt(2)` of a number.
pub fn option_number(fd: i32, level: i32, name: i32) -> Result<i32, i32> {
    let data = option(fd, level, name, 4)?;
    let mut word = [0; 4];
    word[..data.len().min(4)].copy_from_slice(&data[..data.len().min(4)]);
    Ok(i32::from_ne_bytes(word))
}

/// `setsockopt(2)`
pub fn set_option(fd: i32, level: i32, name: i32, data: &[u8]) -> Result<(), i32> {
    // SAFETY: the data is alive and as long as said.
    let r = unsafe { libc::setsockopt(fd, level, name, data.as_ptr().cast(), data.len() as u32) };
    check(r).map(|_| ())
}

/// `gethostname(2)`
pub fn host_name() -> Result<Vec<u8>, i32> {
    let mut name = [0u8; 256];
    // SAFETY: writes at most the given length.
    check(unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len()) })?;
    let end = name.iter().position(|&b| b == 0).unwrap_or(name.len());
    Ok(name[..end].to_vec())
}

/// An answer of [`look_up`].
pub struct Found {
    /// Family, type and protocol for `socket`.
    pub kind: [i32; 3],
    /// The host's full name, if it was asked for.
    pub name: Option<Vec<u8>>,
    /// Where to connect.
    pub address: Address,
}

/// `getaddrinfo(3)`; `wanted`: family, type, protocol, flags.
pub fn look_up(
    host: Option<&CStr>,
    service: Option<&CStr>,
    wanted: [i32; 4],
) -> Result<Vec<Found>, i32> {
    // SAFETY: numbers and null pointers; all zero is a valid record.
    let mut hints: libc::addrinfo = unsafe { MaybeUninit::zeroed().assume_init() };
    [
        hints.ai_family,
        hints.ai_socktype,
        hints.ai_protocol,
        hints.ai_flags,
    ] = wanted;
    let mut list = ptr::null_mut();
    let text = |s: Option<&CStr>| s.map_or(ptr::null(), CStr::as_ptr);
    // SAFETY: C strings or null, and a place for the list.
    let r = unsafe { libc::getaddrinfo(text(host), text(service), &hints, &mut list) };
    if r != 0 {
        return Err(r);
    }
    let mut found = Vec::new();
    let mut next = list;
    // SAFETY: the resolver's list ends with null; each entry is valid until it is freed below.
    while let Some(info) = unsafe { next.as_ref() } {
        next = info.ai_next;
        let len = (info.ai_addrlen as usize).min(ADDRESS_ROOM);
        // SAFETY: the entry says how long its address is.
        let bytes = unsafe { std::slice::from_raw_parts(info.ai_addr.cast::<u8>(), len) };
        let Some(address) = Address::new(bytes) else {
            continue;
        };
        let name = if info.ai_canonname.is_null() {
            None
        } else {
            // SAFETY: a C string, as it is not null.
            let name = unsafe { CStr::from_ptr(info.ai_canonname) };
            Some(name.to_bytes().to_vec())
        };
        found.push(Found {
            kind: [info.ai_family, info.ai_socktype, info.ai_protocol],
            name,
            address,
        });
    }
    // SAFETY: made by getaddrinfo, freed once.
    unsafe { libc::freeaddrinfo(list) };
    Ok(found)
}

/// `getnameinfo(3)`: names of host and service.
pub fn name_of(address: &Address, flags: i32) -> Result<(Vec<u8>, Vec<u8>), i32> {
    let storage = address.storage();
    let (mut host, mut service) = ([0u8; 1025], [0u8; 32]);
    // SAFETY: the address is alive and as long as said; the names are written within their lengths.
    let r = unsafe {
        libc::getnameinfo(
            ptr::from_ref(&storage).cast(),
            address.len as u32,
            host.as_mut_ptr().cast(),
            host.len() as u32,
            service.as_mut_ptr().cast(),
            service.len() as u32,
            flags,
        )
    };
    if r != 0 {
        return Err(r);
    }
    let text = |b: &[u8]| b.iter().copied().take_while(|&b| b != 0).collect();
    Ok((text(&host), text(&service)))
}

/// The resolver's words for its error number.
pub fn look_up_error(number: i32) -> String {
    // SAFETY: a static C string for every number.
    let text = unsafe { CStr::from_ptr(libc::gai_strerror(number)) };
    text.to_string_lossy().into_owned()
}

/// Port of a service, by `getservbyname(3)`.
pub fn service_port(name: &CStr, protocol: Option<&CStr>) -> Option<u16> {
    let protocol = protocol.map_or(ptr::null(), CStr::as_ptr);
    // SAFETY: C strings or null; the record is read before anything else can ask for one.
    let entry = unsafe { libc::getservbyname(name.as_ptr(), protocol).as_ref() }?;
    Some(u16::from_be(entry.s_port as u16))
}

/// Number of a protocol, by `getprotobyname(3)`.
pub fn protocol_number(name: &CStr) -> Option<i32> {
    // SAFETY: a C string; the record is read before anything else can ask for one.
    unsafe { libc::getprotobyname(name.as_ptr()).as_ref() }.map(|entry| entry.p_proto)
}

/// Name of the service at a port, by `getservbyport(3)`.
pub fn service_name(port: u16, protocol: Option<&CStr>) -> Option<Vec<u8>> {
    let protocol = protocol.map_or(ptr::null(), CStr::as_ptr);
    // SAFETY: a C string or null; the record is read before anything else can ask for one.
    let entry = unsafe { libc::getservbyport(port.to_be().into(), protocol).as_ref() }?;
    // SAFETY: the record's name is a C string.
    Some(unsafe { CStr::from_ptr(entry.s_name) }.to_bytes().to_vec())
}

/// Number of a network interface.
pub fn interface_index(name: &CString) -> Result<u32, i32> {
    // SAFETY: a C string.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => Err(last_errno()),
        n => Ok(n),
    }
}

/// Name of a network interface.
pub fn interface_name(index: u32) -> Result<Vec<u8>, i32> {
    let mut name = [0u8; libc::IF_NAMESIZE];
    // SAFETY: writes at most the given room, which is as long as said.
    if unsafe { libc::if_indextoname(index, name.as_mut_ptr().cast()) }.is_null() {
        return Err(last_errno());
    }
    Ok(name.iter().copied().take_while(|&b| b != 0).collect())
}

/// Numbers and names of all network interfaces.
pub fn interfaces() -> Result<Vec<(u32, Vec<u8>)>, i32> {
    let mut found = Vec::new();
    // SAFETY: the list ends with a null name and is freed once, after it was read.
    unsafe {
        let list = libc::if_nameindex();
        if list.is_null() {
            return Err(last_errno());
        }
        let mut next = list;
        while !(*next).if_name.is_null() {
            let name = CStr::from_ptr((*next).if_name).to_bytes().to_vec();
            found.push(((*next).if_index, name));
            next = next.add(1);
        }
        libc::if_freenameindex(list);
    }
    Ok(found)
}
