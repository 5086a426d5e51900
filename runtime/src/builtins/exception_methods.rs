//! Methods of `BaseException`, and the special fields of its builtin subclasses.
//!
//! Numbers of `PyException.fields` (an unset field is `NULL` and reads as `None`):
//!
//! | types | 0 | 1 | 2 | 3 | 4 | 5.. |
//! |---|---|---|---|---|---|---|
//! | StopIteration | value | | | | | |
//! | SystemExit | code | | | | | |
//! | AttributeError | name | obj | | | | |
//! | NameError | name | | | | | |
//! | ImportError | msg | name | path | name_from | | |
//! | OSError | errno | strerror | filename | filename2 | characters_written | |
//! | SyntaxError | msg | filename | lineno | offset | text | end_lineno, end_offset, print_file_and_line, _metadata |
//! | Unicode*Error | encoding | object | start | end | reason | |
//! | BaseExceptionGroup | message | exceptions | exceptions' repr when no tuple or list was given | | | |
//!
//! Constructors of special types are in `exception_<family>.rs`; this file has what all exceptions share.

use super::builtin::PyBuiltin;
use super::traceback::PyTraceback;
use crate::object::native_def::NativeFn;
use crate::prelude::*;

/// Field numbers, see the table in this file's header.
pub mod field {
    /// `StopIteration.value`, `SystemExit.code`.
    pub const VALUE: usize = 0;
    /// `AttributeError.name`, `NameError.name`.
    pub const NAME: usize = 0;
    /// `AttributeError.obj`
    pub const OBJ: usize = 1;
    /// `ImportError` from here: msg, name, path, name_from.
    pub const IMPORT: usize = 0;
    /// `OSError` from here: errno, strerror, filename, filename2, characters_written.
    pub const OS: usize = 0;
    /// `SyntaxError` from here, in the table's order.
    pub const SYNTAX: usize = 0;
    /// `Unicode*Error` from here: encoding, object, start, end, reason.
    pub const UNICODE: usize = 0;
    /// `BaseExceptionGroup` from here: message, exceptions, their repr.
    pub const GROUP: usize = 0;
}

/// What the type's `__init__` does to the special fields, for exceptions raised by native code.
pub fn init_fields(vm: &mut Vm, e: Ref<PyException>, id: u32, args: &[Value]) {
    match id {
        ids::STOP_ITERATION => {
            let v = args.first().copied().unwrap_or(Value::NONE);
            e.set_field(vm, field::VALUE, v);
        }
        ids::SYSTEM_EXIT | ids::TASKLET_EXIT => {
            super::exception_fields::init_system_exit(vm, e, args)
        }
        ids::IMPORT_ERROR | ids::MODULE_NOT_FOUND_ERROR => {
            if let [msg] = args {
                e.set_field(vm, field::IMPORT, *msg);
            }
        }
        ids::OS_ERROR..=ids::TIMEOUT_ERROR => super::exception_os::set_fields(vm, e, args),
        ids::SYNTAX_ERROR..=ids::INCOMPLETE_INPUT_ERROR => {
            super::exception_syntax::set_known_fields(vm, e, args);
        }
        ids::UNICODE_DECODE_ERROR..=ids::UNICODE_TRANSLATE_ERROR => {
            super::exception_unicode::set_fields(vm, e, id, args);
        }
        _ => {}
    }
}

/// `AttributeError.obj` and `.name`.
pub fn set_attribute_error_fields(vm: &mut Vm, e: Ref<PyException>, object: Value, name: Value) {
    e.set_field(vm, field::NAME, name);
    e.set_field(vm, field::OBJ, object);
}

/// `NameError.name`.
pub fn set_name_error_fields(vm: &mut Vm, e: Ref<PyException>, name: Value) {
    e.set_field(vm, field::NAME, name);
}

/// The exception in `v`, or `TypeError` for a wrong receiver.
pub fn exception(vm: &mut Vm, v: Value, method: &str) -> PyResult<Ref<PyException>> {
    match v.cast() {
        Some(e) => Ok(e),
        None => Err(vm.wrong_self(method, "BaseException", v)),
    }
}

/// Refuses keyword arguments in the words of the type's constructor.
pub fn no_keywords(vm: &mut Vm, ty: Ref<PyType>, kwargs: Value) -> PyResult<()> {
    if kwargs.is_null() {
        return Ok(());
    }
    let name = ty.name_text();
    Err(vm.type_error(format!("{name}() takes no keyword arguments")))
}

/// The values of the given optional keyword arguments; others are a `TypeError` naming `function`.
pub fn take_keywords<const N: usize>(
    vm: &mut Vm,
    kwargs: Value,
    function: &str,
    names: [&str; N],
) -> PyResult<[Value; N]> {
    let mut out = [Value::NULL; N];
    let Some(dict) = kwargs.cast::<PyDict>() else {
        return Ok(out);
    };
    let mut at = 0;
    while let Some((i, k, v)) = dict.next_entry(at) {
        at = i + 1;
        let text = super::str::lossy(k);
        match names.iter().position(|n| *n == text) {
            Some(n) => out[n] = v,
            None => {
                return Err(vm.type_error(format!(
                    "{function}() got an unexpected keyword argument '{text}'"
                )));
            }
        }
    }
    Ok(out)
}

/// Stores the positional arguments (a tuple) as `args`.
pub fn set_args(e: Ref<PyException>, args: Value) {
    if let Some(t) = args.cast::<PyTuple>() {
        e.args.set(e, t);
    }
}

/// The items of an `*args` tuple.
pub fn items(args: &Value) -> Ref<PyTuple> {
    args.cast().expect("the binder passes *args as a tuple")
}

fn base_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = super::object_methods::check_new(vm, args[0], ids::BASE_EXCEPTION)?;
    let values = items(&args[1]);
    Ok(PyException::new_instance(vm, ty, values.items()).value())
}

/// True for `BaseException.__new__`.
pub fn is_plain_new(b: Ref<PyBuiltin>) -> bool {
    let own: NativeFn = base_new;
    std::ptr::fn_addr_eq(b.def.func, own)
}

/// True for `BaseException.__init__`, which sets what its `__new__` has set.
pub fn is_plain_init(init: Value) -> bool {
    let own: NativeFn = base_init;
    init.cast::<PyBuiltin>()
        .is_some_and(|b| std::ptr::fn_addr_eq(b.def.func, own))
}

/// An exception of a class that takes both of these.
///
/// # Errors
/// `TypeError` if the class is not laid out so.
pub fn plain(vm: &mut Vm, ty: Ref<PyType>, args: &[Value]) -> PyResult {
    let ty = super::object_methods::check_new(vm, ty.value(), ids::BASE_EXCEPTION)?;
    Ok(PyException::new_instance(vm, ty, args).value())
}

fn base_init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = exception(vm, args[0], "__init__")?;
    let ty = vm.type_of(args[0]);
    no_keywords(vm, ty, args[2])?;
    set_args(e, args[1]);
    Ok(Value::NONE)
}

fn base_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = exception(vm, args[0], "__repr__")?;
    let own = e.args.expect();
    let shown = match own.items() {
        [one] => {
            let one = vm.repr(*one)?;
            [b"(", one.bytes(), b")"].concat()
        }
        _ => vm.repr(own.value())?.bytes().to_vec(),
    };
    let name = vm.type_of(args[0]).name_text();
    Ok(vm.new_str_bytes(&[name.as_bytes(), &shown].concat()))
}

/// `BaseException.__str__`
pub fn base_str(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = exception(vm, args[0], "__str__")?;
    let own = e.args.expect();
    Ok(match own.items() {
        [] => vm.empty_str().value(),
        [one] => vm.str(*one)?.value(),
        _ => vm.str(own.value())?.value(),
    })
}

/// `(type, args)` or `(type, args, __dict__)`, as `BaseException.__reduce__` gives.
pub fn reduce_with(vm: &mut Vm, e: Value, own_args: Value, state: Value) -> PyResult {
    let ty = vm.type_of(e).value();
    Ok(if state.is_absent() {
        vm.new_tuple(&[ty, own_args])
    } else {
        vm.new_tuple(&[ty, own_args, state])
    })
}

/// A copy of the exception's `__dict__`, `NULL` when empty.
pub fn own_state(vm: &mut Vm, e: Value) -> Value {
    match vm.own_attributes_copy(e) {
        Some(d) if !d.is_empty() => d.value(),
        _ => Value::NULL,
    }
}

fn base_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = exception(vm, args[0], "__reduce__")?;
    let state = own_state(vm, args[0]);
    reduce_with(vm, args[0], e.args.value(), state)
}

fn base_setstate(vm: &mut Vm, args: &[Value]) -> PyResult {
    if args[1].is_none() {
        return Ok(Value::NONE);
    }
    let Some(state) = args[1].cast::<PyDict>() else {
        return Err(vm.type_error("state is not a dictionary"));
    };
    let mut at = 0;
    while let Some((i, k, v)) = state.next_entry(at) {
        at = i + 1;
        let Some(name) = k.cast::<PyStr>() else {
            let actual = vm.type_name(k);
            return Err(vm.type_error(format!("attribute name must be string, not '{actual}'")));
        };
        let name = vm.intern_str(name);
        vm.set_attr(args[0], name, v)?;
    }
    Ok(Value::NONE)
}

fn with_traceback(vm: &mut Vm, args: &[Value]) -> PyResult {
    set_traceback(vm, args[0], args[1])?;
    Ok(args[0])
}

fn add_note(vm: &mut Vm, args: &[Value]) -> PyResult {
    if !args[1].is::<PyStr>() {
        let name = vm.type_name(args[1]);
        return Err(vm.type_error(format!("note must be a str, not '{name}'")));
    }
    add_note_value(vm, args[0], args[1])?;
    Ok(Value::NONE)
}

/// Appends to `__notes__`.
pub fn add_note_value(vm: &mut Vm, e: Value, note: Value) -> PyResult<()> {
    let name = vm.names.__notes__;
    let notes = match vm.try_get_attr(e, name)? {
        Some(n) => n,
        None => {
            let n = PyList::new(vm).value();
            vm.set_attr(e, name, n)?;
            n
        }
    };
    match notes.cast::<PyList>() {
        Some(list) => {
            list.push(vm, note);
            Ok(())
        }
        None => Err(vm.type_error("Cannot add note: __notes__ is not a list")),
    }
}

fn get_args(vm: &mut Vm, v: Value) -> PyResult {
    Ok(exception(vm, v, "args")?.args.value())
}

fn put_args(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let e = exception(vm, v, "args")?;
    if new.is_null() {
        return Err(vm.type_error("args may not be deleted"));
    }
    let values = vm.collect(new)?;
    let t = PyTuple::from_slice(vm, values.as_slice());
    e.args.set(e, t);
    Ok(())
}

fn or_none(v: Value) -> Value {
    v.non_null().unwrap_or(Value::NONE)
}

fn get_traceback(vm: &mut Vm, v: Value) -> PyResult {
    Ok(or_none(exception(vm, v, "__traceback__")?.traceback.get()))
}

/// `e.__traceback__ = new`
pub fn set_traceback(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let e = exception(vm, v, "__traceback__")?;
    if new.is_null() {
        return Err(vm.type_error("__traceback__ may not be deleted"));
    }
    if new.is_none() {
        e.traceback.set(e, Value::NULL);
    } else if new.is::<PyTraceback>() {
        e.traceback.set(e, new);
    } else {
        return Err(vm.type_error("__traceback__ must be a traceback or None"));
    }
    Ok(())
}

fn get_context(vm: &mut Vm, v: Value) -> PyResult {
    Ok(or_none(exception(vm, v, "__context__")?.context.get()))
}

fn set_context(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let e = exception(vm, v, "__context__")?;
    let new = linked(vm, new, "__context__", "context")?;
    e.context.set(e, new);
    Ok(())
}

fn get_cause(vm: &mut Vm, v: Value) -> PyResult {
    Ok(or_none(exception(vm, v, "__cause__")?.cause.get()))
}

fn set_cause(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let e = exception(vm, v, "__cause__")?;
    let new = linked(vm, new, "__cause__", "cause")?;
    e.cause.set(e, new);
    e.suppress_context.set(true);
    Ok(())
}

fn linked(vm: &mut Vm, new: Value, attribute: &str, what: &str) -> PyResult {
    if new.is_null() {
        return Err(vm.type_error(format!("{attribute} may not be deleted")));
    }
    if new.is_none() {
        return Ok(Value::NULL);
    }
    if new.is::<PyException>() {
        return Ok(new);
    }
    Err(vm.type_error(format!(
        "exception {what} must be None or derive from BaseException"
    )))
}

fn get_suppress(vm: &mut Vm, v: Value) -> PyResult {
    let e = exception(vm, v, "__suppress_context__")?;
    Ok(Value::bool(e.suppress_context.get()))
}

fn set_suppress(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let e = exception(vm, v, "__suppress_context__")?;
    if new.is_null() {
        return Err(vm.type_error("can't delete numeric/char attribute"));
    }
    match new.as_bool() {
        Some(b) => e.suppress_context.set(b),
        None => return Err(vm.type_error("attribute value type must be bool")),
    }
    Ok(())
}

/// `BaseException`
pub static BASE_EXCEPTION: TypeDef = TypeDef {
    id: ids::BASE_EXCEPTION,
    doc: "Common base class for all exceptions.",
    methods: &[
        new_method(base_new),
        slot("__init__", base_init),
        slot("__repr__", base_repr),
        slot("__str__", base_str),
        method(
            "__reduce__",
            base_reduce,
            "($self, /)",
            "Helper for pickle.",
        ),
        method(
            "__setstate__",
            base_setstate,
            "($self, state, /)",
            "Restores attributes from a pickle.",
        ),
        method(
            "with_traceback",
            with_traceback,
            "($self, object, /)",
            "Set self.__traceback__ to the argument and return self.",
        ),
        method(
            "add_note",
            add_note,
            "($self, object, /)",
            "Add a note to the exception.",
        ),
    ],
    getsets: &[
        super::object_methods::DICT_GETSET,
        getset("args", get_args, put_args, "Arguments of the exception."),
        getset(
            "__traceback__",
            get_traceback,
            set_traceback,
            "Where the exception was raised.",
        ),
        getset(
            "__context__",
            get_context,
            set_context,
            "Exception that was being handled.",
        ),
        getset(
            "__cause__",
            get_cause,
            set_cause,
            "Exception given by raise ... from.",
        ),
        getset(
            "__suppress_context__",
            get_suppress,
            set_suppress,
            "Hide the context in tracebacks.",
        ),
    ],
};

macro_rules! plain_types {
    ($($id:ident: $doc:expr;)*) => {
        /// Exception types without methods of their own.
        pub static PLAIN: &[TypeDef] = &[
            $(TypeDef { id: ids::$id, doc: $doc, methods: &[], getsets: &[] },)*
        ];
    };
}

plain_types! {
    EXCEPTION: "Common base class for all non-exit exceptions.";
    GENERATOR_EXIT: "Request that a generator exit.";
    KEYBOARD_INTERRUPT: "Program interrupted by user.";
    STOP_ASYNC_ITERATION: "Signal the end from iterator.__anext__().";
    ARITHMETIC_ERROR: "Base class for arithmetic errors.";
    FLOATING_POINT_ERROR: "Floating-point operation failed.";
    OVERFLOW_ERROR: "Result too large to be represented.";
    ZERO_DIVISION_ERROR: "Second argument to a division or modulo operation was zero.";
    ASSERTION_ERROR: "Assertion failed.";
    BUFFER_ERROR: "Buffer error.";
    EOF_ERROR: "Read beyond end of file.";
    LOOKUP_ERROR: "Base class for lookup errors.";
    INDEX_ERROR: "Sequence index out of range.";
    MEMORY_ERROR: "Out of memory.";
    REFERENCE_ERROR: "Weak ref proxy used after referent went away.";
    RUNTIME_ERROR: "Unspecified run-time error.";
    NOT_IMPLEMENTED_ERROR: "Method or function hasn't been implemented yet.";
    RECURSION_ERROR: "Recursion limit exceeded.";
    PYTHON_FINALIZATION_ERROR: "Operation blocked during Python finalization.";
    SYSTEM_ERROR: "Internal error in the interpreter.";
    TYPE_ERROR: "Inappropriate argument type.";
    VALUE_ERROR: "Inappropriate argument value (of correct type).";
    UNICODE_ERROR: "Unicode related error.";
    WARNING: "Base class for warning categories.";
    BYTES_WARNING: "Base class for warnings about bytes and buffer related problems.";
    DEPRECATION_WARNING: "Base class for warnings about deprecated features.";
    ENCODING_WARNING: "Base class for warnings about encodings.";
    FUTURE_WARNING: "Base class for warnings about constructs that will change semantically in the future.";
    IMPORT_WARNING: "Base class for warnings about probable mistakes in module imports.";
    PENDING_DEPRECATION_WARNING: "Base class for warnings about features which will be deprecated in the future.";
    RESOURCE_WARNING: "Base class for warnings about resource usage.";
    RUNTIME_WARNING: "Base class for warnings about dubious runtime behavior.";
    SYNTAX_WARNING: "Base class for warnings about dubious syntax.";
    UNICODE_WARNING: "Base class for warnings about Unicode related problems.";
    USER_WARNING: "Base class for warnings generated by user code.";
    MODULE_NOT_FOUND_ERROR: "Module not found.";
    UNBOUND_LOCAL_ERROR: "Local name referenced but not bound to a value.";
    BLOCKING_IO_ERROR: "I/O operation would block.";
    CHILD_PROCESS_ERROR: "Child process error.";
    CONNECTION_ERROR: "Connection error.";
    BROKEN_PIPE_ERROR: "Broken pipe.";
    CONNECTION_ABORTED_ERROR: "Connection aborted.";
    CONNECTION_REFUSED_ERROR: "Connection refused.";
    CONNECTION_RESET_ERROR: "Connection reset.";
    FILE_EXISTS_ERROR: "File already exists.";
    FILE_NOT_FOUND_ERROR: "File not found.";
    INTERRUPTED_ERROR: "Interrupted by signal.";
    IS_A_DIRECTORY_ERROR: "Operation doesn't work on directories.";
    NOT_A_DIRECTORY_ERROR: "Operation only works on directories.";
    PERMISSION_ERROR: "Not enough permissions.";
    PROCESS_LOOKUP_ERROR: "Process not found.";
    TIMEOUT_ERROR: "Timeout expired.";
    INDENTATION_ERROR: "Improper indentation.";
    TAB_ERROR: "Improper mixture of spaces and tabs.";
    INCOMPLETE_INPUT_ERROR: "incomplete input.";
}
