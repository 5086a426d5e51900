//! `unicodedata`: names and properties of characters, normalization; `ucd_3_2_0` offers the same for Unicode 3.2.

use skein_runtime::object::native_def::NativeDef;
use skein_runtime::prelude::*;
use skein_runtime::text::unicode_data::{self, Database};
use skein_runtime::text::wtf8;

/// `unicodedata`
pub const MODULE: ModuleDef = ModuleDef {
    name: "unicodedata",
    init,
};

type Shared = fn(&mut Vm, Database, &[Value]) -> PyResult;

macro_rules! both {
    ($($name:literal $f:ident $params:literal $doc:literal;)*) => {
        static FUNCTIONS: &[NativeDef] = &[$(
            function($name, |vm, a| { const F: Shared = $f; F(vm, Database::Current, a) }, concat!("(", $params, ", /)"), $doc),
        )*];
        static METHODS: &[NativeDef] = &[$(
            method($name, |vm, a| { const F: Shared = $f; F(vm, Database::V3_2, &a[1..]) }, concat!("($self, ", $params, ", /)"), $doc),
        )*];
    };
}

both! {
    "name" name "chr, default=<unrepresentable>" "The name of a character.";
    "lookup" lookup "name" "The character of a name.";
    "category" category "chr" "The general category.";
    "bidirectional" bidirectional "chr" "The bidirectional class.";
    "combining" combining "chr" "The canonical combining class.";
    "east_asian_width" east_asian_width "chr" "The East Asian width.";
    "mirrored" mirrored "chr" "Whether the character is mirrored in bidirectional text.";
    "decomposition" decomposition "chr" "The decomposition mapping.";
    "decimal" decimal "chr, default=<unrepresentable>" "The value of a decimal digit.";
    "digit" digit "chr, default=<unrepresentable>" "The value of a digit.";
    "numeric" numeric "chr, default=<unrepresentable>" "The numeric value.";
    "normalize" normalize "form, unistr" "The text in a normalization form.";
    "is_normalized" is_normalized "form, unistr" "Whether a text is in a normalization form.";
}

/// State of `ucd_3_2_0`: the type says it all.
struct OldDatabase;

impl NativeData for OldDatabase {}

static GETSETS: &[skein_runtime::object::native_def::GetSetDef] =
    &[getter("unidata_version", old_version, "")];

fn old_version(vm: &mut Vm, _: Value) -> PyResult {
    Ok(vm.new_str(Database::V3_2.version()))
}

fn init(vm: &mut Vm, module: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(module, FUNCTIONS);
    let version = vm.new_str(unicode_data::VERSION);
    vm.add_constant(module, "unidata_version", version);
    let ty = vm.new_native_type(
        "UCD",
        "unicodedata",
        None,
        Kind::Native,
        tflag::DISALLOW_INSTANTIATION,
        METHODS,
        GETSETS,
        "",
    );
    vm.add_constant(module, "UCD", ty.value());
    let old = Native::new(vm, ty, OldDatabase);
    vm.add_constant(module, "ucd_3_2_0", old.value());
    Ok(())
}

/// The only code point of a character argument.
fn character(vm: &mut Vm, v: Value, function: &str, several: bool) -> PyResult<u32> {
    let place = if several { "argument 1" } else { "argument" };
    let Some(s) = v.cast::<PyStr>() else {
        let name = vm.arg_type_name(v);
        return Err(vm.type_error(format!(
            "{function}() {place} must be a unicode character, not {name}"
        )));
    };
    match wtf8::single(s.bytes()) {
        Some(cp) => Ok(cp),
        None => {
            let n = s.len();
            Err(vm.type_error(format!(
                "{function}(): {place} must be a unicode character, not a string of length {n}"
            )))
        }
    }
}

/// The default, or a `ValueError`.
fn missing(vm: &mut Vm, default: Value, message: &str) -> PyResult {
    match default.non_null() {
        Some(v) => Ok(v),
        None => Err(vm.value_error(message)),
    }
}

fn name(vm: &mut Vm, db: Database, a: &[Value]) -> PyResult {
    let cp = character(vm, a[0], "name", true)?;
    match db.name(cp) {
        Some(name) => Ok(vm.new_str(&name)),
        None => missing(vm, a[1], "no such name"),
    }
}

fn lookup(vm: &mut Vm, db: Database, a: &[Value]) -> PyResult {
    let name = vm.str_arg(a[0], "lookup() argument")?;
    match name.as_utf8().and_then(|n| db.lookup(n)) {
        Some(text) => Ok(vm.new_str(&text)),
        None => {
            let text = name.text_lossy();
            let message = vm.new_str(&format!("undefined character name '{text}'"));
            Err(vm.key_error(message))
        }
    }
}

fn category(vm: &mut Vm, db: Database, a: &[Value]) -> PyResult {
    let cp = character(vm, a[0], "category", false)?;
    Ok(vm.new_str(db.category(cp)))
}

fn bidirectional(vm: &mut Vm, db: Database, a: &[Value]) -> PyResult {
    let cp = character(vm, a[0], "bidirectional", false)?;
    Ok(vm.new_str(db.bidirectional(cp)))
}

fn combining(vm: &mut Vm, db: Database, a: &[Value]) -> PyResult {
    let cp = character(vm, a[0], "combining", false)?;
    Ok(Value::from_i32(i32::from(db.combining(cp))))
}

fn east_asian_width(vm: &mut Vm, db: Database, a: &[Value]) -> PyResult {
    let cp = character(vm, a[0], "east_asian_width", false)?;
    Ok(vm.new_str(db.east_asian_width(cp)))
}

fn mirrored(vm: &mut Vm, db: Database, a: &[Value]) -> PyResult {
    let cp = character(vm, a[0], "mirrored", false)?;
    Ok(Value::from_i32(i32::from(db.mirrored(cp))))
}

fn decomposition(vm: &mut Vm, db: Database, a: &[Value]) -> PyResult {
    let cp = character(vm, a[0], "decomposition", false)?;
    Ok(vm.new_str(&db.decomposition(cp)))
}

fn decimal(vm: &mut Vm, db: Database, a: &[Value]) -> PyResult {
    let cp = character(vm, a[0], "decimal", true)?;
    match db.decimal(cp) {
        Some(n) => Ok(vm.new_uint(n)),
        None => missing(vm, a[1], "not a decimal"),
    }
}

fn digit(vm: &mut Vm, db: Database, a: &[Value]) -> PyResult {
    let cp = character(vm, a[0], "digit", true)?;
    match db.digit(cp) {
        Some(n) => Ok(vm.new_uint(n)),
        None => missing(vm, a[1], "not a digit"),
    }
}

fn numeric(vm: &mut Vm, db: Database, a: &[Value]) -> PyResult {
    let cp = character(vm, a[0], "numeric", true)?;
    match db.numeric(cp) {
        Some(f) => Ok(vm.new_float(f)),
        None => missing(vm, a[1], "not a numeric character"),
    }
}

fn normalize(vm: &mut Vm, db: Database, a: &[Value]) -> PyResult {
    let form = vm.str_arg(a[0], "normalize() argument 1")?;
    let text = vm.str_arg(a[1], "normalize() argument 2")?;
    match unicode_data::form(form.bytes()) {
        _ if text.is_empty() => Ok(text.value()),
        Some(form) => {
            let out = db.normalize(form, text.bytes());
            Ok(vm.new_str_bytes(&out))
        }
        None => Err(vm.value_error("invalid normalization form")),
    }
}

fn is_normalized(vm: &mut Vm, db: Database, a: &[Value]) -> PyResult {
    let form = vm.str_arg(a[0], "is_normalized() argument 1")?;
    let text = vm.str_arg(a[1], "is_normalized() argument 2")?;
    match unicode_data::form(form.bytes()) {
        Some(form) => Ok(Value::bool(db.is_normalized(form, text.bytes()))),
        None => Err(vm.value_error("invalid normalization form")),
    }
}
