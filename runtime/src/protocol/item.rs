//! Subscription and membership.

use crate::builtins::builtin::PyBuiltin;
use crate::builtins::bytes::PyBytes;
use crate::builtins::dict::PyDict;
use crate::builtins::dict_methods;
use crate::builtins::list::PyList;
use crate::builtins::slice::PySlice;
use crate::builtins::str::PyStr;
use crate::builtins::tuple::PyTuple;
use crate::error::PyResult;
use crate::object::shape::ids;
use crate::object::types::PyType;
use crate::value::Value;
use crate::vm::Vm;

/// True if the method `m` found for a special method of `object` is what `dict` has under that name.
fn inherits_dict(m: Value, object: Value, name: &str) -> bool {
    object.is::<PyDict>()
        && m.cast::<PyBuiltin>().is_some_and(|b| {
            b.def.name == name && b.owner.get().is_some_and(|o| o.builtin_id == ids::DICT)
        })
}

impl Vm {
    /// `object[key]` for exact lists, tuples and strs with an index in range; `None`: take the general way.
    #[inline]
    pub fn get_item_simple(&mut self, object: Value, key: Value) -> Option<Value> {
        match object.shape_id() {
            ids::LIST => {
                let (list, i) = (object.cast::<PyList>()?, key.as_small_int()?);
                let i = if i < 0 { i + list.len() as i64 } else { i };
                list.try_get(usize::try_from(i).ok()?)
            }
            ids::TUPLE => {
                let (t, i) = (object.cast::<PyTuple>()?, key.as_small_int()?);
                let i = if i < 0 { i + t.len() as i64 } else { i };
                t.items().get(usize::try_from(i).ok()?).copied()
            }
            ids::STR => {
                let (s, i) = (object.cast::<PyStr>()?, key.as_small_int()?);
                let i = if i < 0 { i + s.len() as i64 } else { i };
                let i = usize::try_from(i).ok()?;
                (i < s.len()).then(|| s.char_at(self, i).value())
            }
            ids::BYTES => {
                let (b, i) = (object.cast::<PyBytes>()?, key.as_small_int()?);
                let i = if i < 0 { i + b.len() as i64 } else { i };
                let byte = *b.bytes().get(usize::try_from(i).ok()?)?;
                Some(Value::from_i32(byte as i32))
            }
            _ => None,
        }
    }

    /// `object[key]`
    pub fn get_item(&mut self, object: Value, key: Value) -> PyResult {
        if let Some(v) = self.get_item_simple(object, key) {
            return Ok(v);
        }
        if object.shape_id() == ids::LIST {
            return crate::builtins::list_items::getitem(self, &[object, key]);
        }
        if object.shape_id() == ids::DICT
            && let Some(d) = object.cast::<PyDict>()
        {
            return match d.get(self, key)? {
                Some(v) => Ok(v),
                None => Err(self.key_error(key)),
            };
        }
        if object.shape_id() == ids::STR
            && let Some(s) = object.cast::<PyStr>()
        {
            return crate::builtins::str_methods::str_getitem(self, s, key);
        }
        if let Some(s) = key.cast::<PySlice>()
            && s.step.get().is_none()
            && let Some(v) = self.get_slice_simple(object, s.start.get(), s.stop.get())
        {
            return Ok(v);
        }
        let name = self.names.__getitem__;
        if let Some(m) = self.lookup_special(object, name) {
            if inherits_dict(m, object, "__getitem__") {
                return dict_methods::dict_getitem(self, &[object, key]);
            }
            return self.call_bound_special(m, object, &[key]);
        }
        if let Some(ty) = object.cast::<PyType>() {
            return crate::builtins::type_methods::class_getitem(self, ty, key);
        }
        let name = self.type_name(object);
        Err(self.type_error(format!("'{name}' object is not subscriptable")))
    }

    /// `object[key] = v`
    pub fn set_item(&mut self, object: Value, key: Value, v: Value) -> PyResult<()> {
        match object.shape_id() {
            ids::LIST => {
                if let (Some(list), Some(i)) = (object.cast::<PyList>(), key.as_small_int()) {
                    let i = if i < 0 { i + list.len() as i64 } else { i };
                    if i >= 0 && (i as usize) < list.len() {
                        list.set(i as usize, v);
                        return Ok(());
                    }
                }
                return crate::builtins::list_items::setitem(self, &[object, key, v]).map(|_| ());
            }
            ids::DICT => {
                if let Some(d) = object.cast::<PyDict>() {
                    return d.insert(self, key, v);
                }
            }
            _ => {}
        }
        let name = self.names.__setitem__;
        let Some(m) = self.lookup_special(object, name) else {
            let name = self.type_name(object);
            return Err(
                self.type_error(format!("'{name}' object does not support item assignment"))
            );
        };
        if inherits_dict(m, object, "__setitem__")
            && let Some(d) = object.cast::<PyDict>()
        {
            return d.insert(self, key, v);
        }
        self.call_bound_special(m, object, &[key, v]).map(|_| ())
    }

    /// `del object[key]`
    pub fn del_item(&mut self, object: Value, key: Value) -> PyResult<()> {
        if object.shape_id() == ids::DICT
            && let Some(d) = object.cast::<PyDict>()
        {
            return match d.remove(self, key)? {
                Some(_) => Ok(()),
                None => Err(self.key_error(key)),
            };
        }
        let name = self.names.__delitem__;
        match self.call_special(object, name, &[key])? {
            Some(_) => Ok(()),
            None => {
                let name = self.type_name(object);
                let refuses = if self.deletes_by_index(object, key) {
                    "doesn't"
                } else {
                    "does not"
                };
                Err(self.type_error(format!("'{name}' object {refuses} support item deletion")))
            }
        }
    }

    /// True where CPython goes through the slots of sequences to find that there is no item deletion.
    fn deletes_by_index(&mut self, object: Value, key: Value) -> bool {
        use crate::object::types::tflag;
        let ty = self.type_of(object);
        let sequence = ty.has(tflag::HEAPTYPE)
            || ty.has(tflag::SEQUENCE)
            || ty.has(tflag::MAPPING)
            || matches!(
                ty.builtin_id,
                ids::STR
                    | ids::BYTES
                    | ids::SET
                    | ids::FROZENSET
                    | ids::DICT_KEYS
                    | ids::DICT_VALUES
                    | ids::DICT_ITEMS
            );
        sequence && crate::builtins::seq::has_index(self, key)
    }

    /// `v in container`
    pub fn contains(&mut self, container: Value, v: Value) -> PyResult<bool> {
        if container.shape_id() == ids::DICT
            && let Some(d) = container.cast::<PyDict>()
        {
            return Ok(d.get(self, v)?.is_some());
        }
        if let ids::SET | ids::FROZENSET = container.shape_id()
            && let Some(s) = container.cast::<crate::builtins::set::PySet>()
        {
            return match s.contains_simply(self, v) {
                Some(found) => Ok(found),
                None => crate::builtins::set_ops::contains(self, s, v),
            };
        }
        if container.shape_id() == ids::STR
            && let Some(s) = container.cast::<PyStr>()
        {
            return crate::builtins::str_methods::str_contains(self, s, v);
        }
        if container.shape_id() == ids::LIST
            && let Some(l) = container.cast::<PyList>()
        {
            let mut i = 0;
            while let Some(x) = l.try_get(i) {
                if self.equal(x, v)? {
                    return Ok(true);
                }
                i += 1;
            }
            return Ok(false);
        }
        if container.shape_id() == ids::TUPLE
            && let Some(t) = container.cast::<PyTuple>()
        {
            for x in t.items() {
                if self.equal(*x, v)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        let name = self.names.__contains__;
        match self.lookup_special(container, name) {
            Some(m) if m.is_none() => {
                let name = self.type_name(container);
                Err(self.type_error(format!("'{name}' object is not a container")))
            }
            Some(m) => {
                let r = self.call_bound_special(m, container, &[v])?;
                self.truth(r)
            }
            None => {
                let it = match self.iter(container) {
                    Ok(it) => it,
                    Err(_) if self.clear_raised_if(ids::TYPE_ERROR) => {
                        let name = self.type_name(container);
                        return Err(self.type_error(format!(
                            "argument of type '{name}' is not a container or iterable"
                        )));
                    }
                    Err(r) => return Err(r),
                };
                let mut found = false;
                self.for_each(it, |vm, x| {
                    found = vm.equal(x, v)?;
                    Ok(!found)
                })?;
                Ok(found)
            }
        }
    }
}
