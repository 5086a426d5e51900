//! Methods of `str`: operators and the table. The other methods are in `str_find`, `str_case`, `str_format`, ...

use super::arith::sequence_operand;
use super::str_case::*;
use super::str_find::*;
use super::str_item;
use super::{str_format, str_iter, str_new, str_percent, str_translate};
use crate::object::native_def::NativeDef;
use crate::prelude::*;
use crate::protocol::compare::CompareOp;
use crate::text::{repr, search};
use crate::with_comparisons;

pub use super::str_item::str_getitem;

/// `a + b` of two strs.
#[inline]
pub fn str_concat(vm: &mut Vm, a: Ref<PyStr>, b: Ref<PyStr>) -> PyResult {
    match a.concat(vm, b) {
        Some(s) => Ok(s.value()),
        None if a.byte_len() + b.byte_len() > u32::MAX as usize => {
            Err(vm.overflow_error("strings are too large to concat"))
        }
        None => Err(vm.memory_error()),
    }
}

/// `s * times`
pub fn str_repeat(vm: &mut Vm, s: Ref<PyStr>, times: i64) -> PyResult {
    let times = usize::try_from(times).unwrap_or(0);
    if times == 0 || s.is_empty() {
        return Ok(vm.empty_str().value());
    }
    if times == 1 {
        return Ok(unchanged(vm, s));
    }
    let Some(bytes) = s
        .byte_len()
        .checked_mul(times)
        .filter(|b| *b <= i64::MAX as usize)
    else {
        return Err(vm.memory_error());
    };
    let pieces = std::iter::repeat_n(s.bytes(), times);
    match PyStr::from_pieces(vm, bytes, s.len() * times, pieces) {
        Some(r) => Ok(r.value()),
        None => Err(vm.memory_error()),
    }
}

/// `needle in s`
#[inline]
pub fn str_contains(vm: &mut Vm, s: Ref<PyStr>, needle: Value) -> PyResult<bool> {
    match needle.cast::<PyStr>() {
        Some(n) => Ok(search::contains(s.bytes(), n.bytes())),
        None => {
            let name = vm.type_name(needle);
            Err(vm.type_error(format!(
                "'in <string>' requires string as left operand, not {name}"
            )))
        }
    }
}

/// `separator.join(iterable)`
pub fn str_join(vm: &mut Vm, separator: Ref<PyStr>, iterable: Value) -> PyResult {
    if iterable.shape_id() == ids::TUPLE
        && let Some(t) = iterable.cast::<PyTuple>()
    {
        return join_slice(vm, separator, t.items());
    }
    if iterable.shape_id() == ids::LIST
        && let Some(l) = iterable.cast::<PyList>()
    {
        // Nothing runs while the result is made that could change the list.
        let Some(array) = l.array() else {
            return join_slice(vm, separator, &[]);
        };
        let items = ValueVec::from_parts(array, l.len());
        return join_slice(vm, separator, items.as_slice());
    }
    let it = match vm.iter(iterable) {
        Ok(it) => it,
        Err(_) if vm.clear_raised_if(ids::TYPE_ERROR) => {
            return Err(vm.type_error("can only join an iterable"));
        }
        Err(r) => return Err(r),
    };
    let mut items = ValueVec::new();
    while let Some(v) = vm.next(it)? {
        items.push(&vm.heap, v);
    }
    join_slice(vm, separator, items.as_slice())
}

fn join_slice(vm: &mut Vm, separator: Ref<PyStr>, items: &[Value]) -> PyResult {
    let (mut bytes, mut chars) = (0usize, 0usize);
    for (i, v) in items.iter().enumerate() {
        let Some(s) = v.cast::<PyStr>() else {
            let name = vm.type_name(*v);
            return Err(vm.type_error(format!(
                "sequence item {i}: expected str instance, {name} found"
            )));
        };
        bytes += s.byte_len();
        chars += s.len();
    }
    match items {
        [] => return Ok(vm.empty_str().value()),
        [one] if one.shape_id() == ids::STR => return Ok(*one),
        _ => {}
    }
    let gaps = items.len() - 1;
    let Some(bytes) = separator
        .byte_len()
        .checked_mul(gaps)
        .and_then(|b| b.checked_add(bytes))
    else {
        return Err(vm.overflow_error("join() result is too long for a Python string"));
    };
    if bytes == 0 {
        return Ok(vm.empty_str().value());
    }
    let chars = chars + separator.len() * gaps;
    let sep = separator.bytes();
    if sep.is_empty() {
        let pieces = items.iter().map(text_of);
        return match PyStr::from_pieces(vm, bytes, chars, pieces) {
            Some(s) => Ok(s.value()),
            None => Err(vm.memory_error()),
        };
    }
    let pieces = items.iter().enumerate().flat_map(|(i, v)| {
        let before: &[u8] = if i == 0 { &[] } else { sep };
        [before, text_of(v)]
    });
    match PyStr::from_pieces(vm, bytes, chars, pieces) {
        Some(s) => Ok(s.value()),
        None => Err(vm.memory_error()),
    }
}

/// The bytes of a str value, borrowed from the place that holds it.
fn text_of(v: &Value) -> &[u8] {
    match v.cast::<PyStr>() {
        Some(s) => crate::heap::tail::extend_to(v, s.bytes()),
        None => &[],
    }
}

fn dunder_join(vm: &mut Vm, a: &[Value]) -> PyResult {
    let soft = vm.take_soft();
    let s = this(vm, "join", a[0])?;
    if let Some(soft) = soft
        && vm.runs_softly(a[1])
    {
        return soft.call(vm, "join", &[s.value(), a[1]]);
    }
    str_join(vm, s, a[1])
}

fn str_add(vm: &mut Vm, a: &[Value]) -> PyResult {
    let s = this(vm, "__add__", a[0])?;
    match a[1].cast::<PyStr>() {
        Some(other) => str_concat(vm, s, other),
        None => sequence_operand(vm, a[0], a[1]),
    }
}

fn str_mul(vm: &mut Vm, a: &[Value]) -> PyResult {
    let s = this(vm, "__mul__", a[0])?;
    let times = super::seq::repeat_count(vm, a[1])?;
    str_repeat(vm, s, times as i64)
}

fn str_mod(vm: &mut Vm, a: &[Value]) -> PyResult {
    let s = this(vm, "__mod__", a[0])?;
    str_percent::percent(vm, s, a[1])
}

fn str_rmod(vm: &mut Vm, a: &[Value]) -> PyResult {
    match a[1].cast::<PyStr>() {
        Some(template) => str_percent::percent(vm, template, a[0]),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn dunder_contains(vm: &mut Vm, a: &[Value]) -> PyResult {
    let s = this(vm, "__contains__", a[0])?;
    Ok(Value::bool(str_contains(vm, s, a[1])?))
}

fn dunder_getitem(vm: &mut Vm, a: &[Value]) -> PyResult {
    let s = this(vm, "__getitem__", a[0])?;
    str_item::str_getitem(vm, s, a[1])
}

fn str_len(vm: &mut Vm, a: &[Value]) -> PyResult {
    Ok(Value::from_usize(this(vm, "__len__", a[0])?.len()))
}

fn dunder_iter(vm: &mut Vm, a: &[Value]) -> PyResult {
    let s = this(vm, "__iter__", a[0])?;
    Ok(str_iter::str_iter(vm, s))
}

fn str_hash(vm: &mut Vm, a: &[Value]) -> PyResult {
    let h = this(vm, "__hash__", a[0])?.full_hash(vm);
    Ok(vm.new_int(h as i64))
}

/// `str.__repr__`
pub fn str_repr(vm: &mut Vm, a: &[Value]) -> PyResult {
    let s = this(vm, "__repr__", a[0])?;
    let mut out = Vec::with_capacity(s.byte_len() + 2);
    repr::write_str(s.bytes(), &mut out);
    checked(vm, out, |vm, t| vm.new_str_bytes(t))
}

/// An exact copy: `__str__`.
fn str_str(vm: &mut Vm, a: &[Value]) -> PyResult {
    let s = this(vm, "__str__", a[0])?;
    Ok(unchanged(vm, s))
}

fn str_getnewargs(vm: &mut Vm, a: &[Value]) -> PyResult {
    let s = this(vm, "__getnewargs__", a[0])?;
    // A new object, as CPython makes one.
    let copy = PyStr::new_counted(vm, s.bytes(), s.len()).value();
    Ok(vm.new_tuple(&[copy]))
}

/// The size CPython's representation would have: one, two or four bytes per character by the widest.
fn str_sizeof(vm: &mut Vm, a: &[Value]) -> PyResult {
    let s = this(vm, "__sizeof__", a[0])?;
    let n = s.len();
    let size = match crate::text::wtf8::max_code_point(s.bytes()) {
        0..0x80 => 40 + n + 1,
        0x80..0x100 => 56 + n + 1,
        0x100..0x10000 => 56 + 2 * (n + 1),
        _ => 56 + 4 * (n + 1),
    };
    Ok(Value::from_usize(size))
}

fn compare(_: &mut Vm, op: CompareOp, a: Value, b: Value) -> PyResult {
    let (Some(x), Some(y)) = (a.cast::<PyStr>(), b.cast::<PyStr>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    Ok(Value::bool(match op {
        CompareOp::Eq => x.bytes() == y.bytes(),
        CompareOp::Ne => x.bytes() != y.bytes(),
        _ => op.holds(x.bytes().cmp(y.bytes())),
    }))
}

const NONE: &str = "($self, /)";
const RANGE: &str = "($self, sub, start=<unrepresentable>, end=<unrepresentable>, /)";
const CHARS: &str = "($self, chars=None, /)";
const SEP: &str = "($self, sep, /)";
const SPLIT: &str = "($self, /, sep=None, maxsplit=-1)";
const WIDTH: &str = "($self, width, fillchar=' ', /)";

static OPERATORS: &[NativeDef] = with_comparisons![
    compare,
    static_method(
        "__new__",
        str_new::str_new,
        "($type, object='', encoding='utf-8', errors='strict')",
        NEW_DOC,
    ),
    slot("__repr__", str_repr),
    slot("__hash__", str_hash),
    slot("__str__", str_str),
    slot("__iter__", dunder_iter),
    slot("__mod__", str_mod),
    slot("__rmod__", str_rmod),
    slot("__len__", str_len),
    slot("__getitem__", dunder_getitem),
    slot("__add__", str_add),
    slot("__mul__", str_mul),
    slot("__rmul__", str_mul),
    slot("__contains__", dunder_contains),
];

/// The special methods.
pub static STR_OPERATORS: TypeDef = TypeDef {
    id: ids::STR,
    doc: "Text: an immutable sequence of Unicode characters. str(object) shows an object, str(bytes, encoding) decodes.",
    methods: OPERATORS,
    getsets: &[],
};

/// The ordinary methods.
pub static STR: TypeDef = TypeDef {
    id: ids::STR,
    doc: "",
    methods: &[
        method(
            "encode",
            str_new::str_encode,
            "($self, /, encoding='utf-8', errors='strict')",
            "The text as bytes of an encoding.",
        ),
        method(
            "replace",
            str_replace,
            "($self, old, new, /, count=-1)",
            "Replace one text by another, count times at most.",
        ),
        method(
            "split",
            str_split,
            SPLIT,
            "The parts between separators, from the left.",
        ),
        method(
            "rsplit",
            str_rsplit,
            SPLIT,
            "The parts between separators, from the right.",
        ),
        method(
            "join",
            dunder_join,
            "($self, iterable, /)",
            "The items with self between them.",
        )
        .soft(),
        method(
            "capitalize",
            str_capitalize,
            NONE,
            "First character in title case, the rest lower.",
        ),
        method(
            "casefold",
            str_casefold,
            NONE,
            "A form for comparison without regard to case.",
        ),
        method("title", str_title, NONE, "Every word in title case."),
        method(
            "center",
            str_center,
            WIDTH,
            "Self in the middle of a field.",
        ),
        method(
            "count",
            str_count,
            RANGE,
            "Number of occurrences that do not overlap.",
        ),
        method(
            "expandtabs",
            str_expandtabs,
            "($self, /, tabsize=8)",
            "Tabs replaced by spaces up to the next column.",
        ),
        method("find", str_find, RANGE, "Lowest index of sub, or -1."),
        method(
            "partition",
            str_partition,
            SEP,
            "Before, separator and after, at the first sep.",
        ),
        method(
            "index",
            str_index,
            RANGE,
            "Lowest index of sub, or ValueError.",
        ),
        method("ljust", str_ljust, WIDTH, "Self at the left of a field."),
        method("lower", str_lower, NONE, "The text in lower case."),
        method(
            "lstrip",
            str_lstrip,
            CHARS,
            "Self without characters at the left.",
        ),
        method("rfind", str_rfind, RANGE, "Highest index of sub, or -1."),
        method(
            "rindex",
            str_rindex,
            RANGE,
            "Highest index of sub, or ValueError.",
        ),
        method("rjust", str_rjust, WIDTH, "Self at the right of a field."),
        method(
            "rstrip",
            str_rstrip,
            CHARS,
            "Self without characters at the right.",
        ),
        method(
            "rpartition",
            str_rpartition,
            SEP,
            "Before, separator and after, at the last sep.",
        ),
        method(
            "splitlines",
            str_splitlines,
            "($self, /, keepends=False)",
            "The lines.",
        ),
        method(
            "strip",
            str_strip,
            CHARS,
            "Self without characters at both ends.",
        ),
        method(
            "swapcase",
            str_swapcase,
            NONE,
            "Lower case and upper case exchanged.",
        ),
        method(
            "translate",
            str_translate::str_translate,
            "($self, table, /)",
            "Every character replaced as table[ord(c)] says.",
        ),
        method("upper", str_upper, NONE, "The text in upper case."),
        method(
            "startswith",
            str_startswith,
            "($self, prefix, start=<unrepresentable>, end=<unrepresentable>, /)",
            "Whether self starts with a prefix or one of several.",
        ),
        method(
            "endswith",
            str_endswith,
            "($self, suffix, start=<unrepresentable>, end=<unrepresentable>, /)",
            "Whether self ends with a suffix or one of several.",
        ),
        method(
            "removeprefix",
            str_removeprefix,
            "($self, prefix, /)",
            "Self without the prefix, if it has it.",
        ),
        method(
            "removesuffix",
            str_removesuffix,
            "($self, suffix, /)",
            "Self without the suffix, if it has it.",
        ),
        method(
            "isascii",
            str_isascii,
            NONE,
            "Whether all characters are ASCII.",
        ),
        method(
            "islower",
            str_islower,
            NONE,
            "Whether there are cased characters, all lower.",
        ),
        method(
            "isupper",
            str_isupper,
            NONE,
            "Whether there are cased characters, all upper.",
        ),
        method(
            "istitle",
            str_istitle,
            NONE,
            "Whether the words are in title case.",
        ),
        method(
            "isspace",
            str_isspace,
            NONE,
            "Whether all characters are white space.",
        ),
        method(
            "isdecimal",
            str_isdecimal,
            NONE,
            "Whether all characters are decimal.",
        ),
        method(
            "isdigit",
            str_isdigit,
            NONE,
            "Whether all characters are digits.",
        ),
        method(
            "isnumeric",
            str_isnumeric,
            NONE,
            "Whether all characters are numeric.",
        ),
        method(
            "isalpha",
            str_isalpha,
            NONE,
            "Whether all characters are letters.",
        ),
        method(
            "isalnum",
            str_isalnum,
            NONE,
            "Whether all characters are letters or numeric.",
        ),
        method(
            "isidentifier",
            str_isidentifier,
            NONE,
            "Whether self is a valid identifier.",
        ),
        method(
            "isprintable",
            str_isprintable,
            NONE,
            "Whether repr shows all characters as they are.",
        ),
        method(
            "zfill",
            str_zfill,
            "($self, width, /)",
            "Self padded with zeros behind the sign.",
        ),
        method(
            "format",
            str_format::str_format,
            "($self, /, *args, **kwargs)",
            "Fill in the fields in braces.",
        )
        .with_direct(str_format::str_format_direct),
        method(
            "format_map",
            str_format::str_format_map,
            "($self, mapping, /)",
            "Fill in the fields in braces from a mapping.",
        ),
        method(
            "__format__",
            str_format::str_dunder_format,
            "($self, format_spec, /)",
            "Format as the specification asks.",
        ),
        static_method(
            "maketrans",
            str_translate::str_maketrans,
            "(x, y=<unrepresentable>, z=<unrepresentable>, /)",
            "A table for translate().",
        ),
        method("__sizeof__", str_sizeof, NONE, "Size in memory, in bytes."),
        method("__getnewargs__", str_getnewargs, NONE, ""),
    ],
    getsets: &[],
};
