//! The object model: headers, kinds, shapes, types, attribute lookup, argument binding.
pub mod attr;
pub mod attr_cache;
pub mod bind;
pub mod header;
pub mod instance;
pub mod intern;
pub mod kinds;
pub mod names;
pub mod native_def;
pub mod shape;
pub mod slot_defs;
pub mod type_table;
pub mod types;
