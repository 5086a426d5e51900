//! `str % args`.

use super::int_methods::text_ref;
use super::str_find::checked;
use crate::prelude::*;
use crate::text::percent::{self, Amount, Field, Layout, Piece};
use crate::text::repr::ascii_from_repr;
use crate::text::unit::Unit;
use crate::text::wtf8;

/// The right operand: a tuple of arguments, or one argument that may be a mapping as well.
pub(crate) struct Args {
    whole: Value,
    tuple: Option<Ref<PyTuple>>,
    next: usize,
    is_mapping: bool,
    used_mapping: bool,
}

impl Args {
    pub(crate) fn new(vm: &mut Vm, v: Value) -> Args {
        let tuple = v.cast::<PyTuple>();
        let name = vm.names.__getitem__;
        let is_mapping = tuple.is_none()
            && !v.is::<PyStr>()
            && (v.is::<PyDict>() || vm.lookup_special(v, name).is_some());
        Args {
            whole: v,
            tuple,
            next: 0,
            is_mapping,
            used_mapping: false,
        }
    }

    pub(crate) fn next(&mut self, vm: &mut Vm) -> PyResult {
        let v = match self.tuple {
            Some(t) => t.items().get(self.next).copied(),
            None if self.next == 0 => Some(self.whole),
            None => None,
        };
        self.next += 1;
        match v {
            Some(v) if !self.used_mapping => Ok(v),
            _ => Err(vm.type_error("not enough arguments for format string")),
        }
    }

    /// The item for `%(key)s`, the key being an object already.
    fn item(&mut self, vm: &mut Vm, key: Value) -> PyResult {
        if !self.is_mapping {
            return Err(vm.type_error("format requires a mapping"));
        }
        self.used_mapping = true;
        vm.get_item(self.whole, key)
    }

    /// What a field formats, and how; `new_key` makes the key of `%(key)s`.
    pub(crate) fn field(
        &mut self,
        vm: &mut Vm,
        field: &Field<'_>,
        new_key: fn(&mut Vm, &[u8]) -> Value,
    ) -> PyResult<(Value, Layout)> {
        let keyed = match field.key {
            Some(key) => {
                let key = new_key(vm, key);
                Some(self.item(vm, key)?)
            }
            None => None,
        };
        let (mut width, mut precision) = (0, 0);
        if field.width == Amount::Star {
            width = self.star(vm, "ssize_t", i64::MAX)?;
        }
        if field.precision == Amount::Star {
            precision = self.star(vm, "int", i64::from(i32::MAX))?;
        }
        let layout = field.layout(width, precision);
        match keyed {
            Some(v) => Ok((v, layout)),
            None => Ok((self.next(vm)?, layout)),
        }
    }

    /// A `*` width or precision.
    pub(crate) fn star(&mut self, vm: &mut Vm, what: &str, limit: i64) -> PyResult<i64> {
        let v = self.next(vm)?;
        let Some(n) = as_int(&v) else {
            return Err(vm.type_error("* wants int"));
        };
        match n.to_i64().filter(|n| n.unsigned_abs() <= limit as u64) {
            Some(n) => Ok(n),
            None => Err(vm.overflow_error(format!("Python int too large to convert to C {what}"))),
        }
    }

    pub(crate) fn all_used(&self) -> bool {
        match self.tuple {
            Some(t) => self.next >= t.len(),
            None => self.next > 0 || self.is_mapping || self.used_mapping,
        }
    }
}

/// `template % v`
pub fn percent(vm: &mut Vm, template: Ref<PyStr>, v: Value) -> PyResult {
    let mut args = Args::new(vm, v);
    let mut out = Vec::with_capacity(template.byte_len() + 32);
    for piece in percent::pieces(template.bytes(), Unit::CodePoint) {
        match piece {
            Ok(Piece::Literal(text)) => out.extend_from_slice(text),
            Ok(Piece::Field(field)) => write_field(vm, &mut args, &field, &mut out)?,
            Err(e) if e.message == "incomplete format key" && !args.is_mapping => {
                return Err(vm.type_error("format requires a mapping"));
            }
            Err(e) => return Err(vm.format_error(e)),
        }
    }
    if !args.all_used() {
        return Err(vm.type_error("not all arguments converted during string formatting"));
    }
    checked(vm, out, |vm, t| vm.new_str_bytes(t))
}

fn write_field(vm: &mut Vm, args: &mut Args, field: &Field<'_>, out: &mut Vec<u8>) -> PyResult<()> {
    let (v, layout) = args.field(vm, field, |vm, key| vm.new_str_bytes(key))?;
    let conversion = u8::try_from(field.conversion).unwrap_or(0);
    if conversion == b's' && layout == Layout::default() && super::show::write_str(v, out) {
        return Ok(());
    }
    let done = match conversion {
        b's' => {
            let s = vm.str(v)?;
            percent::write_text(&layout, Unit::CodePoint, s.bytes(), true, out)
        }
        b'r' => {
            let s = vm.repr(v)?;
            percent::write_text(&layout, Unit::CodePoint, s.bytes(), true, out)
        }
        b'a' => {
            let s = vm.repr(v)?;
            let text = ascii_from_repr(s.bytes());
            percent::write_text(&layout, Unit::CodePoint, &text, true, out)
        }
        b'c' => {
            let text = character(vm, v)?;
            percent::write_text(&layout, Unit::CodePoint, &text, false, out)
        }
        _ => return write_number(vm, v, field, &layout, out),
    };
    done.map_err(|e| vm.format_error(e))
}

/// `%d`, `%x`, `%f` and the like, which are the same for str and bytes.
pub(crate) fn write_number(
    vm: &mut Vm,
    v: Value,
    field: &Field<'_>,
    layout: &Layout,
    out: &mut Vec<u8>,
) -> PyResult<()> {
    match u8::try_from(field.conversion).unwrap_or(0) {
        conversion @ (b'd' | b'i' | b'u' | b'o' | b'x' | b'X') => {
            write_int(vm, v, conversion, layout, out)
        }
        conversion @ (b'e' | b'E' | b'f' | b'F' | b'g' | b'G') => {
            let f = vm.to_f64(v)?;
            percent::write_float(layout, conversion, f, out).map_err(|e| vm.format_error(e))
        }
        _ => Err(vm.format_error(field.unsupported())),
    }
}

/// An int argument of `%d`, `%x` and the like; shared with `bytes % args`.
fn write_int(
    vm: &mut Vm,
    v: Value,
    conversion: u8,
    layout: &Layout,
    out: &mut Vec<u8>,
) -> PyResult<()> {
    let n = int_argument(vm, v, conversion)?;
    let limit = vm.max_str_digits();
    let Some(n) = as_int(&n) else {
        return Ok(());
    };
    percent::write_int(layout, conversion, text_ref(n), limit, out).map_err(|e| vm.format_error(e))
}

fn int_argument(vm: &mut Vm, v: Value, conversion: u8) -> PyResult {
    if as_int(&v).is_some() {
        return Ok(v);
    }
    let hex = matches!(conversion, b'x' | b'X' | b'o');
    let names = vm.names;
    let usable = if hex {
        vm.lookup_special(v, names.__index__).is_some()
    } else {
        vm.lookup_special(v, names.__int__).is_some()
            || vm.lookup_special(v, names.__index__).is_some()
    };
    let converted = if !usable || v.is::<PyStr>() {
        None
    } else if hex {
        Some(vm.index(v))
    } else {
        vm.int_method(v).transpose()
    };
    match converted {
        Some(Ok(n)) => return Ok(n),
        Some(Err(r)) if !vm.raised_is(ids::TYPE_ERROR) => return Err(r),
        Some(Err(_)) => {
            vm.take_raised();
        }
        None => {}
    }
    let (symbol, name) = (char::from(conversion), vm.type_name(v));
    Err(vm.type_error(if hex {
        format!("%{symbol} format: an integer is required, not {name}")
    } else {
        format!("%{symbol} format: a real number is required, not {name}")
    }))
}

/// The text of `%c`.
fn character(vm: &mut Vm, v: Value) -> PyResult<Vec<u8>> {
    if let Some(s) = v.cast::<PyStr>() {
        if s.len() == 1 {
            return Ok(s.bytes().to_vec());
        }
        let n = s.len();
        return Err(vm.type_error(format!(
            "%c requires an int or a unicode character, not a string of length {n}"
        )));
    }
    let n = match vm.index(v) {
        Ok(n) => n,
        Err(_) if vm.clear_raised_if(ids::TYPE_ERROR) => {
            let ty = vm.type_of(v);
            let name = vm.full_type_name(ty);
            return Err(vm.type_error(format!(
                "%c requires an int or a unicode character, not {name}"
            )));
        }
        Err(r) => return Err(r),
    };
    match as_i64(n) {
        Some(n) if (0..=i64::from(wtf8::MAX)).contains(&n) => Ok(wtf8::from_code_point(n as u32)),
        _ => Err(vm.overflow_error("%c arg not in range(0x110000)")),
    }
}
