//! `BaseExceptionGroup` and `ExceptionGroup` (PEP 654), and what the interpreter needs for `except*`.

use super::exception_methods::{exception, field, items, no_keywords, set_args};
use super::traceback::PyTraceback;
use crate::prelude::*;

const MESSAGE: usize = field::GROUP;
const EXCEPTIONS: usize = field::GROUP + 1;
const SHOWN: usize = field::GROUP + 2;

fn is_group(vm: &Vm, v: Value) -> bool {
    vm.is_instance_of(v, ids::BASE_EXCEPTION_GROUP)
}

/// The exceptions of a group.
fn members(vm: &mut Vm, v: Value) -> PyResult<Ref<PyTuple>> {
    let e = exception(vm, v, "exceptions")?;
    match e.field(EXCEPTIONS).cast::<PyTuple>() {
        Some(t) => Ok(t),
        None => Err(vm.type_error("exceptions must be a tuple of exceptions")),
    }
}

fn group_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let cls = super::object_methods::check_new(vm, args[0], ids::BASE_EXCEPTION_GROUP)?;
    let given = items(&args[1]);
    let [message, exceptions] = *given.items() else {
        let n = given.len();
        return Err(vm.type_error(format!(
            "BaseExceptionGroup.__new__() takes exactly 2 arguments ({n} given)"
        )));
    };
    if !message.is::<PyStr>() {
        let actual = vm.type_name(message);
        return Err(vm.type_error(format!(
            "BaseExceptionGroup.__new__() argument 1 must be str, not {actual}"
        )));
    }
    let names = vm.names;
    let sequence =
        vm.lookup_special(exceptions, names.__getitem__).is_some() && !exceptions.is::<PyDict>();
    if !sequence {
        return Err(vm.type_error("second argument (exceptions) must be a sequence"));
    }
    let own = vm.collect(exceptions)?;
    if own.is_empty() {
        return Err(vm.value_error("second argument (exceptions) must be a non-empty sequence"));
    }
    let mut nested_base = false;
    for (i, e) in own.as_slice().iter().enumerate() {
        if !e.is::<PyException>() {
            return Err(vm.value_error(format!(
                "Item {i} of second argument (exceptions) is not an exception"
            )));
        }
        nested_base |= !vm.is_instance_of(*e, ids::EXCEPTION);
    }
    let cls = choose_class(vm, cls, nested_base)?;
    let shown = if exceptions.is::<PyList>() || exceptions.is::<PyTuple>() {
        Value::NULL
    } else {
        vm.repr(exceptions)?.value()
    };
    let tuple = vm.new_tuple(own.as_slice());
    let e = PyException::new_instance(vm, cls, given.items());
    e.set_field(vm, MESSAGE, message);
    e.set_field(vm, EXCEPTIONS, tuple);
    e.set_field(vm, SHOWN, shown);
    Ok(e.value())
}

/// `BaseExceptionGroup` of only `Exception`s is an `ExceptionGroup`.
fn choose_class(vm: &mut Vm, cls: Ref<PyType>, nested_base: bool) -> PyResult<Ref<PyType>> {
    let exception = vm.builtin_type(ids::EXCEPTION);
    if cls.builtin_id == ids::BASE_EXCEPTION_GROUP {
        return Ok(if nested_base {
            cls
        } else {
            vm.builtin_type(ids::EXCEPTION_GROUP)
        });
    }
    if cls.builtin_id == ids::EXCEPTION_GROUP {
        if nested_base {
            return Err(vm.type_error("Cannot nest BaseExceptions in an ExceptionGroup"));
        }
    } else if nested_base && cls.is_subtype(exception) {
        let name = cls.name_text();
        return Err(vm.type_error(format!("Cannot nest BaseExceptions in '{name}'")));
    }
    Ok(cls)
}

fn group_init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = exception(vm, args[0], "__init__")?;
    let ty = vm.type_of(args[0]);
    no_keywords(vm, ty, args[2])?;
    set_args(e, args[1]);
    Ok(Value::NONE)
}

fn group_str(vm: &mut Vm, args: &[Value]) -> PyResult {
    let own = members(vm, args[0])?;
    let e = exception(vm, args[0], "__str__")?;
    let message = vm.str(e.field(MESSAGE))?;
    let n = own.len();
    let plural = if n > 1 { "s" } else { "" };
    let tail = format!(" ({n} sub-exception{plural})");
    Ok(vm.new_str_bytes(&[message.bytes(), tail.as_bytes()].concat()))
}

fn group_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let own = members(vm, args[0])?;
    let e = exception(vm, args[0], "__repr__")?;
    let message = vm.repr(e.field(MESSAGE))?;
    // Shown as the sequence that was passed.
    let given = e.args.expect().items().get(1).copied();
    let list = match e.field(SHOWN).cast::<PyStr>() {
        Some(s) => s,
        None if given.is_some_and(|g| g.is::<PyList>()) => {
            let list = vm.new_list(own.items());
            vm.repr(list)?
        }
        None => vm.repr(own.value())?,
    };
    let name = vm.type_of(args[0]).name_text();
    let text = [
        name.as_bytes(),
        b"(",
        message.bytes(),
        b", ",
        list.bytes(),
        b")",
    ]
    .concat();
    Ok(vm.new_str_bytes(&text))
}

fn derive(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = exception(vm, args[0], "derive")?;
    let ty = vm.builtin_type(ids::BASE_EXCEPTION_GROUP).value();
    vm.call(ty, &[e.field(MESSAGE), args[1]])
}

/// A group with the given exceptions and the traceback, context, cause and notes of `original`.
fn derived_copy(vm: &mut Vm, original: Value, exceptions: &ValueVec) -> PyResult {
    if exceptions.is_empty() {
        return Ok(Value::NONE);
    }
    let list = vm.new_list(exceptions.as_slice());
    let new = vm.call_method(original, "derive", &[list])?;
    if !is_group(vm, new) {
        return Err(vm.type_error("derive must return an instance of BaseExceptionGroup"));
    }
    let (from, to) = (
        exception(vm, original, "derive")?,
        exception(vm, new, "derive")?,
    );
    to.traceback.set(to, from.traceback.get());
    to.context.set(to, from.context.get());
    to.cause.set(to, from.cause.get());
    to.suppress_context.set(from.suppress_context.get());
    copy_notes(vm, original, new)?;
    Ok(new)
}

fn copy_notes(vm: &mut Vm, from: Value, to: Value) -> PyResult<()> {
    let name = vm.names.__notes__;
    if let Some(notes) = vm.try_get_attr(from, name)?
        && (notes.is::<PyList>() || notes.is::<PyTuple>())
    {
        let copy = vm.collect(notes)?;
        let copy = PyList::from_vec(vm, copy).value();
        vm.set_attr(to, name, copy)?;
    }
    Ok(())
}

/// How `split` decides about an exception.
#[derive(Clone, Copy)]
enum Matcher {
    /// An exception type or a tuple of them.
    Types(Value),
    /// Any callable.
    Predicate(Value),
    /// Identity with one of the leaves of these groups.
    Leaves(Ref<PyList>),
}

fn matcher(vm: &mut Vm, v: Value) -> PyResult<Matcher> {
    let base = vm.builtin_type(ids::BASE_EXCEPTION);
    let is_type = |v: Value| v.cast::<PyType>().is_some_and(|t| t.is_subtype(base));
    if is_type(v) {
        return Ok(Matcher::Types(v));
    }
    if vm.is_callable(v) && !v.is::<PyType>() {
        return Ok(Matcher::Predicate(v));
    }
    if let Some(t) = v.cast::<PyTuple>()
        && t.items().iter().all(|x| is_type(*x))
    {
        return Ok(Matcher::Types(v));
    }
    Err(vm.type_error(
        "expected an exception type, a tuple of exception types, or a callable (other than a class)",
    ))
}

/// True if `e` is an instance of a type or of one in a tuple, by real type as `except` does.
fn is_of_types(vm: &mut Vm, e: Value, types: Value) -> bool {
    let ty = vm.type_of(e);
    match types.cast::<PyTuple>() {
        Some(t) => t
            .items()
            .iter()
            .any(|x| x.cast::<PyType>().is_some_and(|x| ty.is_subtype(x))),
        None => types.cast::<PyType>().is_some_and(|t| ty.is_subtype(t)),
    }
}

fn matches(vm: &mut Vm, e: Value, m: Matcher) -> PyResult<bool> {
    match m {
        Matcher::Types(types) => Ok(is_of_types(vm, e, types)),
        Matcher::Predicate(f) => {
            let r = vm.call(f, &[e])?;
            vm.truth(r)
        }
        Matcher::Leaves(list) => Ok(!is_group(vm, e) && (0..list.len()).any(|i| list.get(i) == e)),
    }
}

/// Splits into (matching, rest); either may be `None`.
fn split_by(vm: &mut Vm, e: Value, m: Matcher, want_rest: bool) -> PyResult<(Value, Value)> {
    if matches(vm, e, m)? {
        return Ok((e, Value::NONE));
    }
    if !is_group(vm, e) {
        return Ok((Value::NONE, e));
    }
    let own = members(vm, e)?;
    let (mut yes, mut no) = (ValueVec::new(), ValueVec::new());
    for x in own.items() {
        let (a, b) = vm.nested(" in exceptiongroup_split_recursive", |vm| {
            split_by(vm, *x, m, want_rest)
        })?;
        if !a.is_none() {
            yes.push(&vm.heap, a);
        }
        if want_rest && !b.is_none() {
            no.push(&vm.heap, b);
        }
    }
    let yes = derived_copy(vm, e, &yes)?;
    let no = derived_copy(vm, e, &no)?;
    Ok((yes, no))
}

fn split(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = matcher(vm, args[1])?;
    let (a, b) = split_by(vm, args[0], m, true)?;
    Ok(vm.new_tuple(&[a, b]))
}

fn subgroup(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = matcher(vm, args[1])?;
    Ok(split_by(vm, args[0], m, false)?.0)
}

/// `except* types` on exception `exc`: the matching part and the rest, `None` where there is none. A plain exception
/// that matches is wrapped in a group.
pub fn exc_group_match(vm: &mut Vm, exc: Value, types: Value) -> PyResult<(Value, Value)> {
    check_star_types(vm, types)?;
    if exc.is_none() {
        return Ok((Value::NONE, Value::NONE));
    }
    if is_of_types(vm, exc, types) {
        if is_group(vm, exc) {
            return Ok((exc, Value::NONE));
        }
        let (ty, empty) = (
            vm.builtin_type(ids::BASE_EXCEPTION_GROUP).value(),
            vm.empty_str().value(),
        );
        let one = vm.new_tuple(&[exc]);
        let wrapped = vm.call(ty, &[empty, one])?;
        if let (Some(w), Some(frame)) = (wrapped.cast::<PyException>(), vm.current_frame()) {
            let object = super::frame_attrs::frame_object(vm, frame);
            let tb = PyTraceback::new(vm, Value::NULL, object, frame.lasti(), 0);
            w.traceback.set(w, tb.value());
        }
        return Ok((wrapped, Value::NONE));
    }
    if !is_group(vm, exc) {
        return Ok((Value::NONE, exc));
    }
    let parts = vm.call_method(exc, "split", &[types])?;
    let Some(pair) = parts.cast::<PyTuple>() else {
        let (cls, actual) = (vm.type_name(exc), vm.type_name(parts));
        return Err(vm.type_error(format!("{cls}.split must return a tuple, not {actual}")));
    };
    if pair.len() < 2 {
        let (cls, n) = (vm.type_name(exc), pair.len());
        return Err(vm.type_error(format!(
            "{cls}.split must return a 2-tuple, got tuple of size {n}"
        )));
    }
    Ok((pair.items()[0], pair.items()[1]))
}

fn check_star_types(vm: &mut Vm, types: Value) -> PyResult<()> {
    const NOT_EXCEPTION: &str =
        "catching classes that do not inherit from BaseException is not allowed";
    const NOT_GROUP: &str =
        "catching ExceptionGroup with except* is not allowed. Use except instead.";
    let (base, group) = (
        vm.builtin_type(ids::BASE_EXCEPTION),
        vm.builtin_type(ids::BASE_EXCEPTION_GROUP),
    );
    let single = [types];
    let tuple = types.cast::<PyTuple>();
    let all = tuple.as_ref().map_or(&single[..], |t| t.items());
    for t in all {
        match t.cast::<PyType>() {
            Some(t) if t.is_subtype(group) => return Err(vm.type_error(NOT_GROUP)),
            Some(t) if t.is_subtype(base) => {}
            _ => return Err(vm.type_error(NOT_EXCEPTION)),
        }
    }
    Ok(())
}

/// True if the exceptions carry the same metadata: then `raised` is an unhandled or re-raised part of `original`.
fn is_same_metadata(a: Ref<PyException>, b: Ref<PyException>) -> bool {
    a.traceback.get() == b.traceback.get()
        && a.cause.get() == b.cause.get()
        && a.context.get() == b.context.get()
}

/// What to raise after the `except*` clauses of `orig` ran; `list` holds what they raised and what was not handled
/// (`None` entries are skipped). `None`: nothing.
pub fn prep_reraise_star(vm: &mut Vm, orig: Value, list: Value) -> PyResult {
    let raised_list = vm.collect(list)?;
    if raised_list.is_empty() {
        return Ok(Value::NONE);
    }
    if !is_group(vm, orig) {
        // A plain exception: either it was handled, or re-raised, or something else was raised.
        return Ok(raised_list.get(0));
    }
    let original = exception(vm, orig, "except*")?;
    let (mut raised, mut reraised) = (ValueVec::new(), ValueVec::new());
    for e in raised_list.as_slice() {
        let Some(x) = e.cast::<PyException>() else {
            continue;
        };
        if is_group(vm, *e) && is_same_metadata(x, original) {
            reraised.push(&vm.heap, *e);
        } else {
            raised.push(&vm.heap, *e);
        }
    }
    let projected = projection(vm, orig, &reraised)?;
    if raised.is_empty() {
        return Ok(projected);
    }
    if !projected.is_none() {
        raised.push(&vm.heap, projected);
    }
    if raised.len() == 1 {
        return Ok(raised.get(0));
    }
    let (ty, empty) = (
        vm.builtin_type(ids::BASE_EXCEPTION_GROUP).value(),
        vm.empty_str().value(),
    );
    let all = vm.new_list(raised.as_slice());
    vm.call(ty, &[empty, all])
}

/// The part of `orig` whose leaves are in `keep`, with the structure of `orig`.
fn projection(vm: &mut Vm, orig: Value, keep: &ValueVec) -> PyResult {
    let leaves = PyList::new(vm);
    for e in keep.as_slice() {
        add_leaves(vm, *e, leaves)?;
    }
    if leaves.is_empty() {
        return Ok(Value::NONE);
    }
    Ok(split_by(vm, orig, Matcher::Leaves(leaves), false)?.0)
}

fn add_leaves(vm: &mut Vm, e: Value, out: Ref<PyList>) -> PyResult<()> {
    if !is_group(vm, e) {
        out.push(vm, e);
        return Ok(());
    }
    let own = members(vm, e)?;
    for x in own.items() {
        add_leaves(vm, *x, out)?;
    }
    Ok(())
}

fn get_message(vm: &mut Vm, v: Value) -> PyResult {
    let e = exception(vm, v, "message")?;
    Ok(e.field(MESSAGE).non_null().unwrap_or(Value::NONE))
}

fn get_exceptions(vm: &mut Vm, v: Value) -> PyResult {
    Ok(members(vm, v)?.value())
}

/// `BaseExceptionGroup`
pub static BASE_EXCEPTION_GROUP: TypeDef = TypeDef {
    id: ids::BASE_EXCEPTION_GROUP,
    doc: "A combination of multiple unrelated exceptions.",
    methods: &[
        new_method(group_new),
        slot("__init__", group_init),
        slot("__str__", group_str),
        slot("__repr__", group_repr),
        method(
            "derive",
            derive,
            "($self, excs, /)",
            "A group of other exceptions with this one's message.",
        ),
        method(
            "split",
            split,
            "($self, matcher_value, /)",
            "The matching part and the rest.",
        ),
        method(
            "subgroup",
            subgroup,
            "($self, matcher_value, /)",
            "The matching part.",
        ),
        CLASS_GETITEM,
    ],
    getsets: &[
        member("message", get_message, "exception message"),
        member("exceptions", get_exceptions, "nested exceptions"),
    ],
};

/// `ExceptionGroup`
pub static EXCEPTION_GROUP: TypeDef = TypeDef {
    id: ids::EXCEPTION_GROUP,
    doc: "",
    methods: &[],
    getsets: &[],
};

/// Gives `ExceptionGroup` its second base, which the table of builtin types cannot say.
pub fn add_second_base(vm: &mut Vm) {
    let (group, first, second) = (
        vm.builtin_type(ids::EXCEPTION_GROUP),
        vm.builtin_type(ids::BASE_EXCEPTION_GROUP),
        vm.builtin_type(ids::EXCEPTION),
    );
    let bases = PyTuple::from_slice(vm, &[first.value(), second.value()]);
    group.bases.set(group, bases);
    if let Ok(mro) = super::type_mro::linearize(vm, group) {
        group.mro.set(group, mro);
    }
    vm.add_subclass(second, group);
    vm.type_modified(group);
}
