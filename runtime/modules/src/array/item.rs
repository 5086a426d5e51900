//! Type codes: sizes, conversion from and to Python values.

use num_bigint::BigInt;
use skein_runtime::prelude::*;
use skein_runtime::text::wtf8;

/// A type code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Code(pub u8);

impl Code {
    /// How its items are stored, as `pickle` names it.
    pub fn machine_format(self) -> MachineFormat {
        MachineFormat(match self.0 {
            b'B' => 0,
            b'b' => 1,
            b'H' => 2,
            b'h' => 4,
            b'I' => 6,
            b'i' => 8,
            b'L' | b'Q' => 10,
            b'l' | b'q' => 12,
            b'f' => 14,
            b'd' => 16,
            _ => 20,
        })
    }
    /// From its character.
    pub fn new(c: u8) -> Option<Code> {
        b"bBuwhHiIlLqQfd".contains(&c).then_some(Code(c))
    }
    /// Bytes of an item.
    pub fn size(self) -> usize {
        match self.0 {
            b'b' | b'B' => 1,
            b'h' | b'H' => 2,
            b'u' | b'w' | b'i' | b'I' | b'f' => 4,
            _ => 8,
        }
    }
    /// Items are characters.
    pub fn is_text(self) -> bool {
        matches!(self.0, b'u' | b'w')
    }
    fn signed(self) -> bool {
        matches!(self.0, b'b' | b'h' | b'i' | b'l' | b'q')
    }
    /// The Python value of an item.
    pub fn load(self, vm: &mut Vm, raw: [u8; 8]) -> Value {
        match self.0 {
            b'f' => vm.new_float(f32::from_ne_bytes([raw[0], raw[1], raw[2], raw[3]]) as f64),
            b'd' => vm.new_float(f64::from_ne_bytes(raw)),
            b'u' | b'w' => {
                let cp = u32::from_ne_bytes([raw[0], raw[1], raw[2], raw[3]]);
                vm.new_str_bytes(&wtf8::from_code_point(cp.min(0x10ffff)))
            }
            _ => {
                let n = u64::from_le_bytes(raw);
                if self.signed() {
                    let shift = 64 - 8 * self.size() as u32;
                    return vm.new_int((n << shift) as i64 >> shift);
                }
                match i64::try_from(n) {
                    Ok(n) => vm.new_int(n),
                    Err(_) => vm.new_bigint(BigInt::from(n)),
                }
            }
        }
    }
    /// Appends the item for a Python value.
    ///
    /// # Errors
    /// `TypeError`, or `OverflowError` for integers out of range.
    pub fn store(self, vm: &mut Vm, v: Value, out: &mut Vec<u8>) -> PyResult<()> {
        match self.0 {
            b'f' => out.extend((vm.to_f64(v)? as f32).to_ne_bytes()),
            b'd' => out.extend(vm.to_f64(v)?.to_ne_bytes()),
            b'u' | b'w' => match v.cast::<PyStr>() {
                Some(s) => match wtf8::single(s.bytes()) {
                    Some(cp) => out.extend(cp.to_ne_bytes()),
                    None => {
                        let n = s.len();
                        return Err(vm.type_error(format!(
                            "array item must be a unicode character, not a string of length {n}"
                        )));
                    }
                },
                None => {
                    let name = vm.type_name(v);
                    return Err(vm.type_error(format!(
                        "array item must be a unicode character, not {name}"
                    )));
                }
            },
            _ => return self.store_int(vm, v, out),
        }
        Ok(())
    }
    /// The bytes of an immediate int or float, in the first [`Code::size`] places; `None` for other values and what does not fit.
    pub fn store_plain(self, v: Value) -> Option<[u8; 8]> {
        let mut raw = [0; 8];
        match self.0 {
            b'd' => {
                let f = v
                    .as_small_float()
                    .or_else(|| v.as_small_int().map(|n| n as f64))?;
                raw = f.to_ne_bytes();
            }
            b'f' | b'u' | b'w' => return None,
            _ => {
                let n = v.as_small_int()?;
                let bits = self.size() * 8;
                let fits = if self.signed() {
                    bits == 64 || n >= -(1 << (bits - 1)) && n < 1 << (bits - 1)
                } else {
                    n >= 0 && (bits == 64 || n < 1 << bits)
                };
                if !fits {
                    return None;
                }
                raw.copy_from_slice(&n.to_ne_bytes());
            }
        }
        Some(raw)
    }
    fn store_int(self, vm: &mut Vm, v: Value, out: &mut Vec<u8>) -> PyResult<()> {
        let v = vm.index(v)?;
        let n = match as_int(&v) {
            Some(IntRef::Small(n)) => Some(n as i128),
            Some(IntRef::Big(b)) => i128::try_from(b).ok(),
            None => None,
        };
        let bits = self.size() * 8;
        let (low, high): (i128, i128) = if self.signed() {
            (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
        } else {
            (0, (1 << bits) - 1)
        };
        match n {
            Some(n) if n >= low && n <= high => {
                out.extend_from_slice(&n.to_le_bytes()[..self.size()]);
                Ok(())
            }
            n => {
                let below =
                    n.map_or_else(|| as_int(&v).is_some_and(IntRef::is_negative), |n| n < low);
                let what = match self.0 {
                    b'b' => "signed char",
                    b'B' => "unsigned byte integer",
                    b'h' => "signed short integer",
                    b'H' => "unsigned short",
                    b'i' => "signed integer",
                    b'I' if !below => "unsigned int",
                    b'I' | b'L' if below => {
                        let text = "can't convert negative value to unsigned int";
                        return Err(vm.overflow_error(text));
                    }
                    b'L' | b'l' => {
                        let sign = if self.0 == b'L' { "unsigned " } else { "" };
                        return Err(vm.overflow_error(format!(
                            "Python int too large to convert to C {sign}long"
                        )));
                    }
                    _ if below && !self.signed() => {
                        return Err(vm.overflow_error("can't convert negative int to unsigned"));
                    }
                    _ => return Err(vm.overflow_error("int too big to convert")),
                };
                Err(vm.overflow_error(format!(
                    "{what} is {} than {}",
                    if below { "less" } else { "greater" },
                    if below { "minimum" } else { "maximum" }
                )))
            }
        }
    }
}

/// A number for the way items are stored, the same on all machines: kinds from unsigned bytes to UTF-32 text, those of more
/// than one byte first with the low byte first, then with the high byte first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MachineFormat(pub usize);

impl MachineFormat {
    /// From its number.
    pub fn new(n: usize) -> Option<MachineFormat> {
        (n < 22).then_some(MachineFormat(n))
    }
    /// Bytes of an item.
    pub fn size(self) -> usize {
        match self.0 {
            0 | 1 => 1,
            2..=5 | 18 | 19 => 2,
            6..=9 | 14 | 15 | 20 | 21 => 4,
            _ => 8,
        }
    }
    /// The codec of text.
    pub fn text_codec(self) -> Option<&'static str> {
        match self.0 {
            18 => Some("utf-16-le"),
            19 => Some("utf-16-be"),
            20 => Some("utf-32-le"),
            21 => Some("utf-32-be"),
            _ => None,
        }
    }
    /// The type code for such integers; for other items the one asked for.
    pub fn code(self, asked: Code) -> Code {
        Code(match self.0 {
            0 => b'B',
            1 => b'b',
            2 | 3 => b'H',
            4 | 5 => b'h',
            6 | 7 => b'I',
            8 | 9 => b'i',
            10 | 11 => b'Q',
            12 | 13 => b'q',
            _ => return asked,
        })
    }
    /// The Python value of a number.
    pub fn load(self, vm: &mut Vm, item: &[u8]) -> Value {
        let mut raw = [0; 8];
        raw[..item.len()].copy_from_slice(item);
        if self.0 > 1 && self.0 % 2 == 1 {
            raw[..item.len()].reverse();
        }
        let stored = match self.0 {
            14 | 15 => Code(b'f'),
            16 | 17 => Code(b'd'),
            _ => self.code(Code(b'B')),
        };
        stored.load(vm, raw)
    }
}
