//! The builtin types, declared once. A type's position fixes the shape id of its exact instances (`ids::LIST`, …), so
//! that "is an exact list" is one comparison, here and in machine code.

use super::kinds::Kind;

/// One row of the table of builtin types.
pub struct TypeRow {
    /// Python's name.
    pub name: &'static str,
    /// Python's module.
    pub module: &'static str,
    /// Layout of its instances.
    pub kind: Kind,
    /// Shape id of the base type.
    pub base: u32,
    /// Type flags, see [`super::types::tflag`].
    pub flags: u32,
}

/// Python's module of a builtin type.
pub fn module_of(id: u32) -> &'static str {
    BUILTIN_TYPES
        .get((id - ids::FIRST_TYPE) as usize)
        .map_or("builtins", |row| row.module)
}

macro_rules! define_types {
    ($(($id:ident, $name:expr, $module:expr, $kind:ident, $base:ident, $flags:expr),)*) => {
        /// Shape ids: internal layouts first, then exact instances of each builtin type.
        #[allow(missing_docs)]
        pub mod ids {
            enum Number { None, Array, ByteBuf, Shape, StackChunk, FirstType }
            pub const NONE: u32 = Number::None as u32;
            pub const ARRAY: u32 = Number::Array as u32;
            pub const BYTEBUF: u32 = Number::ByteBuf as u32;
            pub const SHAPE: u32 = Number::Shape as u32;
            pub const STACK_CHUNK: u32 = Number::StackChunk as u32;
            pub const FIRST_TYPE: u32 = Number::FirstType as u32;
            #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
            enum T { $($id,)* COUNT }
            $(pub const $id: u32 = FIRST_TYPE + T::$id as u32;)*
            /// Number of builtin types.
            pub const TYPE_COUNT: u32 = T::COUNT as u32;
            /// First id of a shape made at run time.
            pub const FIRST_DYNAMIC: u32 = FIRST_TYPE + TYPE_COUNT;
        }
        /// The builtin types in the order of their ids.
        pub static BUILTIN_TYPES: &[TypeRow] = &[
            $(TypeRow { name: $name, module: $module, kind: Kind::$kind, base: ids::$base, flags: $flags },)*
        ];
    };
}

/// May be subclassed.
const B: u32 = super::types::tflag::BASETYPE;
/// Counts as a sequence in patterns.
const SEQ: u32 = super::types::tflag::SEQUENCE;
/// Counts as a mapping in patterns.
const MAP: u32 = super::types::tflag::MAPPING;
/// A single positional class pattern matches the object itself.
const SELF: u32 = super::types::tflag::MATCH_SELF;
/// Instances have a `__dict__`.
const D: u32 = super::types::tflag::HAS_DICT;
/// Can be referred to weakly.
const WEAK: u32 = super::types::tflag::HAS_WEAKREF;
/// Cannot be instantiated from Python.
const NONEW: u32 = super::types::tflag::DISALLOW_INSTANTIATION;

define_types! {
    (OBJECT, "object", "builtins", Instance, OBJECT, B),
    (TYPE, "type", "builtins", Type, OBJECT, B | D),
    (INT, "int", "builtins", Int, OBJECT, B | SELF),
    (BOOL, "bool", "builtins", Int, INT, SELF),
    (FLOAT, "float", "builtins", Float, OBJECT, B | SELF),
    (COMPLEX, "complex", "builtins", Complex, OBJECT, B),
    (STR, "str", "builtins", Str, OBJECT, B | SELF),
    (BYTES, "bytes", "builtins", Bytes, OBJECT, B | SELF),
    (BYTEARRAY, "bytearray", "builtins", ByteArray, OBJECT, B | SELF),
    (MEMORYVIEW, "memoryview", "builtins", Native, OBJECT, SEQ),
    (LIST, "list", "builtins", List, OBJECT, B | SEQ | SELF),
    (TUPLE, "tuple", "builtins", Tuple, OBJECT, B | SEQ | SELF),
    (DICT, "dict", "builtins", Dict, OBJECT, B | MAP | SELF),
    (SET, "set", "builtins", Set, OBJECT, B | SELF),
    (FROZENSET, "frozenset", "builtins", Set, OBJECT, B | SELF),
    (SLICE, "slice", "builtins", Slice, OBJECT, 0),
    (RANGE, "range", "builtins", Range, OBJECT, SEQ),
    (NONE_TYPE, "NoneType", "builtins", Instance, OBJECT, 0),
    (ELLIPSIS, "ellipsis", "builtins", Instance, OBJECT, 0),
    (NOT_IMPLEMENTED, "NotImplementedType", "builtins", Instance, OBJECT, 0),
    (FUNCTION, "function", "builtins", Function, OBJECT, D),
    (BUILTIN_FUNCTION, "builtin_function_or_method", "builtins", Builtin, OBJECT, NONEW),
    (METHOD_DESCRIPTOR, "method_descriptor", "builtins", Builtin, OBJECT, NONEW),
    (WRAPPER_DESCRIPTOR, "wrapper_descriptor", "builtins", Builtin, OBJECT, NONEW),
    (METHOD_WRAPPER, "method-wrapper", "builtins", Builtin, OBJECT, NONEW),
    (CLASSMETHOD_DESCRIPTOR, "classmethod_descriptor", "builtins", Builtin, OBJECT, NONEW),
    (METHOD, "method", "builtins", BoundMethod, OBJECT, 0),
    (GETSET_DESCRIPTOR, "getset_descriptor", "builtins", GetSet, OBJECT, NONEW),
    (MEMBER_DESCRIPTOR, "member_descriptor", "builtins", Member, OBJECT, NONEW),
    (PROPERTY, "property", "builtins", Property, OBJECT, B),
    (CLASSMETHOD, "classmethod", "builtins", Wrapper, OBJECT, B | D),
    (STATICMETHOD, "staticmethod", "builtins", Wrapper, OBJECT, B | D),
    (SUPER, "super", "builtins", Wrapper, OBJECT, B),
    (MAPPINGPROXY, "mappingproxy", "builtins", Wrapper, OBJECT, MAP),
    (MODULE, "module", "builtins", Module, OBJECT, B),
    (CELL, "cell", "builtins", Cell, OBJECT, 0),
    (CODE, "code", "builtins", Code, OBJECT, 0),
    (FRAME, "frame", "builtins", Frame, OBJECT, NONEW),
    (TRACEBACK, "traceback", "builtins", Traceback, OBJECT, 0),
    (GENERATOR, "generator", "builtins", Generator, OBJECT, NONEW),
    (COROUTINE, "coroutine", "builtins", Generator, OBJECT, NONEW),
    (ASYNC_GENERATOR, "async_generator", "builtins", Generator, OBJECT, NONEW),
    (COROUTINE_WRAPPER, "coroutine_wrapper", "builtins", Wrapper, OBJECT, NONEW),
    (ASYNC_GEN_ASEND, "async_generator_asend", "builtins", Iter, OBJECT, NONEW),
    (ASYNC_GEN_ATHROW, "async_generator_athrow", "builtins", Iter, OBJECT, NONEW),
    (ASYNC_GEN_WRAPPED, "async_generator_wrapped_value", "builtins", Wrapper, OBJECT, NONEW),
    (ANEXT_AWAITABLE, "anext_awaitable", "builtins", Iter, OBJECT, NONEW),
    (DICT_KEYS, "dict_keys", "builtins", Wrapper, OBJECT, NONEW),
    (DICT_VALUES, "dict_values", "builtins", Wrapper, OBJECT, NONEW),
    (DICT_ITEMS, "dict_items", "builtins", Wrapper, OBJECT, NONEW),
    (ORDERED_DICT, "OrderedDict", "collections", Dict, DICT, B | MAP | SELF | D),
    (ODICT_KEYS, "odict_keys", "builtins", Wrapper, DICT_KEYS, NONEW),
    (ODICT_VALUES, "odict_values", "builtins", Wrapper, DICT_VALUES, NONEW),
    (ODICT_ITEMS, "odict_items", "builtins", Wrapper, DICT_ITEMS, NONEW),
    (ODICT_ITERATOR, "odict_iterator", "builtins", Iter, OBJECT, NONEW),
    (DICT_KEYITERATOR, "dict_keyiterator", "builtins", Iter, OBJECT, NONEW),
    (DICT_VALUEITERATOR, "dict_valueiterator", "builtins", Iter, OBJECT, NONEW),
    (DICT_ITEMITERATOR, "dict_itemiterator", "builtins", Iter, OBJECT, NONEW),
    (DICT_REVERSEKEYITERATOR, "dict_reversekeyiterator", "builtins", Iter, OBJECT, NONEW),
    (DICT_REVERSEVALUEITERATOR, "dict_reversevalueiterator", "builtins", Iter, OBJECT, NONEW),
    (DICT_REVERSEITEMITERATOR, "dict_reverseitemiterator", "builtins", Iter, OBJECT, NONEW),
    (LIST_ITERATOR, "list_iterator", "builtins", Iter, OBJECT, NONEW),
    (LIST_REVERSEITERATOR, "list_reverseiterator", "builtins", Iter, OBJECT, NONEW),
    (TUPLE_ITERATOR, "tuple_iterator", "builtins", Iter, OBJECT, NONEW),
    (STR_ITERATOR, "str_iterator", "builtins", Iter, OBJECT, NONEW),
    (STR_ASCII_ITERATOR, "str_ascii_iterator", "builtins", Iter, OBJECT, NONEW),
    (BYTES_ITERATOR, "bytes_iterator", "builtins", Iter, OBJECT, NONEW),
    (BYTEARRAY_ITERATOR, "bytearray_iterator", "builtins", Iter, OBJECT, NONEW),
    (MEMORY_ITERATOR, "memory_iterator", "builtins", Iter, OBJECT, NONEW),
    (RANGE_ITERATOR, "range_iterator", "builtins", Iter, OBJECT, NONEW),
    (LONGRANGE_ITERATOR, "longrange_iterator", "builtins", Iter, OBJECT, NONEW),
    (SET_ITERATOR, "set_iterator", "builtins", Iter, OBJECT, NONEW),
    (SEQ_ITERATOR, "iterator", "builtins", Iter, OBJECT, NONEW),
    (CALLABLE_ITERATOR, "callable_iterator", "builtins", Iter, OBJECT, NONEW),
    (GENERIC_ALIAS_ITERATOR, "generic_alias_iterator", "builtins", Iter, OBJECT, NONEW),
    (TEMPLATE_ITER, "TemplateIter", "string.templatelib", Iter, OBJECT, NONEW),
    (ENUMERATE, "enumerate", "builtins", Iter, OBJECT, B),
    (ZIP, "zip", "builtins", Iter, OBJECT, B),
    (MAP, "map", "builtins", Iter, OBJECT, B),
    (FILTER, "filter", "builtins", Iter, OBJECT, B),
    (REVERSED, "reversed", "builtins", Iter, OBJECT, B),
    (WEAKREF, "ReferenceType", "weakref", Weakref, OBJECT, B),
    (WEAKPROXY, "ProxyType", "weakref", Weakref, OBJECT, NONEW),
    (WEAKCALLABLEPROXY, "CallableProxyType", "weakref", Weakref, OBJECT, NONEW),
    (GENERIC_ALIAS, "GenericAlias", "types", Wrapper, OBJECT, B),
    (UNION, "Union", "typing", Wrapper, OBJECT, NONEW),
    (SIMPLE_NAMESPACE, "SimpleNamespace", "types", Instance, OBJECT, B | D),
    (TASKLET, "tasklet", "_stackless", Tasklet, OBJECT, B | WEAK),
    (CHANNEL, "channel", "_stackless", Channel, OBJECT, B | WEAK),
    (BASE_EXCEPTION, "BaseException", "builtins", Exception, OBJECT, B | D),
    (BASE_EXCEPTION_GROUP, "BaseExceptionGroup", "builtins", Exception, BASE_EXCEPTION, B | D),
    (GENERATOR_EXIT, "GeneratorExit", "builtins", Exception, BASE_EXCEPTION, B | D),
    (KEYBOARD_INTERRUPT, "KeyboardInterrupt", "builtins", Exception, BASE_EXCEPTION, B | D),
    (SYSTEM_EXIT, "SystemExit", "builtins", Exception, BASE_EXCEPTION, B | D),
    (TASKLET_EXIT, "TaskletExit", "builtins", Exception, SYSTEM_EXIT, B | D),
    (EXCEPTION, "Exception", "builtins", Exception, BASE_EXCEPTION, B | D),
    (EXCEPTION_GROUP, "ExceptionGroup", "builtins", Exception, BASE_EXCEPTION_GROUP, B | D),
    (STOP_ITERATION, "StopIteration", "builtins", Exception, EXCEPTION, B | D),
    (STOP_ASYNC_ITERATION, "StopAsyncIteration", "builtins", Exception, EXCEPTION, B | D),
    (ARITHMETIC_ERROR, "ArithmeticError", "builtins", Exception, EXCEPTION, B | D),
    (FLOATING_POINT_ERROR, "FloatingPointError", "builtins", Exception, ARITHMETIC_ERROR, B | D),
    (OVERFLOW_ERROR, "OverflowError", "builtins", Exception, ARITHMETIC_ERROR, B | D),
    (ZERO_DIVISION_ERROR, "ZeroDivisionError", "builtins", Exception, ARITHMETIC_ERROR, B | D),
    (ASSERTION_ERROR, "AssertionError", "builtins", Exception, EXCEPTION, B | D),
    (ATTRIBUTE_ERROR, "AttributeError", "builtins", Exception, EXCEPTION, B | D),
    (BUFFER_ERROR, "BufferError", "builtins", Exception, EXCEPTION, B | D),
    (EOF_ERROR, "EOFError", "builtins", Exception, EXCEPTION, B | D),
    (IMPORT_ERROR, "ImportError", "builtins", Exception, EXCEPTION, B | D),
    (MODULE_NOT_FOUND_ERROR, "ModuleNotFoundError", "builtins", Exception, IMPORT_ERROR, B | D),
    (LOOKUP_ERROR, "LookupError", "builtins", Exception, EXCEPTION, B | D),
    (INDEX_ERROR, "IndexError", "builtins", Exception, LOOKUP_ERROR, B | D),
    (KEY_ERROR, "KeyError", "builtins", Exception, LOOKUP_ERROR, B | D),
    (MEMORY_ERROR, "MemoryError", "builtins", Exception, EXCEPTION, B | D),
    (NAME_ERROR, "NameError", "builtins", Exception, EXCEPTION, B | D),
    (UNBOUND_LOCAL_ERROR, "UnboundLocalError", "builtins", Exception, NAME_ERROR, B | D),
    (OS_ERROR, "OSError", "builtins", Exception, EXCEPTION, B | D),
    (BLOCKING_IO_ERROR, "BlockingIOError", "builtins", Exception, OS_ERROR, B | D),
    (CHILD_PROCESS_ERROR, "ChildProcessError", "builtins", Exception, OS_ERROR, B | D),
    (CONNECTION_ERROR, "ConnectionError", "builtins", Exception, OS_ERROR, B | D),
    (BROKEN_PIPE_ERROR, "BrokenPipeError", "builtins", Exception, CONNECTION_ERROR, B | D),
    (CONNECTION_ABORTED_ERROR, "ConnectionAbortedError", "builtins", Exception, CONNECTION_ERROR, B | D),
    (CONNECTION_REFUSED_ERROR, "ConnectionRefusedError", "builtins", Exception, CONNECTION_ERROR, B | D),
    (CONNECTION_RESET_ERROR, "ConnectionResetError", "builtins", Exception, CONNECTION_ERROR, B | D),
    (FILE_EXISTS_ERROR, "FileExistsError", "builtins", Exception, OS_ERROR, B | D),
    (FILE_NOT_FOUND_ERROR, "FileNotFoundError", "builtins", Exception, OS_ERROR, B | D),
    (INTERRUPTED_ERROR, "InterruptedError", "builtins", Exception, OS_ERROR, B | D),
    (IS_A_DIRECTORY_ERROR, "IsADirectoryError", "builtins", Exception, OS_ERROR, B | D),
    (NOT_A_DIRECTORY_ERROR, "NotADirectoryError", "builtins", Exception, OS_ERROR, B | D),
    (PERMISSION_ERROR, "PermissionError", "builtins", Exception, OS_ERROR, B | D),
    (PROCESS_LOOKUP_ERROR, "ProcessLookupError", "builtins", Exception, OS_ERROR, B | D),
    (TIMEOUT_ERROR, "TimeoutError", "builtins", Exception, OS_ERROR, B | D),
    (REFERENCE_ERROR, "ReferenceError", "builtins", Exception, EXCEPTION, B | D),
    (RUNTIME_ERROR, "RuntimeError", "builtins", Exception, EXCEPTION, B | D),
    (NOT_IMPLEMENTED_ERROR, "NotImplementedError", "builtins", Exception, RUNTIME_ERROR, B | D),
    (RECURSION_ERROR, "RecursionError", "builtins", Exception, RUNTIME_ERROR, B | D),
    (PYTHON_FINALIZATION_ERROR, "PythonFinalizationError", "builtins", Exception, RUNTIME_ERROR, B | D),
    (SYNTAX_ERROR, "SyntaxError", "builtins", Exception, EXCEPTION, B | D),
    (INDENTATION_ERROR, "IndentationError", "builtins", Exception, SYNTAX_ERROR, B | D),
    (TAB_ERROR, "TabError", "builtins", Exception, INDENTATION_ERROR, B | D),
    (INCOMPLETE_INPUT_ERROR, "_IncompleteInputError", "builtins", Exception, SYNTAX_ERROR, B | D),
    (SYSTEM_ERROR, "SystemError", "builtins", Exception, EXCEPTION, B | D),
    (TYPE_ERROR, "TypeError", "builtins", Exception, EXCEPTION, B | D),
    (VALUE_ERROR, "ValueError", "builtins", Exception, EXCEPTION, B | D),
    (UNICODE_ERROR, "UnicodeError", "builtins", Exception, VALUE_ERROR, B | D),
    (UNICODE_DECODE_ERROR, "UnicodeDecodeError", "builtins", Exception, UNICODE_ERROR, B | D),
    (UNICODE_ENCODE_ERROR, "UnicodeEncodeError", "builtins", Exception, UNICODE_ERROR, B | D),
    (UNICODE_TRANSLATE_ERROR, "UnicodeTranslateError", "builtins", Exception, UNICODE_ERROR, B | D),
    (WARNING, "Warning", "builtins", Exception, EXCEPTION, B | D),
    (BYTES_WARNING, "BytesWarning", "builtins", Exception, WARNING, B | D),
    (DEPRECATION_WARNING, "DeprecationWarning", "builtins", Exception, WARNING, B | D),
    (ENCODING_WARNING, "EncodingWarning", "builtins", Exception, WARNING, B | D),
    (FUTURE_WARNING, "FutureWarning", "builtins", Exception, WARNING, B | D),
    (IMPORT_WARNING, "ImportWarning", "builtins", Exception, WARNING, B | D),
    (PENDING_DEPRECATION_WARNING, "PendingDeprecationWarning", "builtins", Exception, WARNING, B | D),
    (RESOURCE_WARNING, "ResourceWarning", "builtins", Exception, WARNING, B | D),
    (RUNTIME_WARNING, "RuntimeWarning", "builtins", Exception, WARNING, B | D),
    (SYNTAX_WARNING, "SyntaxWarning", "builtins", Exception, WARNING, B | D),
    (UNICODE_WARNING, "UnicodeWarning", "builtins", Exception, WARNING, B | D),
    (USER_WARNING, "UserWarning", "builtins", Exception, WARNING, B | D),
}
