//! `_contextvars`: context variables (PEP 567).
//!
//! A context's variables are a dict that copies share until one of them changes it, which then takes a dict of its own.
//! The current context is the running tasklet's.

use skein_runtime::builtins::args::{class, items};
use skein_runtime::prelude::*;
use skein_runtime::soft::Soft;
use std::cell::Cell;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "_contextvars",
    init,
};

struct Context {
    vars: RefSlot<PyDict>,
    /// Another context may have the same dict.
    shared: Cell<bool>,
    entered: Cell<bool>,
}
impl NativeData for Context {
    fn trace(&self, t: &mut Tracer) {
        t.visit(self.vars.value());
    }
}

struct Var {
    name: Slot,
    default: Slot,
}
impl NativeData for Var {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.name);
        t.visit_slot(&self.default);
    }
}

struct Token {
    context: Slot,
    var: Slot,
    /// `NULL`: there was none.
    old: Slot,
    used: Cell<bool>,
}
impl NativeData for Token {
    fn trace(&self, t: &mut Tracer) {
        for s in [&self.context, &self.var, &self.old] {
            t.visit_slot(s);
        }
    }
}

static FUNCTIONS: &[NativeDef] = &[function(
    "copy_context",
    copy_context,
    "()",
    "A copy of the current context.",
)];

const CONTEXT_METHODS: &[NativeDef] = &[
    static_method(
        "__new__",
        context_new,
        "($type, /, *args, **kwargs)",
        NEW_DOC,
    ),
    method(
        "run",
        context_run,
        "($self, /, *args, **kwargs)",
        "Call the callable in this context.",
    )
    .soft(),
    method("copy", context_copy, "($self, /)", "A copy of the context."),
    method(
        "get",
        context_get,
        "($self, key, default=None, /)",
        "The value of a variable, or the default.",
    ),
    method("keys", context_keys, "($self, /)", "The variables."),
    method(
        "values",
        context_values,
        "($self, /)",
        "The values of the variables.",
    ),
    method(
        "items",
        context_items,
        "($self, /)",
        "The variables with their values.",
    ),
    slot("__getitem__", context_getitem),
    slot("__contains__", context_contains),
    slot("__len__", context_len),
    slot("__iter__", context_iter),
    slot("__eq__", context_eq),
];

const VAR_METHODS: &[NativeDef] = &[
    static_method(
        "__new__",
        var_new,
        "($type, name, /, *, default=None)",
        NEW_DOC,
    ),
    method(
        "get",
        var_get,
        "($self, default=None, /)",
        "The value in the current context, or a default.",
    ),
    method(
        "set",
        var_set,
        "($self, value, /)",
        "Set the value in the current context, return a token to undo that.",
    ),
    method(
        "reset",
        var_reset,
        "($self, token, /)",
        "Undo the set() that gave the token.",
    ),
    slot("__repr__", var_repr),
    CLASS_GETITEM,
];
const VAR_GETSETS: &[GetSetDef] = &[getter("name", var_name, "The variable's name.")];

const TOKEN_METHODS: &[NativeDef] = &[
    new_method(token_new),
    method("__enter__", token_enter, "($self, /)", "Return self."),
    method(
        "__exit__",
        token_exit,
        "($self, type, value, traceback, /)",
        "Restore the variable.",
    ),
    slot("__repr__", token_repr),
    CLASS_GETITEM,
];
const TOKEN_GETSETS: &[GetSetDef] = &[
    getter("var", token_var, "The variable."),
    getter(
        "old_value",
        token_old_value,
        "The value before set(), or Token.MISSING.",
    ),
];

const MISSING_METHODS: &[NativeDef] = &[slot("__repr__", missing_repr)];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    make_types(vm);
    for name in TYPES {
        let ty = our_type(vm, name)?;
        vm.add_constant(m, name, ty.value());
    }
    Ok(())
}

const TYPES: [&str; 3] = ["Context", "ContextVar", "Token"];

/// Makes the types, unless they were made: other modules need them before this one is imported.
fn make_types(vm: &mut Vm) {
    if vm.state_get("contextvars.Context").is_some() {
        return;
    }
    let module = "_contextvars";
    let context = vm.new_native_type(
        "Context",
        module,
        None,
        Kind::Native,
        tflag::HAS_WEAKREF | tflag::MAPPING,
        CONTEXT_METHODS,
        &[],
        "A mapping of context variables to values.",
    );
    let hash = vm.names.__hash__;
    vm.type_set_attr(context, hash, Value::NONE);
    let var = vm.new_native_type(
        "ContextVar",
        module,
        None,
        Kind::Native,
        0,
        VAR_METHODS,
        VAR_GETSETS,
        "A variable with a value per context.",
    );
    let token = vm.new_native_type(
        "Token",
        module,
        None,
        Kind::Native,
        0,
        TOKEN_METHODS,
        TOKEN_GETSETS,
        "What undoes a ContextVar.set().",
    );
    vm.type_set_attr(token, hash, Value::NONE);
    let missing = vm.new_native_type(
        "Missing",
        "Token",
        None,
        Kind::Instance,
        tflag::DISALLOW_INSTANTIATION,
        MISSING_METHODS,
        &[],
        "",
    );
    let missing = vm.alloc_instance(missing).value();
    vm.state_set("contextvars.missing", missing);
    let name = vm.intern("MISSING");
    vm.type_set_attr(token, name, missing);
    for (name, ty) in TYPES.into_iter().zip([context, var, token]) {
        vm.state_set(&format!("contextvars.{name}"), ty.value());
    }
}

fn our_type(vm: &mut Vm, name: &str) -> PyResult<Ref<PyType>> {
    match vm
        .state_get(&format!("contextvars.{name}"))
        .and_then(|v| v.cast())
    {
        Some(t) => Ok(t),
        None => Err(vm.system_error("the _contextvars module is not initialised")),
    }
}

fn data<'a, T: NativeData>(
    vm: &mut Vm,
    v: &'a Value,
    name: &str,
) -> PyResult<(Ref<Native>, &'a T)> {
    match native::<T>(v) {
        Some(found) => Ok(found),
        None => Err(vm.wrong_self("context", name, *v)),
    }
}

// -- contexts --

fn new_context(vm: &mut Vm, vars: Ref<PyDict>, shared: bool) -> PyResult {
    let ty = our_type(vm, "Context")?;
    let state = Context {
        vars: RefSlot::new(vars),
        shared: Cell::new(shared),
        entered: Cell::new(false),
    };
    Ok(Native::new(vm, ty, state).value())
}

/// The current context, made when first needed.
pub fn current(vm: &mut Vm) -> PyResult {
    if let Some(c) = vm.context.get().non_null() {
        return Ok(c);
    }
    let vars = PyDict::new(vm);
    let c = new_context(vm, vars, false)?;
    vm.context.set(c);
    Ok(c)
}

/// A context without variables.
pub fn empty(vm: &mut Vm) -> PyResult {
    make_types(vm);
    let vars = PyDict::new(vm);
    new_context(vm, vars, false)
}

/// True for a context.
pub fn is_context(v: Value) -> bool {
    native::<Context>(&v).is_some()
}

/// True for a context that `run` is active in.
pub fn is_entered(v: Value) -> bool {
    native::<Context>(&v).is_some_and(|(_, c)| c.entered.get())
}

/// A context's variables, as they are now: later changes do not show.
fn snapshot(vm: &mut Vm, context: Value) -> PyResult<Ref<PyDict>> {
    let (_, c) = data::<Context>(vm, &context, "Context")?;
    c.shared.set(true);
    Ok(c.vars.expect())
}

/// A context's variables for changing.
fn own_vars(vm: &mut Vm, context: Value) -> PyResult<Ref<PyDict>> {
    let (owner, c) = data::<Context>(vm, &context, "Context")?;
    if c.shared.get() {
        let copy = PyDict::new(vm);
        copy.copy_entries_from(vm, c.vars.expect());
        c.vars.set(owner, copy);
        c.shared.set(false);
    }
    Ok(c.vars.expect())
}

fn context_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    class(vm, args[0])?;
    let keywords = args[2].cast::<PyDict>().is_some_and(|d| !d.is_empty());
    if !items(&args[1]).is_empty() || keywords {
        return Err(vm.type_error("Context() does not accept any arguments"));
    }
    let vars = PyDict::new(vm);
    new_context(vm, vars, false)
}

fn copy_context(vm: &mut Vm, _: &[Value]) -> PyResult {
    let c = current(vm)?;
    context_copy(vm, &[c])
}

fn context_copy(vm: &mut Vm, args: &[Value]) -> PyResult {
    let vars = snapshot(vm, args[0])?;
    new_context(vm, vars, true)
}

fn context_run(vm: &mut Vm, args: &[Value]) -> PyResult {
    let soft = vm.take_soft();
    let (_, c) = data::<Context>(vm, &args[0], "Context")?;
    if c.entered.get() {
        let text = vm.repr_text(args[0])?;
        return Err(vm.runtime_error(format!("cannot enter context: {text} is already entered")));
    }
    let Some((callable, positional)) = items(&args[1]).split_first() else {
        return Err(vm.type_error("run() missing 1 required positional argument"));
    };
    let previous = vm.context.get();
    c.entered.set(true);
    vm.context.set(args[0]);
    if let Some(soft) = soft {
        let result = run_softly(vm, soft, &args[1], args[2], args[0], previous);
        if result.is_err() {
            leave(vm, args[0], previous);
        }
        return result;
    }
    let result = vm.call_dict(*callable, positional, args[2]);
    vm.context.set(previous);
    c.entered.set(false);
    result
}

/// Calls the first of some arguments with the rest; [`leave`] follows.
pub fn run_softly(
    vm: &mut Vm,
    soft: Soft,
    args: &Value,
    kwargs: Value,
    context: Value,
    previous: Value,
) -> PyResult {
    let Some((callable, positional)) = items(args).split_first() else {
        return Err(vm.type_error("run() missing 1 required positional argument"));
    };
    let positional = vm.new_tuple(positional);
    let kwargs = match kwargs.non_null() {
        Some(k) => k,
        None => PyDict::new(vm).value(),
    };
    let previous = previous.non_null().unwrap_or(Value::NONE);
    let row = [*callable, positional, kwargs, context, previous];
    soft.call(vm, "run_in_context", &row)
}

/// Ends a call in a context (`None`: one that was not entered).
pub fn leave(vm: &mut Vm, context: Value, previous: Value) {
    if let Some((_, c)) = native::<Context>(&context) {
        c.entered.set(false);
    }
    let previous = if previous.is_none() {
        Value::NULL
    } else {
        previous
    };
    vm.context.set(previous);
}

fn check_key(vm: &mut Vm, key: Value) -> PyResult<()> {
    if native::<Var>(&key).is_some() {
        return Ok(());
    }
    let text = vm.repr_text(key)?;
    Err(vm.type_error(format!("a ContextVar key was expected, got {text}")))
}

fn context_getitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    check_key(vm, args[1])?;
    let vars = snapshot(vm, args[0])?;
    match vars.get(vm, args[1])? {
        Some(v) => Ok(v),
        None => Err(vm.key_error(args[1])),
    }
}

fn context_get(vm: &mut Vm, args: &[Value]) -> PyResult {
    check_key(vm, args[1])?;
    let vars = snapshot(vm, args[0])?;
    let default = args[2].non_null().unwrap_or(Value::NONE);
    Ok(vars.get(vm, args[1])?.unwrap_or(default))
}

fn context_contains(vm: &mut Vm, args: &[Value]) -> PyResult {
    check_key(vm, args[1])?;
    let vars = snapshot(vm, args[0])?;
    Ok(Value::bool(vars.get(vm, args[1])?.is_some()))
}

fn context_len(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, c) = data::<Context>(vm, &args[0], "Context")?;
    Ok(Value::from_usize(c.vars.expect().len()))
}

fn context_iter(vm: &mut Vm, args: &[Value]) -> PyResult {
    let vars = snapshot(vm, args[0])?;
    vm.iter(vars.value())
}

fn context_keys(vm: &mut Vm, args: &[Value]) -> PyResult {
    let vars = snapshot(vm, args[0])?;
    vm.call_method(vars.value(), "keys", &[])
}

fn context_values(vm: &mut Vm, args: &[Value]) -> PyResult {
    let vars = snapshot(vm, args[0])?;
    vm.call_method(vars.value(), "values", &[])
}

fn context_items(vm: &mut Vm, args: &[Value]) -> PyResult {
    let vars = snapshot(vm, args[0])?;
    vm.call_method(vars.value(), "items", &[])
}

fn context_eq(vm: &mut Vm, args: &[Value]) -> PyResult {
    if native::<Context>(&args[1]).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (a, b) = (snapshot(vm, args[0])?, snapshot(vm, args[1])?);
    vm.equal(a.value(), b.value()).map(Value::bool)
}

// -- variables --

fn var_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = class(vm, args[0])?;
    if !args[1].is::<PyStr>() {
        return Err(vm.type_error("context variable name must be a str"));
    }
    vm.hash(args[1])?;
    let state = Var {
        name: Slot::new(args[1]),
        default: Slot::new(args[2]),
    };
    Ok(Native::new(vm, ty, state).value())
}

/// A new variable without a default.
pub fn new_variable(vm: &mut Vm, name: &str) -> PyResult {
    make_types(vm);
    let ty = our_type(vm, "ContextVar")?.value();
    let name = vm.new_str(name);
    var_new(vm, &[ty, name, Value::NULL])
}

fn var_name(vm: &mut Vm, this: Value) -> PyResult {
    Ok(data::<Var>(vm, &this, "ContextVar")?.1.name.get())
}

fn value_now(vm: &mut Vm, var: Value) -> PyResult<Option<Value>> {
    // Looking does not make a context.
    let context = vm.context.get();
    if context.is_null() {
        return Ok(None);
    }
    let (_, c) = data::<Context>(vm, &context, "Context")?;
    c.vars.expect().get(vm, var)
}

fn var_get(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, var) = data::<Var>(vm, &args[0], "ContextVar")?;
    if let Some(v) = value_now(vm, args[0])? {
        return Ok(v);
    }
    match args[1].non_null().or(var.default.get().non_null()) {
        Some(v) => Ok(v),
        None => Err(vm.raise_with(ids::LOOKUP_ERROR, &[args[0]])),
    }
}

fn var_set(vm: &mut Vm, args: &[Value]) -> PyResult {
    data::<Var>(vm, &args[0], "ContextVar")?;
    let old = value_now(vm, args[0])?.unwrap_or(Value::NULL);
    let context = current(vm)?;
    own_vars(vm, context)?.insert(vm, args[0], args[1])?;
    let ty = our_type(vm, "Token")?;
    let state = Token {
        context: Slot::new(context),
        var: Slot::new(args[0]),
        old: Slot::new(old),
        used: Cell::new(false),
    };
    Ok(Native::new(vm, ty, state).value())
}

fn var_reset(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some((_, token)) = native::<Token>(&args[1]) else {
        let text = vm.repr_text(args[1])?;
        return Err(vm.type_error(format!("expected an instance of Token, got {text}")));
    };
    let context = current(vm)?;
    let problem = if token.used.get() {
        Some("has already been used once")
    } else if token.var.get() != args[0] {
        Some("was created by a different ContextVar")
    } else if token.context.get() != context {
        Some("was created in a different Context")
    } else {
        None
    };
    if let Some(problem) = problem {
        let text = vm.repr_text(args[1])?;
        let message = format!("{text} {problem}");
        return Err(if token.used.get() {
            vm.runtime_error(message)
        } else {
            vm.value_error(message)
        });
    }
    token.used.set(true);
    let vars = own_vars(vm, context)?;
    match token.old.get().non_null() {
        Some(v) => vars.insert(vm, args[0], v)?,
        None => {
            vars.remove(vm, args[0])?;
        }
    }
    Ok(Value::NONE)
}

fn var_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, var) = data::<Var>(vm, &args[0], "ContextVar")?;
    let mut text = format!("<ContextVar name={}", vm.repr_text(var.name.get())?);
    if let Some(v) = var.default.get().non_null() {
        text.push_str(&format!(" default={}", vm.repr_text(v)?));
    }
    text.push_str(&format!(" at {:#x}>", args[0].address()));
    Ok(vm.new_str(&text))
}

// -- tokens --

fn token_new(vm: &mut Vm, _: &[Value]) -> PyResult {
    Err(vm.runtime_error("Tokens can only be created by ContextVars"))
}

fn token_var(vm: &mut Vm, this: Value) -> PyResult {
    Ok(data::<Token>(vm, &this, "Token")?.1.var.get())
}

fn token_old_value(vm: &mut Vm, this: Value) -> PyResult {
    match data::<Token>(vm, &this, "Token")?.1.old.get().non_null() {
        Some(v) => Ok(v),
        None => Ok(vm.state_get("contextvars.missing").unwrap_or(Value::NONE)),
    }
}

fn token_enter(_: &mut Vm, args: &[Value]) -> PyResult {
    Ok(args[0])
}

fn token_exit(vm: &mut Vm, args: &[Value]) -> PyResult {
    let var = token_var(vm, args[0])?;
    var_reset(vm, &[var, args[0]])
}

fn token_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, token) = data::<Token>(vm, &args[0], "Token")?;
    let used = if token.used.get() { " used" } else { "" };
    let var = vm.repr_text(token.var.get())?;
    Ok(vm.new_str(&format!(
        "<Token{used} var={var} at {:#x}>",
        args[0].address()
    )))
}

fn missing_repr(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(vm.new_str("<Token.MISSING>"))
}
