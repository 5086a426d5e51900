//! Dialects: the characters of a format and what is quoted.

use super::error;
use crate::util::native_class;
use skein_runtime::prelude::*;
use skein_runtime::text::wtf8;

/// Key of the dict of names in the machine's module state.
pub(super) const NAMES: &str = "csv.dialects";

/// What is quoted when writing, and how unquoted fields are read.
pub(super) mod quote {
    pub const ALL: i32 = 1;
    pub const NONNUMERIC: i32 = 2;
    pub const NONE: i32 = 3;
    pub const STRINGS: i32 = 4;
    pub const NOTNULL: i32 = 5;
}

/// A dialect. Characters are code points.
#[derive(Clone)]
pub(super) struct Dialect {
    pub delimiter: u32,
    pub doublequote: bool,
    pub escapechar: Option<u32>,
    pub lineterminator: Vec<u8>,
    pub quotechar: Option<u32>,
    pub quoting: i32,
    pub skipinitialspace: bool,
    pub strict: bool,
}
impl NativeData for Dialect {}

pub(super) static METHODS: &[NativeDef] = &[static_method(
    "__new__",
    new,
    "($type, /, dialect=None, delimiter=None, doublequote=None, escapechar=None, lineterminator=None, quotechar=None, quoting=None, skipinitialspace=None, strict=None)",
    NEW_DOC,
)];

pub(super) static GETSETS: &[GetSetDef] = &[
    getter(
        "delimiter",
        |vm, v| char_of(vm, v, |d| Some(d.delimiter)),
        "",
    ),
    getter("escapechar", |vm, v| char_of(vm, v, |d| d.escapechar), ""),
    getter("quotechar", |vm, v| char_of(vm, v, |d| d.quotechar), ""),
    getter(
        "doublequote",
        |vm, v| Ok(Value::bool(this(vm, &v)?.doublequote)),
        "",
    ),
    getter(
        "skipinitialspace",
        |vm, v| Ok(Value::bool(this(vm, &v)?.skipinitialspace)),
        "",
    ),
    getter("strict", |vm, v| Ok(Value::bool(this(vm, &v)?.strict)), ""),
    getter(
        "quoting",
        |vm, v| Ok(Value::from_i32(this(vm, &v)?.quoting)),
        "",
    ),
    getter("lineterminator", lineterminator, ""),
];

pub(super) fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a Dialect> {
    match native::<Dialect>(v) {
        Some((_, d)) => Ok(d),
        None => Err(vm.wrong_self("delimiter", "_csv.Dialect", *v)),
    }
}

fn char_of(vm: &mut Vm, v: Value, field: fn(&Dialect) -> Option<u32>) -> PyResult {
    match field(this(vm, &v)?) {
        Some(c) => Ok(vm.new_str_bytes(&wtf8::from_code_point(c))),
        None => Ok(Value::NONE),
    }
}
fn lineterminator(vm: &mut Vm, v: Value) -> PyResult {
    let text = this(vm, &v)?.lineterminator.clone();
    Ok(vm.new_str_bytes(&text))
}

/// Names of the parameters after the dialect, in the order of `__new__`.
const FIELDS: [&str; 8] = [
    "delimiter",
    "doublequote",
    "escapechar",
    "lineterminator",
    "quotechar",
    "quoting",
    "skipinitialspace",
    "strict",
];

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = native_class(vm, args[0])?;
    let mut base = args[1].non_null().unwrap_or(Value::NONE);
    if base.is::<PyStr>() {
        base = named(vm, base)?;
    }
    let given = &args[2..10];
    if native::<Dialect>(&base).is_some() && given.iter().all(|v| v.is_null()) {
        return Ok(base);
    }
    let mut fields = ValueVec::new();
    for (name, v) in FIELDS.iter().zip(given) {
        let mut v = *v;
        if v.is_null() && !base.is_none() {
            let name = vm.intern(name);
            v = vm.try_get_attr(base, name)?.unwrap_or(Value::NULL);
        }
        fields.push(&vm.heap, v);
    }
    let dialect = read(vm, fields.as_slice())?;
    check(vm, &dialect)?;
    Ok(Native::new(vm, ty, dialect).value())
}

fn read(vm: &mut Vm, f: &[Value]) -> PyResult<Dialect> {
    let delimiter = match character(vm, "delimiter", f[0], Some(u32::from(b',')), false)? {
        Some(c) => c,
        None => {
            return Err(vm.type_error("\"delimiter\" must be a unicode character, not NoneType"));
        }
    };
    let mut flag = |v: Value, default: bool| match v.is_null() {
        true => Ok(default),
        false => vm.truth(v),
    };
    let doublequote = flag(f[1], true)?;
    let (skipinitialspace, strict) = (flag(f[6], false)?, flag(f[7], false)?);
    let escapechar = character(vm, "escapechar", f[2], None, true)?;
    let lineterminator = match f[3].non_null() {
        None => b"\r\n".to_vec(),
        Some(v) => match v.cast::<PyStr>() {
            Some(s) => s.bytes().to_vec(),
            None => {
                let got = vm.type_name(v);
                return Err(
                    vm.type_error(format!("\"lineterminator\" must be a string, not {got}"))
                );
            }
        },
    };
    let quotechar = character(vm, "quotechar", f[4], Some(u32::from(b'"')), true)?;
    let quoting = match f[5].non_null() {
        None if quotechar.is_none() && !f[4].is_null() => i64::from(quote::NONE),
        None => 0,
        Some(v) => match as_int(&v).filter(|_| !v.is_none()) {
            Some(_) => as_i64(v).unwrap_or(-1),
            None => {
                let got = vm.type_name(v);
                return Err(vm.type_error(format!("\"quoting\" must be an integer, not {got}")));
            }
        },
    };
    if !(0..=i64::from(quote::NOTNULL)).contains(&quoting) {
        return Err(vm.type_error("bad \"quoting\" value"));
    }
    Ok(Dialect {
        delimiter,
        doublequote,
        escapechar,
        lineterminator,
        quotechar,
        quoting: quoting as i32,
        skipinitialspace,
        strict,
    })
}

/// A parameter that is one character, or `None` where that is allowed.
fn character(
    vm: &mut Vm,
    name: &str,
    v: Value,
    default: Option<u32>,
    optional: bool,
) -> PyResult<Option<u32>> {
    let Some(v) = v.non_null() else {
        return Ok(default);
    };
    if optional && v.is_none() {
        return Ok(None);
    }
    let wanted = if optional { " or None" } else { "" };
    let got = match v.cast::<PyStr>() {
        Some(s) => match wtf8::single(s.bytes()) {
            Some(c) => return Ok(Some(c)),
            None => format!("a string of length {}", wtf8::count(s.bytes())),
        },
        None => vm.type_name(v).to_string(),
    };
    Err(vm.type_error(format!(
        "\"{name}\" must be a unicode character{wanted}, not {got}"
    )))
}

fn check(vm: &mut Vm, d: &Dialect) -> PyResult<()> {
    if d.quoting != quote::NONE && d.quotechar.is_none() {
        return Err(vm.type_error("quotechar must be set if quoting enabled"));
    }
    let named = [
        ("delimiter", Some(d.delimiter), true),
        ("escapechar", d.escapechar, !d.skipinitialspace),
        ("quotechar", d.quotechar, !d.skipinitialspace),
    ];
    for (name, c, space) in named {
        let Some(c) = c else { continue };
        let bad = c == 10 || c == 13 || c == 32 && !space;
        if bad || wtf8::code_points(&d.lineterminator).any(|t| t == c) {
            return Err(vm.value_error(format!("bad {name} value")));
        }
    }
    for (i, j) in [(0, 1), (0, 2), (1, 2)] {
        if named[i].1.is_some() && named[i].1 == named[j].1 {
            let (a, b) = (named[i].0, named[j].0);
            return Err(vm.value_error(format!("bad {a} or {b} value")));
        }
    }
    Ok(())
}

/// The dialect object for the arguments of `reader` and the like.
pub(super) fn make(vm: &mut Vm, dialect: Value, params: Value) -> PyResult {
    let class = crate::util::state_type(vm, "_csv.Dialect")?.value();
    let positional = [dialect.non_null().unwrap_or(Value::NONE)];
    vm.call_dict(class, &positional, params)
}

fn names(vm: &mut Vm) -> PyResult<Ref<PyDict>> {
    match vm.state_get(NAMES).and_then(|v| v.cast()) {
        Some(d) => Ok(d),
        None => Err(vm.runtime_error("_csv is not initialised")),
    }
}
fn named(vm: &mut Vm, name: Value) -> PyResult {
    match names(vm)?.get(vm, name)? {
        Some(d) => Ok(d),
        None => Err(error(vm, "unknown dialect")),
    }
}

pub(super) fn register(vm: &mut Vm, args: &[Value]) -> PyResult {
    if !args[0].is::<PyStr>() {
        return Err(vm.type_error("dialect name must be a string"));
    }
    let dialect = make(vm, args[1], args[2])?;
    names(vm)?.insert(vm, args[0], dialect)?;
    Ok(Value::NONE)
}
pub(super) fn unregister(vm: &mut Vm, args: &[Value]) -> PyResult {
    match names(vm)?.remove(vm, args[0])? {
        Some(_) => Ok(Value::NONE),
        None => Err(error(vm, "unknown dialect")),
    }
}
pub(super) fn get(vm: &mut Vm, args: &[Value]) -> PyResult {
    named(vm, args[0])
}
pub(super) fn list(vm: &mut Vm, _: &[Value]) -> PyResult {
    let names = names(vm)?.value();
    let class = vm.builtin_type(ids::LIST).value();
    vm.call(class, &[names])
}
