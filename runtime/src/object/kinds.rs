//! The layout kinds, declared once: every Rust type that can be a heap object.
//!
//! A kind says how an object is laid out in memory (its trace function, its Rust type); several Python types may share a
//! kind (list and its subclasses; set and frozenset). To add a type with a layout of its own: write its struct
//! (`repr(C)`, first field `Header`) with an inherent `trace_fields`, and add a line here. Module types that need only
//! some Rust state use [`Native`](crate::builtins::native::Native) instead.

/// Calls a macro with the table of `(Kind, RustType)`.
#[macro_export]
macro_rules! for_each_kind {
    ($m:ident) => {
        $m! {
            (Array, $crate::heap::array::Array),
            (ByteBuf, $crate::heap::bytebuf::ByteBuf),
            (Shape, $crate::object::shape::Shape),
            (Type, $crate::object::types::PyType),
            (Instance, $crate::object::instance::PyInstance),
            (Int, $crate::builtins::int::PyInt),
            (Float, $crate::builtins::float::PyFloat),
            (Complex, $crate::builtins::complex::PyComplex),
            (Str, $crate::builtins::str::PyStr),
            (Bytes, $crate::builtins::bytes::PyBytes),
            (ByteArray, $crate::builtins::bytearray::PyByteArray),
            (List, $crate::builtins::list::PyList),
            (Tuple, $crate::builtins::tuple::PyTuple),
            (Dict, $crate::builtins::dict::PyDict),
            (Set, $crate::builtins::set::PySet),
            (Slice, $crate::builtins::slice::PySlice),
            (Range, $crate::builtins::range::PyRange),
            (Iter, $crate::builtins::iter::PyIter),
            (Cell, $crate::builtins::cell::PyCell),
            (Function, $crate::builtins::function::PyFunction),
            (Builtin, $crate::builtins::builtin::PyBuiltin),
            (BoundMethod, $crate::builtins::method::PyMethod),
            (Wrapper, $crate::builtins::wrapper::PyWrapper),
            (GetSet, $crate::builtins::getset::PyGetSet),
            (Member, $crate::builtins::getset::PyMember),
            (Property, $crate::builtins::property::PyProperty),
            (Module, $crate::builtins::module::PyModule),
            (Code, $crate::builtins::code::PyCode),
            (Generator, $crate::builtins::generator::PyGenerator),
            (Frame, $crate::builtins::frame::PyFrame),
            (Traceback, $crate::builtins::traceback::PyTraceback),
            (Exception, $crate::builtins::exception::PyException),
            (Weakref, $crate::builtins::weakref::PyWeakref),
            (Native, $crate::builtins::native::Native),
            (Tasklet, $crate::tasklet::tasklet::PyTasklet),
            (Channel, $crate::tasklet::channel::PyChannel),
            (StackChunk, $crate::tasklet::stack::StackChunk),
        }
    };
}

macro_rules! define_kinds {
    ($(($name:ident, $ty:ty),)*) => {
        /// How a heap object is laid out.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
        #[repr(u8)]
        pub enum Kind {
            /// No object: unused space that the sweeper skips by its size.
            Filler,
            $(#[doc = stringify!($ty)] $name,)*
        }

        impl Kind {
            const ALL: &'static [Kind] = &[Kind::Filler, $(Kind::$name,)*];
            /// How many kinds there are.
            pub const COUNT: usize = Self::ALL.len();
            /// The kind of a header's byte; an unknown byte reads as `Filler`.
            #[inline(always)]
            pub const fn from_byte(byte: u8) -> Kind {
                if (byte as usize) < Self::COUNT { Self::ALL[byte as usize] } else { Kind::Filler }
            }
        }

        $(impl $crate::object::header::HeapObject for $ty {
            const KIND: Kind = Kind::$name;
            fn trace(&self, tracer: &mut $crate::heap::Tracer) {
                self.trace_fields(tracer)
            }
        })*
    };
}
for_each_kind!(define_kinds);
