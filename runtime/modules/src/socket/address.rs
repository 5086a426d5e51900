//! Addresses: what Python writes for one, and the kernel's bytes.

use crate::path;
use skein_runtime::helpers::sockets::{self, Address};
use skein_runtime::prelude::*;
use std::ffi::CString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// `sun_path`
const PATH_ROOM: usize = 108;

/// The address object of a socket family; what has no Python form is shown as family and bytes.
pub(super) fn to_python(vm: &mut Vm, a: &Address) -> PyResult {
    let bytes = a.bytes();
    if bytes.len() < 2 {
        return Ok(Value::NONE);
    }
    match (a.family(), bytes.len()) {
        (libc::AF_INET, 8..) => {
            let host = Ipv4Addr::new(bytes[4], bytes[5], bytes[6], bytes[7]);
            let host = vm.new_str(&host.to_string());
            Ok(vm.new_tuple(&[host, port_of(bytes)]))
        }
        (libc::AF_INET6, 28..) => {
            let (flow, host, scope) = (word(bytes, 4), octets(bytes), word(bytes, 24));
            let host = vm.new_str(&Ipv6Addr::from(host).to_string());
            let flow = Value::from_usize(u32::from_be_bytes(flow) as usize);
            let scope = Value::from_usize(u32::from_ne_bytes(scope) as usize);
            Ok(vm.new_tuple(&[host, port_of(bytes), flow, scope]))
        }
        (libc::AF_UNIX, _) => match &bytes[2..] {
            [0, ..] => Ok(vm.new_bytes(&bytes[2..])),
            name => {
                let end = name.iter().position(|&b| b == 0).unwrap_or(name.len());
                path::decode(vm, &name[..end])
            }
        },
        (family, _) => {
            let data = vm.new_bytes(&bytes[2..]);
            Ok(vm.new_tuple(&[Value::from_i32(family), data]))
        }
    }
}

fn port_of(bytes: &[u8]) -> Value {
    Value::from_i32(u16::from_be_bytes([bytes[2], bytes[3]]).into())
}
fn word(bytes: &[u8], at: usize) -> [u8; 4] {
    [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]
}
fn octets(bytes: &[u8]) -> [u8; 16] {
    let mut host = [0; 16];
    host.copy_from_slice(&bytes[8..24]);
    host
}

/// The kernel's address for a Python one; `caller` is the method's name for messages.
pub(super) fn from_python(vm: &mut Vm, family: i32, v: Value, caller: &str) -> PyResult<Address> {
    match family {
        libc::AF_INET => {
            let items = parts(vm, v, caller, "AF_INET", "a pair (host, port)", 2..=2)?;
            let host = host(vm, items.get(0), family)?;
            let port = port(vm, items.get(1), caller)?;
            let IpAddr::V4(ip) = host else {
                return Err(vm.raise(ids::OS_ERROR, "wrong address family"));
            };
            Ok(inet(ip, port))
        }
        libc::AF_INET6 => {
            let form = "a tuple (host, port[, flowinfo[, scopeid]])";
            let items = parts(vm, v, caller, "AF_INET6", form, 2..=4)?;
            let host = host(vm, items.get(0), family)?;
            let port = port(vm, items.get(1), caller)?;
            let mut rest = [0u32; 2];
            for (i, place) in rest.iter_mut().enumerate().take(items.len() - 2) {
                let n = vm.index_i64(items.get(2 + i))?;
                *place = u32::try_from(n).map_err(|_| {
                    vm.overflow_error(format!("{caller}(): flowinfo must be 0-1048575."))
                })?;
            }
            if rest[0] > 0xf_ffff {
                return Err(vm.overflow_error(format!("{caller}(): flowinfo must be 0-1048575.")));
            }
            let IpAddr::V6(ip) = host else {
                return Err(vm.raise(ids::OS_ERROR, "wrong address family"));
            };
            Ok(inet6(ip, port, rest[0], rest[1]))
        }
        libc::AF_UNIX => unix(vm, v),
        _ => Err(vm.raise(ids::OS_ERROR, &format!("{caller}(): bad family"))),
    }
}

fn parts(
    vm: &mut Vm,
    v: Value,
    caller: &str,
    family: &str,
    form: &str,
    count: std::ops::RangeInclusive<usize>,
) -> PyResult<ValueVec> {
    if v.cast::<PyTuple>().is_none() {
        let got = vm.type_name(v);
        return Err(vm.type_error(format!(
            "{caller}(): {family} address must be tuple, not {got}"
        )));
    }
    let items = vm.collect(v)?;
    if !count.contains(&items.len()) {
        return Err(vm.type_error(format!("{family} address must be {form}")));
    }
    Ok(items)
}

fn port(vm: &mut Vm, v: Value, caller: &str) -> PyResult<u16> {
    let n = vm.index_i64(v)?;
    u16::try_from(n).map_err(|_| vm.overflow_error(format!("{caller}(): port must be 0-65535.")))
}

fn inet(ip: Ipv4Addr, port: u16) -> Address {
    let mut bytes = [0; 16];
    bytes[..2].copy_from_slice(&(libc::AF_INET as u16).to_ne_bytes());
    bytes[2..4].copy_from_slice(&port.to_be_bytes());
    bytes[4..8].copy_from_slice(&ip.octets());
    fitting(&bytes)
}
fn inet6(ip: Ipv6Addr, port: u16, flow: u32, scope: u32) -> Address {
    let mut bytes = [0; 28];
    bytes[..2].copy_from_slice(&(libc::AF_INET6 as u16).to_ne_bytes());
    bytes[2..4].copy_from_slice(&port.to_be_bytes());
    bytes[4..8].copy_from_slice(&flow.to_be_bytes());
    bytes[8..24].copy_from_slice(&ip.octets());
    bytes[24..].copy_from_slice(&scope.to_ne_bytes());
    fitting(&bytes)
}
/// An address of no more bytes than any address has room for.
fn fitting(bytes: &[u8]) -> Address {
    debug_assert!(bytes.len() <= 2 + PATH_ROOM);
    Address::new(bytes).expect("shorter than the longest address")
}

fn unix(vm: &mut Vm, v: Value) -> PyResult<Address> {
    let name = if v.cast::<PyStr>().is_some() {
        path::encode(vm, v)?
    } else {
        crate::util::buffer(vm, v)?.to_vec()
    };
    // An abstract name begins with a null byte and has no other end than its length.
    let room = PATH_ROOM - usize::from(name.first() != Some(&0));
    if name.len() > room {
        return Err(vm.raise(ids::OS_ERROR, "AF_UNIX path too long"));
    }
    let mut bytes = (libc::AF_UNIX as u16).to_ne_bytes().to_vec();
    bytes.extend_from_slice(&name);
    if name.first() != Some(&0) {
        bytes.push(0);
    }
    Ok(fitting(&bytes))
}

/// The name of a host: str (IDNA outside ASCII), bytes or bytearray.
pub(super) fn host_text(vm: &mut Vm, v: Value) -> PyResult<CString> {
    let bytes = match v.cast::<PyStr>() {
        Some(s) if s.is_ascii() => s.bytes().to_vec(),
        Some(_) => {
            let idna = vm.intern("idna").value();
            let encoded = vm.call_method(v, "encode", &[idna])?;
            crate::util::buffer(vm, encoded)?.to_vec()
        }
        None if crate::util::is_buffer(vm, v) => crate::util::buffer(vm, v)?.to_vec(),
        None => {
            let got = vm.type_name(v);
            return Err(vm.type_error(format!("str, bytes or bytearray expected, not {got}")));
        }
    };
    CString::new(bytes).map_err(|_| vm.type_error("host name must not contain null character"))
}

/// A host's address: any, broadcast, a number, or what the resolver says.
pub(super) fn host(vm: &mut Vm, v: Value, family: i32) -> PyResult<IpAddr> {
    let name = host_text(vm, v)?;
    match (name.as_bytes(), family) {
        (b"", libc::AF_INET6) => return Ok(Ipv6Addr::UNSPECIFIED.into()),
        (b"", _) => return Ok(Ipv4Addr::UNSPECIFIED.into()),
        (b"<broadcast>" | b"255.255.255.255", libc::AF_INET) => {
            return Ok(Ipv4Addr::BROADCAST.into());
        }
        _ => {}
    }
    let text = name.to_str().unwrap_or("");
    match family {
        libc::AF_INET6 => {
            if let Ok(ip) = text.parse::<Ipv6Addr>() {
                return Ok(ip.into());
            }
        }
        _ => {
            if let Ok(ip) = text.parse::<Ipv4Addr>() {
                return Ok(ip.into());
            }
        }
    }
    let found = super::names::ask(
        vm,
        move || sockets::look_up(Some(&name), None, [family, 0, 0, 0]),
        |vm, found| Ok(vm.new_bytes(found.first().map_or(&[], |f| f.address.bytes()))),
    );
    let first = vm.finish_wait(found)?.cast::<PyBytes>();
    match first.as_ref().map_or(&[][..], |b| b.bytes()) {
        b if b.len() >= 24 => Ok(Ipv6Addr::from(octets(b)).into()),
        b if b.len() >= 8 => Ok(Ipv4Addr::from(word(b, 4)).into()),
        _ => Err(super::names::look_up_error(vm, libc::EAI_NONAME)),
    }
}
