//! The abstract grammar of Python as a table: every node class with its fields.
//!
//! The notation is that of the `ast` documentation: `type name`, `type? name` for optional fields, `type* name` for lists.
//! One line per class: its base class, its name, its fields.

/// How often a field holds its type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arity {
    /// Exactly one.
    One,
    /// One or `None`.
    Optional,
    /// A list.
    Many,
}

/// A field of a node class.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Name of its type: a sum of the grammar, or `identifier`, `int`, `string`, `constant`.
    pub ty: &'static str,
    /// Its name.
    pub name: &'static str,
    /// How often.
    pub arity: Arity,
}

/// Base classes (sums); `+` marks those whose nodes have a place in the source.
pub const SUMS: &[&str] = &[
    "mod",
    "+stmt",
    "+expr",
    "expr_context",
    "boolop",
    "operator",
    "unaryop",
    "cmpop",
    "+excepthandler",
    "type_ignore",
    "+pattern",
    "+type_param",
];

/// Classes: base, name, fields; `+AST` marks classes without a sum whose nodes have a place.
#[rustfmt::skip]
pub const CLASSES: &[(&str, &str, &str)] = &[
    ("mod", "Module", "stmt* body, type_ignore* type_ignores"),
    ("mod", "Interactive", "stmt* body"),
    ("mod", "Expression", "expr body"),
    ("mod", "FunctionType", "expr* argtypes, expr returns"),
    ("stmt", "FunctionDef", "identifier name, arguments args, stmt* body, expr* decorator_list, expr? returns, string? type_comment, type_param* type_params"),
    ("stmt", "AsyncFunctionDef", "identifier name, arguments args, stmt* body, expr* decorator_list, expr? returns, string? type_comment, type_param* type_params"),
    ("stmt", "ClassDef", "identifier name, expr* bases, keyword* keywords, stmt* body, expr* decorator_list, type_param* type_params"),
    ("stmt", "Return", "expr? value"),
    ("stmt", "Delete", "expr* targets"),
    ("stmt", "Assign", "expr* targets, expr value, string? type_comment"),
    ("stmt", "TypeAlias", "expr name, type_param* type_params, expr value"),
    ("stmt", "AugAssign", "expr target, operator op, expr value"),
    ("stmt", "AnnAssign", "expr target, expr annotation, expr? value, int simple"),
    ("stmt", "For", "expr target, expr iter, stmt* body, stmt* orelse, string? type_comment"),
    ("stmt", "AsyncFor", "expr target, expr iter, stmt* body, stmt* orelse, string? type_comment"),
    ("stmt", "While", "expr test, stmt* body, stmt* orelse"),
    ("stmt", "If", "expr test, stmt* body, stmt* orelse"),
    ("stmt", "With", "withitem* items, stmt* body, string? type_comment"),
    ("stmt", "AsyncWith", "withitem* items, stmt* body, string? type_comment"),
    ("stmt", "Match", "expr subject, match_case* cases"),
    ("stmt", "Raise", "expr? exc, expr? cause"),
    ("stmt", "Try", "stmt* body, excepthandler* handlers, stmt* orelse, stmt* finalbody"),
    ("stmt", "TryStar", "stmt* body, excepthandler* handlers, stmt* orelse, stmt* finalbody"),
    ("stmt", "Assert", "expr test, expr? msg"),
    ("stmt", "Import", "alias* names"),
    ("stmt", "ImportFrom", "identifier? module, alias* names, int? level"),
    ("stmt", "Global", "identifier* names"),
    ("stmt", "Nonlocal", "identifier* names"),
    ("stmt", "Expr", "expr value"),
    ("stmt", "Pass", ""),
    ("stmt", "Break", ""),
    ("stmt", "Continue", ""),
    ("expr", "BoolOp", "boolop op, expr* values"),
    ("expr", "NamedExpr", "expr target, expr value"),
    ("expr", "BinOp", "expr left, operator op, expr right"),
    ("expr", "UnaryOp", "unaryop op, expr operand"),
    ("expr", "Lambda", "arguments args, expr body"),
    ("expr", "IfExp", "expr test, expr body, expr orelse"),
    ("expr", "Dict", "expr?* keys, expr* values"),
    ("expr", "Set", "expr* elts"),
    ("expr", "ListComp", "expr elt, comprehension* generators"),
    ("expr", "SetComp", "expr elt, comprehension* generators"),
    ("expr", "DictComp", "expr key, expr value, comprehension* generators"),
    ("expr", "GeneratorExp", "expr elt, comprehension* generators"),
    ("expr", "Await", "expr value"),
    ("expr", "Yield", "expr? value"),
    ("expr", "YieldFrom", "expr value"),
    ("expr", "Compare", "expr left, cmpop* ops, expr* comparators"),
    ("expr", "Call", "expr func, expr* args, keyword* keywords"),
    ("expr", "FormattedValue", "expr value, int conversion, expr? format_spec"),
    ("expr", "Interpolation", "expr value, constant str, int conversion, expr? format_spec"),
    ("expr", "JoinedStr", "expr* values"),
    ("expr", "TemplateStr", "expr* values"),
    ("expr", "Constant", "constant value, string? kind"),
    ("expr", "Attribute", "expr value, identifier attr, expr_context ctx"),
    ("expr", "Subscript", "expr value, expr slice, expr_context ctx"),
    ("expr", "Starred", "expr value, expr_context ctx"),
    ("expr", "Name", "identifier id, expr_context ctx"),
    ("expr", "List", "expr* elts, expr_context ctx"),
    ("expr", "Tuple", "expr* elts, expr_context ctx"),
    ("expr", "Slice", "expr? lower, expr? upper, expr? step"),
    ("expr_context", "Load", ""),
    ("expr_context", "Store", ""),
    ("expr_context", "Del", ""),
    ("boolop", "And", ""),
    ("boolop", "Or", ""),
    ("operator", "Add", ""),
    ("operator", "Sub", ""),
    ("operator", "Mult", ""),
    ("operator", "MatMult", ""),
    ("operator", "Div", ""),
    ("operator", "Mod", ""),
    ("operator", "Pow", ""),
    ("operator", "LShift", ""),
    ("operator", "RShift", ""),
    ("operator", "BitOr", ""),
    ("operator", "BitXor", ""),
    ("operator", "BitAnd", ""),
    ("operator", "FloorDiv", ""),
    ("unaryop", "Invert", ""),
    ("unaryop", "Not", ""),
    ("unaryop", "UAdd", ""),
    ("unaryop", "USub", ""),
    ("cmpop", "Eq", ""),
    ("cmpop", "NotEq", ""),
    ("cmpop", "Lt", ""),
    ("cmpop", "LtE", ""),
    ("cmpop", "Gt", ""),
    ("cmpop", "GtE", ""),
    ("cmpop", "Is", ""),
    ("cmpop", "IsNot", ""),
    ("cmpop", "In", ""),
    ("cmpop", "NotIn", ""),
    ("AST", "comprehension", "expr target, expr iter, expr* ifs, int is_async"),
    ("excepthandler", "ExceptHandler", "expr? type, identifier? name, stmt* body"),
    ("AST", "arguments", "arg* posonlyargs, arg* args, arg? vararg, arg* kwonlyargs, expr?* kw_defaults, arg? kwarg, expr* defaults"),
    ("+AST", "arg", "identifier arg, expr? annotation, string? type_comment"),
    ("+AST", "keyword", "identifier? arg, expr value"),
    ("+AST", "alias", "identifier name, identifier? asname"),
    ("AST", "withitem", "expr context_expr, expr? optional_vars"),
    ("AST", "match_case", "pattern pattern, expr? guard, stmt* body"),
    ("pattern", "MatchValue", "expr value"),
    ("pattern", "MatchSingleton", "constant value"),
    ("pattern", "MatchSequence", "pattern* patterns"),
    ("pattern", "MatchMapping", "expr* keys, pattern* patterns, identifier? rest"),
    ("pattern", "MatchClass", "expr cls, pattern* patterns, identifier* kwd_attrs, pattern* kwd_patterns"),
    ("pattern", "MatchStar", "identifier? name"),
    ("pattern", "MatchAs", "pattern? pattern, identifier? name"),
    ("pattern", "MatchOr", "pattern* patterns"),
    ("type_ignore", "TypeIgnore", "int lineno, string tag"),
    ("type_param", "TypeVar", "identifier name, expr? bound, expr? default_value"),
    ("type_param", "ParamSpec", "identifier name, expr? default_value"),
    ("type_param", "TypeVarTuple", "identifier name, expr? default_value"),
];

/// The fields of a class as the table writes them.
pub fn fields(text: &'static str) -> Vec<Field> {
    let parts = text.split(", ").filter_map(|part| part.split_once(' '));
    parts
        .map(|(ty, name)| {
            let arity = match ty.as_bytes().last() {
                Some(b'*') => Arity::Many,
                Some(b'?') => Arity::Optional,
                _ => Arity::One,
            };
            Field {
                ty: ty.trim_end_matches(['*', '?']),
                name,
                arity,
            }
        })
        .collect()
}
