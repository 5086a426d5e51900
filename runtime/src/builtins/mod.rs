//! The builtin types, one file each: layout and core operations here, methods in `<type>_methods.rs` files.
pub mod args;
pub mod arith;
pub mod async_generator;
pub mod bool_methods;
pub mod builtin;
pub mod byte_view;
pub mod bytearray;
pub mod bytearray_methods;
pub mod bytes;
pub mod bytes_item;
pub mod bytes_methods;
pub mod bytes_percent;
pub mod cell;
pub mod code;
pub mod code_attrs;
pub mod complex;
pub mod complex_methods;
pub mod complex_new;
pub mod complex_ops;
pub mod construct;
#[cfg(test)]
mod container_tests;
pub mod descriptor_methods;
pub mod dict;
pub mod dict_methods;
pub mod dict_update;
pub mod dict_views;
pub mod exception;
pub mod exception_fields;
pub mod exception_groups;
pub mod exception_methods;
pub mod exception_os;
pub mod exception_syntax;
pub mod exception_unicode;
pub mod float;
pub mod float_methods;
pub mod float_new;
pub mod float_pow;
pub mod frame;
pub mod frame_attrs;
pub mod frame_locals;
pub mod function;
pub mod function_attrs;
pub mod functions;
pub mod generator;
pub mod generator_methods;
pub mod generic_alias;
pub mod getset;
pub mod int;
pub mod int_methods;
pub mod int_new;
pub mod int_ops;
pub mod iter;
pub mod iter_combine;
pub mod iter_next;
pub mod iter_quick;
pub mod iter_seq;
pub mod iter_table;
pub mod list;
pub mod list_items;
pub mod list_methods;
pub mod list_sort;
mod list_sort_tuples;
pub mod mappingproxy;
pub mod memoryview;
pub mod memoryview_items;
pub mod memoryview_methods;
pub mod method;
pub mod method_wrappers;
pub mod module;
pub mod module_methods;
pub mod namespace;
pub mod native;
pub mod object_methods;
pub mod object_reduce;
pub mod ordered_dict;
pub mod property;
pub mod property_methods;
pub mod range;
pub mod range_methods;
#[cfg(test)]
mod scalar_tests;
pub mod seq;
pub mod set;
pub mod set_methods;
pub mod set_ops;
pub mod show;
pub mod singletons;
pub mod slice;
pub mod slice_methods;
pub mod str;
pub mod str_case;
pub mod str_codec;
pub mod str_find;
pub mod str_format;
pub mod str_item;
pub mod str_iter;
pub mod str_methods;
pub mod str_new;
pub mod str_percent;
pub mod str_translate;
pub mod struct_seq;
pub mod super_methods;
pub mod template;
pub mod traceback;
pub mod traceback_attrs;
pub mod tuple;
pub mod tuple_methods;
pub mod type_attrs;
pub mod type_layout;
pub mod type_methods;
pub mod type_mro;
pub mod type_new;
pub mod union;
pub mod weakproxy;
pub mod weakref;
pub mod weakref_methods;
pub mod wrapper;

/// Method tables of the builtin types, installed in this order at start.
static TYPE_DEFS: &[&crate::object::native_def::TypeDef] = &[
    &object_methods::OBJECT,
    &bytes_methods::BYTES,
    &bytes_methods::BYTEARRAY,
    &type_methods::TYPE,
    &generic_alias::GENERIC_ALIAS,
    &descriptor_methods::BUILTIN_FUNCTION,
    &descriptor_methods::METHOD_DESCRIPTOR_DEF,
    &descriptor_methods::WRAPPER_DESCRIPTOR_DEF,
    &descriptor_methods::CLASSMETHOD_DESCRIPTOR_DEF,
    &descriptor_methods::METHOD_WRAPPER,
    &descriptor_methods::GETSET_DEF,
    &descriptor_methods::MEMBER_DEF,
    &function_attrs::FUNCTION,
    &function_attrs::METHOD,
    &function_attrs::CELL,
    &property_methods::PROPERTY,
    &method_wrappers::CLASSMETHOD,
    &method_wrappers::STATICMETHOD,
    &super_methods::SUPER,
    &mappingproxy::MAPPINGPROXY,
    &module_methods::MODULE,
    &namespace::SIMPLE_NAMESPACE,
    &code_attrs::CODE,
    &generator_methods::GENERATOR,
    &generator_methods::COROUTINE,
    &generator_methods::COROUTINE_WRAPPER,
    &generator_methods::ASYNC_GENERATOR,
    &async_generator::ASEND,
    &async_generator::ATHROW,
    &frame_attrs::FRAME,
    &traceback_attrs::TRACEBACK,
    &weakref_methods::WEAKREF,
    &weakproxy::WEAKPROXY,
    &weakproxy::WEAKCALLABLEPROXY,
    &generic_alias::ITERATOR,
    &union::UNION,
    &exception_methods::BASE_EXCEPTION,
    &exception_groups::BASE_EXCEPTION_GROUP,
    &exception_groups::EXCEPTION_GROUP,
    &exception_fields::STOP_ITERATION,
    &exception_fields::SYSTEM_EXIT,
    &exception_fields::KEY_ERROR,
    &exception_fields::ATTRIBUTE_ERROR,
    &exception_fields::NAME_ERROR,
    &exception_fields::IMPORT_ERROR,
    &exception_os::OS_ERROR,
    &exception_syntax::SYNTAX_ERROR,
    &exception_unicode::ENCODE,
    &exception_unicode::DECODE,
    &exception_unicode::TRANSLATE,
    &list_methods::LIST,
    &tuple_methods::TUPLE,
    &dict_methods::DICT,
    &ordered_dict::ORDERED_DICT,
    &ordered_dict::ODICT_KEYS,
    &ordered_dict::ODICT_VALUES,
    &ordered_dict::ODICT_ITEMS,
    &ordered_dict::ODICT_ITERATOR,
    &dict_views::DICT_KEYS,
    &dict_views::DICT_VALUES,
    &dict_views::DICT_ITEMS,
    &set_methods::SET,
    &set_methods::FROZENSET,
    &slice_methods::SLICE,
    &range_methods::RANGE,
    &iter_seq::LIST_ITERATOR,
    &iter_seq::LIST_REVERSEITERATOR,
    &iter_seq::TUPLE_ITERATOR,
    &iter_seq::TEMPLATE_ITER,
    &iter_seq::BYTES_ITERATOR,
    &iter_seq::BYTEARRAY_ITERATOR,
    &iter_seq::RANGE_ITERATOR,
    &iter_seq::LONGRANGE_ITERATOR,
    &iter_seq::SEQ_ITERATOR,
    &iter_seq::CALLABLE_ITERATOR,
    &iter_seq::REVERSED,
    &iter_table::DICT_KEYITERATOR,
    &iter_table::DICT_VALUEITERATOR,
    &iter_table::DICT_ITEMITERATOR,
    &iter_table::DICT_REVERSEKEYITERATOR,
    &iter_table::DICT_REVERSEVALUEITERATOR,
    &iter_table::DICT_REVERSEITEMITERATOR,
    &iter_table::SET_ITERATOR,
    &iter_combine::ENUMERATE,
    &iter_combine::ZIP,
    &iter_combine::MAP,
    &iter_combine::FILTER,
    &functions::ANEXT_AWAITABLE,
    &int_methods::INT_OPERATORS,
    &int_methods::INT,
    &bool_methods::BOOL,
    &float_methods::FLOAT_OPERATORS,
    &float_methods::FLOAT,
    &complex_methods::COMPLEX_OPERATORS,
    &complex_methods::COMPLEX,
    &singletons::NONE_TYPE,
    &singletons::ELLIPSIS,
    &singletons::NOT_IMPLEMENTED,
    &str_methods::STR_OPERATORS,
    &str_methods::STR,
    &str_iter::STR_ITERATOR,
    &str_iter::STR_ASCII_ITERATOR,
    &memoryview_methods::MEMORYVIEW,
];

/// Types with equality but without hash.
const UNHASHABLE: &[u32] = {
    use crate::object::shape::ids;
    &[
        ids::LIST,
        ids::BYTEARRAY,
        ids::WEAKPROXY,
        ids::WEAKCALLABLEPROXY,
        ids::CELL,
        ids::SIMPLE_NAMESPACE,
        ids::DICT,
        ids::ORDERED_DICT,
        ids::SET,
        ids::DICT_KEYS,
        ids::DICT_ITEMS,
    ]
};

/// Gives every builtin type its methods.
pub(crate) fn install_all(vm: &mut crate::vm::Vm) {
    for def in TYPE_DEFS.iter().copied().chain(exception_methods::PLAIN) {
        vm.install_type(def);
    }
    exception_groups::add_second_base(vm);
    for id in UNHASHABLE {
        let (ty, name) = (vm.builtin_type(*id), vm.names.__hash__);
        vm.type_set_attr(ty, name, crate::value::Value::NONE);
    }
}
