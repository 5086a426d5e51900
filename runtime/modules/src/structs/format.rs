//! Format strings of `struct`.

use skein_runtime::builtins::str_codec::encode;
use skein_runtime::prelude::*;

/// One value (or several equal ones) of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// The format character.
    pub code: u8,
    /// Bytes of one value.
    pub size: usize,
    /// Where the first one is.
    pub offset: usize,
    /// How many values; 1 for `s` and `p`.
    pub count: usize,
}

/// Items in their order; a single one, which most formats have, takes no memory of its own.
#[derive(Clone, Debug, Default)]
pub struct Items {
    first: Option<Item>,
    /// All, if there is more than one.
    all: Vec<Item>,
}

impl Items {
    fn push(&mut self, item: Item) {
        match self.first {
            None => self.first = Some(item),
            Some(first) => {
                if self.all.is_empty() {
                    self.all.push(first);
                }
                self.all.push(item);
            }
        }
    }
}

impl std::ops::Deref for Items {
    type Target = [Item];
    fn deref(&self) -> &[Item] {
        if self.all.is_empty() {
            self.first.as_slice()
        } else {
            &self.all
        }
    }
}

/// A parsed format.
#[derive(Clone, Debug)]
pub struct Format {
    pub items: Items,
    pub size: usize,
    pub little: bool,
    /// Number of Python values.
    pub values: usize,
}

/// Size of a code: with native sizes or standard ones; `None`: no such code.
fn code_size(code: u8, native: bool) -> Option<usize> {
    Some(match code {
        b'x' | b'c' | b'b' | b'B' | b'?' | b's' | b'p' => 1,
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' => {
            if native {
                8
            } else {
                4
            }
        }
        b'q' | b'Q' | b'd' | b'F' => 8,
        b'D' => 16,
        b'n' | b'N' | b'P' if native => 8,
        _ => return None,
    })
}

/// Parses a format.
///
/// # Errors
/// The message for `struct.error`.
pub fn parse(text: &[u8]) -> Result<Format, &'static str> {
    const TOO_LONG: &str = "total struct size too long";
    let (native, little, mut rest) = match text {
        [b'@', rest @ ..] => (true, cfg!(target_endian = "little"), rest),
        [b'=', rest @ ..] => (false, cfg!(target_endian = "little"), rest),
        [b'<', rest @ ..] => (false, true, rest),
        [b'>' | b'!', rest @ ..] => (false, false, rest),
        _ => (true, cfg!(target_endian = "little"), text),
    };
    let mut f = Format {
        items: Items::default(),
        size: 0,
        little,
        values: 0,
    };
    if let [code] = *rest
        && !matches!(code, b'x' | b's' | b'p')
        && let Some(size) = code_size(code, native)
    {
        f.items.push(Item {
            code,
            size,
            offset: 0,
            count: 1,
        });
        (f.size, f.values) = (size, 1);
        return Ok(f);
    }
    while let Some((&c, after)) = rest.split_first() {
        rest = after;
        if c.is_ascii_whitespace() || c == 11 {
            continue;
        }
        let (mut code, mut count) = (c, 1usize);
        if c.is_ascii_digit() {
            count = (c - b'0') as usize;
            loop {
                let Some((&d, after)) = rest.split_first() else {
                    return Err("repeat count given without format specifier");
                };
                rest = after;
                if !d.is_ascii_digit() {
                    code = d;
                    break;
                }
                count = count
                    .checked_mul(10)
                    .and_then(|n| n.checked_add((d - b'0') as usize))
                    .ok_or(TOO_LONG)?;
            }
        }
        let size = code_size(code, native).ok_or("bad char in struct format")?;
        if native {
            let align = match code {
                b'F' => 4,
                b'D' => 8,
                _ => size,
            };
            f.size = f.size.checked_next_multiple_of(align).ok_or(TOO_LONG)?;
        }
        let bytes = size.checked_mul(count).ok_or(TOO_LONG)?;
        let offset = f.size;
        f.size = f
            .size
            .checked_add(bytes)
            .filter(|n| *n <= isize::MAX as usize)
            .ok_or(TOO_LONG)?;
        match code {
            b'x' => {}
            b's' | b'p' => {
                f.items.push(Item {
                    code,
                    size: count,
                    offset,
                    count: 1,
                });
                f.values += 1;
            }
            _ => {
                if count > 0 {
                    f.items.push(Item {
                        code,
                        size,
                        offset,
                        count,
                    });
                }
                f.values += count;
            }
        }
    }
    Ok(f)
}

/// Parses a format given as str or bytes.
///
/// # Errors
/// `struct.error`, `TypeError`.
pub fn parse_value(vm: &mut Vm, v: Value) -> PyResult<Format> {
    let (s, b) = (v.cast::<PyStr>(), v.cast::<PyBytes>());
    let text = match (&s, &b) {
        (Some(s), _) if s.is_ascii() => s.bytes(),
        (Some(s), _) => {
            let (s, ascii) = (*s, vm.new_str("ascii"));
            encode(vm, s, ascii, Value::NULL)?;
            return Err(super::error(vm, "bad char in struct format"));
        }
        (_, Some(b)) => b.bytes(),
        _ => {
            let name = vm.type_name(v);
            return Err(vm.type_error(format!(
                "Struct() argument 1 must be a str or bytes object, not {name}"
            )));
        }
    };
    if text.contains(&0) {
        return Err(super::error(vm, "embedded null character"));
    }
    parse(text).map_err(|message| super::error(vm, message))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn native_alignment() {
        let size = |f: &str| parse(f.as_bytes()).map(|f| f.size);
        assert_eq!(size("bi"), Ok(8));
        assert_eq!(size("=bi"), Ok(5));
        assert_eq!(size("3s0l"), Ok(8));
        assert!(size("3").is_err() && size("<n").is_err());
    }
}
