//! The scanner: JSON text to Python objects.
//!
//! Works on byte offsets; character positions are computed only for the result and for errors. Equal keys of one
//! document share one str.

use super::scan_string::{Bad, raise, scan};
use super::templates::Templates;
use crate::util::native_class;
use skein_runtime::prelude::*;
use skein_runtime::text::{float_parse, wtf8};

struct Scanner {
    strict: bool,
    templates: Templates,
    object_hook: Slot,
    object_pairs_hook: Slot,
    parse_float: Slot,
    parse_int: Slot,
    parse_constant: Slot,
}

impl NativeData for Scanner {
    fn trace(&self, t: &mut Tracer) {
        for s in [
            self.templates.slot(),
            &self.object_hook,
            &self.object_pairs_hook,
            &self.parse_float,
            &self.parse_int,
            &self.parse_constant,
        ] {
            t.visit_slot(s);
        }
    }
}

/// Methods of scanners.
pub static METHODS: &[NativeDef] = &[
    static_method("__new__", new, "($type, context)", NEW_DOC),
    method(
        "__call__",
        call,
        "($self, string, idx)",
        "Scan one value: (value, index behind it).",
    ),
];

/// Attributes of scanners.
pub static GETSETS: &[GetSetDef] = &[
    getter(
        "strict",
        |vm, v| Ok(Value::bool(this(vm, &v)?.strict)),
        "strict",
    ),
    getter(
        "object_hook",
        |vm, v| Ok(this(vm, &v)?.object_hook.get()),
        "object_hook",
    ),
    getter(
        "object_pairs_hook",
        |vm, v| Ok(this(vm, &v)?.object_pairs_hook.get()),
        "object_pairs_hook",
    ),
    getter(
        "parse_float",
        |vm, v| Ok(this(vm, &v)?.parse_float.get()),
        "parse_float",
    ),
    getter(
        "parse_int",
        |vm, v| Ok(this(vm, &v)?.parse_int.get()),
        "parse_int",
    ),
    getter(
        "parse_constant",
        |vm, v| Ok(this(vm, &v)?.parse_constant.get()),
        "parse_constant",
    ),
];

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a Scanner> {
    match native::<Scanner>(v) {
        Some((_, s)) => Ok(s),
        None => Err(vm.wrong_self("__call__", "_json.Scanner", *v)),
    }
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = native_class(vm, args[0])?;
    let strict = vm.get_attr_text(args[1], "strict")?;
    let strict = vm.truth(strict)?;
    let mut get = |name: &str| vm.get_attr_text(args[1], name);
    let data = Scanner {
        strict,
        templates: Templates::default(),
        object_hook: Slot::new(get("object_hook")?),
        object_pairs_hook: Slot::new(get("object_pairs_hook")?),
        parse_float: Slot::new(get("parse_float")?),
        parse_int: Slot::new(get("parse_int")?),
        parse_constant: Slot::new(get("parse_constant")?),
    };
    Ok(Native::new(vm, ty, data).value())
}

/// Why scanning stopped.
enum Stop {
    /// Python raised.
    Raised(Raised),
    /// The text is no JSON.
    Bad(Bad),
    /// No value begins here (`StopIteration`).
    NoValue(usize),
}

impl From<Raised> for Stop {
    fn from(r: Raised) -> Stop {
        Stop::Raised(r)
    }
}

impl From<Bad> for Stop {
    fn from(b: Bad) -> Stop {
        Stop::Bad(b)
    }
}

/// Keys remembered by a cheap hash.
const RECENT: usize = 64;
/// So many values collected go into the array or object, to have them in memory only once.
const MOST_COLLECTED: usize = 768;

type Scan<T = Value> = Result<(T, usize), Stop>;

struct Run<'a> {
    text: &'a [u8],
    scanner: &'a Scanner,
    object: Ref<Native>,
    memo: Ref<PyDict>,
    /// For keys by a cheap hash: one more than the position in the memo where such a key was last found.
    recent: [u32; RECENT],
    /// Items of the arrays and objects being read, each one's behind those of the one around it; of objects three values
    /// for each: key, hash, value.
    items: ValueVec,
    int_type: Value,
    float_type: Value,
}

fn call(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some((object, scanner)) = native::<Scanner>(&args[0]) else {
        return Err(vm.wrong_self("__call__", "_json.Scanner", args[0]));
    };
    let Some(s) = args[1].cast::<PyStr>() else {
        let name = vm.type_name(args[1]);
        return Err(vm.type_error(format!("first argument must be a string, not {name}")));
    };
    let index = vm.ssize(args[2])?;
    if index < 0 {
        return Err(vm.value_error("idx cannot be negative"));
    }
    let index = index as usize;
    if index > s.len() {
        return Err(vm.stop_iteration(Value::from_usize(index)));
    }
    let at = s.offset_of(vm, index);
    let mut run = Run {
        text: s.bytes(),
        scanner,
        object,
        memo: PyDict::new(vm),
        recent: [0; RECENT],
        items: ValueVec::with_capacity(&vm.heap, 64),
        int_type: vm.builtin_type(ids::INT).value(),
        float_type: vm.builtin_type(ids::FLOAT).value(),
    };
    match run.value(vm, at) {
        Ok((v, after)) => {
            let after = if s.is_ascii() {
                after
            } else {
                index + wtf8::count(&s.bytes()[at..after])
            };
            Ok(vm.new_tuple(&[v, Value::from_usize(after)]))
        }
        Err(Stop::Raised(r)) => Err(r),
        Err(Stop::Bad(bad)) => Err(raise(vm, s, &bad)),
        Err(Stop::NoValue(at)) => {
            let at = wtf8::count(&s.bytes()[..at.min(s.byte_len())]);
            Err(vm.stop_iteration(Value::from_usize(at)))
        }
    }
}

impl Run<'_> {
    fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(0)
    }
    fn space(&self, mut at: usize) -> usize {
        while matches!(self.text.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            at += 1;
        }
        at
    }
    fn literal(&self, at: usize, word: &[u8]) -> bool {
        self.text[at..].starts_with(word)
    }

    fn value(&mut self, vm: &mut Vm, at: usize) -> Scan {
        match self.text.get(at) {
            None => return Err(Stop::NoValue(at)),
            Some(b'"') => {
                let mut buffer = Vec::new();
                let literal = scan(self.text, at + 1, self.scanner.strict, &mut buffer)?;
                return Ok((literal.object(vm), literal.after));
            }
            Some(b'{') => {
                vm.enter_nested(" while decoding a JSON object from a unicode string")?;
                let r = self.object(vm, at + 1);
                vm.leave_nested();
                return r;
            }
            Some(b'[') => {
                vm.enter_nested(" while decoding a JSON array from a unicode string")?;
                let r = self.array(vm, at + 1);
                vm.leave_nested();
                return r;
            }
            Some(b'n') if self.literal(at, b"null") => return Ok((Value::NONE, at + 4)),
            Some(b't') if self.literal(at, b"true") => return Ok((Value::TRUE, at + 4)),
            Some(b'f') if self.literal(at, b"false") => return Ok((Value::FALSE, at + 5)),
            Some(b'N') if self.literal(at, b"NaN") => return self.constant(vm, at, "NaN"),
            Some(b'I') if self.literal(at, b"Infinity") => {
                return self.constant(vm, at, "Infinity");
            }
            Some(b'-') if self.literal(at, b"-Infinity") => {
                return self.constant(vm, at, "-Infinity");
            }
            _ => {}
        }
        self.number(vm, at)
    }

    fn constant(&self, vm: &mut Vm, at: usize, word: &str) -> Scan {
        let text = vm.new_str(word);
        let v = vm.call(self.scanner.parse_constant.get(), &[text])?;
        Ok((v, at + word.len()))
    }

    fn number(&self, vm: &mut Vm, start: usize) -> Scan {
        let negative = self.byte(start) == b'-';
        let mut at = start + usize::from(negative);
        let mut n = 0i64;
        match self.byte(at) {
            b'0' => at += 1,
            b'1'..=b'9' => {
                while let digit @ b'0'..=b'9' = self.byte(at) {
                    n = n.wrapping_mul(10).wrapping_add((digit - b'0') as i64);
                    at += 1;
                }
            }
            _ => return Err(Stop::NoValue(start)),
        }
        let mut is_float = false;
        if self.byte(at) == b'.' && self.byte(at + 1).is_ascii_digit() {
            is_float = true;
            at += 2;
            while self.byte(at).is_ascii_digit() {
                at += 1;
            }
        }
        if matches!(self.byte(at), b'e' | b'E') {
            let sign = usize::from(matches!(self.byte(at + 1), b'+' | b'-'));
            if self.byte(at + 1 + sign).is_ascii_digit() {
                is_float = true;
                at += 2 + sign;
                while self.byte(at).is_ascii_digit() {
                    at += 1;
                }
            }
        }
        let text = &self.text[start..at];
        let (hook, own) = if is_float {
            (self.scanner.parse_float.get(), self.float_type)
        } else {
            (self.scanner.parse_int.get(), self.int_type)
        };
        if hook == own {
            if is_float {
                if let Some(f) = float_parse::parse(text) {
                    return Ok((vm.new_float(f), at));
                }
            } else if text.len() < 19 {
                return Ok((vm.new_int(if negative { -n } else { n }), at));
            }
        }
        let text = vm.new_str_bytes(text);
        Ok((vm.call(hook, &[text])?, at))
    }

    fn array(&mut self, vm: &mut Vm, at: usize) -> Scan {
        let mut at = self.space(at);
        if self.byte(at) == b']' {
            return Ok((PyList::new(vm).value(), at + 1));
        }
        let (base, mut out) = (self.items.len(), None);
        loop {
            let (v, after) = self.value(vm, at).map_err(expecting_value)?;
            self.items.push(&vm.heap, v);
            at = self.space(after);
            let last = match self.byte(at) {
                b']' => true,
                b',' => {
                    let comma = at;
                    at = self.space(at + 1);
                    if self.byte(at) == b']' {
                        return Err(Bad("Illegal trailing comma before end of array", comma).into());
                    }
                    false
                }
                _ => return Err(Bad("Expecting ',' delimiter", at).into()),
            };
            if last || self.items.len() - base >= MOST_COLLECTED {
                let list = self.fill_list(vm, base, out);
                if last {
                    return Ok((list.value(), at + 1));
                }
                out = Some(list);
            }
        }
    }

    /// Moves collected items to a list, to a new one of their number if there is none yet.
    fn fill_list(&mut self, vm: &mut Vm, base: usize, list: Option<Ref<PyList>>) -> Ref<PyList> {
        let items = &self.items.as_slice()[base..];
        let list = match list {
            None => PyList::from_slice(vm, items),
            Some(list) => {
                for v in items {
                    list.push(vm, *v);
                }
                list
            }
        };
        self.items.truncate(base);
        list
    }

    /// A key as a str object with its hash; equal keys give the same one.
    fn key(&mut self, vm: &mut Vm, at: usize) -> Scan<(Value, u64)> {
        let mut buffer = Vec::new();
        let literal = scan(self.text, at, self.scanner.strict, &mut buffer)?;
        let (text, after) = (literal.text, literal.after);
        let cheap = match text {
            [first, .., last] => {
                text.len()
                    + *first as usize * 5
                    + *last as usize * 11
                    + text[text.len() / 2] as usize
            }
            _ => 0,
        };
        let recent = &mut self.recent[cheap % RECENT];
        if let Some(position) = (*recent as usize).checked_sub(1)
            && let Some((key, _)) = self.memo.entry_at(position)
            && key.cast::<PyStr>().is_some_and(|k| k.bytes() == text)
        {
            return Ok(((key, self.memo.hash_at(position)), after));
        }
        let hash = vm.table_hash_text(text);
        let position = match self.memo.find_text(text, hash) {
            Some(i) => i,
            None => {
                let key = literal.object(vm);
                self.memo.append(vm, key, hash, key);
                self.memo.positions() - 1
            }
        };
        *recent = u32::try_from(position + 1).unwrap_or(0);
        Ok(((self.memo.value_at(position), hash), after))
    }

    /// Moves collected items to a dict, to a new one with room for their number if there is none yet.
    fn fill_dict(
        &mut self,
        vm: &mut Vm,
        base: usize,
        dict: Option<Ref<PyDict>>,
    ) -> PyResult<Ref<PyDict>> {
        let items = &self.items.as_slice()[base..];
        let dict = match dict {
            None => {
                let dict = PyDict::new(vm);
                dict.reserve(vm, items.len() / 3);
                dict
            }
            Some(dict) => dict,
        };
        for item in items.chunks_exact(3) {
            let hash = item[1].as_small_int().unwrap_or(0) as u64;
            dict.insert_hashed(vm, item[0], hash, item[2])?;
        }
        self.items.truncate(base);
        Ok(dict)
    }

    /// Puts a template's keys and hashes between the values that were collected.
    fn spell_out(&mut self, vm: &mut Vm, base: usize, template: Ref<PyDict>) {
        let collected = &self.items.as_slice()[base..];
        let mut values = ValueVec::with_capacity(&vm.heap, collected.len());
        for v in collected {
            values.push(&vm.heap, *v);
        }
        self.items.truncate(base);
        for (i, v) in values.as_slice().iter().enumerate() {
            let key = template.entry_at(i).map_or(Value::NONE, |e| e.0);
            let hash = Value::from_usize(template.hash_at(i) as usize);
            for v in [key, hash, *v] {
                self.items.push(&vm.heap, v);
            }
        }
    }

    /// A dict with a template's keys and the values that were collected.
    fn fill_template(&mut self, vm: &mut Vm, base: usize, template: Ref<PyDict>) -> Ref<PyDict> {
        let dict = PyDict::new(vm);
        dict.copy_entries_from(vm, template);
        for (i, v) in self.items.as_slice()[base..].iter().enumerate() {
            dict.set_value_at(i, *v);
        }
        self.items.truncate(base);
        dict
    }

    fn object(&mut self, vm: &mut Vm, at: usize) -> Scan {
        const NAME: &str = "Expecting property name enclosed in double quotes";
        let pairs_hook = self.scanner.object_pairs_hook.get();
        let pairs = if pairs_hook.is_none() {
            None
        } else {
            Some(PyList::new(vm))
        };
        let base = self.items.len();
        let mut out = None;
        // While the keys are those of a template, only values are collected.
        let (mut guess, mut count) = (None, 0);
        let mut at = self.space(at);
        if self.byte(at) == b'}' {
            at += 1;
        } else {
            loop {
                if self.byte(at) != b'"' {
                    return Err(Bad(NAME, at).into());
                }
                if pairs.is_none() && (count == 0 || guess.is_some()) {
                    let rest = &self.text[at + 1..];
                    let found = self.scanner.templates.with_key(guess, count, rest);
                    if found.is_none()
                        && let Some(t) = guess
                    {
                        self.spell_out(vm, base, t);
                    }
                    guess = found;
                }
                let known = guess.and_then(|t| t.entry_at(count)?.0.cast::<PyStr>());
                let (named, after) = match known {
                    Some(key) => (None, at + 2 + key.byte_len()),
                    None => {
                        let (named, after) = self.key(vm, at + 1)?;
                        (Some(named), after)
                    }
                };
                count += 1;
                at = self.space(after);
                if self.byte(at) != b':' {
                    return Err(Bad("Expecting ':' delimiter", at).into());
                }
                at = self.space(at + 1);
                let (v, after) = self.value(vm, at).map_err(expecting_value)?;
                match (pairs, named) {
                    (_, None) => self.items.push(&vm.heap, v),
                    (Some(list), Some((key, _))) => {
                        let pair = vm.new_tuple(&[key, v]);
                        list.push(vm, pair);
                    }
                    (None, Some((key, hash))) => {
                        for v in [key, Value::from_usize(hash as usize), v] {
                            self.items.push(&vm.heap, v);
                        }
                        if self.items.len() - base >= MOST_COLLECTED {
                            out = Some(self.fill_dict(vm, base, out)?);
                        }
                    }
                }
                at = self.space(after);
                match self.byte(at) {
                    b'}' => {
                        at += 1;
                        break;
                    }
                    b',' => {
                        let comma = at;
                        at = self.space(at + 1);
                        if self.byte(at) == b'}' {
                            return Err(
                                Bad("Illegal trailing comma before end of object", comma).into()
                            );
                        }
                    }
                    _ => return Err(Bad("Expecting ',' delimiter", at).into()),
                }
            }
        }
        if let Some(list) = pairs {
            return Ok((vm.call(pairs_hook, &[list.value()])?, at));
        }
        let out = match guess.and_then(|t| self.scanner.templates.of_length(t, count)) {
            Some(t) => self.fill_template(vm, base, t),
            None => {
                if let Some(t) = guess {
                    self.spell_out(vm, base, t);
                }
                let dict = self.fill_dict(vm, base, out)?;
                self.scanner.templates.learn(vm, self.object, dict);
                dict
            }
        };
        let hook = self.scanner.object_hook.get();
        if hook.is_none() {
            return Ok((out.value(), at));
        }
        Ok((vm.call(hook, &[out.value()])?, at))
    }
}

/// Inside of containers a missing value is an error.
fn expecting_value(stop: Stop) -> Stop {
    match stop {
        Stop::NoValue(at) => Stop::Bad(Bad("Expecting value", at)),
        other => other,
    }
}
