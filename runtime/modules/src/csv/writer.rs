//! Rows to text.

use super::dialect::{self, Dialect, quote};
use super::error;
use skein_runtime::prelude::*;
use skein_runtime::text::wtf8;

/// The state of a writer.
struct Writer {
    write: Slot,
    dialect: Slot,
}
impl NativeData for Writer {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.write);
        t.visit_slot(&self.dialect);
    }
}

pub(super) static METHODS: &[NativeDef] = &[
    method(
        "writerow",
        writerow,
        "($self, row, /)",
        "Write a row; returns what write() does.",
    ),
    method(
        "writerows",
        writerows,
        "($self, rows, /)",
        "Write all rows of an iterable.",
    ),
];
pub(super) static GETSETS: &[GetSetDef] = &[getter(
    "dialect",
    |vm, v| Ok(this(vm, &v)?.dialect.get()),
    "",
)];

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a Writer> {
    match native::<Writer>(v) {
        Some((_, w)) => Ok(w),
        None => Err(vm.wrong_self("writerow", "_csv.writer", *v)),
    }
}

pub(super) fn writer(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.intern("write");
    let write = match vm.try_get_attr(args[0], name)? {
        Some(write) if vm.is_callable(write) => write,
        _ => return Err(vm.type_error("argument 1 must have a \"write\" method")),
    };
    let dialect = dialect::make(vm, args[1], args[2])?;
    let writer = Writer {
        write: Slot::new(write),
        dialect: Slot::new(dialect),
    };
    let ty = crate::util::state_type(vm, "_csv.Writer")?;
    Ok(Native::new(vm, ty, writer).value())
}

fn is_special(d: &Dialect, c: u32) -> bool {
    c == d.delimiter
        || Some(c) == d.escapechar
        || Some(c) == d.quotechar
        || c == 10
        || c == 13
        || wtf8::code_points(&d.lineterminator).any(|t| t == c)
}

/// A field's text with quotes inside it doubled and the like; `quoted` is set if it needs quotes around it.
fn field_text(vm: &mut Vm, d: &Dialect, text: &[u8], quoted: &mut bool) -> PyResult<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    for c in wtf8::code_points(text) {
        if is_special(d, c) {
            let mut escape = d.quoting == quote::NONE;
            if !escape {
                if Some(c) == d.quotechar {
                    match d.doublequote {
                        true => wtf8::push(&mut out, c),
                        false => escape = true,
                    }
                } else if Some(c) == d.escapechar {
                    escape = true;
                }
                *quoted |= !escape;
            }
            if escape {
                match d.escapechar {
                    Some(e) => wtf8::push(&mut out, e),
                    None => return Err(error(vm, "need to escape, but no escapechar set")),
                }
            }
        }
        wtf8::push(&mut out, c);
    }
    Ok(out)
}

fn put_field(
    vm: &mut Vm,
    d: &Dialect,
    out: &mut Vec<u8>,
    text: Option<&[u8]>,
    mut quoted: bool,
) -> PyResult<()> {
    let bytes = text.unwrap_or_default();
    if bytes.is_empty() && d.delimiter == 32 && d.skipinitialspace {
        if !can_quote(d, text.is_none()) {
            return Err(error(
                vm,
                "empty field must be quoted if delimiter is a space and skipinitialspace is true",
            ));
        }
        quoted = true;
    }
    let data = field_text(vm, d, bytes, &mut quoted)?;
    match d.quotechar.filter(|_| quoted) {
        Some(q) => {
            wtf8::push(out, q);
            out.extend_from_slice(&data);
            wtf8::push(out, q);
        }
        None => out.extend_from_slice(&data),
    }
    Ok(())
}

/// Whether an empty field may be shown as quotes; `null`: it is `None`.
fn can_quote(d: &Dialect, null: bool) -> bool {
    d.quoting != quote::NONE && !(null && matches!(d.quoting, quote::STRINGS | quote::NOTNULL))
}

fn is_number(vm: &mut Vm, v: Value) -> bool {
    ["__index__", "__int__", "__float__"]
        .into_iter()
        .any(|name| {
            let name = vm.intern(name);
            vm.lookup_special(v, name).is_some()
        })
}

fn row_text(vm: &mut Vm, d: &Dialect, row: Value) -> PyResult<Vec<u8>> {
    let fields = match vm.iter(row) {
        Ok(it) => vm.collect(it)?,
        Err(_) if vm.clear_raised_if(ids::TYPE_ERROR) => {
            let got = vm.type_name(row);
            return Err(error(vm, &format!("iterable expected, not {got}")));
        }
        Err(raised) => return Err(raised),
    };
    let (mut out, mut null) = (Vec::new(), false);
    for (i, v) in fields.as_slice().iter().enumerate() {
        let quoted = match d.quoting {
            quote::ALL => true,
            quote::NONNUMERIC => !is_number(vm, *v),
            quote::STRINGS => v.is::<PyStr>(),
            quote::NOTNULL => !v.is_none(),
            _ => false,
        };
        if i > 0 {
            wtf8::push(&mut out, d.delimiter);
        }
        null = v.is_none();
        if null {
            put_field(vm, d, &mut out, None, quoted)?;
            continue;
        }
        let text = match v.cast::<PyStr>() {
            Some(s) => s,
            None => vm.str(*v)?,
        };
        put_field(vm, d, &mut out, Some(text.bytes()), quoted)?;
    }
    if !fields.as_slice().is_empty() && out.is_empty() {
        if !can_quote(d, null) {
            return Err(error(vm, "single empty field record must be quoted"));
        }
        put_field(vm, d, &mut out, None, true)?;
    }
    out.extend_from_slice(&d.lineterminator);
    Ok(out)
}

fn writerow(vm: &mut Vm, args: &[Value]) -> PyResult {
    let w = this(vm, &args[0])?;
    let (write, dialect) = (w.write.get(), w.dialect.get());
    let d = dialect::this(vm, &dialect)?;
    let text = row_text(vm, d, args[1])?;
    let text = vm.new_str_bytes(&text);
    vm.call(write, &[text])
}
fn writerows(vm: &mut Vm, args: &[Value]) -> PyResult {
    let rows = vm.iter(args[1])?;
    while let Some(row) = vm.next(rows)? {
        writerow(vm, &[args[0], row])?;
    }
    Ok(Value::NONE)
}
