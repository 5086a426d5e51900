//! String literals of JSON.

use crate::util::import_attr;
use skein_runtime::prelude::*;
use skein_runtime::text::wtf8;

/// A scanning error: the message and the byte offset.
pub struct Bad(pub &'static str, pub usize);

/// Raises `JSONDecodeError` for an error in `s`.
pub fn raise(vm: &mut Vm, s: Ref<PyStr>, bad: &Bad) -> Raised {
    let position =
        wtf8::count(&s.bytes()[..bad.1.min(s.byte_len())]) + bad.1.saturating_sub(s.byte_len());
    let ty = match import_attr(vm, "json.decoder", "JSONDecodeError") {
        Ok(t) => t,
        Err(r) => return r,
    };
    let message = vm.new_str(bad.0);
    match vm.call(ty, &[message, s.value(), Value::from_usize(position)]) {
        Ok(e) => vm.raise_value(e),
        Err(r) => r,
    }
}

fn hex4(text: &[u8], at: usize) -> Option<u32> {
    let digits = text.get(at..at + 4)?;
    digits
        .iter()
        .try_fold(0, |n, d| Some(n * 16 + (*d as char).to_digit(16)?))
}

/// The contents of a string literal.
pub struct Literal<'a> {
    /// A part of the document, or of the buffer if there are escapes.
    pub text: &'a [u8],
    /// Known to be ASCII.
    pub ascii: bool,
    /// Offset behind the closing quote.
    pub after: usize,
}

impl Literal<'_> {
    /// As a str object.
    #[inline]
    pub fn object(&self, vm: &mut Vm) -> Value {
        if self.ascii && self.text.len() > 1 {
            return PyStr::new_counted(vm, self.text, self.text.len()).value();
        }
        vm.new_str_bytes(self.text)
    }
}

/// Length of the run up to a quote, a backslash or (if strict) a control character, and whether it is ASCII; `None`: there is
/// none of these.
fn plain_run(text: &[u8], strict: bool) -> Option<(usize, bool)> {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    let mut beyond = 0;
    let (words, rest) = text.as_chunks::<8>();
    for (i, word) in words.iter().enumerate() {
        // The lowest high bit set tells the first byte that is less than a limit, or zero.
        let w = u64::from_le_bytes(*word);
        let below = |v: u64, limit: u64| v.wrapping_sub(ONES * limit) & !v & HIGH;
        let quote = w ^ (ONES * b'"' as u64);
        let backslash = w ^ (ONES * b'\\' as u64);
        let found = below(quote, 1) | below(backslash, 1) | below(w, if strict { 0x20 } else { 0 });
        if found != 0 {
            let n = found.trailing_zeros() / 8;
            beyond |= w & HIGH & !(u64::MAX << (8 * n));
            return Some((i * 8 + n as usize, beyond == 0));
        }
        beyond |= w & HIGH;
    }
    let special = |b: &u8| matches!(b, b'"' | b'\\') || *b < 0x20 && strict;
    let n = rest.iter().position(special)?;
    Some((words.len() * 8 + n, beyond == 0 && rest[..n].is_ascii()))
}

/// The literal whose contents begin at `begin`; `buffer` is for unescaped text.
pub fn scan<'a>(
    text: &'a [u8],
    begin: usize,
    strict: bool,
    buffer: &'a mut Vec<u8>,
) -> Result<Literal<'a>, Bad> {
    const OPEN: &str = "Unterminated string starting at";
    let unterminated = || Bad(OPEN, begin.saturating_sub(1));
    let mut from = begin;
    let mut escaped = false;
    loop {
        let Some((plain, ascii)) = plain_run(&text[from.min(text.len())..], strict) else {
            return Err(unterminated());
        };
        let at = from + plain;
        if text[at] < 0x20 {
            return Err(Bad("Invalid control character at", at));
        }
        if text[at] == b'"' {
            let after = at + 1;
            if !escaped {
                let text = &text[begin..at];
                return Ok(Literal { text, ascii, after });
            }
            buffer.extend_from_slice(&text[from..at]);
            return Ok(Literal {
                text: buffer,
                ascii: false,
                after,
            });
        }
        buffer.extend_from_slice(&text[from..at]);
        escaped = true;
        let Some(c) = text.get(at + 1) else {
            return Err(unterminated());
        };
        from = at + 2;
        let plain = match c {
            b'"' | b'\\' | b'/' => *c,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let Some(mut cp) = hex4(text, from) else {
                    return Err(Bad("Invalid \\uXXXX escape", from - 1));
                };
                from += 4;
                if (0xd800..0xdc00).contains(&cp)
                    && text.get(from..from + 2) == Some(b"\\u")
                    && let Some(low) = hex4(text, from + 2)
                    && (0xdc00..0xe000).contains(&low)
                {
                    cp = 0x10000 + ((cp - 0xd800) << 10 | (low - 0xdc00));
                    from += 6;
                }
                wtf8::push(buffer, cp);
                continue;
            }
            _ => return Err(Bad("Invalid \\escape", at)),
        };
        buffer.push(plain);
    }
}

/// `scanstring(string, end, strict=True)`
pub fn scanstring(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(s) = args[0].cast::<PyStr>() else {
        let name = vm.type_name(args[0]);
        return Err(vm.type_error(format!("first argument must be a string, not {name}")));
    };
    let end = vm.ssize(args[1])?;
    let strict = args[2].is_null() || vm.truth(args[2])?;
    let Some(end) = usize::try_from(end).ok().filter(|e| *e <= s.len()) else {
        return Err(vm.value_error("end is out of bounds"));
    };
    let begin = s.offset_of(vm, end);
    let mut buffer = Vec::new();
    match scan(s.bytes(), begin, strict, &mut buffer) {
        Ok(literal) => {
            let after = wtf8::count(&s.bytes()[..literal.after]);
            let v = literal.object(vm);
            Ok(vm.new_tuple(&[v, Value::from_usize(after)]))
        }
        Err(bad) => Err(raise(vm, s, &bad)),
    }
}
