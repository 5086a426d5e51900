//! `re.Pattern`: compiling, and the methods that apply a pattern. (Substitution is in `substitute.rs`.)

use super::constants::*;
use super::engine::{Buffers, Text};
use super::matches::new_match;
use super::program::{Program, translate};
use super::scanner;
use super::search::{Kind, Searcher, Subject, on_text, registers};
use super::substitute;
use crate::util::state_type;
use skein_runtime::builtins::wrapper::PyWrapper;
use skein_runtime::prelude::*;
use skein_runtime::text::wtf8;
use std::cell::Cell;

/// A compiled pattern.
pub struct Pattern {
    pub program: Program,
    code: Vec<u32>,
    pub pattern: Slot,
    flags: i64,
    pub groups: usize,
    pub group_index: Slot,
    pub index_group: Slot,
    pub match_type: Slot,
    /// `None` for patterns made without a source.
    pub is_bytes: Option<bool>,
    /// The literal prefix in one-byte text; `None` if it cannot occur there.
    pub narrow_prefix: Option<Vec<u8>>,
    /// The literal prefix in UTF-8.
    pub wide_prefix: Vec<u8>,
    /// What the last match wrote into.
    pub spare: Cell<Buffers>,
}

impl NativeData for Pattern {
    fn trace(&self, t: &mut Tracer) {
        for s in [
            &self.pattern,
            &self.group_index,
            &self.index_group,
            &self.match_type,
        ] {
            t.visit_slot(s);
        }
    }
}

const TEXT_SIG: &str = "($self, /, string, pos=0, endpos=sys.maxsize)";

/// Methods of `re.Pattern`.
pub static METHODS: &[NativeDef] = &[
    method(
        "match",
        match_,
        TEXT_SIG,
        "Matches zero or more characters at the beginning of the string.",
    ),
    method(
        "fullmatch",
        fullmatch,
        TEXT_SIG,
        "Matches against all of the string.",
    ),
    method(
        "search",
        search,
        TEXT_SIG,
        "Scan through string looking for a match, and return a corresponding match object instance.",
    ),
    method(
        "findall",
        findall,
        TEXT_SIG,
        "Return a list of all non-overlapping matches of pattern in string.",
    ),
    method(
        "finditer",
        scanner::finditer,
        TEXT_SIG,
        "Return an iterator over all non-overlapping matches for the RE pattern in string.",
    ),
    method(
        "scanner",
        scanner::scanner,
        TEXT_SIG,
        "An object that matches or searches step by step.",
    ),
    method(
        "split",
        split,
        "($self, /, string, maxsplit=0)",
        "Split string by the occurrences of pattern.",
    ),
    method(
        "sub",
        substitute::sub,
        "($self, /, repl, string, count=0)",
        "Return the string obtained by replacing the leftmost non-overlapping occurrences of pattern in string by the replacement repl.",
    ),
    method(
        "subn",
        substitute::subn,
        "($self, /, repl, string, count=0)",
        "Return the tuple (new_string, number_of_subs_made) found by replacing the leftmost non-overlapping occurrences of pattern with the replacement repl.",
    ),
    method("__copy__", myself, "($self, /)", "The pattern itself."),
    method(
        "__deepcopy__",
        myself,
        "($self, memo, /)",
        "The pattern itself.",
    ),
    slot("__eq__", eq),
    slot("__ne__", ne),
    slot("__hash__", hash),
    slot("__repr__", repr),
    CLASS_GETITEM,
];

/// Attributes of `re.Pattern`.
pub static GETSETS: &[GetSetDef] = &[
    getter(
        "pattern",
        |vm, v| Ok(this(vm, &v)?.pattern.get()),
        "The pattern string from which the RE object was compiled.",
    ),
    getter(
        "flags",
        |vm, v| Ok(Value::from_usize(this(vm, &v)?.flags.max(0) as usize)),
        "The regex matching flags.",
    ),
    getter(
        "groups",
        |vm, v| Ok(Value::from_usize(this(vm, &v)?.groups)),
        "The number of capturing groups in the pattern.",
    ),
    getter(
        "groupindex",
        group_index,
        "A dictionary mapping group names to group numbers.",
    ),
];

/// The state of a pattern object.
pub fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a Pattern> {
    match native::<Pattern>(v) {
        Some((_, p)) => Ok(p),
        None => Err(vm.wrong_self("match", "re.Pattern", *v)),
    }
}

/// `_sre.compile(pattern, flags, code, groups, groupindex, indexgroup)`
pub fn compile(vm: &mut Vm, args: &[Value]) -> PyResult {
    let [pattern, flags, code_list, groups, group_index, index_group] = args else {
        return Err(vm.type_error("compile() needs 6 arguments"));
    };
    let (flags, groups) = (vm.ssize(*flags)?, vm.ssize(*groups)?);
    let (Some(list), Some(_), Some(names)) = (
        code_list.cast::<PyList>(),
        group_index.cast::<PyDict>(),
        index_group.cast::<PyTuple>(),
    ) else {
        return Err(vm.type_error("compile() got arguments of wrong types"));
    };
    let mut code = Vec::with_capacity(list.len());
    for i in 0..list.len() {
        match as_i64(list.get(i)).and_then(|n| u32::try_from(n).ok()) {
            Some(word) => code.push(word),
            None => return Err(vm.overflow_error("regular expression code size limit exceeded")),
        }
    }
    let groups = usize::try_from(groups)
        .ok()
        .filter(|g| *g <= MAXGROUPS as usize && names.len() <= g + 1);
    let Some((groups, program)) = groups.and_then(|g| Some((g, translate(&code, g)?))) else {
        return Err(vm.runtime_error("invalid SRE code"));
    };
    let is_bytes = if pattern.is_none() {
        None
    } else {
        Some(!pattern.is::<PyStr>())
    };
    let narrow_prefix = program
        .prefix
        .iter()
        .map(|c| u8::try_from(*c).ok())
        .collect();
    let wide_prefix = wtf8::from_code_points(program.prefix.iter().copied());
    let match_type = state_type(vm, "_sre.Match")?;
    let ty = state_type(vm, "_sre.Pattern")?;
    let data = Pattern {
        program,
        code,
        pattern: Slot::new(*pattern),
        flags,
        groups,
        group_index: Slot::new(*group_index),
        index_group: Slot::new(*index_group),
        match_type: Slot::new(match_type.value()),
        is_bytes,
        narrow_prefix,
        wide_prefix,
        spare: Default::default(),
    };
    Ok(Native::new(vm, ty, data).value())
}

/// Finds one match and makes its object.
pub fn find_one(
    vm: &mut Vm,
    pattern: Value,
    string: Value,
    pos: Value,
    endpos: Value,
    kind: Kind,
) -> PyResult {
    let p = this(vm, &pattern)?;
    let subject = Subject::new(vm, p, string)?;
    let (start, end) = subject.bounds(vm, pos, endpos)?;
    if start > end {
        return Ok(Value::NONE);
    }
    let (from, to) = (subject.offset(vm, start), subject.offset(vm, end));
    on_text!(&subject, to, text => {
        let mut s = Searcher::new(p, text);
        match s.find(vm, from, kind, false)? {
            None => Ok(Value::NONE),
            Some((a, b)) => {
                let regs = registers(&s, a, b);
                new_match(vm, pattern, &subject, regs, s.machine.last_index, start, end)
            }
        }
    })
}

fn match_(vm: &mut Vm, args: &[Value]) -> PyResult {
    find_one(vm, args[0], args[1], args[2], args[3], Kind::Match)
}

fn fullmatch(vm: &mut Vm, args: &[Value]) -> PyResult {
    find_one(vm, args[0], args[1], args[2], args[3], Kind::Full)
}

fn search(vm: &mut Vm, args: &[Value]) -> PyResult {
    find_one(vm, args[0], args[1], args[2], args[3], Kind::Search)
}

fn findall(vm: &mut Vm, args: &[Value]) -> PyResult {
    let p = this(vm, &args[0])?;
    let subject = Subject::new(vm, p, args[1])?;
    let (start, end) = subject.bounds(vm, args[2], args[3])?;
    let out = PyList::new(vm);
    if start <= end {
        let (from, to) = (subject.offset(vm, start), subject.offset(vm, end));
        on_text!(&subject, to, text => findall_in(vm, p, &subject, text, from, out)?);
    }
    Ok(out.value())
}

fn findall_in<T: Text>(
    vm: &mut Vm,
    p: &Pattern,
    subject: &Subject,
    text: T,
    from: usize,
    out: Ref<PyList>,
) -> PyResult<()> {
    let mut s = Searcher::new(p, text);
    let (mut at, mut must_advance) = (from, false);
    while let Some((a, b)) = s.find(vm, at, Kind::Search, must_advance)? {
        let item = if p.groups == 0 {
            subject.slice(vm, a, b)
        } else {
            let regs = registers(&s, a, b);
            let mut groups = ValueVec::with_capacity(&vm.heap, p.groups);
            for pair in regs[2..].chunks(2) {
                // Unset groups give the empty string here.
                let (x, y) = if pair[0] == usize::MAX {
                    (0, 0)
                } else {
                    (pair[0], pair[1])
                };
                let v = if x == y {
                    empty(vm, subject)
                } else {
                    subject.slice(vm, x, y)
                };
                groups.push(&vm.heap, v);
            }
            if p.groups == 1 {
                groups.get(0)
            } else {
                vm.new_tuple(groups.as_slice())
            }
        };
        out.push(vm, item);
        (at, must_advance) = (b, a == b);
    }
    Ok(())
}

/// The empty string of the subject's kind.
pub fn empty(vm: &mut Vm, subject: &Subject) -> Value {
    if subject.is_str {
        vm.new_str("")
    } else {
        vm.new_bytes(b"")
    }
}

fn split(vm: &mut Vm, args: &[Value]) -> PyResult {
    let p = this(vm, &args[0])?;
    let most = crate::util::ssize_or(vm, args[2], 0)?;
    let subject = Subject::new(vm, p, args[1])?;
    let to = subject.offset(vm, subject.len);
    let out = PyList::new(vm);
    let last = on_text!(&subject, to, text => split_in(vm, p, &subject, text, most, out)?);
    let rest = subject.slice(vm, last, to);
    out.push(vm, rest);
    Ok(out.value())
}

fn split_in<T: Text>(
    vm: &mut Vm,
    p: &Pattern,
    subject: &Subject,
    text: T,
    most: i64,
    out: Ref<PyList>,
) -> PyResult<usize> {
    let mut s = Searcher::new(p, text);
    let (mut at, mut must_advance, mut n) = (0, false, 0);
    while most == 0 || n < most {
        let Some((a, b)) = s.find(vm, at, Kind::Search, must_advance)? else {
            break;
        };
        let piece = subject.slice(vm, at, a);
        out.push(vm, piece);
        for pair in registers(&s, a, b)[2..].chunks(2) {
            let v = if pair[0] == usize::MAX {
                Value::NONE
            } else {
                subject.slice(vm, pair[0], pair[1])
            };
            out.push(vm, v);
        }
        n += 1;
        (at, must_advance) = (b, a == b);
    }
    Ok(at)
}

fn myself(_vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(args[0])
}

fn same(vm: &mut Vm, args: &[Value]) -> PyResult<Option<bool>> {
    let a = this(vm, &args[0])?;
    let Some((_, b)) = native::<Pattern>(&args[1]) else {
        return Ok(None);
    };
    if args[0] == args[1] {
        return Ok(Some(true));
    }
    if a.flags != b.flags || a.is_bytes != b.is_bytes || a.code != b.code {
        return Ok(Some(false));
    }
    vm.equal(a.pattern.get(), b.pattern.get()).map(Some)
}

fn eq(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(same(vm, args)?.map_or(Value::NOT_IMPLEMENTED, Value::bool))
}

fn ne(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(same(vm, args)?.map_or(Value::NOT_IMPLEMENTED, |r| Value::bool(!r)))
}

fn hash(vm: &mut Vm, args: &[Value]) -> PyResult {
    let p = this(vm, &args[0])?;
    let own = vm.hash(p.pattern.get())?;
    let code: Vec<u8> = p.code.iter().flat_map(|w| w.to_le_bytes()).collect();
    let rest = vm.hash_bytes(&code) as i64;
    Ok(vm.new_int((own ^ rest ^ p.flags) >> 2))
}

fn group_index(vm: &mut Vm, v: Value) -> PyResult {
    let dict = this(vm, &v)?.group_index.get();
    Ok(PyWrapper::new(vm, ids::MAPPINGPROXY, dict, Value::NULL, Value::NULL).value())
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    const NAMES: &[(i64, &str)] = &[
        (2, "re.IGNORECASE"),
        (4, "re.LOCALE"),
        (8, "re.MULTILINE"),
        (16, "re.DOTALL"),
        (64, "re.VERBOSE"),
        (128, "re.DEBUG"),
        (256, "re.ASCII"),
    ];
    let p = this(vm, &args[0])?;
    let mut flags = p.flags;
    if p.is_bytes == Some(false)
        && flags & (FLAG_LOCALE as i64 | FLAG_UNICODE as i64 | 256) == FLAG_UNICODE as i64
    {
        flags &= !(FLAG_UNICODE as i64);
    }
    let mut names: Vec<String> = Vec::new();
    for (bit, name) in NAMES {
        if flags & bit != 0 {
            names.push((*name).to_string());
            flags &= !bit;
        }
    }
    if flags != 0 {
        names.push(format!("{flags:#x}"));
    }
    let source = vm.repr(p.pattern.get())?;
    let shown = wtf8::slice(source.bytes(), 0, 200);
    let mut out = b"re.compile(".to_vec();
    out.extend_from_slice(shown);
    if !names.is_empty() {
        out.extend_from_slice(b", ");
        out.extend_from_slice(names.join("|").as_bytes());
    }
    out.push(b')');
    Ok(vm.new_str_bytes(&out))
}
