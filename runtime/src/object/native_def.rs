//! Declarations of native functions, methods and attributes, and the tables from which types get them.
//!
//! A native function gets exactly one value per parameter of its signature: missing optional ones are `NULL`, `*args` is
//! a tuple, `**kwargs` a dict (or `NULL` when empty). The signature text is CPython's text-signature notation,
//! `($self, key, default=None, /)`; the call machinery binds arguments and words the errors, and `inspect` reads it.

use crate::error::PyResult;
use crate::number_hash::BuildNumberHasher;
use crate::value::Value;
use crate::vm::Vm;
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::{OnceLock, RwLock};

/// A native function. The slice has one value per parameter and stays valid during the call.
pub type NativeFn = fn(&mut Vm, &[Value]) -> PyResult;

/// A native function's declaration.
pub struct NativeDef {
    /// Python's name.
    pub name: &'static str,
    /// The code.
    pub func: NativeFn,
    /// Signature text, see the module's header.
    pub sig: &'static str,
    /// Docstring.
    pub doc: &'static str,
    /// How it is bound when found in a type.
    pub binding: Binding,
    /// What the signature says in numbers, computed by the compiler.
    pub counts: Counts,
    /// A special method that is an ordinary method beside CPython's slot wrapper, see [`NativeDef::coexisting`].
    pub coexists: bool,
    /// Tried first by calls without keywords that the binder would have to rearrange, see [`NativeDef::with_direct`].
    pub direct: Option<DirectFn>,
    /// May leave a tasklet to switch to, see `tasklet::scheduler`.
    pub switches: bool,
    /// May hand over to Python code, see [`crate::soft`].
    pub soft: bool,
}

/// A short cut for common calls: gets the arguments as given; `None`: bind them and call the function.
pub type DirectFn = fn(&mut Vm, &[Value]) -> Option<PyResult>;

/// How a native function of a type's table behaves when looked up on an instance or class.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Binding {
    /// Method descriptor (or slot wrapper for dunders).
    Method,
    /// Class method: the first parameter is the class.
    Class,
    /// Static method (`__new__` and `str.maketrans`).
    Static,
}

const fn declared(
    binding: Binding,
    (name, func): (&'static str, NativeFn),
    sig: &'static str,
    doc: &'static str,
) -> NativeDef {
    NativeDef {
        name,
        func,
        sig,
        doc,
        binding,
        counts: Counts::of(sig),
        coexists: false,
        direct: None,
        switches: false,
        soft: false,
    }
}
/// A method taking `$self`.
pub const fn method(
    name: &'static str,
    func: NativeFn,
    sig: &'static str,
    doc: &'static str,
) -> NativeDef {
    declared(Binding::Method, (name, func), sig, doc)
}
/// A class method taking `$type`.
pub const fn class_method(
    name: &'static str,
    func: NativeFn,
    sig: &'static str,
    doc: &'static str,
) -> NativeDef {
    declared(Binding::Class, (name, func), sig, doc)
}
/// A static method, and `__new__` (whose first parameter is the class).
pub const fn static_method(
    name: &'static str,
    func: NativeFn,
    sig: &'static str,
    doc: &'static str,
) -> NativeDef {
    declared(Binding::Static, (name, func), sig, doc)
}
/// A module-level function.
pub const fn function(
    name: &'static str,
    func: NativeFn,
    sig: &'static str,
    doc: &'static str,
) -> NativeDef {
    declared(Binding::Static, (name, func), sig, doc)
}

/// A computed attribute of a builtin type.
pub struct GetSetDef {
    /// Python's name.
    pub name: &'static str,
    /// Reads it.
    pub get: fn(&mut Vm, Value) -> PyResult,
    /// Stores it; the value is `NULL` for deletion.
    pub set: Option<fn(&mut Vm, Value, Value) -> PyResult<()>>,
    /// Docstring.
    pub doc: &'static str,
    /// A plain field of the object in CPython, which words its refusal in another way.
    pub member: bool,
}

/// A read-only attribute.
pub const fn getter(
    name: &'static str,
    get: fn(&mut Vm, Value) -> PyResult,
    doc: &'static str,
) -> GetSetDef {
    GetSetDef {
        name,
        get,
        set: None,
        doc,
        member: false,
    }
}
/// A read-only attribute that is a plain field of the object in CPython.
pub const fn member(
    name: &'static str,
    get: fn(&mut Vm, Value) -> PyResult,
    doc: &'static str,
) -> GetSetDef {
    GetSetDef {
        member: true,
        ..getter(name, get, doc)
    }
}
/// A read-write attribute.
pub const fn getset(
    name: &'static str,
    get: fn(&mut Vm, Value) -> PyResult,
    set: fn(&mut Vm, Value, Value) -> PyResult<()>,
    doc: &'static str,
) -> GetSetDef {
    GetSetDef {
        name,
        get,
        set: Some(set),
        doc,
        member: false,
    }
}

/// What a builtin type consists of; `Vm::install_type` turns it into the namespace.
pub struct TypeDef {
    /// Which type.
    pub id: u32,
    /// `__doc__`
    pub doc: &'static str,
    /// Methods.
    pub methods: &'static [NativeDef],
    /// Computed attributes.
    pub getsets: &'static [GetSetDef],
}

/// Kind of a parameter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParamKind {
    /// Positional only.
    Positional,
    /// Positional or keyword.
    Either,
    /// Keyword only.
    Keyword,
}

/// One parameter of a parsed signature.
#[derive(Debug)]
pub struct Param {
    /// Its name without `$`.
    pub name: &'static str,
    /// Its kind.
    pub kind: ParamKind,
    /// May be left out.
    pub optional: bool,
}

/// A parsed signature. Parameter order in the native's slice: positional, keyword-only, `*args`, `**kwargs`.
#[derive(Debug)]
pub struct Signature {
    /// The text it was parsed from.
    pub text: &'static str,
    /// Named parameters.
    pub params: Vec<Param>,
    /// How many of them may be given by position.
    pub positional: usize,
    /// How many positional ones are required.
    pub required: usize,
    /// Has `*args`.
    pub var_args: bool,
    /// Has `**kwargs`.
    pub var_kw: bool,
    /// The first parameter is `$self`/`$type`/`$module` (not counted in error messages).
    pub has_self: bool,
    /// Values the native gets.
    pub total: usize,
    /// Only positional parameters without `*args`: the call may pass the caller's registers straight through.
    pub plain: bool,
}

/// A signature in numbers: all that calls without keywords need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Named parameters.
    pub params: u8,
    /// How many of them may be given by position.
    pub positional: u8,
    /// How many positional ones are required.
    pub required: u8,
    /// Values the native gets.
    pub total: u8,
    /// Bit per named parameter: may not be left out.
    pub required_mask: u32,
    /// Has `*args`.
    pub var_args: bool,
    /// Has `**kwargs`.
    pub var_kw: bool,
    /// The first parameter is `$self`/`$type` (not counted in error messages).
    pub has_self: bool,
    /// Only positional parameters without `*args`: the call may pass the caller's registers straight through.
    pub plain: bool,
}

impl Counts {
    const fn of(sig: &str) -> Counts {
        let text = sig.as_bytes();
        let mut c = Counts {
            params: 0,
            positional: 0,
            required: 0,
            total: 0,
            required_mask: 0,
            var_args: false,
            var_kw: false,
            has_self: false,
            plain: true,
        };
        // Depth 1 is inside the outer parentheses; `first` is the first byte of the present parameter, 0: none yet.
        let (mut i, mut depth, mut quote, mut first, mut second, mut optional) =
            (0, 0, 0, 0, 0, false);
        let (mut keyword_only, mut gap) = (false, false);
        while i < text.len() {
            let b = text[i];
            let ends = quote == 0 && depth == 1 && (b == b',' || b == b')');
            if ends && first != 0 {
                if first == b'*' {
                    if second == b'*' {
                        c.var_kw = true;
                    } else {
                        keyword_only = true;
                        if second != 0 {
                            c.var_args = true;
                        }
                    }
                } else if first != b'/' {
                    if first == b'$' {
                        c.has_self = true;
                    }
                    if !optional {
                        c.required_mask |= 1 << c.params;
                    }
                    if !keyword_only {
                        c.positional += 1;
                        gap = gap || optional;
                        if !gap {
                            c.required += 1;
                        }
                    }
                    c.params += 1;
                }
                (first, second, optional) = (0, 0, false);
            }
            if quote != 0 {
                if b == quote {
                    quote = 0;
                }
            } else if b == b'\'' || b == b'"' {
                quote = b;
            } else if b == b'(' || b == b'[' || b == b'{' {
                depth += 1;
            } else if b == b')' || b == b']' || b == b'}' {
                depth -= 1;
            } else if depth == 1 && b == b'=' {
                optional = true;
            } else if depth == 1 && b != b' ' && b != b',' {
                if first == 0 {
                    first = b;
                } else if second == 0 {
                    second = b;
                }
            }
            i += 1;
        }
        c.total = c.params + c.var_args as u8 + c.var_kw as u8;
        c.plain = !c.var_args && !c.var_kw && c.positional == c.params;
        c
    }
}

/// Signatures with names, parsed on the first call that needs them, by the address of their text.
static PARSED: OnceLock<RwLock<HashMap<usize, &'static Signature, BuildNumberHasher>>> =
    OnceLock::new();

const RECENT_PLACES: usize = 256;

thread_local! {
    /// What was asked for lately, found without a lock.
    static RECENT: [Cell<Option<&'static Signature>>; RECENT_PLACES] =
        const { [const { Cell::new(None) }; RECENT_PLACES] };
}

impl NativeDef {
    /// The declaration with a short cut for calls without keywords.
    pub const fn with_direct(mut self, direct: DirectFn) -> NativeDef {
        self.direct = Some(direct);
        self
    }

    /// The declaration of a native that may leave a tasklet to switch to; its result is then what that tasklet's switch
    /// back brings.
    pub const fn switching(mut self) -> NativeDef {
        self.switches = true;
        self
    }

    /// The declaration of a native that may hand over to Python code.
    pub const fn soft(mut self) -> NativeDef {
        self.soft = true;
        self
    }

    /// The declaration of a special method that `type()` shows as a method, since CPython found that faster to call.
    pub const fn coexisting(mut self) -> NativeDef {
        self.coexists = true;
        self
    }

    /// True for what CPython calls slot wrappers.
    pub fn is_slot(&self) -> bool {
        !self.coexists && crate::vm::is_slot_name(self.name)
    }

    /// The parsed signature, for calls with keywords and for error messages. ([`NativeDef::counts`] is cheaper.)
    pub fn signature(&self) -> &'static Signature {
        RECENT.with(|recent| {
            let place = &recent[self.sig.as_ptr() as usize / 4 % RECENT_PLACES];
            match place.get() {
                Some(s) if std::ptr::eq(s.text, self.sig) => s,
                _ => {
                    let s = self.parsed_signature();
                    place.set(Some(s));
                    s
                }
            }
        })
    }
    fn parsed_signature(&self) -> &'static Signature {
        let table = PARSED.get_or_init(Default::default);
        let key = self.sig.as_ptr() as usize;
        if let Some(s) = table.read().ok().and_then(|t| t.get(&key).copied())
            && s.text.len() == self.sig.len()
        {
            return s;
        }
        let parsed: &'static Signature = Box::leak(Box::new(parse_signature(self.sig)));
        if let Ok(mut t) = table.write() {
            t.insert(key, parsed);
        }
        parsed
    }
}

fn parse_signature(text: &'static str) -> Signature {
    let inner = text.trim().trim_start_matches('(').trim_end_matches(')');
    let mut s = Signature {
        text,
        params: Vec::new(),
        positional: 0,
        required: 0,
        var_args: false,
        var_kw: false,
        has_self: false,
        total: 0,
        plain: true,
    };
    let mut keyword_only = false;
    for part in split_top_level(inner) {
        if part.is_empty() {
            continue;
        }
        if part == "/" {
            for p in &mut s.params {
                p.kind = ParamKind::Positional;
            }
        } else if part == "*" {
            keyword_only = true;
        } else if part.starts_with("**") {
            s.var_kw = true;
        } else if part.starts_with('*') {
            s.var_args = true;
            keyword_only = true;
        } else {
            let (name, optional) = match part.split_once('=') {
                Some((n, _)) => (n.trim(), true),
                None => (part, false),
            };
            if name.starts_with('$') {
                s.has_self = true;
            }
            let kind = if keyword_only {
                ParamKind::Keyword
            } else {
                ParamKind::Either
            };
            s.params.push(Param {
                name: name.trim_start_matches('$'),
                kind,
                optional,
            });
        }
    }
    if s.has_self
        && let Some(first) = s.params.first_mut()
    {
        first.kind = ParamKind::Positional;
    }
    s.positional = s
        .params
        .iter()
        .filter(|p| p.kind != ParamKind::Keyword)
        .count();
    s.required = s
        .params
        .iter()
        .take_while(|p| p.kind != ParamKind::Keyword && !p.optional)
        .count();
    s.total = s.params.len() + s.var_args as usize + s.var_kw as usize;
    s.plain = !s.var_args && !s.var_kw && s.positional == s.params.len();
    s
}

fn split_top_level(text: &'static str) -> Vec<&'static str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    let mut quote = None;
    for (i, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), _) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                parts.push(text[start..i].trim());
                start = i + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures() {
        let s = parse_signature("($self, key, default=None, /)");
        assert!(s.has_self && s.plain && s.total == 3 && s.required == 2 && s.positional == 3);
        let s = parse_signature("(*args, sep=', ', end='\\n', **kw)");
        assert!(s.var_args && s.var_kw && s.total == 4 && s.positional == 0 && !s.plain);
        assert_eq!(s.params[1].name, "end");
    }

    #[test]
    fn counts_agree_with_the_parsed_signature() {
        for text in [
            "()",
            "($self, /)",
            "($self, key, default=None, /)",
            "(*args, sep=', ', end='\\n', **kw)",
            "($type, object=b'', /, encoding='utf-8', errors=(1, 2))",
            "(source, /, globals=None, locals=None, *, closure=None)",
            "($self, /, *others)",
            "(a, *, b, c=')')",
        ] {
            let (c, s) = (Counts::of(text), parse_signature(text));
            assert_eq!(
                (
                    c.params as usize,
                    c.positional as usize,
                    c.required as usize,
                    c.total as usize
                ),
                (s.params.len(), s.positional, s.required, s.total),
                "{text}"
            );
            assert_eq!(
                (c.var_args, c.var_kw, c.has_self, c.plain),
                (s.var_args, s.var_kw, s.has_self, s.plain),
                "{text}"
            );
            for (i, p) in s.params.iter().enumerate() {
                assert_eq!(c.required_mask >> i & 1 == 1, !p.optional, "{text}");
            }
        }
    }
}
