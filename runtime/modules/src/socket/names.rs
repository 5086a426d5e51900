//! Names of hosts, services and protocols; packed addresses; byte order.

use super::address;
use crate::os_error::os_error;
use crate::util::buffer;
use skein_runtime::helpers::sockets::{self, Found};
use skein_runtime::prelude::*;
use std::ffi::CString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

macro_rules! functions {
    ($($name:literal $func:ident $sig:literal $doc:literal;)*) => {
        pub(super) static FUNCTIONS: &[NativeDef] = &[$(function($name, $func, $sig, $doc).switching()),*];
    };
}

functions! {
    "getaddrinfo" getaddrinfo "(host, port, family=0, type=0, proto=0, flags=0)" "Addresses to connect to for a host and port.";
    "getnameinfo" getnameinfo "(sockaddr, flags, /)" "Host and port of an address.";
    "gethostname" gethostname "()" "The name of this machine.";
    "gethostbyname" gethostbyname "(host, /)" "The IPv4 address of a host.";
    "gethostbyname_ex" gethostbyname_ex "(host, /)" "Name, aliases and addresses of a host.";
    "gethostbyaddr" gethostbyaddr "(host, /)" "Name, aliases and addresses of a host by its address.";
    "getservbyname" getservbyname "(servicename, protocolname=None, /)" "The port of a service.";
    "getservbyport" getservbyport "(port, protocolname=None, /)" "The name of the service at a port.";
    "getprotobyname" getprotobyname "(name, /)" "The number of a protocol.";
    "if_nametoindex" if_nametoindex "(oname, /)" "The index of a network interface.";
    "if_indextoname" if_indextoname "(if_index, /)" "The name of a network interface.";
    "if_nameindex" if_nameindex "()" "Indices and names of all network interfaces.";
    "inet_aton" inet_aton "(ip_addr, /)" "Pack an IPv4 address.";
    "inet_ntoa" inet_ntoa "(packed_ip, /)" "Unpack an IPv4 address.";
    "inet_pton" inet_pton "(address_family, ip_string, /)" "Pack an address.";
    "inet_ntop" inet_ntop "(address_family, packed_ip, /)" "Unpack an address.";
    "htons" swap16 "(integer, /)" "Convert a 16-bit integer to network byte order.";
    "ntohs" swap16 "(integer, /)" "Convert a 16-bit integer from network byte order.";
    "htonl" swap32 "(integer, /)" "Convert a 32-bit integer to network byte order.";
    "ntohl" swap32 "(integer, /)" "Convert a 32-bit integer from network byte order.";
}

/// Raises `gaierror`.
pub(super) fn look_up_error(vm: &mut Vm, number: i32) -> Raised {
    if number == libc::EAI_SYSTEM {
        return os_error(vm, libc::EIO, Value::NULL);
    }
    let text = vm.new_str(&sockets::look_up_error(number));
    match crate::util::state_type(vm, "socket.gaierror") {
        Ok(ty) => vm.raise_type(ty, &[Value::from_i32(number), text]),
        Err(raised) => raised,
    }
}

fn number(vm: &mut Vm, v: Value) -> PyResult<i32> {
    if v.is_null() {
        return Ok(0);
    }
    let n = vm.index_i64(v)?;
    i32::try_from(n).map_err(|_| vm.overflow_error("signed integer is greater than maximum"))
}

fn text_of(vm: &mut Vm, v: Value, function: &str) -> PyResult<CString> {
    let Some(s) = v.cast::<PyStr>() else {
        let got = vm.type_name(v);
        return Err(vm.type_error(format!("{function}() argument must be str, not {got}")));
    };
    CString::new(s.bytes()).map_err(|_| vm.value_error("embedded null character"))
}

fn getaddrinfo(vm: &mut Vm, args: &[Value]) -> PyResult {
    let host = match args[0].is_none() {
        true => None,
        false => Some(address::host_text(vm, args[0])?),
    };
    let service = if args[1].is_none() {
        None
    } else if let Some(n) = as_i64(args[1]) {
        CString::new(n.to_string()).ok()
    } else if args[1].cast::<PyStr>().is_some() || args[1].cast::<PyBytes>().is_some() {
        Some(address::host_text(vm, args[1])?)
    } else {
        return Err(vm.raise(ids::OS_ERROR, "Int or String expected"));
    };
    let wanted = [
        number(vm, args[2])?,
        number(vm, args[3])?,
        number(vm, args[4])?,
        number(vm, args[5])?,
    ];
    ask(
        vm,
        move || sockets::look_up(host.as_deref(), service.as_deref(), wanted),
        |vm, found| {
            let list = PyList::new(vm);
            for f in &found {
                let [family, kind, protocol] = f.kind.map(Value::from_i32);
                let name = vm.new_str_bytes(f.name.as_deref().unwrap_or_default());
                let at = address::to_python(vm, &f.address)?;
                let entry = vm.new_tuple(&[family, kind, protocol, name, at]);
                list.push(vm, entry);
            }
            Ok(list.value())
        },
    )
}

/// Asks the resolver, which may take long: only the calling tasklet waits. `made` makes the result.
pub(super) fn ask<T: Send + 'static>(
    vm: &mut Vm,
    question: impl FnOnce() -> Result<T, i32> + Send + 'static,
    made: impl FnOnce(&mut Vm, T) -> PyResult + Send + 'static,
) -> PyResult {
    vm.offload(Box::new(move || {
        let answer = question();
        Box::new(move |vm| match answer {
            Ok(found) => made(vm, found),
            Err(e) => Err(look_up_error(vm, e)),
        })
    }))
}

fn getnameinfo(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(t) = args[0].cast::<PyTuple>().filter(|t| t.items().len() >= 2) else {
        return Err(vm.type_error("getnameinfo() argument 1 must be a tuple"));
    };
    let host = address::host_text(vm, t.items()[0])?;
    let numeric = host.to_str().ok().and_then(|h| h.parse::<IpAddr>().ok());
    let family = match numeric {
        Some(IpAddr::V6(_)) => libc::AF_INET6,
        Some(IpAddr::V4(_)) => libc::AF_INET,
        None => return Err(vm.raise(ids::OS_ERROR, "sockaddr resolved to multiple addresses")),
    };
    let at = address::from_python(vm, family, args[0], "getnameinfo")?;
    let flags = number(vm, args[1])?;
    ask(
        vm,
        move || sockets::name_of(&at, flags),
        |vm, (host, service)| {
            let (host, service) = (vm.new_str_bytes(&host), vm.new_str_bytes(&service));
            Ok(vm.new_tuple(&[host, service]))
        },
    )
}

fn gethostname(vm: &mut Vm, _: &[Value]) -> PyResult {
    match sockets::host_name() {
        Ok(name) => crate::path::decode(vm, &name),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}

fn gethostbyname(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ip = address::host(vm, args[0], libc::AF_INET)?;
    Ok(vm.new_str(&ip.to_string()))
}

/// (name, aliases, addresses)
fn host_entry(vm: &mut Vm, name: &[u8], found: &[Found]) -> PyResult {
    let list = PyList::new(vm);
    let mut seen: Vec<&[u8]> = Vec::new();
    for f in found {
        if seen.contains(&f.address.bytes()) {
            continue;
        }
        seen.push(f.address.bytes());
        let at = address::to_python(vm, &f.address)?;
        if let Some(t) = at.cast::<PyTuple>() {
            list.push(vm, t.items()[0]);
        }
    }
    let name = vm.new_str_bytes(name);
    let aliases = PyList::new(vm).value();
    Ok(vm.new_tuple(&[name, aliases, list.value()]))
}

fn gethostbyname_ex(vm: &mut Vm, args: &[Value]) -> PyResult {
    let host = address::host_text(vm, args[0])?;
    let wanted = [libc::AF_INET, libc::SOCK_STREAM, 0, libc::AI_CANONNAME];
    let text = host.to_bytes().to_vec();
    ask(
        vm,
        move || sockets::look_up(Some(&host), None, wanted),
        |vm, found| {
            let name = found.iter().find_map(|f| f.name.clone());
            host_entry(vm, &name.unwrap_or(text), &found)
        },
    )
}

fn gethostbyaddr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let host = address::host_text(vm, args[0])?;
    let question = move || {
        let found = sockets::look_up(Some(&host), None, [0, libc::SOCK_STREAM, 0, 0])?;
        let first = found.first().ok_or(libc::EAI_NONAME)?;
        let name = sockets::name_of(&first.address, libc::NI_NAMEREQD);
        Ok((name.ok(), found))
    };
    ask(vm, question, |vm, (name, found)| match name {
        Some((name, _)) => host_entry(vm, &name, &found),
        None => {
            let text = vm.new_str("Unknown host");
            let ty = crate::util::state_type(vm, "socket.herror")?;
            Err(vm.raise_type(ty, &[Value::from_i32(1), text]))
        }
    })
}

fn getservbyname(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = text_of(vm, args[0], "getservbyname")?;
    let protocol = match args[1].is_absent() {
        true => None,
        false => Some(text_of(vm, args[1], "getservbyname")?),
    };
    match sockets::service_port(&name, protocol.as_deref()) {
        Some(port) => Ok(Value::from_i32(port.into())),
        None => Err(vm.raise(ids::OS_ERROR, "service/proto not found")),
    }
}
fn getservbyport(vm: &mut Vm, args: &[Value]) -> PyResult {
    let port = vm.index_i64(args[0])?;
    let Ok(port) = u16::try_from(port) else {
        return Err(vm.overflow_error("getservbyport: port must be 0-65535."));
    };
    let protocol = match args[1].is_absent() {
        true => None,
        false => Some(text_of(vm, args[1], "getservbyport")?),
    };
    match sockets::service_name(port, protocol.as_deref()) {
        Some(name) => Ok(vm.new_str_bytes(&name)),
        None => Err(vm.raise(ids::OS_ERROR, "port/proto not found")),
    }
}
fn getprotobyname(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = text_of(vm, args[0], "getprotobyname")?;
    match sockets::protocol_number(&name) {
        Some(n) => Ok(Value::from_i32(n)),
        None => Err(vm.raise(ids::OS_ERROR, "protocol not found")),
    }
}
fn if_nametoindex(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = crate::path::encode(vm, args[0])?;
    let name = CString::new(name).map_err(|_| vm.value_error("embedded null byte"))?;
    match sockets::interface_index(&name) {
        Err(e) => Err(os_error(vm, e, Value::NULL)),
        Ok(n) => Ok(Value::from_usize(n as usize)),
    }
}
fn if_indextoname(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = crate::support::unsigned(vm, args[0], 32, "unsigned int")? as u32;
    match sockets::interface_name(n) {
        Ok(name) => crate::path::decode(vm, &name),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
fn if_nameindex(vm: &mut Vm, _: &[Value]) -> PyResult {
    let list = PyList::new(vm);
    for (index, name) in sockets::interfaces().map_err(|e| os_error(vm, e, Value::NULL))? {
        let name = crate::path::decode(vm, &name)?;
        let pair = vm.new_tuple(&[Value::from_usize(index as usize), name]);
        list.push(vm, pair);
    }
    Ok(list.value())
}

/// An IPv4 address in any form that C takes: one to four numbers, also octal and hexadecimal.
fn loose_ipv4(text: &str) -> Option<Ipv4Addr> {
    let parts = text.split('.').map(|part| {
        match (part.strip_prefix("0x").or(part.strip_prefix("0X")), part) {
            (Some(hex), _) => u32::from_str_radix(hex, 16),
            (None, part) if part.len() > 1 && part.starts_with('0') => u32::from_str_radix(part, 8),
            (None, part) => part.parse::<u32>(),
        }
    });
    let parts: Vec<u32> = parts.collect::<Result<_, _>>().ok()?;
    let (last, first) = parts.split_last()?;
    if parts.len() > 4 || first.iter().any(|&n| n > 255) {
        return None;
    }
    let room = 8 * (4 - first.len() as u32);
    if room < 32 && *last >> room != 0 {
        return None;
    }
    let high = first.iter().enumerate().map(|(i, n)| n << (24 - 8 * i));
    Some(Ipv4Addr::from(high.sum::<u32>() | last))
}

const ILLEGAL: &str = "illegal IP address string passed to inet_";

fn inet_aton(vm: &mut Vm, args: &[Value]) -> PyResult {
    let text = text_of(vm, args[0], "inet_aton")?;
    match text.to_str().ok().and_then(loose_ipv4) {
        Some(ip) => Ok(vm.new_bytes(&ip.octets())),
        None => Err(vm.raise(ids::OS_ERROR, &format!("{ILLEGAL}aton"))),
    }
}
fn inet_ntoa(vm: &mut Vm, args: &[Value]) -> PyResult {
    let packed = buffer(vm, args[0])?;
    let Ok(octets) = <[u8; 4]>::try_from(&packed[..]) else {
        return Err(vm.raise(ids::OS_ERROR, "packed IP wrong length"));
    };
    Ok(vm.new_str(&Ipv4Addr::from(octets).to_string()))
}
fn inet_pton(vm: &mut Vm, args: &[Value]) -> PyResult {
    let family = number(vm, args[0])?;
    let text = text_of(vm, args[1], "inet_pton")?;
    let text = text.to_str().unwrap_or("");
    let packed = match family {
        libc::AF_INET => text.parse::<Ipv4Addr>().map(|ip| ip.octets().to_vec()),
        libc::AF_INET6 => text.parse::<Ipv6Addr>().map(|ip| ip.octets().to_vec()),
        _ => return Err(os_error(vm, libc::EAFNOSUPPORT, Value::NULL)),
    };
    match packed {
        Ok(packed) => Ok(vm.new_bytes(&packed)),
        Err(_) => Err(vm.raise(ids::OS_ERROR, &format!("{ILLEGAL}pton"))),
    }
}
fn inet_ntop(vm: &mut Vm, args: &[Value]) -> PyResult {
    let family = number(vm, args[0])?;
    let packed = buffer(vm, args[1])?;
    let shown = match family {
        libc::AF_INET => <[u8; 4]>::try_from(&packed[..]).map(|b| Ipv4Addr::from(b).to_string()),
        libc::AF_INET6 => <[u8; 16]>::try_from(&packed[..]).map(|b| Ipv6Addr::from(b).to_string()),
        n => return Err(vm.value_error(format!("unknown address family {n}"))),
    };
    match shown {
        Ok(text) => Ok(vm.new_str(&text)),
        Err(_) => Err(vm.value_error("invalid length of packed IP address string")),
    }
}

fn swap16(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = crate::support::unsigned(vm, args[0], 16, "uint16_t")? as u16;
    Ok(Value::from_i32(n.to_be().into()))
}
fn swap32(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = crate::support::unsigned(vm, args[0], 32, "uint32_t")? as u32;
    Ok(Value::from_usize(n.to_be() as usize))
}
