//! `str.translate` and `str.maketrans`.

use super::str_find::{checked, this, unchanged};
use crate::prelude::*;
use crate::text::wtf8;

/// What a table says about one code point.
enum Mapping {
    Same,
    Delete,
    To(u32),
    Text(Ref<PyStr>),
}

fn look_up(vm: &mut Vm, table: Value, cp: u32) -> PyResult<Mapping> {
    let key = Value::from_usize(cp as usize);
    let v = if table.shape_id() == ids::DICT
        && let Some(d) = table.cast::<PyDict>()
    {
        match d.get(vm, key)? {
            Some(v) => v,
            None => return Ok(Mapping::Same),
        }
    } else {
        match vm.get_item(table, key) {
            Ok(v) => v,
            Err(r) => {
                return if vm.clear_raised_if(ids::LOOKUP_ERROR) {
                    Ok(Mapping::Same)
                } else {
                    Err(r)
                };
            }
        }
    };
    if v.is_none() {
        return Ok(Mapping::Delete);
    }
    if let Some(s) = v.cast::<PyStr>() {
        return Ok(Mapping::Text(s));
    }
    match as_int(&v) {
        Some(IntRef::Small(n)) if (0..=i64::from(wtf8::MAX)).contains(&n) => {
            Ok(Mapping::To(n as u32))
        }
        Some(_) => Err(vm.value_error("character mapping must be in range(0x110000)")),
        None => Err(vm.type_error("character mapping must return integer, None or str")),
    }
}

fn apply(text: &[u8], mapping: &Mapping, out: &mut Vec<u8>) {
    match mapping {
        Mapping::Same => out.extend_from_slice(text),
        Mapping::Delete => {}
        Mapping::To(cp) => wtf8::push(out, *cp),
        Mapping::Text(s) => out.extend_from_slice(s.bytes()),
    }
}

/// `str.translate(table)`. Answers for ASCII characters are remembered when they are single ASCII characters or none.
pub fn str_translate(vm: &mut Vm, a: &[Value]) -> PyResult {
    const UNKNOWN: u8 = 0xff;
    const DELETE: u8 = 0xfe;
    let s = this(vm, "translate", a[0])?;
    let mut known = [UNKNOWN; 128];
    let mut out = Vec::with_capacity(s.byte_len());
    let bytes = s.bytes();
    let mut at = 0;
    while let Some((cp, len)) = wtf8::decode_at(bytes, at) {
        let text = &bytes[at..at + len];
        at += len;
        let remembered = known.get(cp as usize).copied().unwrap_or(UNKNOWN);
        if remembered == DELETE {
            continue;
        }
        if remembered != UNKNOWN {
            out.push(remembered);
            continue;
        }
        let mapping = look_up(vm, a[1], cp)?;
        if let Some(place) = known.get_mut(cp as usize) {
            *place = match &mapping {
                Mapping::Same => cp as u8,
                Mapping::Delete => DELETE,
                Mapping::To(to @ 0..128) => *to as u8,
                Mapping::Text(t) if t.byte_len() == 1 => t.bytes()[0],
                _ => UNKNOWN,
            };
        }
        if let Mapping::Text(s) = &mapping {
            vm.reserve(&mut out, s.byte_len())?;
        }
        apply(text, &mapping, &mut out);
    }
    if out == bytes {
        return Ok(unchanged(vm, s));
    }
    checked(vm, out, |vm, t| vm.new_str_bytes(t))
}

/// `str.maketrans(x, y, z)`
pub fn str_maketrans(vm: &mut Vm, a: &[Value]) -> PyResult {
    let table = PyDict::new(vm);
    if a[1].is_null() {
        return table_from_dict(vm, a[0], table);
    }
    let y = vm.str_arg(a[1], "maketrans() argument 2")?;
    let z = match a[2].non_null() {
        Some(z) => Some(vm.str_arg(z, "maketrans() argument 3")?),
        None => None,
    };
    let Some(x) = a[0].cast::<PyStr>() else {
        return Err(vm.type_error(
            "first maketrans argument must be a string if there is a second argument",
        ));
    };
    if x.len() != y.len() {
        return Err(vm.value_error("the first two maketrans arguments must have equal length"));
    }
    for (from, to) in wtf8::code_points(x.bytes()).zip(wtf8::code_points(y.bytes())) {
        table.insert(
            vm,
            Value::from_usize(from as usize),
            Value::from_usize(to as usize),
        )?;
    }
    if let Some(z) = z {
        for cp in wtf8::code_points(z.bytes()) {
            table.insert(vm, Value::from_usize(cp as usize), Value::NONE)?;
        }
    }
    Ok(table.value())
}

fn table_from_dict(vm: &mut Vm, x: Value, table: Ref<PyDict>) -> PyResult {
    if x.shape_id() != ids::DICT {
        return Err(vm.type_error("if you give only one argument to maketrans it must be a dict"));
    }
    let items = vm.call_method(x, "items", &[])?;
    vm.for_each(items, |vm, pair| {
        let Some(pair) = pair.cast::<PyTuple>().filter(|t| t.len() == 2) else {
            return Err(vm.type_error("items() must return pairs"));
        };
        let (key, v) = (pair.items()[0], pair.items()[1]);
        let key = if let Some(s) = key.cast::<PyStr>() {
            match wtf8::single(s.bytes()) {
                Some(cp) => Value::from_usize(cp as usize),
                None => {
                    return Err(
                        vm.value_error("string keys in translate table must be of length 1")
                    );
                }
            }
        } else if as_int(&key).is_some() {
            key
        } else {
            return Err(vm.type_error("keys in translate table must be strings or integers"));
        };
        table.insert(vm, key, v)?;
        Ok(true)
    })?;
    Ok(table.value())
}
