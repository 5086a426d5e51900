//! The builtin types, one file each: layout and core operations here, methods in `<type>_methods.rs` files.
pub mod arith;
pub mod builtin;
pub mod bytearray;
pub mod bytes;
pub mod cell;
pub mod code;
pub mod complex;
pub mod dict;
pub mod exception;
pub mod exception_methods;
pub mod float;
pub mod frame;
pub mod function;
pub mod generator;
pub mod getset;
pub mod int;
pub mod iter;
pub mod iter_next;
pub mod list;
pub mod method;
pub mod module;
pub mod module_methods;
pub mod native;
pub mod property;
pub mod property_methods;
pub mod range;
pub mod set;
pub mod slice;
pub mod str;
pub mod traceback;
pub mod tuple;
pub mod type_methods;
pub mod weakref;
pub mod wrapper;

/// Method tables of the builtin types, installed in this order at start.
static TYPE_DEFS: &[&crate::object::native_def::TypeDef] = &[];

/// Gives every builtin type its methods.
pub(crate) fn install_all(vm: &mut crate::vm::Vm) {
    for def in TYPE_DEFS {
        vm.install_type(def);
    }
}
