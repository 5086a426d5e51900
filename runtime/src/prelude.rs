//! What nearly every file of builtins and native modules needs.
pub use crate::builtins::bytearray::PyByteArray;
pub use crate::builtins::bytes::PyBytes;
pub use crate::builtins::dict::PyDict;
pub use crate::builtins::exception::PyException;
pub use crate::builtins::float::as_float;
pub use crate::builtins::int::{IntRef, PyInt, as_i64, as_int};
pub use crate::builtins::iter::PyIter;
pub use crate::builtins::list::PyList;
pub use crate::builtins::module::PyModule;
pub use crate::builtins::native::{Native, NativeData, native};
pub use crate::builtins::set::PySet;
pub use crate::builtins::str::PyStr;
pub use crate::builtins::tuple::PyTuple;
pub use crate::builtins::wrapper::PyWrapper;
pub use crate::error::{PyResult, Raised};
pub use crate::heap::Tracer;
pub use crate::heap::array::{Array, ValueVec};
pub use crate::heap::bytebuf::ByteBuf;
pub use crate::object::header::{Header, HeapObject, Kind, Ref, RefSlot, Slot};
pub use crate::object::native_def::{
    GetSetDef, NativeDef, TypeDef, class_method, function, getset, getter, member, method,
    static_method,
};
pub use crate::object::shape::ids;
pub use crate::object::slot_defs::{CLASS_GETITEM, NEW_DOC, new_method, slot};
pub use crate::object::types::{PyType, tflag};
pub use crate::value::Value;
pub use crate::vm::{GenStep, ModuleDef, Resume, Vm};
