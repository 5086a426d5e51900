//! `marshal`: the format of constants, version 5. Code objects cannot be marshalled: their instructions are Skein's own
//! and nothing reads them back from files.

use num_bigint::{BigInt, BigUint, Sign};
use skein_runtime::builtins::args::items;
use skein_runtime::builtins::code::PyCode;
use skein_runtime::builtins::complex::PyComplex;
use skein_runtime::builtins::slice::PySlice;
use skein_runtime::builtins::{set_ops, str_codec};
use skein_runtime::prelude::*;
use std::collections::HashMap;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "marshal",
    init,
};

const VERSION: i32 = 5;
/// Nesting beyond this is refused.
const MAX_DEPTH: usize = 1000;
/// Type byte flag: the object gets the next number for later references.
const FLAG_REF: u8 = 0x80;

static FUNCTIONS: &[NativeDef] = &[
    function(
        "dump",
        dump,
        "(value, file, version=5, /, *, allow_code=True)",
        "Write the value on the open file.",
    ),
    function(
        "dumps",
        dumps,
        "(value, version=5, /, *, allow_code=True)",
        "The bytes that dump() would write.",
    ),
    function(
        "load",
        load,
        "(file, /, *, allow_code=True)",
        "Read one value from the open file.",
    ),
    function(
        "loads",
        loads,
        "(bytes, /, *, allow_code=True)",
        "Convert a bytes-like object to a value.",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    vm.add_constant(m, "version", Value::from_i32(VERSION));
    Ok(())
}

// -- writing --

struct Writer {
    out: Vec<u8>,
    version: i32,
    /// Numbers of objects written with `FLAG_REF`, by address. They live as long as the root does.
    numbers: HashMap<u64, u32>,
}

impl Writer {
    fn long(&mut self, n: i32) {
        self.out.extend_from_slice(&n.to_le_bytes());
    }
    fn size(&mut self, vm: &mut Vm, n: usize) -> PyResult<()> {
        match i32::try_from(n) {
            Ok(n) => {
                self.long(n);
                Ok(())
            }
            Err(_) => Err(unmarshallable(vm)),
        }
    }
    /// Writes a reference if the object was written before; else gives the flag for its type byte.
    fn reference(&mut self, v: Value) -> Option<u8> {
        if self.version < 3 {
            return Some(0);
        }
        if let Some(n) = self.numbers.get(&v.address()) {
            let n = *n as i32;
            self.out.push(b'r');
            self.long(n);
            return None;
        }
        let n = self.numbers.len() as u32;
        self.numbers.insert(v.address(), n);
        Some(FLAG_REF)
    }

    fn value(&mut self, vm: &mut Vm, v: Value, depth: usize) -> PyResult<()> {
        if depth > MAX_DEPTH {
            return Err(vm.value_error("object too deeply nested to marshal"));
        }
        let single = match v {
            Value::NULL => Some(b'0'),
            Value::NONE => Some(b'N'),
            Value::TRUE => Some(b'T'),
            Value::FALSE => Some(b'F'),
            Value::ELLIPSIS => Some(b'.'),
            _ if v == vm.builtin_type(ids::STOP_ITERATION).value() => Some(b'S'),
            _ => None,
        };
        if let Some(byte) = single {
            self.out.push(byte);
            return Ok(());
        }
        if let Some(f) = v.as_small_float() {
            self.float(f, 0);
            return Ok(());
        }
        if let Some(n) = v.as_small_int() {
            self.int(IntRef::Small(n), 0);
            return Ok(());
        }
        let Some(flag) = self.reference(v) else {
            return Ok(());
        };
        match v.shape_id() {
            ids::INT => {
                if let Some(n) = as_int(&v) {
                    self.int(n, flag);
                }
            }
            ids::FLOAT => self.float(as_float(v).unwrap_or(0.0), flag),
            ids::COMPLEX => {
                if let Some(c) = v.cast::<PyComplex>() {
                    self.out.push(b'y' | flag);
                    self.out.extend_from_slice(&c.re.to_le_bytes());
                    self.out.extend_from_slice(&c.im.to_le_bytes());
                }
            }
            ids::STR => self.text(vm, v, flag)?,
            ids::BYTES | ids::BYTEARRAY | ids::MEMORYVIEW => {
                let data = str_codec::bytes_of(vm, v)?;
                self.out.push(b's' | flag);
                self.size(vm, data.len())?;
                self.out.extend_from_slice(&data);
            }
            _ => self.container(vm, v, flag, depth)?,
        }
        Ok(())
    }

    fn int(&mut self, n: IntRef<'_>, flag: u8) {
        if let Some(n) = n.to_i64().and_then(|n| i32::try_from(n).ok()) {
            self.out.push(b'i' | flag);
            self.long(n);
            return;
        }
        self.out.push(b'l' | flag);
        let big = n.to_big();
        // Digits of 15 bits, the number of digits carries the sign.
        let digits = digits_of(big.magnitude());
        let n = digits.len() as i32;
        self.long(if big.sign() == Sign::Minus { -n } else { n });
        for d in digits {
            self.out.extend_from_slice(&d.to_le_bytes());
        }
    }

    fn float(&mut self, f: f64, flag: u8) {
        self.out.push(b'g' | flag);
        self.out.extend_from_slice(&f.to_le_bytes());
    }

    fn text(&mut self, vm: &mut Vm, v: Value, flag: u8) -> PyResult<()> {
        let Some(s) = v.cast::<PyStr>() else {
            return Ok(());
        };
        let interned = s.header().has(skein_runtime::object::intern::INTERNED);
        let text = s.bytes();
        if self.version >= 4 && s.is_ascii() {
            if text.len() < 256 {
                self.out.push(if interned { b'Z' } else { b'z' } | flag);
                self.out.push(text.len() as u8);
            } else {
                self.out.push(if interned { b'A' } else { b'a' } | flag);
                self.size(vm, text.len())?;
            }
        } else {
            let interned = interned && self.version >= 3;
            self.out.push(if interned { b't' } else { b'u' } | flag);
            self.size(vm, text.len())?;
        }
        self.out.extend_from_slice(text);
        Ok(())
    }

    fn container(&mut self, vm: &mut Vm, v: Value, flag: u8, depth: usize) -> PyResult<()> {
        match v.shape_id() {
            ids::TUPLE => {
                let items = items(&v);
                if self.version >= 4 && items.len() < 256 {
                    self.out.push(b')' | flag);
                    self.out.push(items.len() as u8);
                } else {
                    self.out.push(b'(' | flag);
                    self.size(vm, items.len())?;
                }
                for item in items {
                    self.value(vm, *item, depth + 1)?;
                }
            }
            ids::LIST => {
                let Some(list) = v.cast::<PyList>() else {
                    return Ok(());
                };
                self.out.push(b'[' | flag);
                self.size(vm, list.len())?;
                for i in 0..list.len() {
                    self.value(vm, list.try_get(i).unwrap_or(Value::NONE), depth + 1)?;
                }
            }
            ids::DICT => {
                let Some(d) = v.cast::<PyDict>() else {
                    return Ok(());
                };
                self.out.push(b'{' | flag);
                let mut at = 0;
                while let Some((i, k, value)) = d.next_entry(at) {
                    self.value(vm, k, depth + 1)?;
                    self.value(vm, value, depth + 1)?;
                    at = i + 1;
                }
                self.out.push(b'0');
            }
            ids::SET | ids::FROZENSET => {
                let Some(s) = v.cast::<PySet>() else {
                    return Ok(());
                };
                let byte = if v.shape_id() == ids::SET { b'<' } else { b'>' };
                self.out.push(byte | flag);
                self.size(vm, s.len())?;
                let mut at = 0;
                while let Some((i, k, _)) = s.next_entry(at) {
                    self.value(vm, k, depth + 1)?;
                    at = i + 1;
                }
            }
            ids::SLICE if self.version >= 5 => {
                let Some(s) = v.cast::<PySlice>() else {
                    return Ok(());
                };
                self.out.push(b':' | flag);
                for part in [&s.start, &s.stop, &s.step] {
                    self.value(vm, part.get(), depth + 1)?;
                }
            }
            ids::CODE => {
                let Some(code) = v.cast::<PyCode>() else {
                    return Ok(());
                };
                let packed = (vm.hooks.intrinsic)(vm, "pack_code", &[v])?;
                let Some(bytes) = packed.cast::<PyBytes>() else {
                    return Err(unmarshallable(vm));
                };
                self.out.push(b'c' | flag);
                self.size(vm, bytes.bytes().len())?;
                self.out.extend_from_slice(bytes.bytes());
                self.value(vm, code.filename.get(), depth + 1)?;
            }
            _ => return Err(unmarshallable(vm)),
        }
        Ok(())
    }
}

/// Digits of 15 bits, least first.
fn digits_of(n: &BigUint) -> Vec<u16> {
    let bytes = n.to_bytes_le();
    let (mut out, mut bits, mut have) = (Vec::new(), 0u32, 0);
    for b in bytes {
        bits |= (b as u32) << have;
        have += 8;
        if have >= 15 {
            out.push((bits & 0x7fff) as u16);
            bits >>= 15;
            have -= 15;
        }
    }
    if bits > 0 {
        out.push(bits as u16);
    }
    while out.last() == Some(&0) {
        out.pop();
    }
    out
}

fn unmarshallable(vm: &mut Vm) -> Raised {
    vm.value_error("unmarshallable object")
}

fn to_bytes(vm: &mut Vm, v: Value, version: Value) -> PyResult<Vec<u8>> {
    let version = match version.non_null() {
        Some(n) => crate::support::c_int(vm, n)?,
        None => VERSION,
    };
    let mut w = Writer {
        out: Vec::new(),
        version,
        numbers: HashMap::new(),
    };
    w.value(vm, v, 0)?;
    Ok(w.out)
}

fn dumps(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = to_bytes(vm, args[0], args[1])?;
    Ok(vm.new_bytes(&data))
}

fn dump(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = to_bytes(vm, args[0], args[2])?;
    let data = vm.new_bytes(&data);
    vm.call_method(args[1], "write", &[data])
}

// -- reading --

struct Reader<'a> {
    data: &'a [u8],
    at: usize,
    /// Objects that references may name.
    refs: Ref<PyList>,
}

impl<'a> Reader<'a> {
    fn take(&mut self, vm: &mut Vm, n: usize) -> PyResult<&'a [u8]> {
        match self
            .at
            .checked_add(n)
            .and_then(|end| self.data.get(self.at..end))
        {
            Some(part) => {
                self.at += n;
                Ok(part)
            }
            None => Err(vm.eof_error("marshal data too short")),
        }
    }
    fn byte(&mut self, vm: &mut Vm) -> PyResult<u8> {
        match self.data.get(self.at) {
            Some(b) => {
                self.at += 1;
                Ok(*b)
            }
            None => Err(vm.eof_error("EOF read where object expected")),
        }
    }
    fn long(&mut self, vm: &mut Vm) -> PyResult<i32> {
        let b = self.take(vm, 4)?;
        Ok(i32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    }
    fn size(&mut self, vm: &mut Vm, what: &str) -> PyResult<usize> {
        let n = self.long(vm)?;
        usize::try_from(n)
            .map_err(|_| vm.value_error(format!("bad marshal data ({what} size out of range)")))
    }
    fn float(&mut self, vm: &mut Vm) -> PyResult<f64> {
        let b = self.take(vm, 8)?;
        let mut word = [0; 8];
        word.copy_from_slice(b);
        Ok(f64::from_le_bytes(word))
    }
    fn float_text(&mut self, vm: &mut Vm) -> PyResult<f64> {
        let n = self.byte(vm)? as usize;
        let text = self.take(vm, n)?;
        match std::str::from_utf8(text)
            .ok()
            .and_then(|t| t.trim().parse().ok())
        {
            Some(f) => Ok(f),
            None => Err(vm.value_error("could not convert string to float")),
        }
    }

    /// An object that must be there.
    fn object(&mut self, vm: &mut Vm, depth: usize, what: &str) -> PyResult {
        let v = self.value(vm, depth)?;
        if v.is_null() {
            return Err(vm.type_error(format!("NULL object in marshal data for {what}")));
        }
        Ok(v)
    }

    /// The next object; `NULL` for the end of a dict.
    fn value(&mut self, vm: &mut Vm, depth: usize) -> PyResult {
        if depth > MAX_DEPTH {
            return Err(vm.value_error("recursion limit exceeded"));
        }
        let code = self.byte(vm)?;
        let (kind, flag) = (code & !FLAG_REF, code & FLAG_REF != 0);
        // A container's number is given before those of its items.
        let number = self.refs.len();
        if flag {
            self.refs.push(vm, Value::NULL);
        }
        let v = match kind {
            b'c' => self.code(vm, depth)?,
            b'[' | b'{' | b'<' | b'(' | b')' | b'>' | b':' => {
                self.container(vm, kind, depth, flag.then_some(number))?
            }
            _ => self.plain(vm, kind)?,
        };
        if flag {
            self.refs.set(number, v);
        }
        Ok(v)
    }

    /// A code object: what the interpreter packed, and the file's name.
    fn code(&mut self, vm: &mut Vm, depth: usize) -> PyResult {
        let n = self.size(vm, "code")?;
        let data = self.take(vm, n)?;
        let packed = vm.new_bytes(data);
        let filename = self.object(vm, depth + 1, "code")?;
        let code = match filename.is::<PyStr>() {
            true => (vm.hooks.intrinsic)(vm, "unpack_code", &[packed, filename])?,
            false => Value::NONE,
        };
        if code.is_none() {
            return Err(vm.value_error("bad marshal data (invalid code)"));
        }
        Ok(code)
    }

    fn plain(&mut self, vm: &mut Vm, kind: u8) -> PyResult {
        Ok(match kind {
            b'0' => Value::NULL,
            b'N' => Value::NONE,
            b'T' => Value::TRUE,
            b'F' => Value::FALSE,
            b'.' => Value::ELLIPSIS,
            b'S' => vm.builtin_type(ids::STOP_ITERATION).value(),
            b'i' => Value::from_i32(self.long(vm)?),
            b'I' => {
                let b = self.take(vm, 8)?;
                let mut word = [0; 8];
                word.copy_from_slice(b);
                vm.new_int(i64::from_le_bytes(word))
            }
            b'l' => self.big(vm)?,
            b'g' => {
                let f = self.float(vm)?;
                vm.new_float(f)
            }
            b'f' => {
                let f = self.float_text(vm)?;
                vm.new_float(f)
            }
            b'y' | b'x' => {
                let (re, im) = if kind == b'y' {
                    (self.float(vm)?, self.float(vm)?)
                } else {
                    (self.float_text(vm)?, self.float_text(vm)?)
                };
                vm.new_complex(re, im)
            }
            b's' => {
                let n = self.size(vm, "bytes object")?;
                let data = self.take(vm, n)?;
                vm.new_bytes(data)
            }
            b'u' | b't' => {
                let n = self.size(vm, "string")?;
                let data = self.take(vm, n)?;
                if !skein_runtime::text::wtf8::validate(data) {
                    return Err(vm.value_error("bad marshal data (invalid text)"));
                }
                self.text(vm, data, kind == b't')
            }
            b'a' | b'A' | b'z' | b'Z' => {
                let n = if kind.eq_ignore_ascii_case(&b'z') {
                    self.byte(vm)? as usize
                } else {
                    self.size(vm, "string")?
                };
                let data = self.take(vm, n)?;
                if !data.is_ascii() {
                    return Err(vm.value_error("bad marshal data (text is not ASCII)"));
                }
                self.text(vm, data, kind.is_ascii_uppercase())
            }
            b'r' => {
                let n = self.long(vm)?;
                let v = usize::try_from(n).ok().and_then(|n| self.refs.try_get(n));
                match v.filter(|v| !v.is_null()) {
                    Some(v) => v,
                    None => return Err(vm.value_error("bad marshal data (invalid reference)")),
                }
            }
            _ => return Err(vm.value_error("bad marshal data (unknown type code)")),
        })
    }

    fn text(&self, vm: &mut Vm, data: &[u8], interned: bool) -> Value {
        if interned {
            vm.intern_bytes(data).value()
        } else {
            vm.new_str_bytes(data)
        }
    }

    fn big(&mut self, vm: &mut Vm) -> PyResult {
        let n = self.long(vm)?;
        let count = n.unsigned_abs() as usize;
        let data = self.take(vm, count.saturating_mul(2))?;
        let mut bits = vec![0u32; (count * 15).div_ceil(32) + 1];
        for (i, pair) in data.chunks_exact(2).enumerate() {
            let d = u16::from_le_bytes([pair[0], pair[1]]) as u64;
            if d >= 1 << 15 {
                return Err(vm.value_error("bad marshal data (digit out of range in long)"));
            }
            let (word, shift) = (i * 15 / 32, i * 15 % 32);
            let d = d << shift;
            bits[word] |= d as u32;
            bits[word + 1] |= (d >> 32) as u32;
        }
        let ends_in_zero = count > 0 && data[count * 2 - 2..] == [0, 0];
        if ends_in_zero {
            return Err(vm.value_error("bad marshal data (unnormalized long data)"));
        }
        let sign = if n < 0 { Sign::Minus } else { Sign::Plus };
        Ok(vm.new_bigint(BigInt::from_biguint(sign, BigUint::new(bits))))
    }

    fn container(
        &mut self,
        vm: &mut Vm,
        kind: u8,
        depth: usize,
        number: Option<usize>,
    ) -> PyResult {
        match kind {
            b'[' => {
                let n = self.size(vm, "list")?;
                let list = PyList::new(vm);
                if let Some(i) = number {
                    self.refs.set(i, list.value());
                }
                for _ in 0..n {
                    let v = self.object(vm, depth + 1, "list")?;
                    list.push(vm, v);
                }
                Ok(list.value())
            }
            b'{' => {
                let d = PyDict::new(vm);
                if let Some(i) = number {
                    self.refs.set(i, d.value());
                }
                loop {
                    let k = self.value(vm, depth + 1)?;
                    if k.is_null() {
                        return Ok(d.value());
                    }
                    let v = self.object(vm, depth + 1, "dict")?;
                    d.insert(vm, k, v)?;
                }
            }
            b':' => {
                let (a, b) = (
                    self.object(vm, depth + 1, "slice")?,
                    self.object(vm, depth + 1, "slice")?,
                );
                let c = self.object(vm, depth + 1, "slice")?;
                let ty = vm.builtin_type(ids::SLICE);
                vm.call(ty.value(), &[a, b, c])
            }
            _ => {
                let n = match kind {
                    b')' => self.byte(vm)? as usize,
                    b'(' => self.size(vm, "tuple")?,
                    _ => self.size(vm, "set")?,
                };
                let list = PyList::new(vm);
                for _ in 0..n {
                    let v = self.object(vm, depth + 1, "tuple")?;
                    list.push(vm, v);
                }
                if matches!(kind, b'(' | b')') {
                    return Ok(vm.new_tuple(list.to_vec(vm).as_slice()));
                }
                let id = if kind == b'<' {
                    ids::SET
                } else {
                    ids::FROZENSET
                };
                let ty = vm.builtin_type(id);
                Ok(set_ops::from_iterable(vm, ty, list.value())?.value())
            }
        }
    }
}

fn read(vm: &mut Vm, data: &[u8]) -> PyResult<(Value, usize)> {
    let refs = PyList::new(vm);
    let mut r = Reader { data, at: 0, refs };
    let v = r.object(vm, 0, "object")?;
    Ok((v, r.at))
}

fn loads(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = str_codec::bytes_of(vm, args[0])?;
    Ok(read(vm, &data)?.0)
}

fn load(vm: &mut Vm, args: &[Value]) -> PyResult {
    // The format has no length in front, so all is read and the file set back to where the object ends.
    let start = vm.call_method(args[0], "tell", &[])?;
    let data = vm.call_method(args[0], "read", &[])?;
    let Some(bytes) = data.cast::<PyBytes>() else {
        let name = vm.type_name(data);
        return Err(vm.type_error(format!("file.read() returned not bytes but {name}")));
    };
    let (v, used) = read(vm, bytes.bytes())?;
    let start = vm.ssize(start)?;
    let end = vm.new_int(start + used as i64);
    vm.call_method(args[0], "seek", &[end])?;
    Ok(v)
}
