//! Where things stand in objects, for machine code: byte offsets from an object's address.
//!
//! Everything here is derived from the types themselves, so that a changed field cannot leave compiled code behind.

use crate::builtins::builtin::PyBuiltin;
use crate::builtins::bytearray::PyByteArray;
use crate::builtins::bytes::PyBytes;
use crate::builtins::cell::PyCell;
use crate::builtins::dict::PyDict;
use crate::builtins::generator::PyGenerator;
use crate::builtins::iter::PyIter;
use crate::builtins::list::PyList;
use crate::builtins::method::PyMethod;
use crate::builtins::native::{Native, TypedItems};
use crate::builtins::set::PySet;
use crate::builtins::str::PyStr;
use crate::builtins::tuple::PyTuple;
use crate::heap::array::Array;
use crate::heap::bytebuf::ByteBuf;
use crate::object::types::PyType;
use crate::vm::Vm;
use std::mem::offset_of;

macro_rules! offsets {
    ($($(#[$doc:meta])* $name:ident = $ty:ty, $field:ident;)*) => {
        $($(#[$doc])* pub const $name: i32 = offset_of!($ty, $field) as i32;)*
    };
}

/// The 32 bits of the header that say the shape (the upper half of the first word).
pub const SHAPE: i32 = 4;
/// The header's flags (the lowest byte).
pub const FLAGS: i32 = 0;
/// The first item of a tuple.
pub const TUPLE_ITEMS: i32 = size_of::<PyTuple>() as i32;
/// The first word of a piece of a tasklet's stack.
pub const CHUNK_WORDS: i32 = size_of::<crate::tasklet::stack::StackChunk>() as i32;
/// The first byte of a bytes object.
pub const BYTES_DATA: i32 = size_of::<PyBytes>() as i32;
/// The first byte of a buffer.
pub const BYTEBUF_DATA: i32 = size_of::<ByteBuf>() as i32;
/// The first slot of an array.
pub const ARRAY_SLOTS: i32 = size_of::<Array>() as i32;

/// Register 0 of a generator's frame.
pub const GENERATOR_FRAME: i32 =
    (size_of::<PyGenerator>() + 8 * crate::tasklet::stack::FRAME_WORDS) as i32;

/// Contents of a bytes object.
pub const BYTES_ITEMS: i32 = size_of::<PyBytes>() as i32;

offsets! {
    /// A generator's code.
    GENERATOR_CODE = PyGenerator, code;
    /// A generator's state (8 bits).
    GENERATOR_STATE = PyGenerator, state;
    /// The exception state below a running generator's.
    GENERATOR_HANDLED_BELOW = PyGenerator, handled_below;
    /// The exception that a generator handles.
    GENERATOR_HANDLED = PyGenerator, handled;
    /// What a generator delegates to.
    GENERATOR_DELEGATE = PyGenerator, delegate;
    /// The innermost generator that runs.
    VM_HANDLED_TOP = Vm, handled_top;
    /// Length of a list.
    LIST_LEN = PyList, len;
    /// A list's array.
    LIST_ITEMS = PyList, items;
    /// Length of a tuple.
    TUPLE_LEN = PyTuple, len;
    /// A dict's array of entries (hash, key, value).
    DICT_ENTRIES = PyDict, entries;
    /// The version of a dict's keys (32 bits).
    DICT_KEYS_VERSION = PyDict, keys_version;
    /// Live entries of a dict (32 bits).
    DICT_LIVE = PyDict, live;
    /// Elements of a set.
    SET_USED = PySet, used;
    /// Characters of a str (32 bits).
    STR_LEN = PyStr, char_len;
    /// Length of a bytes object.
    BYTES_LEN = PyBytes, len;
    /// Length of a bytearray.
    BYTEARRAY_LEN = PyByteArray, len;
    /// A bytearray's buffer.
    BYTEARRAY_BUF = PyByteArray, buf;
    /// Address of the description of a native object's typed items; it never changes.
    NATIVE_TYPED = Native, typed;
    /// Address of the first of an object's typed items.
    TYPED_AT = TypedItems, at;
    /// How many there are.
    TYPED_COUNT = TypedItems, count;
    /// Their type.
    TYPED_CODE = TypedItems, code;
    /// The declaration of a native function object.
    BUILTIN_DEF = PyBuiltin, def;
    /// What a native function object is bound to.
    BUILTIN_SELF = PyBuiltin, this;
    /// Contents of a cell.
    CELL_CONTENTS = PyCell, contents;
    /// What an iterator goes through.
    ITER_OBJECT = PyIter, a;
    /// An iterator's second object.
    ITER_OTHER = PyIter, b;
    /// An iterator's position, or its next number.
    ITER_INDEX = PyIter, index;
    /// An iterator's limit, or how many are left.
    ITER_STOP = PyIter, stop;
    /// An iterator's step.
    ITER_STEP = PyIter, step;
    /// The function of a bound method.
    METHOD_FUNC = PyMethod, func;
    /// The object of a bound method.
    METHOD_SELF = PyMethod, this;
    /// A type's version (32 bits).
    TYPE_VERSION = PyType, version;
    /// Register 0 of the running frame.
    VM_FRAME = Vm, fp;
    /// First free word of the tasklet's stack.
    VM_STACK_TOP = Vm, stack_top;
    /// End of the stack's chunk.
    VM_STACK_LIMIT = Vm, stack_limit;
    /// Calls in progress.
    VM_DEPTH = Vm, depth;
    /// The chunk of the tasklet's stack in use.
    VM_STACK_CHUNK = Vm, chunk;
    /// The loop's handler table in use.
    VM_DISPATCH = Vm, dispatch;
    /// The recursion limit.
    VM_RECURSION_LIMIT = Vm, recursion_limit;
    /// The type epoch (32 bits).
    VM_TYPE_EPOCH = Vm, type_epoch;
}
