//! `array`: compact arrays of numbers.

mod contents;
mod item;
mod methods;
mod sequence;

use crate::util::add_type;
use contents::Contents;
use item::Code;
use skein_runtime::builtins::memoryview::{BufferInfo, Exports};
use skein_runtime::builtins::native::TypedItems;
use skein_runtime::prelude::*;
use std::cell::Cell;

/// `array`
pub const MODULE: ModuleDef = ModuleDef {
    name: "array",
    init,
};

/// An array's state: the items as bytes in native order.
pub struct ArrayData {
    code: Cell<Code>,
    bytes: Contents,
    exports: Exports,
}

impl NativeData for ArrayData {
    fn item(&self, vm: &mut Vm, position: i64) -> Option<Value> {
        self.get(vm, usize::try_from(position).ok()?)
    }
    fn set_item(&self, _vm: &mut Vm, position: i64, v: Value) -> bool {
        let size = self.code.get().size();
        let (Ok(at), Some(raw)) = (usize::try_from(position), self.code.get().store_plain(v))
        else {
            return false;
        };
        let mut bytes = self.bytes.borrow_mut();
        match bytes.chunks_exact_mut(size).nth(at) {
            Some(item) => {
                item.copy_from_slice(&raw[..size]);
                true
            }
            None => false,
        }
    }
    fn typed_items(&self) -> Option<&TypedItems> {
        Some(self.bytes.items())
    }
    fn buffer(&self) -> Option<BufferInfo> {
        let code = self.code.get();
        Some(BufferInfo {
            len: self.bytes.borrow().len(),
            format: if code.0 == b'u' {
                'w'
            } else {
                char::from(code.0)
            },
            itemsize: code.size(),
            readonly: false,
        })
    }
    fn exports(&self) -> Option<&Exports> {
        Some(&self.exports)
    }
    fn read_buffer(&self, at: usize, out: &mut [u8]) -> bool {
        let bytes = self.bytes.borrow();
        let part = bytes.get(at..at.saturating_add(out.len()));
        part.map(|part| out.copy_from_slice(part)).is_some()
    }
    fn write_buffer(&self, at: usize, data: &[u8]) -> bool {
        let mut bytes = self.bytes.borrow_mut();
        let part = bytes.get_mut(at..at.saturating_add(data.len()));
        part.map(|part| part.copy_from_slice(data)).is_some()
    }
}

impl ArrayData {
    /// Refuses to change the number of items under open views.
    fn check_resize(&self, vm: &mut Vm) -> PyResult<()> {
        if vm.is_exported(&self.exports) {
            return Err(vm.buffer_error("cannot resize an array that is exporting buffers"));
        }
        Ok(())
    }
    fn len(&self) -> usize {
        self.bytes.borrow().len() / self.code.get().size()
    }
    fn get(&self, vm: &mut Vm, i: usize) -> Option<Value> {
        let code = self.code.get();
        let mut raw = [0; 8];
        raw[..code.size()].copy_from_slice(
            self.bytes
                .borrow()
                .get(i * code.size()..(i + 1) * code.size())?,
        );
        Some(code.load(vm, raw))
    }
}

/// The bytes of an array object; `None` for other objects.
pub fn contents(v: &Value) -> Option<Vec<u8>> {
    native::<ArrayData>(v).map(|(_, a)| a.bytes.borrow().clone())
}

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, methods::FUNCTIONS);
    let codes = vm.new_str("bBuwhHiIlLqQfd");
    vm.add_constant(m, "typecodes", codes);
    let flags = tflag::BASETYPE | tflag::SEQUENCE | tflag::HAS_WEAKREF;
    let doc = "array(typecode [, initializer]) -> array";
    let ty = vm.new_native_type(
        "array",
        "array",
        None,
        Kind::Native,
        flags,
        methods::METHODS,
        methods::GETSETS,
        doc,
    );
    let hash = vm.names.__hash__;
    vm.type_set_attr(ty, hash, Value::NONE);
    add_type(vm, m, "array", ty);
    vm.add_constant(m, "ArrayType", ty.value());
    let sequence = crate::util::import_attr(vm, "_collections_abc", "MutableSequence")?;
    vm.call_method(sequence, "register", &[ty.value()])?;
    let ty = vm.new_native_type(
        "arrayiterator",
        "array",
        None,
        Kind::Native,
        tflag::DISALLOW_INSTANTIATION,
        sequence::ITER,
        &[],
        "",
    );
    vm.state_set("array.arrayiterator", ty.value());
    Ok(())
}

/// The state of an array object.
fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a ArrayData> {
    match native::<ArrayData>(v) {
        Some((_, a)) => Ok(a),
        None => Err(vm.wrong_self("append", "array.array", *v)),
    }
}

/// A new plain array.
fn make(vm: &mut Vm, code: Code, bytes: Vec<u8>) -> PyResult {
    let ty = crate::util::state_type(vm, "array.array")?;
    Ok(Native::new(
        vm,
        ty,
        ArrayData {
            code: Cell::new(code),
            bytes: Contents::new(code, bytes),
            exports: Exports::default(),
        },
    )
    .value())
}
