//! Declarations of native functions, methods and attributes, and the tables from which types get them.
//!
//! A native function gets exactly one value per parameter of its signature: missing optional ones are `NULL`, `*args` is
//! a tuple, `**kwargs` a dict (or `NULL` when empty). The signature text is CPython's text-signature notation,
//! `($self, key, default=None, /)`; the call machinery binds arguments and words the errors, and `inspect` reads it.

use crate::error::PyResult;
use crate::value::Value;
use crate::vm::Vm;
use std::sync::OnceLock;

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
    parsed: OnceLock<Signature>,
}

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

/// A method taking `$self`.
pub const fn method(
    name: &'static str,
    func: NativeFn,
    sig: &'static str,
    doc: &'static str,
) -> NativeDef {
    NativeDef {
        name,
        func,
        sig,
        doc,
        binding: Binding::Method,
        parsed: OnceLock::new(),
    }
}
/// A class method taking `$type`.
pub const fn class_method(
    name: &'static str,
    func: NativeFn,
    sig: &'static str,
    doc: &'static str,
) -> NativeDef {
    NativeDef {
        name,
        func,
        sig,
        doc,
        binding: Binding::Class,
        parsed: OnceLock::new(),
    }
}
/// A static method, and `__new__` (whose first parameter is the class).
pub const fn static_method(
    name: &'static str,
    func: NativeFn,
    sig: &'static str,
    doc: &'static str,
) -> NativeDef {
    NativeDef {
        name,
        func,
        sig,
        doc,
        binding: Binding::Static,
        parsed: OnceLock::new(),
    }
}
/// A module-level function.
pub const fn function(
    name: &'static str,
    func: NativeFn,
    sig: &'static str,
    doc: &'static str,
) -> NativeDef {
    NativeDef {
        name,
        func,
        sig,
        doc,
        binding: Binding::Static,
        parsed: OnceLock::new(),
    }
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

impl NativeDef {
    /// The parsed signature.
    #[inline]
    pub fn signature(&self) -> &Signature {
        self.parsed.get_or_init(|| parse_signature(self.sig))
    }
}

fn parse_signature(text: &'static str) -> Signature {
    let inner = text.trim().trim_start_matches('(').trim_end_matches(')');
    let mut s = Signature {
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
}
